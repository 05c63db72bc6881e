//! Groups on a network that breaks: what was said is said to all, in one order, whoever is cut off, stopped or removed.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    capture::{Secrets, files},
    chance::Chance,
    circle::Circle,
    memory::seen,
    people::{begin_text, history, start},
    support::PASSPHRASE,
};

/// Five people at five desks.
const FIVE: [&str; 5] = ["Hana", "Bora", "Chan", "Dan", "Eun"];
/// How long a network that works again may take until all show the same.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn five_people_say_five_hundred_texts_through_cuts_and_show_the_same_in_one_order() {
    let mut circle = Circle::new(&FIVE);
    let chat = circle.group("Harbour", &[1, 2, 3, 4]);
    let said = talk_through_cuts(&mut circle, &chat, 500);
    let healed = Instant::now();
    circle.show_the_same(&[0, 1, 2, 3, 4], &chat, PATIENCE);
    println!("all show the same {:?} after the last path was mended", healed.elapsed());
    let lines = circle.agree(&[0, 1, 2, 3, 4], &chat, PATIENCE);
    println!("all know it of each other {:?} after the last path was mended", healed.elapsed());
    let texts: Vec<_> = lines.iter().map(|(_, text)| text).filter(|text| !text.is_empty()).collect();
    assert_eq!(texts.len(), said.len());
    assert!(texts.into_iter().cloned().collect::<BTreeSet<_>>() == said);
}

