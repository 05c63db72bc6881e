//! What newcomers are told: exactly what the policy says, by whoever added them, and by nobody else.

use undertone_crypto::group::GroupId;

use crate::{
    model::{
        ConversationId, DeviceId, Emoji, EntryRef, History, Name, OpId, OwedHistory, Role, SharedEntry, Text,
        ToldHistory,
    },
    protocol::{HistoryFor, group::ops::conversation_of, sim::World},
    wire::{HistoryPack, Note},
};

const HANA: usize = 0;
const BORA: usize = 1;
const CHAN: usize = 2;

/// A group of Hana and Bora with this policy and ten texts; Chan is a contact of Hana.
fn ten_texts(history: History, seed: u64) -> (World, ConversationId) {
    let mut world = World::new(&["Hana", "Bora", "Chan"], seed);
    world.befriend(HANA, BORA);
    world.befriend(HANA, CHAN);
    world.connect(BORA, CHAN);
    let chat = world.begin(&[BORA], history);
    world.pass(3);
    for number in 0..10 {
        world.post(number % 2, chat, &format!("text {number}"));
        world.run();
    }
    world.pass(3);
    (world, chat)
}

fn add(world: &mut World, node: usize, chat: ConversationId, who: usize) {
    let account = world.account(who);
    world.act(node, |engine, ctx| engine.add_member(chat, account, Role::Member, ctx)).unwrap();
}

/// What somebody was told of, in order.
fn told(world: &World, node: usize, chat: ConversationId) -> Vec<String> {
    let shared = world.nodes[node].disk.shared.iter().filter(|((of, _), _)| *of == chat);
    shared.map(|(_, (_, entry))| entry.text.as_str().to_owned()).collect()
}

fn texts(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("text {number}")).collect()
}

#[test]
fn a_newcomer_is_told_exactly_what_the_policy_says() {
    let policies = [
        (History::None, 10..10),
        (History::Last(3), 7..10),
        (History::Last(10), 0..10),
        (History::Last(11), 0..10),
        (History::All, 0..10),
    ];
    for (policy, meant) in policies {
        let (mut world, chat) = ten_texts(policy, 1);
        add(&mut world, HANA, chat, CHAN);
        world.pass(5);
        assert_eq!(told(&world, CHAN, chat), texts(meant), "{policy:?}");
        for (by, entry) in world.nodes[CHAN].disk.shared.values() {
            assert_eq!(*by, world.account(HANA));
            let number: usize = entry.text.as_str().strip_prefix("text ").unwrap().parse().unwrap();
            assert_eq!(entry.name.as_str(), ["Hana", "Bora"][number % 2]);
        }
        let (head, _) = world.nodes[CHAN].engine.group(chat).unwrap();
        assert_eq!(head.unread, 0, "what was said before is not unread");
        // They are told once, and take part as anybody.
        world.post(CHAN, chat, "hello");
        world.pass(40);
        assert_eq!(told(&world, CHAN, chat).len(), world.nodes[CHAN].disk.shared.len());
        assert!(world.nodes[HANA].engine.same_history(chat).iter().all(|same| same.same == Some(true)));
    }
}

#[test]
fn the_policy_in_force_when_somebody_is_added_counts_and_only_admins_change_it() {
    let (mut world, chat) = ten_texts(History::All, 2);
    let refused = world.act(BORA, |engine, ctx| engine.set_history(chat, History::None, ctx));
    assert!(refused.is_err());
    world.act(HANA, |engine, ctx| engine.set_history(chat, History::Last(2), ctx)).unwrap();
    add(&mut world, HANA, chat, CHAN);
    world.act(HANA, |engine, ctx| engine.set_history(chat, History::All, ctx)).unwrap();
    world.pass(5);
    assert_eq!(told(&world, CHAN, chat), texts(8..10));
    for node in [HANA, BORA, CHAN] {
        let (_, state) = world.nodes[node].engine.group(chat).unwrap();
        assert_eq!(state.history, History::All, "{node}");
    }
}

