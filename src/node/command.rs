//! One arm per command, one call per arm; what takes more than a line has a function of its own below.

use undertone_crypto::compare::safety_number;

use super::{actor::Actor, scrub::scrub_stack, unlock::store_error};
use crate::{
    api::{
        Account, Anchor, Chat, ClientError, Command, Contact, Mention, Message, MessageState, Nearby, Page,
        Reply, SafetyNumber, StateAt, Written,
    },
    model::{
        Body, ConversationId, Delivery, Emoji, Entry, EntryRef, Mentions, MessageId, Name, Text, limits,
    },
    protocol::Refused,
    store,
    wire::InviteLink,
};

impl Actor {
    #[expect(clippy::too_many_lines, reason = "one arm per command")]
    pub(super) fn on_command(&mut self, command: Command) {
        match command {
            // What opens a profile is gone before the answer is there.
            Command::Create { name, passphrase, visible, done } => {
                let created = self.create(&name, &passphrase, visible);
                drop(passphrase);
                scrub_stack();
                done.send(created).ok();
            }
            Command::Restore { phrase, name, passphrase, done } => {
                let restored = self.restore(&phrase, &name, &passphrase);
                drop((phrase, passphrase));
                scrub_stack();
                self.answer(done, restored, |_, info| Ok(info));
            }
            Command::Unlock { passphrase, done } => {
                let unlocked = self.unlock(&passphrase);
                drop(passphrase);
                scrub_stack();
                done.send(unlocked).ok();
            }
            Command::Info { done } => drop(done.send(Ok(self.info()))),
            Command::Rename { name, done } => self.rename(&name, done),
            Command::RecoveryPhrase { passphrase, done } => {
                let phrase = self.recovery_phrase(&passphrase);
                drop(passphrase);
                scrub_stack();
                done.send(phrase).ok();
            }
            Command::Lock { done } => {
                self.lock_profile();
                scrub_stack();
                done.send(Ok(())).ok();
            }
            Command::ChangePassphrase { old, new, done } => {
                let changed = self.change_passphrase(&old, &new);
                drop((old, new));
                scrub_stack();
                done.send(changed).ok();
            }
            Command::PhraseKept { done } => self.ask(done, |engine, _| {
                engine.phrase_kept();
                Ok(())
            }),
            Command::Visible { on, done } => self.ask(done, |engine, ctx| {
                engine.set_visible(on, ctx);
                Ok(())
            }),
            Command::Nearby { done } => self.look(done, |open| Ok(open.nearby())),
            Command::Invite { expires_s, single_use, done } => {
                self.ask(done, |engine, ctx| Ok(engine.invite(expires_s, single_use, ctx)?.encode()));
            }
            Command::AddByLink { link, name, done } => self.add_by_link(&link, name.as_deref(), done),
            Command::AddNearby { account, name, done } => self.add_nearby(account, name.as_deref(), done),
            Command::Contacts { done } => self.look(done, |open| {
                Ok(open.engine.contacts().filter_map(|contact| open.contact(contact.account)).collect())
            }),
            Command::Accept { account, done } => self.ask(done, |engine, ctx| engine.accept(account.0, ctx)),
            Command::Block { account, done } => {
                self.ask(done, |engine, ctx| engine.block(account.0, true, ctx));
            }
            Command::Unblock { account, done } => {
                self.ask(done, |engine, ctx| engine.block(account.0, false, ctx));
            }
            Command::Remove { account, done } => self.ask(done, |engine, _| engine.remove(account.0)),
            Command::NameContact { account, name, done } => self.name_contact(account, name.as_deref(), done),
            Command::SafetyNumber { account, done } => self.safety_number(account, done),
            Command::Evidence { account, done } => self.look(done, |open| {
                let (contact, _) = open.engine.contact(account.0).ok_or(ClientError::NotFound("contact"))?;
                Ok(contact.evidence.clone())
            }),
            Command::Verify { account, digits_or_qr, done } => {
                self.ask(done, |engine, _| engine.verify(account.0, &digits_or_qr));
            }
            Command::Chats { done } => self.look(done, |open| Ok(open.chats())),
            Command::OpenChat { account, done } => self.look(done, |open| {
                let known = open.engine.contact(account.0).ok_or(ClientError::NotFound("contact"))?;
                Ok(ConversationId::direct(&open.engine.account(), &known.0.account))
            }),
            Command::History { chat, anchor, limit, done } => {
                self.look(done, |open| open.history(chat, anchor, limit));
            }
            Command::Read { chat, upto, done } => self.read(chat, upto, done),
            Command::Notify { chat, mode, until_ms, done } => {
                self.ask(done, |engine, ctx| engine.set_notify(chat, mode, until_ms, ctx));
            }
            Command::Typing { chat, on, done } => self.ask(done, |engine, ctx| engine.typing(chat, on, ctx)),
            Command::Send { chat, written, reply_to, done } => self.say(chat, written, reply_to, done),
            Command::Edit { message, written, done } => self.edit(message, written, done),
            Command::Delete { message, done } => self
                .change(message, done, |engine, ctx| engine.delete(message.conversation, message.entry, ctx)),
            Command::React { message, emoji, on, done } => self.react(message, emoji, on, done),
            Command::MessageStatus { message, done } => {
                self.look(done, |open| open.message_status(message));
            }
            Command::Group(command) => self.on_group_command(command),
            Command::Invitation(command) => self.on_invitation_command(command),
            Command::Status { done } => drop(done.send(Ok(self.status()))),
            Command::Shutdown { done } => self.stopping = Some(done),
        }
    }

