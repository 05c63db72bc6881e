//! The composer under raw event sequences as platforms send them: nothing written may be lost or doubled.
#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers that the test chose itself")]

use std::time::Duration;

use iced::advanced::input_method::Event as Ime;
use iced::keyboard::{self, Key, Modifiers, key::Named};
use iced::mouse::{Button, Event as Mouse};
use iced::time::Instant;
use iced::widget::column;
use iced::{Event, Point, Settings, Size, window};
use iced_test::Simulator;
use iced_test::simulator::{press_key, tap_key};
use undertone_ui::kit::button::{self, Kind};
use undertone_ui::kit::composer::{Composer, Draft, Event as Said, Names, Pick};
use undertone_ui::kit::{Element, font};

#[derive(Debug, Clone)]
enum Message {
    Said(Said),
    Other,
}

/// A window with a composer and a button elsewhere, driven one batch of events at a time like a real program.
struct Window {
    draft: Draft,
    sent: Vec<String>,
    edits_of_last: usize,
    composing: String,
    /// What was done with what is offered, and what was written then.
    picks: Vec<(String, Pick)>,
    offers: bool,
    cache: iced_test::runtime::user_interface::Cache,
    renderer: iced::Renderer,
    cursor: iced::mouse::Cursor,
}

const SIZE: Size = Size::new(600.0, 200.0);

fn view(draft: &Draft, offers: bool) -> Element<'_, Message> {
    let names = Names {
        placeholder: "Message".into(),
        send: "Send".into(),
        attach: "Attach".into(),
        emoji: "Emoji".into(),
    };
    let composer = Composer::new(draft, names, Message::Said).id("composer").on_emoji(Message::Other);
    let composer = composer.offers(offers).view();
    column![button::button(Kind::Quiet, "Elsewhere").on_press(Message::Other), composer].into()
}

impl Window {
    fn new() -> Self {
        font::load();
        let renderer = iced_test::futures::futures::executor::block_on(
            <iced::Renderer as iced::advanced::renderer::Headless>::new(font::REGULAR, 16.into(), None),
        );
        let mut window = Self {
            draft: Draft::default(),
            sent: Vec::new(),
            edits_of_last: 0,
            composing: String::new(),
            picks: Vec::new(),
            offers: false,
            cache: iced_test::runtime::user_interface::Cache::default(),
            renderer: renderer.expect("a renderer without a window"),
            cursor: iced::mouse::Cursor::Unavailable,
        };
        window.click("Message area");
        window
    }

    /// Feeds events, then takes the messages over, as a program does between two batches.
    fn feed(&mut self, events: &[Event]) {
        let mut messages = Vec::new();
        let mut ui = iced_test::runtime::UserInterface::build(
            view(&self.draft, self.offers),
            SIZE,
            std::mem::take(&mut self.cache),
            &mut self.renderer,
        );
        ui.update(
            events,
            self.cursor,
            &mut self.renderer,
            &mut iced::advanced::clipboard::Null,
            &mut messages,
        );
        self.cache = ui.into_cache();
        for message in messages {
            match message {
                Message::Said(Said::Changed(change)) => self.draft.apply(change),
                Message::Said(Said::Send) => self.sent.push(self.draft.take()),
                Message::Said(Said::EditLast) => self.edits_of_last += 1,
                Message::Said(Said::Composing(composing)) => self.composing = composing.0,
                Message::Said(Said::Pick(pick)) => self.picks.push((self.draft.text(), pick)),
                Message::Other => {}
            }
        }
    }

    fn click(&mut self, what: &str) {
        let at = match what {
            "Send" => Point::new(562.0, 70.0),
            "Emoji" => Point::new(524.0, 70.0),
            "Elsewhere" => Point::new(20.0, 20.0),
            _ => Point::new(200.0, 70.0),
        };
        self.cursor = iced::mouse::Cursor::Available(at);
        self.feed(&[Event::Mouse(Mouse::ButtonPressed(Button::Left))]);
        self.feed(&[Event::Mouse(Mouse::ButtonReleased(Button::Left))]);
    }

