//! Groups: what those who look after one do in it, and what everybody sees of that.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use support::example::{
    MINUTE, NOW_MS, account, agreeing, chat_id, connected, contact, group, group_chat, member, message_id,
    ours, theirs,
};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{Contact, Event, Group, GroupMember, History, Message as Said, Role};
use undertone_ui::app::Message;
use undertone_ui::bridge::{Ask, GroupAsk, Image};
use undertone_ui::i18n::{Language, Texts};
use undertone_ui::platform::picture::{PictureError, prepare};
use undertone_ui::screen::{chat as talk, main};
use undertone_ui::t;
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

fn taken_back(message: Said, by: u8) -> Said {
    Said { deleted: true, deleted_by: Some(account(by)), text: String::new(), ..message }
}

fn conversation() -> Vec<Said> {
    vec![
        at(by(BORA, 1, "Shall we take the ridge on Saturday?"), 40),
        at(taken_back(by(CHAN, 2, ""), BORA), 30),
        at(taken_back(by(CHAN, 3, ""), CHAN), 29),
        at(taken_back(ours(CLUB, 4, ""), BORA), 25),
        at(taken_back(by(DAWN, 5, ""), 0), 22),
        at(ours(CLUB, 6, "Valley, it will be hot"), 20),
        at(by(DAWN, 7, "Buy cheap boots at example dot com"), 5),
    ]
}

fn club() -> Group {
    let bora = GroupMember { verified: true, ..agreeing(member(BORA, "김보라", Role::Admin)) };
    let chan = agreeing(member(CHAN, "Chan", Role::Member));
    group(CLUB, "Saturday hikers", vec![bora, chan, member(DAWN, "Dawn Patel", Role::Member)])
}

fn core(club: Group) -> FakeCore {
    let messages = conversation();
    FakeCore {
        contacts: vec![
            Contact { verified: true, ..connected(contact(BORA, "김보라")) },
            contact(CHAN, "Chan"),
            contact(6, "Max Weber"),
        ],
        chats: vec![group_chat(CLUB, "Saturday hikers", 0, messages.last().cloned())],
        groups: vec![club],
        messages,
        ..FakeCore::default()
    }
}

fn opened(club: Group) -> Harness {
    let mut harness = Harness::new(core(club));
    harness.press("Saturday hikers");
    harness.asked();
    harness
}

fn chat(harness: &mut Harness, message: talk::Message) {
    harness.act(Message::Main(main::Message::Chat(message)));
}

/// Keys in the field with this id.
fn key_in(harness: &mut Harness, id: &'static str, keys: &[Named]) {
    let messages = {
        let mut ui = harness.simulator();
        ui.click(iced_test::selector::id(id)).expect("there is a field");
        for key in keys {
            ui.tap_key(Key::Named(*key));
        }
        ui.into_messages().collect::<Vec<_>>()
    };
    messages.into_iter().for_each(|message| harness.act(message));
}

/// From the editor so many steps back, and there the key that deletes.
fn delete_back(harness: &mut Harness, steps: usize) {
    let messages = {
        let mut ui = harness.simulator();
        ui.click(iced_test::selector::id("chat-editor")).expect("there is an editor");
        for _ in 0..steps {
            let mut tab = iced_test::simulator::press_key(Key::Named(Named::Tab), None);
            if let iced::Event::Keyboard(iced::keyboard::Event::KeyPressed { modifiers, .. }) = &mut tab {
                *modifiers = iced::keyboard::Modifiers::SHIFT;
            }
            let _ = ui.simulate([tab]);
        }
        ui.tap_key(Key::Named(Named::Delete));
        ui.into_messages().collect::<Vec<_>>()
    };
    messages.into_iter().for_each(|message| harness.act(message));
}

#[test]
fn a_message_that_another_took_back_says_who_did_it() {
    let harness = opened(club());
    for said in ["Deleted by 김보라", "This message was deleted", "You deleted this message"] {
        assert!(harness.shows(said), "{said}");
    }
}

#[test]
fn whoever_may_takes_back_what_another_wrote_with_one_key_when_asked_again() {
    let mut harness = opened(club());
    delete_back(&mut harness, 1);
    assert!(harness.shows("Delete Dawn Patel's message for everyone?"));
    assert_eq!(harness.asked(), []);
    harness.press("Delete for everyone");
    assert_eq!(harness.asked(), [Ask::Delete(message_id(CLUB, 7))]);
    assert!(!harness.shows("Buy cheap boots at example dot com"));
}

