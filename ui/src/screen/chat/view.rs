//! How a conversation looks as a whole.

use iced::widget::{column, container, row, rule, space, stack};
use iced::{Bottom, Center, Fill, Padding, Right};
use undertone::api::ContactState;

use super::rows::{People, inset, line};
use super::{Beside, Message, State, composer, group, header};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::label;
use crate::kit::theme::{self, Tone};
use crate::kit::timeline::Timeline;
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, badge, banner, bubble, empty, system};
use crate::model::draft::Drafts;
use crate::model::group::{closed as closed_to_us, unreadable as unreadable_in};
use crate::model::row::Body;
use crate::model::world::World;
use crate::screen::{Ctx, say};
use crate::t;

/// The conversation, with the details beside it if they are open.
#[must_use]
pub fn view<'a>(
    state: &'a State,
    world: &'a World,
    drafts: &'a Drafts,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    let main = column![
        header::view(state, world, ctx),
        messages(state, world, ctx),
        unreadable(state, world, ctx),
        typing(state, world, ctx),
        foot(state, world, drafts, ctx),
    ]
    .width(Fill)
    .height(Fill);
    let details = match &state.details {
        Some(Beside::Group(members)) => {
            world.group(&state.chat).map(|group| members.view(group, world, ctx).map(Message::Members))
        }
        Some(Beside::Person(details)) => {
            let chat = world.chat(&state.chat);
            world
                .contact_of(&state.chat)
                .map(|contact| details.view(contact, chat, ctx).map(Message::Details))
        }
        None => None,
    };
    let (beside, over) = if ctx.width >= DETAILS_BESIDE { (details, None) } else { (None, details) };
    // the conversation stands in the same place with details and without, else it would lose its own
    let line = beside.is_some().then(|| rule::vertical(1).style(theme::hairline));
    let main = row![main].push(line).push(beside);
    let over = over.map(|details| container(iced::widget::opaque(details)).width(Fill).align_x(Right));
    stack![main].push(over).width(Fill).height(Fill).into()
}

fn messages<'a>(state: &'a State, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let contact = world.contact_of(&state.chat);
    let name = contact.map_or("", |contact| contact.name.as_str());
    if !state.loaded {
        // a short wait shows nothing; only a long one says so
        let waited = ctx.now_ms.saturating_sub(state.opened_ms) >= LOADING_MS;
        let words = waited.then(|| label(t!(texts, "loading")).tone(Tone::Secondary));
        return container(column![].push(words)).center(Fill).into();
    }
    if state.rows.is_empty() {
        let asked = contact.is_some_and(|contact| contact.state == ContactState::Asked);
        if world.is_group(&state.chat) {
            let (title, body) = (t!(texts, "group-empty-title"), t!(texts, "chat-group-note"));
            return empty::empty(Icon::LockKeyhole, title, body, None);
        }
        let title = if asked {
            t!(texts, "request-sent", name = name)
        } else {
            t!(texts, "chat-empty-title", name = name)
        };
        return empty::empty(Icon::LockKeyhole, title, t!(texts, "chat-empty-body"), None);
    }
    let room = if ctx.width >= DETAILS_BESIDE { gap::S6 } else { gap::S4 };
    let known = world.group(&state.chat);
    let people = People {
        world,
        chat: state.chat,
        group: world.is_group(&state.chat),
        open: known.is_none_or(|group| closed_to_us(group).is_none()),
    };
    let rows = &state.rows;
    let list = Timeline::new(
        rows.len(),
        move |index| rows.get(index).map_or(0, |row| row.key),
        move |index| match rows.get(index) {
            Some(row) => inset(line(state, row, people, ctx), room),
            None => space::horizontal().into(),
        },
    )
    .id("chat-messages")
    .jump(Some(state.jump))
    .on_need(state.timeline.more_before(), state.timeline.more_after(), Message::Needed)
    .on_viewport(Message::Viewed)
    .heading(move |index| {
        let day = rows.iter().take(index.saturating_add(1)).rev().find_map(|row| match &row.body {
            Body::Day(day) => Some(day.as_str()),
            Body::Bubble(_) | Body::Divider | Body::Shared(_) | Body::System(_) => None,
        });
        day.map_or_else(|| space::horizontal().into(), system::day)
    });
    let list = container(list).padding(Padding::ZERO.bottom(gap::S2)).width(Fill).height(Fill);
    stack![list, down(state, ctx)].width(Fill).height(Fill).into()
}

