//! The name of a peer on the network, and its conversions to and from libp2p's. Knows nothing of who is behind it.

use std::fmt;

use libp2p::PeerId;

/// The transport name of a peer: its Ed25519 transport key.
///
/// It is disposable and proves nothing but that the same key is at the other end: never an identity.
/// Shown as libp2p writes it (`12D3KooW..`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer([u8; 32]);

impl Peer {
    /// The peer whose transport key this is. Whether it is a point of the curve shows when it is dialled.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The transport key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// None for every kind of key but Ed25519.
    pub(super) fn from_id(id: &PeerId) -> Option<Self> {
        let bytes = id.to_bytes();
        let key = bytes.strip_prefix(&ED25519_PREFIX)?;
        Some(Self(<[u8; 32]>::try_from(key).ok()?))
    }

    /// libp2p's name; never None in practice, because the prefix makes it well formed.
    pub(super) fn id(&self) -> Option<PeerId> {
        let mut bytes = ED25519_PREFIX.to_vec();
        bytes.extend_from_slice(&self.0);
        PeerId::from_bytes(&bytes).ok()
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id() {
            Some(id) => id.fmt(f),
            None => f.write_str("invalid"),
        }
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identity multihash of 36 bytes, then the protobuf of an Ed25519 public key (libp2p peer-ids specification).
const ED25519_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

#[cfg(test)]
mod tests {
    use libp2p::identity::Keypair;

    use super::*;

    #[test]
    fn a_peer_is_named_as_libp2p_names_it() {
        let id = Keypair::generate_ed25519().public().to_peer_id();
        let peer = Peer::from_id(&id).unwrap();
        assert_eq!(peer.id(), Some(id));
        assert_eq!(peer.to_string(), id.to_string());
        assert!(peer.to_string().starts_with("12D3KooW"));
        assert_eq!(Peer::from_bytes(*peer.as_bytes()), peer);
    }

    #[test]
    fn only_ed25519_peers_have_a_name() {
        // a random id is a SHA-256 multihash, as keys of other kinds have
        assert_eq!(Peer::from_id(&PeerId::random()), None);
    }
}
