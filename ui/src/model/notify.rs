//! Of which messages of a conversation we want to be told, and for how long. Knows no language and no widget.

use undertone::api::{Chat, NotifyMode};

/// For how long fewer messages are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// One hour.
    Hour,
    /// Eight hours: a working day, or a night.
    Shift,
    /// Until it is changed again.
    Good,
    /// Until then, milliseconds since the epoch: the end of a time that runs already.
    Until(u64),
}

impl Span {
    /// Those that begin now, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Shift, Self::Good];

    /// When it ends, milliseconds since the epoch; none if it does not.
    #[must_use]
    pub fn until_ms(self, now_ms: i64) -> Option<u64> {
        let hours: i64 = match self {
            Self::Hour => 1,
            Self::Shift => 8,
            Self::Good => return None,
            Self::Until(end) => return Some(end),
        };
        u64::try_from(now_ms.saturating_add(hours.saturating_mul(HOUR_MS))).ok()
    }
}

/// What counts now: a choice whose time is over does not.
#[must_use]
pub fn mode(chat: &Chat, now_ms: i64) -> NotifyMode {
    let over = |until| u64::try_from(now_ms).is_ok_and(|now| now >= until);
    if chat.notify_until_ms.is_some_and(over) { NotifyMode::All } else { chat.notify }
}

const HOUR_MS: i64 = 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

    use super::super::example::{NOW, chat};
    use super::*;

    #[test]
    fn a_choice_ends_when_its_time_is_over() {
        let hour = Span::Hour.until_ms(NOW);
        let quiet = Chat { notify: NotifyMode::None, notify_until_ms: hour, ..chat(1, "Bora", 0, None) };
        assert_eq!(mode(&quiet, NOW), NotifyMode::None);
        assert_eq!(mode(&quiet, NOW + HOUR_MS - 1), NotifyMode::None);
        assert_eq!(mode(&quiet, NOW + HOUR_MS), NotifyMode::All);
        let good = Chat { notify_until_ms: Span::Good.until_ms(NOW), ..quiet };
        assert_eq!(mode(&good, i64::MAX), NotifyMode::None);
    }
}
