//! Choosing people: for a new group with a title, or to be added to one that there is.

use std::collections::BTreeSet;

use iced::widget::{Column, column, container, row, scrollable};
use iced::{Center, Fill};
use undertone::api::{Account, Contact, ConversationId, History};

use crate::bridge::{Answer, Ask, GroupAsk};
use crate::kit::avatar::Presence;
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, label};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, banner, dialog, field, row as lines};
use crate::model::sidebar::matches;
use crate::model::text;
use crate::model::world::{Here, World};
use crate::screen::{Action, Ctx, past};
use crate::t;

/// Who was chosen so far.
#[derive(Debug)]
pub(super) struct State {
    /// The group to add to; none for a new one.
    to: Option<ConversationId>,
    title: String,
    /// What those who are added later see of earlier messages.
    history: History,
    filter: String,
    chosen: BTreeSet<Account>,
    busy: bool,
    trouble: Option<&'static str>,
}

/// What an answer means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done: there is nothing left to do here.
    Done,
    /// It was asked elsewhere.
    Elsewhere,
    /// It could not be done, and is told here.
    Refused,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The dialog is to be closed.
    Closed,
    /// The people are to be filtered by name.
    Filtered(String),
    /// Those who are added later are to see so much of earlier messages.
    HistoryTaken(History),
    /// It is to be done.
    Submitted,
    /// The title was typed.
    TitleTyped(String),
    /// Somebody is chosen, or not any more.
    Toggled(Account),
}

impl Default for State {
    fn default() -> Self {
        Self {
            to: None,
            title: String::new(),
            history: History::None,
            filter: String::new(),
            chosen: BTreeSet::new(),
            busy: false,
            trouble: None,
        }
    }
}

impl State {
    /// The field for the title.
    pub(super) const TITLE: &'static str = "group-new-title";
    /// The field for the filter.
    pub(super) const FILTER: &'static str = "group-people-filter";

    /// Choosing people for a group that there is.
    pub(super) fn add_to(chat: ConversationId) -> Self {
        Self { to: Some(chat), ..Self::default() }
    }

    /// Takes what the person did. Closing is up to the screen around.
    pub(super) fn update(&mut self, message: Message) -> Vec<Action> {
        self.trouble = None;
        match message {
            Message::Filtered(filter) => self.filter = filter,
            Message::HistoryTaken(history) => self.history = history,
            Message::Submitted if self.ready() => {
                self.busy = true;
                let members: Vec<Account> = self.chosen.iter().copied().collect();
                let ask = match self.to {
                    Some(chat) => Ask::Group { chat, ask: GroupAsk::Add(members) },
                    None => Ask::GroupCreate {
                        title: self.title.trim().to_owned(),
                        members,
                        history: self.history,
                    },
                };
                return vec![ask.into()];
            }
            Message::TitleTyped(title) => self.title = title,
            Message::Toggled(account) => {
                if !self.chosen.remove(&account) {
                    self.chosen.insert(account);
                }
            }
            Message::Closed | Message::Submitted => {}
        }
        Vec::new()
    }

    /// Takes what came of a question.
    pub(super) fn answered(&mut self, answer: &Answer) -> Outcome {
        let result = match answer {
            Answer::Group { chat, result } if self.to == Some(*chat) => result,
            Answer::GroupCreated(result) if self.to.is_none() => result,
            _ => return Outcome::Elsewhere,
        };
        if !std::mem::take(&mut self.busy) {
            return Outcome::Elsewhere;
        }
        self.trouble = result.as_ref().err().map(undertone::api::ClientError::code);
        if self.trouble.is_none() { Outcome::Done } else { Outcome::Refused }
    }

    /// A title, if the group is new, and somebody.
    fn ready(&self) -> bool {
        let titled = self.to.is_some() || undertone::model::Name::new(self.title.trim()).is_some();
        !self.busy && titled && !self.chosen.is_empty()
    }
}

/// How it looks.
impl State {
    /// The dialog.
    #[must_use]
    pub(super) fn view<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let (title, words, act) = match self.to {
            Some(chat) => (t!(texts, "group-add"), adding(world, &chat, ctx), t!(texts, "group-add-action")),
            None => (t!(texts, "new-group"), t!(texts, "group-create-body"), t!(texts, "group-create")),
        };
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row![heading(title).width(Fill), close].align_y(Center);
        let name = self.to.is_none().then(|| {
            field::Field::new(t!(texts, "group-title"), self.title.as_str())
                .id(Self::TITLE)
                .placeholder(t!(texts, "group-title-placeholder"))
                .on_input(Message::TitleTyped)
                .on_submit(Message::Submitted)
                .view()
        });
        let past = self.to.is_none().then(|| past::choices(texts, self.history, Message::HistoryTaken));
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let count = caption(t!(texts, "group-people-chosen", count = self.chosen.len()));
        let act =
            button::button(Kind::Primary, act).on_press_maybe(self.ready().then_some(Message::Submitted));
        let foot = row![count.tone(Tone::Secondary).width(Fill), act].spacing(gap::S3).align_y(Center);
        let inside = column![top, body(words).tone(Tone::Secondary).width(Fill)]
            .push(name)
            .push(self.people(world, ctx))
            .push(past)
            .push(trouble)
            .push(foot)
            .spacing(gap::S4);
        dialog::framed(inside, size::DIALOG)
    }

    fn people<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let outside =
            |contact: &&Contact| self.to.is_none_or(|chat| world.member(&chat, &contact.account).is_none());
        let people: Vec<&Contact> = world.friends().into_iter().filter(outside).collect();
        if people.is_empty() {
            let words =
                if self.to.is_some() { t!(texts, "group-all-in") } else { t!(texts, "group-create-nobody") };
            return label(words).tone(Tone::Secondary).width(Fill).into();
        }
        let search =
            field::search(&t!(texts, "group-people-search"), &self.filter, Self::FILTER, Message::Filtered);
        let found: Vec<&Contact> =
            people.into_iter().filter(|contact| matches(&contact.name, &self.filter)).collect();
        let none = found.is_empty().then(|| {
            let words = t!(texts, "group-people-none", query = self.filter.trim());
            container(label(words).tone(Tone::Secondary).width(Fill)).padding(gap::S3)
        });
        let rows = found.into_iter().map(|contact| self.person(contact));
        let rows = column![].push(none).push(Column::with_children(rows));
        let list = scrollable(rows).style(theme::scroll).height(LIST);
        column![search, list].spacing(gap::S2).into()
    }

    fn person<'a>(&self, contact: &Contact) -> Element<'a, Message> {
        let name = text::name(&contact.name);
        let presence = if Here::from(contact) == Here::Now { Presence::Direct } else { Presence::Offline };
        let picture = avatar::avatar(&name, contact.account.hue(), 36.0);
        let picture = avatar::with_presence(picture, presence, 36.0);
        lines::choice(
            picture,
            name,
            self.chosen.contains(&contact.account),
            Message::Toggled(contact.account),
        )
    }
}

/// What those who are added see of earlier messages.
fn adding(world: &World, chat: &ConversationId, ctx: Ctx<'_>) -> String {
    let texts = ctx.texts;
    match world.group(chat).map_or(History::None, |group| group.history) {
        History::None => t!(texts, "group-add-body"),
        History::Last(count) => t!(texts, "group-add-body-last", count = count),
        History::All => t!(texts, "group-add-body-all"),
    }
}

/// Height of the list of people, in logical pixels.
const LIST: f32 = 260.0;
