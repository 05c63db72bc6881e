//! What travels in the clear, or stands in what was opened.

use undertone::model::{Body, DeviceId, Emoji, Entry, EntryRef, Mentions, Name, SharedEntry, Text};
use undertone::wire::{Frame, GroupLink, HistoryPack, InviteLink, Note, Payload, decode_entry, encode_entry};
#[cfg(feature = "node")]
use undertone::{
    fuzzing,
    rpc::{Incoming, LINE_BYTES, Line, Lines},
};
use undertone_crypto::AccountKey;

use super::sample::damaged;

/// What is read is written as it was read, or shorter where a later version's fields were passed over.
pub(crate) fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::decode(bytes) else { return };
    if frame != Frame::Unknown {
        let again = frame.encode();
        assert!(again.len() <= bytes.len());
        assert_eq!(Frame::decode(&again).as_ref(), Ok(&frame));
    }
}

/// Any bytes, and a text that answers and addresses somebody, damaged.
pub(crate) fn entry(bytes: &[u8]) {
    for bytes in [bytes, &SAID.with(|said| damaged(said, bytes))] {
        if let Ok(entry) = decode_entry(bytes) {
            assert_eq!(decode_entry(&encode_entry(&entry)), Ok(entry));
        }
    }
}

thread_local! {
    static SAID: Vec<u8> = said();
}

fn said() -> Vec<u8> {
    let id = |n| EntryRef { lamport: n, author: DeviceId::new([5; 16]), seq: n };
    let mentions = Mentions::new([6, 7].map(|seed| AccountKey::from_seed(&[seed; 32]).id()).to_vec(), true);
    let body =
        Body::Text { text: Text::new("@Bora").unwrap(), reply_to: Some(id(1)), mentions: mentions.unwrap() };
    encode_entry(&Entry { id: id(2), sent_at_ms: 3, body }).to_vec()
}

/// Any bytes, and a note that tells of earlier messages and was damaged.
pub(crate) fn payload(bytes: &[u8]) {
    let bytes = damaged(&Payload::Note(&told().encode()).encode(), bytes);
    match Payload::decode(&bytes) {
        Ok(Payload::Entry(inner) | Payload::Introduction { entry: inner, .. }) => entry(inner),
        Ok(Payload::Note(inner)) => note(inner),
        _ => {}
    }
}

fn note(bytes: &[u8]) {
    if let Ok(note) = Note::decode(bytes)
        && note != Note::Unknown
    {
        assert!(Note::decode(&note.encode()) == Ok(note.clone()));
    }
}

/// A note with two messages, one of which has all that a message can have.
fn told() -> Note<'static> {
    let at = |seq| EntryRef { lamport: 3, author: DeviceId::new([2; 16]), seq };
    let plain = SharedEntry {
        id: at(1),
        sent_at_ms: 4,
        name: Name::new("Bora").unwrap(),
        text: Text::new("hello").unwrap(),
        reply_to: None,
        edited: false,
        reactions: Vec::new(),
    };
    let reactions = vec![(Emoji::new("+").unwrap(), DeviceId::new([5; 16]))];
    let full = SharedEntry { id: at(2), reply_to: Some(at(1)), edited: true, reactions, ..plain.clone() };
    Note::History(HistoryPack { group: [1; 32], op: [2; 32], entries: vec![plain, full] })
}

pub(crate) fn invite(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(link) = InviteLink::decode(text)
    {
        assert_eq!(link.encode(), text.trim());
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(link) = GroupLink::decode(text)
    {
        assert_eq!(*link.encode(), text.trim());
    }
}

/// The bytes come in pieces: the first byte says how long each is.
#[cfg(feature = "node")]
pub(crate) fn rpc(bytes: &[u8]) {
    let Some((piece, rest)) = bytes.split_first() else { return };
    let mut lines = Lines::default();
    for piece in rest.chunks(usize::from(*piece).max(1)) {
        lines.push(piece);
    }
    lines.finish();
    while let Some(line) = lines.take() {
        if let Line::Whole(line) = line {
            assert!(line.len() <= LINE_BYTES);
            drop(format!("{:?}", Incoming::read(&line)));
        }
    }
}

#[cfg(feature = "node")]
pub(crate) fn discovery(bytes: &[u8]) {
    fuzzing::discovery_packet(bytes);
}
