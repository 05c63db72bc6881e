//! What is shown, ready to draw: plain values without iced, without a clock and without I/O.

pub mod draft;
pub mod emoji;
pub mod group;
pub mod mention;
pub mod notify;
pub mod passphrase;
pub mod receipts;
pub mod row;
pub mod sidebar;
pub mod text;
pub mod time;
pub mod timeline;
pub mod world;

#[cfg(test)]
#[path = "../../tests/support/example.rs"]
pub(crate) mod example;
