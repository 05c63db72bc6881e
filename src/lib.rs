//! Undertone, the messenger.
