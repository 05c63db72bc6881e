//! Why the store refuses or fails. Each variant asks for a different answer from whoever opened the profile.

use std::io;

use thiserror::Error;
use undertone_crypto::record::OpenError;
use undertone_crypto::vault::{KeyFileError, SealError};

/// What went wrong with a profile on disk. Names no content, key or path.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// The folder holds no profile.
    #[error("there is no profile in this folder")]
    NotFound,
    /// The folder holds a profile already.
    #[error("there is a profile in this folder already")]
    Exists,
    /// The passphrase does not open the key file.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Another process has the profile open: its id, or 0 if it could not be read.
    #[error("the profile is in use by process {0}")]
    InUse(u32),
    /// A part of the profile is missing, cut or changed. What was found is left as it is.
    #[error("the profile is damaged: {0}")]
    Damaged(&'static str),
    /// The profile was written by a newer version, and is left untouched.
    #[error("the profile was written by a newer version of this program")]
    Newer,
    /// There is no room for the write; nothing of it was done. Reading goes on.
    #[error("the disk is full")]
    DiskFull,
    /// The folder cannot be written.
    #[error("the profile folder cannot be written")]
    ReadOnly,
    /// A write failed half-way, so memory and disk may differ: the profile must be opened again.
    #[error("an earlier write failed; the profile must be opened again")]
    Stopped,
    /// Any other failure of the system below.
    #[error("the disk failed: {0}")]
    Io(io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error),
        }
    }
}

impl From<rustix::io::Errno> for StoreError {
    fn from(error: rustix::io::Errno) -> Self {
        io::Error::from(error).into()
    }
}

impl From<KeyFileError> for StoreError {
    fn from(error: KeyFileError) -> Self {
        match error {
            KeyFileError::WrongPassphrase => Self::WrongPassphrase,
            KeyFileError::Newer => Self::Newer,
            KeyFileError::OutOfMemory => Self::Io(io::ErrorKind::OutOfMemory.into()),
            KeyFileError::Damaged | KeyFileError::ExcessiveParameters | KeyFileError::WeakParameters => {
                Self::Damaged("the key file")
            }
        }
    }
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::OutOfMemory => Self::Io(io::ErrorKind::OutOfMemory.into()),
            SealError::Bug => Self::Io(io::ErrorKind::InvalidInput.into()),
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Newer => Self::Newer,
            OpenError::Damaged => Self::Damaged("a row does not open"),
        }
    }
}

impl From<undertone_crypto::record::SealError> for StoreError {
    fn from(_too_large: undertone_crypto::record::SealError) -> Self {
        Self::Io(io::ErrorKind::FileTooLarge.into())
    }
}
