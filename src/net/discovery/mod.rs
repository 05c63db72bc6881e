//! Finds other nodes on the local networks and is found by them, on every interface, over IPv4 and IPv6.
//! Knows nothing of connections: it tells sightings, and hears on which addresses this node listens.
//!
//! A node that starts, or whose network changes, asks several times within four seconds and introduces itself each
//! time, so that single lost packets cost little; afterwards it announces itself once a minute. Everybody who is asked
//! announces itself within a fifth of a second. libp2p's own mDNS does one family and one IPv6 interface, asks
//! once in five minutes, and remembers without a bound.

mod packet;
mod socket;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use self::packet::{Announcement, MAX_ADDRESSES, Packet};
use self::socket::{Port, Sockets};
use super::bucket::{Bucket, Rate};
use super::driver::closed;
use super::interface::Interface;
use super::peer::Peer;
use super::policy::{Policy, endpoint};

/// A node was seen on a local network.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) peer: Peer,
    /// All on local networks. Empty if the node says goodbye.
    pub(super) addresses: Vec<Multiaddr>,
    /// How long it may be believed; zero is a goodbye.
    pub(super) lasts: Duration,
}

/// What discovery needs to know.
#[derive(Debug)]
pub(super) struct Discovery {
    pub(super) local: Peer,
    /// Where this node listens, without `/p2p/` parts.
    pub(super) listen: watch::Receiver<Vec<Multiaddr>>,
    pub(super) interfaces: watch::Receiver<Vec<Interface>>,
    pub(super) policy: Policy,
    /// Sightings that find no room are dropped: announcements repeat.
    pub(super) sightings: mpsc::Sender<Sighting>,
    /// True once the network shuts down.
    pub(super) closing: watch::Receiver<bool>,
}

impl Discovery {
    /// Runs until the network shuts down or whoever hears the sightings is gone.
    pub(super) async fn run(mut self) {
        let instance = format!("{:016x}", RandomState::new().hash_one(Instant::now()));
        loop {
            match Sockets::open() {
                Ok(mut sockets) => {
                    if self.serve(&mut sockets, &instance).await {
                        self.announce(&sockets, &instance, false, Duration::ZERO);
                        return;
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot look for others on the local networks"),
            }
            tokio::select! {
                () = sleep(REOPEN) => {}
                () = closed(&mut self.closing) => return,
                () = self.sightings.closed() => return,
            }
        }
    }

    /// True if the network shuts down, false if the sockets failed.
    async fn serve(&mut self, sockets: &mut Sockets, instance: &str) -> bool {
        let mut buffer = vec![0; MAX_PACKET];
        let mut schedule = Schedule::new(Instant::now());
        let mut tokens = Bucket::new(Instant::now());
        sockets.follow(&self.interfaces.borrow_and_update());
        loop {
            let wait = schedule.next_at().saturating_duration_since(Instant::now());
            tokio::select! {
                () = closed(&mut self.closing) => return true,
                () = self.sightings.closed() => return true,
                Ok(()) = self.listen.changed() => schedule.restart(Instant::now()),
                Ok(()) = self.interfaces.changed() => {
                    sockets.follow(&self.interfaces.borrow_and_update());
                    schedule.restart(Instant::now());
                }
                () = sleep(wait) => {
                    let asks = schedule.passed(Instant::now());
                    self.announce(sockets, instance, asks, TTL);
                }
                received = sockets.receive(&mut buffer) => {
                    let Ok((length, from)) = received else { return false };
                    let now = Instant::now();
                    if tokens.take(PACKET_RATE, now).is_ok()
                        && let Some(packet) = buffer.get(..length).and_then(Packet::decode)
                    {
                        self.received(packet, from, &mut schedule, now);
                    }
                }
            }
        }
    }

    fn received(&self, packet: Packet, from: SocketAddr, schedule: &mut Schedule, now: Instant) {
        if !self.policy.is_local_ip(from.ip()) {
            return;
        }
        // our own packets come back to us; others on this computer are answered like everybody
        let announced = match packet.announces {
            Some(announcement) if announcement.peer == self.local => return,
            announced => announced,
        };
        if packet.asks {
            schedule.asked(now);
        }
        if let Some(Announcement { peer, mut addresses, ttl }) = announced {
            addresses.retain(|address| self.policy.is_local(address));
            self.sightings.try_send(Sighting { peer, addresses, lasts: ttl }).ok();
        }
    }

    /// Sends an announcement on every interface that has an address of ours.
    fn announce(&self, sockets: &Sockets, instance: &str, asks: bool, ttl: Duration) {
        let interfaces = self.interfaces.borrow();
        let listen = self.listen.borrow();
        for port in sockets.ports() {
            let addresses = addresses_on(port, &interfaces, &listen);
            if !addresses.is_empty() {
                let announces = Some(Announcement { peer: self.local, addresses, ttl });
                sockets.send(port, &Packet { asks, announces }.encode(instance));
            }
        }
    }
}

/// The listen addresses that belong to the interface behind a port, of both families: so one lost packet, or one
/// family without multicast, is made up for by the other. Link-local IPv6 addresses cannot be dialled without a zone.
fn addresses_on(port: Port, interfaces: &[Interface], listen: &[Multiaddr]) -> Vec<Multiaddr> {
    let index = match port {
        Port::V4(ip) => interfaces.iter().find(|one| one.ip == IpAddr::V4(ip)).and_then(|one| one.index),
        Port::V6(index) => Some(index),
    };
    let here: BTreeSet<IpAddr> = interfaces
        .iter()
        .filter(|one| one.is_usable() || one.ip.is_ipv4())
        .filter(|one| (index.is_some() && one.index == index) || matches!(port, Port::V4(ip) if one.ip == ip))
        .map(|one| one.ip)
        .collect();
    let there = listen.iter().filter(|address| endpoint(address).is_some_and(|ip| here.contains(&ip)));
    there.take(MAX_ADDRESSES).cloned().collect()
}

/// When to announce, and when to ask as well. Time is an argument.
#[derive(Debug)]
struct Schedule {
    /// Questions asked since the start or the last change.
    asked: usize,
    next: Instant,
    last: Option<Instant>,
    /// An answer that is due before the next announcement.
    answer: Option<Instant>,
}

impl Schedule {
    fn new(now: Instant) -> Self {
        Self { asked: 0, next: now, last: None, answer: None }
    }

    /// Something has changed: begin again, a moment later so that several changes make one packet.
    fn restart(&mut self, now: Instant) {
        self.asked = 0;
        self.next = after(now, SETTLE);
    }

    /// Somebody asks. Everybody hears the answer, so many questions need only one.
    fn asked(&mut self, now: Instant) {
        let earliest = self.last.map_or(now, |last| after(last, MIN_GAP).max(now));
        self.answer = Some(self.answer.map_or(earliest, |due| due.min(earliest)));
    }

    fn next_at(&self) -> Instant {
        self.answer.map_or(self.next, |answer| answer.min(self.next))
    }

    /// An announcement goes out now. True if it asks as well.
    fn passed(&mut self, now: Instant) -> bool {
        self.last = Some(now);
        self.answer = None;
        if self.next > now {
            return false;
        }
        let asks = self.asked < QUESTIONS.len();
        self.next = after(now, QUESTIONS.get(self.asked).copied().unwrap_or(PERIOD));
        self.asked = self.asked.saturating_add(1);
        asks
    }
}

/// Reads any bytes as a packet and forgets what it said: the door for `crate::fuzzing`.
pub(crate) fn read_any(bytes: &[u8]) {
    std::hint::black_box(Packet::decode(bytes).is_some());
}

fn after(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}

/// The pauses after each question.
const QUESTIONS: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(8),
    Duration::from_secs(20),
];
/// Between announcements: two packets of 300 bytes a minute are 10 bytes a second.
const PERIOD: Duration = Duration::from_secs(60);
/// An announcement may be missed twice.
const TTL: Duration = Duration::from_secs(180);
/// Between two announcements that were asked for.
const MIN_GAP: Duration = Duration::from_millis(200);
const SETTLE: Duration = Duration::from_millis(20);
/// Between attempts to open the sockets.
const REOPEN: Duration = Duration::from_secs(30);
/// Packets looked at, from all senders together: a network may be large, but a flood must not occupy a processor.
const PACKET_RATE: Rate = Rate { burst: 500, per_second: 200 };
const MAX_PACKET: usize = 9000;

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(index: u32, ip: &str) -> Interface {
        Interface { index: Some(index), ip: ip.parse().unwrap(), prefix: 24 }
    }

