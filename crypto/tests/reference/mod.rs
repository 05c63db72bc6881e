//! The protocol written a second time, straight from docs/protocol.md and on other parts (RustCrypto's ML-KEM,
//! the `hkdf` crate), and without any of the checks: it makes what an honest peer makes, and what a dishonest one
//! could.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

pub(crate) mod group;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use ml_kem::{Decapsulate, DecapsulationKey, EncapsulationKey, KeyExport, MlKem768};
use sha2::{Digest, Sha256};
use undertone_crypto::identity::DeviceKeys;
use x25519_dalek::{PublicKey, StaticSecret};

pub(crate) fn sha(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

pub(crate) fn hkdf(salt: &[u8], ikm: &[&[u8]], info: &[&[u8]], len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    Hkdf::<Sha256>::new(Some(salt), &ikm.concat()).expand(&info.concat(), &mut out).expect("short enough");
    out
}

pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

pub(crate) fn dh(secret: &[u8; 32], public: &[u8; 32]) -> [u8; 32] {
    StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public)).to_bytes()
}

pub(crate) fn public(secret: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

fn seal(key: &[u8], nonce: &[u8], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    let payload = Payload { msg, aad };
    if nonce.len() == 24 {
        XChaCha20Poly1305::new_from_slice(key)
            .expect("key")
            .encrypt(nonce.try_into().expect("nonce"), payload)
    } else {
        ChaCha20Poly1305::new_from_slice(key).expect("key").encrypt(nonce.try_into().expect("nonce"), payload)
    }
    .expect("seal")
}

fn open(key: &[u8], nonce: &[u8], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg, aad };
    if nonce.len() == 24 {
        XChaCha20Poly1305::new_from_slice(key)
            .expect("key")
            .decrypt(nonce.try_into().expect("nonce"), payload)
    } else {
        ChaCha20Poly1305::new_from_slice(key).expect("key").decrypt(nonce.try_into().expect("nonce"), payload)
    }
    .ok()
}

pub(crate) fn encapsulate(key: &[u8], coins: &[u8; 32]) -> (Vec<u8>, [u8; 32]) {
    let key = EncapsulationKey::<MlKem768>::new(key.try_into().expect("size")).expect("reduced");
    let (ciphertext, shared) = key.encapsulate_deterministic(&(*coins).into());
    (ciphertext.to_vec(), shared.into())
}

pub(crate) fn decapsulate(seed: &[u8; 64], ciphertext: &[u8]) -> [u8; 32] {
    let key = DecapsulationKey::<MlKem768>::from_seed((*seed).into());
    key.decapsulate(ciphertext.try_into().expect("size")).into()
}

pub(crate) fn kem_public(seed: &[u8; 64]) -> Vec<u8> {
    DecapsulationKey::<MlKem768>::from_seed((*seed).into()).encapsulation_key().to_bytes().to_vec()
}

/// A device's secrets, as they lie in its record.
#[derive(Clone)]
pub(crate) struct Stolen {
    pub(crate) id: [u8; 16],
    pub(crate) dsk: [u8; 32],
    pub(crate) dik: [u8; 32],
}

pub(crate) fn steal(device: &DeviceKeys) -> Stolen {
    let bytes = device.to_bytes();
    Stolen {
        id: bytes[1..17].try_into().expect("id"),
        dsk: bytes[17..49].try_into().expect("seed"),
        dik: bytes[49..81].try_into().expect("secret"),
    }
}

/// The fields of a bundle, by their place.
pub(crate) mod place {
    use std::ops::Range;
    pub(crate) const SUITES: Range<usize> = 1..4;
    pub(crate) const CERT: Range<usize> = 4..201;
    pub(crate) const DIK: Range<usize> = 85..117;
    pub(crate) const SPK: Range<usize> = 237..269;
    pub(crate) const KEM: Range<usize> = 273..1457;
    pub(crate) const EXPIRES: Range<usize> = 1465..1473;
    pub(crate) const SIGNED: Range<usize> = 0..1473;
}

