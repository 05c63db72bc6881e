//! The loop: waits for one input, takes all that wait with it, handles them in order, and finishes them with
//! one commit. Everything that blocks blocks here and nowhere else.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc},
    time::{Instant, sleep_until},
};

use super::{
    OpenConfig,
    clock::{Clock, system_rng},
    finish::Pending,
    network::NetworkState,
};
use crate::{
    api::{Command, Event},
    model::AccountId,
    net::{Net, NetEvent},
    protocol::{Ctx, Engine},
    store::{FolderLock, Store},
};

pub(super) struct Actor {
    pub(super) config: OpenConfig,
    pub(super) lock: FolderLock,
    pub(super) runtime: Handle,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) clock: Clock,
    pub(super) started: Instant,
    /// On the heap: wiped where it stands, and never moved with its keys.
    pub(super) open: Option<Box<Open>>,
    /// Answers that wait for the commit of the inputs that are being handled.
    pub(super) pending: Pending,
    pub(super) stopping: Option<crate::api::Reply<()>>,
}

/// An unlocked profile.
pub(super) struct Open {
    pub(super) engine: Engine,
    pub(super) store: Store,
    pub(super) net: Option<Net>,
    pub(super) net_events: mpsc::Receiver<NetEvent>,
    pub(super) network: NetworkState,
    /// Digits of accounts that were asked for.
    pub(super) fingerprints: RefCell<BTreeMap<AccountId, String>>,
}

enum Input {
    Command(Command),
    Net(NetEvent),
    Tick,
    Ended,
}

impl Actor {
    pub(super) fn new(
        config: OpenConfig,
        lock: FolderLock,
        runtime: Handle,
        events: broadcast::Sender<Event>,
    ) -> Self {
        Self {
            config,
            lock,
            runtime,
            events,
            clock: Clock::default(),
            started: Instant::now(),
            open: None,
            pending: Pending::default(),
            stopping: None,
        }
    }

    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut tick_at = Instant::now();
        while self.stopping.is_none() {
            let first = self.wait(&mut commands, tick_at);
            let mut input = Some(first);
            let mut handled = 0_usize;
            while let Some(next) = input.take() {
                match next {
                    Input::Command(command) => self.on_command(command),
                    Input::Net(event) => self.on_net(event),
                    // The tick itself is below: it is due also when nobody pauses.
                    Input::Tick => {}
                    Input::Ended => return self.end(),
                }
                handled = handled.saturating_add(1);
                if handled < BATCH && self.stopping.is_none() {
                    input = self.ready(&mut commands, handled.is_multiple_of(2));
                }
            }
            if tick_at <= Instant::now() {
                self.with_engine(Engine::on_tick);
                tick_at = Instant::now().checked_add(TICK).unwrap_or(tick_at);
            }
            self.finish();
        }
        self.end();
    }

    fn wait(&mut self, commands: &mut mpsc::Receiver<Command>, tick_at: Instant) -> Input {
        let Self { open, runtime, .. } = self;
        runtime.block_on(async {
            let net = async {
                match open {
                    Some(open) => match open.net_events.recv().await {
                        Some(event) => event,
                        None => std::future::pending().await,
                    },
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = commands.recv() => command.map_or(Input::Ended, Input::Command),
                event = net => Input::Net(event),
                () = sleep_until(tick_at) => Input::Tick,
            }
        })
    }

    /// What waits already: in turns, so that neither the person nor the network starves.
    fn ready(&mut self, commands: &mut mpsc::Receiver<Command>, commands_first: bool) -> Option<Input> {
        let mut command = || commands.try_recv().ok().map(Input::Command);
        let mut event =
            || self.open.as_mut().and_then(|open| open.net_events.try_recv().ok()).map(Input::Net);
        if commands_first { command().or_else(event) } else { event().or_else(command) }
    }

    pub(super) fn with_engine<T>(&mut self, act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> T) -> Option<T> {
        let open = self.open.as_mut()?;
        let mut ctx = Ctx { now_ms: self.clock.now_ms(), rng: &mut system_rng() };
        Some(act(&mut open.engine, &mut ctx))
    }

    pub(super) fn tell(&self, event: Event) {
        // Fails only if nobody listens.
        self.events.send(event).ok();
    }

    fn end(mut self) {
        self.close();
        if let Some(done) = self.stopping.take() {
            done.send(Ok(())).ok();
        }
    }

    /// Ends the network and leaves the profile locked. What is on disk is whole at any time.
    pub(super) fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        if let Some(net) = open.net.take() {
            let mut events = open.net_events;
            self.runtime.block_on(async {
                let gone = async { while events.recv().await.is_some() {} };
                tokio::select! {
                    () = net.shutdown() => {}
                    () = gone => {}
                    () = tokio::time::sleep(CLOSING) => {}
                }
            });
        }
    }
}

/// How often time-outs are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Inputs handled with one commit at most: bounds how long an answer can wait for others.
const BATCH: usize = 512;
/// How long the network may take to close.
const CLOSING: Duration = Duration::from_secs(1);
