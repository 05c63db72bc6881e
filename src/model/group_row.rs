//! What is remembered of a group besides its operations and entries: its secrets, our place in it, and the
//! sender chains of its members.

use super::{
    AccountId, Attention, ConversationId, DeviceId, EntryRef, FrameId, OpId, OwedHistory, SecretBytes, Seen,
    ToldHistory,
};

/// A group's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupHead {
    /// The conversation.
    pub conversation: ConversationId,
    /// The group's secret name, 32 bytes.
    pub group: SecretBytes,
    /// Envelope secrets of 32 bytes each, the newest last; at most [`Self::MAX_ENVELOPES`].
    pub envelopes: Vec<SecretBytes>,
    /// Our next sequence number.
    pub next_seq: u64,
    /// Highest Lamport time seen.
    pub lamport: u64,
    /// The chain that we send with.
    pub sending: Option<[u8; 16]>,
    /// Shown entries of others after `read_upto`.
    pub unread: u32,
    /// What it may ask of our person's attention.
    pub attention: Attention,
    /// Deletions by others than the author whose text is still here: at most [`Self::MAX_TAKEN_BACK`].
    pub taken_back: Vec<TakenBack>,
    /// What our person has seen.
    pub read_upto: Option<EntryRef>,
    /// How far ours has come with each of the others.
    pub reached: Vec<Reached>,
    /// The newest shown entry.
    pub last: Option<EntryRef>,
    /// When the newest shown entry came in or was written here, milliseconds since the epoch.
    pub last_at_ms: u64,
    /// Those whom we have added and not told yet what was said before.
    pub owed: Vec<OwedHistory>,
    /// What we were told of what was said before we joined.
    pub told: Option<ToldHistory>,
}

impl GroupHead {
    /// Envelope secrets that are kept (protocol.md 2.3).
    pub const MAX_ENVELOPES: usize = 8;
    /// Deletions that wait for their time.
    pub const MAX_TAKEN_BACK: usize = 256;
}

/// A deletion by somebody else than the author. What it is about is hidden while it counts, and goes for good once it has
/// been here for a while: until then an operation that comes late can make it void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// What is to go.
    pub target: EntryRef,
    /// The entry that says so.
    pub by: EntryRef,
    /// When it came, milliseconds since the epoch.
    pub at_ms: u64,
    /// Whether it counts, by the operations that are here.
    pub counts: bool,
}

/// How far our messages have come with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The member.
    pub account: AccountId,
    /// Ours up to this sequence number is on their disk, and since when; 0 for nothing.
    pub delivered: (u64, u64),
    /// Ours up to this sequence number was seen by their person, and since when; 0 for nothing.
    pub read: (u64, u64),
}

/// A sender chain's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainRow {
    /// The chain.
    pub chain: [u8; 16],
    /// Who sends with it.
    pub account: AccountId,
    /// With which device.
    pub device: DeviceId,
    /// State of our own sending side: `SenderChain::to_bytes`.
    pub sender: Option<SecretBytes>,
    /// State of the receiving side: `ReceiverChain::to_bytes`.
    pub receiver: Option<SecretBytes>,
    /// Of our own chain: its key from the beginning on, as long as somebody may turn out to be owed it.
    pub origin: Option<SecretBytes>,
    /// Of our own chain: who was given it.
    pub given: Vec<AccountId>,
    /// The first iteration that we were given.
    pub start: u32,
    /// Iterations whose messages are on disk.
    pub held: Seen,
    /// The sequence number of the entry at iteration 0; 0 while it is not known.
    pub first_seq: u64,
    /// The highest sequence number that came with it.
    pub last_seq: u64,
    /// From which sequence number on the author knew which operations.
    pub views: Vec<(u64, Vec<OpId>)>,
    /// Name of the last message held.
    pub tip: [u8; 16],
    /// Where its device said two things: the first iteration known of which there are two messages.
    pub forked: Option<u32>,
    /// Messages before this place are not kept as they travelled any more.
    pub kept_from: u32,
    /// When it was made or given, milliseconds since the epoch.
    pub since_ms: u64,
}

/// A message of a group as it travelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CipherRow {
    /// The group.
    pub conversation: ConversationId,
    /// The chain.
    pub chain: [u8; 16],
    /// The place in it.
    pub iteration: u32,
    /// When it came, milliseconds since the epoch.
    pub at_ms: u64,
    /// `GMsg`.
    pub bytes: Vec<u8>,
}

/// A message of a group whose key has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// The group.
    pub conversation: ConversationId,
    /// The chain.
    pub chain: [u8; 16],
    /// The place in it.
    pub iteration: u32,
    /// Whose key it waits for, as another member says.
    pub account: AccountId,
    /// When it came, milliseconds since the epoch.
    pub since_ms: u64,
    /// `GMsg`.
    pub bytes: Vec<u8>,
}

/// A sealed frame of one member for another who was away, kept until they can be handed it. Opaque to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedRow {
    /// Which, and since when.
    pub mark: CarriedMark,
    /// `DRMsg`.
    pub bytes: Vec<u8>,
}

/// What is known of a carried frame without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarriedMark {
    /// Who sealed it.
    pub from: AccountId,
    /// For whom.
    pub to: AccountId,
    /// What it is called on its way: [`Self::name_of`].
    pub frame: FrameId,
    /// Its size in bytes.
    pub size: u32,
    /// When it came, milliseconds since the epoch.
    pub at_ms: u64,
}

impl CarriedMark {
    /// What a sealed frame of somebody is called while others carry it: none of another sender has its name.
    #[must_use]
    pub fn name_of(from: &AccountId, sealed: &[u8]) -> FrameId {
        FrameId::of(&[from.as_bytes().as_slice(), sealed].concat())
    }
}
