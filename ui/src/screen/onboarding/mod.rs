//! The first start, step by step: welcome, name and passphrase, visibility, recovery phrase; or the way back
//! with a recovery phrase. Nothing is on disk before the person has chosen everything.

mod identity;
pub(crate) use phrase::box_of_words;

mod phrase;
mod visibility;
mod welcome;

use undertone::api::ProfileInfo;

use super::{Action, Ctx, Notice};
use crate::bridge::{Answer, Ask, Secret};
use crate::kit::Element;
use crate::model::passphrase::{Strength, strength, two_places};
use crate::model::time::Language;

/// Where the person is, and what was typed so far.
#[derive(Debug, Default)]
pub struct State {
    step: Step,
    way: Way,
    name: String,
    passphrase: Secret,
    again: Secret,
    shown: bool,
    tried: bool,
    visible: Option<bool>,
    words: Secret,
    busy: bool,
    trouble: Option<&'static str>,
    made: Option<Made>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Welcome,
    Words,
    Identity,
    Visibility,
    Phrase,
    Check,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    #[default]
    New,
    Back,
}

/// The account is there; its recovery phrase is to be kept.
#[derive(Debug)]
struct Made {
    info: ProfileInfo,
    phrase: Secret,
    revealed: bool,
    places: [usize; 2],
    typed: [Secret; 2],
    wrong: bool,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The passphrase was typed again.
    AgainTyped(Secret),
    /// Back to the step before.
    Back,
    /// The two asked words were typed, and are to be checked.
    Checked,
    /// One of the two asked words was typed.
    CheckTyped(usize, Secret),
    /// A language was chosen.
    LanguageChosen(Language),
    /// The recovery phrase is to be kept later.
    Later,
    /// The name was typed.
    NameTyped(String),
    /// On to the next step.
    Next,
    /// The passphrase was typed.
    PassphraseTyped(Secret),
    /// The recovery phrase is to be copied.
    PhraseCopied,
    /// The recovery phrase is to be shown.
    PhraseRevealed,
    /// The person has a recovery phrase.
    RestoreChosen,
    /// The passphrase is to be shown, or hidden again.
    ShownToggled,
    /// A new account is wanted.
    StartChosen,
    /// Whether to be visible was chosen.
    VisibleChosen(bool),
    /// The recovery phrase was typed.
    WordsTyped(Secret),
}

impl State {
    /// Takes what the person did. `random` is a number nobody can foresee.
    pub fn update(&mut self, message: Message, random: u64) -> Vec<Action> {
        self.trouble = None;
        match message {
            Message::AgainTyped(again) => self.again = again,
            Message::Back => self.back(),
            Message::Checked => return self.check(),
            Message::CheckTyped(which, word) => {
                if let Some(made) = &mut self.made
                    && let Some(typed) = made.typed.get_mut(which)
                {
                    *typed = word;
                    made.wrong = false;
                }
            }
            Message::LanguageChosen(language) => return vec![Action::Language(language)],
            Message::Later => return self.enter(),
            Message::NameTyped(name) => self.name = name,
            Message::Next => return self.next(random),
            Message::PassphraseTyped(passphrase) => self.passphrase = passphrase,
            Message::PhraseCopied => {
                let text = self.made.as_ref().map(|made| made.phrase.clone()).unwrap_or_default();
                return vec![Action::Copy { text, said: Notice::PhraseCopied }];
            }
            Message::PhraseRevealed => {
                if let Some(made) = &mut self.made {
                    made.revealed = true;
                }
            }
            Message::RestoreChosen => {
                (self.way, self.step) = (Way::Back, Step::Words);
                return vec![Action::Focus(WORDS)];
            }
            Message::ShownToggled => self.shown = !self.shown,
            Message::StartChosen => {
                (self.way, self.step) = (Way::New, Step::Identity);
                return vec![Action::Focus(NAME)];
            }
            Message::VisibleChosen(visible) => self.visible = Some(visible),
            Message::WordsTyped(words) => self.words = words,
        }
        Vec::new()
    }

