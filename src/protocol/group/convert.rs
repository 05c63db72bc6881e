//! Between operations as they are signed and as the model has them.

use undertone_crypto::group::op::{self as signed, Cut, Op, OpText};

use crate::model::{GroupEvent, GroupOp, History, Name, OpId, OpKind, Role};

/// The operation as the model has it; `None` if a text in it is none.
pub(super) fn to_model(op: &Op) -> Option<GroupOp> {
    Some(GroupOp {
        id: OpId(*op.id().as_bytes()),
        parents: op.parents().iter().map(|id| OpId(*id.as_bytes())).collect(),
        author: op.author(),
        device: op.author_device(),
        lamport: op.lamport(),
        time_ms: op.time_ms(),
        what: kind(op.kind())?,
    })
}

fn kind(kind: &signed::OpKind) -> Option<OpKind> {
    Some(match kind {
        signed::OpKind::Create { title, history, env_commit, .. } => OpKind::Create {
            title: Name::new(title.as_str())?,
            history: to_history(*history),
            envelope: *env_commit,
        },
        signed::OpKind::Add { cert, role, name } => OpKind::Add {
            account: cert.account(),
            device: cert.device(),
            role: to_role(*role),
            name: Name::new(name.as_str())?,
        },
        signed::OpKind::Remove { account, env_commit, cuts } => OpKind::Remove {
            account: *account,
            cuts: cuts.iter().map(|cut| (cut.device, cut.last_seq)).collect(),
            envelope: *env_commit,
        },
        signed::OpKind::Leave { last_seq } => OpKind::Leave { last_seq: *last_seq },
        signed::OpKind::SetRole { account, role } => {
            OpKind::SetRole { account: *account, role: to_role(*role) }
        }
        signed::OpKind::Rename { title } => OpKind::Rename { title: Name::new(title.as_str())? },
        signed::OpKind::SetPicture { picture } => OpKind::SetPicture { there: picture.is_some() },
        signed::OpKind::SetPolicy { history } => OpKind::SetPolicy { history: to_history(*history) },
        signed::OpKind::Invite { key, role, not_after_ms, uses } => OpKind::Invite {
            key: *key.as_bytes(),
            role: to_role(*role),
            not_after_ms: *not_after_ms,
            uses: *uses,
        },
        signed::OpKind::Admit { invite, cert, name, .. } => OpKind::Admit {
            invite: OpId(*invite.as_bytes()),
            account: cert.account(),
            device: cert.device(),
            name: Name::new(name.as_str())?,
        },
        signed::OpKind::Uninvite { invite } => OpKind::Uninvite { invite: OpId(*invite.as_bytes()) },
        signed::OpKind::EnvRotate { env_commit } => OpKind::EnvelopeChange { envelope: *env_commit },
    })
}

/// What the operation's row says.
pub(super) fn event(what: &OpKind) -> GroupEvent {
    match what {
        OpKind::Create { title, .. } => GroupEvent::Created(title.clone()),
        OpKind::Add { account, .. } => GroupEvent::Added(*account),
        OpKind::Remove { account, .. } => GroupEvent::Removed(*account),
        OpKind::Leave { .. } => GroupEvent::Left,
        OpKind::SetRole { account, role } => GroupEvent::Role(*account, *role),
        OpKind::Rename { title } => GroupEvent::Renamed(title.clone()),
        OpKind::SetPicture { there } => GroupEvent::Pictured(*there),
        OpKind::SetPolicy { history } => GroupEvent::History(*history),
        OpKind::Invite { .. } => GroupEvent::Invited,
        OpKind::Admit { account, .. } => GroupEvent::Admitted(*account),
        OpKind::Uninvite { .. } => GroupEvent::Uninvited,
        OpKind::EnvelopeChange { .. } => GroupEvent::Rekeyed,
    }
}

const fn to_role(role: signed::Role) -> Role {
    match role {
        signed::Role::ReadOnly => Role::ReadOnly,
        signed::Role::Member => Role::Member,
        signed::Role::Moderator => Role::Moderator,
        signed::Role::Admin => Role::Admin,
        signed::Role::Owner => Role::Owner,
    }
}

/// The role as it is signed.
pub(super) const fn from_role(role: Role) -> signed::Role {
    match role {
        Role::ReadOnly => signed::Role::ReadOnly,
        Role::Member => signed::Role::Member,
        Role::Moderator => signed::Role::Moderator,
        Role::Admin => signed::Role::Admin,
        Role::Owner => signed::Role::Owner,
    }
}

const fn to_history(history: signed::History) -> History {
    match history {
        signed::History::None => History::None,
        signed::History::Last(count) => History::Last(count.get()),
        signed::History::All => History::All,
    }
}

/// The policy as it is signed: the last none is none.
pub(super) fn from_history(history: History) -> signed::History {
    match history {
        History::None => signed::History::None,
        History::Last(count) => {
            std::num::NonZeroU32::new(count).map_or(signed::History::None, signed::History::Last)
        }
        History::All => signed::History::All,
    }
}

/// A name as it is signed. Names are shorter than what fits.
pub(super) fn text(name: &Name) -> Option<OpText> {
    OpText::new(name.as_str())
}

/// Cuts as they are signed: ascending by device.
pub(super) fn cuts(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_unstable_by_key(|cut| cut.device);
    cuts.dedup_by_key(|cut| cut.device);
    cuts
}
