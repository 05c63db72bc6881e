//! Decides which operations of a log are valid, each as soon as all is decided that it waits for; the rules are in
//! the module above. Knows nothing of what the operations come to in the end.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::{admission::Room, allows, circle::closed_circle, roll::Roll};
use crate::{
    model::{GroupOp, OpKind, Role},
    protocol::group::dag::{Bits, OpLog},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Void,
    Valid,
    /// A leaving that takes effect, but strikes nothing.
    Blunt,
}

/// What is known of an operation. Clear is what is decided together with all before it.
#[derive(Debug, Default)]
struct Case {
    verdict: Option<Verdict>,
    clear: bool,
    /// The members before and after it. Dropped when nothing that follows needs them any more.
    before: Option<Arc<Roll>>,
    after: Option<Arc<Roll>>,
    /// The last operation, up to it, that may have changed the roll.
    last_move: Option<usize>,
    /// Operations that follow it and are not clear.
    awaited: usize,
    /// Operations to look at again when something is decided here.
    watchers: Vec<usize>,
}

/// Decides which operations are valid.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) log: &'a OpLog,
    /// By place.
    cases: Vec<Case>,
    /// By number of the account that is removed, leaves, or is given a role.
    pub(super) revocations: BTreeMap<usize, Vec<usize>>,
    /// By place of the invitation that is used.
    pub(super) admissions: BTreeMap<usize, Vec<usize>>,
    /// By place of the invitation that is ended.
    pub(super) endings: BTreeMap<usize, Vec<usize>>,
    /// Clear and valid operations that may have changed the roll.
    moves: Bits,
    /// Rolls that took long to find, by parents.
    merged: BTreeMap<Vec<usize>, Arc<Roll>>,
    queue: VecDeque<usize>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(log: &'a OpLog) -> Self {
        let mut cases: Vec<Case> = (0..log.len()).map(|_| Case::default()).collect();
        let mut revocations: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let (mut admissions, mut endings) = (revocations.clone(), revocations.clone());
        for at in log.places() {
            if let Some(subject) = log.subject(*at).filter(|_| log.op(*at).is_some_and(is_revocation)) {
                revocations.entry(subject).or_default().push(*at);
            }
            if let Some(invite) = log.invite(*at) {
                let ends = log.op(*at).is_some_and(is_revocation);
                let of_kind = if ends { &mut endings } else { &mut admissions };
                of_kind.entry(invite).or_default().push(*at);
            }
            for parent in log.parents(*at) {
                if let Some(parent) = cases.get_mut(*parent) {
                    parent.awaited = parent.awaited.saturating_add(1);
                }
            }
        }
        let queue = log.places().iter().copied().collect();
        let (moves, merged) = (Bits::default(), BTreeMap::new());
        Self { log, cases, revocations, admissions, endings, moves, merged, queue }
    }

    /// The places of what is void, ascending.
    pub(super) fn void(mut self) -> Vec<usize> {
        self.decide_what_is_clear();
        for at in self.log.places() {
            while !self.is_clear(*at) {
                self.break_circle(*at);
                self.decide_what_is_clear();
            }
        }
        let is_void = |at: &usize| self.verdict(*at) == Some(Verdict::Void);
        (0..self.log.len()).filter(is_void).collect()
    }

    pub(super) fn verdict(&self, at: usize) -> Option<Verdict> {
        self.cases.get(at).and_then(|case| case.verdict)
    }

    fn is_clear(&self, at: usize) -> bool {
        self.cases.get(at).is_some_and(|case| case.clear)
    }

    /// Decides, and sees to it that it is looked at again, as is what waited for it.
    fn settle(&mut self, at: usize, verdict: Verdict) {
        if let Some(case) = self.cases.get_mut(at) {
            case.verdict = Some(verdict);
            self.queue.push_back(at);
            self.queue.extend(case.watchers.drain(..));
        }
    }

    fn watch(&mut self, at: usize, by: usize) {
        if let Some(case) = self.cases.get_mut(at) {
            case.watchers.push(by);
        }
    }

    fn decide_what_is_clear(&mut self) {
        while let Some(at) = self.queue.pop_front() {
            self.look_at(at);
        }
    }

    /// Decides the operation if it can be, or watches what it waits for.
    fn look_at(&mut self, at: usize) {
        if self.is_clear(at) {
            return;
        }
        if let Some(parent) = self.log.parents(at).iter().find(|parent| !self.is_clear(**parent)) {
            self.watch(*parent, at);
            return;
        }
        let before = self.roll_before(at);
        if self.verdict(at).is_none() {
            match self.judge(at, &before) {
                Ok(verdict) => self.settle(at, verdict),
                Err(attacker) => {
                    self.watch(attacker, at);
                    return;
                }
            }
        }
        self.clear(at, before);
    }

    /// The verdict, or an undecided operation that it hangs on.
    fn judge(&self, at: usize, before: &Roll) -> Result<Verdict, usize> {
        if !allows(self.log, at, before, None) {
            return Ok(Verdict::Void);
        }
        if self.leaves(at) && before.is_single() {
            return Ok(Verdict::Blunt);
        }
        let attackers = self.attackers(at, Some(before));
        if attackers.iter().any(|attacker| self.verdict(*attacker) == Some(Verdict::Valid)) {
            return Ok(self.struck(at));
        }
        if let Some(attacker) = attackers.first() {
            return Err(*attacker);
        }
        match self.room(at, before) {
            Room::None => Ok(Verdict::Void),
            Room::Unless(rival) => Err(rival),
            Room::Some => Ok(Verdict::Valid),
        }
    }

    /// What becomes of an operation that is struck.
    fn struck(&self, at: usize) -> Verdict {
        if self.leaves(at) { Verdict::Blunt } else { Verdict::Void }
    }

    fn leaves(&self, at: usize) -> bool {
        self.log.op(at).is_some_and(|op| matches!(op.what, OpKind::Leave { .. }))
    }

    /// The revocations, valid or undecided, that strike the operation; if the roll is not known, that might.
    fn attackers(&self, at: usize, before: Option<&Roll>) -> Vec<usize> {
        let Some((op, author)) = self.log.op(at).zip(self.log.author(at)) else { return Vec::new() };
        let leaves = match &op.what {
            OpKind::Create { .. } => return Vec::new(),
            OpKind::Leave { .. } => true,
            _ => false,
        };
        let of_author = self.revocations.get(&author).into_iter().flatten().copied();
        let of_author = of_author.filter(|other| match self.log.op(*other).map(|op| &op.what) {
            Some(OpKind::Remove { .. }) => true,
            Some(OpKind::Leave { .. }) => !leaves,
            Some(OpKind::SetRole { role, .. }) => !leaves && !self.may_as(at, before, *role),
            _ => false,
        });
        let brings = matches!(op.what, OpKind::Add { .. } | OpKind::Admit { .. } | OpKind::SetRole { .. });
        let subject = self.log.subject(at).filter(|subject| brings && *subject != author);
        let of_subject =
            subject.and_then(|subject| self.revocations.get(&subject)).into_iter().flatten().copied();
        let of_subject = of_subject.filter(|other| {
            let op = self.log.op(*other);
            op.is_some_and(|op| matches!(op.what, OpKind::Remove { .. } | OpKind::Leave { .. }))
        });
        let strikes = |other: &usize| !matches!(self.verdict(*other), Some(Verdict::Void | Verdict::Blunt));
        of_author
            .chain(of_subject)
            .chain(self.attackers_of_invitation(at))
            .filter(|other| strikes(other) && self.log.is_concurrent(*other, at))
            .collect()
    }

    /// Whether the author could do this with the role; if the roll is not known, whether they surely could.
    fn may_as(&self, at: usize, before: Option<&Roll>, role: Role) -> bool {
        before.map_or(role == Role::Owner, |before| allows(self.log, at, before, Some(role)))
    }

    /// The members before an operation whose parents are clear.
    fn roll_before(&mut self, at: usize) -> Arc<Roll> {
        if let Some(before) = self.cases.get(at).and_then(|case| case.before.clone()) {
            return before;
        }
        let parents = self.log.parents(at);
        let near = parents.iter().find_map(|parent| self.roll_from(at, *parent));
        let roll = near.unwrap_or_else(|| {
            let known = self.merged.get(parents).cloned();
            known.unwrap_or_else(|| {
                let roll = Arc::new(
                    self.roll_of(|other| other != at && self.is_before(other, at) && self.moves.get(other)),
                );
                self.merged.insert(parents.to_vec(), Arc::clone(&roll));
                roll
            })
        });
        if let Some(case) = self.cases.get_mut(at) {
            case.before = Some(Arc::clone(&roll));
        }
        roll
    }

    fn is_before(&self, other: usize, at: usize) -> bool {
        self.log.past(at).is_some_and(|past| past.get(other))
    }

    /// That roll, if it is the one after the parent but for operations that come later than all before it.
    fn roll_from(&self, at: usize, parent: usize) -> Option<Arc<Roll>> {
        let case = self.cases.get(parent)?;
        let mut roll = case.after.clone()?;
        if self.log.parents(at).len() == 1 {
            return Some(roll);
        }
        let mut more: Vec<usize> =
            self.moves.both_without(self.log.past(at)?, self.log.past(parent)?).collect();
        let last = case.last_move.and_then(|last| self.log.time(last));
        if more.iter().any(|other| self.log.time(*other) < last) {
            return None;
        }
        more.sort_unstable_by_key(|other| self.log.time(*other));
        more.iter().for_each(|other| Arc::make_mut(&mut roll).apply(self.log, *other));
        Some(roll)
    }

    fn roll_of(&self, is_in: impl Fn(usize) -> bool) -> Roll {
        let mut roll = Roll::default();
        let places = self.log.places().iter().filter(|at| is_in(**at));
        places.for_each(|at| roll.apply(self.log, *at));
        roll
    }

    /// Notes that the operation and all before it is decided, and what it makes of the roll.
    fn clear(&mut self, at: usize, before: Arc<Roll>) {
        let about = self.log.op(at).is_some_and(|op| Roll::is_about(&op.what));
        let moves = about && self.verdict(at) != Some(Verdict::Void);
        let parents = self.log.parents(at);
        let last = parents.iter().filter_map(|parent| self.cases.get(*parent)?.last_move);
        let last = if moves { Some(at) } else { last.max_by_key(|last| self.log.time(*last)) };
        for parent in parents {
            let Some(case) = self.cases.get_mut(*parent) else { continue };
            case.awaited = case.awaited.saturating_sub(1);
            if case.awaited == 0 {
                case.after = None;
            }
        }
        let Some(case) = self.cases.get_mut(at) else { return };
        (case.clear, case.last_move, case.before) = (true, last, None);
        let mut after = before;
        if moves {
            self.moves.set(at);
            if case.awaited > 0 {
                Arc::make_mut(&mut after).apply(self.log, at);
            }
        }
        case.after = Some(after).filter(|_| case.awaited > 0);
        self.queue.extend(case.watchers.drain(..));
    }

    /// Lets one operation stand in a circle that this one is in or waits for.
    fn break_circle(&mut self, at: usize) {
        let circle = closed_circle(at, |at| self.waits_for(at));
        let open: Vec<usize> = circle.into_iter().filter(|at| self.verdict(*at).is_none()).collect();
        let Some((stands, before)) = self.choose(&open) else {
            // Not to be had: what is first in a circle has nothing undecided before it, and was found to be authorised.
            open.into_iter().for_each(|at| self.settle(at, Verdict::Void));
            return;
        };
        let attackers = if self.leaves(stands) { Vec::new() } else { self.attackers(stands, Some(&before)) };
        for attacker in attackers {
            if self.verdict(attacker).is_none() {
                self.settle(attacker, self.struck(attacker));
            }
        }
        self.settle(stands, Verdict::Valid);
    }

    /// Which of a circle stands, and the members before it.
    fn choose(&self, open: &[usize]) -> Option<(usize, Arc<Roll>)> {
        let (leavings, others): (Vec<usize>, Vec<usize>) = open.iter().partition(|at| self.leaves(**at));
        let blunt: BTreeSet<usize> = leavings.iter().flat_map(|at| self.attackers(*at, None)).collect();
        let is_left = |at: usize| self.attackers(at, None).iter().any(|attacker| self.leaves(*attacker));
        let blunt: Vec<usize> =
            others.iter().filter(|at| blunt.contains(at) && !is_left(**at)).copied().collect();
        let (revocations, others): (Vec<usize>, Vec<usize>) =
            others.iter().partition(|at| self.log.op(**at).is_some_and(is_revocation));
        [blunt, leavings, revocations, others].iter().find_map(|among| self.senior(among))
    }

    /// What has to be decided first.
    fn waits_for(&self, at: usize) -> Vec<usize> {
        let mut all: Vec<usize> =
            self.log.parents(at).iter().filter(|at| !self.is_clear(**at)).copied().collect();
        if self.verdict(at).is_none() {
            let before = self.cases.get(at).and_then(|case| case.before.as_deref());
            let attackers = self.attackers(at, before);
            all.extend(attackers.into_iter().filter(|attacker| self.verdict(*attacker).is_none()));
            if let Room::Unless(rival) = self.room(at, before.unwrap_or(&Roll::default())) {
                all.push(rival);
            }
        }
        all
    }

    /// That of the most senior author among those that are authorised, and the members before it.
    fn senior(&self, among: &[usize]) -> Option<(usize, Arc<Roll>)> {
        let ranked = among.iter().filter_map(|at| {
            let (roll, full) = self.bounds_before(*at);
            let allowed = allows(self.log, *at, &roll, None) && allows(self.log, *at, &full, None);
            let seat = self.log.author(*at).and_then(|author| roll.get(author)).filter(|_| allowed)?;
            let valid = |attacker: &usize| self.verdict(*attacker) == Some(Verdict::Valid);
            let struck = !self.leaves(*at) && self.attackers(*at, Some(&roll)).iter().any(valid);
            let full = matches!(self.room(*at, &roll), Room::None);
            (!struck && !full).then(|| ((seat.seniority(self.log), self.log.time(*at)), *at, roll))
        });
        ranked.min_by_key(|(rank, ..)| *rank).map(|(_, at, roll)| (at, roll))
    }

    /// The members before an operation without, and with, the undecided ones before it.
    fn bounds_before(&self, at: usize) -> (Arc<Roll>, Arc<Roll>) {
        if let Some(before) = self.cases.get(at).and_then(|case| case.before.as_ref()) {
            return (Arc::clone(before), Arc::clone(before));
        }
        let is_before = |other: usize| other != at && self.is_before(other, at);
        let counts = |other: usize| is_before(other) && self.verdict(other) != Some(Verdict::Void);
        let without = self.roll_of(|other| counts(other) && self.verdict(other).is_some());
        (Arc::new(without), Arc::new(self.roll_of(counts)))
    }
}

pub(super) fn is_revocation(op: &GroupOp) -> bool {
    matches!(
        op.what,
        OpKind::Remove { .. } | OpKind::Leave { .. } | OpKind::SetRole { .. } | OpKind::Uninvite { .. }
    )
}
