//! Who was chosen to be addressed while a text is being written, and where each stands in it, whatever is changed
//! around them. Knows no editor: it is told the text before and after.

use std::ops::Range;

use undertone::api::Mention;
use undertone::model::Mentions;

use super::{Candidate, places};

/// Somebody who is addressed in a text that is being written.
#[derive(Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, in bytes, the `@` included.
    pub range: Range<usize>,
    /// Who.
    pub mention: Mention,
    /// What stands there.
    words: String,
}

impl std::fmt::Debug for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mark({:?})", self.range)
    }
}

/// All who are addressed in a text that is being written: from its beginning to its end, and those who stand nowhere in
/// it, because they were written under a name that is not known here.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Marks(Vec<Mark>, Vec<Mention>);

impl std::fmt::Debug for Marks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Marks({})", self.0.len())
    }
}

impl Marks {
    /// Those of a text that was written earlier and addressed these, who may be found under these names.
    #[must_use]
    pub fn found(text: &str, mentions: &[Mention], people: &[Candidate]) -> Self {
        let mut marks = Self::default();
        for (range, mention) in places(text, people) {
            let words = text.get(range.clone()).unwrap_or_default().to_owned();
            marks.0.push(Mark { range, mention, words });
        }
        let nowhere = |mention: &&Mention| marks.0.iter().all(|mark| mark.mention != **mention);
        marks.1 = mentions.iter().filter(nowhere).copied().collect();
        marks
    }

    /// Whether the text can address them too: it can address [`Mentions::MOST`], however often.
    #[must_use]
    pub fn takes(&self, mention: Mention) -> bool {
        let mentions = self.mentions();
        mentions.len() < Mentions::MOST || mentions.contains(&mention)
    }

    /// Somebody now stands at this place of the text, if it is there and they can be addressed too. Whoever was marked
    /// there is not any longer.
    pub fn add(&mut self, text: &str, range: Range<usize>, mention: Mention) {
        let Some(words) = text.get(range.clone()).filter(|words| !words.is_empty()) else { return };
        self.0.retain(|mark| mark.range.end <= range.start || mark.range.start >= range.end);
        if !self.takes(mention) {
            return;
        }
        self.0.push(Mark { range, mention, words: words.to_owned() });
        self.0.sort_by_key(|mark| mark.range.start);
    }

    /// The text changed, and the caret is at this byte of it now, behind the change: those after the change move with
    /// it, and those inside it are gone.
    pub fn follow(&mut self, before: &str, now: &str, caret: usize) {
        if now.is_empty() {
            *self = Self::default();
        }
        if self.0.is_empty() || before == now {
            return;
        }
        let (start, end) = changed(before, now, caret);
        self.0.retain_mut(|mark| {
            if mark.range.start >= end {
                let from_end = |at: usize| now.len().checked_sub(before.len().saturating_sub(at));
                let (Some(from), Some(to)) = (from_end(mark.range.start), from_end(mark.range.end)) else {
                    return false;
                };
                mark.range = from..to;
            } else if mark.range.end > start {
                return false;
            }
            now.get(mark.range.clone()) == Some(mark.words.as_str())
        });
    }

    /// Those of a part of the text, as they stand in it.
    #[must_use]
    pub fn within(&self, range: Range<usize>) -> Self {
        let inside =
            self.0.iter().filter(|mark| mark.range.start >= range.start && mark.range.end <= range.end);
        let moved = inside.map(|mark| {
            let at = |place: usize| place.saturating_sub(range.start);
            Mark { range: at(mark.range.start)..at(mark.range.end), ..mark.clone() }
        });
        Self(moved.collect(), self.1.clone())
    }

    /// Those who are addressed and stand nowhere in the text.
    #[must_use]
    pub fn nowhere(&self) -> &[Mention] {
        &self.1
    }

    /// Each of those who stand in the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Mark> {
        self.0.iter()
    }

    /// Whom the text addresses, each once.
    #[must_use]
    pub fn mentions(&self) -> Vec<Mention> {
        let mut mentions: Vec<Mention> =
            self.0.iter().map(|mark| mark.mention).chain(self.1.iter().copied()).collect();
        mentions.sort_unstable();
        mentions.dedup();
        mentions
    }
}

/// Where a text differs from what it became: from where to where of what it was. What is behind the caret is what was
/// there before; so of two that are alike the right one is gone.
fn changed(before: &str, now: &str, caret: usize) -> (usize, usize) {
    let behind = now.get(caret..).filter(|behind| before.ends_with(behind));
    let kept = behind.map_or_else(|| alike(before.chars().rev(), now.chars().rev()), str::len);
    let end = before.len().saturating_sub(kept);
    let (old, new) = (before.get(..end), now.get(..now.len().saturating_sub(kept)));
    (alike(old.unwrap_or_default().chars(), new.unwrap_or_default().chars()), end)
}

/// How many bytes two texts have in common.
fn alike(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}
