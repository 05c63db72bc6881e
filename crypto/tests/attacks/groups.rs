//! T29, T31, T32, T33, T37, T38: what members of a group may try on each other, and outsiders on all of them.

use undertone_crypto::group::{
    ChainConflict, EnvelopeError, EnvelopeKey, GroupId, GroupOpenError, OpError, ReceiverChain, Sealed,
    SenderKey, SenderKeyError, UnverifiedOp,
};
use undertone_crypto::{DeviceId, InitMsg};

use crate::common::groups::{CONTEXT, Membership, SENDER, Sending, kinds, read};
use crate::common::{NOW, TestRng};
use crate::reference::group::{Message, advance, chain_id, envelope, sender_key};

const GID: [u8; 32] = [0x61; 32];
const CK0: [u8; 32] = [0xc0; 32];
const SSK: [u8; 32] = [0x55; 32];
const ENV: [u8; 32] = [0xe0; 32];

/// What a member who keeps none of the rules sends at `iteration` of a chain that it gave out honestly.
fn crafted(iteration: u32) -> Message {
    let mut message = Message {
        gid: GID,
        chain: chain_id(&GID, SENDER.as_bytes(), &SSK, &CK0),
        iteration,
        view: CONTEXT.view,
        lamport: CONTEXT.lamport,
        prev: CONTEXT.prev.to_vec(),
        ck: advance(CK0, iteration),
        kc: None,
        ssk: SSK,
        nonce: [0x4e; 24],
        padded: Vec::new(),
        env_secret: ENV,
    };
    message.set_text(b"text");
    message
}

fn victim() -> ReceiverChain {
    let bytes = sender_key(&GID, SENDER.as_bytes(), &SSK, &CK0, NOW);
    ReceiverChain::new(SenderKey::decode(&bytes, SENDER).expect("an honest sender key"))
}

fn opened(frame: &[u8]) -> Sealed {
    EnvelopeKey::from_bytes(&ENV).open(frame).expect("a member's envelope")
}

/// Refused for this reason, and nothing has changed.
fn refuses(reader: &mut ReceiverChain, sealed: &Sealed, why: GroupOpenError) {
    let before = reader.to_bytes();
    assert_eq!(reader.open(sealed, NOW).err(), Some(why));
    assert_eq!(*reader.to_bytes(), *before);
}

#[test]
fn the_crafted_message_is_an_honest_one_if_nothing_is_changed() {
    let mut reader = victim();
    assert_eq!(read(&mut reader, &opened(&crafted(3).frame())).as_deref(), Ok(&b"text"[..]));
    assert_eq!(read(&mut reader, &opened(&crafted(0).frame())).as_deref(), Ok(&b"text"[..]));
}

#[test]
fn skdm_over_group_channel() {
    let mut sending = Sending::new("T29");
    let skdm = sending.chain.skdm().encode();
    // bare on the group's topic, and as what an envelope holds
    let secret = sending.envelope.to_bytes();
    assert_eq!(sending.envelope.open(&skdm), Err(EnvelopeError::Unknown));
    let wrapped = envelope(&secret, &[1; 24], &skdm);
    assert_eq!(sending.envelope.open(&wrapped), Err(EnvelopeError::Content));
    // and the other way round: nothing that travels in a group is a sender key, an operation or a first message
    let frame = sending.frame(b"text");
    assert_eq!(SenderKey::decode(&frame, SENDER).err(), Some(SenderKeyError::Layout));
    assert_eq!(UnverifiedOp::parse(&frame, &sending.group), Err(OpError::Layout));
    assert_eq!(UnverifiedOp::parse(&skdm, &sending.group), Err(OpError::Layout));
    assert!(InitMsg::parse(&frame).is_err());
    // one member passes another's key on over its own session: the chain's name binds the device
    let forwarder = DeviceId::new([0xf0; 16]);
    assert_eq!(SenderKey::decode(&skdm, forwarder).err(), Some(SenderKeyError::ChainId));
}