    /// Takes what came of a question.
    pub fn answered(&mut self, answer: Answer, random: u64) -> Vec<Action> {
        match answer {
            Answer::Created(Ok(created)) => {
                self.busy = false;
                self.forget_passphrase();
                let phrase = Secret::new(created.recovery_phrase);
                let words = phrase.as_str().split_whitespace().count();
                self.made = Some(Made {
                    info: created.info,
                    phrase,
                    revealed: false,
                    places: two_places(words, random),
                    typed: [Secret::default(), Secret::default()],
                    wrong: false,
                });
                self.step = Step::Phrase;
                Vec::new()
            }
            Answer::Restored(Ok(info)) => {
                self.forget_passphrase();
                self.words = Secret::default();
                let visible = self.visible == Some(true);
                vec![
                    Ask::Visible(visible).into(),
                    Ask::PhraseKept.into(),
                    Action::Enter(Box::new(ProfileInfo { visible, phrase_kept: true, ..info })),
                ]
            }
            Answer::Created(Err(error)) | Answer::Restored(Err(error)) => {
                self.busy = false;
                self.trouble = Some(error.code());
                if error.code() == "wrong-phrase" {
                    self.step = Step::Words;
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The window's content.
    #[must_use]
    pub fn view<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        match self.step {
            Step::Welcome => welcome::welcome(ctx),
            Step::Words => welcome::words(self, ctx),
            Step::Identity => identity::view(self, ctx),
            Step::Visibility => visibility::view(self, ctx),
            Step::Phrase => phrase::phrase(self, ctx),
            Step::Check => phrase::check(self, ctx),
        }
    }

    fn back(&mut self) {
        self.step = match (self.step, self.way) {
            _ if self.busy => self.step,
            (Step::Visibility, _) => Step::Identity,
            (Step::Identity, Way::Back) => Step::Words,
            (Step::Check, _) => Step::Phrase,
            (Step::Phrase, _) => Step::Phrase,
            (Step::Identity | Step::Welcome | Step::Words, _) => Step::Welcome,
        };
    }

    fn next(&mut self, random: u64) -> Vec<Action> {
        match self.step {
            Step::Words if self.words_complete() => {
                self.step = Step::Identity;
                return vec![Action::Focus(NAME)];
            }
            Step::Identity => {
                self.tried = true;
                if self.identity_complete() {
                    self.step = Step::Visibility;
                }
            }
            Step::Visibility => return self.make(),
            Step::Phrase => {
                if let Some(made) = &mut self.made {
                    let words = made.phrase.as_str().split_whitespace().count();
                    made.places = two_places(words, random);
                    made.typed = [Secret::default(), Secret::default()];
                    self.step = Step::Check;
                    return vec![Action::Focus(CHECK)];
                }
            }
            Step::Check | Step::Welcome | Step::Words => {}
        }
        Vec::new()
    }

    fn make(&mut self) -> Vec<Action> {
        let Some(visible) = self.visible.filter(|_| !self.busy) else { return Vec::new() };
        self.busy = true;
        let (name, passphrase) = (self.name.trim().to_owned(), self.passphrase.clone());
        let ask = match self.way {
            Way::New => Ask::Create { name, passphrase, visible },
            Way::Back => Ask::Restore { phrase: self.words.clone(), name, passphrase },
        };
        vec![ask.into()]
    }

    fn check(&mut self) -> Vec<Action> {
        let Some(made) = &mut self.made else { return Vec::new() };
        let words: Vec<&str> = made.phrase.as_str().split_whitespace().collect();
        let right = made.places.iter().zip(&made.typed).all(|(place, typed)| {
            words.get(*place).is_some_and(|word| typed.as_str().trim().eq_ignore_ascii_case(word))
        });
        if !right {
            made.wrong = true;
            return Vec::new();
        }
        made.info.phrase_kept = true;
        let mut actions = vec![Ask::PhraseKept.into(), Action::Notify(Notice::PhraseKept)];
        actions.extend(self.enter());
        actions
    }

    fn enter(&mut self) -> Vec<Action> {
        self.made.take().map(|made| Action::Enter(Box::new(made.info))).into_iter().collect()
    }

    fn forget_passphrase(&mut self) {
        self.passphrase = Secret::default();
        self.again = Secret::default();
    }

    fn strength(&self) -> Strength {
        strength(self.passphrase.as_str())
    }

    fn same(&self) -> bool {
        self.passphrase == self.again
    }

    fn name_fits(&self) -> bool {
        undertone::model::Name::new(&self.name).is_some()
    }

    fn identity_complete(&self) -> bool {
        self.name_fits() && self.strength() > Strength::TooShort && self.same()
    }

    fn words_complete(&self) -> bool {
        self.words.as_str().split_whitespace().count() == PHRASE_WORDS
    }
}

/// Words of a recovery phrase.
const PHRASE_WORDS: usize = 24;
const NAME: &str = "onboarding-name";
const WORDS: &str = "onboarding-words";
const CHECK: &str = "onboarding-check";
