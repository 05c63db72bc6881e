//! Sealing of database rows, and the keyed tags that stand in for their logical keys. Knows neither the
//! database nor what a row says: a row is a kind byte, a key and a value.
//!
//! ```text
//! record = 0x01 | N:24 | XChaCha20-Poly1305(key, N, pad(value), ad = "ut1/rec" | 0x01 | lp(kind) | lp(row key))
//! lp(x)  = length of x as u32 big endian | x
//! pad(v) = v | 0x80 | zeros, up to 40 bytes if v has at most 39, else up to the PADME size of v
//! tag    = HMAC-SHA-256(index key, kind:1 | logical key)[0..16]
//! ```
//!
//! The associated data holds the whole row key, so a value moved to another key or kind does not open.

use std::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::aead::{self, TAG, XNONCE};
use crate::kdf::MacKey;
use crate::secret::Secret;
use crate::{label, padme};

/// Seals the rows of one class: a conversation's messages, session state, identities.
///
/// Every record takes a random 24-byte nonce, so a database set back to an older state never makes a nonce
/// repeat.
///
/// ```compile_fail
/// fn copy(secret: &undertone_crypto::RecordKey) -> undertone_crypto::RecordKey { secret.clone() }
/// ```
/// ```compile_fail
/// fn write(secret: &undertone_crypto::RecordKey) -> Vec<u8> { serde_json::to_vec(secret).expect("json") }
/// ```
pub struct RecordKey(Secret<32>);

impl RecordKey {
    /// A new random key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    pub(crate) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    /// Seals `value` for the row `key` of `kind`. The result is 41 bytes longer than the padded value.
    ///
    /// # Errors
    /// [`SealError`] when `value` is longer than [`MAX_VALUE`] or `key` longer than [`MAX_KEY`].
    pub fn seal(
        &self,
        kind: u8,
        key: &[u8],
        value: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        if value.len() > MAX_VALUE {
            return Err(SealError);
        }
        let ad = associated_data(kind, key).ok_or(SealError)?;
        let padded = padded_len(value.len()).ok_or(SealError)?;
        let mut nonce = [0; XNONCE];
        rng.fill_bytes(&mut nonce);

        let mut record = Vec::with_capacity(padded.saturating_add(OVERHEAD));
        record.push(VERSION);
        record.extend_from_slice(&nonce);
        record.extend_from_slice(value);
        record.push(PAD_MARK);
        record.resize(padded.saturating_add(HEADER), 0);

        let (_, body) = record.split_at_mut_checked(HEADER).ok_or(SealError)?;
        let tag = aead::xseal(&self.0, &nonce, &ad, body).map_err(|_too_long| SealError)?;
        record.extend_from_slice(&tag);
        Ok(record)
    }

    /// Opens what [`seal`](Self::seal) made for the same `kind` and `key`.
    ///
    /// # Errors
    /// [`OpenError::Newer`] for a format this version does not know, [`OpenError::Damaged`] for everything
    /// else: cut, flipped, moved from another row, or sealed under another key.
    pub fn open(&self, kind: u8, key: &[u8], record: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (version, rest) = record.split_first().ok_or(OpenError::Damaged)?;
        if *version != VERSION {
            return Err(OpenError::Newer);
        }
        if record.len() > MAX_RECORD {
            return Err(OpenError::Damaged);
        }
        let (nonce, rest) = rest.split_first_chunk::<XNONCE>().ok_or(OpenError::Damaged)?;
        let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(OpenError::Damaged)?;
        let ad = associated_data(kind, key).ok_or(OpenError::Damaged)?;

        let mut value = Zeroizing::new(body.to_vec());
        aead::xopen(&self.0, nonce, &ad, &mut value, tag).map_err(|_forged| OpenError::Damaged)?;

        let mark = value.iter().rposition(|byte| *byte != 0).ok_or(OpenError::Damaged)?;
        if value.get(mark) != Some(&PAD_MARK) {
            return Err(OpenError::Damaged);
        }
        value.truncate(mark);
        Ok(value)
    }

    /// Seals another key for the row `key` of `kind`: content keys are stored this way, under the shredding
    /// key.
    ///
    /// # Errors
    /// [`SealError`] when `key` is longer than [`MAX_KEY`].
    pub fn wrap(
        &self,
        kind: u8,
        key: &[u8],
        inner: &Self,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        self.seal(kind, key, inner.0.expose(), rng)
    }

    /// Opens what [`wrap`](Self::wrap) made.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`OpenError::Damaged`] also when the row holds no key.
    pub fn unwrap_key(&self, kind: u8, key: &[u8], record: &[u8]) -> Result<Self, OpenError> {
        let value = self.open(kind, key, record)?;
        Secret::from_slice(&value).map(Self).ok_or(OpenError::Damaged)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}

/// Turns logical keys (ids of accounts, conversations, messages) into tags that say nothing to who lacks it.
pub struct IndexKey(MacKey);

impl IndexKey {
    pub(crate) fn new(key: &Secret<32>) -> Self {
        Self(MacKey::new(key.expose()))
    }

