//! Published attacks on device lists, comparisons and storage, turned on this crate. Each test is named after
//! the row of the table in docs/formats.md.
#![cfg(test)]

mod vault_support;

use undertone_crypto::devlist::{CreateError, ListError, MAX_DEVICES, MAX_LIST, MAX_REVOKED};
use undertone_crypto::record::OpenError;
use undertone_crypto::vault::{self, Cost, KeyFileError, Keys};
use undertone_crypto::{
    AccountId, Comparison, DeviceList, EquivocationProof, IdentityChange, Link, QrError, RecordKey,
    RecoverySecret, identity_change, kdf, label, qr_check, qr_text, safety_number,
};
use vault_support::{Script, account, device, list};

const ZERO: [u8; 32] = [0; 32];

/// T12, the part of the device list: an old list with a good signature.
#[test]
fn bundle_rollback_and_expiry() {
    let alice = account(1);
    let old = list(&alice, 1000, ZERO, &[1, 2], &[]);
    let known = list(&alice, 2000, old.head(), &[1], &[2]);

    // what a hostile mailbox serves verifies, and is still refused by who knows better
    let served = DeviceList::parse(old.as_bytes(), &alice.id()).expect("a good signature");
    assert_eq!(known.compare(&served), Comparison::Rollback { known_seq: 2000, offered_seq: 1000 });
    assert_eq!(old.compare(&known), Comparison::Newer(Link::Next));
    assert_eq!(known.compare(&known), Comparison::Same);

    // the certificate outlives neither its time nor the list
    let cert = known.certs().first().expect("a device");
    assert!(cert.valid_at(999_999) && !cert.valid_at(1_000_000));
    assert!(known.cert(&device(&alice, 2).device()).is_none());
}

/// T24, the part of the device list: a new key, a rolled back list, two lists with one number.
#[test]
fn identity_change_signal() {
    let (alice, mallory, next) = (account(1), account(2), account(3));
    let known = list(&alice, 2000, ZERO, &[1], &[]);

    assert_eq!(identity_change(&alice.id(), &alice.id(), Some(&known)), IdentityChange::Unchanged);
    assert_eq!(identity_change(&alice.id(), &mallory.id(), Some(&known)), IdentityChange::Replaced);
    assert_eq!(identity_change(&alice.id(), &mallory.id(), None), IdentityChange::Replaced);

    // a successor counts only when both keys signed, and only the one that was named
    let last = DeviceList::hand_over(&alice, &next, 3000, known.head(), &[], 3000).expect("a last list");
    assert_eq!(known.compare(&last), Comparison::Newer(Link::Next));
    assert_eq!(identity_change(&alice.id(), &next.id(), Some(&last)), IdentityChange::HandedOver);
    assert_eq!(identity_change(&alice.id(), &mallory.id(), Some(&last)), IdentityChange::Replaced);
    let vouched_by_mallory = DeviceList::hand_over(&mallory, &next, 1, ZERO, &[], 1).expect("a list");
    assert_eq!(identity_change(&alice.id(), &next.id(), Some(&vouched_by_mallory)), IdentityChange::Replaced);
    let mut one_signature = last.as_bytes().to_vec();
    one_signature.truncate(one_signature.len() - 64);
    assert_eq!(DeviceList::parse(&one_signature, &alice.id()), Err(ListError::Malformed));
    let mut forged = last.as_bytes().to_vec();
    *forged.last_mut().expect("a signature") ^= 1;
    assert_eq!(DeviceList::parse(&forged, &alice.id()), Err(ListError::Signature));
    assert_eq!(
        DeviceList::hand_over(&alice, &alice, 1, ZERO, &[], 1),
        Err(CreateError::OtherAccount),
        "an account cannot succeed itself"
    );

    // two lists with one number: a proof that convinces a stranger
    let second = list(&alice, 2000, ZERO, &[1, 9], &[]);
    let Comparison::Equivocation(proof) = known.compare(&second) else { panic!("not noticed") };
    let Comparison::Equivocation(mirrored) = second.compare(&known) else { panic!("not noticed") };
    assert_eq!(proof, mirrored);
    let read = EquivocationProof::parse(&proof.to_bytes(), &alice.id()).expect("a proof");
    assert_eq!(read, *proof);
    assert_eq!(read.lists().0.seq(), read.lists().1.seq());
    assert_eq!(EquivocationProof::parse(&proof.to_bytes(), &mallory.id()), Err(ListError::OtherAccount));
    assert_no_proof(&known, &known, &alice.id());
    assert_no_proof(&known, &last, &alice.id());

    // no alarm, but told apart: a restart, a gap, a fork
    let restart = list(&alice, 5000, ZERO, &[4], &[1]);
    assert_eq!(last.compare(&restart), Comparison::Newer(Link::Restart));
    let gap = list(&alice, 6000, restart.head(), &[4], &[1]);
    assert_eq!(last.compare(&gap), Comparison::Newer(Link::Gap));
    let fork = list(&alice, 6001, restart.head(), &[4, 5], &[1]);
    assert_eq!(gap.compare(&fork), Comparison::Newer(Link::Fork));
    assert_eq!(gap.compare(&list(&mallory, 9000, ZERO, &[1], &[])), Comparison::AnotherAccount);
}

