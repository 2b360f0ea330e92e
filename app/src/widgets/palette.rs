//! The only colours. `static/style/tokens.css` holds the same values for the page; a test keeps the two equal.

use leptos::prelude::*;

/// A colour of the screen: red, green, blue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// From `0xRRGGBB`.
    pub const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// This colour moved toward another: 0 leaves it, 1 is the other.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        let one = |from: u8, to: u8| (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
        Self(one(self.0, other.0), one(self.1, other.1), one(self.2, other.2))
    }

    /// Relative luminance after WCAG 2, 0 to 1.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// As `#rrggbb`.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Contrast of two colours after WCAG 2: 1 (equal) to 21 (black on white).
pub fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (one.luminance(), other.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A colour by its meaning, so that a picture is drawn right in both themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// Data: the class or series with this number.
    Class(usize),
    /// The colour of text.
    #[default]
    Ink,
    /// Secondary text, axes.
    Soft,
    /// The interface's one accent.
    Accent,
    /// Something is wrong.
    Bad,
    /// Something is right.
    Good,
}

/// All colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Light ink on dark paper?
    pub dark: bool,
    /// The page.
    pub paper: Rgb,
    /// A figure's card.
    pub card: Rgb,
    /// Text.
    pub ink: Rgb,
    /// Secondary text.
    pub soft: Rgb,
    /// Hairlines.
    pub line: Rgb,
    /// The interface's accent.
    pub accent: Rgb,
    /// The accent as a ground.
    pub accent_soft: Rgb,
    /// Right.
    pub good: Rgb,
    /// Wrong.
    pub bad: Rgb,
    /// Data colours after Okabe and Ito, darkened or lightened until each is seen on the card.
    pub classes: [Rgb; 10],
    /// The first two classes as grounds.
    pub classes_soft: [Rgb; 2],
}

impl Theme {
    /// Dark ink on warm paper.
    pub const fn light() -> Self {
        Self {
            dark: false,
            paper: Rgb::hex(0xfaf8f3),
            card: Rgb::hex(0xfffefb),
            ink: Rgb::hex(0x1f2328),
            soft: Rgb::hex(0x5c6068),
            line: Rgb::hex(0xe2ddd2),
            accent: Rgb::hex(0x0b6b66),
            accent_soft: Rgb::hex(0xdcebe8),
            good: Rgb::hex(0x00795a),
            bad: Rgb::hex(0xb3261e),
            classes: [
                Rgb::hex(0x0072b2),
                Rgb::hex(0xd55e00),
                Rgb::hex(0x00866a),
                Rgb::hex(0xb5559a),
                Rgb::hex(0x3c8fc4),
                Rgb::hex(0x927a00),
                Rgb::hex(0x1f2328),
                Rgb::hex(0x7d5a3c),
                Rgb::hex(0x7b6fd0),
                Rgb::hex(0x6f757d),
            ],
            classes_soft: [Rgb::hex(0xd9e8f4), Rgb::hex(0xf9e2d2)],
        }
    }

    /// Light ink on dark paper.
    pub const fn dark() -> Self {
        Self {
            dark: true,
            paper: Rgb::hex(0x15171a),
            card: Rgb::hex(0x1c1f23),
            ink: Rgb::hex(0xe9e6df),
            soft: Rgb::hex(0xa3a7ad),
            line: Rgb::hex(0x31353b),
            accent: Rgb::hex(0x5cc2b8),
            accent_soft: Rgb::hex(0x173330),
            good: Rgb::hex(0x4cc79c),
            bad: Rgb::hex(0xf2857d),
            classes: [
                Rgb::hex(0x56b4e9),
                Rgb::hex(0xf0883e),
                Rgb::hex(0x2fbf95),
                Rgb::hex(0xdd97c1),
                Rgb::hex(0x3f86d8),
                Rgb::hex(0xe6d44a),
                Rgb::hex(0xe9e6df),
                Rgb::hex(0xbb8d63),
                Rgb::hex(0xa99cf2),
                Rgb::hex(0x8f959d),
            ],
            classes_soft: [Rgb::hex(0x17303f), Rgb::hex(0x402715)],
        }
    }

    /// The colour of a meaning.
    pub fn ink(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Class(class) => self.classes[class % self.classes.len()],
            Ink::Ink => self.ink,
            Ink::Soft => self.soft,
            Ink::Accent => self.accent,
            Ink::Bad => self.bad,
            Ink::Good => self.good,
        }
    }

    /// The colour moved toward the ink until it can be read as text on this ground (4.5 : 1).
    pub fn readable(&self, color: Rgb, ground: Rgb) -> Rgb {
        (0..=10)
            .map(|tenth| color.mix(self.ink, tenth as f32 / 10.0))
            .find(|candidate| contrast(*candidate, ground) >= 4.5)
            .unwrap_or_else(|| on(ground))
    }
}

/// Near-black or white, whichever is read better on this ground. The dark one is so dark that one of the two always reaches
/// 4.5 : 1.
pub fn on(ground: Rgb) -> Rgb {
    let (dark, light) = (Rgb::hex(0x050505), Rgb::hex(0xffffff));
    if contrast(dark, ground) >= contrast(light, ground) { dark } else { light }
}

/// A signed value, −1 to 1: blue (class 0) through the card's colour to vermilion (class 1).
pub fn signed(theme: &Theme, value: f32) -> Rgb {
    let end = if value < 0.0 { theme.classes[0] } else { theme.classes[1] };
    theme.card.mix(end, value.abs())
}

