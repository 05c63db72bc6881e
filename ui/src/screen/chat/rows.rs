//! The rows of a conversation: days, the line above new messages, bubbles with what can be done to them.

use iced::widget::{Row, container, row as across};
use iced::{Center, Fill};
use undertone::api::{Account, ConversationId, Mention, MessageId, MessageState};

use super::{Message, State};
use crate::bridge::Secret;
use crate::kit::bubble::{self, Bubble, Cluster, Line, Quote, Reaction, Receipt, Side, Stroke};
use crate::kit::button;
use crate::kit::icon::Icon;
use crate::kit::pressable::{Look, Pressable};
use crate::kit::text::{Role, role};
use crate::kit::theme;
use crate::kit::token::{radius, space as gap};
use crate::kit::{Element, avatar, system};
use crate::model::group::{self, Deed};
use crate::model::row::{self, Body, Content, Place};
use crate::model::text;
use crate::model::world::World;
use crate::screen::{Ctx, say};
use crate::t;

/// The emoji offered at once.
pub(super) const QUICK: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// Whose conversation it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct People<'a> {
    pub(super) world: &'a World,
    pub(super) chat: ConversationId,
    /// Whether several people write, so that it has to be said who.
    pub(super) group: bool,
    /// Whether anything can be written here.
    pub(super) open: bool,
}

impl People<'_> {
    fn name(self, account: &Account, ctx: Ctx<'_>) -> String {
        say::name(ctx.texts, &group::who(self.world, &self.chat, account))
    }

    /// The author of a message; who is not known here has the name that somebody told.
    fn author(self, data: &row::Bubble, ctx: Ctx<'_>) -> String {
        match (group::who(self.world, &self.chat, &data.author), &data.told_name) {
            (group::Who::Unknown, Some(name)) => name.clone(),
            (who, _) => say::name(ctx.texts, &who),
        }
    }

    /// The other person of a conversation of two.
    fn other(self, ctx: Ctx<'_>) -> String {
        let contact = self.world.contact_of(&self.chat);
        contact.map_or_else(|| t!(ctx.texts, "unknown-person"), |contact| text::name(&contact.name))
    }

    /// Whether we may take a message back.
    fn may_delete(self, data: &row::Bubble) -> bool {
        data.mine || self.world.group(&self.chat).is_some_and(|group| group.may_take_back(&data.author))
    }

    fn is_me(self, account: &Account) -> bool {
        self.world.me.account.as_ref() == Some(account)
    }
}

pub(super) fn line<'a>(
    state: &'a State,
    row: &'a row::Row,
    people: People<'a>,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    match &row.body {
        Body::Bubble(bubble) => message(state, bubble, people, ctx),
        Body::Day(day) => system::day(day.as_str()),
        Body::Divider => system::unread(t!(ctx.texts, "unread-divider")),
        Body::Shared(by) => {
            system::line(Icon::Clock, t!(ctx.texts, "before-joined", name = people.name(by, ctx)))
        }
        Body::System(message) => {
            let line = group::line(people.world, message);
            system::line(glyph(&line.deed), say::happened(ctx.texts, &line))
        }
    }
}

/// The mark before what happened.
const fn glyph(deed: &Deed) -> Icon {
    match deed {
        Deed::Added(_) | Deed::Admitted(_) => Icon::UserPlus,
        Deed::Created(_) => Icon::UsersRound,
        Deed::History => Icon::Clock,
        Deed::Invited | Deed::Uninvited => Icon::Link,
        Deed::Left => Icon::LogOut,
        Deed::Pictured(_) => Icon::Image,
        Deed::Rekeyed => Icon::KeyRound,
        Deed::Removed(_) => Icon::UserX,
        Deed::Renamed(_) => Icon::Pencil,
        Deed::Role(..) => Icon::Crown,
        Deed::Unknown => Icon::Info,
    }
}

