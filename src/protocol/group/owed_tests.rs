//! A member with a changed program who says wrongly whose key is missing: the key that is missing is asked for and taken
//! as if it had said nothing.

use undertone_crypto::group::{EnvelopeKey, GroupId, MessageContext, SenderChain};

use crate::{
    model::{AccountId, ConversationId},
    protocol::{KeyMissing, sim::World},
    wire::{Frame, Lack, LackKind, Sync},
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

#[test]
fn messages_of_invented_chains_take_no_room_from_what_others_wait_for() {
    let (mut world, chat, _) = unreadable(4);
    let hana = world.account(HANA);
    world.connect(BORA, CHAN);
    world.pass(8);
    assert_eq!(missing(&world, chat), [KeyMissing { account: hana, messages: 1 }]);
    // More than there is room for, on as many chains as Mallory can name.
    let head = &world.nodes[MALLORY].disk.groups[&chat];
    let (group, secret) = (head.group.clone(), head.envelopes.last().unwrap().clone());
    let group = GroupId::new(*group.first_chunk().unwrap());
    let key = EnvelopeKey::from_bytes(secret.first_chunk().unwrap());
    let device = world.nodes[MALLORY].engine.device();
    let from = world.peer(MALLORY);
    let dan = world.account(DAN);
    for _ in 0..40 {
        let mut chain = SenderChain::create(group, device, [0; 32], 1, &mut world.rng);
        says(&mut world, chat, *chain.id().as_bytes(), owes(dan));
        for _ in 0..5 {
            let context = MessageContext { view: [0; 16], lamport: 1, prev: &[] };
            let frame = chain.seal(context, &[0; 32_000], &key, &mut world.rng).unwrap();
            world.inject(CHAN, from, &Frame::Group(&frame).encode());
        }
    }
    let named = missing(&world, chat);
    let of = |account| named.iter().find(|missing| missing.account == account).map_or(0, |one| one.messages);
    assert!((100..200).contains(&of(dan)), "{named:?}");
    assert_eq!(of(hana), 1);
    world.connect(HANA, CHAN);
    world.pass(40);
    assert!(world.shows(CHAN, chat, "without Dan"));
}
