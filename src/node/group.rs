//! Groups: what programs ask for, and what they see.

use undertone_crypto::group::op::OpPicture;

use super::{
    actor::{Actor, Open},
    command::checked_name,
};
use crate::{
    api::{
        Account, Chat, ChatKind, ClientError, Event, FormerMember, Group, GroupChange, GroupCommand,
        GroupMember, MessageId, MessageState, Picture, Reply,
    },
    model::{
        AccountId, Body, ConversationId, Delivery, EntryRef, GroupEvent, GroupHead, GroupState, limits::PAGE,
    },
    protocol::{Ctx, Engine, Notice, Refused},
    store::{Anchor, StoredRow},
};

impl Actor {
    pub(super) fn on_group_command(&mut self, command: GroupCommand) {
        match command {
            GroupCommand::Create { title, members, history, done } => match checked_name(&title) {
                Ok(title) => {
                    let members: Vec<_> = members.into_iter().map(|account| account.0).collect();
                    let created = self.writable().and_then(|()| {
                        self.with_engine(|engine, ctx| engine.create_group(&title, &members, history, ctx))
                            .ok_or(ClientError::Locked)?
                            .map_err(super::ask::refused)
                    });
                    self.answer(done, created, Open::known_group);
                }
                Err(error) => drop(done.send(Err(error))),
            },
            GroupCommand::Info { chat, done } => self.look(done, |open| open.known_group(chat)),
            GroupCommand::Add { chat, account, role, done } => {
                self.change_group(chat, done, |engine, ctx| engine.add_member(chat, account.0, role, ctx));
            }
            GroupCommand::Remove { chat, account, done } => {
                self.change_group(chat, done, |engine, ctx| engine.remove_member(chat, account.0, ctx));
            }
            GroupCommand::Role { chat, account, role, done } => {
                self.change_group(chat, done, |engine, ctx| engine.set_role(chat, account.0, role, ctx));
            }
            GroupCommand::History { chat, history, done } => {
                self.change_group(chat, done, |engine, ctx| engine.set_history(chat, history, ctx));
            }
            GroupCommand::Leave { chat, done } => {
                self.change_group(chat, done, |engine, ctx| engine.leave_group(chat, ctx));
            }
            GroupCommand::Forget { chat, done } => self.ask(done, |engine, _| engine.forget_group(chat)),
            GroupCommand::Picture { chat, image, done } => match checked_picture(image.as_deref()) {
                Ok(()) => self
                    .change_group(chat, done, |engine, ctx| engine.set_picture(chat, image.as_deref(), ctx)),
                Err(error) => drop(done.send(Err(error))),
            },
            GroupCommand::Rename { chat, title, done } => match checked_name(&title) {
                Ok(title) => {
                    self.change_group(chat, done, |engine, ctx| engine.rename_group(chat, &title, ctx));
                }
                Err(error) => drop(done.send(Err(error))),
            },
        }
    }

    fn change_group(
        &mut self,
        chat: ConversationId,
        done: Reply<Group>,
        act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> Result<(), Refused>,
    ) {
        let changed = self.writable().and_then(|()| {
            self.with_engine(act).ok_or(ClientError::Locked)?.map_err(|error| match error {
                Refused::NotAllowed => ClientError::NotAllowed("your role in this group does not allow it"),
                Refused::NotFound => ClientError::NotFound("group or member"),
                other => super::ask::refused(other),
            })
        });
        self.answer(done, changed, move |open, ()| open.known_group(chat));
    }

    /// Our messages have come further with a member: each of those that are shown is told anew.
    pub(super) fn announce_reached(&self, notice: &Notice) {
        let Notice::GroupReached { conversation, account, seqs, state, at_ms } = notice else { return };
        let Some(open) = &self.open else { return };
        let count = seqs.1.saturating_sub(seqs.0).saturating_add(1);
        let reached = |row: &&StoredRow| row.mine && (seqs.0..=seqs.1).contains(&row.entry.id.seq);
        // Everybody tells of every message; most are of the newest.
        let Some(page) = [FEW, PAGE].iter().find_map(|limit| {
            let page = open.store.history(conversation, Anchor::Newest, *limit).ok()?;
            let found = u64::try_from(page.rows.iter().filter(reached).count()).ok()?;
            (found >= count || *limit == PAGE).then_some(page)
        }) else {
            return;
        };
        for row in page.rows.iter().filter(reached) {
            let message = MessageId { conversation: *conversation, entry: row.entry.id };
            self.tell(Event::MessageState {
                chat: *conversation,
                message,
                account: Account(*account),
                state: (*state).into(),
                at_ms: *at_ms,
                upto: false,
            });
            self.tell(Event::MessageChanged(open.to_message(*conversation, row)));
        }
    }
}

impl Open {
    pub(super) fn known_group(&self, chat: ConversationId) -> Result<Group, ClientError> {
        self.group(chat).ok_or(ClientError::NotFound("group"))
    }