#[test]
fn nobody_is_offered_to_take_back_what_their_role_does_not_reach() {
    for (role, theirs, offered) in [
        (Role::Member, Role::ReadOnly, false),
        (Role::Moderator, Role::Member, true),
        (Role::Moderator, Role::Moderator, false),
        (Role::Admin, Role::Moderator, true),
        (Role::Admin, Role::Owner, false),
    ] {
        let mut club = Group { role: Some(role), ..club() };
        for member in club.members.iter_mut().filter(|member| member.account == account(DAWN)) {
            member.role = theirs;
        }
        let mut harness = opened(club);
        delete_back(&mut harness, 1);
        assert_eq!(harness.shows("Delete for everyone"), offered, "{role:?} of {theirs:?}");
    }
}

#[test]
fn the_list_says_who_took_the_newest_message_back() {
    let mut harness = opened(club());
    let gone = at(taken_back(by(DAWN, 9, ""), CHAN), 0);
    harness.happen([Event::MessageReceived { message: by(DAWN, 9, "spam"), notify: false }]);
    harness.happen([Event::MessageChanged(gone)]);
    assert!(harness.shows("Deleted by Chan"));
}

#[test]
fn what_is_taken_back_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(core(club()), look);
        harness.press("Saturday hikers");
        harness.shot("group-deleted", look);
        chat(&mut harness, talk::Message::DeleteWanted(message_id(CLUB, 7)));
        harness.shot("group-delete-other", look);
    }
}

fn verified(mut club: Group) -> Group {
    club.members.iter_mut().filter(|member| !member.me).for_each(|member| member.verified = true);
    club
}

#[test]
fn the_details_say_how_many_were_compared_with_and_one_press_compares_with_the_next() {
    let mut harness = opened(club());
    chat(&mut harness, talk::Message::DetailsToggled);
    assert!(harness.shows("You have verified 1 of 3"));
    harness.press("Verify");
    assert_eq!(harness.asked(), [Ask::SafetyNumber(account(CHAN))]);
    let mut harness = opened(verified(club()));
    chat(&mut harness, talk::Message::DetailsToggled);
    assert!(harness.shows("You have verified everyone") && !harness.shows("Verify"));
}

#[test]
fn who_was_compared_with_can_be_drawn() {
    for look in LOOKS {
        for (name, club) in [("group-verified-some", club()), ("group-verified-all", verified(club()))] {
            let mut harness = Harness::looking(core(club), look);
            harness.press("Saturday hikers");
            chat(&mut harness, talk::Message::DetailsToggled);
            harness.shot(name, look);
        }
    }
}

