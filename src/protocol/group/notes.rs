//! What members tell each other once and for good, through their pairwise sessions: that somebody was added, keys of
//! sender chains, envelope secrets. Knows nothing of what is said in a group.

use undertone_crypto::group::{EnvelopeKey, GroupId, ReceiverChain, SenderKey};

use super::{
    chain::Chain,
    fork::Names,
    ops::{conversation_of, is_named},
    state::Group,
};
use crate::{
    model::{
        AccountId, ChainRow, Change, ContactState, ConversationId, DeviceId, EntryRef, Outbound, OutboxRow,
        Seen,
    },
    protocol::{
        engine::{Ctx, Engine},
        step::{Alarm, Notice},
    },
    wire::{MAX_OPS, Note},
};

impl Engine {
    /// A note of somebody's device. What does not obey the rules is dropped for good.
    pub(in crate::protocol) fn on_note(
        &mut self,
        account: AccountId,
        device: DeviceId,
        note: &[u8],
        ctx: &mut Ctx<'_>,
    ) {
        let state = self.people.get(&account).map(|person| person.contact.state);
        // Whoever holds a link and was not let in says nothing but that they ask.
        let known = match state {
            Some(ContactState::Mutual) => true,
            Some(ContactState::Member) => self.has_met_in_group(&account),
            _ => false,
        };
        let note = Note::decode(note);
        let asks = matches!(note, Ok(Note::Join(_) | Note::JoinRefused(_)));
        let is_asked = self.is_asked(&account);
        if !known && !asks && !is_asked && !self.shares_group(account) {
            return;
        }
        match note {
            // Only a contact brings somebody into a group, or a member who was asked to.
            Ok(Note::Welcome { group, envelopes, ops })
                if state == Some(ContactState::Mutual) || is_asked =>
            {
                let Some(conversation) = self.know_group(GroupId::new(group), ctx.now_ms) else { return };
                self.learn_ops(conversation, &ops, ctx);
                envelopes.iter().for_each(|secret| self.learn_envelope(conversation, secret));
                self.look_whether_joined(conversation);
            }
            Ok(Note::Join(join)) => self.on_join(account, device, &join, ctx),
            Ok(Note::JoinRefused(refused)) => self.on_join_refused(account, refused),
            Ok(Note::Ops { group, ops }) => {
                let conversation = conversation_of(&GroupId::new(group));
                if self.learn_ops(conversation, &ops, ctx) {
                    self.look_whether_joined(conversation);
                    self.tell_all(conversation, ctx);
                }
            }
            Ok(Note::SenderKey(key)) => {
                if let Ok(key) = SenderKey::decode(key, device) {
                    self.on_sender_key(account, key, ctx);
                }
            }
            Ok(Note::Envelope { group, secret }) => {
                self.learn_envelope(conversation_of(&GroupId::new(group)), &secret);
            }
            Ok(Note::History(pack)) => {
                self.on_history(account, conversation_of(&GroupId::new(pack.group)), pack);
            }
            Ok(Note::Welcome { .. } | Note::Unknown) | Err(_) => {}
        }
    }

    /// A group that is known by name from now on. `None` if there are too many.
    pub(super) fn know_group(&mut self, id: GroupId, now_ms: u64) -> Option<ConversationId> {
        let conversation = conversation_of(&id);
        if !self.groups.contains_key(&conversation) {
            if self.groups.len() >= MAX_GROUPS {
                return None;
            }
            self.groups.insert(conversation, Group::new(id, conversation, now_ms));
            self.out.group_touched(conversation);
        }
        Some(conversation)
    }

