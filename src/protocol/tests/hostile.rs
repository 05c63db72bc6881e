//! A member whose program was changed: it acts beyond its role, repeats, says different things to different members,
//! keeps things from others, speaks as another or without end. Every honest member refuses, shows nothing false and goes
//! on. The changed program has the real keys of a member and makes its messages with the cryptography alone.

use std::collections::BTreeSet;

use undertone_crypto::{
    group::{EnvelopeKey, MessageContext, SenderChain, SenderKey, op},
    identity::{DevCert, DeviceKeys, Validity},
    recovery::RecoverySecret,
};

use super::super::{Alarm, Notice, log::LAMPORT_REACH, sim::World};
use crate::{
    model::{
        Body, ConversationId, DeviceId, Entry, EntryRef, GroupEvent, GroupHead, History, Mentions, Name,
        OpId, Role, Text,
    },
    wire::{Frame, Note, encode_entry, encode_said},
};

const HANA: usize = 0;
const BORA: usize = 1;
const CHAN: usize = 2;
/// A member with a changed program.
const MALLORY: usize = 3;
const HONEST: [usize; 3] = [HANA, BORA, CHAN];

/// Four in a group of Hana's, all connected; everybody has said something.
fn circle(seed: u64) -> (World, ConversationId) {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Mallory"], seed);
    let chat = world.begin(&[BORA, CHAN, MALLORY], History::None);
    world.pass(3);
    for node in [HANA, BORA, CHAN, MALLORY] {
        world.post(node, chat, &format!("{node} is here"));
        world.pass(1);
    }
    (world, chat)
}

fn part(world: &mut World, node: usize, others: &[usize]) {
    others.iter().for_each(|other| world.cut(node, *other));
}

fn body(text: &str) -> Body {
    Body::Text { text: Text::new(text).unwrap(), reply_to: None, mentions: Mentions::default() }
}

/// All honest members show the same and go on as before.
fn all_is_well(world: &mut World, chat: ConversationId) {
    world.meet(&HONEST);
    world.pass(12);
    for node in HONEST {
        world.post(node, chat, &format!("{node} goes on"));
        world.pass(2);
    }
    let first = world.shown(HANA, chat);
    assert!(first.iter().filter(|(_, text)| text.ends_with("goes on")).count() >= HONEST.len());
    for node in HONEST {
        assert_eq!(world.shown(node, chat), first, "{node}");
        let honest: BTreeSet<_> = HONEST.iter().map(|node| world.account(*node)).collect();
        let same = world.nodes[node].engine.same_history(chat);
        let apart: Vec<_> = same.iter().filter(|same| honest.contains(&same.account)).collect();
        assert!(apart.iter().all(|same| same.same == Some(true)), "{node}: {apart:?}");
    }
}

/// The keys of a member, in other hands.
struct Hand {
    device: DeviceId,
    chain: Vec<u8>,
    envelope: EnvelopeKey,
    heads: Vec<OpId>,
    /// Lamport time and number of the next entry.
    lamport: u64,
    seq: u64,
    /// Name of the message before the next one.
    tip: [u8; 16],
    group: undertone_crypto::group::GroupId,
}

impl Hand {
    fn of(world: &World, node: usize, chat: ConversationId) -> Self {
        let at = &world.nodes[node];
        let head: &GroupHead = &at.disk.groups[&chat];
        let row = &at.disk.chains[&(chat, head.sending.unwrap())];
        let secret = head.envelopes.last().unwrap().first_chunk().unwrap();
        Self {
            device: at.engine.device(),
            chain: row.sender.as_ref().unwrap().to_vec(),
            envelope: EnvelopeKey::from_bytes(secret),
            heads: at.engine.group_heads(chat).1,
            lamport: head.lamport + 1,
            seq: head.next_seq,
            tip: row.tip,
            group: undertone_crypto::group::GroupId::new(*head.group.first_chunk().unwrap()),
        }
    }

    fn entry(&self, text: &str) -> Entry {
        let id = EntryRef { lamport: self.lamport, author: self.device, seq: self.seq };
        Entry { id, sent_at_ms: 1, body: body(text) }
    }

    /// A message as our program makes it; the hand goes on behind it.
    fn seal(&mut self, world: &mut World, entry: &Entry) -> Vec<u8> {
        let (frame, chain) = self.fork(world, entry, Some(self.tip));
        self.chain = chain;
        self.tip = self.envelope.open(&frame).unwrap().id(&self.group);
        (self.lamport, self.seq) = (self.lamport + 1, self.seq + 1);
        frame
    }

