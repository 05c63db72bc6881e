//! The roll of members while operations take effect one by one. Accounts and operations go by their numbers and
//! places in the log; copies share what they have in common. Knows nothing of which operations are valid.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{AccountId, DeviceId, OpId, OpKind, Role},
    protocol::group::dag::OpLog,
};

/// Who takes part, and as what.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    begun: bool,
    members: usize,
    owners: usize,
    /// By number of the account.
    pages: Vec<Arc<Page>>,
    /// Invitations that were not ended, by place.
    invitations: Arc<BTreeMap<usize, Invitation>>,
}

const PAGE: usize = 64;
type Page = [Place; PAGE];

/// What is known of an account.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    seat: Option<Seat>,
    /// Whether it was removed or left, and was not added since: no invitation lets it in.
    barred: bool,
}

/// One that may let people in.
#[derive(Clone, Debug)]
struct Invitation {
    /// Who made it.
    by: usize,
    /// Whom it let in.
    admitted: Vec<usize>,
}

/// That of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) role: Role,
    /// Which operation made them a member.
    pub(super) since: usize,
}

impl Seat {
    /// The device that the member was brought in with.
    pub(super) fn device(self, log: &OpLog) -> Option<DeviceId> {
        log.op(self.since).map(|op| match &op.what {
            OpKind::Add { device, .. } | OpKind::Admit { device, .. } => *device,
            _ => op.device,
        })
    }

    /// Less is senior.
    pub(super) fn seniority(self, log: &OpLog) -> Option<(u64, OpId)> {
        log.time(self.since)
    }
}

impl Roll {
    /// Whether applying the operation may change the roll.
    pub(super) const fn is_about(what: &OpKind) -> bool {
        !matches!(
            what,
            OpKind::Rename { .. }
                | OpKind::SetPicture { .. }
                | OpKind::SetPolicy { .. }
                | OpKind::EnvelopeChange { .. }
        )
    }

    /// The roll after the operation.
    pub(super) fn apply(&mut self, log: &OpLog, at: usize) {
        let Some(op) = log.op(at) else { return };
        let Some(subject) = log.subject(at) else {
            self.apply_to_invitations(log, at);
            return;
        };
        match &op.what {
            OpKind::Create { .. } if !self.begun => {
                self.begun = true;
                self.seat(subject, Some(Seat { role: Role::Owner, since: at }));
            }
            OpKind::Add { role, .. } => {
                self.bar(subject, false);
                self.let_in(log, subject, Seat { role: *role, since: at });
            }
            OpKind::Admit { .. } => {
                let Some((invite, role)) = invitation(log, at) else { return };
                if let Some(invitation) = Arc::make_mut(&mut self.invitations).get_mut(&invite)
                    && !invitation.admitted.contains(&subject)
                {
                    invitation.admitted.push(subject);
                }
                self.let_in(log, subject, Seat { role, since: at });
            }
            OpKind::Remove { .. } | OpKind::Leave { .. } => {
                self.bar(subject, true);
                self.seat(subject, None);
                self.end_invitations(subject, |_| false, log);
                self.crown(log);
            }
            OpKind::SetRole { role, .. } => {
                if let Some(seat) = self.get(subject) {
                    self.seat(subject, Some(Seat { role: *role, ..seat }));
                    self.end_invitations(subject, |lent| role.may_add(lent), log);
                    self.crown(log);
                }
            }
            _ => {}
        }
    }

    fn apply_to_invitations(&mut self, log: &OpLog, at: usize) {
        match (log.op(at).map(|op| &op.what), log.invite(at), log.author(at)) {
            (Some(OpKind::Invite { .. }), _, Some(by)) => {
                let invitation = Invitation { by, admitted: Vec::new() };
                Arc::make_mut(&mut self.invitations).insert(at, invitation);
            }
            (Some(OpKind::Uninvite { .. }), Some(invite), _) => {
                Arc::make_mut(&mut self.invitations).remove(&invite);
            }
            _ => {}
        }
    }

