//! How the values of `api` are written in JSON. The only place; field names are those of docs/rpc.md.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value, json};

use crate::api::{
    Account, Chat, Contact, Event, Evidence, FormerMember, Group, GroupChange, GroupMember, History,
    Invitation, Mention, Message, Nearby, NodeStatus, Page, PeerStatus, Presence, ProfileInfo, Role,
    SafetyNumber, StateAt,
};

/// Nothing to say but that it is done.
pub(super) fn done() -> Value {
    Value::Object(Map::new())
}

/// Who we are, as creating and unlocking answer it.
pub(super) fn profile(info: &ProfileInfo) -> Value {
    json!({
        "account": info.account.map(text),
        "name": info.name,
        "fingerprint": info.fingerprint,
        "peer_id": info.peer_id,
    })
}

/// Everything about our profile.
pub(super) fn profile_info(info: &ProfileInfo) -> Value {
    json!({
        "account": info.account.map(text),
        "name": info.name,
        "fingerprint": info.fingerprint,
        "peer_id": info.peer_id,
        "addresses": info.addresses,
        "locked": info.locked,
        "exists": info.exists,
        "visible": info.visible,
        "phrase_kept": info.phrase_kept,
        "version": info.version,
    })
}

/// Somebody nearby.
pub(super) fn nearby(person: &Nearby) -> Value {
    json!({"account": text(person.account), "name": person.name, "fingerprint": person.fingerprint})
}

/// A contact or a request.
pub(super) fn contact(contact: &Contact) -> Value {
    json!({
        "account": text(contact.account),
        "chat": contact.chat.to_string(),
        "name": contact.name,
        "fingerprint": contact.fingerprint,
        "verified": contact.verified,
        "blocked": contact.blocked,
        "state": contact.state.as_str(),
        "presence": presence(contact.presence),
        "since_ms": contact.since_ms,
    })
}

/// Whether somebody is here.
pub(super) fn presence(presence: Presence) -> Value {
    json!({
        "connected": presence.connected,
        "via": presence.via.map(|via| via.as_str()),
        "last_seen_ms": presence.last_seen_ms,
    })
}

/// What two people compare.
pub(super) fn safety_number(number: &SafetyNumber) -> Value {
    json!({"digits": number.digits, "words": number.words, "qr": number.qr})
}

/// What was shown of a contact's devices; bytes are in hexadecimal.
pub(super) fn evidence(evidence: &Evidence) -> Value {
    let list = |(head, seq): ([u8; 32], u64)| json!({"head": HEXLOWER.encode(&head), "seq": seq});
    json!({
        "finding": evidence.finding.as_str(),
        "at_ms": evidence.at_ms,
        "cert": HEXLOWER.encode(&evidence.cert),
        "shown": list(evidence.shown),
        "known": evidence.known.map(list),
    })
}

/// A row of the conversation list.
pub(super) fn chat(chat: &Chat) -> Value {
    json!({
        "chat": chat.chat.to_string(),
        "kind": chat.kind.as_str(),
        "title": chat.title,
        "account": chat.account.map(text),
        "unread": chat.unread,
        "mentions": chat.mentions,
        "notify": chat.notify.as_str(),
        "notify_until_ms": chat.notify_until_ms,
        "last": chat.last.as_ref().map(message),
        "active_at_ms": chat.active_at_ms,
    })
}

/// A message.
pub(super) fn message(message: &Message) -> Value {
    let reactions: Map<String, Value> = message
        .reactions
        .iter()
        .map(|(emoji, people)| (emoji.clone(), people.iter().copied().map(text).collect()))
        .collect();
    json!({
        "id": message.id.to_string(),
        "chat": message.chat.to_string(),
        "author": text(message.author),
        "text": message.text,
        "kind": message.kind.as_str(),
        "sent_at_ms": message.sent_at_ms,
        "lamport": message.lamport,
        "seq": message.seq,
        "reply_to": message.reply_to.map(|id| id.to_string()),
        "mentions": message.mentions.iter().map(mention).collect::<Value>(),
        "mentions_me": message.mentions_me,
        "edited": message.edited,
        "deleted": message.deleted,
        "deleted_by": message.deleted_by.map(text),
        "reactions": reactions,
        "mine": message.mine,
        "change": message.change.as_ref().map(change),
        "state": message.state.as_str(),
        "before_joined": message.shared.is_some(),
        "shared_by": message.shared.as_ref().map(|shared| text(shared.account)),
        "author_name": message.shared.as_ref().map(|shared| shared.author.as_str()),
    })
}

