//! Order, paging, and what changes the look of a row.

use proptest::prelude::*;

use super::support::{InMemory, TestRng, account, at, conversation, device, emoji, entry, say};
use crate::model::{Body, Change, EntryRef, Mentions, Text};
use crate::store::{Anchor, Store, StoredPage, StoredRow};

fn commit(store: &mut Store, changes: &[Change]) {
    store.commit(changes, &mut TestRng(9)).expect("commits");
}

fn page(store: &Store, anchor: Anchor, limit: usize) -> StoredPage {
    store.history(&conversation(1), anchor, limit).expect("reads")
}

fn ids(page: &StoredPage) -> Vec<EntryRef> {
    page.rows.iter().map(|row| row.entry.id).collect()
}

fn row(store: &Store, id: EntryRef) -> Option<StoredRow> {
    store.row(&conversation(1), &id).expect("reads")
}

fn text(text: &str) -> Text {
    Text::new(text).expect("a text")
}

fn edit(id: EntryRef, target: EntryRef, to: &str) -> Change {
    entry(id, Body::Edit { target, text: text(to), mentions: Mentions::default() })
}

fn react(id: EntryRef, target: EntryRef, with: &str, on: bool) -> Change {
    entry(id, Body::React { target, emoji: emoji(with), on })
}

#[test]
fn a_page_is_ordered_by_lamport_author_and_sequence_whatever_the_order_of_arrival() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let order = [at(1, 9, 1), at(2, 1, 5), at(2, 2, 1), at(2, 2, 2), at(300, 0, 1)];
    for id in [3, 0, 4, 1, 2] {
        commit(&mut store, &[say(order[id], "x")]);
    }
    assert_eq!(ids(&page(&store, Anchor::Newest, 50)), order);
}

#[test]
fn an_entry_is_never_written_over_by_another_of_its_name() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(1, 1, 1);
    commit(&mut store, &[say(id, "first"), say(id, "second")]);
    commit(&mut store, &[say(id, "third")]);
    commit(&mut store, &[entry(id, Body::Delete { target: id })]);
    let shown = row(&store, id).expect("is there");
    assert_eq!(
        shown.entry.body,
        Body::Text { text: text("first"), reply_to: None, mentions: Mentions::default() }
    );
    assert!(!shown.deleted, "nor is its name used for a deletion");
    // Taken back, it stays so.
    commit(&mut store, &[entry(at(2, 1, 2), Body::Delete { target: id }), say(id, "again")]);
    assert!(row(&store, id).expect("is there").deleted);
    // Nor is an edit.
    let target = at(3, 1, 3);
    commit(&mut store, &[say(target, "text"), edit(at(4, 1, 4), target, "better")]);
    commit(&mut store, &[edit(at(4, 1, 4), target, "other")]);
    assert_eq!(row(&store, target).expect("is there").edited.map(|edit| edit.text), Some(text("better")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn pages_in_any_direction_agree_with_the_whole_list(
        placed in prop::collection::btree_set((0_u64..20, 0_u8..3, 0_u64..3), 0..30),
        around in (0_u64..22, 0_u8..4, 0_u64..4),
        limit in 1_usize..12,
    ) {
        thread_local! {
            static MEMORY: InMemory = InMemory::new();
        }
        MEMORY.with(|memory| {
            memory.rows.rows().clear();
            let mut store = memory.create();
            let all: Vec<EntryRef> = placed.iter().map(|(l, a, s)| at(*l, *a, *s)).collect();
            let changes: Vec<Change> = all.iter().map(|id| say(*id, "x")).collect();
            commit(&mut store, &changes);
            let id = at(around.0, around.1, around.2);
            let before: Vec<EntryRef> = all.iter().copied().filter(|other| *other < id).collect();
            let after: Vec<EntryRef> = all.iter().copied().filter(|other| *other > id).collect();

            let found = page(&store, Anchor::Newest, limit);
            prop_assert_eq!(ids(&found), all[all.len().saturating_sub(limit)..].to_vec());
            prop_assert_eq!((found.more_before, found.more_after), (all.len() > limit, false));

            let found = page(&store, Anchor::Before(id), limit);
            prop_assert_eq!(ids(&found), before[before.len().saturating_sub(limit)..].to_vec());
            prop_assert_eq!((found.more_before, found.more_after), (before.len() > limit, before.len() < all.len()));

            let found = page(&store, Anchor::After(id), limit);
            prop_assert_eq!(ids(&found), after[..limit.min(after.len())].to_vec());
            prop_assert_eq!((found.more_before, found.more_after), (after.len() < all.len(), after.len() > limit));

            let found = page(&store, Anchor::Around(id), limit);
            let rows = ids(&found);
            prop_assert!(rows.len() <= limit && rows.is_sorted());
            prop_assert_eq!(rows.contains(&id), all.contains(&id));
            if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
                prop_assert_eq!(found.more_before, all.first() < Some(first));
                prop_assert_eq!(found.more_after, all.last() > Some(last));
                let from = all.iter().position(|other| other == first).expect("is a row");
                prop_assert_eq!(rows.as_slice(), &all[from..from + rows.len()]);
            }
            Ok(())
        })?;
    }
}

