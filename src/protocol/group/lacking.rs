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
    /// Chains whose author took us for a member when they began, and who that may be. Never without anybody.
    owed: BTreeMap<[u8; 16], Vec<Owed>>,
    /// Chains of which somebody who was named as their author has said that it gives us no key.
    denied: BTreeSet<([u8; 16], AccountId)>,
}

/// A message, and whether it is on disk.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) row: WaitingRow,
    pub(super) kept: bool,
}

/// Somebody who is said to owe us the key of a chain.
#[derive(Debug)]
pub(super) struct Owed {
    /// Whose it is, as others say.
    pub(super) by: AccountId,
    /// The members who say so since the program started.
    pub(super) tellers: BTreeSet<AccountId>,
    pub(super) since_ms: u64,
    /// When its author was asked.
    pub(super) asked_ms: Option<u64>,
}

impl Lacking {
    /// Whether nothing waits for a key that somebody owes us.
    pub(super) fn is_empty(&self) -> bool {
        self.owed.is_empty()
    }

    /// How many messages wait for a key that somebody owes us.
    pub(super) fn count(&self) -> u64 {
        let waiting =
            self.rows.iter().filter(|waiting| waiting.kept && self.owed.contains_key(&waiting.row.chain));
        u64::try_from(waiting.count()).unwrap_or(u64::MAX)
    }

    /// Whose key is missing, and how many messages wait for it: of each one named, where members do not agree.
    pub(super) fn by_author(&self) -> BTreeMap<AccountId, u64> {
        let mut waiting: BTreeMap<AccountId, u64> = BTreeMap::new();
        for row in self.rows.iter().filter(|waiting| waiting.kept).map(|waiting| &waiting.row) {
            for by in self.named(&row.chain) {
                let count = waiting.entry(by).or_default();
                *count = count.saturating_add(1);
            }
        }
        waiting
    }

    /// Who owes us the key of a chain: of those named, whom most members name.
    fn named(&self, chain: &[u8; 16]) -> impl Iterator<Item = AccountId> {
        let named = self.owed.get(chain).map(Vec::as_slice).unwrap_or_default();
        let most = named.iter().map(|owed| owed.tellers.len()).max().unwrap_or(0);
        named.iter().filter(move |owed| owed.tellers.len() == most).map(|owed| owed.by)
    }

    /// The first of those.
    pub(super) fn by(&self, chain: &[u8; 16]) -> Option<AccountId> {
        self.named(chain).next()
    }

    /// A member, or the disk, names somebody as the author of a chain. Each member can name so many, and nobody's word
    /// stands against another's. Whether something was learnt.
    pub(super) fn learn(
        &mut self,
        chain: [u8; 16],
        by: AccountId,
        teller: Option<AccountId>,
        since_ms: u64,
    ) -> bool {
        let told = |owed: &&Owed| teller.is_some_and(|teller| owed.tellers.contains(&teller));
        let full = self.owed.values().flatten().filter(told).count() >= MOST_TOLD;
        if full || self.denied.contains(&(chain, by)) {
            return false;
        }
        let named = self.owed.entry(chain).or_default();
        if let Some(owed) = named.iter_mut().find(|owed| owed.by == by) {
            return teller.is_some_and(|teller| owed.tellers.insert(teller));
        }
        named.push(Owed { by, tellers: teller.into_iter().collect(), since_ms, asked_ms: None });
        true
    }

    /// Somebody says that it gives us no key of this chain. Whether nobody else was named as its author.
    pub(super) fn deny(&mut self, chain: [u8; 16], account: AccountId) -> bool {
        let Some(named) = self.owed.get_mut(&chain) else { return false };
        let before = named.len();
        named.retain(|owed| owed.by != account);
        if named.len() == before {
            return false;
        }
        let nobody = named.is_empty();
        if nobody {
            self.owed.remove(&chain);
        }
        if self.denied.iter().filter(|(_, by)| *by == account).count() < MOST_DENIED {
            self.denied.insert((chain, account));
        }
        nobody
    }

    /// Whether there is no key of a chain, as far as anybody has said.
    pub(super) fn is_denied(&self, chain: &[u8; 16]) -> bool {
        !self.owed.contains_key(chain) && self.denied.iter().any(|(of, _)| of == chain)
    }

    /// The key of a chain has come.
    pub(super) fn settle(&mut self, chain: &[u8; 16]) {
        self.owed.remove(chain);
        self.denied.retain(|(of, _)| of != chain);
    }

    /// What was said before this moment counts no more.
    pub(super) fn forget_before(&mut self, at_ms: u64) {
        for named in self.owed.values_mut() {
            named.retain(|owed| owed.since_ms > at_ms);
        }
        self.owed.retain(|_, named| !named.is_empty());
    }

