//! The desktop app as people have it: real windows on a screen of their own, driven with keyboard and mouse only and
//! judged by what is on screen. Knows no type of the app; what it reads, it reads as a person would (`eye`), so it
//! needs the programs that `./check` installs: Xvfb, xdotool, xwd, xclip, tesseract.
//!
//! Nothing waits for a time: each step waits until the screen shows what it needs, and a deadline only ends a test
//! that has failed. Pictures of the steps are kept in `artifacts/window/`.
#![cfg(test)]
#![cfg(target_os = "linux")]
#![allow(clippy::arithmetic_side_effects, reason = "pixels of one screen")]

mod chat;
mod conversation;
mod eye;
mod first;
mod group;
mod introduced;
mod nowhere;
mod person;
mod picture;
mod screen;
