//! What the window shows: the screen, and over it what is told in passing.

use iced::Fill;
use iced::widget::container;

use super::{App, Message, Note, Screen};
use crate::kit::toast::{self, Corner, Toast};
use crate::kit::token::size;
use crate::kit::{Element, banner, focus, theme};
use crate::screen::{Ctx, Notice};
use crate::t;

impl App {
    /// The window's content.
    #[must_use]
    pub fn view(&self) -> Element<'_, Message> {
        let ctx = self.ctx();
        let screen: Element<'_, Message> = match &self.screen {
            Screen::Halted(halted) => halted.view(ctx).map(Message::Halted),
            Screen::Main(main) => main.view(ctx).map(Message::Main),
            Screen::Onboarding(onboarding) => onboarding.view(ctx).map(Message::Onboarding),
            Screen::Starting => container("").width(Fill).height(Fill).style(theme::ground).into(),
            Screen::Unlock(unlock) => unlock.view(ctx).map(Message::Unlock),
        };
        let notes = self.notes.iter().map(|note| toast(note, ctx));
        // beside a rail the composer begins in the lower corner, and nobody knows how high it is
        let narrow = matches!(self.screen, Screen::Main(_)) && ctx.width < size::RAIL_BELOW;
        let corner = if narrow { Corner::Upper(size::HEADER) } else { Corner::Lower };
        focus::scope(toast::over(screen, notes, corner))
    }
}

fn toast<'a>(note: &Note, ctx: Ctx<'a>) -> Toast<'a, Message> {
    let texts = ctx.texts;
    let (kind, words) = match &note.notice {
        Notice::Asked(name) => (banner::Kind::Success, t!(texts, "add-done", name = name.as_str())),
        Notice::Copied => (banner::Kind::Success, t!(texts, "copied")),
        Notice::InviteCopied => (banner::Kind::Success, t!(texts, "invite-copied")),
        Notice::Joined => (banner::Kind::Success, t!(texts, "group-joined")),
        &Notice::NotJoined(why) => (banner::Kind::Danger, t!(texts, "group-refused", why = why)),
        Notice::KeyAlarm(name) => (banner::Kind::Danger, t!(texts, "key-alarm", name = name.as_str())),
        Notice::PhraseCopied => (banner::Kind::Success, t!(texts, "phrase-copied")),
        Notice::PhraseKept => (banner::Kind::Success, t!(texts, "recovery-check-done")),
        Notice::Trouble(code) => (banner::Kind::Danger, texts.error(code)),
    };
    Toast {
        kind,
        words: words.into(),
        action: None,
        dismiss: Message::Dismissed(note.id),
        dismiss_name: t!(texts, "close").into(),
    }
}
