//! Where a class was seen: the maps of a layer, added up, each by how much the class's score rises with it.
//!
//! ```text
//! α[map] = mean over places of ∂ score_class / ∂ A[map, i, j]
//! L[i, j] = max(0, Σ over maps of α[map] · A[map, i, j])
//! ```
//!
//! Shapes: `x [batch, channels, rows, columns]`, `A [batch, maps, r, c]`, `L [batch, r, c]`.
//!
//! **Paper.** R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh, D. Batra: Grad-CAM: visual explanations from
//! deep networks via gradient-based localization (2017).
//!
//! **Differs from the paper.** A layer other than the last convolution may be chosen. [`enlarge`] can lay each unit on the
//! centre of what it sees, where the paper stretches the small picture over the large one.
//!
//! **When it misleads.** A coarse layer says "about here"; stretched, its heat lies up to half a unit beside what the
//! units saw.

use burn::tensor::{Device, Tensor, TensorData, activation};

use super::convolutional::{Convolutional, ReceptiveField, chosen, gradient_of, leaf};

/// The heat of each picture's class at the places of stage number `stage`, at that stage's own resolution and in units of
/// the score: `[batch, channels, rows, columns] -> [batch, r, c]`. One class for each picture; nothing is read back.
pub fn grad_cam<M: Convolutional>(model: &M, stage: usize, x: Tensor<4>, classes: &[usize]) -> Tensor<3> {
    let model = model.valid();
    let maps = leaf(model.forward_to(stage, x.inner())); // [batch, maps, r, c]
    let score = chosen(model.forward_from(stage, maps.clone()), classes); // [1]
    let importance = gradient_of(&score, &maps).mean_dims(&[2, 3]); // [batch, maps, 1, 1]
    activation::relu((maps.inner() * importance).sum_dim(1)).squeeze_dim(1)
}

/// Where the units of a row of units lie in the picture: unit `i` at pixel `first + i · stride`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// Place of the first unit.
    pub first: f32,
    /// Pixels from unit to unit.
    pub stride: f32,
}

impl Placement {
    /// Spread evenly over all pixels, as the paper does and as bilinear interpolation without aligned corners does.
    pub fn stretched(units: usize, pixels: usize) -> Self {
        let stride = pixels as f32 / units as f32;
        Self { first: (stride - 1.0) / 2.0, stride }
    }
}

impl From<ReceptiveField> for Placement {
    /// Each unit in the middle of what it sees.
    fn from(field: ReceptiveField) -> Self {
        Self { first: field.first, stride: field.stride as f32 }
    }
}

/// Small maps at the size of a square picture, with straight lines between units and the outermost units held beyond
/// them: `[batch, r, r] -> [batch, side, side]`.
pub fn enlarge(maps: Tensor<3>, placement: Placement, side: usize) -> Tensor<3> {
    let [_, rows, columns] = maps.dims();
    let device = maps.device();
    let down = weights(rows, placement, side, &device).unsqueeze_dim(0); // [1, side, r]
    let across = weights(columns, placement, side, &device).transpose().unsqueeze_dim(0); // [1, r, side]
    down.matmul(maps).matmul(across)
}

/// How much of each unit a pixel shows: `[pixels, units]`.
fn weights(units: usize, placement: Placement, pixels: usize, device: &Device) -> Tensor<2> {
    let mut rows = vec![0.0_f32; pixels * units];
    for (pixel, row) in rows.chunks_exact_mut(units).enumerate() {
        let place = ((pixel as f32 - placement.first) / placement.stride).clamp(0.0, (units - 1) as f32);
        let below = place as usize;
        let share = place - below as f32;
        row[below] += 1.0 - share;
        row[(below + 1).min(units - 1)] += share;
    }
    Tensor::from_data(TensorData::new(rows, [pixels, units]), device)
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
    fn every_stage_can_be_chosen() {
        let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Max };
        let network = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(3));
        for (stage, layer) in config.layers().iter().enumerate() {
            let heat = grad_cam(&network, stage, Tensor::ones([2, 1, 28, 28], &Device::flex()), &[0, 9]);
            assert_eq!(heat.dims(), [2, layer.side, layer.side]);
            assert!(heat.min().into_scalar::<f32>() >= 0.0);
        }
    }

    #[test]
    fn units_are_laid_where_they_belong() {
        let map = Tensor::<3>::from_floats([[[0.0, 0.0], [2.0, 4.0]]], &Device::flex());
        let large = enlarge(map, Placement { first: 1.0, stride: 2.0 }, 5).into_data().try_into_vec::<f32>().unwrap();
        let row = |index: usize| &large[index * 5..index * 5 + 5];
        assert_eq!(row(0), [0.0; 5]);
        assert_eq!(row(2), [1.0, 1.0, 1.5, 2.0, 2.0]);
        assert_eq!(row(4), [2.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(Placement::stretched(14, 28), Placement { first: 0.5, stride: 2.0 });
    }
}
