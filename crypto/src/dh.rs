//! X25519 (RFC 7748) with only those public keys that contribute, and public halves computed once. Knows
//! nothing of who owns a key.

use core::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::secret::Secret;

/// The five canonical u-coordinates of small order, on the curve and on its twist.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    *b"\xe0\xeb\x7a\x7c\x3b\x41\xb8\xae\x16\x56\xe3\xfa\xf1\x9f\xc4\x6a\xda\x09\x8d\xeb\x9c\x32\xb1\xfd\x86\x62\x05\x16\x5f\x49\xb8\x00",
    *b"\x5f\x9c\x95\xbc\xa3\x50\x8c\x24\xb1\xd0\xb1\x55\x9c\x83\xef\x5b\x04\x44\x5c\xc4\x58\x1c\x8e\x86\xd8\x22\x4e\xdd\xd0\x9f\x11\x57",
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
];

/// The public key is of small order or not canonically encoded, or the shared secret came out as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a usable X25519 public key")]
pub struct DhError;

/// A public key that contributes to a shared secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DhPublic(PublicKey);

impl DhPublic {
    /// Checks that `bytes` is the canonical encoding of a point that is not of small order.
    ///
    /// # Errors
    /// [`DhError`] otherwise.
    pub fn parse(bytes: &[u8; 32]) -> Result<Self, DhError> {
        if !is_canonical(bytes) || SMALL_ORDER.contains(bytes) {
            return Err(DhError);
        }
        Ok(Self(PublicKey::from(*bytes)))
    }

    /// The u-coordinate, little endian.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for DhPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DhPublic(..)")
    }
}

/// `bytes` < 2^255 - 19, the unused top bit included.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *high < 0x7f || (*high == 0x7f && (*low < 0xed || middle.iter().any(|byte| *byte != 0xff)))
}

/// A secret key and its public half. Wiped when dropped.
pub struct DhSecret {
    secret: StaticSecret,
    public: DhPublic,
}

impl DhSecret {
    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_secret(StaticSecret::random_from_rng(rng))
    }

    /// The key with these 32 bytes (clamped at use, RFC 7748).
    #[must_use]
    pub fn from_bytes(bytes: &Secret<32>) -> Self {
        Self::from_secret(StaticSecret::from(*bytes.expose()))
    }

    fn from_secret(secret: StaticSecret) -> Self {
        let public = DhPublic(PublicKey::from(&secret));
        Self { secret, public }
    }

    /// A second copy, for the one case where a prekey becomes a session's first ratchet key.
    pub(crate) fn duplicate(&self) -> Self {
        Self { secret: self.secret.clone(), public: self.public }
    }

    /// The secret bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &DhPublic {
        &self.public
    }

    /// The shared secret with `peer`.
    ///
    /// # Errors
    /// [`DhError`] if it came out as zero, which [`DhPublic::parse`] already rules out.
    pub fn agree(&self, peer: &DhPublic) -> Result<Secret<32>, DhError> {
        let shared = self.secret.diffie_hellman(&peer.0);
        if shared.was_contributory() { Ok(Secret::new(shared.to_bytes())) } else { Err(DhError) }
    }
}

impl fmt::Debug for DhSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DhSecret(..)")
    }
}
