//! Ed25519 (RFC 8032) under a label, verified strictly. Knows nothing of who signs or what.

use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use thiserror::Error;

use crate::label::Label;
use crate::secret::Secret;

/// Size of a signature, in bytes.
pub const SIGNATURE: usize = 64;

/// The key is not canonically encoded or of small order, or the signature is not its strict signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a valid Ed25519 key or signature")]
pub struct SignError;

/// A public key: canonical, not of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyKey(VerifyingKey);

impl VerifyKey {
    /// Checks that `bytes` is the canonical encoding of a point that is not of small order.
    ///
    /// # Errors
    /// [`SignError`] otherwise.
    pub fn parse(bytes: &[u8; 32]) -> Result<Self, SignError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| SignError)?;
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(SignError);
        }
        Ok(Self(key))
    }

    /// The encoded point.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks the strict signature over `label | message`.
    ///
    /// # Errors
    /// [`SignError`] if it is any other signature.
    pub fn verify(&self, label: Label, message: &[u8], signature: &[u8; SIGNATURE]) -> Result<(), SignError> {
        self.verify_bytes(&labelled(label, message), signature)
    }

    fn verify_bytes(&self, message: &[u8], signature: &[u8; SIGNATURE]) -> Result<(), SignError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| SignError)
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyKey(..)")
    }
}

/// A secret key with the public half that belongs to it. Wiped when dropped.
///
/// There is no way to sign with another public half (RUSTSEC-2022-0093):
///
/// ```compile_fail
/// use undertone_crypto::{Secret, label, sign::SigningSecret};
/// let (mine, other) = (SigningSecret::from_seed(&Secret::new([1; 32])), SigningSecret::from_seed(&Secret::new([2; 32])));
/// mine.sign_with_public(label::BUNDLE, b"message", other.public());
/// ```
/// ```compile_fail
/// use undertone_crypto::{Secret, label, sign::SigningSecret};
/// let (mine, other) = (SigningSecret::from_seed(&Secret::new([1; 32])), SigningSecret::from_seed(&Secret::new([2; 32])));
/// let mismatched = SigningSecret { public: *other.public(), ..mine };
/// ```
pub struct SigningSecret(SigningKey);

impl SigningSecret {
    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_seed(&Secret::random(rng))
    }

    /// The key with this 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &Secret<32>) -> Self {
        Self(SigningKey::from_bytes(seed.expose()))
    }

    /// The secret seed.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    /// The signature over `label | message`.
    #[must_use]
    pub fn sign(&self, label: Label, message: &[u8]) -> [u8; SIGNATURE] {
        self.sign_bytes(&labelled(label, message))
    }

    fn sign_bytes(&self, message: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

fn labelled(label: Label, message: &[u8]) -> Vec<u8> {
    [label.as_bytes(), message].concat()
}
