//! What is being written: an editor's content with undo, bounded.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use iced::widget::text_editor::{Action, Content, Cursor, Edit, LineEnding};
use undertone::api::Mention;

use crate::model::mention::{Marks, unfinished};
use crate::model::text;

/// Most bytes taken from one paste, and kept in a draft. More than any message can carry.
const LIMIT: usize = 256 * 1024;
/// How many steps can be undone.
const STEPS: usize = 100;

/// A change to a draft, as the composer reports it.
#[derive(Clone)]
pub enum Change {
    /// What the editor does.
    Act(Action),
    /// Take the last change back.
    Undo,
    /// Do it again.
    Redo,
}

impl fmt::Debug for Change {
    /// The kind only: what is written is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Act(Action::Edit(_)) => "Act(Edit)",
            Self::Act(_) => "Act(Move)",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
        })
    }
}

struct Step {
    text: String,
    marks: Marks,
    cursor: Cursor,
}

/// A draft; one for each conversation.
#[derive(Default)]
pub struct Draft {
    content: Content,
    marks: Marks,
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// Whether the last change was a letter inside a word, which shares a step with the next one.
    in_word: bool,
}

impl Draft {
    /// A draft that starts with a text, the cursor behind it.
    #[must_use]
    pub fn with_text(text: &str) -> Self {
        let mut draft = Self::default();
        draft.put(text);
        draft
    }

    /// The same, with whom it addresses.
    #[must_use]
    pub fn with_marks(text: &str, marks: Marks) -> Self {
        Self { marks, ..Self::with_text(text) }
    }

    /// Whom it addresses, and where.
    #[must_use]
    pub const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// What is written of a name after an `@` before the cursor, with what is being composed there.
    #[must_use]
    pub fn naming(&self, composing: &str) -> Option<String> {
        let Cursor { position, selection } = self.content.cursor();
        let line = self.content.line(position.line).filter(|_| selection.is_none())?;
        let before = line.text.get(..position.column)?;
        // a name that was chosen is not being written any longer
        let at = self.caret().saturating_sub(before.len()).saturating_add(before.rfind('@').unwrap_or(0));
        if self.marks.iter().any(|mark| mark.range.start == at) {
            return None;
        }
        unfinished(&format!("{before}{composing}")).map(str::to_owned)
    }

    /// Somebody was chosen for the name that is being written before the cursor.
    pub fn name(&mut self, name: &str, mention: Mention) {
        let Some(query) = self.naming("") else { return };
        let step = self.step();
        self.remember(step);
        for _ in 0..query.chars().count().saturating_add(1) {
            self.change(Action::Edit(Edit::Backspace));
        }
        let from = self.caret();
        let words = format!("@{}", text::name(name));
        self.change(Action::Edit(Edit::Paste(Arc::new(format!("{words} ")))));
        self.marks.add(&self.text(), from..from.saturating_add(words.len()), mention);
        self.in_word = false;
    }

