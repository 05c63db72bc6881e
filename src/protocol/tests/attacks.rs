//! Published attacks that reach the engine, each named as in docs/protocol.md. What the cryptography alone
//! refuses is tested in `crypto/tests/attacks`.

use std::collections::{BTreeMap, BTreeSet};

use undertone_crypto::{init_msg::InitMsg, padme::padded_len};

use super::super::{
    Alarm, Notice, Refused,
    sim::{Disk, World},
};
use crate::{
    model::{
        Body, ContactState, Emoji, Entry, EntryRef, Finding, FrameId, Mentions, Peer,
        limits::{REQUESTS, REQUESTS_OF_ONE},
    },
    wire::{Frame, Payload, encode_entry},
};

const HANA: usize = 0;
const BORA: usize = 1;
const MALLORY: usize = 2;

/// Hana and Bora are contacts; Mallory is connected to both.
fn with_mallory(seed: u64) -> World {
    let mut world = World::new(&["Hana", "Bora", "Mallory"], seed);
    world.befriend(HANA, BORA);
    world.connect(MALLORY, HANA);
    world.connect(MALLORY, BORA);
    world.run();
    world
}

/// The sealed parts of the first messages that travelled, and of all others.
fn sealed(world: &World) -> (Vec<&[u8]>, Vec<&[u8]>) {
    world.seen.iter().map(|frame| &frame[1..]).partition(|sealed| sealed[0] == FIRST_MESSAGE)
}

/// The ratchet messages that travelled, each once.
fn ratchet_messages(world: &World) -> BTreeSet<Vec<u8>> {
    let (first, later) = sealed(world);
    let inside = first.into_iter().map(|bytes| InitMsg::parse(bytes).unwrap().dr_msg().to_vec());
    inside.chain(later.into_iter().map(<[u8]>::to_vec)).collect()
}

fn framed(sealed: &[u8]) -> Vec<u8> {
    Frame::Sealed(sealed).encode()
}

/// Frames on their way from one to the other.
fn on_the_way(world: &World, from: usize, to: usize) -> usize {
    world.wires.get(&(from, to)).map_or(0, |wire| wire.len())
}

/// What an attack must not have changed.
fn kept(disk: &Disk) -> impl PartialEq + std::fmt::Debug + use<> {
    let contacts: Vec<_> = disk.contacts.values().map(|c| (c.account, c.state, c.verified)).collect();
    let sessions: Vec<_> = disk.sessions.keys().copied().collect();
    let entries: Vec<_> = disk.entries.keys().copied().collect();
    (contacts, sessions, entries)
}

#[test]
fn init_replay() {
    // T09: the first messages of a session come again: at once, after a restart, after the session is gone.
    let mut world = with_mallory(101);
    world.say(BORA, HANA, "once").unwrap();
    world.run();
    let replayed: Vec<Vec<u8>> = sealed(&world).0.into_iter().map(framed).collect();
    assert!(!replayed.is_empty());
    let again = |world: &mut World, what: &str| {
        for victim in [HANA, BORA] {
            let before = kept(&world.nodes[victim].disk);
            for from in [world.peer(HANA), world.peer(BORA), world.peer(MALLORY)] {
                for frame in &replayed {
                    world.inject(victim, from, frame);
                }
            }
            world.run();
            assert_eq!(kept(&world.nodes[victim].disk), before, "{what}");
        }
    };
    again(&mut world, "at once");
    for node in [HANA, BORA] {
        world.crash(node);
    }
    world.connect(HANA, BORA);
    world.connect(MALLORY, HANA);
    world.connect(MALLORY, BORA);
    world.run();
    again(&mut world, "after a restart");
    for node in [HANA, BORA] {
        world.cut(HANA, BORA);
        world.nodes[node].disk.sessions.clear();
        world.crash(node);
    }
    world.connect(MALLORY, HANA);
    world.connect(MALLORY, BORA);
    world.run();
    again(&mut world, "after the sessions were deleted");
    world.pass(700);
    assert!(world.nodes.iter().all(|node| node.disk.prekeys.is_empty() && node.disk.replays.is_empty()));
    again(&mut world, "after the prekeys were destroyed");
    assert_eq!(world.texts(HANA, BORA), ["once"]);
}

