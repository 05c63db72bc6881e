//! Sealing: the next message key, a new sending chain when one is due, and the frame.

use rand_core::CryptoRng;

use super::chain::{Encapsulated, root_step};
use super::frame::{self, BEFORE_HEADER, MESSAGE_TYPE};
use super::header::Header;
use super::{MAX_COUNTER, MAX_PLAINTEXT, OVERHEAD, Ratchet, SealError, Sending, SendingChain};
use crate::aead::{self, TAG, XNONCE};
use crate::dh::DhSecret;
use crate::kem::KemSecret;
use crate::padme;

impl Ratchet {
    /// Appends a whole message to `out`. On error the ratchet is as it was, but for a sending chain that was due
    /// anyway.
    pub(crate) fn seal(
        &mut self,
        plaintext: &[u8],
        now_ms: u64,
        rng: &mut impl CryptoRng,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError::TooLong);
        }
        if let Sending::Due { previous } = self.sending {
            self.start_chain(previous, now_ms, rng)?;
        }
        let Sending::Chain(chain) = &mut self.sending else { return Err(SealError::Exhausted) };
        if chain.n >= MAX_COUNTER {
            return Err(SealError::Exhausted);
        }
        let next_n = chain.n.checked_add(1).ok_or(SealError::Exhausted)?;
        let (message_key, next) = chain.chain.step();
        let header = Header {
            dh: self.own.public().as_bytes(),
            previous: chain.previous,
            n: chain.n,
            ciphertext: chain.ciphertext.as_deref(),
            offer: chain.offer.as_ref().map(|offer| offer.as_bytes()),
        };
        let mut nonce = [0; XNONCE];
        rng.fill_bytes(&mut nonce);
        let start = out.len();
        let written =
            write(out, &nonce, &self.binding, &header, plaintext, [&chain.header_key, &message_key]);
        if written.is_none() {
            out.truncate(start);
            return Err(SealError::Exhausted);
        }
        chain.chain = next;
        chain.n = next_n;
        self.kem.count(now_ms);
        Ok(())
    }

    /// Length of the message that [`Self::seal`] would make for `len` bytes, or `None` if too long.
    pub(crate) fn sealed_len(&self, len: usize) -> Option<usize> {
        padme::padded_len(len)?.checked_add(OVERHEAD)
    }

    fn start_chain(&mut self, previous: u32, now_ms: u64, rng: &mut impl CryptoRng) -> Result<(), SealError> {
        let peer = self.peer.as_ref().ok_or(SealError::Exhausted)?;
        let own = DhSecret::generate(rng);
        let dh = own.agree(peer).map_err(|_| SealError::Exhausted)?;
        let kem = self.kem.peer.take().map(|offer| offer.encapsulate(rng));
        let encapsulated = kem.as_ref().map(|(ciphertext, shared)| Encapsulated { shared, ciphertext });
        let step = root_step(&self.root, &dh, encapsulated.as_ref());
        if kem.is_some() {
            self.kem.completed(now_ms);
        }
        let offer = self.kem.wants_offer(now_ms).then(|| {
            let (secret, public) = KemSecret::generate(rng);
            self.kem.own = Some(secret);
            self.kem.offer_due = false;
            public
        });
        self.own = own;
        self.root = step.root;
        let header_key = std::mem::replace(&mut self.next_send_header, step.next_header);
        self.sending = Sending::Chain(Box::new(SendingChain {
            header_key,
            chain: step.chain,
            n: 0,
            previous,
            ciphertext: kem.map(|(ciphertext, _)| ciphertext),
            offer,
        }));
        Ok(())
    }
}

/// Writes the frame at the end of `out` and encrypts it in place; `keys` are the header's and the message's.
pub(super) fn write(
    out: &mut Vec<u8>,
    nonce: &[u8; XNONCE],
    binding: &[u8; 32],
    header: &Header<'_>,
    plaintext: &[u8],
    keys: [&crate::Secret<32>; 2],
) -> Option<()> {
    let [header_key, message_key] = keys;
    let header_len = header.len().checked_add(TAG)?;
    let body_len = padme::padded_len(plaintext.len())?.checked_add(TAG)?;
    out.reserve_exact(BEFORE_HEADER.checked_add(header_len)?.checked_add(4)?.checked_add(body_len)?);
    out.push(MESSAGE_TYPE);
    out.extend_from_slice(nonce);
    out.extend_from_slice(&u16::try_from(header_len).ok()?.to_be_bytes());

    let header_start = out.len();
    header.write(out);
    let tag =
        aead::xseal(header_key, nonce, &frame::header_ad(binding), out.get_mut(header_start..)?).ok()?;
    out.extend_from_slice(&tag);
    let ad = frame::body_ad(binding, nonce, out.get(header_start..)?);

    out.extend_from_slice(&u32::try_from(body_len).ok()?.to_be_bytes());
    let body_start = out.len();
    padme::pad_into(plaintext, out).ok()?;
    let tag = aead::seal(message_key, &frame::body_nonce(nonce), &ad, out.get_mut(body_start..)?).ok()?;
    out.extend_from_slice(&tag);
    Some(())
}