#[test]
fn chain_overwrite() {
    let mut reader = victim();
    let honest = sender_key(&GID, SENDER.as_bytes(), &SSK, &CK0, NOW);
    let decode = |bytes: &[u8]| SenderKey::decode(bytes, SENDER);
    // another member announces the chain as its own
    let other = DeviceId::new([0xf0; 16]);
    assert_eq!(SenderKey::decode(&honest, other).err(), Some(SenderKeyError::ChainId));
    // the name of a known chain for other keys, at its beginning and later
    for iteration in [0_u32, 9] {
        for (at, part) in [(54, "ck"), (86, "spk"), (118, "origin")] {
            let mut bytes = honest.clone();
            bytes[50..54].copy_from_slice(&iteration.to_be_bytes());
            let other = *undertone_crypto::AccountKey::from_seed(&[3; 32]).id().as_bytes();
            bytes[at..at + 32].copy_from_slice(&other);
            match decode(&bytes) {
                Err(why) => assert_eq!(why, SenderKeyError::ChainId, "{part} at {iteration}"),
                // a later key cannot be checked against the name, but against the key that is known
                Ok(key) => {
                    assert_eq!((part, iteration), ("ck", 9));
                    assert_eq!(reader.meet(&key), Err(ChainConflict));
                }
            }
        }
    }
    // what the name does not bind: the view, the chain before and the time
    for at in [150, 182, 209] {
        let mut bytes = honest.clone();
        bytes[at] ^= 1;
        assert_eq!(reader.meet(&decode(&bytes).expect("a sender key")), Err(ChainConflict), "byte {at}");
    }
    // another chain is not this one told differently to somebody, and its key is not taken either
    let other = sender_key(&GID, SENDER.as_bytes(), &SSK, &[1; 32], NOW);
    assert_eq!(reader.meet(&decode(&other).expect("a sender key")), Err(ChainConflict));
    assert_eq!(reader.meet(&decode(&honest).expect("a sender key")), Ok(()));
    // a conflict has changed nothing: the first key reads on, and after it too
    read(&mut reader, &opened(&crafted(5).frame())).expect("open");
    let mut late = honest;
    late[50..54].copy_from_slice(&9_u32.to_be_bytes());
    late[54..86].copy_from_slice(&advance(CK0, 9));
    assert_eq!(reader.meet(&decode(&late).expect("a sender key")), Ok(()));
    late[54] ^= 1;
    assert_eq!(reader.meet(&decode(&late).expect("a sender key")), Err(ChainConflict));
}

#[test]
fn insider_forgery() {
    // every member has the chain's key and the envelope; none but the sender has what signs
    let mut reader = victim();
    let forged = Message { ssk: [0x66; 32], ..crafted(0) };
    refuses(&mut reader, &opened(&forged.frame()), GroupOpenError::Signature);
    // far ahead: the signature is checked before any key is derived
    let forged = Message { ssk: [0x66; 32], ..crafted(999) };
    refuses(&mut reader, &opened(&forged.frame()), GroupOpenError::Signature);
    // an honest message with another text, header or nonce under its signature
    let honest = crafted(0);
    let inner = |message: &Message| {
        let body = message.body();
        let len = u32::try_from(body.len()).expect("short").to_be_bytes();
        (message.header(), [&len, &*body].concat())
    };
    let signature = |frame: &[u8]| {
        let sealed = crate::reference::group::opened(&ENV, frame);
        sealed[sealed.len() - 64..].to_vec()
    };
    let signed = signature(&honest.frame());
    let mut other_text = honest.clone();
    other_text.set_text(b"other");
    let changes = [
        other_text,
        Message { view: [0; 16], ..honest.clone() },
        Message { lamport: 8, ..honest.clone() },
        Message { prev: vec![[0x22; 16]], ..honest.clone() },
        Message { iteration: 1, ck: advance(CK0, 1), ..honest.clone() },
        Message { nonce: [0x4f; 24], ..honest.clone() },
    ];
    for changed in changes {
        let (header, body) = inner(&changed);
        let frame = envelope(&ENV, &changed.nonce, &[header, body, signed.clone()].concat());
        refuses(&mut reader, &opened(&frame), GroupOpenError::Signature);
    }
    assert!(read(&mut reader, &opened(&honest.frame())).is_ok());
}

