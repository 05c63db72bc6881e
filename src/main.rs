//! `undertoned`: the messenger without a window, for servers, bots, scripts and tests. Reads the command line,
//! opens the messenger, lets programs talk to it, and ends in good order. Knows `api`, `rpc` and `open` only.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    pin::pin,
    process::ExitCode,
    thread,
};

use clap::{CommandFactory, Parser, Subcommand, ValueEnum, error::ErrorKind};
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    sync::{oneshot, watch},
};
use undertone::{
    NetworkOptions, OpenConfig,
    api::{Client, ClientError},
    rpc::{Conversation, End, Listener, Stdio},
};
use zeroize::Zeroizing;

/// The messenger without a window: for servers, bots, scripts and tests.
#[derive(Debug, Parser)]
#[command(name = "undertoned", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    mode: Mode,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, clap::Args)]
struct Common {
    /// The profile folder; it is made if it is not there
    #[arg(long, global = true, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// Where to listen, repeatable [default: every interface, a free port, TCP and QUIC]
    #[arg(long, global = true, value_name = "MULTIADDR", value_parser = multiaddr)]
    listen: Vec<String>,
    /// Somebody to connect to at start, repeatable
    #[arg(long, global = true, value_name = "MULTIADDR", value_parser = multiaddr)]
    bootstrap: Vec<String>,
    /// Never dial or answer an address that is not link-local, private or loopback
    #[arg(long, global = true)]
    lan_only: bool,
    /// Do not look for people on this network, and do not be found there
    #[arg(long, global = true)]
    no_mdns: bool,
    /// Let people on this network see our name, for this run
    #[arg(long, global = true)]
    visible: bool,
    /// Unlock the profile at start with the first line of this file
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// How much to log to standard error
    #[arg(long, global = true, value_name = "LEVEL", default_value = "warn")]
    log: Level,
}