/// Everything an initiator chooses or knows; tests change one thing.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) suite: u16,
    pub(crate) bundle_hash: [u8; 32],
    pub(crate) spk: [u8; 32],
    pub(crate) kem: Vec<u8>,
    pub(crate) bob_dik: [u8; 32],
    pub(crate) opk: Option<(u32, [u8; 32])>,
    pub(crate) ephemeral: [u8; 32],
    pub(crate) ephemeral_public: [u8; 32],
    pub(crate) coins: [u8; 32],
    pub(crate) dik: [u8; 32],
    /// Certificate, heads, generation and invite.
    pub(crate) identity: Vec<u8>,
    pub(crate) psk: [u8; 32],
    pub(crate) ratchet: [u8; 32],
    /// Instead of what the keys above give.
    pub(crate) dh1: Option<[u8; 32]>,
}

impl Attempt {
    /// What an honest initiator would do; `random` gives ephemeral, coins and ratchet key in this order.
    pub(crate) fn honest(bundle: &[u8], dik: [u8; 32], identity: Vec<u8>, random: [[u8; 32]; 3]) -> Self {
        let field = |place: std::ops::Range<usize>| bundle[place].try_into().expect("32 bytes");
        Self {
            suite: 1,
            bundle_hash: sha(&[b"ut1/bdl-hash", bundle]),
            spk: field(place::SPK),
            kem: bundle[place::KEM].to_vec(),
            bob_dik: field(place::DIK),
            opk: None,
            ephemeral: random[0],
            ephemeral_public: public(&random[0]),
            coins: random[1],
            dik,
            identity,
            psk: [0; 32],
            ratchet: random[2],
            dh1: None,
        }
    }

    /// The public part of the first message and the initiator's ratchet.
    pub(crate) fn run(&self) -> (Vec<u8>, Ratchet) {
        let (ciphertext, shared) = encapsulate(&self.kem, &self.coins);
        self.run_with(&ciphertext, &shared)
    }

    /// The root key before the first step of the ratchet.
    pub(crate) fn root_key(&self) -> [u8; 32] {
        let (ciphertext, shared) = encapsulate(&self.kem, &self.coins);
        let [root, _, _] = split(&self.keys(&ciphertext, &shared).2);
        root
    }

    pub(crate) fn run_with(&self, ciphertext: &[u8], shared: &[u8; 32]) -> (Vec<u8>, Ratchet) {
        let (sealed, th, keys) = self.keys(ciphertext, shared);
        let prefix = [
            &[1],
            self.suite.to_be_bytes().as_slice(),
            &self.bundle_hash[..8],
            &self.opk.map_or(0, |(id, _)| id).to_be_bytes(),
            &self.ephemeral_public,
            ciphertext,
            &u16::try_from(sealed.len()).expect("short").to_be_bytes(),
            &sealed,
        ]
        .concat();
        (prefix, Ratchet::initiator(th, &keys, self.spk, self.ratchet))
    }

    /// The sealed identity, the transcript hash and the three root keys.
    fn keys(&self, ciphertext: &[u8], shared: &[u8; 32]) -> (Vec<u8>, [u8; 32], Vec<u8>) {
        let opk = self.opk.map_or([0; 32], |(_, opk)| opk);
        let has_opk = [u8::from(self.opk.is_some())];
        let suite = self.suite.to_be_bytes();
        let th0 = sha(&[
            b"ut1/th0",
            &suite,
            &self.bundle_hash,
            &has_opk,
            &opk,
            &self.ephemeral_public,
            &sha(&[ciphertext]),
        ]);
        let dh3 = dh(&self.ephemeral, &self.spk);
        let k1 = hkdf(&th0, &[&dh3, shared], &[b"ut1/seal"], 32);
        let sealed = seal(&k1, &[0; 12], &th0, &self.identity);
        let dh1 = self.dh1.unwrap_or_else(|| dh(&self.dik, &self.spk));
        let dh2 = dh(&self.ephemeral, &self.bob_dik);
        let dh4 = self.opk.map_or(Vec::new(), |(_, opk)| dh(&self.ephemeral, &opk).to_vec());
        let th = sha(&[b"ut1/th1", &th0, &sha(&[&self.identity])]);
        let keys = hkdf(
            &th,
            &[&[0xff; 32], &dh1, &dh2, &dh3, &dh4, shared, &self.psk],
            &[b"ut1/root", &has_opk],
            96,
        );
        (sealed, th, keys)
    }
}

