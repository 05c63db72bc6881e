//! Keys of the rows that only groups have.

use crate::model::{AccountId, FrameId};

use super::{ConversationKeys, Keys, Kind, Range, successor};

impl Keys {
    /// A frame that is carried for somebody.
    pub(in crate::store) fn carried(&self, to: &AccountId, frame: &FrameId) -> Vec<u8> {
        Kind::Carried.ordered(&self.account(to), &self.0.tag(Kind::Carried as u8, frame.as_bytes()))
    }
}

impl ConversationKeys<'_> {
    /// The row of a group.
    pub(in crate::store) fn group(&self) -> Vec<u8> {
        Kind::Group.tagged(&self.tag)
    }

    /// An operation of the group.
    pub(in crate::store) fn op(&self, op: &[u8; 32]) -> Vec<u8> {
        Kind::Op.ordered(&self.tag, &self.keys.0.tag(Kind::Op as u8, op))
    }

    /// A sender chain of the group.
    pub(in crate::store) fn chain(&self, chain: &[u8; 16]) -> Vec<u8> {
        Kind::Chain.ordered(&self.tag, &self.keys.0.tag(Kind::Chain as u8, chain))
    }

    /// A message of the group as it travelled.
    pub(in crate::store) fn cipher(&self, chain: &[u8; 16], iteration: u32) -> Vec<u8> {
        let chain = self.keys.0.tag(Kind::Chain as u8, chain);
        Kind::Cipher.ordered(&self.tag, &[chain.as_slice(), &iteration.to_be_bytes()].concat())
    }

    /// A message of the group that waits for its key.
    pub(in crate::store) fn waiting(&self, chain: &[u8; 16], iteration: u32) -> Vec<u8> {
        let chain = self.keys.0.tag(Kind::Chain as u8, chain);
        Kind::Waiting.ordered(&self.tag, &[chain.as_slice(), &iteration.to_be_bytes()].concat())
    }

    /// The group's messages of a chain from one place to another.
    pub(in crate::store) fn ciphers(&self, chain: &[u8; 16], first: u32, last: u32) -> Range {
        Range { from: self.cipher(chain, first), to: successor(self.cipher(chain, last)) }
    }
}
