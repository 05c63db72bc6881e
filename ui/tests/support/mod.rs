//! What the screen tests share.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses its part")]

pub mod example;
mod fake;
mod harness;

pub use fake::{FakeCore, drawn};
pub use harness::{Harness, LOOKS};
