//! From a stranger to a contact: requests, acceptances, invites used, and the people themselves.

use super::{
    engine::{Ctx, Engine},
    person::{Person, new_head},
    step::Notice,
};
use crate::model::{
    AccountId, Body, Change, Contact, ContactState, ConversationId, InviteId, Name, limits::REQUESTS,
};

impl Engine {
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
    pub(super) fn use_invite(&mut self, account: AccountId, id: InviteId) {
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
    pub(super) fn make_room_for_request(&mut self) {
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
