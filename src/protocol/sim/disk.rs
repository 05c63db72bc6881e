//! What is on a simulated disk: exactly what was committed.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::model::{
    AccountId, Body, CarriedRow, ChainRow, Change, Contact, ConversationId, DirectHead, Entry, EntryRef,
    FrameId, GroupHead, Invite, InviteId, OutboxRow, Profile, SharedEntry, Snapshot, WaitingRow,
};

/// When it was last used, and its state.
type UsedSession = (u64, Zeroizing<Vec<u8>>);

/// What was committed.
#[derive(Clone, Debug)]
pub(in crate::protocol) struct Disk {
    pub(in crate::protocol) profile: Profile,
    pub(in crate::protocol) contacts: BTreeMap<AccountId, Contact>,
    pub(in crate::protocol) heads: BTreeMap<AccountId, DirectHead>,
    pub(in crate::protocol) sessions: BTreeMap<(AccountId, [u8; 16]), UsedSession>,
    pub(in crate::protocol) prekeys: BTreeMap<[u8; 8], (u64, Zeroizing<Vec<u8>>)>,
    pub(in crate::protocol) replays: BTreeMap<[u8; 32], (AccountId, [u8; 16], u64)>,
    pub(in crate::protocol) invites: BTreeMap<InviteId, Invite>,
    pub(in crate::protocol) taken: BTreeMap<(AccountId, u64), FrameId>,
    pub(in crate::protocol) outbox: BTreeMap<(AccountId, u64), OutboxRow>,
    pub(in crate::protocol) entries: BTreeMap<(ConversationId, EntryRef), Entry>,
    pub(in crate::protocol) delivered: Vec<(ConversationId, u64, u64)>,
    pub(in crate::protocol) groups: BTreeMap<ConversationId, GroupHead>,
    pub(in crate::protocol) ops: BTreeMap<(ConversationId, [u8; 32]), Vec<u8>>,
    pub(in crate::protocol) chains: BTreeMap<(ConversationId, [u8; 16]), ChainRow>,
    pub(in crate::protocol) ciphers: BTreeMap<(ConversationId, [u8; 16], u32), Vec<u8>>,
    pub(in crate::protocol) carried: BTreeMap<(AccountId, FrameId), CarriedRow>,
    pub(in crate::protocol) came: BTreeMap<(ConversationId, [u8; 16], u32), u64>,
    pub(in crate::protocol) shared: BTreeMap<(ConversationId, EntryRef), (AccountId, SharedEntry)>,
    pub(in crate::protocol) waiting: BTreeMap<(ConversationId, [u8; 16], u32), WaitingRow>,
}

