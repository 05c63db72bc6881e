//! Name and passphrase.

use iced::Fill;
use iced::widget::{column, row, space};

use super::{Message, NAME, State, Way, welcome::back};
use crate::bridge::Secret;
use crate::kit::button::{self, Kind};
use crate::kit::text::{body, display, heading};
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::kit::{Element, field};
use crate::model::passphrase::Strength;
use crate::screen::{Ctx, form};
use crate::t;

pub(super) fn view<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let next = button::button(Kind::Primary, t!(texts, "continue"))
        .on_press_maybe(state.identity_complete().then_some(Message::Next));
    let title = match state.way {
        Way::New => t!(texts, "name-title"),
        Way::Back => t!(texts, "restore-name-title"),
    };
    form(
        column![
            step(0, ctx),
            column![
                display(title).width(Fill),
                body(t!(texts, "name-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S2),
            name(state, ctx),
            column![
                heading(t!(texts, "passphrase-title")).width(Fill),
                body(t!(texts, "passphrase-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S1),
            passphrases(state, ctx),
            row![back(ctx), space::horizontal(), next].spacing(gap::S2),
        ]
        .spacing(gap::S5),
    )
}

fn name<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let error = if state.name.trim().is_empty() {
        state.tried.then(|| t!(texts, "name-empty"))
    } else {
        (!state.name_fits()).then(|| t!(texts, "name-too-long"))
    };
    field::Field::new(t!(texts, "name-label"), state.name.as_str())
        .id(NAME)
        .placeholder(t!(texts, "name-placeholder"))
        .error(error)
        .on_input(Message::NameTyped)
        .on_submit(Message::Next)
        .view()
}

fn passphrases<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let eye = if state.shown { t!(texts, "passphrase-hide") } else { t!(texts, "passphrase-show") };
    let (strength, empty) = (state.strength(), state.passphrase.as_str().is_empty());
    let short = (strength == Strength::TooShort && !empty)
        .then(|| t!(texts, "passphrase-short", count = Strength::FEWEST));
    let word = match strength {
        Strength::TooShort | Strength::Weak => t!(texts, "strength-weak"),
        Strength::Fair => t!(texts, "strength-fair"),
        Strength::Good => t!(texts, "strength-good"),
        Strength::Strong => t!(texts, "strength-strong"),
    };
    let first = field::Field::new(t!(texts, "passphrase-label"), state.passphrase.as_str())
        .id("onboarding-passphrase")
        .secret()
        .reveal(Message::ShownToggled, state.shown, eye.clone())
        .passed_over()
        .hint(t!(texts, "passphrase-hint"))
        .error(short)
        .on_input(|text| Message::PassphraseTyped(Secret::new(text)))
        .on_submit(Message::Next)
        .view();
    let differ = !state.same()
        && (state.tried || state.again.as_str().chars().count() >= state.passphrase.as_str().chars().count());
    let second = field::Field::new(t!(texts, "passphrase-again-label"), state.again.as_str())
        .id("onboarding-again")
        .secret()
        .reveal(Message::ShownToggled, state.shown, eye)
        .error(differ.then(|| t!(texts, "passphrase-different")))
        .on_input(|text| Message::AgainTyped(Secret::new(text)))
        .on_submit(Message::Next)
        .view();
    let meter = field::strength(strength.parts(), t!(texts, "passphrase-strength", strength = word));
    column![first, meter, second].spacing(gap::S3).into()
}

/// Where the person is: three steps.
pub(super) fn step<'a>(at: usize, ctx: Ctx<'a>) -> Element<'a, Message> {
    let said = t!(ctx.texts, "step-of", step = at.saturating_add(1), count = 3);
    field::progress(at, 3, said)
}
