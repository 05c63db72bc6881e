//! How long messages are kept as they travelled: two weeks if everybody has them, and as long as there is room else. What
//! was opened stays; only passing it on ends. Knows nothing of the store but what it is told of each chain.

use std::collections::BTreeMap;

use super::{chain::Chain, query::beyond, state::Group};
use crate::{
    model::{AccountId, Change, ConversationId},
    protocol::{
        engine::{Ctx, Engine},
        step::Effect,
    },
    wire::{Lack, LackKind, Sync},
};

/// A message on disk as it travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its place in the chain.
    pub iteration: u32,
    /// When it came, milliseconds since the epoch.
    pub at_ms: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// What is known of what is kept of chains.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    /// When each chain was looked at.
    looked_ms: BTreeMap<[u8; 16], u64>,
    /// Of each chain up to where it is old, and how many bytes that is.
    old: BTreeMap<[u8; 16], (u32, u64)>,
}

impl Engine {
    /// Looks at one chain that is not young any more, each about once a day.
    pub(super) fn tick_upkeep(&mut self, conversation: ConversationId, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Group { chains, upkeep, .. } = group;
        let due = |(id, chain): &(&[u8; 16], &mut Chain)| {
            let looked = upkeep.looked_ms.get(*id).copied().unwrap_or(0);
            now_ms.saturating_sub(chain.row.since_ms) > KEPT_MS && now_ms.saturating_sub(looked) > LOOK_MS
        };
        let Some((id, chain)) = chains.iter_mut().find(due) else { return };
        upkeep.looked_ms.insert(*id, now_ms);
        if chain.receiver.as_mut().is_some_and(|receiver| receiver.forget_old(now_ms)) {
            self.out.chain_touched(conversation, *id);
        }
        let rest = chain.runs().last().is_some_and(|(_, last)| *last >= chain.row.kept_from);
        // Of a device that said two things the proof is kept.
        if rest && chain.row.forked.is_none() {
            self.out.effect(Effect::WeighChain { conversation, chain: *id });
        }
    }

    /// What is on disk of a chain, by place: what is old and everybody has goes, and what is old and too much.
    pub fn on_weighed(
        &mut self,
        conversation: ConversationId,
        chain: [u8; 16],
        stored: &[StoredMessage],
        ctx: &mut Ctx<'_>,
    ) {
        let own = self.me.account;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let is_old = |message: &&StoredMessage| ctx.now_ms.saturating_sub(message.at_ms) > KEPT_MS;
        let old = || stored.iter().take_while(is_old);
        let Some(upto) = old().last().and_then(|message| message.iteration.checked_add(1)) else { return };
        let bytes = old().map(|message| message.size).fold(0, u64::saturating_add);
        group.upkeep.old.insert(chain, (upto, bytes));
        let places: Vec<_> = old().map(|message| (message.iteration, message.iteration)).collect();
        let mut gone = Vec::new();
        if group.others(&own).iter().all(|member| group.has_all(member, &chain, &places)) {
            gone.push(chain);
        }
        let rest = |group: &Group, gone: &[[u8; 16]]| {
            let kept = group.upkeep.old.iter().filter(|(id, _)| !gone.contains(id));
            kept.map(|(_, (_, bytes))| *bytes).fold(0, u64::saturating_add)
        };
        while rest(group, &gone) > MOST_OLD_BYTES {
            let kept = group.upkeep.old.keys().filter(|id| !gone.contains(id));
            let since = |id: &&[u8; 16]| group.chains.get(*id).map_or(0, |chain| chain.row.since_ms);
            let Some(oldest) = kept.min_by_key(since).copied() else { break };
            gone.push(oldest);
        }
        for id in gone {
            let before = group.upkeep.old.remove(&id).map_or(0, |(upto, _)| upto);
            if let Some(of) = group.chains.get_mut(&id).filter(|of| of.row.kept_from < before) {
                of.row.kept_from = before;
                self.out.put(Change::DropCiphers { conversation, chain: id, before });
                self.out.chain_touched(conversation, id);
            }
        }
    }

    /// From where on a member can be given what it asks for; it is told what is gone, so that it asks others.
    pub(super) fn answerable(
        &mut self,
        account: AccountId,
        (conversation, chain): (ConversationId, [u8; 16]),
        (first, last): (u32, u32),
        ctx: &mut Ctx<'_>,
    ) -> u32 {
        let group = self.groups.get(&conversation);
        let kept = group.and_then(|group| group.chains.get(&chain)).map_or(0, |chain| chain.row.kept_from);
        if let Some(end) = kept.checked_sub(1).filter(|_| kept > first) {
            let what = LackKind::Gone { first, last: last.min(end) };
            self.send_sync(account, &Sync::Lack(Lack { conversation, chain, what }), ctx);
        }
        first.max(kept)
    }
}

impl Group {
    /// Whether a member holds these messages of a chain, as far as it was given them.
    fn has_all(&self, member: &AccountId, chain: &[u8; 16], places: &[(u32, u32)]) -> bool {
        let Some(told) = self.told.get(member) else { return false };
        match told.holdings.get(chain).filter(|_| told.holds_any(chain)) {
            Some((start, runs)) => beyond(places, runs, *start) == 0,
            None => !self.has_nothing_of(told, chain, member),
        }
    }
}

/// How long a message is kept as it travelled in any case.
const KEPT_MS: u64 = 14 * 24 * 3_600_000;
/// Bytes of one group that are kept beyond that for members who do not have them.
const MOST_OLD_BYTES: u64 = 64 * 1024 * 1024;
/// How often a chain is looked at.
const LOOK_MS: u64 = 24 * 3_600_000;