    fn ime(&mut self, events: &[Ime]) {
        for event in events {
            self.feed(&[Event::InputMethod(event.clone())]);
        }
    }

    fn tap(&mut self, key: Named) {
        self.feed(&tap_key(Key::Named(key), None).collect::<Vec<_>>());
    }

    fn redraw_after(&mut self, ms: u64) {
        let at = Instant::now() + Duration::from_millis(ms);
        self.feed(&[Event::Window(window::Event::RedrawRequested(at))]);
    }
}

fn preedit(text: &str) -> Ime {
    Ime::Preedit(text.to_owned(), None)
}

fn commit(text: &str) -> Ime {
    Ime::Commit(text.to_owned())
}

#[test]
fn the_places_the_tests_click_are_where_they_think() {
    font::load();
    let draft = Draft::default();
    let settings = Settings { default_font: font::REGULAR, ..Settings::default() };
    let mut ui = Simulator::with_size(settings, SIZE, view(&draft, false));
    for (name, x, y) in [("Send", 562.0, 70.0), ("Emoji", 524.0, 70.0), ("Elsewhere", 20.0, 20.0)] {
        let found = ui.find(name).expect("it is there").bounds();
        let reach = found.expand(18.0);
        assert!(reach.contains(Point::new(x, y)), "{name} is at {found:?}");
    }
}

#[test]
fn enter_sends_and_shift_enter_breaks_the_line() {
    let mut window = Window::new();
    window.ime(&[commit("안녕")]);
    let enter = Key::Named(Named::Enter);
    let mut shifted = press_key(enter.clone(), None);
    if let Event::Keyboard(keyboard::Event::KeyPressed { modifiers, .. }) = &mut shifted {
        *modifiers = Modifiers::SHIFT;
    }
    window.feed(&[shifted]);
    window.ime(&[commit("하세요")]);
    assert!(window.sent.is_empty());
    window.tap(Named::Enter);
    assert_eq!(window.sent, ["안녕\n하세요"]);
    assert!(window.draft.is_blank());
}

#[test]
fn a_click_on_send_waits_for_the_commit_that_follows() {
    // the order of Windows: the commit comes after the press
    let mut window = Window::new();
    window.ime(&[Ime::Opened, commit("안녕하세"), preedit("요")]);
    window.click("Send");
    assert!(window.sent.is_empty());
    window.ime(&[preedit(""), commit("요"), Ime::Closed]);
    assert_eq!(window.sent, ["안녕하세요"]);
    window.redraw_after(400);
    assert_eq!(window.sent.len(), 1);
    assert!(window.draft.is_blank());
}

#[test]
fn a_click_on_send_without_any_commit_keeps_the_syllable() {
    // the order of ibus-hangul on X11: the preedit just ends
    let mut window = Window::new();
    window.ime(&[Ime::Opened, commit("한"), preedit("글")]);
    window.click("Send");
    window.ime(&[preedit("")]);
    window.redraw_after(10);
    assert!(window.sent.is_empty());
    window.redraw_after(200);
    assert_eq!(window.sent, ["한글"]);
}

#[test]
fn a_commit_that_comes_too_late_is_not_doubled() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("글")]);
    window.click("Send");
    window.redraw_after(200);
    assert_eq!(window.sent, ["글"]);
    window.ime(&[preedit(""), commit("글"), Ime::Closed]);
    assert!(window.draft.is_blank());
    window.ime(&[Ime::Opened, preedit("글"), preedit(""), commit("글")]);
    assert_eq!(window.draft.text(), "글");
}

#[test]
fn enter_that_overtakes_the_commit_waits_for_it() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("한")]);
    window.tap(Named::Enter);
    assert!(window.sent.is_empty());
    window.ime(&[preedit(""), commit("한")]);
    assert_eq!(window.sent, ["한"]);
    window.redraw_after(400);
    assert_eq!(window.sent, ["한"]);
}