    fn rename(&mut self, name: &str, done: Reply<crate::api::ProfileInfo>) {
        let renamed = self.writable().and_then(|()| {
            let name = checked_name(name)?;
            self.with_engine(|engine, ctx| engine.rename(name, ctx)).ok_or(ClientError::Locked)
        });
        match renamed {
            Ok(()) => self.pending.after_commit(move |actor, outcome| {
                done.send(outcome.map(|()| actor.info())).ok();
            }),
            Err(error) => drop(done.send(Err(error))),
        }
    }

    fn add_by_link(&mut self, link: &str, name: Option<&str>, done: Reply<Contact>) {
        let added = self.writable().and_then(|()| {
            let link = InviteLink::decode(link).map_err(|_not_a_link| ClientError::BadInvite)?;
            let name = name.map(checked_name).transpose()?;
            let account = link.account;
            self.with_engine(|engine, ctx| engine.ask_by_link(&link, name, ctx))
                .ok_or(ClientError::Locked)?
                .map_err(super::ask::refused)?;
            Ok(account)
        });
        self.answer(done, added, |open, account| {
            open.contact(account).ok_or(ClientError::NotFound("contact"))
        });
    }

    fn add_nearby(&mut self, account: Account, name: Option<&str>, done: Reply<Contact>) {
        let added = self.writable().and_then(|()| {
            let name = name.map(checked_name).transpose()?;
            let ask = |engine: &mut crate::protocol::Engine, ctx: &mut crate::protocol::Ctx<'_>| {
                let known = engine.contact(account.0).is_some();
                if !known && !engine.nearby().any(|(near, _)| near == account.0) {
                    return Err(Refused::NotFound);
                }
                engine.ask(account.0, name, None, ctx)
            };
            self.with_engine(ask).ok_or(ClientError::Locked)?.map_err(|error| match error {
                Refused::NotFound => ClientError::NotFound("person nearby"),
                other => super::ask::refused(other),
            })?;
            Ok(account.0)
        });
        self.answer(done, added, |open, account| {
            open.contact(account).ok_or(ClientError::NotFound("contact"))
        });
    }

    fn name_contact(&mut self, account: Account, name: Option<&str>, done: Reply<()>) {
        match name.map(checked_name).transpose() {
            Ok(name) => self.ask(done, |engine, _| engine.name_contact(account.0, name)),
            Err(error) => drop(done.send(Err(error))),
        }
    }

    fn safety_number(&mut self, account: Account, done: Reply<SafetyNumber>) {
        self.ask(done, |engine, ctx| {
            engine.contact(account.0).ok_or(Refused::NotFound)?;
            let number = safety_number(&engine.account(), &account.0);
            let words = number.words().join(" ");
            Ok(SafetyNumber { digits: number.digits(), words, qr: engine.qr(account.0, ctx) })
        });
    }

    fn read(&mut self, chat: ConversationId, upto: MessageId, done: Reply<()>) {
        // What came just before is in the store, and counted, only then.
        self.finish();
        let left = self.writable().and_then(|()| {
            let open = self.open.as_ref().ok_or(ClientError::Locked)?;
            let row = if upto.conversation == chat { open.message(chat, upto.entry) } else { None };
            let row = row.ok_or(ClientError::NotFound("message"))?;
            let theirs = if row.mine { open.theirs_before(chat, upto.entry)? } else { Some(upto.entry) };
            let left = open.unread(chat, Some(&upto.entry), |_| {})?;
            Ok(theirs.map(|entry| (entry, left)))
        });
        match left {
            Ok(Some((entry, left))) => self.ask(done, move |engine, ctx| engine.read(chat, entry, left, ctx)),
            // Nothing of theirs has been seen.
            Ok(None) => drop(done.send(Ok(()))),
            Err(error) => drop(done.send(Err(error))),
        }
    }

    fn say(
        &mut self,
        chat: ConversationId,
        written: Written,
        reply_to: Option<MessageId>,
        done: Reply<Message>,
    ) {
        let said = self.writable().and_then(|()| {
            let (text, mentions) = checked(written)?;
            if reply_to.is_some_and(|target| target.conversation != chat) {
                return Err(ClientError::NotFound("message to reply to"));
            }
            let body = Body::Text { text, reply_to: reply_to.map(|target| target.entry), mentions };
            let speak = |engine: &mut crate::protocol::Engine, ctx: &mut crate::protocol::Ctx<'_>| {
                let id = engine.speak(chat, body.clone(), ctx)?;
                Ok(Entry { id, sent_at_ms: ctx.now_ms, body })
            };
            self.with_engine(speak).ok_or(ClientError::Locked)?.map_err(super::ask::refused)
        });
        self.answer(done, said, move |open, entry| Ok(open.fresh(chat, &entry)));
    }

    fn edit(&mut self, message: MessageId, written: Written, done: Reply<Message>) {
        match checked(written) {
            Ok(text) => self.change(message, done, |engine, ctx| {
                engine.edit(message.conversation, message.entry, text, ctx)
            }),
            Err(error) => drop(done.send(Err(error))),
        }
    }

    fn react(&mut self, message: MessageId, emoji: String, on: bool, done: Reply<Message>) {
        match Emoji::new(emoji) {
            Some(emoji) => self.change(message, done, |engine, ctx| {
                engine.react(message.conversation, message.entry, emoji, on, ctx)
            }),
            None => drop(done.send(Err(ClientError::Invalid("a reaction is one emoji")))),
        }
    }

    /// Changes the look of a message that is there and was not taken back.
    fn change(
        &mut self,
        message: MessageId,
        done: Reply<Message>,
        act: impl FnOnce(&mut crate::protocol::Engine, &mut crate::protocol::Ctx<'_>) -> Result<(), Refused>,
    ) {
        let changed = self.writable().and_then(|()| {
            let open = self.open.as_ref().ok_or(ClientError::Locked)?;
            let there = open.message(message.conversation, message.entry);
            if there.is_none_or(|row| row.deleted) {
                return Err(ClientError::NotFound("message"));
            }
            self.with_engine(act).ok_or(ClientError::Locked)?.map_err(super::ask::refused)
        });
        self.answer(done, changed, move |open, ()| {
            open.message(message.conversation, message.entry).ok_or(ClientError::NotFound("message"))
        });
    }
}

