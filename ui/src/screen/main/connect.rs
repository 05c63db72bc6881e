//! Meeting somebody new: an invitation to give away, and a place for one that was received.

use iced::widget::{column, container, row, scrollable, space};
use iced::{Center, Fill};

use undertone::api::{Client, Join, JoinId, JoinRefusal};

use crate::bridge::{Answer, Ask, InvitationAsk, Secret};
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, mono, strong};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, banner, dialog, field, qr};
use crate::screen::{Action, Ctx, Notice};
use crate::t;

/// An invitation in the making, and one being read.
#[derive(Default)]
pub(super) struct State {
    invite: Invite,
    single_use: bool,
    received: Secret,
    busy: bool,
    /// A link to a group that is being used.
    joining: Option<JoinId>,
    refused: Option<JoinRefusal>,
    trouble: Option<&'static str>,
}

#[derive(Default)]
enum Invite {
    #[default]
    None,
    Making,
    Made {
        link: Secret,
        code: Option<qr::Data>,
    },
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connect {{ busy: {} }}", self.busy)
    }
}

/// What the person did.
#[derive(Debug, Clone)]
pub enum Message {
    /// The received invitation is to be used.
    Added,
    /// The dialog is to be closed.
    Closed,
    /// The invitation is to be copied.
    Copied,
    /// An invitation is to be made.
    Created,
    /// A received invitation was typed or pasted.
    LinkTyped(Secret),
    /// Nobody is to be asked any more to let us into a group.
    GivenUp,
    /// Whether the invitation is to work only once was changed.
    OnceToggled,
}

impl State {
    /// The field for a received invitation.
    pub(super) const FIELD: &'static str = "connect-link";

    /// Takes what the person did. Closing is up to the screen around.
    pub(super) fn update(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::Added if self.ready() => {
                self.busy = true;
                self.trouble = None;
                self.refused = None;
                let link = Secret::new(self.received.as_str().trim().to_owned());
                let to_group = Client::is_group_link(link.as_str());
                let join = |link| Ask::Invitation(InvitationAsk::Join(link));
                return vec![if to_group { join(link) } else { Ask::AddByLink(link) }.into()];
            }
            Message::GivenUp => {
                self.busy = false;
                let join = self.joining.take();
                return join
                    .map(|join| Ask::Invitation(InvitationAsk::GiveUp(join)).into())
                    .into_iter()
                    .collect();
            }
            Message::Added | Message::Closed => {}
            Message::Copied => {
                if let Invite::Made { link, .. } = &self.invite {
                    return vec![Action::Copy { text: link.clone(), said: Notice::InviteCopied }];
                }
            }
            Message::Created => {
                self.invite = Invite::Making;
                return vec![Ask::Invite { single_use: self.single_use }.into()];
            }
            Message::LinkTyped(link) => {
                self.received = link;
                (self.trouble, self.refused) = (None, None);
            }
            Message::OnceToggled => self.single_use = !self.single_use,
        }
        Vec::new()
    }

    /// Takes what came of a question. `true` if somebody was asked, so that there is nothing left to do here.
    pub(super) fn answered(&mut self, answer: &Answer) -> bool {
        match answer {
            Answer::Added(Ok(_)) => return self.busy,
            Answer::Added(Err(error)) | Answer::Joining(Err(error)) if self.busy => {
                self.busy = false;
                self.trouble = Some(error.code());
            }
            Answer::Joining(Ok(Join::Asked(join))) if self.busy => self.joining = Some(*join),
            Answer::Invite(Ok(link)) => {
                let code = qr::data(link.as_str()).ok();
                self.invite = Invite::Made { link: link.clone(), code };
            }
            Answer::Invite(Err(_)) => self.invite = Invite::None,
            _ => {}
        }
        false
    }

    /// Whether somebody looks here at what comes of a link to a group. The answer may come before its name.
    pub(super) fn waits_for(&self, join: &JoinId) -> bool {
        self.busy && self.joining.is_none_or(|waited| waited == *join)
    }

    /// Nobody lets us in. `true` if it is told here.
    pub(super) fn refused(&mut self, join: &JoinId, why: JoinRefusal) -> bool {
        let told = self.waits_for(join);
        if told {
            (self.busy, self.joining, self.refused) = (false, None, Some(why));
        }
        told
    }

    fn ready(&self) -> bool {
        !self.busy && !self.received.as_str().trim().is_empty()
    }

    /// The dialog.
    #[must_use]
    pub(super) fn view<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top = row![heading(t!(texts, "new-conversation")).width(Fill), close].align_y(Center);
        let parts = column![self.invite(ctx), self.receive(ctx)].spacing(gap::S6);
        let parts =
            scrollable(container(parts).padding(iced::Padding::ZERO.right(gap::S3))).style(theme::scroll);
        dialog::framed(column![top, parts].spacing(gap::S4), size::DIALOG_WIDE)
    }

    fn invite<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let words = column![
            strong(t!(texts, "invite-title")),
            body(t!(texts, "invite-body")).tone(Tone::Secondary).width(Fill)
        ]
        .spacing(gap::S1);
        let inside: Element<'a, Message> = match &self.invite {
            Invite::None | Invite::Making => {
                let making = matches!(self.invite, Invite::Making);
                let create = button::with_icon(Kind::Primary, Icon::Link, t!(texts, "invite-create"));
                column![
                    field::switch(
                        t!(texts, "invite-single-use"),
                        t!(texts, "invite-single-use-hint"),
                        self.single_use,
                        Message::OnceToggled
                    ),
                    create.on_press_maybe((!making).then_some(Message::Created)),
                ]
                .spacing(gap::S3)
                .into()
            }
            Invite::Made { link, code } => {
                let code = code.as_ref().map(|code| qr::qr(code, CODE));
                let copy = button::with_icon(Kind::Primary, Icon::Copy, t!(texts, "invite-copy"));
                let link =
                    container(mono(link.as_str().to_owned())).padding(gap::S3).width(Fill).style(theme::well);
                let side = column![link, copy.on_press(Message::Copied)].spacing(gap::S3).width(Fill);
                row![].push(code).push(side).spacing(gap::S4).align_y(Center).into()
            }
        };
        column![words, inside].spacing(gap::S3).into()
    }

    fn receive<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let link = field::Field::new(t!(texts, "add-label"), self.received.as_str())
            .id(Self::FIELD)
            .placeholder(t!(texts, "add-placeholder"))
            .on_input(|link| Message::LinkTyped(Secret::new(link)))
            .on_submit(Message::Added)
            .view();
        let add = button::button(Kind::Secondary, t!(texts, "add-action"))
            .on_press_maybe(self.ready().then_some(Message::Added));
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let refused = self.refused.map(|why| t!(texts, "group-refused", why = why.as_str()));
        let refused = refused.map(|words| banner::notice(banner::Kind::Danger, words));
        let waiting = self.joining.map(|_| {
            let stop = button::link(t!(texts, "group-joining-stop")).on_press(Message::GivenUp);
            let words = body(t!(texts, "group-joining")).tone(Tone::Secondary).width(Fill);
            container(row![words, stop].spacing(gap::S3).align_y(Center)).padding(gap::S3).style(theme::well)
        });
        column![
            column![
                strong(t!(texts, "add-title")),
                body(t!(texts, "add-body")).tone(Tone::Secondary).width(Fill)
            ]
            .spacing(gap::S1),
            link,
        ]
        .push(trouble)
        .push(refused)
        .push(waiting)
        .push(row![caption("").width(Fill), space::horizontal(), add])
        .spacing(gap::S3)
        .into()
    }
}

