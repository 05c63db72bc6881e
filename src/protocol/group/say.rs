//! Writes our entries in a group and takes in those of the others. Decides what is new and what counts as unread.

use undertone_crypto::group::{GroupOpenError, MessageContext, envelope};

use super::{
    keys::view_of,
    state::{Group, OP_SEQ},
};
use crate::{
    model::{
        AccountId, Body, Change, CipherRow, ConversationId, Entry, EntryRef, Mentions, OpId, Peer, Role,
    },
    protocol::{
        Refused,
        engine::{Ctx, Engine},
        log::LAMPORT_REACH,
        step::{Notice, Verdict},
    },
    wire::{MAX_HEADS, decode_entry, decode_said, encode_entry, encode_said},
};

impl Engine {
    /// Says something in a group.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] for whoever does not take part or may only read, and for who calls everybody and may not.
    pub(in crate::protocol) fn group_say(
        &mut self,
        conversation: ConversationId,
        mut body: Body,
        ctx: &mut Ctx<'_>,
    ) -> Result<EntryRef, Refused> {
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        let role = group.state().and_then(|state| state.role_of(&self.me.account));
        let of_an_operation = body.overlays().is_some_and(|target| Group::is_op(&target));
        if !role.is_some_and(|role| role.may_write()) || of_an_operation {
            return Err(Refused::NotAllowed);
        }
        let calls_all = body.mentions().is_some_and(Mentions::all);
        if calls_all && !role.is_some_and(Role::may_address_all) {
            return Err(Refused::NotAllowed);
        }
        if let Body::Edit { mentions, .. } | Body::Text { mentions, .. } = &mut body {
            *mentions = mentions.among(|account| group.has(account), true);
        }
        let chain = self.ready_chain(conversation, ctx).ok_or(Refused::NotAllowed)?;
        let (entry, frame) = self.seal_entry(conversation, chain, body, ctx).ok_or(Refused::NotAllowed)?;
        let id = entry.id;
        self.note_taken_back(conversation, &entry, ctx.now_ms);
        self.hand_on(conversation, frame, ctx.now_ms);
        if let Some(target) = entry.body.overlays() {
            self.out.notice(Notice::Changed(conversation, target));
        } else {
            self.out.notice(Notice::Stored(conversation, Box::new(entry)));
        }
        self.out.chat_changed(conversation);
        Ok(id)
    }

    /// Makes the entry and the message around it, and keeps both.
    fn seal_entry(
        &mut self,
        conversation: ConversationId,
        chain: [u8; 16],
        body: Body,
        ctx: &mut Ctx<'_>,
    ) -> Option<(Entry, Vec<u8>)> {
        let author = self.me.keys.id();
        let group = self.groups.get_mut(&conversation)?;
        let head = &group.head;
        let id = EntryRef { lamport: head.lamport.checked_add(1)?, author, seq: head.next_seq };
        let next_seq = head.next_seq.checked_add(1)?;
        let entry = Entry { id, sent_at_ms: ctx.now_ms, body };
        let bytes = encode_entry(&entry);
        // Readers take no more; a member can make any number of them.
        let heads: Vec<_> = group.log.heads().into_iter().take(MAX_HEADS).collect();
        let said = encode_said(&heads.iter().map(|id| id.0).collect::<Vec<_>>(), &bytes);
        let view = view_of(group).first_chunk::<16>().copied()?;
        let Group { chains, envelopes, resolution, .. } = group;
        let named = resolution.state.as_ref().map(|state| state.envelope);
        let key = envelopes.iter().find(|key| Some(key.commit()) == named).or_else(|| envelopes.last())?;
        let sending = chains.get_mut(&chain)?;
        let iteration = sending.sender.as_ref()?.iteration();
        let before = (iteration > 0).then_some(sending.row.tip);
        let context = MessageContext { view, lamport: id.lamport, prev: before.as_slice() };
        let frame = sending.sender.as_mut()?.seal(context, &said, key, &mut ctx.rng).ok()?;
        let name = key.open(&frame).ok()?.id(&group.id);
        // Only with the chain's place the number is taken: one without the other would not fit any more.
        (group.head.next_seq, group.head.lamport) = (next_seq, id.lamport);
        sending.hold(iteration, name, before);
        if sending.note_view(id.seq, heads) {
            group.judge_rows();
        } else {
            group.judge_row(&chain, id.seq);
        }
        if entry.body.is_shown() {
            group.head.last = Some(id);
            group.head.last_at_ms = ctx.now_ms;
        }
        group.news = true;
        self.out.put(Change::PutEntry { conversation, entry: Box::new(entry.clone()), bytes, mine: true });
        let row = CipherRow { conversation, chain, iteration, at_ms: ctx.now_ms, bytes: frame.clone() };
        self.out.put(Change::PutCipher(Box::new(row)));
        self.out.group_touched(conversation);
        self.out.chain_touched(conversation, chain);
        Some((entry, frame))
    }

