//! Which part of a conversation is loaded and visible: pages, jumps, and what counts as read.

use undertone::api::{Anchor, MessageId, Page};

use super::{Around, State, history};
use crate::bridge::Ask;
use crate::kit::timeline::{Jump, Side, Viewport};
use crate::model::row;
use crate::screen::Action;

impl State {
    /// A message, if it is loaded.
    #[must_use]
    pub fn message(&self, id: &MessageId) -> Option<&undertone::api::Message> {
        self.timeline.get(id)
    }

    pub(super) fn turn(&mut self, anchor: Anchor, page: Page, around: &mut Around<'_>) -> Vec<Action> {
        let first = !self.loaded;
        self.loaded = true;
        match anchor {
            Anchor::Newest => {
                let unread = around.world.chat(&self.chat).map_or(0, |chat| chat.unread);
                let unread = if first { unread } else { 0 };
                self.timeline.newest(page, unread);
                if first && let Some(divider) = self.timeline.divider() {
                    self.timeline.pin_divider();
                    self.looked = false;
                    self.jump_to(Some(row::message_key(&divider)));
                }
            }
            Anchor::Before(_) => self.timeline.older(page),
            Anchor::After(_) => self.timeline.newer(page),
            Anchor::Around(id) => {
                self.timeline.around(page);
                self.jump_to(Some(row::message_key(&id)));
            }
        }
        self.present(around);
        self.read(around)
    }

    pub(super) fn present(&mut self, around: &Around<'_>) {
        self.rows = row::rows(&self.timeline, around.labels, around.now_ms, around.world);
    }

    /// What is visible at the end has been seen, if the person can see the window.
    pub(super) fn read(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        let unread = around.world.chat(&self.chat).is_some_and(|chat| chat.unread > 0);
        let last = self.timeline.last_of_theirs().map(|message| message.id);
        let Some(upto) = last.filter(|_| around.attended && !self.timeline.more_after()) else {
            return Vec::new();
        };
        if !self.loaded
            || !self.looked
            || !self.at_end
            || (!unread && self.read_upto.is_some_and(|read| read >= upto))
        {
            return Vec::new();
        }
        let known = self.read_upto.replace(upto);
        around.world.seen(self.chat);
        if known == Some(upto) && !unread {
            return Vec::new();
        }
        vec![Ask::Read { chat: self.chat, upto }.into()]
    }

    pub(super) fn viewed(&mut self, viewport: Viewport, around: &mut Around<'_>) -> Vec<Action> {
        self.looked = true;
        self.at_end = viewport.at_end && !self.timeline.more_after();
        if self.at_end {
            self.below = 0;
        }
        self.read(around)
    }

    pub(super) fn need(&self, side: Side) -> Vec<Action> {
        let anchor = match side {
            Side::Before if self.timeline.more_before() => self.timeline.first().map(Anchor::Before),
            Side::After if self.timeline.more_after() => self.timeline.last().map(Anchor::After),
            Side::Before | Side::After => None,
        };
        anchor.map(|anchor| history(self.chat, anchor, self.visit)).into_iter().collect()
    }

    pub(super) fn newest(&mut self) -> Vec<Action> {
        self.below = 0;
        self.jump_to(None);
        if self.timeline.more_after() { self.pull() } else { Vec::new() }
    }

    pub(super) fn show(&mut self, id: MessageId, around: &Around<'_>) -> Vec<Action> {
        self.flash = Some((id, around.now_ms.saturating_add(FLASH_MS)));
        self.jump_to(Some(row::message_key(&id)));
        if self.timeline.get(&id).is_some() {
            return Vec::new();
        }
        vec![history(self.chat, Anchor::Around(id), self.visit)]
    }

    pub(super) fn jump_to(&mut self, to: Option<u64>) {
        self.jump = Jump { serial: self.jump.serial.wrapping_add(1), to };
    }
}

/// How long a message that was jumped to stands out, milliseconds.
const FLASH_MS: i64 = 1200;
