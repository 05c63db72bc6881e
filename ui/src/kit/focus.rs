//! Moving the keyboard's focus: Tab and Shift+Tab over everything that can take it, in tree order.
//!
//! Wrap the whole window in [`scope`] once. A dialog inside narrows the order to itself by itself.

use iced::advanced::widget::operation::Focusable;
use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, layout, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::widget::Id;
use iced::{Event, Length, Rectangle, Size, Theme, Vector};

use super::Element;

/// Whether anything inside an element has the focus.
pub(super) fn is_inside<M>(
    element: &mut Element<'_, M>,
    tree: &mut Tree,
    layout: Layout<'_>,
    renderer: &iced::Renderer,
) -> bool {
    let mut held = Held(false);
    element.as_widget_mut().operate(tree, layout, renderer, &mut held);
    held.0
}

/// Whether the first thing inside an element that can have the focus has it.
pub(super) fn is_first<M>(
    element: &mut Element<'_, M>,
    tree: &mut Tree,
    layout: Layout<'_>,
    renderer: &iced::Renderer,
) -> bool {
    let mut first = First(None);
    element.as_widget_mut().operate(tree, layout, renderer, &mut first);
    first.0 == Some(true)
}

struct First(Option<bool>);

impl Operation for First {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        self.0 = self.0.or_else(|| Some(state.is_focused()));
    }
}

struct Held(bool);

impl Operation for Held {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        self.0 |= state.is_focused();
    }
}

struct Scope<'a, M> {
    content: Element<'a, M>,
}

/// Content in which Tab moves the focus forwards and Shift+Tab backwards.
#[must_use]
pub fn scope<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> Element<'a, M> {
    Element::new(Scope { content: content.into() })
}

/// Counts what can have the focus and where it is now.
#[derive(Default)]
struct Count {
    total: usize,
    held: Option<usize>,
}

impl Operation for Count {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        if state.is_focused() {
            self.held = Some(self.total);
        }
        self.total = self.total.saturating_add(1);
    }
}

/// Gives the focus to one of them by its place in the order, and takes it from all others.
struct Give {
    to: usize,
    at: usize,
}

impl Operation for Give {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        if self.at == self.to {
            state.focus();
        } else {
            state.unfocus();
        }
        self.at = self.at.saturating_add(1);
    }
}

impl<M> Scope<'_, M> {
    /// Iced's own operations stop at the ends; people expect to come round again.
    fn shift(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &iced::Renderer, backwards: bool) {
        let mut count = Count::default();
        self.content.as_widget_mut().operate(tree, layout, renderer, &mut count);
        let last = count.total.saturating_sub(1);
        let to = match (count.held, backwards) {
            (None | Some(0), true) => last,
            (Some(at), true) => at.saturating_sub(1),
            (Some(at), false) if at < last => at.saturating_add(1),
            (None | Some(_), false) => 0,
        };
        self.content.as_widget_mut().operate(tree, layout, renderer, &mut Give { to, at: 0 });
    }
}

impl<M> Widget<M, Theme, iced::Renderer> for Scope<'_, M> {
    fn tag(&self) -> iced::advanced::widget::tree::Tag {
        self.content.as_widget().tag()
    }

    fn state(&self) -> iced::advanced::widget::tree::State {
        self.content.as_widget().state()
    }

    fn children(&self) -> Vec<Tree> {
        self.content.as_widget().children()
    }

    fn diff(&self, tree: &mut Tree) {
        self.content.as_widget().diff(tree);
    }

    fn size(&self) -> Size<Length> {
        self.content.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.content.as_widget().size_hint()
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &iced::Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        self.content.as_widget_mut().layout(tree, renderer, limits)
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
        let content = self.content.as_widget_mut();
        content.update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
        if let Event::Keyboard(keyboard::Event::KeyPressed {
            key: Key::Named(key::Named::Tab),
            modifiers,
            ..
        }) = event
            && !shell.is_event_captured()
            && !modifiers.command()
            && !modifiers.alt()
        {
            self.shift(tree, layout, renderer, modifiers.shift());
            shell.capture_event();
            shell.request_redraw();
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
        self.content.as_widget().draw(tree, renderer, theme, style, layout, cursor, viewport);
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        self.content.as_widget_mut().operate(tree, layout, renderer, operation);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &iced::Renderer,
    ) -> mouse::Interaction {
        self.content.as_widget().mouse_interaction(tree, layout, cursor, viewport, renderer)
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &iced::Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        self.content.as_widget_mut().overlay(tree, layout, renderer, viewport, translation)
    }
}
