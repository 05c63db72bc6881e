//! What travels in the clear, or stands in what was opened.

use undertone::wire::{Frame, InviteLink, Payload, decode_entry, encode_entry};
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

pub(crate) fn payload(bytes: &[u8]) {
    if let Ok(Payload::Entry(inner) | Payload::Introduction { entry: inner, .. }) = Payload::decode(bytes) {
        entry(inner);
    }
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
