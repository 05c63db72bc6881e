//! The only reader of the clock and of the system's randomness. Everything else gets them as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use getrandom::{SysRng, rand_core::UnwrapErr};

/// Milliseconds since the epoch. Never runs backwards within one run: a clock that is put back stands still
/// until it is caught up with.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last_ms: u64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub(super) fn now_ms(&mut self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        // A jump of a day or more is a corrected clock, not a hiccup.
        if now.saturating_add(DAY_MS) > self.last_ms {
            self.last_ms = self.last_ms.max(now);
        } else {
            self.last_ms = now;
        }
        self.last_ms
    }
}

/// The system's random source. The process ends if the system has none: there is no going on without.
pub(super) const fn system_rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

const DAY_MS: u64 = 86_400_000;
