//! The connection's end of a session: negotiates `/undertone/msg/1` streams and hands them over.
//! Knows nothing of frames, nor of which connection of a peer is the one to use.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{ConnectionEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{ConnectionHandler, ConnectionHandlerEvent, SubstreamProtocol};
use libp2p::{Stream, StreamProtocol};

/// One connection's handler.
#[derive(Debug, Default)]
pub(crate) struct Handler {
    /// Streams to ask for; never more than one, because the behaviour asks once at a time.
    wanted: u8,
    told: VecDeque<Told>,
}

/// The behaviour asks for a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open;

/// What became of it, or what the other end opened.
#[derive(Debug)]
pub(crate) enum Told {
    /// The stream asked for.
    Opened(Stream),
    /// No stream could be had.
    Failed,
    /// A stream that the other end opened.
    Accepted(Stream),
}

type Event = ConnectionHandlerEvent<ReadyUpgrade<StreamProtocol>, (), Told>;

impl ConnectionHandler for Handler {
    type FromBehaviour = Open;
    type ToBehaviour = Told;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ()).with_timeout(NEGOTIATION)
    }

    fn on_behaviour_event(&mut self, Open: Open) {
        self.wanted = 1;
    }

    fn poll(&mut self, _cx: &mut Context<'_>) -> Poll<Event> {
        if let Some(told) = self.told.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(told));
        }
        if self.wanted > 0 {
            self.wanted = 0;
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: self.listen_protocol(),
            });
        }
        Poll::Pending
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>,
    ) {
        let told = match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, info: () }) => {
                Told::Accepted(protocol)
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info: () }) => {
                Told::Opened(protocol)
            }
            ConnectionEvent::DialUpgradeError(_) => Told::Failed,
            _ => return,
        };
        // A flood of inbound streams is dropped here: the behaviour has not yet heard of the earlier ones.
        if self.told.len() < MAX_TOLD {
            self.told.push_back(told);
        }
    }
}

const PROTOCOL: StreamProtocol = StreamProtocol::new("/undertone/msg/1");
/// How long both ends may take to agree on the protocol of a stream.
const NEGOTIATION: Duration = Duration::from_secs(10);
const MAX_TOLD: usize = 4;
