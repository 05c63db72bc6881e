//! Rows that somebody told of: they give way to what their authors said, and are nothing that is unread.

use super::support::{InMemory, TestRng, account, at, conversation, device, emoji, entry, say};
use crate::model::{Body, Change, EntryRef, Mentions, Name, SharedEntry, Text};
use crate::store::{Store, StoredRow};

fn commit(store: &mut Store, changes: &[Change]) {
    store.commit(changes, &mut TestRng(9)).expect("commits");
}

fn row(store: &Store, id: EntryRef) -> StoredRow {
    store.row(&conversation(1), &id).expect("reads").expect("is there")
}

fn told(id: EntryRef, text: &str) -> Change {
    let entry = SharedEntry {
        id,
        sent_at_ms: 5,
        name: Name::new("Bora").expect("a name"),
        text: Text::new(text).expect("a text"),
        reply_to: Some(at(1, 1, 1)),
        edited: true,
        reactions: vec![(emoji("👍"), device(3)), (emoji("🎉"), device(4))],
    };
    Change::PutShared { conversation: conversation(1), by: account(7), entry: Box::new(entry) }
}

fn react(id: EntryRef, target: EntryRef, with: &str, on: bool) -> Change {
    entry(id, Body::React { target, emoji: emoji(with), on })
}

#[test]
fn a_row_that_came_on_a_chain_is_never_written_over_by_one_that_was_told_of() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(4, 2, 4);
    commit(&mut store, &[say(id, "said")]);
    let before = row(&store, id);
    commit(&mut store, &[told(id, "told")]);
    assert_eq!(row(&store, id), before);
    assert_eq!(before.shared, None);
    // Nor is one that is no row, by its name.
    let edit = at(5, 2, 5);
    commit(&mut store, &[entry(edit, Body::Delete { target: id }), told(edit, "told")]);
    assert!(store.row(&conversation(1), &edit).expect("reads").is_none());
}

#[test]
fn what_its_author_says_takes_the_place_of_what_was_told_and_a_second_telling_does_not() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(4, 2, 4);
    commit(&mut store, &[told(id, "told"), told(id, "told otherwise")]);
    let shown = row(&store, id);
    assert_eq!(shown.shared, Some((account(7), Name::new("Bora").expect("a name"))));
    assert_eq!(shown.edited.map(|mark| mark.text), Some(Text::new("told").expect("a text")));
    assert_eq!(
        shown.entry.body,
        Body::Text {
            text: Text::new("told").expect("a text"),
            reply_to: Some(at(1, 1, 1)),
            mentions: Mentions::default()
        }
    );
    assert!(!shown.mine);
    commit(&mut store, &[say(id, "said")]);
    let shown = row(&store, id);
    assert_eq!((shown.shared, shown.edited, shown.reactions.len()), (None, None, 0));
}

#[test]
fn edits_reactions_and_deletions_that_come_later_change_a_row_that_was_told_of() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(4, 2, 4);
    commit(&mut store, &[told(id, "told")]);
    commit(&mut store, &[react(at(5, 3, 1), id, "👍", false), react(at(6, 5, 1), id, "👍", true)]);
    let shown = row(&store, id);
    let reactions = shown.reactions.into_iter().map(|(emoji, by)| (emoji, by.author));
    assert_eq!(reactions.collect::<Vec<_>>(), vec![(emoji("🎉"), device(4)), (emoji("👍"), device(5))]);
    let better =
        Body::Edit { target: id, text: Text::new("better").expect("a text"), mentions: Mentions::default() };
    commit(&mut store, &[entry(at(7, 2, 7), better)]);
    assert_eq!(row(&store, id).edited.map(|mark| mark.text), Some(Text::new("better").expect("a text")));
    // Of somebody else they are not.
    commit(&mut store, &[entry(at(8, 3, 8), Body::Delete { target: id })]);
    assert!(!row(&store, id).deleted);
    commit(&mut store, &[entry(at(9, 2, 9), Body::Delete { target: id })]);
    let shown = row(&store, id);
    assert!(shown.deleted && shown.shared.is_some());
    assert_eq!(shown.entry.body, Body::Delete { target: id });
}

#[test]
fn a_deletion_that_came_first_leaves_nothing_of_what_is_told() {
    let memory = InMemory::new();
    let mut store = memory.create();
    let id = at(4, 2, 4);
    commit(&mut store, &[entry(at(9, 2, 9), Body::Delete { target: id }), told(id, "told")]);
    let shown = row(&store, id);
    assert!(shown.deleted && shown.reactions.is_empty() && shown.edited.is_none());
}

#[test]
fn what_was_told_is_not_unread() {
    let memory = InMemory::new();
    let mut store = memory.create();
    commit(&mut store, &[told(at(4, 2, 4), "told"), say(at(5, 2, 5), "said")]);
    let unread = store.count_shown_after(&conversation(1), None, false, |_, _| Some(true)).expect("counts");
    assert_eq!(unread.0, 1);
}
