//! Type roles: every text on screen is one of these. Fixed texts of the interface and texts of people alike.

use std::borrow::Cow;

use iced::Font;

use super::font;
use super::words::Words;

/// Size, line height and weight of a kind of text, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Role {
    /// Glyph size.
    pub size: f32,
    /// Distance of base lines.
    pub line: f32,
    /// Face and weight.
    pub font: Font,
}

impl Role {
    /// Onboarding titles.
    pub const DISPLAY: Self = Self { size: 28.0, line: 36.0, font: font::SEMIBOLD };
    /// Screen titles and empty states.
    pub const TITLE: Self = Self { size: 20.0, line: 28.0, font: font::SEMIBOLD };
    /// Conversation headers and dialogs.
    pub const HEADING: Self = Self { size: 17.0, line: 24.0, font: font::SEMIBOLD };
    /// Messages and settings.
    pub const BODY: Self = Self { size: 15.0, line: 21.0, font: font::REGULAR };
    /// Names and buttons.
    pub const BODY_STRONG: Self = Self { size: 15.0, line: 21.0, font: font::SEMIBOLD };
    /// Previews, chips and fields.
    pub const LABEL: Self = Self { size: 13.0, line: 18.0, font: font::MEDIUM };
    /// Times and other small print.
    pub const CAPTION: Self = Self { size: 12.0, line: 16.0, font: font::MEDIUM };
    /// Badges.
    pub const MICRO: Self = Self { size: 11.0, line: 14.0, font: font::SEMIBOLD };
    /// Codes and links to compare or copy.
    pub const MONO: Self = Self { size: 14.0, line: 20.0, font: font::MONO };
    /// Safety numbers.
    pub const MONO_LARGE: Self = Self { size: 18.0, line: 28.0, font: font::MONO };
    /// Messages of one to three emoji.
    pub const JUMBO: Self = Self { size: 40.0, line: 52.0, font: font::EMOJI };
}

/// Text in a role.
#[must_use]
pub fn role<'a, M>(role: Role, content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    Words::new(content, role)
}

/// An onboarding title.
#[must_use]
pub fn display<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::DISPLAY, content)
}

/// A screen title.
#[must_use]
pub fn title<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::TITLE, content)
}

/// A heading.
#[must_use]
pub fn heading<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::HEADING, content)
}

/// Running text.
#[must_use]
pub fn body<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::BODY, content)
}

/// A name.
#[must_use]
pub fn strong<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::BODY_STRONG, content)
}

/// A label.
#[must_use]
pub fn label<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::LABEL, content)
}

/// Small print.
#[must_use]
pub fn caption<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::CAPTION, content)
}

/// A badge's text.
#[must_use]
pub fn micro<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::MICRO, content)
}

/// A code or link.
#[must_use]
pub fn mono<'a, M>(content: impl Into<Cow<'a, str>>) -> Words<'a, M> {
    role(Role::MONO, content)
}
