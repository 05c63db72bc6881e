//! How much members of a group tell each other of what they hold: nothing that is known, and not all at once.

use super::super::{Engine, sim::World};
use crate::{model::History, wire::Frame};

/// A second passes for everybody; returns how many summaries and questions each node has sent before any came.
fn second(world: &mut World) -> Vec<usize> {
    for node in 0..world.nodes.len() {
        world.nodes[node].clock_ms += 1_000;
        world.act(node, Engine::on_tick);
    }
    let sent = |node: usize| {
        let frames = world.wires.iter().filter(|((from, _), _)| *from == node).flat_map(|(_, wire)| wire);
        frames.filter(|frame| matches!(Frame::decode(frame), Ok(Frame::GroupSync(_)))).count()
    };
    let sent = (0..world.nodes.len()).map(sent).collect();
    world.run();
    sent
}

#[test]
fn who_holds_the_same_is_told_nothing_for_nine_minutes_and_everything_in_the_tenth() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan"], 60);
    world.post(0, chat, "a word");
    world.run();
    world.pass(20);
    let met_ms = world.nodes[0].clock_ms;
    let (mut quiet, mut whole) = (0, [0; 3]);
    while world.nodes[0].clock_ms < met_ms + 605_000 {
        let before = world.nodes[0].clock_ms < met_ms + 540_000;
        let sent = second(&mut world);
        quiet += if before { sent.iter().sum() } else { 0 };
        whole.iter_mut().zip(sent).for_each(|(all, now)| *all += now);
    }
    assert_eq!((quiet, whole), (0, [2, 2, 2]));
}

#[test]
fn in_a_large_group_a_change_is_told_at_once_to_its_author_and_to_the_others_in_turns() {
    let names = vec!["Somebody"; 25];
    let mut world = World::circle(&names, 61);
    let chat = world.begin(&(1..25).collect::<Vec<_>>(), History::None);
    world.run();
    world.pass(2);
    world.post(3, chat, "the key comes");
    world.run();
    world.pass(20);
    world.post(3, chat, "a word");
    world.run();
    let first = second(&mut world);
    assert!(first.iter().all(|sent| (1..=9).contains(sent)), "{first:?}");
    let author = world.nodes[3].engine.same_history(chat);
    assert!(author.iter().all(|member| member.same == Some(true)), "the author was told by all");
    let more = [second(&mut world), second(&mut world)];
    assert!(more.iter().flatten().all(|sent| *sent <= 9));
    assert_eq!(second(&mut world), vec![0; 25], "all are told by then");
    for node in &world.nodes {
        assert!(node.engine.same_history(chat).iter().all(|member| member.same == Some(true)));
    }
}
