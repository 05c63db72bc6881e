//! A backend that fails at the n-th write, for tests of what an error leaves behind.

use super::{Backend, Batch, Direction, Rows};
use crate::store::StoreError;

/// Passes everything to `inner` until `writes_left` batches are written; then it fails as a full disk does.
#[derive(Debug)]
pub(crate) struct Faulty<B> {
    /// The real one.
    pub(crate) inner: B,
    /// Batches that still work.
    pub(crate) writes_left: u32,
    /// Whether the failing batch is written all the same: the answer was lost, not the write.
    pub(crate) writes_before_failing: bool,
}

impl<B: Backend> Backend for Faulty<B> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }

    fn scan<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Rows<'a> {
        self.inner.scan(from, to, direction)
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if let Some(left) = self.writes_left.checked_sub(1) {
            self.writes_left = left;
            return self.inner.apply(batch);
        }
        if self.writes_before_failing {
            self.inner.apply(batch)?;
        }
        Err(StoreError::DiskFull)
    }
}
