//! The engine: all state in memory, restored from a snapshot, and the transaction that is being made. Routes
//! an input to one machine; the machines are the other files of this folder, each an `impl Engine`.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;
use undertone_crypto::{
    devlist::DeviceList,
    identity::{DevCert, DeviceKeys},
    prekey::PrekeySecret,
    session::{Session, SessionId},
};

use super::{
    group::{Carried, Circles, Group},
    link::{Allowance, Link},
    outbox::Outbox,
    person::{Own, Person, Taken, new_head},
    sessions::Sessions,
    step::{Effect, Notice, Step},
};
use crate::{
    model::{
        AccountId, Change, ContactState, ConversationId, FrameId, Invite, InviteId, Peer, Profile, Snapshot,
    },
    wire::Frame,
};

/// The time and the randomness of one input.
#[allow(missing_debug_implementations, reason = "a random source has nothing to show")]
pub struct Ctx<'a> {
    /// Milliseconds since the epoch. May jump; the machines only compare it.
    pub now_ms: u64,
    /// A cryptographic random source.
    pub rng: &'a mut dyn CryptoRng,
}

/// All of the messenger that decides.
#[derive(Debug)]
pub struct Engine {
    pub(super) me: Me,
    pub(super) people: BTreeMap<AccountId, Person>,
    pub(super) conversations: BTreeMap<ConversationId, AccountId>,
    pub(super) groups: BTreeMap<ConversationId, Group>,
    /// Sealed frames of members for others.
    pub(super) carried: Carried,
    pub(super) invites: BTreeMap<InviteId, Invite>,
    /// Members whom we asked to let us into a group, by what they know that by.
    pub(super) joins: BTreeMap<InviteId, BTreeSet<AccountId>>,
    pub(super) prekeys: BTreeMap<[u8; 8], Prekey>,
    pub(super) replays: BTreeMap<[u8; 32], Replay>,
    pub(super) links: BTreeMap<Peer, Link>,
    pub(super) local: Option<Peer>,
    pub(super) circles: Circles,
    /// Whether people on this network may see our name.
    pub(super) shown: bool,
    pub(super) out: Out,
    /// When everybody was last shown who we are, and whether they have to be again.
    pub(super) proofs_sent_ms: Option<u64>,
    pub(super) proofs_due: bool,
    /// Bundles that strangers were given in the current minute.
    pub(super) strangers_bundles: Allowance,
}

/// Our own side.
#[derive(Debug)]
pub(super) struct Me {
    pub(super) account: AccountId,
    pub(super) keys: DeviceKeys,
    pub(super) cert: DevCert,
    pub(super) list: DeviceList,
    pub(super) profile: Profile,
}

impl Me {
    pub(super) const fn own(&self) -> Own<'_> {
        Own { keys: &self.keys, cert: &self.cert }
    }
}

/// Prekeys whose bundle was given out, and when they are destroyed if nobody uses them.
#[derive(Debug)]
pub(super) struct Prekey {
    pub(super) secret: PrekeySecret,
    pub(super) expires_ms: u64,
    /// Whether a stranger was given the bundle: the first to give way.
    pub(super) stranger: bool,
}

/// An answered handshake.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replay {
    pub(super) account: AccountId,
    pub(super) session: SessionId,
    pub(super) expires_ms: u64,
}

/// The transaction that is being made. Rows that change often within one are only marked, and written once.
#[derive(Debug, Default)]
pub(super) struct Out {
    changes: Vec<Change>,
    effects: Vec<Effect>,
    contacts: BTreeSet<AccountId>,
    heads: BTreeSet<AccountId>,
    /// When each was used.
    sessions: BTreeMap<(AccountId, SessionId), u64>,
    groups: BTreeSet<ConversationId>,
    chains: BTreeSet<(ConversationId, [u8; 16])>,
    chats: BTreeSet<ConversationId>,
}

