//! The membership log by itself: what concurrent operations come to, whatever order they arrive in.

use std::collections::BTreeSet;

use proptest::prelude::*;
use undertone_crypto::identity::AccountKey;

use super::dag::{OpError, OpLog};
use super::resolve::{Resolution, cut, resolve, state_at};
use crate::model::{AccountId, DeviceId, GroupOp, GroupState, History, Name, OpId, OpKind, Role};

pub(super) const A: usize = 0;
pub(super) const B: usize = 1;
pub(super) const C: usize = 2;
pub(super) const D: usize = 3;

pub(super) fn account(n: usize) -> AccountId {
    AccountKey::from_seed(&[u8::try_from(n + 1).unwrap(); 32]).id()
}

pub(super) fn device(n: usize) -> DeviceId {
    DeviceId::new([u8::try_from(n + 1).unwrap(); 16])
}

pub(super) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn create() -> OpKind {
    OpKind::Create { title: name("g"), history: History::None, envelope: [1; 32] }
}

pub(super) fn add(n: usize, role: Role) -> OpKind {
    OpKind::Add { account: account(n), device: device(n), role, name: name("x") }
}

pub(super) fn remove(n: usize) -> OpKind {
    OpKind::Remove { account: account(n), cuts: vec![(device(n), 7)], envelope: [9; 32] }
}

pub(super) fn role(n: usize, role: Role) -> OpKind {
    OpKind::SetRole { account: account(n), role }
}

pub(super) fn invite_for(role: Role, uses: u8) -> OpKind {
    OpKind::Invite { key: [3; 32], role, not_after_ms: 10, uses }
}

pub(super) fn admit(n: usize, invite: OpId) -> OpKind {
    OpKind::Admit { invite, account: account(n), device: device(n), name: name("x") }
}

fn picture(there: bool) -> OpKind {
    OpKind::SetPicture { there }
}

fn rename(title: &str) -> OpKind {
    OpKind::Rename { title: name(title) }
}

/// Writes operations by hand.
#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) ops: Vec<GroupOp>,
}

impl Book {
    /// A group of an owner and admins, in a row.
    pub(super) fn begin(admins: &[usize]) -> (Self, OpId) {
        let mut book = Self::default();
        let mut last = book.write(A, &[], create());
        for admin in admins {
            last = book.write(A, &[last], add(*admin, Role::Admin));
        }
        (book, last)
    }

    pub(super) fn write(&mut self, author: usize, parents: &[OpId], what: OpKind) -> OpId {
        let lamport = |id: &OpId| self.ops.iter().rfind(|op| op.id == *id).unwrap().lamport;
        let lamport = parents.iter().map(lamport).max().unwrap_or(0) + 1;
        let mut id = [0; 32];
        id[0] = u8::try_from(self.ops.len() * 37 % 251).unwrap();
        id[1..3].copy_from_slice(&u16::try_from(self.ops.len()).unwrap().to_be_bytes());
        let (id, mut parents) = (OpId(id), parents.to_vec());
        parents.sort();
        let (author, device) = (account(author), device(author));
        self.ops.push(GroupOp { id, parents, author, device, lamport, time_ms: 0, what });
        id
    }

    pub(super) fn log(&self) -> OpLog {
        let mut log = OpLog::default();
        self.ops.iter().for_each(|op| assert!(log.insert(op.clone()).unwrap()));
        log
    }

    pub(super) fn state(&self) -> GroupState {
        resolve(&self.log()).state.unwrap()
    }

    pub(super) fn void(&self) -> BTreeSet<OpId> {
        resolve(&self.log()).void
    }

    pub(super) fn has(&self, n: usize) -> bool {
        self.state().members.contains_key(&account(n))
    }
}