/// Back to the end, with how much is new there.
fn down<'a>(state: &'a State, ctx: Ctx<'a>) -> Element<'a, Message> {
    if state.at_end || !state.looked {
        return space::horizontal().into();
    }
    let texts = ctx.texts;
    let count = state.below;
    let (press, side) = if count > 0 {
        let words = t!(texts, "new-messages", count = count);
        (button::with_icon(Kind::Primary, Icon::ArrowDown, words), Center)
    } else {
        (button::round_accent(Icon::ArrowDown, t!(texts, "jump-newest")), iced::Alignment::End)
    };
    container(press.on_press(Message::NewestWanted))
        .padding(gap::S4)
        .width(Fill)
        .height(Fill)
        .align_x(side)
        .align_y(Bottom)
        .into()
}

/// After the newest message: what has come and cannot be read yet.
fn unreadable<'a>(state: &'a State, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let Some(waiting) = world.group(&state.chat).and_then(unreadable_in) else {
        return space::horizontal().into();
    };
    let line = system::line(Icon::KeyRound, say::unreadable(ctx.texts, &waiting));
    container(line).padding([gap::S1, gap::S4]).width(Fill).into()
}

fn typing<'a>(state: &'a State, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let writers = group::writers(world, &state.chat);
    if writers.is_empty() {
        return space::horizontal().into();
    }
    let words = say::typing(ctx.texts, &writers);
    container(bubble::typing(0, words)).padding([gap::S1, gap::S4]).into()
}

/// The composer, or why there is none.
fn foot<'a>(state: &'a State, world: &'a World, drafts: &'a Drafts, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    if let Some(closed) = group::closed(world, &state.chat, ctx) {
        return closed;
    }
    let contact = world.contact_of(&state.chat);
    let name = contact.map(|contact| crate::model::text::name(&contact.name)).unwrap_or_default();
    if contact.is_some_and(|contact| contact.blocked) {
        let unblock = button::button(Kind::Secondary, t!(texts, "unblock")).on_press(Message::Unblocked);
        return closed(
            badge::mark(Icon::Ban, t!(texts, "blocked-note", name = name), Tone::Secondary),
            Some(unblock.into()),
        );
    }
    match contact.map(|contact| contact.state) {
        Some(ContactState::KeyChanged) => {
            let review =
                button::button(Kind::Secondary, t!(texts, "review")).on_press(Message::KeyAcceptWanted);
            let words = t!(texts, "key-changed-banner", name = name);
            let acts = [review.into()];
            banner::with_icon(banner::Kind::Warning, Icon::ShieldAlert, words, acts)
        }
        Some(ContactState::Asked) => {
            closed(badge::mark(Icon::Clock, t!(texts, "composer-asked", name = name), Tone::Secondary), None)
        }
        Some(ContactState::Contact | ContactState::Member | ContactState::Request) | None => {
            composer::view(state, world, drafts, ctx)
        }
    }
}

/// In the composer's place: why nothing can be written, and what can be done instead.
pub(super) fn closed<'a>(
    words: Element<'a, Message>,
    act: Option<Element<'a, Message>>,
) -> Element<'a, Message> {
    let line = row![container(words).width(Fill)].push(act).spacing(gap::S3).align_y(Center);
    let line = container(line).padding([gap::S2, gap::S4]).center_y(size::HEADER);
    column![rule::horizontal(1).style(theme::hairline), line].into()
}

/// From this window width on, details stand beside the conversation.
const DETAILS_BESIDE: f32 = 1100.0;
/// A wait shorter than this is not worth a word, milliseconds.
const LOADING_MS: i64 = 150;
