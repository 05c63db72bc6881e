//! The Double Ratchet with encrypted headers and a post-quantum step (docs/protocol.md, "Ratchet"). Knows the
//! keys it starts from, not how they were agreed, who the peer is or how frames travel.

mod chain;
mod codec;
mod frame;
mod header;
mod open;
mod seal;
mod skipped;
#[cfg(test)]
mod tests;

use rand_core::CryptoRng;
use thiserror::Error;

use crate::dh::{DhError, DhPublic, DhSecret};
use crate::kem::{CIPHERTEXT, EncapsKey, KemSecret};
use crate::padme;
use crate::secret::Secret;
use chain::{ChainKey, root_step};
use skipped::Skipped;

/// A message may be this far ahead of the last one received on its chain.
pub const MAX_SKIP: u32 = 1000;
/// Keys of messages not yet received that one session keeps; the oldest go first.
pub const MAX_SKIPPED_KEYS: usize = 2000;
/// How long such a key is kept, in milliseconds: 30 days.
pub const SKIPPED_TTL_MS: u64 = 30 * 24 * 3_600_000;
/// Receiving chains before the current one that such keys may belong to.
pub const MAX_OLD_CHAINS: usize = 5;
/// A chain ends here and the session with it: a new handshake is due.
pub const MAX_COUNTER: u32 = 1 << 31;
/// Longest padded content of one message, in bytes.
pub const MAX_BODY: usize = 65_536;
/// Longest content of one message, in bytes: anything longer is an attachment.
pub const MAX_PLAINTEXT: usize = MAX_BODY - 4;
/// Bytes a message adds to its padded content when it carries no key encapsulation.
pub const OVERHEAD: usize = 104;
/// A new key encapsulation is offered after this many messages,
const PQ_MESSAGES: u32 = 50;
/// or this many milliseconds (24 hours), whichever comes first.
const PQ_INTERVAL_MS: u64 = 24 * 3_600_000;

/// A written state without skipped keys is not longer than this, in bytes,
const STATE: usize = 4096;
/// and a skipped key adds this much.
const SKIPPED_KEY: usize = 4 + 8 + 32;

const _: () = assert!(padme::MIN <= MAX_BODY);

/// Why a message cannot be sealed. The session is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// Longer than [`MAX_PLAINTEXT`].
    #[error("the content is too long for one message")]
    TooLong,
    /// Too long for a message that repeats the handshake, while the peer has not answered yet.
    #[error("the content is too long before the peer has answered")]
    TooLongUnanswered,
    /// The session is used up or unusable: start a new one.
    #[error("the session is used up")]
    Exhausted,
}

/// The message cannot be opened by this session. There is one reason on purpose: a sender learns nothing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the message cannot be opened")]
pub struct OpenError;

/// The keys a handshake gives to both sides.
pub(crate) struct RootKeys {
    pub(crate) root: Secret<32>,
    /// Header key of the initiator's first chain.
    pub(crate) initiator_header: Secret<32>,
    /// Header key of the responder's first chain.
    pub(crate) responder_header: Secret<32>,
    /// The transcript hash: in the associated data of everything.
    pub(crate) binding: [u8; 32],
}

/// One side's ratchet.
#[derive(Debug)]
pub(crate) struct Ratchet {
    binding: [u8; 32],
    root: Secret<32>,
    own: DhSecret,
    /// Absent only until a responder has opened its first message.
    peer: Option<DhPublic>,
    sending: Sending,
    receiving: Option<Receiving>,
    next_send_header: Secret<32>,
    next_receive_header: Secret<32>,
    kem: Kem,
    skipped: Skipped,
}

#[derive(Debug)]
enum Sending {
    /// The peer's new chain was received: our next chain is made when there is something to send, so that
    /// opening never needs randomness. `previous` messages were sent on the chain before.
    Due {
        previous: u32,
    },
    Chain(Box<SendingChain>),
}

#[derive(Debug)]
struct SendingChain {
    header_key: Secret<32>,
    chain: ChainKey,
    n: u32,
    /// Messages on the chain before this one.
    previous: u32,
    /// Carried by every message of the chain, for any of them may arrive first.
    ciphertext: Option<Box<[u8; CIPHERTEXT]>>,
    offer: Option<EncapsKey>,
}

#[derive(Debug)]
struct Receiving {
    header_key: Secret<32>,
    chain: ChainKey,
    n: u32,
}

/// Where the post-quantum ratchet stands.
#[derive(Debug)]
struct Kem {
    /// The key whose public half was offered and not used yet.
    own: Option<KemSecret>,
    /// The peer's offer, to be used in our next chain.
    peer: Option<EncapsKey>,
    /// The responder offers in its first chain already.
    offer_due: bool,
    /// Messages since the last completed step.
    messages: u32,
    /// When that was; `None` until the session is first used.
    since_ms: Option<u64>,
}

impl Kem {
    const fn new(offer_due: bool) -> Self {
        Self { own: None, peer: None, offer_due, messages: 0, since_ms: None }
    }

    fn completed(&mut self, now_ms: u64) {
        self.messages = 0;
        self.since_ms = Some(now_ms);
    }

    fn count(&mut self, now_ms: u64) {
        self.messages = self.messages.saturating_add(1);
        self.since_ms.get_or_insert(now_ms);
    }

    fn wants_offer(&self, now_ms: u64) -> bool {
        let waited = self.since_ms.is_some_and(|since| now_ms.saturating_sub(since) >= PQ_INTERVAL_MS);
        self.own.is_none() && (self.offer_due || self.messages >= PQ_MESSAGES || waited)
    }
}

impl Ratchet {
    /// The initiator's side; `prekey` is the responder's signed prekey.
    pub(crate) fn initiate(
        keys: RootKeys,
        prekey: DhPublic,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, DhError> {
        let own = DhSecret::generate(rng);
        let step = root_step(&keys.root, &own.agree(&prekey)?, None);
        let chain = SendingChain {
            header_key: keys.initiator_header,
            chain: step.chain,
            n: 0,
            previous: 0,
            ciphertext: None,
            offer: None,
        };
        Ok(Self {
            binding: keys.binding,
            root: step.root,
            own,
            peer: Some(prekey),
            sending: Sending::Chain(Box::new(chain)),
            receiving: None,
            next_send_header: step.next_header,
            next_receive_header: keys.responder_header,
            kem: Kem::new(false),
            skipped: Skipped::default(),
        })
    }

    /// The responder's side, whose first ratchet key is its signed prekey. It can open, not yet seal.
    pub(crate) fn respond(keys: RootKeys, prekey: DhSecret) -> Self {
        Self {
            binding: keys.binding,
            root: keys.root,
            own: prekey,
            peer: None,
            sending: Sending::Due { previous: 0 },
            receiving: None,
            next_send_header: keys.responder_header,
            next_receive_header: keys.initiator_header,
            kem: Kem::new(true),
            skipped: Skipped::default(),
        }
    }

    /// A size, in bytes, that [`Self::write`] stays within.
    pub(crate) fn written_len(&self) -> usize {
        STATE.saturating_add(self.skipped.len().saturating_mul(SKIPPED_KEY))
    }

    /// The transcript hash of the handshake this ratchet came from.
    pub(crate) const fn binding(&self) -> &[u8; 32] {
        &self.binding
    }
}
