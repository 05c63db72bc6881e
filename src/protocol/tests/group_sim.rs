//! Groups in any course of events: from one seed people write, add, remove, promote, rename and leave while connections
//! come and go and programs are killed. When all are connected again, all who take part show the same in the same
//! order, everything that counts has arrived, and nobody read what was written without them.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use crate::{
    model::{AccountId, Body, ConversationId, Entry, EntryRef, History, Mentions, Name, Role, Text},
    protocol::{
        sim::Weather,
        sim::{Disk, SeededRng, World},
    },
};

const NAMES: [&str; 6] = ["Hana", "Bora", "Chan", "Dan", "Eun", "Fia"];
const STEPS: usize = 120;
/// So many courses of events begin with the same people.
const FRIENDS_FOR: u64 = 50;

/// A text: its author, and who took part in the author's eyes.
struct Written {
    author: usize,
    eyes: BTreeSet<AccountId>,
    id: EntryRef,
}

struct Course {
    world: World,
    chat: ConversationId,
    rng: SeededRng,
    written: BTreeMap<String, Written>,
    /// Whether some of the time in which nobody does anything is hours.
    nights: bool,
}

/// People who know each other, as they are on disk: many courses of events begin with them.
struct Friends {
    world: World,
    disks: Vec<Disk>,
}

impl Friends {
    fn new(seed: u64) -> Self {
        let mut world = World::new(&NAMES, seed);
        for (a, b) in pairs() {
            world.befriend(a, b);
        }
        let disks = world.nodes.iter().map(|node| node.disk.clone()).collect();
        Self { world, disks }
    }
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..NAMES.len()).flat_map(|a| (a + 1..NAMES.len()).map(move |b| (a, b)))
}

impl Course {
    fn new(friends: &Friends, seed: u64, nights: bool) -> Self {
        let mut world = friends.world.again(&friends.disks, seed);
        world.gossip.weather = Weather::Rough;
        pairs().for_each(|(a, b)| world.connect(a, b));
        world.run();
        let members: Vec<_> = (1..4).map(|node| world.account(node)).collect();
        let title = Name::new("Group").unwrap();
        let chat =
            world.act(0, |engine, ctx| engine.create_group(&title, &members, History::None, ctx)).unwrap();
        world.run();
        Self { world, chat, rng: SeededRng::new(seed ^ 0x5eed), written: BTreeMap::new(), nights }
    }

    fn members(&self, node: usize) -> BTreeSet<AccountId> {
        let group = self.world.nodes[node].engine.group(self.chat);
        group.map(|(_, state)| state.members.keys().copied().collect()).unwrap_or_default()
    }

    fn takes_part(&self, node: usize) -> bool {
        self.members(node).contains(&self.world.account(node))
    }

