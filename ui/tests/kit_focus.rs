//! The keyboard: Tab reaches everything, Enter presses it, dialogs keep it inside.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use iced::keyboard::{self, Key, Modifiers, key::Named};
use iced::widget::{column, row};
use iced::{Event, Settings, Size};
use iced_test::Simulator;
use iced_test::simulator::{press_key, tap_key};
use undertone_ui::kit::button::{self, Kind};
use undertone_ui::kit::field::{self, Field};
use undertone_ui::kit::icon::Icon;
use undertone_ui::kit::{Element, dialog, focus, font, text, theme};

type Ui<'a> = Simulator<'a, &'static str>;

fn simulator<'a>(view: Element<'a, &'static str>) -> Ui<'a> {
    font::load();
    let settings = Settings { default_font: font::REGULAR, ..Settings::default() };
    Simulator::with_size(settings, Size::new(600.0, 400.0), focus::scope(view))
}

fn form<'a>() -> Element<'a, &'static str> {
    column![
        button::button(Kind::Primary, "First").on_press("first"),
        Field::new("Name", "").on_input(|_| "typed").view(),
        button::button(Kind::Primary, "Asleep"),
        button::round(Icon::Search, "Find").on_press("find"),
        field::switch("Visible", "", true, "toggled"),
    ]
    .into()
}

fn tap(ui: &mut Ui<'_>, key: Named) {
    let _ = ui.simulate(tap_key(Key::Named(key), None));
}

fn tap_shift_tab(ui: &mut Ui<'_>) {
    let mut event = press_key(Key::Named(Named::Tab), None);
    if let Event::Keyboard(keyboard::Event::KeyPressed { modifiers, .. }) = &mut event {
        *modifiers = Modifiers::SHIFT;
    }
    let _ = ui.simulate([event]);
}

fn said(ui: Ui<'_>) -> Vec<&'static str> {
    ui.into_messages().collect()
}

#[test]
fn tab_walks_over_everything_that_can_be_pressed() {
    let mut ui = simulator(form());
    for key in [Named::Tab, Named::Enter, Named::Tab, Named::Tab, Named::Space, Named::Tab, Named::Enter] {
        tap(&mut ui, key);
    }
    assert_eq!(said(ui), ["first", "find", "toggled"]);
}

#[test]
fn shift_tab_walks_back() {
    let mut ui = simulator(form());
    tap(&mut ui, Named::Tab);
    tap_shift_tab(&mut ui);
    tap(&mut ui, Named::Enter);
    assert_eq!(said(ui), ["toggled"]);
}

#[test]
fn a_press_with_the_pointer_gives_no_focus() {
    let mut ui = simulator(form());
    ui.click("First").unwrap();
    tap(&mut ui, Named::Enter);
    assert_eq!(said(ui), ["first"]);
}

#[test]
fn icons_are_found_by_their_name() {
    let mut ui = simulator(form());
    ui.click("Find").unwrap();
    assert_eq!(said(ui), ["find"]);
}

#[test]
fn disabled_buttons_say_nothing() {
    let mut ui = simulator(form());
    ui.click("Asleep").unwrap();
    assert!(said(ui).is_empty());
}

fn with_dialog<'a>() -> Element<'a, &'static str> {
    let actions = [
        button::button(Kind::Secondary, "No").on_press("no").into(),
        button::button(Kind::Danger, "Yes").on_press("yes").into(),
    ];
    dialog::over(form(), Some(dialog::card("Sure?", "It cannot be undone.", None, actions)), "cancelled")
}

#[test]
fn a_dialog_keeps_the_keyboard_inside() {
    let mut ui = simulator(with_dialog());
    for key in [Named::Tab, Named::Tab, Named::Enter, Named::Tab, Named::Enter] {
        tap(&mut ui, key);
    }
    assert_eq!(said(ui), ["yes", "no"]);
}

#[test]
fn escape_cancels_a_dialog() {
    let mut ui = simulator(with_dialog());
    tap(&mut ui, Named::Escape);
    assert_eq!(said(ui), ["cancelled"]);
}

