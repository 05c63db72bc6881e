//! The conversations: the list, a conversation, people, comparing, settings.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use std::collections::BTreeMap;

use iced::keyboard::key::{Code, Named, Physical};
use iced::keyboard::{self, Key, Modifiers};
use support::example::{
    MINUTE, NOW_MS, account, chat, chat_id, connected, contact, me, message_id, nearby, ours, theirs,
};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{
    ClientError, Contact, ContactState, Event, Evidence, Finding, Message as Said, MessageKind, MessageState,
    ProfileInfo,
};
use undertone_ui::app::Message;
use undertone_ui::bridge::{Answer, Ask};
use undertone_ui::model::draft::Draft;
use undertone_ui::platform::prefs::{Appearance, Tongue};
use undertone_ui::window::Happened;

const MIN: u8 = 1;
const ZOE: u8 = 2;

fn sent(message: Said, minutes_ago: u64) -> Said {
    Said { sent_at_ms: NOW_MS - minutes_ago * MINUTE, ..message }
}

/// A conversation with something of everything.
fn conversation() -> Vec<Said> {
    let day = 24 * 60;
    let mut cake = sent(theirs(MIN, 5, "케이크는 제가 가져갈게요. 딸기랑 초코 중에 뭐가 좋아요?"), 40);
    cake.reactions =
        BTreeMap::from([("🎉".to_owned(), vec![me(), account(MIN)]), ("👍".to_owned(), vec![me()])]);
    vec![
        sent(theirs(MIN, 1, "Did you see the river this morning?"), day + 62),
        sent(ours(MIN, 2, "Yes, it was beautiful 🌅"), day + 60),
        sent(
            Said {
                edited: true,
                ..theirs(
                    MIN,
                    3,
                    "Let's have a picnic there on Sunday. I can bring the big blanket, and there is a place with a roof next to the old mill if it rains.",
                )
            },
            45,
        ),
        sent(
            Said {
                state: MessageState::Read,
                reply_to: Some(message_id(MIN, 3)),
                ..ours(MIN, 4, "Sunday is perfect, 2 pm?")
            },
            44,
        ),
        cake,
        sent(Said { state: MessageState::Read, ..ours(MIN, 6, "🍓🍓") }, 39),
        sent(Said { deleted: true, text: String::new(), ..theirs(MIN, 7, "") }, 38),
        sent(
            Said {
                state: MessageState::Delivered,
                ..ours(MIN, 8, "Map: https://example.org/mill?from=river")
            },
            12,
        ),
        sent(Said { state: MessageState::Sent, ..ours(MIN, 9, "I asked Zoe as well") }, 11),
        sent(theirs(MIN, 10, "좋아요, 그럼 일요일에 봐요!"), 4),
        sent(theirs(MIN, 11, "아, 돗자리도 있어요"), 3),
    ]
}

/// A messenger with people and conversations.
fn core() -> FakeCore {
    let messages = conversation();
    FakeCore {
        contacts: vec![
            Contact { verified: true, ..connected(contact(MIN, "김민수")) },
            contact(ZOE, "Zoe Park"),
            Contact { state: ContactState::Asked, ..contact(3, "Ada Lovelace") },
            Contact { state: ContactState::KeyChanged, verified: true, ..contact(4, "이서연") },
            Contact { blocked: true, ..contact(5, "Max") },
            Contact { state: ContactState::Request, ..contact(6, "Jun") },
            Contact { state: ContactState::Request, ..contact(7, "최유진") },
        ],
        chats: vec![
            chat(MIN, "김민수", 2, messages.last().cloned()),
            chat(ZOE, "Zoe Park", 0, Some(sent(ours(ZOE, 50, "See you there 👋"), 90))),
            chat(4, "이서연", 0, Some(sent(theirs(4, 50, "새 노트북 샀어요"), 60 * 26))),
            chat(
                7,
                "최유진",
                1,
                Some(sent(theirs(7, 1, "안녕하세요, 지난주 모임에서 만났던 유진이에요."), 300)),
            ),
        ],
        nearby: vec![nearby(8, "Nari"), nearby(10, "Lee’s laptop")],
        messages,
        ..FakeCore::default()
    }
}

