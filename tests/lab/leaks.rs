//! What somebody on the same network, somebody with the disk, and somebody with the logs can read.

use std::{collections::BTreeSet, path::Path};

use data_encoding::BASE32_NOPAD;
use futures::StreamExt;
use libp2p::{Multiaddr, SwarmBuilder, identify, identity::Keypair, noise, swarm::SwarmEvent, tcp, yamux};
use serde_json::{Value, json};

use crate::{
    capture::{Capture, Packets, Secrets, files},
    people::{all_delivered, befriend, history, sees, start},
    place::{Desk, Family, Lan},
    support::{DEADLINE, PASSPHRASE, Undertoned},
};

const HANA: &str = "Hana Zebrafink-7731";
const BORA: &str = "Bora Quokkafeder-4418";
const HANA_SECRET: &str = "pass-Okapi-der-Hana-2209";
const BORA_SECRET: &str = "pass-Tapir-der-Bora-9034";
const BORA_AT_HANA: &str = "Kollegin Axolotl-5150";
const HANA_AT_BORA: &str = "Freundin Numbat-6161";
/// Said by Hana and Bora in turn.
const TEXTS: [&str; 8] = [
    "Treffpunkt Erdmaennchen-0101",
    "Antwort Schuppentier-0202",
    "안녕하세요 비밀스러운 너구리",
    "gut, 알겠습니다 Fossa-0404",
    "Kontonummer Capybara-0505",
    "Diagnose Pangolin-0606",
    "https://example.org/Kakapo-0707",
    "wird-geloescht Gavial-0808",
];
const EDITED: [&str; 2] = ["verbessert Wombat-0909", "nachgereicht Bilby-1010"];
const REACTION: &str = "👩\u{200d}👩\u{200d}👧\u{200d}👦";
const CONTROL: &str = "this is no secret of anybody";

/// A program that says all it can in its log.
fn talkative(desk: &Desk, profile: &Path, secret: &str) -> Undertoned {
    let mut program = start(desk, profile, &["--log", "trace"]);
    if profile.exists() {
        let unlocked = json!({"passphrase": secret});
        if program.call("profile.info", &json!({}))["exists"] == true {
            program.call("profile.unlock", &unlocked);
        }
    }
    program
}

fn say(from: &mut Undertoned, to: &mut Undertoned, chat: &Value, text: &str, reply: &Value) -> Value {
    to_typing(from, to, chat);
    let mut params = json!({"chat": chat, "text": text});
    if !reply.is_null() {
        params["reply_to"] = reply.clone();
    }
    let id = from.call("message.send", &params)["message"].clone();
    to.event("message.received", |event| event["message"]["id"] == id);
    from.event("message.state", |state| state["message"] == id && state["state"] == "delivered");
    to.call("chat.read", &json!({"chat": chat, "upto": id}));
    from.event("message.state", |state| state["state"] == "read");
    id
}

fn to_typing(from: &mut Undertoned, to: &mut Undertoned, chat: &Value) {
    from.call("chat.typing", &json!({"chat": chat, "typing": true}));
    to.event("typing", |event| event["typing"] == true);
}

/// Everything that two people do; gives their accounts, recovery phrases, and logs.
fn conversation(desks: [&Desk; 2], folder: &Path) -> (Vec<String>, Vec<String>, String) {
    let (hana_home, bora_home) = (folder.join("hana"), folder.join("bora"));
    let mut hana = talkative(desks[0], &hana_home, HANA_SECRET);
    let mut bora = talkative(desks[1], &bora_home, BORA_SECRET);
    let [of_hana, of_bora] =
        [(&mut hana, HANA, HANA_SECRET), (&mut bora, BORA, BORA_SECRET)].map(|(program, name, secret)| {
            let profile = json!({"name": name, "passphrase": secret, "visible": true});
            program.call("profile.create", &profile)
        });
    let (hana_account, bora_account) = (of_hana["account"].clone(), of_bora["account"].clone());
    let chat = befriend(&mut hana, &bora_account, &mut bora, &hana_account);
    hana.call("contact.rename", &json!({"account": bora_account, "name": BORA_AT_HANA}));
    bora.call("contact.rename", &json!({"account": hana_account, "name": HANA_AT_BORA}));
    hana.call("contact.safety_number", &json!({"account": bora_account}));

    let mut last = Value::Null;
    let mut ids = Vec::new();
    for (number, text) in TEXTS.iter().enumerate() {
        let (from, to) = if number % 2 == 0 { (&mut hana, &mut bora) } else { (&mut bora, &mut hana) };
        last = say(from, to, &chat, text, &last);
        ids.push(last.clone());
    }
    for (number, text) in EDITED.iter().enumerate() {
        let (from, to) = if number == 0 { (&mut hana, &mut bora) } else { (&mut bora, &mut hana) };
        from.call("message.edit", &json!({"chat": chat, "message": ids[number], "text": text}));
        to.event("message.changed", |event| event["message"]["text"] == *text);
        let reaction = json!({"chat": chat, "message": ids[number + 2], "emoji": REACTION, "on": true});
        from.call("message.react", &reaction);
        to.event("message.changed", |event| event["message"]["reactions"][REACTION].is_array());
    }
    bora.call("message.delete", &json!({"chat": chat, "message": ids[7]}));
    hana.event("message.changed", |event| event["message"]["deleted"] == true);

    // Both close in good order and come back, one while the other writes.
    let mut logs = String::new();
    let (status, log) = hana.close();
    assert!(status.success());
    logs += &log;
    bora.call("message.send", &json!({"chat": chat, "text": TEXTS[3]}));
    let mut hana = talkative(desks[0], &hana_home, HANA_SECRET);
    hana.event("message.received", |event| event["message"]["text"] == TEXTS[3]);
    all_delivered(&mut hana, &mut bora);
    assert_eq!(history(&mut hana, &chat).len(), 9);
    for program in [hana, bora] {
        let (status, log) = program.close();
        assert!(status.success());
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "the log says something");
        logs += &log;
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let accounts = vec![text(&hana_account), text(&bora_account)];
    (accounts, vec![text(&of_hana["recovery_phrase"]), text(&of_bora["recovery_phrase"])], logs)
}

