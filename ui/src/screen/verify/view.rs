//! How comparing looks.

use iced::widget::{column, container, row, scrollable, space};
use iced::{Center, Fill};

use super::{DIGITS, Message, State, Step, digits};
use crate::bridge::Secret;
use crate::kit::button::{self, Kind};
use crate::kit::icon::{Icon, toned};
use crate::kit::text::{body, caption, heading, strong, title};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, banner, dialog, field, qr, safety};
use crate::platform::scan::ScanError;
use crate::screen::Ctx;
use crate::t;

impl State {
    /// The dialog.
    #[must_use]
    pub fn view<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let close = button::round(Icon::X, t!(texts, "close")).on_press(Message::Closed);
        let top =
            row![heading(t!(texts, "verify-title", name = self.name.as_str())).one_line().width(Fill), close]
                .spacing(gap::S2)
                .align_y(Center);
        let content = match self.step {
            Step::Same => self.result(
                Icon::ShieldCheck,
                Tone::Success,
                t!(texts, "verify-result-match", name = self.name.as_str()),
                ctx,
            ),
            Step::Different => {
                self.result(Icon::ShieldAlert, Tone::Danger, t!(texts, "verify-result-different"), ctx)
            }
            Step::Comparing | Step::Matching | Step::Checking => self.compare(ctx),
        };
        dialog::framed(column![top, content].spacing(gap::S4), size::DIALOG_WIDE)
    }

    fn result<'a>(&'a self, glyph: Icon, tone: Tone, words: String, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let kind = if self.step == Step::Same { banner::Kind::Success } else { banner::Kind::Danger };
        let heading =
            if self.step == Step::Same { t!(texts, "verified") } else { t!(texts, "verify-no-match") };
        let again = (self.step == Step::Different)
            .then(|| button::button(Kind::Secondary, t!(texts, "verify-again")).on_press(Message::Again));
        let done = button::button(Kind::Primary, t!(texts, "done")).on_press(Message::Closed);
        column![
            column![toned(glyph, 56.0, tone), title(heading).tone(tone)]
                .spacing(gap::S3)
                .align_x(Center)
                .width(Fill),
            banner::notice(kind, words),
            row![space::horizontal()].push(again).push(done).spacing(gap::S2),
        ]
        .spacing(gap::S5)
        .into()
    }

    fn compare<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let Some(number) = &self.number else {
            let words = self.trouble.map_or_else(|| t!(texts, "loading"), |code| texts.error(code));
            return container(body(words).tone(Tone::Secondary)).center_x(Fill).padding(gap::S8).into();
        };
        let already = self.verified.then(|| {
            banner::notice(banner::Kind::Success, t!(texts, "verify-already", name = self.name.as_str()))
        });
        let code = number.code.as_ref().map(|code| qr::qr(code, CODE));
        let copy = button::with_icon(Kind::Quiet, Icon::Copy, t!(texts, "copy")).on_press(Message::Copied);
        let ours = row![].push(code).push(
            column![
                strong(t!(texts, "verify-number")).width(Fill),
                caption(t!(texts, "verify-show-qr", name = self.name.as_str()))
                    .tone(Tone::Secondary)
                    .width(Fill),
                copy,
            ]
            .spacing(gap::S2)
            .width(Fill),
        );
        let trouble = self.trouble.map(|code| banner::notice(banner::Kind::Danger, texts.error(code)));
        let body = column![
            body(t!(texts, "verify-body", name = self.name.as_str())).tone(Tone::Secondary).width(Fill),
        ]
        .push(already)
        .push(ours.spacing(gap::S4).align_y(Center))
        .push(safety::grid(&number.digits))
        .push(trouble)
        .push(self.answers(ctx))
        .push(self.theirs(ctx))
        .spacing(gap::S4);
        scrollable(container(body).padding(iced::Padding::ZERO.right(gap::S3))).style(theme::scroll).into()
    }

    fn answers<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let checking = self.step == Step::Checking;
        if self.step == Step::Matching {
            let confirm = button::with_icon(
                Kind::Primary,
                Icon::ShieldCheck,
                t!(texts, "verify-match-confirm", name = self.name.as_str()),
            );
            let back = button::button(Kind::Quiet, t!(texts, "back")).on_press(Message::Again);
            return row![back, confirm.on_press(Message::Confirmed).width(Fill)].spacing(gap::S2).into();
        }
        let no = button::button(Kind::Secondary, t!(texts, "verify-no-match"));
        let yes = button::button(Kind::Primary, t!(texts, "verify-match"));
        row![
            no.width(Fill).on_press_maybe((!checking).then_some(Message::Differ)),
            yes.width(Fill).on_press_maybe((!checking).then_some(Message::Match)),
        ]
        .spacing(gap::S2)
        .into()
    }

    /// What came from the other side: a picture of their code, or their digits.
    fn theirs<'a>(&'a self, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let unread = self.unread.map(|error| {
            let words = match error {
                ScanError::NoCode => t!(texts, "verify-scan-none"),
                ScanError::Unreadable => texts.error("image"),
            };
            banner::notice(banner::Kind::Warning, words)
        });
        let pick = button::with_icon(Kind::Secondary, Icon::ScanQrCode, t!(texts, "verify-scan"))
            .on_press(Message::PictureWanted);
        let path = field::Field::new(t!(texts, "verify-path"), self.path.as_str())
            .id("verify-path")
            .placeholder(t!(texts, "verify-path-placeholder"))
            .on_input(Message::PathTyped)
            .on_submit(Message::PathSubmitted)
            .view();
        let count = digits(self.typed.as_str());
        let typed = field::Field::new(t!(texts, "verify-typed"), self.typed.as_str())
            .id("verify-typed")
            .hint(t!(texts, "verify-typed-count", count = count, of = DIGITS))
            .on_input(|digits| Message::Typed(Secret::new(digits)))
            .on_submit(Message::TypedSubmitted)
            .view();
        let compare = button::button(Kind::Secondary, t!(texts, "compare-numbers"))
            .on_press_maybe((count == DIGITS).then_some(Message::TypedSubmitted));
        column![
            strong(t!(texts, "verify-theirs", name = self.name.as_str())).width(Fill),
            caption(t!(texts, "verify-scan-hint", name = self.name.as_str()))
                .tone(Tone::Secondary)
                .width(Fill),
            pick,
        ]
        .push(unread)
        .push(path)
        .push(typed)
        .push(compare)
        .spacing(gap::S3)
        .into()
    }
}

/// Side of the code, in logical pixels.
const CODE: f32 = 168.0;