/// An unsigned value, 0 to 1, on the cividis scale: dark blue to yellow, the same to every eye.
pub fn cividis(value: f32) -> Rgb {
    const STOPS: [u32; 9] = [0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xfee838];
    let value = if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
    let place = value * (STOPS.len() - 1) as f32;
    let below = (place as usize).min(STOPS.len() - 2);
    Rgb::hex(STOPS[below]).mix(Rgb::hex(STOPS[below + 1]), place - below as f32)
}

/// A stroke of ink, 0 to 1, on the card: what a drawn digit looks like.
pub fn grey(theme: &Theme, value: f32) -> Rgb {
    theme.card.mix(theme.ink, value)
}

#[derive(Clone, Copy)]
struct Look {
    theme: Signal<Theme>,
    fonts: Signal<u32>,
}

/// Watches the reader's theme and the arrival of the fonts; call it once, in the root component.
pub fn provide_theme() {
    let theme = RwSignal::new(Theme::light());
    let fonts = RwSignal::new(0);
    provide_context(Look { theme: theme.into(), fonts: fonts.into() });
    #[cfg(target_arch = "wasm32")]
    super::browser::follow_theme(theme, fonts);
}

/// The same look for one page. What follows it goes with the page; on the list of those who follow the whole site's it would
/// stay until the theme changes.
pub fn provide_own_look() {
    if let Some(look) = use_context::<Look>() {
        let (theme, fonts) = (Memo::new(move |_| look.theme.get()), Memo::new(move |_| look.fonts.get()));
        provide_context(Look { theme: theme.into(), fonts: fonts.into() });
    }
}

/// The theme the reader sees: `data-theme` on `<html>`, else what the system prefers.
pub fn use_theme() -> Signal<Theme> {
    use_context::<Look>().map_or_else(|| Signal::stored(Theme::light()), |look| look.theme)
}

/// Changes when the fonts have arrived: drawings with text are then made anew.
pub(super) fn use_fonts() -> Signal<u32> {
    use_context::<Look>().map_or_else(|| Signal::stored(0), |look| look.fonts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The custom properties of one block of the stylesheet.
    fn tokens(block: &str) -> Vec<(String, String)> {
        block
            .split(';')
            .filter_map(|line| line.trim().trim_start_matches(['{', '\n']).trim().split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_lowercase()))
            .collect()
    }

    fn named(theme: &Theme) -> Vec<(String, Rgb)> {
        let mut all: Vec<(String, Rgb)> = [
            ("--paper", theme.paper),
            ("--card", theme.card),
            ("--ink", theme.ink),
            ("--soft", theme.soft),
            ("--line", theme.line),
            ("--accent", theme.accent),
            ("--accent-soft", theme.accent_soft),
            ("--good", theme.good),
            ("--bad", theme.bad),
            ("--class-0-soft", theme.classes_soft[0]),
            ("--class-1-soft", theme.classes_soft[1]),
        ]
        .map(|(name, color)| (name.to_owned(), color))
        .to_vec();
        all.extend(theme.classes.iter().enumerate().map(|(class, color)| (format!("--class-{class}"), *color)));
        all
    }

    #[test]
    fn the_stylesheet_has_the_same_colours() {
        let css = include_str!("../../../static/style/tokens.css");
        let blocks: Vec<&str> =
            css.split("/* colours: ").skip(1).map(|part| part.split(['{', '}']).nth(1).expect("a block")).collect();
        assert_eq!(blocks.len(), 3, "light, dark by the system, dark by choice");
        for (block, theme) in blocks.iter().zip([Theme::light(), Theme::dark(), Theme::dark()]) {
            let found = tokens(block);
            for (name, color) in named(&theme) {
                let value = found.iter().find(|(token, _)| *token == name).map(|(_, value)| value.as_str());
                assert_eq!(value, Some(color.css().as_str()), "{name} (dark: {})", theme.dark);
            }
        }
    }

    #[test]
    fn text_and_marks_can_be_seen() {
        for theme in [Theme::light(), Theme::dark()] {
            for ground in [theme.paper, theme.card, theme.accent_soft] {
                for text in [theme.ink, theme.soft, theme.accent] {
                    assert!(contrast(text, ground) >= 4.5, "{} on {}", text.css(), ground.css());
                }
            }
            for ground in [theme.paper, theme.card] {
                for text in [theme.good, theme.bad] {
                    assert!(contrast(text, ground) >= 4.5, "{} on {}", text.css(), ground.css());
                }
                for mark in theme.classes {
                    assert!(contrast(mark, ground) >= 3.0, "{} on {}", mark.css(), ground.css());
                    assert!(contrast(theme.readable(mark, ground), ground) >= 4.5);
                }
            }
            for ground in theme.classes_soft {
                assert!(contrast(theme.ink, ground) >= 4.5);
                for mark in &theme.classes[..2] {
                    assert!(contrast(*mark, ground) >= 3.0, "{} on {}", mark.css(), ground.css());
                }
            }
            assert!(contrast(theme.card, theme.accent) >= 4.5, "the primary button");
        }
        for step in 0..=100 {
            let ground = cividis(step as f32 / 100.0);
            assert!(contrast(on(ground), ground) >= 4.5);
        }
    }

    #[test]
    fn maps_end_where_they_say() {
        let theme = Theme::light();
        assert_eq!(signed(&theme, -1.0), theme.classes[0]);
        assert_eq!(signed(&theme, 0.0), theme.card);
        assert_eq!(signed(&theme, 9.0), theme.classes[1]);
        assert_eq!(signed(&theme, f32::NAN), theme.card);
        assert_eq!(grey(&theme, 1.0), theme.ink);
        assert_eq!(cividis(f32::INFINITY), Rgb::hex(0xfee838));
    }
}