#[test]
fn a_crash_between_adding_and_telling_tells_all_the_same() {
    let (mut world, chat) = ten_texts(History::All, 3);
    let chan = world.account(CHAN);
    world.die_in(HANA, true, |engine, ctx| {
        engine.add_member(chat, chan, Role::Member, ctx).unwrap();
    });
    world.connect(HANA, CHAN);
    world.connect(HANA, BORA);
    world.pass(5);
    assert_eq!(told(&world, CHAN, chat), texts(0..10));
    let (head, _) = world.nodes[HANA].engine.group(chat).unwrap();
    assert_eq!(head.owed, Vec::<OwedHistory>::new());
}

#[test]
fn who_was_told_tells_the_next_one() {
    let (mut world, chat) = ten_texts(History::All, 4);
    let chan = world.account(CHAN);
    add(&mut world, HANA, chat, CHAN);
    world.act(HANA, |engine, ctx| engine.set_role(chat, chan, Role::Admin, ctx)).unwrap();
    world.pass(5);
    // Bora is put out, and taken in again by Chan, who was told.
    let bora = world.account(BORA);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, bora, ctx)).unwrap();
    world.befriend(CHAN, BORA);
    world.pass(5);
    add(&mut world, CHAN, chat, BORA);
    world.pass(5);
    // What Bora has from those who wrote it stays as it is: that is for the store to see to.
    let from_chan = world.nodes[BORA].disk.shared.values().filter(|(by, _)| *by == chan).count();
    assert_eq!(from_chan, 10);
}

/// A message that was never said.
fn invented(world: &World, chat: ConversationId, lamport: u64) -> SharedEntry {
    let author = world.nodes[BORA].engine.device();
    assert!(world.nodes[CHAN].engine.is_group(chat));
    SharedEntry {
        id: EntryRef { lamport, author, seq: 7 },
        sent_at_ms: 1,
        name: Name::new("Bora").unwrap(),
        text: Text::new("never said").unwrap(),
        reply_to: None,
        edited: false,
        reactions: Vec::new(),
    }
}

fn pack(world: &World, chat: ConversationId, entries: Vec<SharedEntry>) -> HistoryPack {
    let group = &world.nodes[CHAN].engine.groups[&chat];
    let op = group.state().unwrap().members[&world.account(CHAN)].since;
    assert_eq!(conversation_of(&group.id), chat);
    HistoryPack { group: *group.id.as_bytes(), op: op.0, entries }
}

fn send(world: &mut World, from: usize, pack: HistoryPack) {
    let chan = world.account(CHAN);
    world.act(from, |engine, ctx| engine.send_note(chan, &Note::History(pack), ctx));
    world.pass(3);
}

