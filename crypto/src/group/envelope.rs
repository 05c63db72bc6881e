//! The outer layer of what a group sends: hides chains, counters and sizes of headers from everyone outside.
//! It protects who talks when; what is said is protected by the sender chains alone and never depends on it.
//!
//! ```text
//! frame = 0x30 | 1 | id:8 | N:24 | XAEAD(key, N, inner, ad = "ut1/genv" | 0x30 | 1 | id)
//! ```

use data_encoding::BASE32_NOPAD;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{EnvelopeId, Sealed};
use crate::aead::{self, TAG, XNONCE};
use crate::bytes::Reader;
use crate::kdf;
use crate::label;
use crate::secret::Secret;

/// First byte of a group message.
pub const FRAME_TYPE: u8 = 0x30;
const VERSION: u8 = 1;
/// Longest frame, in bytes.
pub const MAX_FRAME: usize = 65_536;
/// `type | version | id`, which are authenticated.
const HEAD: usize = 2 + 8;
/// What an envelope adds to its content, in bytes.
pub(super) const OVERHEAD: usize = HEAD + XNONCE + TAG;

/// Why a frame is not a message of this envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// Not a frame, or one of an envelope we do not know: to be ignored, its sender may just be ahead of us.
    #[error("not a frame of this envelope")]
    Unknown,
    /// It names this envelope and was not sealed with it: whoever made it is no member.
    #[error("the envelope is not authentic")]
    Forged,
    /// Sealed by a member, but not a message: that member broke the rules.
    #[error("the envelope does not hold a group message")]
    Content,
}

/// The envelope that a frame names, to find its key by; `None` if it is no frame. Nothing is verified.
#[must_use]
pub fn peek(frame: &[u8]) -> Option<EnvelopeId> {
    let mut reader = Reader::new(frame);
    let head = (reader.u8()?, reader.u8()?);
    let id = reader.array()?;
    (frame.len() <= MAX_FRAME && head == (FRAME_TYPE, VERSION)).then_some(EnvelopeId(*id))
}

/// The secret that the members of a group share until somebody leaves. Wiped when dropped.
#[derive(Debug)]
pub struct EnvelopeKey {
    secret: Secret<32>,
    key: Secret<32>,
    id: EnvelopeId,
}

impl EnvelopeKey {
    /// A fresh secret.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::new(Secret::random(rng))
    }

    /// The envelope with this secret, as a member sent it or a record held it.
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self::new(Secret::new(*secret))
    }

    fn new(secret: Secret<32>) -> Self {
        let key = kdf::derive(&[], &[secret.expose()], label::ENVELOPE_KEY, &[]);
        let id: Secret<8> = kdf::derive(&[], &[secret.expose()], label::ENVELOPE_ID, &[]);
        Self { id: EnvelopeId(*id.expose()), key, secret }
    }

    /// The secret, for a member over its session or a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.secret.expose())
    }

    /// What an operation says of this secret.
    #[must_use]
    pub fn commit(&self) -> [u8; 32] {
        kdf::hash(label::ENVELOPE_COMMIT, &[self.secret.expose()])
    }

    /// Whether this is the secret that an operation committed to.
    #[must_use]
    pub fn is_committed_by(&self, commit: &[u8; 32]) -> bool {
        self.commit().ct_eq(commit).into()
    }

    /// What its frames name it.
    #[must_use]
    pub const fn id(&self) -> EnvelopeId {
        self.id
    }

    /// Where its members meet in `week` (weeks since the Unix epoch): 32 characters of base32, lower case.
    #[must_use]
    pub fn topic(&self, week: u32) -> String {
        let topic: Secret<20> = kdf::derive(&[], &[self.secret.expose()], label::TOPIC, &week.to_be_bytes());
        BASE32_NOPAD.encode(topic.expose()).to_ascii_lowercase()
    }

    /// Seals the content at the end of `frame`, in front of which [`Self::head`] was written.
    pub(super) fn close(&self, frame: &mut Vec<u8>, nonce: &[u8; XNONCE]) -> Option<()> {
        let content = frame.get_mut(HEAD.checked_add(XNONCE)?..)?;
        let tag = aead::xseal(&self.key, nonce, &self.ad(), content).ok()?;
        frame.extend_from_slice(&tag);
        Some(())
    }

    /// The frame up to its content.
    pub(super) fn head(&self, nonce: &[u8; XNONCE], content: usize) -> Vec<u8> {
        let mut frame = Vec::with_capacity(content.saturating_add(OVERHEAD));
        frame.extend_from_slice(&[FRAME_TYPE, VERSION]);
        frame.extend_from_slice(self.id.as_bytes());
        frame.extend_from_slice(nonce);
        frame
    }

    /// Opens a frame and reads the message in it, of which nothing is verified yet but that a member sent it.
    ///
    /// # Errors
    /// [`EnvelopeError`] says whose fault it is.
    pub fn open(&self, frame: &[u8]) -> Result<Sealed, EnvelopeError> {
        if peek(frame) != Some(self.id) {
            return Err(EnvelopeError::Unknown);
        }
        let (nonce, inner) = self.decrypt(frame).ok_or(EnvelopeError::Forged)?;
        Sealed::parse(nonce, inner).ok_or(EnvelopeError::Content)
    }

    fn decrypt(&self, frame: &[u8]) -> Option<([u8; XNONCE], Vec<u8>)> {
        let (nonce, rest) = frame.get(HEAD..)?.split_first_chunk::<XNONCE>()?;
        let (content, tag) = rest.split_last_chunk::<TAG>()?;
        let mut inner = content.to_vec();
        aead::xopen(&self.key, nonce, &self.ad(), &mut inner, tag).ok()?;
        Some((*nonce, inner))
    }

    fn ad(&self) -> [u8; 18] {
        let [l, d] = [label::ENVELOPE.as_bytes(), self.id.as_bytes().as_slice()];
        let mut ad = [0; 18];
        let parts = l.iter().chain(&[FRAME_TYPE, VERSION]).chain(d);
        ad.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        ad
    }
}
