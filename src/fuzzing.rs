//! Doors to decoders that nothing outside may use, for `fuzz/` and `tests/fuzz_replay.rs`. They take any bytes
//! and give nothing back.

/// Reads `bytes` as a stored row that was opened; `kind` chooses which.
#[cfg(feature = "store")]
pub fn stored_row(kind: u8, bytes: &[u8]) {
    crate::store::read_any_row(kind, bytes);
}

/// Reads `bytes` as a packet of discovery.
#[cfg(feature = "net")]
pub fn discovery_packet(bytes: &[u8]) {
    crate::net::read_any_packet(bytes);
}
