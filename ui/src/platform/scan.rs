//! Reads a QR code out of a picture that the person chose. The picture is hostile: bounded before decoding.

use std::path::Path;

use image::{ImageReader, Limits};
use thiserror::Error;

use super::chosen;

/// Why no code came out of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ScanError {
    /// The file cannot be read, is too large, or is not a picture.
    #[error("not a picture that can be read")]
    Unreadable,
    /// The picture shows no code, or not sharply enough.
    #[error("no code in the picture")]
    NoCode,
}

/// The text of the first QR code in a PNG, JPEG or WebP file of at most 32 MiB.
///
/// # Errors
/// See [`ScanError`].
pub fn scan(path: &Path) -> Result<String, ScanError> {
    let bytes = chosen::read(path, LARGEST).map_err(|_unread| ScanError::Unreadable)?;
    scan_bytes(bytes)
}

fn scan_bytes(bytes: Vec<u8>) -> Result<String, ScanError> {
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_unreadable| ScanError::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(256 * 1024 * 1024);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_not_a_picture| ScanError::Unreadable)?;
    // codes need few pixels; less to search is faster and evens out noise
    let picture =
        if picture.width().max(picture.height()) > 2048 { picture.thumbnail(2048, 2048) } else { picture };
    let grey = picture.into_luma8();
    let mut prepared = rqrr::PreparedImage::prepare(grey);
    prepared
        .detect_grids()
        .iter()
        .find_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .ok_or(ScanError::NoCode)
}

const LARGEST: u64 = 32 * 1024 * 1024;
/// Pixels of the longest side of a picture that is looked at.
const SIDE: u32 = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_picture_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.png");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n and then nothing").unwrap();
        assert_eq!(scan(&path), Err(ScanError::Unreadable));
        assert_eq!(scan(folder.path()), Err(ScanError::Unreadable));
        assert_eq!(scan(&folder.path().join("missing")), Err(ScanError::Unreadable));
    }

    #[test]
    fn a_picture_without_a_code_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grey.png");
        image::GrayImage::from_pixel(64, 64, image::Luma([128])).save(&path).unwrap();
        assert_eq!(scan(&path), Err(ScanError::NoCode));
    }

    #[test]
    fn the_code_we_show_can_be_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code.png");
        let text = "undertone:verify/abcdefghijklmnopqrstuvwxyz234567";
        let modules = qrcode_modules(text);
        let side = u32::try_from(modules.len()).unwrap();
        let picture = image::GrayImage::from_fn((side + 8) * 4, (side + 8) * 4, |x, y| {
            let at = |p: u32| (p / 4).checked_sub(4).filter(|p| *p < side).map(|p| p as usize);
            let dark = at(y).zip(at(x)).is_some_and(|(y, x)| modules[y][x]);
            image::Luma([if dark { 0 } else { 255 }])
        });
        picture.save(&path).unwrap();
        assert_eq!(scan(&path).as_deref(), Ok(text));
    }

    fn qrcode_modules(text: &str) -> Vec<Vec<bool>> {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
        let width = code.width();
        code.to_colors()
            .chunks(width)
            .map(|row| row.iter().map(|c| *c == qrcode::Color::Dark).collect())
            .collect()
    }
}
