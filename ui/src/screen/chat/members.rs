//! Beside a group's conversation: what it is called, who takes part with which role, and what can be done about them.

use iced::widget::{Column, column, container, row, scrollable, space};
use iced::{Center, Fill};
use undertone::api::{Account, ConversationId, Group, GroupMember, History, NotifyMode, Role};

use super::group::{agreement, title as titled};
use crate::bridge::{Ask, GroupAsk};
use crate::kit::avatar::Presence;
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{caption, heading, label, strong, title};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, badge, field};
use crate::model::group::{self, Verified, Who};
use crate::model::notify::Span;
use crate::model::text;
use crate::model::world::World;
use crate::screen::{Action, Ctx, attention, past, say};
use crate::t;

/// The title as it is being changed, and the member whose menu is open.
#[derive(Debug)]
pub(super) struct State {
    chat: ConversationId,
    title: String,
    known: String,
    menu: Option<Account>,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// More people are to be added.
    AddWanted,
    /// The details are to be closed.
    Closed,
    /// The group is to be forgotten.
    ForgetWanted,
    /// New members are to see so much of earlier messages.
    HistoryTaken(History),
    /// A link that lets people in is to be made, or ended.
    InviteWanted,
    /// The group is to be left.
    LeaveWanted,
    /// What can be done with a member is to be shown, or hidden again.
    MenuToggled(Account),
    /// We want to be told of these messages, for so long.
    NotifyTaken(NotifyMode, Span),
    /// The group's picture is to be taken away.
    PictureRemoved,
    /// A picture for the group is to be chosen.
    PictureWanted,
    /// A member is to be removed.
    RemoveWanted(Account),
    /// A member is given another role.
    RoleGiven(Account, Role),
    /// The new title is to be kept.
    TitleSubmitted,
    /// Another title was typed.
    TitleTyped(String),
    /// A member is to be compared with.
    VerifyWanted(Account),
}

impl State {
    pub(super) fn open(group: &Group) -> Self {
        Self { chat: group.chat, title: group.title.clone(), known: group.title.clone(), menu: None }
    }

    /// The group has another title now: what was typed stays.
    pub(super) fn retitled(&mut self, title: &str) {
        if self.title == self.known {
            title.clone_into(&mut self.title);
        }
        title.clone_into(&mut self.known);
    }

    pub(super) fn update(&mut self, message: Message) -> Vec<Action> {
        let ask = match message {
            Message::MenuToggled(account) => {
                self.menu = if self.menu == Some(account) { None } else { Some(account) };
                return Vec::new();
            }
            Message::HistoryTaken(history) => GroupAsk::History(history),
            Message::PictureRemoved => GroupAsk::Picture(None),
            Message::PictureWanted => return vec![Action::ChoosePicture(Some(self.chat))],
            Message::RoleGiven(account, role) => {
                self.menu = None;
                GroupAsk::Role(account, role)
            }
            Message::TitleSubmitted if self.changed() => {
                self.title = self.title.trim().to_owned();
                self.known.clone_from(&self.title);
                GroupAsk::Rename(self.title.clone())
            }
            Message::TitleTyped(title) => {
                self.title = title;
                return Vec::new();
            }
            // these open dialogs, which belong to the screen around
            Message::AddWanted
            | Message::Closed
            | Message::ForgetWanted
            | Message::InviteWanted
            | Message::LeaveWanted
            | Message::NotifyTaken(..)
            | Message::RemoveWanted(_)
            | Message::TitleSubmitted
            | Message::VerifyWanted(_) => return Vec::new(),
        };
        vec![Ask::Group { chat: self.chat, ask }.into()]
    }

    fn changed(&self) -> bool {
        undertone::model::Name::new(self.title.trim()).is_some() && self.title.trim() != self.known
    }
}

