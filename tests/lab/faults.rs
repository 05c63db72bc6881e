//! Everything that can be wrong with a profile and its disk: one clear error each, and the profile untouched.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    capture::files,
    disk::{Mounted, path},
    people::{befriend, history, shown},
    place::run,
    support::{PASSPHRASE, Undertoned, run as run_to_end},
};

/// A profile with a conversation, and what it shows.
struct Kept {
    folder: tempfile::TempDir,
    chat: Value,
    shown: Vec<(String, String)>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut hana = Undertoned::create(&folder.path().join("profile"), "Hana", &["--visible"]);
        let address = hana.address();
        let options = ["--visible", "--bootstrap", &address];
        let mut bora = Undertoned::create(&folder.path().join("bora"), "Bora", &options);
        let account = |program: &mut Undertoned| program.call("profile.info", &json!({}))["account"].clone();
        let (hana_account, bora_account) = (account(&mut hana), account(&mut bora));
        let chat = befriend(&mut bora, &hana_account, &mut hana, &bora_account);
        for number in 0..20 {
            let text = json!({"chat": chat, "text": format!("number {number}")});
            let id = bora.call("message.send", &text)["message"].clone();
            hana.event("message.received", |event| event["message"]["id"] == id);
        }
        let shown = shown(&history(&mut hana, &chat));
        assert!(hana.close().0.success());
        Self { folder, chat, shown }
    }

    fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// A copy to be spoilt.
    fn copy(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        run("cp", &["-a", &format!("{}/.", path(&self.profile())), path(copy.path())]);
        copy
    }

    /// Opens a spoilt copy. Either it is as it was, or there is one error and nothing was touched.
    fn open(&self, copy: &Path, passphrase: &str) -> Result<(), String> {
        let before = bytes(copy);
        let mut program = Undertoned::start(copy, &[]);
        let call = program.begin("profile.unlock", &json!({"passphrase": passphrase}));
        match program.answer(call) {
            Ok(_) => {
                assert_eq!(shown(&history(&mut program, &self.chat)), self.shown, "something is missing");
                Ok(())
            }
            Err(error) => {
                let sentence = error["message"].as_str().unwrap();
                assert!(!sentence.is_empty() && !sentence.contains('\n'));
                // The program goes on, and says the same if it is asked again.
                assert_eq!(program.call("profile.info", &json!({}))["locked"], true);
                let code = error["data"]["code"].as_str().unwrap().to_owned();
                assert!(program.close().0.success());
                assert_eq!(bytes(copy), before, "{code}, and the profile was touched");
                Err(code)
            }
        }
    }
}

/// All files but the lock, which names the process.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = files(folder);
    all.retain(|(path, _)| !path.ends_with("lock"));
    all.sort();
    all
}

#[test]
fn a_wrong_passphrase_is_told_and_the_right_one_opens_afterwards() {
    let kept = Kept::new();
    let copy = kept.copy();
    assert_eq!(kept.open(copy.path(), "not the passphrase"), Err("wrong-passphrase".into()));
    assert_eq!(kept.open(copy.path(), PASSPHRASE), Ok(()));
}

#[test]
fn every_damaged_file_is_one_clear_error_or_does_not_matter() {
    let kept = Kept::new();
    let mut tally: BTreeMap<String, u32> = BTreeMap::new();
    for (file, whole) in bytes(&kept.profile()) {
        let name = file.strip_prefix(kept.profile()).unwrap().to_owned();
        let flipped = |at: usize| {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 0x10;
            spoilt
        };
        let spoilt = [
            ("without its end", whole[..whole.len() - 1].to_vec()),
            ("half", whole[..whole.len() / 2].to_vec()),
            ("empty", vec![]),
            ("with another first byte", flipped(0)),
            ("with a flipped bit in the middle", flipped(whole.len() / 2)),
            ("with a flipped bit at three quarters", flipped(whole.len() / 4 * 3)),
        ];
        for (how, spoilt) in spoilt {
            let copy = kept.copy();
            fs::write(copy.path().join(&name), spoilt).unwrap();
            let outcome = kept.open(copy.path(), PASSPHRASE);
            let what = format!("{} {how}", name.display());
            if let Err(code) = &outcome {
                assert!(["profile-damaged", "profile-newer"].contains(&code.as_str()), "{what}: {code}");
            }
            println!("{what}: {}", outcome.as_ref().err().map_or("opens", String::as_str));
            *tally.entry(outcome.err().unwrap_or_else(|| "opens".into())).or_default() += 1;
        }
    }
    println!("{tally:?}");
    assert!(tally.get("profile-damaged").is_some_and(|times| *times >= 8), "{tally:?}");
}

