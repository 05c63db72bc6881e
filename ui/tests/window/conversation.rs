//! The first conversation of two people who have never started Undertone before, and what is left of it after both
//! have closed their windows.

use std::net::TcpListener;

use undertone_ui::i18n::Language;
use undertone_ui::t;

use crate::eye::{self, Spot};
use crate::first::{begin, keep_words};
use crate::person::{Look, Person, album};
use crate::picture::Picture;
use crate::screen::{HEIGHT, WIDTH};

const HANA: &str = "Hana Kim";
const BORA: &str = "Bora";
const PASSPHRASES: [&str; 2] = ["quiet harbour morning", "seven paper lanterns"];
const LIGHT: Look = Look { language: Language::English, theme: "light" };
const DARK: Look = Look { language: Language::Korean, theme: "dark" };

#[test]
fn two_people_meet_talk_compare_numbers_and_find_their_history_again() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", free_port());
    let pictures = album("conversation");
    let mut hana = Person::new("hana", &pictures, folder.path().join("hana"), LIGHT);
    let mut bora = Person::new("bora", &pictures, folder.path().join("bora"), DARK);
    let (at_hana, at_bora) =
        (["--listen", &address], ["--listen", "/ip4/127.0.0.1/tcp/0", "--bootstrap", &address]);

    hana.start(&at_hana);
    begin(&mut hana, HANA, PASSPHRASES[0]);
    keep_words(&mut hana);
    bora.start(&at_bora);
    begin(&mut bora, BORA, PASSPHRASES[1]);
    let later = t!(bora.texts, "later");
    bora.press(&later);
    become_contacts(&mut hana, &mut bora);
    talk(&mut hana, &mut bora);
    answer_react_edit_and_delete(&mut hana, &mut bora);
    compare_numbers(&mut hana, &mut bora);

    hana.close();
    bora.close();
    hana.prefers(Look { theme: "dark", ..LIGHT });
    bora.prefers(Look { theme: "light", ..DARK });
    hana.start(&at_hana);
    bora.start(&at_bora);
    come_back(&mut hana, PASSPHRASES[0], BORA);
    come_back(&mut bora, PASSPHRASES[1], HANA);
    hana.shot("history");
    bora.shot("history");
    // and they go on
    write(&mut hana, "Back again");
    bora.sees("Back again");
    bora.shot("goes-on");
}

#[test]
fn a_system_without_fonts_shows_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = album("no-fonts");
    for (name, look) in [("english", LIGHT), ("korean", DARK)] {
        let mut person = Person::new(name, &pictures, folder.path().join(name), look);
        person.has_no_fonts(folder.path());
        person.start(&["--listen", "/ip4/127.0.0.1/tcp/0"]);
        let start = t!(person.texts, "welcome-start");
        person.sees(&start);
        person.shot("welcome");
        person.close();
    }
}

fn become_contacts(hana: &mut Person, bora: &mut Person) {
    for person in [&mut *hana, &mut *bora] {
        let nearby = t!(person.texts, "nearby-title");
        person.sees(&nearby);
    }
    hana.sees(BORA);
    bora.sees(HANA);
    hana.shot("nearby");
    let connect = t!(hana.texts, "nearby-connect");
    hana.press(&connect);
    let asks = t!(bora.texts, "request-banner", count = 1);
    bora.sees(&asks);
    hana.shot("asked");
    bora.press(&asks);
    let title = t!(bora.texts, "request-title", name = HANA);
    bora.sees(&title);
    bora.shot("request");
    let accept = t!(bora.texts, "request-accept");
    bora.press(&accept);
    let hello = t!(bora.texts, "chat-empty-title", name = HANA);
    bora.sees(&hello);
    open_chat(hana, BORA);
}

/// Opens the conversation with somebody from the list.
fn open_chat(person: &mut Person, with: &str) {
    show_chat(person, with);
    let online = t!(person.texts, "presence-direct");
    person.sees(&online);
}

/// As [`open_chat`], whether or not the other one is here.
fn show_chat(person: &mut Person, with: &str) {
    let (x, y) = person.reads(with, |words, _| eye::all(words, with).into_iter().find(in_list)).middle();
    person.screen.click(x, y);
}

