//! Gets the session streams from libp2p. Knows nothing of frames: whoever takes the streams reads and writes them.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Instant;

use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, Stream};

use super::handler::{Handler, Open, Told};
use super::links::Links;
use super::task::Role;
use crate::net::peer::Peer;

/// The behaviour.
#[derive(Debug)]
pub(crate) struct Session {
    local: Peer,
    links: Links,
    queue: VecDeque<ToSwarm<Opened, Open>>,
}

/// A stream with a peer, to be used from now on instead of any before.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) peer: Peer,
    pub(crate) connection: ConnectionId,
    pub(crate) stream: Stream,
    pub(crate) role: Role,
}

impl Session {
    pub(crate) fn new(local: Peer) -> Self {
        Self { local, links: Links::new(local), queue: VecDeque::new() }
    }

    /// The stream on this connection is over.
    pub(crate) fn ended(&mut self, peer: Peer, connection: ConnectionId, now: Instant) {
        self.links.ended(peer, connection, now);
    }

    /// Opens what is to be opened by now. The caller polls the swarm afterwards.
    pub(crate) fn retry(&mut self, now: Instant) {
        for (peer, connection) in self.links.due(now) {
            self.ask(peer, connection);
        }
    }

    /// When [`retry`](Self::retry) is to be called next.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.links.next_at()
    }

    fn ask(&mut self, peer: Peer, connection: ConnectionId) {
        if let Some(peer_id) = peer.id() {
            let handler = NotifyHandler::One(connection);
            self.queue.push_back(ToSwarm::NotifyHandler { peer_id, handler, event: Open });
        }
    }

    fn hand_over(&mut self, peer: Peer, connection: ConnectionId, stream: Stream, role: Role) {
        self.queue.push_back(ToSwarm::GenerateEvent(Opened { peer, connection, stream, role }));
    }
}

impl NetworkBehaviour for Session {
    type ConnectionHandler = Handler;
    type ToSwarm = Opened;

    fn handle_established_inbound_connection(
        &mut self,
        _connection: ConnectionId,
        _peer: PeerId,
        _local: &Multiaddr,
        _remote: &Multiaddr,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _connection: ConnectionId,
        _peer: PeerId,
        _remote: &Multiaddr,
        _role: Endpoint,
        _port: PortUse,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        let (peer, open) = match event {
            FromSwarm::ConnectionEstablished(there) => {
                let Some(peer) = Peer::from_id(&there.peer_id) else { return };
                (peer, self.links.connected(peer, there.connection_id, Instant::now()))
            }
            FromSwarm::ConnectionClosed(gone) => {
                let Some(peer) = Peer::from_id(&gone.peer_id) else { return };
                (peer, self.links.disconnected(peer, gone.connection_id))
            }
            _ => return,
        };
        if let Some(connection) = open {
            self.ask(peer, connection);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer_id: PeerId,
        connection: ConnectionId,
        told: THandlerOutEvent<Self>,
    ) {
        let Some(peer) = Peer::from_id(&peer_id) else { return };
        match told {
            Told::Opened(stream) => {
                if self.links.opened(peer, connection, Instant::now()) {
                    self.hand_over(peer, connection, stream, Role::Opener);
                }
            }
            Told::Failed => self.links.failed(peer, connection, Instant::now()),
            // only the smaller peer opens; a stream from the larger is dropped, which resets it
            Told::Accepted(stream) if peer < self.local => {
                self.hand_over(peer, connection, stream, Role::Acceptor);
            }
            Told::Accepted(_) => {}
        }
    }

    fn poll(&mut self, _cx: &mut Context<'_>) -> Poll<ToSwarm<Opened, THandlerInEvent<Self>>> {
        match self.queue.pop_front() {
            Some(event) => Poll::Ready(event),
            None => Poll::Pending,
        }
    }
}
