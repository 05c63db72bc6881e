//! Two people and nothing between them but two programs: from seeing each other to reading old messages after
//! a power cut.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod support;

use serde_json::{Value, json};
use support::Undertoned;

struct Two {
    ada: Undertoned,
    bob: Undertoned,
    ada_account: Value,
    bob_account: Value,
    chat: Value,
    _folder: tempfile::TempDir,
}

/// Ada and Bob, who have found each other nearby and are contacts.
fn contacts() -> Two {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::create(&folder.path().join("ada"), "Ada", &["--visible"]);
    let ada_account = ada.call("profile.info", &json!({}))["account"].clone();
    let address = ada.address();
    let mut bob =
        Undertoned::create(&folder.path().join("bob"), "Bob", &["--visible", "--bootstrap", &address]);
    let bob_account = bob.call("profile.info", &json!({}))["account"].clone();

    let there = |nearby: &Value| nearby["nearby"].as_array().is_some_and(|people| !people.is_empty());
    let nearby = bob.until("nearby.list", &json!({}), there);
    assert_eq!(nearby["nearby"][0]["name"], "Ada");
    assert_eq!(nearby["nearby"][0]["account"], ada_account);
    let asked = bob.call("contact.add", &json!({"account": ada_account}));
    assert_eq!((&asked["account"], &asked["state"]), (&ada_account, &json!("asked")));

    let request = ada.event("contact.request", |request| request["account"] == bob_account);
    assert_eq!(
        (&request["contact"]["name"], &request["contact"]["state"]),
        (&json!("Bob"), &json!("request"))
    );
    ada.call("contact.accept", &json!({"account": bob_account}));
    bob.event("contact.changed", |changed| changed["contact"]["state"] == "contact");
    let chat = ada.call("chat.open", &json!({"account": bob_account}))["chat"].clone();
    assert_eq!(bob.call("chat.open", &json!({"account": ada_account}))["chat"], chat);
    Two { ada, bob, ada_account, bob_account, chat, _folder: folder }
}

fn send(from: &mut Undertoned, chat: &Value, text: &str) -> Value {
    from.call("message.send", &json!({"chat": chat, "text": text}))["message"].clone()
}

fn received(by: &mut Undertoned, id: &Value) -> Value {
    by.event("message.received", |event| event["message"]["id"] == *id)["message"].clone()
}

fn history(of: &mut Undertoned, chat: &Value) -> Vec<Value> {
    let page = of.call("chat.history", &json!({"chat": chat, "limit": 500}));
    page["messages"].as_array().unwrap().clone()
}

/// The parts of a message that both sides agree on.
fn common(message: &Value) -> Value {
    let fields =
        ["id", "chat", "author", "text", "lamport", "seq", "reply_to", "edited", "deleted", "reactions"];
    fields.iter().map(|field| ((*field).to_owned(), message[*field].clone())).collect()
}

#[test]
fn two_people_meet_talk_change_their_minds_and_read_it_all_after_a_power_cut() {
    let Two { mut ada, mut bob, ada_account, bob_account, chat, _folder } = contacts();

    // Both ways, with a reply, and the ticks.
    let hello = send(&mut ada, &chat, "hello Bob");
    let heard = received(&mut bob, &hello);
    assert_eq!((&heard["text"], &heard["author"]), (&json!("hello Bob"), &ada_account));
    assert_eq!(heard["mine"], false);
    let answer = bob.call("message.send", &json!({"chat": chat, "text": "안녕 👋", "reply_to": hello}));
    let answer = answer["message"].clone();
    assert_eq!(received(&mut ada, &answer)["reply_to"], hello);
    ada.event("message.state", |state| state["message"] == hello && state["state"] == "delivered");
    bob.call("chat.read", &json!({"chat": chat, "upto": hello}));
    ada.event("message.state", |state| state["state"] == "read");
    let states = ada
        .until("message.status", &json!({"message": hello}), |status| status["states"][0]["state"] == "read");
    assert_eq!(states["states"][0]["account"], bob_account);

    // Typing.
    bob.call("chat.typing", &json!({"chat": chat, "typing": true}));
    ada.event("typing", |typing| typing["typing"] == true && typing["account"] == bob_account);

    // Editing, reacting, deleting.
    ada.call("message.edit", &json!({"chat": chat, "message": hello, "text": "hello, Bob!"}));
    bob.event("message.changed", |changed| changed["message"]["text"] == "hello, Bob!");
    bob.call("message.react", &json!({"chat": chat, "message": hello, "emoji": "👍", "on": true}));
    ada.event("message.changed", |changed| changed["message"]["reactions"]["👍"] == json!([bob_account]));
    let regretted = send(&mut bob, &chat, "I should not have said this");
    received(&mut ada, &regretted);
    bob.call("message.delete", &json!({"chat": chat, "message": regretted}));
    ada.event("message.changed", |changed| {
        changed["message"]["id"] == regretted && changed["message"]["deleted"] == true
    });
    assert_eq!(
        ada.refused("message.edit", &json!({"chat": chat, "message": answer, "text": "not mine"})),
        "not-allowed"
    );

    // The same on both sides, and after a power cut.
    let before: Vec<Value> = history(&mut ada, &chat).iter().map(common).collect();
    assert_eq!(before.len(), 3);
    assert_eq!(before[2]["text"], "");
    assert_eq!(history(&mut bob, &chat).iter().map(common).collect::<Vec<_>>(), before);
    let (mut ada, mut bob) = (ada.restart(&[]), bob.restart(&[]));
    assert_eq!(history(&mut ada, &chat).iter().map(common).collect::<Vec<_>>(), before);
    assert_eq!(history(&mut bob, &chat).iter().map(common).collect::<Vec<_>>(), before);
}

