//! What travels between two connected programs, inside the transport's own encryption. One byte of kind,
//! then the rest. A stranger who connects sees nonces and random-looking tags, and what we chose to show.
//!
//! ```text
//! 0x01 hello          {0: least version, 1: highest version, 2: nonce:32}
//! 0x02 proof          {0: tags (16 bytes each), 1: card {0: DevCert:197, 1: name}?}
//! 0x03 bundle request -
//! 0x04 bundle         {0: Bundle, 1: DeviceList}
//! 0x05 invite ended  InviteId:8
//! 0x10 sealed         InitMsg or DRMsg (docs/protocol.md)
//! 0x11 taken          FrameId:16 each: on the receiver's disk
//! 0x12 refused        FrameId:16: cannot be opened, make a new session
//! 0x20 signal         sealed under the pair key: typing
//! 0x30 group          GMsg (docs/protocol.md): a message of a group
//! 0x31 group sync     sealed under the pair key: what members hold, and lack (`group.rs`)
//! 0x34 carry          AccountId:32 | DRMsg: for a member who is away, from whoever sends it
//! 0x35 carried        AccountId:32 | DRMsg: of a member who may be away, for whoever gets it
//! ```

use minicbor::Encoder;

use super::{Malformed, fixed, read_map, read_whole, written};
use crate::model::{FrameId, InviteId, Name, limits::TAGS};

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Prekeys to start a session with, and the device list they belong to.
    Bundle {
        /// `Bundle` of the crypto crate.
        bundle: &'a [u8],
        /// `DeviceList` of the crypto crate.
        list: &'a [u8],
    },
    /// Asks for a bundle.
    BundleRequest,
    /// A sealed message of somebody else for the receiver of this.
    Carried {
        /// The account that sealed it, as the carrier says.
        from: [u8; 32],
        /// `DRMsg`.
        sealed: &'a [u8],
    },
    /// A sealed message of the sender for somebody who is away: to be kept and handed over.
    Carry {
        /// The account it is for.
        to: [u8; 32],
        /// `DRMsg`.
        sealed: &'a [u8],
    },
    /// A message of a group.
    Group(&'a [u8]),
    /// What a member holds or lacks of a group, under the pair key.
    GroupSync(&'a [u8]),
    /// The first frame on a connection, both ways.
    Hello(Hello),
    /// The invite that the peer showed was used by somebody else.
    InviteEnded(InviteId),
    /// Who we are, to those who know us already.
    Proof(Proof),
    /// The frame with this name cannot be opened here.
    Refused(FrameId),
    /// An end-to-end encrypted message.
    Sealed(&'a [u8]),
    /// A signal under the pair key.
    Signal(&'a [u8]),
    /// These frames are on the receiver's disk.
    Taken(Vec<FrameId>),
    /// A kind of a later version.
    Unknown,
}

/// The first frame on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Least version spoken.
    pub least: u16,
    /// Highest version spoken.
    pub highest: u16,
    /// Fresh for this connection.
    pub nonce: [u8; 32],
}

/// Who we are, to those who know us already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// A tag for each contact that may be at the other end, filled up with random ones, in random order.
    pub tags: Vec<[u8; 16]>,
    /// Who we are in the clear, if we chose to be visible or the peer holds an invite of ours.
    pub card: Option<Card>,
}

/// A name and the account that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// `DevCert` of the crypto crate, not checked yet.
    pub cert: Vec<u8>,
    /// The name.
    pub name: Name,
}

impl Frame<'_> {
    /// The bytes that travel.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Bundle { bundle, list } => map_frame(BUNDLE, |e| {
                written(e.map(2).and_then(|e| e.u8(0)?.bytes(bundle)?.u8(1)?.bytes(list)));
            }),
            Self::BundleRequest => vec![BUNDLE_REQUEST],
            Self::Carried { from, sealed } => [&[CARRIED], from.as_slice(), sealed].concat(),
            Self::Carry { to, sealed } => [&[CARRY], to.as_slice(), sealed].concat(),
            Self::Group(bytes) => [&[GROUP], *bytes].concat(),
            Self::GroupSync(bytes) => [&[GROUP_SYNC], *bytes].concat(),
            Self::Hello(hello) => map_frame(HELLO, |e| {
                written(e.map(3).and_then(|e| e.u8(0)?.u16(hello.least)?.u8(1)?.u16(hello.highest)));
                written(e.u8(2).and_then(|e| e.bytes(&hello.nonce)));
            }),
            Self::InviteEnded(id) => [&[INVITE_ENDED], id.0.as_slice()].concat(),
            Self::Proof(proof) => map_frame(PROOF, |e| encode_proof(e, proof)),
            Self::Refused(frame) => [&[REFUSED], frame.as_bytes().as_slice()].concat(),
            Self::Sealed(bytes) => [&[SEALED], *bytes].concat(),
            Self::Signal(bytes) => [&[SIGNAL], *bytes].concat(),
            Self::Taken(frames) => {
                std::iter::once(TAKEN).chain(frames.iter().flat_map(|frame| *frame.as_bytes())).collect()
            }
            Self::Unknown => vec![u8::MAX],
        }
    }
}

