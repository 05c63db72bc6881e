//! Keeps what an input method is composing in a one-line input when somebody presses elsewhere, Tab or Enter.
//!
//! The input forgets a preedit when it loses the focus, and some platforms commit too late or never. So what is being
//! composed is committed here first, while the input still listens, and a late commit of the same text is not taken
//! again. The composer has a guard of its own, because sending has to wait for commits that differ.

use std::time::Duration;

use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Layout, Shell, Widget, input_method, layout, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::time::Instant;
use iced::{Event, Length, Rectangle, Size, Theme, Vector};

use super::{Element, focus};

/// How long a commit may come late and be recognised.
const LATE: Duration = Duration::from_secs(1);

struct Kept<'a, M> {
    input: Element<'a, M>,
}

#[derive(Default)]
struct State {
    preedit: String,
    late: Option<(String, Instant)>,
}

/// An input whose composition is kept.
pub(super) fn kept<'a, M: 'a>(input: impl Into<Element<'a, M>>) -> Element<'a, M> {
    Element::new(Kept { input: input.into() })
}

impl State {
    /// Whether the commit is one that was made already.
    fn is_late(&mut self, text: &str, now: Instant) -> bool {
        self.preedit.clear();
        self.late.take().is_some_and(|(made, until)| made == text && now <= until)
    }

    /// Whether an event ends the composition.
    fn ends_by(&self, event: &Event, over: bool) -> bool {
        if self.preedit.is_empty() {
            return false;
        }
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(_)) => !over,
            Event::InputMethod(input_method::Event::Closed) => true,
            Event::Keyboard(keyboard::Event::KeyPressed { key, .. }) => {
                matches!(key, Key::Named(key::Named::Tab))
                    || (matches!(key, Key::Named(key::Named::Enter)) && !self.has_candidates())
            }
            _ => false,
        }
    }

    /// Where a composition is a choice among candidates, Enter makes the choice. A Hangul syllable is none.
    fn has_candidates(&self) -> bool {
        !self.preedit.chars().all(|c| matches!(c, '가'..='힣' | 'ㄱ'..='ㆎ' | '\u{1100}'..='\u{11FF}'))
    }
}

/// Whether it is a key with a sign on it that is a shortcut of the window, which the input would take for text.
fn is_shortcut(event: &Event) -> bool {
    let Event::Keyboard(keyboard::Event::KeyPressed { key, physical_key, modifiers, text, .. }) = event
    else {
        return false;
    };
    let signs = text.as_ref().is_some_and(|text| text.chars().any(|c| !c.is_control()));
    let own = matches!(key.to_latin(*physical_key), Some('a' | 'c' | 'v' | 'x'));
    // with Alt it is how some keyboards reach a third sign on a key
    signs && !own && modifiers.command() && !modifiers.alt()
}

impl<'a, M: 'a> Widget<M, Theme, iced::Renderer> for Kept<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.input)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.input));
    }

    fn size(&self) -> Size<Length> {
        self.input.as_widget().size()
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &iced::Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        match tree.children.first_mut() {
            Some(child) => self.input.as_widget_mut().layout(child, renderer, limits),
            None => layout::Node::new(Size::ZERO),
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &iced::Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, M>,
        viewport: &Rectangle,
    ) {
        let Some(child) = tree.children.first_mut() else { return };
        let state = tree.state.downcast_mut::<State>();
        let now = Instant::now();
        match event {
            Event::InputMethod(input_method::Event::Preedit(text, _)) => {
                if focus::is_first(&mut self.input, child, layout, renderer) {
                    text.clone_into(&mut state.preedit);
                }
                if !text.is_empty() {
                    state.late = None;
                }
            }
            Event::InputMethod(input_method::Event::Commit(text)) if state.is_late(text, now) => {
                shell.capture_event();
                return;
            }
            Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(key::Named::Enter), .. })
                if !state.preedit.is_empty() && state.has_candidates() =>
            {
                return;
            }
            _ if is_shortcut(event) => return,
            _ => {}
        }
        let input = self.input.as_widget_mut();
        if state.ends_by(event, cursor.is_over(layout.bounds())) {
            let text = std::mem::take(&mut state.preedit);
            state.late = now.checked_add(LATE).map(|until| (text.clone(), until));
            for early in
                [input_method::Event::Commit(text), input_method::Event::Preedit(String::new(), None)]
            {
                // with a shell of its own, because the input captures the commit, not the event that led to it
                let mut messages = Vec::new();
                let mut inner = Shell::new(&mut messages);
                let early = Event::InputMethod(early);
                input.update(child, &early, layout, cursor, renderer, clipboard, &mut inner, viewport);
                for message in messages {
                    shell.publish(message);
                }
            }
            shell.request_redraw();
        }
        input.update(child, event, layout, cursor, renderer, clipboard, shell, viewport);
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut iced::Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        if let Some(child) = tree.children.first() {
            self.input.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        if let Some(child) = tree.children.first_mut() {
            self.input.as_widget_mut().operate(child, layout, renderer, operation);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &iced::Renderer,
    ) -> mouse::Interaction {
        tree.children.first().map_or(mouse::Interaction::None, |child| {
            self.input.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
        })
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &iced::Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        let child = tree.children.first_mut()?;
        self.input.as_widget_mut().overlay(child, layout, renderer, viewport, translation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(sign: &str, modifiers: keyboard::Modifiers) -> Event {
        let key = Key::Character(sign.into());
        Event::Keyboard(keyboard::Event::KeyPressed {
            modified_key: key.clone(),
            key,
            physical_key: key::Physical::Unidentified(key::NativeCode::Unidentified),
            location: keyboard::Location::Standard,
            modifiers,
            text: Some(sign.into()),
            repeat: false,
        })
    }

    #[test]
    fn a_shortcut_with_a_sign_on_its_key_is_no_text() {
        let command = keyboard::Modifiers::COMMAND;
        assert!(is_shortcut(&pressed(",", command)));
        assert!(!is_shortcut(&pressed(",", keyboard::Modifiers::empty())));
        assert!(!is_shortcut(&pressed("v", command)), "the input pastes");
        assert!(
            !is_shortcut(&pressed("@", command | keyboard::Modifiers::ALT)),
            "this is a third sign on a key"
        );
    }
}
