//! Typing: sealed under the key of the two devices, never stored, never retried.

use super::{
    engine::{Ctx, Engine},
    step::Notice,
};
use crate::{
    model::{AccountId, ConversationId, Peer},
    protocol::Refused,
    wire::Frame,
};

impl Engine {
    /// Says that our person is writing, or has stopped. Lost if the other is not here.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for a conversation that is not ours.
    pub fn typing(
        &mut self,
        conversation: ConversationId,
        on: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Refused> {
        if self.groups.contains_key(&conversation) {
            self.group_typing(conversation, on, ctx);
            return Ok(());
        }
        let account = self.other(conversation)?;
        let Some(person) = self.people.get(&account) else { return Err(Refused::NotFound) };
        if let (false, Some(peer), Some(device)) = (person.is_held(), person.link, person.device())
            && let Some(pair) = person.pair(device)
        {
            let sealed = pair.seal_signal(self.me.keys.id(), &[TYPING, u8::from(on)], &mut ctx.rng);
            if let Ok(sealed) = sealed {
                self.out.send(peer, &Frame::Signal(&sealed));
            }
        }
        Ok(())
    }

    pub(super) fn on_signal(&mut self, peer: Peer, sealed: &[u8], ctx: &mut Ctx<'_>) {
        let Some(account) = self.links.get(&peer).and_then(|link| link.account) else { return };
        let Some(person) = self.people.get_mut(&account) else { return };
        let known = person.device().and_then(|device| Some((device, person.pair(device)?)));
        let opened = known.and_then(|(device, pair)| pair.open_signal(device, sealed).ok());
        if let Some([TYPING, on]) = opened.as_deref() {
            let on = *on != 0;
            let was = std::mem::replace(&mut person.typing_since_ms, on.then_some(ctx.now_ms)).is_some();
            if was != on {
                self.out.notice(Notice::Typing(account, on));
            }
        }
    }

    /// Somebody who stopped saying that they are writing has stopped writing.
    pub(super) fn expire_typing(&mut self, now_ms: u64) {
        for (account, person) in &mut self.people {
            if person.typing_since_ms.is_some_and(|since| now_ms.saturating_sub(since) > TYPING_MS) {
                person.typing_since_ms = None;
                self.out.notice(Notice::Typing(*account, false));
            }
        }
    }

    pub(super) fn other(&self, conversation: ConversationId) -> Result<AccountId, Refused> {
        self.conversations.get(&conversation).copied().ok_or(Refused::NotFound)
    }
}

const TYPING: u8 = 1;
/// Writers repeat themselves every few seconds.
const TYPING_MS: u64 = 7_000;
