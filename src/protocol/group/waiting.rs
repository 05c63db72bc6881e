//! Messages whose key has not come: kept as they travelled, with whose key it is, until it comes. Who owes a key is
//! what another member says who has it; the author is asked, and its word ends the waiting either way.

use super::{
    lacking::{MOST_BYTES, MOST_OF_CHAIN, MOST_TOLD, NOT_GIVEN, Waiting},
    state::{Group, Told},
};
use crate::{
    model::{AccountId, Change, ConversationId, Peer, WaitingRow},
    protocol::{
        engine::{Ctx, Engine},
        step::Notice,
    },
    wire::{Frame, Lack, LackKind, Note, Sync},
};

impl Engine {
    /// Keeps a message until its key comes; the oldest gives way, and is asked for again when it can be opened.
    pub(super) fn wait_for_key(
        &mut self,
        conversation: ConversationId,
        (chain, iteration): ([u8; 16], u32),
        frame: &[u8],
        now_ms: u64,
    ) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let lacking = &mut group.lacking;
        let same = |waiting: &Waiting| (waiting.row.chain, waiting.row.iteration) == (chain, iteration);
        if lacking.is_denied(&chain) || lacking.rows.iter().any(same) {
            return;
        }
        let by = lacking.by(&chain);
        let account = by.unwrap_or(self.me.account);
        let row =
            WaitingRow { conversation, chain, iteration, account, since_ms: now_ms, bytes: frame.to_vec() };
        lacking.rows.push_back(Waiting { row, kept: false });
        if by.is_some() {
            self.keep_waiting(conversation, &chain);
        } else {
            // The others have to hear that we have nothing of it: one of them knows whether we should.
            group.news = true;
        }
        self.shrink_waiting(conversation, &chain);
    }

    /// What waits of this chain is kept on disk from now on.
    fn keep_waiting(&mut self, conversation: ConversationId, chain: &[u8; 16]) {
        let Self { groups, out, .. } = self;
        let Some(lacking) = groups.get_mut(&conversation).map(|group| &mut group.lacking) else { return };
        let Some(by) = lacking.by(chain) else { return };
        for waiting in lacking.rows.iter_mut().filter(|waiting| waiting.row.chain == *chain && !waiting.kept)
        {
            waiting.kept = true;
            waiting.row.account = by;
            out.put(Change::PutWaiting(Box::new(waiting.row.clone())));
        }
        out.notice(Notice::GroupSame(conversation));
    }

    /// The oldest give way to what is too much: of this chain, of those kept, and of those of which nobody knows more.
    fn shrink_waiting(&mut self, conversation: ConversationId, chain: &[u8; 16]) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let of_chain = |waiting: &Waiting| waiting.row.chain == *chain;
        let mut gone = Vec::new();
        gone.extend(group.lacking.shrink(of_chain, (MOST_OF_CHAIN, MOST_BYTES)));
        gone.extend(group.lacking.crowd_out());
        gone.extend(group.lacking.shrink(|waiting| !waiting.kept, (MOST_UNKNOWN, MOST_UNKNOWN_BYTES)));
        self.drop_waiting(gone);
    }

    fn drop_waiting(&mut self, rows: Vec<Waiting>) {
        for WaitingRow { conversation, chain, iteration, .. } in
            rows.into_iter().filter(|waiting| waiting.kept).map(|waiting| waiting.row)
        {
            self.out.put(Change::DropWaiting { conversation, chain, iteration });
            self.out.notice(Notice::GroupSame(conversation));
        }
    }

    /// A key has come: what waited for it is taken in.
    pub(super) fn hear_what_waited(
        &mut self,
        conversation: ConversationId,
        chain: [u8; 16],
        ctx: &mut Ctx<'_>,
    ) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        group.lacking.settle(&chain);
        let ready = group.lacking.take(|waiting| waiting.row.chain == chain);
        let frames: Vec<_> = ready.iter().map(|waiting| waiting.row.bytes.clone()).collect();
        self.drop_waiting(ready);
        for frame in frames {
            self.take_message(conversation, None, &frame, ctx);
        }
        self.out.notice(Notice::GroupSame(conversation));
    }

    /// A member says something about keys that are missing.
    pub(super) fn on_lack(&mut self, account: AccountId, lack: Lack, ctx: &mut Ctx<'_>) {
        let Lack { conversation, chain, what } = lack;
        let Some(group) = self.groups.get_mut(&conversation).filter(|group| group.has(&account)) else {
            return;
        };
        match what {
            LackKind::Owed(by) => {
                let Ok(by) = AccountId::from_bytes(&by) else { return };
                self.learn_owed(conversation, chain, (account, by), ctx);
            }
            LackKind::WantKey => self.on_want_key(conversation, account, chain, ctx),
            LackKind::NoKey => {
                if group.lacking.deny(chain, account) {
                    let gone = group.lacking.take(|waiting| waiting.row.chain == chain);
                    self.drop_waiting(gone);
                }
                self.out.notice(Notice::GroupSame(conversation));
            }
            LackKind::Gone { first: _, last } => {
                let told = group.told.get_mut(&account);
                if let Some(told) = told.filter(|told| told.holdings.contains_key(&chain)) {
                    let gone = told.gone.entry(chain).or_default();
                    *gone = (*gone).max(last.saturating_add(1));
                    group.wanted.retain(|(of, _), _| *of != chain);
                    self.ask_for_what_is_missing(conversation, ctx);
                }
            }
        }
    }

    /// A member who has a chain says who owes it to us.
    fn learn_owed(
        &mut self,
        conversation: ConversationId,
        chain: [u8; 16],
        (teller, by): (AccountId, AccountId),
        ctx: &mut Ctx<'_>,
    ) {
        let own = self.me.account;
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        if by == own || group.chains.contains_key(&chain) || !group.has_had(&by) {
            return;
        }
        if !group.lacking.learn(chain, by, Some(teller), ctx.now_ms) {
            return;
        }
        self.keep_waiting(conversation, &chain);
        self.shrink_waiting(conversation, &chain);
        self.ask_for_keys(conversation, ctx);
        self.ask_for_what_is_missing(conversation, ctx);
    }
}

