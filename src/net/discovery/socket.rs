//! The multicast sockets of discovery, one for IPv4 and one for IPv6, each on every interface.
//! Knows nothing of what the packets say.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use crate::net::interface::Interface;

/// Where a packet goes out: once for every address (IPv4) or interface (IPv6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Port {
    /// The interface with this address.
    V4(Ipv4Addr),
    /// The interface with this number.
    V6(u32),
}

/// The sockets. Either may be missing: a computer may lack one of the two families.
#[derive(Debug)]
pub(super) struct Sockets {
    v4: Option<UdpSocket>,
    v6: Option<UdpSocket>,
    /// Where the groups were joined.
    joined: BTreeSet<Port>,
}

impl Sockets {
    /// # Errors
    /// If neither socket can be had.
    pub(super) fn open() -> io::Result<Self> {
        let (v4, v6) = (open_v4(), open_v6());
        match (v4, v6) {
            (Err(error), Err(_)) => Err(error),
            (v4, v6) => Ok(Self { v4: v4.ok(), v6: v6.ok(), joined: BTreeSet::new() }),
        }
    }

    /// Joins the groups on the interfaces that are new, and forgets those that are gone.
    pub(super) fn follow(&mut self, interfaces: &[Interface]) {
        let wanted = ports(interfaces);
        self.joined.retain(|port| wanted.contains(port));
        for port in wanted {
            if !self.joined.contains(&port) && self.join(port).is_ok() {
                self.joined.insert(port);
            }
        }
    }

    /// Where packets can be sent.
    pub(super) fn ports(&self) -> Vec<Port> {
        self.joined.iter().copied().collect()
    }

    /// Sends a packet to everybody on this network. A failure is like a loss on the way: the next packet repeats it.
    pub(super) fn send(&self, port: Port, packet: &[u8]) {
        let sent = match port {
            Port::V4(address) => self.v4.as_ref().map(|socket| {
                SockRef::from(socket).set_multicast_if_v4(&address)?;
                socket.try_send_to(packet, SocketAddr::V4(SocketAddrV4::new(GROUP_V4, MDNS_PORT)))
            }),
            Port::V6(index) => self.v6.as_ref().map(|socket| {
                let group = SocketAddrV6::new(GROUP_V6, MDNS_PORT, 0, index);
                socket.try_send_to(packet, SocketAddr::V6(group))
            }),
        };
        if let Some(Err(error)) = sent {
            tracing::debug!(?port, %error, "an announcement could not be sent");
        }
    }

    /// The next packet and who sent it. Longer packets than the buffer are cut off.
    pub(super) async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        match (&self.v4, &self.v6) {
            (Some(v4), Some(v6)) => loop {
                tokio::select! {
                    ready = v4.readable() => ready?,
                    ready = v6.readable() => ready?,
                }
                for socket in [v4, v6] {
                    match socket.try_recv_from(buffer) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        result => return result,
                    }
                }
            },
            (Some(socket), None) | (None, Some(socket)) => socket.recv_from(buffer).await,
            (None, None) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn join(&self, port: Port) -> io::Result<()> {
        let joined = match port {
            Port::V4(address) => self.v4.as_ref().map(|socket| socket.join_multicast_v4(GROUP_V4, address)),
            Port::V6(index) => self.v6.as_ref().map(|socket| socket.join_multicast_v6(&GROUP_V6, index)),
        };
        match joined {
            // a second address of the same interface
            Some(Err(error)) if error.kind() == io::ErrorKind::AddrInUse => Ok(()),
            Some(result) => result,
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// One port for each IPv4 address, and one for each interface that has any address.
fn ports(interfaces: &[Interface]) -> BTreeSet<Port> {
    let there = interfaces.iter().filter(|interface| !interface.ip.is_loopback());
    there
        .flat_map(|interface| {
            let v4 = match interface.ip {
                IpAddr::V4(ip) => Some(Port::V4(ip)),
                IpAddr::V6(_) => None,
            };
            v4.into_iter().chain(interface.index.map(Port::V6))
        })
        .collect()
}

fn open_v4() -> io::Result<UdpSocket> {
    let socket = shared(Domain::IPV4)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, MDNS_PORT)).into())?;
    socket.set_multicast_loop_v4(true)?;
    socket.set_multicast_ttl_v4(HOPS)?;
    UdpSocket::from_std(socket.into())
}

fn open_v6() -> io::Result<UdpSocket> {
    let socket = shared(Domain::IPV6)?;
    socket.set_only_v6(true)?;
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, MDNS_PORT)).into())?;
    socket.set_multicast_loop_v6(true)?;
    socket.set_multicast_hops_v6(HOPS)?;
    UdpSocket::from_std(socket.into())
}

/// The mDNS port is shared with the system's own responder and with other programs.
fn shared(domain: Domain) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
const MDNS_PORT: u16 = 5353;
/// RFC 6762 11: packets are sent with 255 hops.
const HOPS: u32 = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_go_out_once_for_each_ipv4_address_and_each_interface() {
        let interface =
            |index, ip: &str| Interface { index: Some(index), ip: ip.parse().unwrap(), prefix: 24 };
        let ports = ports(&[
            interface(1, "127.0.0.1"),
            interface(1, "::1"),
            interface(2, "192.168.1.2"),
            interface(2, "192.168.9.2"),
            interface(2, "fe80::2"),
            interface(3, "fd00::3"),
        ]);
        let expected = [
            Port::V4("192.168.1.2".parse().unwrap()),
            Port::V4("192.168.9.2".parse().unwrap()),
            Port::V6(2),
            Port::V6(3),
        ];
        assert_eq!(ports, BTreeSet::from(expected));
    }
}
