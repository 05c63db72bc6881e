//! Members compare what they hold whenever they meet, after changes, and on a slow timer; whoever lacks something asks
//! the one who has it. What a member holds of our chain is its receipt.

use std::borrow::Cow;

use super::{
    chain::missing,
    lacking::NOT_GIVEN,
    notes::in_parts,
    state::{MAX_TOLD, Told},
};
use crate::{
    model::{AccountId, Change, ConversationId, Delivery, OpId, Peer, Reached},
    protocol::{
        engine::{Ctx, Engine},
        step::{Effect, Notice},
    },
    wire::{Frame, MAX_HEADS, MAX_HOLDINGS, Summary, Sync},
};

impl Engine {
    /// What a member says over its connection.
    pub(in crate::protocol) fn on_group_sync(&mut self, peer: Peer, sealed: &[u8], ctx: &mut Ctx<'_>) {
        let Some(account) = self.links.get(&peer).and_then(|link| link.account) else { return };
        let Some(person) = self.people.get(&account) else { return };
        let opened = person.pairs.iter().find_map(|(device, pair)| pair.open_signal(*device, sealed).ok());
        let Some(bytes) = opened else { return };
        match Sync::decode(&bytes) {
            Ok(Sync::Summary(summary)) => self.on_summary(peer, account, summary, ctx),
            Ok(Sync::WantOps { .. } | Sync::Want { .. } | Sync::Lack(_))
                if !self.may_ask(peer, ctx.now_ms) => {}
            Ok(Sync::WantOps { conversation, heads }) => self.on_want_ops(account, conversation, &heads, ctx),
            Ok(Sync::Ops { conversation, ops }) => {
                if self.learn_ops(conversation, &ops, ctx) {
                    self.tell_all(conversation, ctx);
                }
            }
            Ok(Sync::Want { conversation, chain, first, last }) => {
                let has = self.groups.get(&conversation).is_some_and(|group| group.has(&account));
                if has {
                    let last = last.min(first.saturating_add(MOST_AT_ONCE));
                    self.send_waiting(peer, conversation, &chain, (first, last));
                    let first = self.answerable(account, (conversation, chain), (first, last), ctx);
                    if first <= last {
                        self.out.effect(Effect::SendStored { peer, conversation, chain, first, last });
                    }
                }
            }
            Ok(Sync::Typing { conversation, on }) => self.on_group_typing(conversation, account, on, ctx),
            Ok(Sync::Lack(lack)) => self.on_lack(account, lack, ctx),
            Ok(Sync::Unknown) => {}
            // No program of ours sends this.
            Err(_malformed) => self.out.effect(Effect::Fault(peer)),
        }
    }

    /// Whether one more question of this peer is answered in this minute: answers cost more than questions.
    fn may_ask(&mut self, peer: Peer, now_ms: u64) -> bool {
        self.links.get_mut(&peer).is_some_and(|link| link.questions.take(ASKED_PER_MINUTE, now_ms))
    }

    /// Says something about a group to a member who is connected.
    pub(super) fn send_sync(&mut self, account: AccountId, sync: &Sync<'_>, ctx: &mut Ctx<'_>) {
        let own = self.me.keys.id();
        let Some(person) = self.people.get(&account) else { return };
        let (Some(peer), Some(device)) = (person.link, person.device()) else { return };
        let Some(pair) = person.pair(device) else { return };
        if let Ok(sealed) = pair.seal_signal(own, &sync.encode(), &mut ctx.rng) {
            self.out.send(peer, &Frame::GroupSync(&sealed));
        }
    }

