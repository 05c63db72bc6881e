//! Operations on a group's membership: signed by a device, tied to the operations before them, and named by their
//! hash (docs/protocol.md, "Groups"). Knows nothing of what a set of them amounts to.
//!
//! ```text
//! 0x20 | 1 | gid:32 | n_parents:1 | parent:32 each, ascending | author:32 | device:16 | lamport:8 | time:8
//!      | kind:1 | body | Sig_DSK("ut1/gop", all before)
//! ```

mod invitation;
mod kind;
mod picture;

use core::fmt;

use thiserror::Error;

pub use invitation::{AdmissionProof, InvitationSecret};
pub use kind::{Cut, History, MAX_CUTS, MAX_TEXT, MAX_USES, OpKind, OpText, Role};
pub use picture::{MAX_PICTURE, OpPicture};

use super::{GroupId, OpId};
use crate::bytes::Reader;
use crate::identity::{AccountId, DevCert, DeviceId, DeviceKeys};
use crate::kdf;
use crate::label;
use crate::sign::SIGNATURE;

/// First byte of an operation.
pub const TYPE: u8 = 0x20;
const VERSION: u8 = 1;
/// Longest operation, in bytes.
pub const MAX_OP: usize = 8192;
/// Operations that one may follow directly.
pub const MAX_PARENTS: usize = 8;

/// Why an operation cannot be made or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpError {
    /// Not the one canonical form of an operation of this version, or one that breaks a rule of its kind.
    #[error("not an operation of this version")]
    Layout,
    /// It belongs to another group.
    #[error("the operation belongs to another group")]
    OtherGroup,
    /// The certificate is not the one of the author's device.
    #[error("the certificate is not the author's")]
    Author,
    /// The author's device did not sign it.
    #[error("the author's device did not sign the operation")]
    Signature,
}

/// An operation to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The group it changes.
    pub group: GroupId,
    /// The operations it follows directly, in any order: none for [`OpKind::Create`], else 1 to [`MAX_PARENTS`].
    pub parents: Vec<OpId>,
    /// One more than the largest of its parents.
    pub lamport: u64,
    /// The author's clock, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// What it does.
    pub kind: OpKind,
}

/// An operation that its author's device signed, in bytes and taken apart.
///
/// There is no way to one but [`Op::sign`] and [`UnverifiedOp::verify`]:
///
/// ```compile_fail
/// use undertone_crypto::group::{Op, UnverifiedOp};
/// fn believe(op: UnverifiedOp) -> Op { op.into() }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Op {
    bytes: Vec<u8>,
    id: OpId,
    group: GroupId,
    parents: Vec<OpId>,
    author: AccountId,
    device: DeviceId,
    lamport: u64,
    time_ms: u64,
    kind: OpKind,
}

impl Op {
    /// Signs `draft` with the device that `cert` certifies.
    ///
    /// # Errors
    /// [`OpError::Author`] if the certificate is another device's, [`OpError::Layout`] if it breaks a rule of its
    /// kind: parents, certificate or cuts.
    pub fn sign(draft: Draft, device: &DeviceKeys, cert: &DevCert) -> Result<Self, OpError> {
        if !device.matches(cert) {
            return Err(OpError::Author);
        }
        let Draft { group, mut parents, lamport, time_ms, kind } = draft;
        parents.sort_unstable();
        parents.dedup();
        let (author, device_id) = (cert.account(), cert.device());
        let op = Self {
            bytes: Vec::new(),
            id: OpId([0; 32]),
            group,
            parents,
            author,
            device: device_id,
            lamport,
            time_ms,
            kind,
        };
        let mut bytes = op.check().and_then(|()| op.write()).ok_or(OpError::Layout)?;
        let signature = device.sign(label::OPERATION, &bytes);
        bytes.extend_from_slice(&signature);
        Ok(Self { id: op_id(&bytes), bytes, ..op })
    }

    /// `None` if it breaks a rule that needs nothing but the operation itself.
    fn check(&self) -> Option<()> {
        let count = self.parents.len();
        let own = match &self.kind {
            OpKind::Create { cert, .. } => {
                count == 0 && cert.account() == self.author && cert.device() == self.device
            }
            _ => (1..=MAX_PARENTS).contains(&count),
        };
        (own && self.parents.is_sorted_by(|one, other| one < other)).then_some(())
    }

