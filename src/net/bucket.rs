//! A token bucket: so many at once, so many a second. Knows nothing of what the tokens stand for.

use std::time::{Duration, Instant};

/// How many tokens a bucket holds and how fast it fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Tokens in a full bucket.
    pub(super) burst: u32,
    /// Tokens that come back in a second; at least 1.
    pub(super) per_second: u32,
}

/// A bucket of tokens, full at first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    /// The moment at which the bucket is full again. A single number, so nothing can drift.
    full_at: Instant,
}

impl Bucket {
    pub(super) fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long to wait for the next token, if there is none.
    pub(super) fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let token = token_time(rate);
        let missing = self.full_at.saturating_duration_since(now);
        let after = missing.saturating_add(token);
        let capacity = token.saturating_mul(rate.burst.max(1));
        if after > capacity {
            return Err(after.saturating_sub(capacity));
        }
        self.full_at = now.checked_add(after).unwrap_or(now);
        Ok(())
    }

    /// Whether nothing would be lost by forgetting this bucket.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}

fn token_time(rate: Rate) -> Duration {
    Duration::from_secs(1).checked_div(rate.per_second.max(1)).unwrap_or(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, per_second: 2 };

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(start);
        for _ in 0..3 {
            assert!(bucket.take(RATE, start).is_ok());
        }
        assert_eq!(bucket.take(RATE, start), Err(Duration::from_millis(500)));
        let later = start + Duration::from_millis(500);
        assert!(bucket.take(RATE, later).is_ok());
        assert!(bucket.take(RATE, later).is_err());
    }

    #[test]
    fn a_rested_bucket_holds_no_more_than_a_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new(start);
        let later = start + Duration::from_secs(1000);
        assert!(bucket.is_full(later));
        for _ in 0..3 {
            assert!(bucket.take(RATE, later).is_ok());
        }
        assert!(bucket.take(RATE, later).is_err());
    }
}
