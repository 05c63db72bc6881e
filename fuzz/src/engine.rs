//! Two whole engines over a network that the bytes steer: who says what, what arrives, is lost, comes twice,
//! was changed or made up, who crashes and when time passes. Afterwards the network heals, and both must hold
//! every entry that was said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;

use undertone::model::{
    AccountId, Body, Change, Contact, ConversationId, DirectHead, Entry, EntryRef, FrameId, Invite, InviteId,
    Mentions, Name, OutboxRow, Peer, Profile, Snapshot, Text,
};
use undertone::protocol::{Ctx, Effect, Engine, new_profile};
use undertone::wire::Frame;
use undertone_crypto::RecoverySecret;

use super::sample::{NOW, Repeatable};

pub(crate) fn engine(bytes: &[u8]) {
    let mut world = World::new();
    world.befriend();
    for step in bytes.chunks(4).take(STEPS) {
        let mut four = [0; 4];
        four[..step.len()].copy_from_slice(step);
        world.step(four);
    }
    world.heal();
    for side in &world.sides {
        assert_eq!(side.engine.outbox_len(), 0, "something is still on its way");
        assert!(world.said.iter().all(|id| side.disk.entries.contains_key(id)), "an entry was lost");
    }
}

struct World {
    sides: [Side; 2],
    /// Frames on their way from each side; none while there is no connection.
    wires: Option<[VecDeque<Vec<u8>>; 2]>,
    said: BTreeSet<EntryRef>,
    rng: Repeatable,
}

struct Side {
    engine: Engine,
    disk: Disk,
    now_ms: u64,
    peer: Peer,
}

impl World {
    fn new() -> Self {
        let mut rng = Repeatable::new(7);
        let sides = ["Hana", "Bora"].map(|name| {
            let recovery = RecoverySecret::generate(&mut rng);
            let profile = new_profile(&recovery, Name::new(name).unwrap(), true, NOW, &mut rng);
            let disk = Disk::new(profile);
            let engine = Engine::restore(disk.snapshot(), NOW).unwrap();
            Side { engine, disk, now_ms: NOW, peer: Peer([0; 32]) }
        });
        let mut world = Self { sides, wires: None, said: BTreeSet::new(), rng };
        (0..2).for_each(|side| world.restart(side));
        world
    }

    fn befriend(&mut self) {
        let [hana, bora] = [0, 1].map(|side| self.sides[side].engine.account());
        self.connect();
        self.deliver_all();
        self.act(0, |engine, ctx| engine.ask(bora, None, None, ctx)).unwrap();
        self.deliver_all();
        self.act(1, |engine, ctx| engine.accept(hana, ctx)).unwrap();
        self.deliver_all();
    }

    /// One step of the schedule.
    fn step(&mut self, [what, who, how, how_much]: [u8; 4]) {
        let side = usize::from(who & 1);
        match what % 12 {
            0..=2 => self.say(side, usize::from(how) * usize::from(how_much)),
            3 => (0..how.max(1)).for_each(|_| self.deliver(side)),
            4 => self.cut(),
            5 => self.connect(),
            6 => {
                if let Some(wire) = self.wires.as_mut().map(|wires| &mut wires[side])
                    && let Some(frame) = wire.front().cloned()
                {
                    wire.push_front(frame);
                }
            }
            7 => self.put(side, vec![how, how_much, who, what][..usize::from(who >> 6) + 1].to_vec()),
            8 => {
                let frame = self.wires.as_mut().and_then(|wires| wires[side].front_mut());
                if let Some(byte) = frame.and_then(|frame| {
                    let at = usize::from(how) * frame.len() / 256;
                    frame.get_mut(at)
                }) {
                    *byte ^= how_much.max(1);
                }
            }
            9 => self.restart(side),
            10 => self.pass(u64::from(how) * u64::from(how_much) * 100),
            _ => {
                // Committed, and then the process dies before anything is let out.
                let chat = self.chat();
                let text = Text::new("last words").unwrap();
                let body = Body::Text { text, reply_to: None, mentions: Mentions::default() };
                let (said, _lost) = self.commit(side, |engine, ctx| engine.speak(chat, body, ctx));
                self.said.extend(said);
                self.restart(side);
            }
        }
    }