impl Out {
    pub(super) fn put(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn send(&mut self, peer: Peer, frame: &Frame<'_>) {
        self.effects.push(Effect::Send { peer, frame: frame.encode() });
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.effects.push(Effect::Notice(notice));
    }

    /// The contact's row changed, and whoever listens should know.
    pub(super) fn contact_changed(&mut self, account: AccountId) {
        self.contacts.insert(account);
        self.notice(Notice::ContactChanged(account));
    }

    /// The contact's row changed in a way that is not seen.
    pub(super) fn contact_touched(&mut self, account: AccountId) {
        self.contacts.insert(account);
    }

    pub(super) fn head_touched(&mut self, account: AccountId) {
        self.heads.insert(account);
    }

    /// The session was used and its state is another now.
    pub(super) fn session_used(&mut self, account: AccountId, session: SessionId, now_ms: u64) {
        self.sessions.insert((account, session), now_ms);
    }

    pub(super) fn group_touched(&mut self, conversation: ConversationId) {
        self.groups.insert(conversation);
    }

    pub(super) fn chain_touched(&mut self, conversation: ConversationId, chain: [u8; 16]) {
        self.chains.insert((conversation, chain));
    }

    /// The conversation's row in the list changed.
    pub(super) fn chat_changed(&mut self, conversation: ConversationId) {
        self.chats.insert(conversation);
    }
}

impl Engine {
    /// An engine that goes on where the snapshot was taken.
    ///
    /// # Errors
    /// [`RestoreError`] if a row of our own does not fit: the profile is damaged.
    pub fn restore(snapshot: Snapshot, now_ms: u64) -> Result<Self, RestoreError> {
        let me = restore_me(snapshot.profile)?;
        let mut engine = Self {
            shown: me.profile.visible,
            me,
            people: BTreeMap::new(),
            conversations: BTreeMap::new(),
            groups: Group::restore(snapshot.groups, snapshot.ops, (snapshot.chains, snapshot.waiting))?,
            carried: Carried::restore(snapshot.carried),
            invites: snapshot.invites.into_iter().map(|invite| (invite.id, invite)).collect(),
            prekeys: BTreeMap::new(),
            replays: BTreeMap::new(),
            joins: BTreeMap::new(),
            links: BTreeMap::new(),
            local: None,
            circles: Circles::new(now_ms),
            out: Out::default(),
            proofs_sent_ms: None,
            proofs_due: false,
            strangers_bundles: Allowance::default(),
        };
        // The program may have ended between what changed and counting.
        for conversation in engine.groups.keys().copied().collect::<Vec<_>>() {
            engine.recount(conversation);
        }
        if snapshot.rolled_back {
            for (conversation, group) in &mut engine.groups {
                group.start_anew(now_ms);
                engine.out.group_touched(*conversation);
            }
        }
        for (expires_ms, secret) in snapshot.prekeys {
            let secret = PrekeySecret::from_bytes(&secret).map_err(|_| RestoreError("prekey"))?;
            if snapshot.rolled_back {
                // An old copy of the folder: they may have been used since.
                engine.out.put(Change::DropPrekey(secret.reference()));
            } else {
                engine.prekeys.insert(secret.reference(), Prekey { secret, expires_ms, stranger: true });
            }
        }
        for (init, account, session, expires_ms) in snapshot.replays {
            engine.replays.insert(init, Replay { account, session: SessionId::new(session), expires_ms });
        }
        let mut heads: BTreeMap<_, _> = snapshot.heads.into_iter().map(|head| (head.account, head)).collect();
        for contact in snapshot.contacts {
            let account = contact.account;
            let conversation = ConversationId::direct(&engine.me.account, &account);
            let mut head = heads.remove(&account).unwrap_or_else(|| new_head(conversation, account, now_ms));
            head.next_seq = head.next_seq.max(now_ms);
            engine.conversations.insert(conversation, account);
            if let (ContactState::Member, Some((join, _))) = (contact.state, &contact.invite) {
                engine.joins.entry(*join).or_default().insert(account);
            }
            engine.people.insert(account, Person::new(contact, head, &engine.me.own()));
        }
        engine.restore_traffic(snapshot.sessions, snapshot.outbox, snapshot.taken, snapshot.rolled_back)?;
        Ok(engine)
    }

    fn restore_traffic(
        &mut self,
        sessions: Vec<(AccountId, u64, zeroize::Zeroizing<Vec<u8>>)>,
        outbox: Vec<crate::model::OutboxRow>,
        taken: Vec<(AccountId, u64, FrameId)>,
        rolled_back: bool,
    ) -> Result<(), RestoreError> {
        let mut lists: BTreeMap<AccountId, Vec<(u64, Session)>> = BTreeMap::new();
        for (account, used_ms, bytes) in sessions {
            let session = Session::from_bytes(&bytes).map_err(|_| RestoreError("session"))?;
            if rolled_back {
                // An old copy of the folder: its ratchets have been used since. New ones are made on demand.
                self.out.put(Change::DropSession { account, session: *session.id().as_bytes() });
            } else {
                lists.entry(account).or_default().push((used_ms, session));
            }
        }
        let mut rows: BTreeMap<AccountId, Vec<crate::model::OutboxRow>> = BTreeMap::new();
        for row in outbox {
            rows.entry(row.account).or_default().push(row);
        }
        let mut frames: BTreeMap<AccountId, Vec<(u64, FrameId)>> = BTreeMap::new();
        for (account, count, frame) in taken {
            frames.entry(account).or_default().push((count, frame));
        }
        for (account, person) in &mut self.people {
            person.sessions = Sessions::restore(lists.remove(account).unwrap_or_default());
            person.outbox = Outbox::restore(rows.remove(account).unwrap_or_default(), rolled_back);
            person.taken = Taken::restore(frames.remove(account).unwrap_or_default());
        }
        Ok(())
    }

    /// The name that the network goes by in this run; connections start from nothing.
    pub fn on_network(&mut self, local: Peer) {
        let peers: Vec<_> = self.links.keys().copied().collect();
        for peer in peers {
            self.forget_link(peer);
        }
        self.local = Some(local);
    }

