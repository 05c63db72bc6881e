//! Members carry each other's notes. What waits for a member who is away is handed, as it was sealed, to members who
//! are connected; they keep it and hand it over. Whoever gets it opens it in the sender's session as if the sender had
//! brought it. A carrier sees for whom something is and from whom, and nothing else; what it brings in vain changes
//! no session, and only the recipient's own word to the sender ends what waits there.

use std::collections::{BTreeMap, VecDeque};

use zeroize::Zeroizing;

use super::state::Group;
use crate::{
    model::{AccountId, CarriedMark, CarriedRow, Change, FrameId, Outbound, Peer, limits::WINDOW_FRAMES},
    protocol::{
        engine::{Ctx, Engine},
        outbox::Outgoing,
        person::Person,
        step::Effect,
    },
    wire::{Frame, Note, Payload},
};

/// What we carry, by recipient, in the order of arrival.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Carried {
    parcels: BTreeMap<AccountId, VecDeque<Parcel>>,
    looked_ms: u64,
}

#[derive(Debug)]
struct Parcel {
    mark: CarriedMark,
    /// When it was handed to the recipient's connection.
    sent_ms: Option<u64>,
}

impl Carried {
    pub(in crate::protocol) fn restore(mut marks: Vec<CarriedMark>) -> Self {
        marks.sort_unstable_by_key(|mark| mark.at_ms);
        let mut carried = Self::default();
        for mark in marks {
            carried.parcels.entry(mark.to).or_default().push_back(Parcel { mark, sent_ms: None });
        }
        carried
    }

    fn has(&self, to: &AccountId, frame: &FrameId) -> bool {
        self.parcels.get(to).is_some_and(|all| all.iter().any(|parcel| parcel.mark.frame == *frame))
    }

    fn take(&mut self, to: &AccountId, frame: &FrameId) -> Option<CarriedMark> {
        let all = self.parcels.get_mut(to)?;
        let at = all.iter().position(|parcel| parcel.mark.frame == *frame)?;
        let taken = all.remove(at);
        if all.is_empty() {
            self.parcels.remove(to);
        }
        taken.map(|parcel| parcel.mark)
    }

    fn marks(&self) -> impl Iterator<Item = &CarriedMark> {
        self.parcels.values().flatten().map(|parcel| &parcel.mark)
    }

    /// Those that give way to one more: the oldest of its sender for its recipient, then of its sender, then of
    /// whoever has most here.
    fn crowded_out(&self, new: &CarriedMark) -> Vec<CarriedMark> {
        let mut kept: Vec<CarriedMark> = self.marks().copied().chain([*new]).collect();
        let mut out = Vec::new();
        let mut shrink = |of: &dyn Fn(&CarriedMark) -> bool, most: (usize, u64)| {
            while exceeds(kept.iter().filter(|mark| of(mark)), most) {
                let oldest = kept.iter().filter(|mark| of(mark)).min_by_key(|mark| mark.at_ms).copied();
                let Some(oldest) = oldest else { break };
                kept.retain(|mark| (mark.to, mark.frame) != (oldest.to, oldest.frame));
                out.push(oldest);
            }
        };
        shrink(&|mark| mark.from == new.from && mark.to == new.to, MOST_FOR_ONE);
        shrink(&|mark| mark.from == new.from, MOST_OF_ONE);
        while exceeds(kept.iter(), MOST) {
            let mut sizes: BTreeMap<AccountId, u64> = BTreeMap::new();
            for mark in &kept {
                let size = sizes.entry(mark.from).or_default();
                *size = size.saturating_add(u64::from(mark.size));
            }
            let busiest = sizes.into_iter().max_by_key(|(_, size)| *size).map(|(of, _)| of);
            let of_it = kept.iter().filter(|mark| Some(mark.from) == busiest);
            let Some(oldest) = of_it.min_by_key(|mark| mark.at_ms).copied() else { break };
            kept.retain(|mark| (mark.to, mark.frame) != (oldest.to, oldest.frame));
            out.push(oldest);
        }
        out
    }
}

fn exceeds<'a>(marks: impl Iterator<Item = &'a CarriedMark>, (frames, bytes): (usize, u64)) -> bool {
    let (count, size) = marks.fold((0_usize, 0_u64), |(count, size), mark| {
        (count.saturating_add(1), size.saturating_add(u64::from(mark.size)))
    });
    count > frames || size > bytes
}

