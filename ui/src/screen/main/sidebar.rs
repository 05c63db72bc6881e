//! The side with the conversations: ourselves, the filter, requests, conversations, people nearby.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use iced::widget::{column, container, row, space};
use iced::{Center, Fill};
use undertone::api::{Account, MessageState, Nearby, ProfileInfo};

use super::Message;
use crate::kit::avatar::Presence;
use crate::kit::button;
use crate::kit::icon::Icon;
use crate::kit::row::Preview;
use crate::kit::text::{caption, label, strong};
use crate::kit::theme::{self, Tone};
use crate::kit::timeline::{Gravity, Timeline};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, badge, field, row as rows};
use crate::model::sidebar::{self, Context, Excerpt, Item};
use crate::model::world::{Here, World};
use crate::screen::{Ctx, say};
use crate::t;

/// One row of the side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A conversation.
    Conversation(Item),
    /// Above the people nearby.
    NearbyHeading,
    /// Nobody is nearby.
    NearbyNobody,
    /// Nothing is there yet, or nothing matches the filter.
    Nothing,
    /// So many people ask to talk to us.
    Requests(usize),
    /// Somebody nearby whom we do not know.
    Stranger(Nearby),
}

impl Entry {
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        std::mem::discriminant(self).hash(&mut hasher);
        match self {
            Self::Conversation(item) => item.chat.hash(&mut hasher),
            Self::Stranger(near) => near.account.hash(&mut hasher),
            Self::NearbyHeading | Self::NearbyNobody | Self::Nothing | Self::Requests(_) => {}
        }
        hasher.finish()
    }
}

/// The rows, in order.
#[must_use]
pub(super) fn entries(world: &World, filter: &str, context: &Context<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let requests = world.requests().len();
    if requests > 0 && filter.trim().is_empty() {
        entries.push(Entry::Requests(requests));
    }
    entries.extend(sidebar::items(world, filter, context).into_iter().map(Entry::Conversation));
    if !entries.iter().any(|entry| matches!(entry, Entry::Conversation(_))) {
        entries.push(Entry::Nothing);
    }
    let strangers: Vec<Entry> = world
        .strangers_nearby()
        .into_iter()
        .filter(|near| sidebar::matches(&near.name, filter))
        .map(|near| Entry::Stranger(near.clone()))
        .collect();
    if !strangers.is_empty() || filter.trim().is_empty() {
        entries.push(Entry::NearbyHeading);
        if strangers.is_empty() {
            entries.push(Entry::NearbyNobody);
        }
        entries.extend(strangers);
    }
    entries
}

/// What the side is drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    /// Ourselves.
    pub(super) me: &'a ProfileInfo,
    /// The rows.
    pub(super) entries: &'a [Entry],
    /// What the list is filtered by.
    pub(super) filter: &'a str,
    /// The row that is open.
    pub(super) open: Open,
    /// People nearby who are being asked.
    pub(super) asking: Option<Account>,
    /// Whether the lists have come in yet.
    pub(super) loaded: bool,
}

/// Which row is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// A conversation.
    Conversation(undertone::api::ConversationId),
    /// None.
    Nothing,
    /// The requests.
    Requests,
    /// The settings.
    Settings,
}

/// The id of the filter.
pub const FILTER: &str = "sidebar-filter";

/// The side at its full width.
#[must_use]
pub(super) fn view<'a>(side: Side<'a>, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let hue = side.me.account.map_or(0, |account| account.hue());
    let settings = button::round(Icon::Settings, t!(texts, "settings")).on_press(Message::SettingsOpened);
    let new = button::round(Icon::MessageCirclePlus, t!(texts, "new-conversation"))
        .on_press(Message::ConnectOpened);
    let group = button::round(Icon::UsersRound, t!(texts, "new-group")).on_press(Message::GatherOpened);
    let me = row![
        avatar::avatar(&side.me.name, hue, 36.0),
        strong(side.me.name.as_str()).one_line().width(Fill),
        group,
        new,
        settings
    ]
    .spacing(gap::S2)
    .align_y(Center);
    let me = container(me).padding([0.0, gap::S3]).center_y(size::HEADER);
    let search =
        field::search(&t!(texts, "search-placeholder"), side.filter, FILTER, Message::Filtered, None);
    let search = container(search).padding(iced::Padding::from([0.0, gap::S3]).bottom(gap::S2));
    let entries = side.entries;
    let list: Element<'a, Message> = if side.loaded {
        Timeline::new(
            entries.len(),
            move |index| entries.get(index).map_or(0, Entry::key),
            move |index| {
                entries.get(index).map_or_else(|| space::horizontal().into(), |entry| line(entry, side, ctx))
            },
        )
        .gravity(Gravity::Start)
        .id("sidebar-list")
        .into()
    } else {
        space::vertical().into()
    };
    container(column![me, search, list]).width(size::SIDEBAR).height(Fill).style(theme::side).into()
}

