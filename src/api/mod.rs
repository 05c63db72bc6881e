//! The one public face of the messenger: what programs may ask ([`Client`]), what they are told ([`Event`]),
//! and the plain values that travel. Knows nothing of how anything is done.

mod client;
mod command;
mod error;
mod event;
mod group;
mod view;

pub use client::{Client, Events};
pub(crate) use command::{Command, Reply};
pub use error::ClientError;
pub use event::Event;
pub(crate) use group::GroupCommand;
pub use group::{Group, GroupChange, GroupMember, Role};
pub use view::{
    Account, Anchor, Chat, ChatKind, Contact, ContactState, Created, Mention, Message, MessageKind,
    MessageState, Nearby, NodeStatus, NotifyMode, Page, PeerStatus, Presence, ProfileInfo, SafetyNumber,
    StateAt, Via, Written,
};

pub use crate::model::{ConversationId, Evidence, Finding, MessageId};