/// A picture as somebody would choose it: a hill before the sky.
fn hill() -> Image {
    let hill = image::RgbImage::from_fn(160, 120, |x, y| {
        let edge = 40 + (i64::from(x) - 70).pow(2) / 160;
        if i64::from(y) > edge { image::Rgb([47, 125, 80]) } else { image::Rgb([142, 197, 252]) }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hill.png");
    hill.save(&path).expect("a file");
    Image(prepare(&path).expect("a picture").into())
}

fn pictured(club: Group) -> Group {
    Group { picture: Some(support::drawn(hill())), ..club }
}

#[test]
fn a_groups_picture_stands_wherever_its_initials_stood() {
    let mut harness = opened(club());
    chat(&mut harness, talk::Message::DetailsToggled);
    assert!(harness.shows("SH") && harness.shows("Add a picture") && !harness.shows("Remove picture"));
    harness.happen([Event::GroupChanged(pictured(club()))]);
    assert!(!harness.shows("SH") && harness.shows("Replace picture…"));
    harness.press("Remove picture");
    let ask = GroupAsk::Picture(None);
    assert_eq!(harness.asked(), [Ask::Group { chat: chat_id(CLUB), ask }]);
    assert!(harness.shows("SH"));
}

#[test]
fn a_chosen_picture_is_given_to_the_group_it_was_chosen_for() {
    let mut harness = opened(club());
    let (chat, ask) = (chat_id(CLUB), GroupAsk::Picture(Some(hill())));
    harness.act(Message::Prepared(Some(chat), Ok(hill())));
    assert_eq!(harness.asked(), [Ask::Group { chat, ask }]);
    assert!(!harness.shows("SH"));
    harness.act(Message::Prepared(Some(chat), Err(PictureError::Unreadable)));
    assert_eq!(harness.asked(), []);
    assert!(harness.shows("This file is not a picture that can be used. Choose a PNG, JPEG or WebP."));
}

#[test]
fn one_dropped_picture_is_given_to_the_group_once_that_is_confirmed() {
    let mut harness = opened(club());
    chat(&mut harness, talk::Message::DetailsToggled);
    for file in ["hill.png", "other.png"] {
        harness.act(Message::Window(Happened::Dropped(file.into())));
    }
    assert!(harness.shows("hill.png was dropped on the window. Everybody in the group will see it."));
    harness.press("Cancel");
    assert!(!harness.shows("Set picture"));
    assert!(harness.asked().is_empty());
}

#[test]
fn what_cannot_be_drawn_leaves_the_initials() {
    for image in [&b"\x89PNG\r\n\x1a\n and then nothing"[..], b"GIF89a", b""] {
        let picture = Some(support::drawn(Image(image.into())));
        let harness = opened(Group { picture, ..club() });
        assert!(harness.shows("SH"));
    }
}

#[test]
fn the_picture_is_offered_to_those_who_manage_the_group() {
    for (role, offered) in [(Role::Owner, true), (Role::Admin, true), (Role::Moderator, false)] {
        let mut harness = opened(Group { role: Some(role), ..pictured(club()) });
        chat(&mut harness, talk::Message::DetailsToggled);
        assert_eq!(harness.shows("Remove picture"), offered, "{role:?}");
    }
}

fn new_group(core: FakeCore) -> Harness {
    let mut harness = Harness::new(core);
    harness.asked();
    harness.act(Message::Main(main::Message::GatherOpened));
    harness
}

#[test]
fn a_group_is_begun_with_its_picture_and_says_what_it_still_needs() {
    let mut harness = new_group(core(club()));
    assert!(harness.shows("Nobody chosen"));
    harness.press("Max Weber");
    assert!(harness.shows("Give the group a name"));
    harness.write("group-new-title", "Cooks");
    assert!(harness.shows("1 chosen"));
    harness.act(Message::Prepared(None, Ok(hill())));
    assert!(harness.shows("Remove picture"));
    harness.press("Create group");
    let (members, picture) = (vec![account(6)], Some(hill()));
    let create = Ask::GroupCreate { title: "Cooks".into(), members, history: History::None, picture };
    assert_eq!(harness.asked()[0], create);
}

#[test]
fn a_group_is_begun_without_the_mouse() {
    let mut harness = new_group(core(club()));
    harness.write("group-people-filter", "max");
    key_in(&mut harness, "group-people-filter", &[Named::Enter]);
    assert!(harness.shows("Give the group a name") && harness.shows("Chan"));
    harness.write("group-new-title", "Cooks");
    harness.asked();
    key_in(&mut harness, "group-new-title", &[Named::Enter]);
    assert!(matches!(harness.asked()[0], Ask::GroupCreate { .. }));
    let mut harness = new_group(core(club()));
    key_in(&mut harness, "group-new-title", &[Named::Escape]);
    assert!(!harness.shows("Create group"));
}

#[test]
fn whoever_has_nobody_to_choose_is_led_to_meet_somebody() {
    let mut harness = new_group(FakeCore::default());
    assert!(harness.shows("Nobody to choose yet") && !harness.shows("Create group"));
    harness.press("Add a contact");
    assert!(!harness.shows("Nobody to choose yet"));
}

#[test]
fn in_a_low_window_the_dialog_keeps_its_ends() {
    let mut harness = new_group(core(club()));
    harness.resize(720.0, 480.0);
    harness.press("Create group");
    assert!(harness.shows("Create group"));
}

#[test]
fn pictures_and_the_dialog_for_a_new_group_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(core(pictured(club())), look);
        harness.press("Saturday hikers");
        chat(&mut harness, talk::Message::DetailsToggled);
        harness.shot("group-picture", look);
        let mut harness = Harness::looking(core(pictured(club())), look);
        harness.act(Message::Main(main::Message::GatherOpened));
        harness.shot("group-new-empty", look);
        harness.write("group-new-title", "Cooks");
        harness.press("Max Weber");
        harness.act(Message::Prepared(None, Ok(hill())));
        harness.shot("group-new-picture", look);
        harness.resize(720.0, 480.0);
        harness.shot("group-new-low", look);
        let mut harness = Harness::looking(FakeCore::default(), look);
        harness.act(Message::Main(main::Message::GatherOpened));
        harness.shot("group-new-nobody", look);
    }
}

/// Messages of Dawn have come, and the key for them has not.
fn waiting(mut club: Group) -> Group {
    for member in club.members.iter_mut().filter(|member| member.account == account(DAWN)) {
        member.waiting = 2;
    }
    Group { waiting: 2, ..club }
}

#[test]
fn messages_without_their_key_are_told_below_the_newest_with_whose_they_are() {
    let harness = opened(waiting(club()));
    assert!(harness.shows(&t!(Texts::new(Language::English), "key-missing", count = 2, name = "Dawn Patel")));
    for look in LOOKS {
        let mut harness = Harness::looking(core(waiting(club())), look);
        harness.press("Saturday hikers");
        harness.shot("group-key-missing", look);
    }
}
