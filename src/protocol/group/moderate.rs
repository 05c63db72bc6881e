//! What the author of an entry could do by what they knew: call everybody, take back what others said. Each is a
//! function of the operations, and of what the entry names of them; never of the order in which they came.

use std::{borrow::Cow, collections::BTreeMap};

use super::{chain::Chain, state::Group};
use crate::{
    model::{
        AccountId, Body, Change, ConversationId, Entry, EntryRef, GroupHead, GroupState, Mentions, Role,
        TakenBack,
    },
    protocol::{Refused, engine::Engine, step::Notice},
};

impl Engine {
    /// Who took an entry back, of those that these deletions are by: the first of them that counts.
    #[must_use]
    pub fn taken_back(&self, chat: ConversationId, target: &EntryRef, by: &[EntryRef]) -> Option<EntryRef> {
        self.groups.get(&chat).and_then(|group| group.taken_back(target, by))
    }

    /// Whether our person may take back what another wrote.
    pub(in crate::protocol) fn may_take_back(
        &self,
        chat: ConversationId,
        target: &EntryRef,
    ) -> Result<(), Refused> {
        let group = self.groups.get(&chat).ok_or(Refused::NotAllowed)?;
        let state = group.state().ok_or(Refused::NotFound)?;
        let allowed = group.may_take_back(state, &self.me.account, target);
        if allowed { Ok(()) } else { Err(Refused::NotAllowed) }
    }

    /// A deletion of what another wrote is on disk: it waits for its time.
    pub(super) fn note_taken_back(&mut self, chat: ConversationId, entry: &Entry, now_ms: u64) {
        let Body::Delete { target } = &entry.body else { return };
        let Some(group) = self.groups.get_mut(&chat) else { return };
        if target.author == entry.id.author {
            return;
        }
        let counts = group.taken_back(target, &[entry.id]).is_some();
        let waiting = TakenBack { target: *target, by: entry.id, at_ms: now_ms, counts };
        let list = &mut group.head.taken_back;
        if list.len() >= GroupHead::MAX_TAKEN_BACK {
            // One that does not count gives way; what finds no room is hidden all the same.
            match list.iter().position(|waiting| !waiting.counts) {
                Some(at) => drop(list.remove(at)),
                None => return,
            }
        }
        list.push(waiting);
        self.out.group_touched(chat);
    }

    /// Operations have come: deletions may count that did not, and the other way round.
    pub(super) fn judge_taken_back(&mut self, chat: ConversationId) {
        let Some(group) = self.groups.get_mut(&chat) else { return };
        let mut list = std::mem::take(&mut group.head.taken_back);
        for waiting in &mut list {
            let counts = group.taken_back(&waiting.target, &[waiting.by]).is_some();
            if std::mem::replace(&mut waiting.counts, counts) != counts {
                self.out.notice(Notice::Changed(chat, waiting.target));
                self.out.group_touched(chat);
                self.out.chat_changed(chat);
            }
        }
        group.head.taken_back = list;
    }

    /// What was taken back long enough ago goes for good, if that counts.
    pub(super) fn wipe_taken_back(&mut self, chat: ConversationId, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&chat) else { return };
        let is_due = |waiting: &mut TakenBack| now_ms.saturating_sub(waiting.at_ms) >= WIPE_AFTER_MS;
        let due: Vec<_> = group.head.taken_back.extract_if(.., is_due).collect();
        for TakenBack { target, by, .. } in due {
            if group.taken_back(&target, &[by]).is_some() {
                self.out.put(Change::Wipe { conversation: chat, target, by });
            }
            self.out.group_touched(chat);
        }
    }
}

impl Group {
    /// Whom an entry really addresses: members, and everybody only by the role of its author.
    pub(in crate::protocol) fn addressed(&self, by: &EntryRef, mentions: &Mentions) -> Mentions {
        let Some((state, author)) = self.known_to(by) else { return Mentions::default() };
        let all = state.role_of(&author).is_some_and(Role::may_address_all);
        mentions.among(|account| state.members.contains_key(account), all)
    }

    /// The first of these deletions that counts: its own entry does, and its author could do it by what they knew.
    fn taken_back(&self, target: &EntryRef, by: &[EntryRef]) -> Option<EntryRef> {
        // One author may have said it very often: what they could do is worked out once for all that they knew alike.
        let mut could = BTreeMap::new();
        let counts = |entry: &&EntryRef| {
            let Some((chain, view)) = self.view_of(entry) else { return false };
            let could = could.entry((chain.row.chain, view)).or_insert_with(|| {
                let known = self.known_to(entry);
                known.is_some_and(|(state, author)| self.may_take_back(&state, &author, target))
            });
            *could && !self.is_hidden(entry)
        };
        by.iter().find(counts).copied()
    }

    /// Whether somebody may take back an entry in this state. Who has left it ranks below everybody.
    fn may_take_back(&self, state: &GroupState, who: &AccountId, target: &EntryRef) -> bool {
        let Some(author) = self.account_of(&target.author) else { return false };
        let of = state.role_of(&author).unwrap_or(Role::ReadOnly);
        !Self::is_op(target) && state.role_of(who).is_some_and(|role| role.may_take_back(of))
    }

    /// The state that the author of an entry knew, and who that is; none if it names operations that are not here.
    pub(in crate::protocol) fn known_to(&self, entry: &EntryRef) -> Option<(Cow<'_, GroupState>, AccountId)> {
        let (chain, view) = self.view_of(entry)?;
        let (_, heads) = chain.row.views.get(view)?;
        let state = if *heads == self.log.heads() {
            self.state().map(Cow::Borrowed)
        } else if self.log.contains_all(heads) {
            super::resolve::state_at(&self.log, &self.resolution, heads).map(Cow::Owned)
        } else {
            None
        };
        Some((state?, chain.row.account))
    }

    /// The members of now who were members as far as the author of an entry knew: whom it was sent to. None if it is
    /// not known what that was.
    pub(super) fn meant_by(&self, entry: &EntryRef) -> Option<Vec<AccountId>> {
        let (chain, view) = self.view_of(entry)?;
        let (_, heads) = chain.row.views.get(view)?;
        let closure = self.log.closure(heads);
        let members = self.state()?.members.iter();
        let knew = members.filter(|(_, member)| self.log.is_in(&member.since, &closure));
        Some(knew.map(|(account, _)| *account).collect())
    }

    /// The chain that an entry came with, and which of the views noted for it was its author's.
    fn view_of(&self, entry: &EntryRef) -> Option<(&Chain, usize)> {
        // A chain's messages that are here reach from what it says first to what it says last.
        let chain = self.chains.values().find(|chain| {
            let first = chain.row.views.first().map(|(first, _)| *first);
            chain.row.device == entry.author
                && first.is_some_and(|first| (first..=chain.row.last_seq).contains(&entry.seq))
        })?;
        let after = chain.row.views.partition_point(|(first, _)| *first <= entry.seq);
        Some((chain, after.checked_sub(1)?))
    }
}

/// How long what was taken back is kept for the case that it turns out not to count: as long as the beginnings of chains
/// are.
const WIPE_AFTER_MS: u64 = 14 * 24 * 3_600_000;
