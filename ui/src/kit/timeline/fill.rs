//! Making and placing rows: from the anchor outwards until the room and a little more is filled.

use std::collections::HashMap;

use iced::advanced::layout::{Limits, Node};
use iced::advanced::widget::Tree;
use iced::{Point, Size};

use super::super::Element;
use super::{Anchor, Gravity, State, Timeline};

/// How far beyond the visible part rows are made, in logical pixels.
const OVERSCAN: f32 = 300.0;
/// How many rows out of sight keep their state, so that scrolling back shapes no text again.
const KEPT: usize = 200;
/// Where a row that was jumped to goes, as a part of the height.
const JUMP_AT: f32 = 0.3;

struct Row<'a, M> {
    index: usize,
    key: u64,
    top: f32,
    element: Element<'a, M>,
    tree: Tree,
    node: Node,
}

impl<M> Row<'_, M> {
    fn height(&self) -> f32 {
        self.node.size().height
    }

    fn end(&self) -> f32 {
        self.top + self.height()
    }
}

impl<'a, M: 'a> Timeline<'a, M> {
    pub(super) fn fill(&mut self, state: &mut State, renderer: &iced::Renderer, size: Size) -> Node {
        self.take_jump(state, size);
        let mut made = Maker {
            cache: self.live.drain(..).map(|(_, key, element)| (key, element)).collect(),
            trees: std::mem::take(&mut state.trees),
            limits: Limits::new(Size::ZERO, Size::new(size.width, f32::INFINITY)),
            renderer,
        };
        let mut rows = match (state.anchor, self.gravity) {
            (Anchor::Rest, Gravity::End) => self.upwards(&mut made, self.len, size.height),
            (Anchor::Rest, Gravity::Start) => self.downwards(&mut made, 0, 0.0, size.height),
            (Anchor::At(key, hint, top), _) => {
                let at = self.find(key, hint);
                let mut rows = self.upwards(&mut made, at, top);
                rows.extend(self.downwards(&mut made, at, top, size.height));
                rows
            }
        };
        self.clamp(state, &mut made, &mut rows, size);
        self.place(state, made, rows, size)
    }

    /// Turns a jump that is new, or one whose row has come in since, into an anchor.
    fn take_jump(&self, state: &mut State, size: Size) {
        if let Some(jump) = self.jump
            && state.jump.replace(jump.serial) != Some(jump.serial)
        {
            state.pending = jump.to;
            if jump.to.is_none() {
                state.glide.stop();
                // at the end, whatever rests there; `clamp` finds the exact place
                let last = self.len.saturating_sub(1);
                state.anchor = match self.gravity {
                    Gravity::End => Anchor::Rest,
                    Gravity::Start if self.len == 0 => Anchor::Rest,
                    Gravity::Start => Anchor::At((self.key)(last), last, 0.0),
                };
            }
        }
        if let Some(key) = state.pending
            && let Some(index) = (0..self.len).find(|index| (self.key)(*index) == key)
        {
            state.pending = None;
            state.glide.stop();
            state.anchor = Anchor::At(key, index, (size.height * JUMP_AT).round());
        }
    }

    /// The index of a key: usually where it was, else wherever it is now, else as near as can be.
    fn find(&self, key: u64, hint: usize) -> usize {
        if hint < self.len && (self.key)(hint) == key {
            return hint;
        }
        let found = (0..self.len).find(|index| (self.key)(*index) == key);
        found.unwrap_or_else(|| hint.min(self.len.saturating_sub(1)))
    }

    /// Rows before `until`, whose last one ends at `end`, first row first.
    fn upwards(&self, made: &mut Maker<'a, '_, M>, until: usize, end: f32) -> Vec<Row<'a, M>> {
        let mut rows = Vec::new();
        let mut y = end;
        for index in (0..until.min(self.len)).rev() {
            if y <= -OVERSCAN {
                break;
            }
            let row = made.row(self, index, 0.0);
            y -= row.height();
            rows.push(Row { top: y, ..row });
        }
        rows.reverse();
        rows
    }

    /// Rows from `from` on, whose first one starts at `top`.
    fn downwards(&self, made: &mut Maker<'a, '_, M>, from: usize, top: f32, height: f32) -> Vec<Row<'a, M>> {
        let mut rows = Vec::new();
        let mut y = top;
        for index in from..self.len {
            if y >= height + OVERSCAN {
                break;
            }
            let row = made.row(self, index, y);
            y = row.end();
            rows.push(row);
        }
        rows
    }

    /// Keeps the list from leaving its room at either end, and anchors it anew on the first visible row.
    fn clamp(&self, state: &mut State, made: &mut Maker<'a, '_, M>, rows: &mut Vec<Row<'a, M>>, size: Size) {
        if state.anchor == Anchor::Rest {
            return;
        }
        if let Some(last) = rows.last()
            && last.index.saturating_add(1) == self.len
            && last.end() <= size.height
        {
            // the gap below opens above, where rows may have to be made for it
            let gap = size.height - last.end();
            shift(rows, gap);
            if let Some(first) = rows.first() {
                let mut above = self.upwards(made, first.index, first.top);
                above.append(rows);
                *rows = above;
            }
            if self.gravity == Gravity::End {
                state.anchor = Anchor::Rest;
                return;
            }
        }
        if let Some(first) = rows.first()
            && first.index == 0
            && first.top >= 0.0
        {
            let gap = first.top;
            shift(rows, -gap);
            if let Some(last) = rows.last() {
                let (from, top) = (last.index.saturating_add(1), last.end());
                rows.extend(self.downwards(made, from, top, size.height));
            }
            if self.gravity == Gravity::Start {
                state.anchor = Anchor::Rest;
                return;
            }
            // a list shorter than its room rests on the other end after all
            if rows
                .last()
                .is_some_and(|last| last.index.saturating_add(1) == self.len && last.end() <= size.height)
            {
                let gap = rows.last().map_or(0.0, |last| size.height - last.end());
                shift(rows, gap);
                state.anchor = Anchor::Rest;
                return;
            }
        }
        if let Some(seen) = rows.iter().find(|row| row.end() > 0.0) {
            state.anchor = Anchor::At(seen.key, seen.index, seen.top);
        }
    }

    fn place(
        &mut self,
        state: &mut State,
        made: Maker<'a, '_, M>,
        rows: Vec<Row<'a, M>>,
        size: Size,
    ) -> Node {
        state.trees = made.trees;
        state.stamp = state.stamp.wrapping_add(1);
        let first_seen = rows.iter().find(|row| row.end() > 0.0).map(|row| row.index);
        let mut nodes = Vec::with_capacity(rows.len().saturating_add(1));
        for row in rows {
            nodes.push(row.node.move_to(Point::new(0.0, row.top)));
            state.trees.insert(row.key, (row.tree, state.stamp));
            self.live.push((row.index, row.key, row.element));
        }
        forget(state, self.live.len());
        self.pill = self.heading.as_ref().zip(first_seen).map(|(heading, index)| heading(index));
        if let Some(pill) = &mut self.pill {
            state.pill.diff(&*pill);
            let limits = Limits::new(Size::ZERO, size);
            nodes.push(pill.as_widget_mut().layout(&mut state.pill, made.renderer, &limits));
        }
        Node::with_children(size, nodes)
    }
}

