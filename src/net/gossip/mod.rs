//! Gossip: a message of a group is handed on from member to member. Only among peers that the owner lets in; to all others
//! this node does not speak gossip at all. Knows nothing of groups but the names of their topics.

mod behaviour;
mod config;
mod handler;
mod inbox;
mod score;

pub(crate) use behaviour::Gossip;
pub(super) use inbox::Inbox;

/// The parameters of gossipsub, to compare with.
///
/// # Errors
/// None that a program could do anything about.
#[cfg(feature = "bench")]
pub fn config() -> Result<libp2p::gossipsub::Config, super::NetError> {
    config::config()
}
