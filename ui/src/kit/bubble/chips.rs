//! The emoji under a bubble.

use iced::Center;
use iced::widget::{Row, row};

use super::Reaction;
use crate::kit::pressable::{Look, Pressable};
use crate::kit::text::{Role, micro, role};
use crate::kit::token::{radius, space};
use crate::kit::{Element, font};

pub(super) fn chips<'a, M: Clone + 'a>(reactions: Vec<Reaction<'a, M>>) -> Option<Element<'a, M>> {
    if reactions.is_empty() {
        return None;
    }
    let chips = reactions.into_iter().map(|reaction| {
        let own = reaction.own;
        let mut content = row![role(EMOJI_CHIP, reaction.emoji)].spacing(space::S1).align_y(Center);
        if reaction.count > 1 {
            content = content.push(micro(reaction.count.to_string()));
        }
        Pressable::new(content)
            .on_press_maybe(reaction.press)
            .name(reaction.names)
            .padding([0.0, 7.0])
            .height(26.0)
            .style(move |t, status| {
                let (ground, text) = match (own, status.hovered) {
                    (true, _) => (t.chip_own, t.on_chip_own),
                    (false, true) => (t.bg_hover, t.text),
                    (false, false) => (t.bubble_in, t.text),
                };
                let border = iced::Border { color: t.bg, width: 2.0, radius: radius::FULL.into() };
                Look { background: Some(ground), text: Some(text), border }
            })
            .into()
    });
    Some(Row::with_children(chips).spacing(2.0).wrap().into())
}

const EMOJI_CHIP: Role = Role { size: 14.0, line: 18.0, font: font::EMOJI };
