//! The key derivations of a sender chain: its name, and what one step gives. Knows nothing of messages.

use super::{ChainId, GroupId};
use crate::identity::DeviceId;
use crate::kdf::{self, MacKey};
use crate::label;
use crate::secret::Secret;
use crate::sign::VerifyKey;

/// The key of a sender chain at one iteration.
#[derive(Debug)]
pub(super) struct ChainKey(Secret<32>);

/// What seals one message.
#[derive(Debug)]
pub(super) struct MessageKey {
    pub(super) key: Secret<32>,
    /// Commits to the key: the AEAD alone would let one ciphertext open under two keys.
    pub(super) commitment: [u8; 16],
}

impl ChainKey {
    pub(super) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    pub(super) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The same key again, for somebody else who may read from here on.
    pub(super) const fn share(&self) -> Self {
        Self(Secret::new(*self.0.expose()))
    }

    /// `mk = HMAC(ck, 1)`, `kc = HMAC(ck, 3)[..16]`, next `ck = HMAC(ck, 2)`.
    pub(super) fn step(&self) -> (MessageKey, Self) {
        let mac = MacKey::new(self.0.expose());
        let commitment = mac.tag(&[&[3]]).expose().first_chunk().copied().unwrap_or_default();
        (MessageKey { key: mac.tag(&[&[1]]), commitment }, Self(mac.tag(&[&[2]])))
    }

    /// `H(ck)`: published by the first key of a chain, so that the chain's name binds it for ever.
    pub(super) fn origin(&self) -> [u8; 32] {
        kdf::hash(label::CHAIN_ORIGIN, &[self.0.expose()])
    }
}

/// `H("ut1/chain" | gid | device | spk | origin)[..16]`.
pub(super) fn chain_id(group: &GroupId, device: DeviceId, public: &VerifyKey, origin: &[u8; 32]) -> ChainId {
    let parts: [&[u8]; 4] = [group.as_bytes(), device.as_bytes(), public.as_bytes(), origin];
    ChainId(kdf::hash(label::SENDER_CHAIN, &parts).first_chunk().copied().unwrap_or_default())
}
