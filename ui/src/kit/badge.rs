//! Small marks on other things: unread counts, the verified shield.

use std::borrow::Cow;

use iced::widget::{container, row};
use iced::{Center, Theme};

use super::Element;
use super::icon::{Icon, toned};
use super::text::{label, micro};
use super::theme::{Tone, tokens};
use super::token::{radius, space};

/// How many are unread; more than 999 show as `999+`. Quiet for muted conversations.
#[must_use]
pub fn unread<'a, M: 'a>(count: u64, quiet: bool) -> Element<'a, M> {
    let words = if count > 999 { "999+".to_owned() } else { count.to_string() };
    container(micro(words))
        .padding([0.0, 6.0])
        .height(20.0)
        .center_y(20.0)
        .style(move |theme: &Theme| {
            let t = tokens(theme);
            let (ground, text) = if quiet { (t.border, t.text_2) } else { (t.accent, t.on_accent) };
            container::Style {
                background: Some(ground.into()),
                text_color: Some(text),
                border: iced::border::rounded(radius::FULL),
                ..container::Style::default()
            }
        })
        .into()
}

/// That we are addressed: an `@` on a disk of this diameter, with the words for it.
#[must_use]
pub fn called<'a, M: 'a>(diameter: f32, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    container(micro("@").spoken(words))
        .center(diameter)
        .style(|theme: &Theme| {
            let t = tokens(theme);
            container::Style {
                background: Some(t.accent.into()),
                text_color: Some(t.on_accent),
                border: iced::border::rounded(radius::FULL),
                ..container::Style::default()
            }
        })
        .into()
}

/// The shield of a verified contact.
#[must_use]
pub fn verified<'a, M: 'a>(size: f32) -> Element<'a, M> {
    toned(Icon::ShieldCheck, size, Tone::Success).into()
}

/// An icon with a word beside it, in a tone.
#[must_use]
pub fn mark<'a, M: 'a>(glyph: Icon, words: impl Into<Cow<'a, str>>, tone: Tone) -> Element<'a, M> {
    row![toned(glyph, 16.0, tone), label(words).tone(tone)].spacing(space::S1).align_y(Center).into()
}
