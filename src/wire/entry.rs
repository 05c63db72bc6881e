//! The one encoding of an entry. It is stored as it came, so what a newer version says is kept whole.
//!
//! ```text
//! entry    = {0: lamport, 1: author:16, 2: seq, 3: sent_at_ms, 4: kind, 5: body}
//! position = [lamport, author:16, seq]
//! body     = kind 1 text    {0: text, 1: reply_to position?, 2: accounts?, 3: all?}
//!            kind 2 edit    {0: target position, 1: text, 2: accounts?, 3: all?}
//!            kind 3 delete  {0: target position}
//!            kind 4 react   {0: target position, 1: emoji, 2: on}
//!            kind 5 read    {0: upto position}
//!            kind 6 request {0: name}
//!            kind 7 accept  {0: name}
//!            kind 8 is what a row of a group's operation has on disk; it never travels
//! accounts = whom the text addresses, 32 bytes each, ascending, 1 to 32; all = true: everybody
//! ```
//! A kind number is never used again for something else.

use minicbor::{Decoder, Encoder};
use zeroize::Zeroizing;

use super::{Malformed, fixed, group::chunks, read_map, read_whole, written};
use crate::model::{AccountId, Body, DeviceId, Emoji, Entry, EntryRef, Mentions, Name, Text};

/// The encoding of an entry of a known kind. An entry of an unknown kind is never made here, only passed on
/// as it came; its body is encoded empty.
#[must_use]
pub fn encode_entry(entry: &Entry) -> Zeroizing<Vec<u8>> {
    // Large enough from the start: a buffer that moves leaves a copy of the text behind.
    let mut e = Encoder::new(Vec::with_capacity(FIELDS.saturating_add(text_bytes(&entry.body))));
    written(e.map(6).and_then(|e| e.u8(0)?.u64(entry.id.lamport)?.u8(1)?.bytes(entry.id.author.as_bytes())));
    written(
        e.u8(2)
            .and_then(|e| e.u64(entry.id.seq)?.u8(3)?.u64(entry.sent_at_ms)?.u8(4)?.u16(kind(&entry.body))),
    );
    written(e.u8(5));
    encode_body(&mut e, &entry.body);
    Zeroizing::new(e.into_writer())
}

fn text_bytes(body: &Body) -> usize {
    match body {
        Body::Text { text, mentions, .. } | Body::Edit { text, mentions, .. } => {
            text.as_str().len().saturating_add(mentions.accounts().len().saturating_mul(ACCOUNT_BYTES))
        }
        Body::Accept { name } | Body::Request { name } => name.as_str().len(),
        Body::React { emoji, .. } => emoji.as_str().len(),
        Body::Delete { .. } | Body::Group(_) | Body::Read { .. } | Body::Unknown { .. } => 0,
    }
}

