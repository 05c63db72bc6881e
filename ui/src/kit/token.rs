//! The numbers and colours everything else is made of. Knows no widget.
//!
//! Each colour pair that carries text keeps a WCAG contrast of at least 4.5, each control outline at least 3; the tests
//! below hold it, so that a change of taste cannot make a label unreadable.

use iced::Color;

/// Distances in logical pixels, from hairline to section.
pub mod space {
    /// 2 px: between joined bubbles.
    pub const S0: f32 = 2.0;
    /// 4 px.
    pub const S1: f32 = 4.0;
    /// 8 px.
    pub const S2: f32 = 8.0;
    /// 12 px.
    pub const S3: f32 = 12.0;
    /// 16 px.
    pub const S4: f32 = 16.0;
    /// 20 px.
    pub const S5: f32 = 20.0;
    /// 24 px.
    pub const S6: f32 = 24.0;
    /// 32 px.
    pub const S7: f32 = 32.0;
    /// 40 px.
    pub const S8: f32 = 40.0;
    /// 56 px.
    pub const S9: f32 = 56.0;
    /// 72 px.
    pub const S10: f32 = 72.0;
}

/// Corner radii in logical pixels.
pub mod radius {
    /// The corner of a bubble that touches its neighbour.
    pub const JOINED: f32 = 4.0;
    /// Chips and small inputs.
    pub const CHIP: f32 = 6.0;
    /// Buttons and inputs.
    pub const CONTROL: f32 = 8.0;
    /// Cards and menus.
    pub const CARD: f32 = 12.0;
    /// Bubbles.
    pub const BUBBLE: f32 = 18.0;
    /// Avatars and pills: larger than any half height.
    pub const FULL: f32 = 999.0;
}

/// Fixed sizes of the window's parts in logical pixels.
pub mod size {
    /// Smallest window width.
    pub const WINDOW_MIN_WIDTH: f32 = 720.0;
    /// Smallest window height.
    pub const WINDOW_MIN_HEIGHT: f32 = 480.0;
    /// First window width.
    pub const WINDOW_WIDTH: f32 = 1160.0;
    /// First window height.
    pub const WINDOW_HEIGHT: f32 = 760.0;
    /// Width of the conversation list.
    pub const SIDEBAR: f32 = 320.0;
    /// Width of the conversation list when only avatars fit.
    pub const RAIL: f32 = 72.0;
    /// Below this window width the list becomes a rail.
    pub const RAIL_BELOW: f32 = 860.0;
    /// Width of the details panel.
    pub const DETAILS: f32 = 340.0;
    /// Height of a conversation's header.
    pub const HEADER: f32 = 56.0;
    /// Height of a row in the conversation list.
    pub const ROW: f32 = 68.0;
    /// Side of a round button in the composer and headers.
    pub const TOUCH: f32 = 36.0;
    /// Widest bubble.
    pub const BUBBLE_MAX: f32 = 560.0;
    /// Narrow dialog.
    pub const DIALOG: f32 = 420.0;
    /// Wide dialog.
    pub const DIALOG_WIDE: f32 = 560.0;
    /// Focus ring thickness, and its gap to the control.
    pub const RING: f32 = 2.0;
    /// Menu width.
    pub const MENU: f32 = 232.0;
    /// Toast width: with its margins as wide as the conversation list.
    pub const TOAST: f32 = SIDEBAR - 2.0 * super::space::S4;
}

