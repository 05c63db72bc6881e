//! What was said before somebody joined, as the member who added them tells it: plain records in notes. A record says
//! what a message came to, and there is no place in it for a key, a ciphertext or an operation.
//!
//! ```text
//! pack     = {0: group:32, 1: op:32, 2: [record]}           op: the one that added whoever is told
//! record   = {0: position, 1: sent_at_ms, 2: name, 3: text, 4: reply_to position?, 5: edited?, 6: [reaction]?}
//! reaction = [emoji, device:16]
//! ```

use minicbor::{Decoder, Encoder};

use super::{
    Malformed,
    entry::{decode_position, encode_position},
    fixed,
    group::{OpName, length},
    read_map, read_whole, written,
};
use crate::model::{DeviceId, Emoji, Name, SharedEntry, Text};

/// Most records in one pack.
pub const MAX_RECORDS: usize = 512;

/// Some of what was said before.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_debug_implementations, reason = "it holds texts and a group's secret name")]
pub struct HistoryPack {
    /// The group's secret name.
    pub group: [u8; 32],
    /// The operation that added whoever is told.
    pub op: OpName,
    /// The messages.
    pub entries: Vec<SharedEntry>,
}

impl HistoryPack {
    /// Writes what follows the kind of the note.
    pub(super) fn encode(&self, e: &mut Encoder<Vec<u8>>) {
        written(e.map(3).and_then(|e| e.u8(0)?.bytes(&self.group)?.u8(1)?.bytes(&self.op)?.u8(2)));
        written(e.array(count(&self.entries)));
        self.entries.iter().for_each(|entry| encode_record(e, entry));
    }

