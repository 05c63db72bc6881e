//! The one public face of the messenger: what programs may ask ([`Client`]), what they are told ([`Event`]),
//! and the plain values that travel. Knows nothing of how anything is done.

mod client;
mod command;
mod error;
mod event;
mod group;
mod invitation;
mod message;
mod view;

pub use client::{Client, Events};
pub(crate) use command::{Command, Reply};
pub use error::ClientError;
pub use event::Event;
pub(crate) use group::GroupCommand;
pub use group::{FormerMember, Group, GroupChange, GroupMember, History, Picture, Role, SharedBy};
pub(crate) use invitation::InvitationCommand;
pub use invitation::{Invitation, InvitationId, Join, JoinId, JoinRefusal, NewInvitation};
pub use message::{Anchor, Mention, Message, MessageKind, MessageState, Page, StateAt, Written};
pub use view::{
    Account, Chat, ChatKind, Contact, ContactState, Created, Nearby, NodeStatus, NotifyMode, PeerStatus,
    Presence, ProfileInfo, SafetyNumber, Via,
};

pub use crate::model::{ConversationId, Evidence, Finding, MessageId};
