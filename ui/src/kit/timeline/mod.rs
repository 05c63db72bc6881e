//! A list of any length that only makes the rows one sees.
//!
//! What is remembered is not a scroll offset but an anchor: a row and where its top is. Whatever changes elsewhere (older
//! rows come in, a row above grows, the window is resized) cannot move what somebody is reading. Rows are identified by
//! keys, so that their state survives insertion above them. Knows nothing of what its rows show.
//!
//! ```text
//!            wheel, keys, bar, jump
//! End ------------------------------> At(row, top)
//!  ^                                      |
//!  +---- the last row's end is in view ---+      (only with gravity at the end)
//! ```

mod bar;
mod fill;
mod scroll;

use std::collections::HashMap;

use iced::advanced::widget::{Operation, Tree, operation, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, layout, mouse, overlay, renderer};
use iced::time::Instant;
use iced::widget::Id;
use iced::{Event, Fill, Length, Rectangle, Size, Theme, Vector, window};

use super::Element;
use super::theme::tokens;

/// Which end of the list stays in place while nobody scrolls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// The first row: lists that are read from the top.
    Start,
    /// The last row: conversations.
    End,
}

/// A side of the loaded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Before the first row.
    Before,
    /// After the last row.
    After,
}

/// Which rows can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewport {
    /// The key of the first row of which something is visible.
    pub first: u64,
    /// The key of the last row of which something is visible.
    pub last: u64,
    /// Whether the end of the last row is visible.
    pub at_end: bool,
}

/// Where to scroll. The same serial number never scrolls twice, so a view can say it again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// A number that differs from the last jump's.
    pub serial: u64,
    /// The row to bring into view, or `None` for the end. A row that is not loaded yet is waited for.
    pub to: Option<u64>,
}

type RowFn<'a, M> = Box<dyn Fn(usize) -> Element<'a, M> + 'a>;

/// The list; fills the room it is given.
pub struct Timeline<'a, M> {
    len: usize,
    key: Box<dyn Fn(usize) -> u64 + 'a>,
    row: RowFn<'a, M>,
    id: Option<Id>,
    gravity: Gravity,
    position: Option<(usize, usize)>,
    jump: Option<Jump>,
    more: (bool, bool),
    on_viewport: Option<Box<dyn Fn(Viewport) -> M + 'a>>,
    on_need: Option<Box<dyn Fn(Side) -> M + 'a>>,
    heading: Option<RowFn<'a, M>>,
    still: bool,
    live: Vec<(usize, u64, Element<'a, M>)>,
    pill: Option<Element<'a, M>>,
}

/// Where the list stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Anchor {
    /// At the end gravity keeps.
    Rest,
    /// A row by key, with the index it had, and its top seen from the list's top.
    At(u64, usize, f32),
}

struct State {
    anchor: Anchor,
    trees: HashMap<u64, (Tree, u64)>,
    pill: Tree,
    stamp: u64,
    jump: Option<u64>,
    pending: Option<u64>,
    asked: [Option<u64>; 2],
    reported: Option<(Viewport, Instant)>,
    glide: scroll::Glide,
    scrolled_at: Option<Instant>,
    grabbed: Option<f32>,
    focused: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            anchor: Anchor::Rest,
            trees: HashMap::new(),
            pill: Tree::empty(),
            stamp: 0,
            jump: None,
            pending: None,
            asked: [None, None],
            reported: None,
            glide: scroll::Glide::default(),
            scrolled_at: None,
            grabbed: None,
            focused: false,
        }
    }
}

impl operation::Focusable for State {
    fn is_focused(&self) -> bool {
        self.focused
    }

    fn focus(&mut self) {
        self.focused = true;
    }

    fn unfocus(&mut self) {
        self.focused = false;
    }
}

