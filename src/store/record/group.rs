//! Records of groups: their rows, operations, sender chains, and messages as they travelled.

use serde::{Deserialize, Serialize};

use super::attention::AttentionV1;
use super::people::RefV1;
use super::{Bytes, Plain, ROW, account, decode, decode_version, encode, encode_version};
use crate::model::{
    AccountId, CarriedMark, CarriedRow, ChainRow, CipherRow, ConversationId, DeviceId, EntryRef, GroupHead,
    OpId, OwedHistory, Reached, SecretBytes, Seen, TakenBack, ToldHistory, WaitingRow,
};
use crate::store::StoreError;

#[derive(Serialize, Deserialize)]
struct GroupV3<'a> {
    conversation: [u8; 16],
    #[serde(borrow)]
    group: Bytes<'a>,
    envelopes: Vec<Bytes<'a>>,
    next_seq: u64,
    lamport: u64,
    sending: Option<[u8; 16]>,
    unread: u32,
    read_upto: Option<RefV1>,
    reached: Vec<ReachedV1>,
    last: Option<RefV1>,
    last_at_ms: u64,
    attention: AttentionV1,
    taken_back: Vec<TakenBackV2>,
    /// Account, operation.
    owed: Vec<([u8; 32], [u8; 32])>,
    /// Operation, messages, bytes.
    told: Option<([u8; 32], u32, u64)>,
}

/// Target, deletion, when it came, whether it counts.
type TakenBackV2 = (RefV1, RefV1, u64, bool);

/// Account, delivered, read.
type ReachedV1 = ([u8; 32], (u64, u64), (u64, u64));

pub(in crate::store) fn encode_group(group: &GroupHead) -> Result<Plain, StoreError> {
    let record = GroupV3 {
        conversation: *group.conversation.as_bytes(),
        group: Bytes(&group.group),
        envelopes: group.envelopes.iter().map(|secret| Bytes(secret)).collect(),
        next_seq: group.next_seq,
        lamport: group.lamport,
        sending: group.sending,
        unread: group.unread,
        read_upto: group.read_upto.as_ref().map(RefV1::from),
        reached: group
            .reached
            .iter()
            .map(|reached| (*reached.account.as_bytes(), reached.delivered, reached.read))
            .collect(),
        last: group.last.as_ref().map(RefV1::from),
        last_at_ms: group.last_at_ms,
        attention: (&group.attention).into(),
        taken_back: group
            .taken_back
            .iter()
            .map(|taken| ((&taken.target).into(), (&taken.by).into(), taken.at_ms, taken.counts))
            .collect(),
        owed: group.owed.iter().map(|owed| (*owed.account.as_bytes(), owed.op.0)).collect(),
        told: group.told.map(|told| (told.op.0, told.count, told.bytes)),
    };
    let members = group.reached.len().saturating_add(group.owed.len());
    let size = members.saturating_mul(MEMBER_BYTES);
    let size = size.saturating_add(group.taken_back.len().saturating_mul(TAKEN_BACK_BYTES));
    encode_version(GROUP_VERSION, &record, size)
}

pub(in crate::store) fn decode_group(bytes: &[u8]) -> Result<GroupHead, StoreError> {
    let record: GroupV3<'_> = decode_version(GROUP_VERSION, bytes)?;
    let owed = record.owed.iter().map(|(who, op)| Ok(OwedHistory { account: account(who)?, op: OpId(*op) }));
    let owed = owed.collect::<Result<_, StoreError>>()?;
    let reached = record
        .reached
        .into_iter()
        .map(|(who, delivered, read)| Ok(Reached { account: account(&who)?, delivered, read }))
        .collect::<Result<_, StoreError>>()?;
    let taken_back = record.taken_back.into_iter();
    let taken_back = taken_back
        .map(|(target, by, at_ms, counts)| TakenBack { target: target.into(), by: by.into(), at_ms, counts })
        .collect();
    Ok(GroupHead {
        conversation: ConversationId::from_bytes(record.conversation),
        group: SecretBytes::copy_of(record.group.0),
        envelopes: record.envelopes.iter().map(|secret| SecretBytes::copy_of(secret.0)).collect(),
        next_seq: record.next_seq,
        lamport: record.lamport,
        sending: record.sending,
        unread: record.unread,
        read_upto: record.read_upto.map(EntryRef::from),
        reached,
        last: record.last.map(EntryRef::from),
        last_at_ms: record.last_at_ms,
        attention: record.attention.into(),
        taken_back,
        owed,
        told: record.told.map(|(op, count, bytes)| ToldHistory { op: OpId(op), count, bytes }),
    })
}