    fn step(&mut self, number: usize) {
        let (node, other) = (self.rng.below(NAMES.len()), self.rng.below(NAMES.len()));
        let (chat, account) = (self.chat, self.world.account(other));
        match self.rng.below(21) {
            0..=7 => {
                let text = format!("{number} by {}", NAMES[node]);
                let body = Body::Text {
                    text: Text::new(text.as_str()).unwrap(),
                    reply_to: None,
                    mentions: Mentions::default(),
                };
                if let Ok(id) = self.world.act(node, |engine, ctx| engine.speak(chat, body, ctx)) {
                    let eyes = self.members(node);
                    self.written.insert(text, Written { author: node, eyes, id });
                }
            }
            8 => {
                self.world.act(node, |engine, ctx| engine.add_member(chat, account, Role::Member, ctx)).ok();
            }
            9 => {
                self.world.act(node, |engine, ctx| engine.remove_member(chat, account, ctx)).ok();
            }
            10 => {
                let role = [Role::Admin, Role::Member, Role::Moderator][self.rng.below(3)];
                self.world.act(node, |engine, ctx| engine.set_role(chat, account, role, ctx)).ok();
            }
            11 => {
                let title = Name::new(&format!("Title {number}")).unwrap();
                self.world.act(node, |engine, ctx| engine.rename_group(chat, &title, ctx)).ok();
            }
            12 if self.rng.below(4) == 0 => {
                self.world.act(node, |engine, ctx| engine.leave_group(chat, ctx)).ok();
            }
            20 => {
                let policy = [History::None, History::Last(3), History::All][self.rng.below(3)];
                self.world.act(node, |engine, ctx| engine.set_history(chat, policy, ctx)).ok();
            }
            13 | 14 if node != other => self.world.cut(node, other),
            15 | 16 if node != other => self.world.connect(node.min(other), node.max(other)),
            17 => match self.rng.below(3) {
                0 => self.world.crash(node),
                // Before what came is on disk, or between that and what follows from it.
                committed => {
                    let wire = self.world.wires.get_mut(&(other, node));
                    let Some(frame) = wire.and_then(|wire| wire.pop_front()) else { return };
                    let from = self.world.peer(other);
                    self.world.die_in(node, committed == 1, |engine, ctx| engine.on_frame(from, &frame, ctx));
                }
            },
            18 if self.rng.below(2) == 0 => {
                let seconds = u64::try_from(self.rng.below(600)).unwrap();
                let night = self.nights && seconds % 4 == 0;
                self.world.wait(if night { 18 * seconds } else { seconds });
            }
            18 => self.world.pass(1 + u64::try_from(self.rng.below(4)).unwrap()),
            _ => {
                for _ in 0..self.rng.below(30) {
                    let (a, b) = (self.rng.below(NAMES.len()), self.rng.below(NAMES.len()));
                    match self.rng.below(20) {
                        twice @ (0 | 1) => self.world.disturb(a, b, twice == 1),
                        _ => drop(self.world.deliver(a, b)),
                    }
                }
            }
        }
    }

    /// Somebody meets one other who takes part in the eyes of both, and nobody else any more. Whether what waited there
    /// for others was handed on: as far as is known to them when they part, both may carry for each other.
    fn meets_one(&mut self, node: usize) -> bool {
        let fellows = self.members(node);
        let is_fellow = |other: &usize| fellows.contains(&self.world.account(*other));
        let others =
            (0..NAMES.len()).filter(|other| *other != node && self.takes_part(*other) && is_fellow(other));
        let others: Vec<_> = others.collect();
        (0..NAMES.len()).filter(|other| *other != node).for_each(|other| self.world.cut(node, other));
        if others.is_empty() {
            return false;
        }
        let other = others[self.rng.below(others.len())];
        self.world.connect(node, other);
        self.world.run();
        self.world.pass(8);
        self.takes_part(other) && self.members(node).contains(&self.world.account(other))
    }

    /// Everybody meets everybody but the one who is gone.
    fn heal(&mut self, gone: Option<usize>) {
        for a in 0..NAMES.len() {
            for b in a + 1..NAMES.len() {
                if gone == Some(a) || gone == Some(b) {
                    self.world.cut(a, b);
                } else {
                    self.world.connect(a, b);
                }
            }
        }
        self.world.run();
        self.world.pass(70);
    }

    fn rows(&self, node: usize) -> Vec<&Entry> {
        let at = &self.world.nodes[node];
        let all = at.disk.entries.iter().filter(|((of, _), _)| *of == self.chat).map(|(_, entry)| entry);
        all.filter(|entry| !at.engine.is_hidden(self.chat, &entry.id)).collect()
    }