    /// A message of a group, from anybody whom we know.
    pub(in crate::protocol) fn on_group(&mut self, peer: Peer, frame: &[u8], ctx: &mut Ctx<'_>) -> Verdict {
        let known = self.links.get(&peer).and_then(|link| link.account);
        let Some(account) = known else { return Verdict::Ignore };
        let Some(envelope) = envelope::peek(frame) else { return Verdict::Reject };
        let meant = |group: &Group| {
            group.envelopes.iter().any(|key| key.id() == envelope) && group.may_carry(&account)
        };
        let meant = self.groups.iter().filter(|(_, group)| meant(group));
        let mut found: Vec<_> =
            meant.map(|(conversation, group)| (group.has_chain_of(frame), *conversation)).collect();
        // A member can give the secret of one group to another. A chain is of one group only.
        if found.iter().any(|(has_chain, _)| *has_chain) {
            found.retain(|(has_chain, _)| *has_chain);
        }
        let mut verdict = Verdict::Ignore;
        for (_, conversation) in found {
            verdict = self.take_message(conversation, Some(peer), frame, ctx);
        }
        verdict
    }

    /// Opens a message and takes in what it says; one whose key has not come waits for it.
    pub(super) fn take_message(
        &mut self,
        conversation: ConversationId,
        from: Option<Peer>,
        frame: &[u8],
        ctx: &mut Ctx<'_>,
    ) -> Verdict {
        let Some(group) = self.groups.get_mut(&conversation) else { return Verdict::Ignore };
        // Who knows the envelope knows as well as we do that this is none of it.
        let Some(sealed) = group.envelopes.iter().find_map(|key| key.open(frame).ok()) else {
            return Verdict::Reject;
        };
        let (id, iteration) = (*sealed.chain_id().as_bytes(), sealed.iteration());
        let Some(chain) = group.chains.get_mut(&id) else {
            self.wait_for_key(conversation, (id, iteration), frame, ctx.now_ms);
            return Verdict::Ignore;
        };
        let name = sealed.id(&group.id);
        if chain.holds(iteration) {
            let known = chain.knows(iteration);
            if known && !chain.is_other(iteration, &name) || !chain.made(&sealed) {
                return Verdict::Ignore;
            }
            if !known {
                self.look_for_forks(conversation, id, (iteration, name, None));
                return Verdict::Ignore;
            }
            self.note_fork(conversation, id, iteration, ctx.now_ms);
            return Verdict::Accept;
        }
        // It comes again once what it follows has come: who has that knows a time as late.
        if sealed.lamport() > group.head.lamport.saturating_add(LAMPORT_REACH) {
            return Verdict::Ignore;
        }
        let Some(opened) = chain.receiver.as_mut().map(|receiver| receiver.open(&sealed, ctx.now_ms)) else {
            return Verdict::Ignore;
        };
        let said = match opened {
            Ok(said) => said,
            // Nobody has another key to check the signature with. All else may be the author's fault.
            Err(GroupOpenError::Signature) => return Verdict::Reject,
            Err(_) => return Verdict::Ignore,
        };
        // The author signed it: whatever is wrong with it is wrong for everybody, and it is not asked for again.
        let before = sealed.prev().first().copied();
        self.look_for_forks(conversation, id, (iteration, name, before));
        let Some(group) = self.groups.get_mut(&conversation) else { return Verdict::Ignore };
        let Some(chain) = group.chains.get_mut(&id) else { return Verdict::Ignore };
        let two_at = chain.hold(iteration, name, before);
        self.out.chain_touched(conversation, id);
        let row = CipherRow { conversation, chain: id, iteration, at_ms: ctx.now_ms, bytes: frame.to_vec() };
        self.out.put(Change::PutCipher(Box::new(row)));
        group.news = true;
        if let Some(at) = two_at {
            self.note_fork(conversation, id, at, ctx.now_ms);
        }
        // Who leaves out what is before could go on after having said two things.
        if iteration == 0 || before.is_some() {
            self.take_said(conversation, (id, iteration, sealed.lamport()), from, &said, ctx);
        }
        Verdict::Accept
    }