#[test]
fn a_profile_of_a_newer_version_is_left_alone() {
    let kept = Kept::new();
    let copy = kept.copy();
    let file = copy.path().join("format");
    let format = fs::read_to_string(&file).unwrap();
    let newer: String = format.replace(|c: char| c.is_ascii_digit(), "9");
    assert_ne!(format, newer);
    fs::write(&file, newer).unwrap();
    assert_eq!(kept.open(copy.path(), PASSPHRASE), Err("profile-newer".into()));
}

#[test]
fn a_second_program_on_a_profile_ends_and_names_the_first() {
    let kept = Kept::new();
    let mut first = Undertoned::start(&kept.profile(), &[]);
    first.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
    let second = run_to_end(&["--profile", path(&kept.profile()), "--no-mdns", "rpc"]);
    let why = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(why.lines().count() == 1 && why.contains(&first.pid().to_string()), "{why}");
    assert_eq!(shown(&history(&mut first, &kept.chat)), kept.shown);
}

#[test]
fn a_full_disk_stops_writing_and_nothing_else_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Mounted::memory(&folder.path().join("disk"), "160m");
    let profile = disk.at.join("profile");
    let mut hana = Undertoned::create(&profile, "Hana", &[]);
    let kept = hana.call("invite.create", &json!({}))["link"].clone();
    let ballast = disk.at.join("ballast");
    // All that fits: writing ends with an error.
    fs::write(&ballast, vec![1; 160 << 20]).unwrap_err();
    assert_eq!(hana.refused("invite.create", &json!({})), "disk-full");
    assert_eq!(hana.refused("node.visible", &json!({"on": true})), "disk-full");
    assert_eq!(hana.call("profile.info", &json!({}))["visible"], false);
    assert_eq!(hana.call("contact.list", &json!({}))["contacts"], json!([]));
    fs::remove_file(&ballast).unwrap();
    assert_ne!(hana.call("invite.create", &json!({}))["link"], kept);
    fs::write(&ballast, vec![1; 160 << 20]).unwrap_err();
    // Nor does a start on a full disk do harm.
    assert!(hana.close().0.success());
    let before = bytes(&profile);
    let mut hana = Undertoned::start(&profile, &[]);
    let call = hana.begin("profile.unlock", &json!({"passphrase": PASSPHRASE}));
    if let Err(error) = hana.answer(call) {
        assert_eq!(error["data"]["code"], "disk-full");
        assert_eq!(bytes(&profile), before);
    }
    fs::remove_file(&ballast).unwrap();
    hana.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
    hana.call("invite.create", &json!({}));
}

#[test]
fn a_folder_that_cannot_be_written_is_told_in_one_sentence() {
    let kept = Kept::new();
    let folder = tempfile::tempdir().unwrap();
    let disk = Mounted::memory(&folder.path().join("disk"), "128m");
    run("cp", &["-a", path(&kept.profile()), path(&disk.at)]);
    disk.read_only();
    let profile = disk.at.join("profile");
    let ended = run_to_end(&["--profile", path(&profile), "--no-mdns", "rpc"]);
    let why = String::from_utf8_lossy(&ended.stderr);
    if ended.status.code() == Some(0) {
        assert_eq!(kept.open(&profile, PASSPHRASE), Err("io".into()));
    } else {
        assert_eq!(ended.status.code(), Some(1));
        assert!(why.lines().count() == 1 && why.contains("read-only"), "{why}");
    }
}
