//! Above what is being written in a group: whom the name after an `@` may mean, and what becomes of the choice.

use iced::widget::{Column, container, row};
use iced::{Center, Fill};
use undertone::api::Mention;

use super::{Around, Message, State};
use crate::kit::composer::Pick;
use crate::kit::icon::{Icon, toned};
use crate::kit::pressable::{Look, Pressable};
use crate::kit::text::{label, strong};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{radius, space as gap};
use crate::kit::{Element, avatar};
use crate::model::mention::{self, Candidate};
use crate::model::time::Language;
use crate::model::world::World;
use crate::screen::{Action, Ctx};
use crate::t;

/// The name that is being written, and which of the people who fit stands out.
#[derive(Debug, Default)]
pub(super) struct Naming {
    query: Option<Query>,
    /// Who stands out: a person, for the list may change before one is taken.
    chosen: Option<Mention>,
    /// Whether the person has put the people away.
    closed: bool,
}

/// What is written of a name, and at which byte its `@` stands.
#[derive(PartialEq, Eq)]
struct Query(String, usize);

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("..")
    }
}

impl Naming {
    /// Where among these the one is who stands out.
    fn place(&self, offered: &[Candidate]) -> Option<usize> {
        offered.iter().position(|person| Some(person.mention) == self.chosen)
    }
}

impl State {
    /// Looks again what is being written.
    pub(super) fn look_for_names(&mut self, world: &World) {
        let written = world.is_group(&self.chat).then(|| self.editor.naming(&self.composing)).flatten();
        let query = written.map(|query| {
            let after = self.editor.caret().saturating_add(self.composing.len());
            let at = after.saturating_sub(query.len().saturating_add(1));
            Query(query, at)
        });
        if query != self.naming.query {
            let place = |query: &Option<Query>| query.as_ref().map(|Query(_, at)| *at);
            let closed =
                self.naming.closed && place(&query).is_some_and(|at| Some(at) == place(&self.naming.query));
            self.naming = Naming { query, chosen: None, closed };
            self.naming.chosen = self.offered(world, Language::English).first().map(|first| first.mention);
        }
    }

    /// Puts the people away. `false` if there were none.
    pub(super) fn stop_naming(&mut self, around: &Around<'_>) -> bool {
        let some = !self.offered(around.world, around.labels.language()).is_empty();
        self.naming.closed |= some;
        some
    }

    /// A key was pressed that moves among the people, or takes one.
    pub(super) fn pick(&mut self, pick: Pick, around: &mut Around<'_>) -> Vec<Action> {
        let offered = self.offered(around.world, around.labels.language());
        let last = offered.len().saturating_sub(1);
        let at = self.naming.place(&offered);
        let next = match (pick, at) {
            (Pick::Take, Some(at)) => {
                let chosen = offered.into_iter().nth(at);
                return chosen.map(|chosen| self.name(&chosen, around)).unwrap_or_default();
            }
            // whoever stood out is gone: nobody is taken who was not looked at
            (Pick::Take | Pick::Next, None) => 0,
            (Pick::Next, Some(at)) => {
                if at == last {
                    0
                } else {
                    at.saturating_add(1)
                }
            }
            (Pick::Previous, at) => at.and_then(|at| at.checked_sub(1)).unwrap_or(last),
        };
        self.naming.chosen = offered.get(next).map(|person| person.mention);
        Vec::new()
    }

    /// Somebody was chosen.
    pub(super) fn name(&mut self, chosen: &Candidate, around: &mut Around<'_>) -> Vec<Action> {
        self.editor.name(&chosen.name, chosen.mention);
        let mut actions = self.written(around);
        actions.push(Action::Focus(Self::EDITOR));
        actions
    }

    /// Who fits what is being written.
    pub(super) fn offered(&self, world: &World, language: Language) -> Vec<Candidate> {
        let query = self.naming.query.as_ref().filter(|_| !self.naming.closed);
        let (Some(group), Some(query)) = (world.group(&self.chat), query) else { return Vec::new() };
        let mut offered = mention::candidates(group, &query.0, mention::everybody(language));
        offered.retain(|person| self.editor.marks().takes(person.mention));
        offered
    }
}

/// The people who fit, above what is being written; none if nobody does.
pub(super) fn view<'a>(state: &State, offered: Vec<Candidate>, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
    if offered.is_empty() {
        return None;
    }
    let chosen = state.naming.place(&offered);
    let lines =
        offered.into_iter().enumerate().map(|(index, person)| line(person, Some(index) == chosen, ctx));
    let list = container(Column::with_children(lines)).padding(gap::S1).width(Fill).style(theme::well);
    Some(container(list).padding(iced::Padding::from([0.0, gap::S4]).top(gap::S2)).max_width(WIDEST).into())
}

fn line<'a>(person: Candidate, chosen: bool, ctx: Ctx<'a>) -> Element<'a, Message> {
    let (picture, note): (Element<'a, Message>, _) = match person.mention {
        Mention::Account(account) => (avatar::avatar(&person.name, account.hue(), PICTURE), None),
        Mention::All => {
            let note = label(t!(ctx.texts, "mention-all-note")).tone(Tone::Secondary).one_line();
            (container(toned(Icon::UsersRound, 18.0, Tone::Secondary)).center(PICTURE).into(), Some(note))
        }
    };
    let name = strong(person.name.clone()).one_line();
    Pressable::new(row![picture, name].push(note).spacing(gap::S3).align_y(Center))
        .name(t!(ctx.texts, "mention-name", name = person.name.as_str()))
        .on_press(Message::NameTaken(person))
        .padding([gap::S1, gap::S2])
        .width(Fill)
        .style(move |t, status| Look {
            background: (chosen || status.hovered).then_some(if chosen { t.bg_selected } else { t.bg_hover }),
            text: Some(t.text),
            border: iced::border::rounded(radius::CONTROL),
        })
        .into()
}

/// Side of a picture, in logical pixels.
const PICTURE: f32 = 28.0;
/// The list gets no wider, in logical pixels.
const WIDEST: f32 = 480.0;
