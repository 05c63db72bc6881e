//! The task that polls the swarm: one life of it, from building to winding down. Reactions are in [`react`].
//! Knows nothing of what frames say; it does not even see them.

mod gossip;
mod listen;
mod react;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{self, ConnectionId};
use libp2p::{Multiaddr, Swarm};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout, timeout_at};

use self::listen::{LISTEN_TRIES, Listener, listen};
use super::behaviour::Node;
use super::bucket::Bucket;
use super::config::NetError;
use super::dialer::{Dialer, Wish};
use super::discovery::{Discovery, Sighting};
use super::event::{NetEvent, Verdict};
use super::gate::Classes;
use super::gossip::Inbox;
use super::handle::Circles;
use super::interface::Interface;
use super::outlet::Outlets;
use super::peer::Peer;
use super::policy::{Policy, Reach};
use super::session::{Ended, Hub};
use super::transport;

/// What outlives a swarm.
#[derive(Clone)]
pub(super) struct Core {
    pub(super) key: Keypair,
    pub(super) local: Peer,
    pub(super) reach: Reach,
    pub(super) mdns: bool,
    /// As configured; empty for everything.
    pub(super) listen: Vec<Multiaddr>,
    pub(super) bootstrap: Vec<Multiaddr>,
    pub(super) events: mpsc::Sender<NetEvent>,
    pub(super) outlets: Outlets,
    pub(super) classes: watch::Receiver<Classes>,
    /// Whom gossip is spoken with, and about what.
    pub(super) circles: watch::Receiver<Circles>,
    /// Where this node listens at the moment, without `/p2p/` parts.
    pub(super) listening: watch::Sender<Vec<Multiaddr>>,
    pub(super) interfaces: watch::Receiver<Vec<Interface>>,
    /// Asks for a look at the interfaces, sooner than the next one.
    pub(super) look: Arc<Notify>,
    pub(super) closing: watch::Receiver<bool>,
}

/// What the handle asks for.
#[derive(Debug)]
pub(super) enum Command {
    /// Dial these.
    Dial(Vec<Multiaddr>),
    /// Close the connections with this peer.
    Disconnect(Peer),
    /// Close the connections with this peer, and refuse it for a while.
    Punish(Peer),
    /// Hand a message of this topic to its members.
    Publish(String, Vec<u8>),
    /// What becomes of the message with this token.
    Judge(u64, Verdict),
    /// Start afresh.
    Rebuild,
    #[cfg(test)]
    Crash,
}

/// Why a life of the swarm is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// A new swarm is wanted.
    Rebuild,
    /// This one does not work any more.
    Broken,
    /// Nobody wants one.
    Shutdown,
}

/// What one life leaves to the next.
#[derive(Debug)]
pub(super) struct Legacy {
    dialer: Dialer,
    /// Sessions whose last event is not yet told, because their owner is slow.
    unfinished: Vec<(Peer, JoinHandle<()>)>,
    /// The configured addresses with the ports that were found for them.
    listen: Vec<Multiaddr>,
    /// What the owner was last told.
    offline: bool,
    /// Verdicts on messages of that life may come still.
    inbox: Inbox,
}

/// One life of the swarm.
pub(super) struct Driver {
    core: Core,
    policy: Policy,
    swarm: Swarm<Node>,
    hub: Hub,
    dialer: Dialer,
    nameless: Vec<Nameless>,
    lines: HashMap<ConnectionId, Line>,
    sessions: HashMap<Peer, Running>,
    serial: u64,
    listeners: Vec<Listener>,
    listening: BTreeSet<Multiaddr>,
    /// The classes as they were last applied.
    applied: Classes,
    /// Whom gossip is to be spoken with, as last applied.
    inside: BTreeSet<Peer>,
    inbox: Inbox,
    /// The interfaces as they were last seen.
    known: Vec<Interface>,
    news: News,
    /// When to try again to listen where it was not possible, and how often still.
    listen_again: Option<(Instant, u32)>,
    tidy_at: Instant,
    winding: watch::Sender<bool>,
    ended: mpsc::Receiver<Ended>,
    sightings: mpsc::Receiver<Sighting>,
    /// Keeps the receiver open when discovery is off.
    _sighting: mpsc::Sender<Sighting>,
}

/// An established connection.
struct Line {
    peer: Peer,
    endpoint: ConnectedPoint,
    since: Instant,
    /// Streams started on it.
    streams: Bucket,
}

