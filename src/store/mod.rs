//! The disk: everything a profile remembers, sealed. One commit is one transaction, and it is durable when
//! `commit` returns. Knows nothing of the network, of the protocol, or of time. docs/storage.md has the layout
//! and what was measured.

mod backend;
mod doctor;
mod draft;
mod error;
mod folder;
mod index;
mod keyfile;
mod keys;
mod read;
mod record;
mod restore;
mod seal;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use undertone_crypto::vault::{self, Cost};

use crate::model::{
    AccountId, CarriedRow, Change, ConversationId, EntryRef, FrameId, Mentions, Profile, Snapshot,
};
use backend::sled::Sled;
use backend::{Backend, Batch};
use draft::{Draft, View};
use folder::SCHEMA;
use keyfile::KeyFile;
use keys::Kind;
use record::Header;
use seal::Seal;

pub(crate) use doctor::Report;
pub(crate) use error::StoreError;
pub(crate) use folder::FolderLock;
pub(crate) use read::{Anchor, StoredPage, StoredRow};
pub(crate) use record::{EditMark, read_any as read_any_row};

/// An open profile.
pub(crate) struct Store {
    dir: PathBuf,
    backend: Box<dyn Backend>,
    seal: Seal,
    header: Header,
    /// A write failed: what is in memory may differ from what is on disk.
    stopped: bool,
    /// Last: the database closes before the folder is given free.
    _lock: FolderLock,
}

impl Store {
    /// Whether `dir` holds a profile.
    pub(crate) fn exists(dir: &Path) -> bool {
        KeyFile::new(dir).exists()
    }

