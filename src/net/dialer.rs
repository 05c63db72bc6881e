//! Whom to dial, where and when. A state machine: time and chance are arguments. Knows nothing of the swarm.
//!
//! A peer is known because its owner wanted it dialled (kept for some time) or because it was sighted on a local
//! network (kept while the sighting lasts). On a sighting the smaller [`Peer`] dials at once and the other a little
//! later, if it is still alone. Failures are followed by growing pauses.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libp2p::Multiaddr;

use super::bucket::{Bucket, Rate};
use super::peer::Peer;

/// The peers that could be dialled.
#[derive(Debug)]
pub(super) struct Dialer {
    local: Peer,
    peers: BTreeMap<Peer, Entry>,
    tokens: Bucket,
    in_flight: usize,
    jitter: Jitter,
}

#[derive(Debug)]
struct Entry {
    /// Best first.
    addresses: Vec<Multiaddr>,
    keep: Keep,
    state: State,
    /// Failures in a row.
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Until it was tried in vain many times.
    Wanted,
    /// For ever.
    Bootstrap,
    /// Until then.
    Sighted(Instant),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Due(Instant),
    Dialing,
    Connected { since: Instant },
}

/// Something to dial now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dial {
    pub(super) peer: Peer,
    pub(super) addresses: Vec<Multiaddr>,
}

/// Where a wish to dial comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// The owner of the network.
    Owner,
    /// The configuration.
    Bootstrap,
}

impl Dialer {
    pub(super) fn new(local: Peer, now: Instant, seed: u64) -> Self {
        Self { local, peers: BTreeMap::new(), tokens: Bucket::new(now), in_flight: 0, jitter: Jitter(seed) }
    }

    /// The peer is wanted at this address.
    pub(super) fn want(&mut self, peer: Peer, address: Multiaddr, wish: Wish, now: Instant) {
        if peer == self.local || !self.make_room(peer, now) {
            return;
        }
        let keep = match wish {
            Wish::Owner => Keep::Wanted,
            Wish::Bootstrap => Keep::Bootstrap,
        };
        let entry = self.peers.entry(peer).or_insert_with(|| Entry::new(keep, now));
        entry.add(address);
        if entry.keep != Keep::Bootstrap {
            entry.keep = keep;
        }
        entry.failures = 0;
        if let State::Due(at) = entry.state {
            entry.state = State::Due(at.min(now));
        }
    }

    /// The peer was seen on a local network at these addresses. Sightings of no length end earlier ones.
    pub(super) fn sighted(&mut self, peer: Peer, addresses: Vec<Multiaddr>, lasts: Duration, now: Instant) {
        if lasts.is_zero() {
            self.peers.retain(|known, entry| {
                *known != peer || !matches!((entry.keep, entry.state), (Keep::Sighted(_), State::Due(_)))
            });
            return;
        }
        if peer == self.local || addresses.is_empty() || !self.make_room(peer, now) {
            return;
        }
        let until = now.checked_add(lasts.min(MAX_SIGHTING)).unwrap_or(now);
        let known = self.peers.contains_key(&peer);
        let first_at = if self.local < peer { now } else { now.checked_add(TIE_BREAK).unwrap_or(now) };
        let entry = self.peers.entry(peer).or_insert_with(|| Entry::new(Keep::Sighted(until), first_at));
        let mut fresh = false;
        for address in addresses {
            fresh |= entry.add(address);
        }
        if let Keep::Sighted(old) = entry.keep {
            entry.keep = Keep::Sighted(old.max(until));
        }
        // A new address is a reason to try at once what has failed so far.
        if known
            && fresh
            && let State::Due(at) = entry.state
        {
            entry.failures = 0;
            entry.state = State::Due(at.min(first_at));
        }
    }

    /// A connection to the peer is there, whoever dialled.
    pub(super) fn connected(&mut self, peer: Peer, now: Instant) {
        if let Some(entry) = self.peers.get_mut(&peer) {
            if entry.state == State::Dialing {
                self.in_flight = self.in_flight.saturating_sub(1);
            }
            if !matches!(entry.state, State::Connected { .. }) {
                entry.state = State::Connected { since: now };
            }
        }
    }

    /// The last connection to the peer is gone.
    pub(super) fn lost(&mut self, peer: Peer, now: Instant) {
        let wait = self.jitter.spread(if self.local < peer { REDIAL } else { TIE_BREAK });
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        let State::Connected { since } = entry.state else { return };
        if now.saturating_duration_since(since) >= LASTING {
            entry.failures = 0;
        }
        // The first loss may be anything; a peer that goes on dropping short connections waits longer each time.
        if entry.failures == 0 {
            entry.failures = 1;
            entry.state = State::Due(now.checked_add(wait).unwrap_or(now));
        } else {
            self.back_off(peer, now);
        }
    }

    /// A dial came to nothing.
    pub(super) fn failed(&mut self, peer: Peer, now: Instant) {
        if self.peers.get(&peer).is_some_and(|entry| entry.state == State::Dialing) {
            self.in_flight = self.in_flight.saturating_sub(1);
            self.back_off(peer, now);
        }
    }

    /// Somebody else answers at this address.
    pub(super) fn misplaced(&mut self, peer: Peer, address: &Multiaddr) {
        if let Some(entry) = self.peers.get_mut(&peer) {
            entry.addresses.retain(|known| known != address);
        }
    }

    /// The network has changed: every pause is over.
    pub(super) fn refresh(&mut self, now: Instant) {
        for entry in self.peers.values_mut() {
            entry.failures = 0;
            if let State::Due(at) = entry.state {
                entry.state = State::Due(at.min(now));
            }
        }
    }

