//! Somebody at a screen: starts the app, waits until the screen shows what they look for, presses and types.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::eye::{self, Spot, Word};
use crate::picture::Picture;
use crate::screen::Screen;
use undertone_ui::i18n::{Language, Texts};

/// Longer than anything takes on a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks.
const BLINK: Duration = Duration::from_millis(60);

/// How the app is to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) language: Language,
    pub(crate) theme: &'static str,
}

/// Somebody at a screen.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) screen: Screen,
    pub(crate) texts: Texts,
    name: &'static str,
    profile: PathBuf,
    look: Look,
    app: Option<Child>,
    pictures: PathBuf,
    taken: usize,
    /// What says where the system's fonts are, if not the system.
    fonts: Option<PathBuf>,
}

/// The empty folder `artifacts/window/STORY/`, for what is kept of a story: pictures and what the apps say.
pub(crate) fn album(story: &str) -> PathBuf {
    let artifacts = std::env::var_os("UNDERTONE_ARTIFACTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts"), PathBuf::from);
    let album = artifacts.join("window").join(story);
    // what an earlier run left would be taken for this one's
    std::fs::remove_dir_all(&album).ok();
    std::fs::create_dir_all(&album).unwrap();
    album
}

impl Person {
    /// Somebody with a profile folder, which need not exist, and a folder for pictures, which must.
    pub(crate) fn new(name: &'static str, pictures: &Path, profile: PathBuf, look: Look) -> Self {
        let texts = Texts::new(look.language);
        Self {
            screen: Screen::open(),
            texts,
            name,
            profile,
            look,
            app: None,
            pictures: pictures.to_owned(),
            taken: 0,
            fonts: None,
        }
    }

    /// Changes how the app looks from the next start on.
    pub(crate) fn prefers(&mut self, look: Look) {
        self.texts = Texts::new(look.language);
        self.look = look;
    }

    /// The system has no fonts from the next start on.
    pub(crate) fn has_no_fonts(&mut self, folder: &Path) {
        let (nothing, config) = (folder.join("no-fonts"), folder.join("fonts.conf"));
        std::fs::create_dir_all(&nothing).unwrap();
        let lines =
            format!("<?xml version=\"1.0\"?><fontconfig><dir>{}</dir></fontconfig>", nothing.display());
        std::fs::write(&config, lines).unwrap();
        self.fonts = Some(config);
    }

    /// Starts the app on loopback and waits for its window.
    pub(crate) fn start(&mut self, options: &[&str]) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.pictures.join(format!("{}.log", self.name)))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_undertone"));
        command
            .arg("--profile")
            .arg(&self.profile)
            .args(["--no-mdns", "--lang", self.look.language.code(), "--theme", self.look.theme])
            .args(options)
            .env("DISPLAY", self.screen.name())
            .env("ICED_BACKEND", "tiny-skia")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("XMODIFIERS")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(fonts) = &self.fonts {
            command.env("FONTCONFIG_FILE", fonts).env("HOME", fonts.with_file_name("nobody"));
        }
        self.app = Some(command.spawn().unwrap());
        self.until("a window", |person| (person.screen.windows() > 0).then_some(()));
        self.screen.give_keyboard();
    }

    /// Closes the window as its frame would, and waits for the program to end.
    pub(crate) fn close(&mut self) {
        self.screen.ask_to_close();
        let mut app = self.app.take().unwrap();
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = app.try_wait().unwrap() {
                assert!(status.success(), "{} ended with {status}", self.name);
                return;
            }
            assert!(Instant::now() < until, "{}'s window does not close", self.name);
            thread::sleep(BLINK);
        }
    }

    /// Waits until a phrase is on screen, and says where.
    pub(crate) fn sees(&mut self, phrase: &str) -> Spot {
        self.reads(phrase, |words, _| eye::find(words, phrase))
    }

    /// Waits until a phrase is not on screen.
    pub(crate) fn misses(&mut self, phrase: &str) {
        self.reads(&format!("no {phrase}"), |words, _| eye::find(words, phrase).is_none().then_some(()));
    }

    /// Waits until what is on screen satisfies `wanted`.
    pub(crate) fn reads<T>(&mut self, what: &str, wanted: impl Fn(&[Word], &Picture) -> Option<T>) -> T {
        let until = Instant::now() + DEADLINE;
        let mut seen: Option<Picture> = None;
        let mut ways = eye::WAYS.iter().cycle();
        let mut left = eye::WAYS.len();
        loop {
            let picture = self.screen.look();
            if seen.as_ref() != Some(&picture) {
                left = eye::WAYS.len();
            }
            let late = Instant::now() > until;
            if left > 0 || late {
                left = left.saturating_sub(1);
                let words = self.read(&picture, *ways.next().unwrap());
                if let Some(found) = wanted(&words, &picture) {
                    return found;
                }
                if late {
                    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
                    self.shot("failed");
                    panic!("{} does not see {what:?}, but: {}", self.name, text.join(" "));
                }
            }
            self.lives(what);
            seen = Some(picture);
            thread::sleep(BLINK);
        }
    }

    /// What is written on a picture, in the language that the app speaks here.
    pub(crate) fn read(&self, picture: &Picture, way: u32) -> Vec<Word> {
        eye::read(
            picture,
            match self.look.language {
                Language::English => "eng+kor",
                Language::Korean => "kor+eng",
            },
            way,
        )
    }

    /// Waits until something is the case that is not read from the screen.
    pub(crate) fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&mut Self) -> Option<T>) -> T {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = wanted(self) {
                return found;
            }
            self.lives(what);
            if Instant::now() > until {
                self.shot("failed");
                panic!("{} waits in vain for {what:?}", self.name);
            }
            thread::sleep(BLINK);
        }
    }

    /// Presses a phrase when it is there.
    pub(crate) fn press(&mut self, phrase: &str) {
        let (x, y) = self.sees(phrase).middle();
        self.screen.click(x, y);
    }

    /// Copies with what is at a place, and says what came onto the clipboard.
    pub(crate) fn copied_by(&mut self, x: u32, y: u32) -> String {
        self.screen.fill_clipboard("nothing yet");
        self.screen.click(x, y);
        self.until("something on the clipboard", |person| {
            person.screen.clipboard().filter(|text| text != "nothing yet")
        })
    }

    /// Keeps a picture of the screen.
    pub(crate) fn shot(&mut self, what: &str) {
        self.taken += 1;
        self.screen.look().save(&self.pictures.join(format!("{}-{:02}-{what}.png", self.name, self.taken)));
    }

    fn lives(&mut self, what: &str) {
        if let Some(app) = &mut self.app
            && let Some(status) = app.try_wait().unwrap()
        {
            panic!("{}'s app ended with {status} before {what:?}", self.name);
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if let Some(mut app) = self.app.take() {
            app.kill().ok();
            app.wait().ok();
        }
    }
}
