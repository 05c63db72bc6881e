//! What screens want done, as tasks.

use std::io::Write as _;
use std::path::PathBuf;

use iced::Task;

use super::{App, Message, Screen};
use crate::bridge::{Ask, Image, Secret};
use crate::i18n::Texts;
use crate::model::time::Labels;
use crate::platform::link;
use crate::platform::picture::{PictureError, prepare};
use crate::platform::scan::{ScanError, scan};
use crate::screen::main::Moment;
use crate::screen::{Action, Notice, main};

impl App {
    pub(super) fn run(&mut self, actions: Vec<Action>) -> Task<Message> {
        let tasks: Vec<Task<Message>> = actions.into_iter().map(|action| self.task(action)).collect();
        Task::batch(tasks)
    }

    fn task(&mut self, action: Action) -> Task<Message> {
        match action {
            Action::Appearance(appearance) => {
                self.setup.prefs.theme = appearance;
                self.keep_prefs();
                Task::none()
            }
            Action::Ask(ask) => self.ask(ask),
            Action::Close => self.close(),
            Action::Copy { text, said } => {
                let secret = said == Notice::PhraseCopied;
                self.note(said);
                let write = iced::clipboard::write(text.as_str().to_owned());
                if secret { write.chain(seen_in_a_minute(text)) } else { write }
            }
            Action::EmptyClipboard => iced::clipboard::write(String::new()),
            Action::Enter(info) => {
                let (main, actions) = main::State::enter(*info, self.offline);
                self.screen = Screen::Main(Box::new(main));
                self.keep_prefs();
                self.run(actions)
            }
            Action::Exit => iced::exit(),
            Action::Focus(id) => iced::widget::operation::focus(id),
            Action::Framed(at) => self.framed(at),
            Action::Language(language) => {
                self.setup.prefs.language = Some(language.into());
                self.texts = Texts::new(language);
                self.labels = Labels::new(language, self.setup.zone.clone());
                if let Screen::Main(main) = &mut self.screen {
                    main.tick(Moment { labels: &self.labels, now_ms: self.now_ms });
                }
                self.keep_prefs();
                Task::none()
            }
            Action::Notify(notice) => {
                self.note(notice);
                Task::none()
            }
            Action::OpenLink(link) => {
                if link::open(link.as_str()).is_err() {
                    self.note(Notice::Trouble("link"));
                }
                Task::none()
            }
            Action::ChoosePicture(chat) => picked(move |path| Message::Chosen(chat, path)),
            Action::PickPicture => picked(Message::Picked),
            Action::PreparePicture(chat, path) => Task::perform(
                async move {
                    let made = tokio::task::spawn_blocking(move || prepare(&path)).await;
                    made.unwrap_or(Err(PictureError::Unreadable)).map(|image| Image(image.into()))
                },
                move |made| Message::Prepared(chat, made),
            ),
            Action::Scan(path) => Task::perform(
                async move {
                    let looked = tokio::task::spawn_blocking(move || scan(&path)).await;
                    looked.unwrap_or(Err(ScanError::Unreadable)).map(Secret::new)
                },
                Message::Scanned,
            ),
        }
    }

    fn ask(&self, ask: Ask) -> Task<Message> {
        match &self.setup.core {
            Ok(core) => Task::perform(core.perform(ask), |answer| Message::Answered(Box::new(answer))),
            Err(_) => Task::none(),
        }
    }

    /// In good order: the messenger puts everything on disk first.
    fn close(&mut self) -> Task<Message> {
        if self.closing || self.setup.core.is_err() {
            return iced::exit();
        }
        self.closing = true;
        self.ask(Ask::Shutdown)
    }

    fn framed(&mut self, at: iced::time::Instant) -> Task<Message> {
        let Some(start) = self.setup.until_first_frame.take() else { return Task::none() };
        let took = at.saturating_duration_since(start).as_millis();
        // nobody may be listening any more, which is no reason to stay
        writeln!(std::io::stdout(), "{took}").ok();
        self.close()
    }
}

/// Lets the person choose a picture from their files.
fn picked(then: impl FnOnce(Option<PathBuf>) -> Message + Send + 'static) -> Task<Message> {
    let dialog = rfd::AsyncFileDialog::new().add_filter("PNG, JPEG, WebP", &["png", "jpg", "jpeg", "webp"]);
    let file = dialog.pick_file();
    Task::future(async move { then(file.await.map(|file| file.path().to_owned())) })
}

/// Looks, a minute from now, whether a secret is still on the clipboard.
fn seen_in_a_minute(secret: Secret) -> Task<Message> {
    let minute = std::time::Duration::from_secs(60);
    Task::future(async move { tokio::time::sleep(minute).await })
        .then(|()| iced::clipboard::read())
        .map(move |held| Message::ClipboardSeen(Box::new((secret.clone(), held.map(Secret::new)))))
}
