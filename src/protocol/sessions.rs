//! The sessions with one person's devices: which one to send with, which to keep, which to give up
//! (docs/protocol.md, "Sessions, races, resets").

use std::cmp::Reverse;

use undertone_crypto::{
    identity::DeviceId,
    session::{Session, SessionId},
};

/// At most [`MAX_SESSIONS`] sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    list: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    session: Session,
    /// When something was last sealed or opened in it.
    used_ms: u64,
}

impl Sessions {
    pub(super) fn restore(list: Vec<(u64, Session)>) -> Self {
        Self { list: list.into_iter().map(|(used_ms, session)| Kept { session, used_ms }).collect() }
    }

    /// The session to send with to this device.
    pub(super) fn sending(&mut self, device: DeviceId) -> Option<&mut Session> {
        let chosen = self.chosen(device)?;
        self.get(chosen)
    }

    fn chosen(&self, device: DeviceId) -> Option<SessionId> {
        let all = self.list.iter().map(|kept| &kept.session);
        Session::choose(all.filter(|session| session.peer().device() == device)).map(Session::id)
    }

    pub(super) fn get(&mut self, id: SessionId) -> Option<&mut Session> {
        self.iter_mut().find(|session| session.id() == id)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.list.iter_mut().map(|kept| &mut kept.session)
    }

    /// The session was used at this time.
    pub(super) fn used(&mut self, id: SessionId, at_ms: u64) -> Option<&Session> {
        let kept = self.list.iter_mut().find(|kept| kept.session.id() == id)?;
        kept.used_ms = at_ms;
        Some(&kept.session)
    }

    /// The sessions whose time has come: those that nothing is sent in and nothing came in for
    /// [`RECEIVE_ONLY_MS`], and any that was not used for [`IDLE_MS`].
    pub(super) fn expired(&self, now_ms: u64) -> Vec<SessionId> {
        let idle = |kept: &Kept| now_ms.saturating_sub(kept.used_ms);
        let ended = |kept: &&Kept| {
            let (id, device) = (kept.session.id(), kept.session.peer().device());
            idle(kept) >= IDLE_MS || (idle(kept) >= RECEIVE_ONLY_MS && self.chosen(device) != Some(id))
        };
        self.list.iter().filter(ended).map(|kept| kept.session.id()).collect()
    }

    /// Adds a session. If there are too many, the one that would be sent with last of all gives way and its
    /// name is returned.
    pub(super) fn add(&mut self, session: Session, now_ms: u64) -> Option<SessionId> {
        self.list.push(Kept { session, used_ms: now_ms });
        if self.list.len() <= MAX_SESSIONS {
            return None;
        }
        let all = self.list.iter().map(|kept| &kept.session);
        let rank = |session: &&Session| (session.generation(), session.is_confirmed(), Reverse(session.id()));
        let last = all.min_by_key(rank)?.id();
        self.drop(last);
        Some(last)
    }

    pub(super) fn drop(&mut self, id: SessionId) {
        self.list.retain(|kept| kept.session.id() != id);
    }

    /// Drops all sessions but those with the device of this certificate, and names them.
    pub(super) fn keep_only(&mut self, cert: &[u8]) -> Vec<SessionId> {
        let (kept, dropped): (Vec<_>, Vec<_>) = std::mem::take(&mut self.list)
            .into_iter()
            .partition(|kept| kept.session.peer().as_bytes() == cert);
        self.list = kept;
        dropped.iter().map(|kept| kept.session.id()).collect()
    }
}

/// Per person: one in use, one just made by each side, one spare.
const MAX_SESSIONS: usize = 4;
const DAY_MS: u64 = 86_400_000;
/// How long a session in which we do not send is kept for what may still come in it.
const RECEIVE_ONLY_MS: u64 = 7 * DAY_MS;
/// How long an unused session is kept at all: its keys are those of the last word said in it.
const IDLE_MS: u64 = 90 * DAY_MS;
