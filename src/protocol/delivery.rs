//! Gets every entry across exactly once: the outbox, acknowledgements, repeats. Blind to what an entry says.
//!
//! A row is sealed when it is first sent and repeated with the same bytes; the receiver knows a repeat by the
//! frame's digest and acknowledges it without opening it. Rows go out in order within a window, so what the
//! receiver must remember is bounded. Nothing is ever given up.

use std::ops::ControlFlow;

use undertone_crypto::session::SessionId;

use super::{
    engine::{Ctx, Engine},
    person::Person,
    step::{Effect, Notice},
};
use crate::{
    model::{
        AccountId, Change, ContactState, Delivery, EntryRef, FrameId, Outbound, Peer, limits::WINDOW_FRAMES,
    },
    wire::{Frame, Payload},
};

impl Engine {
    /// Sends what is waiting for somebody, as far as there is a connection, a session and room in the window.
    pub(super) fn pump(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let Some(peer) = self.route(account, ctx.now_ms) else { return };
        let busy = self.links.get(&peer).is_none_or(|link| link.busy);
        let Some(person) = self.people.get_mut(&account) else { return };
        if busy || person.is_stopped() || person.outbox.rows.is_empty() {
            return;
        }
        let session = person.device().and_then(|device| person.sessions.sending(device).map(|s| s.id()));
        let Some(session) = session else {
            self.want_bundle(account, peer, ctx);
            return;
        };
        let mut told = Vec::new();
        if self.send_window(account, peer, session, &mut told, ctx).is_break() {
            self.greet(account, peer, session, ctx);
        }
        let conversation = self.people.get(&account).map(|person| person.head.conversation);
        for (entry, conversation) in told.into_iter().zip(conversation.into_iter().cycle()) {
            let state = Delivery::Sent;
            self.out.notice(Notice::Delivery {
                conversation,
                account,
                entry,
                state,
                at_ms: ctx.now_ms,
                upto: false,
            });
        }
    }

