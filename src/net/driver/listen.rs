//! The listeners, and how the ports of one life are kept in the next. Knows nothing of connections.

use std::time::{Duration, Instant};

use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, Swarm};

use super::Driver;
use crate::net::behaviour::Node;
use crate::net::config::NetError;

/// A configured address.
pub(crate) struct Listener {
    pub(super) configured: Multiaddr,
    /// The same with the port that was found for it.
    pub(super) found: Multiaddr,
    /// None while the port of the last life is not yet free, and where it is not possible to listen at all.
    pub(super) id: Option<ListenerId>,
}

impl Driver {
    /// Tries for the old ports a while, then takes any.
    pub(super) fn listen_again(&mut self, tries: u32, now: Instant) {
        let mut missing = false;
        for listener in self.listeners.iter_mut().filter(|listener| listener.id.is_none()) {
            if tries == 0 {
                listener.found = listener.configured.clone();
            }
            listener.id = self.swarm.listen_on(listener.found.clone()).ok();
            missing |= listener.id.is_none();
        }
        let next = tries.checked_sub(1).zip(now.checked_add(LISTEN_PAUSE)).filter(|_| missing);
        self.listen_again = next.map(|(tries, at)| (at, tries));
    }

    pub(super) fn listen_changed(&mut self, now: Instant) {
        self.core.listening.send_replace(self.listening.iter().cloned().collect());
        self.news.listening = now.checked_add(SETTLE);
        self.core.look.notify_one();
    }
}

/// Listens on the configured addresses, or, if there was a life before, on the ports it had.
pub(super) fn listen(
    swarm: &mut Swarm<Node>,
    configured: &[Multiaddr],
    again: &[Multiaddr],
) -> Result<Vec<Listener>, NetError> {
    let everything: Vec<Multiaddr> = EVERYTHING.iter().filter_map(|text| text.parse().ok()).collect();
    let configured = if configured.is_empty() { &everything } else { configured };
    let mut listeners = Vec::new();
    for (n, configured) in configured.iter().enumerate() {
        let found = again.get(n).unwrap_or(configured).clone();
        let id = swarm.listen_on(found.clone()).ok();
        listeners.push(Listener { configured: configured.clone(), found, id });
    }
    // a computer may lack one of the two families, but not both; and a port may soon be free again
    let possible = !again.is_empty() || listeners.iter().any(|listener| listener.id.is_some());
    if possible { Ok(listeners) } else { Err(NetError::Listen) }
}

/// The address with the port of another.
pub(super) fn with_port_of(address: &Multiaddr, found: &Multiaddr) -> Multiaddr {
    let port = found.iter().find_map(|part| match part {
        Protocol::Tcp(port) | Protocol::Udp(port) => Some(port),
        _ => None,
    });
    let Some(port) = port else { return address.clone() };
    let parts = address.iter().map(|part| match part {
        Protocol::Tcp(_) => Protocol::Tcp(port),
        Protocol::Udp(_) => Protocol::Udp(port),
        other => other,
    });
    parts.collect()
}

const EVERYTHING: [&str; 4] =
    ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"];
/// Attempts to get the ports of the last life again, before others are taken. Closed QUIC sockets linger a second or two.
pub(super) const LISTEN_TRIES: u32 = 20;
const LISTEN_PAUSE: Duration = Duration::from_millis(100);
/// Several listeners start at the same moment: one event tells of all.
const SETTLE: Duration = Duration::from_millis(20);