    /// The tag of `logical` among the rows of `kind`: the same for the same pair, otherwise unrelated.
    #[must_use]
    pub fn tag(&self, kind: u8, logical: &[u8]) -> [u8; 16] {
        let mac = self.0.tag(&[&[kind], logical]);
        let mut tag = [0; 16];
        tag.iter_mut().zip(mac.expose()).for_each(|(to, from)| *to = *from);
        tag
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey(..)")
    }
}

/// A value or row key is longer than a record holds.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the record is too large to seal")]
pub struct SealError;

/// A record does not open.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum OpenError {
    /// The record names a format this version does not know.
    #[error("the record was written by a newer version")]
    Newer,
    /// The record is cut, changed, moved from another row, or belongs to another key.
    #[error("the record is damaged or is not of this row")]
    Damaged,
}

/// The longest value a record holds, in bytes.
pub const MAX_VALUE: usize = 16 * 1024 * 1024;

/// The longest row key, in bytes.
pub const MAX_KEY: usize = 1024;

const VERSION: u8 = 0x01;
const HEADER: usize = 1 + XNONCE;
const OVERHEAD: usize = HEADER + TAG;
/// PADME adds at most 12 %, so this is above every record that `seal` can make.
const MAX_RECORD: usize = MAX_VALUE + MAX_VALUE / 8 + OVERHEAD;
/// Ends the value inside the padding; zeros follow it.
const PAD_MARK: u8 = 0x80;
/// Keys, ids and counters have one size whatever they say, and there are many of them. Everything longer may
/// be text, whose length would say something: PADME's floor makes short texts all alike.
const SMALL: usize = 40;

fn associated_data(kind: u8, key: &[u8]) -> Option<Vec<u8>> {
    let key_len = u32::try_from(key.len()).ok().filter(|_| key.len() <= MAX_KEY)?;
    let mut ad = Vec::with_capacity(key.len().saturating_add(17));
    ad.extend_from_slice(label::RECORD.as_bytes());
    ad.push(VERSION);
    ad.extend_from_slice(&1_u32.to_be_bytes());
    ad.push(kind);
    ad.extend_from_slice(&key_len.to_be_bytes());
    ad.extend_from_slice(key);
    Some(ad)
}

fn padded_len(len: usize) -> Option<usize> {
    if len < SMALL { Some(SMALL) } else { padme::padded_len(len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_make_records_of_one_size() {
        let sizes: Vec<_> = (0..300).filter_map(padded_len).collect();
        assert!(sizes.iter().take(40).all(|size| *size == 40));
        assert!(sizes.iter().skip(40).take(213).all(|size| *size == 256));
        assert!(sizes.iter().enumerate().all(|(len, size)| *size > len), "the mark always fits");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let key = RecordKey::generate(&mut rng);
        assert_eq!(key.seal(0, &[0; MAX_KEY + 1], b"", &mut rng), Err(SealError));
        assert_eq!(key.seal(0, b"", &vec![0; MAX_VALUE + 1], &mut rng), Err(SealError));
        let largest = key.seal(0, &[0; MAX_KEY], &vec![7; MAX_VALUE], &mut rng).expect("fits");
        assert!(largest.len() <= MAX_RECORD);
        assert_eq!(key.open(0, &[0; MAX_KEY], &largest).map(|value| value.len()), Ok(MAX_VALUE));
        assert_eq!(key.open(0, b"", &vec![1; MAX_RECORD + 1]), Err(OpenError::Damaged));
    }

    #[test]
    fn a_wrapped_key_is_the_same_key() {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let (shred, content) = (RecordKey::generate(&mut rng), RecordKey::generate(&mut rng));
        let row = shred.wrap(1, b"bucket", &content, &mut rng).expect("short");
        assert_eq!(row.len(), 81);
        let again = shred.unwrap_key(1, b"bucket", &row).expect("its row");
        let record = content.seal(2, b"message", b"text", &mut rng).expect("short");
        assert_eq!(again.open(2, b"message", &record).as_deref(), Ok(&b"text".to_vec()));
    }

    #[test]
    fn tags_of_different_kinds_are_unrelated() {
        let (key, other) = (IndexKey::new(&Secret::new([1; 32])), IndexKey::new(&Secret::new([2; 32])));
        assert_eq!(key.tag(1, b"x"), key.tag(1, b"x"));
        assert_ne!(key.tag(1, b"x"), key.tag(2, b"x"));
        assert_ne!(key.tag(1, b"x"), key.tag(1, b"y"));
        assert_ne!(key.tag(1, b"x"), other.tag(1, b"x"));
    }

    #[test]
    fn keys_are_never_printed() {
        let secret = Secret::new([0xab; 32]);
        assert_eq!(format!("{:?}", IndexKey::new(&secret)), "IndexKey(..)");
        assert_eq!(format!("{:?}", RecordKey::new(secret)), "RecordKey(..)");
    }
}
