//! What the tests of the store share: a repeatable source of randomness, people, entries, a profile.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use rand_core::{TryCryptoRng, TryRng};
use undertone_crypto::vault::{self, Cost};
use zeroize::Zeroizing;

use crate::model::{
    AccountId, Body, Change, ConversationId, DeviceId, Emoji, Entry, EntryRef, Mentions, Name, Profile,
    Snapshot, Text,
};
use crate::store::backend::Backend;
use crate::store::backend::memory::Memory;
use crate::store::folder::FolderLock;
use crate::store::{Store, StoreError};

/// A repeatable source of numbers (splitmix64); no secret of these tests is one.
pub(super) struct TestRng(pub(super) u64);

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let random = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

pub(super) const PASSPHRASE: &str = "correct horse";

pub(super) fn profile() -> Profile {
    Profile {
        name: Name::new("Ana").expect("a name"),
        visible: true,
        recovery: Zeroizing::new(vec![1; 32]),
        device: Zeroizing::new(vec![2; 96]),
        cert: vec![3; 200],
        device_list: vec![4; 400],
        phrase_kept: false,
    }
}

/// The n-th of a row of valid accounts.
pub(super) fn account(n: u8) -> AccountId {
    undertone_crypto::AccountKey::from_seed(&[n; 32]).id()
}

pub(super) fn conversation(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

pub(super) fn device(n: u8) -> DeviceId {
    DeviceId::new([n; 16])
}

pub(super) fn at(lamport: u64, author: u8, seq: u64) -> EntryRef {
    EntryRef { lamport, author: device(author), seq }
}

/// A text as an entry says it, and its encoding, which holds the text as the real one does.
pub(super) fn say(id: EntryRef, text: &str) -> Change {
    entry(
        id,
        Body::Text { text: Text::new(text).expect("a text"), reply_to: None, mentions: Mentions::default() },
    )
}

pub(super) fn entry(id: EntryRef, body: Body) -> Change {
    put(conversation(1), id, body)
}

pub(super) fn put(conversation: ConversationId, id: EntryRef, body: Body) -> Change {
    let said = match &body {
        Body::Text { text, .. } | Body::Edit { text, .. } => text.as_str(),
        _ => "",
    };
    let bytes = [b"entry:", said.as_bytes(), b":end"].concat();
    let entry = Box::new(Entry { id, sent_at_ms: id.lamport * 10, body });
    Change::PutEntry { conversation, entry, bytes: bytes.into(), mine: id.author == device(1) }
}

pub(super) fn emoji(text: &str) -> Emoji {
    Emoji::new(text).expect("an emoji")
}

/// A store in memory, in a folder of its own. Its passphrase is stretched once.
pub(super) struct InMemory {
    pub(super) dir: tempfile::TempDir,
    pub(super) rows: Memory,
    pub(super) opened: vault::Opened,
}

impl InMemory {
    pub(super) fn new() -> Self {
        let rng = &mut TestRng(1);
        let keys = vault::Keys::generate(rng);
        let (kek, _slot) = vault::seal(PASSPHRASE.as_bytes(), Cost::FLOOR, &keys, 1, rng).expect("seals");
        let opened = vault::Opened { keys, counter: 1, kek };
        Self { dir: tempfile::tempdir().expect("a folder"), rows: Memory::default(), opened }
    }

    pub(super) fn create(&self) -> Store {
        self.create_on(Box::new(self.rows.clone()))
    }

    pub(super) fn create_on(&self, backend: Box<dyn Backend>) -> Store {
        let lock = FolderLock::take(self.dir.path()).expect("the lock");
        Store::create_rows((self.dir.path(), lock, backend), &self.opened.keys, &profile(), &mut TestRng(2))
            .expect("creates")
    }

    /// Opens what was created, as if the key file held what it should.
    pub(super) fn open(&mut self) -> (Store, Snapshot) {
        let opened = self.open_on(Box::new(self.rows.clone())).expect("opens");
        self.opened.counter = opened.0.header.generation;
        opened
    }

    pub(super) fn open_on(&self, backend: Box<dyn Backend>) -> Result<(Store, Snapshot), StoreError> {
        let lock = FolderLock::take(self.dir.path())?;
        Store::open_with((self.dir.path(), lock, backend), &self.opened, &mut TestRng(3))
    }
}

/// A profile on disk, in a folder of its own.
pub(super) fn create_on_disk(dir: &Path) -> Store {
    create_at(dir, PASSPHRASE, &profile(), &mut TestRng(4)).expect("creates")
}

pub(super) fn open_on_disk(dir: &Path) -> (Store, Snapshot) {
    open_at(dir, PASSPHRASE, &mut TestRng(5)).expect("opens")
}

/// Every file under `dir` with its bytes, but for the lock.
pub(super) fn bytes_of(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for item in std::fs::read_dir(dir).expect("reads") {
        let path = item.expect("reads").path();
        if path.is_dir() {
            all.extend(bytes_of(&path));
        } else if path.file_name().is_some_and(|name| name != "lock") {
            let bytes = std::fs::read(&path).expect("reads");
            all.insert(path, bytes);
        }
    }
    all
}

pub(super) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("makes the folder");
    for item in std::fs::read_dir(from).expect("reads") {
        let item = item.expect("reads");
        let to = to.join(item.file_name());
        if item.path().is_dir() {
            copy_dir(&item.path(), &to);
        } else {
            std::fs::copy(item.path(), to).expect("copies");
        }
    }
}

/// [`Store::create`] with a lock of its own.
pub(super) fn create_at(
    dir: &Path,
    passphrase: &str,
    profile: &Profile,
    rng: &mut TestRng,
) -> Result<Store, StoreError> {
    Store::create(&FolderLock::take(dir)?, dir, passphrase, profile, rng)
}

/// [`Store::open`] with a lock of its own.
pub(super) fn open_at(
    dir: &Path,
    passphrase: &str,
    rng: &mut TestRng,
) -> Result<(Store, Snapshot), StoreError> {
    Store::open(&FolderLock::take(dir)?, dir, passphrase, rng)
}
