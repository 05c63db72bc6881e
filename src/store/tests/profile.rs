//! Making and opening profiles on disk, and what is read back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::support::{
    InMemory, PASSPHRASE, TestRng, account, at, conversation, create_at, create_on_disk, device, open_at,
    open_on_disk, profile, say,
};
use crate::model::limits::TAKEN_FRAMES;
use crate::model::{
    Attention, CarriedMark, CarriedRow, Change, Contact, ContactState, DirectHead, Evidence, Finding,
    FrameId, Invite, InviteId, InviteSecret, Name, OutboxRow, Peer, Seen, SeenBy, Snapshot,
};
use crate::store::{Anchor, Store, StoreError};

fn evidence(n: u8) -> Evidence {
    Evidence {
        at_ms: 9,
        finding: [Finding::Equivocation, Finding::NewDevice, Finding::Rollback][usize::from(n % 3)],
        cert: vec![n; 197],
        shown: ([n; 32], 3),
        known: (n > 4).then_some(([1; 32], 3)),
    }
}

fn contact(n: u8, name: &str) -> Contact {
    Contact {
        account: account(n),
        name: Name::new(name).expect("a name"),
        named_by_us: n.is_multiple_of(2),
        state: [ContactState::Asked, ContactState::Mutual, ContactState::Request][usize::from(n % 3)],
        verified: n % 2 == 1,
        blocked: false,
        device: (n.is_multiple_of(2)).then(|| vec![n; 180]),
        changed_device: n.is_multiple_of(3).then(|| vec![n; 181]),
        device_list: Some(([n; 32], 7)),
        invite: Some((InviteId([n; 8]), InviteSecret::new([n; 16]))),
        evidence: (0..n % 9).map(evidence).collect(),
        generation: 3,
        last_seen_ms: Some(1_000),
        asked_via: (n == 2).then_some(Peer([n; 32])),
        since_ms: 5,
    }
}

fn head(n: u8, unread: u32) -> DirectHead {
    DirectHead {
        conversation: conversation(n),
        account: account(n),
        next_seq: 4,
        lamport: 90,
        seen: SeenBy::from_devices(vec![
            (device(n), Seen::from_runs(vec![(1, 3), (5, 9)]).expect("runs")),
            (device(n.wrapping_add(1)), Seen::from_runs(vec![(7, 7)]).expect("runs")),
        ])
        .expect("devices"),
        unread,
        attention: Attention { mentions: unread / 2, ..Attention::default() },
        read_upto: Some(at(3, 2, 1)),
        peer_read: Some((at(4, 1, 1), 77)),
        last: None,
        last_at_ms: 8,
    }
}

fn outbox(n: u8, seq: u64, sealed: bool) -> OutboxRow {
    OutboxRow {
        what: crate::model::Outbound::Entry,
        account: account(n),
        entry: at(seq, 1, seq),
        payload: vec![n; 300].into(),
        sealed: sealed.then(|| (vec![9; 400], [n; 16])),
    }
}

/// What a snapshot must hold, kept in maps.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    contacts: BTreeMap<[u8; 32], Contact>,
    heads: BTreeMap<[u8; 16], DirectHead>,
    sessions: BTreeMap<([u8; 32], [u8; 16]), Vec<u8>>,
    prekeys: BTreeMap<[u8; 8], (u64, Vec<u8>)>,
    replays: BTreeMap<[u8; 32], u64>,
    invites: BTreeMap<[u8; 8], Invite>,
    taken: BTreeMap<([u8; 32], u64), (u64, FrameId)>,
    outbox: BTreeMap<([u8; 32], u64), OutboxRow>,
    carried: BTreeMap<([u8; 32], [u8; 16]), CarriedMark>,
}

