//! Links that let people into a group: made, given away and withdrawn, and used by those who were given them.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![cfg(test)]

mod support;

use support::example::{NOW_MS, account, chat_id, connected, contact, group, group_chat, join, member};
use support::{FakeCore, Harness, LOOKS};
use undertone::api::{Event, Group, Invitation, InvitationId, JoinRefusal, NewInvitation, Role};
use undertone_ui::app::Message;
use undertone_ui::bridge::{Ask, InvitationAsk, Secret};
use undertone_ui::screen::{chat as talk, main};

const BORA: u8 = 1;
const CLUB: u8 = 20;
const DAY_MS: u64 = 24 * 3_600_000;

fn club() -> Group {
    let people = [(BORA, "김보라", Role::Admin), (2, "Chan", Role::Member)];
    group(CLUB, "Saturday hikers", people.map(|(n, name, role)| member(n, name, role)).into())
}

fn invitation(n: u8, by: u8, used: u8) -> Invitation {
    let id = InvitationId::parse(&format!("{n:02x}").repeat(32)).unwrap();
    let (by, role, expires_ms) = (account(by), Role::Member, NOW_MS + 7 * DAY_MS);
    Invitation { id, by, made_ms: NOW_MS, role, uses: 5, used, expires_ms }
}

fn core() -> FakeCore {
    FakeCore {
        contacts: vec![connected(contact(BORA, "김보라"))],
        chats: vec![group_chat(CLUB, "Saturday hikers", 0, None)],
        groups: vec![club()],
        invitations: vec![invitation(1, BORA, 2), invitation(2, 0, 0)],
        ..FakeCore::default()
    }
}

/// The links of the club, as its owner sees them.
fn opened(mut harness: Harness) -> Harness {
    harness.press("Saturday hikers");
    harness.act(Message::Main(main::Message::Chat(talk::Message::DetailsToggled)));
    harness.resize(1160.0, 1100.0);
    harness.asked();
    let wanted = talk::Message::Members(talk::MembersMessage::InviteWanted);
    harness.act(Message::Main(main::Message::Chat(wanted)));
    harness
}

fn pasted(mut harness: Harness) -> Harness {
    harness.act(Message::Main(main::Message::ConnectOpened));
    harness.write("connect-link", "undertone:g/abc");
    harness
}

#[test]
fn a_link_is_made_as_it_was_chosen_and_shown_once() {
    let mut harness = opened(Harness::new(core()));
    assert_eq!(harness.asked(), [Ask::Invitation(InvitationAsk::List(chat_id(CLUB)))]);
    assert!(harness.shows("2 of 5 used") && harness.shows("Links that work now"));
    harness.press("30 days");
    harness.press("25 people");
    harness.press("Create link");
    let new = NewInvitation { expires_s: 30 * 24 * 3600, uses: 25, ..NewInvitation::default() };
    let made = Ask::Invitation(InvitationAsk::Make(chat_id(CLUB), new));
    assert_eq!(harness.asked(), [made, Ask::Invitation(InvitationAsk::List(chat_id(CLUB)))]);
    assert!(!harness.shows("Create link"));
}

#[test]
fn a_link_that_there_is_can_be_withdrawn() {
    let only = FakeCore { invitations: vec![invitation(1, BORA, 2)], ..core() };
    let mut harness = opened(Harness::new(only));
    harness.asked();
    harness.press("Withdraw");
    let ended = InvitationAsk::End(chat_id(CLUB), invitation(1, BORA, 2).id);
    assert_eq!(harness.asked(), [Ask::Invitation(ended)]);
    assert!(!harness.shows("Links that work now"));
}

#[test]
fn who_cannot_add_people_makes_no_links() {
    let plain = Group { role: Some(Role::Member), ..club() };
    let mut harness = Harness::new(FakeCore { groups: vec![plain], ..core() });
    harness.press("Saturday hikers");
    harness.act(Message::Main(main::Message::Chat(talk::Message::DetailsToggled)));
    assert!(!harness.shows("Invite by link"));
}

#[test]
fn a_pasted_link_to_a_group_asks_its_members_and_opens_the_group_when_one_lets_in() {
    let mut harness = pasted(Harness::new(core()));
    harness.asked();
    harness.press("Add");
    let link = Secret::new("undertone:g/abc".into());
    assert_eq!(harness.asked(), [Ask::Invitation(InvitationAsk::Join(link))]);
    assert!(harness.shows("Joining… waiting for a member of the group."));
    harness.happen([Event::GroupJoined { join: join(), chat: chat_id(CLUB) }]);
    assert!(!harness.shows("Joining… waiting for a member of the group."));
    assert!(harness.shows("You are in the group now"));
}

#[test]
fn waiting_can_be_given_up_and_a_refusal_is_told_where_it_is_waited_for() {
    let mut harness = pasted(Harness::new(core()));
    harness.press("Add");
    harness.asked();
    harness.press("Stop waiting");
    assert_eq!(harness.asked(), [Ask::Invitation(InvitationAsk::GiveUp(join()))]);
    harness.press("Add");
    harness.happen([Event::GroupJoinRefused { join: join(), why: JoinRefusal::Used }]);
    assert!(harness.shows("This link has been used up: ask for a new one."));
    assert!(!harness.shows("Stop waiting"));
}

#[test]
fn every_state_of_a_link_can_be_drawn() {
    for look in LOOKS {
        let words =
            |english: &'static str, korean: &'static str| if look.0 == LOOKS[0].0 { english } else { korean };
        let mut harness = opened(Harness::looking(core(), look));
        harness.shot("invitation-new", look);
        harness.press(words("Create link", "링크 만들기"));
        harness.shot("invitation-made", look);
        let mut harness = pasted(Harness::looking(core(), look));
        harness.press(words("Add", "추가"));
        harness.shot("invitation-joining", look);
        harness.happen([Event::GroupJoinRefused { join: join(), why: JoinRefusal::Ended }]);
        harness.shot("invitation-refused", look);
    }
}