    /// A message after which the hand is where it was.
    fn fork(&self, world: &mut World, entry: &Entry, before: Option<[u8; 16]>) -> (Vec<u8>, Vec<u8>) {
        let heads: Vec<[u8; 32]> = self.heads.iter().map(|id| id.0).collect();
        let said = encode_said(&heads, &encode_entry(entry));
        let context = MessageContext { view: [0; 16], lamport: entry.id.lamport, prev: before.as_slice() };
        let mut chain = SenderChain::from_bytes(&self.chain).unwrap();
        let frame = chain.seal(context, &said, &self.envelope, &mut world.rng).unwrap();
        (frame, chain.to_bytes().to_vec())
    }
}

/// A new chain for the hand, and its key for everybody.
fn begin_chain(world: &mut World, hand: &mut Hand) {
    let chain = SenderChain::create(hand.group, hand.device, [0; 32], 1, &mut world.rng);
    let note = Note::SenderKey(&chain.skdm().encode()).encode();
    let (mallory, device) = (world.account(MALLORY), hand.device);
    for node in HONEST {
        world.act(node, |engine, ctx| engine.on_note(mallory, device, &note, ctx));
    }
    hand.chain = chain.to_bytes().to_vec();
}

/// The same messages for two members, in another order: in the end all show the same.
fn in_two_orders(world: &mut World, chat: ConversationId, frames: &[Vec<u8>], orders: [&[usize]; 2]) {
    part(world, HANA, &[BORA, CHAN]);
    part(world, BORA, &[CHAN]);
    for (node, order) in [HANA, BORA].into_iter().zip(orders) {
        order.iter().for_each(|at| give(world, &frames[*at], &[node]));
    }
    part(world, MALLORY, &HONEST);
    all_is_well(world, chat);
}

fn give(world: &mut World, frame: &[u8], to: &[usize]) {
    let from = world.peer(MALLORY);
    to.iter().for_each(|node| world.inject(*node, from, &Frame::Group(frame).encode()));
}

fn alarmed(world: &World, node: usize) -> bool {
    let account = world.account(MALLORY);
    world.nodes[node].notices.contains(&Notice::Alarm(account, Alarm::Equivocation))
}

#[test]
fn equivocating_sender() {
    // T39: two messages in one place, for two halves that cannot talk, and for each half more that fits only there.
    for more in [0, 3] {
        let (mut world, chat) = circle(390 + more);
        let mut one = Hand::of(&world, MALLORY, chat);
        let mut other = Hand::of(&world, MALLORY, chat);
        part(&mut world, HANA, &[BORA, CHAN]);
        for number in 0..=more {
            let yes = one.entry(&format!("yes {number}"));
            let yes = one.seal(&mut world, &yes);
            give(&mut world, &yes, &[HANA]);
            let no = other.entry(&format!("no {number}"));
            let no = other.seal(&mut world, &no);
            give(&mut world, &no, &[BORA, CHAN]);
        }
        part(&mut world, MALLORY, &HONEST);
        world.pass(3);
        assert!(world.shown_texts(HANA, chat).contains(&"yes 0".to_owned()));
        assert!(world.shown_texts(BORA, chat).contains(&"no 0".to_owned()));
        all_is_well(&mut world, chat);
        for node in HONEST {
            assert!(alarmed(&world, node), "{node} does not know");
            let device = world.nodes[MALLORY].engine.device();
            assert!(world.shown(node, chat).iter().all(|(author, _)| *author != device));
            world.crash(node);
        }
        // And it stays so.
        all_is_well(&mut world, chat);
    }
}

#[test]
fn equivocating_sender_who_goes_on_with_one_of_the_two() {
    // T39: after two messages in one place, one that names the first of them, for everybody.
    let (mut world, chat) = circle(393);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let (no, _) = hand.fork(&mut world, &hand.entry("no"), Some(hand.tip));
    part(&mut world, HANA, &[BORA, CHAN]);
    let yes = hand.entry("yes");
    let yes = hand.seal(&mut world, &yes);
    let after = hand.entry("as I said");
    let after = hand.seal(&mut world, &after);
    give(&mut world, &yes, &[HANA]);
    give(&mut world, &no, &[BORA, CHAN]);
    assert!(!alarmed(&world, BORA));
    give(&mut world, &after, &[HANA, BORA]);
    assert!(alarmed(&world, BORA), "it does not fit what came before");
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(HONEST.iter().all(|node| alarmed(&world, *node)));

    // Nor does it help to name nothing.
    let (mut world, chat) = circle(394);
    let hand = Hand::of(&world, MALLORY, chat);
    let (loose, _) = hand.fork(&mut world, &hand.entry("loose"), None);
    give(&mut world, &loose, &HONEST);
    all_is_well(&mut world, chat);
    assert!(!world.shown_texts(HANA, chat).contains(&"loose".to_owned()));
}

