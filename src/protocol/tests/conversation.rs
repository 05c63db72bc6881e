//! What two engines must do between them, over the simulated network of `sim`.

use std::collections::BTreeSet;

use super::super::sim::World;
use super::super::{Alarm, Notice, Refused};
use crate::model::{Body, ContactState, Delivery, DeviceId, Entry, EntryRef, Mentions, Name, Text};
use crate::wire::{Card, Frame, Proof, encode_entry};

#[test]
fn two_people_nearby_ask_accept_and_talk() {
    let mut world = World::new(&["Hana", "Bora"], 1);
    world.befriend(0, 1);
    assert_eq!(world.contact(0, 1).state, ContactState::Mutual);
    assert_eq!(world.contact(1, 0).state, ContactState::Mutual);
    assert_eq!(world.contact(0, 1).name.as_str(), "Bora");
    let id = world.say(0, 1, "hello").unwrap();
    world.say(1, 0, "hi").unwrap();
    world.run();
    assert_eq!(world.texts(0, 1), world.texts(1, 0));
    assert_eq!(world.texts(0, 1).len(), 2);
    assert_eq!(world.nodes[0].engine.delivery(world.chat(0, 1), id), Delivery::Delivered);
    assert!(world.nodes.iter().all(|node| node.engine.outbox_len() == 0));
}

