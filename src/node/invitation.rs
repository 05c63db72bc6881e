//! Carries out what is asked about invitations to groups. Knows nothing of who decides on them.

use zeroize::Zeroizing;

use super::{actor::Actor, ask::refused};
use crate::{
    api::{
        Account, ClientError, Invitation, InvitationCommand, InvitationId, Join, JoinId, NewInvitation, Reply,
    },
    model::ConversationId,
    protocol::{Invited, Joining, Refused},
    wire::GroupLink,
};

impl Actor {
    pub(super) fn on_invitation_command(&mut self, command: InvitationCommand) {
        match command {
            InvitationCommand::Make { chat, new, done } => self.make_invitation(chat, new, done),
            InvitationCommand::End { chat, id, done } => {
                let ended = self.writable().and_then(|()| {
                    self.with_engine(|engine, ctx| engine.uninvite(chat, id.0, ctx))
                        .ok_or(ClientError::Locked)?
                        .map_err(in_group)
                });
                self.answer(done, ended, move |open, ()| open.known_group(chat));
            }
            InvitationCommand::List { chat, done } => {
                let now_ms = self.clock.now_ms();
                self.look(done, |open| {
                    open.engine.group(chat).ok_or(ClientError::NotFound("group"))?;
                    Ok(open.engine.invitations(chat, now_ms).iter().map(invitation).collect())
                });
            }
            InvitationCommand::Join { link, done } => self.join(&link, done),
            InvitationCommand::Joins { done } => {
                self.look(done, |open| Ok(open.engine.joins().map(JoinId).collect()));
            }
            InvitationCommand::GiveUp { join, done } => {
                let given_up = self.writable().and_then(|()| {
                    self.with_engine(|engine, _| engine.give_up_join(join.0))
                        .ok_or(ClientError::Locked)?
                        .map_err(|_unknown| ClientError::NotFound("link that leads nowhere yet"))
                });
                self.answer(done, given_up, |_, ()| Ok(()));
            }
        }
    }

    fn make_invitation(
        &mut self,
        chat: ConversationId,
        new: NewInvitation,
        done: Reply<(InvitationId, Zeroizing<String>)>,
    ) {
        let made = checked(&new).and_then(|()| self.writable()).and_then(|()| {
            let life_ms = new.expires_s.saturating_mul(1000);
            self.with_engine(|engine, ctx| engine.invite_to_group(chat, (new.role, new.uses), life_ms, ctx))
                .ok_or(ClientError::Locked)?
                .map_err(in_group)
        });
        self.answer(done, made, |_, (id, link)| Ok((InvitationId(id), link)));
    }

    fn join(&mut self, link: &str, done: Reply<Join>) {
        let asked = GroupLink::decode(link).map_err(|_not_one| ClientError::BadInvite).and_then(|link| {
            self.writable()?;
            let asked = self.with_engine(|engine, ctx| engine.join_group(&link, ctx));
            asked.ok_or(ClientError::Locked)?.map_err(|error| match error {
                Refused::Ourselves => ClientError::NotAllowed("this link leads to you alone"),
                other => refused(other),
            })
        });
        self.answer(done, asked, |_, joining| {
            Ok(match joining {
                Joining::In(chat) => Join::In(chat),
                Joining::Asked(join) => Join::Asked(JoinId(join)),
            })
        });
    }
}

fn checked(new: &NewInvitation) -> Result<(), ClientError> {
    if !(1..=NewInvitation::MOST_USES).contains(&new.uses) {
        return Err(ClientError::Invalid("an invitation lets in 1 to 250 people"));
    }
    if !(1..=NewInvitation::MOST_SECONDS).contains(&new.expires_s) {
        return Err(ClientError::Invalid("an invitation lasts up to a year"));
    }
    if new.role > crate::model::Role::Member {
        return Err(ClientError::Invalid("an invitation is for `read-only` or `member`"));
    }
    Ok(())
}

fn in_group(error: Refused) -> ClientError {
    match error {
        Refused::NotAllowed => ClientError::NotAllowed("your role in this group does not allow it"),
        Refused::NotFound => ClientError::NotFound("group or invitation"),
        other => refused(other),
    }
}

fn invitation(invited: &Invited) -> Invitation {
    Invitation {
        id: InvitationId(invited.invite),
        by: Account(invited.by),
        made_ms: invited.made_ms,
        role: invited.role,
        uses: invited.uses,
        used: invited.used,
        expires_ms: invited.not_after_ms,
    }
}
