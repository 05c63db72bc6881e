//! A member with a changed program who says wrongly whose key is missing: the key that is missing is asked for and taken
//! as if it had said nothing.

use crate::{
    model::{AccountId, ConversationId},
    protocol::{KeyMissing, sim::World},
    wire::{Lack, LackKind, Sync},
};

const HANA: usize = 0;
const BORA: usize = 1;
const CHAN: usize = 2;
const MALLORY: usize = 3;
const DAN: usize = 4;

/// Hana removes Dan and writes while Chan is away, and Bora and Mallory lose what they carry for Chan.
fn unreadable(seed: u64) -> (World, ConversationId, [u8; 16]) {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory", "Dan"], seed);
    world.away(CHAN);
    let dan = world.account(DAN);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.run();
    world.post(HANA, chat, "without Dan");
    world.pass(3);
    for node in [HANA, DAN, MALLORY] {
        world.away(node);
    }
    let chain = world.nodes[HANA].disk.groups[&chat].sending.unwrap();
    // Mallory's program would tell the truth.
    world.nodes[MALLORY].disk.chains.remove(&(chat, chain));
    for node in [BORA, MALLORY] {
        world.nodes[node].disk.carried.clear();
        world.crash(node);
    }
    world.connect(MALLORY, CHAN);
    world.run();
    (world, chat, chain)
}

/// Mallory says something about a chain to Chan.
fn says(world: &mut World, chat: ConversationId, chain: [u8; 16], what: LackKind) {
    let chan = world.account(CHAN);
    let lack = Lack { conversation: chat, chain, what };
    world.act(MALLORY, |engine, ctx| engine.send_sync(chan, &Sync::Lack(lack), ctx));
    world.run();
}

fn owes(account: AccountId) -> LackKind {
    LackKind::Owed(*account.as_bytes())
}

fn missing(world: &World, chat: ConversationId) -> Vec<KeyMissing> {
    world.nodes[CHAN].engine.keys_missing(chat)
}

#[test]
fn who_names_chains_without_end_keeps_no_key_from_being_asked_for() {
    let (mut world, chat, _) = unreadable(1);
    let hana = world.account(HANA);
    for n in 0..200 {
        says(&mut world, chat, [n; 16], owes(hana));
    }
    world.connect(BORA, CHAN);
    world.pass(8);
    assert_eq!(missing(&world, chat), [KeyMissing { account: hana, messages: 1 }]);
    world.connect(HANA, CHAN);
    world.pass(40);
    assert!(world.shows(CHAN, chat, "without Dan"));
}

#[test]
fn who_names_itself_the_author_of_anothers_chain_cannot_deny_its_key() {
    let (mut world, chat, chain) = unreadable(2);
    let (hana, mallory) = (world.account(HANA), world.account(MALLORY));
    says(&mut world, chat, chain, owes(mallory));
    says(&mut world, chat, chain, LackKind::NoKey);
    world.connect(BORA, CHAN);
    world.pass(8);
    assert_eq!(missing(&world, chat), [KeyMissing { account: hana, messages: 1 }]);
    world.connect(HANA, CHAN);
    world.pass(40);
    assert!(world.shows(CHAN, chat, "without Dan"));
}

#[test]
fn who_names_somebody_away_as_the_author_does_not_hide_who_is() {
    let (mut world, chat, chain) = unreadable(3);
    let (hana, dan) = (world.account(HANA), world.account(DAN));
    says(&mut world, chat, chain, owes(dan));
    world.connect(BORA, CHAN);
    world.pass(8);
    assert!(
        missing(&world, chat).iter().any(|missing| missing.account == hana),
        "{:?}",
        missing(&world, chat)
    );
    // Hana's key is lost on its way once more: it is asked for.
    world.nodes[HANA].disk.outbox.clear();
    world.crash(HANA);
    world.connect(HANA, CHAN);
    world.pass(40);
    assert!(world.shows(CHAN, chat, "without Dan"));
}
