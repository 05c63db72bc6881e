//! What the engine holds of one group in memory, and what follows from it: who takes part, which messages count.
//! Sends nothing and decides nothing for itself.

use std::collections::{BTreeMap, BTreeSet};

use undertone_crypto::{
    group::{EnvelopeKey, GroupId, Op},
    identity::{DevCert, DeviceId},
};

use super::{
    chain::{Chain, Runs},
    dag::OpLog,
    expiry::Upkeep,
    invite::Invitation,
    lacking::Lacking,
    ops::learn_op,
    resolve::{Resolution, cut, state_at},
    summary::Shown,
};
use crate::model::{
    AccountId, Attention, ChainRow, ConversationId, EntryRef, GroupHead, GroupOp, GroupState, OpId, OpKind,
    Peer, SecretBytes, WaitingRow,
};
use crate::protocol::RestoreError;

/// One group.
#[derive(Debug)]
pub(in crate::protocol) struct Group {
    pub(in crate::protocol) head: GroupHead,
    pub(super) id: GroupId,
    pub(super) envelopes: Vec<EnvelopeKey>,
    pub(super) ops: BTreeMap<OpId, Op>,
    pub(super) log: OpLog,
    pub(super) resolution: Resolution,
    /// Envelopes that operations name, and when the last one did.
    pub(super) named: BTreeMap<[u8; 32], u64>,
    /// Invitations, void or not, as they came.
    pub(super) invitations: Vec<Invitation>,
    /// Certificates that operations brought.
    pub(super) certs: BTreeMap<(AccountId, DeviceId), DevCert>,
    pub(super) chains: BTreeMap<[u8; 16], Chain>,
    /// What each member said last that it holds.
    pub(super) told: BTreeMap<AccountId, Told>,
    pub(super) upkeep: Upkeep,
    /// What each member was told that we hold.
    pub(super) shown: BTreeMap<AccountId, Shown>,
    /// Messages whose key has not come yet.
    pub(super) lacking: Lacking,
    /// Ranges asked for, by their first iteration: of whom, and when.
    pub(super) wanted: BTreeMap<([u8; 16], u32), (Peer, u64)>,
    /// Whether something changed since the others were told what we hold.
    pub(super) news: bool,
    /// When they were last told.
    pub(super) told_ms: u64,
    /// Whose turn it is to be told, and how many turns are left.
    pub(super) turns: (usize, usize),
    /// Whether a member told what it holds since the person was last told who holds the same.
    pub(super) compared: bool,
    /// Rows that do not count: device, first and last sequence number.
    hidden: Vec<(DeviceId, u64, u64)>,
    /// Rows that did not count when the group was counted last.
    pub(super) hidden_before: Vec<(DeviceId, u64, u64)>,
    /// Whether other rows count than those that were counted last.
    pub(super) uncounted: bool,
    /// Members who are writing, and since when.
    pub(super) typing: BTreeMap<AccountId, u64>,
}

/// What a member said that it holds.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) heads: Vec<OpId>,
    /// Of each chain the first iteration given, and the iterations held.
    pub(super) holdings: BTreeMap<[u8; 16], (u32, Runs)>,
    /// Of each chain the name of the last message held, and where it knows of two.
    pub(super) tips: BTreeMap<[u8; 16], ([u8; 16], Option<u32>)>,
    /// When it was shown that we hold another message.
    pub(super) shown: BTreeMap<[u8; 16], u64>,
    pub(super) at_ms: u64,
    /// Of chains up to where it does not keep messages as they travelled any more.
    pub(super) gone: BTreeMap<[u8; 16], u32>,
    /// Chains in those summaries of a series that have come.
    pub(super) heard: BTreeSet<[u8; 16]>,
    /// Whether a whole series has come.
    pub(super) complete: bool,
    /// Envelopes that it was given because it lacked them.
    pub(super) given: BTreeSet<[u8; 8]>,
    /// Chains that it was told others owe it, since we met.
    pub(super) warned: BTreeSet<[u8; 16]>,
    /// Keys of ours that it asked for and was answered about, and when.
    pub(super) keys: BTreeMap<[u8; 16], u64>,
}

