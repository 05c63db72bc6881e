//! What travels in the clear, or stands in what was opened.

use super::sample::damaged;
use undertone::model::{DeviceId, Emoji, EntryRef, Name, SharedEntry, Text};
use undertone::wire::{Frame, HistoryPack, InviteLink, Note, Payload, decode_entry, encode_entry};
#[cfg(feature = "node")]
use undertone::{
    fuzzing,
    rpc::{Incoming, LINE_BYTES, Line, Lines},
};

/// What is read is written as it was read, or shorter where a later version's fields were passed over.
pub(crate) fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::decode(bytes) else { return };
    if frame != Frame::Unknown {
        let again = frame.encode();
        assert!(again.len() <= bytes.len());
        assert_eq!(Frame::decode(&again).as_ref(), Ok(&frame));
    }
}

pub(crate) fn entry(bytes: &[u8]) {
    if let Ok(entry) = decode_entry(bytes) {
        assert_eq!(decode_entry(&encode_entry(&entry)), Ok(entry));
    }
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
