//! Cuts what a program writes to us into lines, with a bound on the length of one. Knows nothing of what a line
//! says.

use std::collections::VecDeque;

use zeroize::Zeroizing;

/// Cuts bytes, however they arrive, into lines. A line that is longer than [`LINE_BYTES`] is reported once and
/// skipped to its end without being kept.
#[derive(Debug, Default)]
pub struct Lines {
    whole: VecDeque<Line>,
    part: Zeroizing<Vec<u8>>,
    skipping: bool,
}

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Longer than [`LINE_BYTES`].
    TooLong,
    /// What it holds. It may be a passphrase, so it is wiped after use.
    Whole(Zeroizing<Vec<u8>>),
}

impl Lines {
    /// More bytes have come.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
            self.extend(line);
            self.finish();
            bytes = rest.split_first().map_or(&[], |(_newline, rest)| rest);
        }
        self.extend(bytes);
    }

    /// The line ends here: at a newline, or because nothing more will come.
    pub fn finish(&mut self) {
        if !self.skipping && !self.part.is_empty() {
            self.whole.push_back(Line::Whole(std::mem::take(&mut self.part)));
        }
        self.skipping = false;
    }

    /// The oldest line that is whole.
    pub fn take(&mut self) -> Option<Line> {
        self.whole.pop_front()
    }

    /// Whether no whole line waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.skipping {
            return;
        }
        if self.part.len().saturating_add(bytes.len()) > LINE_BYTES {
            self.part = Zeroizing::default();
            self.skipping = true;
            self.whole.push_back(Line::TooLong);
            return;
        }
        let length = self.part.len().saturating_add(bytes.len());
        if self.part.capacity() < length {
            // Grown by hand: a buffer that moves by itself leaves its old place behind as it was.
            let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two()));
            larger.extend_from_slice(&self.part);
            self.part = larger;
        }
        self.part.extend_from_slice(bytes);
    }
}

/// Longest line, in bytes: no call that makes sense comes near it.
pub const LINE_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(lines: &mut Lines) -> Vec<Line> {
        std::iter::from_fn(|| lines.take()).collect()
    }

    fn whole(text: &str) -> Line {
        Line::Whole(Zeroizing::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn a_line_that_is_too_long_is_reported_once_and_the_next_one_is_read() {
        let mut lines = Lines::default();
        for _ in 0..300 {
            lines.push(&[b'x'; 16 * 1024]);
            assert!(lines.part.len() <= LINE_BYTES);
        }
        lines.push(b"end\nnext\n");
        assert_eq!(all(&mut lines), [Line::TooLong, whole("next")]);
    }

    #[test]
    fn a_last_line_without_an_end_counts() {
        let mut lines = Lines::default();
        lines.push(b"one\n\ntwo");
        lines.finish();
        assert_eq!(all(&mut lines), [whole("one"), whole("two")]);
    }

    #[test]
    fn the_longest_line_fits() {
        let mut lines = Lines::default();
        lines.push(&vec![b'x'; LINE_BYTES]);
        lines.push(b"\n");
        assert!(matches!(all(&mut lines).as_slice(), [Line::Whole(line)] if line.len() == LINE_BYTES));
    }

    proptest! {
        #[test]
        fn the_cuts_between_arrivals_change_nothing(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            size in 1_usize..40,
        ) {
            let mut at_once = Lines::default();
            at_once.push(&bytes);
            at_once.finish();
            let mut in_parts = Lines::default();
            bytes.chunks(size).for_each(|part| in_parts.push(part));
            in_parts.finish();
            prop_assert_eq!(all(&mut at_once), all(&mut in_parts));
        }
    }
}
