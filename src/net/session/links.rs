//! Which connection of a peer carries its stream, and who opens it. A state machine: time is an argument.
//!
//! Of the two ends the smaller [`Peer`] opens the stream, on the connection it likes; the other only accepts. So two
//! streams never compete, however many connections two simultaneous dials leave behind.
//!
//! ```text
//!          connected                stream negotiated           task ended
//!  Idle ------------> Opening(c) -----------------> Live(c) -----------------+
//!   ^                    | failed                                            |
//!   |                    v                                                   |
//!   +--- due ------ Waiting(until) <-----------------------------------------+
//! ```
//!
//! A connection that arrives while a stream is live and no longer young means that the other end has lost it (it
//! restarted, or changed its network): the stream moves to the new connection.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libp2p::swarm::ConnectionId;

use crate::net::peer::Peer;

/// The connections of every peer, as one end sees them.
#[derive(Debug)]
pub(super) struct Links {
    local: Peer,
    peers: BTreeMap<Peer, Link>,
}

#[derive(Debug)]
struct Link {
    /// Oldest first.
    connections: Vec<ConnectionId>,
    state: State,
    /// Attempts in a row that led to no lasting stream.
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Opening(ConnectionId),
    Live { on: ConnectionId, since: Instant },
    Waiting { until: Instant },
}

impl Links {
    pub(super) fn new(local: Peer) -> Self {
        Self { local, peers: BTreeMap::new() }
    }

    /// A connection is there. Some if a stream is to be opened on it.
    pub(super) fn connected(&mut self, peer: Peer, on: ConnectionId, now: Instant) -> Option<ConnectionId> {
        let opens = self.local < peer;
        let link = self.peers.entry(peer).or_insert_with(|| Link {
            connections: Vec::new(),
            state: State::Idle,
            failures: 0,
        });
        link.connections.push(on);
        let lost = match link.state {
            State::Idle => true,
            State::Live { since, .. } => now.saturating_duration_since(since) >= YOUNG,
            State::Opening(_) | State::Waiting { .. } => false,
        };
        if !(opens && lost) {
            return None;
        }
        link.state = State::Opening(on);
        Some(on)
    }

    /// A connection is gone. Some if a stream is to be opened on another one.
    pub(super) fn disconnected(&mut self, peer: Peer, on: ConnectionId) -> Option<ConnectionId> {
        let opens = self.local < peer;
        let link = self.peers.get_mut(&peer)?;
        link.connections.retain(|connection| *connection != on);
        let Some(next) = link.connections.last().copied() else {
            self.peers.remove(&peer);
            return None;
        };
        let affected = match link.state {
            State::Opening(used) | State::Live { on: used, .. } => used == on,
            State::Idle | State::Waiting { .. } => false,
        };
        if !(opens && affected) {
            return None;
        }
        link.state = State::Opening(next);
        Some(next)
    }

    /// A stream came of an attempt. False if the attempt was given up meanwhile.
    pub(super) fn opened(&mut self, peer: Peer, on: ConnectionId, now: Instant) -> bool {
        let Some(link) = self.peers.get_mut(&peer) else { return false };
        let expected = link.state == State::Opening(on);
        if expected {
            link.state = State::Live { on, since: now };
        }
        expected
    }

    /// No stream came of an attempt.
    pub(super) fn failed(&mut self, peer: Peer, on: ConnectionId, now: Instant) {
        if let Some(link) = self.peers.get_mut(&peer)
            && link.state == State::Opening(on)
        {
            link.wait(now);
        }
    }

    /// A live stream is over.
    pub(super) fn ended(&mut self, peer: Peer, on: ConnectionId, now: Instant) {
        if let Some(link) = self.peers.get_mut(&peer)
            && let State::Live { on: used, since } = link.state
            && used == on
        {
            if now.saturating_duration_since(since) >= YOUNG {
                link.failures = 0;
            }
            link.wait(now);
        }
    }

