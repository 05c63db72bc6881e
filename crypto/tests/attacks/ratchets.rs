//! T16 to T19: messages reflected, disordered, far ahead or broken. The peer here may be dishonest: it has the
//! session's keys and says what it likes.

use undertone_crypto::{InitMsg, InitiateError, Session};

use super::Scene;
use crate::common::{NOW, Two};
use crate::reference::{self, Header, Ratchet};

/// Bob's engine against a peer that holds the keys of the session.
struct Dishonest {
    bob: Session,
    peer: Ratchet,
}

impl Dishonest {
    fn new(name: &str) -> Self {
        let scene = Scene::new(name);
        let (prefix, mut peer) = scene.attempt().run();
        let first = [prefix, peer.seal(b"first", [14; 24])].concat();
        Self { bob: scene.answer(&first).expect("respond").session, peer }
    }

    /// A message at position `n` of the current chain whose key the peer computes honestly.
    fn at(&self, n: u32, change: impl FnOnce(&mut Header)) -> Vec<u8> {
        let chain = self.peer.sending.as_ref().expect("chain");
        let mut key = chain.key;
        for _ in chain.header.n..n.min(3000) {
            key = reference::hmac(&key, &[2]);
        }
        let mut header = Header { n, ..chain.header.clone() };
        change(&mut header);
        self.peer.craft(
            &header,
            &chain.header_key,
            &reference::hmac(&key, &[1]),
            &reference::pad(b"x"),
            [3; 24],
        )
    }

    fn refuses(&mut self, message: &[u8]) {
        let before = self.bob.to_bytes();
        assert!(self.bob.open(message, NOW).is_err());
        assert_eq!(*self.bob.to_bytes(), *before);
    }

    /// One round there and back, after which the peer starts a new chain.
    fn turn(&mut self, own: u8, rng: &mut crate::common::TestRng) {
        let reply = self.bob.seal(b"reply", NOW, rng).expect("seal");
        assert_eq!(self.peer.open(&reply).expect("open"), b"reply");
        let coins = self.peer.kem_peer.is_some().then_some([own; 32]);
        self.peer.start_chain([own; 32], coins, None);
    }
}

#[test]
fn reflection() {
    let mut two = Two::new("T16");
    for _ in 0..3 {
        let (from_a, from_b) = (two.a_says(b"mine"), two.b_says(b"mine"));
        for (session, message) in [(&mut two.a, &from_a), (&mut two.b, &from_b)] {
            let before = session.to_bytes();
            assert!(session.open(message, NOW).is_err());
            assert_eq!(*session.to_bytes(), *before);
        }
        two.ping_pong(1);
    }
    let mut scene = Scene::new("T16");
    let own = scene.bob.bundle(&scene.bundle);
    let how = crate::common::initiation(1);
    let to_oneself = Session::initiate(&scene.bob.device, &scene.bob.cert, &own, None, &how, &mut scene.rng);
    assert_eq!(to_oneself.err(), Some(InitiateError::Oneself));
    // even made by hand, a first message from this device to itself is refused
    let mut attempt = scene.attempt();
    attempt.dik = reference::steal(&scene.bob.device).dik;
    attempt.identity = super::identity(scene.bob.cert.as_bytes());
    scene.refuses(&attempt);
}

#[test]
fn reorder_drop_duplicate() {
    let mut two = Two::new("T17");
    let mut way = Vec::new();
    for chain in 0..5 {
        for at in 0..4 {
            let text = format!("{chain} {at}").into_bytes();
            way.push((two.a_says(&text), text));
        }
        // the last of each chain arrives at once and gets an answer, the others stay away
        let (message, text) = way.pop().expect("said");
        assert_eq!(two.b.open(&message, NOW).expect("open"), text);
        let reply = two.b_says(b"reply");
        two.a.open(&reply, NOW).expect("open");
    }
    let lost = way.remove(5);
    for (message, text) in way.iter().rev() {
        assert_eq!(&two.b.open(message, NOW).expect("open"), text);
    }
    for (message, _) in &way {
        assert!(two.b.open(message, NOW).is_err(), "exactly once");
    }
    assert_eq!(two.b.open(&lost.0, NOW).expect("late, not lost"), lost.1);
}

#[test]
fn skip_flood() {
    let mut rng = crate::common::TestRng::new("T18");
    let mut world = Dishonest::new("T18");
    for n in [1002, 5000, 1 << 31, u32::MAX - 1, u32::MAX] {
        let message = world.at(n, |_| ());
        world.refuses(&message);
    }
    let message = world.at(1001, |_| ());
    world.bob.open(&message, NOW).expect("1000 ahead is allowed");

    // the end of a chain may be far away too, but no farther
    for (own, previous, allowed) in
        [(1, u32::MAX, false), (2, 3000, false), (3, 2003, false), (3, 2002, true)]
    {
        let mut next = Dishonest {
            bob: Session::from_bytes(&world.bob.to_bytes()).expect("load"),
            peer: world.peer.clone(),
        };
        next.turn(own, &mut rng);
        let message = next.at(0, |header| header.previous = previous);
        if allowed {
            next.bob.open(&message, NOW).expect("1000 missing are allowed");
        } else {
            next.refuses(&message);
        }
    }
    // chain after chain, each as far ahead as allowed: memory stays bounded
    for own in 10..30 {
        world.turn(own, &mut rng);
        let message = world.at(1000, |header| header.previous = if own == 10 { 1002 } else { 1001 });
        world.bob.open(&message, NOW).expect("open");
        world.peer.sent = 1001;
    }
    assert!(world.bob.to_bytes().len() < 5000 + 2000 * 44);
}