fn opened() -> Harness {
    let mut harness = Harness::new(core());
    harness.press("김민수");
    harness.asked();
    harness
}

fn key(harness: &mut Harness, named: Named) {
    let messages = {
        let mut ui = harness.simulator();
        ui.click(iced_test::selector::id("chat-editor")).expect("there is an editor");
        ui.tap_key(Key::Named(named));
        ui.into_messages().collect::<Vec<_>>()
    };
    messages.into_iter().for_each(|message| harness.act(message));
}

/// From the editor so many steps back, and there a key.
fn key_back(harness: &mut Harness, steps: usize, pressed: Key, place: Code) {
    let messages = {
        let mut ui = harness.simulator();
        ui.click(iced_test::selector::id("chat-editor")).expect("there is an editor");
        for _ in 0..steps {
            let mut tab = iced_test::simulator::press_key(Key::Named(Named::Tab), None);
            if let iced::Event::Keyboard(keyboard::Event::KeyPressed { modifiers, .. }) = &mut tab {
                *modifiers = Modifiers::SHIFT;
            }
            let _ = ui.simulate([tab]);
        }
        let mut press = iced_test::simulator::press_key(pressed, None);
        if let iced::Event::Keyboard(keyboard::Event::KeyPressed { physical_key, .. }) = &mut press {
            *physical_key = Physical::Code(place);
        }
        let _ = ui.simulate([press]);
        ui.into_messages().collect::<Vec<_>>()
    };
    messages.into_iter().for_each(|message| harness.act(message));
}

#[test]
fn a_message_is_answered_copied_changed_and_deleted_with_one_key_when_the_keyboard_is_on_it() {
    let letter = |letter: &str| Key::Character(letter.into());
    // one step back from the editor is the newest message, which is theirs; our last one is two further up
    let (newest, ours) = (1, 7);
    let mut harness = opened();
    key_back(&mut harness, newest, letter("c"), Code::KeyC);
    assert_eq!(harness.clipboard.as_deref(), Some("아, 돗자리도 있어요"));
    // the letter is where it is on a Latin keyboard
    key_back(&mut harness, newest, letter("ㄱ"), Code::KeyR);
    assert!(harness.shows("Reply to 김민수"));

    let mut harness = opened();
    key_back(&mut harness, newest, letter("e"), Code::KeyE);
    key_back(&mut harness, newest, Key::Named(Named::Delete), Code::Delete);
    assert!(!harness.shows("Editing a message") && !harness.shows("Delete this message?"));
    key_back(&mut harness, ours, letter("e"), Code::KeyE);
    assert!(harness.shows("Editing a message"));
    let mut harness = opened();
    key_back(&mut harness, ours, Key::Named(Named::Delete), Code::Delete);
    assert!(harness.shows("Delete this message?"));
}

#[test]
fn opening_a_conversation_asks_for_it_once_and_says_that_it_was_read() {
    let mut harness = Harness::new(core());
    harness.asked();
    harness.press("김민수");
    let asked = harness.asked();
    assert!(matches!(asked[0], Ask::History { chat, .. } if chat == chat_id(MIN)));
    // there are unread messages: they are read when they are seen, at the end
    harness.act(Message::Ticked);
    harness.press("김민수");
    assert!(!harness.asked().iter().any(|ask| matches!(ask, Ask::History { .. })));
}

#[test]
fn a_message_is_sent_with_enter_and_stands_there_at_once() {
    let mut harness = opened();
    harness.write("chat-editor", "hello");
    key(&mut harness, Named::Enter);
    let asked = harness.asked();
    let draft = Draft { text: "hello".into(), ..Draft::default() };
    assert!(asked.contains(&Ask::Send { chat: chat_id(MIN), draft, reply_to: None }), "{asked:?}");
    assert_eq!(asked.iter().filter(|ask| matches!(ask, Ask::Typing { on: true, .. })).count(), 1);
    assert!(harness.shows("hello"));
}