impl Expected {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::DropCarried { to, frame } => {
                self.carried.remove(&(*to.as_bytes(), *frame.as_bytes()));
            }
            Change::PutCarried(row) => {
                let CarriedMark { to, frame, .. } = row.mark;
                self.carried.insert((*to.as_bytes(), *frame.as_bytes()), row.mark);
            }
            Change::DropContact { account, conversation } => {
                self.drop_contact(account.as_bytes(), conversation.as_bytes());
            }
            Change::DropInvite(id) => drop(self.invites.remove(&id.0)),
            Change::DropOutbox { account, seq } => drop(self.outbox.remove(&(*account.as_bytes(), *seq))),
            Change::DropPrekey(reference) => drop(self.prekeys.remove(reference)),
            Change::DropReplay(init) => drop(self.replays.remove(init)),
            Change::DropSession { account, session } => {
                drop(self.sessions.remove(&(*account.as_bytes(), *session)));
            }
            Change::PutContact(row) => drop(self.contacts.insert(*row.account.as_bytes(), (**row).clone())),
            Change::PutHead(row) => drop(self.heads.insert(*row.conversation.as_bytes(), (**row).clone())),
            Change::PutInvite(row) => drop(self.invites.insert(row.id.0, (**row).clone())),
            Change::PutOutbox(row) => {
                drop(self.outbox.insert((*row.account.as_bytes(), row.entry.seq), (**row).clone()));
            }
            Change::PutPrekey { reference, expires_ms, secret } => {
                self.prekeys.insert(*reference, (*expires_ms, secret.to_vec()));
            }
            Change::PutReplay { init, expires_ms, .. } => drop(self.replays.insert(*init, *expires_ms)),
            Change::PutSession { account, session, used_ms, state } => {
                let row = [&used_ms.to_be_bytes(), state.as_slice()].concat();
                self.sessions.insert((*account.as_bytes(), *session), row);
            }
            Change::PutTaken { account, count, frame } => {
                self.taken.insert((*account.as_bytes(), count % TAKEN_FRAMES), (*count, *frame));
            }
            Change::DropConversation(_)
            | Change::PutChain { .. }
            | Change::PutCipher(_)
            | Change::PutDelivered { .. }
            | Change::PutEntry { .. }
            | Change::PutGroup(_)
            | Change::PutOp { .. }
            | Change::PutProfile(_)
            | Change::PutShared { .. }
            | Change::PutWaiting(_)
            | Change::DropWaiting { .. }
            | Change::DropCiphers { .. }
            | Change::Wipe { .. } => {}
        }
    }

    fn drop_contact(&mut self, account: &[u8; 32], conversation: &[u8; 16]) {
        self.contacts.remove(account);
        self.heads.remove(conversation);
        self.sessions.retain(|(whose, _), _| whose != account);
        self.outbox.retain(|(whose, _), _| whose != account);
        self.taken.retain(|(whose, _), _| whose != account);
    }

    fn check(&self, found: &Snapshot) {
        let sorted = |mut rows: Vec<Vec<u8>>| {
            rows.sort();
            rows
        };
        let contacts = found.contacts.iter().map(|row| (*row.account.as_bytes(), row.clone())).collect();
        assert_eq!(self.contacts, contacts);
        assert_eq!(
            self.heads,
            found.heads.iter().map(|row| (*row.conversation.as_bytes(), row.clone())).collect()
        );
        assert_eq!(self.invites, found.invites.iter().map(|row| (row.id.0, row.clone())).collect());
        let rows = found.outbox.iter().map(|row| ((*row.account.as_bytes(), row.entry.seq), row.clone()));
        assert_eq!(self.outbox, rows.collect());
        let marks = found.carried.iter().map(|mark| ((*mark.to.as_bytes(), *mark.frame.as_bytes()), *mark));
        assert_eq!(self.carried, marks.collect());
        let rows = found
            .taken
            .iter()
            .map(|(whose, count, frame)| ((*whose.as_bytes(), count % TAKEN_FRAMES), (*count, *frame)));
        assert_eq!(self.taken, rows.collect());
        assert_eq!(self.replays, found.replays.iter().map(|(init, .., expires)| (*init, *expires)).collect());
        assert_eq!(
            sorted(self.sessions.values().cloned().collect()),
            sorted(
                found
                    .sessions
                    .iter()
                    .map(|(_, used, state)| [&used.to_be_bytes(), state.as_slice()].concat())
                    .collect()
            )
        );
        assert_eq!(
            sorted(self.prekeys.values().map(|(_, secret)| secret.clone()).collect()),
            sorted(found.prekeys.iter().map(|(_, secret)| secret.to_vec()).collect())
        );
        for row in found.outbox.windows(2) {
            let same = row[0].account == row[1].account;
            assert!(!same || row[0].entry.seq < row[1].entry.seq, "the outbox comes in order");
        }
    }
}

fn carried(from: u8, to: u8, size: u32) -> CarriedRow {
    let bytes = vec![2; usize::try_from(size).expect("small")];
    let frame = CarriedMark::name_of(&account(from), &bytes);
    let (from, to) = (account(from), account(to));
    CarriedRow { mark: CarriedMark { from, to, frame, size, at_ms: 7 }, bytes }
}

