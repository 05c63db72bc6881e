//! Two people at two desks of one network: how they meet, what they show, and when all is said and delivered.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    place::{Desk, Family, Lan},
    support::{PASSPHRASE, Undertoned},
};

/// Two contacts and what they run on. Programs end before their network does.
pub(crate) struct Two {
    pub(crate) hana: Undertoned,
    pub(crate) bora: Undertoned,
    pub(crate) chat: Value,
    pub(crate) hana_desk: Desk,
    pub(crate) bora_desk: Desk,
    pub(crate) lan: Lan,
    pub(crate) folder: tempfile::TempDir,
}

impl Two {
    /// Two visible people who found each other on a network, asked and accepted.
    pub(crate) fn contacts() -> Self {
        let mut lan = Lan::new();
        let folder = tempfile::tempdir().unwrap();
        let (hana_desk, bora_desk) = (lan.desk(Family::Both), lan.desk(Family::Both));
        let mut hana = start(&hana_desk, &folder.path().join("hana"), &[]);
        let mut bora = start(&bora_desk, &folder.path().join("bora"), &[]);
        let (hana_account, bora_account) = (create(&mut hana, "Hana"), create(&mut bora, "Bora"));
        let chat = befriend(&mut hana, &bora_account, &mut bora, &hana_account);
        Self { hana, bora, chat, hana_desk, bora_desk, lan, folder }
    }
}

/// A program at a desk, on all its networks.
pub(crate) fn start(desk: &Desk, profile: &std::path::Path, options: &[&str]) -> Undertoned {
    Undertoned::start_through(&desk.through(), profile, options)
}

/// A visible person; gives the account.
pub(crate) fn create(program: &mut Undertoned, name: &str) -> Value {
    let profile = json!({"name": name, "passphrase": PASSPHRASE, "visible": true});
    program.call("profile.create", &profile)["account"].clone()
}

/// Waits until somebody is nearby, and gives what is shown of them.
pub(crate) fn sees(program: &mut Undertoned, account: &Value) -> Value {
    let seen = program.until("nearby.list", &json!({}), |list| nearby(list, account).is_some());
    nearby(&seen, account).unwrap().clone()
}

fn nearby<'a>(list: &'a Value, account: &Value) -> Option<&'a Value> {
    list["nearby"].as_array()?.iter().find(|person| person["account"] == *account)
}

/// The first asks the second, who accepts. Gives the conversation.
pub(crate) fn befriend(
    asker: &mut Undertoned,
    other_account: &Value,
    other: &mut Undertoned,
    asker_account: &Value,
) -> Value {
    sees(asker, other_account);
    asker.call("contact.add", &json!({"account": other_account}));
    other.event("contact.request", |request| request["account"] == *asker_account);
    other.call("contact.accept", &json!({"account": asker_account}));
    asker.event("contact.changed", |changed| {
        changed["contact"]["account"] == *other_account && changed["contact"]["state"] == "contact"
    });
    let chat = asker.call("chat.open", &json!({"account": other_account}))["chat"].clone();
    assert_eq!(other.call("chat.open", &json!({"account": asker_account}))["chat"], chat);
    chat
}

pub(crate) fn begin_text(program: &mut Undertoned, chat: &Value, text: &str) -> u64 {
    program.begin("message.send", &json!({"chat": chat, "text": text}))
}

/// All messages, in the order in which they are shown.
pub(crate) fn history(program: &mut Undertoned, chat: &Value) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let mut params = json!({"chat": chat, "limit": 500});
        if let Some(first) = all.first() {
            params["before"] = first["id"].clone();
        }
        let mut page = program.call("chat.history", &params);
        let Value::Array(messages) = page["messages"].take() else { panic!("no messages") };
        all.splice(0..0, messages);
        if page["more_before"] == false {
            return all;
        }
    }
}

/// Ids and texts of these messages.
pub(crate) fn shown(messages: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    messages.iter().map(|message| (text(&message["id"]), text(&message["text"]))).collect()
}

/// Waits until neither has anything on its way any more.
pub(crate) fn all_delivered(one: &mut Undertoned, other: &mut Undertoned) {
    let deadline = Instant::now() + Duration::from_secs(100);
    for program in [one, other] {
        loop {
            let outbox = program.call("node.status", &json!({}))["outbox"].as_u64().unwrap();
            if outbox == 0 {
                break;
            }
            assert!(Instant::now() < deadline, "{outbox} entries do not arrive");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Both show the same, and each text once. Gives the texts in their order.
pub(crate) fn same_history(one: &mut Undertoned, other: &mut Undertoned, chat: &Value) -> Vec<String> {
    let (ours, theirs) = (shown(&history(one, chat)), shown(&history(other, chat)));
    assert!(ours == theirs, "they show different histories: {ours:?} and {theirs:?}");
    let ids: BTreeSet<&String> = ours.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), ours.len(), "something is shown twice");
    ours.into_iter().map(|(_, text)| text).collect()
}
