//! The network: carries opaque frames between peers and knows nothing else of the messenger.
//!
//! One disposable libp2p swarm under a [`supervisor`], polled by a [`driver`]. To each peer there is one framed stream
//! ([`session`]), whose frames go from the reader to the owner and from the owner to the writer without touching the
//! swarm. The [`policy`] decides about addresses, the [`gate`] about peers, [`discovery`] finds peers on the local
//! networks, the [`dialer`] decides when to dial. Among peers that the owner lets in, [`gossip`] hands messages on.
//!
//! Who waits for whom: the network waits for its owner, one peer at a time; the owner never waits for the network.
//! Everything from outside is bounded before it is allocated, and no peer can make more than its own stream wait.

mod behaviour;
mod bucket;
mod config;
mod dialer;
mod discovery;
mod driver;
mod event;
mod frame;
mod gate;
mod gossip;
mod handle;
mod interface;
mod outlet;
mod peer;
mod policy;
mod security;
mod session;
mod supervisor;
mod transport;

#[cfg(test)]
mod gossip_tests;
#[cfg(test)]
mod hostile_tests;

pub(crate) use discovery::read_any as read_any_packet;

pub use config::{NetConfig, NetError};
pub use event::{Class, NetEvent, NetStatus, SendError, Verdict, Via};
pub use frame::MAX_FRAME;
#[cfg(feature = "bench")]
pub use gossip::config as gossip_config;
pub use handle::{Circles, Net, is_address};
pub use peer::Peer;
