//! A QR code on a white card: cameras want dark on light, whatever the theme.

use iced::widget::{container, qr_code};
use iced::{Color, Theme};

use super::Element;
use super::token::{radius, space};

pub use iced::widget::qr_code::{Data, Error};

/// Prepares a code once, with medium error correction; keep it with the screen's state.
///
/// # Errors
/// When the text is too long for any code (about 2 kB).
pub fn data(text: &str) -> Result<Data, Error> {
    Data::with_error_correction(text, qr_code::ErrorCorrection::Medium)
}

/// A prepared code, `side` logical pixels wide without its margin.
#[must_use]
pub fn qr<'a, M: 'a>(data: &'a Data, side: f32) -> Element<'a, M> {
    let code = qr_code(data)
        .total_size(side)
        .style(|_theme: &Theme| qr_code::Style { cell: Color::BLACK, background: Color::WHITE });
    container(code)
        .padding(space::S4)
        .style(|_theme: &Theme| container::Style {
            background: Some(Color::WHITE.into()),
            border: iced::border::rounded(radius::CARD),
            ..container::Style::default()
        })
        .into()
}
