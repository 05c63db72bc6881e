//! What a session is for: the plain course of things.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;

use std::num::NonZeroU32;

use common::{NOW, Party, TestRng, Two, initiation};
use undertone_crypto::identity::DeviceKeys;
use undertone_crypto::prekey::{Opk, OpkSecret, PrekeySecret};
use undertone_crypto::ratchet::MAX_PLAINTEXT;
use undertone_crypto::{
    InitMsg, InitiateError, Initiation, Invite, RespondError, SealError, Session, respond,
};

#[test]
fn both_sides_talk_and_agree_on_the_session() {
    let mut two = Two::new("talk");
    two.ping_pong(120);
    assert_eq!(two.a.id(), two.b.id());
    assert_eq!(two.a.generation(), two.b.generation());
    assert_eq!(two.a.peer(), &two.bob.cert);
    assert_eq!(two.b.peer(), &two.alice.cert);
}

#[test]
fn the_first_message_is_repeated_until_it_is_answered() {
    let mut two = Two::unanswered("repeat");
    assert!(!two.a.is_confirmed());
    assert!(two.b.is_confirmed());
    let second = two.a_says(b"second");
    let init = InitMsg::parse(&second).expect("still a first message");
    assert_eq!(two.b.open(init.dr_msg(), NOW).expect("open"), b"second");
    let reply = two.b_says(b"reply");
    two.a.open(&reply, NOW).expect("open");
    assert!(two.a.is_confirmed());
    assert_eq!(two.a_says(b"third")[0], 2);
}

#[test]
fn a_one_time_prekey_and_an_invite_take_part() {
    let mut rng = TestRng::new("opk");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (prekey, bytes) = bob.publish(&mut rng);
    let (opk_secret, opk) = OpkSecret::issue(&bob.device, NonZeroU32::MIN, &mut rng);
    let bundle = bob.bundle(&bytes);
    let opk = Opk::parse(&opk, bundle.cert()).expect("opk");
    let invite = Some(Invite { id: [3; 8], secret: [4; 16] });
    let how = Initiation { invite, ..initiation(7) };
    let mut a =
        Session::initiate(&alice.device, &alice.cert, &bundle, Some(&opk), &how, &mut rng).expect("start");
    let first = a.seal(b"hello", NOW, &mut rng).expect("seal");
    let init = InitMsg::parse(&first).expect("parse");
    assert_eq!((init.opk_id(), init.bundle_reference()), (1, prekey.reference()));

    let answer = |opk, secret: Option<[u8; 16]>| {
        respond(&bob.device, &prekey, opk, &init, |id| secret.filter(|_| *id == [3; 8]), NOW)
    };
    let response = answer(Some(&opk_secret), Some([4; 16])).expect("respond");
    assert_eq!(response.plaintext, b"hello");
    assert_eq!((response.generation, response.invite_id), (7, Some([3; 8])));
    assert_eq!((response.devlist_head, response.devlist_head_seen), ([0xa1; 32], [0xb1; 32]));
    assert_eq!(answer(None, Some([4; 16])).err(), Some(RespondError::WrongPrekey));
    assert_eq!(answer(Some(&opk_secret), None).err(), Some(RespondError::UnknownInvite));
    assert_eq!(answer(Some(&opk_secret), Some([5; 16])).err(), Some(RespondError::Rejected));
}

#[test]
fn contents_of_every_allowed_size_pass_and_no_longer_ones() {
    let mut two = Two::new("size");
    for len in [0, 1, 251, 252, 253, 4000, MAX_PLAINTEXT] {
        let text = vec![7; len];
        let sealed = two.a_says(&text);
        assert_eq!(two.b.open(&sealed, NOW).expect("open"), text);
    }
    let too_long = vec![7; MAX_PLAINTEXT + 1];
    assert_eq!(two.a.seal(&too_long, NOW, &mut two.rng), Err(SealError::TooLong));
    let mut two = Two::unanswered("size");
    assert_eq!(two.a.seal(&[0; 2600], NOW, &mut two.rng), Err(SealError::TooLongUnanswered));
    assert_eq!(two.a_says(&[0; 2556]).len(), 1426 + 104 + 2560);
}

