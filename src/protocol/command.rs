//! What our person asks for. Each checks first and changes after, so that a refusal changes nothing.

use undertone_crypto::{
    compare::{qr_check, safety_number},
    identity::AccountId,
};

use super::{
    engine::{Ctx, Engine},
    step::{Effect, Notice, Standing},
};
use crate::{
    model::{
        Body, Change, ContactState, ConversationId, Emoji, EntryRef, Invite, InviteId, InviteSecret,
        Mentions, Name, Text,
        limits::{CONTACTS, INVITES},
    },
    wire::InviteLink,
};

/// Why something asked for was not done. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The account is blocked.
    #[error("blocked")]
    Blocked,
    /// The invite has ended.
    #[error("the invite has ended")]
    Expired,
    /// The person has a new device and nobody has decided yet.
    #[error("the key has changed")]
    KeyChanged,
    /// It is our own account.
    #[error("that is us")]
    Ourselves,
    /// A limit of the model is reached.
    #[error("too many")]
    TooMany,
    /// The rules forbid it.
    #[error("not allowed")]
    NotAllowed,
    /// There is no such thing.
    #[error("not found")]
    NotFound,
}

impl Engine {
    /// Says something in a conversation.
    ///
    /// # Errors
    /// [`Refused`] if it is nobody's, blocked, not agreed to, or held, or calls everybody and may not.
    pub fn speak(
        &mut self,
        chat: ConversationId,
        mut body: Body,
        ctx: &mut Ctx<'_>,
    ) -> Result<EntryRef, Refused> {
        if self.groups.contains_key(&chat) {
            return self.group_say(chat, body, ctx);
        }
        let account = self.other(chat)?;
        let (contact, _) = self.contact(account).ok_or(Refused::NotFound)?;
        if contact.blocked {
            return Err(Refused::Blocked);
        }
        if contact.changed_device.is_some() {
            return Err(Refused::KeyChanged);
        }
        if matches!(contact.state, ContactState::Member | ContactState::Request) {
            return Err(Refused::NotAllowed);
        }
        if body.mentions().is_some_and(Mentions::all) {
            return Err(Refused::NotAllowed);
        }
        if let Body::Edit { mentions, .. } | Body::Text { mentions, .. } = &mut body {
            *mentions = mentions.among(|named| *named == account || *named == self.me.account, true);
        }
        self.say(account, body, ctx).ok_or(Refused::NotAllowed)
    }

    /// Replaces the text of an entry of ours.
    ///
    /// # Errors
    /// As [`Self::speak`]; [`Refused::NotAllowed`] if it is not ours.
    pub fn edit(
        &mut self,
        chat: ConversationId,
        target: EntryRef,
        (text, mentions): (Text, Mentions),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.ours(target)?;
        self.speak(chat, Body::Edit { target, text, mentions }, ctx).map(|_| ())
    }

    /// Takes back an entry of ours, for everybody; in a group also one of somebody whose role is below ours.
    ///
    /// # Errors
    /// As [`Self::edit`]; [`Refused::NotAllowed`] if our role does not allow it.
    pub fn delete(
        &mut self,
        chat: ConversationId,
        target: EntryRef,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.ours(target).or_else(|_not_ours| self.may_take_back(chat, &target))?;
        self.speak(chat, Body::Delete { target }, ctx).map(|_| ())
    }

    /// Sets or takes back an emoji of ours on an entry.
    ///
    /// # Errors
    /// As [`Self::speak`].
    pub fn react(
        &mut self,
        chat: ConversationId,
        target: EntryRef,
        emoji: Emoji,
        on: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        self.speak(chat, Body::React { target, emoji, on }, ctx).map(|_| ())
    }