impl Engine {
    /// Asks the authors who are connected for the keys that they owe us.
    fn ask_for_keys(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Self { groups, people, .. } = self;
        let Some(lacking) = groups.get_mut(&conversation).map(|group| &mut group.lacking) else { return };
        let lately = |at: u64| ctx.now_ms.saturating_sub(at) < ASK_AGAIN_MS;
        let reached = |by: &AccountId| people.get(by).is_some_and(|person| person.link.is_some());
        for (by, chain) in lacking.ask(reached, lately, ctx.now_ms) {
            let lack = Lack { conversation, chain, what: LackKind::WantKey };
            self.send_sync(by, &Sync::Lack(lack), ctx);
        }
    }

    /// A member lacks the key of a chain of ours: it is given it from the beginning if that was meant for it, else from
    /// where the chain stands, else told that there is none.
    fn on_want_key(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        chain: [u8; 16],
        ctx: &mut Ctx<'_>,
    ) {
        let own = self.me.account;
        let on_its_way = self.people.get(&account).is_some_and(|person| {
            let payloads = person.outbox.rows.iter().map(|outgoing| outgoing.row.payload.as_slice());
            payloads.into_iter().any(|payload| Note::is_key_of(payload, &chain))
        });
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        if on_its_way || !group.told.get_mut(&account).is_some_and(|told| told.may_have(chain, ctx.now_ms)) {
            return;
        }
        let key = group.key_for(&own, &account, &chain);
        match key {
            Some(key) => {
                if let Some(known) =
                    group.chains.get_mut(&chain).filter(|of| !of.row.given.contains(&account))
                {
                    known.row.given.push(account);
                    self.out.chain_touched(conversation, chain);
                }
                self.send_note(account, &Note::SenderKey(&key), ctx);
            }
            None => {
                let lack = Lack { conversation, chain, what: LackKind::NoKey };
                self.send_sync(account, &Sync::Lack(lack), ctx);
            }
        }
    }

    /// Tells a member of which chains its authors owe it the key, as far as we see.
    pub(super) fn tell_owed(&mut self, conversation: ConversationId, account: AccountId, ctx: &mut Ctx<'_>) {
        let own = self.me.account;
        let Some(group) = self.groups.get(&conversation).filter(|group| group.has(&account)) else { return };
        let Some(told) = group.told.get(&account) else { return };
        let others = group.chains.values().filter(|chain| !chain.is_of(&own) && !chain.is_of(&account));
        let lacks = others.filter(|chain| {
            let id = &chain.row.chain;
            !told.holds_any(id) && told.warned.len() < MOST_TOLD && group.has_nothing_of(told, id, &account)
        });
        let lacks: Vec<_> = lacks.map(|chain| (chain.row.chain, chain.row.account)).take(MOST_TOLD).collect();
        for (chain, by) in lacks {
            let told = self.groups.get_mut(&conversation).and_then(|group| group.told.get_mut(&account));
            if told.is_some_and(|told| told.warned.insert(chain)) {
                let lack = Lack { conversation, chain, what: LackKind::Owed(*by.as_bytes()) };
                self.send_sync(account, &Sync::Lack(lack), ctx);
            }
        }
    }

