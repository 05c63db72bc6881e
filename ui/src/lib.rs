//! Undertone's desktop app.

pub mod app;
pub mod bridge;
pub mod i18n;
pub mod kit;
pub mod model;
pub mod platform;
pub mod screen;
pub mod window;
