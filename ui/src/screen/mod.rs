//! The screens: each has a state, messages, `update` and `view`. They compose widgets of the kit and decide
//! nothing about looks; what they want done they say as [`Action`]s.

use std::path::PathBuf;

use undertone::api::{ConversationId, ProfileInfo};

use crate::bridge::{Ask, Secret};
use crate::i18n::Texts;
use crate::kit::Element;
use crate::model::time::{Labels, Language};
use crate::platform::prefs::Appearance;

mod attention;
pub mod chat;
mod faces;
pub mod halted;
pub mod main;
pub mod onboarding;
mod past;
mod say;
pub mod settings;
pub mod unlock;
pub mod verify;

pub use faces::Faces;

/// What every view needs to know of its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Ctx<'a> {
    /// What the interface says.
    pub texts: &'a Texts,
    /// How points in time are said.
    pub labels: &'a Labels,
    /// Now, milliseconds since the epoch.
    pub now_ms: i64,
    /// Width of the window, in logical pixels.
    pub width: f32,
    /// Height of the window, in logical pixels.
    pub height: f32,
    /// Light or dark, as the person chose it.
    pub appearance: Appearance,
    /// Pictures of groups; none before there are any.
    pub faces: Option<&'a Faces>,
}

impl<'a> Ctx<'a> {
    /// A group's disc of `side` logical pixels: its picture, or its initials in its colour.
    pub(crate) fn group<M: 'a>(self, chat: &ConversationId, title: &str, side: f32) -> Element<'a, M> {
        match self.faces {
            Some(faces) => faces.group(chat, title, side),
            None => Faces::default().group(chat, title, side),
        }
    }
}

/// What a screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Change between light and dark.
    Appearance(Appearance),
    /// Ask the messenger.
    Ask(Ask),
    /// End the program in good order.
    Close,
    /// Empty the clipboard.
    EmptyClipboard,
    /// Put a text on the clipboard; `said` tells that it is there.
    Copy {
        /// The text.
        text: Secret,
        /// What to say afterwards.
        said: Notice,
    },
    /// Go to the conversations.
    Enter(Box<ProfileInfo>),
    /// End the program now.
    Exit,
    /// Put the keyboard into the widget with this id.
    Focus(&'static str),
    /// The first frame was drawn then.
    Framed(std::time::Instant),
    /// Speak this language.
    Language(Language),
    /// Tell something in passing.
    Notify(Notice),
    /// Let the system open a link.
    OpenLink(Secret),
    /// Let the person choose a picture for this group; none is the one that is being begun.
    ChoosePicture(Option<ConversationId>),
    /// Let the person choose a picture, and look for a code in it.
    PickPicture,
    /// Make this file a picture for this group; none is the one that is being begun.
    PreparePicture(Option<ConversationId>, PathBuf),
    /// Look for a code in this picture.
    Scan(PathBuf),
}

/// Something told in passing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Somebody was asked to become a contact.
    Asked(String),
    /// A text is on the clipboard.
    Copied,
    /// The invitation is on the clipboard.
    InviteCopied,
    /// We were let into a group by a link.
    Joined,
    /// We were not: the word for why.
    NotJoined(&'static str),
    /// Somebody contradicts what is known of this person's devices.
    KeyAlarm(String),
    /// The recovery phrase is on the clipboard, for a minute.
    PhraseCopied,
    /// The recovery phrase is written down.
    PhraseKept,
    /// Something failed: the messenger's code for it.
    Trouble(&'static str),
}

/// A question as an action.
impl From<Ask> for Action {
    fn from(ask: Ask) -> Self {
        Self::Ask(ask)
    }
}

/// A form in the middle of the window.
pub(crate) fn form<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> Element<'a, M> {
    use crate::kit::{theme, token::space};
    use iced::widget::{center, container, scrollable};
    let column = container(content).max_width(FORM).padding(space::S6);
    // tall forms scroll, short ones stand in the middle
    let content = scrollable(container(column).center_x(iced::Fill)).style(theme::scroll);
    center(content).style(theme::ground).into()
}

/// Width of a form, in logical pixels.
const FORM: f32 = 520.0;
