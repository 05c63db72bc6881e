//! Tests of the store as a whole.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a number that does not fit fails its test"
)]

mod damage;
mod generation;
mod measure;
mod processes;
mod profile;
mod shared;
mod support;
mod timeline;
