//! Sealed frames: those of a contact's sessions, and first messages of anybody. What cannot be opened is refused
//! towards a contact, and ignored towards everybody else.

use std::ops::ControlFlow;

use undertone_crypto::{
    devlist::DeviceList,
    handshake::{Response, respond},
    identity::DeviceId,
    init_msg::InitMsg,
    session::SessionId,
};
use zeroize::Zeroizing;

use super::{
    engine::{Ctx, Engine, Replay},
    step::Effect,
};
use crate::{
    model::{AccountId, Change, ContactState, FrameId, InviteId, Name, Peer, limits::CONTACTS},
    wire::{Frame, Payload},
};

impl Engine {
    /// A sealed frame: one of a contact's session, or a first message of anybody.
    pub(super) fn on_sealed(&mut self, peer: Peer, frame: &[u8], ctx: &mut Ctx<'_>) {
        let name = FrameId::of(frame);
        let Some(link) = self.links.get_mut(&peer) else { return };
        if let Some(account) = link.account {
            let Some(person) = self.people.get(&account) else { return };
            if person.taken.contains(&name) {
                self.out.effect(Effect::Taken { peer, frame: name });
                return;
            }
            match frame.first() {
                Some(&FIRST_MESSAGE) => self.on_first_message(peer, frame, name, ctx),
                _ => self.open_sealed(peer, account, frame, name, ctx),
            }
        } else if frame.first() == Some(&FIRST_MESSAGE) && link.asked.take(FIRST_PER_MINUTE, ctx.now_ms) {
            self.on_first_message(peer, frame, name, ctx);
        }
    }

    fn open_sealed(
        &mut self,
        peer: Peer,
        account: AccountId,
        frame: &[u8],
        name: FrameId,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let opened = person.sessions.iter_mut().find_map(|session| {
            let was_confirmed = session.is_confirmed();
            let plaintext = Zeroizing::new(session.open(frame, ctx.now_ms).ok()?);
            Some((session.id(), session.peer().device(), plaintext, was_confirmed))
        });
        let Some((session, device, plaintext, was_confirmed)) = opened else {
            self.out.send(peer, &Frame::Refused(name));
            return;
        };
        self.out.session_used(account, session, ctx.now_ms);
        if self.take_payload(account, device, &plaintext, ctx).is_continue() {
            self.take_frame(peer, account, name);
        }
        if !was_confirmed {
            self.pump(account, ctx);
        }
    }

    fn on_first_message(&mut self, peer: Peer, frame: &[u8], name: FrameId, ctx: &mut Ctx<'_>) {
        let Ok(init) = InitMsg::parse(frame) else { return };
        if let Some(replay) = self.replays.get(&init.id()).copied() {
            self.on_repeated_first_message(peer, replay, &init, name, ctx);
            return;
        }
        let Some(prekey) = self.prekeys.get(&init.bundle_reference()) else {
            // Prekeys of ours that are gone: the contact asks for new ones.
            if self.links.get(&peer).is_some_and(|link| link.account.is_some()) {
                self.out.send(peer, &Frame::Refused(name));
            }
            return;
        };
        let (invites, now_ms) = (&self.invites, ctx.now_ms);
        let secret = |id: &[u8; 8]| {
            invites
                .get(&InviteId(*id))
                .filter(|invite| invite.is_known(now_ms))
                .map(|invite| *invite.secret.as_bytes())
                .or_else(|| self.secret_of(InviteId(*id), now_ms))
        };
        let bound = self.links.get(&peer).and_then(|link| link.account);
        let Ok(mut response) = respond(&self.me.keys, &prekey.secret, None, &init, secret, ctx.now_ms) else {
            if bound.is_some() {
                self.out.send(peer, &Frame::Refused(name));
            }
            return;
        };
        let plaintext = Zeroizing::new(std::mem::take(&mut response.plaintext));
        let account = response.session.peer().account();
        let blocked = self.people.get(&account).is_some_and(|person| person.contact.blocked);
        if account == self.me.account || blocked || bound.is_some_and(|bound| bound != account) {
            return;
        }
        if let Some(ended) = self.ended_invite(account, &response, ctx.now_ms) {
            self.out.send(peer, &Frame::InviteEnded(ended));
            return;
        }
        let expires_ms = prekey.expires_ms;
        let reference = prekey.secret.reference();
        if !self.welcome(peer, &response, &plaintext, ctx) {
            return;
        }
        // Not answered and not refused: the device comes again with this, until our person has decided.
        if !self.is_accepted(account, response.session.peer()) {
            return;
        }
        self.prekeys.remove(&reference);
        self.out.put(Change::DropPrekey(reference));
        let session = response.session.id();
        self.replays.insert(init.id(), Replay { account, session, expires_ms });
        let init = init.id();
        self.out.put(Change::PutReplay { init, account, session: *session.as_bytes(), expires_ms });
        self.begin(peer, response, &plaintext, name, ctx);
    }

    /// The invite shown, if it was used up by somebody else. Whoever is a contact already may start again with it.
    fn ended_invite(&self, account: AccountId, response: &Response, now_ms: u64) -> Option<InviteId> {
        let invite = self.invites.get(&InviteId(response.invite_id?))?;
        (!invite.is_open(now_ms) && !self.people.contains_key(&account)).then_some(invite.id)
    }

