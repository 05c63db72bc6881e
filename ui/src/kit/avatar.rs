//! A person or a group as a coloured disc with initials, a group with a picture as a round piece of it, and the dot that says how they can be reached.

use iced::border::Radius;
use iced::widget::image::Handle;
use iced::widget::{center, container, image, stack};
use iced::{Border, Bottom, Color, Right, Theme};

use super::Element;
use super::font;
use super::icon::{Icon, icon};
use super::pressable::{Look, Pressable};
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

/// A picture that stands in a disc instead of initials. Cheap to clone; making it again costs room until it is drawn.
#[derive(Debug, Clone)]
pub struct Face {
    large: Handle,
    small: Handle,
}

impl Face {
    /// Pixels a side of the squares a face is made of: for screens of twice as many pixels, and because what is drawn
    /// much smaller than it is flickers.
    pub const SIDES: [u32; 2] = [176, 96];

    /// A face from two squares of [`Self::SIDES`], four bytes (red, green, blue, alpha) a pixel.
    #[must_use]
    pub fn new([large, small]: [Vec<u8>; 2]) -> Self {
        let [wide, narrow] = Self::SIDES;
        let round = |side: u32, pixels| Handle::from_rgba(side, side, rounded(side, pixels));
        Self { large: round(wide, large), small: round(narrow, small) }
    }
}

/// A disc where nothing is yet.
#[must_use]
pub fn blank<'a, M: 'a>(side: f32) -> Element<'a, M> {
    let sign = icon(Icon::UsersRound, (side * 0.4).round());
    center(sign)
        .width(side)
        .height(side)
        .style(|theme: &Theme| {
            let t = tokens(theme);
            container::Style {
                text_color: Some(t.text_2),
                background: Some(t.bg_hover.into()),
                border: Border { color: t.control, width: 1.0, radius: Radius::new(radius::FULL) },
                ..container::Style::default()
            }
        })
        .into()
}

/// A disc that can be pressed to put another picture in its place, with a mark that says so.
#[must_use]
pub fn changeable<'a, M: Clone + 'a>(
    disc: Element<'a, M>,
    side: f32,
    name: impl Into<String>,
    press: M,
) -> Element<'a, M> {
    let mark = center(icon(Icon::Image, 14.0)).width(MARK).height(MARK).style(|theme: &Theme| {
        let t = tokens(theme);
        container::Style {
            text_color: Some(t.text),
            background: Some(t.bg_elev.into()),
            border: Border { color: t.control, width: 1.0, radius: Radius::new(radius::FULL) },
            ..container::Style::default()
        }
    });
    let corner = container(mark).width(side).height(side).align_x(Right).align_y(Bottom);
    Pressable::new(stack![disc, corner])
        .name(name)
        .on_press(press)
        .style(|t, status| Look {
            background: status.hovered.then_some(t.bg_hover),
            border: iced::border::rounded(radius::FULL),
            ..Look::default()
        })
        .into()
}

/// Side of the mark on a disc that can be changed, in logical pixels.
const MARK: f32 = 26.0;

/// A round picture of `side` logical pixels.
#[must_use]
pub fn pictured<'a, M: 'a>(face: &Face, side: f32) -> Element<'a, M> {
    let handle = if side > 48.0 { &face.large } else { &face.small };
    image(handle.clone()).width(side).height(side).into()
}

/// Clears what is outside the circle in a square of pixels, softly at its edge: not every renderer clips pictures.
fn rounded(side: u32, mut pixels: Vec<u8>) -> Vec<u8> {
    let side = usize::try_from(side).unwrap_or(1).max(1);
    let middle = near(side) / 2.0;
    for (row, line) in pixels.chunks_mut(side.saturating_mul(4)).enumerate() {
        for (column, pixel) in line.chunks_mut(4).enumerate() {
            let (x, y) = (near(column) + 0.5 - middle, near(row) + 0.5 - middle);
            let inside = (middle - x.hypot(y) + 0.5).clamp(0.0, 1.0);
            if let [.., alpha] = pixel {
                *alpha = faded(*alpha, inside);
            }
        }
    }
    pixels
}

/// Numbers of pixels are small.
fn near(pixels: usize) -> f32 {
    u16::try_from(pixels).map_or(f32::from(u16::MAX), f32::from)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn faded(alpha: u8, by: f32) -> u8 {
    (f32::from(alpha) * by).round() as u8
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
    fn a_face_is_clear_at_its_corners_and_whole_in_the_middle() {
        let pixels = rounded(8, vec![255; 8 * 8 * 4]);
        let alpha = |x: usize, y: usize| pixels[(y * 8 + x) * 4 + 3];
        assert_eq!([alpha(0, 0), alpha(7, 0), alpha(0, 7), alpha(7, 7)], [0; 4]);
        assert_eq!([alpha(3, 3), alpha(4, 4), alpha(1, 4)], [255; 3]);
        assert_eq!(pixels[..3], [255, 255, 255]);
    }

    #[test]
    fn an_identity_keeps_its_colour() {
        assert_eq!(color_of(b"hana"), color_of(b"hana"));
        assert!((0..=255_u8).map(|n| color_of(&[n])).all(|color| color < 10));
        let used: std::collections::BTreeSet<u8> = (0..=255_u8).map(|n| color_of(&[n])).collect();
        assert_eq!(used.len(), 10);
    }
}
