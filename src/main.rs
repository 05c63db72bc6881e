//! The headless messenger.
fn main() {}
