//! A sender chain of a group: its key, which of its messages are on disk, and what its author knew when.

use undertone_crypto::group::{ReceiverChain, Sealed, SenderChain};

use super::fork::Names;
use crate::model::{AccountId, ChainRow, OpId, SecretBytes, Seen};
use crate::protocol::RestoreError;

/// A sender chain.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) row: ChainRow,
    /// Of our own chain.
    pub(super) sender: Option<SenderChain>,
    /// Of another's.
    pub(super) receiver: Option<ReceiverChain>,
    pub(super) names: Names,
}

/// Runs `first..=last` of iterations, ascending.
pub(super) type Runs = Vec<(u32, u32)>;

impl Chain {
    pub(super) fn from_row(mut row: ChainRow) -> Result<Self, RestoreError> {
        let damaged = |_| RestoreError("chain");
        let sender =
            row.sender.take().map(|bytes| SenderChain::from_bytes(&bytes)).transpose().map_err(damaged)?;
        let receiver = row
            .receiver
            .take()
            .map(|bytes| ReceiverChain::from_bytes(&bytes))
            .transpose()
            .map_err(damaged)?;
        Ok(Self { row, sender, receiver, names: Names::default() })
    }

    pub(super) fn to_row(&self) -> ChainRow {
        let mut row = self.row.clone();
        row.sender = self.sender.as_ref().map(|sender| SecretBytes::from(sender.to_bytes()));
        row.receiver = self.receiver.as_ref().map(|receiver| SecretBytes::from(receiver.to_bytes()));
        row
    }

    /// Notes which operations the author knew when it wrote this. Whether rows have to be judged anew.
    pub(super) fn note_view(&mut self, seq: u64, heads: Vec<OpId>) -> bool {
        self.row.last_seq = self.row.last_seq.max(seq);
        let next_held = self.next_held(seq);
        let views = &mut self.row.views;
        let at = views.partition_point(|(first, _)| *first <= seq);
        let before = at.checked_sub(1).and_then(|at| views.get(at)).map(|(_, known)| known.clone());
        if before.as_ref() == Some(&heads) {
            return false;
        }
        // No program of ours goes back to an earlier view, yet what came before counts by what it said itself.
        let upto = views.get(at).map(|(first, _)| *first);
        let resumed = next_held.filter(|next| upto.is_none_or(|upto| *next < upto)).zip(before);
        if resumed.is_some() && views.len() < MAX_VIEWS {
            views.splice(at..at, [(seq, heads)].into_iter().chain(resumed));
            return true;
        }
        // The same view may have been noted for a later message already.
        if let Some(next) = views.get_mut(at).filter(|next| next.1 == heads) {
            next.0 = seq;
        } else if views.len() < MAX_VIEWS {
            views.insert(at, (seq, heads));
        }
        true
    }

    /// The number of the next message after this one that is on disk.
    fn next_held(&self, seq: u64) -> Option<u64> {
        let place = seq.checked_sub(self.row.first_seq)?;
        let run = self.row.held.runs().iter().find(|(_, last)| *last > place)?;
        self.row.first_seq.checked_add(run.0.max(place.checked_add(1)?))
    }

    /// Whether it is one of this account's.
    pub(super) fn is_of(&self, account: &AccountId) -> bool {
        self.row.account == *account
    }

    /// Whether the message at this place is on disk.
    pub(super) fn holds(&self, iteration: u32) -> bool {
        self.row.held.contains(u64::from(iteration))
    }

    /// The runs of messages on disk.
    pub(super) fn runs(&self) -> Vec<(u32, u32)> {
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        self.row.held.runs().iter().map(|(first, last)| (number(*first), number(*last))).collect()
    }

    /// Whether the chain's device signed this message.
    pub(super) fn made(&self, sealed: &Sealed) -> bool {
        let ours = self.sender.as_ref().is_some_and(|sender| sender.made(sealed));
        ours || self.receiver.as_ref().is_some_and(|receiver| receiver.made(sealed))
    }
}

/// The iterations of `theirs` that are not in `held` and not before `start`: at most `most` ranges.
pub(super) fn missing(held: &Seen, start: u32, theirs: &[(u32, u32)], most: usize) -> Vec<(u32, u32)> {
    let mut gaps = Vec::new();
    for (first, last) in theirs {
        let mut at = (*first).max(start);
        while at <= *last && gaps.len() < most {
            let run = held.runs().iter().find(|(_, end)| *end >= u64::from(at));
            let (begin, end) = run.copied().unwrap_or((u64::MAX, u64::MAX));
            if begin <= u64::from(at) {
                let Some(next) = u32::try_from(end).ok().and_then(|end| end.checked_add(1)) else { break };
                at = next;
                continue;
            }
            let before = u32::try_from(begin.saturating_sub(1)).unwrap_or(u32::MAX);
            gaps.push((at, before.min(*last)));
            let Some(next) = before.min(*last).checked_add(1) else { break };
            at = next;
        }
    }
    gaps
}

/// Changes of membership within one chain of at most a thousand messages.
const MAX_VIEWS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_what_they_hold_and_we_do_not() {
        let mut held = Seen::default();
        for at in [0, 1, 2, 5, 9] {
            held.insert(at);
        }
        assert_eq!(missing(&held, 0, &[(0, 10)], 9), [(3, 4), (6, 8), (10, 10)]);
        assert_eq!(missing(&held, 4, &[(0, 10)], 2), [(4, 4), (6, 8)]);
        assert_eq!(missing(&held, 0, &[(0, 2), (5, 5)], 9), []);
        assert_eq!(missing(&Seen::default(), 3, &[(0, 2), (4, u32::MAX)], 9), [(4, u32::MAX)]);
    }
}
