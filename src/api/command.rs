//! What is asked of the node: one variant per method of [`super::Client`], each with the way to answer.

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{
    Account, Anchor, Chat, ClientError, Contact, ConversationId, Created, Evidence, GroupCommand,
    InvitationCommand, Message, MessageId, Nearby, NodeStatus, NotifyMode, Page, ProfileInfo, SafetyNumber,
    StateAt, Written,
};

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, ClientError>>;

/// One thing asked for.
pub(crate) enum Command {
    /// Makes a profile in the folder and unlocks it.
    Create { name: String, passphrase: Zeroizing<String>, visible: bool, done: Reply<Created> },
    /// Brings an account back from its recovery phrase as a new device, and unlocks it.
    Restore {
        phrase: Zeroizing<String>,
        name: String,
        passphrase: Zeroizing<String>,
        done: Reply<ProfileInfo>,
    },
    /// Unlocks the profile.
    Unlock { passphrase: Zeroizing<String>, done: Reply<ProfileInfo> },
    /// Our own profile; works while locked.
    Info { done: Reply<ProfileInfo> },
    /// Changes the name we go by.
    Rename { name: String, done: Reply<ProfileInfo> },
    /// Locks the profile.
    Lock { done: Reply<()> },
    /// Changes the passphrase.
    ChangePassphrase { old: Zeroizing<String>, new: Zeroizing<String>, done: Reply<()> },
    /// Shows the recovery phrase again; needs the passphrase.
    RecoveryPhrase { passphrase: Zeroizing<String>, done: Reply<Zeroizing<String>> },
    /// The person says that the recovery phrase is written down.
    PhraseKept { done: Reply<()> },
    /// Whether people on this network may see our name.
    Visible { on: bool, done: Reply<()> },
    /// People who chose to be visible on this network.
    Nearby { done: Reply<Vec<Nearby>> },
    /// Makes an invite link. `expires_s` counts from now.
    Invite { expires_s: Option<u64>, single_use: bool, done: Reply<String> },
    /// Asks the person who made this invite link to become a contact.
    AddByLink { link: String, name: Option<String>, done: Reply<Contact> },
    /// Asks somebody nearby to become a contact.
    AddNearby { account: Account, name: Option<String>, done: Reply<Contact> },
    /// All contacts and requests.
    Contacts { done: Reply<Vec<Contact>> },
    /// Accepts a request, or a contact's changed key.
    Accept { account: Account, done: Reply<()> },
    /// Blocks an account: nothing goes to or comes from it.
    Block { account: Account, done: Reply<()> },
    /// Unblocks an account.
    Unblock { account: Account, done: Reply<()> },
    /// Removes a contact or request, with the conversation.
    Remove { account: Account, done: Reply<()> },
    /// Gives a contact a name of our own; `None` takes theirs again.
    NameContact { account: Account, name: Option<String>, done: Reply<()> },
    /// What two people compare.
    SafetyNumber { account: Account, done: Reply<SafetyNumber> },
    /// What was shown of the contact's devices that had to be looked at.
    Evidence { account: Account, done: Reply<Vec<Evidence>> },
    /// Compares digits or the text of a QR code; `true` marks the contact as verified, `false` changes nothing.
    Verify { account: Account, digits_or_qr: String, done: Reply<bool> },
    /// The conversation list, newest first.
    Chats { done: Reply<Vec<Chat>> },
    /// The 1:1 conversation with a contact.
    OpenChat { account: Account, done: Reply<ConversationId> },
    /// A part of a conversation, at most 500 messages.
    History { chat: ConversationId, anchor: Anchor, limit: usize, done: Reply<Page> },
    /// Everything up to this message has been seen.
    Read { chat: ConversationId, upto: MessageId, done: Reply<()> },
    /// Which messages of a conversation we want to be told of.
    Notify { chat: ConversationId, mode: NotifyMode, until_ms: Option<u64>, done: Reply<()> },
    /// We are writing, or have stopped.
    Typing { chat: ConversationId, on: bool, done: Reply<()> },
    /// Says a text. It is on disk when this returns.
    Send { chat: ConversationId, written: Written, reply_to: Option<MessageId>, done: Reply<Message> },
    /// Replaces the text of a message of ours.
    Edit { message: MessageId, written: Written, done: Reply<Message> },
    /// Takes a message back, for everybody.
    Delete { message: MessageId, done: Reply<Message> },
    /// Sets or takes back one emoji of ours on a message.
    React { message: MessageId, emoji: String, on: bool, done: Reply<Message> },
    /// How far a message of ours has come.
    MessageStatus { message: MessageId, done: Reply<Vec<StateAt>> },
    /// Something in a group.
    Group(GroupCommand),
    /// Something about invitations to groups.
    Invitation(InvitationCommand),
    /// How the program is doing.
    Status { done: Reply<NodeStatus> },
    /// Ends the program in good order. Returns when everything is on disk.
    Shutdown { done: Reply<()> },
}
