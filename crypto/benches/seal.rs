//! How fast sessions are: our engine, vodozemac's Olm and a bare AEAD, measured in turns in the same run so that
//! a busy machine slows all of them alike. Prints the best batch of each, ratios, and the targets.
//!
//! `cargo bench -p undertone-crypto --bench seal`
#![allow(clippy::print_stdout, reason = "a benchmark reports to a person")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken benchmark may stop")]
#![allow(clippy::arithmetic_side_effects, clippy::panic, reason = "a broken benchmark may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use undertone_crypto::identity::{AccountKey, DevCert, DeviceKeys, Validity};
use undertone_crypto::prekey::{Bundle, PrekeySecret};
use undertone_crypto::{InitMsg, Initiation, Secret, Session, aead, respond};
use vodozemac::olm;

const NOW: u64 = 1_800_000_000_000;
const ROUNDS: usize = 60;
const BATCH: usize = 32;

type Rng = UnwrapErr<SysRng>;

fn rng() -> Rng {
    UnwrapErr(SysRng)
}

struct Party {
    device: DeviceKeys,
    cert: DevCert,
}

impl Party {
    fn new(seed: u8) -> Self {
        let account = AccountKey::from_seed(&[seed; 32]);
        let device = DeviceKeys::generate(&mut rng());
        let cert = account.certify(&device, Validity { not_before_ms: 0, not_after_ms: u64::MAX }, 1);
        Self { device, cert }
    }
}

/// The whole handshake: bundle checked, session started, first message made, opened and answered.
fn handshake(alice: &Party, bob: &Party, prekey: &PrekeySecret, bundle: &[u8]) -> (Session, Session) {
    let bundle = Bundle::parse(bundle, &bob.cert.account(), NOW).unwrap();
    let how = Initiation { generation: 1, devlist_head: [1; 32], devlist_head_seen: [2; 32], invite: None };
    let mut a = Session::initiate(&alice.device, &alice.cert, &bundle, None, &how, &mut rng()).unwrap();
    let first = a.seal(b"first", NOW, &mut rng()).unwrap();
    let init = InitMsg::parse(&first).unwrap();
    let b = respond(&bob.device, prekey, None, &init, |_| None, NOW).unwrap().session;
    (a, b)
}

fn turn(from: &mut Session, to: &mut Session) {
    let message = from.seal(&[7; 100], NOW, &mut rng()).unwrap();
    let plaintext = to.open(&message, NOW);
    black_box(plaintext.unwrap());
}

/// A session in which the post-quantum step of the handshake is done and the next one is far away.
fn settled(alice: &Party, bob: &Party, prekey: &PrekeySecret, bundle: &[u8]) -> (Session, Session) {
    let (mut a, mut b) = handshake(alice, bob, prekey, bundle);
    for _ in 0..2 {
        turn(&mut b, &mut a);
        turn(&mut a, &mut b);
    }
    (a, b)
}

fn olm_pair() -> (olm::Session, olm::Session) {
    let (alice, mut bob) = (olm::Account::new(), olm::Account::new());
    bob.generate_one_time_keys(1);
    let key = *bob.one_time_keys().values().next().unwrap();
    let config = olm::SessionConfig::version_1();
    let mut a = alice.create_outbound_session(config, bob.curve25519_key(), key).unwrap();
    let olm::OlmMessage::PreKey(first) = a.encrypt("first").unwrap() else { panic!("a first message") };
    let mut b = bob.create_inbound_session(config, alice.curve25519_key(), &first).unwrap().session;
    let reply = b.encrypt("reply").unwrap();
    a.decrypt(&reply).unwrap();
    let next = a.encrypt("next").unwrap();
    b.decrypt(&next).unwrap();
    (a, b)
}

/// One thing that is measured: the best time per operation over all rounds.
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
            ("Olm encrypt / our seal, 100 B", "Olm encrypt 100 B", "seal 100 B"),
            ("Olm decrypt / our open, 100 B", "Olm decrypt 100 B", "open 100 B"),
            ("our seal / bare AEAD, 100 B padded to 256 B", "seal 100 B", "bare AEAD 256 B"),
            ("our seal / bare AEAD, 64 KiB", "seal 64 KiB", "bare AEAD 64 KiB"),
            ("Olm turn / our turn", "Olm turn (new chain each message)", "turn (new chain each message)"),
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

