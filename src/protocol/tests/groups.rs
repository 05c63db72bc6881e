//! Groups: whoever is away, cut off, removed or newly added, everybody who takes part shows the same in the same order.

use crate::{
    model::{AccountId, ConversationId, Delivery, EntryRef, History, Name, Role},
    protocol::{Refused, sim::World},
};

pub(super) fn begin(world: &mut World, members: &[usize]) -> ConversationId {
    let chat = world.begin(members, History::None);
    world.run();
    world.pass(3);
    chat
}

/// All rows that count, in order: what two people compare.
fn rows(world: &World, node: usize, chat: ConversationId) -> Vec<EntryRef> {
    let at = &world.nodes[node];
    let all = at.disk.entries.keys().filter(|(of, _)| *of == chat).map(|(_, id)| *id);
    all.filter(|id| !at.engine.is_hidden(chat, id)).collect()
}

pub(super) fn members(world: &World, node: usize, chat: ConversationId) -> Vec<(AccountId, Role)> {
    let (_, state) = world.nodes[node].engine.group(chat).unwrap();
    state.members.iter().map(|(account, member)| (*account, member.role)).collect()
}

pub(super) fn agree(world: &World, nodes: &[usize], chat: ConversationId) {
    for node in nodes {
        assert_eq!(members(world, *node, chat), members(world, nodes[0], chat), "members of {node}");
        assert_eq!(rows(world, *node, chat), rows(world, nodes[0], chat), "rows of {node}");
    }
}

#[test]
fn three_people_of_whom_two_are_strangers_talk_in_a_group() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 1);
    let chat = begin(&mut world, &[1, 2]);
    for node in [0, 1, 2] {
        assert_eq!(members(&world, node, chat).len(), 3, "{node}");
    }
    world.write(0, chat, "one").unwrap();
    world.run();
    world.write(1, chat, "two").unwrap();
    world.run();
    let third = world.write(2, chat, "three").unwrap();
    world.pass(3);
    for node in [0, 1, 2] {
        assert_eq!(world.shown_texts(node, chat), ["one", "two", "three"], "{node}");
        assert!(world.nodes[node].engine.same_history(chat).iter().all(|same| same.same == Some(true)));
    }
    agree(&world, &[0, 1, 2], chat);
    let delivered = world.nodes[2].engine.group_delivery(chat, third);
    assert_eq!(delivered.len(), 2);
    assert!(delivered.iter().all(|(_, state, _)| *state == Delivery::Delivered), "{delivered:?}");
    // Strangers they stay.
    assert_eq!(world.nodes[1].engine.contacts().count(), 1);
}

#[test]
fn who_was_away_gets_everything_from_whoever_has_it() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 2);
    let chat = begin(&mut world, &[1, 2]);
    world.write(0, chat, "before").unwrap();
    world.pass(2);
    world.cut(2, 0);
    world.cut(2, 1);
    for i in 0..40 {
        world.write(0, chat, &format!("meanwhile {i}")).unwrap();
    }
    world.pass(2);
    // The author goes away for good; the other one brings it all.
    world.cut(0, 1);
    world.connect(1, 2);
    world.pass(10);
    assert_eq!(world.shown_texts(2, chat).len(), 41);
    agree(&world, &[1, 2], chat);
    // After a restart nothing is missing and nothing is asked again.
    world.crash(2);
    world.connect(1, 2);
    world.pass(5);
    assert_eq!(world.shown_texts(2, chat).len(), 41);
    world.write(2, chat, "back").unwrap();
    world.pass(3);
    agree(&world, &[1, 2], chat);
}

#[test]
fn removed_member_reads_nothing() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 3);
    let chat = begin(&mut world, &[1, 2]);
    world.write(0, chat, "for all").unwrap();
    world.run();
    world.write(2, chat, "from Chan").unwrap();
    world.pass(2);
    let chan = world.account(2);
    world.act(0, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(2);
    assert_eq!(world.write(2, chat, "still here").unwrap_err(), Refused::NotAllowed);
    for node in [0, 1] {
        world.write(node, chat, "without Chan").unwrap();
    }
    world.pass(40);
    assert_eq!(world.shown_texts(2, chat), ["for all", "from Chan"]);
    assert_eq!(world.shown_texts(1, chat).len(), 4);
    agree(&world, &[0, 1], chat);
}

