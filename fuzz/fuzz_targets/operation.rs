//! Hands what libFuzzer makes up to the target of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| undertone_fuzz::run("operation", bytes));
