//! How fast groups are: our sender chains and vodozemac's Megolm, measured in turns in the same run so that a busy
//! machine slows both alike. Prints the best batch of each, ratios, and the targets.
//!
//! `cargo bench -p undertone-crypto --bench group`
#![allow(clippy::print_stdout, reason = "a benchmark reports to a person")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a broken benchmark may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use undertone_crypto::DeviceId;
use undertone_crypto::group::{EnvelopeKey, GroupId, MessageContext, ReceiverChain, SenderChain, SenderKey};
use vodozemac::megolm::{GroupSession, InboundGroupSession, SessionConfig};

const NOW: u64 = 1_800_000_000_000;
const ROUNDS: usize = 100;
const BATCH: usize = 32;
const DEVICE: DeviceId = DeviceId::new([1; 16]);
const CONTEXT: MessageContext<'static> = MessageContext { view: [2; 16], lamport: 3, prev: &[[4; 16]; 2] };

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// The best time per operation over all rounds.
struct Case {
    name: &'static str,
    target_us: Option<f64>,
    best: Duration,
}

struct Table(Vec<Case>);

impl Table {
    fn add(&mut self, name: &'static str, target_us: Option<f64>, operations: usize, took: Duration) {
        let each = took / u32::try_from(operations).unwrap();
        match self.0.iter_mut().find(|case| case.name == name) {
            Some(case) => case.best = case.best.min(each),
            None => self.0.push(Case { name, target_us, best: each }),
        }
    }

    fn us(&self, name: &str) -> f64 {
        self.0.iter().find(|case| case.name == name).unwrap().best.as_secs_f64() * 1e6
    }

    fn print(&self) {
        println!("{:<44} {:>10} {:>10}", "best of all rounds, per operation", "us", "target");
        for case in &self.0 {
            let us = case.best.as_secs_f64() * 1e6;
            let target = case.target_us.map_or(String::new(), |target| {
                format!("{target:>10.1} {}", if us <= target { "met" } else { "MISSED" })
            });
            println!("{:<44} {us:>10.2} {target}", case.name);
        }
        println!();
        for (what, one, other) in [
            ("Megolm encrypt / our seal, 100 B", "Megolm encrypt 100 B", "seal 100 B"),
            ("Megolm decrypt / our open, 100 B", "Megolm decrypt 100 B", "open 100 B"),
            ("Megolm both / ours, 100 B", "Megolm encrypt and decrypt 100 B", "seal and open 100 B"),
        ] {
            println!("{what:<52} {:>6.2}", self.us(one) / self.us(other));
        }
    }
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let out = run();
    (start.elapsed(), out)
}

fn ours(table: &mut Table) {
    let (group, envelope) = (GroupId::generate(&mut rng()), EnvelopeKey::generate(&mut rng()));
    let (took, mut sender) = timed(|| SenderChain::create(group, DEVICE, [5; 32], NOW, &mut rng()));
    table.add("begin a chain", None, 1, took);
    let key = sender.skdm().encode();
    let (took, mut reader) = timed(|| ReceiverChain::new(SenderKey::decode(&key, DEVICE).unwrap()));
    table.add("read a sender key", None, 1, took);
    let text = [7; 100];
    let (seal, frames) = timed(|| {
        (0..BATCH).map(|_| sender.seal(CONTEXT, &text, &envelope, &mut rng()).unwrap()).collect::<Vec<_>>()
    });
    table.add("seal 100 B", None, BATCH, seal);
    let (open, ()) = timed(|| {
        for frame in &frames {
            black_box(reader.open(&envelope.open(frame).unwrap(), NOW).unwrap());
        }
    });
    table.add("open 100 B", None, BATCH, open);
    table.add("seal and open 100 B", Some(65.0), BATCH, seal + open);
}

fn megolm(table: &mut Table) {
    let mut sender = GroupSession::new(SessionConfig::version_1());
    let mut reader = InboundGroupSession::new(&sender.session_key(), SessionConfig::version_1());
    let text = [7; 100];
    // to and from the bytes that travel, as ours
    let (seal, frames) = timed(|| (0..BATCH).map(|_| sender.encrypt(text).to_bytes()).collect::<Vec<_>>());
    table.add("Megolm encrypt 100 B", None, BATCH, seal);
    let (open, ()) = timed(|| {
        for frame in &frames {
            black_box(reader.decrypt(&frame.as_slice().try_into().unwrap()).unwrap());
        }
    });
    table.add("Megolm decrypt 100 B", None, BATCH, open);
    table.add("Megolm encrypt and decrypt 100 B", None, BATCH, seal + open);
}

fn ahead(table: &mut Table) {
    let (group, envelope) = (GroupId::generate(&mut rng()), EnvelopeKey::generate(&mut rng()));
    let mut sender = SenderChain::create(group, DEVICE, [5; 32], NOW, &mut rng());
    let mut reader = ReceiverChain::new(sender.skdm());
    let mut last = Vec::new();
    for _ in 0..1000 {
        last = sender.seal(CONTEXT, b"", &envelope, &mut rng()).unwrap();
    }
    let sealed = envelope.open(&last).unwrap();
    let (took, _) = timed(|| reader.open(&sealed, NOW).unwrap());
    table.add("open 999 messages ahead", None, 1, took);
    let (took, record) = timed(|| reader.to_bytes());
    table.add("record of 999 missing messages", None, 1, took);
    black_box(record);
}

fn main() {
    let mut table = Table(Vec::new());
    for round in 0..ROUNDS {
        ours(&mut table);
        megolm(&mut table);
        if round % 10 == 0 {
            ahead(&mut table);
        }
    }
    table.print();
}
