//! What people do in simulated groups, and what they see there.

use super::World;
use crate::model::{Body, ConversationId, DeviceId, EntryRef, History, Name};

impl World {
    /// People of whom the first knows all others, and everybody is connected.
    pub(in crate::protocol) fn circle(names: &[&str], seed: u64) -> Self {
        let mut world = Self::new(names, seed);
        for other in 1..names.len() {
            world.befriend(0, other);
        }
        world.everybody_meets();
        world
    }

    /// People who all know each other in a group of the first one; each has said hello.
    pub(in crate::protocol) fn friends(names: &[&str], seed: u64) -> (Self, ConversationId) {
        let mut world = Self::new(names, seed);
        for a in 0..names.len() {
            for b in a + 1..names.len() {
                world.befriend(a, b);
            }
        }
        let members: Vec<_> = (1..names.len()).collect();
        let chat = world.begin(&members, History::None);
        world.run();
        for node in 0..names.len() {
            world.post(node, chat, "hello");
            world.pass(2);
        }
        (world, chat)
    }

    pub(in crate::protocol) fn everybody_meets(&mut self) {
        let all: Vec<_> = (0..self.nodes.len()).collect();
        self.meet(&all);
    }

    /// All of these are connected with each other.
    pub(in crate::protocol) fn meet(&mut self, nodes: &[usize]) {
        for (at, a) in nodes.iter().enumerate() {
            nodes[at + 1..].iter().for_each(|b| self.connect(*a, *b));
        }
        self.run();
    }

    /// Somebody is connected with nobody.
    pub(in crate::protocol) fn away(&mut self, node: usize) {
        (0..self.nodes.len()).filter(|other| *other != node).for_each(|other| self.cut(node, other));
    }

    /// The first one begins a group with these.
    pub(in crate::protocol) fn begin(&mut self, members: &[usize], history: History) -> ConversationId {
        let accounts: Vec<_> = members.iter().map(|node| self.account(*node)).collect();
        let title = Name::new("Harbour").unwrap();
        self.act(0, |engine, ctx| engine.create_group(&title, &accounts, history, ctx)).unwrap()
    }

    /// Somebody who may says a text in a group.
    pub(in crate::protocol) fn post(&mut self, node: usize, chat: ConversationId, text: &str) -> EntryRef {
        self.write(node, chat, text).unwrap()
    }

    /// The texts of a group that somebody shows, in order, with who is said to have written them.
    pub(in crate::protocol) fn shown(&self, node: usize, chat: ConversationId) -> Vec<(DeviceId, String)> {
        let at = &self.nodes[node];
        let here =
            at.disk.entries.iter().filter(|((of, id), _)| *of == chat && !at.engine.is_hidden(chat, id));
        here.filter_map(|((_, id), entry)| match &entry.body {
            Body::Text { text, .. } => Some((id.author, text.as_str().to_owned())),
            _ => None,
        })
        .collect()
    }

    /// The texts alone.
    pub(in crate::protocol) fn shown_texts(&self, node: usize, chat: ConversationId) -> Vec<String> {
        self.shown(node, chat).into_iter().map(|(_, text)| text).collect()
    }

    /// Whether somebody shows a text, once.
    pub(in crate::protocol) fn shows(&self, node: usize, chat: ConversationId, text: &str) -> bool {
        self.shown(node, chat).iter().filter(|(_, said)| said == text).count() == 1
    }
}
