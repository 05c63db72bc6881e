//! Records of people, and of ourselves.

use serde::{Deserialize, Serialize};

use super::attention::AttentionV1;
use super::{Bytes, Plain, ROW, account, decode, decode_version, encode, encode_version};
use crate::model::{
    Contact, ContactState, ConversationId, DeviceId, DirectHead, EntryRef, Evidence, Finding, Invite,
    InviteId, InviteSecret, Name, Peer, Profile, Seen, SeenBy,
};
use crate::store::StoreError;

/// What is known of the store as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Header {
    /// The layout of all rows.
    pub(in crate::store) schema: u32,
    /// How often the store was opened; the key file counts along.
    pub(in crate::store) generation: u64,
    /// Whether the store was found older than the key file, and nothing has been committed since.
    pub(in crate::store) rolled_back: bool,
}

pub(in crate::store) fn encode_header(header: &Header) -> Result<Plain, StoreError> {
    encode(header, 0)
}

pub(in crate::store) fn decode_header(bytes: &[u8]) -> Result<Header, StoreError> {
    decode(bytes)
}

#[derive(Serialize, Deserialize)]
struct ProfileV1<'a> {
    name: &'a str,
    visible: bool,
    #[serde(borrow)]
    recovery: Bytes<'a>,
    device: Bytes<'a>,
    cert: Bytes<'a>,
    device_list: Bytes<'a>,
    phrase_kept: bool,
}

pub(in crate::store) fn encode_profile(profile: &Profile) -> Result<Plain, StoreError> {
    let long = [&*profile.recovery, &*profile.device, &profile.cert, &profile.device_list];
    let size = long.iter().fold(0_usize, |sum, bytes| sum.saturating_add(bytes.len()));
    let record = ProfileV1 {
        name: profile.name.as_str(),
        visible: profile.visible,
        recovery: Bytes(&profile.recovery),
        device: Bytes(&profile.device),
        cert: Bytes(&profile.cert),
        device_list: Bytes(&profile.device_list),
        phrase_kept: profile.phrase_kept,
    };
    encode(&record, size)
}

pub(in crate::store) fn decode_profile(bytes: &[u8]) -> Result<Profile, StoreError> {
    let record: ProfileV1<'_> = decode(bytes)?;
    Ok(Profile {
        name: name(record.name)?,
        visible: record.visible,
        recovery: record.recovery.secret(),
        device: record.device.secret(),
        cert: record.cert.0.to_vec(),
        device_list: record.device_list.0.to_vec(),
        phrase_kept: record.phrase_kept,
    })
}

#[derive(Serialize, Deserialize)]
struct ContactV2<'a> {
    account: [u8; 32],
    name: &'a str,
    named_by_us: bool,
    state: StateV1,
    verified: bool,
    blocked: bool,
    #[serde(borrow)]
    device: Option<Bytes<'a>>,
    changed_device: Option<Bytes<'a>>,
    device_list: Option<([u8; 32], u64)>,
    invite: Option<([u8; 8], [u8; 16])>,
    #[serde(borrow)]
    evidence: Vec<EvidenceV2<'a>>,
    generation: u32,
    last_seen_ms: Option<u64>,
    asked_via: Option<[u8; 32]>,
    since_ms: u64,
}

#[derive(Serialize, Deserialize)]
enum StateV1 {
    Asked,
    Mutual,
    Request,
    Member,
}

#[derive(Serialize, Deserialize)]
struct EvidenceV2<'a> {
    at_ms: u64,
    finding: FindingV2,
    #[serde(borrow)]
    cert: Bytes<'a>,
    shown: ([u8; 32], u64),
    known: Option<([u8; 32], u64)>,
}

#[derive(Serialize, Deserialize)]
enum FindingV2 {
    Equivocation,
    NewDevice,
    Rollback,
}

