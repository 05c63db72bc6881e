//! The whole application without a window: events in, tasks run to their end, the view looked at and pressed.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use iced::futures::{FutureExt as _, StreamExt as _};
use iced::{Settings, Size, Task, Theme};
use iced_test::Simulator;
use iced_test::runtime::{Action, task};
use undertone::api::Event;
use undertone_ui::app::{App, Message, Setup};
use undertone_ui::bridge::{Ask, Core};
use undertone_ui::kit::{font, theme};
use undertone_ui::platform::prefs::{Appearance, Prefs, Tongue};
use undertone_ui::window::Happened;

use super::example::NOW;
use super::fake::FakeCore;

/// Every language in light and dark.
pub const LOOKS: [(Tongue, Appearance); 4] = [
    (Tongue::En, Appearance::Light),
    (Tongue::En, Appearance::Dark),
    (Tongue::Ko, Appearance::Light),
    (Tongue::Ko, Appearance::Dark),
];

/// The application with a scripted messenger.
pub struct Harness {
    pub app: App,
    pub core: Arc<FakeCore>,
    /// What was put on the clipboard last.
    pub clipboard: Option<String>,
    pub size: Size,
    pub ended: bool,
    _folder: tempfile::TempDir,
}

impl Harness {
    /// Starts in English and light.
    pub fn new(core: FakeCore) -> Self {
        Self::looking(core, (Tongue::En, Appearance::Light))
    }

    /// Starts in a language and a theme.
    pub fn looking(core: FakeCore, (language, theme): (Tongue, Appearance)) -> Self {
        font::load();
        let folder = tempfile::tempdir().expect("a folder for the test");
        let core = Arc::new(core);
        let setup = Setup {
            core: Ok(Arc::clone(&core) as Arc<dyn Core>),
            profile: folder.path().to_owned(),
            prefs: Prefs { language: Some(language), theme },
            clock: || NOW,
            zone: jiff::tz::TimeZone::UTC,
            until_first_frame: None,
        };
        let (app, task) = App::boot(&setup);
        let size = Size::new(1160.0, 760.0);
        let mut harness = Self { app, core, clipboard: None, size, ended: false, _folder: folder };
        harness.drain(task);
        harness
    }

    /// Something happens, and everything that follows from it.
    pub fn act(&mut self, message: Message) {
        let task = self.app.update(message);
        self.drain(task);
    }

    /// The messenger tells something.
    pub fn happen(&mut self, events: impl IntoIterator<Item = Event>) {
        self.act(Message::Core(events.into_iter().collect::<Vec<_>>().into()));
    }

    /// The window gets another size.
    pub fn resize(&mut self, width: f32, height: f32) {
        self.size = Size::new(width, height);
        self.act(Message::Window(Happened::Resized(self.size)));
    }

    /// Presses the widget that shows exactly this text.
    pub fn press(&mut self, text: &str) {
        let messages = {
            let mut ui = self.simulator();
            // the first frame lets lists report what they need
            ui.click(text).unwrap_or_else(|error| panic!("\"{text}\" cannot be pressed: {error}"));
            ui.into_messages().collect::<Vec<_>>()
        };
        messages.into_iter().for_each(|message| self.act(message));
    }

    /// Types into the field with this id.
    pub fn write(&mut self, id: &'static str, text: &str) {
        for letter in text.chars() {
            let messages = {
                let mut ui = self.simulator();
                ui.click(iced_test::selector::id(id))
                    .unwrap_or_else(|error| panic!("no field {id}: {error}"));
                // behind what is written already
                ui.tap_key(iced::keyboard::Key::Named(iced::keyboard::key::Named::End));
                ui.typewrite(letter.encode_utf8(&mut [0; 4]));
                ui.into_messages().collect::<Vec<_>>()
            };
            messages.into_iter().for_each(|message| self.act(message));
        }
    }

    /// Presses keys in the field with this id, where its text ends.
    pub fn keys(&mut self, id: &'static str, keys: &[iced::keyboard::key::Named]) {
        let messages = {
            let mut ui = self.simulator();
            ui.click(iced_test::selector::id(id)).unwrap_or_else(|error| panic!("no field {id}: {error}"));
            for key in keys {
                ui.tap_key(iced::keyboard::Key::Named(*key));
            }
            ui.into_messages().collect::<Vec<_>>()
        };
        messages.into_iter().for_each(|message| self.act(message));
    }

    /// Whether exactly this text is somewhere in the window.
    pub fn shows(&self, text: &str) -> bool {
        self.simulator().find(text).is_ok()
    }

    /// What was asked so far, and forgets it.
    pub fn asked(&self) -> Vec<Ask> {
        std::mem::take(&mut *self.core.asked.lock().expect("nobody panicked"))
    }

    /// Draws the window; with `UNDERTONE_SHOTS=<folder>` as a picture there, for people to look at.
    pub fn shot(&self, name: &str, look: (Tongue, Appearance)) {
        let theme = self.theme();
        let snapshot = self.simulator().snapshot(&theme).expect("the window can be drawn");
        if let Ok(folder) = std::env::var("UNDERTONE_SHOTS") {
            let language = if look.0 == Tongue::En { "en" } else { "ko" };
            let theme = if look.1 == Appearance::Dark { "dark" } else { "light" };
            let path = Path::new(&folder).join(format!("{name}-{language}-{theme}"));
            assert!(
                snapshot.matches_image(&path).expect("the picture can be written"),
                "{name} exists already"
            );
        }
    }

    fn theme(&self) -> Theme {
        let theme = self.app.theme();
        assert!([theme::light(), theme::dark()].contains(&theme));
        theme
    }

    /// The window as it is now.
    pub fn simulator(&self) -> Simulator<'_, Message> {
        let settings = Settings { default_font: font::REGULAR, ..Settings::default() };
        Simulator::with_size(settings, self.size, self.app.view())
    }

    fn drain(&mut self, task: Task<Message>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let _inside = runtime.enter();
        let mut tasks = VecDeque::from([task]);
        while let Some(task) = tasks.pop_front() {
            let Some(mut stream) = task::into_stream(task) else { continue };
            // tasks of a scripted messenger are ready after a few polls; what is not then never will be
            let mut idle = 0;
            while idle < 8 {
                let action = match stream.next().now_or_never() {
                    Some(Some(action)) => action,
                    Some(None) => break,
                    None => {
                        idle += 1;
                        continue;
                    }
                };
                match action {
                    Action::Output(message) => tasks.push_back(self.app.update(message)),
                    Action::Clipboard(iced_test::runtime::clipboard::Action::Write { contents, .. }) => {
                        self.clipboard = Some(contents);
                    }
                    Action::Exit => self.ended = true,
                    _ => {}
                }
            }
        }
    }
}
