//! Reads what is written on a picture, and finds words in it although single letters may be misread.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::picture::Picture;

/// A word and where it is, in pixels of the screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) top: u32,
    pub(crate) bottom: u32,
}

impl Spot {
    /// Its middle.
    pub(crate) fn middle(self) -> (u32, u32) {
        (u32::midpoint(self.left, self.right), u32::midpoint(self.top, self.bottom))
    }
}

/// How large a picture is made before it is read, in percent. What is misread one way is often read the other way.
pub(crate) const WAYS: [u32; 2] = [200, 300];

/// All words on a picture, line by line.
pub(crate) fn read(picture: &Picture, languages: &str, way: u32) -> Vec<Word> {
    let writing = picture.writing();
    let larger = format!("{way}%");
    let mut enlarger = Command::new("convert")
        .args(["pgm:-", "-filter", "Lanczos", "-resize", &larger, "pgm:-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("imagemagick is installed (./check does it)");
    let reader = Command::new("tesseract")
        .args(["-", "-", "--psm", "11", "--dpi", "192", "-l", languages, "tsv"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::from(enlarger.stdout.take().unwrap()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("tesseract is installed (./check does it)");
    let mut page = enlarger.stdin.take().unwrap();
    write!(page, "P5\n{} {}\n255\n", writing.width(), writing.height()).unwrap();
    page.write_all(writing.as_raw()).unwrap();
    drop(page);
    assert!(enlarger.wait().unwrap().success(), "convert failed");
    let table = reader.wait_with_output().unwrap();
    assert!(
        table.status.success(),
        "tesseract failed; are its languages {languages} installed (./check does it)?"
    );
    words(&String::from_utf8_lossy(&table.stdout), way)
}

fn words(table: &str, way: u32) -> Vec<Word> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |n: usize| cells.get(n).and_then(|cell| cell.parse::<u32>().ok()).map(|n| n * 100 / way);
        let text = cells.get(11).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        Some(Word { text, x: number(6)?, y: number(7)?, width: number(8)?, height: number(9)? })
    });
    rows.collect()
}

/// Where a phrase stands, the last time if it stands there more than once.
pub(crate) fn find(words: &[Word], phrase: &str) -> Option<Spot> {
    all(words, phrase).pop()
}

/// Every place where a phrase stands, downwards. One letter in eight may be another one, or one
/// syllable in four.
pub(crate) fn all(words: &[Word], phrase: &str) -> Vec<Spot> {
    let wanted = plain(phrase);
    // a misread stroke makes another syllable
    let allowed = wanted.chars().count() / if wanted.is_ascii() { 8 } else { 4 };
    let mut spots: Vec<Spot> = Vec::new();
    for start in 0..words.len() {
        let mut line = String::new();
        let mut spot: Option<Spot> = None;
        let mut before = 0;
        for word in words[start..].iter().take(24) {
            if spot.is_some_and(|spot| word.x <= before || !follows(spot, word)) {
                break;
            }
            before = word.x;
            line.push_str(&plain(&word.text));
            let end = Spot {
                left: spot.map_or(word.x, |spot| spot.left),
                right: spot.map_or(0, |spot| spot.right).max(word.x + word.width),
                top: spot.map_or(word.y, |spot| spot.top.min(word.y)),
                bottom: spot.map_or(0, |spot| spot.bottom).max(word.y + word.height),
            };
            spot = Some(end);
            if line.chars().count() > wanted.chars().count() + allowed {
                break;
            }
            if distance(&line, &wanted) <= allowed {
                spots.push(end);
                break;
            }
        }
    }
    spots.sort_by_key(|spot| (spot.top, spot.left));
    spots
}

/// Whether a word goes on with what has been read so far: on the same line, and not far to the right.
fn follows(spot: Spot, word: &Word) -> bool {
    let middle = word.y + word.height / 2;
    // a syllable's box may reach over those after it
    middle + 6 > spot.top && middle < spot.bottom + 6 && word.x < spot.right + 24
}

/// Without what is easily mistaken: case, spaces, signs, letters that look alike.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    letters
        .map(|c| match c {
            'l' | '1' | 'j' => 'i',
            '0' => 'o',
            '5' => 's',
            c => c,
        })
        .collect()
}

/// Changes of single letters from one text to another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[test]
fn a_phrase_is_found_in_words_of_one_line_although_a_letter_is_misread() {
    let word = |text: &str, x, y| Word { text: text.into(), x, y, width: 40, height: 12 };
    let words = [word("Qet", 10, 10), word("started", 56, 11), word("Get", 10, 90), word("started", 300, 90)];
    let spot = find(&words, "Get started").unwrap();
    assert_eq!(spot, Spot { left: 10, right: 96, top: 10, bottom: 23 });
    assert_eq!(find(&words, "Get lost"), None);
}
