//! Clusters, days and the line above new messages.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use jiff::tz::TimeZone;
use undertone::api::{Account, Page};

use super::super::example::{self, MINUTE, NOW, NOW_MS, chat_id, message_id, ours, theirs};
use super::super::time::Language;
use super::*;

fn shown(messages: Vec<Message>, unread: u32) -> Vec<Row> {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(Page { messages, more_before: false, more_after: false }, unread);
    let world = World::new(example::profile());
    rows(&timeline, &Labels::new(Language::English, TimeZone::UTC), NOW, &world)
}

fn bubbles(rows: &[Row]) -> Vec<&Bubble> {
    rows.iter()
        .filter_map(|row| match &row.body {
            Body::Bubble(bubble) => Some(&**bubble),
            Body::Day(_) | Body::Divider | Body::Shared(_) | Body::System(_) => None,
        })
        .collect()
}

fn sent(message: Message, minutes_ago: u64) -> Message {
    Message { sent_at_ms: NOW_MS - minutes_ago * MINUTE, ..message }
}

#[test]
fn messages_of_one_author_within_five_minutes_are_one_cluster() {
    let rows = shown(
        vec![
            sent(theirs(1, 1, "a"), 20),
            sent(theirs(1, 2, "b"), 19),
            sent(theirs(1, 3, "c"), 18),
            sent(theirs(1, 4, "later"), 10),
            sent(ours(1, 5, "mine"), 9),
        ],
        0,
    );
    let places: Vec<Place> = bubbles(&rows).iter().map(|bubble| bubble.place).collect();
    assert_eq!(places, [Place::First, Place::Middle, Place::Last, Place::Single, Place::Single]);
}

#[test]
fn a_new_day_and_the_divider_part_a_cluster() {
    let day = 24 * 60;
    let rows = shown(
        vec![
            sent(theirs(1, 1, "yesterday"), day),
            sent(theirs(1, 2, "today"), 3),
            sent(theirs(1, 3, "new"), 2),
        ],
        1,
    );
    let bodies: Vec<String> = rows
        .iter()
        .map(|row| match &row.body {
            Body::Bubble(bubble) => format!("{:?}", bubble.place),
            Body::Day(day) => day.clone(),
            Body::Divider => "new".to_owned(),
            Body::Shared(_) => "shared".to_owned(),
            Body::System(_) => "system".to_owned(),
        })
        .collect();
    assert_eq!(bodies, ["Yesterday", "Single", "Today", "Single", "new", "Single"]);
}

#[test]
fn row_keys_differ_and_do_not_depend_on_the_neighbours() {
    let one = shown(vec![theirs(1, 2, "b")], 1);
    let two = shown(vec![theirs(1, 1, "a"), theirs(1, 2, "b")], 1);
    assert!(two.iter().any(|row| row.key == one[2].key));
    assert_eq!(one[2].key, message_key(&message_id(1, 2)));
    let mut keys: Vec<u64> = two.iter().map(|row| row.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), two.len());
}

#[test]
fn a_quote_says_who_and_what_or_nothing_if_it_has_gone() {
    let mut answer = ours(1, 2, "yes");
    answer.reply_to = Some(message_id(1, 1));
    let rows = shown(vec![theirs(1, 1, "two\nlines"), answer.clone()], 0);
    let quote = bubbles(&rows)[1].quote.clone().unwrap();
    assert_eq!((quote.author, quote.text.as_deref()), (Some(example::account(1)), Some("two lines")));
    let rows = shown(vec![answer], 0);
    assert_eq!(bubbles(&rows)[0].quote.as_ref().unwrap().text, None);
}

#[test]
fn our_own_reactions_are_marked_and_empty_ones_are_not_shown() {
    let mut message = theirs(1, 1, "cake?");
    let people: Vec<Account> = vec![example::me(), example::account(1)];
    message.reactions.insert("🎉".to_owned(), people);
    message.reactions.insert("👍".to_owned(), vec![example::account(1)]);
    message.reactions.insert("😀".to_owned(), vec![]);
    let rows = shown(vec![message], 0);
    let chips: Vec<(&str, usize, bool)> =
        bubbles(&rows)[0].chips.iter().map(|c| (c.emoji.as_str(), c.people.len(), c.own)).collect();
    assert_eq!(chips, [("🎉", 2, true), ("👍", 1, false)]);
}