/// Whom a text addresses.
fn mention(mention: &Mention) -> String {
    match mention {
        Mention::Account(account) => text(*account),
        Mention::All => ALL.into(),
    }
}

/// What changed in a group.
fn change(change: &GroupChange) -> Value {
    match change {
        GroupChange::Added(account) => json!({"what": "added", "account": text(*account)}),
        GroupChange::Admitted(account) => json!({"what": "admitted", "account": text(*account)}),
        GroupChange::Created(title) => json!({"what": "created", "title": title}),
        GroupChange::History(policy) => json!({"what": "history", "history": history(*policy)}),
        GroupChange::Invited => json!({"what": "invited"}),
        GroupChange::Left => json!({"what": "left"}),
        GroupChange::Picture(there) => json!({"what": "picture", "there": there}),
        GroupChange::Rekeyed => json!({"what": "rekeyed"}),
        GroupChange::Removed(account) => json!({"what": "removed", "account": text(*account)}),
        GroupChange::Renamed(title) => json!({"what": "renamed", "title": title}),
        GroupChange::Role(account, role) => {
            json!({"what": "role", "account": text(*account), "role": role.as_str()})
        }
        GroupChange::Uninvited => json!({"what": "uninvited"}),
    }
}

/// What newcomers see of what was said before.
fn history(history: History) -> Value {
    match history {
        History::None => "none".into(),
        History::Last(count) => count.into(),
        History::All => "all".into(),
    }
}

/// A group.
pub(super) fn group(group: &Group) -> Value {
    json!({
        "title": group.title,
        "picture": group.picture.as_ref().map(|picture| picture.id.as_str()),
        "members": group.members.iter().map(member).collect::<Value>(),
        "former": group.former.iter().map(former).collect::<Value>(),
        "role": group.role.map(Role::as_str),
        "epoch": group.epoch,
        "heads": group.heads,
        "waiting": group.waiting,
        "history": history(group.history),
    })
}

/// A group with its picture, in base64.
pub(super) fn group_info(of: &Group) -> Value {
    let mut fields = group(of);
    if let Value::Object(fields) = &mut fields {
        let image = of.picture.as_ref().map(|picture| BASE64.encode(&picture.image));
        fields.insert("image".into(), image.into());
    }
    fields
}

/// An invitation to a group.
pub(super) fn invitation(invitation: &Invitation) -> Value {
    json!({
        "invitation": invitation.id.to_string(),
        "by": text(invitation.by),
        "made_ms": invitation.made_ms,
        "role": invitation.role.as_str(),
        "uses": invitation.uses,
        "used": invitation.used,
        "expires_ms": invitation.expires_ms,
    })
}

fn former(member: &FormerMember) -> Value {
    json!({"account": text(member.account), "name": member.name})
}

fn member(member: &GroupMember) -> Value {
    json!({
        "account": text(member.account),
        "name": member.name,
        "role": member.role.as_str(),
        "me": member.me,
        "verified": member.verified,
        "connected": member.connected,
        "last_seen_ms": member.last_seen_ms,
        "added_by": text(member.added_by),
        "same": member.same,
        "they_lack": member.they_lack,
        "we_lack": member.we_lack,
        "waiting": member.waiting,
    })
}

/// A part of a conversation.
pub(super) fn page(page: &Page) -> Value {
    json!({
        "messages": page.messages.iter().map(message).collect::<Value>(),
        "more_before": page.more_before,
        "more_after": page.more_after,
    })
}