#[test]
fn equivocating_sender_whose_readers_have_started_anew_since() {
    // T39: of messages before the last one no name is in memory any more.
    for later in 0..3 {
        let (mut world, chat) = circle(480 + later);
        let mut hand = Hand::of(&world, MALLORY, chat);
        let (no, _) = hand.fork(&mut world, &hand.entry("no"), Some(hand.tip));
        part(&mut world, MALLORY, &[BORA, CHAN]);
        part(&mut world, HANA, &[BORA, CHAN]);
        let mut said = Vec::new();
        for text in ["yes", "as I said", "as I said before"] {
            let entry = hand.entry(text);
            said.push(hand.seal(&mut world, &entry));
        }
        match later {
            // What is held is another one than what comes.
            0 => said.iter().for_each(|frame| give(&mut world, frame, &[HANA])),
            // What comes does not fit what is held behind it,
            1 => give(&mut world, &said[1], &[HANA]),
            // nor what is held before it.
            _ => [&no, &said[2]].into_iter().for_each(|frame| give(&mut world, frame, &[HANA])),
        }
        world.crash(HANA);
        world.connect(HANA, MALLORY);
        world.run();
        assert!(!alarmed(&world, HANA));
        give(&mut world, if later == 2 { &said[1] } else { &no }, &[HANA]);
        assert!(alarmed(&world, HANA), "{later}");
    }
}

#[test]
fn what_is_given_again_after_a_start_proves_nothing() {
    let (mut world, chat) = circle(484);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let mut said = Vec::new();
    for text in ["one", "two", "three"] {
        let entry = hand.entry(text);
        said.push(hand.seal(&mut world, &entry));
    }
    [0, 2].into_iter().for_each(|at| give(&mut world, &said[at], &HONEST));
    world.crash(HANA);
    world.connect(HANA, MALLORY);
    world.run();
    said.iter().for_each(|frame| give(&mut world, frame, &HONEST));
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(HONEST.iter().all(|node| !alarmed(&world, *node)));
    assert!(world.shown_texts(HANA, chat).contains(&"three".to_owned()));
}

#[test]
fn two_entries_with_one_number() {
    // On one chain, in different order, and with the number of another chain's entry.
    let (mut world, chat) = circle(395);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let place = hand.entry("yes").id;
    let first = hand.seal(&mut world, &Entry { id: place, sent_at_ms: 1, body: body("yes") });
    let second = hand.seal(&mut world, &Entry { id: place, sent_at_ms: 1, body: body("no") });
    give(&mut world, &first, &[HANA, BORA]);
    give(&mut world, &second, &HONEST);
    give(&mut world, &first, &[CHAN]);
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    let device = world.nodes[MALLORY].engine.device();
    for node in HONEST {
        assert!(alarmed(&world, node));
        assert!(world.shown(node, chat).iter().all(|(author, _)| *author != device));
    }
}

#[test]
fn what_a_chain_says_against_itself_shows_the_same_in_every_order() {
    // Two beginnings of one chain: the first that comes decides nothing.
    let (mut world, chat) = circle(396);
    let mut hand = Hand::of(&world, MALLORY, chat);
    begin_chain(&mut world, &mut hand);
    let one = hand.entry("yes");
    let one = hand.seal(&mut world, &one);
    hand.seq += 1000;
    let other = hand.entry("no");
    let other = hand.seal(&mut world, &other);
    in_two_orders(&mut world, chat, &[one, other], [&[0, 1], &[1, 0]]);
    assert!(HONEST.iter().all(|node| alarmed(&world, *node)));

    // A chain whose numbers lie within another's.
    let (mut world, chat) = circle(397);
    let (mut long, mut short) = (Hand::of(&world, MALLORY, chat), Hand::of(&world, MALLORY, chat));
    begin_chain(&mut world, &mut long);
    begin_chain(&mut world, &mut short);
    short.seq += 2;
    let mut frames = Vec::new();
    for text in ["first", "", "", "", "last"] {
        let entry = long.entry(if text.is_empty() { "between" } else { text });
        frames.push(long.seal(&mut world, &entry));
    }
    let entry = short.entry("within");
    frames.push(short.seal(&mut world, &entry));
    in_two_orders(&mut world, chat, &frames, [&[5, 0, 4], &[0, 4, 5]]);
    assert!(HONEST.iter().all(|node| alarmed(&world, *node)));
}

