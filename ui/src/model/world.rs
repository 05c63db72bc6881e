//! Everything the interface knows of the messenger: ourselves, people, conversations, who writes, who is near.
//! Events change it; applying one twice changes nothing more. Knows no language and no widget.

use std::collections::BTreeMap;

use undertone::api::{
    Account, Chat, Contact, ContactState, ConversationId, Event, Message, MessageId, MessageState, Nearby,
    Presence, ProfileInfo,
};

/// Everything the interface knows of the messenger.
#[derive(Debug, Clone)]
pub struct World {
    /// Ourselves.
    pub me: ProfileInfo,
    /// Whether this computer has no network at all.
    pub offline: bool,
    contacts: BTreeMap<Account, Contact>,
    chats: BTreeMap<ConversationId, Chat>,
    nearby: Vec<Nearby>,
    typing: BTreeMap<ConversationId, i64>,
}

/// What an event leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// Everything that is visible: events were missed.
    Everything,
    /// The list of people nearby.
    Nearby,
    /// Nothing.
    Nothing,
}

impl World {
    /// Ourselves, and nobody else yet.
    #[must_use]
    pub const fn new(me: ProfileInfo) -> Self {
        Self {
            me,
            offline: false,
            contacts: BTreeMap::new(),
            chats: BTreeMap::new(),
            nearby: Vec::new(),
            typing: BTreeMap::new(),
        }
    }

    /// Takes an event. Messages go to the open timeline as well, which is not part of this.
    pub fn apply(&mut self, event: &Event, now_ms: i64) -> Pull {
        match event {
            Event::ChatChanged(chat) => {
                self.chats.insert(chat.chat, chat.clone());
            }
            Event::ContactChanged(contact)
            | Event::ContactRequest(contact)
            | Event::KeyAlarm(contact)
            | Event::KeyChanged(contact) => {
                self.contacts.insert(contact.account, contact.clone());
                return Pull::Nearby;
            }
            Event::ContactRemoved(account) => self.remove(account),
            Event::MessageChanged(message)
            | Event::MessageReceived(message)
            | Event::MessageStored(message) => {
                self.preview(message);
            }
            Event::MessageState { chat, message, state, upto, .. } => {
                self.tick(*chat, *message, *state, *upto);
            }
            Event::NearbyChanged => return Pull::Nearby,
            Event::Offline(offline) => self.offline = *offline,
            Event::Presence { account, presence } => {
                if let Some(contact) = self.contacts.get_mut(account) {
                    contact.presence = *presence;
                }
            }
            Event::Stale | Event::Ready => return Pull::Everything,
            Event::Typing { chat, typing: true, .. } => {
                self.typing.insert(*chat, now_ms.saturating_add(TYPING_MS));
            }
            Event::Typing { chat, typing: false, .. } => {
                self.typing.remove(chat);
            }
            Event::Error(_) | Event::Locked => {}
        }
        Pull::Nothing
    }

