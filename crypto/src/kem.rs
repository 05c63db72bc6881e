//! ML-KEM-768 (FIPS 203) behind three functions, keys kept as their 64-byte seeds. The only file that names the
//! implementation; it knows nothing of what a shared secret is mixed into.

use core::fmt;
use core::ops::IndexMut;

use libcrux_ml_kem::mlkem768::{
    MlKem768Ciphertext, MlKem768PublicKey, decapsulate, encapsulate, generate_key_pair, validate_public_key,
};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::secret::Secret;

/// Size of an encapsulation key, in bytes.
pub const ENCAPS_KEY: usize = 1184;
/// Size of a ciphertext, in bytes.
pub const CIPHERTEXT: usize = 1088;
/// Size of a key's seed (`d | z`), in bytes.
pub const SEED: usize = 64;
const DECAPS_KEY: usize = 2400;

/// The encapsulation key has coefficients that are not reduced (FIPS 203, 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a valid ML-KEM-768 encapsulation key")]
pub struct KemError;

/// A checked encapsulation key.
#[derive(Clone)]
pub struct EncapsKey(Box<MlKem768PublicKey>);

impl EncapsKey {
    /// The modulus check of FIPS 203, 7.2.
    ///
    /// # Errors
    /// [`KemError`] if a coefficient is not reduced.
    pub fn parse(bytes: &[u8; ENCAPS_KEY]) -> Result<Self, KemError> {
        let key = Box::new(MlKem768PublicKey::from(bytes));
        if validate_public_key(&key) { Ok(Self(key)) } else { Err(KemError) }
    }

    /// The encoded key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; ENCAPS_KEY] {
        self.0.as_slice()
    }

    /// A fresh shared secret and the ciphertext that carries it.
    pub fn encapsulate(&self, rng: &mut impl CryptoRng) -> (Box<[u8; CIPHERTEXT]>, Secret<32>) {
        self.encapsulate_with(&Secret::random(rng))
    }

    /// [`Self::encapsulate`] with given coins, which must never be used twice: for known answers.
    #[must_use]
    pub fn encapsulate_with(&self, coins: &Secret<32>) -> (Box<[u8; CIPHERTEXT]>, Secret<32>) {
        let (ciphertext, mut shared) = encapsulate(&self.0, *coins.expose());
        let secret = Secret::new(shared);
        shared.zeroize();
        (Box::new(ciphertext.into()), secret)
    }
}

impl fmt::Debug for EncapsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncapsKey(..)")
    }
}

/// A decapsulation key, as its seed. Wiped when dropped.
#[derive(Debug)]
pub struct KemSecret(Secret<SEED>);

impl KemSecret {
    /// A fresh key and its public half.
    pub fn generate(rng: &mut impl CryptoRng) -> (Self, EncapsKey) {
        let secret = Self::from_seed(Secret::random(rng));
        let public = secret.public();
        (secret, public)
    }

    /// The key with this seed.
    #[must_use]
    pub const fn from_seed(seed: Secret<SEED>) -> Self {
        Self(seed)
    }

    /// The seed.
    #[must_use]
    pub const fn expose_seed(&self) -> &[u8; SEED] {
        self.0.expose()
    }

    /// The public half, computed anew (about 16 us).
    #[must_use]
    pub fn public(&self) -> EncapsKey {
        self.expand().0
    }

    /// The shared secret in `ciphertext`. A ciphertext that was not made for this key gives a secret that nobody
    /// else has (implicit rejection), in the same time.
    #[must_use]
    pub fn decapsulate(&self, ciphertext: &[u8; CIPHERTEXT]) -> Secret<32> {
        let (_, key) = self.expand();
        let mut shared = decapsulate(&key.0, &MlKem768Ciphertext::from(ciphertext));
        let secret = Secret::new(shared);
        shared.zeroize();
        secret
    }

    fn expand(&self) -> (EncapsKey, Expanded) {
        let seed = Zeroizing::new(*self.0.expose());
        let (secret, public) = generate_key_pair(*seed).into_parts();
        (EncapsKey(Box::new(public)), Expanded(secret))
    }
}

/// The expanded decapsulation key, which the implementation does not wipe by itself.
struct Expanded(libcrux_ml_kem::mlkem768::MlKem768PrivateKey);

impl Drop for Expanded {
    fn drop(&mut self) {
        self.0.index_mut(0..DECAPS_KEY).zeroize();
    }
}
