//! One session between two devices: the handshake while it is unanswered, then the ratchet; and which of several
//! sessions to send with. Knows nothing of networks, stores or message contents.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::bytes::Reader;
use crate::identity::{DEV_CERT, DevCert, KeyError};
use crate::init_msg::{INIT_PREFIX, MAX_INIT};
use crate::ratchet::{MAX_PLAINTEXT, OpenError, Ratchet, SealError};

const VERSION: u8 = 1;
/// Version, generation, certificate and a flag, in bytes.
const HEAD: usize = 1 + 4 + DEV_CERT + 1;

/// The first 16 bytes of the handshake's transcript hash: the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// The session with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// An encrypted conversation with one device. Wiped when dropped; never copied.
///
/// ```compile_fail
/// fn fork(session: &undertone_crypto::Session) -> undertone_crypto::Session { session.clone() }
/// ```
#[derive(Debug)]
pub struct Session {
    ratchet: Ratchet,
    peer: DevCert,
    generation: u32,
    /// The handshake, repeated in front of every message until the peer has answered.
    unanswered: Option<Vec<u8>>,
}

impl Session {
    pub(crate) const fn new(
        ratchet: Ratchet,
        peer: DevCert,
        generation: u32,
        unanswered: Option<Vec<u8>>,
    ) -> Self {
        Self { ratchet, peer, generation, unanswered }
    }

    /// Makes the next message: a first message (`0x01..`) until the peer has answered, then a plain one
    /// (`0x02..`). The content is padded. To be stored before it is sent, and repeated as it is: never sealed twice.
    ///
    /// # Errors
    /// [`SealError`]; nothing was used up.
    pub fn seal(
        &mut self,
        plaintext: &[u8],
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::new();
        if let Some(prefix) = &self.unanswered {
            if plaintext.len() > MAX_PLAINTEXT {
                return Err(SealError::TooLong);
            }
            let len = self.ratchet.sealed_len(plaintext.len()).and_then(|len| len.checked_add(prefix.len()));
            let len = len.filter(|len| *len <= MAX_INIT).ok_or(SealError::TooLongUnanswered)?;
            out.reserve_exact(len);
            out.extend_from_slice(prefix);
        }
        self.ratchet.seal(plaintext, now_ms, rng, &mut out)?;
        Ok(out)
    }

    /// Opens a plain message (`0x02..`, or the one inside a repeated first message). Only success changes anything.
    ///
    /// # Errors
    /// [`OpenError`] for every reason.
    pub fn open(&mut self, dr_msg: &[u8], now_ms: u64) -> Result<Vec<u8>, OpenError> {
        let plaintext = self.ratchet.open(dr_msg, now_ms)?;
        self.unanswered = None;
        Ok(plaintext)
    }

    /// The name of the session, the same on both sides.
    #[must_use]
    pub fn id(&self) -> SessionId {
        SessionId(self.ratchet.binding().first_chunk().copied().unwrap_or_default())
    }

    /// Grows with every handshake between the two devices.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Whether a message of the peer has been opened.
    #[must_use]
    pub const fn is_confirmed(&self) -> bool {
        self.unanswered.is_none()
    }

    /// The device at the other end, verified.
    #[must_use]
    pub const fn peer(&self) -> &DevCert {
        &self.peer
    }

    /// The session to send with, among all sessions with one device: of the confirmed ones the highest generation,
    /// then the smallest id, so that both sides choose alike; if none is confirmed, the newest unanswered one.
    pub fn choose<'a>(sessions: impl IntoIterator<Item = &'a Self>) -> Option<&'a Self> {
        sessions.into_iter().max_by_key(|session| {
            (session.is_confirmed(), session.generation, core::cmp::Reverse(session.id()))
        })
    }

    /// The whole state, for a record that is sealed at rest.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let prefix = self.unanswered.as_deref().unwrap_or_default();
        // large enough from the start: a buffer that moves leaves a copy of the secrets behind
        let size = self.ratchet.written_len().saturating_add(HEAD).saturating_add(prefix.len());
        let mut out = Zeroizing::new(Vec::with_capacity(size));
        out.push(VERSION);
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(self.peer.as_bytes());
        out.push(u8::from(self.unanswered.is_some()));
        out.extend_from_slice(prefix);
        self.ratchet.write(&mut out);
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] if it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::read(bytes).ok_or(KeyError)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        reader.u8().filter(|version| *version == VERSION)?;
        let generation = reader.u32()?;
        let peer = DevCert::parse(reader.slice(DEV_CERT)?).ok()?;
        let unanswered = if reader.bool()? { Some(reader.slice(INIT_PREFIX)?.to_vec()) } else { None };
        let ratchet = Ratchet::read(&mut reader)?;
        reader.end()?;
        Some(Self { ratchet, peer, generation, unanswered })
    }
}
