//! Where messages are written: a growing editor with its buttons on a layer above it.
//!
//! The buttons lie above the editor, not beside it, so that pressing them does not take the focus away; what an input
//! method is composing survives sending, see [`ime`]. Enter sends, Shift+Enter breaks the line.

mod draft;
mod guard;
mod ime;
mod runs;

use std::borrow::Cow;

use iced::border::Radius;
use iced::keyboard::{Key, key};
use iced::widget::text_editor::{Binding, KeyPress, Status, Style};
use iced::widget::{Id, column, container, row, space as filler, stack, text_editor};
use iced::{Border, Bottom, Center, Fill, Padding, Theme};

pub use draft::{Change, Draft};
use guard::{Guarded, Inner};
use ime::Asked;
use runs::Runs;

use super::button::{round, round_accent};
use super::icon::{Icon, toned};
use super::pressable::Look;
use super::text::{Role, caption, label};
use super::theme::{Tone, tokens};
use super::token::{radius, size, space};
use super::{Element, font};

/// What the composer says.
#[derive(Debug, Clone)]
pub enum Event {
    /// The draft changed: give it to [`Draft::apply`].
    Changed(Change),
    /// The draft is to be sent as it is now.
    Send,
    /// Arrow up in an empty draft: change the last message.
    EditLast,
    /// The input method is composing something else.
    Composing(Composing),
    /// A key moves among what is offered to complete the draft, or takes it.
    Pick(Pick),
}

/// What an input method is composing.
#[derive(Clone, PartialEq, Eq)]
pub struct Composing(pub String);

impl std::fmt::Debug for Composing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("..")
    }
}

/// What a key does with what is offered to complete a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// To the one before.
    Previous,
    /// To the next one.
    Next,
    /// It is the one.
    Take,
}

/// What the composer's buttons are called.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// In the empty editor.
    pub placeholder: Cow<'a, str>,
    /// The send button.
    pub send: Cow<'a, str>,
    /// The attach button.
    pub attach: Cow<'a, str>,
    /// The emoji button.
    pub emoji: Cow<'a, str>,
}

/// What stands above the editor: an answered or a changed message.
#[derive(Debug, Clone)]
pub struct Strip<'a, M> {
    /// Its sign.
    pub icon: Icon,
    /// What is being done, or who is answered.
    pub title: Cow<'a, str>,
    /// The message.
    pub words: Cow<'a, str>,
    /// What the cross says.
    pub cancel: M,
    /// What the cross is called.
    pub cancel_name: Cow<'a, str>,
}

/// The composer; build it, then [`Self::view`] it.
pub struct Composer<'a, M> {
    draft: &'a Draft,
    names: Names<'a>,
    id: Option<Id>,
    on_event: Box<dyn Fn(Event) -> M + 'a>,
    on_attach: Option<M>,
    on_emoji: Option<M>,
    strip: Option<Strip<'a, M>>,
    offers: bool,
}

impl<'a, M: Clone + 'a> Composer<'a, M> {
    /// A composer of a draft.
    pub fn new(draft: &'a Draft, names: Names<'a>, on_event: impl Fn(Event) -> M + 'a) -> Self {
        Self {
            draft,
            names,
            id: None,
            on_event: Box::new(on_event),
            on_attach: None,
            on_emoji: None,
            strip: None,
            offers: false,
        }
    }

    /// The name by which the editor can be focused.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Shows the attach button.
    #[must_use]
    pub fn on_attach(mut self, message: M) -> Self {
        self.on_attach = Some(message);
        self
    }

    /// Shows the emoji button.
    #[must_use]
    pub fn on_emoji(mut self, message: M) -> Self {
        self.on_emoji = Some(message);
        self
    }

    /// Shows a strip above the editor.
    #[must_use]
    pub fn strip(mut self, strip: Option<Strip<'a, M>>) -> Self {
        self.strip = strip;
        self
    }

    /// Whether something is offered to complete the draft: arrows, Enter and Tab choose of it then.
    #[must_use]
    pub fn offers(mut self, offers: bool) -> Self {
        self.offers = offers;
        self
    }

    /// The finished composer, as wide as its surroundings.
    #[must_use]
    pub fn view(self) -> Element<'a, M> {
        let blank = self.draft.is_blank();
        let (empty, offers) = (self.draft.text().is_empty(), self.offers);
        let mut editor = text_editor(self.draft.content());
        if let Some(id) = self.id {
            editor = editor.id(id);
        }
        let editor = editor
            .on_action(Inner::Act)
            .key_binding(move |press| binding(press, empty, offers))
            .placeholder(self.names.placeholder)
            .font(font::REGULAR)
            .size(Role::BODY.size)
            .line_height(iced::advanced::text::LineHeight::Absolute(Role::BODY.line.into()))
            .min_height(Role::BODY.line)
            .max_height(Role::BODY.line * 8.0)
            .padding(Padding {
                top: 11.5,
                bottom: 11.5,
                left: if self.on_attach.is_some() { 46.0 } else { space::S4 },
                right: if self.on_emoji.is_some() { 88.0 } else { 50.0 },
            })
            .highlight_with::<Runs>(self.draft.names(), runs::format)
            .style(editor_style);
        // always enabled: the first syllable of a draft may still be with the input method
        let send = round_accent(Icon::SendHorizontal, self.names.send).on_press(Inner::Send(Asked::Button));
        let send = send.style(move |t, status| {
            if blank {
                return Look::filled(iced::Color::TRANSPARENT, t.text_3, radius::FULL);
            }
            Look::filled(if status.hovered { t.accent_hover } else { t.accent }, t.on_accent, radius::FULL)
        });
        let attach = self
            .on_attach
            .map(|message| round(Icon::Paperclip, self.names.attach).on_press(Inner::Tell(message)));
        let emoji =
            self.on_emoji.map(|message| round(Icon::Smile, self.names.emoji).on_press(Inner::Tell(message)));
        let buttons = row![].push(attach).push(filler::horizontal()).push(emoji).push(send).spacing(2.0);
        let layer = container(buttons).padding(4.0).width(Fill).height(Fill).align_y(Bottom);
        let guarded = Guarded::new(stack![editor, layer].width(Fill).into(), self.on_event, blank);
        // what stands in a column is known by its place there: without something above, the editor would be taken for a
        // new one and lose the keyboard whenever the strip comes or goes
        let above: Element<'a, M> = match self.strip {
            Some(above) => container(strip(above)).padding(Padding::ZERO.bottom(space::S1)).into(),
            None => filler::horizontal().into(),
        };
        column![above, Element::new(guarded)].padding([space::S2, space::S4]).into()
    }
}

