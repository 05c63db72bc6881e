//! What the driver does about each thing that happens: one function each, none of which waits.

use std::time::{Duration, Instant};

use libp2p::core::ConnectedPoint;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, identify, ping};
use tokio::sync::oneshot;

use super::listen::with_port_of;
use super::{Driver, Line, Nameless, Running};
use crate::net::behaviour::{IDENTIFY, NodeEvent};
use crate::net::bucket::{Bucket, Rate};
use crate::net::dialer::Wish;
use crate::net::discovery::Sighting;
use crate::net::event::Class;
use crate::net::gate::class_of;
use crate::net::interface::Interface;
use crate::net::peer::Peer;
use crate::net::policy::endpoint;
use crate::net::session::{self, End, Ended, Opened};

impl Driver {
    /// False if the swarm does not work any more.
    pub(super) fn on_swarm(&mut self, event: SwarmEvent<NodeEvent>) -> bool {
        let now = Instant::now();
        match event {
            SwarmEvent::Behaviour(NodeEvent::Session(opened)) => self.on_stream(opened, now),
            SwarmEvent::Behaviour(NodeEvent::Gossip(event)) => self.on_gossip(event, now),
            SwarmEvent::Behaviour(NodeEvent::Ping(event)) => self.on_ping(&event),
            SwarmEvent::Behaviour(NodeEvent::Identify(event)) => self.on_identify(&event, now),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_connected(peer_id, connection_id, endpoint, now);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, num_established, .. } => {
                self.on_disconnected(peer_id, connection_id, num_established, now);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, peer_id, &error, now);
            }
            SwarmEvent::NewListenAddr { listener_id, address } => {
                for listener in &mut self.listeners {
                    if listener.id == Some(listener_id) {
                        listener.found = with_port_of(&listener.configured, &address);
                    }
                }
                self.listening.insert(address);
                self.listen_changed(now);
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.listening.remove(&address);
                self.listen_changed(now);
            }
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                self.listening.retain(|address| !addresses.contains(address));
                self.listen_changed(now);
                return reason.is_ok();
            }
            _ => {}
        }
        true
    }

    /// Everything whose time has come.
    pub(super) fn on_time(&mut self, now: Instant) {
        self.swarm.behaviour_mut().session.retry(now);
        self.dial(now);
        if let Some((at, tries)) = self.listen_again
            && at <= now
        {
            self.listen_again(tries, now);
        }
        if self.tidy_at <= now {
            self.tidy_at = now.checked_add(TIDY).unwrap_or(now);
            self.tidy(now);
        }
    }

    /// When [`on_time`](Self::on_time) is to be called next.
    pub(super) fn next_at(&self, now: Instant) -> Instant {
        // what is due already waits for room in the owner's queue, not for time
        let listening = self.news.listening.filter(|at| *at > now);
        let again = self.listen_again.map(|(at, _)| at);
        let times = [self.swarm.behaviour().session.next_at(), self.dialer.next_at(now), listening, again];
        times.into_iter().flatten().fold(self.tidy_at, Instant::min)
    }

    pub(super) fn on_dial(&mut self, addresses: Vec<Multiaddr>) {
        let now = Instant::now();
        for address in addresses {
            self.want(address, Wish::Owner, now);
        }
    }

    /// Dials an address as soon as the budget allows.
    pub(super) fn want(&mut self, mut address: Multiaddr, wish: Wish, now: Instant) {
        if !self.policy.allows(&address) {
            tracing::debug!(%address, "this address is not allowed");
            return;
        }
        match named_by(&mut address) {
            Some(peer) if class_of(&self.applied, peer) == Class::Blocked => {}
            Some(peer) => self.dialer.want(peer, address, wish, now),
            None if self.nameless.len() < MAX_NAMELESS => {
                self.nameless.push(Nameless { address, wish, dialing: None, due: Some(now) });
            }
            None => tracing::debug!(%address, "too many addresses without a peer"),
        }
    }

    pub(super) fn on_classes(&mut self) {
        let classes = self.core.classes.borrow_and_update().clone();
        let before = std::mem::replace(&mut self.applied, classes.clone());
        for peer in before.keys().filter(|peer| !classes.contains_key(*peer)) {
            self.apply(*peer, Class::Stranger);
        }
        for (peer, class) in classes {
            if before.get(&peer) != Some(&class) {
                self.apply(peer, class);
            }
        }
    }

    fn apply(&mut self, peer: Peer, class: Class) {
        let Some(id) = peer.id() else { return };
        let limits = &mut self.swarm.behaviour_mut().limits;
        match class {
            Class::Contact => limits.bypass_peer_id(&id),
            Class::Stranger => limits.remove_peer_id(&id),
            Class::Blocked => {
                limits.remove_peer_id(&id);
                self.drop_peer(peer);
            }
        }
    }

    /// Ends the session and the connections. Their events do the rest.
    fn drop_peer(&mut self, peer: Peer) {
        if let Some(running) = self.sessions.get_mut(&peer) {
            running.stop = None;
        }
        if let Some(id) = peer.id() {
            // an error means that there is no connection
            self.swarm.disconnect_peer_id(id).ok();
        }
    }

    pub(super) fn on_disconnect(&mut self, peer: Peer) {
        if let Some(id) = peer.id() {
            // an error means that it is gone already
            self.swarm.disconnect_peer_id(id).ok();
        }
    }

    pub(super) fn punish(&mut self, peer: Peer, now: Instant) {
        tracing::debug!(%peer, "a peer broke a rule");
        self.swarm.behaviour_mut().gate.penalise(peer, now);
        self.drop_peer(peer);
    }

    pub(super) fn on_sighting(&mut self, sighting: Sighting) {
        let Sighting { peer, addresses, lasts } = sighting;
        if class_of(&self.applied, peer) != Class::Blocked {
            self.dialer.sighted(peer, addresses, lasts, Instant::now());
        }
    }

    /// True if the network came back after there was none: sockets from before cannot be relied on then.
    pub(super) fn on_interfaces(&mut self) -> bool {
        let was_offline = self.news.offline;
        let gone = self.look_for_interfaces();
        let cut: Vec<ConnectionId> = self
            .lines
            .iter()
            .filter(|(_, line)| gone.iter().any(|gone| is_cut(&line.endpoint, gone, &self.known)))
            .map(|(id, _)| *id)
            .collect();
        for connection in cut {
            self.swarm.close_connection(connection);
        }
        let now = Instant::now();
        self.dialer.refresh(now);
        self.listen_again = Some((now, 0));
        was_offline && !self.news.offline
    }

    /// Notes the interfaces there are; tells those that are gone.
    pub(super) fn look_for_interfaces(&mut self) -> Vec<Interface> {
        let known = self.core.interfaces.borrow_and_update().clone();
        let before = std::mem::replace(&mut self.known, known);
        self.news.offline = self.core.listen.is_empty() && !self.known.iter().any(Interface::is_usable);
        before.into_iter().filter(|interface| !self.known.contains(interface)).collect()
    }

    pub(super) fn on_ended(&mut self, ended: &Ended) {
        let Ended { peer, connection, serial, why } = *ended;
        let now = Instant::now();
        if self.sessions.get(&peer).is_some_and(|running| running.serial == serial) {
            self.sessions.remove(&peer);
            self.swarm.behaviour_mut().session.ended(peer, connection, now);
        }
        match why {
            End::Over => {}
            End::Broken => {
                self.swarm.close_connection(connection);
            }
            End::Violation => self.punish(peer, now),
        }
    }

    fn on_stream(&mut self, opened: Opened, now: Instant) {
        let Opened { peer, connection, stream, role } = opened;
        let Some(line) = self.lines.get_mut(&connection) else { return };
        if line.streams.take(STREAM_RATE, now).is_err() {
            self.punish(peer, now);
            return;
        }
        self.serial = self.serial.wrapping_add(1);
        let (stop, stopped) = oneshot::channel();
        let start = session::Start {
            peer,
            connection,
            serial: self.serial,
            address: line.endpoint.get_remote_address().to_string(),
            stream,
            role,
            // dropping the rest of it tells it to stop
            before: self.sessions.remove(&peer).map(|running| running.task),
            stop: stopped,
        };
        let task = session::spawn(start, self.hub.clone());
        self.sessions.insert(
            peer,
            Running { serial: self.serial, connection: Some(connection), stop: Some(stop), task },
        );
        self.let_in(peer);
    }

    /// libp2p keeps the first of several failures to itself: two pings in a row were not answered.
    fn on_ping(&mut self, event: &ping::Event) {
        if event.result.is_err() {
            self.swarm.close_connection(event.connection);
        }
    }

    /// Programs of another kind are not peers.
    fn on_identify(&mut self, event: &identify::Event, now: Instant) {
        if let identify::Event::Received { peer_id, info, .. } = event
            && info.protocol_version != IDENTIFY
            && let Some(peer) = Peer::from_id(peer_id)
        {
            self.punish(peer, now);
        }
    }

    fn on_connected(&mut self, id: PeerId, connection: ConnectionId, endpoint: ConnectedPoint, now: Instant) {
        let Some(peer) = Peer::from_id(&id) else { return };
        if let Some(n) = self.nameless.iter().position(|one| one.dialing == Some(connection)) {
            let Nameless { address, wish, .. } = self.nameless.swap_remove(n);
            self.dialer.want(peer, address, wish, now);
        }
        self.dialer.connected(peer, now);
        let line = Line { peer, endpoint, since: now, streams: Bucket::new(now) };
        self.lines.insert(connection, line);
    }

    fn on_disconnected(&mut self, id: PeerId, connection: ConnectionId, left: u32, now: Instant) {
        self.lines.remove(&connection);
        if left == 0
            && let Some(peer) = Peer::from_id(&id)
        {
            self.dialer.lost(peer, now);
        }
    }

    fn on_dial_failed(
        &mut self,
        connection: ConnectionId,
        id: Option<PeerId>,
        error: &DialError,
        now: Instant,
    ) {
        if let Some(n) = self.nameless.iter().position(|one| one.dialing == Some(connection)) {
            self.nameless_failed(n, now);
            return;
        }
        let Some(peer) = id.as_ref().and_then(Peer::from_id) else { return };
        if let DialError::WrongPeerId { address, .. } | DialError::LocalPeerId { address } = error {
            let mut address = address.clone();
            named_by(&mut address);
            self.dialer.misplaced(peer, &address);
            // A program has another name after every start: who was configured by an address alone is who answers.
            if self.core.bootstrap.contains(&address) {
                self.want(address, Wish::Bootstrap, now);
            }
        }
        self.dial_failed(peer, now);
    }

    /// The dial may have failed because the peer was quicker: then it is connected.
    fn dial_failed(&mut self, peer: Peer, now: Instant) {
        if peer.id().is_some_and(|id| self.swarm.is_connected(&id)) {
            self.dialer.connected(peer, now);
        } else {
            self.dialer.failed(peer, now);
        }
    }

    fn dial(&mut self, now: Instant) {
        let classes = &self.applied;
        for dial in self.dialer.take(now, |peer| class_of(classes, peer) == Class::Contact) {
            let Some(id) = dial.peer.id() else { continue };
            let options = DialOpts::peer_id(id)
                .addresses(dial.addresses)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .build();
            if self.swarm.dial(options).is_err() {
                self.dial_failed(dial.peer, now);
            }
        }
        for n in 0..self.nameless.len() {
            if let Some(one) = self.nameless.get_mut(n)
                && one.due.is_some_and(|due| due <= now)
            {
                let options = DialOpts::unknown_peer_id().address(one.address.clone()).build();
                one.due = None;
                one.dialing = Some(options.connection_id());
                if self.swarm.dial(options).is_err() {
                    self.nameless_failed(n, now);
                    return;
                }
            }
        }
    }

    fn nameless_failed(&mut self, n: usize, now: Instant) {
        let Some(one) = self.nameless.get_mut(n) else { return };
        match one.wish {
            Wish::Owner => {
                self.nameless.swap_remove(n);
            }
            Wish::Bootstrap => {
                one.dialing = None;
                one.due = now.checked_add(NAMELESS_PAUSE);
            }
        }
    }

    /// Closes the connections that are held open without a session, or whose gossip does not work.
    fn tidy(&mut self, now: Instant) {
        let mut useless = self.swarm.behaviour_mut().gossip.sick(now);
        let idle = self
            .lines
            .iter()
            .filter(|(_, line)| {
                !self.sessions.contains_key(&line.peer)
                    && now.saturating_duration_since(line.since) > NO_SESSION
            })
            .map(|(id, _)| *id);
        useless.extend(idle);
        for connection in useless {
            self.swarm.close_connection(connection);
        }
    }
}

