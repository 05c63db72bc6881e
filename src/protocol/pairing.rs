//! From a stranger to a session: bundles, first messages, requests and acceptances. A bundle is made fresh for
//! each request and used once. Decides who may reach us; the cryptography is the handshake's.

use undertone_crypto::{
    devlist::DeviceList,
    handshake::{Initiation, Invite as HeldInvite, Response, respond},
    init_msg::InitMsg,
    prekey::{Bundle, PrekeySecret},
    session::Session,
};

use super::{
    engine::{Ctx, Engine, Prekey, Replay},
    person::{Person, new_head},
    step::{Effect, Notice},
};
use crate::{
    model::{
        AccountId, Body, Change, Contact, ContactState, ConversationId, FrameId, InviteId, Name, Peer,
        limits::REQUESTS,
    },
    wire::{Frame, Payload},
};

impl Engine {
    /// Asks for prekeys to start a session with, if that was not done just now.
    pub(super) fn want_bundle(&mut self, account: AccountId, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let asked_lately =
            person.bundle_asked_ms.is_some_and(|at| ctx.now_ms.saturating_sub(at) < BUNDLE_RETRY_MS);
        if !asked_lately {
            person.bundle_asked_ms = Some(ctx.now_ms);
            self.out.send(peer, &Frame::BundleRequest);
        }
    }

    /// Gives prekeys to those who know us, hold an invite of ours, or may see us. Strangers share an allowance,
    /// so that none of them can keep the others, or those we know, from getting some.
    pub(super) fn on_bundle_request(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let known = link.account.is_some() || link.invited.is_some();
        if !(known || self.shown) || !link.asked.take(REQUESTS_PER_MINUTE, ctx.now_ms) {
            return;
        }
        if !known && !self.strangers_bundles.take(BUNDLES_PER_MINUTE, ctx.now_ms) {
            return;
        }
        self.make_room_for_prekey();
        let me = &self.me;
        let (secret, bundle) =
            PrekeySecret::issue(&me.keys, &me.cert, me.list.head(), ctx.now_ms, BUNDLE_LIFE_MS, &mut ctx.rng);
        self.out.send(peer, &Frame::Bundle { bundle: &bundle, list: me.list.as_bytes() });
        let (reference, expires_ms) = (secret.reference(), ctx.now_ms.saturating_add(PREKEY_KEPT_MS));
        self.out.put(Change::PutPrekey { reference, expires_ms, secret: secret.to_bytes() });
        self.prekeys.insert(reference, Prekey { secret, expires_ms });
    }

    /// An honest peer uses its prekeys within a moment: the oldest give way.
    fn make_room_for_prekey(&mut self) {
        while self.prekeys.len() >= MAX_PREKEYS {
            let oldest = self.prekeys.iter().min_by_key(|(_, prekey)| prekey.expires_ms);
            let Some(reference) = oldest.map(|(reference, _)| *reference) else { return };
            self.prekeys.remove(&reference);
            self.out.put(Change::DropPrekey(reference));
        }
    }

    /// Prekeys we asked for: starts a session and sends what waits.
    pub(super) fn on_bundle(&mut self, peer: Peer, bundle: &[u8], list: &[u8], ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get(&peer) else { return };
        let Some(account) = link.account.or_else(|| link.card.as_ref().map(|card| card.0)) else { return };
        let asked = self.people.get(&account).is_some_and(|person| {
            person.bundle_asked_ms.is_some() && !person.is_held() && person.outbox.len() > 0
        });
        if !asked {
            return;
        }
        let Ok(bundle) = Bundle::parse(bundle, &account, ctx.now_ms) else { return };
        let Ok(list) = DeviceList::parse(list, &account) else { return };
        let device = bundle.cert().device();
        if list.head() != *bundle.devlist_head() || list.cert(&device).is_none() {
            return;
        }
        if !self.admit_device(account, bundle.cert(), &list) {
            return;
        }
        let known = self.people.get(&account).and_then(Person::device);
        if known != Some(device) {
            return; // held until the person has decided
        }
        self.initiate(peer, account, &bundle, ctx);
    }

    fn initiate(&mut self, peer: Peer, account: AccountId, bundle: &Bundle, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        person.bundle_asked_ms = None;
        let Some(generation) = person.contact.generation.checked_add(1) else { return };
        let initiation = Initiation {
            generation,
            devlist_head: self.me.list.head(),
            devlist_head_seen: *bundle.devlist_head(),
            invite: person.contact.invite.map(|(id, secret)| HeldInvite { id: id.0, secret }),
        };
        let me = &self.me;
        let Ok(session) = Session::initiate(&me.keys, &me.cert, bundle, None, &initiation, &mut ctx.rng)
        else {
            return;
        };
        person.contact.generation = generation;
        self.out.contact_touched(account);
        self.keep_session(account, session);
        // Prove ourselves first: the peer can know us as soon as it opens the first message.
        self.send_proof(peer, ctx);
        self.recognise(peer, ctx);
        self.pump(account, ctx);
    }

