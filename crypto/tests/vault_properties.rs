//! For any content and any damage: what was made is read back, and what was changed is a typed error.
#![cfg(test)]

mod vault_support;

use proptest::prelude::*;
use undertone_crypto::record::OpenError;
use undertone_crypto::{DeviceList, EquivocationProof, RecordKey, RecoverySecret, qr_check, qr_text};
use vault_support::{Script, account, list};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_record_opens_to_what_was_sealed(kind: u8, row in bytes(80), value in bytes(2000), seed: u64) {
        let mut rng = Script::seeded(seed);
        let key = RecordKey::generate(&mut rng);
        let record = key.seal(kind, &row, &value, &mut rng).expect("short");
        let needed = value.len().saturating_add(4).max(256);
        prop_assert!(record.len().saturating_sub(41) <= needed.saturating_add(needed.div_ceil(8)));
        let opened = key.open(kind, &row, &record).expect("its row");
        prop_assert_eq!(opened.as_slice(), value);
    }

    #[test]
    fn a_record_flipped_cut_or_extended_is_an_error(
        value in bytes(600), at: prop::sample::Index, bit in 0..8_u8, more in 1..80_usize, seed: u64,
    ) {
        let mut rng = Script::seeded(seed);
        let key = RecordKey::generate(&mut rng);
        let record = key.seal(1, b"row", &value, &mut rng).expect("short");
        let at = at.index(record.len());
        let mut flipped = record.clone();
        flipped[at] ^= 1 << bit;
        let expected = if at == 0 { OpenError::Newer } else { OpenError::Damaged };
        prop_assert_eq!(key.open(1, b"row", &flipped), Err(expected));
        prop_assert_eq!(key.open(1, b"row", &record[..at]), Err(OpenError::Damaged));
        let extended = [record.as_slice(), &vec![0; more]].concat();
        prop_assert_eq!(key.open(1, b"row", &extended), Err(OpenError::Damaged));
    }

    #[test]
    fn any_bytes_as_a_record_are_an_error(record in bytes(400)) {
        prop_assert!(RecordKey::generate(&mut Script::seeded(1)).open(1, b"row", &record).is_err());
    }

    #[test]
    fn a_device_list_reads_back_and_survives_no_change(
        devices in prop::collection::btree_set(0..100_u8, 0..4),
        revoked in prop::collection::btree_set(100..200_u8, 0..8),
        seq: u64, prev: [u8; 32], at: prop::sample::Index, bit in 0..8_u8, more in 1..80_usize,
    ) {
        let alice = account(1);
        let devices: Vec<_> = devices.into_iter().collect();
        let revoked: Vec<_> = revoked.into_iter().collect();
        let list = list(&alice, seq, prev, &devices, &revoked);
        prop_assert_eq!(DeviceList::parse(list.as_bytes(), &alice.id()), Ok(list.clone()));

        let at = at.index(list.as_bytes().len());
        let mut flipped = list.as_bytes().to_vec();
        flipped[at] ^= 1 << bit;
        prop_assert!(DeviceList::parse(&flipped, &alice.id()).is_err());
        prop_assert!(DeviceList::parse(&list.as_bytes()[..at], &alice.id()).is_err());
        let extended = [list.as_bytes(), &vec![0; more]].concat();
        prop_assert!(DeviceList::parse(&extended, &alice.id()).is_err());
    }

    #[test]
    fn a_proof_survives_no_change(at: prop::sample::Index, bit in 0..8_u8) {
        let alice = account(1);
        let known = list(&alice, 7, [0; 32], &[], &[1]);
        let undertone_crypto::Comparison::Equivocation(proof) =
            known.compare(&list(&alice, 7, [0; 32], &[], &[2])) else { panic!("not noticed") };
        let bytes = proof.to_bytes();
        prop_assert_eq!(EquivocationProof::parse(&bytes, &alice.id()), Ok(*proof));
        let at = at.index(bytes.len());
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        prop_assert!(EquivocationProof::parse(&flipped, &alice.id()).is_err());
        prop_assert!(EquivocationProof::parse(&bytes[..at], &alice.id()).is_err());
    }

    #[test]
    fn any_bytes_as_a_device_list_or_proof_are_an_error(bytes in bytes(900)) {
        let alice = account(1).id();
        prop_assert!(DeviceList::parse(&bytes, &alice).is_err());
        prop_assert!(EquivocationProof::parse(&bytes, &alice).is_err());
    }

    #[test]
    fn every_recovery_secret_comes_back_from_its_words(secret: [u8; 32]) {
        let secret = vault_support::recovery(&secret);
        let again = RecoverySecret::from_phrase(&secret.phrase()).expect("its words");
        prop_assert_eq!(again.account_key().id(), secret.account_key().id());
    }

    #[test]
    fn any_text_as_a_phrase_or_code_is_an_error(text in ".{0,300}") {
        let (alice, bob) = (account(1).id(), account(2).id());
        prop_assert!(RecoverySecret::from_phrase(&text).is_err());
        prop_assert!(qr_check(&text, &alice, &bob).is_err());
    }

    #[test]
    fn a_code_with_another_letter_verifies_nobody(at in 0..108_usize, letter in "[0-9A-Z $%*+./:-]", nonce: [u8; 8]) {
        let (alice, bob) = (account(1).id(), account(2).id());
        let code = qr_text(&bob, &alice, nonce);
        prop_assert_eq!(qr_check(&code, &alice, &bob), Ok(()));
        let mut changed = code.clone();
        changed.replace_range(at..=at, &letter);
        // the last letters are the nonce, which carries nothing
        if changed != code && at < 102 {
            prop_assert!(qr_check(&changed, &alice, &bob).is_err());
        }
    }
}

fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..=longest)
}
