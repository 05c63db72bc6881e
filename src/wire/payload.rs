//! What stands inside a sealed frame, padding already taken off.
//!
//! ```text
//! 0x01 entry           entry
//! 0x02 introduction    list_len:2 | DeviceList | entry     from who has not been answered yet
//! 0x03 note            about a group (`group.rs`)
//! ```

use zeroize::Zeroizing;

use super::Malformed;

/// The plaintext of a sealed frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// One entry.
    Entry(&'a [u8]),
    /// One entry, and the sender's device list, which the receiver may not have yet.
    Introduction {
        /// `DeviceList` of the crypto crate.
        list: &'a [u8],
        /// The entry.
        entry: &'a [u8],
    },
    /// A note about a group.
    Note(&'a [u8]),
    /// A kind of a later version.
    Unknown,
}

impl<'a> Payload<'a> {
    /// The bytes to seal.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Entry(entry) => [&[ENTRY], *entry].concat(),
            Self::Introduction { list, entry } => {
                // A device list is far below 64 KiB; one that is not could not be read back.
                let len = u16::try_from(list.len()).unwrap_or(u16::MAX).to_be_bytes();
                [&[INTRODUCTION], len.as_slice(), list, entry].concat()
            }
            Self::Note(note) => [&[NOTE], *note].concat(),
            Self::Unknown => vec![u8::MAX],
        })
    }

    /// Reads a plaintext.
    ///
    /// # Errors
    /// [`Malformed`] if it is cut short.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (kind, rest) = bytes.split_first().ok_or(Malformed)?;
        match *kind {
            ENTRY => Ok(Self::Entry(rest)),
            INTRODUCTION => {
                let (len, rest) = rest.split_first_chunk::<2>().ok_or(Malformed)?;
                let (list, entry) =
                    rest.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or(Malformed)?;
                Ok(Self::Introduction { list, entry })
            }
            NOTE => Ok(Self::Note(rest)),
            _ => Ok(Self::Unknown),
        }
    }
}

const ENTRY: u8 = 0x01;
const INTRODUCTION: u8 = 0x02;
const NOTE: u8 = 0x03;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_survive_their_encoding_and_cut_ones_are_malformed() {
        for payload in [Payload::Entry(b"e"), Payload::Introduction { list: &[1; 300], entry: b"e" }] {
            assert_eq!(Payload::decode(&payload.encode()), Ok(payload));
        }
        assert_eq!(Payload::decode(&[INTRODUCTION, 0, 9, 1]), Err(Malformed));
        assert_eq!(Payload::decode(&[0x66]), Ok(Payload::Unknown));
        assert_eq!(Payload::decode(&[]), Err(Malformed));
    }
}
