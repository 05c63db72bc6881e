//! Whether people on this network may see our name: two equal answers, and none is given in advance.

use iced::Fill;
use iced::widget::{column, row, space};

use super::{Message, State, identity::step, welcome::back};
use crate::kit::button::{self, Kind};
use crate::kit::text::{body, display};
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::kit::{Element, banner, field};
use crate::screen::{Ctx, form};
use crate::t;

pub(super) fn view<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let answer = |visible: bool, words: String, hint: String| {
        field::option(words, hint, state.visible == Some(visible), Message::VisibleChosen(visible))
    };
    let answers = column![
        answer(true, t!(texts, "visible-yes"), t!(texts, "visible-yes-hint")),
        answer(false, t!(texts, "visible-no"), t!(texts, "visible-no-hint")),
    ]
    .spacing(gap::S3);
    let ready = state.visible.is_some() && !state.busy;
    let next =
        button::button(Kind::Primary, t!(texts, "continue")).on_press_maybe(ready.then_some(Message::Next));
    let note: Element<'a, Message> = if state.busy {
        body(t!(texts, "creating-profile")).tone(Tone::Secondary).into()
    } else {
        body(t!(texts, "visible-choose")).tone(Tone::Secondary).into()
    };
    let trouble = state.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
    let content = column![
        step(1, ctx),
        column![
            display(t!(texts, "visible-title")).width(Fill),
            body(t!(texts, "visible-body")).tone(Tone::Secondary).width(Fill)
        ]
        .spacing(gap::S2),
        answers,
        note,
    ]
    .push(trouble)
    .push(row![back(ctx), space::horizontal(), next].spacing(gap::S2))
    .spacing(gap::S5);
    form(content)
}
