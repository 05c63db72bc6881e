//! Moving the keyboard's focus: Tab and Shift+Tab over everything that can take it, in tree order.
//!
//! Wrap the whole window in [`scope`] once. A dialog inside narrows the order to itself by itself.

use iced::advanced::widget::operation::{Outcome, focusable};
use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, layout, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::{Event, Length, Rectangle, Size, Theme, Vector};

use super::Element;

struct Scope<'a, M> {
    content: Element<'a, M>,
}

/// Content in which Tab moves the focus forwards and Shift+Tab backwards.
#[must_use]
pub fn scope<'a, M: 'a>(content: impl Into<Element<'a, M>>) -> Element<'a, M> {
    Element::new(Scope { content: content.into() })
}

impl<M> Scope<'_, M> {
    fn shift(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &iced::Renderer, backwards: bool) {
        let mut next: Option<Box<dyn Operation>> = Some(if backwards {
            Box::new(focusable::focus_previous::<()>())
        } else {
            Box::new(focusable::focus_next::<()>())
        });
        // counting first, then moving: an operation may ask for another one
        while let Some(mut operation) = next.take() {
            self.content.as_widget_mut().operate(tree, layout, renderer, operation.as_mut());
            if let Outcome::Chain(following) = operation.finish() {
                next = Some(following);
            }
        }
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
