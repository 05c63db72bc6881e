//! People, conversations and messages for tests: the same names always give the same values.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::collections::BTreeMap;

use undertone::api::{
    Account, Chat, ChatKind, Contact, ContactState, ConversationId, Group, GroupChange, GroupMember, Message,
    MessageId, MessageKind, MessageState, Nearby, NotifyMode, Presence, ProfileInfo, Role, Via,
};
use undertone::model::{DeviceId, EntryRef};

/// Sunday, 22 November 2026, 14:03 UTC.
pub const NOW: i64 = 1_795_356_180_000;
/// The same as the messenger counts.
pub const NOW_MS: u64 = 1_795_356_180_000;
/// One minute.
pub const MINUTE: u64 = 60_000;

/// The account number `n`.
pub fn account(n: u8) -> Account {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = vec![b'a'; 52];
    text[3] = LETTERS[usize::from(n) % 32];
    text[4] = LETTERS[usize::from(n) / 32];
    // about half of all strings are keys
    for salt in 0..32 * 32 {
        text[20] = LETTERS[salt % 32];
        text[21] = LETTERS[salt / 32];
        if let Ok(account) = std::str::from_utf8(&text).unwrap().parse() {
            return account;
        }
    }
    panic!("no account");
}

/// Ourselves.
pub fn me() -> Account {
    account(0)
}

/// The conversation number `n`.
pub fn chat_id(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

/// The message at place `lamport` of conversation `n`.
pub fn message_id(n: u8, lamport: u64) -> MessageId {
    let entry = EntryRef { lamport, author: DeviceId::new([1; 16]), seq: lamport };
    MessageId { conversation: chat_id(n), entry }
}

/// A message of the other person of conversation `n`, ten minutes after the one before it.
pub fn theirs(n: u8, lamport: u64, text: &str) -> Message {
    Message {
        id: message_id(n, lamport),
        chat: chat_id(n),
        author: account(n),
        text: text.to_owned(),
        kind: MessageKind::Text,
        sent_at_ms: NOW_MS - 1000 * MINUTE + lamport * 10 * MINUTE,
        lamport,
        seq: lamport,
        reply_to: None,
        mentions: Vec::new(),
        mentions_me: false,
        edited: false,
        deleted: false,
        deleted_by: None,
        reactions: BTreeMap::new(),
        mine: false,
        change: None,
        state: MessageState::Delivered,
        shared: None,
    }
}

/// A message of ours, delivered.
pub fn ours(n: u8, lamport: u64, text: &str) -> Message {
    Message { author: me(), mine: true, ..theirs(n, lamport, text) }
}

/// A contact whose conversation has the same number.
pub fn contact(n: u8, name: &str) -> Contact {
    Contact {
        account: account(n),
        chat: chat_id(n),
        name: name.to_owned(),
        fingerprint: "12345 67890 24680 13579 11223 34455".to_owned(),
        verified: false,
        blocked: false,
        state: ContactState::Contact,
        presence: Presence::default(),
        since_ms: NOW_MS - 5000 * MINUTE,
    }
}

/// A contact who is here.
pub fn connected(contact: Contact) -> Contact {
    let presence = Presence { connected: true, via: Some(Via::Direct), last_seen_ms: None };
    Contact { presence, ..contact }
}

/// A row of the conversation list.
pub fn chat(n: u8, title: &str, unread: u32, last: Option<Message>) -> Chat {
    let active_at_ms = last.as_ref().map_or(NOW_MS - 4000 * MINUTE, |last| last.sent_at_ms);
    Chat {
        chat: chat_id(n),
        kind: ChatKind::Direct,
        title: title.to_owned(),
        account: Some(account(n)),
        unread,
        mentions: 0,
        notify: NotifyMode::All,
        notify_until_ms: None,
        last,
        active_at_ms,
    }
}

/// A group as a row of the conversation list.
pub fn group_chat(n: u8, title: &str, unread: u32, last: Option<Message>) -> Chat {
    Chat { kind: ChatKind::Group, account: None, ..chat(n, title, unread, last) }
}

/// A group of ours, with these others in it, who have not told what they hold.
pub fn group(n: u8, title: &str, others: Vec<GroupMember>) -> Group {
    let ours = GroupMember { me: true, added_by: me(), ..member(0, "Hana", Role::Owner) };
    let members = std::iter::once(ours).chain(others).collect();
    Group {
        chat: chat_id(n),
        title: title.to_owned(),
        picture: None,
        members,
        former: vec![],
        role: Some(Role::Owner),
        epoch: 4,
        heads: vec!["00112233".to_owned()],
        waiting: 0,
        history: undertone::api::History::None,
    }
}

/// Somebody whom we added to a group.
pub fn member(n: u8, name: &str, role: Role) -> GroupMember {
    GroupMember {
        account: account(n),
        name: name.to_owned(),
        role,
        me: false,
        verified: false,
        connected: false,
        last_seen_ms: None,
        added_by: me(),
        same: None,
        they_lack: 0,
        we_lack: 0,
        waiting: 0,
    }
}

/// A member who holds the same as we do.
pub fn agreeing(member: GroupMember) -> GroupMember {
    GroupMember { same: Some(true), connected: true, ..member }
}

/// Something that `by` changed in the group with the number `n`.
pub fn changed(n: u8, lamport: u64, by: u8, change: GroupChange) -> Message {
    let mine = by == 0;
    let kind = MessageKind::System;
    Message { author: account(by), mine, kind, change: Some(change), ..theirs(n, lamport, "") }
}

/// Somebody nearby.
pub fn nearby(n: u8, name: &str) -> Nearby {
    Nearby {
        account: account(n),
        name: name.to_owned(),
        fingerprint: "55555 44444 33333 22222 11111 00000".to_owned(),
    }
}

/// Our own profile, unlocked.
pub fn profile() -> ProfileInfo {
    ProfileInfo {
        account: Some(me()),
        name: "Hana".to_owned(),
        fingerprint: "01234 56789 98765 43210 13579 24680".to_owned(),
        peer_id: String::new(),
        addresses: vec!["/ip4/192.168.0.7/udp/41000/quic-v1".to_owned()],
        locked: false,
        exists: true,
        visible: true,
        phrase_kept: true,
        version: "0.1.0",
    }
}

/// A link to a group that was used.
pub fn join() -> undertone::api::JoinId {
    undertone::api::JoinId::parse("0102030405060708").unwrap()
}
