//! The roll of members while operations take effect one by one. Accounts and operations go by their numbers and
//! places in the log; copies share what they have in common. Knows nothing of which operations are valid.

use std::sync::Arc;

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
}

const PAGE: usize = 64;
type Page = [Option<Seat>; PAGE];

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
            OpKind::Add { device, .. } => *device,
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
        let Some((op, subject)) = log.op(at).zip(log.subject(at)) else { return };
        match &op.what {
            OpKind::Create { .. } if !self.begun => {
                self.begun = true;
                self.seat(subject, Some(Seat { role: Role::Owner, since: at }));
            }
            OpKind::Add { role, .. } if self.get(subject).is_none() => {
                self.seat(subject, Some(Seat { role: *role, since: at }));
                // Everybody may have gone meanwhile.
                self.crown(log);
            }
            OpKind::Remove { .. } | OpKind::Leave { .. } => {
                self.seat(subject, None);
                self.crown(log);
            }
            OpKind::SetRole { role, .. } => {
                if let Some(seat) = self.get(subject) {
                    self.seat(subject, Some(Seat { role: *role, ..seat }));
                    self.crown(log);
                }
            }
            _ => {}
        }
    }

    pub(super) fn get(&self, account: usize) -> Option<Seat> {
        self.pages.get(account / PAGE)?.get(account % PAGE).copied().flatten()
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
        let page = account / PAGE;
        if self.pages.len() <= page {
            self.pages.resize_with(page.saturating_add(1), || Arc::new([None; PAGE]));
        }
        let place = self.pages.get_mut(page).map(Arc::make_mut).and_then(|page| page.get_mut(account % PAGE));
        let Some(place) = place else { return };
        let owns = |seat: Option<Seat>| usize::from(seat.is_some_and(|seat| seat.role == Role::Owner));
        self.owners = self.owners.saturating_add(owns(seat)).saturating_sub(owns(*place));
        let is = |seat: Option<Seat>| usize::from(seat.is_some());
        self.members = self.members.saturating_add(is(seat)).saturating_sub(is(*place));
        *place = seat;
    }

    /// Sees to it that there is an owner.
    fn crown(&mut self, log: &OpLog) {
        if self.owners > 0 {
            return;
        }
        let seats = self.pages.iter().flat_map(|page| page.iter()).enumerate();
        let seats = seats.filter_map(|(account, seat)| seat.map(|seat| (account, seat)));
        let rank = |seat: Seat| (std::cmp::Reverse(seat.role), seat.seniority(log));
        let Some((heir, seat)) = seats.min_by_key(|(_, seat)| rank(*seat)) else { return };
        self.seat(heir, Some(Seat { role: Role::Owner, ..seat }));
    }
}
