//! What every backend must do, run over all of them.

use proptest::prelude::*;

use super::faulty::Faulty;
use super::memory::Memory;
use super::sled::Sled;
use super::{Backend, Batch, Direction, Row};
use crate::store::StoreError;

fn all(backend: &dyn Backend, from: &[u8], to: &[u8], direction: Direction) -> Vec<Row> {
    backend.scan(from, to, direction).map(|row| row.expect("reads")).collect()
}

fn batch(rows: &[(&[u8], Option<&[u8]>)]) -> Batch {
    rows.iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))).collect()
}

fn reads_what_was_written(backend: &mut dyn Backend) {
    assert_eq!(backend.get(b"a").expect("reads"), None);
    backend.apply(&batch(&[(b"a", Some(b"1")), (b"b", Some(b"2")), (b"c", Some(b""))])).expect("writes");
    backend.apply(&batch(&[(b"a", Some(b"3")), (b"b", None), (b"nothing", None)])).expect("writes");
    assert_eq!(backend.get(b"a").expect("reads"), Some(b"3".to_vec()));
    assert_eq!(backend.get(b"b").expect("reads"), None);
    assert_eq!(backend.get(b"c").expect("reads"), Some(Vec::new()));
    backend.apply(&batch(&[])).expect("writes nothing");
}

fn scans_half_open_ranges_both_ways(backend: &mut dyn Backend) {
    let keys: Vec<Vec<u8>> = (0_u16..300).map(|i| [b"k".as_slice(), &i.to_be_bytes()].concat()).collect();
    backend.apply(&keys.iter().map(|key| (key.clone(), Some(key.clone()))).collect()).expect("writes");
    let found = all(backend, &keys[10], &keys[200], Direction::Ascending);
    assert_eq!(found.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), keys[10..200]);
    let mut back = all(backend, &keys[10], &keys[200], Direction::Descending);
    back.reverse();
    assert_eq!(back, found);
    assert!(all(backend, &keys[10], &keys[10], Direction::Ascending).is_empty());
    assert!(all(backend, &keys[20], &keys[10], Direction::Descending).is_empty());
    assert!(all(backend, b"x", b"z", Direction::Ascending).is_empty());
}

fn takes_large_rows(backend: &mut dyn Backend) {
    let large = vec![7; 3 * 1024 * 1024];
    backend.apply(&batch(&[(b"large", Some(&large))])).expect("writes");
    assert_eq!(backend.get(b"large").expect("reads"), Some(large));
}

fn suite(backend: &mut dyn Backend) {
    reads_what_was_written(backend);
    scans_half_open_ranges_both_ways(backend);
    takes_large_rows(backend);
}

#[test]
fn memory_conforms() {
    suite(&mut Memory::default());
}

#[test]
fn a_faulty_backend_conforms_until_it_fails() {
    let mut backend = Faulty { inner: Memory::default(), writes_left: 5, writes_before_failing: false };
    suite(&mut backend);
    assert!(matches!(backend.apply(&batch(&[(b"a", Some(b"4"))])), Err(StoreError::DiskFull)));
    assert_eq!(backend.get(b"a").expect("reads"), Some(b"3".to_vec()));
}

#[test]
fn sled_conforms_and_keeps_it_when_opened_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut backend = Sled::open(dir.path()).expect("opens");
    suite(&mut backend);
    let before = all(&backend, b"", b"\xff", Direction::Ascending);
    drop(backend);
    let backend = Sled::open(dir.path()).expect("opens again");
    assert_eq!(all(&backend, b"", b"\xff", Direction::Ascending), before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn sled_and_memory_agree_on_any_batches(
        batches in prop::collection::vec(
            prop::collection::vec((prop::collection::vec(0_u8..4, 0..4), prop::option::of(0_u8..9)), 0..60), 1..12,
        ),
        from in prop::collection::vec(0_u8..4, 0..4),
        to in prop::collection::vec(0_u8..4, 0..4),
    ) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut sled = Sled::open(dir.path()).expect("opens");
        let mut memory = Memory::default();
        for rows in batches {
            let rows: Batch = rows.into_iter().map(|(key, v)| (key, v.map(|v| vec![v; 40]))).collect();
            sled.apply(&rows).expect("writes");
            memory.apply(&rows).expect("writes");
        }
        for direction in [Direction::Ascending, Direction::Descending] {
            prop_assert_eq!(all(&sled, &from, &to, direction), all(&memory, &from, &to, direction));
            prop_assert_eq!(all(&sled, b"", b"\xff", direction), all(&memory, b"", b"\xff", direction));
        }
    }
}