#[derive(Serialize, Deserialize)]
struct OpV1<'a> {
    conversation: [u8; 16],
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

pub(in crate::store) fn encode_op(conversation: &ConversationId, bytes: &[u8]) -> Result<Plain, StoreError> {
    encode(&OpV1 { conversation: *conversation.as_bytes(), bytes: Bytes(bytes) }, bytes.len())
}

pub(in crate::store) fn decode_op(bytes: &[u8]) -> Result<(ConversationId, Vec<u8>), StoreError> {
    let record: OpV1<'_> = decode(bytes)?;
    Ok((ConversationId::from_bytes(record.conversation), record.bytes.0.to_vec()))
}

/// From a sequence number on, the operations known.
type ViewV1 = (u64, Vec<[u8; 32]>);

#[derive(Serialize, Deserialize)]
struct ChainV1<'a> {
    conversation: [u8; 16],
    chain: [u8; 16],
    account: [u8; 32],
    device: [u8; 16],
    #[serde(borrow)]
    sender: Option<Bytes<'a>>,
    receiver: Option<Bytes<'a>>,
    origin: Option<Bytes<'a>>,
    given: Vec<[u8; 32]>,
    start: u32,
    held: Vec<(u64, u64)>,
    first_seq: u64,
    last_seq: u64,
    views: Vec<ViewV1>,
    tip: [u8; 16],
    forked: Option<u32>,
    kept_from: u32,
    since_ms: u64,
}

pub(in crate::store) fn encode_chain(
    conversation: &ConversationId,
    row: &ChainRow,
) -> Result<Plain, StoreError> {
    let record = ChainV1 {
        conversation: *conversation.as_bytes(),
        chain: row.chain,
        account: *row.account.as_bytes(),
        device: *row.device.as_bytes(),
        sender: row.sender.as_deref().map(Bytes),
        receiver: row.receiver.as_deref().map(Bytes),
        origin: row.origin.as_deref().map(Bytes),
        given: row.given.iter().map(|account| *account.as_bytes()).collect(),
        start: row.start,
        held: row.held.runs().to_vec(),
        first_seq: row.first_seq,
        last_seq: row.last_seq,
        views: row
            .views
            .iter()
            .map(|(first, heads)| (*first, heads.iter().map(|id| id.0).collect()))
            .collect(),
        tip: row.tip,
        forked: row.forked,
        kept_from: row.kept_from,
        since_ms: row.since_ms,
    };
    let secrets = [&row.sender, &row.receiver, &row.origin]
        .into_iter()
        .flatten()
        .map(|state| state.len())
        .sum::<usize>();
    let views = row.views.iter().map(|(_, heads)| heads.len().saturating_add(1)).sum::<usize>();
    let size = secrets
        .saturating_add(views.saturating_mul(VIEW_BYTES))
        .saturating_add(row.given.len().saturating_mul(MEMBER_BYTES))
        .saturating_add(row.held.runs().len().saturating_mul(RUN_BYTES));
    encode(&record, size)
}

pub(in crate::store) fn decode_chain(bytes: &[u8]) -> Result<(ConversationId, ChainRow), StoreError> {
    let record: ChainV1<'_> = decode(bytes)?;
    let row = ChainRow {
        chain: record.chain,
        account: account(&record.account)?,
        device: DeviceId::new(record.device),
        sender: record.sender.map(|state| SecretBytes::copy_of(state.0)),
        receiver: record.receiver.map(|state| SecretBytes::copy_of(state.0)),
        origin: record.origin.map(|key| SecretBytes::copy_of(key.0)),
        given: record.given.iter().map(account).collect::<Result<Vec<AccountId>, _>>()?,
        start: record.start,
        held: Seen::from_runs(record.held).ok_or(StoreError::Damaged(ROW))?,
        first_seq: record.first_seq,
        last_seq: record.last_seq,
        views: record
            .views
            .into_iter()
            .map(|(first, heads)| (first, heads.into_iter().map(OpId).collect()))
            .collect(),
        tip: record.tip,
        forked: record.forked,
        kept_from: record.kept_from,
        since_ms: record.since_ms,
    };
    Ok((ConversationId::from_bytes(record.conversation), row))
}

