//! The layout of row keys, the only place that knows it. A key is `kind:1 | tag:16 | order`. Tags are keyed
//! hashes of ids, so that the file names no account, conversation, session or frame; knows nothing of values.
//!
//! What a key shows to somebody who has the file: the kind of the row, which rows have the same owner, and of
//! entries their place: Lamport time, author device (a random id that stands nowhere else in the clear) and
//! sequence. The author stands in the key itself because the order of keys is the order on screen.

mod group;

use undertone_crypto::record::IndexKey;

use crate::model::{AccountId, ConversationId, DeviceId, Emoji, EntryRef, InviteId};

/// What a row is. The byte is the first of its key, and the sealed value is bound to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    /// A frame of a member for another: for whom, frame.
    Carried = b'f',
    /// A sender chain of a group: conversation, chain.
    Chain = b'x',
    /// A group's message as it travelled: conversation, chain, iteration.
    Cipher = b'G',
    /// A contact: account.
    Contact = b'c',
    /// The wrapped key of a conversation's content: conversation.
    ContentKey = b'K',
    /// Which own entries were delivered: conversation, block of sequences.
    Delivered = b'D',
    /// An edit as it was said: conversation, target, own place.
    Edit = b'E',
    /// A group: conversation.
    Group = b'g',
    /// A conversation's head: conversation.
    Head = b'h',
    /// Schema and generation of the whole store.
    Header = b'H',
    /// An invite: its id.
    Invite = b'i',
    /// A row of the timeline: conversation, place.
    Message = b'M',
    /// An operation of a group: conversation, operation.
    Op = b'p',
    /// Something on its way: account, sequence.
    Outbox = b'o',
    /// What changes the look of a row: conversation, target, what, author.
    Overlay = b'O',
    /// A prekey: its reference.
    Prekey = b'k',
    /// Our own row.
    Profile = b'P',
    /// An answered handshake: its id.
    Replay = b'r',
    /// A session: account, session.
    Session = b's',
    /// An entry that is no row of the timeline and no edit: conversation, place.
    Side = b'N',
    /// Frames taken: account, block of counts.
    Taken = b'T',
    /// A message of a group that waits for its key: conversation, chain, iteration.
    Waiting = b'w',
}

impl Kind {
    /// Every kind.
    pub(super) const ALL: [Self; 22] = [
        Self::Carried,
        Self::Chain,
        Self::Cipher,
        Self::Contact,
        Self::ContentKey,
        Self::Delivered,
        Self::Edit,
        Self::Group,
        Self::Head,
        Self::Header,
        Self::Invite,
        Self::Message,
        Self::Op,
        Self::Outbox,
        Self::Overlay,
        Self::Prekey,
        Self::Profile,
        Self::Replay,
        Self::Session,
        Self::Side,
        Self::Taken,
        Self::Waiting,
    ];

    /// The kind of a row with this key.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let first = *key.first()?;
        Self::ALL.into_iter().find(|kind| *kind as u8 == first)
    }

    /// All rows of the kind.
    pub(super) fn all(self) -> Range {
        Range::prefix(vec![self as u8])
    }

    fn tagged(self, tag: &Tag) -> Vec<u8> {
        [&[self as u8], tag.as_slice()].concat()
    }

    fn ordered(self, tag: &Tag, order: &[u8]) -> Vec<u8> {
        [&[self as u8], tag.as_slice(), order].concat()
    }
}

/// A keyed hash that stands for an owner.
pub(super) type Tag = [u8; 16];

/// Keys `from <= key < to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first key.
    pub(super) from: Vec<u8>,
    /// The key after the last.
    pub(super) to: Vec<u8>,
}

impl Range {
    /// All keys that begin with `prefix`.
    pub(super) fn prefix(prefix: Vec<u8>) -> Self {
        let to = successor(prefix.clone());
        Self { from: prefix, to }
    }
}

/// The smallest key above all keys that begin with `prefix`. Kinds are ASCII, so there always is one.
fn successor(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(last) = prefix.pop() {
        if let Some(next) = last.checked_add(1) {
            prefix.push(next);
            break;
        }
    }
    prefix
}

/// Makes keys.
#[derive(Debug)]
pub(super) struct Keys(IndexKey);

impl Keys {
    /// With the profile's index key.
    pub(super) const fn new(index: IndexKey) -> Self {
        Self(index)
    }

    /// The row of which there is only one.
    pub(super) fn single(&self, kind: Kind) -> Vec<u8> {
        kind.tagged(&self.0.tag(kind as u8, &[]))
    }

    /// A contact's row.
    pub(super) fn contact(&self, account: &AccountId) -> Vec<u8> {
        Kind::Contact.tagged(&self.account(account))
    }

