//! What of a group cannot be opened: messages as they travelled, and whose key each of them waits for. Decides nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::chain::Runs;
use crate::{
    model::{AccountId, Seen, WaitingRow},
    wire::{Holding, MAX_RUNS},
};

/// What cannot be opened yet.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    /// Messages of chains that somebody owes us, and so on disk, and of others; the oldest first.
    pub(super) rows: VecDeque<Waiting>,
    /// Chains whose author took us for a member when they began.
    pub(super) owed: BTreeMap<[u8; 16], Owed>,
    /// Chains whose author has said that it gives us no key.
    pub(super) denied: BTreeSet<[u8; 16]>,
}

/// A message, and whether it is on disk.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) row: WaitingRow,
    pub(super) kept: bool,
}

/// A chain whose key is missing.
#[derive(Debug)]
pub(super) struct Owed {
    /// Whose it is, as another member says.
    pub(super) by: AccountId,
    pub(super) since_ms: u64,
    /// When its author was asked.
    pub(super) asked_ms: Option<u64>,
}

impl Lacking {
    /// Whether nothing waits for a key that somebody owes us.
    pub(super) fn is_empty(&self) -> bool {
        self.owed.is_empty()
    }

    /// Whose key is missing, and how many messages wait for it.
    pub(super) fn by_author(&self) -> BTreeMap<AccountId, u64> {
        let mut waiting: BTreeMap<AccountId, u64> = BTreeMap::new();
        for row in self.rows.iter().filter(|waiting| waiting.kept).map(|waiting| &waiting.row) {
            if let Some(owed) = self.owed.get(&row.chain) {
                let count = waiting.entry(owed.by).or_default();
                *count = count.saturating_add(1);
            }
        }
        waiting
    }

    /// What waits of a chain that somebody owes us; none if nobody does, or no more of it can wait.
    pub(super) fn wanted(&self, chain: &[u8; 16]) -> Option<Seen> {
        let seen = self.seen(chain);
        let count = self.rows.iter().filter(|waiting| waiting.row.chain == *chain).count();
        (self.owed.contains_key(chain) && count < MOST_OF_CHAIN).then_some(seen)
    }

    /// Takes out the oldest of those meant, until they are no more than so many with so many bytes.
    pub(super) fn shrink(
        &mut self,
        meant: impl Fn(&Waiting) -> bool,
        (most, most_bytes): (usize, usize),
    ) -> Vec<Waiting> {
        let mut gone = Vec::new();
        loop {
            let of = || self.rows.iter().filter(|waiting| meant(waiting));
            let bytes = of().map(|waiting| waiting.row.bytes.len()).sum::<usize>();
            if of().count() <= most && bytes <= most_bytes {
                return gone;
            }
            let oldest = self.rows.iter().position(&meant).and_then(|at| self.rows.remove(at));
            gone.extend(oldest);
        }
    }

    pub(super) fn take(&mut self, meant: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        let (taken, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.rows).into_iter().partition(meant);
        self.rows = rest.into();
        taken
    }

    fn seen(&self, chain: &[u8; 16]) -> Seen {
        let mut seen = Seen::default();
        for waiting in self.rows.iter().filter(|waiting| waiting.row.chain == *chain && waiting.kept) {
            seen.insert(u64::from(waiting.row.iteration));
        }
        seen
    }

    /// What others can have of it, for what we were not given ourselves.
    pub(super) fn holdings(&self) -> impl Iterator<Item = Holding> {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        self.owed.keys().filter_map(move |chain| {
            let runs: Runs = self
                .seen(chain)
                .runs()
                .iter()
                .take(MAX_RUNS)
                .map(|(first, last)| (number(*first), number(*last)))
                .collect();
            (!runs.is_empty()).then_some(Holding {
                chain: *chain,
                start: NOT_GIVEN,
                runs,
                tip: [0; 16],
                forked: None,
            })
        })
    }

    /// The messages of a chain that wait and are on disk, from one place to another.
    pub(super) fn messages(&self, chain: &[u8; 16], first: u32, last: u32) -> impl Iterator<Item = &[u8]> {
        let meant = move |row: &&WaitingRow| row.chain == *chain && (first..=last).contains(&row.iteration);
        self.rows
            .iter()
            .filter(|waiting| waiting.kept)
            .map(|waiting| &waiting.row)
            .filter(meant)
            .map(|row| &*row.bytes)
    }
}

/// The start of a chain of which a member has messages and was given no key.
pub(super) const NOT_GIVEN: u32 = u32::MAX;
/// Messages of one chain that wait.
pub(super) const MOST_OF_CHAIN: usize = 256;