    fn learn_envelope(&mut self, conversation: ConversationId, secret: &[u8; 32]) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        // The operation that names it may come later, of a member it does.
        let acceptable = is_named(group, secret) || group.envelopes.len() < 8;
        if acceptable && group.add_envelope(secret) {
            self.circles.changed();
            group.news = true;
            self.out.group_touched(conversation);
        }
    }

    /// The key of a sender chain, out of a session with the very device that sends with it.
    fn on_sender_key(&mut self, account: AccountId, key: SenderKey, ctx: &mut Ctx<'_>) {
        // The key may come before the welcome; what nobody welcomes us to is forgotten again.
        let unknown = self.groups.values().filter(|group| group.state().is_none()).count();
        let known = self.groups.contains_key(&conversation_of(&key.group()));
        if !known && unknown >= MAX_UNKNOWN {
            return;
        }
        let Some(conversation) = self.know_group(key.group(), ctx.now_ms) else { return };
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let id = *key.chain_id().as_bytes();
        if let Some(known) = group.chains.get(&id) {
            // The first one stays, whatever comes.
            if known.receiver.as_ref().is_some_and(|chain| chain.meet(&key).is_err()) {
                self.out.notice(Notice::Alarm(account, Alarm::Equivocation));
            }
            return;
        }
        let of_this_device = group.chains.values().filter(|chain| chain.row.device == key.device()).count();
        if group.chains.len() >= MAX_CHAINS || of_this_device >= MAX_ROWS_OF_ONE {
            return;
        }
        if let Some(oldest) = group.oldest_beyond(&key.device(), MAX_CHAINS_OF_ONE) {
            self.out.chain_touched(conversation, oldest);
        }
        let row = ChainRow {
            chain: id,
            account,
            device: key.device(),
            sender: None,
            receiver: None,
            origin: None,
            given: Vec::new(),
            start: key.iteration(),
            held: Seen::default(),
            first_seq: 0,
            last_seq: 0,
            views: Vec::new(),
            tip: [0; 16],
            forked: None,
            kept_from: 0,
            since_ms: ctx.now_ms,
        };
        group.chains.insert(
            id,
            Chain { row, sender: None, receiver: Some(ReceiverChain::new(key)), names: Names::default() },
        );
        group.news = true;
        self.out.chain_touched(conversation, id);
        self.hear_what_waited(conversation, id, ctx);
        self.ask_for_what_is_missing(conversation, ctx);
    }

    /// Sends a note; it waits until there is a session, and arrives once.
    pub(super) fn send_note(&mut self, account: AccountId, note: &Note<'_>, ctx: &mut Ctx<'_>) {
        let author = self.me.keys.id();
        let Some(person) = self.people.get_mut(&account) else { return };
        let seq = person.head.next_seq;
        person.head.next_seq = seq.saturating_add(1);
        let entry = EntryRef { lamport: 0, author, seq };
        let row = OutboxRow { account, entry, what: Outbound::Note, payload: note.encode(), sealed: None };
        person.outbox.push(row.clone());
        self.out.head_touched(account);
        self.out.put(Change::PutOutbox(Box::new(row)));
        self.pump(account, ctx);
        self.carry_for(account, ctx);
    }

    /// Sends operations, parents first, in as many notes as they need.
    pub(super) fn send_ops(
        &mut self,
        account: AccountId,
        group: [u8; 32],
        ops: &[Vec<u8>],
        ctx: &mut Ctx<'_>,
    ) {
        for ops in in_parts(ops) {
            self.send_note(account, &Note::Ops { group, ops }, ctx);
        }
    }

    /// Everything that a new member needs.
    pub(super) fn welcome_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let id = *group.id.as_bytes();
        let envelopes = group.envelopes.iter().map(|key| *key.to_bytes()).collect();
        let ops = group.beyond(&[]);
        let mut parts = in_parts(&ops).into_iter();
        let first = parts.next().unwrap_or_default();
        self.send_note(account, &Note::Welcome { group: id, envelopes, ops: first }, ctx);
        for ops in parts {
            self.send_note(account, &Note::Ops { group: id, ops }, ctx);
        }
    }

    /// Gives a member the envelope secrets that it lacks, each once.
    pub(super) fn give_envelopes(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        known: &[[u8; 8]],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation).filter(|group| group.has(&account)) else {
            return;
        };
        let lacking: Vec<_> = group
            .envelopes
            .iter()
            .map(|key| (*key.id().as_bytes(), key.to_bytes()))
            .filter(|(id, secret)| !known.contains(id) && is_named(group, secret))
            .collect();
        let Some(told) = group.told.get_mut(&account) else { return };
        let secrets: Vec<_> =
            lacking.into_iter().filter(|(id, _)| told.given.insert(*id)).map(|(_, secret)| secret).collect();
        let id = *group.id.as_bytes();
        for secret in secrets {
            self.send_note(account, &Note::Envelope { group: id, secret: *secret }, ctx);
        }
    }

    /// Gives everybody an envelope secret.
    pub(super) fn share_envelope(
        &mut self,
        conversation: ConversationId,
        key: &EnvelopeKey,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let (id, secret) = (*group.id.as_bytes(), key.to_bytes());
        for account in group.others(&self.me.account) {
            self.send_note(account, &Note::Envelope { group: id, secret: *secret }, ctx);
        }
    }
}

/// Operations in lists that fit a frame each.
pub(super) fn in_parts(ops: &[Vec<u8>]) -> Vec<Vec<&[u8]>> {
    let (mut parts, mut bytes): (Vec<Vec<&[u8]>>, usize) = (Vec::new(), usize::MAX);
    for op in ops {
        let full = parts.last().is_none_or(|part| part.len() >= MAX_OPS);
        if full || bytes.saturating_add(op.len()) > PART_BYTES {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes = bytes.saturating_add(op.len().saturating_add(4));
        if let Some(part) = parts.last_mut() {
            part.push(op);
        }
    }
    parts
}

/// Groups that anybody takes part in.
const MAX_GROUPS: usize = 1024;
/// Chains of one device whose messages can still be opened: the current one, and what came late of those before.
const MAX_CHAINS_OF_ONE: usize = 16;
/// Chains of one device, those that can no longer be opened included: one a week is fifty a year.
const MAX_ROWS_OF_ONE: usize = 2048;
/// Groups of which nothing but a key has come.
const MAX_UNKNOWN: usize = 64;
/// Chains of one group, those that can no longer be opened included.
const MAX_CHAINS: usize = 65_536;
/// Operations in one note stay below this.
const PART_BYTES: usize = 40 * 1024;
