//! One message as a bubble: text, quote, reactions, time and how far it got.
//!
//! Every string is ready to show and every press is a closure or a message of the screen. Knows no messenger type.

mod chips;
mod frame;
mod line;
mod typing;

use std::borrow::Cow;

use iced::Point;
use iced::widget::{column, container, row};
use iced::{Center, Fill, Theme};

use super::icon::{Icon, spoken, toned};
use super::pressable::{Look, Pressable};
use super::text::{Role, body, caption, label, role};
use super::theme::{Tone, tokens};
use super::token::{radius, size, space};
use super::{Element, badge};
use crate::model::emoji;
use crate::model::mention::Place;

use chips::chips;
use frame::Frame;
pub use line::{Line, Stroke};
pub use typing::typing;

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Somebody else's: at the start.
    In,
    /// Ours: at the end.
    Out,
}

/// Where a message stands among those of the same author that follow each other closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cluster {
    /// It stands alone.
    Single,
    /// It begins a cluster.
    First,
    /// It is inside.
    Middle,
    /// It ends a cluster.
    Last,
}

impl Cluster {
    /// Whether it begins a cluster.
    #[must_use]
    pub const fn begins(self) -> bool {
        matches!(self, Self::Single | Self::First)
    }

    /// Whether it ends a cluster.
    #[must_use]
    pub const fn ends(self) -> bool {
        matches!(self, Self::Single | Self::Last)
    }
}

/// What a bubble says.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// Text as it was written.
    Text(Cow<'a, str>),
    /// Something about a message that is not there: deleted, unreadable, too new; with its icon.
    Note(Icon, Cow<'a, str>),
}

/// How far a message of ours got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It waits for somebody to come online.
    Queued,
    /// It is on its way.
    Sending,
    /// It left this device.
    Sent,
    /// It arrived.
    Delivered,
    /// It was read.
    Read,
    /// It could not be sent.
    Failed,
}

impl Receipt {
    /// Its sign.
    #[must_use]
    pub const fn icon(self) -> Icon {
        match self {
            Self::Queued => Icon::ClockArrowUp,
            Self::Sending => Icon::Clock,
            Self::Sent => Icon::Check,
            Self::Delivered | Self::Read => Icon::CheckCheck,
            Self::Failed => Icon::CircleAlert,
        }
    }
}

/// A quoted message inside another.
#[derive(Debug, Clone)]
pub struct Quote<'a, M> {
    /// Who said it.
    pub name: Cow<'a, str>,
    /// The colour of that person, 0 to 9.
    pub color: u8,
    /// What was said; two lines of it are shown.
    pub words: Cow<'a, str>,
    /// What a press says: go there.
    pub press: Option<M>,
}

/// One emoji under a message.
#[derive(Debug, Clone)]
pub struct Reaction<'a, M> {
    /// The emoji.
    pub emoji: Cow<'a, str>,
    /// How many people chose it.
    pub count: u64,
    /// Whether we did.
    pub own: bool,
    /// Who did, in words.
    pub names: Cow<'a, str>,
    /// What a press says: join or take back.
    pub press: Option<M>,
}

