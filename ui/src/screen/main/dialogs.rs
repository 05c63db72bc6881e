//! What opens a dialog, and what comes of it.

use undertone::api::Account;

use super::confirm::{self, Confirm};
use super::{Dialog, Message, Moment, Panel, State, connect, requests};
use crate::bridge::{Ask, Secret};
use crate::screen::{Action, Notice, chat, verify};

impl State {
    pub(super) fn in_chat(&mut self, message: chat::Message, moment: Moment<'_>) -> Vec<Action> {
        let account = match &self.panel {
            Panel::Chat(chat) => self.world.contact_of(&chat.chat()).map(|contact| contact.account),
            _ => None,
        };
        match message {
            chat::Message::DeleteWanted(message) => return self.ask_again(Confirm::Delete(message)),
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
        let (panel, mut around) = self.parts(moment);
        match panel {
            Panel::Chat(chat) => chat.update(message, &mut around),
            _ => Vec::new(),
        }
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