    /// Takes all contacts as they are now.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) {
        self.contacts = contacts.into_iter().map(|contact| (contact.account, contact)).collect();
    }

    /// Takes the whole conversation list as it is now.
    pub fn set_chats(&mut self, chats: Vec<Chat>) {
        self.chats = chats.into_iter().map(|chat| (chat.chat, chat)).collect();
    }

    /// Takes one contact, as the answer to something we asked.
    pub fn set_contact(&mut self, contact: Contact) {
        self.contacts.insert(contact.account, contact);
    }

    /// Takes the list of people nearby as it is now.
    pub fn set_nearby(&mut self, nearby: Vec<Nearby>) {
        self.nearby = nearby;
    }

    /// Nothing in this conversation is unread any more.
    pub fn seen(&mut self, chat: ConversationId) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.unread = 0;
        }
    }

    /// Forgets who was writing too long ago. `true` if somebody was.
    pub fn expire(&mut self, now_ms: i64) -> bool {
        let before = self.typing.len();
        self.typing.retain(|_, until| *until > now_ms);
        before != self.typing.len()
    }

    /// Whether anybody is writing anywhere.
    #[must_use]
    pub fn anybody_types(&self) -> bool {
        !self.typing.is_empty()
    }

    /// Whether the other person is writing in this conversation.
    #[must_use]
    pub fn types(&self, chat: &ConversationId) -> bool {
        self.typing.contains_key(chat)
    }

    /// A person.
    #[must_use]
    pub fn contact(&self, account: &Account) -> Option<&Contact> {
        self.contacts.get(account)
    }

    /// The person of a conversation.
    #[must_use]
    pub fn contact_of(&self, chat: &ConversationId) -> Option<&Contact> {
        self.contacts.values().find(|contact| contact.chat == *chat)
    }

    /// A conversation.
    #[must_use]
    pub fn chat(&self, chat: &ConversationId) -> Option<&Chat> {
        self.chats.get(chat)
    }

    /// All conversations.
    pub fn chats(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values()
    }

    /// Everybody who is or may become a contact.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// People who ask us and have no answer yet, newest first.
    #[must_use]
    pub fn requests(&self) -> Vec<&Contact> {
        let mut requests: Vec<_> = self
            .contacts
            .values()
            .filter(|contact| contact.state == ContactState::Request && !contact.blocked)
            .collect();
        requests.sort_by_key(|contact| std::cmp::Reverse((contact.since_ms, contact.account)));
        requests
    }

    /// Blocked people, by name.
    #[must_use]
    pub fn blocked(&self) -> Vec<&Contact> {
        let mut blocked: Vec<_> = self.contacts.values().filter(|contact| contact.blocked).collect();
        blocked.sort_by(|a, b| a.name.cmp(&b.name).then(a.account.cmp(&b.account)));
        blocked
    }

    /// People nearby whom we do not know yet, by name.
    #[must_use]
    pub fn strangers_nearby(&self) -> Vec<&Nearby> {
        let mut strangers: Vec<_> = self
            .nearby
            .iter()
            .filter(|near| {
                !self.contacts.contains_key(&near.account) && Some(near.account) != self.me.account
            })
            .collect();
        strangers.sort_by(|a, b| a.name.cmp(&b.name).then(a.account.cmp(&b.account)));
        strangers
    }

    /// Unread messages of all conversations.
    #[must_use]
    pub fn unread(&self) -> u32 {
        self.chats.values().fold(0, |sum: u32, chat| sum.saturating_add(chat.unread))
    }

    fn remove(&mut self, account: &Account) {
        if let Some(contact) = self.contacts.remove(account) {
            self.chats.remove(&contact.chat);
            self.typing.remove(&contact.chat);
        }
        self.chats.retain(|_, chat| chat.account.as_ref() != Some(account));
    }

    /// Keeps the list's excerpt true until the row itself comes. Never counts anything.
    fn preview(&mut self, message: &Message) {
        if !message.mine {
            self.typing.remove(&message.chat);
        }
        let Some(chat) = self.chats.get_mut(&message.chat) else { return };
        match &mut chat.last {
            Some(last) if last.id == message.id => {
                let state = last.state.max(message.state);
                *last = message.clone();
                last.state = state;
            }
            Some(last) if last.id > message.id => {}
            last => *last = Some(message.clone()),
        }
    }

    fn tick(&mut self, chat: ConversationId, message: MessageId, state: MessageState, upto: bool) {
        let Some(last) = self.chats.get_mut(&chat).and_then(|chat| chat.last.as_mut()) else { return };
        if last.mine && (last.id == message || (upto && last.id <= message)) {
            last.state = last.state.max(state);
        }
    }
}

/// Whether the shield is to be shown: numbers were compared, and have not changed since.
#[must_use]
pub fn vouched(contact: &Contact) -> bool {
    contact.verified && contact.state != ContactState::KeyChanged
}

/// A fingerprint in two lines of three groups, to be compared with the eyes.
#[must_use]
pub fn in_two_lines(fingerprint: &str) -> String {
    let groups: Vec<&str> = fingerprint.split_whitespace().collect();
    let (first, second) = groups.split_at_checked(3).unwrap_or((&groups, &[]));
    format!("{}\n{}", first.join(" "), second.join(" ")).trim_end().to_owned()
}

/// Somebody who writes says so every few seconds; silence for this long means that they stopped.
const TYPING_MS: i64 = 8000;

/// Whether a person is here, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Not connected, and never was.
    Never,
    /// Connected.
    Now,
    /// Not connected; the last time was then, milliseconds since the epoch.
    Since(i64),
}

impl From<&Contact> for Here {
    /// Whoever has not accepted yet, or is blocked, is not looked after, whatever the network knows.
    fn from(contact: &Contact) -> Self {
        let talking = matches!(contact.state, ContactState::Contact | ContactState::KeyChanged);
        match contact.presence {
            _ if contact.blocked || !talking => Self::Never,
            Presence { connected: true, .. } => Self::Now,
            Presence { last_seen_ms: Some(at), .. } => Self::Since(i64::try_from(at).unwrap_or(i64::MAX)),
            Presence { .. } => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests;
