//! What the tests of accounts and storage share: replayable randomness, a small cast and the vector files.
//! Knows no test.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::convert::Infallible;

use data_encoding::HEXLOWER;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;
use undertone_crypto::{AccountKey, DevCert, DeviceId, DeviceKeys, DeviceList, RecoverySecret, Validity};

/// Gives the bytes it was made with, then a stream that never repeats within a test.
pub(crate) struct Script {
    first: std::vec::IntoIter<u8>,
    state: u64,
}

impl Script {
    pub(crate) fn of(first: &[&[u8]]) -> Self {
        Self { first: first.concat().into_iter(), state: 1 }
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        Self { first: Vec::new().into_iter(), state: seed }
    }

    fn next(&mut self) -> u8 {
        self.first.next().unwrap_or_else(|| {
            // splitmix64
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)).to_le_bytes()[0]
        })
    }
}

impl TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes([self.next(), self.next(), self.next(), self.next()]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.try_next_u32()?) << 32 | u64::from(self.try_next_u32()?))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        dst.iter_mut().for_each(|byte| *byte = self.next());
        Ok(())
    }
}

impl TryCryptoRng for Script {}

pub(crate) fn account(seed: u8) -> AccountKey {
    AccountKey::from_seed(&[seed; 32])
}

pub(crate) fn device(account: &AccountKey, seed: u8) -> DevCert {
    let keys = DeviceKeys::generate(&mut Script::seeded(u64::from(seed)));
    account.certify(&keys, Validity { not_before_ms: 0, not_after_ms: 1_000_000 }, 1)
}

pub(crate) fn list(
    account: &AccountKey,
    seq: u64,
    prev: [u8; 32],
    devices: &[u8],
    revoked: &[u8],
) -> DeviceList {
    let certs: Vec<_> = devices.iter().map(|seed| device(account, *seed)).collect();
    let revoked: Vec<_> = revoked.iter().map(|seed| DeviceId::new([*seed; 16])).collect();
    DeviceList::create(account, seq, prev, &certs, &revoked, seq).expect("a list within the limits")
}

pub(crate) fn recovery(secret: &[u8]) -> RecoverySecret {
    RecoverySecret::generate(&mut Script::of(&[secret]))
}

pub(crate) fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("a vector file is JSON")
}

pub(crate) fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(text(value).as_bytes()).expect("lower-case hex")
}

pub(crate) fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().expect("hex of the right size")
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}
