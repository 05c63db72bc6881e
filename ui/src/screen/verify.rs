//! Comparing safety numbers with a person: by eye, by typed digits, or by a picture of their code. Marking
//! as verified after comparing by eye takes a second press.

mod view;

use std::path::PathBuf;

use undertone::api::{Account, SafetyNumber};

use super::{Action, Notice};
use crate::bridge::{Answer, Ask, Secret};
use crate::kit::qr;
use crate::platform::scan::ScanError;

/// How far the comparison has come.
pub struct State {
    account: Account,
    name: String,
    verified: bool,
    number: Option<Number>,
    typed: Secret,
    path: String,
    step: Step,
    trouble: Option<&'static str>,
    unread: Option<ScanError>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verify({:?}, {:?})", self.account, self.step)
    }
}

struct Number {
    digits: String,
    code: Option<qr::Data>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The person compares.
    Comparing,
    /// The person said that the numbers match, and is asked once more.
    Matching,
    /// The messenger compares.
    Checking,
    /// It is the same number.
    Same,
    /// It is another number.
    Different,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Back to comparing.
    Again,
    /// The comparison is to be closed.
    Closed,
    /// The digits are to be copied.
    Copied,
    /// Once more: they match.
    Confirmed,
    /// They do not match.
    Differ,
    /// They match.
    Match,
    /// A path to a picture was typed.
    PathTyped(String),
    /// A picture is to be chosen.
    PictureWanted,
    /// The picture at the typed path is to be read.
    PathSubmitted,
    /// Digits of the other person were typed.
    Typed(Secret),
    /// The typed digits are to be compared.
    TypedSubmitted,
}

impl State {
    /// A comparison with a person, and the question for the number.
    #[must_use]
    pub fn open(account: Account, name: String, verified: bool) -> (Self, Vec<Action>) {
        let state = Self {
            account,
            name,
            verified,
            number: None,
            typed: Secret::default(),
            path: String::new(),
            step: Step::Comparing,
            trouble: None,
            unread: None,
        };
        (state, vec![Ask::SafetyNumber(account).into()])
    }

    /// Who it is with.
    #[must_use]
    pub const fn account(&self) -> Account {
        self.account
    }

    /// Takes what the person did. Closing is up to the screen around.
    pub fn update(&mut self, message: Message) -> Vec<Action> {
        self.trouble = None;
        match message {
            Message::Again => {
                self.step = Step::Comparing;
                self.typed = Secret::default();
            }
            Message::Closed => {}
            Message::Copied => {
                let text = self.number.as_ref().map(|number| number.digits.clone()).unwrap_or_default();
                return vec![Action::Copy { text: Secret::new(text), said: Notice::Copied }];
            }
            Message::Confirmed if self.step == Step::Matching => {
                let digits = self.number.as_ref().map(|number| number.digits.clone());
                return digits.map(|digits| self.check(Secret::new(digits))).into_iter().collect();
            }
            Message::Confirmed => {}
            Message::Differ => self.step = Step::Different,
            Message::Match => self.step = Step::Matching,
            Message::PathTyped(path) => self.path = path,
            Message::PictureWanted => {
                self.unread = None;
                return vec![Action::PickPicture];
            }
            Message::PathSubmitted => return self.dropped(PathBuf::from(self.path.trim())),
            Message::Typed(typed) => self.typed = typed,
            Message::TypedSubmitted if digits(self.typed.as_str()) == DIGITS => {
                let typed = std::mem::take(&mut self.typed);
                return vec![self.check(typed)];
            }
            Message::TypedSubmitted => {}
        }
        Vec::new()
    }

    /// A picture was dropped on the window or its path typed.
    pub fn dropped(&mut self, path: PathBuf) -> Vec<Action> {
        if path.as_os_str().is_empty() {
            return Vec::new();
        }
        self.unread = None;
        vec![Action::Scan(path)]
    }

    /// A picture was looked at.
    pub fn scanned(&mut self, result: Result<Secret, ScanError>) -> Vec<Action> {
        match result {
            Ok(code) => vec![self.check(code)],
            Err(error) => {
                self.unread = Some(error);
                Vec::new()
            }
        }
    }

    /// Takes what came of a question; answers about other people are dropped.
    pub fn answered(&mut self, answer: &Answer) {
        match answer {
            Answer::SafetyNumber { account, result } if *account == self.account => match result {
                Ok(number) => self.number = Some(Number::new(number)),
                Err(error) => self.trouble = Some(error.code()),
            },
            Answer::Verified { account, result } if *account == self.account => match result {
                Ok(true) => {
                    self.verified = true;
                    self.step = Step::Same;
                }
                Ok(false) => self.step = Step::Different,
                Err(error) => {
                    self.step = Step::Comparing;
                    self.trouble = Some(error.code());
                }
            },
            _ => {}
        }
    }

    fn check(&mut self, seen: Secret) -> Action {
        self.step = Step::Checking;
        Ask::Verify { account: self.account, seen }.into()
    }
}

impl Number {
    fn new(number: &SafetyNumber) -> Self {
        Self { digits: number.digits.clone(), code: qr::data(&number.qr).ok() }
    }
}

fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Digits of a safety number.
const DIGITS: usize = 60;

#[cfg(test)]
mod tests;
