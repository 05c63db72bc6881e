//! What two people compare to know that nobody stands between them: the safety number, read aloud, and the
//! QR code, scanned. Knows account ids and nothing else: no devices, no addresses, no trust states.
//!
//! ```text
//! fp(id, pk) = SHA-512 chain: h0 = H(0x0000 | pk | id | pk), h = H(h | pk), 5200 hashes in all
//! half       = first 30 bytes of fp, six groups of 5 bytes big endian mod 100000, 30 digits
//! number     = the two halves, the smaller first, 60 digits
//! QR         = base45("UT1" | 0x01 | mine:32 | yours:32 | nonce:8)
//! ```
//!
//! The chain is Signal's numeric fingerprint, byte for byte, with pk = account id and id = "ut1" | account id.

use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::identity::AccountId;
use crate::{kdf, label};

/// The 30 digits of one account.
#[must_use]
pub fn fingerprint(account: &AccountId) -> String {
    let key = account.as_bytes();
    digits_of([b"ut1".as_slice(), key].concat().as_slice(), key)
}

/// The 60 digits of two accounts: the same for both, and different as soon as either key is another's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SafetyNumber {
    low: String,
    high: String,
}

impl SafetyNumber {
    /// The number of the pair; the order does not matter. Costs about 2 ms.
    #[must_use]
    pub fn new(one: &AccountId, other: &AccountId) -> Self {
        Self::of_halves(fingerprint(one), fingerprint(other))
    }

    fn of_halves(one: String, other: String) -> Self {
        if one <= other { Self { low: one, high: other } } else { Self { low: other, high: one } }
    }

    /// The 60 digits in 12 groups of 5, one space between.
    #[must_use]
    pub fn digits(&self) -> String {
        let mut text = String::with_capacity(71);
        for (index, digit) in self.low.chars().chain(self.high.chars()).enumerate() {
            if index != 0 && index % 5 == 0 {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    }

    /// The same comparison in 16 English words (BIP-39 list), for reading aloud: 8 for each half.
    ///
    /// Each half keeps words of its own, 88 bits, so that an attacker has to find a second account for one
    /// given half. Words of a hash over the whole number would only ask for a collision between two sets of
    /// his own making.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        [&self.low, &self.high].into_iter().flat_map(|half| words_of(half)).collect()
    }

    /// Whether `text` is this number; everything but digits is passed over, a missing digit is not.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut typed = text.chars().filter(char::is_ascii_digit);
        let ours = self.low.chars().chain(self.high.chars());
        ours.zip(typed.by_ref()).filter(|(a, b)| a == b).count() == 60 && typed.next().is_none()
    }
}

/// The safety number of two accounts; the order does not matter. Costs about 2 ms.
#[must_use]
pub fn safety_number(one: &AccountId, other: &AccountId) -> SafetyNumber {
    SafetyNumber::new(one, other)
}

/// The text of the QR code that `mine` shows to `yours`: 114 characters of the QR alphanumeric set.
///
/// `nonce` is random; it makes each showing another picture and carries no meaning.
#[must_use]
pub fn qr_text(mine: &AccountId, yours: &AccountId, nonce: [u8; 8]) -> String {
    let payload = [MAGIC.as_slice(), &[VERSION], mine.as_bytes(), yours.as_bytes(), &nonce].concat();
    base45::encode(&payload)
}

/// Checks a scanned code: `mine` is the scanning account, `yours` the one it expects to stand opposite.
///
/// # Errors
/// [`QrError`] says what the code is instead. Every variant means "not verified";
/// [`QrError::AnotherKeyForUs`] and [`QrError::AnotherKeyForThem`] are what somebody in between looks like.
pub fn qr_check(text: &str, mine: &AccountId, yours: &AccountId) -> Result<(), QrError> {
    if text.len() > MAX_QR {
        return Err(QrError::NotOurs);
    }
    let payload = base45::decode(text).ok_or(QrError::NotOurs)?;
    let (magic, rest) = payload.split_first_chunk::<3>().ok_or(QrError::NotOurs)?;
    if magic != MAGIC {
        return Err(QrError::NotOurs);
    }
    let (version, rest) = rest.split_first().ok_or(QrError::Damaged)?;
    if *version != VERSION {
        return Err(QrError::Version);
    }
    let (theirs, rest) = rest.split_first_chunk::<32>().ok_or(QrError::Damaged)?;
    let (ours, nonce) = rest.split_first_chunk::<32>().ok_or(QrError::Damaged)?;
    if nonce.len() != 8 {
        return Err(QrError::Damaged);
    }

    let is_them = theirs.ct_eq(yours.as_bytes());
    let is_us = ours.ct_eq(mine.as_bytes());
    if bool::from(theirs.ct_eq(mine.as_bytes())) {
        Err(QrError::OwnCode)
    } else if bool::from(is_them & is_us) {
        Ok(())
    } else if bool::from(is_them) {
        Err(QrError::AnotherKeyForUs)
    } else if bool::from(is_us) {
        Err(QrError::AnotherKeyForThem)
    } else {
        Err(QrError::ThirdParty)
    }
}

