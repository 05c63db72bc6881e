//! Anything that can be pressed: buttons, rows, chips, cards, switches.
//!
//! Iced's own buttons cannot be reached with the keyboard. This one takes part in the focus order, shows a ring while
//! the keyboard holds it, and answers to Enter and Space. A press with the pointer never takes the focus: whoever is
//! typing goes on typing. Knows nothing of what it wraps.

use iced::advanced::widget::{Operation, Tree, operation, tree};
use iced::advanced::{Clipboard, Layout, Renderer as _, Shell, Widget, layout, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key};
use iced::widget::Id;
use iced::{
    Background, Border, Color, Event, Length, Padding, Point, Rectangle, Size, Theme, Vector, alignment,
    border, touch, window,
};

use super::Element;
use super::theme::tokens;
use super::token::{Tokens, size};

/// What is being done to a pressable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// The pointer is over it.
    pub hovered: bool,
    /// It is being pressed.
    pub pressed: bool,
    /// The keyboard holds it.
    pub focused: bool,
    /// It does nothing now.
    pub disabled: bool,
}

/// How a pressable looks in a status.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Look {
    /// Its ground.
    pub background: Option<Color>,
    /// The colour of text and icons in it.
    pub text: Option<Color>,
    /// Its outline and corners.
    pub border: Border,
}

impl Look {
    /// A ground and a text colour with rounded corners.
    #[must_use]
    pub fn filled(background: Color, text: Color, radius: impl Into<border::Radius>) -> Self {
        Self { background: Some(background), text: Some(text), border: border::rounded(radius) }
    }
}

type Style<'a> = Box<dyn Fn(&Tokens, Status) -> Look + 'a>;

/// Content that can be pressed.
pub struct Pressable<'a, M> {
    content: Element<'a, M>,
    id: Option<Id>,
    name: Option<String>,
    on_press: Option<M>,
    on_secondary: Option<Box<dyn Fn(Point) -> M + 'a>>,
    width: Length,
    height: Length,
    padding: Padding,
    align_x: alignment::Horizontal,
    style: Style<'a>,
    focusable: bool,
    seen: Status,
}

#[derive(Default)]
struct State {
    focused: bool,
    pressed: bool,
}

impl operation::Focusable for State {
    fn is_focused(&self) -> bool {
        self.focused
    }

    fn focus(&mut self) {
        self.focused = true;
    }

    fn unfocus(&mut self) {
        self.focused = false;
    }
}

impl<'a, M: Clone + 'a> Pressable<'a, M> {
    /// Wraps content; without [`Self::on_press`] it is disabled.
    pub fn new(content: impl Into<Element<'a, M>>) -> Self {
        let content = content.into();
        let hint = content.as_widget().size_hint();
        Self {
            content,
            id: None,
            name: None,
            on_press: None,
            on_secondary: None,
            width: hint.width.fluid(),
            height: hint.height.fluid(),
            padding: Padding::ZERO,
            align_x: alignment::Horizontal::Left,
            style: Box::new(|_, _| Look::default()),
            focusable: true,
            seen: Status::default(),
        }
    }

    /// What a press says.
    #[must_use]
    pub fn on_press(mut self, message: M) -> Self {
        self.on_press = Some(message);
        self
    }

    /// What a press says, or `None` for disabled.
    #[must_use]
    pub fn on_press_maybe(mut self, message: Option<M>) -> Self {
        self.on_press = message;
        self
    }

    /// What a press with the secondary button says; it is given the pointer's position in the window.
    #[must_use]
    pub fn on_secondary(mut self, message: impl Fn(Point) -> M + 'a) -> Self {
        self.on_secondary = Some(Box::new(message));
        self
    }

    /// The name by which operations can focus it.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What it is called where its content has no words: icons.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Its width.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    /// Its height.
    #[must_use]
    pub fn height(mut self, height: impl Into<Length>) -> Self {
        self.height = height.into();
        self
    }

    /// Room around the content.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Centres the content sideways; it always is centred upwards.
    #[must_use]
    pub fn centered(mut self) -> Self {
        self.align_x = alignment::Horizontal::Center;
        self
    }

    /// How it looks.
    #[must_use]
    pub fn style(mut self, style: impl Fn(&Tokens, Status) -> Look + 'a) -> Self {
        self.style = Box::new(style);
        self
    }

    /// Leaves it out of the focus order, for what is reachable in another way.
    #[must_use]
    pub fn unfocusable(mut self) -> Self {
        self.focusable = false;
        self
    }

    fn status(&self, state: &State, bounds: Rectangle, cursor: mouse::Cursor) -> Status {
        let hovered = cursor.is_over(bounds);
        Status {
            hovered,
            pressed: state.pressed && hovered,
            focused: state.focused,
            disabled: self.on_press.is_none(),
        }
    }

    fn react(
        &self,
        state: &mut State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
        shell: &mut Shell<'_, M>,
    ) {
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                state.focused = false;
                if self.on_press.is_some() && cursor.is_over(bounds) {
                    state.pressed = true;
                    shell.capture_event();
                }
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. })
                if state.pressed =>
            {
                state.pressed = false;
                shell.capture_event();
                if let (Some(message), true) = (&self.on_press, cursor.is_over(bounds)) {
                    shell.publish(message.clone());
                }
            }
            Event::Touch(touch::Event::FingerLost { .. }) => state.pressed = false,
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Right)) => {
                if let (Some(open), Some(at), true) =
                    (&self.on_secondary, cursor.position(), cursor.is_over(bounds))
                {
                    shell.publish(open(at));
                    shell.capture_event();
                }
            }
            Event::Keyboard(keyboard::Event::KeyPressed { key, repeat: false, .. }) if state.focused => {
                let chosen = matches!(key, Key::Named(key::Named::Enter | key::Named::Space));
                if let (Some(message), true) = (&self.on_press, chosen) {
                    shell.publish(message.clone());
                    shell.capture_event();
                }
            }
            _ => {}
        }
    }
}

