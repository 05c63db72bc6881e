//! Coming into a group by a link: whoever holds it is let in by any member whom they meet, whoever is away, and nobody else
//! is.

use zeroize::Zeroizing;

use super::groups::{agree, begin, members};
use crate::{
    model::{ContactState, ConversationId, JoinRefusal, Role},
    protocol::{Joining, Notice, Refused, sim::World},
    wire::GroupLink,
};

const WEEK_MS: u64 = 7 * 24 * 3_600_000;

/// Hana, who begins a group with Bora, and Chan and Dami, whom nobody knows; all are in reach but those cut off.
fn four(seed: u64) -> (World, ConversationId) {
    let mut world = World::new(&["Hana", "Bora", "Chan", "Dami"], seed);
    world.connect(0, 1);
    world.befriend(0, 1);
    for node in [0, 1] {
        world.act(node, |engine, ctx| engine.set_visible(false, ctx));
    }
    let chat = begin(&mut world, &[1]);
    (world, chat)
}

fn invite(world: &mut World, node: usize, chat: ConversationId, uses: u8) -> GroupLink {
    let invited = |world: &mut World| {
        world.act(node, |engine, ctx| engine.invite_to_group(chat, (Role::Member, uses), WEEK_MS, ctx))
    };
    let (_, text) = invited(world).unwrap();
    world.pass(2);
    GroupLink::decode(&text).unwrap()
}

fn join(world: &mut World, node: usize, link: &GroupLink) -> Joining {
    world.act(node, |engine, ctx| engine.join_group(link, ctx)).unwrap()
}

fn is_in(world: &World, node: usize, chat: ConversationId) -> bool {
    let own = world.account(node);
    world.nodes[node].engine.group(chat).is_some_and(|(_, state)| state.members.contains_key(&own))
}

fn refusal(world: &World, node: usize) -> Option<JoinRefusal> {
    world.nodes[node].notices.iter().rev().find_map(|notice| match notice {
        Notice::JoinRefused(_, why) => Some(*why),
        _ => None,
    })
}

#[test]
fn who_holds_a_link_is_let_in_by_a_member_though_the_inviter_is_away_and_talks() {
    let (mut world, chat) = four(1);
    let link = invite(&mut world, 0, chat, 1);
    assert_eq!(link.members, [world.account(0), world.account(1)]);
    world.cut(0, 1);
    let Joining::Asked(id) = join(&mut world, 2, &link) else { panic!("in already") };
    world.pass(3);
    assert_eq!(world.nodes[2].engine.joins().collect::<Vec<_>>(), [id]);
    world.connect(1, 2);
    world.pass(10);
    assert!(is_in(&world, 2, chat));
    assert!(world.nodes[2].notices.contains(&Notice::Joined(id, chat)));
    assert_eq!(world.nodes[2].engine.joins().count(), 0);
    world.write(2, chat, "hello").unwrap();
    world.pass(3);
    world.write(1, chat, "welcome").unwrap();
    world.pass(3);
    agree(&world, &[1, 2], chat);
    assert_eq!(world.shown_texts(2, chat), ["hello", "welcome"]);
    // The one who invited learns it when they come back, and reads it.
    world.connect(0, 1);
    world.connect(0, 2);
    world.pass(10);
    assert_eq!(world.shown_texts(0, chat), ["hello", "welcome"]);
    assert_eq!(members(&world, 0, chat).len(), 3);
    // They are in a group and no contacts, on neither side, and nothing was asked.
    for (node, other) in [(1, 2), (2, 1), (0, 2)] {
        let contact = world.contact(node, other);
        assert_eq!(
            (contact.state, contact.invite.is_none()),
            (ContactState::Member, true),
            "{node} of {other}"
        );
        let asked = Notice::Requested(world.account(other));
        assert!(!world.nodes[node].notices.contains(&asked));
    }
    assert_eq!(world.contact(1, 2).name.as_str(), "Chan");
    assert_eq!(join(&mut world, 2, &link), Joining::In(chat));
}

#[test]
fn a_request_to_be_let_in_survives_restarts_on_both_sides() {
    let (mut world, chat) = four(2);
    let link = invite(&mut world, 0, chat, 1);
    join(&mut world, 2, &link);
    world.crash(2);
    assert_eq!(world.nodes[2].engine.joins().count(), 1);
    world.connect(1, 2);
    world.run();
    world.crash(2);
    world.crash(1);
    world.connect(1, 2);
    world.pass(40);
    assert!(is_in(&world, 2, chat));
    assert_eq!(world.nodes[2].engine.joins().count(), 0);
}

