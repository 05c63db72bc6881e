//! Sender chains and envelopes of groups as they are meant to be used, and their limits.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;

use common::groups::{CONTEXT, SENDER, Sending, VIEW, read};
use common::{DAY, NOW, TestRng};
use undertone_crypto::group::message::{MAX_PLAINTEXT, MAX_PREV};
use undertone_crypto::group::receiver::SKIPPED_TTL_MS;
use undertone_crypto::group::{
    EnvelopeError, EnvelopeKey, GroupOpenError, GroupSealError, MessageContext, ReceiverChain, Sealed,
    SenderChain, SenderKey, envelope,
};

#[test]
fn members_read_what_one_of_them_says() {
    let mut sending = Sending::new("hello");
    let (mut one, mut two) = (sending.reader(), sending.reader());
    let frame = sending.frame(b"hello");
    assert_eq!(envelope::peek(&frame), Some(sending.envelope.id()));
    let sealed = sending.envelope.open(&frame).expect("open");
    assert_eq!((sealed.chain_id(), sealed.iteration()), (sending.chain.id(), 0));
    assert_eq!((*sealed.view(), sealed.lamport(), sealed.prev()), (CONTEXT.view, 7, CONTEXT.prev));
    assert_eq!(read(&mut one, &sealed).as_deref(), Ok(&b"hello"[..]));
    assert_eq!(read(&mut two, &sealed).as_deref(), Ok(&b"hello"[..]));
    assert_eq!((one.id(), one.group(), one.device()), (sending.chain.id(), sending.group, SENDER));
}

#[test]
fn messages_come_in_any_order_and_each_once() {
    let mut sending = Sending::new("order");
    let mut reader = sending.reader();
    let sealed: Vec<Sealed> = (0..6_u8).map(|n| sending.says(&[n])).collect();
    for n in [3_u8, 0, 5, 2, 1, 4] {
        let bytes = reader.to_bytes();
        reader = ReceiverChain::from_bytes(&bytes).expect("own bytes");
        assert_eq!(*reader.to_bytes(), *bytes);
        assert_eq!(read(&mut reader, &sealed[usize::from(n)]), Ok(vec![n]));
        assert_eq!(read(&mut reader, &sealed[usize::from(n)]), Err(GroupOpenError::Consumed));
    }
    assert_eq!((reader.next(), reader.skipped()), (6, 0));
}

#[test]
fn a_sender_goes_on_where_its_record_ended() {
    let mut sending = Sending::new("record");
    let mut reader = sending.reader();
    let first = sending.says(b"one");
    let bytes = sending.chain.to_bytes();
    sending.chain = SenderChain::from_bytes(&bytes).expect("own bytes");
    assert_eq!(*sending.chain.to_bytes(), *bytes);
    let second = sending.says(b"two");
    assert_eq!(read(&mut reader, &second).as_deref(), Ok(&b"two"[..]));
    assert_eq!(read(&mut reader, &first).as_deref(), Ok(&b"one"[..]));
}

#[test]
fn a_chain_ends_after_a_thousand_messages_or_a_week() {
    let mut sending = Sending::new("rotation");
    assert!(!sending.chain.must_rotate(NOW + 7 * DAY - 1, 100));
    assert!(sending.chain.must_rotate(NOW + 7 * DAY, 100));
    assert!(!sending.chain.must_rotate(NOW + 7 * DAY, 101));
    assert!(sending.chain.must_rotate(NOW + 14 * DAY, 101));
    sending.skip(999);
    assert!(!sending.chain.must_rotate(NOW, 2));
    sending.skip(1);
    assert!(sending.chain.must_rotate(NOW, 2));
    let more = sending.chain.seal(CONTEXT, b"", &sending.envelope, &mut sending.rng);
    assert_eq!(more, Err(GroupSealError::Exhausted));
}

#[test]
fn the_chain_after_another_has_nothing_of_it_but_a_note() {
    let mut sending = Sending::new("next chain");
    let mut reader = sending.reader();
    sending.skip(4);
    let old = sending.chain.id();
    sending.chain = sending.chain.rotate([0x78; 32], NOW + 1, &mut sending.rng);
    let key = SenderKey::decode(&sending.chain.skdm().encode(), SENDER).expect("a sender key");
    let before = key.predecessor().expect("a chain before");
    assert_eq!((before.chain, before.len), (old, 4));
    assert_eq!((key.base_view(), key.created_ms(), key.iteration()), (&[0x78; 32], NOW + 1, 0));
    let sealed = sending.says(b"after");
    assert_eq!(read(&mut reader, &sealed), Err(GroupOpenError::OtherChain));
    assert_eq!(read(&mut sending.reader(), &sealed), Err(GroupOpenError::BeforeStart));
    assert_eq!(read(&mut ReceiverChain::new(key), &sealed).as_deref(), Ok(&b"after"[..]));
}

