//! What stands out inside the editor: emoji in their own font, and the names of those who are addressed.

use std::ops::Range;

use iced::advanced::text::highlighter::{Format, Highlighter};
use iced::{Font, Theme};

use crate::kit::font;
use crate::kit::theme::tokens;
use crate::model::emoji;

/// The parts of a draft that are more than text.
pub(super) struct Runs {
    line: usize,
    names: Vec<(usize, Range<usize>)>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Emoji,
    Name,
}

pub(super) fn format(run: &Run, theme: &Theme) -> Format<Font> {
    match run {
        Run::Emoji => Format { color: None, font: Some(font::EMOJI) },
        Run::Name => Format { color: Some(tokens(theme).accent), font: Some(font::SEMIBOLD) },
    }
}

impl Highlighter for Runs {
    /// In which line names stand, and where in it, in bytes.
    type Settings = Vec<(usize, Range<usize>)>;
    type Highlight = Run;
    type Iterator<'a> = std::vec::IntoIter<(Range<usize>, Run)>;

    fn new(names: &Self::Settings) -> Self {
        Self { line: 0, names: names.clone() }
    }

    fn update(&mut self, names: &Self::Settings) {
        self.names.clone_from(names);
        self.line = 0;
    }

    fn change_line(&mut self, line: usize) {
        self.line = self.line.min(line);
    }

    fn highlight_line(&mut self, line: &str) -> Self::Iterator<'_> {
        let here = self.names.iter().filter(|(at, _)| *at == self.line);
        let mut runs: Vec<_> = here.map(|(_, range)| (range.clone(), Run::Name)).collect();
        if emoji::any(line) {
            let emoji = emoji::runs(line).into_iter().filter(|run| run.emoji);
            runs.extend(emoji.map(|run| (run.range, Run::Emoji)));
        }
        self.line = self.line.saturating_add(1);
        runs.into_iter()
    }

    fn current_line(&self) -> usize {
        self.line
    }
}
