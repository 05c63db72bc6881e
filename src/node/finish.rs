//! Persist, then send, then tell: the changes of all inputs just handled go to disk in one transaction; only
//! then their frames leave, their acknowledgements leave, whoever listens is told, and whoever asked is answered.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    actor::{Actor, Open},
    clock::system_rng,
    network::to_net,
    unlock::store_error,
};
use crate::{
    api::ClientError,
    model::{AccountId, ConversationId, FrameId, Peer},
    net::{self, Circles, Class, SendError},
    protocol::{Compare, Effect, Notice, Standing, StoredMessage, Verdict},
    wire::Frame,
};

/// Called with how the commit went.
type Answer = Box<dyn FnOnce(&Actor, Result<(), ClientError>) + Send>;

/// Answers that wait for the commit.
#[derive(Default)]
pub(super) struct Pending {
    answers: Vec<Answer>,
    pub(super) disk_full_told: bool,
}

impl Pending {
    /// `answer` is called when the inputs handled so far are on disk, or have failed to get there.
    pub(super) fn after_commit(
        &mut self,
        answer: impl FnOnce(&Actor, Result<(), ClientError>) + Send + 'static,
    ) {
        self.answers.push(Box::new(answer));
    }
}

impl Actor {
    pub(super) fn finish(&mut self) {
        let effects = match &mut self.open {
            Some(open) => commit(open),
            None => Ok(Vec::new()),
        };
        let outcome = effects.as_ref().map(|_| ()).map_err(Clone::clone);
        match effects {
            Ok(effects) => self.let_out(effects),
            // Memory and disk differ now: lock, so that the next unlock starts from the disk.
            Err(error) => {
                self.close();
                self.tell(crate::api::Event::Error(error));
                self.tell(crate::api::Event::Locked);
            }
        }
        for answer in std::mem::take(&mut self.pending.answers) {
            answer(self, outcome.clone());
        }
    }

    fn let_out(&mut self, effects: Vec<Effect>) {
        let mut taken: BTreeMap<Peer, Vec<FrameId>> = BTreeMap::new();
        let mut notices = Vec::new();
        let (mut wanted, mut weighed, mut uncounted) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut compared = Vec::new();
        for effect in effects {
            match effect {
                Effect::Circles { topics, peers } => self.set_circles(topics, &peers),
                Effect::Classify { peer, standing } => self.classify(peer, standing),
                Effect::CompareStored(compare) => compared.push(compare),
                Effect::Disconnect(peer) => self.disconnect(peer),
                Effect::Fault(peer) => self.punish(peer),
                Effect::Notice(notice) => notices.push(notice),
                Effect::Recount(chat) => drop(uncounted.insert(chat)),
                Effect::ReadHistory(history) => wanted.push(history),
                Effect::WeighChain { conversation, chain } => weighed.push((conversation, chain)),
                Effect::Publish { topic, frame } => self.publish(topic, frame),
                Effect::Send { peer, frame } => self.send(peer, &frame),
                Effect::SendCarried { peer, to, frame } => self.send_carried(peer, &to, &frame),
                Effect::SendStored { peer, conversation, chain, first, last } => {
                    self.send_stored(peer, &conversation, &chain, (first, last));
                }
                Effect::Taken { peer, frame } => taken.entry(peer).or_default().push(frame),
            }
        }
        for (peer, frames) in taken {
            for some in frames.chunks(MOST_TAKEN) {
                self.send(peer, &Frame::Taken(some.to_vec()).encode());
            }
        }
        for notice in notices {
            self.announce(notice);
        }
        // What this comes to is committed with the next inputs, or at the next tick.
        for history in wanted {
            self.read_history(&history);
        }
        for compare in compared {
            self.compare(&compare);
        }
        for (conversation, chain) in weighed {
            self.weigh(conversation, &chain);
        }
        for chat in uncounted {
            self.recount(chat);
        }
    }

    /// Tells the engine what is kept of a chain; what cannot be read now is looked at another day.
    pub(super) fn weigh(&mut self, conversation: ConversationId, chain: &[u8; 16]) {
        let Some(open) = &self.open else { return };
        let Ok(rows) = open.store.weigh(&conversation, chain) else { return };
        let stored: Vec<_> = rows
            .into_iter()
            .map(|(iteration, at_ms, size)| StoredMessage { iteration, at_ms, size })
            .collect();
        self.with_engine(|engine, ctx| engine.on_weighed(conversation, *chain, &stored, ctx));
    }

