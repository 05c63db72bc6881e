//! Above a conversation: who it is with, and whether they are here.

use iced::widget::{column, container, row, rule};
use iced::{Center, Fill};
use undertone::api::{Contact, ContactState, ConversationId, NotifyMode};

use super::{Message, State};
use crate::kit::avatar::Presence;
use crate::kit::button;
use crate::kit::icon::{Icon, spoken};
use crate::kit::text::{heading, label};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, badge, banner};
use crate::model::notify;
use crate::model::world::{Here, World, vouched};
use crate::screen::Ctx;
use crate::t;

pub(super) fn view<'a>(state: &'a State, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    if world.is_group(&state.chat) {
        return super::group::header(state, world, ctx);
    }
    let Some(contact) = world.contact_of(&state.chat) else {
        let title = world.chat(&state.chat).map(|chat| crate::model::text::name(&chat.title));
        return container(heading(title.unwrap_or_default()))
            .padding([0.0, gap::S4])
            .center_y(size::HEADER)
            .into();
    };
    let name = crate::model::text::name(&contact.name);
    let presence = if Here::from(contact) == Here::Now { Presence::Direct } else { Presence::Offline };
    let picture = avatar::with_presence(avatar::avatar(&name, contact.account.hue(), 36.0), presence, 36.0);
    let below = if !world.typing(&state.chat).is_empty() {
        label(t!(texts, "typing-one", name = name.as_str())).tone(Tone::Accent)
    } else {
        label(here(contact, ctx)).tone(Tone::Secondary)
    };
    let shield = vouched(contact).then(|| badge::verified(16.0));
    let who = column![
        row![heading(name).one_line()]
            .push(shield)
            .push(muted(world, &state.chat, ctx))
            .spacing(gap::S1)
            .align_y(Center),
        below.one_line()
    ]
    .width(Fill);
    let shield = if vouched(contact) { Icon::ShieldCheck } else { Icon::Shield };
    let verify = button::round(shield, t!(texts, "verify")).on_press(Message::VerifyWanted);
    let more = button::round(Icon::Ellipsis, t!(texts, "more")).on_press(Message::DetailsToggled);
    let line = row![picture, who, verify, more].spacing(gap::S3).align_y(Center);
    let line = container(line).padding([0.0, gap::S4]).center_y(size::HEADER);
    column![line, rule::horizontal(1).style(theme::hairline)].push(world.offline.then(|| offline(ctx))).into()
}

/// That we are not told of all messages, if it is so.
pub(super) fn muted<'a>(world: &World, chat: &ConversationId, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
    let mode = notify::mode(world.chat(chat)?, ctx.now_ms);
    let words = || t!(ctx.texts, "chat-muted");
    (mode != NotifyMode::All).then(|| spoken(Icon::BellOff, 14.0, Tone::Secondary, words()).into())
}

/// That this computer has no network.
pub(crate) fn offline<'a, M: 'a>(ctx: Ctx<'a>) -> Element<'a, M> {
    banner::with_icon(banner::Kind::Warning, Icon::WifiOff, t!(ctx.texts, "offline-banner"), [])
}

/// Whether somebody is here, in words.
pub(super) fn here(contact: &Contact, ctx: Ctx<'_>) -> String {
    let texts = ctx.texts;
    if contact.state == ContactState::Asked {
        return t!(texts, "request-sent", name = crate::model::text::name(&contact.name));
    }
    match Here::from(contact) {
        Here::Now => t!(texts, "presence-direct"),
        Here::Never => t!(texts, "presence-offline"),
        Here::Since(at) => t!(texts, "presence-last-seen", when = ctx.labels.listed(at, ctx.now_ms)),
    }
}