    pub(super) fn keep_session(&mut self, account: AccountId, session: Session) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let id = session.id();
        if let Some(lost) = person.sessions.add(session) {
            person.outbox.unseal(|session| session == lost);
            self.out.put(Change::DropSession { account, session: *lost.as_bytes() });
        }
        self.out.session_touched(account, id);
    }

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
            let plaintext = session.open(frame, ctx.now_ms).ok()?;
            Some((session.id(), session.peer().device(), plaintext, was_confirmed))
        });
        let Some((session, device, plaintext, was_confirmed)) = opened else {
            self.out.send(peer, &Frame::Refused(name));
            return;
        };
        self.out.session_touched(account, session);
        self.take_payload(account, device, &plaintext, ctx);
        self.take_frame(peer, account, name);
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
            invites.get(&InviteId(*id)).filter(|invite| invite.is_open(now_ms)).map(|invite| invite.secret)
        };
        let Ok(response) = respond(&self.me.keys, &prekey.secret, None, &init, secret, ctx.now_ms) else {
            return;
        };
        let account = response.session.peer().account();
        let bound = self.links.get(&peer).and_then(|link| link.account);
        let blocked = self.people.get(&account).is_some_and(|person| person.contact.blocked);
        if account == self.me.account || blocked || bound.is_some_and(|bound| bound != account) {
            return;
        }
        let expires_ms = prekey.expires_ms;
        let reference = prekey.secret.reference();
        if !self.welcome(account, &response, ctx) {
            return;
        }
        self.prekeys.remove(&reference);
        self.out.put(Change::DropPrekey(reference));
        let session = response.session.id();
        self.replays.insert(init.id(), Replay { account, session, expires_ms });
        let init = init.id();
        self.out.put(Change::PutReplay { init, account, session: *session.as_bytes(), expires_ms });
        self.begin(peer, account, response, name, ctx);
    }

    /// The person behind a first message: known, invited, or a stranger for the request box. `false` if
    /// the device list they show cannot be theirs.
    fn welcome(&mut self, account: AccountId, response: &Response, ctx: &mut Ctx<'_>) -> bool {
        let Some(list) = introduced_list(&response.plaintext, account) else { return false };
        let cert = response.session.peer();
        let vouched = list.head() == response.devlist_head && list.cert(&cert.device()).is_some();
        if !vouched || !cert.valid_at(ctx.now_ms) {
            return false;
        }
        if !self.people.contains_key(&account) {
            let Some(name) = Name::new(STRANGER) else { return false };
            self.make_room_for_request();
            self.add_person(account, name, ContactState::Request, None, ctx.now_ms);
        }
        self.admit_device(account, cert, &list)
    }

    fn begin(
        &mut self,
        peer: Peer,
        account: AccountId,
        response: Response,
        name: FrameId,
        ctx: &mut Ctx<'_>,
    ) {
        let Response { session, plaintext, generation, invite_id, .. } = response;
        let (id, device) = (session.id(), session.peer().device());
        self.keep_session(account, session);
        if let Some(person) = self.people.get_mut(&account) {
            person.contact.generation = person.contact.generation.max(generation);
            self.out.contact_touched(account);
        }
        if let Some(invite) = invite_id {
            self.use_invite(account, InviteId(invite));
        }
        self.recognise(peer, ctx);
        self.take_payload(account, device, &plaintext, ctx);
        self.confirm(peer, account, id, ctx);
        self.take_frame(peer, account, name);
    }

    /// The handshake is repeated until the peer has heard of us in the session: say something in it.
    fn confirm(
        &mut self,
        peer: Peer,
        account: AccountId,
        session: undertone_crypto::session::SessionId,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(session) = self.people.get_mut(&account).and_then(|person| person.sessions.get(session))
        else {
            return;
        };
        if let Ok(frame) = session.seal(&Payload::Entry(&[]).encode(), ctx.now_ms, &mut ctx.rng) {
            let id = session.id();
            self.out.session_touched(account, id);
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
        let Ok(plaintext) = session.open(init.dr_msg(), ctx.now_ms) else {
            if bound.is_some() {
                self.out.send(peer, &Frame::Refused(name));
            }
            return;
        };
        self.out.session_touched(replay.account, replay.session);
        self.take_payload(replay.account, device, &plaintext, ctx);
        self.confirm(peer, replay.account, replay.session, ctx);
        self.take_frame(peer, replay.account, name);
    }

    fn take_payload(
        &mut self,
        account: AccountId,
        device: undertone_crypto::identity::DeviceId,
        plaintext: &[u8],
        ctx: &mut Ctx<'_>,
    ) {
        match Payload::decode(plaintext) {
            Ok(Payload::Entry(entry) | Payload::Introduction { entry, .. }) if !entry.is_empty() => {
                self.arrive(account, device, entry, ctx);
            }
            Ok(Payload::Entry(_) | Payload::Introduction { .. } | Payload::Unknown) | Err(_) => {}
        }
    }

    /// They ask to become a contact: for the request box, unless we asked or agreed already.
    pub(super) fn requested(&mut self, account: AccountId, name: &Name, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        if !person.contact.named_by_us {
            person.contact.name = name.clone();
        }
        match person.contact.state {
            ContactState::Request => {
                self.out.contact_touched(account);
                self.out.notice(Notice::Requested(account));
            }
            ContactState::Asked | ContactState::Mutual => self.agree(account, ctx),
        }
    }

    /// They accepted.
    pub(super) fn accepted(&mut self, account: AccountId, name: &Name, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        if !person.contact.named_by_us {
            person.contact.name = name.clone();
        }
        if person.contact.state == ContactState::Asked {
            person.contact.state = ContactState::Mutual;
            person.contact.invite = None;
        }
        self.out.chat_changed(person.head.conversation);
        self.out.contact_changed(account);
        self.pump(account, ctx);
    }

    /// We agree to talk with them, and say so.
    pub(super) fn agree(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        person.contact.state = ContactState::Mutual;
        person.contact.invite = None;
        self.out.chat_changed(person.head.conversation);
        self.out.contact_changed(account);
        let name = self.me.profile.name.clone();
        self.say(account, Body::Accept { name }, ctx);
    }

    /// Makes a contact or a request, with an empty conversation.
    pub(super) fn add_person(
        &mut self,
        account: AccountId,
        name: Name,
        state: ContactState,
        invite: Option<(InviteId, [u8; 16])>,
        now_ms: u64,
    ) {
        let conversation = ConversationId::direct(&self.me.account, &account);
        let contact = Contact {
            account,
            name,
            named_by_us: false,
            state,
            verified: false,
            blocked: false,
            device: None,
            changed_device: None,
            device_list: None,
            invite,
            generation: 0,
            last_seen_ms: None,
            since_ms: now_ms,
        };
        let person = Person::new(contact, new_head(conversation, account, now_ms), &self.me.own());
        self.people.insert(account, person);
        self.conversations.insert(conversation, account);
        self.out.head_touched(account);
        self.out.contact_touched(account);
    }

    /// Whoever holds an invite of ours is no stranger: they are agreed to at once.
    fn use_invite(&mut self, account: AccountId, id: InviteId) {
        if let Some(invite) = self.invites.get_mut(&id) {
            invite.uses = invite.uses.saturating_add(1);
            self.out.put(Change::PutInvite(Box::new(invite.clone())));
        }
        if let Some(person) = self.people.get_mut(&account)
            && person.contact.state == ContactState::Request
        {
            person.contact.state = ContactState::Mutual;
        }
    }

    /// The request box is bounded; the oldest request gives way.
    fn make_room_for_request(&mut self) {
        let requests = || {
            let all = self.people.values().map(|person| &person.contact);
            all.filter(|contact| contact.state == ContactState::Request)
        };
        let oldest = requests().map(|contact| (contact.since_ms, contact.account)).min();
        if requests().count() >= REQUESTS
            && let Some((_, account)) = oldest
        {
            self.drop_person(account);
        }
    }
}