impl<M> std::fmt::Debug for Pressable<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pressable").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<'a, M: Clone + 'a> Widget<M, Theme, iced::Renderer> for Pressable<'a, M> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, self.height)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &iced::Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let Some(child) = tree.children.first_mut() else { return layout::Node::new(Size::ZERO) };
        let align_x = match self.align_x {
            alignment::Horizontal::Left => iced::Alignment::Start,
            alignment::Horizontal::Center => iced::Alignment::Center,
            alignment::Horizontal::Right => iced::Alignment::End,
        };
        layout::positioned(
            limits,
            self.width,
            self.height,
            self.padding,
            |limits| self.content.as_widget_mut().layout(child, renderer, &limits.loose()),
            |content, size| content.align(align_x, iced::Alignment::Center, size),
        )
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
        if let (Some(child), Some(inner)) = (tree.children.first_mut(), layout.children().next()) {
            let content = self.content.as_widget_mut();
            content.update(child, event, inner, cursor, renderer, clipboard, shell, viewport);
        }
        let state = tree.state.downcast_mut::<State>();
        if !shell.is_event_captured() {
            self.react(state, event, layout.bounds(), cursor, shell);
        }
        let now = self.status(state, layout.bounds(), cursor);
        if matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            self.seen = now;
        } else if self.seen != now {
            shell.request_redraw();
        }
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
        let bounds = layout.bounds();
        let t = tokens(theme);
        let look = (self.style)(t, self.status(tree.state.downcast_ref::<State>(), bounds, cursor));
        if look.background.is_some() || look.border.width > 0.0 {
            let quad = renderer::Quad { bounds, border: look.border, ..renderer::Quad::default() };
            renderer.fill_quad(quad, Background::Color(look.background.unwrap_or(Color::TRANSPARENT)));
        }
        let style = renderer::Style { text_color: look.text.unwrap_or(style.text_color) };
        if let (Some(child), Some(inner)) = (tree.children.first(), layout.children().next()) {
            self.content.as_widget().draw(child, renderer, theme, &style, inner, cursor, viewport);
        }
        if tree.state.downcast_ref::<State>().focused {
            draw_ring(renderer, bounds, look.border.radius, t.accent, viewport);
        }
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &iced::Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.container(self.id.as_ref(), layout.bounds());
        if self.focusable && self.on_press.is_some() {
            operation.focusable(self.id.as_ref(), layout.bounds(), tree.state.downcast_mut::<State>());
        }
        if let Some(name) = &self.name {
            operation.text(self.id.as_ref(), layout.bounds(), name);
        }
        if let (Some(child), Some(inner)) = (tree.children.first_mut(), layout.children().next()) {
            operation.traverse(&mut |operation| {
                self.content.as_widget_mut().operate(child, inner, renderer, operation);
            });
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
        let inner = tree.children.first().zip(layout.children().next()).map(|(child, inner)| {
            self.content.as_widget().mouse_interaction(child, inner, cursor, viewport, renderer)
        });
        match inner {
            Some(interaction) if interaction != mouse::Interaction::None => interaction,
            Some(_) | None if self.on_press.is_some() && cursor.is_over(layout.bounds()) => {
                mouse::Interaction::Pointer
            }
            Some(_) | None => mouse::Interaction::None,
        }
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &iced::Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, M, Theme, iced::Renderer>> {
        let (child, inner) = tree.children.first_mut().zip(layout.children().next())?;
        self.content.as_widget_mut().overlay(child, inner, renderer, viewport, translation)
    }
}

/// A ring outside a control, with a gap, kept inside what is visible.
fn draw_ring(
    renderer: &mut iced::Renderer,
    bounds: Rectangle,
    radius: border::Radius,
    color: Color,
    viewport: &Rectangle,
) {
    let outer = bounds.expand(size::RING * 2.0);
    // a control at the edge of its surroundings has no room outside
    let (ring, grow) = if outer.is_within(viewport) { (outer, size::RING * 2.0) } else { (bounds, 0.0) };
    let grown = |corner: f32| corner + grow;
    let radius = border::Radius {
        top_left: grown(radius.top_left),
        top_right: grown(radius.top_right),
        bottom_right: grown(radius.bottom_right),
        bottom_left: grown(radius.bottom_left),
    };
    let quad = renderer::Quad {
        bounds: ring,
        border: Border { color, width: size::RING, radius },
        ..renderer::Quad::default()
    };
    renderer.with_layer(*viewport, |renderer| renderer.fill_quad(quad, Color::TRANSPARENT));
}

impl<'a, M: Clone + 'a> From<Pressable<'a, M>> for Element<'a, M> {
    fn from(pressable: Pressable<'a, M>) -> Self {
        Self::new(pressable)
    }
}
