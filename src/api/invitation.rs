//! Invitations to a group: links that let whoever is given them in, by any member who is there.

use std::fmt;

use zeroize::Zeroizing;

use super::{Account, Client, ClientError, Command, ConversationId, Group, Reply, Role};
use crate::model::{GROUP_LINK, InviteId, OpId};

pub use crate::model::JoinRefusal;

/// The name of an invitation to a group, for its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub(crate) OpId);

/// The name of a link that we used, as long as it has led nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JoinId(pub(crate) InviteId);

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0.0))
    }
}

impl fmt::Display for JoinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0.0))
    }
}

impl InvitationId {
    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).map(|bytes| Self(OpId(bytes)))
    }
}

impl JoinId {
    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        bytes(text).map(|bytes| Self(InviteId(bytes)))
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// An invitation to a group that can still let somebody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its name.
    pub id: InvitationId,
    /// Who made it.
    pub by: Account,
    /// When, by their clock, milliseconds since the epoch.
    pub made_ms: u64,
    /// What those are who come in by it.
    pub role: Role,
    /// How many it lets in.
    pub uses: u8,
    /// How many it has let in.
    pub used: u8,
    /// When it ends, milliseconds since the epoch.
    pub expires_ms: u64,
}

/// What an invitation is to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// What those are who come in by it: [`Role::ReadOnly`] or [`Role::Member`].
    pub role: Role,
    /// In how many seconds it ends, at most [`NewInvitation::MOST_SECONDS`].
    pub expires_s: u64,
    /// How many it lets in: 1 to [`NewInvitation::MOST_USES`].
    pub uses: u8,
}

impl NewInvitation {
    /// How long an invitation lasts at most: a year.
    pub const MOST_SECONDS: u64 = 366 * 24 * 3600;
    /// How many an invitation lets in at most.
    pub const MOST_USES: u8 = undertone_crypto::group::op::MAX_USES;
}

impl Default for NewInvitation {
    /// For one member, for a week.
    fn default() -> Self {
        Self { role: Role::Member, expires_s: 7 * 24 * 3600, uses: 1 }
    }
}

/// What has become of a link to a group that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// We are in that group already.
    In(ConversationId),
    /// Its members are asked; [`Event::GroupJoined`](super::Event::GroupJoined) or
    /// [`Event::GroupJoinRefused`](super::Event::GroupJoinRefused) tells what came of it.
    Asked(JoinId),
}

/// One thing asked for about invitations to groups.
pub(crate) enum InvitationCommand {
    /// Makes one, and its link.
    Make { chat: ConversationId, new: NewInvitation, done: Reply<(InvitationId, Zeroizing<String>)> },
    /// Ends one.
    End { chat: ConversationId, id: InvitationId, done: Reply<Group> },
    /// Those that can still let somebody in.
    List { chat: ConversationId, done: Reply<Vec<Invitation>> },
    /// Uses a link.
    Join { link: Zeroizing<String>, done: Reply<Join> },
    /// The links that were used and have led nowhere yet.
    Joins { done: Reply<Vec<JoinId>> },
    /// Asks nobody any more.
    GiveUp { join: JoinId, done: Reply<()> },
}

impl Client {
    /// Makes an invitation to a group, and the text of its link, which is shown this once. Whoever is given it is let in by
    /// any member whom they meet.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn invite_to_group(
        &self,
        chat: ConversationId,
        new: NewInvitation,
    ) -> Result<(InvitationId, Zeroizing<String>), ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::Make { chat, new, done })).await
    }

    /// Ends an invitation to a group. Those whom it let in stay.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn uninvite(&self, chat: ConversationId, id: InvitationId) -> Result<Group, ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::End { chat, id, done })).await
    }

    /// The invitations to a group that can still let somebody in.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn invitations(&self, chat: ConversationId) -> Result<Vec<Invitation>, ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::List { chat, done })).await
    }

    /// Whether a text is meant to be a link to a group; it may still be none.
    #[must_use]
    pub fn is_group_link(text: &str) -> bool {
        text.trim().starts_with(GROUP_LINK)
    }

    /// Asks the members that a link to a group names to let us in. They need not be there now.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn join_group(&self, link: Zeroizing<String>) -> Result<Join, ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::Join { link, done })).await
    }

    /// The links that were used and have led nowhere yet.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn joins(&self) -> Result<Vec<JoinId>, ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::Joins { done })).await
    }

    /// Asks nobody any more to let us in by this link.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn give_up_join(&self, join: JoinId) -> Result<(), ClientError> {
        self.ask(|done| Command::Invitation(InvitationCommand::GiveUp { join, done })).await
    }
}