fn introduced_list(plaintext: &[u8], account: AccountId) -> Option<DeviceList> {
    match Payload::decode(plaintext) {
        Ok(Payload::Introduction { list, .. }) => DeviceList::parse(list, &account).ok(),
        Ok(Payload::Entry(_) | Payload::Unknown) | Err(_) => None,
    }
}

/// The first byte of a handshake frame (`InitMsg`).
const FIRST_MESSAGE: u8 = 0x01;
/// A name to go by until the request itself is read, which is in the same frame.
const STRANGER: &str = "?";
/// An online bundle is made for one request and used at once; its prekeys are kept this long.
const PREKEY_KEPT_MS: u64 = 10 * 60 * 1000;
/// How long a bundle says that it may be used: longer than it may, for the clocks of two computers are apart.
const BUNDLE_LIFE_MS: u64 = 24 * 3_600_000;
/// How long an answer with a bundle may take.
const BUNDLE_RETRY_MS: u64 = 5_000;
/// Bundle requests of one connection a minute (protocol.md 5.5, with proofs in the same allowance).
const REQUESTS_PER_MINUTE: u32 = 30;
/// Bundles given out a minute to strangers, all together.
const BUNDLES_PER_MINUTE: u32 = 60;
/// Prekeys alive at once.
const MAX_PREKEYS: usize = 256;
/// First messages of one stranger a minute: each costs a DH and a decapsulation.
const FIRST_PER_MINUTE: u32 = 30;
