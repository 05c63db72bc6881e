//! Sync: what two members of a group who are connected tell each other under their pair key, to be lost with the
//! connection.
//!
//! ```text
//! sync = 0x01 summary    {0: conversation:16, 1: heads (32 bytes each), 2: [holding], 3: seen, 4: whole,
//!                         5: envelope ids (8 bytes each)}
//!        0x02 want ops   {0: conversation:16, 1: heads (32 bytes each)}
//!        0x03 ops        {0: conversation:16, 1: [Op]}
//!        0x04 want       {0: conversation:16, 1: chain:16, 2: first, 3: last}
//!        0x05 typing     {0: conversation:16, 1: on}
//!        0x08 to 0x0b    lacks (`lack.rs`)
//! holding = [chain:16, start, [first, last, ..], tip:16, forked or null]
//! ```

use minicbor::{Decoder, Encoder};

use super::group::{
    MAX_ENVELOPES, MAX_HEADS, MAX_HOLDINGS, MAX_RUNS, OpName, chunks, decode_list, encode_list, length,
    tagged,
};
use super::lack::Lack;
use super::{Malformed, fixed, read_whole, written};
use crate::model::ConversationId;

/// What travels over a connection between two members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sync<'a> {
    /// What the sender holds.
    Summary(Summary),
    /// Asks for operations that are not in the past of these.
    WantOps {
        /// The group.
        conversation: ConversationId,
        /// What the sender knows.
        heads: Vec<OpName>,
    },
    /// Operations, parents first.
    Ops {
        /// The group.
        conversation: ConversationId,
        /// The operations.
        ops: Vec<&'a [u8]>,
    },
    /// Asks for messages.
    Want {
        /// The group.
        conversation: ConversationId,
        /// The chain.
        chain: [u8; 16],
        /// First iteration.
        first: u32,
        /// Last iteration.
        last: u32,
    },
    /// The sender is writing, or has stopped.
    Typing {
        /// The group.
        conversation: ConversationId,
        /// Whether it is.
        on: bool,
    },
    /// Something about keys and messages that are missing.
    Lack(Lack),
    /// A kind of a later version.
    Unknown,
}

/// What a member holds of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The group.
    pub conversation: ConversationId,
    /// Its newest operations.
    pub heads: Vec<OpName>,
    /// Its messages.
    pub holdings: Vec<Holding>,
    /// Whether its person has seen all of them.
    pub seen: bool,
    /// Whether these are all holdings, or another summary with the rest follows.
    pub whole: bool,
    /// The envelopes that it can open.
    pub envelopes: Vec<[u8; 8]>,
}

/// What a member holds of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The chain.
    pub chain: [u8; 16],
    /// The first iteration that the member was given.
    pub start: u32,
    /// Runs `first..=last` of iterations, ascending.
    pub runs: Vec<(u32, u32)>,
    /// Name of the last message held.
    pub tip: [u8; 16],
    /// An iteration of which there are two messages, if the member knows of one.
    pub forked: Option<u32>,
}

impl<'a> Sync<'a> {
    /// The bytes to seal.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Summary(summary) => tagged(SUMMARY, |e| encode_summary(e, summary)),
            Self::WantOps { conversation, heads } => tagged(WANT_OPS, |e| {
                written(
                    e.map(2)
                        .and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)?.bytes(&heads.concat())),
                );
            }),
            Self::Ops { conversation, ops } => tagged(SYNC_OPS, |e| {
                written(e.map(2).and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)));
                encode_list(e, ops);
            }),
            Self::Want { conversation, chain, first, last } => tagged(WANT, |e| {
                written(e.map(4).and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)?.bytes(chain)));
                written(e.u8(2).and_then(|e| e.u32(*first)?.u8(3)?.u32(*last)));
            }),
            Self::Typing { conversation, on } => tagged(TYPING, |e| {
                written(e.map(2).and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)?.bool(*on)));
            }),
            Self::Lack(lack) => lack.encode(),
            Self::Unknown => vec![u8::MAX],
        }
    }

    /// Reads a message of the sync.
    ///
    /// # Errors
    /// [`Malformed`] for anything but one whole message of a known kind.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (kind, rest) = bytes.split_first().ok_or(Malformed)?;
        let mut f = Fields::default();
        if Lack::is_kind(*kind) {
            return Lack::decode(*kind, rest).map(Self::Lack);
        }
        if !(SUMMARY..=TYPING).contains(kind) {
            return Ok(Self::Unknown);
        }
        read_whole(rest, |key, d| f.read(*kind, key, d))?;
        let conversation = ConversationId::from_bytes(f.conversation.ok_or(Malformed)?);
        Ok(match *kind {
            SUMMARY => Self::Summary(Summary {
                conversation,
                heads: f.heads.ok_or(Malformed)?,
                holdings: f.holdings.ok_or(Malformed)?,
                seen: f.seen.ok_or(Malformed)?,
                whole: f.flag.ok_or(Malformed)?,
                envelopes: f.envelopes.ok_or(Malformed)?,
            }),
            WANT_OPS => Self::WantOps { conversation, heads: f.heads.ok_or(Malformed)? },
            SYNC_OPS => Self::Ops { conversation, ops: f.ops.ok_or(Malformed)? },
            WANT => {
                let (first, last) = (f.first.ok_or(Malformed)?, f.last.ok_or(Malformed)?);
                if first > last {
                    return Err(Malformed);
                }
                Self::Want { conversation, chain: f.chain.ok_or(Malformed)?, first, last }
            }
            _ => Self::Typing { conversation, on: f.flag.ok_or(Malformed)? },
        })
    }
}

