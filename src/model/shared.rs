//! What a newcomer to a group is told of what was said before: by a member, not by those who wrote it. Knows nothing of
//! how it travels or is stored.

use super::{AccountId, DeviceId, Emoji, EntryRef, History, Name, OpId, Text};

/// A message from before somebody joined, as the member who tells of it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedEntry {
    /// Its name and place.
    pub id: EntryRef,
    /// The author's clock when it was written, milliseconds since the epoch.
    pub sent_at_ms: u64,
    /// The name the author goes by with the member who tells of it.
    pub name: Name,
    /// The newest text.
    pub text: Text,
    /// The message it answers.
    pub reply_to: Option<EntryRef>,
    /// Whether the text was replaced.
    pub edited: bool,
    /// Who put which emoji on it; at most [`Self::MAX_REACTIONS`].
    pub reactions: Vec<(Emoji, DeviceId)>,
}

impl SharedEntry {
    /// Reactions that are told of one message.
    pub const MAX_REACTIONS: usize = 64;

    /// Bytes that it takes at most besides its text.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let reactions = self.reactions.len().saturating_mul(REACTION_BYTES);
        self.text.as_str().len().saturating_add(reactions).saturating_add(FIELD_BYTES)
    }
}

/// By whom a row was told, and what only the telling knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The member who told.
    pub by: AccountId,
    /// The name of the author.
    pub name: Name,
    /// Whether the text was replaced before.
    pub edited: bool,
    /// Who put which emoji on it before.
    pub reactions: Vec<(Emoji, DeviceId)>,
}

/// Somebody whom we have added and have not told yet what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwedHistory {
    /// Who.
    pub account: AccountId,
    /// The operation that added them.
    pub op: OpId,
}

/// What we were told of what was said before we joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldHistory {
    /// The operation that added us.
    pub op: OpId,
    /// Messages so far.
    pub count: u32,
    /// Bytes of them, as [`SharedEntry::bytes`] counts.
    pub bytes: u64,
}

impl History {
    /// Messages that are told of at most, whatever the policy.
    pub const MOST: u32 = 5_000;
    /// Bytes of them at most, as [`SharedEntry::bytes`] counts.
    pub const MOST_BYTES: u64 = 8 * 1024 * 1024;

    /// How many messages a newcomer is told of under this policy.
    #[must_use]
    pub fn most(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Last(count) => count.min(Self::MOST),
            Self::All => Self::MOST,
        }
    }
}

/// One reaction takes less.
const REACTION_BYTES: usize = 88;
/// All fields but text and reactions take less.
const FIELD_BYTES: usize = 400;
