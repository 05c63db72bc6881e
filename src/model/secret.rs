//! What must not be left behind in memory. Knows nothing of what it protects.

use std::fmt;

use zeroize::Zeroizing;

/// The secret of an invite: who has it counts as invited. Wiped when dropped; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteSecret(Zeroizing<[u8; 16]>);

impl InviteSecret {
    /// With these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for InviteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_an_invites_secret_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", InviteSecret::new([7; 16])), "InviteSecret(..)");
    }
}
