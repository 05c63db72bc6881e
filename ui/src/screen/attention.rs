//! Choosing of which messages of a conversation we want to be told, and for how long. Knows no screen.

use iced::widget::{Column, Row, column};
use undertone::api::{Chat, ChatKind, NotifyMode};

use super::Ctx;
use crate::kit::Element;
use crate::kit::button;
use crate::kit::text::{caption, label};
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::model::notify::{self, Span};
use crate::t;

/// The choices, with the one that is taken marked. In a conversation of two nobody is addressed by name, so that choice
/// is there only if it was taken elsewhere.
pub(super) fn choices<'a, M: Clone + 'a>(
    chat: &Chat,
    ctx: Ctx<'a>,
    take: impl Fn(NotifyMode, Span) -> M + 'a,
) -> Element<'a, M> {
    let texts = ctx.texts;
    let taken = notify::mode(chat, ctx.now_ms);
    let until = chat.notify_until_ms.filter(|_| taken != NotifyMode::All);
    // who chooses another mode has not said anything of the time that runs
    let span = |mode| until.filter(|_| mode != NotifyMode::All).map_or(Span::Good, Span::Until);
    let all = [
        (NotifyMode::All, t!(texts, "notify-all")),
        (NotifyMode::Mentions, t!(texts, "notify-mentions")),
        (NotifyMode::None, t!(texts, "notify-none")),
    ];
    let offered = |mode| mode != NotifyMode::Mentions || chat.kind == ChatKind::Group || mode == taken;
    let modes = all.into_iter().filter(|(mode, _)| offered(*mode)).map(|(mode, words)| {
        let other = (mode != taken).then(|| take(mode, span(mode)));
        button::chip(words, mode == taken).on_press_maybe(other).into()
    });
    let modes = Row::with_children(modes).spacing(gap::S2).wrap();
    let spans = (taken != NotifyMode::All).then(|| {
        let spans = Span::ALL.into_iter().map(|span| {
            let words = match span {
                Span::Hour => t!(texts, "notify-hour"),
                Span::Shift => t!(texts, "notify-shift"),
                Span::Good | Span::Until(_) => t!(texts, "notify-good"),
            };
            let chosen = span == Span::Good && until.is_none();
            button::chip(words, chosen).on_press(take(taken, span)).into()
        });
        Row::with_children(spans).spacing(gap::S2).wrap()
    });
    let ends = until.map(|until| {
        let until = i64::try_from(until).unwrap_or(i64::MAX);
        let far = ctx.labels.different_days(until, ctx.now_ms);
        let time = if far { ctx.labels.full(until) } else { ctx.labels.clock(until) };
        caption(t!(texts, "notify-until", time = time)).tone(Tone::Secondary)
    });
    let note = (taken == NotifyMode::Mentions)
        .then(|| caption(t!(texts, "notify-mentions-note")).tone(Tone::Secondary));
    let title = label(t!(texts, "notify-title")).tone(Tone::Secondary);
    let inside: Column<'a, M, iced::Theme, iced::Renderer> =
        column![title, modes].push(note).push(spans).push(ends);
    inside.spacing(gap::S2).into()
}