pub(crate) fn split(bytes: &[u8]) -> [[u8; 32]; 3] {
    [0, 32, 64].map(|at| bytes[at..at + 32].try_into().expect("32 bytes"))
}

/// What a message header says.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) dh: [u8; 32],
    pub(crate) previous: u32,
    pub(crate) n: u32,
    pub(crate) flags: u8,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) offer: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) header_key: [u8; 32],
    pub(crate) key: [u8; 32],
    pub(crate) header: Header,
}

/// The ratchet, for messages in order.
#[derive(Clone)]
pub(crate) struct Ratchet {
    pub(crate) th: [u8; 32],
    pub(crate) root: [u8; 32],
    pub(crate) own: [u8; 32],
    pub(crate) peer: [u8; 32],
    pub(crate) sending: Option<Chain>,
    pub(crate) sent: u32,
    pub(crate) receiving: Option<([u8; 32], [u8; 32])>,
    pub(crate) next_send: [u8; 32],
    pub(crate) next_receive: [u8; 32],
    pub(crate) kem_own: Option<[u8; 64]>,
    pub(crate) kem_peer: Option<Vec<u8>>,
}

impl Ratchet {
    fn initiator(th: [u8; 32], keys: &[u8], spk: [u8; 32], own: [u8; 32]) -> Self {
        let [root, header_key, next_receive] = split(keys);
        let [root, key, next_send] = split(&hkdf(&root, &[&dh(&own, &spk)], &[b"ut1/rk", &[0]], 96));
        let header = Header {
            dh: public(&own),
            previous: 0,
            n: 0,
            flags: 0,
            ciphertext: Vec::new(),
            offer: Vec::new(),
        };
        let sending = Some(Chain { header_key, key, header });
        let (receiving, kem_own, kem_peer) = (None, None, None);
        Self {
            th,
            root,
            own,
            peer: spk,
            sending,
            sent: 0,
            receiving,
            next_send,
            next_receive,
            kem_own,
            kem_peer,
        }
    }

    /// A new sending chain; the peer's offer, if there is one, is used with `coins`.
    pub(crate) fn start_chain(&mut self, own: [u8; 32], coins: Option<[u8; 32]>, offer: Option<[u8; 64]>) {
        let shared = dh(&own, &self.peer);
        let kem = self.kem_peer.take().map(|key| encapsulate(&key, &coins.expect("coins for the offer")));
        let step = match &kem {
            None => hkdf(&self.root, &[&shared], &[b"ut1/rk", &[0]], 96),
            Some((ciphertext, secret)) => {
                hkdf(&self.root, &[&shared, secret], &[b"ut1/rk", &[1], &sha(&[ciphertext])], 96)
            }
        };
        let [root, key, next_send] = split(&step);
        let ciphertext = kem.map_or(Vec::new(), |(ciphertext, _)| ciphertext);
        let offer = offer.map_or(Vec::new(), |seed| {
            self.kem_own = Some(seed);
            kem_public(&seed)
        });
        let flags = u8::from(!ciphertext.is_empty()) | u8::from(!offer.is_empty()) << 1;
        let header = Header { dh: public(&own), previous: self.sent, n: 0, flags, ciphertext, offer };
        self.sending = Some(Chain { header_key: self.next_send, key, header });
        (self.own, self.root, self.next_send) = (own, root, next_send);
    }

    pub(crate) fn seal(&mut self, plaintext: &[u8], nonce: [u8; 24]) -> Vec<u8> {
        let chain = self.sending.as_mut().expect("a sending chain");
        let message_key = hmac(&chain.key, &[1]);
        chain.key = hmac(&chain.key, &[2]);
        let header = chain.header.clone();
        chain.header.n += 1;
        self.sent = chain.header.n;
        let header_key = chain.header_key;
        self.craft(&header, &header_key, &message_key, &pad(plaintext), nonce)
    }