#[test]
fn salamander_key_commitment() {
    // the sender gives two members different keys at iteration 1 and one ciphertext to both
    let bytes = sender_key(&GID, SENDER.as_bytes(), &SSK, &CK0, NOW);
    let let_in = |ck: [u8; 32]| {
        let mut bytes = bytes.clone();
        bytes[50..54].copy_from_slice(&1_u32.to_be_bytes());
        bytes[54..86].copy_from_slice(&ck);
        ReceiverChain::new(SenderKey::decode(&bytes, SENDER).expect("a sender key"))
    };
    let (mut one, mut two) = (let_in(advance(CK0, 1)), let_in([0xba; 32]));
    let sealed = opened(&crafted(1).frame());
    refuses(&mut two, &sealed, GroupOpenError::Commitment);
    assert!(read(&mut one, &sealed).is_ok());
    // committing to the other key helps the other member only as far as the body
    let kc: [u8; 16] = crate::reference::hmac(&[0xba; 32], &[3])[..16].try_into().expect("16 bytes");
    let sealed = opened(&Message { kc: Some(kc), ..crafted(1) }.frame());
    refuses(&mut let_in(advance(CK0, 1)), &sealed, GroupOpenError::Commitment);
    refuses(&mut two, &sealed, GroupOpenError::Body);
    // neither does a signed body that is damaged, or padded in another way
    let mut body = crafted(1).body();
    body[7] ^= 1;
    refuses(&mut let_in(advance(CK0, 1)), &opened(&crafted(1).frame_with(&body)), GroupOpenError::Body);
    let mut padded = crafted(1);
    *padded.padded.last_mut().expect("padding") = 1;
    refuses(&mut let_in(advance(CK0, 1)), &opened(&padded.frame()), GroupOpenError::Body);
}

#[test]
fn late_joiner_no_history() {
    let mut sending = Sending::new("T37");
    let mut early = sending.reader();
    let history: Vec<Sealed> = (0..20_u8).map(|n| sending.says(&[n])).collect();
    let mut late = sending.reader();
    assert_eq!(late.start(), 20);
    let after = sending.says(b"after");
    for sealed in &history {
        refuses(&mut late, sealed, GroupOpenError::BeforeStart);
    }
    assert_eq!(read(&mut late, &after).as_deref(), Ok(&b"after"[..]));
    for (n, sealed) in history.iter().enumerate() {
        refuses(&mut late, sealed, GroupOpenError::BeforeStart);
        assert_eq!(read(&mut early, sealed), Ok(vec![u8::try_from(n).expect("few")]));
    }
    // the joiner's record with its beginning moved back does not help it: the keys are not in it
    let mut record = late.to_bytes();
    record[49..53].copy_from_slice(&0_u32.to_be_bytes());
    let mut dishonest = ReceiverChain::from_bytes(&record).expect("a record");
    refuses(&mut dishonest, &history[19], GroupOpenError::Consumed);
}