#[test]
fn nothing_that_two_people_say_or_are_is_in_the_traffic_the_files_or_the_logs() {
    // T44 metadata_pcap for the traffic, T52 for the logs.
    let mut lan = Lan::new();
    let desks = [lan.desk(Family::Both), lan.desk(Family::Both)];
    let folder = tempfile::tempdir().unwrap();
    let capture = Capture::start(&lan, &desks[0], folder.path());
    let profiles = folder.path().join("profiles");
    let (accounts, phrases, log) = conversation([&desks[0], &desks[1]], &profiles);
    desks[0].run(&["bash", "-c", &format!("echo '{CONTROL}' > /dev/udp/10.77.0.2/9")]);
    let packets = capture.finish();

    let words: Vec<String> =
        phrases.iter().map(|phrase| phrase.split(' ').take(4).collect::<Vec<_>>().join(" ")).collect();
    let keys: Vec<Vec<u8>> = accounts
        .iter()
        .map(|account| BASE32_NOPAD.decode(account.to_uppercase().as_bytes()).unwrap())
        .collect();
    let named = [HANA, BORA, HANA_SECRET, BORA_SECRET, BORA_AT_HANA, HANA_AT_BORA, REACTION];
    let said = named.into_iter().chain(TEXTS).chain(EDITED).chain(words.iter().map(String::as_str));
    let markers: Vec<(&str, &[u8])> = said.map(|marker| (marker, marker.as_bytes())).collect();
    assert!(markers.len() >= 19);
    let with_keys = markers
        .iter()
        .copied()
        .chain(accounts.iter().map(String::as_str).zip(keys.iter().map(Vec::as_slice)))
        .chain([(CONTROL, CONTROL.as_bytes())]);
    let secrets = Secrets::new(with_keys);

    let traffic = packets.searchable();
    assert!(traffic.len() > 50_000, "a conversation was recorded: {} bytes", traffic.len());
    assert_eq!(secrets.seen_in(&traffic), BTreeSet::from([CONTROL]), "on the cable");
    for (path, bytes) in files(&profiles) {
        assert_eq!(secrets.seen_in(&bytes), BTreeSet::new(), "in {}", path.display());
    }
    // An account is no secret to who may read the log; what it says and knows is.
    assert_eq!(Secrets::new(markers).seen_in(log.as_bytes()), BTreeSet::new(), "in the log");
}

/// The name of the instance, the peer and the addresses that a program announces in a new network.
fn announced(net: u8, profile: &Path) -> BTreeSet<String> {
    let mut lan = Lan::numbered(net);
    let (desk, witness) = (lan.desk(Family::Both), lan.desk(Family::Both));
    let folder = tempfile::tempdir().unwrap();
    let capture = Capture::start(&lan, &desk, folder.path());
    let mut program = talkative(&desk, profile, HANA_SECRET);
    if program.call("profile.info", &json!({}))["exists"] == false {
        let made = json!({"name": HANA, "passphrase": HANA_SECRET, "visible": true});
        program.call("profile.create", &made);
    }
    let account = program.call("profile.info", &json!({}))["account"].clone();
    let mut other = start(&witness, &folder.path().join("witness"), &[]);
    other.call("profile.create", &json!({"name": "Witness", "passphrase": HANA_SECRET}));
    sees(&mut other, &account);
    other.close();
    program.close();
    let Packets(all) = &capture.finish();
    let of_desk = format!("10.{net}.0.1");
    let packets = Packets(all.clone());
    let strings =
        packets.mdns().into_iter().filter(|packet| String::from_utf8_lossy(packet).contains(&of_desk));
    strings.flat_map(labels).collect()
}

