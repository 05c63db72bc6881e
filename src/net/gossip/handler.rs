//! The connection's end of gossip: a door before gossipsub's own handler. While it is closed gossipsub has no handler at
//! all: nothing is offered to the peer, asked of it or sent to it. Knows nothing of who is let in.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use libp2p::core::upgrade::DeniedUpgrade;
use libp2p::swarm::derive_prelude::Either;
use libp2p::swarm::handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedOutbound};
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol, THandler,
    THandlerInEvent, THandlerOutEvent,
};
use tokio::time::{Sleep, sleep};

use super::config::Gossipsub;

/// One connection's handler.
pub(crate) struct Handler {
    inner: Option<Box<Inner>>,
    /// How often it was opened or closed: what was asked for before must not reach the handler of now.
    turn: u64,
    /// Running while the peer has not opened its own door yet.
    again: Option<Pin<Box<Sleep>>>,
    pause: Duration,
}

pub(crate) type Inner = THandler<Gossipsub>;
type Inbound = <Inner as ConnectionHandler>::InboundProtocol;
type Outbound = <Inner as ConnectionHandler>::OutboundProtocol;
type Told = THandlerOutEvent<Gossipsub>;

/// What the behaviour asks for.
pub(crate) enum Order {
    /// Let gossipsub speak, with this handler of its making.
    Open(Box<Inner>),
    /// Drop its handler, and its streams with it.
    Close,
    /// For its handler.
    Inner(THandlerInEvent<Gossipsub>),
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open(_) => "Open",
            Self::Close => "Close",
            Self::Inner(_) => "Inner",
        })
    }
}

impl Handler {
    /// A closed door.
    pub(super) const fn closed() -> Self {
        Self { inner: None, turn: 0, again: None, pause: FIRST_PAUSE }
    }

    fn turn_to(&mut self, inner: Option<Box<Inner>>) {
        *self = Self { inner, turn: self.turn.wrapping_add(1), ..Self::closed() };
    }

    /// The peer does not offer gossip: its door is not open yet. Gossipsub would never ask again.
    fn refused(&mut self) {
        self.again = Some(Box::pin(sleep(self.pause)));
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
    }

    /// The peer has opened its door.
    fn welcomed(&mut self) {
        self.pause = FIRST_PAUSE;
        if self.again.is_some() {
            self.again = Some(Box::pin(sleep(Duration::ZERO)));
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Order;
    type ToBehaviour = Told;
    type InboundProtocol = Inbound;
    type OutboundProtocol = Outbound;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = u64;

    fn listen_protocol(&self) -> SubstreamProtocol<Inbound> {
        match &self.inner {
            Some(inner) => inner.listen_protocol(),
            None => SubstreamProtocol::new(Either::Right(DeniedUpgrade), ()),
        }
    }

    fn connection_keep_alive(&self) -> bool {
        // the session keeps the connection
        false
    }

    fn on_behaviour_event(&mut self, order: Order) {
        match order {
            Order::Open(inner) => self.turn_to(Some(inner)),
            Order::Close => self.turn_to(None),
            Order::Inner(event) => {
                if let Some(inner) = &mut self.inner {
                    inner.on_behaviour_event(event);
                }
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Outbound, u64, Told>> {
        let Some(inner) = &mut self.inner else { return Poll::Pending };
        if let Some(again) = &mut self.again
            && again.as_mut().poll(cx).is_ready()
        {
            self.again = None;
            // what gossipsub has asked for and was not told the end of
            if let Either::Left(protocol) = inner.listen_protocol().into_upgrade().0 {
                let protocol = SubstreamProtocol::new(protocol, self.turn);
                return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
            }
        }
        let turn = self.turn;
        inner.poll(cx).map(|event| event.map_outbound_open_info(|()| turn))
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Inbound, Outbound, (), u64>) {
        // a stream that was agreed upon before the door was shut is dropped
        let Some(inner) = &mut self.inner else { return };
        match event {
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info })
                if info == self.turn =>
            {
                let stream = FullyNegotiatedOutbound { protocol, info: () };
                inner.on_connection_event(ConnectionEvent::FullyNegotiatedOutbound(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, info }) if info == self.turn => {
                if let StreamUpgradeError::NegotiationFailed = error {
                    self.refused();
                } else {
                    let error = DialUpgradeError { info: (), error };
                    inner.on_connection_event(ConnectionEvent::DialUpgradeError(error));
                }
            }
            ConnectionEvent::FullyNegotiatedInbound(stream) => {
                inner.on_connection_event(ConnectionEvent::FullyNegotiatedInbound(stream));
                self.welcomed();
            }
            // of no interest to gossipsub, or of an earlier turn
            _ => {}
        }
    }
}

/// How soon a peer that does not offer gossip yet is asked again. It asks us itself as soon as it does.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The pause doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
