//! From changes to rows. Knows which rows an entry makes: a row of the timeline, a row beside it, and marks
//! under the entry whose look it changes. Marks may come before the entry they are about.

use rand_core::CryptoRng;

use super::StoreError;
use super::draft::Draft;
use super::keys::ConversationKeys;
use super::record::{self, DeletedMark, DeliveredBlock, EditMark, ReactionMark, TakenBlock};
use crate::model::limits::TAKEN_FRAMES;
use crate::model::{
    AccountId, Body, Change, CipherRow, ConversationId, Emoji, Entry, EntryRef, FrameId, Mentions, Shared,
    SharedEntry,
};

/// Drafts one change.
pub(super) fn draft_change(
    draft: &mut Draft<'_>,
    change: &Change,
    rng: &mut impl CryptoRng,
) -> Result<(), StoreError> {
    let keys = draft.keys();
    match change {
        Change::DropCarried { .. }
        | Change::DropCiphers { .. }
        | Change::DropWaiting { .. }
        | Change::PutCarried(_)
        | Change::PutChain { .. }
        | Change::PutWaiting(_) => draft_held(draft, change, rng)?,
        Change::DropContact { account, conversation } => drop_contact(draft, account, conversation)?,
        Change::DropConversation(conversation) => drop_conversation(draft, conversation)?,
        Change::DropInvite(id) => draft.remove(keys.invite(id)),
        Change::DropOutbox { account, seq } => draft.remove(keys.outbox(account, *seq)),
        Change::DropPrekey(reference) => draft.remove(keys.prekey(reference)),
        Change::DropReplay(init) => draft.remove(keys.replay(init)),
        Change::DropSession { account, session } => draft.remove(keys.session(account, session)),
        Change::PutCipher(row) => {
            put_cipher(draft, row, rng)?;
        }
        Change::PutContact(contact) => {
            draft.put(keys.contact(&contact.account), record::encode_contact(contact)?);
        }
        Change::PutDelivered { conversation, first, last, at_ms } => {
            let keys = keys.conversation(conversation);
            draft.ensure_content(&keys, rng);
            put_delivered(draft, &keys, (*first, *last), *at_ms)?;
        }
        Change::PutEntry { conversation, entry, bytes, mine } => {
            let keys = keys.conversation(conversation);
            draft.ensure_content(&keys, rng);
            // An entry never changes: the first that came under a name is the one, whatever comes later.
            if is_there(draft, &keys, entry)? {
                return Ok(());
            }
            put_entry(draft, &keys, &Said { entry, bytes, mine: *mine })?;
        }
        Change::PutGroup(group) => {
            draft.put(keys.conversation(&group.conversation).group(), record::encode_group(group)?);
        }
        Change::PutHead(head) => {
            draft.put(keys.conversation(&head.conversation).head(), record::encode_head(head)?);
        }
        Change::PutInvite(invite) => draft.put(keys.invite(&invite.id), record::encode_invite(invite)?),
        Change::PutOp { conversation, op, bytes } => {
            draft.put(keys.conversation(conversation).op(op), record::encode_op(conversation, bytes)?);
        }
        Change::PutOutbox(row) => {
            draft.put(keys.outbox(&row.account, row.entry.seq), record::encode_outbox(row)?);
        }
        Change::PutPrekey { reference, expires_ms, secret } => {
            draft.put(keys.prekey(reference), record::encode_prekey(*expires_ms, secret)?);
        }
        Change::PutProfile(profile) => {
            draft.put(keys.single(super::keys::Kind::Profile), record::encode_profile(profile)?);
        }
        Change::PutReplay { init, account, session, expires_ms } => {
            let replay = record::encode_replay(&(*init, *account, *session, *expires_ms))?;
            draft.put(keys.replay(init), replay);
        }
        Change::PutSession { account, session, used_ms, state } => {
            draft.put(keys.session(account, session), record::encode_session(account, *used_ms, state)?);
        }
        Change::PutShared { conversation, by, entry } => {
            draft.ensure_content(&keys.conversation(conversation), rng);
            put_shared(draft, &keys.conversation(conversation), *by, entry)?;
        }
        Change::PutTaken { account, count, frame } => put_taken(draft, account, *count, *frame)?,
        Change::Wipe { conversation, target, by } => put_wipe(draft, conversation, by, target)?,
    }
    Ok(())
}

fn put_cipher(draft: &mut Draft<'_>, row: &CipherRow, rng: &mut impl CryptoRng) -> Result<(), StoreError> {
    let keys = draft.keys().conversation(&row.conversation);
    draft.ensure_content(&keys, rng);
    draft.put(keys.cipher(&row.chain, row.iteration), record::encode_cipher(row)?);
    Ok(())
}

