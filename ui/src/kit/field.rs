//! Fields and choices of forms: labelled inputs, switches, options, a strength meter, progress dots.

use std::borrow::Cow;

use iced::advanced::text::LineHeight;
use iced::border::{Radius, rounded};
use iced::widget::{Id, column, container, row, space, text_input};
use iced::{Border, Center, Color, Fill, Theme};

use super::Element;
use super::composing::kept;
use super::icon::{Icon, toned};
use super::pressable::{Look, Pressable, Status};
use super::text::{Role, body, caption, label, strong};
use super::theme::{self, Tone, tokens};
use super::token::{Tokens, radius, space as gap};
use super::{button, font};

/// A text field: label above, hint or error below.
pub struct Field<'a, M> {
    label: Cow<'a, str>,
    placeholder: Cow<'a, str>,
    value: Cow<'a, str>,
    hint: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    id: Option<Id>,
    secret: bool,
    on_input: Option<Box<dyn Fn(String) -> M + 'a>>,
    on_submit: Option<M>,
    reveal: Option<(M, bool, Cow<'a, str>)>,
    passed_over: bool,
}

impl<'a, M: Clone + 'a> Field<'a, M> {
    /// A field with a label and a value; without [`Self::on_input`] it cannot be changed.
    pub fn new(label: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            label: label.into(),
            placeholder: Cow::Borrowed(""),
            value: value.into(),
            hint: None,
            error: None,
            id: None,
            secret: false,
            on_input: None,
            on_submit: None,
            reveal: None,
            passed_over: false,
        }
    }

    /// What stands in it while it is empty.
    #[must_use]
    pub fn placeholder(mut self, words: impl Into<Cow<'a, str>>) -> Self {
        self.placeholder = words.into();
        self
    }

    /// A line of help below.
    #[must_use]
    pub fn hint(mut self, words: impl Into<Cow<'a, str>>) -> Self {
        self.hint = Some(words.into());
        self
    }

    /// What is wrong with the value; takes the hint's place.
    #[must_use]
    pub fn error(mut self, words: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.error = words.map(Into::into);
        self
    }

    /// The name by which it can be focused.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Shows dots instead of what is typed, and tells input methods to keep out.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Adds an eye that shows or hides the value: the message, whether it is shown now, and the eye's name.
    #[must_use]
    pub fn reveal(mut self, toggle: M, shown: bool, name: impl Into<Cow<'a, str>>) -> Self {
        self.reveal = Some((toggle, shown, name.into()));
        self
    }

    /// Lets Tab pass over the eye, for a field that another one follows whose eye does the same.
    #[must_use]
    pub fn passed_over(mut self) -> Self {
        self.passed_over = true;
        self
    }

    /// Reports each change.
    #[must_use]
    pub fn on_input(mut self, change: impl Fn(String) -> M + 'a) -> Self {
        self.on_input = Some(Box::new(change));
        self
    }

    /// What Enter says.
    #[must_use]
    pub fn on_submit(mut self, message: M) -> Self {
        self.on_submit = Some(message);
        self
    }

    /// The finished field, as wide as its surroundings.
    #[must_use]
    pub fn view(self) -> Element<'a, M> {
        let shown = self.reveal.as_ref().is_some_and(|(_, shown, _)| *shown);
        let wrong = self.error.is_some();
        let mut input = text_input(&self.placeholder, &self.value)
            .font(font::REGULAR)
            .size(Role::BODY.size)
            .line_height(LineHeight::Absolute(Role::BODY.line.into()))
            .padding([9.0, gap::S3])
            .secure(self.secret && !shown)
            .style(theme::input(wrong));
        if let Some(change) = self.on_input {
            input = input.on_input(change);
        }
        if let Some(message) = self.on_submit {
            input = input.on_submit(message);
        }
        if let Some(id) = self.id {
            input = input.id(id);
        }
        let input: Element<'a, M> = match self.reveal {
            Some((toggle, shown, name)) => {
                let glyph = if shown { Icon::EyeOff } else { Icon::Eye };
                let eye = button::round(glyph, name.into_owned()).on_press(toggle);
                let eye = if self.passed_over { eye.unfocusable() } else { eye };
                row![kept(input), eye].spacing(gap::S2).align_y(Center).into()
            }
            None => kept(input),
        };
        let below: Option<Element<'a, M>> = match (self.error, self.hint) {
            (Some(error), _) => Some(
                row![
                    toned(Icon::CircleAlert, 14.0, Tone::Danger),
                    label(error).tone(Tone::Danger).width(Fill)
                ]
                .spacing(6.0)
                .into(),
            ),
            (None, Some(hint)) => Some(label(hint).tone(Tone::Secondary).width(Fill).into()),
            (None, None) => None,
        };
        let mut field = column![].spacing(6.0).width(Fill);
        if !self.label.is_empty() {
            field = field.push(label(self.label));
        }
        field.push(input).push(below).into()
    }
}

impl<M> std::fmt::Debug for Field<'_, M> {
    /// Without its value, which may be a passphrase.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field").field("label", &self.label).finish_non_exhaustive()
    }
}

