//! Pages, single rows and counts of a conversation. Joins a row with what changed its look since.

use std::collections::BTreeMap;

use super::StoreError;
use super::backend::Direction;
use super::draft::View;
use super::keys::{ConversationKeys, OverlayKind, Range, overlay_of, place_of};
use super::record::{self, DeliveredBlock, EditMark, Plain, ReactionMark, Row};
use crate::model::limits::PAGE;
use crate::model::{AccountId, Body, ConversationId, DeviceId, Emoji, Entry, EntryRef, Mentions, Name};

/// A row of the timeline with all that has been said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredRow {
    /// The entry as it was first said. If it was taken back, its body is `Body::Delete` of itself: nothing of
    /// what it said is left.
    pub(crate) entry: Entry,
    /// Whether this device wrote it.
    pub(crate) mine: bool,
    /// The newest text its author gave it instead.
    pub(crate) edited: Option<EditMark>,
    /// Whether it was taken back, and nothing of it is left.
    pub(crate) deleted: bool,
    /// By which entry, as far as that is known.
    pub(crate) deleted_by: Option<EntryRef>,
    /// Entries of others than its author that take it back, ascending. Whether they count is not for the store to say.
    pub(crate) taken_back: Vec<EntryRef>,
    /// Which emoji are on it, and by which entries, in their order. A reaction that somebody told of has number 0.
    pub(crate) reactions: Vec<(Emoji, EntryRef)>,
    /// When we learnt that it was delivered, milliseconds since the epoch; only for entries of ours.
    pub(crate) delivered_at_ms: Option<u64>,
    /// Who told of it, and under which name of its author, if it is from before we joined.
    pub(crate) shared: Option<(AccountId, Name)>,
}

/// A piece of a conversation's timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredPage {
    /// The rows in the order on screen, oldest first.
    pub(crate) rows: Vec<StoredRow>,
    /// Whether there are rows before the first.
    pub(crate) more_before: bool,
    /// Whether there are rows after the last.
    pub(crate) more_after: bool,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The last rows.
    Newest,
    /// The rows right before this entry, which itself is left out.
    Before(EntryRef),
    /// The rows right after this entry, which itself is left out.
    After(EntryRef),
    /// Rows on both sides of this entry, and itself if it is a row.
    Around(EntryRef),
}

/// A page of at most `limit` rows; at most [`PAGE`], at least one.
pub(super) fn history(
    view: View<'_>,
    conversation: &ConversationId,
    anchor: Anchor,
    limit: usize,
) -> Result<StoredPage, StoreError> {
    let limit = limit.clamp(1, PAGE);
    let keys = view.keys().conversation(conversation);
    let all = keys.messages();
    let place = match anchor {
        Anchor::Newest => all.to.clone(),
        Anchor::Before(id) | Anchor::Around(id) => keys.message(&id),
        Anchor::After(id) => after(keys.message(&id)),
    };
    let before = Range { from: all.from, to: place.clone() };
    let from_there = Range { from: place, to: all.to };
    let (rows, more_before, more_after) = match anchor {
        Anchor::Newest | Anchor::Before(_) => {
            let (rows, more) = take(view, &before, Direction::Descending, limit)?;
            (rows, more, view.any(&from_there)?)
        }
        Anchor::After(_) => {
            let (rows, more) = take(view, &from_there, Direction::Ascending, limit)?;
            (rows, view.any(&before)?, more)
        }
        Anchor::Around(_) => {
            let (mut rows, more_before) = take(view, &before, Direction::Descending, limit / 2)?;
            let rest = limit.saturating_sub(rows.len());
            let (later, more_after) = take(view, &from_there, Direction::Ascending, rest)?;
            rows.extend(later);
            (rows, more_before, more_after)
        }
    };
    Ok(StoredPage { rows: join(view, &keys, rows)?, more_before, more_after })
}

/// One row of the timeline.
pub(super) fn row(
    view: View<'_>,
    conversation: &ConversationId,
    id: &EntryRef,
) -> Result<Option<StoredRow>, StoreError> {
    let keys = view.keys().conversation(conversation);
    let Some(plain) = view.get(&keys.message(id))? else {
        return Ok(None);
    };
    Ok(join(view, &keys, vec![record::decode_row(*id, &plain)?])?.pop())
}

/// How many rows after `after` (all, if `None`) this device wrote, or did not write; and how many of them address our
/// person. Rows taken back do not count, nor those of which `judge` says nothing: it says whether a row addresses us.
pub(super) fn count_shown_after(
    view: View<'_>,
    conversation: &ConversationId,
    after_id: Option<&EntryRef>,
    mine: bool,
    judge: impl Fn(&EntryRef, Option<(&EntryRef, &Mentions)>) -> Option<bool>,
) -> Result<(u32, u32), StoreError> {
    let keys = view.keys().conversation(conversation);
    let all = keys.messages();
    let from = after_id.map_or(all.from, |id| after(keys.message(id)));
    let (mut count, mut addressed) = (0_u32, 0_u32);
    for row in view.scan(&Range { from, to: all.to }, Direction::Ascending) {
        let row = decode(&row?)?;
        let said = matches!(row.entry.body, Body::Text { .. } | Body::Unknown { .. });
        if row.mine == mine && said && row.shared.is_none() {
            let id = &row.entry.id;
            let edited =
                view.get(&keys.edited(id))?.map(|plain| record::decode_edited(&plain)).transpose()?;
            let first = || row.entry.body.mentions().map(|mentions| (id, mentions));
            let said = edited.as_ref().map(|mark| (&mark.by, &mark.mentions)).or_else(first);
            let Some(ours) = judge(id, said) else { continue };
            count = count.saturating_add(1);
            addressed = addressed.saturating_add(ours.into());
        }
    }
    Ok((count, addressed))
}

