//! What stands where nothing is yet: a picture, a title, a sentence and the one thing to do.

use std::borrow::Cow;

use iced::widget::{center, column, container};
use iced::{Center, Fill, Theme};

use super::Element;
use super::icon::{Icon, icon};
use super::text::{body, title};
use super::theme::{Tone, tokens};
use super::token::{radius, space};

/// An empty state in the middle of whatever room there is.
#[must_use]
pub fn empty<'a, M: 'a>(
    glyph: Icon,
    heading: impl Into<Cow<'a, str>>,
    sentence: impl Into<Cow<'a, str>>,
    action: Option<Element<'a, M>>,
) -> Element<'a, M> {
    let picture = center(icon(glyph, 36.0)).width(88.0).height(88.0).style(|theme: &Theme| {
        let t = tokens(theme);
        container::Style {
            background: Some(t.info_bg.into()),
            text_color: Some(t.accent),
            border: iced::border::rounded(radius::FULL),
            ..container::Style::default()
        }
    });
    let texts = column![title(heading).centered(), body(sentence).tone(Tone::Secondary).centered()]
        .spacing(space::S2)
        .max_width(360.0);
    let content = column![picture, texts].push(action).spacing(space::S5).align_x(Center);
    center(content).padding(space::S6).width(Fill).height(Fill).into()
}
