//! Invitations to a group on the side of its members: makes and ends them, knows those who hold one, and lets them in.
//! Knows nothing of how somebody who holds one finds a member.

use undertone_crypto::{
    digest::{Naming, digest},
    group::op::{self, AdmissionProof, InvitationSecret},
    identity::DevCert,
};
use zeroize::Zeroizing;

use super::{
    command::MAX_MEMBERS,
    convert::{from_role, text},
    state::Group,
};
use crate::{
    model::{
        AccountId, ContactState, ConversationId, DeviceId, GroupState, InviteId, InviteSecret, JoinRefusal,
        Member, Name, OpId, OpKind, Role,
    },
    protocol::{
        Refused,
        engine::{Ctx, Engine},
        person::Person,
    },
    wire::{GroupLink, Join, JoinRefused, Note},
};

/// An invitation, and by what its holders and the members recognise each other.
#[derive(Debug)]
pub(super) struct Invitation {
    pub(super) op: OpId,
    pub(super) id: InviteId,
    pub(super) secret: InviteSecret,
    not_after_ms: u64,
}

impl Invitation {
    /// The one that an operation makes, if it makes one.
    pub(super) fn of(id: OpId, kind: &op::OpKind) -> Option<Self> {
        let op::OpKind::Invite { key, not_after_ms, .. } = kind else { return None };
        let (meeting, secret) = meeting(&id, key.as_bytes());
        Some(Self { op: id, id: meeting, secret, not_after_ms: *not_after_ms })
    }
}

/// The name and the secret by which those recognise each other who know of an invitation: its holders and the members.
pub(super) fn meeting(invite: &OpId, key: &[u8; 32]) -> (InviteId, InviteSecret) {
    let name = digest(Naming::Invitation, &[&invite.0, key]);
    let (id, rest) = name.split_first_chunk::<8>().map_or(([0; 8], &[][..]), |(id, rest)| (*id, rest));
    (InviteId(id), InviteSecret::new(rest.first_chunk::<16>().copied().unwrap_or_default()))
}

/// An invitation as the members see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The operation.
    pub invite: OpId,
    /// Who made it.
    pub by: AccountId,
    /// When, by the maker's clock, milliseconds since the epoch.
    pub made_ms: u64,
    /// What it lends.
    pub role: Role,
    /// How many it lets in.
    pub uses: u8,
    /// How many it has let in.
    pub used: u8,
    /// When it ends, milliseconds since the epoch.
    pub not_after_ms: u64,
}

impl Invited {
    const fn is_open(&self, now_ms: u64) -> bool {
        now_ms <= self.not_after_ms && self.used < self.uses
    }
}

impl Engine {
    /// Makes an invitation, and the text of its link.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role, and for a role that cannot be lent; [`Refused::TooMany`].
    pub fn invite_to_group(
        &mut self,
        conversation: ConversationId,
        (role, uses): (Role, u8),
        life_ms: u64,
        ctx: &mut Ctx<'_>,
    ) -> Result<(OpId, Zeroizing<String>), Refused> {
        if !self.role_in(conversation)?.may_add(role) {
            return Err(Refused::NotAllowed);
        }
        if self.invitations(conversation, ctx.now_ms).len() >= MOST_OPEN {
            return Err(Refused::TooMany);
        }
        let secret = InvitationSecret::generate(&mut ctx.rng);
        // Links count in hours: up to the end of the one that it ends in.
        let hours = ctx.now_ms.saturating_add(life_ms).div_ceil(HOUR_MS);
        let expires_h = u32::try_from(hours).map_err(|_too_late| Refused::NotAllowed)?;
        let not_after_ms = u64::from(expires_h).saturating_mul(HOUR_MS);
        let kind = op::OpKind::Invite { key: secret.public(), role: from_role(role), not_after_ms, uses };
        let (invite, _) = self.operate(conversation, kind, ctx)?;
        let members = self.who_lets_in(conversation);
        let seed = Zeroizing::new(*secret.expose_seed());
        Ok((invite, GroupLink { seed, invite, expires_h, members }.encode()))
    }

    /// Ends an invitation, for those who hold its link.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`] by role; [`Refused::NotFound`] if it does not hold.
    pub fn uninvite(
        &mut self,
        conversation: ConversationId,
        invite: OpId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.managing(conversation)?;
        let group = self.groups.get(&conversation).ok_or(Refused::NotFound)?;
        group.resolution.admitted(&group.log, &invite).ok_or(Refused::NotFound)?;
        let invite = undertone_crypto::group::OpId::new(invite.0);
        self.operate(conversation, op::OpKind::Uninvite { invite }, ctx).map(drop)
    }

    /// The invitations to a group that can still let somebody in, as they were made.
    #[must_use]
    pub fn invitations(&self, conversation: ConversationId, now_ms: u64) -> Vec<Invited> {
        let Some(group) = self.groups.get(&conversation) else { return Vec::new() };
        let open = group.invitations.iter().filter_map(|invitation| group.invited(&invitation.op));
        open.filter(|invited| invited.is_open(now_ms)).collect()
    }

