//! What two devices, or the holders of an invite, share before any session.
#![cfg(test)]

mod common;

use common::{Party, TestRng};
use undertone_crypto::pair::{InviteKey, MAX_SIGNAL, PairError};
use undertone_crypto::{DevCert, PairKey};

struct Pair {
    alice: Party,
    bob: Party,
    a: PairKey,
    b: PairKey,
    rng: TestRng,
}

fn pair(name: &str) -> Pair {
    let mut rng = TestRng::new(name);
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let a = alice.device.pair_key(&alice.cert, &bob.cert).expect("pair");
    let b = bob.device.pair_key(&bob.cert, &alice.cert).expect("pair");
    Pair { alice, bob, a, b, rng }
}

#[test]
fn both_devices_make_the_same_tags_and_nobody_else_does() {
    let mut pair = pair("tags");
    let tag = pair.a.tag(b"nonces");
    assert_eq!(pair.b.tag(b"nonces"), tag);
    assert_ne!(pair.b.tag(b"other nonces"), tag);
    let carol = Party::new(&mut pair.rng);
    let other = pair.alice.device.pair_key(&pair.alice.cert, &carol.cert).expect("pair");
    assert_ne!(other.tag(b"nonces"), tag);
    // the account takes part: Carol certifying Bob's device makes another pair
    let bobs_as_carols = carol.account.certify(&pair.bob.device, common::ALWAYS, 1);
    let misnamed = pair.alice.device.pair_key(&pair.alice.cert, &bobs_as_carols).expect("pair");
    assert_ne!(misnamed.tag(b"nonces"), tag);
}

#[test]
fn a_pair_needs_ones_own_certificate_and_another_device() {
    let pair = pair("own");
    let key = |own: &DevCert, peer: &DevCert| pair.alice.device.pair_key(own, peer).err();
    assert_eq!(key(&pair.bob.cert, &pair.alice.cert), Some(PairError::NotOwn));
    assert_eq!(key(&pair.alice.cert, &pair.alice.cert), Some(PairError::Oneself));
}

#[test]
fn a_signal_opens_at_the_other_device_only_and_says_nothing_by_its_size() {
    let mut pair = pair("signals");
    let (alice, bob) = (pair.alice.device.id(), pair.bob.device.id());
    let sealed = pair.a.seal_signal(alice, b"typing", &mut pair.rng).expect("seal");
    assert_eq!(pair.b.open_signal(alice, &sealed).expect("open"), b"typing");
    assert!(pair.b.open_signal(bob, &sealed).is_err(), "the direction is bound");
    assert_eq!(sealed.len(), pair.a.seal_signal(alice, b"", &mut pair.rng).expect("seal").len());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(pair.b.open_signal(alice, &changed).is_err());
        assert!(pair.b.open_signal(alice, &sealed[..at]).is_err());
    }
    let stranger = Party::new(&mut pair.rng);
    assert!(pair.a.seal_signal(stranger.device.id(), b"typing", &mut pair.rng).is_err());
    assert!(pair.a.seal_signal(alice, &[0; MAX_SIGNAL], &mut pair.rng).is_ok());
    assert!(pair.a.seal_signal(alice, &[0; MAX_SIGNAL.saturating_add(1)], &mut pair.rng).is_err());
    assert!(pair.b.open_signal(alice, &vec![0; 1 << 20]).is_err());
}

#[test]
fn holders_of_one_invite_make_the_same_tag() {
    let (mine, yours) = (InviteKey::from_secret(&[5; 16]), InviteKey::from_secret(&[5; 16]));
    assert_eq!(mine.tag(b"nonces"), yours.tag(b"nonces"));
    assert_ne!(mine.tag(b"nonces"), yours.tag(b"other nonces"));
    assert_ne!(mine.tag(b"nonces"), InviteKey::from_secret(&[6; 16]).tag(b"nonces"));
}