fn assert_no_proof(one: &DeviceList, other: &DeviceList, account: &AccountId) {
    for (one, other) in [(one, other), (other, one)] {
        let mut bytes = vec![1];
        for list in [one, other] {
            bytes.extend(u32::try_from(list.as_bytes().len()).expect("short").to_be_bytes());
            bytes.extend(list.as_bytes());
        }
        assert_eq!(EquivocationProof::parse(&bytes, account), Err(ListError::Malformed));
    }
}

/// T28, the part of the device list: a device that the account did not sign, or that is another account's.
#[test]
fn hidden_device() {
    let (alice, mallory) = (account(1), account(2));
    let theirs = device(&mallory, 7);
    assert_eq!(
        DeviceList::create(&alice, 1, ZERO, std::slice::from_ref(&theirs), &[], 1),
        Err(CreateError::OtherAccount)
    );

    // the same certificate spliced into alice's list in place of hers
    let list = list(&alice, 1, ZERO, &[1], &[]);
    let mut spliced = list.as_bytes().to_vec();
    let start = 1 + 32 + 8 + 32 + 8 + 1;
    spliced[start..start + 197].copy_from_slice(theirs.as_bytes());
    assert_eq!(DeviceList::parse(&spliced, &alice.id()), Err(ListError::Signature));

    // a list of mallory's is not alice's, whatever it contains
    let hers = vault_support::list(&mallory, 1, ZERO, &[7], &[]);
    assert_eq!(DeviceList::parse(hers.as_bytes(), &alice.id()), Err(ListError::OtherAccount));

    let one = device(&alice, 1);
    let twice = [one.clone(), one.clone()];
    assert_eq!(DeviceList::create(&alice, 1, ZERO, &twice, &[], 1), Err(CreateError::Duplicate));
    let (present, revoked) = (std::slice::from_ref(&one), [one.device()]);
    assert_eq!(DeviceList::create(&alice, 1, ZERO, present, &revoked, 1), Err(CreateError::Duplicate));
}

/// A list asks for no more memory or work than its limits, whatever its counts claim.
#[test]
fn a_list_over_its_limits_is_refused() {
    let alice = account(1);
    let many: Vec<u8> = (0..=u8::try_from(MAX_REVOKED).expect("small")).collect();
    let devices: Vec<_> =
        (0..=MAX_DEVICES).map(|n| device(&alice, u8::try_from(n).expect("small"))).collect();
    assert_eq!(DeviceList::create(&alice, 1, ZERO, &devices, &[], 1), Err(CreateError::TooMany));
    let revoked: Vec<_> = many.iter().map(|n| undertone_crypto::DeviceId::new([*n; 16])).collect();
    assert_eq!(DeviceList::create(&alice, 1, ZERO, &[], &revoked, 1), Err(CreateError::TooMany));

    let full = list(&alice, 1, ZERO, &(0..16).collect::<Vec<_>>(), &(100..164).collect::<Vec<_>>());
    assert!(full.as_bytes().len() <= MAX_LIST);
    assert_eq!(DeviceList::parse(full.as_bytes(), &alice.id()), Ok(full.clone()));
    let mut counts = full.as_bytes().to_vec();
    counts[81] = 255;
    assert_eq!(DeviceList::parse(&counts, &alice.id()), Err(ListError::Malformed));
    assert_eq!(DeviceList::parse(&vec![1; MAX_LIST + 1], &alice.id()), Err(ListError::Malformed));
}

