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

/// What is known of the names of a chain's messages since the program started.
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

    pub(super) fn last_held(&self) -> Option<u32> {
        self.row.held.runs().last().and_then(|(_, last)| u32::try_from(*last).ok())
    }
}

impl Engine {
    /// The device of this chain has signed two messages with one place: what it says there counts no more.
    pub(super) fn note_fork(&mut self, conversation: ConversationId, chain: [u8; 16], at: u32, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(forked) = group.chains.get_mut(&chain).filter(|chain| chain.row.forked.is_none()) else {
            return;
        };
        forked.row.forked = Some(at);
        let account = forked.row.account;
        if group.judge_rows() {
            self.out.effect(Effect::CountUnread(conversation));
        }
        group.news = true;
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
