//! A bubble's line in a conversation: at its side, with an avatar before it and tools beside it while they are wanted.

use iced::advanced::layout::{Limits, Node};
use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::{Color, Event, Fill, Length, Point, Rectangle, Size, Theme, Vector, window};

use super::{Side, widest};
use crate::kit::Element;
use crate::kit::focus;
use crate::kit::theme::tokens;
use crate::kit::token::space;

/// Room for an avatar of 28 px and its gap.
const AVATAR_ROOM: f32 = 36.0;

/// A line; its order of parts is bubble, avatar, mark, tools.
pub struct Line<'a, M> {
    side: Side,
    above: f32,
    inset: bool,
    flashing: bool,
    /// The bubble, then whatever else there is.
    parts: Vec<(Part, Element<'a, M>)>,
    keys: Vec<(Stroke, M)>,
    shown: bool,
}

/// A key that does something to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// The one that deletes.
    Delete,
    /// The one with this small Latin letter, whatever else is on it.
    Letter(char),
}

impl Stroke {
    fn of(event: &Event) -> Option<Self> {
        let Event::Keyboard(keyboard::Event::KeyPressed {
            key, physical_key, modifiers, repeat: false, ..
        }) = event
        else {
            return None;
        };
        if !modifiers.is_empty() {
            return None;
        }
        match key {
            Key::Named(key::Named::Delete) => Some(Self::Delete),
            _ => key.to_latin(*physical_key).map(Self::Letter),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Bubble,
    Avatar,
    Mark,
    Tools,
}

impl<'a, M: 'a> Line<'a, M> {
    /// A bubble on its side of the list. `begins` says whether it begins a cluster: more room above it.
    #[must_use]
    pub fn new(side: Side, begins: bool, bubble: Element<'a, M>) -> Self {
        Self {
            side,
            above: if begins { space::S3 } else { space::S0 },
            inset: false,
            flashing: false,
            parts: vec![(Part::Bubble, bubble)],
            keys: Vec::new(),
            shown: false,
        }
    }

    /// Leaves room for avatars, and shows one here if given: for groups.
    #[must_use]
    pub fn avatar(mut self, avatar: Option<Element<'a, M>>) -> Self {
        self.inset = true;
        self.parts.extend(avatar.map(|avatar| (Part::Avatar, avatar)));
        self
    }

    /// Something outside the bubble that is always seen: "not sent".
    #[must_use]
    pub fn mark(mut self, mark: Option<Element<'a, M>>) -> Self {
        self.parts.extend(mark.map(|mark| (Part::Mark, mark)));
        self
    }

    /// Buttons beside the bubble, shown while the pointer is on the line or the keyboard in them.
    #[must_use]
    pub fn tools(mut self, tools: impl Into<Element<'a, M>>) -> Self {
        self.parts.push((Part::Tools, tools.into()));
        self
    }

    /// Keys that do what the tools do, while the keyboard is in them.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = (Stroke, M)>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// Draws attention to it: somebody jumped here.
    #[must_use]
    pub fn flashing(mut self, flashing: bool) -> Self {
        self.flashing = flashing;
        self
    }

    fn wanted(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        hovered: bool,
    ) -> bool {
        hovered || self.holds_keyboard(tree, layout, renderer)
    }

    fn holds_keyboard(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &iced::Renderer) -> bool {
        let Some(at) = self.parts.iter().position(|(part, _)| *part == Part::Tools) else { return false };
        match (self.parts.get_mut(at), tree.children.get_mut(at), layout.children().nth(at)) {
            (Some((_, tools)), Some(tree), Some(inner)) => focus::is_inside(tools, tree, inner, renderer),
            _ => false,
        }
    }
}

impl<M> std::fmt::Debug for Line<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("side", &self.side).finish_non_exhaustive()
    }
}

