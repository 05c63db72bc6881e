//! The values that programs see: always whole, never a change.

use std::{fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;

use super::Message;
pub use crate::model::NotifyMode;
use crate::model::{AccountId, ConversationId, MessageIdError};

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
