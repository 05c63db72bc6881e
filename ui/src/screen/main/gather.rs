//! Choosing people: for a new group with a title, or to be added to one that there is.

use std::collections::BTreeSet;

use iced::widget::{Column, column, container, row, scrollable};
use iced::{Center, Fill};
use undertone::api::{Account, Contact, ConversationId, History};

use crate::bridge::{Answer, Ask, GroupAsk, Image};
use crate::kit::avatar::{Face, Presence};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, label};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, banner, dialog, empty, field, row as lines};
use crate::model::sidebar::matches;
use crate::model::text;
use crate::model::world::{Here, World};
use crate::platform::picture::PictureError;
use crate::screen::faces::face;
use crate::screen::{Action, Ctx, past};
use crate::t;

/// Who was chosen so far.
#[derive(Debug)]
pub(super) struct State {
    /// The group to add to; none for a new one.
    to: Option<ConversationId>,
    title: String,
    /// The picture of a new group, and what it looks like.
    picture: Option<(Image, Option<Face>)>,
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
    /// There is nobody to choose: somebody is to be met first.
    ConnectWanted,
    /// Whoever is found is chosen, or not any more.
    FilterSubmitted,
    /// The people are to be filtered by name.
    Filtered(String),
    /// Those who are added later are to see so much of earlier messages.
    HistoryTaken(History),
    /// The picture is not to be taken after all.
    PictureRemoved,
    /// A picture is to be chosen.
    PictureWanted,
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
            picture: None,
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

    /// Whether it is about a new group.
    pub(super) const fn begins(&self) -> bool {
        self.to.is_none()
    }

    /// A picture for a new group is ready, or cannot be made.
    pub(super) fn prepared(&mut self, made: Result<Image, PictureError>) {
        self.trouble = None;
        match made {
            Ok(image) => {
                let face = face(&image.0);
                self.picture = Some((image, face));
            }
            Err(error) => self.trouble = Some(error.code()),
        }
    }

    /// Takes what the person did. Closing and meeting somebody are up to the screen around.
    pub(super) fn update(&mut self, message: Message, world: &World) -> Vec<Action> {
        self.trouble = None;
        match message {
            Message::FilterSubmitted => {
                let best = self.found(world).first().map(|contact| contact.account);
                if let Some(account) = best.filter(|_| !self.filter.trim().is_empty()) {
                    self.toggle(account);
                    self.filter.clear();
                }
            }
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
                        picture: self.picture.as_ref().map(|(image, _)| image.clone()),
                    },
                };
                return vec![ask.into()];
            }
            Message::TitleTyped(title) => self.title = title,
            Message::PictureRemoved => self.picture = None,
            Message::PictureWanted => return vec![Action::ChoosePicture(None)],
            Message::Toggled(account) => self.toggle(account),
            Message::Closed | Message::ConnectWanted | Message::Submitted => {}
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

    fn toggle(&mut self, account: Account) {
        if !self.chosen.remove(&account) {
            self.chosen.insert(account);
        }
    }

    fn titled(&self) -> bool {
        self.to.is_some() || undertone::model::Name::new(self.title.trim()).is_some()
    }

    /// A title, if the group is new, and somebody.
    fn ready(&self) -> bool {
        !self.busy && self.titled() && !self.chosen.is_empty()
    }

    /// Those who can be chosen.
    fn people<'a>(&self, world: &'a World) -> Vec<&'a Contact> {
        let mut people = world.friends();
        people.retain(|contact| self.to.is_none_or(|chat| world.member(&chat, &contact.account).is_none()));
        people
    }

    /// Those of them who match the filter.
    fn found<'a>(&self, world: &'a World) -> Vec<&'a Contact> {
        let mut people = self.people(world);
        people.retain(|contact| matches(&contact.name, &self.filter));
        people
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
        if self.people(world).is_empty() {
            return dialog::framed(column![top, self.nobody(ctx)].spacing(gap::S4), size::DIALOG);
        }
        let name = self.to.is_none().then(|| self.name(ctx));
        let past = self.to.is_none().then(|| past::choices(texts, self.history, Message::HistoryTaken));
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let act =
            button::button(Kind::Primary, act).on_press_maybe(self.ready().then_some(Message::Submitted));
        let count = caption(t!(texts, "group-people-chosen", count = self.chosen.len()));
        let missing = self.missing(ctx).map(|words| caption(words).tone(Tone::Warning));
        let state = column![count.tone(Tone::Secondary)].push(missing).spacing(2.0).width(Fill);
        let foot = row![state, act].spacing(gap::S3).align_y(Center);
        let middle = column![body(words).tone(Tone::Secondary).width(Fill)]
            .push(name)
            .push(self.choice(world, ctx))
            .push(past)
            .push(trouble)
            .spacing(gap::S4);
        // in a low window the middle scrolls, and what is at both ends stays
        let room = (ctx.height - ENDS).max(LIST / 2.0);
        let middle = container(scrollable(middle).style(theme::scroll).spacing(gap::S1)).max_height(room);
        dialog::framed(column![top, middle, foot].spacing(gap::S4), size::DIALOG)
    }

    /// There is nobody to choose.
    fn nobody<'a>(&self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        if self.to.is_some() {
            return label(t!(texts, "group-all-in")).tone(Tone::Secondary).width(Fill).into();
        }
        let add = button::with_icon(Kind::Primary, Icon::UserPlus, t!(texts, "add-title"));
        let add = add.on_press(Message::ConnectWanted).into();
        let (title, words) = (t!(texts, "group-create-nobody-title"), t!(texts, "group-create-nobody"));
        container(empty::empty(Icon::UsersRound, title, words, Some(add))).height(NOBODY).into()
    }

    /// What else is needed, once something is there.
    fn missing(&self, ctx: Ctx<'_>) -> Option<String> {
        let blank = self.title.trim().is_empty();
        if self.titled() || (blank && self.chosen.is_empty()) {
            return None;
        }
        let texts = ctx.texts;
        Some(if blank { t!(texts, "group-title-missing") } else { t!(texts, "group-title-unusable") })
    }

    /// Picture and title of a new group.
    fn name<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let there = self.picture.is_some();
        let disc = match &self.picture {
            Some((_, Some(face))) => avatar::pictured(face, DISC),
            _ => avatar::blank(DISC),
        };
        let words = if there { t!(texts, "group-picture-replace") } else { t!(texts, "group-picture-add") };
        let disc = avatar::changeable(disc, DISC, words, Message::PictureWanted);
        let title = field::Field::new(t!(texts, "group-title"), self.title.as_str())
            .id(Self::TITLE)
            .placeholder(t!(texts, "group-title-placeholder"))
            .on_input(Message::TitleTyped)
            .on_submit(Message::Submitted)
            .view();
        let remove =
            there.then(|| button::link(t!(texts, "group-picture-remove")).on_press(Message::PictureRemoved));
        column![row![disc, title].spacing(gap::S4).align_y(Center)].push(remove).spacing(gap::S1).into()
    }

    fn choice<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let words = t!(texts, "group-people-search");
        let submit = Some(Message::FilterSubmitted);
        let search = field::search(&words, &self.filter, Self::FILTER, Message::Filtered, submit);
        let found = self.found(world);
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
const LIST: f32 = 208.0;
/// Height of what stands where there is nobody to choose.
const NOBODY: f32 = 320.0;
/// Side of the picture of a new group.
const DISC: f32 = 64.0;
/// Height of the dialog's ends, and of what is around it.
const ENDS: f32 = 216.0;
