//! Operations come in: checks who signed them, keeps them, and draws the consequences: rows of the timeline, people
//! to talk to, rows that no longer count. Knows nothing of how they travel.

use undertone_crypto::{
    digest::{Naming, digest},
    group::{
        EnvelopeKey, GroupId,
        op::{self, Op, UnverifiedOp},
    },
    identity::DevCert,
};

use super::{
    convert::{event, to_model},
    invite::Invitation,
    state::{Group, op_seq},
};
use crate::{
    model::{AccountId, Body, Change, ContactState, ConversationId, Entry, EntryRef, Name, OpId, OpKind},
    protocol::{
        engine::{Ctx, Engine},
        step::Notice,
    },
    wire::encode_entry,
};

impl Engine {
    /// Takes operations in, parents first; those that do not fit are passed over. Whether one was new.
    pub(super) fn learn_ops(
        &mut self,
        conversation: ConversationId,
        ops: &[&[u8]],
        ctx: &mut Ctx<'_>,
    ) -> bool {
        let mut new = Vec::new();
        for bytes in ops {
            let Some(group) = self.groups.get_mut(&conversation) else { return false };
            new.extend(learn_op(group, bytes));
        }
        if new.is_empty() {
            return false;
        }
        let Some(group) = self.groups.get_mut(&conversation) else { return false };
        let before = group.state().cloned();
        group.news = true;
        if group.resolve() {
            self.recount(conversation);
        }
        self.circles.changed();
        for id in &new {
            self.put_op(conversation, id, ctx.now_ms);
        }
        self.judge_taken_back(conversation);
        self.know_members(conversation, ctx);
        self.give_what_is_owed(conversation, ctx);
        self.out.group_touched(conversation);
        let Some(group) = self.groups.get(&conversation) else { return false };
        if group.state() != before.as_ref() {
            self.tell_those_let_in_for_nothing(conversation, before.as_ref(), ctx);
            self.out.notice(Notice::GroupChanged(conversation));
            self.out.chat_changed(conversation);
        }
        true
    }

    /// Writes a new operation and its row.
    fn put_op(&mut self, conversation: ConversationId, id: &OpId, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let (Some(signed), Some(op)) = (group.ops.get(id), group.log.get(id)) else { return };
        self.out.put(Change::PutOp { conversation, op: id.0, bytes: signed.as_bytes().to_vec() });
        let place = EntryRef { lamport: op.lamport, author: op.device, seq: op_seq(id) };
        let mine = op.device == self.me.keys.id();
        let entry = Entry { id: place, sent_at_ms: op.time_ms, body: Body::Group(event(&op.what)) };
        let bytes = encode_entry(&entry);
        group.head.lamport = group.head.lamport.max(op.lamport);
        let shown = !group.is_hidden(&place);
        if shown && group.head.last.is_none_or(|last| last < place) {
            group.head.last = Some(place);
            group.head.last_at_ms = now_ms;
        }
        let entry = Box::new(entry);
        self.out.put(Change::PutEntry { conversation, entry: entry.clone(), bytes, mine });
        if shown {
            self.out.notice(if mine {
                Notice::Stored(conversation, entry)
            } else {
                Notice::Arrived(conversation, entry)
            });
        }
    }

    /// Sees to it that there is somebody to talk to behind each member.
    fn know_members(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Some(group) = self.groups.get(&conversation) else { return };
        if !group.has(&self.me.account) {
            return;
        }
        let known = group.state().into_iter().flat_map(|state| &state.members);
        let members: Vec<_> = known
            .filter(|(account, _)| **account != self.me.account)
            .filter_map(|(account, member)| {
                let cert = group.certs.get(&(*account, member.device))?;
                Some((*account, member.name.clone(), cert.as_bytes().to_vec()))
            })
            .collect();
        let mut learnt = false;
        for (account, name, cert) in members {
            if !self.people.contains_key(&account) {
                let unnamed = || Name::new(&format!("{account:?}"));
                let Some(name) = name.or_else(unnamed) else { continue };
                self.add_person(account, name, ContactState::Member, None, ctx.now_ms);
            }
            let Some(person) = self.people.get_mut(&account) else { continue };
            if person.contact.device.is_none() {
                person.contact.device = Some(cert);
                person.pair_up(&self.me.own());
                self.out.contact_touched(account);
                learnt = true;
            }
        }
        if learnt {
            self.send_proofs(ctx);
            let unbound: Vec<_> =
                self.links.iter().filter(|(_, link)| link.account.is_none()).map(|(peer, _)| *peer).collect();
            unbound.into_iter().for_each(|peer| self.recognise(peer, ctx));
        }
    }
}