    /// What is written.
    #[must_use]
    pub fn text(&self) -> String {
        self.content.text()
    }

    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.content.lines().all(|line| line.text.trim().is_empty())
    }

    /// Takes a change over.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Act(action) => self.act(action),
            Change::Undo => {
                if let Some(step) = self.undo.pop() {
                    self.redo.push(self.step());
                    self.restore(&step);
                }
            }
            Change::Redo => {
                if let Some(step) = self.redo.pop() {
                    self.undo.push(self.step());
                    self.restore(&step);
                }
            }
        }
    }

    /// Inserts a text where the cursor is: an emoji, for example.
    pub fn insert(&mut self, text: &str) {
        self.act(Action::Edit(Edit::Paste(Arc::new(text.to_owned()))));
    }

    /// Hands the text over and starts anew.
    pub fn take(&mut self) -> String {
        let text = self.text();
        *self = Self::default();
        text
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// In which line those whom it addresses stand, and where in it, in bytes.
    pub(super) fn names(&self) -> Vec<(usize, Range<usize>)> {
        if self.marks == Marks::default() {
            return Vec::new();
        }
        let text = self.text();
        let place = |range: &Range<usize>| {
            let before = text.get(..range.start)?;
            let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
            let inside = range.start.checked_sub(start)?..range.end.checked_sub(start)?;
            Some((before.matches('\n').count(), inside))
        };
        self.marks.iter().filter_map(|mark| place(&mark.range)).collect()
    }

    fn act(&mut self, action: Action) {
        let action = match action {
            Action::Edit(Edit::Paste(pasted)) => {
                let room = LIMIT.saturating_sub(self.bytes());
                let end = pasted.floor_char_boundary(pasted.len().min(room));
                let part = pasted.get(..end).unwrap_or_default();
                Action::Edit(Edit::Paste(Arc::new(text::shown(part).into_owned())))
            }
            Action::Edit(Edit::Insert(_)) if self.bytes() >= LIMIT => return,
            other => other,
        };
        if let Action::Edit(edit) = &action {
            let letter = matches!(edit, Edit::Insert(c) if !c.is_whitespace());
            if !(letter && self.in_word) {
                let step = self.step();
                self.remember(step);
            }
            self.in_word = letter;
            self.redo.clear();
        } else {
            self.in_word = false;
        }
        self.change(action);
    }

    fn remember(&mut self, step: Step) {
        self.undo.push(step);
        let surplus = self.undo.len().saturating_sub(STEPS);
        self.undo.drain(..surplus);
        self.redo.clear();
    }

    /// Changes the text, and the marks with it.
    fn change(&mut self, action: Action) {
        let marked = matches!(action, Action::Edit(_)) && self.marks != Marks::default();
        let before = if marked { self.text() } else { String::new() };
        self.content.perform(action);
        if marked {
            self.marks.follow(&before, &self.text(), self.caret());
        }
    }

    /// Where the cursor is in the text, in bytes.
    #[must_use]
    pub fn caret(&self) -> usize {
        let position = self.content.cursor().position;
        let above = self.content.lines().take(position.line).map(|line| {
            let ending = if line.ending == LineEnding::None { LineEnding::default() } else { line.ending };
            line.text.len().saturating_add(ending.as_str().len())
        });
        above.sum::<usize>().saturating_add(position.column)
    }

    fn put(&mut self, text: &str) {
        self.content.perform(Action::Edit(Edit::Paste(Arc::new(text::shown(text).into_owned()))));
    }

    fn bytes(&self) -> usize {
        self.content.lines().map(|line| line.text.len().saturating_add(1)).sum()
    }

    fn step(&self) -> Step {
        Step { text: self.text(), marks: self.marks.clone(), cursor: self.content.cursor() }
    }

    fn restore(&mut self, step: &Step) {
        self.content = Content::with_text(&step.text);
        self.content.move_to(step.cursor);
        self.marks = step.marks.clone();
        self.in_word = false;
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(draft: &mut Draft, text: &str) {
        for c in text.chars() {
            draft.apply(Change::Act(Action::Edit(Edit::Insert(c))));
        }
    }

    #[test]
    fn words_are_undone_and_done_again_one_by_one() {
        let mut draft = Draft::default();
        typed(&mut draft, "hello big");
        draft.apply(Change::Undo);
        assert_eq!(draft.text(), "hello ");
        draft.apply(Change::Undo);
        draft.apply(Change::Undo);
        assert_eq!(draft.text(), "");
        draft.apply(Change::Undo);
        draft.apply(Change::Redo);
        draft.apply(Change::Redo);
        draft.apply(Change::Redo);
        assert_eq!(draft.text(), "hello big");
    }

    #[test]
    fn a_new_change_forgets_what_was_undone() {
        let mut draft = Draft::default();
        typed(&mut draft, "a");
        draft.apply(Change::Undo);
        typed(&mut draft, "b");
        draft.apply(Change::Redo);
        assert_eq!(draft.text(), "b");
    }

    #[test]
    fn taking_leaves_an_empty_draft() {
        let mut draft = Draft::with_text("첫 줄\n둘째");
        draft.insert(" 🎉");
        assert_eq!(draft.take(), "첫 줄\n둘째 🎉");
        assert!(draft.is_blank());
        assert_eq!(draft.text(), "");
    }

    #[test]
    fn a_name_is_completed_where_the_cursor_is_and_undone_at_once() {
        let mut draft = Draft::with_text("첫 줄");
        draft.apply(Change::Act(Action::Edit(Edit::Enter)));
        typed(&mut draft, "안녕 @보");
        assert_eq!(draft.naming("라").as_deref(), Some("보라"));
        draft.name("김보라", Mention::All);
        assert_eq!(draft.text(), "첫 줄\n안녕 @김보라 ");
        let place = draft.marks().iter().next().map(|mark| mark.range.clone());
        assert_eq!(
            place.and_then(|place| draft.text().get(place).map(str::to_owned)).as_deref(),
            Some("@김보라")
        );
        assert_eq!(draft.names(), [(1, 7.."안녕 @김보라".len())]);
        assert_eq!(draft.naming(""), None);
        draft.apply(Change::Undo);
        assert_eq!((draft.text().as_str(), draft.marks()), ("첫 줄\n안녕 @보", &Marks::default()));
        draft.apply(Change::Redo);
        assert_eq!(draft.marks().mentions(), [Mention::All]);
        draft.apply(Change::Act(Action::Edit(Edit::Backspace)));
        draft.apply(Change::Act(Action::Edit(Edit::Backspace)));
        assert_eq!(draft.marks(), &Marks::default());
        draft.apply(Change::Undo);
        assert_eq!(draft.marks().mentions(), [Mention::All]);
    }

    #[test]
    fn a_huge_paste_is_cut_between_characters() {
        let mut draft = Draft::default();
        draft.insert(&"한".repeat(LIMIT));
        assert!(draft.text().len() <= LIMIT);
        assert!(draft.text().chars().all(|c| c == '한'));
    }
}
