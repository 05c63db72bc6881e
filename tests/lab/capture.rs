//! What travels on a cable, recorded by `tcpdump`, and a search for what must not be in it. Knows nothing of the
//! messenger.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use crate::place::{Desk, Lan, need};

/// A recording that runs.
pub(crate) struct Capture {
    tcpdump: Child,
    file: PathBuf,
}

impl Capture {
    /// Records all that passes a desk's cable.
    pub(crate) fn start(lan: &Lan, desk: &Desk, folder: &Path) -> Self {
        need("tcpdump");
        let file = folder.join(format!("{}.pcap", desk.namespace));
        let mut tcpdump = Command::new("nsenter")
            .arg(format!("--net=/run/netns/{}", lan.namespace))
            .args(["tcpdump", "--immediate-mode", "-U", "-n", "-Z", "root", "-i", &desk.port, "-w"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(tcpdump.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "tcpdump does not start");
        }
        // It goes on talking when it ends.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { tcpdump, file }
    }

    /// Ends the recording.
    pub(crate) fn finish(mut self) -> Packets {
        let pid = self.tcpdump.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &pid]).status().unwrap().success());
        self.tcpdump.wait().unwrap();
        Packets::parse(&fs::read(&self.file).unwrap())
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.tcpdump.kill().ok();
        self.tcpdump.wait().ok();
    }
}

/// What was recorded.
pub(crate) struct Packets(pub(crate) Vec<Vec<u8>>);

impl Packets {
    /// The records of a file in the classic format, as it is written on this computer.
    fn parse(file: &[u8]) -> Self {
        assert_eq!(file[..4], [0xd4, 0xc3, 0xb2, 0xa1], "a recording");
        let (mut packets, mut at) = (Vec::new(), 24);
        while let Some(header) = file.get(at..at + 16) {
            let size = usize::try_from(u32::from_le_bytes(header[8..12].try_into().unwrap())).unwrap();
            packets.push(file[at + 16..at + 16 + size].to_vec());
            at += 16 + size;
        }
        Self(packets)
    }

    /// All packets as they are, and the TCP payload of each direction of each connection in one piece: nothing
    /// escapes by lying across two packets.
    pub(crate) fn searchable(&self) -> Vec<u8> {
        let mut streams: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (flow, payload) in self.0.iter().filter_map(|packet| tcp(packet)) {
            streams.entry(flow).or_default().extend_from_slice(payload);
        }
        let packets = self.0.iter().map(Vec::as_slice);
        packets.chain(streams.values().map(Vec::as_slice)).collect::<Vec<_>>().join(&[0; 8][..])
    }

    /// The payloads of packets to the port of multicast DNS.
    pub(crate) fn mdns(&self) -> Vec<&[u8]> {
        let all = self.0.iter().filter_map(|packet| {
            let (kind, _, rest) = ip(packet)?;
            (kind == 17 && rest.get(2..4)? == 5353_u16.to_be_bytes()).then(|| rest.get(8..))?
        });
        all.collect()
    }
}

/// Protocol, both addresses, and what is inside.
fn ip(packet: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    match packet.get(12..14)? {
        [0x08, 0x00] => {
            let length = usize::from(packet.get(14)? & 15) * 4;
            Some((*packet.get(23)?, packet.get(26..34)?, packet.get(14 + length..)?))
        }
        [0x86, 0xdd] => Some((*packet.get(20)?, packet.get(22..54)?, packet.get(54..)?)),
        _ => None,
    }
}

/// Which connection and direction, and the payload.
fn tcp(packet: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (6, addresses, rest) = ip(packet)? else { return None };
    let length = usize::from(rest.get(12)? >> 4) * 4;
    Some(([addresses, rest.get(..4)?].concat(), rest.get(length..)?))
}

