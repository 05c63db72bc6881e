//! Names after an `@`, in both languages, and what stays of them while the text changes.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![allow(clippy::string_slice, reason = "a test that cuts a letter fails, as it should")]

use proptest::prelude::*;
use undertone::api::{Group, Mention, Role};

use super::super::example::{account, group, member};
use super::*;

fn club() -> Group {
    let people = [member(1, "Bora", Role::Admin), member(2, "Bora Lee", Role::Member)];
    group(20, "Hikers", people.into_iter().chain([member(3, "김보라", Role::Member)]).collect())
}

fn who(n: u8) -> Mention {
    Mention::Account(account(n))
}

fn offered(group: &Group, query: &str) -> Vec<String> {
    candidates(group, query, "all").into_iter().map(|candidate| candidate.name).collect()
}

fn people(group: &Group, mentions: &[Mention]) -> Vec<Candidate> {
    let name = |account: &Account| {
        let member = group.members.iter().find(|member| member.account == *account);
        member.map(|member| member.name.as_str())
    };
    named(mentions, name)
}

#[test]
fn a_name_is_begun_by_an_at_sign_that_begins_a_word() {
    assert_eq!(unfinished("hello @bo"), Some("bo"));
    assert_eq!(unfinished("@"), Some(""));
    assert_eq!(unfinished("(@김보"), Some("김보"));
    assert_eq!(unfinished("@Bora L"), Some("Bora L"));
    assert_eq!(unfinished("me@example"), None);
    assert_eq!(unfinished("at @ noon"), None);
    assert_eq!(unfinished("nobody"), None);
}

#[test]
fn whoever_matches_is_offered_but_we_are_not() {
    let club = club();
    assert_eq!(offered(&club, ""), ["Bora", "Bora Lee", "김보라", "all"]);
    assert_eq!(offered(&club, "BO"), ["Bora", "Bora Lee"]);
    assert_eq!(offered(&club, "lee"), ["Bora Lee"]);
    assert_eq!(offered(&club, "보라"), ["김보라"]);
    assert_eq!(offered(&club, "Hana"), Vec::<String>::new());
}

#[test]
fn everybody_is_offered_in_both_languages_to_whose_role_allows_it() {
    let club = club();
    assert_eq!(offered(&club, "al"), ["all"]);
    assert_eq!(offered(&club, "모"), ["all"]);
    let member = Group { role: Some(Role::Member), ..club };
    assert_eq!(offered(&member, "al"), Vec::<String>::new());
    let out = Group { role: None, ..member };
    assert_eq!(offered(&out, "al"), Vec::<String>::new());
}

#[test]
fn the_longest_name_is_found_without_regard_to_case_and_among_the_addressed_only() {
    let club = club();
    let both = people(&club, &[who(1), who(2)]);
    assert_eq!(places("@bora lee, @BORA!", &both), [(0..9, who(2)), (11..16, who(1))]);
    let one = people(&club, &[who(1)]);
    assert_eq!(places("@bora lee and a@bora", &one), [(0..5, who(1))]);
    let all = people(&club, &[Mention::All]);
    assert_eq!(places("@All @모두", &all), [(0..4, Mention::All), (5..12, Mention::All)]);
    assert_eq!(places("@Bora", &[]), []);
}

#[test]
fn a_name_in_hangul_may_have_a_particle_after_it() {
    let people = people(&club(), &[who(3)]);
    assert_eq!(places("안녕@김보라님이 와요", &people), [(6.."안녕@김보라".len(), who(3))]);
}

#[test]
fn a_name_that_only_begins_a_word_is_none_but_a_particle_may_follow_it() {
    let all = people(&club(), &[Mention::All]);
    assert_eq!(places("@all and @Allison", &all), [(0..4, Mention::All)]);
    let one = people(&club(), &[who(1)]);
    assert_eq!(places("@Boras, @Bora에게", &one), [(8..13, who(1))]);
    let both = people(&club(), &[who(1), who(2)]);
    assert_eq!(places("@Bora Leeds", &both), [(0..5, who(1))]);
}

#[test]
fn a_text_full_of_names_costs_no_more_than_a_few_and_none_stands_in_another() {
    for (name, text) in [("@".repeat(64), "@".repeat(32 * 1024)), ("-".to_owned(), "@-".repeat(16 * 1024))] {
        let places = places(&text, &[Candidate { mention: who(1), name }]);
        assert!(!places.is_empty() && places.len() <= PLACES);
        assert!(places.is_sorted_by(|(a, _), (b, _)| a.end <= b.start));
    }
}

/// What is written, and who is marked in it.
#[derive(Default)]
struct Desk {
    text: String,
    marks: Marks,
}

