//! The network interfaces of this computer at one moment. Knows nothing of peers.

use std::net::IpAddr;

/// One address of one interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interface {
    /// The interface's number in the operating system; None if it did not tell.
    pub(super) index: Option<u32>,
    pub(super) ip: IpAddr,
    /// Bits of the address that name the network.
    pub(super) prefix: u8,
}

impl Interface {
    /// Whether other computers may be reached from this address: neither loopback nor link-local.
    pub(super) fn is_usable(&self) -> bool {
        let link_local = match self.ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        };
        !self.ip.is_loopback() && !self.ip.is_unspecified() && !link_local
    }

    /// Whether the address is in this interface's network.
    pub(super) fn contains(&self, ip: IpAddr) -> bool {
        match (self.ip, ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                own.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                own.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The addresses of all interfaces, in a fixed order; empty if the operating system does not tell.
pub(super) fn interfaces() -> Vec<Interface> {
    let found = match if_addrs::get_if_addrs() {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "cannot list the network interfaces");
            return Vec::new();
        }
    };
    let mut all: Vec<Interface> = found
        .into_iter()
        .map(|one| {
            let (ip, prefix) = match one.addr {
                if_addrs::IfAddr::V4(v4) => (IpAddr::V4(v4.ip), v4.prefixlen),
                if_addrs::IfAddr::V6(v6) => (IpAddr::V6(v6.ip), v6.prefixlen),
            };
            Interface { index: one.index, ip, prefix }
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(ip: &str, prefix: u8) -> Interface {
        Interface { index: None, ip: ip.parse().unwrap(), prefix }
    }

    #[test]
    fn a_network_contains_what_shares_its_prefix() {
        let lan = interface("192.0.2.130", 25);
        assert!(lan.contains("192.0.2.200".parse().unwrap()));
        assert!(!lan.contains("192.0.2.100".parse().unwrap()));
        assert!(!lan.contains("::ffff:192.0.2.200".parse().unwrap()));
        let lan = interface("2001:db8:1:2::5", 64);
        assert!(lan.contains("2001:db8:1:2:ffff::1".parse().unwrap()));
        assert!(!lan.contains("2001:db8:1:3::1".parse().unwrap()));
    }

    #[test]
    fn prefixes_of_no_and_of_all_bits_are_understood() {
        assert!(interface("192.0.2.1", 0).contains("203.0.113.9".parse().unwrap()));
        assert!(interface("192.0.2.1", 32).contains("192.0.2.1".parse().unwrap()));
        assert!(!interface("192.0.2.1", 32).contains("192.0.2.2".parse().unwrap()));
        assert!(interface("2001:db8::1", 0).contains("::1".parse().unwrap()));
        assert!(!interface("2001:db8::1", 128).contains("2001:db8::2".parse().unwrap()));
    }

    #[test]
    fn loopback_and_link_local_addresses_reach_nobody() {
        for ip in ["127.0.0.1", "169.254.3.4", "::1", "fe80::1"] {
            assert!(!interface(ip, 8).is_usable(), "{ip}");
        }
        for ip in ["192.168.1.2", "203.0.113.1", "fd00::1", "2001:db8::1"] {
            assert!(interface(ip, 8).is_usable(), "{ip}");
        }
    }
}
