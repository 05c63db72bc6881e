//! Admissions by invitation while it is decided which operations are valid: what strikes them, and whether an
//! invitation has room; the rules are in the module above. Knows nothing of the order in which things are decided.

use std::collections::BTreeSet;

use super::{
    judge::{Judge, Verdict, is_revocation},
    roll::{Roll, lent},
};
use crate::model::OpKind;

/// Whether an invitation lets one more in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Room {
    Some,
    None,
    /// It does if this one, which is not decided, is void.
    Unless(usize),
}

impl Judge<'_> {
    /// What ends the invitation that the operation uses, whether it knew of that or not: its end, and what its author
    /// could not make it after.
    pub(super) fn attackers_of_invitation(&self, at: usize) -> Vec<usize> {
        let admits = self.log.op(at).is_some_and(|op| matches!(op.what, OpKind::Admit { .. }));
        let Some(invite) = self.log.invite(at).filter(|_| admits) else { return Vec::new() };
        let lent = lent(self.log, invite);
        let ends = |other: &&usize| match self.log.op(**other).map(|op| &op.what) {
            Some(OpKind::SetRole { role, .. }) => !lent.is_some_and(|lent| role.may_add(lent)),
            other => other.is_some(),
        };
        let of_inviter = self.log.author(invite).and_then(|by| self.revocations.get(&by));
        let of_inviter = of_inviter.into_iter().flatten().filter(ends);
        self.endings.get(&invite).into_iter().flatten().chain(of_inviter).copied().collect()
    }

    /// Whether the invitation that the operation uses has room beside those whom it lets in elsewhere.
    pub(super) fn room(&self, at: usize, before: &Roll) -> Room {
        let (Some(invite), Some(op)) = (self.log.invite(at), self.log.op(at)) else { return Room::Some };
        let Some(OpKind::Invite { uses, .. }) = self.log.op(invite).map(|op| &op.what) else {
            return Room::None;
        };
        if is_revocation(op) {
            return Room::Some;
        }
        let subject = self.log.subject(at);
        let mut admitted: BTreeSet<usize> = before.admitted(invite).into_iter().flatten().copied().collect();
        let beside = self.admissions.get(&invite).into_iter().flatten().copied();
        let (mut waiting, mut rival) = (BTreeSet::new(), None);
        for other in beside.filter(|other| self.log.is_concurrent(*other, at)) {
            match (self.verdict(other), self.log.subject(other)) {
                (Some(Verdict::Valid), Some(newcomer)) => {
                    admitted.insert(newcomer);
                }
                (None, Some(newcomer)) if self.log.time(other) < self.log.time(at) => {
                    waiting.insert(newcomer);
                    rival = rival.or(Some(other));
                }
                _ => {}
            }
        }
        if subject.is_some_and(|subject| admitted.contains(&subject)) {
            return Room::Some;
        }
        let undecided = waiting.difference(&admitted).filter(|newcomer| Some(**newcomer) != subject).count();
        let uses = usize::from(*uses);
        match rival {
            _ if admitted.len() >= uses => Room::None,
            Some(rival) if admitted.len().saturating_add(undecided) >= uses => Room::Unless(rival),
            _ => Room::Some,
        }
    }
}
