//! Everything the interface knows of the messenger: ourselves, people, conversations, who writes, who is near.
//! Events change it; applying one twice changes nothing more. Knows no language and no widget.

use std::collections::BTreeMap;

use undertone::api::{
    Account, Chat, ChatKind, Contact, ContactState, ConversationId, Event, Group, GroupMember, Message,
    MessageId, MessageState, Nearby, Picture, Presence, ProfileInfo,
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
    groups: BTreeMap<ConversationId, Group>,
    /// Names of whoever was seen in a group, for when they have left it.
    seen_in_groups: BTreeMap<Account, String>,
    nearby: Vec<Nearby>,
    typing: BTreeMap<(ConversationId, Account), i64>,
}

/// What an event leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// Everything that is visible: events were missed.
    Everything,
    /// A group: who takes part in it is not known yet.
    Group(ConversationId),
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
            groups: BTreeMap::new(),
            seen_in_groups: BTreeMap::new(),
            nearby: Vec::new(),
            typing: BTreeMap::new(),
        }
    }

    /// Takes an event. Messages go to the open timeline as well, which is not part of this.
    pub fn apply(&mut self, event: &Event, now_ms: i64) -> Pull {
        match event {
            Event::ChatChanged(chat) => {
                self.chats.insert(chat.chat, chat.clone());
                if chat.kind == ChatKind::Group && !self.groups.contains_key(&chat.chat) {
                    return Pull::Group(chat.chat);
                }
            }
            Event::ContactChanged(contact)
            | Event::ContactRequest(contact)
            | Event::KeyAlarm(contact)
            | Event::KeyChanged(contact) => {
                self.set_contact(contact.clone());
                return Pull::Nearby;
            }
            Event::ContactRemoved(account) => self.remove(account),
            Event::GroupChanged(group) => self.set_group(group.clone()),
            Event::GroupForgotten(chat) => self.forget(chat),
            Event::MessageChanged(message)
            | Event::MessageReceived { message, .. }
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
                self.memberships(account).for_each(|member| {
                    member.connected = presence.connected;
                    member.last_seen_ms = presence.last_seen_ms;
                });
            }
            Event::Stale | Event::Ready => return Pull::Everything,
            Event::Typing { chat, account, typing: true } => {
                self.typing.insert((*chat, *account), now_ms.saturating_add(TYPING_MS));
            }
            Event::Typing { chat, account, typing: false } => {
                self.typing.remove(&(*chat, *account));
            }
            Event::Error(_)
            | Event::GroupJoinRefused { .. }
            | Event::GroupJoined { .. }
            | Event::GroupPast(_)
            | Event::Locked => {}
        }
        Pull::Nothing
    }

    /// Takes all contacts as they are now.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) {
        // the list leaves members out who are no contacts; their names are still needed
        self.contacts.retain(|_, contact| contact.state == ContactState::Member);
        self.contacts.extend(contacts.into_iter().map(|contact| (contact.account, contact)));
    }

    /// Takes the whole conversation list as it is now.
    pub fn set_chats(&mut self, chats: Vec<Chat>) {
        self.chats = chats.into_iter().map(|chat| (chat.chat, chat)).collect();
        self.groups.retain(|chat, _| self.chats.contains_key(chat));
    }

    /// Takes a group as it is now.
    pub fn set_group(&mut self, group: Group) {
        if let Some(chat) = self.chats.get_mut(&group.chat) {
            chat.title.clone_from(&group.title);
        }
        let former = group.former.iter().map(|former| (former.account, former.name.clone()));
        let members = group.members.iter().map(|member| (member.account, member.name.clone()));
        self.seen_in_groups.extend(former.chain(members));
        self.groups.insert(group.chat, group);
    }

    /// A group is gone, with everything that was said in it.
    pub fn forget(&mut self, chat: &ConversationId) {
        self.groups.remove(chat);
        self.chats.remove(chat);
        self.typing.retain(|(typed, _), _| typed != chat);
    }

    /// Takes one contact as it is now.
    pub fn set_contact(&mut self, contact: Contact) {
        let verified = vouched(&contact);
        self.memberships(&contact.account).for_each(|member| member.verified = verified);
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

    /// The others who are writing in this conversation.
    #[must_use]
    pub fn typing(&self, chat: &ConversationId) -> Vec<Account> {
        let typing = self.typing.keys().filter(|(typed, _)| typed == chat);
        typing.map(|(_, account)| *account).filter(|account| Some(*account) != self.me.account).collect()
    }

    /// A group, once it is known who takes part in it.
    #[must_use]
    pub fn group(&self, chat: &ConversationId) -> Option<&Group> {
        self.groups.get(chat)
    }

    /// Whether a conversation is a group.
    #[must_use]
    pub fn is_group(&self, chat: &ConversationId) -> bool {
        self.groups.contains_key(chat)
            || self.chats.get(chat).is_some_and(|chat| chat.kind == ChatKind::Group)
    }

    /// Every group of the list, known or not.
    pub fn groups(&self) -> impl Iterator<Item = ConversationId> {
        self.chats.values().filter(|chat| chat.kind == ChatKind::Group).map(|chat| chat.chat)
    }

    /// The picture of every group that has one.
    pub fn pictures(&self) -> impl Iterator<Item = (ConversationId, &Picture)> {
        self.groups.values().filter_map(|group| Some((group.chat, group.picture.as_ref()?)))
    }

    /// A member of a group.
    #[must_use]
    pub fn member(&self, chat: &ConversationId, account: &Account) -> Option<&GroupMember> {
        self.groups.get(chat)?.members.iter().find(|member| member.account == *account)
    }

    /// The name of somebody else in a conversation, as far as it is known.
    #[must_use]
    pub fn name_in(&self, chat: &ConversationId, account: &Account) -> Option<&str> {
        let contact = self.contacts.get(account).map(|contact| contact.name.as_str());
        let member = || self.member(chat, account).map(|member| member.name.as_str());
        contact.or_else(member).or_else(|| self.seen_in_groups.get(account).map(String::as_str))
    }

    /// People who can be put into a group: contacts who are not blocked, by name.
    #[must_use]
    pub fn friends(&self) -> Vec<&Contact> {
        let friend = |contact: &&Contact| {
            matches!(contact.state, ContactState::Contact | ContactState::KeyChanged) && !contact.blocked
        };
        let mut friends: Vec<_> = self.contacts.values().filter(friend).collect();
        friends.sort_by(|a, b| a.name.cmp(&b.name).then(a.account.cmp(&b.account)));
        friends
    }

    /// A person.
    #[must_use]
    pub fn contact(&self, account: &Account) -> Option<&Contact> {
        self.contacts.get(account)
    }

    /// The person of a conversation.
    #[must_use]
    pub fn contact_of(&self, chat: &ConversationId) -> Option<&Contact> {
        let mut contacts = self.contacts.values();
        contacts.find(|contact| contact.chat == *chat && contact.state != ContactState::Member)
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
                let contact = self.contacts.get(&near.account);
                contact.is_none_or(|contact| contact.state == ContactState::Member)
                    && Some(near.account) != self.me.account
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

    fn memberships(&mut self, account: &Account) -> impl Iterator<Item = &mut GroupMember> {
        let members = self.groups.values_mut().flat_map(|group| &mut group.members);
        members.filter(move |member| member.account == *account)
    }

    fn remove(&mut self, account: &Account) {
        if let Some(contact) = self.contacts.remove(account) {
            self.forget(&contact.chat);
        }
        self.chats.retain(|_, chat| chat.account.as_ref() != Some(account));
    }

    /// Keeps the list's excerpt true until the row itself comes. Never counts anything.
    fn preview(&mut self, message: &Message) {
        if !message.mine {
            self.typing.remove(&(message.chat, message.author));
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

    /// In a group this is of one member only; how far it has come with all comes with the message.
    fn tick(&mut self, chat: ConversationId, message: MessageId, state: MessageState, upto: bool) {
        if self.is_group(&chat) {
            return;
        }
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
