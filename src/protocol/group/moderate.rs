//! What the author of an entry could do by what they knew: call everybody, take back what others said. Each is a
//! function of the operations, and of what the entry names of them; never of the order in which they came.

use std::borrow::Cow;

use super::state::Group;
use crate::model::{AccountId, EntryRef, GroupState, Mentions, OpId, Role};

impl Group {
    /// Whom an entry really addresses: members, and everybody only by the role of its author.
    pub(in crate::protocol) fn addressed(&self, by: &EntryRef, mentions: &Mentions) -> Mentions {
        let Some((state, author)) = self.known_to(by) else { return Mentions::default() };
        let all = state.role_of(&author).is_some_and(Role::may_address_all);
        mentions.among(|account| state.members.contains_key(account), all)
    }

    /// The state that the author of an entry knew, and who that is; none if it names operations that are not here.
    fn known_to(&self, entry: &EntryRef) -> Option<(Cow<'_, GroupState>, AccountId)> {
        // A chain's messages that are here reach from what it says first to what it says last.
        let chain = self.chains.values().find(|chain| {
            let first = chain.row.views.first().map(|(first, _)| *first);
            chain.row.device == entry.author
                && first.is_some_and(|first| (first..=chain.row.last_seq).contains(&entry.seq))
        })?;
        let after = chain.row.views.partition_point(|(first, _)| *first <= entry.seq);
        let (_, heads) = after.checked_sub(1).and_then(|at| chain.row.views.get(at))?;
        let heads: Vec<OpId> = heads.iter().copied().map(OpId).collect();
        let state = if heads == self.log.heads() {
            self.state().map(Cow::Borrowed)
        } else if self.log.contains_all(&heads) {
            super::resolve::state_at(&self.log, &self.resolution, &heads).map(Cow::Owned)
        } else {
            None
        };
        Some((state?, chain.row.account))
    }
}
