//! How settings look: cards in one column, each with a line of explanation.

use iced::widget::{Column, Row, column, container, row, scrollable, space};
use iced::{Center, Fill};
use undertone::api::{Contact, ProfileInfo};

use super::{Message, PASSPHRASE, Phrase, State};
use crate::bridge::Secret;
use crate::i18n::Language;
use crate::kit::button::{self, Kind};
use crate::kit::icon::Icon;
use crate::kit::text::{body, caption, heading, label, mono, strong, title};
use crate::kit::theme::{self, Tone};
use crate::kit::token::{size, space as gap};
use crate::kit::{Element, avatar, banner, field, row as rows};
use crate::platform::prefs::Appearance;
use crate::screen::Ctx;
use crate::screen::onboarding::box_of_words;
use crate::t;

impl State {
    /// The settings of a person, with the people they blocked.
    #[must_use]
    pub fn view<'a>(
        &'a self,
        me: &'a ProfileInfo,
        blocked: &[&'a Contact],
        ctx: Ctx<'a>,
    ) -> Element<'a, Message> {
        let texts = ctx.texts;
        let back = button::round(Icon::ArrowLeft, t!(texts, "back")).on_press(Message::Closed);
        let top = row![back, heading(t!(texts, "settings"))].spacing(gap::S2).align_y(Center);
        let top = container(top).padding([0.0, gap::S4]).center_y(size::HEADER);
        let cards = column![
            self.profile(me, ctx),
            appearance(ctx),
            self.privacy(me, ctx),
            self.recovery(me, ctx),
            blocked_people(blocked, ctx),
            self.network(me, ctx),
            self.about(me, ctx),
        ]
        .spacing(gap::S4)
        .max_width(WIDTH);
        let cards = container(cards).center_x(Fill).padding([gap::S2, gap::S6]);
        column![top, scrollable(cards).height(Fill).style(theme::scroll)].into()
    }

    fn profile<'a>(&'a self, me: &'a ProfileInfo, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let hue = me.account.map_or(0, |account| account.hue());
        let error = (!self.name_fits()).then(|| {
            if self.name.trim().is_empty() { t!(texts, "name-empty") } else { t!(texts, "name-too-long") }
        });
        let name = field::Field::new(t!(texts, "settings-name"), self.name.as_str())
            .id("settings-name")
            .hint(t!(texts, "settings-name-hint"))
            .error(error)
            .on_input(Message::NameTyped)
            .on_submit(Message::NameSubmitted)
            .view();
        let save = self
            .name_is_new()
            .then(|| button::button(Kind::Primary, t!(texts, "save")).on_press(Message::NameSubmitted));
        let copy = button::round(Icon::Copy, t!(texts, "copy"))
            .on_press(Message::FingerprintCopied(me.fingerprint.clone()));
        let fingerprint = row![
            column![
                strong(t!(texts, "settings-fingerprint")),
                label(t!(texts, "settings-fingerprint-hint")).tone(Tone::Secondary).width(Fill),
                mono(me.fingerprint.as_str()).width(Fill),
            ]
            .spacing(gap::S1)
            .width(Fill),
            copy
        ]
        .align_y(Center);
        let person = row![avatar::avatar(&self.known, hue, 56.0), container(name).width(Fill)]
            .spacing(gap::S4)
            .align_y(Center);
        card(
            t!(texts, "settings-profile"),
            column![person].push(save).push(fingerprint).spacing(gap::S4).into(),
        )
    }

    fn privacy<'a>(&'a self, me: &'a ProfileInfo, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let visible = field::switch(
            t!(texts, "settings-visible"),
            t!(texts, "settings-visible-hint"),
            me.visible,
            Message::VisibleChanged(!me.visible),
        );
        let lock = button::button(Kind::Secondary, t!(texts, "lock-now")).on_press(Message::Locked);
        let lock = row![
            column![
                body(t!(texts, "settings-lock")),
                label(t!(texts, "settings-lock-hint")).tone(Tone::Secondary).width(Fill)
            ]
            .width(Fill),
            lock
        ]
        .spacing(gap::S4)
        .padding([0.0, gap::S3])
        .align_y(Center);
        card(t!(texts, "settings-privacy"), column![visible, lock].spacing(gap::S3).into())
    }

    fn recovery<'a>(&'a self, me: &'a ProfileInfo, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let reminder = (!me.phrase_kept)
            .then(|| banner::notice(banner::Kind::Warning, t!(texts, "settings-recovery-reminder")));
        let inside: Element<'a, Message> = match &self.phrase {
            Phrase::Closed => row![
                label(t!(texts, "settings-recovery-hint")).tone(Tone::Secondary).width(Fill),
                button::button(Kind::Secondary, t!(texts, "recovery-reveal")).on_press(Message::PhraseWanted)
            ]
            .spacing(gap::S4)
            .align_y(Center)
            .into(),
            Phrase::Asking { passphrase, busy, trouble } => {
                let field = field::Field::new(t!(texts, "passphrase-label"), passphrase.as_str())
                    .id(PASSPHRASE)
                    .secret()
                    .error(trouble.map(|code| texts.error(code)))
                    .on_input(|text| Message::PassphraseTyped(Secret::new(text)))
                    .on_submit(Message::PassphraseSubmitted)
                    .view();
                let words = if *busy { t!(texts, "unlock-working") } else { t!(texts, "continue") };
                let go = button::button(Kind::Primary, words)
                    .on_press_maybe((!busy).then_some(Message::PassphraseSubmitted));
                let cancel = button::button(Kind::Quiet, t!(texts, "cancel")).on_press(Message::PhraseClosed);
                column![field, row![space::horizontal(), cancel, go].spacing(gap::S2)].spacing(gap::S3).into()
            }
            Phrase::Open(phrase) => {
                let copy = button::with_icon(Kind::Quiet, Icon::Copy, t!(texts, "copy"));
                let kept = (!me.phrase_kept).then(|| {
                    button::button(Kind::Secondary, t!(texts, "recovery-written"))
                        .on_press(Message::PhraseKept)
                });
                let close = button::button(Kind::Primary, t!(texts, "done")).on_press(Message::PhraseClosed);
                column![
                    box_of_words(Some(phrase.as_str()), ctx, Message::PhraseWanted),
                    row![copy.on_press(Message::PhraseCopied), space::horizontal()]
                        .push(kept)
                        .push(close)
                        .spacing(gap::S2)
                ]
                .spacing(gap::S3)
                .into()
            }
        };
        card(t!(texts, "settings-recovery"), column![].push(reminder).push(inside).spacing(gap::S3).into())
    }

    fn network<'a>(&'a self, me: &'a ProfileInfo, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let peers = self.status.as_ref().map_or(0, |status| status.peers.len());
        let addresses =
            me.addresses.iter().take(8).map(|address| caption(address.as_str()).tone(Tone::Secondary).into());
        let inside = column![
            body(t!(texts, "settings-peers", count = peers)),
            label(t!(texts, "settings-addresses")).tone(Tone::Secondary),
            Column::with_children(addresses).spacing(gap::S1),
        ]
        .spacing(gap::S2);
        card(t!(texts, "settings-network"), inside.into())
    }

    fn about<'a>(&'a self, me: &'a ProfileInfo, ctx: Ctx<'a>) -> Element<'a, Message> {
        let texts = ctx.texts;
        let toggle = button::link(t!(texts, "about-licences")).on_press(Message::LicencesToggled);
        let licences = self
            .licences
            .then(|| container(caption(LICENCES)).padding(gap::S3).width(Fill).style(theme::well));
        let small = |words: String| caption(words).tone(Tone::Secondary).width(Fill);
        let inside = column![
            body(t!(texts, "about-version", version = me.version)),
            label(t!(texts, "about-body")).tone(Tone::Secondary).width(Fill),
            small(t!(texts, "about-emoji")),
            small(t!(texts, "about-font")),
            small(t!(texts, "about-icons")),
            toggle,
        ]
        .push(licences)
        .spacing(gap::S2);
        card(t!(texts, "settings-about"), inside.into())
    }
}