#[test]
fn two_members_who_let_in_at_once_let_in_once_and_a_place_is_given_once() {
    let (mut world, chat) = four(3);
    let link = invite(&mut world, 0, chat, 1);
    world.cut(0, 1);
    join(&mut world, 2, &link);
    world.connect(0, 2);
    world.connect(1, 2);
    world.pass(10);
    world.connect(0, 1);
    world.pass(10);
    agree(&world, &[0, 1, 2], chat);
    assert!(is_in(&world, 2, chat));
    join(&mut world, 3, &link);
    world.connect(1, 3);
    world.pass(10);
    assert!(!is_in(&world, 3, chat));
    assert_eq!(refusal(&world, 3), Some(JoinRefusal::Used));
    assert_eq!(world.nodes[3].engine.joins().count(), 0);
}

#[test]
fn of_two_who_are_let_into_one_place_on_both_sides_of_a_split_one_is_in() {
    let (mut world, chat) = four(4);
    let link = invite(&mut world, 0, chat, 1);
    world.cut(0, 1);
    join(&mut world, 2, &link);
    join(&mut world, 3, &link);
    world.connect(0, 2);
    world.connect(1, 3);
    world.pass(10);
    assert!(is_in(&world, 2, chat) && is_in(&world, 3, chat));
    world.everybody_meets();
    world.pass(20);
    assert!(members(&world, 0, chat).len() == 3);
    assert!(is_in(&world, 2, chat) != is_in(&world, 3, chat));
    let inside = if is_in(&world, 2, chat) { 2 } else { 3 };
    agree(&world, &[0, 1, inside], chat);
    world.write(0, chat, "for those inside").unwrap();
    world.pass(5);
    assert!(
        world.shows(inside, chat, "for those inside") && !world.shows(5 - inside, chat, "for those inside")
    );
}

#[test]
fn whoever_is_not_let_in_is_told_why() {
    let (mut world, chat) = four(5);
    let link = invite(&mut world, 0, chat, 9);
    world.act(0, |engine, ctx| engine.uninvite(chat, link.invite, ctx)).unwrap();
    world.pass(2);
    assert_eq!(world.nodes[1].engine.invitations(chat, world.nodes[1].clock_ms), []);
    join(&mut world, 2, &link);
    world.connect(1, 2);
    world.pass(10);
    assert_eq!((refusal(&world, 2), is_in(&world, 2, chat)), (Some(JoinRefusal::Ended), false));
    // A link whose time is over does not even ask.
    let late = GroupLink { expires_h: 1, ..link.clone() };
    let refused = world.act(2, |engine, ctx| engine.join_group(&late, ctx));
    assert_eq!(refused, Err(Refused::Expired));
    // With another seed it is another invitation: nobody answers to it.
    let forged = GroupLink { seed: Zeroizing::new([9; 32]), ..invite(&mut world, 0, chat, 9) };
    join(&mut world, 3, &forged);
    world.connect(1, 3);
    world.pass(40);
    assert!(!is_in(&world, 3, chat));
    assert_eq!(world.nodes[3].engine.joins().count(), 1);
    assert!(world.nodes[1].engine.contact(world.account(3)).is_none());
}

#[test]
fn who_was_removed_is_not_let_in_again_and_may_be_told() {
    let (mut world, chat) = four(6);
    let link = invite(&mut world, 0, chat, 9);
    join(&mut world, 2, &link);
    world.connect(1, 2);
    world.connect(0, 2);
    world.pass(10);
    let chan = world.account(2);
    world.act(0, |engine, ctx| engine.remove_member(chat, chan, ctx)).unwrap();
    world.pass(10);
    assert!(!is_in(&world, 2, chat));
    join(&mut world, 2, &link);
    world.pass(10);
    assert_eq!((refusal(&world, 2), is_in(&world, 2, chat)), (Some(JoinRefusal::Removed), false));
}

#[test]
fn a_member_who_cannot_let_in_sends_on_to_the_next() {
    let (mut world, chat) = four(7);
    let link = invite(&mut world, 0, chat, 9);
    world.act(1, |engine, ctx| engine.leave_group(chat, ctx)).unwrap();
    world.pass(5);
    world.cut(0, 1);
    join(&mut world, 2, &link);
    world.connect(1, 2);
    world.pass(10);
    assert_eq!((refusal(&world, 2), is_in(&world, 2, chat)), (None, false));
    world.connect(0, 2);
    world.pass(10);
    assert!(is_in(&world, 2, chat));
}

#[test]
fn a_link_that_still_lets_in_is_known_however_many_others_were_made_and_ended_since() {
    let (mut world, chat) = four(9);
    let link = invite(&mut world, 0, chat, 1);
    for _ in 0..70 {
        let made = world.act(0, |engine, ctx| engine.invite_to_group(chat, (Role::Member, 1), WEEK_MS, ctx));
        let (ended, _) = made.unwrap();
        world.act(0, |engine, ctx| engine.uninvite(chat, ended, ctx)).unwrap();
    }
    world.pass(3);
    world.connect(0, 2);
    join(&mut world, 2, &link);
    world.pass(10);
    assert!(is_in(&world, 2, chat));
}