    /// The network is good again, and stays so.
    fn heal(&mut self) {
        self.cut();
        for _ in 0..ROUNDS {
            self.connect();
            self.deliver_all();
            self.pass(60_000);
            self.deliver_all();
            if self.sides.iter().all(|side| side.engine.outbox_len() == 0) {
                return;
            }
        }
    }

    fn chat(&self) -> ConversationId {
        ConversationId::direct(&self.sides[0].engine.account(), &self.sides[1].engine.account())
    }

    fn say(&mut self, side: usize, length: usize) {
        let chat = self.chat();
        let text = Text::new("x".repeat(length.clamp(1, 32 * 1024))).unwrap();
        let said = self.act(side, |engine, ctx| {
            engine.speak(chat, Body::Text { text, reply_to: None, mentions: Mentions::default() }, ctx)
        });
        self.said.extend(said);
    }

    fn pass(&mut self, ms: u64) {
        for side in 0..2 {
            self.sides[side].now_ms += ms;
            self.act(side, |engine, ctx| engine.on_tick(ctx));
        }
    }

    fn connect(&mut self) {
        if self.wires.is_none() {
            self.wires = Some(Default::default());
            for side in 0..2 {
                let peer = self.sides[1 - side].peer;
                self.act(side, |engine, ctx| engine.on_connected(peer, ctx));
            }
        }
    }

    fn cut(&mut self) {
        if self.wires.take().is_some() {
            for side in 0..2 {
                let peer = self.sides[1 - side].peer;
                self.act(side, |engine, ctx| engine.on_disconnected(peer, ctx));
            }
        }
    }

    /// The process dies and starts again from its disk.
    fn restart(&mut self, side: usize) {
        self.cut();
        let Side { engine, disk, now_ms, peer } = &mut self.sides[side];
        *now_ms += 1_000;
        *engine = Engine::restore(disk.snapshot(), *now_ms).unwrap();
        // Another name on the network in each run.
        rand_core::Rng::fill_bytes(&mut self.rng, &mut peer.0);
        let local = *peer;
        self.act(side, |engine, _| engine.on_network(local));
    }

    fn deliver(&mut self, from: usize) {
        let frame = self.wires.as_mut().and_then(|wires| wires[from].pop_front());
        if let Some(frame) = frame {
            let peer = self.sides[from].peer;
            self.act(1 - from, |engine, ctx| engine.on_frame(peer, &frame, ctx));
        }
    }

    fn deliver_all(&mut self) {
        for _ in 0..FRAMES {
            if self.wires.iter().flatten().all(VecDeque::is_empty) {
                return;
            }
            (0..2).for_each(|side| self.deliver(side));
        }
        panic!("frames without end");
    }

    fn put(&mut self, from: usize, frame: Vec<u8>) {
        if let Some(wires) = &mut self.wires {
            wires[from].push_back(frame);
        }
    }

    /// One input, committed, and its effects let out.
    fn act<T>(&mut self, side: usize, act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T) -> T {
        let (result, effects) = self.commit(side, act);
        for effect in effects {
            match effect {
                Effect::Circles { .. }
                | Effect::Publish { .. }
                | Effect::CompareStored(_)
                | Effect::Recount(_)
                | Effect::ReadHistory(_)
                | Effect::SendCarried { .. }
                | Effect::WeighChain { .. }
                | Effect::SendStored { .. } => {}
                Effect::Send { frame, .. } => self.put(side, frame),
                Effect::Taken { frame, .. } => self.put(side, Frame::Taken(vec![frame]).encode()),
                Effect::Disconnect(_) | Effect::Fault(_) => self.cut(),
                Effect::Classify { .. } | Effect::Notice(_) => {}
            }
        }
        result
    }

    fn commit<T>(
        &mut self,
        side: usize,
        act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T,
    ) -> (T, Vec<Effect>) {
        let Side { engine, disk, now_ms, .. } = &mut self.sides[side];
        let result = act(engine, &mut Ctx { now_ms: *now_ms, rng: &mut self.rng });
        let written = engine.settle().commit(|changes| {
            changes.iter().for_each(|change| disk.apply(change));
            Ok::<_, Infallible>(())
        });
        (result, written.unwrap())
    }
}

