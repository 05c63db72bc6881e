//! Whom a text addresses, and what our person is told of. Decides nothing about what is shown.

use super::{
    Refused,
    engine::{Ctx, Engine},
};
use crate::model::{AccountId, Attention, Body, ConversationId, Entry, EntryRef, Mentions, NotifyMode};

impl Engine {
    /// What of a conversation our person is told from now on; with `until_ms` (milliseconds since the epoch) only until
    /// then, and of everything again after it.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if there is no such conversation.
    pub fn set_notify(
        &mut self,
        chat: ConversationId,
        notify: NotifyMode,
        until_ms: Option<u64>,
        ctx: &Ctx<'_>,
    ) -> Result<(), Refused> {
        let attention = self.attention_mut(chat).ok_or(Refused::NotFound)?;
        (attention.notify, attention.until_ms) = (notify, until_ms);
        attention.expire(ctx.now_ms);
        self.attention_changed(chat);
        Ok(())
    }

    /// Tells of everything again where the time is over.
    pub(super) fn expire_attention(&mut self, now_ms: u64) {
        let direct =
            self.people.values_mut().map(|person| (person.head.conversation, &mut person.head.attention));
        let groups = self.groups.iter_mut().map(|(chat, group)| (*chat, &mut group.head.attention));
        let over: Vec<_> = direct
            .chain(groups)
            .filter_map(|(chat, attention)| attention.expire(now_ms).then_some(chat))
            .collect();
        over.into_iter().for_each(|chat| self.attention_changed(chat));
    }

    /// Whether our person wants to be told of an entry of somebody else.
    #[must_use]
    pub fn tells_of(&self, chat: ConversationId, entry: &Entry) -> bool {
        if let Body::Edit { mentions, .. } = &entry.body {
            let told = self.attention(chat).unwrap_or_default().notify != NotifyMode::None;
            return told && self.addressed(chat, &entry.id, mentions).address(&self.me.account);
        }
        let (mentions, reply_to) = match &entry.body {
            Body::Text { mentions, reply_to, .. } => (mentions.clone(), *reply_to),
            Body::Unknown { .. } => (Mentions::default(), None),
            // Nobody says anything by it.
            _ => return false,
        };
        match self.attention(chat).unwrap_or_default().notify {
            NotifyMode::All => true,
            NotifyMode::None => false,
            NotifyMode::Mentions => {
                reply_to.is_some_and(|target| self.is_ours(chat, &target))
                    || self.addressed(chat, &entry.id, &mentions).address(&self.me.account)
            }
        }
    }

    /// Whom a text, or an edit, really addresses: of those that its author named who took part as far as the author
    /// knew, and everybody only if the author's role may do that.
    #[must_use]
    pub fn addressed(&self, chat: ConversationId, by: &EntryRef, mentions: &Mentions) -> Mentions {
        if mentions.is_empty() {
            return Mentions::default();
        }
        if let Some(group) = self.groups.get(&chat) {
            return group.addressed(by, mentions);
        }
        let Some(other) = self.conversations.get(&chat) else { return Mentions::default() };
        mentions.among(|account| account == other || *account == self.me.account, false)
    }

    /// What a conversation may ask of our person's attention.
    fn attention(&self, chat: ConversationId) -> Option<Attention> {
        let group = self.groups.get(&chat).map(|group| group.head.attention);
        group.or_else(|| self.head(chat).map(|head| head.attention))
    }

    fn attention_mut(&mut self, chat: ConversationId) -> Option<&mut Attention> {
        if let Some(group) = self.groups.get_mut(&chat) {
            return Some(&mut group.head.attention);
        }
        let person = self.people.get_mut(self.conversations.get(&chat)?)?;
        Some(&mut person.head.attention)
    }

    fn attention_changed(&mut self, chat: ConversationId) {
        match self.conversations.get(&chat) {
            Some(account) => self.out.head_touched(*account),
            None => self.out.group_touched(chat),
        }
        self.out.chat_changed(chat);
    }

    fn is_ours(&self, chat: ConversationId, entry: &EntryRef) -> bool {
        let own: AccountId = self.me.account;
        entry.author == self.me.keys.id() || self.group_author(chat, entry.author) == Some(own)
    }
}