fn any_change() -> impl Strategy<Value = Change> {
    let n = 1_u8..4;
    prop_oneof![
        n.clone().prop_map(|n| Change::DropContact { account: account(n), conversation: conversation(n) }),
        n.clone().prop_map(|n| Change::DropInvite(InviteId([n; 8]))),
        (n.clone(), 1_u64..4).prop_map(|(n, seq)| Change::DropOutbox { account: account(n), seq }),
        n.clone().prop_map(|n| Change::DropPrekey([n; 8])),
        n.clone().prop_map(|n| Change::DropReplay([n; 32])),
        (n.clone(), n.clone())
            .prop_map(|(n, s)| Change::DropSession { account: account(n), session: [s; 16] }),
        (n.clone(), 0_u8..9).prop_map(|(n, i)| Change::PutContact(Box::new(contact(n, &format!("N{i}"))))),
        (n.clone(), 0_u32..9).prop_map(|(n, unread)| Change::PutHead(Box::new(head(n, unread)))),
        (n.clone(), 0_u32..3).prop_map(|(n, uses)| Change::PutInvite(Box::new(Invite {
            id: InviteId([n; 8]),
            secret: InviteSecret::new([n; 16]),
            expires_ms: Some(9),
            single_use: true,
            uses,
        }))),
        (n.clone(), 1_u64..4, any::<bool>())
            .prop_map(|(n, s, b)| Change::PutOutbox(Box::new(outbox(n, s, b)))),
        (n.clone(), 0_u64..3).prop_map(|(n, at)| Change::PutPrekey {
            reference: [n; 8],
            expires_ms: at,
            secret: Zeroizing::new(vec![n; 64 + usize::from(n)]),
        }),
        (n.clone(), 0_u64..9).prop_map(|(n, at)| Change::PutReplay {
            init: [n; 32],
            account: account(n),
            session: [n; 16],
            expires_ms: at,
        }),
        (n.clone(), n.clone(), 0_u8..9).prop_map(|(n, s, fill)| Change::PutSession {
            account: account(n),
            session: [s; 16],
            used_ms: u64::from(fill),
            state: Zeroizing::new(vec![fill; 500]),
        }),
        (n.clone(), n.clone(), 300_u32..303)
            .prop_map(|(n, to, size)| Change::PutCarried(Box::new(carried(n, to, size)))),
        (n.clone(), n.clone(), 300_u32..303).prop_map(|(n, to, size)| {
            let CarriedMark { to, frame, .. } = carried(n, to, size).mark;
            Change::DropCarried { to, frame }
        }),
        (n, 0_u64..3 * TAKEN_FRAMES).prop_map(|(n, count)| Change::PutTaken {
            account: account(n),
            count,
            frame: FrameId::of(&count.to_be_bytes()),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn a_snapshot_holds_the_last_word_on_every_row(
        commits in prop::collection::vec(prop::collection::vec(any_change(), 1..12), 1..8),
    ) {
        thread_local! {
            static MEMORY: RefCell<InMemory> = RefCell::new(InMemory::new());
        }
        MEMORY.with_borrow_mut(|memory| {
            memory.rows.rows().clear();
            memory.opened.counter = 1;
            let mut store = memory.create();
            let mut expected = Expected::default();
            for changes in &commits {
                store.commit(changes, &mut TestRng(11)).expect("commits");
                changes.iter().for_each(|change| expected.apply(change));
            }
            drop(store);
            let (_store, found) = memory.open();
            expected.check(&found);
        });
    }
}

#[test]
fn a_profile_on_disk_is_private_and_comes_back_whole() {
    let parent = tempfile::tempdir().expect("a folder");
    let dir = parent.path().join("ana");
    assert!(!Store::exists(&dir));
    assert!(matches!(open_at(&dir, PASSPHRASE, &mut TestRng(1)), Err(StoreError::NotFound)));
    let mut store = create_on_disk(&dir);
    assert!(Store::exists(&dir));
    let changes = [say(at(1, 1, 1), "hello"), Change::PutContact(Box::new(contact(2, "Bo")))];
    store.commit(&changes, &mut TestRng(2)).expect("commits");
    assert!(store.has_room());
    drop(store);
    assert!(matches!(create_at(&dir, "x", &profile(), &mut TestRng(1)), Err(StoreError::Exists)));

    for _ in 0..3 {
        let (store, snapshot) = open_on_disk(&dir);
        assert_eq!(snapshot.profile, profile());
        assert_eq!(snapshot.contacts, [contact(2, "Bo")]);
        assert!(!snapshot.rolled_back);
        assert_eq!(store.history(&conversation(1), Anchor::Newest, 9).expect("reads").rows.len(), 1);
    }
    assert_private(&dir);
    let wrong = open_at(&dir, "correct horsf", &mut TestRng(1));
    assert!(matches!(wrong, Err(StoreError::WrongPassphrase)));
}

fn assert_private(dir: &Path) {
    let mode = |path: &Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(dir), 0o700);
    for item in std::fs::read_dir(dir).expect("reads") {
        let path = item.expect("reads").path();
        if path.is_dir() {
            assert_private(&path);
        } else {
            assert_eq!(mode(&path), 0o600, "{path:?}");
        }
    }
}

#[test]
fn the_old_passphrase_opens_nothing_after_a_change() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = create_on_disk(dir.path());
    let rng = &mut TestRng(6);
    let wrong = store.change_passphrase("wrong", "new", rng);
    assert!(matches!(wrong, Err(StoreError::WrongPassphrase)));
    store.change_passphrase(PASSPHRASE, "새 암호", rng).expect("changes");
    store.commit(&[say(at(1, 1, 1), "after")], rng).expect("commits");
    drop(store);
    assert!(matches!(open_at(dir.path(), PASSPHRASE, rng), Err(StoreError::WrongPassphrase)));
    let (store, snapshot) = open_at(dir.path(), "새 암호", rng).expect("opens");
    assert!(!snapshot.rolled_back);
    assert_eq!(store.history(&conversation(1), Anchor::Newest, 9).expect("reads").rows.len(), 1);
    drop(store);
    for slot in ["keys.a", "keys.b"] {
        std::fs::rename(dir.path().join(slot), dir.path().join("hidden")).expect("moves");
        assert!(matches!(open_at(dir.path(), PASSPHRASE, rng), Err(StoreError::WrongPassphrase)));
        std::fs::rename(dir.path().join("hidden"), dir.path().join(slot)).expect("moves back");
    }
}

#[test]
fn a_newer_profile_is_refused_and_left_untouched() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    std::fs::write(dir.path().join("format"), "undertone profile 3\n").expect("writes");
    let before = super::support::bytes_of(dir.path());
    assert!(matches!(open_at(dir.path(), PASSPHRASE, &mut TestRng(1)), Err(StoreError::Newer)));
    assert!(super::support::bytes_of(dir.path()) == before, "no byte changed");
    for odd in ["", "undertone profile", "undertone profile x\n", "undertone profile 2", "\u{0}"] {
        std::fs::write(dir.path().join("format"), odd).expect("writes");
        assert!(matches!(open_at(dir.path(), PASSPHRASE, &mut TestRng(1)), Err(StoreError::Damaged(_))));
    }
}

