//! Programs that die at any moment: what was acknowledged is there, nothing is shown twice, and the talk goes on.

use std::{collections::BTreeMap, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    chance::Chance,
    people::{Two, all_delivered, begin_text, history, same_history, shown},
    support::Undertoned,
};

/// One of the two, and what it has said so far.
pub(crate) struct Side {
    pub(crate) program: Undertoned,
    name: &'static str,
    /// Calls that send a text and were not answered yet.
    calls: Vec<(u64, String)>,
    sent: u32,
    /// Ids and texts of messages whose sending was answered.
    pub(crate) answered: BTreeMap<String, String>,
    /// Ids of messages that it said were delivered.
    pub(crate) delivered: Vec<String>,
    /// How often it told of a message of the other.
    received: BTreeMap<String, u32>,
}

impl Side {
    pub(crate) fn new(program: Undertoned, name: &'static str) -> Self {
        Self {
            program,
            name,
            calls: Vec::new(),
            sent: 0,
            answered: BTreeMap::new(),
            delivered: Vec::new(),
            received: BTreeMap::new(),
        }
    }

    pub(crate) fn say(&mut self, chat: &Value, texts: u64) {
        for _ in 0..texts {
            self.sent += 1;
            let text = format!("{} {}", self.name, self.sent);
            self.calls.push((begin_text(&mut self.program, chat, &text), text));
        }
    }

    /// Notes what the program has said by now. A program that is gone will not say more.
    pub(crate) fn listen(&mut self, gone: bool) {
        let Self { program, calls, answered, .. } = self;
        calls.retain(|(call, text)| match program.answered(*call) {
            Some(answer) => {
                answered.insert(answer["message"].as_str().expect("an id").to_owned(), text.clone());
                false
            }
            None => !gone,
        });
        for state in self.program.events("message.state") {
            if state["state"] == "delivered" {
                self.delivered.push(state["message"].as_str().unwrap().to_owned());
            }
        }
        for event in self.program.events("message.received") {
            *self.received.entry(event["message"]["id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }

    /// Calls that were not answered yet.
    pub(crate) fn waiting(&self) -> usize {
        self.calls.len()
    }

    /// How much of one kind the program has said.
    fn said(&self, what: Moment) -> usize {
        match what {
            Moment::Answered => self.answered.len(),
            Moment::Delivered => self.delivered.len(),
            Moment::Received => self.received.len(),
        }
    }
}

/// After what a program dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Answered,
    Delivered,
    Received,
}

#[test]
fn nothing_acknowledged_is_lost_or_shown_twice_when_either_side_is_killed_fifty_times() {
    let Two { hana, bora, chat, lan: _lan, folder: _folder, .. } = Two::contacts();
    let mut sides = [Side::new(hana, "hana"), Side::new(bora, "bora")];
    let mut chance = Chance::new(3);
    for round in 0..ROUNDS {
        let victim = usize::from(chance.one_in(2));
        for side in &mut sides {
            side.say(&chat, 1 + chance.below(12));
        }
        die(&mut sides, victim, &mut chance, round);
        let [one, other] = sides;
        sides = if victim == 0 { [again(one, &chat), other] } else { [one, again(other, &chat)] };
    }

    for side in &mut sides {
        for (call, text) in std::mem::take(&mut side.calls) {
            let id = side.program.answer(call).unwrap()["message"].as_str().unwrap().to_owned();
            side.answered.insert(id, text);
        }
    }
    let [mut hana, mut bora] = sides;
    all_delivered(&mut hana.program, &mut bora.program);
    same_history(&mut hana.program, &mut bora.program, &chat);
    let shown: BTreeMap<String, String> = shown(&history(&mut hana.program, &chat)).into_iter().collect();
    for side in [&mut hana, &mut bora] {
        side.listen(false);
        for (id, text) in &side.answered {
            assert_eq!(shown.get(id), Some(text), "was acknowledged to {}", side.name);
        }
        for id in &side.delivered {
            assert!(shown.contains_key(id), "was delivered to {}'s contact", side.name);
        }
        for (id, times) in &side.received {
            assert_eq!(*times, 1, "{} was told of {id} more than once", side.name);
        }
        let contacts = side.program.call("contact.list", &json!({}));
        assert_eq!(contacts["contacts"][0]["state"], "contact");
        assert!(side.program.events("key.changed").is_empty());
        println!(
            "{}: {} acknowledged, {} delivered, {} received",
            side.name,
            side.answered.len(),
            side.delivered.len(),
            side.received.len()
        );
    }
}

/// Kills the victim in the middle of what it does.
fn die(sides: &mut [Side; 2], victim: usize, chance: &mut Chance, round: u32) {
    let moment = match chance.below(3) {
        0 => Moment::Answered,
        1 => Moment::Delivered,
        _ => Moment::Received,
    };
    let before = sides[victim].said(moment);
    let started = std::time::Instant::now();
    while sides[victim].said(moment) == before {
        assert!(started.elapsed() < crate::support::DEADLINE, "round {round}: nothing was {moment:?}");
        thread::sleep(Duration::from_millis(1));
        for side in sides.iter_mut() {
            side.listen(false);
        }
    }
    // A little later than that, anywhere in the work that goes on.
    thread::sleep(Duration::from_micros(chance.below(20_000)));
    sides[victim].program.cut_off();
    sides[victim].listen(true);
}

/// Starts a side again; what was answered is there.
fn again(side: Side, chat: &Value) -> Side {
    let mut side = Side { program: side.program.restart(&[]), ..side };
    let page = side.program.call("chat.history", &json!({"chat": chat, "limit": 200}));
    let there: BTreeMap<String, String> = shown(page["messages"].as_array().unwrap()).into_iter().collect();
    for (id, text) in &side.answered {
        let number: u32 = text.split(' ').nth(1).unwrap().parse().unwrap();
        if number + 40 > side.sent {
            assert_eq!(there.get(id), Some(text), "{} was told that it is safe", side.name);
        }
    }
    side
}

const ROUNDS: u32 = 50;
