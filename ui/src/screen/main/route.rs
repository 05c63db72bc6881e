//! Where events and answers go: to what is known, to the conversation that is open, to the dialog.

use undertone::api::{Account, ClientError, ConversationId, Event, Join};

use super::gather::Outcome;
use super::{Dialog, Moment, Panel, State};
use crate::bridge::{Answer, Ask, GroupAsk};
use crate::model::world::Pull;
use crate::screen::{Action, Notice, chat};

impl State {
    /// Takes a batch of events.
    pub fn happened(&mut self, events: &[Event], moment: Moment<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        let (mut nearby, mut everything) = (false, false);
        for event in events {
            match event {
                Event::ContactRemoved(account) => self.gone(*account),
                Event::GroupForgotten(chat) => self.close(chat),
                _ => {}
            }
            match self.world.apply(event, moment.now_ms) {
                Pull::Everything => everything = true,
                Pull::Group(chat) => actions.push(Ask::Group { chat, ask: GroupAsk::Info }.into()),
                Pull::Nearby => nearby = true,
                Pull::Nothing => {}
            }
            actions.extend(self.told(event));
            actions.extend(self.let_in(event, moment));
        }
        if everything {
            actions.extend(self.pull());
        } else if nearby {
            actions.push(Ask::Nearby.into());
        }
        let (panel, mut around) = self.parts(moment);
        if let Panel::Chat(chat) = panel {
            actions.extend(chat.settle(&mut around));
        }
        self.list(moment);
        actions
    }

    fn told(&mut self, event: &Event) -> Vec<Action> {
        if let (Some(Dialog::Receipts(receipts)), Event::MessageState { chat, .. }) = (&self.dialog, event)
            && receipts.message().conversation == *chat
        {
            return vec![receipts.ask()];
        }
        if let Event::Error(error) = event {
            return vec![Action::Notify(Notice::Trouble(error.code()))];
        }
        if let Event::KeyAlarm(contact) = event {
            return vec![Action::Notify(Notice::KeyAlarm(crate::model::text::name(&contact.name)))];
        }
        let Panel::Chat(chat) = &mut self.panel else { return Vec::new() };
        let group = self.world.is_group(&chat.chat());
        match event {
            Event::MessageChanged(message)
            | Event::MessageReceived { message, .. }
            | Event::MessageStored(message) => chat.arrived(message.clone()),
            // in a group it is of one member; how far it has come with all comes with the message
            Event::MessageState { message, state, upto, .. } if !group => {
                chat.come_to(*message, *state, *upto);
            }
            // how many are unread may have changed
            Event::ChatChanged(row) if row.chat == chat.chat() => chat.touch(),
            Event::GroupPast(past) if *past == chat.chat() => return chat.pull(),
            Event::GroupChanged(group) if group.chat == chat.chat() => chat.regrouped(group),
            _ => {}
        }
        Vec::new()
    }

    /// What has come of a link to a group that we used: the group is opened if that is waited for on screen.
    fn let_in(&mut self, event: &Event, moment: Moment<'_>) -> Vec<Action> {
        let waited = match (&self.dialog, event) {
            (Some(Dialog::Connect(connect)), Event::GroupJoined { join, .. }) => connect.waits_for(join),
            _ => false,
        };
        match event {
            Event::GroupJoined { chat, .. } if waited => {
                self.dialog = None;
                let mut actions = self.open(*chat, moment);
                actions.push(Action::Notify(Notice::Joined));
                actions
            }
            Event::GroupJoined { .. } => vec![Action::Notify(Notice::Joined)],
            Event::GroupJoinRefused { join, why } => {
                if let Some(Dialog::Connect(connect)) = &mut self.dialog
                    && connect.refused(join, *why)
                {
                    return Vec::new();
                }
                vec![Action::Notify(Notice::NotJoined(why.as_str()))]
            }
            _ => Vec::new(),
        }
    }

    /// Takes what came of a question.
    pub fn answered(&mut self, answer: Answer, moment: Moment<'_>) -> Vec<Action> {
        let actions = self.place(answer, moment);
        self.list(moment);
        actions
    }