#[test]
fn a_stranger_lands_in_the_request_box_and_nothing_else_of_it_counts() {
    let mut world = World::new(&["Hana", "Mallory"], 2);
    world.act(0, |engine, ctx| engine.set_visible(true, ctx));
    world.connect(0, 1);
    world.run();
    let (hana, chat) = (world.account(0), world.chat(0, 1));
    world.act(1, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.say(1, 0, "spam").unwrap();
    world.run();
    assert_eq!(world.contact(0, 1).state, ContactState::Request);
    assert!(world.texts(0, 1).is_empty());
    assert!(
        world.nodes[0].notices.iter().all(|n| !matches!(n, Notice::Arrived(..) | Notice::ChatChanged(_)))
    );
    assert_eq!(world.say(0, 1, "who?"), Err(Refused::NotAllowed));
    // What was said waits for the answer, and comes then.
    assert_eq!(world.nodes[1].engine.outbox_len(), 1);
    let mallory = world.account(1);
    world.act(0, |engine, ctx| engine.accept(mallory, ctx)).unwrap();
    world.run();
    assert_eq!(world.texts(0, 1), ["spam"]);
    assert_eq!(
        world.nodes[1].engine.delivery(chat, world.nodes[0].engine.head(chat).unwrap().last.unwrap()),
        Delivery::Delivered
    );
}

#[test]
fn who_is_not_visible_is_not_seen_and_gives_no_prekeys() {
    let mut world = World::new(&["Hana", "Mallory"], 3);
    world.connect(0, 1);
    world.run();
    assert_eq!(world.nodes[1].engine.nearby().count(), 0);
    let hana = world.account(0);
    world.act(1, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.pass(30);
    assert!(world.nodes[0].disk.prekeys.is_empty());
    assert_eq!(world.nodes[0].engine.contacts().count(), 0);
}

#[test]
fn an_invite_makes_two_hidden_people_contacts_once() {
    let mut world = World::new(&["Hana", "Bora", "Chan"], 4);
    let link = world.act(0, |engine, ctx| engine.invite(Some(3600), true, ctx)).unwrap();
    for node in [1, 2] {
        world.act(node, |engine, ctx| engine.ask_by_link(&link, None, ctx)).unwrap();
    }
    world.connect(0, 1);
    world.run();
    assert_eq!(world.contact(0, 1).state, ContactState::Mutual);
    assert_eq!(world.contact(1, 0).state, ContactState::Mutual);
    assert_eq!(world.contact(1, 0).name.as_str(), "Hana");
    world.connect(0, 2);
    world.pass(10);
    assert_eq!(world.nodes[0].engine.contacts().count(), 1);
    let hana = world.account(0);
    assert!(world.nodes[2].notices.contains(&Notice::Alarm(hana, Alarm::InviteUsed)));
    assert_eq!(world.contact(2, 0).state, ContactState::Asked);
}

#[test]
fn both_asking_at_once_end_as_contacts_with_one_session_to_send_in() {
    for seed in 0..50 {
        let mut world = World::new(&["Hana", "Bora"], seed);
        for node in [0, 1] {
            world.act(node, |engine, ctx| engine.set_visible(true, ctx));
        }
        world.connect(0, 1);
        world.run();
        let (a, b) = (world.account(0), world.account(1));
        world.act(0, |engine, ctx| engine.ask(b, None, None, ctx)).unwrap();
        world.act(1, |engine, ctx| engine.ask(a, None, None, ctx)).unwrap();
        for _ in 0..40 {
            let from = world.rng.below(2);
            world.deliver(from, 1 - from);
        }
        world.run();
        for i in 0..5 {
            world.say(0, 1, &format!("a{i}")).unwrap();
            world.say(1, 0, &format!("b{i}")).unwrap();
        }
        world.run();
        assert_eq!(world.texts(0, 1).len(), 10, "seed {seed}");
        assert_eq!(world.texts(0, 1), world.texts(1, 0), "seed {seed}");
        assert_eq!(world.contact(0, 1).state, ContactState::Mutual);
    }
}

#[test]
fn texts_arrive_once_and_in_one_order_through_cuts_and_crashes() {
    for seed in 0..60 {
        let mut world = World::new(&["Hana", "Bora"], seed);
        world.befriend(0, 1);
        let mut said = BTreeSet::new();
        for i in 0..300 {
            match world.rng.below(20) {
                0 => world.cut(0, 1),
                1 => {
                    let node = world.rng.below(2);
                    world.crash(node);
                }
                2..=6 => {
                    let from = world.rng.below(2);
                    let text = format!("{from}-{i}");
                    world.say(from, 1 - from, &text).unwrap();
                    said.insert(text);
                }
                7 | 8 => world.connect(0, 1),
                9 => world.pass(1),
                _ => {
                    let from = world.rng.below(2);
                    world.deliver(from, 1 - from);
                }
            }
        }
        world.connect(0, 1);
        world.pass(40);
        let shown = world.texts(0, 1);
        assert_eq!(shown, world.texts(1, 0), "seed {seed}");
        assert_eq!(shown.iter().cloned().collect::<BTreeSet<_>>(), said, "seed {seed}");
        assert_eq!(shown.len(), said.len(), "seed {seed}");
        assert!(world.nodes.iter().all(|node| node.engine.outbox_len() == 0), "seed {seed}");
    }
}

#[test]
fn an_old_copy_of_the_folder_heals_by_itself() {
    for noticed in [true, false] {
        for who in [0, 1] {
            let mut world = World::new(&["Hana", "Bora"], 7);
            world.befriend(0, 1);
            let old = world.nodes[who].disk.clone();
            for i in 0..5 {
                world.say(0, 1, &format!("before {i}")).unwrap();
                world.say(1, 0, &format!("answer {i}")).unwrap();
                world.run();
            }
            world.roll_back(who, old, noticed);
            world.connect(0, 1);
            world.pass(3);
            world.say(0, 1, "after").unwrap();
            world.say(1, 0, "after too").unwrap();
            world.pass(100);
            for node in [0, 1] {
                let texts = world.texts(node, 1 - node);
                for text in ["after", "after too"] {
                    let times = texts.iter().filter(|shown| *shown == text).count();
                    assert_eq!(times, 1, "{text} at {node}, rolled back {who}, noticed {noticed}: {texts:?}");
                }
            }
        }
    }
}

#[test]
fn one_side_that_lost_its_sessions_gets_a_new_one_and_every_text_once() {
    let mut world = World::new(&["Hana", "Bora"], 8);
    world.befriend(0, 1);
    world.say(0, 1, "one").unwrap();
    world.run();
    world.nodes[1].disk.sessions.clear();
    world.crash(1);
    world.connect(0, 1);
    world.say(0, 1, "two").unwrap();
    world.say(1, 0, "three").unwrap();
    world.pass(5);
    assert_eq!(world.texts(0, 1), world.texts(1, 0));
    assert_eq!(world.texts(1, 0).len(), 3);
}

#[test]
fn no_resend_to_new_key() {
    // T23: queued messages leave only after the person has decided about the new device.
    let mut world = World::new(&["Hana", "Bora"], 9);
    world.befriend(0, 1);
    world.say(0, 1, "for the old device").unwrap();
    world.run();
    world.cut(0, 1);
    world.say(0, 1, "queued").unwrap();
    world.reinstall(1, "Bora");
    let hana = world.account(0);
    world.act(1, |engine, ctx| engine.set_visible(true, ctx));
    world.connect(0, 1);
    world.run();
    world.act(1, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.pass(60);
    let bora = world.account(1);
    assert!(world.nodes[0].notices.contains(&Notice::KeyChanged(bora)));
    assert_eq!(world.say(0, 1, "more"), Err(Refused::KeyChanged));
    assert!(world.texts(1, 0).is_empty());
    world.act(0, |engine, ctx| engine.accept(bora, ctx)).unwrap();
    world.pass(10);
    assert_eq!(world.texts(1, 0), ["queued"]);
    world.say(1, 0, "here again").unwrap();
    world.run();
    world.say(0, 1, "welcome back").unwrap();
    world.pass(2);
    assert_eq!(world.texts(1, 0), ["queued", "here again", "welcome back"]);
}

#[test]
fn a_blocked_person_reaches_nobody_and_learns_nothing() {
    let mut world = World::new(&["Hana", "Bora"], 10);
    world.befriend(0, 1);
    let bora = world.account(1);
    world.act(0, |engine, ctx| engine.block(bora, true, ctx)).unwrap();
    world.say(1, 0, "hey").unwrap();
    world.connect(0, 1);
    world.pass(20);
    assert!(world.texts(0, 1).is_empty());
    assert_eq!(world.nodes[1].engine.outbox_len(), 1);
    world.act(0, |engine, ctx| engine.block(bora, false, ctx)).unwrap();
    world.pass(20);
    assert_eq!(world.texts(0, 1), ["hey"]);
}

#[test]
fn removing_and_asking_again_loses_nothing_new() {
    let mut world = World::new(&["Hana", "Bora"], 11);
    world.befriend(0, 1);
    world.say(0, 1, "old").unwrap();
    world.run();
    let bora = world.account(1);
    world.act(0, |engine, _| engine.remove(bora)).unwrap();
    world.connect(0, 1);
    world.pass(1);
    world.act(0, |engine, ctx| engine.ask(bora, None, None, ctx)).unwrap();
    world.pass(10);
    assert_eq!(world.contact(0, 1).state, ContactState::Mutual);
    world.say(0, 1, "new").unwrap();
    world.pass(2);
    assert_eq!(world.texts(1, 0), ["old", "new"]);
}

#[test]
fn long_texts_wait_for_the_first_answer_and_then_go() {
    let mut world = World::new(&["Hana", "Bora"], 12);
    world.befriend(0, 1);
    world.nodes[1].disk.sessions.clear();
    world.nodes[0].disk.sessions.clear();
    world.crash(1);
    world.crash(0);
    let long = "long ".repeat(6_000);
    world.say(0, 1, &long).unwrap();
    world.connect(0, 1);
    world.pass(20);
    assert_eq!(world.texts(1, 0), [long]);
}

#[test]
fn typing_is_told_and_stops_by_itself() {
    let mut world = World::new(&["Hana", "Bora"], 13);
    world.befriend(0, 1);
    let (chat, hana) = (world.chat(0, 1), world.account(0));
    world.act(0, |engine, ctx| engine.typing(chat, true, ctx)).unwrap();
    world.run();
    assert!(world.nodes[1].notices.contains(&Notice::Typing(hana, true)));
    world.pass(10);
    assert!(world.nodes[1].notices.contains(&Notice::Typing(hana, false)));
}

#[test]
fn a_request_that_did_not_get_through_is_made_again_with_new_prekeys() {
    let mut world = World::new(&["Hana", "Bora"], 31);
    world.act(1, |engine, ctx| engine.set_visible(true, ctx));
    world.connect(0, 1);
    world.run();
    let bora = world.account(1);
    world.act(0, |engine, ctx| engine.ask(bora, None, None, ctx)).unwrap();
    // The bundle comes, the first message is lost with the connection, and the prekeys end.
    world.deliver(0, 1);
    world.deliver(1, 0);
    world.cut(0, 1);
    world.pass(700);
    world.connect(0, 1);
    world.pass(60);
    assert_eq!(world.contact(1, 0).state, ContactState::Request);
}

#[test]
fn who_only_shows_a_contacts_card_gets_nothing_that_waits_for_the_contact() {
    let mut world = World::new(&["Hana", "Bora", "Mallory"], 32);
    world.befriend(0, 1);
    world.cut(0, 1);
    let text = world.say(0, 1, "for Bora").unwrap();
    let cert = world.nodes[1].disk.profile.cert.clone();
    world.connect(0, 2);
    world.run();
    let card = Some(Card { cert, name: Name::new("Bora").unwrap() });
    let proof = Frame::Proof(Proof { tags: vec![], card }).encode();
    world.wires.get_mut(&(2, 0)).unwrap().push_back(proof);
    let sent = world.seen.len();
    world.pass(30);
    assert_eq!(world.seen.len(), sent);
    assert_eq!(world.nodes[0].engine.delivery(world.chat(0, 1), text), Delivery::Queued);
}

#[test]
fn read_up_to_is_by_the_authors_own_count_so_what_comes_late_is_new() {
    let mut world = World::new(&["Hana", "Bora"], 33);
    world.befriend(0, 1);
    world.cut(0, 1);
    let late = world.say(0, 1, "late").unwrap();
    for i in 0..3 {
        world.say(1, 0, &format!("meanwhile {i}")).unwrap();
    }
    world.connect(0, 1);
    world.run();
    let chat = world.chat(0, 1);
    assert_eq!(world.nodes[1].engine.head(chat).unwrap().unread, 1);
    assert_eq!(world.nodes[0].engine.delivery(chat, late), Delivery::Delivered);
}

#[test]
fn two_devices_of_one_contact_that_speak_in_turns_neither_repeat_nor_hide_each_other() {
    let mut world = World::new(&["Hana", "Bora"], 34);
    world.befriend(0, 1);
    let bora = world.account(1);
    let (old, new) = (world.nodes[1].engine.device(), DeviceId::new([9; 16]));
    let text = |device: DeviceId, seq: u64| {
        let id = EntryRef { lamport: 10 + seq, author: device, seq };
        let text = Text::new(format!("{device:?} {seq}")).unwrap();
        encode_entry(&Entry {
            id,
            sent_at_ms: 0,
            body: Body::Text { text, reply_to: None, mentions: Mentions::default() },
        })
    };
    // The same numbers from both, and each entry again after the other has spoken.
    for seq in 1..=20 {
        for device in [old, new, old, new] {
            for seq in [seq, 1 + seq / 2, 1] {
                let bytes = text(device, seq);
                let taken = world.act(0, |engine, ctx| engine.arrive(bora, device, &bytes, ctx));
                assert!(taken.is_continue());
            }
        }
    }
    let chat = world.chat(0, 1);
    assert_eq!(world.texts(0, 1).len(), 40);
    assert_eq!(world.nodes[0].engine.head(chat).unwrap().unread, 40);
    let arrived = world.nodes[0].notices.iter().filter(|notice| matches!(notice, Notice::Arrived(..)));
    assert_eq!(arrived.count(), 40);
}

#[test]
fn a_new_device_is_heard_from_the_persons_decision_on_and_nothing_is_lost() {
    // T23, T24: how long the decision takes makes no difference, nor a restart before it.
    for (seed, minutes) in [(35, 0), (36, 5), (37, 30), (38, 300)] {
        let mut world = World::new(&["Hana", "Bora"], seed);
        world.befriend(0, 1);
        world.say(0, 1, "for the old device").unwrap();
        world.run();
        world.reinstall(1, "Bora");
        let (hana, bora) = (world.account(0), world.account(1));
        world.act(1, |engine, ctx| engine.set_visible(true, ctx));
        world.connect(0, 1);
        world.run();
        world.act(1, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
        world.say(1, 0, "said before the decision").unwrap();
        world.pass(20);
        let shown = world.texts(0, 1);
        let sessions = world.nodes[0].disk.sessions.len();
        for _ in 0..minutes {
            world.pass(1);
            world.nodes.iter_mut().for_each(|node| node.clock_ms += 59_000);
        }
        if minutes > 0 {
            world.crash(0);
            world.act(0, |engine, ctx| engine.set_visible(true, ctx));
            world.connect(0, 1);
            world.pass(20);
        }
        assert!(world.nodes[0].notices.contains(&Notice::KeyChanged(bora)) || minutes > 0);
        assert_eq!(world.texts(0, 1), shown, "nothing of it is shown");
        assert_eq!(world.nodes[0].disk.sessions.len(), sessions, "and no session is kept");
        assert_eq!(world.nodes[1].engine.outbox_len(), 2, "it is not acknowledged");
        assert!(world.nodes[0].disk.prekeys.len() <= 20);
        world.act(0, |engine, ctx| engine.accept(bora, ctx)).unwrap();
        world.pass(40);
        let both: BTreeSet<_> = world.texts(0, 1).into_iter().collect();
        let said = ["for the old device", "said before the decision"].map(str::to_owned);
        assert_eq!(both, BTreeSet::from(said), "{minutes} minutes");
        assert_eq!(world.texts(0, 1).len(), 2, "{minutes} minutes");
        assert_eq!(world.nodes[1].engine.outbox_len(), 0);
        assert_eq!(world.contact(1, 0).state, ContactState::Mutual);
    }
}

#[test]
fn a_new_device_that_waits_takes_nothing_from_the_old_one() {
    let mut world = World::new(&["Hana", "Bora", "Bora's other computer"], 39);
    world.befriend(0, 1);
    world.twin(2, 1);
    let (hana, bora) = (world.account(0), world.account(1));
    world.act(2, |engine, ctx| engine.set_visible(true, ctx));
    world.act(2, |engine, ctx| engine.rename(Name::new("Not Bora").unwrap(), ctx));
    world.connect(0, 2);
    world.run();
    world.act(2, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.pass(60);
    assert!(world.nodes[0].notices.contains(&Notice::KeyChanged(bora)));
    assert!(world.wires.contains_key(&(0, 1)), "the connection of the old one stands");
    assert_eq!(world.nodes[0].engine.account_of(world.peer(1)), Some(bora));
    assert_eq!(world.nodes[0].engine.account_of(world.peer(2)), None);
    assert_eq!(world.contact(0, 1).name.as_str(), "Bora");
    world.say(1, 0, "from the old device").unwrap();
    world.run();
    assert_eq!(world.texts(0, 1), ["from the old device"]);
    // Decided: now the new one speaks, and the old one no longer does.
    world.act(0, |engine, ctx| engine.accept(bora, ctx)).unwrap();
    world.pass(40);
    world.say(2, 0, "from the new device").unwrap();
    world.say(1, 0, "late").unwrap();
    world.pass(40);
    assert_eq!(world.texts(0, 1), ["from the old device", "from the new device"]);
}

/// Both lost their sessions and make new ones at once: there are two of them then.
fn with_two_sessions(seed: u64) -> World {
    let mut world = World::new(&["Hana", "Bora"], seed);
    world.befriend(0, 1);
    world.cut(0, 1);
    for node in [0, 1] {
        world.nodes[node].disk.sessions.clear();
        world.crash(node);
    }
    world.say(0, 1, "one").unwrap();
    world.say(1, 0, "other").unwrap();
    world.connect(0, 1);
    world.run();
    assert!(world.nodes.iter().all(|node| node.disk.sessions.len() == 2));
    world
}

#[test]
fn a_session_nobody_sends_in_is_kept_for_a_week_and_the_other_as_long_as_it_is_used() {
    let mut world = with_two_sessions(41);
    for day in 0..9 {
        world.say(0, 1, &format!("day {day}")).unwrap();
        world.say(1, 0, &format!("answer {day}")).unwrap();
        world.pass(1);
        let kept = if day < 7 { 2 } else { 1 };
        assert!(world.nodes.iter().all(|node| node.disk.sessions.len() == kept), "day {day}");
        world.days(1);
    }
    // Nothing had to be made anew, over a restart either.
    world.crash(0);
    world.connect(0, 1);
    world.pass(1);
    let first = world.seen.iter().filter(|frame| frame[1] == 0x01).count();
    world.say(0, 1, "still the same").unwrap();
    world.pass(1);
    assert_eq!(world.seen.iter().filter(|frame| frame[1] == 0x01).count(), first);
    assert_eq!(world.texts(0, 1), world.texts(1, 0));
}

#[test]
fn a_session_that_rested_for_ninety_days_is_gone_and_the_next_word_makes_another() {
    let mut world = with_two_sessions(42);
    world.days(89);
    world.pass(1);
    assert!(world.nodes.iter().all(|node| node.disk.sessions.len() == 1));
    world.say(0, 1, "before").unwrap();
    world.pass(1);
    // Said and sealed, but on a connection that breaks; then both are away.
    world.say(0, 1, "on the way").unwrap();
    world.cut(0, 1);
    let generation = world.contact(0, 1).generation;
    world.days(90);
    world.pass(1);
    assert!(world.nodes.iter().all(|node| node.disk.sessions.is_empty()));
    world.connect(0, 1);
    world.pass(2);
    world.say(1, 0, "after").unwrap();
    world.pass(2);
    assert!(world.contact(0, 1).generation > generation);
    let said = ["one", "other", "before", "on the way", "after"].map(str::to_owned);
    assert_eq!(world.texts(0, 1).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(said));
    assert_eq!(world.texts(0, 1), world.texts(1, 0));
    assert!(world.nodes.iter().all(|node| node.disk.sessions.len() == 1 && node.engine.outbox_len() == 0));
}

#[test]
fn one_whose_clock_is_ahead_gives_sessions_up_alone_and_nothing_is_lost() {
    let mut world = with_two_sessions(43);
    world.nodes[1].clock_ms += 91 * 86_400_000;
    world.pass(1);
    assert!(world.nodes[1].disk.sessions.is_empty() && !world.nodes[0].disk.sessions.is_empty());
    world.nodes[1].clock_ms = world.nodes[0].clock_ms;
    for from in [0, 1] {
        world.say(from, 1 - from, &format!("from {from}")).unwrap();
    }
    world.pass(40);
    assert_eq!(world.texts(0, 1).len(), 4);
    assert_eq!(world.texts(0, 1), world.texts(1, 0));
}

#[test]
fn other_keys_under_the_name_of_a_known_device_wait_like_any_other() {
    let mut world = World::new(&["Hana", "Bora", "Mallory with Bora's phrase"], 40);
    world.befriend(0, 1);
    world.say(1, 0, "from Bora").unwrap();
    world.run();
    let (hana, bora) = (world.account(0), world.account(1));
    let before: Vec<_> = world.nodes[0].disk.sessions.keys().copied().collect();
    world.steal_name(2, 1);
    assert_eq!(world.nodes[2].engine.device(), world.nodes[1].engine.device());
    world.act(2, |engine, ctx| engine.set_visible(true, ctx));
    world.connect(0, 2);
    world.run();
    world.act(2, |engine, ctx| engine.ask(hana, None, None, ctx)).unwrap();
    world.say(2, 0, "not from Bora").unwrap();
    world.pass(60);
    assert!(world.nodes[0].notices.contains(&Notice::KeyChanged(bora)));
    assert_eq!(world.texts(0, 1), ["from Bora"]);
    assert_eq!(world.nodes[0].engine.account_of(world.peer(2)), None);
    assert_eq!(world.nodes[0].disk.sessions.keys().copied().collect::<Vec<_>>(), before);
    // Accepted after all: no session with the old keys is left.
    world.act(0, |engine, ctx| engine.accept(bora, ctx)).unwrap();
    assert!(world.nodes[0].disk.sessions.keys().all(|session| !before.contains(session)));
}
