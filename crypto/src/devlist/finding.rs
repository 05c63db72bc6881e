//! What a device list means to somebody who knows another: newer, rolled back, or one of two truths. Gives
//! findings; contacts and trust states, which follow from them, are others'.
//!
//! ```text
//! proof = 0x01 | len:4 | list | len:4 | list     two lists of one account and one seq, the smaller head first
//! ```

use std::cmp::Ordering;

use super::{DeviceList, ListError, NO_PREVIOUS};
use crate::bytes::Reader;
use crate::identity::AccountId;

impl DeviceList {
    /// What `offered` is to somebody who knows this list. Only [`Comparison::Newer`] is to be adopted.
    #[must_use]
    pub fn compare(&self, offered: &Self) -> Comparison {
        let (known, other) = (&self.content, &offered.content);
        if known.account != other.account {
            return Comparison::AnotherAccount;
        }
        match other.seq.cmp(&known.seq) {
            Ordering::Less => Comparison::Rollback { known_seq: known.seq, offered_seq: other.seq },
            Ordering::Equal if self.head == offered.head => Comparison::Same,
            Ordering::Equal => Comparison::Equivocation(Box::new(EquivocationProof::of(self, offered))),
            Ordering::Greater => Comparison::Newer(self.link_to(offered)),
        }
    }

    fn link_to(&self, newer: &Self) -> Link {
        if newer.content.prev_hash == self.head {
            Link::Next
        } else if newer.content.prev_hash == NO_PREVIOUS {
            Link::Restart
        } else if newer.content.prev_hash == self.content.prev_hash {
            Link::Fork
        } else {
            Link::Gap
        }
    }
}

/// What an offered list is, seen from a known one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Comparison {
    /// It says the same.
    Same,
    /// It is later; how it hangs together with the known one is in the [`Link`].
    Newer(Link),
    /// It is older than what is known: somebody serves stale state. Alarm; keep the known list.
    Rollback {
        /// `seq` of the known list.
        known_seq: u64,
        /// `seq` of the offered list, below the known one.
        offered_seq: u64,
    },
    /// The account signed two different lists with one `seq`. Alarm; the proof convinces third parties.
    Equivocation(Box<EquivocationProof>),
    /// It is a list of another account.
    AnotherAccount,
}

/// How a newer list hangs together with the known one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Link {
    /// It follows directly.
    Next,
    /// Lists between the two have not been seen.
    Gap,
    /// Its signer did not know what came before: the account was restored, or its key is in other hands.
    Restart,
    /// Both follow the same list, so the account signed two continuations: two devices at once, or a key in
    /// other hands.
    Fork,
}

/// Two lists of one account with one `seq` and different contents, both signed. Anybody can check it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EquivocationProof {
    first: DeviceList,
    second: DeviceList,
}

impl EquivocationProof {
    /// The smaller head first, so that the same two lists always make the same proof.
    fn of(one: &DeviceList, other: &DeviceList) -> Self {
        let (first, second) = if one.head <= other.head { (one, other) } else { (other, one) };
        Self { first: first.clone(), second: second.clone() }
    }

    /// Reads a proof against `account` and verifies both lists.
    ///
    /// # Errors
    /// [`ListError::Malformed`] also when the two lists do not contradict each other.
    pub fn parse(bytes: &[u8], account: &AccountId) -> Result<Self, ListError> {
        let (one, other) = split_proof(bytes).ok_or(ListError::Malformed)?;
        let one = DeviceList::parse(one, account)?;
        let other = DeviceList::parse(other, account)?;
        if one.content.seq != other.content.seq || one.head >= other.head {
            return Err(ListError::Malformed);
        }
        Ok(Self { first: one, second: other })
    }

    /// The proof as it is kept and passed on.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![PROOF_VERSION];
        for list in [&self.first, &self.second] {
            // a list is at most MAX_LIST bytes, far below u32
            let len = u32::try_from(list.bytes.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&len.to_be_bytes());
            bytes.extend_from_slice(&list.bytes);
        }
        bytes
    }

    /// The two lists.
    #[must_use]
    pub const fn lists(&self) -> (&DeviceList, &DeviceList) {
        (&self.first, &self.second)
    }
}

/// What it means that `presented` stands where `known` was expected. `last` is the last list of `known` that
/// the person has, if any.
#[must_use]
pub fn identity_change(
    known: &AccountId,
    presented: &AccountId,
    last: Option<&DeviceList>,
) -> IdentityChange {
    if known == presented {
        return IdentityChange::Unchanged;
    }
    let named = last.filter(|list| list.account() == *known).and_then(DeviceList::successor);
    if named == Some(*presented) { IdentityChange::HandedOver } else { IdentityChange::Replaced }
}

/// Whether a contact is who it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdentityChange {
    /// The same account.
    Unchanged,
    /// Another account, named by the known one and agreed by itself. Back to "seen", with a notice.
    HandedOver,
    /// Another account, and nothing of the known one vouches for it. A verified contact is blocked.
    Replaced,
}

fn split_proof(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(bytes);
    if reader.u8()? != PROOF_VERSION {
        return None;
    }
    let len = usize::try_from(reader.u32()?).ok()?;
    let one = reader.slice(len)?;
    let len = usize::try_from(reader.u32()?).ok()?;
    let other = reader.slice(len)?;
    reader.end()?;
    Some((one, other))
}

const PROOF_VERSION: u8 = 1;
