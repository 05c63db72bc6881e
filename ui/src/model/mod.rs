//! What is shown, ready to draw: plain values without iced, without a clock and without I/O.

pub mod emoji;
pub mod text;
pub mod time;
