//! Private groups as programs see them, and what they can ask of them.

use std::{fmt, sync::Arc};

use super::{Account, Client, ClientError, Command, ConversationId, Reply};
pub use crate::model::{History, Role};

/// A private group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its conversation.
    pub chat: ConversationId,
    /// What it is called.
    pub title: String,
    /// Its picture.
    pub picture: Option<Picture>,
    /// Who takes part, the senior ones first.
    pub members: Vec<GroupMember>,
    /// Who took part once and does not now, as far as we know a name: what was said and done is still theirs.
    pub former: Vec<FormerMember>,
    /// What we may do; none if we take no part any more.
    pub role: Option<Role>,
    /// How many operations have changed it: grows with each.
    pub epoch: u64,
    /// The newest operations, in hexadecimal: equal for whoever knows the same.
    pub heads: Vec<String>,
    /// Messages that have come and wait for the key of their sender.
    pub waiting: u64,
    /// What those who are added from now on are told of what was said before.
    pub history: History,
}

impl Group {
    /// Whether we may take back what this account wrote in the group: ours if we may write, and what those below our
    /// role wrote. Who has left ranks below everybody; of whoever is not known to have taken part nothing can be taken
    /// back.
    #[must_use]
    pub fn may_take_back(&self, author: &Account) -> bool {
        let Some(ours) = self.role else { return false };
        let member = self.members.iter().find(|member| member.account == *author);
        match member {
            Some(member) => {
                if member.me {
                    ours.may_write()
                } else {
                    ours.may_take_back(member.role)
                }
            }
            None => {
                let former = self.former.iter().any(|former| former.account == *author);
                former && ours.may_take_back(Role::ReadOnly)
            }
        }
    }
}

/// A picture of a group. Whoever shows it decodes bytes that another member chose.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Names it: another picture has another name.
    pub id: String,
    /// PNG, JPEG or WebP, by how it begins; at most [`Self::MOST`] bytes.
    pub image: Arc<[u8]>,
}

impl Picture {
    /// Bytes of a picture.
    pub const MOST: usize = undertone_crypto::group::op::MAX_PICTURE;
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.id, self.image.len())
    }
}

/// Somebody who took part in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerMember {
    /// The account.
    pub account: Account,
    /// The name we show.
    pub name: String,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// The account.
    pub account: Account,
    /// The name we show.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether it is us.
    pub me: bool,
    /// Whether safety numbers were compared with them.
    pub verified: bool,
    /// Whether they are connected to us.
    pub connected: bool,
    /// When they were connected last, milliseconds since the epoch; none if they never were.
    pub last_seen_ms: Option<u64>,
    /// Who added them; themselves, if they began the group.
    pub added_by: Account,
    /// Whether they hold the same history as we do; none if they have not told since the program started.
    pub same: Option<bool>,
    /// Messages that we hold and they lack.
    pub they_lack: u64,
    /// Messages that they hold and we lack.
    pub we_lack: u64,
    /// Messages of theirs that have come and cannot be read, because their key has not.
    pub waiting: u64,
}

/// What changed in a group: what a line of kind [`MessageKind::System`](super::MessageKind::System) says of its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// Added somebody.
    Added(Account),
    /// Let somebody in who holds an invitation.
    Admitted(Account),
    /// Began the group under this title.
    Created(String),
    /// Changed what newcomers see of what was said before.
    History(History),
    /// Made an invitation.
    Invited,
    /// Left.
    Left,
    /// Gave the group another picture (true), or took it away.
    Picture(bool),
    /// Moved the group under new keys.
    Rekeyed,
    /// Removed somebody.
    Removed(Account),
    /// Gave the group this title.
    Renamed(String),
    /// Gave somebody this role.
    Role(Account, Role),
    /// Ended an invitation.
    Uninvited,
}

/// Who told of a message that was said before we joined.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedBy {
    /// The member who told.
    pub account: Account,
    /// The name of the author as they told it.
    pub author: String,
}

impl fmt::Debug for SharedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedBy({:?})", self.account)
    }
}

/// One thing asked for in a group.
pub(crate) enum GroupCommand {
    /// Begins a group with these contacts in it.
    Create { title: String, members: Vec<Account>, history: History, done: Reply<Group> },
    /// A group.
    Info { chat: ConversationId, done: Reply<Group> },
    /// Adds a contact.
    Add { chat: ConversationId, account: Account, role: Role, done: Reply<Group> },
    /// Removes a member.
    Remove { chat: ConversationId, account: Account, done: Reply<Group> },
    /// Gives a member another role.
    Role { chat: ConversationId, account: Account, role: Role, done: Reply<Group> },
    /// Changes what newcomers see of what was said before.
    History { chat: ConversationId, history: History, done: Reply<Group> },
    /// Leaves; what was said stays here.
    Leave { chat: ConversationId, done: Reply<Group> },
    /// Forgets a group that we take no part in any more.
    Forget { chat: ConversationId, done: Reply<()> },
    /// Gives it another picture, or takes it away.
    Picture { chat: ConversationId, image: Option<Vec<u8>>, done: Reply<Group> },
    /// Gives it another title.
    Rename { chat: ConversationId, title: String, done: Reply<Group> },
}

impl Client {
    /// Begins a private group with these contacts in it. They are in it as soon as they are reached. Those who are
    /// added later are told of what was said before as `history` says.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_group(
        &self,
        title: String,
        members: Vec<Account>,
        history: History,
    ) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Create { title, members, history, done })).await
    }

    /// Changes what those who are added from now on are told of what was said before.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn set_history(&self, chat: ConversationId, history: History) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::History { chat, history, done })).await
    }

    /// Who takes part in a group, and who holds what.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn group(&self, chat: ConversationId) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Info { chat, done })).await
    }

    /// Adds a contact to a group. Of what was said before they are told what the group's policy says.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn add_member(
        &self,
        chat: ConversationId,
        account: Account,
        role: Role,
    ) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Add { chat, account, role, done })).await
    }

    /// Removes a member from a group. What they wrote counts as far as it has come here.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn remove_member(&self, chat: ConversationId, account: Account) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Remove { chat, account, done })).await
    }

    /// Gives a member of a group another role.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn set_role(
        &self,
        chat: ConversationId,
        account: Account,
        role: Role,
    ) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Role { chat, account, role, done })).await
    }

    /// Leaves a group. What was said in it stays here.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn leave_group(&self, chat: ConversationId) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Leave { chat, done })).await
    }

    /// Forgets a group that we take no part in any more, with everything that was said in it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn forget_group(&self, chat: ConversationId) -> Result<(), ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Forget { chat, done })).await
    }

    /// Gives a group another picture: PNG, JPEG or WebP of at most [`Picture::MOST`] bytes; `None` takes it away.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn set_picture(
        &self,
        chat: ConversationId,
        image: Option<Vec<u8>>,
    ) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Picture { chat, image, done })).await
    }

    /// Gives a group another title.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn rename_group(&self, chat: ConversationId, title: String) -> Result<Group, ClientError> {
        self.ask(|done| Command::Group(GroupCommand::Rename { chat, title, done })).await
    }
}