/// The side when the window is narrow: pictures only.
#[must_use]
pub(super) fn rail<'a>(side: Side<'a>, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let settings = button::round(Icon::Settings, t!(texts, "settings")).on_press(Message::SettingsOpened);
    let new = button::round(Icon::MessageCirclePlus, t!(texts, "new-conversation"))
        .on_press(Message::ConnectOpened);
    let top = container(new).center_x(Fill).center_y(size::HEADER);
    let entries = side.entries;
    let list = Timeline::new(
        entries.len(),
        move |index| entries.get(index).map_or(0, Entry::key),
        move |index| match entries.get(index) {
            Some(Entry::Conversation(item)) => {
                let selected = side.open == Open::Conversation(item.chat);
                rows::rail(
                    picture(item, ctx),
                    &item.name,
                    news(item, ctx),
                    selected,
                    Message::Opened(item.chat),
                )
            }
            Some(Entry::Requests(count)) => {
                let name = asking(*count, ctx);
                let open = button::round(Icon::UserPlus, name).on_press(Message::RequestsOpened);
                container(open).center_x(Fill).padding([gap::S2, 0.0]).into()
            }
            _ => space::horizontal().into(),
        },
    )
    .gravity(Gravity::Start);
    let group = button::round(Icon::UsersRound, t!(texts, "new-group")).on_press(Message::GatherOpened);
    let bottom = column![group, container(settings).center_y(size::HEADER)].align_x(Center).width(Fill);
    container(column![top, list, bottom]).width(size::RAIL).height(Fill).style(theme::side).into()
}

fn line<'a>(entry: &'a Entry, side: Side<'a>, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    match entry {
        Entry::Conversation(item) => conversation(item, side.open, ctx),
        Entry::NearbyHeading => heading(t!(texts, "nearby-title")),
        Entry::NearbyNobody => note(t!(texts, "nearby-empty-body"), side, ctx),
        Entry::Nothing if side.filter.trim().is_empty() => quiet(t!(texts, "chat-nobody-yet")),
        Entry::Nothing => quiet(t!(texts, "conversations-none-found-body", query = side.filter.trim())),
        Entry::Requests(count) => {
            let words = row![
                container(crate::kit::icon::toned(Icon::UserPlus, 22.0, Tone::Accent)).center(48.0),
                strong(asking(*count, ctx)).one_line().width(Fill),
                badge::unread(u64::try_from(*count).unwrap_or(u64::MAX), false),
            ]
            .spacing(gap::S3)
            .align_y(Center);
            rows::list_row(words, side.open == Open::Requests, Message::RequestsOpened)
        }
        Entry::Stranger(near) => stranger(near, side.asking, ctx),
    }
}

fn asking(count: usize, ctx: Ctx<'_>) -> String {
    t!(ctx.texts, "request-banner", count = count)
}

fn quiet<'a>(words: String) -> Element<'a, Message> {
    container(label(words).tone(Tone::Secondary).width(Fill)).padding([gap::S3, gap::S4]).into()
}

fn heading<'a>(words: String) -> Element<'a, Message> {
    let words = caption(words).tone(Tone::Secondary).width(Fill);
    container(words).padding(iced::Padding::from([gap::S2, gap::S4]).top(gap::S4)).into()
}

fn note<'a>(words: String, side: Side<'a>, ctx: Ctx<'a>) -> Element<'a, Message> {
    let hidden = (!side.me.visible)
        .then(|| caption(t!(ctx.texts, "nearby-hidden-note")).tone(Tone::Secondary).width(Fill));
    let words = column![label(words).tone(Tone::Secondary).width(Fill)].push(hidden).spacing(gap::S2);
    container(words).padding(iced::Padding::from([0.0, gap::S4]).bottom(gap::S4)).into()
}

