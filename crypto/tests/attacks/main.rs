//! Published attacks, turned on ourselves: those that are decided inside this crate. Names and numbers are those of
//! docs/protocol.md, "Attacks"; every refusal is an error, no plaintext and no change of state.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../reference/mod.rs"]
mod reference;

mod groups;
mod handshakes;
mod keys;
mod prekeys;
mod ratchets;
mod sessions;

use common::{NOW, Party, TestRng};
use reference::{Attempt, steal};
use undertone_crypto::{InitMsg, OpkSecret, PrekeySecret, RespondError, Response, respond};

/// An initiator's identity as `common::initiation(1)` makes it.
fn identity(cert: &[u8]) -> Vec<u8> {
    [cert, &[0xa1; 32], &[0xb1; 32], &1_u32.to_be_bytes(), &[0; 8]].concat()
}

/// Bob with published prekeys, Alice, and the attacker's copy of whatever a test lets leak.
struct Scene {
    rng: TestRng,
    alice: Party,
    bob: Party,
    prekey: PrekeySecret,
    bundle: Vec<u8>,
}

impl Scene {
    fn new(name: &str) -> Self {
        let mut rng = TestRng::new(name);
        let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
        let (prekey, bundle) = bob.publish(&mut rng);
        Self { rng, alice, bob, prekey, bundle }
    }

    /// What Alice would honestly send.
    fn attempt(&self) -> Attempt {
        let identity = identity(self.alice.cert.as_bytes());
        Attempt::honest(&self.bundle, steal(&self.alice.device).dik, identity, [[11; 32], [12; 32], [13; 32]])
    }

    /// The first message of an attempt.
    fn first(attempt: &Attempt) -> Vec<u8> {
        let (prefix, mut ratchet) = attempt.run();
        [prefix, ratchet.seal(b"first", [14; 24])].concat()
    }

    fn answer(&self, bytes: &[u8]) -> Result<Response, RespondError> {
        self.answer_with(None, bytes)
    }

    fn answer_with(&self, opk: Option<&OpkSecret>, bytes: &[u8]) -> Result<Response, RespondError> {
        let init = InitMsg::parse(bytes).map_err(|_| RespondError::Rejected)?;
        respond(&self.bob.device, &self.prekey, opk, &init, |_| None, NOW)
    }

    fn refuses(&self, attempt: &Attempt) {
        assert_eq!(self.answer(&Self::first(attempt)).err(), Some(RespondError::Rejected));
    }
}