    /// Reads what follows the kind of the note.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut group, mut op, mut entries) = (None, None, Vec::new());
        read_whole(bytes, |key, d| {
            match key {
                0 => group = Some(fixed(d)?),
                1 => op = Some(fixed(d)?),
                2 => {
                    for _ in 0..length(d, MAX_RECORDS)? {
                        entries.push(decode_record(d)?);
                    }
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { group: group.ok_or(Malformed)?, op: op.ok_or(Malformed)?, entries })
    }
}

fn encode_record(e: &mut Encoder<Vec<u8>>, entry: &SharedEntry) {
    let optional = [entry.reply_to.is_some(), entry.edited, !entry.reactions.is_empty()];
    let fields = optional.into_iter().map(u64::from).fold(4_u64, u64::saturating_add);
    written(e.map(fields).and_then(|e| e.u8(0)));
    encode_position(e, &entry.id);
    written(e.u8(1).and_then(|e| {
        e.u64(entry.sent_at_ms)?.u8(2)?.str(entry.name.as_str())?.u8(3)?.str(entry.text.as_str())
    }));
    if let Some(target) = &entry.reply_to {
        written(e.u8(4));
        encode_position(e, target);
    }
    if entry.edited {
        written(e.u8(5).and_then(|e| e.bool(true)));
    }
    if !entry.reactions.is_empty() {
        written(e.u8(6).and_then(|e| e.array(count(&entry.reactions))));
        for (emoji, device) in &entry.reactions {
            written(e.array(2).and_then(|e| e.str(emoji.as_str())?.bytes(device.as_bytes())));
        }
    }
}

fn decode_record(d: &mut Decoder<'_>) -> Result<SharedEntry, Malformed> {
    let (mut id, mut sent_at_ms, mut name, mut text) = (None, None, None, None);
    let (mut reply_to, mut edited, mut reactions) = (None, false, Vec::new());
    read_map(d, |key, d| {
        match key {
            0 => id = Some(decode_position(d)?),
            1 => sent_at_ms = Some(d.u64()?),
            2 => name = Some(Name::new(d.str()?).ok_or(Malformed)?),
            3 => text = Some(Text::new(d.str()?).ok_or(Malformed)?),
            4 => reply_to = Some(decode_position(d)?),
            5 => edited = d.bool()?,
            6 => {
                for _ in 0..length(d, SharedEntry::MAX_REACTIONS)? {
                    reactions.push(decode_reaction(d)?);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(SharedEntry {
        id: id.ok_or(Malformed)?,
        sent_at_ms: sent_at_ms.ok_or(Malformed)?,
        name: name.ok_or(Malformed)?,
        text: text.ok_or(Malformed)?,
        reply_to,
        edited,
        reactions,
    })
}

fn decode_reaction(d: &mut Decoder<'_>) -> Result<(Emoji, DeviceId), Malformed> {
    if d.array()? != Some(2) {
        return Err(Malformed);
    }
    let emoji = Emoji::new(d.str()?).ok_or(Malformed)?;
    Ok((emoji, DeviceId::new(fixed(d)?)))
}

fn count<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::EntryRef,
        wire::{Note, group::tagged},
    };

    fn at(lamport: u64) -> EntryRef {
        EntryRef { lamport, author: DeviceId::new([2; 16]), seq: 3 }
    }

    fn pack() -> HistoryPack {
        let plain = SharedEntry {
            id: at(1),
            sent_at_ms: 4,
            name: Name::new("Bora").unwrap(),
            text: Text::new("hello").unwrap(),
            reply_to: None,
            edited: false,
            reactions: Vec::new(),
        };
        let full = SharedEntry {
            id: at(u64::MAX),
            reply_to: Some(at(1)),
            edited: true,
            reactions: vec![(Emoji::new("👍").unwrap(), DeviceId::new([5; 16]))],
            ..plain.clone()
        };
        HistoryPack { group: [1; 32], op: [2; 32], entries: vec![plain, full] }
    }

    #[test]
    fn a_pack_survives_its_encoding_and_a_cut_one_is_malformed() {
        let note = Note::History(pack());
        let bytes = note.encode();
        assert!(Note::decode(&bytes) == Ok(note.clone()));
        for cut in 1..bytes.len() {
            assert!(Note::decode(&bytes[..cut]) == Err(Malformed), "{cut}");
        }
    }

    #[test]
    fn a_record_takes_no_more_than_is_counted() {
        let mut entry = pack().entries.remove(1);
        entry.name = Name::new(&"한".repeat(64)).unwrap();
        entry.text = Text::new("x".repeat(32 * 1024)).unwrap();
        entry.id.seq = u64::MAX;
        entry.reply_to = Some(EntryRef { seq: u64::MAX, ..at(u64::MAX) });
        entry.sent_at_ms = u64::MAX;
        entry.reactions = vec![
            (Emoji::new("🧑🏽‍❤️‍💋‍🧑🏿").unwrap(), DeviceId::new([5; 16]));
            SharedEntry::MAX_REACTIONS
        ];
        let counted = entry.bytes();
        let pack = HistoryPack { entries: vec![entry], ..pack() };
        assert!(Note::History(pack).encode().len() <= counted);
    }

    /// T29: what travels in a pack is a text or nothing.
    #[test]
    fn skdm_in_a_history_pack_is_refused() {
        let key = [0x31_u8; 212];
        let list = |write: &dyn Fn(&mut Encoder<Vec<u8>>)| {
            tagged(0x10, |e| {
                written(
                    e.map(3).and_then(|e| e.u8(0)?.bytes(&[1; 32])?.u8(1)?.bytes(&[2; 32])?.u8(2)?.array(1)),
                );
                write(e);
            })
        };
        let position = |e: &mut Encoder<Vec<u8>>| written(e.u8(0));
        // As a record, as its text, and as a note within.
        let bare = list(&|e| written(e.bytes(&key)));
        let text = list(&|e| {
            written(e.map(4));
            position(e);
            encode_position(e, &at(1));
            written(e.u8(1).and_then(|e| e.u64(4)?.u8(2)?.str("Bora")?.u8(3)?.bytes(&key)));
        });
        let within = list(&|e| written(e.bytes(&Note::SenderKey(&key).encode())));
        for hostile in [bare, text, within] {
            assert!(Note::decode(&hostile) == Err(Malformed));
        }
        // A key in a field of its own is passed over: nothing reads it.
        let more = list(&|e| {
            written(e.map(5));
            position(e);
            encode_position(e, &at(1));
            written(e.u8(1).and_then(|e| e.u64(4)?.u8(2)?.str("Bora")?.u8(3)?.str("x")?.u8(9)?.bytes(&key)));
        });
        let Ok(Note::History(pack)) = Note::decode(&more) else {
            panic!("a pack with a field of a later version")
        };
        assert_eq!(pack.entries.len(), 1);
        assert!(!Note::History(pack).encode().windows(32).any(|part| part == &key[..32]));
    }
}
