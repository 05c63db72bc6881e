//! What is on its way to one person: rows in the order of writing, sealed or not, handed over or not. Sends nothing.

use std::collections::VecDeque;

use undertone_crypto::session::SessionId;

use crate::{
    model::{Body, Delivery, EntryRef, FrameId, Outbound, OutboxRow, limits::WINDOW_FRAMES},
    wire::decode_entry,
};

/// What is on its way to one person, in the order of writing.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) rows: VecDeque<Outgoing>,
}

#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) row: OutboxRow,
    pub(super) frame: Option<FrameId>,
    /// Whether it is a row of the timeline.
    pub(super) shown: bool,
    /// Whether it may go before the peer has agreed to talk.
    pub(super) asks: bool,
    /// When it was handed to the connection that is up.
    pub(super) sent_ms: Option<u64>,
    /// Whether the person was told that it was sent.
    pub(super) told: bool,
}

impl Outbox {
    /// What is on disk. After a rollback the old frames are of ratchets that are gone.
    pub(super) fn restore(rows: Vec<OutboxRow>, rolled_back: bool) -> Self {
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|mut row| {
                if rolled_back {
                    row.sealed = None;
                }
                Outgoing::new(row)
            })
            .collect();
        rows.sort_unstable_by_key(|outgoing| outgoing.row.entry.seq);
        Self { rows: rows.into() }
    }

    pub(super) fn push(&mut self, row: OutboxRow) {
        self.rows.push_back(Outgoing::new(row));
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How much it takes in memory: what is to be sealed, and what was.
    pub(super) fn bytes(&self) -> usize {
        let sealed = |row: &OutboxRow| row.sealed.as_ref().map_or(0, |(frame, _)| frame.len());
        self.rows.iter().map(|one| one.row.payload.len().saturating_add(sealed(&one.row))).sum()
    }

    /// How far one of our entries has come, if it is still on its way.
    pub(super) fn state(&self, entry: EntryRef) -> Option<Delivery> {
        let at = self.rows.binary_search_by_key(&entry.seq, |outgoing| outgoing.row.entry.seq).ok()?;
        let sent = self.rows.get(at)?.told;
        Some(if sent { Delivery::Sent } else { Delivery::Queued })
    }

    /// Takes out everything that is no note, and names it.
    pub(super) fn drop_entries(&mut self) -> Vec<u64> {
        let (notes, entries): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.rows)
            .into_iter()
            .partition(|outgoing| outgoing.row.what == Outbound::Note);
        self.rows = notes;
        entries.iter().map(|outgoing| outgoing.row.entry.seq).collect()
    }

    /// Takes out the notes that are meant, and names them.
    pub(super) fn drop_notes(&mut self, meant: impl Fn(&[u8]) -> bool) -> Vec<u64> {
        let gone = |outgoing: &Outgoing| outgoing.row.what == Outbound::Note && meant(&outgoing.row.payload);
        let (gone, rest): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.rows).into_iter().partition(gone);
        self.rows = rest;
        gone.iter().map(|outgoing| outgoing.row.entry.seq).collect()
    }

    /// Whether a note that is meant is among them.
    pub(super) fn has_note(&self, meant: impl Fn(&[u8]) -> bool) -> bool {
        let is_note = |outgoing: &&Outgoing| outgoing.row.what == Outbound::Note;
        self.rows.iter().filter(is_note).any(|outgoing| meant(&outgoing.row.payload))
    }

    /// The connection is gone or full: what is not acknowledged has to go again.
    pub(super) fn unsend(&mut self) {
        for outgoing in &mut self.rows {
            outgoing.sent_ms = None;
        }
    }

    /// One frame found no room: it has to go again.
    pub(super) fn unsend_frame(&mut self, frame: FrameId) {
        if let Some(outgoing) = self.rows.iter_mut().find(|outgoing| outgoing.frame == Some(frame)) {
            outgoing.sent_ms = None;
        }
    }

    /// Whether a request to become a contact is among them.
    pub(super) fn asks(&self) -> bool {
        self.rows.iter().any(|outgoing| outgoing.asks)
    }

    /// A session is gone: what it sealed has to be sealed anew.
    pub(super) fn unseal(&mut self, lost: impl Fn(SessionId) -> bool) {
        for outgoing in &mut self.rows {
            if outgoing.row.sealed.as_ref().is_some_and(|(_, session)| lost(SessionId::new(*session))) {
                outgoing.row.sealed = None;
                outgoing.frame = None;
                outgoing.sent_ms = None;
            }
        }
    }

    pub(super) fn session_of(&self, frame: FrameId) -> Option<SessionId> {
        let outgoing = self.rows.iter().find(|outgoing| outgoing.frame == Some(frame))?;
        outgoing.row.sealed.as_ref().map(|(_, session)| SessionId::new(*session))
    }

    /// Takes out the rows that these frames carried, in order.
    pub(super) fn take(&mut self, frames: &[FrameId]) -> Vec<Outgoing> {
        let mut taken = Vec::new();
        for frame in frames {
            let window = self.rows.iter().take(WINDOW_FRAMES);
            let at =
                window.enumerate().find(|(_, outgoing)| outgoing.frame == Some(*frame)).map(|(at, _)| at);
            taken.extend(at.and_then(|at| self.rows.remove(at)));
        }
        taken
    }
}

impl Outgoing {
    pub(super) fn new(row: OutboxRow) -> Self {
        let entry = (row.what == Outbound::Entry).then(|| decode_entry(&row.payload).ok()).flatten();
        let body = entry.map(|entry| entry.body);
        Self {
            frame: row.sealed.as_ref().map(|(bytes, _)| FrameId::of(bytes)),
            shown: body.as_ref().is_some_and(Body::is_shown),
            asks: matches!(body, Some(Body::Request { .. })),
            // Sealed and handed to a connection are one step.
            told: row.sealed.is_some(),
            row,
            sent_ms: None,
        }
    }
}
