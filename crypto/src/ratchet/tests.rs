//! What only the inside can show: counters at their end and every key and nonce that was ever used.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use super::*;
use crate::{aead, kdf, label};

const NOW: u64 = 1_800_000_000_000;

/// SHA-256 in counter mode.
struct TestRng(u64);

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| u32::try_from(word >> 32).expect("32 bits"))
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

fn pair(rng: &mut TestRng) -> (Ratchet, Ratchet) {
    let keys = || RootKeys {
        root: Secret::new([1; 32]),
        initiator_header: Secret::new([2; 32]),
        responder_header: Secret::new([3; 32]),
        binding: [4; 32],
    };
    let prekey = DhSecret::generate(rng);
    let mut a = Ratchet::initiate(keys(), *prekey.public(), rng).expect("initiate");
    let mut b = Ratchet::respond(keys(), prekey);
    turn(&mut a, &mut b, rng);
    turn(&mut b, &mut a, rng);
    (a, b)
}

fn turn(from: &mut Ratchet, to: &mut Ratchet, rng: &mut TestRng) {
    let mut message = Vec::new();
    from.seal(b"text", NOW, rng, &mut message).expect("seal");
    assert_eq!(to.open(&message, NOW).expect("open"), b"text");
}

fn load(ratchet: &Ratchet) -> Ratchet {
    let mut bytes = Vec::new();
    ratchet.write(&mut bytes);
    assert!(bytes.len() <= ratchet.written_len());
    Ratchet::read(&mut crate::bytes::Reader::new(&bytes)).expect("load")
}

fn sending_n(ratchet: &mut Ratchet) -> &mut u32 {
    let Sending::Chain(chain) = &mut ratchet.sending else { panic!("a chain") };
    &mut chain.n
}

/// T21
#[test]
fn counter_wrap() {
    let rng = &mut TestRng(0);
    let (mut a, mut b) = pair(rng);
    turn(&mut a, &mut b, rng);
    *sending_n(&mut a) = MAX_COUNTER - 1;
    b.receiving.as_mut().expect("chain").n = MAX_COUNTER - 1;
    turn(&mut a, &mut b, rng);
    let mut message = Vec::new();
    assert_eq!(a.seal(b"text", NOW, rng, &mut message), Err(SealError::Exhausted));
    assert!(message.is_empty());

    // a peer that counts on all the same is not followed
    for n in [MAX_COUNTER, u32::MAX - 1, u32::MAX] {
        b.receiving.as_mut().expect("chain").n = n;
        let Sending::Chain(chain) = &a.sending else { panic!("a chain") };
        let header = header::Header {
            dh: a.own.public().as_bytes(),
            previous: chain.previous,
            n,
            ciphertext: None,
            offer: None,
        };
        let (key, _) = chain.chain.step();
        let mut forged = Vec::new();
        seal::write(&mut forged, &[5; 24], &a.binding, &header, b"text", [&chain.header_key, &key])
            .expect("write");
        assert!(b.open(&forged, NOW).is_err());
    }
    // the count of messages since the last post-quantum step stays at its end
    a.kem.messages = u32::MAX;
    a.kem.count(NOW);
    assert_eq!(a.kem.messages, u32::MAX);
}

/// T20: states are stored, lost and restored; message keys come back, nonces do not.
#[test]
fn nonce_key_uniqueness_under_crash() {
    let rng = &mut TestRng(1);
    aead::audit::start();
    let (mut a, mut b) = pair(rng);
    let mut stored = (load(&a), load(&b));
    for round in 0_u32..3000 {
        turn(&mut a, &mut b, rng);
        if round % 5 == 0 {
            turn(&mut b, &mut a, rng);
        }
        match round % 17 {
            3 => stored = (load(&a), load(&b)),
            // both come back from an older copy and send what they had sent before, in other words
            11 => (a, b) = (load(&stored.0), load(&stored.1)),
            _ => {}
        }
    }
    let (pairs, keys) = aead::audit::stop();
    assert!(pairs > 6000, "{pairs} pairs of key and nonce, none twice");
    // each message uses one header key and one message key of its own, so fewer keys than half means reuse
    assert!(keys < pairs * 3 / 5, "{keys} keys in {pairs} pairs: keys did come back");
}

