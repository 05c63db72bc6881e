//! Links that let people into a group: making one, giving it away, and ending those that there are.

use iced::widget::{Column, Row, column, container, row, scrollable};
use iced::{Center, Fill};
use undertone::api::{ConversationId, Invitation, InvitationId, NewInvitation, Role};

use crate::bridge::{Answer, Ask, InvitationAsk, Secret};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, label, mono, strong};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, banner, dialog, qr};
use crate::model::group;
use crate::model::world::World;
use crate::screen::{Action, Ctx, Notice, say};
use crate::t;

/// A link in the making, and those that there are.
#[derive(Debug)]
pub(super) struct State {
    chat: ConversationId,
    new: NewInvitation,
    making: bool,
    made: Option<Made>,
    there: Vec<Invitation>,
    trouble: Option<&'static str>,
}

struct Made {
    link: Secret,
    code: Option<qr::Data>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made")
    }
}

/// What the person did.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// The dialog is to be closed.
    Closed,
    /// The link is to be copied.
    Copied,
    /// A link is to be made.
    Created,
    /// A link is to end.
    Ended(InvitationId),
    /// It is to last so many seconds.
    LifeTaken(u64),
    /// Those who come by it are to be this.
    RoleTaken(Role),
    /// It is to let so many in.
    UsesTaken(u8),
}

impl State {
    pub(super) fn open(chat: ConversationId) -> (Self, Vec<Action>) {
        let new = NewInvitation::default();
        let state = Self { chat, new, making: false, made: None, there: Vec::new(), trouble: None };
        (state, vec![Ask::Invitation(InvitationAsk::List(chat)).into()])
    }

    /// Takes what the person did. Closing is up to the screen around.
    pub(super) fn update(&mut self, message: Message) -> Vec<Action> {
        let ask = match message {
            Message::Closed => return Vec::new(),
            Message::Copied => {
                let link = self.made.as_ref().map(|made| made.link.clone());
                let copy = |text| Action::Copy { text, said: Notice::InviteCopied };
                return link.map(copy).into_iter().collect();
            }
            Message::Created if self.making => return Vec::new(),
            Message::Created => {
                (self.making, self.trouble) = (true, None);
                InvitationAsk::Make(self.chat, self.new)
            }
            Message::Ended(id) => {
                self.trouble = None;
                InvitationAsk::End(self.chat, id)
            }
            Message::LifeTaken(seconds) => return self.change(|new| new.expires_s = seconds),
            Message::RoleTaken(role) => return self.change(|new| new.role = role),
            Message::UsesTaken(uses) => return self.change(|new| new.uses = uses),
        };
        vec![Ask::Invitation(ask).into()]
    }

    fn change(&mut self, change: impl FnOnce(&mut NewInvitation)) -> Vec<Action> {
        change(&mut self.new);
        Vec::new()
    }

    /// Takes what came of a question, and what is to be asked now.
    pub(super) fn answered(&mut self, answer: &Answer) -> Vec<Action> {
        match answer {
            Answer::GroupInvite { chat, result } if *chat == self.chat => {
                self.making = false;
                match result {
                    Ok(link) => {
                        let code = qr::data(link.as_str()).ok();
                        self.made = Some(Made { link: link.clone(), code });
                        return vec![Ask::Invitation(InvitationAsk::List(self.chat)).into()];
                    }
                    Err(error) => self.trouble = Some(error.code()),
                }
            }
            Answer::Invitations { chat, result } if *chat == self.chat => match result {
                Ok(there) => self.there.clone_from(there),
                Err(error) => self.trouble = Some(error.code()),
            },
            _ => {}
        }
        Vec::new()
    }
}

