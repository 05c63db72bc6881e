//! How a text becomes lines: runs in their fonts, cut to the room there is.

use std::ops::Range;

use iced::advanced::graphics::text::Paragraph;
use iced::advanced::graphics::text::cosmic_text::Cursor;
use iced::advanced::text::{
    Alignment, LineHeight, Paragraph as _, Renderer as _, Shaping, Span, Text, Wrapping,
};
use iced::advanced::{Renderer as _, mouse, renderer};
use iced::{Color, Pixels, Point, Rectangle, Size, alignment};

use crate::kit::font;
use crate::kit::text::Role;
use crate::model::{emoji, text};

const ELLIPSIS: char = '…';

/// What is asked to be shown.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) content: &'a str,
    pub(super) role: Role,
    pub(super) align: Alignment,
    pub(super) max_lines: Option<usize>,
    pub(super) links: bool,
}

/// A link as drawn: its span in the paragraph and its target.
pub(super) struct Target {
    pub(super) span: usize,
    pub(super) url: String,
}

/// What is remembered between frames.
#[derive(Default)]
pub(super) struct State {
    paragraph: Paragraph,
    /// The request answered last: content, role, alignment, line limit.
    source: String,
    role: Option<Role>,
    max_lines: Option<usize>,
    align: Alignment,
    width: f32,
    cut: bool,
    needed: Size,
    /// The text as drawn, word joiners included.
    pub(super) drawn: String,
    pub(super) links: Vec<Target>,
    pub(super) selection: Option<(Cursor, Cursor)>,
    pub(super) dragging: bool,
    pub(super) last_click: Option<mouse::Click>,
    pub(super) pressed_link: Option<usize>,
}

/// Width of the last line laid out in a text widget's state, for what wants to sit beside it.
pub(in crate::kit) fn last_line_width(tree: &iced::advanced::widget::Tree) -> f32 {
    tree.state.downcast_ref::<State>().paragraph.buffer().layout_runs().last().map_or(0.0, |run| run.line_w)
}

impl State {
    /// Lays the text out in a width and answers with the room it takes.
    pub(super) fn prepare(&mut self, request: &Request<'_>, width: f32) -> Size {
        let same = self.source == request.content
            && self.role == Some(request.role)
            && self.max_lines == request.max_lines
            && self.align == request.align;
        if same && (self.width - width).abs() < f32::EPSILON {
            return self.needed;
        }
        let fits_as_before = same && !self.cut && self.lines() <= 1 && self.align == Alignment::Default;
        if fits_as_before && self.needed.width <= width && self.width >= self.needed.width {
            self.width = width;
            return self.needed;
        }
        if !same {
            self.selection = None;
            self.dragging = false;
            request.content.clone_into(&mut self.source);
        }
        self.role = Some(request.role);
        self.max_lines = request.max_lines;
        self.align = request.align;
        self.width = width;
        self.cut = false;
        let shown = text::shown(request.content);
        let links = if request.links { text::links(&shown) } else { Vec::new() };
        self.shape(&shown, &links, request, width);
        if let Some(limit) = request.max_lines
            && let Some(shorter) = self.shortened(limit, width, request.role)
        {
            self.cut = true;
            self.shape(&shorter, &[], request, width);
        }
        let bounds = self.paragraph.min_bounds();
        self.needed = Size::new(bounds.width.ceil(), bounds.height.max(request.role.line));
        self.needed
    }

    fn lines(&self) -> usize {
        self.paragraph.buffer().layout_runs().take(2).count()
    }

    fn shape(&mut self, shown: &str, links: &[text::Link], request: &Request<'_>, width: f32) {
        let one_line = request.max_lines == Some(1);
        self.drawn = if one_line { shown.replace('\n', " ") } else { text::wrappable(shown).into_owned() };
        let rich = !links.is_empty() || emoji::any(&self.drawn);
        let definition = Text {
            content: (),
            bounds: Size::new(width, f32::INFINITY),
            size: Pixels(request.role.size),
            line_height: LineHeight::Absolute(Pixels(request.role.line)),
            font: request.role.font,
            align_x: request.align,
            align_y: alignment::Vertical::Top,
            shaping: Shaping::Auto,
            wrapping: if one_line { Wrapping::None } else { Wrapping::WordOrGlyph },
        };
        self.links.clear();
        if !rich {
            self.paragraph = Paragraph::with_text(definition.with_content(self.drawn.as_str()));
            return;
        }
        let (ranges, targets) = spans(shown, &self.drawn, links);
        let parts: Vec<Span<'_, (), iced::Font>> = ranges
            .into_iter()
            .map(|run| {
                let part = Span::new(self.drawn.get(run.range).unwrap_or_default());
                if run.emoji { part.font(font::EMOJI) } else { part }
            })
            .collect();
        self.paragraph = Paragraph::with_spans(definition.with_content(parts.as_slice()));
        self.links = targets;
    }

