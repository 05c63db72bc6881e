//! Group messages written a second time, straight from docs/protocol.md and without any of the checks.

use ed25519_dalek::{Signer, SigningKey};

use super::{hkdf, hmac, pad, seal, sha};

/// Whatever goes into one group message, each part to be chosen freely.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) gid: [u8; 32],
    pub(crate) chain: [u8; 16],
    pub(crate) iteration: u32,
    pub(crate) view: [u8; 16],
    pub(crate) lamport: u64,
    pub(crate) prev: Vec<[u8; 16]>,
    /// The key of this iteration, and what commits to the message key if not what should.
    pub(crate) ck: [u8; 32],
    pub(crate) kc: Option<[u8; 16]>,
    pub(crate) ssk: [u8; 32],
    pub(crate) nonce: [u8; 24],
    pub(crate) padded: Vec<u8>,
    pub(crate) env_secret: [u8; 32],
}

impl Message {
    /// The header, as members read it.
    pub(crate) fn header(&self) -> Vec<u8> {
        let kc: [u8; 16] = hmac(&self.ck, &[3])[..16].try_into().expect("16 bytes");
        let count = [u8::try_from(self.prev.len()).expect("few")];
        let [iteration, lamport] =
            [self.iteration.to_be_bytes().to_vec(), self.lamport.to_be_bytes().to_vec()];
        let kc = self.kc.unwrap_or(kc);
        [&self.chain, &*iteration, &self.view, &kc, &*lamport, &count, &self.prev.concat()].concat()
    }

    /// The encrypted body, tag included.
    pub(crate) fn body(&self) -> Vec<u8> {
        let ad = [b"ut1/gct".as_slice(), &self.gid, &sha(&[&self.header()])].concat();
        seal(&hmac(&self.ck, &[1]), &self.nonce[..12], &ad, &self.padded)
    }

    /// The frame around another encrypted body, signed with this message's key.
    pub(crate) fn frame_with(&self, body: &[u8]) -> Vec<u8> {
        let header = self.header();
        let hash = sha(&[b"ut1/gsig", &self.gid, &self.nonce, &header, &sha(&[body])]);
        let signature = SigningKey::from_bytes(&self.ssk).sign(&[b"ut1/gsig".as_slice(), &hash].concat());
        let len = u32::try_from(body.len()).expect("short").to_be_bytes();
        let inner = [&*header, &len, body, &signature.to_bytes()].concat();
        envelope(&self.env_secret, &self.nonce, &inner)
    }

    pub(crate) fn frame(&self) -> Vec<u8> {
        self.frame_with(&self.body())
    }

    pub(crate) fn set_text(&mut self, text: &[u8]) {
        self.padded = pad(text);
    }
}

/// `inner` in the envelope of this secret.
pub(crate) fn envelope(secret: &[u8; 32], nonce: &[u8; 24], inner: &[u8]) -> Vec<u8> {
    let head = [&[0x30, 1], &*hkdf(&[], &[secret], &[b"ut1/envid"], 8)].concat();
    let key = hkdf(&[], &[secret], &[b"ut1/envkey"], 32);
    let sealed = seal(&key, nonce, &[b"ut1/genv", &*head].concat(), inner);
    [&*head, nonce, &sealed].concat()
}

/// The key `steps` further on.
pub(crate) fn advance(ck: [u8; 32], steps: u32) -> [u8; 32] {
    (0..steps).fold(ck, |ck, _| hmac(&ck, &[2]))
}

/// `chain_id`, from what it binds.
pub(crate) fn chain_id(gid: &[u8; 32], device: &[u8; 16], ssk: &[u8; 32], ck0: &[u8; 32]) -> [u8; 16] {
    let spk = SigningKey::from_bytes(ssk).verifying_key().to_bytes();
    let origin = sha(&[b"ut1/ck0", ck0]);
    sha(&[b"ut1/chain", gid, device, &spk, &origin])[..16].try_into().expect("16 bytes")
}

/// A sender key for this chain at its first iteration, with other parts wherever the caller changes the bytes.
pub(crate) fn sender_key(
    gid: &[u8; 32],
    device: &[u8; 16],
    ssk: &[u8; 32],
    ck0: &[u8; 32],
    now: u64,
) -> Vec<u8> {
    let spk = SigningKey::from_bytes(ssk).verifying_key().to_bytes();
    let (id, origin) = (chain_id(gid, device, ssk, ck0), sha(&[b"ut1/ck0", ck0]));
    let parts: [&[u8]; 12] = [
        &[0x31, 1],
        gid,
        &id,
        &[0; 4],
        ck0,
        &spk,
        &origin,
        &[0x77; 32],
        &[0; 16],
        &[0; 4],
        &now.to_be_bytes(),
        &[0; 2],
    ];
    parts.concat()
}

/// What a frame holds.
pub(crate) fn opened(secret: &[u8; 32], frame: &[u8]) -> Vec<u8> {
    let key = hkdf(&[], &[secret], &[b"ut1/envkey"], 32);
    let ad = [b"ut1/genv".as_slice(), &frame[..10]].concat();
    super::open(&key, &frame[10..34], &ad, &frame[34..]).expect("an envelope of this secret")
}
