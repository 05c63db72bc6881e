//! Which key seals which row. Everything a conversation says is sealed under a key of its own, which is stored
//! wrapped under the shredding key: dropping that one row drops the conversation.

use std::collections::BTreeMap;

use undertone_crypto::record::RecordKey;

use super::StoreError;
use super::backend::{Backend, Direction};
use super::keys::{Keys, Kind, Range, Tag, tag_of};
use super::record::Plain;

/// The keys of an unlocked profile.
#[derive(Debug)]
pub(super) struct Seal {
    keys: Keys,
    identity: RecordKey,
    state: RecordKey,
    shred: RecordKey,
    contents: BTreeMap<Tag, RecordKey>,
}

impl Seal {
    /// From what the key file holds; knows no conversation yet.
    pub(super) fn new(keys: &undertone_crypto::vault::Keys) -> Self {
        Self {
            keys: Keys::new(keys.index_key()),
            identity: keys.ident_key(),
            state: keys.state_key(),
            shred: keys.shred_key(),
            contents: BTreeMap::new(),
        }
    }

    /// Makes row keys.
    pub(super) const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Wraps content keys.
    pub(super) const fn shred(&self) -> &RecordKey {
        &self.shred
    }

    /// Unwraps the content keys of all conversations: one small row each.
    pub(super) fn load_contents(&mut self, backend: &dyn Backend) -> Result<(), StoreError> {
        let Range { from, to } = Kind::ContentKey.all();
        for row in backend.scan(&from, &to, Direction::Ascending) {
            let (key, value) = row?;
            let tag = *tag_of(&key).ok_or(StoreError::Damaged(KEY))?;
            let content = self.shred.unwrap_key(Kind::ContentKey as u8, &key, &value)?;
            self.contents.insert(tag, content);
        }
        Ok(())
    }

    /// Whether the conversation has a content key.
    pub(super) fn has_content(&self, tag: &Tag) -> bool {
        self.contents.contains_key(tag)
    }

    /// Takes over the content keys that a commit made (`Some`) and dropped (`None`).
    pub(super) fn update_contents(&mut self, changed: BTreeMap<Tag, Option<RecordKey>>) {
        for (tag, content) in changed {
            match content {
                Some(content) => self.contents.insert(tag, content),
                None => self.contents.remove(&tag),
            };
        }
    }

    /// Opens the value of the row `key`.
    pub(super) fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Plain, StoreError> {
        let (kind, record_key) = self.record_key(key, const { &BTreeMap::new() })?;
        Ok(record_key.open(kind as u8, key, sealed)?)
    }

    /// The key for the row `key`, with `made` before the content keys known so far.
    pub(super) fn record_key<'a>(
        &'a self,
        key: &[u8],
        made: &'a BTreeMap<Tag, Option<RecordKey>>,
    ) -> Result<(Kind, &'a RecordKey), StoreError> {
        let kind = Kind::of(key).ok_or(StoreError::Damaged(KEY))?;
        let record_key = match class(kind) {
            Class::Identity => Some(&self.identity),
            Class::State => Some(&self.state),
            Class::ContentKey => Some(&self.shred),
            Class::Content => tag_of(key).and_then(|tag| match made.get(tag) {
                Some(changed) => changed.as_ref(),
                None => self.contents.get(tag),
            }),
        };
        Ok((kind, record_key.ok_or(StoreError::Damaged("the key of a conversation is missing"))?))
    }
}

enum Class {
    Identity,
    State,
    ContentKey,
    Content,
}

const fn class(kind: Kind) -> Class {
    match kind {
        Kind::Profile | Kind::Header => Class::Identity,
        Kind::ContentKey => Class::ContentKey,
        Kind::Cipher
        | Kind::Delivered
        | Kind::Edit
        | Kind::Message
        | Kind::Overlay
        | Kind::Side
        | Kind::Waiting => Class::Content,
        Kind::Carried
        | Kind::Chain
        | Kind::Contact
        | Kind::Group
        | Kind::Head
        | Kind::Invite
        | Kind::Op
        | Kind::Outbox
        | Kind::Prekey
        | Kind::Replay
        | Kind::Session
        | Kind::Taken => Class::State,
    }
}

const KEY: &str = "a row has a key that makes no sense";
