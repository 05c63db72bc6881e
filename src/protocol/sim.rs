//! Two to a few engines in virtual time over a simulated network and disk, from one seed: loss of connections,
//! crashes between any two steps, clocks apart. What is on a simulated disk is exactly what was committed.

use std::collections::{BTreeMap, VecDeque};

use rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;
use undertone_crypto::{
    devlist::DeviceList,
    identity::{DeviceKeys, Validity},
    recovery::RecoverySecret,
};
use zeroize::Zeroizing;

use super::{
    Ctx, Effect, Engine, HistoryFor, Notice, Standing, StoredMessage, new_profile, tests::gossip_net::Gossip,
};
use crate::model::{
    AccountId, Body, CarriedRow, ChainRow, Change, Contact, ConversationId, DeviceId, DirectHead, Entry,
    EntryRef, FrameId, GroupHead, Invite, InviteId, Mentions, Name, OutboxRow, Peer, Profile, SharedEntry,
    Snapshot, Text, WaitingRow,
};

/// A source of test randomness: repeatable, and nothing else.
#[derive(Clone, Debug)]
pub(super) struct SeededRng {
    state: u64,
}

impl SeededRng {
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed ^ 0x9e37_79b9_7f4a_7c15 }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::try_from(self.next() & 0xffff_ffff).unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for SeededRng {}

/// When it was last used, and its state.
type UsedSession = (u64, Zeroizing<Vec<u8>>);

/// What was committed.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    pub(super) profile: Profile,
    pub(super) contacts: BTreeMap<AccountId, Contact>,
    pub(super) heads: BTreeMap<AccountId, DirectHead>,
    pub(super) sessions: BTreeMap<(AccountId, [u8; 16]), UsedSession>,
    pub(super) prekeys: BTreeMap<[u8; 8], (u64, Zeroizing<Vec<u8>>)>,
    pub(super) replays: BTreeMap<[u8; 32], (AccountId, [u8; 16], u64)>,
    pub(super) invites: BTreeMap<InviteId, Invite>,
    pub(super) taken: BTreeMap<(AccountId, u64), FrameId>,
    pub(super) outbox: BTreeMap<(AccountId, u64), OutboxRow>,
    pub(super) entries: BTreeMap<(ConversationId, EntryRef), Entry>,
    pub(super) delivered: Vec<(ConversationId, u64, u64)>,
    pub(super) groups: BTreeMap<ConversationId, GroupHead>,
    pub(super) ops: BTreeMap<(ConversationId, [u8; 32]), Vec<u8>>,
    pub(super) chains: BTreeMap<(ConversationId, [u8; 16]), ChainRow>,
    pub(super) ciphers: BTreeMap<(ConversationId, [u8; 16], u32), Vec<u8>>,
    pub(super) carried: BTreeMap<(AccountId, FrameId), CarriedRow>,
    pub(super) came: BTreeMap<(ConversationId, [u8; 16], u32), u64>,
    pub(super) shared: BTreeMap<(ConversationId, EntryRef), (AccountId, SharedEntry)>,
    pub(super) waiting: BTreeMap<(ConversationId, [u8; 16], u32), WaitingRow>,
}

