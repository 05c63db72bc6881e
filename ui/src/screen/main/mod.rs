//! The conversations: the list at the side, and beside it a conversation, the requests or the settings; over
//! both, at most one dialog.

mod confirm;
mod connect;
mod dialogs;
mod gather;
mod inviting;
mod pictures;
mod receipts;
mod requests;
mod route;
mod sidebar;
mod view;

use undertone::api::{Account, ConversationId, ProfileInfo};

use super::{Action, Faces, chat, settings, verify};
use crate::bridge::{Ask, Secret};
use crate::model::draft::Drafts;
use crate::model::sidebar::Context;
use crate::model::time::Labels;
use crate::model::world::World;
use confirm::Confirm;
use sidebar::Entry;
pub use sidebar::FILTER;

/// Everything on screen once the profile is open.
#[derive(Debug)]
pub struct State {
    world: World,
    drafts: Drafts,
    panel: Panel,
    dialog: Option<Dialog>,
    filter: String,
    entries: Vec<Entry>,
    loaded: bool,
    attended: bool,
    asking: Option<Account>,
    visits: u64,
    faces: Faces,
}

#[derive(Debug)]
enum Panel {
    Chat(Box<chat::State>),
    Nothing,
    Requests,
    Settings(Box<settings::State>),
}

#[derive(Debug)]
enum Dialog {
    Confirm(Confirm),
    Connect(Box<connect::State>),
    Gather(Box<gather::State>),
    Invite(Box<inviting::State>),
    Link(Secret),
    Receipts(Box<receipts::State>),
    Verify(Box<verify::State>),
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// Somebody nearby is asked.
    Asked(Account),
    /// Something in the conversation.
    Chat(chat::Message),
    /// Something in a question asked again.
    Confirm(confirm::Message),
    /// Something in the dialog for meeting somebody new.
    Connect(connect::Message),
    /// Somebody new is to be met.
    ConnectOpened,
    /// Whatever is on top is to go away.
    Escaped,
    /// The list is to be filtered.
    Filtered(String),
    /// Something in the choice of people for a group.
    Gather(gather::Message),
    /// A group is to be begun.
    GatherOpened,
    /// A conversation is to be opened.
    Opened(ConversationId),
    /// Something in the links that let people into a group.
    Invite(inviting::Message),
    /// Something in how far a message has come.
    Receipts(receipts::Message),
    /// Something with the requests.
    Requests(requests::Message),
    /// The link on screen is to be copied.
    LinkCopied,
    /// The link on screen is to be opened.
    LinkOpened,
    /// The requests are to be shown.
    RequestsOpened,
    /// Something in the settings.
    Settings(settings::Message),
    /// The settings are to be shown.
    SettingsOpened,
    /// To the conversation so many rows further down, or up.
    Stepped(isize),
    /// Something in a comparison.
    Verify(verify::Message),
}

/// What surrounds the screen at this moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// How points in time are said.
    pub labels: &'a Labels,
    /// Now, milliseconds since the epoch.
    pub now_ms: i64,
}

impl State {
    /// The screen for an unlocked profile, and what is to be asked for it.
    #[must_use]
    pub fn enter(me: ProfileInfo, offline: bool) -> (Self, Vec<Action>) {
        let mut world = World::new(me);
        world.offline = offline;
        let state = Self {
            world,
            drafts: Drafts::default(),
            panel: Panel::Nothing,
            dialog: None,
            filter: String::new(),
            entries: Vec::new(),
            loaded: false,
            attended: true,
            asking: None,
            visits: 0,
            faces: Faces::default(),
        };
        (state, vec![Ask::Contacts.into(), Ask::Chats.into(), Ask::Nearby.into()])
    }

