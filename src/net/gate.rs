//! Decides who may be connected at all: by address, by rate and by class. Knows nothing of what connections carry.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use tokio::sync::watch;

use super::bucket::{Bucket, Rate};
use super::event::Class;
use super::peer::Peer;
use super::policy::{Policy, endpoint};

/// The classes of all peers that are not strangers.
pub(super) type Classes = BTreeMap<Peer, Class>;

/// The class of a peer.
pub(super) fn class_of(classes: &Classes, peer: Peer) -> Class {
    classes.get(&peer).copied().unwrap_or(Class::Stranger)
}

/// The behaviour. It stands first among the behaviours: the others must not note a connection that it refuses.
#[derive(Debug)]
pub(crate) struct Gate {
    policy: Policy,
    classes: watch::Receiver<Classes>,
    sources: HashMap<Source, Bucket>,
    penalties: HashMap<Peer, Instant>,
}

impl Gate {
    pub(super) fn new(policy: Policy, classes: watch::Receiver<Classes>) -> Self {
        Self { policy, classes, sources: HashMap::new(), penalties: HashMap::new() }
    }

    /// Refuses a peer for a while.
    pub(super) fn penalise(&mut self, peer: Peer, now: Instant) {
        if self.penalties.len() >= MAX_PENALTIES {
            self.penalties.retain(|_, until| *until > now);
        }
        if self.penalties.len() < MAX_PENALTIES {
            self.penalties.insert(peer, now.checked_add(PENALTY).unwrap_or(now));
        }
    }

    fn admit_source(&mut self, remote: &Multiaddr, now: Instant) -> Result<(), Refused> {
        if !self.policy.allows(remote) {
            return Err(Refused::Address);
        }
        let Some(source) = endpoint(remote).and_then(source) else { return Ok(()) };
        if self.sources.len() >= MAX_SOURCES {
            self.sources.retain(|_, bucket| !bucket.is_full(now));
        }
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            return Err(Refused::TooOften);
        }
        let bucket = self.sources.entry(source).or_insert_with(|| Bucket::new(now));
        bucket.take(SOURCE_RATE, now).map_err(|_wait| Refused::TooOften)
    }

    fn admit_peer(&self, id: &PeerId, now: Instant) -> Result<(), Refused> {
        let peer = Peer::from_id(id).ok_or(Refused::Key)?;
        match class_of(&self.classes.borrow(), peer) {
            Class::Blocked => return Err(Refused::Blocked),
            Class::Contact => return Ok(()),
            Class::Stranger => {}
        }
        match self.penalties.get(&peer) {
            Some(until) if *until > now => Err(Refused::Blocked),
            Some(_) | None => Ok(()),
        }
    }
}

/// Why a connection is refused; the other end is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refused {
    #[error("the address is not allowed")]
    Address,
    #[error("too many connections from there")]
    TooOften,
    #[error("the peer is blocked")]
    Blocked,
    #[error("the key is not an Ed25519 key")]
    Key,
}

/// Where connections come from, as finely as addresses cost something: an IPv4 /24, an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    V4(u32),
    V6(u128),
}

/// None for this computer itself.
fn source(ip: IpAddr) -> Option<Source> {
    match ip.to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V4(ip) => Some(Source::V4(ip.to_bits() >> 8)),
        IpAddr::V6(ip) => Some(Source::V6(ip.to_bits() >> 64)),
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        _connection: ConnectionId,
        _local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.admit_source(remote, Instant::now()).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        _connection: ConnectionId,
        peer: PeerId,
        _local: &Multiaddr,
        _remote: &Multiaddr,
    ) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        self.admit_peer(&peer, Instant::now()).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _connection: ConnectionId,
        peer: PeerId,
        _remote: &Multiaddr,
        _role: Endpoint,
        _port: PortUse,
    ) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        self.admit_peer(&peer, Instant::now()).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, _event: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        _peer: PeerId,
        _connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _cx: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// Inbound connections from one source: fifty computers of one network may start at the same moment.
