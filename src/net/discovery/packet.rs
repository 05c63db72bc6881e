//! The packets of discovery: multicast DNS (RFC 6762) with a service of our own (RFC 6763). Knows nothing of sockets.
//!
//! | part | content |
//! |---|---|
//! | question, if it asks | PTR `_undertone._udp.local` |
//! | answer | PTR `_undertone._udp.local` -> `<instance>._undertone._udp.local` |
//! | additional | TXT of the instance: `p=<peer>`, then one `a=<multiaddress>` for each address on this network |
//!
//! The instance is a random name; a TTL of zero is a goodbye. A node that asks introduces itself in the same packet.

use std::time::Duration;

use libp2p::{Multiaddr, PeerId};

use crate::net::peer::Peer;

/// What a packet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packet {
    /// Whether everybody is asked to announce themselves.
    pub(super) asks: bool,
    pub(super) announces: Option<Announcement>,
}

/// A node says where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Announcement {
    pub(super) peer: Peer,
    /// Without a `/p2p/` part; at most [`MAX_ADDRESSES`].
    pub(super) addresses: Vec<Multiaddr>,
    /// How long this may be believed; whole seconds, zero is a goodbye.
    pub(super) ttl: Duration,
}

impl Packet {
    /// The bytes to send; `instance` is the random name of this node, ASCII letters and digits, at most 63.
    pub(super) fn encode(&self, instance: &str) -> Vec<u8> {
        let announced = u16::from(self.announces.is_some());
        let flags: u16 = if self.asks { 0 } else { RESPONSE };
        let mut out = Vec::with_capacity(512);
        for field in [0, flags, u16::from(self.asks), announced, 0, announced] {
            out.extend_from_slice(&field.to_be_bytes());
        }
        if self.asks {
            put_name(&mut out, &SERVICE);
            put_u16(&mut out, PTR);
            put_u16(&mut out, CLASS_IN);
        }
        if let Some(announcement) = &self.announces {
            put_announcement(&mut out, announcement, instance);
        }
        out
    }

    /// None if the packet is malformed or not about our service.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes, at: 0 };
        let _id = reader.u16()?;
        let response = reader.u16()? & RESPONSE_BIT != 0;
        let questions = reader.u16()?;
        let mut records = 0_u16;
        for _section in 0..3 {
            records = records.checked_add(reader.u16()?)?;
        }
        if questions > MAX_RECORDS || records > MAX_RECORDS {
            return None;
        }
        let mut packet = Self { asks: false, announces: None };
        for _ in 0..questions {
            let name = reader.name()?;
            let kind = reader.u16()?;
            let _class = reader.u16()?;
            packet.asks |= !response && name.is_service() && (kind == PTR || kind == ANY);
        }
        for _ in 0..records {
            let name = reader.name()?;
            let kind = reader.u16()?;
            let _class = reader.u16()?;
            let ttl = reader.u32()?;
            let length = usize::from(reader.u16()?);
            let data = reader.take(length)?;
            if kind == TXT && name.is_instance() && packet.announces.is_none() {
                packet.announces = announcement(data, ttl);
            }
        }
        (packet.asks || packet.announces.is_some()).then_some(packet)
    }
}

fn put_announcement(out: &mut Vec<u8>, announcement: &Announcement, instance: &str) {
    let ttl = u32::try_from(announcement.ttl.as_secs()).unwrap_or(u32::MAX);
    let name = [instance, SERVICE[0], SERVICE[1], SERVICE[2]];
    let mut record = |owner: &[&str], kind: u16, class: u16, data: &[u8]| {
        put_name(out, owner);
        put_u16(out, kind);
        put_u16(out, class);
        out.extend_from_slice(&ttl.to_be_bytes());
        put_u16(out, u16::try_from(data.len()).unwrap_or(u16::MAX));
        out.extend_from_slice(data);
    };
    let mut target = Vec::new();
    put_name(&mut target, &name);
    record(&SERVICE, PTR, CLASS_IN, &target);
    let mut text = Vec::new();
    put_text(&mut text, &format!("p={}", announcement.peer));
    for address in announcement.addresses.iter().take(MAX_ADDRESSES) {
        put_text(&mut text, &format!("a={address}"));
    }
    record(&name, TXT, CLASS_IN_FLUSH, &text);
}

fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_name(out: &mut Vec<u8>, labels: &[&str]) {
    for label in labels {
        put_text(out, label);
    }
    out.push(0);
}

/// A length and the text. Ours are all below 256 bytes, and labels below 64; a longer one is left out.
fn put_text(out: &mut Vec<u8>, text: &str) {
    if let Ok(length) = u8::try_from(text.len()) {
        out.push(length);
        out.extend_from_slice(text.as_bytes());
    }
}

/// None unless the first string names the peer. Addresses that are none are left out.
fn announcement(data: &[u8], ttl: u32) -> Option<Announcement> {
    let mut reader = Reader { bytes: data, at: 0 };
    let peer = std::str::from_utf8(reader.string()?).ok()?.strip_prefix("p=")?;
    let peer = Peer::from_id(&peer.parse::<PeerId>().ok()?)?;
    let mut addresses = Vec::new();
    while let Some(text) = reader.string() {
        let address = std::str::from_utf8(text).ok().and_then(|text| text.strip_prefix("a="));
        if let Some(address) = address.and_then(|text| text.parse().ok())
            && addresses.len() < MAX_ADDRESSES
        {
            addresses.push(address);
        }
    }
    Some(Announcement { peer, addresses, ttl: Duration::from_secs(ttl.into()) })
}

