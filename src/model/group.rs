//! Groups as plain data: operations of the membership log, and what they come to. Knows nothing of signatures,
//! and not how concurrent operations are settled.

use std::{collections::BTreeMap, fmt};

use super::{AccountId, DeviceId, Name};

/// The name of an operation: the digest of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub [u8; 32]);

impl fmt::Debug for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpId(")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("..)")
    }
}

/// What a member may do. Ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads only.
    ReadOnly,
    /// Writes.
    Member,
    /// Takes back what others wrote, too.
    Moderator,
    /// Adds, removes, renames.
    Admin,
    /// Makes and unmakes admins.
    Owner,
}

impl Role {
    /// Whether texts of the role count.
    #[must_use]
    pub fn may_write(self) -> bool {
        self >= Self::Member
    }

    /// Whether the role adds and removes members, and changes title and policy.
    #[must_use]
    pub fn may_manage(self) -> bool {
        self >= Self::Admin
    }

    /// Whether the role takes back what somebody of this role wrote: moderators and above, of those below them.
    #[must_use]
    pub fn may_take_back(self, of: Self) -> bool {
        self >= Self::Moderator && of < self
    }

    /// Whether the role may call everybody in one text.
    #[must_use]
    pub fn may_address_all(self) -> bool {
        self >= Self::Moderator
    }

    /// Whether the role may add somebody with this role.
    #[must_use]
    pub fn may_add(self, with: Self) -> bool {
        self.may_manage() && (with < Self::Admin || self == Self::Owner)
    }

    /// Whether the role may remove somebody of this role. Admins remove each other; nobody removes an owner but an
    /// owner.
    #[must_use]
    pub fn may_remove(self, of: Self) -> bool {
        self.may_manage() && (of < Self::Owner || self == Self::Owner)
    }

    /// Whether the role may change somebody's role. Only an owner makes or unmakes admins and owners.
    #[must_use]
    pub fn may_set(self, from: Self, to: Self) -> bool {
        self.may_manage() && (self == Self::Owner || from.max(to) < Self::Admin)
    }

    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::ReadOnly, Self::Member, Self::Moderator, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// What newcomers are shown of what was said before they joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum History {
    /// Nothing.
    None,
    /// The last so many texts.
    Last(u32),
    /// Everything that whoever adds them has.
    All,
}

/// An operation, its signature checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOp {
    /// Its name.
    pub id: OpId,
    /// The newest operations its author knew.
    pub parents: Vec<OpId>,
    /// Who made it.
    pub author: AccountId,
    /// With which device.
    pub device: DeviceId,
    /// Its place on screen, as of an entry.
    pub lamport: u64,
    /// The author's clock, milliseconds since the epoch: for display only.
    pub time_ms: u64,
    /// What it does.
    pub what: OpKind,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpKind {
    /// Begins a group; its author is the owner.
    Create {
        /// What it is called.
        title: Name,
        /// What newcomers see.
        history: History,
        /// Digest of the first envelope secret.
        envelope: [u8; 32],
    },
    /// Adds a member.
    Add {
        /// Who.
        account: AccountId,
        /// The device of theirs.
        device: DeviceId,
        /// As what.
        role: Role,
        /// The name they go by.
        name: Name,
    },
    /// Removes a member.
    Remove {
        /// Who.
        account: AccountId,
        /// Of each device of theirs the last entry that counts: what the remover had seen.
        cuts: Vec<(DeviceId, u64)>,
        /// Digest of the next envelope secret.
        envelope: [u8; 32],
    },
    /// The author leaves.
    Leave {
        /// The last entry of theirs that counts.
        last_seq: u64,
    },
    /// Gives a member another role.
    SetRole {
        /// Who.
        account: AccountId,
        /// Which.
        role: Role,
    },
    /// Gives the group another title.
    Rename {
        /// Which.
        title: Name,
    },
    /// Changes what newcomers see.
    SetPolicy {
        /// To what.
        history: History,
    },
    /// Gives the group another picture, or takes it away. The picture itself stays in the signed operation.
    SetPicture {
        /// Whether there is one.
        there: bool,
    },
    /// Lets whoever holds the secret of a key in, as somebody who may add members.
    Invite {
        /// The key.
        key: [u8; 32],
        /// As what: one who reads, or a member.
        role: Role,
        /// When it ends, milliseconds since the epoch.
        not_after_ms: u64,
        /// How many it lets in.
        uses: u8,
    },
    /// Lets somebody in by an invitation. That they hold its secret was checked.
    Admit {
        /// The invitation.
        invite: OpId,
        /// Who.
        account: AccountId,
        /// The device of theirs.
        device: DeviceId,
        /// The name they go by.
        name: Name,
    },
    /// Ends an invitation.
    Uninvite {
        /// Which.
        invite: OpId,
    },
    /// Moves the group under another envelope.
    EnvelopeChange {
        /// Digest of the next envelope secret.
        envelope: [u8; 32],
    },
}

/// How the text of a link to a group begins.
pub const GROUP_LINK: &str = "undertone:g/";

/// Why somebody who holds an invitation was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinRefusal {
    /// The one who was asked cannot let in, or cannot any more: another member may.
    Unable,
    /// The proof is none.
    Invalid,
    /// The invitation was ended, or its author may not invite any more.
    Ended,
    /// Its time is over.
    Expired,
    /// It has let in as many as it says.
    Used,
    /// They were removed from the group, or left it: only an adding brings them back.
    Removed,
    /// The group has as many members as it can.
    Full,
}

impl JoinRefusal {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unable => "unable",
            Self::Invalid => "invalid",
            Self::Ended => "ended",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Removed => "removed",
            Self::Full => "full",
        }
    }
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The device of theirs that takes part.
    pub device: DeviceId,
    /// What they may do.
    pub role: Role,
    /// The name they went by when they were added; none for who began the group.
    pub name: Option<Name>,
    /// The operation that made them a member.
    pub since: OpId,
    /// Who added them; themselves, if they began the group.
    pub added_by: AccountId,
}

/// What the operations come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupState {
    /// What it is called.
    pub title: Name,
    /// The operation that holds its picture.
    pub picture: Option<OpId>,
    /// What newcomers see.
    pub history: History,
    /// Who takes part.
    pub members: BTreeMap<AccountId, Member>,
    /// Digest of the envelope secret in use.
    pub envelope: [u8; 32],
    /// The members, the senior ones first.
    pub order: Vec<AccountId>,
}

impl GroupState {
    /// What an account may do, if it takes part.
    #[must_use]
    pub fn role_of(&self, account: &AccountId) -> Option<Role> {
        self.members.get(account).map(|member| member.role)
    }
}
