//! How the conversations look as a whole.

use iced::Fill;
use iced::widget::{column, container, row, rule};

use super::sidebar::{self, Open, Side};
use super::{Dialog, Message, Panel, State, requests};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::mono;
use crate::kit::token::{size, space};
use crate::kit::{Element, banner, dialog, empty, theme};
use crate::model::text;
use crate::screen::{Ctx, chat};
use crate::t;

impl State {
    /// The window's content.
    #[must_use]
    pub fn view<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let ctx = Ctx { faces: Some(&self.faces), ..ctx };
        let side = Side {
            me: &self.world.me,
            entries: &self.entries,
            filter: &self.filter,
            open: match &self.panel {
                Panel::Chat(chat) => Open::Conversation(chat.chat()),
                Panel::Nothing => Open::Nothing,
                Panel::Requests => Open::Requests,
                Panel::Settings(_) => Open::Settings,
            },
            asking: self.asking,
            loaded: self.loaded,
        };
        let side =
            if ctx.width < size::RAIL_BELOW { sidebar::rail(side, ctx) } else { sidebar::view(side, ctx) };
        let panel = container(self.panel(ctx)).width(Fill).height(Fill).style(theme::ground);
        let base = row![side, rule::vertical(1).style(theme::hairline), panel].height(Fill);
        dialog::over(base, self.dialog(ctx), Message::Escaped)
    }

    fn panel<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        match &self.panel {
            Panel::Chat(chat) => chat::view(chat, &self.world, &self.drafts, ctx).map(Message::Chat),
            Panel::Nothing => {
                let offline = self.world.offline.then(|| chat::offline(ctx));
                column![].push(offline).push(self.nothing(ctx)).into()
            }
            Panel::Requests => requests::view(&self.world, ctx).map(Message::Requests),
            Panel::Settings(settings) => {
                settings.view(&self.world.me, &self.world.blocked(), ctx).map(Message::Settings)
            }
        }
    }

    /// Nobody is here yet, or nothing is chosen.
    fn nothing<'a>(&self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        if self.loaded && self.world.contacts().next().is_none() && self.world.chats().next().is_none() {
            let (title, body) =
                (t!(texts, "conversations-empty-title"), t!(texts, "conversations-empty-body"));
            let add = button::with_icon(Kind::Primary, Icon::UserPlus, t!(texts, "add-title"));
            let add = add.on_press(Message::ConnectOpened);
            return empty::empty(Icon::MessageCirclePlus, title, body, Some(add.into()));
        }
        let (title, body) = (t!(texts, "conversations-pick-title"), t!(texts, "conversations-pick-body"));
        empty::empty(Icon::MessageCircle, title, body, None)
    }

    fn dialog<'a>(&'a self, ctx: Ctx<'a>) -> Option<Element<'a, Message>> {
        self.dialog.as_ref().map(|dialog| match dialog {
            Dialog::Confirm(confirm) => confirm.view(&self.world, ctx).map(Message::Confirm),
            Dialog::Connect(connect) => connect.view(ctx).map(Message::Connect),
            Dialog::Gather(gather) => gather.view(&self.world, ctx).map(Message::Gather),
            Dialog::Invite(inviting) => inviting.view(&self.world, ctx).map(Message::Invite),
            Dialog::Link(link) => open_link(link.as_str(), ctx),
            Dialog::Receipts(receipts) => receipts.view(&self.world, ctx).map(Message::Receipts),
            Dialog::Verify(verify) => verify.view(ctx).map(Message::Verify),
        })
    }
}

/// Where a link leads, before it is opened.
fn open_link<'a>(link: &'a str, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let disguised = text::links(link).iter().any(|link| link.disguised);
    let warning = disguised.then(|| banner::notice(banner::Kind::Warning, t!(texts, "link-disguised")));
    let address = container(mono(link)).padding(space::S3).width(Fill).style(theme::well);
    let content = column![address].push(warning).spacing(space::S3);
    let cancel = button::button(Kind::Quiet, t!(texts, "cancel")).on_press(Message::Escaped);
    let copy = button::button(Kind::Secondary, t!(texts, "copy")).on_press(Message::LinkCopied);
    let open = button::button(Kind::Primary, t!(texts, "link-open")).on_press(Message::LinkOpened);
    let actions = [cancel.into(), copy.into(), open.into()];
    dialog::card(t!(texts, "link-title"), t!(texts, "link-body"), Some(content.into()), actions)
}