/// Checks one operation and adds it; its name if it is new.
pub(super) fn learn_op(group: &mut Group, bytes: &[u8]) -> Option<OpId> {
    let unverified = UnverifiedOp::parse(bytes, &group.id).ok()?;
    let id = OpId(*unverified.id().as_bytes());
    if group.ops.contains_key(&id) {
        return None;
    }
    let cert = match unverified.own_cert() {
        Some(cert) => cert.clone(),
        None => group.certs.get(&unverified.author())?.clone(),
    };
    let signed = unverified.verify(&cert).ok()?;
    if signed.kind().is_create() && group_id(signed.author(), signed.time_ms(), signed.kind())? != group.id {
        return None;
    }
    if !is_proven(group, &signed) {
        return None;
    }
    let op = to_model(&signed)?;
    let (named, time_ms) = (envelope_of(&op.what), op.time_ms);
    let inserted = group.log.insert(op).ok()?;
    if let Some(envelope) = named {
        let at_ms = group.named.entry(envelope).or_default();
        *at_ms = time_ms.max(*at_ms);
    }
    if let Some(cert) = brought(&signed) {
        group.certs.entry((cert.account(), cert.device())).or_insert_with(|| cert.clone());
    }
    group.invitations.extend(Invitation::of(id, signed.kind()));
    group.ops.insert(id, signed);
    inserted.then_some(id)
}

/// The digest of the envelope secret that an operation names.
const fn envelope_of(what: &OpKind) -> Option<[u8; 32]> {
    match what {
        OpKind::Create { envelope, .. }
        | OpKind::EnvelopeChange { envelope }
        | OpKind::Remove { envelope, .. } => Some(*envelope),
        _ => None,
    }
}

/// The certificate that an operation brings.
fn brought(op: &Op) -> Option<&DevCert> {
    match op.kind() {
        op::OpKind::Create { cert, .. } | op::OpKind::Add { cert, .. } | op::OpKind::Admit { cert, .. } => {
            Some(cert)
        }
        _ => None,
    }
}

/// Whether whom the operation lets in was meant by somebody who holds the invitation, if it lets anybody in by one.
fn is_proven(group: &Group, op: &Op) -> bool {
    let op::OpKind::Admit { invite, cert, proof, .. } = op.kind() else { return true };
    let invitation = group.ops.get(&OpId(*invite.as_bytes())).map(Op::kind);
    let Some(op::OpKind::Invite { key, .. }) = invitation else { return false };
    proof.verify(key, invite, cert).is_ok()
}

/// The name of the group that an account begins with this. Nobody else can begin it, and not otherwise; `None` for any
/// other kind of operation.
pub(super) fn group_id(author: AccountId, time_ms: u64, kind: &op::OpKind) -> Option<GroupId> {
    let op::OpKind::Create { title, history, env_commit, cert } = kind else { return None };
    let history = match history {
        op::History::None => 0,
        op::History::Last(count) => u64::from(count.get()),
        op::History::All => u64::MAX,
    };
    let parts: [&[u8]; 6] = [
        author.as_bytes(),
        &time_ms.to_be_bytes(),
        title.as_str().as_bytes(),
        &history.to_be_bytes(),
        env_commit,
        cert.as_bytes(),
    ];
    Some(GroupId::new(digest(Naming::Group, &parts)))
}

/// The conversation of a group.
pub(super) fn conversation_of(id: &GroupId) -> ConversationId {
    let name = digest(Naming::GroupConversation, &[id.as_bytes()]);
    ConversationId::from_bytes(name.first_chunk().copied().unwrap_or_default())
}

/// Whether the secret is the one that some operation names.
pub(super) fn is_named(group: &Group, secret: &[u8; 32]) -> bool {
    group.named.contains_key(&EnvelopeKey::from_bytes(secret).commit())
}
