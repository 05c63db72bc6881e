//! One function per network event, and the little that is remembered of the network itself.

use super::actor::Actor;
use crate::{
    api::Event,
    model::Peer,
    net::{self, NetEvent},
    protocol::{Engine, Verdict},
    wire::Frame,
};

/// What is remembered of the network.
#[derive(Debug, Default)]
pub(super) struct NetworkState {
    pub(super) addresses: Vec<String>,
    pub(super) offline: bool,
}

impl Actor {
    pub(super) fn on_net(&mut self, event: NetEvent) {
        let full = self.open.as_ref().is_some_and(|open| !open.store.has_room());
        match event {
            NetEvent::Listening(addresses) => {
                if let Some(open) = &mut self.open {
                    open.network.addresses = addresses;
                }
            }
            NetEvent::Offline(offline) => self.on_offline(offline),
            NetEvent::Connected { peer, via: net::Via::Direct } => {
                self.with_engine(|engine, ctx| engine.on_connected(to_model(peer), ctx));
            }
            NetEvent::Disconnected { peer } => {
                self.with_engine(|engine, ctx| engine.on_disconnected(to_model(peer), ctx));
            }
            NetEvent::Frame { peer, bytes } if !full || !needs_room(&bytes) => {
                self.with_engine(|engine, ctx| engine.on_frame(to_model(peer), &bytes, ctx));
            }
            NetEvent::Frame { .. } => self.on_full(),
            NetEvent::Gossip { peer, topic: _, token, bytes } => {
                let judged = self.with_engine(|engine, ctx| engine.on_gossip(to_model(peer), &bytes, ctx));
                self.judge(token, judged.unwrap_or(Verdict::Ignore));
            }
            NetEvent::Writable { peer } => {
                self.with_engine(|engine, ctx| engine.on_writable(to_model(peer), ctx));
            }
        }
    }

    /// The network, if a profile is open and it has started.
    pub(super) fn net(&self) -> Option<&net::Net> {
        self.open.as_ref()?.net.as_ref()
    }

    fn on_offline(&mut self, offline: bool) {
        if let Some(open) = &mut self.open {
            open.network.offline = offline;
        }
        self.tell(Event::Offline(offline));
    }

    pub(super) fn on_local_peer(engine: &mut Engine, net: &net::Net) {
        engine.on_network(to_model(net.local_peer()));
    }
}

/// What a full disk cannot take in. It is not acknowledged, so it comes again; what only says who somebody is, or
/// frees room, is taken in always.
fn needs_room(frame: &[u8]) -> bool {
    matches!(Frame::decode(frame), Ok(Frame::Bundle { .. } | Frame::BundleRequest | Frame::Sealed(_)))
}

pub(super) const fn to_model(peer: net::Peer) -> Peer {
    Peer(*peer.as_bytes())
}

pub(super) const fn to_net(peer: Peer) -> net::Peer {
    net::Peer::from_bytes(peer.0)
}
