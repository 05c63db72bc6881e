//! Other messages of a group count than did: what is unread, what is the last one, and what is told as if it came now.
//! The messages are in the store, not here.

use super::state::Group;
use crate::{
    model::{ConversationId, Entry, EntryRef},
    protocol::{
        engine::Engine,
        step::{Effect, Notice},
    },
};

/// What a group comes to by its messages on disk.
#[derive(Debug, Default)]
pub struct Recount {
    /// Messages of others that our person has not seen, and how many of them address our person.
    pub unread: (u32, u32),
    /// The newest row that counts.
    pub last: Option<EntryRef>,
    /// Those of the unread that did not count before, the oldest first: at most [`Self::MOST_NEWS`], the newest.
    pub news: Vec<Entry>,
}

impl Recount {
    /// Messages that are told as if they came now.
    pub const MOST_NEWS: usize = 64;
}

impl Engine {
    /// Has a group counted anew.
    pub(in crate::protocol) fn recount(&mut self, conversation: ConversationId) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        group.uncounted = true;
        self.out.effect(Effect::Recount(conversation));
    }

    /// Whether a message counts that did not when the group was counted last.
    #[must_use]
    pub fn counts_now(&self, conversation: ConversationId, entry: &EntryRef) -> bool {
        self.groups.get(&conversation).is_some_and(|group| group.was_hidden(entry) && !group.is_hidden(entry))
    }

    /// What was asked for has been counted.
    pub fn recounted(&mut self, conversation: ConversationId, recount: Recount, now_ms: u64) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        // Those who wrote hear now whether it was seen.
        group.news |= std::mem::take(&mut group.uncounted);
        group.hidden_before.clear();
        let Recount { unread, last, news } = recount;
        let head = &mut group.head;
        let same = (head.unread, head.attention.mentions) == unread && head.last == last;
        if same && news.is_empty() {
            return;
        }
        if !news.is_empty() {
            head.last_at_ms = now_ms;
        }
        (head.unread, head.attention.mentions) = unread;
        head.last = last;
        group.news = true;
        for entry in news {
            self.out.notice(Notice::Arrived(conversation, Box::new(entry)));
        }
        self.out.group_touched(conversation);
        self.out.chat_changed(conversation);
    }
}

impl Group {
    /// Whether our person has seen all that an account said: none of it waits to be counted, or for operations, and the
    /// last of it is shown.
    pub(super) fn has_seen(&self, account: &crate::model::AccountId) -> bool {
        if self.uncounted || self.head.unread > 0 {
            return false;
        }
        let theirs = || self.chains.values().filter(|chain| chain.is_of(account));
        let waits = |heads: &Vec<_>| !self.log.contains_all(heads);
        let last = theirs().max_by_key(|chain| chain.row.last_seq).map(|chain| &chain.row);
        let last = last.map(|row| EntryRef { lamport: 0, author: row.device, seq: row.last_seq });
        !theirs().any(|chain| chain.row.views.iter().any(|(_, heads)| waits(heads)))
            && !last.is_some_and(|last| self.is_hidden(&last))
    }
}
