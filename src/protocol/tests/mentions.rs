//! Whom texts address: who counts, and what our person is told of.

use super::groups::begin;
use crate::{
    model::{AccountId, Body, ConversationId, EntryRef, Mentions, NotifyMode, Role, Text},
    protocol::{Notice, Refused, sim::World},
    wire::encode_entry,
};

fn call(
    world: &mut World,
    node: usize,
    chat: ConversationId,
    accounts: &[AccountId],
    all: bool,
) -> Result<EntryRef, Refused> {
    let mentions = Mentions::new(accounts.to_vec(), all).unwrap();
    let body = Body::Text { text: Text::new("@you").unwrap(), reply_to: None, mentions };
    world.act(node, |engine, ctx| engine.speak(chat, body, ctx))
}

fn waiting(world: &World, node: usize, chat: ConversationId) -> (u32, u32) {
    let (head, _) = world.nodes[node].engine.group(chat).unwrap();
    (head.unread, head.attention.mentions)
}

#[test]
fn who_is_addressed_counts_until_it_is_read_and_after_a_restart() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 41);
    let chat = begin(&mut world, &[1, 2]);
    let bora = world.account(1);
    let first = call(&mut world, 0, chat, &[bora], false).unwrap();
    call(&mut world, 2, chat, &[], false).unwrap();
    world.pass(2);
    assert_eq!(waiting(&world, 1, chat), (2, 1));
    assert_eq!(waiting(&world, 2, chat), (1, 0));
    world.crash(1);
    assert_eq!(waiting(&world, 1, chat), (2, 1));
    world.act(1, |engine, ctx| engine.read(chat, first, (1, 0), ctx)).unwrap();
    assert_eq!(waiting(&world, 1, chat), (1, 0));
}

#[test]
fn only_moderators_and_above_call_everybody_whatever_a_program_says() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 42);
    let chat = begin(&mut world, &[1, 2]);
    assert_eq!(call(&mut world, 1, chat, &[], true), Err(Refused::NotAllowed));
    let (bora, hana) = (world.account(1), world.account(0));
    world.act(0, |engine, ctx| engine.set_role(chat, bora, Role::Moderator, ctx)).unwrap();
    world.pass(2);
    let called = call(&mut world, 1, chat, &[], true).unwrap();
    world.pass(2);
    assert_eq!(waiting(&world, 2, chat).1, 1);
    let everybody = Mentions::new(Vec::new(), true).unwrap();
    assert!(world.nodes[2].engine.addressed(chat, &called, &everybody).all());
    // Made a member again, its program says it all the same: what counts is the role that it knew.
    world.act(0, |engine, ctx| engine.set_role(chat, bora, Role::Member, ctx)).unwrap();
    world.pass(2);
    let quiet = call(&mut world, 1, chat, &[hana], false).unwrap();
    world.pass(2);
    assert!(!world.nodes[2].engine.addressed(chat, &quiet, &everybody).all());
    assert!(world.nodes[2].engine.addressed(chat, &called, &everybody).all());
}

#[test]
fn whoever_takes_no_part_is_not_addressed() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dawn"], 43);
    let chat = begin(&mut world, &[1, 2]);
    let (bora, dawn) = (world.account(1), world.account(3));
    let said = call(&mut world, 0, chat, &[bora, dawn], false).unwrap();
    world.pass(2);
    let named = Mentions::new(vec![bora, dawn], false).unwrap();
    for node in [0, 1, 2] {
        assert_eq!(world.nodes[node].engine.addressed(chat, &said, &named).accounts(), [bora]);
    }
    // And the name of who takes no part does not travel.
    let Body::Text { mentions, .. } = &world.nodes[1].disk.entries[&(chat, said)].body else { panic!() };
    assert_eq!(mentions.accounts(), [bora]);
}

#[test]
fn what_our_person_wants_to_be_told_is_kept_and_ends_in_its_time() {
    let mut world = World::new(&["Hana", "Bora"], 44);
    world.befriend(0, 1);
    let chat = world.chat(0, 1);
    let tells = |world: &mut World, text: &str| {
        world.nodes[1].notices.clear();
        world.say(0, 1, text).unwrap();
        world.run();
        let at = &world.nodes[1];
        at.notices.iter().find_map(|notice| match notice {
            Notice::Arrived(of, entry) => Some(at.engine.tells_of(*of, entry)),
            _ => None,
        })
    };
    world.connect(0, 1);
    world.run();
    assert_eq!(tells(&mut world, "one"), Some(true));
    let until = world.nodes[1].clock_ms + 60_000;
    world.act(1, |engine, ctx| engine.set_notify(chat, NotifyMode::Mentions, Some(until), ctx)).unwrap();
    assert_eq!(tells(&mut world, "two"), Some(false));
    world.crash(1);
    world.connect(0, 1);
    world.run();
    assert_eq!(tells(&mut world, "three"), Some(false));
    world.pass(61);
    assert_eq!(tells(&mut world, "four"), Some(true));
    assert_eq!(world.nodes[1].engine.head(chat).unwrap().attention.until_ms, None);
}

#[test]
fn an_entry_with_mentions_is_read_by_whoever_does_not_know_them() {
    let mentions = Mentions::new(vec![World::new(&["Hana"], 45).account(0)], true).unwrap();
    let id = EntryRef { lamport: 1, author: crate::model::DeviceId::new([1; 16]), seq: 1 };
    let text = Text::new("@Hana").unwrap();
    let entry =
        crate::model::Entry { id, sent_at_ms: 1, body: Body::Text { text, reply_to: None, mentions } };
    let bytes = encode_entry(&entry);
    // The text stands before what an older program passes over.
    assert_eq!(&bytes[bytes.len() - 3 - 32 - 2 - 6..][..6], b"\x65@Hana");
    assert_eq!(&bytes[bytes.len() - 2..], [3, 0xf5]);
}

#[test]
fn an_edit_that_calls_somebody_is_told_of() {
    let mut world = World::circle(&["Hana", "Bora", "Chan"], 46);
    let chat = begin(&mut world, &[1, 2]);
    let (bora, chan) = (world.account(1), world.account(2));
    let said = call(&mut world, 0, chat, &[], false).unwrap();
    world.pass(2);
    world.nodes[1].notices.clear();
    let mut edit = |accounts: &[AccountId]| {
        let mentions = Mentions::new(accounts.to_vec(), false).unwrap();
        let body = Body::Edit { target: said, text: Text::new("@you there").unwrap(), mentions };
        let edit = world.act(0, |engine, ctx| engine.speak(chat, body, ctx)).unwrap();
        world.pass(2);
        let at = &world.nodes[1];
        at.notices.iter().find_map(|notice| match notice {
            Notice::Called(of, entry) if entry.id == edit => Some(at.engine.tells_of(*of, entry)),
            _ => None,
        })
    };
    assert_eq!(edit(&[chan]), None);
    assert_eq!(edit(&[bora]), Some(true));
    world.act(1, |engine, ctx| engine.set_notify(chat, NotifyMode::None, None, ctx)).unwrap();
    let at = &world.nodes[1];
    let called = at.notices.iter().find_map(|notice| match notice {
        Notice::Called(of, entry) => Some(at.engine.tells_of(*of, entry)),
        _ => None,
    });
    assert_eq!(called, Some(false));
}
