//! What came of what a conversation asked for. Late answers for another visit are dropped.

use super::{Around, Beside, State};
use crate::bridge::Answer;
use crate::model::draft::Drafts;
use crate::screen::{Action, Notice};

impl State {
    /// Takes what came of a question.
    pub fn answered(&mut self, answer: Answer, around: &mut Around<'_>) -> Vec<Action> {
        match answer {
            Answer::History { chat, anchor, visit, result } if chat == self.chat && visit == self.visit => {
                return match result {
                    Ok(page) => self.turn(anchor, page, around),
                    Err(error) => vec![Action::Notify(Notice::Trouble(error.code()))],
                };
            }
            Answer::Edited { chat, draft, result } | Answer::Sent { chat, draft, result } => {
                return match result {
                    Ok(message) => {
                        self.arrived(message);
                        self.settle(around)
                    }
                    Err(error) => {
                        around.drafts.give_back(chat, draft);
                        if chat == self.chat {
                            self.reopen(around.drafts);
                        }
                        vec![Action::Notify(Notice::Trouble(error.code()))]
                    }
                };
            }
            Answer::Evidence { account, result: Ok(evidence) } => {
                if let Some(Beside::Person(details)) = &mut self.details {
                    details.found(account, evidence);
                }
            }
            Answer::Changed { result, .. } => {
                return match result {
                    Ok(message) => {
                        self.arrived(message);
                        self.settle(around)
                    }
                    Err(error) => vec![Action::Notify(Notice::Trouble(error.code()))],
                };
            }
            _ => {}
        }
        Vec::new()
    }
}

/// A text that could not be sent goes back to its draft, whatever is on screen now.
pub fn give_back(answer: Answer, drafts: &mut Drafts) -> Vec<Action> {
    match answer {
        Answer::Edited { chat, draft, result: Err(error) }
        | Answer::Sent { chat, draft, result: Err(error) } => {
            drafts.give_back(chat, draft);
            vec![Action::Notify(Notice::Trouble(error.code()))]
        }
        _ => Vec::new(),
    }
}
