//! An entry: one durable thing that somebody said in a conversation. Kinds share delivery and storage.

use std::{cmp::Ordering, fmt};

use super::{AccountId, DeviceId, Emoji, History, Mentions, Name, Role, Text};

/// Names an entry and fixes its place on everybody's screen: by Lamport time, then author, then sequence;
/// never by a clock (architecture.md, "The log first").
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryRef {
    /// 1 + the highest Lamport time that the author had seen in the conversation.
    pub lamport: u64,
    /// The device that wrote it.
    pub author: DeviceId,
    /// The author's own count in this conversation, from 1.
    pub seq: u64,
}

impl EntryRef {
    /// Whether it is this entry or one that the same author wrote before it.
    #[must_use]
    pub fn is_upto(&self, other: &Self) -> bool {
        self.author == other.author && self.seq <= other.seq
    }
}

impl Ord for EntryRef {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.lamport, &self.author, self.seq).cmp(&(other.lamport, &other.author, other.seq))
    }
}

impl PartialOrd for EntryRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}@{:?}", self.lamport, self.seq, self.author)
    }
}

/// One entry of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name and place.
    pub id: EntryRef,
    /// The author's clock when it was written, milliseconds since the epoch: for display only.
    pub sent_at_ms: u64,
    /// What it says.
    pub body: Body,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A contact request was accepted; the name the acceptor goes by.
    Accept {
        /// The acceptor's name.
        name: Name,
    },
    /// The author takes back an entry of its own, for both.
    Delete {
        /// The entry.
        target: EntryRef,
    },
    /// The author replaces the text of an entry of its own.
    Edit {
        /// The entry.
        target: EntryRef,
        /// The new text.
        text: Text,
        /// Whom it addresses.
        mentions: Mentions,
    },
    /// Sets or takes back one emoji of the author on an entry. The latest word of an author on one emoji counts.
    React {
        /// The entry.
        target: EntryRef,
        /// Which emoji.
        emoji: Emoji,
        /// Set, or taken back.
        on: bool,
    },
    /// Who takes part has changed: the row of a group's operation. Never travels as an entry.
    Group(GroupEvent),
    /// The author has seen everything up to here.
    Read {
        /// The last entry seen.
        upto: EntryRef,
    },
    /// Somebody asks to become a contact.
    Request {
        /// The name the author goes by.
        name: Name,
    },
    /// A text.
    Text {
        /// What was written.
        text: Text,
        /// The entry it answers.
        reply_to: Option<EntryRef>,
        /// Whom it addresses.
        mentions: Mentions,
    },
    /// A kind that this version does not know. Its bytes are kept, so that a newer version can show it.
    Unknown {
        /// The number of the kind.
        kind: u16,
    },
}

impl Body {
    /// Whether it is a row of its own in the timeline.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        matches!(self, Self::Group(_) | Self::Text { .. } | Self::Unknown { .. })
    }

    /// Whom it addresses.
    #[must_use]
    pub const fn mentions(&self) -> Option<&Mentions> {
        match self {
            Self::Edit { mentions, .. } | Self::Text { mentions, .. } => Some(mentions),
            Self::Accept { .. }
            | Self::Delete { .. }
            | Self::Group(_)
            | Self::React { .. }
            | Self::Read { .. }
            | Self::Request { .. }
            | Self::Unknown { .. } => None,
        }
    }

    /// The entry that this one changes the look of, if any.
    #[must_use]
    pub const fn overlays(&self) -> Option<EntryRef> {
        match self {
            Self::Delete { target } | Self::Edit { target, .. } | Self::React { target, .. } => Some(*target),
            Self::Accept { .. }
            | Self::Group(_)
            | Self::Read { .. }
            | Self::Request { .. }
            | Self::Text { .. }
            | Self::Unknown { .. } => None,
        }
    }
}

/// What an operation of a group did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupEvent {
    /// The author added somebody.
    Added(AccountId),
    /// The author let somebody in who holds an invitation.
    Admitted(AccountId),
    /// The author began the group under this title.
    Created(Name),
    /// The author changed what newcomers see.
    History(History),
    /// The author made an invitation.
    Invited,
    /// The author left.
    Left,
    /// The author gave the group another picture, or took it away.
    Pictured(bool),
    /// The author moved the group under another envelope.
    Rekeyed,
    /// The author removed somebody.
    Removed(AccountId),
    /// The author gave the group another title.
    Renamed(Name),
    /// The author gave somebody another role.
    Role(AccountId, Role),
    /// The author ended an invitation.
    Uninvited,
}

/// How far a message of ours has come. Each state includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// On our disk, and on its way as soon as there is one.
    Queued,
    /// Handed to a connection with the peer.
    Sent,
    /// The peer's device has it on its disk.
    Delivered,
    /// The peer's person has seen it.
    Read,
}
