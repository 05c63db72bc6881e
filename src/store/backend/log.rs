//! Reads sled's log without sled and without writing. sled takes the first message that it cannot read for the
//! end of the log, and clears what follows: one flipped bit would silently cost everything said after it. So
//! the store notes how far the log was durable (the mark), and looks before it lets sled open.
//!
//! ```text
//! log     = segments of one size, in any order; those with a smaller log sequence number (LSN) are older
//! segment = crc:4 | lsn:8 | stable lsn:8 | messages | cap, or a rest too small for a message
//! message = crc:4 | kind:1 | varint length | varint segment number | varint page | bytes
//! mark    = lsn:8 | crc:4
//! ```
//! All numbers are little endian. The segment number is its LSN through the segment size.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use crate::store::StoreError;

/// Follows the log as it grows, and keeps the mark.
#[derive(Debug)]
pub(super) struct LogMark {
    log: Log,
    file: File,
    /// The segment that is being written: its LSN, and where it stands in the file.
    segment: (u64, u64),
    /// Bytes of it up to the end of its last whole message; all of them, if it is full.
    within: u64,
}

impl LogMark {
    /// Follows the log in `dir`, which sled has open and durable.
    pub(super) fn follow(dir: &Path, segment_size: u64) -> Result<Self, StoreError> {
        let log = Log::open(dir, segment_size)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(dir.join(MARK))?;
        let segment = log.segments()?.pop_last().ok_or(StoreError::Damaged(UNREADABLE))?;
        let within = log.whole_upto(segment.1, segment.0)?.saturating_sub(segment.0);
        let mut this = Self { log, file, segment, within };
        this.advance()?;
        this.file.sync_all()?;
        Ok(this)
    }

    /// Notes that everything written by now is durable. The mark itself is not synced: one that is behind
    /// guards less, and it never is ahead.
    pub(super) fn advance(&mut self) -> Result<(), StoreError> {
        loop {
            let (base, at) = self.segment;
            match self.log.message(at, base, self.within)? {
                Message::Whole(len) => self.within = self.within.saturating_add(len),
                Message::None => break,
                Message::Last => {
                    self.within = self.log.segment_size;
                    let next = base.saturating_add(self.log.segment_size);
                    let Some(at) = self.log.segments()?.get(&next).copied() else {
                        break;
                    };
                    (self.segment, self.within) = ((next, at), SEGMENT_HEADER);
                }
            }
        }
        let mut mark = self.segment.0.saturating_add(self.within).to_le_bytes().to_vec();
        mark.extend(crc32fast::hash(&mark).to_le_bytes());
        self.file.write_all_at(&mark, 0)?;
        Ok(())
    }
}

/// Checks that everything up to the mark can be read, as far as sled will read it when it opens: from its last
/// snapshot on. What is older, sled checks whenever it reads a page.
///
/// # Errors
/// [`StoreError::Damaged`] if not. Without a log or a mark there is nothing to check.
pub(super) fn check(dir: &Path, segment_size: u64) -> Result<(), StoreError> {
    if !dir.join(LOG).is_file() {
        return Ok(());
    }
    let Some(mark) = read_mark(dir)? else {
        return Ok(());
    };
    let log = Log::open(dir, segment_size)?;
    let from = log.base(newest_snapshot(dir)?);
    let segments = log.segments()?;
    for (lsn, at) in segments.range(from..mark) {
        let end = lsn.saturating_add(segment_size);
        let whole = log.whole_upto(*at, *lsn)?;
        if whole < end.min(mark) {
            // Only a segment that was full once can be on its way to being another.
            let reused = end <= mark && log.is_being_reused(*at, *lsn, whole.saturating_sub(*lsn))?;
            if !reused {
                return Err(StoreError::Damaged(UNREADABLE));
            }
        }
    }
    // The mark stands after a message, so its segment must be there, or one after it: a mark that was not
    // written before power was lost is behind, and its segment may be another one by now.
    let last = log.base(mark.saturating_sub(1));
    if last >= from && segments.range(last..).next().is_none() {
        return Err(StoreError::Damaged(UNREADABLE));
    }
    log.no_header_lost(&segments, from, mark)
}

/// Whether a snapshot file of sled is whole. A snapshot only saves reading the log from its beginning.
pub(super) fn snapshot_is_whole(path: &Path) -> Result<bool, StoreError> {
    let bytes = fs::read(path)?;
    let Some((rest, crc)) = bytes.split_last_chunk::<4>() else {
        return Ok(false);
    };
    let Some((body, _length)) = rest.split_last_chunk::<8>() else {
        return Ok(false);
    };
    Ok(!body.is_empty() && crc32fast::hash(body) == u32::from_le_bytes(*crc))
}

/// The snapshots in `dir`, oldest first, with the LSN that each goes up to.
pub(super) fn snapshots(dir: &Path) -> Result<BTreeMap<u64, std::path::PathBuf>, StoreError> {
    let mut found = BTreeMap::new();
    for item in fs::read_dir(dir)? {
        let item = item?;
        let name = item.file_name();
        let lsn = name.to_str().and_then(|name| name.strip_prefix("snap."));
        if let Some(lsn) = lsn.and_then(|lsn| u64::from_str_radix(lsn, 16).ok()) {
            found.insert(lsn, item.path());
        }
    }
    Ok(found)
}