impl Disk {
    fn new(profile: Profile) -> Self {
        Self {
            profile,
            contacts: BTreeMap::new(),
            heads: BTreeMap::new(),
            sessions: BTreeMap::new(),
            prekeys: BTreeMap::new(),
            replays: BTreeMap::new(),
            invites: BTreeMap::new(),
            taken: BTreeMap::new(),
            outbox: BTreeMap::new(),
            entries: BTreeMap::new(),
            delivered: Vec::new(),
            groups: BTreeMap::new(),
            ops: BTreeMap::new(),
            chains: BTreeMap::new(),
            ciphers: BTreeMap::new(),
            carried: BTreeMap::new(),
            came: BTreeMap::new(),
            shared: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::DropCarried { .. }
            | Change::DropCiphers { .. }
            | Change::DropWaiting { .. }
            | Change::PutCarried(_)
            | Change::PutWaiting(_) => self.apply_held(change),
            Change::DropContact { account, conversation } => {
                self.contacts.remove(account);
                self.heads.remove(account);
                self.sessions.retain(|(of, _), _| of != account);
                self.taken.retain(|(of, _), _| of != account);
                self.outbox.retain(|(of, _), _| of != account);
                self.entries.retain(|(of, _), _| of != conversation);
            }
            Change::DropConversation(conversation) => {
                self.groups.remove(conversation);
                self.ops.retain(|(of, _), _| of != conversation);
                self.chains.retain(|(of, _), _| of != conversation);
                self.waiting.retain(|(of, _, _), _| of != conversation);
                self.ciphers.retain(|(of, _, _), _| of != conversation);
                self.entries.retain(|(of, _), _| of != conversation);
                self.shared.retain(|(of, _), _| of != conversation);
            }
            Change::Wipe { conversation, target, .. } => {
                if let Some(entry) = self.entries.get_mut(&(*conversation, *target)) {
                    entry.body = Body::Delete { target: *target };
                }
            }
            Change::PutChain { conversation, row } => {
                self.chains.insert((*conversation, row.chain), (**row).clone());
            }
            Change::PutCipher(row) => {
                self.came.insert((row.conversation, row.chain, row.iteration), row.at_ms);
                self.ciphers.insert((row.conversation, row.chain, row.iteration), row.bytes.clone());
            }
            Change::PutGroup(group) => drop(self.groups.insert(group.conversation, (**group).clone())),
            Change::PutOp { conversation, op, bytes } => {
                self.ops.insert((*conversation, *op), bytes.clone());
            }
            Change::DropInvite(id) => drop(self.invites.remove(id)),
            Change::DropOutbox { account, seq } => drop(self.outbox.remove(&(*account, *seq))),
            Change::DropPrekey(reference) => drop(self.prekeys.remove(reference)),
            Change::DropReplay(init) => drop(self.replays.remove(init)),
            Change::DropSession { account, session } => drop(self.sessions.remove(&(*account, *session))),
            Change::PutContact(contact) => drop(self.contacts.insert(contact.account, (**contact).clone())),
            Change::PutDelivered { conversation, first, last, .. } => {
                self.delivered.push((*conversation, *first, *last));
            }
            Change::PutEntry { conversation, entry, .. } => {
                let before = self.entries.insert((*conversation, entry.id), (**entry).clone());
                assert!(before.is_none_or(|before| before == **entry), "an entry was written over");
            }
            Change::PutHead(head) => drop(self.heads.insert(head.account, (**head).clone())),
            Change::PutInvite(invite) => drop(self.invites.insert(invite.id, (**invite).clone())),
            Change::PutOutbox(row) => drop(self.outbox.insert((row.account, row.entry.seq), (**row).clone())),
            Change::PutPrekey { reference, expires_ms, secret } => {
                self.prekeys.insert(*reference, (*expires_ms, secret.clone()));
            }
            Change::PutProfile(profile) => self.profile = (**profile).clone(),
            Change::PutReplay { init, account, session, expires_ms } => {
                self.replays.insert(*init, (*account, *session, *expires_ms));
            }
            Change::PutSession { account, session, used_ms, state } => {
                self.sessions.insert((*account, *session), (*used_ms, state.clone()));
            }
            Change::PutShared { conversation, by, entry } => {
                self.shared.entry((*conversation, entry.id)).or_insert_with(|| (*by, (**entry).clone()));
            }
            Change::PutTaken { account, count, frame } => drop(self.taken.insert((*account, *count), *frame)),
        }
    }

    fn apply_held(&mut self, change: &Change) {
        match change {
            Change::DropCiphers { conversation, chain, before } => {
                let old = (*conversation, *chain, 0)..(*conversation, *chain, *before);
                self.ciphers.retain(|key, _| !old.contains(key));
            }
            Change::DropWaiting { conversation, chain, iteration } => {
                self.waiting.remove(&(*conversation, *chain, *iteration));
            }
            Change::PutWaiting(row) => {
                self.waiting.insert((row.conversation, row.chain, row.iteration), (**row).clone());
            }
            Change::DropCarried { to, frame } => drop(self.carried.remove(&(*to, *frame))),
            Change::PutCarried(row) => {
                drop(self.carried.insert((row.mark.to, row.mark.frame), (**row).clone()));
            }
            _ => {}
        }
    }

