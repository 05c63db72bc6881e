//! Two people who start anew at once, looked at without exception: frames of the two directions in every order, and a
//! loss, a repetition, an overtaking and a restart anywhere. Whatever happens, each text arrives exactly once as soon
//! as the two are connected again. A state is which inputs each engine got, in order; real engines play it through.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use stateright::{Checker, Model, Property};

use super::super::sim::{Disk, World};

/// What happens to one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Input {
    /// Its person says something.
    Say,
    /// The frame comes that the other sent as the so-many-th since they are connected.
    Frame(usize),
    /// The connection ends and comes again.
    Again,
    /// Its program dies and starts again, and so does the connection.
    Restart,
}

/// What came to each of the two, and what got lost on the way to them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Course {
    inputs: [Vec<Input>; 2],
    lost: [BTreeSet<usize>; 2],
    faults: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Say(usize),
    Deliver(usize, usize),
    Repeat(usize, usize),
    Lose(usize, usize),
    Restart(usize),
}

/// What comes of a course of events.
#[derive(Clone, Debug)]
struct Found {
    /// Frames sent to each since they are connected.
    sent: [usize; 2],
    /// How many sessions each has.
    sessions: [usize; 2],
    /// What is wrong, if anything.
    wrong: Option<String>,
}

/// Two who know each other and have no session.
struct Meeting {
    start: World,
    disks: Vec<Disk>,
    found: Mutex<BTreeMap<Course, Found>>,
    faults: usize,
}

impl Meeting {
    fn new(faults: usize) -> Self {
        let mut start = World::new(&["Hana", "Bora"], 31);
        start.befriend(0, 1);
        start.cut(0, 1);
        for node in [0, 1] {
            start.nodes[node].disk.sessions.clear();
        }
        let disks = start.nodes.iter().map(|node| node.disk.clone()).collect();
        Self { start, disks, found: Mutex::default(), faults }
    }

    fn found(&self, course: &Course) -> Found {
        if let Some(found) = self.found.lock().unwrap().get(course) {
            return found.clone();
        }
        let found = self.play(course);
        self.found.lock().unwrap().insert(course.clone(), found.clone());
        found
    }

    /// Plays the course through.
    fn play(&self, course: &Course) -> Found {
        let mut world = self.start.again(&self.disks, 32);
        world.connect(0, 1);
        world.run();
        let mut sent = take_sent(&mut world);
        sent.iter_mut().for_each(Vec::clear);
        let mut at = [0, 0];
        let mut said = [0, 0];
        while at != [course.inputs[0].len(), course.inputs[1].len()] {
            let before = at;
            for node in [0, 1] {
                let Some(input) = course.inputs[node].get(at[node]).copied() else { continue };
                match input {
                    Input::Say => {
                        world.say(node, 1 - node, &format!("{node} {}", said[node])).unwrap();
                        said[node] += 1;
                    }
                    Input::Frame(number) => {
                        let Some(frame) = sent[node].get(number).cloned() else { continue };
                        let from = world.peer(1 - node);
                        world.inject(node, from, &frame);
                    }
                    Input::Again | Input::Restart => {
                        // Both have to be there.
                        let other = course.inputs[1 - node].get(at[1 - node]);
                        if !matches!(other, Some(Input::Again | Input::Restart)) {
                            continue;
                        }
                        world.crash(if input == Input::Restart { node } else { 1 - node });
                        world.connect(0, 1);
                        sent.iter_mut().for_each(Vec::clear);
                        at[1 - node] += 1;
                    }
                }
                at[node] += 1;
                for (to, frames) in take_sent(&mut world).into_iter().enumerate() {
                    sent[to].extend(frames);
                }
            }
            assert_ne!(at, before, "{course:?} cannot be played");
        }
        let sent = [sent[0].len(), sent[1].len()];
        let sessions = [0, 1].map(|node| world.nodes[node].disk.sessions.len());
        Found { sent, sessions, wrong: judge(world, said) }
    }
}

/// What was put on the way to each of the two.
fn take_sent(world: &mut World) -> [Vec<Vec<u8>>; 2] {
    let mut taken =
        |from: usize, to: usize| world.wires.get_mut(&(from, to)).map(|wire| wire.drain(..).collect());
    [taken(1, 0).unwrap_or_default(), taken(0, 1).unwrap_or_default()]
}

