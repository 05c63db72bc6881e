//! Genuine things, made once, for the fuzzer to damage: a decoder behind a signature or a MAC is reached by
//! what is nearly right, never by chance.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use undertone_crypto::{
    AccountKey, Bundle, DevCert, DeviceId, DeviceKeys, DeviceList, InitMsg, Initiation, PairKey,
    PrekeySecret, RecordKey, Session, Validity, respond, vault,
};

pub(crate) const NOW: u64 = 1_800_000_000_000;

/// Two people who have just begun to talk: Bora's first message has come to Hana.
pub(crate) struct Sample {
    pub(crate) account: AccountKey,
    pub(crate) device: DeviceKeys,
    pub(crate) cert: DevCert,
    pub(crate) list: DeviceList,
    pub(crate) prekey: PrekeySecret,
    pub(crate) bundle: Vec<u8>,
    pub(crate) first_message: Vec<u8>,
    /// Hana's session with Bora, before `message`.
    pub(crate) session: Vec<u8>,
    pub(crate) message: Vec<u8>,
    pub(crate) pair: PairKey,
    pub(crate) peer: DeviceId,
    pub(crate) signal: Vec<u8>,
    pub(crate) record_key: RecordKey,
    pub(crate) record: Vec<u8>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let rng = &mut Repeatable::new(1);
        let (account, device, cert, list) = person(1, rng);
        let (_, other, other_cert, other_list) = person(2, rng);
        let (prekey, bundle) = PrekeySecret::issue(&device, &cert, list.head(), NOW, 600_000, rng);
        let parsed = Bundle::parse(&bundle, &account.id(), NOW).unwrap();
        let initiation = Initiation {
            generation: 1,
            devlist_head: other_list.head(),
            devlist_head_seen: list.head(),
            invite: None,
        };
        let mut theirs = Session::initiate(&other, &other_cert, &parsed, None, &initiation, rng).unwrap();
        let first_message = theirs.seal(b"hello", NOW, rng).unwrap();
        let init = InitMsg::parse(&first_message).unwrap();
        let mut ours = respond(&device, &prekey, None, &init, |_| None, NOW).unwrap().session;
        let answer = ours.seal(b"hello yourself", NOW, rng).unwrap();
        theirs.open(&answer, NOW).unwrap();
        let message = theirs.seal(b"and now an ordinary message", NOW, rng).unwrap();
        let pair = device.pair_key(&cert, &other_cert).unwrap();
        let signal = pair.seal_signal(other_cert.device(), &[1, 1], rng).unwrap();
        let record_key = RecordKey::generate(rng);
        let record = record_key.seal(KIND, ROW, b"what was stored", rng).unwrap();
        Self {
            session: ours.to_bytes().to_vec(),
            peer: other_cert.device(),
            account,
            device,
            cert,
            list,
            prekey,
            bundle,
            first_message,
            message,
            pair,
            signal,
            record_key,
            record,
        }
    }
}

/// A key file of the passphrase [`PASSPHRASE`]. Takes a while: it is meant to.
pub(crate) fn key_file() -> Vec<u8> {
    let rng = &mut Repeatable::new(3);
    let keys = vault::Keys::generate(rng);
    vault::seal(PASSPHRASE, vault::Cost::FLOOR, &keys, 1, rng).unwrap().1
}

fn person(seed: u8, rng: &mut Repeatable) -> (AccountKey, DeviceKeys, DevCert, DeviceList) {
    let account = AccountKey::from_seed(&[seed; 32]);
    let device = DeviceKeys::generate(rng);
    let always = Validity { not_before_ms: 0, not_after_ms: u64::MAX };
    let cert = account.certify(&device, always, 1);
    let list = DeviceList::create(&account, NOW, [0; 32], std::slice::from_ref(&cert), &[], NOW).unwrap();
    (account, device, cert, list)
}

/// The bytes as they are, or, if the first one is odd, `genuine` with the changes that the rest describes:
/// place (two bytes) and what to change there by; the last odd bytes are appended.
pub(crate) fn damaged(genuine: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some((how, rest)) = bytes.split_first() else { return Vec::new() };
    if how % 2 == 0 {
        return rest.to_vec();
    }
    let mut out = genuine.to_vec();
    let (changes, tail) = rest.as_chunks::<3>();
    for [high, low, by] in changes {
        let at = usize::from(u16::from_be_bytes([*high, *low]));
        match out.get_mut(at) {
            Some(byte) => *byte ^= by,
            // Beyond the end: cut there, counted from the end.
            None => out.truncate(out.len().saturating_sub(usize::from(*by))),
        }
    }
    out.extend_from_slice(tail);
    out
}

/// Repeatable, and nothing else.
pub(crate) struct Repeatable(u64);

impl Repeatable {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl TryRng for Repeatable {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Repeatable {}

pub(crate) const PASSPHRASE: &[u8] = b"correct horse battery";
/// What the sample record is the row of.
pub(crate) const KIND: u8 = 7;
pub(crate) const ROW: &[u8] = b"row";