/// How it looks.
impl State {
    pub(super) fn view<'a>(
        &'a self,
        group: &'a Group,
        world: &'a World,
        ctx: Ctx<'a>,
    ) -> Element<'a, Message> {
        let texts = ctx.texts;
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row![heading(t!(texts, "group-details")).width(Fill), close].align_y(Center);
        let top = container(top).padding([0.0, gap::S4]).center_y(size::HEADER);
        let name = titled(world, &group.chat);
        let count = t!(texts, "group-members", count = group.members.len());
        let manages = group.role.is_some_and(Role::may_manage);
        let held = agreement(&group::agreement(group), ctx);
        let who = column![disc(group, &name, manages, ctx), title(name).centered()]
            .push(label(count).tone(Tone::Secondary).centered())
            .push(group::verified(group).map(|verified| vouched(verified, ctx)))
            .push(held.map(|(mark, words)| row![mark, words].spacing(gap::S1).align_y(Center)))
            .spacing(gap::S2)
            .align_x(Center)
            .width(Fill);
        let add = manages.then(|| {
            button::with_icon(Kind::Secondary, Icon::UserPlus, t!(texts, "group-add"))
                .width(Fill)
                .on_press(Message::AddWanted)
        });
        let invite = manages.then(|| {
            button::with_icon(Kind::Secondary, Icon::Link, t!(texts, "group-invite"))
                .width(Fill)
                .on_press(Message::InviteWanted)
        });
        let told = world.chat(&group.chat).map(|chat| {
            let choices = attention::choices(chat, ctx, Message::NotifyTaken);
            container(choices).padding([0.0, gap::S4])
        });
        let members = group.members.iter().map(|member| self.member(group, member, world, ctx));
        let inside = column![container(who).padding([0.0, gap::S4])]
            .push(manages.then(|| container(self.rename(ctx)).padding([0.0, gap::S4])))
            .push(
                add.map(|add| container(column![add].push(invite).spacing(gap::S2)).padding([0.0, gap::S4])),
            )
            .push(Column::with_children(members))
            .push(told)
            .push(manages.then(|| {
                let past = past::choices(texts, group.history, Message::HistoryTaken);
                container(past).padding([0.0, gap::S4])
            }))
            .push(container(leave(group, ctx)).padding([0.0, gap::S4]))
            .spacing(gap::S4)
            .padding([gap::S4, 0.0]);
        let inside = scrollable(inside).height(Fill).style(theme::scroll);
        container(column![top, inside]).width(size::DETAILS).height(Fill).style(theme::side).into()
    }

    fn rename<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let title = field::Field::new(t!(texts, "group-title"), self.title.as_str())
            .id("group-title")
            .on_input(Message::TitleTyped)
            .on_submit(Message::TitleSubmitted)
            .view();
        let save = self
            .changed()
            .then(|| button::button(Kind::Secondary, t!(texts, "save")).on_press(Message::TitleSubmitted));
        column![title].push(save).spacing(gap::S3).into()
    }

    fn member<'a>(
        &'a self,
        group: &'a Group,
        member: &'a GroupMember,
        world: &'a World,
        ctx: Ctx<'a>,
    ) -> Element<'a, Message> {
        let texts = ctx.texts;
        let name = shown(group, member, world, ctx);
        let here = member.connected || member.me;
        let presence = if here { Presence::Direct } else { Presence::Offline };
        let picture = avatar::avatar(&text::name(&member.name), member.account.hue(), 40.0);
        let picture = avatar::with_presence(picture, presence, 40.0);
        let shield = member.verified.then(|| badge::verified(14.0));
        let role = caption(say::role(texts, member.role)).tone(Tone::Secondary).one_line();
        let top = row![strong(name.clone()).one_line()].push(shield).spacing(gap::S1).align_y(Center);
        let top = row![container(top).width(Fill), role].spacing(gap::S2).align_y(Center);
        let added = caption(added(group, member, world, ctx)).tone(Tone::Secondary).one_line();
        let verify = (!member.me && !member.verified).then(|| {
            button::link(t!(texts, "verify"))
                .name(t!(texts, "verify-title", name = name.as_str()))
                .padding([2.0, 0.0])
                .on_press(Message::VerifyWanted(member.account))
        });
        let below = row![container(added).width(Fill)].push(verify).spacing(gap::S2).align_y(Center);
        let words = column![top, below].push(holds(member, ctx)).spacing(2.0).width(Fill);
        let more = (!member.me).then(|| {
            button::round(Icon::Ellipsis, t!(texts, "group-member-menu", name = name.as_str()))
                .on_press(Message::MenuToggled(member.account))
        });
        let line = row![picture, words].push(more).spacing(gap::S3).align_y(Center);
        let line = container(line).padding([gap::S2, gap::S4]);
        let menu = (self.menu == Some(member.account)).then(|| menu(group, member, ctx));
        column![line].push(menu).into()
    }
}

