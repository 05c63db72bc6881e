//! One connection with a program: reads calls, hands them to the messenger, writes answers and events. Knows
//! streams of bytes, not where they come from.
//!
//! Calls are handed over in the order in which they are read, each as soon as it is read: nothing waits for the
//! disk before the next one goes. Only what comes after a call that opens the profile waits for it. Answers come
//! as they are ready. Whatever waits is bounded: when too many calls
//! or answers wait, no more are read; when too many answers wait, events are left in their queue, which says
//! `stale` when it overflows.

use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    future::{self, Future},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::watch,
    task, time,
};
use zeroize::{Zeroize, Zeroizing};

use super::{
    jsonrpc::{Call, Fault, Incoming, answer, notification},
    line::{Line, Lines},
    methods::{Lane, Method, SHUTDOWN, find},
    params::Params,
    value,
};
use crate::api::{Client, Events};

/// One connection with a program. It hears the events from the moment it is made.
#[derive(Debug)]
pub struct Conversation {
    client: Client,
    events: Events,
    lines: Lines,
    /// The lines that are not answered yet.
    open: BTreeMap<u64, OpenLine>,
    last_line: u64,
    /// Bytes of the lines that are not answered yet.
    open_bytes: usize,
    /// Calls that wait until the profile is open.
    held: VecDeque<Begun>,
    /// Whether a call that opens the profile is running.
    opening: bool,
    running: FuturesUnordered<Running>,
    out: Outgoing,
    end: End,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The other side closed it, or it was told to end.
    Closed,
    /// The program was asked to shut down, and has done so.
    Shutdown,
}

impl Conversation {
    /// A new conversation; events are collected from now on.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            events: client.subscribe(),
            client,
            lines: Lines::default(),
            open: BTreeMap::new(),
            last_line: 0,
            open_bytes: 0,
            held: VecDeque::new(),
            opening: false,
            running: FuturesUnordered::new(),
            out: Outgoing::default(),
            end: End::Closed,
        }
    }

    /// Talks until the other side closes, until `ending` becomes true or its sender is gone, or until the
    /// program was asked to shut down. Every call that was read is answered first, unless the other side takes
    /// nothing for [`LAST_WORDS`].
    pub async fn run(
        mut self,
        mut input: impl AsyncRead + Unpin,
        mut output: impl AsyncWrite + Unpin,
        mut ending: watch::Receiver<bool>,
    ) -> End {
        let (mut listening, mut told) = (true, false);
        let mut chunk = Zeroizing::new(vec![0; CHUNK_BYTES]);
        loop {
            self.begin_lines();
            if !listening && self.lines.is_empty() && self.open.is_empty() && self.out.is_empty() {
                return self.end;
            }
            tokio::select! {
                read = input.read(&mut chunk), if listening && self.lines.is_empty() && self.has_room() => {
                    let bytes = read.ok().and_then(|count| chunk.get_mut(..count)).unwrap_or_default();
                    listening = !bytes.is_empty();
                    self.lines.push(bytes);
                    // It may be a passphrase.
                    bytes.zeroize();
                    if !listening {
                        self.lines.finish();
                    }
                }
                // Always: a call that is left alone keeps its place in the messenger's queue from everybody.
                Some(done) = self.running.next(), if !self.running.is_empty() => {
                    listening &= !done.shut_down;
                    self.finish(done);
                }
                event = self.events.next(), if listening && self.out.has_room_for_events() => match event {
                    Some(event) => self.out.push(&notification(&value::event(&event))),
                    None => listening = false,
                },
                written = output.write(self.out.bytes()), if !self.out.is_empty() => match written {
                    Ok(0) | Err(_) => return self.end,
                    Ok(count) => self.out.advance(count),
                },
                () = told_to_end(&mut ending), if !told => {
                    (listening, told) = (false, true);
                }
                () = time::sleep(LAST_WORDS), if !listening && (told || !self.out.is_empty()) => return self.end,
            }
        }
    }

    /// Reads the lines that are whole.
    fn begin_lines(&mut self) {
        while self.has_room() {
            match self.lines.take() {
                None => return,
                Some(Line::TooLong) => self.refuse(Fault::line_too_long()),
                Some(Line::Whole(line)) => match Incoming::read(&line) {
                    Incoming::Blank => {}
                    Incoming::Bad(fault) => self.refuse(fault),
                    Incoming::One(call) => self.begin_line(line.len(), vec![call], false),
                    Incoming::Batch(calls) => self.begin_line(line.len(), calls, true),
                },
            }
        }
    }

    fn begin_line(&mut self, bytes: usize, calls: Vec<Call>, batch: bool) {
        self.last_line = self.last_line.wrapping_add(1);
        let line = self.last_line;
        self.open_bytes = self.open_bytes.saturating_add(bytes);
        self.open
            .insert(line, OpenLine { answers: vec![None; calls.len()], batch, bytes, calls: calls.len() });
        for (place, Call { id, what }) in calls.into_iter().enumerate() {
            match what.and_then(|(name, params)| find(&name, params)) {
                Err(fault) => {
                    let answer = id.map(|id| answer(&id, Err(fault)));
                    self.finish(Done { line, place, answer, method: None, shut_down: false });
                }
                Ok((method, params)) => {
                    let begun = Begun { line, place, id, method, params };
                    if self.opening && method.lane != Lane::Free {
                        self.held.push_back(begun);
                    } else {
                        self.hand_over(begun);
                    }
                }
            }
        }
    }

    /// Hands a call to the messenger. Polling it once does that: from then on it has its place in the queue.
    fn hand_over(&mut self, begun: Begun) {
        let Begun { line, place, id, method, params } = begun;
        self.opening |= method.lane == Lane::Alone;
        let result = (method.run)(self.client.clone(), params);
        // Without the scheduler's budget: a call that is put off by it would lose its place to the next one.
        let mut running: Running = Box::pin(task::unconstrained(async move {
            let result = result.await;
            let shut_down = method.name == SHUTDOWN && result.is_ok();
            let answer = id.map(|id| answer(&id, result));
            Done { line, place, answer, method: Some(method), shut_down }
        }));
        match running.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => self.running.push(Box::pin(future::ready(done))),
            Poll::Pending => self.running.push(running),
        }
    }

    fn refuse(&mut self, fault: Fault) {
        self.out.push(&answer(&Value::Null, Err(fault)));
    }

    fn finish(&mut self, done: Done) {
        if done.shut_down {
            self.end = End::Shutdown;
        }
        if done.method.is_some_and(|method| method.lane == Lane::Alone) {
            self.opening = false;
            while !self.opening
                && let Some(next) = self.held.pop_front()
            {
                self.hand_over(next);
            }
        }
        let Entry::Occupied(mut open) = self.open.entry(done.line) else { return };
        let line = open.get_mut();
        if let Some(answer) = line.answers.get_mut(done.place) {
            *answer = done.answer;
        }
        line.calls = line.calls.saturating_sub(1);
        if line.calls == 0 {
            let OpenLine { answers, batch, bytes, .. } = open.remove();
            self.open_bytes = self.open_bytes.saturating_sub(bytes);
            let mut answers: Vec<Value> = answers.into_iter().flatten().collect();
            if batch && !answers.is_empty() {
                self.out.push(&Value::Array(answers));
            } else if let Some(answer) = answers.pop() {
                self.out.push(&answer);
            }
        }
    }

    fn has_room(&self) -> bool {
        self.open.len() < OPEN_LINES && self.open_bytes < OPEN_BYTES && self.out.has_room()
    }
}