#[test]
fn escape_cancels_a_dialog_also_from_a_field_but_not_what_is_being_composed() {
    let input = || iced::widget::text_input("", "").id("field").on_input(|_| "typed").into();
    let mut ui = simulator(dialog::over(form(), Some(input()), "cancelled"));
    ui.click(iced_test::selector::id("field")).unwrap();
    let preedit =
        |text: &str| Event::InputMethod(iced::advanced::input_method::Event::Preedit(text.into(), None));
    let _ = ui.simulate([preedit("ㅎ")]);
    tap(&mut ui, Named::Escape);
    assert_eq!(said(ui), Vec::<&str>::new());
    let mut ui = simulator(dialog::over(form(), Some(input()), "cancelled"));
    ui.click(iced_test::selector::id("field")).unwrap();
    let _ = ui.simulate([preedit("ㅎ"), preedit("")]);
    tap(&mut ui, Named::Escape);
    assert_eq!(said(ui), ["cancelled"]);
}

#[test]
fn what_is_behind_a_dialog_cannot_be_pressed() {
    let mut ui = simulator(with_dialog());
    assert!(ui.find("First").is_err());
    ui.point_at(iced::Point::new(20.0, 20.0));
    let _ = ui.simulate(iced_test::simulator::click());
    assert!(said(ui).is_empty());
}

#[test]
fn without_a_dialog_escape_goes_on_to_the_window() {
    let mut ui = simulator(dialog::over(form(), None, "cancelled"));
    tap(&mut ui, Named::Escape);
    ui.click("First").unwrap();
    assert_eq!(said(ui), ["first"]);
}

#[test]
fn text_can_be_selected_and_copied() {
    let words = "먹을래? 좋아";
    let view: Element<'_, String> = row![text::body(words).on_copy(|text| text)].into();
    font::load();
    let mut ui = Simulator::new(view);
    let at = ui.find(words).unwrap();
    let bounds = iced_test::selector::Bounded::bounds(&at);
    ui.point_at(iced::Point::new(bounds.x + 4.0, bounds.center_y()));
    for _ in 0..2 {
        let _ = ui.simulate(iced_test::simulator::click());
    }
    let mut copy = press_key(Key::Character("c".into()), None);
    if let Event::Keyboard(keyboard::Event::KeyPressed { modifiers, .. }) = &mut copy {
        *modifiers = Modifiers::COMMAND;
    }
    let _ = ui.simulate([copy]);
    assert_eq!(ui.into_messages().collect::<Vec<_>>(), ["먹을래"]);
}

#[test]
fn links_open_on_a_press() {
    let words = "see https://a.example/x now";
    let view: Element<'_, String> = row![text::body(words).on_link(|target| target)].into();
    font::load();
    let mut ui = Simulator::new(view);
    let bounds = iced_test::selector::Bounded::bounds(&ui.find(words).unwrap());
    ui.point_at(bounds.center());
    let _ = ui.simulate(iced_test::simulator::click());
    ui.point_at(iced::Point::new(bounds.x + 2.0, bounds.center_y()));
    let _ = ui.simulate(iced_test::simulator::click());
    assert_eq!(ui.into_messages().collect::<Vec<_>>(), ["https://a.example/x"]);
}