impl<'a> From<&'a Evidence> for EvidenceV2<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        let finding = match evidence.finding {
            Finding::Equivocation => FindingV2::Equivocation,
            Finding::NewDevice => FindingV2::NewDevice,
            Finding::Rollback => FindingV2::Rollback,
        };
        let Evidence { at_ms, finding: _, cert, shown, known } = evidence;
        Self { at_ms: *at_ms, finding, cert: Bytes(cert), shown: *shown, known: *known }
    }
}

impl From<EvidenceV2<'_>> for Evidence {
    fn from(record: EvidenceV2<'_>) -> Self {
        let finding = match record.finding {
            FindingV2::Equivocation => Finding::Equivocation,
            FindingV2::NewDevice => Finding::NewDevice,
            FindingV2::Rollback => Finding::Rollback,
        };
        let EvidenceV2 { at_ms, finding: _, cert, shown, known } = record;
        Self { at_ms, finding, cert: cert.0.to_vec(), shown, known }
    }
}

pub(in crate::store) fn encode_contact(contact: &Contact) -> Result<Plain, StoreError> {
    let record = ContactV2 {
        account: *contact.account.as_bytes(),
        name: contact.name.as_str(),
        named_by_us: contact.named_by_us,
        state: match contact.state {
            ContactState::Asked => StateV1::Asked,
            ContactState::Member => StateV1::Member,
            ContactState::Mutual => StateV1::Mutual,
            ContactState::Request => StateV1::Request,
        },
        verified: contact.verified,
        blocked: contact.blocked,
        device: contact.device.as_deref().map(Bytes),
        changed_device: contact.changed_device.as_deref().map(Bytes),
        device_list: contact.device_list,
        invite: contact.invite.as_ref().map(|(id, secret)| (id.0, *secret.as_bytes())),
        evidence: contact.evidence.iter().map(EvidenceV2::from).collect(),
        generation: contact.generation,
        last_seen_ms: contact.last_seen_ms,
        asked_via: contact.asked_via.map(|peer| peer.0),
        since_ms: contact.since_ms,
    };
    encode_version(CONTACT_VERSION, &record, SECRET_AMONG_FIELDS)
}

pub(in crate::store) fn decode_contact(bytes: &[u8]) -> Result<Contact, StoreError> {
    let record: ContactV2<'_> = decode_version(CONTACT_VERSION, bytes)?;
    Ok(Contact {
        account: account(&record.account)?,
        name: name(record.name)?,
        named_by_us: record.named_by_us,
        state: match record.state {
            StateV1::Asked => ContactState::Asked,
            StateV1::Member => ContactState::Member,
            StateV1::Mutual => ContactState::Mutual,
            StateV1::Request => ContactState::Request,
        },
        verified: record.verified,
        blocked: record.blocked,
        device: record.device.map(|bytes| bytes.0.to_vec()),
        changed_device: record.changed_device.map(|bytes| bytes.0.to_vec()),
        device_list: record.device_list,
        invite: record.invite.map(|(id, secret)| (InviteId(id), InviteSecret::new(secret))),
        evidence: record.evidence.into_iter().map(Evidence::from).collect(),
        generation: record.generation,
        last_seen_ms: record.last_seen_ms,
        asked_via: record.asked_via.map(Peer),
        since_ms: record.since_ms,
    })
}

#[derive(Serialize, Deserialize)]
struct InviteV1 {
    id: [u8; 8],
    secret: [u8; 16],
    expires_ms: Option<u64>,
    single_use: bool,
    uses: u32,
}

pub(in crate::store) fn encode_invite(invite: &Invite) -> Result<Plain, StoreError> {
    let record = InviteV1 {
        id: invite.id.0,
        secret: *invite.secret.as_bytes(),
        expires_ms: invite.expires_ms,
        single_use: invite.single_use,
        uses: invite.uses,
    };
    encode(&record, 0)
}

