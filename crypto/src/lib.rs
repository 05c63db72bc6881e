//! Undertone's cryptography: identities, the handshake, the ratchet and sealing at rest (docs/protocol.md).
//!
//! Nothing here does I/O, reads a clock or draws randomness of its own: time is `now_ms` (milliseconds since
//! the Unix epoch) and randomness is a `rand_core::CryptoRng`, both handed in. It knows nothing of networks,
//! databases or people. All it keeps between calls is which certificates were found good (`found_good`).
#![forbid(unsafe_code)]

pub mod aead;
pub mod bytes;
pub mod compare;
pub mod devlist;
pub mod dh;
pub mod digest;
mod found_good;
pub mod group;
pub mod handshake;
pub mod identity;
pub mod init_msg;
pub mod kdf;
pub mod kem;
pub mod label;
pub mod padme;
pub mod pair;
pub mod prekey;
pub mod ratchet;
pub mod record;
pub mod recovery;
pub mod secret;
pub mod session;
pub mod sign;
pub mod vault;

pub use compare::{QrError, SafetyNumber, fingerprint, qr_check, qr_text, safety_number};
pub use devlist::{Comparison, DeviceList, EquivocationProof, IdentityChange, Link, identity_change};
pub use handshake::{InitiateError, Initiation, Invite, RespondError, Response, respond};
pub use identity::{AccountId, AccountKey, CertError, DevCert, DeviceId, DeviceKeys, KeyError, Validity};
pub use init_msg::{InitMsg, InitMsgError};
pub use pair::{InviteKey, PairError, PairKey, SignalError};
pub use prekey::{Bundle, BundleError, Opk, OpkError, OpkSecret, PrekeySecret};
pub use ratchet::{OpenError, SealError};
pub use record::{IndexKey, RecordKey};
pub use recovery::{PhraseError, RecoverySecret};
pub use secret::Secret;
pub use session::{Session, SessionId};
