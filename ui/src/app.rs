//! The application: which screen is shown, and what becomes of messages. The only holder of the messenger;
//! knows nothing of how a screen looks.

mod task;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use iced::theme::Mode;
use iced::{Size, Subscription, Task, Theme};
use jiff::tz::TimeZone;
use undertone::api::{ConversationId, Event};

use crate::bridge::{Answer, Ask, Core, Feed, Image, Secret};
use crate::i18n::{Language, Texts};
use crate::kit::theme;
use crate::kit::token::size;
use crate::model::time::Labels;
use crate::platform::clock;
use crate::platform::picture::PictureError;
use crate::platform::prefs::{self, Appearance, Prefs};
use crate::platform::scan::ScanError;
use crate::screen::main::Moment;
use crate::screen::{Action, Ctx, Notice, halted, main, onboarding, unlock};
use crate::window::Happened;

/// What the application starts with.
#[derive(Clone)]
pub struct Setup {
    /// The messenger, or the code for why there is none.
    pub core: Result<Arc<dyn Core>, &'static str>,
    /// The profile's folder, where the look is kept.
    pub profile: PathBuf,
    /// The look as it was kept.
    pub prefs: Prefs,
    /// The clock: now, milliseconds since the epoch.
    pub clock: fn() -> i64,
    /// The zone in which points in time are told.
    pub zone: TimeZone,
    /// Ends after the first frame; told is how long it took since then.
    pub until_first_frame: Option<std::time::Instant>,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("prefs", &self.prefs).finish_non_exhaustive()
    }
}

/// The application.
pub struct App {
    setup: Setup,
    texts: Texts,
    labels: Labels,
    mode: Mode,
    screen: Screen,
    notes: Vec<Note>,
    notes_made: u64,
    now_ms: i64,
    size: Size,
    offline: bool,
    closing: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("screen", &self.screen).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Screen {
    Halted(halted::State),
    Main(Box<main::State>),
    Onboarding(Box<onboarding::State>),
    Starting,
    Unlock(unlock::State),
}

/// Something told in passing, on screen until then.
#[derive(Debug)]
struct Note {
    id: u64,
    notice: Notice,
    until_ms: Option<i64>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// What is on the clipboard a minute after a secret was put there, and the secret.
    ClipboardSeen(Box<(Secret, Option<Secret>)>),
    /// The messenger answered.
    Answered(Box<Answer>),
    /// Events of the messenger, in order; none when it has ended.
    Core(Arc<[Event]>),
    /// Something told in passing is to go away.
    Dismissed(u64),
    /// The first frame is on screen.
    Framed(std::time::Instant),
    /// On the screen that says why there is nothing to show.
    Halted(halted::Message),
    /// Among the conversations.
    Main(main::Message),
    /// The system is light or dark.
    Mode(Mode),
    /// On a page of the first start.
    Onboarding(onboarding::Message),
    /// A picture for this group was chosen, or not; without a group it is for the one that is being begun.
    Chosen(Option<ConversationId>, Option<PathBuf>),
    /// A picture was chosen, or not.
    Picked(Option<PathBuf>),
    /// A picture for this group is ready, or cannot be made.
    Prepared(Option<ConversationId>, Result<Image, PictureError>),
    /// A picture was looked at.
    Scanned(Result<Secret, ScanError>),
    /// Time has passed.
    Ticked,
    /// At the passphrase.
    Unlock(unlock::Message),
    /// To the window or its keyboard.
    Window(Happened),
}

impl App {
    /// The application and its first question.
    pub fn boot(setup: &Setup) -> (Self, Task<Message>) {
        let language = setup.prefs.language.map_or_else(Language::of_the_system, Into::into);
        let mut app = Self {
            setup: setup.clone(),
            texts: Texts::new(language),
            labels: Labels::new(language, setup.zone.clone()),
            mode: Mode::None,
            screen: Screen::Starting,
            notes: Vec::new(),
            notes_made: 0,
            now_ms: (setup.clock)(),
            size: Size::new(size::WINDOW_WIDTH, size::WINDOW_HEIGHT),
            offline: false,
            closing: false,
        };
        let first = match &setup.core {
            Ok(_) => vec![Ask::Info.into()],
            Err(code) => {
                app.screen = Screen::Halted(halted::State(code));
                Vec::new()
            }
        };
        let task = app.run(first);
        (app, Task::batch([task, iced::system::theme().map(Message::Mode)]))
    }

