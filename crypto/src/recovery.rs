//! The recovery secret: what 24 words bring back. Knows nothing of where it is kept; outside this crate it
//! exists only as the words on a person's paper and as a sealed row.
//!
//! ```text
//! R  = 256 bits, written as 24 English words (BIP-39, checksum included)
//! AK = Ed25519 seed HKDF-SHA-256(salt 0, R, "ut1/ak")
//! BK = HKDF-SHA-256(salt 0, R, "ut1/backup")
//! ```

use std::fmt;

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::identity::AccountKey;
use crate::kdf;
use crate::label::{self, Label};
use crate::record::{OpenError, RecordKey, SealError};
use crate::secret::Secret;

/// The secret behind an account. Who holds it is the account.
///
/// ```compile_fail
/// fn copy(secret: &undertone_crypto::RecoverySecret) -> undertone_crypto::RecoverySecret { secret.clone() }
/// ```
/// ```compile_fail
/// fn write(secret: &undertone_crypto::RecoverySecret) -> Vec<u8> { serde_json::to_vec(secret).expect("json") }
/// ```
pub struct RecoverySecret(Secret<32>);

impl RecoverySecret {
    /// A new random secret.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    /// The 24 words, lower case, one space between.
    #[must_use]
    pub fn phrase(&self) -> Zeroizing<String> {
        // 24 words of at most 8 letters: the string never grows, so no copy of it is left behind
        let mut phrase = Zeroizing::new(String::with_capacity(24 * 9));
        if let Ok(mnemonic) = Mnemonic::from_entropy_in(Language::English, self.0.expose()) {
            for word in mnemonic.words() {
                if !phrase.is_empty() {
                    phrase.push(' ');
                }
                phrase.push_str(word);
            }
        }
        phrase
    }

    /// Reads the 24 words back. Case does not matter, and anything that is not a letter (spaces, line
    /// breaks, numbering, commas) only separates.
    ///
    /// # Errors
    /// Which of the three a person can put right: the number of words, a word, or the checksum.
    pub fn from_phrase(phrase: &str) -> Result<Self, PhraseError> {
        if phrase.len() > MAX_PHRASE {
            return Err(PhraseError::WordCount);
        }
        let mut normal = Zeroizing::new(String::with_capacity(phrase.len().saturating_add(1)));
        let separates = |c: char| c.is_whitespace() || c.is_ascii_digit() || c.is_ascii_punctuation();
        for word in phrase.split(separates).filter(|word| !word.is_empty()) {
            if !normal.is_empty() {
                normal.push(' ');
            }
            normal.push_str(word);
        }
        normal.make_ascii_lowercase();
        if normal.split(' ').count() != WORDS {
            return Err(PhraseError::WordCount);
        }
        let mnemonic =
            Mnemonic::parse_in_normalized(Language::English, &normal).map_err(|error| match error {
                bip39::Error::UnknownWord(index) => PhraseError::UnknownWord(index),
                bip39::Error::InvalidChecksum => PhraseError::Checksum,
                _ => PhraseError::WordCount,
            })?;
        let (mut entropy, len) = mnemonic.to_entropy_array();
        let secret = entropy.get(..len).and_then(Secret::from_slice);
        entropy.zeroize();
        secret.map(Self).ok_or(PhraseError::WordCount)
    }

    /// The account's signing key.
    #[must_use]
    pub fn account_key(&self) -> AccountKey {
        AccountKey::from_seed(self.derive(label::ACCOUNT_SEED).expose())
    }

    /// The key that backups are sealed under.
    #[must_use]
    pub fn backup_key(&self) -> RecordKey {
        RecordKey::new(self.derive(label::BACKUP_KEY))
    }

    /// Seals the secret for the row `row` of `kind`, normally under the profile's identity key.
    ///
    /// # Errors
    /// [`SealError`] when `row` is too long.
    pub fn seal(
        &self,
        key: &RecordKey,
        kind: u8,
        row: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        key.seal(kind, row, self.0.expose(), rng)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// As [`RecordKey::open`]; [`OpenError::Damaged`] also when the row holds something else.
    pub fn open(key: &RecordKey, kind: u8, row: &[u8], record: &[u8]) -> Result<Self, OpenError> {
        let value = key.open(kind, row, record)?;
        Secret::from_slice(&value).map(Self).ok_or(OpenError::Damaged)
    }

    fn derive(&self, label: Label) -> Secret<32> {
        kdf::derive(&[], &[self.0.expose()], label, &[])
    }
}

impl fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoverySecret(..)")
    }
}

/// Words that are not a recovery phrase. It holds a word's place, never a word.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PhraseError {
    /// There are not exactly 24 words.
    #[error("a recovery phrase has 24 words")]
    WordCount,
    /// The word at this place, counted from 0, is not in the list.
    #[error("word {} is not in the word list", .0.saturating_add(1))]
    UnknownWord(usize),
    /// All words are in the list, but together they are not a phrase: one is wrong or two are swapped.
    #[error("the words do not belong together")]
    Checksum,
}

const WORDS: usize = 24;
/// Room for a numbered, badly spaced phrase; nobody's phrase is longer.
const MAX_PHRASE: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                          abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                          abandon art";

    #[test]
    fn a_phrase_is_read_however_it_was_written_down() {
        let written = RecoverySecret::from_phrase(PHRASE).expect("a phrase");
        assert_eq!(written.phrase().as_str(), PHRASE);
        let numbered: String =
            PHRASE.split(' ').enumerate().map(|(n, word)| format!("{}. {word}\n", n + 1)).collect();
        for phrase in [PHRASE.to_uppercase(), format!("\t {PHRASE}\n"), PHRASE.replace(' ', ",  "), numbered]
        {
            let read = RecoverySecret::from_phrase(&phrase).expect("the same phrase");
            assert_eq!(read.phrase().as_str(), PHRASE);
        }
    }

    #[test]
    fn a_wrong_phrase_says_what_to_put_right() {
        let read = |phrase: &str| RecoverySecret::from_phrase(phrase).err();
        assert_eq!(read(""), Some(PhraseError::WordCount));
        assert_eq!(read(&PHRASE.replacen("abandon ", "", 1)), Some(PhraseError::WordCount));
        // twelve words are a valid BIP-39 phrase, but not one of ours
        assert_eq!(read(&format!("{}about", "abandon ".repeat(11))), Some(PhraseError::WordCount));
        assert_eq!(read(&PHRASE.replacen("abandon", "abandom", 1)), Some(PhraseError::UnknownWord(0)));
        assert_eq!(read(&PHRASE.replace("art", "\u{e4}rt")), Some(PhraseError::UnknownWord(23)));
        assert_eq!(read(&PHRASE.replace("art", "abandon")), Some(PhraseError::Checksum));
        assert_eq!(read(&"a ".repeat(5000)), Some(PhraseError::WordCount));
        assert_eq!(PhraseError::UnknownWord(0).to_string(), "word 1 is not in the word list");
    }

    #[test]
    fn the_secret_is_never_printed() {
        let secret = RecoverySecret::from_phrase(PHRASE).expect("a phrase");
        assert_eq!(format!("{secret:?}"), "RecoverySecret(..)");
    }
}