impl<'a, M: 'a> Timeline<'a, M> {
    /// A list of `len` rows; `key` names a row for good and `row` draws it. Starts and stays at its end.
    pub fn new(
        len: usize,
        key: impl Fn(usize) -> u64 + 'a,
        row: impl Fn(usize) -> Element<'a, M> + 'a,
    ) -> Self {
        Self {
            len,
            key: Box::new(key),
            row: Box::new(row),
            id: None,
            gravity: Gravity::End,
            position: None,
            jump: None,
            more: (false, false),
            on_viewport: None,
            on_need: None,
            heading: None,
            still: false,
            live: Vec::new(),
            pill: None,
        }
    }

    /// The name by which operations can focus it.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Which end stays in place.
    #[must_use]
    pub fn gravity(mut self, gravity: Gravity) -> Self {
        self.gravity = gravity;
        self
    }

    /// The loaded rows are only a part: the index of the first of them, and how many there are in all.
    #[must_use]
    pub fn part_of(mut self, first: usize, total: usize) -> Self {
        self.position = Some((first, total));
        self
    }

    /// Scrolls somewhere, once for each serial number.
    #[must_use]
    pub fn jump(mut self, jump: Option<Jump>) -> Self {
        self.jump = jump;
        self
    }

    /// Asks for more rows, once for each edge row, while less than one and a half screens remain there.
    #[must_use]
    pub fn on_need(mut self, before: bool, after: bool, need: impl Fn(Side) -> M + 'a) -> Self {
        self.more = (before, after);
        self.on_need = Some(Box::new(need));
        self
    }

    /// Reports what can be seen, when it changed and at most ten times a second.
    #[must_use]
    pub fn on_viewport(mut self, report: impl Fn(Viewport) -> M + 'a) -> Self {
        self.on_viewport = Some(Box::new(report));
        self
    }

    /// Shows something over the top while scrolling, made from the index of the first visible row: its day.
    #[must_use]
    pub fn heading(mut self, heading: impl Fn(usize) -> Element<'a, M> + 'a) -> Self {
        self.heading = Some(Box::new(heading));
        self
    }

    /// Moves at once instead of gliding: for people who asked for less motion.
    #[must_use]
    pub fn still(mut self, still: bool) -> Self {
        self.still = still;
        self
    }

    fn rows<'b>(&'b self, layout: Layout<'b>) -> impl Iterator<Item = (usize, u64, Rectangle)> + 'b {
        self.live.iter().zip(layout.children()).map(|((index, key, _), row)| (*index, *key, row.bounds()))
    }

    fn viewport(&self, layout: Layout<'_>) -> Option<Viewport> {
        let bounds = layout.bounds();
        let end = bounds.y + bounds.height;
        let mut seen =
            self.rows(layout).filter(|(_, _, row)| row.y + row.height > bounds.y + 0.5 && row.y < end - 0.5);
        let (_, first, _) = seen.next()?;
        let last = seen.last().map_or(first, |(_, key, _)| key);
        let at_end = self.rows(layout).last().is_none_or(|(index, _, row)| {
            index.saturating_add(1) == self.len && row.y + row.height <= end + 1.0
        });
        Some(Viewport { first, last, at_end })
    }

    fn report(&self, state: &mut State, layout: Layout<'_>, now: Instant, shell: &mut Shell<'_, M>) {
        self.ask(state, layout, shell);
        let (Some(report), Some(viewport)) = (&self.on_viewport, self.viewport(layout)) else { return };
        let due = state.reported.and_then(|(_, at)| at.checked_add(scroll::REPORT_EVERY));
        match state.reported {
            Some((last, _)) if last == viewport => {}
            Some(_) if due.is_some_and(|due| now < due) => {
                if let Some(due) = due {
                    shell.request_redraw_at(due);
                }
            }
            Some(_) | None => {
                state.reported = Some((viewport, now));
                shell.publish(report(viewport));
            }
        }
    }

    fn ask(&self, state: &mut State, layout: Layout<'_>, shell: &mut Shell<'_, M>) {
        let Some(need) = &self.on_need else { return };
        let (Some((first, _, top)), Some((last, _, end))) =
            (self.rows(layout).next(), self.rows(layout).last())
        else {
            return;
        };
        let bounds = layout.bounds();
        let rows = self.live.len().max(1);
        let average = (end.y + end.height - top.y) / as_f32(rows);
        let wanted = bounds.height * 1.5;
        let above = bounds.y - top.y + as_f32(first) * average;
        let below = end.y + end.height - bounds.y - bounds.height
            + as_f32(self.len.saturating_sub(last).saturating_sub(1)) * average;
        let [before, after] = &mut state.asked;
        let sides = [
            (Side::Before, self.more.0 && above < wanted, 0, before),
            (Side::After, self.more.1 && below < wanted, self.len.saturating_sub(1), after),
        ];
        for (side, short, edge, asked) in sides {
            let edge = (self.key)(edge);
            if short && *asked != Some(edge) {
                *asked = Some(edge);
                shell.publish(need(side));
            }
        }
    }
}

