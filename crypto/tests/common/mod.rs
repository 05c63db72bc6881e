//! What the tests share: a reproducible generator, parties and established sessions.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

pub(crate) mod groups;
pub(crate) mod sides;

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use undertone_crypto::identity::{AccountKey, DevCert, DeviceKeys, Validity};
use undertone_crypto::prekey::{Bundle, OpkSecret, PrekeySecret};
use undertone_crypto::{InitMsg, Initiation, Response, Session, kdf, label, respond};

pub(crate) const NOW: u64 = 1_800_000_000_000;
pub(crate) const HOUR: u64 = 3_600_000;
pub(crate) const DAY: u64 = 24 * HOUR;

/// SHA-256 in counter mode: the same bytes everywhere, for ever.
#[derive(Clone)]
pub(crate) struct TestRng {
    seed: [u8; 32],
    counter: u64,
    pub(crate) drawn: u64,
}

impl TestRng {
    pub(crate) fn new(name: &str) -> Self {
        Self { seed: kdf::plain_hash(name.as_bytes()), counter: 0, drawn: 0 }
    }

    pub(crate) fn from_u64(seed: u64) -> Self {
        Self::new(&seed.to_string())
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        rand_core::Rng::next_u32(self) % bound
    }
}

impl TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(32) {
            let block = kdf::hash(label::RECORD, &[&self.seed, &self.counter.to_be_bytes()]);
            self.counter += 1;
            self.drawn += chunk.len() as u64;
            let len = chunk.len();
            chunk.copy_from_slice(&block[..len]);
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

/// An account with one device.
pub(crate) struct Party {
    pub(crate) account: AccountKey,
    pub(crate) device: DeviceKeys,
    pub(crate) cert: DevCert,
}

pub(crate) const ALWAYS: Validity = Validity { not_before_ms: 0, not_after_ms: u64::MAX };

impl Party {
    pub(crate) fn new(rng: &mut TestRng) -> Self {
        let mut seed = [0; 32];
        rand_core::Rng::fill_bytes(rng, &mut seed);
        let account = AccountKey::from_seed(&seed);
        let device = DeviceKeys::generate(rng);
        let cert = account.certify(&device, ALWAYS, 1);
        Self { account, device, cert }
    }

    pub(crate) fn publish(&self, rng: &mut TestRng) -> (PrekeySecret, Vec<u8>) {
        PrekeySecret::issue(&self.device, &self.cert, [0xb0; 32], NOW, 7 * DAY, rng)
    }

    pub(crate) fn bundle(&self, bytes: &[u8]) -> Bundle {
        Bundle::parse(bytes, &self.account.id(), NOW).expect("a fresh bundle")
    }

    pub(crate) fn initiate(&self, bundle: &Bundle, rng: &mut TestRng) -> Session {
        Session::initiate(&self.device, &self.cert, bundle, None, &initiation(1), rng).expect("initiate")
    }

    pub(crate) fn respond(&self, prekey: &PrekeySecret, opk: Option<&OpkSecret>, bytes: &[u8]) -> Response {
        let init = InitMsg::parse(bytes).expect("a first message");
        respond(&self.device, prekey, opk, &init, |_| None, NOW).expect("respond")
    }
}

pub(crate) const fn initiation(generation: u32) -> Initiation {
    Initiation { generation, devlist_head: [0xa1; 32], devlist_head_seen: [0xb1; 32], invite: None }
}

/// Two parties, and a session between them in which each side has opened one message of the other.
pub(crate) struct Two {
    pub(crate) alice: Party,
    pub(crate) bob: Party,
    pub(crate) a: Session,
    pub(crate) b: Session,
    pub(crate) rng: TestRng,
}

impl Two {
    pub(crate) fn new(name: &str) -> Self {
        let mut two = Self::unanswered(name);
        let reply = two.b.seal(b"reply", NOW, &mut two.rng).expect("seal");
        assert_eq!(two.a.open(&reply, NOW).expect("open"), b"reply");
        two
    }

    /// Bob has opened Alice's first message and not answered.
    pub(crate) fn unanswered(name: &str) -> Self {
        let mut rng = TestRng::new(name);
        let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
        let (prekey, bytes) = bob.publish(&mut rng);
        let mut a = alice.initiate(&bob.bundle(&bytes), &mut rng);
        let first = a.seal(b"first", NOW, &mut rng).expect("seal");
        let response = bob.respond(&prekey, None, &first);
        assert_eq!(response.plaintext, b"first");
        Self { alice, bob, a, b: response.session, rng }
    }

    pub(crate) fn a_says(&mut self, text: &[u8]) -> Vec<u8> {
        self.a.seal(text, NOW, &mut self.rng).expect("seal")
    }

    pub(crate) fn b_says(&mut self, text: &[u8]) -> Vec<u8> {
        self.b.seal(text, NOW, &mut self.rng).expect("seal")
    }

    /// `turns` times there and back.
    pub(crate) fn ping_pong(&mut self, turns: usize) {
        for _ in 0..turns {
            let ping = self.a_says(b"ping");
            assert_eq!(self.b.open(&ping, NOW).expect("open"), b"ping");
            let pong = self.b_says(b"pong");
            assert_eq!(self.a.open(&pong, NOW).expect("open"), b"pong");
        }
    }
}
