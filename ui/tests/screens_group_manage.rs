//! Groups: what those who look after one do in it, and what everybody sees of that.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use support::example::{
    MINUTE, NOW_MS, account, agreeing, connected, contact, group, group_chat, member, message_id, ours,
    theirs,
};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{Contact, Event, Group, GroupMember, Message as Said, Role};
use undertone_ui::app::Message;
use undertone_ui::bridge::Ask;
use undertone_ui::screen::{chat as talk, main};

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