fn as_f32(count: usize) -> f32 {
    // rows beyond 65,535 only make a scrollbar's thumb a little less exact
    u16::try_from(count).map_or_else(|_| count as f32, f32::from)
}

impl<M> std::fmt::Debug for Timeline<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline").field("len", &self.len).finish_non_exhaustive()
    }
}

impl<'a, M: 'a> Widget<M, Theme, iced::Renderer> for Timeline<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
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
        let size = limits.resolve(Fill, Fill, Size::ZERO);
        self.fill(tree.state.downcast_mut::<State>(), renderer, size)
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
        let state = tree.state.downcast_mut::<State>();
        let bounds = layout.bounds();
        let over_rows = cursor.is_over(bounds) && !self.over_bar(cursor, bounds) && state.grabbed.is_none();
        let inner_cursor = if over_rows { cursor } else { mouse::Cursor::Unavailable };
        let clip = bounds.intersection(viewport).unwrap_or(bounds);
        for ((_, key, row), inner) in self.live.iter_mut().zip(layout.children()) {
            if let Some((tree, _)) = state.trees.get_mut(key) {
                let row = row.as_widget_mut();
                row.update(tree, event, inner, inner_cursor, renderer, clipboard, shell, &clip);
            }
        }
        if !shell.is_event_captured() {
            self.scroll(state, event, layout, cursor, shell);
        }
        if let Event::Window(window::Event::RedrawRequested(now)) = event {
            self.glide(state, layout, *now, shell);
            self.report(state, layout, *now, shell);
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
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        let Some(clip) = bounds.intersection(viewport) else { return };
        let inner_cursor = if self.over_bar(cursor, bounds) { mouse::Cursor::Unavailable } else { cursor };
        renderer.with_layer(clip, |renderer| {
            for ((_, key, row), inner) in self.live.iter().zip(layout.children()) {
                if let (true, Some((tree, _))) = (inner.bounds().intersects(&clip), state.trees.get(key)) {
                    row.as_widget().draw(tree, renderer, theme, style, inner, inner_cursor, &clip);
                }
            }
        });
        renderer.with_layer(clip, |renderer| {
            let pill = self.pill.as_ref().zip(layout.children().nth(self.live.len()));
            if let (Some((pill, inner)), true) = (pill, state.scrolled_at.is_some()) {
                pill.as_widget().draw(&state.pill, renderer, theme, style, inner, cursor, &clip);
            }
            self.draw_bar(state, renderer, tokens(theme), layout, cursor);
        });
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        let state = tree.state.downcast_mut::<State>();
        operation.container(self.id.as_ref(), layout.bounds());
        operation.focusable(self.id.as_ref(), layout.bounds(), state);
        operation.traverse(&mut |operation| {
            for ((_, key, row), inner) in self.live.iter_mut().zip(layout.children()) {
                if let Some((tree, _)) = state.trees.get_mut(key) {
                    row.as_widget_mut().operate(tree, inner, renderer, operation);
                }
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
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        if state.grabbed.is_some() || !cursor.is_over(bounds) || self.over_bar(cursor, bounds) {
            return mouse::Interaction::None;
        }
        let clip = bounds.intersection(viewport).unwrap_or(bounds);
        self.live
            .iter()
            .zip(layout.children())
            .filter(|(_, inner)| cursor.is_over(inner.bounds()))
            .find_map(|((_, key, row), inner)| {
                let (tree, _) = state.trees.get(key)?;
                Some(row.as_widget().mouse_interaction(tree, inner, cursor, &clip, renderer))
            })
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
        let state = tree.state.downcast_mut::<State>();
        let mut trees: HashMap<u64, &'b mut Tree> =
            state.trees.iter_mut().map(|(key, (tree, _))| (*key, tree)).collect();
        let rows = self.live.iter_mut().zip(layout.children());
        let overlays: Vec<_> = rows
            .filter_map(|((_, key, row), inner)| {
                row.as_widget_mut().overlay(trees.remove(key)?, inner, renderer, viewport, translation)
            })
            .collect();
        (!overlays.is_empty()).then(|| overlay::Group::with_children(overlays).overlay())
    }
}

impl<'a, M: 'a> From<Timeline<'a, M>> for Element<'a, M> {
    fn from(timeline: Timeline<'a, M>) -> Self {
        Self::new(timeline)
    }
}
