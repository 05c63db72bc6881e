//! Messages of groups travel from member to member under the names of topics: which topics there are now, with whom they
//! may be spoken of, and what becomes of a message that comes by. Knows nothing of how it is handed on.

use std::collections::BTreeSet;

use undertone_crypto::group::envelope;

use super::state::Group;
use crate::{
    model::{ConversationId, Peer},
    protocol::{
        engine::{Ctx, Engine},
        step::{Effect, Verdict},
    },
};

/// What the network was told last about whom gossip is spoken with, and whether that has to be looked at again.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Circles {
    topics: BTreeSet<String>,
    peers: BTreeSet<Peer>,
    due: bool,
    now_ms: u64,
}

impl Circles {
    pub(in crate::protocol) fn new(now_ms: u64) -> Self {
        Self { due: true, now_ms, ..Self::default() }
    }

    /// Membership, envelopes or connections have changed.
    pub(in crate::protocol) const fn changed(&mut self) {
        self.due = true;
    }

    /// Time went by: names of topics change with it.
    pub(in crate::protocol) fn tick(&mut self, now_ms: u64) {
        self.due |= now_ms.abs_diff(self.now_ms) >= LOOK_MS;
        if self.due {
            self.now_ms = now_ms;
        }
    }
}

impl Engine {
    /// A message came by from member to member; returns what becomes of it. The network may be told before the commit: to
    /// pass on what others said says nothing of what is kept here.
    #[must_use]
    pub fn on_gossip(&mut self, peer: Peer, frame: &[u8], ctx: &mut Ctx<'_>) -> Verdict {
        self.on_group(peer, frame, ctx)
    }

    /// Hands a message to the members, under the name that its envelope has this week.
    pub(super) fn hand_on(&mut self, conversation: ConversationId, frame: Vec<u8>, now_ms: u64) {
        let Some(group) = self.groups.get(&conversation) else { return };
        let id = envelope::peek(&frame);
        let Some(key) = group.envelopes.iter().find(|key| Some(key.id()) == id) else { return };
        self.out.effect(Effect::Publish { topic: key.topic(week(now_ms)), frame });
    }

    /// Tells the network whom gossip is spoken with and about what, if that has changed.
    pub(in crate::protocol) fn settle_circles(&mut self) {
        if !std::mem::take(&mut self.circles.due) {
            return;
        }
        let now_ms = self.circles.now_ms;
        let me = self.me.account;
        let ours = self.groups.values().filter(|group| group.has(&me));
        let topics: BTreeSet<_> = ours.flat_map(|group| group.topics(now_ms)).collect();
        let shares = |account| self.shares_group(account);
        let inside = self.links.iter().filter(|(_, link)| link.account.is_some_and(shares));
        let peers: BTreeSet<_> = inside.map(|(peer, _)| *peer).collect();
        if topics != self.circles.topics || peers != self.circles.peers {
            self.circles.topics.clone_from(&topics);
            self.circles.peers.clone_from(&peers);
            self.out.effect(Effect::Circles { topics, peers });
        }
    }
}

impl Group {
    /// The names under which messages of this group may travel now: of this week, and of the next or last one near its
    /// border; of the envelope in use, those newer than what we know, and for a while those it has replaced.
    fn topics(&self, now_ms: u64) -> BTreeSet<String> {
        let mut weeks = vec![week(now_ms)];
        weeks.push(week(now_ms.saturating_add(BORDER_MS)));
        weeks.push(week(now_ms.saturating_sub(BORDER_MS)));
        weeks.dedup();
        let Some(state) = self.state() else { return BTreeSet::new() };
        let since = self.named.get(&state.envelope).copied().unwrap_or_default();
        let silent = now_ms.saturating_sub(since) > OLD_MS;
        let (mut topics, mut unnamed) = (BTreeSet::new(), 0_usize);
        for key in self.envelopes.iter().rev() {
            let commit = key.commit();
            let named = self.named.contains_key(&commit);
            unnamed = unnamed.saturating_add((!named).into());
            let used = if named { !silent || commit == state.envelope } else { unnamed <= MOST_UNNAMED };
            if used {
                topics.extend(weeks.iter().map(|week| key.topic(*week)));
            }
        }
        topics
    }
}

/// Weeks since the Unix epoch.
fn week(now_ms: u64) -> u32 {
    u32::try_from(now_ms / WEEK_MS).unwrap_or(u32::MAX)
}

const WEEK_MS: u64 = 7 * 24 * 3_600_000;
/// Clocks may differ by this much around the border of two weeks.
const BORDER_MS: u64 = 3_600_000;
/// How long an envelope that was replaced is still listened to: whoever has not heard may use it.
const OLD_MS: u64 = 48 * 3_600_000;
/// Envelopes that no operation names yet and that are listened to, the newest: anybody in the group can make some up.
const MOST_UNNAMED: usize = 2;
/// How often topics are looked at for time alone.
const LOOK_MS: u64 = 60_000;
