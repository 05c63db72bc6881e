//! Notes: what members of a group tell each other through their pairwise sessions, once and for good.
//!
//! ```text
//! note = 0x01 welcome    {0: group:32, 1: [envelope secret:32], 2: [Op]}
//!        0x02 ops        {0: group:32, 1: [Op]}
//!        0x03 sender key SenderKey (docs/protocol.md)
//!        0x04 envelope   {0: group:32, 1: envelope secret:32}
//!        0x05 join       who holds an invitation asks to be let in (`join.rs`)
//!        0x06 refused    and is not
//!        0x10 history    what was said before (`history.rs`)
//! ```

use zeroize::Zeroizing;

use super::group::{MAX_ENVELOPES, chunks, decode_list, encode_list, tagged};
use super::{HistoryPack, Join, JoinRefused};
use super::{Malformed, fixed, read_whole, written};

/// What travels through a pairwise session.
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_debug_implementations, reason = "most notes are secrets")]
pub enum Note<'a> {
    /// The sender has added us: all that is needed to take part.
    Welcome {
        /// The group's secret name.
        group: [u8; 32],
        /// Envelope secrets, the newest last.
        envelopes: Vec<[u8; 32]>,
        /// Operations, parents first; the rest follow as [`Note::Ops`].
        ops: Vec<&'a [u8]>,
    },
    /// More operations.
    Ops {
        /// The group's secret name.
        group: [u8; 32],
        /// Operations, parents first.
        ops: Vec<&'a [u8]>,
    },
    /// The key of a sender chain: `SenderKey` of the crypto crate.
    SenderKey(&'a [u8]),
    /// A new envelope secret.
    Envelope {
        /// The group's secret name.
        group: [u8; 32],
        /// The secret.
        secret: [u8; 32],
    },
    /// Somebody who holds an invitation asks to be let in.
    Join(Join<'a>),
    /// They are not.
    JoinRefused(JoinRefused),
    /// Some of what was said before we were added.
    History(HistoryPack),
    /// A kind of a later version.
    Unknown,
}

impl<'a> Note<'a> {
    /// The bytes to seal.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Welcome { group, envelopes, ops } => tagged(WELCOME, |e| {
                written(
                    e.map(3).and_then(|e| e.u8(0)?.bytes(group)?.u8(1)?.bytes(&envelopes.concat())?.u8(2)),
                );
                encode_list(e, ops);
            }),
            Self::Ops { group, ops } => tagged(OPS, |e| {
                written(e.map(2).and_then(|e| e.u8(0)?.bytes(group)?.u8(1)));
                encode_list(e, ops);
            }),
            Self::SenderKey(key) => [&[SENDER_KEY], *key].concat(),
            Self::Envelope { group, secret } => tagged(ENVELOPE, |e| {
                written(e.map(2).and_then(|e| e.u8(0)?.bytes(group)?.u8(1)?.bytes(secret)));
            }),
            Self::Join(join) => tagged(JOIN, |e| join.encode(e)),
            Self::JoinRefused(refused) => tagged(JOIN_REFUSED, |e| refused.encode(e)),
            Self::History(pack) => tagged(HISTORY, |e| pack.encode(e)),
            Self::Unknown => vec![u8::MAX],
        })
    }

    /// Whether others may carry an encoded note: what somebody cannot read without.
    #[must_use]
    pub fn is_carried(bytes: &[u8]) -> bool {
        matches!(bytes.first(), Some(&(WELCOME | OPS | SENDER_KEY | ENVELOPE)))
    }

    /// Whether an encoded note asks to be let in, and the one who asks calls that so.
    #[must_use]
    pub fn is_join(bytes: &[u8], name: &[u8; 8]) -> bool {
        matches!(Note::decode(bytes), Ok(Note::Join(join)) if join.join == *name)
    }

    /// Whether an encoded note refuses the one who asks and calls that so.
    #[must_use]
    pub fn is_join_refused(bytes: &[u8], name: &[u8; 8]) -> bool {
        matches!(Note::decode(bytes), Ok(Note::JoinRefused(refused)) if refused.join == *name)
    }

    /// Whether an encoded note welcomes to this group.
    #[must_use]
    pub fn is_welcome(bytes: &[u8], id: &[u8; 32]) -> bool {
        matches!(Note::decode(bytes), Ok(Note::Welcome { group, .. }) if group == *id)
    }

    /// Whether an encoded note is an envelope secret.
    #[must_use]
    pub fn is_envelope(bytes: &[u8]) -> bool {
        bytes.first() == Some(&ENVELOPE)
    }

    /// Whether an encoded note is the key of this chain.
    #[must_use]
    pub fn is_key_of(bytes: &[u8], chain: &[u8; 16]) -> bool {
        // Kind, two bytes of kind and version of the sender key, the group's name.
        bytes.first() == Some(&SENDER_KEY) && bytes.get(35..51) == Some(chain)
    }

    /// Whether an encoded note tells of what was said in this group before somebody joined.
    #[must_use]
    pub fn is_history_of(bytes: &[u8], group: &[u8; 32]) -> bool {
        // Kind, head of the map, key, head of the name.
        bytes.first() == Some(&HISTORY) && bytes.get(5..37) == Some(group)
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`Malformed`] for anything but one whole note of a known kind.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (kind, rest) = bytes.split_first().ok_or(Malformed)?;
        let (mut group, mut secrets, mut ops) = (None, None, None);
        match *kind {
            WELCOME => {
                read_whole(rest, |key, d| {
                    match key {
                        0 => group = Some(fixed(d)?),
                        1 => secrets = Some(chunks(d.bytes()?, MAX_ENVELOPES)?),
                        2 => ops = Some(decode_list(d)?),
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                Ok(Self::Welcome {
                    group: group.ok_or(Malformed)?,
                    envelopes: secrets.ok_or(Malformed)?,
                    ops: ops.ok_or(Malformed)?,
                })
            }
            OPS => {
                read_whole(rest, |key, d| {
                    match key {
                        0 => group = Some(fixed(d)?),
                        1 => ops = Some(decode_list(d)?),
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                Ok(Self::Ops { group: group.ok_or(Malformed)?, ops: ops.ok_or(Malformed)? })
            }
            SENDER_KEY => Ok(Self::SenderKey(rest)),
            ENVELOPE => {
                let mut secret = None;
                read_whole(rest, |key, d| {
                    match key {
                        0 => group = Some(fixed(d)?),
                        1 => secret = Some(fixed(d)?),
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                Ok(Self::Envelope { group: group.ok_or(Malformed)?, secret: secret.ok_or(Malformed)? })
            }
            JOIN => Join::decode(rest).map(Self::Join),
            JOIN_REFUSED => JoinRefused::decode(rest).map(Self::JoinRefused),
            HISTORY => HistoryPack::decode(rest).map(Self::History),
            _ => Ok(Self::Unknown),
        }
    }
}

const WELCOME: u8 = 0x01;
const OPS: u8 = 0x02;
const SENDER_KEY: u8 = 0x03;
const ENVELOPE: u8 = 0x04;
const JOIN: u8 = 0x05;
const JOIN_REFUSED: u8 = 0x06;
const HISTORY: u8 = 0x10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{JoinRefusal, Name};

    #[test]
    fn notes_survive_their_encoding_and_cut_ones_are_malformed() {
        for note in [
            Note::Welcome {
                group: [1; 32],
                envelopes: vec![[2; 32], [3; 32]],
                ops: vec![&[4; 300], &[5; 10]],
            },
            Note::Ops { group: [1; 32], ops: vec![&[4; 300]] },
            Note::SenderKey(&[6; 178]),
            Note::Envelope { group: [1; 32], secret: [7; 32] },
            Note::Join(Join {
                invite: [1; 32],
                cert: &[2; 197],
                name: Name::new("Bora").unwrap(),
                proof: [3; 64],
                join: [4; 8],
            }),
            Note::JoinRefused(JoinRefused { join: [4; 8], why: JoinRefusal::Used }),
        ] {
            let bytes = note.encode();
            assert!(Note::decode(&bytes) == Ok(note.clone()));
            if !matches!(note, Note::SenderKey(_)) {
                assert!(Note::decode(&bytes[..bytes.len() - 1]) == Err(Malformed));
            }
        }
        assert!(Note::decode(&[0x77]) == Ok(Note::Unknown));
    }
}