impl<'a, M: 'a> Widget<M, Theme, iced::Renderer> for Line<'a, M> {
    fn children(&self) -> Vec<Tree> {
        self.parts.iter().map(|(_, part)| Tree::new(part)).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        let parts: Vec<&Element<'_, M>> = self.parts.iter().map(|(_, part)| part).collect();
        tree.diff_children(&parts);
    }

    fn size(&self) -> Size<Length> {
        Size::new(Fill, Length::Shrink)
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &iced::Renderer, limits: &Limits) -> Node {
        let width = limits.max().width;
        let lead = if self.inset && self.side == Side::In { AVATAR_ROOM } else { 0.0 };
        let room = Limits::new(Size::ZERO, Size::new(widest(width) - lead, f32::INFINITY));
        let parts = self.parts.iter_mut().zip(&mut tree.children);
        let mut nodes: Vec<Node> =
            parts.map(|((_, part), tree)| part.as_widget_mut().layout(tree, renderer, &room)).collect();
        let bubble = nodes.first().map_or(Size::ZERO, Node::size);
        let start = match self.side {
            Side::In => lead,
            Side::Out => (width - bubble.width).max(0.0),
        };
        let mut outer = match self.side {
            Side::In => start + bubble.width + space::S2,
            Side::Out => start - space::S2,
        };
        for ((part, _), node) in self.parts.iter().zip(&mut nodes) {
            let size = node.size();
            let middle = self.above + (bubble.height - size.height).max(0.0) / 2.0;
            let place = match part {
                Part::Bubble => Point::new(start, self.above),
                Part::Avatar => Point::new(0.0, self.above + bubble.height - size.height),
                Part::Mark | Part::Tools if self.side == Side::Out => {
                    outer -= size.width;
                    let x = outer;
                    outer -= space::S2;
                    Point::new(x, middle)
                }
                Part::Mark | Part::Tools => {
                    let x = outer;
                    outer += size.width + space::S2;
                    Point::new(x, middle)
                }
            };
            node.move_to_mut(place);
        }
        Node::with_children(Size::new(width, self.above + bubble.height), nodes)
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
        let tools = self.parts.iter().position(|(part, _)| *part == Part::Tools);
        let tools = tools.and_then(|at| layout.children().nth(at)).map(|tools| tools.bounds());
        // short bubbles are lower than their tools, which must not vanish under the pointer
        let hovered = cursor.is_over(layout.bounds())
            || (self.shown && tools.is_some_and(|tools| cursor.is_over(tools)));
        for (((kind, part), tree), inner) in
            self.parts.iter_mut().zip(&mut tree.children).zip(layout.children())
        {
            let hidden = *kind == Part::Tools && !hovered;
            let cursor = if hidden { mouse::Cursor::Unavailable } else { cursor };
            part.as_widget_mut().update(tree, event, inner, cursor, renderer, clipboard, shell, viewport);
        }
        if let Some(stroke) = Stroke::of(event)
            && let Some(at) = self.keys.iter().position(|(key, _)| *key == stroke)
            && !shell.is_event_captured()
            && self.holds_keyboard(tree, layout, renderer)
        {
            let (_, message) = self.keys.swap_remove(at);
            shell.publish(message);
            shell.capture_event();
        }
        let wanted = match event {
            Event::Mouse(_) | Event::Keyboard(_) | Event::Window(window::Event::RedrawRequested(_)) => {
                self.wanted(tree, layout, renderer, hovered)
            }
            _ => self.shown,
        };
        if wanted != self.shown {
            self.shown = wanted;
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
        if self.flashing {
            let band = layout.bounds().expand(iced::Padding::from([space::S0, space::S4]));
            let quad = renderer::Quad { bounds: band, ..renderer::Quad::default() };
            renderer.fill_quad(quad, Color { a: 0.14, ..tokens(theme).accent });
        }
        for (((kind, part), tree), inner) in self.parts.iter().zip(&tree.children).zip(layout.children()) {
            if *kind != Part::Tools || self.shown || cursor.is_over(layout.bounds()) {
                part.as_widget().draw(tree, renderer, theme, style, inner, cursor, viewport);
            }
        }
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.container(None, layout.bounds());
        operation.traverse(&mut |operation| {
            for (((_, part), tree), inner) in
                self.parts.iter_mut().zip(&mut tree.children).zip(layout.children())
            {
                part.as_widget_mut().operate(tree, inner, renderer, operation);
            }
        });
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &iced::Renderer,
    ) -> mouse::Interaction {
        self.parts
            .iter()
            .zip(&tree.children)
            .zip(layout.children())
            .map(|(((_, part), tree), inner)| {
                part.as_widget().mouse_interaction(tree, inner, cursor, viewport, renderer)
            })
            .find(|interaction| *interaction != mouse::Interaction::None)
            .unwrap_or_default()
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &iced::Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        let parts = self.parts.iter_mut().zip(&mut tree.children).zip(layout.children());
        let overlays: Vec<_> = parts
            .filter_map(|(((_, part), tree), inner)| {
                part.as_widget_mut().overlay(tree, inner, renderer, viewport, translation)
            })
            .collect();
        (!overlays.is_empty()).then(|| overlay::Group::with_children(overlays).overlay())
    }
}

impl<'a, M: 'a> From<Line<'a, M>> for Element<'a, M> {
    fn from(line: Line<'a, M>) -> Self {
        Self::new(line)
    }
}
