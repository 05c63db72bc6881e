//! The shape of a bubble: where its parts go and what is drawn behind them.

use iced::advanced::layout::{Limits, Node};
use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, mouse, overlay, renderer};
use iced::border::Radius;
use iced::{Border, Color, Event, Length, Point, Rectangle, Size, Theme, Vector};

use super::{Cluster, Side};
use crate::kit::Element;
use crate::kit::theme::tokens;
use crate::kit::token::{Tokens, radius};
use crate::kit::words::last_line_width;

const PAD_X: f32 = 12.0;
const PAD_Y: f32 = 8.0;
/// Between parts above each other.
const GAP: f32 = 4.0;
/// Between the text's last line and the time beside it.
const META_GAP: f32 = 8.0;
/// Narrowest bubble.
const MIN_WIDTH: f32 = 56.0;
/// How far reactions reach into the bubble.
const OVERLAP: f32 = 8.0;

/// What is behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Incoming.
    In,
    /// Outgoing.
    Out,
    /// Outgoing, not gone yet.
    Waiting,
    /// A line around what is not there.
    Outline,
    /// Nothing.
    None,
}

impl Ground {
    fn color(self, t: &Tokens) -> Option<Color> {
        match self {
            Self::In => Some(t.bubble_in),
            Self::Out => Some(t.bubble_out),
            Self::Waiting => Some(mixed(t.bubble_out, t.bg, 0.85)),
            Self::Outline | Self::None => None,
        }
    }
}

fn mixed(front: Color, back: Color, share: f32) -> Color {
    let mix = |a: f32, b: f32| a * share + b * (1.0 - share);
    Color::from_rgb(mix(front.r, back.r), mix(front.g, back.g), mix(front.b, back.b))
}

/// What is in a bubble.
pub(super) struct Parts<'a, M> {
    /// Author and quote, stretched to the bubble's width.
    pub(super) above: Vec<Element<'a, M>>,
    /// Before the words.
    pub(super) sign: Option<Element<'a, M>>,
    /// A text widget.
    pub(super) words: Element<'a, M>,
    /// Time and receipt.
    pub(super) meta: Element<'a, M>,
    /// Reactions, hanging from the lower edge.
    pub(super) chips: Option<Element<'a, M>>,
}

impl<'a, M> Parts<'a, M> {
    fn all(&self) -> Vec<&Element<'a, M>> {
        let mut all: Vec<_> = self.above.iter().collect();
        all.extend(&self.sign);
        all.extend([&self.words, &self.meta]);
        all.extend(&self.chips);
        all
    }

    fn all_mut(&mut self) -> Vec<&mut Element<'a, M>> {
        let mut all: Vec<_> = self.above.iter_mut().collect();
        all.extend(&mut self.sign);
        all.extend([&mut self.words, &mut self.meta]);
        all.extend(&mut self.chips);
        all
    }
}

/// The widget.
pub(super) struct Frame<'a, M> {
    pub(super) side: Side,
    pub(super) cluster: Cluster,
    pub(super) ground: Ground,
    pub(super) parts: Parts<'a, M>,
    pub(super) on_menu: Option<Box<dyn Fn(Point) -> M + 'a>>,
}