impl<M> std::fmt::Debug for Composer<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Composer").field("draft", &self.draft).finish_non_exhaustive()
    }
}

fn strip<'a, M: Clone + 'a>(strip: Strip<'a, M>) -> Element<'a, M> {
    let bar = container(filler().width(3.0).height(36.0)).style(|theme: &Theme| container::Style {
        background: Some(tokens(theme).accent.into()),
        border: iced::border::rounded(radius::FULL),
        ..container::Style::default()
    });
    let words = crate::model::text::one_line(&strip.words);
    let texts = column![
        caption(strip.title).one_line().tone(Tone::Accent),
        label(words).one_line().tone(Tone::Secondary)
    ]
    .spacing(2.0)
    .width(Fill);
    let cross = round(Icon::X, strip.cancel_name).on_press(strip.cancel);
    row![toned(strip.icon, 18.0, Tone::Accent), bar, texts, cross]
        .spacing(10.0)
        .padding([0.0, space::S2])
        .height(size::TOUCH + space::S2)
        .align_y(Center)
        .into()
}

fn binding<M>(press: KeyPress, empty: bool, offers: bool) -> Option<Binding<Inner<M>>> {
    if !matches!(press.status, Status::Focused { .. }) {
        return None;
    }
    let modifiers = press.modifiers;
    let plain = !modifiers.shift() && !modifiers.alt() && !modifiers.command();
    if let Some(pick) = pick(&press.key).filter(|_| offers && plain) {
        return Some(Binding::Custom(Inner::Pick(pick)));
    }
    match press.key.as_ref() {
        Key::Named(key::Named::Enter) if plain => return Some(Binding::Custom(Inner::Send(Asked::Enter))),
        Key::Named(key::Named::ArrowUp) if plain && empty => return Some(Binding::Custom(Inner::EditLast)),
        // what cancels and what scrolls is the window's affair
        Key::Named(key::Named::Escape | key::Named::PageUp | key::Named::PageDown) => return None,
        _ => {}
    }
    match press.key.to_latin(press.physical_key) {
        Some('z') if modifiers.command() && modifiers.shift() => Some(Binding::Custom(Inner::Redo)),
        Some('z') if modifiers.command() => Some(Binding::Custom(Inner::Undo)),
        Some('y') if modifiers.command() => Some(Binding::Custom(Inner::Redo)),
        _ => match Binding::from_key_press(press) {
            // a shortcut is no text; with Alt it is how some keyboards reach a third sign on a key
            Some(Binding::Insert(_)) if modifiers.command() && !modifiers.alt() => None,
            binding => binding,
        },
    }
}

fn pick(key: &Key) -> Option<Pick> {
    match key.as_ref() {
        Key::Named(key::Named::ArrowDown) => Some(Pick::Next),
        Key::Named(key::Named::ArrowUp) => Some(Pick::Previous),
        Key::Named(key::Named::Enter | key::Named::Tab) => Some(Pick::Take),
        _ => None,
    }
}

fn editor_style(theme: &Theme, status: Status) -> Style {
    let t = tokens(theme);
    let focused = matches!(status, Status::Focused { .. });
    Style {
        background: t.bg_hover.into(),
        border: Border {
            color: if focused { t.control } else { t.bg_hover },
            width: 1.0,
            radius: Radius::new(22.0),
        },
        placeholder: t.text_2,
        value: t.text,
        selection: t.selection_in,
    }
}
