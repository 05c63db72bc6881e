//! From a stranger to a contact: requests, acceptances, invites used, and the people themselves.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    engine::{Ctx, Engine},
    person::{Person, new_head},
    step::Notice,
};
use crate::model::{
    AccountId, Body, Change, Contact, ContactState, ConversationId, InviteId, InviteSecret, Name, Peer,
    limits::{REQUESTS, REQUESTS_OF_ONE},
};

impl Engine {
    /// They ask to become a contact: for the request box, unless we asked or agreed already.
    pub(super) fn requested(&mut self, account: AccountId, name: &Name, ctx: &mut Ctx<'_>) {
        let Some(person) = self.people.get_mut(&account) else { return };
        if !person.contact.named_by_us {
            person.contact.name = name.clone();
        }
        let (state, via) = (person.contact.state, person.link);
        // Who holds a link to a group was let through for that alone.
        let is_guest = state == ContactState::Member && !self.has_met_in_group(&account);
        if is_guest && !via.is_some_and(|via| self.make_room_for_request(via)) {
            return;
        }
        let Some(person) = self.people.get_mut(&account) else { return };
        match state {
            ContactState::Member | ContactState::Request => {
                person.contact.state = ContactState::Request;
                person.contact.asked_via = person.contact.asked_via.or(via.filter(|_| is_guest));
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
        person.contact.asked_via = None;
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
        invite: Option<(InviteId, InviteSecret)>,
        now_ms: u64,
    ) {
        let conversation = ConversationId::direct(&self.me.account, &account);
        let contact = Contact { invite, ..Contact::new(account, name, state, now_ms) };
        let person = Person::new(contact, new_head(conversation, account, now_ms), &self.me.own());
        self.people.insert(account, person);
        self.conversations.insert(conversation, account);
        self.out.head_touched(account);
        self.out.contact_touched(account);
    }

    /// Whoever holds an invite of ours is no stranger: they are agreed to at once.
    pub(super) fn use_invite(&mut self, account: AccountId, id: InviteId) {
        let Some(invite) = self.invites.get_mut(&id) else { return };
        invite.uses = invite.uses.saturating_add(1);
        self.out.put(Change::PutInvite(Box::new(invite.clone())));
        if let Some(person) = self.people.get_mut(&account)
            && person.contact.state == ContactState::Request
        {
            person.contact.state = ContactState::Mutual;
            person.contact.asked_via = None;
        }
    }

    /// Somebody who is in a group of ours stays known, as a member and no more: what was said with them goes.
    pub(super) fn demote(&mut self, account: AccountId) {
        let Some(person) = self.people.get_mut(&account) else { return };
        let conversation = person.head.conversation;
        person.contact.state = ContactState::Member;
        (person.contact.verified, person.contact.named_by_us) = (false, false);
        person.contact.invite = None;
        let next_seq = person.head.next_seq;
        person.head = new_head(conversation, account, next_seq);
        for seq in person.outbox.drop_entries() {
            self.out.put(Change::DropOutbox { account, seq });
        }
        self.out.put(Change::DropConversation(conversation));
        self.out.contact_touched(account);
        self.out.head_touched(account);
        self.out.notice(Notice::ContactRemoved(account));
    }

    /// Whether a stranger on this connection may lay a request into the box. Of one connection there are only few,
    /// and when the box is full, the oldest of the connection that laid in the most gives way: a flood drives
    /// out itself, and not those who asked once.
    pub(super) fn make_room_for_request(&mut self, peer: Peer) -> bool {
        let mut by_source: BTreeMap<Option<Peer>, Vec<(u64, AccountId)>> = BTreeMap::new();
        for contact in self.people.values().map(|person| &person.contact) {
            if contact.state == ContactState::Request {
                by_source.entry(contact.asked_via).or_default().push((contact.since_ms, contact.account));
            }
        }
        if by_source.get(&Some(peer)).is_some_and(|of_one| of_one.len() >= REQUESTS_OF_ONE) {
            return false;
        }
        let oldest = |requests: &Vec<(u64, AccountId)>| requests.iter().copied().min();
        let gives_way = by_source
            .values()
            .filter_map(|requests| Some((requests.len(), Reverse(oldest(requests)?))))
            .max()
            .map(|(_, Reverse((_, account)))| account);
        let waiting = by_source.values().fold(0_usize, |sum, of_one| sum.saturating_add(of_one.len()));
        if waiting >= REQUESTS
            && let Some(account) = gives_way
        {
            self.drop_person(account);
        }
        true
    }
}
