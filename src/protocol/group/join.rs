//! Joining a group on the side of who holds a link: asks the members that it names, one after another as they are met,
//! until one lets in or it is no use. Knows nothing of whether the invitation holds.
//!
//! The request waits in the outbox of each member. By whom we are awaited is kept in their rows, in the place of an
//! invite, so that a welcome is understood after a restart too.

use undertone_crypto::{Secret, group::op::InvitationSecret};

use super::invite::meeting;
use crate::{
    model::{
        AccountId, Change, ContactState, ConversationId, InviteId, InviteSecret, JoinRefusal, Name,
        limits::CONTACTS,
    },
    protocol::{
        Refused,
        engine::{Ctx, Engine},
        step::Notice,
    },
    wire::{GroupLink, Join, JoinRefused, Note},
};

/// What has become of a link that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// We take part in the group already.
    In(ConversationId),
    /// Members are asked, and what comes of it is told under this name.
    Asked(InviteId),
}

impl Engine {
    /// Asks the members named by a link to let us in.
    ///
    /// # Errors
    /// [`Refused::Expired`], [`Refused::Ourselves`] if nobody else is named, [`Refused::Blocked`] if all who are named
    /// are, [`Refused::TooMany`].
    pub fn join_group(&mut self, link: &GroupLink, ctx: &mut Ctx<'_>) -> Result<Joining, Refused> {
        if ctx.now_ms > u64::from(link.expires_h).saturating_mul(HOUR_MS) {
            return Err(Refused::Expired);
        }
        let me = self.me.account;
        let known = self.groups.values().find(|group| group.log.get(&link.invite).is_some());
        if let Some(group) = known.filter(|group| group.has(&me)) {
            return Ok(Joining::In(group.head.conversation));
        }
        let mut hosts: Vec<_> = link.members.iter().copied().filter(|account| *account != me).collect();
        if hosts.is_empty() {
            return Err(Refused::Ourselves);
        }
        hosts.retain(|account| self.people.get(account).is_none_or(|person| !person.contact.blocked));
        if hosts.is_empty() {
            return Err(Refused::Blocked);
        }
        let secret = InvitationSecret::from_seed(&Secret::new(*link.seed));
        let (id, shared) = meeting(&link.invite, secret.public().as_bytes());
        let is_new = !self.joins.contains_key(&id);
        if is_new && (self.joins.len() >= MOST_JOINS || self.people.len() >= CONTACTS) {
            return Err(Refused::TooMany);
        }
        let name = undertone_crypto::group::OpId::new(link.invite.0);
        let cert = self.me.cert.clone();
        let join = Join {
            invite: link.invite.0,
            cert: cert.as_bytes(),
            name: self.me.profile.name.clone(),
            proof: *secret.admit(&name, &self.me.cert).as_bytes(),
            join: id.0,
        };
        let note = Note::Join(join);
        self.joins.insert(id, hosts.iter().copied().collect());
        for host in hosts {
            self.await_host(host, (id, &shared), ctx.now_ms);
            if !self
                .people
                .get(&host)
                .is_some_and(|person| person.outbox.has_note(|note| Note::is_join(note, &id.0)))
            {
                self.send_note(host, &note, ctx);
            }
        }
        self.send_proofs(ctx);
        Ok(Joining::Asked(id))
    }

    /// The links that were used and have led nowhere yet.
    pub fn joins(&self) -> impl Iterator<Item = InviteId> {
        self.joins.keys().copied()
    }

    /// Asks nobody any more.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if nobody is asked.
    pub fn give_up_join(&mut self, id: InviteId) -> Result<(), Refused> {
        if !self.joins.contains_key(&id) {
            return Err(Refused::NotFound);
        }
        self.end_join(id);
        Ok(())
    }

    /// Whether we have asked somebody to let us in.
    pub(super) fn is_asked(&self, account: &AccountId) -> bool {
        self.joins.values().any(|hosts| hosts.contains(account))
    }

    /// Sees to it that a member can be met: by what those share who know of the invitation, unless we know them better.
    fn await_host(&mut self, account: AccountId, (id, secret): (InviteId, &InviteSecret), now_ms: u64) {
        if let Some(person) = self.people.get_mut(&account) {
            if person.contact.state == ContactState::Member {
                person.contact.invite = Some((id, secret.clone()));
                self.out.contact_touched(account);
            }
            return;
        }
        if let Some(name) = Name::new(&format!("{account:?}")) {
            let invite = Some((id, secret.clone()));
            self.add_person(account, name, ContactState::Member, invite, now_ms);
        }
    }

    /// A member says why we are not let in. Another one may know better, unless it is for good.
    pub(super) fn on_join_refused(&mut self, account: AccountId, refused: JoinRefused) {
        let id = InviteId(refused.join);
        let Some(hosts) = self.joins.get_mut(&id) else { return };
        if !hosts.remove(&account) {
            return;
        }
        if hosts.is_empty() || refused.why != JoinRefusal::Unable {
            hosts.insert(account);
            self.end_join(id);
            self.out.notice(Notice::JoinRefused(id, refused.why));
        } else {
            self.forget_host(account, id);
        }
    }

    /// Looks whether we were let into the group by something that we asked for.
    pub(super) fn look_whether_joined(&mut self, conversation: ConversationId) {
        if self.joins.is_empty() {
            return;
        }
        let Some(group) = self.groups.get(&conversation).filter(|group| group.has(&self.me.account)) else {
            return;
        };
        // By this invitation or by another, or by hand meanwhile: whatever led here is over.
        let led_here: Vec<InviteId> = group.invitations.iter().map(|invitation| invitation.id).collect();
        for id in led_here.into_iter().filter(|id| self.joins.contains_key(id)).collect::<Vec<_>>() {
            self.end_join(id);
            self.out.notice(Notice::Joined(id, conversation));
        }
    }

    fn end_join(&mut self, id: InviteId) {
        for host in self.joins.remove(&id).into_iter().flatten() {
            self.forget_host(host, id);
        }
    }

    /// Asks this one no more.
    fn forget_host(&mut self, account: AccountId, id: InviteId) {
        let Some(person) = self.people.get_mut(&account) else { return };
        if person.contact.invite.as_ref().is_some_and(|(held, _)| *held == id) {
            person.contact.invite = None;
            self.out.contact_touched(account);
        }
        for seq in person.outbox.drop_notes(|note| Note::is_join(note, &id.0)) {
            self.out.put(Change::DropOutbox { account, seq });
        }
    }
}

const HOUR_MS: u64 = 3_600_000;
/// Links that are being used at a time.
const MOST_JOINS: usize = 32;
