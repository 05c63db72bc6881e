//! The timeline: only what is seen is made, and what is read does not move.
#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "small numbers that the test chose itself")]

use std::cell::Cell;
use std::time::Duration;

use iced::keyboard::{Key, key::Named};
use iced::mouse::{Button, Cursor, Event as Mouse, ScrollDelta};
use iced::time::Instant;
use iced::widget::{container, space};
use iced::{Event, Point, Rectangle, Size, window};
use iced_test::Simulator;
use iced_test::runtime::{UserInterface, user_interface::Cache};
use iced_test::simulator::tap_key;
use undertone_ui::kit::bubble::{self, Body, Bubble, Cluster, Line, Receipt};
use undertone_ui::kit::icon::Icon;
use undertone_ui::kit::timeline::{Gravity, Jump, Side, Timeline, Viewport};
use undertone_ui::kit::{Element, button, font, text, theme};

const SIZE: Size = Size::new(400.0, 500.0);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Message {
    Seen(Viewport),
    Need(Side),
}

type Ui<'a> = UserInterface<'a, Message, iced::Theme, iced::Renderer>;

/// A list of rows by key, with the height of a row derived from its key.
struct List {
    keys: Vec<u64>,
    gravity: Gravity,
    jump: Option<Jump>,
    more: (bool, bool),
    taller: Option<u64>,
    cache: Cache,
    renderer: iced::Renderer,
    messages: Vec<Message>,
    made: Cell<usize>,
    now: Instant,
}

impl List {
    fn new(keys: impl IntoIterator<Item = u64>) -> Self {
        font::load();
        let renderer = iced_test::futures::futures::executor::block_on(
            <iced::Renderer as iced::advanced::renderer::Headless>::new(font::REGULAR, 16.into(), None),
        );
        let mut list = Self {
            keys: keys.into_iter().collect(),
            gravity: Gravity::End,
            jump: None,
            more: (false, false),
            taller: None,
            cache: Cache::default(),
            renderer: renderer.expect("a renderer without a window"),
            messages: Vec::new(),
            made: Cell::new(0),
            now: Instant::now(),
        };
        list.redraw();
        list
    }

