//! Standard input and output as streams. Two plain threads move the bytes, because reading a terminal or writing
//! to a full pipe cannot be broken off: so neither holds up the end of the program.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, DuplexStream, ReadBuf, duplex},
    runtime::Handle,
    sync::{mpsc, oneshot},
    time,
};
use zeroize::{Zeroize, Zeroizing};

/// The two streams.
#[derive(Debug)]
pub struct Stdio {
    /// What comes in.
    pub input: Input,
    /// What goes out.
    pub output: DuplexStream,
    /// Comes when everything has gone out.
    pub written: Written,
}

/// Standard input. What was read may be a passphrase, so every piece of it is wiped once it was taken.
#[derive(Debug)]
pub struct Input {
    pieces: mpsc::Receiver<Zeroizing<Vec<u8>>>,
    piece: Zeroizing<Vec<u8>>,
    /// How much of `piece` was taken.
    taken: usize,
}

/// Comes when everything has gone out.
#[derive(Debug)]
pub struct Written(oneshot::Receiver<()>);

impl Stdio {
    /// Starts moving bytes.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(runtime: &Handle) -> io::Result<Self> {
        let (from_outside, pieces) = mpsc::channel(PIECES);
        let input = Input { pieces, piece: Zeroizing::default(), taken: 0 };
        let (output, to_outside) = duplex(BUFFER_BYTES);
        let (done, written) = oneshot::channel();
        thread::Builder::new().name("stdin".into()).spawn(move || read(io::stdin().lock(), &from_outside))?;
        let handle = runtime.clone();
        thread::Builder::new().name("stdout".into()).spawn(move || {
            write(&handle, to_outside);
            done.send(()).ok();
        })?;
        Ok(Self { input, output, written: Written(written) })
    }
}

impl Written {
    /// Waits until everything has gone out, after [`Stdio::output`] was dropped; but not for ever, since the
    /// other side may have stopped reading.
    pub async fn wait(self) {
        time::timeout(LAST_WORDS, self.0).await.ok();
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.taken >= self.piece.len() {
            match ready!(self.pieces.poll_recv(cx)) {
                Some(piece) => (self.piece, self.taken) = (piece, 0),
                // The end.
                None => return Poll::Ready(Ok(())),
            }
        }
        let rest = self.piece.get(self.taken..).unwrap_or_default();
        let some = rest.get(..to.remaining()).unwrap_or(rest);
        to.put_slice(some);
        self.taken = self.taken.saturating_add(some.len());
        if self.taken >= self.piece.len() {
            self.piece = Zeroizing::default();
        }
        Poll::Ready(Ok(()))
    }
}

fn read(mut input: impl Read, to: &mpsc::Sender<Zeroizing<Vec<u8>>>) {
    // As large as the buffer of standard input or larger: then nothing stays in that one.
    let mut chunk = Zeroizing::new(vec![0; BUFFER_BYTES]);
    loop {
        match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(count) => {
                let bytes = chunk.get_mut(..count).unwrap_or_default();
                let piece = Zeroizing::new(bytes.to_vec());
                bytes.zeroize();
                if to.blocking_send(piece).is_err() {
                    return;
                }
            }
        }
    }
}

fn write(runtime: &Handle, mut from: DuplexStream) {
    let mut output = io::stdout().lock();
    let mut chunk = vec![0; BUFFER_BYTES];
    while let Ok(count @ 1..) = runtime.block_on(from.read(&mut chunk)) {
        let bytes = chunk.get(..count).unwrap_or_default();
        if output.write_all(bytes).and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}

/// Pieces of input that wait: then it is read no further.
const PIECES: usize = 4;
/// What is moved at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long the end of the program waits for somebody to read.
const LAST_WORDS: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_in_goes_on_whole_and_in_order_whatever_the_sizes() {
        let said: Vec<u8> = (0..=255).cycle().take(3 * BUFFER_BYTES + 7).collect();
        let (from_outside, pieces) = mpsc::channel(PIECES);
        let mut input = Input { pieces, piece: Zeroizing::default(), taken: 0 };
        let copy = said.clone();
        let thread = thread::spawn(move || read(copy.as_slice(), &from_outside));
        let mut got = Vec::new();
        for size in [1, 10, 70_000].into_iter().cycle() {
            let mut some = vec![0; size];
            let count = input.read(&mut some).await.unwrap();
            if count == 0 {
                break;
            }
            got.extend_from_slice(&some[..count]);
        }
        thread.join().unwrap();
        assert!(got == said);
        assert!(input.piece.is_empty(), "nothing of it is kept");
    }
}
