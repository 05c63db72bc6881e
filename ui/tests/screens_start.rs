//! From the first start to the conversations, and from the passphrase to them.
#![cfg(test)]

mod support;

use support::{FakeCore, Harness, LOOKS, example};
use undertone::api::{ClientError, Event};
use undertone_ui::app::Message;
use undertone_ui::bridge::{Ask, Secret};
use undertone_ui::window::Happened;

fn to_visibility(harness: &mut Harness) {
    harness.press("Get started");
    harness.write("onboarding-name", "Hana");
    harness.write("onboarding-passphrase", "correct horse battery");
    harness.write("onboarding-again", "correct horse battery");
    harness.press("Continue");
}

#[test]
fn a_new_account_is_made_only_after_visibility_was_chosen() {
    let mut harness = Harness::new(FakeCore::new_folder());
    to_visibility(&mut harness);
    harness.asked();
    harness.press("Continue");
    assert_eq!(harness.asked(), [], "nothing was chosen, so nothing is made");
    harness.press("No, stay hidden");
    harness.press("Continue");
    let passphrase = Secret::new("correct horse battery".into());
    assert_eq!(harness.asked(), [Ask::Create { name: "Hana".into(), passphrase, visible: false }]);
    assert!(harness.shows("Write down your recovery phrase"));
}

#[test]
fn the_phrase_is_hidden_until_asked_for_and_two_words_are_asked_back() {
    let mut harness = Harness::new(FakeCore::new_folder());
    to_visibility(&mut harness);
    harness.press("Yes, show my name here");
    harness.press("Continue");
    assert!(!harness.shows(" 1 abandon"));
    harness.press("Show the words");
    assert!(harness.shows(" 1 abandon") && harness.shows("24 actual"));
    harness.press("Copy");
    assert_eq!(harness.clipboard.as_deref().map(|text| text.split(' ').count()), Some(24));
    harness.press("I have written them down");
    harness.write("onboarding-check", "wrong");
    harness.write("onboarding-check-2", "wrong");
    harness.press("Done");
    assert!(harness.shows("That is not the word you were shown. Look at your paper again."));
    assert!(!harness.asked().contains(&Ask::PhraseKept));
    harness.press("Later");
    assert!(harness.shows("No conversations yet"));
}

#[test]
fn a_short_passphrase_or_two_different_ones_lead_nowhere() {
    let mut harness = Harness::new(FakeCore::new_folder());
    harness.press("Get started");
    harness.write("onboarding-name", "Hana");
    harness.write("onboarding-passphrase", "short");
    harness.write("onboarding-again", "shart");
    harness.press("Continue");
    assert!(harness.shows("Choose a passphrase"));
    assert!(harness.shows("The two passphrases differ."));
}

#[test]
fn a_recovery_phrase_leads_back_with_the_chosen_visibility() {
    let mut harness = Harness::new(FakeCore::new_folder());
    harness.press("I have a recovery phrase");
    harness.write("onboarding-words", &"word ".repeat(24));
    harness.press("Continue");
    harness.write("onboarding-name", "하나");
    harness.write("onboarding-passphrase", "네 단어로 된 문구");
    harness.write("onboarding-again", "네 단어로 된 문구");
    harness.press("Continue");
    harness.press("Yes, show my name here");
    harness.asked();
    harness.press("Continue");
    let asked = harness.asked();
    assert!(matches!(&asked[0], Ask::Restore { name, .. } if name == "하나"));
    assert!(asked.contains(&Ask::Visible(true)) && asked.contains(&Ask::PhraseKept));
    assert!(harness.shows("No conversations yet"));
}

#[test]
fn the_language_changes_at_once() {
    let mut harness = Harness::new(FakeCore::new_folder());
    harness.press("한국어");
    assert!(harness.shows("시작하기"));
}

#[test]
fn the_right_passphrase_leads_to_the_conversations_and_a_wrong_one_does_not() {
    let mut harness = Harness::new(FakeCore::locked());
    harness.write("unlock-passphrase", "open says me");
    harness.press("Unlock");
    assert!(harness.shows(
        "That passphrase did not open your messages. Check the keyboard language and Caps Lock, then try again."
    ));
    let mut harness = Harness::new(FakeCore::locked());
    harness.write("unlock-passphrase", "open sesame");
    harness.press("Unlock");
    assert!(harness.shows("No conversations yet"));
}

#[test]
fn closing_the_window_lets_the_messenger_end_first() {
    let mut harness = Harness::new(FakeCore::locked());
    harness.asked();
    harness.act(Message::Window(Happened::CloseRequested));
    assert_eq!(harness.asked(), [Ask::Shutdown]);
    assert!(harness.ended);
}

#[test]
fn a_messenger_that_has_ended_by_itself_is_told_about() {
    let mut harness = Harness::new(FakeCore::default());
    harness.happen([]);
    assert!(harness.shows("Undertone cannot go on"));
}

#[test]
fn trouble_that_nobody_asked_for_is_told_until_it_is_dismissed() {
    let mut harness = Harness::new(FakeCore::default());
    harness.happen([Event::Error(ClientError::DiskFull)]);
    assert!(harness.shows("There is no room left on the disk. Free some space; nothing was lost."));
}

#[test]
fn every_page_of_the_first_start_can_be_drawn() {
    for look in LOOKS {
        let mut harness = Harness::looking(FakeCore::new_folder(), look);
        harness.shot("start-1-welcome", look);
        let en = look.0 == undertone_ui::platform::prefs::Tongue::En;
        let say = |english: &'static str, korean: &'static str| if en { english } else { korean };
        harness.press(say("I have a recovery phrase", "복구 문구가 있어요"));
        harness.shot("start-restore", look);
        harness.press(say("Back", "뒤로"));
        harness.press(say("Get started", "시작하기"));
        harness.write("onboarding-name", say("Hana", "하나"));
        harness.write("onboarding-passphrase", "correct horse battery");
        harness.write("onboarding-again", "correct horse");
        harness.shot("start-2-you", look);
        harness.write("onboarding-again", " battery");
        harness.press(say("Continue", "계속"));
        harness.shot("start-3-visible", look);
        harness.press(say("Yes, show my name here", "네, 여기에서 이름을 보여 줄게요"));
        harness.shot("start-3-visible-chosen", look);
        harness.press(say("Continue", "계속"));
        harness.shot("start-4-phrase", look);
        harness.press(say("Show the words", "단어 보기"));
        harness.shot("start-5-words", look);
        harness.press(say("I have written them down", "적어 두었어요"));
        harness.shot("start-6-check", look);
        Harness::looking(FakeCore::locked(), look).shot("unlock", look);
    }
    let _ = example::NOW;
}
