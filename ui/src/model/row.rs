//! The rows of a timeline, ready to draw: days, the line above new messages, bubbles with their place in a
//! cluster. Texts of the interface stay out: a row says *that* a message was deleted, not how to say it.

use std::sync::Arc;

use undertone::api::{Account, Mention, Message, MessageId, MessageKind, MessageState};

use super::mention::{self, Place as Addressed};
use super::time::Labels;
use super::timeline::Timeline;
use super::world::World;
use super::{emoji, text};

/// One row of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which row it is, whatever stands above and below it.
    pub key: u64,
    /// What it shows.
    pub body: Body,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A message.
    Bubble(Arc<Bubble>),
    /// A new day begins.
    Day(String),
    /// Everything below is new.
    Divider,
    /// What comes now was told by somebody: it was said before we joined.
    Shared(Account),
    /// Something in the group changed.
    System(Arc<Message>),
}

/// A message, ready to draw.
#[derive(Clone, PartialEq, Eq)]
pub struct Bubble {
    /// The message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Account,
    /// The name of the author as somebody told it; none for what came from the author.
    pub told_name: Option<String>,
    /// Whether it is ours.
    pub mine: bool,
    /// Where it stands in its cluster.
    pub place: Place,
    /// What it says.
    pub content: Content,
    /// The time of day.
    pub time: String,
    /// Date and time in full.
    pub full_time: String,
    /// Whether the text was replaced.
    pub edited: bool,
    /// How far it has come; none for messages of others.
    pub state: Option<MessageState>,
    /// The message it answers.
    pub quote: Option<Quote>,
    /// The emoji on it.
    pub chips: Vec<Chip>,
    /// Where its text names those whom it addresses.
    pub addressed: Vec<Addressed>,
    /// Others whom it addresses, under names that are not known here.
    pub addressed_beside: Vec<Mention>,
    /// Whether it addresses us.
    pub addresses_me: bool,
}

impl std::fmt::Debug for Bubble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bubble({:?}, {:?}, {:?})", self.id, self.place, self.state)
    }
}

/// What a bubble says.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// It was taken back: by its author, or by this other member.
    Deleted(Option<Account>),
    /// One to three emoji and nothing else.
    Jumbo(String),
    /// A text.
    Text(String),
    /// It needs a newer version of the program.
    Unknown,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Deleted(_) => "Deleted",
            Self::Jumbo(_) => "Jumbo(..)",
            Self::Text(_) => "Text(..)",
            Self::Unknown => "Unknown",
        })
    }
}

/// Where a bubble stands among those of the same author that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The topmost of several.
    First,
    /// The lowest of several.
    Last,
    /// Between two.
    Middle,
    /// Alone.
    Single,
}

/// The message that a bubble answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Quote {
    /// The message.
    pub target: MessageId,
    /// Who wrote it; none if it is not loaded.
    pub author: Option<Account>,
    /// Its first line; none if it was taken back, is of an unknown kind, or is not loaded.
    pub text: Option<String>,
}

impl std::fmt::Debug for Quote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Quote({:?})", self.target)
    }
}

/// One emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The emoji.
    pub emoji: String,
    /// Who set it.
    pub people: Vec<Account>,
    /// Whether we did.
    pub own: bool,
}

/// The rows of a timeline.
#[must_use]
pub fn rows(timeline: &Timeline, labels: &Labels, now_ms: i64, world: &World) -> Vec<Row> {
    let divider = timeline.divider();
    let mut rows = Vec::new();
    let mut before: Option<&Message> = None;
    let mut teller: Option<Account> = None;
    let mut messages = timeline.messages().peekable();
    while let Some(message) = messages.next() {
        let new_day = before.is_none_or(|before| labels.different_days(at(before), at(message)));
        if new_day {
            rows.push(Row { key: key(&message.id, "day"), body: Body::Day(labels.day(at(message), now_ms)) });
        }
        let divided = divider == Some(message.id);
        if divided {
            rows.push(Row { key: key(&message.id, "divider"), body: Body::Divider });
        }
        if message.kind == MessageKind::System {
            let body = Body::System(Arc::new(message.clone()));
            rows.push(Row { key: key(&message.id, "message"), body });
            before = Some(message);
            continue;
        }
        let told = message.shared.as_ref().map(|shared| shared.account);
        if let Some(by) = told.filter(|by| teller != Some(*by)) {
            rows.push(Row { key: key(&message.id, "shared"), body: Body::Shared(by) });
        }
        teller = told;
        let joins_above = !divided && before.is_some_and(|before| joined(before, message, labels));
        let joins_below =
            messages.peek().is_some_and(|below| divider != Some(below.id) && joined(message, below, labels));
        let bubble = bubble(timeline, message, labels, world);
        let bubble = Bubble { place: place(joins_above, joins_below), ..bubble };
        rows.push(Row { key: key(&message.id, "message"), body: Body::Bubble(Arc::new(bubble)) });
        before = Some(message);
    }
    rows
}