impl<M> Frame<'_, M> {
    fn radius(&self) -> Radius {
        let full = radius::BUBBLE;
        let top = if self.cluster.begins() { full } else { radius::JOINED };
        let bottom = if self.cluster.ends() { full } else { radius::JOINED };
        match self.side {
            Side::In => Radius { top_left: top, top_right: full, bottom_right: full, bottom_left: bottom },
            Side::Out => Radius { top_left: full, top_right: top, bottom_right: bottom, bottom_left: full },
        }
    }

    /// Places all parts; the nodes come in the order of [`Parts::all`].
    fn arrange(&mut self, tree: &mut Tree, renderer: &iced::Renderer, room: f32) -> Node {
        let inner_room = (room - 2.0 * PAD_X).max(MIN_WIDTH - 2.0 * PAD_X);
        let mut trees = tree.children.iter_mut();
        let lay = |element: &mut Element<'_, M>, tree: Option<&mut Tree>, limits: Limits| match tree {
            Some(tree) => element.as_widget_mut().layout(tree, renderer, &limits),
            None => Node::new(Size::ZERO),
        };
        let loose = |width: f32| Limits::new(Size::ZERO, Size::new(width, f32::INFINITY));

        let mut above_trees: Vec<Option<&mut Tree>> = self.parts.above.iter().map(|_| trees.next()).collect();
        let mut widest = MIN_WIDTH - 2.0 * PAD_X;
        for (part, tree) in self.parts.above.iter_mut().zip(&mut above_trees) {
            widest = widest.max(lay(part, tree.as_deref_mut(), loose(inner_room)).size().width);
        }
        let sign = self.parts.sign.as_mut().map(|sign| lay(sign, trees.next(), loose(inner_room)));
        let indent = sign.as_ref().map_or(0.0, |sign| sign.size().width + 6.0);
        let words_tree = trees.next();
        let (words, last_line) = match words_tree {
            Some(tree) => {
                let node = lay(&mut self.parts.words, Some(tree), loose(inner_room - indent));
                (node, last_line_width(tree))
            }
            None => (Node::new(Size::ZERO), 0.0),
        };
        let meta = lay(&mut self.parts.meta, trees.next(), loose(inner_room));
        let beside = indent + last_line + META_GAP + meta.size().width;
        let inline = beside <= inner_room && self.ground != Ground::None;
        widest = widest.max(indent + words.size().width).max(if inline { beside } else { meta.size().width });
        let inner = widest.min(inner_room).ceil();

        let mut nodes = Vec::new();
        let mut y = if self.ground == Ground::None { 0.0 } else { PAD_Y };
        let stretched = Limits::new(Size::new(inner, 0.0), Size::new(inner, f32::INFINITY));
        for (part, tree) in self.parts.above.iter_mut().zip(above_trees) {
            let node = lay(part, tree, stretched).move_to(Point::new(PAD_X, y));
            y += node.size().height + GAP;
            nodes.push(node);
        }
        nodes.extend(sign.map(|sign| sign.move_to(Point::new(PAD_X, y + 1.0))));
        let (words_height, meta_size) = (words.size().height, meta.size());
        // emoji alone hug their side, where a ground would have ended
        let hug = self.ground == Ground::None && self.side == Side::Out;
        let words_x = if hug { inner - words.size().width } else { indent };
        nodes.push(words.move_to(Point::new(PAD_X + words_x, y)));
        let meta_y = if inline { y + words_height - meta_size.height - 1.0 } else { y + words_height + 2.0 };
        nodes.push(meta.move_to(Point::new(PAD_X + inner - meta_size.width, meta_y)));
        let bottom = if self.ground == Ground::None { 2.0 } else { PAD_Y - 1.0 };
        let mut height = (y + words_height).max(meta_y + meta_size.height) + bottom;
        if inline {
            height = height.max(y + words_height + PAD_Y);
        }
        let width = inner + 2.0 * PAD_X;
        let shape = Size::new(width, height);
        self.hang_chips(trees.next(), renderer, shape, room, nodes)
    }

    fn hang_chips(
        &mut self,
        tree: Option<&mut Tree>,
        renderer: &iced::Renderer,
        shape: Size,
        room: f32,
        mut nodes: Vec<Node>,
    ) -> Node {
        let mut size = shape;
        if let (Some(chips), Some(tree)) = (&mut self.parts.chips, tree) {
            let limits = Limits::new(Size::ZERO, Size::new(room - 2.0 * OVERLAP, f32::INFINITY));
            let node = chips.as_widget_mut().layout(tree, renderer, &limits);
            let chips = node.size();
            size.width = size.width.max(chips.width + 2.0 * OVERLAP);
            size.height = shape.height + chips.height - OVERLAP;
            nodes.push(node.move_to(Point::new(OVERLAP, shape.height - OVERLAP)));
        }
        if self.side == Side::Out {
            // short bubbles with wide reactions stay at the end
            let by = size.width - shape.width;
            let count = nodes.len();
            let chips_at = if self.parts.chips.is_some() { count.saturating_sub(1) } else { count };
            for node in nodes.iter_mut().take(chips_at) {
                node.translate_mut(Vector::new(by, 0.0));
            }
            if let Some(node) = nodes.get_mut(chips_at) {
                let x = size.width - OVERLAP - node.size().width;
                let y = node.bounds().y;
                node.move_to_mut(Point::new(x, y));
            }
        }
        Node::with_children(size, nodes)
    }

    /// The bubble without what hangs from it.
    fn shape(&self, layout: Layout<'_>) -> Rectangle {
        let bounds = layout.bounds();
        let before = self.parts.above.len().saturating_add(usize::from(self.parts.sign.is_some()));
        let words = layout.children().nth(before).map_or(bounds, |words| words.bounds());
        let last = layout.children().last().filter(|_| self.parts.chips.is_some());
        let height = last.map_or(bounds.height, |chips| chips.bounds().y + OVERLAP - bounds.y);
        let indent = if self.parts.sign.is_some() { 22.0 } else { 0.0 };
        match self.side {
            Side::In => {
                let meta = layout.children().nth(before.saturating_add(1));
                let end = meta.map_or(words.x + words.width, |meta| meta.bounds().x + meta.bounds().width);
                Rectangle { width: end + PAD_X - bounds.x, height, ..bounds }
            }
            Side::Out => {
                let x = words.x - indent - PAD_X;
                Rectangle { x, width: bounds.x + bounds.width - x, height, ..bounds }
            }
        }
    }
}

