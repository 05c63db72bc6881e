//! Names of things. All are fixed-size byte strings; those that people's programs see have a text form.

use std::{fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;
use undertone_crypto::digest::{Naming, digest};

use super::{AccountId, DeviceId, EntryRef};

/// A conversation. A 1:1 conversation is named by the digest of its two accounts, so both sides and every
/// device agree on it without a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConversationId([u8; 16]);

impl ConversationId {
    /// The 1:1 conversation of two accounts, in either order.
    #[must_use]
    pub fn direct(a: &AccountId, b: &AccountId) -> Self {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        Self(first16(&digest(Naming::DirectConversation, &[low.as_bytes(), high.as_bytes()])))
    }

    /// From its 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }
}

impl fmt::Debug for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for ConversationId {
    type Err = MessageIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode::<16>(text).map(Self)
    }
}

/// A frame as it travels, named by its digest: both ends know it without decrypting, and a repeat has the
/// same name (style.md 7.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId([u8; 16]);

impl FrameId {
    /// The name of these bytes.
    #[must_use]
    pub fn of(frame: &[u8]) -> Self {
        Self(first16(&digest(Naming::Frame, &[frame])))
    }

    /// From its 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for FrameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }
}

/// The public name of an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteId(pub [u8; 8]);

/// The transport name of the program at the other end of a connection. Disposable; never an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub [u8; 32]);

/// A message as outside programs name it: opaque to them, but it holds all that is needed to find the row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The conversation it stands in.
    pub conversation: ConversationId,
    /// Its entry.
    pub entry: EntryRef,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(self.conversation.as_bytes());
        bytes.extend_from_slice(&self.entry.lamport.to_be_bytes());
        bytes.extend_from_slice(self.entry.author.as_bytes());
        bytes.extend_from_slice(&self.entry.seq.to_be_bytes());
        f.write_str(&BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{:?}", self.conversation, self.entry)
    }
}

impl FromStr for MessageId {
    type Err = MessageIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; 48] = decode(text)?;
        let (conversation, rest) = bytes.split_first_chunk::<16>().ok_or(MessageIdError)?;
        let (lamport, rest) = rest.split_first_chunk::<8>().ok_or(MessageIdError)?;
        let (author, rest) = rest.split_first_chunk::<16>().ok_or(MessageIdError)?;
        let (seq, _) = rest.split_first_chunk::<8>().ok_or(MessageIdError)?;
        Ok(Self {
            conversation: ConversationId(*conversation),
            entry: EntryRef {
                lamport: u64::from_be_bytes(*lamport),
                author: DeviceId::new(*author),
                seq: u64::from_be_bytes(*seq),
            },
        })
    }
}

/// Not the text form of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this program")]
pub struct MessageIdError;

fn decode<const N: usize>(text: &str) -> Result<[u8; N], MessageIdError> {
    // Bounded before decoding: no id is longer than 48 bytes, 77 characters.
    if text.len() > 80 {
        return Err(MessageIdError);
    }
    let bytes =
        BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).map_err(|_not_base32| MessageIdError)?;
    bytes.try_into().map_err(|_wrong_length| MessageIdError)
}

fn first16(hash: &[u8; 32]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_survives_its_text_form_and_nothing_else_is_one() {
        let id = MessageId {
            conversation: ConversationId([7; 16]),
            entry: EntryRef { lamport: 9, author: DeviceId::new([1; 16]), seq: u64::MAX },
        };
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("".parse::<MessageId>(), Err(MessageIdError));
        assert_eq!("é".repeat(40).parse::<MessageId>(), Err(MessageIdError));
        assert_eq!("a".repeat(4096).parse::<MessageId>(), Err(MessageIdError));
        assert_eq!(id.conversation.to_string().parse::<MessageId>(), Err(MessageIdError));
    }
}
