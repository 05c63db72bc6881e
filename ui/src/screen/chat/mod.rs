//! One conversation: its header, its messages, and what is being written. Late answers for another visit are
//! dropped; what is visible is read again when events were missed.

mod answered;
mod composer;
mod details;
mod group;
mod header;
mod members;
mod naming;
mod rows;
mod view;
mod window;

use undertone::api::{Anchor, ConversationId, MessageId, NotifyMode};

use super::{Action, Notice};
use crate::bridge::{Ask, Secret};
use crate::kit::composer::{Draft, Event};
use crate::kit::timeline::{Jump, Side, Viewport};
use crate::model::draft::Drafts;
use crate::model::mention::Candidate;
use crate::model::row::Row;
use crate::model::time::Labels;
use crate::model::timeline::Timeline;
use crate::model::world::World;

pub use answered::give_back;
pub use details::Message as DetailsMessage;
pub(crate) use group::title as group_title;
pub(crate) use header::offline;
pub use members::Message as MembersMessage;
pub use view::view;

/// A conversation on screen.
pub struct State {
    chat: ConversationId,
    visit: u64,
    timeline: Timeline,
    rows: Vec<Row>,
    /// Whether the rows are behind the timeline.
    stale: bool,
    loaded: bool,
    opened_ms: i64,
    jump: Jump,
    /// A message that was jumped to stands out until then.
    flash: Option<(MessageId, i64)>,
    at_end: bool,
    /// Whether it is known what is visible; not yet, right after opening.
    looked: bool,
    /// Messages that came in below what is visible.
    below: usize,
    read_upto: Option<MessageId>,
    typing_said_ms: Option<i64>,
    picking: Option<MessageId>,
    editor: Draft,
    /// What the input method is composing in it.
    composing: String,
    naming: naming::Naming,
    emoji: bool,
    details: Option<Beside>,
}

/// What stands beside the conversation.
#[derive(Debug)]
enum Beside {
    Group(members::State),
    Person(details::State),
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chat({:?}, {} rows)", self.chat, self.rows.len())
    }
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The answer or the change is given up.
    Cancelled,
    /// A text is to be copied.
    Copied(Secret),
    /// A message is to be taken back: ours, or in a group one of another.
    DeleteWanted(MessageId),
    /// Something in the details.
    Details(details::Message),
    /// The details are to be shown, or hidden again.
    DetailsToggled,
    /// Something in the editor.
    Editor(Event),
    /// A message of ours is to be changed.
    EditWanted(MessageId),
    /// An emoji is to be put into the text.
    EmojiPut(&'static str),
    /// Emoji for the text are to be shown, or hidden again.
    EmojiToggled,
    /// The group is to be forgotten.
    ForgetWanted,
    /// A changed key is to be accepted.
    KeyAcceptWanted,
    /// A link is to be opened.
    LinkPressed(Secret),
    /// Something in the details of a group.
    Members(members::Message),
    /// Somebody was chosen for the name that is being written.
    NameTaken(Candidate),
    /// More messages are needed at this side.
    Needed(Side),
    /// Back to the newest message.
    NewestWanted,
    /// An emoji is set or taken back.
    Reacted(MessageId, String),
    /// An emoji is wanted for a message.
    ReactWanted(MessageId),
    /// How far a message of ours has come with each member is to be shown.
    ReceiptsWanted(MessageId),
    /// A message is to be answered.
    ReplyWanted(MessageId),
    /// To the message that is quoted.
    Shown(MessageId),
    /// The person is to be unblocked.
    Unblocked,
    /// The person is to be compared with.
    VerifyWanted,
    /// Other rows are visible.
    Viewed(Viewport),
}

/// What a conversation needs of what is around it.
#[derive(Debug)]
pub struct Around<'a> {
    /// Everything known.
    pub world: &'a mut World,
    /// What is being written, everywhere.
    pub drafts: &'a mut Drafts,
    /// How points in time are said.
    pub labels: &'a Labels,
    /// Now, milliseconds since the epoch.
    pub now_ms: i64,
    /// Whether the person can see the window.
    pub attended: bool,
}

