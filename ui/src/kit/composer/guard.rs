//! The widget around editor and buttons that runs the input method's guard over everything that happens.

use std::sync::Arc;

use iced::advanced::layout::{Limits, Node};
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, input_method, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::time::Instant;
use iced::widget::text_editor::{Action, Edit};
use iced::{Event, Length, Rectangle, Size, Theme, Vector, window};

use super::draft::Change;
use super::ime::{Asked, Do, Guard};
use super::{Composing, Event as Said, Pick};
use crate::kit::Element;
use crate::kit::focus;

/// What editor and buttons say to the guard.
#[derive(Clone)]
pub(super) enum Inner<M> {
    Act(Action),
    Undo,
    Redo,
    Send(Asked),
    EditLast,
    Pick(Pick),
    Tell(M),
}

pub(super) struct Guarded<'a, M> {
    content: Element<'a, Inner<M>>,
    on_event: Box<dyn Fn(Said) -> M + 'a>,
    blank: bool,
}

impl<'a, M: 'a> Guarded<'a, M> {
    pub(super) fn new(
        content: Element<'a, Inner<M>>,
        on_event: Box<dyn Fn(Said) -> M + 'a>,
        blank: bool,
    ) -> Self {
        Self { content, on_event, blank }
    }

    fn say(&self, what: Do, shell: &mut Shell<'_, M>) {
        let said = match what {
            Do::Insert(text) => Said::Changed(Change::Act(Action::Edit(Edit::Paste(Arc::new(text))))),
            Do::Send => Said::Send,
            Do::Take => Said::Pick(Pick::Take),
        };
        shell.publish((self.on_event)(said));
    }

    /// Does what the guard decided. Sending nothing is left out.
    fn carry_out(&self, steps: Vec<Do>, shell: &mut Shell<'_, M>) {
        let inserts = steps.iter().any(|step| matches!(step, Do::Insert(_)));
        for step in steps {
            if step != Do::Send || inserts || !self.blank {
                self.say(step, shell);
            }
        }
        shell.request_redraw();
    }

    fn answer(&self, guard: &mut Guard, inner: Inner<M>, now: Instant, shell: &mut Shell<'_, M>) {
        let change = |change| (self.on_event)(Said::Changed(change));
        match inner {
            Inner::Act(action) => shell.publish(change(Change::Act(action))),
            Inner::Undo => shell.publish(change(Change::Undo)),
            Inner::Redo => shell.publish(change(Change::Redo)),
            Inner::EditLast if guard.is_composing() => {}
            Inner::EditLast => shell.publish((self.on_event)(Said::EditLast)),
            Inner::Pick(Pick::Take) => {
                let steps = guard.send(Asked::Take, now);
                self.carry_out(steps, shell);
            }
            Inner::Pick(pick) => shell.publish((self.on_event)(Said::Pick(pick))),
            Inner::Tell(message) => shell.publish(message),
            Inner::Send(asked) => {
                let steps = guard.send(asked, now);
                self.carry_out(steps, shell);
            }
        }
    }
}

/// What comes before the editor sees an event: what to do, and whether it sees it at all.
fn before(guard: &mut Guard, event: &Event, focused: bool, now: Instant) -> (Vec<Do>, bool) {
    match event {
        Event::InputMethod(event) => guard.input(event, focused, now),
        Event::Keyboard(keyboard::Event::KeyPressed { key, .. }) => match key {
            // a second Enter while a commit is waited for
            Key::Named(key::Named::Enter) => (Vec::new(), true),
            Key::Named(key::Named::Shift | key::Named::Control | key::Named::Alt | key::Named::Super) => {
                (Vec::new(), true)
            }
            _ => (guard.typed(now), true),
        },
        Event::Window(window::Event::RedrawRequested(now)) => (guard.tick(*now), true),
        _ => (Vec::new(), true),
    }
}

impl<'a, M: Clone + 'a> Widget<M, Theme, iced::Renderer> for Guarded<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Guard>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Guard::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        self.content.as_widget().size()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &iced::Renderer, limits: &Limits) -> Node {
        match tree.children.first_mut() {
            Some(child) => self.content.as_widget_mut().layout(child, renderer, limits),
            None => Node::new(Size::ZERO),
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &iced::Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        viewport: &Rectangle,
    ) {
        let Some(child) = tree.children.first_mut() else { return };
        let guard = tree.state.downcast_mut::<Guard>();
        let now = Instant::now();
        let focused = focus::is_first(&mut self.content, child, layout, renderer);
        if guard.is_composing() && !focused {
            let steps = guard.adopt(now).into_iter().collect();
            self.carry_out(steps, shell);
        }
        let (steps, seen) = before(guard, event, focused, now);
        if let Some(composing) = guard.news() {
            shell.publish((self.on_event)(Said::Composing(Composing(composing))));
        }
        let settled = !steps.is_empty();
        if settled {
            self.carry_out(steps, shell);
        }
        if !seen {
            shell.capture_event();
        }

        let mut said = Vec::new();
        let mut inner = Shell::new(&mut said);
        // a press elsewhere takes the editor's focus, whoever has answered to it already
        let elsewhere = matches!(event, Event::Mouse(_)) && !cursor.is_over(layout.bounds());
        if shell.is_event_captured() && !elsewhere {
            inner.capture_event();
        }
        let content = self.content.as_widget_mut();
        if settled {
            // what was composed is in the draft now, so it must not be drawn over it any longer
            let gone = Event::InputMethod(input_method::Event::Preedit(String::new(), None));
            content.update(child, &gone, layout, cursor, renderer, clipboard, &mut inner, viewport);
        }
        if seen {
            content.update(child, event, layout, cursor, renderer, clipboard, &mut inner, viewport);
        }
        let resting = guard.must_rest();
        forward(&inner, shell, resting);
        for message in said {
            self.answer(guard, message, now, shell);
        }
        if guard.is_composing() && !focus::is_first(&mut self.content, child, layout, renderer) {
            let steps = guard.adopt(now).into_iter().collect();
            self.carry_out(steps, shell);
        }
        if matches!(event, Event::Window(window::Event::RedrawRequested(_))) && guard.rested() {
            shell.request_redraw();
        }
        if let Some(at) = guard.wakes_at() {
            shell.request_redraw_at(at);
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut iced::Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        if let Some(child) = tree.children.first() {
            self.content.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        if let Some(child) = tree.children.first_mut() {
            self.content.as_widget_mut().operate(child, layout, renderer, operation);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &iced::Renderer,
    ) -> mouse::Interaction {
        tree.children.first().map_or(mouse::Interaction::None, |child| {
            self.content.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
        })
    }

    fn overlay<'b>(
        &'b mut self,
        _tree: &'b mut Tree,
        _layout: Layout<'b>,
        _renderer: &iced::Renderer,
        _viewport: &Rectangle,
        _translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        // editor and buttons have none
        None
    }
}

/// Hands on everything but the messages; the input method only when it may be on.
fn forward<A, M>(from: &Shell<'_, A>, to: &mut Shell<'_, M>, resting: bool) {
    if from.is_event_captured() {
        to.capture_event();
    }
    if from.is_layout_invalid() {
        to.invalidate_layout();
    }
    if from.are_widgets_invalid() {
        to.invalidate_widgets();
    }
    to.request_redraw_at(from.redraw_request());
    if !resting {
        to.request_input_method::<String>(from.input_method());
    }
}
