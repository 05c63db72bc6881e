//! Below a conversation: what is being written, and what becomes of it.

use iced::widget::{Row, column, container, rule, space};
use iced::{Center, Fill};
use undertone::api::{ConversationId, MessageId};

use super::naming::{self, Naming};
use super::{Message, State};
use crate::bridge::Ask;
use crate::kit::Element;
use crate::kit::composer::{Composer, Draft, Event, Names, Strip};
use crate::kit::icon::Icon;
use crate::kit::pressable::{Look, Pressable};
use crate::kit::text::{Role, role};
use crate::kit::theme;
use crate::kit::token::{radius, space as gap};
use crate::model::draft::{Drafts, Purpose};
use crate::model::group::{self, Who};
use crate::model::mention;
use crate::model::row;
use crate::model::text::shown;
use crate::model::timeline::can_edit;
use crate::model::world::World;
use crate::screen::{Action, Ctx, Notice, say};
use crate::t;

use super::Around;

impl State {
    /// Takes what happened in the editor.
    pub(super) fn edited(&mut self, event: Event, around: &mut Around<'_>) -> Vec<Action> {
        match event {
            Event::Changed(change) => {
                self.editor.apply(change);
                self.written(around)
            }
            Event::EditLast => {
                let last = self.timeline.last_editable().map(|message| message.id);
                last.map(|id| self.edit(id, around)).unwrap_or_default()
            }
            Event::Send => self.submit(around),
            Event::Composing(composing) => {
                self.composing = composing.0;
                self.look_for_names(around.world);
                Vec::new()
            }
            Event::Pick(pick) => self.pick(pick, around),
        }
    }

    /// An emoji was chosen for the text.
    pub(super) fn put(&mut self, emoji: &str, around: &mut Around<'_>) -> Vec<Action> {
        self.editor.insert(emoji);
        let mut actions = self.written(around);
        actions.push(Action::Focus(Self::EDITOR));
        actions
    }

    pub(super) fn edit(&mut self, id: MessageId, around: &mut Around<'_>) -> Vec<Action> {
        let Some(message) = self.timeline.get(&id).filter(|message| can_edit(message)) else {
            return Vec::new();
        };
        let text = shown(&message.text).into_owned();
        let marks = mention::marks(message, around.world);
        self.keep(around);
        around.drafts.edit(self.chat, id, text, marks);
        self.reopen(around.drafts);
        vec![Action::Focus(Self::EDITOR)]
    }

    pub(super) fn cancel(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        if around.drafts.cancel(self.chat) {
            self.reopen(around.drafts);
        }
        vec![Action::Focus(Self::EDITOR)]
    }

    pub(super) fn stop_typing(&self) -> Vec<Action> {
        let said = self.typing_said_ms.is_some();
        said.then(|| Ask::Typing { chat: self.chat, on: false }.into()).into_iter().collect()
    }

    /// Hands the draft over.
    pub(super) fn submit(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        self.keep(around);
        if undertone::model::Text::new(self.editor.text()).is_none() {
            let long = !self.editor.text().trim().is_empty();
            return if long { vec![Action::Notify(Notice::Trouble("too-large"))] } else { Vec::new() };
        }
        let draft = around.drafts.take(self.chat).trimmed();
        self.reopen(around.drafts);
        let mut actions = self.stop_typing();
        self.typing_said_ms = None;
        let ask = match &draft.purpose {
            Purpose::Edit { message, .. } => Ask::Edit { message: *message, draft },
            Purpose::Answer(to) => Ask::Send { chat: self.chat, reply_to: Some(*to), draft },
            Purpose::Say => Ask::Send { chat: self.chat, reply_to: None, draft },
        };
        actions.push(ask.into());
        actions
    }

    /// Says that we write, but not with every key.
    pub(super) fn say_typing(&mut self, around: &Around<'_>) -> Vec<Action> {
        let empty = self.editor.text().trim().is_empty();
        if empty {
            let actions = self.stop_typing();
            self.typing_said_ms = None;
            return actions;
        }
        let editing = matches!(around.drafts.get(&self.chat).purpose, Purpose::Edit { .. });
        let recently = self.typing_said_ms.is_some_and(|said| around.now_ms.saturating_sub(said) < TYPING_MS);
        if recently || editing {
            return Vec::new();
        }
        self.typing_said_ms = Some(around.now_ms);
        vec![Ask::Typing { chat: self.chat, on: true }.into()]
    }

    /// What is written is kept as the draft.
    pub(super) fn keep(&self, around: &mut Around<'_>) {
        around.drafts.write(self.chat, self.editor.text(), self.editor.marks().clone());
    }

