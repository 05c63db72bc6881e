//! Whole nodes, through the public face only, on loopback.
#![cfg(test)]

mod direct;
mod support;
