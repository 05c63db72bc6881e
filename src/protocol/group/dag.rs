//! The operations of one group and which of them knew of which: a set that grows, whatever order they come in.
//! Knows who they name, and not what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, GroupOp, OpId, OpKind};

/// The operations of a group.
///
/// What is refused depends on an operation and its past alone, but for the two bounds on numbers: whoever makes more
/// operations than those allow makes logs that differ.
#[derive(Debug, Default)]
pub(in crate::protocol) struct OpLog {
    /// Parents first.
    ops: Vec<GroupOp>,
    at: BTreeMap<OpId, usize>,
    /// Of each operation what it stands among.
    ties: Vec<Ties>,
    /// Places by (Lamport time, name).
    order: Vec<usize>,
    heads: BTreeSet<OpId>,
    accounts: BTreeMap<AccountId, usize>,
    /// By number of the account.
    people: Vec<Person>,
}

/// What an operation stands among.
#[derive(Debug)]
struct Ties {
    /// Those before it, itself included.
    past: Bits,
    parents: Vec<usize>,
    author: usize,
    subject: Option<usize>,
    /// The invitation that it uses or ends.
    invite: Option<usize>,
}

#[derive(Debug, Default)]
struct Person {
    /// How many operations are theirs.
    made: usize,
    /// How many of them are pictures.
    pictures: usize,
    /// Where they begin the group, or are added.
    brought: Vec<usize>,
}

/// An operation that cannot be one of this group's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::protocol) enum OpError {
    /// A first operation has no parents, any other has up to eight, ascending.
    #[error("the parents do not fit the operation")]
    Parents,
    /// It is not 1 for a first operation, nor above those of the parents by at most 2^32; or at the end of numbers.
    #[error("the Lamport time does not fit the parents'")]
    Lamport,
    /// Parents that are not there: whoever sends operations sends parents first.
    #[error("a parent is not there")]
    Unknown,
    /// Nothing before it begins the group with its author, or adds them.
    #[error("the author was never added")]
    Stranger,
    /// Nothing before it is the invitation that it uses or ends.
    #[error("the invitation is not there")]
    NoInvitation,
    /// More than people make, in all or by this author.
    #[error("too many operations")]
    TooMany,
}

impl OpLog {
    /// Adds an operation whose signature was checked; whether it is new.
    ///
    /// # Errors
    /// [`OpError`]; nothing was changed.
    pub(in crate::protocol) fn insert(&mut self, op: GroupOp) -> Result<bool, OpError> {
        if self.at.contains_key(&op.id) {
            return Ok(false);
        }
        let parents = self.parents_of(&op)?;
        let mut past = Bits::default();
        parents.iter().filter_map(|parent| self.ties.get(*parent)).for_each(|ties| past.join(&ties.past));
        self.admit(&op, &past)?;
        let invite = self.invite_of(&op, &past)?;
        let (id, at) = (op.id, self.ops.len());
        past.set(at);
        for parent in &op.parents {
            self.heads.remove(parent);
        }
        self.heads.insert(id);
        self.at.insert(id, at);
        let author = self.number(op.author);
        let subject = subject(&op).map(|account| self.number(account));
        if let Some(person) = self.people.get_mut(author) {
            person.made = person.made.saturating_add(1);
            person.pictures = person.pictures.saturating_add(is_picture(&op).into());
        }
        let brought = subject.filter(|_| is_bringing(&op));
        if let Some(person) = brought.and_then(|subject| self.people.get_mut(subject)) {
            person.brought.push(at);
        }
        let time = Some((op.lamport, op.id));
        self.order.insert(self.order.partition_point(|other| self.time(*other) < time), at);
        self.ties.push(Ties { past, parents, author, subject, invite });
        self.ops.push(op);
        Ok(true)
    }

    /// The places of the parents, if these and the Lamport time are as they should be.
    fn parents_of(&self, op: &GroupOp) -> Result<Vec<usize>, OpError> {
        let ascending = op.parents.iter().zip(op.parents.iter().skip(1)).all(|(one, next)| one < next);
        let first = matches!(op.what, OpKind::Create { .. });
        if op.parents.is_empty() != first || op.parents.len() > MAX_PARENTS || !ascending {
            return Err(OpError::Parents);
        }
        let parents: Vec<usize> = op.parents.iter().filter_map(|id| self.place(id)).collect();
        if parents.len() < op.parents.len() {
            return Err(OpError::Unknown);
        }
        let last = parents.iter().filter_map(|at| self.ops.get(*at)).map(|op| op.lamport).max().unwrap_or(0);
        let most = if first { 1 } else { last.saturating_add(MAX_JUMP).min(MAX_LAMPORT) };
        if op.lamport <= last || op.lamport > most {
            return Err(OpError::Lamport);
        }
        Ok(parents)
    }

