//! What lets another device read a chain from one iteration on: sent over a session between two devices, never in
//! the group. Knows nothing of that session; the caller says from which device it came.
//!
//! ```text
//! 0x31 | 1 | gid:32 | chain_id:16 | iteration:4 | ck:32 | spk:32 | origin:32 | base_view:32
//!      | prev_chain_id:16 | prev_len:4 | created:8 | flags:2
//! ```

use thiserror::Error;
use zeroize::Zeroizing;

use super::chain::{ChainKey, chain_id};
use super::sender::MAX_ITERATIONS;
use super::{ChainId, GroupId};
use crate::bytes::Reader;
use crate::identity::DeviceId;
use crate::secret::Secret;
use crate::sign::VerifyKey;

/// First byte of an encoded sender key.
pub const TYPE: u8 = 0x31;
const VERSION: u8 = 1;
/// Size of an encoded sender key, in bytes.
pub const SENDER_KEY: usize = 2 + 32 + 16 + 4 + 32 + 32 + 32 + 32 + 16 + 4 + 8 + 2;

/// Why bytes are not a sender key of the device they came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SenderKeyError {
    /// Of another size, type or version, or past the end of a chain.
    #[error("not a sender key of this version")]
    Layout,
    /// The signing key is not canonical or of small order.
    #[error("the signing key of the sender key is not usable")]
    Key,
    /// The chain's name does not belong to this group, device and signing key: somebody else's chain.
    #[error("the chain is not one of the device that sent it")]
    ChainId,
}

/// A second sender key for a known chain that says something else than the first: the first stays, and the
/// sender is to be shown as one that tells members different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a known chain was announced with other contents")]
pub struct ChainConflict;

/// What a chain is, whoever learns of it and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) group: GroupId,
    pub(super) device: DeviceId,
    pub(super) public: VerifyKey,
    pub(super) origin: [u8; 32],
    pub(super) base_view: [u8; 32],
    pub(super) prev: Option<Predecessor>,
    pub(super) created_ms: u64,
}

/// The chain that a device used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predecessor {
    /// Its name.
    pub chain: ChainId,
    /// How many messages it sealed.
    pub len: u32,
}

impl Chain {
    pub(super) fn id(&self) -> ChainId {
        chain_id(&self.group, self.device, &self.public, &self.origin)
    }

    /// From the signing key to the time: what a sender key and a stored chain have in common.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.public.as_bytes());
        out.extend_from_slice(&self.origin);
        out.extend_from_slice(&self.base_view);
        let prev = self.prev.unwrap_or(Predecessor { chain: ChainId([0; 16]), len: 0 });
        out.extend_from_slice(prev.chain.as_bytes());
        out.extend_from_slice(&prev.len.to_be_bytes());
        out.extend_from_slice(&self.created_ms.to_be_bytes());
    }

    pub(super) fn read(
        reader: &mut Reader<'_>,
        group: GroupId,
        device: DeviceId,
    ) -> Result<Self, SenderKeyError> {
        let layout = SenderKeyError::Layout;
        let public = VerifyKey::parse(reader.array().ok_or(layout)?).map_err(|_| SenderKeyError::Key)?;
        let origin = *reader.array().ok_or(layout)?;
        let base_view = *reader.array().ok_or(layout)?;
        let prev = Predecessor {
            chain: ChainId(*reader.array().ok_or(layout)?),
            len: reader.u32().filter(|len| *len <= MAX_ITERATIONS).ok_or(layout)?,
        };
        let prev = match (prev.chain.as_bytes() == &[0; 16], prev.len) {
            (true, 0) => None,
            (true, _) => return Err(layout),
            (false, _) => Some(prev),
        };
        let created_ms = reader.u64().ok_or(layout)?;
        Ok(Self { group, device, public, origin, base_view, prev, created_ms })
    }
}

/// A chain at one iteration, as its own device gives it to another. Secret, wiped when dropped.
///
/// ```compile_fail
/// fn twice(key: &undertone_crypto::group::SenderKey) -> undertone_crypto::group::SenderKey { key.clone() }
/// ```
#[derive(Debug)]
pub struct SenderKey {
    pub(super) chain: Chain,
    pub(super) id: ChainId,
    pub(super) iteration: u32,
    pub(super) key: ChainKey,
}

impl SenderKey {
    /// Reads a sender key that came over the confirmed session with `from`. A chain's name binds its device, so
    /// that nobody can pass on, or take the place of, another device's chain.
    ///
    /// # Errors
    /// [`SenderKeyError`] says what was wrong.
    pub fn decode(bytes: &[u8], from: DeviceId) -> Result<Self, SenderKeyError> {
        let layout = SenderKeyError::Layout;
        let mut reader = Reader::new(bytes);
        if (reader.u8(), reader.u8()) != (Some(TYPE), Some(VERSION)) {
            return Err(layout);
        }
        let group = GroupId(*reader.array().ok_or(layout)?);
        let id = ChainId(*reader.array().ok_or(layout)?);
        let iteration = reader.u32().filter(|at| *at <= MAX_ITERATIONS).ok_or(layout)?;
        let key = ChainKey::new(Secret::new(*reader.array().ok_or(layout)?));
        let chain = Chain::read(&mut reader, group, from)?;
        if reader.u16() != Some(0) || reader.end().is_none() {
            return Err(layout);
        }
        let is_origin = iteration > 0 || key.origin() == chain.origin;
        if chain.id() != id || !is_origin {
            return Err(SenderKeyError::ChainId);
        }
        Ok(Self { chain, id, iteration, key })
    }

    /// The bytes to seal for one device.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        // large enough from the start: a buffer that moves leaves a copy of the secrets behind
        let mut out = Zeroizing::new(Vec::with_capacity(SENDER_KEY));
        out.extend_from_slice(&[TYPE, VERSION]);
        out.extend_from_slice(self.chain.group.as_bytes());
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(&self.iteration.to_be_bytes());
        out.extend_from_slice(self.key.expose());
        self.chain.write(&mut out);
        out.extend_from_slice(&[0, 0]);
        out
    }

    /// The group it belongs to.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.chain.group
    }

    /// The device whose chain it is.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.chain.device
    }

    /// The chain's name.
    #[must_use]
    pub const fn chain_id(&self) -> ChainId {
        self.id
    }

    /// The first message it can open.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The membership for which the chain was made.
    #[must_use]
    pub const fn base_view(&self) -> &[u8; 32] {
        &self.chain.base_view
    }

    /// The chain before, so that what is missing at its end is known.
    #[must_use]
    pub const fn predecessor(&self) -> Option<Predecessor> {
        self.chain.prev
    }

    /// When the chain was made by its device's clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn created_ms(&self) -> u64 {
        self.chain.created_ms
    }
}
