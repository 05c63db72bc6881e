//! The layout of a first message: the handshake's public part in front of a ratchet message. Knows nothing of keys.

use thiserror::Error;

use crate::aead::TAG;
use crate::bytes::Reader;
use crate::identity::DEV_CERT;
use crate::kdf;
use crate::kem::CIPHERTEXT;
use crate::label;
use crate::prekey::SUITE;

/// First byte of a first message.
pub const INIT_TYPE: u8 = 1;
/// Longest first message, in bytes, the ratchet message in it included.
pub const MAX_INIT: usize = 4096;
/// What the initiator says of itself, sealed: certificate, both list heads, generation, invite.
pub(crate) const SEALED_ID: usize = DEV_CERT + 32 + 32 + 4 + 8 + TAG;
/// Everything in front of the ratchet message, in bytes.
pub const INIT_PREFIX: usize = 1 + 2 + 8 + 4 + 32 + CIPHERTEXT + 2 + SEALED_ID;

/// Bytes that are not a first message of a suite we support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a first message")]
pub struct InitMsgError;

/// A first message taken apart; nothing of it is verified before [`crate::respond`].
#[derive(Clone, Debug)]
pub struct InitMsg {
    pub(crate) bundle_reference: [u8; 8],
    pub(crate) opk_id: u32,
    pub(crate) ephemeral: [u8; 32],
    pub(crate) ciphertext: Box<[u8; CIPHERTEXT]>,
    pub(crate) sealed_id: [u8; SEALED_ID],
    id: [u8; 32],
    message: Vec<u8>,
}

impl InitMsg {
    /// Checks size, type, suite and layout.
    ///
    /// # Errors
    /// [`InitMsgError`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, InitMsgError> {
        Self::read(bytes).ok_or(InitMsgError)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_INIT {
            return None;
        }
        let (prefix, message) = bytes.split_at_checked(INIT_PREFIX)?;
        let mut reader = Reader::new(prefix);
        reader.u8().filter(|kind| *kind == INIT_TYPE)?;
        reader.u16().filter(|suite| *suite == SUITE)?;
        let bundle_reference = *reader.array()?;
        let opk_id = reader.u32()?;
        let ephemeral = *reader.array()?;
        let ciphertext = Box::new(*reader.array()?);
        reader.u16().filter(|len| usize::from(*len) == SEALED_ID)?;
        let sealed_id = *reader.array()?;
        reader.end()?;
        Some(Self {
            bundle_reference,
            opk_id,
            ephemeral,
            ciphertext,
            sealed_id,
            id: kdf::hash(label::INIT_HASH, &[prefix]),
            message: message.to_vec(),
        })
    }

    /// The hash of all but the ratchet message: two first messages with the same one belong to the same
    /// handshake, and only one of them may be answered while the prekey lives.
    #[must_use]
    pub const fn id(&self) -> [u8; 32] {
        self.id
    }

    /// The short name of the bundle that was used.
    #[must_use]
    pub const fn bundle_reference(&self) -> [u8; 8] {
        self.bundle_reference
    }

    /// The number of the one-time prekey that was used; 0 for none.
    #[must_use]
    pub const fn opk_id(&self) -> u32 {
        self.opk_id
    }

    /// The ratchet message.
    #[must_use]
    pub fn dr_msg(&self) -> &[u8] {
        &self.message
    }
}
