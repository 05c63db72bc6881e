//! Groups: the list, a conversation, who takes part, beginning one.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use std::collections::BTreeMap;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use support::example::{
    MINUTE, NOW_MS, account, agreeing, changed, chat, chat_id, connected, contact, group, group_chat, me,
    member, message_id, ours, theirs,
};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{
    ClientError, Contact, ContactState, Event, FormerMember, Group, GroupChange, GroupMember, History,
    Message as Said, MessageState, Role, SharedBy, StateAt,
};
use undertone_ui::app::Message;
use undertone_ui::bridge::{Ask, GroupAsk};
use undertone_ui::platform::prefs::{Appearance, Tongue};
use undertone_ui::screen::{chat as talk, main};
use undertone_ui::window::Happened;

const BORA: u8 = 1;
const CHAN: u8 = 2;
const DAWN: u8 = 3;
const CLUB: u8 = 20;

fn at(message: Said, minutes_ago: u64) -> Said {
    Said { sent_at_ms: NOW_MS - minutes_ago * MINUTE, ..message }
}

/// A text of somebody in the club.
fn by(n: u8, lamport: u64, text: &str) -> Said {
    Said { author: account(n), ..theirs(CLUB, lamport, text) }
}

fn conversation() -> Vec<Said> {
    let mut lunch = at(by(CHAN, 8, "저는 김밥 가져갈게요"), 20);
    lunch.reactions = BTreeMap::from([("👍".to_owned(), vec![me(), account(BORA), account(DAWN)])]);
    let change = |lamport, by, change| at(changed(CLUB, lamport, by, change), 60);
    vec![
        change(1, 0, GroupChange::Created("Hiking club".into())),
        change(2, 0, GroupChange::Added(account(BORA))),
        change(3, BORA, GroupChange::Added(account(CHAN))),
        change(4, 0, GroupChange::Role(account(BORA), Role::Admin)),
        at(by(BORA, 5, "Shall we take the ridge or the valley path on Saturday?"), 40),
        at(by(BORA, 6, "The valley has shade"), 39),
        at(Said { state: MessageState::Read, ..ours(CLUB, 7, "Valley, it will be hot") }, 30),
        lunch,
        at(Said { reply_to: Some(message_id(CLUB, 6)), ..by(DAWN, 9, "Agreed!") }, 15),
        change(10, BORA, GroupChange::Renamed("Saturday hikers".into())),
        at(Said { state: MessageState::Delivered, ..ours(CLUB, 11, "9:30 at the station?") }, 5),
    ]
}

fn club() -> Group {
    let added = GroupMember { added_by: account(BORA), ..agreeing(member(CHAN, "Chan", Role::Member)) };
    let bora = GroupMember { verified: true, ..agreeing(member(BORA, "김보라", Role::Admin)) };
    group(CLUB, "Saturday hikers", vec![bora, added, member(DAWN, "Dawn Patel", Role::Member)])
}

/// A messenger with a group; one of its members is no contact.
fn core_with(club: Group) -> FakeCore {
    let messages = conversation();
    FakeCore {
        contacts: vec![
            Contact { verified: true, ..connected(contact(BORA, "김보라")) },
            contact(CHAN, "Chan"),
            connected(contact(5, "Eun-ji")),
            contact(6, "Max Weber"),
            Contact { state: ContactState::Asked, ..contact(7, "Nobody yet") },
        ],
        chats: vec![
            group_chat(CLUB, "Saturday hikers", 1, messages.last().cloned()),
            chat(BORA, "김보라", 0, Some(at(theirs(BORA, 50, "내일 봐요"), 90))),
        ],
        groups: vec![club],
        messages,
        ..FakeCore::default()
    }
}

fn core() -> FakeCore {
    core_with(club())
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

fn members(harness: &mut Harness, message: talk::MembersMessage) {
    harness.act(Message::Main(main::Message::Chat(talk::Message::Members(message))));
}

fn say(look: (Tongue, Appearance), english: &'static str, korean: &'static str) -> &'static str {
    if look.0 == Tongue::En { english } else { korean }
}