#[test]
fn a_profile_of_an_older_layout_is_refused_by_that_name() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    std::fs::write(dir.path().join("format"), "undertone profile 1\n").expect("writes");
    let Err(StoreError::Damaged(why)) = open_at(dir.path(), PASSPHRASE, &mut TestRng(1)) else {
        panic!("it opens");
    };
    assert!(why.contains("before the first release"), "{why}");
}

#[test]
fn a_profile_that_was_never_finished_gives_way_without_being_deleted() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(create_on_disk(dir.path()));
    // The key file is the last thing written: without it nothing was promised.
    std::fs::remove_file(dir.path().join("keys.b")).expect("removes");
    assert!(!Store::exists(dir.path()));
    drop(create_on_disk(dir.path()));
    assert!(dir.path().join("aside-1/rows/db").is_file());
    drop(open_on_disk(dir.path()));
}

#[test]
fn the_doctor_finds_nothing_in_a_sound_profile_and_leaves_it_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = create_on_disk(dir.path());
    store.commit(&[say(at(1, 1, 1), "hello")], &mut TestRng(2)).expect("commits");
    assert!(matches!(Store::doctor(dir.path(), PASSPHRASE), Err(StoreError::InUse(_))));
    drop(store);
    let before = super::support::bytes_of(dir.path());
    let report = Store::doctor(dir.path(), PASSPHRASE).expect("looks");
    assert_eq!((report.rows, report.messages), (4, 1), "header, profile, content key, message");
    assert_eq!(report.to_string(), "4 rows were read, 1 of them messages.\nNothing is wrong.");
    assert!(super::support::bytes_of(dir.path()) == before, "no byte changed");
    assert!(matches!(Store::doctor(dir.path(), "wrong"), Err(StoreError::WrongPassphrase)));
}

#[test]
fn the_doctor_names_what_contradicts_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = create_on_disk(dir.path());
    let head = DirectHead { last: Some(at(9, 9, 9)), ..head(1, 0) };
    store
        .commit(&[Change::PutHead(Box::new(head)), say(at(1, 1, 1), "x")], &mut TestRng(2))
        .expect("commits");
    // A row that was moved to another place: its seal is bound to where it stood.
    let keys = store.seal.keys().conversation(&conversation(1));
    let sealed = store.backend.get(&keys.message(&at(1, 1, 1))).expect("reads").expect("is there");
    let moved = [(keys.message(&at(2, 1, 2)), Some(sealed))].into();
    store.backend.apply(&moved).expect("writes");
    drop(store);
    let report = Store::doctor(dir.path(), PASSPHRASE).expect("looks");
    let text = report.to_string();
    assert!(text.contains("1 of the messages cannot be read."), "{text}");
    assert!(text.contains("A conversation's newest message is missing (1 times)."), "{text}");
}
