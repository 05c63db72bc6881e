//! A device's own side of a group: one chain that seals, signs and moves on. Knows nothing of who may read; the
//! caller gives [`SenderKey`]s to members and begins another chain when one has left.

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::chain::ChainKey;
use super::message::{self, Header, MAX_PLAINTEXT, MAX_PREV, MessageContext};
use super::sender_key::{Chain, Predecessor};
use super::{ChainId, EnvelopeKey, GroupId, Sealed, SenderKey};
use crate::aead::{self, XNONCE};
use crate::bytes::Reader;
use crate::identity::{DeviceId, KeyError};
use crate::label;
use crate::padme;
use crate::secret::Secret;
use crate::sign::SigningSecret;

/// A chain seals this many messages.
pub const MAX_ITERATIONS: u32 = 1000;
/// A chain serves this long in a group of up to [`SMALL_GROUP`] members, in milliseconds: 7 days,
pub const MAX_AGE_MS: u64 = 7 * 24 * 3_600_000;
/// and this long in a larger one: 14 days.
pub const MAX_AGE_LARGE_MS: u64 = 14 * 24 * 3_600_000;
/// Members of a group in which another chain is cheap to hand out.
pub const SMALL_GROUP: usize = 100;

const VERSION: u8 = 1;
/// Size of [`SenderChain::to_bytes`].
const SENDER_CHAIN: usize = 1 + 32 + 16 + 4 + 32 + 32 + 32 + 32 + 32 + 16 + 4 + 8;

/// Why a message cannot be sealed. The chain is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GroupSealError {
    /// Longer than [`MAX_PLAINTEXT`].
    #[error("the content is too long for one message")]
    TooLong,
    /// More than [`MAX_PREV`] messages named as seen.
    #[error("too many messages named as the last seen")]
    TooManyPrev,
    /// The chain is used up: begin another.
    #[error("the chain is used up")]
    Exhausted,
}

/// The chain a device sends with. Secret, wiped when dropped.
///
/// ```compile_fail
/// use undertone_crypto::group::SenderChain;
/// fn fork(chain: &SenderChain) -> SenderChain { chain.clone() }
/// ```
#[derive(Debug)]
pub struct SenderChain {
    chain: Chain,
    id: ChainId,
    signing: SigningSecret,
    key: ChainKey,
    iteration: u32,
}

impl SenderChain {
    /// The first chain of `device` in a group, made for the membership `base_view`.
    pub fn create(
        group: GroupId,
        device: DeviceId,
        base_view: [u8; 32],
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let signing = SigningSecret::generate(rng);
        let key = ChainKey::new(Secret::random(rng));
        let chain = Chain {
            group,
            device,
            public: signing.public(),
            origin: key.origin(),
            base_view,
            prev: None,
            created_ms: now_ms,
        };
        Self { id: chain.id(), chain, signing, key, iteration: 0 }
    }

    /// The chain after this one, with nothing of it but a note of where it ended.
    #[must_use]
    pub fn rotate(&self, base_view: [u8; 32], now_ms: u64, rng: &mut impl CryptoRng) -> Self {
        let mut next = Self::create(self.chain.group, self.chain.device, base_view, now_ms, rng);
        next.chain.prev = Some(Predecessor { chain: self.id, len: self.iteration });
        next
    }

