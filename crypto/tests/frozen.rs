//! Our own known answers: what this version made of fixed randomness, byte for byte. The files in `vectors/` are
//! frozen: a difference is a change of the protocol, which needs a new version or suite number, not a new file.
//! `cargo test -p undertone-crypto --test frozen -- --ignored` writes only a file that does not exist yet.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;
mod reference;

use std::num::NonZeroU32;
use std::path::PathBuf;

use common::{NOW, Party, TestRng, initiation};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use undertone_crypto::identity::DeviceKeys;
use undertone_crypto::pair::InviteKey;
use undertone_crypto::prekey::{Opk, OpkSecret, PrekeySecret};
use undertone_crypto::{InitMsg, Initiation, Invite, Session, kdf, padme, respond};

fn hex(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(bytes.as_ref())
}

fn unhex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().expect("text").as_bytes()).expect("hex")
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name).with_extension("json")
}

fn frozen(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path(name)).expect("a frozen file")).expect("json")
}

fn identity() -> Value {
    let mut rng = TestRng::new("vectors: identity");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let pair = alice.device.pair_key(&alice.cert, &bob.cert).expect("pair");
    let signal = pair.seal_signal(alice.device.id(), b"typing", &mut rng).expect("seal");
    json!({
        "format": "device records and certificates, and what the two devices share before a session",
        "alice_account": hex(alice.account.id().as_bytes()),
        "alice_device": hex(&*alice.device.to_bytes()),
        "alice_cert": hex(alice.cert.as_bytes()),
        "bob_device": hex(&*bob.device.to_bytes()),
        "bob_cert": hex(bob.cert.as_bytes()),
        "tag": hex(pair.tag(b"context")),
        "signal_typing": hex(signal),
        "invite_secret": hex([5; 16]),
        "invite_tag": hex(InviteKey::from_secret(&[5; 16]).tag(b"context")),
    })
}

fn prekeys() -> Value {
    let mut rng = TestRng::new("vectors: prekeys");
    let bob = Party::new(&mut rng);
    let (secret, bundle) = bob.publish(&mut rng);
    let (opk_secret, opk) = OpkSecret::issue(&bob.device, NonZeroU32::MIN, &mut rng);
    json!({
        "format": "a bundle and a one-time prekey of a device, with their records",
        "now_ms": NOW,
        "account": hex(bob.account.id().as_bytes()),
        "bundle": hex(&bundle),
        "reference": hex(secret.reference()),
        "prekey_record": hex(&*secret.to_bytes()),
        "expires_ms": secret.expires_ms(),
        "destroy_after_ms": secret.destroy_after_ms(),
        "opk": hex(opk),
        "opk_record": hex(&*opk_secret.to_bytes()),
    })
}

fn handshake_case(with_opk: bool, with_invite: bool) -> Value {
    let mut rng = TestRng::new(&format!("vectors: handshake {with_opk} {with_invite}"));
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (prekey, bundle) = bob.publish(&mut rng);
    let (opk_secret, opk) = OpkSecret::issue(&bob.device, NonZeroU32::MIN, &mut rng);
    let opk = Opk::parse(&opk, &bob.cert).expect("opk");
    let invite = with_invite.then_some(Invite { id: [3; 8], secret: [4; 16] });
    let how = Initiation { invite, ..initiation(7) };
    let started = Session::initiate(
        &alice.device,
        &alice.cert,
        &bob.bundle(&bundle),
        with_opk.then_some(&opk),
        &how,
        &mut rng,
    );
    let mut a = started.expect("initiate");
    let first = a.seal(b"first", NOW, &mut rng).expect("seal");
    let init = InitMsg::parse(&first).expect("parse");
    let answered =
        respond(&bob.device, &prekey, with_opk.then_some(&opk_secret), &init, |_| Some([4; 16]), NOW);
    let mut b = answered.expect("respond").session;
    let state = b.to_bytes();
    let reply = b.seal(b"reply", NOW, &mut rng).expect("seal");
    json!({
        "bob_device": hex(&*bob.device.to_bytes()),
        "prekey_record": hex(&*prekey.to_bytes()),
        "opk_record": if with_opk { Value::from(hex(&*opk_secret.to_bytes())) } else { Value::Null },
        "invite_secret": if with_invite { Value::from(hex([4; 16])) } else { Value::Null },
        "first_message": hex(&first),
        "init_id": hex(init.id()),
        "session_id": hex(a.id().as_bytes()),
        "responder_state": hex(&*state),
        "reply": hex(&reply),
        "initiator_state_hash": hex(kdf::plain_hash(&a.to_bytes())),
    })
}

fn handshake() -> Value {
    let cases = [(false, false), (true, false), (false, true), (true, true)];
    json!({
        "format": "first message and reply; with and without one-time prekey and invite",
        "now_ms": NOW,
        "cases": cases.map(|(opk, invite)| handshake_case(opk, invite)),
    })
}