fn newest_snapshot(dir: &Path) -> Result<u64, StoreError> {
    Ok(snapshots(dir)?.last_key_value().map_or(0, |(lsn, _)| *lsn))
}

fn read_mark(dir: &Path) -> Result<Option<u64>, StoreError> {
    let bytes = match fs::read(dir.join(MARK)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some((lsn, crc)) =
        bytes.split_first_chunk::<8>().zip(bytes.last_chunk::<4>()).map(|((l, _), c)| (l, c))
    else {
        return Ok(None);
    };
    let whole = bytes.len() == 12 && crc32fast::hash(lsn) == u32::from_le_bytes(*crc);
    Ok(whole.then(|| u64::from_le_bytes(*lsn)))
}

/// What stands at a place in a segment.
#[derive(Debug, PartialEq, Eq)]
enum Message {
    /// A whole message of that many bytes.
    Whole(u64),
    /// Nothing that can be read.
    None,
    /// Nothing more comes in this segment.
    Last,
}

#[derive(Debug)]
struct Log {
    file: File,
    segment_size: u64,
}

impl Log {
    fn open(dir: &Path, segment_size: u64) -> Result<Self, StoreError> {
        Ok(Self { file: File::open(dir.join(LOG))?, segment_size })
    }

    /// The LSN that the segment of `lsn` begins with.
    fn base(&self, lsn: u64) -> u64 {
        lsn.saturating_sub(lsn.checked_rem(self.segment_size).unwrap_or(0))
    }

    /// Where the segments stand, by their LSN.
    fn segments(&self) -> Result<BTreeMap<u64, u64>, StoreError> {
        let mut segments = BTreeMap::new();
        for at in self.places()? {
            if let Some(lsn) = self.header(at)? {
                segments.insert(lsn, at);
            }
        }
        Ok(segments)
    }

    fn places(&self) -> Result<impl Iterator<Item = u64> + use<>, StoreError> {
        let len = self.file.metadata()?.len();
        let step = usize::try_from(self.segment_size).unwrap_or(usize::MAX).max(1);
        Ok((0..len).step_by(step))
    }

    fn header(&self, at: u64) -> Result<Option<u64>, StoreError> {
        let bytes = self.read(at, SEGMENT_HEADER)?;
        let Some((crc, rest)) = bytes.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let Some((lsn, _stable)) = rest.split_first_chunk::<8>().filter(|(_, stable)| stable.len() == 8)
        else {
            return Ok(None);
        };
        let lsn = u64::from_le_bytes(*lsn) ^ LSN_MASK;
        let whole = crc32fast::hash(rest) == u32::from_le_bytes(*crc) ^ u32::MAX;
        Ok((whole && lsn <= LSN_MASK && self.base(lsn) == lsn).then_some(lsn))
    }

    /// What stands `within` the segment at `at` with LSN `base`.
    fn message(&self, at: u64, base: u64, within: u64) -> Result<Message, StoreError> {
        let rest = self.segment_size.saturating_sub(within);
        if rest < MESSAGE_HEADER {
            return Ok(Message::Last);
        }
        let place = at.saturating_add(within);
        let head = self.read(place, MESSAGE_HEADER)?;
        let Some(header) =
            Header::parse(&head, self.number(base)).filter(|header| header.whole_len() <= rest)
        else {
            return Ok(Message::None);
        };
        let body = self.read(place.saturating_add(header.len), header.body)?;
        Ok(header.judge(&head, &body))
    }

    /// The LSN after the last whole message of the segment; its end, if all are.
    fn whole_upto(&self, at: u64, base: u64) -> Result<u64, StoreError> {
        let bytes = self.read(at, self.segment_size)?;
        let mut within = SEGMENT_HEADER;
        loop {
            match self.message_in(&bytes, base, within) {
                Message::Whole(len) => within = within.saturating_add(len),
                Message::None => return Ok(base.saturating_add(within)),
                Message::Last => return Ok(base.saturating_add(self.segment_size)),
            }
        }
    }

    fn message_in(&self, segment: &[u8], base: u64, within: u64) -> Message {
        let rest = self.segment_size.saturating_sub(within);
        if rest < MESSAGE_HEADER {
            return Message::Last;
        }
        let bytes = usize::try_from(within).ok().and_then(|within| segment.get(within..)).unwrap_or(&[]);
        let parsed = Header::parse(bytes, self.number(base)).filter(|header| header.whole_len() <= rest);
        let Some(header) = parsed else {
            return Message::None;
        };
        let body = usize::try_from(header.len).ok().and_then(|len| bytes.get(len..)).unwrap_or(&[]);
        let body = usize::try_from(header.body).ok().and_then(|len| body.get(..len)).unwrap_or(&[]);
        header.judge(bytes, body)
    }

    /// Whether the rest of a segment that was freed holds a message of a newer one already: power was lost
    /// while the segment was overwritten, before its header was.
    fn is_being_reused(&self, at: u64, base: u64, within: u64) -> Result<bool, StoreError> {
        let bytes = self.read(at, self.segment_size)?;
        let older = self.number(base);
        let found = (within..self.segment_size).any(|within| {
            let rest = usize::try_from(within).ok().and_then(|within| bytes.get(within..)).unwrap_or(&[]);
            Header::parse_any(rest).filter(|header| header.segment > older).is_some_and(|header| {
                let base = header.segment.saturating_mul(self.segment_size);
                matches!(self.message_in(&bytes, base, within), Message::Whole(_))
            })
        });
        Ok(found)
    }

    /// A segment whose header does not add up while its messages do has been changed since it was written.
    fn no_header_lost(&self, segments: &BTreeMap<u64, u64>, from: u64, mark: u64) -> Result<(), StoreError> {
        for at in self.places()? {
            if self.header(at)?.is_some() {
                continue;
            }
            let head = self.read(at.saturating_add(SEGMENT_HEADER), MESSAGE_HEADER)?;
            let number = Header::parse_any(&head).map_or(0, |header| header.segment);
            let base = number.saturating_mul(self.segment_size);
            let ours = (from..mark).contains(&base) && !segments.contains_key(&base);
            if ours && matches!(self.message(at, base, SEGMENT_HEADER)?, Message::Whole(_) | Message::Last) {
                return Err(StoreError::Damaged(UNREADABLE));
            }
        }
        Ok(())
    }

    fn number(&self, base: u64) -> u64 {
        base.checked_div(self.segment_size).unwrap_or(0)
    }

    /// Up to `len` bytes from `at` on; fewer at the end of the file.
    fn read(&self, at: u64, len: u64) -> Result<Vec<u8>, StoreError> {
        let len = len.min(self.segment_size);
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        let mut filled = 0_usize;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, at.saturating_add(u64::try_from(filled).unwrap_or(0))) {
                Ok(0) => break,
                Ok(read) => filled = filled.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// A message's header.
struct Header {
    crc: u32,
    kind: u8,
    /// Bytes of the message after the header.
    body: u64,
    segment: u64,
    /// Bytes of the header.
    len: u64,
}

impl Header {
    /// The header of a message of segment `segment`.
    fn parse(bytes: &[u8], segment: u64) -> Option<Self> {
        Self::parse_any(bytes).filter(|header| header.segment == segment)
    }

    fn parse_any(bytes: &[u8]) -> Option<Self> {
        let (crc, rest) = bytes.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first()?;
        if !(CANCELED..=BLOB_LINK).contains(kind) {
            return None;
        }
        let (body, rest) = varint(rest)?;
        let (segment, rest) = varint(rest)?;
        let (_page, rest) = varint(rest)?;
        let len = u64::try_from(bytes.len().checked_sub(rest.len())?).ok()?;
        Some(Self { crc: u32::from_le_bytes(*crc), kind: *kind, body, segment, len })
    }

    const fn whole_len(&self) -> u64 {
        self.len.saturating_add(self.body)
    }

    fn judge(&self, head: &[u8], body: &[u8]) -> Message {
        let header = usize::try_from(self.len).ok().and_then(|len| head.get(4..len));
        let complete = u64::try_from(body.len()) == Ok(self.body);
        let Some(header) = header.filter(|_| complete) else {
            return Message::None;
        };
        let mut crc = crc32fast::Hasher::new();
        crc.update(body);
        crc.update(header);
        match (crc.finalize() ^ u32::MAX == self.crc, self.kind) {
            (false, _) => Message::None,
            (true, CAP) => Message::Last,
            (true, _) => Message::Whole(self.whole_len()),
        }
    }
}

/// A number of one to nine bytes.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        0..=240 => Some((u64::from(*first), rest)),
        241..=248 => {
            let (second, rest) = rest.split_first()?;
            let high = u64::from(first.saturating_sub(241)).saturating_mul(256);
            Some((high.saturating_add(240).saturating_add(u64::from(*second)), rest))
        }
        249 => {
            let (two, rest) = rest.split_first_chunk::<2>()?;
            Some((u64::from(u16::from_be_bytes(*two)).saturating_add(2288), rest))
        }
        250.. => {
            let (number, rest) = rest.split_at_checked(usize::from(first.saturating_sub(247)))?;
            let mut wide = [0; 8];
            wide.iter_mut().zip(number).for_each(|(to, from)| *to = *from);
            Some((u64::from_le_bytes(wide), rest))
        }
    }
}

const LOG: &str = "db";
const MARK: &str = "mark";
const UNREADABLE: &str = "a part of the database that was written cannot be read";
const SEGMENT_HEADER: u64 = 20;
/// The largest header; nothing is written where less is left in a segment.
const MESSAGE_HEADER: u64 = 32;
/// What numbers in a segment's header are combined with, so that a cleared one is none.
const LSN_MASK: u64 = 0x7fff_ffff_ffff_ffff;
/// The kinds of message that can be read.
const CANCELED: u8 = 1;
const CAP: u8 = 2;
const BLOB_LINK: u8 = 11;
