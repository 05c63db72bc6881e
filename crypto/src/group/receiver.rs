//! Another device's chain, as far as we may read it: from the iteration at which we were let in. Opening first
//! decides everything and then changes the state, so that a refused message cannot change anything.

use std::collections::VecDeque;

use thiserror::Error;
use zeroize::Zeroizing;

use super::chain::{ChainKey, MessageKey};
use super::message;
use super::sender::MAX_ITERATIONS;
use super::sender_key::Chain;
use super::{ChainConflict, ChainId, GroupId, Sealed, SenderKey};
use crate::aead::{self, TAG};
use crate::bytes::Reader;
use crate::identity::{DeviceId, KeyError};
use crate::label;
use crate::padme;
use crate::secret::Secret;

/// How long the key of a message that has not arrived is kept, in milliseconds: 14 days. A chain has at most
/// [`MAX_ITERATIONS`] messages and hence no more such keys, however far ahead a message is.
pub const SKIPPED_TTL_MS: u64 = 14 * 24 * 3_600_000;

const VERSION: u8 = 1;
/// Size of a written chain without skipped keys,
const STATE: usize = 1 + 32 + 16 + 4 + 4 + 32 + 32 + 32 + 32 + 16 + 4 + 8 + 2;
/// and what one of them adds.
const SKIPPED_KEY: usize = 4 + 8 + 32 + 16;

/// Why a message cannot be opened. The chain is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GroupOpenError {
    /// It belongs to another chain.
    #[error("the message belongs to another chain")]
    OtherChain,
    /// From before we were let in.
    #[error("the message is older than what may be read")]
    BeforeStart,
    /// Opened before, or its key was dropped because it was so late.
    #[error("the message was opened before or came too late")]
    Consumed,
    /// Past the end of the chain.
    #[error("the message is past the end of its chain")]
    PastEnd,
    /// Not signed by the chain's device: another member made it up.
    #[error("the chain's device did not sign the message")]
    Signature,
    /// Signed, but sealed with another key than we were given: the sender gave members different keys.
    #[error("the message was sealed with another key than the sender gave us")]
    Commitment,
    /// Signed, but the body is not authentic or not padded as it must be.
    #[error("the body of the message is not what its sender should have made")]
    Body,
}

/// The key of a message that has not arrived.
#[derive(Debug)]
struct SkippedKey {
    n: u32,
    since_ms: u64,
    message: MessageKey,
}

impl SkippedKey {
    const fn is_fresh(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.since_ms) < SKIPPED_TTL_MS
    }
}

/// A chain of another device. Secret, wiped when dropped.
///
/// ```compile_fail
/// use undertone_crypto::group::ReceiverChain;
/// fn fork(chain: &ReceiverChain) -> ReceiverChain { chain.clone() }
/// ```
#[derive(Debug)]
pub struct ReceiverChain {
    chain: Chain,
    id: ChainId,
    start: u32,
    key: ChainKey,
    next: u32,
    /// Ascending by place.
    skipped: VecDeque<SkippedKey>,
}

/// What opening a message changes.
struct Ahead {
    key: ChainKey,
    next: u32,
    skipped: Vec<SkippedKey>,
}

impl ReceiverChain {
    /// A chain that was not known. One that is known is kept: see [`Self::meet`].
    #[must_use]
    pub fn new(key: SenderKey) -> Self {
        let SenderKey { chain, id, iteration, key } = key;
        Self { chain, id, start: iteration, key, next: iteration, skipped: VecDeque::new() }
    }

    /// Compares another sender key for this chain with the first one, which stays in force whatever comes. A
    /// sender may well repeat itself, at the same or at another iteration.
    ///
    /// # Errors
    /// [`ChainConflict`] if it contradicts the first.
    pub fn meet(&self, other: &SenderKey) -> Result<(), ChainConflict> {
        let steps = |from: u32, to: u32| from..to;
        let (mut ours, mut theirs) = (self.key.share(), other.key.share());
        steps(self.next, other.iteration).for_each(|_| ours = ours.step().1);
        steps(other.iteration, self.next).for_each(|_| theirs = theirs.step().1);
        let same_key = ours.origin() == theirs.origin();
        if self.id == other.id && self.chain == other.chain && same_key { Ok(()) } else { Err(ChainConflict) }
    }

    /// The chain's name.
    #[must_use]
    pub const fn id(&self) -> ChainId {
        self.id
    }

