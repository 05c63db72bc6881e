//! T01, T02, T22, T52: keys that must not be used, backends that must agree, secrets that must not show.

use curve25519_dalek::constants::{ED25519_BASEPOINT_TABLE, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signer, SigningKey};
use rand_core::Rng;
use sha2::{Digest, Sha512};
use undertone_crypto::dh::DhPublic;
use undertone_crypto::identity::{AccountId, CertError, DevCert};
use undertone_crypto::kem::KemSecret;
use undertone_crypto::prekey::{Bundle, BundleError, Opk};
use undertone_crypto::sign::VerifyKey;
use undertone_crypto::{RespondError, Secret, Session};

use super::Scene;
use crate::common::{NOW, TestRng, Two};
use crate::reference::{self, place, steal};

/// u-coordinates of small order, canonical and not, and one that is merely not canonical.
fn bad_u_coordinates() -> Vec<[u8; 32]> {
    let canonical = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let above_p = [
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let decode = |text: &&str| -> [u8; 32] {
        data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hex").try_into().expect("32 bytes")
    };
    let mut all: Vec<[u8; 32]> = canonical.iter().chain(&above_p).map(decode).collect();
    for at in 0..all.len() {
        let mut top_bit = all[at];
        top_bit[31] |= 0x80;
        all.push(top_bit);
    }
    all
}

fn sign(seed: &[u8; 32], label: &[u8], message: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(&[label, message].concat()).to_bytes()
}

#[test]
fn x25519_noncontributory_everywhere() {
    let scene = Scene::new("T01");
    let bob = steal(&scene.bob.device);
    for bad in bad_u_coordinates() {
        // every encoding of small order gives zero, whatever the secret: that is what is refused below
        assert!(DhPublic::parse(&bad).is_err());

        let mut cert = scene.bob.cert.as_bytes().to_vec();
        cert[81..113].copy_from_slice(&bad);
        let account = SigningKey::from_bytes(&[9; 32]);
        cert[1..33].copy_from_slice(account.verifying_key().as_bytes());
        let signature = sign(&[9; 32], b"ut1/devcert", &cert[..133]);
        cert[133..].copy_from_slice(&signature);
        assert_eq!(DevCert::parse(&cert), Err(CertError::Key), "device key");

        let mut bundle = scene.bundle.clone();
        bundle[place::SPK].copy_from_slice(&bad);
        let signature = sign(&bob.dsk, b"ut1/bundle", &bundle[place::SIGNED]);
        bundle[place::SIGNED.end..].copy_from_slice(&signature);
        let parsed = Bundle::parse(&bundle, &scene.bob.account.id(), NOW);
        assert_eq!(parsed.err(), Some(BundleError::Key), "signed prekey");

        let opk = [&7_u32.to_be_bytes(), bad.as_slice()].concat();
        let signature = sign(&bob.dsk, b"ut1/opk", &[bob.id.as_slice(), &opk].concat());
        assert!(Opk::parse(&[opk, signature.to_vec()].concat(), &scene.bob.cert).is_err(), "one-time prekey");

        let mut attempt = scene.attempt();
        attempt.ephemeral_public = bad;
        scene.refuses(&attempt);

        let (prefix, ratchet) = scene.attempt().run();
        // the initiator chooses a bad ratchet key and follows it through: the shared secret is zero
        let [_, key, _] = zero_step(&ratchet, &scene);
        let mut header = ratchet.sending.clone().expect("chain").header;
        header.dh = bad;
        let header_key = ratchet.sending.as_ref().expect("chain").header_key;
        let message_key = reference::hmac(&key, &[1]);
        let message = ratchet.craft(&header, &header_key, &message_key, &reference::pad(b"x"), [1; 24]);
        let answered = scene.answer(&[prefix, message].concat());
        assert_eq!(answered.err(), Some(RespondError::Rejected), "ratchet key");
    }
}

/// The root step with a shared secret of zero. The test knows the root key because it made the handshake.
fn zero_step(ratchet: &reference::Ratchet, scene: &Scene) -> [[u8; 32]; 3] {
    let attempt = scene.attempt();
    let root = attempt.root_key();
    assert_eq!(ratchet.th.len(), 32);
    reference::split(&reference::hkdf(&root, &[&[0; 32]], &[b"ut1/rk", &[0]], 96))
}

#[test]
fn ed25519_strict_and_small_order() {
    for point in EIGHT_TORSION {
        let bytes = point.compress().to_bytes();
        assert!(VerifyKey::parse(&bytes).is_err());
        assert!(AccountId::from_bytes(&bytes).is_err());
    }
    // y = 1 + p is the identity again, not canonical; y = 2^255 - 1 is canonical nowhere
    let mut not_canonical = [0xff; 32];
    (not_canonical[0], not_canonical[31]) = (0xee, 0x7f);
    for bytes in [not_canonical, [0xff; 32]] {
        assert!(AccountId::from_bytes(&bytes).is_err());
    }

    let scene = Scene::new("T02");
    let cert = *scene.bob.cert.as_bytes();
    assert!(DevCert::parse(&cert).is_ok());
    let mut small_order_account = cert;
    small_order_account[1..33].copy_from_slice(&EIGHT_TORSION[1].compress().to_bytes());
    assert_eq!(DevCert::parse(&small_order_account), Err(CertError::Key));

    let mut s_not_reduced = cert;
    s_not_reduced[165..].copy_from_slice(&add_group_order(&cert[165..]));
    assert_eq!(DevCert::parse(&s_not_reduced), Err(CertError::Signature));

    for torsion in EIGHT_TORSION.iter().skip(1) {
        let mixed = mixed_order_certificate(&cert[..133], *torsion);
        assert_eq!(DevCert::parse(&mixed), Err(CertError::Signature));
    }
    assert!(DevCert::parse(&mixed_order_certificate(&cert[..133], EIGHT_TORSION[0])).is_ok());
}

/// `S + L` as little-endian bytes: the same scalar, not reduced.
fn add_group_order(s: &[u8]) -> Vec<u8> {
    let order = data_encoding::HEXLOWER
        .decode(b"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        .expect("hex");
    let mut carry = 0;
    s.iter()
        .zip(order)
        .map(|(a, b)| {
            carry += u16::from(*a) + u16::from(b);
            let [high, low] = carry.to_be_bytes();
            carry = u16::from(high);
            low
        })
        .collect()
}

/// A certificate whose signature has `R` moved by a torsion point: verification with cofactor accepts it.
fn mixed_order_certificate(signed: &[u8], torsion: EdwardsPoint) -> Vec<u8> {
    let (secret, nonce) = (Scalar::from(77_u8), Scalar::from(99_u8));
    let public = (&secret * ED25519_BASEPOINT_TABLE).compress();
    let mut signed = signed.to_vec();
    signed[1..33].copy_from_slice(public.as_bytes());
    let r = (&nonce * ED25519_BASEPOINT_TABLE + torsion).compress();
    let message = [b"ut1/devcert", signed.as_slice()].concat();
    let digest =
        Sha512::new().chain_update(r.as_bytes()).chain_update(public.as_bytes()).chain_update(message);
    let k = Scalar::from_bytes_mod_order_wide(&digest.finalize().into());
    let s = nonce + k * secret;
    [signed.as_slice(), r.as_bytes(), s.as_bytes()].concat()
}

#[test]
fn cross_backend_state() {
    use libcrux_ml_kem::mlkem768::{MlKem768Ciphertext, portable};
    let mut rng = TestRng::new("T22");
    for _ in 0..50 {
        let (mut seed, mut coins) = ([0; 64], [0; 32]);
        rng.fill_bytes(&mut seed);
        rng.fill_bytes(&mut coins);
        let key = KemSecret::from_seed(Secret::new(seed));
        let slow = portable::generate_key_pair(seed);
        assert_eq!(key.public().as_bytes(), slow.pk());
        let (ciphertext, shared) = key.public().encapsulate_with(&Secret::new(coins));
        let (slow_ciphertext, slow_shared) = portable::encapsulate(slow.public_key(), coins);
        assert_eq!(ciphertext.as_slice(), slow_ciphertext.as_slice());
        assert_eq!(shared.expose(), &slow_shared);
        let stored = MlKem768Ciphertext::from(&*ciphertext);
        assert_eq!(portable::decapsulate(slow.private_key(), &stored), slow_shared);
        assert_eq!(key.decapsulate(slow_ciphertext.as_slice()).expose(), &slow_shared);
    }
    // what is stored between the halves of a post-quantum step is seeds and encoded keys, so it may be taken to
    // another backend; here both halves are stored and loaded
    let mut two = Two::unanswered("T22");
    let offer = two.b_says(b"offer");
    two.b = Session::from_bytes(&two.b.to_bytes()).expect("load");
    two.a.open(&offer, NOW).expect("open");
    two.a = Session::from_bytes(&two.a.to_bytes()).expect("load");
    let answer = two.a_says(b"answer");
    assert_eq!(answer.len(), 104 + 1088 + 256);
    assert_eq!(two.b.open(&answer, NOW).expect("open"), b"answer");
    two.ping_pong(3);
}

#[test]
fn secret_formatting() {
    let mut scene = Scene::new("T52");
    let mut two = Two::new("T52");
    two.ping_pong(1);
    let (opk, _) =
        undertone_crypto::OpkSecret::issue(&scene.bob.device, core::num::NonZeroU32::MIN, &mut scene.rng);
    let secrets = [
        scene.bob.device.to_bytes().to_vec(),
        scene.prekey.to_bytes().to_vec(),
        opk.to_bytes().to_vec(),
        two.a.to_bytes().to_vec(),
    ];
    let pair = scene.alice.device.pair_key(&scene.alice.cert, &scene.bob.cert).expect("pair");
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        scene.bob.device, scene.prekey, opk, two.a, scene.bob.account, pair
    );
    let response = scene.answer(&Scene::first(&scene.attempt())).expect("respond");
    let said = b"first".map(|byte| byte.to_string()).join(", ");
    assert!(!format!("{response:?}").contains(&said));
    for secret in secrets {
        for window in secret[1..].windows(8) {
            // as a list of numbers, as {:?} would show them; device ids and public parts are abridged
            let list = window.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
            let is_public = window.iter().all(|byte| *byte == 0) || shown_by_design(&scene, &two, window);
            assert!(is_public || !shown.contains(&list), "{list}");
        }
    }
}

/// The transcript hash and a bundle's name are public and are shown.
fn shown_by_design(scene: &Scene, two: &Two, window: &[u8]) -> bool {
    let state = two.a.to_bytes();
    let public = [&scene.prekey.to_bytes()[1..33], &state[203..235]].concat();
    public.windows(8).any(|bytes| bytes == window)
}