impl<'a> Frame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`Malformed`] for anything but a whole frame of a known kind; a kind of a later version is
    /// [`Frame::Unknown`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (kind, rest) = bytes.split_first().ok_or(Malformed)?;
        Ok(match *kind {
            BUNDLE => decode_bundle(rest)?,
            BUNDLE_REQUEST => {
                if !rest.is_empty() {
                    return Err(Malformed);
                }
                Self::BundleRequest
            }
            CARRIED => {
                let (from, sealed) = addressed(rest)?;
                Self::Carried { from, sealed }
            }
            CARRY => {
                let (to, sealed) = addressed(rest)?;
                Self::Carry { to, sealed }
            }
            GROUP => Self::Group(rest),
            GROUP_SYNC => Self::GroupSync(rest),
            HELLO => Self::Hello(decode_hello(rest)?),
            INVITE_ENDED => Self::InviteEnded(InviteId(rest.try_into().map_err(|_wrong_length| Malformed)?)),
            PROOF => Self::Proof(decode_proof(rest)?),
            REFUSED => {
                Self::Refused(FrameId::from_bytes(rest.try_into().map_err(|_wrong_length| Malformed)?))
            }
            SEALED => Self::Sealed(rest),
            SIGNAL => Self::Signal(rest),
            TAKEN => Self::Taken(chunks16(rest, MAX_TAKEN)?.into_iter().map(FrameId::from_bytes).collect()),
            _ => Self::Unknown,
        })
    }
}

/// An account, and a message of a session behind it: never the first one, which would begin another.
fn addressed(bytes: &[u8]) -> Result<([u8; 32], &[u8]), Malformed> {
    let (account, sealed) = bytes.split_first_chunk::<32>().ok_or(Malformed)?;
    let in_session = sealed.first() == Some(&DR_MESSAGE) && sealed.len() <= MAX_CARRIED;
    if in_session { Ok((*account, sealed)) } else { Err(Malformed) }
}

fn map_frame(kind: u8, body: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut e = Encoder::new(vec![kind]);
    body(&mut e);
    e.into_writer()
}

fn encode_proof(e: &mut Encoder<Vec<u8>>, proof: &Proof) {
    written(
        e.map(if proof.card.is_some() { 2 } else { 1 }).and_then(|e| e.u8(0)?.bytes(&proof.tags.concat())),
    );
    if let Some(card) = &proof.card {
        written(e.u8(1).and_then(|e| e.map(2)?.u8(0)?.bytes(&card.cert)?.u8(1)?.str(card.name.as_str())));
    }
}

