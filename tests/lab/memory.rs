//! What is left in the memory of a program that is locked.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::fs::FileExt,
};

use serde_json::json;

use crate::{
    capture::Secrets,
    support::{PASSPHRASE, Undertoned},
};

/// Which secrets are in the memory of a program that runs.
fn seen<'a>(program: &Undertoned, secrets: &'a Secrets) -> BTreeSet<&'a str> {
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

#[test]
fn locked_app_has_no_keys() {
    // T50: while it is unlocked the recovery phrase is there, so the search can find something. The passphrase
    // is not looked for: the pipe between standard input and its reader keeps what it carried last.
    let folder = tempfile::tempdir().unwrap();
    let mut hana = Undertoned::start(folder.path(), &[]);
    let made = hana.call("profile.create", &json!({"name": "Hana", "passphrase": PASSPHRASE}));
    assert!(hana.close().0.success());
    let phrase = made["recovery_phrase"].as_str().unwrap();
    let secrets = Secrets::new([("phrase", phrase.as_bytes())]);

    let mut hana = Undertoned::start(folder.path(), &[]);
    assert_eq!(seen(&hana, &secrets), BTreeSet::new());
    assert_eq!(hana.refused("profile.unlock", &json!({"passphrase": "not this one"})), "wrong-passphrase");
    assert!(!seen(&hana, &secrets).contains("phrase"), "a wrong passphrase opens nothing");
    for _ in 0..2 {
        hana.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
        assert!(seen(&hana, &secrets).contains("phrase"));
        hana.call("profile.lock", &json!({}));
        assert_eq!(hana.call("profile.info", &json!({}))["locked"], true);
        assert_eq!(seen(&hana, &secrets), BTreeSet::new(), "of a program that was locked");
    }
}