impl Disk {
    pub(super) fn new(profile: Profile) -> Self {
        Self {
            profile,
            contacts: BTreeMap::new(),
            heads: BTreeMap::new(),
            sessions: BTreeMap::new(),
            prekeys: BTreeMap::new(),
            replays: BTreeMap::new(),
            invites: BTreeMap::new(),
            taken: BTreeMap::new(),
            outbox: BTreeMap::new(),
            entries: BTreeMap::new(),
            delivered: Vec::new(),
            groups: BTreeMap::new(),
            ops: BTreeMap::new(),
            chains: BTreeMap::new(),
            ciphers: BTreeMap::new(),
            carried: BTreeMap::new(),
            came: BTreeMap::new(),
            shared: BTreeMap::new(),
            waiting: BTreeMap::new(),
        }
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::DropCarried { .. }
            | Change::DropCiphers { .. }
            | Change::DropWaiting { .. }
            | Change::PutCarried(_)
            | Change::PutWaiting(_) => self.apply_held(change),
            Change::DropContact { account, conversation } => {
                self.contacts.remove(account);
                self.heads.remove(account);
                self.sessions.retain(|(of, _), _| of != account);
                self.taken.retain(|(of, _), _| of != account);
                self.outbox.retain(|(of, _), _| of != account);
                self.entries.retain(|(of, _), _| of != conversation);
            }
            Change::DropConversation(conversation) => {
                self.groups.remove(conversation);
                self.ops.retain(|(of, _), _| of != conversation);
                self.chains.retain(|(of, _), _| of != conversation);
                self.waiting.retain(|(of, _, _), _| of != conversation);
                self.ciphers.retain(|(of, _, _), _| of != conversation);
                self.entries.retain(|(of, _), _| of != conversation);
                self.shared.retain(|(of, _), _| of != conversation);
            }
            Change::Wipe { conversation, target, .. } => {
                if let Some(entry) = self.entries.get_mut(&(*conversation, *target)) {
                    entry.body = Body::Delete { target: *target };
                }
            }
            Change::PutChain { conversation, row } => {
                self.chains.insert((*conversation, row.chain), (**row).clone());
            }
            Change::PutCipher(row) => {
                self.came.insert((row.conversation, row.chain, row.iteration), row.at_ms);
                self.ciphers.insert((row.conversation, row.chain, row.iteration), row.bytes.clone());
            }
            Change::PutGroup(group) => drop(self.groups.insert(group.conversation, (**group).clone())),
            Change::PutOp { conversation, op, bytes } => {
                self.ops.insert((*conversation, *op), bytes.clone());
            }
            Change::DropInvite(id) => drop(self.invites.remove(id)),
            Change::DropOutbox { account, seq } => drop(self.outbox.remove(&(*account, *seq))),
            Change::DropPrekey(reference) => drop(self.prekeys.remove(reference)),
            Change::DropReplay(init) => drop(self.replays.remove(init)),
            Change::DropSession { account, session } => drop(self.sessions.remove(&(*account, *session))),
            Change::PutContact(contact) => drop(self.contacts.insert(contact.account, (**contact).clone())),
            Change::PutDelivered { conversation, first, last, .. } => {
                self.delivered.push((*conversation, *first, *last));
            }
            Change::PutEntry { conversation, entry, .. } => {
                let before = self.entries.insert((*conversation, entry.id), (**entry).clone());
                assert!(before.is_none_or(|before| before == **entry), "an entry was written over");
            }
            Change::PutHead(head) => drop(self.heads.insert(head.account, (**head).clone())),
            Change::PutInvite(invite) => drop(self.invites.insert(invite.id, (**invite).clone())),
            Change::PutOutbox(row) => drop(self.outbox.insert((row.account, row.entry.seq), (**row).clone())),
            Change::PutPrekey { reference, expires_ms, secret } => {
                self.prekeys.insert(*reference, (*expires_ms, secret.clone()));
            }
            Change::PutProfile(profile) => self.profile = (**profile).clone(),
            Change::PutReplay { init, account, session, expires_ms } => {
                self.replays.insert(*init, (*account, *session, *expires_ms));
            }
            Change::PutSession { account, session, used_ms, state } => {
                self.sessions.insert((*account, *session), (*used_ms, state.clone()));
            }
            Change::PutShared { conversation, by, entry } => {
                self.shared.entry((*conversation, entry.id)).or_insert_with(|| (*by, (**entry).clone()));
            }
            Change::PutTaken { account, count, frame } => drop(self.taken.insert((*account, *count), *frame)),
        }
    }

    fn apply_held(&mut self, change: &Change) {
        match change {
            Change::DropCiphers { conversation, chain, before } => {
                let old = (*conversation, *chain, 0)..(*conversation, *chain, *before);
                self.ciphers.retain(|key, _| !old.contains(key));
            }
            Change::DropWaiting { conversation, chain, iteration } => {
                self.waiting.remove(&(*conversation, *chain, *iteration));
            }
            Change::PutWaiting(row) => {
                self.waiting.insert((row.conversation, row.chain, row.iteration), (**row).clone());
            }
            Change::DropCarried { to, frame } => drop(self.carried.remove(&(*to, *frame))),
            Change::PutCarried(row) => {
                drop(self.carried.insert((row.mark.to, row.mark.frame), (**row).clone()));
            }
            _ => {}
        }
    }

    pub(super) fn snapshot(&self, rolled_back: bool) -> Snapshot {
        Snapshot {
            profile: self.profile.clone(),
            contacts: self.contacts.values().cloned().collect(),
            heads: self.heads.values().cloned().collect(),
            sessions: self
                .sessions
                .iter()
                .map(|((of, _), (used, state))| (*of, *used, state.clone()))
                .collect(),
            prekeys: self.prekeys.values().cloned().collect(),
            replays: self.replays.iter().map(|(init, (of, id, end))| (*init, *of, *id, *end)).collect(),
            invites: self.invites.values().cloned().collect(),
            taken: self.taken.iter().map(|((of, count), frame)| (*of, *count, *frame)).collect(),
            outbox: self.outbox.values().cloned().collect(),
            groups: self.groups.values().cloned().collect(),
            ops: self.ops.iter().map(|((of, _), bytes)| (*of, bytes.clone())).collect(),
            chains: self.chains.iter().map(|((of, _), row)| (*of, row.clone())).collect(),
            waiting: self.waiting.values().cloned().collect(),
            carried: self.carried.values().map(|row| row.mark).collect(),
            rolled_back,
        }
    }
}
