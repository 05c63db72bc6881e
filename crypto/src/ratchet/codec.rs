//! A ratchet as bytes, for a record that is sealed at rest. The layout is ours alone; what is read back was
//! authenticated, yet every count is bounded all the same.

use std::collections::VecDeque;

use super::chain::ChainKey;
use super::skipped::{OldChain, Skipped, SkippedKey};
use super::{Kem, MAX_OLD_CHAINS, MAX_SKIPPED_KEYS, Ratchet, Receiving, Sending, SendingChain};
use crate::bytes::Reader;
use crate::dh::{DhPublic, DhSecret};
use crate::kem::{EncapsKey, KemSecret};
use crate::secret::Secret;

impl Ratchet {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.binding);
        out.extend_from_slice(self.root.expose());
        out.extend_from_slice(self.own.expose());
        write_option(out, self.peer.as_ref().map(|peer| peer.as_bytes().as_slice()));
        match &self.sending {
            Sending::Due { previous } => {
                out.push(0);
                out.extend_from_slice(&previous.to_be_bytes());
            }
            Sending::Chain(chain) => {
                out.push(1);
                write_sending(out, chain);
            }
        }
        out.push(u8::from(self.receiving.is_some()));
        if let Some(receiving) = &self.receiving {
            out.extend_from_slice(receiving.header_key.expose());
            out.extend_from_slice(receiving.chain.expose());
            out.extend_from_slice(&receiving.n.to_be_bytes());
        }
        out.extend_from_slice(self.next_send_header.expose());
        out.extend_from_slice(self.next_receive_header.expose());
        write_kem(out, &self.kem);
        write_skipped(out, &self.skipped);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            binding: *reader.array()?,
            root: read_secret(reader)?,
            own: DhSecret::from_bytes(&read_secret(reader)?),
            peer: if reader.bool()? { Some(DhPublic::parse(reader.array()?).ok()?) } else { None },
            sending: match reader.bool()? {
                false => Sending::Due { previous: reader.u32()? },
                true => Sending::Chain(Box::new(read_sending(reader)?)),
            },
            receiving: if reader.bool()? { Some(read_receiving(reader)?) } else { None },
            next_send_header: read_secret(reader)?,
            next_receive_header: read_secret(reader)?,
            kem: read_kem(reader)?,
            skipped: read_skipped(reader)?,
        })
    }
}

fn write_option(out: &mut Vec<u8>, value: Option<&[u8]>) {
    out.push(u8::from(value.is_some()));
    out.extend_from_slice(value.unwrap_or_default());
}

fn read_secret<const N: usize>(reader: &mut Reader<'_>) -> Option<Secret<N>> {
    reader.array().map(|bytes| Secret::new(*bytes))
}

fn write_sending(out: &mut Vec<u8>, chain: &SendingChain) {
    out.extend_from_slice(chain.header_key.expose());
    out.extend_from_slice(chain.chain.expose());
    out.extend_from_slice(&chain.n.to_be_bytes());
    out.extend_from_slice(&chain.previous.to_be_bytes());
    write_option(out, chain.ciphertext.as_ref().map(|ciphertext| ciphertext.as_slice()));
    write_option(out, chain.offer.as_ref().map(|offer| offer.as_bytes().as_slice()));
}

fn read_sending(reader: &mut Reader<'_>) -> Option<SendingChain> {
    Some(SendingChain {
        header_key: read_secret(reader)?,
        chain: ChainKey::new(read_secret(reader)?),
        n: reader.u32()?,
        previous: reader.u32()?,
        ciphertext: if reader.bool()? { Some(Box::new(*reader.array()?)) } else { None },
        offer: if reader.bool()? { Some(EncapsKey::parse(reader.array()?).ok()?) } else { None },
    })
}

fn read_receiving(reader: &mut Reader<'_>) -> Option<Receiving> {
    Some(Receiving {
        header_key: read_secret(reader)?,
        chain: ChainKey::new(read_secret(reader)?),
        n: reader.u32()?,
    })
}

fn write_kem(out: &mut Vec<u8>, kem: &Kem) {
    write_option(out, kem.own.as_ref().map(|key| key.expose_seed().as_slice()));
    write_option(out, kem.peer.as_ref().map(|offer| offer.as_bytes().as_slice()));
    out.push(u8::from(kem.offer_due));
    out.extend_from_slice(&kem.messages.to_be_bytes());
    let since = kem.since_ms.map(u64::to_be_bytes);
    write_option(out, since.as_ref().map(<[u8; 8]>::as_slice));
}

fn read_kem(reader: &mut Reader<'_>) -> Option<Kem> {
    Some(Kem {
        own: if reader.bool()? { Some(KemSecret::from_seed(read_secret(reader)?)) } else { None },
        peer: if reader.bool()? { Some(EncapsKey::parse(reader.array()?).ok()?) } else { None },
        offer_due: reader.bool()?,
        messages: reader.u32()?,
        since_ms: if reader.bool()? { Some(reader.u64()?) } else { None },
    })
}

fn write_skipped(out: &mut Vec<u8>, skipped: &Skipped) {
    write_keys(out, &skipped.current);
    out.push(u8::try_from(skipped.old.len()).unwrap_or(u8::MAX));
    for chain in &skipped.old {
        out.extend_from_slice(chain.header_key.expose());
        write_keys(out, &chain.keys);
    }
}

fn write_keys(out: &mut Vec<u8>, keys: &VecDeque<SkippedKey>) {
    out.extend_from_slice(&u16::try_from(keys.len()).unwrap_or(u16::MAX).to_be_bytes());
    for key in keys {
        out.extend_from_slice(&key.n.to_be_bytes());
        out.extend_from_slice(&key.since_ms.to_be_bytes());
        out.extend_from_slice(key.key.expose());
    }
}

fn read_skipped(reader: &mut Reader<'_>) -> Option<Skipped> {
    let current = read_keys(reader)?;
    let count = reader.u8().map(usize::from).filter(|count| *count <= MAX_OLD_CHAINS)?;
    let mut old = VecDeque::with_capacity(count);
    for _ in 0..count {
        let header_key = read_secret(reader)?;
        let keys = read_keys(reader).filter(|keys| !keys.is_empty())?;
        old.push_back(OldChain { header_key, keys });
    }
    let skipped = Skipped { current, old };
    (skipped.len() <= MAX_SKIPPED_KEYS).then_some(skipped)
}

fn read_keys(reader: &mut Reader<'_>) -> Option<VecDeque<SkippedKey>> {
    let count = reader.u16().map(usize::from).filter(|count| *count <= MAX_SKIPPED_KEYS)?;
    let mut keys: VecDeque<SkippedKey> = VecDeque::with_capacity(count);
    for _ in 0..count {
        let key = SkippedKey { n: reader.u32()?, since_ms: reader.u64()?, key: read_secret(reader)? };
        if keys.back().is_some_and(|last| last.n >= key.n) {
            return None;
        }
        keys.push_back(key);
    }
    Some(keys)
}
