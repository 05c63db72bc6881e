//! Settings: name, looks, who may see us, the recovery phrase, blocked people, and what the program is made
//! of.

mod view;

use undertone::api::{Account, NodeStatus, ProfileInfo};

use super::{Action, Notice};
use crate::bridge::{Answer, Ask, Secret};
use crate::model::time::Language;
use crate::platform::prefs::Appearance;

/// What is being changed.
#[derive(Debug, Default)]
pub struct State {
    name: String,
    known: String,
    phrase: Phrase,
    status: Option<NodeStatus>,
    licences: bool,
}

/// The recovery phrase behind the passphrase.
#[derive(Debug, Default)]
enum Phrase {
    #[default]
    Closed,
    Asking {
        passphrase: Secret,
        busy: bool,
        trouble: Option<&'static str>,
    },
    Open(Secret),
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Light or dark was chosen.
    AppearanceChosen(Appearance),
    /// Back to the conversations.
    Closed,
    /// The fingerprint is to be copied.
    FingerprintCopied(String),
    /// A language was chosen.
    LanguageChosen(Language),
    /// Undertone is to be locked.
    Locked,
    /// The licences are to be shown, or hidden again.
    LicencesToggled,
    /// The new name is to be kept.
    NameSubmitted,
    /// A new name was typed.
    NameTyped(String),
    /// The passphrase for the recovery phrase is to be tried.
    PassphraseSubmitted,
    /// The passphrase for the recovery phrase was typed.
    PassphraseTyped(Secret),
    /// The recovery phrase is to be hidden again.
    PhraseClosed,
    /// The recovery phrase is to be copied.
    PhraseCopied,
    /// The person says that the recovery phrase is written down.
    PhraseKept,
    /// The recovery phrase is wanted.
    PhraseWanted,
    /// Somebody is to be unblocked.
    Unblocked(Account),
    /// Whether to be visible was changed.
    VisibleChanged(bool),
}

impl State {
    /// Settings as they are now, and what is to be asked for them.
    #[must_use]
    pub fn open(me: &ProfileInfo) -> (Self, Vec<Action>) {
        let state = Self { name: me.name.clone(), known: me.name.clone(), ..Self::default() };
        (state, vec![Ask::Info.into(), Ask::Status.into()])
    }

    /// Takes what the person did. Closing is up to the screen around.
    pub fn update(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::AppearanceChosen(appearance) => return vec![Action::Appearance(appearance)],
            Message::Closed => self.phrase = Phrase::Closed,
            Message::FingerprintCopied(text) => {
                return vec![Action::Copy { text: Secret::new(text), said: Notice::Copied }];
            }
            Message::LanguageChosen(language) => return vec![Action::Language(language)],
            Message::Locked => return vec![Ask::Lock.into()],
            Message::LicencesToggled => self.licences = !self.licences,
            Message::NameSubmitted if self.name_is_new() => {
                return vec![Ask::Rename(self.name.trim().to_owned()).into()];
            }
            Message::NameSubmitted => {}
            Message::NameTyped(name) => self.name = name,
            Message::PassphraseSubmitted => return self.try_passphrase(),
            Message::PassphraseTyped(typed) => {
                if let Phrase::Asking { passphrase, trouble, busy: false } = &mut self.phrase {
                    *passphrase = typed;
                    *trouble = None;
                }
            }
            Message::PhraseClosed => self.phrase = Phrase::Closed,
            Message::PhraseCopied => {
                if let Phrase::Open(phrase) = &self.phrase {
                    return vec![Action::Copy { text: phrase.clone(), said: Notice::PhraseCopied }];
                }
            }
            Message::PhraseKept => return vec![Ask::PhraseKept.into()],
            Message::PhraseWanted => {
                self.phrase = Phrase::Asking { passphrase: Secret::default(), busy: false, trouble: None };
                return vec![Action::Focus(PASSPHRASE)];
            }
            Message::Unblocked(account) => return vec![Ask::Unblock(account).into()],
            Message::VisibleChanged(on) => return vec![Ask::Visible(on).into()],
        }
        Vec::new()
    }

    /// Takes what came of a question.
    pub fn answered(&mut self, answer: &Answer) {
        match answer {
            Answer::Phrase(Ok(phrase)) => {
                // the person may have left meanwhile
                if matches!(self.phrase, Phrase::Asking { busy: true, .. }) {
                    self.phrase = Phrase::Open(phrase.clone());
                }
            }
            Answer::Phrase(Err(error)) => {
                if let Phrase::Asking { busy, trouble, .. } = &mut self.phrase {
                    *busy = false;
                    *trouble = Some(error.code());
                }
            }
            Answer::Renamed(Ok(info)) => {
                self.name.clone_from(&info.name);
                self.known.clone_from(&info.name);
            }
            Answer::Status(Ok(status)) => self.status = Some(status.clone()),
            _ => {}
        }
    }

    fn try_passphrase(&mut self) -> Vec<Action> {
        match &mut self.phrase {
            Phrase::Asking { passphrase, busy, .. } if !*busy && !passphrase.as_str().is_empty() => {
                *busy = true;
                vec![Ask::RecoveryPhrase(std::mem::take(passphrase)).into()]
            }
            _ => Vec::new(),
        }
    }

    fn name_fits(&self) -> bool {
        undertone::model::Name::new(&self.name).is_some()
    }

    fn name_is_new(&self) -> bool {
        self.name_fits() && self.name.trim() != self.known
    }
}

const PASSPHRASE: &str = "settings-passphrase";

#[cfg(test)]
mod tests {
    use undertone::api::ClientError;

    use super::*;
    use crate::model::example;

    #[test]
    fn the_recovery_phrase_needs_the_passphrase_and_closes_with_the_settings() {
        let (mut state, _) = State::open(&example::profile());
        state.update(Message::PhraseWanted);
        assert_eq!(state.update(Message::PassphraseSubmitted), []);
        state.update(Message::PassphraseTyped(Secret::new("right".into())));
        let ask = Ask::RecoveryPhrase(Secret::new("right".into()));
        assert_eq!(state.update(Message::PassphraseSubmitted), [ask.into()]);
        state.answered(&Answer::Phrase(Err(ClientError::WrongPassphrase)));
        assert!(matches!(state.phrase, Phrase::Asking { trouble: Some("wrong-passphrase"), .. }));
        state.update(Message::PassphraseTyped(Secret::new("right".into())));
        state.update(Message::PassphraseSubmitted);
        state.answered(&Answer::Phrase(Ok(Secret::new("one two".into()))));
        assert!(matches!(state.phrase, Phrase::Open(_)));
        state.update(Message::Closed);
        assert!(matches!(state.phrase, Phrase::Closed));
    }

    #[test]
    fn a_phrase_that_comes_after_leaving_is_not_shown() {
        let (mut state, _) = State::open(&example::profile());
        state.answered(&Answer::Phrase(Ok(Secret::new("one two".into()))));
        assert!(matches!(state.phrase, Phrase::Closed));
    }

    #[test]
    fn only_a_new_and_usable_name_is_kept() {
        let (mut state, _) = State::open(&example::profile());
        assert_eq!(state.update(Message::NameSubmitted), []);
        state.update(Message::NameTyped("  ".into()));
        assert_eq!(state.update(Message::NameSubmitted), []);
        state.update(Message::NameTyped(" 하나 ".into()));
        assert_eq!(state.update(Message::NameSubmitted), [Ask::Rename("하나".into()).into()]);
    }
}
