//! Private groups: the membership log (`dag`, `resolve`), what is held of a group (`state`), and the machines around
//! it, each an `impl Engine`: operations (`ops`), notes through the pairwise sessions (`notes`), messages (`say`),
//! handing them on (`gossip`), comparing with the others (`sync`, `summary`), what an author could do (`moderate`), and what our
//! person asks for (`command`).

mod carry;
mod chain;
mod command;
mod convert;
mod dag;
mod expiry;
#[cfg(test)]
mod forgery_tests;
mod fork;
mod gossip;
mod history;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod hostile_tests;
mod invite;
#[cfg(test)]
mod invite_tests;
mod join;
mod keys;
mod lacking;
#[cfg(test)]
mod model_tests;
mod moderate;
mod notes;
mod ops;
#[cfg(test)]
mod owed_tests;
mod query;
mod recount;
mod resolve;
mod say;
mod state;
mod summary;
mod sync;
#[cfg(test)]
mod tests;
mod waiting;

pub(super) use carry::Carried;
pub use expiry::StoredMessage;
pub use fork::Compare;
pub(super) use gossip::Circles;
pub use history::HistoryFor;
pub use invite::Invited;
pub use join::Joining;
pub use query::{KeyMissing, Same};
pub use recount::Recount;
pub(super) use state::Group;
