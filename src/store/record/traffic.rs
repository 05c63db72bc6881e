//! Records of what is on its way: sessions, prekeys, answered handshakes, the outbox, frames taken.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::people::RefV1;
use super::{Bytes, Plain, account, decode, decode_version, encode, encode_version};
use crate::model::{AccountId, FrameId, Outbound, OutboxRow};
use crate::store::StoreError;

#[derive(Serialize, Deserialize)]
struct SessionV2<'a> {
    account: [u8; 32],
    used_ms: u64,
    #[serde(borrow)]
    state: Bytes<'a>,
}

pub(in crate::store) fn encode_session(
    account: &AccountId,
    used_ms: u64,
    state: &[u8],
) -> Result<Plain, StoreError> {
    let record = SessionV2 { account: *account.as_bytes(), used_ms, state: Bytes(state) };
    encode_version(SESSION_VERSION, &record, state.len())
}

/// A session: account, when last used, state; as the snapshot has it.
type Session = (AccountId, u64, Zeroizing<Vec<u8>>);

pub(in crate::store) fn decode_session(bytes: &[u8]) -> Result<Session, StoreError> {
    let record: SessionV2<'_> = decode_version(SESSION_VERSION, bytes)?;
    Ok((account(&record.account)?, record.used_ms, record.state.secret()))
}

#[derive(Serialize, Deserialize)]
struct PrekeyV1<'a> {
    expires_ms: u64,
    #[serde(borrow)]
    secret: Bytes<'a>,
}

pub(in crate::store) fn encode_prekey(expires_ms: u64, secret: &[u8]) -> Result<Plain, StoreError> {
    encode(&PrekeyV1 { expires_ms, secret: Bytes(secret) }, secret.len())
}

pub(in crate::store) fn decode_prekey(bytes: &[u8]) -> Result<(u64, Zeroizing<Vec<u8>>), StoreError> {
    let record: PrekeyV1<'_> = decode(bytes)?;
    Ok((record.expires_ms, record.secret.secret()))
}

#[derive(Serialize, Deserialize)]
struct ReplayV1 {
    init: [u8; 32],
    account: [u8; 32],
    session: [u8; 16],
    expires_ms: u64,
}

/// An answered handshake: its id, account, session, expiry; as the snapshot has it.
type Replay = ([u8; 32], AccountId, [u8; 16], u64);

pub(in crate::store) fn encode_replay(replay: &Replay) -> Result<Plain, StoreError> {
    let (init, account, session, expires_ms) = *replay;
    encode(&ReplayV1 { init, account: *account.as_bytes(), session, expires_ms }, 0)
}

pub(in crate::store) fn decode_replay(bytes: &[u8]) -> Result<Replay, StoreError> {
    let record: ReplayV1 = decode(bytes)?;
    Ok((record.init, account(&record.account)?, record.session, record.expires_ms))
}

#[derive(Serialize, Deserialize)]
struct OutboxV2<'a> {
    account: [u8; 32],
    entry: RefV1,
    #[serde(borrow)]
    payload: Bytes<'a>,
    note: bool,
    sealed: Option<(Bytes<'a>, [u8; 16])>,
}

pub(in crate::store) fn encode_outbox(row: &OutboxRow) -> Result<Plain, StoreError> {
    let sealed = row.sealed.as_ref().map(|(frame, session)| (Bytes(frame.as_slice()), *session));
    let size = row.payload.len().saturating_add(sealed.as_ref().map_or(0, |(frame, _)| frame.0.len()));
    let record = OutboxV2 {
        account: *row.account.as_bytes(),
        entry: (&row.entry).into(),
        payload: Bytes(&row.payload),
        note: row.what == Outbound::Note,
        sealed,
    };
    encode_version(OUTBOX_VERSION, &record, size)
}

pub(in crate::store) fn decode_outbox(bytes: &[u8]) -> Result<OutboxRow, StoreError> {
    let record: OutboxV2<'_> = decode_version(OUTBOX_VERSION, bytes)?;
    Ok(OutboxRow {
        account: account(&record.account)?,
        entry: record.entry.into(),
        what: if record.note { Outbound::Note } else { Outbound::Entry },
        payload: record.payload.secret(),
        sealed: record.sealed.map(|(frame, session)| (frame.0.to_vec(), session)),
    })
}

/// Frames taken of one account whose counts stand next to each other. Blocks keep opening cheap: one row for
/// [`Self::FRAMES`] frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct TakenBlock {
    /// From whom, 32 bytes of an account; checked only once for all its blocks.
    pub(in crate::store) account: [u8; 32],
    /// Count and frame, in no order.
    pub(in crate::store) frames: Vec<(u64, FrameId)>,
}

impl TakenBlock {
    /// Frames in one row.
    pub(in crate::store) const FRAMES: u64 = 16;
}

#[derive(Serialize, Deserialize)]
struct TakenV1 {
    account: [u8; 32],
    frames: Vec<(u64, [u8; 16])>,
}

pub(in crate::store) fn encode_taken(block: &TakenBlock) -> Result<Plain, StoreError> {
    let frames = block.frames.iter().map(|(count, frame)| (*count, *frame.as_bytes())).collect();
    encode(&TakenV1 { account: block.account, frames }, 0)
}

pub(in crate::store) fn decode_taken(bytes: &[u8]) -> Result<TakenBlock, StoreError> {
    let record: TakenV1 = decode(bytes)?;
    let frames =
        record.frames.into_iter().map(|(count, frame)| (count, FrameId::from_bytes(frame))).collect();
    Ok(TakenBlock { account: record.account, frames })
}

/// 2: when it was last used.
const SESSION_VERSION: u8 = 2;
/// 2: an outbox holds notes as well as entries.
const OUTBOX_VERSION: u8 = 2;
