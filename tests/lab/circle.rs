//! Several people at desks of one network, of whom the first knows all others, and the paths between their desks, which
//! can be cut one by one.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    people::{befriend, create, history, shown, start},
    place::{Desk, Family, Lan, need, run},
    support::{DEADLINE, Undertoned},
};

/// People and what they run on. Programs end before their network does.
pub(crate) struct Circle {
    pub(crate) programs: Vec<Undertoned>,
    pub(crate) accounts: Vec<Value>,
    pub(crate) desks: Vec<Desk>,
    pub(crate) lan: Lan,
    pub(crate) folder: tempfile::TempDir,
}

impl Circle {
    /// The first of so many visible people on a network knows all others, who do not know each other.
    pub(crate) fn new(names: &[&str]) -> Self {
        need("nft");
        let mut lan = Lan::new();
        let folder = tempfile::tempdir().unwrap();
        let desks: Vec<_> = names.iter().map(|_| lan.desk(Family::Both)).collect();
        let mut programs = Vec::new();
        let mut accounts = Vec::new();
        for (desk, name) in desks.iter().zip(names) {
            let mut program = start(desk, &folder.path().join(name), &[]);
            accounts.push(create(&mut program, name));
            programs.push(program);
        }
        let (first, others) = programs.split_first_mut().unwrap();
        for (other, account) in others.iter_mut().zip(&accounts[1..]) {
            befriend(first, account, other, &accounts[0]);
        }
        let circle = Self { programs, accounts, desks, lan, folder };
        for rule in [
            "add table bridge cuts",
            "add set bridge cuts paths { type ifname . ifname; }",
            "add chain bridge cuts forward { type filter hook forward priority 0; }",
            "add rule bridge cuts forward iifname . oifname @paths drop",
        ] {
            circle.nft(rule);
        }
        circle
    }

    /// A group of the first one and these; waits until everybody in it shows everybody.
    pub(crate) fn group(&mut self, title: &str, members: &[usize]) -> Value {
        let accounts: Vec<_> = members.iter().map(|at| &self.accounts[*at]).collect();
        let wanted = json!({"title": title, "members": accounts});
        let chat = self.programs[0].call("group.create", &wanted)["chat"].clone();
        let all = [&[0], members].concat();
        for at in &all {
            self.programs[*at].event("group.changed", |now| now["chat"] == chat && now["role"].is_string());
            self.has_members(*at, &chat, &all);
        }
        chat
    }

    /// The first asks the second, who accepts.
    pub(crate) fn befriend(&mut self, asker: usize, other: usize) {
        assert!(asker < other);
        let (before, from) = self.programs.split_at_mut(other);
        befriend(&mut before[asker], &self.accounts[other], &mut from[0], &self.accounts[asker]);
    }

    /// Somebody does something to a member of a group.
    pub(crate) fn change(&mut self, at: usize, method: &str, chat: &Value, member: usize) {
        let params = json!({"chat": chat, "account": self.accounts[member]});
        self.programs[at].call(method, &params);
    }