#[test]
fn edits_deletions_and_reactions_apply_in_any_order_of_arrival() {
    let memory = InMemory::new();
    let target = at(1, 2, 1);
    let changes = [
        say(target, "first"),
        edit(at(2, 2, 2), target, "second"),
        edit(at(5, 2, 3), target, "third"),
        react(at(3, 1, 1), target, "👍", true),
        react(at(4, 2, 4), target, "🎉", true),
        react(at(6, 1, 2), target, "👍", false),
        react(at(7, 1, 3), target, "👀", true),
    ];
    let mut seen = Vec::new();
    let mut order: Vec<usize> = (0..changes.len()).collect();
    for round in 0..40 {
        memory.rows.rows().clear();
        let mut store = memory.create();
        // another permutation each round
        let len = order.len();
        order.rotate_left(1 + round % (len - 1));
        order.swap(round % len, (round * 3 + 1) % len);
        for i in &order {
            commit(&mut store, std::slice::from_ref(&changes[*i]));
        }
        seen.push(row(&store, target).expect("is there"));
        drop(store);
    }
    let first = &seen[0];
    assert_eq!(first.edited.as_ref().map(|edit| &edit.text), Some(&text("third")));
    assert!(!first.deleted);
    let reactions: Vec<_> = first.reactions.iter().map(|(emoji, by)| (emoji.clone(), by.author)).collect();
    assert_eq!(reactions, [(emoji("🎉"), device(2)), (emoji("👀"), device(1))]);
    assert!(seen.iter().all(|row| row == first), "{seen:?}");
}

#[test]
fn what_was_taken_back_is_readable_nowhere_whatever_came_first() {
    let memory = InMemory::new();
    let target = at(1, 2, 1);
    let said = |i| match i {
        0 => say(target, "SECRETWORD one"),
        1 => edit(at(2, 2, 2), target, "SECRETWORD two"),
        2 => edit(at(3, 2, 3), target, "SECRETWORD three"),
        _ => entry(at(4, 2, 4), Body::Delete { target }),
    };
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [0, 3, 1, 2], [2, 0, 3, 1]] {
        for together in [false, true] {
            memory.rows.rows().clear();
            let mut store = memory.create();
            if together {
                let list: Vec<Change> = order.iter().map(|i| said(*i)).collect();
                commit(&mut store, &list);
            } else {
                for i in order {
                    commit(&mut store, &[said(i)]);
                }
            }
            let found = row(&store, target).expect("a tombstone");
            assert!(found.deleted);
            assert_eq!(found.edited, None);
            assert_eq!(found.entry.body, Body::Delete { target });
            for (key, sealed) in memory.rows.rows().iter() {
                let plain = store.seal.open(key, sealed).ok();
                let readable = plain.is_some_and(|p| p.windows(10).any(|window| window == b"SECRETWORD"));
                assert!(!readable, "order {order:?}, together {together}");
            }
            drop(store);
        }
    }
}

