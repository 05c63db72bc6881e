//! Messages as programs see them and give them to be said.

use std::{collections::BTreeMap, fmt};

use super::{Account, GroupChange};
use crate::model::{ConversationId, Delivery, MessageId};

/// A message, with its edits and reactions applied.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub chat: ConversationId,
    /// Who wrote it.
    pub author: Account,
    /// The current text; empty if deleted or of a kind not known.
    pub text: String,
    /// Its kind.
    pub kind: MessageKind,
    /// The author's clock when it was written, milliseconds since the epoch.
    pub sent_at_ms: u64,
    /// Lamport time: the order on every screen is (lamport, author device, seq).
    pub lamport: u64,
    /// The author's own count; 0 for a system line.
    pub seq: u64,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Whom the current text addresses, as far as that counts: who took part, and everybody only if the author's role
    /// allows it.
    pub mentions: Vec<Mention>,
    /// Whether we are among them.
    pub mentions_me: bool,
    /// Whether the text was replaced.
    pub edited: bool,
    /// Whether it was taken back.
    pub deleted: bool,
    /// Who took it back: its author, or in a group whose role allows that.
    pub deleted_by: Option<Account>,
    /// Emoji and who set them.
    pub reactions: BTreeMap<String, Vec<Account>>,
    /// Whether we wrote it.
    pub mine: bool,
    /// What changed in the group; only of kind `System`.
    pub change: Option<GroupChange>,
    /// How far it has come (in a group: with everybody; `Sent` as soon as somebody has it); `Read` for messages of others that were seen here, else `Delivered`.
    pub state: MessageState,
    /// Who told of it, if it was said before we joined: then nobody has checked who wrote it.
    pub shared: Option<super::SharedBy>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({:?}, {} bytes, {:?})", self.id, self.text.len(), self.state)
    }
}

/// Whom a text addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// One person.
    Account(Account),
    /// Everybody in the group (`all`).
    All,
}

/// A text as it is given to be said.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// What it says.
    pub text: String,
    /// Whom it addresses: at most 32 people by name.
    pub mentions: Vec<Mention>,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Written({} bytes, {:?})", self.text.len(), self.mentions)
    }
}

impl From<String> for Written {
    fn from(text: String) -> Self {
        Self { text, mentions: Vec::new() }
    }
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Something changed in a group.
    System,
    /// A text.
    Text,
    /// Needs a newer version of the program.
    Unknown,
}

impl MessageKind {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Text => "text",
            Self::Unknown => "unknown",
        }
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageState {
    /// On our disk only.
    Queued,
    /// Handed to a connection.
    Sent,
    /// On the peer's disk.
    Delivered,
    /// Seen by the peer's person.
    Read,
}

impl MessageState {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
        }
    }
}

impl From<Delivery> for MessageState {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Queued => Self::Queued,
            Delivery::Sent => Self::Sent,
            Delivery::Delivered => Self::Delivered,
            Delivery::Read => Self::Read,
        }
    }
}

/// How far a message has come with one person, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateAt {
    /// The person.
    pub account: Account,
    /// How far.
    pub state: MessageState,
    /// Since when, milliseconds since the epoch.
    pub at_ms: u64,
}

/// Which part of a conversation to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The newest messages.
    Newest,
    /// Messages just before this one.
    Before(MessageId),
    /// Messages just after this one.
    After(MessageId),
    /// This one in the middle.
    Around(MessageId),
}

/// A part of a conversation, in display order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more_before: bool,
    /// Whether there are newer ones.
    pub more_after: bool,
}