impl Group {
    /// A group of which nothing but the name is known yet.
    pub(super) fn new(id: GroupId, conversation: ConversationId, now_ms: u64) -> Self {
        Self::of(
            GroupHead {
                conversation,
                group: SecretBytes::copy_of(id.as_bytes()),
                envelopes: Vec::new(),
                next_seq: now_ms,
                lamport: 0,
                sending: None,
                unread: 0,
                attention: Attention::default(),
                taken_back: Vec::new(),
                read_upto: None,
                reached: Vec::new(),
                last: None,
                last_at_ms: now_ms,
                owed: Vec::new(),
                told: None,
            },
            id,
        )
    }

    pub(super) fn of(head: GroupHead, id: GroupId) -> Self {
        let secret = |bytes: &SecretBytes| bytes.first_chunk::<32>().map(EnvelopeKey::from_bytes);
        Self {
            envelopes: head.envelopes.iter().filter_map(secret).collect(),
            head,
            id,
            ops: BTreeMap::new(),
            log: OpLog::default(),
            resolution: Resolution::default(),
            named: BTreeMap::new(),
            invitations: Vec::new(),
            certs: BTreeMap::new(),
            chains: BTreeMap::new(),
            told: BTreeMap::new(),
            upkeep: Upkeep::default(),
            shown: BTreeMap::new(),
            lacking: Lacking::default(),
            wanted: BTreeMap::new(),
            news: false,
            turns: (0, 0),
            compared: false,
            told_ms: 0,
            hidden: Vec::new(),
            hidden_before: Vec::new(),
            uncounted: false,
            typing: BTreeMap::new(),
        }
    }

    /// What the operations come to; none before the first is known.
    pub(in crate::protocol) const fn state(&self) -> Option<&GroupState> {
        self.resolution.state.as_ref()
    }

    /// Whether the account takes part now.
    pub(in crate::protocol) fn has(&self, account: &AccountId) -> bool {
        self.state().is_some_and(|state| state.members.contains_key(account))
    }

    /// Whose device it is, or was.
    pub(in crate::protocol) fn account_of(&self, device: &DeviceId) -> Option<AccountId> {
        self.certs.keys().find(|(_, of)| of == device).map(|(account, _)| *account)
    }

    /// Whether a member has shown, by what it says it holds, that it has heard of somebody as a member.
    pub(super) fn has_told_of(&self, member: &AccountId, account: &AccountId) -> bool {
        self.told.get(member).is_some_and(|told| self.log.brings(&told.heads, account))
    }

    /// The members besides this one.
    pub(super) fn others(&self, me: &AccountId) -> Vec<AccountId> {
        let members = self.state().map(|state| state.members.keys()).into_iter().flatten();
        members.filter(|account| *account != me).copied().collect()
    }

    /// Takes an envelope secret in; whether it is new.
    pub(super) fn add_envelope(&mut self, secret: &[u8; 32]) -> bool {
        let key = EnvelopeKey::from_bytes(secret);
        if self.envelopes.iter().any(|known| known.id() == key.id()) {
            return false;
        }
        self.envelopes.push(key);
        self.head.envelopes.push(SecretBytes::copy_of(secret));
        if self.envelopes.len() > GroupHead::MAX_ENVELOPES {
            // What no operation names goes first.
            let unnamed = self.envelopes.iter().position(|key| !self.named.contains_key(&key.commit()));
            self.envelopes.remove(unnamed.unwrap_or(0));
            self.head.envelopes.remove(unnamed.unwrap_or(0));
        }
        true
    }

    /// The operations that somebody lacks who knows these, as they were signed, parents first.
    pub(super) fn beyond(&self, heads: &[OpId]) -> Vec<Vec<u8>> {
        let since = self.log.since(heads);
        since.iter().filter_map(|id| self.ops.get(id)).map(|op| op.as_bytes().to_vec()).collect()
    }

