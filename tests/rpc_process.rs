//! `undertoned` as a process: what it answers, how it ends, and with which exit code.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{BINARY, DEADLINE, PASSPHRASE, Undertoned, run};

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn wrong_usage_is_2_and_help_and_version_are_0() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("p").to_str().unwrap().to_owned();
    for wrong in [
        vec![],
        vec!["rpc"],
        vec!["--profile", &profile],
        vec!["--profile", &profile, "dance"],
        vec!["--profile", &profile, "rpc", "--dance"],
        vec!["--profile", &profile, "--log", "loud", "rpc"],
        vec!["--profile", &profile, "serve", "--relay"],
        vec!["--profile", &profile, "serve", "--mailbox"],
        vec!["--profile", &profile, "doctor"],
        vec!["--profile", &profile, "--listen", "nonsense", "rpc"],
    ] {
        let out = run(&wrong);
        assert_eq!(out.status.code(), Some(2), "{wrong:?}: {}", text(&out.stderr));
        assert!(out.stdout.is_empty() && !out.stderr.is_empty(), "{wrong:?}");
    }
    assert!(!fs::exists(&profile).unwrap());
    for asked in ["--help", "--version"] {
        let out = run(&[asked]);
        assert_eq!(out.status.code(), Some(0));
        assert!(text(&out.stdout).contains("undertoned") && out.stderr.is_empty());
    }
}

#[test]
fn a_profile_is_made_described_and_unlocked_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::start(folder.path(), &[]);
    let info = ada.call("profile.info", &json!({}));
    assert_eq!((&info["exists"], &info["account"]), (&json!(false), &Value::Null));
    assert_eq!(ada.refused("profile.unlock", &json!({"passphrase": PASSPHRASE})), "no-profile");
    let made = ada.call("profile.create", &json!({"name": "Ada", "passphrase": PASSPHRASE}));
    assert_eq!(made["name"], "Ada");
    assert_eq!(made["recovery_phrase"].as_str().unwrap().split(' ').count(), 24);
    ada.event("ready", |_| true);
    let info = ada.call("profile.info", &json!({}));
    assert_eq!((&info["account"], &info["locked"]), (&made["account"], &json!(false)));
    assert_eq!(
        ada.refused("profile.create", &json!({"name": "A", "passphrase": "long enough"})),
        "profile-exists"
    );
    let (status, log) = ada.close();
    assert_eq!((status.code(), log.as_str()), (Some(0), ""));

    let mut ada = Undertoned::start(folder.path(), &[]);
    assert_eq!(ada.call("profile.info", &json!({}))["locked"], true);
    assert_eq!(ada.refused("contact.list", &json!({})), "locked");
    assert_eq!(ada.refused("profile.unlock", &json!({"passphrase": "not this"})), "wrong-passphrase");
    let unlocked = ada.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
    assert_eq!(unlocked["account"], made["account"]);
    assert!(unlocked.get("recovery_phrase").is_none());
    assert_eq!(ada.call("contact.list", &json!({}))["contacts"], json!([]));
    ada.call("profile.lock", &json!({}));
    ada.event("locked", |_| true);
    assert_eq!(ada.refused("contact.list", &json!({})), "locked");
}

