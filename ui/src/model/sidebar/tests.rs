//! Order, filter and excerpts of the conversation list.

use jiff::tz::TimeZone;
use undertone::api::{Event, GroupChange, Role};

use super::super::example::{self, NOW, NOW_MS, chat, chat_id, contact, ours, theirs};
use super::super::time::Language;
use super::*;

fn listed(world: &World, filter: &str, drafts: &Drafts) -> Vec<Item> {
    let labels = Labels::new(Language::English, TimeZone::UTC);
    items(world, filter, &Context { drafts, labels: &labels, now_ms: NOW, open: None })
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

fn world() -> World {
    let mut world = World::new(example::profile());
    world.set_contacts(vec![contact(1, "김민수"), contact(2, "Zoe Park"), contact(3, "Ada")]);
    world.set_chats(vec![
        chat(1, "김민수", 1, Some(theirs(1, 50, "점심?"))),
        chat(2, "Zoe Park", 0, Some(ours(2, 60, "see you"))),
    ]);
    world
}

#[test]
fn the_newest_conversation_is_first_and_silent_contacts_are_there_too() {
    assert_eq!(names(&listed(&world(), "", &Drafts::default())), ["Zoe Park", "김민수", "Ada"]);
}

#[test]
fn the_filter_finds_parts_of_names_in_any_case_and_script() {
    let drafts = Drafts::default();
    assert_eq!(names(&listed(&world(), "park z", &drafts)), ["Zoe Park"]);
    assert_eq!(names(&listed(&world(), "민수", &drafts)), ["김민수"]);
    assert!(listed(&world(), "nobody", &drafts).is_empty());
}

#[test]
fn requests_are_not_in_the_list_even_if_they_have_a_conversation() {
    let mut world = world();
    world.set_contact(Contact { state: ContactState::Request, ..contact(4, "Stranger") });
    world.set_chats(vec![chat(4, "Stranger", 1, Some(theirs(4, 1, "hi")))]);
    assert!(!names(&listed(&world, "", &Drafts::default())).contains(&"Stranger"));
}

#[test]
fn the_excerpt_says_the_most_useful_thing() {
    let mut drafts = Drafts::default();
    let mut world = world();
    let of = |world: &World, drafts: &Drafts| {
        listed(world, "김민수", drafts).into_iter().map(|item| item.excerpt).next().unwrap()
    };
    assert_eq!(of(&world, &drafts), Excerpt::Theirs("점심?".into()));
    drafts.write(chat_id(1), "좋아".into(), super::super::mention::Marks::default());
    assert_eq!(of(&world, &drafts), Excerpt::Draft("좋아".into()));
    let typing = Event::Typing { chat: chat_id(1), account: example::account(1), typing: true };
    world.apply(&typing, NOW);
    assert_eq!(of(&world, &drafts), Excerpt::Typing(vec![Who::Named("김민수".into())]));
    world.set_contact(Contact { blocked: true, ..contact(1, "김민수") });
    assert_eq!(of(&world, &drafts), Excerpt::Blocked);
}

#[test]
fn a_name_cannot_turn_the_list_around() {
    let mut world = World::new(example::profile());
    world.set_contacts(vec![Contact { since_ms: NOW_MS, ..contact(1, "a\u{202e}b") }]);
    assert_eq!(names(&listed(&world, "", &Drafts::default())), ["ab"]);
}

#[test]
fn a_group_is_a_row_of_its_own_and_says_who_said_what() {
    let mut world = world();
    let club = |last| example::group_chat(20, "Club", 1, last);
    world.set_group(example::group(20, "Club", vec![example::member(5, "Chan", Role::Member)]));
    let excerpt = |world: &World| {
        let items = listed(world, "club", &Drafts::default());
        (items[0].group, items[0].account, items[0].excerpt.clone())
    };
    let said = Message { author: example::account(5), ..theirs(20, 70, "hello") };
    world.apply(&Event::ChatChanged(club(Some(said))), NOW);
    let chan = || Who::Named("Chan".into());
    assert_eq!(excerpt(&world), (true, None, Excerpt::Said(chan(), "hello".into())));
    let left = example::changed(20, 71, 5, GroupChange::Left);
    world.apply(&Event::ChatChanged(club(Some(left))), NOW);
    let line = Line { by: chan(), deed: group::Deed::Left };
    assert_eq!(excerpt(&world).2, Excerpt::Happened(line));
    assert_eq!(names(&listed(&world, "", &Drafts::default()))[0], "Club");
}

#[test]
fn somebody_known_through_a_group_only_has_no_row() {
    let mut world = world();
    world.set_contact(Contact { state: ContactState::Member, ..contact(6, "Chan") });
    assert!(!names(&listed(&world, "", &Drafts::default())).contains(&"Chan"));
}
