//! Plain data that the layers above share. A value that can be wrong has one checking constructor.
//! Knows nothing of bytes on the wire, of the disk, of the network or of the clock.

mod attention;
mod change;
mod contact;
mod entry;
mod group;
mod group_row;
mod id;
pub mod limits;
mod mention;
mod secret;
mod shared;
mod snapshot;
mod text;

pub use attention::{Attention, NotifyMode};
pub use change::{Change, Outbound, OutboxRow};
pub use contact::{Contact, ContactState, DirectHead, Evidence, Finding, Invite, Seen, SeenBy};
pub use entry::{Body, Delivery, Entry, EntryRef, GroupEvent};
pub use group::{GROUP_LINK, GroupOp, GroupState, History, JoinRefusal, Member, OpId, OpKind, Role};
pub use group_row::{
    CarriedMark, CarriedRow, ChainRow, CipherRow, GroupHead, Reached, TakenBack, WaitingRow,
};
pub use id::{ConversationId, FrameId, InviteId, MessageId, MessageIdError, Peer};
pub use mention::Mentions;
pub use secret::{InviteSecret, SecretBytes};
pub use shared::{OwedHistory, Shared, SharedEntry, ToldHistory};
pub use snapshot::{Profile, Snapshot};
pub use text::{Emoji, Name, Text};

pub use undertone_crypto::identity::{AccountId, DeviceId};