#[test]
fn dishonest_headers_are_refused() {
    let mut rng = crate::common::TestRng::new("headers");
    let mut world = Dishonest::new("headers");
    // flags that do not fit, KEM parts nobody asked for, an offer that is no key
    let unasked = world.at(1, |header| (header.flags, header.ciphertext) = (1, vec![7; 1088]));
    world.bob.open(&unasked, NOW).expect("within a chain, only its first message counts");
    for change in [
        (|header: &mut Header| header.flags = 1) as fn(&mut Header),
        |header| header.flags = 2,
        |header| header.flags = 4,
        |header| header.flags = 0xff,
        |header| header.ciphertext = vec![0; 1088],
        |header| header.ciphertext = vec![0; 5],
    ] {
        let message = world.at(2, change);
        world.refuses(&message);
    }
    // the responder offered a key in its first chain: the answer must use it
    let reply = world.bob.seal(b"reply", NOW, &mut rng).expect("seal");
    world.peer.open(&reply).expect("open");
    let mut without = Dishonest {
        bob: Session::from_bytes(&world.bob.to_bytes()).expect("load"),
        peer: world.peer.clone(),
    };
    without.peer.kem_peer = None;
    without.peer.start_chain([9; 32], None, None);
    let message = without.at(0, |header| header.previous = 2);
    without.refuses(&message);

    world.peer.start_chain([9; 32], Some([9; 32]), None);
    for change in [
        (|header: &mut Header| (header.flags, header.ciphertext) = (0, Vec::new())) as fn(&mut Header),
        |header| header.ciphertext[500] ^= 1,
        |header| (header.flags, header.offer) = (3, vec![0xff; 1184]),
        |header| header.dh = [0; 32],
        |header| header.previous = 0,
    ] {
        let message = world.at(0, change);
        world.refuses(&message);
    }
    let message = world.at(0, |header| header.previous = 2);
    world.bob.open(&message, NOW).expect("open");

    // an encapsulation when no key was offered
    let mut uncalled = Dishonest {
        bob: Session::from_bytes(&world.bob.to_bytes()).expect("load"),
        peer: world.peer.clone(),
    };
    uncalled.turn(11, &mut rng);
    let header = |header: &mut Header| header.previous = 1;
    let message = uncalled.at(0, |it| {
        header(it);
        (it.flags, it.ciphertext) = (1, vec![7; 1088]);
    });
    uncalled.refuses(&message);
    let message = uncalled.at(0, header);
    uncalled.bob.open(&message, NOW).expect("without it, the chain is fine");

    // a second new chain before ours was made
    let mut pushing = world.peer.clone();
    pushing.start_chain([10; 32], None, None);
    world.peer = pushing;
    let message = world.at(0, |header| header.previous = 1);
    world.refuses(&message);
}

#[test]
fn dishonest_padding_is_refused() {
    let mut world = Dishonest::new("padding");
    let chain = world.peer.sending.clone().expect("chain");
    let key = reference::hmac(&chain.key, &[1]);
    for change in [
        (|padded: &mut Vec<u8>| padded[255] = 1) as fn(&mut Vec<u8>),
        |padded| padded[3] = 253,
        |padded| padded[0] = 0xff,
        |padded| padded.resize(272, 0),
        |padded| padded.truncate(255),
        |padded| padded.clear(),
    ] {
        let mut padded = reference::pad(b"x");
        change(&mut padded);
        let message = world.peer.craft(&chain.header, &chain.header_key, &key, &padded, [3; 24]);
        world.refuses(&message);
    }
}

/// Broken messages, between so many sound ones.
const BROKEN: u32 = 100_000;
const ROUNDS: u32 = 40;

#[test]
fn failed_decrypt_no_state_change() {
    let mut two = Two::unanswered("T19");
    let mut chained = *two.b.to_bytes().last_chunk::<32>().expect("state");
    for round in 0..ROUNDS {
        let message = if round == 0 { two.a_says(b"text") } else { two.b_says(b"offer") };
        let message = InitMsg::parse(&message).map_or(message.clone(), |init| init.dr_msg().to_vec());
        let session = if round == 0 { &mut two.b } else { &mut two.a };
        let before = session.to_bytes();
        for _ in 0..BROKEN / ROUNDS {
            chained = undertone_crypto::kdf::plain_hash(&chained);
            let at = u32::from_be_bytes(*chained.first_chunk().expect("bytes")) as usize;
            let mut broken = message.clone();
            let size = broken.len();
            broken[at % size] ^= chained[5] | 1;
            if chained[6] < 30 {
                broken.truncate(at % size);
            }
            assert!(session.open(&broken, NOW).is_err());
        }
        assert_eq!(*session.to_bytes(), *before);
        assert!(session.open(&message, NOW).is_ok());
        if round > 0 {
            let answer = two.a_says(b"answer");
            two.b.open(&answer, NOW).expect("open");
        }
    }
}
