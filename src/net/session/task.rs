//! Reads and writes the frames of one stream, in a task of its own. Knows nothing of connections or dialling.
//!
//! The reader waits while the owner of the network is slow, which slows this peer down and nobody else. The writer
//! never waits for the reader: two ends that both write more than a window would stop for ever otherwise.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use futures::{FutureExt, future};
use libp2p::Stream;
use libp2p::swarm::ConnectionId;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::net::bucket::{Bucket, Rate};
use crate::net::driver::closed;
use crate::net::event::{Class, NetEvent, Via};
use crate::net::frame::{self, FrameReader, MAX_STRANGER_FRAME, ReadError};
use crate::net::gate::{Classes, class_of};
use crate::net::outlet::{Intake, Outlets};
use crate::net::peer::Peer;

/// A stream to be used.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) peer: Peer,
    pub(crate) connection: ConnectionId,
    /// Comes back in [`Ended`].
    pub(crate) serial: u64,
    /// Where the peer was met.
    pub(crate) address: String,
    pub(crate) stream: Stream,
    pub(crate) role: Role,
    /// The task of the stream before, already told to stop: its last event comes before our first.
    pub(crate) before: Option<JoinHandle<()>>,
    /// Resolves, also by being dropped, when this stream is no longer wanted.
    pub(crate) stop: oneshot::Receiver<()>,
}

/// Which end opened the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// We did.
    Opener,
    /// The other end did.
    Acceptor,
}

/// What all streams of a network share.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    pub(crate) events: mpsc::Sender<NetEvent>,
    pub(crate) outlets: Outlets,
    pub(crate) classes: watch::Receiver<Classes>,
    pub(crate) ended: mpsc::Sender<Ended>,
    /// True once the network shuts down: what is queued is still written, nothing more is taken.
    pub(crate) closing: watch::Receiver<bool>,
}

/// A stream is over.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) peer: Peer,
    pub(crate) connection: ConnectionId,
    pub(crate) serial: u64,
    pub(crate) why: End,
}

/// Why a stream is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// One of the ends closed it, or its connection is gone.
    Over,
    /// The connection does not work any more.
    Broken,
    /// The peer broke a rule.
    Violation,
}

/// Uses a stream until it ends.
pub(crate) fn spawn(start: Start, hub: Hub) -> JoinHandle<()> {
    tokio::spawn(run(start, hub))
}

async fn run(start: Start, hub: Hub) {
    let Start { peer, connection, serial, address, mut stream, role, before, mut stop } = start;
    if let Some(before) = before {
        before.await.ok();
    }
    let greeted = tokio::select! {
        greeted = greet(&mut stream, role) => greeted,
        _ = &mut stop => false,
    };
    let mut why = End::Over;
    if greeted {
        let intake = hub.outlets.open(peer, address);
        if hub.events.send(NetEvent::Connected { peer, via: Via::Direct }).await.is_ok() {
            // A panic in a dependency must not leave the peer connected for ever.
            let talk = AssertUnwindSafe(converse(peer, stream, intake, &hub, stop)).catch_unwind();
            why = talk.await.unwrap_or(End::Broken);
        }
        hub.outlets.close(peer);
        hub.events.send(NetEvent::Disconnected { peer }).await.ok();
    }
    hub.ended.send(Ended { peer, connection, serial, why }).await.ok();
}

/// Both ends say that they use this stream, so that nobody writes into one which the other has given up.
async fn greet(stream: &mut Stream, role: Role) -> bool {
    let exchange = async {
        let mut theirs = [0];
        if role == Role::Opener {
            stream.write_all(&[GREETING]).await?;
            stream.flush().await?;
        }
        stream.read_exact(&mut theirs).await?;
        if role == Role::Acceptor {
            stream.write_all(&[GREETING]).await?;
            stream.flush().await?;
        }
        Ok::<bool, std::io::Error>(theirs == [GREETING])
    };
    matches!(timeout(GREETING_TIME, exchange).await, Ok(Ok(true)))
}

