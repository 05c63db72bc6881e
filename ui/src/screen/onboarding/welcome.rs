//! The first page, and the page where a recovery phrase is typed.

use iced::widget::{Row, column, row, space};
use iced::{Center, Fill};

use super::{Message, PHRASE_WORDS, State, WORDS};
use crate::bridge::Secret;
use crate::i18n::Language;
use crate::kit::button::{self, Kind};
use crate::kit::icon::{Icon, toned};
use crate::kit::text::{body, display};
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::kit::{Element, banner, brand, field};
use crate::screen::{Ctx, form};
use crate::t;

pub(super) fn welcome<'a>(ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let point = |glyph: Icon, words: String| {
        row![toned(glyph, 20.0, Tone::Accent), body(words).width(Fill)].spacing(gap::S3).align_y(Center)
    };
    let points = column![
        point(Icon::LockKeyhole, t!(texts, "welcome-point-encrypted")),
        point(Icon::Unlink, t!(texts, "welcome-point-serverless")),
        point(Icon::Monitor, t!(texts, "welcome-point-yours")),
    ]
    .spacing(gap::S3);
    let languages = Language::ALL.into_iter().map(|language| {
        let name = match language {
            Language::English => t!(texts, "language-english"),
            Language::Korean => t!(texts, "language-korean"),
        };
        button::chip(name, language == texts.language()).on_press(Message::LanguageChosen(language)).into()
    });
    let languages =
        row![toned(Icon::Languages, 20.0, Tone::Secondary), Row::with_children(languages).spacing(gap::S2)]
            .spacing(gap::S3)
            .align_y(Center);
    let start =
        button::button(Kind::Primary, t!(texts, "welcome-start")).on_press(Message::StartChosen).width(Fill);
    let restore =
        button::button(Kind::Quiet, t!(texts, "restore-start")).on_press(Message::RestoreChosen).width(Fill);
    form(
        column![
            brand::mark(72.0),
            column![
                display(t!(texts, "welcome-title")).width(Fill),
                body(t!(texts, "welcome-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S2),
            points,
            column![start, restore].spacing(gap::S2),
            languages,
        ]
        .spacing(gap::S6),
    )
}

pub(super) fn words<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let count = state.words.as_str().split_whitespace().count();
    let counted = t!(texts, "restore-count", count = count, of = PHRASE_WORDS);
    let words = field::Field::new(t!(texts, "restore-label"), state.words.as_str().to_owned())
        .id(WORDS)
        .placeholder(t!(texts, "restore-placeholder"))
        .hint(counted)
        .error(state.trouble.map(|code| texts.error(code)))
        .on_input(|words| Message::WordsTyped(Secret::new(words)))
        .on_submit(Message::Next)
        .view();
    let next = button::button(Kind::Primary, t!(texts, "continue"))
        .on_press_maybe(state.words_complete().then_some(Message::Next));
    form(
        column![
            column![
                display(t!(texts, "restore-title")).width(Fill),
                body(t!(texts, "restore-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S2),
            words,
            banner::notice(banner::Kind::Info, t!(texts, "restore-note")),
            row![back(ctx), space::horizontal(), next].spacing(gap::S2),
        ]
        .spacing(gap::S6),
    )
}

pub(super) fn back<'a>(ctx: Ctx<'a>) -> Element<'a, Message> {
    button::with_icon(Kind::Quiet, Icon::ArrowLeft, t!(ctx.texts, "back")).on_press(Message::Back).into()
}
