//! Short messages in a corner that go away by themselves. When they go is the screen's affair.

use std::borrow::Cow;

use iced::widget::{column, container, row, stack};
use iced::{Center, Color, Fill, Theme};

use super::Element;
use super::banner::Kind;
use super::icon::{Icon, icon};
use super::pressable::{Look, Pressable};
use super::text::{label, strong};
use super::theme::tokens;
use super::token::{radius, size, space};

/// A toast: words, at most one action, and a cross.
#[derive(Debug, Clone)]
pub struct Toast<'a, M> {
    /// What it is about.
    pub kind: Kind,
    /// What it says.
    pub words: Cow<'a, str>,
    /// What can be done about it.
    pub action: Option<(Cow<'a, str>, M)>,
    /// What the cross says.
    pub dismiss: M,
    /// What the cross is called.
    pub dismiss_name: Cow<'a, str>,
}

/// Where toasts are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Corner {
    /// In the lower start corner.
    Lower,
    /// In the upper end corner, so many logical pixels below the edge: where the lower one is in use.
    Upper(f32),
}

/// Shows the newest three toasts over a window's content.
#[must_use]
pub fn over<'a, M: Clone + 'a>(
    base: impl Into<Element<'a, M>>,
    toasts: impl IntoIterator<Item = Toast<'a, M>>,
    corner: Corner,
) -> Element<'a, M> {
    let mut cards: Vec<Element<'a, M>> = toasts.into_iter().map(card).collect();
    let older = cards.len().saturating_sub(3);
    cards.drain(..older);
    let cards = column(cards).spacing(space::S2);
    let margin = iced::padding::all(space::S4);
    let cards = match corner {
        Corner::Lower => container(cards).padding(margin).align_bottom(Fill),
        Corner::Upper(below) => {
            container(cards).padding(margin.top(space::S2 + below)).width(Fill).align_right(Fill)
        }
    };
    stack![base.into(), cards].width(Fill).height(Fill).into()
}

fn card<'a, M: Clone + 'a>(toast: Toast<'a, M>) -> Element<'a, M> {
    let mut line = row![icon(toast.kind.icon(), 18.0), label(toast.words).width(Fill)];
    if let Some((words, message)) = toast.action {
        line = line.push(quiet(strong(words)).on_press(message));
    }
    let cross = quiet(icon(Icon::X, 16.0)).name(toast.dismiss_name).on_press(toast.dismiss);
    container(line.push(cross).spacing(space::S2).align_y(Center))
        .padding([10.0, space::S3])
        .width(size::TOAST)
        .style(|theme: &Theme| {
            let t = tokens(theme);
            container::Style {
                background: Some(t.toast.into()),
                text_color: Some(t.on_toast),
                border: iced::border::rounded(radius::CARD),
                ..container::Style::default()
            }
        })
        .into()
}

fn quiet<'a, M: Clone + 'a>(content: impl Into<Element<'a, M>>) -> Pressable<'a, M> {
    Pressable::new(content).padding(6.0).style(|t, status| Look {
        background: status.hovered.then_some(Color { a: 0.16, ..t.on_toast }),
        text: Some(t.on_toast),
        border: iced::border::rounded(radius::CONTROL),
    })
}
