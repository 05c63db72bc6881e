//! Choosing an emoji: a short row for reactions, a grid for writing.

use iced::widget::{Column, Row, container, scrollable};
use iced::{Center, Color};

use super::pressable::{Look, Pressable};
use super::text::{Role, role};
use super::token::{radius, space};
use super::{Element, font, theme};

/// What people react with most.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// What people write most, in the order of a keyboard: faces, hands, hearts, life, things.
#[rustfmt::skip]
pub const COMMON: [&str; 99] = [
    "😀", "😃", "😄", "😁", "😆", "😅", "😂", "🤣", "🙂",
    "😉", "😊", "😇", "🥰", "😍", "😘", "😋", "😜", "🤗",
    "🤭", "🤔", "🤐", "😐", "😏", "😒", "🙄", "😬", "😌",
    "😔", "😪", "😴", "😷", "🤒", "🥵", "🥶", "😵", "🤯",
    "🥳", "😎", "🤓", "😕", "😟", "😮", "😳", "🥺", "😢",
    "😭", "😱", "😓", "😩", "😤", "😡", "💀", "🙈", "👋",
    "🤚", "👌", "✌️", "🤞", "👈", "👉", "👍", "👎", "✊",
    "👏", "🙌", "🤝", "🙏", "💪", "👀", "❤️", "🧡", "💛",
    "💚", "💙", "💜", "🖤", "💔", "💯", "💥", "🔥", "✨",
    "🎉", "🎁", "🎂", "🌸", "🌈", "☀️", "🌙", "⭐", "🐶",
    "🐱", "🍎", "🍜", "🍕", "☕", "🍺", "⚽", "🚀", "✅",
];

const CELL: f32 = 36.0;
const COLUMNS: usize = 9;
const GLYPH: Role = Role { size: 22.0, line: 28.0, font: font::EMOJI };

/// One emoji that can be pressed.
fn cell<'a, M: Clone + 'a>(emoji: &'a str, pick: M) -> Element<'a, M> {
    Pressable::new(role(GLYPH, emoji))
        .on_press(pick)
        .width(CELL)
        .height(CELL)
        .centered()
        .style(|t, status| {
            Look::filled(
                if status.hovered { t.bg_hover } else { Color::TRANSPARENT },
                t.text,
                radius::CONTROL,
            )
        })
        .into()
}

/// The row for reactions.
#[must_use]
pub fn quick<'a, M: Clone + 'a>(pick: impl Fn(&'static str) -> M) -> Element<'a, M> {
    let cells = QUICK.iter().map(|emoji| cell(emoji, pick(emoji)));
    Row::with_children(cells).align_y(Center).into()
}

/// The grid for writing, in a card of its own.
#[must_use]
pub fn grid<'a, M: Clone + 'a>(pick: impl Fn(&'static str) -> M) -> Element<'a, M> {
    let rows = COMMON.chunks(COLUMNS).map(|row| {
        let cells = row.iter().map(|emoji| cell(emoji, pick(emoji)));
        Row::with_children(cells).into()
    });
    // room at the end for the scrollbar
    let room = iced::Padding { right: space::S4, ..iced::Padding::new(space::S1) };
    let grid =
        scrollable(container(Column::with_children(rows)).padding(room)).height(264.0).style(theme::scroll);
    container(grid).padding(space::S1).style(theme::card).into()
}

#[cfg(test)]
mod tests {
    use crate::model::emoji::is_emoji;

    #[test]
    fn everything_offered_is_one_emoji() {
        for emoji in super::QUICK.iter().chain(&super::COMMON) {
            assert!(is_emoji(emoji), "{emoji}");
        }
    }

    #[test]
    fn nothing_is_offered_twice() {
        let once: std::collections::BTreeSet<_> = super::COMMON.iter().collect();
        assert_eq!(once.len(), super::COMMON.len());
    }
}
