//! Reading and drafting opened rows: a view opens what the backend holds, a draft collects one transaction on
//! top of it. In a draft the last word on a row counts, and reads see what was drafted before.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use undertone_crypto::record::RecordKey;

use super::StoreError;
use super::backend::{Backend, Batch, Direction};
use super::keys::{ConversationKeys, Keys, Kind, Range, Tag};
use super::record::Plain;
use super::seal::Seal;

/// The rows on disk, opened.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    backend: &'a dyn Backend,
    seal: &'a Seal,
}

impl<'a> View<'a> {
    /// Reads `backend` with the keys of `seal`.
    pub(super) const fn new(backend: &'a dyn Backend, seal: &'a Seal) -> Self {
        Self { backend, seal }
    }

    /// Makes row keys.
    pub(super) const fn keys(&self) -> &'a Keys {
        self.seal.keys()
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Plain>, StoreError> {
        self.backend.get(key)?.map(|sealed| self.seal.open(key, &sealed)).transpose()
    }

    /// The rows of a range in order.
    pub(super) fn scan(
        self,
        range: &Range,
        direction: Direction,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Plain), StoreError>> + use<'a> {
        self.backend.scan(&range.from, &range.to, direction).map(move |row| {
            let (key, sealed) = row?;
            let plain = self.seal.open(&key, &sealed)?;
            Ok((key, plain))
        })
    }

    /// The first row of a range, in the order of `direction`, without opening it.
    pub(super) fn any(&self, range: &Range) -> Result<bool, StoreError> {
        self.backend
            .scan(&range.from, &range.to, Direction::Ascending)
            .next()
            .transpose()
            .map(|row| row.is_some())
    }
}

/// One transaction being put together.
pub(super) struct Draft<'a> {
    view: View<'a>,
    rows: BTreeMap<Vec<u8>, Option<Plain>>,
    contents: BTreeMap<Tag, Option<RecordKey>>,
}

impl<'a> Draft<'a> {
    /// An empty one on top of `view`.
    pub(super) const fn new(view: View<'a>) -> Self {
        Self { view, rows: BTreeMap::new(), contents: BTreeMap::new() }
    }

    /// Makes row keys.
    pub(super) const fn keys(&self) -> &'a Keys {
        self.view.keys()
    }

    /// The value of `key` as it will be.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Plain>, StoreError> {
        match self.rows.get(key) {
            Some(drafted) => Ok(drafted.clone()),
            None => self.view.get(key),
        }
    }

    /// Whether the row will be there, without opening it.
    pub(super) fn has(&self, key: &[u8]) -> Result<bool, StoreError> {
        match self.rows.get(key) {
            Some(drafted) => Ok(drafted.is_some()),
            None => Ok(self.view.backend.get(key)?.is_some()),
        }
    }

    /// Writes a row.
    pub(super) fn put(&mut self, key: Vec<u8>, plain: Plain) {
        self.rows.insert(key, Some(plain));
    }

    /// Removes a row.
    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.rows.insert(key, None);
    }

    /// Removes all rows of a range, drafted ones too.
    pub(super) fn remove_all(&mut self, range: &Range) -> Result<(), StoreError> {
        let drafted: Vec<_> =
            self.rows.range(range.from.clone()..range.to.clone()).map(|(key, _)| key.clone()).collect();
        for key in drafted {
            self.remove(key);
        }
        for row in self.view.backend.scan(&range.from, &range.to, Direction::Ascending) {
            let (key, _) = row?;
            self.remove(key);
        }
        Ok(())
    }

    /// The keys of a range as they will be.
    pub(super) fn keys_in(&self, range: &Range) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut present: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        for row in self.view.backend.scan(&range.from, &range.to, Direction::Ascending) {
            present.insert(row?.0, true);
        }
        for (key, drafted) in self.rows.range(range.from.clone()..range.to.clone()) {
            present.insert(key.clone(), drafted.is_some());
        }
        Ok(present.into_iter().filter_map(|(key, there)| there.then_some(key)).collect())
    }

    /// Sees to it that the conversation has a content key.
    pub(super) fn ensure_content(&mut self, conversation: &ConversationKeys<'_>, rng: &mut impl CryptoRng) {
        let has = match self.contents.get(conversation.tag()) {
            Some(changed) => changed.is_some(),
            None => self.view.seal.has_content(conversation.tag()),
        };
        if !has {
            self.contents.insert(*conversation.tag(), Some(RecordKey::generate(rng)));
        }
    }

    /// Forgets the conversation's content key; its rows are removed by the caller.
    pub(super) fn drop_content(&mut self, conversation: &ConversationKeys<'_>) {
        self.contents.insert(*conversation.tag(), None);
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The batch for the backend, and the content keys it makes and drops.
    pub(super) fn seal(self, rng: &mut impl CryptoRng) -> Result<(Batch, Contents), StoreError> {
        let Self { view, rows, contents } = self;
        let mut batch = Batch::new();
        for (key, plain) in rows {
            let sealed = match plain {
                Some(plain) => {
                    let (kind, record_key) = view.seal.record_key(&key, &contents)?;
                    Some(record_key.seal(kind as u8, &key, &plain, rng)?)
                }
                None => None,
            };
            batch.insert(key, sealed);
        }
        for (tag, content) in &contents {
            if let Some(content) = content {
                let key = ConversationKeys::content_key_of(tag);
                let wrapped = view.seal.shred().wrap(Kind::ContentKey as u8, &key, content, rng)?;
                batch.insert(key, Some(wrapped));
            }
        }
        Ok((batch, contents))
    }
}

/// Content keys made (`Some`) and dropped (`None`) by a transaction.
pub(super) type Contents = BTreeMap<Tag, Option<RecordKey>>;
