//! Rows of lists: a conversation in the sidebar, a person in a list.

use std::borrow::Cow;

use iced::widget::{column, container, row, space as filler, stack};
use iced::{Center, Color, Fill, Theme};

use super::icon::{Icon, icon, spoken, toned};
use super::pressable::{Look, Pressable, Status};
use super::text::{caption, label, strong};
use super::theme::{Tone, tokens};
use super::token::{Tokens, radius, size, space};
use super::{Element, badge};

/// What a conversation's row shows.
pub struct Conversation<'a, M> {
    /// Avatar, 48 px, with presence.
    pub avatar: Element<'a, M>,
    /// Who or what it is with.
    pub name: Cow<'a, str>,
    /// Whether the other side is verified.
    pub verified: bool,
    /// When something happened last.
    pub time: Cow<'a, str>,
    /// What happened last.
    pub preview: Preview<'a>,
    /// What is unread.
    pub news: News<'a>,
    /// Whether it stays on top.
    pub pinned: bool,
    /// Whether it is open now.
    pub selected: bool,
}

/// What is unread in a conversation.
#[derive(Debug, Clone, Default)]
pub struct News<'a> {
    /// How many messages are unread.
    pub unread: u64,
    /// If some of them address us, the words for that.
    pub called: Option<Cow<'a, str>>,
    /// If it stays silent, the words for that.
    pub muted: Option<Cow<'a, str>>,
}

impl<'a> News<'a> {
    fn badges<M: 'a>(self) -> Element<'a, M> {
        let quiet = self.muted.is_some();
        row![]
            .push(self.called.map(|words| badge::called(20.0, words)))
            .push((self.unread > 0).then(|| badge::unread(self.unread, quiet)))
            .spacing(space::S1)
            .into()
    }
}

/// The second line of a conversation's row.
#[derive(Debug, Clone)]
pub enum Preview<'a> {
    /// What was said last, with the mark of its delivery if it was us.
    Said(Option<(Icon, Tone)>, Cow<'a, str>),
    /// What is written but not sent.
    Draft(Cow<'a, str>),
    /// Somebody is writing.
    Typing(Cow<'a, str>),
}

impl<M> std::fmt::Debug for Conversation<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation").field("unread", &self.news.unread).finish_non_exhaustive()
    }
}

/// A conversation as a row of the sidebar, 68 px high.
#[must_use]
pub fn conversation<'a, M: Clone + 'a>(data: Conversation<'a, M>, open: M) -> Element<'a, M> {
    let bold = data.news.unread > 0 && data.news.muted.is_none();
    let mut name = row![strong(data.name).one_line()].spacing(space::S1).align_y(Center);
    if data.verified {
        name = name.push(badge::verified(14.0));
    }
    let mut top = row![container(name).width(Fill)].spacing(space::S2).align_y(Center);
    if let Some(words) = data.news.muted.clone() {
        top = top.push(spoken(Icon::BellOff, 14.0, Tone::Secondary, words));
    }
    if data.pinned {
        top = top.push(toned(Icon::Pin, 14.0, Tone::Secondary));
    }
    top = top.push(caption(data.time).tone(if bold { Tone::Accent } else { Tone::Secondary }));
    let mut bottom = row![preview(data.preview, bold)].spacing(space::S2).align_y(Center).height(20.0);
    if data.news.unread > 0 || data.news.called.is_some() {
        bottom = bottom.push(data.news.badges());
    }
    let texts = column![top, bottom].spacing(3.0).width(Fill);
    list_row(row![data.avatar, texts].spacing(space::S3).align_y(Center), data.selected, open)
}

fn preview<'a, M: 'a>(preview: Preview<'a>, bold: bool) -> Element<'a, M> {
    let quiet = if bold { Tone::Text } else { Tone::Secondary };
    match preview {
        Preview::Said(mark, words) => {
            let mut line = row![].spacing(space::S1).align_y(Center).width(Fill);
            if let Some((glyph, tone)) = mark {
                line = line.push(toned(glyph, 14.0, tone));
            }
            line.push(label(words).one_line().tone(quiet)).into()
        }
        Preview::Draft(words) => label(words).one_line().tone(Tone::Danger).width(Fill).into(),
        Preview::Typing(words) => label(words).one_line().tone(Tone::Accent).width(Fill).into(),
    }
}

/// A conversation when only avatars fit.
#[must_use]
pub fn rail<'a, M: Clone + 'a>(
    avatar: Element<'a, M>,
    name: &str,
    news: News<'a>,
    selected: bool,
    open: M,
) -> Element<'a, M> {
    let mut content = stack![avatar];
    if news.unread > 0 || news.called.is_some() {
        // there is room for one: that we are addressed says more than how much is unread
        let unread = if news.called.is_some() { 0 } else { news.unread };
        let badge = News { unread, ..news }.badges();
        content = content.push(container(badge).width(48.0).align_x(iced::Right));
    }
    Pressable::new(content)
        .name(name)
        .on_press(open)
        .width(size::RAIL)
        .height(size::ROW)
        .centered()
        .style(move |t, status| look(t, status, selected))
        .into()
}

/// A person with a line below the name and something at the end: a button, a mark.
#[must_use]
pub fn person<'a, M: 'a>(
    avatar: Element<'a, M>,
    name: impl Into<Cow<'a, str>>,
    below: impl Into<Cow<'a, str>>,
    end: Option<Element<'a, M>>,
) -> Element<'a, M> {
    let texts = column![strong(name).one_line(), label(below).one_line().tone(Tone::Secondary)]
        .spacing(2.0)
        .width(Fill);
    row![avatar, texts].push(end).spacing(space::S3).padding([space::S2, space::S3]).align_y(Center).into()
}