fn shift<M>(rows: &mut [Row<'_, M>], by: f32) {
    for row in rows {
        row.top += by;
    }
}

/// Forgets the state of rows not seen for longest, now and then.
fn forget(state: &mut State, live: usize) {
    if state.trees.len() <= live.saturating_add(KEPT).saturating_add(64) {
        return;
    }
    let mut stamps: Vec<u64> = state.trees.values().map(|(_, stamp)| *stamp).collect();
    stamps.sort_unstable_by(|a, b| b.cmp(a));
    let oldest = stamps.get(live.saturating_add(KEPT)).copied().unwrap_or_default();
    state.trees.retain(|_, (_, stamp)| *stamp > oldest);
}

/// Makes rows, from what is still there if possible.
struct Maker<'a, 'r, M> {
    cache: HashMap<u64, Element<'a, M>>,
    trees: HashMap<u64, (Tree, u64)>,
    limits: Limits,
    renderer: &'r iced::Renderer,
}

impl<'a, M: 'a> Maker<'a, '_, M> {
    fn row(&mut self, list: &Timeline<'a, M>, index: usize, top: f32) -> Row<'a, M> {
        let key = (list.key)(index);
        let cached = self.cache.remove(&key);
        let known = cached.is_some();
        let mut element = cached.unwrap_or_else(|| (list.row)(index));
        let mut tree = match self.trees.remove(&key) {
            Some((mut tree, _)) => {
                if !known {
                    tree.diff(&element);
                }
                tree
            }
            None => Tree::new(&element),
        };
        let node = element.as_widget_mut().layout(&mut tree, self.renderer, &self.limits);
        Row { index, key, top, element, tree, node }
    }
}