    /// Whether something is being waited for that a person may notice.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(&self.panel, Panel::Chat(chat) if chat.waits())
    }

    /// Whether somebody is writing, so that time matters.
    #[must_use]
    pub fn anybody_types(&self) -> bool {
        self.world.anybody_types()
    }

    /// Unread messages of all conversations.
    #[must_use]
    pub fn unread(&self) -> u32 {
        self.world.unread()
    }

    /// Takes what the person did.
    pub fn update(&mut self, message: Message, moment: Moment<'_>) -> Vec<Action> {
        // with every key and every scrolled row the list stays as it is
        let small = matches!(message, Message::Chat(chat::Message::Editor(_) | chat::Message::Viewed(_)));
        let actions = self.react(message, moment);
        if !small || !actions.is_empty() {
            self.list(moment);
        }
        actions
    }

    fn react(&mut self, message: Message, moment: Moment<'_>) -> Vec<Action> {
        match message {
            Message::Asked(account) => {
                self.asking = Some(account);
                return vec![Ask::AddNearby(account).into()];
            }
            Message::Chat(message) => return self.in_chat(message, moment),
            Message::Confirm(message) => return self.confirmed(message),
            Message::Connect(connect::Message::Closed)
            | Message::Gather(gather::Message::Closed)
            | Message::Invite(inviting::Message::Closed)
            | Message::Receipts(receipts::Message::Closed)
            | Message::Verify(verify::Message::Closed) => {
                self.dialog = None;
            }
            Message::Connect(message) => {
                if let Some(Dialog::Connect(connect)) = &mut self.dialog {
                    return connect.update(message);
                }
            }
            Message::ConnectOpened | Message::Gather(gather::Message::ConnectWanted) => {
                self.dialog = Some(Dialog::Connect(Box::default()));
                return vec![Action::Focus(connect::State::FIELD)];
            }
            Message::Escaped => return self.escape(moment),
            Message::Filtered(filter) => self.filter = filter,
            Message::Gather(message) => {
                if let Some(Dialog::Gather(gather)) = &mut self.dialog {
                    return gather.update(message, &self.world);
                }
            }
            Message::Invite(message) => {
                if let Some(Dialog::Invite(inviting)) = &mut self.dialog {
                    return inviting.update(message);
                }
            }
            Message::GatherOpened => {
                self.dialog = Some(Dialog::Gather(Box::default()));
                return vec![Action::Focus(gather::State::TITLE)];
            }
            Message::LinkCopied | Message::LinkOpened => return self.follow(&message),
            Message::Opened(chat) => return self.open(chat, moment),
            Message::Requests(message) => return self.answer_request(message, moment),
            Message::RequestsOpened => return self.show(Panel::Requests, moment),
            Message::Settings(settings::Message::Closed) => return self.show(Panel::Nothing, moment),
            Message::Settings(message) => {
                if let Panel::Settings(settings) = &mut self.panel {
                    return settings.update(message);
                }
            }
            Message::SettingsOpened => {
                let (settings, mut actions) = settings::State::open(&self.world.me);
                actions.extend(self.show(Panel::Settings(Box::new(settings)), moment));
                return actions;
            }
            Message::Stepped(by) => return self.step(by, moment),
            Message::Verify(message) => {
                if let Some(Dialog::Verify(verify)) = &mut self.dialog {
                    return verify.update(message);
                }
            }
        }
        Vec::new()
    }

    /// The person came to the window, or left it.
    pub fn attend(&mut self, attended: bool, moment: Moment<'_>) -> Vec<Action> {
        self.attended = attended;
        let (panel, mut around) = self.parts(moment);
        let actions = match panel {
            Panel::Chat(chat) => chat.attended(&mut around),
            _ => Vec::new(),
        };
        self.list(moment);
        actions
    }

    /// Time has passed, or the language has changed.
    pub fn tick(&mut self, moment: Moment<'_>) {
        self.world.expire(moment.now_ms);
        let (panel, mut around) = self.parts(moment);
        if let Panel::Chat(chat) = panel {
            chat.refresh(&mut around);
        }
        self.list(moment);
    }

    fn parts<'a>(&'a mut self, moment: Moment<'a>) -> (&'a mut Panel, chat::Around<'a>) {
        let around = chat::Around {
            world: &mut self.world,
            drafts: &mut self.drafts,
            labels: moment.labels,
            now_ms: moment.now_ms,
            attended: self.attended,
        };
        (&mut self.panel, around)
    }

    fn list(&mut self, moment: Moment<'_>) {
        let open = match &self.panel {
            Panel::Chat(chat) => Some(chat.chat()),
            Panel::Nothing | Panel::Requests | Panel::Settings(_) => None,
        };
        let context = Context { drafts: &self.drafts, labels: moment.labels, now_ms: moment.now_ms, open };
        self.faces.keep(&self.world);
        self.entries = sidebar::entries(&self.world, &self.filter, &context);
    }

    fn show(&mut self, panel: Panel, moment: Moment<'_>) -> Vec<Action> {
        let (old, mut around) = self.parts(moment);
        let actions = match old {
            Panel::Chat(chat) => chat.close(&mut around),
            _ => Vec::new(),
        };
        self.panel = panel;
        actions
    }

    fn open(&mut self, chat: ConversationId, moment: Moment<'_>) -> Vec<Action> {
        if matches!(&self.panel, Panel::Chat(open) if open.chat() == chat) {
            return vec![Action::Focus(chat::State::EDITOR)];
        }
        self.visits = self.visits.wrapping_add(1);
        let visit = self.visits;
        let mut actions = self.show(Panel::Nothing, moment);
        let (_, around) = self.parts(moment);
        let (opened, asked) = chat::State::open(chat, visit, &around);
        self.panel = Panel::Chat(Box::new(opened));
        actions.extend(asked);
        actions
    }

    fn step(&mut self, by: isize, moment: Moment<'_>) -> Vec<Action> {
        let chats: Vec<ConversationId> = self
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Conversation(item) => Some(item.chat),
                _ => None,
            })
            .collect();
        let open = match &self.panel {
            Panel::Chat(chat) => chats.iter().position(|listed| *listed == chat.chat()),
            _ => None,
        };
        let next = open.map_or(0, |at| at.saturating_add_signed(by).min(chats.len().saturating_sub(1)));
        chats.get(next).map(|chat| self.open(*chat, moment)).unwrap_or_default()
    }

    fn escape(&mut self, moment: Moment<'_>) -> Vec<Action> {
        if self.dialog.take().is_some() {
            return Vec::new();
        }
        let (panel, mut around) = self.parts(moment);
        match panel {
            Panel::Chat(chat) => {
                chat.escape(&mut around);
                Vec::new()
            }
            Panel::Settings(_) | Panel::Requests => self.show(Panel::Nothing, moment),
            Panel::Nothing => Vec::new(),
        }
    }
}