    /// Messages of a chain that wait here too: whoever asks may have the key.
    pub(super) fn send_waiting(
        &mut self,
        peer: Peer,
        conversation: ConversationId,
        chain: &[u8; 16],
        (first, last): (u32, u32),
    ) {
        let Self { groups, out, .. } = self;
        let Some(group) = groups.get(&conversation) else { return };
        for message in group.lacking.messages(chain, first, last) {
            out.send(peer, &Frame::Group(message));
        }
    }

    /// Somebody is connected anew: what it was told or given before it may have lost with an old copy of its disk.
    pub(super) fn meet_anew(&mut self, conversation: ConversationId, account: AccountId) {
        let Self { groups, people, .. } = self;
        let group = groups.get_mut(&conversation);
        let Some(told) = group.and_then(|group| group.told.get_mut(&account)) else { return };
        told.warned.clear();
        told.heard.clear();
        told.gone.clear();
        let on_its_way = people.get(&account).is_some_and(|person| {
            person.outbox.rows.iter().any(|outgoing| Note::is_envelope(&outgoing.row.payload))
        });
        if !on_its_way {
            told.given.clear();
        }
    }

    /// Time went by: what waits in vain goes, and keys are asked for.
    pub(super) fn tick_waiting(&mut self, conversation: ConversationId, ctx: &mut Ctx<'_>) {
        let Some(group) = self.groups.get_mut(&conversation) else { return };
        let age = |at: u64| ctx.now_ms.saturating_sub(at);
        if let Some(at_ms) = ctx.now_ms.checked_sub(KEPT_MS) {
            group.lacking.forget_before(at_ms);
        }
        let owed = group.lacking.owed();
        let ended = |waiting: &Waiting| {
            (waiting.kept && !owed.contains(&waiting.row.chain))
                || (!waiting.kept && age(waiting.row.since_ms) >= UNKNOWN_MS)
        };
        let gone = group.lacking.take(ended);
        self.drop_waiting(gone);
        self.ask_for_keys(conversation, ctx);
    }
}

impl Group {
    /// Takes in a message that waited when the program ended.
    pub(super) fn restore_waiting(&mut self, row: WaitingRow) {
        self.lacking.learn(row.chain, row.account, None, row.since_ms);
        self.lacking.rows.push_back(Waiting { row, kept: true });
    }

    /// The key of a chain of ours for a member: its beginning, if they took part in our eyes then, or where it stands.
    fn key_for(&self, own: &AccountId, account: &AccountId, chain: &[u8; 16]) -> Option<Vec<u8>> {
        let chain = self.chains.get(chain).filter(|chain| chain.is_of(own))?;
        if !self.has(account) {
            return None;
        }
        if let Some(origin) = chain.row.origin.as_ref().filter(|_| self.began_with(chain, account)) {
            return Some(origin.to_vec());
        }
        chain.sender.as_ref().map(|sender| sender.skdm().encode().to_vec())
    }
}

impl Told {
    /// Whether it was given anything of a chain.
    pub(super) fn holds_any(&self, chain: &[u8; 16]) -> bool {
        self.holdings.get(chain).is_some_and(|(start, _)| *start != NOT_GIVEN)
    }

    /// Whether it may have a key now: each one now and then.
    fn may_have(&mut self, chain: [u8; 16], now_ms: u64) -> bool {
        let lately = |at: &u64| now_ms.saturating_sub(*at) < GIVE_AGAIN_MS;
        self.keys.retain(|_, at| lately(at));
        self.keys.len() < MOST_TOLD && self.keys.insert(chain, now_ms).is_none()
    }
}

/// Messages of one group that wait without anybody having said whose they are.
const MOST_UNKNOWN: usize = 64;
/// Bytes of them.
const MOST_UNKNOWN_BYTES: usize = 1024 * 1024;
/// How long those wait: members who know more say so when they compare.
const UNKNOWN_MS: u64 = 60_000;
/// How long a message waits on disk: after that others may still have it.
const KEPT_MS: u64 = 30 * 24 * 3_600_000;
/// A key is asked for again after this long.
const ASK_AGAIN_MS: u64 = 30_000;
/// A key that was given on demand is given again after this long.
const GIVE_AGAIN_MS: u64 = 25_000;
