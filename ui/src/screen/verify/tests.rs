//! Nothing is marked as verified by accident.

use undertone::api::ClientError;

use super::*;
use crate::model::example::{account, chat_id};

fn opened() -> State {
    let (mut state, actions) = State::open(account(1), "Min".into(), false);
    assert_eq!(actions, [Ask::SafetyNumber(account(1)).into()]);
    state.answered(&Answer::SafetyNumber { account: account(1), result: Ok(number()) });
    state
}

fn number() -> SafetyNumber {
    SafetyNumber { digits: "12345 ".repeat(12), words: "a b c".into(), qr: "undertone:verify/x".into() }
}

#[test]
fn marking_by_eye_takes_a_second_press() {
    let mut state = opened();
    assert_eq!(state.update(Message::Confirmed), []);
    assert_eq!(state.update(Message::Match), []);
    let ask = Ask::Verify { account: account(1), seen: Secret::new(number().digits) };
    assert_eq!(state.update(Message::Confirmed), [ask.into()]);
    state.answered(&Answer::Verified { account: account(1), result: Ok(true) });
    assert_eq!(state.step, Step::Same);
}

#[test]
fn a_scanned_code_is_compared_by_the_messenger_and_not_by_us() {
    let mut state = opened();
    let actions = state.scanned(Ok(Secret::new("undertone:verify/other".into())));
    let ask = Ask::Verify { account: account(1), seen: Secret::new("undertone:verify/other".into()) };
    assert_eq!(actions, [ask.into()]);
    state.answered(&Answer::Verified { account: account(1), result: Ok(false) });
    assert_eq!(state.step, Step::Different);
}

#[test]
fn an_answer_about_somebody_else_is_dropped() {
    let mut state = opened();
    state.answered(&Answer::Verified { account: account(2), result: Ok(true) });
    assert_eq!(state.step, Step::Comparing);
    state.answered(&Answer::Sent {
        chat: chat_id(1),
        draft: crate::model::draft::Draft::default(),
        result: Err(ClientError::Locked),
    });
    assert_eq!(state.step, Step::Comparing);
}

#[test]
fn fewer_than_sixty_digits_are_not_compared() {
    let mut state = opened();
    state.update(Message::Typed(Secret::new("12345 67890".into())));
    assert_eq!(state.update(Message::TypedSubmitted), []);
    state.update(Message::Typed(Secret::new("12345 ".repeat(12))));
    assert_eq!(state.update(Message::TypedSubmitted).len(), 1);
}

#[test]
fn a_picture_without_a_code_changes_nothing_but_says_so() {
    let mut state = opened();
    assert_eq!(state.scanned(Err(ScanError::NoCode)), []);
    assert_eq!((state.step, state.unread), (Step::Comparing, Some(ScanError::NoCode)));
}

#[test]
fn an_empty_path_is_not_looked_at() {
    let mut state = opened();
    assert_eq!(state.update(Message::PathSubmitted), []);
    state.update(Message::PathTyped(" /tmp/code.png ".into()));
    assert_eq!(state.update(Message::PathSubmitted), [Action::Scan("/tmp/code.png".into())]);
}