    /// A group with its members.
    pub(super) fn group(&self, chat: ConversationId) -> Option<Group> {
        let (_, state) = self.engine.group(chat)?;
        let own = self.engine.account();
        let same = self.engine.same_history(chat);
        let missing = self.engine.keys_missing(chat);
        let waiting = |account: AccountId| {
            missing.iter().find(|missing| missing.account == account).map_or(0, |missing| missing.messages)
        };
        let members = state.order.iter().filter_map(|account| {
            let member = state.members.get(account)?;
            let contact = self.engine.contact(*account);
            let name = match contact {
                _ if *account == own => self.engine.profile().name.as_str(),
                Some((contact, _)) => contact.name.as_str(),
                None => member.name.as_ref().map_or("", |name| name.as_str()),
            };
            let same = same.iter().find(|same| same.account == *account);
            Some(GroupMember {
                account: Account(*account),
                name: name.to_owned(),
                role: member.role,
                me: *account == own,
                verified: contact.is_some_and(|(contact, _)| contact.verified),
                connected: contact.is_some_and(|(_, connected)| connected),
                last_seen_ms: contact.and_then(|(contact, _)| contact.last_seen_ms),
                added_by: Account(member.added_by),
                same: same.and_then(|same| same.same),
                they_lack: same.map_or(0, |same| same.they_lack),
                we_lack: same.map_or(0, |same| same.we_lack),
                waiting: waiting(*account),
            })
        });
        let (epoch, heads) = self.engine.group_heads(chat);
        Some(Group {
            chat,
            title: state.title.as_str().to_owned(),
            picture: self.engine.group_picture(chat).map(|(id, image)| Picture {
                id: data_encoding::HEXLOWER.encode(&id.0),
                image: image.into(),
            }),
            members: members.collect(),
            former: self.former_members(chat),
            role: state.role_of(&own),
            epoch,
            heads: heads.iter().map(|id| data_encoding::HEXLOWER.encode(&id.0)).collect(),
            waiting: self.engine.waiting_for_keys(chat),
            history: state.history,
        })
    }

    fn former_members(&self, chat: ConversationId) -> Vec<FormerMember> {
        let former = self.engine.former_members(chat).into_iter();
        let named = former.filter_map(|(account, name)| {
            let known = self.engine.contact(account).map(|(contact, _)| contact.name.clone());
            let name = if account == self.engine.account() {
                Some(self.engine.profile().name.clone())
            } else {
                known.or(name)
            };
            Some(FormerMember { account: Account(account), name: name?.as_str().to_owned() })
        });
        named.collect()
    }

    /// A conversation's row in the list.
    pub(super) fn chat_row(&self, chat: ConversationId) -> Option<Chat> {
        match self.engine.group(chat) {
            Some((head, state)) => Some(self.group_chat(head, state)),
            None => self.chat(self.engine.head(chat)?),
        }
    }

    pub(super) fn group_chat(&self, head: &GroupHead, state: &GroupState) -> Chat {
        let last = head.last.filter(|entry| !self.engine.is_hidden(head.conversation, entry));
        Chat {
            chat: head.conversation,
            kind: ChatKind::Group,
            title: state.title.as_str().to_owned(),
            account: None,
            unread: head.unread,
            mentions: head.attention.mentions,
            notify: head.attention.notify,
            notify_until_ms: head.attention.until_ms,
            last: last.and_then(|entry| self.message(head.conversation, entry)),
            active_at_ms: head.last_at_ms,
        }
    }

    /// How far a message of ours in a group has come: with everybody, or at least to somebody.
    pub(super) fn group_state(&self, chat: ConversationId, entry: EntryRef) -> MessageState {
        let reached = self.engine.group_delivery(chat, entry);
        let least = reached.iter().map(|(_, state, _)| *state).min().unwrap_or(Delivery::Sent);
        let most = reached.iter().map(|(_, state, _)| *state).max();
        if least < Delivery::Delivered && most >= Some(Delivery::Delivered) {
            return MessageState::Sent;
        }
        least.into()
    }
}

/// Rows that are looked at first for those that have come further.
const FEW: usize = 8;

fn checked_picture(image: Option<&[u8]>) -> Result<(), ClientError> {
    if image.is_some_and(|image| image.len() > Picture::MOST) {
        return Err(ClientError::TooLarge { limit: Picture::MOST });
    }
    let known = image.is_none_or(|image| OpPicture::new(image).is_some());
    if known { Ok(()) } else { Err(ClientError::Invalid("a picture is PNG, JPEG or WebP")) }
}

/// What a row says that is an operation's.
pub(super) fn group_change(body: &Body) -> Option<GroupChange> {
    let Body::Group(event) = body else { return None };
    Some(match event {
        GroupEvent::Added(account) => GroupChange::Added(Account(*account)),
        GroupEvent::Admitted(account) => GroupChange::Admitted(Account(*account)),
        GroupEvent::Created(title) => GroupChange::Created(title.as_str().to_owned()),
        GroupEvent::History(history) => GroupChange::History(*history),
        GroupEvent::Invited => GroupChange::Invited,
        GroupEvent::Left => GroupChange::Left,
        GroupEvent::Pictured(there) => GroupChange::Picture(*there),
        GroupEvent::Rekeyed => GroupChange::Rekeyed,
        GroupEvent::Removed(account) => GroupChange::Removed(Account(*account)),
        GroupEvent::Renamed(title) => GroupChange::Renamed(title.as_str().to_owned()),
        GroupEvent::Role(account, role) => GroupChange::Role(Account(*account), *role),
        GroupEvent::Uninvited => GroupChange::Uninvited,
    })
}
