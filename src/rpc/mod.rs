//! The messenger for programs: JSON-RPC 2.0, one object per line, over any two streams or a local socket. A
//! client of `api` like the desktop app, and knows nothing else of the messenger. docs/rpc.md is the reference.

mod conversation;
mod jsonrpc;
mod line;
mod methods;
mod params;
mod socket;
mod stdio;
mod value;

#[cfg(test)]
mod tests;

pub use conversation::{Conversation, End};
pub use jsonrpc::{Call, Fault, Incoming};
pub use line::{LINE_BYTES, Line, Lines};
pub use methods::{EVENTS, Method, Told, all as methods};
pub use params::{Kind, Param};
pub use socket::{BindError, Listener};
pub use stdio::Stdio;
