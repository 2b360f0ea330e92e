//! Where each word stands, told to a network that sees its words as a bag: a pattern of waves from fast to slow, or a table
//! that is learnt.
//!
//! ```text
//! PE[p, 2i] = sin(p / 10000^(2i/width))      PE[p, 2i+1] = cos(p / 10000^(2i/width))
//! ```
//!
//! **Paper.** Vaswani et al.: Attention is all you need (2017), section 3.5.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

/// How a network knows the order of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Positions {
    /// Waves; any length has them.
    Sinusoidal,
    /// A vector for each place, learnt with everything else; places beyond the last share its vector.
    Learned,
    /// Not at all: the encoder sees a bag of words.
    None,
}

impl Positions {
    /// All of them.
    pub const ALL: [Positions; 3] = [Positions::Sinusoidal, Positions::Learned, Positions::None];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Positions::Sinusoidal => "Waves",
            Positions::Learned => "Learned",
            Positions::None => "None",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            Positions::Sinusoidal => "waves",
            Positions::Learned => "learned",
            Positions::None => "none",
        }
    }

    /// The kind of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|positions| positions.id() == id)
    }
}

/// The waves at so many places from `first` on, `width` numbers each, place by place: `[places, width]`.
pub fn sinusoids(first: usize, places: usize, width: usize) -> Vec<f32> {
    let rates: Vec<f64> = (0..width).map(|dimension| TAU / wavelength(dimension, width)).collect();
    let number = |place: usize, dimension: usize| {
        let angle = place as f64 * rates[dimension];
        if dimension.is_multiple_of(2) { angle.sin() as f32 } else { angle.cos() as f32 }
    };
    (first..first + places).flat_map(|place| (0..width).map(move |dimension| number(place, dimension))).collect()
}

/// After how many places the wave of a dimension comes back: from 2π to almost 2π · 10,000.
pub fn wavelength(dimension: usize, width: usize) -> f64 {
    TAU * 10_000_f64.powf((dimension - dimension % 2) as f64 / width.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_the_papers() {
        let table = sinusoids(0, 4, 6);
        assert_eq!(table[..6], [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        let angle = 3.0 / 10_000_f64.powf(2.0 / 6.0);
        assert_eq!(table[3 * 6 + 2..3 * 6 + 4], [angle.sin() as f32, angle.cos() as f32]);
        assert_eq!(sinusoids(3, 1, 6), table[18..]);
        assert!((wavelength(0, 6) - TAU).abs() < 1e-12 && wavelength(0, 6) == wavelength(1, 6));
    }

    #[test]
    fn the_same_distance_gives_the_same_product() {
        // The paper's reason for waves: a shift is a rotation, whatever the place.
        let table = sinusoids(0, 60, 32);
        let product = |a: usize, b: usize| -> f32 {
            table[a * 32..][..32].iter().zip(&table[b * 32..][..32]).map(|(a, b)| a * b).sum()
        };
        // Sixteen sums of two f32 products of size 1.
        assert!((product(3, 8) - product(50, 55)).abs() < 1e-4);
    }

    #[test]
    fn ids_lead_back() {
        for positions in Positions::ALL {
            assert_eq!(Positions::from_id(positions.id()), Some(positions));
        }
    }
}
