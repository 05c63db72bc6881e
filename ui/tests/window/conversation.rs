//! The first conversation of two people who have never started Undertone before, and what is left of it after both
//! have closed their windows.

use std::net::TcpListener;

use undertone_ui::i18n::Language;
use undertone_ui::t;

use crate::chat::{LIST, Tick, mend, open, react, reacted, reply, said, show, take_back, ticks, tool, write};
use crate::eye;
use crate::first::{begin, keep_words};
use crate::person::{Look, Person, album};

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
    open(hana, BORA);
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
    open(bora, HANA);
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
    reply(hana, "See you at noon", BORA, "Noon suits me");
    react(bora, "Noon suits me");
    reacted(hana);
    bora.shot("reacted");
    hana.shot("reacted");
    // an edit, from the keyboard
    write(hana, "Bring an umbrela");
    bora.sees("Bring an umbrela");
    mend(hana, 1, "la please");
    bora.sees("Bring an umbrella please");
    let edited = t!(hana.texts, "message-edited");
    hana.sees(&edited);
    // a message taken back
    write(hana, "Wrong window sorry");
    said(bora, "Wrong window sorry");
    take_back(hana, "Wrong window sorry");
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
    show(person, with);
    for text in ["Good morning from the harbour", "See you at noon", "Bring an umbrella please"] {
        let spot = person.sees(text);
        assert!(spot.left > LIST, "{text} is in the conversation");
    }
    person.misses("Wrong window sorry");
}

/// Whether a colour is the one of what is well.
fn green([r, g, b]: [u8; 3]) -> bool {
    g > r.saturating_add(20) && g > b.saturating_add(10)
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The name above a conversation, after the picture of whoever has it.
const NAME: (u32, u32, u32, u32) = (LIST + 60, 4, 300, 28);
/// The button that opens the comparison, at the end of a conversation's header.
const SHIELD: (u32, u32) = (1078, 28);
