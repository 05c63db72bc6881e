//! Records of what was said: rows of the timeline, entries beside it, and what changes the look of a row.

use serde::{Deserialize, Serialize};

use super::event::{EventV1, event};
use super::people::RefV1;
use super::{Bytes, Plain, ROW, account, decode, decode_version, encode, encode_version};
use crate::model::{Body, DeviceId, Emoji, Entry, EntryRef, Mentions, Name, Shared, Text};
use crate::store::StoreError;

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Row {
    /// The entry; its body is `Delete` of itself once the text was taken back.
    pub(in crate::store) entry: Entry,
    /// Whether this device wrote it.
    pub(in crate::store) mine: bool,
    /// Who told of it, if it did not come from its author.
    pub(in crate::store) shared: Option<Shared>,
}

#[derive(Serialize, Deserialize)]
struct RowV1<'a> {
    sent_at_ms: u64,
    mine: bool,
    body: BodyV1<'a>,
    /// The entry's one encoding; empty in a tombstone.
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

#[derive(Serialize, Deserialize)]
enum BodyV1<'a> {
    Deleted,
    /// The text stands in the encoding of the entry, at this place.
    TextWithin {
        start: u32,
        len: u32,
        reply_to: Option<RefV1>,
    },
    Text {
        #[serde(borrow)]
        text: &'a str,
        reply_to: Option<RefV1>,
    },
    Unknown {
        kind: u16,
    },
    Event(EventV1<'a>),
    /// As `TextWithin`, and whom it addresses.
    Addressed {
        start: u32,
        len: u32,
        reply_to: Option<RefV1>,
        mentions: MentionsV1,
    },
    Shared(#[serde(borrow)] SharedV1<'a>),
}

#[derive(Serialize, Deserialize)]
struct MentionsV1 {
    accounts: Vec<[u8; 32]>,
    all: bool,
}

impl From<&Mentions> for MentionsV1 {
    fn from(mentions: &Mentions) -> Self {
        let accounts = mentions.accounts().iter().map(|account| *account.as_bytes()).collect();
        Self { accounts, all: mentions.all() }
    }
}

fn mentions(stored: &MentionsV1) -> Result<Mentions, StoreError> {
    let accounts = stored.accounts.iter().map(account).collect::<Result<_, _>>()?;
    Mentions::new(accounts, stored.all).ok_or(StoreError::Damaged(ROW))
}

/// A message from before we joined. Without a text it was taken back.
#[derive(Serialize, Deserialize)]
struct SharedV1<'a> {
    by: [u8; 32],
    name: &'a str,
    text: Option<&'a str>,
    reply_to: Option<RefV1>,
    edited: bool,
    #[serde(borrow)]
    reactions: Vec<(&'a str, [u8; 16])>,
}

/// The record of an entry that is shown; any other gives the record of one taken back.
pub(in crate::store) fn encode_row(entry: &Entry, mine: bool, bytes: &[u8]) -> Result<Plain, StoreError> {
    let body = match &entry.body {
        Body::Text { text, reply_to, mentions } => {
            let reply_to = reply_to.as_ref().map(RefV1::from);
            match find(bytes, text.as_str().as_bytes()) {
                Some((start, len)) if !mentions.is_empty() => {
                    BodyV1::Addressed { start, len, reply_to, mentions: mentions.into() }
                }
                Some((start, len)) => BodyV1::TextWithin { start, len, reply_to },
                None => BodyV1::Text { text: text.as_str(), reply_to },
            }
        }
        Body::Group(event) => BodyV1::Event(event.into()),
        Body::Unknown { kind } => BodyV1::Unknown { kind: *kind },
        Body::Accept { .. }
        | Body::Delete { .. }
        | Body::Edit { .. }
        | Body::React { .. }
        | Body::Read { .. }
        | Body::Request { .. } => BodyV1::Deleted,
    };
    let bytes = if matches!(body, BodyV1::Deleted) { &[] } else { bytes };
    encode(&RowV1 { sent_at_ms: entry.sent_at_ms, mine, body, bytes: Bytes(bytes) }, bytes.len())
}

/// The record of a message that somebody told of.
pub(in crate::store) fn encode_shared(entry: &Entry, shared: &Shared) -> Result<Plain, StoreError> {
    let (text, reply_to) = match &entry.body {
        Body::Text { text, reply_to, .. } => (Some(text.as_str()), reply_to.as_ref().map(RefV1::from)),
        _ => (None, None),
    };
    let said = text.is_some();
    let reactions = shared.reactions.iter().filter(|_| said);
    let body = BodyV1::Shared(SharedV1 {
        by: *shared.by.as_bytes(),
        name: shared.name.as_str(),
        text,
        reply_to,
        edited: shared.edited && said,
        reactions: reactions.map(|(emoji, by)| (emoji.as_str(), *by.as_bytes())).collect(),
    });
    let record = RowV1 { sent_at_ms: entry.sent_at_ms, mine: false, body, bytes: Bytes(&[]) };
    let reactions = shared.reactions.len().saturating_mul(REACTION_BYTES);
    encode(&record, text.map_or(0, str::len).saturating_add(reactions))
}

fn decode_shared(id: EntryRef, stored: SharedV1<'_>) -> Result<(Body, Shared), StoreError> {
    let damaged = || StoreError::Damaged(ROW);
    let body = match stored.text {
        Some(text) => Body::Text {
            text: Text::new(text).ok_or_else(damaged)?,
            reply_to: stored.reply_to.map(EntryRef::from),
            mentions: Mentions::default(),
        },
        None => Body::Delete { target: id },
    };
    let reaction = |(emoji, by): (&str, [u8; 16])| Some((Emoji::new(emoji)?, DeviceId::new(by)));
    let reactions: Option<Vec<_>> = stored.reactions.into_iter().map(reaction).collect();
    let shared = Shared {
        by: account(&stored.by)?,
        name: Name::new(stored.name).ok_or_else(damaged)?,
        edited: stored.edited,
        reactions: reactions.ok_or_else(damaged)?,
    };
    Ok((body, shared))
}

/// The record of `row` without anything it said.
pub(in crate::store) fn tombstone(row: &Row) -> Result<Plain, StoreError> {
    if let Some(shared) = &row.shared {
        let entry = Entry { body: Body::Delete { target: row.entry.id }, ..row.entry.clone() };
        return encode_shared(&entry, shared);
    }
    let record =
        RowV1 { sent_at_ms: row.entry.sent_at_ms, mine: row.mine, body: BodyV1::Deleted, bytes: Bytes(&[]) };
    encode(&record, 0)
}

pub(in crate::store) fn decode_row(id: EntryRef, bytes: &[u8]) -> Result<Row, StoreError> {
    let record: RowV1<'_> = decode(bytes)?;
    let text = |text: &str| Text::new(text).ok_or(StoreError::Damaged(ROW));
    let mut shared = None;
    let body = match record.body {
        BodyV1::Deleted => Body::Delete { target: id },
        BodyV1::TextWithin { start, len, reply_to } => Body::Text {
            text: text(within(record.bytes.0, start, len).ok_or(StoreError::Damaged(ROW))?)?,
            reply_to: reply_to.map(EntryRef::from),
            mentions: Mentions::default(),
        },
        BodyV1::Addressed { start, len, reply_to, mentions: stored } => Body::Text {
            text: text(within(record.bytes.0, start, len).ok_or(StoreError::Damaged(ROW))?)?,
            reply_to: reply_to.map(EntryRef::from),
            mentions: mentions(&stored)?,
        },
        BodyV1::Text { text: stored, reply_to } => Body::Text {
            text: text(stored)?,
            reply_to: reply_to.map(EntryRef::from),
            mentions: Mentions::default(),
        },
        BodyV1::Event(stored) => Body::Group(event(stored)?),
        BodyV1::Unknown { kind } => Body::Unknown { kind },
        BodyV1::Shared(stored) => {
            let (body, told) = decode_shared(id, stored)?;
            shared = Some(told);
            body
        }
    };
    Ok(Row { entry: Entry { id, sent_at_ms: record.sent_at_ms, body }, mine: record.mine, shared })
}

#[derive(Serialize, Deserialize)]
struct SideV1<'a> {
    mine: bool,
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

/// An entry that is no row of the timeline: only its encoding; empty once it was taken back.
pub(in crate::store) fn encode_side(mine: bool, bytes: &[u8]) -> Result<Plain, StoreError> {
    encode(&SideV1 { mine, bytes: Bytes(bytes) }, bytes.len())
}

pub(in crate::store) fn decode_side(bytes: &[u8]) -> Result<(bool, Vec<u8>), StoreError> {
    let record: SideV1<'_> = decode(bytes)?;
    Ok((record.mine, record.bytes.0.to_vec()))
}

/// The newest text of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EditMark {
    /// The edit.
    pub(crate) by: EntryRef,
    /// The text.
    pub(crate) text: Text,
    /// Whom it addresses.
    pub(crate) mentions: Mentions,
}