#[test]
fn a_post_quantum_step_completes_every_fifty_messages() {
    let mut two = Two::new("pq");
    let sizes: Vec<usize> = (0..200)
        .map(|_| {
            let ping = two.a_says(b"ping");
            two.b.open(&ping, NOW).expect("open");
            let pong = two.b_says(b"pong");
            two.a.open(&pong, NOW).expect("open");
            ping.len() + pong.len()
        })
        .collect();
    let plain = 2 * (104 + 256);
    assert_eq!(sizes[0], plain + 1088, "the initiator answers the responder's first offer");
    let carrying = sizes.iter().filter(|size| **size > plain).count();
    assert!((8..=16).contains(&carrying), "{carrying} of 200 rounds carried key material");
}

#[test]
fn starting_needs_parts_that_fit() {
    let mut rng = TestRng::new("parts");
    let (alice, bob, carol) = (Party::new(&mut rng), Party::new(&mut rng), Party::new(&mut rng));
    let (_, bytes) = bob.publish(&mut rng);
    let bundle = bob.bundle(&bytes);
    let (_, opk) = OpkSecret::issue(&carol.device, NonZeroU32::MIN, &mut rng);
    let carols = Opk::parse(&opk, &carol.cert).expect("opk");
    let nameless = Initiation { invite: Some(Invite { id: [0; 8], secret: [4; 16] }), ..initiation(1) };
    let mut start = |cert, opk, how: &Initiation| {
        Session::initiate(&alice.device, cert, &bundle, opk, how, &mut rng).err()
    };
    assert_eq!(start(&carol.cert, None, &initiation(1)), Some(InitiateError::NotOwn));
    assert_eq!(start(&alice.cert, Some(&carols), &initiation(1)), Some(InitiateError::Opk));
    assert_eq!(start(&alice.cert, None, &nameless), Some(InitiateError::Invite));
    assert_eq!(start(&alice.cert, None, &initiation(1)), None);
}

#[test]
fn secrets_come_back_from_their_records_and_from_nothing_else() {
    let mut rng = TestRng::new("records");
    let bob = Party::new(&mut rng);
    let (prekey, _) = bob.publish(&mut rng);
    let (opk, _) = OpkSecret::issue(&bob.device, NonZeroU32::MIN, &mut rng);
    type Again = fn(&[u8]) -> Option<Vec<u8>>;
    let records: [(Vec<u8>, Again); 3] = [
        (bob.device.to_bytes().to_vec(), |bytes| {
            Some(DeviceKeys::from_bytes(bytes).ok()?.to_bytes().to_vec())
        }),
        (prekey.to_bytes().to_vec(), |bytes| Some(PrekeySecret::from_bytes(bytes).ok()?.to_bytes().to_vec())),
        (opk.to_bytes().to_vec(), |bytes| Some(OpkSecret::from_bytes(bytes).ok()?.to_bytes().to_vec())),
    ];
    for (record, again) in records {
        assert_eq!(again(&record).as_ref(), Some(&record));
        assert_eq!(again(&record[..record.len() - 1]), None);
        assert_eq!(again(&[record.clone(), vec![0]].concat()), None);
        let mut other_version = record.clone();
        other_version[0] = 2;
        assert_eq!(again(&other_version), None);
    }
    let read = DeviceKeys::from_bytes(&bob.device.to_bytes()).expect("device");
    assert!(read.matches(&bob.cert));
    assert!(!read.matches(&Party::new(&mut rng).cert));
}

#[test]
fn the_choice_is_confirmed_then_newest_then_smallest() {
    let mut rng = TestRng::new("choice");
    let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
    let (prekey, bytes) = bob.publish(&mut rng);
    let bundle = bob.bundle(&bytes);
    let mut start = |generation| {
        let how = initiation(generation);
        Session::initiate(&alice.device, &alice.cert, &bundle, None, &how, &mut rng).expect("start")
    };
    let mut sessions: Vec<_> = [3, 3, 3, 2, 7].map(&mut start).into();
    let chosen = |sessions: &[Session]| Session::choose(sessions).expect("a session").id();
    assert_eq!(chosen(&sessions), sessions[4].id(), "the newest, as none is confirmed");

    let mut rng = TestRng::new("answers");
    for session in &mut sessions[..4] {
        let first = session.seal(b"first", NOW, &mut rng).expect("seal");
        let mut answered = bob.respond(&prekey, None, &first).session;
        let reply = answered.seal(b"reply", NOW, &mut rng).expect("seal");
        session.open(&reply, NOW).expect("open");
    }
    let smallest = sessions[..3].iter().map(Session::id).min();
    assert_eq!(Some(chosen(&sessions)), smallest);
    sessions.reverse();
    assert_eq!(Some(chosen(&sessions)), smallest, "in any order");
    assert!(Session::choose(&[]).is_none());
}
