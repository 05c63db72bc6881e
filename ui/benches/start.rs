//! What the desktop app costs: how long a start takes until the first frame, and what an open conversation needs of
//! memory, of the processor and of the network while nobody does anything. On a screen of its own (Xvfb), with two
//! profiles that the headless program makes first; Linux only, because it reads `/proc`.
//!
//! `cargo bench -p undertone-ui --bench start`, after `cargo build --release --workspace --bins`

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    // `cargo test --benches` runs it, too, and has no time for it
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let screen = Screen::open()?;
    let folder = tempfile::tempdir()?;
    first_frames(&screen, folder.path())?;
    idle(&screen, folder.path())
}

/// From the start of the process to the first frame, with no profile and with a locked one.
fn first_frames(screen: &Screen, folder: &Path) -> Outcome<()> {
    let locked = folder.join("locked");
    Headless::start(&locked, &[])?.create("Hana")?;
    let fresh = |n: usize| folder.join(format!("fresh-{n}"));
    let said = measure_start(screen, fresh)?;
    println!(
        "first frame, fresh profile:   median {} ms, slowest {} ms (goal: at most 300 ms)",
        said.0, said.1
    );
    let said = measure_start(screen, |_| locked.clone())?;
    println!("first frame, locked profile:  median {} ms, slowest {} ms", said.0, said.1);
    Ok(())
}

fn measure_start(screen: &Screen, profile: impl Fn(usize) -> PathBuf) -> Outcome<(u128, u128)> {
    let mut times = Vec::new();
    for n in 0..RUNS {
        let started = Instant::now();
        let mut app =
            screen.app(&profile(n)).arg("--exit-after-first-frame").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let out = app.stdout.take().ok_or("no output")?;
        // the line comes with the first frame; what is measured includes loading the program
        BufReader::new(out).read_line(&mut line)?;
        let took = started.elapsed().as_millis();
        if line.trim().parse::<u64>().is_err() || !app.wait()?.success() {
            return Err("the app did not come up".into());
        }
        times.push(took);
    }
    times.sort_unstable();
    Ok((times.get(RUNS / 2).copied().unwrap_or_default(), times.last().copied().unwrap_or_default()))
}

/// Two people with a conversation open between them, both windows on screen, nobody doing anything.
fn idle(screen: &Screen, folder: &Path) -> Outcome<()> {
    let (hana, bora) = (folder.join("hana"), folder.join("bora"));
    let address = talk(&hana, &bora)?;
    let passphrase = folder.join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE)?;
    let unlocked = |screen: &Screen, profile: &Path, network: &[&str]| {
        screen.app(profile).arg("--passphrase-file").arg(&passphrase).args(network).spawn()
    };
    let beside = Screen::open()?;
    let mut first = Running(unlocked(&beside, &hana, &["--listen", &address])?);
    let mut second =
        Running(unlocked(screen, &bora, &["--listen", "/ip4/127.0.0.1/tcp/0", "--bootstrap", &address])?);
    sleep(SETTLING);
    // the first row of the list
    screen.press(160, 132)?;
    sleep(SETTLING);
    let id = second.0.id();
    let (cpu, bytes, begun) = (ticks(id)?, loopback_bytes()?, Instant::now());
    sleep(WATCHED);
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = ticks(id)?.saturating_sub(cpu);
    let bytes = loopback_bytes()?.saturating_sub(bytes);
    let (rss, pss) = memory(id)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (percent, rate) = (cpu as f64 / seconds, bytes as f64 / seconds);
    println!(
        "idle, conversation open:      RSS {} MB, PSS {} MB (goal: RSS at most 60 MB)",
        rss / 1024,
        pss / 1024
    );
    println!(
        "idle, processor:              {percent:.2} % of a core over {seconds:.0} s (goal: under 0.5 %)"
    );
    println!("idle, network, both together: {rate:.0} B/s (goal: under 1000 B/s)");
    for running in [&mut first, &mut second] {
        if let Some(status) = running.0.try_wait()? {
            return Err(format!("an app ended meanwhile: {status}").into());
        }
    }
    Ok(())
}

