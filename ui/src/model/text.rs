//! What people wrote, made safe and ready to draw: normal form, names without tricks, links, Korean line breaking.
//!
//! Everything here takes hostile text: any string in, a string or ranges out, never a failure. Knows no font.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

/// Joins Hangul syllables so that lines break at spaces only.
const WORD_JOINER: char = '\u{2060}';

/// A message's text as it is shown and copied: composed (NFC), line ends as `\n`, no other control characters.
///
/// Decomposed Hangul, as some systems send it, has no glyphs in most fonts; composing repairs that.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let control = |c: char| c.is_control() && c != '\n';
    if is_nfc(text) && !text.contains(control) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{B}', '\u{C}', '\u{85}'], "\n");
    Cow::Owned(lines.nfc().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !control(*c)).collect())
}

/// A person's, group's or file's name on one line: composed, without control characters and without the invisible marks
/// that turn text around (which could disguise `exe.gpj` as `jpg.exe`).
#[must_use]
pub fn name(text: &str) -> String {
    let kept = text.nfc().map(|c| if c.is_whitespace() { ' ' } else { c });
    let kept: String = kept.filter(|c| !c.is_control() && !turns_text(*c)).collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn turns_text(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One line of a longer text, for previews and quotes.
#[must_use]
pub fn one_line(text: &str) -> String {
    let shown = shown(text);
    let words = shown.split_whitespace();
    words.take(64).collect::<Vec<_>>().join(" ")
}

/// The text with word joiners between Hangul syllables, so that Korean breaks at spaces like people expect.
///
/// Only for drawing: [`original_offset`] leads back to the text itself.
#[must_use]
pub fn wrappable(text: &str) -> Cow<'_, str> {
    let mut previous = false;
    let needs = text.chars().any(|c| {
        let both = previous && is_syllable(c);
        previous = is_syllable(c);
        both
    });
    if !needs {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut previous = false;
    for c in text.chars() {
        if previous && is_syllable(c) {
            out.push(WORD_JOINER);
        }
        out.push(c);
        previous = is_syllable(c);
    }
    Cow::Owned(out)
}

/// The byte offset in the original text of a byte offset in its [`wrappable`] form.
#[must_use]
pub fn original_offset(wrappable: &str, offset: usize) -> usize {
    let joiners = wrappable
        .char_indices()
        .take_while(|(at, _)| *at < offset)
        .filter(|(_, c)| *c == WORD_JOINER)
        .count();
    offset.min(wrappable.len()).saturating_sub(joiners.saturating_mul(WORD_JOINER.len_utf8()))
}

/// A drawn text without its word joiners.
#[must_use]
pub fn without_joiners(wrappable: &str) -> String {
    wrappable.chars().filter(|c| *c != WORD_JOINER).collect()
}

fn is_syllable(c: char) -> bool {
    ('\u{AC00}'..='\u{D7A3}').contains(&c)
}

/// One or two letters that stand for a name where no picture is known; empty for an empty name.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| {
        word.graphemes(true).find(|g| g.chars().any(char::is_alphanumeric) || super::emoji::is_emoji(g))
    });
    let Some(first) = words.next() else { return String::new() };
    // one Hangul or Han character says as much as two letters, and two would not fit
    let second = words.next_back().filter(|_| first.len() <= 2).filter(|second| second.len() <= 2);
    format!("{first}{}", second.unwrap_or_default()).to_uppercase()
}

/// A link in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// Whether its host has letters beyond ASCII, which can imitate another host: ask before opening.
    pub disguised: bool,
}