#[test]
fn enter_after_the_commit_sends_once() {
    // the order of X11 and macOS: the input method commits, then the key arrives
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("한"), preedit(""), commit("한")]);
    window.tap(Named::Enter);
    assert_eq!(window.sent, ["한"]);
    window.tap(Named::Enter);
    assert_eq!(window.sent.len(), 1);
}

#[test]
fn enter_that_chooses_a_candidate_does_not_send() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("にほん")]);
    window.tap(Named::Enter);
    window.ime(&[preedit(""), commit("日本")]);
    assert!(window.sent.is_empty());
    assert_eq!(window.draft.text(), "日本");
}

#[test]
fn looking_away_keeps_the_syllable_once() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, commit("안"), preedit("녕")]);
    window.click("Elsewhere");
    assert_eq!(window.draft.text(), "안녕");
    window.ime(&[preedit(""), commit("녕"), Ime::Closed]);
    assert_eq!(window.draft.text(), "안녕");
}

#[test]
fn the_emoji_button_does_not_end_a_composition() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("요")]);
    window.click("Emoji");
    assert_eq!(window.draft.text(), "");
    window.ime(&[preedit(""), commit("요")]);
    assert_eq!(window.draft.text(), "요");
}

#[test]
fn the_first_syllable_of_a_message_can_be_sent() {
    let mut window = Window::new();
    window.ime(&[Ime::Opened, preedit("ㅋ")]);
    window.click("Send");
    window.redraw_after(200);
    assert_eq!(window.sent, ["ㅋ"]);
}

#[test]
fn nothing_is_sent_where_nothing_is_written() {
    let mut window = Window::new();
    window.tap(Named::Enter);
    window.click("Send");
    window.ime(&[commit("  ")]);
    window.tap(Named::Enter);
    assert!(window.sent.is_empty());
}

#[test]
fn pressing_send_does_not_take_the_focus() {
    let mut window = Window::new();
    window.ime(&[commit("a")]);
    window.click("Send");
    window.ime(&[commit("b")]);
    assert_eq!(window.sent, ["a"]);
    assert_eq!(window.draft.text(), "b");
}

#[test]
fn arrow_up_in_an_empty_draft_asks_for_the_last_message() {
    let mut window = Window::new();
    window.tap(Named::ArrowUp);
    assert_eq!(window.edits_of_last, 1);
    window.ime(&[commit("x")]);
    window.tap(Named::ArrowUp);
    assert_eq!(window.edits_of_last, 1);
}

#[test]
fn what_is_composed_is_told_and_taking_an_offer_waits_for_its_commit() {
    let mut window = Window::new();
    window.offers = true;
    window.ime(&[Ime::Opened, commit("@보"), preedit("ㄹ"), preedit("라")]);
    assert_eq!(window.composing, "라");
    window.tap(Named::Enter);
    assert!(window.picks.is_empty(), "the syllable is not in the draft yet");
    assert_eq!(window.composing, "라");
    window.ime(&[preedit(""), commit("라")]);
    assert_eq!(window.picks, [("@보라".to_owned(), Pick::Take)]);
    assert_eq!(window.composing, "");
    assert!(window.sent.is_empty());
}

#[test]
fn an_offer_is_taken_after_a_moment_when_no_commit_comes() {
    let mut window = Window::new();
    window.offers = true;
    window.ime(&[Ime::Opened, commit("@보"), preedit("라")]);
    window.tap(Named::Tab);
    window.redraw_after(200);
    assert_eq!(window.picks, [("@보라".to_owned(), Pick::Take)]);
    window.ime(&[commit("라")]);
    assert_eq!(window.draft.text(), "@보라", "a late commit is not taken twice");
}

#[test]
fn keys_do_what_they_always_did_when_nothing_is_offered() {
    let mut window = Window::new();
    window.ime(&[commit("@보")]);
    window.tap(Named::ArrowUp);
    window.tap(Named::Enter);
    assert!(window.picks.is_empty());
    assert_eq!(window.sent, ["@보"]);
}