    /// The chains whose key somebody owes us.
    pub(super) fn owed(&self) -> BTreeSet<[u8; 16]> {
        self.owed.keys().copied().collect()
    }

    /// Notes that keys are asked for now, and which, of those who can be reached and were not asked lately: of each those that have been
    /// missing for longest.
    pub(super) fn ask(
        &mut self,
        reached: impl Fn(&AccountId) -> bool,
        lately: impl Fn(u64) -> bool,
        now_ms: u64,
    ) -> Vec<(AccountId, [u8; 16])> {
        let all = self.owed.iter_mut().flat_map(|(chain, named)| named.iter_mut().map(|owed| (*chain, owed)));
        let due = |owed: &Owed| reached(&owed.by) && !owed.asked_ms.is_some_and(&lately);
        let mut due: Vec<_> = all.filter(|(_, owed)| due(owed)).collect();
        due.sort_by_key(|(_, owed)| owed.since_ms);
        let (mut asked, mut counts) = (Vec::new(), BTreeMap::<AccountId, usize>::new());
        for (chain, owed) in due {
            let count = counts.entry(owed.by).or_default();
            if *count < MOST_TOLD {
                *count = count.saturating_add(1);
                owed.asked_ms = Some(now_ms);
                asked.push((owed.by, chain));
            }
        }
        asked
    }

    /// What waits of a chain that somebody owes us; none if nobody does, or no more of it can wait.
    pub(super) fn wanted(&self, chain: &[u8; 16]) -> Option<Seen> {
        let seen = self.seen(chain);
        let count = self.rows.iter().filter(|waiting| waiting.row.chain == *chain).count();
        let room = || self.is_light(chain) || !self.exceeds((MOST - 1, MOST_BYTES - LONGEST));
        (self.owed.contains_key(chain) && count < MOST_OF_CHAIN && room()).then_some(seen)
    }

    /// Takes out what is too much of what waits on disk: the oldest of those for which whoever names their author has
    /// most here, so that nobody's word fills what others need.
    pub(super) fn crowd_out(&mut self) -> Vec<Waiting> {
        let mut gone = Vec::new();
        while self.exceeds((MOST, MOST_BYTES)) {
            let loads = self.loads();
            let load = |waiting: &Waiting| self.load(&waiting.row.chain, &loads);
            let kept = self.rows.iter().filter(|waiting| waiting.kept);
            let heaviest = kept.map(load).max();
            let heavy = |waiting: &Waiting| waiting.kept && Some(load(waiting)) == heaviest;
            let Some(at) = self.rows.iter().position(heavy) else { break };
            gone.extend(self.rows.remove(at));
        }
        gone
    }

    fn exceeds(&self, (most, most_bytes): (usize, usize)) -> bool {
        let kept = || self.rows.iter().filter(|waiting| waiting.kept);
        kept().count() > most || kept().map(|waiting| waiting.row.bytes.len()).sum::<usize>() > most_bytes
    }

    /// Who names authors of a chain; nobody if that is known from the disk alone.
    fn tellers(&self, chain: &[u8; 16]) -> BTreeSet<Option<AccountId>> {
        let named = self.owed.get(chain).into_iter().flatten().flat_map(|owed| &owed.tellers);
        let mut tellers: BTreeSet<_> = named.copied().map(Some).collect();
        if tellers.is_empty() {
            tellers.insert(None);
        }
        tellers
    }

    /// Bytes that wait by the word of each.
    fn loads(&self) -> BTreeMap<Option<AccountId>, usize> {
        let mut loads: BTreeMap<_, usize> = BTreeMap::new();
        for waiting in self.rows.iter().filter(|waiting| waiting.kept) {
            for teller in self.tellers(&waiting.row.chain) {
                let load = loads.entry(teller).or_default();
                *load = load.saturating_add(waiting.row.bytes.len());
            }
        }
        loads
    }

    /// What waits by the word of whoever has least here of those who speak for a chain.
    fn load(&self, chain: &[u8; 16], loads: &BTreeMap<Option<AccountId>, usize>) -> usize {
        let of = |teller| loads.get(&teller).copied().unwrap_or(0);
        self.tellers(chain).into_iter().map(of).min().unwrap_or(0)
    }

    fn is_light(&self, chain: &[u8; 16]) -> bool {
        self.load(chain, &self.loads()) < MOST_BYTES / 4
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
/// Chains whose author one member can name.
pub(super) const MOST_TOLD: usize = 64;
/// Chains of one author of which we remember that it gives us no key.
const MOST_DENIED: usize = 256;
/// Messages of one group that wait on disk.
const MOST: usize = 4096;
/// Bytes of them.
pub(super) const MOST_BYTES: usize = 4 * 1024 * 1024;
/// No message is longer.
const LONGEST: usize = 64 * 1024;
