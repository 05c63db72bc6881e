//! Private groups: sender chains, the envelope that hides them, and signed operations on the membership
//! (docs/protocol.md, "Groups"). Knows nothing of who is a member: what a set of operations amounts to, and
//! which of two devices may speak, is decided by the caller.

mod chain;
pub mod envelope;
pub mod message;
pub mod op;
pub mod receiver;
pub mod sender;
pub mod sender_key;
#[cfg(test)]
mod tests;

use core::fmt;

use rand_core::CryptoRng;

pub use envelope::{EnvelopeError, EnvelopeKey};
pub use message::{MessageContext, Sealed};
pub use op::{Op, OpError, UnverifiedOp};
pub use receiver::{GroupOpenError, ReceiverChain};
pub use sender::{GroupSealError, SenderChain};
pub use sender_key::{ChainConflict, SenderKey, SenderKeyError};

use crate::identity::write_short;
use crate::secret::Secret;

/// A group: 32 random bytes that only its members know. Never printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId([u8; 32]);

impl GroupId {
    /// A group that did not exist.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(*Secret::random(rng).expose())
    }

    /// The group with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for members only.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupId(..)")
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $size:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $size]);

        impl $name {
            /// The one with these bytes.
            #[must_use]
            pub const fn new(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_short(f, stringify!($name), &self.0)
            }
        }
    )*};
}

names! {
    /// A sender chain: the hash of its group, device, signing key and first key.
    ChainId: 16;
    /// Which envelope secret a frame was sealed with.
    EnvelopeId: 8;
    /// An operation: the hash of its bytes, signature included.
    OpId: 32;
}
