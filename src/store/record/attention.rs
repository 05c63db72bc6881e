//! The part of a conversation's record that says what it may ask of our person's attention: 1:1 and groups have it alike.

use serde::{Deserialize, Serialize};

use crate::model::{Attention, NotifyMode};

#[derive(Serialize, Deserialize)]
pub(super) struct AttentionV1 {
    mentions: u32,
    notify: NotifyV1,
    until_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
enum NotifyV1 {
    All,
    Mentions,
    None,
}

impl From<&Attention> for AttentionV1 {
    fn from(attention: &Attention) -> Self {
        let notify = match attention.notify {
            NotifyMode::All => NotifyV1::All,
            NotifyMode::Mentions => NotifyV1::Mentions,
            NotifyMode::None => NotifyV1::None,
        };
        Self { mentions: attention.mentions, notify, until_ms: attention.until_ms }
    }
}

impl From<AttentionV1> for Attention {
    fn from(record: AttentionV1) -> Self {
        let notify = match record.notify {
            NotifyV1::All => NotifyMode::All,
            NotifyV1::Mentions => NotifyMode::Mentions,
            NotifyV1::None => NotifyMode::None,
        };
        Self { mentions: record.mentions, notify, until_ms: record.until_ms }
    }
}
