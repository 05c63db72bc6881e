//! Coming into a group by a link while whoever made it is gone: real programs on a real network, and a stranger.

use std::time::Duration;

use serde_json::json;

use crate::{
    circle::Circle,
    people::{create, start},
    place::Family,
};

#[test]
fn a_stranger_with_a_link_comes_in_through_another_member_though_the_creator_is_gone_for_good() {
    let mut circle = Circle::new(&["Hana", "Bora", "Chan"]);
    let chat = circle.group("Harbour", &[1, 2]);
    circle.say(0, &chat, "before");
    circle.agree(&[0, 1, 2], &chat, Duration::from_secs(60));
    let made = circle.programs[0].call("group.invite", &json!({"chat": chat, "uses": 2}));
    for at in [1, 2] {
        let listed =
            |answer: &serde_json::Value| answer["invitations"][0]["invitation"] == made["invitation"];
        circle.programs[at].until("group.invitations", &json!({"chat": chat}), listed);
        circle.programs[at].call("node.visible", &json!({"on": false}));
    }
    circle.programs[0].kill();

    // A desk that nobody has met, of somebody whom nobody sees.
    let desk = circle.lan.desk(Family::Both);
    let mut eun = start(&desk, &circle.folder.path().join("Eun"), &[]);
    let account = create(&mut eun, "Eun");
    eun.call("node.visible", &json!({"on": false}));
    let join = eun.call("group.join", &json!({"link": made["link"]}));
    let join = join["join"].clone();
    let joined = eun.event("group.joined", |event| event["join"] == join);
    assert_eq!(joined["chat"], chat);
    circle.programs.push(eun);
    circle.accounts.push(account);
    circle.desks.push(desk);
    for at in [1, 2, 3] {
        circle.has_members(at, &chat, &[0, 1, 2, 3]);
    }
    circle.say(3, &chat, "let in");
    circle.say(1, &chat, "welcome");
    let texts = circle.comes_to(1, &chat, 3);
    assert_eq!(circle.comes_to(2, &chat, 3), texts);
    assert_eq!(circle.comes_to(3, &chat, 2), texts[1..]);
    // In a group, and nobody's contact.
    assert_eq!(circle.programs[3].call("contact.list", &json!({}))["contacts"], json!([]));
    assert_eq!(circle.programs[3].call("group.joins", &json!({}))["joins"], json!([]));
}