/// A session in use, or not yet quite over.
struct Running {
    serial: u64,
    /// None of a session of an earlier swarm.
    connection: Option<ConnectionId>,
    /// Dropped to stop it.
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// An address of nobody known: who answers becomes a peer of the dialer.
struct Nameless {
    address: Multiaddr,
    wish: Wish,
    dialing: Option<ConnectionId>,
    due: Option<Instant>,
}

/// What its owner is to be told next; the newest replaces what was not yet told.
struct News {
    listening: Option<Instant>,
    offline: bool,
    offline_told: bool,
}

impl Driver {
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// If the secure channels cannot be set up or nothing can be listened on.
    pub(super) fn build(core: &Core, mut legacy: Legacy) -> Result<Self, Box<(NetError, Legacy)>> {
        let (swarm, policy, listeners) = match open(core, &legacy.listen) {
            Ok(opened) => opened,
            Err(error) => return Err(Box::new((error, legacy))),
        };
        let now = Instant::now();
        legacy.dialer.restart(now);
        let (ended_to, ended) = mpsc::channel(256);
        let (sighting_to, sightings) = mpsc::channel(64);
        let winding = watch::Sender::new(false);
        core.listening.send_replace(Vec::new());
        if core.mdns {
            tokio::spawn(discovery(core, &policy, sighting_to.clone(), winding.subscribe()).run());
        }
        let hub = Hub {
            events: core.events.clone(),
            outlets: core.outlets.clone(),
            classes: core.classes.clone(),
            ended: ended_to,
            closing: winding.subscribe(),
        };
        let mut driver = Self {
            known: core.interfaces.borrow().clone(),
            core: core.clone(),
            policy,
            swarm,
            hub,
            dialer: legacy.dialer,
            nameless: Vec::new(),
            lines: HashMap::new(),
            sessions: legacy
                .unfinished
                .into_iter()
                .map(|(peer, task)| (peer, Running { serial: 0, connection: None, stop: None, task }))
                .collect(),
            serial: 0,
            listeners,
            listening: BTreeSet::new(),
            applied: Classes::new(),
            inside: BTreeSet::new(),
            inbox: legacy.inbox,
            news: News { listening: None, offline: false, offline_told: legacy.offline },
            listen_again: (!legacy.listen.is_empty()).then_some((now, LISTEN_TRIES)),
            tidy_at: now,
            winding,
            ended,
            sightings,
            _sighting: sighting_to,
        };
        driver.on_classes();
        driver.on_circles();
        driver.look_for_interfaces();
        for address in core.bootstrap.clone() {
            driver.want(address, Wish::Bootstrap, now);
        }
        Ok(driver)
    }

    /// Runs until it is over.
    pub(super) async fn run(&mut self, commands: &mut mpsc::Receiver<Command>) -> Exit {
        let mut closing = self.core.closing.clone();
        let events = self.core.events.clone();
        loop {
            let now = Instant::now();
            self.on_time(now);
            let wait = self.next_at(now).saturating_duration_since(now);
            let told = self.news.due(now);
            tokio::select! {
                event = self.swarm.select_next_some() => {
                    if !self.on_swarm(event) {
                        return Exit::Broken;
                    }
                }
                command = commands.recv() => match command {
                    Some(Command::Dial(addresses)) => self.on_dial(addresses),
                    Some(Command::Disconnect(peer)) => self.on_disconnect(peer),
                    Some(Command::Punish(peer)) => self.punish(peer, now),
                    Some(Command::Publish(topic, bytes)) => self.on_publish(&topic, bytes),
                    Some(Command::Judge(token, verdict)) => self.on_verdict(token, verdict),
                    Some(Command::Rebuild) => return Exit::Rebuild,
                    #[cfg(test)]
                    Some(Command::Crash) => panic!("asked to"),
                    None => return Exit::Shutdown,
                },
                Ok(()) = self.core.classes.changed() => self.on_classes(),
                Ok(()) = self.core.circles.changed() => self.on_circles(),
                Ok(()) = self.core.interfaces.changed() => {
                    if self.on_interfaces() {
                        return Exit::Rebuild;
                    }
                }
                Some(ended) = self.ended.recv() => self.on_ended(&ended),
                Some(sighting) = self.sightings.recv() => self.on_sighting(sighting),
                Ok(permit) = events.reserve(), if told => {
                    if let Some(event) = self.news.take(&self.core) {
                        permit.send(event);
                    }
                }
                () = events.closed() => return Exit::Shutdown,
                () = closed(&mut closing) => return Exit::Shutdown,
                () = sleep(wait) => {}
            }
        }
    }