fn talk(hana: &mut Person, bora: &mut Person) {
    hana.shot("empty");
    // bora looks at something else: what arrives there is delivered and not read
    bora.screen.key("ctrl+comma");
    let settings = t!(bora.texts, "settings-appearance");
    bora.sees(&settings);
    write(hana, "Good morning from the harbour");
    ticks(hana, "Good morning from the harbour", Tick::Delivered);
    hana.shot("delivered");
    bora.sees("Good morning from the harbour");
    bora.shot("unread");
    open_chat(bora, HANA);
    ticks(hana, "Good morning from the harbour", Tick::Read);
    hana.shot("read");

    bora.screen.type_text("안녕하세요, 반가워요");
    bora.screen.key("shift+Return");
    bora.screen.type_text("See you at noon");
    bora.shot("two-lines");
    bora.screen.key("Return");
    hana.sees("See you at noon");
    hana.shot("answered");
    let (x, y) = tool(hana, "See you at noon", 2, 3);
    let copied = hana.copied_by(x, y);
    assert_eq!(copied, "안녕하세요, 반가워요\nSee you at noon");
    hana.screen.point(600, 120);
}

fn answer_react_edit_and_delete(hana: &mut Person, bora: &mut Person) {
    // a reply
    let (x, y) = tool(hana, "See you at noon", 1, 3);
    hana.screen.click(x, y);
    let replies = t!(hana.texts, "reply-to", name = BORA);
    hana.sees(&replies);
    hana.shot("replying");
    write(hana, "Noon suits me");
    // a reaction
    let (x, y) = tool(bora, "Noon suits me", 0, 3);
    bora.screen.click(x, y);
    bora.reads("emoji", |_, picture| (yellow(picture, (x - 14, y - 14, 28, 28)) > 40).then_some(()));
    bora.shot("reacting");
    bora.screen.click(x, y);
    hana.reads("a reaction", |_, picture| (yellow(picture, TIMELINE) > 40).then_some(()));
    bora.screen.point(600, 120);
    bora.shot("reacted");
    hana.shot("reacted");
    // an edit, from the keyboard
    write(hana, "Bring an umbrela");
    bora.sees("Bring an umbrela");
    hana.screen.key("Up");
    let editing = t!(hana.texts, "editing");
    hana.sees(&editing);
    hana.screen.key("BackSpace");
    hana.screen.type_text("la please");
    hana.shot("editing");
    hana.screen.key("Return");
    bora.sees("Bring an umbrella please");
    let edited = t!(hana.texts, "message-edited");
    hana.sees(&edited);
    // a message taken back
    write(hana, "Wrong window sorry");
    let wrong = bora.sees("Wrong window sorry");
    assert!(wrong.left > LIST, "it is in the conversation");
    let (x, y) = tool(hana, "Wrong window sorry", 4, 5);
    hana.screen.click(x, y);
    let title = t!(hana.texts, "delete-message-title");
    hana.sees(&title);
    hana.shot("deleting");
    let delete = t!(hana.texts, "delete");
    hana.press(&delete);
    let deleted = t!(bora.texts, "message-deleted");
    bora.sees(&deleted);
    bora.misses("Wrong window sorry");
    hana.screen.point(600, 120);
    bora.shot("deleted");
    hana.shot("deleted");
}

/// Hana reads her digits aloud; Bora types what he hears.
fn compare_numbers(hana: &mut Person, bora: &mut Person) {
    for person in [&mut *hana, &mut *bora] {
        let (x, y) = SHIELD;
        person.screen.click(x, y);
        let number = t!(person.texts, "verify-number");
        person.sees(&number);
        person.shot("verify");
    }
    let copy = t!(hana.texts, "copy");
    let (x, y) = hana.sees(&copy).middle();
    let digits = hana.copied_by(x, y);
    assert_eq!(digits.chars().filter(char::is_ascii_digit).count(), 60, "{digits}");
    bora.screen.point(580, 500);
    bora.screen.wheel(30);
    let field = t!(bora.texts, "verify-typed");
    bora.until("the keyboard in the field", |bora| {
        // it may still be scrolling
        let label = eye::find(&bora.read(&bora.screen.look(), eye::WAYS[0]), &field)?;
        bora.screen.click(label.left + 40, label.bottom + 24);
        let edge = (label.left - 8, label.bottom + 14, 10, 20);
        let lit = bora.screen.look().count(edge, |[r, _, b]| b > 0xD0 && r < 0xA0);
        (lit > 20).then_some(())
    });
    bora.screen.type_text(&digits);
    let all = t!(bora.texts, "verify-typed-count", count = 60, of = 60);
    bora.sees(&all);
    bora.shot("verify-typed");
    bora.screen.key("Return");
    let verified = t!(bora.texts, "verify-result-match", name = HANA);
    bora.sees(&verified);
    bora.shot("verified");
    // he tells her, and she says so in her window
    let same = t!(hana.texts, "verify-match");
    hana.press(&same);
    let sure = t!(hana.texts, "verify-match-confirm", name = BORA);
    hana.press(&sure);
    let verified = t!(hana.texts, "verify-result-match", name = BORA);
    hana.sees(&verified);
    for person in [hana, bora] {
        person.screen.key("Escape");
        person
            .reads("a shield beside the name", |_, picture| (picture.count(NAME, green) > 24).then_some(()));
        person.shot("shield");
    }
}