#[derive(Serialize, Deserialize)]
struct CipherV1<'a> {
    at_ms: u64,
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

pub(in crate::store) fn encode_cipher(row: &CipherRow) -> Result<Plain, StoreError> {
    encode(&CipherV1 { at_ms: row.at_ms, bytes: Bytes(&row.bytes) }, row.bytes.len())
}

/// The message, without when it came.
pub(in crate::store) fn decode_cipher(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let record: CipherV1<'_> = decode(bytes)?;
    Ok(record.bytes.0.to_vec())
}

/// When a message came, and its size.
pub(in crate::store) fn weigh_cipher(bytes: &[u8]) -> Result<(u64, u64), StoreError> {
    let record: CipherV1<'_> = decode(bytes)?;
    Ok((record.at_ms, u64::try_from(record.bytes.0.len()).unwrap_or(u64::MAX)))
}

#[derive(Serialize, Deserialize)]
struct CarriedV1<'a> {
    from: [u8; 32],
    to: [u8; 32],
    at_ms: u64,
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

pub(in crate::store) fn encode_carried(row: &CarriedRow) -> Result<Plain, StoreError> {
    let record = CarriedV1 {
        from: *row.mark.from.as_bytes(),
        to: *row.mark.to.as_bytes(),
        at_ms: row.mark.at_ms,
        bytes: Bytes(&row.bytes),
    };
    encode(&record, row.bytes.len())
}

pub(in crate::store) fn decode_carried(bytes: &[u8]) -> Result<CarriedRow, StoreError> {
    let record: CarriedV1<'_> = decode(bytes)?;
    let from = account(&record.from)?;
    let mark = CarriedMark {
        from,
        to: account(&record.to)?,
        frame: CarriedMark::name_of(&from, record.bytes.0),
        size: u32::try_from(record.bytes.0.len()).map_err(|_too_large| StoreError::Damaged(ROW))?,
        at_ms: record.at_ms,
    };
    Ok(CarriedRow { mark, bytes: record.bytes.0.to_vec() })
}

#[derive(Serialize, Deserialize)]
struct WaitingV1<'a> {
    conversation: [u8; 16],
    chain: [u8; 16],
    iteration: u32,
    account: [u8; 32],
    since_ms: u64,
    #[serde(borrow)]
    bytes: Bytes<'a>,
}

pub(in crate::store) fn encode_waiting(row: &WaitingRow) -> Result<Plain, StoreError> {
    let record = WaitingV1 {
        conversation: *row.conversation.as_bytes(),
        chain: row.chain,
        iteration: row.iteration,
        account: *row.account.as_bytes(),
        since_ms: row.since_ms,
        bytes: Bytes(&row.bytes),
    };
    encode(&record, row.bytes.len())
}

pub(in crate::store) fn decode_waiting(bytes: &[u8]) -> Result<WaitingRow, StoreError> {
    let record: WaitingV1<'_> = decode(bytes)?;
    Ok(WaitingRow {
        conversation: ConversationId::from_bytes(record.conversation),
        chain: record.chain,
        iteration: record.iteration,
        account: account(&record.account)?,
        since_ms: record.since_ms,
        bytes: record.bytes.0.to_vec(),
    })
}

/// 3: what a conversation may ask of our person's attention, and what newcomers are told.
const GROUP_VERSION: u8 = 3;
/// Upper bounds of encoded sizes.
const MEMBER_BYTES: usize = 100;
const VIEW_BYTES: usize = 48;
const TAKEN_BACK_BYTES: usize = 96;
const RUN_BYTES: usize = 20;
