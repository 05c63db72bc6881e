//! The recovery phrase: shown on request, copied, and two of its words asked back; or later.

use iced::Fill;
use iced::widget::{Column, Row, column, container, row, space};

use super::{CHECK, Made, Message, State, identity::step, welcome::back};
use crate::bridge::Secret;
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, display, mono};
use crate::kit::theme::{self, Tone};
use crate::kit::token::space as gap;
use crate::kit::{Element, banner, field};
use crate::screen::{Ctx, form};
use crate::t;

pub(super) fn phrase<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let made = state.made.as_ref();
    let revealed = made.is_some_and(|made| made.revealed);
    let copy = revealed.then(|| {
        button::with_icon(Kind::Quiet, Icon::Copy, t!(texts, "copy")).on_press(Message::PhraseCopied)
    });
    let written = button::button(Kind::Primary, t!(texts, "recovery-written"))
        .on_press_maybe(revealed.then_some(Message::Next));
    let later = button::button(Kind::Quiet, t!(texts, "later")).on_press(Message::Later);
    form(
        column![
            step(2, ctx),
            column![
                display(t!(texts, "recovery-title")).width(Fill),
                body(t!(texts, "recovery-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S2),
            box_of_words(
                made.filter(|made| made.revealed).map(|made| made.phrase.as_str()),
                ctx,
                Message::PhraseRevealed
            ),
            caption(t!(texts, "recovery-later-note")).tone(Tone::Secondary).width(Fill),
            row![later].push(copy).push(space::horizontal()).push(written).spacing(gap::S2),
        ]
        .spacing(gap::S5),
    )
}

/// The words in four columns, or a cover over them.
pub(crate) fn box_of_words<'a, M: Clone + 'a>(
    words: Option<&str>,
    ctx: Ctx<'a>,
    reveal: M,
) -> Element<'a, M> {
    let texts = ctx.texts;
    let Some(words) = words else {
        let show =
            button::with_icon(Kind::Secondary, Icon::Eye, t!(texts, "recovery-reveal")).on_press(reveal);
        let cover = column![show, caption(t!(texts, "recovery-hidden")).tone(Tone::Secondary).centered()]
            .spacing(gap::S3)
            .align_x(iced::Center);
        return container(cover).center_x(Fill).center_y(COVER).style(theme::well).into();
    };
    let words: Vec<String> = words
        .split_whitespace()
        .enumerate()
        .map(|(n, word)| format!("{:>2} {word}", n.saturating_add(1)))
        .collect();
    let lines = words.len().div_ceil(COLUMNS).max(1);
    let columns = words.chunks(lines).map(|column| {
        let words = column.iter().map(|word| mono(word.clone()).one_line().into());
        Column::with_children(words).spacing(gap::S2).width(Fill).into()
    });
    container(Row::with_children(columns).spacing(gap::S2))
        .padding(gap::S4)
        .width(Fill)
        .style(theme::well)
        .into()
}

const COLUMNS: usize = 3;
/// Height of the cover: about that of the words.
const COVER: f32 = 180.0;

pub(super) fn check<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let fields = state.made.iter().flat_map(|made| {
        made.places
            .iter()
            .zip(&made.typed)
            .enumerate()
            .map(move |(which, (place, typed))| word(made, which, *place, typed, ctx))
    });
    let filled = state
        .made
        .as_ref()
        .is_some_and(|made| made.typed.iter().all(|typed| !typed.as_str().trim().is_empty()));
    let done =
        button::button(Kind::Primary, t!(texts, "done")).on_press_maybe(filled.then_some(Message::Checked));
    let later = button::button(Kind::Quiet, t!(texts, "later")).on_press(Message::Later);
    let wrong = state.made.as_ref().filter(|made| made.wrong);
    let wrong = wrong.map(|_| banner::notice(banner::Kind::Danger, t!(texts, "recovery-check-wrong")));
    form(
        column![
            step(2, ctx),
            column![
                display(t!(texts, "recovery-check-title")).width(Fill),
                body(t!(texts, "recovery-check-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S2),
            Column::with_children(fields).spacing(gap::S3),
        ]
        .push(wrong)
        .push(row![back(ctx), space::horizontal(), later, done].spacing(gap::S2))
        .spacing(gap::S5),
    )
}

fn word<'a>(
    made: &'a Made,
    which: usize,
    place: usize,
    typed: &'a Secret,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    let id = if which == 0 { CHECK } else { "onboarding-check-2" };
    let last = which.saturating_add(1) == made.typed.len();
    field::Field::new(t!(ctx.texts, "recovery-check-word", number = place.saturating_add(1)), typed.as_str())
        .id(id)
        .on_input(move |word| Message::CheckTyped(which, Secret::new(word)))
        .on_submit(if last { Message::Checked } else { Message::CheckTyped(which, typed.clone()) })
        .view()
}