    /// These operations and all before them, as they were signed, parents first.
    pub(super) fn upto(&self, heads: &[OpId]) -> Vec<Vec<u8>> {
        let closure = self.log.closure(heads);
        let before = self.log.since(&[]).into_iter().filter(|id| self.log.is_in(id, &closure));
        before.filter_map(|id| self.ops.get(&id)).map(|op| op.as_bytes().to_vec()).collect()
    }

    /// The operations by which an account stopped to take part.
    pub(super) fn departures(&self, account: &AccountId) -> Vec<OpId> {
        let is_departure = |op: &&GroupOp| match &op.what {
            OpKind::Remove { account: removed, .. } => removed == account,
            OpKind::Leave { .. } => op.author == *account,
            _ => false,
        };
        let valid = |op: &&GroupOp| !self.resolution.void.contains(&op.id);
        self.log.in_order().into_iter().filter(is_departure).filter(valid).map(|op| op.id).collect()
    }

    /// Works out anew what the operations come to. Whether other rows count than did.
    pub(super) fn resolve(&mut self) -> bool {
        self.resolution.extend(&self.log);
        self.judge_rows()
    }

    /// Works out anew which rows count, and whether these are others than before. What a message knew counts from its
    /// sequence number up to the next one's.
    pub(super) fn judge_rows(&mut self) -> bool {
        let mut hidden: Vec<_> = self
            .resolution
            .void
            .iter()
            .filter_map(|id| self.log.get(id))
            .map(|op| {
                let seq = op_seq(&op.id);
                (op.device, seq, seq)
            })
            .collect();
        for chain in self.chains.values() {
            let ChainRow { account, device, views, .. } = &chain.row;
            if let Some((first, _)) = views.first().filter(|_| chain.row.forked.is_some()) {
                hidden.push((*device, *first, chain.row.last_seq));
                continue;
            }
            let ends =
                views.iter().skip(1).map(|(first, _)| first.saturating_sub(1)).chain([chain.row.last_seq]);
            for ((first, heads), last) in views.iter().zip(ends) {
                if let Some(from) =
                    self.hidden_from((*account, *device), heads, *first).filter(|from| *from <= last)
                {
                    hidden.push((*device, from, last));
                }
            }
        }
        if hidden == self.hidden {
            return false;
        }
        let before = std::mem::replace(&mut self.hidden, hidden);
        if !self.uncounted {
            self.hidden_before = before;
        }
        true
    }

    /// From which sequence number on messages of this author, who knew these operations, do not count.
    fn hidden_from(&self, author: (AccountId, DeviceId), heads: &[OpId], first: u64) -> Option<u64> {
        if !self.log.contains_all(heads) {
            return Some(first);
        }
        if heads == self.log.heads() {
            // What nearly all messages know: what we know.
            let member = self.state().and_then(|state| state.members.get(&author.0));
            let counts = member.is_some_and(|member| member.device == author.1 && member.role.may_write());
            return (!counts).then_some(first);
        }
        let state = state_at(&self.log, &self.resolution, heads);
        let member = state.as_ref().and_then(|state| state.members.get(&author.0));
        if !member.is_some_and(|member| member.device == author.1 && member.role.may_write()) {
            return Some(first);
        }
        let last = cut(&self.log, &self.resolution, author, heads)?;
        Some(last.saturating_add(1).max(first))
    }

    /// Works out whether a row counts that has come within what its author's messages knew before.
    pub(super) fn judge_row(&mut self, chain: &[u8; 16], seq: u64) {
        let Some(chain) = self.chains.get(chain) else { return };
        if chain.row.forked.is_some() {
            self.judge_rows();
            return;
        }
        let ChainRow { account, device, views, .. } = &chain.row;
        let after = views.partition_point(|(first, _)| *first <= seq);
        let Some((first, heads)) = after.checked_sub(1).and_then(|at| views.get(at)) else { return };
        let device = *device;
        let from = self.hidden_from((*account, device), heads, *first).filter(|from| *from <= seq);
        let Some(from) = from else { return };
        let range = self.hidden.iter_mut().find(|(of, begin, _)| *of == device && *begin == from);
        match range {
            Some((_, _, last)) => *last = (*last).max(seq),
            None => self.hidden.push((device, from, seq)),
        }
    }