    /// Shows the engine a message that is kept; what cannot be read now proves nothing.
    fn compare(&mut self, compare: &Compare) {
        let Some(open) = &self.open else { return };
        let Compare { conversation, chain, iteration, .. } = compare;
        let Ok(kept) = open.store.ciphers(conversation, chain, (*iteration, *iteration)) else { return };
        for frame in kept {
            self.with_engine(|engine, ctx| engine.on_compared(compare, &frame, ctx.now_ms));
        }
    }

    fn send(&mut self, peer: Peer, frame: &[u8]) {
        let Some(open) = &mut self.open else { return };
        let Some(net) = &open.net else { return };
        match net.send(to_net(peer), frame.to_vec()) {
            Ok(()) | Err(SendError::Gone | SendError::TooLarge) => {}
            Err(SendError::Busy) => open.engine.on_busy(peer, frame),
        }
    }

    /// A frame that we carried for somebody, out of the store.
    fn send_carried(&mut self, peer: Peer, to: &AccountId, frame: &FrameId) {
        let Some(open) = &self.open else { return };
        let Ok(Some(row)) = open.store.carried(to, frame) else { return };
        let from = *row.mark.from.as_bytes();
        self.send(peer, &Frame::Carried { from, sealed: &row.bytes }.encode());
    }

    /// Messages of a group out of the store, as long as the connection has room: what finds none is asked for again.
    fn send_stored(
        &mut self,
        peer: Peer,
        conversation: &ConversationId,
        chain: &[u8; 16],
        range: (u32, u32),
    ) {
        let Some(open) = &self.open else { return };
        let Ok(messages) = open.store.ciphers(conversation, chain, range) else { return };
        for message in messages {
            let Some(net) = self.net() else { return };
            if net.send(to_net(peer), Frame::Group(&message).encode()).is_err() {
                return;
            }
        }
    }

    fn set_circles(&self, topics: BTreeSet<String>, peers: &BTreeSet<Peer>) {
        if let Some(net) = self.net() {
            net.set_circles(Circles { topics, peers: peers.iter().map(|peer| to_net(*peer)).collect() });
        }
    }

    /// Hands a message to the members of a group who are there.
    fn publish(&self, topic: String, message: Vec<u8>) {
        if let Some(net) = self.net() {
            net.publish(topic, message);
        }
    }

    /// Says what becomes of a message that came by.
    pub(super) fn judge(&self, token: u64, verdict: Verdict) {
        if let Some(net) = self.net() {
            net.judge(
                token,
                match verdict {
                    Verdict::Accept => net::Verdict::Accept,
                    Verdict::Ignore => net::Verdict::Ignore,
                    Verdict::Reject => net::Verdict::Reject,
                },
            );
        }
    }

    fn classify(&self, peer: Peer, standing: Standing) {
        let class = match standing {
            Standing::Contact => Class::Contact,
            Standing::Stranger => Class::Stranger,
        };
        if let Some(net) = self.net() {
            net.classify(to_net(peer), class);
        }
    }

    /// Closes a connection; the peer may come back.
    fn disconnect(&self, peer: Peer) {
        if let Some(net) = self.net() {
            net.disconnect(to_net(peer));
        }
    }

    /// Closes a connection and keeps the peer away for a while.
    fn punish(&self, peer: Peer) {
        if let Some(net) = self.net() {
            net.punish(to_net(peer));
        }
    }

    fn announce(&self, notice: Notice) {
        if self.events.receiver_count() == 0 {
            return;
        }
        if let Notice::GroupReached { .. } = notice {
            self.announce_reached(&notice);
        } else if let Some(event) = self.to_event(notice) {
            self.tell(event);
        }
    }

    pub(super) fn on_full(&mut self) {
        if !std::mem::replace(&mut self.pending.disk_full_told, true) {
            self.tell(crate::api::Event::Error(ClientError::DiskFull));
        }
    }
}

fn commit(open: &mut Open) -> Result<Vec<Effect>, ClientError> {
    let Open { engine, store, .. } = open;
    engine.settle().commit(|changes| store.commit(changes, &mut system_rng())).map_err(store_error)
}

/// Names in one acknowledgement.
const MOST_TAKEN: usize = 256;
