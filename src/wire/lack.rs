//! Lacks: the part of the sync (`sync.rs`) that is about keys which have not come and messages that nobody has any more.
//!
//! ```text
//! 0x08 owed      {0: conversation:16, 1: chain:16, 2: account:32}
//! 0x09 want key  {0: conversation:16, 1: chain:16}
//! 0x0a no key    {0: conversation:16, 1: chain:16}
//! 0x0b gone      {0: conversation:16, 1: chain:16, 2: first, 3: last}
//! ```

use super::group::tagged;
use super::{Malformed, fixed, read_whole, written};
use crate::model::ConversationId;

/// Something about one chain of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The group.
    pub conversation: ConversationId,
    /// The chain.
    pub chain: [u8; 16],
    /// What about it.
    pub what: LackKind,
}

/// What is said about a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LackKind {
    /// The sender of this has it, and its author took the receiver for a member when it began.
    Owed([u8; 32]),
    /// Its author is asked for the key.
    WantKey,
    /// Its author gives no key.
    NoKey,
    /// The sender of this has opened these and does not keep them as they travelled any more.
    Gone {
        /// First iteration.
        first: u32,
        /// Last iteration.
        last: u32,
    },
}

impl Lack {
    /// The bytes to seal.
    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { conversation, chain, what } = self;
        let (kind, fields) = match what {
            LackKind::Owed(_) => (OWED, 3),
            LackKind::WantKey => (WANT_KEY, 2),
            LackKind::NoKey => (NO_KEY, 2),
            LackKind::Gone { .. } => (GONE, 4),
        };
        tagged(kind, |e| {
            let e = e.map(fields).and_then(|e| e.u8(0)?.bytes(conversation.as_bytes())?.u8(1)?.bytes(chain));
            written(match what {
                LackKind::Owed(account) => e.and_then(|e| e.u8(2)?.bytes(account)),
                LackKind::WantKey | LackKind::NoKey => e,
                LackKind::Gone { first, last } => e.and_then(|e| e.u8(2)?.u32(*first)?.u8(3)?.u32(*last)),
            });
        })
    }

    /// Whether a kind of the sync is one of these.
    pub(super) const fn is_kind(kind: u8) -> bool {
        OWED <= kind && kind <= GONE
    }

    /// Reads what follows the kind.
    pub(super) fn decode(kind: u8, bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut conversation, mut chain, mut account) = (None, None, None);
        let (mut first, mut last) = (None, None);
        read_whole(bytes, |key, d| {
            match (kind, key) {
                (_, 0) => conversation = Some(fixed(d)?),
                (_, 1) => chain = Some(fixed(d)?),
                (OWED, 2) => account = Some(fixed(d)?),
                (GONE, 2) => first = Some(d.u32()?),
                (GONE, 3) => last = Some(d.u32()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let what = match kind {
            OWED => LackKind::Owed(account.ok_or(Malformed)?),
            WANT_KEY => LackKind::WantKey,
            NO_KEY => LackKind::NoKey,
            GONE => {
                let (first, last) = (first.ok_or(Malformed)?, last.ok_or(Malformed)?);
                if first > last {
                    return Err(Malformed);
                }
                LackKind::Gone { first, last }
            }
            _ => return Err(Malformed),
        };
        let conversation = ConversationId::from_bytes(conversation.ok_or(Malformed)?);
        Ok(Self { conversation, chain: chain.ok_or(Malformed)?, what })
    }
}

const OWED: u8 = 0x08;
const WANT_KEY: u8 = 0x09;
const NO_KEY: u8 = 0x0a;
const GONE: u8 = 0x0b;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lacks_survive_their_encoding_and_cut_ones_are_malformed() {
        let (conversation, chain) = (ConversationId::from_bytes([1; 16]), [2; 16]);
        for what in [
            LackKind::Owed([3; 32]),
            LackKind::WantKey,
            LackKind::NoKey,
            LackKind::Gone { first: 4, last: 4 },
        ] {
            let lack = Lack { conversation, chain, what };
            let bytes = lack.encode();
            assert!(Lack::is_kind(bytes[0]));
            assert_eq!(Lack::decode(bytes[0], &bytes[1..]), Ok(lack));
            for cut in 1..bytes.len() {
                assert_eq!(Lack::decode(bytes[0], &bytes[1..cut]), Err(Malformed), "{cut}");
            }
        }
        let backwards = Lack { conversation, chain, what: LackKind::Gone { first: 5, last: 4 } }.encode();
        assert_eq!(Lack::decode(backwards[0], &backwards[1..]), Err(Malformed));
    }
}