#[derive(Serialize, Deserialize)]
struct EditV2<'a> {
    by: RefV1,
    text: &'a str,
    mentions: MentionsV1,
}

pub(in crate::store) fn encode_edited(mark: &EditMark) -> Result<Plain, StoreError> {
    let text = mark.text.as_str();
    let mentions = MentionsV1::from(&mark.mentions);
    let size = text.len().saturating_add(mentions.accounts.len().saturating_mul(32));
    encode_version(EDIT_VERSION, &EditV2 { by: (&mark.by).into(), text, mentions }, size)
}

pub(in crate::store) fn decode_edited(bytes: &[u8]) -> Result<EditMark, StoreError> {
    let record: EditV2<'_> = decode_version(EDIT_VERSION, bytes)?;
    let text = Text::new(record.text).ok_or(StoreError::Damaged(ROW))?;
    Ok(EditMark { by: record.by.into(), text, mentions: mentions(&record.mentions)? })
}

/// That an entry was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct DeletedMark {
    /// The deletion.
    pub(in crate::store) by: EntryRef,
}

pub(in crate::store) fn encode_deleted(mark: &DeletedMark) -> Result<Plain, StoreError> {
    encode(&RefV1::from(&mark.by), 0)
}

pub(in crate::store) fn decode_deleted(bytes: &[u8]) -> Result<DeletedMark, StoreError> {
    let record: RefV1 = decode(bytes)?;
    Ok(DeletedMark { by: record.into() })
}

