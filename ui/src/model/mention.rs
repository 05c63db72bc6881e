//! Whom a text addresses: the name that is being written after an `@`, who it may be, and where names stand in a
//! text. Knows no language and no widget.

mod marks;

use std::ops::Range;

use undertone::api::{Account, Group, Mention, Message, Role};

use super::time::Language;
use super::world::World;
use super::{sidebar, text};

pub use marks::{Mark, Marks};

/// The words by which everybody in a group is addressed. What is written in one language is found in the other.
pub const ALL: [&str; 2] = ["all", "모두"];

/// The word for everybody in a language.
#[must_use]
pub const fn everybody(language: Language) -> &'static str {
    let [english, korean] = ALL;
    match language {
        Language::English => english,
        Language::Korean => korean,
    }
}

/// Somebody who can be addressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whom it addresses.
    pub mention: Mention,
    /// What is written after the `@`.
    pub name: String,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Candidate({} bytes)", self.name.len())
    }
}

/// What has been written of a name before the caret, if an `@` that begins a word is before it. `before` is the line
/// up to the caret.
#[must_use]
pub fn unfinished(before: &str) -> Option<&str> {
    let (ahead, query) = before.rsplit_once('@')?;
    let begins = ahead.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let named = !query.starts_with(char::is_whitespace) && query.chars().count() <= LONGEST;
    (begins && named).then_some(query)
}

/// Who of a group may be meant by the beginning of a name; everybody together last, under the name `all`, if our role
/// allows it. Whose name begins so comes first.
#[must_use]
pub fn candidates(group: &Group, query: &str, all: &str) -> Vec<Candidate> {
    let mut people: Vec<Candidate> = group
        .members
        .iter()
        .filter(|member| !member.me)
        .map(|member| person(member.account, &member.name))
        .filter(|person| !person.name.is_empty() && fits(&person.name, query))
        .collect();
    people.sort_by_key(|person| after(&person.name, query).is_none());
    let everybody =
        group.role.is_some_and(Role::may_address_all) && ALL.iter().any(|word| after(word, query).is_some());
    let room = MOST.saturating_sub(usize::from(everybody));
    people.truncate(room);
    people.extend(everybody.then(|| Candidate { mention: Mention::All, name: all.to_owned() }));
    people
}

/// Where in a text these are addressed, the `@` included, from its beginning to its end, and none in another. The longest
/// name counts. Both are somebody else's: at most [`PLACES`] are found, among the first [`SIGNS`] that may be some.
#[must_use]
pub fn places(text: &str, people: &[Candidate]) -> Vec<(Range<usize>, Mention)> {
    let mut places = Vec::new();
    let mut last = 0_usize;
    for (at, _) in text.match_indices('@').take(SIGNS).filter(|_| !people.is_empty()) {
        if at < last {
            continue;
        }
        if places.len() >= PLACES {
            break;
        }
        // as in an address of mail
        if text.get(..at).is_some_and(|ahead| ahead.ends_with(|c: char| c.is_ascii_alphanumeric())) {
            continue;
        }
        let start = at.saturating_add(1);
        let rest = text.get(start..).unwrap_or_default();
        let fits = people.iter().filter_map(|person| {
            let rest = after(rest, &person.name).filter(|rest| whole(&person.name, rest))?;
            Some((text.len().saturating_sub(rest.len()), person.mention))
        });
        if let Some((end, mention)) = fits.max_by_key(|(end, _)| *end) {
            places.push((at..end, mention));
            last = end;
        }
    }
    places
}

/// Under which names those whom a message addresses may stand in its text.
pub fn named<'a>(mentions: &[Mention], name: impl Fn(&Account) -> Option<&'a str>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for mention in mentions {
        match mention {
            Mention::Account(account) => {
                found.extend(name(account).map(|name| person(*account, name)));
            }
            Mention::All => {
                found.extend(ALL.map(|word| Candidate { mention: *mention, name: word.to_owned() }));
            }
        }
    }
    found.retain(|person| !person.name.is_empty());
    found
}

/// A name in a text that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where, in bytes, the `@` included.
    pub range: Range<usize>,
    /// Whether it is us, alone or with everybody.
    pub me: bool,
}

/// Where a message names those whom it addresses, in its text as it is shown.
#[must_use]
pub fn shown(message: &Message, world: &World) -> Vec<Place> {
    if message.mentions.is_empty() || message.deleted {
        return Vec::new();
    }
    let places = places(&text::shown(&message.text), &known(message, world)).into_iter();
    let ours = |mention| match mention {
        Mention::Account(account) => is_me(world, &account),
        Mention::All => message.mentions_me,
    };
    places.map(|(range, mention)| Place { range, me: ours(mention) }).collect()
}

/// The same for a message that is to be changed.
#[must_use]
pub fn marks(message: &Message, world: &World) -> Marks {
    Marks::found(&text::shown(&message.text), &message.mentions, &known(message, world))
}

/// Whom a message addresses without a place in its text, as far as they are known here.
#[must_use]
pub fn beside(message: &Message, world: &World) -> Vec<Mention> {
    if message.mentions.is_empty() || message.deleted {
        return Vec::new();
    }
    marks(message, world).nowhere().to_vec()
}

fn known(message: &Message, world: &World) -> Vec<Candidate> {
    named(&message.mentions, |account| {
        if is_me(world, account) { Some(&world.me.name) } else { world.name_in(&message.chat, account) }
    })
}

fn is_me(world: &World, account: &Account) -> bool {
    world.me.account.as_ref() == Some(account)
}

fn person(account: Account, name: &str) -> Candidate {
    Candidate { mention: Mention::Account(account), name: text::name(name) }
}

/// Whether a name has these letters in it. Who has written a blank means its beginning.
fn fits(name: &str, query: &str) -> bool {
    let begins = after(name, query).is_some();
    begins || (!query.contains(char::is_whitespace) && sidebar::matches(name, query))
}

/// What comes after a beginning, without regard to case.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for letter in beginning.chars() {
        if !rest.next()?.to_lowercase().eq(letter.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// Whether a name is not only the beginning of a word. A particle in Hangul may come after it.
fn whole(name: &str, rest: &str) -> bool {
    let within = |c: char| c.is_ascii_alphanumeric();
    let goes_on = name.ends_with(within) && rest.starts_with(within);
    !name.is_empty() && !goes_on
}

/// Most letters of a name that is looked for.
const LONGEST: usize = 32;
/// Most that are offered at once.
const MOST: usize = 6;
/// Most places of names in one text.
const PLACES: usize = 64;
/// Most `@` of one text that are looked at.
const SIGNS: usize = 256;

#[cfg(test)]
mod tests;
