//! The queue of frames to one peer, and the table of all of them. Putting a frame in never waits.
//! Knows nothing of streams: the session's writer takes the frames out at the other end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::{mpsc, watch};

use super::MAX_FRAME;
use super::event::SendError;
use super::peer::Peer;

/// The open queues, one for each peer with an open stream.
#[derive(Debug, Clone)]
pub(super) struct Outlets(watch::Sender<BTreeMap<Peer, Outlet>>);

impl Outlets {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(BTreeMap::new()))
    }

    /// Opens the queue to a peer; the one before, if any, is over.
    pub(super) fn open(&self, peer: Peer, address: String) -> Intake {
        let (sender, frames) = mpsc::channel(MAX_QUEUED_FRAMES);
        let load = Arc::new(Load::default());
        let outlet = Outlet { frames: sender, load: Arc::clone(&load), address };
        self.0.send_modify(|all| {
            all.insert(peer, outlet);
        });
        Intake { frames, load }
    }

    /// Takes no more frames for this peer; those already queued still come out of the intake.
    pub(super) fn close(&self, peer: Peer) {
        self.0.send_modify(|all| {
            all.remove(&peer);
        });
    }

    pub(super) fn send(&self, peer: Peer, frame: Vec<u8>) -> Result<(), SendError> {
        if frame.len() > MAX_FRAME {
            return Err(SendError::TooLarge);
        }
        match self.0.borrow().get(&peer) {
            Some(outlet) => outlet.offer(frame),
            None => Err(SendError::Gone),
        }
    }

    /// The peers with an open queue, and where each was met.
    pub(super) fn peers(&self) -> Vec<(Peer, String)> {
        self.0.borrow().iter().map(|(peer, outlet)| (*peer, outlet.address.clone())).collect()
    }
}

/// The near end of a queue.
#[derive(Debug)]
struct Outlet {
    frames: mpsc::Sender<Vec<u8>>,
    load: Arc<Load>,
    address: String,
}

impl Outlet {
    fn offer(&self, frame: Vec<u8>) -> Result<(), SendError> {
        let Err(frame) = self.try_offer(frame)? else { return Ok(()) };
        // The writer may have emptied the queue before it could see the mark: then there is room now. If
        // there is none, a frame is still queued and the writer looks at the mark after it.
        self.load.busy.store(true, Ordering::SeqCst);
        match self.try_offer(frame)? {
            Ok(()) => Ok(()),
            Err(_refused) => Err(SendError::Busy),
        }
    }

    /// The frame comes back if there is no room for it.
    fn try_offer(&self, frame: Vec<u8>) -> Result<Result<(), Vec<u8>>, SendError> {
        let size = frame.len();
        let before = self.load.bytes.fetch_add(size, Ordering::SeqCst);
        let refused = if before.saturating_add(size) > MAX_QUEUED_BYTES {
            Ok(Err(frame))
        } else {
            match self.frames.try_send(frame) {
                Ok(()) => return Ok(Ok(())),
                Err(mpsc::error::TrySendError::Full(frame)) => Ok(Err(frame)),
                Err(mpsc::error::TrySendError::Closed(_)) => Err(SendError::Gone),
            }
        };
        self.load.bytes.fetch_sub(size, Ordering::SeqCst);
        refused
    }
}

#[derive(Debug, Default)]
struct Load {
    /// Bytes queued or being written.
    bytes: AtomicUsize,
    /// A frame was refused since the queue was last found below half.
    busy: AtomicBool,
}

/// The far end of a queue: where the writer takes frames out.
#[derive(Debug)]
pub(super) struct Intake {
    frames: mpsc::Receiver<Vec<u8>>,
    load: Arc<Load>,
}

impl Intake {
    /// The next frame; None once the queue is closed and empty.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        self.frames.recv().await
    }

    /// The next frame, if one waits.
    pub(super) fn next_now(&mut self) -> Option<Vec<u8>> {
        self.frames.try_recv().ok()
    }

    /// Gives the room of written frames back. True if the queue fell below half after a frame was refused.
    pub(super) fn written(&self, bytes: usize) -> bool {
        let left = self.load.bytes.fetch_sub(bytes, Ordering::SeqCst).saturating_sub(bytes);
        left <= MAX_QUEUED_BYTES / 2
            && self.frames.len() <= MAX_QUEUED_FRAMES / 2
            && self.load.busy.swap(false, Ordering::SeqCst)
    }
}

/// Frames that may wait for one peer.
const MAX_QUEUED_FRAMES: usize = 256;
/// Bytes that may wait for one peer.
const MAX_QUEUED_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer = Peer::from_bytes([7; 32]);

    #[test]
    fn a_queue_takes_so_many_frames_and_says_when_it_is_half_empty() {
        let outlets = Outlets::new();
        assert_eq!(outlets.send(PEER, vec![1]), Err(SendError::Gone));
        let mut intake = outlets.open(PEER, String::new());
        for _ in 0..MAX_QUEUED_FRAMES {
            assert_eq!(outlets.send(PEER, vec![1]), Ok(()));
        }
        assert_eq!(outlets.send(PEER, vec![1]), Err(SendError::Busy));
        let mut writable = 0;
        while let Some(frame) = intake.next_now() {
            writable += usize::from(intake.written(frame.len()));
        }
        assert_eq!(writable, 1);
        assert_eq!(outlets.send(PEER, vec![1]), Ok(()));
    }

    #[test]
    fn a_queue_takes_so_many_bytes() {
        let outlets = Outlets::new();
        let mut intake = outlets.open(PEER, String::new());
        let mut taken = 0;
        while outlets.send(PEER, vec![0; MAX_FRAME]).is_ok() {
            taken += 1;
        }
        assert_eq!(taken, MAX_QUEUED_BYTES / MAX_FRAME);
        assert_eq!(outlets.send(PEER, vec![0; MAX_FRAME + 1]), Err(SendError::TooLarge));
        while let Some(frame) = intake.next_now() {
            intake.written(frame.len());
        }
        assert_eq!(outlets.send(PEER, vec![0; MAX_FRAME]), Ok(()));
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_holds() {
        let outlets = Outlets::new();
        let mut intake = outlets.open(PEER, String::new());
        outlets.send(PEER, vec![1]).unwrap();
        outlets.close(PEER);
        assert_eq!(outlets.send(PEER, vec![2]), Err(SendError::Gone));
        assert_eq!(intake.next_now(), Some(vec![1]));
        assert_eq!(intake.next_now(), None);
    }
}