/// Drafts a change of what is kept of groups for what is still to come: chains, carried frames, messages without key.
fn draft_held(draft: &mut Draft<'_>, change: &Change, rng: &mut impl CryptoRng) -> Result<(), StoreError> {
    let keys = draft.keys();
    match change {
        Change::DropCiphers { conversation, chain, before } => {
            if let Some(last) = before.checked_sub(1) {
                draft.remove_all(&keys.conversation(conversation).ciphers(chain, 0, last))?;
            }
        }
        Change::DropCarried { to, frame } => draft.remove(keys.carried(to, frame)),
        Change::DropWaiting { conversation, chain, iteration } => {
            draft.remove(keys.conversation(conversation).waiting(chain, *iteration));
        }
        Change::PutChain { conversation, row } => {
            let key = keys.conversation(conversation).chain(&row.chain);
            draft.put(key, record::encode_chain(conversation, row)?);
        }
        Change::PutCarried(row) => {
            draft.put(keys.carried(&row.mark.to, &row.mark.frame), record::encode_carried(row)?);
        }
        Change::PutWaiting(row) => {
            let keys = keys.conversation(&row.conversation);
            draft.ensure_content(&keys, rng);
            draft.put(keys.waiting(&row.chain, row.iteration), record::encode_waiting(row)?);
        }
        _ => {}
    }
    Ok(())
}

/// An entry with its encoding.
struct Said<'a> {
    entry: &'a Entry,
    bytes: &'a [u8],
    mine: bool,
}

fn drop_contact(
    draft: &mut Draft<'_>,
    account: &AccountId,
    conversation: &ConversationId,
) -> Result<(), StoreError> {
    for range in draft.keys().of_account(account) {
        draft.remove_all(&range)?;
    }
    drop_conversation(draft, conversation)
}

fn drop_conversation(draft: &mut Draft<'_>, conversation: &ConversationId) -> Result<(), StoreError> {
    let keys = draft.keys().conversation(conversation);
    for range in keys.all() {
        draft.remove_all(&range)?;
    }
    draft.drop_content(&keys);
    Ok(())
}