fn message<'a>(
    state: &'a State,
    data: &'a row::Bubble,
    people: People<'a>,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    let texts = ctx.texts;
    let side = if data.mine { Side::Out } else { Side::In };
    let place = match data.place {
        Place::First => Cluster::First,
        Place::Last => Cluster::Last,
        Place::Middle => Cluster::Middle,
        Place::Single => Cluster::Single,
    };
    let edited = match (data.told_name.is_some(), data.edited) {
        (true, true) => Some(t!(texts, "message-told-edited").into()),
        (true, false) => Some(t!(texts, "message-told").into()),
        (false, true) => Some(t!(texts, "message-edited").into()),
        (false, false) => None,
    };
    let mut bubble = Bubble::new(side, place, body(data, people, ctx), data.time.as_str())
        .edited(edited)
        .names(&data.addressed, data.addresses_me.then(|| t!(texts, "message-addresses-you").into()))
        .quote(data.quote.as_ref().map(|quote| quoted(quote, people, ctx)))
        .reactions(data.chips.iter().map(|chip| reaction(data.id, chip, people, ctx)))
        .on_copy(|text| Message::Copied(Secret::new(text)))
        .on_link(|link| Message::LinkPressed(Secret::new(link)));
    if let Some(words) = beside(&data.addressed_beside, people, ctx) {
        bubble = bubble.beside(words);
    }
    let named = people.group && !data.mine;
    if named {
        bubble = bubble.author(people.author(data, ctx), data.author.hue() % 10);
    }
    if let Some(state) = data.state.filter(|_| !matches!(data.content, Content::Deleted(_))) {
        let (receipt, words) = receipt(state, people, ctx);
        bubble = bubble.receipt(receipt, words);
    }
    let mut line = Line::new(side, place.begins(), bubble.view())
        .flashing(state.flash.is_some_and(|(id, _)| id == data.id));
    if named {
        let ends = matches!(data.place, Place::Last | Place::Single);
        let picture = || avatar::avatar(&people.author(data, ctx), data.author.hue(), PICTURE);
        line = line.avatar(ends.then(picture));
    }
    match &data.content {
        Content::Deleted(_) | Content::Unknown => Element::new(line),
        Content::Jumbo(text) | Content::Text(text) => {
            Element::new(line.tools(tools(state, data, text, people, ctx)).keys(keys(data, text, people)))
        }
    }
}

fn body<'a>(data: &'a row::Bubble, people: People<'_>, ctx: Ctx<'a>) -> bubble::Body<'a> {
    let texts = ctx.texts;
    match &data.content {
        Content::Deleted(by) => {
            let by = by.as_ref().or(data.mine.then_some(&data.author));
            let by = by.map(|by| group::who(people.world, &people.chat, by));
            bubble::Body::Note(Icon::Ban, say::deleted(texts, by.as_ref()).into())
        }
        Content::Jumbo(text) | Content::Text(text) => bubble::Body::Text(text.as_str().into()),
        Content::Unknown => bubble::Body::Note(Icon::Download, t!(texts, "message-unsupported").into()),
    }
}

/// Whom a message addresses without naming them as they are called here. That it is us is said by a mark.
fn beside(mentions: &[Mention], people: People<'_>, ctx: Ctx<'_>) -> Option<String> {
    let names = mentions.iter().filter_map(|mention| match mention {
        Mention::Account(account) => (!people.is_me(account)).then(|| people.name(account, ctx)),
        Mention::All => Some(t!(ctx.texts, "mention-all-note")),
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| t!(ctx.texts, "message-addresses", names = names.join(", ")))
}

fn quoted<'a>(quote: &'a row::Quote, people: People<'a>, ctx: Ctx<'a>) -> Quote<'a, Message> {
    let texts = ctx.texts;
    let name = match &quote.author {
        Some(author) => people.name(author, ctx),
        None if people.group => t!(texts, "group-someone"),
        None => people.other(ctx),
    };
    let color = quote.author.map_or(0, |author| author.hue());
    let words = match &quote.text {
        Some(text) => text.as_str().into(),
        None => t!(texts, "reply-missing").into(),
    };
    Quote { name: name.into(), color: color % 10, words, press: Some(Message::Shown(quote.target)) }
}

fn reaction<'a>(
    id: MessageId,
    chip: &'a row::Chip,
    people: People<'a>,
    ctx: Ctx<'a>,
) -> Reaction<'a, Message> {
    let texts = ctx.texts;
    let others = chip.people.iter().filter(|account| !people.is_me(account));
    let ours = chip.own.then(|| t!(texts, "you"));
    let names: Vec<String> =
        ours.into_iter().chain(others.map(|account| people.name(account, ctx))).collect();
    let names = names.join(", ");
    Reaction {
        emoji: chip.emoji.as_str().into(),
        count: u64::try_from(chip.people.len()).unwrap_or(u64::MAX),
        own: chip.own,
        names: t!(texts, "reacted-by", names = names, emoji = chip.emoji.as_str()).into(),
        press: Some(Message::Reacted(id, chip.emoji.clone())),
    }
}

