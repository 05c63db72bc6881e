//! Decides: what is said, to whom, in which session, and when again. Machines without I/O: an input with the
//! time and randomness as arguments leaves changes and effects behind, and the effects can be had only by
//! committing the changes. Knows nothing of sockets, sled, tokio or the clock.

mod attention;
mod bundle;
mod command;
mod delivery;
mod engine;
mod group;
mod key_change;
mod link;
mod log;
mod outbox;
mod pairing;
mod person;
mod profile;
mod query;
mod receive;
mod recognise;
mod sessions;
mod signal;
#[cfg(test)]
mod sim;
mod step;
#[cfg(test)]
mod tests;

pub use command::Refused;
pub use engine::{Ctx, Engine, RestoreError};
pub use group::{Compare, HistoryFor, Invited, Joining, KeyMissing, Recount, Same, StoredMessage};
pub use profile::new_profile;
pub use step::{Alarm, Effect, Notice, Standing, Step, Verdict};