    /// The text cut so that it fits into `limit` lines with an ellipsis, or `None` if it fits as it is.
    fn shortened(&self, limit: usize, width: f32, role: Role) -> Option<String> {
        let buffer = self.paragraph.buffer();
        let mut runs = buffer.layout_runs();
        let last = runs.nth(limit.saturating_sub(1))?;
        let room = (width - role.size).max(0.0);
        if runs.next().is_none() && last.line_w <= width {
            return None;
        }
        let x = room.min(last.line_w);
        let cursor = buffer.hit(x, last.line_top + last.line_height / 2.0)?;
        let at = self.offset(cursor);
        let kept = self.drawn.get(..at)?.trim_end();
        Some(format!("{}{ELLIPSIS}", text::without_joiners(kept)))
    }

    /// The byte offset in the drawn text of a cursor of the paragraph.
    pub(super) fn offset(&self, cursor: Cursor) -> usize {
        let lines = self.drawn.split('\n').take(cursor.line);
        let before: usize = lines.map(|line| line.len().saturating_add(1)).sum();
        before.saturating_add(cursor.index).min(self.drawn.len())
    }

    pub(super) fn paragraph(&self) -> &Paragraph {
        &self.paragraph
    }

    /// Where the first glyph goes, seen from the widget's corner.
    pub(super) fn origin(&self, bounds: Rectangle) -> Point {
        let inner = self.paragraph.min_bounds();
        let x = match self.align {
            Alignment::Center => bounds.x + (bounds.width - inner.width) / 2.0,
            Alignment::Right => bounds.x + bounds.width - inner.width,
            Alignment::Default | Alignment::Left | Alignment::Justified => bounds.x,
        };
        Point::new(x, bounds.y)
    }

    pub(super) fn draw(
        &self,
        renderer: &mut iced::Renderer,
        bounds: Rectangle,
        color: Color,
        clip: Rectangle,
    ) {
        let anchor = bounds.anchor(self.paragraph.min_bounds(), self.align, alignment::Vertical::Top);
        renderer.fill_paragraph(&self.paragraph, anchor, color, clip);
    }

    pub(super) fn draw_underlines(&self, renderer: &mut iced::Renderer, bounds: Rectangle, color: Color) {
        let origin = self.origin(bounds);
        for link in &self.links {
            for part in self.paragraph.span_bounds(link.span) {
                let line = Rectangle {
                    x: origin.x + part.x,
                    y: origin.y + part.y + part.height - 3.0,
                    width: part.width,
                    height: 1.0,
                };
                renderer.fill_quad(renderer::Quad { bounds: line, ..renderer::Quad::default() }, color);
            }
        }
    }

    /// The link under a point given from the widget's corner.
    pub(super) fn link_at(&self, at: Point, bounds: Rectangle) -> Option<usize> {
        if self.links.is_empty() {
            return None;
        }
        let origin = self.origin(bounds);
        let span = self.paragraph.hit_span(Point::new(at.x - (origin.x - bounds.x), at.y))?;
        self.links.iter().position(|link| link.span == span)
    }
}

/// Cuts the drawn text where the font changes or a link starts or ends.
fn spans(shown: &str, drawn: &str, links: &[text::Link]) -> (Vec<emoji::Run>, Vec<Target>) {
    let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
    for link in links {
        let url = shown.get(link.range.clone()).unwrap_or_default();
        let before = text::wrappable(shown.get(..link.range.start).unwrap_or_default()).len();
        let until = text::wrappable(shown.get(..link.range.end).unwrap_or_default()).len();
        cuts.push((before..until, url.to_owned()));
    }
    let mut parts = Vec::new();
    let mut targets = Vec::new();
    let mut from = 0_usize;
    for (range, url) in cuts {
        push_runs(drawn, from..range.start, &mut parts);
        targets.push(Target { span: parts.len(), url });
        parts.push(emoji::Run { range: range.clone(), emoji: false });
        from = range.end;
    }
    push_runs(drawn, from..drawn.len(), &mut parts);
    (parts, targets)
}

fn push_runs(drawn: &str, range: Range<usize>, parts: &mut Vec<emoji::Run>) {
    let Some(part) = drawn.get(range.clone()) else { return };
    parts.extend(emoji::runs(part).into_iter().map(|run| emoji::Run {
        range: run.range.start.saturating_add(range.start)..run.range.end.saturating_add(range.start),
        emoji: run.emoji,
    }));
}
