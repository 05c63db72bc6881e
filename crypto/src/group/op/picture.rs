//! A picture as another member set it: bytes of one of three forms, told by how they begin. Never decoded here.

use core::fmt;

/// Longest picture in an operation, in bytes.
pub const MAX_PICTURE: usize = 6 * 1024;

/// A picture of at most [`MAX_PICTURE`] bytes that begins as PNG, JPEG or WebP do; what follows may be anything. Never
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct OpPicture(Vec<u8>);

impl fmt::Debug for OpPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpPicture({} bytes)", self.0.len())
    }
}

impl OpPicture {
    /// `None` if it is longer than [`MAX_PICTURE`] bytes, or begins as no picture does.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        let known = webp || bytes.starts_with(PNG) || bytes.starts_with(JPEG);
        (known && bytes.len() <= MAX_PICTURE).then(|| Self(bytes.to_vec()))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
