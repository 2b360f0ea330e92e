//! Group normalisation, a scale and a shift for each map of each picture, and the bend after them, in one pass.
//!
//! burn's own operations would go over the maps about ten times. The exponential of the bend is ten instructions on four
//! lanes here, where the library's works number by number.

use burn::{
    backend::{Backend, Dispatch, Flex, backend_extension, flex::FlexTensor, tensor::FloatTensor},
    tensor::{Tensor, activation},
};

use super::{
    engine::{dims, numbers, tensor},
    on_cpu,
};

/// What keeps a group without any spread from being divided by 0; PyTorch's.
const EPSILON: f64 = 1e-5;

/// Lanes of a partial sum.
const LANES: usize = 8;

/// Group normalisation (Wu, He 2018), `y = gain · (x - mean) / √(variance + 1e-5) + offset` with mean and variance over the
/// places of `groups` equal parts of each picture's maps, and with `bent` the bend `z / (1 + e^(-z))` after it (SiLU):
/// `[batch, maps, rows, columns], [batch, maps], [batch, maps] -> [batch, maps, rows, columns]`.
///
/// # Panics
///
/// If the maps are no multiple of the groups, or the shapes do not fit.
pub fn group_norm(x: Tensor<4>, groups: usize, gain: Tensor<2>, offset: Tensor<2>, bent: bool) -> Tensor<4> {
    let shape = x.dims();
    let [batch, maps, rows, columns] = shape;
    assert!(groups > 0 && maps % groups == 0, "{maps} maps are not {groups} equal groups");
    assert_eq!((gain.dims(), offset.dims()), ([batch, maps], [batch, maps]), "one gain and one offset for each map");
    if on_cpu(&x) && !x.device().is_autodiff() && batch * maps * rows * columns > 0 {
        let (x, gain, offset) = (x.into_dispatch(), gain.into_dispatch(), offset.into_dispatch());
        return Tensor::from_dispatch(Dispatch::fused_group_norm(x, gain, offset, groups, bent));
    }
    let x = x.reshape([batch, groups, maps / groups * rows * columns]);
    let centred = x.clone() - x.mean_dim(2);
    let variance = (centred.clone() * centred.clone()).mean_dim(2); // [batch, groups, 1]
    let y = (centred / (variance + EPSILON).sqrt()).reshape(shape);
    let y = y * gain.unsqueeze_dims(&[2, 3]) + offset.unsqueeze_dims(&[2, 3]);
    if bent { activation::silu(y) } else { y }
}

/// The operation; the attribute routes a tensor to the engine that holds it.
#[backend_extension(Flex)]
trait Fused: Backend {
    /// [`group_norm`] on the CPU, without gradients.
    fn fused_group_norm(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        offset: FloatTensor<Self>,
        groups: usize,
        bent: bool,
    ) -> FloatTensor<Self>;
}

impl Fused for Flex {
    fn fused_group_norm(x: FlexTensor, gain: FlexTensor, offset: FlexTensor, groups: usize, bent: bool) -> FlexTensor {
        let (x, gain, offset) = (x.to_contiguous(), gain.to_contiguous(), offset.to_contiguous());
        let shape = dims(&x);
        tensor(normalised(numbers(&x), shape, groups, numbers(&gain), numbers(&offset), bent), shape)
    }
}

/// [`group_norm`] on plain slices.
fn normalised(
    x: &[f32],
    [_, maps, rows, columns]: [usize; 4],
    groups: usize,
    gain: &[f32],
    offset: &[f32],
    bent: bool,
) -> Vec<f32> {
    let places = rows * columns;
    let each = maps / groups;
    let mut y = vec![0.0; x.len()];
    let parts = x.chunks_exact(each * places).zip(y.chunks_exact_mut(each * places));
    for ((part, y_part), (gain, offset)) in parts.zip(gain.chunks_exact(each).zip(offset.chunks_exact(each))) {
        let count = part.len() as f64;
        let mean = (sum(part, |x| x) / count) as f32;
        let variance = sum(part, |x| (x - mean) * (x - mean)) / count;
        let steepness = (1.0 / (variance + EPSILON).sqrt()) as f32;
        let each_map = part.chunks_exact(places).zip(y_part.chunks_exact_mut(places));
        for ((map, y_map), (gain, offset)) in each_map.zip(gain.iter().zip(offset)) {
            let slope = gain * steepness;
            if bent {
                y_map.iter_mut().zip(map).for_each(|(y, x)| *y = silu(slope * (x - mean) + offset));
            } else {
                y_map.iter_mut().zip(map).for_each(|(y, x)| *y = slope * (x - mean) + offset);
            }
        }
    }
    y
}

/// A sum over all numbers, eight lanes at a time.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f64 {
    let (runs, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0_f32; LANES];
    for run in runs {
        for lane in 0..LANES {
            lanes[lane] += of(run[lane]);
        }
    }
    let rest: f64 = rest.iter().map(|x| f64::from(of(*x))).sum();
    lanes.into_iter().map(f64::from).sum::<f64>() + rest
}