#[test]
fn what_knew_less_than_what_came_before_it_shows_the_same_in_every_order() {
    let (mut world, chat) = circle(398);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let mallory = world.account(MALLORY);
    begin_chain(&mut world, &mut hand);
    let known = hand.heads.clone();
    world.act(HANA, |engine, ctx| engine.set_role(chat, mallory, Role::ReadOnly, ctx)).unwrap();
    world.pass(3);
    let later = world.nodes[HANA].engine.group_heads(chat).1;
    assert_ne!(known, later);
    let mut frames = Vec::new();
    for (text, heads) in [("before", &known), ("knowing", &later), ("as before", &known)] {
        hand.heads.clone_from(heads);
        let entry = hand.entry(text);
        frames.push(hand.seal(&mut world, &entry));
    }
    in_two_orders(&mut world, chat, &frames, [&[0, 1, 2], &[0, 2, 1]]);
}

#[test]
fn who_puts_the_clock_far_ahead_takes_nothing_from_what_others_say() {
    let (mut world, chat) = circle(399);
    let mut hand = Hand::of(&world, MALLORY, chat);
    begin_chain(&mut world, &mut hand);
    hand.lamport += LAMPORT_REACH - 1;
    let far = hand.entry("far");
    let far = hand.seal(&mut world, &far);
    part(&mut world, HANA, &[BORA, CHAN]);
    part(&mut world, MALLORY, &[CHAN]);
    give(&mut world, &far, &[BORA]);
    world.post(BORA, chat, "one");
    world.post(BORA, chat, "two");
    let disk = &world.nodes[BORA].disk;
    let sending = disk.groups[&chat].sending.unwrap();
    let of_hers = disk.ciphers.iter().filter(|((_, chain, _), _)| *chain == sending);
    let of_hers: Vec<_> = of_hers.map(|(_, frame)| frame.clone()).collect();
    // Hers come to Hana before that.
    of_hers.iter().rev().for_each(|frame| give(&mut world, frame, &[HANA]));
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(world.shown_texts(HANA, chat).contains(&"two".to_owned()));
    assert!(world.shown_texts(CHAN, chat).contains(&"two".to_owned()));
}

#[test]
fn what_counts_only_later_is_unread_then_and_what_counts_no_more_is_not() {
    let (mut world, chat) = circle(371);
    let unread = |world: &World| world.nodes[BORA].engine.group(chat).unwrap().0.unread;
    let before = unread(&world);
    part(&mut world, HANA, &[BORA, CHAN, MALLORY]);
    let title = Name::new("Quay").unwrap();
    world.act(HANA, |engine, ctx| engine.rename_group(chat, &title, ctx)).unwrap();
    world.post(HANA, chat, "as it is called now");
    let disk = &world.nodes[HANA].disk;
    let sending = disk.groups[&chat].sending.unwrap();
    let mut of_hers = disk.ciphers.iter().filter(|((_, chain, _), _)| *chain == sending);
    let newest = of_hers.next_back().unwrap().1.clone();
    give(&mut world, &newest, &[BORA]);
    assert_eq!((world.shown_texts(BORA, chat).len(), unread(&world)), (4, before));
    world.connect(HANA, BORA);
    world.pass(3);
    assert_eq!((world.shown_texts(BORA, chat).len(), unread(&world)), (5, before + 1));

    let mut hand = Hand::of(&world, MALLORY, chat);
    let (no, _) = hand.fork(&mut world, &hand.entry("no"), Some(hand.tip));
    let yes = hand.entry("yes");
    let yes = hand.seal(&mut world, &yes);
    give(&mut world, &yes, &[BORA]);
    assert_eq!(unread(&world), before + 2);
    give(&mut world, &no, &[BORA]);
    // Nor does what that device had said before.
    assert_eq!(unread(&world), before);
}

#[test]
fn a_copy_of_an_old_folder_is_found_out_and_goes_on() {
    // Not hostile, and it looks the same: a computer is put back to an earlier state and does not notice.
    let (mut world, chat) = circle(396);
    let old = world.nodes[MALLORY].disk.clone();
    world.post(MALLORY, chat, "before");
    world.pass(3);
    world.roll_back(MALLORY, old, false);
    world.post(MALLORY, chat, "again");
    world.meet(&[HANA, BORA, CHAN, MALLORY]);
    world.pass(40);
    world.post(MALLORY, chat, "on a new chain");
    world.pass(5);
    all_is_well(&mut world, chat);
    assert_eq!(world.shown(MALLORY, chat), world.shown(HANA, chat));
    assert!(world.shown_texts(HANA, chat).contains(&"on a new chain".to_owned()));
}

