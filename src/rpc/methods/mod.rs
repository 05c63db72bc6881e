//! The table of methods: name, parameters, result, and what runs. docs/rpc.md shows the same table, and a test
//! compares them. Knows nothing of lines and connections.

mod chat;
mod contact;
mod event;
mod group;
mod invitation;
mod message;
mod node;
mod profile;

use std::{future::Future, pin::Pin};

use serde_json::{Map, Value};

pub use self::event::{EVENTS, Told};
pub(super) use self::node::SHUTDOWN;
use super::{
    jsonrpc::Fault,
    params::{Param, Params},
};
use crate::api::Client;

/// What a method comes to.
pub(super) type Outcome = Result<Value, Fault>;
type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub params: &'static [Param],
    /// The fields of its result; none for an empty object.
    pub result: &'static [&'static str],
    /// One sentence for the reference.
    pub about: &'static str,
    /// What it waits for.
    pub(super) lane: Lane,
    /// Runs it.
    pub(super) run: fn(Client, Params) -> Running,
}

/// What a call waits for, among the calls before it on the same connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// As `Shared`; and the calls after it wait for it. For what opens the profile.
    Alone,
    /// For nothing: it is about the program itself.
    Free,
    /// For a call that opens the profile. Otherwise it is handed over as soon as it is read, in order.
    Shared,
}

/// All methods, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Method> {
    [
        profile::METHODS,
        node::METHODS,
        contact::METHODS,
        chat::METHODS,
        message::METHODS,
        group::METHODS,
        invitation::METHODS,
    ]
    .into_iter()
    .flatten()
}

/// The method of this name, and the parameters if it takes such.
pub(super) fn find(name: &str, given: Map<String, Value>) -> Result<(&'static Method, Params), Fault> {
    let method = all().find(|method| method.name == name).ok_or_else(|| Fault::method(name))?;
    Ok((method, Params::check(method.params, given)?))
}