/// A person who can be chosen among several: a box at the end says whether they are.
#[must_use]
pub fn choice<'a, M: Clone + 'a>(
    avatar: Element<'a, M>,
    name: impl Into<Cow<'a, str>>,
    chosen: bool,
    toggle: M,
) -> Element<'a, M> {
    let mark = chosen.then(|| icon(Icon::Check, 14.0));
    let square = container(row![].push(mark)).center(20.0).style(move |theme: &Theme| {
        let t = tokens(theme);
        let (ground, edge) = if chosen { (t.accent, t.accent) } else { (Color::TRANSPARENT, t.control) };
        container::Style {
            text_color: Some(t.on_accent),
            background: Some(ground.into()),
            border: iced::Border { color: edge, width: 2.0, radius: radius::JOINED.into() },
            ..container::Style::default()
        }
    });
    let content = row![avatar, container(strong(name).one_line()).width(Fill), square];
    Pressable::new(content.spacing(space::S3).align_y(Center))
        .on_press(toggle)
        .padding([space::S2, space::S3])
        .width(Fill)
        .style(|t, status| look(t, status, false))
        .into()
}

/// Any content as a row that can be pressed.
#[must_use]
pub fn list_row<'a, M: Clone + 'a>(
    content: impl Into<Element<'a, M>>,
    selected: bool,
    press: M,
) -> Element<'a, M> {
    let row = Pressable::new(content)
        .on_press(press)
        .padding([10.0, space::S3])
        .width(Fill)
        .height(size::ROW)
        .style(move |t, status| look(t, status, selected));
    if !selected {
        return row.into();
    }
    // selection is more than a colour: a bar at the start edge
    let bar =
        container(filler::horizontal().width(3.0)).height(36.0).style(|theme: &Theme| container::Style {
            background: Some(tokens(theme).accent.into()),
            border: iced::border::rounded(radius::FULL),
            ..container::Style::default()
        });
    stack![row, container(bar).center_y(size::ROW)].into()
}

fn look(t: &Tokens, status: Status, selected: bool) -> Look {
    let ground = match (selected, status.hovered) {
        (true, _) => t.bg_selected,
        (false, true) => t.bg_hover,
        (false, false) => Color::TRANSPARENT,
    };
    Look::filled(ground, t.text, radius::CONTROL)
}
