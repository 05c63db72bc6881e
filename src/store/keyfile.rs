//! The key file on disk: two slots written in turn, each whole or not at all. What stands in a slot is made and
//! read by `undertone_crypto::vault`; this file knows only files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use undertone_crypto::vault;

use super::StoreError;
use super::backend::sled::sync_dir;

/// The two slots of a profile.
#[derive(Debug)]
pub(super) struct KeyFile {
    dir: PathBuf,
}

impl KeyFile {
    /// Of the profile in `dir`.
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Whether there is a slot, so a profile. It is the last thing that creating a profile writes.
    pub(super) fn exists(&self) -> bool {
        SLOTS.iter().any(|name| self.dir.join(name).is_file())
    }

    /// Opens the newest slot that `passphrase` opens.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without slots, else what [`vault::open_newest`] says of them.
    pub(super) fn open(&self, passphrase: &str) -> Result<vault::Opened, StoreError> {
        let mut slots = Vec::new();
        for name in SLOTS {
            match File::open(self.dir.join(name)) {
                Ok(file) => {
                    let mut bytes = Vec::new();
                    file.take(READ_LIMIT).read_to_end(&mut bytes)?;
                    slots.push(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        if slots.is_empty() {
            return Err(StoreError::NotFound);
        }
        let slots: Vec<&[u8]> = slots.iter().map(Vec::as_slice).collect();
        Ok(vault::open_newest(&slots, passphrase.as_bytes())?)
    }

    /// Writes the slot of `counter`. The slot of the counter before it stays: between the two there is always
    /// a whole one.
    pub(super) fn write(&self, counter: u64, slot: &[u8]) -> Result<(), StoreError> {
        let name = if counter.is_multiple_of(2) { SLOTS[0] } else { SLOTS[1] };
        write_whole(&self.dir, name, slot)
    }
}

/// The next counter after `counter` that is above `floor` and whose slot is the other one.
pub(super) fn next_counter(counter: u64, floor: u64) -> u64 {
    let next = counter.max(floor).saturating_add(1);
    if next % 2 == counter % 2 { next.saturating_add(1) } else { next }
}

/// Puts `bytes` in place of the file `name` in `dir`: afterwards, whatever happens, it holds either all of
/// them or what it held before.
pub(super) fn write_whole(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let new = dir.join(format!("{name}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, dir.join(name))?;
    sync_dir(dir)
}

const SLOTS: [&str; 2] = ["keys.a", "keys.b"];
/// Far above any slot: a file that somebody blew up is not read whole.
const READ_LIMIT: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_counter_is_higher_and_in_the_other_slot() {
        for (counter, floor) in [(0, 0), (1, 0), (5, 6), (5, 7), (6, 6), (6, 9)] {
            let next = next_counter(counter, floor);
            assert!(next > counter && next > floor && next % 2 != counter % 2, "{counter} {floor} {next}");
        }
    }
}