/// The group's picture; whoever manages the group changes it by pressing it.
fn disc<'a>(group: &Group, name: &str, manages: bool, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let disc = ctx.group(&group.chat, name, DISC);
    if !manages {
        return disc;
    }
    let there = group.picture.is_some();
    let words = if there { t!(texts, "group-picture-replace") } else { t!(texts, "group-picture-add") };
    let disc = avatar::changeable(disc, DISC, words, Message::PictureWanted);
    let remove =
        there.then(|| button::link(t!(texts, "group-picture-remove")).on_press(Message::PictureRemoved));
    column![disc].push(remove).spacing(gap::S1).align_x(Center).into()
}

/// With how many numbers were compared.
fn vouched<'a>(verified: Verified, ctx: Ctx<'a>) -> Element<'a, Message> {
    if verified.all() {
        return badge::mark(Icon::ShieldCheck, t!(ctx.texts, "group-verified-all"), Tone::Success);
    }
    let words = t!(ctx.texts, "group-verified", count = verified.count, of = verified.of);
    badge::mark(Icon::Shield, words, Tone::Secondary)
}

/// What a member is called here; ours is marked.
fn shown(group: &Group, member: &GroupMember, world: &World, ctx: Ctx<'_>) -> String {
    if member.me {
        return t!(ctx.texts, "you");
    }
    say::name(ctx.texts, &group::who(world, &group.chat, &member.account))
}

fn added(group: &Group, member: &GroupMember, world: &World, ctx: Ctx<'_>) -> String {
    if member.added_by == member.account {
        return t!(ctx.texts, "group-began");
    }
    match group::who(world, &group.chat, &member.added_by) {
        Who::Me => t!(ctx.texts, "group-added-by-you"),
        who => t!(ctx.texts, "group-added-by", name = say::name(ctx.texts, &who)),
    }
}

/// What a member holds, if they have told.
fn holds<'a>(member: &GroupMember, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
    let texts = ctx.texts;
    let (words, tone) = if member.me {
        return None;
    } else if member.they_lack > 0 {
        (t!(texts, "group-lacks", count = member.they_lack), Tone::Warning)
    } else if member.we_lack > 0 {
        (t!(texts, "group-has-more", count = member.we_lack), Tone::Warning)
    } else if member.same == Some(true) {
        (t!(texts, "group-same"), Tone::Success)
    } else {
        return None;
    };
    Some(caption(words).tone(tone).one_line().into())
}

/// What can be done with a member.
fn menu<'a>(group: &Group, member: &GroupMember, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let account = member.account;
    let verify = button::menu_item(Icon::ShieldCheck, t!(texts, "compare-numbers"), false)
        .on_press(Message::VerifyWanted(account));
    let roles = group::roles(group.role, member.role).into_iter().map(|role| {
        let words = t!(texts, "group-make", role = role.as_str());
        button::menu_item(icon(role), words, false).on_press(Message::RoleGiven(account, role)).into()
    });
    let remove = group.role.is_some_and(|ours| ours.may_remove(member.role)).then(|| {
        button::menu_item(Icon::UserX, t!(texts, "group-remove"), true)
            .on_press(Message::RemoveWanted(account))
    });
    let items = column![verify].push(Column::with_children(roles)).push(remove);
    container(container(items).padding(gap::S1).style(theme::well)).padding([0.0, gap::S4]).into()
}

const fn icon(role: Role) -> Icon {
    match role {
        Role::Owner => Icon::Crown,
        Role::Admin => Icon::KeyRound,
        Role::Moderator => Icon::Shield,
        Role::Member => Icon::UserRound,
        Role::ReadOnly => Icon::Eye,
    }
}

fn leave<'a>(group: &Group, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let act = if group.role.is_some() {
        button::menu_item(Icon::LogOut, t!(texts, "group-leave"), true).on_press(Message::LeaveWanted)
    } else {
        button::menu_item(Icon::Trash, t!(texts, "group-forget"), true).on_press(Message::ForgetWanted)
    };
    column![space::vertical().height(gap::S1), act].into()
}

/// Side of the group's picture, in logical pixels.
const DISC: f32 = 88.0;
