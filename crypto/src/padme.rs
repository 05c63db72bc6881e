//! PADME padding (PURBs, PETS 2019), so that a ciphertext's size says little about its content: at most 12 %
//! longer, never below 256 bytes. Knows nothing of what is padded.

use thiserror::Error;

/// The smallest padded size, in bytes.
pub const MIN: usize = 256;
/// The length field in front of the content, in bytes.
const LEN: usize = 4;

/// The content does not fit a padded size, or the padding is not the one that [`pad`] makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a padded content")]
pub struct PadError;

/// The size that `len` bytes of content are padded to, or `None` if that does not fit `u32`.
#[must_use]
pub fn padded_len(len: usize) -> Option<usize> {
    let needed = u32::try_from(len.checked_add(LEN)?).ok()?.max(256);
    // needed >= 256, hence e >= 8, s >= 4 and e > s
    let e = needed.ilog2();
    let s = e.ilog2().saturating_add(1);
    let mask = 1_u32.checked_shl(e.saturating_sub(s))?.saturating_sub(1);
    usize::try_from(needed.checked_add(mask)? & !mask).ok()
}

/// Appends `len:4 | content | zeros` to `out`, as long as [`padded_len`] says.
///
/// # Errors
/// The content is 4 GiB or more.
pub fn pad_into(content: &[u8], out: &mut Vec<u8>) -> Result<(), PadError> {
    let size = padded_len(content.len()).ok_or(PadError)?;
    let len = u32::try_from(content.len()).map_err(|_| PadError)?;
    let end = out.len().checked_add(size).ok_or(PadError)?;
    out.reserve_exact(size);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(content);
    out.resize(end, 0);
    Ok(())
}

/// `len:4 | content | zeros`, as long as [`padded_len`] says.
///
/// # Errors
/// The content is 4 GiB or more.
pub fn pad(content: &[u8]) -> Result<Vec<u8>, PadError> {
    let mut out = Vec::new();
    pad_into(content, &mut out)?;
    Ok(out)
}

/// The content of what [`pad`] made; anything else, even one byte of padding that is not zero, is refused.
///
/// # Errors
/// [`PadError`] if `padded` is not the one padding of its content.
pub fn unpad(padded: &[u8]) -> Result<&[u8], PadError> {
    let (len, rest) = padded.split_first_chunk::<LEN>().ok_or(PadError)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| PadError)?;
    if padded_len(len) != Some(padded.len()) {
        return Err(PadError);
    }
    let (content, zeros) = rest.split_at_checked(len).ok_or(PadError)?;
    if zeros.iter().fold(0, |any, byte| any | byte) != 0 {
        return Err(PadError);
    }
    Ok(content)
}

/// [`unpad`] without another copy: leaves just the content in `padded`.
///
/// # Errors
/// [`PadError`] if `padded` is not the one padding of its content; it is then as it was.
pub fn unpad_in_place(padded: &mut Vec<u8>) -> Result<(), PadError> {
    let len = unpad(padded)?.len();
    padded.drain(..LEN);
    padded.truncate(len);
    Ok(())
}
