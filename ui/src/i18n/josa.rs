//! Korean particles: which form follows a word depends on how the word ends when spoken.

use fluent::{FluentArgs, FluentValue};

/// How the last sound of a word ends.
enum Ending {
    /// In a vowel.
    Open,
    /// In ㄹ, which counts as open before 로.
    Liquid,
    /// In another consonant.
    Closed,
}

/// The form of a particle that follows a word. The pair names the form after a consonant first: `이/가`, `을/를`, `은/는`,
/// `과/와`, `으로/로`. Where the sound cannot be known, both forms are given: `이(가)`.
#[must_use]
pub fn josa(word: &str, pair: &str) -> String {
    let Some((after_consonant, after_vowel)) = pair.split_once('/') else { return pair.to_owned() };
    let liquid_is_open = after_consonant == "으로";
    match ending(word) {
        Some(Ending::Open) => after_vowel.to_owned(),
        Some(Ending::Liquid) if liquid_is_open => after_vowel.to_owned(),
        Some(Ending::Liquid | Ending::Closed) => after_consonant.to_owned(),
        None => match after_consonant.strip_suffix(after_vowel) {
            Some(extra) => format!("({extra}){after_vowel}"),
            None => format!("{after_consonant}({after_vowel})"),
        },
    }
}

/// [`josa`] as a function of texts: `{ JOSA($name, "이/가") }`.
pub(super) fn function<'a>(positional: &[FluentValue<'a>], _named: &FluentArgs<'_>) -> FluentValue<'a> {
    let [word, FluentValue::String(pair)] = positional else { return FluentValue::Error };
    match word {
        FluentValue::String(word) => josa(word, pair).into(),
        FluentValue::Number(number) => josa(&number.as_string(), pair).into(),
        FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => FluentValue::Error,
    }
}

fn ending(word: &str) -> Option<Ending> {
    let last = word.chars().rev().find(|c| c.is_alphanumeric())?;
    match last {
        '가'..='힣' => {
            let index = u32::from(last).saturating_sub(u32::from('가')) % 28;
            Some(match index {
                0 => Ending::Open,
                8 => Ending::Liquid,
                _ => Ending::Closed,
            })
        }
        // 일, 칠, 팔
        '1' | '7' | '8' => Some(Ending::Liquid),
        // 영, 삼, 육
        '0' | '3' | '6' => Some(Ending::Closed),
        '2' | '4' | '5' | '9' => Some(Ending::Open),
        'l' | 'L' => Some(Ending::Liquid),
        // spelled out, R is 알
        'R' if word.chars().rev().nth(1).is_some_and(|c| c.is_ascii_uppercase()) => Some(Ending::Liquid),
        'm' | 'n' | 'M' | 'N' => Some(Ending::Closed),
        'a'..='z' | 'A'..='Z' => {
            Some(if word.to_ascii_lowercase().ends_with("ng") { Ending::Closed } else { Ending::Open })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::josa;

    #[test]
    fn hangul_decides_by_its_final_consonant() {
        assert_eq!(josa("민수", "이/가"), "가");
        assert_eq!(josa("하은", "이/가"), "이");
        assert_eq!(josa("지훈", "을/를"), "을");
        assert_eq!(josa("나", "은/는"), "는");
        assert_eq!(josa("책", "과/와"), "과");
    }

    #[test]
    fn rieul_counts_as_open_before_ro_only() {
        assert_eq!(josa("서울", "으로/로"), "로");
        assert_eq!(josa("서울", "이/가"), "이");
        assert_eq!(josa("부산", "으로/로"), "으로");
        assert_eq!(josa("제주", "으로/로"), "로");
    }

    #[test]
    fn digits_are_read_aloud() {
        for (word, form) in [("10", "이"), ("2", "가"), ("3", "이"), ("6", "이"), ("7", "이"), ("9", "가")]
        {
            assert_eq!(josa(word, "이/가"), form, "{word}");
        }
        assert_eq!(josa("1", "으로/로"), "로");
    }

    #[test]
    fn latin_names_follow_their_last_letter() {
        assert_eq!(josa("Hana", "이/가"), "가");
        assert_eq!(josa("Tom", "이/가"), "이");
        assert_eq!(josa("Daniel", "으로/로"), "로");
        assert_eq!(josa("Yang", "은/는"), "은");
        assert_eq!(josa("Peter", "은/는"), "는");
        assert_eq!(josa("SPR", "은/는"), "은");
    }

    #[test]
    fn punctuation_and_emoji_after_a_word_are_silent() {
        assert_eq!(josa("민수!", "이/가"), "가");
        assert_eq!(josa("하은 🌸", "이/가"), "이");
    }

    #[test]
    fn an_unknown_sound_gets_both_forms() {
        assert_eq!(josa("田中", "이/가"), "이(가)");
        assert_eq!(josa("🌸", "으로/로"), "(으)로");
        assert_eq!(josa("", "은/는"), "은(는)");
        assert_eq!(josa("x", "님"), "님");
    }
}
