//! Wipes what finished functions left on the stack. A secret that wipes itself when it is dropped was moved before,
//! and each move leaves its old place as it was. Knows no secret.

use zeroize::Zeroize;

/// Overwrites the stack below the caller, as deep as anything reaches that opens, makes or locks a profile.
#[inline(never)]
pub(super) fn scrub_stack() {
    let mut below = [0_u8; DEPTH];
    below.zeroize();
    std::hint::black_box(&mut below);
}

/// A small part of a thread's stack of 2 MiB.
const DEPTH: usize = 256 * 1024;
