//! People who ask to talk to us. Nothing rings, and they learn nothing until they are accepted.

use iced::widget::{Column, column, container, row, scrollable, space};
use iced::{Center, Fill};
use undertone::api::{Account, Contact};

use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, label, mono};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, empty};
use crate::model::row as lines;
use crate::model::world::World;
use crate::screen::Ctx;
use crate::t;

/// What the person did.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// Somebody is accepted.
    Accepted(Account),
    /// Somebody is to be blocked.
    Blocked(Account),
    /// Somebody's request is to be forgotten.
    Deleted(Account),
}

/// All requests, newest first.
#[must_use]
pub(super) fn view<'a>(world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let requests = world.requests();
    let top = container(heading(t!(texts, "requests-title"))).padding([0.0, gap::S6]).center_y(size::HEADER);
    if requests.is_empty() {
        let none =
            empty::empty(Icon::UserCheck, t!(texts, "requests-none"), t!(texts, "requests-none-body"), None);
        return column![top, none].into();
    }
    let cards = requests.into_iter().map(|request| card(world, request, ctx));
    let cards = Column::with_children(cards).spacing(gap::S4).max_width(WIDTH);
    let cards = scrollable(container(cards).center_x(Fill).padding([gap::S2, gap::S6])).style(theme::scroll);
    column![top, cards.height(Fill)].into()
}

fn card<'a>(world: &'a World, request: &'a Contact, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let account = request.account;
    let name = crate::model::text::name(&request.name);
    let said = world.chat(&request.chat).and_then(|chat| chat.last.as_ref()).and_then(lines::excerpt);
    let said = said.map(|said| container(body(said)).padding(gap::S3).width(Fill).style(theme::well));
    let who = row![
        avatar::avatar(&name, account.hue(), 48.0),
        column![
            heading(t!(texts, "request-title", name = name.as_str())).width(Fill),
            row![
                caption(t!(texts, "request-fingerprint")).tone(Tone::Secondary),
                mono(request.fingerprint.as_str()).one_line()
            ]
            .spacing(gap::S2)
            .align_y(Center),
        ]
        .spacing(gap::S1)
        .width(Fill),
    ]
    .spacing(gap::S3)
    .align_y(Center);
    let delete = button::button(Kind::Quiet, t!(texts, "request-delete")).on_press(Message::Deleted(account));
    let block =
        button::button(Kind::Secondary, t!(texts, "request-block")).on_press(Message::Blocked(account));
    let accept =
        button::button(Kind::Primary, t!(texts, "request-accept")).on_press(Message::Accepted(account));
    let inside = column![who]
        .push(said)
        .push(label(t!(texts, "request-body")).tone(Tone::Secondary).width(Fill))
        .push(row![delete, space::horizontal(), block, accept].spacing(gap::S2))
        .spacing(gap::S4);
    container(inside).padding(gap::S5).width(Fill).style(theme::card).into()
}

/// Width of the cards, in logical pixels.
const WIDTH: f32 = 640.0;
