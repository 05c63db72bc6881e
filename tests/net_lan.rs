//! Nodes on local networks of their own: they find each other, stay inside, and survive a change of address.
//! Each test makes network namespaces; without the permission it says so and passes.
#![cfg(test)]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "a test tells what it sees, and may fail"
)]

mod lan;

use std::time::Duration;

use lan::{Lan, Member};

/// A node of one of the tests below, not a test.
#[test]
fn member() {
    lan::member();
}

/// How long the two took to connect, from the start of the later one.
fn meet(a: &Member, b: &Member) -> Duration {
    let (a_at, _) = a.line(&format!("connected {}", b.name));
    let (b_at, _) = b.line(&format!("connected {}", a.name));
    a.line(&format!("frame {}", b.name));
    b.line(&format!("frame {}", a.name));
    let took = a_at.max(b_at) - a.started.max(b.started);
    eprintln!("met after {took:?}");
    took
}

/// Finding each other takes at most two seconds; a debug build on a busy computer is allowed some more.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn two_fresh_nodes_find_each_other_over_ipv4_alone() {
    let Some(mut lan) = Lan::new() else { return };
    for (host, address) in [("a", "192.168.7.1/24"), ("b", "192.168.7.2/24")] {
        lan.host(host);
        lan.inside(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        lan.join(host, "home", "eth0", &[address]);
    }
    assert!(meet(&lan.node("a", "mdns lan_only"), &lan.node("b", "mdns lan_only")) < SOON);
}

#[test]
fn two_fresh_nodes_find_each_other_over_ipv6_alone() {
    let Some(mut lan) = Lan::new() else { return };
    for (host, address) in [("a", "fd07::1/64"), ("b", "fd07::2/64")] {
        lan.host(host);
        lan.join(host, "home", "eth0", &[address]);
    }
    assert!(meet(&lan.node("a", "mdns lan_only"), &lan.node("b", "mdns lan_only")) < SOON);
}

#[test]
fn a_node_finds_others_on_each_of_its_interfaces() {
    let Some(mut lan) = Lan::new() else { return };
    for host in ["a", "b", "c"] {
        lan.host(host);
    }
    lan.join("a", "wired", "eth0", &["192.168.7.1/24", "fd07::1/64"]);
    lan.join("a", "wireless", "eth1", &["192.168.8.1/24", "fd08::1/64"]);
    lan.join("b", "wired", "eth0", &["192.168.7.2/24"]);
    lan.join("c", "wireless", "eth0", &["fd08::2/64"]);
    let a = lan.node("a", "mdns");
    let (b, c) = (lan.node("b", "mdns"), lan.node("c", "mdns"));
    for other in [&b, &c] {
        other.line(&format!("connected {}", a.name));
    }
    a.line("connected");
    a.line("connected");
}

#[test]
fn a_node_that_starts_later_is_found_at_once() {
    let Some(mut lan) = Lan::new() else { return };
    for (host, address) in [("a", "192.168.7.1/24"), ("b", "192.168.7.2/24")] {
        lan.host(host);
        lan.join(host, "home", "eth0", &[address]);
    }
    let a = lan.node("a", "mdns");
    a.line("listening");
    // by then the first questions of the other are over
    std::thread::sleep(Duration::from_secs(5));
    assert!(meet(&a, &lan.node("b", "mdns")) < SOON);
}

#[test]
fn a_node_that_gets_another_address_is_found_again() {
    let Some(mut lan) = Lan::new() else { return };
    for (host, address) in [("a", "192.168.7.1/24"), ("b", "192.168.7.2/24")] {
        lan.host(host);
        lan.join(host, "home", "eth0", &[address]);
    }
    let (a, b) = (lan.node("a", "mdns"), lan.node("b", "mdns"));
    meet(&a, &b);
    lan.inside("a", "ip address del 192.168.7.1/24 dev eth0");
    lan.inside("a", "ip address add 192.168.7.99/24 dev eth0");
    a.line("disconnected");
    a.line("connected");
    b.line("disconnected");
    b.line("connected");
}

#[test]
fn a_node_notices_when_its_network_goes_and_returns() {
    let Some(mut lan) = Lan::new() else { return };
    for (host, address) in [("a", "192.168.7.1/24"), ("b", "192.168.7.2/24")] {
        lan.host(host);
        lan.inside(host, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        lan.join(host, "home", "eth0", &[address]);
    }
    let (a, b) = (lan.node("a", "mdns"), lan.node("b", "mdns"));
    meet(&a, &b);
    lan.inside("a", "ip address del 192.168.7.1/24 dev eth0");
    a.line("offline true");
    lan.inside("a", "ip address add 192.168.7.1/24 dev eth0");
    a.line("offline false");
    a.line("connected");
    b.line("connected");
}

#[test]
fn a_node_kept_to_its_lan_neither_dials_nor_accepts_the_internet() {
    let Some(mut lan) = Lan::new() else { return };
    for host in ["a", "b"] {
        lan.host(host);
    }
    // to a, the other is far away: no network of its own contains that address
    lan.join("a", "home", "eth0", &["192.168.7.1/24"]);
    lan.join("b", "home", "eth0", &["198.51.100.7/32"]);
    lan.inside("a", "ip route add 198.51.100.7/32 dev eth0");
    lan.inside("b", "ip route add 192.168.7.0/24 dev eth0");
    let address = |member: &Member, ip: &str| loop {
        let (_, all) = member.line("listening");
        let found = all.split(' ').find(|one| one.starts_with(&format!("/ip4/{ip}/tcp/")));
        if let Some(found) = found {
            return found.to_owned();
        }
    };
    for (options, connects) in [("lan_only", false), ("", true)] {
        let (mut a, mut b) = (lan.node("a", options), lan.node("b", ""));
        let (far, near) = (address(&b, "198.51.100.7"), address(&a, "192.168.7.1"));
        a.tell(&format!("dial {far}"));
        let patience = if connects { lan::PATIENCE } else { Duration::from_secs(1) };
        assert_eq!(a.line_within("connected", patience).is_some(), connects);
        b.tell(&format!("dial {near}"));
        assert_eq!(b.line_within("connected", patience).is_some(), connects);
    }
}