impl State {
    /// The editor's id.
    pub const EDITOR: &'static str = "chat-editor";

    /// A conversation is opened. `visit` differs from that of every other opening.
    #[must_use]
    pub fn open(chat: ConversationId, visit: u64, around: &Around<'_>) -> (Self, Vec<Action>) {
        let state = Self {
            chat,
            visit,
            timeline: Timeline::new(chat),
            rows: Vec::new(),
            stale: false,
            loaded: false,
            opened_ms: around.now_ms,
            jump: Jump { serial: visit.wrapping_mul(1 << 20), to: None },
            flash: None,
            at_end: true,
            looked: true,
            below: 0,
            read_upto: None,
            typing_said_ms: None,
            picking: None,
            editor: composer::editor(&chat, around.drafts),
            composing: String::new(),
            naming: naming::Naming::default(),
            emoji: false,
            details: None,
        };
        (state, vec![history(chat, Anchor::Newest, visit), Action::Focus(Self::EDITOR)])
    }

    /// The conversation.
    #[must_use]
    pub const fn chat(&self) -> ConversationId {
        self.chat
    }

    /// Whether time matters: nothing has come in yet, or a message stands out for a moment.
    #[must_use]
    pub const fn waits(&self) -> bool {
        !self.loaded || self.flash.is_some()
    }

    /// Events were missed: everything visible is asked for again.
    #[must_use]
    pub fn pull(&self) -> Vec<Action> {
        vec![history(self.chat, Anchor::Newest, self.visit)]
    }

    /// Takes what the person did.
    pub fn update(&mut self, message: Message, around: &mut Around<'_>) -> Vec<Action> {
        match message {
            Message::Cancelled => return self.cancel(around),
            Message::Copied(text) => return vec![Action::Copy { text, said: Notice::Copied }],
            Message::DetailsToggled
            | Message::Details(details::Message::Closed)
            | Message::Members(members::Message::Closed) => {
                return self.toggle_details(around);
            }
            Message::Details(details::Message::NotifyTaken(mode, span))
            | Message::Members(members::Message::NotifyTaken(mode, span)) => {
                let until_ms = span.until_ms(around.now_ms).filter(|_| mode != NotifyMode::All);
                return vec![Ask::Notify { chat: self.chat, mode, until_ms }.into()];
            }
            Message::Details(message) => {
                if let Some(Beside::Person(details)) = &mut self.details {
                    return details.update(message);
                }
            }
            Message::Members(message) => {
                if let Some(Beside::Group(members)) = &mut self.details {
                    return members.update(message);
                }
            }
            Message::Editor(message) => return self.edited(message, around),
            Message::EditWanted(id) => return self.edit(id, around),
            Message::EmojiPut(emoji) => return self.put(emoji, around),
            Message::EmojiToggled => self.emoji = !self.emoji,
            Message::NameTaken(chosen) => return self.name(&chosen, around),
            Message::Needed(side) => return self.need(side),
            Message::NewestWanted => return self.newest(),
            Message::Reacted(id, emoji) => return self.react(id, emoji, around),
            Message::ReactWanted(id) => self.picking = if self.picking == Some(id) { None } else { Some(id) },
            Message::ReplyWanted(id) => {
                around.drafts.answer(self.chat, id);
                self.reopen(around.drafts);
                return vec![Action::Focus(Self::EDITOR)];
            }
            Message::Shown(id) => return self.show(id, around),
            Message::Viewed(viewport) => return self.viewed(viewport, around),
            Message::Unblocked => {
                let account = around.world.contact_of(&self.chat).map(|contact| contact.account);
                return account.map(|account| Ask::Unblock(account).into()).into_iter().collect();
            }
            // these open dialogs, which belong to the screen around
            Message::DeleteWanted(_)
            | Message::ForgetWanted
            | Message::KeyAcceptWanted
            | Message::LinkPressed(_)
            | Message::ReceiptsWanted(_)
            | Message::VerifyWanted => {}
        }
        Vec::new()
    }

