//! Frames on a stream: four bytes of length, most significant first, then the frame. Knows nothing of what a frame says.

use std::io;
use std::time::Duration;

use futures::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::time::timeout;

/// The largest frame a contact may send, in bytes.
pub const MAX_FRAME: usize = 96 * 1024;

/// The largest frame a stranger may send, in bytes.
pub(super) const MAX_STRANGER_FRAME: usize = 8 * 1024;

/// Why no more frames can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// The other end closed the stream between two frames.
    #[error("the stream was closed")]
    Closed,
    #[error("the stream broke")]
    Io(#[from] io::Error),
    /// A frame was begun and then nothing came for too long.
    #[error("a frame was begun and not finished")]
    Stalled,
    #[error("a frame is larger than permitted")]
    TooLarge,
}

/// Reads frames, one step at a time, so that nothing is allocated before its size is known and permitted.
#[derive(Debug)]
pub(super) struct FrameReader<R> {
    stream: BufReader<R>,
    /// How long a frame that has begun may stand still.
    progress: Duration,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(super) fn new(stream: R, progress: Duration) -> Self {
        Self { stream: BufReader::with_capacity(READ_BUFFER, stream), progress }
    }

    /// Waits as long as it takes for a frame to begin, and tells its size: at most [`MAX_FRAME`].
    pub(super) async fn begin(&mut self) -> Result<usize, ReadError> {
        if self.stream.fill_buf().await?.is_empty() {
            return Err(ReadError::Closed);
        }
        let mut header = [0; 4];
        self.fill(&mut header).await?;
        match usize::try_from(u32::from_be_bytes(header)) {
            Ok(size) if size <= MAX_FRAME => Ok(size),
            Ok(_) | Err(_) => Err(ReadError::TooLarge),
        }
    }

    /// Reads the frame that [`begin`](Self::begin) announced.
    pub(super) async fn finish(&mut self, size: usize) -> Result<Vec<u8>, ReadError> {
        let mut frame = vec![0; size];
        self.fill(&mut frame).await?;
        Ok(frame)
    }

    async fn fill(&mut self, mut rest: &mut [u8]) -> Result<(), ReadError> {
        while !rest.is_empty() {
            let read = match timeout(self.progress, self.stream.read(rest)).await {
                Ok(read) => read?,
                Err(_elapsed) => return Err(ReadError::Stalled),
            };
            if read == 0 {
                return Err(ReadError::Io(io::ErrorKind::UnexpectedEof.into()));
            }
            rest = rest.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Appends a frame as it travels. Frames above [`MAX_FRAME`] never get here; one that did would break the stream.
pub(super) fn append(buffer: &mut Vec<u8>, frame: &[u8]) {
    let size = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&size.to_be_bytes());
    buffer.extend_from_slice(frame);
}

/// Enough to take many small frames out of the stream at once.
const READ_BUFFER: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use futures::io::{AsyncWriteExt, Cursor};

    use super::*;

    const PROGRESS: Duration = Duration::from_secs(15);

    #[tokio::test]
    async fn frames_come_out_as_they_went_in() {
        let frames = [vec![], vec![1], vec![2; MAX_STRANGER_FRAME], vec![3; MAX_FRAME]];
        let mut bytes = Vec::new();
        for frame in &frames {
            append(&mut bytes, frame);
        }
        let mut reader = FrameReader::new(Cursor::new(bytes), PROGRESS);
        for frame in frames {
            let size = reader.begin().await.unwrap();
            assert_eq!(reader.finish(size).await.unwrap(), frame);
        }
        assert!(matches!(reader.begin().await, Err(ReadError::Closed)));
    }

    #[tokio::test]
    async fn a_size_above_the_limit_is_refused_before_anything_is_allocated() {
        for size in [u32::try_from(MAX_FRAME).unwrap() + 1, u32::MAX] {
            let mut reader = FrameReader::new(Cursor::new(size.to_be_bytes()), PROGRESS);
            assert!(matches!(reader.begin().await, Err(ReadError::TooLarge)));
        }
    }

    #[tokio::test]
    async fn a_frame_that_is_cut_off_is_an_error() {
        let mut bytes = Vec::new();
        append(&mut bytes, &[1, 2, 3]);
        bytes.pop();
        let mut reader = FrameReader::new(Cursor::new(bytes), PROGRESS);
        let size = reader.begin().await.unwrap();
        assert!(matches!(reader.finish(size).await, Err(ReadError::Io(_))));
        let mut reader = FrameReader::new(Cursor::new(vec![0, 0]), PROGRESS);
        assert!(matches!(reader.begin().await, Err(ReadError::Io(_))));
    }

    #[tokio::test]
    async fn a_frame_that_stands_still_is_given_up_but_silence_between_frames_is_not() {
        let (near, far) = tokio::io::duplex(64);
        let progress = Duration::from_millis(20);
        let mut reader = FrameReader::new(Compat(near), progress);
        let mut writer = Compat(far);
        let writing = async {
            tokio::time::sleep(progress * 3).await;
            writer.write_all(&[0, 0]).await.unwrap();
        };
        let (read, ()) = futures::join!(reader.begin(), writing);
        assert!(matches!(read, Err(ReadError::Stalled)));
    }

    /// tokio's in-memory pipe with the traits of the futures crate.
    struct Compat(tokio::io::DuplexStream);

    impl AsyncRead for Compat {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffer: &mut [u8],
        ) -> std::task::Poll<io::Result<usize>> {
            let mut buffer = tokio::io::ReadBuf::new(buffer);
            let pinned = std::pin::Pin::new(&mut self.0);
            futures::ready!(tokio::io::AsyncRead::poll_read(pinned, cx, &mut buffer))?;
            std::task::Poll::Ready(Ok(buffer.filled().len()))
        }
    }

    impl futures::AsyncWrite for Compat {
        fn poll_write(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            bytes: &[u8],
        ) -> std::task::Poll<io::Result<usize>> {
            tokio::io::AsyncWrite::poll_write(std::pin::Pin::new(&mut self.0), cx, bytes)
        }
        fn poll_flush(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            tokio::io::AsyncWrite::poll_flush(std::pin::Pin::new(&mut self.0), cx)
        }
        fn poll_close(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            tokio::io::AsyncWrite::poll_shutdown(std::pin::Pin::new(&mut self.0), cx)
        }
    }
}
