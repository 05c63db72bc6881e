//! A member with a changed program who would keep messages of others from arriving, or have it told wrongly how far they
//! have come. All are heard of as if it were not there.

use undertone_crypto::{
    group::{GroupId, OpId as SignedId, SenderChain, op},
    identity::{DevCert, DeviceKeys},
};

use crate::{
    model::ConversationId,
    protocol::sim::World,
    wire::{Frame, Holding, MAX_RUNS, Note, Summary, Sync},
};

const HANA: usize = 0;
const BORA: usize = 1;
const CHAN: usize = 2;
const MALLORY: usize = 3;

/// A note of Mallory's comes to somebody.
fn note(world: &mut World, node: usize, note: &Note<'_>) {
    let (account, device) = (world.account(MALLORY), world.nodes[MALLORY].engine.device());
    let note = note.encode();
    world.act(node, |engine, ctx| engine.on_note(account, device, &note, ctx));
}

/// A chain of Mallory's in a group.
fn chain(world: &mut World, group: [u8; 32]) -> SenderChain {
    let device = world.nodes[MALLORY].engine.device();
    let now_ms = world.nodes[MALLORY].clock_ms;
    SenderChain::create(GroupId::new(group), device, [0; 32], now_ms, &mut world.rng)
}

fn group_of(world: &World, chat: ConversationId) -> [u8; 32] {
    *world.nodes[HANA].disk.groups[&chat].group.first_chunk().unwrap()
}

#[test]
fn a_group_with_the_secret_of_another_takes_no_message_from_it() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 1);
    let secret = *world.nodes[HANA].disk.groups[&chat].envelopes[0].first_chunk().unwrap();
    for n in 1..9 {
        let key = chain(&mut world, [n; 32]).skdm().encode();
        note(&mut world, BORA, &Note::SenderKey(&key));
        note(&mut world, BORA, &Note::Envelope { group: [n; 32], secret });
    }
    assert!(*world.nodes[BORA].disk.groups.keys().next().unwrap() < chat);
    world.post(HANA, chat, "after");
    world.pass(60);
    assert!(world.shows(BORA, chat, "after"));
}

#[test]
fn operations_side_by_side_without_end_keep_nobody_from_being_heard() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 2);
    let (_, heads) = world.nodes[MALLORY].engine.group_heads(chat);
    let keys = DeviceKeys::from_bytes(&world.nodes[MALLORY].disk.profile.device).unwrap();
    let cert = DevCert::parse(&world.nodes[MALLORY].disk.profile.cert).unwrap();
    let group = group_of(&world, chat);
    for time_ms in 0..100 {
        let parents = heads.iter().map(|id| SignedId::new(id.0)).collect();
        let kind = op::OpKind::EnvRotate { env_commit: [2; 32] };
        let draft = op::Draft { group: GroupId::new(group), parents, lamport: 1000, time_ms, kind };
        let signed = op::Op::sign(draft, &keys, &cert).unwrap();
        for node in [HANA, BORA, CHAN] {
            note(&mut world, node, &Note::Ops { group, ops: vec![signed.as_bytes()] });
        }
    }
    world.post(HANA, chat, "after");
    world.pass(5);
    assert!(world.shows(BORA, chat, "after") && world.shows(CHAN, chat, "after"));
}

/// Mallory tells somebody that it holds these.
fn claim(world: &mut World, node: usize, chat: ConversationId, chains: &[[u8; 16]], runs: &[(u32, u32)]) {
    let account = world.account(node);
    let holding = |chain: &[u8; 16]| Holding {
        chain: *chain,
        start: 0,
        runs: runs.to_vec(),
        tip: [0; 16],
        forked: None,
    };
    let summary = Summary {
        conversation: chat,
        heads: Vec::new(),
        holdings: chains.iter().map(holding).collect(),
        seen: true,
        whole: true,
        envelopes: Vec::new(),
    };
    world.act(MALLORY, |engine, ctx| engine.send_sync(account, &Sync::Summary(summary), ctx));
    world.run();
}

#[test]
fn nobody_has_read_what_is_not_written_yet() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 3);
    let sending = world.nodes[HANA].disk.groups[&chat].sending.unwrap();
    claim(&mut world, HANA, chat, &[sending], &[(0, 99)]);
    world.cut(HANA, MALLORY);
    let later = world.post(HANA, chat, "later");
    let mallory = world.account(MALLORY);
    let reached = &world.nodes[HANA].disk.groups[&chat].reached;
    let of_it = reached.iter().find(|reached| reached.account == mallory).unwrap();
    assert!(of_it.delivered.0 < later.seq && of_it.read.0 < later.seq, "{of_it:?} {later:?}");
}

#[test]
fn who_claims_to_have_what_nobody_wrote_keeps_nobody_from_asking_the_others() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 4);
    world.cut(HANA, BORA);
    world.cut(HANA, MALLORY);
    world.cut(BORA, CHAN);
    world.cut(CHAN, MALLORY);
    world.post(HANA, chat, "missed");
    world.run();
    let group = group_of(&world, chat);
    let mut chains = Vec::new();
    for _ in 0..10 {
        let made = chain(&mut world, group);
        note(&mut world, BORA, &Note::SenderKey(&made.skdm().encode()));
        chains.push(*made.id().as_bytes());
    }
    assert!(!world.shows(BORA, chat, "missed"));
    let runs: Vec<_> = (0..u32::try_from(MAX_RUNS).unwrap()).map(|n| (2 * n, 2 * n)).collect();
    claim(&mut world, BORA, chat, &chains, &runs);
    world.connect(HANA, BORA);
    world.run();
    assert!(world.shows(BORA, chat, "missed"));
}

#[test]
fn what_somebody_blocked_sends_over_others_does_not_hold_up_the_rest() {
    let (mut world, _) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 5);
    let (hana, mallory) = (world.account(HANA), world.account(MALLORY));
    world.act(HANA, |engine, ctx| engine.block(mallory, true, ctx)).unwrap();
    (1..4).for_each(|node| world.cut(HANA, node));
    let carry = |world: &mut World, from: usize, n: u8| {
        let frame = Frame::Carry { to: *hana.as_bytes(), sealed: &[2, n, n, n] }.encode();
        let from = world.peer(from);
        world.inject(BORA, from, &frame);
    };
    (0..64).for_each(|n| carry(&mut world, MALLORY, n));
    carry(&mut world, CHAN, 99);
    assert_eq!(world.nodes[BORA].disk.carried.len(), 65);
    world.connect(HANA, BORA);
    world.run();
    assert!(world.nodes[BORA].disk.carried.is_empty());
}

#[test]
fn invented_envelopes_are_hardly_listened_to_and_push_no_real_one_out() {
    let (mut world, chat) = World::friends(&["Hana", "Bora", "Chan", "Mallory"], 6);
    let group = group_of(&world, chat);
    let before = world.gossip.topics(BORA).len();
    for n in 0..20 {
        note(&mut world, BORA, &Note::Envelope { group, secret: [n; 32] });
    }
    world.pass(2);
    let listened = world.gossip.topics(BORA).len();
    assert!((before..=before * 3).contains(&listened), "{before} names, then {listened}");
    let dan = world.account(CHAN);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, dan, ctx)).unwrap();
    world.post(HANA, chat, "after");
    world.pass(5);
    assert!(world.shows(BORA, chat, "after"));
    let kept = &world.nodes[BORA].disk.groups[&chat].envelopes;
    for secret in &world.nodes[HANA].disk.groups[&chat].envelopes {
        assert!(kept.contains(secret));
    }
}
