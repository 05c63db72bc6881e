//! Accounts, devices and the certificates that tie a device to its account (docs/protocol.md, "Identity").
//! Knows nothing of device lists, sessions or contacts.

use core::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::bytes::Reader;
use crate::dh::{DhPublic, DhSecret};
use crate::found_good;
use crate::label;
use crate::secret::Secret;
use crate::sign::{SIGNATURE, SigningSecret, VerifyKey};

const VERSION: u8 = 1;
/// Size of a device certificate, in bytes.
pub const DEV_CERT: usize = 197;
/// The certificate without its signature.
const SIGNED: usize = DEV_CERT - SIGNATURE;
/// Size of [`DeviceKeys::to_bytes`].
const DEVICE_KEYS: usize = 1 + 16 + 32 + 32;

/// Bytes that are not a usable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a usable key")]
pub struct KeyError;

/// An account: its Ed25519 public key, canonical and not of small order. The only identity people compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 32]);

impl AccountId {
    /// Checks that `bytes` is the canonical encoding of a point that is not of small order.
    ///
    /// # Errors
    /// [`KeyError`] otherwise.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        VerifyKey::parse(bytes).map(|_| Self(*bytes)).map_err(|_| KeyError)
    }

    /// The encoded key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn verify_key(&self) -> Result<VerifyKey, KeyError> {
        VerifyKey::parse(&self.0).map_err(|_| KeyError)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_short(f, "AccountId", &self.0)
    }
}

/// One device of an account: 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId([u8; 16]);

impl DeviceId {
    /// The device with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_short(f, "DeviceId", &self.0)
    }
}

pub(crate) fn write_short(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    bytes.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
    f.write_str("..)")
}

/// When a certificate holds: from `not_before_ms` up to, not including, `not_after_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First millisecond (Unix epoch) at which it holds.
    pub not_before_ms: u64,
    /// First millisecond at which it no longer holds.
    pub not_after_ms: u64,
}

/// An account's secret key: signs certificates and device lists, nothing else. Wiped when dropped.
///
/// ```compile_fail
/// let key = undertone_crypto::AccountKey::from_seed(&[1; 32]);
/// let copy = key.clone();
/// ```
#[derive(Debug)]
pub struct AccountKey {
    key: SigningSecret,
    id: AccountId,
}

impl AccountKey {
    /// The account with this seed (out of the recovery secret).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningSecret::from_seed(&Secret::new(*seed));
        let id = AccountId(*key.public().as_bytes());
        Self { key, id }
    }

    /// The account.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// Certifies that `device` belongs to this account. `serial` grows with every certificate of the device.
    #[must_use]
    pub fn certify(&self, device: &DeviceKeys, validity: Validity, serial: u32) -> DevCert {
        let mut signed = Vec::with_capacity(SIGNED);
        signed.push(VERSION);
        signed.extend_from_slice(self.id.as_bytes());
        signed.extend_from_slice(device.id.as_bytes());
        signed.extend_from_slice(device.signing.public().as_bytes());
        signed.extend_from_slice(device.dh.public().as_bytes());
        signed.extend_from_slice(&validity.not_before_ms.to_be_bytes());
        signed.extend_from_slice(&validity.not_after_ms.to_be_bytes());
        signed.extend_from_slice(&serial.to_be_bytes());
        let signature = self.sign(label::DEVICE_CERT, &signed);
        let mut bytes = [0; DEV_CERT];
        bytes.iter_mut().zip(signed.iter().chain(&signature)).for_each(|(to, from)| *to = *from);
        DevCert {
            bytes,
            account: self.id,
            device: device.id,
            signing: device.signing.public(),
            dh: *device.dh.public(),
            validity,
            serial,
        }
    }

    pub(crate) fn sign(&self, label: label::Label, message: &[u8]) -> [u8; SIGNATURE] {
        self.key.sign(label, message)
    }
}

/// A device's secret keys, which never leave it: Ed25519 for signing, X25519 for agreeing. Wiped when dropped.
///
/// ```compile_fail
/// fn print(keys: &undertone_crypto::DeviceKeys) -> Vec<u8> { serde_json::to_vec(keys).expect("json") }
/// ```
#[derive(Debug)]
pub struct DeviceKeys {
    id: DeviceId,
    signing: SigningSecret,
    dh: DhSecret,
}

