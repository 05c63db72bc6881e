//! What a message of a group says, and what notes (`note.rs`) and sync (`sync.rs`) have in common.
//!
//! ```text
//! said = {0: heads (32 bytes each), 1: entry}     what stands inside a group message
//! ```

use minicbor::{Decoder, Encoder};

use super::{Malformed, read_whole, written};

/// The name of an operation.
pub type OpName = [u8; 32];

/// Most operations named as known.
pub const MAX_HEADS: usize = 64;
/// Most holdings in one summary.
pub const MAX_HOLDINGS: usize = 256;
/// Most runs of one holding that are told.
pub const MAX_RUNS: usize = 32;
/// Most operations in one note or answer.
pub const MAX_OPS: usize = 512;
/// Most envelope secrets in a welcome.
pub(super) const MAX_ENVELOPES: usize = 8;

/// The plaintext of a group message: which operations its author knew, and the entry.
#[must_use]
pub fn encode_said(heads: &[OpName], entry: &[u8]) -> Vec<u8> {
    let mut e = Encoder::new(Vec::with_capacity(entry.len().saturating_add(64)));
    written(e.map(2).and_then(|e| e.u8(0)?.bytes(&heads.concat())?.u8(1)?.bytes(entry)));
    e.into_writer()
}

/// Reads the plaintext of a group message.
///
/// # Errors
/// [`Malformed`] for anything else.
pub fn decode_said(bytes: &[u8]) -> Result<(Vec<OpName>, &[u8]), Malformed> {
    let (mut heads, mut entry) = (None, None);
    read_whole(bytes, |key, d| {
        match key {
            0 => heads = Some(chunks(d.bytes()?, MAX_HEADS)?),
            1 => entry = Some(d.bytes()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok((heads.ok_or(Malformed)?, entry.ok_or(Malformed)?))
}

pub(super) fn tagged(kind: u8, body: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut e = Encoder::new(vec![kind]);
    body(&mut e);
    e.into_writer()
}

pub(super) fn encode_list(e: &mut Encoder<Vec<u8>>, list: &[&[u8]]) {
    written(e.array(u64::try_from(list.len()).unwrap_or(u64::MAX)));
    for item in list {
        written(e.bytes(item));
    }
}

pub(super) fn decode_list<'a>(d: &mut Decoder<'a>) -> Result<Vec<&'a [u8]>, Malformed> {
    let len = length(d, MAX_OPS)?;
    let mut list = Vec::new();
    for _ in 0..len {
        list.push(d.bytes()?);
    }
    Ok(list)
}

pub(super) fn length(d: &mut Decoder<'_>, most: usize) -> Result<u64, Malformed> {
    let len = d.array()?.ok_or(Malformed)?;
    if usize::try_from(len).is_ok_and(|len| len <= most) { Ok(len) } else { Err(Malformed) }
}

pub(super) fn chunks(bytes: &[u8], most: usize) -> Result<Vec<[u8; 32]>, Malformed> {
    let (chunks, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() && chunks.len() <= most { Ok(chunks.to_vec()) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Note, Sync};

    proptest! {
        #[test]
        fn any_bytes_are_group_talk_or_malformed(
            kind in 0_u8..0x14, bytes in prop::collection::vec(any::<u8>(), 0..300)
        ) {
            let bytes = [vec![kind], bytes].concat();
            Note::decode(&bytes).ok();
            Sync::decode(&bytes).ok();
            decode_said(&bytes).ok();
        }
    }
}
