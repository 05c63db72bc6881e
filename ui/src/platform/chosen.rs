//! Reads a file that the person chose, up to a size. Knows nothing of what is in it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Why a chosen file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is too large.
    TooLarge,
    /// It is no file, or cannot be read.
    Unreadable,
}

/// The bytes of a file of at most so many.
pub(super) fn read(path: &Path, largest: u64) -> Result<Vec<u8>, Unread> {
    let file = File::open(path).map_err(|_unreadable| Unread::Unreadable)?;
    let meta = file.metadata().map_err(|_unreadable| Unread::Unreadable)?;
    if !meta.is_file() {
        return Err(Unread::Unreadable);
    }
    // the length can change between the look and the reading
    let mut bytes = Vec::new();
    let one_more = largest.saturating_add(1);
    file.take(one_more).read_to_end(&mut bytes).map_err(|_unreadable| Unread::Unreadable)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= largest);
    if meta.len() <= largest && fits { Ok(bytes) } else { Err(Unread::TooLarge) }
}
