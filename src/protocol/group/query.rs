//! What can be asked about groups without changing anything.

use std::collections::{BTreeMap, BTreeSet};

use undertone_crypto::group::op::OpKind as SignedKind;

use super::state::{Group, Told};
use crate::{
    model::{
        AccountId, ConversationId, Delivery, DeviceId, EntryRef, GroupHead, GroupState, Name, OpId, OpKind,
    },
    protocol::engine::Engine,
};

/// Whether the members of a group hold the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Same {
    /// The member.
    pub account: AccountId,
    /// Whether they hold what we hold; none if they have not told since the program started.
    pub same: Option<bool>,
    /// Messages that they lack, as far as we hold them.
    pub they_lack: u64,
    /// Messages that we lack, as far as they hold them.
    pub we_lack: u64,
}

/// Messages that cannot be read because the key of their author has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyMissing {
    /// The author, as another member says.
    pub account: AccountId,
    /// How many have come.
    pub messages: u64,
}

impl Engine {
    /// All groups that are shown: those that we take or took part in.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupHead, &GroupState)> {
        self.groups.values().filter(|group| group.has_had(&self.me.account)).filter_map(Group::shown)
    }

    /// A group.
    #[must_use]
    pub fn group(&self, conversation: ConversationId) -> Option<(&GroupHead, &GroupState)> {
        let group = self.groups.get(&conversation)?;
        group.has_had(&self.me.account).then(|| group.shown()).flatten()
    }

    /// Whether the account is in a group that we are in.
    pub(in crate::protocol) fn shares_group(&self, account: AccountId) -> bool {
        self.groups.values().any(|group| group.has(&account) && group.has(&self.me.account))
    }

    /// Whether the account is, or was, in a group that we know.
    pub(in crate::protocol) fn has_met_in_group(&self, account: &AccountId) -> bool {
        self.groups.values().any(|group| group.has_had(account))
    }

    /// Whether the conversation is a group's.
    #[must_use]
    pub fn is_group(&self, conversation: ConversationId) -> bool {
        self.groups.contains_key(&conversation)
    }

    /// Whose device wrote in a group.
    #[must_use]
    pub fn group_author(&self, conversation: ConversationId, device: DeviceId) -> Option<AccountId> {
        self.groups.get(&conversation)?.account_of(&device)
    }

    /// Whether a row of a group does not count.
    #[must_use]
    pub fn is_hidden(&self, conversation: ConversationId, entry: &EntryRef) -> bool {
        self.groups.get(&conversation).is_some_and(|group| group.is_hidden(entry))
    }

    /// Everybody who took part in a group once and does not now, with the name that came with their addition; none
    /// came with whoever began it.
    #[must_use]
    pub fn former_members(&self, conversation: ConversationId) -> BTreeMap<AccountId, Option<Name>> {
        let Some((group, state)) =
            self.groups.get(&conversation).and_then(|group| Some((group, group.state()?)))
        else {
            return BTreeMap::new();
        };
        let named = group.log.in_order().into_iter().filter_map(|op| match &op.what {
            OpKind::Create { .. } => Some((op.author, None)),
            OpKind::Add { account, name, .. } | OpKind::Admit { account, name, .. } => {
                Some((*account, Some(name.clone())))
            }
            _ => None,
        });
        named.filter(|(account, _)| !state.members.contains_key(account)).collect()
    }

    /// How far an entry of ours in a group has come with each of those who were members as far as we knew then, and are
    /// now; and when we learnt it, of this entry or of a later one. None for who has nothing of it yet.
    #[must_use]
    pub fn group_delivery(
        &self,
        conversation: ConversationId,
        entry: EntryRef,
    ) -> Vec<(AccountId, Delivery, Option<u64>)> {
        let Some(group) = self.groups.get(&conversation) else { return Vec::new() };
        let state = |account: AccountId| {
            let reached = group.head.reached.iter().find(|reached| reached.account == account);
            match reached {
                Some(reached) if entry.seq <= reached.read.0 => {
                    (account, Delivery::Read, Some(reached.read.1))
                }
                Some(reached) if entry.seq <= reached.delivered.0 => {
                    (account, Delivery::Delivered, Some(reached.delivered.1))
                }
                _ => (account, Delivery::Queued, None),
            }
        };
        let meant = group.meant_by(&entry);
        let others = group.others(&self.me.account).into_iter();
        others
            .filter(|account| meant.as_ref().is_none_or(|meant| meant.contains(account)))
            .map(state)
            .collect()
    }

    /// A group's picture, and the operation that set it.
    #[must_use]
    pub fn group_picture(&self, conversation: ConversationId) -> Option<(OpId, &[u8])> {
        let group = self.groups.get(&conversation)?;
        let id = group.state()?.picture?;
        match group.ops.get(&id)?.kind() {
            SignedKind::SetPicture { picture } => Some((id, picture.as_ref()?.as_bytes())),
            _ => None,
        }
    }

    /// Messages of a group that have come and wait for the key of their sender.
    #[must_use]
    pub fn waiting_for_keys(&self, conversation: ConversationId) -> u64 {
        self.groups.get(&conversation).map_or(0, |group| group.lacking.count())
    }

    /// Whose keys are missing in a group, and how many messages have come that cannot be read for it.
    #[must_use]
    pub fn keys_missing(&self, conversation: ConversationId) -> Vec<KeyMissing> {
        let Some(group) = self.groups.get(&conversation) else { return Vec::new() };
        let of = |(account, messages)| KeyMissing { account, messages };
        group.lacking.by_author().into_iter().map(of).collect()
    }

    /// Of each other member whether it holds what we hold.
    #[must_use]
    pub fn same_history(&self, conversation: ConversationId) -> Vec<Same> {
        let Some(group) = self.groups.get(&conversation) else { return Vec::new() };
        let others = group.others(&self.me.account);
        others.into_iter().map(|account| group.compare(account)).collect()
    }

    /// How many operations there are, and the newest.
    #[must_use]
    pub fn group_heads(&self, conversation: ConversationId) -> (u64, Vec<OpId>) {
        let Some(group) = self.groups.get(&conversation) else { return (0, Vec::new()) };
        (u64::try_from(group.log.len()).unwrap_or(u64::MAX), group.log.heads())
    }

    /// Members who are writing now.
    #[must_use]
    pub fn writing(&self, conversation: ConversationId) -> Vec<AccountId> {
        let group = self.groups.get(&conversation);
        group.map(|group| group.typing.keys().copied().collect()).unwrap_or_default()
    }
}