/// Reads an entry.
///
/// # Errors
/// [`Malformed`] for anything but one whole entry whose values obey the limits of the model.
pub fn decode_entry(bytes: &[u8]) -> Result<Entry, Malformed> {
    let (mut lamport, mut author, mut seq, mut sent_at_ms) = (None, None, None, None);
    let (mut kind, mut body) = (None, None);
    read_whole(bytes, |key, d| {
        match key {
            0 => lamport = Some(d.u64()?),
            1 => author = Some(DeviceId::new(fixed(d)?)),
            2 => seq = Some(d.u64()?),
            3 => sent_at_ms = Some(d.u64()?),
            4 => kind = Some(d.u16()?),
            5 => body = Some(decode_body(kind.ok_or(Malformed)?, d)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Entry {
        id: EntryRef {
            lamport: lamport.ok_or(Malformed)?,
            author: author.ok_or(Malformed)?,
            seq: seq.ok_or(Malformed)?,
        },
        sent_at_ms: sent_at_ms.ok_or(Malformed)?,
        body: body.ok_or(Malformed)?,
    })
}

const fn kind(body: &Body) -> u16 {
    match body {
        Body::Text { .. } => TEXT,
        Body::Edit { .. } => EDIT,
        Body::Delete { .. } => DELETE,
        Body::React { .. } => REACT,
        Body::Read { .. } => READ,
        Body::Request { .. } => REQUEST,
        Body::Accept { .. } => ACCEPT,
        Body::Group(_) => GROUP,
        Body::Unknown { kind } => *kind,
    }
}

fn encode_body(e: &mut Encoder<Vec<u8>>, body: &Body) {
    match body {
        Body::Text { text, reply_to, mentions } => {
            let fields = 1_u64.saturating_add(reply_to.is_some().into()).saturating_add(fields_of(mentions));
            written(e.map(fields).and_then(|e| e.u8(0)?.str(text.as_str())));
            if let Some(target) = reply_to {
                written(e.u8(1));
                encode_position(e, target);
            }
            encode_mentions(e, mentions);
        }
        Body::Edit { target, text, mentions } => {
            written(e.map(fields_of(mentions).saturating_add(2)).and_then(|e| e.u8(0)));
            encode_position(e, target);
            written(e.u8(1).and_then(|e| e.str(text.as_str())));
            encode_mentions(e, mentions);
        }
        Body::Delete { target } | Body::Read { upto: target } => {
            written(e.map(1).and_then(|e| e.u8(0)));
            encode_position(e, target);
        }
        Body::React { target, emoji, on } => {
            written(e.map(3).and_then(|e| e.u8(0)));
            encode_position(e, target);
            written(e.u8(1).and_then(|e| e.str(emoji.as_str())?.u8(2)?.bool(*on)));
        }
        Body::Request { name } | Body::Accept { name } => {
            written(e.map(1).and_then(|e| e.u8(0)?.str(name.as_str())));
        }
        Body::Group(_) | Body::Unknown { .. } => written(e.map(0)),
    }
}

/// The fields that mentions take.
fn fields_of(mentions: &Mentions) -> u64 {
    u64::from(!mentions.accounts().is_empty()).saturating_add(mentions.all().into())
}

fn encode_mentions(e: &mut Encoder<Vec<u8>>, mentions: &Mentions) {
    if !mentions.accounts().is_empty() {
        let accounts: Vec<[u8; 32]> = mentions.accounts().iter().map(|account| *account.as_bytes()).collect();
        written(e.u8(2).and_then(|e| e.bytes(&accounts.concat())));
    }
    if mentions.all() {
        written(e.u8(3).and_then(|e| e.bool(true)));
    }
}

fn decode_accounts(d: &mut Decoder<'_>) -> Result<Vec<AccountId>, Malformed> {
    let chunks = chunks(d.bytes()?, Mentions::MOST)?;
    let ascending = chunks.iter().zip(chunks.iter().skip(1)).all(|(one, next)| one < next);
    if chunks.is_empty() || !ascending {
        return Err(Malformed);
    }
    chunks.iter().map(|bytes| AccountId::from_bytes(bytes).map_err(|_not_a_key| Malformed)).collect()
}

pub(super) fn encode_position(e: &mut Encoder<Vec<u8>>, at: &EntryRef) {
    written(e.array(3).and_then(|e| e.u64(at.lamport)?.bytes(at.author.as_bytes())?.u64(at.seq)));
}

pub(super) fn decode_position(d: &mut Decoder<'_>) -> Result<EntryRef, Malformed> {
    if d.array()? != Some(3) {
        return Err(Malformed);
    }
    Ok(EntryRef { lamport: d.u64()?, author: DeviceId::new(fixed(d)?), seq: d.u64()? })
}

fn decode_body(kind: u16, d: &mut Decoder<'_>) -> Result<Body, Malformed> {
    let mut fields = Fields::default();
    let known = (TEXT..=ACCEPT).contains(&kind);
    read_map(d, |key, d| if known { fields.read(kind, key, d) } else { Ok(false) })?;
    fields.into_body(kind)
}

/// The fields that the bodies of known kinds have between them.
#[derive(Default)]
struct Fields {
    position: Option<EntryRef>,
    text: Option<String>,
    on: Option<bool>,
    accounts: Vec<AccountId>,
    all: bool,
}

impl Fields {
    fn read(&mut self, kind: u16, key: u64, d: &mut Decoder<'_>) -> Result<bool, Malformed> {
        match (kind, key) {
            (TEXT | REQUEST | ACCEPT, 0) | (EDIT | REACT, 1) => self.text = Some(d.str()?.into()),
            (TEXT, 1) | (EDIT | DELETE | REACT | READ, 0) => self.position = Some(decode_position(d)?),
            (REACT, 2) => self.on = Some(d.bool()?),
            (TEXT | EDIT, 2) => self.accounts = decode_accounts(d)?,
            (TEXT | EDIT, 3) => self.all = d.bool()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn into_body(self, kind: u16) -> Result<Body, Malformed> {
        let Self { position, text, on, accounts, all } = self;
        let mentions = Mentions::new(accounts, all).ok_or(Malformed)?;
        let position_or = position.ok_or(Malformed);
        let text_or = text.ok_or(Malformed);
        Ok(match kind {
            TEXT => Body::Text { text: Text::new(text_or?).ok_or(Malformed)?, reply_to: position, mentions },
            EDIT => {
                Body::Edit { target: position_or?, text: Text::new(text_or?).ok_or(Malformed)?, mentions }
            }
            DELETE => Body::Delete { target: position_or? },
            REACT => Body::React {
                target: position_or?,
                emoji: Emoji::new(text_or?).ok_or(Malformed)?,
                on: on.ok_or(Malformed)?,
            },
            READ => Body::Read { upto: position_or? },
            REQUEST => Body::Request { name: Name::new(&text_or?).ok_or(Malformed)? },
            ACCEPT => Body::Accept { name: Name::new(&text_or?).ok_or(Malformed)? },
            kind => Body::Unknown { kind },
        })
    }
}

/// All fields of an entry but its text take less.
const FIELDS: usize = 128;
/// What an account takes.
const ACCOUNT_BYTES: usize = 32;
const TEXT: u16 = 1;
const EDIT: u16 = 2;
const DELETE: u16 = 3;
const REACT: u16 = 4;
const READ: u16 = 5;
const REQUEST: u16 = 6;
const ACCEPT: u16 = 7;
/// The row of a group's operation: not one of those that are read.
const GROUP: u16 = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = EntryRef> {
        (any::<u64>(), any::<[u8; 16]>(), any::<u64>()).prop_map(|(lamport, author, seq)| EntryRef {
            lamport,
            author: DeviceId::new(author),
            seq,
        })
    }

    fn mentions() -> impl Strategy<Value = Mentions> {
        let account = any::<[u8; 32]>().prop_filter_map("no key", |bytes| AccountId::from_bytes(&bytes).ok());
        (prop::collection::vec(account, 0..4), any::<bool>())
            .prop_filter_map("too many", |(accounts, all)| Mentions::new(accounts, all))
    }

    fn body() -> impl Strategy<Value = Body> {
        let text = "\\PC{1,200}".prop_filter_map("blank", Text::new);
        let name = "\\PC{1,40}".prop_filter_map("blank", |name| Name::new(&name));
        prop_oneof![
            (text.clone(), prop::option::of(position()), mentions())
                .prop_map(|(text, reply_to, mentions)| Body::Text { text, reply_to, mentions }),
            (position(), text, mentions()).prop_map(|(target, text, mentions)| Body::Edit {
                target,
                text,
                mentions
            }),
            position().prop_map(|target| Body::Delete { target }),
            (position(), any::<bool>()).prop_map(|(target, on)| Body::React {
                target,
                emoji: Emoji::new("👍🏽").unwrap(),
                on
            }),
            position().prop_map(|upto| Body::Read { upto }),
            name.clone().prop_map(|name| Body::Request { name }),
            name.prop_map(|name| Body::Accept { name }),
        ]
    }

    proptest! {
        #[test]
        fn every_entry_survives_its_encoding_and_no_other_bytes_are_it(
            id in position(), sent_at_ms in any::<u64>(), body in body(), cut in any::<prop::sample::Index>()
        ) {
            let entry = Entry { id, sent_at_ms, body };
            let bytes = encode_entry(&entry);
            prop_assert_eq!(decode_entry(&bytes), Ok(entry.clone()));
            prop_assert!(bytes.capacity() >= bytes.len() && bytes.len() <= FIELDS + text_bytes(&entry.body));
            let mut longer = bytes.clone();
            longer.push(0);
            prop_assert_eq!(decode_entry(&longer), Err(Malformed));
            prop_assert_eq!(decode_entry(&bytes[..cut.index(bytes.len())]), Err(Malformed));
        }

        #[test]
        fn any_bytes_are_an_entry_or_malformed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            decode_entry(&bytes).ok();
        }
    }

    #[test]
    fn a_kind_of_a_later_version_is_read_as_unknown_with_its_fields_passed_over() {
        let mut e = Encoder::new(Vec::new());
        written(e.map(7).and_then(|e| e.u8(0)?.u64(1)?.u8(1)?.bytes(&[9; 16])?.u8(2)?.u64(3)?.u8(3)?.u64(4)));
        written(e.u8(4).and_then(|e| e.u16(900)?.u8(5)?.map(1)?.u8(3)?.array(2)?.str("x")?.map(0)));
        written(e.u8(77).and_then(|e| e.bool(true)));
        let entry = decode_entry(&e.into_writer()).unwrap();
        assert_eq!(entry.body, Body::Unknown { kind: 900 });
    }

    #[test]
    fn nesting_without_end_is_malformed() {
        let mut e = Encoder::new(Vec::new());
        written(e.map(1).and_then(|e| e.u8(99)));
        let mut bytes = e.into_writer();
        bytes.extend(std::iter::repeat_n(0x81, 60_000));
        assert_eq!(decode_entry(&bytes), Err(Malformed));
    }
}
