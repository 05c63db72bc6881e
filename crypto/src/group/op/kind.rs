//! What an operation does, and its bytes. Knows nothing of who may do it.
//!
//! ```text
//! 1 Create    text | history | env_commit:32 | cert:197       5 SetRole    account:32 | role:1
//! 2 Add       cert:197 | role:1 | text                        6 Rename     text
//! 3 Remove    account:32 | env_commit:32 | n:1 | cut:24 each  7 SetPolicy  history
//! 4 Leave     last_seq:8                                      8 EnvRotate  env_commit:32
//! 9 SetPicture len:2 | bytes; 0 for none                       10 Invite    key:32 | role:1 | not_after:8 | uses:1
//! 11 Admit     op:32 | cert:197 | text | proof:64              12 Uninvite  op:32
//! text = len:2 | UTF-8;  history = 0 | 1, n:4 | 2;  cut = device:16 | last_seq:8, ascending by device
//! ```

use core::fmt;
use core::num::NonZeroU32;

use super::OpId;
use super::invitation::AdmissionProof;
use super::picture::{MAX_PICTURE, OpPicture};
use crate::bytes::Reader;
use crate::identity::{AccountId, DEV_CERT, DevCert, DeviceId};
use crate::sign::VerifyKey;

/// Longest title or name in an operation, in bytes.
pub const MAX_TEXT: usize = 256;
/// Devices of a removed account for which it can be said how far they count.
pub const MAX_CUTS: usize = 5;
/// Accounts that one invitation may let in.
pub const MAX_USES: u8 = 250;

/// A title or a name as another member wrote it: UTF-8 of at most [`MAX_TEXT`] bytes, not made fit to be shown. Never
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct OpText(String);

impl fmt::Debug for OpText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpText(..)")
    }
}

impl OpText {
    /// `None` if it is longer than [`MAX_TEXT`] bytes.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.len() <= MAX_TEXT).then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a member may do; which operations that covers is decided where they are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads only.
    ReadOnly,
    /// Reads and writes.
    Member,
    /// Helps to keep order.
    Moderator,
    /// Changes the membership.
    Admin,
    /// Changes the admins.
    Owner,
}

impl Role {
    const ALL: [Self; 5] = [Self::ReadOnly, Self::Member, Self::Moderator, Self::Admin, Self::Owner];

    const fn byte(self) -> u8 {
        match self {
            Self::ReadOnly => 0,
            Self::Member => 1,
            Self::Moderator => 2,
            Self::Admin => 3,
            Self::Owner => 4,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Self::ALL.get(usize::from(reader.u8()?)).copied()
    }
}

/// What somebody who joins may be shown of what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Nothing.
    None,
    /// The last so many messages.
    Last(NonZeroU32),
    /// Everything.
    All,
}

impl History {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::None => out.push(0),
            Self::Last(count) => {
                out.push(1);
                out.extend_from_slice(&count.get().to_be_bytes());
            }
            Self::All => out.push(2),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.u8()? {
            0 => Some(Self::None),
            1 => reader.u32().and_then(NonZeroU32::new).map(Self::Last),
            2 => Some(Self::All),
            _ => None,
        }
    }
}