/// An author's last word on one emoji at an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct ReactionMark {
    /// The reaction.
    pub(in crate::store) by: EntryRef,
    /// Which emoji.
    pub(in crate::store) emoji: Emoji,
    /// Set, or taken back.
    pub(in crate::store) on: bool,
}

#[derive(Serialize, Deserialize)]
struct ReactionV1<'a> {
    by: RefV1,
    emoji: &'a str,
    on: bool,
}

pub(in crate::store) fn encode_reaction(mark: &ReactionMark) -> Result<Plain, StoreError> {
    encode(&ReactionV1 { by: (&mark.by).into(), emoji: mark.emoji.as_str(), on: mark.on }, 0)
}

pub(in crate::store) fn decode_reaction(bytes: &[u8]) -> Result<ReactionMark, StoreError> {
    let record: ReactionV1<'_> = decode(bytes)?;
    let emoji = Emoji::new(record.emoji).ok_or(StoreError::Damaged(ROW))?;
    Ok(ReactionMark { by: record.by.into(), emoji, on: record.on })
}

/// Where `text` stands in `bytes`. An entry's encoding holds its text as it is, so a row need not hold both.
fn find(bytes: &[u8], text: &[u8]) -> Option<(u32, u32)> {
    let start = bytes.windows(text.len()).take(SEARCHED).position(|window| window == text)?;
    Some((u32::try_from(start).ok()?, u32::try_from(text.len()).ok()?))
}

fn within(bytes: &[u8], start: u32, len: u32) -> Option<&str> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    std::str::from_utf8(bytes.get(start..end)?).ok()
}

/// 2: whom the text addresses.
const EDIT_VERSION: u8 = 2;
/// What precedes the text in an entry's encoding is shorter than this.
const SEARCHED: usize = 512;
/// Upper bound of an encoded reaction.
const REACTION_BYTES: usize = 88;