    /// Makes a profile in `dir`, which is made as well if need be, for its owner alone. Takes about half a
    /// second: the passphrase is stretched.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one already; otherwise any, and then there is none.
    pub(crate) fn create(
        lock: &FolderLock,
        dir: &Path,
        passphrase: &str,
        profile: &Profile,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StoreError> {
        let lock = lock.clone();
        let key_file = KeyFile::new(dir);
        if key_file.exists() {
            return Err(StoreError::Exists);
        }
        require_room(dir, 0)?;
        let rows = dir.join(ROWS);
        if rows.exists() {
            // A profile that was never finished, or one that has lost its keys: not ours to delete.
            folder::move_aside(dir, &rows)?;
        }
        let backend: Box<dyn Backend> = Box::new(Sled::open(&rows)?);
        let keys = vault::Keys::generate(rng);
        let made = Self::create_rows((dir, lock, backend), &keys, profile, rng)?;
        folder::close_files(&rows)?;
        folder::write_format(dir)?;
        // Last: before it there is no profile, after it there is a whole one.
        let (_kek, slot) = vault::seal(passphrase.as_bytes(), Cost::FLOOR, &keys, FIRST_GENERATION, rng)?;
        key_file.write(FIRST_GENERATION, &slot)?;
        Ok(made)
    }

    fn create_rows(
        (dir, lock, backend): (&Path, FolderLock, Box<dyn Backend>),
        keys: &vault::Keys,
        profile: &Profile,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StoreError> {
        let header = Header { schema: SCHEMA, generation: FIRST_GENERATION, rolled_back: false };
        let seal = Seal::new(keys);
        let mut store = Self { dir: dir.to_owned(), backend, seal, header, stopped: false, _lock: lock };
        let mut draft = Draft::new(store.view());
        draft.put(draft.keys().single(Kind::Header), record::encode_header(&header)?);
        draft.put(draft.keys().single(Kind::Profile), record::encode_profile(profile)?);
        let (batch, _no_contents) = draft.seal(rng)?;
        store.write(&batch)?;
        Ok(store)
    }

    /// Opens the profile in `dir` and reads what an engine is restored from. Takes about half a second: the
    /// passphrase is stretched.
    ///
    /// # Errors
    /// Any [`StoreError`]; the profile is then as it was.
    pub(crate) fn open(
        lock: &FolderLock,
        dir: &Path,
        passphrase: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Snapshot), StoreError> {
        if !Self::exists(dir) {
            return Err(StoreError::NotFound);
        }
        let lock = lock.clone();
        folder::check_format(dir)?;
        let opened = KeyFile::new(dir).open(passphrase)?;
        Self::open_rows((dir, lock), &opened, rng)
    }

    fn open_rows(
        (dir, lock): (&Path, FolderLock),
        opened: &vault::Opened,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Snapshot), StoreError> {
        require_room(dir, 0)?;
        let rows = dir.join(ROWS);
        if !rows.join("db").is_file() {
            return Err(StoreError::Damaged("the database is missing"));
        }
        let backend: Box<dyn Backend> = Box::new(Sled::open(&rows)?);
        let opened = Self::open_with((dir, lock, backend), opened, rng)?;
        folder::close_files(&rows)?;
        Ok(opened)
    }

    /// First everything is read and judged; only then the new generation is written: in the store, then in the
    /// key file. So the store is never behind the key file unless an old copy of it was put back, and a crash
    /// between the two only leaves the store ahead.
    fn open_with(
        (dir, lock, backend): (&Path, FolderLock, Box<dyn Backend>),
        opened: &vault::Opened,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Snapshot), StoreError> {
        let mut seal = Seal::new(&opened.keys);
        seal.load_contents(&*backend)?;
        let view = View::new(&*backend, &seal);
        let stored =
            view.get(&seal.keys().single(Kind::Header))?.ok_or(StoreError::Damaged("the header row"))?;
        let mut header = record::decode_header(&stored)?;
        if header.schema > SCHEMA {
            return Err(StoreError::Newer);
        }
        header.rolled_back |= header.generation < opened.counter;
        header.generation = keyfile::next_counter(opened.counter, header.generation);
        let snapshot = restore::snapshot(view, header.rolled_back)?;
        let mut store = Self { dir: dir.to_owned(), backend, seal, header, stopped: false, _lock: lock };
        store.write_header(&header, rng)?;
        let slot = opened.kek.seal(&opened.keys, header.generation, rng)?;
        KeyFile::new(dir).write(header.generation, &slot)?;
        Ok((store, snapshot))
    }

    /// Writes all changes or none, and returns when they survive a loss of power. The last change of a row
    /// counts. The first commit after an open that found the store rolled back also clears that mark.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] before anything was written: nothing changed, and a later try may succeed. Any
    /// other error of a write is followed by [`StoreError::Stopped`] until the profile is opened again.
    pub(crate) fn commit(&mut self, changes: &[Change], rng: &mut impl CryptoRng) -> Result<(), StoreError> {
        if self.stopped {
            return Err(StoreError::Stopped);
        }
        let mut draft = Draft::new(self.view());
        for change in changes {
            index::draft_change(&mut draft, change, rng)?;
        }
        if draft.is_empty() {
            return Ok(());
        }
        let header = Header { rolled_back: false, ..self.header };
        if header != self.header {
            draft.put(draft.keys().single(Kind::Header), record::encode_header(&header)?);
        }
        let (batch, contents) = draft.seal(rng)?;
        require_room(&self.dir, size_of_batch(&batch))?;
        self.write(&batch)?;
        self.header = header;
        self.seal.update_contents(contents);
        Ok(())
    }

    /// Whether there is room for more than the next few commits. Cheap.
    pub(crate) fn has_room(&self) -> bool {
        folder::room(&self.dir).is_ok_and(|room| room >= COMFORT_BYTES)
    }

    /// A page of a conversation's timeline with at most `limit` rows (at most `limits::PAGE`, at least one).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn history(
        &self,
        conversation: &ConversationId,
        anchor: Anchor,
        limit: usize,
    ) -> Result<StoredPage, StoreError> {
        read::history(self.view(), conversation, anchor, limit)
    }

    /// One row of a conversation's timeline.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn row(
        &self,
        conversation: &ConversationId,
        id: &EntryRef,
    ) -> Result<Option<StoredRow>, StoreError> {
        read::row(self.view(), conversation, id)
    }

