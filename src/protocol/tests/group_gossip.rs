//! Messages that come from member to member: which are passed on, which are held against whoever brought them, and under
//! which names they travel.

use std::collections::BTreeSet;

use rand_core::Rng;

use super::groups::begin;
use crate::protocol::{Verdict, sim::World};

const HANA: usize = 0;
const BORA: usize = 1;
const CHAN: usize = 2;

/// What Bora says to a message that Chan brings.
fn judged(world: &mut World, frame: Vec<u8>) -> Verdict {
    world.bring(CHAN, BORA, &("a topic".into(), frame));
    let last = world.gossip.verdicts.last().copied().unwrap();
    assert_eq!((last.0, last.1), (BORA, CHAN));
    last.2
}

/// The newest message of a group as it travelled.
fn newest(world: &World, node: usize) -> Vec<u8> {
    world.nodes[node].disk.ciphers.values().last().unwrap().clone()
}

#[test]
fn gossip_garbage_and_unknown_env() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 42);
    let chat = begin(&mut world, &[BORA, CHAN]);
    world.write(HANA, chat, "to all").unwrap();
    world.run();
    let good = newest(&world, HANA);
    assert_eq!(judged(&mut world, good.clone()), Verdict::Ignore, "held already");
    let mut rng = world.rng.clone();
    for size in [0, 1, 9, 33, 34, 35, 250, 4096, 65_536, 70_000] {
        let mut noise = vec![0; size];
        rng.fill_bytes(&mut noise);
        noise.first_mut().into_iter().for_each(|kind| *kind = 0x77);
        assert_eq!(judged(&mut world, noise), Verdict::Reject, "{size} bytes of noise");
    }
    let mut unknown = good.clone();
    unknown[5] ^= 1;
    assert_eq!(judged(&mut world, unknown), Verdict::Ignore, "of an envelope that nobody here knows");
    for at in 10..good.len() {
        let mut forged = good.clone();
        forged[at] ^= 1;
        assert_eq!(judged(&mut world, forged), Verdict::Reject, "changed at {at}");
    }
    assert_eq!(judged(&mut world, good[..good.len() - 1].to_vec()), Verdict::Reject, "cut");
    let shown = world.nodes[BORA].disk.ciphers.len();
    assert_eq!(shown, world.nodes[HANA].disk.ciphers.len(), "nothing of it was kept");
}

#[test]
fn who_lags_behind_is_not_to_blame() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dan"], 43);
    let chat = begin(&mut world, &[BORA, CHAN, 3]);
    // Bora hears of the removal, and of the new envelope, later than Chan.
    world.cut(HANA, BORA);
    world.cut(BORA, CHAN);
    let dan = world.account(3);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.run();
    world.write(HANA, chat, "without Dan").unwrap();
    let ahead = newest(&world, HANA);
    world.connect(BORA, CHAN);
    assert_eq!(judged(&mut world, ahead), Verdict::Ignore);
    world.run();
    assert!(world.gossip.verdicts.iter().all(|(.., verdict)| *verdict != Verdict::Reject));
}

#[test]
fn a_message_whose_key_has_not_come_waits_for_it_and_is_not_passed_on() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 44);
    let chat = begin(&mut world, &[BORA, CHAN]);
    world.cut(HANA, BORA);
    world.write(HANA, chat, "first on a new chain").unwrap();
    let message = newest(&world, HANA);
    assert_eq!(judged(&mut world, message), Verdict::Ignore);
    assert!(world.nodes[BORA].disk.ciphers.is_empty());
    world.connect(HANA, BORA);
    world.run();
    assert_eq!(world.nodes[BORA].engine.waiting_for_keys(chat), 0);
    assert_eq!(world.nodes[BORA].disk.ciphers.len(), 1);
}

#[test]
fn a_message_travels_through_a_member_between() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 45);
    let chat = begin(&mut world, &[BORA, CHAN]);
    world.write(HANA, chat, "so that all have the key").unwrap();
    world.run();
    world.cut(HANA, CHAN);
    world.write(HANA, chat, "through Bora").unwrap();
    world.run();
    assert!(world.gossip.verdicts.contains(&(CHAN, BORA, Verdict::Accept)));
    assert_eq!(world.nodes[CHAN].disk.ciphers.len(), 2);
}

#[test]
fn the_old_topic_is_silent_after_two_days() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 34);
    let chat = begin(&mut world, &[BORA, CHAN]);
    let topics = |world: &World, node: usize| world.gossip.topics(node);
    let old: BTreeSet<String> = topics(&world, HANA);
    assert_eq!(old.len(), 1);
    for node in [BORA, CHAN] {
        assert_eq!(topics(&world, node), old);
    }
    let chan = world.account(CHAN);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(3);
    assert_eq!(topics(&world, CHAN), BTreeSet::new(), "who is out takes part in nothing");
    assert!(!world.gossip.peers(HANA).contains(&world.peer(CHAN)), "and is not spoken with");
    for node in [HANA, BORA] {
        assert!(topics(&world, node).is_superset(&old), "{node} still listens");
        assert_eq!(topics(&world, node).len(), 2);
    }
    world.days(1);
    world.pass(1);
    assert!(topics(&world, BORA).is_superset(&old));
    world.days(1);
    world.pass(100);
    for node in [HANA, BORA] {
        assert!(topics(&world, node).is_disjoint(&old), "{node}");
        assert_eq!(topics(&world, node).len(), 1);
    }
}

#[test]
fn names_change_with_the_week_and_both_are_heard_near_its_border() {
    let mut world = World::circle(&["Hana", "Bora"], 46);
    begin(&mut world, &[BORA]);
    let week = 7 * 86_400_000;
    let border = world.nodes[HANA].clock_ms.next_multiple_of(week);
    let at = |world: &mut World, ms: u64| {
        world.nodes.iter_mut().for_each(|node| node.clock_ms = ms);
        world.pass(1);
        world.gossip.topics(HANA)
    };
    let before = at(&mut world, border - 2 * 3_600_000);
    let near = at(&mut world, border - 1_800_000);
    let past = at(&mut world, border + 1_800_000);
    let after = at(&mut world, border + 2 * 3_600_000);
    assert_eq!((before.len(), near.len(), after.len()), (1, 2, 1));
    assert_eq!(near, past);
    assert!(near.is_superset(&before) && near.is_superset(&after) && before != after);
}
