//! Two to a few engines in virtual time over a simulated network and disk, from one seed: loss of connections,
//! crashes between any two steps, clocks apart. What is on a simulated disk is exactly what was committed.

mod disk;
mod fate;
mod gossip;
mod group;
mod rng;

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
};

use rand_core::TryRng;
use undertone_crypto::recovery::RecoverySecret;

pub(in crate::protocol) use self::{
    disk::Disk,
    gossip::{Gossip, Weather},
    rng::SeededRng,
};
use super::{
    Ctx, Effect, Engine, HistoryFor, Notice, Recount, Refused, Standing, StoredMessage, new_profile,
};
use crate::model::{
    AccountId, Body, Contact, ConversationId, DeviceId, EntryRef, Mentions, Name, Peer, SharedEntry, Text,
};

/// One computer.
#[derive(Debug)]
pub(in crate::protocol) struct Node {
    pub(in crate::protocol) engine: Engine,
    pub(in crate::protocol) disk: Disk,
    pub(in crate::protocol) notices: Vec<Notice>,
    pub(in crate::protocol) standing: BTreeMap<Peer, Standing>,
    pub(in crate::protocol) clock_ms: u64,
    /// Its own: what a computer does depends on what came to it alone.
    rng: SeededRng,
    runs: u8,
}

impl Node {
    /// Texts of others that have not been seen; whom they address is not counted.
    fn recount(&self, chat: ConversationId) -> Recount {
        let Some((head, _)) = self.engine.group(chat) else { return Recount::default() };
        let rows = || {
            let here = self
                .disk
                .entries
                .iter()
                .filter(|((of, id), _)| *of == chat && !self.engine.is_hidden(chat, id));
            here.map(|((_, id), entry)| (*id, entry))
        };
        let unread = rows().filter(|(id, entry)| {
            let theirs = id.author != self.engine.device() && matches!(entry.body, Body::Text { .. });
            theirs && head.read_upto.is_none_or(|read| read < *id)
        });
        let news = unread.clone().filter(|(id, _)| self.engine.counts_now(chat, id));
        Recount {
            unread: (u32::try_from(unread.clone().count()).unwrap(), head.attention.mentions),
            last: rows().filter(|(_, entry)| entry.body.is_shown()).map(|(id, _)| id).max(),
            news: news.map(|(_, entry)| entry.clone()).collect(),
        }
    }

    /// The newest texts before a place, the newest first.
    pub(in crate::protocol) fn past(&self, wanted: &HistoryFor) -> Vec<SharedEntry> {
        let of = wanted.conversation;
        let here = (of, EntryRef { lamport: 0, author: DeviceId::new([0; 16]), seq: 0 })..(of, wanted.before);
        let said = self.disk.entries.range(here.clone()).filter_map(|((_, id), entry)| {
            let Body::Text { text, reply_to, .. } = &entry.body else { return None };
            let name = self.engine.name_for_newcomers(of, id.author)?;
            (!self.engine.is_hidden(of, id)).then(|| SharedEntry {
                id: *id,
                sent_at_ms: entry.sent_at_ms,
                name,
                text: text.clone(),
                reply_to: *reply_to,
                edited: false,
                reactions: Vec::new(),
            })
        });
        let told = self.disk.shared.range(here).map(|((_, id), (_, entry))| (*id, entry.clone()));
        let all: BTreeMap<_, _> = told.chain(said.map(|entry| (entry.id, entry))).collect();
        let mut bytes = 0;
        let fits = |entry: &SharedEntry| {
            bytes += u64::try_from(entry.bytes()).unwrap();
            bytes <= wanted.most_bytes
        };
        all.into_values().rev().take(usize::try_from(wanted.most).unwrap()).take_while(fits).collect()
    }
}

/// A few computers, and the frames between them.
#[derive(Debug)]
pub(in crate::protocol) struct World {
    pub(in crate::protocol) nodes: Vec<Node>,
    /// Frames on their way, in order, by sender and receiver.
    pub(in crate::protocol) wires: BTreeMap<(usize, usize), VecDeque<Vec<u8>>>,
    /// What members hand on to each other.
    pub(in crate::protocol) gossip: Gossip,
    /// Every sealed frame that ever travelled.
    pub(in crate::protocol) seen: Vec<Vec<u8>>,
    pub(in crate::protocol) rng: SeededRng,
    /// How long the computers have run: time in which nobody looked around is not in it.
    pub(in crate::protocol) ran_ms: u64,
}

impl World {
    pub(in crate::protocol) fn new(names: &[&str], seed: u64) -> Self {
        let mut rng = SeededRng::new(seed);
        let nodes = names.iter().map(|name| Node::new(name, None, &mut rng)).collect();
        let mut world = Self::of(nodes, rng);
        for node in 0..names.len() {
            let local = world.peer(node);
            world.act(node, |engine, _| engine.on_network(local));
        }
        world
    }

