//! How contacts recognise each other without telling anybody else who they are. A tag is a MAC under a key
//! that only the two devices share, over both transport keys and both nonces: it proves the sender, cannot be
//! passed on to another connection, and looks random to everybody else. Tags are filled up with random ones to
//! the next power of two, so their number tells little.

use undertone_crypto::{identity::DevCert, pair::InviteKey};

use super::{
    engine::{Ctx, Engine},
    link::Link,
    step::{Alarm, Notice},
};
use crate::{
    model::{AccountId, ContactState, InviteId, Peer, limits::TAGS},
    wire::{Card, Frame, Proof},
};

impl Engine {
    /// Shows the peer who we are, as far as it knows us already.
    pub(super) fn send_proof(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get(&peer) else { return };
        let Some(context) = self.context(link, peer, Direction::Ours) else { return };
        let mut tags: Vec<[u8; 16]> = Vec::new();
        for person in self.people.values().filter(|person| !person.contact.blocked) {
            tags.extend(person.pairs.iter().map(|(_, pair)| pair.tag(&context)));
            if let (ContactState::Asked | ContactState::Member, Some((_, secret))) =
                (person.contact.state, &person.contact.invite)
            {
                tags.push(InviteKey::from_secret(secret.as_bytes()).tag(&context));
            }
        }
        // Several members are asked by one invitation.
        tags.sort_unstable();
        tags.dedup();
        fill_up(&mut tags, ctx);
        // The tags are as good as random, so their own order says nothing.
        tags.sort_unstable();
        let shown = self.shown || link.invited.is_some() || link.account.is_some();
        let card = shown
            .then(|| Card { cert: self.me.cert.as_bytes().to_vec(), name: self.me.profile.name.clone() });
        for some in tags.chunks(TAGS) {
            self.out.send(peer, &Frame::Proof(Proof { tags: some.to_vec(), card: card.clone() }));
        }
    }

    /// Shows everybody anew: who we know or whether we are visible has changed. At once, but at most once a
    /// second: peers read no more than some proofs a minute.
    pub(super) fn send_proofs(&mut self, ctx: &mut Ctx<'_>) {
        let lately = self.proofs_sent_ms.is_some_and(|at| ctx.now_ms.abs_diff(at) < PROOF_PAUSE_MS);
        self.proofs_due = lately;
        if lately {
            return;
        }
        self.proofs_sent_ms = Some(ctx.now_ms);
        let peers: Vec<_> = self.links.keys().copied().collect();
        for peer in peers {
            self.send_proof(peer, ctx);
        }
    }

    pub(super) fn on_proof(&mut self, peer: Peer, proof: Proof, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        if link.peer_nonce.is_none() || !link.proofs.take(PROOFS_PER_MINUTE, ctx.now_ms) {
            return;
        }
        link.tags.extend(proof.tags);
        let surplus = link.tags.len().saturating_sub(KEPT_TAGS);
        link.tags.drain(..surplus);
        let card = proof.card.and_then(|card| {
            let cert = DevCert::parse(&card.cert).ok().filter(|cert| cert.valid_at(ctx.now_ms))?;
            Some((cert.account(), card.name)).filter(|(account, _)| *account != self.me.account)
        });
        if let Some(link) = self.links.get_mut(&peer)
            && link.card != card
        {
            link.card = card;
            self.out.notice(Notice::NearbyChanged);
        }
        self.recognise(peer, ctx);
    }