    /// Nothing is connected or under way any more.
    pub(super) fn restart(&mut self, now: Instant) {
        self.in_flight = 0;
        for entry in self.peers.values_mut() {
            entry.failures = 0;
            entry.state = State::Due(now);
        }
    }

    /// What is to be dialled now, `urgent` peers first, within the budget.
    pub(super) fn take(&mut self, now: Instant, urgent: impl Fn(Peer) -> bool) -> Vec<Dial> {
        self.expire(now);
        let mut due: Vec<(bool, Instant, Peer)> = self
            .peers
            .iter()
            .filter_map(|(peer, entry)| match entry.state {
                State::Due(at) if at <= now => Some((!urgent(*peer), at, *peer)),
                State::Due(_) | State::Dialing | State::Connected { .. } => None,
            })
            .collect();
        due.sort_unstable();
        let mut dials = Vec::new();
        for (_, _, peer) in due {
            if self.in_flight >= MAX_IN_FLIGHT || self.tokens.take(DIAL_RATE, now).is_err() {
                break;
            }
            if let Some(entry) = self.peers.get_mut(&peer) {
                entry.state = State::Dialing;
                self.in_flight = self.in_flight.saturating_add(1);
                dials.push(Dial { peer, addresses: entry.addresses.clone() });
            }
        }
        dials
    }

    /// When [`take`](Self::take) could have something to say next; never sooner than the budget allows.
    pub(super) fn next_at(&self, now: Instant) -> Option<Instant> {
        if self.in_flight >= MAX_IN_FLIGHT {
            return None;
        }
        let due = self.peers.values().filter_map(|entry| match entry.state {
            State::Due(at) => Some(at),
            State::Dialing | State::Connected { .. } => None,
        });
        let at = due.min()?;
        let mut tokens = self.tokens;
        match tokens.take(DIAL_RATE, now) {
            Ok(()) => Some(at),
            Err(wait) => Some(at.max(now.checked_add(wait).unwrap_or(now))),
        }
    }

    fn back_off(&mut self, peer: Peer, now: Instant) {
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        let wait = self.jitter.spread(pause(entry.failures));
        entry.failures = entry.failures.saturating_add(1);
        entry.state = State::Due(now.checked_add(wait).unwrap_or(now));
        if entry.keep == Keep::Wanted && entry.failures >= MAX_FAILURES {
            self.peers.remove(&peer);
        }
    }

    fn expire(&mut self, now: Instant) {
        self.peers.retain(|_, entry| match (entry.keep, entry.state) {
            (_, State::Due(_)) if entry.addresses.is_empty() => false,
            (Keep::Sighted(until), State::Due(_)) => until > now,
            _ => true,
        });
    }

    /// Sightings cost their sender nothing, so they alone never fill the table and give way to what is wanted.
    fn make_room(&mut self, peer: Peer, now: Instant) -> bool {
        if self.peers.contains_key(&peer) || self.peers.len() < MAX_PEERS {
            return true;
        }
        self.expire(now);
        self.peers.len() < MAX_PEERS
    }
}

impl Entry {
    fn new(keep: Keep, due: Instant) -> Self {
        Self { addresses: Vec::new(), keep, state: State::Due(due), failures: 0 }
    }

    /// True if the address is new. The newest comes first, the oldest falls out.
    fn add(&mut self, address: Multiaddr) -> bool {
        if self.addresses.contains(&address) {
            return false;
        }
        self.addresses.insert(0, address);
        self.addresses.truncate(MAX_ADDRESSES);
        true
    }
}

/// 250 ms, doubling up to 2 s: most that fails at first was only not there yet. Then growing by 1.8, at most 10 min.
fn pause(failures: u32) -> Duration {
    let mut pause = FIRST_PAUSE;
    for _ in 0..failures.min(24) {
        let longer = if pause < SLOWER {
            pause.saturating_mul(2)
        } else {
            pause.saturating_mul(9).checked_div(5).unwrap_or(MAX_PAUSE)
        };
        pause = longer.min(MAX_PAUSE);
    }
    pause
}

/// Chance enough to keep two nodes from dialling in step for ever (xorshift64).
#[derive(Debug)]
struct Jitter(u64);

impl Jitter {
    /// Between 70 and 130 percent.
    fn spread(&mut self, wait: Duration) -> Duration {
        self.0 ^= self.0.wrapping_shl(13);
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0.wrapping_shl(17);
        let percent = u32::try_from(self.0 % 61).unwrap_or(30).saturating_add(70);
        wait.saturating_mul(percent).checked_div(100).unwrap_or(wait)
    }
}

/// Peers known at once.
const MAX_PEERS: usize = 512;
const MAX_ADDRESSES: usize = 10;
/// Dials under way at once.
const MAX_IN_FLIGHT: usize = 16;
const DIAL_RATE: Rate = Rate { burst: 16, per_second: 8 };
/// How long the larger peer leaves the first dial to the smaller.
const TIE_BREAK: Duration = Duration::from_millis(1500);
/// The pause before the smaller peer dials again what was lost.
const REDIAL: Duration = Duration::from_millis(100);
/// A connection that lasted so long was a good one, and its loss no failure.
const LASTING: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// From here on pauses grow more slowly.
const SLOWER: Duration = Duration::from_secs(2);
const MAX_PAUSE: Duration = Duration::from_secs(600);
/// Failures in a row, more than an hour of them, after which a wanted peer is given up.
const MAX_FAILURES: u32 = 19;
/// A sighting counts no longer than this, whatever it says.
const MAX_SIGHTING: Duration = Duration::from_secs(300);

#[cfg(test)]
#[path = "dialer_tests.rs"]
mod tests;
