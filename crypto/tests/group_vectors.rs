//! Groups against the protocol written a second time, and against our own frozen bytes in `vectors/group.json`: a
//! difference is a change of the protocol, which needs a new version number, not a new file.
//! `cargo test -p undertone-crypto --test group_vectors -- --ignored` writes the file only if there is none.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;
mod reference;

use std::path::PathBuf;

use common::groups::{CONTEXT, Membership, SENDER, Sending, kinds, read};
use common::{NOW, TestRng};
use data_encoding::HEXLOWER;
use rand_core::Rng;
use reference::group::{Message, advance, chain_id};
use serde_json::{Value, json};
use undertone_crypto::group::op::OpKind;
use undertone_crypto::group::{EnvelopeKey, ReceiverChain, SenderChain, SenderKey, UnverifiedOp};

fn hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}

fn unhex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().expect("text").as_bytes()).expect("hex")
}

fn draw<const N: usize>(rng: &mut TestRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[test]
fn a_chain_makes_the_same_bytes_as_the_reference() {
    let mut sending = Sending::new("same bytes");
    let record = sending.chain.to_bytes();
    // 1 | gid | device | i:4 | ck | ssk
    let part = |from: usize| <[u8; 32]>::try_from(&record[from..from + 32]).expect("32 bytes");
    let (gid, ck0, ssk) = (part(1), part(53), part(85));
    assert_eq!(gid, *sending.group.as_bytes());
    let id = chain_id(&gid, SENDER.as_bytes(), &ssk, &ck0);
    assert_eq!(id, *sending.chain.id().as_bytes());
    for (iteration, text) in (0..).zip([b"one".as_slice(), b"", &[9; 1000], &[7; 60_000]]) {
        let nonce = draw(&mut sending.rng.clone());
        let mut theirs = Message {
            gid,
            chain: id,
            iteration,
            view: CONTEXT.view,
            lamport: CONTEXT.lamport,
            prev: CONTEXT.prev.to_vec(),
            ck: advance(ck0, iteration),
            kc: None,
            ssk,
            nonce,
            padded: Vec::new(),
            env_secret: *sending.envelope.to_bytes(),
        };
        theirs.set_text(text);
        assert_eq!(sending.frame(text), theirs.frame());
    }
    let at_start = SenderChain::from_bytes(&record).expect("own record");
    let theirs = reference::group::sender_key(&gid, SENDER.as_bytes(), &ssk, &ck0, NOW);
    assert_eq!(*at_start.skdm().encode(), theirs);
}

fn signed(members: &Membership, kind: OpKind) -> Value {
    let op = members.sign(kind).expect("sign");
    json!({ "op": hex(op.as_bytes()), "id": hex(op.id().as_bytes()) })
}

/// Pictures: one, and none.
fn pictures() -> Value {
    let members = Membership::new("vectors: group");
    let pictures = kinds(&members).into_iter().filter(|kind| matches!(kind, OpKind::SetPicture { .. }));
    json!({
        "format": "operations of kind 9, signed by the author of group.json",
        "ops": pictures.map(|kind| signed(&members, kind)).collect::<Vec<_>>(),
    })
}

/// An invitation, somebody let in by it, and its end.
fn invitations() -> Value {
    let members = Membership::new("vectors: group");
    let of_an_invitation = |kind: &OpKind| {
        matches!(kind, OpKind::Invite { .. } | OpKind::Admit { .. } | OpKind::Uninvite { .. })
    };
    let ops = kinds(&members).into_iter().filter(of_an_invitation);
    json!({
        "format": "operations of kinds 10 to 12, signed by the author of group.json; the seed is 32 bytes of 7",
        "ops": ops.map(|kind| signed(&members, kind)).collect::<Vec<_>>(),
    })
}

/// Three messages of which the second has not arrived, and one operation of each kind.
fn group() -> Value {
    let mut sending = Sending::new("vectors: group");
    let key = sending.chain.skdm().encode();
    let mut reader = sending.reader();
    let frames = [b"one".as_slice(), b"two", b"three"].map(|text| sending.frame(text));
    for at in [2, 0] {
        let sealed = sending.envelope.open(&frames[at]).expect("open");
        read(&mut reader, &sealed).expect("open");
    }
    let rotated = sending.chain.rotate([0x78; 32], NOW + 1, &mut sending.rng);
    let members = Membership::new("vectors: group");
    // Those that there were when the file was made.
    let ops = kinds(&members).into_iter().take(8).map(|kind| signed(&members, kind));
    json!({
        "format": "an envelope, a sender key at its beginning, three messages (one, two, three), both records (the \
                   reader lacks the second message), the next chain, and an operation of each kind",
        "device": hex(SENDER.as_bytes()),
        "env_secret": hex(*sending.envelope.to_bytes()),
        "env_id": hex(sending.envelope.id().as_bytes()),
        "env_commit": hex(sending.envelope.commit()),
        "topic_week_2977": sending.envelope.topic(2977),
        "sender_key": hex(&*key),
        "frames": frames.iter().map(hex).collect::<Vec<_>>(),
        "sender_record": hex(&*sending.chain.to_bytes()),
        "receiver_record": hex(&*reader.to_bytes()),
        "next_sender_key": hex(&*rotated.skdm().encode()),
        "author_cert": hex(members.author.cert.as_bytes()),
        "ops": ops.collect::<Vec<_>>(),
    })
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file)
}

