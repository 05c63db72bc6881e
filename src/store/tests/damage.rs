//! Files that were cut, changed, swapped or lost: one clear error or everything is there, never a panic, and
//! a failed open destroys nothing.

use std::fs;
use std::path::{Path, PathBuf};

use undertone_crypto::vault;

use super::support::{
    PASSPHRASE, TestRng, at, bytes_of, conversation, copy_dir, create_on_disk, open_at, say,
};
use crate::store::folder::FolderLock;
use crate::store::keyfile::KeyFile;
use crate::store::{Anchor, Store, StoreError};

const MESSAGES: u64 = 60;

/// A profile with a history: several openings, many commits, a snapshot and a log beyond it.
struct Sample {
    parent: tempfile::TempDir,
    opened: vault::Opened,
}

impl Sample {
    fn new() -> Self {
        let parent = tempfile::tempdir().expect("a folder");
        let dir = parent.path().join("sound");
        let mut store = create_on_disk(&dir);
        let rng = &mut TestRng(3);
        for n in 0..MESSAGES {
            if n % 20 == 10 {
                drop(store);
                store = open_at(&dir, PASSPHRASE, rng).expect("opens").0;
            }
            store
                .commit(&[say(at(n, 1, n), &format!("message {n} {}", "x".repeat(300)))], rng)
                .expect("commits");
        }
        drop(store);
        let opened = KeyFile::new(&dir).open(PASSPHRASE).expect("opens the key file");
        Self { parent, opened }
    }

    fn sound(&self) -> PathBuf {
        self.parent.path().join("sound")
    }

    fn copy(&self) -> PathBuf {
        let to = self.parent.path().join("copy");
        if to.exists() {
            fs::remove_dir_all(&to).expect("removes");
        }
        copy_dir(&self.sound(), &to);
        to
    }

    /// Opens without stretching the passphrase again.
    fn open(&self, dir: &Path) -> Result<Vec<u64>, StoreError> {
        let (store, snapshot) =
            Store::open_rows((dir, FolderLock::take(dir)?), &self.opened, &mut TestRng(4))?;
        let page = store.history(&conversation(1), Anchor::Newest, 500)?;
        assert!(!snapshot.rolled_back, "nothing was put back");
        Ok(page.rows.iter().map(|row| row.entry.id.seq).collect())
    }
}

fn rows_files(dir: &Path) -> Vec<PathBuf> {
    bytes_of(&dir.join("rows")).into_keys().collect()
}

/// Places spread over a file, with its beginning and end, and never one of the bytes that were never written.
fn places(bytes: &[u8], count: usize) -> Vec<usize> {
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut places: Vec<usize> = (0..count).map(|i| i * used / count).collect();
    places.extend([0, 1, 4, 19, 20, 24, 25].into_iter().filter(|place| *place < used));
    places.extend((1..8).filter_map(|back| used.checked_sub(back)));
    places
}

#[test]
fn a_flipped_bit_in_any_file_of_the_database_costs_nothing_that_was_said() {
    let sample = Sample::new();
    let (mut refused, mut sound) = (0, 0);
    for file in rows_files(&sample.sound()) {
        let bytes = fs::read(&file).expect("reads");
        let count = if file.ends_with("db") { 24 } else { 5 };
        for place in places(&bytes, count) {
            let dir = sample.copy();
            let broken = dir.join(file.strip_prefix(sample.sound()).expect("is within"));
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(&broken, &changed).expect("writes");
            match sample.open(&dir) {
                Ok(found) => {
                    assert_eq!(found.len() as u64, MESSAGES, "{broken:?} at {place}: opened, but not whole");
                    sound += 1;
                }
                Err(StoreError::Damaged(_) | StoreError::Newer) => {
                    refused += 1;
                    // Nothing was made worse: with the bit put back everything is there.
                    changed = fs::read(&broken).unwrap_or_else(|_| bytes.clone());
                    changed[place] = bytes[place];
                    fs::write(&broken, &changed).expect("writes");
                    let found =
                        sample.open(&dir).unwrap_or_else(|error| panic!("{broken:?} at {place}: {error}"));
                    assert_eq!(
                        found.len() as u64,
                        MESSAGES,
                        "{broken:?} at {place}: the failed open cost messages"
                    );
                }
                Err(other) => panic!("{broken:?} at {place}: {other:?}"),
            }
        }
    }
    assert!(refused > 0 && sound > 0, "{refused} refused, {sound} sound");
}