#[test]
fn packs_of_others_or_beyond_the_policy_or_after_the_adding_are_refused() {
    let (mut world, chat) = ten_texts(History::Last(3), 5);
    world.post(HANA, chat, "one more");
    add(&mut world, HANA, chat, CHAN);
    world.pass(5);
    let before = told(&world, CHAN, chat);
    assert_eq!(before.len(), 3);
    let one = |world: &World, lamport| vec![invented(world, chat, lamport)];

    // Who did not add us.
    let made = pack(&world, chat, one(&world, 1));
    send(&mut world, BORA, made);
    // Beyond the policy: all three places are taken.
    let made = pack(&world, chat, one(&world, 1));
    send(&mut world, HANA, made);
    assert_eq!(told(&world, CHAN, chat), before);

    // From here on there would be room.
    let made = pack(&world, chat, Vec::new());
    world.nodes[CHAN].engine.groups.get_mut(&chat).unwrap().head.told =
        Some(ToldHistory { op: OpId(made.op), count: 0, bytes: 0 });
    // More than the policy at once.
    let many = (1..=4).map(|lamport| invented(&world, chat, lamport)).collect();
    let made = pack(&world, chat, many);
    send(&mut world, HANA, made);
    // At or after the adding.
    let lamport =
        world.nodes[CHAN].engine.groups[&chat].log.get(&OpId(pack(&world, chat, vec![]).op)).unwrap().lamport;
    for lamport in [lamport, lamport + 1, u64::MAX] {
        let made = pack(&world, chat, one(&world, lamport));
        send(&mut world, HANA, made);
    }
    // Of another adding.
    let made = HistoryPack { op: [9; 32], ..pack(&world, chat, one(&world, 1)) };
    send(&mut world, HANA, made);
    // Of another group.
    let made = HistoryPack { group: *GroupId::new([9; 32]).as_bytes(), ..pack(&world, chat, one(&world, 1)) };
    send(&mut world, HANA, made);
    // In the name of somebody who was never in the group, and of an operation.
    let mut entry = invented(&world, chat, 1);
    entry.id.author = DeviceId::new([3; 16]);
    let made = pack(&world, chat, vec![entry]);
    send(&mut world, HANA, made);
    let mut entry = invented(&world, chat, 1);
    entry.id.seq = u64::MAX;
    let made = pack(&world, chat, vec![invented(&world, chat, 1), entry]);
    send(&mut world, HANA, made);
    // With a reaction of somebody who was never in the group.
    let mut entry = invented(&world, chat, 1);
    entry.reactions = vec![(Emoji::new("👍").unwrap(), DeviceId::new([3; 16]))];
    let made = pack(&world, chat, vec![entry]);
    send(&mut world, HANA, made);
    assert_eq!(told(&world, CHAN, chat), before);

    // And nothing else was wrong with them.
    let made = pack(&world, chat, one(&world, 1));
    send(&mut world, HANA, made);
    assert_eq!(told(&world, CHAN, chat).len(), 4);
}

