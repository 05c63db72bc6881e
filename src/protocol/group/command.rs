//! What our person asks for in a group: each becomes an operation, signed, kept, and handed to everybody. Checks first
//! and changes after, so that a refusal changes nothing.

use undertone_crypto::{
    group::{
        EnvelopeKey,
        op::{Cut, Draft, Op, OpKind, OpPicture},
    },
    identity::DevCert,
};

use super::{
    convert::{cuts, from_history, from_role, text},
    notes::in_parts,
    ops::group_id,
    state::Group,
};
use crate::{
    model::{AccountId, Change, ContactState, ConversationId, EntryRef, History, Name, OpId, Role},
    protocol::{
        Refused,
        engine::{Ctx, Engine},
        step::Notice,
    },
    wire::Sync,
};

impl Engine {
    /// Begins a group with these contacts in it.
    ///
    /// # Errors
    /// [`Refused`] if one of them is no contact who can be talked to, or there are too many.
    pub fn create_group(
        &mut self,
        title: &Name,
        members: &[AccountId],
        history: History,
        ctx: &mut Ctx<'_>,
    ) -> Result<ConversationId, Refused> {
        if members.len() >= MAX_MEMBERS {
            return Err(Refused::TooMany);
        }
        let members: std::collections::BTreeSet<_> = members.iter().copied().collect();
        for account in &members {
            self.addable(*account)?;
        }
        let envelope = EnvelopeKey::generate(&mut ctx.rng);
        let kind = OpKind::Create {
            title: text(title).ok_or(Refused::NotAllowed)?,
            history: from_history(history),
            env_commit: envelope.commit(),
            cert: Box::new(self.me.cert.clone()),
        };
        let id = group_id(self.me.account, ctx.now_ms, &kind).ok_or(Refused::NotAllowed)?;
        let conversation = self.know_group(id, ctx.now_ms).ok_or(Refused::TooMany)?;
        if let Some(group) = self.groups.get_mut(&conversation) {
            group.add_envelope(&envelope.to_bytes());
        }
        self.operate(conversation, kind, ctx)?;
        for account in members {
            self.add_member(conversation, account, Role::Member, ctx)?;
        }
        Ok(conversation)
    }

