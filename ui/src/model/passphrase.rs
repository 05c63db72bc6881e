//! How hard a passphrase is to guess, roughly, and which recovery words to ask back. Knows no language.

/// How hard a passphrase is to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Too short to be used at all.
    TooShort,
    /// Quickly guessed.
    Weak,
    /// Holds for a while.
    Fair,
    /// Good.
    Good,
    /// Very good.
    Strong,
}

impl Strength {
    /// Fewest characters of a passphrase.
    pub const FEWEST: usize = 8;

    /// Of 4 parts of the meter, how many are filled.
    #[must_use]
    pub const fn parts(self) -> u8 {
        match self {
            Self::TooShort => 0,
            Self::Weak => 1,
            Self::Fair => 2,
            Self::Good => 3,
            Self::Strong => 4,
        }
    }
}

/// An estimate from length, alphabet and repetition. It errs on the strict side: no list of common
/// passphrases is complete, so length counts most.
#[must_use]
pub fn strength(passphrase: &str) -> Strength {
    // bounded before work: more says nothing new
    let chars: Vec<char> = passphrase.chars().take(256).collect();
    if chars.len() < Strength::FEWEST {
        return Strength::TooShort;
    }
    let steps = chars.windows(2).filter(|pair| !predictable(pair)).count();
    let mut seen = chars.clone();
    seen.sort_unstable();
    seen.dedup();
    let fresh = seen.len().saturating_mul(2).min(steps.saturating_add(1));
    let bits = fresh.saturating_mul(bits_of_one(&chars));
    match bits {
        0..=34 => Strength::Weak,
        35..=54 => Strength::Fair,
        55..=79 => Strength::Good,
        _ => Strength::Strong,
    }
}

/// One character again, or its neighbour in the alphabet, adds nothing to guess.
fn predictable(pair: &[char]) -> bool {
    let [a, b] = pair else { return false };
    u32::from(*a).abs_diff(u32::from(*b)) <= 1
}

fn bits_of_one(chars: &[char]) -> usize {
    let any = |test: fn(&char) -> bool| usize::from(chars.iter().any(test));
    let kinds = any(|c| c.is_ascii_lowercase())
        .saturating_add(any(|c| c.is_ascii_uppercase()))
        .saturating_add(any(|c| c.is_ascii_digit()))
        .saturating_add(any(|c| c.is_ascii_punctuation() || *c == ' '));
    let wide = any(|c| !c.is_ascii()).saturating_mul(2);
    kinds.saturating_add(wide).saturating_add(2).min(6)
}

/// Two different places out of `words`, from a random number: which recovery words to ask back.
#[must_use]
pub fn two_places(words: usize, random: u64) -> [usize; 2] {
    let words = u64::try_from(words).unwrap_or(u64::MAX).max(2);
    let first = random.checked_rem(words).unwrap_or_default();
    let others = words.saturating_sub(1);
    let step = (random >> 32).checked_rem(others).unwrap_or_default().saturating_add(1);
    let second = first.saturating_add(step).checked_rem(words).unwrap_or_default();
    let place = |at: u64| usize::try_from(at).unwrap_or_default();
    [place(first.min(second)), place(first.max(second))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_variety_make_a_passphrase_strong() {
        assert_eq!(strength("short"), Strength::TooShort);
        assert_eq!(strength("aaaaaaaaaaaaaaaa"), Strength::Weak);
        assert_eq!(strength("12345678"), Strength::Weak);
        assert_eq!(strength("abcdefghij"), Strength::Weak);
        assert!(strength("correct horse battery") >= Strength::Good);
        assert!(strength("느린 강물은 멀리 흐른다") >= Strength::Good);
        assert_eq!(strength("Tr0ub4dor & 3 more words"), Strength::Strong);
    }

    #[test]
    fn the_two_places_differ_and_are_inside() {
        for random in [0, 1, 23, 24, u64::MAX, 0xdead_beef_0000_0017, 7 << 32] {
            let [a, b] = two_places(24, random);
            assert!(a < b && b < 24, "{a} {b}");
        }
    }
}