    /// Our person has seen everything up to this entry of the other; of what the other said after it `left` are messages,
    /// and messages that address our person.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if the conversation is nobody's.
    pub fn read(
        &mut self,
        chat: ConversationId,
        upto: EntryRef,
        left: (u32, u32),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        if self.groups.contains_key(&chat) {
            self.read_group(chat, upto, left);
            return Ok(());
        }
        let account = self.other(chat)?;
        let person = self.people.get_mut(&account).ok_or(Refused::NotFound)?;
        if person.head.read_upto.is_some_and(|read| upto.is_upto(&read)) {
            return Ok(());
        }
        person.head.read_upto = Some(upto);
        (person.head.unread, person.head.attention.mentions) = left;
        let tell = !person.is_held() && person.contact.state == ContactState::Mutual;
        self.out.head_touched(account);
        self.out.chat_changed(chat);
        if tell {
            self.say(account, Body::Read { upto }, ctx);
        }
        Ok(())
    }

    /// Asks somebody to become a contact.
    ///
    /// # Errors
    /// [`Refused`] if it is us, blocked, or there is no room.
    pub fn ask(
        &mut self,
        account: AccountId,
        name: Option<Name>,
        invite: Option<(InviteId, InviteSecret)>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        if account == self.me.account {
            return Err(Refused::Ourselves);
        }
        if let Some(person) = self.people.get_mut(&account) {
            if person.contact.blocked {
                return Err(Refused::Blocked);
            }
            match person.contact.state {
                ContactState::Request => self.agree(account, ctx),
                ContactState::Asked | ContactState::Member => {
                    person.contact.state = ContactState::Asked;
                    person.contact.invite = invite.or(person.contact.invite.take());
                    // What was asked before may have been thrown away unseen.
                    if !person.outbox.asks() {
                        let own = self.me.profile.name.clone();
                        self.say(account, Body::Request { name: own }, ctx);
                    }
                }
                ContactState::Mutual => {}
            }
        } else {
            if self.people.len() >= CONTACTS {
                return Err(Refused::TooMany);
            }
            let said = self.nearby().find(|(of, _)| *of == account).and_then(|(_, name)| Name::new(name));
            let placeholder = || Name::new(&format!("{:?}", account));
            let shown = name.clone().or(said).or_else(placeholder).ok_or(Refused::NotAllowed)?;
            self.add_person(account, shown, ContactState::Asked, invite, ctx.now_ms);
            let own = self.me.profile.name.clone();
            self.say(account, Body::Request { name: own }, ctx);
        }
        if let (Some(name), Some(person)) = (name, self.people.get_mut(&account)) {
            person.contact.name = name;
            person.contact.named_by_us = true;
        }
        self.out.contact_changed(account);
        self.out.notice(Notice::NearbyChanged);
        self.send_proofs(ctx);
        Ok(())
    }

    /// Asks the maker of an invite link to become a contact.
    ///
    /// # Errors
    /// As [`Self::ask`]; [`Refused::Expired`].
    pub fn ask_by_link(
        &mut self,
        link: &InviteLink,
        name: Option<Name>,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        let now_h = ctx.now_ms / 3_600_000;
        if link.expires_h.is_some_and(|end| u64::from(end) <= now_h) {
            return Err(Refused::Expired);
        }
        self.ask(link.account, name, Some((link.id, link.secret.clone())), ctx)
    }