impl Group {
    fn shown(&self) -> Option<(&GroupHead, &GroupState)> {
        Some((&self.head, self.state()?))
    }

    /// Whether the account is a member, or was one.
    pub(super) fn has_had(&self, account: &AccountId) -> bool {
        self.certs.keys().any(|(of, _)| of == account)
    }

    /// What we hold against what a member said last.
    pub(super) fn compare(&self, account: AccountId) -> Same {
        // What is not there of theirs between what is: whoever keeps it from us says nothing of it.
        let gaps = self.gaps_of(&account);
        let Some(told) = self.told.get(&account) else {
            return Same { account, same: (gaps > 0).then_some(false), they_lack: 0, we_lack: gaps };
        };
        let chains: BTreeSet<_> = self.chains.keys().chain(told.holdings.keys()).collect();
        let (mut they_lack, mut we_lack) = (0_u64, 0_u64);
        for chain in chains {
            let ours = self.chains.get(chain).map(|chain| (chain.row.start, chain.runs()));
            // What they cannot open they lack, though they may have it.
            let theirs = told.holdings.get(chain).filter(|_| told.holds_any(chain)).cloned();
            let empty = || (u32::MAX, Vec::new());
            // Who was not given the beginning does not lack it.
            let ((our_start, ours), (their_start, theirs)) =
                (ours.unwrap_or_else(empty), theirs.unwrap_or_else(empty));
            let their_start =
                if self.has_nothing_of(told, chain, &account) { our_start } else { their_start };
            if their_start != u32::MAX {
                they_lack = they_lack.saturating_add(beyond(&ours, &theirs, their_start));
            }
            if our_start != u32::MAX {
                we_lack = we_lack.saturating_add(beyond(&theirs, &ours, our_start));
            }
        }
        let heads = told.heads == self.log.heads();
        let split = self.chains.iter().any(|(id, chain)| told.is_split(id, chain));
        let we_lack = we_lack.max(gaps);
        let same = Some(heads && !split && they_lack == 0 && we_lack == 0 && self.lacking.is_empty());
        Same { account, same, they_lack, we_lack }
    }
}

impl Group {
    /// How many messages of a member are missing before others of theirs that have come.
    fn gaps_of(&self, account: &AccountId) -> u64 {
        let theirs = self.chains.values().filter(|chain| chain.is_of(account) && chain.receiver.is_some());
        let gaps = theirs.map(|chain| {
            let upto = chain.last_held().filter(|last| *last >= chain.row.start);
            upto.map_or(0, |last| beyond(&[(chain.row.start, last)], &chain.runs(), chain.row.start))
        });
        gaps.fold(0, u64::saturating_add)
    }

    /// Whether a member holds nothing of a chain that began when its author knew them as a member, and that counts.
    pub(super) fn has_nothing_of(&self, told: &Told, chain: &[u8; 16], account: &AccountId) -> bool {
        if told.holds_any(chain) {
            return false;
        }
        let Some(chain) = self.chains.get(chain) else { return false };
        let Some((seq, _)) = chain.row.views.first() else { return false };
        let counts = !self.is_hidden(&EntryRef { lamport: 0, author: chain.row.device, seq: *seq });
        counts && self.began_with(chain, account)
    }
}

/// How many of the numbers in `held` from `start` on are not in `other`.
pub(super) fn beyond(held: &[(u32, u32)], other: &[(u32, u32)], start: u32) -> u64 {
    let size = |first: u32, last: u32| u64::from(last.saturating_sub(first)).saturating_add(1);
    held.iter()
        .filter(|(_, last)| *last >= start)
        .map(|(first, last)| {
            let first = (*first).max(start);
            let common: u64 = other
                .iter()
                .filter(|(from, to)| *from <= *last && *to >= first)
                .map(|(from, to)| size((*from).max(first), (*to).min(*last)))
                .sum();
            size(first, *last).saturating_sub(common)
        })
        .sum()
}
