//! From tokens to iced: the two themes and the styles of the stock widgets we use.
//!
//! iced's own `Theme` type carries our palettes, so that every stock widget works unchanged; a style function finds the
//! full set of tokens through [`tokens`]. Knows no screen.

use std::sync::LazyLock;

use iced::border::{self, Radius};
use iced::theme::Palette;
use iced::widget::{container, progress_bar, rule, scrollable, text_input};
use iced::{Background, Border, Color, Theme};

use super::token::{DARK, LIGHT, Tokens, radius};

static LIGHT_THEME: LazyLock<Theme> = LazyLock::new(|| Theme::custom("Undertone Light", palette(&LIGHT)));
static DARK_THEME: LazyLock<Theme> = LazyLock::new(|| Theme::custom("Undertone Dark", palette(&DARK)));

/// The light theme.
#[must_use]
pub fn light() -> Theme {
    LIGHT_THEME.clone()
}

/// The dark theme.
#[must_use]
pub fn dark() -> Theme {
    DARK_THEME.clone()
}

/// The tokens behind a theme; any dark theme answers with the dark set.
#[must_use]
pub fn tokens(theme: &Theme) -> &'static Tokens {
    if theme.extended_palette().is_dark { &DARK } else { &LIGHT }
}

const fn palette(t: &Tokens) -> Palette {
    Palette {
        background: t.bg,
        text: t.text,
        primary: t.accent,
        success: t.success,
        warning: t.warning,
        danger: t.danger,
    }
}

/// A role a colour plays, resolved when drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// Whatever the surroundings use.
    Inherit,
    /// Primary text.
    Text,
    /// Secondary text.
    Secondary,
    /// Tertiary text.
    Tertiary,
    /// The strong colour.
    Accent,
    /// Text on the strong colour.
    OnAccent,
    /// Links in incoming text.
    Link,
    /// Text in an outgoing bubble.
    OnOut,
    /// Time and receipts in an outgoing bubble.
    OnOutSecondary,
    /// Danger.
    Danger,
    /// Warning.
    Warning,
    /// Success, verified.
    Success,
    /// Information.
    Info,
    /// The name colour of a person in a group; taken modulo ten.
    Name(u8),
}

impl Tone {
    /// The colour in a theme; `None` for [`Tone::Inherit`].
    #[must_use]
    pub fn color(self, theme: &Theme) -> Option<Color> {
        let t = tokens(theme);
        Some(match self {
            Self::Inherit => return None,
            Self::Text => t.text,
            Self::Secondary => t.text_2,
            Self::Tertiary => t.text_3,
            Self::Accent => t.accent,
            Self::OnAccent => t.on_accent,
            Self::Link => t.link,
            Self::OnOut => t.on_out,
            Self::OnOutSecondary => t.on_out_2,
            Self::Danger => t.danger,
            Self::Warning => t.warning,
            Self::Success => t.success,
            Self::Info => t.info,
            Self::Name(n) => return t.names.get(usize::from(n % 10)).copied(),
        })
    }
}

fn filled(background: Color, text: Color) -> container::Style {
    container::Style {
        text_color: Some(text),
        background: Some(Background::Color(background)),
        ..container::Style::default()
    }
}

/// The timeline's and the window's ground.
#[must_use]
pub fn ground(theme: &Theme) -> container::Style {
    let t = tokens(theme);
    filled(t.bg, t.text)
}

/// The sidebar's and the details panel's ground.
#[must_use]
pub fn side(theme: &Theme) -> container::Style {
    let t = tokens(theme);
    filled(t.bg_side, t.text)
}

/// A card on the ground: settings groups, onboarding panels.
#[must_use]
pub fn card(theme: &Theme) -> container::Style {
    let t = tokens(theme);
    container::Style {
        border: Border { color: t.border, width: 1.0, radius: Radius::new(radius::CARD) },
        ..filled(t.bg_elev, t.text)
    }
}

/// A quiet box inside a card: code, recovery words.
#[must_use]
pub fn well(theme: &Theme) -> container::Style {
    let t = tokens(theme);
    container::Style { border: border::rounded(radius::CONTROL), ..filled(t.bg_hover, t.text) }
}

/// A small round label.
#[must_use]
pub fn pill(theme: &Theme) -> container::Style {
    let t = tokens(theme);
    container::Style { border: border::rounded(radius::FULL), ..filled(t.bg_hover, t.text_2) }
}

/// A hairline.
#[must_use]
pub fn hairline(theme: &Theme) -> rule::Style {
    rule::Style {
        color: tokens(theme).border,
        radius: Radius::new(0.0),
        fill_mode: rule::FillMode::Full,
        snap: true,
    }
}

/// A text input; `wrong` gives it the danger outline.
pub fn input(wrong: bool) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |theme, status| {
        let t = tokens(theme);
        let (color, width) = match status {
            _ if wrong => (t.danger, 2.0),
            text_input::Status::Focused { .. } => (t.accent, 2.0),
            text_input::Status::Hovered => (t.text_2, 1.0),
            text_input::Status::Active | text_input::Status::Disabled => (t.control, 1.0),
        };
        let dim = matches!(status, text_input::Status::Disabled);
        text_input::Style {
            background: Background::Color(if dim { t.bg_hover } else { t.bg }),
            border: Border { color, width, radius: Radius::new(radius::CONTROL) },
            icon: t.text_2,
            placeholder: t.text_3,
            value: if dim { t.text_2 } else { t.text },
            selection: t.selection_in,
        }
    }
}

/// A progress bar in the given tone.
pub fn progress(tone: Tone) -> impl Fn(&Theme) -> progress_bar::Style {
    move |theme| {
        let t = tokens(theme);
        progress_bar::Style {
            background: Background::Color(t.bg_hover),
            bar: Background::Color(tone.color(theme).unwrap_or(t.accent)),
            border: border::rounded(radius::FULL),
        }
    }
}

/// A scrollbar that stays out of the way.
#[must_use]
pub fn scroll(theme: &Theme, status: scrollable::Status) -> scrollable::Style {
    let t = tokens(theme);
    let mut style = scrollable::default(theme, status);
    let active = !matches!(status, scrollable::Status::Active { .. });
    for rail in [&mut style.vertical_rail, &mut style.horizontal_rail] {
        rail.background = None;
        rail.scroller.background = Background::Color(if active { t.control } else { t.border });
        rail.scroller.border = border::rounded(radius::FULL);
    }
    style
}
