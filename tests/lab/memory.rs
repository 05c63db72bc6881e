//! What is left in the memory of a program that is locked.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::fs::FileExt,
    path::Path,
};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde_json::json;
use undertone_crypto::kdf::hkdf;

use crate::{
    capture::Secrets,
    support::{PASSPHRASE, Undertoned},
};

/// Which secrets are in the memory of a program that runs.
pub(crate) fn seen<'a>(program: &Undertoned, secrets: &'a Secrets) -> BTreeSet<&'a str> {
    let folder = format!("/proc/{}", program.pid());
    let memory = File::open(format!("{folder}/mem")).unwrap();
    let mut seen = BTreeSet::new();
    for line in fs::read_to_string(format!("{folder}/maps")).unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        // What can be written to: secrets are nowhere else.
        if !rest.starts_with("rw") {
            continue;
        }
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // Some pages are not there.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            seen.extend(secrets.seen_in(&bytes));
        }
    }
    seen
}

/// The keys that a passphrase opens, as docs/formats.md, section 5, has them: master, shredding, state and
/// identity key.
fn keys(profile: &Path) -> [(&'static str, Vec<u8>); 4] {
    let slot = ["keys.a", "keys.b"].iter().find_map(|name| fs::read(profile.join(name)).ok()).unwrap();
    let (header, rest) = slot.split_at(85);
    let number = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().unwrap());
    let (file_id, salt, nonce) = (&header[21..37], &header[37..53], &header[61..85]);
    let cost = Params::new(number(9), number(13), number(17), Some(32)).unwrap();
    let mut stretched = [0; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    argon2.hash_password_into(PASSPHRASE.as_bytes(), salt, &mut stretched).unwrap();
    let kek = hkdf::<32>(file_id, &[&stretched], &[b"ut1/kek"]);
    let aad = [b"ut1/kf-ad", header].concat();
    let opened = XChaCha20Poly1305::new(kek.expose().into())
        .decrypt(&XNonce::try_from(nonce).unwrap(), Payload { msg: &rest[..80], aad: &aad })
        .unwrap();
    let (master, shred) = opened.split_at(32);
    let derived = |label: &'static str| hkdf::<32>(&[], &[master], &[label.as_bytes()]).expose().to_vec();
    let (state, identity) = (derived("ut1/k-state"), derived("ut1/k-ident"));
    [("master", master.to_vec()), ("shred", shred.to_vec()), ("state", state), ("identity", identity)]
}

#[test]
fn locked_app_has_no_keys() {
    // T50: while it is unlocked the recovery phrase and the keys are there, so the search can find something.
    let folder = tempfile::tempdir().unwrap();
    let mut hana = Undertoned::start(folder.path(), &[]);
    let made = hana.call("profile.create", &json!({"name": "Hana", "passphrase": PASSPHRASE}));
    assert!(hana.close().0.success());
    let phrase = made["recovery_phrase"].as_str().unwrap();
    let keys = keys(folder.path());
    let keys = keys.iter().map(|(name, key)| (*name, key.as_slice()));
    let texts = [("phrase", phrase.as_bytes()), ("passphrase", PASSPHRASE.as_bytes())];
    let secrets = Secrets::new(keys.chain(texts));

    let mut hana = Undertoned::start(folder.path(), &[]);
    assert_eq!(seen(&hana, &secrets), BTreeSet::new());
    assert_eq!(hana.refused("profile.unlock", &json!({"passphrase": "not this one"})), "wrong-passphrase");
    assert_eq!(seen(&hana, &secrets), BTreeSet::new(), "a wrong passphrase opens nothing");
    for _ in 0..2 {
        hana.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
        let unlocked = seen(&hana, &secrets);
        assert!(unlocked.is_superset(&["phrase", "state", "identity"].into()), "{unlocked:?}");
        assert!(!unlocked.contains("passphrase"), "nobody needs it any more");
        hana.call("profile.lock", &json!({}));
        assert_eq!(hana.call("profile.info", &json!({}))["locked"], true);
        assert_eq!(seen(&hana, &secrets), BTreeSet::new(), "of a program that was locked");
    }
}
