//! Lines between messages: days, what happened to the group, where unread messages begin.

use std::borrow::Cow;

use iced::widget::{center_x, container, row, rule};
use iced::{Center, Fill, Theme};

use super::Element;
use super::icon::{Icon, icon};
use super::text::caption;
use super::theme::{self, Tone, tokens};
use super::token::space;

/// The day as a pill.
#[must_use]
pub fn day<'a, M: 'a>(words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let pill = container(caption(words)).padding([space::S1, space::S3]).style(theme::pill);
    center_x(pill).padding([10.0, 0.0]).into()
}

/// What happened, with an icon before it.
#[must_use]
pub fn line<'a, M: 'a>(glyph: Icon, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let content = row![icon(glyph, 14.0), caption(words)].spacing(6.0).align_y(Center);
    let quiet = container(content).max_width(480.0).style(|theme: &Theme| container::Style {
        text_color: Some(tokens(theme).text_2),
        ..container::Style::default()
    });
    center_x(quiet).padding([6.0, space::S4]).into()
}

/// Where unread messages begin.
#[must_use]
pub fn unread<'a, M: 'a>(words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let hair = || {
        container(
            rule::horizontal(1)
                .style(|theme: &Theme| rule::Style { color: tokens(theme).accent, ..theme::hairline(theme) }),
        )
        .width(Fill)
    };
    row![hair(), caption(words).tone(Tone::Accent), hair()]
        .spacing(space::S3)
        .padding([10.0, 0.0])
        .align_y(Center)
        .into()
}
