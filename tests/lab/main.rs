//! The lab: real programs at desks of networks that exist only inside this computer, through faults and attacks.
#![cfg(test)]

mod bridge;
mod chance;
mod people;
mod place;
#[path = "../support/mod.rs"]
mod support;
