//! Dialogs over a window: what is behind cannot be reached, neither by pointer nor by keyboard.
//!
//! Esc cancels. Because operations only reach the dialog, Tab goes round inside it.

use std::borrow::Cow;

use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, layout, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::widget::{column, container, row, space as filler};
use iced::{Event, Fill, Length, Rectangle, Size, Theme, Vector};

use super::Element;
use super::text::{body, heading};
use super::theme::{self, Tone, tokens};
use super::token::{size, space};

/// The usual dialog: title, a paragraph, more content if any, and actions at the end, the safe one first.
#[must_use]
pub fn card<'a, M: 'a>(
    title: impl Into<Cow<'a, str>>,
    words: impl Into<Cow<'a, str>>,
    content: Option<Element<'a, M>>,
    actions: impl IntoIterator<Item = Element<'a, M>>,
) -> Element<'a, M> {
    let actions = row![filler::horizontal()].extend(actions).spacing(space::S2);
    let texts =
        column![heading(title).width(Fill), body(words).tone(Tone::Secondary).width(Fill)].spacing(space::S2);
    framed(column![texts].push(content).push(actions).spacing(space::S5), size::DIALOG)
}

/// Any content in a dialog's frame of the given width.
#[must_use]
pub fn framed<'a, M: 'a>(content: impl Into<Element<'a, M>>, width: f32) -> Element<'a, M> {
    container(content).padding(space::S6).width(width).style(theme::card).into()
}

/// Shows a dialog over a window's content while there is one.
#[must_use]
pub fn over<'a, M: Clone + 'a>(
    base: impl Into<Element<'a, M>>,
    dialog: Option<Element<'a, M>>,
    cancel: M,
) -> Element<'a, M> {
    let dialog = dialog.map(|dialog| container(dialog).center(Fill).padding(space::S6).into());
    Element::new(Modal { layers: std::iter::once(base.into()).chain(dialog).collect(), cancel })
}

/// The base, then the dialog if there is one.
struct Modal<'a, M> {
    layers: Vec<Element<'a, M>>,
    cancel: M,
}

impl<M> Modal<'_, M> {
    fn is_open(&self) -> bool {
        self.layers.len() > 1
    }
}

impl<M: Clone> Widget<M, Theme, iced::Renderer> for Modal<'_, M> {
    fn children(&self) -> Vec<Tree> {
        self.layers.iter().map(Tree::new).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&self.layers);
    }

    fn size(&self) -> Size<Length> {
        Size::new(Fill, Fill)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &iced::Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let size = limits.max();
        let limits = layout::Limits::new(Size::ZERO, size);
        let layers = self.layers.iter_mut().zip(&mut tree.children);
        let nodes =
            layers.map(|(layer, tree)| layer.as_widget_mut().layout(tree, renderer, &limits)).collect();
        layout::Node::with_children(size, nodes)
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
        let open = self.is_open();
        let top = self.layers.last_mut().zip(tree.children.last_mut()).zip(layout.children().last());
        let Some(((layer, tree), inner)) = top else { return };
        layer.as_widget_mut().update(tree, event, inner, cursor, renderer, clipboard, shell, viewport);
        if !open {
            return;
        }
        if let Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(key::Named::Escape), .. }) =
            event
            && !shell.is_event_captured()
        {
            shell.publish(self.cancel.clone());
            shell.capture_event();
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
        let open = self.is_open();
        for (at, ((layer, tree), inner)) in
            self.layers.iter().zip(&tree.children).zip(layout.children()).enumerate()
        {
            if at == 0 {
                let cursor = if open { mouse::Cursor::Unavailable } else { cursor };
                layer.as_widget().draw(tree, renderer, theme, style, inner, cursor, viewport);
                continue;
            }
            renderer.with_layer(layout.bounds(), |renderer| {
                let scrim = renderer::Quad { bounds: layout.bounds(), ..renderer::Quad::default() };
                renderer.fill_quad(scrim, tokens(theme).scrim);
            });
            renderer.with_layer(layout.bounds(), |renderer| {
                layer.as_widget().draw(tree, renderer, theme, style, inner, cursor, viewport);
            });
        }
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        let top = self.layers.last_mut().zip(tree.children.last_mut()).zip(layout.children().last());
        if let Some(((layer, tree), inner)) = top {
            operation.container(None, layout.bounds());
            operation
                .traverse(&mut |operation| layer.as_widget_mut().operate(tree, inner, renderer, operation));
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
        let top = self.layers.last().zip(tree.children.last()).zip(layout.children().last());
        let inner = top.map(|((layer, tree), inner)| {
            layer.as_widget().mouse_interaction(tree, inner, cursor, viewport, renderer)
        });
        match inner {
            Some(mouse::Interaction::None) | None if self.is_open() => mouse::Interaction::Idle,
            Some(interaction) => interaction,
            None => mouse::Interaction::None,
        }
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &iced::Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        let ((layer, tree), inner) =
            self.layers.last_mut().zip(tree.children.last_mut()).zip(layout.children().last())?;
        layer.as_widget_mut().overlay(tree, inner, renderer, viewport, translation)
    }
}
