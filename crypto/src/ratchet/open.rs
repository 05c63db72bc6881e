//! Opening, in two halves: [`Ratchet::plan`] decides everything without touching the state, [`Ratchet::commit`]
//! changes it once the body has proved authentic. A failed message cannot change anything by construction.

use zeroize::Zeroizing;

use super::chain::{ChainKey, Encapsulated, root_step};
use super::frame::{self, Frame};
use super::header::{self, Header};
use super::skipped::{Place, SkippedKey};
use super::{MAX_COUNTER, MAX_SKIP, OpenError, Ratchet, Receiving, Sending};
use crate::aead::{self, TAG};
use crate::dh::DhPublic;
use crate::kem::EncapsKey;
use crate::padme;
use crate::secret::Secret;

/// A message that was opened, and what opening it changes.
pub(crate) struct Opened {
    pub(crate) plaintext: Vec<u8>,
    change: Change,
}

enum Change {
    /// A message that had been skipped.
    Late { place: Place, n: u32 },
    /// The next message of the current chain, or one further on.
    Ahead(Ahead),
    /// The first message to arrive of a new chain.
    NewChain(Box<NewChain>),
}

struct Ahead {
    chain: ChainKey,
    n: u32,
    skipped: Vec<SkippedKey>,
}

struct NewChain {
    /// Messages missing at the end of the chain before.
    missing: Vec<SkippedKey>,
    ahead: Ahead,
    root: Secret<32>,
    next_header: Secret<32>,
    peer: DhPublic,
    offer: Option<EncapsKey>,
    kem_completed: bool,
}

impl Ratchet {
    /// Opens `message` and commits, or leaves everything as it is.
    pub(crate) fn open(&mut self, message: &[u8], now_ms: u64) -> Result<Vec<u8>, OpenError> {
        let Opened { plaintext, change } = self.plan(message, now_ms).ok_or(OpenError)?;
        self.commit(change, now_ms);
        Ok(plaintext)
    }

    fn plan(&self, message: &[u8], now_ms: u64) -> Option<Opened> {
        let frame = Frame::read(message)?;
        let (sealed, tag) = frame.header.split_last_chunk::<TAG>()?;
        let mut buf = Zeroizing::new(sealed.to_vec());
        let ad = frame::header_ad(&self.binding);
        let mut fits = |key| aead::xopen(key, frame.nonce, &ad, &mut buf, tag).is_ok();

        let current = self.receiving.as_ref().filter(|receiving| fits(&receiving.header_key));
        let old = if current.is_some() {
            None
        } else {
            self.skipped.old.iter().rposition(|chain| fits(&chain.header_key))
        };
        let is_new = current.is_none() && old.is_none() && self.expects_chain();
        if current.is_none() && old.is_none() && !(is_new && fits(&self.next_receive_header)) {
            return None;
        }
        let header = Header::read(&buf)?;
        if header.n >= MAX_COUNTER {
            return None;
        }
        let late = |place| {
            let key = self.skipped.find(place, header.n, now_ms)?;
            let plaintext = self.open_body(&frame, key)?;
            Some(Opened { plaintext, change: Change::Late { place, n: header.n } })
        };
        match (current, old) {
            (Some(receiving), _) if header.n < receiving.n => late(Place::Current),
            (Some(receiving), _) => {
                let (key, ahead) = advance(&receiving.chain, receiving.n, header.n, now_ms)?;
                let plaintext = self.open_body(&frame, &key)?;
                Some(Opened { plaintext, change: Change::Ahead(ahead) })
            }
            (None, Some(index)) => late(Place::Old(index)),
            (None, None) => self.plan_chain(&frame, &header, now_ms),
        }
    }

    /// The peer starts a new chain only in answer to ours: none can come while ours is still to be made.
    fn expects_chain(&self) -> bool {
        self.peer.is_none() || matches!(self.sending, Sending::Chain(_))
    }

