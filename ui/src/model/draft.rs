//! What is being written, one draft per conversation: a new message, an answer, or a change of an old one.
//! Lives in memory only. Knows no widget.

use std::collections::BTreeMap;

use undertone::api::{ConversationId, MessageId, Written};

use super::mention::Marks;

/// All drafts. A conversation without one has nothing written.
#[derive(Debug, Clone, Default)]
pub struct Drafts(BTreeMap<ConversationId, Draft>);

/// What is being written in one conversation. `Debug` shows lengths only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text so far.
    pub text: String,
    /// Whom it addresses.
    pub marks: Marks,
    /// What becomes of it.
    pub purpose: Purpose,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} bytes, {:?})", self.text.len(), self.purpose)
    }
}

/// What becomes of a draft.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Purpose {
    /// It answers a message.
    Answer(MessageId),
    /// It replaces the text of a message; the new message that was being written waits in `aside`.
    Edit {
        /// The message.
        message: MessageId,
        /// What was being written before.
        aside: Box<Draft>,
    },
    /// It is a new message.
    #[default]
    Say,
}

impl std::fmt::Debug for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answer(message) => write!(f, "Answer({message:?})"),
            Self::Edit { message, .. } => write!(f, "Edit({message:?})"),
            Self::Say => f.write_str("Say"),
        }
    }
}

impl Draft {
    /// It as it is sent: without blanks around it.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        let start = self.text.len().saturating_sub(self.text.trim_start().len());
        self.marks = self.marks.within(start..self.text.trim_end().len());
        self.text = self.text.trim().to_owned();
        self
    }

    /// What is said, and whom it addresses.
    #[must_use]
    pub fn written(&self) -> Written {
        Written { text: self.text.clone(), mentions: self.marks.mentions() }
    }
}

impl Drafts {
    /// The draft of a conversation.
    #[must_use]
    pub fn get(&self, chat: &ConversationId) -> Draft {
        self.0.get(chat).cloned().unwrap_or_default()
    }

    /// What is being written and not blank, if it is a new message or an answer.
    #[must_use]
    pub fn unsent(&self, chat: &ConversationId) -> Option<&str> {
        let draft = self.0.get(chat)?;
        let text = match &draft.purpose {
            Purpose::Edit { aside, .. } => &aside.text,
            Purpose::Answer(_) | Purpose::Say => &draft.text,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    /// The text was changed.
    pub fn write(&mut self, chat: ConversationId, text: String, marks: Marks) {
        let draft = self.0.entry(chat).or_default();
        (draft.text, draft.marks) = (text, marks);
        self.tidy(chat);
    }

    /// The draft becomes an answer; a change of an old message is given up.
    pub fn answer(&mut self, chat: ConversationId, message: MessageId) {
        self.cancel(chat);
        self.0.entry(chat).or_default().purpose = Purpose::Answer(message);
    }

    /// An old message is to be changed; what was being written waits.
    pub fn edit(&mut self, chat: ConversationId, message: MessageId, text: String, marks: Marks) {
        let draft = self.0.entry(chat).or_default();
        let aside = match std::mem::take(draft) {
            Draft { purpose: Purpose::Edit { aside, .. }, .. } => aside,
            said => Box::new(Draft { purpose: Purpose::Say, ..said }),
        };
        *draft = Draft { text, marks, purpose: Purpose::Edit { message, aside } };
    }

    /// Neither an answer nor a change any more. `false` if it was neither.
    pub fn cancel(&mut self, chat: ConversationId) -> bool {
        let Some(draft) = self.0.get_mut(&chat) else { return false };
        let special = draft.purpose != Purpose::Say;
        if let Purpose::Edit { aside, .. } = std::mem::take(&mut draft.purpose) {
            *draft = *aside;
        }
        self.tidy(chat);
        special
    }

    /// The draft was handed over; what waited comes back.
    pub fn take(&mut self, chat: ConversationId) -> Draft {
        let draft = self.0.remove(&chat).unwrap_or_default();
        if let Purpose::Edit { aside, .. } = &draft.purpose
            && !aside.text.is_empty()
        {
            self.0.insert(chat, Draft::clone(aside));
        }
        draft
    }

    /// Sending failed: the draft comes back in front of whatever was written since.
    pub fn give_back(&mut self, chat: ConversationId, draft: Draft) {
        if self.0.get(&chat).is_none_or(|now| now.text.trim().is_empty()) {
            self.0.insert(chat, draft);
        }
    }

    /// The conversation is gone.
    pub fn forget(&mut self, chat: &ConversationId) {
        self.0.remove(chat);
    }

    fn tidy(&mut self, chat: ConversationId) {
        if self.0.get(&chat).is_some_and(|draft| *draft == Draft::default()) {
            self.0.remove(&chat);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn changing_an_old_message_keeps_what_was_being_written() {
        let chat = example::chat_id(1);
        let mut drafts = Drafts::default();
        drafts.write(chat, "half a thou".into(), Marks::default());
        drafts.edit(chat, example::message_id(1, 1), "old".into(), Marks::default());
        assert_eq!(drafts.get(&chat).text, "old");
        assert_eq!(drafts.unsent(&chat), Some("half a thou"));
        assert_eq!(drafts.take(chat).text, "old");
        assert_eq!(drafts.get(&chat), Draft { text: "half a thou".into(), ..Draft::default() });
    }

    #[test]
    fn escape_gives_up_the_answer_and_keeps_its_text() {
        let chat = example::chat_id(1);
        let mut drafts = Drafts::default();
        drafts.answer(chat, example::message_id(1, 1));
        drafts.write(chat, "yes".into(), Marks::default());
        assert!(drafts.cancel(chat));
        assert!(!drafts.cancel(chat));
        assert_eq!(drafts.get(&chat), Draft { text: "yes".into(), ..Draft::default() });
    }

    #[test]
    fn each_conversation_has_its_own_draft() {
        let mut drafts = Drafts::default();
        drafts.write(example::chat_id(1), "one".into(), Marks::default());
        drafts.write(example::chat_id(2), "two".into(), Marks::default());
        assert_eq!(drafts.take(example::chat_id(1)).text, "one");
        assert_eq!(drafts.get(&example::chat_id(2)).text, "two");
        assert_eq!(drafts.unsent(&example::chat_id(1)), None);
    }

    #[test]
    fn a_text_that_could_not_be_sent_comes_back_unless_something_new_was_written() {
        let chat = example::chat_id(1);
        let mut drafts = Drafts::default();
        drafts.write(chat, "hello".into(), Marks::default());
        let sent = drafts.take(chat);
        drafts.give_back(chat, sent.clone());
        assert_eq!(drafts.get(&chat).text, "hello");
        drafts.write(chat, "newer".into(), Marks::default());
        drafts.give_back(chat, sent);
        assert_eq!(drafts.get(&chat).text, "newer");
    }
}
