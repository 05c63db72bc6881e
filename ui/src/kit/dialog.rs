//! Dialogs and menus over a window: what is behind cannot be reached, neither by pointer nor by keyboard.
//!
//! Esc cancels, and so does a press beside a menu. Because operations only reach what is on top, Tab goes round in it.

use std::borrow::Cow;

use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{
    Clipboard, Layout, Renderer as _, Shell, Widget, input_method, layout, mouse, overlay, renderer,
};
use iced::keyboard::{self, Key, key};
use iced::widget::{column, container, row, space as filler};
use iced::{Event, Fill, Length, Point, Rectangle, Size, Theme, Vector};

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

/// A menu's frame around its entries; see [`super::button::menu_item`].
#[must_use]
pub fn menu<'a, M: 'a>(entries: impl IntoIterator<Item = Element<'a, M>>) -> Element<'a, M> {
    container(column(entries)).padding(space::S1).width(size::MENU).style(theme::card).into()
}

/// Shows a dialog in the middle of a window while there is one.
#[must_use]
pub fn over<'a, M: Clone + 'a>(
    base: impl Into<Element<'a, M>>,
    dialog: Option<Element<'a, M>>,
    cancel: M,
) -> Element<'a, M> {
    let layers = std::iter::once(base.into()).chain(dialog).collect();
    Element::new(Modal { layers, cancel, at: None })
}

/// Shows a menu near a point of the window while there is one; it is moved so that all of it can be seen.
#[must_use]
pub fn menu_over<'a, M: Clone + 'a>(
    base: impl Into<Element<'a, M>>,
    menu: Option<(Point, Element<'a, M>)>,
    cancel: M,
) -> Element<'a, M> {
    let (at, menu) = menu.unzip();
    let layers = std::iter::once(base.into()).chain(menu).collect();
    Element::new(Modal { layers, cancel, at })
}

fn is_escape(event: &Event) -> bool {
    let Event::Keyboard(keyboard::Event::KeyPressed { key, .. }) = event else { return false };
    *key == Key::Named(key::Named::Escape)
}

/// Whether an input method is composing something in the field that has the keyboard.
struct Composing(bool);

/// The base, then what is on top of it if there is anything.
struct Modal<'a, M> {
    layers: Vec<Element<'a, M>>,
    cancel: M,
    at: Option<Point>,
}

/// Where something of a size goes so that it starts at a point if it can, and stays inside otherwise.
fn placed(at: Point, size: Size, room: Size) -> Point {
    let fit = |at: f32, size: f32, room: f32| at.min(room - size - space::S2).max(space::S2);
    Point::new(fit(at.x, size.width, room.width), fit(at.y, size.height, room.height))
}

/// Where something of a size goes so that it is in the middle, on whole pixels: what is drawn between two of them is
/// blurred, and leaves a line behind where it is drawn anew.
fn middle(size: Size, room: Size) -> Point {
    let half = |size: f32, room: f32| ((room - size) / 2.0).round();
    Point::new(half(size.width, room.width), half(size.height, room.height))
}

impl<M> Modal<'_, M> {
    fn is_open(&self) -> bool {
        self.layers.len() > 1
    }
}

impl<M: Clone> Widget<M, Theme, iced::Renderer> for Modal<'_, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Composing>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Composing(false))
    }

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
        let around = if self.at.is_some() { 0.0 } else { space::S6 };
        let all = layout::Limits::new(Size::ZERO, size);
        let layers = self.layers.iter_mut().zip(&mut tree.children).enumerate();
        let mut nodes: Vec<layout::Node> = layers
            .map(|(n, (layer, tree))| {
                let limits = if n == 0 { all } else { all.shrink(Size::new(2.0 * around, 2.0 * around)) };
                layer.as_widget_mut().layout(tree, renderer, &limits)
            })
            .collect();
        if let [_, top] = nodes.as_mut_slice() {
            let place = match self.at {
                Some(at) => placed(at, top.size(), size),
                None => middle(top.size(), size),
            };
            top.move_to_mut(place);
        }
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
        let composing = tree.state.downcast_mut::<Composing>();
        match event {
            Event::InputMethod(input_method::Event::Preedit(text, _)) => composing.0 = !text.is_empty(),
            Event::InputMethod(_) => composing.0 = false,
            _ => {}
        }
        // before the field that has the keyboard, which would only let go of it; what is being composed is given up first
        if open && !composing.0 && is_escape(event) {
            shell.publish(self.cancel.clone());
            shell.capture_event();
            return;
        }
        let top = self.layers.last_mut().zip(tree.children.last_mut()).zip(layout.children().last());
        let Some(((layer, tree), inner)) = top else { return };
        layer.as_widget_mut().update(tree, event, inner, cursor, renderer, clipboard, shell, viewport);
        if !open {
            return;
        }
        let beside = self.at.is_some()
            && matches!(event, Event::Mouse(mouse::Event::ButtonPressed(_)))
            && !cursor.is_over(inner.bounds());
        if beside && !shell.is_event_captured() {
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
            let see_through = self.at.is_some();
            renderer.with_layer(layout.bounds(), |renderer| {
                if see_through {
                    return;
                }
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