fn receipt(state: MessageState, people: People<'_>, ctx: Ctx<'_>) -> (Receipt, String) {
    let texts = ctx.texts;
    match state {
        MessageState::Queued if people.group => (Receipt::Queued, t!(texts, "state-queued-group")),
        MessageState::Queued => (Receipt::Queued, t!(texts, "state-queued", name = people.other(ctx))),
        MessageState::Delivered if people.group => (Receipt::Delivered, t!(texts, "group-delivered")),
        MessageState::Read if people.group => (Receipt::Read, t!(texts, "group-read")),
        MessageState::Sent if people.group => (Receipt::Sent, t!(texts, "state-sent-group")),
        MessageState::Sent => (Receipt::Sent, t!(texts, "state-sent")),
        MessageState::Delivered => (Receipt::Delivered, t!(texts, "state-delivered")),
        MessageState::Read => (Receipt::Read, t!(texts, "state-read")),
    }
}

/// Beside a bubble under the pointer: what can be done to it, or the emoji to choose from.
fn tools<'a>(
    state: &'a State,
    data: &'a row::Bubble,
    text: &'a str,
    people: People<'a>,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    let texts = ctx.texts;
    let id = data.id;
    if state.picking == Some(id) {
        let emoji = QUICK.into_iter().map(|emoji| pick(id, emoji, ctx));
        let row = Row::with_children(emoji).align_y(Center);
        return container(row).padding(gap::S0).style(theme::pill).into();
    }
    let tool =
        |glyph, name: String, message| button::round(glyph, name).width(TOOL).height(TOOL).on_press(message);
    let copy = tool(Icon::Copy, t!(texts, "message-copy"), Message::Copied(Secret::new(text.to_owned())));
    if !people.open {
        return copy.into();
    }
    let mut tools = across![
        tool(Icon::SmilePlus, t!(texts, "react"), Message::ReactWanted(id)),
        tool(Icon::Reply, t!(texts, "reply"), Message::ReplyWanted(id)),
        copy,
    ];
    if data.mine {
        let told =
            people.group.then(|| tool(Icon::Info, t!(texts, "message-details"), Message::ReceiptsWanted(id)));
        tools = tools.push(told).push(tool(Icon::Pencil, t!(texts, "edit"), Message::EditWanted(id)));
    }
    if people.may_delete(data) {
        let word = if data.mine { t!(texts, "delete") } else { t!(texts, "delete-other-action") };
        tools = tools.push(tool(Icon::Trash, word, Message::DeleteWanted(id)));
    }
    tools.align_y(Center).into()
}

/// What the tools do, by key.
fn keys(data: &row::Bubble, text: &str, people: People<'_>) -> Vec<(Stroke, Message)> {
    let id = data.id;
    let mut keys = vec![(Stroke::Letter('c'), Message::Copied(Secret::new(text.to_owned())))];
    if !people.open {
        return keys;
    }
    keys.push((Stroke::Letter('r'), Message::ReplyWanted(id)));
    if data.mine && people.group {
        keys.push((Stroke::Letter('i'), Message::ReceiptsWanted(id)));
    }
    if data.mine {
        keys.push((Stroke::Letter('e'), Message::EditWanted(id)));
    }
    if people.may_delete(data) {
        keys.push((Stroke::Delete, Message::DeleteWanted(id)));
    }
    keys
}

fn pick<'a>(id: MessageId, emoji: &'static str, ctx: Ctx<'a>) -> Element<'a, Message> {
    Pressable::new(role(Role { size: 18.0, line: 22.0, ..Role::JUMBO }, emoji))
        .name(t!(ctx.texts, "message-react-with", emoji = emoji))
        .width(TOOL)
        .height(TOOL)
        .centered()
        .on_press(Message::Reacted(id, emoji.to_owned()))
        .style(|t, status| Look {
            background: (status.hovered || status.focused).then_some(t.bg_selected),
            border: iced::border::rounded(radius::FULL),
            ..Look::default()
        })
        .into()
}

/// Side of a tool beside a bubble, in logical pixels.
const TOOL: f32 = 30.0;

/// Side of the picture beside a cluster, in logical pixels.
const PICTURE: f32 = 28.0;

/// A row in the middle of its list.
pub(super) fn inset<'a>(content: Element<'a, Message>, room: f32) -> Element<'a, Message> {
    container(content).padding([0.0, room]).width(Fill).into()
}
