//! An account's list of its devices: signed and chained by hash. Knows nothing of what a list means beside
//! another (that is [`finding`]), of contacts or of trust states.
//!
//! ```text
//! body = 0x01 | AK:32 | seq:8 | prev_hash:32 | time_ms:8
//!      | n:1 (<= 16) | DevCert:197 each, by device id | n:1 (<= 64) | revoked device id:16 each, sorted
//!      | has_successor:1 | successor AK:32 if so
//! list = body | Sig_AK("ut1/devlist" | body) | Sig_successor("ut1/dlnext" | body) if so
//! head = SHA-256("ut1/dlhead" | body)
//! ```
//!
//! `seq` grows. A device that does not know the list before it (fresh, or restored from words) takes the time
//! in milliseconds, which is above every earlier `seq` as long as clocks were right, and 32 zeros for
//! `prev_hash`.

mod finding;

use std::collections::BTreeSet;

use thiserror::Error;

use crate::bytes::Reader;
use crate::identity::{AccountId, AccountKey, DEV_CERT, DevCert, DeviceId};
use crate::sign::{SIGNATURE, VerifyKey};
use crate::{kdf, label};

pub use finding::{Comparison, EquivocationProof, IdentityChange, Link, identity_change};

/// A verified device list: layout, limits, certificates and signatures have been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceList {
    bytes: Vec<u8>,
    head: [u8; 32],
    content: Content,
}

impl DeviceList {
    /// Signs a list of `certs` and `revoked` devices; the order given does not matter.
    ///
    /// `seq` is [`next_seq`](Self::next_seq); `prev_hash` is the head of the list before, or zeros.
    ///
    /// # Errors
    /// [`CreateError`], each of which is a mistake of the caller.
    pub fn create(
        account: &AccountKey,
        seq: u64,
        prev_hash: [u8; 32],
        certs: &[DevCert],
        revoked: &[DeviceId],
        now_ms: u64,
    ) -> Result<Self, CreateError> {
        let content = Content {
            account: account.id(),
            seq,
            prev_hash,
            time_ms: now_ms,
            certs: certs.to_vec(),
            revoked: revoked.to_vec(),
            successor: None,
        };
        Self::sign(content, account, None)
    }

    /// Signs the last list of `account`: no devices, and `successor` as the account that takes its place. Both
    /// keys sign, so neither can be named against its will.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`CreateError::OtherAccount`] when an account would succeed itself.
    pub fn hand_over(
        account: &AccountKey,
        successor: &AccountKey,
        seq: u64,
        prev_hash: [u8; 32],
        revoked: &[DeviceId],
        now_ms: u64,
    ) -> Result<Self, CreateError> {
        if account.id() == successor.id() {
            return Err(CreateError::OtherAccount);
        }
        let content = Content {
            account: account.id(),
            seq,
            prev_hash,
            time_ms: now_ms,
            certs: Vec::new(),
            revoked: revoked.to_vec(),
            successor: Some(successor.id()),
        };
        Self::sign(content, account, Some(successor))
    }

    fn sign(
        mut content: Content,
        account: &AccountKey,
        successor: Option<&AccountKey>,
    ) -> Result<Self, CreateError> {
        content.certs.sort_by_key(DevCert::device);
        content.revoked.sort_unstable();
        content.check()?;
        let mut bytes = content.to_bytes();
        let head = kdf::hash(label::DEVICE_LIST_HEAD, &[&bytes]);
        let signature = account.sign(label::DEVICE_LIST, &bytes);
        let second = successor.map(|key| key.sign(label::DEVICE_LIST_SUCCESSOR, &bytes));
        bytes.extend_from_slice(&signature);
        bytes.extend(second.into_iter().flatten());
        Ok(Self { bytes, head, content })
    }

    /// Reads and verifies a list of `expected`.
    ///
    /// # Errors
    /// [`ListError`]; nothing of a list that fails is to be used.
    pub fn parse(bytes: &[u8], expected: &AccountId) -> Result<Self, ListError> {
        if bytes.len() > MAX_LIST {
            return Err(ListError::Malformed);
        }
        let mut reader = Reader::new(bytes);
        let (mut content, certs) = Content::read(&mut reader, expected)?;
        let signatures_len = reader.left();
        let signature = reader.array().ok_or(ListError::Malformed)?;
        let second: Option<&[u8; SIGNATURE]> = match content.successor {
            Some(_) => Some(reader.array().ok_or(ListError::Malformed)?),
            None => None,
        };
        reader.end().ok_or(ListError::Malformed)?;

        let body_len = bytes.len().checked_sub(signatures_len).ok_or(ListError::Malformed)?;
        let body = bytes.get(..body_len).ok_or(ListError::Malformed)?;
        // the list's signature before those inside it: a stranger must not buy 17 checks for one forgery
        verify(&content.account, label::DEVICE_LIST, body, signature)?;
        if let (Some(successor), Some(second)) = (&content.successor, second) {
            verify(successor, label::DEVICE_LIST_SUCCESSOR, body, second)?;
        }
        content.certs = read_certs(certs, expected)?;
        content.check().map_err(|_not_canonical| ListError::Malformed)?;
        let head = kdf::hash(label::DEVICE_LIST_HEAD, &[body]);
        Ok(Self { bytes: bytes.to_vec(), head, content })
    }

