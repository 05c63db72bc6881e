//! Keys of messages that were skipped and may still arrive: bounded in number, age and chains.

use std::collections::VecDeque;

use super::{MAX_OLD_CHAINS, MAX_SKIPPED_KEYS, SKIPPED_TTL_MS};
use crate::secret::Secret;

/// The key of one message that has not arrived.
#[derive(Debug)]
pub(super) struct SkippedKey {
    pub(super) n: u32,
    pub(super) since_ms: u64,
    pub(super) key: Secret<32>,
}

impl SkippedKey {
    const fn is_fresh(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.since_ms) < SKIPPED_TTL_MS
    }
}

/// The missing messages of a chain that is no longer current.
#[derive(Debug)]
pub(super) struct OldChain {
    pub(super) header_key: Secret<32>,
    /// Ascending by position.
    pub(super) keys: VecDeque<SkippedKey>,
}

/// Where a key was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Current,
    /// Index among the old chains.
    Old(usize),
}

#[derive(Debug, Default)]
pub(super) struct Skipped {
    /// Missing messages of the current receiving chain, ascending by position.
    pub(super) current: VecDeque<SkippedKey>,
    /// Oldest first; none is empty.
    pub(super) old: VecDeque<OldChain>,
}

impl Skipped {
    pub(super) fn find(&self, place: Place, n: u32, now_ms: u64) -> Option<&Secret<32>> {
        let keys = match place {
            Place::Current => &self.current,
            Place::Old(index) => &self.old.get(index)?.keys,
        };
        let at = keys.binary_search_by_key(&n, |key| key.n).ok()?;
        keys.get(at).filter(|key| key.is_fresh(now_ms)).map(|key| &key.key)
    }

    pub(super) fn remove(&mut self, place: Place, n: u32) {
        let keys = match place {
            Place::Current => Some(&mut self.current),
            Place::Old(index) => self.old.get_mut(index).map(|chain| &mut chain.keys),
        };
        if let Some(keys) = keys
            && let Ok(at) = keys.binary_search_by_key(&n, |key| key.n)
        {
            keys.remove(at);
        }
    }

    /// The current chain has ended: what is missing of it stays findable under its header key.
    pub(super) fn close_chain(&mut self, header_key: Secret<32>) {
        let keys = std::mem::take(&mut self.current);
        self.old.push_back(OldChain { header_key, keys });
    }

    /// Drops what is too old or too many, the oldest first.
    pub(super) fn prune(&mut self, now_ms: u64) {
        // the oldest are in front; a key behind a younger one is not found any more once it is too old
        let expire = |keys: &mut VecDeque<SkippedKey>| {
            while keys.front().is_some_and(|key| !key.is_fresh(now_ms)) {
                keys.pop_front();
            }
        };
        expire(&mut self.current);
        self.old.iter_mut().for_each(|chain| expire(&mut chain.keys));
        self.old.retain(|chain| !chain.keys.is_empty());
        while self.old.len() > MAX_OLD_CHAINS {
            self.old.pop_front();
        }
        for _ in MAX_SKIPPED_KEYS..self.len() {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        match self.old.front_mut() {
            Some(chain) => {
                chain.keys.pop_front();
                if chain.keys.is_empty() {
                    self.old.pop_front();
                }
            }
            None => {
                self.current.pop_front();
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.old.iter().fold(self.current.len(), |sum, chain| sum.saturating_add(chain.keys.len()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.current.is_empty() && self.old.is_empty()
    }
}