    /// Whether a row counts for nothing: its author was no member, or could not write, or was removed before.
    pub(in crate::protocol) fn is_hidden(&self, entry: &EntryRef) -> bool {
        is_among(&self.hidden, entry)
    }

    /// Whether it did not count when the group was counted last, if that is not so now.
    pub(super) fn was_hidden(&self, entry: &EntryRef) -> bool {
        is_among(&self.hidden_before, entry)
    }

    /// Whether the row is an operation's.
    pub(super) const fn is_op(entry: &EntryRef) -> bool {
        entry.seq >= OP_SEQ
    }
}

impl Group {
    /// The groups that rows on disk make.
    ///
    /// # Errors
    /// [`RestoreError`] if a row does not fit: the profile is damaged.
    pub(in crate::protocol) fn restore(
        heads: Vec<GroupHead>,
        ops: Vec<(ConversationId, Vec<u8>)>,
        (chains, lacking): (Vec<(ConversationId, ChainRow)>, Vec<WaitingRow>),
    ) -> Result<BTreeMap<ConversationId, Self>, RestoreError> {
        let mut groups = BTreeMap::new();
        for head in heads {
            let id = head.group.first_chunk::<32>().copied().ok_or(RestoreError("group"))?;
            groups.insert(head.conversation, Self::of(head, GroupId::new(id)));
        }
        // Parents first: what an operation needs to be checked comes with those before it.
        let mut waiting: Vec<_> = ops;
        loop {
            let before = waiting.len();
            waiting.retain(|(conversation, bytes)| {
                groups.get_mut(conversation).is_some_and(|group| learn_op(group, bytes).is_none())
            });
            if waiting.is_empty() {
                break;
            }
            if waiting.len() == before {
                return Err(RestoreError("operation"));
            }
        }
        for (conversation, row) in chains {
            let group = groups.get_mut(&conversation).ok_or(RestoreError("chain"))?;
            group.chains.insert(row.chain, Chain::from_row(row)?);
        }
        for row in lacking {
            let group = groups.get_mut(&row.conversation).ok_or(RestoreError("waiting message"))?;
            group.restore_waiting(row);
        }
        for group in groups.values_mut() {
            group.resolve();
        }
        Ok(groups)
    }

    /// Lets go of the oldest key of a device that has `most` or more, and names its chain.
    pub(super) fn oldest_beyond(&mut self, device: &DeviceId, most: usize) -> Option<[u8; 16]> {
        let open = |chain: &&mut Chain| chain.row.device == *device && chain.receiver.is_some();
        let mut open: Vec<_> = self.chains.values_mut().filter(open).collect();
        if open.len() < most {
            return None;
        }
        open.sort_unstable_by_key(|chain| chain.row.since_ms);
        let oldest = open.into_iter().next()?;
        oldest.receiver = None;
        Some(oldest.row.chain)
    }

    /// The row of a chain as it is stored.
    pub(in crate::protocol) fn chain_row(&self, chain: &[u8; 16]) -> Option<ChainRow> {
        self.chains.get(chain).map(Chain::to_row)
    }
}

fn is_among(ranges: &[(DeviceId, u64, u64)], entry: &EntryRef) -> bool {
    ranges
        .iter()
        .any(|(device, first, last)| *device == entry.author && (*first..=*last).contains(&entry.seq))
}

/// The sequence number of an operation's row: above all of entries, and of this operation alone.
pub(super) fn op_seq(op: &OpId) -> u64 {
    let head = op.0.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    head | OP_SEQ
}

/// Chains of which we remember what a member holds, or was told.
pub(super) const MAX_TOLD: usize = 4096;
/// Sequence numbers from here on are of operations. Entries count from the clock in milliseconds.
pub(super) const OP_SEQ: u64 = 1 << 63;
