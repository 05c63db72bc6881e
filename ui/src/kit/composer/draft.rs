//! What is being written: an editor's content with undo, bounded.

use std::fmt;
use std::sync::Arc;

use iced::widget::text_editor::{Action, Content, Cursor, Edit};

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
    cursor: Cursor,
}

/// A draft; one for each conversation.
#[derive(Default)]
pub struct Draft {
    content: Content,
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
                self.undo.push(step);
                let surplus = self.undo.len().saturating_sub(STEPS);
                self.undo.drain(..surplus);
            }
            self.in_word = letter;
            self.redo.clear();
        } else {
            self.in_word = false;
        }
        self.content.perform(action);
    }

    fn put(&mut self, text: &str) {
        self.content.perform(Action::Edit(Edit::Paste(Arc::new(text::shown(text).into_owned()))));
    }

    fn bytes(&self) -> usize {
        self.content.lines().map(|line| line.text.len().saturating_add(1)).sum()
    }

    fn step(&self) -> Step {
        Step { text: self.text(), cursor: self.content.cursor() }
    }

    fn restore(&mut self, step: &Step) {
        self.content = Content::with_text(&step.text);
        self.content.move_to(step.cursor);
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
    fn a_huge_paste_is_cut_between_characters() {
        let mut draft = Draft::default();
        draft.insert(&"한".repeat(LIMIT));
        assert!(draft.text().len() <= LIMIT);
        assert!(draft.text().chars().all(|c| c == '한'));
    }
}
