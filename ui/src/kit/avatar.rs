//! A person or a group as a coloured disc with initials, and the dot that says how they can be reached.

use iced::border::Radius;
use iced::widget::{center, container, stack};
use iced::{Border, Bottom, Color, Right, Theme};

use super::Element;
use super::font;
use super::icon::{Icon, icon};
use super::text::Role;
use super::theme::tokens;
use super::token::{Tokens, radius};
use super::words::Words;
use crate::model::text;

/// How somebody can be reached now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Over a connection of their own.
    Direct,
    /// Through somebody who passes frames on.
    Relayed,
    /// Not at all.
    Offline,
}

/// Which of the ten colours belongs to an identity: the same bytes always get the same one.
#[must_use]
pub fn color_of(identity: &[u8]) -> u8 {
    // FNV-1a: stable across versions and machines, which the standard hasher does not promise
    let hash = identity
        .iter()
        .fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    u8::try_from(hash % 10).unwrap_or_default()
}

/// A disc of `side` logical pixels with the initials of a name in one of ten colours; see [`color_of`].
#[must_use]
pub fn avatar<'a, M: 'a>(name: &str, color: u8, side: f32) -> Element<'a, M> {
    let initials = text::initials(name);
    if initials.is_empty() {
        return disc(icon(Icon::UserRound, (side * 0.5).round()).into(), color, side);
    }
    let glyphs = (side * if initials.chars().count() > 1 { 0.38 } else { 0.44 }).round();
    let role = Role { size: glyphs, line: (glyphs * 1.2).round(), font: font::SEMIBOLD };
    disc(Words::new(initials, role).into(), color, side)
}

/// A disc for a group.
#[must_use]
pub fn group<'a, M: 'a>(color: u8, side: f32) -> Element<'a, M> {
    disc(icon(Icon::UsersRound, (side * 0.5).round()).into(), color, side)
}

/// An avatar with a presence dot at its lower end corner, on the sidebar's or the header's ground.
#[must_use]
pub fn with_presence<'a, M: 'a>(avatar: Element<'a, M>, presence: Presence, side: f32) -> Element<'a, M> {
    let dot = container("").width(14.0).height(14.0).style(move |theme: &Theme| dot(theme, presence));
    let corner = container(dot).width(side).height(side).align_x(Right).align_y(Bottom);
    stack![avatar, corner].into()
}

fn disc<'a, M: 'a>(content: Element<'a, M>, color: u8, side: f32) -> Element<'a, M> {
    center(content)
        .width(side)
        .height(side)
        .style(move |theme: &Theme| disc_style(tokens(theme), color))
        .into()
}

fn disc_style(t: &Tokens, color: u8) -> container::Style {
    let (ground, text) =
        t.avatars.get(usize::from(color % 10)).copied().unwrap_or((Color::BLACK, Color::WHITE));
    container::Style {
        text_color: Some(text),
        background: Some(ground.into()),
        border: iced::border::rounded(radius::FULL),
        ..container::Style::default()
    }
}

fn dot(theme: &Theme, presence: Presence) -> container::Style {
    let t = tokens(theme);
    let fill = match presence {
        Presence::Direct => t.success,
        Presence::Relayed => t.accent,
        Presence::Offline => t.text_3,
    };
    container::Style {
        background: Some(fill.into()),
        border: Border { color: t.bg_side, width: 2.0, radius: Radius::new(radius::FULL) },
        ..container::Style::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_keeps_its_colour() {
        assert_eq!(color_of(b"hana"), color_of(b"hana"));
        assert!((0..=255_u8).map(|n| color_of(&[n])).all(|color| color < 10));
        let used: std::collections::BTreeSet<u8> = (0..=255_u8).map(|n| color_of(&[n])).collect();
        assert_eq!(used.len(), 10);
    }
}
