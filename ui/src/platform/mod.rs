//! What the operating system gives: the clock, files, dialogs. Knows no screen.

mod chosen;
pub mod clock;
pub mod display;
pub mod folder;
pub mod link;
pub mod picture;
pub mod prefs;
pub mod scan;
