//! What is asked again before it is done, because it cannot be taken back.

use std::path::{Path, PathBuf};

use undertone::api::{Account, ConversationId, MessageId};

use crate::bridge::{Ask, GroupAsk};
use crate::kit::button::{self, Kind};
use crate::kit::{Element, dialog};
use crate::model::group;
use crate::model::world::World;
use crate::screen::{Action, Ctx, say};
use crate::t;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Confirm {
    /// A contact's new device is to be trusted without comparing.
    AcceptKey(Account),
    /// Somebody is to be blocked.
    Block(Account),
    /// A message of ours is to be taken back.
    Delete(MessageId),
    /// A message of this other member is to be taken back.
    DeleteOther(MessageId, Account),
    /// A group that we take no part in any more is to be forgotten.
    Forget(ConversationId),
    /// A group is to be left.
    Leave(ConversationId),
    /// What was dropped on the window is to be the picture of a group.
    Picture(ConversationId, PathBuf),
    /// Somebody is to be removed, with the conversation.
    Remove(Account),
    /// A member is to be removed from a group.
    RemoveMember(ConversationId, Account),
}

/// What the person did.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// It is not to be done.
    Cancelled,
    /// It is to be done.
    Confirmed,
}

impl Confirm {
    /// What doing it means.
    #[must_use]
    pub(super) fn action(&self) -> Action {
        match *self {
            Self::AcceptKey(account) => Ask::Accept(account),
            Self::Block(account) => Ask::Block(account),
            Self::Delete(message) | Self::DeleteOther(message, _) => Ask::Delete(message),
            Self::Forget(chat) => Ask::GroupForget(chat),
            Self::Leave(chat) => Ask::Group { chat, ask: GroupAsk::Leave },
            Self::Picture(chat, ref path) => return Action::PreparePicture(Some(chat), path.clone()),
            Self::Remove(account) => Ask::Remove(account),
            Self::RemoveMember(chat, account) => Ask::Group { chat, ask: GroupAsk::Remove(account) },
        }
        .into()
    }

    /// The dialog.
    #[must_use]
    pub(super) fn view<'a>(&self, world: &World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let name = |account: Account| {
            let contact = world.contact(&account);
            contact.map_or_else(|| t!(texts, "unknown-person"), |c| crate::model::text::name(&c.name))
        };
        let titled = |chat| crate::screen::chat::group_title(world, &chat);
        let member = |chat, account| say::name(texts, &group::who(world, &chat, &account));
        let (title, words, act) = match *self {
            Self::AcceptKey(account) => (
                t!(texts, "key-changed-confirm"),
                t!(texts, "key-changed-body", name = name(account)),
                t!(texts, "key-changed-accept"),
            ),
            Self::Block(account) => (
                t!(texts, "block-confirm-title", name = name(account)),
                t!(texts, "block-confirm-body"),
                t!(texts, "block"),
            ),
            Self::Delete(_) => {
                (t!(texts, "delete-message-title"), t!(texts, "delete-message-body"), t!(texts, "delete"))
            }
            Self::DeleteOther(message, author) => (
                t!(texts, "delete-other-title", name = member(message.conversation, author)),
                t!(texts, "delete-other-body"),
                t!(texts, "delete-other-action"),
            ),
            Self::Forget(chat) => (
                t!(texts, "group-forget-title", title = titled(chat)),
                t!(texts, "group-forget-body"),
                t!(texts, "group-forget-action"),
            ),
            Self::Leave(chat) => (
                t!(texts, "group-leave-title", title = titled(chat)),
                t!(texts, "group-leave-body"),
                t!(texts, "group-leave"),
            ),
            Self::Picture(chat, ref path) => (
                t!(texts, "group-picture-title", title = titled(chat)),
                t!(texts, "group-picture-body", file = file(path)),
                t!(texts, "group-picture-action"),
            ),
            Self::RemoveMember(chat, account) => (
                t!(texts, "group-remove-title", name = member(chat, account)),
                t!(texts, "group-remove-body", name = member(chat, account)),
                t!(texts, "group-remove-action"),
            ),
            Self::Remove(account) => (
                t!(texts, "delete-contact-title", name = name(account)),
                t!(texts, "delete-contact-body", name = name(account)),
                t!(texts, "delete"),
            ),
        };
        let cancel = button::button(Kind::Secondary, t!(texts, "cancel")).on_press(Message::Cancelled);
        let kind = if matches!(self, Self::Picture(..)) { Kind::Primary } else { Kind::Danger };
        let act = button::button(kind, act).on_press(Message::Confirmed);
        dialog::card(title, words, None, [cancel.into(), act.into()])
    }
}

/// What a file is called.
fn file(path: &Path) -> String {
    path.file_name().map(|name| crate::model::text::name(&name.to_string_lossy())).unwrap_or_default()
}