    fn send_window(
        &mut self,
        account: AccountId,
        peer: Peer,
        session: SessionId,
        told: &mut Vec<EntryRef>,
        ctx: &mut Ctx<'_>,
    ) -> ControlFlow<()> {
        let Self { people, out, me, .. } = self;
        let Some(person) = people.get_mut(&account) else { return ControlFlow::Continue(()) };
        let Person { contact, outbox, sessions, .. } = person;
        let Some(session) = sessions.get(session) else { return ControlFlow::Continue(()) };
        let mut window = WINDOW_FRAMES;
        // Until both have agreed, nothing is said but the question itself. Notes are about groups that both are in.
        let (asked, agreed) = (contact.state == ContactState::Asked, contact.state == ContactState::Mutual);
        if !session.is_confirmed() {
            window = UNANSWERED_FRAMES;
        }
        let mut bytes = 0_usize;
        for outgoing in outbox.rows.iter_mut().take(window) {
            if outgoing.row.what == Outbound::Entry && !agreed && !(asked && outgoing.asks) {
                continue;
            }
            if outgoing.row.sealed.is_none() {
                let content = &outgoing.row.payload;
                let payload = match (outgoing.row.what, session.is_confirmed()) {
                    (Outbound::Entry, true) => Payload::Entry(content),
                    (Outbound::Entry, false) => {
                        Payload::Introduction { list: me.list.as_bytes(), entry: content }
                    }
                    (Outbound::Note, true) => Payload::Note(content),
                    // Keys are for a session in which the peer has answered.
                    (Outbound::Note, false) => return ControlFlow::Break(()),
                };
                let Ok(frame) = session.seal(&payload.encode(), ctx.now_ms, &mut ctx.rng) else {
                    // Too long for a first message: it goes once the peer has answered.
                    return ControlFlow::Break(());
                };
                outgoing.frame = Some(FrameId::of(&frame));
                outgoing.row.sealed = Some((frame, *session.id().as_bytes()));
                out.put(Change::PutOutbox(Box::new(outgoing.row.clone())));
                out.session_used(account, session.id(), ctx.now_ms);
            }
            let Some((frame, _)) = &outgoing.row.sealed else { continue };
            bytes = bytes.saturating_add(frame.len());
            if bytes > WINDOW_BYTES {
                break;
            }
            if outgoing.sent_ms.is_none() {
                outgoing.sent_ms = Some(ctx.now_ms);
                out.send(peer, &Frame::Sealed(frame));
                if !std::mem::replace(&mut outgoing.told, true) && outgoing.shown {
                    told.push(outgoing.row.entry);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// A first message without an entry: its answer opens the way for a text that is too long for one.
    fn greet(&mut self, account: AccountId, peer: Peer, session: SessionId, ctx: &mut Ctx<'_>) {
        let Self { people, out, me, .. } = self;
        let Some(person) = people.get_mut(&account) else { return };
        let lately = person.greeted_ms.is_some_and(|at| ctx.now_ms.saturating_sub(at) < RESEND_MS);
        let Some(session) = person.sessions.get(session).filter(|_| !lately) else { return };
        let greeting = Payload::Introduction { list: me.list.as_bytes(), entry: &[] };
        if let Ok(frame) = session.seal(&greeting.encode(), ctx.now_ms, &mut ctx.rng) {
            person.greeted_ms = Some(ctx.now_ms);
            out.session_used(account, session.id(), ctx.now_ms);
            out.send(peer, &Frame::Sealed(&frame));
        }
    }

    /// The peer has these frames on its disk. Only the contact itself can say so.
    pub(super) fn on_taken(&mut self, peer: Peer, frames: &[FrameId], ctx: &mut Ctx<'_>) {
        let Some(account) = self.links.get(&peer).and_then(|link| link.account) else { return };
        let frames: Vec<_> = frames.iter().copied().filter(|frame| !self.parcel_ended(peer, frame)).collect();
        if frames.is_empty() {
            self.hand_over(account, ctx.now_ms);
            return;
        }
        let Some(person) = self.people.get_mut(&account) else { return };
        let conversation = person.head.conversation;
        let taken = person.outbox.take(&frames);
        // What has come is carried no more.
        let notes = taken.iter().filter(|outgoing| outgoing.row.what == Outbound::Note);
        for frame in notes.filter_map(|outgoing| outgoing.frame) {
            self.links.values_mut().for_each(|link| {
                link.handed.remove(&frame);
            });
        }
        person.renewals = (0, 0);
        person.acknowledged_ms = ctx.now_ms;
        let mut seqs: Vec<u64> = Vec::new();
        for outgoing in taken {
            let entry = outgoing.row.entry;
            self.out.put(Change::DropOutbox { account, seq: entry.seq });
            if outgoing.row.what == Outbound::Entry {
                seqs.push(entry.seq);
            }
            if outgoing.shown {
                let (state, at_ms) = (Delivery::Delivered, ctx.now_ms);
                self.out.notice(Notice::Delivery { conversation, account, entry, state, at_ms, upto: false });
            }
        }
        for (first, last) in runs(seqs) {
            self.out.put(Change::PutDelivered { conversation, first, last, at_ms: ctx.now_ms });
        }
        self.pump(account, ctx);
    }

    /// The peer cannot open a frame: it lost its state, or we put an old copy of ours back. A new session is
    /// made, at most as often as [`renewal_pause`] allows, and what was sealed in the lost one is sealed anew:
    /// for the same device only, never for another key.
    pub(super) fn on_refused(&mut self, peer: Peer, frame: FrameId, ctx: &mut Ctx<'_>) {
        let Some(account) = self.links.get(&peer).and_then(|link| link.account) else { return };
        if self.parcel_ended(peer, &frame) {
            self.hand_over(account, ctx.now_ms);
            return;
        }
        let Some(person) = self.people.get_mut(&account) else { return };
        let Some(lost) = person.outbox.session_of(frame) else { return };
        let other = person.device().and_then(|device| person.sessions.sending(device));
        if other.is_some_and(|session| session.is_confirmed() && session.id() != lost) {
            // There is a session already that the peer has answered: nothing has to be made, so nothing waits.
            self.drop_session(account, lost);
            self.pump(account, ctx);
            return;
        }
        let (renewed, last) = person.renewals;
        if renewed > 0 && ctx.now_ms.saturating_sub(last) < renewal_pause(renewed) {
            return;
        }
        self.give_up_session(account, lost, ctx);
        self.pump(account, ctx);
    }

    /// Sends again what was not acknowledged for long, and asks again for what was not answered.
    pub(super) fn retry(&mut self, ctx: &mut Ctx<'_>) {
        let waiting: Vec<AccountId> = self
            .people
            .iter()
            .filter(|(_, person)| person.outbox.len() > 0)
            .map(|(account, _)| *account)
            .collect();
        for account in waiting {
            if let Some(person) = self.people.get_mut(&account)
                && let Some(Some(sent_ms)) = person.outbox.rows.front().map(|outgoing| outgoing.sent_ms)
                && ctx.now_ms.saturating_sub(sent_ms.max(person.acknowledged_ms)) > RESEND_MS
            {
                person.outbox.unsend();
            }
            self.renew_if_unanswered(account, ctx);
            self.pump(account, ctx);
        }
    }

    /// A first message that was not answered in time did not get through, or was made with prekeys that are gone:
    /// another one is made, with new prekeys.
    fn renew_if_unanswered(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        if self.route(account, ctx.now_ms).is_none() {
            return;
        }
        let Some(person) = self.people.get_mut(&account) else { return };
        let Some(device) = person.device() else { return };
        let unanswered = person.sessions.sending(device).filter(|session| !session.is_confirmed());
        let Some(lost) = unanswered.map(|session| session.id()) else { return };
        let since = *person.unanswered_since_ms.get_or_insert(ctx.now_ms);
        let (renewed, last) = person.renewals;
        let pause = if renewed == 0 { UNANSWERED_MS } else { renewal_pause(renewed) };
        if ctx.now_ms.saturating_sub(since.max(last)) >= pause {
            self.give_up_session(account, lost, ctx);
        }
    }

    fn give_up_session(&mut self, account: AccountId, lost: SessionId, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        person.renewals = (person.renewals.0.saturating_add(1), ctx.now_ms);
        person.unanswered_since_ms = None;
        person.bundle_asked_ms = None;
        person.greeted_ms = None;
        self.drop_session(account, lost);
    }

    /// Sessions end with their age; the next word makes a new one.
    pub(super) fn expire_sessions(&mut self, now_ms: u64) {
        let ended = |(account, person): (&AccountId, &Person)| {
            let sessions = person.sessions.expired(now_ms);
            sessions.into_iter().map(|session| (*account, session)).collect::<Vec<_>>()
        };
        let ended: Vec<_> = self.people.iter().flat_map(ended).collect();
        for (account, session) in ended {
            self.drop_session(account, session);
        }
    }

    /// What the session has sealed and nobody has acknowledged is to be sealed anew.
    fn drop_session(&mut self, account: AccountId, lost: SessionId) {
        let Some(person) = self.people.get_mut(&account) else { return };
        person.sessions.drop(lost);
        person.outbox.unseal(|session| session == lost);
        self.out.put(Change::DropSession { account, session: *lost.as_bytes() });
    }

    /// A sealed frame of a contact was handled and is to be remembered and acknowledged.
    pub(super) fn take_frame(&mut self, peer: Peer, account: AccountId, frame: FrameId) {
        self.remember_frame(account, frame);
        if self.people.get(&account).is_some_and(|person| person.link == Some(peer)) {
            self.out.effect(Effect::Taken { peer, frame });
        }
    }

    /// A sealed frame was handled, whoever brought it: a repeat is acknowledged without being opened.
    pub(super) fn remember_frame(&mut self, account: AccountId, frame: FrameId) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let count = person.taken.push(frame);
        self.out.put(Change::PutTaken { account, count, frame });
    }
}

/// Ascending runs `first..=last` of these numbers.
fn runs(mut seqs: Vec<u64>) -> Vec<(u64, u64)> {
    seqs.sort_unstable();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for seq in seqs {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seq) => *last = seq,
            _ => runs.push((seq, seq)),
        }
    }
    runs
}

/// How long to wait before another session is made because the peer could not open a frame: at once the
/// first time, then a minute, doubling up to an hour.
fn renewal_pause(renewed: u32) -> u64 {
    60_000_u64.saturating_mul(1_u64.checked_shl(renewed.saturating_sub(1)).unwrap_or(u64::MAX)).min(3_600_000)
}

/// A first message is answered at once by a program that can open it.
const UNANSWERED_MS: u64 = 30_000;
/// Frames in front of which the handshake is repeated: few, until the peer has answered.
const UNANSWERED_FRAMES: usize = 4;
/// Bytes on their way: stays below the queue of a connection (1 MiB).
const WINDOW_BYTES: usize = 768 * 1024;
/// A frame on a connection that is up is acknowledged in milliseconds; after this long it went missing.
const RESEND_MS: u64 = 15_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_make_runs() {
        assert_eq!(runs(vec![5, 1, 2, 3, 9, 8]), [(1, 3), (5, 5), (8, 9)]);
        assert_eq!(runs(vec![]), []);
    }

    #[test]
    fn renewals_pause_longer_and_longer_but_never_for_ever() {
        assert_eq!(renewal_pause(1), 60_000);
        assert_eq!(renewal_pause(2), 120_000);
        assert_eq!(renewal_pause(400), 3_600_000);
    }
}