#[test]
fn late_joiner_no_history() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 4);
    let chat = begin(&mut world, &[1]);
    world.write(0, chat, "early").unwrap();
    world.write(1, chat, "early too").unwrap();
    world.pass(2);
    let chan = world.account(2);
    world.act(0, |engine, ctx| engine.add_member(chat, chan, Role::Member, ctx)).unwrap();
    world.pass(3);
    world.write(1, chat, "welcome").unwrap();
    world.pass(3);
    assert_eq!(world.shown_texts(2, chat), ["welcome"]);
    world.write(2, chat, "thanks").unwrap();
    world.pass(3);
    for node in [0, 1] {
        assert_eq!(world.shown_texts(node, chat), ["early", "early too", "welcome", "thanks"]);
    }
    assert!(world.nodes[2].engine.same_history(chat).iter().all(|same| same.same == Some(true)));
}

#[test]
fn two_admins_act_at_once_on_both_sides_of_a_split() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dan"], 5);
    let chat = begin(&mut world, &[1, 2, 3]);
    let (bora, chan) = (world.account(1), world.account(2));
    for account in [bora, chan] {
        world.act(0, |engine, ctx| engine.set_role(chat, account, Role::Admin, ctx)).unwrap();
    }
    world.pass(3);
    // Hana and Bora on one side, Chan and Dan on the other.
    for (a, b) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        world.cut(a, b);
    }
    world.act(1, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.act(2, |engine, ctx| engine.remove_member(chat, bora, ctx)).unwrap();
    let titles = [Name::new("West").unwrap(), Name::new("East").unwrap()];
    world.act(0, |engine, ctx| engine.rename_group(chat, &titles[0], ctx)).unwrap();
    world.run();
    world.write(1, chat, "west").unwrap();
    // Bora is no member in these eyes, and was one all along once the two sides meet.
    world.write(3, chat, "east").unwrap();
    world.write(2, chat, "east too").unwrap();
    world.pass(3);
    world.everybody_meets();
    world.pass(40);
    agree(&world, &[0, 1, 3], chat);
    assert!(world.shown_texts(1, chat).contains(&"east".to_owned()));
    // Bora was a member before Chan.
    assert!(members(&world, 0, chat).iter().any(|(account, _)| *account == bora));
    assert!(!members(&world, 0, chat).iter().any(|(account, _)| *account == chan));
    for i in 0..20 {
        world.write([0, 1, 3][i % 3], chat, &format!("after {i}")).unwrap();
    }
    world.pass(5);
    agree(&world, &[0, 1, 3], chat);
    // What Chan said counts for nobody, and so nobody lacks it.
    assert!(world.nodes[0].engine.same_history(chat).iter().all(|same| same.same == Some(true)));
    assert_eq!(world.shown_texts(3, chat).iter().filter(|text| text.starts_with("after")).count(), 20);
}

#[test]
fn who_is_removed_or_left_alone_learns_it_though_they_missed_what_came_before() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 6);
    let chat = begin(&mut world, &[1, 2]);
    let (bora, chan) = (world.account(1), world.account(2));
    world.cut(2, 0);
    world.cut(2, 1);
    world.act(0, |engine, ctx| engine.set_role(chat, bora, Role::Admin, ctx)).unwrap();
    world.pass(2);
    world.act(1, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(2);
    world.connect(1, 2);
    world.pass(3);
    assert!(!members(&world, 2, chat).iter().any(|(account, _)| *account == chan));

    world.cut(0, 1);
    let title = Name::new("Pier").unwrap();
    world.act(1, |engine, ctx| engine.rename_group(chat, &title, ctx)).unwrap();
    world.act(1, |engine, ctx| engine.leave_group(chat, ctx)).unwrap();
    world.connect(0, 1);
    world.pass(3);
    assert!(!members(&world, 0, chat).iter().any(|(account, _)| *account == bora));
}

