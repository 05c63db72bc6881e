//! What the store needs of a database: one ordered map of byte strings with atomic, durable batches. Knows
//! nothing of what a row says; everything it is given is sealed already.

#[cfg(test)]
mod conformance;
#[cfg(test)]
pub(super) mod faulty;
mod log;
#[cfg(test)]
pub(super) mod memory;
pub(super) mod sled;

use std::collections::BTreeMap;

use super::StoreError;

/// An ordered map of byte strings on disk.
pub(super) trait Backend: Send {
    /// The value of `key`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Io`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The rows with `from <= key < to`, ascending or descending.
    fn scan<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Rows<'a>;

    /// Writes all of `batch` or nothing. On return it survives a loss of power.
    ///
    /// # Errors
    /// Any; after an error it is unknown whether the batch will be there when the map is opened again, and
    /// nothing more may be written before that.
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError>;
}

/// Rows of a scan, in order.
pub(super) type Rows<'a> = Box<dyn Iterator<Item = Result<Row, StoreError>> + 'a>;

/// One row: key and value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// Rows to write (`Some`) and to remove (`None`), each key once.
pub(super) type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}