    /// Somebody is connected: compare all that we share.
    pub(in crate::protocol) fn meet_in_groups(&mut self, account: AccountId, ctx: &mut Ctx<'_>) {
        let shared: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, group)| group.has(&self.me.account) && group.has(&account))
            .map(|(conversation, _)| *conversation)
            .collect();
        self.show_anew(account);
        for conversation in shared {
            self.meet_anew(conversation, account);
            self.tell(conversation, account, ctx);
        }
    }

    /// Tells every connected member what we hold.
    pub(super) fn tell_all(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        (group.news, group.turns.1) = (false, 0);
        group.told_ms = ctx.now_ms;
        for account in group.others(&self.me.account) {
            self.tell(conversation, account, ctx);
        }
    }

    fn on_summary(&mut self, peer: Peer, account: AccountId, summary: Summary, ctx: &mut Ctx<'_>) {
        let Summary { conversation, heads, holdings, seen, whole, envelopes } = summary;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let heads: Vec<OpId> = heads.into_iter().map(OpId).collect();
        let unknown = !group.log.contains_all(&heads);
        if !group.told.contains_key(&account) {
            // It may not have known of the group before.
            group.shown.remove(&account);
            group.news = true;
        }
        let told = group.told.entry(account).or_insert_with(Told::default);
        told.heads = heads;
        told.at_ms = ctx.now_ms;
        for holding in holdings.into_iter().take(MAX_HOLDINGS) {
            if told.holdings.len() < MAX_TOLD || told.holdings.contains_key(&holding.chain) {
                told.heard.insert(holding.chain);
                if holding.start == NOT_GIVEN {
                    told.tips.remove(&holding.chain);
                } else {
                    told.tips.insert(holding.chain, (holding.tip, holding.forked));
                }
                told.holdings.insert(holding.chain, (holding.start, holding.runs));
            }
        }
        if whole {
            // What it does not hold any more: it may have gone back to an old copy of its disk.
            let heard = std::mem::take(&mut told.heard);
            told.holdings.retain(|chain, _| heard.contains(chain));
            told.tips.retain(|chain, _| heard.contains(chain));
            told.complete = true;
        }
        let complete = told.complete;
        if unknown {
            self.want_ops(conversation, peer, ctx);
        }
        self.give_envelopes(conversation, account, &envelopes, ctx);
        self.read_history(conversation);
        self.learn_reached(conversation, account, seen, ctx);
        self.ask_member(conversation, account, peer, ctx);
        self.show_forks(conversation, account, peer, ctx);
        if complete {
            self.tell_owed(conversation, account, ctx);
        }
        if let Some(group) = self.groups.get_mut(&conversation) {
            group.compared = true;
        }
    }

    /// Asks for what a member holds and we lack, and nobody else was asked for lately.
    fn ask_member(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        peer: Peer,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(told) = group.told.get(&account).filter(|_| group.has(&account)) else { return };
        let mut wants = Vec::new();
        // Who says that it has what nobody wrote must not keep us from asking the others.
        let mut asked_of_it = group.wanted.values().filter(|(of, _)| *of == peer).count();
        for (id, (_, runs)) in &told.holdings {
            let (held, start) = match group.chains.get(id) {
                Some(chain) if chain.receiver.is_some() => (Cow::Borrowed(&chain.row.held), chain.row.start),
                Some(_) => continue,
                None => match group.lacking.wanted(id) {
                    Some(waiting) => (Cow::Owned(waiting), 0),
                    None => continue,
                },
            };
            let start = told.gone.get(id).map_or(start, |gone| start.max(*gone));
            for (first, last) in missing(&held, start, runs, MOST_GAPS) {
                let last = last.min(first.saturating_add(MOST_AT_ONCE));
                let asked = group.wanted.get(&(*id, first));
                let lately = asked.is_some_and(|(of, at)| {
                    // Who did not answer is asked again after everybody else.
                    let pause = if *of == peer { 2 * ASK_AGAIN_MS } else { ASK_AGAIN_MS };
                    ctx.now_ms.saturating_sub(*at) < pause
                });
                if !lately && asked_of_it < MAX_WANTED {
                    asked_of_it = asked_of_it.saturating_add(1);
                    group.wanted.insert((*id, first), (peer, ctx.now_ms));
                    wants.push((*id, first, last));
                }
            }
        }
        for (chain, first, last) in wants {
            self.send_sync(account, &Sync::Want { conversation, chain, first, last }, ctx);
        }
    }

    /// Looks again at what the others hold and we lack.
    pub(super) fn ask_for_what_is_missing(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let told: Vec<_> = group.told.keys().copied().collect();
        for account in told {
            if let Some(peer) = self.people.get(&account).and_then(|person| person.link) {
                self.ask_member(conversation, account, peer, ctx);
            }
        }
    }

    pub(super) fn want_ops(&mut self, conversation: ConversationId, peer: Peer, ctx: &mut Ctx<'_>) {
        let Some(account) = self.links.get(&peer).and_then(|link| link.account) else { return };
        let Some(group) = self.groups.get(&conversation) else { return };
        let heads = group.log.heads().iter().take(MAX_HEADS).map(|id| id.0).collect();
        self.send_sync(account, &Sync::WantOps { conversation, heads }, ctx);
    }

    /// Answers with operations: a member with all, somebody who was removed or has left with those up to that.
    fn on_want_ops(
        &mut self,
        account: AccountId,
        conversation: ConversationId,
        heads: &[[u8; 32]],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let heads: Vec<OpId> = heads.iter().copied().map(OpId).collect();
        let mut ops = group.beyond(&heads);
        if !group.has(&account) {
            let meant = group.upto(&group.departures(&account));
            ops.retain(|op| meant.contains(op));
        }
        for ops in in_parts(&ops) {
            self.send_sync(account, &Sync::Ops { conversation, ops }, ctx);
        }
    }

    /// How far ours has come with a member, from what it holds and what its person has seen.
    fn learn_reached(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        seen: bool,
        ctx: &mut Ctx<'_>,
    ) {
        let own = self.me.account;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let Some(told) = group.told.get(&account) else { return };
        let mut ours: Vec<_> = group.chains.values().filter(|chain| chain.is_of(&own)).collect();
        ours.sort_unstable_by_key(|chain| chain.row.first_seq);
        let mut delivered = 0;
        for chain in ours {
            let Some((start, runs)) = told.holdings.get(&chain.row.chain) else { continue };
            if *start == NOT_GIVEN {
                continue;
            }
            let upto = runs.iter().find(|(first, _)| first <= start).map(|(_, last)| *last);
            let Some(upto) = upto else { break };
            // Nobody has what we have not written.
            delivered = chain.row.first_seq.saturating_add(u64::from(upto)).min(chain.row.last_seq);
            if delivered < chain.row.last_seq {
                break;
            }
        }
        let none = Reached { account, delivered: (0, 0), read: (0, 0) };
        let known = group.head.reached.iter().position(|reached| reached.account == account);
        let mut reached = known.and_then(|at| group.head.reached.get(at)).copied().unwrap_or(none);
        let before = reached;
        if delivered > reached.delivered.0 {
            reached.delivered = (delivered, ctx.now_ms);
        }
        if seen && delivered > reached.read.0 {
            reached.read = (delivered, ctx.now_ms);
        }
        if reached == before {
            return;
        }
        match known.and_then(|at| group.head.reached.get_mut(at)) {
            Some(row) => *row = reached,
            None => group.head.reached.push(reached),
        }
        self.out.group_touched(conversation);
        for (state, upto, from) in [
            (Delivery::Delivered, reached.delivered, before.delivered),
            (Delivery::Read, reached.read, before.read),
        ] {
            if upto.0 > from.0 {
                let seqs = (from.0.saturating_add(1), upto.0);
                self.out.notice(Notice::GroupReached { conversation, account, seqs, state, at_ms: upto.1 });
            }
        }
    }

    /// Time went by: news are told, and everybody is told anew now and then.
    pub(in crate::protocol) fn tick_groups(&mut self, ctx: &mut Ctx<'_>) {
        let now_ms = ctx.now_ms;
        let all: Vec<_> = self.groups.keys().copied().collect();
        for conversation in all {
            let Some(group) = self.groups.get_mut(&conversation) else { continue };
            if group.state().is_none() && now_ms.saturating_sub(group.head.last_at_ms) > UNKNOWN_MS {
                self.groups.remove(&conversation);
                self.out.put(Change::DropConversation(conversation));
                continue;
            }
            group.wanted.retain(|_, (_, at)| now_ms.saturating_sub(*at) < 2 * ASK_AGAIN_MS);
            let silent: Vec<_> = group
                .typing
                .iter()
                .filter(|(_, since)| now_ms.saturating_sub(**since) > TYPING_MS)
                .map(|(account, _)| *account)
                .collect();
            for account in silent {
                group.typing.remove(&account);
                self.out.notice(Notice::GroupTyping(conversation, account, false));
            }
            // All members tell at about the same time, and to compare with each of them takes a while.
            if std::mem::take(&mut group.compared) {
                self.out.notice(Notice::GroupSame(conversation));
            }
            if now_ms.saturating_sub(group.told_ms) > TELL_MS {
                self.tell_all(conversation, ctx);
            }
            self.tell_in_turn(conversation, ctx);
            self.read_history(conversation);
            self.tick_waiting(conversation, ctx);
            self.tick_upkeep(conversation, now_ms);
            self.forget_origins(conversation, now_ms);
            self.wipe_taken_back(conversation, now_ms);
            self.ask_for_what_is_missing(conversation, ctx);
        }
    }

    fn on_group_typing(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        on: bool,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation).filter(|group| group.has(&account)) else {
            return;
        };
        let was = if on {
            group.typing.insert(account, ctx.now_ms).is_some()
        } else {
            group.typing.remove(&account).is_some()
        };
        if was != on {
            self.out.notice(Notice::GroupTyping(conversation, account, on));
        }
    }
}

/// Most messages sent for one question.
const MOST_AT_ONCE: u32 = 127;
/// Most gaps of one chain asked for at once.
const MOST_GAPS: usize = 8;
/// Ranges that one member may be asked for at a time.
const MAX_WANTED: usize = 64;
/// A question that was not answered by then is asked again, of somebody else.
const ASK_AGAIN_MS: u64 = 3_000;
/// So often it is looked at whether somebody has to be told again.
const TELL_MS: u64 = 30_000;
/// A group that nobody welcomes us to is forgotten after this long.
const UNKNOWN_MS: u64 = 7 * 24 * 3_600_000;
/// Questions of one member in a minute.
const ASKED_PER_MINUTE: u32 = 1_200;
/// Writers repeat themselves every few seconds.
const TYPING_MS: u64 = 7_000;