/// Side of the code, in logical pixels.
const CODE: f32 = 176.0;

#[cfg(test)]
mod tests {
    use undertone::api::ClientError;

    use super::*;
    use crate::model::example::contact;

    fn with_link() -> State {
        let mut state = State::default();
        state.update(Message::LinkTyped(Secret::new(" undertone:invite/abc\n".into())));
        state
    }

    #[test]
    fn a_pasted_link_is_used_once_and_without_the_space_around_it() {
        let mut state = with_link();
        let ask = Ask::AddByLink(Secret::new("undertone:invite/abc".into()));
        assert_eq!(state.update(Message::Added), [ask.into()]);
        assert_eq!(state.update(Message::Added), []);
        assert!(state.answered(&Answer::Added(Ok(contact(1, "Min")))));
    }

    #[test]
    fn a_bad_link_stays_to_be_corrected() {
        let mut state = with_link();
        state.update(Message::Added);
        assert!(!state.answered(&Answer::Added(Err(ClientError::BadInvite))));
        assert_eq!(state.trouble, Some("bad-invite"));
        state.update(Message::LinkTyped(Secret::new("other".into())));
        assert_eq!(state.trouble, None);
        assert!(state.ready());
    }

    #[test]
    fn somebody_asked_from_elsewhere_does_not_close_the_dialog() {
        assert!(!with_link().answered(&Answer::Added(Ok(contact(1, "Min")))));
    }

    #[test]
    fn an_invitation_can_be_copied_once_it_is_made() {
        let mut state = State::default();
        assert_eq!(state.update(Message::Copied), []);
        assert_eq!(state.update(Message::Created), [Ask::Invite { single_use: false }.into()]);
        state.answered(&Answer::Invite(Ok(Secret::new("undertone:invite/x".into()))));
        assert_eq!(state.update(Message::Copied).len(), 1);
    }
}
