//! Whole nodes, through the public face only, on loopback.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod direct;
mod groups;
mod support;