#[test]
fn concurrent_membership() {
    // Adding one and removing another at once: both count.
    let (mut book, last) = Book::begin(&[B, C]);
    book.write(A, &[last], add(D, Role::Member));
    book.write(B, &[last], remove(C));
    assert!(book.has(D) && !book.has(C));

    // Each removes the other: the senior one stays.
    let (mut book, last) = Book::begin(&[B, C]);
    book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(B));
    assert!(book.has(B) && !book.has(C));

    // In a circle of three, the most senior one stays, and who removed whom it removed is undone.
    let (mut book, last) = Book::begin(&[B, C, D]);
    book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(D));
    book.write(D, &[last], remove(B));
    assert!(book.has(B) && !book.has(C) && book.has(D));

    // What a removed admin did meanwhile is void; what it did before counts.
    let (mut book, last) = Book::begin(&[B, C]);
    let before = book.write(C, &[last], add(D, Role::Member));
    book.write(C, &[before], rename("mine"));
    book.write(B, &[before], remove(C));
    assert!(book.has(D) && book.state().title == name("g"));

    // A removal wins over adding the same person again at once, but not over adding later.
    let (mut book, last) = Book::begin(&[B, C]);
    let removed = book.write(A, &[last], remove(C));
    book.write(B, &[last], add(C, Role::Member));
    assert!(!book.has(C));
    book.write(B, &[removed], add(C, Role::Member));
    assert!(book.has(C) && book.state().role_of(&account(C)) == Some(Role::Member));

    // What an admin did while being made a member is void.
    let (mut book, last) = Book::begin(&[B, C]);
    book.write(A, &[last], role(B, Role::Member));
    book.write(B, &[last], remove(C));
    assert!(book.has(C));

    // Both rename: the later by Lamport time and name.
    let (mut book, last) = Book::begin(&[B, C]);
    let one = book.write(B, &[last], rename("one"));
    let two = book.write(C, &[last], rename("two"));
    assert_eq!(book.state().title, name(if one > two { "one" } else { "two" }));
}

#[test]
fn who_was_added_by_somebody_removed_meanwhile_is_no_member_and_nobody_of_theirs() {
    let (mut book, last) = Book::begin(&[B, C]);
    let added = book.write(C, &[last], add(D, Role::Moderator));
    book.write(D, &[added], rename("theirs"));
    book.write(B, &[last], remove(C));
    assert!(!book.has(D) && book.state().title == name("g"));
}

#[test]
fn group_ghost_member() {
    // By somebody who is no admin, by somebody outside, by a device that is not the member's.
    let (mut book, last) = Book::begin(&[B]);
    let member = book.write(A, &[last], add(C, Role::Member));
    book.write(C, &[member], add(D, Role::Member));
    // An admin adds no admins.
    book.write(B, &[member], add(D, Role::Admin));
    assert!(!book.has(D));
    let ghost = book.write(B, &[member], add(D, Role::Member));
    let ghost = book.ops.iter_mut().find(|op| op.id == ghost).unwrap();
    ghost.device = device(D);
    assert!(!book.has(D));
    // With parents nobody knows.
    let mut log = book.log();
    let mut op = book.ops[1].clone();
    (op.id, op.parents, op.lamport) = (OpId([77; 32]), vec![OpId([78; 32])], 9);
    op.what = add(D, Role::Member);
    assert_eq!(log.insert(op.clone()), Err(OpError::Unknown));
    assert!(!resolve(&log).state.unwrap().members.contains_key(&account(D)));
    // By a stranger.
    (op.id, op.parents, op.author, op.device) = (OpId([77; 32]), vec![member], account(D), device(D));
    assert_eq!(log.insert(op), Err(OpError::Stranger));
}

#[test]
fn there_is_an_owner_as_long_as_there_are_members() {
    let (mut book, last) = Book::begin(&[B, C]);
    let left = book.write(A, &[last], OpKind::Leave { last_seq: 4 });
    assert_eq!(book.state().role_of(&account(B)), Some(Role::Owner));
    let left = book.write(B, &[left], OpKind::Leave { last_seq: 4 });
    assert_eq!(book.state().role_of(&account(C)), Some(Role::Owner));
    book.write(C, &[left], OpKind::Leave { last_seq: 4 });
    assert!(book.state().members.is_empty());
}