    fn feed<T>(&mut self, events: &[Event], look: impl FnOnce(&mut Ui<'_>, &iced::Renderer) -> T) -> T {
        self.feed_at(Cursor::Available(Point::new(100.0, 250.0)), events, look)
    }

    fn feed_at<T>(
        &mut self,
        cursor: Cursor,
        events: &[Event],
        look: impl FnOnce(&mut Ui<'_>, &iced::Renderer) -> T,
    ) -> T {
        let keys = self.keys.clone();
        let (made, taller) = (&self.made, self.taller);
        let row_keys = self.keys.clone();
        let view: Element<'_, Message> = Timeline::new(
            keys.len(),
            move |index| keys[index],
            move |index| {
                made.set(made.get() + 1);
                let key = row_keys[index];
                let extra = if taller == Some(key) { 120.0 } else { 0.0 };
                let height = 30.0 + (key % 7) as f32 * 11.0 + extra;
                container(iced::widget::row![text::body(format!("row {key}")), space()]).height(height).into()
            },
        )
        .gravity(self.gravity)
        .jump(self.jump)
        .on_need(self.more.0, self.more.1, Message::Need)
        .on_viewport(Message::Seen)
        .into();
        let mut ui = UserInterface::build(view, SIZE, std::mem::take(&mut self.cache), &mut self.renderer);
        ui.update(
            events,
            cursor,
            &mut self.renderer,
            &mut iced::advanced::clipboard::Null,
            &mut self.messages,
        );
        let result = look(&mut ui, &self.renderer);
        self.cache = ui.into_cache();
        result
    }

    fn redraw(&mut self) {
        self.now += Duration::from_millis(200);
        let redraw = Event::Window(window::Event::RedrawRequested(self.now));
        self.feed(&[redraw], |_, _| ());
    }

    fn wheel(&mut self, pixels: f32) {
        let delta = ScrollDelta::Pixels { x: 0.0, y: pixels };
        self.feed(&[Event::Mouse(Mouse::WheelScrolled { delta })], |_, _| ());
        self.redraw();
    }

    fn tap(&mut self, key: Named) {
        self.feed(&tap_key(Key::Named(key), None).collect::<Vec<_>>(), |_, _| ());
        self.redraw();
    }

    /// Where a row is, if it is made at all.
    fn place(&mut self, key: u64) -> Option<Rectangle> {
        use iced::advanced::widget::{Operation as _, operation};
        let name = format!("row {key}");
        self.feed(&[], |ui, renderer| {
            let mut find = iced_test::Selector::find(name.as_str());
            ui.operate(renderer, &mut operation::black_box(&mut find));
            match find.finish() {
                operation::Outcome::Some(found) => {
                    found.map(|text| iced_test::selector::Bounded::bounds(&text))
                }
                _ => None,
            }
        })
    }

    fn seen(&self) -> Viewport {
        let last = self.messages.iter().rev().find_map(|message| match message {
            Message::Seen(viewport) => Some(*viewport),
            Message::Need(_) => None,
        });
        last.expect("a viewport was reported")
    }

    fn needs(&self) -> Vec<Side> {
        let needs = self.messages.iter().filter_map(|message| match message {
            Message::Need(side) => Some(*side),
            Message::Seen(_) => None,
        });
        needs.collect()
    }
}

#[test]
fn a_long_list_makes_only_what_is_near() {
    let list = List::new(0..100_000);
    assert!(list.made.get() < 100, "{} rows made", list.made.get());
    assert_eq!(list.seen().last, 99_999);
    assert!(list.seen().at_end);
}

#[test]
fn what_is_read_stays_when_rows_come_in_on_both_sides() {
    let mut list = List::new(1000..2000);
    list.wheel(5000.0);
    let key = list.seen().first + 2;
    let before = list.place(key).expect("it is seen");
    list.keys = (400..2050).collect();
    list.redraw();
    assert_eq!(list.place(key), Some(before));
    assert!(!list.seen().at_end);
}

#[test]
fn a_row_that_grows_above_does_not_move_what_is_read() {
    let mut list = List::new(0..1000);
    list.wheel(5000.0);
    let first = list.seen().first;
    let before = list.place(first + 1).expect("it is seen");
    list.taller = Some(first - 1);
    list.redraw();
    assert_eq!(list.place(first + 1), Some(before));
}

#[test]
fn at_the_end_new_rows_are_followed() {
    let mut list = List::new(0..50);
    list.keys.push(50);
    list.redraw();
    assert_eq!(list.seen().last, 50);
    let row = list.place(50).expect("it is seen");
    assert!((row.y - (500.0 - (30.0 + (50 % 7) as f32 * 11.0))).abs() < 1.0, "{row:?}");
}

#[test]
fn scrolling_back_to_the_end_sticks_again() {
    let mut list = List::new(0..100);
    list.wheel(800.0);
    assert!(!list.seen().at_end);
    list.wheel(-2000.0);
    assert!(list.seen().at_end);
    list.keys.push(100);
    list.redraw();
    assert_eq!(list.seen().last, 100);
}

#[test]
fn the_ends_hold() {
    let mut list = List::new(0..100);
    list.wheel(1_000_000.0);
    assert_eq!(list.seen().first, 0);
    assert_eq!(list.place(0).map(|row| row.y), Some(0.0));
    list.wheel(-1_000_000.0);
    assert!(list.seen().at_end);
}

#[test]
fn a_short_list_rests_where_gravity_pulls() {
    let mut list = List::new(0..2);
    assert!(list.place(1).expect("it is seen").y > 400.0);
    list.wheel(300.0);
    assert!(list.place(1).expect("it is seen").y > 400.0);
    let mut list = List::new(0..2);
    list.gravity = Gravity::Start;
    list.redraw();
    assert_eq!(list.place(0).map(|row| row.y), Some(0.0));
    list.wheel(-300.0);
    assert_eq!(list.place(0).map(|row| row.y), Some(0.0));
}

#[test]
fn keys_page_through_the_list() {
    let mut list = List::new(0..1000);
    let before = list.seen().first;
    list.tap(Named::PageUp);
    let paged = list.seen();
    assert!(paged.last <= before + 2 && !paged.at_end, "{paged:?}");
    list.tap(Named::PageDown);
    assert!(list.seen().at_end);
}

#[test]
fn home_and_end_work_while_the_list_has_the_focus() {
    let mut list = List::new(0..1000);
    list.tap(Named::Home);
    assert!(list.seen().at_end);
    list.feed(&[], |ui, renderer| {
        use iced::advanced::widget::operation::{self, Operation as _, Outcome, focusable};
        let mut next: Option<Box<dyn iced::advanced::widget::Operation>> =
            Some(Box::new(focusable::focus_next::<()>()));
        while let Some(mut operation) = next.take() {
            ui.operate(renderer, &mut operation::black_box(operation.as_mut()));
            if let Outcome::Chain(chained) = operation.finish() {
                next = Some(chained);
            }
        }
    });
    list.tap(Named::Home);
    assert_eq!(list.seen().first, 0);
    list.tap(Named::End);
    assert!(list.seen().at_end);
}

#[test]
fn a_jump_happens_once_and_waits_for_its_row() {
    let mut list = List::new(1000..2000);
    list.jump = Some(Jump { serial: 1, to: Some(1500) });
    list.redraw();
    assert_eq!(list.place(1500).map(|row| row.y), Some(150.0));
    list.wheel(-300.0);
    assert_ne!(list.place(1500).map(|row| row.y), Some(150.0));
    list.jump = Some(Jump { serial: 2, to: Some(500) });
    list.redraw();
    assert_eq!(list.place(500), None);
    list.keys = (400..2000).collect();
    list.redraw();
    assert_eq!(list.place(500).map(|row| row.y), Some(150.0));
    list.jump = Some(Jump { serial: 3, to: None });
    list.redraw();
    assert!(list.seen().at_end);
}

#[test]
fn a_notch_of_the_wheel_glides_its_whole_way() {
    let mut list = List::new(0..1000);
    let before = list.place(999).expect("it is seen").y;
    let delta = ScrollDelta::Lines { x: 0.0, y: 1.0 };
    list.feed(&[Event::Mouse(Mouse::WheelScrolled { delta })], |_, _| ());
    for _ in 0..20 {
        list.now += Duration::from_millis(16);
        let redraw = Event::Window(window::Event::RedrawRequested(list.now));
        list.feed(&[redraw], |_, _| ());
    }
    let after = list.place(999).expect("it is made").y;
    assert!((after - before - 60.0).abs() < 0.5, "{before} to {after}");
}

#[test]
fn more_rows_are_asked_for_once_for_each_edge() {
    let mut list = List::new(1000..1200);
    list.more = (true, false);
    list.redraw();
    assert_eq!(list.needs(), []);
    list.wheel(1_000_000.0);
    list.redraw();
    list.wheel(-10.0);
    assert_eq!(list.needs(), [Side::Before]);
    list.keys = (900..1200).collect();
    list.wheel(1_000_000.0);
    list.redraw();
    assert_eq!(list.needs(), [Side::Before, Side::Before]);
}

#[test]
fn the_bar_can_be_dragged_to_the_start() {
    let mut list = List::new(0..2000);
    let press = |list: &mut List, y: f32, event: Mouse| {
        list.feed_at(Cursor::Available(Point::new(396.0, y)), &[Event::Mouse(event)], |_, _| ());
    };
    press(&mut list, 498.0, Mouse::ButtonPressed(Button::Left));
    press(&mut list, 0.0, Mouse::CursorMoved { position: Point::new(396.0, 0.0) });
    press(&mut list, 0.0, Mouse::ButtonReleased(Button::Left));
    list.redraw();
    assert_eq!(list.seen().first, 0);
}

#[test]
fn an_emptied_list_is_fine() {
    let mut list = List::new(0..100);
    list.wheel(500.0);
    list.keys.clear();
    list.redraw();
    list.wheel(100.0);
    list.tap(Named::PageUp);
    list.keys = (0..10).collect();
    list.redraw();
    assert!(list.place(9).is_some());
}

/// Two rows of a conversation with their tools, as a screen makes them.
fn conversation<'a>() -> Element<'a, &'static str> {
    let line = |text: &'static str, name: &'static str, side| {
        let bubble = Bubble::new(side, Cluster::Single, Body::Text(text.into()), "2:03 PM")
            .receipt(Receipt::Read, "Read")
            .on_menu(|_| "menu")
            .view();
        Line::new(side, true, bubble).tools(button::round(Icon::Reply, name).on_press(name)).into()
    };
    Timeline::new(
        2,
        |index| index as u64,
        move |index| match index {
            0 => line("hello", "Reply to hello", bubble::Side::In),
            _ => line("goodbye", "Reply to goodbye", bubble::Side::Out),
        },
    )
    .heading(|index| text::caption(format!("day of row {index}")).into())
    .into()
}