    fn snapshot(&self, rolled_back: bool) -> Snapshot {
        Snapshot {
            profile: self.profile.clone(),
            contacts: self.contacts.values().cloned().collect(),
            heads: self.heads.values().cloned().collect(),
            sessions: self
                .sessions
                .iter()
                .map(|((of, _), (used, state))| (*of, *used, state.clone()))
                .collect(),
            prekeys: self.prekeys.values().cloned().collect(),
            replays: self.replays.iter().map(|(init, (of, id, end))| (*init, *of, *id, *end)).collect(),
            invites: self.invites.values().cloned().collect(),
            taken: self.taken.iter().map(|((of, count), frame)| (*of, *count, *frame)).collect(),
            outbox: self.outbox.values().cloned().collect(),
            groups: self.groups.values().cloned().collect(),
            ops: self.ops.iter().map(|((of, _), bytes)| (*of, bytes.clone())).collect(),
            chains: self.chains.iter().map(|((of, _), row)| (*of, row.clone())).collect(),
            waiting: self.waiting.values().cloned().collect(),
            carried: self.carried.values().map(|row| row.mark).collect(),
            rolled_back,
        }
    }
}

/// One computer.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) engine: Engine,
    pub(super) disk: Disk,
    pub(super) notices: Vec<Notice>,
    pub(super) standing: BTreeMap<Peer, Standing>,
    pub(super) clock_ms: u64,
    /// Its own: what a computer does depends on what came to it alone.
    rng: SeededRng,
    runs: u8,
}

impl Node {
    /// Texts of others that have not been seen; whom they address is not counted.
    fn unread(&self, chat: ConversationId) -> (u32, u32) {
        let Some((head, _)) = self.engine.group(chat) else { return (0, 0) };
        let after = |id: &EntryRef| head.read_upto.is_none_or(|read| read < *id);
        let texts = self.disk.entries.iter().filter(|((of, id), entry)| {
            let theirs = id.author != self.engine.device() && matches!(entry.body, Body::Text { .. });
            *of == chat && theirs && after(id) && !self.engine.is_hidden(chat, id)
        });
        (u32::try_from(texts.count()).unwrap(), head.attention.mentions)
    }