    /// Members whom a link names: ourselves, then whoever is connected, the senior ones first.
    fn who_lets_in(&self, conversation: ConversationId) -> Vec<AccountId> {
        let state = self.groups.get(&conversation).and_then(Group::state);
        let mut members = state.map(|state| state.order.clone()).unwrap_or_default();
        let is_met = |account: &AccountId| self.people.get(account).is_some_and(|it| it.link.is_some());
        members.sort_by_key(|account| (*account != self.me.account, !is_met(account)));
        members.truncate(GroupLink::MEMBERS);
        members
    }
}

impl Group {
    /// An invitation that holds, used up or run out or not.
    fn invited(&self, invite: &OpId) -> Option<Invited> {
        let admitted = self.resolution.admitted(&self.log, invite)?;
        let op = self.log.get(invite)?;
        let OpKind::Invite { role, not_after_ms, uses, .. } = op.what else { return None };
        Some(Invited {
            invite: *invite,
            by: op.author,
            made_ms: op.time_ms,
            role,
            uses,
            used: u8::try_from(admitted.len()).unwrap_or(u8::MAX),
            not_after_ms,
        })
    }

    /// The invitations whose holders are known: those that count or counted, ended ones included, for some days more than
    /// they last, so that who comes late is told. Those that can let somebody in go before the others.
    fn met(&self, now_ms: u64) -> impl Iterator<Item = &Invitation> {
        let known = self.invitations.iter().rev().filter(move |invitation| {
            let late = now_ms.saturating_sub(invitation.not_after_ms);
            late < TOLD_MS && !self.resolution.void.contains(&invitation.op)
        });
        let is_open =
            |known: &&Invitation| self.invited(&known.op).is_some_and(|known| known.is_open(now_ms));
        let (open, over): (Vec<_>, Vec<_>) = known.partition(is_open);
        open.into_iter().chain(over).take(MOST_MET)
    }

    /// Why somebody is not let in by an invitation; `Ok` if they may be, or are in already.
    fn may_let_in(&self, join: &Asking<'_>, me: &AccountId, now_ms: u64) -> Result<(), JoinRefusal> {
        let account = join.cert.account();
        let Some(op::OpKind::Invite { key, .. }) = self.ops.get(&join.invite).map(op::Op::kind) else {
            return Err(JoinRefusal::Unable);
        };
        let name = undertone_crypto::group::OpId::new(join.invite.0);
        join.proof.verify(key, &name, join.cert).map_err(|_unsigned| JoinRefusal::Invalid)?;
        let members = self.state().filter(|_| self.has(me)).map(|state| &state.members);
        let members = members.ok_or(JoinRefusal::Unable)?;
        if let Some(member) = members.get(&account) {
            // Whoever takes part with one device does not with another.
            return if member.device == join.cert.device() { Ok(()) } else { Err(JoinRefusal::Unable) };
        }
        let invited = self.invited(&join.invite).ok_or(JoinRefusal::Ended)?;
        if self.resolution.is_barred(&self.log, &account) {
            Err(JoinRefusal::Removed)
        } else if now_ms > invited.not_after_ms {
            Err(JoinRefusal::Expired)
        } else if invited.used >= invited.uses {
            Err(JoinRefusal::Used)
        } else if members.len() >= MAX_MEMBERS {
            Err(JoinRefusal::Full)
        } else {
            Ok(())
        }
    }
}

/// Somebody who asks to be let in.
struct Asking<'a> {
    invite: OpId,
    cert: &'a DevCert,
    proof: AdmissionProof,
}

impl Engine {
    /// The name of the invitation to a group whose holder shows this.
    pub(in crate::protocol) fn invited_by(
        &self,
        now_ms: u64,
        shows: impl Fn(&InviteSecret) -> bool,
    ) -> Option<InviteId> {
        let known = self.groups.values().flat_map(|group| group.met(now_ms));
        known.into_iter().find(|invitation| shows(&invitation.secret)).map(|invitation| invitation.id)
    }

    /// What is shared with the holders of an invitation to a group.
    pub(in crate::protocol) fn secret_of(&self, id: InviteId, now_ms: u64) -> Option<[u8; 16]> {
        let mut known = self.groups.values().flat_map(|group| group.met(now_ms));
        known.find(|invitation| invitation.id == id).map(|invitation| *invitation.secret.as_bytes())
    }

    /// Sees to it that one more who holds an invitation can be heard: of those who are in no group of ours, whom we asked
    /// nothing, the one who came first gives way.
    pub(in crate::protocol) fn make_room_for_guest(&mut self) {
        let is_guest = |person: &&Person| {
            let account = &person.contact.account;
            person.contact.state == ContactState::Member
                && !self.is_asked(account)
                && !self.has_met_in_group(account)
        };
        let guests = || self.people.values().filter(is_guest);
        let oldest = guests().min_by_key(|person| (person.link.is_some(), person.contact.since_ms));
        let oldest = oldest.map(|person| person.contact.account).filter(|_| guests().count() >= MOST_GUESTS);
        if let Some(account) = oldest {
            self.drop_person(account);
        }
    }