    /// The messages of a group's chain as they travelled, from one place to another.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn ciphers(
        &self,
        conversation: &ConversationId,
        chain: &[u8; 16],
        (first, last): (u32, u32),
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let range = self.seal.keys().conversation(conversation).ciphers(chain, first, last);
        let rows = self.view().scan(&range, backend::Direction::Ascending);
        rows.map(|row| record::decode_cipher(&row?.1)).collect()
    }

    /// All edits of an entry by its author, encoded as they were said, the newest first; none once it was wiped.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn edits(
        &self,
        conversation: &ConversationId,
        target: &EntryRef,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let range = self.seal.keys().conversation(conversation).edits(target);
        let rows = self.view().scan(&range, backend::Direction::Descending);
        rows.map(|row| Ok(record::decode_side(&row?.1)?.1)).collect()
    }

    /// What is kept of a group's chain as it travelled, by place: place, when it came, and size.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn weigh(
        &self,
        conversation: &ConversationId,
        chain: &[u8; 16],
    ) -> Result<Vec<(u32, u64, u64)>, StoreError> {
        let range = self.seal.keys().conversation(conversation).ciphers(chain, 0, u32::MAX);
        let rows = self.view().scan(&range, backend::Direction::Ascending);
        rows.map(|row| {
            let (key, plain) = row?;
            let place = key.last_chunk::<4>().ok_or(StoreError::Damaged("a message has no place"))?;
            let (at_ms, size) = record::weigh_cipher(&plain)?;
            Ok((u32::from_be_bytes(*place), at_ms, size))
        })
        .collect()
    }

    /// A frame that is carried for somebody, with who sealed it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn carried(&self, to: &AccountId, frame: &FrameId) -> Result<Option<CarriedRow>, StoreError> {
        let row = self.view().get(&self.seal.keys().carried(to, frame))?;
        row.map(|plain| record::decode_carried(&plain)).transpose()
    }

    /// How many rows after `after` (all, if `None`) this device wrote, or did not write; and how many of them address
    /// our person. Rows taken back do not count, nor those of which `judge` says nothing: it says whether a row
    /// addresses us. Reads every one of them: meant for the unread ones.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and its kin.
    pub(crate) fn count_shown_after(
        &self,
        conversation: &ConversationId,
        after: Option<&EntryRef>,
        mine: bool,
        judge: impl Fn(&EntryRef, Option<(&EntryRef, &Mentions)>) -> Option<bool>,
    ) -> Result<(u32, u32), StoreError> {
        read::count_shown_after(self.view(), conversation, after, mine, judge)
    }

    /// Seals the key file under `new` instead of `old`; afterwards `old` opens neither slot. Takes about a
    /// second.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] if `old` is wrong. After any other error at least one of the two opens
    /// the profile.
    pub(crate) fn change_passphrase(
        &mut self,
        old: &str,
        new: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StoreError> {
        if self.stopped {
            return Err(StoreError::Stopped);
        }
        let key_file = KeyFile::new(&self.dir);
        let opened = key_file.open(old)?;
        let first = keyfile::next_counter(opened.counter, self.header.generation);
        let second = keyfile::next_counter(first, first);
        self.header.generation = second;
        let header = self.header;
        self.write_header(&header, rng)?;
        let (kek, slot) = vault::seal(new.as_bytes(), Cost::FLOOR, &opened.keys, first, rng)?;
        key_file.write(first, &slot)?;
        key_file.write(second, &kek.seal(&opened.keys, second, rng)?)
    }

    /// Whether this is the passphrase. Takes about half a second.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] if it is not.
    pub(crate) fn check_passphrase(&self, passphrase: &str) -> Result<(), StoreError> {
        KeyFile::new(&self.dir).open(passphrase).map(|_| ())
    }

    /// Looks a profile over without changing it: opens a copy of its rows, and every row of it.
    ///
    /// # Errors
    /// Those of opening; damage that is found is not an error but a [`Finding`].
    pub(crate) fn doctor(dir: &Path, passphrase: &str) -> Result<Report, StoreError> {
        doctor::examine(dir, passphrase)
    }

    fn view(&self) -> View<'_> {
        View::new(&*self.backend, &self.seal)
    }

    fn write_header(&mut self, header: &Header, rng: &mut impl CryptoRng) -> Result<(), StoreError> {
        let mut draft = Draft::new(self.view());
        draft.put(draft.keys().single(Kind::Header), record::encode_header(header)?);
        let (batch, _no_contents) = draft.seal(rng)?;
        self.write(&batch)
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.stopped = true;
        self.backend.apply(batch)?;
        self.stopped = false;
        Ok(())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dir: _, backend: _, seal: _, header, stopped, _lock: _ } = self;
        write!(f, "Store {{ {header:?}, stopped: {stopped}, .. }}")
    }
}

/// Refuses before the database is touched: it cannot take a full disk back.
fn require_room(dir: &Path, bytes: u64) -> Result<(), StoreError> {
    let needed = RESERVE_BYTES.saturating_add(bytes.saturating_mul(WRITTEN_PER_BYTE));
    if folder::room(dir)? < needed { Err(StoreError::DiskFull) } else { Ok(()) }
}

fn size_of_batch(batch: &Batch) -> u64 {
    let bytes = batch.iter().fold(0_usize, |sum, (key, value)| {
        sum.saturating_add(key.len()).saturating_add(value.as_ref().map_or(0, Vec::len))
    });
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

const ROWS: &str = "rows";
const FIRST_GENERATION: u64 = 1;
/// What must be left after a commit: a segment being written, a snapshot of a large database, a key slot.
const RESERVE_BYTES: u64 = 24 * 1024 * 1024;
/// sled rewrites a node of up to 16 rows now and then for one of them that changed.
const WRITTEN_PER_BYTE: u64 = 8;
/// Below this, people are told before a commit fails.
const COMFORT_BYTES: u64 = 64 * 1024 * 1024;
