//! What is said of a group, as data: what changed in it, who holds the same history, whether we may write. Knows no
//! language and no widget.

use undertone::api::{Account, ConversationId, Group, GroupChange, GroupMember, Message, Role};

use super::text;
use super::world::World;

/// Somebody in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// We.
    Me,
    /// Somebody whose name is known.
    Named(String),
    /// Somebody who left before we learned a name.
    Unknown,
}

/// Somebody as a sentence about this conversation calls them.
#[must_use]
pub fn who(world: &World, chat: &ConversationId, account: &Account) -> Who {
    if world.me.account.as_ref() == Some(account) {
        return Who::Me;
    }
    world.name_in(chat, account).map_or(Who::Unknown, |name| Who::Named(text::name(name)))
}

/// One thing that happened to a group, ready to be said.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Who did it.
    pub by: Who,
    /// What it was.
    pub deed: Deed,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line(..)")
    }
}

/// What somebody did to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Added somebody.
    Added(Who),
    /// Let somebody in who has an invitation.
    Admitted(Who),
    /// Began it under this title.
    Created(String),
    /// Changed what newcomers see.
    History,
    /// Made an invitation.
    Invited,
    /// Left.
    Left,
    /// Gave it another picture, or took it away.
    Pictured(bool),
    /// Moved it under new keys.
    Rekeyed,
    /// Removed somebody.
    Removed(Who),
    /// Gave it this title.
    Renamed(String),
    /// Gave somebody this role.
    Role(Who, Role),
    /// Ended an invitation.
    Uninvited,
    /// Something a newer version knows.
    Unknown,
}

/// What a system line says.
#[must_use]
pub fn line(world: &World, message: &Message) -> Line {
    let who = |account: &Account| who(world, &message.chat, account);
    let deed = match &message.change {
        Some(GroupChange::Added(account)) => Deed::Added(who(account)),
        Some(GroupChange::Admitted(account)) => Deed::Admitted(who(account)),
        Some(GroupChange::Created(title)) => Deed::Created(text::name(title)),
        Some(GroupChange::History(_)) => Deed::History,
        Some(GroupChange::Invited) => Deed::Invited,
        Some(GroupChange::Left) => Deed::Left,
        Some(GroupChange::Picture(there)) => Deed::Pictured(*there),
        Some(GroupChange::Rekeyed) => Deed::Rekeyed,
        Some(GroupChange::Removed(account)) => Deed::Removed(who(account)),
        Some(GroupChange::Renamed(title)) => Deed::Renamed(text::name(title)),
        Some(GroupChange::Role(account, role)) => Deed::Role(who(account), *role),
        Some(GroupChange::Uninvited) => Deed::Uninvited,
        None => Deed::Unknown,
    };
    let by = if message.mine { Who::Me } else { who(&message.author) };
    Line { by, deed }
}

/// Whether everybody holds the same history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Nobody else takes part, or we do not.
    Alone,
    /// Histories differ, without messages that anybody lacks.
    Differ,
    /// Several people lack messages.
    Lack(usize),
    /// Somebody lacks so many messages.
    Lacks(String, u64),
    /// So many of the others have told that they hold the same, and nobody told otherwise.
    Same {
        /// How many have told.
        same: usize,
        /// How many others there are.
        of: usize,
    },
    /// Nobody has told yet.
    Unknown,
    /// So many messages wait for the key of their sender.
    Waiting(u64),
    /// We lack so many messages.
    WeLack(u64),
}

/// Who holds the same history. The most useful thing first: what we lack, then what others lack.
#[must_use]
pub fn agreement(group: &Group) -> Agreement {
    let others = || group.members.iter().filter(|member| !member.me);
    if group.role.is_none() || others().next().is_none() {
        return Agreement::Alone;
    }
    let ours = others().map(|member| member.we_lack).max().unwrap_or(0);
    if ours > 0 {
        return Agreement::WeLack(ours);
    }
    if group.waiting > 0 {
        return Agreement::Waiting(group.waiting);
    }
    let lacking: Vec<&GroupMember> = others().filter(|member| member.they_lack > 0).collect();
    match lacking.as_slice() {
        [] => {}
        [one] => return Agreement::Lacks(text::name(&one.name), one.they_lack),
        several => return Agreement::Lack(several.len()),
    }
    if others().any(|member| member.same == Some(false)) {
        return Agreement::Differ;
    }
    match others().filter(|member| member.same == Some(true)).count() {
        0 => Agreement::Unknown,
        same => Agreement::Same { same, of: others().count() },
    }
}

/// With how many of the others numbers were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many.
    pub count: usize,
    /// How many others there are.
    pub of: usize,
}

impl Verified {
    /// Whether numbers were compared with all of them.
    #[must_use]
    pub const fn all(self) -> bool {
        self.count == self.of
    }
}

/// With how many members numbers were compared; none if nobody else takes part, or we do not.
#[must_use]
pub fn verified(group: &Group) -> Option<Verified> {
    let others = || group.members.iter().filter(|member| !member.me);
    let (count, of) = (others().filter(|member| member.verified).count(), others().count());
    (group.role.is_some() && of > 0).then_some(Verified { count, of })
}

/// Messages that have come and cannot be read, because their key has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// How many.
    pub count: u64,
    /// Whose; none if they are several people's, or somebody's who takes no part any more.
    pub name: Option<String>,
}

/// What cannot be read in a group; none if everything can.
#[must_use]
pub fn unreadable(group: &Group) -> Option<Unreadable> {
    let count = group.waiting;
    let mut all = group.members.iter().filter(|member| member.waiting > 0);
    let one = all.next().filter(|member| member.waiting == count);
    (count > 0).then(|| Unreadable { count, name: one.map(|member| text::name(&member.name)) })
}

/// Why nothing can be written in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// We may only read.
    ReadOnly,
    /// We take no part any more.
    Out,
}

/// Why nothing can be written; none if we may write.
#[must_use]
pub fn closed(group: &Group) -> Option<Closed> {
    match group.role {
        None => Some(Closed::Out),
        Some(role) if !role.may_write() => Some(Closed::ReadOnly),
        Some(_) => None,
    }
}

/// Roles that whoever has the role `ours` may give somebody who has `theirs`, the lowest first.
#[must_use]
pub fn roles(ours: Option<Role>, theirs: Role) -> Vec<Role> {
    let all = [Role::ReadOnly, Role::Member, Role::Moderator, Role::Admin, Role::Owner];
    let may = |to: &Role| *to != theirs && ours.is_some_and(|ours| ours.may_set(theirs, *to));
    all.into_iter().filter(may).collect()
}

#[cfg(test)]
mod tests;
