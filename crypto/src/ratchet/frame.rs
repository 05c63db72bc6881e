//! The layout of a message on the wire: `0x02 | N:24 | len:2 | header | len:4 | body`, both parts encrypted, and
//! the associated data that binds them.

use super::{MAX_BODY, header};
use crate::aead::{TAG, XNONCE};
use crate::bytes::Reader;
use crate::label;
use crate::padme;

/// First byte of a message.
pub(crate) const MESSAGE_TYPE: u8 = 2;
/// `type | N | len` in front of the encrypted header.
pub(super) const BEFORE_HEADER: usize = 1 + XNONCE + 2;

/// A message taken apart, nothing of it verified.
pub(super) struct Frame<'a> {
    pub(super) nonce: &'a [u8; XNONCE],
    /// Encrypted header, tag included.
    pub(super) header: &'a [u8],
    /// Encrypted body, tag included.
    pub(super) body: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        reader.u8().filter(|kind| *kind == MESSAGE_TYPE)?;
        let nonce = reader.array()?;
        let header_len = usize::from(reader.u16()?);
        if !header::is_len(header_len.checked_sub(TAG)?) {
            return None;
        }
        let header = reader.slice(header_len)?;
        let body_len = usize::try_from(reader.u32()?).ok()?;
        if !(padme::MIN..=MAX_BODY).contains(&body_len.checked_sub(TAG)?) {
            return None;
        }
        let body = reader.slice(body_len)?;
        reader.end()?;
        Some(Self { nonce, header, body })
    }
}

/// Associated data of an encrypted header.
pub(super) fn header_ad(binding: &[u8; 32]) -> [u8; 39] {
    let mut ad = [0; 39];
    ad.iter_mut().zip(label::HEADER.as_bytes().iter().chain(binding)).for_each(|(to, from)| *to = *from);
    ad
}

/// The first bytes of a message's nonce, for its body: header and body have different keys.
pub(super) fn body_nonce(nonce: &[u8; XNONCE]) -> [u8; 12] {
    nonce.first_chunk().copied().unwrap_or_default()
}

/// Associated data of a body: `label | binding | N | encrypted header`.
pub(super) fn body_ad(binding: &[u8; 32], nonce: &[u8; XNONCE], header: &[u8]) -> Vec<u8> {
    let label = label::MESSAGE.as_bytes();
    let size = label.len().saturating_add(32 + XNONCE).saturating_add(header.len());
    let mut ad = Vec::with_capacity(size);
    ad.extend_from_slice(label);
    ad.extend_from_slice(binding);
    ad.extend_from_slice(nonce);
    ad.extend_from_slice(header);
    ad
}
