//! Of one message of ours in a group: who has read it, who has it, and whom it has not reached yet.

use iced::widget::{Column, column, container, row, scrollable};
use iced::{Center, Fill};
use undertone::api::{Account, ClientError, Message as Said, MessageId, StateAt};

use crate::bridge::{Answer, Ask};
use crate::kit::avatar::Presence;
use crate::kit::button;
use crate::kit::icon::{Icon, toned};
use crate::kit::text::{body, caption, heading, label, strong};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, banner, dialog, row as lines};
use crate::model::receipts::{Absent, Reader, Receipts, receipts};
use crate::model::row::excerpt;
use crate::model::world::World;
use crate::screen::{Action, Ctx, say};
use crate::t;

/// The message, and what is known of it so far.
#[derive(Debug)]
pub(super) struct State {
    message: MessageId,
    words: String,
    sent_at_ms: u64,
    states: Option<Result<Vec<StateAt>, ClientError>>,
}

/// What the person did.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// The dialog is to be closed.
    Closed,
}

impl State {
    /// The dialog for a message.
    pub(super) fn open(message: &Said) -> (Self, Vec<Action>) {
        let words = excerpt(message).unwrap_or_default();
        let state = Self { message: message.id, words, sent_at_ms: message.sent_at_ms, states: None };
        let ask = state.ask();
        (state, vec![ask])
    }

    /// The message that it is about.
    pub(super) const fn message(&self) -> MessageId {
        self.message
    }

    /// What is to be asked to know more.
    pub(super) fn ask(&self) -> Action {
        Ask::Reached(self.message).into()
    }

    /// Takes what came of a question.
    pub(super) fn answered(&mut self, answer: &Answer) {
        if let Answer::Reached { message, result } = answer
            && *message == self.message
        {
            self.states = Some(result.clone());
        }
    }
}

/// How it looks.
impl State {
    /// The dialog.
    #[must_use]
    pub(super) fn view<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row_of(heading(t!(texts, "message-details")).width(Fill), close);
        let sent = ctx.labels.full(i64::try_from(self.sent_at_ms).unwrap_or(i64::MAX));
        let said = column![
            body(self.words.as_str()).one_line(),
            caption(t!(texts, "receipts-sent", when = sent)).tone(Tone::Secondary)
        ]
        .spacing(gap::S1);
        let said = container(said).padding(gap::S3).width(Fill).style(theme::well);
        let people: Element<'a, Message> = match &self.states {
            None => label(t!(texts, "loading")).tone(Tone::Secondary).into(),
            Some(Err(error)) => banner::notice(banner::Kind::Danger, texts.error(error.code())),
            Some(Ok(states)) if states.is_empty() => {
                label(t!(texts, "receipts-nobody")).tone(Tone::Secondary).width(Fill).into()
            }
            Some(Ok(states)) => people(&receipts(world, &self.message.conversation, states), ctx),
        };
        dialog::framed(column![top, said, people].spacing(gap::S4), size::DIALOG)
    }
}

fn row_of<'a>(
    title: impl Into<Element<'a, Message>>,
    end: impl Into<Element<'a, Message>>,
) -> Element<'a, Message> {
    row![title.into(), end.into()].align_y(Center).into()
}

fn people<'a>(receipts: &Receipts, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let (read, delivered, waiting) = (&receipts.read, &receipts.delivered, &receipts.waiting);
    let part = |count: usize, glyph, tone, words: String, rows: Vec<Element<'a, Message>>| {
        let title = row![toned(glyph, 16.0, tone), label(words).tone(Tone::Secondary)];
        let title = container(title.spacing(gap::S2).align_y(Center)).padding([0.0, gap::S3]);
        (count > 0).then(|| column![title, Column::with_children(rows)].spacing(gap::S1))
    };
    let readers = |readers: &[Reader]| readers.iter().map(|reader| reached(reader, ctx)).collect();
    let parts = column![]
        .push(part(
            read.len(),
            Icon::CheckCheck,
            Tone::Accent,
            t!(texts, "receipts-read", count = read.len()),
            readers(read),
        ))
        .push(part(
            delivered.len(),
            Icon::CheckCheck,
            Tone::Secondary,
            t!(texts, "receipts-delivered", count = delivered.len()),
            readers(delivered),
        ))
        .push(part(
            waiting.len(),
            Icon::ClockArrowUp,
            Tone::Secondary,
            t!(texts, "receipts-waiting", count = waiting.len()),
            waiting.iter().map(|absent| missing(absent, ctx)).collect(),
        ))
        .spacing(gap::S4);
    container(scrollable(parts.width(Fill)).style(theme::scroll)).max_height(LIST).into()
}

fn reached<'a>(reader: &Reader, ctx: Ctx<'a>) -> Element<'a, Message> {
    let name = say::name(ctx.texts, &reader.who);
    let when = caption(ctx.labels.listed(reader.at_ms, ctx.now_ms)).tone(Tone::Secondary);
    let line = row![picture(&name, &reader.account), strong(name).one_line().width(Fill), when];
    line.spacing(gap::S3).padding([gap::S1, gap::S3]).align_y(Center).into()
}

fn missing<'a>(absent: &Absent, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let name = say::name(texts, &absent.who);
    let below = match absent.seen_ms {
        _ if absent.here => t!(texts, "presence-direct"),
        Some(at) => t!(texts, "presence-last-seen", when = ctx.labels.listed(at, ctx.now_ms)),
        None => t!(texts, "receipts-never-seen"),
    };
    let presence = if absent.here { Presence::Direct } else { Presence::Offline };
    let picture = avatar::with_presence(picture(&name, &absent.account), presence, PICTURE);
    lines::person(picture, name, below, None)
}

fn picture<'a>(name: &str, account: &Account) -> Element<'a, Message> {
    avatar::avatar(name, account.hue(), PICTURE)
}

/// Side of a person's picture, in logical pixels.
const PICTURE: f32 = 36.0;
/// The list of people is at most so high, in logical pixels.
const LIST: f32 = 380.0;
