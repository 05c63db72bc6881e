//! What only the inside can show: every key and nonce that was ever used to seal.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use super::*;
use crate::identity::DeviceId;
use crate::{aead, kdf, label};

/// SHA-256 in counter mode.
struct TestRng(u64);

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(32) {
            let block = kdf::hash(label::RECORD, &[&self.0.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

#[test]
fn a_chain_restored_from_an_old_record_repeats_no_key_with_a_nonce() {
    let rng = &mut TestRng(1);
    let (group, envelope) = (GroupId::generate(rng), EnvelopeKey::generate(rng));
    let mut chain = SenderChain::create(group, DeviceId::new([1; 16]), [2; 32], 0, rng);
    let mut stored = chain.to_bytes();
    aead::audit::start();
    for round in 0..900 {
        let context = MessageContext { view: [3; 16], lamport: round, prev: &[] };
        chain.seal(context, &round.to_be_bytes(), &envelope, rng).expect("seal");
        match round % 17 {
            3 => stored = chain.to_bytes(),
            11 => chain = SenderChain::from_bytes(&stored).expect("own record"),
            _ => {}
        }
    }
    let (pairs, keys) = aead::audit::stop();
    assert_eq!(pairs, 1800, "an envelope and a body each time, no pair twice");
    // one key for all envelopes, and one for each body unless the chain went back
    assert!(keys < 601, "{keys} keys: keys did come back");
}