#[derive(Clone, Debug, Subcommand)]
enum Mode {
    /// Talk JSON-RPC 2.0 on standard input and output, one JSON object per line
    Rpc,
    /// Talk JSON-RPC 2.0 on a local socket, with several programs at once
    Serve {
        /// Where the socket is [default: rpc.sock in the profile folder]
        #[arg(long, value_name = "PATH")]
        socket: Option<PathBuf>,
        /// Relay for others (not in this version)
        #[arg(long)]
        relay: bool,
        /// Keep messages for others (not in this version)
        #[arg(long)]
        mailbox: bool,
    },
    /// Look a profile over without changing it, and say what was found (needs --passphrase-file)
    Doctor,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

const EXAMPLES: &str = "\
Examples:
  Make a profile and read the answer:
    echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"profile.create\",\"params\":{\"name\":\"Ada\",\"passphrase\":\"correct horse\"}}' \\
      | undertoned --profile ~/ada rpc
  Run as a service, unlocked at start, for several local programs:
    undertoned --profile ~/ada --passphrase-file ~/ada.pass serve
  Look a profile over:
    undertoned --profile ~/ada --passphrase-file ~/ada.pass doctor

All methods, events and errors are in docs/rpc.md.";

/// Why the program ends without having done its work.
enum Failure {
    /// It was called wrongly.
    Usage(String),
    /// Something else, in one line.
    Other(String),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(why)) => Arguments::command().error(ErrorKind::ValueValidation, why).exit(),
        Err(Failure::Other(why)) => {
            writeln!(io::stderr(), "undertoned: {why}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { mode, common } = arguments;
    if let Mode::Serve { relay: true, .. } | Mode::Serve { mailbox: true, .. } = mode {
        return Err(Failure::Usage("--relay and --mailbox are not in this version".into()));
    }
    let Some(profile) = common.profile else {
        return Err(Failure::Usage("--profile DIR is needed".into()));
    };
    log_to_stderr(common.log);
    let passphrase = common.passphrase_file.as_deref().map(read_passphrase).transpose()?;
    if matches!(mode, Mode::Doctor) {
        return doctor(&profile, passphrase);
    }
    let network = NetworkOptions {
        listen: common.listen,
        lan_only: common.lan_only,
        mdns: !common.no_mdns,
        visible: common.visible.then_some(true),
        bootstrap: common.bootstrap,
    };
    let mut node = undertone::open(OpenConfig { profile: profile.clone(), network })?;
    let (client, runtime) = (node.client(), node.runtime()?);
    let (stopped_to, stopped) = oneshot::channel();
    let waiting = thread::Builder::new().name("wait".into()).spawn(move || {
        node.wait();
        stopped_to.send(()).ok();
        // Gone when everybody has stopped using its runtime.
        node
    })?;
    let outcome = runtime.block_on(async {
        let outcome = talk(&client, stopped, mode, &profile, passphrase).await;
        // It may have ended already.
        client.shutdown().await.ok();
        outcome
    });
    drop(waiting.join());
    outcome
}

/// Lets programs talk until it is time to end.
async fn talk(
    client: &Client,
    stopped: oneshot::Receiver<()>,
    mode: Mode,
    profile: &Path,
    passphrase: Option<Zeroizing<String>>,
) -> Result<(), Failure> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (ending, _) = watch::channel(false);
    let mut work = pin!(async {
        match mode {
            Mode::Serve { socket, .. } => {
                unlock(client, passphrase).await?;
                let path = socket.unwrap_or_else(|| profile.join(SOCKET));
                let listener = Listener::bind(&path).map_err(|error| Failure::Other(error.to_string()))?;
                tracing::info!("listening on {}", path.display());
                Ok(listener.serve(client.clone(), ending.clone()).await)
            }
            Mode::Doctor | Mode::Rpc => {
                // First, so that it hears what unlocking brings.
                let conversation = Conversation::new(client.clone());
                unlock(client, passphrase).await?;
                let Stdio { input, output, written } = Stdio::start(&Handle::current())?;
                let end = conversation.run(input, output, ending.subscribe()).await;
                written.wait().await;
                Ok(end)
            }
        }
    });
    let by_itself = tokio::select! {
        ended = &mut work => return ended.map(|_end| ()),
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        _ = stopped => true,
    };
    // Programs are told to go when everything is on disk. They are served until then: calls of theirs may be
    // before this one in the queue.
    let shut_down = async {
        client.shutdown().await.ok();
        ending.send_replace(true);
    };
    let (ended, ()) = tokio::join!(work, shut_down);
    match ended? {
        End::Closed if by_itself => Err(Failure::Other("the messenger has stopped: see the log".into())),
        End::Closed | End::Shutdown => Ok(()),
    }
}

/// Unlocks the profile at start. A folder without one is left to `profile.create`.
async fn unlock(client: &Client, passphrase: Option<Zeroizing<String>>) -> Result<(), Failure> {
    let Some(passphrase) = passphrase else { return Ok(()) };
    match client.unlock(passphrase).await {
        Err(ClientError::NoProfile) => {
            tracing::warn!("there is no profile to unlock in this folder yet");
            Ok(())
        }
        unlocked => Ok(unlocked.map(|_info| ())?),
    }
}

fn doctor(profile: &Path, passphrase: Option<Zeroizing<String>>) -> Result<(), Failure> {
    let Some(passphrase) = passphrase else {
        return Err(Failure::Usage("doctor needs --passphrase-file FILE".into()));
    };
    let report = undertone::doctor(profile, &passphrase)?;
    Ok(writeln!(io::stdout(), "{report}")?)
}

/// Catches host names and `host:port` here, where they can be explained; the network reads the rest.
fn multiaddr(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('/');
    let looks_right =
        parts.next() == Some("") && parts.clone().count() >= 2 && parts.all(|part| !part.is_empty());
    if looks_right { Ok(text.into()) } else { Err("a multiaddress looks like /ip4/192.0.2.1/tcp/4001") }
}

fn read_passphrase(path: &Path) -> Result<Zeroizing<String>, Failure> {
    undertone::read_passphrase_file(path)
        .map_err(|error| Failure::Other(format!("the passphrase file {}: {error}", path.display())))
}

fn log_to_stderr(level: Level) {
    // What the libraries have to say about strange peers is noise for everybody but a developer.
    let filter = match level {
        Level::Off => "off",
        Level::Error => "error",
        Level::Warn => "error,undertone=warn,undertoned=warn",
        Level::Info => "error,undertone=info,undertoned=info",
        Level::Debug => "info,undertone=debug,undertoned=debug",
        Level::Trace => "debug,undertone=trace,undertoned=trace",
    };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            // All that was given so far came from the command line.
            ClientError::Invalid(why) => Self::Usage(why.into()),
            error => Self::Other(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Other(error.to_string())
    }
}

/// The socket's name in the profile folder.
const SOCKET: &str = "rpc.sock";