#[test]
fn after_any_bad_line_the_next_call_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::start(folder.path(), &[]);
    for (line, code) in [
        (&b"{"[..], -32700),
        (b"\xff\xfe", -32700),
        (b"[]", -32600),
        (br#"{"jsonrpc":"2.0","method":7,"id":null}"#, -32600),
        (br#"{"jsonrpc":"2.0","method":"no.such","id":"x"}"#, -32601),
        (br#"{"jsonrpc":"2.0","method":"node.visible","params":{"on":"yes"},"id":"x"}"#, -32602),
        (br#"{"jsonrpc":"2.0","method":"node.visible","params":{},"id":"x"}"#, -32602),
        (&vec![b'['; 2 * 1024 * 1024], -32600),
    ] {
        ada.write(line);
        assert_eq!(ada.other()["error"]["code"], code);
        assert_eq!(ada.call("profile.info", &json!({}))["exists"], false);
    }
}

#[test]
fn shutting_down_answers_first_and_is_0() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::create(folder.path(), "Ada", &[]);
    assert_eq!(ada.call("node.shutdown", &json!({})), json!({}));
    assert_eq!(ada.ended().0.code(), Some(0));
}

#[test]
fn a_signal_is_0() {
    for name in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut ada = Undertoned::create(folder.path(), "Ada", &[]);
        ada.signal(name);
        assert_eq!(ada.ended().0.code(), Some(0), "{name}");
    }
}

#[test]
fn it_ends_even_if_nobody_reads_what_it_writes() {
    for signal in [Some("TERM"), None] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(BINARY)
            .args(["--profile", folder.path().to_str().unwrap(), "--no-mdns", "rpc"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"profile.info\"}\n".repeat(20_000);
        child.stdin.as_mut().unwrap().write_all(call.as_bytes()).unwrap();
        match signal {
            Some(name) => drop(Command::new("kill").args(["-s", name, &child.id().to_string()]).status()),
            None => drop(child.stdin.take()),
        }
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < DEADLINE);
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

#[test]
fn calls_before_the_end_of_input_are_all_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(BINARY)
        .args(["--profile", folder.path().to_str().unwrap(), "--no-mdns", "rpc"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let create = json!({"jsonrpc": "2.0", "id": 1, "method": "profile.create",
        "params": {"name": "Ada", "passphrase": PASSPHRASE}});
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "contact.list"});
    // The list is asked for before the profile is there, and without an end of line.
    write!(child.stdin.take().unwrap(), "{create}\n{list}").unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(0));
    let lines: Vec<Value> =
        text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let list = lines.iter().find(|line| line["id"] == 2).unwrap();
    assert_eq!(list["result"]["contacts"], json!([]));
}

#[test]
fn a_second_process_on_a_profile_is_1_and_names_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::create(folder.path(), "Ada", &[]);
    let out = run(&["--profile", folder.path().to_str().unwrap(), "rpc"]);
    assert_eq!(out.status.code(), Some(1));
    let why = text(&out.stderr);
    assert!(why.contains(&ada.pid().to_string()) && why.lines().count() == 1, "{why}");
    assert!(out.stdout.is_empty());
    ada.call("profile.info", &json!({}));
    ada.kill();
    let again = run(&["--profile", folder.path().to_str().unwrap(), "--no-mdns", "rpc"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
}

#[test]
fn a_passphrase_file_unlocks_at_start_and_a_wrong_one_is_1() {
    let folder = tempfile::tempdir().unwrap();
    let (profile, right, wrong) =
        (folder.path().join("p"), folder.path().join("right"), folder.path().join("wrong"));
    fs::write(&right, format!("{PASSPHRASE}\nmore")).unwrap();
    fs::write(&wrong, "not this").unwrap();
    let (right, wrong) = (right.to_str().unwrap(), wrong.to_str().unwrap());
    Undertoned::create(&profile, "Ada", &[]).close();

    let mut ada = Undertoned::start(&profile, &["--passphrase-file", right]);
    ada.event("ready", |_| true);
    assert_eq!(ada.call("profile.info", &json!({}))["locked"], false);
    assert_eq!(ada.close().0.code(), Some(0));

    let profile = profile.to_str().unwrap();
    for file in [wrong, "/nowhere/at/all"] {
        let out = run(&["--profile", profile, "--passphrase-file", file, "rpc"]);
        assert_eq!(out.status.code(), Some(1));
        assert_eq!(text(&out.stderr).lines().count(), 1);
    }
    let out = run(&["--profile", profile, "--passphrase-file", right, "doctor"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(!out.stdout.is_empty());
}

#[test]
fn a_service_is_there_for_several_programs_and_its_socket_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("rpc.sock");
    // Left behind by one that was killed.
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let mut service = Command::new(BINARY)
        .args(["--profile", folder.path().to_str().unwrap(), "--no-mdns", "serve"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let connect = || loop {
        match UnixStream::connect(&socket) {
            Ok(stream) => return BufReader::new(stream),
            Err(_not_yet) => assert!(started.elapsed() < DEADLINE),
        }
        std::thread::yield_now();
    };
    let ask = |program: &mut BufReader<UnixStream>, method: &str, params: &Value| {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        writeln!(program.get_mut(), "{call}").unwrap();
        loop {
            let mut line = String::new();
            program.read_line(&mut line).unwrap();
            let mut line: Value = serde_json::from_str(&line).unwrap();
            if line["id"] == 1 {
                return line["result"].take();
            }
        }
    };
    let (mut one, mut two) = (connect(), connect());
    let made = ask(&mut one, "profile.create", &json!({"name": "Ada", "passphrase": PASSPHRASE}));
    // Nobody is answered before the mode is set.
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(ask(&mut two, "profile.info", &json!({}))["account"], made["account"]);
    assert_eq!(ask(&mut one, "node.shutdown", &json!({})), json!({}));
    assert_eq!(service.wait().unwrap().code(), Some(0));
    assert!(!socket.exists());
}
