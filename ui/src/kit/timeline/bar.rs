//! The scrollbar. Its thumb comes from counts, because nobody knows the height of rows never made.

use iced::advanced::{Layout, Renderer as _, Shell, mouse, renderer};
use iced::{Rectangle, border, mouse as pointer};

use super::super::token::{Tokens, radius};
use super::{State, Timeline, as_f32};

/// How wide the bar is for the pointer.
const REACH: f32 = 12.0;
/// How wide it is for the eyes.
const WIDTH: f32 = 6.0;
/// How short the thumb may get.
const MIN_THUMB: f32 = 32.0;

impl<'a, M: 'a> Timeline<'a, M> {
    pub(super) fn over_bar(&self, cursor: mouse::Cursor, bounds: Rectangle) -> bool {
        let bar = Rectangle { x: bounds.x + bounds.width - REACH, width: REACH, ..bounds };
        self.live.len() < self.len && cursor.is_over(bar)
    }

    fn thumb(&self, layout: Layout<'_>) -> Option<Rectangle> {
        let bounds = layout.bounds();
        let end = bounds.y + bounds.height;
        let mut seen = self.rows(layout).filter(|(_, _, row)| row.y + row.height > bounds.y && row.y < end);
        let (first, _, row) = seen.next()?;
        let count = seen.count().saturating_add(1);
        let (before, total) = self.position.unwrap_or((0, self.len));
        let total = as_f32(total.max(self.len).max(1));
        if as_f32(count) >= total {
            return None;
        }
        // how much of the first row is already scrolled away, so that the thumb moves smoothly
        let part = ((bounds.y - row.y) / row.height.max(1.0)).clamp(0.0, 1.0);
        let at = as_f32(before.saturating_add(first)) + part;
        let height = (bounds.height * as_f32(count) / total).max(MIN_THUMB.min(bounds.height));
        let room = bounds.height - height;
        let progress = (at / (total - as_f32(count)).max(1.0)).clamp(0.0, 1.0);
        let x = bounds.x + bounds.width - WIDTH - 3.0;
        Some(Rectangle { x, y: bounds.y + room * progress, width: WIDTH, height })
    }

    pub(super) fn drag_bar(
        &self,
        state: &mut State,
        event: &pointer::Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, M>,
    ) {
        let bounds = layout.bounds();
        match event {
            pointer::Event::ButtonPressed(pointer::Button::Left) => {
                state.focused = false;
                let (Some(at), Some(thumb)) = (cursor.position(), self.thumb(layout)) else { return };
                if !self.over_bar(cursor, bounds) {
                    return;
                }
                let inside = at.y >= thumb.y && at.y <= thumb.y + thumb.height;
                state.grabbed = Some(if inside { at.y - thumb.y } else { thumb.height / 2.0 });
                self.drag_to(state, layout, at.y, shell);
                shell.capture_event();
            }
            pointer::Event::CursorMoved { position } if state.grabbed.is_some() => {
                self.drag_to(state, layout, position.y, shell);
                shell.capture_event();
            }
            pointer::Event::ButtonReleased(pointer::Button::Left) if state.grabbed.take().is_some() => {
                shell.capture_event();
                shell.request_redraw();
            }
            _ => {}
        }
    }

    /// Goes to the row the pointer's height stands for; beyond the loaded rows, to their edge, which asks for more.
    fn drag_to(&self, state: &mut State, layout: Layout<'_>, y: f32, shell: &mut Shell<'_, M>) {
        let (Some(grabbed), Some(thumb)) = (state.grabbed, self.thumb(layout)) else { return };
        let bounds = layout.bounds();
        let room = (bounds.height - thumb.height).max(1.0);
        let progress = ((y - grabbed - bounds.y) / room).clamp(0.0, 1.0);
        let (before, total) = self.position.unwrap_or((0, self.len));
        let wanted = progress * as_f32(total.max(self.len)) - as_f32(before);
        let last = self.len.saturating_sub(1);
        let index = (0..self.len).rev().find(|index| as_f32(*index) <= wanted).unwrap_or_default();
        self.to_row(state, index.min(last), shell);
    }

    pub(super) fn draw_bar(
        &self,
        state: &State,
        renderer: &mut iced::Renderer,
        t: &Tokens,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
    ) {
        let bounds = layout.bounds();
        if !cursor.is_over(bounds) && state.grabbed.is_none() && state.scrolled_at.is_none() && !state.focused
        {
            return;
        }
        if let Some(thumb) = self.thumb(layout) {
            let strong = state.grabbed.is_some() || self.over_bar(cursor, bounds) || state.focused;
            let quad = renderer::Quad {
                bounds: thumb,
                border: border::rounded(radius::FULL),
                ..renderer::Quad::default()
            };
            renderer.fill_quad(quad, if strong { t.control } else { t.border });
        }
    }
}
