//! The pages of the gallery.

mod chat;

pub(crate) use chat::chat;

use iced::widget::{column, container, row};
use iced::{Center, Fill};
use undertone_ui::i18n::Texts;
use undertone_ui::kit::avatar::{self, Presence, avatar};
use undertone_ui::kit::banner::{self, banner};
use undertone_ui::kit::button::{self, Kind, button};
use undertone_ui::kit::emoji as kit_emoji;
use undertone_ui::kit::field::{self, Field};
use undertone_ui::kit::icon::Icon;
use undertone_ui::kit::row::{Conversation, News, Preview, conversation};
use undertone_ui::kit::theme::Tone;
use undertone_ui::kit::toast::Toast;
use undertone_ui::kit::{
    Element, badge, brand, dialog as dialogs, empty, qr, safety, system, text, theme, toast,
};
use undertone_ui::t;

type Page = Element<'static, ()>;

fn page(content: impl Into<Page>) -> Page {
    container(content).padding(24).width(Fill).height(Fill).style(theme::ground).into()
}

/// Buttons, fields, choices, banners.
pub(crate) fn controls(texts: &Texts) -> Page {
    let buttons = row![
        button(Kind::Primary, t!(texts, "welcome-start")).on_press(()),
        button(Kind::Secondary, t!(texts, "later")).on_press(()),
        button(Kind::Quiet, t!(texts, "cancel")).on_press(()),
        button(Kind::Danger, t!(texts, "delete")).on_press(()),
        button(Kind::Primary, t!(texts, "continue")),
        button::round(Icon::Search, t!(texts, "search")).on_press(()),
        button::round_accent(Icon::SendHorizontal, t!(texts, "chat-send")).on_press(()),
    ]
    .spacing(8)
    .align_y(Center);
    let fields = row![
        Field::new(t!(texts, "name-label"), "")
            .placeholder(t!(texts, "name-placeholder"))
            .hint(t!(texts, "name-body"))
            .on_input(|_| ())
            .view(),
        Field::new(t!(texts, "passphrase-label"), "correct horse")
            .secret()
            .reveal((), false, t!(texts, "passphrase-show"))
            .error(Some(t!(texts, "passphrase-short", count = 16)))
            .on_input(|_| ())
            .view(),
    ]
    .spacing(16);
    let choices = column![
        field::option(t!(texts, "visible-yes"), t!(texts, "visible-yes-hint"), true, ()),
        field::option(t!(texts, "visible-no"), t!(texts, "visible-no-hint"), false, ()),
    ]
    .spacing(8);
    let banners = column![
        banner(banner::Kind::Warning, t!(texts, "offline-banner"), []),
        banner(
            banner::Kind::Danger,
            t!(texts, "key-changed-banner", name = "Hana"),
            [button::link(t!(texts, "review")).on_press(()).into()]
        ),
        banner(banner::Kind::Info, t!(texts, "connecting-banner"), []),
        banner(banner::Kind::Success, t!(texts, "verify-result-match", name = "하나"), []),
    ];
    page(
        column![
            row![brand::mark(40.0), text::display(t!(texts, "welcome-title"))].spacing(12).align_y(Center),
            text::body(t!(texts, "welcome-body")).tone(Tone::Secondary),
            field::progress(1, 4, t!(texts, "step-of", step = 2, count = 4)),
            buttons,
            fields,
            field::strength(3, t!(texts, "passphrase-strength", strength = t!(texts, "strength-good"))),
            choices,
            field::switch(t!(texts, "settings-visible"), t!(texts, "settings-visible-hint"), true, ()),
            field::switch(t!(texts, "settings-motion"), t!(texts, "settings-motion-hint"), false, ()),
            banners,
        ]
        .spacing(14),
    )
}

