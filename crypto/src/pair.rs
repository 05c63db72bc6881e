//! What two devices (or an invite's two holders) share before any session: tags to recognise each other by, and
//! sealed signals such as "is typing". Knows nothing of sessions; nothing here is forward secret.

use rand_core::CryptoRng;
use thiserror::Error;

use crate::aead;
use crate::identity::{DevCert, DeviceId, DeviceKeys};
use crate::kdf::{self, MacKey};
use crate::label;
use crate::padme;
use crate::secret::Secret;

/// Size of a recognition tag, in bytes.
pub const TAG: usize = 16;
/// Longest signal, in bytes: 60 KiB, so that it still fits a frame of 64 KiB when padded and sealed.
pub const MAX_SIGNAL: usize = 60 * 1024;
/// What tags are shown for, to recognise each other; another use would need another number.
const PURPOSE: u8 = 1;

/// The two certificates do not make a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PairError {
    /// The certificate given as one's own certifies other keys.
    #[error("the certificate does not belong to this device's keys")]
    NotOwn,
    /// The peer is this very device.
    #[error("the peer is this device")]
    Oneself,
    /// The peer's key does not contribute.
    #[error("the peer's key is not usable")]
    Key,
}

/// A signal could not be sealed or opened. Says no more, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a signal between these devices")]
pub struct SignalError;

/// Keys that exactly two devices share, from their certified X25519 keys alone. Wiped when dropped.
#[derive(Debug)]
pub struct PairKey {
    tags: MacKey,
    signals: Secret<32>,
    /// The smaller device first.
    devices: [DeviceId; 2],
}

impl DeviceKeys {
    /// The keys this device (certified by `own`) shares with `peer`. Both sides get the same.
    ///
    /// # Errors
    /// [`PairError`] if `own` is another device's certificate or `peer` is this device.
    pub fn pair_key(&self, own: &DevCert, peer: &DevCert) -> Result<PairKey, PairError> {
        if !self.matches(own) {
            return Err(PairError::NotOwn);
        }
        if own.device() == peer.device() {
            return Err(PairError::Oneself);
        }
        let shared = self.dh().agree(peer.dh()).map_err(|_| PairError::Key)?;
        let (first, second) = if own.device() < peer.device() { (own, peer) } else { (peer, own) };
        let mut who = Vec::with_capacity(2 * (32 + 16 + 32));
        for cert in [first, second] {
            who.extend_from_slice(cert.account().as_bytes());
            who.extend_from_slice(cert.device().as_bytes());
            who.extend_from_slice(cert.dh().as_bytes());
        }
        let keys = kdf::derive::<64>(&[], &[shared.expose()], label::PAIR, &who);
        let (tags, signals) = keys.expose().split_at(32);
        let signals = Secret::from_slice(signals).ok_or(PairError::Key)?;
        Ok(PairKey { tags: MacKey::new(tags), signals, devices: [first.device(), second.device()] })
    }
}

impl PairKey {
    /// The tag in this `context` (which holds fresh values of both sides, so tags do not repeat).
    #[must_use]
    pub fn tag(&self, context: &[u8]) -> [u8; TAG] {
        truncate(&self.tags.tag(&[label::PAIR_TAG.as_bytes(), &[PURPOSE], context]))
    }

    /// Seals a signal that `from` sends to the other device: random nonce, padded.
    ///
    /// # Errors
    /// [`SignalError`] if it is longer than [`MAX_SIGNAL`] or `from` is neither device.
    pub fn seal_signal(
        &self,
        from: DeviceId,
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SignalError> {
        if plaintext.len() > MAX_SIGNAL {
            return Err(SignalError);
        }
        let padded = padme::pad(plaintext).map_err(|_| SignalError)?;
        aead::seal_random(&self.signals, &self.direction(from)?, &padded, rng).map_err(|_| SignalError)
    }

    /// Opens a signal that `from` sealed. A signal may be repeated by whoever carries it: it must be harmless.
    ///
    /// # Errors
    /// [`SignalError`] for every reason.
    pub fn open_signal(&self, from: DeviceId, sealed: &[u8]) -> Result<Vec<u8>, SignalError> {
        // the longest padded signal is below twice its content
        if sealed.len() > MAX_SIGNAL.saturating_mul(2) {
            return Err(SignalError);
        }
        let padded =
            aead::open_random(&self.signals, &self.direction(from)?, sealed).map_err(|_| SignalError)?;
        padme::unpad(&padded).map(<[u8]>::to_vec).map_err(|_| SignalError)
    }

    fn direction(&self, from: DeviceId) -> Result<Vec<u8>, SignalError> {
        if !self.devices.contains(&from) {
            return Err(SignalError);
        }
        Ok([label::SIGNAL.as_bytes(), from.as_bytes()].concat())
    }
}

/// What the holders of one invite share.
#[derive(Debug)]
pub struct InviteKey(MacKey);

impl InviteKey {
    /// From the invite's 16 secret bytes.
    #[must_use]
    pub fn from_secret(secret: &[u8; 16]) -> Self {
        let key = kdf::derive::<32>(&[], &[secret], label::INVITE_TAG_KEY, &[]);
        Self(MacKey::new(key.expose()))
    }

    /// The tag that proves possession of the invite in this `context`, which holds fresh values of both sides.
    #[must_use]
    pub fn tag(&self, context: &[u8]) -> [u8; TAG] {
        truncate(&self.0.tag(&[label::INVITE_TAG.as_bytes(), context]))
    }
}

fn truncate(tag: &Secret<32>) -> [u8; TAG] {
    let mut out = [0; TAG];
    out.iter_mut().zip(tag.expose()).for_each(|(to, from)| *to = *from);
    out
}
