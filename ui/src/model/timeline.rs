//! The messages of one conversation that are in memory: a window on its history, built from pages and events.
//!
//! Applying is idempotent: the same events in any order, once or twice, give the same window. Knows no
//! language, no clock and no widget.

use std::collections::BTreeMap;

use undertone::api::{ConversationId, Message, MessageId, MessageKind, MessageState, Page};

use super::row;

/// A window on the history of one conversation, in display order.
#[derive(Debug, Clone)]
pub struct Timeline {
    chat: ConversationId,
    messages: BTreeMap<MessageId, Message>,
    /// Facts about messages of ours that are not in the window, or not yet.
    ahead: Ahead,
    more_before: bool,
    more_after: bool,
    divider: Divider,
}

impl Timeline {
    /// An empty window; everything is still to be loaded.
    #[must_use]
    pub fn new(chat: ConversationId) -> Self {
        Self {
            chat,
            messages: BTreeMap::new(),
            ahead: Ahead::default(),
            more_before: true,
            more_after: false,
            divider: Divider::None,
        }
    }

    /// Takes the newest page. `unread` of its messages have not been seen: the divider goes above them.
    pub fn newest(&mut self, page: Page, unread: u32) {
        let oldest = page.messages.first().map(|message| message.id);
        let newest = page.messages.last().map(|message| message.id);
        // a window that does not touch this page would leave a hole
        if self.messages.last_key_value().is_some_and(|(last, _)| oldest.is_some_and(|oldest| *last < oldest))
        {
            self.messages.clear();
            self.more_before = page.more_before;
        }
        if self
            .messages
            .first_key_value()
            .is_none_or(|(first, _)| oldest.is_some_and(|oldest| oldest <= *first))
        {
            self.more_before = page.more_before;
        }
        self.more_after = page.more_after;
        self.replace(page.messages, oldest, newest);
        if unread > 0 && self.divider == Divider::None {
            self.divider = Divider::Above(unread);
        }
    }

    /// Takes the page before the window.
    pub fn older(&mut self, page: Page) {
        self.more_before = page.more_before;
        let (first, last) = (page.messages.first().map(|m| m.id), page.messages.last().map(|m| m.id));
        self.replace(page.messages, first, last);
        while self.messages.len() > WINDOW {
            self.messages.pop_last();
            self.more_after = true;
        }
    }

    /// Takes the page after the window.
    pub fn newer(&mut self, page: Page) {
        self.more_after = page.more_after;
        let (first, last) = (page.messages.first().map(|m| m.id), page.messages.last().map(|m| m.id));
        self.replace(page.messages, first, last);
        while self.messages.len() > WINDOW {
            self.messages.pop_first();
            self.more_before = true;
        }
    }

    /// Takes a page from elsewhere in the history, and lets go of everything else.
    pub fn around(&mut self, page: Page) {
        self.messages.clear();
        self.more_before = page.more_before;
        self.more_after = page.more_after;
        for message in page.messages {
            self.insert(message);
        }
    }

    /// Takes one message as it is now. A message outside of the window is not inserted: a page brings it later.
    pub fn apply(&mut self, message: Message) {
        if message.chat != self.chat {
            return;
        }
        let held = self.messages.contains_key(&message.id);
        let beyond_end =
            self.more_after && self.messages.last_key_value().is_none_or(|(last, _)| *last < message.id);
        let before_start =
            self.more_before && self.messages.first_key_value().is_some_and(|(first, _)| message.id < *first);
        if !held && (beyond_end || before_start) {
            return;
        }
        self.insert(message);
    }

