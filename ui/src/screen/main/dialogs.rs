//! What opens a dialog, and what comes of it.

use undertone::api::{Account, ConversationId, MessageId};

use super::confirm::{self, Confirm};
use super::{Dialog, Message, Moment, Panel, State, connect, gather, inviting, receipts, requests};
use crate::bridge::{Ask, Secret};
use crate::screen::chat::MembersMessage;
use crate::screen::{Action, Notice, chat, verify};

impl State {
    pub(super) fn in_chat(&mut self, message: chat::Message, moment: Moment<'_>) -> Vec<Action> {
        let open = match &self.panel {
            Panel::Chat(chat) => Some(chat.chat()),
            _ => None,
        };
        let account = open.and_then(|chat| self.world.contact_of(&chat)).map(|contact| contact.account);
        match message {
            chat::Message::DeleteWanted(message) => return self.delete(message),
            chat::Message::LinkPressed(link) => return self.link(link),
            chat::Message::KeyAcceptWanted => {
                return account
                    .map(|account| self.ask_again(Confirm::AcceptKey(account)))
                    .unwrap_or_default();
            }
            chat::Message::Details(chat::DetailsMessage::BlockWanted(account)) => {
                return self.ask_again(Confirm::Block(account));
            }
            chat::Message::Details(chat::DetailsMessage::RemoveWanted(account)) => {
                return self.ask_again(Confirm::Remove(account));
            }
            chat::Message::VerifyWanted | chat::Message::Details(chat::DetailsMessage::VerifyWanted) => {
                return self.verify(account);
            }
            _ => {}
        }
        if let Some(actions) = open.and_then(|chat| self.in_group(chat, &message)) {
            return actions;
        }
        let (panel, mut around) = self.parts(moment);
        match panel {
            Panel::Chat(chat) => chat.update(message, &mut around),
            _ => Vec::new(),
        }
    }

    /// What opens a dialog over a group; none if it does not.
    fn in_group(&mut self, chat: ConversationId, message: &chat::Message) -> Option<Vec<Action>> {
        Some(match message {
            chat::Message::ForgetWanted | chat::Message::Members(MembersMessage::ForgetWanted) => {
                self.ask_again(Confirm::Forget(chat))
            }
            chat::Message::ReceiptsWanted(message) => {
                let Panel::Chat(open) = &self.panel else { return None };
                let (receipts, actions) = receipts::State::open(open.message(message)?);
                self.dialog = Some(Dialog::Receipts(Box::new(receipts)));
                actions
            }
            chat::Message::Members(MembersMessage::AddWanted) => {
                self.dialog = Some(Dialog::Gather(Box::new(gather::State::add_to(chat))));
                vec![Action::Focus(gather::State::FILTER)]
            }
            chat::Message::Members(MembersMessage::InviteWanted) => {
                let (inviting, actions) = inviting::State::open(chat);
                self.dialog = Some(Dialog::Invite(Box::new(inviting)));
                actions
            }
            chat::Message::Members(MembersMessage::LeaveWanted) => self.ask_again(Confirm::Leave(chat)),
            chat::Message::Members(MembersMessage::RemoveWanted(account)) => {
                self.ask_again(Confirm::RemoveMember(chat, *account))
            }
            chat::Message::Members(MembersMessage::VerifyWanted(account)) => {
                let member = self.world.member(&chat, account)?;
                let (name, verified) = (crate::model::text::name(&member.name), member.verified);
                let (verify, actions) = verify::State::open(*account, name, verified);
                self.dialog = Some(Dialog::Verify(Box::new(verify)));
                actions
            }
            _ => return None,
        })
    }

    /// A link is looked at before it is opened; an invitation is used here.
    fn link(&mut self, link: Secret) -> Vec<Action> {
        if link.as_str().starts_with(INVITE) {
            let mut connect = connect::State::default();
            let actions = connect.update(connect::Message::LinkTyped(link));
            self.dialog = Some(Dialog::Connect(Box::new(connect)));
            return actions;
        }
        self.dialog = Some(Dialog::Link(link));
        Vec::new()
    }

    pub(super) fn follow(&mut self, message: &Message) -> Vec<Action> {
        let Some(Dialog::Link(link)) = self.dialog.take() else { return Vec::new() };
        match message {
            Message::LinkOpened => vec![Action::OpenLink(link)],
            _ => vec![Action::Copy { text: link, said: Notice::Copied }],
        }
    }

    fn delete(&mut self, message: MessageId) -> Vec<Action> {
        let Panel::Chat(chat) = &self.panel else { return Vec::new() };
        let other = chat.message(&message).filter(|said| !said.mine).map(|said| said.author);
        self.ask_again(match other {
            Some(author) => Confirm::DeleteOther(message, author),
            None => Confirm::Delete(message),
        })
    }

    fn verify(&mut self, account: Option<Account>) -> Vec<Action> {
        let Some(contact) = account.and_then(|account| self.world.contact(&account)) else {
            return Vec::new();
        };
        let name = crate::model::text::name(&contact.name);
        let (verify, actions) = verify::State::open(contact.account, name, contact.verified);
        self.dialog = Some(Dialog::Verify(Box::new(verify)));
        actions
    }

    fn ask_again(&mut self, confirm: Confirm) -> Vec<Action> {
        self.dialog = Some(Dialog::Confirm(confirm));
        Vec::new()
    }

    pub(super) fn confirmed(&mut self, message: confirm::Message) -> Vec<Action> {
        let Some(Dialog::Confirm(confirm)) = &self.dialog else { return Vec::new() };
        let action = confirm.action();
        self.dialog = None;
        match message {
            confirm::Message::Cancelled => Vec::new(),
            confirm::Message::Confirmed => vec![action],
        }
    }

    pub(super) fn answer_request(&mut self, message: requests::Message, moment: Moment<'_>) -> Vec<Action> {
        match message {
            requests::Message::Accepted(account) => {
                let chat = self.world.contact(&account).map(|contact| contact.chat);
                let mut actions = vec![Ask::Accept(account).into()];
                actions.extend(chat.map(|chat| self.open(chat, moment)).unwrap_or_default());
                actions
            }
            requests::Message::Blocked(account) => self.ask_again(Confirm::Block(account)),
            requests::Message::Deleted(account) => vec![Ask::Remove(account).into()],
        }
    }
}

/// What invitations begin with.
const INVITE: &str = "undertone:";