impl DeviceKeys {
    /// A fresh device.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self { id: DeviceId(id), signing: SigningSecret::generate(rng), dh: DhSecret::generate(rng) }
    }

    /// The device.
    #[must_use]
    pub const fn id(&self) -> DeviceId {
        self.id
    }

    /// The secret keys, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(DEVICE_KEYS));
        out.push(VERSION);
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(self.signing.expose_seed());
        out.extend_from_slice(self.dh.expose());
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
        let id = DeviceId(*reader.array()?);
        let signing = SigningSecret::from_seed(&Secret::new(*reader.array()?));
        let dh = DhSecret::from_bytes(&Secret::new(*reader.array()?));
        reader.end()?;
        Some(Self { id, signing, dh })
    }

    /// Whether `cert` certifies exactly these keys.
    #[must_use]
    pub fn matches(&self, cert: &DevCert) -> bool {
        cert.device == self.id && cert.signing == self.signing.public() && cert.dh == *self.dh.public()
    }

    pub(crate) const fn dh(&self) -> &DhSecret {
        &self.dh
    }

    pub(crate) fn sign(&self, label: label::Label, message: &[u8]) -> [u8; SIGNATURE] {
        self.signing.sign(label, message)
    }
}

/// Why bytes are not a device certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertError {
    /// Not exactly [`DEV_CERT`] bytes, or of another version.
    #[error("not a device certificate of this version")]
    Layout,
    /// A key in it is not canonical or of small order.
    #[error("a key in the device certificate is not usable")]
    Key,
    /// The account did not sign it.
    #[error("the account did not sign the device certificate")]
    Signature,
}

/// A verified statement of an account that a device's keys are its own.
#[derive(Clone, PartialEq, Eq)]
pub struct DevCert {
    bytes: [u8; DEV_CERT],
    account: AccountId,
    device: DeviceId,
    signing: VerifyKey,
    dh: DhPublic,
    validity: Validity,
    serial: u32,
}

impl DevCert {
    /// Checks layout, keys and the account's strict signature; not the time, see [`Self::valid_at`].
    ///
    /// # Errors
    /// [`CertError`] says what was wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertError> {
        let bytes = <[u8; DEV_CERT]>::try_from(bytes).map_err(|_| CertError::Layout)?;
        if let Some(known) = found_good::known(&bytes) {
            return Ok(known);
        }
        let cert = Self::verify(bytes)?;
        found_good::remember(&cert);
        Ok(cert)
    }

    fn verify(bytes: [u8; DEV_CERT]) -> Result<Self, CertError> {
        let mut reader = Reader::new(&bytes);
        let layout = CertError::Layout;
        if reader.u8().ok_or(layout)? != VERSION {
            return Err(layout);
        }
        let account = AccountId(*reader.array().ok_or(layout)?);
        let device = DeviceId(*reader.array().ok_or(layout)?);
        let signing = VerifyKey::parse(reader.array().ok_or(layout)?).map_err(|_| CertError::Key)?;
        let dh = DhPublic::parse(reader.array().ok_or(layout)?).map_err(|_| CertError::Key)?;
        let validity = Validity {
            not_before_ms: reader.u64().ok_or(layout)?,
            not_after_ms: reader.u64().ok_or(layout)?,
        };
        let serial = reader.u32().ok_or(layout)?;
        let signature = reader.array().ok_or(layout)?;
        let signed = bytes.get(..SIGNED).ok_or(layout)?;
        account
            .verify_key()
            .map_err(|_| CertError::Key)?
            .verify(label::DEVICE_CERT, signed, signature)
            .map_err(|_| CertError::Signature)?;
        Ok(Self { bytes, account, device, signing, dh, validity, serial })
    }

    /// The certificate as it was signed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; DEV_CERT] {
        &self.bytes
    }

    /// The account that signed.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The device it speaks of.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Grows with every certificate of the device.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Whether it holds at `now_ms`.
    #[must_use]
    pub const fn valid_at(&self, now_ms: u64) -> bool {
        self.validity.not_before_ms <= now_ms && now_ms < self.validity.not_after_ms
    }

    pub(crate) const fn dh(&self) -> &DhPublic {
        &self.dh
    }

    pub(crate) const fn signing(&self) -> &VerifyKey {
        &self.signing
    }
}

impl fmt::Debug for DevCert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevCert")
            .field("account", &self.account)
            .field("device", &self.device)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}