    /// Takes in what a message says.
    fn take_said(
        &mut self,
        conversation: ConversationId,
        (id, iteration, lamport): ([u8; 16], u32, u64),
        from: Option<Peer>,
        said: &[u8],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(chain) = group.chains.get_mut(&id) else { return };
        let Ok((heads, bytes)) = decode_said(said) else { return };
        let Ok(entry) = decode_entry(bytes) else { return };
        if entry.id.author != chain.row.device || entry.id.seq >= OP_SEQ || entry.id.lamport != lamport {
            return;
        }
        let (account, seq) = (chain.row.account, entry.id.seq);
        match group.is_in_step(&id, iteration, seq) {
            Ok(true) => {}
            Ok(false) => return,
            Err(claiming) => {
                for chain in claiming {
                    let at = if chain == id { iteration } else { 0 };
                    self.note_fork(conversation, chain, at, ctx.now_ms);
                }
                return;
            }
        }
        let Some(chain) = group.chains.get_mut(&id) else { return };
        let heads: Vec<_> = heads.into_iter().map(OpId).collect();
        let unknown = !group.log.contains_all(&heads);
        if chain.note_view(entry.id.seq, heads) {
            group.judge_rows();
        } else {
            group.judge_row(&id, entry.id.seq);
        }
        group.head.lamport = group.head.lamport.max(entry.id.lamport);
        let bytes = zeroize::Zeroizing::new(bytes.to_vec());
        self.out.put(Change::PutEntry { conversation, entry: Box::new(entry.clone()), bytes, mine: false });
        self.note_taken_back(conversation, &entry, ctx.now_ms);
        self.take_in_group(conversation, account, entry, ctx);
        if let Some(peer) = from.filter(|_| unknown) {
            self.want_ops(conversation, peer, ctx);
        }
    }

    fn take_in_group(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        entry: Entry,
        ctx: &mut Ctx<'_>,
    ) {
        self.out.group_touched(conversation);
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        if group.is_hidden(&entry.id) {
            return;
        }
        if group.typing.remove(&account).is_some() {
            self.out.notice(Notice::GroupTyping(conversation, account, false));
        }
        match entry.body {
            Body::Text { .. } | Body::Unknown { .. } => {
                if group.head.read_upto.is_none_or(|read| read < entry.id) {
                    let addressed = entry.body.mentions().is_some_and(|mentions| {
                        group.addressed(&entry.id, mentions).address(&self.me.account)
                    });
                    group.head.unread = group.head.unread.saturating_add(1);
                    let mentions = &mut group.head.attention.mentions;
                    *mentions = mentions.saturating_add(addressed.into());
                }
                group.head.last = group.head.last.max(Some(entry.id));
                group.head.last_at_ms = ctx.now_ms;
                self.out.notice(Notice::Arrived(conversation, Box::new(entry)));
            }
            Body::Edit { target, ref mentions, .. }
                if target.author == entry.id.author
                    && group.addressed(&entry.id, mentions).address(&self.me.account) =>
            {
                self.out.notice(Notice::Changed(conversation, target));
                self.out.notice(Notice::Called(conversation, Box::new(entry)));
                self.recount(conversation);
            }
            Body::Delete { target } | Body::Edit { target, .. } | Body::React { target, .. } => {
                self.out.notice(Notice::Changed(conversation, target));
            }
            // Of 1:1 conversations only.
            Body::Accept { .. } | Body::Group(_) | Body::Read { .. } | Body::Request { .. } => return,
        }
        self.out.chat_changed(conversation);
    }
}

impl Group {
    /// Whether somebody may bring messages of the group: whoever is, or was, a member.
    fn may_carry(&self, account: &AccountId) -> bool {
        self.certs.keys().any(|(of, _)| of == account)
    }

    /// Whether a message is of a chain that is known here.
    fn has_chain_of(&self, frame: &[u8]) -> bool {
        let opened = self.envelopes.iter().find_map(|key| key.open(frame).ok());
        opened.is_some_and(|sealed| self.chains.contains_key(sealed.chain_id().as_bytes()))
    }
}
