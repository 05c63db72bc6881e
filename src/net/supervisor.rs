//! Keeps a swarm alive: builds the next one when the last has panicked, stopped working, or is to be replaced.
//! Knows nothing of what a swarm does. The state that matters lies elsewhere, so every swarm is disposable.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::driver::{Command, Core, Driver, Exit, Legacy, closed};

/// Runs until nobody wants the network any more; then `done` becomes true.
pub(super) async fn supervise(
    core: Core,
    first: Driver,
    mut commands: mpsc::Receiver<Command>,
    done: watch::Sender<bool>,
) {
    let mut driver = first;
    let mut failures = 0;
    loop {
        let started = Instant::now();
        let exit = AssertUnwindSafe(driver.run(&mut commands)).catch_unwind().await;
        let exit = exit.unwrap_or_else(|_panic| {
            tracing::error!("the network task panicked");
            Exit::Broken
        });
        let legacy = driver.wind_down(exit).await;
        if exit == Exit::Shutdown {
            break;
        }
        if started.elapsed() >= STABLE {
            failures = 0;
        }
        let Some(next) = rebuild(&core, legacy, exit, &mut failures).await else { break };
        driver = next;
    }
    done.send_replace(true);
}

/// None if the network shuts down meanwhile.
async fn rebuild(core: &Core, mut legacy: Legacy, mut exit: Exit, failures: &mut usize) -> Option<Driver> {
    let mut closing = core.closing.clone();
    loop {
        let wait = match exit {
            // the sockets of the last swarm are closed by tasks of their own
            Exit::Rebuild | Exit::Shutdown => SETTLE,
            Exit::Broken => pause(failures),
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = closed(&mut closing) => return None,
            () = core.events.closed() => return None,
        }
        match Driver::build(core, legacy) {
            Ok(driver) => return Some(driver),
            Err(failed) => {
                let (error, kept) = *failed;
                tracing::warn!(%error, "the network could not be started again");
                legacy = kept;
                exit = Exit::Broken;
            }
        }
    }
}

/// 1, 5, then always 30 seconds.
fn pause(failures: &mut usize) -> Duration {
    let pause = PAUSES.get(*failures).copied().unwrap_or(LAST_PAUSE);
    *failures = failures.saturating_add(1);
    pause
}

const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
const LAST_PAUSE: Duration = Duration::from_secs(30);
/// A swarm that ran so long did not fail because of what is wrong here.
const STABLE: Duration = Duration::from_secs(300);
const SETTLE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_failures_are_followed_by_longer_pauses() {
        let mut failures = 0;
        let pauses: Vec<u64> = (0..5).map(|_| pause(&mut failures).as_secs()).collect();
        assert_eq!(pauses, [1, 5, 30, 30, 30]);
    }
}
