//! What a removal costs the one who removes, in a group of a hundred: all of it, and its longest step, during which the
//! program answers nobody.

use std::time::{Duration, Instant};

use super::super::{Ctx, Engine, sim::World};
use crate::model::{Body, History, Mentions, Name, Text};

/// What was measured.
#[derive(Default)]
struct Steps {
    all: Duration,
    longest: Duration,
    count: u32,
}

impl Steps {
    fn take<T>(&mut self, world: &mut World, act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T) -> T {
        let start = Instant::now();
        let out = world.act(0, act);
        let took = start.elapsed();
        self.all += took;
        self.longest = self.longest.max(took);
        self.count += 1;
        out
    }

    /// What comes in, and ticks, until nothing is on its way.
    fn settle(&mut self, world: &mut World, seconds: u64) {
        for _ in 0..seconds {
            for other in 1..world.nodes.len() {
                while let Some(frame) = world.wires.get_mut(&(other, 0)).and_then(|wire| wire.pop_front()) {
                    let from = world.peer(other);
                    self.take(world, |engine, ctx| engine.on_frame(from, &frame, ctx));
                }
                while world.deliver(0, other) {}
            }
            world.nodes[0].clock_ms += 1_000;
            self.take(world, Engine::on_tick);
        }
    }
}

#[test]
fn removing_one_of_many_holds_the_program_up_nowhere() {
    let names = vec!["Somebody"; MEMBERS];
    let mut world = World::new(&names, 100);
    for other in 1..MEMBERS {
        world.befriend(0, other);
    }
    let members: Vec<_> = (1..MEMBERS).map(|node| world.account(node)).collect();
    let title = Name::new("Many").unwrap();
    let chat = world.act(0, |engine, ctx| engine.create_group(&title, &members, History::None, ctx)).unwrap();
    world.run();
    world.pass(2);
    let text = || Body::Text { text: Text::new("x").unwrap(), reply_to: None, mentions: Mentions::default() };
    world.act(0, |engine, ctx| engine.speak(chat, text(), ctx)).unwrap();
    world.run();
    let mut steps = Steps::default();
    steps.take(&mut world, |engine, ctx| engine.remove_member(chat, members[7], ctx)).unwrap();
    let removal = steps.longest;
    // The first word after it makes a new chain, and gives it to everybody.
    steps.take(&mut world, |engine, ctx| engine.speak(chat, text(), ctx)).unwrap();
    steps.settle(&mut world, 5);
    let (_, state) = world.nodes[MEMBERS - 1].engine.group(chat).unwrap();
    assert_eq!(state.members.len(), MEMBERS - 1);
    report(&steps, removal);
    assert!(steps.all < Duration::from_secs(MOST_SECONDS), "{:?}", steps.all);
}

#[expect(clippy::print_stdout, reason = "for whoever runs it to know how long it takes")]
fn report(steps: &Steps, removal: Duration) {
    println!(
        "{} steps in {:?}, the longest {:?}, the removal itself {removal:?}",
        steps.count, steps.all, steps.longest
    );
}

/// Without optimisation the beginning alone takes long.
const MEMBERS: usize = if cfg!(debug_assertions) { 30 } else { 100 };
/// A second is the goal; without optimisation it takes longer, and a busy machine makes it longer still.
const MOST_SECONDS: u64 = if cfg!(debug_assertions) { 20 } else { 1 };
