//! Who is given the keys of what somebody says, looked at without exception: operations of three people who know
//! nothing of each other's come to one of them in every order, and that one speaks anywhere between. A real engine plays
//! each course through; what it gives to whom is then opened by hand.

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Checker, Model, Property};
use undertone_crypto::group::{EnvelopeKey, ReceiverChain, SenderKey};

use super::super::sim::{Disk, World};
use crate::{
    model::{AccountId, Body, ConversationId, Name, OpId, Outbound, Role, Text},
    wire::{Note, decode_entry, decode_said},
};

/// What somebody asks their program to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Deed {
    Remove(usize),
    Add(usize),
    Demote(usize),
    Leave,
}

/// What happens to the one who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Input {
    /// The next operation of somebody comes.
    Learn(usize),
    /// The person does the next of their own deeds.
    Act,
    Speak,
}

/// People do this at once, and the first of them speaks.
struct Scene {
    start: World,
    disks: Vec<Disk>,
    chat: ConversationId,
    speaker: usize,
    own: Vec<Deed>,
    /// Operations of each of the others, in order.
    ops: Vec<Vec<Vec<u8>>>,
}

/// A text: who took part in the author's eyes, and by which operation each did.
type Said = BTreeMap<String, BTreeMap<AccountId, OpId>>;

impl Scene {
    /// The speaker with their own deeds, and what the others do at once.
    fn new(speaker: usize, own: &[Deed], others: &[(usize, Deed)]) -> Self {
        let mut world = World::new(&["Hana", "Bora", "Chan"], 33);
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            world.befriend(a, b);
        }
        let members = [world.account(1), world.account(2)];
        let title = Name::new("Harbour").unwrap();
        let chat = world
            .act(0, |engine, ctx| engine.create_group(&title, &members, crate::model::History::None, ctx))
            .unwrap();
        for account in members {
            world.act(0, |engine, ctx| engine.set_role(chat, account, Role::Admin, ctx)).unwrap();
        }
        world.run();
        world.pass(2);
        let disks: Vec<Disk> = world.nodes.iter().map(|node| node.disk.clone()).collect();
        let mut apart = world.again(&disks, 34);
        let mut ops = vec![Vec::new(); 3];
        for (by, deed) in others {
            let before = apart.nodes[*by].disk.ops.clone();
            assert!(act(&mut apart, *by, chat, *deed), "{by} cannot {deed:?}");
            let made = &apart.nodes[*by].disk.ops;
            ops[*by].extend(made.iter().filter(|(id, _)| !before.contains_key(id)).map(|(_, op)| op.clone()));
        }
        Self { start: world, disks, chat, speaker, own: own.to_vec(), ops }
    }

    /// Plays the inputs through: the speaker as they are then, and what they said.
    fn play(&self, inputs: &[Input]) -> (World, Said) {
        let (mut world, mut said) = (self.start.again(&self.disks, 35), Said::new());
        let (mut own, mut come) = (self.own.iter(), [0; 3]);
        for (number, input) in inputs.iter().enumerate() {
            match input {
                Input::Learn(by) => {
                    self.learn(&mut world, *by, &self.ops[*by][come[*by]]);
                    come[*by] += 1;
                }
                // What is not allowed by then is not done.
                Input::Act => drop(act(&mut world, self.speaker, self.chat, *own.next().unwrap())),
                Input::Speak => {
                    let (text, chat) = (format!("text {number}"), self.chat);
                    let body = Body::Text {
                        text: Text::new(text.as_str()).unwrap(),
                        reply_to: None,
                        mentions: crate::model::Mentions::default(),
                    };
                    if world.act(self.speaker, |engine, ctx| engine.speak(chat, body, ctx)).is_ok() {
                        said.insert(text, self.members(&world));
                    }
                }
            }
        }
        (world, said)
    }

    fn learn(&self, world: &mut World, by: usize, op: &[u8]) {
        let group = *world.nodes[self.speaker].disk.groups[&self.chat].group.first_chunk::<32>().unwrap();
        let note = Note::Ops { group, ops: vec![op] }.encode();
        let (account, device) = (world.account(by), world.nodes[by].engine.device());
        world.act(self.speaker, |engine, ctx| engine.on_note(account, device, &note, ctx));
    }

    /// Who takes part in the speaker's eyes, and by which operation.
    fn members(&self, world: &World) -> BTreeMap<AccountId, OpId> {
        let (_, state) = world.nodes[self.speaker].engine.group(self.chat).unwrap();
        state.members.iter().map(|(account, member)| (*account, member.since)).collect()
    }

    /// The texts that somebody can read who gets all that was meant for them, and everything that was said.
    fn readable(&self, world: &World, who: AccountId) -> BTreeSet<String> {
        let at = &world.nodes[self.speaker];
        let device = at.engine.device();
        let secrets = at.disk.groups[&self.chat].envelopes.iter();
        let envelopes: Vec<_> =
            secrets.map(|secret| EnvelopeKey::from_bytes(secret.first_chunk().unwrap())).collect();
        let notes = at.disk.outbox.values().filter(|row| row.account == who && row.what == Outbound::Note);
        let mut texts = BTreeSet::new();
        for row in notes {
            let Ok(Note::SenderKey(key)) = Note::decode(&row.payload) else { continue };
            let mut chain = ReceiverChain::new(SenderKey::decode(key, device).unwrap());
            let all = at.disk.ciphers.values();
            let sealed = all.filter_map(|bytes| envelopes.iter().find_map(|key| key.open(bytes).ok()));
            for sealed in sealed {
                let Ok(said) = chain.open(&sealed, at.clock_ms) else { continue };
                let (_, entry) = decode_said(&said).unwrap();
                if let Body::Text { text, .. } = decode_entry(entry).unwrap().body {
                    texts.insert(text.as_str().to_owned());
                }
            }
        }
        texts
    }
}