/// Every link of a text: `https`, `http`, `mailto` and invitations to Undertone; at most 32 of them.
#[must_use]
pub fn links(text: &str) -> Vec<Link> {
    const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "undertone:"];
    let mut found = Vec::new();
    let mut from = 0_usize;
    while found.len() < 32 {
        let Some(rest) = text.get(from..) else { break };
        let next = SCHEMES.iter().filter_map(|s| rest.find(s).map(|at| (at, s.len()))).min();
        let Some((at, scheme)) = next else { break };
        let start = from.saturating_add(at);
        let body = text.get(start.saturating_add(scheme)..).unwrap_or_default();
        let length = trimmed_length(body);
        let end = start.saturating_add(scheme).saturating_add(length);
        from = end;
        let inside_word =
            text.get(..start).and_then(|b| b.chars().next_back()).is_some_and(char::is_alphanumeric);
        // Korean glues particles and words to what precedes them, so only ASCII letters make it part of a word
        let inside_word = inside_word
            && text.get(..start).is_some_and(|b| b.ends_with(|c: char| c.is_ascii_alphanumeric()));
        if length > 0 && !inside_word {
            let host =
                body.get(..length).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
            found.push(Link { range: start..end, disguised: !host.is_ascii() });
        }
    }
    found
}

/// How much of what follows the scheme belongs to the link: up to white space, without punctuation at its end.
fn trimmed_length(body: &str) -> usize {
    let stop =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '」' | '』');
    let mut link = body.get(..body.find(stop).unwrap_or(body.len())).unwrap_or_default();
    loop {
        let shorter = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '…', '。', '，']);
        let closed = shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if closed { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == link.len() {
            return link.len();
        }
        link = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        links(text).into_iter().map(|link| text.get(link.range).unwrap()).collect()
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        assert_eq!(shown("\u{1112}\u{1161}\u{11AB}글"), "한글");
        assert!(matches!(shown("한글 plain\n🎉"), Cow::Borrowed(_)));
    }

    #[test]
    fn control_characters_vanish_and_lines_stay() {
        assert_eq!(shown("a\r\nb\tc\u{7}\rd\u{0}"), "a\nb c\nd");
    }

    #[test]
    fn a_name_cannot_turn_itself_around() {
        assert_eq!(name("photo\u{202E}gpj.exe"), "photogpj.exe");
        assert_eq!(name("  민수\n\t 김 \u{200F}"), "민수 김");
        assert_eq!(name("\u{202E}\u{2066}"), "");
    }

    #[test]
    fn hangul_breaks_at_spaces_only_and_offsets_lead_back() {
        let text = "점심 먹을래? ok";
        let drawn = wrappable(text);
        assert_eq!(drawn, "점\u{2060}심 먹\u{2060}을\u{2060}래? ok");
        assert_eq!(without_joiners(&drawn), text);
        for (at, _) in text.char_indices() {
            let prefix = wrappable(text.split_at(at).0);
            assert_eq!(original_offset(&drawn, prefix.len()), at);
        }
        assert_eq!(original_offset(&drawn, usize::MAX), text.len());
        assert!(matches!(wrappable("no Korean"), Cow::Borrowed(_)));
    }

    #[test]
    fn initials_suit_the_script() {
        assert_eq!(initials("Hana Kim"), "HK");
        assert_eq!(initials("hana"), "H");
        assert_eq!(initials("김민수"), "김");
        assert_eq!(initials("김 민수"), "김");
        assert_eq!(initials("(Ops) team 🚀"), "O");
        assert_eq!(initials("Ada de Groot"), "AG");
        assert_eq!(initials("  "), "");
        assert_eq!(initials("!!!"), "");
    }

    #[test]
    fn links_end_before_punctuation() {
        assert_eq!(found("see https://a.example/x?y=1. ok"), ["https://a.example/x?y=1"]);
        assert_eq!(found("(https://a.example/b_(c))"), ["https://a.example/b_(c)"]);
        assert_eq!(found("주소는https://a.example/가 입니다"), ["https://a.example/가"]);
        assert_eq!(
            found("mailto:a@b.example, undertone:invite/abc!"),
            ["mailto:a@b.example", "undertone:invite/abc"]
        );
        assert_eq!(found("xhttps://no https:// javascript:alert(1) file:///etc"), Vec::<&str>::new());
    }

    #[test]
    fn a_host_in_foreign_letters_is_marked() {
        assert!(links("https://аpple.example/").iter().all(|l| l.disguised));
        assert!(links("https://apple.example/é").iter().all(|l| !l.disguised));
    }

    #[test]
    fn a_wall_of_links_is_bounded() {
        assert_eq!(links(&"https://a.example ".repeat(1000)).len(), 32);
    }
}