    /// Adds a contact to a group.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role; [`Refused::NotFound`] if they are no contact; [`Refused::TooMany`].
    pub fn add_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        role: Role,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        let (cert, name) = self.addable(account)?;
        let own = self.role_in(conversation)?;
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        if group.has(&account) {
            return Ok(());
        }
        if !own.may_add(role) {
            return Err(Refused::NotAllowed);
        }
        if group.state().is_some_and(|state| state.members.len() >= MAX_MEMBERS) {
            return Err(Refused::TooMany);
        }
        let name = text(&name).ok_or(Refused::NotAllowed)?;
        let kind = OpKind::Add { cert: Box::new(cert), role: from_role(role), name };
        let (op, _) = self.operate(conversation, kind, ctx)?;
        self.welcome_member(conversation, account, ctx);
        self.owe_history(conversation, account, op);
        Ok(())
    }

    /// Removes a member. What they wrote counts as far as it has come here.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role; [`Refused::NotFound`] if they take no part.
    pub fn remove_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        let (own, role) = (self.role_in(conversation)?, self.role_of(conversation, &account)?);
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        if account == self.me.account || !own.may_remove(role) {
            return Err(Refused::NotAllowed);
        }
        let envelope = EnvelopeKey::generate(&mut ctx.rng);
        let kind = OpKind::Remove { account, env_commit: envelope.commit(), cuts: seen_of(group, account) };
        let id = *group.id.as_bytes();
        let (op, _) = self.operate(conversation, kind, ctx)?;
        if let Some(group) = self.groups.get_mut(&conversation) {
            group.add_envelope(&envelope.to_bytes());
        }
        self.share_envelope(conversation, &envelope, ctx);
        // So that they know, with what they may lack of the operations before.
        let ops = self.groups.get(&conversation).map(|group| group.upto(&[op])).unwrap_or_default();
        self.send_ops(account, id, &ops, ctx);
        Ok(())
    }

    /// Leaves a group. What was said stays here.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if we take no part.
    pub fn leave_group(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) -> Result<(), Refused> {
        self.role_in(conversation)?;
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        let (id, others) = (*group.id.as_bytes(), group.others(&self.me.account));
        let last_seq = group.head.next_seq.saturating_sub(1);
        self.operate(conversation, OpKind::Leave { last_seq }, ctx)?;
        // Through the sessions, since we compare nothing with anybody from now on; with what they may lack of the
        // operations before, which perhaps nobody else has.
        for account in others {
            let Some(group) = self.groups.get(&conversation) else { continue };
            let known = group.told.get(&account).map(|told| told.heads.as_slice()).unwrap_or_default();
            let ops = group.beyond(known);
            self.send_ops(account, id, &ops, ctx);
        }
        Ok(())
    }

    /// Gives a group another title.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role.
    pub fn rename_group(
        &mut self,
        conversation: ConversationId,
        title: &Name,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.managing(conversation)?;
        let title = text(title).ok_or(Refused::NotAllowed)?;
        self.operate(conversation, OpKind::Rename { title }, ctx).map(drop)
    }

    /// Changes what those who are added from now on are told of what was said before.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role.
    pub fn set_history(
        &mut self,
        conversation: ConversationId,
        history: History,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.managing(conversation)?;
        self.operate(conversation, OpKind::SetPolicy { history: from_history(history) }, ctx).map(drop)
    }

    /// Gives a group another picture (PNG, JPEG or WebP of at most 6 KiB), or takes it away.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role, and for what is no picture.
    pub fn set_picture(
        &mut self,
        conversation: ConversationId,
        picture: Option<&[u8]>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.managing(conversation)?;
        let picture = picture.map(|bytes| OpPicture::new(bytes).ok_or(Refused::NotAllowed)).transpose()?;
        self.operate(conversation, OpKind::SetPicture { picture }, ctx).map(drop)
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role; [`Refused::NotFound`] if they take no part.
    pub fn set_role(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        role: Role,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        let (own, from) = (self.role_in(conversation)?, self.role_of(conversation, &account)?);
        if !own.may_set(from, role) {
            return Err(Refused::NotAllowed);
        }
        self.operate(conversation, OpKind::SetRole { account, role: from_role(role) }, ctx).map(drop)
    }

    /// Forgets a group that we take no part in any more, with everything that was said in it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] while we take part.
    pub fn forget_group(&mut self, conversation: ConversationId) -> Result<(), Refused> {
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        if group.has(&self.me.account) {
            return Err(Refused::NotAllowed);
        }
        self.groups.remove(&conversation);
        self.out.put(Change::DropConversation(conversation));
        self.out.notice(Notice::GroupChanged(conversation));
        Ok(())
    }

    /// Our person has seen everything up to this entry; of what comes after it `left` are messages of others, and messages
    /// that address our person.
    pub(in crate::protocol) fn read_group(
        &mut self,
        conversation: ConversationId,
        upto: EntryRef,
        left: (u32, u32),
    ) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        if group.head.read_upto.is_some_and(|read| upto <= read) {
            return;
        }
        group.head.read_upto = Some(upto);
        (group.head.unread, group.head.attention.mentions) = left;
        group.news = true;
        self.out.group_touched(conversation);
        self.out.chat_changed(conversation);
    }

    /// Tells the connected members that our person is writing, or has stopped.
    pub(in crate::protocol) fn group_typing(
        &mut self,
        conversation: ConversationId,
        on: bool,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get(&conversation) else { return };
        for account in group.others(&self.me.account) {
            self.send_sync(account, &Sync::Typing { conversation, on }, ctx);
        }
    }

    /// Signs an operation of ours, takes it in, and hands it to everybody who is connected. Its name
    /// and bytes.
    pub(super) fn operate(
        &mut self,
        conversation: ConversationId,
        kind: OpKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(OpId, Vec<u8>), Refused> {
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        let mut parents = group.log.heads();
        // So many branches at once are joined by the operations after this one.
        parents.truncate(MAX_PARENTS);
        let lamport = if kind.is_create() { 1 } else { group.head.lamport.saturating_add(1) };
        let parents = parents.iter().map(|OpId(id)| undertone_crypto::group::OpId::new(*id)).collect();
        let draft = Draft { group: group.id, parents, lamport, time_ms: ctx.now_ms, kind };
        let others = group.others(&self.me.account);
        let op = Op::sign(draft, &self.me.keys, &self.me.cert).map_err(|_unsignable| Refused::NotAllowed)?;
        let (id, bytes) = (OpId(*op.id().as_bytes()), op.as_bytes().to_vec());
        if !self.learn_ops(conversation, &[&bytes], ctx) {
            return Err(Refused::NotAllowed);
        }
        for part in in_parts(std::slice::from_ref(&bytes)) {
            for account in &others {
                self.send_sync(*account, &Sync::Ops { conversation, ops: part.clone() }, ctx);
            }
        }
        Ok((id, bytes))
    }

    pub(super) fn role_in(&self, conversation: ConversationId) -> Result<Role, Refused> {
        self.role_of(conversation, &self.me.account)
    }

    fn role_of(&self, conversation: ConversationId, account: &AccountId) -> Result<Role, Refused> {
        let state = self.groups.get(&conversation).and_then(Group::state).ok_or(Refused::NotFound)?;
        state.role_of(account).ok_or(Refused::NotFound)
    }

    pub(super) fn managing(&self, conversation: ConversationId) -> Result<(), Refused> {
        if self.role_in(conversation)?.may_manage() { Ok(()) } else { Err(Refused::NotAllowed) }
    }

    /// The device and name of a contact who can be added.
    fn addable(&self, account: AccountId) -> Result<(DevCert, Name), Refused> {
        let (contact, _) = self.contact(account).ok_or(Refused::NotFound)?;
        if contact.blocked {
            return Err(Refused::Blocked);
        }
        if contact.changed_device.is_some() {
            return Err(Refused::KeyChanged);
        }
        let cert = contact.device.as_deref().and_then(|bytes| DevCert::parse(bytes).ok());
        let agreed = contact.state == ContactState::Mutual;
        let name = self.name_for_others(&account);
        cert.filter(|_| agreed).zip(name).ok_or(Refused::NotFound)
    }
}

/// Of each device of the account the last entry that has come.
fn seen_of(group: &Group, account: AccountId) -> Vec<Cut> {
    let mut last = std::collections::BTreeMap::new();
    for chain in group.chains.values().filter(|chain| chain.is_of(&account)) {
        let seq = last.entry(chain.row.device).or_insert(0_u64);
        *seq = (*seq).max(chain.row.last_seq);
    }
    cuts(last.into_iter().map(|(device, last_seq)| Cut { device, last_seq }).collect())
}

/// Members of one group.
pub(super) const MAX_MEMBERS: usize = 250;
/// Parents of one operation.
const MAX_PARENTS: usize = 8;
