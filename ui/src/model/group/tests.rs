//! Who holds the same history, what roles may do, and what system lines say.

use super::super::example::{self, account, agreeing, changed, contact, group, group_chat, member};
use super::*;

const CLUB: u8 = 20;

fn world() -> World {
    let mut world = World::new(example::profile());
    world.set_contacts(vec![contact(1, "Bora")]);
    world.set_chats(vec![group_chat(CLUB, "Club", 0, None)]);
    let others = vec![member(1, "bora.k", Role::Admin), member(2, "Chan", Role::Member)];
    world.set_group(group(CLUB, "Club", others));
    world
}

fn said(change: GroupChange, by: u8) -> (Who, Deed) {
    let line = line(&world(), &changed(CLUB, 1, by, change));
    (line.by, line.deed)
}

fn named(name: &str) -> Who {
    Who::Named(name.to_owned())
}

#[test]
fn people_are_called_as_we_call_them_then_as_the_group_does() {
    let (by, deed) = said(GroupChange::Removed(account(2)), 1);
    assert_eq!((by, deed), (named("Bora"), Deed::Removed(named("Chan"))));
    let (by, deed) = said(GroupChange::Added(account(9)), 0);
    assert_eq!((by, deed), (Who::Me, Deed::Added(Who::Unknown)));
    assert_eq!(said(GroupChange::Role(example::me(), Role::Admin), 1).1, Deed::Role(Who::Me, Role::Admin));
}

#[test]
fn a_title_cannot_turn_a_line_around() {
    let (_, deed) = said(GroupChange::Renamed("a\u{202e}b".into()), 1);
    assert_eq!(deed, Deed::Renamed("ab".into()));
}

#[test]
fn a_line_without_a_change_is_of_a_newer_version() {
    let message = Message { change: None, ..changed(CLUB, 1, 1, GroupChange::Left) };
    assert_eq!(line(&world(), &message).deed, Deed::Unknown);
}

#[test]
fn a_line_in_a_log_shows_no_name() {
    let line = line(&world(), &changed(CLUB, 1, 1, GroupChange::Left));
    assert!(!format!("{line:?}").contains("Bora"));
}

#[test]
fn the_same_history_is_said_only_of_those_who_have_told() {
    let none = group(CLUB, "Club", vec![member(1, "Bora", Role::Member), member(2, "Chan", Role::Member)]);
    assert_eq!(agreement(&none), Agreement::Unknown);
    let one =
        group(CLUB, "Club", vec![agreeing(member(1, "Bora", Role::Member)), member(2, "Chan", Role::Member)]);
    assert_eq!(agreement(&one), Agreement::Same { same: 1, of: 2 });
    assert_eq!(agreement(&group(CLUB, "Club", vec![])), Agreement::Alone);
    assert_eq!(agreement(&Group { role: None, ..one }), Agreement::Alone);
}

#[test]
fn what_we_lack_is_said_before_what_others_lack() {
    let lacks = |n, name: &str, they_lack, we_lack| GroupMember {
        same: Some(false),
        they_lack,
        we_lack,
        ..member(n, name, Role::Member)
    };
    let of = |others| agreement(&group(CLUB, "Club", others));
    assert_eq!(of(vec![lacks(1, "Bora", 3, 0)]), Agreement::Lacks("Bora".into(), 3));
    assert_eq!(of(vec![lacks(1, "Bora", 3, 0), lacks(2, "Chan", 1, 0)]), Agreement::Lack(2));
    assert_eq!(of(vec![lacks(1, "Bora", 3, 0), lacks(2, "Chan", 0, 2)]), Agreement::WeLack(2));
    assert_eq!(of(vec![lacks(1, "Bora", 0, 0)]), Agreement::Differ);
    let waiting = Group { waiting: 4, ..group(CLUB, "Club", vec![lacks(1, "Bora", 3, 0)]) };
    assert_eq!(agreement(&waiting), Agreement::Waiting(4));
}

#[test]
fn what_cannot_be_read_is_told_with_the_name_of_its_author_if_there_is_one() {
    let waits = |n, name: &str, waiting| GroupMember { waiting, ..member(n, name, Role::Member) };
    let of = |waiting, others| unreadable(&Group { waiting, ..group(CLUB, "Club", others) });
    assert_eq!(of(0, vec![waits(1, "Bora", 0)]), None);
    let one = of(3, vec![waits(1, "Bora", 3), waits(2, "Chan", 0)]);
    assert_eq!(one, Some(Unreadable { count: 3, name: Some("Bora".into()) }));
    assert_eq!(of(5, vec![waits(1, "Bora", 3)]), Some(Unreadable { count: 5, name: None }));
    assert_eq!(of(4, vec![waits(1, "Bora", 3), waits(2, "Chan", 1)]).map(|all| all.name), Some(None));
}

#[test]
fn whoever_only_reads_or_is_out_cannot_write() {
    let ours = group(CLUB, "Club", vec![]);
    assert_eq!(closed(&ours), None);
    assert_eq!(closed(&Group { role: Some(Role::ReadOnly), ..ours.clone() }), Some(Closed::ReadOnly));
    assert_eq!(closed(&Group { role: None, ..ours }), Some(Closed::Out));
}

#[test]
fn roles_are_offered_that_may_be_given() {
    let all = [Role::ReadOnly, Role::Member, Role::Moderator, Role::Owner];
    assert_eq!(roles(Some(Role::Owner), Role::Admin), all);
    assert_eq!(roles(Some(Role::Admin), Role::Member), [Role::ReadOnly, Role::Moderator]);
    assert_eq!(roles(Some(Role::Admin), Role::Admin), []);
    assert_eq!(roles(Some(Role::Member), Role::Member), []);
    assert_eq!(roles(None, Role::Member), []);
}

#[test]
fn those_whose_numbers_were_compared_are_counted_without_us() {
    let vouched = |n, verified| GroupMember { verified, ..member(n, "Chan", Role::Member) };
    let counted = |others| verified(&group(CLUB, "Club", others));
    assert_eq!(counted(vec![]), None);
    assert_eq!(counted(vec![vouched(1, true), vouched(2, false)]), Some(Verified { count: 1, of: 2 }));
    let all = counted(vec![vouched(1, true), vouched(2, true)]);
    assert!(all.is_some_and(Verified::all));
    assert_eq!(verified(&Group { role: None, ..group(CLUB, "Club", vec![vouched(1, true)]) }), None);
}
