//! Pictures of groups as they are drawn: each is decoded once, when it comes in.

use std::collections::BTreeMap;

use undertone::api::ConversationId;

use crate::kit::Element;
use crate::kit::avatar::{self, Face};
use crate::model::world::World;
use crate::platform::picture;

/// The pictures of the groups that have one that can be drawn.
#[derive(Debug, Default)]
pub struct Faces {
    /// By conversation, with the picture's name; none if it cannot be drawn.
    kept: BTreeMap<ConversationId, (String, Option<Face>)>,
}

impl Faces {
    /// Decodes what is new, and forgets what is no longer there.
    pub(super) fn keep(&mut self, world: &World) {
        let mut now = BTreeMap::new();
        for (chat, picture) in world.pictures() {
            let held = self.kept.remove(&chat).filter(|(id, _)| *id == picture.id);
            now.insert(chat, held.unwrap_or_else(|| (picture.id.clone(), face(&picture.image))));
        }
        self.kept = now;
    }

    /// A group's disc of `side` logical pixels: its picture, or its initials in its colour.
    pub(super) fn group<'a, M: 'a>(&self, chat: &ConversationId, title: &str, side: f32) -> Element<'a, M> {
        match self.kept.get(chat) {
            Some((_, Some(face))) => avatar::pictured(face, side),
            _ => avatar::avatar(title, avatar::color_of(chat.as_bytes()), side),
        }
    }
}

/// What a picture looks like in a disc; none if it cannot be drawn.
pub(super) fn face(image: &[u8]) -> Option<Face> {
    let drawn = picture::squares(image, &Face::SIDES)?;
    let [large, small] = <[picture::Square; 2]>::try_from(drawn).ok()?;
    Some(Face::new([large.rgba, small.rgba]))
}