    fn of(nodes: Vec<Node>, rng: SeededRng) -> Self {
        let (wires, gossip) = (BTreeMap::new(), Gossip::default());
        Self { nodes, wires, gossip, seen: Vec::new(), rng, ran_ms: 0 }
    }

    /// The same computers with these disks, in another course of events.
    pub(in crate::protocol) fn again(&self, disks: &[Disk], seed: u64) -> Self {
        let rng = SeededRng::new(seed);
        let mut seeds = SeededRng::new(seed ^ 0xd15c);
        let mut restored = |(node, disk): (&Node, &Disk)| {
            Node::restored(disk.clone(), node.clock_ms, SeededRng::new(seeds.next()), node.runs)
        };
        let nodes = self.nodes.iter().zip(disks).map(&mut restored).collect();
        let mut world = Self::of(nodes, rng);
        for node in 0..disks.len() {
            let local = world.peer(node);
            world.act(node, |engine, _| engine.on_network(local));
        }
        world
    }

    pub(in crate::protocol) fn account(&self, node: usize) -> AccountId {
        self.nodes[node].engine.account()
    }

    pub(in crate::protocol) fn chat(&self, a: usize, b: usize) -> ConversationId {
        ConversationId::direct(&self.account(a), &self.account(b))
    }

    pub(in crate::protocol) fn peer(&self, node: usize) -> Peer {
        let mut key = [u8::try_from(node).unwrap(); 32];
        key[0] = self.nodes[node].runs;
        Peer(key)
    }

    fn node_of(&self, peer: Peer) -> Option<usize> {
        (0..self.nodes.len()).find(|node| self.peer(*node) == peer)
    }

    /// One input to one engine, committed, and its effects let out.
    pub(in crate::protocol) fn act<T>(
        &mut self,
        node: usize,
        act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T,
    ) -> T {
        let Node { engine, disk, clock_ms, rng, .. } = &mut self.nodes[node];
        let now_ms = *clock_ms;
        let result = act(engine, &mut Ctx { now_ms, rng });
        let step = engine.settle();
        let effects = step
            .commit(|changes| {
                changes.iter().for_each(|change| disk.apply(change));
                Ok::<_, Infallible>(())
            })
            .unwrap();
        for effect in effects {
            self.effect(node, effect);
        }
        result
    }

