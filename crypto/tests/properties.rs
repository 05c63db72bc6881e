//! Properties of sessions and padding that hold for every schedule and every content (docs/protocol.md, "Proofs").
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "tests count small numbers")]

mod common;

use std::collections::HashSet;

use common::sides::Side;
use common::{DAY, NOW, Party, TestRng, Two};
use proptest::prelude::*;
use undertone_crypto::prekey::Bundle;
use undertone_crypto::{InitMsg, Session, padme, respond};

/// One thing that happens between two parties.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Alice or Bob says something.
    Say(bool),
    /// A waiting message for Alice or Bob arrives: which one.
    Deliver(bool, prop::sample::Index),
    /// It gets lost.
    Drop(bool, prop::sample::Index),
    /// It arrives and arrives again.
    Duplicate(bool, prop::sample::Index),
    /// It arrives changed: which bit.
    Corrupt(bool, prop::sample::Index, prop::sample::Index),
    /// Alice or Bob stores its session and loads it again.
    Restart(bool),
    /// Time passes, in hours.
    Wait(u8),
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        6 => any::<bool>().prop_map(Event::Say),
        6 => (any::<bool>(), index()).prop_map(|(who, which)| Event::Deliver(who, which)),
        1 => (any::<bool>(), index()).prop_map(|(who, which)| Event::Drop(who, which)),
        1 => (any::<bool>(), index()).prop_map(|(who, which)| Event::Duplicate(who, which)),
        1 => (any::<bool>(), index(), index()).prop_map(|(who, which, bit)| Event::Corrupt(who, which, bit)),
        1 => any::<bool>().prop_map(Event::Restart),
        1 => (0_u8..30).prop_map(Event::Wait),
    ]
}

/// Two parties, what they said and what is under way.
struct World {
    two: Two,
    now: u64,
    said: u32,
    /// For Alice and for Bob: message and text.
    waiting: [Vec<(Vec<u8>, Vec<u8>)>; 2],
}

impl World {
    fn new(seed: u64) -> Self {
        let two = Two::new(&seed.to_string());
        Self { two, now: NOW, said: 0, waiting: [Vec::new(), Vec::new()] }
    }

    fn session(&mut self, bob: bool) -> &mut Session {
        if bob { &mut self.two.b } else { &mut self.two.a }
    }

    fn say(&mut self, bob: bool) {
        self.said += 1;
        let text = vec![b'x'; self.said as usize * 7 % 600]
            .into_iter()
            .chain(self.said.to_be_bytes())
            .collect::<Vec<_>>();
        let now = self.now;
        let Two { a, b, rng, .. } = &mut self.two;
        let message = if bob { b } else { a }.seal(&text, now, rng).expect("seal");
        self.waiting[usize::from(!bob)].push((message, text));
    }

    fn take(&mut self, bob: bool, which: prop::sample::Index) -> Option<(Vec<u8>, Vec<u8>)> {
        let waiting = &mut self.waiting[usize::from(bob)];
        if waiting.is_empty() { None } else { Some(waiting.swap_remove(which.index(waiting.len()))) }
    }

