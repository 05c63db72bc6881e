//! Our own sender chains: when a new one is made, and who is given which.

use undertone_crypto::{
    digest::{Naming, digest},
    group::SenderChain,
};

use super::{chain::Chain, fork::Names, state::Group};
use crate::{
    model::{AccountId, ChainRow, ConversationId, DeviceId, OpId, OpKind, SecretBytes, Seen},
    protocol::engine::{Ctx, Engine},
    wire::Note,
};

impl Engine {
    /// Sees to it that every member was given the chain that we send with, which is made anew if somebody who has it
    /// is no member any more, or it is used up. Its name.
    pub(super) fn ready_chain(
        &mut self,
        conversation: ConversationId,
        ctx: &mut Ctx<'_>,
    ) -> Option<[u8; 16]> {
        let own = (self.me.account, self.me.keys.id());
        let others = self.groups.get(&conversation)?.others(&own.0);
        let group = self.groups.get_mut(&conversation)?;
        let before = group.head.sending;
        let id = match group.fit_chain(&others, ctx.now_ms) {
            Some(id) => id,
            None => group.new_chain(own, ctx),
        };
        let chain = group.chains.get_mut(&id)?;
        let missing: Vec<_> =
            others.into_iter().filter(|account| !chain.row.given.contains(account)).collect();
        let key = chain.sender.as_ref()?.skdm().encode();
        chain.row.given.extend(&missing);
        for account in missing {
            self.send_note(account, &Note::SenderKey(&key), ctx);
        }
        self.out.group_touched(conversation);
        for chain in before.into_iter().chain([id]) {
            self.out.chain_touched(conversation, chain);
        }
        Some(id)
    }

    /// Gives the chains that we have sent with to members who took part in our eyes when each of them began, and were
    /// not given it: somebody whose removal has turned out void.
    pub(super) fn give_what_is_owed(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let own = self.me.account;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Group { chains, log, resolution, .. } = group;
        let Some(state) = resolution.state.as_ref() else { return };
        let mut owed: Vec<(AccountId, [u8; 16], SecretBytes)> = Vec::new();
        for (id, chain) in chains.iter_mut().filter(|(_, chain)| chain.is_of(&own)) {
            let (Some(key), Some((_, heads))) = (&chain.row.origin, chain.row.views.first()) else {
                continue;
            };
            let known = log.closure(heads);
            for (account, member) in state.members.iter().filter(|(account, _)| **account != own) {
                if log.is_in(&member.since, &known) && !chain.row.given.contains(account) {
                    chain.row.given.push(*account);
                    owed.push((*account, *id, key.clone()));
                }
            }
        }
        for (account, chain, key) in owed {
            self.out.chain_touched(conversation, chain);
            self.send_note(account, &Note::SenderKey(&key), ctx);
        }
    }

    /// Keys that nobody can be owed any more are forgotten.
    pub(super) fn forget_origins(&mut self, conversation: ConversationId, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let old = |chain: &Chain| now_ms.saturating_sub(chain.row.since_ms) > ORIGIN_MS;
        for (id, chain) in group.chains.iter_mut().filter(|(_, chain)| old(chain)) {
            if chain.row.origin.take().is_some() {
                self.out.chain_touched(conversation, *id);
            }
        }
    }
}

impl Group {
    /// The chain that we send with, if it can still be used among these others.
    fn fit_chain(&self, others: &[AccountId], now_ms: u64) -> Option<[u8; 16]> {
        let id = self.head.sending?;
        let chain = self.chains.get(&id)?;
        let members = others.len().saturating_add(1);
        let usable = !chain.sender.as_ref()?.must_rotate(now_ms, members);
        let given = &chain.row.given;
        let stayed = given.iter().all(|account| others.contains(account));
        let returned = chain.row.views.first().is_some_and(|(_, began)| self.left_since(began, given));
        (usable && stayed && !returned).then_some(id)
    }

    /// Whether the author of a chain knew somebody as the member who they are now when it began.
    pub(super) fn began_with(&self, chain: &Chain, account: &AccountId) -> bool {
        let member = self.state().and_then(|state| state.members.get(account));
        let began = member.zip(chain.row.views.first());
        began.is_some_and(|(member, (_, heads))| self.log.is_in(&member.since, &self.log.closure(heads)))
    }

    /// Whether one of these stopped to take part since somebody knew these operations. They may have come back, to a
    /// computer that had forgotten all keys.
    fn left_since(&self, heads: &[OpId], accounts: &[AccountId]) -> bool {
        let valid = |id: &OpId| !self.resolution.void.contains(id);
        let later = self.log.since(heads).into_iter().filter(valid);
        later.filter_map(|id| self.log.get(&id)).any(|op| match &op.what {
            OpKind::Remove { account, .. } => accounts.contains(account),
            OpKind::Leave { .. } => accounts.contains(&op.author),
            _ => false,
        })
    }

    /// Makes the chain that we send with from now on.
    fn new_chain(&mut self, (account, device): (AccountId, DeviceId), ctx: &mut Ctx<'_>) -> [u8; 16] {
        let (view, now_ms) = (view_of(self), ctx.now_ms);
        let last = self.head.sending.and_then(|id| self.chains.get_mut(&id)?.sender.take());
        let sender = match last {
            Some(last) => last.rotate(view, now_ms, &mut ctx.rng),
            None => SenderChain::create(self.id, device, view, now_ms, &mut ctx.rng),
        };
        let id = *sender.id().as_bytes();
        let row = ChainRow {
            chain: id,
            account,
            device,
            sender: None,
            receiver: None,
            origin: Some(SecretBytes::from(sender.skdm().encode())),
            given: Vec::new(),
            start: 0,
            held: Seen::default(),
            first_seq: self.head.next_seq,
            last_seq: 0,
            views: Vec::new(),
            tip: [0; 16],
            forked: None,
            kept_from: 0,
            since_ms: now_ms,
        };
        self.chains.insert(id, Chain { row, sender: Some(sender), receiver: None, names: Names::default() });
        self.head.sending = Some(id);
        id
    }
}

/// The digest of what is known of the membership.
pub(super) fn view_of(group: &Group) -> [u8; 32] {
    let heads = group.log.heads();
    let parts: Vec<&[u8]> = heads.iter().map(|id| id.0.as_slice()).collect();
    digest(Naming::Group, &parts)
}

/// How long the beginning of a chain of ours is kept: two sides of a group that is split meet again before.
const ORIGIN_MS: u64 = 14 * 24 * 3_600_000;
