//! How a command is answered: a refusal at once, a success when it is on disk.

use super::actor::{Actor, Open};
use crate::{
    api::{ClientError, Reply},
    protocol::{Ctx, Engine, Refused},
    store::Store,
};

impl Actor {
    /// Asks the engine, and answers with what it gave once that is on disk.
    pub(super) fn ask<T: Send + 'static>(
        &mut self,
        done: Reply<T>,
        act: impl FnOnce(&mut Engine, &mut Ctx<'_>) -> Result<T, Refused>,
    ) {
        let result =
            self.writable().and_then(|()| self.with_engine(act).ok_or(ClientError::Locked)?.map_err(refused));
        self.answer(done, result, |_, value| Ok(value));
    }

    /// Answers a refusal at once, and a success with `view` of it once it is on disk.
    pub(super) fn answer<T: Send + 'static, V: Send + 'static>(
        &mut self,
        done: Reply<V>,
        result: Result<T, ClientError>,
        view: impl FnOnce(&Open, T) -> Result<V, ClientError> + Send + 'static,
    ) {
        match result {
            Err(error) => {
                done.send(Err(error)).ok();
            }
            Ok(value) => self.pending.after_commit(move |actor, outcome| {
                let open = actor.open.as_ref().ok_or(ClientError::Locked);
                let answer = outcome.and_then(|()| view(open?, value));
                // Whoever asked may have gone.
                done.send(answer).ok();
            }),
        }
    }

    /// Answers with what can be read without changing anything.
    pub(super) fn look<T>(&self, done: Reply<T>, view: impl FnOnce(&Open) -> Result<T, ClientError>) {
        done.send(self.open.as_deref().ok_or_else(|| self.closed()).and_then(view)).ok();
    }

    /// Why nothing of a profile can be had now.
    pub(super) fn closed(&self) -> ClientError {
        if Store::exists(&self.config.profile) { ClientError::Locked } else { ClientError::NoProfile }
    }

    /// Whether something can be written: the profile is unlocked and the disk has room.
    pub(super) fn writable(&mut self) -> Result<(), ClientError> {
        let open = self.open.as_ref().ok_or_else(|| self.closed())?;
        if open.store.has_room() {
            self.pending.disk_full_told = false;
            Ok(())
        } else {
            Err(ClientError::DiskFull)
        }
    }
}

pub(super) fn refused(refused: Refused) -> ClientError {
    match refused {
        Refused::Blocked => ClientError::Blocked,
        Refused::Expired => ClientError::InviteExpired,
        Refused::KeyChanged => ClientError::KeyChanged,
        Refused::NotAllowed => ClientError::NotAllowed("this cannot be done with this person or message"),
        Refused::NotFound => ClientError::NotFound("contact or conversation"),
        Refused::Ourselves => ClientError::NotAllowed("this is your own account"),
        Refused::TooMany => ClientError::NotAllowed("there are too many already: remove some first"),
    }
}
