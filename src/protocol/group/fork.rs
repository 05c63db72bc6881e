//! A device that tells members different things. Each message names the one before it on its chain, and members tell
//! each other the name of the last one they hold: who holds another one is sent ours. Two that the device signed with
//! one iteration are a proof, and what was said on that chain counts for nobody who has it. Knows nothing of what is
//! said.

use std::collections::BTreeMap;

use super::{
    chain::Chain,
    state::{Group, Told},
};
use crate::{
    model::{AccountId, ConversationId, Peer},
    protocol::{
        engine::{Ctx, Engine},
        step::{Alarm, Effect, Notice},
    },
};

/// The name of a message.
pub(super) type Name = [u8; 16];

/// What is known of the names of a chain's messages since the program started; those of others are on disk, with them.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Of those held.
    held: BTreeMap<u32, Name>,
    /// Of those that have not come, by what the one after them says.
    told: BTreeMap<u32, Name>,
}

impl Names {
    /// The message at this place has come, which says that this one is before it. The place of two messages, if that
    /// shows one.
    fn add(&mut self, iteration: u32, name: Name, before: Option<Name>) -> Option<u32> {
        let differs = self.told.remove(&iteration).is_some_and(|told| told != name);
        self.held.insert(iteration, name);
        let last = iteration.checked_sub(1).zip(before);
        let differs_before =
            last.is_some_and(|(at, before)| self.held.get(&at).is_some_and(|held| *held != before));
        if let Some((at, before)) = last.filter(|(at, _)| !self.held.contains_key(at)) {
            self.told.insert(at, before);
        }
        for names in [&mut self.held, &mut self.told] {
            while names.len() > MAX_NAMES {
                names.pop_first();
            }
        }
        if differs { Some(iteration) } else { last.map(|(at, _)| at).filter(|_| differs_before) }
    }
}

impl Chain {
    /// Notes that a message is on disk, and what it says of the one before it. The place of two messages, if that shows
    /// one.
    pub(super) fn hold(&mut self, iteration: u32, name: Name, before: Option<Name>) -> Option<u32> {
        self.remember_tip();
        self.row.held.insert(u64::from(iteration));
        if self.last_held() == Some(iteration) {
            self.row.tip = name;
        }
        self.names.add(iteration, name, before)
    }

    /// Whether the message of this name is another than the one held at its place, as far as that is remembered.
    pub(super) fn is_other(&mut self, iteration: u32, name: &Name) -> bool {
        self.remember_tip();
        self.names.held.get(&iteration).is_some_and(|held| held != name)
    }

    /// After a start of the program only the name of the last one is known.
    fn remember_tip(&mut self) {
        if let Some(last) = self.last_held() {
            self.names.held.entry(last).or_insert(self.row.tip);
        }
    }

    /// Whether the name of the message at this place is remembered.
    pub(super) fn knows(&mut self, iteration: u32) -> bool {
        self.remember_tip();
        self.names.held.contains_key(&iteration)
    }

    pub(super) fn last_held(&self) -> Option<u32> {
        self.row.held.runs().last().and_then(|(_, last)| u32::try_from(*last).ok())
    }
}

/// A message on disk whose name has to be looked at, and what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The group.
    pub conversation: ConversationId,
    /// The chain.
    pub chain: [u8; 16],
    /// Its place there.
    pub iteration: u32,
    /// The name that it should have, or give to the message before it.
    what: Expected,
}

/// What a message on disk should say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Name(Name),
    Before(Name),
}

impl Chain {
    /// Which messages on disk say whether one that came is the only one of its place, or fits what it follows; none of
    /// those whose names are in memory, or that are not kept as they travelled any more.
    fn doubts(&mut self, iteration: u32, name: Name, before: Option<Name>) -> Vec<(u32, Expected)> {
        self.remember_tip();
        let (mut doubts, names) = (Vec::new(), &self.names);
        let held = |at: &u32| self.holds(*at) && *at >= self.row.kept_from;
        if self.holds(iteration) {
            doubts.push((iteration, Expected::Name(name)));
        } else {
            let last = iteration.checked_sub(1).zip(before);
            doubts.extend(last.map(|(at, before)| (at, Expected::Name(before))));
            if let Some(next) = iteration.checked_add(1).filter(|_| !names.told.contains_key(&iteration)) {
                doubts.push((next, Expected::Before(name)));
            }
        }
        let unsure = |(at, what): &(u32, Expected)| {
            held(at) && (matches!(what, Expected::Before(_)) || !names.held.contains_key(at))
        };
        doubts.retain(unsure);
        doubts
    }
}

impl Engine {
    /// Has messages on disk compared with one that comes.
    pub(super) fn look_for_forks(
        &mut self,
        conversation: ConversationId,
        chain: [u8; 16],
        (iteration, name, before): (u32, Name, Option<Name>),
    ) {
        let of = self.groups.get_mut(&conversation).and_then(|group| group.chains.get_mut(&chain));
        let doubts = of.filter(|chain| chain.row.forked.is_none());
        for (iteration, what) in doubts.map(|chain| chain.doubts(iteration, name, before)).unwrap_or_default()
        {
            self.out.effect(Effect::CompareStored(Compare { conversation, chain, iteration, what }));
        }
    }