    /// A frame came in. A peer learns nothing from what is wrong with it.
    pub fn on_frame(&mut self, peer: Peer, bytes: &[u8], ctx: &mut Ctx<'_>) {
        if !self.links.contains_key(&peer) {
            return;
        }
        match Frame::decode(bytes) {
            Ok(Frame::Bundle { bundle, list }) => self.on_bundle(peer, bundle, list, ctx),
            Ok(Frame::BundleRequest) => self.on_bundle_request(peer, ctx),
            Ok(Frame::Carried { from, sealed }) => self.on_carried(peer, from, sealed, ctx),
            Ok(Frame::Carry { to, sealed }) => self.on_carry(peer, to, sealed, ctx),
            Ok(Frame::Group(message)) => {
                self.on_group(peer, message, ctx);
            }
            Ok(Frame::GroupSync(sealed)) => self.on_group_sync(peer, sealed, ctx),
            Ok(Frame::Hello(hello)) => self.on_hello(peer, &hello, ctx),
            Ok(Frame::InviteEnded(id)) => self.on_invite_ended(peer, id, ctx),
            Ok(Frame::Proof(proof)) => self.on_proof(peer, proof, ctx),
            Ok(Frame::Refused(frame)) => self.on_refused(peer, frame, ctx),
            Ok(Frame::Sealed(frame)) => self.on_sealed(peer, frame, ctx),
            Ok(Frame::Signal(sealed)) => self.on_signal(peer, sealed, ctx),
            Ok(Frame::Taken(frames)) => self.on_taken(peer, &frames, ctx),
            Ok(Frame::Unknown) => {}
            // No program of ours sends this.
            Err(_malformed) => self.out.effect(Effect::Fault(peer)),
        }
    }

    /// Time went by. To be called about once a second.
    pub fn on_tick(&mut self, ctx: &mut Ctx<'_>) {
        self.expire(ctx.now_ms);
        if self.proofs_due {
            self.send_proofs(ctx);
        }
        self.expire_links(ctx.now_ms);
        self.expire_typing(ctx.now_ms);
        self.expire_attention(ctx.now_ms);
        self.tick_groups(ctx);
        self.circles.tick(ctx.now_ms);
        self.retry(ctx);
        self.tick_carried(ctx);
    }

    /// The transaction that the inputs since the last call have made.
    pub fn settle(&mut self) -> Step {
        self.settle_circles();
        let Out { mut changes, mut effects, contacts, heads, sessions, groups, chains, chats } =
            std::mem::take(&mut self.out);
        for account in contacts {
            if let Some(person) = self.people.get(&account) {
                changes.push(Change::PutContact(Box::new(person.contact.clone())));
            }
        }
        for account in heads {
            if let Some(person) = self.people.get(&account) {
                changes.push(Change::PutHead(Box::new(person.head.clone())));
            }
        }
        for ((account, id), used_ms) in sessions {
            if let Some(session) = self.people.get_mut(&account).and_then(|p| p.sessions.used(id, used_ms)) {
                let state = session.to_bytes();
                changes.push(Change::PutSession { account, session: *id.as_bytes(), used_ms, state });
            }
        }
        for conversation in groups {
            if let Some(group) = self.groups.get(&conversation) {
                changes.push(Change::PutGroup(Box::new(group.head.clone())));
            }
        }
        for (conversation, chain) in chains {
            if let Some(row) = self.groups.get(&conversation).and_then(|group| group.chain_row(&chain)) {
                changes.push(Change::PutChain { conversation, row: Box::new(row) });
            }
        }
        effects.extend(chats.into_iter().map(|chat| Effect::Notice(Notice::ChatChanged(chat))));
        Step::new(changes, effects)
    }

    fn expire(&mut self, now_ms: u64) {
        let Self { prekeys, replays, out, .. } = self;
        prekeys.retain(|reference, prekey| {
            let alive = now_ms < prekey.expires_ms;
            if !alive {
                out.put(Change::DropPrekey(*reference));
            }
            alive
        });
        replays.retain(|init, replay| {
            let needed = now_ms < replay.expires_ms;
            if !needed {
                out.put(Change::DropReplay(*init));
            }
            needed
        });
        self.expire_sessions(now_ms);
    }
}

/// A row of our own does not fit the others: the profile is damaged. Names the kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {0} row does not fit")]
pub struct RestoreError(pub &'static str);

fn restore_me(profile: Profile) -> Result<Me, RestoreError> {
    let keys = DeviceKeys::from_bytes(&profile.device).map_err(|_| RestoreError("device"))?;
    let cert = DevCert::parse(&profile.cert).map_err(|_| RestoreError("certificate"))?;
    let list =
        DeviceList::parse(&profile.device_list, &cert.account()).map_err(|_| RestoreError("device list"))?;
    if !keys.matches(&cert) || list.cert(&cert.device()).is_none() {
        return Err(RestoreError("device"));
    }
    Ok(Me { account: cert.account(), keys, cert, list, profile })
}
