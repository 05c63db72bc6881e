//! Gossipsub among those who are let in. It tells all its topics to whoever it knows to be connected, so it is told of a
//! connection only once its owner says so, and of one for each peer: the one that carries the session.
//! Knows nothing of why somebody is let in.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use libp2p::core::transport::PortUse;
use libp2p::core::{ConnectedPoint, Endpoint, Multiaddr};
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, TopicHash};
use libp2p::swarm::behaviour::{AddressChange, ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, gossipsub::PublishError};

use super::config::{Gossipsub, MAX_TOPICS, gossipsub};
use super::handler::{Handler, Order};
use super::score::{self, topic_params};
use crate::net::config::NetError;

/// The behaviour.
pub(crate) struct Gossip {
    inner: Gossipsub,
    /// Every connection, of whomever.
    lines: HashMap<ConnectionId, (PeerId, ConnectedPoint)>,
    /// Those who are let in, each on one connection.
    inside: HashMap<PeerId, Inside>,
    /// Connections on which somebody was let in once. The other end may not have noticed that they were shut out since, and
    /// would not tell its topics again.
    worn: BTreeSet<ConnectionId>,
    /// Connections that were closed because their peer's topics were not known, and when.
    healed: HashMap<PeerId, Instant>,
    queue: VecDeque<ToSwarm<gossipsub::Event, Order>>,
}

#[derive(Debug)]
struct Inside {
    connection: ConnectionId,
    endpoint: ConnectedPoint,
    since: Instant,
    /// Whether the peer has let us in too.
    speaks: bool,
}

impl fmt::Debug for Gossip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gossip").field("inside", &self.inside).finish_non_exhaustive()
    }
}

impl Gossip {
    pub(crate) fn new() -> Result<Self, NetError> {
        Ok(Self {
            inner: gossipsub()?,
            lines: HashMap::new(),
            inside: HashMap::new(),
            worn: BTreeSet::new(),
            healed: HashMap::new(),
            queue: VecDeque::new(),
        })
    }

    /// Takes part in these topics and no others; in the first of them if there are too many.
    pub(crate) fn set_topics(&mut self, topics: &BTreeSet<String>) {
        let wanted: BTreeSet<_> = topics.iter().take(MAX_TOPICS).collect();
        let now: Vec<String> = self.inner.topics().map(|topic| topic.as_str().to_owned()).collect();
        for topic in now.iter().filter(|topic| !wanted.contains(topic)) {
            self.inner.unsubscribe(&IdentTopic::new(topic.as_str()));
        }
        for topic in wanted {
            let topic = IdentTopic::new(topic.as_str());
            match self.inner.subscribe(&topic) {
                Ok(false) => {}
                Ok(true) => {
                    if let Err(error) = self.inner.set_topic_params(topic, topic_params()) {
                        tracing::debug!(error, "nobody is scored on a topic");
                    }
                }
                Err(error) => tracing::debug!(?error, "a topic is no topic"),
            }
        }
    }