impl<M> Widget<M, Theme, iced::Renderer> for Frame<'_, M> {
    fn children(&self) -> Vec<Tree> {
        self.parts.all().into_iter().map(Tree::new).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&self.parts.all());
    }

    fn size(&self) -> Size<Length> {
        Size::new(Length::Shrink, Length::Shrink)
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &iced::Renderer, limits: &Limits) -> Node {
        self.arrange(tree, renderer, limits.max().width)
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
        for ((part, tree), inner) in
            self.parts.all_mut().into_iter().zip(&mut tree.children).zip(layout.children())
        {
            part.as_widget_mut().update(tree, event, inner, cursor, renderer, clipboard, shell, viewport);
        }
        if let Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Right)) = event
            && let (Some(menu), Some(at), true) =
                (&self.on_menu, cursor.position(), cursor.is_over(layout.bounds()))
            && !shell.is_event_captured()
        {
            shell.publish(menu(at));
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
        let t = tokens(theme);
        let outline = if self.ground == Ground::Outline { 1.0 } else { 0.0 };
        let fill = self.ground.color(t);
        if fill.is_some() || outline > 0.0 {
            let quad = renderer::Quad {
                bounds: self.shape(layout),
                border: Border { color: t.control, width: outline, radius: self.radius() },
                ..renderer::Quad::default()
            };
            renderer.fill_quad(quad, fill.unwrap_or(Color::TRANSPARENT));
        }
        for ((part, tree), inner) in self.parts.all().into_iter().zip(&tree.children).zip(layout.children()) {
            part.as_widget().draw(tree, renderer, theme, style, inner, cursor, viewport);
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
            let parts = self.parts.all_mut().into_iter().zip(&mut tree.children).zip(layout.children());
            for ((part, tree), inner) in parts {
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
        let parts = self.parts.all().into_iter().zip(&tree.children).zip(layout.children());
        parts
            .map(|((part, tree), inner)| {
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
        let parts = self.parts.all_mut().into_iter().zip(&mut tree.children).zip(layout.children());
        let overlays: Vec<_> = parts
            .filter_map(|((part, tree), inner)| {
                part.as_widget_mut().overlay(tree, inner, renderer, viewport, translation)
            })
            .collect();
        (!overlays.is_empty()).then(|| overlay::Group::with_children(overlays).overlay())
    }
}
