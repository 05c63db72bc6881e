//! Every component of the kit on a few pages, light and dark, in English and Korean, compared with recorded hashes.
//!
//! With `UNDERTONE_SHOTS=<folder>` the pages are written there as pictures instead, for people to look at.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

mod kit_gallery_pages;

use iced::{Settings, Size};
use iced_test::Simulator;
use undertone_ui::i18n::{Language, Texts};
use undertone_ui::kit::{Element, font, theme};

/// Lays a page out at a size and compares it, or writes it as a picture.
fn compare(name: &str, size: Size, view: impl Fn(&Texts) -> Element<'static, ()>) {
    font::load();
    for language in Language::ALL {
        let texts = Texts::new(language);
        for (mode, theme) in [("light", theme::light()), ("dark", theme::dark())] {
            let settings = Settings { default_font: font::REGULAR, ..Settings::default() };
            let mut page = Simulator::with_size(settings, size, view(&texts));
            let snapshot = page.snapshot(&theme).expect("the page can be drawn");
            let file = format!("{name}-{}-{mode}", language.code());
            if let Ok(folder) = std::env::var("UNDERTONE_SHOTS") {
                let path = std::path::Path::new(&folder).join(&file);
                assert!(
                    snapshot.matches_image(path).expect("the picture can be written"),
                    "{file} exists already"
                );
            } else {
                let path = format!("{}/tests/snapshots/{file}", env!("CARGO_MANIFEST_DIR"));
                assert!(snapshot.matches_hash(path).expect("the hash can be read"), "{file} looks different");
            }
        }
    }
}

#[test]
fn controls_look_as_recorded() {
    compare("controls", Size::new(760.0, 900.0), kit_gallery_pages::controls);
}

#[test]
fn lists_look_as_recorded() {
    compare("lists", Size::new(760.0, 820.0), kit_gallery_pages::lists);
}

#[test]
fn a_dialog_looks_as_recorded() {
    compare("dialog", Size::new(760.0, 560.0), kit_gallery_pages::dialog);
}

#[test]
fn a_conversation_looks_as_recorded() {
    compare("chat", Size::new(760.0, 960.0), kit_gallery_pages::chat);
}

#[test]
fn what_opens_over_a_window_looks_as_recorded() {
    compare("overlays", Size::new(760.0, 640.0), kit_gallery_pages::overlays);
}
