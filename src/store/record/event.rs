//! What operations of groups did, as rows of the timeline store it. Knows nothing of the rest of a row.

use serde::{Deserialize, Serialize};

use super::{ROW, account};
use crate::model::{GroupEvent, History, Name, Role};
use crate::store::StoreError;

/// What an operation did, as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) enum EventV1<'a> {
    Added([u8; 32]),
    Created(&'a str),
    History(HistoryV1),
    Left,
    Rekeyed,
    Removed([u8; 32]),
    Renamed(&'a str),
    Role([u8; 32], RoleV1),
    Pictured(bool),
    Admitted([u8; 32]),
    Invited,
    Uninvited,
}

#[derive(Serialize, Deserialize)]
pub(super) enum HistoryV1 {
    None,
    Last(u32),
    All,
}

#[derive(Serialize, Deserialize)]
pub(super) enum RoleV1 {
    ReadOnly,
    Member,
    Moderator,
    Admin,
    Owner,
}

impl<'a> From<&'a GroupEvent> for EventV1<'a> {
    fn from(event: &'a GroupEvent) -> Self {
        match event {
            GroupEvent::Added(account) => Self::Added(*account.as_bytes()),
            GroupEvent::Admitted(account) => Self::Admitted(*account.as_bytes()),
            GroupEvent::Created(title) => Self::Created(title.as_str()),
            GroupEvent::History(history) => Self::History(match history {
                History::None => HistoryV1::None,
                History::Last(count) => HistoryV1::Last(*count),
                History::All => HistoryV1::All,
            }),
            GroupEvent::Invited => Self::Invited,
            GroupEvent::Left => Self::Left,
            GroupEvent::Pictured(there) => Self::Pictured(*there),
            GroupEvent::Rekeyed => Self::Rekeyed,
            GroupEvent::Removed(account) => Self::Removed(*account.as_bytes()),
            GroupEvent::Renamed(title) => Self::Renamed(title.as_str()),
            GroupEvent::Role(account, role) => Self::Role(
                *account.as_bytes(),
                match role {
                    Role::ReadOnly => RoleV1::ReadOnly,
                    Role::Member => RoleV1::Member,
                    Role::Moderator => RoleV1::Moderator,
                    Role::Admin => RoleV1::Admin,
                    Role::Owner => RoleV1::Owner,
                },
            ),
            GroupEvent::Uninvited => Self::Uninvited,
        }
    }
}

/// What the record says.
pub(super) fn event(stored: EventV1<'_>) -> Result<GroupEvent, StoreError> {
    let title = |title: &str| Name::new(title).ok_or(StoreError::Damaged(ROW));
    Ok(match stored {
        EventV1::Added(who) => GroupEvent::Added(account(&who)?),
        EventV1::Admitted(who) => GroupEvent::Admitted(account(&who)?),
        EventV1::Created(text) => GroupEvent::Created(title(text)?),
        EventV1::History(HistoryV1::None) => GroupEvent::History(History::None),
        EventV1::History(HistoryV1::Last(count)) => GroupEvent::History(History::Last(count)),
        EventV1::History(HistoryV1::All) => GroupEvent::History(History::All),
        EventV1::Invited => GroupEvent::Invited,
        EventV1::Left => GroupEvent::Left,
        EventV1::Pictured(there) => GroupEvent::Pictured(there),
        EventV1::Rekeyed => GroupEvent::Rekeyed,
        EventV1::Removed(who) => GroupEvent::Removed(account(&who)?),
        EventV1::Renamed(text) => GroupEvent::Renamed(title(text)?),
        EventV1::Role(who, role) => GroupEvent::Role(
            account(&who)?,
            match role {
                RoleV1::ReadOnly => Role::ReadOnly,
                RoleV1::Member => Role::Member,
                RoleV1::Moderator => Role::Moderator,
                RoleV1::Admin => Role::Admin,
                RoleV1::Owner => Role::Owner,
            },
        ),
        EventV1::Uninvited => GroupEvent::Uninvited,
    })
}
