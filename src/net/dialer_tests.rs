//! Tests of the dialer: when it dials, and what it forgets.

use super::*;

const SMALL: Peer = Peer::from_bytes([1; 32]);
const LOCAL: Peer = Peer::from_bytes([5; 32]);
const LARGE: Peer = Peer::from_bytes([9; 32]);
const MINUTE: Duration = Duration::from_secs(60);

fn address(n: u16) -> Multiaddr {
    format!("/ip4/192.168.1.9/tcp/{}", n.saturating_add(1000)).parse().unwrap()
}

fn peer(n: u32) -> Peer {
    let mut bytes = [8; 32];
    bytes[1..5].copy_from_slice(&n.to_be_bytes());
    Peer::from_bytes(bytes)
}

fn dialed(dialer: &mut Dialer, now: Instant) -> Vec<Peer> {
    dialer.take(now, |_| false).into_iter().map(|dial| dial.peer).collect()
}

fn dialer(now: Instant) -> Dialer {
    Dialer::new(LOCAL, now, 7)
}

#[test]
fn on_a_sighting_the_smaller_dials_at_once_and_the_larger_later() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.sighted(LARGE, vec![address(1)], MINUTE, now);
    dialer.sighted(SMALL, vec![address(2)], MINUTE, now);
    assert_eq!(dialed(&mut dialer, now), vec![LARGE]);
    assert_eq!(dialer.next_at(now), Some(now + TIE_BREAK));
    assert_eq!(dialed(&mut dialer, now + TIE_BREAK), vec![SMALL]);
}

#[test]
fn a_peer_that_connected_first_is_not_dialed() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.sighted(SMALL, vec![address(2)], MINUTE, now);
    dialer.connected(SMALL, now);
    assert!(dialed(&mut dialer, now + TIE_BREAK).is_empty());
    assert_eq!(dialer.next_at(now), None);
}

#[test]
fn failures_are_followed_by_growing_pauses_with_jitter() {
    let mut now = Instant::now();
    let mut dialer = dialer(now);
    dialer.want(LARGE, address(1), Wish::Bootstrap, now);
    let mut expected = 0.25;
    for _ in 0..24 {
        assert_eq!(dialed(&mut dialer, now), vec![LARGE]);
        dialer.failed(LARGE, now);
        let next = dialer.next_at(now).unwrap();
        let pause = (next - now).as_secs_f64();
        assert!(pause > expected * 0.69 && pause < expected * 1.31, "{pause} {expected}");
        expected = f64::min(expected * if expected < 2.0 { 2.0 } else { 1.8 }, 600.0);
        now = next;
    }
}

#[test]
fn a_wanted_peer_is_given_up_in_the_end_and_a_bootstrap_peer_never() {
    let mut now = Instant::now();
    let mut dialer = dialer(now);
    dialer.want(LARGE, address(1), Wish::Owner, now);
    dialer.want(SMALL, address(2), Wish::Bootstrap, now);
    for _ in 0..2 * MAX_FAILURES {
        now += MAX_PAUSE * 2;
        for peer in dialed(&mut dialer, now) {
            dialer.failed(peer, now);
        }
    }
    assert!(dialer.peers.contains_key(&SMALL));
    assert!(!dialer.peers.contains_key(&LARGE));
}

#[test]
fn a_lost_peer_is_dialed_again_at_once_by_the_smaller() {
    let start = Instant::now();
    let mut dialer = dialer(start);
    dialer.want(LARGE, address(1), Wish::Owner, start);
    assert_eq!(dialed(&mut dialer, start), vec![LARGE]);
    dialer.connected(LARGE, start);
    let now = start + LASTING;
    dialer.lost(LARGE, now);
    let next = dialer.next_at(now).unwrap();
    assert!(next - now < Duration::from_millis(200));
    assert_eq!(dialed(&mut dialer, next), vec![LARGE]);
}

#[test]
fn a_peer_that_drops_connections_at_once_is_dialed_with_growing_pauses() {
    let mut now = Instant::now();
    let mut dialer = dialer(now);
    dialer.want(LARGE, address(1), Wish::Owner, now);
    for _ in 0..4 {
        assert_eq!(dialed(&mut dialer, now), vec![LARGE]);
        dialer.connected(LARGE, now);
        dialer.lost(LARGE, now);
        now = dialer.next_at(now).unwrap();
    }
    assert_eq!(dialer.peers[&LARGE].failures, 4);
}

#[test]
fn dials_keep_to_the_budget_and_urgent_ones_come_first() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    for n in 0..40 {
        dialer.sighted(peer(n), vec![address(1)], MINUTE, now);
    }
    let first = dialer.take(now, |who| who == peer(39));
    assert_eq!(first.len(), MAX_IN_FLIGHT);
    assert_eq!(first[0].peer, peer(39));
    assert_eq!(dialer.next_at(now), None);
    for dial in &first {
        dialer.connected(dial.peer, now);
    }
    assert!(dialed(&mut dialer, now).is_empty());
    let next = dialer.next_at(now).unwrap();
    assert!(next > now);
    assert_eq!(dialed(&mut dialer, next).len(), 1);
}

#[test]
fn what_is_known_is_bounded() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    for n in 0..2000 {
        dialer.sighted(peer(n), vec![address(1)], MINUTE, now);
    }
    assert_eq!(dialer.peers.len(), MAX_PEERS);
    for n in 0..100 {
        dialer.sighted(peer(0), vec![address(n)], MINUTE, now);
    }
    assert_eq!(dialer.peers[&peer(0)].addresses.len(), MAX_ADDRESSES);
    let later = now + MINUTE;
    dialer.want(LARGE, address(1), Wish::Owner, later);
    assert_eq!(dialer.peers.len(), 1);
}

#[test]
fn a_sighting_ends_with_its_time_or_with_a_goodbye() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.sighted(SMALL, vec![address(2)], Duration::from_secs(1), now);
    assert!(dialed(&mut dialer, now + TIE_BREAK).is_empty());
    dialer.sighted(SMALL, vec![address(2)], Duration::MAX, now);
    assert!(matches!(dialer.peers[&SMALL].keep, Keep::Sighted(until) if until == now + MAX_SIGHTING));
    dialer.sighted(SMALL, vec![], Duration::ZERO, now);
    assert!(dialer.peers.is_empty());
}

#[test]
fn a_new_address_or_a_changed_network_ends_the_pause() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.sighted(LARGE, vec![address(1)], MINUTE, now);
    dialed(&mut dialer, now);
    dialer.failed(LARGE, now);
    assert!(dialed(&mut dialer, now).is_empty());
    dialer.sighted(LARGE, vec![address(2)], MINUTE, now);
    let dials = dialer.take(now, |_| false);
    assert_eq!(dials[0].addresses, vec![address(2), address(1)]);
    dialer.failed(LARGE, now);
    dialer.refresh(now);
    assert_eq!(dialed(&mut dialer, now), vec![LARGE]);
}

#[test]
fn an_address_where_somebody_else_answers_is_forgotten() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.want(LARGE, address(1), Wish::Owner, now);
    dialed(&mut dialer, now);
    dialer.misplaced(LARGE, &address(1));
    dialer.failed(LARGE, now);
    assert!(dialed(&mut dialer, now + MINUTE).is_empty());
    assert!(dialer.peers.is_empty());
}

#[test]
fn this_node_never_dials_itself() {
    let now = Instant::now();
    let mut dialer = dialer(now);
    dialer.sighted(LOCAL, vec![address(1)], MINUTE, now);
    dialer.want(LOCAL, address(1), Wish::Bootstrap, now);
    assert!(dialer.peers.is_empty());
}
