//! Somebody who pretends to be somebody else, and somebody who sits between two people.

use serde_json::{Value, json};

use crate::{
    people::{befriend, begin_text, create, sees, start},
    place::{Family, Lan},
    support::Undertoned,
};

fn number(of: &mut Undertoned, account: &Value) -> Value {
    of.call("contact.safety_number", &json!({"account": account}))
}

fn verified(of: &mut Undertoned, account: &Value, what: &str, shown: &Value) -> bool {
    let answer = of.call("contact.verify", &json!({"account": account, what: shown}));
    answer["verified"].as_bool().unwrap()
}

fn marked(of: &mut Undertoned, account: &Value) -> Value {
    let list = of.call("contact.list", &json!({}));
    let all = list["contacts"].as_array().unwrap();
    all.iter().find(|contact| contact["account"] == *account).unwrap()["verified"].clone()
}

/// Passes the next text on, as if it were one's own.
fn pass_on(from: &mut Undertoned, to: &mut Undertoned, chat: &Value) -> String {
    let text = from.event("message.received", |_| true)["message"]["text"].as_str().unwrap().to_owned();
    let call = begin_text(to, chat, &text);
    to.answer(call).unwrap();
    text
}

#[test]
fn a_man_in_the_middle_cannot_make_two_people_see_the_same_number() {
    // T26 on whole programs. Mallory is Bora for Hana and Hana for Bora, with keys of his own for both.
    let mut lan = Lan::new();
    let folder = tempfile::tempdir().unwrap();
    let mut person = |name: &str, home: &str| {
        let desk = lan.desk(Family::Both);
        let mut program = start(&desk, &folder.path().join(home), &[]);
        let account = create(&mut program, name);
        (program, account)
    };
    let (mut hana, hana_account) = person("Hana", "hana");
    let (mut bora, bora_account) = person("Bora", "bora");
    let (mut as_bora, false_bora) = person("Bora", "mallory-as-bora");
    let (mut as_hana, false_hana) = person("Hana", "mallory-as-hana");

    // Both answer discovery under the same name; what cannot be copied is the fingerprint.
    let (right, wrong) = (sees(&mut hana, &bora_account), sees(&mut hana, &false_bora));
    assert_eq!(right["name"], wrong["name"]);
    assert_ne!(right["fingerprint"], wrong["fingerprint"]);

    // Hana takes the wrong one, and so does Bora. Their texts go through Mallory's hands, who reads them.
    let at_hana = befriend(&mut hana, &false_bora, &mut as_bora, &hana_account);
    let at_bora = befriend(&mut as_hana, &bora_account, &mut bora, &false_hana);
    begin_text(&mut hana, &at_hana, "are you Bora?");
    assert_eq!(pass_on(&mut as_bora, &mut as_hana, &at_bora), "are you Bora?");
    let asked = bora.event("message.received", |_| true);
    assert_eq!(asked["message"]["text"], "are you Bora?");

    // What they compare is not the same, whoever shows what to whom.
    let (shown_to_hana, shown_to_bora) = (number(&mut hana, &false_bora), number(&mut bora, &false_hana));
    for part in ["digits", "words", "qr"] {
        assert_ne!(shown_to_hana[part], shown_to_bora[part]);
    }
    for what in ["digits", "qr"] {
        assert!(!verified(&mut hana, &false_bora, what, &shown_to_bora[what]));
        assert!(!verified(&mut bora, &false_hana, what, &shown_to_hana[what]));
    }
    // Nor does our own code, shown back to us, count.
    assert!(!verified(&mut hana, &false_bora, "qr", &shown_to_hana["qr"]));
    assert_eq!(marked(&mut hana, &false_bora), false);
    assert_eq!(marked(&mut bora, &false_hana), false);

    // The real ones of each other: the same number, and only that verifies.
    befriend(&mut hana, &bora_account, &mut bora, &hana_account);
    let (ours, theirs) = (number(&mut hana, &bora_account), number(&mut bora, &hana_account));
    assert_eq!(ours["digits"], theirs["digits"]);
    assert!(!verified(&mut hana, &bora_account, "digits", &shown_to_bora["digits"]));
    assert!(!verified(&mut hana, &false_bora, "digits", &theirs["digits"]));
    assert_eq!(marked(&mut hana, &bora_account), false);
    assert!(verified(&mut hana, &bora_account, "digits", &theirs["digits"]));
    assert!(verified(&mut bora, &hana_account, "qr", &ours["qr"]));
    assert_eq!(
        (marked(&mut hana, &bora_account), marked(&mut hana, &false_bora)),
        (json!(true), json!(false))
    );
}