/// What was committed.
struct Disk {
    profile: Profile,
    contacts: BTreeMap<AccountId, Contact>,
    heads: BTreeMap<AccountId, DirectHead>,
    sessions: BTreeMap<(AccountId, [u8; 16]), (u64, Vec<u8>)>,
    prekeys: BTreeMap<[u8; 8], (u64, Vec<u8>)>,
    replays: BTreeMap<[u8; 32], (AccountId, [u8; 16], u64)>,
    invites: BTreeMap<InviteId, Invite>,
    taken: BTreeMap<(AccountId, u64), FrameId>,
    outbox: BTreeMap<(AccountId, u64), OutboxRow>,
    entries: BTreeMap<EntryRef, Entry>,
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
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::DropContact { account, .. } => {
                self.contacts.remove(account);
                self.heads.remove(account);
                self.sessions.retain(|(of, _), _| of != account);
                self.taken.retain(|(of, _), _| of != account);
                self.outbox.retain(|(of, _), _| of != account);
            }
            // A pair of people: there are no groups here.
            Change::DropCarried { .. }
            | Change::DropConversation(_)
            | Change::DropCiphers { .. }
            | Change::DropWaiting { .. }
            | Change::PutWaiting(_)
            | Change::PutCarried(_)
            | Change::PutChain { .. }
            | Change::PutCipher(_)
            | Change::PutGroup(_)
            | Change::PutOp { .. }
            | Change::PutShared { .. }
            | Change::Wipe { .. } => {}
            Change::DropInvite(id) => drop(self.invites.remove(id)),
            Change::DropOutbox { account, seq } => drop(self.outbox.remove(&(*account, *seq))),
            Change::DropPrekey(reference) => drop(self.prekeys.remove(reference)),
            Change::DropReplay(init) => drop(self.replays.remove(init)),
            Change::DropSession { account, session } => drop(self.sessions.remove(&(*account, *session))),
            Change::PutContact(contact) => drop(self.contacts.insert(contact.account, (**contact).clone())),
            Change::PutDelivered { .. } => {}
            Change::PutEntry { entry, .. } => {
                let before = self.entries.insert(entry.id, (**entry).clone());
                assert!(before.is_none(), "an entry came twice");
            }
            Change::PutHead(head) => drop(self.heads.insert(head.account, (**head).clone())),
            Change::PutInvite(invite) => drop(self.invites.insert(invite.id, (**invite).clone())),
            Change::PutOutbox(row) => drop(self.outbox.insert((row.account, row.entry.seq), (**row).clone())),
            Change::PutPrekey { reference, expires_ms, secret } => {
                self.prekeys.insert(*reference, (*expires_ms, secret.to_vec()));
            }
            Change::PutProfile(profile) => self.profile = (**profile).clone(),
            Change::PutReplay { init, account, session, expires_ms } => {
                self.replays.insert(*init, (*account, *session, *expires_ms));
            }
            Change::PutSession { account, session, used_ms, state } => {
                self.sessions.insert((*account, *session), (*used_ms, state.to_vec()));
            }
            Change::PutTaken { account, count, frame } => drop(self.taken.insert((*account, *count), *frame)),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::fresh(self.profile.clone());
        snapshot.contacts = self.contacts.values().cloned().collect();
        snapshot.heads = self.heads.values().cloned().collect();
        snapshot.sessions =
            self.sessions.iter().map(|((of, _), (used, state))| (*of, *used, state.clone().into())).collect();
        snapshot.prekeys = self.prekeys.values().map(|(end, secret)| (*end, secret.clone().into())).collect();
        snapshot.replays = self.replays.iter().map(|(init, (of, id, end))| (*init, *of, *id, *end)).collect();
        snapshot.invites = self.invites.values().cloned().collect();
        snapshot.taken = self.taken.iter().map(|((of, count), frame)| (*of, *count, *frame)).collect();
        snapshot.outbox = self.outbox.values().cloned().collect();
        snapshot
    }
}

/// Steps of one schedule.
const STEPS: usize = 64;
/// More frames than any schedule makes.
const FRAMES: usize = 100_000;
/// Minutes in which everything must have arrived: sessions are made anew at most once an hour.
const ROUNDS: usize = 300;