#[test]
fn a_text_that_cannot_be_sent_comes_back_to_the_editor_with_the_reason() {
    let mut harness = Harness::new(FakeCore { trouble: Some(ClientError::DiskFull), ..core() });
    harness.press("김민수");
    harness.write("chat-editor", "hi");
    key(&mut harness, Named::Enter);
    assert!(harness.shows("There is no room left on the disk. Free some space; nothing was lost."));
    harness.asked();
    key(&mut harness, Named::Enter);
    assert!(harness.asked().iter().any(|ask| matches!(ask, Ask::Send { draft, .. } if draft.text == "hi")));
}

#[test]
fn each_conversation_keeps_what_was_being_written() {
    let mut harness = opened();
    harness.write("chat-editor", "half");
    harness.press("Zoe Park");
    assert!(harness.shows("Draft: half"));
    harness.press("김민수");
    harness.asked();
    key(&mut harness, Named::Enter);
    assert!(harness.asked().iter().any(|ask| matches!(ask, Ask::Send { draft, .. } if draft.text == "half")));
}

#[test]
fn arrow_up_in_an_empty_editor_changes_our_last_message() {
    let mut harness = opened();
    key(&mut harness, Named::ArrowUp);
    assert!(harness.shows("Editing a message"));
    harness.write("chat-editor", "!");
    key(&mut harness, Named::Enter);
    let asked = harness.asked();
    let edit = asked.iter().find_map(|ask| match ask {
        Ask::Edit { message, draft } => Some((*message, draft.text.as_str())),
        _ => None,
    });
    assert_eq!(edit, Some((message_id(MIN, 9), "I asked Zoe as well!")));
    assert!(!harness.shows("Editing a message"));
}

#[test]
fn escape_gives_up_a_change_and_leaves_the_message_alone() {
    let mut harness = opened();
    key(&mut harness, Named::ArrowUp);
    harness.act(Message::Window(Happened::Escape));
    assert!(!harness.shows("Editing a message"));
    key(&mut harness, Named::Enter);
    assert!(!harness.asked().iter().any(|ask| matches!(ask, Ask::Edit { .. } | Ask::Send { .. })));
}

#[test]
fn a_message_of_another_conversation_shows_in_the_list_only() {
    let mut harness = opened();
    let news = sent(theirs(ZOE, 60, "news"), 0);
    harness.happen([
        Event::MessageReceived { message: news.clone(), notify: true },
        Event::ChatChanged(chat(ZOE, "Zoe Park", 1, Some(news))),
    ]);
    assert!(harness.shows("news"));
    assert!(!harness.asked().iter().any(|ask| matches!(ask, Ask::Read { .. })));
}

#[test]
fn a_late_answer_for_another_visit_is_dropped() {
    let mut harness = opened();
    let page = undertone::api::Page {
        messages: vec![theirs(MIN, 70, "too late")],
        more_before: false,
        more_after: false,
    };
    let anchor = undertone::api::Anchor::Newest;
    let late = Answer::History { chat: chat_id(MIN), anchor, visit: 999, result: Ok(page) };
    harness.act(Message::Answered(Box::new(late)));
    assert!(!harness.shows("too late"));
}

#[test]
fn missed_events_make_everything_visible_be_asked_again() {
    let mut harness = opened();
    harness.happen([Event::Stale]);
    let asked = harness.asked();
    assert!(asked.contains(&Ask::Contacts) && asked.contains(&Ask::Chats) && asked.contains(&Ask::Nearby));
    assert!(asked.iter().any(|ask| matches!(ask, Ask::History { chat, .. } if *chat == chat_id(MIN))));
}

#[test]
fn nothing_can_be_written_to_somebody_who_is_blocked_asked_or_has_a_new_key() {
    for (name, why) in [
        ("Max", "You blocked Max."),
        ("Ada Lovelace", "You can write as soon as Ada Lovelace accepts."),
        ("이서연", "이서연 writes from a new device. Sending is paused until you accept it."),
    ] {
        let mut harness = Harness::new(core());
        harness.press(name);
        assert!(harness.shows(why), "{name}");
        assert!(harness.simulator().find(iced_test::selector::id("chat-editor")).is_err());
    }
}

