//! The log of a conversation: writes our entries and takes in those of the other. Decides an entry's place,
//! what is new, and what counts as unread; keeps the conversation's head.

use std::ops::ControlFlow;

use undertone_crypto::identity::DeviceId;
use zeroize::Zeroizing;

use super::{
    engine::{Ctx, Engine},
    step::Notice,
};
use crate::{
    model::{AccountId, Body, Change, ContactState, Delivery, Entry, EntryRef, Outbound, OutboxRow},
    wire::{decode_entry, encode_entry},
};

impl Engine {
    /// Writes an entry of ours for somebody, and puts it on its way.
    pub(super) fn say(&mut self, account: AccountId, body: Body, ctx: &mut Ctx<'_>) -> Option<EntryRef> {
        let person = self.people.get_mut(&account)?;
        let head = &mut person.head;
        let id =
            EntryRef { lamport: head.lamport.checked_add(1)?, author: self.me.keys.id(), seq: head.next_seq };
        head.next_seq = head.next_seq.checked_add(1)?;
        head.lamport = id.lamport;
        let entry = Entry { id, sent_at_ms: ctx.now_ms, body };
        let bytes = encode_entry(&entry);
        let conversation = head.conversation;
        if entry.body.is_shown() {
            head.last = Some(id);
            head.last_at_ms = ctx.now_ms;
            self.out.chat_changed(conversation);
        }
        person.outbox.push(OutboxRow {
            account,
            entry: id,
            what: Outbound::Entry,
            payload: bytes.clone(),
            sealed: None,
        });
        self.out.head_touched(account);
        self.out.put(Change::PutEntry {
            conversation,
            entry: Box::new(entry.clone()),
            bytes: bytes.clone(),
            mine: true,
        });
        self.out.put(Change::PutOutbox(Box::new(OutboxRow {
            account,
            entry: id,
            what: Outbound::Entry,
            payload: bytes,
            sealed: None,
        })));
        if let Some(target) = entry.body.overlays() {
            self.out.notice(Notice::Changed(conversation, target));
            self.out.chat_changed(conversation);
        } else if entry.body.is_shown() {
            self.out.notice(Notice::Stored(conversation, Box::new(entry)));
        }
        self.pump(account, ctx);
        Some(id)
    }

    /// Takes in an entry that somebody's device sealed for us. What does not obey the rules is dropped for good: its
    /// sender is at fault, and a repeat would be no better. Breaks for what is not to be said yet: the sender keeps it.
    pub(super) fn arrive(
        &mut self,
        account: AccountId,
        device: DeviceId,
        bytes: &[u8],
        ctx: &mut Ctx<'_>,
    ) -> ControlFlow<()> {
        let Ok(entry) = decode_entry(bytes) else { return ControlFlow::Continue(()) };
        let Some(person) = self.people.get_mut(&account) else { return ControlFlow::Continue(()) };
        // Before we agreed to talk, only the request itself counts.
        if matches!(person.contact.state, ContactState::Request | ContactState::Member)
            && !matches!(entry.body, Body::Request { .. })
        {
            return ControlFlow::Break(());
        }
        let head = &mut person.head;
        let in_reach = head.lamport.saturating_add(LAMPORT_REACH);
        let known = head.seen.contains(device, entry.id.seq);
        if entry.id.author != device || entry.id.lamport > in_reach || known {
            return ControlFlow::Continue(());
        }
        head.seen.insert(device, entry.id.seq);
        head.lamport = head.lamport.max(entry.id.lamport);
        self.out.head_touched(account);
        self.out.put(Change::PutEntry {
            conversation: head.conversation,
            entry: Box::new(entry.clone()),
            bytes: Zeroizing::new(bytes.to_vec()),
            mine: false,
        });
        self.take_in(account, entry, ctx);
        ControlFlow::Continue(())
    }

    fn take_in(&mut self, account: AccountId, entry: Entry, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let conversation = person.head.conversation;
        match &entry.body {
            Body::Accept { name } => self.accepted(account, name, ctx),
            Body::Request { name } => self.requested(account, name, ctx),
            Body::Read { upto } => self.read_by_peer(account, *upto, ctx),
            Body::Delete { target } | Body::Edit { target, .. } | Body::React { target, .. } => {
                self.out.notice(Notice::Changed(conversation, *target));
                self.out.chat_changed(conversation);
            }
            // Nobody says it: rows of operations are our own.
            Body::Group(_) => {}
            Body::Text { .. } | Body::Unknown { .. } => {
                // By the author's own count: what comes late is new, wherever it stands.
                let (me, other) = (self.me.account, account);
                let addressed = entry.body.mentions().is_some_and(|mentions| {
                    mentions.among(|account| *account == me || *account == other, false).address(&me)
                });
                let read = person.head.read_upto.is_some_and(|read| entry.id.is_upto(&read));
                if !read {
                    person.head.unread = person.head.unread.saturating_add(1);
                    let mentions = &mut person.head.attention.mentions;
                    *mentions = mentions.saturating_add(addressed.into());
                }
                person.head.last = person.head.last.max(Some(entry.id));
                person.head.last_at_ms = ctx.now_ms;
                if person.typing_since_ms.take().is_some() {
                    self.out.notice(Notice::Typing(account, false));
                }
                self.out.chat_changed(conversation);
                self.out.notice(Notice::Arrived(conversation, Box::new(entry)));
            }
        }
    }

    fn read_by_peer(&mut self, account: AccountId, upto: EntryRef, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let known = person.head.peer_read.is_some_and(|(read, _)| upto.is_upto(&read));
        if known || upto.author != self.me.keys.id() {
            return;
        }
        person.head.peer_read = Some((upto, ctx.now_ms));
        self.out.notice(Notice::Delivery {
            conversation: person.head.conversation,
            account,
            entry: upto,
            state: Delivery::Read,
            at_ms: ctx.now_ms,
            upto: true,
        });
        self.out.chat_changed(person.head.conversation);
    }
}

/// How far ahead of what we know an entry's Lamport time may be: no honest pair of people writes as much
/// between two deliveries, and a made-up time cannot push a conversation to the end of numbers.
pub(super) const LAMPORT_REACH: u64 = 1 << 32;
