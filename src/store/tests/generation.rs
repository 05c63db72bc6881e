//! The generation counter: an old copy is noticed, and no crash makes a profile unopenable or a false alarm.

use std::fs;

use super::support::{
    InMemory, PASSPHRASE, TestRng, at, copy_dir, create_on_disk, open_at, open_on_disk, say,
};
use crate::store::backend::faulty::Faulty;
use crate::store::{Store, StoreError};

#[test]
fn an_old_copy_of_the_rows_is_noticed_until_the_first_commit_after_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = dir.path().join("rows");
    let old = dir.path().join("old");
    drop(create_on_disk(dir.path()));
    copy_dir(&rows, &old);
    let (mut store, _) = open_on_disk(dir.path());
    store.commit(&[say(at(1, 1, 1), "lost")], &mut TestRng(3)).expect("commits");
    drop(store);

    fs::remove_dir_all(&rows).expect("removes");
    fs::rename(&old, &rows).expect("puts the old copy back");
    assert!(open_on_disk(dir.path()).1.rolled_back);
    // The engine may have crashed before it answered.
    let (mut store, snapshot) = open_on_disk(dir.path());
    assert!(snapshot.rolled_back);
    store.commit(&[say(at(1, 1, 1), "answered")], &mut TestRng(3)).expect("commits");
    drop(store);
    assert!(!open_on_disk(dir.path()).1.rolled_back);
}

#[test]
fn an_old_copy_of_the_key_file_opens_without_a_false_alarm() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    let old = fs::read(dir.path().join("keys.b")).expect("reads");
    for _ in 0..2 {
        drop(open_on_disk(dir.path()));
    }
    fs::remove_file(dir.path().join("keys.a")).expect("removes");
    fs::write(dir.path().join("keys.b"), old).expect("writes");
    for _ in 0..2 {
        assert!(!open_on_disk(dir.path()).1.rolled_back);
    }
}

/// Opening writes the new generation to the store, then to the key file (new file, fsync, rename). This stops
/// after each of the steps in turn, several times in a row.
#[test]
fn a_crash_at_any_step_of_opening_leaves_a_profile_that_opens_without_a_false_alarm() {
    for lost in [false, true] {
        let mut memory = InMemory::new();
        drop(memory.create());
        for _ in 0..3 {
            // Step 1, the store: not written, or written and the answer lost.
            let backend = Faulty { inner: memory.rows.clone(), writes_left: 0, writes_before_failing: lost };
            assert!(matches!(memory.open_on(Box::new(backend)), Err(StoreError::DiskFull)));
        }
        // Step 2, the key file: the store is ahead of it (`opened.counter` did not move).
        for _ in 0..3 {
            let (_store, snapshot) = memory.open_on(Box::new(memory.rows.clone())).expect("opens");
            assert!(!snapshot.rolled_back);
        }
        assert!(!memory.open().1.rolled_back);
        assert!(!memory.open().1.rolled_back);
    }

    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    for round in 0..2 {
        drop(open_on_disk(dir.path()));
        // A torn new slot that was never renamed, and a torn slot where the older one stood.
        fs::write(dir.path().join("keys.a.new"), b"torn").expect("writes");
        let older = if round % 2 == 0 { "keys.b" } else { "keys.a" };
        let whole = fs::read(dir.path().join(older)).expect("reads");
        fs::write(dir.path().join(older), &whole[..whole.len() / 2]).expect("writes");
        assert!(!open_on_disk(dir.path()).1.rolled_back);
        drop(open_on_disk(dir.path()));
    }
}

#[test]
fn after_a_failed_write_the_store_stops_until_it_is_opened_again() {
    for lost in [false, true] {
        let memory = InMemory::new();
        let backend = Faulty { inner: memory.rows.clone(), writes_left: 2, writes_before_failing: lost };
        let mut store = memory.create_on(Box::new(backend));
        let rng = &mut TestRng(1);
        store.commit(&[say(at(1, 1, 1), "kept")], rng).expect("commits");
        assert!(matches!(store.commit(&[say(at(2, 1, 2), "?")], rng), Err(StoreError::DiskFull)));
        assert!(matches!(store.commit(&[say(at(3, 1, 3), "no")], rng), Err(StoreError::Stopped)));
        let rows = |store: &Store| {
            let page = store.history(&super::support::conversation(1), crate::store::Anchor::Newest, 9);
            page.expect("reads").rows.len()
        };
        assert!(rows(&store) >= 1, "reading goes on");
        drop(store);
        let (store, _) = memory.open_on(Box::new(memory.rows.clone())).expect("opens");
        assert_eq!(rows(&store), if lost { 2 } else { 1 });
    }
}

#[test]
fn only_the_right_passphrase_opens_and_a_wrong_one_changes_no_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    let before = super::support::bytes_of(dir.path());
    for wrong in ["", "Correct horse", "correct horse ", &format!("{PASSPHRASE}\u{0}")] {
        let opened = open_at(dir.path(), wrong, &mut TestRng(1));
        assert!(matches!(opened, Err(StoreError::WrongPassphrase)));
    }
    assert!(super::support::bytes_of(dir.path()) == before);
}
