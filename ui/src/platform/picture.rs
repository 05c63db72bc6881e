//! Pictures of groups: one that the person chose becomes small enough to travel, and one that somebody else chose
//! becomes pixels. Both are hostile: bounded in pixels before there is room for them, and a decoder that breaks
//! breaks nothing else. Knows no widget and no group.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::codecs::{jpeg::JpegEncoder, webp::WebPEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};
use thiserror::Error;
use undertone::api::Picture;

use super::chosen::{self, Unread};

/// Why a file did not become a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PictureError {
    /// It cannot be read, or is no PNG, JPEG or WebP.
    #[error("not a picture that can be read")]
    Unreadable,
    /// It is larger than 32 MiB, or has more than 64 million pixels, or more than 16,384 a side.
    #[error("a picture that is too large")]
    TooLarge,
}

impl PictureError {
    /// The code for which there is a sentence.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "picture-unreadable",
            Self::TooLarge => "picture-too-large",
        }
    }
}

/// A square of pixels, ready to be drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Square {
    /// Pixels of a side.
    pub side: u32,
    /// Red, green, blue and how opaque: four bytes a pixel, row by row.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Square {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Square({} px)", self.side)
    }
}

/// What travels of a chosen picture: its middle as a square of at most [`Picture::MOST`] bytes, without anything that
/// the file says besides its pixels (such as where a photo was taken).
///
/// # Errors
/// See [`PictureError`].
pub fn prepare(path: &Path) -> Result<Vec<u8>, PictureError> {
    let bytes = chosen::read(path, LARGEST).map_err(|why| match why {
        Unread::TooLarge => PictureError::TooLarge,
        Unread::Unreadable => PictureError::Unreadable,
    })?;
    let bounds = Bounds { side: 16_384, pixels: 64_000_000 };
    let flat = guarded(|| Ok(flat(&square(decode(&bytes, bounds)?, LARGEST_SIDE))))?;
    fitting(&flat).ok_or(PictureError::TooLarge)
}

/// A picture that a member chose, as squares with so many pixels a side; none if it is none that we would draw.
#[must_use]
pub fn squares(bytes: &[u8], sides: &[u32]) -> Option<Vec<Square>> {
    let bounds = Bounds { side: 1024, pixels: 1024 * 1024 };
    let small = (bytes.len() <= Picture::MOST).then_some(bytes)?;
    let drawn = guarded(|| {
        let picture = decode(small, bounds)?;
        let draw = |side: &u32| {
            let rgba = square(picture.clone(), *side).into_rgba8().into_raw();
            Square { side: *side, rgba }
        };
        Ok(sides.iter().map(draw).collect())
    });
    drawn.ok()
}

/// How large a picture may be.
#[derive(Clone, Copy)]
struct Bounds {
    side: u32,
    pixels: u64,
}

/// What breaks in a decoder is a picture that cannot be read.
fn guarded<T>(work: impl FnOnce() -> Result<T, PictureError>) -> Result<T, PictureError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(PictureError::Unreadable))
}

/// Decodes a PNG, JPEG or WebP, whatever the file is called, turned as its camera was held.
fn decode(bytes: &[u8], bounds: Bounds) -> Result<DynamicImage, PictureError> {
    let unreadable = |_not_a_picture: image::ImageError| PictureError::Unreadable;
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_unreadable| PictureError::Unreadable)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(PictureError::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.pixels.saturating_mul(BYTES_A_PIXEL));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Unreadable,
    })?;
    let (width, height) = decoder.dimensions();
    if u64::from(width).saturating_mul(u64::from(height)) > bounds.pixels {
        return Err(PictureError::TooLarge);
    }
    let turned = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

/// The middle of a picture as a square with so many pixels a side.
fn square(picture: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let middle = width.min(height);
    let from = |length: u32| length.saturating_sub(middle) / 2;
    let whole = width == height;
    let middle_of = if whole { picture } else { picture.crop_imm(from(width), from(height), middle, middle) };
    // far too many pixels are averaged first, which is fast
    let rough = side.saturating_mul(4);
    let middle_of = if middle > rough { middle_of.thumbnail_exact(rough, rough) } else { middle_of };
    if middle_of.width() == side {
        middle_of
    } else {
        middle_of.resize_exact(side, side, FilterType::CatmullRom)
    }
}

/// What is not opaque stands before white.
fn flat(picture: &DynamicImage) -> RgbImage {
    let mut ground = image::RgbaImage::from_pixel(picture.width(), picture.height(), image::Rgba([255; 4]));
    image::imageops::overlay(&mut ground, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(ground).into_rgb8()
}

/// The best of what is small enough: without loss if it is a plain drawing, else in less and less detail.
fn fitting(square: &RgbImage) -> Option<Vec<u8>> {
    let exact = exactly(square).filter(|bytes| bytes.len() <= Picture::MOST);
    exact.or_else(|| {
        let coarser = STEPS.iter().filter_map(|(side, quality)| coarsely(square, *side, *quality));
        coarser.into_iter().find(|bytes| bytes.len() <= Picture::MOST)
    })
}

fn exactly(square: &RgbImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    let (width, height) = square.dimensions();
    encoder.encode(square.as_raw(), width, height, ExtendedColorType::Rgb8).ok().map(|()| bytes)
}

fn coarsely(square: &RgbImage, side: u32, quality: u8) -> Option<Vec<u8>> {
    let small = image::imageops::resize(square, side, side, FilterType::CatmullRom);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&small).ok().map(|()| bytes)
}

const LARGEST: u64 = 32 * 1024 * 1024;
const LARGEST_SIDE: u32 = 192;
/// The most that a decoder is given for a pixel: four colours of two bytes.
const BYTES_A_PIXEL: u64 = 8;
/// Pixels a side and quality of JPEG, the best first. The last is small enough whatever it shows.
const STEPS: [(u32, u8); 8] =
    [(192, 85), (192, 75), (160, 75), (160, 62), (128, 65), (128, 50), (96, 50), (64, 30)];

#[cfg(test)]
mod tests;
