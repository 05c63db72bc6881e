//! Local networks made of network namespaces, and nodes in them. Needs Linux, root and `ip`; knows nothing of libp2p.
//!
//! A node is this test program again, started in a namespace with its configuration in an environment variable; see
//! [`member`]. Everything is gone when the [`Lan`] is dropped.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test tells what it sees, and may fail"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use undertone::net::{Class, Net, NetConfig, NetEvent};

/// Longer than anything here takes on a busy computer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Namespaces joined by bridges.
#[derive(Debug)]
pub(crate) struct Lan {
    id: u32,
    hosts: Vec<String>,
}

impl Lan {
    /// None, with a note, where namespaces cannot be made.
    pub(crate) fn new() -> Option<Self> {
        let lan = Self { id: std::process::id(), hosts: Vec::new() };
        let name = lan.name("bridge");
        if run(&["ip", "netns", "add", &name]) {
            Some(Self { hosts: vec![name], ..lan })
        } else {
            eprintln!("skipped: no permission to make network namespaces");
            None
        }
    }

    fn name(&self, host: &str) -> String {
        format!("ut{}{host}", self.id)
    }

    /// A computer without a cable.
    pub(crate) fn host(&mut self, host: &str) {
        let name = self.name(host);
        assert!(run(&["ip", "netns", "add", &name]));
        self.hosts.push(name);
        // addresses can be used at once
        self.inside(host, "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
        self.inside(host, "ip link set lo up");
    }

    /// Joins a computer to a network by a new interface with these addresses.
    pub(crate) fn join(&self, host: &str, network: &str, interface: &str, addresses: &[&str]) {
        let port = format!("{host}{interface}");
        let (bridge, name) = (self.name("bridge"), self.name(host));
        if !run(&["ip", "-n", &bridge, "link", "show", "dev", network]) {
            self.inside("bridge", &format!("ip link add {network} type bridge mcast_snooping 0"));
            self.inside("bridge", &format!("ip link set {network} up"));
        }
        let pair = ["ip", "-n", &bridge, "link", "add", &port, "type", "veth", "peer", "name", interface];
        assert!(run(&[&pair[..], &["netns", &name]].concat()));
        self.inside("bridge", &format!("ip link set {port} master {network} up"));
        for address in addresses {
            self.inside(host, &format!("ip address add {address} dev {interface}"));
        }
        self.inside(host, &format!("ip link set {interface} up"));
    }

    /// Runs a command on a computer.
    pub(crate) fn inside(&self, host: &str, command: &str) {
        let name = self.name(host);
        let mut words = vec!["ip", "netns", "exec", &name];
        words.extend(command.split_whitespace());
        assert!(run(&words), "{command}");
    }

    /// Starts a node on a computer.
    pub(crate) fn node(&self, host: &str, options: &str) -> Member {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new("ip")
            .args(["netns", "exec", &self.name(host)])
            .arg(program)
            .args(["--exact", "member", "--nocapture"])
            .env(ROLE, options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(line) = line.strip_prefix('@') {
                    to.send((Instant::now(), line.to_owned())).ok();
                }
            }
        });
        let input = child.stdin.take().unwrap();
        let mut member = Member { started: Instant::now(), name: String::new(), child, input, lines };
        member.name = member.line("self").1;
        member
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for host in &self.hosts {
            run(&["ip", "netns", "delete", host]);
        }
    }
}

/// A node in a namespace.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) started: Instant,
    /// Its peer name.
    pub(crate) name: String,
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<(Instant, String)>,
}

impl Member {
    /// Waits for a line of the node that begins like this, and gives the rest of it and when it came.
    pub(crate) fn line(&self, begins: &str) -> (Instant, String) {
        self.line_within(begins, PATIENCE).unwrap_or_else(|| panic!("no line {begins:?}"))
    }

    /// None if no such line comes in time.
    pub(crate) fn line_within(&self, begins: &str, time: Duration) -> Option<(Instant, String)> {
        let until = Instant::now() + time;
        loop {
            let (at, line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())).ok()?;
            if let Some(rest) = line.strip_prefix(begins) {
                return Some((at, rest.trim().to_owned()));
            }
        }
    }

    /// Tells the node to do something.
    pub(crate) fn tell(&mut self, command: &str) {
        use std::io::Write;
        writeln!(self.input, "{command}").unwrap();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What a node does when this program is started as one; nothing otherwise.
///
/// It prints `@self`, `@listening`, `@connected`, `@disconnected`, `@frame` and `@offline` lines, answers each
/// connection with a frame, and takes `dial <address>`, `rebuild` and `shutdown` from its input.
pub(crate) fn member() {
    let Ok(options) = std::env::var(ROLE) else { return };
    let has = |option: &str| options.split(' ').any(|one| one == option);
    let config = NetConfig { mdns: has("mdns"), lan_only: has("lan_only"), ..Default::default() };
    let runtime = Runtime::new().unwrap();
    let (to, mut events) = tokio::sync::mpsc::channel(64);
    let net = Net::start(config, runtime.handle(), to).unwrap();
    println!("@self {}", net.local_peer());
    let commanded = net.clone();
    let handle = runtime.handle().clone();
    std::thread::spawn(move || obey(&commanded, &handle));
    runtime.block_on(async {
        while let Some(event) = events.recv().await {
            match event {
                NetEvent::Listening(addresses) => println!("@listening {}", addresses.join(" ")),
                NetEvent::Connected { peer, .. } => {
                    println!("@connected {peer}");
                    net.classify(peer, Class::Contact);
                    net.send(peer, b"hello".to_vec()).ok();
                }
                NetEvent::Disconnected { peer } => println!("@disconnected {peer}"),
                NetEvent::Frame { peer, .. } => println!("@frame {peer}"),
                NetEvent::Offline(offline) => println!("@offline {offline}"),
                NetEvent::Gossip { .. } | NetEvent::Writable { .. } => {}
            }
        }
    });
}

fn obey(net: &Net, runtime: &tokio::runtime::Handle) {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match line.split_once(' ') {
            Some(("dial", address)) => net.dial(vec![address.into()]),
            _ if line == "rebuild" => net.rebuild(),
            _ => {
                runtime.block_on(net.shutdown());
                std::process::exit(0);
            }
        }
    }
}

fn run(words: &[&str]) -> bool {
    let (program, rest) = words.split_first().unwrap();
    let done = Command::new(program).args(rest).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

const ROLE: &str = "UNDERTONE_LAN_MEMBER";