/// All write in turn while three in ten paths are cut, others every now and then. All paths are whole at the end.
fn talk_through_cuts(circle: &mut Circle, chat: &Value, count: usize) -> BTreeSet<String> {
    let long = std::env::var_os("UNDERTONE_LAB_LONG").is_some();
    let (time, cuts) = if long { (300, 5) } else { (30, 3) };
    let (pause, mut chance) = (Duration::from_secs(time) / u32::try_from(count).unwrap(), Chance::new(7));
    let (mut said, mut calls, began) = (BTreeSet::new(), Vec::new(), Instant::now());
    let mut next_cut = Instant::now();
    for number in 0..count {
        if Instant::now() >= next_cut {
            circle.join_all();
            for (one, other) in some_paths(&mut chance) {
                circle.part(one, other);
            }
            next_cut += Duration::from_secs(cuts);
        }
        let at = usize::try_from(chance.below(5)).unwrap();
        let text = format!("{} {number}", FIVE[at]);
        calls.push((at, begin_text(&mut circle.programs[at], chat, &text)));
        said.insert(text);
        // How long the network is broken matters, and is no wait for anything.
        let due = began + pause * u32::try_from(number).unwrap();
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    for (at, call) in calls {
        circle.programs[at].answer(call).unwrap();
    }
    circle.join_all();
    said
}

/// Three of the ten paths between five desks.
fn some_paths(chance: &mut Chance) -> Vec<(usize, usize)> {
    let mut all: Vec<_> = (0..5).flat_map(|one| (one + 1..5).map(move |other| (one, other))).collect();
    let mut take =
        || all.swap_remove(usize::try_from(chance.below(u64::try_from(all.len()).unwrap())).unwrap());
    (0..3).map(|_| take()).collect()
}

#[test]
fn who_began_a_group_is_gone_for_good_and_it_goes_on_without_them() {
    let mut circle = Circle::new(&FIVE);
    let chat = circle.group("Harbour", &[1, 2, 3]);
    let owner = json!({"chat": chat, "account": circle.accounts[1], "role": "owner"});
    circle.programs[0].call("group.role", &owner);
    circle.say(0, &chat, "over to you");
    circle.agree(&[0, 1, 2, 3], &chat, PATIENCE);
    circle.programs[0].kill();

    // Bora gets to know Eun, and takes them in.
    circle.befriend(1, 4);
    circle.change(1, "group.add", &chat, 4);
    circle.has_members(4, &chat, &[0, 1, 2, 3, 4]);
    for at in [1, 2, 3, 4] {
        circle.say(at, &chat, &format!("{} goes on", FIVE[at]));
    }
    let texts = circle.comes_to(1, &chat, 5);
    assert_eq!(circle.comes_to(2, &chat, 5), texts);
    assert_eq!(circle.comes_to(3, &chat, 5), texts);
    assert_eq!(circle.comes_to(4, &chat, 4), texts[1..]);

    circle.change(1, "group.remove", &chat, 2);
    circle.programs[1].call("group.rename", &json!({"chat": chat, "title": "Pier"}));
    for at in [1, 2, 3, 4] {
        circle.has_members(at, &chat, &[0, 1, 3, 4]);
    }
    for at in [1, 3, 4] {
        circle.say(at, &chat, &format!("{} without Chan", FIVE[at]));
    }
    let all = circle.comes_to(1, &chat, 8);
    assert_eq!(circle.comes_to(3, &chat, 8), all);
    assert_eq!(circle.comes_to(4, &chat, 7), all[1..]);
    assert_eq!(circle.comes_to(2, &chat, 5), texts);
    for at in [1, 3, 4] {
        circle.programs[at].until("group.info", &json!({"chat": chat}), |info| info["title"] == "Pier");
    }
}

#[test]
fn two_admins_who_remove_each_other_on_both_sides_of_a_split_leave_one_group() {
    let mut circle = Circle::new(&FIVE);
    let chat = circle.group("Harbour", &[1, 2, 3, 4]);
    for at in [1, 2] {
        let admin = json!({"chat": chat, "account": circle.accounts[at], "role": "admin"});
        circle.programs[0].call("group.role", &admin);
        circle.programs[at].until("group.info", &json!({"chat": chat}), |info| info["role"] == "admin");
    }
    circle.agree(&[0, 1, 2, 3, 4], &chat, PATIENCE);
    let (west, east) = ([0, 1], [2, 3, 4]);
    for (one, other) in west.into_iter().flat_map(|one| east.map(|other| (one, other))) {
        circle.part(one, other);
    }
    for (at, other, title) in [(1, 2, "West"), (2, 1, "East")] {
        circle.say(at, &chat, &format!("{title} before"));
        circle.change(at, "group.remove", &chat, other);
        circle.programs[at].call("group.rename", &json!({"chat": chat, "title": title}));
        circle.say(at, &chat, &format!("{title} after"));
    }
    circle.has_members(0, &chat, &[0, 1, 3, 4]);
    circle.has_members(4, &chat, &[0, 1, 3, 4].map(|at| if at == 1 { 2 } else { at }));
    circle.join_all();

    let admin = one_of_the_two_stays(&mut circle, &chat);
    let stay = [0, admin, 3, 4];
    for at in 0..5 {
        circle.has_members(at, &chat, &stay);
    }
    let before = circle.agree(&stay, &chat, PATIENCE).len();
    let said: Vec<_> = (0..20)
        .map(|number| {
            let at = stay[number % 4];
            (at, circle.say(at, &chat, &format!("after {number}")))
        })
        .collect();
    let lines = circle.agree(&stay, &chat, PATIENCE);
    assert_eq!(lines.len(), before + 20);
    let titles =
        stay.map(|at| circle.programs[at].call("group.info", &json!({"chat": chat}))["title"].clone());
    assert!(titles.iter().all(|title| *title == titles[0]), "{titles:?}");
    for at in stay {
        let (last, _) = lines.last().unwrap();
        circle.programs[at].call("chat.read", &json!({"chat": chat, "upto": last}));
    }
    for (at, message) in said {
        circle.programs[at].until("message.status", &json!({"message": message}), |status| {
            let states = status["states"].as_array().unwrap();
            states.len() == 3 && states.iter().all(|of| of["state"] == "read")
        });
    }
}

/// Waits until the group has come to an agreement about the two admins, and gives the one who stays.
fn one_of_the_two_stays(circle: &mut Circle, chat: &Value) -> usize {
    let wanted = |info: &Value| info["members"].as_array().unwrap().len() == 4;
    let admins = [1, 2].map(|at| circle.accounts[at].clone());
    // Hana has seen both removals once the operations of the other side have come.
    circle.programs[0]
        .until("group.info", &json!({"chat": chat}), |info| wanted(info) && info["epoch"] == 11);
    let info = circle.programs[0].call("group.info", &json!({"chat": chat}));
    let stays = |account: &Value| {
        info["members"].as_array().unwrap().iter().any(|member| member["account"] == *account)
    };
    assert!(stays(&admins[0]) != stays(&admins[1]), "{info}");
    if stays(&admins[0]) { 1 } else { 2 }
}

#[test]
fn who_lacks_something_is_shown_within_ten_seconds_and_until_it_is_repaired() {
    let mut circle = Circle::new(&FIVE[..3]);
    let chat = circle.group("Harbour", &[1, 2]);
    // Whose key has come can be read whoever brings it.
    for at in [0, 1, 2] {
        circle.say(at, &chat, &format!("{} before", FIVE[at]));
    }
    circle.agree(&[0, 1, 2], &chat, PATIENCE);
    circle.part(0, 2);
    circle.part(1, 2);
    for number in 0..5 {
        circle.say(0, &chat, &format!("while Chan is cut off {number}"));
    }
    circle.say(2, &chat, "while alone");
    let gap = Instant::now();
    for (at, of, they_lack) in [(0, 2, 5), (1, 2, 5), (2, 0, 1), (2, 1, 1)] {
        circle.shows(at, &chat, of, |shown| shown["same"] == false && shown["they_lack"] == they_lack);
    }
    assert!(gap.elapsed() < Duration::from_secs(10), "{:?}", gap.elapsed());
    circle.shows(0, &chat, 1, |shown| shown["same"] == true);

    // Bora brings everything to Chan and Chan's to Hana, who cannot know yet that Chan has it all.
    circle.join(1, 2);
    for at in [0, 1, 2] {
        circle.comes_to(at, &chat, 9);
    }
    circle.shows(1, &chat, 2, |shown| shown["same"] == true);
    circle.shows(2, &chat, 1, |shown| shown["same"] == true);
    circle.shows(0, &chat, 2, |shown| shown["same"] == false);
    circle.join(0, 2);
    circle.agree(&[0, 1, 2], &chat, PATIENCE);
}

#[test]
fn who_was_removed_gets_and_keeps_nothing_of_what_is_said_after() {
    let mut circle = Circle::new(&FIVE[..3]);
    let chat = circle.group("Harbour", &[1, 2]);
    for at in [0, 1, 2] {
        circle.say(at, &chat, &format!("{} before it happened", FIVE[at]));
    }
    circle.agree(&[0, 1, 2], &chat, PATIENCE);
    circle.change(0, "group.remove", &chat, 2);
    for at in [0, 1, 2] {
        circle.has_members(at, &chat, &[0, 1]);
    }
    let after = [(0, "after: the meeting is at nine"), (1, "after: bring the green folder")];
    for (at, text) in after {
        circle.say(at, &chat, text);
    }
    circle.agree(&[0, 1], &chat, PATIENCE);
    assert_eq!(
        circle.programs[2].refused("message.send", &json!({"chat": chat, "text": "still here?"})),
        "not-allowed"
    );
    // All that were on their way have come by now: a text between two who still talk is the last on each cable.
    let direct =
        circle.programs[0].call("chat.open", &json!({"account": circle.accounts[2]}))["chat"].clone();
    circle.say(0, &direct, "sorry, Chan");
    circle.programs[2].event("message.received", |event| event["message"]["text"] == "sorry, Chan");

    let before: Vec<_> = FIVE[..3].iter().map(|name| format!("{name} before it happened")).collect();
    assert_eq!(
        circle.comes_to(2, &chat, 3).into_iter().collect::<BTreeSet<_>>(),
        before.iter().cloned().collect()
    );
    let secrets = Secrets::new(after.map(|(_, text)| (text, text.as_bytes())));
    assert_eq!(seen(&circle.programs[2], &secrets), BTreeSet::new());
    assert!(!seen(&circle.programs[1], &secrets).is_empty(), "the search finds nothing at all");
    for (path, bytes) in files(&circle.folder.path().join(FIVE[2])) {
        assert!(secrets.seen_in(&bytes).is_empty(), "{path:?}");
    }
}

#[test]
fn a_member_added_later_reads_exactly_what_the_policy_says() {
    let mut circle = Circle::new(&FIVE);
    let chat = circle.group("Harbour", &[1]);
    let said: Vec<String> = (0..30).map(|number| format!("{} {number}", FIVE[number % 2])).collect();
    for (number, text) in said.iter().enumerate() {
        circle.say(number % 2, &chat, text);
        circle.comes_to((number + 1) % 2, &chat, number + 1);
    }
    // Nothing, unless somebody says so.
    circle.change(0, "group.add", &chat, 2);
    circle.has_members(2, &chat, &[0, 1, 2]);
    circle.programs[0].call("group.history", &json!({"chat": chat, "history": 7}));
    circle.change(0, "group.add", &chat, 3);
    circle.has_members(3, &chat, &[0, 1, 2, 3]);
    let told = circle.comes_to(3, &chat, 7);
    assert_eq!(told, said[23..]);
    circle.programs[0].call("group.history", &json!({"chat": chat, "history": "all"}));
    circle.change(0, "group.add", &chat, 4);
    circle.has_members(4, &chat, &[0, 1, 2, 3, 4]);
    assert_eq!(circle.comes_to(4, &chat, 30), said);
    let by = circle.accounts[0].clone();
    for line in history(&mut circle.programs[4], &chat).iter().filter(|line| line["kind"] == "text") {
        let author = line["text"].as_str().unwrap().split(' ').next().unwrap();
        assert!(line["before_joined"] == true && line["shared_by"] == by && line["mine"] == false);
        assert_eq!(line["author_name"], author);
    }
    let chats = circle.programs[4].call("chat.list", &json!({}))["chats"].clone();
    let group = chats.as_array().unwrap().iter().find(|row| row["chat"] == chat).unwrap();
    assert_eq!(group["unread"], 0);
    // From here on they read as anybody.
    circle.say(1, &chat, "hello to all");
    for (at, count) in [(2, 1), (3, 8), (4, 31)] {
        circle.comes_to(at, &chat, count);
    }
}

#[test]
fn what_somebody_says_who_then_goes_is_read_by_who_was_away_with_the_key_that_a_third_one_carried() {
    let mut circle = Circle::new(&FIVE[..4]);
    let chat = circle.group("Harbour", &[1, 2, 3]);
    for (at, name) in FIVE[..4].iter().enumerate() {
        circle.say(at, &chat, &format!("{name} before"));
    }
    circle.agree(&[0, 1, 2, 3], &chat, PATIENCE);
    // Who goes says so; of who is cut off the others hear only after a while.
    circle.programs[2].call("profile.lock", &json!({}));
    circle.programs[2].kill();
    let chan = circle.accounts[2].clone();
    circle.programs[0]
        .event("presence", |event| event["account"] == chan && event["presence"]["connected"] == false);
    // Who is put out has had the key until now: the next word needs another, which Chan has not.
    circle.change(0, "group.remove", &chat, 3);
    for at in [0, 1, 3] {
        circle.has_members(at, &chat, &[0, 1, 2]);
    }
    circle.say(0, &chat, "the key is with Bora");
    circle.comes_to(1, &chat, 5);
    // The last on this cable.
    let direct = json!({"account": circle.accounts[1]});
    let direct = circle.programs[0].call("chat.open", &direct)["chat"].clone();
    circle.say(0, &direct, "bye");
    circle.programs[1].event("message.received", |event| event["message"]["text"] == "bye");
    circle.programs[0].kill();

    let profile = circle.folder.path().join(FIVE[2]);
    circle.programs[2] = start(&circle.desks[2], &profile, &[]);
    circle.programs[2].call("profile.unlock", &json!({"passphrase": PASSPHRASE}));
    let texts = circle.comes_to(2, &chat, 5);
    assert_eq!(texts.last().unwrap(), "the key is with Bora");
    let lines = history(&mut circle.programs[2], &chat);
    let line = lines.iter().find(|line| line["text"] == "the key is with Bora").unwrap();
    assert_eq!((&line["author"], &line["before_joined"]), (&circle.accounts[0], &json!(false)));
    // Who was put out, and sees all of it go by, has none of it.
    circle.has_members(2, &chat, &[0, 1, 2]);
    let texts: BTreeSet<_> = circle.comes_to(3, &chat, 4).into_iter().collect();
    assert_eq!(texts, FIVE[..4].iter().map(|name| format!("{name} before")).collect());
    let secret = "the key is with Bora";
    let secrets = Secrets::new([(secret, secret.as_bytes())]);
    assert_eq!(seen(&circle.programs[3], &secrets), BTreeSet::new());
    assert!(!seen(&circle.programs[2], &secrets).is_empty(), "the search finds nothing at all");
}
