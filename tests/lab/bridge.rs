//! Two desktops on one network: from discovery to a long conversation over a bad cable.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::Value;

use crate::{
    chance::Chance,
    people::{Two, all_delivered, begin_text, same_history},
};

#[test]
fn two_desktops_on_one_bridge_talk_through_cuts_and_show_every_text_once_in_one_order() {
    let Two { mut hana, mut bora, chat, hana_desk, bora_desk, lan, folder: _folder, .. } = Two::contacts();
    let mut chance = Chance::new(1);
    let mut said = BTreeSet::new();
    let mut cut = false;
    for (round, texts) in [TEXTS / ROUNDS; ROUNDS].into_iter().enumerate() {
        if chance.one_in(2) {
            let desk = if chance.one_in(2) { &hana_desk } else { &bora_desk };
            lan.cut(desk);
            cut = true;
        }
        let (mut by_hana, mut by_bora) = (Vec::new(), Vec::new());
        for number in 0..texts {
            for (program, name, calls) in
                [(&mut hana, "hana", &mut by_hana), (&mut bora, "bora", &mut by_bora)]
            {
                let text = format!("{name} {round}.{number}");
                calls.push(begin_text(program, &chat, &text));
                said.insert(text);
            }
            if cut && chance.one_in(20) {
                // How long a cable is broken matters, and is no wait for anything.
                thread::sleep(Duration::from_millis(chance.below(600)));
                lan.mend(&hana_desk);
                lan.mend(&bora_desk);
                cut = false;
            }
        }
        for (program, calls) in [(&mut hana, by_hana), (&mut bora, by_bora)] {
            for call in calls {
                program.answer(call).unwrap();
            }
        }
    }
    lan.mend(&hana_desk);
    lan.mend(&bora_desk);
    all_delivered(&mut hana, &mut bora);

    let texts = same_history(&mut hana, &mut bora, &chat);
    assert_eq!(texts.len(), said.len());
    assert_eq!(texts.into_iter().collect::<BTreeSet<_>>(), said);
    for program in [&mut hana, &mut bora] {
        let received = program.events("message.received");
        let ids: BTreeSet<&str> = received.iter().map(id_of).collect();
        assert_eq!((ids.len(), received.len()), (TEXTS, TEXTS));
    }
}

fn id_of(event: &Value) -> &str {
    event["message"]["id"].as_str().unwrap()
}

/// From each of the two.
const TEXTS: usize = 1000;
const ROUNDS: usize = 25;