#[test]
fn a_file_of_the_database_that_was_cut_or_lost_costs_nothing_that_was_said() {
    let sample = Sample::new();
    for file in rows_files(&sample.sound()) {
        let bytes = fs::read(&file).expect("reads");
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        for keep in [None, Some(0), Some(1), Some(used / 2), Some(used - 1)] {
            let dir = sample.copy();
            let broken = dir.join(file.strip_prefix(sample.sound()).expect("is within"));
            match keep {
                Some(keep) => fs::write(&broken, &bytes[..keep]).expect("writes"),
                None => fs::remove_file(&broken).expect("removes"),
            }
            match sample.open(&dir) {
                Ok(found) => assert_eq!(found.len() as u64, MESSAGES, "{broken:?} cut to {keep:?}"),
                Err(StoreError::Damaged(_)) => {
                    fs::write(&broken, &bytes).expect("writes");
                    let found =
                        sample.open(&dir).unwrap_or_else(|error| panic!("{broken:?} {keep:?}: {error}"));
                    assert_eq!(found.len() as u64, MESSAGES, "{broken:?} cut to {keep:?}");
                }
                Err(other) => panic!("{broken:?} cut to {keep:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_changed_key_file_either_opens_by_its_other_slot_or_says_what_is_wrong() {
    let sample = Sample::new();
    let open = |dir: &Path| open_at(dir, PASSPHRASE, &mut TestRng(5)).map(drop);
    // One slot is damaged: the other one opens.
    for slot in ["keys.a", "keys.b"] {
        let dir = sample.copy();
        let mut bytes = fs::read(dir.join(slot)).expect("reads");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(dir.join(slot), &bytes).expect("writes");
        open(&dir).expect("opens by the other slot");
    }
    // Both are: the profile stays as it is.
    for broken in [Vec::new(), vec![0; 10], vec![7; 100_000]] {
        let dir = sample.copy();
        for slot in ["keys.a", "keys.b"] {
            fs::write(dir.join(slot), &broken).expect("writes");
        }
        let before = bytes_of(&dir);
        assert!(matches!(open(&dir), Err(StoreError::Damaged("the key file"))));
        assert!(bytes_of(&dir) == before, "no byte changed");
    }
    // The key file of another profile.
    let dir = sample.copy();
    let other = tempfile::tempdir().expect("a folder");
    drop(super::support::create_at(other.path(), PASSPHRASE, &super::support::profile(), &mut TestRng(99)));
    fs::remove_file(dir.join("keys.a")).expect("removes");
    fs::copy(other.path().join("keys.b"), dir.join("keys.b")).expect("copies");
    assert!(matches!(open(&dir), Err(StoreError::Damaged(_))));
}

#[test]
fn rows_that_change_places_or_conversations_do_not_open() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = create_on_disk(dir.path());
    let rng = &mut TestRng(6);
    store.commit(&[say(at(1, 1, 1), "one"), say(at(2, 1, 2), "two")], rng).expect("commits");
    let keys = store.seal.keys().conversation(&conversation(1));
    let [one, two] = [keys.message(&at(1, 1, 1)), keys.message(&at(2, 1, 2))];
    let sealed = |key: &[u8]| store.backend.get(key).expect("reads").expect("is there");
    let swapped = [(one.clone(), Some(sealed(&two))), (two.clone(), Some(sealed(&one)))].into();
    store.backend.apply(&swapped).expect("writes");
    let page = store.history(&conversation(1), Anchor::Newest, 9);
    assert!(matches!(page, Err(StoreError::Damaged("a row does not open"))));
}
