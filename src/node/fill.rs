//! Makes a profile with a long history, for the benchmarks: the rows are those that real conversations leave,
//! written through the store like any others.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use undertone_crypto::{identity::DeviceId, recovery::RecoverySecret};

use super::{clock::system_rng, unlock};
use crate::{
    api::ClientError,
    model::{
        Attention, Body, Change, Contact, ContactState, ConversationId, DirectHead, Entry, EntryRef,
        Mentions, Name, Seen, SeenBy, Text,
    },
    protocol::new_profile,
    store::{FolderLock, Store},
    wire::encode_entry,
};

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// Conversations, each with one contact.
    pub conversations: u32,
    /// Messages in each.
    pub messages: u32,
    /// Entries written with one commit.
    pub batch: usize,
}

/// Makes a profile in `dir` whose conversations are full of texts. Gives the bytes of text written.
///
/// # Errors
/// What the disk fails with.
pub fn fill_profile(dir: &Path, passphrase: &str, filling: Filling) -> Result<u64, ClientError> {
    let rng = &mut system_rng();
    let own = RecoverySecret::generate(rng);
    let name = Name::new("Hana").ok_or(ClientError::Invalid("name"))?;
    let profile = new_profile(&own, name, false, START_MS, rng);
    let account = own.account_key().id();
    let lock = FolderLock::take(dir).map_err(unlock::store_error)?;
    let created = Store::create(&lock, dir, &unlock::normal(passphrase), &profile, rng);
    let mut store = created.map_err(unlock::store_error)?;
    let mut bytes = 0_u64;
    for number in 0..filling.conversations {
        let other = RecoverySecret::generate(rng).account_key().id();
        let conversation = ConversationId::direct(&account, &other);
        let mut changes = people(number, other, conversation, filling.messages);
        for seq in 1..=u64::from(filling.messages) {
            let text = format!(
                "message {seq} of conversation {number}: about as long as people write in a chat, 안녕하세요"
            );
            bytes = bytes.saturating_add(u64::try_from(text.len()).unwrap_or(0));
            let entry = said(seq, text).ok_or(ClientError::Invalid("text"))?;
            let encoded = encode_entry(&entry);
            let mine = seq % 2 == 0;
            changes.push(Change::PutEntry { conversation, entry: Box::new(entry), bytes: encoded, mine });
            if changes.len() >= filling.batch {
                store.commit(&changes, rng).map_err(unlock::store_error)?;
                changes.clear();
            }
        }
        store.commit(&changes, rng).map_err(unlock::store_error)?;
    }
    Ok(bytes)
}

/// How long the store takes to make one row durable: `times` commits of one entry each.
///
/// # Errors
/// What the disk fails with.
pub fn time_commits(dir: &Path, times: u64) -> Result<Vec<Duration>, ClientError> {
    let rng = &mut system_rng();
    let own = RecoverySecret::generate(rng);
    let name = Name::new("Hana").ok_or(ClientError::Invalid("name"))?;
    let profile = new_profile(&own, name, false, START_MS, rng);
    let account = own.account_key().id();
    let conversation = ConversationId::direct(&account, &account);
    let lock = FolderLock::take(dir).map_err(unlock::store_error)?;
    let created = Store::create(&lock, dir, &unlock::normal("correct horse battery"), &profile, rng);
    let mut store = created.map_err(unlock::store_error)?;
    let mut took = Vec::new();
    for seq in 1..=times {
        let entry = said(seq, "x".repeat(100)).ok_or(ClientError::Invalid("text"))?;
        let bytes = encode_entry(&entry);
        let start = Instant::now();
        let change = Change::PutEntry { conversation, entry: Box::new(entry), bytes, mine: true };
        store.commit(&[change], rng).map_err(unlock::store_error)?;
        took.push(start.elapsed());
    }
    Ok(took)
}

fn said(seq: u64, text: String) -> Option<Entry> {
    let author = if seq.is_multiple_of(2) { [1; 16] } else { [2; 16] };
    Some(Entry {
        id: EntryRef { lamport: seq, author: DeviceId::new(author), seq },
        sent_at_ms: START_MS.saturating_add(seq.saturating_mul(60_000)),
        body: Body::Text { text: Text::new(text)?, reply_to: None, mentions: Mentions::default() },
    })
}

fn people(
    number: u32,
    account: undertone_crypto::identity::AccountId,
    conversation: ConversationId,
    messages: u32,
) -> Vec<Change> {
    let Some(name) = Name::new(&format!("Contact {number}")) else { return Vec::new() };
    let last = u64::from(messages);
    let author = DeviceId::new(if last % 2 == 0 { [1; 16] } else { [2; 16] });
    let contact = Contact { generation: 1, ..Contact::new(account, name, ContactState::Mutual, START_MS) };
    let head = DirectHead {
        conversation,
        account,
        next_seq: last.saturating_add(1),
        lamport: last,
        seen: heard(last).unwrap_or_default(),
        unread: 0,
        attention: Attention::default(),
        read_upto: None,
        peer_read: None,
        last: Some(EntryRef { lamport: last, author, seq: last }),
        last_at_ms: START_MS.saturating_add(last.saturating_mul(60_000)),
    };
    vec![Change::PutContact(Box::new(contact)), Change::PutHead(Box::new(head))]
}

/// All that the contact's device said in a conversation of so many messages.
fn heard(last: u64) -> Option<SeenBy> {
    SeenBy::from_devices(vec![(DeviceId::new([2; 16]), Seen::from_runs(vec![(1, last)])?)])
}

const START_MS: u64 = 1_700_000_000_000;