#[test]
fn suppressed_message_visible() {
    // T40: the one who carries Hana's messages to Bora keeps one of them back, and says nothing of it.
    let (mut world, chat) = circle(400);
    part(&mut world, HANA, &[BORA, CHAN, MALLORY]);
    part(&mut world, MALLORY, &[BORA, CHAN]);
    part(&mut world, BORA, &[CHAN]);
    let before = world.nodes[HANA].disk.ciphers.len();
    world.post(HANA, chat, "kept back");
    world.post(HANA, chat, "passed on");
    let sending = world.nodes[HANA].disk.groups[&chat].sending.unwrap();
    let mut all = world.nodes[HANA].disk.ciphers.iter().filter(|((_, chain, _), _)| *chain == sending);
    let last = all.next_back().unwrap().1.clone();
    assert_eq!(world.nodes[HANA].disk.ciphers.len(), before + 2);
    world.connect(MALLORY, BORA);
    world.run();
    give(&mut world, &last, &[BORA]);
    let hana = world.account(HANA);
    let same = world.nodes[BORA].engine.same_history(chat);
    let of_hana = same.iter().find(|same| same.account == hana).unwrap();
    assert_eq!((of_hana.same, of_hana.we_lack), (Some(false), 1), "one is missing");
    assert!(world.shown_texts(BORA, chat).contains(&"passed on".to_owned()));
    // From anybody who has it, it comes.
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(world.shown_texts(BORA, chat).contains(&"kept back".to_owned()));
}

#[test]
fn removed_member_keeps_sending() {
    // T35: with the old chain, the old view, and any date.
    let (mut world, chat) = circle(350);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let before = hand.entry("before");
    let before = hand.seal(&mut world, &before);
    give(&mut world, &before, &[HANA]);
    let late = hand.entry("before, and late");
    let late = hand.seal(&mut world, &late);
    part(&mut world, MALLORY, &HONEST);
    let mallory = world.account(MALLORY);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, mallory, ctx)).unwrap();
    world.pass(3);
    world.meet(&[HANA, BORA, CHAN, MALLORY]);
    give(&mut world, &late, &HONEST);
    for number in 0..5 {
        let mut entry = hand.entry(&format!("after {number}"));
        entry.id.lamport = [1, 5, entry.id.lamport, entry.id.lamport + 90, 2][number];
        entry.sent_at_ms = 0;
        let after = hand.seal(&mut world, &entry);
        give(&mut world, &after, &HONEST);
    }
    // Knowing the operation by which it was removed.
    hand.heads = world.nodes[HANA].engine.group_heads(chat).1;
    let after = hand.entry("after all");
    let after = hand.seal(&mut world, &after);
    give(&mut world, &after, &HONEST);
    all_is_well(&mut world, chat);
    let shown = world.shown_texts(CHAN, chat);
    assert!(shown.contains(&"before".to_owned()), "what the remover had seen counts");
    assert!(!shown.iter().any(|text| text.contains("late") || text.contains("after")), "{shown:?}");
}

#[test]
fn a_removed_member_with_all_it_had_and_all_that_travelled_reads_nothing_more() {
    // T34: the keys of every chain it was given, every envelope, every frame, and its program as it was.
    let (mut world, chat) = circle(340);
    let disk = world.nodes[MALLORY].disk.clone();
    let mallory = world.account(MALLORY);
    let from = world.seen.len();
    let known: BTreeSet<_> = world.nodes[HANA].disk.ciphers.keys().copied().collect();
    world.act(BORA, |engine, ctx| engine.remove_member(chat, mallory, ctx)).unwrap_err();
    world.act(HANA, |engine, ctx| engine.remove_member(chat, mallory, ctx)).unwrap();
    world.pass(2);
    for node in HONEST {
        world.post(node, chat, &format!("secret {node}"));
        world.pass(2);
    }
    let later: Vec<Vec<u8>> = world.nodes[HANA]
        .disk
        .ciphers
        .iter()
        .filter(|(at, _)| !known.contains(at))
        .map(|(_, b)| b.clone())
        .collect();
    assert_eq!(later.len(), HONEST.len());
    let envelopes: Vec<_> = disk.groups[&chat]
        .envelopes
        .iter()
        .map(|secret| EnvelopeKey::from_bytes(secret.first_chunk().unwrap()))
        .collect();
    assert!(later.iter().all(|frame| envelopes.iter().all(|key| key.open(frame).is_err())));
    // Somebody gives it the new envelope: even then the chains are closed.
    let newest = EnvelopeKey::from_bytes(
        world.nodes[HANA].disk.groups[&chat].envelopes.last().unwrap().first_chunk().unwrap(),
    );
    for frame in &later {
        let sealed = newest.open(frame).unwrap();
        for row in disk.chains.values().filter_map(|row| row.receiver.as_ref()) {
            let mut chain = undertone_crypto::group::ReceiverChain::from_bytes(row).unwrap();
            assert!(chain.open(&sealed, world.nodes[MALLORY].clock_ms).is_err());
        }
    }
    let sealed: Vec<Vec<u8>> = world.seen[from..].to_vec();
    world.roll_back(MALLORY, disk, false);
    for node in HONEST {
        let peer = world.peer(node);
        let traffic = sealed.iter().cloned().chain(later.iter().map(|frame| Frame::Group(frame).encode()));
        traffic.for_each(|frame| world.inject(MALLORY, peer, &frame));
    }
    world.meet(&[HANA, BORA, CHAN, MALLORY]);
    world.pass(40);
    let kept = world.nodes[MALLORY].disk.entries.values();
    assert!(!kept.filter_map(|entry| said(entry)).any(|text| text.starts_with("secret")));
    all_is_well(&mut world, chat);
}

