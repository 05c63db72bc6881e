//! The key of an invitation to a group: whoever holds it says which device is let in. Knows nothing of who may invite,
//! nor of whether an invitation still holds.

use core::fmt;

use rand_core::CryptoRng;

use super::OpId;
use crate::identity::DevCert;
use crate::label;
use crate::secret::Secret;
use crate::sign::{SIGNATURE, SignError, SigningSecret, VerifyKey};

/// The secret half of an invitation, which is in its link. Wiped when dropped.
pub struct InvitationSecret(SigningSecret);

impl InvitationSecret {
    /// A fresh one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(SigningSecret::generate(rng))
    }

    /// The one with this seed.
    #[must_use]
    pub fn from_seed(seed: &Secret<32>) -> Self {
        Self(SigningSecret::from_seed(seed))
    }

    /// The secret seed.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.0.expose_seed()
    }

    /// The public half, which is in the operation.
    #[must_use]
    pub fn public(&self) -> VerifyKey {
        self.0.public()
    }

    /// Says that the device of this certificate is the one to be let in by the invitation.
    #[must_use]
    pub fn admit(&self, invite: &OpId, cert: &DevCert) -> AdmissionProof {
        AdmissionProof(self.0.sign(label::ADMISSION, &admission(invite, cert)))
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationSecret(..)")
    }
}

/// The signature of an invitation's key over one certificate. It proves nothing until it was checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AdmissionProof([u8; SIGNATURE]);

impl AdmissionProof {
    /// The one with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; SIGNATURE]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SIGNATURE] {
        &self.0
    }

    /// Checks that the invitation with this key and this name lets the device of the certificate in.
    ///
    /// # Errors
    /// [`SignError`] if the signature is another's, or for another invitation, account or device.
    pub fn verify(&self, key: &VerifyKey, invite: &OpId, cert: &DevCert) -> Result<(), SignError> {
        key.verify(label::ADMISSION, &admission(invite, cert), &self.0)
    }
}

impl fmt::Debug for AdmissionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdmissionProof(..)")
    }
}

/// What is signed. The name of the operation is a digest that its group went into.
fn admission(invite: &OpId, cert: &DevCert) -> Vec<u8> {
    [invite.as_bytes().as_slice(), cert.as_bytes()].concat()
}