    fn happen(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Say(bob) => self.say(bob),
            Event::Wait(hours) => self.now += u64::from(hours) * common::HOUR,
            Event::Drop(bob, which) => drop(self.take(bob, which)),
            Event::Restart(bob) => {
                let session = self.session(bob);
                let bytes = session.to_bytes();
                *session = Session::from_bytes(&bytes).expect("load");
                assert_eq!(*session.to_bytes(), *bytes);
            }
            Event::Deliver(bob, which) | Event::Duplicate(bob, which) => {
                let Some((message, text)) = self.take(bob, which) else { return };
                assert_eq!(self.session(bob).open(&message, now).expect("open"), text);
                if matches!(event, Event::Duplicate(..)) {
                    self.refuse(bob, &message);
                }
            }
            Event::Corrupt(bob, which, bit) => {
                let Some((message, text)) = self.take(bob, which) else { return };
                let mut changed = message.clone();
                let bit = bit.index(message.len() * 8);
                changed[bit / 8] ^= 1 << (bit % 8);
                self.refuse(bob, &changed);
                assert_eq!(self.session(bob).open(&message, now).expect("open"), text);
            }
        }
    }

    /// `message` does not open and leaves no trace.
    fn refuse(&mut self, bob: bool, message: &[u8]) {
        let now = self.now;
        let session = self.session(bob);
        let before = session.to_bytes();
        assert!(session.open(message, now).is_err());
        assert_eq!(*session.to_bytes(), *before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_delivered_message_opens_once_to_its_text_whatever_happens(
        seed in any::<u64>(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut world = World::new(seed);
        for event in events {
            // a message that is more than its key's life late is lost, which is not what this is about
            if world.now < NOW + 25 * DAY {
                world.happen(event);
            }
        }
        for bob in [true, false] {
            prop_assert!(world.session(bob).to_bytes().len() < 4096 + 200 + 44 * 120);
        }
    }

    #[test]
    fn a_changed_message_is_refused_and_leaves_no_trace(
        seed in any::<u64>(),
        kem in any::<bool>(),
        cut in any::<prop::sample::Index>(),
        extra in prop::collection::vec(any::<u8>(), 1..40),
        noise in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let two = if kem { Two::unanswered(&seed.to_string()) } else { Two::new(&seed.to_string()) };
        let mut world = World { two, now: NOW, said: 0, waiting: [Vec::new(), Vec::new()] };
        world.say(true);
        let (message, text) = world.waiting[0].pop().expect("said");
        world.refuse(false, &message[..cut.index(message.len())]);
        world.refuse(false, &[message.clone(), extra].concat());
        world.refuse(false, &noise);
        world.refuse(false, &[message[..27].to_vec(), noise].concat());
        prop_assert_eq!(world.session(false).open(&message, NOW).expect("open"), text);
    }

    #[test]
    fn a_changed_first_message_or_bundle_is_refused(seed in any::<u64>(), at in any::<prop::sample::Index>()) {
        let mut rng = TestRng::from_u64(seed);
        let (alice, bob) = (Party::new(&mut rng), Party::new(&mut rng));
        let (prekey, bundle) = bob.publish(&mut rng);
        let mut a = alice.initiate(&bob.bundle(&bundle), &mut rng);
        let first = a.seal(b"first", NOW, &mut rng).expect("seal");

        let flip = |bytes: &[u8]| {
            let mut changed = bytes.to_vec();
            let bit = at.index(bytes.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            changed
        };
        let answer = |bytes: &[u8]| {
            let init = InitMsg::parse(bytes).ok()?;
            respond(&bob.device, &prekey, None, &init, |_| None, NOW).ok()
        };
        prop_assert!(answer(&flip(&first)).is_none());
        prop_assert!(answer(&first[..at.index(first.len())]).is_none());
        prop_assert!(answer(&[first.clone(), vec![0]].concat()).is_none());
        prop_assert!(answer(&first).is_some());

        let parse = |bytes: &[u8]| Bundle::parse(bytes, &bob.account.id(), NOW).is_ok();
        prop_assert!(!parse(&flip(&bundle)));
        prop_assert!(!parse(&bundle[..at.index(bundle.len())]));
        prop_assert!(!parse(&[bundle.clone(), vec![0]].concat()));
        prop_assert!(parse(&bundle));
    }

    #[test]
    fn reading_a_changed_state_never_panics(seed in any::<u64>(), at in any::<prop::sample::Index>()) {
        let mut two = Two::unanswered(&seed.to_string());
        let lost = two.a_says(b"lost");
        let found = two.a_says(b"found");
        two.b.open(InitMsg::parse(&found).expect("first").dr_msg(), NOW).expect("open");
        for session in [&two.a, &two.b] {
            let state = session.to_bytes();
            let mut changed = state.to_vec();
            changed[at.index(state.len())] ^= 0x41;
            if let Ok(mut session) = Session::from_bytes(&changed) {
                drop(session.open(InitMsg::parse(&lost).expect("first").dr_msg(), NOW));
                drop(session.seal(b"", NOW, &mut two.rng));
            }
            prop_assert!(Session::from_bytes(&state[..at.index(state.len())]).is_err());
            prop_assert!(Session::from_bytes(&[&state[..], &[0]].concat()).is_err());
        }
    }

    #[test]
    fn padding_is_taken_off_again_and_hides_the_length(content in prop::collection::vec(any::<u8>(), 0..5000)) {
        let padded = padme::pad(&content).expect("pad");
        prop_assert_eq!(padme::unpad(&padded).expect("unpad"), &content[..]);
        prop_assert_eq!(padded.len(), padme::pad(&vec![0; content.len()]).expect("pad").len());
        let needed = (content.len() + 4).max(256);
        prop_assert!(padded.len() >= needed && padded.len() * 100 <= needed * 112);
    }

    #[test]
    fn padding_that_pad_did_not_make_is_refused(
        content in prop::collection::vec(any::<u8>(), 0..700),
        at in any::<prop::sample::Index>(),
        other in 1_u8..,
    ) {
        let mut padded = padme::pad(&content).expect("pad");
        prop_assert!(padme::unpad(&padded[..padded.len() - 1]).is_err());
        let zeros = 4 + content.len()..padded.len();
        if !zeros.is_empty() {
            padded[zeros.start + at.index(zeros.len())] = other;
            prop_assert!(padme::unpad(&padded).is_err());
        }
    }
}

#[test]
fn padded_sizes_are_few() {
    let sizes: HashSet<usize> = (0..65_533).filter_map(padme::padded_len).collect();
    assert_eq!(sizes.len(), 129);
    assert!(sizes.iter().all(|size| size % 16 == 0));
    assert_eq!(padme::padded_len(0), Some(256));
    assert_eq!(padme::padded_len(252), Some(256));
    assert_eq!(padme::padded_len(253), Some(272));
    assert_eq!(padme::padded_len(65_532), Some(65_536));
    assert_eq!(padme::padded_len(usize::MAX), None);
    assert_eq!(padme::padded_len(u32::MAX as usize - 4), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_who_start_at_any_time_send_in_one_session_after_a_round_trip(
        seed in any::<u64>(),
        order in prop::collection::vec((any::<bool>(), any::<bool>()), 0..12),
    ) {
        let mut rng = TestRng::from_u64(seed);
        let mut sides = [Side::new(&mut rng), Side::new(&mut rng)];
        let mut way: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
        let mut act = |sides: &mut [Side; 2], who: usize, say: bool| {
            let [first, second] = sides;
            let (me, peer) = if who == 0 { (first, second) } else { (second, first) };
            if say {
                if me.sessions.is_empty() {
                    me.initiate(peer, &mut rng);
                }
                way[1 - who].push(me.say(&mut rng));
            } else if !way[who].is_empty() {
                me.hear(&way[who].remove(0));
            }
        };
        for (bob, say) in order {
            act(&mut sides, usize::from(bob), say);
        }
        // one round trip each way: both say something, everything arrives, twice
        for _ in 0..2 {
            for who in [0, 1] {
                act(&mut sides, who, true);
            }
            for who in [0, 1, 0, 1].into_iter().cycle().take(64) {
                act(&mut sides, who, false);
            }
        }
        prop_assert!(sides[0].chosen().is_some());
        prop_assert_eq!(sides[0].chosen(), sides[1].chosen());
        prop_assert!(sides.iter().all(|side| side.sessions.len() <= 2));
    }
}