#[test]
fn cross_group_replay() {
    // the same two devices in two groups, and a member of both who carries things over
    let (mut first, mut second) = (Sending::new("T38 one"), Sending::new("T38 two"));
    let (text_1, text_2) = (first.says(b"one"), second.says(b"two"));
    refuses(&mut second.reader(), &text_1, GroupOpenError::OtherChain);
    refuses(&mut first.reader(), &text_2, GroupOpenError::OtherChain);
    // a frame under the other envelope, and the other way round
    let frame = first.frame(b"three");
    assert_eq!(second.envelope.open(&frame), Err(EnvelopeError::Unknown));
    let mut renamed = frame;
    renamed[2..10].copy_from_slice(second.envelope.id().as_bytes());
    assert_eq!(second.envelope.open(&renamed), Err(EnvelopeError::Forged));
    // a sender key with the other group's name: the chain's name binds the group
    let mut skdm = first.chain.skdm().encode();
    skdm[2..34].copy_from_slice(second.group.as_bytes());
    assert_eq!(SenderKey::decode(&skdm, SENDER).err(), Some(SenderKeyError::ChainId));
    // even a sender that uses one chain's keys in two groups does not get one message into both
    let other_gid = Message { gid: [0x62; 32], ..crafted(0) };
    refuses(&mut victim(), &opened(&other_gid.frame()), GroupOpenError::Signature);
    // operations
    let members = Membership::new("T38");
    let other = GroupId::generate(&mut TestRng::new("other"));
    for kind in kinds(&members) {
        let op = members.sign(kind).expect("sign");
        assert_eq!(UnverifiedOp::parse(op.as_bytes(), &other), Err(OpError::OtherGroup));
        let mut moved = op.as_bytes().to_vec();
        moved[2..34].copy_from_slice(other.as_bytes());
        let moved = UnverifiedOp::parse(&moved, &other).expect("the right form");
        assert_eq!(moved.verify(&members.author.cert), Err(OpError::Signature));
    }
}

#[test]
fn group_counters_end() {
    // honest signatures over counters that no honest chain reaches
    for iteration in [1000, 1001, 2000, 1 << 31, u32::MAX] {
        let message = Message { iteration, ..crafted(0) };
        refuses(&mut victim(), &opened(&message.frame()), GroupOpenError::PastEnd);
        let mut skdm = sender_key(&GID, SENDER.as_bytes(), &SSK, &CK0, NOW);
        skdm[50..54].copy_from_slice(&iteration.to_be_bytes());
        // the key of a chain that has ended opens nothing; beyond that there is none
        let why = (iteration > 1000).then_some(SenderKeyError::Layout);
        assert_eq!(SenderKey::decode(&skdm, SENDER).err(), why);
    }
    let mut reader = victim();
    read(&mut reader, &opened(&crafted(999).frame())).expect("the last one");
    refuses(&mut reader, &opened(&crafted(999).frame()), GroupOpenError::Consumed);
    // a flood of forged counters costs a signature check each and leaves nothing behind
    let mut reader = victim();
    for iteration in (0..1000).step_by(97) {
        let forged = Message { ssk: [0x66; 32], ..crafted(iteration) };
        refuses(&mut reader, &opened(&forged.frame()), GroupOpenError::Signature);
    }
    assert_eq!((reader.next(), reader.skipped()), (0, 0));
    // a second message at a place that was used: the first stands
    let mut again = crafted(4);
    read(&mut reader, &opened(&again.frame())).expect("open");
    again.set_text(b"another text");
    refuses(&mut reader, &opened(&again.frame()), GroupOpenError::Consumed);
}

#[test]
fn group_secret_formatting() {
    let mut sending = Sending::new("T52");
    let mut reader = sending.reader();
    let (_, last) = (sending.says(b"missing"), sending.says(b"last"));
    read(&mut reader, &last).expect("open");
    let members = Membership::new("T52 members");
    let drafts: Vec<_> = kinds(&members).into_iter().map(|kind| members.draft(kind)).collect();
    let key = sending.chain.skdm();
    let (group, envelope, chain) = (sending.group, &sending.envelope, &sending.chain);
    let shown = format!("{group:?} {envelope:?} {chain:?} {reader:?} {key:?} {last:?} {drafts:?}");
    // ck and ssk, the other ck, mk of the missing message, gid, envelope secret
    let (sender, receiver) = (chain.to_bytes(), reader.to_bytes());
    let secrets: [&[u8]; 5] = [
        &sender[53..117],
        &receiver[57..89],
        &receiver[receiver.len() - 48..receiver.len() - 16],
        group.as_bytes(),
        &*envelope.to_bytes(),
    ];
    for window in secrets.iter().flat_map(|secret| secret.windows(4)) {
        let list = window.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        let hex = data_encoding::HEXLOWER.encode(window);
        assert!(!shown.contains(&list) && !shown.contains(&hex), "{list}");
    }
    assert!(!shown.contains("Chess") && !shown.contains("조안"));
}
