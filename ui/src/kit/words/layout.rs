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
use crate::kit::token::radius;
use crate::model::mention::Place;
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
    pub(super) places: &'a [Place],
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
    places: Vec<Place>,
    /// The spans that name somebody, and whether it is us.
    names: Vec<(usize, bool)>,
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
            && self.align == request.align
            && self.places == request.places;
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
        self.places = request.places.to_vec();
        self.width = width;
        self.cut = false;
        let shown = text::shown(request.content);
        let links = if request.links { text::links(&shown) } else { Vec::new() };
        // places are of the text as it is shown
        let places = if shown == request.content { request.places } else { &[] };
        self.shape(&shown, &cuts(&shown, links, places), request, width);
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

    fn shape(&mut self, shown: &str, cuts: &[Cut], request: &Request<'_>, width: f32) {
        let one_line = request.max_lines == Some(1);
        self.drawn = if one_line { shown.replace('\n', " ") } else { text::wrappable(shown).into_owned() };
        let rich = !cuts.is_empty() || emoji::any(&self.drawn);
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
        self.names.clear();
        if !rich {
            self.paragraph = Paragraph::with_text(definition.with_content(self.drawn.as_str()));
            return;
        }
        let mut parts = Vec::new();
        for part in spans(shown, &self.drawn, cuts) {
            let (index, words) = (parts.len(), self.drawn.get(part.run.range).unwrap_or_default());
            let span: Span<'_, (), iced::Font> = Span::new(words);
            let named = matches!(part.what, What::Name(_));
            parts.push(match (part.run.emoji, named) {
                (true, _) => span.font(font::EMOJI),
                (false, true) => span.font(font::SEMIBOLD),
                (false, false) => span,
            });
            match part.what {
                What::Link(url) => self.links.push(Target { span: index, url }),
                What::Name(me) => self.names.push((index, me)),
                What::Nothing => {}
            }
        }
        self.paragraph = Paragraph::with_spans(definition.with_content(parts.as_slice()));
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

    /// Puts names on grounds of their own: those of others, and ours with an edge.
    pub(super) fn draw_names(
        &self,
        renderer: &mut iced::Renderer,
        bounds: Rectangle,
        (others, ours, edge): (Color, Color, Color),
    ) {
        let origin = self.origin(bounds);
        for (part, me) in self.grounds() {
            let ground = Rectangle { x: origin.x + part.x, y: origin.y + part.y, ..part };
            let ground = ground.expand(iced::Padding::from([0.0, 1.0]));
            let width = if me { 1.0 } else { 0.0 };
            let border = iced::Border { color: edge, width, radius: radius::JOINED.into() };
            let quad = renderer::Quad { bounds: ground, border, ..renderer::Quad::default() };
            renderer.fill_quad(quad, if me { ours } else { others });
        }
    }

    /// Where names stand in the paragraph, line by line, and whether they are ours: one pass, however many there are.
    fn grounds(&self) -> Vec<(Rectangle, bool)> {
        let mut grounds = Vec::new();
        if self.names.is_empty() {
            return grounds;
        }
        let mut last = None;
        for run in self.paragraph.buffer().layout_runs() {
            for glyph in run.glyphs {
                let found = self.names.binary_search_by_key(&glyph.metadata, |(span, _)| *span);
                let Some((span, me)) = found.ok().and_then(|at| self.names.get(at)) else { continue };
                let y = run.line_top + glyph.y;
                let here = Some((*span, run.line_top));
                match grounds.last_mut().filter(|_| last == here) {
                    Some((ground, _)) => {
                        let ground: &mut Rectangle = ground;
                        ground.width += glyph.w;
                    }
                    None => {
                        let height = glyph.line_height_opt.unwrap_or(run.line_height);
                        let corner = Point::new(glyph.x, y);
                        grounds.push((Rectangle::new(corner, Size::new(glyph.w, height)), *me));
                    }
                }
                last = here;
            }
        }
        grounds
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

/// A piece of a text that is more than text.
struct Cut {
    range: Range<usize>,
    what: What,
}

/// What a piece of a text is.
#[derive(Clone)]
enum What {
    /// A link, to there.
    Link(String),
    /// A name, and whether it is ours.
    Name(bool),
    Nothing,
}

/// A piece of the drawn text in one font.
struct Part {
    run: emoji::Run,
    what: What,
}

/// The links and names of a text in their order; a name inside a link is part of the link.
fn cuts(shown: &str, links: Vec<text::Link>, places: &[Place]) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = links
        .into_iter()
        .map(|link| {
            let url = shown.get(link.range.clone()).unwrap_or_default().to_owned();
            Cut { range: link.range, what: What::Link(url) }
        })
        .collect();
    let free = |place: &&Place| {
        cuts.iter().all(|link| link.range.end <= place.range.start || link.range.start >= place.range.end)
    };
    let names = places.iter().filter(free);
    let names: Vec<Cut> =
        names.map(|place| Cut { range: place.range.clone(), what: What::Name(place.me) }).collect();
    cuts.extend(names);
    cuts.sort_by_key(|cut| cut.range.start);
    cuts
}

/// Cuts the drawn text where the font changes, or a link or a name starts or ends.
fn spans(shown: &str, drawn: &str, cuts: &[Cut]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut from = 0_usize;
    let (mut seen, mut reached) = (0_usize, 0_usize);
    // cuts are in order: only what is new since the last is drawn, after the letter before it, which may join to it
    let mut at = |place: usize| {
        let last = shown.get(..seen).and_then(|ahead| ahead.chars().next_back()).map_or(0, char::len_utf8);
        let piece = shown.get(seen.saturating_sub(last)..place).unwrap_or_default();
        reached = reached.saturating_add(text::wrappable(piece).len()).saturating_sub(last);
        seen = place;
        reached
    };
    for cut in cuts {
        let range = at(cut.range.start)..at(cut.range.end);
        push_runs(drawn, from..range.start, &What::Nothing, &mut parts);
        from = range.end;
        if matches!(cut.what, What::Link(_)) {
            parts.push(Part { run: emoji::Run { range, emoji: false }, what: cut.what.clone() });
        } else {
            push_runs(drawn, range, &cut.what, &mut parts);
        }
    }
    push_runs(drawn, from..drawn.len(), &What::Nothing, &mut parts);
    parts
}

fn push_runs(drawn: &str, range: Range<usize>, what: &What, parts: &mut Vec<Part>) {
    let Some(part) = drawn.get(range.clone()) else { return };
    parts.extend(emoji::runs(part).into_iter().map(|run| {
        let at = |place: usize| place.saturating_add(range.start);
        let range = at(run.range.start)..at(run.range.end);
        Part { run: emoji::Run { range, emoji: run.emoji }, what: what.clone() }
    }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
    #![allow(clippy::string_slice, reason = "a test that cuts a letter fails, as it should")]

    use super::*;

    #[test]
    fn names_alone_stand_out_and_what_is_around_them_does_not() {
        font::load();
        let content = "I ask @김보라 and @Dawn Patel. @Dawn Patel has one";
        let at = |from: usize, name: &str| {
            let start = from + content[from..].find(name).unwrap();
            Place { range: start..start + name.len(), me: false }
        };
        let first = at(0, "@Dawn Patel");
        let places = [at(0, "@김보라"), first.clone(), at(first.range.end, "@Dawn Patel")];
        let (align, role) = (Alignment::Default, Role::BODY);
        let request = Request { content, role, align, max_lines: None, links: false, places: &places };
        let mut state = State::default();
        state.prepare(&request, 400.0);
        let glyphs = |span: usize| {
            let runs = state.paragraph.buffer().layout_runs();
            runs.flat_map(move |run| {
                let glyphs = run.glyphs.iter().filter(move |glyph| glyph.metadata == span);
                glyphs.map(|glyph| run.text[glyph.start..glyph.end].to_owned())
            })
        };
        let named: Vec<String> = state
            .names
            .iter()
            .map(|(span, _)| text::without_joiners(&glyphs(*span).collect::<String>()))
            .collect();
        assert_eq!(named, ["@김보라", "@Dawn Patel", "@Dawn Patel"]);
    }
}