/// All the forms in which something could be written down.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms =
        vec![secret.to_vec(), HEXLOWER.encode(secret).into_bytes(), HEXUPPER.encode(secret).into_bytes()];
    let base32 = BASE32_NOPAD.encode(secret);
    forms.push(base32.to_lowercase().into_bytes());
    forms.push(base32.into_bytes());
    if let Ok(text) = std::str::from_utf8(secret) {
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    for encoding in [BASE64_NOPAD, BASE64URL_NOPAD] {
        for before in 0..3 {
            // Characters that only the secret decides, wherever in a longer text it lies.
            let shifted = encoding.encode(&[&[0; 3][..before], secret].concat());
            let whole = (before + secret.len()) / 3 * 4;
            let skipped = [0, 2, 3][before];
            forms.push(shifted.as_bytes()[skipped..whole].to_vec());
        }
    }
    forms
}

/// Things that must not be seen, in all their forms, to be looked for in one pass.
pub(crate) struct Secrets {
    forms: Vec<(String, Vec<u8>)>,
    /// Whether a form starts with these two bytes.
    starts: Vec<bool>,
}

impl Secrets {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let (mut all, mut starts) = (Vec::new(), vec![false; 1 << 16]);
        for (name, secret) in secrets {
            assert!(secret.len() >= 8, "{name} is so short that it may come up by chance");
            for form in forms(secret) {
                starts[usize::from(u16::from_be_bytes([form[0], form[1]]))] = true;
                all.push((name.to_owned(), form));
            }
        }
        Self { forms: all, starts }
    }

    /// The names of those that are in there.
    pub(crate) fn seen_in(&self, haystack: &[u8]) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        for (number, page) in haystack.chunks(ZEROS.len()).enumerate() {
            let from = number * ZEROS.len();
            // Most of a memory was never written. What begins with a zero may begin at the end of it.
            let from = if page == &ZEROS[..page.len()] { from + page.len() - 1 } else { from };
            let upto = number * ZEROS.len() + page.len();
            self.look_at(&haystack[from..], upto - from, &mut seen);
        }
        seen
    }

    /// What begins in the first `count` bytes.
    fn look_at<'a>(&'a self, haystack: &[u8], count: usize, seen: &mut BTreeSet<&'a str>) {
        let mut first = haystack[0];
        let mut at = 0;
        while at < count {
            let Some(second) = haystack.get(at + 1) else { return };
            if self.starts[usize::from(first) << 8 | usize::from(*second)] {
                let begun = self.forms.iter().filter(|(_, form)| haystack[at..].starts_with(form));
                seen.extend(begun.map(|(name, _)| name.as_str()));
            }
            first = *second;
            at += 1;
        }
    }
}

const ZEROS: [u8; 4096] = [0; 4096];

/// All files below a folder, with what is in them.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&path));
        } else if entry.file_type().unwrap().is_file() {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn a_secret_is_found_in_every_form_and_place() {
    let secret = "a secret 비밀";
    let encoded = [
        secret.as_bytes().to_vec(),
        BASE64_NOPAD.encode(format!("it is {secret}!").as_bytes()).into_bytes(),
        BASE64URL_NOPAD.encode(format!("it was {secret}").as_bytes()).into_bytes(),
        HEXUPPER.encode(secret.as_bytes()).into_bytes(),
        format!("<{secret}>").encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let secrets = Secrets::new([("ours", secret.as_bytes()), ("theirs", b"a secret of somebody else")]);
    for haystack in encoded {
        let haystack = [&[7; 100][..], &haystack, &[9; 100]].concat();
        assert_eq!(secrets.seen_in(&haystack), BTreeSet::from(["ours"]));
    }
    // Across the edges of pages, of zeros and of others.
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(wide[0], 0);
    for fill in [0, 7] {
        for at in (3 * 4096 - 60)..(3 * 4096 + 3) {
            let mut haystack = vec![fill; 5 * 4096 + 100];
            haystack[at..at + wide.len()].copy_from_slice(&wide);
            assert_eq!(secrets.seen_in(&haystack), BTreeSet::from(["ours"]), "{fill} {at}");
        }
    }
    assert!(secrets.seen_in(&[]).is_empty());
}
