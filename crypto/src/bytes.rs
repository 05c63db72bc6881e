//! Reads the protocol's fixed layouts: big-endian integers, fixed arrays, and nothing left over. Knows no layout.

/// A cursor over bytes from outside. Every read is checked; nothing is allocated.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `N` bytes, or `None` if fewer are left.
    pub const fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let Some((head, rest)) = self.0.split_first_chunk::<N>() else { return None };
        self.0 = rest;
        Some(head)
    }

    /// The next `len` bytes, or `None` if fewer are left.
    pub fn slice(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|&[byte]| byte)
    }

    /// The next big-endian `u16`.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().copied().map(u16::from_be_bytes)
    }

    /// The next big-endian `u32`.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().copied().map(u32::from_be_bytes)
    }

    /// The next big-endian `u64`.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().copied().map(u64::from_be_bytes)
    }

    /// A byte that must be 0 or 1.
    pub fn bool(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
    }

    /// What is left, all of it.
    #[must_use]
    pub const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// `Some` only if nothing is left: a layout ends where it says.
    #[must_use]
    pub const fn end(&self) -> Option<()> {
        if self.0.is_empty() { Some(()) } else { None }
    }
}
