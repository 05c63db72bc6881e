//! Three people and a group: it is begun, talked in, given an admin and another title, and somebody is removed. Two
//! of the three know each other only through it.

use undertone_ui::i18n::Language;
use undertone_ui::t;

use crate::chat::{LIST, in_list, mend, react, reacted, reply, said, take_back, write};
use crate::conversation::free_port;
use crate::eye::{self, Spot};
use crate::introduced::{introduce, passphrase_file};
use crate::person::{Look, Person, album};
use crate::screen::WIDTH;

const HANA: &str = "Hana Kim";
const BORA: &str = "Bora Lee";
const CHAN: &str = "Chan Park";
const TITLE: &str = "Hiking club";

#[test]
fn three_people_talk_in_a_group_until_one_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let place = || format!("/ip4/127.0.0.1/tcp/{}", free_port());
    let (at_hana, at_bora) = (place(), place());
    introduce(folder.path(), &[HANA, BORA, CHAN], &at_hana);
    let key = passphrase_file(folder.path());
    let pictures = album("group");
    let person = |short, name, language, theme| {
        Person::new(short, &pictures, folder.path().join(name), Look { language, theme })
    };
    let mut hana = person("hana", HANA, Language::English, "light");
    let mut bora = person("bora", BORA, Language::Korean, "dark");
    let mut chan = person("chan", CHAN, Language::Korean, "light");
    let open = ["--passphrase-file", &key, "--listen"];
    hana.start(&[&open[..], &[&at_hana]].concat());
    bora.start(&[&open[..], &[&at_bora, "--bootstrap", &at_hana]].concat());
    let near = ["/ip4/127.0.0.1/tcp/0", "--bootstrap", &at_hana, "--bootstrap", &at_bora];
    chan.start(&[&open[..], &near].concat());

    begin(&mut hana);
    for guest in [&mut bora, &mut chan] {
        join(guest);
    }
    talk(&mut hana, &mut bora, &mut chan);
    answer_react_edit_and_delete(&mut hana, &mut bora, &mut chan);
    rename_and_make_admin(&mut hana, &mut bora, &mut chan);
    remove(&mut hana, &mut bora, &mut chan);
}

/// Hana begins the group, without the mouse once the dialog is open.
fn begin(hana: &mut Person) {
    hana.sees(BORA);
    hana.sees(CHAN);
    let (x, y) = NEW_GROUP;
    hana.screen.click(x, y);
    let nobody = t!(hana.texts, "group-people-chosen", count = 0);
    hana.sees(&nobody);
    hana.screen.type_text(TITLE);
    hana.screen.key("Tab");
    for _ in 0..2 {
        hana.screen.key("Tab");
        hana.screen.key("space");
    }
    let both = t!(hana.texts, "group-people-chosen", count = 2);
    hana.sees(&both);
    hana.shot("begin");
    let create = t!(hana.texts, "group-create");
    hana.press(&create);
    let empty = t!(hana.texts, "group-event-added-by-you", other = CHAN);
    hana.sees(&empty);
    hana.shot("begun");
}

/// Opens the group from the list.
fn join(person: &mut Person) {
    let (x, y) = person.reads(TITLE, |words, _| eye::all(words, TITLE).into_iter().find(in_list)).middle();
    person.screen.click(x, y);
    let created = t!(person.texts, "group-event-created", name = HANA, title = TITLE);
    person.sees(&created);
    person.shot("joined");
}

fn talk(hana: &mut Person, bora: &mut Person, chan: &mut Person) {
    write(hana, "Shall we take the ridge on Saturday");
    for person in [&mut *bora, &mut *chan] {
        said(person, "Shall we take the ridge on Saturday");
    }
    // Hangul is not read surely where another language is spoken: what is looked for is the line below it
    bora.screen.type_text("저는 능선이 좋아요");
    bora.screen.key("shift+Return");
    write(bora, "Meet at the station");
    for person in [&mut *hana, &mut *chan] {
        said(person, "Meet at the station");
    }
    write(chan, "I bring the sandwiches");
    for person in [&mut *hana, &mut *bora] {
        said(person, "I bring the sandwiches");
    }
    for person in [hana, bora, chan] {
        person.shot("talk");
    }
}

