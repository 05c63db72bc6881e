//! Who is addressed in a group, and of what we want to be told.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use iced::keyboard::key::Named;
use support::example::{
    MINUTE, NOW_MS, account, chat, chat_id, connected, contact, group, group_chat, member, message_id, theirs,
};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{Chat, Event, Group, Mention, Message as Said, NotifyMode, Role};
use undertone_ui::app::Message;
use undertone_ui::bridge::Ask;
use undertone_ui::screen::{chat as talk, main};
use undertone_ui::window::Happened;

const BORA: u8 = 1;
const CHAN: u8 = 2;
const DAWN: u8 = 3;
const CLUB: u8 = 20;

fn at(message: Said, minutes_ago: u64) -> Said {
    Said { sent_at_ms: NOW_MS - minutes_ago * MINUTE, ..message }
}

/// A text of somebody in the club that addresses somebody.
fn by(n: u8, lamport: u64, text: &str, mentions: &[Mention]) -> Said {
    let mentions_me = mentions.iter().any(|one| [Mention::All, who(0)].contains(one)) && n != 0;
    let mentions = mentions.to_vec();
    Said { author: account(n), mine: n == 0, mentions, mentions_me, ..theirs(CLUB, lamport, text) }
}

fn who(n: u8) -> Mention {
    Mention::Account(account(n))
}

fn conversation() -> Vec<Said> {
    vec![
        at(by(BORA, 5, "@Hana, can you and @Chan bring the map?", &[who(0), who(CHAN)]), 40),
        at(by(0, 6, "I ask @김보라 and @Dawn Patel. @Dawn Patel has one", &[who(BORA), who(DAWN)]), 30),
        at(by(CHAN, 7, "@김보라님이 가져오신대요 🗺️ https://example.org/@Hana", &[who(BORA)]), 20),
        at(by(DAWN, 8, "Somebody with another name for me wrote this", &[who(0)]), 10),
        at(by(BORA, 9, "@all 9:30!", &[Mention::All]), 5),
    ]
}

fn club() -> Group {
    let people =
        [(BORA, "김보라", Role::Admin), (CHAN, "Chan", Role::Member), (DAWN, "Dawn Patel", Role::Member)];
    group(CLUB, "Saturday hikers", people.map(|(n, name, role)| member(n, name, role)).into())
}

fn listed(unread: u32, mentions: u32) -> Chat {
    Chat { mentions, ..group_chat(CLUB, "Saturday hikers", unread, conversation().last().cloned()) }
}

fn core() -> FakeCore {
    FakeCore {
        contacts: vec![connected(contact(BORA, "김보라")), contact(CHAN, "Chan")],
        chats: vec![
            listed(5, 2),
            chat(BORA, "김보라", 0, Some(at(theirs(BORA, 50, "내일 봐요"), 90))),
            Chat { notify: NotifyMode::None, ..chat(CHAN, "Chan", 3, Some(at(theirs(CHAN, 60, "ok"), 100))) },
        ],
        groups: vec![club()],
        messages: conversation(),
        ..FakeCore::default()
    }
}

fn opened() -> Harness {
    let mut harness = Harness::new(core());
    harness.press("Saturday hikers");
    harness.asked();
    harness
}

fn details(harness: &mut Harness) {
    harness.act(Message::Main(main::Message::Chat(talk::Message::DetailsToggled)));
}

fn told(mode: NotifyMode, until_ms: Option<u64>) -> Ask {
    Ask::Notify { chat: chat_id(CLUB), mode, until_ms }
}

#[test]
fn the_list_says_where_we_are_addressed_and_what_stays_silent() {
    let mut harness = Harness::new(core());
    assert!(harness.shows("You were mentioned"));
    assert!(harness.shows("Notifications limited"));
    harness.happen([Event::ChatChanged(listed(5, 0))]);
    assert!(!harness.shows("You were mentioned"));
}

#[test]
fn a_message_that_addresses_us_says_so_and_one_of_ours_does_not() {
    let mut harness = Harness::new(FakeCore { messages: conversation()[1..3].to_vec(), ..core() });
    harness.press("Saturday hikers");
    assert!(!harness.shows("Mentions you"));
    let harness = opened();
    assert!(harness.shows("Mentions you"));
}