/// A message; build it, then [`Self::view`] it or put it on a [`Line`].
pub struct Bubble<'a, M> {
    side: Side,
    cluster: Cluster,
    body: Body<'a>,
    time: Cow<'a, str>,
    author: Option<(Cow<'a, str>, u8)>,
    quote: Option<Quote<'a, M>>,
    edited: Option<Cow<'a, str>>,
    receipt: Option<(Receipt, Cow<'a, str>)>,
    reactions: Vec<Reaction<'a, M>>,
    places: &'a [Place],
    called: Option<Cow<'a, str>>,
    beside: Option<Cow<'a, str>>,
    on_link: Option<Box<dyn Fn(String) -> M + 'a>>,
    on_copy: Option<Box<dyn Fn(String) -> M + 'a>>,
    on_menu: Option<Box<dyn Fn(Point) -> M + 'a>>,
}

impl<'a, M: Clone + 'a> Bubble<'a, M> {
    /// A message with its body and time.
    pub fn new(side: Side, cluster: Cluster, body: Body<'a>, time: impl Into<Cow<'a, str>>) -> Self {
        Self {
            side,
            cluster,
            body,
            time: time.into(),
            author: None,
            quote: None,
            edited: None,
            receipt: None,
            reactions: Vec::new(),
            places: &[],
            called: None,
            beside: None,
            on_link: None,
            on_copy: None,
            on_menu: None,
        }
    }

    /// The author's name and colour, shown where a cluster begins: for groups.
    #[must_use]
    pub fn author(mut self, name: impl Into<Cow<'a, str>>, color: u8) -> Self {
        self.author = self.cluster.begins().then(|| (name.into(), color));
        self
    }

    /// What it answers.
    #[must_use]
    pub fn quote(mut self, quote: Option<Quote<'a, M>>) -> Self {
        self.quote = quote;
        self
    }

    /// The word for "edited", if it was.
    #[must_use]
    pub fn edited(mut self, word: Option<Cow<'a, str>>) -> Self {
        self.edited = word;
        self
    }

    /// How far it got, and the words for that.
    #[must_use]
    pub fn receipt(mut self, receipt: Receipt, words: impl Into<Cow<'a, str>>) -> Self {
        self.receipt = Some((receipt, words.into()));
        self
    }

    /// What people think of it.
    #[must_use]
    pub fn reactions(mut self, reactions: impl IntoIterator<Item = Reaction<'a, M>>) -> Self {
        self.reactions = reactions.into_iter().collect();
        self
    }

    /// Whom it names where, and the words for that it addresses us, if it does.
    #[must_use]
    pub fn names(mut self, places: &'a [Place], called: Option<Cow<'a, str>>) -> Self {
        (self.places, self.called) = (places, called);
        self
    }

    /// What is to be known of it besides its text, shown above that.
    #[must_use]
    pub fn beside(mut self, words: impl Into<Cow<'a, str>>) -> Self {
        self.beside = Some(words.into());
        self
    }

    /// Marks links and reports presses on them.
    #[must_use]
    pub fn on_link(mut self, open: impl Fn(String) -> M + 'a) -> Self {
        self.on_link = Some(Box::new(open));
        self
    }

    /// Lets text be selected, and reports Ctrl+C with it.
    #[must_use]
    pub fn on_copy(mut self, copy: impl Fn(String) -> M + 'a) -> Self {
        self.on_copy = Some(Box::new(copy));
        self
    }

    /// Reports a press with the secondary button, with its place in the window.
    #[must_use]
    pub fn on_menu(mut self, menu: impl Fn(Point) -> M + 'a) -> Self {
        self.on_menu = Some(Box::new(menu));
        self
    }

    /// The bubble alone, as wide as it needs.
    #[must_use]
    pub fn view(self) -> Element<'a, M> {
        let jumbo = match &self.body {
            Body::Text(text) => emoji::jumbo(text).is_some() && self.quote.is_none() && self.author.is_none(),
            Body::Note(..) => false,
        };
        let ground = match (&self.body, self.side) {
            _ if jumbo => frame::Ground::None,
            (Body::Note(..), _) => frame::Ground::Outline,
            (Body::Text(_), Side::In) => frame::Ground::In,
            (Body::Text(_), Side::Out) if matches!(self.receipt, Some((Receipt::Queued, _))) => {
                frame::Ground::Waiting
            }
            (Body::Text(_), Side::Out) => frame::Ground::Out,
        };
        let (main, quiet) = match ground {
            frame::Ground::Out | frame::Ground::Waiting => (Tone::OnOut, Tone::OnOutSecondary),
            frame::Ground::In => (Tone::Text, Tone::Tertiary),
            frame::Ground::Outline | frame::Ground::None => (Tone::Secondary, Tone::Secondary),
        };
        let meta = meta(self.edited, self.time, self.receipt, quiet, main);
        let meta = match self.called.map(|words| badge::called(16.0, words)) {
            Some(called) => row![called, meta].spacing(space::S1).align_y(Center).into(),
            None => meta,
        };
        let sign: Option<Element<'a, M>> = match &self.body {
            Body::Note(glyph, _) => Some(toned(*glyph, 16.0, Tone::Secondary).into()),
            Body::Text(_) => None,
        };
        let mut words = match self.body {
            Body::Text(text) if jumbo => role(Role::JUMBO, text),
            Body::Text(text) => body(text).tone(main).places(self.places),
            Body::Note(_, text) => label(text).tone(main),
        };
        if let Some(open) = self.on_link {
            words = words.on_link(open);
        }
        if let Some(copy) = self.on_copy {
            words = words.on_copy(copy);
        }
        if self.side == Side::Out {
            words = words.outgoing();
        }
        let out = self.side == Side::Out;
        let name = self.author.map(|(name, color)| caption(name).one_line().tone(Tone::Name(color)).into());
        let beside = self.beside.map(|words| caption(words).max_lines(2).tone(quiet).into());
        Element::new(Frame {
            side: self.side,
            cluster: self.cluster,
            ground,
            parts: frame::Parts {
                above: [name, self.quote.map(|quote| quoted(quote, out)), beside]
                    .into_iter()
                    .flatten()
                    .collect(),
                sign,
                words: words.into(),
                meta,
                chips: chips(self.reactions),
            },
            on_menu: self.on_menu,
        })
    }
}