    /// A message with any header and any padded content.
    pub(crate) fn craft(
        &self,
        header: &Header,
        header_key: &[u8; 32],
        message_key: &[u8; 32],
        padded: &[u8],
        nonce: [u8; 24],
    ) -> Vec<u8> {
        let header = [
            header.dh.as_slice(),
            &header.previous.to_be_bytes(),
            &header.n.to_be_bytes(),
            &[header.flags],
            &header.ciphertext,
            &header.offer,
        ]
        .concat();
        let sealed = seal(header_key, &nonce, &[b"ut1/hdr", self.th.as_slice()].concat(), &header);
        let ad = [b"ut1/msg", self.th.as_slice(), &nonce, &sealed].concat();
        let body = seal(message_key, &nonce[..12], &ad, padded);
        let header_len = u16::try_from(sealed.len()).expect("short").to_be_bytes();
        let body_len = u32::try_from(body.len()).expect("short").to_be_bytes();
        [&[2], nonce.as_slice(), &header_len, &sealed, &body_len, &body].concat()
    }

    /// Opens the next message in order.
    pub(crate) fn open(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let nonce = &message[1..25];
        let header_len = usize::from(u16::from_be_bytes([message[25], message[26]]));
        let sealed = &message[27..27 + header_len];
        let body = &message[27 + header_len + 4..];
        let ad = [b"ut1/hdr", self.th.as_slice()].concat();
        let same = self.receiving.filter(|(key, _)| open(key, nonce, &ad, sealed).is_some());
        let mut chain = same.map(|(_, key)| key);
        if chain.is_none() {
            let header = read_header(&open(&self.next_receive, nonce, &ad, sealed)?);
            let shared = dh(&self.own, &header.dh);
            let step = if header.ciphertext.is_empty() {
                hkdf(&self.root, &[&shared], &[b"ut1/rk", &[0]], 96)
            } else {
                let secret = decapsulate(&self.kem_own.take()?, &header.ciphertext);
                hkdf(&self.root, &[&shared, &secret], &[b"ut1/rk", &[1], &sha(&[&header.ciphertext])], 96)
            };
            let [root, key, next_receive] = split(&step);
            self.kem_peer = Some(header.offer).filter(|offer| !offer.is_empty());
            self.peer = header.dh;
            self.root = root;
            self.receiving = Some((self.next_receive, key));
            self.next_receive = next_receive;
            chain = Some(key);
        }
        let chain = chain?;
        let ad = [b"ut1/msg", self.th.as_slice(), nonce, sealed].concat();
        let padded = open(&hmac(&chain, &[1]), &nonce[..12], &ad, body)?;
        self.receiving.as_mut()?.1 = hmac(&chain, &[2]);
        let len = u32::from_be_bytes(padded[..4].try_into().expect("four bytes")) as usize;
        Some(padded[4..4 + len].to_vec())
    }
}

fn read_header(bytes: &[u8]) -> Header {
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let flags = bytes[40];
    let ciphertext = if flags & 1 != 0 { bytes[41..41 + 1088].to_vec() } else { Vec::new() };
    let offer = bytes[41 + ciphertext.len()..].to_vec();
    let dh = bytes[..32].try_into().expect("32 bytes");
    Header { dh, previous: number(32), n: number(36), flags, ciphertext, offer }
}

/// PADME, with floating point as in the paper.
#[allow(clippy::cast_possible_truncation, reason = "logarithms are small")]
pub(crate) fn pad(content: &[u8]) -> Vec<u8> {
    let needed = (content.len() + 4).max(256);
    let e = (needed as f64).log2().floor() as u32;
    let s = f64::from(e).log2().floor() as u32 + 1;
    let mask = (1_usize << (e - s)) - 1;
    let mut out = u32::try_from(content.len()).expect("short").to_be_bytes().to_vec();
    out.extend_from_slice(content);
    out.resize((needed + mask) & !mask, 0);
    out
}
