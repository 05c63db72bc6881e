//! The lab: real programs at desks of networks that exist only inside this computer, through faults and attacks.
#![cfg(test)]
#![allow(clippy::print_stdout, reason = "figures are read by whoever asks for them")]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod bridge;
mod capture;
mod chance;
mod circle;
mod discovery;
mod disk;
mod faults;
mod flood;
mod groups;
mod invitations;
mod kill;
mod leaks;
mod memory;
mod middle;
mod people;
mod place;
mod power;
mod reach;
#[path = "../support/mod.rs"]
mod support;
