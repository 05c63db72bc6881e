//! What may come from a stranger, a disk or a program is handed to whatever reads it. A target takes any bytes
//! and must come back: no panic, no endless loop, no memory beyond a small multiple of the bytes given. Knows
//! nothing of a fuzzer: `fuzz_targets/` is driven by one, `tests/fuzz_replay.rs` runs the same functions on
//! the stable toolchain.

mod engine;
mod group;
mod ours;
mod sample;
mod sealed;
mod wire;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its program.
pub const TARGETS: &[(&str, Target)] = &[
    ("bundle", sealed::bundle),
    ("certificate", sealed::certificate),
    ("device_list", sealed::device_list),
    #[cfg(feature = "node")]
    ("discovery", wire::discovery),
    ("engine", engine::engine),
    ("entry", wire::entry),
    ("first_message", sealed::first_message),
    ("frame", wire::frame),
    ("group_message", group::group_message),
    ("group_records", group::group_records),
    ("invite", wire::invite),
    ("key_file", ours::key_file),
    ("keys", ours::keys),
    ("message", sealed::message),
    ("operation", group::operation),
    ("padding", sealed::padding),
    ("payload", wire::payload),
    ("person", ours::person),
    ("record", ours::record),
    ("row", ours::row),
    #[cfg(feature = "node")]
    ("rpc", wire::rpc),
    ("sender_key", group::sender_key),
    ("signal", sealed::signal),
];

/// Runs the target with this name. For the programs in `fuzz_targets/`.
pub fn run(name: &str, bytes: &[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("a target of this name").1(bytes);
}