/// All colours of one appearance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tokens {
    /// Timeline and window background.
    pub bg: Color,
    /// Sidebar and details background.
    pub bg_side: Color,
    /// Menus and dialogs.
    pub bg_elev: Color,
    /// Hovered rows, quiet buttons, day pills.
    pub bg_hover: Color,
    /// The selected row.
    pub bg_selected: Color,
    /// Decorative lines.
    pub border: Color,
    /// Outlines of controls.
    pub control: Color,
    /// Text.
    pub text: Color,
    /// Secondary text.
    pub text_2: Color,
    /// Tertiary text; not on selected rows.
    pub text_3: Color,
    /// The one strong colour.
    pub accent: Color,
    /// Text on the strong colour.
    pub on_accent: Color,
    /// The strong colour under the pointer.
    pub accent_hover: Color,
    /// Links in incoming text.
    pub link: Color,
    /// Incoming bubble.
    pub bubble_in: Color,
    /// Outgoing bubble.
    pub bubble_out: Color,
    /// Text in an outgoing bubble.
    pub on_out: Color,
    /// Time and receipts in an outgoing bubble.
    pub on_out_2: Color,
    /// Quote inside an incoming bubble.
    pub quote_in: Color,
    /// Quote inside an outgoing bubble.
    pub quote_out: Color,
    /// A reaction of our own: background.
    pub chip_own: Color,
    /// A reaction of our own: text.
    pub on_chip_own: Color,
    /// Danger text and icons.
    pub danger: Color,
    /// Behind danger text.
    pub danger_bg: Color,
    /// Text on a filled danger button.
    pub on_danger: Color,
    /// Warning text and icons.
    pub warning: Color,
    /// Behind warning text.
    pub warning_bg: Color,
    /// Success and verified.
    pub success: Color,
    /// Behind success text.
    pub success_bg: Color,
    /// Information text.
    pub info: Color,
    /// Behind information text.
    pub info_bg: Color,
    /// Toast background.
    pub toast: Color,
    /// Toast text.
    pub on_toast: Color,
    /// Selected text in incoming bubbles and fields.
    pub selection_in: Color,
    /// Selected text in outgoing bubbles.
    pub selection_out: Color,
    /// Over everything behind a dialog.
    pub scrim: Color,
    /// Ten pairs for avatars: background and initials.
    pub avatars: [(Color, Color); 10],
    /// Names of people in groups, readable on `bubble_in`; same order as `avatars`.
    pub names: [Color; 10],
}

const fn rgb(hex: u32) -> Color {
    // to_be_bytes instead of shifts and casts: nothing to truncate
    let [_, r, g, b] = hex.to_be_bytes();
    Color::from_rgb8(r, g, b)
}

const WHITE: Color = Color::WHITE;

/// The light appearance.
pub static LIGHT: Tokens = Tokens {
    bg: rgb(0xFF_FFFF),
    bg_side: rgb(0xF6_F7F9),
    bg_elev: rgb(0xFF_FFFF),
    bg_hover: rgb(0xEC_EEF2),
    bg_selected: rgb(0xE3_E9FD),
    border: rgb(0xDD_E0E6),
    control: rgb(0x86_8C98),
    text: rgb(0x16_181D),
    text_2: rgb(0x56_5B66),
    text_3: rgb(0x62_6874),
    accent: rgb(0x30_57D5),
    on_accent: WHITE,
    accent_hover: rgb(0x27_47B4),
    link: rgb(0x27_47B4),
    bubble_in: rgb(0xF0_F2F5),
    bubble_out: rgb(0x30_57D5),
    on_out: WHITE,
    on_out_2: rgb(0xD6_DFFB),
    quote_in: rgb(0xE4_E7EC),
    quote_out: rgb(0x27_47B4),
    chip_own: rgb(0xE3_E9FD),
    on_chip_own: rgb(0x27_47B4),
    danger: rgb(0xC4_271B),
    danger_bg: rgb(0xFD_ECEA),
    on_danger: WHITE,
    warning: rgb(0x8A_5300),
    warning_bg: rgb(0xFF_F4DC),
    success: rgb(0x14_713A),
    success_bg: rgb(0xE6_F6EC),
    info: rgb(0x1F_3A93),
    info_bg: rgb(0xE8_EDFE),
    toast: rgb(0x2B_2F36),
    on_toast: WHITE,
    selection_in: rgb(0xB9_CBFF),
    selection_out: rgb(0x1B_337F),
    scrim: Color::from_rgba8(0x0B, 0x0D, 0x12, 0.48),
    avatars: [
        (rgb(0xB3_261E), WHITE),
        (rgb(0xA8_3E00), WHITE),
        (rgb(0x7A_5900), WHITE),
        (rgb(0x3E_6B00), WHITE),
        (rgb(0x00_695C), WHITE),
        (rgb(0x00_639B), WHITE),
        (rgb(0x3D_51C4), WHITE),
        (rgb(0x6A_3FC0), WHITE),
        (rgb(0x9C_2A8C), WHITE),
        (rgb(0xB0_174E), WHITE),
    ],
    names: [
        rgb(0xB3_261E),
        rgb(0xA8_3E00),
        rgb(0x7A_5900),
        rgb(0x3E_6B00),
        rgb(0x00_695C),
        rgb(0x00_639B),
        rgb(0x3D_51C4),
        rgb(0x6A_3FC0),
        rgb(0x9C_2A8C),
        rgb(0xB0_174E),
    ],
};