/// Whether an entry of this name is there already.
fn is_there(draft: &Draft<'_>, keys: &ConversationKeys<'_>, entry: &Entry) -> Result<bool, StoreError> {
    if let Some(plain) = draft.get(&keys.message(&entry.id))? {
        // What somebody told of it gives way to what its author said.
        return Ok(record::decode_row(entry.id, &plain)?.shared.is_none());
    }
    let mut places = vec![keys.side(&entry.id)];
    if let Body::Edit { target, .. } = &entry.body {
        places.push(keys.edit(target, &entry.id));
    }
    for place in places {
        if draft.has(&place)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn put_entry(draft: &mut Draft<'_>, keys: &ConversationKeys<'_>, said: &Said<'_>) -> Result<(), StoreError> {
    let id = said.entry.id;
    match &said.entry.body {
        Body::Group(_) | Body::Text { .. } | Body::Unknown { .. } => put_row(draft, keys, said),
        Body::Edit { target, text, mentions } if target.author == id.author => {
            let mark = EditMark { by: id, text: text.clone(), mentions: mentions.clone() };
            put_edit(draft, keys, said, target, &mark)
        }
        Body::Delete { target } if target.author == id.author => {
            put_side(draft, keys, said)?;
            wipe(draft, keys, &id, target)
        }
        Body::React { target, emoji, on } => {
            put_side(draft, keys, said)?;
            put_reaction(
                draft,
                keys,
                (target, emoji),
                &ReactionMark { by: id, emoji: emoji.clone(), on: *on },
            )
        }
        // In a group it may count: that is judged when the row is shown.
        Body::Delete { target } => {
            put_side(draft, keys, said)?;
            draft.put(keys.taken_back(target, &id), record::encode_deleted(&DeletedMark { by: id })?);
            Ok(())
        }
        // The last is nobody's to do but the author's: kept, without any effect.
        Body::Accept { .. } | Body::Read { .. } | Body::Request { .. } | Body::Edit { .. } => {
            put_side(draft, keys, said)
        }
    }
}

fn put_row(draft: &mut Draft<'_>, keys: &ConversationKeys<'_>, said: &Said<'_>) -> Result<(), StoreError> {
    let Said { entry, bytes, mine } = *said;
    let plain = if draft.get(&keys.deleted(&entry.id))?.is_some() {
        record::tombstone(&record::Row { entry: entry.clone(), mine, shared: None })?
    } else {
        record::encode_row(entry, mine, bytes)?
    };
    draft.put(keys.message(&entry.id), plain);
    Ok(())
}

/// A row that came from its author, or from somebody who told of it before, stays.
fn put_shared(
    draft: &mut Draft<'_>,
    keys: &ConversationKeys<'_>,
    by: AccountId,
    said: &SharedEntry,
) -> Result<(), StoreError> {
    let SharedEntry { id, sent_at_ms, name, text, reply_to, edited, reactions } = said;
    if draft.has(&keys.message(id))? || draft.has(&keys.side(id))? {
        return Ok(());
    }
    let taken_back = draft.has(&keys.deleted(id))?;
    let body = if taken_back {
        Body::Delete { target: *id }
    } else {
        Body::Text { text: text.clone(), reply_to: *reply_to, mentions: Mentions::default() }
    };
    let shared = Shared { by, name: name.clone(), edited: *edited, reactions: reactions.clone() };
    let entry = Entry { id: *id, sent_at_ms: *sent_at_ms, body };
    draft.put(keys.message(id), record::encode_shared(&entry, &shared)?);
    Ok(())
}

fn put_side(draft: &mut Draft<'_>, keys: &ConversationKeys<'_>, said: &Said<'_>) -> Result<(), StoreError> {
    draft.put(keys.side(&said.entry.id), record::encode_side(said.mine, said.bytes)?);
    Ok(())
}

fn put_edit(
    draft: &mut Draft<'_>,
    keys: &ConversationKeys<'_>,
    said: &Said<'_>,
    target: &EntryRef,
    mark: &EditMark,
) -> Result<(), StoreError> {
    let key = keys.edit(target, &mark.by);
    if draft.get(&keys.deleted(target))?.is_some() {
        draft.put(key, record::encode_side(said.mine, &[])?);
        return Ok(());
    }
    draft.put(key, record::encode_side(said.mine, said.bytes)?);
    let key = keys.edited(target);
    let newest = draft.get(&key)?.map(|plain| record::decode_edited(&plain)).transpose()?;
    if newest.is_none_or(|newest| newest.by < mark.by) {
        draft.put(key, record::encode_edited(mark)?);
    }
    Ok(())
}

fn put_wipe(
    draft: &mut Draft<'_>,
    conversation: &ConversationId,
    by: &EntryRef,
    target: &EntryRef,
) -> Result<(), StoreError> {
    let keys = draft.keys().conversation(conversation);
    wipe(draft, &keys, by, target)
}

/// Takes the text out of the row and of every edit of it, or sees to it that they come without.
fn wipe(
    draft: &mut Draft<'_>,
    keys: &ConversationKeys<'_>,
    by: &EntryRef,
    target: &EntryRef,
) -> Result<(), StoreError> {
    draft.put(keys.deleted(target), record::encode_deleted(&DeletedMark { by: *by })?);
    draft.remove(keys.edited(target));
    let row = keys.message(target);
    if let Some(plain) = draft.get(&row)? {
        draft.put(row, record::tombstone(&record::decode_row(*target, &plain)?)?);
    }
    for key in draft.keys_in(&keys.edits(target))? {
        if let Some(plain) = draft.get(&key)? {
            let (mine, _text) = record::decode_side(&plain)?;
            draft.put(key, record::encode_side(mine, &[])?);
        }
    }
    Ok(())
}

fn put_reaction(
    draft: &mut Draft<'_>,
    keys: &ConversationKeys<'_>,
    (target, emoji): (&EntryRef, &Emoji),
    mark: &ReactionMark,
) -> Result<(), StoreError> {
    let key = keys.reaction(target, emoji, &mark.by.author);
    let newest = draft.get(&key)?.map(|plain| record::decode_reaction(&plain)).transpose()?;
    if newest.is_none_or(|newest| newest.by < mark.by) {
        draft.put(key, record::encode_reaction(mark)?);
    }
    Ok(())
}

/// Of entries that are known to be delivered already the first news stays.
fn put_delivered(
    draft: &mut Draft<'_>,
    keys: &ConversationKeys<'_>,
    (first, last): (u64, u64),
    at_ms: u64,
) -> Result<(), StoreError> {
    for number in first / DeliveredBlock::SEQS..=last / DeliveredBlock::SEQS {
        let key = keys.delivered(number);
        let known = draft.get(&key)?.map(|plain| record::decode_delivered(&plain)).transpose()?;
        let mut block = known.unwrap_or_else(DeliveredBlock::new);
        let from = number.saturating_mul(DeliveredBlock::SEQS);
        let upto = from.saturating_add(DeliveredBlock::SEQS - 1);
        for seq in first.max(from)..=last.min(upto) {
            block.deliver(seq, at_ms);
        }
        draft.put(key, record::encode_delivered(&block)?);
    }
    Ok(())
}

fn put_taken(
    draft: &mut Draft<'_>,
    account: &AccountId,
    count: u64,
    frame: FrameId,
) -> Result<(), StoreError> {
    // A power of two that the block size divides: a place has the same remainder as its count.
    let place = count % TAKEN_FRAMES;
    let key = draft.keys().taken(account, place / TakenBlock::FRAMES);
    let mut block = match draft.get(&key)? {
        Some(plain) => record::decode_taken(&plain)?,
        None => TakenBlock { account: *account.as_bytes(), frames: Vec::new() },
    };
    block.frames.retain(|(other, _)| other % TAKEN_FRAMES != place);
    block.frames.push((count, frame));
    draft.put(key, record::encode_taken(&block)?);
    Ok(())
}

const _: () = assert!(TAKEN_FRAMES.is_multiple_of(TakenBlock::FRAMES), "blocks divide the ring of frames");