    /// Takes something that happened.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        self.now_ms = (self.setup.clock)();
        let actions = self.react(message);
        self.run(actions)
    }

    fn react(&mut self, message: Message) -> Vec<Action> {
        let moment = Moment { labels: &self.labels, now_ms: self.now_ms };
        match (message, &mut self.screen) {
            (Message::Answered(answer), _) => return self.answered(*answer),
            (Message::Core(events), _) if events.is_empty() => {
                if !self.closing && self.setup.core.is_ok() {
                    self.screen = Screen::Halted(halted::State("stopped"));
                }
            }
            (Message::Core(events), screen) => {
                for event in events.iter() {
                    match event {
                        Event::Offline(offline) => self.offline = *offline,
                        Event::Locked => return self.locked(),
                        _ => {}
                    }
                }
                if let Screen::Main(main) = screen {
                    return main.happened(&events, moment);
                }
            }
            (Message::Dismissed(id), _) => self.notes.retain(|note| note.id != id),
            (Message::Main(message), Screen::Main(main)) => return main.update(message, moment),
            (Message::Mode(mode), _) => self.mode = mode,
            (Message::Onboarding(message), Screen::Onboarding(onboarding)) => {
                return onboarding.update(message, clock::random());
            }
            (Message::Picked(path), _) => return path.map(Action::Scan).into_iter().collect(),
            (Message::Chosen(chat, path), _) => {
                return path.map(|path| Action::PreparePicture(chat, path)).into_iter().collect();
            }
            (Message::Prepared(chat, made), Screen::Main(main)) => return main.prepared(chat, made),
            (Message::Scanned(result), Screen::Main(main)) => return main.scanned(result),
            (Message::Ticked, screen) => {
                self.notes.retain(|note| note.until_ms.is_none_or(|until| until > self.now_ms));
                if let Screen::Main(main) = screen {
                    main.tick(moment);
                }
            }
            (Message::ClipboardSeen(seen), _) => return emptied(*seen),
            (Message::Unlock(message), Screen::Unlock(unlock)) => return unlock.update(message),
            (Message::Halted(halted::Message::Closed), _) => return vec![Action::Close],
            (Message::Window(happened), _) => return self.window(happened),
            (Message::Framed(at), _) => return vec![Action::Framed(at)],
            // late words of a screen that has gone
            (
                Message::Main(_)
                | Message::Onboarding(_)
                | Message::Prepared(..)
                | Message::Scanned(_)
                | Message::Unlock(_),
                _,
            ) => {}
        }
        Vec::new()
    }

    /// What was shown goes, and the passphrase is wanted.
    fn locked(&mut self) -> Vec<Action> {
        self.notes.clear();
        self.screen = Screen::Unlock(unlock::State::default());
        vec![Action::Focus(unlock::State::FIELD)]
    }

