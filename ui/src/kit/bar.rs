//! The bar over a conversation or a page: who or what it is, and what can be done.

use std::borrow::Cow;

use iced::widget::{column, container, row, rule};
use iced::{Center, Fill};

use super::text::{heading, label, strong};
use super::theme::{self, Tone};
use super::token::{size, space};
use super::{Element, badge};

/// A conversation's header: avatar, name, whether verified, a line of presence, and actions.
#[must_use]
pub fn header<'a, M: 'a>(
    avatar: Element<'a, M>,
    name: impl Into<Cow<'a, str>>,
    verified: bool,
    presence: impl Into<Cow<'a, str>>,
    actions: impl IntoIterator<Item = Element<'a, M>>,
) -> Element<'a, M> {
    let mut first = row![strong(name).one_line()].spacing(space::S1).align_y(Center);
    if verified {
        first = first.push(badge::verified(15.0));
    }
    let texts = column![first, label(presence).one_line().tone(Tone::Secondary)].width(Fill);
    framed(row![avatar, texts].spacing(space::S3).align_y(Center).extend(actions).into())
}

/// A page's bar: something at the start (a back button), a title, and actions.
#[must_use]
pub fn page<'a, M: 'a>(
    start: Option<Element<'a, M>>,
    title: impl Into<Cow<'a, str>>,
    actions: impl IntoIterator<Item = Element<'a, M>>,
) -> Element<'a, M> {
    let line = row![].push(start).push(heading(title).one_line().width(Fill)).extend(actions);
    framed(line.spacing(space::S2).align_y(Center).into())
}

fn framed<'a, M: 'a>(content: Element<'a, M>) -> Element<'a, M> {
    let bar = container(content).padding([0.0, space::S4]).width(Fill).center_y(size::HEADER);
    column![bar, rule::horizontal(1).style(theme::hairline)].into()
}
