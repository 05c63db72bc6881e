//! The engine against others: bit for bit against the protocol written a second time, in behaviour against
//! vodozemac's Olm, and one ML-KEM against another.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;
mod reference;

use common::{NOW, Party, TestRng};
use rand_core::Rng;
use reference::{Attempt, Ratchet, steal};
use undertone_crypto::kem::{EncapsKey, KemSecret};
use undertone_crypto::{InitMsg, Secret, Session, padme, respond};
use vodozemac::olm;

fn draw<const N: usize>(rng: &mut TestRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// The sealed identity of `common::initiation`: certificate, heads, generation 1 and no invite.
fn identity(party: &Party) -> Vec<u8> {
    [party.cert.as_bytes().as_slice(), &[0xa1; 32], &[0xb1; 32], &1_u32.to_be_bytes(), &[0; 8]].concat()
}

#[test]
fn the_engine_makes_the_same_bytes_as_the_reference() {
    let mut rng = TestRng::new("same bytes");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (_, bundle) = bob.publish(&mut rng);
    let mut twin = rng.clone();
    let mut a = alice.initiate(&bob.bundle(&bundle), &mut rng);
    let random = [draw(&mut twin), draw(&mut twin), draw(&mut twin)];
    let (prefix, mut theirs) =
        Attempt::honest(&bundle, steal(&alice.device).dik, identity(&alice), random).run();
    for text in [b"one".as_slice(), b"", &[9; 1000]] {
        let ours = a.seal(text, NOW, &mut rng).expect("seal");
        assert_eq!(ours, [prefix.clone(), theirs.seal(text, draw(&mut twin))].concat());
    }
}

/// The reference starts, the engine answers, and they talk; the engine decides when to offer keys.
#[test]
fn the_engine_talks_with_the_reference() {
    let mut rng = TestRng::new("talk");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (prekey, bundle) = bob.publish(&mut rng);
    let random = [draw(&mut rng), draw(&mut rng), draw(&mut rng)];
    let (prefix, mut a) = Attempt::honest(&bundle, steal(&alice.device).dik, identity(&alice), random).run();
    let first = [prefix, a.seal(b"first", draw(&mut rng))].concat();
    let mut b = bob.respond(&prekey, None, &first).session;

    let mut steps = 0;
    for round in 0_u32..150 {
        for _ in 0..=round % 3 {
            let message = b.seal(&round.to_be_bytes(), NOW, &mut rng).expect("seal");
            assert_eq!(a.open(&message).expect("open"), round.to_be_bytes());
        }
        let coins = a.kem_peer.is_some().then(|| draw(&mut rng));
        steps += u32::from(coins.is_some());
        // now and then the reference offers a key too
        let offer = (round % 40 == 7).then(|| draw(&mut rng));
        a.start_chain(draw(&mut rng), coins, offer);
        for at in 0..=round % 4 {
            let text = [round, at].map(u32::to_be_bytes).concat();
            assert_eq!(b.open(&a.seal(&text, draw(&mut rng)), NOW).expect("open"), text);
        }
    }
    assert!(steps > 4, "{steps} post-quantum steps");
}

/// Two engines and one reference with the same randomness as the responder: every byte is the same.
#[test]
fn the_responder_makes_the_same_bytes_as_the_reference() {
    let mut rng = TestRng::new("responder");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (prekey, bundle) = bob.publish(&mut rng);
    let mut a = alice.initiate(&bob.bundle(&bundle), &mut rng);
    let first = a.seal(b"first", NOW, &mut rng).expect("seal");
    let init = InitMsg::parse(&first).expect("parse");
    let mut b = respond(&bob.device, &prekey, None, &init, |_| None, NOW).expect("respond").session;

    let mut twin = reference_responder(&bob, &prekey.to_bytes(), &first, &alice);
    assert_eq!(twin.open(init.dr_msg()).expect("open"), b"first");
    let mut bob_rng = TestRng::new("bob");
    for round in 0_u32..6 {
        let mut again = bob_rng.clone();
        let ours = b.seal(&round.to_be_bytes(), NOW, &mut bob_rng).expect("seal");
        let own = draw(&mut again);
        let coins = twin.kem_peer.is_some().then(|| draw(&mut again));
        let offer = (round == 0).then(|| draw(&mut again));
        twin.start_chain(own, coins, offer);
        assert_eq!(ours, twin.seal(&round.to_be_bytes(), draw(&mut again)));
        a.open(&ours, NOW).expect("open");
        let reply = a.seal(b"reply", NOW, &mut rng).expect("seal");
        b.open(&reply, NOW).expect("open");
        assert_eq!(twin.open(&reply).expect("open"), b"reply");
    }
}

/// The responder's side of the handshake, from the secrets of its prekey record.
fn reference_responder(bob: &Party, prekey: &[u8], first: &[u8], alice: &Party) -> Ratchet {
    let spk: [u8; 32] = prekey[33..65].try_into().expect("32 bytes");
    let seed: [u8; 64] = prekey[65..129].try_into().expect("64 bytes");
    let suite = &first[1..3];
    let ephemeral: &[u8; 32] = first[15..47].try_into().expect("32 bytes");
    let ciphertext = &first[47..1135];
    let th0 = reference::sha(&[
        b"ut1/th0",
        suite,
        &prekey[1..33],
        &[0],
        &[0; 32],
        ephemeral,
        &reference::sha(&[ciphertext]),
    ]);
    let identity = identity(alice);
    let th = reference::sha(&[b"ut1/th1", &th0, &reference::sha(&[&identity])]);
    let dh1 = reference::dh(&spk, alice.cert.as_bytes()[81..113].try_into().expect("32 bytes"));
    let dh2 = reference::dh(&steal(&bob.device).dik, ephemeral);
    let dh3 = reference::dh(&spk, ephemeral);
    let shared = reference::decapsulate(&seed, ciphertext);
    let keys =
        reference::hkdf(&th, &[&[0xff; 32], &dh1, &dh2, &dh3, &shared, &[0; 32]], &[b"ut1/root", &[0]], 96);
    let [root, next_receive, next_send] = reference::split(&keys);
    Ratchet {
        th,
        root,
        own: spk,
        peer: [0; 32],
        sending: None,
        sent: 0,
        receiving: None,
        next_send,
        next_receive,
        kem_own: None,
        kem_peer: None,
    }
}

#[test]
fn padding_sizes_are_those_of_the_paper() {
    for len in (0..3000).chain([8187, 8188, 8189, 65_000, 65_532]) {
        assert_eq!(padme::padded_len(len), Some(reference::pad(&vec![0; len]).len()), "{len}");
    }
}

#[test]
fn two_implementations_of_ml_kem_agree() {
    let mut rng = TestRng::new("ml-kem");
    for _ in 0..200 {
        let seed: [u8; 64] = draw(&mut rng);
        let secret = KemSecret::from_seed(Secret::new(seed));
        let public = secret.public();
        assert_eq!(public.as_bytes().as_slice(), reference::kem_public(&seed));

        let coins = draw(&mut rng);
        let (mut ciphertext, shared) = public.encapsulate_with(&Secret::new(coins));
        let (twin_ciphertext, twin_shared) = reference::encapsulate(public.as_bytes(), &coins);
        assert_eq!(ciphertext.as_slice(), twin_ciphertext);
        assert_eq!(shared.expose(), &twin_shared);
        assert_eq!(secret.decapsulate(&ciphertext).expose(), &twin_shared);

        let bit = rng.below(1088 * 8) as usize;
        ciphertext[bit / 8] ^= 1 << (bit % 8);
        let rejected = secret.decapsulate(&ciphertext);
        assert_ne!(rejected.expose(), &twin_shared);
        assert_eq!(rejected.expose(), &reference::decapsulate(&seed, ciphertext.as_slice()));
    }
}

#[test]
fn an_unreduced_encapsulation_key_is_refused_by_both() {
    let mut bytes = *KemSecret::from_seed(Secret::new([7; 64])).public().as_bytes();
    assert!(EncapsKey::parse(&bytes).is_ok());
    // the first coefficient becomes 4095, which is not below 3329
    bytes[0] = 0xff;
    bytes[1] |= 0x0f;
    assert!(EncapsKey::parse(&bytes).is_err());
    let twin = ml_kem::EncapsulationKey::<ml_kem::MlKem768>::new(bytes.as_slice().try_into().expect("size"));
    assert!(twin.is_err());
}

/// Both engines, driven by one schedule within the narrower of both limits.
struct Twins {
    ours: [Session; 2],
    olm: [olm::Session; 2],
    /// For either side: what is under way, and what it says.
    way: [Vec<(Vec<u8>, olm::OlmMessage, u32)>; 2],
    rng: TestRng,
    said: u32,
}

impl Twins {
    fn new(seed: u64) -> Self {
        let mut two = common::Two::new(&seed.to_string());
        two.ping_pong(1);
        let (alice, mut bob) = (olm::Account::new(), olm::Account::new());
        bob.generate_one_time_keys(1);
        let key = *bob.one_time_keys().values().next().expect("a key");
        let config = olm::SessionConfig::version_1();
        let mut a = alice.create_outbound_session(config, bob.curve25519_key(), key).expect("start");
        let olm::OlmMessage::PreKey(first) = a.encrypt("first").expect("encrypt") else {
            panic!("a first message")
        };
        let inbound = bob.create_inbound_session(config, alice.curve25519_key(), &first);
        let mut b = inbound.expect("inbound").session;
        // the same turns that `Two::new` and one ping-pong took
        for _ in 0..2 {
            let reply = b.encrypt("reply").expect("encrypt");
            a.decrypt(&reply).expect("decrypt");
            let ping = a.encrypt("ping").expect("encrypt");
            b.decrypt(&ping).expect("decrypt");
        }
        let reply = b.encrypt("reply").expect("encrypt");
        a.decrypt(&reply).expect("decrypt");
        Self { ours: [two.a, two.b], olm: [a, b], way: [Vec::new(), Vec::new()], rng: two.rng, said: 0 }
    }

    fn say(&mut self, who: usize) {
        self.said += 1;
        let text = self.said.to_be_bytes();
        let ours = self.ours[who].seal(&text, NOW, &mut self.rng).expect("seal");
        let olm = self.olm[who].encrypt(text).expect("encrypt");
        self.way[1 - who].push((ours, olm, self.said));
    }

    /// Delivers one message to both engines and compares what they make of it.
    fn deliver(&mut self, who: usize, at: usize, keep: bool) {
        let (ours, olm, said) = if keep { self.way[who][at].clone() } else { self.way[who].remove(at) };
        let our_text = self.ours[who].open(&ours, NOW).ok();
        let olm_text = self.olm[who].decrypt(&olm).ok();
        assert_eq!(our_text, olm_text, "message {said}");
        assert!(our_text.is_none_or(|text| text == said.to_be_bytes()));
    }
}

#[test]
fn vodozemac_accepts_and_refuses_the_same_messages() {
    for seed in 0..30 {
        let mut twins = Twins::new(seed);
        let mut refused_before = 0;
        for _ in 0..200 {
            let who = twins.rng.below(2) as usize;
            let under_way = u32::try_from(twins.way[who].len()).expect("few");
            match twins.rng.below(10) {
                0..=4 => twins.say(who),
                5..=7 if under_way > 0 => {
                    // never older than the six oldest: Olm forgets chains sooner than we do
                    let at = twins.rng.below(under_way.min(3)) as usize;
                    twins.deliver(who, at, false);
                }
                8 if under_way > 0 => {
                    let at = twins.rng.below(under_way.min(3)) as usize;
                    twins.deliver(who, at, true);
                    refused_before += 1;
                }
                9 if under_way > 0 => drop(twins.way[who].remove(0)),
                _ => {}
            }
        }
        assert!(refused_before > 0);
    }
}