    fn window(&mut self, happened: Happened) -> Vec<Action> {
        let moment = Moment { labels: &self.labels, now_ms: self.now_ms };
        match (happened, &mut self.screen) {
            (Happened::CloseRequested, _) => return vec![Action::Close],
            (Happened::Resized(size), _) => self.size = size,
            (Happened::Dropped(path), Screen::Main(main)) => return main.dropped(path),
            (Happened::Focused(attended), Screen::Main(main)) => return main.attend(attended, moment),
            (Happened::Escape, Screen::Main(main)) => return main.update(main::Message::Escaped, moment),
            (Happened::Lock, Screen::Main(_)) => return vec![Ask::Lock.into()],
            (Happened::Search, Screen::Main(_)) => return vec![Action::Focus(main::FILTER)],
            (Happened::Settings, Screen::Main(main)) => {
                return main.update(main::Message::SettingsOpened, moment);
            }
            (Happened::Step(by), Screen::Main(main)) => {
                return main.update(main::Message::Stepped(by), moment);
            }
            _ => {}
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer) -> Vec<Action> {
        let moment = Moment { labels: &self.labels, now_ms: self.now_ms };
        match (&mut self.screen, answer) {
            (_, Answer::Ended) => vec![Action::Exit],
            (Screen::Starting, Answer::Info(Ok(info))) if !info.exists => {
                self.screen = Screen::Onboarding(Box::default());
                Vec::new()
            }
            (Screen::Starting, Answer::Info(Ok(info))) if info.locked => {
                self.screen = Screen::Unlock(unlock::State::default());
                vec![Action::Focus(unlock::State::FIELD)]
            }
            (Screen::Starting, Answer::Info(Ok(info))) => vec![Action::Enter(Box::new(info))],
            (Screen::Starting, Answer::Info(Err(error))) => {
                self.screen = Screen::Halted(halted::State(error.code()));
                Vec::new()
            }
            (Screen::Main(main), answer) => main.answered(answer, moment),
            (Screen::Onboarding(onboarding), answer) => onboarding.answered(answer, clock::random()),
            (Screen::Unlock(unlock), answer) => unlock.answered(answer),
            (Screen::Halted(_) | Screen::Starting, _) => Vec::new(),
        }
    }

    /// What is to be listened to.
    pub fn subscription(&self) -> Subscription<Message> {
        let core = match &self.setup.core {
            Ok(core) => {
                Subscription::run_with(Feed(Arc::clone(core)), crate::bridge::batches).map(Message::Core)
            }
            Err(_) => Subscription::none(),
        };
        let first = match self.setup.until_first_frame {
            Some(_) => iced::window::frames().map(Message::Framed),
            None => Subscription::none(),
        };
        let window = iced::event::listen_with(crate::window::happened).map(Message::Window);
        let mode = iced::system::theme_changes().map(Message::Mode);
        Subscription::batch([core, first, window, mode, self.ticks()])
    }

    /// Time matters only while something on screen depends on it.
    fn ticks(&self) -> Subscription<Message> {
        let (waits, types) = match &self.screen {
            Screen::Main(main) => (main.waits(), main.anybody_types()),
            _ => (false, false),
        };
        let leaving = self.notes.iter().any(|note| note.until_ms.is_some());
        let every = match (waits, types || leaving) {
            (true, _) => 150,
            (false, true) => 1000,
            (false, false) => 60_000,
        };
        iced::time::every(std::time::Duration::from_millis(every)).map(|_| Message::Ticked)
    }

    /// Light or dark.
    #[must_use]
    pub fn theme(&self) -> Theme {
        let dark = match self.setup.prefs.theme {
            Appearance::Dark => true,
            Appearance::Light => false,
            Appearance::System => self.mode == Mode::Dark,
        };
        if dark { theme::dark() } else { theme::light() }
    }

    /// The window's title: no names, because titles are seen by other programs.
    #[must_use]
    pub fn title(&self) -> String {
        crate::t!(self.texts, "app-name")
    }

    fn ctx(&self) -> Ctx<'_> {
        Ctx {
            texts: &self.texts,
            labels: &self.labels,
            now_ms: self.now_ms,
            width: self.size.width,
            height: self.size.height,
            appearance: self.setup.prefs.theme,
            faces: None,
        }
    }

    fn keep_prefs(&self) {
        // before there is a profile there may be no folder; what was chosen is kept on entering
        if let Err(error) = prefs::save(&self.setup.profile, self.setup.prefs) {
            tracing::debug!(%error, "the look could not be kept");
        }
    }

    fn note(&mut self, notice: Notice) {
        let stays = matches!(notice, Notice::Trouble(_) | Notice::KeyAlarm(_));
        self.notes_made = self.notes_made.wrapping_add(1);
        // the same trouble once is enough
        self.notes.retain(|note| note.notice != notice);
        let until_ms = (!stays).then(|| self.now_ms.saturating_add(NOTE_MS));
        self.notes.push(Note { id: self.notes_made, notice, until_ms });
        let surplus = self.notes.len().saturating_sub(NOTES);
        self.notes.drain(..surplus);
    }
}

/// A secret stays on the clipboard for a minute only, unless something else has taken its place.
fn emptied((secret, held): (Secret, Option<Secret>)) -> Vec<Action> {
    if held == Some(secret) { vec![Action::EmptyClipboard] } else { Vec::new() }
}

/// How long something told in passing stays, milliseconds.
const NOTE_MS: i64 = 5000;
/// Most of them at once.
const NOTES: usize = 3;
