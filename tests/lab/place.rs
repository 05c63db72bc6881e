//! Networks that exist only inside this computer: a bridge in a namespace of its own, and desks that hang on it.
//! No namespace has a route to anywhere unless a test lays one. Knows nothing of the messenger.
//!
//! Needs root, `ip`, `nsenter` and `sysctl`. Everything is taken down when it goes out of scope, also after a panic;
//! what a killed run has left behind is taken down by the next one.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
};

/// A local network.
#[derive(Debug)]
pub(crate) struct Lan {
    /// The namespace of the bridge.
    pub(crate) namespace: String,
    /// The middle of its addresses: 10.`net`.0.0/24 and fd00:`net`::/64.
    net: u8,
    desks: Vec<String>,
}

/// A computer on local networks.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// Its namespace.
    pub(crate) namespace: String,
    /// The other end of its cable, in the namespace of the bridge.
    pub(crate) port: String,
    pub(crate) enter: String,
}

/// Which addresses a desk gets on a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
    Both,
}

impl Lan {
    pub(crate) fn new() -> Self {
        Self::numbered(77)
    }

    /// A network with other addresses than the others of the same test.
    pub(crate) fn numbered(net: u8) -> Self {
        let namespace = new_namespace("lan");
        let lan = Self { net, desks: Vec::new(), namespace };
        ip(&["-n", &lan.namespace, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0"]);
        ip(&["-n", &lan.namespace, "link", "set", "br0", "up"]);
        lan
    }

    /// A computer with a cable to this network.
    pub(crate) fn desk(&mut self, family: Family) -> Desk {
        let namespace = new_namespace("desk");
        let enter = format!("--net=/run/netns/{namespace}");
        self.desks.push(namespace.clone());
        let desk = Desk { port: format!("port{}", self.desks.len()), namespace, enter };
        self.plug(&desk, "eth0", family);
        desk
    }

    /// Lays a cable from a desk to this network.
    pub(crate) fn plug(&self, desk: &Desk, device: &str, family: Family) {
        let (net, port, host) = (self.net, desk.port.as_str(), desk.port.trim_start_matches("port"));
        let (lan, at) = (self.namespace.as_str(), desk.namespace.as_str());
        ip(&["-n", lan, "link", "add", port, "type", "veth", "peer", "name", device, "netns", at]);
        ip(&["-n", lan, "link", "set", port, "master", "br0", "up"]);
        if family == Family::V4 {
            let key = format!("net.ipv6.conf.{device}.disable_ipv6=1");
            run("nsenter", &[&desk.enter, "sysctl", "-qw", &key]);
        }
        ip(&["-n", at, "link", "set", device, "up"]);
        if family != Family::V6 {
            ip(&["-n", at, "address", "add", &format!("10.{net}.0.{host}/24"), "dev", device]);
        }
        if family != Family::V4 {
            ip(&["-n", at, "address", "add", &format!("fd00:{net}::{host}/64"), "dev", device, "nodad"]);
        }
    }

    /// Bytes that came over a desk's cable.
    pub(crate) fn received_from(&self, desk: &Desk) -> u64 {
        let shown = run("ip", &["-n", &self.namespace, "-s", "-j", "link", "show", &desk.port]);
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        shown[0]["stats64"]["rx"]["bytes"].as_u64().unwrap()
    }

    /// Cuts a desk's cable.
    pub(crate) fn cut(&self, desk: &Desk) {
        ip(&["-n", &self.namespace, "link", "set", &desk.port, "down"]);
    }

    /// Mends a desk's cable.
    pub(crate) fn mend(&self, desk: &Desk) {
        ip(&["-n", &self.namespace, "link", "set", &desk.port, "up"]);
    }
}

impl Desk {
    /// The command that makes a program run here.
    pub(crate) fn through(&self) -> [&str; 2] {
        ["nsenter", &self.enter]
    }

    /// Runs a command here to its end, and gives what it wrote.
    pub(crate) fn run(&self, command: &[&str]) -> String {
        run("nsenter", &[&[self.enter.as_str()], command].concat())
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for namespace in self.desks.iter().chain([&self.namespace]) {
            remove_namespace(namespace);
        }
    }
}

fn new_namespace(kind: &str) -> String {
    static READY: Once = Once::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    READY.call_once(|| {
        for tool in ["ip", "nsenter", "sysctl"] {
            need(tool);
        }
        sweep();
    });
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{PREFIX}{}-{kind}{count}", std::process::id());
    let made = Command::new("ip").args(["netns", "add", &name]).output().unwrap();
    assert!(
        made.status.success(),
        "the lab needs root and network namespaces, and `ip netns add` failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    // Addresses are in use at once: nobody else is there who could have them.
    let keys = ["net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0"];
    run("nsenter", &[&format!("--net=/run/netns/{name}"), "sysctl", "-qw", keys[0], keys[1]]);
    ip(&["-n", &name, "link", "set", "lo", "up"]);
    name
}

fn remove_namespace(name: &str) {
    Command::new("ip").args(["netns", "delete", name]).output().ok();
}

/// Removes namespaces of runs that were killed.
fn sweep() {
    let Ok(names) = fs::read_dir("/run/netns") else { return };
    for name in names.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            remove_namespace(&name);
        }
    }
}

/// Fails with a sentence about what is missing.
pub(crate) fn need(tool: &str) {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).exists()));
    assert!(found, "the lab needs the program `{tool}`, which is not installed");
}

pub(crate) fn ip(arguments: &[&str]) {
    run("ip", arguments);
}

/// Runs a command to its end, which must be a good one, and gives what it wrote.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("the lab needs the program `{program}`: {error}"));
    let why = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{program} {}: {status}: {why}", arguments.join(" "));
    String::from_utf8_lossy(&stdout).into_owned()
}

const PREFIX: &str = "undertone-lab-";