/// T26: own code, a third party's, a device id in place of the account key, cut, another version.
#[test]
fn fingerprint_and_qr_mitm() {
    let (alice, bob, mallory) = (account(1).id(), account(2).id(), account(3).id());
    let code = |mine: &AccountId, yours: &AccountId| qr_text(mine, yours, *b"8 random");

    assert_eq!(qr_check(&code(&bob, &alice), &alice, &bob), Ok(()));
    assert_eq!(qr_check(&code(&alice, &bob), &alice, &bob), Err(QrError::OwnCode));
    assert_eq!(qr_check(&code(&alice, &mallory), &alice, &bob), Err(QrError::OwnCode));
    assert_eq!(qr_check(&code(&bob, &mallory), &alice, &bob), Err(QrError::AnotherKeyForUs));
    assert_eq!(qr_check(&code(&mallory, &alice), &alice, &bob), Err(QrError::AnotherKeyForThem));
    assert_eq!(qr_check(&code(&mallory, &bob), &alice, &bob), Err(QrError::ThirdParty));
    // whoever takes himself for a contact proves nothing by his own code
    assert_eq!(qr_check(&code(&alice, &alice), &alice, &alice), Err(QrError::OwnCode));

    // a device id, padded to the size of an account key, where the account key belongs
    let cert = device(&account(2), 1);
    let mut padded = [0; 32];
    padded[..16].copy_from_slice(cert.device().as_bytes());
    if let Ok(confused) = AccountId::from_bytes(&padded) {
        assert_eq!(qr_check(&code(&confused, &alice), &alice, &bob), Err(QrError::AnotherKeyForThem));
        assert_ne!(safety_number(&alice, &confused), safety_number(&alice, &bob));
    }

    let good = code(&bob, &alice);
    assert_eq!(good.len(), 114);
    for cut in 0..good.len() {
        let (text, _) = good.split_at(cut);
        let answer = qr_check(text, &alice, &bob);
        assert!(matches!(answer, Err(QrError::NotOurs | QrError::Damaged)), "{cut}: {answer:?}");
    }
    assert_eq!(qr_check(&format!("{good}000"), &alice, &bob), Err(QrError::Damaged));
    assert_eq!(qr_check(&good.to_lowercase(), &alice, &bob), Err(QrError::NotOurs));
    assert_eq!(qr_check("https://example.org", &alice, &bob), Err(QrError::NotOurs));
    assert_eq!(qr_check(&"0".repeat(5000), &alice, &bob), Err(QrError::NotOurs));
    // " 86" is base45 of '1' 0x02, where ours has '1' 0x01
    let mut version = good;
    version.replace_range(3..6, " 86");
    assert_eq!(qr_check(&version, &alice, &bob), Err(QrError::Version));

    // one number for both sides, another as soon as somebody stands between
    let number = safety_number(&alice, &bob);
    assert_eq!(number, safety_number(&bob, &alice));
    assert!(number.matches(&safety_number(&bob, &alice).digits()));
    assert!(!number.matches(&safety_number(&alice, &mallory).digits()));
    assert_ne!(number.words(), safety_number(&alice, &mallory).words());
    // an attacker who hits one half is seen in the other, in digits and in words
    let shared =
        |one: &[&'static str], other: &[&'static str]| one.iter().filter(|w| other.contains(w)).count();
    assert!(shared(&number.words(), &safety_number(&alice, &mallory).words()) < 16);
}

/// T47, the level of one record: moved, cut, mixed, of another version, under another key.
#[test]
fn record_swap_truncate_rollback() {
    let mut rng = Script::seeded(47);
    let (key, other_key) = (RecordKey::generate(&mut rng), RecordKey::generate(&mut rng));
    let mut seal = |kind, row: &[u8], value: &[u8]| key.seal(kind, row, value, &mut rng).expect("short");
    let one = seal(1, b"row 1", b"to alice");
    let other = seal(1, b"row 2", b"to mallory");

    let damaged = Err(OpenError::Damaged);
    let open = |kind, row: &[u8], record: &[u8]| key.open(kind, row, record).map(|value| value.to_vec());
    assert_eq!(open(1, b"row 1", &one), Ok(b"to alice".to_vec()));
    assert_eq!(open(1, b"row 2", &one), damaged, "another row");
    assert_eq!(open(2, b"row 1", &one), damaged, "another kind");
    assert_eq!(open(1, b"row 1\0", &one), damaged, "a longer row key");
    assert_eq!(other_key.open(1, b"row 1", &one).map(|value| value.to_vec()), damaged, "another key");
    for cut in 0..one.len() {
        assert_eq!(open(1, b"row 1", &one[..cut]), damaged, "cut at {cut}");
    }
    assert_eq!(open(1, b"row 1", &[one.as_slice(), &[0]].concat()), damaged, "longer");
    for at in 1..one.len() {
        let mixed: Vec<u8> = [&one[..at], &other[at..]].concat();
        assert_eq!(open(1, b"row 1", &mixed), damaged, "mixed at {at}");
        let mut flipped = one.clone();
        flipped[at] ^= 0x10;
        assert_eq!(open(1, b"row 1", &flipped), damaged, "flipped at {at}");
    }
    let mut newer = one.clone();
    newer[0] = 2;
    assert_eq!(open(1, b"row 1", &newer), Err(OpenError::Newer));

    // the kind and the row key cannot be shifted into each other
    let shifted = seal(b'r', b"ow 1", b"to alice");
    assert_eq!(open(1, b"row 1", &shifted), damaged);
    // sealed twice, never alike: an old value put back shows nothing about the new one
    assert_ne!(seal(1, b"row 1", b"to alice"), seal(1, b"row 1", b"to alice"));

    // a secret row holds a secret of its own kind only
    let secret = RecoverySecret::generate(&mut Script::seeded(1));
    let sealed = secret.seal(&key, 3, b"me", &mut Script::seeded(2)).expect("short");
    let opened = RecoverySecret::open(&key, 3, b"me", &sealed).expect("its row");
    assert_eq!(opened.account_key().id(), secret.account_key().id());
    assert!(RecoverySecret::open(&key, 1, b"row 1", &one).is_err());
    assert!(key.unwrap_key(1, b"row 1", &one).is_err());
}