/// A search input with a magnifying glass; `submit` is what Enter says.
#[must_use]
pub fn search<'a, M: Clone + 'a>(
    placeholder: &str,
    value: &str,
    id: impl Into<Id>,
    change: impl Fn(String) -> M + 'a,
    submit: Option<M>,
) -> Element<'a, M> {
    let input = text_input(placeholder, value)
        .id(id)
        .on_input(change)
        .on_submit_maybe(submit)
        .font(font::REGULAR)
        .size(14.0)
        .line_height(LineHeight::Absolute(20.0.into()))
        .padding(iced::Padding { top: 7.0, bottom: 7.0, left: 36.0, right: gap::S3 })
        .style(|theme: &Theme, status| {
            let t = tokens(theme);
            let focused = matches!(status, text_input::Status::Focused { .. });
            text_input::Style {
                background: t.bg_hover.into(),
                border: Border {
                    color: if focused { t.accent } else { t.border },
                    width: if focused { 2.0 } else { 1.0 },
                    radius: Radius::new(radius::FULL),
                },
                icon: t.text_2,
                placeholder: t.text_2,
                value: t.text,
                selection: t.selection_in,
            }
        });
    let glass = container(toned(Icon::Search, 16.0, Tone::Secondary)).padding([9.0, gap::S3]);
    iced::widget::stack![kept(input), glass].into()
}

/// A setting that is on or off: words at the start, a switch at the end, the whole row reacts.
#[must_use]
pub fn switch<'a, M: Clone + 'a>(
    words: impl Into<Cow<'a, str>>,
    hint: impl Into<Cow<'a, str>>,
    on: bool,
    toggle: M,
) -> Element<'a, M> {
    let knob = container("").width(18.0).height(18.0).style(move |theme: &Theme| {
        let t = tokens(theme);
        disc(if on { t.on_accent } else { t.bg })
    });
    let track = container(knob)
        .width(40.0)
        .height(24.0)
        .padding(3.0)
        .align_x(if on { iced::Right } else { iced::Left })
        .style(move |theme: &Theme| {
            let t = tokens(theme);
            disc(if on { t.accent } else { t.control })
        });
    let words = column![body(words), label(hint).tone(Tone::Secondary)].spacing(2.0).width(Fill);
    Pressable::new(row![words, track].spacing(gap::S4).align_y(Center))
        .on_press(toggle)
        .padding([10.0, gap::S3])
        .width(Fill)
        .style(row_look)
        .into()
}

/// One of several exclusive answers: a ring that is filled while chosen, words and a hint.
#[must_use]
pub fn option<'a, M: Clone + 'a>(
    words: impl Into<Cow<'a, str>>,
    hint: impl Into<Cow<'a, str>>,
    chosen: bool,
    choose: M,
) -> Element<'a, M> {
    let dot = container("")
        .width(10.0)
        .height(10.0)
        .style(move |theme: &Theme| disc(if chosen { tokens(theme).accent } else { Color::TRANSPARENT }));
    let ring = iced::widget::center(dot).width(20.0).height(20.0).style(move |theme: &Theme| {
        let t = tokens(theme);
        container::Style {
            border: Border {
                color: if chosen { t.accent } else { t.control },
                width: 2.0,
                radius: Radius::new(radius::FULL),
            },
            ..container::Style::default()
        }
    });
    let hint = hint.into();
    let mut texts = column![strong(words)].spacing(2.0).width(Fill);
    if !hint.is_empty() {
        texts = texts.push(label(hint).tone(Tone::Secondary));
    }
    Pressable::new(row![ring, texts].spacing(gap::S3).align_y(Center))
        .on_press(choose)
        .padding([gap::S3, gap::S4])
        .width(Fill)
        .style(move |t, status| Look {
            border: Border {
                color: if chosen { t.accent } else { t.border },
                width: if chosen { 2.0 } else { 1.0 },
                radius: Radius::new(radius::CARD),
            },
            ..row_look(t, status)
        })
        .into()
}

/// How strong a passphrase is: four bars and the word for it. `level` counts from 1 (weak) to 4 (strong); 0 is empty.
#[must_use]
pub fn strength<'a, M: 'a>(level: u8, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let tone = match level {
        0 | 1 => Tone::Danger,
        2 => Tone::Warning,
        _ => Tone::Success,
    };
    let bars = (1..=4_u8).map(|n| {
        container("")
            .width(Fill)
            .height(4.0)
            .style(move |theme: &Theme| {
                let color = if n <= level { tone.color(theme) } else { None };
                disc(color.unwrap_or(tokens(theme).border))
            })
            .into()
    });
    let bars = iced::widget::Row::with_children(bars).spacing(gap::S1);
    if level == 0 {
        return bars.into();
    }
    column![bars, caption(words).tone(tone)].spacing(gap::S1).into()
}

/// Where one is in a sequence of steps: `at` counts from 0; `words` says it for those who cannot see dots.
#[must_use]
pub fn progress<'a, M: 'a>(at: usize, of: usize, words: impl Into<Cow<'a, str>>) -> Element<'a, M> {
    let dots = (0..of.min(12)).map(|n| {
        let here = n == at;
        container("")
            .width(if here { 24.0 } else { 8.0 })
            .height(8.0)
            .style(move |theme: &Theme| {
                let t = tokens(theme);
                disc(if n <= at { t.accent } else { t.border })
            })
            .into()
    });
    let dots = iced::widget::Row::with_children(dots).spacing(6.0);
    row![dots, space::horizontal().width(gap::S2), caption(words).tone(Tone::Secondary)]
        .align_y(Center)
        .into()
}

fn disc(color: Color) -> container::Style {
    container::Style {
        background: Some(color.into()),
        border: rounded(radius::FULL),
        ..container::Style::default()
    }
}

fn row_look(t: &Tokens, status: Status) -> Look {
    let ground = if status.hovered { t.bg_hover } else { Color::TRANSPARENT };
    Look::filled(ground, t.text, radius::CARD)
}