impl super::actor::Open {
    fn nearby(&self) -> Vec<Nearby> {
        let people = self.engine.nearby();
        people
            .map(|(account, name)| Nearby {
                account: Account(account),
                name: name.to_owned(),
                fingerprint: self.fingerprint(account),
            })
            .collect()
    }

    /// The newest message of somebody else before this one, if it has not been seen yet.
    fn theirs_before(&self, chat: ConversationId, entry: EntryRef) -> Result<Option<EntryRef>, ClientError> {
        let group = self.engine.group(chat).and_then(|(head, _)| head.read_upto);
        let seen = group.or_else(|| self.engine.head(chat)?.read_upto);
        let mut before = entry;
        loop {
            let anchor = store::Anchor::Before(before);
            let page = self.store.history(&chat, anchor, limits::PAGE).map_err(store_error)?;
            if let Some(row) = page.rows.iter().rev().find(|row| !row.mine) {
                return Ok(Some(row.entry.id));
            }
            match page.rows.first().map(|row| row.entry.id) {
                Some(first) if page.more_before && seen.is_none_or(|seen| seen < first) => before = first,
                _ => return Ok(None),
            }
        }
    }

    /// Messages of others after this one that count, and how many of them address our person; each is shown to `each`.
    pub(super) fn unread(
        &self,
        chat: ConversationId,
        after: Option<&EntryRef>,
        each: impl Fn(&EntryRef),
    ) -> Result<(u32, u32), ClientError> {
        let own = self.engine.account();
        let judge = |id: &EntryRef, said: Option<(&EntryRef, &Mentions)>| {
            let address = |(by, mentions)| self.engine.addressed(chat, by, mentions).address(&own);
            let counts = !self.engine.is_hidden(chat, id);
            counts.then(|| each(id)).map(|()| said.is_some_and(address))
        };
        self.store.count_shown_after(&chat, after, false, judge).map_err(store_error)
    }