fn come_back(person: &mut Person, passphrase: &str, with: &str) {
    let title = t!(person.texts, "unlock-title-unnamed");
    person.sees(&title);
    person.shot("locked");
    person.screen.type_text(passphrase);
    person.screen.key("Return");
    // the other one may still be locked
    show_chat(person, with);
    for text in ["Good morning from the harbour", "See you at noon", "Bring an umbrella please"] {
        let spot = person.sees(text);
        assert!(spot.left > LIST, "{text} is in the conversation");
    }
    person.misses("Wrong window sorry");
}

/// Writes a line and sends it.
fn write(person: &mut Person, text: &str) {
    person.screen.type_text(text);
    person.screen.key("Return");
}

/// Where a tool beside a message is, once the pointer is on it and it is drawn: the `nth` of `count`.
fn tool(person: &mut Person, text: &str, nth: u32, count: u32) -> (u32, u32) {
    let mut ways = eye::WAYS.iter().cycle();
    person.until(&format!("tools beside {text:?}"), |person| {
        // tools of another message would be read along
        person.screen.point(600, 120);
        let picture = person.screen.look();
        let text = eye::find(&person.read(&picture, *ways.next()?), text).filter(|spot| spot.left > LIST)?;
        let bubble = bubble(&picture, text);
        let mine = bubble.right > WIDTH - 40;
        let x =
            if mine { bubble.left - 8 - (count - nth) * 30 + 15 } else { bubble.right + 8 + nth * 30 + 15 };
        let y = bubble.middle().1;
        person.screen.point(text.middle().0, y);
        person.screen.point(x, y);
        let picture = person.screen.look();
        let ground = picture.at(x - 13, y - 13);
        (picture.count((x - 12, y - 12, 24, 24), |pixel| pixel != ground) > 20).then_some((x, y))
    })
}

/// The bubble around a text, which is on its last line.
fn bubble(picture: &Picture, text: Spot) -> Spot {
    // between the letters and the bubble's start
    let (x, y) = (text.left - 5, text.middle().1);
    let ground = picture.at(x, y);
    let inside = |x: u32, y: u32| picture.at(x, y) == ground;
    Spot {
        left: (LIST..x).rev().find(|x| !inside(*x, y)).unwrap_or(LIST),
        right: (x..WIDTH).rev().find(|x| inside(*x, y)).unwrap_or(WIDTH),
        top: (0..y).rev().find(|y| !inside(x, *y)).unwrap_or(0),
        bottom: (y..HEIGHT).find(|y| !inside(x, *y)).unwrap_or(HEIGHT),
    }
}

/// How much of a rectangle is as yellow as hands and faces are.
fn yellow(picture: &Picture, rectangle: (u32, u32, u32, u32)) -> usize {
    picture.count(rectangle, |[r, g, b]| r > 0xE0 && g > 0xB0 && b < 0x90)
}

/// Whether a colour is the one of what is well.
fn green([r, g, b]: [u8; 3]) -> bool {
    g > r.saturating_add(20) && g > b.saturating_add(10)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Tick {
    Delivered,
    Read,
}

/// Waits until the list says this of the last message, which is ours.
fn ticks(person: &mut Person, text: &str, wanted: Tick) {
    person.reads(&format!("{wanted:?}"), |words, picture| {
        let said = eye::all(words, text).into_iter().find(in_list)?;
        // the mark stands where the name begins, before the words
        let mark = (70, said.top.saturating_sub(2), 18, said.bottom - said.top + 4);
        let strong = picture.count(mark, |[r, _, b]| b.saturating_sub(r) > 70);
        let any = picture.count(mark, |[_, g, _]| g < 0xB0);
        let seen = if strong > 8 { Tick::Read } else { Tick::Delivered };
        (any > 8 && seen == wanted).then_some(())
    });
}

fn in_list(spot: &Spot) -> bool {
    spot.left < LIST
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Where the list ends, in pixels from the left.
const LIST: u32 = 320;
/// Where messages are: x, y, width, height.
const TIMELINE: (u32, u32, u32, u32) = (LIST, 60, WIDTH - LIST, 620);
/// The name above a conversation, after the picture of whoever has it.
const NAME: (u32, u32, u32, u32) = (LIST + 60, 4, 300, 28);
/// The button that opens the comparison, at the end of a conversation's header.
const SHIELD: (u32, u32) = (1078, 28);
