//! Prekeys: given out fresh for each request and used once, and asked for when there is something to say and no
//! session to say it in. Decides who gets some; the cryptography is the handshake's.

use undertone_crypto::{
    devlist::DeviceList,
    handshake::{Initiation, Invite as HeldInvite},
    prekey::{Bundle, PrekeySecret},
    session::Session,
};

use super::{
    engine::{Ctx, Engine, Prekey},
    person::Person,
};
use crate::{
    model::{AccountId, Change, Peer},
    wire::Frame,
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

    /// Gives prekeys to those who know us, hold an invite of ours, or may see us. Strangers share an allowance of
    /// which each connection gets a small part, and their prekeys are the first to give way.
    pub(super) fn on_bundle_request(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let known = link.account.is_some() || link.invited.is_some();
        if !(known || self.shown) || !link.bundles.take(REQUESTS_PER_MINUTE, ctx.now_ms) {
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
        self.prekeys.insert(reference, Prekey { secret, expires_ms, stranger: !known });
    }

    /// An honest peer uses its prekeys within a moment: the oldest give way.
    fn make_room_for_prekey(&mut self) {
        while self.prekeys.len() >= MAX_PREKEYS {
            let oldest = self.prekeys.iter().min_by_key(|(_, prekey)| (!prekey.stranger, prekey.expires_ms));
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
        if !self.admit_device(account, bundle.cert(), &list, ctx.now_ms) {
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
        let invite = person.contact.invite.as_ref();
        let initiation = Initiation {
            generation,
            devlist_head: self.me.list.head(),
            devlist_head_seen: *bundle.devlist_head(),
            invite: invite.map(|(id, secret)| HeldInvite { id: id.0, secret: *secret.as_bytes() }),
        };
        let me = &self.me;
        let Ok(session) = Session::initiate(&me.keys, &me.cert, bundle, None, &initiation, &mut ctx.rng)
        else {
            return;
        };
        person.contact.generation = generation;
        person.unanswered_since_ms = Some(ctx.now_ms);
        self.out.contact_touched(account);
        self.keep_session(account, session, ctx.now_ms);
        // Prove ourselves first: the peer can know us as soon as it opens the first message.
        self.send_proof(peer, ctx);
        self.recognise(peer, ctx);
        self.pump(account, ctx);
    }

    pub(super) fn keep_session(&mut self, account: AccountId, session: Session, now_ms: u64) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let id = session.id();
        if let Some(lost) = person.sessions.add(session, now_ms) {
            person.outbox.unseal(|session| session == lost);
            self.out.put(Change::DropSession { account, session: *lost.as_bytes() });
        }
        self.out.session_used(account, id, now_ms);
    }
}

/// An online bundle is made for one request and used at once; its prekeys are kept this long.
const PREKEY_KEPT_MS: u64 = 10 * 60 * 1000;
/// How long a bundle says that it may be used: longer than it may, for the clocks of two computers are apart.
const BUNDLE_LIFE_MS: u64 = 24 * 3_600_000;
/// How long an answer with a bundle may take.
const BUNDLE_RETRY_MS: u64 = 5_000;
/// Bundle requests of one connection a minute (protocol.md 5.5).
const REQUESTS_PER_MINUTE: u32 = 6;
/// Bundles given out a minute to strangers, all together.
const BUNDLES_PER_MINUTE: u32 = 60;
/// Prekeys alive at once.
const MAX_PREKEYS: usize = 256;