    fn chats(&self) -> Vec<Chat> {
        let mut chats: Vec<_> = self.engine.heads().filter_map(|head| self.chat(head)).collect();
        chats.extend(self.engine.groups().map(|(head, state)| self.group_chat(head, state)));
        chats.sort_by_key(|chat| std::cmp::Reverse((chat.active_at_ms, chat.chat)));
        chats
    }

    fn history(&self, chat: ConversationId, anchor: Anchor, limit: usize) -> Result<Page, ClientError> {
        if self.engine.head(chat).is_none() && self.engine.group(chat).is_none() {
            return Err(ClientError::NotFound("conversation"));
        }
        let anchor = match anchor {
            Anchor::Newest => store::Anchor::Newest,
            Anchor::Before(message) => store::Anchor::Before(message.entry),
            Anchor::After(message) => store::Anchor::After(message.entry),
            Anchor::Around(message) => store::Anchor::Around(message.entry),
        };
        let page = self.store.history(&chat, anchor, limit.min(limits::PAGE)).map_err(store_error)?;
        Ok(Page {
            messages: page
                .rows
                .iter()
                .filter(|row| row.shared.is_some() || !self.engine.is_hidden(chat, &row.entry.id))
                .map(|row| self.to_message(chat, row))
                .collect(),
            more_before: page.more_before,
            more_after: page.more_after,
        })
    }

    fn message_status(&self, message: MessageId) -> Result<Vec<StateAt>, ClientError> {
        let MessageId { conversation, entry } = message;
        let row = self.store.row(&conversation, &entry).map_err(store_error)?;
        let row = row.filter(|row| row.mine).ok_or(ClientError::NotFound("message of yours"))?;
        if self.engine.is_group(conversation) {
            let reached = self.engine.group_delivery(conversation, entry).into_iter();
            return Ok(reached
                .map(|(account, state, at_ms)| StateAt {
                    account: Account(account),
                    state: state.into(),
                    at_ms: at_ms.unwrap_or(row.entry.sent_at_ms),
                })
                .collect());
        }
        let head = self.engine.head(conversation).ok_or(ClientError::NotFound("conversation"))?;
        let state = self.engine.delivery(conversation, entry);
        let delivered = row.delivered_at_ms.unwrap_or(row.entry.sent_at_ms);
        let at_ms = match state {
            Delivery::Queued | Delivery::Sent => row.entry.sent_at_ms,
            Delivery::Delivered => delivered,
            Delivery::Read => head.peer_read.map_or(delivered, |(_, at_ms)| at_ms),
        };
        Ok(vec![StateAt { account: Account(head.account), state: MessageState::from(state), at_ms }])
    }
}

pub(super) fn checked_name(name: &str) -> Result<Name, ClientError> {
    Name::new(name).ok_or(ClientError::Invalid("a name has 1 to 64 characters"))
}

fn checked(Written { text, mentions }: Written) -> Result<(Text, Mentions), ClientError> {
    if text.len() > limits::TEXT_BYTES {
        return Err(ClientError::TooLarge { limit: limits::TEXT_BYTES });
    }
    let text = Text::new(text).ok_or(ClientError::Invalid("a message cannot be empty"))?;
    let account = |mention: &Mention| match mention {
        Mention::Account(account) => Some(account.0),
        Mention::All => None,
    };
    let all = mentions.contains(&Mention::All);
    let mentions = Mentions::new(mentions.iter().filter_map(account).collect(), all)
        .ok_or(ClientError::Invalid("a message can address 32 people by name"))?;
    Ok((text, mentions))
}
