//! What a step of the engine wants on disk. One list of changes is one transaction.

use zeroize::Zeroizing;

use super::{
    AccountId, CarriedRow, ChainRow, CipherRow, Contact, ConversationId, DirectHead, Entry, EntryRef,
    FrameId, GroupHead, Invite, InviteId, Profile, SharedEntry, WaitingRow,
};

/// One row to write or drop. Within one transaction the last change of a row counts.
#[derive(Debug)]
pub enum Change {
    /// A frame that was carried for a member need not be any more: it has arrived, cannot be read, or is too old.
    DropCarried {
        /// For whom.
        to: AccountId,
        /// The frame.
        frame: FrameId,
    },
    /// Messages of a chain before this place are not kept as they travelled any more.
    DropCiphers {
        /// The group.
        conversation: ConversationId,
        /// The chain.
        chain: [u8; 16],
        /// The first place that is kept.
        before: u32,
    },
    /// The contact and all that belongs to it (sessions, outbox, frames taken) is forgotten; the conversation
    /// with its head and entries goes too.
    DropContact {
        /// Who.
        account: AccountId,
        /// The conversation with them.
        conversation: ConversationId,
    },
    /// A conversation is forgotten, with everything that was said in it; of a group its row, operations, chains, and
    /// messages as they travelled.
    DropConversation(ConversationId),
    /// An invite ended.
    DropInvite(InviteId),
    /// The peer acknowledged the frame that carried this entry.
    DropOutbox {
        /// The peer.
        account: AccountId,
        /// Our sequence number.
        seq: u64,
    },
    /// A prekey was used or has expired.
    DropPrekey([u8; 8]),
    /// A handshake need not be remembered any more: its prekey is gone.
    DropReplay([u8; 32]),
    /// A session ended.
    DropSession {
        /// The peer.
        account: AccountId,
        /// The session.
        session: [u8; 16],
    },
    /// A message of a group that waited for its key was opened, or waits no more.
    DropWaiting {
        /// The group.
        conversation: ConversationId,
        /// The chain.
        chain: [u8; 16],
        /// The place in it.
        iteration: u32,
    },
    /// A sender chain of a group.
    PutChain {
        /// The group.
        conversation: ConversationId,
        /// The row.
        row: Box<ChainRow>,
    },
    /// A group's message as it travelled, so that others can be given it.
    PutCipher(Box<CipherRow>),
    /// A sealed frame of a member for another who is away.
    PutCarried(Box<CarriedRow>),
    /// A contact's row.
    PutContact(Box<Contact>),
    /// Our entries `first..=last` of a conversation were delivered.
    PutDelivered {
        /// The conversation.
        conversation: ConversationId,
        /// First sequence number.
        first: u64,
        /// Last sequence number.
        last: u64,
        /// When we learnt it, milliseconds since the epoch.
        at_ms: u64,
    },
    /// An entry with the one encoding it will ever have (`wire::entry`). Entries that change the look of
    /// another one are indexed under their target as well.
    PutEntry {
        /// The conversation.
        conversation: ConversationId,
        /// The entry.
        entry: Box<Entry>,
        /// Its encoding.
        bytes: Zeroizing<Vec<u8>>,
        /// Whether this device wrote it.
        mine: bool,
    },
    /// A group's row.
    PutGroup(Box<GroupHead>),
    /// A conversation's head.
    PutHead(Box<DirectHead>),
    /// An invite we gave out.
    PutInvite(Box<Invite>),
    /// An operation of a group, as it was signed.
    PutOp {
        /// The group.
        conversation: ConversationId,
        /// `OpId`.
        op: [u8; 32],
        /// The operation.
        bytes: Vec<u8>,
    },
    /// Something on its way.
    PutOutbox(Box<OutboxRow>),
    /// A prekey whose bundle was given out.
    PutPrekey {
        /// The bundle's reference.
        reference: [u8; 8],
        /// When it ends, milliseconds since the epoch.
        expires_ms: u64,
        /// `PrekeySecret::to_bytes`.
        secret: Zeroizing<Vec<u8>>,
    },
    /// Our own row.
    PutProfile(Box<Profile>),
    /// A handshake that was answered, so that its repeat makes no second session.
    PutReplay {
        /// `InitMsg::id`.
        init: [u8; 32],
        /// Who made it.
        account: AccountId,
        /// The session that came of it.
        session: [u8; 16],
        /// When its prekey is gone for good, milliseconds since the epoch.
        expires_ms: u64,
    },
    /// A session's state.
    PutSession {
        /// The peer.
        account: AccountId,
        /// The session.
        session: [u8; 16],
        /// When it was last used, milliseconds since the epoch.
        used_ms: u64,
        /// `Session::to_bytes`.
        state: Zeroizing<Vec<u8>>,
    },
    /// A message from before we joined, as a member told it. What came from its author stays, whichever is first.
    PutShared {
        /// The group.
        conversation: ConversationId,
        /// Who told.
        by: AccountId,
        /// What.
        entry: Box<SharedEntry>,
    },
    /// What an entry said goes for good, by a deletion that is not its author's.
    Wipe {
        /// The conversation.
        conversation: ConversationId,
        /// What goes.
        target: EntryRef,
        /// The deletion.
        by: EntryRef,
    },
    /// A frame was taken: a repeat is acknowledged without opening it. The row of the frame taken
    /// `TAKEN_FRAMES` before it gives way.
    PutTaken {
        /// From whom.
        account: AccountId,
        /// The how manieth frame of this account it is.
        count: u64,
        /// The frame.
        frame: FrameId,
    },
    /// A message of a group that waits for its key.
    PutWaiting(Box<WaitingRow>),
}

/// What stands in a row of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// An entry of the 1:1 conversation.
    Entry,
    /// A note about a group: its name in the outbox is a sequence number that no entry has.
    Note,
}

/// One entry or note of ours on its way to one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// To whom.
    pub account: AccountId,
    /// Which entry: its sequence number orders the outbox.
    pub entry: EntryRef,
    /// What it is.
    pub what: Outbound,
    /// What is to be sealed: the entry, or the note.
    pub payload: Zeroizing<Vec<u8>>,
    /// The finished frame once it was sealed, and the session that sealed it. A resend repeats these bytes.
    pub sealed: Option<(Vec<u8>, [u8; 16])>,
}