/// Up to `limit` rows of a range in the order on screen, and whether there are more in `direction`.
fn take(
    view: View<'_>,
    range: &Range,
    direction: Direction,
    limit: usize,
) -> Result<(Vec<Row>, bool), StoreError> {
    let mut rows = Vec::new();
    let mut more = false;
    for row in view.scan(range, direction) {
        if rows.len() >= limit {
            more = true;
            break;
        }
        rows.push(decode(&row?)?);
    }
    if direction == Direction::Descending {
        rows.reverse();
    }
    Ok((rows, more))
}

fn decode((key, plain): &(Vec<u8>, Plain)) -> Result<Row, StoreError> {
    record::decode_row(place_of(key).ok_or(StoreError::Damaged("a row has no place"))?, plain)
}

/// The smallest key above `key`.
fn after(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

fn join(view: View<'_>, keys: &ConversationKeys<'_>, rows: Vec<Row>) -> Result<Vec<StoredRow>, StoreError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(Vec::new());
    };
    let mut marks = marks(view, &keys.overlays(&first.entry.id, &last.entry.id))?;
    let mut delivered = Delivered { view, keys, last: None };
    rows.into_iter()
        .map(|row| {
            let mut marks = marks.remove(&row.entry.id).unwrap_or_default();
            let (deleted_by, taken_back) = (marks.deleted, std::mem::take(&mut marks.taken_back));
            let deleted = deleted_by.is_some() || !row.entry.body.is_shown();
            let shared = row.shared.as_ref().map(|told| (told.by, told.name.clone()));
            let (edited, reactions) = looks(&row, marks);
            let delivered_at_ms = if row.mine { delivered.at_ms(row.entry.id.seq)? } else { None };
            Ok(StoredRow {
                edited: edited.filter(|_| matches!(row.entry.body, Body::Text { .. })),
                deleted,
                deleted_by,
                taken_back,
                reactions,
                delivered_at_ms,
                shared,
                mine: row.mine,
                entry: row.entry,
            })
        })
        .collect()
}

/// The text and the reactions that a row has come to. What was told of it gives way to each word of its authors.
fn looks(row: &Row, marks: Marks) -> (Option<EditMark>, Vec<(Emoji, EntryRef)>) {
    let Marks { mut edited, mut reactions, .. } = marks;
    reactions.sort_by_key(|mark| mark.by);
    let mut all = Vec::new();
    if let Some(told) = &row.shared {
        if let (true, None, Body::Text { text, .. }) = (told.edited, &edited, &row.entry.body) {
            let mentions = Mentions::default();
            edited = Some(EditMark { by: row.entry.id, text: text.clone(), mentions });
        }
        let said = |emoji: &Emoji, device: &DeviceId| {
            reactions.iter().any(|mark| mark.emoji == *emoji && mark.by.author == *device)
        };
        let untold = told.reactions.iter().filter(|(emoji, device)| !said(emoji, device));
        let told_of = |device: &DeviceId| EntryRef { lamport: 0, author: *device, seq: 0 };
        all.extend(untold.map(|(emoji, device)| (emoji.clone(), told_of(device))));
    }
    all.extend(reactions.into_iter().filter(|mark| mark.on).map(|mark| (mark.emoji, mark.by)));
    (edited, all)
}

#[derive(Default)]
struct Marks {
    edited: Option<EditMark>,
    deleted: Option<EntryRef>,
    taken_back: Vec<EntryRef>,
    reactions: Vec<ReactionMark>,
}

fn marks(view: View<'_>, range: &Range) -> Result<BTreeMap<EntryRef, Marks>, StoreError> {
    let mut all: BTreeMap<EntryRef, Marks> = BTreeMap::new();
    for row in view.scan(range, Direction::Ascending) {
        let (key, plain) = row?;
        let (target, kind) = place_of(&key)
            .zip(overlay_of(&key))
            .ok_or(StoreError::Damaged("a mark on a row makes no sense"))?;
        let marks = all.entry(target).or_default();
        match kind {
            OverlayKind::Edited => marks.edited = Some(record::decode_edited(&plain)?),
            OverlayKind::Deleted => marks.deleted = Some(record::decode_deleted(&plain)?.by),
            OverlayKind::TakenBack => marks.taken_back.push(record::decode_deleted(&plain)?.by),
            OverlayKind::Reaction => {
                marks.reactions.push(record::decode_reaction(&plain)?);
            }
        }
    }
    Ok(all)
}

/// Looks deliveries up, remembering the block of the last answer: neighbours share it.
struct Delivered<'a> {
    view: View<'a>,
    keys: &'a ConversationKeys<'a>,
    last: Option<(u64, Option<DeliveredBlock>)>,
}

impl Delivered<'_> {
    fn at_ms(&mut self, seq: u64) -> Result<Option<u64>, StoreError> {
        let number = seq / DeliveredBlock::SEQS;
        if self.last.as_ref().is_none_or(|(known, _)| *known != number) {
            let plain = self.view.get(&self.keys.delivered(number))?;
            self.last = Some((number, plain.map(|plain| record::decode_delivered(&plain)).transpose()?));
        }
        Ok(self.last.as_ref().and_then(|(_, block)| block.as_ref()?.at_ms(seq)))
    }
}