/// Makes the two profiles, contacts of each other with two messages; says where the first one listened.
fn talk(hana: &Path, bora: &Path) -> Outcome<String> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let address = format!("/ip4/127.0.0.1/tcp/{port}");
    let mut one = Headless::start(hana, &["--listen", &address])?;
    one.create("Hana")?;
    let mut two = Headless::start(bora, &["--listen", "/ip4/127.0.0.1/tcp/0", "--bootstrap", &address])?;
    let account = two.create("Bora")?;
    let invite = one.ask("invite.create", r#"{"single_use":true}"#)?;
    let link = text(&invite, "link").ok_or("no link")?;
    two.ask("contact.add", &format!(r#"{{"link":"{link}"}}"#))?;
    for side in [&mut one, &mut two] {
        side.until("contact.list", r#""state":"contact""#)?;
    }
    let chat = one.ask("chat.open", &format!(r#"{{"account":"{account}"}}"#))?;
    let chat = text(&chat, "chat").ok_or("no chat")?;
    for words in ["Good morning from the harbour", "See you at noon"] {
        one.ask("message.send", &format!(r#"{{"chat":"{chat}","text":"{words}"}}"#))?;
    }
    two.until("chat.list", "See you at noon")?;
    Ok(address)
}

/// A screen without a window manager.
struct Screen {
    _server: Running,
    name: String,
}

impl Screen {
    fn open() -> Outcome<Self> {
        let arguments = ["-displayfd", "1", "-screen", "0", "1160x760x24", "-nolisten", "tcp", "-noreset"];
        let mut server =
            Command::new("Xvfb").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut number)?;
        Ok(Self { _server: Running(server), name: format!(":{}", number.trim()) })
    }

    fn app(&self, profile: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
        command.arg("--profile").arg(profile).args(["--no-mdns", "--lan-only"]);
        command.env("DISPLAY", &self.name).env("ICED_BACKEND", "tiny-skia").env_remove("WAYLAND_DISPLAY");
        command.stdin(Stdio::null());
        command
    }

    fn press(&self, x: u32, y: u32) -> Outcome<()> {
        let place = [x.to_string(), y.to_string()];
        let mut hand = Command::new("xdotool");
        hand.arg("mousemove").args(place).args(["click", "1"]).env("DISPLAY", &self.name);
        if hand.status()?.success() { Ok(()) } else { Err("xdotool failed".into()) }
    }
}

/// A program that ends with what started it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// `undertoned`, asked line by line.
struct Headless {
    child: Running,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Headless {
    fn start(profile: &Path, network: &[&str]) -> Outcome<Self> {
        let beside = Path::new(env!("CARGO_BIN_EXE_undertone")).with_file_name("undertoned");
        let mut child = Command::new(&beside)
            .arg("--profile")
            .arg(profile)
            .args(["--no-mdns", "--lan-only"])
            .args(network)
            .arg("rpc")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}; build the workspace first", beside.display()))?;
        let (stdin, stdout) =
            (child.stdin.take().ok_or("no input")?, child.stdout.take().ok_or("no output")?);
        Ok(Self { child: Running(child), stdin, stdout: BufReader::new(stdout) })
    }

    fn ask(&mut self, method: &str, params: &str) -> Outcome<String> {
        writeln!(self.stdin, r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)?;
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line)? == 0 {
                return Err(format!("{method}: no answer").into());
            }
            if line.contains(r#""id":1"#) {
                return if line.contains(r#""error":"#) { Err(line.into()) } else { Ok(line) };
            }
        }
    }

    fn until(&mut self, method: &str, shows: &str) -> Outcome<()> {
        for _ in 0..600 {
            if self.ask(method, "{}")?.contains(shows) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        Err(format!("{method} never showed {shows}").into())
    }

    fn create(&mut self, name: &str) -> Outcome<String> {
        let made =
            self.ask("profile.create", &format!(r#"{{"name":"{name}","passphrase":"{PASSPHRASE}"}}"#))?;
        text(&made, "account").ok_or_else(|| "no account".into())
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        // in good order, so that the profile is free for who comes next
        self.ask("node.shutdown", "{}").ok();
        self.child.0.wait().ok();
    }
}

/// A text field of an answer.
fn text(answer: &str, field: &str) -> Option<String> {
    let rest = answer.split(&format!(r#""{field}":""#)).nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

/// Processor time a process has used, in hundredths of a second.
fn ticks(id: u32) -> Outcome<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<u64> = after.split_whitespace().skip(11).take(2).filter_map(|n| n.parse().ok()).collect();
    Ok(fields.iter().sum())
}

/// Resident memory and its fair share, in KiB.
fn memory(id: u32) -> Outcome<(u64, u64)> {
    let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let field = |name: &str| {
        let line = rollup.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Ok((field("Rss:").ok_or("no Rss")?, field("Pss:").ok_or("no Pss")?))
}

/// Bytes that went over the loopback interface; nothing else should be using it.
fn loopback_bytes() -> Outcome<u64> {
    Ok(std::fs::read_to_string("/sys/class/net/lo/statistics/tx_bytes")?.trim().parse()?)
}

const RUNS: usize = 10;
const PASSPHRASE: &str = "quiet harbour morning";
/// Long enough for unlocking, for meeting each other, and for everything that follows to be over.
const SETTLING: Duration = Duration::from_secs(8);
const WATCHED: Duration = Duration::from_secs(30);
