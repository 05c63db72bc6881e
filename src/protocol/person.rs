//! What the engine holds of one person in memory: the contact row, the conversation's head, the sessions and
//! keys shared with their device, what is on its way, and which of their frames were taken.

use std::collections::{HashSet, VecDeque};

use undertone_crypto::{
    identity::{DevCert, DeviceId, DeviceKeys},
    pair::PairKey,
};

use super::{outbox::Outbox, sessions::Sessions};
use crate::model::{
    AccountId, Attention, Contact, ContactState, ConversationId, DirectHead, FrameId, Peer, SeenBy,
    limits::TAKEN_FRAMES,
};

#[derive(Debug)]
pub(super) struct Person {
    pub(super) contact: Contact,
    pub(super) head: DirectHead,
    pub(super) sessions: Sessions,
    pub(super) outbox: Outbox,
    pub(super) taken: Taken,
    /// The device we talk to: read once, for reading a certificate takes checking its signature.
    device: Option<DeviceId>,
    /// Keys shared with the device we talk to, and with one that waits for the person's decision.
    pub(super) pairs: Vec<(DeviceId, PairKey)>,
    /// The connection on which the person's device proved itself.
    pub(super) link: Option<Peer>,
    /// When a bundle was last asked for.
    pub(super) bundle_asked_ms: Option<u64>,
    /// When a first message without an entry was last sent, to be answered before a long text can go.
    pub(super) greeted_ms: Option<u64>,
    /// Since when the session that we started last is not answered; none if that is not known.
    pub(super) unanswered_since_ms: Option<u64>,
    /// When a frame of ours was last acknowledged.
    pub(super) acknowledged_ms: u64,
    /// Sessions made anew because the peer could not open a frame, and when the last one was.
    pub(super) renewals: (u32, u64),
    /// When the person last said that they are writing.
    pub(super) typing_since_ms: Option<u64>,
}

impl Person {
    pub(super) fn new(contact: Contact, head: DirectHead, me: &Own<'_>) -> Self {
        let mut person = Self {
            contact,
            head,
            sessions: Sessions::default(),
            outbox: Outbox::default(),
            taken: Taken::default(),
            device: None,
            pairs: Vec::new(),
            link: None,
            bundle_asked_ms: None,
            greeted_ms: None,
            unanswered_since_ms: None,
            acknowledged_ms: 0,
            renewals: (0, 0),
            typing_since_ms: None,
        };
        person.pair_up(me);
        person
    }

    /// Reads the certificates and works the shared keys out again, after a device was learnt, changed or accepted.
    pub(super) fn pair_up(&mut self, me: &Own<'_>) {
        let read = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(|bytes| DevCert::parse(bytes).ok());
        let (known, changed) = (read(&self.contact.device), read(&self.contact.changed_device));
        self.device = known.as_ref().map(DevCert::device);
        self.pairs = [known, changed]
            .into_iter()
            .flatten()
            .filter_map(|cert| Some((cert.device(), me.keys.pair_key(me.cert, &cert).ok()?)))
            .collect();
    }

    /// The key shared with a device.
    pub(super) fn pair(&self, device: DeviceId) -> Option<&PairKey> {
        self.pairs.iter().find(|(of, _)| *of == device).map(|(_, pair)| pair)
    }

    /// The device we talk to.
    pub(super) const fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// Whether nothing may be sent now, whatever connection there is.
    pub(super) const fn is_held(&self) -> bool {
        self.is_stopped() || matches!(self.contact.state, ContactState::Request)
    }

    /// Whether not even notes about a group that we share may be sent.
    pub(super) const fn is_stopped(&self) -> bool {
        self.contact.blocked || self.contact.changed_device.is_some()
    }
}

/// Our own device, for making shared keys.
pub(super) struct Own<'a> {
    pub(super) keys: &'a DeviceKeys,
    pub(super) cert: &'a DevCert,
}

/// The head of a conversation that starts now. Sequence numbers start at the clock and never run below it at
/// a start of the program, so neither a removed conversation, nor a restored folder, nor an old copy of it
/// gives a number to two entries.
pub(super) fn new_head(conversation: ConversationId, account: AccountId, now_ms: u64) -> DirectHead {
    DirectHead {
        conversation,
        account,
        next_seq: now_ms,
        lamport: 0,
        seen: SeenBy::default(),
        unread: 0,
        attention: Attention::default(),
        read_upto: None,
        peer_read: None,
        last: None,
        last_at_ms: now_ms,
    }
}

/// The frames of a person that were taken: the newest [`TAKEN_FRAMES`] of them. A sender has far fewer on
/// their way, so a repeat is always recognised.
#[derive(Debug, Default)]
pub(super) struct Taken {
    known: HashSet<FrameId>,
    order: VecDeque<FrameId>,
    count: u64,
}

impl Taken {
    pub(super) fn restore(mut rows: Vec<(u64, FrameId)>) -> Self {
        rows.sort_unstable_by_key(|(count, _)| *count);
        let count = rows.last().map_or(0, |(count, _)| count.saturating_add(1));
        let order: VecDeque<_> = rows.into_iter().map(|(_, frame)| frame).collect();
        Self { known: order.iter().copied().collect(), order, count }
    }

    pub(super) fn contains(&self, frame: &FrameId) -> bool {
        self.known.contains(frame)
    }

    /// Adds a frame and gives its number.
    pub(super) fn push(&mut self, frame: FrameId) -> u64 {
        let number = self.count;
        self.count = self.count.saturating_add(1);
        self.known.insert(frame);
        self.order.push_back(frame);
        if u64::try_from(self.order.len()).is_ok_and(|len| len > TAKEN_FRAMES)
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_frames_are_bounded_and_numbered_on_after_a_restart() {
        let mut taken = Taken::default();
        let frame = |i: u64| FrameId::of(&i.to_be_bytes());
        for i in 0..=TAKEN_FRAMES {
            assert_eq!(taken.push(frame(i)), i);
        }
        assert!(!taken.contains(&frame(0)) && taken.contains(&frame(1)));
        let mut restored = Taken::restore(vec![(8, frame(8)), (7, frame(7))]);
        assert!(restored.contains(&frame(7)));
        assert_eq!(restored.push(frame(9)), 9);
    }
}
