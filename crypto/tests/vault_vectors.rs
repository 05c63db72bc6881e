//! Known answers of the formats at rest and of what people compare. The files in `vectors/` were made by an
//! independent implementation (Python: libsodium, the Argon2 reference code, hashlib) and are frozen: another
//! answer is another format and needs another version byte.
#![cfg(test)]

mod vault_support;

use undertone_crypto::devlist::ListError;
use undertone_crypto::vault::{self, Cost, Keys};
use undertone_crypto::{
    AccountId, DeviceId, DeviceKeys, DeviceList, RecordKey, RecoverySecret, Validity, fingerprint, qr_check,
    qr_text, safety_number,
};
use vault_support::{Script, array, hex, number, recovery, text, vectors};

#[test]
fn every_recovery_secret_has_its_words_account_and_backup_key() {
    let vectors = vectors(include_str!("../vectors/recovery.json"));
    for case in vectors["cases"].as_array().expect("cases") {
        let secret = recovery(&hex(&case["secret"]));
        assert_eq!(secret.phrase().as_str(), text(&case["phrase"]));
        assert_eq!(secret.account_key().id().as_bytes(), &array(&case["account"]));

        let again = RecoverySecret::from_phrase(text(&case["phrase"])).expect("a phrase");
        let value = again.backup_key().open(7, b"row", &hex(&case["backup_record"])).expect("its record");
        assert_eq!(value.as_slice(), b"backup");
    }
}

#[test]
fn two_accounts_have_their_safety_number_words_and_code() {
    let case = vectors(include_str!("../vectors/safety_number.json"));
    let mine = AccountId::from_bytes(&array(&case["mine"])).expect("an account");
    let yours = AccountId::from_bytes(&array(&case["yours"])).expect("an account");

    assert_eq!(fingerprint(&mine), text(&case["fingerprint_mine"]));
    assert_eq!(fingerprint(&yours), text(&case["fingerprint_yours"]));
    let number = safety_number(&yours, &mine);
    assert_eq!(number.digits(), text(&case["digits"]));
    let words: Vec<_> = case["words"].as_array().expect("words").iter().map(text).collect();
    assert_eq!(number.words(), words);

    let code = qr_text(&mine, &yours, array(&case["qr_nonce"]));
    assert_eq!(code, text(&case["qr_mine"]));
    assert_eq!(qr_check(&code, &yours, &mine), Ok(()));
}

#[test]
fn every_device_list_is_made_and_read_as_it_was() {
    let vectors = vectors(include_str!("../vectors/device_list.json"));
    let account = recovery(&hex(&vectors["recovery_secret"])).account_key();
    let successor = recovery(&hex(&vectors["successor_recovery_secret"])).account_key();
    let devices: Vec<_> = vectors["devices"]
        .as_array()
        .expect("devices")
        .iter()
        .map(|device| {
            let keys = DeviceKeys::from_bytes(&hex(&device["keys"])).expect("device keys");
            let validity = Validity {
                not_before_ms: number(&device["not_before_ms"]),
                not_after_ms: number(&device["not_after_ms"]),
            };
            account.certify(&keys, validity, u32::try_from(number(&device["serial"])).expect("a serial"))
        })
        .collect();

    let mut prev_hash = [0; 32];
    for case in vectors["lists"].as_array().expect("lists") {
        let (seq, time_ms) = (number(&case["seq"]), number(&case["time_ms"]));
        let certs: Vec<_> = case["devices"]
            .as_array()
            .expect("devices")
            .iter()
            .map(|at| devices[usize::try_from(number(at)).expect("an index")].clone())
            .collect();
        let revoked: Vec<_> = case["revoked"]
            .as_array()
            .expect("revoked")
            .iter()
            .map(|device| DeviceId::new(array(device)))
            .collect();

        let made = if certs.is_empty() {
            DeviceList::hand_over(&account, &successor, seq, prev_hash, &revoked, time_ms)
        } else {
            DeviceList::create(&account, seq, prev_hash, &certs, &revoked, time_ms)
        }
        .expect("a list");
        assert_eq!(made.as_bytes(), hex(&case["list"]));
        assert_eq!(made.head(), array(&case["head"]));
        assert_eq!(DeviceList::parse(&hex(&case["list"]), &account.id()), Ok(made.clone()));
        assert_eq!(DeviceList::parse(&hex(&case["list"]), &successor.id()), Err(ListError::OtherAccount));
        prev_hash = made.head();
    }
}

#[test]
fn every_record_is_sealed_and_opened_as_it_was() {
    let vectors = vectors(include_str!("../vectors/record.json"));
    let key = RecordKey::generate(&mut Script::of(&[&hex(&vectors["record_key"])]));
    for case in vectors["cases"].as_array().expect("cases") {
        let kind = u8::try_from(number(&case["kind"])).expect("a kind");
        let (row, value, record) = (hex(&case["key"]), hex(&case["value"]), hex(&case["record"]));
        let nonce = hex(&case["nonce"]);
        assert_eq!(key.seal(kind, &row, &value, &mut Script::of(&[&nonce])), Ok(record.clone()));
        assert_eq!(key.open(kind, &row, &record).expect("its record").as_slice(), value);
    }
}

#[test]
fn the_key_file_is_made_and_opened_as_it_was() {
    let case = vectors(include_str!("../vectors/key_file.json"));
    let passphrase = text(&case["passphrase"]).as_bytes();
    let slot = hex(&case["slot"]);
    assert_eq!(slot.len(), vault::SLOT);

    let cost = |name: &str| u32::try_from(number(&case[name])).expect("a cost");
    let cost = Cost::new(cost("m_kib"), cost("passes"), cost("lanes")).expect("the floor");
    let keys = Keys::generate(&mut Script::of(&[&hex(&case["master"]), &hex(&case["shred"])]));
    let mut rng = Script::of(&[&hex(&case["file_id"]), &hex(&case["salt"]), &hex(&case["nonce"])]);
    let (_, made) = vault::seal(passphrase, cost, &keys, number(&case["counter"]), &mut rng).expect("memory");
    assert_eq!(made, slot);

    let opened = vault::open(&slot, passphrase).expect("its passphrase");
    assert_eq!(opened.counter, number(&case["counter"]));
    let tag = &case["index_tag"];
    let kind = u8::try_from(number(&tag["kind"])).expect("a kind");
    assert_eq!(opened.keys.index_key().tag(kind, &hex(&tag["logical"])), array(&tag["tag"]));
    let record = &case["record"];
    let kind = u8::try_from(number(&record["kind"])).expect("a kind");
    let keys = [
        ("state", opened.keys.state_key()),
        ("ident", opened.keys.ident_key()),
        ("shred", opened.keys.shred_key()),
    ];
    for (name, key) in keys {
        let value = key.open(kind, &hex(&record["key"]), &hex(&record[name])).expect("its record");
        assert_eq!(value.as_slice(), hex(&record["value"]), "{name}");
    }
}
