//! A line across the conversation that says what is the matter: offline, a changed key, a request.

use std::borrow::Cow;

use iced::widget::{container, row};
use iced::{Center, Color, Fill, Theme};

use super::Element;
use super::icon::{Icon, icon};
use super::text::label;
use super::theme::tokens;
use super::token::{Tokens, space};

/// What a banner is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warning,
    /// Something is wrong.
    Danger,
    /// Something went well.
    Success,
}

impl Kind {
    pub(super) fn colors(self, t: &Tokens) -> (Color, Color) {
        match self {
            Self::Info => (t.info_bg, t.info),
            Self::Warning => (t.warning_bg, t.warning),
            Self::Danger => (t.danger_bg, t.danger),
            Self::Success => (t.success_bg, t.success),
        }
    }

    pub(super) const fn icon(self) -> Icon {
        match self {
            Self::Info => Icon::Info,
            Self::Warning => Icon::TriangleAlert,
            Self::Danger => Icon::CircleAlert,
            Self::Success => Icon::CircleCheck,
        }
    }
}

/// A banner with words and the actions they call for, if any.
#[must_use]
pub fn banner<'a, M: 'a>(
    kind: Kind,
    words: impl Into<Cow<'a, str>>,
    actions: impl IntoIterator<Item = Element<'a, M>>,
) -> Element<'a, M> {
    with_icon(kind, kind.icon(), words, actions)
}

/// A banner with an icon of its own.
#[must_use]
pub fn with_icon<'a, M: 'a>(
    kind: Kind,
    glyph: Icon,
    words: impl Into<Cow<'a, str>>,
    actions: impl IntoIterator<Item = Element<'a, M>>,
) -> Element<'a, M> {
    let line =
        row![icon(glyph, 16.0), label(words).width(Fill)].spacing(space::S2).align_y(Center).extend(actions);
    container(line)
        .padding([space::S2, space::S4])
        .width(Fill)
        .style(move |theme: &Theme| {
            let (ground, text) = kind.colors(tokens(theme));
            container::Style {
                background: Some(ground.into()),
                text_color: Some(text),
                ..container::Style::default()
            }
        })
        .into()
}

/// The same as a card inside a form or a dialog.
#[must_use]
pub fn notice<'a, M: 'a>(kind: Kind, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let line = row![icon(kind.icon(), 18.0), label(words).width(Fill)].spacing(space::S2);
    container(line)
        .padding(space::S3)
        .width(Fill)
        .style(move |theme: &Theme| {
            let (ground, text) = kind.colors(tokens(theme));
            container::Style {
                background: Some(ground.into()),
                text_color: Some(text),
                border: iced::border::rounded(super::token::radius::CONTROL),
                ..container::Style::default()
            }
        })
        .into()
}