    /// One input to one engine, after which the process dies: before the commit, or between it and the effects.
    pub(in crate::protocol) fn die_in(
        &mut self,
        node: usize,
        committed: bool,
        act: impl FnOnce(&mut Engine, &mut Ctx<'_>),
    ) {
        let Node { engine, disk, clock_ms, rng, .. } = &mut self.nodes[node];
        let now_ms = *clock_ms;
        act(engine, &mut Ctx { now_ms, rng });
        let step = engine.settle();
        if committed {
            step.commit(|changes| {
                changes.iter().for_each(|change| disk.apply(change));
                Ok::<_, Infallible>(())
            })
            .unwrap();
        }
        self.crash(node);
    }

    /// A frame comes to one engine from whoever has this transport name.
    pub(in crate::protocol) fn inject(&mut self, node: usize, from: Peer, frame: &[u8]) {
        self.act(node, |engine, ctx| engine.on_frame(from, frame, ctx));
    }

    fn effect(&mut self, node: usize, effect: Effect) {
        match effect {
            Effect::Circles { topics, peers } => self.gossip.circles(node, topics, peers),
            Effect::Publish { topic, frame } => self.hand_on(node, None, &(topic, frame)),
            Effect::Classify { peer, standing } => drop(self.nodes[node].standing.insert(peer, standing)),
            Effect::Disconnect(peer) | Effect::Fault(peer) => {
                if let Some(other) = self.node_of(peer) {
                    self.cut(node, other);
                }
            }
            Effect::CompareStored(compare) => {
                let key = (compare.conversation, compare.chain, compare.iteration);
                if let Some(frame) = self.nodes[node].disk.ciphers.get(&key).cloned() {
                    self.act(node, |engine, ctx| engine.on_compared(&compare, &frame, ctx.now_ms));
                }
            }
            Effect::Recount(chat) => {
                let recount = self.nodes[node].recount(chat);
                self.act(node, |engine, ctx| engine.recounted(chat, recount, ctx.now_ms));
            }
            Effect::Notice(notice) => self.nodes[node].notices.push(notice),
            Effect::ReadHistory(wanted) => {
                let entries = self.nodes[node].past(&wanted);
                self.act(node, |engine, ctx| engine.share_history(&wanted, entries, ctx));
            }
            Effect::Send { peer, frame } => self.put(node, peer, frame),
            Effect::WeighChain { conversation, chain } => {
                let disk = &self.nodes[node].disk;
                let of = disk.ciphers.range((conversation, chain, 0)..=(conversation, chain, u32::MAX));
                let weigh = |(key, bytes): (&(_, _, u32), &Vec<u8>)| StoredMessage {
                    iteration: key.2,
                    at_ms: disk.came[key],
                    size: u64::try_from(bytes.len()).unwrap(),
                };
                let stored: Vec<_> = of.map(weigh).collect();
                self.act(node, |engine, ctx| engine.on_weighed(conversation, chain, &stored, ctx));
            }
            Effect::SendCarried { peer, to, frame } => {
                if let Some(row) = self.nodes[node].disk.carried.get(&(to, frame)) {
                    let from = row.mark.from;
                    let frame = crate::wire::Frame::Carried { from: *from.as_bytes(), sealed: &row.bytes };
                    let frame = frame.encode();
                    self.put(node, peer, frame);
                }
            }
            Effect::SendStored { peer, conversation, chain, first, last } => {
                let rows = self.nodes[node]
                    .disk
                    .ciphers
                    .range((conversation, chain, first)..=(conversation, chain, last));
                let frames: Vec<_> =
                    rows.map(|(_, bytes)| crate::wire::Frame::Group(bytes).encode()).collect();
                frames.into_iter().for_each(|frame| self.put(node, peer, frame));
            }
            Effect::Taken { peer, frame } => {
                self.put(node, peer, crate::wire::Frame::Taken(vec![frame]).encode());
            }
        }
    }

    fn put(&mut self, node: usize, peer: Peer, frame: Vec<u8>) {
        let Some(other) = self.node_of(peer) else { return };
        if let Some(wire) = self.wires.get_mut(&(node, other)) {
            if frame[0] == 0x10 {
                self.seen.push(frame.clone());
            }
            wire.push_back(frame);
        }
    }

    pub(in crate::protocol) fn connect(&mut self, a: usize, b: usize) {
        if self.wires.contains_key(&(a, b)) {
            return;
        }
        self.wires.insert((a, b), VecDeque::new());
        self.wires.insert((b, a), VecDeque::new());
        let (pa, pb) = (self.peer(a), self.peer(b));
        self.act(a, |engine, ctx| engine.on_connected(pb, ctx));
        self.act(b, |engine, ctx| engine.on_connected(pa, ctx));
    }

    /// The connection is lost with all that is on it.
    pub(in crate::protocol) fn cut(&mut self, a: usize, b: usize) {
        self.gossip.cut(a, b);
        if self.wires.remove(&(a, b)).is_some() {
            self.wires.remove(&(b, a));
            let (pa, pb) = (self.peer(a), self.peer(b));
            self.act(a, |engine, ctx| engine.on_disconnected(pb, ctx));
            self.act(b, |engine, ctx| engine.on_disconnected(pa, ctx));
        }
    }

    /// The process dies and starts again from its disk.
    pub(in crate::protocol) fn crash(&mut self, node: usize) {
        self.restore(node, false);
    }

    fn restore(&mut self, node: usize, rolled_back: bool) {
        let others: Vec<_> = self.wires.keys().filter(|(a, _)| *a == node).map(|(_, b)| *b).collect();
        for other in &others {
            self.wires.remove(&(node, *other));
            self.wires.remove(&(*other, node));
        }
        self.gossip.forget(node);
        let peer = self.peer(node);
        for other in others {
            self.act(other, |engine, ctx| engine.on_disconnected(peer, ctx));
        }
        let at = &mut self.nodes[node];
        at.runs += 1;
        at.clock_ms += 2_000;
        at.engine = Engine::restore(at.disk.snapshot(rolled_back), at.clock_ms).unwrap();
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// Days without a tick for anybody: the computers are off.
    pub(in crate::protocol) fn days(&mut self, days: u64) {
        self.nodes.iter_mut().for_each(|node| node.clock_ms += days * 86_400_000);
    }

    /// Delivers one frame, if there is one, from `a` to `b`.
    pub(in crate::protocol) fn deliver(&mut self, a: usize, b: usize) -> bool {
        if self.rng.below(2) == 0 && self.deliver_gossip(a, b) {
            return true;
        }
        let Some(frame) = self.wires.get_mut(&(a, b)).and_then(VecDeque::pop_front) else { return false };
        let from = self.peer(a);
        self.act(b, |engine, ctx| engine.on_frame(from, &frame, ctx));
        true
    }

    /// Delivers until nothing is on its way.
    pub(in crate::protocol) fn run(&mut self) {
        for _ in 0..1_000_000 {
            let waiting: Vec<_> = self.wires.iter().filter(|(_, w)| !w.is_empty()).map(|(k, _)| *k).collect();
            let gossip = self.gossip.waiting();
            if waiting.is_empty() && gossip.is_empty() {
                return;
            }
            for (a, b) in gossip {
                self.deliver_gossip(a, b);
            }
            for (a, b) in waiting {
                self.deliver(a, b);
            }
        }
        panic!("frames without end");
    }

    /// Time passes for everybody, in ticks of a second.
    pub(in crate::protocol) fn pass(&mut self, seconds: u64) {
        (0..seconds).for_each(|_| self.tick(1_000));
    }

    /// Time in which little happens: everybody looks around every five seconds only.
    pub(in crate::protocol) fn wait(&mut self, seconds: u64) {
        (0..seconds / 5).for_each(|_| self.tick(5_000));
    }

    fn tick(&mut self, ms: u64) {
        self.ran_ms += ms;
        for node in 0..self.nodes.len() {
            self.nodes[node].clock_ms += ms;
            self.act(node, |engine, ctx| engine.on_tick(ctx));
        }
        self.run();
    }

    /// The next frame on the way is overtaken by the one after it, or comes twice: not where two find out who they are.
    pub(in crate::protocol) fn disturb(&mut self, a: usize, b: usize, twice: bool) {
        let Some(wire) = self.wires.get_mut(&(a, b)) else { return };
        let settled = wire.iter().take(2).all(|frame| frame[0] >= 0x10);
        if settled && wire.len() > 1 {
            if twice {
                wire.push_front(wire[0].clone());
            } else {
                wire.swap(0, 1);
            }
        }
    }

    pub(in crate::protocol) fn say(
        &mut self,
        from: usize,
        to: usize,
        text: &str,
    ) -> Result<EntryRef, Refused> {
        self.write(from, self.chat(from, to), text)
    }

    /// Somebody says a text in a conversation.
    pub(in crate::protocol) fn write(
        &mut self,
        node: usize,
        chat: ConversationId,
        text: &str,
    ) -> Result<EntryRef, Refused> {
        let body =
            Body::Text { text: Text::new(text).unwrap(), reply_to: None, mentions: Mentions::default() };
        self.act(node, |engine, ctx| engine.speak(chat, body, ctx))
    }

    /// The texts of a conversation as `node` shows them.
    pub(in crate::protocol) fn texts(&self, node: usize, other: usize) -> Vec<String> {
        let chat = self.chat(node, other);
        let entries =
            self.nodes[node].disk.entries.range((chat, LOWEST)..).take_while(|((of, _), _)| *of == chat);
        entries
            .filter_map(|(_, entry)| match &entry.body {
                Body::Text { text, .. } => Some(text.as_str().to_owned()),
                _ => None,
            })
            .collect()
    }

    /// Two visible people meet, ask and accept.
    pub(in crate::protocol) fn befriend(&mut self, a: usize, b: usize) {
        for node in [a, b] {
            self.act(node, |engine, ctx| engine.set_visible(true, ctx));
        }
        self.connect(a, b);
        self.run();
        let (one, other) = (self.account(a), self.account(b));
        self.act(a, |engine, ctx| engine.ask(other, None, None, ctx)).unwrap();
        self.run();
        self.act(b, |engine, ctx| engine.accept(one, ctx)).unwrap();
        self.run();
    }

    pub(in crate::protocol) fn contact(&self, node: usize, other: usize) -> &Contact {
        self.nodes[node].engine.contact(self.account(other)).unwrap().0
    }
}

impl Node {
    fn new(name: &str, phrase: Option<(&str, u64)>, rng: &mut SeededRng) -> Self {
        let clock_ms = phrase.map_or(1_800_000_000_000, |(_, clock_ms)| clock_ms);
        let recovery = phrase.map_or_else(
            || RecoverySecret::generate(rng),
            |(phrase, _)| RecoverySecret::from_phrase(phrase).unwrap(),
        );
        let profile = new_profile(&recovery, Name::new(name).unwrap(), false, clock_ms, rng);
        let own = SeededRng::new(rng.next());
        let mut node = Self::restored(Disk::new(profile), clock_ms, own, 0);
        let mut key = [0; 32];
        rng.try_fill_bytes(&mut key).unwrap();
        node.engine.on_network(Peer(key));
        node
    }

    fn restored(disk: Disk, clock_ms: u64, rng: SeededRng, runs: u8) -> Self {
        let engine = Engine::restore(disk.snapshot(false), clock_ms).unwrap();
        Self { engine, disk, notices: Vec::new(), standing: BTreeMap::new(), clock_ms, rng, runs }
    }
}

const LOWEST: EntryRef = EntryRef { lamport: 0, author: DeviceId::new([0; 16]), seq: 0 };
