//! Prekeys: what a device publishes so that others can start a session while it is away, and the secrets it
//! keeps for that (docs/protocol.md, "Prekeys"). Knows nothing of how bundles travel or how often they change.

use core::num::NonZeroU32;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::bytes::Reader;
use crate::dh::{DhPublic, DhSecret};
use crate::identity::{AccountId, CertError, DEV_CERT, DevCert, DeviceId, DeviceKeys, KeyError};
use crate::kdf;
use crate::kem::{ENCAPS_KEY, EncapsKey, KemSecret};
use crate::label;
use crate::secret::Secret;
use crate::sign::SIGNATURE;

const VERSION: u8 = 1;
/// X25519 + ML-KEM-768, the only suite so far.
pub const SUITE: u16 = 1;
/// A bundle may name this many suites.
const MAX_SUITES: u8 = 8;
/// Longest time a bundle may be valid, in milliseconds: 30 days.
pub const MAX_LIFETIME_MS: u64 = 30 * 24 * 3_600_000;
/// How far a bundle's creation may lie in our future, in milliseconds: clocks differ.
const MAX_SKEW_MS: u64 = 3_600_000;
/// A prekey secret outlives its bundle by this many lifetimes, for first messages that were under way.
const GRACE_LIFETIMES: u64 = 3;
/// Size of a one-time prekey, in bytes.
pub const OPK: usize = 4 + 32 + SIGNATURE;

/// The secrets behind one published bundle. Wiped when dropped.
#[derive(Debug)]
pub struct PrekeySecret {
    bundle_hash: [u8; 32],
    dh: DhSecret,
    kem: KemSecret,
    created_ms: u64,
    expires_ms: u64,
}

impl PrekeySecret {
    /// Makes fresh prekeys and the signed bundle that publishes them. `cert` certifies `device`; the lifetime is
    /// cut at [`MAX_LIFETIME_MS`].
    pub fn issue(
        device: &DeviceKeys,
        cert: &DevCert,
        devlist_head: [u8; 32],
        now_ms: u64,
        lifetime_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> (Self, Vec<u8>) {
        let dh = DhSecret::generate(rng);
        let (kem, encaps) = KemSecret::generate(rng);
        let (spk_id, kem_id) = (rng.next_u32().to_be_bytes(), rng.next_u32().to_be_bytes());
        let expires_ms = now_ms.saturating_add(lifetime_ms.min(MAX_LIFETIME_MS));
        let mut bytes = Vec::with_capacity(1 + 3 + DEV_CERT + 32 + 4 + 32 + 4 + ENCAPS_KEY + 16 + SIGNATURE);
        bytes.push(VERSION);
        bytes.push(1);
        bytes.extend_from_slice(&SUITE.to_be_bytes());
        bytes.extend_from_slice(cert.as_bytes());
        bytes.extend_from_slice(&devlist_head);
        bytes.extend_from_slice(&spk_id);
        bytes.extend_from_slice(dh.public().as_bytes());
        bytes.extend_from_slice(&kem_id);
        bytes.extend_from_slice(encaps.as_bytes());
        bytes.extend_from_slice(&now_ms.to_be_bytes());
        bytes.extend_from_slice(&expires_ms.to_be_bytes());
        let signature = device.sign(label::BUNDLE, &bytes);
        bytes.extend_from_slice(&signature);
        let bundle_hash = kdf::hash(label::BUNDLE_HASH, &[&bytes]);
        (Self { bundle_hash, dh, kem, created_ms: now_ms, expires_ms }, bytes)
    }

    /// The short name of the bundle, by which a first message says which prekeys it used.
    #[must_use]
    pub fn reference(&self) -> [u8; 8] {
        reference(&self.bundle_hash)
    }

    /// First millisecond at which nobody should use the bundle any more.
    #[must_use]
    pub const fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    /// First millisecond at which the secret is to be destroyed: three lifetimes after expiry.
    #[must_use]
    pub const fn destroy_after_ms(&self) -> u64 {
        let lifetime = self.expires_ms.saturating_sub(self.created_ms);
        self.expires_ms.saturating_add(lifetime.saturating_mul(GRACE_LIFETIMES))
    }

    /// The secrets, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(1 + 32 + 32 + 64 + 16));
        out.push(VERSION);
        out.extend_from_slice(&self.bundle_hash);
        out.extend_from_slice(self.dh.expose());
        out.extend_from_slice(self.kem.expose_seed());
        out.extend_from_slice(&self.created_ms.to_be_bytes());
        out.extend_from_slice(&self.expires_ms.to_be_bytes());
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] if it is of another size or version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::read(bytes).ok_or(KeyError)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return None;
        }
        let secret = Self {
            bundle_hash: *reader.array()?,
            dh: DhSecret::from_bytes(&Secret::new(*reader.array()?)),
            kem: KemSecret::from_seed(Secret::new(*reader.array()?)),
            created_ms: reader.u64()?,
            expires_ms: reader.u64()?,
        };
        reader.end()?;
        Some(secret)
    }

    pub(crate) const fn bundle_hash(&self) -> &[u8; 32] {
        &self.bundle_hash
    }

    pub(crate) const fn dh(&self) -> &DhSecret {
        &self.dh
    }

    pub(crate) const fn kem(&self) -> &KemSecret {
        &self.kem
    }
}