#[test]
fn nobody_edits_or_takes_back_what_another_said_but_the_entry_is_kept() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let target = at(1, 2, 1);
    let rows = |memory: &InMemory| memory.rows.rows().len();
    commit(&mut store, &[say(target, "mine alone")]);
    let before = rows(&memory);
    commit(&mut store, &[edit(at(2, 1, 1), target, "x"), entry(at(3, 1, 2), Body::Delete { target })]);
    let found = row(&store, target).expect("is there");
    assert_eq!((found.edited, found.deleted), (None, false));
    // Both entries, and under the target the deletion: in a group it may count.
    assert_eq!(rows(&memory), before + 3);
}

#[test]
fn a_row_knows_when_it_was_delivered_and_the_first_news_counts() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let delivered =
        |first, last, at_ms| Change::PutDelivered { conversation: conversation(1), first, last, at_ms };
    let rows: Vec<Change> = (1..=12).map(|seq| say(at(seq, 1, seq), "x")).collect();
    commit(&mut store, &rows);
    commit(&mut store, &[say(at(20, 2, 3), "theirs")]);
    commit(&mut store, &[delivered(3, 4, 100), delivered(7, 7, 200)]);
    commit(&mut store, &[delivered(2, 9, 300), delivered(1, 1, 400)]);
    let times: Vec<Option<u64>> =
        page(&store, Anchor::Newest, 50).rows.iter().map(|row| row.delivered_at_ms).collect();
    let expected = [400, 300, 100, 100, 300, 300, 200, 300, 300].map(Some);
    assert_eq!(times[..9], expected);
    assert_eq!(times[9..], [None, None, None, None]);
    assert_eq!(row(&store, at(7, 1, 7)).expect("is there").delivered_at_ms, Some(200));
    // Over the edges of blocks, in one transaction and in several, and one after another in few rows.
    commit(&mut store, &[delivered(60, 200, 500), delivered(64, 64, 600)]);
    commit(&mut store, &[delivered(190, 300, 700)]);
    for seq in 301..=400 {
        commit(&mut store, &[delivered(seq, seq, 1_000 + seq)]);
    }
    commit(&mut store, &[say(at(30, 1, 64), "x"), say(at(31, 1, 200), "x"), say(at(32, 1, 201), "x")]);
    commit(&mut store, &[say(at(33, 1, 59), "x"), say(at(34, 1, 350), "x")]);
    let of = |lamport, seq| row(&store, at(lamport, 1, seq)).expect("is there").delivered_at_ms;
    assert_eq!([of(30, 64), of(31, 200), of(32, 201), of(34, 350)], [500, 500, 700, 1_350].map(Some));
    assert_eq!(of(33, 59), None);
    assert!(memory.rows.rows().keys().filter(|key| key[0] == b'D').count() <= 7);
}

#[test]
fn counting_after_a_place_tells_mine_from_theirs_and_leaves_out_what_was_taken_back() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let rows: Vec<Change> = (1..=10).map(|n| say(at(n, (n % 2) as u8 + 1, n), "x")).collect();
    commit(&mut store, &rows);
    commit(&mut store, &[entry(at(11, 2, 11), Body::Delete { target: at(9, 2, 9) })]);
    let count = |after: Option<EntryRef>, mine| {
        store.count_shown_after(&conversation(1), after.as_ref(), mine, |_, _| Some(false)).expect("counts").0
    };
    assert_eq!((count(None, true), count(None, false)), (5, 4));
    assert_eq!((count(Some(at(4, 1, 4)), true), count(Some(at(4, 1, 4)), false)), (3, 2));
    assert_eq!(count(Some(at(99, 1, 4)), false), 0);
}