    fn plan_chain(&self, frame: &Frame<'_>, header: &Header<'_>, now_ms: u64) -> Option<Opened> {
        let missing = match &self.receiving {
            Some(last) => missing(last, header.previous, now_ms)?,
            None if header.previous == 0 => Vec::new(),
            None => return None,
        };
        let peer = header::ratchet_key(header)?;
        let dh = self.own.agree(&peer).ok()?;
        let shared = match (&self.kem.own, header.ciphertext) {
            (Some(key), Some(ciphertext)) => Some((key.decapsulate(ciphertext), ciphertext)),
            (None, None) => None,
            _ => return None,
        };
        let encapsulated = shared.as_ref().map(|(shared, ciphertext)| Encapsulated { shared, ciphertext });
        let step = root_step(&self.root, &dh, encapsulated.as_ref());
        let (key, ahead) = advance(&step.chain, 0, header.n, now_ms)?;
        let plaintext = self.open_body(frame, &key)?;
        let offer = match header.offer {
            Some(offer) => Some(EncapsKey::parse(offer).ok()?),
            None => None,
        };
        let change = NewChain {
            missing,
            ahead,
            root: step.root,
            next_header: step.next_header,
            peer,
            offer,
            kem_completed: shared.is_some(),
        };
        Some(Opened { plaintext, change: Change::NewChain(Box::new(change)) })
    }

    fn open_body(&self, frame: &Frame<'_>, key: &Secret<32>) -> Option<Vec<u8>> {
        let (sealed, tag) = frame.body.split_last_chunk::<TAG>()?;
        let mut body = sealed.to_vec();
        let ad = frame::body_ad(&self.binding, frame.nonce, frame.header);
        aead::open(key, &frame::body_nonce(frame.nonce), &ad, &mut body, tag).ok()?;
        padme::unpad_in_place(&mut body).ok()?;
        Some(body)
    }

    fn commit(&mut self, change: Change, now_ms: u64) {
        match change {
            Change::Late { place, n } => self.skipped.remove(place, n),
            Change::Ahead(ahead) => {
                if let Some(receiving) = &mut self.receiving {
                    receiving.chain = ahead.chain;
                    receiving.n = ahead.n;
                    self.skipped.current.extend(ahead.skipped);
                }
            }
            Change::NewChain(change) => self.commit_chain(*change, now_ms),
        }
        if !self.skipped.is_empty() {
            self.skipped.prune(now_ms);
        }
        self.kem.count(now_ms);
    }

    fn commit_chain(&mut self, change: NewChain, now_ms: u64) {
        let header_key = std::mem::replace(&mut self.next_receive_header, change.next_header);
        let receiving = Receiving { header_key, chain: change.ahead.chain, n: change.ahead.n };
        if let Some(last) = self.receiving.replace(receiving) {
            self.skipped.current.extend(change.missing);
            self.skipped.close_chain(last.header_key);
        }
        self.skipped.current.extend(change.ahead.skipped);
        self.root = change.root;
        self.peer = Some(change.peer);
        self.kem.peer = change.offer;
        if change.kem_completed {
            self.kem.own = None;
            self.kem.completed(now_ms);
        }
        let previous = match &self.sending {
            Sending::Chain(chain) => chain.n,
            Sending::Due { previous } => *previous,
        };
        self.sending = Sending::Due { previous };
    }
}

/// The key of message `n` of a chain that stands at `from`, and the chain after it.
fn advance(chain: &ChainKey, from: u32, n: u32, now_ms: u64) -> Option<(Secret<32>, Ahead)> {
    if n.checked_sub(from)? > MAX_SKIP {
        return None;
    }
    let (mut key, mut next) = chain.step();
    let mut skipped = Vec::with_capacity(usize::try_from(n.checked_sub(from)?).ok()?);
    for at in from..n {
        let (following, after) = next.step();
        skipped.push(SkippedKey { n: at, since_ms: now_ms, key: std::mem::replace(&mut key, following) });
        next = after;
    }
    Some((key, Ahead { chain: next, n: n.checked_add(1)?, skipped }))
}

/// The keys of the messages that `last` still misses when its chain had `total`.
fn missing(last: &Receiving, total: u32, now_ms: u64) -> Option<Vec<SkippedKey>> {
    let count = total.checked_sub(last.n).filter(|count| *count <= MAX_SKIP)?;
    let Some(before_last) = count.checked_sub(1) else { return Some(Vec::new()) };
    let (key, ahead) = advance(&last.chain, last.n, last.n.checked_add(before_last)?, now_ms)?;
    let mut keys = ahead.skipped;
    keys.push(SkippedKey { n: total.checked_sub(1)?, since_ms: now_ms, key });
    Some(keys)
}
