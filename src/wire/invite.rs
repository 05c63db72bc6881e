//! The invite link: `undertone:i/` and base64url of
//!
//! ```text
//! version:1 | account:32 | invite id:8 | invite secret:16 | expires (hours since the epoch, 0 = never):4 | check:4
//! ```
//! `check` is the start of a digest over the rest: a link that lost a letter is told from one of a stranger.
//! No address is in it: on one network the two find each other, and recognise each other by the secret.

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::model::{AccountId, FrameId, InviteId, InviteSecret};

/// What an invite link says.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteLink {
    /// Who invites.
    pub account: AccountId,
    /// The public name of the invite.
    pub id: InviteId,
    /// What proves that somebody was given the link.
    pub secret: InviteSecret,
    /// Hours since the epoch when it ends.
    pub expires_h: Option<u32>,
}

impl std::fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InviteLink({:?}, {:?}, ..)", self.account, self.id)
    }
}

/// Not an invite link of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an invite link")]
pub struct InviteLinkError;

impl InviteLink {
    /// The link's text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LINK_BYTES));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(self.secret.as_bytes());
        bytes.extend_from_slice(&self.expires_h.unwrap_or(0).to_be_bytes());
        let sum = check(&bytes);
        bytes.extend_from_slice(&sum);
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a link; white space around it is no matter.
    ///
    /// # Errors
    /// [`InviteLinkError`] for anything else.
    pub fn decode(link: &str) -> Result<Self, InviteLinkError> {
        let body =
            link.trim().strip_prefix(PREFIX).filter(|body| body.len() <= MAX_TEXT).ok_or(InviteLinkError)?;
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|_not_base64| InviteLinkError)?;
        let bytes = Zeroizing::new(bytes);
        let (content, sum) = bytes.split_last_chunk::<4>().ok_or(InviteLinkError)?;
        if check(content) != *sum {
            return Err(InviteLinkError);
        }
        let rest = content.strip_prefix(&[VERSION]).ok_or(InviteLinkError)?;
        let (account, rest) = rest.split_first_chunk::<32>().ok_or(InviteLinkError)?;
        let (id, rest) = rest.split_first_chunk::<8>().ok_or(InviteLinkError)?;
        let (secret, rest) = rest.split_first_chunk::<16>().ok_or(InviteLinkError)?;
        let expires: [u8; 4] = rest.try_into().map_err(|_wrong_length| InviteLinkError)?;
        Ok(Self {
            account: AccountId::from_bytes(account).map_err(|_not_a_key| InviteLinkError)?,
            id: InviteId(*id),
            secret: InviteSecret::new(*secret),
            expires_h: Some(u32::from_be_bytes(expires)).filter(|hours| *hours != 0),
        })
    }
}

pub(super) fn check(bytes: &[u8]) -> [u8; 4] {
    let id = FrameId::of(bytes);
    let [a, b, c, d, ..] = *id.as_bytes();
    [a, b, c, d]
}

const PREFIX: &str = "undertone:i/";
const VERSION: u8 = 1;
const LINK_BYTES: usize = 65;
/// 65 bytes in base64url take 87 characters.
const MAX_TEXT: usize = 96;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_survives_its_text_and_a_lost_or_changed_letter_is_told() {
        let account = undertone_crypto::identity::AccountKey::from_seed(&[5; 32]).id();
        let link = InviteLink {
            account,
            id: InviteId([1; 8]),
            secret: InviteSecret::new([2; 16]),
            expires_h: Some(490_000),
        };
        let text = link.encode();
        assert_eq!(InviteLink::decode(&format!(" {text}\n")), Ok(link));
        for at in PREFIX.len()..text.len() {
            let mut changed = text.clone().into_bytes();
            let cut = std::str::from_utf8(&changed[..at]).unwrap();
            assert_eq!(InviteLink::decode(cut), Err(InviteLinkError));
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(InviteLink::decode(std::str::from_utf8(&changed).unwrap()), Err(InviteLinkError));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_link_or_an_error(text in "(undertone:i/)?\\PC{0,200}") {
            InviteLink::decode(&text).ok();
        }
    }
}
