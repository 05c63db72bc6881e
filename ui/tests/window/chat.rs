//! What somebody does in a conversation: finds it in the list, writes, points at a message and uses what appears
//! beside it. Knows no story.

use undertone_ui::t;

use crate::eye::{self, Spot};
use crate::person::Person;
use crate::picture::Picture;
use crate::screen::{HEIGHT, WIDTH};

/// Opens the conversation with somebody from the list.
pub(crate) fn open(person: &mut Person, with: &str) {
    show(person, with);
    let online = t!(person.texts, "presence-direct");
    person.sees(&online);
}

/// As [`open`], whether or not the other one is here.
pub(crate) fn show(person: &mut Person, with: &str) {
    let (x, y) = person.reads(with, |words, _| eye::all(words, with).into_iter().find(in_list)).middle();
    person.screen.click(x, y);
}

/// Writes a line and sends it.
pub(crate) fn write(person: &mut Person, text: &str) {
    person.screen.type_text(text);
    person.screen.key("Return");
}

/// Waits until something is said in the conversation, and not only in the list.
pub(crate) fn said(person: &mut Person, text: &str) {
    person.reads(text, |words, _| eye::all(words, text).into_iter().find(|spot| spot.left > LIST));
}

/// Answers what somebody else said.
pub(crate) fn reply(person: &mut Person, to: &str, author: &str, text: &str) {
    let (x, y) = tool(person, to, 1, 3);
    person.screen.click(x, y);
    let replies = t!(person.texts, "reply-to", name = author);
    person.sees(&replies);
    person.shot("replying");
    write(person, text);
}

/// Puts the first emoji on what somebody else said.
pub(crate) fn react(person: &mut Person, to: &str) {
    let (x, y) = tool(person, to, 0, 3);
    person.screen.click(x, y);
    person.reads("emoji", |_, picture| (yellow(picture, (x - 14, y - 14, 28, 28)) > 40).then_some(()));
    person.shot("reacting");
    person.screen.click(x, y);
    person.screen.point(600, 120);
}

/// Waits until an emoji is on something that was said.
pub(crate) fn reacted(person: &mut Person) {
    person.reads("a reaction", |_, picture| (yellow(picture, TIMELINE) > 40).then_some(()));
}

/// Changes the end of what we said last, from the keyboard: so many letters less, and these instead.
pub(crate) fn mend(person: &mut Person, less: u32, more: &str) {
    person.screen.key("Up");
    let editing = t!(person.texts, "editing");
    person.sees(&editing);
    for _ in 0..less {
        person.screen.key("BackSpace");
    }
    person.screen.type_text(more);
    person.shot("editing");
    person.screen.key("Return");
}

/// Deletes something of ours.
pub(crate) fn take_back(person: &mut Person, text: &str) {
    let (x, y) = tool(person, text, 4, 5);
    person.screen.click(x, y);
    let title = t!(person.texts, "delete-message-title");
    person.sees(&title);
    person.shot("deleting");
    let delete = t!(person.texts, "delete");
    person.press(&delete);
}

/// Where a tool beside a message is, once the pointer is on it and it is drawn: the `nth` of `count`.
pub(crate) fn tool(person: &mut Person, text: &str, nth: u32, count: u32) -> (u32, u32) {
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

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tick {
    Delivered,
    Read,
}

/// Waits until the list says this of the last message, which is ours.
pub(crate) fn ticks(person: &mut Person, text: &str, wanted: Tick) {
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

pub(crate) fn in_list(spot: &Spot) -> bool {
    spot.left < LIST
}

/// Where the list ends, in pixels from the left.
pub(crate) const LIST: u32 = 320;
/// Where messages are: x, y, width, height.
const TIMELINE: (u32, u32, u32, u32) = (LIST, 60, WIDTH - LIST, 620);
