//! The network as its owner holds it. Nothing here waits for the network, but for its end.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use libp2p::Multiaddr;
use libp2p::identity::Keypair;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Duration, sleep};

use super::config::{NetConfig, NetError};
use super::driver::{Command, Core, Driver, Legacy, named};
use super::event::{Class, NetEvent, NetStatus, SendError, Verdict};
use super::gate::Classes;
use super::interface::{Interface, interfaces};
use super::outlet::Outlets;
use super::peer::Peer;
use super::policy::Reach;
use super::supervisor::supervise;

/// Whom gossip is spoken with, and about what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circles {
    /// The names of the topics: 32 characters of base32 in lower case, at most 1024.
    pub topics: BTreeSet<String>,
    /// The peers. With all others not a word of gossip is spoken.
    pub peers: BTreeSet<Peer>,
}

/// The network: carries frames to and from peers. It ends when every clone is dropped.
#[derive(Debug, Clone)]
pub struct Net {
    local: Peer,
    outlets: Outlets,
    classes: watch::Sender<Classes>,
    circles: watch::Sender<Circles>,
    commands: mpsc::Sender<Command>,
    listening: watch::Receiver<Vec<Multiaddr>>,
    closing: watch::Sender<bool>,
    done: watch::Receiver<bool>,
}

impl Net {
    /// Starts a network on this runtime.
    ///
    /// `events` is bounded by the caller. When it is full the peers are slowed down, each on its own; sending into
    /// the network never waits, so the two cannot block each other.
    ///
    /// # Errors
    /// If an address of the configuration cannot be used, or nothing can be listened on.
    pub fn start(
        config: NetConfig,
        runtime: &Handle,
        events: mpsc::Sender<NetEvent>,
    ) -> Result<Self, NetError> {
        let _inside = runtime.enter();
        let NetConfig { listen, lan_only, mdns, bootstrap, seed } = config;
        let key = match seed {
            Some(seed) => Keypair::ed25519_from_bytes(seed).map_err(|_decoding| NetError::Key)?,
            None => Keypair::generate_ed25519(),
        };
        let local = Peer::from_id(&key.public().to_peer_id()).ok_or(NetError::Key)?;
        let (interfaces_to, interfaces_from) = watch::channel(interfaces());
        let look = Arc::new(Notify::new());
        let classes = watch::Sender::new(Classes::new());
        let circles = watch::Sender::new(Circles::default());
        let closing = watch::Sender::new(false);
        let core = Core {
            key,
            local,
            reach: if lan_only { Reach::Lan } else { Reach::Internet },
            mdns,
            listen: parse(&listen)?,
            bootstrap: parse(&bootstrap)?,
            events,
            outlets: Outlets::new(),
            classes: classes.subscribe(),
            circles: circles.subscribe(),
            listening: watch::Sender::new(Vec::new()),
            interfaces: interfaces_from,
            look: Arc::clone(&look),
            closing: closing.subscribe(),
        };
        let (outlets, listening) = (core.outlets.clone(), core.listening.subscribe());
        let driver = Driver::build(&core, Legacy::none(local)).map_err(|failed| failed.0)?;
        let (commands, commanded) = mpsc::channel(MAX_COMMANDS);
        let (done_to, done) = watch::channel(false);
        runtime.spawn(watch_interfaces(interfaces_to, look));
        runtime.spawn(supervise(core, driver, commanded, done_to));
        Ok(Self { local, outlets, classes, circles, commands, listening, closing, done })
    }

    /// The name of this node.
    pub fn local_peer(&self) -> Peer {
        self.local
    }

    /// Queues a frame for a peer: up to 256 frames or 1 MiB. It leaves at once, in the order of the calls.
    ///
    /// # Errors
    /// If the queue is full, the peer not connected or the frame too large; then it was not queued.
    pub fn send(&self, peer: Peer, frame: Vec<u8>) -> Result<(), SendError> {
        self.outlets.send(peer, frame)
    }

    /// Says what a peer may do, whether it is connected or not. Holds until said otherwise.
    pub fn classify(&self, peer: Peer, class: Class) {
        self.classes.send_if_modified(|classes| match class {
            Class::Stranger => classes.remove(&peer).is_some(),
            Class::Contact | Class::Blocked => classes.insert(peer, class) != Some(class),
        });
    }

    /// Says whom gossip is spoken with, and about what. Holds until said otherwise.
    pub fn set_circles(&self, circles: Circles) {
        self.circles.send_if_modified(|known| {
            let changed = *known != circles;
            *known = circles;
            changed
        });
    }