/// The dark appearance.
pub static DARK: Tokens = Tokens {
    bg: rgb(0x12_1417),
    bg_side: rgb(0x18_1B1F),
    bg_elev: rgb(0x22_262C),
    bg_hover: rgb(0x23_272D),
    bg_selected: rgb(0x26_325C),
    border: rgb(0x2E_333B),
    control: rgb(0x6C_7482),
    text: rgb(0xEC_EEF2),
    text_2: rgb(0xA9_B0BC),
    text_3: rgb(0x8C_94A2),
    accent: rgb(0x8E_A6FF),
    on_accent: rgb(0x0E_1430),
    accent_hover: rgb(0xA9_BBFF),
    link: rgb(0x9D_B2FF),
    bubble_in: rgb(0x26_2A31),
    bubble_out: rgb(0x3A_5BD9),
    on_out: WHITE,
    on_out_2: rgb(0xDC_E4FF),
    quote_in: rgb(0x31_363F),
    quote_out: rgb(0x2F_4CBB),
    chip_own: rgb(0x26_325C),
    on_chip_own: rgb(0xC6_D2FF),
    danger: rgb(0xFF_8A80),
    danger_bg: rgb(0x3A_1C1B),
    on_danger: rgb(0x3A_0A07),
    warning: rgb(0xFF_C266),
    warning_bg: rgb(0x3A_2C12),
    success: rgb(0x6F_D796),
    success_bg: rgb(0x15_301F),
    info: rgb(0xB9_C7FF),
    info_bg: rgb(0x1B_2446),
    toast: rgb(0xE6_E8EC),
    on_toast: rgb(0x16_181D),
    selection_in: rgb(0x3B_4E8F),
    selection_out: rgb(0x1B_337F),
    scrim: Color::from_rgba8(0x00, 0x00, 0x00, 0.56),
    avatars: [
        (rgb(0x93_000A), rgb(0xFF_DAD6)),
        (rgb(0x7C_2E00), rgb(0xFF_DBCB)),
        (rgb(0x5B_4300), rgb(0xFF_DF9B)),
        (rgb(0x2C_4F00), rgb(0xC9_F08A)),
        (rgb(0x00_504A), rgb(0x9C_F1E2)),
        (rgb(0x00_4A76), rgb(0xCD_E5FF)),
        (rgb(0x2A_3BAB), rgb(0xDE_E0FF)),
        (rgb(0x50_27A5), rgb(0xEA_DDFF)),
        (rgb(0x7F_0B73), rgb(0xFF_D7F1)),
        (rgb(0x8E_0038), rgb(0xFF_D9DF)),
    ],
    names: [
        rgb(0xFF_B4AB),
        rgb(0xFF_B691),
        rgb(0xF4_BF48),
        rgb(0xA8_D46A),
        rgb(0x7F_D5C7),
        rgb(0x97_CBFF),
        rgb(0xBC_C3FF),
        rgb(0xD2_BCFF),
        rgb(0xFF_ACE8),
        rgb(0xFF_B1C1),
    ],
};

