//! Selecting and following: what the pointer and Ctrl+C do to a text.

use iced::advanced::graphics::text::cosmic_text::Cursor;
use iced::advanced::{Renderer as _, mouse, renderer};
use iced::keyboard::{self, Key, key};
use iced::{Color, Event, Point, Rectangle};
use unicode_segmentation::UnicodeSegmentation;

use super::layout::State;
use crate::model::text;

/// What an event did.
pub(super) enum Reaction {
    /// Nothing.
    None,
    /// Something looks different.
    Redraw,
    /// Something looks different and nobody else should react.
    Captured,
    /// This text is to be copied.
    Copy(String),
    /// This link is to be opened.
    Open(String),
}

pub(super) fn react(
    state: &mut State,
    event: &Event,
    bounds: Rectangle,
    cursor: mouse::Cursor,
    selectable: bool,
) -> Reaction {
    match event {
        Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
            press(state, bounds, cursor, selectable)
        }
        Event::Mouse(mouse::Event::CursorMoved { .. }) if state.dragging => drag(state, bounds, cursor),
        Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => release(state, bounds, cursor),
        Event::Keyboard(keyboard::Event::KeyPressed { key, physical_key, modifiers, .. }) => {
            let copy = modifiers.command() && key.to_latin(*physical_key) == Some('c');
            let cut = matches!(key, Key::Named(key::Named::Copy));
            match selected(state) {
                Some(text) if copy || cut => Reaction::Copy(text),
                Some(_) | None => Reaction::None,
            }
        }
        _ => Reaction::None,
    }
}

fn press(state: &mut State, bounds: Rectangle, cursor: mouse::Cursor, selectable: bool) -> Reaction {
    let Some(at) = cursor.position_in(bounds) else {
        state.dragging = false;
        return if state.selection.take().is_some() { Reaction::Redraw } else { Reaction::None };
    };
    state.pressed_link = state.link_at(at, bounds);
    if !selectable {
        return if state.pressed_link.is_some() { Reaction::Captured } else { Reaction::None };
    }
    let Some(hit) = hit(state, at, bounds) else { return Reaction::None };
    let click = mouse::Click::new(at, mouse::Button::Left, state.last_click);
    state.selection = match click.kind() {
        mouse::click::Kind::Single => Some((hit, hit)),
        mouse::click::Kind::Double => word(state, hit),
        mouse::click::Kind::Triple => all(state),
    };
    state.dragging = click.kind() == mouse::click::Kind::Single;
    state.last_click = Some(click);
    Reaction::Captured
}

fn drag(state: &mut State, bounds: Rectangle, cursor: mouse::Cursor) -> Reaction {
    // beyond the edge the selection runs to that edge
    let Some(at) = cursor.position() else { return Reaction::None };
    let local = Point::new(
        (at.x - bounds.x).clamp(0.0, bounds.width),
        (at.y - bounds.y).clamp(0.0, (bounds.height - 1.0).max(0.0)),
    );
    if let (Some(head), Some((start, _))) = (hit(state, local, bounds), state.selection) {
        state.selection = Some((start, head));
    }
    Reaction::Redraw
}

fn release(state: &mut State, bounds: Rectangle, cursor: mouse::Cursor) -> Reaction {
    state.dragging = false;
    let pressed = state.pressed_link.take();
    let selects = state.selection.is_some_and(|(from, to)| from != to);
    if !selects {
        state.selection = None;
        if let (Some(link), Some(at)) = (pressed, cursor.position_in(bounds))
            && state.link_at(at, bounds) == Some(link)
            && let Some(target) = state.links.get(link)
        {
            return Reaction::Open(target.url.clone());
        }
    }
    Reaction::None
}

fn hit(state: &State, at: Point, bounds: Rectangle) -> Option<Cursor> {
    let origin = state.origin(bounds);
    state.paragraph().buffer().hit(at.x - (origin.x - bounds.x), at.y)
}

fn word(state: &State, at: Cursor) -> Option<(Cursor, Cursor)> {
    let line = state.paragraph().buffer().lines.get(at.line)?.text();
    // word joiners hold Korean words together here too
    let bound = |(start, word): (usize, &str)| (start, start.saturating_add(word.len()));
    let (start, end) = line
        .split_word_bound_indices()
        .map(bound)
        .find(|(start, end)| (*start..*end).contains(&at.index))
        .or_else(|| line.split_word_bound_indices().next_back().map(bound))?;
    Some((Cursor::new(at.line, start), Cursor::new(at.line, end)))
}

fn all(state: &State) -> Option<(Cursor, Cursor)> {
    let lines = &state.paragraph().buffer().lines;
    let last = lines.len().checked_sub(1)?;
    Some((Cursor::new(0, 0), Cursor::new(last, lines.get(last)?.text().len())))
}

fn ordered(state: &State) -> Option<(Cursor, Cursor)> {
    let (a, b) = state.selection?;
    let (from, to) = if (a.line, a.index) <= (b.line, b.index) { (a, b) } else { (b, a) };
    ((from.line, from.index) != (to.line, to.index)).then_some((from, to))
}

/// The selected text as the person wrote it.
pub(super) fn selected(state: &State) -> Option<String> {
    let (from, to) = ordered(state)?;
    let part = state.drawn.get(state.offset(from)..state.offset(to))?;
    Some(text::without_joiners(part))
}

pub(super) fn draw_selection(state: &State, renderer: &mut iced::Renderer, bounds: Rectangle, color: Color) {
    let Some((from, to)) = ordered(state) else { return };
    let origin = state.origin(bounds);
    for run in state.paragraph().buffer().layout_runs() {
        if run.line_i < from.line || run.line_i > to.line {
            continue;
        }
        if let Some((x, width)) = run.highlight(from, to) {
            let part =
                Rectangle { x: origin.x + x, y: origin.y + run.line_top, width, height: run.line_height };
            renderer.fill_quad(renderer::Quad { bounds: part, ..renderer::Quad::default() }, color);
        }
    }
}
