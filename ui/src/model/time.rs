//! Points in time as people read them, in English and Korean. Knows no clock: now and the zone are arguments.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The languages the interface speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 한국어.
    Korean,
}

/// Turns milliseconds since 1970 into labels for one language and zone.
#[derive(Debug, Clone)]
pub struct Labels {
    language: Language,
    zone: TimeZone,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [(&str, &str); 7] = [
    ("Monday", "월요일"),
    ("Tuesday", "화요일"),
    ("Wednesday", "수요일"),
    ("Thursday", "목요일"),
    ("Friday", "금요일"),
    ("Saturday", "토요일"),
    ("Sunday", "일요일"),
];

impl Labels {
    /// Labels in a language for people in a zone.
    #[must_use]
    pub const fn new(language: Language, zone: TimeZone) -> Self {
        Self { language, zone }
    }

    /// The language that is spoken.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The time of day: `2:03 PM`, `오후 2:03`.
    #[must_use]
    pub fn clock(&self, at_ms: i64) -> String {
        let at = self.civil(at_ms);
        let hour = match at.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        let (minute, morning) = (at.minute(), at.hour() < 12);
        match (self.language, morning) {
            (Language::English, true) => format!("{hour}:{minute:02} AM"),
            (Language::English, false) => format!("{hour}:{minute:02} PM"),
            (Language::Korean, true) => format!("오전 {hour}:{minute:02}"),
            (Language::Korean, false) => format!("오후 {hour}:{minute:02}"),
        }
    }

    /// The day as a heading between messages: `Today`, `Yesterday`, `Monday, 3 March`, with the year if it is not this one.
    #[must_use]
    pub fn day(&self, at_ms: i64, now_ms: i64) -> String {
        let (day, today) = (self.civil(at_ms).date(), self.civil(now_ms).date());
        if let Some(near) = self.near(day, today) {
            return near.to_owned();
        }
        let (weekday, date) = (self.weekday(day), self.date(day, day.year() != today.year()));
        match self.language {
            Language::English => format!("{weekday}, {date}"),
            Language::Korean => format!("{date} {weekday}"),
        }
    }

    /// The shortest useful label for a list: the time today, `Yesterday`, the weekday for a week, then the date.
    #[must_use]
    pub fn listed(&self, at_ms: i64, now_ms: i64) -> String {
        let (day, today) = (self.civil(at_ms).date(), self.civil(now_ms).date());
        if day == today {
            return self.clock(at_ms);
        }
        if let Some(near) = self.near(day, today) {
            return near.to_owned();
        }
        let week_ago = today.saturating_sub(6.days());
        if day >= week_ago && day < today {
            return self.weekday(day).to_owned();
        }
        self.date(day, day.year() != today.year())
    }

    /// Date and time in full, for details and copied text: `2026-11-22 14:03`.
    #[must_use]
    pub fn full(&self, at_ms: i64) -> String {
        self.civil(at_ms).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Whether two moments fall on different days here.
    #[must_use]
    pub fn different_days(&self, a_ms: i64, b_ms: i64) -> bool {
        self.civil(a_ms).date() != self.civil(b_ms).date()
    }

    /// A moment outside of what a calendar can show is moved to its edge: peers can claim any time.
    fn civil(&self, at_ms: i64) -> DateTime {
        let edge = if at_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.zone.to_datetime(Timestamp::from_millisecond(at_ms).unwrap_or(edge))
    }

    fn near(&self, day: Date, today: Date) -> Option<&'static str> {
        let korean = self.language == Language::Korean;
        if day == today {
            Some(if korean { "오늘" } else { "Today" })
        } else if day == today.saturating_sub(1.day()) {
            Some(if korean { "어제" } else { "Yesterday" })
        } else {
            None
        }
    }

    fn weekday(&self, day: Date) -> &'static str {
        let index = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        let (english, korean) = WEEKDAYS.get(index).copied().unwrap_or_default();
        if self.language == Language::Korean { korean } else { english }
    }

    fn date(&self, day: Date, with_year: bool) -> String {
        let month = usize::try_from(day.month()).unwrap_or_default();
        let name = month.checked_sub(1).and_then(|index| MONTHS.get(index)).copied().unwrap_or_default();
        let (day, year) = (day.day(), day.year());
        match (self.language, with_year) {
            (Language::English, false) => format!("{day} {name}"),
            (Language::English, true) => format!("{day} {name} {year}"),
            (Language::Korean, false) => format!("{month}월 {day}일"),
            (Language::Korean, true) => format!("{year}년 {month}월 {day}일"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;
    /// Sunday, 22 November 2026, 14:03 UTC.
    const NOW: i64 = 1_795_356_180_000;

    fn english() -> Labels {
        Labels::new(Language::English, TimeZone::UTC)
    }

    fn korean() -> Labels {
        Labels::new(Language::Korean, TimeZone::UTC)
    }

    #[test]
    fn the_clock_has_twelve_hours_and_never_a_zero() {
        assert_eq!(english().clock(NOW), "2:03 PM");
        assert_eq!(korean().clock(NOW), "오후 2:03");
        assert_eq!(english().clock(NOW - 14 * HOUR), "12:03 AM");
        assert_eq!(korean().clock(NOW - 2 * HOUR), "오후 12:03");
    }

    #[test]
    fn near_days_have_names_and_far_ones_dates() {
        assert_eq!(english().day(NOW, NOW), "Today");
        assert_eq!(korean().day(NOW - DAY, NOW), "어제");
        assert_eq!(english().day(NOW - 3 * DAY, NOW), "Thursday, 19 November");
        assert_eq!(korean().day(NOW - 3 * DAY, NOW), "11월 19일 목요일");
        assert_eq!(korean().day(NOW - 400 * DAY, NOW), "2025년 10월 18일 토요일");
    }

    #[test]
    fn a_list_shows_the_shortest_useful_label() {
        assert_eq!(english().listed(NOW - HOUR, NOW), "1:03 PM");
        assert_eq!(english().listed(NOW - DAY, NOW), "Yesterday");
        assert_eq!(korean().listed(NOW - 6 * DAY, NOW), "월요일");
        assert_eq!(english().listed(NOW - 7 * DAY, NOW), "15 November");
        assert_eq!(english().listed(NOW - 400 * DAY, NOW), "18 October 2025");
        assert_eq!(korean().listed(NOW + 2 * DAY, NOW), "11월 24일");
    }

    #[test]
    fn the_zone_decides_which_day_it_is() {
        let seoul = Labels::new(Language::Korean, TimeZone::fixed(jiff::tz::offset(9)));
        assert_eq!(seoul.clock(NOW), "오후 11:03");
        assert!(seoul.different_days(NOW, NOW + HOUR));
        assert!(!english().different_days(NOW, NOW + HOUR));
        assert_eq!(english().full(NOW), "2026-11-22 14:03");
    }

    #[test]
    fn any_claimed_time_is_shown_without_failing() {
        for at in [i64::MIN, -1, 0, i64::MAX] {
            assert!(!english().clock(at).is_empty());
            assert!(!korean().day(at, NOW).is_empty());
            assert!(!english().listed(NOW, at).is_empty());
        }
    }
}
