//! What programs are told without asking. Each event carries the whole new value.

use super::{
    Account, Chat, ClientError, Contact, ConversationId, Group, JoinId, JoinRefusal, Message, MessageId,
    MessageState, Presence,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A conversation's row in the list changed.
    ChatChanged(Chat),
    /// A contact changed. After `contact.remove` it comes as `ContactRemoved` instead.
    ContactChanged(Contact),
    /// A contact was removed, with its conversation.
    ContactRemoved(Account),
    /// A stranger asks to become a contact. Nothing rings.
    ContactRequest(Contact),
    /// Something went wrong that nobody asked for.
    Error(ClientError),
    /// Somebody showed a device list of this person that contradicts what is known: old, or two of one number.
    /// Nothing was changed.
    KeyAlarm(Contact),
    /// A group changed: who takes part, its title, or who holds what.
    GroupChanged(Group),
    /// A group that we took no part in any more was forgotten.
    GroupForgotten(ConversationId),
    /// We were let into a group by a link that we used.
    GroupJoined {
        /// The link.
        join: JoinId,
        /// The group's conversation.
        chat: ConversationId,
    },
    /// We were not let into a group by a link that we used, and nobody is asked any more.
    GroupJoinRefused {
        /// The link.
        join: JoinId,
        /// Why.
        why: JoinRefusal,
    },
    /// Messages from before we joined a group were told: its conversation has to be read again.
    GroupPast(ConversationId),
    /// A person has a new device; sending to them is held until `contact.accept`.
    KeyChanged(Contact),
    /// The profile was locked: what was shown has to go.
    Locked,
    /// A message changed: edited, deleted, reacted to.
    MessageChanged(Message),
    /// A message of somebody else has arrived.
    MessageReceived {
        /// The message.
        message: Message,
        /// Whether we want to be told of it: what is set for the conversation, and whom the message addresses.
        notify: bool,
    },
    /// A message of ours has come further.
    MessageState {
        /// The conversation.
        chat: ConversationId,
        /// The message.
        message: MessageId,
        /// Whose device it has come to.
        account: Account,
        /// How far.
        state: MessageState,
        /// Since when, milliseconds since the epoch.
        at_ms: u64,
        /// Whether all of our messages before it have come as far.
        upto: bool,
    },
    /// A message of ours is on our disk: the first tick. Other programs on the same profile see it too.
    MessageStored(Message),
    /// The list of people nearby changed.
    NearbyChanged,
    /// Whether this computer has a network at all.
    Offline(bool),
    /// A person came or went.
    Presence {
        /// Who.
        account: Account,
        /// Whether they are here.
        presence: Presence,
    },
    /// The profile is unlocked and the network is starting.
    Ready,
    /// The reader was too slow and missed events: ask again for what is visible.
    Stale,
    /// Somebody is writing, or has stopped.
    Typing {
        /// The conversation.
        chat: ConversationId,
        /// Who.
        account: Account,
        /// Whether they are writing.
        typing: bool,
    },
}
