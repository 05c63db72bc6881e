//! The libp2p protocols this node speaks, and their limits. Knows nothing of frames.

use std::time::Duration;

use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{identify, memory_connection_limits, ping};
use tokio::sync::watch;

use super::config::NetError;
use super::gate::{Classes, Gate};
use super::gossip::Gossip;
use super::peer::Peer;
use super::policy::Policy;
use super::session::Session;

/// All behaviours. Gates come first: the derived code asks in this order, and those behind must not note a connection
/// that one before refuses.
#[derive(NetworkBehaviour)]
pub(super) struct Node {
    pub(super) gate: Gate,
    pub(super) limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(super) session: Session,
    pub(super) gossip: Gossip,
}

impl Node {
    pub(super) fn new(
        key: &Keypair,
        local: Peer,
        policy: Policy,
        classes: watch::Receiver<Classes>,
    ) -> Result<Self, NetError> {
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(32))
            .with_max_pending_outgoing(Some(32))
            .with_max_established_incoming(Some(160))
            .with_max_established_outgoing(Some(160))
            .with_max_established(Some(256))
            .with_max_established_per_peer(Some(4));
        // One agent string for every version, and no addresses: both would tell strangers more than they need.
        let identify = identify::Config::new(IDENTIFY.into(), key.public())
            .with_agent_version(AGENT.into())
            .with_hide_listen_addrs(true)
            .with_push_listen_addr_updates(false)
            .with_interval(Duration::from_secs(24 * 3600))
            .with_cache_size(0);
        let ping = ping::Config::new().with_interval(PING).with_timeout(PING_TIMEOUT);
        Ok(Self {
            gate: Gate::new(policy, classes),
            limits: connection_limits::Behaviour::new(limits),
            memory: memory_connection_limits::Behaviour::with_max_bytes(MAX_MEMORY),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::new(ping),
            session: Session::new(local),
            gossip: Gossip::new()?,
        })
    }
}

/// What a program of this kind answers to identify; others are no peers.
pub(super) const IDENTIFY: &str = "/undertone/id/1";
const AGENT: &str = "im/1";
const PING: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Memory of the whole process, in bytes, above which no connection is accepted.
const MAX_MEMORY: usize = 1024 * 1024 * 1024;