#[test]
fn a_focused_button_shows_its_ring() {
    let mut plain = simulator(form());
    let mut focused = simulator(form());
    tap(&mut focused, Named::Tab);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain");
    assert!(plain.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
    assert!(!focused.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
}

/// A form whose field keeps its value, fed one batch of events at a time.
fn written(events: &[Vec<Event>]) -> Vec<String> {
    use iced_test::runtime::{UserInterface, user_interface::Cache};
    font::load();
    let renderer = iced_test::futures::futures::executor::block_on(
        <iced::Renderer as iced::advanced::renderer::Headless>::new(font::REGULAR, 16.into(), None),
    );
    let mut renderer = renderer.unwrap();
    let (mut value, mut heard, mut cache) = (String::new(), Vec::new(), Cache::default());
    let mut cursor = iced::mouse::Cursor::Available(iced::Point::new(50.0, 45.0));
    for batch in events {
        let view: Element<'_, Result<String, &'static str>> = column![
            Field::new("Name", value.clone()).on_input(Ok).on_submit(Err("submitted")).view(),
            button::button(Kind::Primary, "Continue").on_press(Err("continued")),
        ]
        .into();
        let mut ui = UserInterface::build(view, Size::new(400.0, 200.0), cache, &mut renderer);
        let mut messages = Vec::new();
        if let Some(Event::Mouse(iced::mouse::Event::CursorMoved { position })) = batch.first() {
            cursor = iced::mouse::Cursor::Available(*position);
        }
        ui.update(batch, cursor, &mut renderer, &mut iced::advanced::clipboard::Null, &mut messages);
        cache = ui.into_cache();
        for message in messages {
            match message {
                Ok(input) => value = input,
                Err(what) => heard.push(format!("{what} {value}")),
            }
        }
    }
    heard.push(value);
    heard
}

fn ime(events: &[(&str, &str)]) -> Vec<Vec<Event>> {
    use iced::advanced::input_method::Event as Ime;
    let event = |(kind, text): &(&str, &str)| match *kind {
        "preedit" => Ime::Preedit((*text).to_owned(), None),
        _ => Ime::Commit((*text).to_owned()),
    };
    events.iter().map(|e| vec![Event::InputMethod(event(e))]).collect()
}

fn press_at(x: f32, y: f32) -> Vec<Vec<Event>> {
    let moved = Event::Mouse(iced::mouse::Event::CursorMoved { position: iced::Point::new(x, y) });
    iced_test::simulator::click().map(|event| vec![moved.clone(), event]).collect()
}

#[test]
fn the_last_syllable_of_a_name_survives_the_press_that_goes_on() {
    let mut events = press_at(50.0, 45.0);
    events.extend(ime(&[("commit", "김민"), ("preedit", "수")]));
    events.extend(press_at(50.0, 90.0));
    events.extend(ime(&[("preedit", ""), ("commit", "수")]));
    assert_eq!(written(&events), ["continued 김민수", "김민수"]);
}

#[test]
fn the_last_syllable_of_a_name_survives_enter_once() {
    let mut events = press_at(50.0, 45.0);
    events.extend(ime(&[("preedit", "수")]));
    events.push(tap_key(Key::Named(Named::Enter), None).collect());
    events.extend(ime(&[("preedit", ""), ("commit", "수"), ("commit", "진")]));
    assert_eq!(written(&events), ["submitted 수", "수진"]);
}

#[test]
fn enter_that_chooses_a_candidate_does_not_submit() {
    let mut events = press_at(50.0, 45.0);
    events.extend(ime(&[("preedit", "たなか")]));
    events.push(tap_key(Key::Named(Named::Enter), None).collect());
    events.extend(ime(&[("preedit", ""), ("commit", "田中")]));
    assert_eq!(written(&events), ["田中"]);
}

fn with_menu<'a>(at: iced::Point) -> Element<'a, &'static str> {
    let entries = [
        button::menu_item(Icon::Reply, "Reply", false).on_press("reply").into(),
        button::menu_item(Icon::Trash, "Delete", true).on_press("delete").into(),
    ];
    dialog::menu_over(form(), Some((at, dialog::menu(entries))), "closed")
}

#[test]
fn a_menu_stays_inside_the_window_and_answers() {
    let mut ui = simulator(with_menu(iced::Point::new(590.0, 395.0)));
    let entry = iced_test::selector::Bounded::bounds(&ui.find("Delete").unwrap());
    assert!(entry.is_within(&iced::Rectangle::with_size(Size::new(600.0, 400.0))));
    ui.click("Delete").unwrap();
    assert_eq!(said(ui), ["delete"]);
}

#[test]
fn a_press_beside_a_menu_closes_it_and_does_nothing_else() {
    let mut ui = simulator(with_menu(iced::Point::new(300.0, 200.0)));
    ui.point_at(iced::Point::new(20.0, 20.0));
    let _ = ui.simulate(iced_test::simulator::click());
    assert_eq!(said(ui), ["closed"]);
}

#[test]
fn text_that_does_not_fit_ends_in_an_ellipsis_on_its_line() {
    let long = "A name that goes on and on beyond any room there is";
    let view: Element<'_, &'static str> = row![
        iced::widget::container(text::body(long).one_line()).width(120),
        text::body("next to it").one_line()
    ]
    .into();
    let mut ui = simulator(view);
    let cut = iced_test::selector::Bounded::bounds(&ui.find(long).unwrap());
    assert!(cut.width <= 120.0 && cut.height < 30.0, "{cut:?}");
}