    /// Looks for somebody we know behind the tags that the peer has shown.
    pub(super) fn recognise(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get(&peer) else { return };
        if link.account.is_some() {
            return;
        }
        let Some(context) = self.context(link, peer, Direction::Theirs) else { return };
        let is_shown = |tag: [u8; 16]| link.tags.contains(&tag);
        // A device that waits for the person's decision is nobody yet: it takes no connection from the one we know.
        let known = self.people.iter().find(|(_, person)| {
            let pair = person.device().and_then(|device| person.pair(device));
            !person.contact.blocked && pair.is_some_and(|pair| is_shown(pair.tag(&context)))
        });
        if let Some(account) = known.map(|(account, _)| *account) {
            self.bind_link(peer, account, ctx);
            return;
        }
        let invite = self
            .invites
            .values()
            .find(|invite| is_shown(InviteKey::from_secret(invite.secret.as_bytes()).tag(&context)))
            .map(|invite| invite.id)
            .or_else(|| {
                self.invited_by(ctx.now_ms, |secret| {
                    is_shown(InviteKey::from_secret(secret.as_bytes()).tag(&context))
                })
            });
        match (invite, self.links.get_mut(&peer)) {
            // Used or not: whoever used it may have to start again, and only the first message tells who it is.
            (Some(id), Some(link)) if link.invited.is_none() => {
                link.invited = Some(id);
                self.send_proof(peer, ctx);
            }
            _ => self.ask_if_awaited(peer, ctx),
        }
    }

    /// The peer may be somebody we are waiting for.
    fn ask_if_awaited(&mut self, peer: Peer, ctx: &mut Ctx<'_>) {
        let claimed = self.links.get(&peer).and_then(|link| link.card.as_ref()).map(|(account, _)| *account);
        if let Some(account) = claimed.filter(|account| self.people.contains_key(account)) {
            self.pump(account, ctx);
        }
    }

    /// The one who invited us says that the invite has ended.
    pub(super) fn on_invite_ended(&mut self, peer: Peer, id: InviteId, ctx: &mut Ctx<'_>) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        if !link.proofs.take(PROOFS_PER_MINUTE, ctx.now_ms) {
            return;
        }
        let waiting = self.people.values_mut().find(|person| {
            person.contact.state == ContactState::Asked
                && person.contact.invite.as_ref().is_some_and(|(held, _)| *held == id)
        });
        if let Some(person) = waiting {
            person.contact.invite = None;
            let account = person.contact.account;
            self.out.contact_changed(account);
            self.out.notice(Notice::Alarm(account, Alarm::InviteUsed));
        }
    }

    /// People who are visible here and not contacts yet.
    pub fn nearby(&self) -> impl Iterator<Item = (AccountId, &str)> {
        let stranger = |account: &AccountId| {
            self.people.get(account).is_none_or(|person| {
                !person.contact.blocked
                    && person.contact.state == ContactState::Asked
                    && person.link.is_none()
            })
        };
        let mut seen = std::collections::BTreeSet::new();
        self.links
            .values()
            .filter_map(|link| link.card.as_ref().map(|(account, name)| (*account, name.as_str())))
            .filter(move |(account, _)| stranger(account) && seen.insert(*account))
    }

    /// What a tag is made over: sender before receiver, so none can be sent back.
    fn context(&self, link: &Link, peer: Peer, direction: Direction) -> Option<Vec<u8>> {
        let ours = (self.local?.0, link.nonce);
        let theirs = (peer.0, link.peer_nonce?);
        let (from, to) = match direction {
            Direction::Ours => (ours, theirs),
            Direction::Theirs => (theirs, ours),
        };
        Some([from.0, to.0, from.1, to.1].concat())
    }
}

/// Adds random tags up to the next power of two of them, or to whole proofs once there are many.
fn fill_up(tags: &mut Vec<[u8; 16]>, ctx: &mut Ctx<'_>) {
    let wanted = if tags.len() <= TAGS {
        tags.len().next_power_of_two().clamp(MIN_TAGS, TAGS)
    } else {
        tags.len().next_multiple_of(TAGS)
    };
    while tags.len() < wanted {
        let mut tag = [0; 16];
        ctx.rng.fill_bytes(&mut tag);
        tags.push(tag);
    }
}

/// Who shows a tag.
#[derive(Clone, Copy)]
enum Direction {
    Ours,
    Theirs,
}

/// So few contacts cannot be told from none.
const MIN_TAGS: usize = 8;
/// Tags of a peer that are kept: those of the most contacts and requests that anybody has.
const KEPT_TAGS: usize = 16 * TAGS;
/// Between two rounds of proofs to everybody.
const PROOF_PAUSE_MS: u64 = 1_000;
/// A peer proves itself anew when it learns a contact; more often than this it only keeps us busy.
const PROOFS_PER_MINUTE: u32 = 120;
