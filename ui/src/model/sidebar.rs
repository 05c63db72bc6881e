//! The conversation list, ready to draw: order, filter, excerpts, marks. Knows no language and no widget.

use std::collections::BTreeMap;

use undertone::api::{
    Account, Chat, ChatKind, Contact, ContactState, ConversationId, Message, MessageKind, MessageState,
    NotifyMode,
};

use super::draft::Drafts;
use super::group::{self, Line, Who};
use super::notify;
use super::row;
use super::time::Labels;
use super::world::{Here, World, vouched};

/// One conversation in the list.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// The conversation.
    pub chat: ConversationId,
    /// The other person of a conversation of two.
    pub account: Option<Account>,
    /// Whether it is a group.
    pub group: bool,
    /// Their name, or the group's title.
    pub name: String,
    /// A number for the colour of their picture; a group's comes from the conversation.
    pub hue: u8,
    /// What was said last.
    pub excerpt: Excerpt,
    /// When, in the shortest useful form; empty if nothing was said.
    pub time: String,
    /// Messages not yet seen.
    pub unread: u32,
    /// Whether some of those address us.
    pub called: bool,
    /// Whether we are told of some messages only, or of none.
    pub muted: bool,
    /// Whether safety numbers were compared.
    pub verified: bool,
    /// Whether the person has a new device that waits for a decision.
    pub key_changed: bool,
    /// Whether they are here.
    pub here: Here,
}

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({:?}, {} unread, {:?})", self.chat, self.unread, self.excerpt)
    }
}

/// What the list says of a conversation below its name.
#[derive(Clone, PartialEq, Eq)]
pub enum Excerpt {
    /// We asked, and they have not answered yet.
    Asked,
    /// The person is blocked.
    Blocked,
    /// The newest message was taken back.
    Deleted(Option<Who>),
    /// Something is being written and not yet sent.
    Draft(String),
    /// Something in the group changed last.
    Happened(Line),
    /// Nothing was said yet.
    Nothing,
    /// The newest message is of ours, and has come this far.
    Ours(String, MessageState),
    /// The newest message is of somebody in a group.
    Said(Who, String),
    /// The newest message is of theirs.
    Theirs(String),
    /// They are writing.
    Typing(Vec<Who>),
    /// The newest message needs a newer version of the program.
    Unknown,
}

impl std::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asked => "Asked",
            Self::Blocked => "Blocked",
            Self::Deleted(_) => "Deleted",
            Self::Draft(_) => "Draft(..)",
            Self::Happened(_) => "Happened(..)",
            Self::Nothing => "Nothing",
            Self::Ours(..) => "Ours(..)",
            Self::Said(..) => "Said(..)",
            Self::Theirs(_) => "Theirs(..)",
            Self::Typing(_) => "Typing(..)",
            Self::Unknown => "Unknown",
        })
    }
}

/// What the list is made from besides the world.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is being written.
    pub drafts: &'a Drafts,
    /// How points in time are said.
    pub labels: &'a Labels,
    /// Now, milliseconds since the epoch.
    pub now_ms: i64,
    /// The conversation on screen: its draft is not news.
    pub open: Option<ConversationId>,
}

/// The conversations whose name contains every word of `filter`, newest first.
#[must_use]
pub fn items(world: &World, filter: &str, context: &Context<'_>) -> Vec<Item> {
    let mut found: BTreeMap<ConversationId, (u64, Item)> = BTreeMap::new();
    let listed = |state| !matches!(state, ContactState::Member | ContactState::Request);
    for contact in world.contacts().filter(|contact| listed(contact.state)) {
        let chat = world.chat(&contact.chat);
        let active = chat.map_or(contact.since_ms, |chat| chat.active_at_ms.max(contact.since_ms));
        found.insert(contact.chat, (active, item(world, Some(contact), chat, contact.chat, context)));
    }
    for chat in world.chats() {
        let is_request = chat.account.and_then(|account| world.contact(&account)).is_some();
        if !is_request && !found.contains_key(&chat.chat) {
            found.insert(chat.chat, (chat.active_at_ms, item(world, None, Some(chat), chat.chat, context)));
        }
    }
    let mut items: Vec<(u64, Item)> =
        found.into_values().filter(|(_, item)| matches(&item.name, filter)).collect();
    items.sort_by_key(|(active, item)| (std::cmp::Reverse(*active), item.chat));
    items.into_iter().map(|(_, item)| item).collect()
}

/// Whether a name contains every word of a filter, without regard to case.
#[must_use]
pub fn matches(name: &str, filter: &str) -> bool {
    let name = name.to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| name.contains(word))
}

fn item(
    world: &World,
    contact: Option<&Contact>,
    chat: Option<&Chat>,
    id: ConversationId,
    context: &Context<'_>,
) -> Item {
    let account = contact.map(|contact| contact.account).or_else(|| chat.and_then(|chat| chat.account));
    let name = contact.map(|contact| contact.name.as_str()).or_else(|| chat.map(|chat| chat.title.as_str()));
    let said = chat.and_then(|chat| chat.last.as_ref().map(|_| chat.active_at_ms));
    let group = chat.is_some_and(|chat| chat.kind == ChatKind::Group);
    let time = said.map(|at| context.labels.listed(i64::try_from(at).unwrap_or(i64::MAX), context.now_ms));
    Item {
        chat: id,
        account,
        group,
        name: super::text::name(name.unwrap_or_default()),
        hue: account.map_or(0, |account| account.hue()),
        excerpt: excerpt(world, contact, chat, id, context),
        time: time.unwrap_or_default(),
        unread: chat.map_or(0, |chat| chat.unread),
        called: chat.is_some_and(|chat| chat.mentions > 0),
        muted: chat.is_some_and(|chat| notify::mode(chat, context.now_ms) != NotifyMode::All),
        verified: contact.is_some_and(vouched),
        key_changed: contact.is_some_and(|contact| contact.state == ContactState::KeyChanged),
        here: contact.map_or(Here::Never, Here::from),
    }
}

fn excerpt(
    world: &World,
    contact: Option<&Contact>,
    chat: Option<&Chat>,
    id: ConversationId,
    context: &Context<'_>,
) -> Excerpt {
    if contact.is_some_and(|contact| contact.blocked) {
        return Excerpt::Blocked;
    }
    let typing = world.typing(&id);
    if !typing.is_empty() {
        return Excerpt::Typing(typing.iter().map(|account| group::who(world, &id, account)).collect());
    }
    if let Some(draft) = context.drafts.unsent(&id).filter(|_| context.open != Some(id)) {
        return Excerpt::Draft(super::text::one_line(draft));
    }
    let Some(last) = chat.and_then(|chat| chat.last.as_ref()) else {
        let asked = contact.is_some_and(|contact| contact.state == ContactState::Asked);
        return if asked { Excerpt::Asked } else { Excerpt::Nothing };
    };
    newest(world, last)
}

fn newest(world: &World, last: &Message) -> Excerpt {
    match row::excerpt(last) {
        _ if last.kind == MessageKind::System => Excerpt::Happened(group::line(world, last)),
        Some(text) if last.mine => Excerpt::Ours(text, last.state),
        Some(text) if world.is_group(&last.chat) => {
            Excerpt::Said(group::who(world, &last.chat, &last.author), text)
        }
        Some(text) => Excerpt::Theirs(text),
        None if last.deleted => {
            Excerpt::Deleted(row::taken_back_by(last).map(|by| group::who(world, &last.chat, &by)))
        }
        None => Excerpt::Unknown,
    }
}

#[cfg(test)]
mod tests;
