//! A group message inside its envelope: the header that members read, the body that needs the chain's key, and
//! the signature over both. Knows neither keys nor which iteration is due.
//!
//! ```text
//! inner  = header | len:4 | ct | sig:64
//! header = chain_id:16 | iteration:4 | view:16 | kc:16 | lamport:8 | n_prev:1 | prev:16 each
//! ct     = AEAD(mk, N[..12], pad(plaintext), ad = "ut1/gct" | gid | H(header))
//! sig    = Sig_spk("ut1/gsig", H("ut1/gsig" | gid | N | header | H(ct)))
//! ```

use super::{ChainId, GroupId};
use crate::aead::{TAG, XNONCE};
use crate::bytes::Reader;
use crate::kdf;
use crate::label;
use crate::padme;
use crate::sign::SIGNATURE;

/// Longest padded content of one message, in bytes: the longest that leaves room in a frame of 64 KiB.
pub const MAX_BODY: usize = 63_488;
/// Longest content of one message, in bytes.
pub const MAX_PLAINTEXT: usize = MAX_BODY - 4;
/// Messages that a message may name as the last its sender saw.
pub const MAX_PREV: usize = 4;
/// The header without the messages it names.
const HEADER: usize = 16 + 4 + 16 + 16 + 8 + 1;
/// What an inner message adds to header and padded content.
pub(super) const OVERHEAD: usize = 4 + TAG + SIGNATURE;

const _: () = assert!(
    MAX_BODY + HEADER + MAX_PREV * 16 + OVERHEAD + super::envelope::OVERHEAD <= super::envelope::MAX_FRAME
);
const _: () = assert!(padme::MIN <= MAX_BODY);

/// What a message says of where in the group's history it stands. Seen by members, authenticated, not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageContext<'a> {
    /// The membership that the sender knows: the start of the hash of its operations' heads.
    pub view: [u8; 16],
    /// One more than any the sender has seen.
    pub lamport: u64,
    /// The last messages the sender has seen, at most [`MAX_PREV`]; the one before it on its chain first.
    pub prev: &'a [[u8; 16]],
}

/// The header of a message, to be written.
pub(super) struct Header<'a> {
    pub(super) chain: ChainId,
    pub(super) iteration: u32,
    pub(super) commitment: [u8; 16],
    pub(super) context: MessageContext<'a>,
}

impl Header<'_> {
    /// How long it is, or `None` if it names too many messages.
    pub(super) fn len(&self) -> Option<usize> {
        let count = self.context.prev.len();
        (count <= MAX_PREV).then(|| HEADER.saturating_add(count.saturating_mul(16)))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(self.chain.as_bytes());
        out.extend_from_slice(&self.iteration.to_be_bytes());
        out.extend_from_slice(&self.context.view);
        out.extend_from_slice(&self.commitment);
        out.extend_from_slice(&self.context.lamport.to_be_bytes());
        out.push(u8::try_from(self.context.prev.len()).ok()?);
        self.context.prev.iter().for_each(|prev| out.extend_from_slice(prev));
        Some(())
    }
}

/// A group message out of its envelope: some member sent it, nothing else is verified. Only [`EnvelopeKey::open`]
/// makes one and only [`ReceiverChain::open`] reads it.
///
/// [`EnvelopeKey::open`]: super::EnvelopeKey::open
/// [`ReceiverChain::open`]: super::ReceiverChain::open
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    nonce: [u8; XNONCE],
    chain: ChainId,
    iteration: u32,
    view: [u8; 16],
    commitment: [u8; 16],
    lamport: u64,
    prev: Vec<[u8; 16]>,
    header: Vec<u8>,
    /// Encrypted, tag included.
    body: Vec<u8>,
    signature: [u8; SIGNATURE],
}

impl Sealed {
    #[allow(clippy::needless_pass_by_value, reason = "the buffer is no longer needed")]
    pub(super) fn parse(nonce: [u8; XNONCE], inner: Vec<u8>) -> Option<Self> {
        let mut reader = Reader::new(&inner);
        let chain = ChainId(*reader.array()?);
        let iteration = reader.u32()?;
        let (view, commitment) = (*reader.array()?, *reader.array()?);
        let lamport = reader.u64()?;
        let count = reader.u8().map(usize::from).filter(|count| *count <= MAX_PREV)?;
        let prev = (0..count).map(|_| reader.array().copied()).collect::<Option<Vec<_>>>()?;
        let header = inner.get(..inner.len().checked_sub(reader.left())?)?.to_vec();
        let body_len = usize::try_from(reader.u32()?).ok()?;
        if !(padme::MIN..=MAX_BODY).contains(&body_len.checked_sub(TAG)?) {
            return None;
        }
        let body = reader.slice(body_len)?.to_vec();
        let signature = *reader.array()?;
        reader.end()?;
        Some(Self { nonce, chain, iteration, view, commitment, lamport, prev, header, body, signature })
    }

    /// The chain it says it belongs to.
    #[must_use]
    pub const fn chain_id(&self) -> ChainId {
        self.chain
    }

    /// Its place in that chain.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The membership its sender knew.
    #[must_use]
    pub const fn view(&self) -> &[u8; 16] {
        &self.view
    }

    /// One more than any its sender had seen.
    #[must_use]
    pub const fn lamport(&self) -> u64 {
        self.lamport
    }

    /// The last messages its sender had seen.
    #[must_use]
    pub fn prev(&self) -> &[[u8; 16]] {
        &self.prev
    }

    /// Its name: the start of what its device signed. Another message of the chain has another name, in whatever
    /// envelope it comes.
    #[must_use]
    pub fn id(&self, group: &GroupId) -> [u8; 16] {
        let signed = signed(group, &self.nonce, &self.header, &self.body);
        signed.first_chunk().copied().unwrap_or_default()
    }

    pub(super) const fn commitment(&self) -> &[u8; 16] {
        &self.commitment
    }

    pub(super) const fn nonce(&self) -> &[u8; XNONCE] {
        &self.nonce
    }

    pub(super) fn header(&self) -> &[u8] {
        &self.header
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) const fn signature(&self) -> &[u8; SIGNATURE] {
        &self.signature
    }
}

impl core::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sealed")
            .field("chain", &self.chain)
            .field("iteration", &self.iteration)
            .finish_non_exhaustive()
    }
}

/// Associated data of a body: `label | gid | H(header)`.
pub(super) fn body_ad(group: &GroupId, header: &[u8]) -> [u8; 71] {
    let hash = kdf::plain_hash(header);
    let mut ad = [0; 71];
    let parts = label::GROUP_BODY.as_bytes().iter().chain(group.as_bytes()).chain(&hash);
    ad.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    ad
}

/// The first bytes of a message's nonce, for its body: envelope and body have different keys.
pub(super) fn body_nonce(nonce: &[u8; XNONCE]) -> [u8; 12] {
    nonce.first_chunk().copied().unwrap_or_default()
}

/// What the chain's key signs: group, nonce, header and encrypted body.
pub(super) fn signed(group: &GroupId, nonce: &[u8; XNONCE], header: &[u8], body: &[u8]) -> [u8; 32] {
    let parts: [&[u8]; 4] = [group.as_bytes(), nonce, header, &kdf::plain_hash(body)];
    kdf::hash(label::GROUP_MESSAGE, &parts)
}
