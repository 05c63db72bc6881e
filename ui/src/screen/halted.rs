//! Why there is nothing to show: the profile is in use, damaged, from a newer version, or the messenger has
//! ended.

use iced::widget::container;

use super::Ctx;
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::{Element, empty, theme};
use crate::t;

/// The messenger's code for what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State(pub &'static str);

/// What the person did.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// Undertone is to be closed.
    Closed,
}

impl State {
    /// The window's content.
    #[must_use]
    pub fn view<'a>(&self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let (glyph, title) = match self.0 {
            "profile-in-use" => (Icon::Monitor, t!(texts, "halted-in-use")),
            "profile-newer" => (Icon::Download, t!(texts, "halted-newer")),
            _ => (Icon::TriangleAlert, t!(texts, "halted-broken")),
        };
        let close = button::button(Kind::Primary, t!(texts, "close")).on_press(Message::Closed);
        let content = empty::empty(glyph, title, texts.error(self.0), Some(close.into()));
        container(content).style(theme::ground).into()
    }
}
