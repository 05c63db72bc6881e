//! What is kept of messages as they travelled: two weeks what everybody has, longer what somebody lacks, and never
//! without bound. What was read stays, and nobody asks for ever for what is gone.

use crate::{
    model::{Body, ConversationId},
    protocol::{StoredMessage, sim::World},
};

fn texts(world: &World, node: usize, chat: ConversationId) -> usize {
    let all = world.nodes[node].disk.entries.iter().filter(|((of, _), _)| *of == chat);
    all.filter(|(_, entry)| matches!(entry.body, Body::Text { .. })).count()
}

fn agree(world: &World, node: usize, chat: ConversationId) -> bool {
    world.nodes[node].engine.same_history(chat).iter().all(|same| same.same == Some(true))
}

#[test]
fn what_everybody_has_is_kept_as_it_travelled_for_two_weeks() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan"], 1);
    world.days(13);
    world.pass(8);
    assert!((0..3).all(|node| world.nodes[node].disk.ciphers.len() == 3));
    world.days(2);
    world.pass(40);
    for node in 0..3 {
        assert!(world.nodes[node].disk.ciphers.is_empty(), "{node}");
        assert_eq!(texts(&world, node, chat), 3);
        assert!(agree(&world, node, chat));
    }
    world.crash(1);
    world.connect(0, 1);
    world.connect(1, 2);
    world.post(1, chat, "and on");
    world.pass(5);
    assert!((0..3).all(|node| texts(&world, node, chat) == 4 && agree(&world, node, chat)));
}

#[test]
fn what_somebody_lacks_is_kept_longer_and_not_without_bound() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan"], 2);
    world.cut(2, 0);
    world.cut(2, 1);
    for i in 0..5 {
        world.post(0, chat, &format!("meanwhile {i}"));
    }
    world.pass(3);
    world.days(15);
    world.pass(10);
    let kept = |world: &World, node: usize| world.nodes[node].disk.ciphers.len();
    assert_eq!(kept(&world, 1), 6, "all of Hana, of whom Chan lacks some");
    // Too much of it: the oldest gives way on Bora's disk.
    let (chain, _) = world.nodes[1].disk.ciphers.keys().map(|(_, chain, at)| (*chain, *at)).next().unwrap();
    let stored: Vec<_> =
        (0..6).map(|iteration| StoredMessage { iteration, at_ms: 1, size: 12 * 1024 * 1024 }).collect();
    world.act(1, |engine, ctx| engine.on_weighed(chat, chain, &stored, ctx));
    assert_eq!(kept(&world, 1), 0);
    // Bora says that it is gone, once; Chan is not told the same again and again.
    world.connect(1, 2);
    world.pass(30);
    assert_eq!(texts(&world, 2, chat), 3);
    let asks = |world: &mut World| {
        world.nodes.iter_mut().for_each(|node| node.clock_ms += 4_000);
        world.act(2, |engine, ctx| engine.on_tick(ctx));
        let asked = world.wires[&(2, 1)].iter().filter(|frame| frame[0] == 0x31).count();
        world.run();
        asked
    };
    let asked: usize = (0..5).map(|_| asks(&mut world)).sum();
    assert!(asked <= 2, "no questions, at most what is told now and then: {asked}");
    // Whoever still has it gives it.
    world.connect(0, 2);
    world.pass(10);
    assert_eq!(texts(&world, 2, chat), 8);
    assert!(agree(&world, 2, chat));
}

#[test]
fn keys_of_messages_that_never_came_are_forgotten_without_another_message() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan"], 3);
    world.cut(0, 2);
    world.cut(1, 2);
    world.post(0, chat, "never comes");
    world.post(0, chat, "comes");
    world.run();
    let chain = world.nodes[0].disk.groups[&chat].sending.unwrap();
    let second = world.nodes[0].disk.ciphers[&(chat, chain, 2)].clone();
    let size = |world: &World| world.nodes[2].disk.chains[&(chat, chain)].receiver.as_ref().unwrap().len();
    let before = size(&world);
    world.connect(1, 2);
    while world.nodes[2].engine.contact(world.account(1)).is_none_or(|(_, connected)| !connected) {
        assert!(world.deliver(1, 2) | world.deliver(2, 1));
    }
    let from = world.peer(1);
    world.inject(2, from, &crate::wire::Frame::Group(&second).encode());
    world.cut(1, 2);
    let held = size(&world);
    assert!(held > before, "the key of the first is kept");
    world.days(15);
    world.pass(8);
    assert_eq!(size(&world), before);
}