    fn check(&self, seed: u64) {
        // Whoever is out is told no more than that, and may know less than the others.
        let epoch = |node: &usize| self.world.nodes[*node].engine.group_heads(self.chat).0;
        let Some(first) = (0..NAMES.len()).filter(|node| self.takes_part(*node)).max_by_key(epoch) else {
            return;
        };
        let members = self.members(first);
        let inside: Vec<_> =
            (0..NAMES.len()).filter(|node| members.contains(&self.world.account(*node))).collect();
        for node in &inside {
            assert_eq!(self.members(*node), members, "seed {seed}: members of {}", NAMES[*node]);
        }
        for (text, written) in &self.written {
            self.check_text(seed, text, written, &inside);
        }
        self.check_told(seed);
        for node in &inside {
            let held = self.world.nodes[*node].engine.same_history(self.chat);
            let apart: Vec<_> = held.iter().filter(|same| same.same != Some(true)).collect();
            assert!(apart.is_empty(), "seed {seed}: {} sees {apart:?}", NAMES[*node]);
        }
    }

    /// What newcomers were told was said so, before they were added, and is no more than a policy allows.
    fn check_told(&self, seed: u64) {
        for (node, name) in NAMES.iter().enumerate() {
            let at = &self.world.nodes[node];
            for ((_, id), (by, entry)) in at.disk.shared.iter().filter(|((of, _), _)| *of == self.chat) {
                let author =
                    (0..NAMES.len()).find(|other| self.world.nodes[*other].engine.device() == id.author);
                let author =
                    author.unwrap_or_else(|| panic!("seed {seed}: {name} was told of nobody's message"));
                let said = self.world.nodes[author].disk.entries.get(&(self.chat, *id));
                let is_it =
                    |said: &&Entry| matches!(&said.body, Body::Text { text, .. } if *text == entry.text);
                assert!(said.filter(is_it).is_some(), "seed {seed}: {name} was told what nobody said");
                assert_ne!(*by, self.world.account(node), "seed {seed}: {name} tells itself");
            }
            let owed = at.engine.group(self.chat).map_or(0, |(head, _)| head.owed.len());
            let inside = self.takes_part(node);
            assert!(owed == 0 || !inside, "seed {seed}: {name} still owes {owed}");
        }
    }

    /// What one of those present can read all of them can who took part in its author's eyes: authors who are present
    /// give it to them, and the one who is gone has `handed` it to a member before, who took part then.
    fn check_without(&self, seed: u64, gone: usize, handed: bool) {
        let epoch = |node: &usize| self.world.nodes[*node].engine.group_heads(self.chat).0;
        let present = || (0..NAMES.len()).filter(|node| *node != gone && self.takes_part(*node));
        let Some(first) = present().max_by_key(epoch) else { return };
        let members = self.members(first);
        let inside: Vec<_> = present().filter(|node| members.contains(&self.world.account(*node))).collect();
        for (text, Written { author, eyes, .. }) in &self.written {
            if *author == gone && !handed {
                continue;
            }
            let meant = inside.iter().filter(|node| eyes.contains(&self.world.account(**node)));
            let shown: Vec<_> = meant
                .map(|node| {
                    let is_it = |entry: &&Entry| {
                        matches!(&entry.body, Body::Text { text: said, .. } if said.as_str() == text)
                    };
                    (NAMES[*node], self.rows(*node).iter().any(is_it))
                })
                .collect();
            let same = shown.windows(2).all(|two| two[0].1 == two[1].1);
            assert!(same, "seed {seed}: {text} of {} without {}: {shown:?}", NAMES[*author], NAMES[gone]);
        }
    }

    /// Whether somebody took part in what the operations that a text's author knew come to, without those of them that
    /// are void in the author's eyes by now.
    fn took_part_at(&self, author: usize, id: &EntryRef, node: usize) -> bool {
        let group = self.world.nodes[author].engine.groups.get(&self.chat);
        let state = group.and_then(|group| group.known_to(id)).map(|(state, _)| state);
        state.is_some_and(|state| state.members.contains_key(&self.world.account(node)))
    }

