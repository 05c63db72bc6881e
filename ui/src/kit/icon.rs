//! The icons of the interface: a subset of Lucide, drawn as text so that they take the text's colour.
//!
//! Knows no widget. To add one, cut it into `assets/icons/Lucide-subset.ttf` and name its code point here.

use std::borrow::Cow;

use iced::Color;
use iced::widget::{Text, text};

use super::font;
use super::text::Role;
use super::theme::Tone;
use super::words::Words;

/// One glyph of the icon font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Icon {
    /// `arrow-down`
    ArrowDown = 0xE042,
    /// `arrow-left`
    ArrowLeft = 0xE048,
    /// `arrow-right`
    ArrowRight = 0xE049,
    /// `ban`
    Ban = 0xE051,
    /// `bell-off`
    BellOff = 0xE05A,
    /// `camera`
    Camera = 0xE064,
    /// `check`
    Check = 0xE06C,
    /// `check-check`
    CheckCheck = 0xE38E,
    /// `chevron-down`
    ChevronDown = 0xE06D,
    /// `chevron-left`
    ChevronLeft = 0xE06E,
    /// `chevron-right`
    ChevronRight = 0xE06F,
    /// `circle-alert`
    CircleAlert = 0xE077,
    /// `circle-check`
    CircleCheck = 0xE226,
    /// `circle-x`
    CircleX = 0xE084,
    /// `clipboard`
    Clipboard = 0xE085,
    /// `clock`
    Clock = 0xE087,
    /// `clock-arrow-up`
    ClockArrowUp = 0xE601,
    /// `cloud-off`
    CloudOff = 0xE08D,
    /// `copy`
    Copy = 0xE09E,
    /// `crown`
    Crown = 0xE1D6,
    /// `download`
    Download = 0xE0B2,
    /// `ellipsis`
    Ellipsis = 0xE0B6,
    /// `eye`
    Eye = 0xE0BA,
    /// `eye-off`
    EyeOff = 0xE0BB,
    /// `file-text`
    FileText = 0xE0CC,
    /// `globe`
    Globe = 0xE0E8,
    /// `hourglass`
    Hourglass = 0xE296,
    /// `image`
    Image = 0xE0F6,
    /// `info`
    Info = 0xE0F9,
    /// `key-round`
    KeyRound = 0xE4A3,
    /// `languages`
    Languages = 0xE0FE,
    /// `link`
    Link = 0xE102,
    /// `lock`
    Lock = 0xE10B,
    /// `lock-keyhole`
    LockKeyhole = 0xE531,
    /// `log-in`
    LogIn = 0xE10D,
    /// `log-out`
    LogOut = 0xE10E,
    /// `menu`
    Menu = 0xE115,
    /// `message-circle`
    MessageCircle = 0xE116,
    /// `message-circle-plus`
    MessageCirclePlus = 0xE567,
    /// `monitor`
    Monitor = 0xE11D,
    /// `moon`
    Moon = 0xE11E,
    /// `palette`
    Palette = 0xE1DD,
    /// `paperclip`
    Paperclip = 0xE12D,
    /// `pencil`
    Pencil = 0xE1F9,
    /// `pin`
    Pin = 0xE259,
    /// `plus`
    Plus = 0xE13D,
    /// `qr-code`
    QrCode = 0xE1DF,
    /// `radar`
    Radar = 0xE497,
    /// `refresh-cw`
    RefreshCw = 0xE145,
    /// `reply`
    Reply = 0xE22A,
    /// `scan-qr-code`
    ScanQrCode = 0xE5F6,
    /// `search`
    Search = 0xE151,
    /// `send-horizontal`
    SendHorizontal = 0xE4F2,
    /// `settings`
    Settings = 0xE154,
    /// `share-2`
    Share = 0xE156,
    /// `shield`
    Shield = 0xE158,
    /// `shield-alert`
    ShieldAlert = 0xE1FE,
    /// `shield-check`
    ShieldCheck = 0xE1FF,
    /// `smile`
    Smile = 0xE164,
    /// `smile-plus`
    SmilePlus = 0xE301,
    /// `sun`
    Sun = 0xE178,
    /// `trash-2`
    Trash = 0xE18E,
    /// `triangle-alert`
    TriangleAlert = 0xE193,
    /// `unlink`
    Unlink = 0xE19C,
    /// `user-check`
    UserCheck = 0xE1A0,
    /// `user-plus`
    UserPlus = 0xE1A2,
    /// `user-round`
    UserRound = 0xE468,
    /// `user-x`
    UserX = 0xE1A3,
    /// `users-round`
    UsersRound = 0xE46E,
    /// `wifi`
    Wifi = 0xE1AE,
    /// `wifi-off`
    WifiOff = 0xE1AF,
    /// `x`
    X = 0xE1B2,
}

impl Icon {
    /// The character that stands for this icon in [`font::ICONS`].
    #[must_use]
    pub fn glyph(self) -> char {
        char::from_u32(self as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// An icon of `size` logical pixels in the colour of the text around it.
#[must_use]
pub fn icon<'a>(icon: Icon, size: f32) -> Text<'a> {
    text(icon.glyph().to_string())
        .font(font::ICONS)
        .size(size)
        .line_height(1.0)
        .shaping(text::Shaping::Basic)
        .width(size)
        .center()
}

/// An icon in one of the theme's tones.
#[must_use]
pub fn toned<'a>(glyph: Icon, size: f32, tone: Tone) -> Text<'a> {
    icon(glyph, size).style(move |theme| text::Style { color: tone.color(theme) })
}

/// An icon in a fixed colour.
#[must_use]
pub fn colored<'a>(glyph: Icon, size: f32, color: Color) -> Text<'a> {
    icon(glyph, size).color(color)
}

/// An icon that means something by itself, with the words for it.
#[must_use]
pub fn spoken<'a, M>(glyph: Icon, size: f32, tone: Tone, name: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    let role = Role { size, line: size, font: font::ICONS };
    Words::new(glyph.glyph().to_string(), role).tone(tone).spoken(name)
}