#[test]
fn a_new_key_is_accepted_only_when_asked_again() {
    let mut harness = Harness::new(core());
    harness.press("이서연");
    harness.asked();
    harness.press("Review");
    assert_eq!(harness.asked(), []);
    harness.press("Accept new device");
    assert_eq!(harness.asked(), [Ask::Accept(account(4))]);
}

#[test]
fn requests_wait_in_a_place_of_their_own() {
    let mut harness = Harness::new(core());
    assert!(!harness.shows("Jun"));
    harness.press("2 contact requests");
    assert!(harness.shows("Jun would like to talk to you"));
    harness.asked();
    harness.press("Block");
    assert_eq!(harness.asked(), [], "blocking is asked again");
    harness.act(Message::Window(Happened::Escape));
    assert!(harness.shows("Jun would like to talk to you"));
}

#[test]
fn somebody_nearby_is_asked_and_the_conversation_opens() {
    let mut harness = Harness::new(core());
    harness.asked();
    harness.press("Connect");
    let asked = harness.asked();
    assert_eq!(asked[0], Ask::AddNearby(account(10)));
    assert!(harness.shows("Nari was asked. You can write as soon as they accept."));
}

#[test]
fn accepting_a_request_opens_the_conversation() {
    let mut harness = Harness::new(core());
    harness.press("2 contact requests");
    harness.asked();
    harness.press("Accept");
    let asked = harness.asked();
    assert_eq!(asked[0], Ask::Accept(account(7)));
    assert!(asked.iter().any(|ask| matches!(ask, Ask::History { chat, .. } if *chat == chat_id(7))));
}

#[test]
fn a_conversation_closes_when_the_person_is_removed_elsewhere() {
    let mut harness = opened();
    harness.happen([Event::ContactRemoved(account(MIN))]);
    assert!(!harness.shows("김민수"));
    assert!(harness.shows("Choose a conversation"));
}

#[test]
fn locking_takes_everything_off_the_screen() {
    let mut harness = opened();
    harness.act(Message::Window(Happened::Lock));
    assert_eq!(harness.asked(), [Ask::Lock]);
    harness.happen([Event::Locked]);
    assert!(harness.shows("Welcome back") && !harness.shows("김민수"));
}

#[test]
fn verifying_by_eye_takes_two_presses_and_ends_green() {
    let mut harness = opened();
    harness.act(Message::Main(undertone_ui::screen::main::Message::Chat(
        undertone_ui::screen::chat::Message::VerifyWanted,
    )));
    assert!(harness.shows("04825"));
    harness.press("They match");
    assert!(!harness.asked().iter().any(|ask| matches!(ask, Ask::Verify { .. })));
    harness.press("Mark 김민수 as verified");
    assert!(harness.shows("The numbers match. 김민수 is verified."));
}

#[test]
fn the_list_is_filtered_by_name() {
    let mut harness = Harness::new(core());
    harness.write("sidebar-filter", "zo");
    assert!(harness.shows("Zoe Park") && !harness.shows("김민수"));
    harness.write("sidebar-filter", "x");
    assert!(harness.shows("No conversation matches \"zox\"."));
}

#[test]
fn being_offline_is_said_and_taken_back() {
    let mut harness = opened();
    harness.happen([Event::Offline(true)]);
    assert!(harness.shows("You're offline. Messages will be sent later."));
    harness.happen([Event::Offline(false)]);
    assert!(!harness.shows("You're offline. Messages will be sent later."));
}

#[test]
fn the_messages_of_the_program_show_nothing_of_what_people_write() {
    let mut harness = opened();
    harness.write("chat-editor", "s");
    let message = Message::Core(
        vec![Event::MessageReceived { message: theirs(MIN, 60, "secret words"), notify: true }].into(),
    );
    assert!(!format!("{message:?}").contains("secret"));
    harness.act(message);
    assert!(!format!("{:?}", harness.app).contains("secret"));
}

fn say(look: (Tongue, Appearance), english: &'static str, korean: &'static str) -> &'static str {
    if look.0 == Tongue::En { english } else { korean }
}

