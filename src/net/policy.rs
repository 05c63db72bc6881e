//! Which addresses may be used at all. Knows nothing of peers: only of address forms and of this computer's networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::sync::watch;

use super::interface::Interface;

/// Decides about addresses, by the interfaces there are at that moment.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    reach: Reach,
    interfaces: watch::Receiver<Vec<Interface>>,
}

/// How far connections may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Anywhere.
    Internet,
    /// To loopback, private and link-local addresses, and to the networks of our own interfaces.
    Lan,
}

impl Policy {
    pub(super) fn new(reach: Reach, interfaces: watch::Receiver<Vec<Interface>>) -> Self {
        Self { reach, interfaces }
    }

    /// Whether this address may be dialled, or a connection from it accepted.
    pub(super) fn allows(&self, address: &Multiaddr) -> bool {
        match endpoint(address) {
            Some(ip) if self.reach == Reach::Lan => is_local(ip, &self.interfaces.borrow()),
            Some(ip) => is_a_host(ip),
            None => false,
        }
    }

    /// Whether this address is on one of our own networks, whatever the reach.
    pub(super) fn is_local(&self, address: &Multiaddr) -> bool {
        endpoint(address).is_some_and(|ip| is_local(ip, &self.interfaces.borrow()))
    }

    /// Whether a packet from this address comes from one of our own networks.
    pub(super) fn is_local_ip(&self, ip: IpAddr) -> bool {
        is_local(ip, &self.interfaces.borrow())
    }
}

/// The host of an address that the transports understand: an IP address, TCP or QUIC, perhaps the peer, nothing else.
/// Names (`/dns..`), relays (`/p2p-circuit`) and everything unknown have none.
pub(super) fn endpoint(address: &Multiaddr) -> Option<IpAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match (parts.next()?, parts.next()) {
        (Protocol::Tcp(_), None) => return Some(ip),
        (Protocol::Tcp(_), Some(Protocol::P2p(_))) => {}
        (Protocol::Udp(_), Some(Protocol::QuicV1)) => match parts.next() {
            None => return Some(ip),
            Some(Protocol::P2p(_)) => {}
            Some(_) => return None,
        },
        _ => return None,
    }
    parts.next().is_none().then_some(ip)
}

/// An IPv4 address in IPv6 clothes is judged as what it is.
fn canonical(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
    }
}

/// Whether the address can be that of one computer.
fn is_a_host(ip: IpAddr) -> bool {
    match canonical(ip) {
        IpAddr::V4(ip) => !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast(),
        IpAddr::V6(ip) => !ip.is_unspecified() && !ip.is_multicast(),
    }
}

fn is_local(ip: IpAddr, interfaces: &[Interface]) -> bool {
    let ip = canonical(ip);
    let private = match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    };
    is_a_host(ip) && (private || interfaces.iter().any(|own| is_a_lan(own) && own.contains(ip)))
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_private() || ip.is_link_local()
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
}