    /// The person behind a first message: known, invited, or a stranger for the request box. `false` if
    /// the device list they show cannot be theirs, or a stranger's connection has no room in the box.
    fn welcome(&mut self, peer: Peer, response: &Response, plaintext: &[u8], ctx: &mut Ctx<'_>) -> bool {
        let cert = response.session.peer();
        let account = cert.account();
        let Some(list) = introduced_list(plaintext, account) else { return false };
        let vouched = list.head() == response.devlist_head && list.cert(&cert.device()).is_some();
        let known = self.people.get(&account).map_or(0, |person| person.contact.generation);
        let in_reach = response.generation <= known.saturating_add(GENERATION_REACH);
        if !vouched || !in_reach || !cert.valid_at(ctx.now_ms) {
            return false;
        }
        if !self.people.contains_key(&account) {
            let Some(name) = Name::new(STRANGER) else { return false };
            // Whoever holds an invitation to a group asks for nothing else.
            let invite = response.invite_id.map(InviteId);
            let to_group = invite.is_some_and(|invite| self.is_to_group(invite, ctx.now_ms));
            if to_group {
                self.make_room_for_guest();
            }
            let has_room = invite.is_some() || self.make_room_for_request(peer);
            if !has_room || self.people.len() >= CONTACTS {
                return false;
            }
            let state = if to_group { ContactState::Member } else { ContactState::Request };
            self.add_person(account, name, state, None, ctx.now_ms);
            if let Some(person) = self.people.get_mut(&account).filter(|_| !to_group) {
                person.contact.asked_via = Some(peer);
            }
        }
        self.admit_device(account, cert, &list, ctx.now_ms)
    }

    fn begin(&mut self, peer: Peer, response: Response, plaintext: &[u8], name: FrameId, ctx: &mut Ctx<'_>) {
        let Response { session, generation, invite_id, .. } = response;
        let (id, device, account) = (session.id(), session.peer().device(), session.peer().account());
        self.keep_session(account, session, ctx.now_ms);
        if let Some(person) = self.people.get_mut(&account) {
            person.contact.generation = person.contact.generation.max(generation);
            self.out.contact_touched(account);
        }
        if let Some(invite) = invite_id {
            self.use_invite(account, InviteId(invite));
        }
        self.recognise(peer, ctx);
        let kept = self.take_payload(account, device, plaintext, ctx);
        self.confirm(peer, account, id, ctx);
        if kept.is_continue() {
            self.take_frame(peer, account, name);
        }
    }

    /// The handshake is repeated until the peer has heard of us in the session: say something in it.
    fn confirm(&mut self, peer: Peer, account: AccountId, session: SessionId, ctx: &mut Ctx<'_>) {
        let Some(session) = self.people.get_mut(&account).and_then(|person| person.sessions.get(session))
        else {
            return;
        };
        if let Ok(frame) = session.seal(&Payload::Entry(&[]).encode(), ctx.now_ms, &mut ctx.rng) {
            let id = session.id();
            self.out.session_used(account, id, ctx.now_ms);
            self.out.send(peer, &Frame::Sealed(&frame));
        }
    }

    /// A repeated handshake makes no second session: what is new in it is opened in the first one.
    fn on_repeated_first_message(
        &mut self,
        peer: Peer,
        replay: Replay,
        init: &InitMsg,
        name: FrameId,
        ctx: &mut Ctx<'_>,
    ) {
        let bound = self.links.get(&peer).and_then(|link| link.account);
        let Some(person) = self.people.get_mut(&replay.account).filter(|person| !person.contact.blocked)
        else {
            return;
        };
        if bound.is_some_and(|bound| bound != replay.account) || person.taken.contains(&name) {
            return;
        }
        let Some(session) = person.sessions.get(replay.session) else {
            if bound.is_some() {
                self.out.send(peer, &Frame::Refused(name));
            }
            return;
        };
        let device = session.peer().device();
        let Ok(plaintext) = session.open(init.dr_msg(), ctx.now_ms).map(Zeroizing::new) else {
            if bound.is_some() {
                self.out.send(peer, &Frame::Refused(name));
            }
            return;
        };
        self.out.session_used(replay.account, replay.session, ctx.now_ms);
        let kept = self.take_payload(replay.account, device, &plaintext, ctx);
        self.confirm(peer, replay.account, replay.session, ctx);
        if kept.is_continue() {
            self.take_frame(peer, replay.account, name);
        }
    }

    /// Breaks if the sender has to keep what it said, and say it again later.
    pub(super) fn take_payload(
        &mut self,
        account: AccountId,
        device: DeviceId,
        plaintext: &[u8],
        ctx: &mut Ctx<'_>,
    ) -> ControlFlow<()> {
        match Payload::decode(plaintext) {
            Ok(Payload::Entry(entry) | Payload::Introduction { entry, .. }) if !entry.is_empty() => {
                self.arrive(account, device, entry, ctx)
            }
            Ok(Payload::Note(note)) => {
                self.on_note(account, device, note, ctx);
                ControlFlow::Continue(())
            }
            Ok(Payload::Entry(_) | Payload::Introduction { .. } | Payload::Unknown) | Err(_) => {
                ControlFlow::Continue(())
            }
        }
    }
}

fn introduced_list(plaintext: &[u8], account: AccountId) -> Option<DeviceList> {
    match Payload::decode(plaintext) {
        Ok(Payload::Introduction { list, .. }) => DeviceList::parse(list, &account).ok(),
        Ok(Payload::Entry(_) | Payload::Note(_) | Payload::Unknown) | Err(_) => None,
    }
}

/// How far a first message may raise the session generation: an honest peer raises it by one.
const GENERATION_REACH: u32 = 1 << 16;
/// The first byte of a handshake frame (`InitMsg`).
const FIRST_MESSAGE: u8 = 0x01;
/// A name to go by until the request itself is read, which is in the same frame.
const STRANGER: &str = "?";
/// First messages of one stranger a minute: each costs a DH and a decapsulation.
const FIRST_PER_MINUTE: u32 = 30;