/// How far a message has come with one person.
pub(super) fn state_at(state: &StateAt) -> Value {
    json!({"account": text(state.account), "state": state.state.as_str(), "at_ms": state.at_ms})
}

/// How the program is doing.
pub(super) fn status(status: &NodeStatus) -> Value {
    json!({
        "listen": status.listen,
        "peers": status.peers.iter().map(peer).collect::<Value>(),
        "relays": status.relays,
        "outbox": status.outbox,
        "uptime_ms": status.uptime_ms,
        "rss_bytes": status.rss_bytes,
    })
}

fn peer(peer: &PeerStatus) -> Value {
    json!({"peer_id": peer.peer_id, "address": peer.address, "account": peer.account.map(text)})
}

/// The parameters of an event's notification.
pub(super) fn event(event: &Event) -> Value {
    match event {
        Event::ChatChanged(row) => {
            let mut row = chat(row);
            if let Value::Object(fields) = &mut row {
                fields.insert("type".into(), "chat.changed".into());
            }
            row
        }
        Event::ContactChanged(who) => about_contact("contact.changed", who),
        Event::ContactRemoved(account) => json!({"type": "contact.removed", "account": text(*account)}),
        Event::ContactRequest(who) => about_contact("contact.request", who),
        Event::Error(error) => {
            json!({"type": "error", "code": error.code(), "message": error.to_string()})
        }
        Event::GroupChanged(now) => {
            let mut fields = group(now);
            if let Value::Object(fields) = &mut fields {
                fields.insert("type".into(), "group.changed".into());
                fields.insert("chat".into(), now.chat.to_string().into());
            }
            fields
        }
        Event::GroupForgotten(chat) => json!({"type": "group.forgotten", "chat": chat.to_string()}),
        Event::GroupJoined { join, chat } => {
            json!({"type": "group.joined", "join": join.to_string(), "chat": chat.to_string()})
        }
        Event::GroupJoinRefused { join, why } => {
            json!({"type": "group.refused", "join": join.to_string(), "why": why.as_str()})
        }
        Event::GroupPast(chat) => json!({"type": "group.past", "chat": chat.to_string()}),
        Event::KeyAlarm(who) => about_contact("key.alarm", who),
        Event::KeyChanged(who) => about_contact("key.changed", who),
        Event::Locked => json!({"type": "locked"}),
        Event::MessageChanged(what) => about_message("message.changed", what),
        Event::MessageReceived { message: what, notify } => {
            let mut fields = about_message("message.received", what);
            if let Value::Object(fields) = &mut fields {
                fields.insert("notify".into(), (*notify).into());
            }
            fields
        }
        Event::MessageState { chat, message, account, state, at_ms, upto } => json!({
            "type": "message.state",
            "chat": chat.to_string(),
            "message": message.to_string(),
            "account": text(*account),
            "state": state.as_str(),
            "at_ms": at_ms,
            "upto": upto,
        }),
        Event::MessageStored(what) => about_message("message.stored", what),
        Event::NearbyChanged => json!({"type": "nearby.changed"}),
        Event::Offline(offline) => json!({"type": "offline", "offline": offline}),
        Event::Presence { account, presence: now } => {
            json!({"type": "presence", "account": text(*account), "presence": presence(*now)})
        }
        Event::Ready => json!({"type": "ready"}),
        Event::Stale => json!({"type": "stale"}),
        Event::Typing { chat, account, typing } => {
            json!({"type": "typing", "chat": chat.to_string(), "account": text(*account), "typing": typing})
        }
    }
}

fn about_contact(kind: &str, who: &Contact) -> Value {
    json!({"type": kind, "account": text(who.account), "contact": contact(who)})
}

fn about_message(kind: &str, what: &Message) -> Value {
    json!({"type": kind, "chat": what.chat.to_string(), "message": message(what)})
}

fn text(account: Account) -> String {
    account.to_string()
}

/// Everybody, where accounts are named.
pub(super) const ALL: &str = "all";