/// Why bytes are not a bundle to start a session with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// Not the layout of a bundle of this version.
    #[error("not a bundle of this version")]
    Layout,
    /// None of its suites is ours.
    #[error("the bundle offers no suite that we support")]
    Suite,
    /// The certificate in it does not verify.
    #[error(transparent)]
    Cert(#[from] CertError),
    /// It belongs to another account than expected.
    #[error("the bundle belongs to another account")]
    Account,
    /// The device did not sign it.
    #[error("the device did not sign the bundle")]
    Signature,
    /// A prekey is not canonical, of small order or not reduced.
    #[error("a prekey in the bundle is not usable")]
    Key,
    /// It or its certificate has expired or is not valid yet, or it claims a longer life than allowed.
    #[error("the bundle is not valid at this time")]
    Time,
}

/// A verified bundle of a device of the expected account.
#[derive(Clone, Debug)]
pub struct Bundle {
    hash: [u8; 32],
    cert: DevCert,
    devlist_head: [u8; 32],
    dh: DhPublic,
    kem: EncapsKey,
    expires_ms: u64,
}

impl Bundle {
    /// Checks the whole chain: `expected` account, certificate, device signature, suite, keys and time.
    ///
    /// # Errors
    /// [`BundleError`] says what was wrong.
    pub fn parse(bytes: &[u8], expected: &AccountId, now_ms: u64) -> Result<Self, BundleError> {
        let mut reader = Reader::new(bytes);
        let layout = BundleError::Layout;
        if reader.u8() != Some(VERSION) {
            return Err(layout);
        }
        let suites = read_suites(&mut reader).ok_or(layout)?;
        let cert = reader.slice(DEV_CERT).ok_or(layout)?;
        let devlist_head = *reader.array().ok_or(layout)?;
        let _spk_id = reader.u32().ok_or(layout)?;
        let dh = reader.array().ok_or(layout)?;
        let _kem_id = reader.u32().ok_or(layout)?;
        let kem = reader.array::<ENCAPS_KEY>().ok_or(layout)?;
        let created_ms = reader.u64().ok_or(layout)?;
        let expires_ms = reader.u64().ok_or(layout)?;
        let signature = reader.array().ok_or(layout)?;
        reader.end().ok_or(layout)?;
        if !suites {
            return Err(BundleError::Suite);
        }
        let cert = DevCert::parse(cert)?;
        if cert.account() != *expected {
            return Err(BundleError::Account);
        }
        let (signed, _) = bytes.split_last_chunk::<SIGNATURE>().ok_or(layout)?;
        cert.signing().verify(label::BUNDLE, signed, signature).map_err(|_| BundleError::Signature)?;
        let timely = created_ms <= now_ms.saturating_add(MAX_SKEW_MS)
            && now_ms < expires_ms
            && expires_ms.saturating_sub(created_ms) <= MAX_LIFETIME_MS
            && cert.valid_at(now_ms);
        if !timely {
            return Err(BundleError::Time);
        }
        let dh = DhPublic::parse(dh).map_err(|_| BundleError::Key)?;
        let kem = EncapsKey::parse(kem).map_err(|_| BundleError::Key)?;
        let hash = kdf::hash(label::BUNDLE_HASH, &[bytes]);
        Ok(Self { hash, cert, devlist_head, dh, kem, expires_ms })
    }

    /// The certificate of the device.
    #[must_use]
    pub const fn cert(&self) -> &DevCert {
        &self.cert
    }

    /// The head of the account's device list when the bundle was made.
    #[must_use]
    pub const fn devlist_head(&self) -> &[u8; 32] {
        &self.devlist_head
    }