impl Engine {
    /// Hands what waits for somebody who is away to members who can meet them.
    pub(in crate::protocol) fn carry_for(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let waits =
            self.people.get(&account).is_some_and(|person| person.link.is_none() && has_notes(person));
        if !waits {
            return;
        }
        let carriers = self.carriers(account);
        if carriers.is_empty() {
            return;
        }
        for (frame, sealed) in self.sealed_notes(account, &carriers, ctx) {
            for peer in &carriers {
                if let Some(link) = self.links.get_mut(peer).filter(|link| !link.busy)
                    && link.handed.insert(frame)
                {
                    self.out.send(*peer, &Frame::Carry { to: *account.as_bytes(), sealed: &sealed });
                }
            }
        }
    }

    /// The same for everybody.
    pub(in crate::protocol) fn carry_for_all(&mut self, ctx: &mut Ctx<'_>) {
        let away = |person: &&Person| person.link.is_none() && has_notes(person);
        let waiting: Vec<_> =
            self.people.values().filter(away).map(|person| person.contact.account).collect();
        waiting.into_iter().for_each(|account| self.carry_for(account, ctx));
    }

    /// The connections of members who may meet somebody: a few, not the same ones for everybody. Whoever has not heard
    /// yet that we take part would pass over what we hand them.
    fn carriers(&self, account: AccountId) -> Vec<Peer> {
        let me = self.me.account;
        let shared = self.groups.values().filter(|group| group.has_had(&me) && group.has_had(&account));
        let link = |member: &AccountId| self.people.get(member).and_then(|person| person.link);
        let know_us = |group: &Group| {
            // Who is out is told nothing, but tells, before anything else, how that came.
            let out = !group.has(&me);
            let near = group.others(&me).into_iter().filter(|of| *of != account && link(of).is_some());
            near.filter(|of| out || group.has_told_of(of, &me)).collect::<Vec<_>>()
        };
        let mut members: Vec<AccountId> = shared.flat_map(know_us).collect();
        members.sort_unstable();
        members.dedup();
        let from = members.partition_point(|member| *member < account);
        members.rotate_left(from);
        members.iter().filter_map(link).take(CARRIERS).collect()
    }

    /// The notes that wait for somebody and that one of the carriers has not got, sealed in the session that they would
    /// go in. What is sealed stays as it is.
    fn sealed_notes(
        &mut self,
        account: AccountId,
        carriers: &[Peer],
        ctx: &mut Ctx<'_>,
    ) -> Vec<(FrameId, Vec<u8>)> {
        let Self { people, links, out, .. } = self;
        let lacks = |peer: &Peer, name: &FrameId| {
            links.get(peer).is_some_and(|link| !link.busy && !link.handed.contains(name))
        };
        let Some(person) = people.get_mut(&account).filter(|person| !person.is_stopped()) else {
            return Vec::new();
        };
        let device = person.device();
        let Person { outbox, sessions, .. } = person;
        let session = device.and_then(|device| sessions.sending(device));
        // Keys are for a session in which the peer has answered.
        let Some(session) = session.filter(|session| session.is_confirmed()) else { return Vec::new() };
        let (mut notes, mut bytes) = (Vec::new(), 0_usize);
        let waiting = outbox.rows.iter_mut().take(WINDOW_FRAMES);
        for outgoing in waiting.filter(|outgoing| is_carried(outgoing)).take(MOST_HANDED.0) {
            if outgoing.row.sealed.is_none() {
                let payload = Payload::Note(&outgoing.row.payload).encode();
                let Ok(frame) = session.seal(&payload, ctx.now_ms, &mut ctx.rng) else { break };
                outgoing.frame = Some(FrameId::of(&frame));
                outgoing.row.sealed = Some((frame, *session.id().as_bytes()));
                out.put(Change::PutOutbox(Box::new(outgoing.row.clone())));
                out.session_used(account, session.id(), ctx.now_ms);
            }
            let (Some(name), Some((frame, _))) = (outgoing.frame, &outgoing.row.sealed) else { continue };
            bytes = bytes.saturating_add(frame.len());
            if bytes > MOST_HANDED.1 {
                break;
            }
            // One that began a session names prekeys of one meeting: it is for that connection.
            let begins = frame.first() == Some(&FIRST_MESSAGE);
            if !begins && carriers.iter().any(|peer| lacks(peer, &name)) {
                notes.push((name, frame.clone()));
            }
        }
        notes
    }

