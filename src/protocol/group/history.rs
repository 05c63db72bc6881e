//! What was said before somebody joined: the member who adds them tells it, as far as the policy at that moment allows.
//! Decides who tells what to whom, and what is believed of whom. The texts are in the store, not here.

use std::collections::BTreeSet;

use super::{
    resolve::state_at,
    state::{Group, OP_SEQ},
};
use crate::{
    model::{
        AccountId, Change, ConversationId, DeviceId, EntryRef, History, Name, OpId, OpKind, OwedHistory,
        SharedEntry, ToldHistory,
    },
    protocol::{
        engine::{Ctx, Engine},
        step::{Effect, Notice},
    },
    wire::{HistoryPack, MAX_RECORDS, Note},
};

/// What is to be read for somebody who was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryFor {
    /// The group.
    pub conversation: ConversationId,
    /// Who was added.
    pub account: AccountId,
    /// By which operation.
    pub op: OpId,
    /// Messages that stand before this place are meant: shown texts that were not taken back,
    pub before: EntryRef,
    /// the newest ones, at most so many,
    pub most: u32,
    /// and as many bytes of them as [`SharedEntry::bytes`] counts.
    pub most_bytes: u64,
}

impl Engine {
    /// Somebody was added by us: what the policy says is to be read from the store once they have heard of it.
    pub(super) fn owe_history(&mut self, conversation: ConversationId, account: AccountId, op: OpId) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        if group.policy_at(&op).most() == 0 {
            return;
        }
        group.head.owed.retain(|owed| owed.account != account);
        group.head.owed.push(OwedHistory { account, op });
        self.out.group_touched(conversation);
    }

    /// Asks for what is owed to be read, for one who is connected and has said that they know of having been added:
    /// a pack that overtakes the operations would not be believed. Nobody else's while much is on its way already.
    pub(super) fn read_history(&mut self, conversation: ConversationId) {
        let Some(group) = self.groups.get_mut(&conversation).filter(|group| !group.head.owed.is_empty())
        else {
            return;
        };
        let mut owed = std::mem::take(&mut group.head.owed);
        let before = owed.len();
        owed.retain(|owed| group.has(&owed.account));
        if owed.len() < before {
            self.out.group_touched(conversation);
        }
        group.head.owed = owed;
        let on_its_way: usize = self.people.values().map(|person| person.outbox.bytes()).sum();
        let Some(group) = self.groups.get(&conversation).filter(|_| on_its_way <= MOST_ON_ITS_WAY) else {
            return;
        };
        let knows = |owed: &&OwedHistory| {
            let told = group.told.get(&owed.account);
            let connected = self.people.get(&owed.account).is_some_and(|person| person.link.is_some());
            connected && told.is_some_and(|told| group.log.is_in(&owed.op, &group.log.closure(&told.heads)))
        };
        if let Some(OwedHistory { account, op }) = group.head.owed.iter().find(knows) {
            let lamport = group.log.get(op).map_or(0, |op| op.lamport);
            self.out.effect(Effect::ReadHistory(HistoryFor {
                conversation,
                account: *account,
                op: *op,
                before: EntryRef { lamport, author: DeviceId::new([0; 16]), seq: 0 },
                most: group.policy_at(op).most(),
                most_bytes: History::MOST_BYTES,
            }));
        }
    }

    /// What was asked for has been read: it goes to whoever was added, the newest first.
    pub fn share_history(&mut self, wanted: &HistoryFor, entries: Vec<SharedEntry>, ctx: &mut Ctx<'_>) {
        let HistoryFor { conversation, account, op, .. } = *wanted;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let before = group.head.owed.len();
        group.head.owed.retain(|owed| *owed != OwedHistory { account, op });
        if group.head.owed.len() == before {
            return;
        }
        let id = *group.id.as_bytes();
        let stays = group.has(&account) && group.has(&self.me.account);
        self.out.group_touched(conversation);
        // Nothing of an earlier adding is believed any more.
        if let Some(person) = self.people.get_mut(&account) {
            for seq in person.outbox.drop_notes(|note| Note::is_history_of(note, &id)) {
                self.out.put(Change::DropOutbox { account, seq });
            }
        }
        for entries in in_packs(entries).into_iter().filter(|_| stays) {
            self.send_note(account, &Note::History(HistoryPack { group: id, op: op.0, entries }), ctx);
        }
    }

    /// The name that the author of a message goes by here.
    #[must_use]
    pub fn name_for_newcomers(&self, conversation: ConversationId, device: DeviceId) -> Option<Name> {
        let group = self.groups.get(&conversation)?;
        let account = group.account_of(&device)?;
        if account == self.me.account {
            return Some(self.me.profile.name.clone());
        }
        self.name_for_others(&account)
    }

    /// The name of somebody else that others may hear: never one that our person gave them.
    pub(super) fn name_for_others(&self, account: &AccountId) -> Option<Name> {
        let said = self.people.get(account).and_then(|person| {
            let ours = person.contact.named_by_us;
            let card = person.link.and_then(|peer| self.links.get(&peer)?.card.as_ref());
            if ours { card.map(|(_, name)| name.clone()) } else { Some(person.contact.name.clone()) }
        });
        said.or_else(|| Name::new(&format!("{account:?}")))
    }

    /// Somebody tells what was said before we joined. Believed of the member who added us, as far as the policy
    /// under which they did goes; of a pack with anything else in it nothing is.
    pub(super) fn on_history(&mut self, account: AccountId, conversation: ConversationId, pack: HistoryPack) {
        let own = self.me.account;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(told) = group.acceptable(&own, account, &pack) else { return };
        group.head.told = Some(told);
        self.out.group_touched(conversation);
        for entry in pack.entries {
            self.out.put(Change::PutShared { conversation, by: account, entry: Box::new(entry) });
        }
        self.out.notice(Notice::GroupPast(conversation));
    }
}

