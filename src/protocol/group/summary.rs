//! What we tell a member that we hold: everything when we meet and now and then, and in between what is new to it. Whoever
//! holds the same is told nothing twice. Decides nothing about what is missing.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    chain::Chain,
    state::{Group, MAX_TOLD},
};
use crate::{
    model::{AccountId, ConversationId},
    protocol::engine::{Ctx, Engine},
    wire::{Holding, MAX_HEADS, MAX_HOLDINGS, MAX_RUNS, Summary, Sync},
};

/// What a member was told over its connection: a digest of it for each chain.
#[derive(Debug, Default)]
pub(super) struct Shown {
    chains: BTreeMap<[u8; 16], u64>,
    /// A digest of the newest operations and the envelopes.
    heads: u64,
    /// Whether there was nothing unread.
    seen: bool,
    /// When it was last told everything.
    whole_ms: u64,
    /// When it was last told anything.
    told_ms: u64,
}

impl Engine {
    /// Tells a member who is connected what we hold and it was not told yet.
    pub(super) fn tell(&mut self, conversation: ConversationId, account: AccountId, ctx: &mut Ctx<'_>) {
        if self.people.get(&account).is_none_or(|person| person.link.is_none()) {
            return;
        }
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        for summary in group.summaries(account, ctx.now_ms) {
            self.send_sync(account, &Sync::Summary(summary), ctx);
        }
    }

    /// Tells the others what is new. In a large group it would be a burden if all told all at the same time: those who wait
    /// for it are told at once, the others in turns. Of what one member lacks some of the others will tell it at once.
    pub(super) fn tell_in_turn(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let others = group.others(&self.me.account);
        let count = others.len().div_ceil(TOLD_AT_ONCE).max(1);
        let (turn, mut left) = group.turns;
        if std::mem::take(&mut group.news) {
            left = count;
        }
        if left == 0 {
            return;
        }
        group.turns = (turn.wrapping_add(1), left.saturating_sub(1));
        let turn = turn.checked_rem(count);
        for (at, account) in others.into_iter().enumerate() {
            let waits = self.groups.get(&conversation).is_some_and(|group| group.is_awaited(account));
            if waits || at.checked_rem(count) == turn {
                self.tell(conversation, account, ctx);
            }
        }
    }

    /// What this account was told may not have come, or it may have forgotten it.
    pub(in crate::protocol) fn show_anew(&mut self, account: AccountId) {
        for group in self.groups.values_mut() {
            group.shown.remove(&account);
        }
    }
}

impl Group {
    /// Whether a member should know at once: of operations, or that we have got what it said.
    fn is_awaited(&self, account: AccountId) -> bool {
        let Some(shown) = self.shown.get(&account) else { return true };
        let mut theirs = self.chains.iter().filter(|(_, chain)| chain.is_of(&account));
        shown.heads != self.known() || theirs.any(|(id, chain)| shown.is_other(&holding(*id, chain)))
    }

    /// A digest of the newest operations and the envelopes.
    fn known(&self) -> u64 {
        let envelopes: Vec<_> = self.envelopes.iter().map(|key| *key.id().as_bytes()).collect();
        digest(&(self.log.heads(), envelopes))
    }

    /// What we hold and the member was not told, in pieces that fit. While we do not hold the same, or cannot know, it is
    /// reminded of the newest operations.
    fn summaries(&mut self, account: AccountId, now_ms: u64) -> Vec<Summary> {
        let same = self.compare(account).same == Some(true);
        let heads: Vec<_> = self.log.heads().iter().take(MAX_HEADS).map(|id| id.0).collect();
        let envelopes: Vec<_> = self.envelopes.iter().map(|key| *key.id().as_bytes()).collect();
        let seen = self.has_seen(&account);
        let known = self.known();
        let shown = self.shown.entry(account).or_default();
        let all = now_ms.abs_diff(shown.whole_ms) > WHOLE_MS;
        if all {
            *shown = Shown { whole_ms: now_ms, ..Shown::default() };
        }
        let mut holdings: Vec<_> = self.chains.iter().map(|(id, chain)| holding(*id, chain)).collect();
        holdings.extend(self.lacking.holdings());
        holdings.retain(|holding| shown.is_new(holding));
        let reminded = !same && now_ms.abs_diff(shown.told_ms) > REMIND_MS;
        if !all && !reminded && holdings.is_empty() && (shown.heads, shown.seen) == (known, seen) {
            return Vec::new();
        }
        (shown.heads, shown.seen, shown.told_ms) = (known, seen, now_ms);
        let count = holdings.len().div_ceil(MAX_HOLDINGS).max(1);
        (0..count)
            .map(|piece| {
                let from = piece.saturating_mul(MAX_HOLDINGS);
                Summary {
                    conversation: self.head.conversation,
                    heads: heads.clone(),
                    holdings: holdings.iter().skip(from).take(MAX_HOLDINGS).cloned().collect(),
                    seen,
                    whole: all && piece.saturating_add(1) == count,
                    envelopes: envelopes.clone(),
                }
            })
            .collect()
    }
}

impl Shown {
    fn is_other(&self, holding: &Holding) -> bool {
        self.chains.get(&holding.chain) != Some(&of_holding(holding))
    }

    /// Whether this is other than the member was told; then it counts as told.
    fn is_new(&mut self, holding: &Holding) -> bool {
        let new = self.is_other(holding);
        if new && (self.chains.len() < MAX_TOLD || self.chains.contains_key(&holding.chain)) {
            self.chains.insert(holding.chain, of_holding(holding));
        }
        new
    }
}

fn of_holding(holding: &Holding) -> u64 {
    let Holding { chain: _, start, runs, tip, forked } = holding;
    digest(&(start, runs, tip, forked))
}

/// To see that something is other than it was, by chance and not by design.
fn digest(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn holding(id: [u8; 16], chain: &Chain) -> Holding {
    let runs = chain.runs();
    let newest = runs.len().saturating_sub(MAX_RUNS);
    Holding {
        chain: id,
        start: chain.row.start,
        runs: runs.get(newest..).unwrap_or_default().to_vec(),
        tip: chain.row.tip,
        forked: chain.row.forked,
    }
}

/// Everything is told anew so often, to those who stay connected.
const WHOLE_MS: u64 = 600_000;
/// In larger groups members are told in turns.
const TOLD_AT_ONCE: usize = 8;
/// Who does not hold the same is reminded so often.
const REMIND_MS: u64 = 25_000;