#[test]
fn the_list_says_who_said_the_newest_thing_in_a_group() {
    let mut harness = Harness::new(core());
    let news = at(by(CHAN, 30, "I am there"), 0);
    harness.happen([Event::MessageReceived { message: news, notify: true }]);
    assert!(harness.shows("Chan: I am there"));
    let gone = at(changed(CLUB, 31, BORA, GroupChange::Removed(account(CHAN))), 0);
    harness.happen([Event::MessageReceived { message: gone, notify: true }]);
    assert!(harness.shows("김보라 removed Chan"));
}

#[test]
fn a_conversation_says_who_takes_part_and_what_happened() {
    let harness = opened();
    for said in [
        "4 members",
        "Same history: 2 of 3",
        "You created the group \"Hiking club\"",
        "You added 김보라",
        "김보라 added Chan",
        "You made 김보라 an admin",
        "김보라 renamed the group to \"Saturday hikers\"",
    ] {
        assert!(harness.shows(said), "{said}");
    }
}

#[test]
fn somebody_who_writes_is_named_and_two_are_named_both() {
    let mut harness = opened();
    let typing = |n| Event::Typing { chat: chat_id(CLUB), account: account(n), typing: true };
    harness.happen([typing(CHAN)]);
    assert!(harness.shows("Chan is typing…"));
    harness.happen([typing(BORA)]);
    assert!(harness.shows("김보라 and Chan are typing…") || harness.shows("Chan and 김보라 are typing…"));
    harness.happen([typing(DAWN)]);
    assert!(harness.shows("Several people are typing…"));
}

#[test]
fn nothing_can_be_written_by_whoever_only_reads_or_is_out() {
    for (role, why) in [
        (Some(Role::ReadOnly), "You can read here, but not write."),
        (None, "You are no longer in this group."),
    ] {
        let mut harness = Harness::new(core_with(Group { role, ..club() }));
        harness.press("Saturday hikers");
        assert!(harness.shows(why));
        assert!(harness.simulator().find(iced_test::selector::id("chat-editor")).is_err());
    }
}

#[test]
fn a_group_that_we_left_is_forgotten_when_asked_again() {
    let mut harness = Harness::new(core_with(Group { role: None, ..club() }));
    harness.press("Saturday hikers");
    harness.asked();
    harness.press("Forget this group");
    assert_eq!(harness.asked(), []);
    harness.press("Forget");
    assert_eq!(harness.asked(), [Ask::GroupForget(chat_id(CLUB))]);
    assert!(!harness.shows("Saturday hikers") && harness.shows("Choose a conversation"));
}

#[test]
fn a_group_is_begun_with_a_title_and_people_and_opens() {
    let mut harness = Harness::new(core());
    harness.act(Message::Main(main::Message::GatherOpened));
    assert!(harness.shows("Nobody chosen"));
    harness.write("group-new-title", "Cooks");
    harness.write("group-people-filter", "max");
    harness.press("Max Weber");
    assert!(harness.shows("1 chosen"));
    harness.press("The last 100");
    harness.asked();
    harness.press("Create group");
    let asked = harness.asked();
    let history = History::Last(100);
    let create =
        Ask::GroupCreate { title: "Cooks".into(), members: vec![account(6)], history, picture: None };
    assert_eq!(asked[0], create);
    assert!(matches!(asked[1], Ask::History { chat, .. } if chat == chat_id(77)));
    assert!(harness.shows("2 members") && harness.shows("Say hello to everyone"));
}

#[test]
fn a_group_needs_a_title_and_somebody() {
    let mut harness = Harness::new(core());
    harness.act(Message::Main(main::Message::GatherOpened));
    harness.write("group-new-title", "Cooks");
    harness.asked();
    harness.press("Create group");
    assert_eq!(harness.asked(), []);
}

#[test]
fn a_group_that_cannot_be_begun_stays_to_be_corrected() {
    let mut harness = Harness::new(FakeCore { trouble: Some(ClientError::DiskFull), ..core() });
    harness.act(Message::Main(main::Message::GatherOpened));
    harness.write("group-new-title", "C");
    harness.press("Eun-ji");
    harness.press("Create group");
    assert!(harness.shows("There is no room left on the disk. Free some space; nothing was lost."));
    assert!(harness.shows("New group"));
}

