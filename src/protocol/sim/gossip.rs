//! Gossip as the simulated network carries it: what one hands on reaches a random part of those who are connected, who
//! let each other in and take part in the topic; they hand it on if they accept it. Each hears a message once. Some is
//! lost. Knows nothing of meshes: any part of the members may be one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    model::Peer,
    protocol::{Verdict, sim::World},
};

type Message = (String, Vec<u8>);

/// What becomes of messages on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::protocol) enum Weather {
    /// They reach everybody.
    #[default]
    Fair,
    /// They reach some.
    Rough,
}

/// What the network knows of gossip.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Gossip {
    /// Of each node its topics, and whom it speaks with.
    circles: BTreeMap<usize, (BTreeSet<String>, BTreeSet<Peer>)>,
    /// On their way, by sender and receiver.
    queues: BTreeMap<(usize, usize), VecDeque<Message>>,
    heard: BTreeMap<usize, BTreeSet<Message>>,
    /// Each verdict: whose, and on what whom brought.
    pub(in crate::protocol) verdicts: Vec<(usize, usize, Verdict)>,
    /// What becomes of messages on their way.
    pub(in crate::protocol) weather: Weather,
}

impl Gossip {
    pub(in crate::protocol) fn circles(
        &mut self,
        node: usize,
        topics: BTreeSet<String>,
        peers: BTreeSet<Peer>,
    ) {
        self.circles.insert(node, (topics, peers));
    }

    /// The topics that a node takes part in.
    pub(in crate::protocol) fn topics(&self, node: usize) -> BTreeSet<String> {
        self.circles.get(&node).map(|(topics, _)| topics.clone()).unwrap_or_default()
    }

    /// Whom a node speaks with.
    pub(in crate::protocol) fn peers(&self, node: usize) -> BTreeSet<Peer> {
        self.circles.get(&node).map(|(_, peers)| peers.clone()).unwrap_or_default()
    }

    /// Whoever has something to deliver to whom.
    pub(in crate::protocol) fn waiting(&self) -> Vec<(usize, usize)> {
        self.queues.iter().filter(|(_, queue)| !queue.is_empty()).map(|(pair, _)| *pair).collect()
    }

    /// A connection is lost with all that is on it.
    pub(in crate::protocol) fn cut(&mut self, a: usize, b: usize) {
        self.queues.retain(|pair, _| *pair != (a, b) && *pair != (b, a));
    }

    /// A program dies.
    pub(in crate::protocol) fn forget(&mut self, node: usize) {
        self.circles.remove(&node);
        self.heard.remove(&node);
        self.queues.retain(|(a, b), _| *a != node && *b != node);
    }
}

impl World {
    /// Node `node` hands a message on, to others than the one who brought it.
    pub(in crate::protocol) fn hand_on(&mut self, node: usize, from: Option<usize>, message: &Message) {
        self.gossip.heard.entry(node).or_default().insert(message.clone());
        let speaks = |of: usize, with: usize| self.gossip.peers(of).contains(&self.peer(with));
        let others: Vec<usize> = (0..self.nodes.len())
            .filter(|other| Some(*other) != from && self.wires.contains_key(&(node, *other)))
            .filter(|other| speaks(node, *other) && speaks(*other, node))
            .filter(|other| self.gossip.topics(*other).contains(&message.0))
            .collect();
        for other in others {
            let reaches = match self.gossip.weather {
                Weather::Fair => true,
                Weather::Rough => self.rng.below(4) > 0,
            };
            if reaches {
                self.gossip.queues.entry((node, other)).or_default().push_back(message.clone());
            }
        }
    }

    /// Delivers one message, if there is one, from `a` to `b`.
    pub(in crate::protocol) fn deliver_gossip(&mut self, a: usize, b: usize) -> bool {
        let Some(message) = self.gossip.queues.get_mut(&(a, b)).and_then(VecDeque::pop_front) else {
            return false;
        };
        let lost = self.gossip.weather == Weather::Rough && self.rng.below(10) == 0;
        if lost || !self.gossip.heard.entry(b).or_default().insert(message.clone()) {
            return true;
        }
        self.bring(a, b, &message);
        true
    }

    /// A message comes to `b` from `a`, whatever the network would say to it.
    pub(in crate::protocol) fn bring(&mut self, a: usize, b: usize, message: &Message) {
        let from = self.peer(a);
        let verdict = self.act(b, |engine, ctx| engine.on_gossip(from, &message.1, ctx));
        self.gossip.verdicts.push((b, a, verdict));
        if verdict == Verdict::Accept {
            self.hand_on(b, Some(a), message);
        }
    }
}