#[test]
fn what_was_written_before_a_removal_counts_as_far_as_the_remover_had_seen_it() {
    let (mut book, last) = Book::begin(&[B]);
    let removed = book.write(A, &[last], remove(B));
    let log = book.log();
    let resolution = resolve(&log);
    let who = (account(B), device(B));
    assert_eq!(cut(&log, &resolution, who, &[last]), Some(7));
    assert_eq!(cut(&log, &resolution, (account(B), device(C)), &[last]), Some(0));
    assert_eq!(cut(&log, &resolution, (account(A), device(A)), &[last]), None);
    assert!(state_at(&log, &resolution, &[last]).unwrap().members.contains_key(&account(B)));
    assert!(!state_at(&log, &resolution, &[removed]).unwrap().members.contains_key(&account(B)));
    // Added again, they are heard again, and what they wrote under the old membership is cut as before.
    let again = book.write(A, &[removed], add(B, Role::Member));
    let log = book.log();
    let resolution = resolve(&log);
    assert_eq!(cut(&log, &resolution, who, &[again]), None);
    assert_eq!(cut(&log, &resolution, who, &[last]), Some(7));
}

#[test]
fn another_beginning_changes_nothing() {
    // Of one who was removed.
    let (mut book, last) = Book::begin(&[B, C]);
    let owner = book.write(A, &[last], role(B, Role::Owner));
    let removed = book.write(B, &[owner], remove(A));
    let expected = book.state();
    let second = book.write(A, &[], create());
    book.write(A, &[second], remove(B));
    let added = book.write(A, &[second], add(D, Role::Admin));
    book.write(D, &[added], rename("theirs"));
    book.write(A, &[second], rename("mine"));
    book.write(A, &[second], OpKind::Leave { last_seq: 0 });
    let state = book.state();
    assert_eq!((&state.title, state.envelope), (&expected.title, expected.envelope));
    assert_eq!(state.order, expected.order);
    // Whoever knew another one first goes by that, and both meet.
    let (mut book, last) = Book::begin(&[B]);
    let second = book.write(A, &[], create());
    let added = book.write(A, &[second], add(C, Role::Admin));
    book.write(C, &[added], rename("c"));
    assert_eq!(book.state().title, name("c"));
    book.write(C, &[added, last], remove(B));
    assert!(!book.has(B) && book.has(C) && book.void().is_empty());
    assert!(book.has(A) && !removed.0.is_empty());
}

#[test]
fn seniority_is_that_of_the_membership_and_not_of_void_addings() {
    let (mut book, last) = Book::begin(&[]);
    let first = book.write(A, &[last], add(D, Role::Member));
    let last = book.write(A, &[first], add(B, Role::Admin));
    let last = book.write(A, &[last], add(C, Role::Admin));
    // No admin, but earlier than the adding of B.
    let forged = book.write(D, &[first], add(C, Role::Admin));
    let forged = book.ops.iter_mut().find(|op| op.id == forged).unwrap();
    let early = OpId(std::array::from_fn(|at| u8::from(at == 31)));
    forged.id = early;
    book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(B));
    assert!(book.has(B) && !book.has(C) && book.void().contains(&early));
    // Added again, one is as junior as that makes them.
    let (mut book, last) = Book::begin(&[B, C]);
    let removed = book.write(A, &[last], remove(B));
    let again = book.write(A, &[removed], add(B, Role::Admin));
    book.write(B, &[again], remove(C));
    book.write(C, &[again], remove(B));
    assert!(!book.has(B) && book.has(C));
}

#[test]
fn who_leaves_does_nothing_more_meanwhile_and_is_not_brought_back() {
    let leave = || OpKind::Leave { last_seq: 4 };
    let (mut book, last) = Book::begin(&[B, C]);
    let before = book.write(C, &[last], rename("before"));
    book.write(C, &[before], leave());
    let ghost = book.write(C, &[before], add(D, Role::Member));
    book.write(D, &[ghost], rename("ghost"));
    let again = book.write(A, &[before], add(C, Role::Admin));
    let promoted = book.write(A, &[before], role(C, Role::Owner));
    assert!(!book.has(C) && !book.has(D) && book.state().title == name("before"));
    assert!(book.void().contains(&again) && book.void().contains(&promoted));
    // Leaving itself is never struck, but who was removed undoes nothing by it.
    let (mut book, last) = Book::begin(&[B, C]);
    let added = book.write(C, &[last], add(D, Role::Member));
    let left = book.write(C, &[last], leave());
    assert!(!book.has(D));
    book.write(B, &[added], remove(C));
    assert!(book.has(D) && !book.has(C) && !book.void().contains(&left));
}

