//! Undertone, the messenger: an end-to-end encrypted peer-to-peer messenger without a server.
//!
//! Programs (the desktop app, the headless `undertoned`) see `api` and `open` only. The layers below, and
//! which of them may name which, are described in ARCHITECTURE.md and held by `tests/tidy.rs`.

#![cfg_attr(
    test,
    allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")
)]

#[cfg(feature = "node")]
pub mod api;
#[doc(hidden)]
pub mod fuzzing;
pub mod model;
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "node")]
mod node;
pub mod protocol;
#[cfg(feature = "node")]
pub mod rpc;
pub mod wire;

#[cfg(feature = "store")]
pub(crate) mod store;

#[cfg(feature = "node")]
pub use node::{NetworkOptions, Node, OpenConfig, doctor, open, read_passphrase_file};

/// What only the benchmarks need.
#[cfg(feature = "bench")]
pub mod bench {
    pub use crate::net::gossip_config;
    pub use crate::node::fill::{Filling, fill_profile, time_commits};
}
