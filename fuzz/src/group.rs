//! What members of a group send each other and store: read from any bytes, and from genuine ones that were damaged.

use undertone_crypto::group::op::{Cut, Draft, OpKind, OpPicture, OpText, Role};
use undertone_crypto::group::{
    EnvelopeKey, GroupId, MessageContext, Op, OpId, ReceiverChain, SenderChain, SenderKey, UnverifiedOp,
    envelope,
};
use undertone_crypto::{AccountKey, DevCert, DeviceId, DeviceKeys, Secret, Validity, aead, kdf, label};

use super::sample::{NOW, Repeatable, damaged};

thread_local! {
    static GROUP: Group = Group::new();
}

const DEVICE: DeviceId = DeviceId::new([5; 16]);

/// A member that speaks, and one that reads.
struct Group {
    id: GroupId,
    envelope: EnvelopeKey,
    sender_key: Vec<u8>,
    frame: Vec<u8>,
    /// What the frame holds.
    inner: Vec<u8>,
    sender: Vec<u8>,
    /// The reader before the frame, which passed a message over.
    reader: Vec<u8>,
    cert: DevCert,
    ops: Vec<Op>,
}

impl Group {
    fn new() -> Self {
        let rng = &mut Repeatable::new(4);
        let (id, envelope) = (GroupId::generate(rng), EnvelopeKey::generate(rng));
        let mut sender = SenderChain::create(id, DEVICE, [7; 32], NOW, rng);
        let sender_key = sender.skdm().encode().to_vec();
        let mut reader = ReceiverChain::new(sender.skdm());
        let context = MessageContext { view: [1; 16], lamport: 3, prev: &[[2; 16]] };
        let mut frames = [b"one".as_slice(), b"two", b"three"]
            .map(|text| sender.seal(context, text, &envelope, rng).unwrap());
        reader.open(&envelope.open(&frames[1]).unwrap(), NOW).unwrap();
        let frame = std::mem::take(&mut frames[2]);
        let inner = aead::open_random(&envelope_key(&envelope), &frame_ad(&frame), &frame[10..]).unwrap();
        let account = AccountKey::from_seed(&[6; 32]);
        let device = DeviceKeys::generate(rng);
        let cert = account.certify(&device, Validity { not_before_ms: 0, not_after_ms: u64::MAX }, 1);
        let add = OpKind::Add {
            cert: Box::new(cert.clone()),
            role: Role::Admin,
            name: OpText::new("Bora").unwrap(),
        };
        let cuts = vec![Cut { device: DEVICE, last_seq: 4 }];
        let remove = OpKind::Remove { account: account.id(), env_commit: envelope.commit(), cuts };
        let picture = OpKind::SetPicture { picture: OpPicture::new(b"\xff\xd8\xff picture") };
        let ops = [add, remove, picture].map(|kind| {
            let parents = vec![OpId::new([1; 32]), OpId::new([2; 32])];
            Op::sign(Draft { group: id, parents, lamport: 2, time_ms: NOW, kind }, &device, &cert).unwrap()
        });
        Self {
            id,
            envelope,
            sender_key,
            frame,
            inner,
            sender: sender.to_bytes().to_vec(),
            reader: reader.to_bytes().to_vec(),
            cert,
            ops: ops.to_vec(),
        }
    }

    fn reader(&self) -> ReceiverChain {
        ReceiverChain::from_bytes(&self.reader).unwrap()
    }
}

fn envelope_key(envelope: &EnvelopeKey) -> Secret<32> {
    kdf::derive(&[], &[&*envelope.to_bytes()], label::ENVELOPE_KEY, &[])
}

fn frame_ad(frame: &[u8]) -> Vec<u8> {
    [label::ENVELOPE.as_bytes(), &frame[..10]].concat()
}

/// What anybody puts on the group's topic, and what a member puts into an envelope: the fuzzer would never get
/// through that by itself.
pub(crate) fn group_message(bytes: &[u8]) {
    GROUP.with(|group| {
        let outer = damaged(&group.frame, bytes);
        assert_eq!(group.envelope.open(&outer).is_ok(), outer == group.frame);
        assert!(envelope::peek(&outer).is_none() || outer.len() <= envelope::MAX_FRAME);

        let inner = damaged(&group.inner, bytes);
        let (nonce, head) = (group.frame[10..34].try_into().unwrap(), &group.frame[..34]);
        let mut sealed = inner.clone();
        let key = envelope_key(&group.envelope);
        let tag = aead::xseal(&key, nonce, &frame_ad(&group.frame), &mut sealed).unwrap();
        let Ok(message) = group.envelope.open(&[head, &sealed, &tag].concat()) else { return };
        let mut reader = group.reader();
        assert_eq!(reader.open(&message, NOW).is_ok(), inner == group.inner);
        assert!(inner == group.inner || *reader.to_bytes() == group.reader);
    });
}

/// What another device says over its session.
pub(crate) fn sender_key(bytes: &[u8]) {
    GROUP.with(|group| {
        let bytes = damaged(&group.sender_key, bytes);
        let Ok(key) = SenderKey::decode(&bytes, DEVICE) else { return };
        assert_eq!(*key.encode(), bytes);
        assert!(SenderKey::decode(&bytes, DeviceId::new([6; 16])).is_err());
        assert_eq!(group.reader().meet(&key).is_ok(), bytes == group.sender_key);
    });
}

/// What any member spreads.
pub(crate) fn operation(bytes: &[u8]) {
    GROUP.with(|group| {
        for genuine in &group.ops {
            let bytes = damaged(genuine.as_bytes(), bytes);
            let Ok(op) = UnverifiedOp::parse(&bytes, &group.id) else { continue };
            assert_eq!(op.verify(&group.cert).is_ok(), bytes == genuine.as_bytes());
        }
    });
}

/// States of our own, after their rows were opened. What is read is written as it was.
pub(crate) fn group_records(bytes: &[u8]) {
    GROUP.with(|group| {
        let message = group.envelope.open(&group.frame).unwrap();
        for genuine in [&group.sender, &group.reader] {
            let bytes = damaged(genuine, bytes);
            if let Ok(chain) = SenderChain::from_bytes(&bytes) {
                assert_eq!(*chain.to_bytes(), bytes);
            }
            if let Ok(mut chain) = ReceiverChain::from_bytes(&bytes) {
                assert_eq!(*chain.to_bytes(), bytes);
                chain.open(&message, NOW).ok();
            }
        }
    });
}
