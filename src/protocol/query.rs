//! What can be asked of the engine without changing anything.

use undertone_crypto::{
    compare::qr_text,
    identity::{AccountId, DeviceId},
};

use super::engine::{Ctx, Engine};
use crate::model::{Contact, ContactState, ConversationId, Delivery, DirectHead, EntryRef, Peer, Profile};

impl Engine {
    /// Our own account.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.me.account
    }

    /// Our own device, the author of our entries.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.me.keys.id()
    }

    /// Our own row.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.me.profile
    }

    /// All contacts and requests.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        let contacts = self.people.values().map(|person| &person.contact);
        contacts.filter(|contact| contact.state != ContactState::Member)
    }

    /// A contact, and whether a connection with it is up.
    #[must_use]
    pub fn contact(&self, account: AccountId) -> Option<(&Contact, bool)> {
        self.people.get(&account).map(|person| (&person.contact, person.link.is_some()))
    }

    /// The heads of all conversations that are shown in the list.
    pub fn heads(&self) -> impl Iterator<Item = &DirectHead> {
        self.people
            .values()
            .map(|person| (person.contact.state, &person.head))
            .filter(|(state, _)| !matches!(state, ContactState::Request | ContactState::Member))
            .map(|(_, head)| head)
    }

    /// A conversation's head.
    #[must_use]
    pub fn head(&self, conversation: ConversationId) -> Option<&DirectHead> {
        self.people.get(self.conversations.get(&conversation)?).map(|person| &person.head)
    }

    /// How far an entry of ours has come.
    #[must_use]
    pub fn delivery(&self, conversation: ConversationId, entry: EntryRef) -> Delivery {
        let person = self.conversations.get(&conversation).and_then(|account| self.people.get(account));
        let Some(person) = person else { return Delivery::Queued };
        person.outbox.state(entry).unwrap_or_else(|| {
            let read = person.head.peer_read.is_some_and(|(upto, _)| entry.is_upto(&upto));
            if read { Delivery::Read } else { Delivery::Delivered }
        })
    }

    /// Entries on their way, to everybody.
    #[must_use]
    pub fn outbox_len(&self) -> usize {
        self.people.values().map(|person| person.outbox.len()).sum()
    }

    /// The contact that a connection was recognised as.
    #[must_use]
    pub fn account_of(&self, peer: Peer) -> Option<AccountId> {
        self.links.get(&peer).and_then(|link| link.account)
    }

    /// The text of the QR code that we show somebody.
    pub fn qr(&self, account: AccountId, ctx: &mut Ctx<'_>) -> String {
        let mut nonce = [0; 8];
        ctx.rng.fill_bytes(&mut nonce);
        qr_text(&self.me.account, &account, nonce)
    }
}
