//! The sessions with one person's devices: which one to send with, which to keep, which to give up
//! (docs/protocol.md, "Sessions, races, resets").

use undertone_crypto::{
    identity::DeviceId,
    session::{Session, SessionId},
};

/// At most [`MAX_SESSIONS`] sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    list: Vec<Session>,
}

impl Sessions {
    pub(super) const fn restore(list: Vec<Session>) -> Self {
        Self { list }
    }

    /// The session to send with to this device.
    pub(super) fn sending(&mut self, device: DeviceId) -> Option<&mut Session> {
        let chosen =
            Session::choose(self.list.iter().filter(|session| session.peer().device() == device))?.id();
        self.get(chosen)
    }

    pub(super) fn get(&mut self, id: SessionId) -> Option<&mut Session> {
        self.list.iter_mut().find(|session| session.id() == id)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.list.iter_mut()
    }

    /// Adds a session. If there are too many, the one that would be sent with last of all gives way and its
    /// name is returned.
    pub(super) fn add(&mut self, session: Session) -> Option<SessionId> {
        self.list.push(session);
        if self.list.len() <= MAX_SESSIONS {
            return None;
        }
        let last = self
            .list
            .iter()
            .min_by_key(|session| {
                (session.generation(), session.is_confirmed(), std::cmp::Reverse(session.id()))
            })?
            .id();
        self.drop(last);
        Some(last)
    }

    pub(super) fn drop(&mut self, id: SessionId) {
        self.list.retain(|session| session.id() != id);
    }

    /// Drops all sessions with other devices than this one, and names them.
    pub(super) fn keep_only(&mut self, device: DeviceId) -> Vec<SessionId> {
        let (kept, dropped): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.list).into_iter().partition(|session| session.peer().device() == device);
        self.list = kept;
        dropped.iter().map(Session::id).collect()
    }
}

/// Per person: one in use, one just made by each side, one spare.
const MAX_SESSIONS: usize = 4;