#[test]
fn whoever_is_addressed_by_a_name_that_is_not_known_here_is_named_beside_the_text() {
    let messages = vec![at(by(CHAN, 5, "Can @Bobo bring it?", &[who(BORA), who(DAWN)]), 5)];
    let mut harness = Harness::new(FakeCore { messages, ..core() });
    harness.press("Saturday hikers");
    let both = |one, other| harness.shows(&format!("Mentions {one}, {other}"));
    assert!(both("김보라", "Dawn Patel") || both("Dawn Patel", "김보라"));
    assert!(!opened().shows("Mentions 김보라"), "who stands in the text is not said again");
}

#[test]
fn what_we_are_told_of_is_chosen_in_the_details_and_for_how_long() {
    let mut harness = opened();
    harness.resize(1160.0, 1000.0);
    assert!(!harness.shows("For 1 hour"));
    harness.resize(1160.0, 1100.0);
    details(&mut harness);
    assert!(!harness.shows("For 1 hour"));
    harness.press("Only mentions");
    assert_eq!(harness.asked(), [told(NotifyMode::Mentions, None)]);
    harness.happen([Event::ChatChanged(Chat { notify: NotifyMode::Mentions, ..listed(0, 0) })]);
    assert!(harness.shows("Messages that mention you, and replies to yours"));
    harness.press("For 1 hour");
    let hour = Some(NOW_MS + 60 * MINUTE);
    assert_eq!(harness.asked(), [told(NotifyMode::Mentions, hour)]);
    let limited = Chat { notify: NotifyMode::None, notify_until_ms: hour, ..listed(0, 0) };
    harness.happen([Event::ChatChanged(limited)]);
    assert!(harness.shows("Until 3:03 PM, then all messages again"));
    harness.press("Only mentions");
    assert_eq!(harness.asked(), [told(NotifyMode::Mentions, hour)], "the time goes on");
    harness.press("All messages");
    assert_eq!(harness.asked(), [told(NotifyMode::All, None)]);
}

#[test]
fn a_conversation_of_two_is_silent_or_not() {
    let mut harness = Harness::new(core());
    harness.press("김보라");
    harness.asked();
    details(&mut harness);
    harness.asked();
    assert!(!harness.shows("Only mentions"));
    harness.press("Nothing");
    let silent = Ask::Notify { chat: chat_id(BORA), mode: NotifyMode::None, until_ms: None };
    assert_eq!(harness.asked(), [silent]);
}

#[test]
fn a_name_is_chosen_by_keys_and_the_message_carries_whom_it_addresses() {
    let mut harness = opened();
    harness.write("chat-editor", "ask @c");
    assert!(harness.shows("Mention Chan") && !harness.shows("Mention Dawn Patel"));
    harness.keys("chat-editor", &[Named::Enter]);
    harness.write("chat-editor", "and @");
    // 김보라, Chan, Dawn Patel, all
    harness.keys("chat-editor", &[Named::ArrowUp]);
    harness.keys("chat-editor", &[Named::ArrowUp]);
    harness.keys("chat-editor", &[Named::Tab]);
    assert!(!harness.shows("Mention Chan"));
    harness.write("chat-editor", "please");
    harness.asked();
    harness.keys("chat-editor", &[Named::Enter]);
    let mut expected = vec![who(CHAN), who(DAWN)];
    expected.sort_unstable();
    assert_eq!(sent(&harness), Some(("ask @Chan and @Dawn Patel please".to_owned(), expected)));
}

#[test]
fn a_name_is_chosen_by_the_pointer_and_forgotten_when_it_is_changed() {
    let mut harness = opened();
    harness.write("chat-editor", "@보");
    harness.press("Mention 김보라");
    harness.keys("chat-editor", &[Named::Backspace]);
    harness.keys("chat-editor", &[Named::Backspace]);
    assert!(harness.shows("Mention 김보라"));
    harness.act(Message::Window(Happened::Escape));
    assert!(!harness.shows("Mention 김보라"));
    harness.asked();
    harness.keys("chat-editor", &[Named::Enter]);
    assert_eq!(sent(&harness), Some(("@김보".to_owned(), vec![])));
}