#[test]
fn deleted_and_unknown_messages_show_no_text_and_others_have_no_ticks() {
    let rows = shown(
        vec![
            Message { deleted: true, ..theirs(1, 1, "") },
            Message { kind: MessageKind::Unknown, ..theirs(1, 2, "") },
            theirs(1, 3, "🎉🎉"),
            ours(1, 4, "hi"),
        ],
        0,
    );
    let bubbles = bubbles(&rows);
    let contents: Vec<String> = bubbles.iter().map(|bubble| format!("{:?}", bubble.content)).collect();
    assert_eq!(contents, ["Deleted", "Unknown", "Jumbo(..)", "Text(..)"]);
    assert_eq!(bubbles[2].state, None);
    assert_eq!(bubbles[3].state, Some(MessageState::Delivered));
}

#[test]
fn a_bubble_in_a_log_shows_no_text() {
    let rows = shown(vec![theirs(1, 1, "secret")], 0);
    assert!(!format!("{rows:?}").contains("secret"));
}

#[test]
fn a_line_about_the_group_parts_a_cluster_and_is_no_bubble() {
    let line = example::changed(1, 2, 1, undertone::api::GroupChange::Left);
    let rows = shown(vec![sent(theirs(1, 1, "a"), 3), sent(line, 3), sent(theirs(1, 3, "b"), 3)], 0);
    let places: Vec<Place> = bubbles(&rows).iter().map(|bubble| bubble.place).collect();
    assert_eq!(places, [Place::Single, Place::Single]);
    assert_eq!(rows.iter().filter(|row| matches!(row.body, Body::System(_))).count(), 1);
}

#[test]
fn authors_in_a_group_make_clusters_of_their_own() {
    let by = |n, lamport| Message { author: example::account(n), ..theirs(1, lamport, "x") };
    let rows = shown(vec![sent(by(2, 1), 3), sent(by(2, 2), 3), sent(by(3, 3), 3)], 0);
    let places: Vec<Place> = bubbles(&rows).iter().map(|bubble| bubble.place).collect();
    assert_eq!(places, [Place::First, Place::Last, Place::Single]);
    assert_eq!(bubbles(&rows)[2].author, example::account(3));
}

#[test]
fn a_line_says_once_who_told_what_was_said_before() {
    let told = |by: u8, message: Message| {
        let author = "Dan".to_owned();
        Message {
            shared: Some(undertone::api::SharedBy { account: example::account(by), author }),
            ..message
        }
    };
    let rows = shown(
        vec![
            told(3, theirs(1, 1, "a")),
            told(3, theirs(1, 2, "b")),
            told(4, theirs(1, 3, "c")),
            theirs(1, 4, "d"),
        ],
        0,
    );
    let lines: Vec<Option<Account>> = rows
        .iter()
        .filter_map(|row| match &row.body {
            Body::Shared(by) => Some(Some(*by)),
            Body::Bubble(_) => Some(None),
            Body::Day(_) | Body::Divider | Body::System(_) => None,
        })
        .collect();
    let (first, second) = (example::account(3), example::account(4));
    assert_eq!(lines, [Some(first), None, None, Some(second), None, None]);
    assert_eq!(bubbles(&rows)[0].told_name.as_deref(), Some("Dan"));
    assert_eq!(bubbles(&rows)[3].told_name, None);
}

#[test]
fn who_took_a_message_back_is_told_only_if_it_was_another() {
    let deleted = |by| Message { deleted: true, deleted_by: by, ..theirs(1, 1, "") };
    assert_eq!(taken_back_by(&deleted(Some(example::account(1)))), None);
    assert_eq!(taken_back_by(&deleted(None)), None);
    assert_eq!(taken_back_by(&deleted(Some(example::account(2)))), Some(example::account(2)));
    assert_eq!(taken_back_by(&theirs(1, 1, "still here")), None);
}