#[test]
fn skipped_keys_expire() {
    let rng = &mut TestRng(2);
    let (mut a, mut b) = pair(rng);
    let mut late = Vec::new();
    a.seal(b"late", NOW, rng, &mut late).expect("seal");
    turn(&mut a, &mut b, rng);
    assert!(load(&b).open(&late, NOW + SKIPPED_TTL_MS - 1).is_ok());
    assert!(load(&b).open(&late, NOW + SKIPPED_TTL_MS).is_err());
    assert_eq!(b.skipped.len(), 1);
    let mut message = Vec::new();
    a.seal(b"text", NOW, rng, &mut message).expect("seal");
    b.open(&message, NOW + SKIPPED_TTL_MS).expect("open");
    assert_eq!(b.skipped.len(), 0, "and are forgotten");
}

#[test]
fn the_oldest_skipped_keys_go_first() {
    let rng = &mut TestRng(3);
    let (mut a, mut b) = pair(rng);
    let mut late = Vec::new();
    for chain in 0..4 {
        let mut first = Vec::new();
        for _ in 0..900 {
            first.clear();
            a.seal(&[chain], NOW, rng, &mut first).expect("seal");
            late.push(first.clone());
        }
        turn(&mut a, &mut b, rng);
        turn(&mut b, &mut a, rng);
    }
    assert_eq!(b.skipped.len(), MAX_SKIPPED_KEYS);
    let opened = late.iter().filter(|message| b.open(message, NOW).is_ok()).count();
    assert_eq!(opened, MAX_SKIPPED_KEYS);
    assert!(b.skipped.is_empty());
}

#[test]
fn only_so_many_old_chains_are_kept() {
    let rng = &mut TestRng(4);
    let (mut a, mut b) = pair(rng);
    let mut late = Vec::new();
    for chain in 0..9 {
        let mut message = Vec::new();
        a.seal(&[chain], NOW, rng, &mut message).expect("seal");
        late.push(message);
        turn(&mut a, &mut b, rng);
        turn(&mut b, &mut a, rng);
    }
    let opened: Vec<_> = late.iter().map(|message| b.open(message, NOW).is_ok()).collect();
    // the five before the current one, and the current one
    assert_eq!(opened, [false, false, false, true, true, true, true, true, true]);
}

#[test]
fn a_post_quantum_step_is_due_after_a_day() {
    let rng = &mut TestRng(5);
    let (mut a, mut b) = pair(rng);
    turn(&mut a, &mut b, rng);
    turn(&mut b, &mut a, rng);
    assert!(a.kem.own.is_none() && b.kem.own.is_none());
    let mut message = Vec::new();
    a.seal(b"next day", NOW + PQ_INTERVAL_MS, rng, &mut message).expect("seal");
    assert!(a.kem.own.is_some());
    assert_eq!(message.len(), OVERHEAD + padme::MIN + crate::kem::ENCAPS_KEY);
    b.open(&message, NOW + PQ_INTERVAL_MS).expect("open");
    turn(&mut b, &mut a, rng);
    assert!(a.kem.own.is_none());
}

#[test]
fn a_state_with_disordered_or_too_many_keys_is_not_read() {
    let rng = &mut TestRng(6);
    let (mut a, mut b) = pair(rng);
    let mut message = Vec::new();
    for _ in 0..4 {
        message.clear();
        a.seal(b"text", NOW, rng, &mut message).expect("seal");
    }
    b.open(&message, NOW).expect("open");
    let read = |ratchet: &Ratchet| {
        let mut bytes = Vec::new();
        ratchet.write(&mut bytes);
        Ratchet::read(&mut crate::bytes::Reader::new(&bytes)).is_some()
    };
    assert!(read(&b));
    b.skipped.current.swap(0, 1);
    assert!(!read(&b));
    b.skipped.current.clear();
    for n in 0..=u32::try_from(MAX_SKIPPED_KEYS).expect("few") {
        let key = skipped::SkippedKey { n, since_ms: NOW, key: Secret::new([7; 32]) };
        b.skipped.current.push_back(key);
    }
    assert!(!read(&b));
    b.skipped.current.pop_back();
    assert!(read(&b));
}
