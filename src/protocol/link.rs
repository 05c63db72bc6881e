//! Connections: each starts with a hello both ways, then each side proves itself to those who know it. Says
//! who is at the other end of a connection, never how it is reached.
//!
//! ```text
//! open -> hello sent -> hello received: proof sent -> proof received
//!                                        `-> recognised: the connection of a contact
//! ```

use std::collections::BTreeSet;

use super::{
    engine::{Ctx, Engine},
    step::{Effect, Notice, Standing},
};
use crate::{
    model::{AccountId, ContactState, FrameId, InviteId, Name, Peer},
    wire::{Frame, Hello},
};

/// One connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) nonce: [u8; 32],
    /// The peer's nonce, once it said hello.
    pub(super) peer_nonce: Option<[u8; 32]>,
    /// The tags the peer showed, the newest of them: a contact learnt later may be among them.
    pub(super) tags: Vec<[u8; 16]>,
    /// The contact whose device proved itself.
    pub(super) account: Option<AccountId>,
    /// Who the peer says it is, to everybody or to the holder of its invite. A claim until a session proves it.
    pub(super) card: Option<(AccountId, Name)>,
    /// The invite of ours that the peer holds.
    pub(super) invited: Option<InviteId>,
    /// Frames that do not fit its queue wait until it has room.
    pub(super) busy: bool,
    since_ms: u64,
    /// Proofs in the current minute.
    pub(super) proofs: Allowance,
    /// Bundle requests in the current minute.
    pub(super) bundles: Allowance,
    /// First messages and ended invites in the current minute.
    pub(super) asked: Allowance,
    /// Questions about groups in the current minute.
    pub(super) questions: Allowance,
    /// Frames carried for others in the current minute.
    pub(super) carried: Allowance,
    /// Frames for others that the peer was handed.
    pub(super) handed: BTreeSet<FrameId>,
}

/// How often something may happen in a minute.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    since_ms: u64,
    used: u32,
}

impl Allowance {
    /// Takes one, if there is one left of `most` in this minute.
    pub(super) fn take(&mut self, most: u32, now_ms: u64) -> bool {
        if now_ms.abs_diff(self.since_ms) >= 60_000 {
            *self = Self { since_ms: now_ms, used: 0 };
        }
        self.used = self.used.saturating_add(1);
        self.used <= most
    }
}

impl Engine {
    /// A connection is up.
    pub fn on_connected(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let mut nonce = [0; 32];
        ctx.rng.fill_bytes(&mut nonce);
        let link = Link {
            nonce,
            peer_nonce: None,
            tags: Vec::new(),
            account: None,
            card: None,
            invited: None,
            busy: false,
            since_ms: ctx.now_ms,
            proofs: Allowance::default(),
            bundles: Allowance::default(),
            asked: Allowance::default(),
            questions: Allowance::default(),
            carried: Allowance::default(),
            handed: BTreeSet::new(),
        };
        self.forget_link(peer);
        self.links.insert(peer, link);
        self.out.send(peer, &Frame::Hello(Hello { least: VERSION, highest: VERSION, nonce }));
    }

    /// A connection is gone.
    pub fn on_disconnected(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        if let Some(account) = self.links.get(&peer).and_then(|link| link.account)
            && let Some(person) = self.people.get_mut(&account)
            && person.link == Some(peer)
        {
            person.contact.last_seen_ms = Some(ctx.now_ms);
            self.out.contact_touched(account);
        }
        let account = self.links.get(&peer).and_then(|link| link.account);
        self.forget_link(peer);
        if let Some(account) = account {
            self.carry_for(account, ctx);
        }
    }

