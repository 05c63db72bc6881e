//! That somebody is writing, as a bubble of its own.

use std::borrow::Cow;

use iced::widget::{Row, container, row};
use iced::{Center, Color, Theme};

use crate::kit::Element;
use crate::kit::text::caption;
use crate::kit::theme::{Tone, tokens};
use crate::kit::token::{radius, space};

/// Three dots of somebody writing, in a bubble of their own. `phase` counts 0, 1, 2 for the dot that stands out; a still
/// picture is as good.
#[must_use]
pub fn typing<'a, M: 'a>(phase: u8, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let dots = (0..3_u8).map(|n| {
        container(iced::widget::space().width(6.0).height(6.0))
            .style(move |theme: &Theme| {
                let t = tokens(theme);
                let color = if n == phase % 3 { t.text_2 } else { Color { a: 0.45, ..t.text_2 } };
                container::Style {
                    background: Some(color.into()),
                    border: iced::border::rounded(radius::FULL),
                    ..container::Style::default()
                }
            })
            .into()
    });
    let pill = iced::widget::center(Row::with_children(dots).spacing(5.0)).width(52.0).height(34.0).style(
        |theme: &Theme| container::Style {
            background: Some(tokens(theme).bubble_in.into()),
            border: iced::border::rounded(radius::BUBBLE),
            ..container::Style::default()
        },
    );
    row![pill, caption(words).tone(Tone::Secondary)].spacing(space::S2).align_y(Center).into()
}
