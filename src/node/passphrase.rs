//! A passphrase from a file, for programs that are started by other programs. Knows nothing of what it opens.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

/// The first line of a file, without its end.
///
/// # Errors
/// What the system says about the file; [`io::ErrorKind::InvalidData`] if the line is empty, longer than 4 KiB
/// or not UTF-8.
pub fn read_passphrase_file(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST));
    let limit = u64::try_from(MOST).unwrap_or(u64::MAX);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() || line.len() >= MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the first line is empty or too long"));
    }
    let text = std::str::from_utf8(line);
    text.map(|line| Zeroizing::new(line.to_owned()))
        .map_err(|_not_utf8| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
}

/// More than any passphrase has. The buffer has this size from the start, so no copy is left behind.
const MOST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_passphrase_file(&path).map(|line| line.to_string()).ok()
        };
        assert_eq!(read("열려라 참깨\nsecond".as_bytes()).as_deref(), Some("열려라 참깨"));
        assert_eq!(read(b"windows\r\n").as_deref(), Some("windows"));
        for bad in [&b""[..], b"\nx", &[b'x'; MOST], b"\xff\n"] {
            assert_eq!(read(bad), None);
        }
        assert!(read_passphrase_file(&dir.path().join("none")).is_err());
    }
}