#[test]
fn prekey_depletion() {
    // T11: strangers ask for prekeys as fast as they can; those who know us still get theirs.
    let strangers = 2..8;
    let mut world = World::new(&["Hana", "Bora", "M1", "M2", "M3", "M4", "M5", "M6"], 102);
    world.befriend(HANA, BORA);
    for stranger in strangers.clone() {
        world.connect(stranger, HANA);
    }
    world.run();
    let request = Frame::BundleRequest.encode();
    for minute in 0..12 {
        for _ in 0..100 {
            for stranger in strangers.clone() {
                let from = world.peer(stranger);
                world.inject(HANA, from, &request);
            }
        }
        // Bora lost her sessions and needs a new one, in the middle of it.
        world.cut(HANA, BORA);
        world.nodes[BORA].disk.sessions.clear();
        world.crash(BORA);
        world.connect(HANA, BORA);
        let text = format!("minute {minute}");
        world.say(BORA, HANA, &text).unwrap();
        world.pass(2);
        assert!(world.texts(HANA, BORA).contains(&text), "{text} did not arrive");
        assert!(world.nodes[HANA].disk.prekeys.len() <= 256);
        world.pass(58);
    }
    for stranger in strangers {
        world.cut(stranger, HANA);
    }
    world.pass(700);
    assert!(world.nodes[HANA].disk.prekeys.is_empty(), "nothing of it stays");
}

