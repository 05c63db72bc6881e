//! People: contacts, requests and invites, and what is remembered of a 1:1 conversation.

use super::{AccountId, ConversationId, EntryRef, InviteId, Name};

/// A person we know, ask, or are asked by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The account: the only identity.
    pub account: AccountId,
    /// The name we show: ours for them if we gave one, else the one they go by.
    pub name: Name,
    /// Whether `name` was given by us, so that theirs no longer changes it.
    pub named_by_us: bool,
    /// Where the relation stands.
    pub state: ContactState,
    /// Whether the person compared safety numbers with us.
    pub verified: bool,
    /// Nothing goes to or comes from a blocked account.
    pub blocked: bool,
    /// The certificate of the device we talk to, as bytes of `DevCert`; none before the first bundle.
    pub device: Option<Vec<u8>>,
    /// The certificate of a new device that waits for the person's decision; sending is held meanwhile.
    pub changed_device: Option<Vec<u8>>,
    /// Head of the highest device list seen, and its sequence.
    pub device_list: Option<([u8; 32], u64)>,
    /// The invite that we hold for this account: its id and secret.
    pub invite: Option<(InviteId, [u8; 16])>,
    /// Highest session generation seen with the current device.
    pub generation: u32,
    /// When a connection with the person was last up, milliseconds since the epoch.
    pub last_seen_ms: Option<u64>,
    /// When the row was made: the request box is sorted by it.
    pub since_ms: u64,
}

/// Where the relation with a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactState {
    /// We asked, and they have not accepted yet.
    Asked,
    /// Both agreed.
    Mutual,
    /// They asked, and we have not decided yet: the request box.
    Request,
}

/// An invite that we gave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Its public name.
    pub id: InviteId,
    /// Its secret.
    pub secret: [u8; 16],
    /// When it ends, milliseconds since the epoch.
    pub expires_ms: Option<u64>,
    /// Whether the first use ends it.
    pub single_use: bool,
    /// How often it was used.
    pub uses: u32,
}

impl Invite {
    /// Whether it can still be used.
    #[must_use]
    pub fn is_open(&self, now_ms: u64) -> bool {
        self.is_known(now_ms) && !(self.single_use && self.uses > 0)
    }

    /// Whether its end has not come yet: a used one is remembered so long, to tell a second user.
    #[must_use]
    pub fn is_known(&self, now_ms: u64) -> bool {
        self.expires_ms.is_none_or(|end| now_ms < end)
    }
}

/// What is remembered of a 1:1 conversation besides its entries: enough to show the list, to write the next
/// entry, and to know what has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectHead {
    /// The conversation.
    pub conversation: ConversationId,
    /// The other person.
    pub account: AccountId,
    /// Our next sequence number.
    pub next_seq: u64,
    /// Highest Lamport time seen.
    pub lamport: u64,
    /// Which of the peer device's entries have arrived.
    pub seen: Seen,
    /// The peer device whose entries `seen` counts.
    pub seen_device: Option<super::DeviceId>,
    /// Shown entries of the peer after `read_upto`.
    pub unread: u32,
    /// What our person has seen.
    pub read_upto: Option<EntryRef>,
    /// What the peer's person has seen of ours, and when we learnt it.
    pub peer_read: Option<(EntryRef, u64)>,
    /// The newest shown entry.
    pub last: Option<EntryRef>,
    /// When the newest shown entry came in or was written here, milliseconds since the epoch.
    pub last_at_ms: u64,
}

/// A set of sequence numbers, kept as runs `first..=last` in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    runs: Vec<(u64, u64)>,
}

impl Seen {
    /// More runs than this are not kept apart. A sender works through its outbox in order within a window of
    /// `WINDOW_FRAMES`, so what lies this far back has either come or never will.
    pub const MAX_RUNS: usize = 1024;

    /// From runs as [`Self::runs`] gives them; `None` if they are not ascending and apart.
    #[must_use]
    pub fn from_runs(runs: Vec<(u64, u64)>) -> Option<Self> {
        let ordered = runs.iter().all(|(first, last)| first <= last);
        let apart = runs.windows(2).all(|pair| match pair {
            [(_, a), (b, _)] => a.checked_add(1).is_some_and(|next| next < *b),
            _ => true,
        });
        (ordered && apart && runs.len() <= Self::MAX_RUNS).then_some(Self { runs })
    }

    /// The runs, ascending.
    #[must_use]
    pub fn runs(&self) -> &[(u64, u64)] {
        &self.runs
    }

    /// Whether `seq` is in the set.
    #[must_use]
    pub fn contains(&self, seq: u64) -> bool {
        let after = self.runs.partition_point(|(first, _)| *first <= seq);
        after.checked_sub(1).and_then(|i| self.runs.get(i)).is_some_and(|(_, last)| seq <= *last)
    }

    /// Adds `seq`. With more than [`Self::MAX_RUNS`] gaps the oldest one is taken as closed.
    pub fn insert(&mut self, seq: u64) {
        if self.contains(seq) {
            return;
        }
        let at = self.runs.partition_point(|(first, _)| *first <= seq);
        let before = at
            .checked_sub(1)
            .filter(|i| self.runs.get(*i).is_some_and(|(_, last)| last.checked_add(1) == Some(seq)));
        let joins_next = self.runs.get(at).is_some_and(|(first, _)| seq.checked_add(1) == Some(*first));
        match (before, joins_next) {
            (Some(i), true) => {
                let (_, end) = self.runs.remove(at);
                if let Some(run) = self.runs.get_mut(i) {
                    run.1 = end;
                }
            }
            (Some(i), false) => {
                if let Some(run) = self.runs.get_mut(i) {
                    run.1 = seq;
                }
            }
            (None, true) => {
                if let Some(run) = self.runs.get_mut(at) {
                    run.0 = seq;
                }
            }
            (None, false) => self.runs.insert(at, (seq, seq)),
        }
        if self.runs.len() > Self::MAX_RUNS {
            let (first, _) = self.runs.remove(0);
            if let Some(run) = self.runs.first_mut() {
                run.0 = first;
            }
        }
    }

    /// The highest number in the set.
    #[must_use]
    pub fn highest(&self) -> Option<u64> {
        self.runs.last().map(|(_, last)| *last)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn seen_is_a_set_and_its_runs_are_apart(seqs in prop::collection::vec(0_u64..60, 0..80)) {
            let mut seen = Seen::default();
            let mut model = BTreeSet::new();
            for seq in seqs {
                seen.insert(seq);
                model.insert(seq);
                prop_assert_eq!(Seen::from_runs(seen.runs().to_vec()), Some(seen.clone()));
            }
            for seq in 0..61 {
                prop_assert_eq!(seen.contains(seq), model.contains(&seq));
            }
            prop_assert_eq!(seen.highest(), model.last().copied());
        }
    }

    #[test]
    fn seen_stays_bounded_and_closes_its_oldest_gap_first() {
        let mut seen = Seen::default();
        for i in 0..=Seen::MAX_RUNS as u64 {
            seen.insert(i * 2);
        }
        assert_eq!(seen.runs().len(), Seen::MAX_RUNS);
        assert!(seen.contains(1));
        assert!(!seen.contains(3));
    }
}
