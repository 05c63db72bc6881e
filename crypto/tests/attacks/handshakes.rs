//! T04 to T07, T14, T15: somebody in the middle of a handshake, or with some of its keys.

use std::collections::HashSet;

use undertone_crypto::identity::DevCert;
use undertone_crypto::{BundleError, InitMsg, PrekeySecret, RespondError, respond};

use super::{Scene, identity};
use crate::common::{ALWAYS, DAY, NOW, Party};
use crate::reference::{self, Attempt, place, steal};

#[test]
fn the_reference_alone_is_accepted() {
    let scene = Scene::new("honest");
    let response = scene.answer(&Scene::first(&scene.attempt())).expect("respond");
    assert_eq!(response.session.peer(), &scene.alice.cert);
}

#[test]
fn kci_identity_key_leak() {
    let scene = Scene::new("T04");
    let stolen = steal(&scene.bob.device);
    // with Bob's own long-term keys and no prekey secret, the attacker tries every key it has as Alice's
    for dik in [stolen.dik, stolen.dsk, [0x42; 32]] {
        scene.refuses(&Attempt { dik, ..scene.attempt() });
    }
    let alice_dik = *scene.alice.cert.as_bytes()[81..113].first_chunk::<32>().expect("key");
    let guess = reference::dh(&stolen.dik, &alice_dik);
    scene.refuses(&Attempt { dh1: Some(guess), ..scene.attempt() });
    scene.refuses(&Attempt { dh1: Some([0; 32]), ..scene.attempt() });
}

#[test]
fn kci_prekey_leak_bounded() {
    let mut scene = Scene::new("T05");
    let record = scene.prekey.to_bytes();
    let spk = record[33..65].try_into().expect("32 bytes");
    let alice_dik = *scene.alice.cert.as_bytes()[81..113].first_chunk::<32>().expect("key");
    // the known limit: who has the signed prekey's secret computes what Alice would, and is taken for her
    let forged = Attempt { dik: [0x42; 32], dh1: Some(reference::dh(&spk, &alice_dik)), ..scene.attempt() };
    let forged = Scene::first(&forged);
    assert_eq!(scene.answer(&forged).expect("respond").session.peer(), &scene.alice.cert);

    // it ends when the prekey is destroyed, at the latest three lifetimes after its end
    let init = InitMsg::parse(&forged).expect("parse");
    let at = |now| respond(&scene.bob.device, &scene.prekey, None, &init, |_| None, now).err();
    assert_eq!(at(NOW + 28 * DAY - 1), None);
    assert_eq!(at(NOW + 28 * DAY), Some(RespondError::Expired));
    let (rotated, _) = scene.bob.publish(&mut scene.rng);
    scene.prekey = rotated;
    assert_eq!(scene.answer(&forged).err(), Some(RespondError::WrongPrekey));
}

#[test]
fn identity_misbinding() {
    let mut scene = Scene::new("T06");
    let mallory = Party::new(&mut scene.rng);
    let honest = Scene::first(&scene.attempt());
    // forwarded as it is, it is Alice who speaks
    assert_eq!(scene.answer(&honest).expect("respond").session.peer().account(), scene.alice.account.id());

    // Mallory certifies Alice's keys as its own: it lacks Alice's secret, and Alice never spoke for Mallory
    let theirs = mallory.account.certify(&scene.alice.device, ALWAYS, 1);
    assert!(
        DevCert::parse(theirs.as_bytes()).is_ok(),
        "a certificate proves the account's word, not possession"
    );
    let stolen_name =
        Attempt { dik: steal(&mallory.device).dik, identity: identity(theirs.as_bytes()), ..scene.attempt() };
    scene.refuses(&stolen_name);

    // Alice's public part under another sealed identity, or another's ratchet message after it
    let (prefix, _) = scene.attempt().run();
    let other = Attempt { identity: identity(mallory.cert.as_bytes()), ..scene.attempt() };
    let (other_prefix, mut other_ratchet) = other.run();
    let grafted = [&prefix[..1137], &other_prefix[1137..], &honest[1426..]].concat();
    assert_eq!(scene.answer(&grafted).err(), Some(RespondError::Rejected));
    let grafted = [prefix, other_ratchet.seal(b"first", [14; 24])].concat();
    assert_eq!(scene.answer(&grafted).err(), Some(RespondError::Rejected));

    // Mallory offers Bob's prekeys as its own device's; Alice speaks to Mallory, who hands it on to Bob
    let relabelled = relabel(&scene, &mallory);
    let to_mallory = mallory.bundle(&relabelled);
    let mut session = scene.alice.initiate(&to_mallory, &mut scene.rng);
    let mut first = session.seal(b"for Mallory", NOW, &mut scene.rng).expect("seal");
    assert_eq!(scene.answer(&first).err(), Some(RespondError::WrongPrekey));
    first[3..11].copy_from_slice(&scene.prekey.reference());
    assert_eq!(scene.answer(&first).err(), Some(RespondError::Rejected));
}

/// Bob's prekeys in a bundle that Mallory's device signs.
fn relabel(scene: &Scene, mallory: &Party) -> Vec<u8> {
    use ed25519_dalek::{Signer, SigningKey};
    let mut bundle = scene.bundle.clone();
    bundle[place::CERT].copy_from_slice(mallory.cert.as_bytes());
    let message = [b"ut1/bundle", &bundle[place::SIGNED]].concat();
    let signature = SigningKey::from_bytes(&steal(&mallory.device).dsk).sign(&message).to_bytes();
    bundle[place::SIGNED.end..].copy_from_slice(&signature);
    bundle
}