    /// A member has something for another one who is away.
    pub(in crate::protocol) fn on_carry(
        &mut self,
        peer: Peer,
        to: [u8; 32],
        sealed: &[u8],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let Some(from) = link.account.filter(|_| link.carried.take(CARRIED_PER_MINUTE, ctx.now_ms)) else {
            return;
        };
        let (Ok(to), Ok(size)) = (AccountId::from_bytes(&to), u32::try_from(sealed.len())) else {
            // No program of ours names an account that cannot be one.
            self.out.effect(Effect::Fault(peer));
            return;
        };
        let frame = CarriedMark::name_of(&from, sealed);
        // That the other one takes part as well may be news that is still on its way.
        let shared = self.groups.values().any(|group| group.has(&self.me.account) && group.has_had(&from));
        if to == from || !shared || self.carried.has(&to, &frame) {
            return;
        }
        let mark = CarriedMark { from, to, frame, size, at_ms: ctx.now_ms };
        for old in self.carried.crowded_out(&mark) {
            self.forget_parcel(&old.to, &old.frame);
        }
        self.carried.parcels.entry(to).or_default().push_back(Parcel { mark, sent_ms: None });
        self.out.put(Change::PutCarried(Box::new(CarriedRow { mark, bytes: sealed.to_vec() })));
        self.hand_over(to, ctx.now_ms);
    }

    /// Hands over what we carry for somebody who is connected, a window of it at a time.
    pub(in crate::protocol) fn hand_over(&mut self, to: AccountId, now_ms: u64) {
        let Some(peer) = self.people.get(&to).and_then(|person| person.link) else { return };
        if self.links.get(&peer).is_none_or(|link| link.busy) {
            return;
        }
        let Self { carried, groups, out, .. } = self;
        let Some(parcels) = carried.parcels.get_mut(&to) else { return };
        let lately =
            |parcel: &Parcel| parcel.sent_ms.is_some_and(|at| now_ms.saturating_sub(at) <= HAND_AGAIN_MS);
        let size = |parcel: &Parcel| usize::try_from(parcel.mark.size).unwrap_or(usize::MAX);
        let under_way = parcels.iter().filter(|parcel| lately(parcel));
        let (mut count, mut bytes) = under_way.fold((0_usize, 0_usize), |(count, bytes), parcel| {
            (count.saturating_add(1), bytes.saturating_add(size(parcel)))
        });
        // Who is with us is told to those only who are with both of us, or were: our own removal takes nothing from them.
        let meant = |parcel: &&mut Parcel| {
            let both = [parcel.mark.from, to];
            groups.values().any(|group| both.iter().all(|account| group.has_had(account)))
        };
        let mut next: Vec<_> = parcels.iter_mut().filter(|parcel| !lately(parcel)).filter(meant).collect();
        // What is never answered lets the others by.
        next.sort_by_key(|parcel| parcel.sent_ms);
        for parcel in next {
            (count, bytes) = (count.saturating_add(1), bytes.saturating_add(size(parcel)));
            if count > MOST_HANDED.0 || bytes > MOST_HANDED.1 {
                break;
            }
            parcel.sent_ms = Some(now_ms);
            out.effect(Effect::SendCarried { peer, to, frame: parcel.mark.frame });
        }
    }

    /// The recipient is gone: what it did not take is for the next time.
    pub(in crate::protocol) fn keep_parcels(&mut self, to: &AccountId) {
        if let Some(parcels) = self.carried.parcels.get_mut(to) {
            parcels.iter_mut().for_each(|parcel| parcel.sent_ms = None);
        }
    }

    /// A recipient has taken a parcel, or cannot open it: whether there was one.
    pub(in crate::protocol) fn parcel_ended(&mut self, peer: Peer, frame: &FrameId) -> bool {
        let to = self.links.get(&peer).and_then(|link| link.account);
        to.is_some_and(|to| self.forget_parcel(&to, frame))
    }

    fn forget_parcel(&mut self, to: &AccountId, frame: &FrameId) -> bool {
        let Some(CarriedMark { to, frame, .. }) = self.carried.take(to, frame) else { return false };
        self.out.put(Change::DropCarried { to, frame });
        true
    }

