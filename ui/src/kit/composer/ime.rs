//! Keeps input methods from losing or doubling what is being composed when somebody sends or looks away.
//!
//! A Korean syllable is "preedit" until the input method commits it. On losing the focus some platforms commit a moment
//! later, when the editor no longer listens; others drop it without a word. So the guard remembers the last preedit:
//!
//! ```text
//!          preedit "요"              Send or Enter                 commit, closed or 150 ms
//!   Idle ---------------> Composing ----------------> Holding(요) -------------------------> insert, send
//!     ^                       |                                                                  |
//!     |  commit               | focus lost: insert at once, the                                  |
//!     +-----------------------+ draft may change with the same press                             |
//!     +------------------------------------------------------------------------------------------+
//!        what was inserted from memory is not taken again if its commit comes late after all
//! ```
//!
//! Pure: time is an argument, what to do is an answer.

use std::time::Duration;

use iced::advanced::input_method::Event;
use iced::time::Instant;

/// How long to wait for a commit before what was remembered is used.
pub(super) const PATIENCE: Duration = Duration::from_millis(150);
/// How long after an empty preedit its commit may still come.
const COMMIT_FOLLOWS: Duration = Duration::from_millis(50);
/// How long a commit may come late and be recognised.
const LATE: Duration = Duration::from_secs(1);

/// What to do about an event, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Do {
    /// Put a text where the cursor is.
    Insert(String),
    /// Say that the draft is to be sent.
    Send,
    /// Say that what is offered to complete the draft is taken.
    Take,
}

/// Who asked to send, or to take what is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The button.
    Button,
    /// The Enter key.
    Enter,
    /// A key that takes what is offered.
    Take,
}

impl Asked {
    const fn done(self) -> Do {
        match self {
            Self::Button | Self::Enter => Do::Send,
            Self::Take => Do::Take,
        }
    }
}

#[derive(Debug)]
struct Hold {
    asked: Asked,
    adopt: Option<String>,
    until: Instant,
}

/// What the guard knows.
#[derive(Debug, Default)]
pub(super) struct Guard {
    preedit: String,
    cleared_at: Option<Instant>,
    hold: Option<Hold>,
    late: Option<(String, Instant)>,
    /// What the program knows to be composed.
    told: String,
    /// Whether the input method is to be switched off for a moment, so that it forgets its composition.
    reset: bool,
}

impl Guard {
    pub(super) fn is_composing(&self) -> bool {
        !self.preedit.is_empty()
    }

    /// What is being composed, if it is not what was told last.
    pub(super) fn news(&mut self) -> Option<String> {
        let held = self.hold.as_ref().and_then(|hold| hold.adopt.as_ref());
        let composing = held.unwrap_or(&self.preedit);
        if *composing == self.told {
            return None;
        }
        self.told.clone_from(composing);
        Some(self.told.clone())
    }

    /// Whether the input method must be off in this frame.
    pub(super) fn must_rest(&self) -> bool {
        self.hold.is_some() || self.reset
    }

    /// When to look again, if a commit is waited for.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        self.hold.as_ref().map(|hold| hold.until)
    }

    /// One frame with the input method off is over. Says whether another is needed to switch it on.
    pub(super) fn rested(&mut self) -> bool {
        self.hold.is_none() && std::mem::take(&mut self.reset)
    }

    /// Takes an event of the input method; `focused` says whether the editor listens. Answers what to do, and whether
    /// the editor may see the event.
    pub(super) fn input(&mut self, event: &Event, focused: bool, now: Instant) -> (Vec<Do>, bool) {
        match event {
            Event::Opened => (Vec::new(), true),
            Event::Preedit(text, _) => {
                self.preedited(text, focused, now);
                (Vec::new(), true)
            }
            Event::Commit(text) => self.committed(text, now),
            Event::Closed => {
                let held = self.hold.as_ref().is_some_and(|hold| hold.adopt.is_some());
                if held { (self.release(now), true) } else { (self.adopt(now).into_iter().collect(), true) }
            }
        }
    }

    fn preedited(&mut self, text: &str, focused: bool, now: Instant) {
        if text.is_empty() {
            if !self.preedit.is_empty() {
                self.preedit.clear();
                self.cleared_at = Some(now);
            }
            return;
        }
        if let Some(hold) = &mut self.hold {
            hold.adopt = Some(text.to_owned());
        } else if focused {
            text.clone_into(&mut self.preedit);
            self.late = None;
        }
        self.cleared_at = None;
    }

    fn committed(&mut self, text: &str, now: Instant) -> (Vec<Do>, bool) {
        self.preedit.clear();
        self.cleared_at = None;
        if let Some(hold) = self.hold.take() {
            return (vec![Do::Insert(text.to_owned()), hold.asked.done()], false);
        }
        if let Some((adopted, until)) = self.late.take()
            && adopted == text
            && now <= until
        {
            return (Vec::new(), false);
        }
        (Vec::new(), true)
    }

    /// Somebody wants to send.
    pub(super) fn send(&mut self, asked: Asked, now: Instant) -> Vec<Do> {
        if self.hold.is_some() {
            return Vec::new();
        }
        if self.is_composing() {
            // where Enter picks a candidate, it belongs to the composition; a Hangul syllable has no candidates
            if asked != Asked::Button && !self.preedit.chars().all(is_hangul) {
                return Vec::new();
            }
            let adopt = Some(std::mem::take(&mut self.preedit));
            self.hold = Some(Hold { asked, adopt, until: later(now, PATIENCE) });
            return Vec::new();
        }
        match self.cleared_at.map(|at| later(at, COMMIT_FOLLOWS)) {
            // the commit of what just left the preedit may be right behind; if it was deleted, none comes
            Some(until) if now < until => {
                self.hold = Some(Hold { asked, adopt: None, until });
                Vec::new()
            }
            Some(_) | None => vec![asked.done()],
        }
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Do> {
        match &self.hold {
            Some(hold) if now >= hold.until => self.release(now),
            Some(_) | None => Vec::new(),
        }
    }

    /// Somebody types on: what is held goes first.
    pub(super) fn typed(&mut self, now: Instant) -> Vec<Do> {
        if self.hold.is_some() { self.release(now) } else { Vec::new() }
    }

    /// The editor lost the focus: what was being composed is kept.
    pub(super) fn adopt(&mut self, now: Instant) -> Option<Do> {
        if !self.is_composing() {
            return None;
        }
        let text = std::mem::take(&mut self.preedit);
        self.late = Some((text.clone(), later(now, LATE)));
        self.reset = true;
        Some(Do::Insert(text))
    }

    fn release(&mut self, now: Instant) -> Vec<Do> {
        let Some(Hold { asked, adopt, .. }) = self.hold.take() else { return Vec::new() };
        self.reset = true;
        let Some(text) = adopt else { return vec![asked.done()] };
        self.late = Some((text.clone(), later(now, LATE)));
        vec![Do::Insert(text), asked.done()]
    }
}

