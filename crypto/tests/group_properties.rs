//! Properties of groups that hold for every schedule, every damage and every content.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;

use std::collections::BTreeSet;

use common::groups::{Membership, SENDER, Sending, kinds};
use common::{DAY, NOW};
use proptest::prelude::*;
use undertone_crypto::group::op::{Draft, OpKind, OpText};
use undertone_crypto::group::receiver::SKIPPED_TTL_MS;
use undertone_crypto::group::{
    EnvelopeKey, MessageContext, Op, OpId, ReceiverChain, SenderChain, SenderKey, UnverifiedOp,
};

/// One thing that happens to a sender and one of its readers.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The sender says something.
    Say,
    /// A message that was sent arrives, perhaps not for the first time: which one.
    Deliver(prop::sample::Index),
    /// It arrives changed: which bit.
    Corrupt(prop::sample::Index, prop::sample::Index),
    /// The sender, or the reader, stores its record and loads it again.
    Restart(bool),
    /// The sender announces its chain again.
    Announce,
    /// Days pass.
    Wait(u8),
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        6 => Just(Event::Say),
        8 => index().prop_map(Event::Deliver),
        2 => (index(), index()).prop_map(|(which, bit)| Event::Corrupt(which, bit)),
        1 => any::<bool>().prop_map(Event::Restart),
        1 => Just(Event::Announce),
        1 => (0..6_u8).prop_map(Event::Wait),
    ]
}

/// A sender, a reader and what the reader must be able to do.
struct World {
    sending: Sending,
    reader: ReceiverChain,
    sent: Vec<Vec<u8>>,
    opened: BTreeSet<usize>,
    /// When each message was passed over.
    passed_ms: Vec<Option<u64>>,
    now_ms: u64,
}

impl World {
    /// The reader is let in after `before` messages.
    fn new(before: u32) -> Self {
        let mut sending = Sending::new("properties");
        let sent: Vec<_> = (0..before).map(|n| sending.frame(&n.to_be_bytes())).collect();
        let reader = sending.reader();
        let passed_ms = vec![None; sent.len()];
        Self { sending, reader, sent, opened: BTreeSet::new(), passed_ms, now_ms: NOW }
    }

    fn deliver(&mut self, at: usize) {
        let sealed = self.sending.envelope.open(&self.sent[at]).expect("own envelope");
        let start = self.reader.start() as usize;
        let late =
            self.passed_ms[at].is_some_and(|since| self.now_ms.saturating_sub(since) >= SKIPPED_TTL_MS);
        let expected = at >= start && !late && !self.opened.contains(&at);
        let before = self.reader.to_bytes();
        let result = self.reader.open(&sealed, self.now_ms);
        assert_eq!(result.is_ok(), expected, "message {at}");
        let Ok(text) = result else {
            assert_eq!(*self.reader.to_bytes(), *before, "a refusal changes nothing");
            return;
        };
        assert_eq!(*text, u32::try_from(at).expect("few").to_be_bytes());
        self.opened.insert(at);
        for passed in start..at {
            if !self.opened.contains(&passed) {
                self.passed_ms[passed].get_or_insert(self.now_ms);
            }
        }
    }