    /// Whoever took part in the author's eyes has it, or nobody; nobody else ever has.
    fn check_text(&self, seed: u64, text: &str, written: &Written, inside: &[usize]) {
        let Written { author, eyes, id } = written;
        let author = *author;
        let is_it =
            |entry: &Entry| matches!(&entry.body, Body::Text { text: said, .. } if said.as_str() == text);
        let counts = self.rows(author).into_iter().any(is_it);
        for (node, name) in NAMES.iter().enumerate() {
            let shown = self.rows(node).into_iter().filter(|entry| is_it(entry)).count();
            assert!(shown <= 1, "seed {seed}: {text} is shown twice to {name}");
            let meant = eyes.contains(&self.world.account(node));
            let kept = self.world.nodes[node].disk.entries.values().any(is_it);
            // Whose removal, which the author knew of, has turned out void was a member all along and is given it.
            let owed = || self.took_part_at(author, id, node);
            assert!(meant || !kept || owed(), "seed {seed}: {name} read {text}");
            let both = inside.contains(&node) && inside.contains(&author) && meant;
            if both {
                assert_eq!(shown == 1, counts, "seed {seed}: {text} to {name}");
            }
        }
    }
}

/// One course of events; how long its computers ran, in milliseconds.
fn run(friends: &Friends, seed: u64, nights: bool) -> u64 {
    let mut course = Course::new(friends, seed, nights);
    for number in 0..STEPS {
        course.step(number);
    }
    let gone = usize::try_from(seed).unwrap() % NAMES.len();
    let handed = course.meets_one(gone);
    course.heal(Some(gone));
    course.check_without(seed, gone, handed);
    course.heal(None);
    course.check(seed);
    course.world.ran_ms
}

/// What a run of many courses came to. A group-hour is one group simulated for one hour of its clocks, in which the
/// timers of all its computers run.
#[derive(Default)]
struct Tally {
    courses: u64,
    failed: Vec<u64>,
    ran_ms: u64,
}

impl Tally {
    #[expect(clippy::print_stderr, reason = "a figure for whoever runs many seeds; nothing depends on it")]
    fn tell(&self, cpu: Duration) {
        let (hours, minutes) = (self.ran_ms / 3_600_000, cpu.as_secs_f64() / 60.0);
        let rate = self.ran_ms as f64 / 3_600_000.0 / minutes;
        let (courses, failed) = (self.courses, self.failed.len());
        eprintln!(
            "{courses} courses, {failed} failed: {hours} group-hours in {minutes:.2} CPU minutes, {rate:.0} a minute"
        );
    }
}

/// What this thread has had of a processor.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = stat.split(' ').next().and_then(|ns| ns.parse().ok());
    Duration::from_nanos(ns.unwrap_or_default())
}

#[test]
fn in_any_course_of_events_all_who_take_part_show_the_same() {
    let seeds = std::env::var("UNDERTONE_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(12_u64);
    let first = std::env::var("UNDERTONE_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0_u64);
    let (mut tally, begun) = (Tally::default(), cpu());
    let mut friends = Friends::new(first / FRIENDS_FOR);
    for seed in first..first + seeds {
        if seed % FRIENDS_FOR == 0 {
            friends = Friends::new(seed / FRIENDS_FOR);
        }
        tally.courses += 1;
        match catch_unwind(AssertUnwindSafe(|| run(&friends, seed, true))) {
            Ok(ran_ms) => tally.ran_ms += ran_ms,
            Err(_) => tally.failed.push(seed),
        }
    }
    tally.tell(cpu() - begun);
    assert!(tally.failed.is_empty(), "these seeds failed: {:?}", tally.failed);
}

/// Hana, Eun or Dan wrote and met one other before they went: somebody who had not heard yet that Eun takes part (1114),
/// somebody who was removed before the others came (5214), and somebody who tells Dan nothing, who has left (1191).
#[test]
fn what_is_left_with_a_member_reaches_all_or_nobody_whatever_that_member_knew_and_became() {
    for (seed, nights) in [(1114, false), (5214, false), (1191, true)] {
        run(&Friends::new(seed / FRIENDS_FOR), seed, nights);
    }
}
