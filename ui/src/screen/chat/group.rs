//! What a conversation of a group has of its own: the line above it with who takes part and who holds the same
//! history, and why nothing can be written.

use iced::widget::{column, container, row, rule};
use iced::{Center, Fill};
use undertone::api::ConversationId;

use super::{Beside, Message, State, header, view};
use crate::kit::button::{self, Kind};
use crate::kit::icon::{Icon, toned};
use crate::kit::text::{heading, label};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::words::Words;
use crate::kit::{Element, badge};
use crate::model::group::{self, Agreement, Closed, Who};
use crate::model::text;
use crate::model::world::World;
use crate::screen::{Ctx, say};
use crate::t;

impl State {
    /// Whether the details of a group stand beside it.
    #[must_use]
    pub const fn shows_members(&self) -> bool {
        matches!(self.details, Some(Beside::Group(_)))
    }
}

/// Who is writing in a conversation, as sentences call them.
pub(super) fn writers(world: &World, chat: &ConversationId) -> Vec<Who> {
    world.typing(chat).iter().map(|account| group::who(world, chat, account)).collect()
}

/// The title, cleaned.
#[must_use]
pub(crate) fn title(world: &World, chat: &ConversationId) -> String {
    let group = world.group(chat).map(|group| group.title.as_str());
    text::name(group.or_else(|| world.chat(chat).map(|chat| chat.title.as_str())).unwrap_or_default())
}

/// Above a group's conversation.
pub(super) fn header<'a>(state: &'a State, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let title = title(world, &state.chat);
    let picture = ctx.group(&state.chat, &title, 36.0);
    let writers = writers(world, &state.chat);
    let below: Element<'a, Message> = if !writers.is_empty() {
        label(say::typing(texts, &writers)).tone(Tone::Accent).one_line().into()
    } else if let Some(known) = world.group(&state.chat) {
        let members = label(t!(texts, "group-members", count = known.members.len()));
        let held = group::agreement(known);
        let history = say::agreement_in_brief(texts, &held).map(|words| {
            let (mark, tone) = mark(&held);
            row![mark, label(words).tone(tone).one_line()].spacing(gap::S1).align_y(Center)
        });
        row![members.tone(Tone::Secondary).one_line()].push(history).spacing(gap::S3).align_y(Center).into()
    } else {
        label(t!(texts, "loading")).tone(Tone::Secondary).one_line().into()
    };
    let muted = header::muted(world, &state.chat, ctx);
    let name = row![heading(title).one_line()].push(muted).spacing(gap::S1).align_y(Center);
    let who = column![name, below].width(Fill);
    let more = button::round(Icon::Ellipsis, t!(texts, "group-details")).on_press(Message::DetailsToggled);
    let line = row![picture, who, more].spacing(gap::S3).align_y(Center);
    let line = container(line).padding([0.0, gap::S4]).center_y(size::HEADER);
    column![line, rule::horizontal(1).style(theme::hairline)]
        .push(world.offline.then(|| header::offline(ctx)))
        .into()
}

/// Who holds the same history, with a mark before the words.
pub(super) fn agreement<'a, M: 'a>(held: &Agreement, ctx: Ctx<'a>) -> Option<(Element<'a, M>, Words<'a, M>)> {
    let words = label(say::agreement(ctx.texts, held)?);
    let (mark, tone) = mark(held);
    Some((mark, words.tone(tone)))
}

fn mark<'a, M: 'a>(held: &Agreement) -> (Element<'a, M>, Tone) {
    let (glyph, tone) = match held {
        Agreement::Same { .. } => (Icon::CircleCheck, Tone::Success),
        Agreement::Alone | Agreement::Unknown => (Icon::Hourglass, Tone::Secondary),
        Agreement::Differ
        | Agreement::Lack(_)
        | Agreement::Lacks(..)
        | Agreement::Waiting(_)
        | Agreement::WeLack(_) => (Icon::CircleAlert, Tone::Warning),
    };
    (toned(glyph, 14.0, tone).into(), tone)
}

/// Why nothing can be written; none if we may write.
pub(super) fn closed<'a>(world: &World, chat: &ConversationId, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
    let texts = ctx.texts;
    match group::closed(world.group(chat)?)? {
        Closed::Out => {
            let words = badge::mark(Icon::LogOut, t!(texts, "group-closed-out"), Tone::Secondary);
            let forget = button::button(Kind::Secondary, t!(texts, "group-forget"));
            Some(view::closed(words, Some(forget.on_press(Message::ForgetWanted).into())))
        }
        Closed::ReadOnly => {
            let words = badge::mark(Icon::Eye, t!(texts, "group-closed-read"), Tone::Secondary);
            Some(view::closed(words, None))
        }
    }
}