/// How it looks.
impl State {
    #[must_use]
    pub(super) fn view<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row![heading(t!(texts, "group-invite")).width(Fill), close].align_y(Center);
        let words = body(t!(texts, "group-invite-body")).tone(Tone::Secondary).width(Fill);
        let new = match &self.made {
            Some(made) => shown(made, ctx),
            None => self.choices(ctx),
        };
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let parts = column![words, new].push(trouble).push(self.there(world, ctx)).spacing(gap::S4);
        let parts =
            scrollable(container(parts).padding(iced::Padding::ZERO.right(gap::S3))).style(theme::scroll);
        dialog::framed(column![top, parts].spacing(gap::S4), size::DIALOG_WIDE)
    }

    fn choices<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let roles = [Role::Member, Role::ReadOnly].map(|role| {
            let words = t!(texts, "group-role", role = role.as_str());
            (words, role == self.new.role, Message::RoleTaken(role))
        });
        let lives = DAYS.map(|days| {
            let seconds = u64::from(days).saturating_mul(DAY_S);
            let words = t!(texts, "group-invite-days", count = days);
            (words, seconds == self.new.expires_s, Message::LifeTaken(seconds))
        });
        let uses = USES.map(|uses| {
            let words = t!(texts, "group-invite-uses", count = uses);
            (words, uses == self.new.uses, Message::UsesTaken(uses))
        });
        let create = button::with_icon(Kind::Primary, Icon::Link, t!(texts, "group-invite-create"));
        column![
            chips(t!(texts, "group-invite-role"), roles),
            chips(t!(texts, "group-invite-life"), lives),
            chips(t!(texts, "group-invite-count"), uses),
            create.on_press_maybe((!self.making).then_some(Message::Created)),
        ]
        .spacing(gap::S3)
        .into()
    }

    fn there<'a>(&'a self, world: &'a World, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
        let rows = self.there.iter().map(|invitation| {
            let texts = ctx.texts;
            let by = say::name(texts, &group::who(world, &self.chat, &invitation.by));
            let used = t!(texts, "group-invite-used", used = invitation.used, uses = invitation.uses);
            let until = ctx.labels.full(i64::try_from(invitation.expires_ms).unwrap_or(i64::MAX));
            let role = t!(texts, "group-role", role = invitation.role.as_str());
            let about = t!(texts, "group-invite-until", role = role, date = until);
            let words = column![
                strong(used).one_line(),
                caption(about).tone(Tone::Secondary),
                caption(by).tone(Tone::Secondary)
            ];
            let end = button::link(t!(texts, "group-invite-end")).on_press(Message::Ended(invitation.id));
            row![words.width(Fill), end].spacing(gap::S3).align_y(Center).into()
        });
        let title = label(t!(ctx.texts, "group-invite-there")).tone(Tone::Secondary);
        let list = column![title, Column::with_children(rows).spacing(gap::S3)].spacing(gap::S2);
        (!self.there.is_empty()).then(|| list.into())
    }
}

fn shown<'a>(made: &'a Made, ctx: Ctx<'a>) -> Element<'a, Message> {
    let code = made.code.as_ref().map(|code| qr::qr(code, CODE));
    let copy = button::with_icon(Kind::Primary, Icon::Copy, t!(ctx.texts, "invite-copy"));
    let link = mono(made.link.as_str().to_owned());
    let link = container(link).padding(gap::S3).width(Fill).style(theme::well);
    let side = column![link, copy.on_press(Message::Copied)].spacing(gap::S3).width(Fill);
    row![].push(code).push(side).spacing(gap::S4).align_y(Center).into()
}

fn chips<'a, const N: usize>(title: String, all: [(String, bool, Message); N]) -> Element<'a, Message> {
    let chip = |(words, chosen, take)| button::chip(words, chosen).on_press(take).into();
    let row = Row::with_children(all.into_iter().map(chip)).spacing(gap::S2).wrap();
    column![label(title).tone(Tone::Secondary), row].spacing(gap::S2).into()
}

/// How long a link may last, in days.
const DAYS: [u16; 3] = [1, 7, 30];
const DAY_S: u64 = 24 * 3600;
/// How many a link may let in.
const USES: [u8; 4] = [1, 5, 25, 100];
/// Side of the code, in logical pixels: it holds three times as much as that of an invitation to one person.
const CODE: f32 = 216.0;