impl Group {
    /// The policy in force when an operation was made.
    fn policy_at(&self, op: &OpId) -> History {
        let parents = self.log.get(op).map(|op| op.parents.as_slice()).unwrap_or_default();
        state_at(&self.log, &self.resolution, parents).map_or(History::None, |state| state.history)
    }

    /// What we will have been told with this pack; none if it is not to be believed.
    fn acceptable(&self, own: &AccountId, from: AccountId, pack: &HistoryPack) -> Option<ToldHistory> {
        let me = self.state()?.members.get(own)?;
        let op = OpId(pack.op);
        if me.since != op || me.added_by != from || from == *own {
            return None;
        }
        let lamport = self.log.get(&op)?.lamport;
        let devices: BTreeSet<_> = self.certs.keys().map(|(_, device)| *device).collect();
        let fits = |entry: &SharedEntry| {
            let EntryRef { lamport: at, author, seq } = entry.id;
            let known = devices.contains(&author)
                && entry.reactions.iter().all(|(_, device)| devices.contains(device));
            at < lamport && seq < OP_SEQ && known
        };
        if !pack.entries.iter().all(fits) {
            return None;
        }
        let mut told = self.head.told.unwrap_or(ToldHistory { op, count: 0, bytes: 0 });
        if told.op != op {
            // Who adds us anew fills no disk anew without end.
            (told.op, told.count) = (op, 0);
        }
        told.count = told.count.checked_add(u32::try_from(pack.entries.len()).ok()?)?;
        let bytes = pack.entries.iter().map(SharedEntry::bytes).sum::<usize>();
        told.bytes = told.bytes.checked_add(u64::try_from(bytes).ok()?)?;
        let most_bytes = History::MOST_BYTES.saturating_mul(self.times_added(own));
        (told.count <= self.policy_at(&op).most() && told.bytes <= most_bytes).then_some(told)
    }
}

impl Group {
    /// How often somebody was added, as far as it matters here.
    fn times_added(&self, account: &AccountId) -> u64 {
        let adds = self
            .log
            .in_order()
            .into_iter()
            .filter(|op| matches!(&op.what, OpKind::Add { account: added, .. } if added == account));
        u64::try_from(adds.take(MOST_TIMES).count()).unwrap_or(1).max(1)
    }
}

/// Messages in lists that fit a note each.
fn in_packs(entries: Vec<SharedEntry>) -> Vec<Vec<SharedEntry>> {
    let (mut packs, mut bytes): (Vec<Vec<SharedEntry>>, usize) = (Vec::new(), usize::MAX);
    for entry in entries {
        let full = packs.last().is_none_or(|pack| pack.len() >= MAX_RECORDS);
        if full || bytes.saturating_add(entry.bytes()) > PACK_BYTES {
            packs.push(Vec::new());
            bytes = 0;
        }
        bytes = bytes.saturating_add(entry.bytes());
        if let Some(pack) = packs.last_mut() {
            pack.push(entry);
        }
    }
    packs
}

/// After so many times of being added somebody is told no more than what is left of so many times.
const MOST_TIMES: usize = 4;
/// Bytes that wait to be acknowledged, for all people together, while another newcomer is told.
const MOST_ON_ITS_WAY: usize = 8 * 1024 * 1024;
/// Messages in one note stay below this: the longest one takes 38 KiB.
const PACK_BYTES: usize = 40 * 1024;
