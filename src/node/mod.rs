//! The actor: the only place where the machines, the disk and the network meet. One thread takes one input at
//! a time, handles all that wait, commits once, and only then lets the effects out. Knows no user interface.

mod actor;
mod ask;
mod clock;
mod command;
mod config;
#[cfg(feature = "bench")]
pub(crate) mod fill;
mod finish;
mod group;
mod history;
mod invitation;
mod network;
mod passphrase;
mod recount;
mod scrub;
mod unlock;
mod view;

pub use config::{NetworkOptions, OpenConfig};
pub use passphrase::read_passphrase_file;

use std::{path::Path, thread::JoinHandle};

use tokio::{
    runtime::Runtime,
    sync::{broadcast, mpsc},
};

use crate::{
    api::{Client, ClientError},
    net,
    store::{FolderLock, Store},
};

/// A running messenger. Dropping it ends it in good order.
#[derive(Debug)]
pub struct Node {
    client: Client,
    thread: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
}

/// Opens the messenger on a profile folder, which may be empty or locked with a passphrase; see [`Client`] for
/// what can be asked then. The folder is held until the node ends.
///
/// # Errors
/// [`ClientError::Invalid`] for an address that is none, [`ClientError::ProfileInUse`] if another process holds the folder, or what the folder cannot do.
pub fn open(config: OpenConfig) -> Result<Node, ClientError> {
    let addresses = || config.network.listen.iter().chain(&config.network.bootstrap);
    if !addresses().all(|address| net::is_address(address)) {
        return Err(ClientError::Invalid("an address is like /ip4/192.168.1.2/tcp/4001"));
    }
    let lock = FolderLock::take(&config.profile).map_err(unlock::store_error)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("undertone-net")
        .enable_all()
        .build()
        .map_err(|error| ClientError::Io(error.kind().to_string()))?;
    let (commands_to, commands) = mpsc::channel(COMMANDS);
    let (events, _nobody_yet) = broadcast::channel(EVENTS);
    let client = Client::new(commands_to, events.clone());
    let handle = runtime.handle().clone();
    let actor = actor::Actor::new(config, lock, handle, events);
    let thread = std::thread::Builder::new()
        .name("undertone-node".into())
        .spawn(move || actor.run(commands))
        .map_err(|error| ClientError::Io(error.kind().to_string()))?;
    Ok(Node { client, thread: Some(thread), runtime: Some(runtime) })
}

/// Looks a profile over without changing it, and says in plain words what was found.
///
/// # Errors
/// What keeps the profile from being opened at all.
pub fn doctor(profile: &Path, passphrase: &str) -> Result<String, ClientError> {
    Store::doctor(profile, &unlock::normal(passphrase))
        .map(|report| report.to_string())
        .map_err(unlock::store_error)
}

impl Node {
    /// A handle to ask for things.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The runtime that the node runs on, for programs that have none of their own.
    ///
    /// # Errors
    /// [`ClientError::Stopped`] after the node has ended.
    pub fn runtime(&self) -> Result<tokio::runtime::Handle, ClientError> {
        self.runtime.as_ref().map(|runtime| runtime.handle().clone()).ok_or(ClientError::Stopped)
    }

    /// Waits until somebody has asked the node to shut down.
    pub fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            if self.thread.is_some() {
                let client = self.client();
                // Fails only if the actor has ended already.
                let asked = runtime.spawn(async move { client.shutdown().await });
                self.wait();
                drop(asked);
            }
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        }
    }
}

/// The network and the programs' calls. Nothing there computes for long; each wakes the other less often on one thread.
const WORKERS: usize = 1;
/// Commands that wait; whoever asks more waits too.
const COMMANDS: usize = 256;
/// Events that a slow reader may be behind before it is told that it missed some.
const EVENTS: usize = 8192;
