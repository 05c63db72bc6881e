//! Admission by invitation as far as it follows from the set of operations alone: who is let in, and who is not, whatever
//! else is written meanwhile.

use proptest::prelude::*;

use super::dag::OpError;
use super::resolve::resolve;
use super::tests::{A, B, Book, C, D, account, add, admit, invite_for, random_book, remove, role};
use crate::model::{OpId, OpKind, Role};

const E: usize = 4;

/// An owner, the admin B, the member C, and an invitation that B made.
fn invited(uses: u8) -> (Book, OpId) {
    let (mut book, last) = Book::begin(&[B]);
    let last = book.write(A, &[last], add(C, Role::Member));
    let invite = book.write(B, &[last], invite_for(Role::Member, uses));
    (book, invite)
}

fn end(invite: OpId) -> OpKind {
    OpKind::Uninvite { invite }
}

fn role_of(book: &Book, n: usize) -> Option<Role> {
    book.state().role_of(&account(n))
}

#[test]
fn any_member_lets_in_who_is_invited_and_with_the_role_that_the_invitation_lends() {
    let (mut book, invite) = invited(2);
    book.write(C, &[invite], admit(D, invite));
    assert_eq!(role_of(&book, D), Some(Role::Member));
    let reader = book.write(A, &[invite], invite_for(Role::ReadOnly, 1));
    // Whoever reads only lets in as well.
    let silenced = book.write(A, &[reader], role(C, Role::ReadOnly));
    book.write(C, &[silenced], admit(E, reader));
    assert_eq!(role_of(&book, E), Some(Role::ReadOnly));
    assert!(book.void().is_empty());
}

#[test]
fn only_who_may_add_invites_and_only_who_manages_ends_an_invitation() {
    let (mut book, invite) = invited(1);
    let mine = book.write(C, &[invite], invite_for(Role::Member, 9));
    let admitted = book.write(A, &[mine], admit(D, mine));
    let ended = book.write(C, &[invite], end(invite));
    assert_eq!(book.void(), [mine, admitted, ended].into());
    book.write(C, &[ended], admit(D, invite));
    assert!(book.has(D));
}

#[test]
fn an_invitation_ends_for_those_who_know_of_it_and_for_those_who_do_not() {
    let (mut book, invite) = invited(9);
    let before = book.write(C, &[invite], admit(D, invite));
    let ended = book.write(A, &[before], end(invite));
    let after = book.write(C, &[ended], admit(E, invite));
    assert!(book.has(D) && !book.has(E));
    assert_eq!(book.void(), [after].into());
    let (mut book, invite) = invited(9);
    book.write(A, &[invite], end(invite));
    book.write(C, &[invite], admit(D, invite));
    assert!(!book.has(D));
}

#[test]
fn an_invitation_ends_with_its_author_and_with_the_power_to_make_it() {
    for gone in [remove(B), role(B, Role::Moderator), OpKind::Leave { last_seq: 1 }] {
        let by = if matches!(gone, OpKind::Leave { .. }) { B } else { A };
        // Known before.
        let (mut book, invite) = invited(9);
        let last = book.write(by, &[invite], gone.clone());
        book.write(C, &[last], admit(D, invite));
        assert!(!book.has(D));
        // And it does not come back with them.
        let again =
            if matches!(gone, OpKind::SetRole { .. }) { role(B, Role::Admin) } else { add(B, Role::Admin) };
        let last = book.write(A, &[last], again);
        book.write(C, &[last], admit(E, invite));
        assert!(book.has(B) && !book.has(E));
        // At once.
        let (mut book, invite) = invited(9);
        let before = book.write(C, &[invite], admit(E, invite));
        book.write(by, &[before], gone);
        book.write(C, &[before], admit(D, invite));
        assert!(!book.has(D) && book.has(E));
    }
    let (mut book, invite) = invited(9);
    book.write(A, &[invite], role(B, Role::Owner));
    book.write(C, &[invite], admit(D, invite));
    assert!(book.has(D));
}

#[test]
fn who_was_removed_or_left_does_not_come_back_by_an_invitation_until_somebody_adds_them() {
    let (mut book, invite) = invited(9);
    let here = book.write(C, &[invite], admit(D, invite));
    let removed = book.write(A, &[here], remove(D));
    let back = book.write(C, &[removed], admit(D, invite));
    assert!(!book.has(D));
    // Not by one that was made later either.
    let later = book.write(A, &[back], invite_for(Role::Member, 9));
    let back = book.write(C, &[later], admit(D, later));
    assert!(!book.has(D));
    let added = book.write(A, &[back], add(D, Role::Member));
    let left = book.write(D, &[added], OpKind::Leave { last_seq: 1 });
    assert!(!book.has(D));
    let back = book.write(C, &[left], admit(D, later));
    assert!(!book.has(D));
    book.write(A, &[back], add(D, Role::Member));
    assert!(book.has(D));
    // Nor with the role that they had before it was taken from them.
    let (mut book, invite) = invited(9);
    let lowered = book.write(A, &[invite], role(C, Role::ReadOnly));
    let left = book.write(C, &[lowered], OpKind::Leave { last_seq: 1 });
    book.write(B, &[left], admit(C, invite));
    assert!(!book.has(C));
    // Nor at once with the removal.
    let (mut book, invite) = invited(9);
    let here = book.write(C, &[invite], admit(D, invite));
    book.write(A, &[here], remove(D));
    book.write(C, &[here], admit(D, invite));
    assert!(!book.has(D));
}