async fn converse(peer: Peer, stream: Stream, intake: Intake, hub: &Hub, stop: oneshot::Receiver<()>) -> End {
    let (read, write) = stream.split();
    let reading = read_frames(peer, read, &hub.events, hub.classes.clone());
    let writing = write_frames(peer, write, intake, &hub.events);
    tokio::pin!(reading, writing);
    let mut closing = hub.closing.clone();
    tokio::select! {
        end = &mut reading => end,
        () = &mut writing => End::Over,
        _ = stop => End::Over,
        () = closed(&mut closing) => {
            hub.outlets.close(peer);
            // The other end closes its side once it has read everything. A connection that is closed before may
            // take with it what is still on the way.
            timeout(FLUSH, future::join(writing, reading)).await.ok();
            End::Over
        }
    }
}

async fn read_frames(
    peer: Peer,
    stream: impl AsyncRead + Unpin,
    events: &mpsc::Sender<NetEvent>,
    mut classes: watch::Receiver<Classes>,
) -> End {
    let mut reader = FrameReader::new(stream, PROGRESS);
    let mut tokens = Bucket::new(Instant::now());
    let mut class = class_of(&classes.borrow_and_update(), peer);
    loop {
        let size = match reader.begin().await {
            Ok(size) => size,
            Err(error) => return end_of(&error),
        };
        if classes.has_changed().unwrap_or(false) {
            class = class_of(&classes.borrow_and_update(), peer);
        }
        if class != Class::Contact {
            let fits = size <= MAX_STRANGER_FRAME && tokens.take(STRANGER_RATE, Instant::now()).is_ok();
            if !fits {
                // Perhaps our owner is just about to find out that this is a contact. Waiting costs nothing: the
                // rest of the frame is not read meanwhile.
                if !becomes_contact(peer, &mut classes).await {
                    return End::Violation;
                }
                class = Class::Contact;
            }
        } else if let Err(wait) = tokens.take(CONTACT_RATE, Instant::now()) {
            sleep(wait).await;
        }
        match reader.finish(size).await {
            Ok(bytes) => {
                if events.send(NetEvent::Frame { peer, bytes }).await.is_err() {
                    return End::Over;
                }
            }
            Err(error) => return end_of(&error),
        }
    }
}

fn end_of(error: &ReadError) -> End {
    match error {
        ReadError::Closed | ReadError::Io(_) => End::Over,
        ReadError::Stalled => End::Broken,
        ReadError::TooLarge => End::Violation,
    }
}

async fn becomes_contact(peer: Peer, classes: &mut watch::Receiver<Classes>) -> bool {
    let contact = classes.wait_for(|classes| class_of(classes, peer) == Class::Contact);
    matches!(timeout(CLASSIFICATION, contact).await, Ok(Ok(_)))
}

async fn write_frames(
    peer: Peer,
    mut stream: impl AsyncWrite + Unpin,
    mut intake: Intake,
    events: &mpsc::Sender<NetEvent>,
) {
    let mut buffer = Vec::new();
    while let Some(first) = intake.next().await {
        buffer.clear();
        let mut taken = first.len();
        frame::append(&mut buffer, &first);
        // What waits already goes out together; nothing waits for more to come.
        while buffer.len() < BATCH
            && let Some(next) = intake.next_now()
        {
            taken = taken.saturating_add(next.len());
            frame::append(&mut buffer, &next);
        }
        let written = async {
            stream.write_all(&buffer).await?;
            stream.flush().await
        };
        if written.await.is_err() {
            // The reader knows better why; it sees the same failure.
            return future::pending().await;
        }
        if intake.written(taken) {
            events.send(NetEvent::Writable { peer }).await.ok();
        }
    }
    stream.close().await.ok();
}

/// The first byte in each direction: version 1 of the session.
const GREETING: u8 = 0x01;
const GREETING_TIME: Duration = Duration::from_secs(5);
/// How long the queued frames may take to leave when the network shuts down.
const FLUSH: Duration = Duration::from_millis(300);
/// How long the owner may take to say that a peer which does not behave like a stranger is a contact.
const CLASSIFICATION: Duration = Duration::from_secs(2);
/// How long a frame that has begun may stand still.
const PROGRESS: Duration = Duration::from_secs(15);
/// Bytes written at once, if so many wait.
const BATCH: usize = 64 * 1024;
/// Frames of a stranger: a handshake and some questions.
const STRANGER_RATE: Rate = Rate { burst: 200, per_second: 50 };
/// Frames of a contact: far more than a person writes, less than would occupy a processor.
const CONTACT_RATE: Rate = Rate { burst: 50_000, per_second: 50_000 };