/// What a scanned code is when it does not verify the contact.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum QrError {
    /// The code is not one of this program.
    #[error("this is not a verification code")]
    NotOurs,
    /// The code is of a version this program does not know.
    #[error("the code was made by another version")]
    Version,
    /// The code starts like ours but is cut or too long.
    #[error("the code is damaged")]
    Damaged,
    /// One's own code was scanned.
    #[error("this is your own code")]
    OwnCode,
    /// The code is the contact's, but it is meant for another key than ours: they know us under a wrong key.
    #[error("the contact has a different key for you")]
    AnotherKeyForUs,
    /// The code is meant for us, but comes from another key than the one we have for the contact.
    #[error("the code is from a different key than the contact's")]
    AnotherKeyForThem,
    /// The code is between two others.
    #[error("the code belongs to other people")]
    ThirdParty,
}

const MAGIC: &[u8; 3] = b"UT1";
const VERSION: u8 = 0x01;
/// Above the 114 characters of our own code; a QR code of any content holds at most 4296.
const MAX_QR: usize = 4296;
/// Signal's number of iterations, the first hash included.
const HASHES: u32 = 5200;
const WORDS_PER_HALF: u32 = 8;

/// Signal's fingerprint of (`id`, `key`), version 0, as 30 digits.
fn digits_of(id: &[u8], key: &[u8]) -> String {
    let mut hash = Sha512::new().chain_update([0, 0]).chain_update(key).chain_update(id);
    let mut output = hash.chain_update(key).finalize();
    for _ in 1..HASHES {
        hash = Sha512::new().chain_update(output);
        output = hash.chain_update(key).finalize();
    }
    let mut digits = String::with_capacity(30);
    for group in output.chunks_exact(5).take(6) {
        let number = group.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        digits.push_str(&format!("{:05}", number % 100_000));
    }
    digits
}

/// Eight words for the 30 digits of one account: 88 bits of their SHA-256, 11 bits a word.
fn words_of(half: &str) -> impl Iterator<Item = &'static str> {
    let hash = kdf::hash(label::SAFETY_WORDS, &[half.as_bytes()]);
    let bits = hash.iter().take(11).fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    (0..WORDS_PER_HALF).rev().filter_map(move |place| {
        let index = usize::try_from(bits.checked_shr(place.checked_mul(11)?)? & 0x7ff).ok()?;
        bip39::Language::English.word_list().get(index).copied()
    })
}

/// RFC 9285: bytes in the alphabet that QR codes hold most densely.
mod base45 {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    pub(super) fn encode(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len().div_ceil(2).saturating_mul(3));
        for chunk in bytes.chunks(2) {
            let mut value = chunk.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            let length = if chunk.len() == 2 { 3 } else { 2 };
            for _ in 0..length {
                text.extend(ALPHABET.get(value % 45).map(|letter| char::from(*letter)));
                value /= 45;
            }
        }
        text
    }

    pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len().div_ceil(3).saturating_mul(2));
        for chunk in text.as_bytes().chunks(3) {
            let mut value = 0_u32;
            for letter in chunk.iter().rev() {
                let digit = ALPHABET.iter().position(|known| known == letter)?;
                value = value.checked_mul(45)?.checked_add(u32::try_from(digit).ok()?)?;
            }
            match chunk.len() {
                3 => bytes.extend(u16::try_from(value).ok()?.to_be_bytes()),
                2 => bytes.push(u8::try_from(value).ok()?),
                _ => return None,
            }
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// Published with Signal's NumericFingerprintGenerator (version 0, 5200 iterations).
    #[test]
    fn the_fingerprint_is_signals() {
        let key = |hex: &str| HEXLOWER.decode(hex.as_bytes()).expect("hex");
        let alice = key("0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868");
        let bob = key("05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b");
        let one = digits_of(b"+14152222222", &alice);
        let other = digits_of(b"+14153333333", &bob);
        let expected = "300354477692869396892869876765458257569162576843440918079131";
        for number in
            [SafetyNumber::of_halves(one.clone(), other.clone()), SafetyNumber::of_halves(other, one)]
        {
            assert_eq!(number.digits().replace(' ', ""), expected);
        }
    }

    #[test]
    fn a_number_is_recognised_however_it_is_spaced() {
        let number = SafetyNumber::of_halves("1".repeat(30), "2".repeat(30));
        let digits = number.digits();
        assert_eq!(digits.split(' ').count(), 12);
        assert!(number.matches(&digits));
        assert!(number.matches(&digits.replace(' ', "")));
        assert!(number.matches(&format!("\n{}\t", digits.replace(' ', " - "))));
        assert!(!number.matches(&digits.replacen('1', "", 1)));
        assert!(!number.matches(&format!("{digits}2")));
        assert!(!number.matches(&digits.replacen('1', "3", 1)));
        assert!(!number.matches(""));
    }

    /// RFC 9285, sections 4.3 and 4.4.
    #[test]
    fn base45_is_that_of_the_rfc() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(base45::encode(bytes.as_bytes()), text);
            assert_eq!(base45::decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        for wrong in ["GGW", ":::", "A", "AAAA", "a00", "::", "\u{e9}0"] {
            assert_eq!(base45::decode(wrong), None, "{wrong}");
        }
    }
}
