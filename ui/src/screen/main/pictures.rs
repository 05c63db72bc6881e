//! Pictures that the person chose or dropped on the window: whom they are for.

use std::path::PathBuf;

use undertone::api::{ConversationId, Role};

use super::confirm::Confirm;
use super::{Dialog, Panel, State};
use crate::bridge::{Ask, GroupAsk, Image, Secret};
use crate::platform::picture::PictureError;
use crate::platform::scan::ScanError;
use crate::screen::{Action, Notice};

impl State {
    /// A picture was dropped on the window.
    pub fn dropped(&mut self, path: PathBuf) -> Vec<Action> {
        match (&mut self.dialog, &self.panel) {
            (Some(Dialog::Verify(verify)), _) => verify.dropped(path),
            (Some(Dialog::Gather(gather)), _) if gather.begins() => {
                vec![Action::PreparePicture(None, path)]
            }
            (None, Panel::Chat(chat)) if chat.shows_members() => {
                let group = self.world.group(&chat.chat());
                let manages = group.and_then(|group| group.role).is_some_and(Role::may_manage);
                if manages {
                    // everybody would see what may have been meant for another window
                    self.dialog = Some(Dialog::Confirm(Confirm::Picture(chat.chat(), path)));
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A picture for a group is ready, or cannot be made.
    pub fn prepared(
        &mut self,
        chat: Option<ConversationId>,
        made: Result<Image, PictureError>,
    ) -> Vec<Action> {
        match (chat, made, &mut self.dialog) {
            (Some(chat), Ok(image), _) => {
                vec![Ask::Group { chat, ask: GroupAsk::Picture(Some(image)) }.into()]
            }
            (Some(_), Err(error), _) => vec![Action::Notify(Notice::Trouble(error.code()))],
            (None, made, Some(Dialog::Gather(gather))) => {
                gather.prepared(made);
                Vec::new()
            }
            // the dialog it was for is gone
            (None, ..) => Vec::new(),
        }
    }

    /// A picture was looked at.
    pub fn scanned(&mut self, result: Result<Secret, ScanError>) -> Vec<Action> {
        match &mut self.dialog {
            Some(Dialog::Verify(verify)) => verify.scanned(result),
            _ => Vec::new(),
        }
    }
}
