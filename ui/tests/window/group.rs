//! Three people and a group: it is begun, talked in, given an admin and another title, and somebody is removed. Two
//! of the three know each other only through it.

use undertone_ui::i18n::Language;
use undertone_ui::t;

use crate::chat::{LIST, in_list, write};
use crate::conversation::free_port;
use crate::eye;
use crate::introduced::{introduce, passphrase_file};
use crate::person::{Look, Person, album};

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
    write(bora, "저는 능선이 좋아요");
    for person in [&mut *hana, &mut *chan] {
        said(person, "저는 능선이 좋아요");
    }
    write(chan, "I bring the sandwiches");
    for person in [&mut *hana, &mut *bora] {
        said(person, "I bring the sandwiches");
    }
    for person in [hana, bora, chan] {
        person.shot("talk");
    }
}

/// Waits until something is said in the conversation, and not only in the list.
fn said(person: &mut Person, text: &str) {
    person.reads(text, |words, _| eye::all(words, text).into_iter().find(|spot| spot.left > LIST));
}

/// The button that begins a group, above the list.
const NEW_GROUP: (u32, u32) = (202, 28);
