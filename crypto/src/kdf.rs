//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256 in the three shapes the protocol uses: labelled hash, keyed tag and
//! labelled derivation. Knows nothing of which keys exist.

use hmac::digest::{FixedOutput, Update};
use hmac::{Hmac, KeyInit};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::label::Label;
use crate::secret::Secret;

const BLOCK: usize = 64;
/// Size of a SHA-256 hash, in bytes.
pub const HASH: usize = 32;

/// SHA-256 over a label and then `parts`, one after the other. Parts are fixed-width or carry their length.
#[must_use]
pub fn hash(label: Label, parts: &[&[u8]]) -> [u8; HASH] {
    let mut state = Sha256::new();
    Digest::update(&mut state, label.as_bytes());
    for part in parts {
        Digest::update(&mut state, part);
    }
    state.finalize().into()
}

/// SHA-256 without a label, for values that are bound under a label elsewhere.
#[must_use]
pub fn plain_hash(bytes: &[u8]) -> [u8; HASH] {
    Sha256::digest(bytes).into()
}

/// A keyed HMAC-SHA-256 state, ready to make many tags without hashing the key again. Wiped when dropped.
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// A key of any length (RFC 2104: longer than a block is hashed first).
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0_u8; BLOCK]);
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => {
                let digest = Zeroizing::new(plain_hash(key));
                block.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
            }
        }
        Self(Hmac::<Sha256>::new((&*block).into()))
    }

    /// HMAC-SHA-256 over `parts`, one after the other.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> Secret<HASH> {
        let mut out = Secret::zero();
        self.tag_into(parts, out.expose_mut());
        out
    }

    fn tag_into(&self, parts: &[&[u8]], out: &mut [u8; HASH]) {
        let mut state = self.0.clone();
        for part in parts {
            state.update(part);
        }
        state.finalize_into(out.into());
    }
}

impl core::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MacKey(..)")
    }
}

/// HKDF-SHA-256 (RFC 5869) with the input key material and the info given in parts; `N` <= 8160 bytes.
#[must_use]
pub fn hkdf<const N: usize>(salt: &[u8], ikm: &[&[u8]], info: &[&[u8]]) -> Secret<N> {
    const { assert!(N <= 255 * HASH) };
    let prk = MacKey::new(salt).tag(ikm);
    let expand = MacKey::new(prk.expose());
    let mut out = Secret::zero();
    let mut block = Zeroizing::new([0_u8; HASH]);
    let mut counter = 1_u8;
    for chunk in out.expose_mut().chunks_mut(HASH) {
        let mut state = expand.0.clone();
        if counter > 1 {
            state.update(&*block);
        }
        for part in info {
            state.update(part);
        }
        state.update(&[counter]);
        state.finalize_into((&mut *block).into());
        chunk.iter_mut().zip(block.iter()).for_each(|(to, from)| *to = *from);
        counter = counter.wrapping_add(1);
    }
    out
}

/// HKDF-SHA-256 whose info is a label followed by `context`.
#[must_use]
pub fn derive<const N: usize>(salt: &[u8], ikm: &[&[u8]], label: Label, context: &[u8]) -> Secret<N> {
    hkdf(salt, ikm, &[label.as_bytes(), context])
}

/// Takes 96 derived bytes apart into three keys.
pub(crate) fn split3(secret: &Secret<96>) -> [Secret<32>; 3] {
    let mut keys = [Secret::zero(), Secret::zero(), Secret::zero()];
    for (key, chunk) in keys.iter_mut().zip(secret.expose().chunks_exact(32)) {
        key.expose_mut().copy_from_slice(chunk);
    }
    keys
}