#[test]
fn an_invitation_lets_in_as_many_as_it_says_and_until_when_it_says() {
    let (mut book, invite) = invited(1);
    let (one, other) =
        (book.write(A, &[invite], admit(D, invite)), book.write(C, &[invite], admit(E, invite)));
    assert_eq!(book.void(), [one.max(other)].into());
    assert!(book.has(D) != book.has(E));
    // The same one twice is one.
    let (mut book, invite) = invited(1);
    let here = book.write(A, &[invite], admit(D, invite));
    book.write(C, &[invite], admit(D, invite));
    assert!(book.has(D) && book.void().is_empty());
    book.write(C, &[here], admit(E, invite));
    assert!(!book.has(E));
    // A place is not lost to somebody whose letting in is void.
    let (mut book, invite) = invited(1);
    book.write(C, &[invite], admit(D, invite));
    book.write(A, &[invite], remove(C));
    book.write(A, &[invite], admit(E, invite));
    assert!(!book.has(D) && book.has(E));
    let (mut book, invite) = invited(1);
    book.write(C, &[invite], admit(D, invite));
    book.ops.last_mut().unwrap().time_ms = 11;
    assert!(!book.has(D));
}

#[test]
fn strangers_let_nobody_in_and_nobody_by_what_is_no_invitation() {
    let (mut book, invite) = invited(1);
    let log = || {
        let (book, _) = invited(1);
        book.log()
    };
    let try_last = |book: &mut Book| log().insert(book.ops.pop().unwrap());
    book.write(E, &[invite], admit(D, invite));
    assert_eq!(try_last(&mut book), Err(OpError::Stranger));
    let first = book.ops[0].id;
    for kind in [admit(D, first), end(first), admit(D, OpId([7; 32]))] {
        book.write(C, &[invite], kind);
        assert_eq!(try_last(&mut book), Err(OpError::NoInvitation));
    }
    // One that the author does not know.
    book.write(C, &[book.ops[2].id], admit(D, invite));
    assert_eq!(try_last(&mut book), Err(OpError::NoInvitation));
}

proptest! {
    #[test]
    fn no_invitation_lets_in_more_than_it_says_nor_who_was_removed_or_left(
        choices in prop::collection::vec(any::<(usize, usize, usize, usize, usize)>(), 0..60),
    ) {
        let book = random_book(&choices);
        let log = book.log();
        let resolution = resolve(&log);
        let counts = |id: &OpId| !resolution.void.contains(id);
        for op in book.ops.iter().filter(|op| counts(&op.id)) {
            let OpKind::Invite { uses, .. } = op.what else { continue };
            let by_this = book.ops.iter().filter(|other| counts(&other.id)).filter_map(|other| match &other.what {
                OpKind::Admit { invite, account, .. } if *invite == op.id => Some(*account),
                _ => None,
            });
            prop_assert!(by_this.collect::<std::collections::BTreeSet<_>>().len() <= usize::from(uses));
        }
        for op in book.ops.iter().filter(|op| counts(&op.id)) {
            let OpKind::Admit { invite, account, .. } = &op.what else { continue };
            prop_assert!(counts(invite));
            let known = log.closure(&[op.id]);
            let ended = |other: &OpKind| matches!(other, OpKind::Uninvite { invite: of } if of == invite);
            let since_added = |removal: &OpId| book.ops.iter().any(|other| {
                let adds = matches!(&other.what, OpKind::Add { account: of, .. } if of == account);
                adds && counts(&other.id) && log.is_in(&other.id, &known)
                    && !log.is_in(&other.id, &log.closure(&[*removal]))
            });
            for other in book.ops.iter().filter(|other| counts(&other.id)) {
                let unknown_to_it = !log.is_in(&op.id, &log.closure(&[other.id]));
                prop_assert!(!(ended(&other.what) && unknown_to_it));
                let removes = matches!(&other.what, OpKind::Remove { account: of, .. } if of == account);
                // One that does not know of a removal, or is the last member's, strikes nothing that it does not know.
                let left_before = matches!(other.what, OpKind::Leave { .. })
                    && other.author == *account
                    && log.is_in(&other.id, &known);
                prop_assert!(!left_before || since_added(&other.id));
                prop_assert!(!(removes && unknown_to_it) || since_added(&other.id));
            }
        }
    }
}
