//! Chosen pictures become small, hostile ones become nothing.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use super::*;

fn file(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn prepared(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let (_folder, path) = file(bytes);
    prepare(&path)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// As hard to make small as a picture can be.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, r, g, b] = state.to_le_bytes();
        image::Rgb([r, g, b])
    })
    .into()
}

/// Red at the left end, green in the middle, blue at the right end.
fn striped() -> DynamicImage {
    RgbImage::from_fn(900, 300, |x, _| match x / 300 {
        0 => image::Rgb([255, 0, 0]),
        1 => image::Rgb([0, 255, 0]),
        _ => image::Rgb([0, 0, 255]),
    })
    .into()
}

#[test]
fn whatever_is_chosen_becomes_a_square_that_may_travel() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        for picture in [noise(700, 500), noise(3, 900), noise(1, 1), striped()] {
            let small = prepared(&encoded(&picture, format)).unwrap();
            assert!(small.len() <= Picture::MOST, "{} bytes", small.len());
            let drawn = squares(&small, &[176, 96]).unwrap();
            let sizes: Vec<(u32, usize)> = drawn.iter().map(|one| (one.side, one.rgba.len())).collect();
            assert_eq!(sizes, [(176, 176 * 176 * 4), (96, 96 * 96 * 4)]);
        }
    }
}

#[test]
fn the_middle_of_a_wide_picture_is_kept_and_a_drawing_keeps_its_colours() {
    let small = prepared(&encoded(&striped(), ImageFormat::Png)).unwrap();
    let drawn = squares(&small, &[32]).unwrap();
    assert!(drawn[0].rgba.chunks(4).all(|pixel| pixel == [0, 255, 0, 255]));
}

#[test]
fn what_is_not_opaque_stands_before_white() {
    let clear = image::RgbaImage::from_pixel(40, 40, image::Rgba([9, 9, 9, 0]));
    let small = prepared(&encoded(&clear.into(), ImageFormat::Png)).unwrap();
    let drawn = squares(&small, &[8]).unwrap();
    assert!(drawn[0].rgba.iter().all(|byte| *byte == 255));
}

#[test]
fn a_file_that_is_no_picture_is_refused_with_its_reason() {
    assert_eq!(prepared(b""), Err(PictureError::Unreadable));
    assert_eq!(prepared(b"GIF89a and more"), Err(PictureError::Unreadable));
    assert_eq!(prepared(b"\x89PNG\r\n\x1a\n and then nothing"), Err(PictureError::Unreadable));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(prepare(folder.path()), Err(PictureError::Unreadable));
    let (_folder, path) = file(b"");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(LARGEST + 1).unwrap();
    assert_eq!(prepare(&path), Err(PictureError::TooLarge));
}

/// A PNG that says it has so many pixels a side, and has nothing of them.
fn boasting(side: u32) -> Vec<u8> {
    let mut bytes = encoded(&noise(4, 4), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc: u32, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_before_there_is_room_for_it() {
    assert_eq!(prepared(&boasting(16_000)), Err(PictureError::TooLarge));
    assert_eq!(prepared(&boasting(u32::MAX / 2)), Err(PictureError::TooLarge));
    let plain = |side| encoded(&DynamicImage::new_rgb8(side, side), ImageFormat::WebP);
    assert!(squares(&plain(1024), &[32]).is_some());
    assert_eq!(squares(&plain(1025), &[32]), None);
    assert_eq!(squares(&vec![0; Picture::MOST + 1], &[32]), None);
}

#[test]
fn what_is_cut_or_damaged_anywhere_breaks_no_decoder() {
    let bounds = Bounds { side: 1024, pixels: 1024 * 1024 };
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let whole = encoded(&noise(24, 24), format);
        for at in 0..whole.len().min(600) {
            drop(decode(&whole[..at], bounds));
            let mut damaged = whole.clone();
            damaged[at] ^= 0xA5;
            drop(decode(&damaged, bounds));
        }
    }
}

#[test]
fn where_a_photo_was_taken_does_not_travel() {
    let mut photo = encoded(&noise(64, 64), ImageFormat::Jpeg);
    let secret = b"Exif\0\0MM\0*\0\0\0\x08\0\0 51.5007N 0.1246W";
    let length = u16::try_from(secret.len() + 2).unwrap().to_be_bytes();
    let part: Vec<u8> = [0xFF, 0xE1].into_iter().chain(length).chain(*secret).collect();
    photo.splice(2..2, part);
    let small = prepared(&photo).unwrap();
    assert!(!small.windows(8).any(|bytes| bytes == b"51.5007N" || bytes.starts_with(b"Exif")));
}