fn answer_react_edit_and_delete(hana: &mut Person, bora: &mut Person, chan: &mut Person) {
    reply(chan, "Shall we take the ridge on Saturday", HANA, "The ridge is fine");
    said(hana, "The ridge is fine");
    hana.reads("what is answered", |words, _| {
        let quoted = eye::all(words, "Shall we take the ridge on Saturday");
        (quoted.iter().filter(|spot| spot.left > LIST).count() == 2).then_some(())
    });
    react(bora, "The ridge is fine");
    react(hana, "The ridge is fine");
    for person in [&mut *hana, &mut *bora, &mut *chan] {
        reacted(person);
    }
    write(chan, "My shoes are orenge");
    said(hana, "My shoes are orenge");
    mend(chan, 4, "ange");
    for person in [&mut *hana, &mut *bora] {
        said(person, "My shoes are orange");
    }
    write(hana, "Wrong window sorry");
    said(bora, "Wrong window sorry");
    take_back(hana, "Wrong window sorry");
    for person in [&mut *bora, &mut *chan] {
        let deleted = t!(person.texts, "message-deleted");
        person.sees(&deleted);
    }
    for person in [hana, bora, chan] {
        agrees(person);
        person.shot("changed");
    }
}

fn rename_and_make_admin(hana: &mut Person, bora: &mut Person, chan: &mut Person) {
    details(hana);
    member_menu(hana, BORA);
    let admin = t!(hana.texts, "group-make", role = "admin");
    hana.press(&admin);
    let made = t!(hana.texts, "group-event-role-by-you", other = BORA, role = "admin");
    said(hana, &made);
    let label = t!(hana.texts, "group-title");
    let label = hana.sees(&label);
    hana.screen.click(label.left + 40, label.bottom + 24);
    hana.screen.key("ctrl+a");
    hana.screen.type_text(RENAMED);
    hana.screen.key("Return");
    let renamed = t!(hana.texts, "group-event-renamed-you", title = RENAMED);
    said(hana, &renamed);
    hana.shot("managed");
    let yours = t!(bora.texts, "group-event-role-you", name = HANA, role = "admin");
    said(bora, &yours);
    for person in [bora, chan] {
        // in the header; the line about it has two alphabets in it
        said(person, RENAMED);
        person.shot("managed");
    }
}

fn remove(hana: &mut Person, bora: &mut Person, chan: &mut Person) {
    details(bora);
    member_menu(bora, CHAN);
    bora.shot("menu");
    let remove = t!(bora.texts, "group-remove");
    bora.press(&remove);
    let title = t!(bora.texts, "group-remove-title", name = CHAN);
    let title = bora.sees(&title);
    bora.shot("removing");
    let sure = t!(bora.texts, "group-remove-action");
    let inside = |spot: &Spot| spot.top > title.bottom && spot.right < DETAILS;
    let (x, y) = bora.reads(&sure, |words, _| eye::all(words, &sure).into_iter().rfind(inside)).middle();
    bora.screen.click(x, y);
    let removed = t!(hana.texts, "group-event-removed", name = BORA, other = CHAN);
    said(hana, &removed);
    let out = t!(chan.texts, "group-closed-out");
    chan.sees(&out);
    write(chan, "Does anybody hear me");
    // from the title's field back to where messages are written
    let (x, y) = EDITOR;
    hana.screen.click(x, y);
    write(hana, "Only two of us now");
    said(bora, "Only two of us now");
    for person in [&mut *hana, &mut *bora] {
        agrees(person);
        person.misses("Does anybody hear me");
    }
    for unheard in ["Only two of us now", "Does anybody hear me"] {
        chan.misses(unheard);
    }
    for person in [hana, bora, chan] {
        person.shot("removed");
    }
}

/// Waits until the header says that everybody has the same history.
fn agrees(person: &mut Person) {
    let same = t!(person.texts, "history-same-all");
    person.sees(&same);
}

/// Opens what stands beside the conversation.
fn details(person: &mut Person) {
    let (x, y) = MORE;
    person.screen.click(x, y);
    let title = t!(person.texts, "group-details");
    person.sees(&title);
}

/// Opens what can be done with a member.
fn member_menu(person: &mut Person, name: &str) {
    let row =
        person.reads(name, |words, _| eye::all(words, name).into_iter().rfind(|spot| spot.left > DETAILS));
    person.screen.click(MORE.0, row.bottom + 4);
    // what opens below the last member may be below the window's edge
    person.screen.wheel(3);
    let compare = t!(person.texts, "compare-numbers");
    person.sees(&compare);
}

const RENAMED: &str = "Saturday hikers";
/// The button at the end of a conversation's header, and below it those of members.
const MORE: (u32, u32) = (1126, 28);
/// Where messages are written.
const EDITOR: (u32, u32) = (500, 730);
/// Where the details begin, in pixels from the left.
const DETAILS: u32 = WIDTH - 340;
/// The button that begins a group, above the list.
const NEW_GROUP: (u32, u32) = (202, 28);