    #[test]
    fn an_interface_is_told_its_own_addresses_of_both_families() {
        let interfaces = [
            interface(2, "192.168.1.2"),
            interface(2, "fd00::2"),
            interface(2, "fe80::2"),
            interface(3, "10.0.0.3"),
        ];
        let listen: Vec<Multiaddr> = [
            "/ip4/192.168.1.2/tcp/4",
            "/ip6/fd00::2/tcp/4",
            "/ip6/fe80::2/tcp/4",
            "/ip4/10.0.0.3/udp/4/quic-v1",
            "/ip4/127.0.0.1/tcp/4",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let first = vec![listen[0].clone(), listen[1].clone()];
        assert_eq!(addresses_on(Port::V4("192.168.1.2".parse().unwrap()), &interfaces, &listen), first);
        assert_eq!(addresses_on(Port::V6(2), &interfaces, &listen), first);
        assert_eq!(addresses_on(Port::V6(3), &interfaces, &listen), vec![listen[3].clone()]);
        assert!(addresses_on(Port::V6(4), &interfaces, &listen).is_empty());
    }

    #[test]
    fn a_node_asks_at_once_and_then_less_and_less() {
        let mut now = Instant::now();
        let start = now;
        let mut schedule = Schedule::new(now);
        let mut asked = Vec::new();
        for _ in 0..8 {
            now = schedule.next_at();
            if schedule.passed(now) {
                asked.push((now - start).as_millis());
            }
        }
        assert_eq!(asked, [0, 250, 750, 1750, 3750, 11750]);
        assert_eq!(schedule.next_at() - now, PERIOD);
        schedule.restart(now);
        assert_eq!(schedule.next_at() - now, SETTLE);
        assert!(schedule.passed(schedule.next_at()));
    }

    #[test]
    fn many_questions_are_answered_together() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now);
        for _ in 0..6 {
            schedule.passed(schedule.next_at());
        }
        let quiet = schedule.next_at() - Duration::from_secs(10);
        schedule.asked(quiet);
        assert_eq!(schedule.next_at(), quiet);
        assert!(!schedule.passed(quiet));
        for _ in 0..50 {
            schedule.asked(quiet);
        }
        assert_eq!(schedule.next_at(), quiet + MIN_GAP);
        assert!(!schedule.passed(quiet + MIN_GAP));
        assert_eq!(schedule.next_at(), quiet + Duration::from_secs(10));
    }
}