impl Desk {
    fn replace(&mut self, range: Range<usize>, with: &str) {
        let before = self.text.clone();
        self.text.replace_range(range.clone(), with);
        self.marks.follow(&before, &self.text, range.start + with.len());
    }

    fn choose(&mut self, at: usize, name: &str, mention: Mention) {
        self.replace(at..at, &format!("@{name} "));
        self.marks.add(&self.text, at..at + 1 + name.len(), mention);
    }

    fn seen(&self) -> Vec<&str> {
        self.marks.iter().map(|mark| &self.text[mark.range.clone()]).collect()
    }
}

#[test]
fn whoever_is_chosen_stays_while_the_text_around_changes_and_goes_when_the_name_does() {
    let mut desk = Desk::default();
    desk.choose(0, "Bora", who(1));
    desk.replace(0..0, "hello ");
    desk.choose(12, "김보라", who(3));
    desk.replace(11..11, "s");
    assert_eq!(desk.seen(), ["@Bora", "@김보라"]);
    desk.replace(8..9, "");
    assert_eq!(desk.seen(), ["@김보라"]);
    assert_eq!(desk.marks.mentions(), [who(3)]);
    let cut = 0..desk.text.len();
    desk.replace(cut, "");
    assert_eq!(desk.marks, Marks::default());
}

#[test]
fn a_text_addresses_so_many_people_and_each_as_often_as_one_likes() {
    let mut desk = Desk::default();
    for n in (0..40).chain([0, 1]) {
        desk.choose(0, "Bora", who(n));
    }
    assert_eq!(desk.marks.mentions().len(), 32);
    assert_eq!(desk.marks.iter().count(), 34);
    assert!(desk.marks.takes(who(0)) && !desk.marks.takes(who(39)));
}

#[test]
fn of_two_with_one_name_the_deleted_one_goes() {
    let mut desk = Desk::default();
    desk.choose(0, "Bora", who(1));
    desk.choose(6, "Bora", who(4));
    desk.replace(0..6, "");
    assert_eq!(desk.marks.mentions(), [who(4)]);
}

#[test]
fn a_letter_put_into_a_name_takes_the_mark_away_though_the_name_could_still_be_read() {
    let mut desk = Desk::default();
    desk.choose(0, "aa", who(1));
    desk.replace(2..2, "a");
    assert_eq!(desk.marks, Marks::default());
}

#[test]
fn blanks_around_a_text_are_cut_off_and_the_marks_move() {
    let mut desk = Desk { text: "  ".to_owned(), marks: Marks::default() };
    desk.choose(2, "Bora", who(1));
    let part = desk.marks.within(2..7);
    assert!(part.iter().map(|mark| mark.range.clone()).eq(std::iter::once(0..5)));
    assert_eq!(desk.marks.within(0..4), Marks::default());
}

proptest! {
    #[test]
    fn a_mark_always_covers_exactly_a_name_whatever_is_edited(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..8, 0_usize..7), 1..60)
    ) {
        const PIECES: [&str; 4] = ["a", "@", "보라", " \n"];
        const NAMES: [(&str, u8); 3] = [("a", 1), ("보라", 2), ("a 보", 3)];
        let mut desk = Desk::default();
        let mut chosen = 0_usize;
        for (at, length, what) in edits {
            let places: Vec<usize> =
                (0..=desk.text.len()).filter(|place| desk.text.is_char_boundary(*place)).collect();
            let from = at.index(places.len());
            let to = (from + length).min(places.len() - 1);
            if let Some((name, n)) = what.checked_sub(PIECES.len()).map(|n| NAMES[n]) {
                desk.choose(places[from], name, who(n));
                chosen += 1;
            } else {
                desk.replace(places[from]..places[to], PIECES[what]);
            }
            let mut end = 0;
            for mark in desk.marks.iter() {
                let words = &desk.text[mark.range.clone()];
                let name = NAMES.iter().find(|(_, n)| mark.mention == who(*n)).unwrap().0;
                prop_assert_eq!(words, format!("@{name}"));
                prop_assert!(mark.range.start >= end);
                end = mark.range.end;
            }
            prop_assert!(desk.marks.iter().count() <= chosen);
        }
    }

    #[test]
    fn no_text_disturbs_the_search_for_names(text in "[@aㄱ ]{0,80}|.{0,80}", name in "[@a]{0,8}|.{0,8}") {
        let people = [Candidate { mention: who(1), name }];
        let mut end = 0;
        for (range, _) in places(&text, &people) {
            prop_assert!(range.start >= end);
            end = range.end;
            prop_assert!(text.get(range).is_some_and(|words| words.starts_with('@')));
        }
        prop_assert!(unfinished(&text).is_none_or(|query| text.ends_with(query)));
    }
}