impl<M> std::fmt::Debug for Bubble<'_, M> {
    /// Nothing of what it says.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bubble")
            .field("side", &self.side)
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}

fn meta<'a, M: 'a>(
    edited: Option<Cow<'a, str>>,
    time: Cow<'a, str>,
    receipt: Option<(Receipt, Cow<'a, str>)>,
    quiet: Tone,
    strong: Tone,
) -> Element<'a, M> {
    let mut line = row![].spacing(space::S1).align_y(Center);
    if let Some(word) = edited {
        line = line.push(caption(word).tone(quiet));
    }
    line = line.push(caption(time).tone(quiet));
    if let Some((receipt, words)) = receipt {
        let tone = match receipt {
            Receipt::Read => strong,
            Receipt::Failed | Receipt::Queued | Receipt::Sending | Receipt::Sent | Receipt::Delivered => {
                quiet
            }
        };
        let sign = spoken(receipt.icon(), 15.0, tone, words.clone());
        let tip = container(label(words)).padding([space::S1, space::S2]).style(|theme: &Theme| {
            let t = tokens(theme);
            container::Style {
                background: Some(t.toast.into()),
                text_color: Some(t.on_toast),
                border: iced::border::rounded(radius::CHIP),
                ..container::Style::default()
            }
        });
        line = line.push(iced::widget::tooltip(sign, tip, iced::widget::tooltip::Position::Top));
    }
    line.into()
}

/// A quote as it stands in a bubble or above the composer.
fn quoted<'a, M: Clone + 'a>(quote: Quote<'a, M>, out: bool) -> Element<'a, M> {
    let color = quote.color;
    let (name, words) = if out { (Tone::OnOut, Tone::OnOut) } else { (Tone::Name(color), Tone::Text) };
    let texts = column![
        caption(quote.name).one_line().tone(name),
        label(crate::model::text::one_line(&quote.words)).max_lines(2).tone(words)
    ]
    .spacing(1.0);
    let bar = container(iced::widget::space().width(3.0)).height(Fill).style(move |theme: &Theme| {
        container::Style {
            background: name.color(theme).map(Into::into),
            border: iced::border::rounded(radius::FULL),
            ..container::Style::default()
        }
    });
    let content = row![bar, texts].spacing(space::S2).height(iced::Shrink);
    Pressable::new(content)
        .on_press_maybe(quote.press)
        .padding([6.0, 10.0])
        .style(move |t, _| {
            let ground = if out { t.quote_out } else { t.quote_in };
            Look { background: Some(ground), text: None, border: iced::border::rounded(10.0) }
        })
        .into()
}

/// The widest a bubble gets in a list of some width.
fn widest(list: f32) -> f32 {
    (list * 0.72).min(size::BUBBLE_MAX)
}
