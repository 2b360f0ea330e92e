//! The kernels beside burn's own operations on arbitrary shapes, forward and backward.

use burn::{
    nn::{PaddingConfig2d, conv::Conv2dConfig},
    tensor::{
        Device, Tensor, TensorData, module,
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};
use proptest::prelude::*;

use super::*;

/// Both sum the same products, each below 1, in another order: a sum of `n` products differs by at most about
/// `n * 2⁻²⁴` times the sum of their sizes, in practice by the root of that. The largest sums here have 800 products.
const TOLERANCE: f32 = 2e-4;

/// Smooth numbers from -1 to 1, none of them twice.
fn wave<const D: usize>(shape: [usize; D], pace: f32, device: &Device) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|index| (index as f32 * pace).sin()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

fn assert_near(name: &str, expected: &[f32], found: &[f32]) {
    assert_eq!(expected.len(), found.len(), "{name}");
    for (expected, found) in expected.iter().zip(found) {
        // False for NaN on one side only.
        let near = (expected - found).abs() <= TOLERANCE * expected.abs().max(1.0);
        assert!(near || (expected.is_nan() && found.is_nan()), "{name}: {found} instead of {expected}");
    }
}

/// A convolution's result and the gradients of input, weight and bias.
fn learn(
    convolution: impl FnOnce(Tensor<4>, Tensor<4>, Tensor<1>) -> Tensor<4>,
    x: [usize; 4],
    weight: [usize; 4],
) -> [Vec<f32>; 4] {
    let device = Device::flex().autodiff();
    let x = wave(x, 0.37, &device).require_grad();
    let bias = wave([weight[0]], 1.3, &device).require_grad();
    let weight = wave(weight, 0.73, &device).require_grad();
    let y = convolution(x.clone(), weight.clone(), bias.clone());
    // Every output weighs something else in the loss.
    let gradients = (y.clone() * wave(y.dims(), 0.59, &device)).sum().backward();
    let gradient = |found: Option<Tensor<4>>| values(found.unwrap());
    [
        values(y.inner()),
        gradient(x.grad(&gradients)),
        gradient(weight.grad(&gradients)),
        values(bias.grad(&gradients).unwrap()),
    ]
}

fn planned(x: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, options: ConvOptions<2>) -> Tensor<4> {
    formed(x, weight, Some(bias), options, Bend::None)
}

/// A convolution of ours, plain and with ReLU6, beside burn's.
#[track_caller]
fn both_equal_burns(x: [usize; 4], weight: [usize; 4], options: &ConvOptions<2>) {
    for bend in [Bend::None, Bend::Relu6] {
        let burns = |x, weight, bias| {
            let y = module::conv2d(x, weight, Some(bias), options.clone());
            if bend == Bend::None { y } else { activation::relu(y).clamp_max(6.0) }
        };
        let ours = |x, weight, bias| formed(x, weight, Some(bias), options.clone(), bend);
        let (expected, found) = (learn(burns, x, weight), learn(ours, x, weight));
        for (name, (expected, found)) in ["y", "dx", "dw", "db"].iter().zip(expected.iter().zip(&found)) {
            assert_near(name, expected, found);
        }
        let device = Device::flex();
        let (bias, x, weight) = (wave([weight[0]], 1.3, &device), wave(x, 0.37, &device), wave(weight, 0.73, &device));
        assert_eq!(found[0], values(ours(x, weight, bias)), "the same bits without gradients");
    }
}

/// Input, weight and options of a small convolution; some do not fit.
fn convolutions() -> impl Strategy<Value = ([usize; 4], [usize; 4], ConvOptions<2>)> {
    let sizes = (1..4_usize, 1..6_usize, 1..12_usize, 1..20_usize, 1..20_usize, 1..6_usize, 1..6_usize);
    let steps = ([1..4_usize, 1..4_usize], [1..3_usize, 1..3_usize]);
    let margins = [0..4_usize, 0..4, 0..4, 0..4];
    (sizes, steps, margins).prop_map(|((batch, inputs, outputs, height, width, tall, wide), steps, margins)| {
        let padding = [(margins[0], margins[1]), (margins[2], margins[3])];
        let options = ConvOptions::new_with_padding(steps.0, padding, steps.1, 1);
        ([batch, inputs, height, width], [outputs, inputs, tall, wide], options)
    })
}

/// Input, weight and options of a convolution map by map; some do not fit.
fn depthwise() -> impl Strategy<Value = ([usize; 4], [usize; 4], ConvOptions<2>)> {
    let sizes = (1..3_usize, 1..5_usize, 1..40_usize, 1..40_usize);
    let margins = [0..5_usize, 0..5, 0..5, 0..5];
    (sizes, prop::sample::select(vec![3, 5]), 1..3_usize, margins).prop_map(|(sizes, kernel, stride, margins)| {
        let (batch, maps, height, width) = sizes;
        let padding = [(margins[0], margins[1]), (margins[2], margins[3])];
        let options = ConvOptions::new_with_padding([stride, stride], padding, [1, 1], maps);
        ([batch, maps, height, width], [maps, 1, kernel, kernel], options)
    })
}

/// Input, weight and options of a convolution place by place.
fn pointwise() -> impl Strategy<Value = ([usize; 4], [usize; 4], ConvOptions<2>)> {
    (1..3_usize, 1..40_usize, 1..40_usize, 1..12_usize, 1..12_usize).prop_map(
        |(batch, inputs, outputs, rows, columns)| {
            ([batch, inputs, rows, columns], [outputs, inputs, 1, 1], ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn convolutions_equal_burns((x, weight, options) in convolutions()) {
        prop_assume!(Form::new(x, weight, &options).is_some());
        let burns = |x, weight, bias| module::conv2d(x, weight, Some(bias), options.clone());
        let expected = learn(burns, x, weight);
        let found = learn(|x, weight, bias| planned(x, weight, bias, options.clone()), x, weight);
        for (name, (expected, found)) in ["y", "dx", "dw", "db"].iter().zip(expected.iter().zip(&found)) {
            assert_near(name, expected, found);
        }
        // The same bits again, and without gradients.
        let again = learn(|x, weight, bias| planned(x, weight, bias, options.clone()), x, weight);
        prop_assert_eq!(&found, &again);
        let device = Device::flex();
        let (bias, x, weight) = (wave([weight[0]], 1.3, &device), wave(x, 0.37, &device), wave(weight, 0.73, &device));
        prop_assert_eq!(&found[0], &values(planned(x, weight, bias, options)));
    }

    #[test]
    fn convolutions_map_by_map_equal_burns((x, weight, options) in depthwise()) {
        prop_assume!(matches!(Form::new(x, weight, &options), Some(Form::Depthwise(_))));
        both_equal_burns(x, weight, &options);
    }

    #[test]
    fn convolutions_place_by_place_equal_burns((x, weight, options) in pointwise()) {
        prop_assert!(matches!(Form::new(x, weight, &options), Some(Form::Pointwise(_))));
        both_equal_burns(x, weight, &options);
    }

    #[test]
    fn poolings_equal_burns(
        shape in [1..3_usize, 1..4, 1..20, 1..20],
        kernel in [1..5_usize, 1..5],
        stride in [1..4_usize, 1..4],
        padding in [0..3_usize, 0..3],
        dilation in [1..3_usize, 1..3],
        holes in prop::collection::vec((0..400_usize, prop::sample::select(vec![f32::NAN, f32::NEG_INFINITY, 0.5])), 0..6),
    ) {
        let options =
            MaxPoolOptions::new(kernel).with_stride(stride).with_padding(padding).with_dilation(dilation);
        prop_assume!(Windows::new(shape, &options).is_some());
        let device = Device::flex().autodiff();
        let mut numbers = values(wave(shape, 0.37, &Device::flex()));
        let count = numbers.len();
        holes.iter().for_each(|(at, value)| numbers[at % count] = *value);
        let pool = |pooling: fn(Tensor<4>, MaxPoolOptions<2>) -> Tensor<4>| {
            let x = Tensor::<4>::from_data(TensorData::new(numbers.clone(), shape), &device).require_grad();
            let y = pooling(x.clone(), options.clone());
            let gradients = (y.clone() * wave(y.dims(), 0.59, &device)).sum().backward();
            let plain = values(pooling(x.clone().inner(), options.clone()));
            (values(y.inner()), plain, values(x.grad(&gradients).unwrap()))
        };
        let (expected, found) = (pool(module::max_pool2d), pool(max_pool2d));
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&expected.0), bits(&found.0));
        prop_assert_eq!(bits(&found.1), bits(&found.0));
        assert_near("dx", &expected.2, &found.2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn averages_equal_burns(
        shape in [1..3_usize, 1..4, 1..20, 1..20],
        kernel in [1..5_usize, 1..5],
        stride in [1..4_usize, 1..4],
    ) {
        let options = AvgPoolOptions::new(kernel).with_stride(stride);
        prop_assume!(Windows::of_average(shape, &options).is_some());
        let device = Device::flex().autodiff();
        let pool = |pooling: fn(Tensor<4>, AvgPoolOptions<2>) -> Tensor<4>| {
            let x = wave(shape, 0.37, &device).require_grad();
            let y = pooling(x.clone(), options.clone());
            let gradients = (y.clone() * wave(y.dims(), 0.59, &device)).sum().backward();
            (values(y.inner()), values(pooling(x.clone().inner(), options.clone())), values(x.grad(&gradients).unwrap()))
        };
        let (expected, found) = (pool(module::avg_pool2d), pool(avg_pool2d));
        assert_near("y", &expected.0, &found.0);
        prop_assert_eq!(&found.0, &found.1);
        assert_near("dx", &expected.2, &found.2);
    }
}

#[test]
fn a_known_convolution() {
    let device = Device::flex();
    let x = Tensor::<4>::from_floats([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]], &device);
    let weight = Tensor::<4>::from_floats([[[[1.0, 0.0], [0.0, -1.0]]]], &device);
    let y = conv2d(x, weight, None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1));
    assert_eq!(values(y), [-4.0; 4]);
}

#[test]
fn what_only_burn_computes_goes_to_burn() {
    let device = Device::flex();
    let (x, weight) = (wave([2, 4, 6, 6], 0.3, &device), wave([4, 1, 3, 3], 0.7, &device));
    let spread = ConvOptions::new([1, 1], [1, 1], [2, 2], 4);
    let expected = values(module::conv2d(x.clone(), weight.clone(), None, spread.clone()));
    assert_eq!(values(conv2d(x.clone(), weight, None, spread)), expected);
    let half = MaxPoolOptions::new([2, 2]).with_stride([3, 3]).with_ceil_mode(true);
    let expected = values(module::max_pool2d(x.clone(), half.clone()));
    assert_eq!(values(max_pool2d(x.clone(), half)), expected);
    let margin = AvgPoolOptions::new([3, 3]).with_padding([1, 1]);
    let expected = values(module::avg_pool2d(x.clone(), margin.clone()));
    assert_eq!(values(avg_pool2d(x, margin)), expected);
}

#[test]
fn a_kernel_as_large_as_the_input_is_one_product() {
    let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
    let burns = |x, weight, bias| module::conv2d(x, weight, Some(bias), options.clone());
    let expected = learn(burns, [3, 4, 5, 5], [7, 4, 5, 5]);
    let found = learn(|x, weight, bias| conv2d(x, weight, Some(bias), options.clone()), [3, 4, 5, 5], [7, 4, 5, 5]);
    expected.iter().zip(&found).for_each(|(expected, found)| assert_near("all", expected, found));
}

#[test]
fn large_pictures_are_computed_in_pieces() {
    // More rows than are computed at a time, with margins and strides.
    let options = ConvOptions::new([2, 1], [2, 1], [1, 1], 1);
    let burns = |x, weight, bias| module::conv2d(x, weight, Some(bias), options.clone());
    let expected = learn(burns, [2, 16, 70, 61], [6, 16, 5, 3]);
    let found = learn(|x, weight, bias| conv2d(x, weight, Some(bias), options.clone()), [2, 16, 70, 61], [6, 16, 5, 3]);
    expected.iter().zip(&found).for_each(|(expected, found)| assert_near("all", expected, found));
}

#[test]
fn a_layer_of_burn_computes_the_same() {
    let device = Device::flex();
    let x = wave([2, 3, 9, 8], 0.3, &device);
    for padding in [PaddingConfig2d::Valid, PaddingConfig2d::Same, PaddingConfig2d::Explicit(2, 1, 0, 3)] {
        let layer = Conv2dConfig::new([3, 5], [3, 2]).with_padding(padding).init(&device);
        assert_near("y", &values(layer.forward(x.clone())), &values(convolve(&layer, x.clone())));
    }
}

#[test]
fn views_and_constants_are_fine() {
    let device = Device::flex().autodiff();
    let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    // A transposed view of the input, which is a constant without gradients, and weights that learn.
    let x = wave([2, 3, 7, 9], 0.3, &Device::flex()).swap_dims(2, 3);
    let weight = wave([5, 3, 3, 3], 0.7, &device).require_grad();
    let run = |convolution: fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, ConvOptions<2>) -> Tensor<4>| {
        let y = convolution(x.clone().autodiff(), weight.clone(), None, options.clone());
        values(weight.grad(&y.powi_scalar(2).sum().backward()).unwrap())
    };
    assert_near("dw", &run(module::conv2d), &run(conv2d));
}