/// `z / (1 + e^(-z))`, to about three roundings; without a branch or a call, so that several lanes are computed at once.
#[inline(always)]
fn silu(z: f32) -> f32 {
    z / (1.0 + exponential(-z))
}

/// Beyond, `e^z` is no ordinary number.
const FARTHEST: f32 = 87.0;
/// Added to a number below 2²² and subtracted again it rounds to a whole one, whose bits stand at the end meanwhile.
const ROUNDER: f32 = 12_582_912.0;
/// `ln 2` in two parts: whole multiples of the first are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// `e^z`, with z held within 87 of 0: `2ⁿ e^r` with a whole `n` and `|r| ≤ ln 2 / 2`; `e^r` by its series, whose first
/// left-out term is below a rounding. NaN stays NaN.
#[inline(always)]
fn exponential(z: f32) -> f32 {
    let z = if z > FARTHEST { FARTHEST } else { z };
    let z = if z < -FARTHEST { -FARTHEST } else { z };
    let shifted = z * std::f32::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let rest = z - whole * LN_2[0] - whole * LN_2[1];
    let series = 1.0 / 720.0 + rest / 5040.0;
    let series = 1.0 / 120.0 + rest * series;
    let series = 1.0 / 24.0 + rest * series;
    let series = 1.0 / 6.0 + rest * series;
    let series = 0.5 + rest * series;
    let series = 1.0 + rest * series;
    let series = 1.0 + rest * series;
    // The whole number's bits, added to the exponent.
    f32::from_bits(series.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;

    use super::*;

    fn wave<const D: usize>(shape: [usize; D], pace: f32, device: &Device) -> Tensor<D> {
        let values: Vec<f32> = (0..shape.iter().product()).map(|index: usize| (index as f32 * pace).sin()).collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    fn values(tensor: Tensor<4>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn the_exponential_is_right_to_two_roundings() {
        for step in -87_000..=87_000_i32 {
            let z = step as f32 / 1000.0;
            let (found, expected) = (f64::from(exponential(z)), f64::from(z).exp());
            // One rounding is 6e-8 of the number.
            assert!((found / expected - 1.0).abs() < 1.5e-7, "e^{z}: {found} instead of {expected}");
        }
        assert_eq!(exponential(0.0), 1.0);
        assert!(exponential(f32::NAN).is_nan() && silu(f32::NAN).is_nan());
        assert_eq!((silu(1e30), silu(0.0)), (1e30, 0.0));
        assert!(silu(-1e3).abs() < 1e-30 && silu(-200.0).abs() < 1e-30);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_pass_equals_burns_operations(
            (batch, groups, each, rows, columns) in (1..4_usize, 1..5_usize, 1..5_usize, 1..9_usize, 1..9_usize),
            (scale, shift) in (0.01..10.0_f32, -3.0..3.0_f32),
            bent in any::<bool>(),
        ) {
            let maps = groups * each;
            let run = |device: Device| {
                let x = wave([batch, maps, rows, columns], 0.37, &device) * scale + shift;
                let (gain, offset) = (wave([batch, maps], 0.73, &device), wave([batch, maps], 1.3, &device));
                group_norm(x, groups, gain, offset, bent)
            };
            // With gradients the plain operations run.
            let (found, expected) = (values(run(Device::flex())), values(run(Device::flex().autodiff()).inner()));
            // A group's spread is at least 1 % of its mean; what rounds off the mean, 6e-8 of it, is then 6e-6 of the spread.
            // Groups of one number are 0 up to that, over a root of 1e-5.
            for (found, expected) in found.iter().zip(&expected) {
                prop_assert!((found - expected).abs() < 2e-4, "{} instead of {}", found, expected);
            }
        }
    }

    #[test]
    fn each_group_has_mean_zero_and_spread_one() {
        let device = Device::flex();
        let x = wave([2, 6, 5, 7], 0.61, &device) * 40.0 + 100.0;
        let y = group_norm(x, 3, Tensor::ones([2, 6], &device), Tensor::zeros([2, 6], &device), false);
        for group in values(y).chunks_exact(2 * 35) {
            let mean = group.iter().sum::<f32>() / 70.0;
            let spread = group.iter().map(|y| y * y).sum::<f32>() / 70.0;
            // 100 is rounded to 4e-6, of a spread of 28.
            assert!(mean.abs() < 1e-5 && (spread - 1.0).abs() < 1e-5, "{mean} {spread}");
        }
    }

    #[test]
    fn nothing_and_much_do_not_break_it() {
        let device = Device::flex();
        for level in [0.0, 1e10] {
            let x = Tensor::full([1, 2, 3, 3], level, &device);
            let y = group_norm(x, 2, Tensor::ones([1, 2], &device), Tensor::ones([1, 2], &device), true);
            assert!(values(y).iter().all(|y| (y - 0.731_058_6).abs() < 1e-6));
        }
    }
}
