//! The one text widget: emoji in colour, Korean breaking at spaces, an ellipsis where room ends, links, and selection.
//!
//! It takes text as people wrote it and prepares it when it changes, never per frame. What it shows is reported to
//! operations, so that tests and assistive tools can find it. Knows neither messages nor screens.

mod layout;
mod select;

use std::borrow::Cow;

use iced::advanced::text::Alignment;
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, mouse, renderer};
use iced::{Color, Event, Length, Rectangle, Size, Theme};

use super::Element;
use super::text::Role;
use super::theme::{Tone, tokens};
use crate::model::mention::Place;

pub(super) use layout::last_line_width;
use layout::{Request, State};

type Notify<'a, M> = Box<dyn Fn(String) -> M + 'a>;

/// A piece of text; build it with the functions of [`super::text`].
pub struct Words<'a, M> {
    content: Cow<'a, str>,
    role: Role,
    tone: Tone,
    width: Length,
    align: Alignment,
    max_lines: Option<usize>,
    on_link: Option<Notify<'a, M>>,
    on_copy: Option<Notify<'a, M>>,
    outgoing: bool,
    places: &'a [Place],
    spoken: Option<Cow<'a, str>>,
}

impl<'a, M> Words<'a, M> {
    /// Text in a role, in the colour of its surroundings, as wide as it needs.
    pub fn new(content: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Self {
            content: content.into(),
            role,
            tone: Tone::Inherit,
            width: Length::Shrink,
            align: Alignment::Default,
            max_lines: None,
            on_link: None,
            on_copy: None,
            outgoing: false,
            places: &[],
            spoken: None,
        }
    }

    /// In another tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// With a given width.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    /// Centred in the whole width.
    #[must_use]
    pub fn centered(mut self) -> Self {
        self.align = Alignment::Center;
        self.width = Length::Fill;
        self
    }

    /// At most so many lines; what does not fit ends in an ellipsis.
    #[must_use]
    pub fn max_lines(mut self, lines: usize) -> Self {
        self.max_lines = Some(lines.max(1));
        self
    }

    /// On one line that ends in an ellipsis where room ends.
    #[must_use]
    pub fn one_line(self) -> Self {
        self.max_lines(1)
    }

    /// Marks links and reports presses on them with their target.
    #[must_use]
    pub fn on_link(mut self, open: impl Fn(String) -> M + 'a) -> Self {
        self.on_link = Some(Box::new(open));
        self
    }

    /// Lets the pointer select text and reports Ctrl+C with what is selected.
    #[must_use]
    pub fn on_copy(mut self, copy: impl Fn(String) -> M + 'a) -> Self {
        self.on_copy = Some(Box::new(copy));
        self
    }

    /// Selection in the colours of an outgoing bubble.
    #[must_use]
    pub fn outgoing(mut self) -> Self {
        self.outgoing = true;
        self
    }

    /// Makes the names in it stand out, ours most of all.
    #[must_use]
    pub fn places(mut self, places: &'a [Place]) -> Self {
        self.places = places;
        self
    }

    /// What tests and assistive tools find instead of the content, for signs that are not words.
    #[must_use]
    pub fn spoken(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.spoken = Some(name.into());
        self
    }

    fn request(&self) -> Request<'_> {
        Request {
            content: &self.content,
            role: self.role,
            align: self.align,
            max_lines: self.max_lines,
            links: self.on_link.is_some(),
            places: self.places,
        }
    }
}

impl<M> std::fmt::Debug for Words<'_, M> {
    /// Lengths only: texts are people's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

impl<M> Widget<M, Theme, iced::Renderer> for Words<'_, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, Length::Shrink)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        _renderer: &iced::Renderer,
        limits: &iced::advanced::layout::Limits,
    ) -> iced::advanced::layout::Node {
        let limits = limits.width(self.width);
        let needed = tree.state.downcast_mut::<State>().prepare(&self.request(), limits.max().width);
        iced::advanced::layout::Node::new(limits.resolve(self.width, Length::Shrink, needed))
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut iced::Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        _cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let color: Color = self.tone.color(theme).unwrap_or(style.text_color);
        let t = tokens(theme);
        let names = if self.outgoing {
            (t.quote_out, t.selection_out, t.on_out)
        } else {
            (t.quote_in, t.selection_in, t.accent)
        };
        state.draw_names(renderer, layout.bounds(), names);
        let selection = if self.outgoing { t.selection_out } else { t.selection_in };
        select::draw_selection(state, renderer, layout.bounds(), selection);
        state.draw(renderer, layout.bounds(), color, *viewport);
        state.draw_underlines(renderer, layout.bounds(), color);
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _renderer: &iced::Renderer,
        _clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        _viewport: &Rectangle,
    ) {
        if self.on_link.is_none() && self.on_copy.is_none() {
            return;
        }
        let state = tree.state.downcast_mut::<State>();
        let bounds = layout.bounds();
        match select::react(state, event, bounds, cursor, self.on_copy.is_some()) {
            select::Reaction::None => {}
            select::Reaction::Redraw => shell.request_redraw(),
            select::Reaction::Captured => {
                shell.capture_event();
                shell.request_redraw();
            }
            select::Reaction::Copy(text) => {
                if let Some(copy) = &self.on_copy {
                    shell.publish(copy(text));
                    shell.capture_event();
                }
            }
            select::Reaction::Open(target) => {
                if let Some(open) = &self.on_link {
                    shell.publish(open(target));
                    shell.capture_event();
                }
            }
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _viewport: &Rectangle,
        _renderer: &iced::Renderer,
    ) -> mouse::Interaction {
        let state = tree.state.downcast_ref::<State>();
        match cursor.position_in(layout.bounds()) {
            Some(at) if self.on_link.is_some() && state.link_at(at, layout.bounds()).is_some() => {
                mouse::Interaction::Pointer
            }
            Some(_) if self.on_copy.is_some() => mouse::Interaction::Text,
            Some(_) | None => mouse::Interaction::None,
        }
    }

    fn operate(
        &mut self,
        _tree: &mut Tree,
        layout: Layout<'_>,
        _renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.text(None, layout.bounds(), self.spoken.as_ref().unwrap_or(&self.content));
    }
}

impl<'a, M: 'a> From<Words<'a, M>> for Element<'a, M> {
    fn from(words: Words<'a, M>) -> Self {
        Self::new(words)
    }
}