    /// Whether this is an invitation to a group.
    pub(in crate::protocol) fn is_to_group(&self, id: InviteId, now_ms: u64) -> bool {
        self.secret_of(id, now_ms).is_some()
    }

    /// Somebody who holds an invitation asks to be let in: lets them in, or says why not. Who is in already is welcomed
    /// again: they would not ask if they knew.
    pub(super) fn on_join(
        &mut self,
        account: AccountId,
        device: DeviceId,
        join: &Join<'_>,
        ctx: &mut Ctx<'_>,
    ) {
        let Ok(cert) = DevCert::parse(join.cert) else { return };
        if (cert.account(), cert.device()) != (account, device) || !cert.valid_at(ctx.now_ms) {
            return;
        }
        let asking =
            Asking { invite: OpId(join.invite), cert: &cert, proof: AdmissionProof::new(join.proof) };
        let of_it = |group: &&Group| group.log.get(&asking.invite).is_some();
        let Some(group) = self.groups.values().find(of_it) else {
            self.refuse_join(account, join.join, JoinRefusal::Unable, ctx);
            return;
        };
        let (conversation, known) = (group.head.conversation, group.has(&account));
        let id = *group.id.as_bytes();
        let allowed = group.may_let_in(&asking, &self.me.account, ctx.now_ms);
        let done = allowed.and_then(|()| {
            if known {
                return Ok(());
            }
            self.let_in(conversation, &asking, &join.name, ctx)
        });
        match done {
            // Asking again makes nobody's outbox longer.
            Ok(()) if known && self.is_on_its_way(account, |note| Note::is_welcome(note, &id)) => {}
            Ok(()) => self.welcome_member(conversation, account, ctx),
            Err(why) => self.refuse_join(account, join.join, why, ctx),
        }
    }

    fn let_in(
        &mut self,
        conversation: ConversationId,
        asking: &Asking<'_>,
        name: &Name,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), JoinRefusal> {
        let account = asking.cert.account();
        if let Some(person) = self.people.get_mut(&account)
            && person.contact.state == ContactState::Member
        {
            person.contact.name = name.clone();
            self.out.contact_touched(account);
        }
        let name = text(name).ok_or(JoinRefusal::Invalid)?;
        let invite = undertone_crypto::group::OpId::new(asking.invite.0);
        let cert = Box::new(asking.cert.clone());
        let kind = op::OpKind::Admit { invite, cert, name, proof: asking.proof };
        let (op, _) = self.operate(conversation, kind, ctx).map_err(|_refused| JoinRefusal::Unable)?;
        let is_in = self.groups.get(&conversation).is_some_and(|group| group.has(&account));
        if !is_in {
            return Err(JoinRefusal::Unable);
        }
        self.owe_history(conversation, account, op);
        Ok(())
    }

    /// Those whom we have let in and who turn out to be no members, as others were before them or the invitation had ended:
    /// nobody else would tell them.
    pub(super) fn tell_those_let_in_for_nothing(
        &mut self,
        conversation: ConversationId,
        before: Option<&GroupState>,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let by_us = |member: &Member| {
            let op = group.log.get(&member.since);
            let admitted = op.is_some_and(|op| matches!(op.what, OpKind::Admit { .. }));
            admitted && member.added_by == self.me.account && group.resolution.void.contains(&member.since)
        };
        let gone = before.into_iter().flat_map(|state| &state.members);
        let gone = gone.filter(|(account, member)| !group.has(account) && by_us(member));
        let told: Vec<_> = gone
            .map(|(account, _)| {
                let known = group.told.get(account).map(|told| told.heads.as_slice()).unwrap_or_default();
                (*account, group.beyond(known))
            })
            .collect();
        let id = *group.id.as_bytes();
        for (account, ops) in told {
            self.send_ops(account, id, &ops, ctx);
        }
    }

    fn refuse_join(&mut self, account: AccountId, join: [u8; 8], why: JoinRefusal, ctx: &mut Ctx<'_>) {
        if !self.is_on_its_way(account, |note| Note::is_join_refused(note, &join)) {
            self.send_note(account, &Note::JoinRefused(JoinRefused { join, why }), ctx);
        }
    }

    fn is_on_its_way(&self, account: AccountId, meant: impl Fn(&[u8]) -> bool) -> bool {
        self.people.get(&account).is_some_and(|person| person.outbox.has_note(meant))
    }
}

const HOUR_MS: u64 = 3_600_000;
/// How long after its end somebody who holds an invitation is still told so.
const TOLD_MS: u64 = 7 * 24 * HOUR_MS;
/// People who hold an invitation and were not let in, or not yet.
const MOST_GUESTS: usize = 64;
/// Invitations of one group whose holders are looked for.
const MOST_MET: usize = 64;
/// Invitations of one group that can let somebody in, for a program that makes another one.
const MOST_OPEN: usize = 32;
