//! Plain domain-separated SHA-256, for names of things that are not secret: frames, conversations.
//! Nothing here is keyed; what must not be guessed uses [`crate::record::IndexKey`] instead.

use sha2::{Digest, Sha256};

/// What a digest names. Each has a label of its own, so no two kinds of name can collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A 1:1 conversation, from its two accounts in byte order.
    DirectConversation,
    /// A group's conversation, from the group's id.
    GroupConversation,
    /// A frame as it travels.
    Frame,
    /// A group, from who begins it and the commitment to its first envelope: nobody else can begin it.
    Group,
    /// By what those who hold an invitation to a group and its members recognise each other, from the invitation's name and
    /// key.
    Invitation,
}

impl Naming {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::DirectConversation => b"ut1/direct",
            Self::GroupConversation => b"ut1/group",
            Self::Frame => b"ut1/frame",
            Self::Group => b"ut1/gid",
            Self::Invitation => b"ut1/ginv",
        }
    }
}

/// SHA-256 over the label and the length-prefixed (u32 big endian) parts.
#[must_use]
pub fn digest(naming: Naming, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(naming.label());
    for part in parts {
        // A part is a frame or an id: far below 4 GiB. Saturation only could make two giants collide.
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
