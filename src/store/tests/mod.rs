//! Tests of the store as a whole.
#![expect(clippy::arithmetic_side_effects, reason = "a sum that overflows fails its test")]

mod damage;
mod generation;
mod measure;
mod processes;
mod profile;
mod support;
mod timeline;