    /// Makes an invite. `expires_s` counts from now and is rounded up to the hour.
    ///
    /// # Errors
    /// [`Refused::TooMany`] if too many are open.
    pub fn invite(
        &mut self,
        expires_s: Option<u64>,
        single_use: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<InviteLink, Refused> {
        let ended: Vec<_> = self.invites.values().filter(|i| !i.is_known(ctx.now_ms)).map(|i| i.id).collect();
        for id in ended {
            self.invites.remove(&id);
            self.out.put(Change::DropInvite(id));
        }
        if self.invites.len() >= INVITES {
            return Err(Refused::TooMany);
        }
        let (mut id, mut bytes) = ([0; 8], zeroize::Zeroizing::new([0; 16]));
        ctx.rng.fill_bytes(&mut id);
        ctx.rng.fill_bytes(&mut *bytes);
        let secret = InviteSecret::new(*bytes);
        let expires_h = expires_s.map(|s| {
            let end_ms = ctx.now_ms.saturating_add(s.saturating_mul(1000));
            u32::try_from(end_ms.div_ceil(3_600_000)).unwrap_or(u32::MAX)
        });
        let expires_ms = expires_h.map(|hours| u64::from(hours).saturating_mul(3_600_000));
        let invite = Invite { id: InviteId(id), secret: secret.clone(), expires_ms, single_use, uses: 0 };
        self.out.put(Change::PutInvite(Box::new(invite.clone())));
        self.invites.insert(invite.id, invite);
        Ok(InviteLink { account: self.me.account, id: InviteId(id), secret, expires_h })
    }

    /// Accepts a request, or a contact's new device.
    ///
    /// # Errors
    /// [`Refused::NotFound`], [`Refused::Blocked`].
    pub fn accept(&mut self, account: AccountId, ctx: &mut Ctx<'_>) -> Result<(), Refused> {
        let (contact, _) = self.contact(account).ok_or(Refused::NotFound)?;
        if contact.blocked {
            return Err(Refused::Blocked);
        }
        if contact.changed_device.is_some() {
            self.accept_change(account, ctx);
        }
        if self.contact(account).is_some_and(|(contact, _)| contact.state == ContactState::Request) {
            self.agree(account, ctx);
        }
        Ok(())
    }

    /// Blocks or unblocks an account.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn block(&mut self, account: AccountId, on: bool, ctx: &mut Ctx<'_>) -> Result<(), Refused> {
        let person = self.people.get_mut(&account).ok_or(Refused::NotFound)?;
        person.contact.blocked = on;
        let link = person.link;
        self.out.contact_changed(account);
        match link.filter(|_| on) {
            Some(peer) => {
                self.out.effect(Effect::Classify { peer, standing: Standing::Stranger });
                self.out.effect(Effect::Disconnect(peer));
                self.forget_link(peer);
            }
            None => self.send_proofs(ctx),
        }
        Ok(())
    }

    /// Forgets a contact or request, with the conversation.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn remove(&mut self, account: AccountId) -> Result<(), Refused> {
        if !self.people.contains_key(&account) {
            return Err(Refused::NotFound);
        }
        self.drop_person(account);
        Ok(())
    }

    /// Gives a contact a name of our own.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn name_contact(&mut self, account: AccountId, name: Option<Name>) -> Result<(), Refused> {
        let person = self.people.get_mut(&account).ok_or(Refused::NotFound)?;
        person.contact.named_by_us = name.is_some();
        let said = person.link.and_then(|peer| self.links.get(&peer)).and_then(|link| link.card.as_ref());
        if let Some(name) = name.or_else(|| said.map(|(_, name)| name.clone())) {
            person.contact.name = name;
        }
        self.out.chat_changed(person.head.conversation);
        self.out.contact_changed(account);
        Ok(())
    }

    /// Compares what our person typed or scanned with the safety number; a match marks the contact as verified.
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn verify(&mut self, account: AccountId, digits_or_qr: &str) -> Result<bool, Refused> {
        let own = self.me.account;
        let person = self.people.get_mut(&account).ok_or(Refused::NotFound)?;
        let same = safety_number(&own, &account).matches(digits_or_qr)
            || qr_check(digits_or_qr.trim(), &own, &account).is_ok();
        if same && !person.contact.verified {
            person.contact.verified = true;
            self.out.contact_changed(account);
        }
        Ok(same)
    }

    fn ours(&self, target: EntryRef) -> Result<(), Refused> {
        if target.author == self.me.keys.id() { Ok(()) } else { Err(Refused::NotAllowed) }
    }

    pub(super) fn drop_person(&mut self, account: AccountId) {
        if self.shares_group(account) {
            self.demote(account);
            return;
        }
        let link = self.people.get(&account).and_then(|person| person.link);
        if let Some(peer) = link {
            self.out.effect(Effect::Classify { peer, standing: Standing::Stranger });
            self.out.effect(Effect::Disconnect(peer));
            self.forget_link(peer);
        }
        let Some(person) = self.people.remove(&account) else { return };
        let conversation = person.head.conversation;
        self.conversations.remove(&conversation);
        self.out.put(Change::DropContact { account, conversation });
        self.out.notice(Notice::ContactRemoved(account));
    }
}
