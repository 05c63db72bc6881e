//! What docs/storage.md says about speed and size, measured. Not part of the daily tests:
//! `cargo test -p undertone --lib store::tests::measure -- --ignored --nocapture`, with
//! `UNDERTONE_MEASURE_MESSAGES` (default 1,000,000) and `UNDERTONE_MEASURE_DIR` (a folder to use and keep).

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::support::{PASSPHRASE, TestRng, account, at, conversation, create_at, open_at, profile, put};
use crate::model::limits::TAKEN_FRAMES;
use crate::model::{Body, Change, FrameId, Mentions, Text};
use crate::store::backend::sled::Sled;
use crate::store::keyfile::KeyFile;
use crate::store::{Anchor, Store};

const CHATS: u8 = 50;
const PER_COMMIT: u64 = 100;

#[test]
#[ignore = "takes minutes; run by hand"]
fn measure_a_large_profile() {
    let messages: u64 =
        std::env::var("UNDERTONE_MEASURE_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let own = tempfile::tempdir().expect("a folder");
    let dir = std::env::var("UNDERTONE_MEASURE_DIR").map_or(own.path().to_owned(), Into::into);
    let mut lines = Vec::new();
    if !Store::exists(&dir) {
        lines.extend(load(&dir, messages));
    }
    for round in ["with the log unread", "warm", "warm again"] {
        let started = Instant::now();
        let opened = KeyFile::new(&dir).open(PASSPHRASE).expect("opens the key file");
        let stretched = started.elapsed();
        drop(opened);
        let started = Instant::now();
        let (store, snapshot) = open_at(&dir, PASSPHRASE, &mut TestRng(1)).expect("opens");
        let open = started.elapsed().saturating_sub(stretched);
        let mut pages: Vec<Duration> = (1..=CHATS)
            .map(|chat| {
                let started = Instant::now();
                let page = store.history(&conversation(chat), Anchor::Newest, 50).expect("reads");
                assert_eq!(page.rows.len(), 50);
                started.elapsed()
            })
            .collect();
        pages.sort();
        lines.push(format!(
            "open {round}: {open:?} without the {stretched:?} of the passphrase, {} frames taken; \
             last 50 rows p50 {:?} max {:?}; resident {} MiB",
            snapshot.taken.len(),
            pages[pages.len() / 2],
            pages[pages.len() - 1],
            resident_mib(),
        ));
        let started = Instant::now();
        drop(store);
        lines.push(format!("close: {:?}", started.elapsed()));
    }
    let started = Instant::now();
    drop(Sled::open(&dir.join("rows")).expect("opens"));
    lines.push(format!("sled alone opens and closes: {:?}", started.elapsed()));
    lines.push(format!("disk {} MiB", size_of(&dir) >> 20));
    fs::write(std::env::temp_dir().join("undertone-measured.txt"), lines.join("\n")).expect("writes");
}

fn load(dir: &Path, messages: u64) -> Vec<String> {
    let rng = &mut TestRng(7);
    let mut store = create_at(dir, PASSPHRASE, &profile(), rng).expect("creates");
    let mut payload = 0_usize;
    let mut times = Vec::new();
    let started = Instant::now();
    for first in (0..messages).step_by(PER_COMMIT as usize) {
        let mut changes = Vec::new();
        for n in first..messages.min(first + PER_COMMIT) {
            let chat = (n % u64::from(CHATS)) as u8 + 1;
            let text = format!("message {n}: {}", "the quick brown fox ".repeat((n % 13) as usize));
            payload += text.len() + 60;
            let mine = (n / u64::from(CHATS)) % 2 == 0;
            // Each writer counts their own entries.
            let seq = n / u64::from(CHATS) / 2;
            let id = at(n, if mine { 1 } else { chat + 1 }, seq);
            changes.push(put(
                conversation(chat),
                id,
                Body::Text {
                    text: Text::new(text).expect("a text"),
                    reply_to: None,
                    mentions: Mentions::default(),
                },
            ));
            if mine {
                changes.push(Change::PutDelivered {
                    conversation: conversation(chat),
                    first: seq,
                    last: seq,
                    at_ms: n,
                });
            } else {
                let count = n / u64::from(CHATS) % (2 * TAKEN_FRAMES);
                changes.push(Change::PutTaken {
                    account: account(chat),
                    count,
                    frame: FrameId::of(&n.to_be_bytes()),
                });
            }
        }
        let commit = Instant::now();
        store.commit(&changes, rng).expect("commits");
        times.push(commit.elapsed());
    }
    let all = started.elapsed();
    times.sort();
    let size = size_of(dir);
    vec![format!(
        "load: {messages} messages, {:.0}/s, a commit of {PER_COMMIT} p50 {:?} p99 {:?}; disk {} MiB, {:.2} times the payload of {} MiB; resident {} MiB",
        messages as f64 / all.as_secs_f64(),
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        size >> 20,
        size as f64 / payload as f64,
        payload >> 20,
        resident_mib(),
    )]
}

fn size_of(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let mut size = 0;
    for item in fs::read_dir(dir).expect("reads") {
        let item = item.expect("reads");
        let meta = item.metadata().expect("reads");
        size += if meta.is_dir() { size_of(&item.path()) } else { meta.blocks() * 512 };
    }
    size
}

fn resident_mib() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("reads");
    let pages: u64 = statm.split(' ').nth(1).expect("a field").parse().expect("a number");
    (pages * 4096) >> 20
}