/// The WCAG 2 contrast ratio of two opaque colours, 1 to 21.
#[must_use]
pub fn contrast(a: Color, b: Color) -> f32 {
    let (a, b) = (a.relative_luminance(), b.relative_luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_pairs(t: &Tokens) -> Vec<(&'static str, Color, Color)> {
        let mut pairs = vec![
            ("text on bg", t.text, t.bg),
            ("text on side", t.text, t.bg_side),
            ("text on elev", t.text, t.bg_elev),
            ("text on hover", t.text, t.bg_hover),
            ("text on selected", t.text, t.bg_selected),
            ("text-2 on bg", t.text_2, t.bg),
            ("text-2 on side", t.text_2, t.bg_side),
            ("text-2 on elev", t.text_2, t.bg_elev),
            ("text-2 on hover", t.text_2, t.bg_hover),
            ("text-2 on selected", t.text_2, t.bg_selected),
            ("text-3 on bg", t.text_3, t.bg),
            ("text-3 on side", t.text_3, t.bg_side),
            ("text-3 on bubble-in", t.text_3, t.bubble_in),
            ("accent on bg", t.accent, t.bg),
            ("accent on side", t.accent, t.bg_side),
            ("accent on elev", t.accent, t.bg_elev),
            ("on-accent", t.on_accent, t.accent),
            ("on-accent hovered", t.on_accent, t.accent_hover),
            ("link", t.link, t.bubble_in),
            ("text on bubble-in", t.text, t.bubble_in),
            ("on-out", t.on_out, t.bubble_out),
            ("on-out-2", t.on_out_2, t.bubble_out),
            ("text on quote-in", t.text, t.quote_in),
            ("on-out on quote-out", t.on_out, t.quote_out),
            ("chip-own", t.on_chip_own, t.chip_own),
            ("danger on bg", t.danger, t.bg),
            ("danger on side", t.danger, t.bg_side),
            ("danger on danger-bg", t.danger, t.danger_bg),
            ("on-danger", t.on_danger, t.danger),
            ("warning on warning-bg", t.warning, t.warning_bg),
            ("warning on bg", t.warning, t.bg),
            ("success on bg", t.success, t.bg),
            ("success on side", t.success, t.bg_side),
            ("success on success-bg", t.success, t.success_bg),
            ("info", t.info, t.info_bg),
            ("toast", t.on_toast, t.toast),
            ("selected text in", t.text, t.selection_in),
            ("selected text out", t.on_out, t.selection_out),
        ];
        pairs.extend(t.avatars.iter().map(|(bg, fg)| ("avatar", *fg, *bg)));
        pairs.extend(t.names.iter().map(|name| ("name", *name, t.bubble_in)));
        pairs
    }

    #[test]
    fn every_text_colour_reads_on_its_ground() {
        for (mode, tokens) in [("light", &LIGHT), ("dark", &DARK)] {
            for (name, front, back) in text_pairs(tokens) {
                let ratio = contrast(front, back);
                assert!(ratio >= 4.5, "{mode}: {name} is only {ratio:.2}");
            }
        }
    }

    #[test]
    fn every_control_outline_is_seen_on_its_ground() {
        for (mode, t) in [("light", &LIGHT), ("dark", &DARK)] {
            for (name, front, back) in [
                ("control on bg", t.control, t.bg),
                ("control on side", t.control, t.bg_side),
                ("ring on bg", t.accent, t.bg),
                ("ring on side", t.accent, t.bg_side),
            ] {
                let ratio = contrast(front, back);
                assert!(ratio >= 3.0, "{mode}: {name} is only {ratio:.2}");
            }
        }
    }
}
