//! People: contacts, requests and invites, and what is remembered of a 1:1 conversation.

use super::{AccountId, Attention, ConversationId, DeviceId, EntryRef, InviteId, InviteSecret, Name, Peer};

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
    pub invite: Option<(InviteId, InviteSecret)>,
    /// What was shown of the person's devices that had to be looked at: the newest [`Evidence::KEPT`], oldest first.
    pub evidence: Vec<Evidence>,
    /// Highest session generation seen with the current device.
    pub generation: u32,
    /// When a connection with the person was last up, milliseconds since the epoch.
    pub last_seen_ms: Option<u64>,
    /// The connection on which a request came: the request box is shared out by it.
    pub asked_via: Option<Peer>,
    /// When the row was made: the request box is sorted by it.
    pub since_ms: u64,
}

/// Where the relation with a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactState {
    /// We asked, and they have not accepted yet.
    Asked,
    /// Somebody whom we know through a group only: no contact, but there are sessions.
    Member,
    /// Both agreed.
    Mutual,
    /// They asked, and we have not decided yet: the request box.
    Request,
}

/// What somebody showed in a contact's name, kept so that the person can look at it and show it to others. The
/// signatures stand in the bytes themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When it was first shown, milliseconds since the epoch.
    pub at_ms: u64,
    /// What is wrong with it.
    pub finding: Finding,
    /// The certificate that was shown: bytes of `DevCert`.
    pub cert: Vec<u8>,
    /// Head and number of the device list that was shown.
    pub shown: ([u8; 32], u64),
    /// Head and number of the device list that was known then.
    pub known: Option<([u8; 32], u64)>,
}

/// Why a device had to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Another device list than the known one with the same number.
    Equivocation,
    /// Another device than the known one, in a list that is in order.
    NewDevice,
    /// A device list older than the known one.
    Rollback,
}

impl Finding {
    /// The word in the headless contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equivocation => "equivocation",
            Self::NewDevice => "new-device",
            Self::Rollback => "rollback",
        }
    }
}

impl Evidence {
    /// What is kept of one contact.
    pub const KEPT: usize = 8;

    /// Whether it is the same thing shown again.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        (self.finding, &self.cert, self.shown) == (other.finding, &other.cert, other.shown)
    }
}

impl Contact {
    /// One of whom nothing is known yet but that.
    #[must_use]
    pub const fn new(account: AccountId, name: Name, state: ContactState, now_ms: u64) -> Self {
        Self {
            account,
            name,
            named_by_us: false,
            state,
            verified: false,
            blocked: false,
            device: None,
            changed_device: None,
            device_list: None,
            invite: None,
            evidence: Vec::new(),
            generation: 0,
            last_seen_ms: None,
            asked_via: None,
            since_ms: now_ms,
        }
    }

    /// Keeps what was shown, once; the oldest gives way. Whether it is something new.
    pub fn keep_evidence(&mut self, evidence: Evidence) -> bool {
        if self.evidence.iter().any(|kept| kept.repeats(&evidence)) {
            return false;
        }
        self.evidence.push(evidence);
        let surplus = self.evidence.len().saturating_sub(Evidence::KEPT);
        self.evidence.drain(..surplus);
        true
    }
}

/// An invite that we gave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Its public name.
    pub id: InviteId,
    /// Its secret.
    pub secret: InviteSecret,
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
    /// Which entries of the other person's devices have arrived.
    pub seen: SeenBy,
    /// Shown entries of the peer after `read_upto`.
    pub unread: u32,
    /// What it may ask of our person's attention.
    pub attention: Attention,
    /// What our person has seen.
    pub read_upto: Option<EntryRef>,
    /// What the peer's person has seen of ours, and when we learnt it.
    pub peer_read: Option<(EntryRef, u64)>,
    /// The newest shown entry.
    pub last: Option<EntryRef>,
    /// When the newest shown entry came in or was written here, milliseconds since the epoch.
    pub last_at_ms: u64,
}