    /// The `seq` of the list after `previous`, or of a first or restored one.
    #[must_use]
    pub fn next_seq(previous: Option<&Self>, now_ms: u64) -> u64 {
        previous.map_or(now_ms, |list| now_ms.max(list.content.seq.saturating_add(1)))
    }

    /// The list as it was signed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash that names this list: in bundles, in handshakes and as the next list's `prev_hash`.
    #[must_use]
    pub const fn head(&self) -> [u8; 32] {
        self.head
    }

    /// The account whose list it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.content.account
    }

    /// Grows with each list of the account.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.content.seq
    }

    /// The head of the list before, or zeros where it was not known.
    #[must_use]
    pub const fn prev_hash(&self) -> [u8; 32] {
        self.content.prev_hash
    }

    /// When it was signed, by the signer's clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn time_ms(&self) -> u64 {
        self.content.time_ms
    }

    /// The devices, by device id. Whether a certificate is valid now is for the caller to ask.
    #[must_use]
    pub fn certs(&self) -> &[DevCert] {
        &self.content.certs
    }

    /// The certificate of `device`, if the list has it.
    #[must_use]
    pub fn cert(&self, device: &DeviceId) -> Option<&DevCert> {
        self.content.certs.iter().find(|cert| cert.device() == *device)
    }

    /// The devices that are no longer the account's, sorted.
    #[must_use]
    pub fn revoked(&self) -> &[DeviceId] {
        &self.content.revoked
    }

    /// The account that takes this one's place, agreed by both keys.
    #[must_use]
    pub const fn successor(&self) -> Option<AccountId> {
        self.content.successor
    }
}

/// Why bytes are not a device list of the expected account.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ListError {
    /// Not the layout, not the one order, or over a limit.
    #[error("not a device list")]
    Malformed,
    /// A version this program does not know.
    #[error("the device list is of another version")]
    Version,
    /// It, or a certificate in it, is of another account.
    #[error("the device list belongs to another account")]
    OtherAccount,
    /// A certificate in it does not verify.
    #[error("a device certificate in the list does not verify")]
    Certificate,
    /// The account, or the successor it names, did not sign it.
    #[error("the device list is not signed by its account")]
    Signature,
}

/// Why a list cannot be signed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CreateError {
    /// More than [`MAX_DEVICES`] devices or [`MAX_REVOKED`] revoked ones.
    #[error("too many devices")]
    TooMany,
    /// A device is in the list twice, or both present and revoked.
    #[error("a device is listed twice")]
    Duplicate,
    /// A certificate is of another account, or an account would succeed itself.
    #[error("a device of another account")]
    OtherAccount,
}

/// The most devices of an account.
pub const MAX_DEVICES: usize = 16;

/// The most revoked devices that a list remembers.
pub const MAX_REVOKED: usize = 64;

/// The longest list, in bytes.
pub const MAX_LIST: usize = FIXED + MAX_DEVICES * DEV_CERT + MAX_REVOKED * 16;

const VERSION: u8 = 1;
const NO_PREVIOUS: [u8; 32] = [0; 32];
/// All that is not a certificate or a revoked device, a successor and its signature included.
const FIXED: usize = 1 + 32 + 8 + 32 + 8 + 1 + 1 + 1 + 32 + 2 * SIGNATURE;

/// What a list says.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Content {
    account: AccountId,
    seq: u64,
    prev_hash: [u8; 32],
    time_ms: u64,
    certs: Vec<DevCert>,
    revoked: Vec<DeviceId>,
    successor: Option<AccountId>,
}

