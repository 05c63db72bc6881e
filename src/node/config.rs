//! How to open a node.

use std::path::PathBuf;

/// How to open a node.
#[derive(Clone, Debug)]
pub struct OpenConfig {
    /// The profile folder; made if it is not there.
    pub profile: PathBuf,
    /// How to reach others.
    pub network: NetworkOptions,
}

/// How to reach others.
#[derive(Clone, Debug)]
pub struct NetworkOptions {
    /// Multiaddresses to listen on; none: every interface, free ports, TCP and QUIC.
    pub listen: Vec<String>,
    /// Never dial or answer an address that is not link-local, private or loopback.
    pub lan_only: bool,
    /// Find others on this network, and be found.
    pub mdns: bool,
    /// Be visible by name on this network in this run, whatever the profile says.
    pub visible: Option<bool>,
    /// Multiaddresses to dial at the start.
    pub bootstrap: Vec<String>,
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self { listen: Vec::new(), lan_only: false, mdns: true, visible: None, bootstrap: Vec::new() }
    }
}