/// 500 steps of a drawn schedule with loss and disorder; the hash chains every message and both states.
fn ratchet() -> Value {
    let mut two = common::Two::new("vectors: ratchet");
    let mut way: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    let mut chained = [0; 32];
    let (mut checkpoints, mut opened) = (Vec::new(), 0);
    for step in 1_u32..=500 {
        let who = two.rng.below(2) as usize;
        match two.rng.below(8) {
            0..=3 => {
                let text = vec![b'x'; (step as usize * 13) % 700];
                let message = if who == 0 { two.a_says(&text) } else { two.b_says(&text) };
                chained = kdf::plain_hash(&[chained.as_slice(), &message].concat());
                way[1 - who].push(message);
            }
            7 if !way[who].is_empty() => drop(way[who].remove(0)),
            _ if !way[who].is_empty() => {
                let at = two.rng.below(u32::try_from(way[who].len()).expect("few").min(5)) as usize;
                let message = way[who].remove(at);
                let session = if who == 0 { &mut two.a } else { &mut two.b };
                session.open(&message, NOW).expect("open");
                opened += 1;
            }
            _ => {}
        }
        if step % 50 == 0 {
            let states = [two.a.to_bytes(), two.b.to_bytes()].map(|state| kdf::plain_hash(&state));
            checkpoints.push(json!({
                "step": step,
                "opened": opened,
                "messages": hex(chained),
                "states": states.map(hex),
            }));
        }
    }
    json!({ "format": "hashes over a schedule of 500 steps", "checkpoints": checkpoints })
}

/// The derivations one by one, inputs and outputs, by the reference (which the engine equals bit for bit).
fn kdf_steps() -> Value {
    let (th, dh, ss, ct) = ([1; 32], [2; 32], [3; 32], [4; 1088]);
    let root = [5; 32];
    let ct_hash = reference::sha(&[&ct]);
    json!({
        "format": "every key derivation, on inputs of repeated bytes: th=01, dh=02, ss=03, ct=04, root or chain=05, secret=06",
        "chain_message_key": hex(reference::hmac(&root, &[1])),
        "chain_next": hex(reference::hmac(&root, &[2])),
        "root_step": hex(reference::hkdf(&root, &[&dh], &[b"ut1/rk", &[0]], 96)),
        "root_step_kem": hex(reference::hkdf(&root, &[&dh, &ss], &[b"ut1/rk", &[1], &ct_hash], 96)),
        "sealed_id_key": hex(reference::hkdf(&th, &[&dh, &ss], &[b"ut1/seal"], 32)),
        "psk": hex(reference::hkdf(&[], &[&[6; 16]], &[b"ut1/psk"], 32)),
        "root_keys": hex(reference::hkdf(&th, &[&[0xff; 32], &dh, &dh, &dh, &ss, &[0; 32]], &[b"ut1/root", &[0]], 96)),
        "root_keys_opk": hex(reference::hkdf(&th, &[&[0xff; 32], &dh, &dh, &dh, &dh, &ss, &[0; 32]], &[b"ut1/root", &[1]], 96)),
        "invite_tag_key": hex(reference::hkdf(&[], &[&[6; 16]], &[b"ut1/itk"], 32)),
    })
}

fn padding() -> Value {
    let lens = [0, 1, 252, 253, 1000, 4096, 65_532];
    json!({
        "format": "content length and padded length, and one padded content",
        "lengths": lens.map(|len| json!([len, padme::padded_len(len).expect("short")])),
        "hello": hex(padme::pad(b"hello").expect("pad")),
    })
}

type Vector = (&'static str, fn() -> Value);
const VECTORS: [Vector; 6] = [
    ("identity", identity),
    ("prekeys", prekeys),
    ("handshake", handshake),
    ("ratchet", ratchet),
    ("kdf", kdf_steps),
    ("padding", padding),
];

#[test]
fn everything_is_made_as_it_was() {
    for (name, make) in VECTORS {
        assert!(make() == frozen(name), "{name} is no longer made as it was");
    }
}

#[test]
#[ignore = "writes the files that are missing, never one that exists"]
fn write_missing_files() {
    for (name, make) in VECTORS {
        if !path(name).exists() {
            let text = serde_json::to_string_pretty(&make()).expect("json");
            std::fs::write(path(name), text + "\n").expect("write");
        }
    }
}

#[test]
fn a_frozen_first_message_is_still_answered() {
    for case in frozen("handshake")["cases"].as_array().expect("cases") {
        let device = DeviceKeys::from_bytes(&unhex(&case["bob_device"])).expect("device");
        let prekey = PrekeySecret::from_bytes(&unhex(&case["prekey_record"])).expect("prekey");
        let opk = case["opk_record"].as_str().map(|_| OpkSecret::from_bytes(&unhex(&case["opk_record"])));
        let opk = opk.transpose().expect("opk");
        let init = InitMsg::parse(&unhex(&case["first_message"])).expect("first message");
        let response =
            respond(&device, &prekey, opk.as_ref(), &init, |_| Some([4; 16]), NOW).expect("respond");
        assert_eq!((response.plaintext.as_slice(), response.generation), (b"first".as_slice(), 7));
        assert_eq!(hex(response.session.id().as_bytes()), case["session_id"].as_str().expect("text"));
        assert_eq!(hex(&*response.session.to_bytes()), case["responder_state"].as_str().expect("text"));
        let state = Session::from_bytes(&unhex(&case["responder_state"])).expect("a stored session");
        assert_eq!(state.id(), response.session.id());
    }
}