    /// The short name of the bundle.
    #[must_use]
    pub fn reference(&self) -> [u8; 8] {
        reference(&self.hash)
    }

    /// First millisecond at which it must not be used any more.
    #[must_use]
    pub const fn expires_ms(&self) -> u64 {
        self.expires_ms
    }

    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    pub(crate) const fn dh(&self) -> &DhPublic {
        &self.dh
    }

    pub(crate) const fn kem(&self) -> &EncapsKey {
        &self.kem
    }
}

/// Reads `count:1 | suite:2 ...`, strictly ascending, and says whether ours is among them.
fn read_suites(reader: &mut Reader<'_>) -> Option<bool> {
    let count = reader.u8().filter(|count| (1..=MAX_SUITES).contains(count))?;
    let (mut last, mut ours) = (0, false);
    for _ in 0..count {
        let suite = reader.u16().filter(|suite| *suite > last)?;
        ours |= suite == SUITE;
        last = suite;
    }
    Some(ours)
}

fn reference(hash: &[u8; 32]) -> [u8; 8] {
    hash.first_chunk().copied().unwrap_or_default()
}

/// A verified one-time prekey of a device.
#[derive(Clone, Debug)]
pub struct Opk {
    device: DeviceId,
    id: NonZeroU32,
    dh: DhPublic,
}

/// Bytes that are not a one-time prekey of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a one-time prekey of the device")]
pub struct OpkError;

impl Opk {
    /// Checks that the device of `cert` signed `bytes` as a one-time prekey.
    ///
    /// # Errors
    /// [`OpkError`] otherwise.
    pub fn parse(bytes: &[u8], cert: &DevCert) -> Result<Self, OpkError> {
        let mut reader = Reader::new(bytes);
        let id = reader.u32().and_then(NonZeroU32::new).ok_or(OpkError)?;
        let dh = reader.array().ok_or(OpkError)?;
        let signature = reader.array().ok_or(OpkError)?;
        reader.end().ok_or(OpkError)?;
        cert.signing()
            .verify(label::ONE_TIME_PREKEY, &opk_signed(cert.device(), id, dh), signature)
            .map_err(|_| OpkError)?;
        let dh = DhPublic::parse(dh).map_err(|_| OpkError)?;
        Ok(Self { device: cert.device(), id, dh })
    }

    /// The device it belongs to.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Its number at that device.
    #[must_use]
    pub const fn id(&self) -> NonZeroU32 {
        self.id
    }

    pub(crate) const fn dh(&self) -> &DhPublic {
        &self.dh
    }
}

fn opk_signed(device: DeviceId, id: NonZeroU32, dh: &[u8; 32]) -> Vec<u8> {
    [device.as_bytes().as_slice(), &id.get().to_be_bytes(), dh].concat()
}

/// The secret behind a one-time prekey: to be destroyed at its first use. Wiped when dropped.
#[derive(Debug)]
pub struct OpkSecret {
    id: NonZeroU32,
    dh: DhSecret,
}

impl OpkSecret {
    /// A fresh one-time prekey with this number and its signed public half.
    pub fn issue(device: &DeviceKeys, id: NonZeroU32, rng: &mut impl CryptoRng) -> (Self, Vec<u8>) {
        let dh = DhSecret::generate(rng);
        let public = dh.public().as_bytes();
        let signature = device.sign(label::ONE_TIME_PREKEY, &opk_signed(device.id(), id, public));
        let bytes = [id.get().to_be_bytes().as_slice(), public, &signature].concat();
        (Self { id, dh }, bytes)
    }

    /// Its number.
    #[must_use]
    pub const fn id(&self) -> NonZeroU32 {
        self.id
    }

    /// The secret, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(1 + 4 + 32));
        out.push(VERSION);
        out.extend_from_slice(&self.id.get().to_be_bytes());
        out.extend_from_slice(self.dh.expose());
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] if it is of another size or version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(bytes);
        let read = |reader: &mut Reader<'_>| {
            reader.u8().filter(|version| *version == VERSION)?;
            let id = NonZeroU32::new(reader.u32()?)?;
            let dh = DhSecret::from_bytes(&Secret::new(*reader.array()?));
            reader.end()?;
            Some(Self { id, dh })
        };
        read(&mut reader).ok_or(KeyError)
    }

    pub(crate) const fn dh(&self) -> &DhSecret {
        &self.dh
    }
}
