//! Choosing what new members of a group see of earlier messages. Knows no group.

use iced::widget::{Row, column};
use undertone::api::History;

use crate::i18n::Texts;
use crate::kit::Element;
use crate::kit::button;
use crate::kit::text::label;
use crate::kit::theme::Tone;
use crate::kit::token::space as gap;
use crate::t;

/// The choices, with the one that is taken marked.
pub(super) fn choices<'a, M: Clone + 'a>(
    texts: &'a Texts,
    taken: History,
    take: impl Fn(History) -> M + 'a,
) -> Element<'a, M> {
    let some = if let History::Last(count) = taken { count } else { SOME };
    let all = [
        (History::None, t!(texts, "past-none")),
        (History::Last(some), t!(texts, "past-last", count = some)),
        (History::All, t!(texts, "past-all")),
    ];
    let buttons = all
        .into_iter()
        .map(|(history, words)| button::chip(words, history == taken).on_press(take(history)).into());
    let row = Row::with_children(buttons).spacing(gap::S2).wrap();
    column![label(t!(texts, "past-title")).tone(Tone::Secondary), row].spacing(gap::S2).into()
}

/// So many messages are offered if nobody has chosen another number.
const SOME: u32 = 100;
