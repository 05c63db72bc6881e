//! Why something asked for could not be done. Each has a stable code for programs and a sentence for people.

use thiserror::Error;

/// Why something asked for could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// A link that is not an invite.
    #[error("this is not an Undertone invite: ask for a new link or copy the whole link")]
    BadInvite,
    /// The account is blocked.
    #[error("this person is blocked: unblock them first")]
    Blocked,
    /// The disk has no room; nothing was changed.
    #[error("the disk is full: free some space, nothing was lost")]
    DiskFull,
    /// There is a profile in the folder already.
    #[error("there is a profile in this folder already")]
    Exists,
    /// The invite has ended.
    #[error("this invite has expired: ask for a new one")]
    InviteExpired,
    /// The invite was used by somebody else.
    #[error("this invite has been used already: ask for a new one")]
    InviteUsed,
    /// The disk failed; the folder was left as it was.
    #[error("the profile folder cannot be read or written: {0}")]
    Io(String),
    /// The person has a new device; sending is held.
    #[error("this person has a new device: check with them that it is theirs, then accept it")]
    KeyChanged,
    /// A passphrase is needed first.
    #[error("the profile is locked: unlock it with your passphrase first")]
    Locked,
    /// The folder holds no profile yet.
    #[error("there is no profile in this folder yet: create one first")]
    NoProfile,
    /// The rules forbid it.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// No such thing.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The profile is damaged; it was left as it is.
    #[error("the profile is damaged ({0}): it was left untouched; run the doctor or restore a backup")]
    ProfileDamaged(String),
    /// Another program holds the profile.
    #[error("the profile is in use by another running copy ({0})")]
    ProfileInUse(String),
    /// The profile was written by a newer version.
    #[error("the profile was made by a newer version of Undertone: update, it was left untouched")]
    ProfileNewer,
    /// The program is ending.
    #[error("the program is shutting down")]
    Stopped,
    /// Too long.
    #[error("too long: at most {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A value that cannot be.
    #[error("{0}")]
    Invalid(&'static str),
    /// The passphrase does not open the profile.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The words are not a recovery phrase.
    #[error("these are not the 24 words of a recovery phrase: check the spelling and the order")]
    WrongPhrase,
}

impl ClientError {
    /// The stable code, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadInvite => "bad-invite",
            Self::Blocked => "blocked",
            Self::DiskFull => "disk-full",
            Self::Exists => "profile-exists",
            Self::Invalid(_) => "invalid",
            Self::InviteExpired => "invite-expired",
            Self::InviteUsed => "invite-used",
            Self::Io(_) => "io",
            Self::KeyChanged => "key-changed",
            Self::Locked => "locked",
            Self::NoProfile => "no-profile",
            Self::NotAllowed(_) => "not-allowed",
            Self::NotFound(_) => "not-found",
            Self::ProfileDamaged(_) => "profile-damaged",
            Self::ProfileInUse(_) => "profile-in-use",
            Self::ProfileNewer => "profile-newer",
            Self::Stopped => "stopped",
            Self::TooLarge { .. } => "too-large",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::WrongPhrase => "wrong-phrase",
        }
    }
}
