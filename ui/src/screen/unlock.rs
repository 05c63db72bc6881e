//! The passphrase. Says nothing about which part of it was wrong, and forgets it as soon as it was used.

use iced::widget::{column, container};
use iced::{Center, Fill};

use super::{Action, Ctx, form};
use crate::bridge::{Answer, Ask, Secret};
use crate::kit::button::{self, Kind};
use crate::kit::text::{body, display};
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::kit::{Element, banner, brand, field};
use crate::t;

/// What was typed, and whether it is being tried.
#[derive(Debug, Default)]
pub struct State {
    passphrase: Secret,
    shown: bool,
    busy: bool,
    wrong: bool,
    trouble: Option<&'static str>,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The passphrase is to be shown, or hidden again.
    ShownToggled,
    /// The passphrase is to be tried.
    Submitted,
    /// The passphrase was typed.
    Typed(Secret),
}

impl State {
    /// The widget that wants the keyboard first.
    pub const FIELD: &'static str = "unlock-passphrase";

    /// Takes what the person did.
    pub fn update(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::ShownToggled => self.shown = !self.shown,
            Message::Submitted if self.ready() => {
                self.busy = true;
                self.trouble = None;
                self.shown = false;
                return vec![Ask::Unlock(self.passphrase.clone()).into()];
            }
            Message::Submitted => {}
            Message::Typed(passphrase) if !self.busy => {
                self.passphrase = passphrase;
                self.wrong = false;
            }
            Message::Typed(_) => {}
        }
        Vec::new()
    }

    /// Takes what came of a question.
    pub fn answered(&mut self, answer: Answer) -> Vec<Action> {
        match answer {
            Answer::Unlocked(Ok(info)) => {
                self.passphrase = Secret::default();
                vec![Action::Enter(Box::new(info))]
            }
            Answer::Unlocked(Err(error)) => {
                self.busy = false;
                self.wrong = error.code() == "wrong-passphrase";
                self.trouble = (!self.wrong).then_some(error.code());
                vec![Action::Focus(Self::FIELD)]
            }
            _ => Vec::new(),
        }
    }

    fn ready(&self) -> bool {
        !self.busy && !self.passphrase.as_str().is_empty()
    }

    /// The window's content.
    #[must_use]
    pub fn view<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let eye = if self.shown { t!(texts, "passphrase-hide") } else { t!(texts, "passphrase-show") };
        let field = field::Field::new(t!(texts, "unlock-label"), self.passphrase.as_str())
            .id(Self::FIELD)
            .secret()
            .reveal(Message::ShownToggled, self.shown, eye)
            .error(self.wrong.then(|| t!(texts, "unlock-wrong")));
        let field = if self.busy {
            field
        } else {
            field.on_input(|text| Message::Typed(Secret::new(text))).on_submit(Message::Submitted)
        };
        let action = if self.busy { t!(texts, "unlock-working") } else { t!(texts, "unlock-action") };
        let unlock = button::button(Kind::Primary, action)
            .width(Fill)
            .on_press_maybe(self.ready().then_some(Message::Submitted));
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let content = column![
            container(brand::mark(72.0)).center_x(Fill),
            column![
                display(t!(texts, "unlock-title-unnamed")).centered(),
                body(t!(texts, "app-tagline")).tone(Tone::Secondary).centered()
            ]
            .align_x(Center)
            .width(Fill)
            .spacing(gap::S1),
            field.view(),
        ]
        .push(trouble)
        .push(unlock)
        .spacing(gap::S5)
        .max_width(WIDTH);
        form(container(content).center_x(Fill))
    }
}

/// Width of the passphrase field, in logical pixels.
const WIDTH: f32 = 360.0;

#[cfg(test)]
mod tests {
    use undertone::api::ClientError;

    use super::*;
    use crate::model::example;

    fn typed(text: &str) -> State {
        let mut state = State::default();
        assert_eq!(state.update(Message::Typed(Secret::new(text.into()))), []);
        state
    }

    #[test]
    fn a_passphrase_is_tried_once_however_often_enter_is_pressed() {
        let mut state = typed("secret words");
        let ask = vec![Action::Ask(Ask::Unlock(Secret::new("secret words".into())))];
        assert_eq!(state.update(Message::Submitted), ask);
        assert_eq!(state.update(Message::Submitted), []);
    }

    #[test]
    fn an_empty_passphrase_is_not_tried() {
        assert_eq!(State::default().update(Message::Submitted), []);
    }

    #[test]
    fn a_wrong_passphrase_stays_in_the_field_and_the_keyboard_returns_there() {
        let mut state = typed("nearly");
        state.update(Message::Submitted);
        let actions = state.answered(Answer::Unlocked(Err(ClientError::WrongPassphrase)));
        assert_eq!(actions, [Action::Focus(State::FIELD)]);
        assert!(state.wrong && state.ready());
        state.update(Message::Typed(Secret::new("better".into())));
        assert!(!state.wrong);
    }

    #[test]
    fn the_right_passphrase_leads_in_and_is_forgotten() {
        let mut state = typed("right");
        state.update(Message::Submitted);
        let actions = state.answered(Answer::Unlocked(Ok(example::profile())));
        assert_eq!(actions, [Action::Enter(Box::new(example::profile()))]);
        assert!(state.passphrase.as_str().is_empty());
    }
}
