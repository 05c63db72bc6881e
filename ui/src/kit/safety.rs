//! A safety number: twelve groups of five digits in three rows, to compare with the eyes or by reading aloud.

use iced::Fill;
use iced::widget::{Column, Row, center_x, container};

use super::Element;
use super::text::{Role, role};
use super::theme;
use super::token::space;

/// The groups of a safety number; white space in `digits` does not matter.
#[must_use]
pub fn groups(digits: &str) -> Vec<String> {
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(5).map(|group| group.iter().collect()).collect()
}

/// The number as a grid of four groups a row.
#[must_use]
pub fn grid<'a, M: 'a>(digits: &str) -> Element<'a, M> {
    let groups = groups(digits);
    let rows = groups.chunks(4).map(|four| {
        let cells = four.iter().map(|group| role(Role::MONO_LARGE, group.clone()).into());
        Row::with_children(cells).spacing(space::S5).into()
    });
    container(center_x(Column::with_children(rows).spacing(space::S1)))
        .padding([space::S4, space::S3])
        .width(Fill)
        .style(theme::well)
        .into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn sixty_digits_make_twelve_groups_of_five() {
        let digits = "12345 67890".repeat(6);
        let groups = super::groups(&digits);
        assert_eq!(groups.len(), 12);
        assert!(groups.iter().all(|group| group.len() == 5));
    }
}