    /// A message that had to be compared, as it is on disk.
    pub fn on_compared(&mut self, compare: &Compare, frame: &[u8], now_ms: u64) {
        let Compare { conversation, chain, iteration, what } = *compare;
        let Some(group) = self.groups.get(&conversation) else { return };
        let Some(sealed) = group.envelopes.iter().find_map(|key| key.open(frame).ok()) else { return };
        let two_at = match what {
            Expected::Name(name) => (sealed.id(&group.id) != name).then_some(iteration),
            Expected::Before(name) => {
                let differs = sealed.prev().first().is_some_and(|before| *before != name);
                iteration.checked_sub(1).filter(|_| differs)
            }
        };
        if let Some(at) = two_at {
            self.note_fork(conversation, chain, at, now_ms);
        }
    }

    /// The device of this chain has signed two messages with one place: what it says there counts no more.
    pub(super) fn note_fork(&mut self, conversation: ConversationId, chain: [u8; 16], at: u32, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(forked) = group.chains.get_mut(&chain).filter(|chain| chain.row.forked.is_none()) else {
            return;
        };
        forked.row.forked = Some(at);
        let account = forked.row.account;
        group.news = true;
        let others_count = group.judge_rows();
        self.out.chain_touched(conversation, chain);
        if account == self.me.account {
            // An old copy of us was put back.
            group.start_anew(now_ms);
            self.out.group_touched(conversation);
        } else {
            self.out.notice(Notice::Alarm(account, Alarm::Equivocation));
        }
        self.out.notice(Notice::GroupChanged(conversation));
        self.out.chat_changed(conversation);
        if others_count {
            self.recount(conversation);
        }
    }

    /// Sends a member the messages in whose place it holds others: they, with its own, are a proof.
    pub(super) fn show_forks(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        peer: Peer,
        ctx: &Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation).filter(|group| group.has(&account)) else {
            return;
        };
        let Group { chains, told, .. } = group;
        let Some(told) = told.get_mut(&account) else { return };
        let differing = chains.iter().filter_map(|(id, chain)| Some((*id, told.differs(id, chain)?)));
        let differing: Vec<_> = differing.take(MAX_PROOFS).collect();
        for (chain, at) in differing {
            let lately =
                told.shown.get(&chain).is_some_and(|shown| ctx.now_ms.saturating_sub(*shown) < SHOW_MS);
            if !lately {
                told.shown.insert(chain, ctx.now_ms);
                self.out.effect(Effect::SendStored { peer, conversation, chain, first: at, last: at });
            }
        }
    }
}

impl Told {
    /// The place in which a member holds another message than we do, or is not known to.
    pub(super) fn differs(&self, id: &[u8; 16], chain: &Chain) -> Option<u32> {
        let (_, runs) = self.holdings.get(id)?;
        let (tip, forked) = self.tips.get(id)?;
        let holds = |at: u32| runs.iter().any(|(first, last)| (*first..=*last).contains(&at));
        match (chain.row.forked, forked) {
            (Some(at), None) => Some(at).filter(|at| holds(*at) && chain.holds(*at)),
            (None, None) => {
                let last = chain.last_held().filter(|last| runs.last().is_some_and(|(_, to)| to == last))?;
                (*tip != chain.row.tip).then_some(last)
            }
            (_, Some(_)) => None,
        }
    }

    /// Whether a member goes by another history of the chain than we do.
    pub(super) fn is_split(&self, id: &[u8; 16], chain: &Chain) -> bool {
        let forked = self.tips.get(id).map(|(_, forked)| forked.is_some());
        forked.is_some_and(|forked| forked != chain.row.forked.is_some()) || self.differs(id, chain).is_some()
    }
}

impl Group {
    /// What was said last is perhaps not known here: the next word begins another chain, with other numbers.
    pub(in crate::protocol) fn start_anew(&mut self, now_ms: u64) {
        self.head.sending = None;
        self.head.next_seq = self.head.next_seq.max(now_ms);
    }

    /// Whether an entry has a number that can belong to its place. Those chains of its device with which it shows that
    /// one number was given twice, or that a chain has two beginnings: of them none is believed. A function of the
    /// messages held, whichever came first.
    pub(super) fn is_in_step(
        &mut self,
        id: &[u8; 16],
        iteration: u32,
        seq: u64,
    ) -> Result<bool, Vec<[u8; 16]>> {
        let Some(chain) = self.chains.get_mut(id) else { return Ok(false) };
        let Some(first) = seq.checked_sub(u64::from(iteration)).filter(|first| *first > 0) else {
            return Ok(false);
        };
        let row = &mut chain.row;
        let two_beginnings = row.first_seq > 0 && row.first_seq != first;
        row.first_seq = if row.first_seq == 0 { first } else { row.first_seq.min(first) };
        row.last_seq = row.last_seq.max(seq);
        let (device, first, last) = (row.device, row.first_seq, row.last_seq);
        let claims = |other: &&Chain| {
            let row = &other.row;
            let said_something = row.first_seq > 0 && row.last_seq >= row.first_seq;
            row.device == device && said_something && row.first_seq <= last && first <= row.last_seq
        };
        let claiming: Vec<_> = self.chains.values().filter(claims).map(|other| other.row.chain).collect();
        if two_beginnings || claiming.len() > 1 { Err(claiming) } else { Ok(true) }
    }
}

/// Names remembered of one chain.
const MAX_NAMES: usize = 64;
/// Messages shown at a time.
const MAX_PROOFS: usize = 4;
/// The same is not shown again before.
const SHOW_MS: u64 = 10_000;
