//! Undertone's desktop app.

pub mod i18n;
pub mod kit;
pub mod model;