fn appearance<'a>(ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let themes = [
        (Appearance::System, t!(texts, "settings-theme-system")),
        (Appearance::Light, t!(texts, "settings-theme-light")),
        (Appearance::Dark, t!(texts, "settings-theme-dark")),
    ];
    let themes = themes.into_iter().map(|(appearance, words)| {
        button::chip(words, ctx.appearance == appearance)
            .on_press(Message::AppearanceChosen(appearance))
            .into()
    });
    let languages = Language::ALL.into_iter().map(|language| {
        let words = match language {
            Language::English => t!(texts, "language-english"),
            Language::Korean => t!(texts, "language-korean"),
        };
        button::chip(words, language == texts.language()).on_press(Message::LanguageChosen(language)).into()
    });
    let line = |name: String, chips: Row<'a, Message>| {
        row![body(name).width(Fill), chips.spacing(gap::S2)].spacing(gap::S4).align_y(Center)
    };
    let inside = column![
        line(t!(texts, "settings-theme"), Row::with_children(themes)),
        line(t!(texts, "settings-language"), Row::with_children(languages)),
    ]
    .spacing(gap::S3);
    card(t!(texts, "settings-appearance"), inside.into())
}

fn blocked_people<'a>(blocked: &[&'a Contact], ctx: Ctx<'a>) -> Element<'a, Message> {
    let texts = ctx.texts;
    let people = blocked.iter().map(|contact| {
        let unblock = button::button(Kind::Secondary, t!(texts, "unblock"))
            .on_press(Message::Unblocked(contact.account));
        let picture = avatar::avatar(&contact.name, contact.account.hue(), 40.0);
        rows::person(picture, contact.name.as_str(), contact.fingerprint.as_str(), Some(unblock.into()))
    });
    let none = blocked.is_empty().then(|| label(t!(texts, "settings-blocked-none")).tone(Tone::Secondary));
    let inside = Column::with_children(people).push(none);
    card(t!(texts, "settings-blocked"), inside.into())
}

fn card<'a>(name: String, inside: Element<'a, Message>) -> Element<'a, Message> {
    container(column![title(name), inside].spacing(gap::S3))
        .padding(gap::S5)
        .width(Fill)
        .style(theme::card)
        .into()
}

/// Width of the cards, in logical pixels.
const WIDTH: f32 = 640.0;
/// Where everything that was not made here comes from.
const LICENCES: &str = include_str!("../../../../assets/LICENSES.md");
