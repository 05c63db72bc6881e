//! What somebody does who has never started Undertone before.

use undertone_ui::t;

use crate::eye::{self, Spot};
use crate::person::Person;

/// The first start, without the mouse where a keyboard will do.
pub(crate) fn begin(person: &mut Person, name: &str, passphrase: &str) {
    let start = t!(person.texts, "welcome-start");
    person.sees(&start);
    person.shot("welcome");
    person.press(&start);
    let name_title = t!(person.texts, "name-title");
    person.sees(&name_title);
    person.screen.type_text(name);
    person.screen.key("Tab");
    person.screen.type_text(passphrase);
    person.screen.key("Tab");
    person.screen.type_text(passphrase);
    person.sees(name);
    person.shot("identity");
    person.screen.key("Return");
    let visible = t!(person.texts, "visible-yes");
    person.press(&visible);
    person.shot("visibility");
    let on = t!(person.texts, "continue");
    person.press(&on);
    let phrase = t!(person.texts, "recovery-title");
    person.sees(&phrase);
    person.shot("recovery");
}

/// Has the words shown, notes them, and types the two that are asked back.
pub(crate) fn keep_words(person: &mut Person) {
    let show = t!(person.texts, "recovery-reveal");
    person.press(&show);
    let copy = t!(person.texts, "copy");
    let (x, y) = person.sees(&copy).middle();
    let phrase = person.copied_by(x, y);
    let words: Vec<&str> = phrase.split_whitespace().collect();
    assert_eq!(words.len(), 24);
    // the longest is read most surely
    let longest = words.iter().max_by_key(|word| word.len()).unwrap();
    person.reads("the words", |seen, _| seen.iter().find(|word| word.text == *longest).map(|_| ()));
    person.shot("words");
    let written = t!(person.texts, "recovery-written");
    person.press(&written);
    let labels: Vec<String> =
        (1..=words.len()).map(|n| t!(person.texts, "recovery-check-word", number = n)).collect();
    let body = t!(person.texts, "recovery-check-body");
    let asked = person.reads("which words are asked", |seen, _| {
        // "Word 5" looks like "words"
        let above = eye::find(seen, &body)?.bottom;
        let spots = labels.iter().map(|label| eye::find(seen, label).filter(|spot| spot.top > above));
        let mut asked: Vec<(Spot, &str)> =
            spots.zip(&words).filter_map(|(spot, word)| Some((spot?, *word))).collect();
        asked.sort_by_key(|(spot, _)| spot.top);
        <[_; 2]>::try_from(asked).ok()
    });
    let [(_, first), (_, second)] = asked;
    person.screen.type_text(first);
    person.screen.key("Tab");
    person.screen.type_text(second);
    person.shot("words-asked");
    person.screen.key("Return");
    let confirmed = t!(person.texts, "recovery-check-done");
    let line: Vec<&str> = confirmed.split_whitespace().take(3).collect();
    person.sees(&line.join(" "));
    person.shot("words-kept");
}