/// What has arrived of each device that wrote in a conversation. The devices heard last are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenBy {
    /// The one heard last comes last.
    devices: Vec<(DeviceId, Seen)>,
}

impl SeenBy {
    /// Devices that are kept apart. A device speaks only in a session, of which a person has fewer; one that was
    /// given up long ago cannot make another, because its device list is an old one.
    pub const MAX_DEVICES: usize = 8;

    /// From what [`Self::devices`] gives; `None` if there are too many, or one comes twice.
    #[must_use]
    pub fn from_devices(devices: Vec<(DeviceId, Seen)>) -> Option<Self> {
        let mut ids: Vec<_> = devices.iter().map(|(device, _)| *device).collect();
        ids.sort_unstable();
        ids.dedup();
        (ids.len() == devices.len() && ids.len() <= Self::MAX_DEVICES).then_some(Self { devices })
    }

    /// The devices, the one heard last at the end.
    #[must_use]
    pub fn devices(&self) -> &[(DeviceId, Seen)] {
        &self.devices
    }

    /// Whether the entry that this device counts as `seq` has arrived.
    #[must_use]
    pub fn contains(&self, device: DeviceId, seq: u64) -> bool {
        self.devices.iter().any(|(of, seen)| *of == device && seen.contains(seq))
    }

    /// The entry that this device counts as `seq` has arrived. With more than [`Self::MAX_DEVICES`] the one that
    /// was silent for longest is forgotten.
    pub fn insert(&mut self, device: DeviceId, seq: u64) {
        let known = self.devices.iter().position(|(of, _)| *of == device);
        let mut seen = known.map(|at| self.devices.remove(at).1).unwrap_or_default();
        seen.insert(seq);
        self.devices.push((device, seen));
        let surplus = self.devices.len().saturating_sub(Self::MAX_DEVICES);
        self.devices.drain(..surplus);
    }
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

    proptest! {
        #[test]
        fn what_one_device_said_is_never_taken_for_what_another_said(
            said in prop::collection::vec((0_u8..4, 0_u64..20), 0..80)
        ) {
            let mut seen = SeenBy::default();
            let mut model = BTreeSet::new();
            for (device, seq) in said {
                let device = DeviceId::new([device; 16]);
                prop_assert_eq!(seen.contains(device, seq), model.contains(&(device, seq)));
                seen.insert(device, seq);
                model.insert((device, seq));
                prop_assert_eq!(SeenBy::from_devices(seen.devices().to_vec()), Some(seen.clone()));
            }
        }
    }

    #[test]
    fn the_device_that_was_silent_for_longest_is_forgotten_first() {
        let device = |n: u8| DeviceId::new([n; 16]);
        let mut seen = SeenBy::default();
        for n in 0..8 {
            seen.insert(device(n), 1);
        }
        seen.insert(device(0), 2);
        seen.insert(device(8), 1);
        assert_eq!(seen.devices().len(), SeenBy::MAX_DEVICES);
        assert!(seen.contains(device(0), 1) && seen.contains(device(8), 1) && !seen.contains(device(1), 1));
    }

    #[test]
    fn evidence_is_kept_once_and_the_oldest_gives_way() {
        let account = undertone_crypto::identity::AccountKey::from_seed(&[5; 32]).id();
        let mut contact = Contact::new(account, Name::new("Bora").unwrap(), ContactState::Mutual, 0);
        let evidence = |at_ms: u64, seq: u64| Evidence {
            at_ms,
            finding: Finding::Rollback,
            cert: vec![1; 197],
            shown: ([2; 32], seq),
            known: None,
        };
        for seq in 0..20 {
            assert!(contact.keep_evidence(evidence(seq, seq)));
            assert!(!contact.keep_evidence(evidence(seq + 100, seq)), "shown again");
        }
        assert_eq!(contact.evidence.len(), Evidence::KEPT);
        assert_eq!(contact.evidence[7].at_ms, 19);
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
