//! A map in memory, for tests of what stands above the backend.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Backend, Batch, Direction, Rows};
use crate::store::StoreError;

/// Rows in memory. Clones share them, so that a test can close a store and open it again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>);

impl Memory {
    /// All rows, to look at or to tamper with.
    pub(crate) fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.0.lock().expect("no test panics while it holds the rows")
    }
}

impl Backend for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().get(key).cloned())
    }

    fn scan<'a>(&'a self, from: &[u8], to: &[u8], direction: Direction) -> Rows<'a> {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let mut rows: Vec<_> = self
            .rows()
            .range(from.to_vec()..to.to_vec())
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        if direction == Direction::Descending {
            rows.reverse();
        }
        Box::new(rows.into_iter())
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut rows = self.rows();
        for (key, value) in batch {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(())
    }
}