/// Sidebar rows, people, badges, empty states.
pub(crate) fn lists(texts: &Texts) -> Page {
    let entry = |name: &'static str, color, preview, unread| Conversation {
        avatar: avatar::with_presence(avatar(name, color, 48.0), Presence::Direct, 48.0),
        name: name.into(),
        verified: color == 3,
        time: "2:03 PM".into(),
        preview,
        news: News {
            unread,
            called: (color == 3).then(|| "You were mentioned".into()),
            muted: (color == 5).then(|| "Muted".into()),
        },
        pinned: color == 3,
        selected: color == 6,
    };
    let delivered = Some((Icon::CheckCheck, Tone::Secondary));
    let rows = column![
        conversation(
            entry("Hana Kim", 3, Preview::Said(None, "점심 먹을래? 🍜 I know a place".into()), 3),
            ()
        ),
        conversation(entry("김민수", 6, Preview::Said(delivered, "See you there 👍🏽".into()), 0), ()),
        conversation(
            entry(
                "Ops team 🚀",
                5,
                Preview::Said(None, "A very long preview that does not fit here".into()),
                1204
            ),
            ()
        ),
        conversation(
            entry("Ada", 1, Preview::Draft(t!(texts, "draft-prefix", text = "Let me").into()), 0),
            ()
        ),
        conversation(
            entry("박지훈", 8, Preview::Typing(t!(texts, "typing-one", name = "박지훈").into()), 0),
            ()
        ),
    ];
    let side = container(rows).padding(8).width(320).style(theme::side);
    let rest = column![
        system::day("Today"),
        system::line(Icon::ShieldAlert, t!(texts, "key-changed-system", name = "Hana")),
        system::unread(t!(texts, "unread-divider")),
        row![badge::verified(18.0), badge::mark(Icon::ShieldCheck, t!(texts, "verified"), Tone::Success)]
            .spacing(8),
        safety::grid(&"1234567890".repeat(6)),
    ]
    .spacing(8)
    .width(Fill);
    let empty = empty::empty(
        Icon::MessageCirclePlus,
        t!(texts, "conversations-empty-title"),
        t!(texts, "conversations-empty-body"),
        Some(button(Kind::Primary, t!(texts, "nearby-title")).on_press(()).into()),
    );
    page(column![row![side, rest].spacing(16).height(380), empty].spacing(16))
}

/// A dialog and toasts over a page.
pub(crate) fn dialog(texts: &Texts) -> Page {
    let card = dialogs::card(
        t!(texts, "delete-contact-title", name = "민수"),
        t!(texts, "delete-contact-body", name = "민수"),
        None,
        [
            button(Kind::Secondary, t!(texts, "cancel")).on_press(()).into(),
            button(Kind::Danger, t!(texts, "delete")).on_press(()).into(),
        ],
    );
    let toasts = [Toast {
        kind: banner::Kind::Success,
        words: t!(texts, "copied").into(),
        action: Some((t!(texts, "retry").into(), ())),
        dismiss: (),
        dismiss_name: t!(texts, "close").into(),
    }];
    dialogs::over(
        toast::over(page(text::title(t!(texts, "conversations"))), toasts, toast::Corner::Lower),
        Some(card),
        (),
    )
}

/// A menu, choices of emoji, words to write down, a QR code.
pub(crate) fn overlays(texts: &Texts) -> Page {
    let entries = [
        button::menu_item(Icon::Reply, t!(texts, "reply"), false).on_press(()).into(),
        button::menu_item(Icon::Copy, t!(texts, "message-copy"), false).on_press(()).into(),
        button::menu_item(Icon::Pencil, t!(texts, "edit"), false).on_press(()).into(),
        button::menu_item(Icon::Trash, t!(texts, "delete"), true).on_press(()).into(),
    ];
    let menu = dialogs::menu(std::iter::once(kit_emoji::quick(|_| ())).chain(entries));
    let words = [
        "winter", "thing", "unfold", "jazz", "oxygen", "vapor", "ski", "cabin", "tide", "orbit", "mango",
        "zoo",
    ];
    // a code is prepared once and kept; pages may keep it as long as the test
    let code: &'static qr::Data =
        Box::leak(Box::new(qr::data("undertone:verify/12345").expect("a short text")));
    let content = column![
        safety::phrase(&words),
        row![
            kit_emoji::grid(|_| ()),
            column![
                qr::qr(code, 160.0),
                button::floating(Icon::ArrowDown, t!(texts, "new-messages", count = 3)).on_press(()),
            ]
            .spacing(12),
        ]
        .spacing(16),
        row![button::chip("10", true).on_press(()), button::chip("20", false).on_press(())].spacing(8),
    ]
    .spacing(16);
    dialogs::menu_over(page(content), Some((iced::Point::new(500.0, 300.0), menu)), ())
}