#[test]
fn a_role_given_while_its_account_goes_is_void() {
    let (mut book, last) = Book::begin(&[B, C]);
    let given = book.write(A, &[last], role(C, Role::Owner));
    let removed = book.write(B, &[last], remove(C));
    assert!(book.void().contains(&given));
    // Else it would make an admin of a reader.
    book.write(B, &[removed], add(C, Role::ReadOnly));
    assert_eq!(book.state().role_of(&account(C)), Some(Role::ReadOnly));
}

#[test]
fn circles_are_broken_where_nothing_else_is_undecided() {
    // A, most senior, removes B knowing what hangs on B's removal of C: B's, in the same circle, gives way.
    let (mut book, last) = Book::begin(&[B, C, D]);
    let first = book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(D));
    let third = book.write(D, &[last], rename("d"));
    book.write(A, &[third], remove(B));
    assert!(!book.has(B) && book.has(C) && !book.has(D) && book.void().contains(&first));
    // C and D remove each other, and B, who would win against D, is removed by A meanwhile.
    let (mut book, last) = Book::begin(&[B, C, D]);
    book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(D));
    book.write(D, &[last], remove(C));
    book.write(A, &[last], remove(B));
    assert!(!book.has(B) && book.has(C) && !book.has(D));
    // The circle of A and B hangs on nothing; that of C and D hangs on it.
    let (mut book, last) = Book::begin(&[B, C, D]);
    book.write(A, &[last], remove(B));
    let theirs = book.write(B, &[last], remove(A));
    let strikes = book.write(B, &[last], remove(C));
    book.write(C, &[last], remove(D));
    book.write(D, &[last], remove(C));
    assert_eq!(book.void().len(), 3);
    assert!(book.void().contains(&theirs) && book.void().contains(&strikes) && book.has(C) && !book.has(D));
}

#[test]
fn op_flood_and_dag_bomb() {
    let (book, last) = Book::begin(&[B]);
    let mut log = book.log();
    let mut op = book.ops[1].clone();
    op.what = rename("x");
    // Times that do not fit.
    (op.id, op.parents, op.lamport) = (OpId([50; 32]), vec![last], 1);
    assert_eq!(log.insert(op.clone()), Err(OpError::Lamport));
    op.lamport = u64::MAX;
    assert_eq!(log.insert(op.clone()), Err(OpError::Lamport));
    op.lamport = 2 + (1 << 32) + 1;
    assert_eq!(log.insert(op.clone()), Err(OpError::Lamport));
    op.parents = vec![];
    assert_eq!(log.insert(op.clone()), Err(OpError::Parents));
    // Parents twice, out of order, too many.
    let first = book.ops[0].id;
    for parents in [vec![last, last], vec![last.max(first), last.min(first)], vec![last; 9]] {
        op.parents = parents;
        assert_eq!(log.insert(op.clone()), Err(OpError::Parents));
    }
    (op.what, op.parents, op.lamport) = (create(), vec![], 2);
    assert_eq!(log.insert(op.clone()), Err(OpError::Lamport));
    // As far as the clock of messages may have gone meanwhile; then as many by one author as there may be.
    (op.what, op.parents, op.lamport) = (rename("x"), vec![last], 2 + (1 << 32));
    assert_eq!(log.insert(op.clone()), Ok(true));
    let refused = (0..2_000_u32).find_map(|n| {
        (op.parents, op.lamport) = (vec![op.id], op.lamport + 1);
        op.id.0[1..5].copy_from_slice(&(n + 1).to_be_bytes());
        log.insert(op.clone()).err().map(|error| (n, error))
    });
    assert_eq!(refused, Some((1_997, OpError::TooMany)));
    // Long and wide logs come to something in good time.
    let (mut book, mut last) = Book::begin(&[B, C]);
    for i in 0..300 {
        let wide: Vec<_> = (0..4).map(|_| book.write([A, B, C][i % 3], &[last], rename("y"))).collect();
        last = book.write(A, &wide, rename("z"));
    }
    assert_eq!(book.state().title, name("z"));
}

