//! What the operations of a group come to: a function of the set of operations, whatever order they came in.
//!
//! 1. An operation is authorised by its causal past: its author's role in the state that the valid operations before
//!    it come to. What is not authorised is void. A removal has to name somebody whom an operation before it, void or
//!    not, brought into the group; they need not be a member any more.
//! 2. Any beginning is valid: the name of the group commits to its content, so all of them say the same. An operation
//!    is judged by its own past, whichever beginning is in it; a later one changes nothing.
//! 3. Revocations are removals, leavings, and roles that are given. A valid one strikes operations that are concurrent
//!    with it, and what is struck is void:
//!    - a removal, or a leaving, all of that account, and each adding of it or role given to it;
//!    - a role given what its account could not do with that role;
//!    - the end of an invitation each letting in by it. So does what strikes its author: a removal, a leaving, a role
//!      with which they could not make it.
//!
//!    An invitation holds until it is ended, or its author goes or loses the power to make it, whatever comes later. By
//!    an invitation nobody is let in who was removed, or left, and was not added since, nor later (as is claimed) than
//!    it says, nor beyond the number it says: of those let in, void ones aside, the first by (Lamport time, name). Any
//!    member may let in. (Who could leave and come back at will would shed a role that was taken from them, and fill
//!    the log of operations in others' names.)
//!
//!    Beginnings and leavings are never struck. But a leaving strikes nothing if it is concurrent with a valid removal
//!    of its author, or if its author was the only member: who was removed cannot undo, by a leaving with an old date,
//!    what the remover let stand, nor a creator the whole group.
//! 4. Where operations wait for each other in a circle (for those that may strike them or take a leaving its strike,
//!    and for those before them), a circle is taken that waits for nothing outside. Of the operations in it that are
//!    authorised both with and without the undecided ones before them, one stands: a removal that takes a leaving in
//!    the circle its strike and that no leaving strikes, else a leaving, else another revocation, else any. Of
//!    several, that of the most senior author, the first by (Lamport time, name). Those in the circle that strike it
//!    are void, or, if it is a leaving, are decided with the rest. Senior is who became a member earlier: by the
//!    (Lamport time, name) of the operation that made them one in the state before theirs.
//! 5. Valid operations take effect in the order of (Lamport time, name). The later of two titles or pictures counts; adding a
//!    member, removing nobody and the like change nothing. Leaving always counts.
//! 6. A group whose last owner is gone has the member of the highest role as its owner, the senior one among equals:
//!    there is always somebody who can act.
//!
//! An operation that merely knew of a void one stays valid if it is authorised otherwise.
//!
//! Known limit: nothing proves when an operation was made. An admin in good standing can date a removal back, by
//! naming old parents, and thereby void what the removed did since then: old addings, and what hangs on them. The
//! same goes for an admin's own leaving, and for one who was removed by a junior: of two that remove each other the
//! senior one stays, whenever their removal turns up. An end of an invitation that is dated back undoes each letting
//! in by it, with what those did who came by it, be it the removal of who ends it.

mod admission;
mod circle;
mod judge;
mod roll;

use std::collections::{BTreeMap, BTreeSet};

use super::dag::OpLog;
use crate::model::{AccountId, DeviceId, GroupOp, GroupState, Member, OpId, OpKind, Role};
use judge::Judge;
use roll::{Roll, Seat};

/// What the operations come to.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Resolution {
    /// Operations without effect.
    pub(in crate::protocol) void: BTreeSet<OpId>,
    /// None before the first operation.
    pub(in crate::protocol) state: Option<GroupState>,
    roll: Roll,
    /// How many operations of the log are resolved.
    upto: usize,
}

/// Resolves all operations of the log.
pub(in crate::protocol) fn resolve(log: &OpLog) -> Resolution {
    let void_at = Judge::new(log).void();
    let void = void_at.iter().filter_map(|at| log.op(*at)).map(|op| op.id).collect();
    let is_valid = |at: &usize| void_at.binary_search(at).is_err();
    let (roll, state) = outcome(log, log.places().iter().copied().filter(is_valid));
    Resolution { void, state, roll, upto: log.len() }
}

impl Resolution {
    /// Resolves what the log, which is the one that this is the resolution of, has got since: what [`resolve`] comes
    /// to, and at once if each new operation knew of all others.
    pub(in crate::protocol) fn extend(&mut self, log: &OpLog) {
        for at in self.upto..log.len() {
            let knows_all = log.past(at).is_some_and(|past| past.is_full(at));
            let Some((op, state)) = log.op(at).zip(self.state.as_mut()).filter(|_| knows_all) else {
                *self = resolve(log);
                return;
            };
            if !allows(log, at, &self.roll, None) {
                self.void.insert(op.id);
            } else if Roll::is_about(&op.what) {
                self.roll.apply(log, at);
                amend(state, op);
                enrol(state, log, &self.roll);
            } else {
                amend(state, op);
            }
            self.upto = at.saturating_add(1);
        }
    }
}

impl Resolution {
    /// Whom an invitation has let in; none if it does not hold.
    pub(in crate::protocol) fn admitted(&self, log: &OpLog, invite: &OpId) -> Option<Vec<AccountId>> {
        let admitted = self.roll.admitted(log.place(invite)?)?;
        let accounts = log.numbered().filter(|(_, number)| admitted.contains(number));
        Some(accounts.map(|(account, _)| *account).collect())
    }

    /// Whether somebody was removed or left, and was not added since: no invitation lets them in.
    pub(in crate::protocol) fn is_barred(&self, log: &OpLog, account: &AccountId) -> bool {
        log.number_of(account).is_some_and(|number| self.roll.is_barred(number))
    }
}