    /// What a member needs to read the messages from the next one on.
    #[must_use]
    pub fn skdm(&self) -> SenderKey {
        SenderKey { chain: self.chain.clone(), id: self.id, iteration: self.iteration, key: self.key.share() }
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

    /// The place of the next message; how many were sealed.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The membership for which it was made.
    #[must_use]
    pub const fn base_view(&self) -> &[u8; 32] {
        &self.chain.base_view
    }

    /// Whether it is used up or too old for a group of `members` devices. That somebody has left since
    /// [`Self::base_view`] is for the caller to see.
    #[must_use]
    pub const fn must_rotate(&self, now_ms: u64, members: usize) -> bool {
        let max_age = if members <= SMALL_GROUP { MAX_AGE_MS } else { MAX_AGE_LARGE_MS };
        self.iteration >= MAX_ITERATIONS || now_ms.saturating_sub(self.chain.created_ms) >= max_age
    }

    /// Seals the next message into a frame. The state must be stored before the frame is sent.
    ///
    /// # Errors
    /// [`GroupSealError`]; the chain is then as it was.
    pub fn seal(
        &mut self,
        context: MessageContext<'_>,
        plaintext: &[u8],
        envelope: &EnvelopeKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, GroupSealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(GroupSealError::TooLong);
        }
        if context.prev.len() > MAX_PREV {
            return Err(GroupSealError::TooManyPrev);
        }
        if self.iteration >= MAX_ITERATIONS {
            return Err(GroupSealError::Exhausted);
        }
        let (message, next) = self.key.step();
        let header =
            Header { chain: self.id, iteration: self.iteration, commitment: message.commitment, context };
        let mut nonce = [0; XNONCE];
        rng.fill_bytes(&mut nonce);
        let frame = self.write(&header, &message.key, plaintext, envelope, &nonce);
        let frame = frame.ok_or(GroupSealError::TooLong)?;
        self.iteration = self.iteration.saturating_add(1);
        self.key = next;
        Ok(frame)
    }

    /// Writes the frame and encrypts it in place, body first.
    /// Whether this device signed this message of the chain. One that it does not remember was made by another copy of
    /// it, or after a state that was lost.
    #[must_use]
    pub fn made(&self, sealed: &Sealed) -> bool {
        let (group, header, body) = (&self.chain.group, sealed.header(), sealed.body());
        let signed = message::signed(group, sealed.nonce(), header, body);
        let signature = self.chain.public.verify(label::GROUP_MESSAGE, &signed, sealed.signature());
        sealed.chain_id() == self.id && signature.is_ok()
    }

    fn write(
        &self,
        header: &Header<'_>,
        key: &Secret<32>,
        plaintext: &[u8],
        envelope: &EnvelopeKey,
        nonce: &[u8; XNONCE],
    ) -> Option<Vec<u8>> {
        let header_len = header.len()?;
        let padded = padme::padded_len(plaintext.len())?;
        let content = header_len.checked_add(padded)?.checked_add(message::OVERHEAD)?;
        let mut frame = envelope.head(nonce, content);
        let start = frame.len();
        header.write(&mut frame)?;
        let header_end = frame.len();
        let ad = message::body_ad(&self.chain.group, frame.get(start..header_end)?);
        let body_len = padded.checked_add(aead::TAG)?;
        frame.extend_from_slice(&u32::try_from(body_len).ok()?.to_be_bytes());
        let body_start = frame.len();
        padme::pad_into(plaintext, &mut frame).ok()?;
        let tag = aead::seal(key, &message::body_nonce(nonce), &ad, frame.get_mut(body_start..)?).ok()?;
        frame.extend_from_slice(&tag);
        let (written, body) = (frame.get(start..header_end)?, frame.get(body_start..)?);
        let signed = message::signed(&self.chain.group, nonce, written, body);
        let signature = self.signing.sign(label::GROUP_MESSAGE, &signed);
        frame.extend_from_slice(&signature);
        envelope.close(&mut frame, nonce)?;
        Some(frame)
    }

    /// The whole state, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // large enough from the start: a buffer that moves leaves a copy of the secrets behind
        let mut out = Zeroizing::new(Vec::with_capacity(SENDER_CHAIN));
        out.push(VERSION);
        out.extend_from_slice(self.chain.group.as_bytes());
        out.extend_from_slice(self.chain.device.as_bytes());
        out.extend_from_slice(&self.iteration.to_be_bytes());
        out.extend_from_slice(self.key.expose());
        out.extend_from_slice(self.signing.expose_seed());
        self.chain.write(&mut out);
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
        let group = GroupId(*reader.array()?);
        let device = DeviceId::new(*reader.array()?);
        let iteration = reader.u32().filter(|at| *at <= MAX_ITERATIONS)?;
        let key = ChainKey::new(Secret::new(*reader.array()?));
        let signing = SigningSecret::from_seed(&Secret::new(*reader.array()?));
        let chain = Chain::read(&mut reader, group, device).ok()?;
        reader.end()?;
        (signing.public() == chain.public).then_some(())?;
        Some(Self { id: chain.id(), chain, signing, key, iteration })
    }
}
