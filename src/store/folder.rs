//! The profile folder: who may use it, which layout it has, and whether there is room in it.
//!
//! ```text
//! lock      held by the process that has the profile open; its id stands inside
//! format    names the layout, so that an older program leaves a newer profile alone
//! keys.a/b  the key file's two slots
//! rows/     the database
//! aside-N/  what was found damaged or without an owner and moved out of the way; nothing is ever deleted
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use super::StoreError;
use super::backend::sled::private_dir;
use super::keyfile::write_whole;

/// The right to use a profile, until the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct FolderLock(
    #[expect(dead_code, reason = "held, not used: closing it releases the lock")] Arc<File>,
);

impl FolderLock {
    /// Takes the lock of `dir`, which is made if need be and closed to others.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process (or another part of this one) holds it.
    pub(crate) fn take(dir: &Path) -> Result<Self, StoreError> {
        make_private(dir)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(dir.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.take(PID_LIMIT).read_to_string(&mut holder)?;
                return Err(StoreError::InUse(holder.trim().parse().unwrap_or(0)));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(std::process::id().to_string().as_bytes())?;
        Ok(Self(Arc::new(file)))
    }
}

/// Makes the folder if need be and closes it to others.
fn make_private(dir: &Path) -> Result<(), StoreError> {
    private_dir(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    Ok(())
}

/// Closes the database's files to others: sled makes them as the umask says.
pub(super) fn close_files(rows: &Path) -> Result<(), StoreError> {
    for item in fs::read_dir(rows)? {
        let item = item?;
        if item.file_type()?.is_file() {
            fs::set_permissions(item.path(), fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Writes which layout the folder has.
pub(super) fn write_format(dir: &Path) -> Result<(), StoreError> {
    write_whole(dir, FORMAT, format!("{FORMAT_LINE}{SCHEMA}\n").as_bytes())
}

/// Checks that this program knows the layout.
///
/// # Errors
/// [`StoreError::Newer`], or [`StoreError::Damaged`] if the file is not there or says something else.
pub(super) fn check_format(dir: &Path) -> Result<(), StoreError> {
    let damaged = StoreError::Damaged("the file that names the layout");
    let mut text = String::new();
    let Ok(file) = File::open(dir.join(FORMAT)) else {
        return Err(damaged);
    };
    if file.take(FORMAT_LIMIT).read_to_string(&mut text).is_err() {
        return Err(damaged);
    }
    match text.strip_prefix(FORMAT_LINE).and_then(|rest| rest.strip_suffix('\n')).map(str::parse::<u32>) {
        Some(Ok(SCHEMA)) => Ok(()),
        Some(Ok(schema)) if schema > SCHEMA => Err(StoreError::Newer),
        Some(Ok(_older)) => Err(StoreError::Damaged("its layout is one from before the first release")),
        _ => Err(damaged),
    }
}

/// Moves `path` out of the way, into a folder that did not exist before.
pub(super) fn move_aside(dir: &Path, path: &Path) -> Result<(), StoreError> {
    let Some(name) = path.file_name() else {
        return Ok(());
    };
    for number in 1_u32.. {
        let aside = dir.join(format!("aside-{number}"));
        match fs::create_dir(&aside) {
            Ok(()) => {
                fs::rename(path, aside.join(name))?;
                break;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    super::backend::sled::sync_dir(dir)
}

/// Bytes that may still be written in `dir`.
pub(super) fn room(dir: &Path) -> Result<u64, StoreError> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The layout of folder, keys and records that this version writes.
pub(super) const SCHEMA: u32 = 2;

const LOCK: &str = "lock";
const FORMAT: &str = "format";
const FORMAT_LINE: &str = "undertone profile ";
const FORMAT_LIMIT: u64 = 64;
const PID_LIMIT: u64 = 16;
