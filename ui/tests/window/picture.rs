//! A picture of a screen, its colours, and what of it is writing. Knows nothing of words.

use std::collections::VecDeque;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

/// A picture of a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture(RgbImage);

impl Picture {
    /// Reads what `xwd` writes of a screen of 24 bits.
    pub(crate) fn from_xwd(bytes: &[u8]) -> Option<Self> {
        let field = |n: usize| {
            let word = bytes.get(n * 4..n * 4 + 4)?;
            Some(u32::from_be_bytes(word.try_into().ok()?) as usize)
        };
        let (header, width, height) = (field(0)?, field(4)?, field(5)?);
        let (bits, stride, colours) = (field(11)?, field(12)?, field(19)?);
        let pixels = bytes.get(header + colours * 12..)?;
        if bits != 32 || stride < width * 4 {
            return None;
        }
        let mut image = RgbImage::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?);
        for (line, row) in pixels.chunks(stride).zip(image.rows_mut()) {
            for (from, to) in line.chunks(4).zip(row) {
                *to = Rgb([*from.get(2)?, *from.get(1)?, *from.first()?]);
            }
        }
        Some(Self(image))
    }

    /// Writes it as a PNG.
    pub(crate) fn save(&self, path: &Path) {
        self.0.save(path).unwrap();
    }

    /// The colour at a place.
    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 3] {
        self.0.get_pixel_checked(x, y).map_or([0; 3], |pixel| pixel.0)
    }

    /// How many pixels of a rectangle satisfy something.
    pub(crate) fn count(
        &self,
        (x, y, width, height): (u32, u32, u32, u32),
        is: impl Fn([u8; 3]) -> bool,
    ) -> usize {
        let all = (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y)));
        all.filter(|(x, y)| is(self.at(*x, *y))).count()
    }

    /// Dark letters on white, whatever their colours were. Large areas of one colour are the ground; what is on one is as
    /// dark as it differs from it, and what cannot be a letter is left out.
    pub(crate) fn writing(&self) -> GrayImage {
        let mut ink = GrayImage::from_pixel(self.0.width(), self.0.height(), Luma([255]));
        let runs = Runs::of(&self.0);
        let mut ground = None;
        let mut between: Vec<&Run> = Vec::new();
        for (n, run) in runs.0.iter().enumerate() {
            if runs.0[runs.root(n)].area < GROUND {
                between.push(run);
                continue;
            }
            let here = Some((run.y, run.colour));
            // what stands between two grounds is the edge of one
            let edge = ground != here;
            for run in between.drain(..).filter(|_| !edge) {
                let far = ground
                    .iter()
                    .flat_map(|(_, ground)| ground)
                    .zip(&run.colour)
                    .map(|(a, b)| a.abs_diff(*b));
                // light grey words are words, too
                let dark = far.max().map_or(0, |far| (u32::from(far) * 3 / 2).min(255));
                for x in run.from..run.to {
                    ink.put_pixel(x, run.y, Luma([255 - u8::try_from(dark).unwrap()]));
                }
            }
            ground = here;
        }
        without_frames(&mut ink);
        ink
    }
}

/// Pixels of one colour beside each other, and which of them hang together across lines.
struct Runs(Vec<Run>);

struct Run {
    y: u32,
    from: u32,
    to: u32,
    colour: [u8; 3],
    /// Another run of the same area, or this one.
    up: usize,
    /// Pixels of the area, in its root.
    area: u32,
}

impl Runs {
    fn of(image: &RgbImage) -> Self {
        let mut runs = Self(Vec::new());
        let mut above = 0..0;
        for y in 0..image.height() {
            let begin = runs.0.len();
            let line = &image.as_raw()[(y * image.width() * 3) as usize..][..(image.width() * 3) as usize];
            for (x, pixel) in (0..).zip(line.chunks_exact(3)) {
                match runs.0[begin..].last_mut() {
                    Some(run) if run.colour == pixel => (run.to, run.area) = (x + 1, run.area + 1),
                    _ => {
                        let colour = [pixel[0], pixel[1], pixel[2]];
                        runs.0.push(Run { y, from: x, to: x + 1, colour, up: runs.0.len(), area: 1 });
                    }
                }
            }
            let mut old = above.start;
            for new in begin..runs.0.len() {
                while old < above.end && runs.0[old].to <= runs.0[new].from {
                    old += 1;
                }
                for touching in old..above.end {
                    if runs.0[touching].from >= runs.0[new].to {
                        break;
                    }
                    if runs.0[touching].colour == runs.0[new].colour {
                        runs.join(touching, new);
                    }
                }
            }
            above = begin..runs.0.len();
        }
        runs
    }

    fn root(&self, mut n: usize) -> usize {
        while self.0[n].up != n {
            n = self.0[n].up;
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (large, small) = if self.0[a].area < self.0[b].area { (b, a) } else { (a, b) };
        self.0[small].up = large;
        self.0[large].area += self.0[small].area;
    }
}

/// Removes what hangs together and is no letter: outlines, bars, pictures.
fn without_frames(ink: &mut GrayImage) {
    let (width, height) = ink.dimensions();
    let mut seen: Vec<bool> = ink.as_raw().iter().map(|light| *light > 255 - INK).collect();
    for start in 0..width * height {
        if seen[start as usize] {
            continue;
        }
        let mut part = Vec::new();
        let mut next = VecDeque::from([start]);
        let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
        while let Some(at) = next.pop_front() {
            let (x, y) = (at % width, at / width);
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            part.push((x, y));
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            next.extend((x > 0).then(|| at - 1));
            next.extend((x + 1 < width).then(|| at + 1));
            next.extend((y > 0).then(|| at - width));
            next.extend((y + 1 < height).then(|| at + width));
        }
        let (wide, high) = (right - left + 1, bottom - top + 1);
        let filled = u32::try_from(part.len()).unwrap() * 100 / (wide * high);
        if wide > 60 || high > 40 || (high > 22 && wide > 22 && filled < 25) {
            for (x, y) in part {
                ink.put_pixel(x, y, Luma([255]));
            }
        }
    }
}

/// An area of one colour with so many pixels is no letter.
const GROUND: u32 = 500;
/// What is less unlike its ground than this is no ink.
const INK: u8 = 24;

#[test]
fn a_picture_of_a_screen_is_read_with_its_padding_and_colour_map() {
    let mut bytes = vec![0_u8; 100 + 12];
    for (n, value) in [(0, 100_u32), (4, 2), (5, 1), (11, 32), (12, 8), (19, 1)] {
        bytes[n * 4..n * 4 + 4].copy_from_slice(&value.to_be_bytes());
    }
    bytes.extend([3, 2, 1, 0, 6, 5, 4, 0]);
    let picture = Picture::from_xwd(&bytes).unwrap();
    assert_eq!((picture.at(0, 0), picture.at(1, 0)), ([1, 2, 3], [4, 5, 6]));
}
