//! A program that talks to `undertoned` as any other would: starts it, calls methods, waits for events, kills
//! it. It waits for what it is told and never for a time; a deadline only ends a test that has failed.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    collections::{HashMap, VecDeque},
    ffi::OsString,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Longer than anything takes on a machine that is busy with other tests.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// The passphrase of every profile in tests.
pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// A running `undertoned ... rpc`.
#[derive(Debug)]
pub(crate) struct Undertoned {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    stderr: Option<thread::JoinHandle<String>>,
    answers: HashMap<u64, Value>,
    events: VecDeque<Value>,
    last_id: u64,
    profile: PathBuf,
    options: Vec<OsString>,
    /// The command in front of the program, if another one starts it.
    through: Vec<OsString>,
}

/// Runs `undertoned` to its end with nothing on standard input.
pub(crate) fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The path of the program.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_undertoned");

impl Undertoned {
    /// Starts one on a profile folder, on loopback only.
    pub(crate) fn start(profile: &Path, options: &[&str]) -> Self {
        let loopback = ["--no-mdns", "--listen", "/ip4/127.0.0.1/tcp/0"];
        Self::spawn(profile, loopback.iter().chain(options).map(OsString::from).collect(), Vec::new())
    }

    /// Starts one through another command, which becomes it (`nsenter --net=...`), with these options alone.
    pub(crate) fn start_through(through: &[&str], profile: &Path, options: &[&str]) -> Self {
        let own = |words: &[&str]| words.iter().map(OsString::from).collect();
        Self::spawn(profile, own(options), own(through))
    }

    fn spawn(profile: &Path, options: Vec<OsString>, through: Vec<OsString>) -> Self {
        let mut command = through.iter().map(OsString::as_os_str).chain([BINARY.as_ref()]);
        let mut child = Command::new(command.next().unwrap())
            .args(command)
            .arg("--profile")
            .arg(profile)
            .args(&options)
            .arg("rpc")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| to.send(line)).ok();
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).ok();
            String::from_utf8_lossy(&text).into_owned()
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            stderr: Some(stderr),
            answers: HashMap::new(),
            events: VecDeque::new(),
            last_id: 0,
            profile: profile.to_owned(),
            options,
            through,
        }
    }

    /// Starts one and makes a profile in the folder.
    pub(crate) fn create(profile: &Path, name: &str, options: &[&str]) -> Self {
        let mut new = Self::start(profile, options);
        new.call("profile.create", &json!({"name": name, "passphrase": PASSPHRASE}));
        new
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line as it is.
    pub(crate) fn write(&mut self, line: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(line).unwrap();
        stdin.write_all(b"\n").unwrap();
    }

    /// Calls without waiting for the answer.
    pub(crate) fn begin(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        let call = json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params});
        self.write(call.to_string().as_bytes());
        self.last_id
    }

    /// Waits for the answer to a call: its result, or its error.
    pub(crate) fn answer(&mut self, id: u64) -> Result<Value, Value> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(mut answer) = self.answers.remove(&id) {
                return match answer.get_mut("error") {
                    Some(error) => Err(error.take()),
                    None => Ok(answer["result"].take()),
                };
            }
            self.take_line(deadline, &format!("the answer to call {id}"));
        }
    }

    /// Calls and waits for the result.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        self.answer(id).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Calls and waits for the code of the error.
    pub(crate) fn refused(&mut self, method: &str, params: &Value) -> String {
        let id = self.begin(method, params);
        let error = self.answer(id).expect_err("an error");
        assert!(!error["message"].as_str().unwrap().is_empty());
        error["data"]["code"].as_str().unwrap().to_owned()
    }

    /// Waits for an event of a type that is as wanted, now or since the start; the others stay.
    pub(crate) fn event(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + DEADLINE;
        let mut seen = 0;
        loop {
            let found = (seen..self.events.len())
                .find(|at| self.events[*at]["type"] == kind && wanted(&self.events[*at]));
            if let Some(at) = found {
                return self.events.remove(at).unwrap();
            }
            seen = self.events.len();
            self.take_line(deadline, &format!("the event {kind}"));
        }
    }

    /// Waits for the next line that is neither an answer to a call of ours nor an event.
    pub(crate) fn other(&mut self) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(line) = self.take_line(deadline, "a line") {
                return line;
            }
        }
    }

    /// Asks again until the result is as wanted: for what no event tells.
    pub(crate) fn until(&mut self, method: &str, params: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let result = self.call(method, params);
            if wanted(&result) {
                return result;
            }
            assert!(Instant::now() < deadline, "{method} stayed {result}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// An address that another one can start from.
    pub(crate) fn address(&mut self) -> String {
        let info = self.until("profile.info", &json!({}), |info| {
            info["addresses"].as_array().is_some_and(|addresses| !addresses.is_empty())
        });
        info["addresses"][0].as_str().unwrap().to_owned()
    }

    /// Closes standard input, and waits for the end and what was logged.
    pub(crate) fn close(mut self) -> (ExitStatus, String) {
        self.stdin = None;
        self.ended()
    }

    /// Waits for the end and what was logged.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.stderr.take().map_or_else(String::new, |text| text.join().unwrap()));
            }
            assert!(Instant::now() < deadline, "it does not end");
            // Its answers are read meanwhile, or it would wait for that.
            while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(10)) {
                self.sort(&line);
            }
        }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a power cut would, and reads what it had said until then.
    pub(crate) fn cut_off(&mut self) {
        self.kill();
        while let Ok(line) = self.lines.recv() {
            // The last line may be cut.
            if serde_json::from_str::<Value>(&line).is_ok() {
                self.sort(&line);
            }
        }
    }

    /// What a call was answered with, if it was by now. Reads what is there and does not wait.
    pub(crate) fn answered(&mut self, id: u64) -> Option<Value> {
        while let Ok(line) = self.lines.try_recv() {
            self.sort(&line);
        }
        self.answers.remove(&id).map(|mut answer| answer["result"].take())
    }

    /// All events of a type that came by now and were not waited for. Reads what is there and does not wait.
    pub(crate) fn events(&mut self, kind: &str) -> Vec<Value> {
        while let Ok(line) = self.lines.try_recv() {
            self.sort(&line);
        }
        let (wanted, others): (Vec<_>, Vec<_>) =
            self.events.drain(..).partition(|event| event["type"] == kind);
        self.events = others.into();
        wanted
    }

    /// Sends a signal, by the name that `kill` knows.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Kills it and starts it again on the same profile with the same and some more options, unlocked.
    pub(crate) fn restart(mut self, more: &[&str]) -> Self {
        self.kill();
        let mut options = std::mem::take(&mut self.options);
        options.extend(more.iter().map(OsString::from));
        let mut again = Self::spawn(&self.profile, options, std::mem::take(&mut self.through));
        again.call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
        again
    }

    /// Reads one line and puts it where it belongs; gives it back if it belongs nowhere.
    fn take_line(&mut self, deadline: Instant, what: &str) -> Option<Value> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => self.sort(&line),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what} did not come; events: {:?}", self.events),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                self.kill();
                let log = self.stderr.take().map(|text| text.join().unwrap());
                panic!("it ended before {what} came: {log:?}")
            }
        }
    }

    fn sort(&mut self, line: &str) -> Option<Value> {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        assert_eq!(line["jsonrpc"], "2.0");
        if line["method"] == "event" {
            self.events.push_back(line["params"].take());
        } else if let Some(id) = line["id"].as_u64().filter(|id| *id <= self.last_id) {
            self.answers.insert(id, line);
        } else {
            return Some(line);
        }
        None
    }
}

impl Drop for Undertoned {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