/// One line that stands for a message in the conversation list, in a reply strip and in a quote.
#[must_use]
pub fn excerpt(message: &Message) -> Option<String> {
    (!message.deleted && message.kind == MessageKind::Text).then(|| text::one_line(&message.text))
}

/// Who took a message back, if it was not its author.
#[must_use]
pub fn taken_back_by(message: &Message) -> Option<Account> {
    message.deleted_by.filter(|by| message.deleted && *by != message.author)
}

/// The key of a message's row.
#[must_use]
pub fn message_key(id: &MessageId) -> u64 {
    key(id, "message")
}

fn bubble(timeline: &Timeline, message: &Message, labels: &Labels, world: &World) -> Bubble {
    let me = world.me.account.as_ref();
    let quote = message.reply_to.filter(|_| !message.deleted).map(|target| {
        let answered = timeline.get(&target);
        Quote { target, author: answered.map(|answered| answered.author), text: answered.and_then(excerpt) }
    });
    let chips = message.reactions.iter().filter(|(_, people)| !people.is_empty()).map(|(emoji, people)| {
        Chip { emoji: emoji.clone(), people: people.clone(), own: me.is_some_and(|me| people.contains(me)) }
    });
    Bubble {
        id: message.id,
        author: message.author,
        told_name: message.shared.as_ref().map(|shared| text::name(&shared.author)),
        mine: message.mine,
        place: Place::Single,
        addressed: mention::shown(message, world),
        addressed_beside: mention::beside(message, world),
        addresses_me: message.mentions_me && !message.deleted,
        content: content(message),
        time: labels.clock(at(message)),
        full_time: labels.full(at(message)),
        edited: message.edited && !message.deleted,
        state: message.mine.then_some(message.state),
        quote,
        chips: chips.collect(),
    }
}

fn content(message: &Message) -> Content {
    if message.deleted {
        return Content::Deleted(taken_back_by(message));
    }
    match message.kind {
        MessageKind::Text if emoji::jumbo(&message.text).is_some() => {
            Content::Jumbo(message.text.trim().to_owned())
        }
        MessageKind::Text => Content::Text(text::shown(&message.text).into_owned()),
        MessageKind::System | MessageKind::Unknown => Content::Unknown,
    }
}

const fn place(joins_above: bool, joins_below: bool) -> Place {
    match (joins_above, joins_below) {
        (false, false) => Place::Single,
        (false, true) => Place::First,
        (true, false) => Place::Last,
        (true, true) => Place::Middle,
    }
}

/// Both said, same author, at most five minutes apart, same day.
fn joined(above: &Message, below: &Message, labels: &Labels) -> bool {
    const APART_MS: u64 = 5 * 60 * 1000;
    above.kind != MessageKind::System
        && below.kind != MessageKind::System
        && above.author == below.author
        && above.mine == below.mine
        && above.shared.as_ref().map(|shared| shared.account)
            == below.shared.as_ref().map(|shared| shared.account)
        && above.sent_at_ms.abs_diff(below.sent_at_ms) <= APART_MS
        && !labels.different_days(at(above), at(below))
}

fn at(message: &Message) -> i64 {
    i64::try_from(message.sent_at_ms).unwrap_or(i64::MAX)
}

fn key(id: &MessageId, what: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