/// The fields that the kinds have between them.
#[derive(Default)]
struct Fields<'a> {
    conversation: Option<[u8; 16]>,
    heads: Option<Vec<OpName>>,
    holdings: Option<Vec<Holding>>,
    seen: Option<bool>,
    flag: Option<bool>,
    envelopes: Option<Vec<[u8; 8]>>,
    ops: Option<Vec<&'a [u8]>>,
    chain: Option<[u8; 16]>,
    first: Option<u32>,
    last: Option<u32>,
}

impl<'a> Fields<'a> {
    fn read(&mut self, kind: u8, key: u64, d: &mut Decoder<'a>) -> Result<bool, Malformed> {
        match (kind, key) {
            (_, 0) => self.conversation = Some(fixed(d)?),
            (SUMMARY | WANT_OPS, 1) => self.heads = Some(chunks(d.bytes()?, MAX_HEADS)?),
            (SUMMARY, 2) => self.holdings = Some(decode_holdings(d)?),
            (SUMMARY, 5) => self.envelopes = Some(decode_ids(d.bytes()?)?),
            (SUMMARY, 3) => self.seen = Some(d.bool()?),
            (SUMMARY, 4) | (TYPING, 1) => self.flag = Some(d.bool()?),
            (SYNC_OPS, 1) => self.ops = Some(decode_list(d)?),
            (WANT, 1) => self.chain = Some(fixed(d)?),
            (WANT, 2) => self.first = Some(d.u32()?),
            (WANT, 3) => self.last = Some(d.u32()?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn encode_summary(e: &mut Encoder<Vec<u8>>, summary: &Summary) {
    let Summary { conversation, heads, holdings, seen, whole, envelopes } = summary;
    written(
        e.map(6).and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)?.bytes(&heads.concat())?.u8(2)),
    );
    written(e.array(u64::try_from(holdings.len()).unwrap_or(u64::MAX)));
    for holding in holdings {
        written(e.array(5).and_then(|e| e.bytes(&holding.chain)?.u32(holding.start)));
        written(e.array(u64::try_from(holding.runs.len().saturating_mul(2)).unwrap_or(u64::MAX)));
        for (first, last) in &holding.runs {
            written(e.u32(*first).and_then(|e| e.u32(*last)));
        }
        written(e.bytes(&holding.tip).and_then(|e| e.encode(holding.forked)));
    }
    written(e.u8(3).and_then(|e| e.bool(*seen)?.u8(4)?.bool(*whole)?.u8(5)?.bytes(&envelopes.concat())));
}

fn decode_ids(bytes: &[u8]) -> Result<Vec<[u8; 8]>, Malformed> {
    let (ids, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() && ids.len() <= MAX_ENVELOPES { Ok(ids.to_vec()) } else { Err(Malformed) }
}

fn decode_holdings(d: &mut Decoder<'_>) -> Result<Vec<Holding>, Malformed> {
    let len = length(d, MAX_HOLDINGS)?;
    let mut holdings = Vec::new();
    for _ in 0..len {
        if d.array()? != Some(5) {
            return Err(Malformed);
        }
        let (chain, start) = (fixed(d)?, d.u32()?);
        let numbers = length(d, MAX_RUNS.saturating_mul(2))?;
        let (mut runs, mut least) = (Vec::new(), 0);
        for _ in 0..numbers / 2 {
            let (first, last) = (d.u32()?, d.u32()?);
            if first < least || last < first {
                return Err(Malformed);
            }
            // Runs are apart, so that there is one way to say them.
            least = last.checked_add(2).ok_or(Malformed)?;
            runs.push((first, last));
        }
        if numbers % 2 != 0 {
            return Err(Malformed);
        }
        let (tip, forked) = (fixed(d)?, d.decode()?);
        holdings.push(Holding { chain, start, runs, tip, forked });
    }
    Ok(holdings)
}

const SUMMARY: u8 = 0x01;
const WANT_OPS: u8 = 0x02;
const SYNC_OPS: u8 = 0x03;
const WANT: u8 = 0x04;
const TYPING: u8 = 0x05;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sync_survives_its_encoding_and_cut_or_disordered_ones_are_malformed() {
        let conversation = ConversationId::from_bytes([9; 16]);
        let runs = vec![(0, 7), (9, 9)];
        let holding = Holding { chain: [1; 16], start: 0, runs, tip: [7; 16], forked: Some(9) };
        for sync in [
            Sync::Summary(Summary {
                conversation,
                heads: vec![[1; 32]],
                holdings: vec![holding.clone()],
                seen: true,
                whole: true,
                envelopes: vec![[8; 8]],
            }),
            Sync::Summary(Summary {
                conversation,
                heads: vec![],
                holdings: vec![],
                seen: false,
                whole: false,
                envelopes: vec![],
            }),
            Sync::WantOps { conversation, heads: vec![[1; 32], [2; 32]] },
            Sync::Ops { conversation, ops: vec![&[1; 400]] },
            Sync::Want { conversation, chain: [3; 16], first: 4, last: 9 },
            Sync::Typing { conversation, on: true },
        ] {
            let bytes = sync.encode();
            assert_eq!(Sync::decode(&bytes), Ok(sync));
            assert_eq!(Sync::decode(&bytes[..bytes.len() - 1]), Err(Malformed));
        }
        let touching = Holding { runs: vec![(0, 7), (8, 9)], ..holding };
        let summary = Summary {
            conversation,
            heads: vec![],
            holdings: vec![touching],
            seen: false,
            whole: true,
            envelopes: vec![],
        };
        assert_eq!(Sync::decode(&Sync::Summary(summary).encode()), Err(Malformed));
        let backwards = Sync::Want { conversation, chain: [3; 16], first: 9, last: 4 };
        assert_eq!(Sync::decode(&backwards.encode()), Err(Malformed));
    }
}
