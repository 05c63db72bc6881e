//! Events in any order, and twice.

use proptest::prelude::*;
use undertone::api::Role;

use super::super::example::{self, NOW, account, chat, chat_id, contact, message_id, nearby, ours, theirs};
use super::*;

fn world() -> World {
    World::new(example::profile())
}

#[test]
fn applying_an_event_twice_changes_nothing_more() {
    let events = [
        Event::ContactChanged(contact(1, "Min")),
        Event::ChatChanged(chat(1, "Min", 2, Some(theirs(1, 4, "hey")))),
        Event::MessageReceived { message: theirs(1, 4, "hey"), notify: true },
        Event::MessageReceived { message: theirs(1, 5, "you there?"), notify: true },
        Event::Typing { chat: chat_id(1), account: account(1), typing: true },
    ];
    let mut once = world();
    let mut twice = world();
    for event in &events {
        once.apply(event, NOW);
        twice.apply(event, NOW);
        twice.apply(event, NOW);
    }
    assert_eq!(format!("{once:?}"), format!("{twice:?}"));
    assert_eq!(once.unread(), 2);
}

proptest! {
    #[test]
    fn unread_counts_are_those_of_the_store_whatever_comes_between(
        counts in prop::collection::vec((1_u8..5, 0_u32..9), 1..20),
        noise in prop::collection::vec((1_u8..5, 1_u64..9), 0..20),
    ) {
        let mut world = world();
        let mut noise = noise.into_iter();
        for (n, unread) in &counts {
            world.apply(&Event::ChatChanged(chat(*n, "x", *unread, None)), NOW);
            if let Some((n, lamport)) = noise.next() {
                world.apply(&Event::MessageReceived { message: theirs(n, lamport, "x"), notify: true }, NOW);
            }
        }
        let truth: BTreeMap<u8, u32> = counts.into_iter().collect();
        prop_assert_eq!(world.unread(), truth.values().sum::<u32>());
    }

    #[test]
    fn the_newest_message_is_the_excerpt_in_whatever_order_they_come(
        order in Just((1_u64..9).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut world = world();
        world.apply(&Event::ChatChanged(chat(1, "x", 0, None)), NOW);
        for lamport in order {
            world.apply(&Event::MessageReceived { message: theirs(1, lamport, "x"), notify: true }, NOW);
        }
        prop_assert_eq!(world.chat(&chat_id(1)).unwrap().last.as_ref().unwrap().id, message_id(1, 8));
    }
}

#[test]
fn a_receipt_moves_the_tick_in_the_list_forward_only() {
    let mut world = world();
    let state = |state, upto| Event::MessageState {
        chat: chat_id(1),
        message: message_id(1, 3),
        account: account(1),
        state,
        at_ms: 0,
        upto,
    };
    world.apply(&Event::ChatChanged(chat(1, "x", 0, Some(ours(1, 3, "x")))), NOW);
    world.apply(&state(MessageState::Read, true), NOW);
    world.apply(&state(MessageState::Sent, false), NOW);
    assert_eq!(world.chat(&chat_id(1)).unwrap().last.as_ref().unwrap().state, MessageState::Read);
}

#[test]
fn requests_are_apart_and_blocked_ones_are_gone_from_there() {
    let mut world = world();
    let request = Contact { state: ContactState::Request, ..contact(3, "Stranger") };
    world.apply(&Event::ContactRequest(request.clone()), NOW);
    assert_eq!(world.requests().len(), 1);
    world.apply(&Event::ContactChanged(Contact { blocked: true, ..request }), NOW);
    assert!(world.requests().is_empty());
    assert_eq!(world.blocked().len(), 1);
}

#[test]
fn only_who_talks_to_us_is_said_to_be_here() {
    let here = Contact {
        presence: Presence { connected: true, via: None, last_seen_ms: None },
        ..contact(1, "Min")
    };
    assert_eq!(Here::from(&here), Here::Now);
    for state in [ContactState::Asked, ContactState::Request] {
        assert_eq!(Here::from(&Contact { state, ..here.clone() }), Here::Never);
    }
    assert_eq!(Here::from(&Contact { blocked: true, ..here }), Here::Never);
}

#[test]
fn removing_a_person_removes_the_conversation() {
    let mut world = world();
    world.set_contacts(vec![contact(1, "Min")]);
    world.set_chats(vec![chat(1, "Min", 3, None)]);
    world.apply(&Event::ContactRemoved(account(1)), NOW);
    assert_eq!((world.contacts().count(), world.chats().count(), world.unread()), (0, 0, 0));
}

#[test]
fn people_we_know_are_not_strangers() {
    let mut world = world();
    world.set_contacts(vec![contact(1, "Min")]);
    world.set_nearby(vec![nearby(1, "Min"), nearby(2, "Zoe"), nearby(3, "Ann")]);
    let names: Vec<&str> = world.strangers_nearby().iter().map(|near| near.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Zoe"]);
}

#[test]
fn typing_ends_with_a_message_or_with_silence() {
    let mut world = world();
    let typing = Event::Typing { chat: chat_id(1), account: account(1), typing: true };
    world.apply(&typing, NOW);
    assert_eq!(world.typing(&chat_id(1)), [account(1)]);
    world.apply(&Event::MessageReceived { message: theirs(1, 1, "x"), notify: true }, NOW);
    assert!(world.typing(&chat_id(1)).is_empty());
    world.apply(&typing, NOW);
    assert!(!world.expire(NOW + 1000));
    assert!(world.expire(NOW + 10_000));
    assert!(!world.anybody_types());
}

#[test]
fn a_changed_key_takes_the_shield_away() {
    let verified = Contact { verified: true, ..contact(1, "Min") };
    assert!(vouched(&verified));
    assert!(!vouched(&Contact { state: ContactState::KeyChanged, ..verified }));
}

#[test]
fn a_fingerprint_is_two_lines_of_three_groups() {
    assert_eq!(in_two_lines("1 2 3 4 5 6"), "1 2 3\n4 5 6");
    assert_eq!((in_two_lines("1 2"), in_two_lines("")), ("1 2".into(), String::new()));
}

#[test]
fn missed_events_mean_that_everything_is_asked_again() {
    assert_eq!(world().apply(&Event::Stale, NOW), Pull::Everything);
    assert_eq!(world().apply(&Event::NearbyChanged, NOW), Pull::Nearby);
}

fn club() -> Group {
    let others = vec![example::member(1, "bora.k", Role::Admin), example::member(2, "Chan", Role::Member)];
    example::group(20, "Club", others)
}

#[test]
fn a_group_of_which_nothing_is_known_is_asked_about() {
    let mut world = world();
    let row = Event::ChatChanged(example::group_chat(20, "Club", 0, None));
    assert_eq!(world.apply(&row, NOW), Pull::Group(chat_id(20)));
    world.apply(&Event::GroupChanged(club()), NOW);
    assert_eq!(world.apply(&row, NOW), Pull::Nothing);
    assert!(world.is_group(&chat_id(20)) && !world.is_group(&chat_id(1)));
}

#[test]
fn a_receipt_of_one_member_says_nothing_of_all() {
    let mut world = world();
    world.apply(&Event::ChatChanged(example::group_chat(20, "Club", 0, Some(ours(20, 3, "x")))), NOW);
    let read = Event::MessageState {
        chat: chat_id(20),
        message: message_id(20, 3),
        account: account(1),
        state: MessageState::Read,
        at_ms: 0,
        upto: true,
    };
    world.apply(&read, NOW);
    let state = |world: &World| world.chat(&chat_id(20)).unwrap().last.as_ref().unwrap().state;
    assert_eq!(state(&world), MessageState::Delivered);
    world.apply(&Event::MessageChanged(Message { state: MessageState::Read, ..ours(20, 3, "x") }), NOW);
    assert_eq!(state(&world), MessageState::Read);
}

#[test]
fn somebody_known_through_a_group_only_is_no_contact_but_has_a_name() {
    let mut world = world();
    world.set_group(club());
    let member = Contact { state: ContactState::Member, ..contact(2, "Chan") };
    world.apply(&Event::ContactChanged(member), NOW);
    world.set_nearby(vec![nearby(2, "Chan")]);
    assert!(world.friends().is_empty() && world.requests().is_empty());
    assert!(world.contact_of(&chat_id(2)).is_none());
    assert_eq!(world.strangers_nearby().len(), 1);
    world.set_contacts(vec![contact(1, "Bora")]);
    assert_eq!(world.name_in(&chat_id(20), &account(2)), Some("Chan"));
    assert_eq!(world.name_in(&chat_id(20), &account(1)), Some("Bora"));
}

#[test]
fn whoever_has_left_a_group_keeps_the_name() {
    let mut world = world();
    world.set_group(club());
    world.set_group(example::group(20, "Club", vec![]));
    assert_eq!(world.name_in(&chat_id(20), &account(2)), Some("Chan"));
    assert_eq!(world.name_in(&chat_id(20), &account(9)), None);
}

#[test]
fn members_come_and_go_and_are_verified_with_the_contact() {
    let mut world = world();
    world.set_group(club());
    let presence = Presence { connected: true, via: None, last_seen_ms: None };
    world.apply(&Event::Presence { account: account(1), presence }, NOW);
    world.apply(&Event::ContactChanged(Contact { verified: true, ..contact(1, "Bora") }), NOW);
    let member = world.member(&chat_id(20), &account(1)).unwrap();
    assert!(member.connected && member.verified);
}

#[test]
fn a_new_title_is_in_the_list_at_once_and_a_forgotten_group_is_gone() {
    let mut world = world();
    world.set_chats(vec![example::group_chat(20, "Club", 2, None)]);
    world.apply(&Event::GroupChanged(Group { title: "Cooks".into(), ..club() }), NOW);
    assert_eq!(world.chat(&chat_id(20)).unwrap().title, "Cooks");
    world.apply(&Event::GroupForgotten(chat_id(20)), NOW);
    assert!(world.group(&chat_id(20)).is_none());
    assert_eq!((world.chats().count(), world.unread()), (0, 0));
}

#[test]
fn several_people_write_at_once_and_each_stops_alone() {
    let mut world = world();
    let typing = |n, typing| Event::Typing { chat: chat_id(20), account: account(n), typing };
    world.apply(&typing(1, true), NOW);
    world.apply(&typing(2, true), NOW);
    assert_eq!(world.typing(&chat_id(20)).len(), 2);
    world.apply(&typing(1, false), NOW);
    assert_eq!(world.typing(&chat_id(20)), [account(2)]);
    let said = Message { author: account(2), ..theirs(20, 1, "x") };
    world.apply(&Event::MessageReceived { message: said, notify: true }, NOW);
    assert!(!world.anybody_types());
}