/// A name as far as it matters: how many labels, and whether the last three are our service.
struct Name {
    labels: usize,
    ours: bool,
}

impl Name {
    fn is_service(&self) -> bool {
        self.ours && self.labels == SERVICE.len()
    }

    fn is_instance(&self) -> bool {
        self.ours && self.labels == SERVICE.len().saturating_add(1)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.u8()?);
        self.take(length)
    }

    /// Reads a name and follows its pointers. Each pointer must point before the one it was found by, so this ends.
    fn name(&mut self) -> Option<Name> {
        let mut labels: Vec<&[u8]> = Vec::new();
        let mut cursor = Reader { bytes: self.bytes, at: self.at };
        let mut after = None;
        let mut before = self.at;
        loop {
            let length = cursor.u8()?;
            match length {
                0 => break,
                1..=63 if labels.len() < MAX_LABELS => labels.push(cursor.take(length.into())?),
                0xC0.. => {
                    let low = cursor.u8()?;
                    after = after.or(Some(cursor.at));
                    let target = usize::from(u16::from_be_bytes([length & 0x3F, low]));
                    if target >= before {
                        return None;
                    }
                    before = target;
                    cursor.at = target;
                }
                _ => return None,
            }
        }
        self.at = after.unwrap_or(cursor.at);
        let skip = labels.len().saturating_sub(SERVICE.len());
        let last = labels.iter().skip(skip);
        let ours = labels.len() >= SERVICE.len()
            && last.zip(SERVICE).all(|(label, ours)| label.eq_ignore_ascii_case(ours.as_bytes()));
        Some(Name { labels: labels.len(), ours })
    }
}

/// Addresses in one announcement.
pub(super) const MAX_ADDRESSES: usize = 8;

const SERVICE: [&str; 3] = ["_undertone", "_udp", "local"];
const PTR: u16 = 12;
const TXT: u16 = 16;
const ANY: u16 = 255;
const CLASS_IN: u16 = 1;
/// The record replaces what was known (RFC 6762 10.2).
const CLASS_IN_FLUSH: u16 = 0x8001;
/// An authoritative response.
const RESPONSE: u16 = 0x8400;
const RESPONSE_BIT: u16 = 0x8000;
const MAX_RECORDS: u16 = 64;
const MAX_LABELS: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(asks: bool) -> Packet {
        let addresses = vec![
            "/ip4/192.168.1.2/tcp/4001".parse().unwrap(),
            "/ip6/fd00::2/udp/4001/quic-v1".parse().unwrap(),
        ];
        let ttl = Duration::from_secs(180);
        Packet { asks, announces: Some(Announcement { peer: Peer::from_bytes([3; 32]), addresses, ttl }) }
    }

    #[test]
    fn a_packet_comes_out_as_it_went_in() {
        let question = Packet { asks: true, announces: None };
        for packet in [sample(true), sample(false), question] {
            let bytes = packet.encode("a1b2c3");
            assert!(bytes.len() < 400, "{}", bytes.len());
            assert_eq!(Packet::decode(&bytes), Some(packet));
        }
    }

    #[test]
    fn the_largest_packet_fits_an_ethernet_frame() {
        let address: Multiaddr =
            "/ip6/2001:db8:1111:2222:3333:4444:5555:6666/udp/65535/quic-v1".parse().unwrap();
        let mut packet = sample(true);
        packet.announces.as_mut().unwrap().addresses = vec![address; MAX_ADDRESSES];
        assert!(packet.encode(&"x".repeat(32)).len() <= 1200);
    }

    #[test]
    fn names_may_be_compressed_and_in_capitals() {
        let mut bytes = vec![0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];
        put_name(&mut bytes, &["_OTHER", "_udp", "local"]);
        bytes.extend_from_slice(&[0, 12, 0, 1]);
        put_text(&mut bytes, "_UnderTone");
        bytes.extend_from_slice(&[0xC0, 12 + 7, 0, 12, 0, 1]);
        assert_eq!(Packet::decode(&bytes), Some(Packet { asks: true, announces: None }));
    }

    #[test]
    fn pointers_that_run_in_circles_are_refused() {
        for target in [12_u8, 14, 40] {
            let bytes = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0xC0, target, 0, 12, 0, 1];
            assert_eq!(Packet::decode(&bytes), None, "{target}");
        }
    }

    #[test]
    fn other_services_and_too_many_records_are_ignored() {
        let mut bytes = vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        put_name(&mut bytes, &["_p2p", "_udp", "local"]);
        bytes.extend_from_slice(&[0, 12, 0, 1]);
        assert_eq!(Packet::decode(&bytes), None);
        let mut bytes = sample(true).encode("a");
        bytes[6] = 0xFF;
        assert_eq!(Packet::decode(&bytes), None);
    }

    #[test]
    fn every_shortened_packet_is_refused() {
        let bytes = sample(false).encode("a1b2c3");
        for length in 0..bytes.len() {
            assert_eq!(Packet::decode(&bytes[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..600),
            at in 0_usize..250,
            flip in any::<u8>(),
        ) {
            Packet::decode(&bytes);
            bytes = sample(true).encode("a1b2c3");
            bytes[at] ^= flip;
            if let Some(packet) = Packet::decode(&bytes) {
                let addresses = packet.announces.map_or(0, |announcement| announcement.addresses.len());
                prop_assert!(addresses <= MAX_ADDRESSES);
            }
        }
    }
}
