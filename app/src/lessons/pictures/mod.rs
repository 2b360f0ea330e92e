//! What every lesson shares that teaches a network small pictures: digits and clothes to learn from, held-out ones to be
//! judged by, and what is shown of both.

pub mod changed;
pub mod figures;
pub mod page;
pub mod photo;
pub mod school;
pub mod shelf;
pub mod shift;

use models::train::optimizer::OptimizerKind;
use serde::{Deserialize, Serialize};

/// Pixels along one side.
pub const SIDE: usize = 28;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes of either set.
pub const CLASSES: usize = 10;
/// Bins of a weight histogram.
pub const BINS: usize = 41;

/// A set of 70,000 pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureSet {
    /// Handwritten digits.
    Mnist,
    /// Clothes.
    Fashion,
}

impl PictureSet {
    /// Both, in the order of the chips.
    pub const ALL: [PictureSet; 2] = [PictureSet::Mnist, PictureSet::Fashion];

    /// The chip's word.
    pub fn name(self) -> &'static str {
        match self {
            PictureSet::Mnist => "Handwritten digits",
            PictureSet::Fashion => "Clothes",
        }
    }

    /// The address's word; also the folder's name.
    pub fn id(self) -> &'static str {
        match self {
            PictureSet::Mnist => "mnist",
            PictureSet::Fashion => "fashion",
        }
    }

    /// The set behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.id() == id)
    }

    /// The names of its classes.
    pub fn classes(self) -> [&'static str; CLASSES] {
        match self {
            PictureSet::Mnist => ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
            PictureSet::Fashion => {
                ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot"]
            }
        }
    }
}

/// How a network is taught.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// What it learns from.
    pub set: PictureSet,
    /// How many pictures of it.
    pub examples: u32,
    /// Whether the first update waits for all of them.
    pub whole: bool,
    /// Whether every picture's pixels are shuffled in the same way.
    pub shuffle: bool,
    /// Name of the trained weights to start from.
    pub weights: Option<&'static str>,
    /// How a gradient becomes a step.
    pub optimizer: OptimizerKind,
    /// Pictures per update.
    pub batch: u32,
    /// Seed of weights, order and shuffle.
    pub seed: u32,
}

/// What is shown of the teaching.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchoolView {
    /// Pictures that it learns from now.
    pub here: u32,
    /// The update after which it began to learn from all of them, once it has, if it began with fewer.
    pub joined: Option<u64>,
    /// Counts of the held-out pictures: truth, called.
    pub confusion: Vec<u32>,
    /// The pictures behind the chosen cell.
    pub shown: Vec<Shown>,
    /// The held-out picture that is looked at, 784 pixels; none while the reader's drawing is.
    pub held_out: Option<Vec<u8>>,
    /// Every layer with weights, first to last.
    pub layers: Vec<LayerView>,
}

/// A layer's weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerView {
    /// Weights counted in [`BINS`] bins from -span to span.
    pub histogram: Vec<u32>,
    /// Half width of the histogram.
    pub span: f32,
    /// Mean |gradient| of the last update; 0 before the first.
    pub gradient: f32,
}

/// A held-out picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Its number among the held-out pictures.
    pub index: u32,
    /// 784 pixels.
    pub pixels: Vec<u8>,
    /// What it is.
    pub truth: u8,
    /// What it was called.
    pub called: u8,
}

/// Counts weights in [`BINS`] bins from -span to span; span is the largest magnitude.
pub fn histogram(weights: &[f32]) -> (Vec<u32>, f32) {
    let span = weights.iter().filter(|weight| weight.is_finite()).fold(1e-6_f32, |span, weight| span.max(weight.abs()));
    let mut counts = vec![0; BINS];
    for weight in weights.iter().filter(|weight| weight.is_finite()) {
        let place = (weight / span + 1.0) / 2.0 * BINS as f32;
        counts[(place as usize).min(BINS - 1)] += 1;
    }
    (counts, span)
}

/// Probabilities from logits.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