    /// Somebody brings what a member has sealed for us.
    pub(in crate::protocol) fn on_carried(
        &mut self,
        peer: Peer,
        from: [u8; 32],
        sealed: &[u8],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let carrier = link.account.filter(|_| link.carried.take(CARRIED_PER_MINUTE, ctx.now_ms));
        let Some(carrier) = carrier else { return };
        let own = self.me.account;
        let Some(from) = AccountId::from_bytes(&from).ok().filter(|from| *from != carrier && *from != own)
        else {
            // Nobody carries its own, or ours to us.
            self.out.effect(Effect::Fault(peer));
            return;
        };
        let (name, parcel) = (FrameId::of(sealed), CarriedMark::name_of(&from, sealed));
        let heard = self.people.get(&from).filter(|person| !person.contact.blocked);
        let taken = heard.map(|person| person.taken.contains(&name));
        if taken.is_some_and(|taken| taken || self.open_carried(from, name, sealed, ctx)) {
            self.out.effect(Effect::Taken { peer, frame: parcel });
        } else if self.groups.values().any(|group| group.has_had(&carrier) && group.has_had(&from)) {
            // Only the carrier is told: whoever it names may have nothing to do with it.
            self.out.send(peer, &Frame::Refused(parcel));
        }
    }

    /// Opens it in a session with the one who is said to have sealed it; nothing changes if none opens it.
    fn open_carried(&mut self, from: AccountId, name: FrameId, sealed: &[u8], ctx: &mut Ctx<'_>) -> bool {
        let Some(person) = self.people.get_mut(&from) else { return false };
        let opened = person.sessions.iter_mut().find_map(|session| {
            let plaintext = Zeroizing::new(session.open(sealed, ctx.now_ms).ok()?);
            Some((session.id(), session.peer().device(), plaintext))
        });
        let Some((session, device, plaintext)) = opened else { return false };
        self.out.session_used(from, session, ctx.now_ms);
        let kept = self.take_payload(from, device, &plaintext, ctx).is_continue();
        if kept {
            self.remember_frame(from, name);
        }
        self.pump(from, ctx);
        kept
    }

    /// Time went by: what is too old is dropped, and the rest tried again.
    pub(in crate::protocol) fn tick_carried(&mut self, ctx: &mut Ctx<'_>) {
        if ctx.now_ms.abs_diff(self.carried.looked_ms) >= LOOK_MS {
            self.carried.looked_ms = ctx.now_ms;
            let old = |mark: &&CarriedMark| ctx.now_ms.saturating_sub(mark.at_ms) > CARRIED_MS;
            let old: Vec<_> = self.carried.marks().filter(old).copied().collect();
            for mark in old {
                self.forget_parcel(&mark.to, &mark.frame);
            }
            let recipients: Vec<_> = self.carried.parcels.keys().copied().collect();
            recipients.into_iter().for_each(|to| self.hand_over(to, ctx.now_ms));
        }
        self.carry_for_all(ctx);
    }
}

fn has_notes(person: &Person) -> bool {
    person.outbox.rows.iter().any(is_carried)
}

fn is_carried(outgoing: &Outgoing) -> bool {
    outgoing.row.what == Outbound::Note && Note::is_carried(&outgoing.row.payload)
}

/// The first byte of a handshake frame (`InitMsg`).
const FIRST_MESSAGE: u8 = 0x01;
/// Members who are handed what waits for one who is away.
const CARRIERS: usize = 8;
/// Frames and bytes handed at a time: to a carrier for one recipient, and to a recipient.
const MOST_HANDED: (usize, usize) = (64, 256 * 1024);
/// Frames and bytes kept of one sender for one recipient.
const MOST_FOR_ONE: (usize, u64) = (64, 256 * 1024);
/// Frames and bytes kept of one sender.
const MOST_OF_ONE: (usize, u64) = (1024, 2 * 1024 * 1024);
/// Frames and bytes kept of all.
const MOST: (usize, u64) = (8192, 16 * 1024 * 1024);
/// How long they are kept.
const CARRIED_MS: u64 = 14 * 24 * 3_600_000;
/// What was handed over and neither taken nor refused is handed over again.
const HAND_AGAIN_MS: u64 = 60_000;
/// How often it is looked what is too old.
const LOOK_MS: u64 = 10_000;
/// Frames of one connection in a minute, either way.
const CARRIED_PER_MINUTE: u32 = 1_200;
