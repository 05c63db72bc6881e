//! How a network is started, and why it may not start. Knows nothing of what happens afterwards.

use std::fmt;

/// How to start the network.
#[derive(Clone, Default)]
pub struct NetConfig {
    /// Multiaddresses to listen on. Empty: every interface, TCP and QUIC, IPv4 and IPv6, free ports.
    pub listen: Vec<String>,
    /// Whether connections to and from public addresses are refused.
    pub lan_only: bool,
    /// Whether this node announces itself on the local networks and looks for others there.
    pub mdns: bool,
    /// Multiaddresses dialled at the start and again whenever they are lost.
    pub bootstrap: Vec<String>,
    /// The seed of the Ed25519 transport key; None makes a fresh one.
    pub seed: Option<[u8; 32]>,
}

impl fmt::Debug for NetConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listen, lan_only, mdns, bootstrap, seed: _ } = self;
        f.debug_struct("NetConfig")
            .field("listen", listen)
            .field("lan_only", lan_only)
            .field("mdns", mdns)
            .field("bootstrap", bootstrap)
            .finish_non_exhaustive()
    }
}

/// Why the network did not start.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// An address of the configuration is not a multiaddress that this node can use.
    #[error("an address of the configuration cannot be used")]
    Address,
    /// The transport key could not be made from the seed.
    #[error("the transport key is not usable")]
    Key,
    /// None of the addresses could be listened on.
    #[error("none of the addresses can be listened on")]
    Listen,
    /// Gossip could not be set up.
    #[error("gossip could not be set up")]
    Gossip,
    /// The secure channels could not be set up.
    #[error("the secure channels could not be set up")]
    Security,
}
