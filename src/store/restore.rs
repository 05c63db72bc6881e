//! What an engine is restored from. Reads every kind of row but those of the timelines, so that opening takes
//! no longer with more messages.

use super::StoreError;
use super::backend::Direction;
use super::draft::View;
use super::keys::Kind;
use super::record::{self, Plain};
use crate::model::{AccountId, FrameId, Snapshot};

/// The snapshot of all rows.
pub(super) fn snapshot(view: View<'_>, rolled_back: bool) -> Result<Snapshot, StoreError> {
    let profile = view.get(&view.keys().single(Kind::Profile))?.ok_or(StoreError::Damaged("our own row"))?;
    Ok(Snapshot {
        profile: record::decode_profile(&profile)?,
        contacts: all(view, Kind::Contact, record::decode_contact)?,
        heads: all(view, Kind::Head, record::decode_head)?,
        sessions: all(view, Kind::Session, record::decode_session)?,
        prekeys: all(view, Kind::Prekey, record::decode_prekey)?,
        replays: all(view, Kind::Replay, record::decode_replay)?,
        invites: all(view, Kind::Invite, record::decode_invite)?,
        taken: taken(view)?,
        outbox: all(view, Kind::Outbox, record::decode_outbox)?,
        groups: all(view, Kind::Group, record::decode_group)?,
        ops: all(view, Kind::Op, record::decode_op)?,
        chains: all(view, Kind::Chain, record::decode_chain)?,
        waiting: all(view, Kind::Waiting, record::decode_waiting)?,
        carried: all(view, Kind::Carried, |bytes| record::decode_carried(bytes).map(|row| row.mark))?,
        rolled_back,
    })
}

fn all<T>(
    view: View<'_>,
    kind: Kind,
    decode: fn(&[u8]) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    view.scan(&kind.all(), Direction::Ascending).map(|row| decode(&row?.1)).collect()
}

fn taken(view: View<'_>) -> Result<Vec<(AccountId, u64, FrameId)>, StoreError> {
    let mut taken = Vec::new();
    // Blocks of one account stand together: its key is checked once.
    let mut account: Option<AccountId> = None;
    for row in view.scan(&Kind::Taken.all(), Direction::Ascending) {
        let (_, plain): (_, Plain) = row?;
        let block = record::decode_taken(&plain)?;
        let whose = match account {
            Some(account) if account.as_bytes() == &block.account => account,
            _ => AccountId::from_bytes(&block.account)
                .map_err(|_not_a_key| StoreError::Damaged("a block of frames taken"))?,
        };
        account = Some(whose);
        taken.extend(block.frames.into_iter().map(|(count, frame)| (whose, count, frame)));
    }
    taken.sort_by_key(|(account, count, _)| (*account, *count));
    Ok(taken)
}
