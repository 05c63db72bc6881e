//! The link that invites to a group: `undertone:g/` and base64url of
//!
//! ```text
//! version:1 | seed of the invitation's key:32 | invitation:32 | expires (hours since the epoch):4
//!     | members (1 to 3):1 | account:32 each | check:4
//! ```
//! `check` is the start of a digest over the rest. Neither the group's name nor its title is in it, and no address: on one
//! network those who hold the link and the members recognise each other by it.

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use super::invite::check;
use crate::model::{AccountId, GROUP_LINK as PREFIX, OpId};

/// What a link to a group says.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupLink {
    /// The seed of the invitation's key.
    pub seed: Zeroizing<[u8; 32]>,
    /// The operation that is the invitation.
    pub invite: OpId,
    /// Hours since the epoch when it ends.
    pub expires_h: u32,
    /// Members who can be asked to let in: one to [`GroupLink::MEMBERS`], each once.
    pub members: Vec<AccountId>,
}

impl std::fmt::Debug for GroupLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GroupLink({:?}, ..)", self.invite)
    }
}

/// Not a link to a group of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link to a group")]
pub struct GroupLinkError;

impl GroupLink {
    /// Members that a link names at most.
    pub const MEMBERS: usize = 3;

    /// The link's text. Of too many members the first are named.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        let members = self.members.iter().take(Self::MEMBERS);
        let count = u8::try_from(members.len()).unwrap_or(u8::MAX);
        let mut bytes = Zeroizing::new(Vec::with_capacity(LINK_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(&*self.seed);
        bytes.extend_from_slice(&self.invite.0);
        bytes.extend_from_slice(&self.expires_h.to_be_bytes());
        bytes.push(count);
        members.for_each(|account| bytes.extend_from_slice(account.as_bytes()));
        let sum = check(&bytes);
        bytes.extend_from_slice(&sum);
        Zeroizing::new(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Reads a link; white space around it is no matter.
    ///
    /// # Errors
    /// [`GroupLinkError`] for anything else.
    pub fn decode(link: &str) -> Result<Self, GroupLinkError> {
        Self::read(link).ok_or(GroupLinkError)
    }

    fn read(link: &str) -> Option<Self> {
        let body = link.trim().strip_prefix(PREFIX).filter(|body| body.len() <= MAX_TEXT)?;
        let bytes = Zeroizing::new(BASE64URL_NOPAD.decode(body.as_bytes()).ok()?);
        let (content, sum) = bytes.split_last_chunk::<4>()?;
        let rest = content.strip_prefix(&[VERSION]).filter(|_| check(content) == *sum)?;
        let (seed, rest) = rest.split_first_chunk::<32>()?;
        let (invite, rest) = rest.split_first_chunk::<32>()?;
        let (expires, rest) = rest.split_first_chunk::<4>()?;
        let (count, rest) = rest.split_first()?;
        let (members, beyond) = rest.as_chunks::<32>();
        if !beyond.is_empty() || members.len() != usize::from(*count) {
            return None;
        }
        let members: Vec<_> = members.iter().map(AccountId::from_bytes).collect::<Result<_, _>>().ok()?;
        let distinct: std::collections::BTreeSet<_> = members.iter().collect();
        let fits = (1..=Self::MEMBERS).contains(&members.len()) && distinct.len() == members.len();
        fits.then(|| Self {
            seed: Zeroizing::new(*seed),
            invite: OpId(*invite),
            expires_h: u32::from_be_bytes(*expires),
            members,
        })
    }
}

const VERSION: u8 = 1;
const LINK_BYTES: usize = 170;
/// 170 bytes in base64url take 227 characters.
const MAX_TEXT: usize = 240;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use undertone_crypto::identity::AccountKey;

    use super::*;

    fn link(members: u8) -> GroupLink {
        let members = (1..=members).map(|n| AccountKey::from_seed(&[n; 32]).id()).collect();
        let seed = Zeroizing::new([2; 32]);
        GroupLink { seed, invite: OpId([1; 32]), expires_h: 490_000, members }
    }

    #[test]
    fn a_link_to_a_group_survives_its_text_and_a_lost_or_changed_letter_is_told() {
        for members in 1..=3 {
            let text = link(members).encode();
            assert!(text.len() <= PREFIX.len() + MAX_TEXT);
            assert_eq!(GroupLink::decode(&format!(" {}\n", *text)), Ok(link(members)));
            for at in PREFIX.len()..text.len() {
                let mut changed = text.as_bytes().to_vec();
                let cut = std::str::from_utf8(&changed[..at]).unwrap();
                assert_eq!(GroupLink::decode(cut), Err(GroupLinkError));
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                assert_eq!(GroupLink::decode(std::str::from_utf8(&changed).unwrap()), Err(GroupLinkError));
            }
        }
    }

    #[test]
    fn a_link_names_some_members_each_once() {
        assert_eq!(GroupLink::decode(&link(0).encode()), Err(GroupLinkError));
        let twice = GroupLink { members: vec![link(1).members[0]; 2], ..link(1) };
        assert_eq!(GroupLink::decode(&twice.encode()), Err(GroupLinkError));
        assert_eq!(GroupLink::decode(&link(5).encode()).unwrap().members.len(), 3);
    }

    proptest! {
        #[test]
        fn any_text_is_a_link_to_a_group_or_an_error(text in "(undertone:g/)?\\PC{0,300}") {
            GroupLink::decode(&text).ok();
        }
    }
}
