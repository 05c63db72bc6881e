//! What a row says, the only place: a version byte, then postcard. Types of the model are not serialized
//! themselves, so that a change to them cannot change the disk. Knows nothing of keys, sealing or sled.

mod attention;
mod content;
mod delivered;
mod event;
mod group;
mod people;
mod traffic;

use std::{cmp::Ordering, fmt};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::StoreError;
use crate::model::{AccountId, DeviceId, EntryRef};

pub(crate) use content::EditMark;
pub(super) use content::{
    DeletedMark, ReactionMark, Row, decode_deleted, decode_edited, decode_reaction, decode_row, decode_side,
    encode_deleted, encode_edited, encode_reaction, encode_row, encode_shared, encode_side, tombstone,
};
pub(super) use delivered::{DeliveredBlock, decode_delivered, encode_delivered};
pub(super) use group::{
    decode_carried, decode_chain, decode_cipher, decode_group, decode_op, decode_waiting, encode_carried,
    encode_chain, encode_cipher, encode_group, encode_op, encode_waiting, weigh_cipher,
};
pub(super) use people::{
    Header, decode_contact, decode_head, decode_header, decode_invite, decode_profile, encode_contact,
    encode_head, encode_header, encode_invite, encode_profile,
};
pub(super) use traffic::{
    TakenBlock, decode_outbox, decode_prekey, decode_replay, decode_session, decode_taken, encode_outbox,
    encode_prekey, encode_replay, encode_session, encode_taken,
};

/// The bytes of a row before sealing.
pub(super) type Plain = Zeroizing<Vec<u8>>;

/// Version byte and postcard of `value`. `size` is at least the encoded size when there are secrets in it:
/// then the buffer never moves and leaves no copy behind.
fn encode(value: &impl Serialize, size: usize) -> Result<Plain, StoreError> {
    encode_version(VERSION, value, size)
}

/// The same for a record that is no longer of the first version.
fn encode_version(version: u8, value: &impl Serialize, size: usize) -> Result<Plain, StoreError> {
    let mut bytes = Vec::with_capacity(size.saturating_add(SLACK));
    bytes.push(version);
    postcard::to_extend(value, bytes).map(Zeroizing::new).map_err(|_too_large| StoreError::Damaged(ROW))
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, StoreError> {
    decode_version(VERSION, bytes)
}

fn decode_version<'a, T: Deserialize<'a>>(known: u8, bytes: &'a [u8]) -> Result<T, StoreError> {
    let (version, rest) = bytes.split_first().ok_or(StoreError::Damaged(ROW))?;
    match version.cmp(&known) {
        Ordering::Equal => {}
        Ordering::Greater => return Err(StoreError::Newer),
        Ordering::Less => return Err(StoreError::Damaged(OLDER)),
    }
    let (value, left) = postcard::take_from_bytes(rest).map_err(|_malformed| StoreError::Damaged(ROW))?;
    if left.is_empty() { Ok(value) } else { Err(StoreError::Damaged(ROW)) }
}

/// Reads any bytes as a record of some kind and forgets what they said: the door for `crate::fuzzing`.
pub(crate) fn read_any(kind: u8, bytes: &[u8]) {
    let place = EntryRef { lamport: 1, author: DeviceId::new([1; 16]), seq: 1 };
    let understood = match kind % 20 {
        0 => decode_row(place, bytes).is_ok(),
        1 => decode_side(bytes).is_ok(),
        2 => decode_edited(bytes).is_ok(),
        3 => decode_deleted(bytes).is_ok(),
        4 => decode_reaction(bytes).is_ok(),
        5 => decode_delivered(bytes).is_ok(),
        6 => decode_header(bytes).is_ok(),
        7 => decode_profile(bytes).is_ok(),
        8 => decode_contact(bytes).is_ok(),
        9 => decode_invite(bytes).is_ok(),
        10 => decode_head(bytes).is_ok(),
        11 => decode_outbox(bytes).is_ok(),
        12 => decode_taken(bytes).is_ok(),
        13 => decode_group(bytes).is_ok(),
        14 => decode_op(bytes).is_ok(),
        15 => decode_chain(bytes).is_ok(),
        16 => decode_cipher(bytes).is_ok(),
        17 => decode_carried(bytes).is_ok(),
        18 => decode_waiting(bytes).is_ok(),
        _ => decode_session(bytes).is_ok() | decode_prekey(bytes).is_ok() | decode_replay(bytes).is_ok(),
    };
    std::hint::black_box(understood);
}

fn account(bytes: &[u8; 32]) -> Result<AccountId, StoreError> {
    AccountId::from_bytes(bytes).map_err(|_not_a_key| StoreError::Damaged(ROW))
}

/// Bytes that are read without a copy and written in one go.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn secret(self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_vec())
    }
}

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;

        impl<'de> Visitor<'de> for Borrowed {
            type Value = Bytes<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_bytes(Borrowed)
    }
}

/// The first version of every record. A change of a record raises it for that record alone, and [`SCHEMA`] once
/// for all that a release changes.
///
/// [`SCHEMA`]: super::folder::SCHEMA
const VERSION: u8 = 1;
const ROW: &str = "a row makes no sense";
const OLDER: &str = "a row of a version before the first release";
/// Room for the fields of a record besides its long ones.
const SLACK: usize = 512;
