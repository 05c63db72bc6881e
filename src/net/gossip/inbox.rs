//! Messages that wait for the owner's verdict, and how many of one peer may come. Knows nothing of what they say.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use libp2p::PeerId;
use libp2p::gossipsub::MessageId;

use crate::net::bucket::{Bucket, Rate};

/// The messages of one life of the swarm that wait.
#[derive(Debug, Default)]
pub(in crate::net) struct Inbox {
    waiting: BTreeMap<u64, (MessageId, PeerId)>,
    last: u64,
    buckets: HashMap<PeerId, Bucket>,
}

impl Inbox {
    /// A message came. The token under which its verdict will come; none if the peer sends too many.
    pub(in crate::net) fn take(&mut self, peer: PeerId, message: &MessageId, now: Instant) -> Option<u64> {
        if self.buckets.len() >= MAX_BUCKETS {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        let bucket = self.buckets.entry(peer).or_insert_with(|| Bucket::new(now));
        bucket.take(RATE, now).ok()?;
        self.last = self.last.wrapping_add(1);
        self.waiting.insert(self.last, (message.clone(), peer));
        if self.waiting.len() > MAX_WAITING {
            // its verdict would come too late for gossipsub anyway
            self.waiting.pop_first();
        }
        Some(self.last)
    }

    /// For the messages of the next swarm: no token is given twice, as verdicts on those of this one may still come.
    pub(in crate::net) fn of_next_life(self) -> Self {
        Self { waiting: BTreeMap::new(), ..self }
    }

    /// The message of a token, once.
    pub(in crate::net) fn judged(&mut self, token: u64) -> Option<(MessageId, PeerId)> {
        self.waiting.remove(&token)
    }
}

/// Messages of one peer. A person writes a few a minute; a hundred people pass theirs on through one peer.
const RATE: Rate = Rate { burst: 512, per_second: 128 };
/// Messages that wait at a time.
const MAX_WAITING: usize = 4096;
/// Peers counted before the rested ones are forgotten.
const MAX_BUCKETS: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_too_much_is_not_heard_for_a_while_and_nobody_else() {
        let (mut inbox, now) = (Inbox::default(), Instant::now());
        let (loud, other) = (PeerId::random(), PeerId::random());
        let message = MessageId::new(b"message");
        let taken = (0..2000).filter(|_| inbox.take(loud, &message, now).is_some()).count();
        assert_eq!(taken, 512);
        assert!(inbox.take(other, &message, now).is_some());
        assert!(inbox.take(loud, &message, now + std::time::Duration::from_secs(1)).is_some());
    }

    #[test]
    fn a_verdict_counts_once() {
        let mut inbox = Inbox::default();
        let token = inbox.take(PeerId::random(), &MessageId::new(b"message"), Instant::now()).unwrap();
        assert!(inbox.judged(token).is_some());
        assert!(inbox.judged(token).is_none());
    }

    #[test]
    fn a_verdict_on_a_message_of_an_earlier_swarm_is_for_none_of_the_next() {
        let (mut inbox, peer, now) = (Inbox::default(), PeerId::random(), Instant::now());
        let before = inbox.take(peer, &MessageId::new(b"before"), now).unwrap();
        let mut inbox = inbox.of_next_life();
        let after = inbox.take(peer, &MessageId::new(b"after"), now).unwrap();
        assert!(inbox.judged(before).is_none());
        assert!(inbox.judged(after).is_some());
    }
}
