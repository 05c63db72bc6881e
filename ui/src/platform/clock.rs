//! The only place of the interface that reads the clock, the time zone and the system's randomness.

use std::hash::{BuildHasher as _, RandomState};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Now, milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The time zone of this computer.
#[must_use]
pub fn zone() -> TimeZone {
    TimeZone::system()
}

/// A number nobody can foresee, for choosing which words to ask back. Not for keys.
#[must_use]
pub fn random() -> u64 {
    RandomState::new().hash_one(now_ms())
}