    /// Ends the sessions, giving what is queued 300 ms to leave, and the connections.
    pub(super) async fn wind_down(mut self, exit: Exit) -> Legacy {
        self.winding.send_replace(true);
        let until = tokio::time::Instant::now().checked_add(WIND_DOWN);
        let mut unfinished = Vec::new();
        for (peer, mut running) in self.sessions.drain() {
            // the sessions report their end into a queue that nobody empties any more
            while let Ok(_ended) = self.ended.try_recv() {}
            if let Some(until) = until
                && timeout_at(until, &mut running.task).await.is_err()
            {
                unfinished.push((peer, running.task));
            }
        }
        if exit != Exit::Broken {
            timeout(GOODBYE, self.hang_up()).await.ok();
        }
        let listen = self.listeners.into_iter().map(|listener| listener.found).collect();
        Legacy {
            dialer: self.dialer,
            listen,
            unfinished,
            offline: self.news.offline_told,
            inbox: self.inbox.of_next_life(),
        }
    }

    async fn hang_up(&mut self) {
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            self.swarm.disconnect_peer_id(peer).ok();
        }
        while self.swarm.connected_peers().next().is_some() {
            self.swarm.select_next_some().await;
        }
    }
}

/// Resolves when the network is to end, which it also is when nobody can say so any more.
pub(super) async fn closed(closing: &mut watch::Receiver<bool>) {
    closing.wait_for(|closing| *closing).await.ok();
}

impl Legacy {
    /// Of no life before.
    pub(super) fn none(local: Peer) -> Self {
        let dialer = Dialer::new(local, Instant::now(), seed(local));
        Self { dialer, unfinished: Vec::new(), listen: Vec::new(), offline: false, inbox: Inbox::default() }
    }
}

impl News {
    fn due(&self, now: Instant) -> bool {
        self.offline != self.offline_told || self.listening.is_some_and(|at| at <= now)
    }

    fn take(&mut self, core: &Core) -> Option<NetEvent> {
        if self.offline != self.offline_told {
            self.offline_told = self.offline;
            return Some(NetEvent::Offline(self.offline));
        }
        self.listening.take().map(|_| NetEvent::Listening(named(&core.listening.borrow(), core.local)))
    }
}

/// The addresses as others dial them. Link-local IPv6 addresses mean nothing to others without a zone.
pub(super) fn named(addresses: &[Multiaddr], local: Peer) -> Vec<String> {
    let useful = addresses.iter().filter(
        |address| !matches!(address.iter().next(), Some(Protocol::Ip6(ip)) if ip.is_unicast_link_local()),
    );
    useful.map(|address| format!("{address}/p2p/{local}")).collect()
}

fn discovery(
    core: &Core,
    policy: &Policy,
    sightings: mpsc::Sender<Sighting>,
    closing: watch::Receiver<bool>,
) -> Discovery {
    Discovery {
        local: core.local,
        listen: core.listening.subscribe(),
        interfaces: core.interfaces.clone(),
        policy: policy.clone(),
        sightings,
        closing,
    }
}

pub(super) type Opened = (Swarm<Node>, Policy, Vec<Listener>);

/// A swarm that listens.
pub(super) fn open(core: &Core, again: &[Multiaddr]) -> Result<Opened, NetError> {
    let policy = Policy::new(core.reach, core.interfaces.clone());
    let node = Node::new(&core.key, core.local, policy.clone(), core.classes.clone())?;
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE)
        .with_max_negotiating_inbound_streams(16)
        .with_smart_dial();
    let transport = transport::build(&core.key, policy.clone())?;
    let id = core.local.id().ok_or(NetError::Key)?;
    let mut swarm = Swarm::new(transport, node, id, config);
    let listeners = listen(&mut swarm, &core.listen, again)?;
    Ok((swarm, policy, listeners))
}

/// Nodes must differ, runs need not: the jitter only keeps nodes from acting in step.
fn seed(local: Peer) -> u64 {
    local.as_bytes().iter().fold(1, |seed: u64, byte| seed.rotate_left(7) ^ u64::from(*byte)) | 1
}

/// How long a connection without a session, such as the surplus one of a simultaneous dial, is kept.
const IDLE: Duration = Duration::from_secs(10);
/// The sessions' own 300 ms, and a little.
const WIND_DOWN: Duration = Duration::from_millis(500);
const GOODBYE: Duration = Duration::from_millis(200);
