//! A screen with a keyboard, a mouse and a clipboard, and nobody else on it. Knows nothing of what is shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask};

use crate::picture::Picture;

/// As large as the app's window opens.
pub(crate) const WIDTH: u32 = 1160;
pub(crate) const HEIGHT: u32 = 760;

/// A running X server without a window manager.
#[derive(Debug)]
pub(crate) struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    /// Starts one under the first free number.
    pub(crate) fn open() -> Self {
        let size = format!("{WIDTH}x{HEIGHT}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed (./check does it)");
        let said = server.stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut number = String::new();
            BufReader::new(said).read_line(&mut number).ok();
            tell.send(number).ok();
        });
        let number = told.recv_timeout(Duration::from_secs(30)).expect("Xvfb is up in time");
        assert!(!number.trim().is_empty(), "Xvfb found no free number");
        Self { server, name: format!(":{}", number.trim()) }
    }

    /// What `DISPLAY` is here.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is on it.
    pub(crate) fn look(&self) -> Picture {
        let shot =
            self.command("xwd", &["-silent", "-root"]).output().expect("xwd is installed (./check does it)");
        assert!(shot.status.success(), "xwd: {}", String::from_utf8_lossy(&shot.stderr));
        Picture::from_xwd(&shot.stdout).expect("a picture of the screen")
    }

    /// How many windows there are.
    pub(crate) fn windows(&self) -> usize {
        let found = self.command("xdotool", &["search", "--onlyvisible", "--name", "."]).output();
        let found = found.expect("xdotool is installed (./check does it)");
        String::from_utf8_lossy(&found.stdout).lines().count()
    }

    /// Gives the keyboard to the window: without a window manager nobody else does.
    pub(crate) fn give_keyboard(&self) {
        self.hand(&["search", "--onlyvisible", "--name", ".", "windowfocus", "--sync"]);
    }

    /// Asks the window to close, as the cross in its frame does.
    pub(crate) fn ask_to_close(&self) {
        let (server, number) = x11rb::connect(Some(&self.name)).expect("the screen is there");
        let root = server.setup().roots[number].root;
        let atom = |name: &[u8]| server.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (protocols, delete) = (atom(b"WM_PROTOCOLS"), atom(b"WM_DELETE_WINDOW"));
        for window in server.query_tree(root).unwrap().reply().unwrap().children {
            let known = server
                .get_property(false, window, protocols, AtomEnum::ATOM, 0, 16)
                .unwrap()
                .reply()
                .unwrap();
            if known.value32().is_some_and(|mut atoms| atoms.any(|atom| atom == delete)) {
                let close = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
                server.send_event(false, window, EventMask::NO_EVENT, close).unwrap().check().unwrap();
            }
        }
    }

    /// Moves the pointer.
    pub(crate) fn point(&self, x: u32, y: u32) {
        self.hand(&["mousemove", &x.to_string(), &y.to_string()]);
    }

    /// Moves the pointer and presses its first button.
    pub(crate) fn click(&self, x: u32, y: u32) {
        self.hand(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Turns the wheel by so many notches: down, or up if there are fewer than none.
    pub(crate) fn wheel(&self, notches: i32) {
        let button = if notches < 0 { "4" } else { "5" };
        self.hand(&["click", "--repeat", &notches.unsigned_abs().to_string(), "--delay", "15", button]);
    }

    /// Presses a key, as `ctrl+a`.
    pub(crate) fn key(&self, key: &str) {
        self.hand(&["key", key]);
    }

    /// Types a text.
    pub(crate) fn type_text(&self, text: &str) {
        // letters that no key has are put on a free one first, and the other side has to notice
        let delay = if text.is_ascii() { "12" } else { "90" };
        self.hand(&["type", "--delay", delay, text]);
    }

    /// What is on the clipboard; nothing while nobody holds it.
    pub(crate) fn clipboard(&self) -> Option<String> {
        let held = self.command("timeout", &["5", "xclip", "-selection", "clipboard", "-o"]).output();
        let held = held.expect("xclip is installed (./check does it)");
        held.status.success().then(|| String::from_utf8_lossy(&held.stdout).into_owned())
    }

    /// Puts a text on the clipboard.
    pub(crate) fn fill_clipboard(&self, text: &str) {
        let mut clip = self
            .command("xclip", &["-selection", "clipboard", "-i"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xclip is installed (./check does it)");
        clip.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        clip.wait().unwrap();
    }

    fn hand(&self, arguments: &[&str]) {
        let done =
            self.command("xdotool", arguments).output().expect("xdotool is installed (./check does it)");
        assert!(done.status.success(), "xdotool {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env("DISPLAY", &self.name).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}