#[test]
fn what_is_written_while_the_other_is_away_comes_when_they_are_back() {
    let Two { mut ada, mut bob, ada_account, bob_account, chat, _folder } = contacts();
    bob.kill();
    let texts: Vec<String> = (0..50).map(|number| format!("number {number}")).collect();
    let sent: Vec<u64> =
        texts.iter().map(|text| ada.begin("message.send", &json!({"chat": chat, "text": text}))).collect();
    let ids: Vec<Value> = sent.into_iter().map(|id| ada.answer(id).unwrap()["message"].clone()).collect();
    // Both are cut off; Ada's address is another after it.
    let mut ada = ada.restart(&[]);
    let address = ada.address();
    let mut bob = bob.restart(&["--bootstrap", &address]);
    for id in &ids {
        received(&mut bob, id);
    }
    let got: Vec<Value> = history(&mut bob, &chat).iter().map(|message| message["text"].clone()).collect();
    assert_eq!(got, texts.iter().map(|text| json!(text)).collect::<Vec<_>>());
    ada.until("message.status", &json!({"message": ids[49]}), |status| {
        status["states"][0]["state"] == "delivered"
    });
    ada.until("node.status", &json!({}), |status| status["outbox"] == 0);

    // A comparison of safety numbers, right and wrong.
    let number = ada.call("contact.safety_number", &json!({"account": bob_account}));
    assert_eq!(
        bob.call("contact.safety_number", &json!({"account": ada_account}))["digits"],
        number["digits"]
    );
    let wrong = "12345 ".repeat(12);
    let verify = |of: &mut Undertoned, account: &Value, digits: &str| {
        of.call("contact.verify", &json!({"account": account, "digits": digits}))["verified"].clone()
    };
    assert_eq!(verify(&mut bob, &ada_account, wrong.trim()), false);
    assert_eq!(bob.call("contact.list", &json!({}))["contacts"][0]["verified"], false);
    assert_eq!(verify(&mut bob, &ada_account, number["digits"].as_str().unwrap()), true);
    assert_eq!(bob.call("contact.list", &json!({}))["contacts"][0]["verified"], true);
}

#[test]
fn calls_that_are_all_written_before_an_answer_is_read_take_effect_in_order() {
    let Two { mut ada, mut bob, chat, _folder, .. } = contacts();
    let texts: Vec<Value> = (0..1500).map(|number| json!(number.to_string())).collect();
    let sent: Vec<u64> =
        texts.iter().map(|text| ada.begin("message.send", &json!({"chat": chat, "text": text}))).collect();
    let last = sent.into_iter().map(|id| ada.answer(id).unwrap()["message"].clone()).next_back().unwrap();
    received(&mut bob, &last);
    let mut all = Vec::new();
    let mut page = bob.call("chat.history", &json!({"chat": chat, "limit": 500}));
    loop {
        let messages = page["messages"].as_array().unwrap();
        let before = messages[0]["id"].clone();
        all.splice(0..0, messages.iter().map(|message| message["text"].clone()));
        if page["more_before"] == false {
            break;
        }
        page = bob.call("chat.history", &json!({"chat": chat, "limit": 500, "before": before}));
    }
    assert_eq!(all, texts);
}

#[test]
fn an_invite_for_one_brings_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut ada = Undertoned::create(&folder.path().join("ada"), "Ada", &[]);
    let address = ada.address();
    let link = ada.call("invite.create", &json!({"single_use": true}))["link"].clone();
    let mut bob = Undertoned::create(&folder.path().join("bob"), "Bob", &["--bootstrap", &address]);
    bob.call("contact.add", &json!({"link": link, "name": "my Ada"}));
    bob.event("contact.changed", |changed| changed["contact"]["state"] == "contact");
    assert_eq!(bob.call("contact.list", &json!({}))["contacts"][0]["name"], "my Ada");
    assert_eq!(bob.call("nearby.list", &json!({}))["nearby"], json!([]));
    assert_eq!(bob.refused("contact.add", &json!({"link": "undertone:i/nonsense"})), "bad-invite");
}
