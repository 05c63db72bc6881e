//! What people compare or write down: safety numbers in groups of five digits, recovery phrases word by word.

use iced::widget::{Column, Row, center_x, container, row};
use iced::{Center, Fill};

use super::Element;
use super::text::{Role, label, role};
use super::theme::{self, Tone};
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

/// A recovery phrase, three numbered words a row; the numbers start at 1.
#[must_use]
pub fn phrase<'a, M: 'a>(words: &[&str]) -> Element<'a, M> {
    let numbered: Vec<(usize, &str)> =
        words.iter().enumerate().map(|(at, word)| (at.saturating_add(1), *word)).collect();
    let rows = numbered.chunks(3).map(|three| {
        let cells = three.iter().map(|(number, word)| {
            let number = label(number.to_string()).tone(Tone::Secondary).width(24.0);
            row![number, role(Role::MONO, (*word).to_owned())].align_y(Center).width(Fill).into()
        });
        Row::with_children(cells).spacing(space::S3).into()
    });
    container(Column::with_children(rows).spacing(space::S2))
        .padding(space::S4)
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
