//! From rows and notices to the values that programs see.

use std::borrow::Cow;

use undertone_crypto::compare::fingerprint;

use super::{
    actor::{Actor, Open},
    group::group_change,
};
use crate::{
    api::{
        Account, Chat, ChatKind, ClientError, Contact, ContactState, Event, JoinId, Mention, Message,
        MessageKind, MessageState, NodeStatus, PeerStatus, Presence, ProfileInfo, SharedBy, Via,
    },
    model::{
        self, AccountId, Body, ConversationId, Delivery, DeviceId, DirectHead, Emoji, Entry, EntryRef,
        Mentions, MessageId,
    },
    protocol::{Alarm, Notice},
    store::{EditMark, Store, StoredRow},
    wire::decode_entry,
};

impl Actor {
    pub(super) fn info(&self) -> ProfileInfo {
        let exists = self.open.is_some() || Store::exists(&self.config.profile);
        let mut info = ProfileInfo {
            account: None,
            name: String::new(),
            fingerprint: String::new(),
            peer_id: String::new(),
            addresses: Vec::new(),
            locked: true,
            exists,
            visible: false,
            phrase_kept: false,
            version: env!("CARGO_PKG_VERSION"),
        };
        if let Some(open) = &self.open {
            let profile = open.engine.profile();
            let account = open.engine.account();
            info.account = Some(Account(account));
            info.name = profile.name.as_str().to_owned();
            info.fingerprint = open.fingerprint(account);
            info.peer_id = open.net.as_ref().map(|net| net.local_peer().to_string()).unwrap_or_default();
            info.addresses = open.net.as_ref().map(|net| net.status().listen).unwrap_or_default();
            info.locked = false;
            info.visible = profile.visible;
            info.phrase_kept = profile.phrase_kept;
        }
        info
    }

    pub(super) fn status(&self) -> NodeStatus {
        let uptime_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let net = self.net().map(crate::net::Net::status);
        let net = net.unwrap_or_default();
        let account = |peer: &crate::net::Peer| {
            let open = self.open.as_ref()?;
            open.engine.account_of(super::network::to_model(*peer)).map(Account)
        };
        let peers = net
            .peers
            .iter()
            .map(|(peer, address)| PeerStatus {
                peer_id: peer.to_string(),
                address: address.clone(),
                account: account(peer),
            })
            .collect();
        let outbox = self.open.as_ref().map_or(0, |open| open.engine.outbox_len());
        NodeStatus {
            listen: net.listen,
            peers,
            relays: Vec::new(),
            outbox: u64::try_from(outbox).unwrap_or(u64::MAX),
            uptime_ms,
            rss_bytes: rss_bytes(),
        }
    }

    /// What a notice is to programs.
    pub(super) fn to_event(&self, notice: Notice) -> Option<Event> {
        let open = self.open.as_ref()?;
        Some(match notice {
            Notice::Alarm(_, Alarm::InviteUsed) => Event::Error(ClientError::InviteUsed),
            Notice::Alarm(account, Alarm::Equivocation | Alarm::Rollback) => {
                Event::KeyAlarm(open.contact(account)?)
            }
            Notice::Arrived(chat, entry) => Event::MessageReceived {
                message: open.message(chat, entry.id)?,
                notify: open.engine.tells_of(chat, &entry),
            },
            Notice::Called(chat, edit) => open.called(chat, &edit)?,
            Notice::Changed(chat, entry) => Event::MessageChanged(open.message(chat, entry)?),
            Notice::ChatChanged(chat) => Event::ChatChanged(open.chat_row(chat)?),
            Notice::ContactChanged(account) => Event::ContactChanged(open.contact(account)?),
            Notice::ContactRemoved(account) => Event::ContactRemoved(Account(account)),
            Notice::Delivery { conversation, account, entry, state, at_ms, upto } => Event::MessageState {
                chat: conversation,
                message: MessageId { conversation, entry },
                account: Account(account),
                state: state.into(),
                at_ms,
                upto,
            },
            Notice::GroupChanged(chat) | Notice::GroupSame(chat) => match open.group(chat) {
                Some(group) => Event::GroupChanged(group),
                None if open.engine.is_group(chat) => return None,
                None => Event::GroupForgotten(chat),
            },
            Notice::GroupTyping(chat, account, typing) => {
                Event::Typing { chat, account: Account(account), typing }
            }
            Notice::GroupPast(chat) => Event::GroupPast(chat),
            // One notice is of many messages.
            Notice::GroupReached { .. } => return None,
            Notice::Joined(join, chat) => Event::GroupJoined { join: JoinId(join), chat },
            Notice::JoinRefused(join, why) => Event::GroupJoinRefused { join: JoinId(join), why },
            Notice::KeyChanged(account) => Event::KeyChanged(open.contact(account)?),
            Notice::NearbyChanged => Event::NearbyChanged,
            Notice::Presence(account) => {
                Event::Presence { account: Account(account), presence: open.contact(account)?.presence }
            }
            Notice::Requested(account) => Event::ContactRequest(open.contact(account)?),
            Notice::Stored(chat, entry) => Event::MessageStored(open.fresh(chat, &entry)),
            Notice::Typing(account, typing) => {
                let chat = ConversationId::direct(&open.engine.account(), &account);
                Event::Typing { chat, account: Account(account), typing }
            }
        })
    }
}