    /// The connection's queue was too full for this frame: nothing more for it until it has room.
    pub fn on_busy(&mut self, peer: Peer, frame: &[u8]) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        link.busy = true;
        let account = link.account;
        if let Ok(Frame::Carry { sealed, .. }) = Frame::decode(frame) {
            link.handed.remove(&FrameId::of(sealed));
        }
        if let (Some(person), Ok(Frame::Sealed(sealed))) =
            (link.account.and_then(|account| self.people.get_mut(&account)), Frame::decode(frame))
        {
            person.outbox.unsend_frame(FrameId::of(sealed));
        }
        if let (Some(account), Ok(Frame::GroupSync(_))) = (account, Frame::decode(frame)) {
            self.show_anew(account);
        }
    }

    /// The connection's queue has room again.
    pub fn on_writable(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        link.busy = false;
        let account = link.account;
        // Whatever found no room may have been a proof.
        self.send_proof(peer, ctx);
        if let Some(account) = account {
            self.pump(account, ctx);
            self.keep_parcels(&account);
            self.hand_over(account, ctx.now_ms);
        }
    }

    pub(super) fn on_hello(&mut self, peer: Peer, hello: &Hello, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let speaks = (hello.least..=hello.highest).contains(&VERSION);
        if link.peer_nonce.is_some() || !speaks || hello.nonce == link.nonce {
            self.out.effect(Effect::Disconnect(peer));
            return;
        }
        link.peer_nonce = Some(hello.nonce);
        self.send_proof(peer, ctx);
    }

    /// The connection to somebody: the one they proved themselves on. Only while we ask them to become a contact
    /// it may be one that merely claims to be theirs, and then each of those in turn.
    pub(super) fn route(&self, account: AccountId, now_ms: u64) -> Option<Peer> {
        let person = self.people.get(&account)?;
        let awaited = match person.contact.state {
            ContactState::Asked => true,
            // One who is to let us into a group.
            ContactState::Member => person.contact.invite.is_some(),
            ContactState::Mutual | ContactState::Request => false,
        };
        if person.link.is_some() || !awaited {
            return person.link;
        }
        let claims =
            |link: &Link| link.account.is_none() && link.card.as_ref().is_some_and(|card| card.0 == account);
        let claimants: Vec<Peer> =
            self.links.iter().filter(|(_, link)| claims(link)).map(|(peer, _)| *peer).collect();
        let turn = now_ms.checked_div(CLAIMANT_MS)?.checked_rem(u64::try_from(claimants.len()).ok()?)?;
        claimants.get(usize::try_from(turn).ok()?).copied()
    }

    pub(super) fn forget_link(&mut self, peer: Peer) {
        let Some(link) = self.links.remove(&peer) else { return };
        self.circles.changed();
        if link.card.is_some() {
            self.out.notice(Notice::NearbyChanged);
        }
        let Some(account) = link.account else { return };
        if let Some(person) = self.people.get_mut(&account)
            && person.link == Some(peer)
        {
            person.link = None;
            person.outbox.unsend();
            if person.typing_since_ms.take().is_some() {
                self.out.notice(Notice::Typing(account, false));
            }
            self.out.notice(Notice::Presence(account));
        }
    }

    /// Connections whose other end has not said hello in time are of no use.
    pub(super) fn expire_links(&mut self, now_ms: u64) {
        for (peer, link) in &self.links {
            if link.peer_nonce.is_none() && now_ms.saturating_sub(link.since_ms) > HELLO_MS {
                self.out.effect(Effect::Disconnect(*peer));
            }
        }
    }

    /// The contact at the other end has proved itself.
    pub(super) fn bind_link(&mut self, peer: Peer, account: AccountId, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        link.account = Some(account);
        self.circles.changed();
        let Some(person) = self.people.get_mut(&account) else { return };
        let before = person.link.replace(peer);
        person.outbox.unsend();
        if let Some(name) =
            link.card.as_ref().map(|(_, name)| name.clone()).filter(|_| !person.contact.named_by_us)
            && person.contact.name != name
        {
            person.contact.name = name;
            self.out.contact_changed(account);
        }
        self.out.effect(Effect::Classify { peer, standing: Standing::Contact });
        if let Some(old) = before.filter(|old| *old != peer) {
            // The program at the other end was started anew; the old connection has not noticed yet.
            self.links.remove(&old);
            self.out.effect(Effect::Classify { peer: old, standing: Standing::Stranger });
            self.out.effect(Effect::Disconnect(old));
        }
        self.out.notice(Notice::Presence(account));
        self.out.notice(Notice::NearbyChanged);
        // Now that they are known they may see the name; and they must know us before our first frame comes.
        self.send_proof(peer, ctx);
        self.pump(account, ctx);
        self.meet_in_groups(account, ctx);
        self.keep_parcels(&account);
        self.hand_over(account, ctx.now_ms);
        self.carry_for_all(ctx);
    }
}

/// The one version of these frames that there is.
const VERSION: u16 = 1;
/// How long each of those who claim to be somebody we ask has to show it.
const CLAIMANT_MS: u64 = 10_000;
/// How long a connection may go without a hello.
const HELLO_MS: u64 = 10_000;