/// How far what a device of a removed account wrote still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The device.
    pub device: DeviceId,
    /// The last of its entries that the remover had seen.
    pub last_seq: u64,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpKind {
    /// Begins the group; its author is the owner.
    Create {
        /// The group's title.
        title: OpText,
        /// What somebody who joins is shown.
        history: History,
        /// [`EnvelopeKey::commit`](crate::group::EnvelopeKey::commit) of the first envelope secret.
        env_commit: [u8; 32],
        /// The author's own certificate.
        cert: Box<DevCert>,
    },
    /// Lets an account in, with one device.
    Add {
        /// The device, which names the account.
        cert: Box<DevCert>,
        /// What the account may do.
        role: Role,
        /// What the author calls it: a hint for those who do not know it.
        name: OpText,
    },
    /// Puts an account out.
    Remove {
        /// The account.
        account: AccountId,
        /// Of the envelope secret that it will not get.
        env_commit: [u8; 32],
        /// How far its devices count, ascending by device, each once, at most [`MAX_CUTS`].
        cuts: Vec<Cut>,
    },
    /// The author goes.
    Leave {
        /// The author's last entry.
        last_seq: u64,
    },
    /// Changes what an account may do.
    SetRole {
        /// The account.
        account: AccountId,
        /// What it may do from now on.
        role: Role,
    },
    /// Changes the title.
    Rename {
        /// The new one.
        title: OpText,
    },
    /// Changes what somebody who joins is shown.
    SetPolicy {
        /// From now on.
        history: History,
    },
    /// Another envelope secret.
    EnvRotate {
        /// What commits to it.
        env_commit: [u8; 32],
    },
    /// Changes the picture.
    SetPicture {
        /// The new one; none takes it away.
        picture: Option<OpPicture>,
    },
    /// Lets whoever is given a secret in.
    Invite {
        /// The public half of that secret.
        key: VerifyKey,
        /// What they may do: [`Role::ReadOnly`] or [`Role::Member`].
        role: Role,
        /// When it ends, in milliseconds since the Unix epoch.
        not_after_ms: u64,
        /// How many accounts it lets in: 1 to [`MAX_USES`].
        uses: u8,
    },
    /// Lets an account in, with one device, by an invitation.
    Admit {
        /// The [`OpKind::Invite`].
        invite: OpId,
        /// The device, which names the account.
        cert: Box<DevCert>,
        /// What the account calls itself: a hint for those who do not know it.
        name: OpText,
        /// Of the invitation's secret, over the certificate. Not checked on reading: that takes the invitation.
        proof: AdmissionProof,
    },
    /// Ends an invitation.
    Uninvite {
        /// The [`OpKind::Invite`].
        invite: OpId,
    },
}

impl OpKind {
    /// Whether this begins a group: the one kind without parents.
    #[must_use]
    pub const fn is_create(&self) -> bool {
        matches!(self, Self::Create { .. })
    }

    /// `kind:1 | body`, or `None` if [`Self::read`] would refuse it.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Create { title, history, env_commit, cert } => {
                out.push(1);
                write_text(out, title)?;
                history.write(out);
                out.extend_from_slice(env_commit);
                out.extend_from_slice(cert.as_bytes());
            }
            Self::Add { cert, role, name } => {
                out.push(2);
                out.extend_from_slice(cert.as_bytes());
                out.push(role.byte());
                write_text(out, name)?;
            }
            Self::Remove { account, env_commit, cuts } => {
                out.push(3);
                out.extend_from_slice(account.as_bytes());
                out.extend_from_slice(env_commit);
                write_cuts(out, cuts)?;
            }
            Self::Leave { last_seq } => {
                out.push(4);
                out.extend_from_slice(&last_seq.to_be_bytes());
            }
            Self::SetRole { account, role } => {
                out.push(5);
                out.extend_from_slice(account.as_bytes());
                out.push(role.byte());
            }
            Self::Rename { title } => {
                out.push(6);
                write_text(out, title)?;
            }
            Self::SetPolicy { history } => {
                out.push(7);
                history.write(out);
            }
            Self::EnvRotate { env_commit } => {
                out.push(8);
                out.extend_from_slice(env_commit);
            }
            Self::SetPicture { picture } => {
                out.push(9);
                let bytes = picture.as_ref().map_or(&[][..], OpPicture::as_bytes);
                out.extend_from_slice(&u16::try_from(bytes.len()).ok()?.to_be_bytes());
                out.extend_from_slice(bytes);
            }
            Self::Invite { key, role, not_after_ms, uses } => {
                (is_lent(*role) && is_number_of_uses(*uses)).then_some(())?;
                out.push(10);
                out.extend_from_slice(key.as_bytes());
                out.push(role.byte());
                out.extend_from_slice(&not_after_ms.to_be_bytes());
                out.push(*uses);
            }
            Self::Admit { invite, cert, name, proof } => {
                out.push(11);
                out.extend_from_slice(invite.as_bytes());
                out.extend_from_slice(cert.as_bytes());
                write_text(out, name)?;
                out.extend_from_slice(proof.as_bytes());
            }
            Self::Uninvite { invite } => {
                out.push(12);
                out.extend_from_slice(invite.as_bytes());
            }
        }
        Some(())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.u8()? {
            1 => Self::Create {
                title: read_text(reader)?,
                history: History::read(reader)?,
                env_commit: *reader.array()?,
                cert: read_cert(reader)?,
            },
            2 => Self::Add { cert: read_cert(reader)?, role: Role::read(reader)?, name: read_text(reader)? },
            3 => Self::Remove {
                account: read_account(reader)?,
                env_commit: *reader.array()?,
                cuts: read_cuts(reader)?,
            },
            4 => Self::Leave { last_seq: reader.u64()? },
            5 => Self::SetRole { account: read_account(reader)?, role: Role::read(reader)? },
            6 => Self::Rename { title: read_text(reader)? },
            7 => Self::SetPolicy { history: History::read(reader)? },
            8 => Self::EnvRotate { env_commit: *reader.array()? },
            9 => Self::SetPicture { picture: read_picture(reader)? },
            10 => Self::Invite {
                key: VerifyKey::parse(reader.array()?).ok()?,
                role: Role::read(reader).filter(|role| is_lent(*role))?,
                not_after_ms: reader.u64()?,
                uses: reader.u8().filter(|uses| is_number_of_uses(*uses))?,
            },
            11 => Self::Admit {
                invite: read_op(reader)?,
                cert: read_cert(reader)?,
                name: read_text(reader)?,
                proof: AdmissionProof::new(*reader.array()?),
            },
            12 => Self::Uninvite { invite: read_op(reader)? },
            _ => return None,
        })
    }
}

