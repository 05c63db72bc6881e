//! The lab: real programs at desks of networks that exist only inside this computer, through faults and attacks.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod bridge;
mod capture;
mod chance;
mod kill;
mod leaks;
mod people;
mod place;
#[path = "../support/mod.rs"]
mod support;
