//! What a network cannot do without: a patch is laid over every place of the picture in turn, and the scores are asked
//! again.
//!
//! ```text
//! drop[i, j] = score(x) - score(x with the patch at row i · stride, column j · stride)
//! ```
//!
//! Shapes: `x [1, channels, rows, columns]`, scores `[places, classes]`, one class's drop `[places down, places across]`.
//!
//! **Paper.** M. D. Zeiler, R. Fergus: Visualizing and understanding convolutional networks (2014).
//!
//! **When it misleads.** The patch itself is something to see: a bright one on dark ground may look like a stroke.

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::convolutional::Convolutional;

/// What is laid over the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch {
    /// Pixels along one side.
    pub side: usize,
    /// Pixels from place to place.
    pub stride: usize,
    /// What every covered pixel shows, in all channels.
    pub fill: f32,
}

impl Patch {
    /// Places along a side of so many pixels: the first patch begins at pixel 0, the last one reaches the end or beyond.
    pub fn places(&self, pixels: usize) -> usize {
        pixels.saturating_sub(self.side).div_ceil(self.stride.max(1)) + 1
    }
}

/// The scores with every place covered in turn. They are those of all classes, so another class needs no new run.
#[derive(Clone, Debug)]
pub struct Occlusion {
    /// Places from top to bottom.
    pub down: usize,
    /// Places from left to right.
    pub across: usize,
    /// Scores of the whole picture: `[1, classes]`.
    pub whole: Tensor<2>,
    /// Scores at every place, row by row: `[down · across, classes]`.
    pub covered: Tensor<2>,
}

impl Occlusion {
    /// How far the score of a class falls with each place covered: `[down, across]`.
    pub fn drop(&self, class: usize) -> Tensor<2> {
        self.grid(self.whole.clone() - self.covered.clone(), class)
    }

    /// The probability of a class with each place covered, as the paper draws it: `[down, across]`.
    pub fn probability(&self, class: usize) -> Tensor<2> {
        self.grid(activation::softmax(self.covered.clone(), 1), class)
    }

    fn grid(&self, scores: Tensor<2>, class: usize) -> Tensor<2> {
        scores.slice([0..self.down * self.across, class..class + 1]).reshape([self.down, self.across])
    }
}

/// Covers every place of one picture in turn, `batch` places at once: `[1, channels, rows, columns]`. Nothing is read
/// back.
pub fn occlusion<M: Convolutional>(model: &M, x: Tensor<4>, patch: Patch, batch: usize) -> Occlusion {
    let (model, x) = (model.valid(), x.inner());
    let [_, _, rows, columns] = x.dims();
    let (down, across) = (patch.places(rows), patch.places(columns));
    let places: Vec<[usize; 2]> = (0..down * across).map(|place| [place / across, place % across]).collect();
    let covered = places.chunks(batch.max(1)).map(|places| {
        let cover = covers(places, patch, [rows, columns], &x.device()); // [places, 1, rows, columns]
        model.scores(x.clone() * (-cover.clone() + 1.0) + cover * patch.fill)
    });
    Occlusion { down, across, covered: Tensor::cat(covered.collect(), 0), whole: model.scores(x) }
}

/// One where the patch lies: `[places, 1, rows, columns]`.
fn covers(places: &[[usize; 2]], patch: Patch, [rows, columns]: [usize; 2], device: &Device) -> Tensor<4> {
    let mut cover = vec![0.0_f32; places.len() * rows * columns];
    for (cover, [down, across]) in cover.chunks_exact_mut(rows * columns).zip(places) {
        let (top, left) = (down * patch.stride, across * patch.stride);
        for row in cover.chunks_exact_mut(columns).skip(top).take(patch.side) {
            row[left.min(columns)..(left + patch.side).min(columns)].fill(1.0);
        }
    }
    Tensor::from_data(TensorData::new(cover, [places.len(), 1, rows, columns]), device)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        foundations::mlp::Activation,
        vision::lenet::{LeNetConfig, Pooling},
    };

    #[test]
    fn what_is_empty_is_not_missed() {
        let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Average };
        let network = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(3));
        let mut pixels = vec![0.0_f32; 784];
        pixels[14 * 28 + 20] = 1.0;
        let x = Tensor::from_data(TensorData::new(pixels, [1, 1, 28, 28]), &Device::flex());
        let patch = Patch { side: 4, stride: 3, fill: 0.0 };
        let found = occlusion(&network, x, patch, 7);
        assert_eq!((found.down, found.across, found.covered.dims()), (9, 9, [81, 10]));
        let drop = found.drop(2).into_data().try_into_vec::<f32>().unwrap();
        // Rows 12 to 15 and columns 18 to 21 hold the dot: places (4, 6) alone, since the next begin at 15 and at 21.
        for (place, drop) in drop.iter().enumerate() {
            assert_eq!(drop.abs() > 1e-3, place == 4 * 9 + 6, "{place}: {drop}");
        }
        let share = found.probability(2).max().into_scalar::<f32>();
        assert!(share > 0.0 && share < 1.0);
    }

    #[test]
    fn patches_reach_the_end() {
        let places = |side, stride, pixels| Patch { side, stride, fill: 0.0 }.places(pixels);
        assert_eq!((places(4, 4, 28), places(5, 4, 28), places(28, 1, 28), places(40, 3, 28)), (7, 7, 1, 1));
        assert_eq!((places(1, 1, 28), places(4, 3, 28), places(4, 0, 28)), (28, 9, 25));
    }
}