const SOURCE_RATE: Rate = Rate { burst: 64, per_second: 8 };
/// Sources remembered; while as many are busy at once, new ones are refused.
const MAX_SOURCES: usize = 4096;
/// How long a stranger that broke a rule is refused.
const PENALTY: Duration = Duration::from_secs(60);
const MAX_PENALTIES: usize = 4096;

#[cfg(test)]
mod tests {
    use libp2p::identity::Keypair;

    use super::*;
    use crate::net::policy::Reach;

    fn gate(reach: Reach) -> (Gate, watch::Sender<Classes>) {
        let classes = watch::Sender::new(Classes::new());
        let policy = Policy::new(reach, watch::Sender::new(Vec::new()).subscribe());
        (Gate::new(policy, classes.subscribe()), classes)
    }

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses_are_not_accepted_on_a_lan() {
        let now = Instant::now();
        let (mut gate, _classes) = gate(Reach::Lan);
        assert_eq!(gate.admit_source(&address("/ip4/1.1.1.1/tcp/9"), now), Err(Refused::Address));
        assert_eq!(
            gate.admit_source(&address("/ip6/2606:4700::1/udp/9/quic-v1"), now),
            Err(Refused::Address)
        );
        assert_eq!(gate.admit_source(&address("/ip4/192.168.1.9/tcp/9"), now), Ok(()));
    }

    #[test]
    fn a_network_that_connects_too_often_is_refused_and_others_are_not() {
        let now = Instant::now();
        let (mut gate, _classes) = gate(Reach::Internet);
        for host in 0..SOURCE_RATE.burst {
            let from = address(&format!("/ip4/1.2.3.{host}/tcp/9"));
            assert_eq!(gate.admit_source(&from, now), Ok(()));
            let from = address(&format!("/ip6/2001:db8:1:2:{host}::1/tcp/9"));
            assert_eq!(gate.admit_source(&from, now), Ok(()));
        }
        assert_eq!(gate.admit_source(&address("/ip4/1.2.3.200/tcp/9"), now), Err(Refused::TooOften));
        assert_eq!(gate.admit_source(&address("/ip4/1.2.4.1/tcp/9"), now), Ok(()));
        let full = address("/ip6/2001:db8:1:2:ffff::1/tcp/9");
        assert_eq!(gate.admit_source(&full, now), Err(Refused::TooOften));
        assert_eq!(gate.admit_source(&full, now + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn the_memory_of_sources_is_bounded() {
        let now = Instant::now();
        let (mut gate, _classes) = gate(Reach::Internet);
        for n in 0..2 * u32::try_from(MAX_SOURCES).unwrap() {
            let ip = std::net::Ipv4Addr::from_bits(0x0100_0000 + (n << 8));
            gate.admit_source(&address(&format!("/ip4/{ip}/tcp/9")), now).ok();
        }
        assert_eq!(gate.sources.len(), MAX_SOURCES);
        let later = now + Duration::from_secs(60);
        assert_eq!(gate.admit_source(&address("/ip4/9.9.9.9/tcp/9"), later), Ok(()));
        assert_eq!(gate.sources.len(), 1);
    }

    #[test]
    fn blocked_and_penalised_peers_are_refused_but_contacts_are_not() {
        let now = Instant::now();
        let (mut gate, classes) = gate(Reach::Internet);
        let id = Keypair::generate_ed25519().public().to_peer_id();
        let peer = Peer::from_id(&id).unwrap();
        assert_eq!(gate.admit_peer(&id, now), Ok(()));
        gate.penalise(peer, now);
        assert_eq!(gate.admit_peer(&id, now), Err(Refused::Blocked));
        assert_eq!(gate.admit_peer(&id, now + PENALTY), Ok(()));
        classes.send_modify(|all| {
            all.insert(peer, Class::Contact);
        });
        assert_eq!(gate.admit_peer(&id, now), Ok(()));
        classes.send_modify(|all| {
            all.insert(peer, Class::Blocked);
        });
        assert_eq!(gate.admit_peer(&id, now + PENALTY), Err(Refused::Blocked));
    }

    #[test]
    fn peers_with_other_keys_are_refused() {
        let (gate, _classes) = gate(Reach::Internet);
        assert_eq!(gate.admit_peer(&PeerId::random(), Instant::now()), Err(Refused::Key));
    }
}