/// Somebody asks their program to do this; whether it was done.
fn act(world: &mut World, by: usize, chat: ConversationId, deed: Deed) -> bool {
    let account = |n: usize| world.account(n);
    match deed {
        Deed::Remove(n) => {
            let account = account(n);
            world.act(by, |engine, ctx| engine.remove_member(chat, account, ctx)).is_ok()
        }
        Deed::Add(n) => {
            let account = account(n);
            world.act(by, |engine, ctx| engine.add_member(chat, account, Role::Member, ctx)).is_ok()
        }
        Deed::Demote(n) => {
            let account = account(n);
            world.act(by, |engine, ctx| engine.set_role(chat, account, Role::Member, ctx)).is_ok()
        }
        Deed::Leave => world.act(by, |engine, ctx| engine.leave_group(chat, ctx)).is_ok(),
    }
}

impl Model for Scene {
    type State = Vec<Input>;
    type Action = Input;

    fn init_states(&self) -> Vec<Vec<Input>> {
        vec![Vec::new()]
    }

    fn actions(&self, inputs: &Vec<Input>, actions: &mut Vec<Input>) {
        let count = |what: Input| inputs.iter().filter(|input| **input == what).count();
        let learns = (0..3).filter(|by| count(Input::Learn(*by)) < self.ops[*by].len()).map(Input::Learn);
        actions.extend(learns);
        actions.extend((count(Input::Act) < self.own.len()).then_some(Input::Act));
        actions.extend((count(Input::Speak) < TEXTS).then_some(Input::Speak));
    }

    fn next_state(&self, inputs: &Vec<Input>, input: Input) -> Option<Vec<Input>> {
        Some([inputs.as_slice(), &[input]].concat())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(
            "who takes part can read, and nobody else",
            |scene: &Self, inputs: &Vec<Input>| {
                let (world, said) = scene.play(inputs);
                let now = scene.members(&world);
                let me = world.account(scene.speaker);
                let others = (0..3).map(|node| world.account(node)).filter(|who| *who != me);
                others.into_iter().all(|who| {
                    let readable = scene.readable(&world, who);
                    said.iter().all(|(text, eyes)| {
                        // Whose removal has turned out void is what they were all along.
                        let void = now.get(&who).is_some_and(|since| scene.is_old(since));
                        readable.contains(text) == (eyes.contains_key(&who) || void)
                    })
                })
            },
        )]
    }
}

impl Scene {
    /// Whether the operation was there before anything happened.
    fn is_old(&self, op: &OpId) -> bool {
        self.disks[self.speaker].ops.contains_key(&(self.chat, op.0))
    }
}

/// How often the speaker speaks.
const TEXTS: usize = 2;

#[test]
fn whatever_order_operations_come_in_those_who_take_part_can_read_and_nobody_else() {
    use Deed::{Add, Demote, Leave, Remove};
    for (speaker, own, others) in [
        (0, vec![], vec![(1, Remove(2)), (2, Remove(1)), (2, Leave)]),
        (0, vec![Remove(2), Add(2)], vec![(1, Remove(2))]),
        (0, vec![Remove(2)], vec![(1, Remove(2)), (1, Add(2))]),
        (1, vec![Remove(2)], vec![(0, Demote(1)), (2, Remove(1))]),
        (2, vec![Remove(1)], vec![(0, Remove(2)), (1, Remove(2))]),
    ] {
        let checker = Scene::new(speaker, &own, &others).checker().threads(2).spawn_dfs().join();
        assert!(checker.unique_state_count() > 50);
        checker.assert_properties();
    }
}
