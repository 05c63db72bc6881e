//! T08 to T12: prekeys confused, replayed, reused, exhausted or out of date.

use core::num::NonZeroU32;

use ed25519_dalek::{Signer, SigningKey};
use undertone_crypto::identity::{DevCert, Validity};
use undertone_crypto::prekey::{Bundle, BundleError, MAX_LIFETIME_MS, Opk, OpkSecret, PrekeySecret};
use undertone_crypto::{InitMsg, RespondError, Session};

use super::Scene;
use crate::common::{DAY, HOUR, NOW, Party, initiation};
use crate::reference::{place, steal};

fn sign(seed: &[u8; 32], label: &[u8], message: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(&[label, message].concat()).to_bytes()
}

#[test]
fn prekey_type_confusion() {
    let mut scene = Scene::new("T08");
    let bob = steal(&scene.bob.device);
    let (_, opk) = OpkSecret::issue(&scene.bob.device, NonZeroU32::MIN, &mut scene.rng);
    let account = scene.bob.account.id();
    let parse = |bytes: &[u8]| Bundle::parse(bytes, &account, NOW).map(|_| ());

    // the device signed these very bytes, but as something else
    let with = |signature: &[u8]| [&scene.bundle[place::SIGNED], signature].concat();
    let signed = &scene.bundle[place::SIGNED];
    assert_eq!(parse(&with(&sign(&bob.dsk, b"ut1/bundle", signed))), Ok(()));
    for label in [b"".as_slice(), b"ut1/opk", b"ut1/tpb", b"ut1/devcert"] {
        assert_eq!(parse(&with(&sign(&bob.dsk, label, signed))), Err(BundleError::Signature));
    }
    assert_eq!(parse(&with(&opk[36..])), Err(BundleError::Signature));
    let opk_signed = [bob.id.as_slice(), &opk[..36]].concat();
    for (label, ok) in [(b"ut1/opk".as_slice(), true), (b"ut1/bundle", false), (b"", false)] {
        let bytes = [&opk[..36], &sign(&bob.dsk, label, &opk_signed)].concat();
        assert_eq!(Opk::parse(&bytes, &scene.bob.cert).is_ok(), ok);
    }
    // signed by the account instead of the device, or for another device
    let mallory = Party::new(&mut scene.rng);
    assert!(Opk::parse(&opk, &mallory.cert).is_err());
    let zero_id = [&[0; 4], &opk[4..36]].concat();
    let signature = sign(&bob.dsk, b"ut1/opk", &[bob.id.as_slice(), &zero_id].concat());
    assert!(Opk::parse(&[zero_id, signature.to_vec()].concat(), &scene.bob.cert).is_err());

    // one kind of object as another
    let first = Scene::first(&scene.attempt());
    for bytes in [&scene.bundle, &opk, &first, &scene.bob.cert.as_bytes().to_vec()] {
        assert!(DevCert::parse(bytes).is_ok() == (bytes.len() == 197));
        assert!(Opk::parse(bytes, &scene.bob.cert).is_ok() == (bytes.len() == 100));
        assert!(parse(bytes).is_ok() == (bytes.len() == 1537));
        assert!(InitMsg::parse(bytes).is_ok() == (bytes[0] == 1 && bytes.len() == 1426 + 104 + 256));
    }
    // KEM bytes where the signed prekey belongs: a valid point by chance, and yet another transcript
    let mut confused = scene.bundle.clone();
    let kem = confused[place::KEM][..32].to_vec();
    confused[place::SPK].copy_from_slice(&kem);
    assert_eq!(parse(&confused), Err(BundleError::Signature));
}

#[test]
fn init_replay() {
    let scene = Scene::new("T09");
    let (prefix, mut ratchet) = scene.attempt().run();
    let first = [prefix.clone(), ratchet.seal(b"first", [14; 24])].concat();
    let second = [prefix, ratchet.seal(b"second", [15; 24])].concat();
    let parsed = [&first, &second].map(|bytes| InitMsg::parse(bytes).expect("parse"));
    // the handshake alone cannot tell a replay, so it names what must be remembered: the same for every message
    // of one handshake, whatever ratchet message follows
    assert_eq!(parsed[0].id(), parsed[1].id());
    let mut session = scene.answer(&first).expect("respond").session;
    assert_eq!(scene.answer(&first).expect("respond").session.id(), session.id());
    // in the session it belongs to, a replay is refused and leaves no trace
    let before = session.to_bytes();
    assert!(session.open(parsed[0].dr_msg(), NOW).is_err());
    assert_eq!(*session.to_bytes(), *before);
    assert_eq!(session.open(parsed[1].dr_msg(), NOW).expect("open"), b"second");
    // a changed prefix is another name, and no valid handshake
    for at in [11, 15, 47, 1140] {
        let mut changed = first.clone();
        changed[at] ^= 1;
        assert_ne!(InitMsg::parse(&changed).expect("parse").id(), parsed[0].id());
        assert!(scene.answer(&changed).is_err());
    }
}

