//! What moves the list: wheel, keys, and the animation between two notches of a wheel.

use std::time::Duration;

use iced::advanced::{Layout, Shell, mouse};
use iced::keyboard::{self, Key, key};
use iced::time::Instant;
use iced::{Event, mouse as pointer};

use super::{Anchor, Gravity, State, Timeline};

/// Between two reports of what can be seen.
pub(super) const REPORT_EVERY: Duration = Duration::from_millis(100);
/// How long the heading stays after scrolling.
const HEADING_STAYS: Duration = Duration::from_secs(1);
/// One notch of a wheel, in logical pixels.
const NOTCH: f32 = 60.0;
/// One press of an arrow key, in logical pixels.
const STEP: f32 = 48.0;
/// How long a notch takes, in seconds.
const GLIDE: f32 = 0.09;

/// What is left to move of a wheel's notches.
#[derive(Debug, Default)]
pub(super) struct Glide {
    left: f32,
    speed: f32,
    last: Option<Instant>,
}

impl Glide {
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    fn add(&mut self, distance: f32) {
        // turning the wheel back takes effect at once
        let left = if self.left * distance < 0.0 { 0.0 } else { self.left };
        self.left = left + distance;
        self.speed = self.left / GLIDE;
    }

    fn step(&mut self, now: Instant) -> f32 {
        let since = self.last.replace(now).map_or(1.0 / 60.0, |last| now.duration_since(last).as_secs_f32());
        let step = self.speed * since.min(GLIDE);
        if step.abs() >= self.left.abs() {
            let rest = self.left;
            self.stop();
            return rest;
        }
        self.left -= step;
        step
    }
}

impl<'a, M: 'a> Timeline<'a, M> {
    pub(super) fn scroll(
        &self,
        state: &mut State,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, M>,
    ) {
        let bounds = layout.bounds();
        match event {
            Event::Mouse(pointer::Event::WheelScrolled { delta }) if cursor.is_over(bounds) => {
                match delta {
                    pointer::ScrollDelta::Lines { y, .. } if self.still => {
                        self.moved_by(state, layout, y * NOTCH, shell);
                    }
                    pointer::ScrollDelta::Lines { y, .. } => state.glide.add(y * NOTCH),
                    pointer::ScrollDelta::Pixels { y, .. } => self.moved_by(state, layout, *y, shell),
                }
                shell.capture_event();
                shell.request_redraw();
            }
            Event::Mouse(event) => self.drag_bar(state, event, layout, cursor, shell),
            Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(named), modifiers, .. }) => {
                let page = (bounds.height - STEP).max(STEP);
                let all = state.focused || modifiers.command();
                match named {
                    key::Named::PageUp => self.moved_by(state, layout, page, shell),
                    key::Named::PageDown => self.moved_by(state, layout, -page, shell),
                    key::Named::Home if all => self.to_row(state, 0, shell),
                    key::Named::End if all => self.to_end(state, shell),
                    key::Named::ArrowUp if state.focused => self.moved_by(state, layout, STEP, shell),
                    key::Named::ArrowDown if state.focused => self.moved_by(state, layout, -STEP, shell),
                    _ => return,
                }
                shell.capture_event();
            }
            _ => {}
        }
    }

    pub(super) fn glide(
        &self,
        state: &mut State,
        layout: Layout<'_>,
        now: Instant,
        shell: &mut Shell<'_, M>,
    ) {
        if state.glide.left != 0.0 {
            let step = state.glide.step(now);
            self.moved_by(state, layout, step, shell);
            shell.request_redraw();
        }
        if let Some(at) = state.scrolled_at {
            match at.checked_add(HEADING_STAYS) {
                Some(until) if now < until => shell.request_redraw_at(until),
                Some(_) | None => {
                    state.scrolled_at = None;
                    shell.request_redraw();
                }
            }
        }
    }

    /// Moves what is shown down by a distance: positive shows earlier rows.
    pub(super) fn moved_by(
        &self,
        state: &mut State,
        layout: Layout<'_>,
        distance: f32,
        shell: &mut Shell<'_, M>,
    ) {
        let bounds = layout.bounds();
        let mut rows = self.rows(layout).filter(|(_, _, row)| row.y + row.height > bounds.y);
        if let Some((index, key, row)) = rows.next() {
            state.anchor = Anchor::At(key, index, row.y - bounds.y + distance);
            state.scrolled_at = Some(Instant::now());
            changed(shell);
        }
    }

    pub(super) fn to_row(&self, state: &mut State, index: usize, shell: &mut Shell<'_, M>) {
        state.glide.stop();
        if index < self.len {
            state.anchor = Anchor::At((self.key)(index), index, 0.0);
            state.scrolled_at = Some(Instant::now());
            changed(shell);
        }
    }

    fn to_end(&self, state: &mut State, shell: &mut Shell<'_, M>) {
        match self.gravity {
            Gravity::Start => self.to_row(state, self.len.saturating_sub(1), shell),
            Gravity::End => {
                state.glide.stop();
                state.anchor = Anchor::Rest;
                changed(shell);
            }
        }
    }
}

fn changed<M>(shell: &mut Shell<'_, M>) {
    shell.invalidate_layout();
    shell.request_redraw();
}