fn same_chain(table: &mut Table, a: &mut Session, b: &mut Session) {
    let text = [7; 100];
    let (took, messages) =
        timed(|| (0..BATCH).map(|_| a.seal(&text, NOW, &mut rng()).unwrap()).collect::<Vec<_>>());
    table.add("seal 100 B", Some(2.0), BATCH, took);
    let (took, ()) = timed(|| {
        for message in &messages {
            black_box(b.open(message, NOW).unwrap());
        }
    });
    table.add("open 100 B", Some(2.5), BATCH, took);

    let long = vec![7; 65_532];
    // each message is dropped before the next is made, as it is once it has been sent
    let (took, ()) = timed(|| {
        for _ in 0..4 {
            black_box(a.seal(&long, NOW, &mut rng()).unwrap());
        }
    });
    table.add("seal 64 KiB", Some(80.0), 4, took);
    let messages: Vec<_> = (0..4).map(|_| a.seal(&long, NOW, &mut rng()).unwrap()).collect();
    let (took, ()) = timed(|| {
        for message in &messages {
            black_box(b.open(message, NOW).unwrap());
        }
    });
    table.add("open 64 KiB", None, 4, took);
}

fn bare_parts(table: &mut Table) {
    let mut nonce = [0; 24];
    let (took, ()) = timed(|| {
        for _ in 0..BATCH {
            rand_core::Rng::fill_bytes(&mut rng(), black_box(&mut nonce));
        }
    });
    table.add("24 random bytes from the system", None, BATCH, took);
    for (name, len, count) in [("bare AEAD 256 B", 256, BATCH), ("bare AEAD 64 KiB", 65_536, 4)] {
        let mut buf = vec![7; len];
        let key = Secret::new([9; 32]);
        let (took, ()) = timed(|| {
            for _ in 0..count {
                black_box(aead::seal(&key, &[1; 12], &[2; 120], &mut buf).unwrap());
            }
        });
        table.add(name, None, count, took);
    }
}

fn olm_same_chain(table: &mut Table, a: &mut olm::Session, b: &mut olm::Session) {
    let (took, messages) = timed(|| (0..BATCH).map(|_| a.encrypt([7; 100]).unwrap()).collect::<Vec<_>>());
    table.add("Olm encrypt 100 B", None, BATCH, took);
    let (took, ()) = timed(|| {
        for message in &messages {
            black_box(b.decrypt(message).unwrap());
        }
    });
    table.add("Olm decrypt 100 B", None, BATCH, took);
}

fn turns(table: &mut Table, a: &mut Session, b: &mut Session) {
    let (took, ()) = timed(|| {
        for _ in 0..4 {
            turn(b, a);
            turn(a, b);
        }
    });
    table.add("turn (new chain each message)", Some(135.0), 8, took);
}

fn olm_turns(table: &mut Table, a: &mut olm::Session, b: &mut olm::Session) {
    let (took, ()) = timed(|| {
        for _ in 0..4 {
            let message = b.encrypt([7; 100]).unwrap();
            black_box(a.decrypt(&message).unwrap());
            let message = a.encrypt([7; 100]).unwrap();
            black_box(b.decrypt(&message).unwrap());
        }
    });
    table.add("Olm turn (new chain each message)", None, 8, took);
}

/// The responder's first chain offers a key and the initiator's next one uses it.
fn post_quantum_turns(table: &mut Table, a: &mut Session, b: &mut Session) {
    let (took, ()) = timed(|| {
        turn(b, a);
        turn(a, b);
    });
    table.add("turn with its half of a KEM step", Some(180.0), 2, took);
}

fn skip(table: &mut Table, mut a: Session, mut b: Session) {
    let mut last = Vec::new();
    for _ in 0..=1000 {
        last = a.seal(b"", NOW, &mut rng()).unwrap();
    }
    let (took, _) = timed(|| b.open(&last, NOW).unwrap());
    table.add("open 1000 messages ahead", Some(600.0), 1, took);
}

fn main() {
    let (alice, bob) = (Party::new(1), Party::new(2));
    let (prekey, bundle) =
        PrekeySecret::issue(&bob.device, &bob.cert, [3; 32], NOW, 7 * 24 * 3_600_000, &mut rng());
    let mut table = Table(Vec::new());
    for _ in 0..ROUNDS {
        let (mut a, mut b) = settled(&alice, &bob, &prekey, &bundle);
        let (mut olm_a, mut olm_b) = olm_pair();
        same_chain(&mut table, &mut a, &mut b);
        bare_parts(&mut table);
        olm_same_chain(&mut table, &mut olm_a, &mut olm_b);
        let (mut a, mut b) = settled(&alice, &bob, &prekey, &bundle);
        turns(&mut table, &mut a, &mut b);
        olm_turns(&mut table, &mut olm_a, &mut olm_b);
        let (took, (mut a, mut b)) = timed(|| handshake(&alice, &bob, &prekey, &bundle));
        table.add("handshake, both sides, first message", Some(700.0), 1, took);
        post_quantum_turns(&mut table, &mut a, &mut b);
        skip(&mut table, a, b);
    }
    table.print();
}
