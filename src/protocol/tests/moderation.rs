//! Moderators take back what others said: everybody agrees on what is gone, whatever order things come in, and nobody
//! else takes anything back.

use super::groups::begin;
use crate::{
    model::{AccountId, Body, ConversationId, Delivery, EntryRef, Role},
    protocol::{Refused, sim::World},
};

/// What somebody shows as taken back by somebody else: the target and whose deletion it is.
fn gone(world: &World, node: usize, chat: ConversationId) -> Vec<(EntryRef, EntryRef)> {
    let at = &world.nodes[node];
    let all: Vec<_> =
        at.disk.entries.iter().filter(|((of, _), _)| *of == chat).map(|(_, entry)| entry).collect();
    let by = |target: &EntryRef| {
        let deletes =
            all.iter().filter(|entry| matches!(&entry.body, Body::Delete { target: of } if of == target));
        let by: Vec<_> = deletes.map(|entry| entry.id).filter(|id| id.author != target.author).collect();
        at.engine.taken_back(chat, target, &by)
    };
    let texts = all.iter().filter(|entry| matches!(entry.body, Body::Text { .. }));
    texts.filter_map(|entry| Some((entry.id, by(&entry.id)?))).collect()
}

fn take_back(world: &mut World, node: usize, chat: ConversationId, target: EntryRef) -> Result<(), Refused> {
    world.act(node, |engine, ctx| engine.delete(chat, target, ctx))
}

/// As a program would that heeds no rule.
fn claim(world: &mut World, node: usize, chat: ConversationId, target: EntryRef) {
    world.act(node, |engine, ctx| engine.speak(chat, Body::Delete { target }, ctx)).unwrap();
}

fn make(world: &mut World, node: usize, chat: ConversationId, role: Role) {
    let account = world.account(node);
    world.act(0, |engine, ctx| engine.set_role(chat, account, role, ctx)).unwrap();
    world.pass(2);
}

/// Hana owns, Bora moderates, Chan and Dawn are members.
fn moderated(seed: u64) -> (World, ConversationId) {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dawn"], seed);
    let chat = begin(&mut world, &[1, 2, 3]);
    make(&mut world, 1, chat, Role::Moderator);
    (world, chat)
}

#[test]
fn a_moderator_takes_back_what_members_wrote_and_all_see_who_did_it() {
    let (mut world, chat) = moderated(61);
    let text = world.write(2, chat, "rude").unwrap();
    world.pass(2);
    take_back(&mut world, 1, chat, text).unwrap();
    world.pass(2);
    let bora = world.nodes[1].engine.device();
    for node in 0..4 {
        let gone = gone(&world, node, chat);
        assert_eq!(gone.len(), 1, "{node}");
        assert_eq!((gone[0].0, gone[0].1.author), (text, bora), "{node}");
    }
    // Once it has counted for long, nothing of it is left.
    world.days(15);
    world.pass(1);
    for node in 0..4 {
        assert_eq!(world.nodes[node].disk.entries[&(chat, text)].body, Body::Delete { target: text });
        assert!(world.nodes[node].engine.group(chat).unwrap().0.taken_back.is_empty());
    }
}

#[test]
fn nobody_takes_back_what_is_said_by_an_equal_or_by_somebody_above() {
    let (mut world, chat) = moderated(62);
    let of_owner = world.write(0, chat, "mine").unwrap();
    let of_moderator = world.write(1, chat, "mine too").unwrap();
    let of_member = world.write(2, chat, "and mine").unwrap();
    world.pass(2);
    for (node, target) in [(1, of_owner), (2, of_owner), (2, of_moderator), (3, of_member)] {
        assert_eq!(take_back(&mut world, node, chat, target), Err(Refused::NotAllowed));
        // A program that does it all the same changes nothing anywhere.
        claim(&mut world, node, chat, target);
    }
    world.pass(2);
    for node in 0..4 {
        assert_eq!(gone(&world, node, chat), [], "{node}");
    }
    world.days(15);
    world.pass(1);
    for (node, target) in [0, 1, 2, 3]
        .into_iter()
        .flat_map(|node| [of_owner, of_moderator, of_member].map(|target| (node, target)))
    {
        assert!(matches!(world.nodes[node].disk.entries[&(chat, target)].body, Body::Text { .. }));
    }
    take_back(&mut world, 0, chat, of_moderator).unwrap();
    world.pass(2);
    assert!((0..4).all(|node| gone(&world, node, chat).len() == 1));
}

#[test]
fn what_counts_is_the_role_that_the_moderator_knew_whatever_comes_first() {
    let (mut world, chat) = moderated(63);
    let text = world.write(2, chat, "said").unwrap();
    world.pass(2);
    // Bora is made a member, and does not know it yet.
    for other in [0, 2, 3] {
        world.cut(1, other);
    }
    make(&mut world, 1, chat, Role::Member);
    take_back(&mut world, 1, chat, text).unwrap();
    world.everybody_meets();
    world.pass(40);
    // A role that is taken away reaches forward: what was said in ignorance of it counts.
    let seen: Vec<_> = (0..4).map(|node| gone(&world, node, chat)).collect();
    assert!(seen.iter().all(|gone| gone == &seen[0] && gone.len() == 1), "{seen:?}");
    // What Bora takes back from now on does not.
    let later = world.write(3, chat, "later").unwrap();
    world.pass(2);
    claim(&mut world, 1, chat, later);
    world.pass(2);
    assert!((0..4).all(|node| gone(&world, node, chat).len() == 1));
}