fn frozen(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(file)).expect("a frozen file")).expect("json")
}

const GROUP: &str = "group.json";
const PICTURES: &str = "group_picture.json";
const INVITATIONS: &str = "group_invitation.json";

#[test]
fn groups_are_made_as_they_were() {
    assert!(group() == frozen(GROUP), "groups are no longer made as they were");
    assert!(pictures() == frozen(PICTURES), "pictures are no longer set as they were");
    assert!(invitations() == frozen(INVITATIONS), "invitations are no longer made as they were");
}

#[test]
#[ignore = "writes the file if it is missing, never over one that exists"]
fn write_missing_file() {
    for (file, value) in [(GROUP, group()), (PICTURES, pictures()), (INVITATIONS, invitations())] {
        if !path(file).exists() {
            let text = serde_json::to_string_pretty(&value).expect("json");
            std::fs::write(path(file), text + "\n").expect("write");
        }
    }
}

#[test]
fn frozen_messages_and_records_are_still_read() {
    let (frozen, pictures) = (frozen(GROUP), frozen(PICTURES));
    let envelope = EnvelopeKey::from_bytes(&unhex(&frozen["env_secret"]).try_into().expect("32 bytes"));
    let key = SenderKey::decode(&unhex(&frozen["sender_key"]), SENDER).expect("a sender key");
    let mut reader = ReceiverChain::new(key);
    let sealed = frozen["frames"].as_array().expect("frames").iter();
    let sealed: Vec<_> = sealed.map(|frame| envelope.open(&unhex(frame)).expect("open")).collect();
    for (sealed, text) in sealed.iter().zip(["one", "two", "three"]) {
        assert_eq!(read(&mut reader, sealed).as_deref(), Ok(text.as_bytes()));
    }
    let mut stored = ReceiverChain::from_bytes(&unhex(&frozen["receiver_record"])).expect("a record");
    assert_eq!(read(&mut stored, &sealed[1]).as_deref(), Ok(&b"two"[..]));
    let sender = SenderChain::from_bytes(&unhex(&frozen["sender_record"])).expect("a record");
    assert_eq!((sender.id(), sender.iteration()), (stored.id(), 3));
    let next = SenderKey::decode(&unhex(&frozen["next_sender_key"]), SENDER).expect("a sender key");
    assert_eq!(next.predecessor().map(|before| (before.chain, before.len)), Some((stored.id(), 3)));
    let cert = undertone_crypto::DevCert::parse(&unhex(&frozen["author_cert"])).expect("a certificate");
    let group = Membership::new("vectors: group").group;
    let ops = [&frozen, &pictures].map(|file| file["ops"].as_array().expect("operations"));
    for op in ops.into_iter().flatten() {
        let read = UnverifiedOp::parse(&unhex(&op["op"]), &group).expect("parse");
        let read = read.verify(&cert).expect("verify");
        assert_eq!(hex(read.id().as_bytes()), op["id"].as_str().expect("text"));
    }
}