/// Somebody at `node` whom nobody knows asks Hana, and is gone again.
fn ask_as_somebody(world: &mut World, node: usize, new_run: bool) {
    world.become_another(node, new_run);
    let hana = world.account(HANA);
    // One after another, not at the same moment.
    world.nodes.iter_mut().for_each(|node| node.clock_ms += 61_000);
    world.connect(node, HANA);
    world.run();
    world.act(node, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.run();
    world.cut(node, HANA);
}

fn requests(world: &World) -> BTreeSet<crate::model::AccountId> {
    let contacts = world.nodes[HANA].engine.contacts();
    contacts.filter(|contact| contact.state == ContactState::Request).map(|contact| contact.account).collect()
}

#[test]
fn a_flood_of_requests_on_one_connection_leaves_everybody_elses_alone() {
    let mut world = World::new(&["Hana", "Bora", "Mallory"], 113);
    world.act(HANA, |engine, ctx| engine.set_visible(true, ctx));
    ask_as_somebody(&mut world, BORA, false);
    let bora = world.account(BORA);
    for _ in 0..8 {
        ask_as_somebody(&mut world, MALLORY, false);
    }
    assert!(requests(&world).contains(&bora));
    assert_eq!(requests(&world).len(), 1 + REQUESTS_OF_ONE);
    // Nor does a restart forget who laid them in.
    world.crash(HANA);
    world.act(HANA, |engine, ctx| engine.set_visible(true, ctx));
    ask_as_somebody(&mut world, MALLORY, false);
    assert_eq!(requests(&world).len(), 1 + REQUESTS_OF_ONE);
    assert_eq!(world.nodes[HANA].disk.contacts.len(), 1 + REQUESTS_OF_ONE);
    // An answer makes room.
    let answered = requests(&world).into_iter().find(|account| *account != bora).unwrap();
    world.act(HANA, |engine, _| engine.remove(answered)).unwrap();
    ask_as_somebody(&mut world, MALLORY, false);
    assert!(requests(&world).contains(&world.account(MALLORY)));
}

#[test]
fn a_full_request_box_drops_what_the_busiest_connection_laid_in() {
    let mut world = World::new(&["Hana", "Bora", "Mallory"], 114);
    world.act(HANA, |engine, ctx| engine.set_visible(true, ctx));
    ask_as_somebody(&mut world, BORA, false);
    let bora = world.account(BORA);
    let mut flood = Vec::new();
    for _ in 0..(REQUESTS - 1).div_ceil(REQUESTS_OF_ONE) + 2 {
        for of_one in 0..REQUESTS_OF_ONE {
            ask_as_somebody(&mut world, MALLORY, of_one == 0);
            flood.push(world.account(MALLORY));
        }
        assert!(requests(&world).len() <= REQUESTS && requests(&world).contains(&bora));
    }
    assert_eq!(requests(&world).len(), REQUESTS);
    assert!(!requests(&world).contains(&flood[0]), "the oldest of the flood gave way");
    assert!(requests(&world).contains(flood.last().unwrap()));
}

#[test]
fn prekeys_are_for_those_who_may_see_us() {
    // T11: being asked tells nothing about somebody who is not visible.
    let mut world = World::new(&["Hana", "Mallory"], 103);
    world.connect(0, 1);
    world.run();
    let from = world.peer(1);
    for _ in 0..100 {
        world.inject(0, from, &Frame::BundleRequest.encode());
    }
    assert_eq!(on_the_way(&world, 0, 1), 0);
    assert!(world.nodes[0].disk.prekeys.is_empty());
}

#[test]
fn simultaneous_initiation() {
    // T13: both lost their sessions and start anew at once. Frames come in any order of the two directions, the
    // connection breaks anywhere.
    let mut start = World::new(&["Hana", "Bora"], 104);
    start.befriend(0, 1);
    start.cut(0, 1);
    for node in [0, 1] {
        start.nodes[node].disk.sessions.clear();
    }
    let disks: Vec<Disk> = start.nodes.iter().map(|node| node.disk.clone()).collect();
    // On all cores: it is nearly all arithmetic on curves.
    let cores = std::thread::available_parallelism().map_or(1, |cores| u64::try_from(cores.get()).unwrap());
    std::thread::scope(|scope| {
        for core in 0..cores {
            let (start, disks) = (&start, &disks);
            let seeds = (0..INTERLEAVINGS).filter(move |seed| seed % cores == core);
            scope.spawn(move || seeds.for_each(|seed| initiate_at_once(start.again(disks, seed), seed)));
        }
    });
}

/// One course of events in which both start anew.
fn initiate_at_once(mut world: World, seed: u64) {
    world.connect(0, 1);
    let first = world.rng.below(2);
    world.say(first, 1 - first, "first").unwrap();
    for i in 0..10 {
        let from = world.rng.below(2);
        match world.rng.below(12) {
            0 => {
                world.cut(0, 1);
                world.connect(0, 1);
            }
            1 | 2 if i < 5 => drop(world.say(from, 1 - from, &format!("{from} {i}")).unwrap()),
            _ => drop(world.deliver(from, 1 - from)),
        }
    }
    world.say(1 - first, first, "other").unwrap();
    world.pass(1);
    // Whoever asked in vain asks again after five seconds.
    world.pass(if settled(&world) { 0 } else { 7 });
    assert!(settled(&world), "seed {seed}: something does not arrive");
    let (ours, theirs) = (world.texts(0, 1), world.texts(1, 0));
    assert_eq!(ours, theirs, "seed {seed}");
    assert_eq!(ours.iter().collect::<BTreeSet<_>>().len(), ours.len(), "seed {seed}");
    // One session to send in, and it stays the one: no ping-pong.
    let before = world.nodes[0].disk.sessions.len().max(world.nodes[1].disk.sessions.len());
    for from in [0, 1, 1, 0] {
        world.say(from, 1 - from, &format!("later {from}")).unwrap();
        world.run();
    }
    let after = world.nodes[0].disk.sessions.len().max(world.nodes[1].disk.sessions.len());
    assert!(settled(&world) && after == before && after <= 2, "seed {seed}: {before}, {after}");
}

fn settled(world: &World) -> bool {
    world.nodes.iter().all(|node| node.engine.outbox_len() == 0)
}

#[test]
fn reflection() {
    // T16: what somebody sent comes back to them, from the one it was sent to and from anybody else.
    let mut world = with_mallory(105);
    world.say(HANA, BORA, "to Bora").unwrap();
    let frames: Vec<Vec<u8>> = world.wires[&(HANA, BORA)].iter().cloned().collect();
    let before = kept(&world.nodes[HANA].disk);
    for from in [world.peer(BORA), world.peer(MALLORY)] {
        for frame in &frames {
            world.inject(HANA, from, frame);
        }
    }
    assert_eq!(kept(&world.nodes[HANA].disk), before);
    world.run();
    assert_eq!(world.texts(HANA, BORA), ["to Bora"]);
    assert_eq!(world.texts(BORA, HANA), ["to Bora"]);

    // Nor does a proof of one's own, shown back, make anybody a contact.
    world.cut(HANA, MALLORY);
    world.connect(HANA, MALLORY);
    let from = world.peer(MALLORY);
    for _ in 0..4 {
        while let Some(frame) = world.wires.get_mut(&(HANA, MALLORY)).and_then(|wire| wire.pop_front()) {
            if frame[0] != HELLO {
                world.inject(HANA, from, &frame);
            }
        }
        while world.deliver(MALLORY, HANA) {}
    }
    assert_eq!(world.nodes[HANA].engine.account_of(from), None);
}

#[test]
fn nonce_key_uniqueness_under_crash() {
    // T20: death before and after every commit, and old copies of the folder, seen and unseen by the program.
    for seed in 0..12 {
        let mut world = World::new(&["Hana", "Bora"], 200 + seed);
        world.befriend(0, 1);
        let mut old = [world.nodes[0].disk.clone(), world.nodes[1].disk.clone()];
        for i in 0..60 {
            let node = world.rng.below(2);
            let chat = world.chat(0, 1);
            let text = crate::model::Text::new(format!("{node} says {i}")).unwrap();
            let body = Body::Text { text, reply_to: None, mentions: Mentions::default() };
            match world.rng.below(10) {
                0 | 1 => {
                    let committed = world.rng.below(2) == 0;
                    world.die_in(node, committed, |engine, ctx| {
                        engine.speak(chat, body, ctx).ok();
                    });
                }
                2 => {
                    let from = world.peer(1 - node);
                    let frame = world.wires.get_mut(&(1 - node, node)).and_then(|wire| wire.pop_front());
                    let committed = world.rng.below(2) == 0;
                    if let Some(frame) = frame {
                        world.die_in(node, committed, |engine, ctx| engine.on_frame(from, &frame, ctx));
                    }
                }
                3 => {
                    let noticed = world.rng.below(2) == 0;
                    let disk = old[node].clone();
                    world.roll_back(node, disk, noticed);
                }
                4 => old[node] = world.nodes[node].disk.clone(),
                _ => {
                    world.act(node, |engine, ctx| engine.speak(chat, body, ctx)).ok();
                }
            }
            world.connect(0, 1);
            for _ in 0..world.rng.below(6) {
                let from = world.rng.below(2);
                world.deliver(from, 1 - from);
            }
        }
        world.pass(80);
        let messages = ratchet_messages(&world);
        assert!(messages.len() > 20, "{}", messages.len());
        // The nonce stands behind the type byte. A key used twice with one nonce shows in equal bytes of two
        // messages, for what they say ends in zeros.
        let nonces: BTreeSet<&[u8]> = messages.iter().map(|message| &message[1..25]).collect();
        assert_eq!(nonces.len(), messages.len(), "seed {seed}: a nonce came twice");
        let all: Vec<&Vec<u8>> = messages.iter().collect();
        for (i, one) in all.iter().enumerate() {
            for other in &all[..i] {
                let pairs = one.iter().rev().zip(other.iter().rev());
                let equal = pairs.skip(16).take(128).filter(|(a, b)| a == b).count();
                assert!(equal < 16, "seed {seed}: {equal} equal bytes");
            }
        }
        world.say(0, 1, "still here").unwrap();
        world.pass(80);
        assert!(world.texts(1, 0).contains(&"still here".to_owned()), "seed {seed}");
    }
}

#[test]
fn identity_change_signal() {
    // T24: a verified contact has a new device; then an older and a contradicting device list are served.
    let mut world = World::new(&["Hana", "Bora"], 106);
    world.befriend(0, 1);
    let (hana, bora) = (world.account(0), world.account(1));
    let digits = undertone_crypto::compare::safety_number(&hana, &bora);
    world.act(0, |engine, _| engine.verify(bora, &digits.digits())).unwrap();
    assert!(world.contact(0, 1).verified);
    let mut first_device = world.nodes[1].disk.clone();

    world.reinstall(1, "Bora");
    ask_again(&mut world);
    assert!(world.nodes[0].notices.contains(&Notice::KeyChanged(bora)));
    assert_eq!(world.say(0, 1, "?"), Err(Refused::KeyChanged));
    world.act(0, |engine, ctx| engine.accept(bora, ctx)).unwrap();
    world.pass(10);
    world.say(0, 1, "to the new device").unwrap();
    world.pass(2);
    assert!(world.texts(1, 0).contains(&"to the new device".to_owned()));
    let second_device = world.nodes[1].disk.clone();
    let (first_cert, second_cert) = (first_device.profile.cert.clone(), second_device.profile.cert.clone());
    let second_since = second_device.profile.device_list.clone();

    // The old device comes back, with the list of its time.
    let shown = world.texts(0, 1);
    first_device.sessions.clear();
    world.roll_back(1, first_device, false);
    // Hana no longer knows it, so all it can do is ask like anybody else.
    world.act(1, |engine, _| engine.remove(hana)).unwrap();
    ask_again(&mut world);
    assert!(world.nodes[0].notices.contains(&Notice::Alarm(bora, Alarm::Rollback)));
    assert_eq!(world.texts(0, 1), shown, "nothing of it counts");

    // Somebody with the recovery phrase makes another list with the same number.
    world.nodes[1].clock_ms = clock_of(&second_since, bora) - 10_000;
    world.reinstall(1, "Bora");
    assert_ne!(world.nodes[1].disk.profile.device_list, second_since);
    world.nodes[1].clock_ms = world.nodes[0].clock_ms;
    ask_again(&mut world);
    assert!(world.nodes[0].notices.contains(&Notice::Alarm(bora, Alarm::Equivocation)));
    assert_eq!(world.texts(0, 1), shown);
    assert!(world.contact(0, 1).changed_device.is_none(), "it is no device to decide about");

    // What was shown is kept, once however often it was shown, over a restart.
    world.crash(0);
    let kept = &world.contact(0, 1).evidence;
    let findings: Vec<_> = kept.iter().map(|evidence| evidence.finding).collect();
    assert_eq!(findings, [Finding::NewDevice, Finding::Rollback, Finding::Equivocation]);
    let shown: Vec<_> = kept.iter().map(|evidence| evidence.cert.clone()).collect();
    assert_eq!(shown, [second_cert, first_cert, world.nodes[1].disk.profile.cert.clone()]);
    let known = Some((kept[0].shown.0, clock_of(&second_since, bora)));
    assert!(kept[1..].iter().all(|evidence| evidence.known == known));
    assert_eq!(kept[2].shown.1, clock_of(&second_since, bora));
    assert_ne!(kept[2].shown.0, kept[0].shown.0);
    assert!(kept.windows(2).all(|pair| pair[0].at_ms < pair[1].at_ms));
}

/// Bora is there and asks Hana, however often it takes.
fn ask_again(world: &mut World) {
    let hana = world.account(0);
    world.act(1, |engine, ctx| engine.set_visible(true, ctx));
    world.connect(0, 1);
    world.run();
    world.act(1, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.pass(40);
}

/// When a device list was made: its number starts at the clock.
fn clock_of(list: &[u8], account: crate::model::AccountId) -> u64 {
    undertone_crypto::devlist::DeviceList::parse(list, &account).unwrap().seq()
}

#[test]
fn toctou_session_lookup() {
    // T25: a message of one person on the connection of another is bound to neither.
    let mut world = World::new(&["Hana", "Bora", "Chan"], 107);
    world.befriend(HANA, BORA);
    let chan = 2;
    let hana = world.account(HANA);
    world.connect(HANA, chan);
    world.run();
    world.act(chan, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    while !world.wires[&(chan, HANA)].iter().any(|frame| frame.starts_with(&[SEALED, FIRST_MESSAGE])) {
        assert!(world.deliver(chan, HANA) || world.deliver(HANA, chan));
    }
    let first: Vec<Vec<u8>> =
        world.wires[&(chan, HANA)].iter().filter(|frame| frame[0] == SEALED).cloned().collect();
    let bora = world.peer(BORA);
    for frame in &first {
        world.inject(HANA, bora, frame);
    }
    assert_eq!(world.nodes[HANA].engine.contacts().count(), 1, "Bora's connection brings nobody else");
    assert_eq!(world.nodes[HANA].engine.account_of(bora), Some(world.account(BORA)));
    world.run();
    let account = world.account(chan);
    world.act(HANA, |engine, ctx| engine.accept(account, ctx)).unwrap();
    world.run();
    assert_eq!(world.contact(HANA, chan).state, ContactState::Mutual, "and on its own it counts");

    // The same for what comes later in a session.
    world.say(chan, HANA, "from Chan").unwrap();
    let later: Vec<Vec<u8>> = world.wires[&(chan, HANA)].iter().cloned().collect();
    for frame in &later {
        world.inject(HANA, bora, frame);
    }
    assert!(world.texts(HANA, chan).is_empty() && world.texts(HANA, BORA).is_empty());
    world.run();
    assert_eq!(world.texts(HANA, chan), ["from Chan"]);
    assert!(world.texts(HANA, BORA).is_empty());
}

/// Frames that say they hold more than they do, in every way there is.
fn bombs() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = vec![
        vec![],
        vec![0; 64 * 1024 + 1],
        vec![0xff; 64 * 1024 + 1],
        vec![0x81; 60_000],          // arrays in arrays
        [0xa1, 0x00].repeat(30_000), // maps in maps
        vec![0x9f; 60_000],          // without end
        [0xbf, 0x00].repeat(30_000),
        vec![0xc1; 60_000], // tags on tags
        [&[0xa1, 0x00, 0x5b][..], &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat(),
        [&[0xa1, 0x00, 0x7b][..], &[0xff; 8]].concat(),
        [&[0xbb][..], &[0xff; 8]].concat(),
        [&[0x9b][..], &[0xff; 8]].concat(),
        [&[0xa1, 0x00, 0x5f][..], &[0x41, 0].repeat(20_000)].concat(),
        vec![0; 16 * 1025],
    ];
    let tags = vec![7; 16 * 449];
    bodies.push([&[0xa1, 0x00, 0x59][..], &u16::try_from(tags.len()).unwrap().to_be_bytes(), &tags].concat());
    let kinds = [0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x20, 0x7f, 0xff];
    kinds.iter().flat_map(|kind| bodies.iter().map(|body| [&[*kind], body.as_slice()].concat())).collect()
}

#[test]
fn one_packet_network_kill() {
    // T43: no packet stops anybody, whoever sends it.
    let mut world = with_mallory(108);
    for from in [MALLORY, BORA] {
        for bomb in bombs() {
            let before = kept(&world.nodes[HANA].disk);
            let peer = world.peer(from);
            world.inject(HANA, peer, &bomb);
            assert_eq!(kept(&world.nodes[HANA].disk), before);
            // Whoever sends what no program of ours does is not listened to any more.
            world.cut(HANA, from);
            world.connect(HANA, from);
            world.run();
        }
    }
    world.say(HANA, BORA, "still here").unwrap();
    world.say(BORA, HANA, "so am I").unwrap();
    world.pass(20);
    assert_eq!(world.texts(HANA, BORA).len(), 2);
    assert_eq!(world.texts(BORA, HANA).len(), 2);
}

#[test]
fn one_sealed_packet_kills_nothing_either() {
    // T43, from a contact: the bombs are inside the encryption.
    let mut world = with_mallory(109);
    for bomb in bombs() {
        let bomb = &bomb[..bomb.len().min(65_000)];
        let frame = seal_as(&mut world, BORA, HANA, bomb);
        let from = world.peer(BORA);
        world.inject(HANA, from, &framed(&frame));
        let entry = Payload::Entry(&bomb[..bomb.len().min(64_000)]).encode();
        let frame = seal_as(&mut world, BORA, HANA, &entry);
        world.inject(HANA, from, &framed(&frame));
        world.run();
        assert!(world.nodes[HANA].disk.entries.keys().all(|(_, id)| id.lamport < 100));
    }
    assert!(world.texts(HANA, BORA).is_empty());
    world.say(BORA, HANA, "still here").unwrap();
    world.pass(2);
    assert_eq!(world.texts(HANA, BORA), ["still here"]);
}

/// What a changed program of `from` could seal for `to`.
fn seal_as(world: &mut World, from: usize, to: usize, content: &[u8]) -> Vec<u8> {
    let account = world.account(to);
    world.act(from, |engine, ctx| {
        let person = engine.people.get_mut(&account).unwrap();
        let device = person.device().unwrap();
        let session = person.sessions.sending(device).unwrap();
        let sealed = session.seal(content, ctx.now_ms, &mut ctx.rng).unwrap();
        let id = session.id();
        engine.out.session_used(account, id, ctx.now_ms);
        sealed
    })
}

#[test]
fn sealed_sizes_say_little() {
    // T44: texts of any length make frames of few sizes.
    let mut world = World::new(&["Hana", "Bora"], 110);
    world.befriend(0, 1);
    for _ in 0..2 {
        // Without the parts that only some messages have.
        world.say(0, 1, "one").unwrap();
        world.say(1, 0, "other").unwrap();
        world.run();
    }
    let start = world.seen.len();
    for length in 1..400 {
        world.say(0, 1, &"x".repeat(length * 7)).unwrap();
        world.run();
    }
    let sizes: BTreeSet<usize> = world.seen[start..].iter().map(|frame| frame.len() - 1).collect();
    let allowed: BTreeSet<usize> = (1..4096).filter_map(padded_len).collect();
    let parts = [0, 1088, 1184, 1088 + 1184];
    for size in &sizes {
        assert!(
            parts.iter().any(|part| size.checked_sub(104 + part).is_some_and(|rest| allowed.contains(&rest))),
            "{size}"
        );
    }
    assert!(sizes.len() < 400 / 4, "{} sizes for 399 lengths", sizes.len());
}

#[test]
fn receipt_probe() {
    // T46: nobody learns anything from what they were not asked to send.
    let mut world = with_mallory(111);
    let entry = world.say(HANA, BORA, "hello").unwrap();
    world.run();
    let stolen: Vec<Vec<u8>> = world.seen.clone();
    let probes = |id: FrameId| {
        let mut probes: Vec<Vec<u8>> = stolen.clone();
        for kind in [FIRST_MESSAGE, 2, 3, 0xff] {
            probes.push(framed(&[&[kind], [0x55; 400].as_slice()].concat()));
        }
        probes.push(Frame::Signal(&[0x55; 60]).encode());
        probes.push(Frame::Taken(vec![id]).encode());
        probes.push(Frame::Refused(id).encode());
        probes.push(Frame::InviteEnded(crate::model::InviteId([5; 8])).encode());
        probes.push(Frame::Unknown.encode());
        probes
    };
    let probes = probes(FrameId::of(b"anything"));

    // A stranger.
    let mallory = world.peer(MALLORY);
    for probe in &probes {
        world.inject(HANA, mallory, probe);
        assert_eq!(on_the_way(&world, HANA, MALLORY), 0, "{:02x?}", &probe[..2]);
    }

    // A contact: what cannot be opened is refused, so that a lost session heals, and never acknowledged.
    let bora = world.peer(BORA);
    for probe in &probes {
        world.inject(HANA, bora, probe);
    }
    let answers: BTreeMap<u8, usize> =
        world.wires[&(HANA, BORA)].iter().fold(BTreeMap::new(), |mut kinds, frame| {
            *kinds.entry(frame[0]).or_default() += 1;
            kinds
        });
    assert!(answers.keys().all(|kind| [SEALED, TAKEN, REFUSED].contains(kind)), "{answers:?}");
    world.run();

    // A reaction to what does not exist is acknowledged as every frame is, once a copy, and is no message.
    let notices = world.nodes[HANA].notices.len();
    let (shown, unread) = (world.texts(HANA, BORA), unread(&world));
    let target = EntryRef { lamport: 77, ..entry };
    let body = Body::React { target, emoji: Emoji::new("👍").unwrap(), on: true };
    let author = world.nodes[BORA].engine.device();
    let id = EntryRef { lamport: 50, author, seq: world.nodes[BORA].clock_ms + 500 };
    let reaction = encode_entry(&Entry { id, sent_at_ms: 0, body });
    let frame = framed(&seal_as(&mut world, BORA, HANA, &Payload::Entry(&reaction).encode()));
    for _ in 0..3 {
        world.inject(HANA, bora, &frame);
        let answer: Vec<_> = world.wires.get_mut(&(HANA, BORA)).unwrap().drain(..).collect();
        assert_eq!(answer, [Frame::Taken(vec![FrameId::of(&frame[1..])]).encode()]);
    }
    assert!(!world.nodes[HANA].notices[notices..].iter().any(|n| matches!(n, Notice::Arrived(..))));
    assert_eq!((world.texts(HANA, BORA), self::unread(&world)), (shown, unread));

    // Somebody who is blocked.
    let account = world.account(BORA);
    world.act(HANA, |engine, ctx| engine.block(account, true, ctx)).unwrap();
    world.connect(HANA, BORA);
    world.run();
    for probe in probes.iter().chain([&frame]) {
        world.inject(HANA, bora, probe);
        assert_eq!(on_the_way(&world, HANA, BORA), 0);
    }
}

fn unread(world: &World) -> u32 {
    world.nodes[HANA].engine.head(world.chat(HANA, BORA)).unwrap().unread
}

#[test]
fn a_peer_that_sends_what_no_program_of_ours_sends_is_cut_off_and_a_contact_comes_back() {
    // T43: one broken packet ends the connection's name, not the acquaintance.
    let mut world = with_mallory(112);
    let (mallory, bora): (Peer, Peer) = (world.peer(MALLORY), world.peer(BORA));
    world.inject(HANA, mallory, &[TAKEN, 1]);
    assert!(!world.wires.contains_key(&(HANA, MALLORY)), "whoever sends garbage is cut off");
    world.inject(HANA, bora, &[TAKEN, 1]);
    world.crash(BORA);
    world.connect(HANA, BORA);
    world.run();
    world.say(BORA, HANA, "sorry").unwrap();
    world.pass(2);
    assert_eq!(world.texts(HANA, BORA), ["sorry"]);
}

const HELLO: u8 = 0x01;
const SEALED: u8 = 0x10;
const TAKEN: u8 = 0x11;
const REFUSED: u8 = 0x12;
/// The type byte of an `InitMsg`.
const FIRST_MESSAGE: u8 = 0x01;
/// Ten times as many have been run; this many are quick.
const INTERLEAVINGS: u64 = 1_000;
