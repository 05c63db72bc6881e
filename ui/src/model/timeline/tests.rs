//! Whatever order events come in, the window is the same.

use proptest::prelude::*;
use undertone::api::MessageState::{Delivered, Queued, Read, Sent};

use super::super::example::{chat_id, message_id, ours, theirs};
use super::*;

fn page(messages: Vec<Message>, more_before: bool) -> Page {
    Page { messages, more_before, more_after: false }
}

fn texts(timeline: &Timeline) -> Vec<&str> {
    timeline.messages().map(|message| message.text.as_str()).collect()
}

/// What can happen to a conversation, one event each.
#[derive(Debug, Clone)]
enum Fact {
    Message(Box<Message>),
    ComeTo(u64, MessageState, bool),
}

fn fact() -> impl Strategy<Value = Fact> {
    let state = prop::sample::select(vec![Queued, Sent, Delivered, Read]);
    prop_oneof![
        (1_u64..30, any::<bool>()).prop_map(|(n, mine)| {
            let message = if mine || n % 3 == 0 { ours(1, n, "said") } else { theirs(1, n, "said") };
            let mine = n % 3 == 0;
            Fact::Message(Box::new(Message { mine, state: if mine { Queued } else { Delivered }, ..message }))
        }),
        (1_u64..30, state, any::<bool>()).prop_map(|(n, state, upto)| Fact::ComeTo(n, state, upto)),
    ]
}

fn played(facts: &[Fact]) -> Vec<(MessageId, bool, MessageState)> {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![], false), 0);
    for fact in facts {
        match fact.clone() {
            Fact::Message(message) => timeline.apply(*message),
            Fact::ComeTo(n, state, upto) => timeline.come_to(message_id(1, n), state, upto),
        }
    }
    timeline.messages().map(|message| (message.id, message.mine, message.state)).collect()
}

proptest! {
    #[test]
    fn events_in_any_order_and_twice_give_the_same_timeline(
        (facts, shuffled) in prop::collection::vec(fact(), 0..40).prop_flat_map(|facts| {
            let twice: Vec<Fact> = facts.iter().chain(&facts).cloned().collect();
            (Just(facts), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(played(&facts), played(&shuffled));
    }

    #[test]
    fn pages_and_events_overlap_without_doubles_or_holes(split in 1_usize..20, from in 1_usize..20) {
        let all: Vec<Message> = (1..=20).map(|n| theirs(1, n, "x")).collect();
        let mut timeline = Timeline::new(chat_id(1));
        timeline.newest(page(all[split..].to_vec(), true), 0);
        for message in &all[from..] {
            timeline.apply(message.clone());
        }
        timeline.older(page(all[..split].to_vec(), false));
        let ids: Vec<_> = timeline.messages().map(|message| message.id).collect();
        prop_assert_eq!(ids, all.iter().map(|message| message.id).collect::<Vec<_>>());
    }
}

#[test]
fn a_tick_never_goes_back() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![ours(1, 1, "a"), ours(1, 2, "b")], false), 0);
    timeline.come_to(message_id(1, 2), Read, true);
    timeline.come_to(message_id(1, 1), Sent, false);
    timeline.apply(Message { state: Queued, ..ours(1, 2, "b") });
    assert!(timeline.messages().all(|message| message.state == Read));
}

#[test]
fn a_receipt_that_overtakes_its_message_is_remembered() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![], false), 0);
    timeline.come_to(message_id(1, 1), Delivered, false);
    timeline.apply(Message { state: Queued, ..ours(1, 1, "fast") });
    assert_eq!(timeline.get(&message_id(1, 1)).unwrap().state, Delivered);
}

#[test]
fn what_was_taken_back_stays_taken_back() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![theirs(1, 1, "oops")], false), 0);
    timeline.apply(Message { deleted: true, text: String::new(), ..theirs(1, 1, "") });
    timeline.apply(theirs(1, 1, "oops"));
    assert_eq!(texts(&timeline), [""]);
}

#[test]
fn an_edited_text_does_not_return_to_the_first_version() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![], false), 0);
    timeline.apply(Message { edited: true, ..theirs(1, 1, "second") });
    timeline.apply(theirs(1, 1, "first"));
    assert_eq!(texts(&timeline), ["second"]);
}

#[test]
fn a_message_of_another_conversation_is_not_taken() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![theirs(2, 1, "elsewhere")], false), 0);
    timeline.apply(theirs(2, 2, "elsewhere"));
    assert_eq!(texts(&timeline), Vec::<&str>::new());
}

#[test]
fn a_window_away_from_the_end_takes_no_new_messages_and_comes_back_whole() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.around(Page { messages: vec![theirs(1, 3, "3")], more_before: true, more_after: true });
    timeline.apply(theirs(1, 9, "9"));
    timeline.apply(theirs(1, 1, "1"));
    assert_eq!(texts(&timeline), ["3"]);
    timeline.newest(page(vec![theirs(1, 8, "8"), theirs(1, 9, "9")], true), 0);
    assert_eq!(texts(&timeline), ["8", "9"]);
    assert!(timeline.more_before() && !timeline.more_after());
}

#[test]
fn a_page_read_again_drops_what_has_gone() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![theirs(1, 1, "1"), theirs(1, 2, "2"), theirs(1, 3, "3")], false), 0);
    timeline.newest(page(vec![theirs(1, 1, "1"), theirs(1, 3, "3")], false), 0);
    assert_eq!(texts(&timeline), ["1", "3"]);
}

#[test]
fn memory_is_bounded_while_reading_back() {
    let mut timeline = Timeline::new(chat_id(1));
    let all = |from: u64, to: u64| (from..to).map(|n| theirs(1, n, "x")).collect::<Vec<_>>();
    timeline.newest(page(all(5000, 5200), true), 0);
    for start in (0..25).rev() {
        timeline.older(page(all(start * 200, start * 200 + 200), start > 0));
    }
    assert_eq!(timeline.messages().count(), WINDOW);
    assert!(timeline.more_after() && !timeline.more_before());
    assert_eq!(timeline.first(), Some(message_id(1, 0)));
}

#[test]
fn the_divider_stands_above_the_first_unread_message_and_stays_there() {
    let mut timeline = Timeline::new(chat_id(1));
    let messages = vec![theirs(1, 1, "old"), ours(1, 2, "mine"), theirs(1, 3, "new"), theirs(1, 4, "new")];
    timeline.newest(page(messages, false), 2);
    assert_eq!(timeline.divider(), Some(message_id(1, 3)));
    timeline.pin_divider();
    timeline.apply(theirs(1, 5, "newer"));
    assert_eq!(timeline.divider(), Some(message_id(1, 3)));
    timeline.drop_divider();
    assert_eq!(timeline.divider(), None);
}

#[test]
fn what_another_took_back_returns_if_it_turns_out_that_they_could_not() {
    let mut timeline = Timeline::new(chat_id(1));
    timeline.newest(page(vec![theirs(1, 1, "fine")], false), 0);
    let by = Some(super::super::example::account(9));
    timeline.apply(Message { deleted: true, deleted_by: by, ..theirs(1, 1, "") });
    assert_eq!(texts(&timeline), [""]);
    timeline.apply(theirs(1, 1, "fine"));
    assert_eq!(texts(&timeline), ["fine"]);
}