fn said(entry: &Entry) -> Option<&str> {
    if let Body::Text { text, .. } = &entry.body { Some(text.as_str()) } else { None }
}

#[test]
fn who_acts_beyond_their_role_changes_nothing() {
    // Operations that a member may not make, signed as they should be.
    let (mut world, chat) = circle(360);
    let hand = Hand::of(&world, MALLORY, chat);
    let keys = DeviceKeys::from_bytes(&world.nodes[MALLORY].disk.profile.device).unwrap();
    let cert = DevCert::parse(&world.nodes[MALLORY].disk.profile.cert).unwrap();
    let (hana, bora, mallory) = (world.account(HANA), world.account(BORA), world.account(MALLORY));
    let stranger = World::new(&["Stranger"], 361);
    let stranger = DevCert::parse(&stranger.nodes[0].disk.profile.cert).unwrap();
    let text = || op::OpText::new("Mine").unwrap();
    let kinds = vec![
        op::OpKind::Remove { account: hana, env_commit: [1; 32], cuts: vec![] },
        op::OpKind::Remove { account: bora, env_commit: [1; 32], cuts: vec![] },
        op::OpKind::Add { cert: Box::new(stranger.clone()), role: op::Role::Owner, name: text() },
        op::OpKind::SetRole { account: mallory, role: op::Role::Owner },
        op::OpKind::SetRole { account: bora, role: op::Role::ReadOnly },
        op::OpKind::Rename { title: text() },
        op::OpKind::EnvRotate { env_commit: [2; 32] },
    ];
    let state = world.nodes[HANA].engine.group(chat).unwrap().1.clone();
    for (number, kind) in kinds.into_iter().enumerate() {
        let parents = hand.heads.iter().map(|id| undertone_crypto::group::OpId::new(id.0)).collect();
        let lamport = hand.lamport + u64::try_from(number).unwrap();
        let draft = op::Draft { group: hand.group, parents, lamport, time_ms: 1, kind };
        let signed = op::Op::sign(draft, &keys, &cert).unwrap();
        for node in HONEST {
            hand_ops(&mut world, node, chat, &[signed.as_bytes()]);
        }
    }
    world.pass(3);
    for node in HONEST {
        let now = world.nodes[node].engine.group(chat).unwrap().1;
        assert_eq!((&now.members, &now.title, now.envelope), (&state.members, &state.title, state.envelope));
        assert!(!world.nodes[node].disk.outbox.values().any(|row| row.account == stranger.account()));
    }
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
}

/// Mallory hands operations to somebody, over the connection and as a note.
fn hand_ops(world: &mut World, node: usize, chat: ConversationId, ops: &[&[u8]]) {
    let group = *world.nodes[HANA].disk.groups[&chat].group.first_chunk::<32>().unwrap();
    let (account, device) = (world.account(MALLORY), world.nodes[MALLORY].engine.device());
    let note = Note::Ops { group, ops: ops.to_vec() }.encode();
    world.act(node, |engine, ctx| engine.on_note(account, device, &note, ctx));
}