    fn act(&mut self, event: Event) {
        match event {
            Event::Say => {
                let text = u32::try_from(self.sent.len()).expect("few").to_be_bytes();
                let frame = self.sending.frame(&text);
                self.sent.push(frame);
                self.passed_ms.push(None);
            }
            Event::Deliver(which) if !self.sent.is_empty() => self.deliver(which.index(self.sent.len())),
            Event::Corrupt(which, bit) if !self.sent.is_empty() => {
                let mut frame = self.sent[which.index(self.sent.len())].clone();
                let bit = bit.index(frame.len() * 8);
                frame[bit / 8] ^= 1 << (bit % 8);
                assert!(self.sending.envelope.open(&frame).is_err());
            }
            Event::Restart(true) => {
                let bytes = self.reader.to_bytes();
                self.reader = ReceiverChain::from_bytes(&bytes).expect("own record");
                assert_eq!(*self.reader.to_bytes(), *bytes);
            }
            Event::Restart(false) => {
                let bytes = self.sending.chain.to_bytes();
                self.sending.chain = SenderChain::from_bytes(&bytes).expect("own record");
                assert_eq!(*self.sending.chain.to_bytes(), *bytes);
            }
            Event::Announce => {
                let key = SenderKey::decode(&self.sending.chain.skdm().encode(), SENDER).expect("decode");
                assert_eq!(self.reader.meet(&key), Ok(()));
            }
            Event::Wait(days) => self.now_ms += u64::from(days) * DAY,
            Event::Deliver(_) | Event::Corrupt(..) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_is_read_once_whatever_happens(
        before in 0..5_u32,
        events in prop::collection::vec(event(), 1..80),
    ) {
        let mut world = World::new(before);
        for event in events {
            world.act(event);
        }
        for at in (0..world.sent.len()).rev() {
            world.deliver(at);
        }
        prop_assert!(world.reader.skipped() < 1000);
    }

    #[test]
    fn every_text_comes_out_as_it_went_in(
        text in prop::collection::vec(any::<u8>(), 0..2000),
        view in any::<[u8; 16]>(),
        lamport in any::<u64>(),
        prev in prop::collection::vec(any::<[u8; 16]>(), 0..=4),
    ) {
        let mut sending = Sending::new("contents");
        let mut reader = sending.reader();
        let context = MessageContext { view, lamport, prev: &prev };
        let frame = sending.chain.seal(context, &text, &sending.envelope, &mut sending.rng).expect("seal");
        let sealed = sending.envelope.open(&frame).expect("open");
        prop_assert_eq!((*sealed.view(), sealed.lamport(), sealed.prev()), (view, lamport, &*prev));
        prop_assert_eq!(&*reader.open(&sealed, NOW).expect("open"), &text);
    }

    #[test]
    fn frames_of_texts_of_one_padded_length_are_of_one_length(len in 0..252_usize) {
        let mut sending = Sending::new("lengths");
        prop_assert_eq!(sending.frame(&vec![b'x'; len]).len(), sending.frame(b"").len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_made_up_is_read_and_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let members = Membership::new("made up");
        prop_assert!(UnverifiedOp::parse(&bytes, &members.group).is_err());
        prop_assert!(SenderKey::decode(&bytes, SENDER).is_err());
        prop_assert!(EnvelopeKey::from_bytes(&[1; 32]).open(&bytes).is_err());
        prop_assert!(ReceiverChain::from_bytes(&bytes).is_err());
        prop_assert!(SenderChain::from_bytes(&bytes).is_err());
    }

    #[test]
    fn an_operation_has_one_form(
        which in 0..10_usize,
        parents in prop::collection::vec(any::<[u8; 32]>(), 1..=8),
        lamport in any::<u64>(),
        time_ms in any::<u64>(),
        title in "\\PC{0,60}",
    ) {
        let members = Membership::new("one form");
        let kind = match kinds(&members).swap_remove(which) {
            OpKind::Rename { .. } => OpKind::Rename { title: OpText::new(&title).expect("short") },
            kind => kind,
        };
        let parents = if kind.is_create() { vec![] } else { parents.into_iter().map(OpId::new).collect() };
        let draft = Draft { group: members.group, parents, lamport, time_ms, kind };
        let (device, cert) = (&members.author.device, &members.author.cert);
        let op = Op::sign(draft.clone(), device, cert).expect("sign");
        let read = UnverifiedOp::parse(op.as_bytes(), &members.group).expect("parse").verify(cert);
        prop_assert_eq!(&read, &Ok(op.clone()));
        let mut backwards = draft;
        backwards.parents.reverse();
        prop_assert_eq!(Op::sign(backwards, device, cert).expect("sign").id(), op.id());
    }
}