    /// A message of ours, and with `upto` all of ours before it, has come at least this far.
    pub fn come_to(&mut self, message: MessageId, state: MessageState, upto: bool) {
        if message.conversation != self.chat {
            return;
        }
        self.ahead.note(message, state, upto);
        if upto {
            for held in self.messages.range_mut(..=message).map(|(_, held)| held) {
                advance(held, state);
            }
        } else if let Some(held) = self.messages.get_mut(&message) {
            advance(held, state);
        }
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    /// One message of the window.
    #[must_use]
    pub fn get(&self, id: &MessageId) -> Option<&Message> {
        self.messages.get(id)
    }

    /// The conversation.
    #[must_use]
    pub const fn chat(&self) -> ConversationId {
        self.chat
    }

    /// Whether older messages are to be had.
    #[must_use]
    pub const fn more_before(&self) -> bool {
        self.more_before
    }

    /// Whether newer messages are to be had: the window does not reach the end.
    #[must_use]
    pub const fn more_after(&self) -> bool {
        self.more_after
    }

    /// The oldest message of the window.
    #[must_use]
    pub fn first(&self) -> Option<MessageId> {
        self.messages.first_key_value().map(|(id, _)| *id)
    }

    /// The newest message of the window.
    #[must_use]
    pub fn last(&self) -> Option<MessageId> {
        self.messages.last_key_value().map(|(id, _)| *id)
    }

    /// The newest message of somebody else in the window.
    #[must_use]
    pub fn last_of_theirs(&self) -> Option<&Message> {
        self.messages.values().rev().find(|message| said_by_others(message))
    }

    /// The newest message of ours that can be edited.
    #[must_use]
    pub fn last_editable(&self) -> Option<&Message> {
        self.messages.values().rev().find(|message| can_edit(message))
    }

    /// The first message not yet seen when the conversation was opened.
    #[must_use]
    pub fn divider(&self) -> Option<MessageId> {
        match self.divider {
            Divider::Above(unread) => {
                let unread = usize::try_from(unread).unwrap_or(usize::MAX);
                let theirs = self.messages.values().rev().filter(|message| said_by_others(message));
                theirs.take(unread).last().map(|message| message.id)
            }
            Divider::At(id) => Some(id),
            Divider::None => None,
        }
    }

    /// Keeps the divider where it is while messages come in.
    pub fn pin_divider(&mut self) {
        if let (Divider::Above(_), Some(id)) = (&self.divider, self.divider()) {
            self.divider = Divider::At(id);
        }
    }

    /// The person has answered: what was new is no longer.
    pub fn drop_divider(&mut self) {
        self.divider = Divider::None;
    }

    /// Takes a whole stretch: what is held there and is not in it has gone.
    fn replace(&mut self, messages: Vec<Message>, first: Option<MessageId>, last: Option<MessageId>) {
        if let (Some(first), Some(last)) = (first, last) {
            self.messages.retain(|id, _| {
                *id < first || *id > last || messages.binary_search_by(|m| m.id.cmp(id)).is_ok()
            });
        }
        for message in messages {
            self.insert(message);
        }
    }

    fn insert(&mut self, mut message: Message) {
        if message.chat != self.chat {
            return;
        }
        if let Some(state) = self.ahead.of(&message) {
            advance(&mut message, state);
        }
        match self.messages.get_mut(&message.id) {
            Some(held) => merge(held, message),
            None => {
                self.messages.insert(message.id, message);
            }
        }
    }
}

/// Lines about the group are seen in passing: nobody waits for them to be read.
fn said_by_others(message: &Message) -> bool {
    !message.mine && message.kind != MessageKind::System
}

/// Whether the person may replace the text of this message.
#[must_use]
pub fn can_edit(message: &Message) -> bool {
    message.mine && !message.deleted && message.kind == MessageKind::Text
}

/// Messages kept in memory for one conversation.
pub const WINDOW: usize = 1200;

/// Where the line "new messages" stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Divider {
    Above(u32),
    At(MessageId),
    None,
}

/// How far messages of ours have come that the window has not seen yet.
#[derive(Debug, Clone, Default)]
struct Ahead {
    upto: BTreeMap<MessageState, MessageId>,
    single: BTreeMap<MessageId, MessageState>,
}

impl Ahead {
    /// More is not worth remembering: pages carry the state of every message.
    const MOST: usize = 512;

    fn note(&mut self, message: MessageId, state: MessageState, upto: bool) {
        if upto {
            let mark = self.upto.entry(state).or_insert(message);
            *mark = message.max(*mark);
            return;
        }
        let mark = self.single.entry(message).or_insert(state);
        *mark = state.max(*mark);
        while self.single.len() > Self::MOST {
            self.single.pop_first();
        }
    }

    fn of(&self, message: &Message) -> Option<MessageState> {
        let upto = self.upto.iter().rev().find(|(_, upto)| message.id <= **upto).map(|(state, _)| *state);
        self.single.get(&message.id).copied().max(upto)
    }
}

/// A tick never goes back; and only messages of ours have one.
fn advance(message: &mut Message, state: MessageState) {
    if message.mine {
        message.state = message.state.max(state);
    }
}

/// The newer value counts, except that a tick never goes back, and that a message once edited or taken back by its
/// author never becomes what it was. What another took back may come back: it may turn out that they could not.
fn merge(held: &mut Message, mut next: Message) {
    next.state = next.state.max(held.state);
    if held.deleted && row::taken_back_by(held).is_none() && !next.deleted {
        next.deleted = true;
        next.deleted_by = held.deleted_by;
        next.text.clear();
        next.reactions.clear();
    } else if held.edited && !next.edited && !next.deleted {
        next.edited = true;
        next.text.clone_from(&held.text);
    }
    *held = next;
}

#[cfg(test)]
mod tests;