fn later(now: Instant, by: Duration) -> Instant {
    now.checked_add(by).unwrap_or(now)
}

fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣' | 'ㄱ'..='ㆎ' | '\u{1100}'..='\u{11FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preedit(text: &str) -> Event {
        Event::Preedit(text.to_owned(), None)
    }

    fn commit(text: &str) -> Event {
        Event::Commit(text.to_owned())
    }

    fn insert(text: &str) -> Do {
        Do::Insert(text.to_owned())
    }

    #[test]
    fn sending_without_composition_is_immediate() {
        let mut guard = Guard::default();
        assert_eq!(guard.send(Asked::Button, Instant::now()), [Do::Send]);
        assert_eq!(guard.send(Asked::Enter, Instant::now()), [Do::Send]);
    }

    #[test]
    fn a_commit_that_follows_is_used_instead_of_memory() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("요"), true, now);
        assert!(guard.send(Asked::Button, now).is_empty());
        guard.input(&preedit(""), true, now);
        assert_eq!(guard.input(&commit("요"), true, now), (vec![insert("요"), Do::Send], false));
        assert!(guard.tick(now + PATIENCE).is_empty());
    }

    #[test]
    fn without_a_commit_memory_is_used_after_a_while_and_a_late_commit_is_not_doubled() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("글"), true, now);
        guard.send(Asked::Button, now);
        assert!(guard.must_rest());
        assert!(guard.tick(now + PATIENCE / 2).is_empty());
        assert_eq!(guard.tick(now + PATIENCE), [insert("글"), Do::Send]);
        assert_eq!(guard.input(&commit("글"), true, now + PATIENCE * 2), (Vec::new(), false));
        assert_eq!(guard.input(&commit("글"), true, now + PATIENCE * 3), (Vec::new(), true));
    }

    #[test]
    fn a_closed_input_method_ends_the_wait() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("한"), true, now);
        guard.send(Asked::Enter, now);
        assert_eq!(guard.input(&Event::Closed, true, now).0, [insert("한"), Do::Send]);
    }

    #[test]
    fn enter_between_an_empty_preedit_and_its_commit_waits() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("한"), true, now);
        guard.input(&preedit(""), true, now);
        assert!(guard.send(Asked::Enter, now).is_empty());
        assert_eq!(guard.input(&commit("한"), true, now).0, [insert("한"), Do::Send]);
    }

    #[test]
    fn a_deleted_preedit_is_not_sent() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("ㅎ"), true, now);
        guard.input(&preedit(""), true, now);
        guard.send(Asked::Enter, now);
        assert_eq!(guard.tick(now + PATIENCE), [Do::Send]);
    }

    #[test]
    fn enter_inside_a_composition_with_candidates_does_not_send() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("にほん"), true, now);
        assert!(guard.send(Asked::Enter, now).is_empty());
        assert_eq!(guard.input(&commit("日本"), true, now), (Vec::new(), true));
        assert_eq!(guard.send(Asked::Enter, now), [Do::Send]);
    }

    #[test]
    fn losing_the_focus_keeps_the_syllable_once() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("요"), true, now);
        assert_eq!(guard.adopt(now), Some(insert("요")));
        assert_eq!(guard.adopt(now), None);
        guard.input(&preedit(""), false, now);
        assert_eq!(guard.input(&commit("요"), false, now), (Vec::new(), false));
    }

    #[test]
    fn typing_on_sends_what_is_held_first() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("요"), true, now);
        guard.send(Asked::Button, now);
        assert_eq!(guard.typed(now), [insert("요"), Do::Send]);
        assert!(guard.typed(now).is_empty());
    }

    #[test]
    fn asking_twice_sends_once() {
        let now = Instant::now();
        let mut guard = Guard::default();
        guard.input(&preedit("요"), true, now);
        guard.send(Asked::Button, now);
        guard.send(Asked::Enter, now);
        assert_eq!(guard.tick(now + PATIENCE), [insert("요"), Do::Send]);
        assert!(guard.tick(now + PATIENCE * 2).is_empty());
    }
}