/// A tunnel may claim half the internet as its network (6to4 has 2002::/16): that is no local network.
fn is_a_lan(own: &Interface) -> bool {
    match own.ip {
        IpAddr::V4(_) => own.prefix >= 8,
        IpAddr::V6(_) => own.prefix >= 48,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(reach: Reach, own: &[(&str, u8)]) -> Policy {
        let own = own
            .iter()
            .map(|(ip, prefix)| Interface { index: None, ip: ip.parse().unwrap(), prefix: *prefix })
            .collect();
        Policy::new(reach, watch::Sender::new(own).subscribe())
    }

    fn allowed(policy: &Policy, address: &str) -> bool {
        policy.allows(&address.parse().unwrap())
    }

    #[test]
    fn private_addresses_are_local_everywhere() {
        let lan = policy(Reach::Lan, &[]);
        for ip in ["127.0.0.1", "10.255.0.1", "172.16.0.1", "172.31.255.254", "192.168.3.4", "169.254.7.8"] {
            assert!(allowed(&lan, &format!("/ip4/{ip}/tcp/1")), "{ip}");
            assert!(allowed(&lan, &format!("/ip4/{ip}/udp/1/quic-v1")), "{ip}");
            assert!(allowed(&lan, &format!("/ip6/::ffff:{ip}/tcp/1")), "{ip}");
        }
        for ip in ["::1", "fe80::1", "febf::1", "fc00::1", "fdff:1:2::3"] {
            assert!(allowed(&lan, &format!("/ip6/{ip}/tcp/1")), "{ip}");
        }
    }

    #[test]
    fn public_addresses_are_refused_on_a_lan() {
        let lan = policy(Reach::Lan, &[("192.168.1.2", 24), ("fd00::2", 64)]);
        for ip in ["1.1.1.1", "172.32.0.1", "100.64.0.1", "192.169.0.1", "11.0.0.1", "198.18.0.1"] {
            assert!(!allowed(&lan, &format!("/ip4/{ip}/tcp/1")), "{ip}");
            assert!(!allowed(&lan, &format!("/ip4/{ip}/udp/1/quic-v1")), "{ip}");
            assert!(!allowed(&lan, &format!("/ip6/::ffff:{ip}/tcp/1")), "{ip}");
        }
        // public, IPv4-compatible, NAT64, 6to4, Teredo, site-local
        for ip in ["2606:4700::1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:1::1", "fec0::1"]
        {
            assert!(!allowed(&lan, &format!("/ip6/{ip}/tcp/1")), "{ip}");
        }
    }

    #[test]
    fn the_networks_of_own_interfaces_are_local() {
        let lan = policy(Reach::Lan, &[("203.0.113.5", 24), ("2001:db8:1:2::5", 64)]);
        assert!(allowed(&lan, "/ip4/203.0.113.77/tcp/1"));
        assert!(!allowed(&lan, "/ip4/203.0.114.77/tcp/1"));
        assert!(allowed(&lan, "/ip6/::ffff:203.0.113.77/tcp/1"));
        assert!(allowed(&lan, "/ip6/2001:db8:1:2:9::1/udp/1/quic-v1"));
        assert!(!allowed(&lan, "/ip6/2001:db8:1:3::1/udp/1/quic-v1"));
    }

    #[test]
    fn a_tunnel_with_a_huge_network_makes_nothing_local() {
        let lan = policy(Reach::Lan, &[("0.0.0.1", 0), ("100.100.0.1", 7), ("2002:c000:204::1", 16)]);
        assert!(!allowed(&lan, "/ip4/1.1.1.1/tcp/1"));
        assert!(!allowed(&lan, "/ip6/2002:808:808::1/tcp/1"));
    }

    #[test]
    fn addresses_of_no_single_computer_are_refused_everywhere() {
        for reach in [Reach::Internet, Reach::Lan] {
            let policy = policy(reach, &[("192.168.1.2", 24)]);
            for ip in ["0.0.0.0", "255.255.255.255", "224.0.0.251"] {
                assert!(!allowed(&policy, &format!("/ip4/{ip}/tcp/1")), "{ip}");
            }
            for ip in ["::", "ff02::fb", "::ffff:0.0.0.0"] {
                assert!(!allowed(&policy, &format!("/ip6/{ip}/tcp/1")), "{ip}");
            }
        }
    }

    #[test]
    fn names_relays_and_unknown_forms_are_refused_everywhere() {
        let id = "12D3KooWHyV3rZUHmF7AaCzKvLqwVHbk1bSNHvk5mGVzEr3bZzGA";
        let relayed = format!("/ip4/127.0.0.1/tcp/1/p2p/{id}/p2p-circuit");
        for reach in [Reach::Internet, Reach::Lan] {
            let policy = policy(reach, &[]);
            for address in [
                "/dns/localhost/tcp/1",
                "/dns4/example.org/tcp/1",
                "/dnsaddr/example.org",
                "/ip4/127.0.0.1/udp/1",
                "/ip4/127.0.0.1/tcp/1/ws",
                "/ip4/127.0.0.1/tcp/1/tcp/2",
                "/memory/1",
                "/ip4/127.0.0.1",
                relayed.as_str(),
            ] {
                assert!(!allowed(&policy, address), "{address}");
            }
            assert!(allowed(&policy, &format!("/ip4/127.0.0.1/tcp/1/p2p/{id}")));
            assert!(allowed(&policy, &format!("/ip4/127.0.0.1/udp/1/quic-v1/p2p/{id}")));
        }
    }

    #[test]
    fn public_addresses_are_allowed_on_the_internet_but_not_local() {
        let policy = policy(Reach::Internet, &[]);
        let address: Multiaddr = "/ip4/1.1.1.1/tcp/1".parse().unwrap();
        assert!(policy.allows(&address));
        assert!(!policy.is_local(&address));
    }
}