#[test]
fn opk_reuse_by_mailbox() {
    let mut scene = Scene::new("T10");
    let carol = Party::new(&mut scene.rng);
    let (secret, opk) = OpkSecret::issue(&scene.bob.device, NonZeroU32::MIN, &mut scene.rng);
    let bundle = scene.bob.bundle(&scene.bundle);
    let opk = Opk::parse(&opk, bundle.cert()).expect("opk");
    let mut start = |party: &Party, opk: Option<&Opk>| {
        let rng = &mut scene.rng;
        let how = initiation(1);
        let session = Session::initiate(&party.device, &party.cert, &bundle, opk, &how, rng);
        session.expect("initiate").seal(b"first", NOW, rng).expect("seal")
    };
    // the mailbox hands the same one-time prekey to both
    let from_alice = start(&scene.alice, Some(&opk));
    let from_carol = start(&carol, Some(&opk));
    let again = start(&carol, None);
    assert!(scene.answer_with(Some(&secret), &from_alice).is_ok());
    // its first use destroyed it
    drop(secret);
    assert_eq!(scene.answer_with(None, &from_carol).err(), Some(RespondError::WrongPrekey));
    let (other, _) = OpkSecret::issue(&scene.bob.device, NonZeroU32::MAX, &mut scene.rng);
    assert_eq!(scene.answer_with(Some(&other), &from_carol).err(), Some(RespondError::WrongPrekey));
    // the second falls back to none
    assert_eq!(scene.answer(&again).expect("respond").session.peer(), &carol.cert);
}

#[test]
fn prekey_depletion() {
    let mut scene = Scene::new("T11");
    let bundle = scene.bob.bundle(&scene.bundle);
    for _ in 0..20 {
        // no one-time prekeys are left: sessions still form, in the window that is documented for the bundle
        let stranger = Party::new(&mut scene.rng);
        let mut session = stranger.initiate(&bundle, &mut scene.rng);
        let first = session.seal(b"first", NOW, &mut scene.rng).expect("seal");
        assert!(scene.answer(&first).is_ok());
    }
    assert_eq!(scene.prekey.destroy_after_ms(), NOW + 7 * DAY + 21 * DAY);
    let (online, _) =
        PrekeySecret::issue(&scene.bob.device, &scene.bob.cert, [0; 32], NOW, HOUR / 6, &mut scene.rng);
    assert_eq!(online.destroy_after_ms(), NOW + 4 * (HOUR / 6));
}

#[test]
fn bundle_rollback_and_expiry() {
    let mut scene = Scene::new("T12");
    let account = scene.bob.account.id();
    let at = |now| Bundle::parse(&scene.bundle, &account, now).map(|_| ()).err();
    assert_eq!(at(NOW), None);
    assert_eq!(at(NOW + 7 * DAY - 1), None);
    assert_eq!(at(NOW + 7 * DAY), Some(BundleError::Time), "expired");
    assert_eq!(at(NOW - HOUR), None, "clocks differ");
    assert_eq!(at(NOW - HOUR - 1), Some(BundleError::Time), "made in the future");
    let other = scene.alice.account.id();
    assert_eq!(Bundle::parse(&scene.bundle, &other, NOW).err(), Some(BundleError::Account));
    // the list head is there to be compared with the newest one known
    assert_eq!(scene.bob.bundle(&scene.bundle).devlist_head(), &[0xb0; 32]);

    // a life longer than allowed, signed all the same
    let mut eternal = scene.bundle.clone();
    eternal[place::EXPIRES].copy_from_slice(&(NOW + MAX_LIFETIME_MS + 1).to_be_bytes());
    let signature = sign(&steal(&scene.bob.device).dsk, b"ut1/bundle", &eternal[place::SIGNED]);
    eternal[place::SIGNED.end..].copy_from_slice(&signature);
    assert_eq!(Bundle::parse(&eternal, &account, NOW).err(), Some(BundleError::Time));

    // a certificate that has run out, in a fresh bundle and behind a fresh first message
    let validity = Validity { not_before_ms: NOW - DAY, not_after_ms: NOW };
    let old = scene.bob.account.certify(&scene.bob.device, validity, 1);
    let (_, bundle) = PrekeySecret::issue(&scene.bob.device, &old, [0; 32], NOW, DAY, &mut scene.rng);
    assert_eq!(Bundle::parse(&bundle, &account, NOW).err(), Some(BundleError::Time));
    let old = scene.alice.account.certify(&scene.alice.device, validity, 1);
    let attempt = crate::reference::Attempt { identity: super::identity(old.as_bytes()), ..scene.attempt() };
    scene.refuses(&attempt);
}