#[test]
fn people_are_chosen_with_the_keyboard_alone() {
    let mut harness = Harness::new(core());
    harness.act(Message::Main(main::Message::GatherOpened));
    let messages = {
        let mut ui = harness.simulator();
        ui.click(iced_test::selector::id("group-people-filter")).expect("there is a filter");
        ui.tap_key(Key::Named(Named::Tab));
        ui.tap_key(Key::Named(Named::Space));
        ui.into_messages().collect::<Vec<_>>()
    };
    messages.into_iter().for_each(|message| harness.act(message));
    assert!(harness.shows("1 chosen"));
}

#[test]
fn members_are_removed_and_the_group_is_left_only_when_asked_again() {
    let mut harness = opened();
    harness.resize(1160.0, 1000.0);
    details(&mut harness);
    members(&mut harness, talk::MembersMessage::RemoveWanted(account(CHAN)));
    assert_eq!(harness.asked(), []);
    harness.press("Remove");
    let ask = GroupAsk::Remove(account(CHAN));
    assert_eq!(harness.asked(), [Ask::Group { chat: chat_id(CLUB), ask }]);
    assert!(harness.shows("3 members"));
    harness.resize(1160.0, 1000.0);
    harness.press("Leave group");
    assert_eq!(harness.asked(), []);
    assert!(harness.shows("Leave \"Saturday hikers\"?"));
}

#[test]
fn roles_titles_and_people_are_changed_beside_the_conversation() {
    let mut harness = opened();
    harness.resize(1160.0, 1000.0);
    details(&mut harness);
    members(&mut harness, talk::MembersMessage::MenuToggled(account(CHAN)));
    harness.press("Make admin");
    let group = |ask| Ask::Group { chat: chat_id(CLUB), ask };
    assert_eq!(harness.asked(), [group(GroupAsk::Role(account(CHAN), Role::Admin))]);
    harness.write("group-title", "!");
    harness.press("Save");
    assert_eq!(harness.asked(), [group(GroupAsk::Rename("Saturday hikers!".into()))]);
    harness.press("Add people");
    assert!(harness.shows("They see what is said from now on, nothing from before."));
    harness.press("Max Weber");
    harness.press("Add");
    assert_eq!(harness.asked(), [group(GroupAsk::Add(vec![account(6)]))]);
    assert!(harness.shows("5 members"));
}

/// How far our last message has come with each of the others.
fn reached() -> Vec<StateAt> {
    let state =
        |n, state, minutes_ago| StateAt { account: account(n), state, at_ms: NOW_MS - minutes_ago * MINUTE };
    vec![
        state(BORA, MessageState::Read, 4),
        state(CHAN, MessageState::Delivered, 3),
        state(DAWN, MessageState::Queued, 5),
    ]
}

fn told() -> Harness {
    let mut club = club();
    for member in &mut club.members {
        member.last_seen_ms = (member.account == account(DAWN)).then_some(NOW_MS - 90 * MINUTE);
    }
    let mut harness = Harness::new(FakeCore { reached: reached(), ..core_with(club) });
    harness.press("Saturday hikers");
    harness.asked();
    harness
}

fn receipts(harness: &mut Harness) {
    harness.act(Message::Main(main::Message::Chat(talk::Message::ReceiptsWanted(message_id(CLUB, 11)))));
}

#[test]
fn a_message_of_ours_tells_who_has_read_it_who_has_it_and_whom_it_has_not_reached() {
    let mut harness = told();
    receipts(&mut harness);
    let asked = Ask::Reached(message_id(CLUB, 11));
    assert_eq!(harness.asked(), std::slice::from_ref(&asked));
    for said in [
        "Read by 1 person",
        "Delivered to 1 person, not read yet",
        "1 person not reached yet",
        "Last seen 12:33 PM",
    ] {
        assert!(harness.shows(said), "{said}");
    }
    let more = |chat| Event::MessageState {
        chat: chat_id(chat),
        message: message_id(CLUB, 11),
        account: account(DAWN),
        state: MessageState::Delivered,
        at_ms: NOW_MS,
        upto: false,
    };
    harness.happen([more(BORA)]);
    assert_eq!(harness.asked(), []);
    harness.happen([more(CLUB)]);
    assert_eq!(harness.asked(), [asked]);
    harness.act(Message::Window(Happened::Escape));
    assert!(!harness.shows("Read by 1 person"));
}

#[test]
fn a_message_that_nobody_else_was_there_for_says_so() {
    let mut harness = opened();
    receipts(&mut harness);
    assert!(harness.shows("Nobody else took part when you sent this."));
}