    /// Takes a message as it is now, from an event or as an answer. Shown once [`Self::settle`] is called.
    pub fn arrived(&mut self, message: undertone::api::Message) {
        if message.chat != self.chat {
            return;
        }
        self.stale = true;
        let new = self.timeline.get(&message.id).is_none();
        let mine = message.mine;
        let said = message.kind != undertone::api::MessageKind::System;
        // an old one may become news by being changed, and is not below
        let newest = self.timeline.last().is_none_or(|last| last < message.id);
        if new && mine {
            self.timeline.drop_divider();
        } else if new {
            self.timeline.pin_divider();
        }
        self.timeline.apply(message);
        if new && mine && !self.timeline.more_after() {
            self.jump_to(None);
        } else if new && newest && said && !self.at_end {
            self.below = self.below.saturating_add(1);
        }
    }

    /// A message of ours has come further. Shown once [`Self::settle`] is called.
    pub fn come_to(&mut self, message: MessageId, state: undertone::api::MessageState, upto: bool) {
        self.stale = true;
        self.timeline.come_to(message, state, upto);
    }

    /// Something around the messages has changed. Shown once [`Self::settle`] is called.
    pub fn touch(&mut self) {
        self.stale = true;
    }

    /// The group changed. Shown once [`Self::settle`] is called.
    pub fn regrouped(&mut self, group: &undertone::api::Group) {
        self.stale = true;
        if let Some(Beside::Group(members)) = &mut self.details {
            members.retitled(&group.title);
        }
    }

    /// After a batch of changes: makes the rows anew, once, and says what has been read.
    pub fn settle(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        if !std::mem::take(&mut self.stale) {
            return Vec::new();
        }
        self.present(around);
        self.read(around)
    }

    /// The person came back to the window, or the window's surroundings changed.
    pub fn attended(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        self.present(around);
        self.read(around)
    }

    /// Time has passed, or the language has changed.
    pub fn refresh(&mut self, around: &mut Around<'_>) {
        self.flash = self.flash.filter(|(_, until)| *until > around.now_ms);
        self.present(around);
    }

    /// Gives up an answer or a change, or puts details and emoji away. Empty if there was nothing of the kind.
    pub fn escape(&mut self, around: &mut Around<'_>) -> bool {
        if self.stop_naming(around) {
            return true;
        }
        if self.picking.take().is_some() || std::mem::take(&mut self.emoji) {
            return true;
        }
        if around.drafts.cancel(self.chat) {
            self.reopen(around.drafts);
            return true;
        }
        self.details.take().is_some()
    }

    /// Where this conversation stands in the draft list is up to date; the rest goes.
    pub fn close(&self, around: &mut Around<'_>) -> Vec<Action> {
        self.keep(around);
        self.stop_typing()
    }

    fn react(&mut self, id: MessageId, emoji: String, around: &Around<'_>) -> Vec<Action> {
        // what was picked from goes away with the keyboard in it
        let editor = self.picking.take().map(|_| Action::Focus(Self::EDITOR));
        let me = around.world.me.account;
        let Some(message) = self.timeline.get(&id).filter(|message| !message.deleted) else {
            return Vec::new();
        };
        let own =
            message.reactions.get(&emoji).is_some_and(|people| me.is_some_and(|me| people.contains(&me)));
        std::iter::once(Ask::React { message: id, emoji, on: !own }.into()).chain(editor).collect()
    }

    fn toggle_details(&mut self, around: &Around<'_>) -> Vec<Action> {
        if self.details.take().is_some() {
            return Vec::new();
        }
        if let Some(group) = around.world.group(&self.chat) {
            self.details = Some(Beside::Group(members::State::open(group)));
            return Vec::new();
        }
        let opened = around.world.contact_of(&self.chat).map(details::State::open);
        let (details, actions) = opened.unzip();
        self.details = details.map(Beside::Person);
        actions.unwrap_or_default()
    }
}

fn history(chat: ConversationId, anchor: Anchor, visit: u64) -> Action {
    Ask::History { chat, anchor, visit }.into()
}