/// One of the invitations, or none: one that is still to be made.
fn invitation(book: &Book, choice: usize) -> Option<OpId> {
    let invitations = book.ops.iter().filter(|op| matches!(op.what, OpKind::Invite { .. }));
    let invitations: Vec<OpId> = invitations.map(|op| op.id).collect();
    invitations.get(choice % (invitations.len() + 2)).copied()
}

/// A random log: each operation by anybody of the group, knowing any of those before.
pub(super) fn random_book(choices: &[(usize, usize, usize, usize, usize)]) -> Book {
    let (mut book, _) = Book::begin(&[B, C]);
    let mut log = book.log();
    for (author, kind, target, one, other) in choices {
        let known = book.ops.len();
        let mut parents = vec![book.ops[one % known].id, book.ops[(known - 1) - other % known.min(4)].id];
        parents.sort();
        parents.dedup();
        let target = target % 5;
        let invite = invitation(&book, *other).filter(|_| kind % 10 > 7);
        // Whoever ends an invitation or lets somebody in by it knows of it.
        parents.extend(invite.filter(|invite| !parents.contains(invite)));
        parents.sort();
        let what = match kind % 10 {
            8 | 9 if invite.is_none() => invite_for(Role::Member, 1 + u8::try_from(kind % 2).unwrap()),
            8 if kind % 3 == 0 => OpKind::Uninvite { invite: invite.unwrap() },
            8 | 9 => admit(target, invite.unwrap()),
            0 | 1 => add(target, if kind % 3 == 0 { Role::Admin } else { Role::Member }),
            2 | 3 => remove(target),
            4 => role(target, [Role::Member, Role::Admin, Role::Owner][kind % 3]),
            5 => OpKind::Leave { last_seq: 1 },
            6 if kind % 3 == 0 => picture(kind % 2 == 0),
            6 => rename(&format!("t{known}")),
            _ if kind % 3 == 0 => {
                parents.clear();
                create()
            }
            _ => role(target, Role::Admin),
        };
        let author = if parents.is_empty() { A } else { author % 5 };
        book.write(author, &parents, what);
        // Strangers are not heard.
        if log.insert(book.ops.last().unwrap().clone()).is_err() {
            book.ops.pop();
        }
    }
    book
}

proptest! {
    #[test]
    fn the_set_of_operations_decides_and_not_their_order(
        choices in prop::collection::vec(any::<(usize, usize, usize, usize, usize)>(), 0..40),
        shuffle in prop::collection::vec(any::<usize>(), 30),
    ) {
        let book = random_book(&choices);
        let expected = resolve(&book.log());
        let mut ops = book.ops.clone();
        for i in (1..ops.len()).rev() {
            ops.swap(i, shuffle[i % shuffle.len()] % (i + 1));
        }
        let mut log = OpLog::default();
        // Whatever order they come in, those without their parents are asked for again.
        while log.len() < book.ops.len() {
            ops.retain(|op| log.insert(op.clone()).is_err());
        }
        let other = resolve(&log);
        let (mut grown, mut log) = (Resolution::default(), OpLog::default());
        for op in &book.ops {
            log.insert(op.clone()).unwrap();
            grown.extend(&log);
        }
        prop_assert_eq!((&grown.void, &grown.state), (&expected.void, &expected.state));
        prop_assert_eq!(&other.void, &expected.void);
        prop_assert_eq!(&other.state, &expected.state);
        let state = expected.state.unwrap();
        let owners = state.members.values().filter(|member| member.role == Role::Owner).count();
        prop_assert!(owners > 0 || state.members.is_empty());
        prop_assert_eq!(state.order.len(), state.members.len());
    }

    #[test]
    fn nobody_comes_back_without_being_added_by_somebody_who_knew(
        choices in prop::collection::vec(any::<(usize, usize, usize, usize, usize)>(), 0..40),
    ) {
        let book = random_book(&choices);
        let log = book.log();
        let resolution = resolve(&log);
        let state = resolution.state.as_ref().unwrap();
        for removal in book.ops.iter().filter(|op| !resolution.void.contains(&op.id)) {
            let OpKind::Remove { account, .. } = &removal.what else { continue };
            if let Some(member) = state.members.get(account) {
                let known = log.closure(&[member.since]);
                prop_assert!(log.is_in(&removal.id, &known) || !log.is_in(&member.since, &log.closure(&[removal.id])));
            }
        }
    }
}
