//! Messages whose key has not come: they wait on disk and are counted under their author's name, are shown when the key
//! comes, by whichever way, and go when the author says that there is none.

use crate::{
    model::{Body, ConversationId, Role},
    protocol::{KeyMissing, sim::World},
};

fn missing(world: &World, node: usize, chat: ConversationId) -> Vec<KeyMissing> {
    world.nodes[node].engine.keys_missing(chat)
}

/// Hana removes Dan and writes three times while Chan is away, and Bora loses what it carries for Chan.
fn unreadable(seed: u64) -> (World, ConversationId) {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], seed);
    world.away(2);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.run();
    for i in 0..3 {
        world.post(0, chat, &format!("without Dan {i}"));
    }
    world.pass(3);
    world.away(0);
    world.away(3);
    let lost = world.nodes[1].disk.carried.clone();
    world.nodes[1].disk.carried.clear();
    world.crash(1);
    assert!(!lost.is_empty());
    world.connect(1, 2);
    world.pass(8);
    (world, chat)
}

#[test]
fn what_cannot_be_read_yet_is_told_and_outlives_a_restart_and_is_shown_when_its_author_comes() {
    let (mut world, chat) = unreadable(1);
    let hana = world.account(0);
    let expected = [KeyMissing { account: hana, messages: 3 }];
    assert_eq!(missing(&world, 2, chat), expected);
    assert!(!world.shows(2, chat, "without Dan 0"));
    assert!(world.nodes[2].engine.same_history(chat).iter().all(|same| same.same != Some(true)));
    world.crash(2);
    assert_eq!(missing(&world, 2, chat), expected);
    world.connect(0, 2);
    world.pass(3);
    assert!((0..3).all(|i| world.shows(2, chat, &format!("without Dan {i}"))));
    assert_eq!(missing(&world, 2, chat), []);
    assert!(world.nodes[2].disk.waiting.is_empty());
}

#[test]
fn what_waits_here_is_given_to_a_member_who_has_the_key() {
    let (mut world, chat) = unreadable(2);
    // Bora has the key and loses the messages: Chan has these, and cannot read them.
    world.away(1);
    world.nodes[1].disk.chains.values_mut().for_each(|row| row.held = crate::model::Seen::default());
    let mut earlier = world.nodes[1].disk.clone();
    earlier.entries.retain(
        |_, entry| !matches!(&entry.body, Body::Text { text, .. } if text.as_str() == "without Dan 2"),
    );
    let fresh: Vec<_> =
        world.nodes[0].disk.chains.values().filter(|row| row.sender.is_some()).cloned().collect();
    let origin = fresh[0].origin.clone().unwrap();
    let device = world.nodes[0].engine.device();
    let key = undertone_crypto::group::SenderKey::decode(&origin, device).unwrap();
    let chain = earlier.chains.get_mut(&(chat, fresh[0].chain)).unwrap();
    chain.receiver = Some(undertone_crypto::group::ReceiverChain::new(key).to_bytes().into());
    world.roll_back(1, earlier, false);
    assert!(!world.shows(1, chat, "without Dan 2"));
    world.connect(1, 2);
    world.pass(8);
    assert!(world.shows(1, chat, "without Dan 2"));
    assert_eq!(missing(&world, 2, chat).len(), 1);
}

#[test]
fn who_lost_its_keys_asks_the_author_and_reads_on() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 3);
    let before = world.nodes[2].disk.clone();
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.post(0, chat, "early");
    world.pass(3);
    assert!(world.shows(2, chat, "early"));
    // An old copy of Chan's folder: for Hana it has been given the key, and has acknowledged it.
    world.roll_back(2, before, true);
    world.connect(1, 2);
    world.connect(0, 2);
    world.pass(45);
    world.post(0, chat, "late");
    world.pass(45);
    assert!(world.shows(2, chat, "early"), "its beginning is still owed");
    assert!(world.shows(2, chat, "late"));
    assert_eq!(missing(&world, 2, chat), []);
}

#[test]
fn an_authors_word_that_there_is_no_key_ends_the_waiting() {
    let (mut world, chat) = unreadable(4);
    assert_eq!(missing(&world, 2, chat).len(), 1);
    // Hana knows nothing of that chain any more, nor of the key that waited in her outbox.
    let hana = &mut world.nodes[0].disk;
    hana.chains.clear();
    hana.outbox.clear();
    hana.groups.values_mut().for_each(|head| head.sending = None);
    world.crash(0);
    world.connect(0, 2);
    world.pass(5);
    assert_eq!(missing(&world, 2, chat), []);
    assert!(world.nodes[2].disk.waiting.is_empty());
    world.pass(40);
    assert_eq!(missing(&world, 2, chat), [], "nor is it taken up again");
}

#[test]
fn a_newcomer_is_not_told_of_what_was_said_before() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Dan"], 5);
    let dan = world.account(3);
    world.act(0, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    for node in 0..3 {
        world.post(node, chat, "meanwhile");
    }
    world.pass(3);
    world.act(0, |engine, ctx| engine.add_member(chat, dan, Role::Member, ctx)).unwrap();
    world.pass(40);
    assert_eq!(missing(&world, 3, chat), []);
    assert!(world.nodes[3].disk.waiting.is_empty());
    assert!(!world.shows(3, chat, "meanwhile"));
}
