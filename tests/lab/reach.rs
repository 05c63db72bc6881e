//! What `--lan-only` promises: nothing goes to a public address, and nothing from there is answered.

use serde_json::json;

use crate::{
    people::{create, start},
    place::{Desk, Family, Lan, ip, need},
    support::{DEADLINE, Undertoned},
};

/// A desk, and a router that has a public address as well.
struct Scene {
    desk: Desk,
    router: Desk,
    folder: tempfile::TempDir,
    _lan: Lan,
}

impl Scene {
    fn new() -> Self {
        need("nft");
        let mut lan = Lan::new();
        let (desk, router) = (lan.desk(Family::V4), lan.desk(Family::V4));
        ip(&["-n", &desk.namespace, "route", "add", "default", "via", "10.77.0.2"]);
        ip(&["-n", &router.namespace, "address", "add", &format!("{PUBLIC}/32"), "dev", "lo"]);
        for rule in [
            "add table inet reach",
            "add chain inet reach out { type filter hook output priority 0 ; }",
            "add chain inet reach in { type filter hook input priority 0 ; }",
            "add rule inet reach out ip daddr { 127.0.0.0/8, 10.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 } accept",
            "add rule inet reach out ip6 daddr { ::1, fe80::/10, fc00::/7, ff00::/8 } accept",
            "add rule inet reach out counter",
            "add rule inet reach in ip saddr 198.51.100.0/24 counter",
        ] {
            desk.run(&["nft", rule]);
        }
        Self { desk, router, folder: tempfile::tempdir().unwrap(), _lan: lan }
    }

    /// Packets that a chain has counted.
    fn counted(&self, chain: &str) -> u64 {
        let rules = self.desk.run(&["nft", "list", "chain", "inet", "reach", chain]);
        let (_, rest) = rules.split_once("counter packets ").unwrap();
        rest.split(' ').next().unwrap().parse().unwrap()
    }

    fn until_counted(&self, chain: &str, packets: u64) {
        let started = std::time::Instant::now();
        while self.counted(chain) < packets {
            assert!(started.elapsed() < DEADLINE, "{} packets in {chain}", self.counted(chain));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn person(&self, at: &Desk, name: &str, options: &[&str]) -> Undertoned {
        let mut program = start(at, &self.folder.path().join(name), &[&["--no-mdns"], options].concat());
        create(&mut program, name);
        program
    }
}

#[test]
fn lan_only_sends_nothing_to_public_addresses_and_without_it_something_goes_there() {
    let scene = Scene::new();
    // Somebody private is dialled with the public ones: when they have met, the round of dials has happened.
    let listen = "/ip4/10.77.0.2/tcp/4001";
    let mut neighbour = scene.person(&scene.router, "neighbour", &["--listen", listen]);
    neighbour.address();
    let (tcp, quic) = (format!("/ip4/{PUBLIC}/tcp/4009"), format!("/ip4/{PUBLIC}/udp/4009/quic-v1"));
    let everybody = ["--bootstrap", &tcp, "--bootstrap", &quic, "--bootstrap", listen];
    let met = |program: &mut Undertoned| {
        program.until("node.status", &json!({}), |status| {
            status["peers"].as_array().is_some_and(|peers| !peers.is_empty())
        });
    };
    let mut hana = scene.person(&scene.desk, "hana", &[&["--lan-only"][..], &everybody].concat());
    met(&mut hana);
    // And once more: the neighbour goes and comes back, and is dialled again.
    let mut neighbour = neighbour.restart(&[]);
    neighbour.address();
    met(&mut hana);
    met(&mut neighbour);
    assert!(hana.close().0.success());
    assert_eq!(scene.counted("out"), 0, "packets to public addresses");

    let mut hana = scene.person(&scene.desk, "hana-without", &everybody);
    met(&mut hana);
    scene.until_counted("out", 2);
}

#[test]
fn lan_only_does_not_talk_with_who_comes_from_a_public_address() {
    let scene = Scene::new();
    // What the router sends to the desk comes from its public address.
    ip(&["-n", &scene.router.namespace, "route", "replace", "10.77.0.1/32", "dev", "eth0", "src", PUBLIC]);
    for (name, lan_only) in [("closed", true), ("open", false)] {
        let options: &[&str] = if lan_only { &["--lan-only"] } else { &[] };
        let mut hana = scene.person(&scene.desk, name, options);
        let address = hana.until("profile.info", &json!({}), |info| lan_address(info).is_some());
        let before = scene.counted("in");
        let caller = format!("caller-of-{name}");
        let mut caller =
            scene.person(&scene.router, &caller, &["--bootstrap", &lan_address(&address).unwrap()]);
        // Packets of several attempts came in.
        scene.until_counted("in", before + 12);
        if lan_only {
            for program in [&mut hana, &mut caller] {
                assert_eq!(program.call("node.status", &json!({}))["peers"], json!([]));
            }
        } else {
            hana.until("node.status", &json!({}), |status| {
                status["peers"][0]["address"].as_str().is_some_and(|from| from.contains(PUBLIC))
            });
        }
    }
}

fn lan_address(info: &serde_json::Value) -> Option<String> {
    let all = info["addresses"].as_array()?.iter().filter_map(serde_json::Value::as_str);
    let mut here = all.filter(|address| address.starts_with("/ip4/10.77.0.1/tcp/"));
    here.next().map(str::to_owned)
}

/// For documentation (RFC 5737): public by its form.
const PUBLIC: &str = "198.51.100.7";