    /// An invite's row.
    pub(super) fn invite(&self, id: &InviteId) -> Vec<u8> {
        Kind::Invite.tagged(&self.0.tag(Kind::Invite as u8, &id.0))
    }

    /// A prekey's row.
    pub(super) fn prekey(&self, reference: &[u8; 8]) -> Vec<u8> {
        Kind::Prekey.tagged(&self.0.tag(Kind::Prekey as u8, reference))
    }

    /// The row of an answered handshake.
    pub(super) fn replay(&self, init: &[u8; 32]) -> Vec<u8> {
        Kind::Replay.tagged(&self.0.tag(Kind::Replay as u8, init))
    }

    /// A session's row.
    pub(super) fn session(&self, account: &AccountId, session: &[u8; 16]) -> Vec<u8> {
        Kind::Session.ordered(&self.account(account), &self.0.tag(Kind::Session as u8, session))
    }

    /// A row of the outbox.
    pub(super) fn outbox(&self, account: &AccountId, seq: u64) -> Vec<u8> {
        Kind::Outbox.ordered(&self.account(account), &seq.to_be_bytes())
    }

    /// A block of taken frames.
    pub(super) fn taken(&self, account: &AccountId, block: u64) -> Vec<u8> {
        Kind::Taken.ordered(&self.account(account), &block.to_be_bytes())
    }

    /// All rows that belong to an account.
    pub(super) fn of_account(&self, account: &AccountId) -> Vec<Range> {
        let tag = self.account(account);
        [Kind::Contact, Kind::Session, Kind::Outbox, Kind::Taken]
            .map(|kind| Range::prefix(kind.tagged(&tag)))
            .to_vec()
    }

    /// The keys of a conversation.
    pub(super) fn conversation(&self, conversation: &ConversationId) -> ConversationKeys<'_> {
        ConversationKeys { keys: self, tag: self.0.tag(CONVERSATION, conversation.as_bytes()) }
    }

    fn account(&self, account: &AccountId) -> Tag {
        self.0.tag(ACCOUNT, account.as_bytes())
    }
}

/// Makes the keys of one conversation.
#[derive(Debug)]
pub(super) struct ConversationKeys<'a> {
    keys: &'a Keys,
    tag: Tag,
}

impl ConversationKeys<'_> {
    /// What stands for the conversation.
    pub(super) const fn tag(&self) -> &Tag {
        &self.tag
    }

    /// Its head.
    pub(super) fn head(&self) -> Vec<u8> {
        Kind::Head.tagged(&self.tag)
    }

    /// The row of the content key of the conversation with this tag.
    pub(super) fn content_key_of(tag: &Tag) -> Vec<u8> {
        Kind::ContentKey.tagged(tag)
    }

    /// A row of the timeline.
    pub(super) fn message(&self, id: &EntryRef) -> Vec<u8> {
        Self::message_of(&self.tag, id)
    }

    /// A row of the timeline of the conversation with this tag.
    pub(super) fn message_of(tag: &Tag, id: &EntryRef) -> Vec<u8> {
        Kind::Message.ordered(tag, &place(id))
    }

    /// The whole timeline.
    pub(super) fn messages(&self) -> Range {
        Range::prefix(Kind::Message.tagged(&self.tag))
    }

    /// An entry that is no row of the timeline and no edit.
    pub(super) fn side(&self, id: &EntryRef) -> Vec<u8> {
        Kind::Side.ordered(&self.tag, &place(id))
    }

    /// An edit as it was said.
    pub(super) fn edit(&self, target: &EntryRef, id: &EntryRef) -> Vec<u8> {
        Kind::Edit.ordered(&self.tag, &[place(target), place(id)].concat())
    }

    /// All edits of an entry as they were said.
    pub(super) fn edits(&self, target: &EntryRef) -> Range {
        Range::prefix(Kind::Edit.ordered(&self.tag, &place(target)))
    }

    /// The newest text of an entry by its author.
    pub(super) fn edited(&self, target: &EntryRef) -> Vec<u8> {
        Kind::Overlay.ordered(&self.tag, &[place(target).as_slice(), &[EDITED]].concat())
    }

    /// That an entry was taken back by its author.
    pub(super) fn deleted(&self, target: &EntryRef) -> Vec<u8> {
        Kind::Overlay.ordered(&self.tag, &[place(target).as_slice(), &[DELETED]].concat())
    }

    /// That somebody else took an entry back, whether that counts or not.
    pub(super) fn taken_back(&self, target: &EntryRef, by: &EntryRef) -> Vec<u8> {
        Kind::Overlay.ordered(&self.tag, &[place(target).as_slice(), &[TAKEN_BACK], &place(by)].concat())
    }

    /// An author's last word on one emoji at an entry.
    pub(super) fn reaction(&self, target: &EntryRef, emoji: &Emoji, author: &DeviceId) -> Vec<u8> {
        let tag = self.keys.0.tag(Kind::Overlay as u8, emoji.as_str().as_bytes());
        let order = [place(target).as_slice(), &[REACTION], author.as_bytes(), &tag].concat();
        Kind::Overlay.ordered(&self.tag, &order)
    }

    /// Everything that changes the look of the entries from `first` to `last`.
    pub(super) fn overlays(&self, first: &EntryRef, last: &EntryRef) -> Range {
        Range {
            from: Kind::Overlay.ordered(&self.tag, &place(first)),
            to: successor(Kind::Overlay.ordered(&self.tag, &place(last))),
        }
    }

    /// A block of entries of ours, as far as they were delivered.
    pub(super) fn delivered(&self, block: u64) -> Vec<u8> {
        Kind::Delivered.ordered(&self.tag, &block.to_be_bytes())
    }

    /// All rows that belong to the conversation.
    pub(super) fn all(&self) -> Vec<Range> {
        let kinds = [
            Kind::Chain,
            Kind::Cipher,
            Kind::ContentKey,
            Kind::Delivered,
            Kind::Edit,
            Kind::Group,
            Kind::Head,
            Kind::Message,
            Kind::Op,
            Kind::Overlay,
            Kind::Side,
            Kind::Waiting,
        ];
        kinds.map(|kind| Range::prefix(kind.tagged(&self.tag))).to_vec()
    }
}

