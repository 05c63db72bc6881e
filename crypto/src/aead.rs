//! ChaCha20-Poly1305 (RFC 8439) and XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), in place and with a random
//! nonce in front. Knows nothing of keys' origin or of what is sealed.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};
use rand_core::CryptoRng;
use thiserror::Error;

use crate::secret::Secret;

/// Size of an authentication tag, in bytes.
pub const TAG: usize = 16;
/// Size of an XChaCha20 nonce, in bytes.
pub const XNONCE: usize = 24;

/// Opening failed (wrong key, nonce, associated data, or changed bytes), or sealing more than 256 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not authentic")]
pub struct AeadError;

/// Encrypts `buf` in place with ChaCha20-Poly1305 and gives the tag.
///
/// # Errors
/// More than 256 GiB.
pub fn seal(key: &Secret<32>, nonce: &[u8; 12], ad: &[u8], buf: &mut [u8]) -> Result<[u8; TAG], AeadError> {
    #[cfg(test)]
    audit::record(key, nonce);
    ChaCha20Poly1305::new(key.expose().into())
        .encrypt_inout_detached(nonce.into(), ad, InOutBuf::from(buf))
        .map(Into::into)
        .map_err(|_| AeadError)
}

/// Checks `tag` and decrypts `buf` in place with ChaCha20-Poly1305; on error `buf` is as it was.
///
/// # Errors
/// [`AeadError`] if anything differs from what was sealed.
pub fn open(
    key: &Secret<32>,
    nonce: &[u8; 12],
    ad: &[u8],
    buf: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), AeadError> {
    ChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(nonce.into(), ad, InOutBuf::from(buf), tag.into())
        .map_err(|_| AeadError)
}

/// [`seal`] with XChaCha20-Poly1305, whose nonce is long enough to be random.
///
/// # Errors
/// More than 256 GiB.
pub fn xseal(
    key: &Secret<32>,
    nonce: &[u8; XNONCE],
    ad: &[u8],
    buf: &mut [u8],
) -> Result<[u8; TAG], AeadError> {
    #[cfg(test)]
    audit::record(key, nonce);
    XChaCha20Poly1305::new(key.expose().into())
        .encrypt_inout_detached(nonce.into(), ad, InOutBuf::from(buf))
        .map(Into::into)
        .map_err(|_| AeadError)
}

/// [`open`] with XChaCha20-Poly1305.
///
/// # Errors
/// [`AeadError`] if anything differs from what was sealed.
pub fn xopen(
    key: &Secret<32>,
    nonce: &[u8; XNONCE],
    ad: &[u8],
    buf: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), AeadError> {
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt_inout_detached(nonce.into(), ad, InOutBuf::from(buf), tag.into())
        .map_err(|_| AeadError)
}

/// `nonce:24 | XChaCha20-Poly1305(plaintext)` under a fresh random nonce: 40 bytes longer than `plaintext`.
///
/// # Errors
/// More than 256 GiB.
pub fn seal_random(
    key: &Secret<32>,
    ad: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, AeadError> {
    let mut nonce = [0; XNONCE];
    rng.fill_bytes(&mut nonce);
    let mut out = Vec::with_capacity(plaintext.len().saturating_add(XNONCE).saturating_add(TAG));
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plaintext);
    let tag = xseal(key, &nonce, ad, out.get_mut(XNONCE..).unwrap_or_default())?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// Opens what [`seal_random`] made.
///
/// # Errors
/// [`AeadError`] if it is too short or anything differs from what was sealed.
pub fn open_random(key: &Secret<32>, ad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, AeadError> {
    let (nonce, rest) = sealed.split_first_chunk::<XNONCE>().ok_or(AeadError)?;
    let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(AeadError)?;
    let mut out = body.to_vec();
    xopen(key, nonce, ad, &mut out, tag)?;
    Ok(out)
}

/// Remembers every key and nonce that a test used for sealing.
#[cfg(test)]
pub(crate) mod audit {
    use std::cell::RefCell;
    use std::collections::HashSet;

    use crate::secret::Secret;

    thread_local! {
        static USED: RefCell<Option<HashSet<Vec<u8>>>> = const { RefCell::new(None) };
    }

    /// From now on, on this thread.
    pub(crate) fn start() {
        USED.set(Some(HashSet::new()));
    }

    /// How many pairs there were, and how many keys.
    pub(crate) fn stop() -> (usize, usize) {
        let used = USED.take().unwrap_or_default();
        let keys: HashSet<&[u8]> = used.iter().map(|pair| &pair[..32]).collect();
        (used.len(), keys.len())
    }

    pub(super) fn record(key: &Secret<32>, nonce: &[u8]) {
        USED.with_borrow_mut(|used| {
            if let Some(used) = used {
                assert!(used.insert([key.expose(), nonce].concat()), "a key was used with a nonce twice");
            }
        });
    }
}
