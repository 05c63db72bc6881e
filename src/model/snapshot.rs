//! What an engine is restored from: everything on disk but the entries.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    AccountId, CarriedMark, ChainRow, Contact, ConversationId, DirectHead, FrameId, GroupHead, Invite, Name,
    OutboxRow, WaitingRow,
};

/// Our own row.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name we go by.
    pub name: Name,
    /// Whether people on the network may see the name.
    pub visible: bool,
    /// The recovery secret, 32 bytes.
    pub recovery: Zeroizing<Vec<u8>>,
    /// `DeviceKeys::to_bytes`.
    pub device: Zeroizing<Vec<u8>>,
    /// Our `DevCert`.
    pub cert: Vec<u8>,
    /// Our `DeviceList`.
    pub device_list: Vec<u8>,
    /// Whether the person has said that the recovery phrase is written down.
    pub phrase_kept: bool,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, visible, recovery: _, device: _, cert: _, device_list: _, phrase_kept } = self;
        write!(f, "Profile {{ {name:?}, visible: {visible}, phrase_kept: {phrase_kept}, .. }}")
    }
}

/// Everything that an engine needs to go on.
#[derive(Debug)]
pub struct Snapshot {
    /// Our own row.
    pub profile: Profile,
    /// All contacts and requests.
    pub contacts: Vec<Contact>,
    /// All heads.
    pub heads: Vec<DirectHead>,
    /// Sessions: account, when last used, `Session::to_bytes`.
    pub sessions: Vec<(AccountId, u64, Zeroizing<Vec<u8>>)>,
    /// Prekeys: expiry, `PrekeySecret::to_bytes`.
    pub prekeys: Vec<(u64, Zeroizing<Vec<u8>>)>,
    /// Answered handshakes: `InitMsg::id`, account, session, expiry.
    pub replays: Vec<([u8; 32], AccountId, [u8; 16], u64)>,
    /// Invites we gave out.
    pub invites: Vec<Invite>,
    /// Frames taken: account, the how manieth of it, frame.
    pub taken: Vec<(AccountId, u64, FrameId)>,
    /// What is on its way, by account and sequence.
    pub outbox: Vec<OutboxRow>,
    /// All groups.
    pub groups: Vec<GroupHead>,
    /// Operations: group, bytes.
    pub ops: Vec<(ConversationId, Vec<u8>)>,
    /// Sender chains, by group.
    pub chains: Vec<(ConversationId, ChainRow)>,
    /// Messages of groups that wait for their keys.
    pub waiting: Vec<WaitingRow>,
    /// Frames carried for members who are away.
    pub carried: Vec<CarriedMark>,
    /// Whether the store was found older than its key file: an old copy was put back.
    pub rolled_back: bool,
}

impl Snapshot {
    /// Of a profile that was just made.
    #[must_use]
    pub const fn fresh(profile: Profile) -> Self {
        Self {
            profile,
            contacts: Vec::new(),
            heads: Vec::new(),
            sessions: Vec::new(),
            prekeys: Vec::new(),
            replays: Vec::new(),
            invites: Vec::new(),
            taken: Vec::new(),
            outbox: Vec::new(),
            groups: Vec::new(),
            ops: Vec::new(),
            chains: Vec::new(),
            waiting: Vec::new(),
            carried: Vec::new(),
            rolled_back: false,
        }
    }
}