impl Open {
    /// A message that addresses our person only since it was edited, and still does, is told of as if it came now.
    fn called(&self, chat: ConversationId, edit: &Entry) -> Option<Event> {
        let target = edit.body.overlays()?;
        let own = self.engine.account();
        let address =
            |by: &EntryRef, mentions: &Mentions| self.engine.addressed(chat, by, mentions).address(&own);
        let row = self.store.row(&chat, &target).ok()??;
        let edits = self.store.edits(&chat, &target).ok()?;
        let before = edits.iter().filter_map(|bytes| decode_entry(bytes).ok()).filter(|old| old.id < edit.id);
        let called = before
            .chain([row.entry])
            .any(|old| old.body.mentions().is_some_and(|mentions| address(&old.id, mentions)));
        let message = self.message(chat, target).filter(|message| !called && message.mentions_me)?;
        Some(Event::MessageReceived { message, notify: self.engine.tells_of(chat, edit) })
    }

    /// The 30 digits of an account in groups of five. They take a millisecond to work out, so they are kept.
    pub(super) fn fingerprint(&self, account: AccountId) -> String {
        let mut known = self.fingerprints.borrow_mut();
        known.entry(account).or_insert_with(|| grouped(&fingerprint(&account))).clone()
    }

    pub(super) fn contact(&self, account: AccountId) -> Option<Contact> {
        let (contact, connected) = self.engine.contact(account)?;
        let state = match contact.state {
            _ if contact.changed_device.is_some() => ContactState::KeyChanged,
            model::ContactState::Asked => ContactState::Asked,
            model::ContactState::Member => ContactState::Member,
            model::ContactState::Mutual => ContactState::Contact,
            model::ContactState::Request => ContactState::Request,
        };
        Some(Contact {
            account: Account(account),
            chat: ConversationId::direct(&self.engine.account(), &account),
            name: contact.name.as_str().to_owned(),
            fingerprint: self.fingerprint(account),
            verified: contact.verified,
            blocked: contact.blocked,
            state,
            presence: Presence {
                connected,
                via: connected.then_some(Via::Direct),
                last_seen_ms: contact.last_seen_ms,
            },
            since_ms: contact.since_ms,
        })
    }

    pub(super) fn chat(&self, head: &DirectHead) -> Option<Chat> {
        let (contact, _) = self.engine.contact(head.account)?;
        Some(Chat {
            chat: head.conversation,
            kind: ChatKind::Direct,
            title: contact.name.as_str().to_owned(),
            account: Some(Account(head.account)),
            unread: head.unread,
            mentions: head.attention.mentions,
            notify: head.attention.notify,
            notify_until_ms: head.attention.until_ms,
            last: head.last.and_then(|entry| self.message(head.conversation, entry)),
            active_at_ms: head.last_at_ms,
        })
    }

    pub(super) fn message(&self, chat: ConversationId, entry: EntryRef) -> Option<Message> {
        let row = self.store.row(&chat, &entry).ok()??;
        Some(self.to_message(chat, &row))
    }

    /// An entry that nothing can have changed yet.
    pub(super) fn fresh(&self, chat: ConversationId, entry: &Entry) -> Message {
        let row = StoredRow {
            entry: entry.clone(),
            mine: entry.id.author == self.engine.device(),
            edited: None,
            deleted: false,
            deleted_by: None,
            taken_back: Vec::new(),
            reactions: Vec::new(),
            delivered_at_ms: None,
            shared: None,
        };
        self.to_message(chat, &row)
    }