fn simulated<'a>() -> Simulator<'a, &'static str> {
    font::load();
    let settings = iced::Settings { default_font: font::REGULAR, ..iced::Settings::default() };
    Simulator::with_size(settings, SIZE, conversation())
}

#[test]
fn tools_answer_only_on_the_line_one_is_on() {
    let mut ui = simulated();
    ui.click("Reply to goodbye").unwrap();
    let bounds = iced_test::selector::Bounded::bounds(&ui.find("hello").unwrap());
    ui.point_at(bounds.center());
    let _ = ui.simulate([Event::Mouse(Mouse::ButtonPressed(Button::Right))]);
    assert_eq!(ui.into_messages().collect::<Vec<_>>(), ["Reply to goodbye", "menu"]);
}

#[test]
fn what_a_bubble_says_and_how_far_it_got_can_be_found() {
    let mut ui = simulated();
    assert!(ui.find("goodbye").is_ok());
    assert!(ui.find("Read").is_ok());
}

#[test]
fn the_words_of_a_receipt_appear_over_it() {
    let mut ui = simulated();
    let receipt = iced_test::selector::Bounded::bounds(&ui.find("Read").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("still");
    ui.point_at(Point::new(5.0, 5.0));
    assert!(ui.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
    ui.point_at(receipt.center());
    let _ = ui.simulate([Event::Mouse(Mouse::CursorMoved { position: receipt.center() })]);
    assert!(!ui.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
}

#[test]
fn the_day_shows_while_scrolling() {
    let mut ui = simulated();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("still");
    ui.point_at(Point::new(200.0, 100.0));
    assert!(ui.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
    let delta = ScrollDelta::Pixels { x: 0.0, y: 40.0 };
    let _ = ui.simulate([Event::Mouse(Mouse::WheelScrolled { delta })]);
    assert!(!ui.snapshot(&theme::light()).unwrap().matches_hash(&path).unwrap());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_comes_and_goes_elsewhere_the_row_one_reads_stays(
        steps in proptest::collection::vec((0_u8..4, 1_u64..40), 1..12),
        scrolled in 600_u16..3000,
    ) {
        let mut list = List::new(10_000..10_300);
        list.wheel(f32::from(scrolled));
        let read = list.seen().first;
        let place = list.place(read).expect("it is seen");
        for (kind, count) in steps {
            let (first, last) = (list.keys[0], list.keys[list.keys.len() - 1]);
            match kind {
                0 => list.keys = (first - count..first).chain(list.keys.drain(..)).collect(),
                1 => list.keys.extend(last + 1..=last + count),
                2 => list.keys.retain(|key| *key >= read || key % 40 != count % 40),
                _ => list.taller = Some(read - 1),
            }
            list.redraw();
            let now = list.place(read).expect("it is still seen");
            proptest::prop_assert!((now.y - place.y).abs() < 0.01, "{place:?} became {now:?}");
        }
    }
}
