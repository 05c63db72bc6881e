//! What befalls simulated computers and those they belong to: old copies put back, everything lost, names stolen.

use undertone_crypto::{
    devlist::DeviceList,
    identity::{DeviceKeys, Validity},
    recovery::RecoverySecret,
};

use super::{Disk, Node, World};

impl World {
    /// As a crash, but with what the disk held earlier.
    pub(in crate::protocol) fn roll_back(&mut self, node: usize, disk: Disk, noticed: bool) {
        self.nodes[node].disk = disk;
        self.restore(node, noticed);
    }

    /// The person lost everything but the recovery phrase.
    pub(in crate::protocol) fn reinstall(&mut self, node: usize, name: &str) {
        let phrase = String::from_utf8(self.nodes[node].disk.profile.recovery.to_vec()).unwrap();
        let others: Vec<_> = self.wires.keys().filter(|(a, _)| *a == node).map(|(_, b)| *b).collect();
        others.into_iter().for_each(|other| self.cut(node, other));
        self.gossip.forget(node);
        let (runs, clock_ms) = (self.nodes[node].runs + 1, self.nodes[node].clock_ms + 10_000);
        let mut rng = self.rng.clone();
        self.nodes[node] = Node::new(name, Some((&phrase, clock_ms)), &mut rng);
        self.nodes[node].runs = runs;
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// The program starts with a profile of somebody else: under the name of the run before, or a new one.
    pub(in crate::protocol) fn become_another(&mut self, node: usize, new_run: bool) {
        let others: Vec<_> = self.wires.keys().filter(|(a, _)| *a == node).map(|(_, b)| *b).collect();
        others.into_iter().for_each(|other| self.cut(node, other));
        self.gossip.forget(node);
        let runs = self.nodes[node].runs + u8::from(new_run);
        let mut rng = self.rng.clone();
        let clock_ms = self.nodes[node].clock_ms;
        self.nodes[node] = Node::new("Somebody", None, &mut rng);
        (self.nodes[node].runs, self.nodes[node].clock_ms) = (runs, clock_ms);
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// The person sets up another computer at `node` with the recovery phrase that `other` was made with.
    pub(in crate::protocol) fn twin(&mut self, node: usize, other: usize) {
        let phrase = String::from_utf8(self.nodes[other].disk.profile.recovery.to_vec()).unwrap();
        let (runs, clock_ms) = (self.nodes[node].runs, self.nodes[other].clock_ms + 1_000);
        let mut rng = self.rng.clone();
        self.nodes[node] = Node::new("Bora", Some((&phrase, clock_ms)), &mut rng);
        self.nodes[node].runs = runs;
        self.rng = rng;
        let local = self.peer(node);
        self.act(node, |engine, _| engine.on_network(local));
    }

    /// Whoever has the recovery phrase that `other` was made with gives their own keys the name of its device.
    pub(in crate::protocol) fn steal_name(&mut self, node: usize, other: usize) {
        self.twin(node, other);
        let phrase = String::from_utf8(self.nodes[other].disk.profile.recovery.to_vec()).unwrap();
        let account = RecoverySecret::from_phrase(&phrase).unwrap().account_key();
        let name = *self.nodes[other].engine.device().as_bytes();
        let at = &mut self.nodes[node];
        at.disk.profile.device[1..17].copy_from_slice(&name);
        let keys = DeviceKeys::from_bytes(&at.disk.profile.device).unwrap();
        let validity = Validity { not_before_ms: at.clock_ms - 1, not_after_ms: at.clock_ms * 2 };
        let cert = account.certify(&keys, validity, 2);
        let certs = std::slice::from_ref(&cert);
        let seq = at.clock_ms + 1;
        let list = DeviceList::create(&account, seq, [0; 32], certs, &[], at.clock_ms).unwrap();
        at.disk.profile.cert = cert.as_bytes().to_vec();
        at.disk.profile.device_list = list.as_bytes().to_vec();
        self.crash(node);
    }
}
