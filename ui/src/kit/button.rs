//! Buttons with words, round buttons with an icon, and text that acts.

use std::borrow::Cow;

use iced::border::Radius;
use iced::widget::{row, space};
use iced::{Border, Center, Color};

use super::icon::{Icon, icon};
use super::pressable::{Look, Pressable, Status};
use super::text::{label, strong};
use super::token::{Tokens, radius, size, space as gap};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do here.
    Primary,
    /// Another choice.
    Secondary,
    /// A choice that stays in the background.
    Quiet,
    /// What cannot be taken back.
    Danger,
}

/// A button with words; give it `on_press`, else it is disabled.
#[must_use]
pub fn button<'a, M: Clone + 'a>(kind: Kind, words: impl Into<Cow<'a, str>>) -> Pressable<'a, M> {
    Pressable::new(strong(words).one_line())
        .padding([8.0, gap::S4])
        .height(40.0)
        .centered()
        .style(move |t, status| look(kind, t, status))
}

/// A button with an icon before its words.
#[must_use]
pub fn with_icon<'a, M: Clone + 'a>(
    kind: Kind,
    glyph: Icon,
    words: impl Into<Cow<'a, str>>,
) -> Pressable<'a, M> {
    let content = row![icon(glyph, 18.0), strong(words).one_line()].spacing(gap::S2).align_y(Center);
    Pressable::new(content)
        .padding([8.0, gap::S4])
        .height(40.0)
        .centered()
        .style(move |t, status| look(kind, t, status))
}

/// A round button with an icon; `name` says what it does to those who cannot see it.
#[must_use]
pub fn round<'a, M: Clone + 'a>(glyph: Icon, name: impl Into<String>) -> Pressable<'a, M> {
    Pressable::new(icon(glyph, 20.0))
        .name(name)
        .width(size::TOUCH)
        .height(size::TOUCH)
        .centered()
        .style(quiet_round)
}

/// A round button that stands out, as Send does.
#[must_use]
pub fn round_accent<'a, M: Clone + 'a>(glyph: Icon, name: impl Into<String>) -> Pressable<'a, M> {
    round(glyph, name).style(|t, status| {
        if status.disabled {
            return Look::filled(Color::TRANSPARENT, t.text_3, radius::FULL);
        }
        let strong = if status.hovered { t.accent_hover } else { t.accent };
        Look::filled(strong, t.on_accent, radius::FULL)
    })
}

/// Words that act, inside other text.
#[must_use]
pub fn link<'a, M: Clone + 'a>(words: impl Into<Cow<'a, str>>) -> Pressable<'a, M> {
    Pressable::new(label(words)).padding([gap::S1, gap::S1]).style(|t, status| {
        let text = if status.hovered { t.accent_hover } else { t.accent };
        Look { text: Some(text), border: iced::border::rounded(radius::JOINED), ..Look::default() }
    })
}

/// A pill that floats over a list: "3 new messages", with an arrow.
#[must_use]
pub fn floating<'a, M: Clone + 'a>(glyph: Icon, words: impl Into<Cow<'a, str>>) -> Pressable<'a, M> {
    let content = row![icon(glyph, 16.0), label(words).one_line()].spacing(6.0).align_y(Center);
    Pressable::new(content).padding([0.0, gap::S3]).height(34.0).centered().style(|t, status| Look {
        border: Border { color: t.border, width: 1.0, radius: Radius::new(radius::FULL) },
        ..Look::filled(if status.hovered { t.bg_hover } else { t.bg_elev }, t.accent, radius::FULL)
    })
}

/// A menu's entry: icon and words over the whole width.
#[must_use]
pub fn menu_item<'a, M: Clone + 'a>(
    glyph: Icon,
    words: impl Into<Cow<'a, str>>,
    danger: bool,
) -> Pressable<'a, M> {
    let content = row![icon(glyph, 18.0), super::text::body(words).one_line(), space::horizontal()]
        .spacing(gap::S3)
        .align_y(Center);
    Pressable::new(content).padding([8.0, gap::S3]).height(40.0).width(iced::Fill).style(move |t, status| {
        let ground = if status.hovered || status.focused { t.bg_hover } else { Color::TRANSPARENT };
        Look::filled(ground, if danger { t.danger } else { t.text }, radius::CONTROL)
    })
}

/// A choice among a few: a chip that is filled while chosen.
#[must_use]
pub fn chip<'a, M: Clone + 'a>(words: impl Into<Cow<'a, str>>, chosen: bool) -> Pressable<'a, M> {
    Pressable::new(label(words).one_line()).padding([6.0, gap::S3]).height(32.0).centered().style(
        move |t, status| {
            let ground = match (chosen, status.hovered) {
                (true, _) => t.chip_own,
                (false, true) => t.bg_hover,
                (false, false) => Color::TRANSPARENT,
            };
            Look {
                border: Border {
                    color: if chosen { t.accent } else { t.control },
                    width: 1.0,
                    radius: Radius::new(radius::FULL),
                },
                ..Look::filled(ground, if chosen { t.on_chip_own } else { t.text }, radius::FULL)
            }
        },
    )
}

fn quiet_round(t: &Tokens, status: Status) -> Look {
    let ground = if status.hovered && !status.disabled { t.bg_hover } else { Color::TRANSPARENT };
    Look::filled(ground, if status.disabled { t.text_3 } else { t.text_2 }, radius::FULL)
}

fn look(kind: Kind, t: &Tokens, status: Status) -> Look {
    if status.disabled {
        return Look::filled(t.bg_hover, t.text_3, radius::CONTROL);
    }
    let outlined = |look: Look| Look {
        border: Border { color: t.control, width: 1.0, radius: Radius::new(radius::CONTROL) },
        ..look
    };
    let hover = if status.hovered { t.bg_hover } else { Color::TRANSPARENT };
    match kind {
        Kind::Primary => {
            let strong = if status.hovered { t.accent_hover } else { t.accent };
            Look::filled(strong, t.on_accent, radius::CONTROL)
        }
        Kind::Secondary => outlined(Look::filled(hover, t.text, radius::CONTROL)),
        Kind::Quiet => Look::filled(hover, t.accent, radius::CONTROL),
        Kind::Danger => Look::filled(t.danger, t.on_danger, radius::CONTROL),
    }
}
