//! Fixed-size secret bytes that wipe themselves. Knows nothing of what the bytes are for.

use core::fmt;

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes: wiped when dropped, never copied, printed or serialized by accident.
///
/// ```compile_fail
/// let secret = undertone_crypto::Secret::new([7; 32]);
/// let copy = secret.clone();
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the bytes over; the caller wipes any copy it keeps.
    #[must_use]
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// All zero bytes: a place to derive into.
    #[must_use]
    pub(crate) const fn zero() -> Self {
        Self([0; N])
    }

    /// `N` fresh random bytes.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Self::zero();
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// Copies `bytes`, or `None` if there are not exactly `N` of them.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        <&[u8; N]>::try_from(bytes).ok().map(|bytes| Self(*bytes))
    }

    /// The bytes themselves. Named so that a reader of the call sees what happens.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }

    pub(crate) const fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> ConstantTimeEq for Secret<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new([0xab_u8; 4])), "Secret(..)");
    }

    #[test]
    fn a_secret_takes_exactly_its_size() {
        assert!(Secret::<4>::from_slice(&[1, 2, 3]).is_none());
        assert!(Secret::<4>::from_slice(&[1, 2, 3, 4, 5]).is_none());
        assert_eq!(Secret::<4>::from_slice(&[1, 2, 3, 4]).expect("four bytes").expose(), &[1, 2, 3, 4]);
    }
}
