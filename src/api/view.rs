//! The values that programs see: always whole, never a change.

use std::{collections::BTreeMap, fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;

use super::GroupChange;
pub use crate::model::NotifyMode;
use crate::model::{AccountId, ConversationId, Delivery, MessageId, MessageIdError};

/// An account as programs name it. Its text form is the account key in base32, 52 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub(crate) AccountId);

impl Account {
    /// A number that is always the same for this account: for choosing its colour.
    #[must_use]
    pub fn hue(&self) -> u8 {
        self.0.as_bytes().iter().fold(0, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(*byte))
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(self.0.as_bytes()).to_ascii_lowercase())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl FromStr for Account {
    type Err = MessageIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 52 {
            return Err(MessageIdError);
        }
        let bytes = BASE32_NOPAD
            .decode(text.to_ascii_uppercase().as_bytes())
            .map_err(|_not_base32| MessageIdError)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_wrong_length| MessageIdError)?;
        AccountId::from_bytes(&bytes).map(Self).map_err(|_not_a_key| MessageIdError)
    }
}

/// What `profile.create` gives back.
#[derive(Clone, PartialEq, Eq)]
pub struct Created {
    /// The new profile.
    pub info: ProfileInfo,
    /// 24 words that bring the account back. Whoever has them is the account.
    pub recovery_phrase: String,
}

impl fmt::Debug for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Created {{ {:?}, .. }}", self.info)
    }
}

/// Our own profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileInfo {
    /// The account; none while locked.
    pub account: Option<Account>,
    /// The name we go by; empty while locked.
    pub name: String,
    /// The 30 digits of our account key in groups of 5; empty while locked.
    pub fingerprint: String,
    /// The disposable transport name of this run; empty while locked.
    pub peer_id: String,
    /// Multiaddresses we can be reached at.
    pub addresses: Vec<String>,
    /// Whether a passphrase is needed first.
    pub locked: bool,
    /// Whether there is a profile in the folder at all.
    pub exists: bool,
    /// Whether people on this network may see the name.
    pub visible: bool,
    /// Whether the person said that the recovery phrase is written down.
    pub phrase_kept: bool,
    /// Version of the program.
    pub version: &'static str,
}

/// Somebody who chose to be visible on this network. The name is what they say; only comparing safety
/// numbers tells who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearby {
    /// The account.
    pub account: Account,
    /// The name they say.
    pub name: String,
    /// The 30 digits of the account key in groups of 5.
    pub fingerprint: String,
}

/// A contact or a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub account: Account,
    /// The 1:1 conversation with them.
    pub chat: ConversationId,
    /// The name we show.
    pub name: String,
    /// The 30 digits of the account key in groups of 5.
    pub fingerprint: String,
    /// Whether safety numbers were compared.
    pub verified: bool,
    /// Nothing goes to or comes from a blocked account.
    pub blocked: bool,
    /// Where the relation stands.
    pub state: ContactState,
    /// Whether they are here.
    pub presence: Presence,
    /// When the row was made, milliseconds since the epoch.
    pub since_ms: u64,
}

/// Where the relation with a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactState {
    /// We asked, they have not answered yet (`asked`).
    Asked,
    /// Both agreed (`contact`).
    Contact,
    /// The person has a new device; sending is held until `contact.accept` (`key-changed`).
    KeyChanged,
    /// No contact: somebody in a group of ours (`member`). Not in the list of contacts.
    Member,
    /// They ask us; `contact.accept` or `contact.remove` answers (`request`).
    Request,
}

impl ContactState {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Contact => "contact",
            Self::KeyChanged => "key-changed",
            Self::Member => "member",
            Self::Request => "request",
        }
    }
}

/// Whether a person is reachable now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Whether a connection is up.
    pub connected: bool,
    /// How, while connected.
    pub via: Option<Via>,
    /// When it last was, milliseconds since the epoch.
    pub last_seen_ms: Option<u64>,
}

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// Computer to computer.
    Direct,
}

impl Via {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
        }
    }
}

/// What two people compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyNumber {
    /// 60 digits in 12 groups of 5.
    pub digits: String,
    /// The same as words.
    pub words: String,
    /// The text of the QR code that we show.
    pub qr: String,
}

/// A conversation in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// The conversation.
    pub chat: ConversationId,
    /// 1:1 or group.
    pub kind: ChatKind,
    /// What the list shows.
    pub title: String,
    /// The other person of a 1:1 conversation.
    pub account: Option<Account>,
    /// Messages not yet seen.
    pub unread: u32,
    /// Those of them that address us.
    pub mentions: u32,
    /// Which messages we want to be told of.
    pub notify: NotifyMode,
    /// Until when, milliseconds since the epoch; then of all again. None: for good.
    pub notify_until_ms: Option<u64>,
    /// The newest message.
    pub last: Option<Message>,
    /// When the newest message came in or was written, milliseconds since the epoch: the list's order.
    pub active_at_ms: u64,
}

/// The kind of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatKind {
    /// Two people.
    Direct,
    /// A private group.
    Group,
}

impl ChatKind {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
        }
    }
}

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

/// How the program is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStatus {
    /// Multiaddresses it listens on.
    pub listen: Vec<String>,
    /// Connections.
    pub peers: Vec<PeerStatus>,
    /// Relays in use.
    pub relays: Vec<String>,
    /// Entries on their way.
    pub outbox: u64,
    /// How long it has run, milliseconds.
    pub uptime_ms: u64,
    /// Resident memory, bytes.
    pub rss_bytes: u64,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// The disposable transport name.
    pub peer_id: String,
    /// Where it is.
    pub address: String,
    /// The contact at its end, once recognised.
    pub account: Option<Account>,
}