    fn write(&self) -> Option<Vec<u8>> {
        let mut out = vec![TYPE, VERSION];
        out.extend_from_slice(self.group.as_bytes());
        out.push(u8::try_from(self.parents.len()).ok()?);
        self.parents.iter().for_each(|parent| out.extend_from_slice(parent.as_bytes()));
        out.extend_from_slice(self.author.as_bytes());
        out.extend_from_slice(self.device.as_bytes());
        out.extend_from_slice(&self.lamport.to_be_bytes());
        out.extend_from_slice(&self.time_ms.to_be_bytes());
        self.kind.write(&mut out)?;
        Some(out)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes.get(..bytes.len().checked_sub(SIGNATURE)?)?);
        if bytes.len() > MAX_OP || (reader.u8()?, reader.u8()?) != (TYPE, VERSION) {
            return None;
        }
        let group = GroupId(*reader.array()?);
        let count = reader.u8().map(usize::from).filter(|count| *count <= MAX_PARENTS)?;
        let parents = (0..count).map(|_| reader.array().copied().map(OpId)).collect::<Option<_>>()?;
        let op = Self {
            group,
            parents,
            author: AccountId::from_bytes(reader.array()?).ok()?,
            device: DeviceId::new(*reader.array()?),
            lamport: reader.u64()?,
            time_ms: reader.u64()?,
            kind: OpKind::read(&mut reader)?,
            id: op_id(bytes),
            bytes: bytes.to_vec(),
        };
        reader.end()?;
        op.check()?;
        Some(op)
    }

    /// The bytes, signature included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its name: the hash of its bytes.
    #[must_use]
    pub const fn id(&self) -> OpId {
        self.id
    }

    /// The group it changes.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The operations it follows directly, ascending.
    #[must_use]
    pub fn parents(&self) -> &[OpId] {
        &self.parents
    }

    /// The account that made it.
    #[must_use]
    pub const fn author(&self) -> AccountId {
        self.author
    }

    /// The device that signed it.
    #[must_use]
    pub const fn author_device(&self) -> DeviceId {
        self.device
    }

    /// Says that it is one more than the largest of its parents; the caller who has them checks.
    #[must_use]
    pub const fn lamport(&self) -> u64 {
        self.lamport
    }

    /// The author's clock, in milliseconds since the Unix epoch. A claim.
    #[must_use]
    pub const fn time_ms(&self) -> u64 {
        self.time_ms
    }

    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> &OpKind {
        &self.kind
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Op")
            .field("id", &self.id)
            .field("author", &self.author)
            .field("lamport", &self.lamport)
            .finish_non_exhaustive()
    }
}

/// An operation of the right form that nobody has vouched for yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnverifiedOp(Op);

impl UnverifiedOp {
    /// Checks everything but the signature: form, group, the rules of its kind and the certificate in it.
    ///
    /// # Errors
    /// [`OpError::Layout`] or [`OpError::OtherGroup`].
    pub fn parse(bytes: &[u8], group: &GroupId) -> Result<Self, OpError> {
        let op = Op::read(bytes).ok_or(OpError::Layout)?;
        if op.group != *group {
            return Err(OpError::OtherGroup);
        }
        Ok(Self(op))
    }

    /// The name it will have.
    #[must_use]
    pub const fn id(&self) -> OpId {
        self.0.id
    }

    /// The operations that must be known before it, ascending.
    #[must_use]
    pub fn parents(&self) -> &[OpId] {
        &self.0.parents
    }

    /// Whose certificate [`Self::verify`] needs: one that an earlier operation carried,
    #[must_use]
    pub const fn author(&self) -> (AccountId, DeviceId) {
        (self.0.author, self.0.device)
    }

    /// or the one that the operation carries itself, if it begins the group.
    #[must_use]
    pub fn own_cert(&self) -> Option<&DevCert> {
        match &self.0.kind {
            OpKind::Create { cert, .. } => Some(cert),
            _ => None,
        }
    }

    /// Checks that the author's device signed it. Not whether the certificate holds at some time.
    ///
    /// # Errors
    /// [`OpError::Author`] or [`OpError::Signature`].
    pub fn verify(self, cert: &DevCert) -> Result<Op, OpError> {
        let Self(op) = self;
        if (cert.account(), cert.device()) != (op.author, op.device) {
            return Err(OpError::Author);
        }
        let (signed, signature) = op.bytes.split_last_chunk::<SIGNATURE>().ok_or(OpError::Layout)?;
        let verified = cert.signing().verify(label::OPERATION, signed, signature);
        verified.map_err(|_| OpError::Signature)?;
        Ok(op)
    }
}

fn op_id(bytes: &[u8]) -> OpId {
    OpId(kdf::hash(label::OPERATION_ID, &[bytes]))
}