    /// Hands a message of at most 64 KiB to those who take part in a topic, of whom nobody need be there: whether anybody
    /// has it, and whether all do, is for the owner to find out.
    pub fn publish(&self, topic: String, bytes: Vec<u8>) {
        self.gossip(Command::Publish(topic, bytes));
    }

    /// Says what becomes of a message that came by, within some seconds.
    pub fn judge(&self, token: u64, verdict: Verdict) {
        self.gossip(Command::Judge(token, verdict));
    }

    /// What may get lost leaves room for what may not.
    fn gossip(&self, command: Command) {
        if self.commands.capacity() > MAX_COMMANDS / 2 {
            self.command(command);
        }
    }

    /// Dials these multiaddresses and keeps trying for about two hours. What is not an address, or not allowed, or
    /// comes while 64 such wishes wait, is ignored: the caller finds out by `Connected` not coming.
    pub fn dial(&self, addresses: Vec<String>) {
        let addresses = addresses.into_iter().filter_map(|text| text.parse().ok()).collect();
        self.command(Command::Dial(addresses));
    }

    /// Closes the connections with a peer. It may come back; to keep it away, [`classify`](Self::classify) it.
    pub fn disconnect(&self, peer: Peer) {
        self.command(Command::Disconnect(peer));
    }

    /// Closes the connections with a peer that broke a rule of its owner, and refuses it for a while.
    pub fn punish(&self, peer: Peer) {
        self.command(Command::Punish(peer));
    }

    /// Replaces all sockets and connections by new ones, on the same ports: after the computer slept, or when the
    /// network seems stuck. Takes less than a second.
    pub fn rebuild(&self) {
        self.command(Command::Rebuild);
    }

    /// What the network looks like now.
    pub fn status(&self) -> NetStatus {
        NetStatus { listen: named(&self.listening.borrow(), self.local), peers: self.outlets.peers() }
    }

    /// Ends the network. What is queued has 300 ms to leave. Resolves when everything is closed, but stops waiting
    /// for an owner that no longer takes events.
    pub async fn shutdown(&self) {
        self.closing.send_replace(true);
        // an error means that it is over already
        self.done.clone().wait_for(|done| *done).map(|_| ()).await;
    }

    fn command(&self, command: Command) {
        if self.commands.try_send(command).is_err() {
            tracing::debug!("a command to the network found no room");
        }
    }
}

/// Whether this is a multiaddress; whether this node can use it shows at the start.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<Multiaddr>().is_ok()
}

fn parse(addresses: &[String]) -> Result<Vec<Multiaddr>, NetError> {
    addresses.iter().map(|text| text.parse().map_err(|_malformed| NetError::Address)).collect()
}

/// Looks for changed interfaces until nobody wants to know.
async fn watch_interfaces(to: watch::Sender<Vec<Interface>>, look: Arc<Notify>) {
    loop {
        tokio::select! {
            () = sleep(LOOK) => {}
            () = look.notified() => {}
            () = to.closed() => return,
        }
        let now = interfaces();
        to.send_if_modified(|known| {
            let changed = *known != now;
            *known = now;
            changed
        });
    }
}

const MAX_COMMANDS: usize = 1024;
/// Between looks at the interfaces; one takes some microseconds.
const LOOK: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_panic_costs_the_connections_and_nothing_else() {
        let start = || {
            let config = NetConfig { listen: vec!["/ip4/127.0.0.1/tcp/0".into()], ..Default::default() };
            let (to, events) = mpsc::channel(64);
            (Net::start(config, &Handle::current(), to).unwrap(), events)
        };
        let ((a, mut a_events), (b, _b_events)) = (start(), start());
        let mut listening = b.listening.clone();
        listening.wait_for(|addresses| !addresses.is_empty()).await.unwrap();
        a.dial(b.status().listen);
        let mut seen = Vec::new();
        while seen.len() < 3 {
            match a_events.recv().await.unwrap() {
                NetEvent::Connected { .. } if seen.is_empty() => {
                    seen.push("connected");
                    b.command(Command::Crash);
                }
                NetEvent::Connected { .. } => seen.push("connected again"),
                NetEvent::Disconnected { .. } => seen.push("disconnected"),
                _ => {}
            }
        }
        assert_eq!(seen, ["connected", "disconnected", "connected again"]);
    }
}
