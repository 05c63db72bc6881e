//! Reads what was said before somebody was added, and hands it to the engine, which tells them. Decides nothing.

use super::{
    actor::{Actor, Open},
    unlock::store_error,
};
use crate::{
    api::ClientError,
    model::{Body, SharedEntry, limits::PAGE},
    protocol::HistoryFor,
    store::{Anchor, StoredRow},
};

impl Actor {
    /// What cannot be read now stays owed, and is asked for again.
    pub(super) fn read_history(&mut self, wanted: &HistoryFor) {
        let Some(open) = &self.open else { return };
        let Ok(entries) = open.history_for(wanted) else { return };
        self.with_engine(|engine, ctx| engine.share_history(wanted, entries, ctx));
    }
}

impl Open {
    /// The newest messages before a place, the newest first.
    fn history_for(&self, wanted: &HistoryFor) -> Result<Vec<SharedEntry>, ClientError> {
        let (mut found, mut bytes) = (Vec::new(), 0_u64);
        let most = usize::try_from(wanted.most).unwrap_or(usize::MAX);
        let mut before = wanted.before;
        loop {
            let anchor = Anchor::Before(before);
            let page = self.store.history(&wanted.conversation, anchor, PAGE).map_err(store_error)?;
            for row in page.rows.iter().rev() {
                let Some(entry) = self.told(wanted, row) else { continue };
                bytes = bytes.saturating_add(u64::try_from(entry.bytes()).unwrap_or(u64::MAX));
                if found.len() >= most || bytes > wanted.most_bytes {
                    return Ok(found);
                }
                found.push(entry);
            }
            match page.rows.first().filter(|_| page.more_before) {
                Some(first) => before = first.entry.id,
                None => return Ok(found),
            }
        }
    }

    /// A row as it is told; none for what is not shown as a text here.
    fn told(&self, wanted: &HistoryFor, row: &StoredRow) -> Option<SharedEntry> {
        let id = row.entry.id;
        let hidden = row.shared.is_none() && self.engine.is_hidden(wanted.conversation, &id);
        let Body::Text { text, reply_to, .. } = &row.entry.body else { return None };
        let taken_back = self.engine.taken_back(wanted.conversation, &id, &row.taken_back).is_some();
        if hidden || taken_back || row.deleted {
            return None;
        }
        let edited = self.counting_edit(wanted.conversation, row);
        let name = match &row.shared {
            Some((_, name)) => name.clone(),
            None => self.engine.name_for_newcomers(wanted.conversation, id.author)?,
        };
        Some(SharedEntry {
            id,
            sent_at_ms: row.entry.sent_at_ms,
            name,
            text: edited.as_ref().map_or(text, |mark| &mark.text).clone(),
            reply_to: *reply_to,
            edited: edited.is_some(),
            reactions: self
                .counting_reactions(wanted.conversation, row)
                .take(SharedEntry::MAX_REACTIONS)
                .collect(),
        })
    }
}
