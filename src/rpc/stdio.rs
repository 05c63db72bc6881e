//! Standard input and output as streams. Two plain threads move the bytes, because reading a terminal or writing
//! to a full pipe cannot be broken off: so neither holds up the end of the program.

use std::{
    io::{self, Read, Write},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    runtime::Handle,
    sync::oneshot,
    time,
};

/// The two streams.
#[derive(Debug)]
pub struct Stdio {
    /// What comes in.
    pub input: DuplexStream,
    /// What goes out.
    pub output: DuplexStream,
    /// Comes when everything has gone out.
    pub written: Written,
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
        let (input, from_outside) = duplex(BUFFER_BYTES);
        let (output, to_outside) = duplex(BUFFER_BYTES);
        let (done, written) = oneshot::channel();
        let handle = runtime.clone();
        thread::Builder::new().name("stdin".into()).spawn(move || read(&handle, from_outside))?;
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

fn read(runtime: &Handle, mut to: DuplexStream) {
    let mut input = io::stdin().lock();
    let mut chunk = vec![0; BUFFER_BYTES];
    loop {
        match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(count) => {
                let bytes = chunk.get(..count).unwrap_or_default();
                if runtime.block_on(to.write_all(bytes)).is_err() {
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

/// What is moved at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long the end of the program waits for somebody to read.
const LAST_WORDS: Duration = Duration::from_secs(3);
