//! Bytes <-> types: the only encodings that travel. Decoders are total: any bytes give a value or
//! [`Malformed`], never a panic, and never take more memory than the bytes they are given.
//! Knows nothing of who sends what when.
//!
//! Everything is a CBOR map (RFC 8949) with small unsigned keys in ascending order and definite lengths;
//! unknown keys are passed over, so later versions may add some. Rule numbers are those of docs/wire.md.

mod entry;
mod frame;
mod group;
mod group_link;
mod history;
mod invite;
mod join;
mod lack;
mod note;
mod payload;
mod sync;

pub use entry::{decode_entry, encode_entry};
pub use frame::{Card, Frame, Hello, Proof};
pub use group::{MAX_HEADS, MAX_HOLDINGS, MAX_OPS, MAX_RUNS, OpName, decode_said, encode_said};
pub use group_link::{GroupLink, GroupLinkError};
pub use history::{HistoryPack, MAX_RECORDS};
pub use invite::{InviteLink, InviteLinkError};
pub use join::{Join, JoinRefused};
pub use lack::{Lack, LackKind};
pub use note::Note;
pub use payload::Payload;
pub use sync::{Holding, Summary, Sync};

use minicbor::{Decoder, data::Type};

/// Not an encoding of ours. Says no more, on purpose: a peer learns nothing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed")]
pub struct Malformed;

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Self
    }
}

/// Reads a map. `field` gets each key with the decoder at its value and says whether it took the value.
fn read_map<'b>(
    decoder: &mut Decoder<'b>,
    mut field: impl FnMut(u64, &mut Decoder<'b>) -> Result<bool, Malformed>,
) -> Result<(), Malformed> {
    let len = decoder.map()?.filter(|len| *len <= MAX_KEYS).ok_or(Malformed)?;
    let mut least = 0;
    for _ in 0..len {
        let key = decoder.u64()?;
        if key < least {
            return Err(Malformed);
        }
        least = key.checked_add(1).ok_or(Malformed)?;
        if !field(key, decoder)? {
            pass_over(decoder, MAX_DEPTH)?;
        }
    }
    Ok(())
}

/// Reads a map that is all of `bytes`.
fn read_whole<'b>(
    bytes: &'b [u8],
    field: impl FnMut(u64, &mut Decoder<'b>) -> Result<bool, Malformed>,
) -> Result<(), Malformed> {
    let mut decoder = Decoder::new(bytes);
    read_map(&mut decoder, field)?;
    if decoder.position() == bytes.len() { Ok(()) } else { Err(Malformed) }
}

/// Passes over one value of a key that this version does not know: flat values, and maps and arrays of
/// definite length down to a small depth.
fn pass_over(decoder: &mut Decoder<'_>, depth: u8) -> Result<(), Malformed> {
    let children = match decoder.datatype()? {
        Type::Array => decoder.array()?.ok_or(Malformed)?,
        Type::Map => decoder.map()?.and_then(|pairs| pairs.checked_mul(2)).ok_or(Malformed)?,
        Type::ArrayIndef | Type::MapIndef | Type::BytesIndef | Type::StringIndef | Type::Tag => {
            return Err(Malformed);
        }
        _ => {
            decoder.skip()?;
            0
        }
    };
    let deeper = depth.checked_sub(1).ok_or(Malformed)?;
    for _ in 0..children {
        pass_over(decoder, deeper)?;
    }
    Ok(())
}

fn fixed<const N: usize>(decoder: &mut Decoder<'_>) -> Result<[u8; N], Malformed> {
    decoder.bytes()?.try_into().map_err(|_wrong_length| Malformed)
}

/// Encoding into a `Vec` cannot fail; minicbor's error type for it is empty.
fn written(
    result: Result<&mut minicbor::Encoder<Vec<u8>>, minicbor::encode::Error<core::convert::Infallible>>,
) {
    result.map(|_encoder| ()).ok();
}

/// No map of ours has more keys, unknown ones included.
const MAX_KEYS: u64 = 64;
/// No value of a later version may nest deeper.
const MAX_DEPTH: u8 = 8;