/// The strings with a length in front that a packet holds: labels of names, and texts.
fn labels(packet: &[u8]) -> Vec<String> {
    let printable = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_graphic());
    let mut found = Vec::new();
    let mut at = 12;
    while let Some(length) = packet.get(at).map(|length| usize::from(*length)) {
        match packet.get(at + 1..at + 1 + length) {
            Some(text) if length >= 8 && printable(text) => {
                found.push(String::from_utf8_lossy(text).into_owned());
                at += 1 + length;
            }
            _ => at += 1,
        }
    }
    found
}

#[test]
fn mdns_unlinkable() {
    // T45: the same person in two networks, one after the other.
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("hana");
    let runs = [announced(81, &profile), announced(82, &profile)];
    for run in &runs {
        assert!(run.iter().any(|text| text.starts_with("p=")), "{run:?}");
        assert!(run.iter().any(|text| text.starts_with("a=")), "{run:?}");
    }
    let common: Vec<&String> = runs[0].intersection(&runs[1]).collect();
    assert_eq!(common, ["_undertone"], "{runs:?}");
}

/// What a program answers to a stranger who connects and asks with the transport's own means what it is.
fn introduces_itself(program: &mut Undertoned) -> identify::Info {
    let info = program.call("profile.info", &json!({}));
    let address: Multiaddr = info["addresses"][0].as_str().unwrap().parse().unwrap();
    let stranger = |key: &Keypair| {
        identify::Behaviour::new(identify::Config::new("/undertone/id/1".into(), key.public()))
    };
    let ask = async {
        // Of two peers one opens the stream for frames, by their names. If it is the program, it may hang up on who has
        // none before it has answered: then another stranger asks.
        loop {
            let mut swarm = SwarmBuilder::with_new_identity()
                .with_tokio()
                .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
                .unwrap()
                .with_behaviour(stranger)
                .unwrap()
                .with_swarm_config(|config| config.with_idle_connection_timeout(DEADLINE))
                .build();
            swarm.dial(address.clone()).unwrap();
            loop {
                match swarm.select_next_some().await {
                    SwarmEvent::Behaviour(identify::Event::Received { info, .. }) => return info,
                    SwarmEvent::ConnectionClosed { .. } | SwarmEvent::OutgoingConnectionError { .. } => break,
                    _ => {}
                }
            }
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(DEADLINE, ask).await.unwrap() })
}

#[test]
fn what_a_program_tells_a_stranger_about_itself_is_the_same_for_everybody() {
    // T44: the agent string is constant and names no version and no person; another run has another name.
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let mut named = Vec::new();
    for (home, name) in [("hana", HANA), ("bora", BORA)] {
        let profile = folder.path().join(home);
        let mut program = Undertoned::create(&profile, name, &["--visible"]);
        named.push(name.to_owned());
        named.push(program.call("profile.info", &json!({}))["account"].as_str().unwrap().to_owned());
        told.push(introduces_itself(&mut program));
        assert!(program.close().0.success());
        let mut program = Undertoned::start(&profile, &[]);
        program.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
        told.push(introduces_itself(&mut program));
    }
    // Protocols come in any order.
    let in_order = |info: &identify::Info| info.protocols.iter().map(ToString::to_string).collect();
    let text = |info: &identify::Info| {
        let protocols: BTreeSet<String> = in_order(info);
        format!("{} {} {protocols:?}", info.agent_version, info.protocol_version)
    };
    let whole: Vec<String> = told.iter().map(text).collect();
    assert!(whole.iter().all(|one| *one == whole[0]), "{whole:?}");
    assert_eq!(told[0].agent_version, "im/1");
    assert!(!whole[0].contains(env!("CARGO_PKG_VERSION")), "{}", whole[0]);
    assert!(named.iter().all(|who| !whole[0].contains(who.as_str())), "{}", whole[0]);
    for info in &told {
        assert!(info.listen_addrs.is_empty() && info.signed_peer_record.is_none(), "{info:?}");
    }
    let keys: BTreeSet<Vec<u8>> = told.iter().map(|info| info.public_key.encode_protobuf()).collect();
    assert_eq!(keys.len(), told.len(), "each run goes by a name of its own");
}