#[test]
fn pqxdh_reencapsulation() {
    let mut scene = Scene::new("T07");
    // an old bundle whose KEM key leaked; Alice uses it, the attacker learns the shared secret
    let (old, old_bundle) = scene.bob.publish(&mut scene.rng);
    let old_seed: [u8; 64] = old.to_bytes()[65..129].try_into().expect("64 bytes");
    let honest = Attempt { kem: old_bundle[place::KEM].to_vec(), ..scene.attempt() };
    let (ciphertext, shared) = reference::encapsulate(&honest.kem, &honest.coins);
    assert_eq!(reference::decapsulate(&old_seed, &ciphertext), shared);

    // and puts it under Bob's new key: the same coins, then every ciphertext with the old secret
    let new_key = scene.bundle[place::KEM].to_vec();
    let (again, other_shared) = reference::encapsulate(&new_key, &honest.coins);
    assert_ne!(shared, other_shared, "the shared secret depends on the key");
    for ciphertext in [again, ciphertext] {
        let (prefix, mut ratchet) = scene.attempt().run_with(&ciphertext, &shared);
        let first = [prefix, ratchet.seal(b"first", [14; 24])].concat();
        assert_eq!(scene.answer(&first).err(), Some(RespondError::Rejected));
    }
    // a ciphertext replaced in an honest message is seen too, even if it carries the same secret
    let mut first = Scene::first(&scene.attempt());
    first[47..1135].copy_from_slice(&reference::encapsulate(&new_key, &[77; 32]).0);
    assert_eq!(scene.answer(&first).err(), Some(RespondError::Rejected));
}

#[test]
fn suite_downgrade() {
    use ed25519_dalek::{Signer, SigningKey};
    use undertone_crypto::Bundle;
    let scene = Scene::new("T14");
    let seed = steal(&scene.bob.device).dsk;
    let resigned = |suites: &[u8]| {
        let mut bundle =
            [&scene.bundle[..1], suites, &scene.bundle[place::SUITES.end..place::SIGNED.end]].concat();
        let signature = SigningKey::from_bytes(&seed).sign(&[b"ut1/bundle", bundle.as_slice()].concat());
        bundle.extend_from_slice(&signature.to_bytes());
        Bundle::parse(&bundle, &scene.bob.account.id(), NOW).map(|_| ())
    };
    assert_eq!(resigned(&[1, 0, 1]), Ok(()));
    assert_eq!(resigned(&[2, 0, 1, 0, 2]), Ok(()), "a device may offer more");
    assert_eq!(resigned(&[1, 0, 2]), Err(BundleError::Suite));
    for not_canonical in [&[0][..], &[2, 0, 1, 0, 1], &[2, 0, 2, 0, 1], &[1, 0, 0], &[9, 0, 1]] {
        assert_eq!(resigned(not_canonical), Err(BundleError::Layout));
    }
    // an unsigned change of the list
    let mut stripped = scene.bundle.clone();
    stripped[3] = 2;
    assert!(Bundle::parse(&stripped, &scene.bob.account.id(), NOW).is_err());

    let first = Scene::first(&scene.attempt());
    for suite in [0_u16, 2, 0x100, u16::MAX] {
        let mut changed = first.clone();
        changed[1..3].copy_from_slice(&suite.to_be_bytes());
        assert!(InitMsg::parse(&changed).is_err());
    }
    // a transcript over another suite, and a message without its KEM part
    let (mut prefix, mut ratchet) = Attempt { suite: 2, ..scene.attempt() }.run();
    prefix[1..3].copy_from_slice(&[0, 1]);
    let forged = [prefix, ratchet.seal(b"first", [14; 24])].concat();
    assert_eq!(scene.answer(&forged).err(), Some(RespondError::Rejected));
    assert!(InitMsg::parse(&[&first[..47], &first[1135..]].concat()).is_err());
    let (prefix, mut ratchet) = scene.attempt().run_with(&[0; 1088], &[0; 32]);
    let forged = [prefix, ratchet.seal(b"first", [14; 24])].concat();
    assert_eq!(scene.answer(&forged).err(), Some(RespondError::Rejected));
    // claiming a one-time prekey that does not take part, and hiding one that does
    let mut claimed = first;
    claimed[11..15].copy_from_slice(&1_u32.to_be_bytes());
    assert_eq!(scene.answer(&claimed).err(), Some(RespondError::WrongPrekey));
}

#[test]
fn kem_bitflip_indistinguishable() {
    let scene = Scene::new("T15");
    let first = Scene::first(&scene.attempt());
    let mut errors = HashSet::new();
    for at in (47..1135).step_by(17).chain([47, 1134]) {
        let mut changed = first.clone();
        changed[at] ^= 1 << (at % 8);
        errors.insert(scene.answer(&changed).expect_err("refused").to_string());
    }
    // a flipped tag of the sealed identity, of the header and of the body
    for at in [1425, first.len() - 1, 1426 + 27 + 56] {
        let mut changed = first.clone();
        changed[at] ^= 1;
        errors.insert(scene.answer(&changed).expect_err("refused").to_string());
    }
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        PrekeySecret::from_bytes(&scene.prekey.to_bytes()).expect("load").reference(),
        scene.prekey.reference()
    );
}