impl Content {
    /// The rules that a signer keeps and a reader checks; the order is already that of the layout.
    fn check(&self) -> Result<(), CreateError> {
        if self.certs.len() > MAX_DEVICES || self.revoked.len() > MAX_REVOKED {
            return Err(CreateError::TooMany);
        }
        if self.certs.iter().any(|cert| cert.account() != self.account) {
            return Err(CreateError::OtherAccount);
        }
        let mut seen = BTreeSet::new();
        let devices = self.certs.iter().map(DevCert::device).chain(self.revoked.iter().copied());
        if devices.into_iter().all(|device| seen.insert(device)) {
            Ok(())
        } else {
            Err(CreateError::Duplicate)
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MAX_LIST);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.prev_hash);
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        // check() has bounded both counts far below 256
        bytes.push(u8::try_from(self.certs.len()).unwrap_or(u8::MAX));
        bytes.extend(self.certs.iter().flat_map(|cert| cert.as_bytes()));
        bytes.push(u8::try_from(self.revoked.len()).unwrap_or(u8::MAX));
        bytes.extend(self.revoked.iter().flat_map(|device| device.as_bytes()));
        bytes.push(u8::from(self.successor.is_some()));
        bytes.extend(self.successor.iter().flat_map(|successor| successor.as_bytes()));
        bytes
    }

    /// All but the certificates, and their bytes.
    fn read<'a>(reader: &mut Reader<'a>, expected: &AccountId) -> Result<(Self, &'a [u8]), ListError> {
        if reader.u8().ok_or(ListError::Malformed)? != VERSION {
            return Err(ListError::Version);
        }
        if reader.array().ok_or(ListError::Malformed)? != expected.as_bytes() {
            return Err(ListError::OtherAccount);
        }
        let seq = reader.u64().ok_or(ListError::Malformed)?;
        let prev_hash = *reader.array().ok_or(ListError::Malformed)?;
        let time_ms = reader.u64().ok_or(ListError::Malformed)?;
        let certs = read_cert_bytes(reader).ok_or(ListError::Malformed)?;
        let revoked = read_revoked(reader).ok_or(ListError::Malformed)?;
        let successor = if reader.bool().ok_or(ListError::Malformed)? {
            let bytes = reader.array().ok_or(ListError::Malformed)?;
            Some(AccountId::from_bytes(bytes).map_err(|_unusable| ListError::Malformed)?)
        } else {
            None
        };
        // a handed-over account has no devices, and none is its own successor
        if successor.is_some_and(|successor| successor == *expected || !certs.is_empty()) {
            return Err(ListError::Malformed);
        }
        let content =
            Self { account: *expected, seq, prev_hash, time_ms, certs: Vec::new(), revoked, successor };
        Ok((content, certs))
    }
}

fn read_cert_bytes<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let count = Some(usize::from(reader.u8()?)).filter(|count| *count <= MAX_DEVICES)?;
    reader.slice(count.checked_mul(DEV_CERT)?)
}

fn read_certs(bytes: &[u8], expected: &AccountId) -> Result<Vec<DevCert>, ListError> {
    let mut certs: Vec<DevCert> = Vec::with_capacity(MAX_DEVICES);
    for bytes in bytes.chunks_exact(DEV_CERT) {
        let cert = DevCert::parse(bytes).map_err(|_unverified| ListError::Certificate)?;
        if cert.account() != *expected {
            return Err(ListError::OtherAccount);
        }
        if certs.last().is_some_and(|last| last.device() >= cert.device()) {
            return Err(ListError::Malformed);
        }
        certs.push(cert);
    }
    Ok(certs)
}

fn read_revoked(reader: &mut Reader<'_>) -> Option<Vec<DeviceId>> {
    let count = Some(usize::from(reader.u8()?)).filter(|count| *count <= MAX_REVOKED)?;
    let mut revoked = Vec::with_capacity(count);
    for _ in 0..count {
        revoked.push(DeviceId::new(*reader.array()?));
    }
    revoked.is_sorted_by(|one, next| one < next).then_some(revoked)
}

fn verify(
    account: &AccountId,
    label: label::Label,
    body: &[u8],
    signature: &[u8; SIGNATURE],
) -> Result<(), ListError> {
    VerifyKey::parse(account.as_bytes())
        .and_then(|key| key.verify(label, body, signature))
        .map_err(|_forged| ListError::Signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_number_grows_even_when_the_clock_does_not() {
        let account = AccountKey::from_seed(&[1; 32]);
        assert_eq!(DeviceList::next_seq(None, 5000), 5000);
        for (seq, now_ms, next) in [(1000, 5000, 5000), (5000, 5000, 5001), (9000, 5000, 9001)] {
            let list = DeviceList::create(&account, seq, NO_PREVIOUS, &[], &[], seq).expect("a list");
            assert_eq!(DeviceList::next_seq(Some(&list), now_ms), next);
        }
    }

    #[test]
    fn the_longest_list_is_as_long_as_the_limit() {
        assert_eq!(MAX_LIST, 244 + 16 * 197 + 64 * 16);
    }
}
