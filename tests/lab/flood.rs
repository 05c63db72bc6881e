//! Neighbours who send garbage, too much of it, and from too many connections: the program stays small and the
//! contact is heard.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{runtime::Handle, sync::mpsc, time::timeout};
use undertone::net::{MAX_FRAME, Net, NetConfig, NetEvent, Peer};

use crate::{
    people::{Two, all_delivered, befriend, begin_text, same_history},
    place::{Desk, Family},
    support::{DEADLINE, Undertoned},
};

fn rss(program: &mut Undertoned) -> u64 {
    program.call("node.status", &json!({}))["rss_bytes"].as_u64().unwrap()
}

fn handles(program: &Undertoned) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", program.pid())).unwrap().count()
}

/// A program of another kind at a desk.
struct Flood(Child);

impl Flood {
    fn start(desk: &Desk, script: &str) -> Self {
        let [enter, net] = desk.through();
        let flood = Command::new(enter)
            .args([net, "bash", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(flood.unwrap())
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Texts both ways, heard in good time.
fn talk(hana: &mut Undertoned, bora: &mut Undertoned, chat: &Value, name: &str) {
    for number in 0..50 {
        let (from, to) = if number % 2 == 0 { (&mut *hana, &mut *bora) } else { (&mut *bora, &mut *hana) };
        let call = begin_text(from, chat, &format!("{name} {number}"));
        let id = from.answer(call).unwrap()["message"].clone();
        to.event("message.received", |event| event["message"]["id"] == id);
    }
}

#[test]
fn a_neighbour_that_floods_with_connections_and_garbage_costs_little_and_the_contact_is_heard() {
    let mut two = Two::contacts();
    let mallory = two.lan.desk(Family::Both);
    let Two { mut hana, mut bora, chat, lan, folder: _folder, .. } = two;
    let info = hana.call("profile.info", &json!({}));
    let port = |kind: &str| {
        let all = info["addresses"].as_array().unwrap().iter().filter_map(Value::as_str);
        let mut here = all.filter_map(|address| address.strip_prefix(&format!("/ip4/10.77.0.1/{kind}/")));
        here.next().unwrap().split('/').next().unwrap().to_owned()
    };
    let (tcp, udp) = (port("tcp"), port("udp"));
    talk(&mut hana, &mut bora, &chat, "before");
    let (small, few) = (rss(&mut hana), handles(&hana));

    // Connections that are held open and say nothing, connections full of noise, and datagrams of noise to the
    // ports of QUIC and of discovery, without a pause.
    let noise = format!(
        "while :; do head -c 65536 /dev/urandom > /dev/tcp/10.77.0.1/{tcp};
         head -c 60000 /dev/urandom | split -b 1200 --filter='cat > /dev/udp/10.77.0.1/{udp}';
         head -c 60000 /dev/urandom | split -b 600 --filter='cat > /dev/udp/10.77.0.1/5353'; done"
    );
    let held = format!(
        "while :; do held=(); for i in $(seq 200); do exec {{fd}}<>/dev/tcp/10.77.0.1/{tcp} && held+=($fd); done;
         for fd in \"${{held[@]}}\"; do exec {{fd}}>&-; done; done"
    );
    let floods = [Flood::start(&mallory, &noise), Flood::start(&mallory, &held)];
    let mut rounds = 0;
    let sent = loop {
        talk(&mut hana, &mut bora, &chat, &format!("round {rounds}"));
        assert!(handles(&hana) < few + 300, "{} handles", handles(&hana));
        rounds += 1;
        let sent = lan.received_from(&mallory);
        if rounds >= 6 && sent > 4 << 20 {
            break sent;
        }
        assert!(rounds < 100, "a flood of {sent} bytes is none");
    };
    let large = rss(&mut hana);
    drop(floods);
    println!("{} MiB before, {} MiB under {} MiB of flood", small >> 20, large >> 20, sent >> 20);
    assert!(large < small + (48 << 20), "{small} bytes grew to {large}");
    all_delivered(&mut hana, &mut bora);
    assert_eq!(same_history(&mut hana, &mut bora, &chat).len(), 50 * (rounds + 1));
}

/// A changed program, connected to somebody.
struct Changed {
    net: Net,
    events: mpsc::Receiver<NetEvent>,
    victim: Peer,
}

impl Changed {
    async fn connect(address: &str) -> Self {
        let (to, mut events) = mpsc::channel(512);
        let listen = vec!["/ip4/127.0.0.1/tcp/0".into()];
        let net = Net::start(NetConfig { listen, ..NetConfig::default() }, &Handle::current(), to).unwrap();
        net.dial(vec![address.into()]);
        let connected = async {
            loop {
                if let NetEvent::Connected { peer, .. } = events.recv().await.unwrap() {
                    return peer;
                }
            }
        };
        let victim = timeout(DEADLINE, connected).await.unwrap();
        Self { net, events, victim }
    }

    /// Sends this again and again until the victim has had enough.
    async fn until_dropped(mut self, frame: &[u8]) {
        let dropped = async {
            loop {
                // Full or gone: either way there is something to wait for.
                self.net.send(self.victim, frame.to_vec()).ok();
                if let Ok(Some(NetEvent::Disconnected { .. })) =
                    timeout(Duration::from_millis(1), self.events.recv()).await
                {
                    return;
                }
            }
        };
        timeout(DEADLINE, dropped).await.expect("it was not disconnected");
        self.net.shutdown().await;
    }
}

#[test]
fn a_changed_program_that_sends_too_much_too_large_or_nonsense_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let mut hana = Undertoned::create(&folder.path().join("hana"), "Hana", &["--visible"]);
    let address = hana.address();
    let options = ["--visible", "--bootstrap", &address];
    let mut bora = Undertoned::create(&folder.path().join("bora"), "Bora", &options);
    let account = |program: &mut Undertoned| program.call("profile.info", &json!({}))["account"].clone();
    let (hana_account, bora_account) = (account(&mut hana), account(&mut bora));
    let chat = befriend(&mut bora, &hana_account, &mut hana, &bora_account);
    talk(&mut hana, &mut bora, &chat, "before");
    let small = rss(&mut hana);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tags = [&[0x02, 0xa1, 0x00, 0x59, 0x1c, 0x00][..], &[7; 16 * 448]].concat();
    let floods: [(&str, Vec<u8>); 6] = [
        ("a stranger's frame that is too large", vec![0x10; MAX_FRAME]),
        ("a kind that has no such content", vec![0x11, 1]),
        ("arrays in arrays", [&[0x02][..], &[0x81; 8000]].concat()),
        ("kinds of a later version", vec![0x7f; 1000]),
        ("proofs with as many tags as fit", tags),
        ("first messages that are none", [&[0x10, 0x01][..], &[0x55; 4000]].concat()),
    ];
    for (round, (what, frame)) in floods.iter().enumerate() {
        runtime.block_on(async { Changed::connect(&address).await.until_dropped(frame).await });
        talk(&mut hana, &mut bora, &chat, &format!("after {what} {round}"));
    }
    let large = rss(&mut hana);
    println!("{} MiB before, {} MiB after six floods", small >> 20, large >> 20);
    assert!(large < small + (48 << 20), "{small} bytes grew to {large}");
    all_delivered(&mut hana, &mut bora);
    assert_eq!(same_history(&mut hana, &mut bora, &chat).len(), 350);
}