/// What is wrong now, or once they have met again.
fn judge(mut world: World, said: [usize; 2]) -> Option<String> {
    let each_once = |texts: &[String]| texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
    for node in [0, 1] {
        let texts = world.texts(node, 1 - node);
        if !each_once(&texts) {
            return Some(format!("shown twice to {node}: {texts:?}"));
        }
    }
    world.cut(0, 1);
    world.connect(0, 1);
    world.run();
    world.pass(6);
    let (ours, theirs) = (world.texts(0, 1), world.texts(1, 0));
    let all = said[0] + said[1];
    if ours != theirs || ours.len() != all || !each_once(&ours) {
        return Some(format!("{ours:?} and {theirs:?} of {all}"));
    }
    let waiting: usize = world.nodes.iter().map(|node| node.engine.outbox_len()).sum();
    if waiting > 0 {
        return Some(format!("{waiting} unconfirmed"));
    }
    // One round trip later they agree.
    for from in [0, 1] {
        world.say(from, 1 - from, &format!("{from} later")).unwrap();
        world.run();
    }
    let sending: BTreeSet<_> = [0, 1].map(|node| sending(&mut world, node)).into_iter().collect();
    let sessions = world.nodes.iter().map(|node| node.disk.sessions.len()).max().unwrap_or(0);
    let settled = sending.len() == 1 && !sending.contains(&None) && sessions <= 2;
    let arrived = [0, 1].iter().all(|node| world.texts(*node, 1 - *node).len() == all + 2);
    (!settled || !arrived).then(|| format!("they send in {sending:?} of {sessions} sessions"))
}

/// The session that somebody sends in, if the other has answered in it.
fn sending(world: &mut World, node: usize) -> Option<[u8; 16]> {
    let other = world.account(1 - node);
    let person = world.nodes[node].engine.people.get_mut(&other)?;
    let device = person.device()?;
    let session = person.sessions.sending(device).filter(|session| session.is_confirmed())?;
    Some(*session.id().as_bytes())
}

impl Course {
    /// The frames that came to somebody since the two are connected.
    fn came(&self, to: usize) -> Vec<usize> {
        let is_new = |input: &&Input| matches!(input, Input::Again | Input::Restart);
        let inputs = self.inputs[to].iter().rev().take_while(|input| !is_new(input));
        let frame = |input: &Input| if let Input::Frame(number) = input { Some(*number) } else { None };
        inputs.filter_map(frame).collect()
    }
}

impl Model for Meeting {
    type State = Course;
    type Action = Step;

    fn init_states(&self) -> Vec<Course> {
        // Where frames come to harm, both start at the same moment.
        let inputs = if self.faults > 0 { [vec![Input::Say], vec![Input::Say]] } else { [vec![], vec![]] };
        vec![Course { inputs, ..Course::default() }]
    }

    fn actions(&self, course: &Course, actions: &mut Vec<Step>) {
        let found = self.found(course);
        for node in [0, 1] {
            let came = course.came(node);
            let gone = |number: &usize| came.contains(number) || course.lost[node].contains(number);
            let mut on_the_way = (0..found.sent[node]).filter(|number| !gone(number));
            let (next, after) = (on_the_way.next(), on_the_way.next());
            actions.extend(next.map(|number| Step::Deliver(node, number)));
            if !course.inputs[node].contains(&Input::Say) {
                actions.push(Step::Say(node));
            }
            if course.faults < self.faults {
                actions.extend(after.map(|number| Step::Deliver(node, number)));
                actions.extend(next.map(|number| Step::Lose(node, number)));
                actions.extend(came.first().map(|number| Step::Repeat(node, *number)));
                actions.push(Step::Restart(node));
            }
        }
    }

    fn next_state(&self, course: &Course, step: Step) -> Option<Course> {
        let mut next = course.clone();
        match step {
            Step::Say(node) => next.inputs[node].push(Input::Say),
            Step::Deliver(node, number) => {
                let came = course.came(node);
                let first =
                    (0..number).all(|before| came.contains(&before) || course.lost[node].contains(&before));
                next.faults += usize::from(!first);
                next.inputs[node].push(Input::Frame(number));
            }
            Step::Repeat(node, number) => {
                next.faults += 1;
                next.inputs[node].push(Input::Frame(number));
            }
            Step::Lose(node, number) => {
                next.faults += 1;
                next.lost[node].insert(number);
            }
            Step::Restart(node) => {
                next.faults += 1;
                next.inputs[node].push(Input::Restart);
                next.inputs[1 - node].push(Input::Again);
                next.lost = Default::default();
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "each text is shown exactly once, and they agree on a session",
                |model, course| model.found(course).wrong.is_none(),
            ),
            Property::sometimes("each has made a session of its own", |model: &Self, course| {
                model.found(course).sessions.iter().all(|sessions| *sessions == 2)
            }),
        ]
    }
}

#[test]
fn two_who_start_at_once_hear_each_other_whatever_befalls_the_frames() {
    for (faults, states) in [(0, 100), (1, 1_000)] {
        let checker = Meeting::new(faults).checker().threads(2).spawn_dfs().join();
        assert!(checker.unique_state_count() > states);
        checker.assert_properties();
    }
}