    /// Lets a peer in on this connection, instead of any other; the connection is closed if that was done before.
    pub(crate) fn admit(&mut self, peer: PeerId, connection: ConnectionId) {
        if self.inside.get(&peer).is_some_and(|inside| inside.connection == connection) {
            return;
        }
        self.shut(peer);
        let Some((_, endpoint)) = self.lines.get(&connection).filter(|(of, _)| *of == peer) else { return };
        if !self.worn.insert(connection) {
            let connection = CloseConnection::One(connection);
            self.queue.push_back(ToSwarm::CloseConnection { peer_id: peer, connection });
            return;
        }
        let endpoint = score::endpoint(endpoint);
        let made = match &endpoint {
            ConnectedPoint::Listener { local_addr, send_back_addr } => {
                self.inner.handle_established_inbound_connection(connection, peer, local_addr, send_back_addr)
            }
            ConnectedPoint::Dialer { address, role_override, port_use } => self
                .inner
                .handle_established_outbound_connection(connection, peer, address, *role_override, *port_use),
        };
        let Ok(handler) = made else { return };
        self.order(peer, connection, Order::Open(Box::new(handler)));
        self.inner.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished {
            peer_id: peer,
            connection_id: connection,
            endpoint: &endpoint,
            failed_addresses: &[],
            other_established: 0,
        }));
        self.inside.insert(peer, Inside { connection, endpoint, since: Instant::now(), speaks: false });
    }

    /// Shuts a peer out.
    pub(crate) fn shut(&mut self, peer: PeerId) {
        if let Some(inside) = self.inside.remove(&peer) {
            self.order(peer, inside.connection, Order::Close);
            self.gone(peer, &inside);
        }
    }

    fn gone(&mut self, peer: PeerId, inside: &Inside) {
        self.inner.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed {
            peer_id: peer,
            connection_id: inside.connection,
            endpoint: &inside.endpoint,
            cause: None,
            remaining_established: 0,
        }));
    }

    fn order(&mut self, peer_id: PeerId, connection: ConnectionId, event: Order) {
        let handler = NotifyHandler::One(connection);
        self.queue.push_back(ToSwarm::NotifyHandler { peer_id, handler, event });
    }

    /// Sends a message to those of the topic whom we know.
    pub(crate) fn publish(&mut self, topic: &str, bytes: Vec<u8>) -> Result<(), PublishError> {
        self.inner.publish(TopicHash::from_raw(topic), bytes).map(drop)
    }

    /// Says what becomes of a message that a peer sent.
    pub(crate) fn judge(&mut self, message: &MessageId, from: &PeerId, verdict: MessageAcceptance) {
        self.inner.report_message_validation_result(message, from, verdict);
    }

    /// Connections whose peer speaks gossip and is not known to share a topic. It told its topics once, and will not again
    /// before there is a new connection.
    pub(crate) fn sick(&mut self, now: Instant) -> Vec<ConnectionId> {
        self.healed.retain(|_, at| now.saturating_duration_since(*at) < HEAL_AGAIN);
        let ours: BTreeSet<_> = self.inner.topics().cloned().collect();
        let mut sick = Vec::new();
        for (peer, topics) in self.inner.all_peers() {
            let Some(inside) = self.inside.get(peer) else { continue };
            let patient = now.saturating_duration_since(inside.since) < PATIENCE;
            let shares = topics.into_iter().any(|topic| ours.contains(topic));
            if inside.speaks && !patient && !shares && !ours.is_empty() {
                sick.push((*peer, inside.connection));
            }
        }
        sick.retain(|(peer, _)| !self.healed.contains_key(peer));
        self.healed.extend(sick.iter().map(|(peer, _)| (*peer, now)));
        sick.into_iter().map(|(_, connection)| connection).collect()
    }
}

impl NetworkBehaviour for Gossip {
    type ConnectionHandler = Handler;
    type ToSwarm = gossipsub::Event;

    fn handle_established_inbound_connection(
        &mut self,
        _connection: ConnectionId,
        _peer: PeerId,
        _local: &Multiaddr,
        _remote: &Multiaddr,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::closed())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _connection: ConnectionId,
        _peer: PeerId,
        _remote: &Multiaddr,
        _role: Endpoint,
        _port: PortUse,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::closed())
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(there) => {
                self.lines.insert(there.connection_id, (there.peer_id, there.endpoint.clone()));
            }
            FromSwarm::ConnectionClosed(closed) => {
                self.lines.remove(&closed.connection_id);
                self.worn.remove(&closed.connection_id);
                if self.inside.get(&closed.peer_id).is_some_and(|at| at.connection == closed.connection_id)
                    && let Some(inside) = self.inside.remove(&closed.peer_id)
                {
                    self.gone(closed.peer_id, &inside);
                }
            }
            FromSwarm::AddressChange(change) => self.on_address(change),
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        told: THandlerOutEvent<Self>,
    ) {
        // else it was under way when the door was shut
        if let Some(inside) = self.inside.get_mut(&peer).filter(|inside| inside.connection == connection) {
            inside.speaks = true;
            self.inner.on_connection_handler_event(peer, connection, told);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<gossipsub::Event, THandlerInEvent<Self>>> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Poll::Ready(event);
            }
            match self.inner.poll(cx) {
                Poll::Ready(ToSwarm::GenerateEvent(event)) => {
                    return Poll::Ready(ToSwarm::GenerateEvent(event));
                }
                Poll::Ready(ToSwarm::NotifyHandler { peer_id, event, .. }) => {
                    if let Some(connection) = self.inside.get(&peer_id).map(|inside| inside.connection) {
                        self.order(peer_id, connection, Order::Inner(event));
                    }
                }
                // whom to dial is not gossipsub's to say
                Poll::Ready(_) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Gossip {
    fn on_address(&mut self, change: AddressChange<'_>) {
        if let Some((_, endpoint)) = self.lines.get_mut(&change.connection_id) {
            *endpoint = change.new.clone();
        }
        if let Some(inside) =
            self.inside.get_mut(&change.peer_id).filter(|inside| inside.connection == change.connection_id)
        {
            let new = score::endpoint(change.new);
            let old = std::mem::replace(&mut inside.endpoint, new.clone());
            let change = AddressChange { old: &old, new: &new, ..change };
            self.inner.on_swarm_event(FromSwarm::AddressChange(change));
        }
    }
}

/// How long somebody who speaks gossip may go without telling a topic that we share.
const PATIENCE: Duration = Duration::from_secs(15);
/// Then the connection is made anew, once in this time.
const HEAL_AGAIN: Duration = Duration::from_secs(3600);
