//! The framed stream to each peer: one, persistent, in both directions.
//!
//! [`behaviour`] and [`handler`] get it from libp2p, [`links`] decides on which connection, [`task`] reads and writes
//! its frames outside the swarm, so that a slow reader of one peer's frames stops that peer alone.

mod behaviour;
mod handler;
mod links;
mod task;

pub(super) use behaviour::{Opened, Session};
pub(super) use task::{End, Ended, Hub, Start, spawn};