    pub(super) fn to_message(&self, chat: ConversationId, row: &StoredRow) -> Message {
        let StoredRow { entry, mine, deleted, deleted_by, taken_back, shared, .. } = row;
        let edited = self.counting_edit(chat, row);
        // By whom: gone for good, or hidden by somebody who may.
        let by = deleted.then(|| deleted_by.unwrap_or(entry.id));
        let by = by.or_else(|| self.engine.taken_back(chat, &entry.id, taken_back));
        let deleted = by.is_some();
        let head = self.engine.head(chat);
        let own = self.engine.account();
        let other = head.map_or(own, |head| head.account);
        let author = |device: &DeviceId, mine: bool| {
            let member = self.engine.group_author(chat, *device);
            Account(member.unwrap_or(if mine { own } else { other }))
        };
        let (text, reply_to, kind) = match &entry.body {
            Body::Text { text, reply_to, .. } => {
                let text = edited.as_ref().map_or(text, |edit| &edit.text);
                (text.as_str().to_owned(), *reply_to, MessageKind::Text)
            }
            Body::Delete { .. } => (String::new(), None, MessageKind::Text),
            Body::Group(_) => (String::new(), None, MessageKind::System),
            Body::Accept { .. }
            | Body::Edit { .. }
            | Body::React { .. }
            | Body::Read { .. }
            | Body::Request { .. }
            | Body::Unknown { .. } => (String::new(), None, MessageKind::Unknown),
        };
        let mut by_emoji = std::collections::BTreeMap::<String, Vec<Account>>::new();
        for (emoji, device) in self.counting_reactions(chat, row) {
            let who = author(&device, device == self.engine.device());
            by_emoji.entry(emoji.as_str().to_owned()).or_default().push(who);
        }
        let addressed =
            if deleted { Mentions::default() } else { self.addressed(chat, row, edited.as_deref()) };
        let group = self.engine.group(chat);
        let read_upto =
            group.map_or_else(|| head.and_then(|head| head.read_upto), |(head, _)| head.read_upto);
        let seen = read_upto.is_some_and(|upto| entry.id <= upto);
        let state = match (mine, seen) {
            (true, _) if group.is_some() => self.group_state(chat, entry.id),
            (true, _) => self.engine.delivery(chat, entry.id).into(),
            (false, true) => MessageState::Read,
            (false, false) => MessageState::from(Delivery::Delivered),
        };
        Message {
            id: MessageId { conversation: chat, entry: entry.id },
            chat,
            author: author(&entry.id.author, *mine),
            text: if deleted { String::new() } else { text },
            kind,
            sent_at_ms: entry.sent_at_ms,
            lamport: entry.id.lamport,
            // Operations have no place in their author's count.
            seq: if kind == MessageKind::System { 0 } else { entry.id.seq },
            reply_to: reply_to.map(|entry| MessageId { conversation: chat, entry }),
            mentions: mentions(&addressed),
            mentions_me: addressed.address(&own),
            edited: edited.is_some() && !deleted,
            deleted,
            deleted_by: by.map(|by| author(&by.author, by.author == self.engine.device())),
            reactions: by_emoji,
            mine: *mine,
            change: group_change(&entry.body),
            state,
            shared: shared
                .as_ref()
                .map(|(by, name)| SharedBy { account: Account(*by), author: name.as_str().to_owned() }),
        }
    }
}

impl Open {
    /// The newest edit of a row that counts: whoever was removed from a group changes nothing any more.
    pub(super) fn counting_edit<'a>(
        &self,
        chat: ConversationId,
        row: &'a StoredRow,
    ) -> Option<Cow<'a, EditMark>> {
        let newest = row.edited.as_ref()?;
        // Under the row's own name stands what a member told of.
        if newest.by == row.entry.id || !self.engine.is_hidden(chat, &newest.by) {
            return Some(Cow::Borrowed(newest));
        }
        let edits = self.store.edits(&chat, &row.entry.id).ok()?.into_iter();
        let mut edits = edits.filter_map(|bytes| decode_entry(&bytes).ok());
        edits.find_map(|edit| match edit.body {
            Body::Edit { text, mentions, .. } if !self.engine.is_hidden(chat, &edit.id) => {
                Some(Cow::Owned(EditMark { by: edit.id, text, mentions }))
            }
            _ => None,
        })
    }

    /// The reactions to a row that count: whoever was removed from a group adds none.
    pub(super) fn counting_reactions<'a>(
        &'a self,
        chat: ConversationId,
        row: &'a StoredRow,
    ) -> impl Iterator<Item = (Emoji, DeviceId)> {
        let counting = row.reactions.iter().filter(move |(_, by)| !self.engine.is_hidden(chat, by));
        counting.map(|(emoji, by)| (emoji.clone(), by.author))
    }

    /// Whom the current text of a row addresses.
    fn addressed(&self, chat: ConversationId, row: &StoredRow, edited: Option<&EditMark>) -> Mentions {
        match (edited, row.entry.body.mentions()) {
            (Some(edit), _) => self.engine.addressed(chat, &edit.by, &edit.mentions),
            (None, Some(mentions)) => self.engine.addressed(chat, &row.entry.id, mentions),
            (None, None) => Mentions::default(),
        }
    }
}

fn mentions(mentions: &Mentions) -> Vec<Mention> {
    let accounts = mentions.accounts().iter().map(|account| Mention::Account(Account(*account)));
    accounts.chain(mentions.all().then_some(Mention::All)).collect()
}

/// Digits in groups of five.
fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (at, digit) in digits.chars().filter(char::is_ascii_digit).enumerate() {
        if at > 0 && at % 5 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Resident memory of this process, in bytes; 0 where the system does not say.
fn rss_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages.saturating_mul(u64::try_from(rustix::param::page_size()).unwrap_or(4096))
}