#[test]
fn hidden_device() {
    // T28: a device that the account did not sign; then one that it did sign, added without the person's knowledge.
    let (mut world, chat) = circle(280);
    let mallory = world.account(MALLORY);
    world.act(HANA, |engine, ctx| engine.set_role(chat, mallory, Role::Admin, ctx)).unwrap();
    world.pass(2);
    let hand = Hand::of(&world, MALLORY, chat);
    let keys = DeviceKeys::from_bytes(&world.nodes[MALLORY].disk.profile.device).unwrap();
    let own = DevCert::parse(&world.nodes[MALLORY].disk.profile.cert).unwrap();
    // Somebody else's, with Bora's name on it, is no certificate.
    let mut forged = world.nodes[MALLORY].disk.profile.cert.clone();
    forged[1..33].copy_from_slice(world.account(BORA).as_bytes());
    assert!(DevCert::parse(&forged).is_err());
    let twin = twin_of(&mut world, BORA);
    assert_eq!(twin.account(), world.account(BORA));
    let parents = hand.heads.iter().map(|id| undertone_crypto::group::OpId::new(id.0)).collect();
    let name = op::OpText::new("Bora").unwrap();
    let kind = op::OpKind::Add { cert: Box::new(twin.clone()), role: op::Role::Member, name };
    let draft = op::Draft { group: hand.group, parents, lamport: hand.lamport, time_ms: 1, kind };
    let signed = op::Op::sign(draft, &keys, &own).unwrap();
    for node in HONEST {
        hand_ops(&mut world, node, chat, &[signed.as_bytes()]);
    }
    world.pass(2);
    let bora = world.account(BORA);
    for node in HONEST {
        let (_, state) = world.nodes[node].engine.group(chat).unwrap();
        assert_ne!(state.members[&bora].device, twin.device(), "{node}");
        // It is said that somebody was added, for all to see.
        let rows = world.nodes[node].disk.entries.iter().filter(|((of, _), _)| *of == chat);
        let added = GroupEvent::Added(bora);
        assert_eq!(rows.filter(|(_, entry)| entry.body == Body::Group(added.clone())).count(), 2);
    }
    // Nothing said as that device counts, and no key was sealed for it.
    let group = hand.group;
    let mut chain = SenderChain::create(group, twin.device(), [0; 32], 1, &mut world.rng);
    let key = chain.skdm().encode();
    let note = Note::SenderKey(&key).encode();
    for node in [HANA, CHAN] {
        world.act(node, |engine, ctx| engine.on_note(bora, twin.device(), &note, ctx));
    }
    let id = EntryRef { lamport: hand.lamport + 5, author: twin.device(), seq: 7_000 };
    let entry = Entry { id, sent_at_ms: 1, body: body("by a ghost") };
    let heads: Vec<[u8; 32]> = world.nodes[HANA].engine.group_heads(chat).1.iter().map(|id| id.0).collect();
    let said = encode_said(&heads, &encode_entry(&entry));
    let context = MessageContext { view: [0; 16], lamport: id.lamport, prev: &[] };
    let frame = chain.seal(context, &said, &hand.envelope, &mut world.rng).unwrap();
    give(&mut world, &frame, &[HANA, CHAN]);
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(!world.shown_texts(HANA, chat).contains(&"by a ghost".to_owned()));
}

/// Another device of somebody's, signed with their recovery phrase.
fn twin_of(world: &mut World, node: usize) -> DevCert {
    let phrase = String::from_utf8(world.nodes[node].disk.profile.recovery.to_vec()).unwrap();
    let account = RecoverySecret::from_phrase(&phrase).unwrap().account_key();
    let keys = DeviceKeys::generate(&mut world.rng);
    let at = world.nodes[node].clock_ms;
    account.certify(&keys, Validity { not_before_ms: at - 1, not_after_ms: at * 2 }, 2)
}

#[test]
fn unsolicited_forwarded_keys() {
    // T30: Mallory offers Hana's chain, and what she said on it, to somebody who was never given it.
    let (mut world, chat) = circle(300);
    let chan = world.account(CHAN);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(2);
    world.post(HANA, chat, "without Chan");
    world.pass(2);
    let sending = world.nodes[HANA].disk.groups[&chat].sending.unwrap();
    let row = &world.nodes[HANA].disk.chains[&(chat, sending)];
    let key = row.origin.as_ref().unwrap().to_vec();
    let frames: Vec<Vec<u8>> = world.nodes[HANA].disk.ciphers.values().cloned().collect();
    world.act(HANA, |engine, ctx| engine.add_member(chat, chan, Role::Member, ctx)).unwrap();
    world.pass(3);
    let (mallory, device) = (world.account(MALLORY), world.nodes[MALLORY].engine.device());
    let note = Note::SenderKey(&key).encode();
    world.act(CHAN, |engine, ctx| engine.on_note(mallory, device, &note, ctx));
    give(&mut world, &frames.concat(), &[CHAN]);
    frames.iter().for_each(|frame| give(&mut world, frame, &[CHAN]));
    world.pass(3);
    assert!(!world.shown_texts(CHAN, chat).contains(&"without Chan".to_owned()));
    // The same key as Mallory's own: the name of a chain says whose it is.
    assert!(SenderKey::decode(&key, device).is_err());
    world.post(HANA, chat, "with Chan");
    world.pass(3);
    let hana = world.nodes[HANA].engine.device();
    let of_hana = world.shown(CHAN, chat).into_iter().filter(|(author, _)| *author == hana);
    assert_eq!(of_hana.map(|(_, text)| text).next_back().unwrap(), "with Chan");
}