#[test]
fn the_longest_message_fits_a_frame_and_a_longer_one_is_refused() {
    let mut sending = Sending::new("length");
    let mut reader = sending.reader();
    let prev = vec![[1; 16]; MAX_PREV + 1];
    let context = MessageContext { prev: &prev[1..], ..CONTEXT };
    let long = vec![7; MAX_PLAINTEXT + 1];
    let longest = sending.chain.seal(context, &long[1..], &sending.envelope, &mut sending.rng);
    let frame = longest.expect("the longest message");
    assert!(frame.len() <= envelope::MAX_FRAME);
    let sealed = sending.envelope.open(&frame).expect("open");
    assert_eq!(read(&mut reader, &sealed).as_deref(), Ok(&long[1..]));
    let state = sending.chain.to_bytes();
    let too_long = sending.chain.seal(context, &long, &sending.envelope, &mut sending.rng);
    assert_eq!(too_long, Err(GroupSealError::TooLong));
    let context = MessageContext { prev: &prev, ..CONTEXT };
    let too_many = sending.chain.seal(context, b"", &sending.envelope, &mut sending.rng);
    assert_eq!(too_many, Err(GroupSealError::TooManyPrev));
    assert_eq!(*sending.chain.to_bytes(), *state);
}

#[test]
fn an_envelope_is_known_by_its_secret_alone() {
    let mut sending = Sending::new("envelope");
    let envelope = &sending.envelope;
    let (again, other) =
        (EnvelopeKey::from_bytes(&envelope.to_bytes()), EnvelopeKey::generate(&mut TestRng::new("other")));
    assert_eq!((again.id(), again.topic(2977)), (envelope.id(), envelope.topic(2977)));
    assert_ne!(again.topic(2978), envelope.topic(2977));
    assert!(again.is_committed_by(&envelope.commit()) && !other.is_committed_by(&envelope.commit()));
    let topic = envelope.topic(0);
    assert!(topic.len() == 32 && topic.chars().all(|c| matches!(c, 'a'..='z' | '2'..='7')));
    let mut frame = sending.frame(b"inner");
    assert!(again.open(&frame).is_ok());
    assert_eq!(other.open(&frame), Err(EnvelopeError::Unknown));
    *frame.last_mut().expect("a byte") ^= 1;
    assert_eq!(again.open(&frame), Err(EnvelopeError::Forged));
    frame.resize(envelope::MAX_FRAME + 1, 0);
    assert_eq!(envelope::peek(&frame), None);
}

#[test]
fn a_sender_key_is_read_as_it_was_written_and_may_be_repeated_later() {
    let mut sending = Sending::new("skdm");
    sending.skip(3);
    let bytes = sending.chain.skdm().encode();
    let key = SenderKey::decode(&bytes, SENDER).expect("a sender key");
    assert_eq!(*key.encode(), *bytes);
    assert_eq!((key.group(), key.chain_id(), key.device()), (sending.group, sending.chain.id(), SENDER));
    assert_eq!((key.iteration(), key.base_view(), key.created_ms()), (3, &VIEW, NOW));
    let mut reader = ReceiverChain::new(key);
    assert_eq!(reader.start(), 3);
    assert_eq!(reader.meet(&sending.chain.skdm()), Ok(()));
    sending.skip(5);
    assert_eq!(reader.meet(&sending.chain.skdm()), Ok(()));
    let sealed = sending.says(b"ahead");
    read(&mut reader, &sealed).expect("open");
    assert_eq!(reader.meet(&SenderKey::decode(&bytes, SENDER).expect("a sender key")), Ok(()));
}

#[test]
fn the_key_of_a_missing_message_is_kept_for_two_weeks() {
    let mut sending = Sending::new("late");
    let (missing, last) = (sending.says(b"missing"), sending.says(b"last"));
    for (after, expected) in [(SKIPPED_TTL_MS - 1, true), (SKIPPED_TTL_MS, false)] {
        let mut reader = sending_reader_at_start("late");
        reader.open(&last, NOW).expect("open");
        assert_eq!(reader.skipped(), 1);
        assert_eq!(reader.open(&missing, NOW + after).is_ok(), expected);
    }
}

/// The reader that a sender of this name lets in before its first message.
fn sending_reader_at_start(name: &str) -> ReceiverChain {
    Sending::new(name).reader()
}

#[test]
fn one_message_at_the_end_of_a_chain_leaves_a_thousand_keys_and_no_more() {
    let mut sending = Sending::new("flood");
    let mut reader = sending.reader();
    let first = sending.says(b"first");
    sending.skip(998);
    let last = sending.says(b"last");
    assert_eq!(read(&mut reader, &last).as_deref(), Ok(&b"last"[..]));
    assert_eq!((reader.next(), reader.skipped()), (1000, 999));
    let bytes = reader.to_bytes();
    assert!(bytes.len() < 64 * 1024);
    assert_eq!(*ReceiverChain::from_bytes(&bytes).expect("own bytes").to_bytes(), *bytes);
    assert_eq!(read(&mut reader, &first).as_deref(), Ok(&b"first"[..]));
}

#[test]
fn records_that_were_cut_or_lengthened_are_refused() {
    let mut sending = Sending::new("records");
    let mut reader = sending.reader();
    sending.skip(2);
    let sealed = sending.says(b"three");
    read(&mut reader, &sealed).expect("open");
    for (bytes, is_read) in [
        (reader.to_bytes(), (|bytes| ReceiverChain::from_bytes(bytes).is_ok()) as fn(&[u8]) -> bool),
        (sending.chain.to_bytes(), |bytes| SenderChain::from_bytes(bytes).is_ok()),
        (sending.chain.skdm().encode(), |bytes| SenderKey::decode(bytes, SENDER).is_ok()),
    ] {
        assert!(is_read(&bytes));
        assert!((0..bytes.len()).all(|len| !is_read(&bytes[..len])));
        assert!(!is_read(&[bytes.as_slice(), &[0]].concat()));
    }
}