pub(in crate::store) fn decode_invite(bytes: &[u8]) -> Result<Invite, StoreError> {
    let record: InviteV1 = decode(bytes)?;
    Ok(Invite {
        id: InviteId(record.id),
        secret: InviteSecret::new(record.secret),
        expires_ms: record.expires_ms,
        single_use: record.single_use,
        uses: record.uses,
    })
}

/// An entry's name in records.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct RefV1 {
    lamport: u64,
    author: [u8; 16],
    seq: u64,
}

impl From<&EntryRef> for RefV1 {
    fn from(id: &EntryRef) -> Self {
        Self { lamport: id.lamport, author: *id.author.as_bytes(), seq: id.seq }
    }
}

impl From<RefV1> for EntryRef {
    fn from(id: RefV1) -> Self {
        Self { lamport: id.lamport, author: DeviceId::new(id.author), seq: id.seq }
    }
}

/// A device, and the runs of what has arrived of it.
type HeardV2 = ([u8; 16], Vec<(u64, u64)>);

#[derive(Serialize, Deserialize)]
struct HeadV3 {
    conversation: [u8; 16],
    account: [u8; 32],
    next_seq: u64,
    lamport: u64,
    seen: Vec<HeardV2>,
    unread: u32,
    read_upto: Option<RefV1>,
    peer_read: Option<(RefV1, u64)>,
    last: Option<RefV1>,
    last_at_ms: u64,
    attention: AttentionV1,
}

pub(in crate::store) fn encode_head(head: &DirectHead) -> Result<Plain, StoreError> {
    let devices = head.seen.devices();
    let record = HeadV3 {
        conversation: *head.conversation.as_bytes(),
        account: *head.account.as_bytes(),
        next_seq: head.next_seq,
        lamport: head.lamport,
        seen: devices.iter().map(|(device, seen)| (*device.as_bytes(), seen.runs().to_vec())).collect(),
        unread: head.unread,
        read_upto: head.read_upto.as_ref().map(RefV1::from),
        peer_read: head.peer_read.as_ref().map(|(upto, at_ms)| (RefV1::from(upto), *at_ms)),
        last: head.last.as_ref().map(RefV1::from),
        last_at_ms: head.last_at_ms,
        attention: (&head.attention).into(),
    };
    encode_version(HEAD_VERSION, &record, 0)
}

pub(in crate::store) fn decode_head(bytes: &[u8]) -> Result<DirectHead, StoreError> {
    let record: HeadV3 = decode_version(HEAD_VERSION, bytes)?;
    Ok(DirectHead {
        conversation: ConversationId::from_bytes(record.conversation),
        account: account(&record.account)?,
        next_seq: record.next_seq,
        lamport: record.lamport,
        seen: seen_by(record.seen).ok_or(StoreError::Damaged(ROW))?,
        unread: record.unread,
        read_upto: record.read_upto.map(EntryRef::from),
        peer_read: record.peer_read.map(|(upto, at_ms)| (upto.into(), at_ms)),
        last: record.last.map(EntryRef::from),
        last_at_ms: record.last_at_ms,
        attention: record.attention.into(),
    })
}

fn seen_by(devices: Vec<HeardV2>) -> Option<SeenBy> {
    let seen = |(device, runs)| Some((DeviceId::new(device), Seen::from_runs(runs)?));
    SeenBy::from_devices(devices.into_iter().map(seen).collect::<Option<_>>()?)
}

fn name(stored: &str) -> Result<Name, StoreError> {
    Name::new(stored).ok_or(StoreError::Damaged(ROW))
}

/// 2: on which connection a request came, and evidence.
const CONTACT_VERSION: u8 = 2;
/// 3: what a conversation may ask of our person's attention.
const HEAD_VERSION: u8 = 3;
/// Certificates and the rest of a contact's fields stay below this.
const SECRET_AMONG_FIELDS: usize = 1024 + 320 * (Evidence::KEPT + 2);
