//! What the driver does about gossip: lets in whom its owner names, on the connection of the session, and asks the owner
//! what becomes of each message. Knows nothing of what messages say.

use std::time::Instant;

use libp2p::gossipsub::{Event, MessageAcceptance};

use super::Driver;
use crate::net::event::{NetEvent, Verdict};
use crate::net::peer::Peer;

impl Driver {
    /// Whom to speak gossip with, or about what, has changed.
    pub(super) fn on_circles(&mut self) {
        let circles = self.core.circles.borrow_and_update().clone();
        self.swarm.behaviour_mut().gossip.set_topics(&circles.topics);
        let before = std::mem::replace(&mut self.inside, circles.peers);
        let shut: Vec<Peer> = before.difference(&self.inside).copied().collect();
        for id in shut.into_iter().filter_map(|peer| peer.id()) {
            self.swarm.behaviour_mut().gossip.shut(id);
        }
        let fresh: Vec<Peer> = self.inside.difference(&before).copied().collect();
        for peer in fresh {
            self.let_in(peer);
        }
    }

    /// Speaks gossip with a peer on the connection of its session, if it is to be spoken with and has one.
    pub(super) fn let_in(&mut self, peer: Peer) {
        if self.inside.contains(&peer)
            && let Some(connection) = self.sessions.get(&peer).and_then(|running| running.connection)
            && let Some(id) = peer.id()
        {
            self.swarm.behaviour_mut().gossip.admit(id, connection);
        }
    }

    /// An error means that nobody is there who could take it; members find out by themselves what they lack.
    pub(super) fn on_publish(&mut self, topic: &str, bytes: Vec<u8>) {
        if let Err(error) = self.swarm.behaviour_mut().gossip.publish(topic, bytes) {
            tracing::debug!(%error, "a message was not handed on");
        }
    }

    pub(super) fn on_verdict(&mut self, token: u64, verdict: Verdict) {
        let Some((message, from)) = self.inbox.judged(token) else { return };
        let verdict = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        self.swarm.behaviour_mut().gossip.judge(&message, &from, verdict);
    }

    /// A message comes to the owner only while its queue is half empty: frames matter more.
    pub(super) fn on_gossip(&mut self, event: Event, now: Instant) {
        let Event::Message { propagation_source: from, message_id, message } = event else { return };
        let events = &self.core.events;
        let room = events.capacity() > events.max_capacity() / 2;
        let token = if room { self.inbox.take(from, &message_id, now) } else { None };
        let (Some(token), Some(peer)) = (token, Peer::from_id(&from)) else {
            self.swarm.behaviour_mut().gossip.judge(&message_id, &from, MessageAcceptance::Ignore);
            return;
        };
        let topic = message.topic.into_string();
        let told = events.try_send(NetEvent::Gossip { peer, topic, token, bytes: message.data });
        if told.is_err() {
            self.on_verdict(token, Verdict::Ignore);
        }
    }
}
