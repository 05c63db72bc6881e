//! Counts the messages of a group on disk when others of them count than did.

use std::{cell::RefCell, collections::VecDeque};

use super::{
    actor::{Actor, Open},
    unlock::store_error,
};
use crate::{
    api::ClientError,
    model::{ConversationId, Entry, EntryRef, limits},
    protocol::Recount,
    store,
};

impl Actor {
    /// What cannot be counted now stays as it is.
    pub(super) fn recount(&mut self, chat: ConversationId) {
        let Some(open) = &self.open else { return };
        let Ok(Some(recount)) = open.recount(chat) else { return };
        self.with_engine(|engine, ctx| engine.recounted(chat, recount, ctx.now_ms));
    }
}

impl Open {
    fn recount(&self, chat: ConversationId) -> Result<Option<Recount>, ClientError> {
        let Some((head, _)) = self.engine.group(chat) else { return Ok(None) };
        let news = RefCell::new(VecDeque::new());
        let unread = self.unread(chat, head.read_upto.as_ref(), |entry| {
            if self.engine.counts_now(chat, entry) {
                let mut news = news.borrow_mut();
                news.push_back(*entry);
                if news.len() > Recount::MOST_NEWS {
                    news.pop_front();
                }
            }
        })?;
        let rows = news.into_inner().into_iter().map(|id| self.store.row(&chat, &id));
        let rows = rows.collect::<Result<Vec<_>, _>>().map_err(store_error)?;
        let news: Vec<Entry> = rows.into_iter().flatten().map(|row| row.entry).collect();
        Ok(Some(Recount { unread, last: self.last_of(chat, head.last)?, news }))
    }

    /// The newest row that counts, if one of the newest does; else what was.
    fn last_of(&self, chat: ConversationId, was: Option<EntryRef>) -> Result<Option<EntryRef>, ClientError> {
        let page = self.store.history(&chat, store::Anchor::Newest, limits::PAGE).map_err(store_error)?;
        let shown = page.rows.iter().rev().filter(|row| row.shared.is_none()).map(|row| row.entry.id);
        Ok(shown.into_iter().find(|id| !self.engine.is_hidden(chat, id)).or(was))
    }
}