    /// The group it belongs to.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.chain.group
    }

    /// The device that sends on it.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.chain.device
    }

    /// The first message that can be opened.
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.start
    }

    /// One past the last message that was opened.
    #[must_use]
    pub const fn next(&self) -> u32 {
        self.next
    }

    /// Messages before [`Self::next`] that may still be opened.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped.len()
    }

    /// Opens `sealed` and commits, or leaves everything as it is.
    ///
    /// # Errors
    /// [`GroupOpenError`] says what is wrong, and with that whose fault it is.
    pub fn open(&mut self, sealed: &Sealed, now_ms: u64) -> Result<Zeroizing<Vec<u8>>, GroupOpenError> {
        let late = self.place(sealed, now_ms)?;
        self.check_signature(sealed)?;
        if let Some(at) = late {
            let skipped = self.skipped.get(at).ok_or(GroupOpenError::Consumed)?;
            let plaintext = self.open_body(sealed, &skipped.message)?;
            self.skipped.remove(at);
            self.prune(now_ms);
            return Ok(plaintext);
        }
        let (message, ahead) = self.advance(sealed.iteration(), now_ms);
        let plaintext = self.open_body(sealed, &message)?;
        self.key = ahead.key;
        self.next = ahead.next;
        self.skipped.extend(ahead.skipped);
        self.prune(now_ms);
        Ok(plaintext)
    }

    /// Where the key of a message that may be opened lies: among the skipped ones, or ahead.
    fn place(&self, sealed: &Sealed, now_ms: u64) -> Result<Option<usize>, GroupOpenError> {
        let n = sealed.iteration();
        if sealed.chain_id() != self.id {
            return Err(GroupOpenError::OtherChain);
        }
        if n < self.start {
            return Err(GroupOpenError::BeforeStart);
        }
        if n >= MAX_ITERATIONS {
            return Err(GroupOpenError::PastEnd);
        }
        if n >= self.next {
            return Ok(None);
        }
        let found = self.skipped.binary_search_by_key(&n, |key| key.n).ok();
        let fresh = found.filter(|at| self.skipped.get(*at).is_some_and(|key| key.is_fresh(now_ms)));
        fresh.map(Some).ok_or(GroupOpenError::Consumed)
    }

    /// Whether the chain's device signed this message of the chain, opened before or not. Two that it signed with one
    /// iteration are a proof against it.
    #[must_use]
    pub fn made(&self, sealed: &Sealed) -> bool {
        sealed.chain_id() == self.id && self.check_signature(sealed).is_ok()
    }

    fn check_signature(&self, sealed: &Sealed) -> Result<(), GroupOpenError> {
        let signed = message::signed(&self.chain.group, sealed.nonce(), sealed.header(), sealed.body());
        self.chain
            .public
            .verify(label::GROUP_MESSAGE, &signed, sealed.signature())
            .map_err(|_| GroupOpenError::Signature)
    }

    /// Forgets keys of messages that have not arrived in [`SKIPPED_TTL_MS`]. Whether there were any.
    pub fn forget_old(&mut self, now_ms: u64) -> bool {
        let before = self.skipped.len();
        self.skipped.retain(|key| key.is_fresh(now_ms));
        self.skipped.len() != before
    }

    /// The key of message `n`, which is not before `next`, and the chain after it.
    fn advance(&self, n: u32, now_ms: u64) -> (MessageKey, Ahead) {
        let (mut message, mut key) = self.key.step();
        let mut skipped = Vec::new();
        for at in self.next..n {
            let (following, after) = key.step();
            let message = std::mem::replace(&mut message, following);
            skipped.push(SkippedKey { n: at, since_ms: now_ms, message });
            key = after;
        }
        (message, Ahead { key, next: n.saturating_add(1), skipped })
    }

    fn open_body(&self, sealed: &Sealed, key: &MessageKey) -> Result<Zeroizing<Vec<u8>>, GroupOpenError> {
        if sealed.commitment() != &key.commitment {
            return Err(GroupOpenError::Commitment);
        }
        self.decrypt(sealed, &key.key).ok_or(GroupOpenError::Body)
    }

    fn decrypt(&self, sealed: &Sealed, key: &Secret<32>) -> Option<Zeroizing<Vec<u8>>> {
        let (body, tag) = sealed.body().split_last_chunk::<TAG>()?;
        let mut plaintext = Zeroizing::new(body.to_vec());
        let ad = message::body_ad(&self.chain.group, sealed.header());
        aead::open(key, &message::body_nonce(sealed.nonce()), &ad, &mut plaintext, tag).ok()?;
        padme::unpad_in_place(&mut plaintext).ok()?;
        Some(plaintext)
    }

    /// Drops the keys of messages that are too late.
    fn prune(&mut self, now_ms: u64) {
        self.skipped.retain(|key| key.is_fresh(now_ms));
    }

    /// The whole state, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // large enough from the start: a buffer that moves leaves a copy of the secrets behind
        let size = self.skipped.len().saturating_mul(SKIPPED_KEY).saturating_add(STATE);
        let mut out = Zeroizing::new(Vec::with_capacity(size));
        out.push(VERSION);
        out.extend_from_slice(self.chain.group.as_bytes());
        out.extend_from_slice(self.chain.device.as_bytes());
        out.extend_from_slice(&self.start.to_be_bytes());
        out.extend_from_slice(&self.next.to_be_bytes());
        out.extend_from_slice(self.key.expose());
        self.chain.write(&mut out);
        out.extend_from_slice(&u16::try_from(self.skipped.len()).unwrap_or(u16::MAX).to_be_bytes());
        for key in &self.skipped {
            out.extend_from_slice(&key.n.to_be_bytes());
            out.extend_from_slice(&key.since_ms.to_be_bytes());
            out.extend_from_slice(key.message.key.expose());
            out.extend_from_slice(&key.message.commitment);
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] if it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::read(bytes).ok_or(KeyError)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        reader.u8().filter(|version| *version == VERSION)?;
        let group = GroupId::new(*reader.array()?);
        let device = DeviceId::new(*reader.array()?);
        let start = reader.u32()?;
        let next = reader.u32().filter(|next| (start..=MAX_ITERATIONS).contains(next))?;
        let key = ChainKey::new(Secret::new(*reader.array()?));
        let chain = Chain::read(&mut reader, group, device).ok()?;
        let count = reader.u16()?;
        let mut skipped: VecDeque<SkippedKey> = VecDeque::new();
        for _ in 0..count {
            let n = reader.u32().filter(|n| (start..next).contains(n))?;
            if skipped.back().is_some_and(|last| last.n >= n) {
                return None;
            }
            let since_ms = reader.u64()?;
            let message = MessageKey { key: Secret::new(*reader.array()?), commitment: *reader.array()? };
            skipped.push_back(SkippedKey { n, since_ms, message });
        }
        reader.end()?;
        Some(Self { id: chain.id(), chain, start, key, next, skipped })
    }
}