#[test]
fn a_forgotten_contact_takes_conversation_and_traffic_with_it_and_can_come_back() {
    let mut memory = InMemory::new();
    let mut store = memory.create();
    let taken = Change::PutTaken { account: account(7), count: 3, frame: crate::model::FrameId::of(b"f") };
    commit(
        &mut store,
        &[say(at(1, 2, 1), "old"), entry(at(2, 2, 2), Body::Read { upto: at(1, 2, 1) }), taken],
    );
    let drop_contact = || Change::DropContact { account: account(7), conversation: conversation(1) };
    commit(&mut store, &[drop_contact()]);
    assert_eq!(memory.rows.rows().len(), 2, "header and profile");
    commit(&mut store, &[say(at(5, 2, 1), "lost"), drop_contact(), say(at(6, 2, 1), "new")]);
    assert_eq!(ids(&page(&store, Anchor::Newest, 9)), [at(6, 2, 1)]);
    drop(store);
    let (store, snapshot) = memory.open();
    assert_eq!(ids(&page(&store, Anchor::Newest, 9)), [at(6, 2, 1)]);
    assert!(snapshot.taken.is_empty());
}

#[test]
fn unknown_kinds_are_rows_and_every_entry_keeps_its_encoding() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(1, 2, 1);
    commit(&mut store, &[entry(id, Body::Unknown { kind: 900 }), say(at(2, 2, 2), "héllo")]);
    let found = page(&store, Anchor::Newest, 9).rows;
    assert_eq!(found[0].entry.body, Body::Unknown { kind: 900 });
    assert_eq!(
        found[1].entry.body,
        Body::Text { text: text("héllo"), reply_to: None, mentions: Mentions::default() }
    );
    let key = store.seal.keys().conversation(&conversation(1)).message(&at(2, 2, 2));
    let plain = store.view().get(&key).expect("reads").expect("is there");
    assert!(plain.ends_with("entry:héllo:end".as_bytes()), "and its text stands there only once");
}

#[test]
fn whom_a_text_and_its_edit_address_is_kept_and_counted() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let (target, edit) = (at(1, 2, 1), at(2, 2, 2));
    let some = Mentions::new(vec![account(3), account(1)], false).expect("few");
    let all = Mentions::new(Vec::new(), true).expect("few");
    let said = Body::Text { text: text("@you"), reply_to: Some(edit), mentions: some.clone() };
    commit(&mut store, &[entry(target, said.clone())]);
    let address = |_: &EntryRef, said: Option<(&EntryRef, &Mentions)>| {
        said.map(|(by, all)| all.address(&account(if *by == target { 1 } else { 7 })))
    };
    let mine = row(&store, target).expect("is there").mine;
    let counted = store.count_shown_after(&conversation(1), None, mine, address).expect("counts");
    assert_eq!((counted, row(&store, target).expect("is there").entry.body), ((1, 1), said));
    commit(&mut store, &[entry(edit, Body::Edit { target, text: text("@all"), mentions: all.clone() })]);
    assert_eq!(row(&store, target).expect("is there").edited.expect("edited").mentions, all);
    let counted = store.count_shown_after(&conversation(1), None, mine, address).expect("counts");
    assert_eq!(counted, (1, 1), "by the edit");
    assert_eq!(some.accounts().len(), 2);
}

#[test]
fn what_others_take_back_is_there_until_it_is_wiped_and_its_edits_go_too() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let (target, other) = (at(1, 2, 1), at(3, 3, 1));
    // In any order: the deletion may come first.
    commit(&mut store, &[entry(other, Body::Delete { target })]);
    commit(&mut store, &[say(target, "rude"), edit(at(2, 2, 2), target, "ruder")]);
    let shown = row(&store, target).expect("is there");
    assert_eq!((shown.deleted, shown.taken_back.as_slice()), (false, [other].as_slice()));
    assert_eq!(shown.edited.map(|edit| edit.text), Some(text("ruder")));
    let said = store.edits(&conversation(1), &target).expect("reads");
    assert_eq!(said, [b"entry:ruder:end".to_vec()]);
    commit(&mut store, &[Change::Wipe { conversation: conversation(1), target, by: other }]);
    commit(&mut store, &[edit(at(4, 2, 3), target, "again")]);
    let shown = row(&store, target).expect("is there");
    assert_eq!((shown.deleted, shown.deleted_by, shown.edited), (true, Some(other), None));
    assert!(matches!(shown.entry.body, Body::Delete { .. }));
}