#[test]
fn everybody_is_offered_to_whose_role_allows_it_and_nobody_in_a_conversation_of_two() {
    let mut harness = opened();
    harness.write("chat-editor", "@al");
    harness.keys("chat-editor", &[Named::Enter]);
    harness.asked();
    harness.keys("chat-editor", &[Named::Enter]);
    assert_eq!(sent(&harness), Some(("@all".to_owned(), vec![Mention::All])));
    let plain = Group { role: Some(Role::Member), ..club() };
    let mut harness = Harness::new(FakeCore { groups: vec![plain], ..core() });
    harness.press("Saturday hikers");
    harness.write("chat-editor", "@");
    assert!(harness.shows("Mention Chan") && !harness.shows("Mention all"));
    let mut harness = Harness::new(core());
    harness.press("Chan");
    harness.write("chat-editor", "@");
    assert!(!harness.shows("Mention Chan"));
}

#[test]
fn a_message_that_is_changed_still_addresses_whom_it_addressed() {
    let mut harness = opened();
    harness.act(Message::Main(main::Message::Chat(talk::Message::EditWanted(message_id(CLUB, 6)))));
    harness.keys("chat-editor", &[Named::End]);
    harness.write("chat-editor", ".");
    harness.asked();
    harness.keys("chat-editor", &[Named::Enter]);
    let asked = harness.asked();
    let Some(Ask::Edit { draft, .. }) = asked.first() else { panic!("{asked:?}") };
    let mut expected = vec![who(BORA), who(DAWN)];
    expected.sort_unstable();
    assert_eq!(draft.written().mentions, expected);
}

#[test]
fn who_stands_out_is_taken_whoever_comes_before_them_meanwhile() {
    let mut harness = opened();
    harness.write("chat-editor", "@");
    harness.keys("chat-editor", &[Named::ArrowDown]);
    let mut more = club();
    more.members.insert(0, member(4, "Ari", Role::Member));
    harness.happen([Event::GroupChanged(more)]);
    assert!(harness.shows("Mention Ari"));
    harness.keys("chat-editor", &[Named::Enter]);
    harness.asked();
    harness.keys("chat-editor", &[Named::Enter]);
    assert_eq!(sent(&harness), Some(("@Chan".to_owned(), vec![who(CHAN)])));
}

#[test]
fn people_that_were_put_away_come_back_at_the_next_name() {
    let mut harness = opened();
    harness.write("chat-editor", "@");
    harness.act(Message::Window(Happened::Escape));
    harness.write("chat-editor", "c");
    assert!(!harness.shows("Mention Chan"));
    harness.write("chat-editor", " @c");
    assert!(harness.shows("Mention Chan"));
}

/// What was sent since the last look, and whom it addresses.
fn sent(harness: &Harness) -> Option<(String, Vec<Mention>)> {
    harness.asked().into_iter().find_map(|ask| match ask {
        Ask::Send { draft, .. } => Some((draft.written().text, draft.written().mentions)),
        _ => None,
    })
}

#[test]
fn every_state_of_being_addressed_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(core(), look);
        harness.press("Saturday hikers");
        harness.happen([Event::ChatChanged(listed(5, 2))]);
        harness.shot("mention-timeline", look);
        harness.write("chat-editor", "@");
        harness.keys("chat-editor", &[Named::ArrowDown]);
        harness.shot("mention-people", look);
        harness.keys("chat-editor", &[Named::Enter]);
        harness.write("chat-editor", "9:30? 🙂");
        harness.shot("mention-written", look);
        details(&mut harness);
        let until = Some(NOW_MS + 60 * MINUTE);
        let chat = Chat { notify: NotifyMode::Mentions, notify_until_ms: until, ..listed(5, 2) };
        harness.happen([Event::ChatChanged(chat)]);
        harness.resize(1160.0, 1100.0);
        harness.shot("mention-details", look);
        harness.resize(640.0, 480.0);
        harness.shot("mention-narrow", look);
    }
}