    fn let_in(&mut self, log: &OpLog, account: usize, seat: Seat) {
        if self.get(account).is_none() {
            self.seat(account, Some(seat));
            // Everybody may have gone meanwhile.
            self.crown(log);
        }
    }

    /// Ends the invitations of an account, but for those that lend a role which they may still lend.
    fn end_invitations(&mut self, account: usize, may_lend: impl Fn(Role) -> bool, log: &OpLog) {
        let ends =
            |(at, of): (&usize, &Invitation)| of.by == account && !lent(log, *at).is_some_and(&may_lend);
        if self.invitations.iter().any(ends) {
            Arc::make_mut(&mut self.invitations).retain(|at, of| !ends((at, of)));
        }
    }

    /// Whom an invitation let in; none if it does not hold.
    pub(super) fn admitted(&self, invite: usize) -> Option<&[usize]> {
        self.invitations.get(&invite).map(|invitation| invitation.admitted.as_slice())
    }

    pub(super) fn get(&self, account: usize) -> Option<Seat> {
        self.pages.get(account / PAGE)?.get(account % PAGE)?.seat
    }

    /// Whether the account was removed or left, and was not added since.
    pub(super) fn is_barred(&self, account: usize) -> bool {
        let place = self.pages.get(account / PAGE).and_then(|page| page.get(account % PAGE));
        place.is_some_and(|place| place.barred)
    }

    fn bar(&mut self, account: usize, barred: bool) {
        if self.is_barred(account) != barred
            && let Some(place) = self.place(account)
        {
            place.barred = barred;
        }
    }

    fn place(&mut self, account: usize) -> Option<&mut Place> {
        let page = account / PAGE;
        if self.pages.len() <= page {
            self.pages.resize_with(page.saturating_add(1), || Arc::new([Place::default(); PAGE]));
        }
        self.pages.get_mut(page).map(Arc::make_mut).and_then(|page| page.get_mut(account % PAGE))
    }

    /// Whether there is one member alone.
    pub(super) const fn is_single(&self) -> bool {
        self.members == 1
    }

    /// Everybody, with the senior ones first.
    pub(super) fn members<'a>(&self, log: &'a OpLog) -> Vec<(&'a AccountId, Seat)> {
        let mut members: Vec<_> =
            log.numbered().filter_map(|(account, number)| Some((account, self.get(number)?))).collect();
        members.sort_unstable_by_key(|(_, seat)| seat.seniority(log));
        members
    }

    fn seat(&mut self, account: usize, seat: Option<Seat>) {
        let Some(place) = self.place(account) else { return };
        let before = std::mem::replace(&mut place.seat, seat);
        let owns = |seat: Option<Seat>| usize::from(seat.is_some_and(|seat| seat.role == Role::Owner));
        self.owners = self.owners.saturating_add(owns(seat)).saturating_sub(owns(before));
        let is = |seat: Option<Seat>| usize::from(seat.is_some());
        self.members = self.members.saturating_add(is(seat)).saturating_sub(is(before));
    }

    /// Sees to it that there is an owner.
    fn crown(&mut self, log: &OpLog) {
        if self.owners > 0 {
            return;
        }
        let seats = self.pages.iter().flat_map(|page| page.iter()).enumerate();
        let seats = seats.filter_map(|(account, place)| place.seat.map(|seat| (account, seat)));
        let rank = |seat: Seat| (std::cmp::Reverse(seat.role), seat.seniority(log));
        let Some((heir, seat)) = seats.min_by_key(|(_, seat)| rank(*seat)) else { return };
        self.seat(heir, Some(Seat { role: Role::Owner, ..seat }));
    }
}

/// The role that an invitation lends.
pub(super) fn lent(log: &OpLog, invite: usize) -> Option<Role> {
    match log.op(invite)?.what {
        OpKind::Invite { role, .. } => Some(role),
        _ => None,
    }
}

/// The invitation by which an operation lets somebody in, and the role that it lends.
fn invitation(log: &OpLog, at: usize) -> Option<(usize, Role)> {
    let invite = log.invite(at)?;
    Some((invite, lent(log, invite)?))
}