#[test]
fn a_deletion_whose_author_turns_out_to_be_no_moderator_gives_the_text_back() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dawn"], 64);
    let chat = begin(&mut world, &[1, 2, 3]);
    make(&mut world, 1, chat, Role::Admin);
    let text = world.write(3, chat, "said").unwrap();
    world.pass(2);
    // Apart from the owner, the admin makes Chan a moderator, who takes the text back. The owner removes the admin.
    for other in 1..4 {
        world.cut(0, other);
    }
    let (bora, chan) = (world.account(1), world.account(2));
    world.act(1, |engine, ctx| engine.set_role(chat, chan, Role::Moderator, ctx)).unwrap();
    world.pass(2);
    take_back(&mut world, 2, chat, text).unwrap();
    world.pass(2);
    assert!([1, 2, 3].iter().all(|node| gone(&world, *node, chat).len() == 1));
    world.act(0, |engine, ctx| engine.remove_member(chat, bora, ctx)).unwrap();
    world.everybody_meets();
    world.pass(40);
    // The role was struck with what the removed admin did meanwhile, and the text is there again.
    assert!([0, 2, 3].iter().all(|node| gone(&world, *node, chat).is_empty()));
    world.crash(3);
    assert_eq!(gone(&world, 3, chat), []);
    world.days(15);
    world.pass(1);
    assert!(matches!(world.nodes[3].disk.entries[&(chat, text)].body, Body::Text { .. }));
}

#[test]
fn a_deletion_that_comes_before_what_it_is_about_holds_too() {
    let (mut world, chat) = moderated(65);
    // Dawn is away while it is said and taken back, and then meets only the moderator, and the author.
    for other in 0..3 {
        world.cut(3, other);
    }
    let text = world.write(2, chat, "rude").unwrap();
    world.pass(2);
    take_back(&mut world, 1, chat, text).unwrap();
    world.pass(2);
    world.cut(1, 2);
    world.cut(0, 1);
    world.cut(0, 2);
    world.connect(3, 1);
    world.pass(40);
    world.connect(3, 2);
    world.pass(40);
    assert_eq!(gone(&world, 3, chat), gone(&world, 1, chat));
    assert_eq!(gone(&world, 3, chat).len(), 1);
}

#[test]
fn an_admin_sets_a_picture_that_all_have_after_a_restart_and_the_later_counts() {
    let (mut world, chat) = moderated(66);
    let (one, two) = (b"\xff\xd8\xff one".as_slice(), b"\xff\xd8\xff two".as_slice());
    assert_eq!(
        world.act(1, |engine, ctx| engine.set_picture(chat, Some(one), ctx)),
        Err(Refused::NotAllowed)
    );
    world.act(0, |engine, ctx| engine.set_picture(chat, Some(one), ctx)).unwrap();
    world.pass(2);
    make(&mut world, 1, chat, Role::Admin);
    world.act(1, |engine, ctx| engine.set_picture(chat, Some(two), ctx)).unwrap();
    world.pass(2);
    world.crash(2);
    for node in 0..4 {
        assert_eq!(world.nodes[node].engine.group_picture(chat).unwrap().1, two, "{node}");
    }
    world.act(0, |engine, ctx| engine.set_picture(chat, Some(b"GIF89a"), ctx)).unwrap_err();
    world.act(0, |engine, ctx| engine.set_picture(chat, None, ctx)).unwrap();
    world.everybody_meets();
    world.pass(2);
    assert!((0..4).all(|node| world.nodes[node].engine.group_picture(chat).is_none()));
}

#[test]
fn it_is_known_of_each_member_how_far_a_message_has_come_and_after_a_restart() {
    let mut world = World::circle(&["Hana", "Bora", "Chan", "Dawn"], 71);
    let chat = begin(&mut world, &[1, 2]);
    let (bora, chan, dawn) = (world.account(1), world.account(2), world.account(3));
    world.cut(2, 0);
    world.cut(2, 1);
    let text = world.write(0, chat, "seen by one").unwrap();
    world.pass(3);
    world.act(1, |engine, ctx| engine.read(chat, text, (0, 0), ctx)).unwrap();
    world.pass(3);
    let far = |world: &World, entry: EntryRef| -> Vec<_> {
        let of = world.nodes[0].engine.group_delivery(chat, entry).into_iter();
        of.map(|(account, state, at_ms)| (account, state, at_ms.is_some())).collect()
    };
    let sorted = |mut list: Vec<(AccountId, Delivery, bool)>| {
        list.sort();
        list
    };
    let due = sorted(vec![(bora, Delivery::Read, true), (chan, Delivery::Queued, false)]);
    assert_eq!(far(&world, text), due);
    world.crash(0);
    assert_eq!(far(&world, text), due);
    // Whoever is added later was not meant.
    world.act(0, |engine, ctx| engine.add_member(chat, dawn, Role::Member, ctx)).unwrap();
    world.everybody_meets();
    let later = world.write(0, chat, "to all").unwrap();
    world.pass(40);
    assert!(
        far(&world, text).iter().all(|(account, state, _)| *account != dawn && *state != Delivery::Queued)
    );
    assert_eq!(far(&world, later).len(), 3);
    let arrived = |(_, state, known): &(AccountId, Delivery, bool)| *state >= Delivery::Delivered && *known;
    assert!(
        far(&world, later).iter().all(arrived),
        "{:?} {:?}",
        far(&world, later),
        world.nodes[0].engine.same_history(chat)
    );
}
