//! Members carry each other's notes: what an absent one has sealed for another arrives once, by whichever way, and
//! whoever carries can neither read it, change it, fill a disk with it nor end a session by it.

use crate::{
    model::{ConversationId, History, Role},
    protocol::sim::World,
    wire::Frame,
};

/// Hana removes Dan and writes on a new chain while Chan is away; then she goes away for good.
fn said_while_away(world: &mut World, chat: ConversationId) {
    world.away(2);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.run();
    world.post(0, chat, "without Dan");
    world.pass(2);
    world.away(0);
    world.away(3);
}

#[test]
fn a_key_reaches_who_was_away_over_a_third_member_and_its_sender_hears_of_it_only_from_them() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 1);
    said_while_away(&mut world, chat);
    let waiting = world.nodes[0].disk.outbox.len();
    assert!(waiting > 0);
    world.connect(1, 2);
    world.pass(5);
    assert!(world.shows(2, chat, "without Dan"));
    assert!(world.nodes[1].disk.carried.is_empty(), "what has arrived is forgotten");
    assert_eq!(world.nodes[0].disk.outbox.len(), waiting);
    let sessions = world.nodes[2].disk.sessions.len();
    let taken = world.nodes[2].disk.taken.len();
    // The sender's own try is no news, and ends it there.
    world.connect(0, 2);
    world.pass(5);
    assert!(world.nodes[0].disk.outbox.is_empty());
    assert_eq!(world.nodes[2].disk.taken.len(), taken, "nothing was opened twice");
    assert_eq!(world.nodes[2].disk.sessions.len(), sessions);
    world.post(2, chat, "back");
    world.pass(2);
    assert!(world.shows(0, chat, "back"));
}

#[test]
fn whoever_dies_between_two_steps_carries_on_where_the_disk_is() {
    for (dies, committed) in [(0, false), (0, true), (1, false), (1, true), (2, false), (2, true)] {
        let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 2);
        world.away(2);
        let dan = world.account(3);
        if dies == 0 {
            // The notes are sealed and handed over in this very step.
            world.die_in(0, committed, |engine, ctx| engine.remove_member(chat, dan, ctx).unwrap());
            world.connect(0, 1);
            world.run();
            world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).ok();
        } else {
            world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
        }
        world.post(0, chat, "without Dan");
        if dies == 1 {
            let (from, frames) = (world.peer(0), world.wires[&(0, 1)].clone());
            world.die_in(1, committed, |engine, ctx| {
                frames.iter().for_each(|frame| engine.on_frame(from, frame, ctx));
            });
            world.connect(0, 1);
        }
        world.pass(3);
        world.away(0);
        world.connect(1, 2);
        if dies == 2 {
            let brings = |frame: &Vec<u8>| frame[0] == 0x35;
            while !world.wires[&(1, 2)].iter().any(brings) {
                assert!(world.deliver(1, 2) | world.deliver(2, 1), "nothing was brought");
            }
            let (from, frames) = (world.peer(1), world.wires[&(1, 2)].clone());
            world.die_in(2, committed, |engine, ctx| {
                frames.iter().for_each(|frame| engine.on_frame(from, frame, ctx));
            });
            world.connect(1, 2);
        }
        world.pass(15);
        assert!(world.shows(2, chat, "without Dan"), "{dies} {committed}");
        assert!(world.nodes[1].disk.carried.is_empty(), "{dies} {committed}");
        world.connect(0, 2);
        world.pass(5);
        assert!(world.nodes[0].disk.outbox.values().all(|row| row.account == dan), "{dies} {committed}");
        world.post(0, chat, "once more");
        world.pass(2);
        assert!(world.shows(2, chat, "once more"), "{dies} {committed}");
    }
}

#[test]
fn garbage_under_anothers_name_ends_no_session_and_is_refused_to_its_bearer_alone() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 3);
    let (hana, sessions) = (*world.account(0).as_bytes(), world.nodes[2].disk.sessions.clone());
    let bearer = world.peer(1);
    world.cut(0, 2);
    for i in 0..200_u8 {
        let garbage = [vec![2], vec![i; 300 + usize::from(i)]].concat();
        let frame = Frame::Carried { from: hana, sealed: &garbage }.encode();
        world.inject(2, bearer, &frame);
    }
    let refused = world.wires[&(2, 1)].iter().filter(|frame| frame[0] == 0x12).count();
    assert_eq!(refused, 200);
    world.run();
    assert_eq!(world.nodes[2].disk.sessions, sessions, "garbage changes nothing");
    let before = world.nodes[0].disk.sessions.keys().copied().collect::<Vec<_>>();
    world.connect(0, 2);
    world.pass(3);
    world.post(0, chat, "as before");
    world.say(0, 2, "and between us").unwrap();
    world.pass(3);
    assert!(world.shows(2, chat, "as before"));
    assert!(world.texts(2, 0).contains(&"and between us".to_owned()));
    assert_eq!(world.nodes[0].disk.sessions.keys().copied().collect::<Vec<_>>(), before);
    // What no program of ours sends ends the connection.
    let own = *world.account(1).as_bytes();
    for (from, sealed) in [(hana, vec![1; 400]), (own, vec![2; 400]), ([0xff; 32], vec![2; 400])] {
        world.connect(1, 2);
        world.run();
        let frame = [vec![0x35], from.to_vec(), sealed].concat();
        world.inject(2, bearer, &frame);
        assert!(!world.wires.contains_key(&(1, 2)));
    }
}

