//! What people write, checked: texts, names and emoji.

use std::fmt;

use super::limits::{EMOJI_BYTES, NAME_BYTES, NAME_CHARS, TEXT_BYTES};

/// The text of a message: not blank, at most [`TEXT_BYTES`] bytes. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The text, or `None` if it is blank or too long.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty() && text.len() <= TEXT_BYTES).then_some(Self(text))
    }

    /// What was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// The name of a person: one line, trimmed, not blank, at most [`NAME_CHARS`] characters, without control
/// characters and without the marks that turn the direction of writing, which could make one name look
/// like another. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name, or `None` if nothing is left of it or it is too long.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        // Bounded before work: nobody's name needs more.
        if name.len() > 4 * NAME_BYTES {
            return None;
        }
        let clean: String = name
            .chars()
            .filter(|c| !c.is_control() && !turns_direction(*c))
            .collect::<String>()
            .trim()
            .into();
        (!clean.is_empty() && clean.len() <= NAME_BYTES && clean.chars().count() <= NAME_CHARS)
            .then_some(Self(clean))
    }

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({} bytes)", self.0.len())
    }
}

/// One emoji sequence as a reaction: at most [`EMOJI_BYTES`] bytes, no white space, no control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Emoji(String);

impl Emoji {
    /// The emoji, or `None`.
    #[must_use]
    pub fn new(emoji: impl Into<String>) -> Option<Self> {
        let emoji = emoji.into();
        let fits = !emoji.is_empty() && emoji.len() <= EMOJI_BYTES;
        (fits && !emoji.chars().any(|c| c.is_whitespace() || c.is_control() || c.is_ascii_alphabetic()))
            .then_some(Self(emoji))
    }

    /// The sequence.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Emoji({} bytes)", self.0.len())
    }
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_and_endless_texts_are_refused() {
        assert!(Text::new(" \n ").is_none());
        assert!(Text::new("x".repeat(TEXT_BYTES)).is_some());
        assert!(Text::new("x".repeat(TEXT_BYTES + 1)).is_none());
    }

    #[test]
    fn a_name_cannot_turn_around_or_break_the_line() {
        assert_eq!(Name::new(" 하나\u{202e}\n ").unwrap().as_str(), "하나");
        assert!(Name::new("\u{202e}").is_none());
        assert!(Name::new(&"ㅎ".repeat(NAME_CHARS + 1)).is_none());
    }

    #[test]
    fn an_emoji_is_short_and_without_letters() {
        assert!(Emoji::new("👩‍👩‍👧‍👦").is_some());
        assert!(Emoji::new("ok").is_none());
        assert!(Emoji::new("").is_none());
    }
}
