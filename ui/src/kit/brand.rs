//! Undertone's own mark: for the window and for the first screen.

use std::sync::LazyLock;

use iced::widget::image;
use iced::window;

use super::Element;

static MARK: LazyLock<Option<(u32, u32, Vec<u8>)>> = LazyLock::new(|| {
    let bytes = include_bytes!("../../../assets/brand/undertone-256.png");
    let mark = ::image::load_from_memory_with_format(bytes, ::image::ImageFormat::Png).ok()?.into_rgba8();
    Some((mark.width(), mark.height(), mark.into_raw()))
});

static HANDLE: LazyLock<Option<image::Handle>> = LazyLock::new(|| {
    let (width, height, pixels) = MARK.as_ref()?;
    Some(image::Handle::from_rgba(*width, *height, pixels.clone()))
});

/// The window's icon.
#[must_use]
pub fn window_icon() -> Option<window::Icon> {
    let (width, height, pixels) = MARK.as_ref()?;
    window::icon::from_rgba(pixels.clone(), *width, *height).ok()
}

/// The mark, `side` logical pixels wide.
#[must_use]
pub fn mark<'a, M: 'a>(side: f32) -> Element<'a, M> {
    match HANDLE.as_ref() {
        Some(handle) => image(handle.clone()).width(side).height(side).into(),
        None => iced::widget::space().width(side).height(side).into(),
    }
}