#[test]
fn whoever_took_part_once_keeps_the_name() {
    let mut club = club();
    club.members.retain(|member| member.account != account(DAWN));
    club.former = vec![FormerMember { account: account(DAWN), name: "Dawn Patel".into() }];
    let mut harness = Harness::new(core_with(club));
    harness.press("Saturday hikers");
    assert!(harness.shows("Dawn Patel"));
}

#[test]
fn a_plain_member_manages_nobody_and_compares_with_anybody() {
    let mut harness = Harness::new(core_with(Group { role: Some(Role::Member), ..club() }));
    harness.press("Saturday hikers");
    details(&mut harness);
    members(&mut harness, talk::MembersMessage::MenuToggled(account(DAWN)));
    for hidden in ["Add people", "Make admin", "Remove from group"] {
        assert!(!harness.shows(hidden), "{hidden}");
    }
    harness.asked();
    harness.press("Compare numbers");
    assert_eq!(harness.asked(), [Ask::SafetyNumber(account(DAWN))]);
    assert!(harness.shows("Verify Dawn Patel"));
}

#[test]
fn every_state_of_a_group_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(core(), look);
        harness.press("Saturday hikers");
        harness.shot("group", look);
        details(&mut harness);
        harness.shot("group-details", look);
        members(&mut harness, talk::MembersMessage::MenuToggled(account(CHAN)));
        harness.shot("group-menu", look);
        members(&mut harness, talk::MembersMessage::RemoveWanted(account(CHAN)));
        harness.shot("group-remove", look);
        harness.act(Message::Window(Happened::Escape));
        members(&mut harness, talk::MembersMessage::AddWanted);
        harness.press("Eun-ji");
        harness.shot("group-add", look);
        harness.act(Message::Window(Happened::Escape));
        let chan = GroupMember { same: Some(false), they_lack: 3, ..member(CHAN, "Chan", Role::Member) };
        let lacking = group(CLUB, "Saturday hikers", vec![chan]);
        harness.happen([Event::GroupChanged(Group { role: None, ..lacking.clone() })]);
        harness.shot("group-out", look);
        harness.happen([Event::GroupChanged(Group { role: Some(Role::ReadOnly), ..lacking })]);
        harness.resize(720.0, 480.0);
        harness.shot("group-narrow", look);
        let mut harness = Harness::looking(FakeCore { reached: reached(), ..core() }, look);
        harness.press("Saturday hikers");
        receipts(&mut harness);
        harness.shot("group-receipts", look);
        let mut harness = Harness::looking(core(), look);
        harness.act(Message::Main(main::Message::GatherOpened));
        harness.write("group-new-title", "Cooks");
        harness.press(say(look, "Max Weber", "Max Weber"));
        harness.shot("group-new", look);
    }
}

#[test]
fn what_new_members_see_of_earlier_messages_is_chosen_in_the_details() {
    let mut harness = opened();
    harness.resize(1160.0, 1000.0);
    details(&mut harness);
    assert!(harness.shows("New members see of earlier messages"));
    harness.asked();
    harness.press("All");
    assert_eq!(harness.asked(), [Ask::Group { chat: chat_id(CLUB), ask: GroupAsk::History(History::All) }]);
}

#[test]
fn what_was_told_is_marked_wherever_it_stands() {
    let told = |message: Said| {
        let shared = Some(SharedBy { account: account(BORA), author: "Dan Brown".into() });
        Said { author: account(9), shared, ..message }
    };
    let messages = vec![
        at(told(by(CHAN, 1, "Is the hut open in May?")), 70),
        at(Said { edited: true, ..told(by(CHAN, 2, "It opens in June")) }, 69),
        at(changed(CLUB, 3, BORA, GroupChange::Added(me())), 60),
        at(by(BORA, 4, "Welcome!"), 40),
    ];
    let fake = || FakeCore { messages: messages.clone(), ..core() };
    let mut harness = Harness::new(fake());
    harness.press("Saturday hikers");
    assert!(harness.shows("Before you joined · shared by 김보라, not verified"));
    assert!(harness.shows("Dan Brown"), "nobody else knows their name");
    assert!(harness.shows("not verified") && harness.shows("not verified, edited"));
    for look in LOOKS {
        let mut harness = Harness::looking(fake(), look);
        harness.press("Saturday hikers");
        harness.shot("group-told", look);
    }
}