/// T48: cheaper parameters, an old slot, flipped bits. Derives keys four times at the real cost.
#[test]
fn keyfile_downgrade() {
    let mut rng = Script::seeded(48);
    let keys = Keys::generate(&mut rng);
    let (kek, old) = vault::seal(b"passphrase", Cost::FLOOR, &keys, 1, &mut rng).expect("memory");
    let new = kek.seal(&keys.with_new_shred(&mut rng), 2, &mut rng).expect("a slot");
    let wrapped_old =
        keys.shred_key().wrap(1, b"k", &RecordKey::generate(&mut rng), &mut rng).expect("short");

    // both slots in any order: the newer; the newer torn: the older, with a counter that tells
    for slots in [[&*old, &*new], [&*new, &*old]] {
        let opened = vault::open_newest(&slots, b"passphrase").expect("its passphrase");
        assert_eq!(opened.counter, 2);
        assert!(opened.keys.shred_key().unwrap_key(1, b"k", &wrapped_old).is_err(), "the old key is gone");
        assert!(opened.keys.state_key().open(1, b"", &[]).is_err());
    }
    let torn = &new[..100];
    assert_eq!(vault::open_newest(&[torn, &old], b"passphrase").map(|opened| opened.counter).ok(), Some(1));

    // weaker or absurd parameters are refused before the passphrase is used, the sum made right or not
    let cases: [(usize, u32, KeyFileError); 7] = [
        (9, 64 * 1024 - 1, KeyFileError::WeakParameters),
        (9, 0, KeyFileError::WeakParameters),
        (13, 2, KeyFileError::WeakParameters),
        (17, 3, KeyFileError::WeakParameters),
        (9, u32::MAX, KeyFileError::ExcessiveParameters),
        (13, u32::MAX, KeyFileError::ExcessiveParameters),
        (17, u32::MAX, KeyFileError::ExcessiveParameters),
    ];
    for (at, number, expected) in cases {
        let mut weak = old.clone();
        weak[at..at + 4].copy_from_slice(&number.to_be_bytes());
        assert_eq!(vault::open(&weak, b"passphrase").err(), Some(KeyFileError::Damaged));
        assert_eq!(vault::open(&with_sum(weak), b"passphrase").err(), Some(expected));
    }

    // every bit that does not change the derivation, flipped with the sum made right: sealed, so refused
    let flipped: Vec<_> = (53..vault::SLOT - 32)
        .map(|at| {
            let mut slot = old.clone();
            slot[at] ^= 1 << (at % 8);
            with_sum(slot)
        })
        .collect();
    let slots: Vec<&[u8]> = flipped.iter().map(Vec::as_slice).collect();
    assert_eq!(vault::open_newest(&slots, b"passphrase").err(), Some(KeyFileError::WrongPassphrase));
}

/// Renews the sum, as who edits a key file on purpose does.
fn with_sum(mut slot: Vec<u8>) -> Vec<u8> {
    slot.truncate(vault::SLOT - 32);
    let sum = kdf::hash(label::KEY_FILE_SUM, &[&slot]);
    slot.extend(sum);
    slot
}