#[test]
fn what_was_carried_once_and_is_brought_again_is_nothing_new() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 4);
    said_while_away(&mut world, chat);
    let rows: Vec<_> = world.nodes[1].disk.carried.values().cloned().collect();
    world.connect(1, 2);
    world.pass(5);
    let (taken, sessions) = (world.nodes[2].disk.taken.clone(), world.nodes[2].disk.sessions.clone());
    let bearer = world.peer(1);
    for row in &rows {
        let from = *row.mark.from.as_bytes();
        world.inject(2, bearer, &Frame::Carried { from, sealed: &row.bytes }.encode());
        // Another has no right to it, and its own copy of it is not the same parcel.
        let thief = *world.account(3).as_bytes();
        world.inject(2, bearer, &Frame::Carried { from: thief, sealed: &row.bytes }.encode());
    }
    assert!(!rows.is_empty());
    assert_eq!(world.nodes[2].disk.taken, taken);
    assert_eq!(world.nodes[2].disk.sessions, sessions);
    world.run();
    assert!(world.shows(2, chat, "without Dan"));
}

#[test]
fn a_member_that_gives_without_end_to_carry_fills_neither_the_disk_nor_anothers_room() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 5);
    said_while_away(&mut world, chat);
    let hanas = world.nodes[1].disk.carried.len();
    let (chan, nobody) = (*world.account(2).as_bytes(), [7; 32]);
    world.connect(1, 3);
    world.run();
    let flood = world.peer(3);
    for i in 0..1_500_u32 {
        let sealed = [vec![2], vec![9; 40_000 + usize::try_from(i).unwrap()]].concat();
        let to = if i % 3 == 0 { nobody } else { chan };
        world.inject(1, flood, &Frame::Carry { to, sealed: &sealed }.encode());
        if !world.wires.contains_key(&(1, 3)) {
            world.connect(1, 3);
            world.run();
        }
    }
    let carried = &world.nodes[1].disk.carried;
    let bytes: usize = carried.values().map(|row| row.bytes.len()).sum();
    assert!(bytes < 400_000, "{bytes}");
    assert_eq!(carried.values().filter(|row| row.mark.from == world.account(0)).count(), hanas);
    world.connect(1, 2);
    world.pass(5);
    assert!(world.shows(2, chat, "without Dan"));
    assert!(world.nodes[1].disk.carried.is_empty(), "what the recipient cannot open is dropped");
}

#[test]
fn what_nobody_came_for_is_dropped_after_two_weeks_and_is_kept_by_its_sender() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 6);
    said_while_away(&mut world, chat);
    world.nodes.iter_mut().for_each(|node| node.clock_ms += 13 * 86_400_000);
    world.crash(1);
    world.pass(11);
    assert!(!world.nodes[1].disk.carried.is_empty());
    world.nodes.iter_mut().for_each(|node| node.clock_ms += 2 * 86_400_000);
    world.pass(11);
    assert!(world.nodes[1].disk.carried.is_empty());
    world.connect(1, 2);
    world.pass(5);
    assert!(!world.shows(2, chat, "without Dan"));
    world.connect(0, 2);
    world.pass(5);
    assert!(world.shows(2, chat, "without Dan"));
}

#[test]
fn who_is_added_while_away_is_welcomed_by_whoever_is_there() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 7);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.pass(3);
    world.away(3);
    world.act(0, |engine, ctx| engine.add_member(chat, dan, Role::Member, ctx)).unwrap();
    world.post(0, chat, "with Dan again");
    world.pass(3);
    world.away(0);
    world.connect(1, 3);
    world.pass(15);
    assert!(world.shows(3, chat, "with Dan again"));
}

#[test]
fn a_member_who_has_not_heard_of_us_is_handed_what_waits_once_it_has() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dan"], 8);
    for (a, b) in [(1, 2), (1, 3), (2, 3)] {
        world.befriend(a, b);
    }
    let chat = world.begin(&[1, 2], History::None);
    world.pass(3);
    world.away(1);
    world.away(2);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.add_member(chat, dan, Role::Member, ctx)).unwrap();
    // Dan hears of it and no more: nothing to bring the others that tells of Dan.
    while world.nodes[3].engine.group(chat).is_none() {
        assert!(world.deliver(0, 3) | world.deliver(3, 0), "no welcome");
    }
    world.away(0);
    world.post(3, chat, "new here");
    world.connect(1, 3);
    world.pass(5);
    world.away(3);
    world.connect(1, 2);
    world.pass(5);
    assert!(world.shows(2, chat, "new here"));
}

#[test]
fn who_has_left_still_hands_over_what_was_left_with_them() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan", "Eun"], 9);
    world.cut(0, 4);
    said_while_away(&mut world, chat);
    world.away(1);
    world.act(1, |engine, ctx| engine.leave_group(chat, ctx)).unwrap();
    world.connect(1, 2);
    world.pass(5);
    world.away(1);
    world.connect(2, 4);
    world.pass(5);
    assert!(world.shows(2, chat, "without Dan"));
}

#[test]
fn what_has_come_is_not_remembered_as_handed_to_carriers() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 60);
    world.away(2);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.post(0, chat, "without Dan");
    world.pass(2);
    let bora = world.peer(1);
    assert!(!world.nodes[0].engine.links[&bora].handed.is_empty());
    world.connect(0, 2);
    world.pass(3);
    assert!(world.shows(2, chat, "without Dan"));
    assert!(world.nodes[0].engine.links[&bora].handed.is_empty());
}
