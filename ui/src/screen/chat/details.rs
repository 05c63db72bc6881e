//! Beside a conversation: who the person is, what we call them, and what can be done about them.

use iced::widget::{column, container, row, scrollable, space};
use iced::{Center, Fill};
use undertone::api::{Account, Chat, Contact, Evidence, Finding, NotifyMode};

use crate::bridge::{Ask, Secret};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{caption, heading, label, mono, title};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, badge, field};
use crate::model::notify::Span;
use crate::model::world::{in_two_lines, vouched};
use crate::screen::{Action, Ctx, Notice, attention};
use crate::t;

/// What the person is called.
#[derive(Debug)]
pub(super) struct State {
    account: Account,
    name: String,
    known: String,
    /// What somebody showed in the person's name that did not fit.
    evidence: Vec<Evidence>,
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The person is to be blocked.
    BlockWanted(Account),
    /// The details are to be closed.
    Closed,
    /// The fingerprint is to be copied.
    FingerprintCopied(String),
    /// The new name is to be kept.
    NameSubmitted,
    /// Another name for the person was typed.
    NameTyped(String),
    /// We want to be told of these messages, for so long.
    NotifyTaken(NotifyMode, Span),
    /// The person is to be removed.
    RemoveWanted(Account),
    /// The person is to be unblocked.
    Unblocked(Account),
    /// The person is to be compared with.
    VerifyWanted,
}

impl State {
    pub(super) fn open(contact: &Contact) -> (Self, Vec<Action>) {
        let (account, name) = (contact.account, contact.name.clone());
        let state = Self { account, known: name.clone(), name, evidence: Vec::new() };
        (state, vec![Ask::Evidence(account).into()])
    }

    /// Takes what is kept about somebody's keys.
    pub(super) fn found(&mut self, account: Account, evidence: Vec<Evidence>) {
        if account == self.account {
            self.evidence = evidence;
        }
    }

    pub(super) fn update(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::FingerprintCopied(text) => {
                return vec![Action::Copy { text: Secret::new(text), said: Notice::Copied }];
            }
            Message::NameSubmitted if self.changed() => {
                self.known.clone_from(&self.name);
                // an empty name of ours gives the person's own one back
                let name = Some(self.name.trim().to_owned()).filter(|name| !name.is_empty());
                return vec![Ask::NameContact { account: self.account, name }.into()];
            }
            Message::NameTyped(name) => self.name = name,
            Message::Unblocked(account) => return vec![Ask::Unblock(account).into()],
            Message::BlockWanted(_)
            | Message::Closed
            | Message::NameSubmitted
            | Message::NotifyTaken(..)
            | Message::RemoveWanted(_)
            | Message::VerifyWanted => {}
        }
        Vec::new()
    }

    fn changed(&self) -> bool {
        let usable = self.name.trim().is_empty() || undertone::model::Name::new(&self.name).is_some();
        usable && self.name != self.known
    }

    pub(super) fn view<'a>(
        &'a self,
        contact: &'a Contact,
        chat: Option<&Chat>,
        ctx: Ctx<'a>,
    ) -> Element<'a, Message> {
        let texts = ctx.texts;
        let name = crate::model::text::name(&contact.name);
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row![heading(t!(texts, "details-title")).width(Fill), close].align_y(Center);
        let top = container(top).padding([0.0, gap::S4]).center_y(size::HEADER);
        let state: Element<'a, Message> = if vouched(contact) {
            badge::mark(Icon::ShieldCheck, t!(texts, "verified"), Tone::Success)
        } else {
            badge::mark(Icon::Shield, t!(texts, "not-verified"), Tone::Secondary)
        };
        let who = column![
            avatar::avatar(&name, contact.account.hue(), 88.0),
            title(name.clone()).centered(),
            label(super::header::here(contact, ctx)).tone(Tone::Secondary).centered(),
            state,
        ]
        .spacing(gap::S2)
        .align_x(Center)
        .width(Fill);
        let call = field::Field::new(t!(texts, "details-name"), self.name.as_str())
            .id("details-name")
            .hint(t!(texts, "details-name-hint"))
            .on_input(Message::NameTyped)
            .on_submit(Message::NameSubmitted)
            .view();
        let save = self
            .changed()
            .then(|| button::button(Kind::Secondary, t!(texts, "save")).on_press(Message::NameSubmitted));
        let copy = button::round(Icon::Copy, t!(texts, "copy"))
            .on_press(Message::FingerprintCopied(contact.fingerprint.clone()));
        let fingerprint = row![
            column![
                caption(t!(texts, "request-fingerprint")).tone(Tone::Secondary),
                mono(in_two_lines(&contact.fingerprint)).width(Fill)
            ]
            .spacing(gap::S1)
            .width(Fill),
            copy
        ]
        .align_y(Center);
        let inside = column![who, verify(ctx), fingerprint]
            .push((!self.evidence.is_empty()).then(|| misfits(&self.evidence, ctx)))
            .push(call)
            .push(save)
            .push(chat.map(|chat| attention::choices(chat, ctx, Message::NotifyTaken)))
            .push(space::vertical().height(gap::S2))
            .push(acts(contact, ctx))
            .spacing(gap::S4)
            .padding(gap::S4);
        let inside = scrollable(inside).height(Fill).style(theme::scroll);
        container(column![top, inside]).width(size::DETAILS).height(Fill).style(theme::side).into()
    }
}

fn verify<'a>(ctx: Ctx<'a>) -> Element<'a, Message> {
    let words = t!(ctx.texts, "compare-numbers");
    button::with_icon(Kind::Secondary, Icon::ShieldCheck, words)
        .width(Fill)
        .on_press(Message::VerifyWanted)
        .into()
}

/// What was shown in the person's name and did not fit what was known of them, newest first.
fn misfits<'a>(evidence: &[Evidence], ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let lines = evidence.iter().rev().map(|evidence| {
        let kind = match evidence.finding {
            Finding::Equivocation => t!(texts, "evidence-equivocation"),
            Finding::NewDevice => t!(texts, "evidence-new-device"),
            Finding::Rollback => t!(texts, "evidence-rollback"),
        };
        let when = ctx.labels.full(i64::try_from(evidence.at_ms).unwrap_or(i64::MAX));
        column![label(kind).width(Fill), caption(when).tone(Tone::Secondary)].into()
    });
    column![
        badge::mark(Icon::ShieldAlert, t!(texts, "evidence-title"), Tone::Warning),
        iced::widget::Column::with_children(lines).spacing(gap::S2)
    ]
    .spacing(gap::S2)
    .width(Fill)
    .into()
}

fn acts<'a>(contact: &Contact, ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let account = contact.account;
    let block = if contact.blocked {
        button::menu_item(Icon::UserCheck, t!(texts, "unblock"), false).on_press(Message::Unblocked(account))
    } else {
        button::menu_item(Icon::Ban, t!(texts, "block"), true).on_press(Message::BlockWanted(account))
    };
    let remove = button::menu_item(Icon::Trash, t!(texts, "details-remove"), true)
        .on_press(Message::RemoveWanted(account));
    column![block, remove].into()
}