/// Whether an invitation may let people in with the role.
const fn is_lent(role: Role) -> bool {
    matches!(role, Role::ReadOnly | Role::Member)
}

const fn is_number_of_uses(uses: u8) -> bool {
    uses >= 1 && uses <= MAX_USES
}

fn read_op(reader: &mut Reader<'_>) -> Option<OpId> {
    reader.array().copied().map(OpId)
}

fn write_text(out: &mut Vec<u8>, text: &OpText) -> Option<()> {
    out.extend_from_slice(&u16::try_from(text.0.len()).ok()?.to_be_bytes());
    out.extend_from_slice(text.0.as_bytes());
    Some(())
}

fn read_text(reader: &mut Reader<'_>) -> Option<OpText> {
    let len = reader.u16().map(usize::from).filter(|len| *len <= MAX_TEXT)?;
    OpText::new(core::str::from_utf8(reader.slice(len)?).ok()?)
}

fn read_picture(reader: &mut Reader<'_>) -> Option<Option<OpPicture>> {
    let len = reader.u16().map(usize::from).filter(|len| *len <= MAX_PICTURE)?;
    let bytes = reader.slice(len)?;
    if bytes.is_empty() { Some(None) } else { OpPicture::new(bytes).map(Some) }
}

fn read_cert(reader: &mut Reader<'_>) -> Option<Box<DevCert>> {
    DevCert::parse(reader.slice(DEV_CERT)?).ok().map(Box::new)
}

fn read_account(reader: &mut Reader<'_>) -> Option<AccountId> {
    AccountId::from_bytes(reader.array()?).ok()
}

fn are_canonical(cuts: &[Cut]) -> bool {
    cuts.len() <= MAX_CUTS && cuts.is_sorted_by(|one, other| one.device < other.device)
}

fn write_cuts(out: &mut Vec<u8>, cuts: &[Cut]) -> Option<()> {
    are_canonical(cuts).then_some(())?;
    out.push(u8::try_from(cuts.len()).ok()?);
    for cut in cuts {
        out.extend_from_slice(cut.device.as_bytes());
        out.extend_from_slice(&cut.last_seq.to_be_bytes());
    }
    Some(())
}

fn read_cuts(reader: &mut Reader<'_>) -> Option<Vec<Cut>> {
    let count = reader.u8().map(usize::from).filter(|count| *count <= MAX_CUTS)?;
    let cut = |_| Some(Cut { device: DeviceId::new(*reader.array()?), last_seq: reader.u64()? });
    let cuts: Option<Vec<_>> = (0..count).map(cut).collect();
    cuts.filter(|cuts| are_canonical(cuts))
}
