//! Everything that decides how Undertone looks: tokens, theme, fonts, icons and every widget of our own.
//!
//! Widgets take plain values and closures. They know no screen, no messenger type and no language: every string they
//! show was handed to them.
//!
//! How the parts fit together: call [`font::load`] before the first window, use [`theme::light`] or [`theme::dark`], wrap
//! each window in [`focus::scope`], put dialogs over it with [`dialog::over`] and menus with [`dialog::menu_over`], toasts
//! with [`toast::over`]. Texts come from [`text`], everything that can be pressed from [`button`], [`row`] or
//! [`pressable`]. A conversation is a [`bar::header`], a [`timeline`] of [`bubble`] lines, and a [`composer`].

pub mod avatar;
pub mod badge;
pub mod banner;
pub mod bar;
pub mod brand;
pub mod bubble;
pub mod button;
pub mod composer;
mod composing;
pub mod dialog;
pub mod emoji;
pub mod empty;
pub mod field;
pub mod focus;
pub mod font;
pub mod icon;
pub mod pressable;
pub mod qr;
pub mod row;
pub mod safety;
pub mod system;
pub mod text;
pub mod theme;
pub mod timeline;
pub mod toast;
pub mod token;
pub mod words;

/// An element as every widget of the kit makes it: drawn with iced's own theme type and renderer.
pub type Element<'a, Message> = iced::Element<'a, Message>;