/// Takes the `/p2p/` part off. None if there is none, or none of an Ed25519 key.
fn named_by(address: &mut Multiaddr) -> Option<Peer> {
    match address.iter().last() {
        Some(Protocol::P2p(id)) => {
            address.pop();
            Peer::from_id(&id)
        }
        Some(_) | None => None,
    }
}

/// Whether a connection may have run over an interface address that is gone. A dialed one does not tell its own
/// address, so it is cut if in doubt: that costs a new dial, while a dead connection is noticed only after a minute.
fn is_cut(point: &ConnectedPoint, gone: &Interface, left: &[Interface]) -> bool {
    match point {
        ConnectedPoint::Listener { local_addr, .. } => endpoint(local_addr) == Some(gone.ip),
        ConnectedPoint::Dialer { address, .. } => endpoint(address).is_some_and(|remote| {
            let routed =
                remote.is_ipv4() == gone.ip.is_ipv4() && !left.iter().any(|left| left.contains(remote));
            gone.contains(remote) || (gone.is_usable() && routed)
        }),
    }
}

/// Streams on one connection: it takes more than one only when one end has lost it.
const STREAM_RATE: Rate = Rate { burst: 8, per_second: 1 };
/// How long a connection may be held open without a session.
const NO_SESSION: Duration = Duration::from_secs(30);
const TIDY: Duration = Duration::from_secs(10);
const MAX_NAMELESS: usize = 32;
const NAMELESS_PAUSE: Duration = Duration::from_secs(60);
