//! The layout of a message header: `dh:32 | pn:4 | n:4 | flags:1 | (ct:1088) | (ek:1184)`.

use crate::bytes::Reader;
use crate::dh::DhPublic;
use crate::kem::{CIPHERTEXT, ENCAPS_KEY};

const HAS_CIPHERTEXT: u8 = 1;
const HAS_OFFER: u8 = 2;
/// A header without key encapsulation, in bytes.
pub(super) const BASE: usize = 41;

/// A header, its variable parts borrowed.
#[derive(Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) dh: &'a [u8; 32],
    pub(super) previous: u32,
    pub(super) n: u32,
    pub(super) ciphertext: Option<&'a [u8; CIPHERTEXT]>,
    pub(super) offer: Option<&'a [u8; ENCAPS_KEY]>,
}

impl<'a> Header<'a> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.dh);
        out.extend_from_slice(&self.previous.to_be_bytes());
        out.extend_from_slice(&self.n.to_be_bytes());
        let flag = |on: bool, bit| if on { bit } else { 0 };
        out.push(flag(self.ciphertext.is_some(), HAS_CIPHERTEXT) | flag(self.offer.is_some(), HAS_OFFER));
        if let Some(ciphertext) = self.ciphertext {
            out.extend_from_slice(ciphertext);
        }
        if let Some(offer) = self.offer {
            out.extend_from_slice(offer);
        }
    }

    pub(super) fn len(&self) -> usize {
        len(self.ciphertext.is_some(), self.offer.is_some())
    }

    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let dh = reader.array()?;
        let (previous, n) = (reader.u32()?, reader.u32()?);
        let flags = reader.u8().filter(|flags| flags & !(HAS_CIPHERTEXT | HAS_OFFER) == 0)?;
        let ciphertext = if flags & HAS_CIPHERTEXT != 0 { Some(reader.array()?) } else { None };
        let offer = if flags & HAS_OFFER != 0 { Some(reader.array()?) } else { None };
        reader.end()?;
        Some(Self { dh, previous, n, ciphertext, offer })
    }
}

/// The size of a header with these parts.
const fn len(ciphertext: bool, offer: bool) -> usize {
    match (ciphertext, offer) {
        (false, false) => BASE,
        (true, false) => BASE + CIPHERTEXT,
        (false, true) => BASE + ENCAPS_KEY,
        (true, true) => BASE + CIPHERTEXT + ENCAPS_KEY,
    }
}

/// Whether a header may have this size.
pub(super) fn is_len(size: usize) -> bool {
    [(false, false), (true, false), (false, true), (true, true)].iter().any(|&(c, o)| len(c, o) == size)
}

/// The ratchet key of a header, checked.
pub(super) fn ratchet_key(header: &Header<'_>) -> Option<DhPublic> {
    DhPublic::parse(header.dh).ok()
}