    /// The newest texts before a place, the newest first.
    pub(super) fn past(&self, wanted: &HistoryFor) -> Vec<SharedEntry> {
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
pub(super) struct World {
    pub(super) nodes: Vec<Node>,
    /// Frames on their way, in order, by sender and receiver.
    pub(super) wires: BTreeMap<(usize, usize), VecDeque<Vec<u8>>>,
    /// What members hand on to each other.
    pub(super) gossip: Gossip,
    /// Every sealed frame that ever travelled.
    pub(super) seen: Vec<Vec<u8>>,
    pub(super) rng: SeededRng,
}

impl World {
    pub(super) fn new(names: &[&str], seed: u64) -> Self {
        let mut rng = SeededRng::new(seed);
        let nodes = names.iter().map(|name| Node::new(name, None, &mut rng)).collect();
        let mut world =
            Self { nodes, wires: BTreeMap::new(), gossip: Gossip::default(), seen: Vec::new(), rng };
        for node in 0..names.len() {
            let local = world.peer(node);
            world.act(node, |engine, _| engine.on_network(local));
        }
        world
    }

    /// The same computers with these disks, in another course of events.
    pub(super) fn again(&self, disks: &[Disk], seed: u64) -> Self {
        let rng = SeededRng::new(seed);
        let mut seeds = SeededRng::new(seed ^ 0xd15c);
        let mut restored = |(node, disk): (&Node, &Disk)| {
            Node::restored(disk.clone(), node.clock_ms, SeededRng::new(seeds.next()), node.runs)
        };
        let nodes = self.nodes.iter().zip(disks).map(&mut restored).collect();
        let mut world =
            Self { nodes, wires: BTreeMap::new(), gossip: Gossip::default(), seen: Vec::new(), rng };
        for node in 0..disks.len() {
            let local = world.peer(node);
            world.act(node, |engine, _| engine.on_network(local));
        }
        world
    }

    pub(super) fn account(&self, node: usize) -> AccountId {
        self.nodes[node].engine.account()
    }

    pub(super) fn chat(&self, a: usize, b: usize) -> ConversationId {
        ConversationId::direct(&self.account(a), &self.account(b))
    }

    pub(super) fn peer(&self, node: usize) -> Peer {
        let mut key = [u8::try_from(node).unwrap(); 32];
        key[0] = self.nodes[node].runs;
        Peer(key)
    }

    fn node_of(&self, peer: Peer) -> Option<usize> {
        (0..self.nodes.len()).find(|node| self.peer(*node) == peer)
    }

    /// One input to one engine, committed, and its effects let out.
    pub(super) fn act<T>(&mut self, node: usize, act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T) -> T {
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
    pub(super) fn die_in(
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
    pub(super) fn inject(&mut self, node: usize, from: Peer, frame: &[u8]) {
        self.act(node, |engine, ctx| engine.on_frame(from, frame, ctx));
    }

    fn effect(&mut self, node: usize, effect: Effect) {
        match effect {
            Effect::Circles { topics, peers } => self.gossip.circles(node, topics, peers),
            Effect::Judge { token, verdict } => self.judged(node, token, verdict),
            Effect::Publish { topic, frame } => self.hand_on(node, None, &(topic, frame)),
            Effect::Classify { peer, standing } => drop(self.nodes[node].standing.insert(peer, standing)),
            Effect::Disconnect(peer) | Effect::Fault(peer) => {
                if let Some(other) = self.node_of(peer) {
                    self.cut(node, other);
                }
            }
            Effect::CountUnread(chat) => {
                let unread = self.nodes[node].unread(chat);
                self.act(node, |engine, _| engine.unread_is(chat, unread));
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

    pub(super) fn connect(&mut self, a: usize, b: usize) {
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
    pub(super) fn cut(&mut self, a: usize, b: usize) {
        self.gossip.cut(a, b);
        if self.wires.remove(&(a, b)).is_some() {
            self.wires.remove(&(b, a));
            let (pa, pb) = (self.peer(a), self.peer(b));
            self.act(a, |engine, ctx| engine.on_disconnected(pb, ctx));
            self.act(b, |engine, ctx| engine.on_disconnected(pa, ctx));
        }
    }

    /// The process dies and starts again from its disk.
    pub(super) fn crash(&mut self, node: usize) {
        self.restore(node, false);
    }

    /// As a crash, but with what the disk held earlier.
    pub(super) fn roll_back(&mut self, node: usize, disk: Disk, noticed: bool) {
        self.nodes[node].disk = disk;
        self.restore(node, noticed);
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

    /// The person lost everything but the recovery phrase.
    pub(super) fn reinstall(&mut self, node: usize, name: &str) {
        let phrase = String::from_utf8(self.nodes[node].disk.profile.recovery.to_vec()).unwrap();
        let others: Vec<_> = self.wires.keys().filter(|(a, _)| *a == node).map(|(_, b)| *b).collect();
        others.into_iter().for_each(|other| self.cut(node, other));
        self.gossip.forget(node);
        let (runs, clock_ms) = (self.nodes[node].runs + 1, self.nodes[node].clock_ms + 10_000);
        let mut rng = self.rng.clone();
        self.nodes[node] = Node::new(name, Some((&phrase, clock_ms)), &mut rng);
        self.nodes[node].runs = runs;
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// The program starts with a profile of somebody else: under the name of the run before, or a new one.
    pub(super) fn become_another(&mut self, node: usize, new_run: bool) {
        let others: Vec<_> = self.wires.keys().filter(|(a, _)| *a == node).map(|(_, b)| *b).collect();
        others.into_iter().for_each(|other| self.cut(node, other));
        self.gossip.forget(node);
        let runs = self.nodes[node].runs + u8::from(new_run);
        let mut rng = self.rng.clone();
        let clock_ms = self.nodes[node].clock_ms;
        self.nodes[node] = Node::new("Somebody", None, &mut rng);
        (self.nodes[node].runs, self.nodes[node].clock_ms) = (runs, clock_ms);
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// The person sets up another computer at `node` with the recovery phrase that `other` was made with.
    pub(super) fn twin(&mut self, node: usize, other: usize) {
        let phrase = String::from_utf8(self.nodes[other].disk.profile.recovery.to_vec()).unwrap();
        let (runs, clock_ms) = (self.nodes[node].runs, self.nodes[other].clock_ms + 1_000);
        let mut rng = self.rng.clone();
        self.nodes[node] = Node::new("Bora", Some((&phrase, clock_ms)), &mut rng);
        self.nodes[node].runs = runs;
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// Whoever has the recovery phrase that `other` was made with gives their own keys the name of its device.
    pub(super) fn steal_name(&mut self, node: usize, other: usize) {
        self.twin(node, other);
        let phrase = String::from_utf8(self.nodes[other].disk.profile.recovery.to_vec()).unwrap();
        let account = RecoverySecret::from_phrase(&phrase).unwrap().account_key();
        let name = *self.nodes[other].engine.device().as_bytes();
        let at = &mut self.nodes[node];
        at.disk.profile.device[1..17].copy_from_slice(&name);
        let keys = DeviceKeys::from_bytes(&at.disk.profile.device).unwrap();
        let validity = Validity { not_before_ms: at.clock_ms - 1, not_after_ms: at.clock_ms * 2 };
        let cert = account.certify(&keys, validity, 2);
        let certs = std::slice::from_ref(&cert);
        let seq = at.clock_ms + 1;
        let list = DeviceList::create(&account, seq, [0; 32], certs, &[], at.clock_ms).unwrap();
        at.disk.profile.cert = cert.as_bytes().to_vec();
        at.disk.profile.device_list = list.as_bytes().to_vec();
        self.crash(node);
    }

    /// Days without a tick for anybody: the computers are off.
    pub(super) fn days(&mut self, days: u64) {
        self.nodes.iter_mut().for_each(|node| node.clock_ms += days * 86_400_000);
    }

    /// Delivers one frame, if there is one, from `a` to `b`.
    pub(super) fn deliver(&mut self, a: usize, b: usize) -> bool {
        if self.rng.below(2) == 0 && self.deliver_gossip(a, b) {
            return true;
        }
        let Some(frame) = self.wires.get_mut(&(a, b)).and_then(VecDeque::pop_front) else { return false };
        let from = self.peer(a);
        self.act(b, |engine, ctx| engine.on_frame(from, &frame, ctx));
        true
    }

    /// Delivers until nothing is on its way.
    pub(super) fn run(&mut self) {
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
    pub(super) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            for node in 0..self.nodes.len() {
                self.nodes[node].clock_ms += 1_000;
                self.act(node, |engine, ctx| engine.on_tick(ctx));
            }
            self.run();
        }
    }

    /// Time in which little happens: everybody looks around every five seconds only.
    pub(super) fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds / 5 {
            for node in 0..self.nodes.len() {
                self.nodes[node].clock_ms += 5_000;
                self.act(node, |engine, ctx| engine.on_tick(ctx));
            }
            self.run();
        }
    }

    /// The next frame on the way is overtaken by the one after it, or comes twice: not where two find out who they are.
    pub(super) fn disturb(&mut self, a: usize, b: usize, twice: bool) {
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

    pub(super) fn say(&mut self, from: usize, to: usize, text: &str) -> Result<EntryRef, super::Refused> {
        let chat = self.chat(from, to);
        let body =
            Body::Text { text: Text::new(text).unwrap(), reply_to: None, mentions: Mentions::default() };
        self.act(from, |engine, ctx| engine.speak(chat, body, ctx))
    }

    /// The texts of a conversation as `node` shows them.
    pub(super) fn texts(&self, node: usize, other: usize) -> Vec<String> {
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
    pub(super) fn befriend(&mut self, a: usize, b: usize) {
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

    pub(super) fn contact(&self, node: usize, other: usize) -> &Contact {
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
