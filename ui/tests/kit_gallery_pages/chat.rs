//! A conversation: bubbles in clusters on a timeline.

use iced::widget::{column, container, row};
use iced::{Center, Fill};
use undertone_ui::i18n::Texts;
use undertone_ui::kit::avatar::{self, Presence, avatar};
use undertone_ui::kit::bubble::{self, Body, Bubble, Cluster, Line, Quote, Reaction, Receipt, Side};
use undertone_ui::kit::composer::{Composer, Draft, Names, Strip};
use undertone_ui::kit::icon::{self, Icon};
use undertone_ui::kit::theme::Tone;
use undertone_ui::kit::timeline::Timeline;
use undertone_ui::kit::{bar, button, system, theme};
use undertone_ui::t;

use super::Page;

type Message = Bubble<'static, ()>;

fn incoming(cluster: Cluster, text: &'static str) -> Message {
    Bubble::new(Side::In, cluster, Body::Text(text.into()), "2:03 PM").on_link(|_| ()).on_copy(|_| ())
}

fn outgoing(cluster: Cluster, text: &'static str, receipt: Receipt) -> Message {
    Bubble::new(Side::Out, cluster, Body::Text(text.into()), "2:04 PM")
        .receipt(receipt, "state")
        .on_link(|_| ())
}

fn tools() -> Page {
    row![
        button::round(Icon::SmilePlus, "React").on_press(()),
        button::round(Icon::Reply, "Reply").on_press(())
    ]
    .into()
}

fn line(side: Side, begins: bool, bubble: Message) -> Page {
    Line::new(side, begins, bubble.view()).tools(tools()).into()
}

fn thumbs(own: bool) -> Reaction<'static, ()> {
    Reaction { emoji: "👍🏽".into(), count: 2, own, names: "Hana".into(), press: Some(()) }
}

fn direct(texts: &Texts) -> Vec<Page> {
    let quote = Quote {
        name: "Hana Kim".into(),
        color: 3,
        words: "점심 먹을래? 새로 생긴 국수집이 있는데 줄이 길다고 해서 조금 일찍 가는 게 좋을 것 같아"
            .into(),
        press: Some(()),
    };
    let short = Quote { name: t!(texts, "you").into(), color: 6, words: "Sure".into(), press: Some(()) };
    vec![
        system::day(if texts.language().code() == "ko" { "오늘" } else { "Today" }),
        line(Side::In, true, incoming(Cluster::First, "안녕하세요! 👋")),
        line(
            Side::In,
            false,
            incoming(
                Cluster::Middle,
                "점심 먹을래? 새로 생긴 국수집이 있는데 줄이 길다고 해서 조금 일찍 가는 게 좋을 것 같아 🍜",
            ),
        ),
        line(
            Side::In,
            false,
            incoming(Cluster::Last, "https://maps.example/noodles?q=1").reactions([
                thumbs(true),
                Reaction {
                    emoji: "❤️".into(), count: 1, own: false, names: "Ada".into(), press: Some(())
                },
            ]),
        ),
        line(Side::Out, true, outgoing(Cluster::First, "Sure", Receipt::Read).quote(Some(quote))),
        line(
            Side::Out,
            false,
            outgoing(
                Cluster::Middle,
                "I can be there at half past eleven, shall I bring anyone along?",
                Receipt::Delivered,
            )
            .edited(Some(t!(texts, "message-edited").into())),
        ),
        line(Side::Out, false, outgoing(Cluster::Last, "👍", Receipt::Sent)),
        line(
            Side::In,
            true,
            incoming(Cluster::Single, "Deal.").quote(Some(short)).reactions([thumbs(false)]),
        ),
        line(
            Side::Out,
            true,
            Bubble::new(
                Side::Out,
                Cluster::First,
                Body::Note(Icon::Ban, t!(texts, "message-deleted-mine").into()),
                "2:05 PM",
            ),
        ),
        line(Side::Out, false, outgoing(Cluster::Middle, "Waiting for you to come online", Receipt::Queued)),
        Line::new(Side::Out, false, outgoing(Cluster::Last, "This one did not go", Receipt::Sending).view())
            .mark(Some(icon::spoken(Icon::CircleAlert, 18.0, Tone::Danger, t!(texts, "state-failed")).into()))
            .into(),
    ]
}

fn group(texts: &Texts) -> Vec<Page> {
    let person = |cluster, text| incoming(cluster, text).author("Ada Lovelace", 1);
    vec![
        system::line(Icon::UsersRound, t!(texts, "group-event-added", name = "Ada", other = "민수")),
        Line::new(Side::In, true, person(Cluster::First, "Welcome everyone").view()).avatar(None).into(),
        Line::new(Side::In, false, person(Cluster::Last, "How are you?").view())
            .avatar(Some(avatar("Ada Lovelace", 1, 28.0)))
            .into(),
        line(
            Side::In,
            true,
            Bubble::new(
                Side::In,
                Cluster::Single,
                Body::Note(Icon::Unlink, t!(texts, "message-undecryptable", name = "민수").into()),
                "2:07 PM",
            ),
        ),
        container(bubble::typing(1, t!(texts, "typing-one", name = "민수")))
            .padding([8, 0])
            .align_y(Center)
            .into(),
    ]
}

fn header(texts: &Texts) -> Page {
    let face = avatar::with_presence(avatar("Hana Kim", 3, 36.0), Presence::Direct, 36.0);
    bar::header(
        face,
        "Hana Kim 🌸",
        true,
        t!(texts, "presence-direct"),
        [
            button::round(Icon::Search, t!(texts, "search")).on_press(()).into(),
            button::round(Icon::Shield, t!(texts, "verify")).on_press(()).into(),
            button::round(Icon::Ellipsis, t!(texts, "more")).on_press(()).into(),
        ],
    )
}

fn composer(texts: &Texts) -> Page {
    // pages are shown once, so that their drafts may live as long as the test
    let draft: &'static Draft = Box::leak(Box::new(Draft::with_text("지금 갈게 😀 see you\nsoon")));
    let names = Names {
        placeholder: t!(texts, "chat-placeholder").into(),
        send: t!(texts, "chat-send").into(),
        attach: t!(texts, "chat-attach").into(),
        emoji: t!(texts, "chat-emoji").into(),
    };
    let strip = Strip {
        icon: Icon::Reply,
        title: t!(texts, "reply-to", name = "Hana").into(),
        words: "Deal.".into(),
        cancel: (),
        cancel_name: t!(texts, "reply-cancel").into(),
    };
    Composer::new(draft, names, |_| ()).on_attach(()).on_emoji(()).strip(Some(strip)).view()
}

/// Direct messages and a group.
pub(crate) fn chat(texts: &Texts) -> Page {
    let rows: Vec<Page> = direct(texts).into_iter().chain(group(texts)).collect();
    let rows: Vec<std::cell::RefCell<Option<Page>>> =
        rows.into_iter().map(|row| std::cell::RefCell::new(Some(row))).collect();
    let count = rows.len();
    let list = Timeline::new(
        count,
        |index| index as u64,
        move |index| container(rows[index].take().expect("each row is made once")).padding([0, 16]).into(),
    );
    container(column![header(texts), list, composer(texts)])
        .width(Fill)
        .height(Fill)
        .style(theme::ground)
        .into()
}
