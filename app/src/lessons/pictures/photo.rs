//! A digit from a photograph: written on paper, held before the camera, dropped or pasted, and made what MNIST's are.

use leptos::prelude::*;

use super::SIDE;
use crate::widgets::{Photo, PhotoInput, Rgb, center};

/// Squares along a side while ink and ground are told apart; each square of the pad is made of several.
const FINE: usize = 4 * SIDE;
/// The least difference of ink and ground, of 1 between black and white: below it there is nothing to read.
const FAINT: f32 = 0.1;
/// Of the strongest ink: what is below is ground, and what lies so much above is ink; shadows are lost between them.
const GROUND: f32 = 0.3;
const STROKE: f32 = 0.4;

/// A picture of the reader's own in which a digit is looked for.
#[component]
pub fn PhotoDigit(
    /// What the picture is for.
    #[prop(into)]
    label: String,
    /// Called with 28 × 28 shares of ink, 0 to 1, for every picture that is there.
    on_digit: Callback<Vec<f32>>,
) -> impl IntoView {
    view! {
        <PhotoInput
            label
            samples=Vec::new()
            sample=Signal::stored(None::<String>)
            on_sample=Callback::new(|_: String| {})
            on_photo=Callback::new(move |photo: Photo| on_digit.run(digit(&photo)))
            wants_frame=Signal::stored(true)
        />
    }
}

/// The middle of a photograph as 28 × 28 shares of ink: grey, inverted if the ground is bright, stretched from ground to ink,
/// sized and centred. Paper where nothing stands out.
pub fn digit(photo: &Photo) -> Vec<f32> {
    let grey =
        |color: Rgb| (0.299 * f32::from(color.0) + 0.587 * f32::from(color.1) + 0.114 * f32::from(color.2)) / 255.0;
    let greys: Vec<f32> = photo.square(FINE).into_iter().map(grey).collect();
    let mut sorted = greys.clone();
    sorted.sort_by(f32::total_cmp);
    // Most of the picture is ground; a few stray squares decide nothing.
    let at = |share: f32| sorted[(share * (sorted.len() - 1) as f32) as usize];
    let (darkest, ground, brightest) = (at(0.005), at(0.5), at(0.995));
    let is_bright = ground - darkest > brightest - ground;
    let most = if is_bright { ground - darkest } else { brightest - ground };
    if most < FAINT {
        return vec![0.0; SIDE * SIDE];
    }
    let ink = |grey: f32| {
        let ink = if is_bright { ground - grey } else { grey - ground } / most;
        ((ink - GROUND) / STROKE).clamp(0.0, 1.0)
    };
    let fine = center(&greys.into_iter().map(ink).collect::<Vec<f32>>(), FINE);
    let digit = coarse(&fine);
    let strongest = digit.iter().copied().fold(f32::EPSILON, f32::max);
    digit.into_iter().map(|ink| ink / strongest).collect()
}

/// The mean of the fine squares that each square of the pad is made of.
fn coarse(fine: &[f32]) -> Vec<f32> {
    let each = FINE / SIDE;
    let mean = |place: usize| {
        let (top, left) = (place / SIDE * each, place % SIDE * each);
        let rows = (top..top + each).map(|row| &fine[row * FINE + left..row * FINE + left + each]);
        rows.flatten().sum::<f32>() / (each * each) as f32
    };
    (0..SIDE * SIDE).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::widgets::PhotoSource;

    /// A thick upright stroke, off the middle, on even ground.
    fn photo(ground: u8, ink: u8) -> Photo {
        let (width, height) = (160_u32, 120_u32);
        let is_ink = |at: u32| (70..78).contains(&(at % width)) && (20..80).contains(&(at / width));
        let rgb = (0..width * height).flat_map(|at| [if is_ink(at) { ink } else { ground }; 3]).collect();
        Photo { source: PhotoSource::Own, name: String::new(), width, height, rgb: Arc::new(rgb) }
    }

    #[test]
    fn ink_is_found_on_bright_and_on_dark_ground() {
        let (written, chalk) = (digit(&photo(210, 60)), digit(&photo(30, 140)));
        assert_eq!(written.len(), SIDE * SIDE);
        for (written, chalk) in written.iter().zip(&chalk) {
            assert!((written - chalk).abs() < 0.05);
        }
        let middle = written[14 * SIDE + 13].max(written[14 * SIDE + 14]);
        assert!(middle > 0.9 && written[0] == 0.0, "{middle}");
    }

    #[test]
    fn even_ground_stays_paper() {
        assert!(digit(&photo(200, 200)).iter().all(|ink| *ink == 0.0));
        assert!(digit(&photo(200, 190)).iter().all(|ink| *ink == 0.0));
    }
}