    /// The draft, as it is kept, is what is written.
    pub(super) fn reopen(&mut self, drafts: &Drafts) {
        self.editor = editor(&self.chat, drafts);
        self.naming = Naming::default();
    }

    pub(super) fn written(&mut self, around: &mut Around<'_>) -> Vec<Action> {
        self.look_for_names(around.world);
        let same = around.drafts.get(&self.chat).text == self.editor.text();
        self.keep(around);
        if same {
            return Vec::new();
        }
        self.say_typing(around)
    }
}

/// The draft of a conversation, to be written on.
pub(super) fn editor(chat: &ConversationId, drafts: &Drafts) -> Draft {
    let draft = drafts.get(chat);
    Draft::with_marks(&draft.text, draft.marks)
}

pub(super) fn view<'a>(
    state: &'a State,
    world: &World,
    drafts: &Drafts,
    ctx: Ctx<'a>,
) -> Element<'a, Message> {
    let texts = ctx.texts;
    let names = Names {
        placeholder: t!(texts, "chat-placeholder").into(),
        send: t!(texts, "chat-send").into(),
        attach: t!(texts, "chat-attach").into(),
        emoji: t!(texts, "chat-emoji").into(),
    };
    let offered = state.offered(world, ctx.labels.language());
    let composer = Composer::new(&state.editor, names, Message::Editor)
        .id(State::EDITOR)
        .on_emoji(Message::EmojiToggled)
        .offers(!offered.is_empty())
        .strip(strip(state, world, drafts, ctx));
    // the place is kept, else the editor below would be taken for a new one and lose what is being composed
    let emoji = if state.emoji { palette(ctx) } else { space::horizontal().into() };
    let composer = composer.view();
    let people = naming::view(state, offered, ctx).unwrap_or_else(|| space::horizontal().into());
    column![rule::horizontal(1).style(theme::hairline), emoji, people, composer].into()
}

/// What is answered or changed.
fn strip<'a>(state: &'a State, world: &World, drafts: &Drafts, ctx: Ctx<'a>) -> Option<Strip<'a, Message>> {
    let texts = ctx.texts;
    let quoted =
        |id| state.timeline.get(id).and_then(row::excerpt).unwrap_or_else(|| t!(texts, "reply-missing"));
    match drafts.get(&state.chat).purpose {
        Purpose::Answer(id) => {
            let author = state.timeline.get(&id).map(|message| message.author);
            let to = match author.map(|author| group::who(world, &state.chat, &author)) {
                Some(Who::Me) | None => t!(texts, "reply-to-you"),
                Some(who) => t!(texts, "reply-to", name = say::name(texts, &who)),
            };
            Some(Strip {
                icon: Icon::Reply,
                title: to.into(),
                words: quoted(&id).into(),
                cancel: Message::Cancelled,
                cancel_name: t!(texts, "reply-cancel").into(),
            })
        }
        Purpose::Edit { message, .. } => Some(Strip {
            icon: Icon::Pencil,
            title: t!(texts, "editing").into(),
            words: quoted(&message).into(),
            cancel: Message::Cancelled,
            cancel_name: t!(texts, "edit-cancel").into(),
        }),
        Purpose::Say => None,
    }
}

/// Emoji to put into the text.
fn palette<'a>(ctx: Ctx<'a>) -> Element<'a, Message> {
    let emoji = PALETTE.into_iter().map(|emoji| {
        Pressable::new(role(Role { size: 20.0, line: 26.0, ..Role::JUMBO }, emoji))
            .name(t!(ctx.texts, "chat-emoji-put", emoji = emoji))
            .width(CELL)
            .height(CELL)
            .centered()
            .on_press(Message::EmojiPut(emoji))
            .style(|t, status| Look {
                background: (status.hovered || status.focused).then_some(t.bg_selected),
                border: iced::border::rounded(radius::CONTROL),
                ..Look::default()
            })
            .into()
    });
    let cells = Row::with_children(emoji).align_y(Center).wrap();
    container(cells).padding([gap::S2, gap::S4]).width(Fill).into()
}

/// Side of an emoji to choose, in logical pixels.
const CELL: f32 = 36.0;
/// The emoji people write most.
const PALETTE: [&str; 40] = [
    "😀", "😄", "😂", "🤣", "😊", "😍", "😘", "😎", "🤔", "😅", "😉", "🙂", "😴", "😢", "😭", "😡", "😱",
    "🥳", "🤗", "🙄", "👍", "👎", "👌", "👏", "🙏", "💪", "🙌", "👋", "❤️", "💙", "💔", "🔥", "🎉", "✨",
    "⭐", "✅", "❌", "☕", "🍰", "🌸",
];
/// While we write, we say so this often, milliseconds.
const TYPING_MS: i64 = 3000;
