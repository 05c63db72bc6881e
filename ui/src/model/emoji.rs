//! Which parts of a text are emoji, after Unicode Technical Standard 51.
//!
//! The interface draws those parts with a font of its own, because fallback through the system's fonts answers with
//! black-and-white glyphs on many machines. Knows no font and no widget.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A stretch of text that is all emoji or all not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where it is, in bytes, on character boundaries.
    pub range: Range<usize>,
    /// Whether it wants the emoji font.
    pub emoji: bool,
}

/// Splits a text into alternating runs; together they cover it without gaps.
#[must_use]
pub fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (start, cluster) in text.grapheme_indices(true) {
        let end = start.saturating_add(cluster.len());
        let emoji = is_emoji(cluster);
        match runs.last_mut() {
            Some(last) if last.emoji == emoji => last.range.end = end,
            _ => runs.push(Run { range: start..end, emoji }),
        }
    }
    runs
}

/// Whether a text contains any emoji at all: a cheap answer that is never wrong about plain ASCII.
#[must_use]
pub fn any(text: &str) -> bool {
    !text.is_ascii() && text.graphemes(true).any(is_emoji)
}

/// How many emoji a text consists of, if it is nothing but one to three of them.
#[must_use]
pub fn jumbo(text: &str) -> Option<usize> {
    let mut count = 0_usize;
    for cluster in text.trim().graphemes(true) {
        if !is_emoji(cluster) {
            return None;
        }
        count = count.saturating_add(1);
        if count > 3 {
            return None;
        }
    }
    (count > 0).then_some(count)
}

/// Whether one grapheme cluster is shown as an emoji.
#[must_use]
pub fn is_emoji(cluster: &str) -> bool {
    const TEXT_STYLE: char = '\u{FE0E}';
    const EMOJI_STYLE: char = '\u{FE0F}';
    const KEYCAP: char = '\u{20E3}';

    let mut chars = cluster.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    if second == Some(TEXT_STYLE) {
        return false;
    }
    if matches!(first, '0'..='9' | '#' | '*') {
        return cluster.ends_with(KEYCAP);
    }
    if first.is_ascii() {
        return false;
    }
    presents_as_emoji(first) || second == Some(EMOJI_STYLE) || second.is_some_and(is_skin_tone)
}

fn is_skin_tone(c: char) -> bool {
    ('\u{1F3FB}'..='\u{1F3FF}').contains(&c)
}

fn presents_as_emoji(c: char) -> bool {
    let code = u32::from(c);
    let after = EMOJI_PRESENTATION.partition_point(|(start, _)| *start <= code);
    after.checked_sub(1).and_then(|at| EMOJI_PRESENTATION.get(at)).is_some_and(|(_, end)| code <= *end)
}

/// `Emoji_Presentation=Yes` of Unicode 16, as inclusive ranges in order.
#[rustfmt::skip]
const EMOJI_PRESENTATION: &[(u32, u32)] = &[
    (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
    (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE),
    (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5),
    (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C),
    (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF),
    (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F1E6, 0x1F1FF), (0x1F201, 0x1F201), (0x1F21A, 0x1F21A),
    (0x1F22F, 0x1F22F), (0x1F232, 0x1F236), (0x1F238, 0x1F23A), (0x1F250, 0x1F251), (0x1F300, 0x1F320),
    (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3),
    (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC),
    (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596),
    (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2),
    (0x1F6D5, 0x1F6D7), (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7EB),
    (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FA7C),
    (0x1FA80, 0x1FA89), (0x1FA8F, 0x1FAC6), (0x1FACE, 0x1FADC), (0x1FADF, 0x1FAE9), (0x1FAF0, 0x1FAF8),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(&str, bool)> {
        runs(text).into_iter().map(|run| (text.get(run.range).unwrap(), run.emoji)).collect()
    }

    #[test]
    fn the_table_is_in_order_without_overlap() {
        for pair in EMOJI_PRESENTATION.windows(2) {
            assert!(pair[0].0 <= pair[0].1 && pair[0].1 < pair[1].0, "{:X}", pair[1].0);
        }
    }

    #[test]
    fn emoji_are_cut_out_of_the_text_around_them() {
        assert_eq!(parts("hi 😀 there"), [("hi ", false), ("😀", true), (" there", false)]);
        assert_eq!(parts("안녕🐶하세요"), [("안녕", false), ("🐶", true), ("하세요", false)]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn sequences_stay_whole() {
        for one in ["👍🏽", "👨‍👩‍👧‍👦", "🇰🇷", "1️⃣", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☝🏻"]
        {
            assert_eq!(parts(one), [(one, true)], "{one}");
            assert_eq!(jumbo(one), Some(1), "{one}");
        }
    }

    #[test]
    fn text_style_digits_and_signs_are_not_emoji() {
        for plain in ["1", "#", "*", "©", "❤\u{FE0E}", "⌚\u{FE0E}", "↔", "가", "漢", "a\u{301}"] {
            assert_eq!(parts(plain), [(plain, false)], "{plain}");
        }
    }

    #[test]
    fn only_one_to_three_emoji_alone_are_jumbo() {
        assert_eq!(jumbo("🎉🎉🎉"), Some(3));
        assert_eq!(jumbo(" 🎉 "), Some(1));
        assert_eq!(jumbo("🎉🎉🎉🎉"), None);
        assert_eq!(jumbo("🎉!"), None);
        assert_eq!(jumbo(""), None);
        assert_eq!(jumbo("12"), None);
    }
}