#[test]
fn who_is_removed_before_they_were_told_is_told_nothing() {
    let (mut world, chat) = ten_texts(History::All, 7);
    let chan = world.account(CHAN);
    world.cut(HANA, CHAN);
    add(&mut world, HANA, chat, CHAN);
    world.pass(2);
    assert_eq!(world.nodes[HANA].engine.group(chat).unwrap().0.owed.len(), 1);
    world.act(HANA, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(2);
    assert_eq!(world.nodes[HANA].engine.group(chat).unwrap().0.owed, Vec::new());
    world.connect(HANA, CHAN);
    world.pass(40);
    assert_eq!(told(&world, CHAN, chat), Vec::<String>::new());
}

#[test]
fn many_newcomers_are_told_one_after_the_other() {
    let mut world = World::new(&["Hana", "Bora", "Chan", "Dan", "Eun", "Fia"], 8);
    (1..6).for_each(|other| world.befriend(HANA, other));
    let title = Name::new("Harbour").unwrap();
    let all = History::All;
    let chat = world.act(HANA, |engine, ctx| engine.create_group(&title, &[], all, ctx)).unwrap();
    let long = "x".repeat(30_000);
    for number in 0..300 {
        world.post(HANA, chat, &format!("text {number} {long}"));
    }
    (1..6).for_each(|who| add(&mut world, HANA, chat, who));
    for _ in 0..20 {
        world.pass(1);
        let waits: usize = world.nodes[HANA].engine.people.values().map(|person| person.outbox.bytes()).sum();
        assert!(waits < 40 * 1024 * 1024, "{waits} bytes wait");
    }
    let most = usize::try_from(History::MOST_BYTES).unwrap();
    for node in 1..6 {
        let told = told(&world, node, chat);
        let bytes: usize = told.iter().map(String::len).sum();
        assert!((most - 64 * 1024 * 8..=most).contains(&bytes), "{node} was told {bytes} bytes");
        assert!(told.last().unwrap().starts_with("text 299 "), "the newest ones");
    }
}

#[test]
fn a_group_that_tells_nothing_takes_nothing() {
    let (mut world, chat) = ten_texts(History::None, 6);
    add(&mut world, HANA, chat, CHAN);
    world.pass(5);
    let made = pack(&world, chat, vec![invented(&world, chat, 1)]);
    send(&mut world, HANA, made);
    assert_eq!(told(&world, CHAN, chat), Vec::<String>::new());
}

#[test]
fn who_had_forgotten_the_group_and_is_added_again_is_told_and_reads_what_all_say() {
    let (mut world, chat) = ten_texts(History::Last(2), 9);
    let chan = world.account(CHAN);
    add(&mut world, HANA, chat, CHAN);
    world.pass(3);
    for node in [HANA, BORA] {
        world.post(node, chat, "hello Chan");
        world.pass(2);
    }
    world.act(HANA, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(2);
    world.act(CHAN, |engine, _| engine.forget_group(chat)).unwrap();
    world.pass(2);
    // Bora says nothing meanwhile, and still takes Chan for somebody who has the key.
    add(&mut world, HANA, chat, CHAN);
    world.pass(3);
    assert_eq!(told(&world, CHAN, chat), ["hello Chan", "hello Chan"]);
    for (node, text) in [(BORA, "from Bora"), (HANA, "from Hana")] {
        let id = world.post(node, chat, text);
        world.pass(3);
        assert!(world.nodes[CHAN].disk.entries.contains_key(&(chat, id)), "{text}");
    }
}

#[test]
fn who_is_added_again_before_they_were_told_is_told_once() {
    let (mut world, chat) = ten_texts(History::All, 10);
    let chan = world.account(CHAN);
    add(&mut world, HANA, chat, CHAN);
    world.pass(5);
    world.cut(HANA, CHAN);
    world.cut(HANA, BORA);
    let made = pack(&world, chat, vec![invented(&world, chat, 1)]);
    let op = OpId(made.op);
    let before = made.entries[0].id;
    let wanted = HistoryFor { conversation: chat, account: chan, op, before, most: 1, most_bytes: 1 };
    for _ in 0..3 {
        let hana = world.nodes[HANA].engine.groups.get_mut(&chat).unwrap();
        hana.head.owed.push(OwedHistory { account: chan, op });
        let entries = made.entries.clone();
        world.act(HANA, |engine, ctx| engine.share_history(&wanted, entries, ctx));
    }
    let outbox = &world.nodes[HANA].disk.outbox;
    let packs = outbox.values().filter(|row| Note::is_history_of(&row.payload, &made.group));
    assert_eq!(packs.count(), 1);
}

#[test]
fn being_added_without_end_fills_no_disk_without_end() {
    let (mut world, chat) = ten_texts(History::All, 11);
    add(&mut world, HANA, chat, CHAN);
    world.pass(5);
    let before = told(&world, CHAN, chat);
    let tell = |world: &mut World, bytes| {
        let earlier = ToldHistory { op: OpId([9; 32]), count: 10, bytes };
        world.nodes[CHAN].engine.groups.get_mut(&chat).unwrap().head.told = Some(earlier);
        let made = pack(world, chat, vec![invented(world, chat, 1)]);
        send(world, HANA, made);
    };
    tell(&mut world, History::MOST_BYTES);
    assert_eq!(told(&world, CHAN, chat), before, "added once");
    let chan = world.account(CHAN);
    for _ in 0..9 {
        world.act(HANA, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
        add(&mut world, HANA, chat, CHAN);
    }
    world.pass(5);
    tell(&mut world, 4 * History::MOST_BYTES);
    assert_eq!(told(&world, CHAN, chat), before, "added often");
    tell(&mut world, 3 * History::MOST_BYTES);
    assert_eq!(told(&world, CHAN, chat).len(), before.len() + 1);
}

#[test]
fn who_was_added_while_away_is_told_when_the_two_meet_though_both_have_started_anew() {
    let (mut world, chat) = ten_texts(History::All, 12);
    world.cut(HANA, CHAN);
    add(&mut world, HANA, chat, CHAN);
    world.pass(5);
    // Bora, who did not add Chan, tells nothing, though Chan hears of the group through them.
    world.pass(40);
    assert_eq!(told(&world, CHAN, chat), Vec::<String>::new());
    world.crash(HANA);
    world.crash(CHAN);
    world.connect(HANA, CHAN);
    world.pass(5);
    assert_eq!(told(&world, CHAN, chat), texts(0..10));
}