    /// The attempts whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(Peer, ConnectionId)> {
        let mut due = Vec::new();
        for (peer, link) in &mut self.peers {
            if let State::Waiting { until } = link.state
                && until <= now
                && let Some(on) = link.connections.last()
            {
                link.state = State::Opening(*on);
                due.push((*peer, *on));
            }
        }
        due
    }

    /// When [`due`](Self::due) has something to say next.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.peers
            .values()
            .filter_map(|link| match link.state {
                State::Waiting { until } => Some(until),
                State::Idle | State::Opening(_) | State::Live { .. } => None,
            })
            .min()
    }
}

impl Link {
    fn wait(&mut self, now: Instant) {
        let delay = RETRY.saturating_mul(1 << self.failures.min(5));
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting { until: now.checked_add(delay).unwrap_or(now) };
    }
}

/// Connections that follow each other within this time come of simultaneous dials.
const YOUNG: Duration = Duration::from_secs(5);
/// The first pause after a failed attempt; doubles up to 32 times.
const RETRY: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Peer = Peer::from_bytes([1; 32]);
    const LARGE: Peer = Peer::from_bytes([2; 32]);

    fn id(n: usize) -> ConnectionId {
        ConnectionId::new_unchecked(n)
    }

    #[test]
    fn the_smaller_peer_opens_and_the_larger_waits() {
        let now = Instant::now();
        assert_eq!(Links::new(SMALL).connected(LARGE, id(1), now), Some(id(1)));
        assert_eq!(Links::new(LARGE).connected(SMALL, id(1), now), None);
    }

    #[test]
    fn a_second_connection_of_a_simultaneous_dial_opens_nothing() {
        let now = Instant::now();
        let mut links = Links::new(SMALL);
        links.connected(LARGE, id(1), now);
        assert_eq!(links.connected(LARGE, id(2), now), None);
        assert!(links.opened(LARGE, id(1), now));
        assert_eq!(links.connected(LARGE, id(3), now), None);
        assert_eq!(links.disconnected(LARGE, id(2)), None);
    }

    #[test]
    fn the_stream_moves_when_its_connection_is_lost() {
        let now = Instant::now();
        let mut links = Links::new(SMALL);
        links.connected(LARGE, id(1), now);
        links.connected(LARGE, id(2), now);
        links.opened(LARGE, id(1), now);
        assert_eq!(links.disconnected(LARGE, id(1)), Some(id(2)));
        assert!(links.opened(LARGE, id(2), now));
    }

    #[test]
    fn a_late_connection_takes_the_stream_over() {
        let now = Instant::now();
        let mut links = Links::new(SMALL);
        links.connected(LARGE, id(1), now);
        links.opened(LARGE, id(1), now);
        assert_eq!(links.connected(LARGE, id(2), now + YOUNG), Some(id(2)));
        // the old stream ends afterwards and changes nothing
        links.ended(LARGE, id(1), now + YOUNG);
        assert!(links.opened(LARGE, id(2), now + YOUNG));
    }

    #[test]
    fn an_ended_stream_is_opened_again_after_growing_pauses() {
        let mut now = Instant::now();
        let mut links = Links::new(SMALL);
        links.connected(LARGE, id(1), now);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            links.failed(LARGE, id(1), now);
            let next = links.next_at().unwrap();
            assert!(links.due(now).is_empty());
            pauses.push((next - now).as_millis());
            now = next;
            assert_eq!(links.due(now), vec![(LARGE, id(1))]);
        }
        assert_eq!(pauses, [200, 400, 800, 1600, 3200, 6400, 6400, 6400]);
    }

    #[test]
    fn a_stream_of_an_attempt_given_up_is_not_taken() {
        let now = Instant::now();
        let mut links = Links::new(SMALL);
        links.connected(LARGE, id(1), now);
        links.failed(LARGE, id(1), now);
        assert!(!links.opened(LARGE, id(1), now));
        assert!(!links.opened(SMALL, id(9), now));
    }
}
