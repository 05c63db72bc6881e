//! One sample of everything that `api` shows.

use std::collections::BTreeMap;

use crate::api::{
    Account, Chat, ChatKind, ClientError, Contact, ContactState, ConversationId, Created, Event, Evidence,
    Finding, FormerMember, Group, GroupChange, GroupMember, History, Invitation, InvitationId, JoinId,
    JoinRefusal, Mention, Message, MessageId, MessageKind, MessageState, Nearby, NodeStatus, NotifyMode,
    Page, PeerStatus, Picture, Presence, ProfileInfo, Role, SafetyNumber, SharedBy, StateAt, Via,
};

pub(super) fn account() -> Account {
    // The base point of the curve.
    let mut key = [0x66; 32];
    key[0] = 0x58;
    data_encoding::BASE32_NOPAD.encode(&key).to_ascii_lowercase().parse().unwrap()
}

pub(super) fn chat_id() -> ConversationId {
    ConversationId::from_bytes([7; 16])
}

pub(super) fn message_id() -> MessageId {
    let mut bytes = [0; 48];
    bytes[..16].fill(7);
    data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase().parse().unwrap()
}

pub(super) fn info() -> ProfileInfo {
    ProfileInfo {
        account: Some(account()),
        name: "Ada".into(),
        fingerprint: "12345".into(),
        peer_id: "12D3".into(),
        addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
        locked: false,
        exists: true,
        visible: true,
        phrase_kept: false,
        version: "0.0.0",
    }
}

pub(super) fn created() -> Created {
    Created { info: info(), recovery_phrase: "some words".into() }
}

pub(super) fn nearby() -> Nearby {
    Nearby { account: account(), name: "Bob".into(), fingerprint: "54321".into() }
}

pub(super) fn contact() -> Contact {
    Contact {
        account: account(),
        chat: chat_id(),
        name: "Bob".into(),
        fingerprint: "54321".into(),
        verified: false,
        blocked: false,
        state: ContactState::Contact,
        presence: presence(),
        since_ms: 1,
    }
}

fn presence() -> Presence {
    Presence { connected: true, via: Some(Via::Direct), last_seen_ms: None }
}

pub(super) fn evidence() -> Evidence {
    Evidence {
        at_ms: 1,
        finding: Finding::Rollback,
        cert: vec![1; 197],
        shown: ([2; 32], 3),
        known: Some(([4; 32], 5)),
    }
}

pub(super) fn safety_number() -> SafetyNumber {
    SafetyNumber { digits: "12345".into(), words: "some words".into(), qr: "UT1".into() }
}

pub(super) fn message() -> Message {
    Message {
        id: message_id(),
        chat: chat_id(),
        author: account(),
        text: "hello".into(),
        kind: MessageKind::Text,
        sent_at_ms: 1,
        lamport: 2,
        seq: 3,
        reply_to: None,
        mentions: vec![Mention::Account(account()), Mention::All],
        mentions_me: true,
        edited: false,
        deleted: false,
        deleted_by: None,
        reactions: BTreeMap::from([("👍".into(), vec![account()])]),
        mine: true,
        change: Some(GroupChange::Role(account(), Role::Admin)),
        state: MessageState::Queued,
        shared: Some(SharedBy { account: account(), author: "Bora".into() }),
    }
}

pub(super) fn group() -> Group {
    Group {
        chat: chat_id(),
        title: "Harbour".into(),
        picture: Some(Picture { id: "00".into(), image: [1, 2].as_slice().into() }),
        members: vec![GroupMember {
            account: account(),
            name: "Hana".into(),
            role: Role::Owner,
            me: true,
            verified: false,
            connected: false,
            last_seen_ms: None,
            added_by: account(),
            same: Some(true),
            they_lack: 0,
            we_lack: 0,
            waiting: 0,
        }],
        former: vec![FormerMember { account: account(), name: "Bob".into() }],
        role: Some(Role::Owner),
        epoch: 1,
        heads: vec!["00".into()],
        waiting: 0,
        history: History::Last(20),
    }
}

pub(super) fn chat() -> Chat {
    Chat {
        chat: chat_id(),
        kind: ChatKind::Direct,
        title: "Bob".into(),
        account: Some(account()),
        unread: 1,
        mentions: 1,
        notify: NotifyMode::Mentions,
        notify_until_ms: Some(1),
        last: Some(message()),
        active_at_ms: 1,
    }
}

pub(super) fn page() -> Page {
    Page { messages: vec![message()], more_before: true, more_after: false }
}

pub(super) fn state_at() -> StateAt {
    StateAt { account: account(), state: MessageState::Read, at_ms: 1 }
}

pub(super) fn status() -> NodeStatus {
    NodeStatus {
        listen: vec!["/ip4/127.0.0.1/tcp/1".into()],
        peers: vec![PeerStatus {
            peer_id: "12D3".into(),
            address: "/ip4/127.0.0.1/tcp/2".into(),
            account: Some(account()),
        }],
        relays: Vec::new(),
        outbox: 0,
        uptime_ms: 1,
        rss_bytes: 1,
    }
}

pub(super) fn errors() -> Vec<ClientError> {
    vec![
        ClientError::BadInvite,
        ClientError::Blocked,
        ClientError::DiskFull,
        ClientError::Exists,
        ClientError::InviteExpired,
        ClientError::InviteUsed,
        ClientError::Io("why".into()),
        ClientError::KeyChanged,
        ClientError::Locked,
        ClientError::NoProfile,
        ClientError::NotAllowed("why"),
        ClientError::NotFound("thing"),
        ClientError::ProfileDamaged("why".into()),
        ClientError::ProfileInUse("process 7".into()),
        ClientError::ProfileNewer,
        ClientError::Stopped,
        ClientError::TooLarge { limit: 1 },
        ClientError::Invalid("why"),
        ClientError::WrongPassphrase,
        ClientError::WrongPhrase,
    ]
}

pub(super) fn join_id() -> JoinId {
    JoinId::parse("0102030405060708").unwrap()
}

pub(super) fn invitation() -> Invitation {
    let id = InvitationId::parse(&"0a".repeat(32)).unwrap();
    let (by, role) = (account(), Role::Member);
    Invitation { id, by, made_ms: 1, role, uses: 5, used: 2, expires_ms: 3 }
}

pub(super) fn events() -> Vec<Event> {
    vec![
        Event::ChatChanged(chat()),
        Event::ContactChanged(contact()),
        Event::ContactRemoved(account()),
        Event::ContactRequest(contact()),
        Event::Error(ClientError::DiskFull),
        Event::GroupChanged(group()),
        Event::GroupForgotten(chat_id()),
        Event::GroupPast(chat_id()),
        Event::GroupJoined { join: join_id(), chat: chat_id() },
        Event::GroupJoinRefused { join: join_id(), why: JoinRefusal::Used },
        Event::KeyChanged(contact()),
        Event::MessageChanged(message()),
        Event::MessageReceived { message: message(), notify: true },
        Event::MessageState {
            chat: chat_id(),
            message: message_id(),
            account: account(),
            state: MessageState::Read,
            at_ms: 1,
            upto: true,
        },
        Event::MessageStored(message()),
        Event::NearbyChanged,
        Event::Offline(true),
        Event::Presence { account: account(), presence: presence() },
        Event::Ready,
        Event::Locked,
        Event::KeyAlarm(contact()),
        Event::Stale,
        Event::Typing { chat: chat_id(), account: account(), typing: true },
    ]
}
