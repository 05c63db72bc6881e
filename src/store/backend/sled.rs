//! The map on sled 0.34: one tree, one batch a commit, and an fsync of our own, because sled's flush alone
//! does not survive a loss of power (docs/storage.md). No panic of sled leaves this file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::log::{self, LogMark};
use super::{Backend, Batch, Direction, Row, Rows};
use crate::store::StoreError;

/// An open sled database.
pub(in crate::store) struct Sled {
    db: ::sled::Db,
    /// sled's log, through a handle of our own: fsync acts on the file, not on the handle.
    log: File,
    mark: LogMark,
    blobs: PathBuf,
    blobs_synced: BTreeSet<OsString>,
}

impl Sled {
    /// Opens the database in `dir`, or makes one there.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if sled refuses or panics; [`StoreError::Io`] and its kin.
    pub(in crate::store) fn open(dir: &Path) -> Result<Self, StoreError> {
        private_dir(dir)?;
        private_dir(&dir.join(BLOBS))?;
        log::check(dir, SEGMENT_BYTES)?;
        remove_half_written_snapshots(dir)?;
        set_damaged_snapshots_aside(dir)?;
        let config = ::sled::Config::new()
            .path(dir)
            .segment_size(usize::try_from(SEGMENT_BYTES).unwrap_or(usize::MAX))
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None);
        let db = open_unlocked(&config)?;
        let log = File::open(dir.join(LOG))?;
        guarded(|| db.flush())?;
        log.sync_all()?;
        File::open(dir.join("conf"))?.sync_all()?;
        let mark = LogMark::follow(dir, SEGMENT_BYTES)?;
        let mut this = Self { db, log, mark, blobs: dir.join(BLOBS), blobs_synced: BTreeSet::new() };
        this.sync_blobs()?;
        sync_dir(dir)?;
        Ok(this)
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        guarded(|| self.db.flush())?;
        self.sync_blobs()?;
        self.log.sync_data()?;
        self.mark.advance()
    }

    /// Values that do not fit a segment stand in files of their own, which sled does not sync either.
    fn sync_blobs(&mut self) -> Result<(), StoreError> {
        let mut present = BTreeSet::new();
        let mut grew = false;
        for item in fs::read_dir(&self.blobs)? {
            let item = item?;
            let name = item.file_name();
            if !self.blobs_synced.contains(&name) {
                match File::open(item.path()) {
                    Ok(file) => file.sync_all()?,
                    // sled takes outdated ones away in the background
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error.into()),
                }
                grew = true;
            }
            present.insert(name);
        }
        if grew {
            sync_dir(&self.blobs)?;
        }
        self.blobs_synced = present;
        Ok(())
    }
}

impl Backend for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(guarded(|| self.db.get(key))?.map(|value| value.to_vec()))
    }

    fn scan<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Rows<'a> {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        match guarded(|| Ok(self.db.range(from..to))) {
            Ok(rows) => Box::new(Scan { rows, direction, over: false }),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut writes = ::sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => writes.insert(key.as_slice(), value.as_slice()),
                None => writes.remove(key.as_slice()),
            }
        }
        guarded(|| self.db.apply_batch(writes))?;
        self.sync()
    }
}

struct Scan {
    rows: ::sled::Iter,
    direction: Direction,
    over: bool,
}

impl Iterator for Scan {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = guarded(|| {
            match self.direction {
                Direction::Ascending => self.rows.next(),
                Direction::Descending => self.rows.next_back(),
            }
            .transpose()
        });
        self.over = !matches!(next, Ok(Some(_)));
        next.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec()))).transpose()
    }
}

/// Runs `work`, which may panic on damaged files, and turns sled's errors into ours.
fn guarded<T>(work: impl FnOnce() -> ::sled::Result<T>) -> Result<T, StoreError> {
    // After a panic the handle is only dropped: the store above stops at the first error of a write, and a
    // read of the same damaged page fails again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| StoreError::Damaged(DATABASE))?.map_err(translate)
}

fn translate(error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound | io::ErrorKind::InvalidData => {
                StoreError::Damaged(DATABASE)
            }
            _ => error.into(),
        },
        ::sled::Error::Unsupported(_)
        | ::sled::Error::Corruption { .. }
        | ::sled::Error::CollectionNotFound(_)
        | ::sled::Error::ReportableBug(_) => StoreError::Damaged(DATABASE),
    }
}

/// A database closed a moment ago holds sled's own file lock until its last background task ends; ours has
/// been taken already, so nobody else can be the reason.
fn open_unlocked(config: &::sled::Config) -> Result<::sled::Db, StoreError> {
    let mut tries = LOCK_TRIES;
    loop {
        match open_apart(config.clone()) {
            Err(StoreError::Io(error)) if is_lock(&error) && tries > 0 => {
                tries = tries.saturating_sub(1);
                thread::sleep(LOCK_WAIT);
            }
            other => return other,
        }
    }
}

/// Opens on a thread of its own, so that a panic unwinds nothing of ours.
fn open_apart(config: ::sled::Config) -> Result<::sled::Db, StoreError> {
    let opening = thread::Builder::new().name("store-open".into()).spawn(move || config.open())?;
    opening.join().map_err(|_panic| StoreError::Damaged(DATABASE))?.map_err(translate)
}

fn is_lock(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Other && error.to_string().contains("acquire lock")
}

/// A snapshot that was being written when the program ended stops sled from opening.
fn remove_half_written_snapshots(dir: &Path) -> Result<(), StoreError> {
    for item in fs::read_dir(dir)? {
        let item = item?;
        let name = item.file_name();
        if name.to_str().is_some_and(|name| name.starts_with("snap.") && name.ends_with(".generating")) {
            fs::remove_file(item.path())?;
        }
    }
    Ok(())
}

/// A snapshot that does not add up stops sled too; without it sled reads the whole log.
fn set_damaged_snapshots_aside(dir: &Path) -> Result<(), StoreError> {
    for path in log::snapshots(dir)?.values() {
        if !log::snapshot_is_whole(path)? {
            let mut aside = OsString::from("damaged-");
            aside.push(path.file_name().unwrap_or_default());
            fs::rename(path, dir.join(aside))?;
        }
    }
    Ok(())
}

/// Makes `dir` if need be, for its owner alone.
pub(in crate::store) fn private_dir(dir: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    Ok(())
}

/// Makes names in `dir` that were added or changed survive a loss of power.
pub(in crate::store) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)?.sync_all()?;
    Ok(())
}

const LOG: &str = "db";
const BLOBS: &str = "blobs";
const DATABASE: &str = "the database";
/// sled moves a node of up to 16 rows into a blob file when it is larger than a quarter of a segment: 16 of the
/// longest messages stay below that. Half of it speeds nothing up; twice as much only writes more while opening.
const SEGMENT_BYTES: u64 = 4 * 1024 * 1024;
/// Pages kept in memory. sled keeps its page table besides, about 30 MB at 1,000,000 messages.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
const LOCK_TRIES: u32 = 400;
const LOCK_WAIT: Duration = Duration::from_millis(5);