/// Comes when the program ends, or when nobody is left to say so.
pub(super) async fn told_to_end(ending: &mut watch::Receiver<bool>) {
    ending.wait_for(|ending| *ending).await.ok();
}

/// A line that is not answered yet.
#[derive(Debug)]
struct OpenLine {
    /// In the order of the calls.
    answers: Vec<Option<Value>>,
    batch: bool,
    /// How long it was.
    bytes: usize,
    /// Calls that are not done.
    calls: usize,
}

/// A call that can be handed over.
#[derive(Debug)]
struct Begun {
    line: u64,
    /// Which call of the line it is.
    place: usize,
    id: Option<Value>,
    method: &'static Method,
    params: Params,
}

/// A call on its way.
type Running = Pin<Box<dyn Future<Output = Done> + Send>>;

/// What came of a call.
struct Done {
    line: u64,
    /// Which call of the line it was.
    place: usize,
    /// None for a notification.
    answer: Option<Value>,
    /// None if it was not handed over.
    method: Option<&'static Method>,
    /// Whether it ended the program.
    shut_down: bool,
}

/// Lines that the other side has not taken yet.
#[derive(Debug, Default)]
struct Outgoing {
    lines: Vec<u8>,
    /// How much of `lines` is gone.
    sent: usize,
}

impl Outgoing {
    fn push(&mut self, line: &Value) {
        // A value always has a text, and memory takes all of it.
        serde_json::to_writer(&mut self.lines, line).ok();
        self.lines.push(b'\n');
    }

    fn bytes(&self) -> &[u8] {
        self.lines.get(self.sent..).unwrap_or_default()
    }

    fn advance(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count);
        if self.sent >= self.lines.len() {
            self.lines.clear();
            self.lines.shrink_to(OUT_KEPT);
            self.sent = 0;
        } else if self.sent >= OUT_KEPT {
            self.lines.drain(..self.sent);
            self.sent = 0;
        }
    }

    fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    fn has_room(&self) -> bool {
        self.bytes().len() < OUT_BYTES
    }

    fn has_room_for_events(&self) -> bool {
        self.bytes().len() < OUT_EVENT_BYTES
    }
}

/// How much is read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// Lines that may be unanswered at once: more than the messenger commits together.
const OPEN_LINES: usize = 512;
/// Bytes of lines that may be unanswered at once.
const OPEN_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that may wait for the other side before no more is read: thousands of answers, for programs that write
/// all their calls before they read.
const OUT_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that may wait for the other side before events are left where they are.
const OUT_EVENT_BYTES: usize = 1024 * 1024;
/// How long the end waits for the other side to read more.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// Memory that is kept for lines to come, and the part that is worth moving the rest for.
const OUT_KEPT: usize = 64 * 1024;