fn picture<'a>(item: &Item, ctx: Ctx<'a>) -> Element<'a, Message> {
    if item.group {
        return ctx.group(&item.chat, &item.name, 48.0);
    }
    let presence = match item.here {
        Here::Now => Presence::Direct,
        Here::Never | Here::Since(_) => Presence::Offline,
    };
    avatar::with_presence(avatar::avatar(&item.name, item.hue, 48.0), presence, 48.0)
}

fn conversation<'a>(item: &'a Item, open: Open, ctx: Ctx<'a>) -> Element<'a, Message> {
    let data = rows::Conversation {
        avatar: picture(item, ctx),
        name: item.name.as_str().into(),
        verified: item.verified,
        time: item.time.as_str().into(),
        preview: preview(item, ctx),
        news: news(item, ctx),
        pinned: false,
        selected: open == Open::Conversation(item.chat),
    };
    rows::conversation(data, Message::Opened(item.chat))
}

fn news<'a>(item: &Item, ctx: Ctx<'a>) -> rows::News<'a> {
    rows::News {
        unread: item.unread.into(),
        called: item.called.then(|| t!(ctx.texts, "chat-addresses-you").into()),
        muted: item.muted.then(|| t!(ctx.texts, "chat-muted").into()),
    }
}

fn preview<'a>(item: &'a Item, ctx: Ctx<'a>) -> Preview<'a> {
    let texts = ctx.texts;
    let warning = item.key_changed.then_some((Icon::ShieldAlert, Tone::Warning));
    let quiet = |glyph: Icon, words: String| Preview::Said(Some((glyph, Tone::Secondary)), words.into());
    match &item.excerpt {
        Excerpt::Asked => quiet(Icon::Clock, t!(texts, "request-sent", name = item.name.as_str())),
        Excerpt::Blocked => quiet(Icon::Ban, t!(texts, "blocked")),
        Excerpt::Deleted(by) => Preview::Said(warning, say::deleted(texts, by.as_ref()).into()),
        Excerpt::Draft(text) => Preview::Draft(t!(texts, "draft-prefix", text = text.as_str()).into()),
        Excerpt::Happened(line) => Preview::Said(None, say::happened(texts, line).into()),
        Excerpt::Nothing => Preview::Said(warning, t!(texts, "chat-nothing-yet").into()),
        Excerpt::Ours(text, state) => Preview::Said(
            warning.or(Some(tick(*state))),
            t!(texts, "you-prefix", text = text.as_str()).into(),
        ),
        Excerpt::Said(who, text) => {
            let name = say::name(texts, who);
            Preview::Said(None, t!(texts, "group-said", name = name, text = text.as_str()).into())
        }
        Excerpt::Theirs(text) => Preview::Said(warning, text.as_str().into()),
        Excerpt::Typing(who) => Preview::Typing(say::typing(texts, who).into()),
        Excerpt::Unknown => Preview::Said(warning, t!(texts, "message-unsupported").into()),
    }
}

/// The mark of how far a message has come.
const fn tick(state: MessageState) -> (Icon, Tone) {
    match state {
        MessageState::Queued => (Icon::ClockArrowUp, Tone::Secondary),
        MessageState::Sent => (Icon::Check, Tone::Secondary),
        MessageState::Delivered => (Icon::CheckCheck, Tone::Secondary),
        MessageState::Read => (Icon::CheckCheck, Tone::Accent),
    }
}

fn stranger<'a>(near: &'a Nearby, asking: Option<Account>, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let account = near.account;
    let name = crate::model::text::name(&near.name);
    let busy = asking == Some(account);
    let ask = button::chip(if busy { t!(texts, "nearby-asked") } else { t!(texts, "nearby-connect") }, false)
        .on_press_maybe((!busy).then_some(Message::Asked(account)));
    let picture = avatar::avatar(&name, account.hue(), 40.0);
    let short: String = near.fingerprint.chars().take(11).collect();
    rows::person(picture, name, short, Some(ask.into()))
}
