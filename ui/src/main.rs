//! The desktop app: arguments, the messenger, the window. Everything else is in the library.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use undertone::{NetworkOptions, Node, OpenConfig};
use undertone_ui::app::{App, Setup};
use undertone_ui::bridge::Core;
use undertone_ui::kit::font;
use undertone_ui::platform::prefs::{self, Appearance, Prefs, Tongue};
use undertone_ui::platform::{clock, display, folder};
use undertone_ui::window;

/// End-to-end encrypted messages from computer to computer.
#[derive(Parser)]
#[command(name = "undertone", version)]
struct Args {
    /// Folder of the profile [default: undertone in the user's data folder]
    #[arg(long, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// Never talk to an address outside of this network
    #[arg(long)]
    lan_only: bool,
    /// Address to listen on, may be repeated [default: every interface, a free port]
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    /// Do not look for people on this network, and do not be found
    #[arg(long)]
    no_mdns: bool,
    /// Address to connect to at the start, may be repeated
    #[arg(long, value_name = "MULTIADDR")]
    bootstrap: Vec<String>,
    /// Unlock the profile at the start with the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Language of the interface, for this run
    #[arg(long, value_name = "LANG")]
    lang: Option<Lang>,
    /// Light or dark, for this run
    #[arg(long, value_name = "THEME")]
    theme: Option<Look>,
    /// End after the first frame and print how many milliseconds it took
    #[arg(long)]
    exit_after_first_frame: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    En,
    Ko,
}

#[derive(Clone, Copy, ValueEnum)]
enum Look {
    Light,
    Dark,
    System,
}

fn main() -> ExitCode {
    let start = Instant::now();
    let args = Args::parse();
    if !display::reachable() {
        return fail(NO_DISPLAY);
    }
    let Some(profile) = args.profile.clone().or_else(folder::default_profile) else {
        return fail("there is no folder for the profile: name one with --profile");
    };
    quiet_panics();
    // the fonts are read while the profile's folder is opened
    let fonts = std::thread::spawn(font::load);
    let node = undertone::open(OpenConfig { profile: profile.clone(), network: network(&args) });
    if let (Ok(node), Some(file)) = (&node, &args.passphrase_file)
        && let Err(why) = unlock(node, file)
    {
        return fail(&why);
    }
    let core = match &node {
        Ok(node) => Ok(Arc::new(node.client()) as Arc<dyn Core>),
        Err(error) => Err(error.code()),
    };
    fonts.join().ok();
    let setup = Setup {
        core,
        prefs: chosen(prefs::load(&profile), &args),
        profile,
        clock: clock::now_ms,
        zone: clock::zone(),
        until_first_frame: args.exit_after_first_frame.then_some(start),
    };
    // what a window system that cannot be reached does is to panic, before anything of ours was called
    let ran = catch_unwind(AssertUnwindSafe(|| run(setup)));
    match ran {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&format!("the window could not be opened ({error}): {HEADLESS}")),
        Err(_) if BOOTED.load(Ordering::Relaxed) => fail("an internal error ended the program"),
        Err(_) => fail(NO_DISPLAY),
    }
}

fn run(setup: Setup) -> iced::Result {
    let boot = move || {
        BOOTED.store(true, Ordering::Relaxed);
        App::boot(&setup)
    };
    iced::application(boot, App::update, App::view)
        .title(App::title)
        .theme(App::theme)
        .subscription(App::subscription)
        .settings(iced::Settings {
            id: Some(window::APPLICATION_ID.to_owned()),
            default_font: font::REGULAR,
            ..iced::Settings::default()
        })
        .window(window::settings())
        .run()
}

/// Before the window opens, so that it shows the conversations at once.
fn unlock(node: &Node, file: &Path) -> Result<(), String> {
    let passphrase = undertone::read_passphrase_file(file)
        .map_err(|error| format!("the passphrase file {}: {error}", file.display()))?;
    let client = node.client();
    let unlocked = node.runtime().map(|runtime| runtime.block_on(client.unlock(passphrase)));
    unlocked.and_then(|unlocked| unlocked.map(|_info| ())).map_err(|error| error.to_string())
}

fn network(args: &Args) -> NetworkOptions {
    NetworkOptions {
        listen: args.listen.clone(),
        lan_only: args.lan_only,
        mdns: !args.no_mdns,
        bootstrap: args.bootstrap.clone(),
        ..NetworkOptions::default()
    }
}

fn chosen(kept: Prefs, args: &Args) -> Prefs {
    let language = args.lang.map(|lang| match lang {
        Lang::En => Tongue::En,
        Lang::Ko => Tongue::Ko,
    });
    let theme = args.theme.map(|theme| match theme {
        Look::Light => Appearance::Light,
        Look::Dark => Appearance::Dark,
        Look::System => Appearance::System,
    });
    Prefs { language: language.or(kept.language), theme: theme.unwrap_or(kept.theme) }
}

/// A panic's words may quote what people wrote: only the place is told.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if BOOTED.load(Ordering::Relaxed)
            && let Some(place) = panic.location()
        {
            writeln!(std::io::stderr(), "undertone: internal error at {}:{}", place.file(), place.line())
                .ok();
        }
    }));
}

fn fail(words: &str) -> ExitCode {
    writeln!(std::io::stderr(), "undertone: {words}").ok();
    ExitCode::FAILURE
}

/// Whether the window system was reached.
static BOOTED: AtomicBool = AtomicBool::new(false);
const NO_DISPLAY: &str = "no display was found; for a computer without one there is `undertoned`";
const HEADLESS: &str = "for a computer without a display there is `undertoned`";
