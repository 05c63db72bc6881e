//! The keyboard: Tab reaches everything, Enter presses it, dialogs keep it inside.
#![cfg(test)]

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
