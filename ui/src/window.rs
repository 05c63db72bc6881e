//! The one window: its size, icon and identity, and what of its events matters.

use std::path::PathBuf;

use iced::keyboard::{self, Key, key};
use iced::window::{self, Id, Settings};
use iced::{Event, Size, event};

use crate::kit::brand;
use crate::kit::token::size;

/// What happened to the window or on its keyboard.
#[derive(Debug, Clone)]
pub enum Happened {
    /// It is to be closed.
    CloseRequested,
    /// A file was dropped on it.
    Dropped(PathBuf),
    /// Whatever is on top is to go away.
    Escape,
    /// The person came to it, or left it.
    Focused(bool),
    /// Locking was asked for.
    Lock,
    /// It has another size.
    Resized(Size),
    /// Search was asked for.
    Search,
    /// The settings were asked for.
    Settings,
    /// The conversation so many rows further down, or up, was asked for.
    Step(isize),
}

/// The name of the window's desktop entry.
pub const APPLICATION_ID: &str = "undertone";

/// How the window opens.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        size: Size::new(size::WINDOW_WIDTH, size::WINDOW_HEIGHT),
        min_size: Some(Size::new(size::WINDOW_MIN_WIDTH, size::WINDOW_MIN_HEIGHT)),
        icon: brand::window_icon(),
        platform_specific: platform_specific(),
        // the messenger ends in good order first
        exit_on_close_request: false,
        ..Settings::default()
    }
}

#[cfg(target_os = "linux")]
fn platform_specific() -> window::settings::PlatformSpecific {
    window::settings::PlatformSpecific { application_id: APPLICATION_ID.to_owned(), ..Default::default() }
}

#[cfg(not(target_os = "linux"))]
fn platform_specific() -> window::settings::PlatformSpecific {
    window::settings::PlatformSpecific::default()
}

/// What of an event matters. Keys that a widget has taken do not.
pub fn happened(event: Event, status: event::Status, _window: Id) -> Option<Happened> {
    match event {
        Event::Window(window::Event::CloseRequested) => Some(Happened::CloseRequested),
        Event::Window(window::Event::FileDropped(path)) => Some(Happened::Dropped(path)),
        Event::Window(window::Event::Focused) => Some(Happened::Focused(true)),
        Event::Window(window::Event::Unfocused) => Some(Happened::Focused(false)),
        Event::Window(window::Event::Opened { size, .. } | window::Event::Resized(size)) => {
            Some(Happened::Resized(size))
        }
        Event::Keyboard(keyboard::Event::KeyPressed { key, physical_key, modifiers, .. }) => {
            shortcut(&key, physical_key, modifiers, status)
        }
        _ => None,
    }
}

fn shortcut(
    key: &Key,
    physical: key::Physical,
    modifiers: keyboard::Modifiers,
    status: event::Status,
) -> Option<Happened> {
    match key.as_ref() {
        Key::Named(key::Named::Escape) if status == event::Status::Ignored => return Some(Happened::Escape),
        Key::Named(key::Named::ArrowUp) if modifiers.alt() => return Some(Happened::Step(-1)),
        Key::Named(key::Named::ArrowDown) if modifiers.alt() => return Some(Happened::Step(1)),
        _ => {}
    }
    if !modifiers.command() {
        return None;
    }
    match key.to_latin(physical) {
        Some('k' | 'f') => Some(Happened::Search),
        Some('l') => Some(Happened::Lock),
        Some(',') => Some(Happened::Settings),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(key: Key, modifiers: keyboard::Modifiers, status: event::Status) -> Option<Happened> {
        let physical_key = key::Physical::Unidentified(key::NativeCode::Unidentified);
        let event = keyboard::Event::KeyPressed {
            modified_key: key.clone(),
            key,
            physical_key,
            location: keyboard::Location::Standard,
            modifiers,
            text: None,
            repeat: false,
        };
        happened(Event::Keyboard(event), status, Id::unique())
    }

    #[test]
    fn escape_that_a_widget_took_does_nothing_more() {
        let escape = || Key::Named(key::Named::Escape);
        let none = keyboard::Modifiers::empty();
        assert!(matches!(pressed(escape(), none, event::Status::Ignored), Some(Happened::Escape)));
        assert!(pressed(escape(), none, event::Status::Captured).is_none());
    }

    #[test]
    fn the_window_carries_its_icon_and_ends_in_good_order() {
        let settings = settings();
        assert!(settings.icon.is_some());
        assert!(!settings.exit_on_close_request);
    }
}