    /// Whether the author may be heard at all.
    fn admit(&self, op: &GroupOp, past: &Bits) -> Result<(), OpError> {
        let author = self.accounts.get(&op.author).and_then(|author| self.people.get(*author));
        let made = author.map_or(0, |author| author.made);
        let pictures = author.map_or(0, |author| author.pictures);
        let too_many_pictures = is_picture(op) && pictures >= MAX_PICTURES;
        if self.ops.len() >= MAX_OPS || made >= MAX_BY_ONE || too_many_pictures {
            return Err(OpError::TooMany);
        }
        let known = author.is_some_and(|author| author.brought.iter().any(|at| past.get(*at)));
        if known || matches!(op.what, OpKind::Create { .. }) { Ok(()) } else { Err(OpError::Stranger) }
    }

    /// The place of the invitation that the operation uses or ends: one before it.
    fn invite_of(&self, op: &GroupOp, past: &Bits) -> Result<Option<usize>, OpError> {
        let (OpKind::Admit { invite, .. } | OpKind::Uninvite { invite }) = &op.what else { return Ok(None) };
        let is_one = |at: &usize| self.op(*at).is_some_and(|op| matches!(op.what, OpKind::Invite { .. }));
        let place = self.place(invite).filter(|at| past.get(*at) && is_one(at));
        place.map(Some).ok_or(OpError::NoInvitation)
    }

    fn number(&mut self, account: AccountId) -> usize {
        let next = self.people.len();
        let number = *self.accounts.entry(account).or_insert(next);
        if number == next {
            self.people.push(Person::default());
        }
        number
    }

    /// How many there are.
    pub(in crate::protocol) fn len(&self) -> usize {
        self.ops.len()
    }

    /// The operation with this name.
    pub(in crate::protocol) fn get(&self, id: &OpId) -> Option<&GroupOp> {
        self.place(id).and_then(|at| self.ops.get(at))
    }

    /// The operations that nothing follows, sorted.
    pub(in crate::protocol) fn heads(&self) -> Vec<OpId> {
        self.heads.iter().copied().collect()
    }

    /// All operations, parents first; ties by Lamport time and name, so the order is that of the set.
    pub(in crate::protocol) fn in_order(&self) -> Vec<&GroupOp> {
        self.order.iter().filter_map(|at| self.ops.get(*at)).collect()
    }

    /// What somebody knew who knew these operations. Ones that are not there count for nothing.
    pub(in crate::protocol) fn closure(&self, heads: &[OpId]) -> Closure {
        let mut bits = Bits::default();
        let places = heads.iter().filter_map(|id| self.place(id));
        places.filter_map(|at| self.past(at)).for_each(|past| bits.join(past));
        Closure(bits)
    }

    /// Whether the operation is in the closure.
    pub(in crate::protocol) fn is_in(&self, id: &OpId, closure: &Closure) -> bool {
        self.place(id).is_some_and(|at| closure.0.get(at))
    }

    /// Whether somebody who knows these operations has heard that an account takes part, or did.
    pub(super) fn brings(&self, heads: &[OpId], account: &AccountId) -> bool {
        let person = self.accounts.get(account).and_then(|number| self.people.get(*number));
        let Some(person) = person.filter(|person| !person.brought.is_empty()) else { return false };
        let known = self.closure(heads);
        person.brought.iter().any(|at| known.0.get(*at))
    }

    /// What is missing to somebody who knows these, parents first.
    pub(in crate::protocol) fn since(&self, heads: &[OpId]) -> Vec<OpId> {
        let known = self.closure(heads);
        let missing = self.ops.iter().enumerate().filter(|(at, _)| !known.0.get(*at));
        missing.map(|(_, op)| op.id).collect()
    }

    /// Whether all of these are there.
    pub(in crate::protocol) fn contains_all(&self, ids: &[OpId]) -> bool {
        ids.iter().all(|id| self.at.contains_key(id))
    }
}

/// By place: where an operation stands in this log, which says nothing to another log; and by number of an account.
impl OpLog {
    pub(super) fn place(&self, id: &OpId) -> Option<usize> {
        self.at.get(id).copied()
    }

    pub(super) fn op(&self, at: usize) -> Option<&GroupOp> {
        self.ops.get(at)
    }

    /// All places, in the order of [`OpLog::in_order`].
    pub(super) fn places(&self) -> &[usize] {
        &self.order
    }

    /// What the order goes by.
    pub(super) fn time(&self, at: usize) -> Option<(u64, OpId)> {
        self.ops.get(at).map(|op| (op.lamport, op.id))
    }

