//! The faces Undertone brings along, so that Korean, Latin and emoji look the same on every machine.
//!
//! Knows no widget. Emoji are never left to the system's fallback: it answers with black-and-white glyphs for common
//! faces on many desktops, so runs of emoji name [`EMOJI`] themselves.

use std::borrow::Cow;

use iced::Font;
use iced::font::Weight;

/// Running text.
pub const REGULAR: Font = Font::with_name("Pretendard");
/// Labels and small text.
pub const MEDIUM: Font = Font { weight: Weight::Medium, ..REGULAR };
/// Names, buttons and titles.
pub const SEMIBOLD: Font = Font { weight: Weight::Semibold, ..REGULAR };
/// Digits and codes that people compare.
pub const MONO: Font = Font { weight: Weight::Medium, ..Font::with_name("JetBrains Mono") };
/// Colour emoji.
pub const EMOJI: Font = Font::with_name("Twemoji Mozilla");
/// Interface icons; see [`super::icon`].
pub const ICONS: Font = Font::with_name("lucide");

const FILES: [&[u8]; 6] = [
    include_bytes!("../../../assets/fonts/Pretendard-Regular.otf"),
    include_bytes!("../../../assets/fonts/Pretendard-Medium.otf"),
    include_bytes!("../../../assets/fonts/Pretendard-SemiBold.otf"),
    include_bytes!("../../../assets/fonts/JetBrainsMono-Medium.ttf"),
    include_bytes!("../../../assets/fonts/Twemoji.ttf"),
    include_bytes!("../../../assets/icons/Lucide-subset.ttf"),
];

/// Every face as bytes, for the `fonts` of iced's settings.
#[must_use]
pub fn all() -> Vec<Cow<'static, [u8]>> {
    FILES.iter().map(|bytes| Cow::Borrowed(*bytes)).collect()
}

/// Loads every face into the process's font system at once.
///
/// A program calls it before its first window opens, and a test before its first layout: afterwards the same text has
/// the same width everywhere. Calling it again does nothing.
pub fn load() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // a poisoned lock means another thread panicked while shaping; its fonts are still usable
        let mut system = match iced::advanced::graphics::text::font_system().write() {
            Ok(system) => system,
            Err(poisoned) => poisoned.into_inner(),
        };
        for bytes in all() {
            system.load_font(bytes);
        }
    });
}
