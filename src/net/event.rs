//! What the network tells and answers: plain values without any libp2p type. Knows nothing of how they come about.

use std::fmt;

use super::peer::Peer;

/// What the network tells its owner, in the order in which it happened.
///
/// For one peer the order is always `Connected`, then any number of `Frame` and `Writable`, then `Disconnected`. `Gossip` is
/// in no order with these.
#[derive(Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// The addresses at which others reach this node, each with its `/p2p/` part. Replaces what was told before.
    Listening(Vec<String>),
    /// The framed stream with this peer is open.
    Connected {
        /// Who is at the other end.
        peer: Peer,
        /// How it is reached.
        via: Via,
    },
    /// The framed stream with this peer is over; frames not yet acknowledged by it may be lost.
    Disconnected {
        /// Who was at the other end.
        peer: Peer,
    },
    /// A frame arrived, at most [`MAX_FRAME`](super::MAX_FRAME) bytes.
    Frame {
        /// Who sent it.
        peer: Peer,
        /// The frame, as handed to `send` at the other end.
        bytes: Vec<u8>,
    },
    /// A message that members hand on came by. It is passed on only if the verdict says so.
    Gossip {
        /// Who sent it, which need not be who wrote it.
        peer: Peer,
        /// On which topic.
        topic: String,
        /// For the verdict.
        token: u64,
        /// The message, at most 65 KiB.
        bytes: Vec<u8>,
    },
    /// After a [`SendError::Busy`] the queue to this peer has fallen below half.
    Writable {
        /// Whose queue.
        peer: Peer,
    },
    /// Whether this computer has no usable network interface.
    Offline(bool),
}

impl fmt::Debug for NetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening(addresses) => f.debug_tuple("Listening").field(addresses).finish(),
            Self::Connected { peer, via } => write!(f, "Connected({peer}, {via:?})"),
            Self::Disconnected { peer } => write!(f, "Disconnected({peer})"),
            Self::Frame { peer, bytes } => write!(f, "Frame({peer}, {} bytes)", bytes.len()),
            Self::Gossip { peer, token, bytes, .. } => {
                write!(f, "Gossip({peer}, {token}, {} bytes)", bytes.len())
            }
            Self::Writable { peer } => write!(f, "Writable({peer})"),
            Self::Offline(offline) => write!(f, "Offline({offline})"),
        }
    }
}

/// How a peer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Over a connection of our own, without anybody between.
    Direct,
}

/// What becomes of a message that came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is passed on.
    Accept,
    /// It is not passed on, and nobody is to blame.
    Ignore,
    /// It is not passed on, and whoever sent it is to blame.
    Reject,
}

/// What a peer may do. Everybody is a stranger until classified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Small frames, few of them, and the first to be dropped when room is short.
    Stranger,
    /// Frames of any permitted size, slowed down rather than dropped, and exempt from the connection limits.
    Contact,
    /// Refused; an open connection is closed.
    Blocked,
}

/// What the network looks like at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetStatus {
    /// The addresses at which others reach this node, each with its `/p2p/` part.
    pub listen: Vec<String>,
    /// The peers with an open framed stream, and the address at which each was met.
    pub peers: Vec<(Peer, String)>,
}

/// Why a frame was not taken. It was not sent, and the caller still decides what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue to this peer is full; `NetEvent::Writable` follows.
    #[error("the queue to this peer is full")]
    Busy,
    /// There is no open stream with this peer.
    #[error("this peer is not connected")]
    Gone,
    /// The frame is larger than [`MAX_FRAME`](super::MAX_FRAME).
    #[error("the frame is too large")]
    TooLarge,
}
