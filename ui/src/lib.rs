//! Undertone's desktop app.
