//! Looks a profile over: every seal, every record, and whether rows that speak of each other agree. Works on a
//! copy of the database, because sled repairs while it opens; the profile itself is only read.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use undertone_crypto::vault;

use super::backend::sled::{Sled, private_dir};
use super::backend::{Backend, Direction};
use super::draft::View;
use super::folder::{self, FolderLock};
use super::keyfile::KeyFile;
use super::keys::{ConversationKeys, Kind, OverlayKind, overlay_of, place_of, tag_of};
use super::record::{self, Plain};
use super::seal::Seal;
use super::{ROWS, StoreError, require_room};
use crate::model::DirectHead;

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Rows that were read, of every kind.
    pub(crate) rows: u64,
    /// Rows of timelines among them.
    pub(crate) messages: u64,
    /// What is wrong. Empty: nothing.
    pub(crate) findings: Vec<Finding>,
}

/// Something that is wrong with a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The database does not open, or stops in the middle of reading.
    Database,
    /// The store is older than its key file: an old copy was put back.
    RolledBack,
    /// That many rows of a kind do not open or make no sense.
    Rows {
        /// In plain words, what the rows are.
        what: &'static str,
        /// How many.
        count: u64,
    },
    /// That many rows contradict others.
    Contradiction {
        /// In plain words, what does not agree.
        what: &'static str,
        /// How many.
        count: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str("The database cannot be read to its end."),
            Self::RolledBack => f.write_str("The database is older than its keys: an old copy was put back."),
            Self::Rows { what, count } => write!(f, "{count} of the {what} cannot be read."),
            Self::Contradiction { what, count } => write!(f, "{what} ({count} times)."),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows were read, {} of them messages.", self.rows, self.messages)?;
        if self.findings.is_empty() {
            return f.write_str("Nothing is wrong.");
        }
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Examines the profile in `dir`.
pub(super) fn examine(dir: &Path, passphrase: &str) -> Result<Report, StoreError> {
    let key_file = KeyFile::new(dir);
    if !key_file.exists() {
        return Err(StoreError::NotFound);
    }
    let _lock = FolderLock::take(dir)?;
    folder::check_format(dir)?;
    let opened = key_file.open(passphrase)?;
    let copy = Copy::make(dir)?;
    let mut report = Report::default();
    match Sled::open(&copy.rows) {
        Ok(backend) => walk(&backend, &opened, &mut report),
        Err(StoreError::Damaged(_)) => report.findings.push(Finding::Database),
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// A copy of the database that goes away with this value.
struct Copy {
    rows: PathBuf,
}

impl Copy {
    fn make(dir: &Path) -> Result<Self, StoreError> {
        let from = dir.join(ROWS);
        let copy = Self { rows: dir.join(EXAMINED) };
        copy.clear()?;
        let files: Vec<PathBuf> = files(&from)?;
        let mut size = 0_u64;
        for file in &files {
            size = size.saturating_add(fs::metadata(file)?.len());
        }
        require_room(dir, size)?;
        private_dir(&copy.rows.join("blobs"))?;
        for file in files {
            if let Ok(within) = file.strip_prefix(&from) {
                fs::copy(&file, copy.rows.join(within))?;
            }
        }
        Ok(copy)
    }

    fn clear(&self) -> Result<(), StoreError> {
        if self.rows.exists() {
            fs::remove_dir_all(&self.rows)?;
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What is left is taken away by the next examination.
        self.clear().ok();
    }
}

/// The files of a database: its folder's and its blobs'.
fn files(rows: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    for folder in [rows.to_owned(), rows.join("blobs")] {
        if !folder.is_dir() {
            continue;
        }
        for item in fs::read_dir(folder)? {
            let item = item?;
            if item.file_type()?.is_file() {
                files.push(item.path());
            }
        }
    }
    Ok(files)
}

fn walk(backend: &dyn Backend, opened: &vault::Opened, report: &mut Report) {
    let mut seal = Seal::new(&opened.keys);
    if seal.load_contents(backend).is_err() {
        report.findings.push(Finding::Rows { what: "keys of conversations", count: 1 });
    }
    let view = View::new(backend, &seal);
    match view
        .get(&seal.keys().single(Kind::Header))
        .ok()
        .flatten()
        .map(|plain| record::decode_header(&plain))
    {
        Some(Ok(header)) if header.generation < opened.counter || header.rolled_back => {
            report.findings.push(Finding::RolledBack);
        }
        Some(Ok(_)) => {}
        Some(Err(_)) | None => report.findings.push(Finding::Rows { what: "header rows", count: 1 }),
    }
    for kind in Kind::ALL {
        walk_kind(backend, &seal, kind, report);
    }
    if !report.findings.contains(&Finding::Database) {
        compare(view, report);
    }
}

fn walk_kind(backend: &dyn Backend, seal: &Seal, kind: Kind, report: &mut Report) {
    let mut damaged = 0_u64;
    let range = kind.all();
    for row in backend.scan(&range.from, &range.to, Direction::Ascending) {
        let Ok((key, sealed)) = row else {
            if !report.findings.contains(&Finding::Database) {
                report.findings.push(Finding::Database);
            }
            break;
        };
        report.rows = report.rows.saturating_add(1);
        if kind == Kind::Message {
            report.messages = report.messages.saturating_add(1);
        }
        let sound = seal.open(&key, &sealed).and_then(|plain| decodes(kind, &key, &plain));
        if sound.is_err() {
            damaged = damaged.saturating_add(1);
        }
    }
    if damaged > 0 {
        report.findings.push(Finding::Rows { what: name(kind), count: damaged });
    }
}

fn decodes(kind: Kind, key: &[u8], plain: &Plain) -> Result<(), StoreError> {
    let misplaced = StoreError::Damaged("a row has no place");
    match kind {
        Kind::Carried => record::decode_carried(plain).map(drop),
        Kind::Chain => record::decode_chain(plain).map(drop),
        Kind::Cipher => record::decode_cipher(plain).map(drop),
        Kind::Contact => record::decode_contact(plain).map(drop),
        Kind::ContentKey => Ok(()),
        Kind::Delivered => record::decode_delivered(plain).map(drop),
        Kind::Edit | Kind::Side => record::decode_side(plain).map(drop),
        Kind::Group => record::decode_group(plain).map(drop),
        Kind::Head => record::decode_head(plain).map(drop),
        Kind::Header => record::decode_header(plain).map(drop),
        Kind::Invite => record::decode_invite(plain).map(drop),
        Kind::Message => record::decode_row(place_of(key).ok_or(misplaced)?, plain).map(drop),
        Kind::Op => record::decode_op(plain).map(drop),
        Kind::Outbox => record::decode_outbox(plain).map(drop),
        Kind::Overlay => match overlay_of(key).ok_or(misplaced)? {
            OverlayKind::Edited => record::decode_edited(plain).map(drop),
            OverlayKind::Deleted | OverlayKind::TakenBack => record::decode_deleted(plain).map(drop),
            OverlayKind::Reaction => record::decode_reaction(plain).map(drop),
        },
        Kind::Prekey => record::decode_prekey(plain).map(drop),
        Kind::Profile => record::decode_profile(plain).map(drop),
        Kind::Replay => record::decode_replay(plain).map(drop),
        Kind::Session => record::decode_session(plain).map(drop),
        Kind::Taken => record::decode_taken(plain).map(drop),
        Kind::Waiting => record::decode_waiting(plain).map(drop),
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Waiting => "messages of groups that wait for a key",
        Kind::Carried => "frames carried for members of groups",
        Kind::Chain => "sender chains",
        Kind::Cipher => "messages of groups as they travelled",
        Kind::Contact => "contacts",
        Kind::ContentKey => "keys of conversations",
        Kind::Delivered => "marks of delivery",
        Kind::Edit => "edits",
        Kind::Group => "groups",
        Kind::Head => "conversations' heads",
        Kind::Header => "header rows",
        Kind::Invite => "invites",
        Kind::Message => "messages",
        Kind::Op => "operations of groups",
        Kind::Outbox => "messages on their way",
        Kind::Overlay => "marks on messages",
        Kind::Prekey => "prekeys",
        Kind::Profile => "rows about ourselves",
        Kind::Replay => "answered handshakes",
        Kind::Session => "sessions",
        Kind::Side => "entries beside the messages",
        Kind::Taken => "lists of frames taken",
    }
}

/// Compares rows that speak of each other. Rows that do not open have been counted already.
fn compare(view: View<'_>, report: &mut Report) {
    let count = |kind: Kind, wrong: &dyn Fn(&[u8], &Plain) -> bool| {
        let rows = view.scan(&kind.all(), Direction::Ascending).filter_map(Result::ok);
        u64::try_from(rows.filter(|(key, plain)| wrong(key, plain)).count()).unwrap_or(u64::MAX)
    };
    let heads = count(Kind::Head, &|_, plain| {
        record::decode_head(plain).is_ok_and(|head| newest_is_missing(view, &head))
    });
    let readable = count(Kind::Overlay, &|key, _| {
        overlay_of(key) == Some(OverlayKind::Deleted) && is_readable(view, key)
    });
    let found = [
        ("A conversation's newest message is missing", heads),
        ("A message that was taken back can still be read", readable),
    ];
    let wrong = found.into_iter().filter(|(_, count)| *count > 0);
    report.findings.extend(wrong.map(|(what, count)| Finding::Contradiction { what, count }));
}

fn newest_is_missing(view: View<'_>, head: &DirectHead) -> bool {
    let keys = view.keys().conversation(&head.conversation);
    head.last.is_some_and(|last| matches!(view.get(&keys.message(&last)), Ok(None)))
}

fn is_readable(view: View<'_>, deleted: &[u8]) -> bool {
    let Some((target, tag)) = place_of(deleted).zip(tag_of(deleted)) else {
        return false;
    };
    let row = view.get(&ConversationKeys::message_of(tag, &target)).ok().flatten();
    row.and_then(|plain| record::decode_row(target, &plain).ok()).is_some_and(|row| row.entry.body.is_shown())
}

const EXAMINED: &str = "examined";
