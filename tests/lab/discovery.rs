//! How quickly programs that were just started see each other, on every kind of network.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    people::{create, sees, start},
    place::{Desk, Family, Lan},
    support::PASSPHRASE,
};

/// Starts two programs anew and measures from when both have opened their profiles until each sees the other.
fn rounds(lan_and_desks: (&Lan, [&Desk; 2]), rounds: usize) -> Vec<Duration> {
    let (_lan, desks) = lan_and_desks;
    let folder = tempfile::tempdir().unwrap();
    let homes = ["one", "other"].map(|home| folder.path().join(home));
    let mut accounts = Vec::new();
    for (desk, home) in desks.iter().zip(&homes) {
        let mut program = start(desk, home, &["--no-mdns"]);
        accounts.push(create(&mut program, "Somebody"));
        assert!(program.close().0.success());
    }
    let mut took = Vec::new();
    for _ in 0..rounds {
        let [mut one, mut other] = [0, 1].map(|side| start(desks[side], &homes[side], &[]));
        let calls = [&mut one, &mut other]
            .map(|program| program.begin("profile.unlock", &json!({"passphrase": PASSPHRASE})));
        one.answer(calls[0]).unwrap();
        other.answer(calls[1]).unwrap();
        let since = Instant::now();
        sees(&mut one, &accounts[1]);
        sees(&mut other, &accounts[0]);
        took.push(since.elapsed());
    }
    took.sort_unstable();
    took
}

fn say(kind: &str, took: &[Duration]) {
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_millis();
    println!("{kind}: {} rounds, p50 {} ms, p95 {} ms", took.len(), at(50), at(95));
}

#[test]
fn two_fresh_programs_on_one_network_see_each_other() {
    let mut lan = Lan::new();
    let desks = [lan.desk(Family::Both), lan.desk(Family::Both)];
    say("both families", &rounds((&lan, [&desks[0], &desks[1]]), 20));
}

#[test]
fn two_fresh_programs_see_each_other_with_one_family_only() {
    for (kind, family) in [("IPv4 only", Family::V4), ("IPv6 only", Family::V6)] {
        let mut lan = Lan::new();
        let desks = [lan.desk(family), lan.desk(family)];
        say(kind, &rounds((&lan, [&desks[0], &desks[1]]), 3));
    }
}

#[test]
fn somebody_in_two_networks_is_seen_in_the_second_too() {
    let (mut first, mut second) = (Lan::numbered(83), Lan::numbered(84));
    let (at_first, at_second) = (first.desk(Family::Both), second.desk(Family::Both));
    let both = first.desk(Family::Both);
    let second_cable = Desk { port: "port9".into(), ..both.clone() };
    second.plug(&second_cable, "eth1", Family::Both);
    say("two networks, the first", &rounds((&first, [&at_first, &both]), 3));
    say("two networks, the second", &rounds((&second, [&at_second, &both]), 3));
}