    /// Waits until somebody shows that these take part in a group.
    pub(crate) fn has_members(&mut self, at: usize, chat: &Value, members: &[usize]) {
        let wanted: BTreeSet<_> = members.iter().map(|at| self.accounts[*at].to_string()).collect();
        let deadline = Instant::now() + DEADLINE;
        loop {
            let call = self.programs[at].begin("group.info", &json!({"chat": chat}));
            // Who is new in a group does not know it yet.
            let info = self.programs[at].answer(call).unwrap_or_default();
            let shown = info["members"].as_array().into_iter().flatten();
            if shown.map(|one| one["account"].to_string()).collect::<BTreeSet<_>>() == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{at} stays at {info}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until somebody shows a member so.
    pub(crate) fn shows(&mut self, at: usize, chat: &Value, of: usize, wanted: impl Fn(&Value) -> bool) {
        let account = self.accounts[of].clone();
        self.programs[at].until("group.info", &json!({"chat": chat}), |info| {
            let mut members = info["members"].as_array().unwrap().iter();
            members.any(|one| one["account"] == account && wanted(one))
        });
    }

    /// Somebody says something; gives its id.
    pub(crate) fn say(&mut self, at: usize, chat: &Value, text: &str) -> Value {
        self.programs[at].call("message.send", &json!({"chat": chat, "text": text}))["message"].clone()
    }

    /// The texts that somebody shows, in order.
    pub(crate) fn texts(&mut self, at: usize, chat: &Value) -> Vec<String> {
        let lines = history(&mut self.programs[at], chat).into_iter().filter(|line| line["kind"] == "text");
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until somebody shows so many texts; gives them.
    pub(crate) fn comes_to(&mut self, at: usize, chat: &Value, count: usize) -> Vec<String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let texts = self.texts(at, chat);
            if texts.len() == count {
                return texts;
            }
            assert!(Instant::now() < deadline, "{at} stays at {texts:?}, not {count}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lets nothing pass between two desks.
    pub(crate) fn part(&self, one: usize, other: usize) {
        self.nft(&format!("add element bridge cuts paths {}", self.path(one, other)));
    }

    /// Lets everything pass again between two desks that were parted.
    pub(crate) fn join(&self, one: usize, other: usize) {
        self.nft(&format!("delete element bridge cuts paths {}", self.path(one, other)));
    }

    /// Lets everything pass again everywhere.
    pub(crate) fn join_all(&self) {
        self.nft("flush set bridge cuts paths");
    }

    fn path(&self, one: usize, other: usize) -> String {
        let (one, other) = (&self.desks[one].port, &self.desks[other].port);
        format!("{{ {one} . {other}, {other} . {one} }}")
    }

    fn nft(&self, rule: &str) {
        run("nsenter", &[&format!("--net=/run/netns/{}", self.lan.namespace), "nft", rule]);
    }

    /// Everybody with an account of these shows the same lines in the same order; gives them. Waits for it that long.
    pub(crate) fn agree(&mut self, who: &[usize], chat: &Value, patience: Duration) -> Vec<(String, String)> {
        let deadline = Instant::now() + patience;
        loop {
            let shown = self.shown(who, chat);
            if shown.iter().all(|lines| *lines == shown[0]) && self.all_same(who, chat) {
                return shown.into_iter().next().unwrap();
            }
            if Instant::now() > deadline {
                self.tell_apart(who, chat, &shown);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until all show the same lines, though they may not know it of each other yet.
    pub(crate) fn show_the_same(&mut self, who: &[usize], chat: &Value, patience: Duration) {
        let deadline = Instant::now() + patience;
        loop {
            let shown = self.shown(who, chat);
            if shown.iter().all(|lines| *lines == shown[0]) {
                return;
            }
            if Instant::now() > deadline {
                self.tell_apart(who, chat, &shown);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn shown(&mut self, who: &[usize], chat: &Value) -> Vec<Vec<(String, String)>> {
        who.iter().map(|at| shown(&history(&mut self.programs[*at], chat))).collect()
    }

    /// Whether each of these shows all others of them with the same history.
    pub(crate) fn all_same(&mut self, who: &[usize], chat: &Value) -> bool {
        let accounts: Vec<_> = who.iter().map(|at| self.accounts[*at].clone()).collect();
        who.iter().all(|at| {
            let info = self.programs[*at].call("group.info", &json!({"chat": chat}));
            let members = info["members"].as_array().unwrap().iter();
            let others = members.filter(|one| one["me"] == false && accounts.contains(&one["account"]));
            others.filter(|one| one["same"] == true).count() + 1 == who.len()
        })
    }

    fn tell_apart(&mut self, who: &[usize], chat: &Value, shown: &[Vec<(String, String)>]) -> ! {
        for (at, lines) in who.iter().zip(shown) {
            let info = self.programs[*at].call("group.info", &json!({"chat": chat}));
            let most = shown.iter().max_by_key(|lines| lines.len()).unwrap();
            let lacks: Vec<_> = most.iter().filter(|line| !lines.contains(line)).take(8).collect();
            println!("{at}: {} lines, lacks {lacks:?}; {info}", lines.len());
        }
        panic!("they do not come to show the same");
    }
}
