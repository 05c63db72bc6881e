//! One transaction and what follows from it. The effects are out of reach until the changes are on disk, so
//! nothing is acknowledged, shown as sent, or ratcheted forward that a crash could take back.

use std::collections::BTreeSet;

use super::{Compare, HistoryFor};
use crate::model::{
    AccountId, Change, ConversationId, Delivery, Entry, EntryRef, FrameId, InviteId, JoinRefusal, Peer,
};

/// What the handled inputs want on disk, and what is to happen after that.
#[derive(Debug, Default)]
pub struct Step {
    changes: Vec<Change>,
    effects: Vec<Effect>,
}

impl Step {
    pub(super) const fn new(changes: Vec<Change>, effects: Vec<Effect>) -> Self {
        Self { changes, effects }
    }

    /// Whether there is anything to write.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Writes the changes and gives out the effects.
    ///
    /// # Errors
    /// Whatever `write` fails with; then the effects are lost with the changes, and the engine that made
    /// them must be restored from disk.
    pub fn commit<E>(self, write: impl FnOnce(&[Change]) -> Result<(), E>) -> Result<Vec<Effect>, E> {
        if !self.changes.is_empty() {
            write(&self.changes)?;
        }
        Ok(self.effects)
    }
}

/// What happens once the changes are on disk.
#[derive(Debug)]
pub enum Effect {
    /// Tell the network how far a peer is trusted.
    Classify {
        /// Which.
        peer: Peer,
        /// How far.
        standing: Standing,
    },
    /// Tell the network whom gossip is spoken with, and under which names.
    Circles {
        /// The names.
        topics: BTreeSet<String>,
        /// The peers.
        peers: BTreeSet<Peer>,
    },
    /// Read a message of a group as it travelled, and hand it to `Engine::on_compared`.
    CompareStored(Compare),
    /// Other rows of a group count than did: count them, and hand that to `Engine::recounted`.
    Recount(ConversationId),
    /// Close the connection. The peer may come back.
    Disconnect(Peer),
    /// The peer broke the rules: close the connection, and keep it away for a while.
    Fault(Peer),
    /// Tell whoever listens.
    Notice(Notice),
    /// Read what was said before somebody was added, and hand it to `Engine::share_history`.
    ReadHistory(HistoryFor),
    /// Hand a message to the members who are there.
    Publish {
        /// Under which name.
        topic: String,
        /// The message.
        frame: Vec<u8>,
    },
    /// Send a frame.
    Send {
        /// To whom.
        peer: Peer,
        /// The bytes.
        frame: Vec<u8>,
    },
    /// Tell the engine what is kept of a chain as it travelled.
    WeighChain {
        /// The group.
        conversation: ConversationId,
        /// The chain.
        chain: [u8; 16],
    },
    /// Send a frame that is carried for somebody, out of the store.
    SendCarried {
        /// To the recipient's connection.
        peer: Peer,
        /// For whom.
        to: AccountId,
        /// Which.
        frame: FrameId,
    },
    /// Send messages of a group as they travelled, out of the store.
    SendStored {
        /// To whom.
        peer: Peer,
        /// The group.
        conversation: ConversationId,
        /// The chain.
        chain: [u8; 16],
        /// First iteration.
        first: u32,
        /// Last iteration.
        last: u32,
    },
    /// Tell the peer that its frame is on disk here.
    Taken {
        /// To whom.
        peer: Peer,
        /// Which frame.
        frame: FrameId,
    },
}

/// What becomes of a message that came by from member to member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A member wrote it and it is new: it is passed on.
    Accept,
    /// It is known, or cannot be judged yet; whoever brought it may be right.
    Ignore,
    /// No honest program passes it on.
    Reject,
}

/// How far a peer is trusted by the network layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Proved to be a contact.
    Contact,
    /// Somebody.
    Stranger,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something is wrong that the person should know.
    Alarm(AccountId, Alarm),
    /// An entry of somebody else is on disk.
    Arrived(ConversationId, Box<Entry>),
    /// An edit of somebody's own message addresses our person; what it replaces may have done so too.
    Called(ConversationId, Box<Entry>),
    /// The look of an entry changed.
    Changed(ConversationId, EntryRef),
    /// A conversation's row in the list changed.
    ChatChanged(ConversationId),
    /// A contact changed.
    ContactChanged(AccountId),
    /// A contact was removed.
    ContactRemoved(AccountId),
    /// An entry of ours has come further.
    Delivery {
        /// The conversation.
        conversation: ConversationId,
        /// Whose device it has come to.
        account: AccountId,
        /// The entry.
        entry: EntryRef,
        /// How far.
        state: Delivery,
        /// Since when.
        at_ms: u64,
        /// Whether all of ours before it have come as far.
        upto: bool,
    },
    /// Who takes part in a group, its title or its policy changed.
    GroupChanged(ConversationId),
    /// We were told of messages from before we joined.
    GroupPast(ConversationId),
    /// Our messages have come further with a member.
    GroupReached {
        /// The group.
        conversation: ConversationId,
        /// The member.
        account: AccountId,
        /// First and last sequence number.
        seqs: (u64, u64),
        /// How far.
        state: Delivery,
        /// Since when.
        at_ms: u64,
    },
    /// What the members of a group hold changed.
    GroupSame(ConversationId),
    /// A member of a group is writing, or has stopped.
    GroupTyping(ConversationId, AccountId, bool),
    /// By what we asked for we were let into a group.
    Joined(InviteId, ConversationId),
    /// We are not let into a group, and nobody is asked any more.
    JoinRefused(InviteId, JoinRefusal),
    /// A contact has a new device; sending is held.
    KeyChanged(AccountId),
    /// The list of people nearby changed.
    NearbyChanged,
    /// A person came or went.
    Presence(AccountId),
    /// A stranger asks to become a contact.
    Requested(AccountId),
    /// An entry of ours is on disk.
    Stored(ConversationId, Box<Entry>),
    /// Somebody is writing, or has stopped.
    Typing(AccountId, bool),
}

/// Something wrong that the person should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The account signed two different device lists with one number: its key is in two hands.
    Equivocation,
    /// The invite was used by somebody else.
    InviteUsed,
    /// Somebody served a device list older than one we know.
    Rollback,
}
