//! Messages that come before the operations that they know of: nothing is told of them until they are shown, and then
//! they are as new as any.

use crate::{
    model::{ConversationId, EntryRef, GroupHead, Name},
    protocol::{Notice, sim::World},
    wire::Frame,
};

const HANA: usize = 0;
const CHAN: usize = 2;
const DAN: usize = 3;

/// Hana renames the group and writes, of which only the message has come to Chan, who had seen everything.
fn early(seed: u64) -> (World, ConversationId, EntryRef) {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], seed);
    read_all(&mut world, chat);
    world.pass(3);
    for (one, other) in [(0, CHAN), (0, DAN), (1, CHAN), (1, DAN)] {
        world.cut(one, other);
    }
    let title = Name::new("Another name").unwrap();
    world.act(HANA, |engine, ctx| engine.rename_group(chat, &title, ctx)).unwrap();
    let said = world.post(HANA, chat, "early");
    world.run();
    let (_, frame) = world.nodes[HANA].disk.ciphers.iter().max_by_key(|(key, _)| key.2).unwrap();
    let frame = Frame::Group(frame).encode();
    let from = world.peer(DAN);
    world.nodes[CHAN].notices.clear();
    world.inject(CHAN, from, &frame);
    world.run();
    assert!(world.nodes[CHAN].disk.entries.contains_key(&(chat, said)));
    assert!(!world.shows(CHAN, chat, "early"));
    (world, chat, said)
}

fn head(world: &World, node: usize, chat: ConversationId) -> &GroupHead {
    world.nodes[node].engine.group(chat).unwrap().0
}

fn read_all(world: &mut World, chat: ConversationId) {
    let last =
        *world.nodes[CHAN].disk.entries.keys().filter(|(of, _)| *of == chat).map(|(_, id)| id).max().unwrap();
    world.act(CHAN, |engine, ctx| engine.read(chat, last, (0, 0), ctx)).unwrap();
}

fn arrived(world: &World, said: EntryRef) -> usize {
    let of = |notice: &&Notice| matches!(notice, Notice::Arrived(_, entry) if entry.id == said);
    world.nodes[CHAN].notices.iter().filter(of).count()
}

#[test]
fn nobody_hears_that_a_message_was_read_that_is_not_shown() {
    let (mut world, chat, said) = early(1);
    let chan = world.account(CHAN);
    let read = |world: &World| {
        let reached = &head(world, HANA, chat).reached;
        reached.iter().find(|reached| reached.account == chan).map_or(0, |reached| reached.read.0)
    };
    world.connect(HANA, CHAN);
    world.run();
    world.pass(5);
    assert!(world.shows(CHAN, chat, "early"));
    assert!(read(&world) < said.seq);
    read_all(&mut world, chat);
    world.pass(5);
    assert!(read(&world) >= said.seq);
}

#[test]
fn a_message_that_is_shown_later_is_told_as_new_and_is_the_last_and_unread() {
    let (mut world, chat, said) = early(2);
    assert_eq!((arrived(&world, said), head(&world, CHAN, chat).unread), (0, 0));
    assert!(head(&world, CHAN, chat).last < Some(said));
    world.connect(HANA, CHAN);
    world.pass(5);
    assert_eq!((arrived(&world, said), head(&world, CHAN, chat).unread), (1, 1));
    assert_eq!(head(&world, CHAN, chat).last, Some(said));
    world.pass(40);
    assert_eq!(arrived(&world, said), 1);
}

#[test]
fn what_was_not_counted_when_the_program_ended_is_counted_when_it_starts() {
    let (mut world, chat, said) = early(3);
    // The operation is on disk, and the power goes before anything is counted.
    let op =
        world.nodes[HANA].disk.ops.iter().find(|(key, _)| !world.nodes[CHAN].disk.ops.contains_key(*key));
    let (key, bytes) = op.map(|(key, bytes)| (*key, bytes.clone())).unwrap();
    world.nodes[CHAN].disk.ops.insert(key, bytes);
    world.crash(CHAN);
    world.wait(1);
    assert_eq!(head(&world, CHAN, chat).unread, 1);
    assert_eq!(head(&world, CHAN, chat).last, Some(said));
    assert_eq!(world.nodes[CHAN].disk.groups[&chat].unread, 1);
}
