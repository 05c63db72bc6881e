//! Of one message of ours in a group: who has read it, who has it, and whom it has not reached yet. Knows no language
//! and no widget.

use undertone::api::{Account, ConversationId, MessageState, StateAt};

use super::group::{self, Who};
use super::world::World;

/// How far a message has come with each of the others, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipts {
    /// Who has read it, and since when.
    pub read: Vec<Reader>,
    /// Who has it and has not read it, and since when.
    pub delivered: Vec<Reader>,
    /// Whom it has not reached, and when they were seen last.
    pub waiting: Vec<Absent>,
}

/// Somebody who has a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The account.
    pub account: Account,
    /// What they are called.
    pub who: Who,
    /// Since when, milliseconds since the epoch.
    pub at_ms: i64,
}

/// Somebody who does not have a message yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The account.
    pub account: Account,
    /// What they are called.
    pub who: Who,
    /// Whether they are connected now.
    pub here: bool,
    /// When they were seen last, milliseconds since the epoch; none if they never were.
    pub seen_ms: Option<i64>,
}

/// Puts what is known of a message in order.
#[must_use]
pub fn receipts(world: &World, chat: &ConversationId, states: &[StateAt]) -> Receipts {
    let mut receipts = Receipts::default();
    for StateAt { account, state, at_ms } in states.iter().copied() {
        let who = group::who(world, chat, &account);
        let at_ms = time(at_ms);
        match state {
            MessageState::Read => receipts.read.push(Reader { account, who, at_ms }),
            MessageState::Delivered => receipts.delivered.push(Reader { account, who, at_ms }),
            MessageState::Queued | MessageState::Sent => {
                let member = world.member(chat, &account);
                let here = member.is_some_and(|member| member.connected);
                let seen_ms = member.and_then(|member| member.last_seen_ms).map(time);
                receipts.waiting.push(Absent { account, who, here, seen_ms });
            }
        }
    }
    let name = |who: &Who| match who {
        Who::Named(name) => name.clone(),
        Who::Me | Who::Unknown => String::new(),
    };
    receipts.read.sort_by_key(|reader| (name(&reader.who), reader.account));
    receipts.delivered.sort_by_key(|reader| (name(&reader.who), reader.account));
    receipts.waiting.sort_by_key(|absent| (name(&absent.who), absent.account));
    receipts
}

fn time(at_ms: u64) -> i64 {
    i64::try_from(at_ms).unwrap_or(i64::MAX)
}