#[test]
fn who_has_nothing_of_a_sender_yet_lacks_what_was_said_to_them() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dan"], 7);
    let chat = begin(&mut world, &[1, 2]);
    for other in [0, 1, 3] {
        world.cut(2, other);
    }
    world.write(2, chat, "alone").unwrap();
    world.write(0, chat, "without Chan").unwrap();
    world.pass(3);
    let same = |world: &World, node: usize, other: usize| {
        let all = world.nodes[node].engine.same_history(chat);
        let of = all.iter().find(|same| same.account == world.account(other)).copied().unwrap();
        (of.same, of.they_lack)
    };
    for (node, other) in [(2, 0), (2, 1), (0, 2), (1, 2)] {
        assert_eq!(same(&world, node, other), (Some(false), 1), "{node} of {other}");
    }
    assert_eq!(same(&world, 0, 1), (Some(true), 0));
    world.everybody_meets();
    world.pass(5);
    // Who comes later lacks nothing of what was said before.
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.add_member(chat, dan, Role::Member, ctx)).unwrap();
    world.pass(3);
    for (node, other) in [(2, 0), (0, 2), (0, 3), (1, 3), (3, 0), (3, 2)] {
        assert_eq!(same(&world, node, other), (Some(true), 0), "{node} of {other}");
    }
}

#[test]
fn who_is_forgotten_as_a_contact_or_asks_to_be_one_stays_in_the_group() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 8);
    let chat = begin(&mut world, &[1, 2]);
    let (bora, chan) = (world.account(1), world.account(2));
    world.act(0, |engine, _| engine.remove(bora)).unwrap();
    // Of two strangers one asks the other, who does not answer.
    world.act(1, |engine, ctx| engine.ask(chan, None, None, ctx)).unwrap();
    world.pass(3);
    for (node, text) in [(0, "one"), (1, "two"), (2, "three")] {
        world.write(node, chat, text).unwrap();
        world.pass(3);
    }
    world.crash(0);
    world.everybody_meets();
    world.pass(3);
    for node in [0, 1, 2] {
        world.write(node, chat, "again").unwrap();
        world.pass(3);
    }
    agree(&world, &[0, 1, 2], chat);
    assert_eq!(world.shown_texts(0, chat).len(), 6);
    assert!(!world.nodes[0].engine.contacts().any(|contact| contact.account == bora));
}

#[test]
fn who_took_part_once_keeps_the_name_and_who_comes_later_owes_no_receipt() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dan"], 11);
    let chat = begin(&mut world, &[1, 2]);
    let before = world.write(0, chat, "before Dan").unwrap();
    world.pass(3);
    let (hana, bora, chan, dan) = (world.account(0), world.account(1), world.account(2), world.account(3));
    world.cut(0, 3);
    world.act(0, |engine, ctx| engine.add_member(chat, dan, Role::Member, ctx)).unwrap();
    world.act(0, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(3);
    let after = world.write(0, chat, "after Dan").unwrap();
    world.pass(3);
    let engine = &world.nodes[0].engine;
    let reached = |entry| {
        let reached = engine.group_delivery(chat, entry).into_iter();
        reached.map(|(account, state, _)| (account, state)).collect::<Vec<_>>()
    };
    assert_eq!(reached(before), [(bora, Delivery::Delivered)]);
    assert!(reached(after).iter().any(|(account, _)| *account == dan));
    for node in [0, 1, 2] {
        let former = world.nodes[node].engine.former_members(chat);
        assert_eq!(former.get(&chan), Some(&Some(Name::new("Chan").unwrap())), "{node}");
        assert!(!former.contains_key(&hana) && !former.contains_key(&dan));
    }
}

#[test]
fn nobody_hears_the_name_that_our_person_gave_to_a_contact() {
    for connected in [true, false] {
        let mut world = World::circle(&["Hana", "Bora", "Chan"], 7);
        let bora = world.account(1);
        world.act(0, |engine, _| engine.name_contact(bora, Name::new("The one who snores"))).unwrap();
        if !connected {
            world.cut(0, 1);
        }
        let chat = begin(&mut world, &[1, 2]);
        let (_, state) = world.nodes[2].engine.group(chat).unwrap();
        let name = state.members[&bora].name.as_ref().unwrap();
        assert!(!name.as_str().contains("snores"));
        assert_eq!(name.as_str() == "Bora", connected);
    }
}