    fn place(&mut self, answer: Answer, moment: Moment<'_>) -> Vec<Action> {
        if let Panel::Settings(settings) = &mut self.panel {
            settings.answered(&answer);
        }
        if self.in_dialog(&answer) == Outcome::Refused {
            return Vec::new();
        }
        if let Some(Dialog::Invite(inviting)) = &mut self.dialog
            && matches!(answer, Answer::GroupInvite { .. } | Answer::Invitations { .. })
        {
            return inviting.answered(&answer);
        }
        match answer {
            Answer::Joining(Ok(Join::In(chat))) => {
                self.dialog = None;
                self.open(chat, moment)
            }
            Answer::Added(result) => {
                self.asking = None;
                let Ok(contact) = result else { return trouble_if(self.dialog.is_none(), result) };
                let (chat, name) = (contact.chat, crate::model::text::name(&contact.name));
                self.world.set_contact(contact);
                let mut actions = self.open(chat, moment);
                actions.push(Action::Notify(Notice::Asked(name)));
                actions
            }
            Answer::Chats(Ok(chats)) => {
                self.loaded = true;
                self.world.set_chats(chats);
                // the list comes at the beginning and after missed events: groups may have changed, too
                self.world.groups().map(|chat| Ask::Group { chat, ask: GroupAsk::Info }.into()).collect()
            }
            Answer::Contacts(Ok(contacts)) => {
                self.world.set_contacts(contacts);
                Vec::new()
            }
            Answer::Group { .. } | Answer::GroupCreated(_) | Answer::GroupForgotten { .. } => {
                self.in_groups(answer, moment)
            }
            Answer::Nearby(Ok(nearby)) => {
                self.world.set_nearby(nearby);
                Vec::new()
            }
            Answer::Info(Ok(info)) | Answer::Renamed(Ok(info)) => {
                self.world.me = info;
                Vec::new()
            }
            Answer::PhraseKept(Ok(())) => {
                self.world.me.phrase_kept = true;
                Vec::new()
            }
            Answer::Visible { on, result: Ok(()) } => {
                self.world.me.visible = on;
                Vec::new()
            }
            Answer::Removed { account, result: Ok(()) } => {
                self.gone(account);
                self.world.apply(&Event::ContactRemoved(account), moment.now_ms);
                Vec::new()
            }
            Answer::Evidence { .. }
            | Answer::History { .. }
            | Answer::Edited { .. }
            | Answer::Sent { .. }
            | Answer::Changed { .. } => self.in_history(answer, moment),
            other => told_in_passing(&other),
        }
    }

    /// Takes what came of a question to the dialog, which closes if it was waited for there.
    fn in_dialog(&mut self, answer: &Answer) -> Outcome {
        let outcome = match &mut self.dialog {
            Some(Dialog::Connect(connect)) => {
                if connect.answered(answer) {
                    Outcome::Done
                } else {
                    Outcome::Elsewhere
                }
            }
            Some(Dialog::Gather(gather)) => gather.answered(answer),
            Some(Dialog::Receipts(receipts)) => {
                receipts.answered(answer);
                Outcome::Elsewhere
            }
            Some(Dialog::Verify(verify)) => {
                verify.answered(answer);
                Outcome::Elsewhere
            }
            _ => Outcome::Elsewhere,
        };
        if outcome == Outcome::Done {
            self.dialog = None;
        }
        outcome
    }

    fn in_groups(&mut self, answer: Answer, moment: Moment<'_>) -> Vec<Action> {
        match answer {
            Answer::Group { result: Ok(group), .. } => self.world.set_group(group),
            Answer::GroupCreated(Ok(group)) => {
                let chat = group.chat;
                self.world.set_group(group);
                return self.open(chat, moment);
            }
            Answer::GroupForgotten { chat, result: Ok(()) } => {
                self.close(&chat);
                self.world.forget(&chat);
            }
            other => return told_in_passing(&other),
        }
        Vec::new()
    }

    fn in_history(&mut self, answer: Answer, moment: Moment<'_>) -> Vec<Action> {
        let (panel, mut around) = self.parts(moment);
        match panel {
            Panel::Chat(chat) => chat.answered(answer, &mut around),
            _ => chat::give_back(answer, around.drafts),
        }
    }

    fn pull(&self) -> Vec<Action> {
        let mut actions = vec![Ask::Contacts.into(), Ask::Chats.into(), Ask::Nearby.into()];
        if let Panel::Chat(chat) = &self.panel {
            actions.extend(chat.pull());
        }
        actions
    }

    fn gone(&mut self, account: Account) {
        let Some(chat) = self.world.contact(&account).map(|contact| contact.chat) else { return };
        self.close(&chat);
    }

    /// What belongs to a conversation that has gone.
    fn close(&mut self, chat: &ConversationId) {
        self.drafts.forget(chat);
        if matches!(&self.panel, Panel::Chat(open) if open.chat() == *chat) {
            self.panel = Panel::Nothing;
        }
    }
}

fn told_in_passing(answer: &Answer) -> Vec<Action> {
    failed(answer).map(|code| Action::Notify(Notice::Trouble(code))).into_iter().collect()
}

/// The code of a question that failed and that no screen has told about.
fn failed(answer: &Answer) -> Option<&'static str> {
    match answer {
        Answer::Done(Err(error))
        | Answer::Chats(Err(error))
        | Answer::Contacts(Err(error))
        | Answer::Evidence { result: Err(error), .. }
        | Answer::Group { result: Err(error), .. }
        | Answer::GroupCreated(Err(error))
        | Answer::GroupForgotten { result: Err(error), .. }
        | Answer::GroupInvite { result: Err(error), .. }
        | Answer::Invite(Err(error))
        | Answer::PhraseKept(Err(error))
        | Answer::Removed { result: Err(error), .. }
        | Answer::Renamed(Err(error))
        | Answer::Visible { result: Err(error), .. } => Some(error.code()),
        _ => None,
    }
}

fn trouble_if<T>(tell: bool, result: Result<T, ClientError>) -> Vec<Action> {
    let code = result.err().filter(|_| tell).map(|error| error.code());
    code.map(|code| Action::Notify(Notice::Trouble(code))).into_iter().collect()
}
