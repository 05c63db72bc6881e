//! The parameters of a call: checked against the method's table first, then taken out by name.

use std::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::{jsonrpc::Fault, value::ALL};
use crate::api::{Account, ClientError, ConversationId, History, Mention, MessageId, Written};

/// What a parameter must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list of strings.
    Accounts,
    /// A whole number, 0 or more.
    Count,
    /// True or false.
    Flag,
    /// `none`, `all`, or a number above 0.
    History,
    /// A string.
    Text,
}

/// A parameter as the table of methods names it.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// Whether a call without it is wrong.
    pub required: bool,
}

/// A parameter that must be given.
pub(super) const fn need(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

/// A parameter that may be left out or be null.
pub(super) const fn may(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

/// The parameters of one call, of the kinds that the method's table asks for. Those that the table does not
/// name are ignored. `Debug` shows the names only: the values hold texts and passphrases.
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Checks what was given against what the method takes.
    pub(super) fn check(table: &[Param], mut given: Map<String, Value>) -> Result<Self, Fault> {
        given.retain(|_, value| !value.is_null());
        for param in table {
            match given.get(param.name) {
                None if param.required => return Err(Fault::params(format!("`{}` is missing", param.name))),
                None => {}
                Some(value) if param.kind.fits(value) => {}
                Some(_) => {
                    return Err(Fault::params(format!("`{}` must be {}", param.name, param.kind.as_str())));
                }
            }
        }
        given.retain(|name, _| table.iter().any(|param| param.name == name));
        Ok(Self(given))
    }

    /// A string, if given.
    pub(super) fn maybe_text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A string.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Fault> {
        self.maybe_text(name).ok_or_else(|| missing(name))
    }

    /// A number, if given.
    pub(super) fn maybe_count(&mut self, name: &str) -> Option<u64> {
        self.0.remove(name).and_then(|value| value.as_u64())
    }

    /// A number.
    pub(super) fn count(&mut self, name: &str) -> Result<u64, Fault> {
        self.maybe_count(name).ok_or_else(|| missing(name))
    }

    /// True or false, if given.
    pub(super) fn maybe_flag(&mut self, name: &str) -> Option<bool> {
        self.0.remove(name).and_then(|value| value.as_bool())
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Fault> {
        self.maybe_flag(name).ok_or_else(|| missing(name))
    }

    /// What newcomers see of what was said before, if given.
    pub(super) fn maybe_history(&mut self) -> Option<History> {
        self.0.remove("history").and_then(|value| policy(&value))
    }

    // Names are opaque to programs: one that cannot be read is one that does not exist.

    /// The account that `account` names.
    pub(super) fn account(&mut self) -> Result<Account, Fault> {
        let text = self.text("account")?;
        text.parse().map_err(|_not_an_account| ClientError::NotFound("account").into())
    }

    /// The accounts that a list names.
    pub(super) fn accounts(&mut self, name: &str) -> Result<Vec<Account>, Fault> {
        let Some(Value::Array(list)) = self.0.remove(name) else { return Err(missing(name)) };
        let parse = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        let accounts: Option<_> = list.iter().map(parse).collect();
        accounts.ok_or_else(|| ClientError::NotFound("account").into())
    }

    /// What `text` says, and whom `mentions` names.
    pub(super) fn written(&mut self) -> Result<Written, Fault> {
        let text = self.text("text")?;
        let Some(Value::Array(list)) = self.0.remove("mentions") else { return Ok(text.into()) };
        let parse = |value: &Value| match value.as_str()? {
            ALL => Some(Mention::All),
            text => text.parse().ok().map(Mention::Account),
        };
        let mentions: Option<_> = list.iter().map(parse).collect();
        let mentions = mentions.ok_or(ClientError::NotFound("account"))?;
        Ok(Written { text, mentions })
    }

    /// The conversation that `chat` names.
    pub(super) fn chat(&mut self) -> Result<ConversationId, Fault> {
        let text = self.text("chat")?;
        text.parse().map_err(|_not_a_chat| ClientError::NotFound("chat").into())
    }

    /// The message that a parameter names.
    pub(super) fn message(&mut self, name: &str) -> Result<MessageId, Fault> {
        self.maybe_message(name)?.ok_or_else(|| missing(name))
    }

    /// The message that a parameter names, if given.
    pub(super) fn maybe_message(&mut self, name: &str) -> Result<Option<MessageId>, Fault> {
        let Some(text) = self.maybe_text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_not_a_message| ClientError::NotFound("message").into())
    }

    /// The message that `message` names, which must stand in the conversation that `chat` names.
    pub(super) fn message_in_chat(&mut self) -> Result<MessageId, Fault> {
        let chat = self.chat()?;
        let message = self.message("message")?;
        if message.conversation == chat {
            Ok(message)
        } else {
            Err(ClientError::NotFound("message in this chat").into())
        }
    }
}

/// What nobody took out may be a passphrase too.
impl Drop for Params {
    fn drop(&mut self) {
        for value in self.0.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Kind {
    /// What to write.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "a list of strings",
            Self::Count => "a whole number, 0 or more",
            Self::Flag => "true or false",
            Self::History => "`none`, `all` or a number from 1 on",
            Self::Text => "a string",
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Accounts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Count => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::History => policy(value).is_some(),
            Self::Text => value.is_string(),
        }
    }
}

fn policy(value: &Value) -> Option<History> {
    match value {
        Value::String(word) if word == "none" => Some(History::None),
        Value::String(word) if word == "all" => Some(History::All),
        Value::Number(count) => {
            let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
            count.filter(|count| *count > 0).map(History::Last)
        }
        _ => None,
    }
}

fn missing(name: &str) -> Fault {
    Fault::params(format!("`{name}` is missing"))
}