#[test]
fn who_repeats_what_was_said_says_nothing_new() {
    let (mut world, chat) = circle(361);
    let before = world.shown(BORA, chat);
    let frames: Vec<Vec<u8>> = world.nodes[MALLORY].disk.ciphers.values().cloned().collect();
    let ops: Vec<Vec<u8>> = world.nodes[MALLORY].disk.ops.values().cloned().collect();
    for round in 0..3 {
        for node in HONEST {
            let arrived = world.nodes[node].notices.len();
            for frame in &frames {
                give(&mut world, frame, &[node]);
            }
            ops.iter().rev().for_each(|op| hand_ops(&mut world, node, chat, &[op]));
            let new = &world.nodes[node].notices[arrived..];
            assert!(!new.iter().any(|notice| matches!(notice, Notice::Arrived(..) | Notice::Alarm(..))));
            if round == 1 {
                world.crash(node);
                world.meet(&[HANA, BORA, CHAN, MALLORY]);
            }
        }
    }
    assert_eq!(world.shown(BORA, chat), before);
    all_is_well(&mut world, chat);
}

#[test]
fn who_speaks_under_anothers_name_is_not_heard() {
    // T32: in a message of one's own, and on the other's chain without its signing key.
    let (mut world, chat) = circle(320);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let mut entry = hand.entry("I am Bora");
    entry.id.author = world.nodes[BORA].engine.device();
    let frame = hand.seal(&mut world, &entry);
    give(&mut world, &frame, &HONEST);
    // Signed by another key: a bit of the signature, which is at the end of the inner message.
    let bora = Hand::of(&world, BORA, chat);
    let (genuine, _) = bora.fork(&mut world, &bora.entry("I am Bora"), Some(bora.tip));
    for at in [genuine.len() - 1, genuine.len() - 20, 40] {
        let mut frame = genuine.clone();
        frame[at] ^= 1;
        give(&mut world, &frame, &HONEST);
    }
    let account = world.account(BORA);
    for node in [HANA, CHAN] {
        assert!(!world.nodes[node].notices.contains(&Notice::Alarm(account, Alarm::Equivocation)));
    }
    part(&mut world, MALLORY, &HONEST);
    all_is_well(&mut world, chat);
    assert!(!world.shown_texts(HANA, chat).contains(&"I am Bora".to_owned()));
}

#[test]
fn who_floods_is_borne_and_the_others_go_on() {
    // As much of everything as goes: messages, some that wait for keys, operations without parents, questions.
    let (mut world, chat) = circle(362);
    let mut hand = Hand::of(&world, MALLORY, chat);
    let mallory = world.peer(MALLORY);
    let (group, device, envelope) =
        (hand.group, hand.device, EnvelopeKey::from_bytes(&hand.envelope.to_bytes()));
    for number in 0..300_u32 {
        let entry = hand.entry(&format!("flood {number}"));
        let frame = hand.seal(&mut world, &entry);
        give(&mut world, &frame, &HONEST);
        let mut unknown = SenderChain::create(group, device, [0; 32], 1, &mut world.rng);
        let context = MessageContext { view: [0; 16], lamport: 1, prev: &[] };
        let frame = unknown.seal(context, &[0; 20_000], &envelope, &mut world.rng).unwrap();
        give(&mut world, &frame, &HONEST);
        if number % 30 == 0 {
            let key = unknown.skdm().encode();
            let (account, note) = (world.account(MALLORY), Note::SenderKey(&key).encode());
            world.act(BORA, |engine, ctx| engine.on_note(account, device, &note, ctx));
        }
        world.inject(BORA, mallory, &Frame::Group(&[0x30; 200]).encode());
        if number % 50 == 0 {
            world.post(HANA, chat, &format!("through it all {number}"));
            world.pass(1);
        }
    }
    for node in HONEST {
        assert!(world.nodes[node].engine.waiting_for_keys(chat) <= 64);
    }
    part(&mut world, MALLORY, &HONEST);
    // What waits for keys is dropped after ten minutes.
    world.pass(610);
    all_is_well(&mut world, chat);
    assert_eq!(world.shown_texts(CHAN, chat).iter().filter(|text| text.starts_with("through")).count(), 6);
}