#[test]
fn every_state_of_the_conversations_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(core(), look);
        harness.shot("main-list", look);
        harness.press("김민수");
        harness.shot("conversation", look);
        harness.happen([
            Event::Typing { chat: chat_id(MIN), account: account(MIN), typing: true },
            Event::Offline(true),
        ]);
        key(&mut harness, Named::ArrowUp);
        harness.shot("chat-typing-editing-offline", look);
        harness.act(Message::Window(Happened::Escape));
        harness.press("Zoe Park");
        harness.shot("chat-empty", look);
        harness.press("이서연");
        harness.shot("chat-key-changed", look);
        harness.press(say(look, "Review", "살펴보기"));
        harness.shot("chat-key-confirm", look);
        harness.act(Message::Window(Happened::Escape));
        harness.press(say(look, "2 contact requests", "대화 요청 2건"));
        harness.shot("requests", look);
    }
}

#[test]
fn keys_that_did_not_fit_are_told_in_the_details_of_whoever_showed_them() {
    use undertone_ui::screen::{chat as talk, main};
    for look in LOOKS {
        let title = say(look, "Keys that did not fit", "맞지 않았던 키");
        let toggled = || Message::Main(main::Message::Chat(talk::Message::DetailsToggled));
        let mut harness = Harness::looking(core(), look);
        harness.press("김민수");
        harness.act(toggled());
        assert!(!harness.shows(title), "there is nothing to tell");
        let shown = |finding, at_ms| Evidence {
            at_ms,
            finding,
            cert: vec![1; 197],
            shown: ([2; 32], 3),
            known: Some(([4; 32], 5)),
        };
        let at = NOW_MS;
        let evidence = vec![shown(Finding::NewDevice, at - 90_000_000), shown(Finding::Rollback, at)];
        let mut harness = Harness::looking(FakeCore { evidence, ..core() }, look);
        harness.press("김민수");
        harness.act(toggled());
        assert!(harness.shows(title));
        assert!(harness.shows(say(look, "A new device was shown", "새 기기가 나타났어요")));
        harness.shot("details-evidence", look);
    }
}

#[test]
fn the_empty_program_a_narrow_window_and_every_dialog_can_be_drawn() {
    use undertone_ui::screen::{chat as talk, main};
    for look in LOOKS {
        Harness::looking(FakeCore::default(), look).shot("main-empty", look);
        let mut harness = Harness::looking(core(), look);
        let act = |harness: &mut Harness, message| harness.act(Message::Main(message));
        act(&mut harness, main::Message::ConnectOpened);
        harness.shot("connect", look);
        harness.press(say(look, "Create an invitation link", "초대 링크 만들기"));
        harness.shot("connect-made", look);
        harness.act(Message::Window(Happened::Escape));
        act(&mut harness, main::Message::SettingsOpened);
        harness.shot("settings", look);
        harness.press("김민수");
        act(&mut harness, main::Message::Chat(talk::Message::DetailsToggled));
        harness.shot("details", look);
        act(&mut harness, main::Message::Chat(talk::Message::VerifyWanted));
        harness.shot("verify", look);
        harness.press(say(look, "They match", "서로 같아요"));
        harness.shot("verify-second", look);
        harness.act(Message::Window(Happened::Escape));
        harness.resize(720.0, 480.0);
        harness.shot("narrow", look);
    }
}

#[test]
fn a_message_of_a_newer_version_and_a_queued_one_can_be_drawn() {
    let newer = Said { kind: MessageKind::Unknown, ..theirs(MIN, 20, "") };
    let queued = Said { state: MessageState::Queued, ..ours(MIN, 21, "later") };
    let messages = vec![sent(newer, 2), sent(queued, 1)];
    let profile = ProfileInfo { phrase_kept: false, visible: false, ..support::example::profile() };
    let look = LOOKS[0];
    let mut harness = Harness::looking(FakeCore { messages, profile, nearby: vec![], ..core() }, look);
    harness.press("김민수");
    assert!(harness.shows("This message needs a newer version of Undertone."));
    harness.shot("chat-unknown-queued", look);
}