/// The state that somebody knew who knew these operations, without those that are void.
pub(in crate::protocol) fn state_at(
    log: &OpLog,
    resolution: &Resolution,
    heads: &[OpId],
) -> Option<GroupState> {
    let closure = log.closure(heads);
    let is_void = |at| log.op(at).is_some_and(|op| resolution.void.contains(&op.id));
    let valid = |at: &usize| closure.bits().get(*at) && !is_void(*at);
    outcome(log, log.places().iter().copied().filter(valid)).1
}

/// The removals and leavings of an account that are valid and not among what these heads knew: of each the last
/// sequence number of the device that still counts.
pub(in crate::protocol) fn cut(
    log: &OpLog,
    resolution: &Resolution,
    author: (AccountId, DeviceId),
    heads: &[OpId],
) -> Option<u64> {
    let closure = log.closure(heads);
    let (account, device) = author;
    let unknown = |op: &&GroupOp| !resolution.void.contains(&op.id) && !log.is_in(&op.id, &closure);
    log.in_order()
        .into_iter()
        .filter(unknown)
        .filter_map(|op| match &op.what {
            OpKind::Remove { account: removed, cuts, .. } if *removed == account => {
                Some(cuts.iter().find(|(of, _)| *of == device).map_or(0, |(_, last)| *last))
            }
            OpKind::Leave { last_seq } if op.author == account => Some(*last_seq),
            _ => None,
        })
        .min()
}

/// Whether the roll allows the operation; with `role` instead of its author's, if one is given.
fn allows(log: &OpLog, at: usize, roll: &Roll, role: Option<Role>) -> bool {
    let Some(op) = log.op(at) else { return false };
    let seat = log.author(at).and_then(|author| roll.get(author));
    let Some(seat) = seat.filter(|seat| seat.device(log) == Some(op.device)) else {
        return matches!(op.what, OpKind::Create { .. });
    };
    let role = role.unwrap_or(seat.role);
    let subject = log.subject(at);
    let of = subject.and_then(|subject| roll.get(subject)).map(|seat| seat.role);
    match &op.what {
        OpKind::Create { .. } | OpKind::Leave { .. } => true,
        OpKind::Add { role: with, .. } => role.may_add(*with),
        OpKind::Remove { account, .. } => {
            let known = subject.is_some_and(|subject| log.knew(at, subject));
            known && *account != op.author && role.may_remove(of.unwrap_or(Role::ReadOnly))
        }
        OpKind::SetRole { role: to, .. } => of.is_some_and(|from| role.may_set(from, *to)),
        OpKind::Invite { role: lent, .. } => role.may_add(*lent),
        OpKind::Admit { .. } => admits(log, at, roll),
        OpKind::Rename { .. }
        | OpKind::SetPicture { .. }
        | OpKind::SetPolicy { .. }
        | OpKind::Uninvite { .. }
        | OpKind::EnvelopeChange { .. } => role.may_manage(),
    }
}

/// Whether the roll allows the operation to let somebody in by its invitation.
fn admits(log: &OpLog, at: usize, roll: &Roll) -> bool {
    let (Some(op), Some(subject), Some(invite)) = (log.op(at), log.subject(at), log.invite(at)) else {
        return false;
    };
    let Some(OpKind::Invite { not_after_ms, uses, .. }) = log.op(invite).map(|op| &op.what) else {
        return false;
    };
    let has_room = |admitted: &[usize]| admitted.contains(&subject) || admitted.len() < usize::from(*uses);
    op.time_ms <= *not_after_ms && !roll.is_barred(subject) && roll.admitted(invite).is_some_and(has_room)
}

/// What valid operations, in their order, come to.
fn outcome(log: &OpLog, places: impl Iterator<Item = usize>) -> (Roll, Option<GroupState>) {
    let (mut roll, mut state) = (Roll::default(), None);
    for at in places {
        let Some(op) = log.op(at) else { continue };
        roll.apply(log, at);
        match &mut state {
            Some(state) => amend(state, op),
            None => state = begin(&op.what),
        }
    }
    if let Some(state) = &mut state {
        enrol(state, log, &roll);
    }
    (roll, state)
}

fn begin(what: &OpKind) -> Option<GroupState> {
    let OpKind::Create { title, history, envelope } = what else { return None };
    let (members, order) = (BTreeMap::new(), Vec::new());
    Some(GroupState {
        title: title.clone(),
        picture: None,
        history: *history,
        members,
        envelope: *envelope,
        order,
    })
}

/// Changes what is not about members.
fn amend(state: &mut GroupState, op: &GroupOp) {
    match &op.what {
        OpKind::Rename { title } => state.title = title.clone(),
        OpKind::SetPicture { there } => state.picture = there.then_some(op.id),
        OpKind::SetPolicy { history } => state.history = *history,
        OpKind::EnvelopeChange { envelope } | OpKind::Remove { envelope, .. } => state.envelope = *envelope,
        OpKind::Create { .. }
        | OpKind::Add { .. }
        | OpKind::Leave { .. }
        | OpKind::SetRole { .. }
        | OpKind::Invite { .. }
        | OpKind::Admit { .. }
        | OpKind::Uninvite { .. } => {}
    }
}

/// Writes the members out.
fn enrol(state: &mut GroupState, log: &OpLog, roll: &Roll) {
    let members = roll.members(log);
    state.order = members.iter().map(|(account, _)| **account).collect();
    let member = |(account, seat): (&AccountId, Seat)| {
        let op = log.op(seat.since)?;
        let (device, role, since, added_by) = (seat.device(log)?, seat.role, op.id, op.author);
        let name = match &op.what {
            OpKind::Add { name, .. } | OpKind::Admit { name, .. } => Some(name.clone()),
            _ => None,
        };
        Some((*account, Member { device, role, name, since, added_by }))
    };
    state.members = members.into_iter().filter_map(member).collect();
}