/// The tag in a key.
pub(super) fn tag_of(key: &[u8]) -> Option<&Tag> {
    key.get(1..)?.first_chunk()
}

/// The place of the entry that a key of kind message, side or overlay names.
pub(super) fn place_of(key: &[u8]) -> Option<EntryRef> {
    let (lamport, rest) = key.get(ORDER_AT..)?.split_first_chunk::<8>()?;
    let (author, rest) = rest.split_first_chunk::<16>()?;
    let seq = rest.first_chunk::<8>()?;
    Some(EntryRef {
        lamport: u64::from_be_bytes(*lamport),
        author: DeviceId::new(*author),
        seq: u64::from_be_bytes(*seq),
    })
}

/// What the overlay with this key does.
pub(super) fn overlay_of(key: &[u8]) -> Option<OverlayKind> {
    match *key.get(OVERLAY_AT)? {
        EDITED => Some(OverlayKind::Edited),
        DELETED => Some(OverlayKind::Deleted),
        REACTION => Some(OverlayKind::Reaction),
        TAKEN_BACK => Some(OverlayKind::TakenBack),
        _ => None,
    }
}

/// What an overlay does to the entry it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverlayKind {
    /// Replaces its text.
    Edited,
    /// Takes it back.
    Deleted,
    /// Sets or takes back an emoji.
    Reaction,
    /// Takes it back for somebody else than its author, if that counts.
    TakenBack,
}

/// Big endian, in the order of comparison of [`EntryRef`]: the order of keys is the order on screen.
fn place(id: &EntryRef) -> [u8; 32] {
    let mut place = [0; 32];
    let parts = id.lamport.to_be_bytes().into_iter().chain(*id.author.as_bytes()).chain(id.seq.to_be_bytes());
    place.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    place
}

/// Which owner a tag stands for; no kind of row has these bytes.
const ACCOUNT: u8 = b'A';
const CONVERSATION: u8 = b'C';
/// What an overlay does, after the target in its key.
const EDITED: u8 = 1;
const DELETED: u8 = 2;
const REACTION: u8 = 3;
const TAKEN_BACK: u8 = 4;
const ORDER_AT: usize = 17;
const OVERLAY_AT: usize = ORDER_AT + 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_successor_of_a_prefix_is_above_all_its_keys() {
        assert_eq!(successor(vec![b'a', 0xff, 0xff]), vec![b'b']);
        assert_eq!(successor(vec![b'a', 7]), vec![b'a', 8]);
    }

    #[test]
    fn no_two_kinds_share_a_byte() {
        let bytes: std::collections::BTreeSet<u8> = Kind::ALL.iter().map(|kind| *kind as u8).collect();
        assert_eq!(bytes.len(), Kind::ALL.len());
        assert!(!bytes.contains(&ACCOUNT) && !bytes.contains(&CONVERSATION));
    }

    proptest! {
        #[test]
        fn keys_are_ordered_as_entries_are(a in any::<(u64, [u8; 16], u64)>(), b in any::<(u64, [u8; 16], u64)>()) {
            let [a, b] = [a, b].map(|(lamport, author, seq)| EntryRef { lamport, author: DeviceId::new(author), seq });
            prop_assert_eq!(place(&a).cmp(&place(&b)), a.cmp(&b));
            let key = Kind::Message.ordered(&[0; 16], &place(&a));
            prop_assert_eq!(place_of(&key), Some(a));
        }
    }
}
