//! T13: both start at once.

use crate::common::TestRng;
use crate::common::sides::Side;

#[test]
fn simultaneous_initiation() {
    for seed in 0..100 {
        let mut rng = TestRng::from_u64(seed);
        let mut sides = [Side::new(&mut rng), Side::new(&mut rng)];
        let [first, second] = &mut sides;
        first.initiate(second, &mut rng);
        second.initiate(first, &mut rng);
        let mut way: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
        let (mut said, mut heard) = (0, 0);
        for _ in 0..rng.below(20) {
            let who = rng.below(2) as usize;
            if rng.below(2) == 0 {
                way[1 - who].push(sides[who].say(&mut rng));
                said += 1;
            } else if !way[who].is_empty() {
                let at = rng.below(u32::try_from(way[who].len()).expect("few")) as usize;
                let message = way[who].swap_remove(at);
                sides[who].hear(&message);
                heard += 1;
            }
        }
        // one round trip each way
        for _ in 0..2 {
            for who in [0, 1] {
                way[1 - who].push(sides[who].say(&mut rng));
                said += 1;
            }
            for who in [0, 1] {
                for message in std::mem::take(&mut way[who]) {
                    sides[who].hear(&message);
                    heard += 1;
                }
            }
        }
        assert_eq!(said, heard, "nothing is lost");
        let chosen = sides[0].chosen();
        assert!(chosen.is_some() && chosen == sides[1].chosen(), "one sending session");
        assert!(sides.iter().all(|side| side.sessions.len() <= 2));
        // and no ping-pong: the choice stays, whoever speaks
        for who in [0, 1, 1, 0] {
            let message = sides[who].say(&mut rng);
            sides[1 - who].hear(&message);
            assert_eq!((sides[0].chosen(), sides[1].chosen()), (chosen, chosen));
        }
    }
}