fn decode_proof(bytes: &[u8]) -> Result<Proof, Malformed> {
    let (mut tags, mut card) = (None, None);
    read_whole(bytes, |key, d| {
        match key {
            0 => tags = Some(chunks16(d.bytes()?, TAGS)?),
            1 => card = Some(decode_card(d)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Proof { tags: tags.ok_or(Malformed)?, card })
}

fn decode_card(d: &mut minicbor::Decoder<'_>) -> Result<Card, Malformed> {
    let (mut cert, mut name) = (None, None);
    read_map(d, |key, d| {
        match key {
            0 => cert = Some(d.bytes()?.to_vec()),
            1 => name = Some(Name::new(d.str()?).ok_or(Malformed)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Card { cert: cert.ok_or(Malformed)?, name: name.ok_or(Malformed)? })
}

fn decode_hello(bytes: &[u8]) -> Result<Hello, Malformed> {
    let (mut least, mut highest, mut nonce) = (None, None, None);
    read_whole(bytes, |key, d| {
        match key {
            0 => least = Some(d.u16()?),
            1 => highest = Some(d.u16()?),
            2 => nonce = Some(fixed(d)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Hello {
        least: least.ok_or(Malformed)?,
        highest: highest.ok_or(Malformed)?,
        nonce: nonce.ok_or(Malformed)?,
    })
}

fn decode_bundle(bytes: &[u8]) -> Result<Frame<'_>, Malformed> {
    let (mut bundle, mut list) = (None, None);
    read_whole(bytes, |key, d| {
        match key {
            0 => bundle = Some(d.bytes()?),
            1 => list = Some(d.bytes()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Frame::Bundle { bundle: bundle.ok_or(Malformed)?, list: list.ok_or(Malformed)? })
}

fn chunks16(bytes: &[u8], most: usize) -> Result<Vec<[u8; 16]>, Malformed> {
    let (chunks, rest) = bytes.as_chunks::<16>();
    if rest.is_empty() && chunks.len() <= most { Ok(chunks.to_vec()) } else { Err(Malformed) }
}

const HELLO: u8 = 0x01;
const PROOF: u8 = 0x02;
const BUNDLE_REQUEST: u8 = 0x03;
const BUNDLE: u8 = 0x04;
const INVITE_ENDED: u8 = 0x05;
const SEALED: u8 = 0x10;
const TAKEN: u8 = 0x11;
const REFUSED: u8 = 0x12;
const SIGNAL: u8 = 0x20;
const GROUP: u8 = 0x30;
const GROUP_SYNC: u8 = 0x31;

const CARRY: u8 = 0x34;
const CARRIED: u8 = 0x35;

/// The first byte of a message of a session (docs/protocol.md, section 5).
const DR_MESSAGE: u8 = 0x02;
/// Longest sealed message that is carried for somebody: that of the longest note.
pub(crate) const MAX_CARRIED: usize = 72 * 1024;
/// More than a window of frames cannot be acknowledged at once.
const MAX_TAKEN: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_of_frame_survives_its_encoding() {
        let id = FrameId::of(b"x");
        let name = Name::new("하나").unwrap();
        for frame in [
            Frame::Bundle { bundle: &[1; 1500], list: &[2; 300] },
            Frame::BundleRequest,
            Frame::Hello(Hello { least: 1, highest: 2, nonce: [3; 32] }),
            Frame::Proof(Proof { tags: vec![[1; 16], [2; 16]], card: None }),
            Frame::Proof(Proof { tags: vec![], card: Some(Card { cert: vec![7; 197], name }) }),
            Frame::InviteEnded(InviteId([4; 8])),
            Frame::Refused(id),
            Frame::Sealed(&[9; 40]),
            Frame::Signal(&[8; 40]),
            Frame::Carry { to: [5; 32], sealed: &[2; 300] },
            Frame::Carried { from: [6; 32], sealed: &[2; 300] },
            Frame::Group(&[7; 400]),
            Frame::GroupSync(&[6; 40]),
            Frame::Taken(vec![id, FrameId::of(b"y")]),
        ] {
            assert_eq!(Frame::decode(&frame.encode()), Ok(frame.clone()));
        }
        assert_eq!(Frame::decode(&[0x7f, 1, 2]), Ok(Frame::Unknown));
        for kind in [CARRY, CARRIED] {
            assert_eq!(Frame::decode(&[vec![kind], vec![7; 32], vec![1; 300]].concat()), Err(Malformed));
            assert_eq!(Frame::decode(&[vec![kind; 2], vec![2; MAX_CARRIED + 32]].concat()), Err(Malformed));
            assert_eq!(Frame::decode(&[vec![kind], vec![7; 32]].concat()), Err(Malformed));
        }
        assert_eq!(Frame::decode(&[]), Err(Malformed));
        assert_eq!(Frame::decode(&[TAKEN, 1]), Err(Malformed));
        assert_eq!(Frame::decode(&vec![TAKEN; 16 * (MAX_TAKEN + 1) + 1]), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_malformed(
            kind in 0_u8..0x38, bytes in prop::collection::vec(any::<u8>(), 0..400)
        ) {
            let frame = [vec![kind], bytes].concat();
            Frame::decode(&frame).ok();
        }
    }
}