    pub(super) fn parents(&self, at: usize) -> &[usize] {
        self.ties.get(at).map_or(&[], |ties| &ties.parents)
    }

    /// The operation, and those before it.
    pub(super) fn past(&self, at: usize) -> Option<&Bits> {
        self.ties.get(at).map(|ties| &ties.past)
    }

    /// Whether neither of two knew of the other.
    pub(super) fn is_concurrent(&self, a: usize, b: usize) -> bool {
        let is_upto = |a, b| self.past(b).is_some_and(|past| past.get(a));
        !is_upto(a, b) && !is_upto(b, a)
    }

    pub(super) fn author(&self, at: usize) -> Option<usize> {
        self.ties.get(at).map(|ties| ties.author)
    }

    /// Whose membership it is about.
    pub(super) fn subject(&self, at: usize) -> Option<usize> {
        self.ties.get(at).and_then(|ties| ties.subject)
    }

    /// The invitation that it uses or ends.
    pub(super) fn invite(&self, at: usize) -> Option<usize> {
        self.ties.get(at).and_then(|ties| ties.invite)
    }

    pub(super) fn number_of(&self, account: &AccountId) -> Option<usize> {
        self.accounts.get(account).copied()
    }

    /// All accounts that are named, with their numbers.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (&AccountId, usize)> {
        self.accounts.iter().map(|(account, number)| (account, *number))
    }

    /// Whether anything before the operation brings the account into the group, void or not.
    pub(super) fn knew(&self, at: usize, account: usize) -> bool {
        let brought = self.people.get(account).map(|person| &person.brought);
        self.past(at).zip(brought).is_some_and(|(past, brought)| brought.iter().any(|at| past.get(*at)))
    }
}

/// Whose membership an operation is about.
fn subject(op: &GroupOp) -> Option<AccountId> {
    match &op.what {
        OpKind::Create { .. } | OpKind::Leave { .. } => Some(op.author),
        OpKind::Add { account, .. }
        | OpKind::Admit { account, .. }
        | OpKind::Remove { account, .. }
        | OpKind::SetRole { account, .. } => Some(*account),
        OpKind::Rename { .. }
        | OpKind::SetPicture { .. }
        | OpKind::SetPolicy { .. }
        | OpKind::Invite { .. }
        | OpKind::Uninvite { .. }
        | OpKind::EnvelopeChange { .. } => None,
    }
}

/// Whether an operation lets its author or somebody else into the group.
const fn is_bringing(op: &GroupOp) -> bool {
    matches!(op.what, OpKind::Create { .. } | OpKind::Add { .. } | OpKind::Admit { .. })
}

const fn is_picture(op: &GroupOp) -> bool {
    matches!(op.what, OpKind::SetPicture { there: true })
}

/// A set of operations with all that is before them.
#[derive(Debug)]
pub(in crate::protocol) struct Closure(Bits);

impl Closure {
    pub(super) const fn bits(&self) -> &Bits {
        &self.0
    }
}

/// A set of places.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn get(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    pub(super) fn set(&mut self, at: usize) {
        let word = at / 64;
        if self.0.len() <= word {
            self.0.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (at % 64);
        }
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    /// Whether all places below `end` are in it.
    pub(super) fn is_full(&self, end: usize) -> bool {
        (0..end / 64).all(|word| self.0.get(word) == Some(&u64::MAX))
            && ((end / 64).saturating_mul(64)..end).all(|at| self.get(at))
    }

    /// What is in this and in `other`, but not in `less`: ascending.
    pub(super) fn both_without(&self, other: &Self, less: &Self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().zip(&other.0).zip(less.0.iter().chain(std::iter::repeat(&0)));
        let words = words.map(|((one, other), less)| one & other & !less).enumerate();
        words.filter(|(_, word)| *word != 0).flat_map(|(at, word)| {
            (0..64_usize)
                .filter(move |bit| word & (1 << bit) != 0)
                .map(move |bit| at.saturating_mul(64).saturating_add(bit))
        })
    }
}

/// Operations of one group: people change a group by hand.
const MAX_OPS: usize = 20_000;
/// Of them by one author.
const MAX_BY_ONE: usize = 2_000;
/// Of them pictures, which are ten times as long as the others.
const MAX_PICTURES: usize = 200;
/// Operations that one follows directly.
const MAX_PARENTS: usize = 8;
/// The Lamport clock is that of messages too: so many may have been written since the parents.
const MAX_JUMP: u64 = 1 << 32;
/// Lamport times stay below the numbers that rows of operations are marked with.
const MAX_LAMPORT: u64 = (1 << 62) - 1;
