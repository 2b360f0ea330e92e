//! AlexNet: LeNet's plan, deeper and wider, on photographs in colour. What made it learnable was a bend that does not
//! flatten (ReLU), units silenced at random while it learns (dropout), pictures changed on purpose, and fast hardware.
//!
//! ```text
//! x₀ = (x - mean colour) / scale
//! conv1 = σ(k₁ ∗ x₀ + b₁)      pool1 = max(conv1)      conv2 = σ(k₂ ∗ pool1 + b₂)      pool2 = max(conv2)
//! conv3 = σ(k₃ ∗ pool2 + b₃)   conv4 = σ(k₄ ∗ conv3 + b₄)   conv5 = σ(k₅ ∗ conv4 + b₅)   pool5 = max(conv5)
//! fc6 = σ(pool5 W₆ + b₆)       fc7 = σ(fc6 W₇ + b₇)    logits = fc7 W₈ + b₈
//! ```
//!
//! Shapes, with 64, 192, 256, 192 and 192 maps: `x [batch, 3, 96, 96]` from 0 to 1 (red, green, blue),
//! conv1 `[batch, 64, 32, 32]`, pool1 `[batch, 64, 15, 15]`, conv2 `[batch, 192, 15, 15]`, pool2 `[batch, 192, 7, 7]`,
//! conv3 `[batch, 256, 7, 7]`, conv4 and conv5 `[batch, 192, 7, 7]`, pool5 `[batch, 192, 3, 3]`, fc6 and fc7
//! `[batch, 512, 1, 1]`, `logits [batch, classes]`.
//!
//! **Paper.** A. Krizhevsky, I. Sutskever, G. E. Hinton: ImageNet classification with deep convolutional neural networks.
//! Advances in Neural Information Processing Systems 25 (2012).
//!
//! **Differs from the paper.** It is narrowed to weigh 5 MB and not 240: 2.7 million weights where the paper has 61
//! million, pictures of 96 pixels a side and not 224, filters of conv1 in steps of 3 and not 4, ten classes and not a
//! thousand; [`PAPER`] lists the original beside [`AlexNetConfig::layers`]. One network stands in for two halves on two
//! graphics cards: conv2, conv4 and conv5 see all maps, not those of their half. The response normalisation after conv1
//! and conv2 is left out; the paper credits it with 1.4 points of top-1 error. All three colours share one scale after
//! their mean is subtracted. Weights start as He et al. (2015) found later, biases at 0. Dropout lies before fc6 and fc7,
//! where the paper silences the answers of both; only the trainer (`tests/reference/alexnet.py`) applies it.

use std::ops::Range;

use burn::{
    module::{Module, Param},
    nn::{Linear, PaddingConfig2d, conv::Conv2d},
    tensor::{Device, Tensor, TensorData, ops::MaxPoolOptions},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use super::layer::{Layer, layer};
use crate::{
    error::Error,
    explain::convolutional::{Convolutional, ReceptiveField, Relu, Stage},
    foundations::mlp::{Activation, initial_bound},
    kernels::{convolve, max_pool2d},
};

/// Pixels along one side of a picture.
pub const SIDE: usize = 96;
/// Red, green and blue.
pub const CHANNELS: usize = 3;
/// Most maps of a layer and most units that [`AlexNetConfig::check`] lets through.
const WIDEST: usize = 4096;
/// Rows and columns of each convolution's filters, their step and the margin around the maps they slide over.
const WINDOWS: [(usize, usize, usize); 5] = [(11, 3, 5), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1)];
/// Rows and columns of a pooled window and its step: windows overlap, as in the paper (section 3.4).
const POOL: (usize, usize) = (3, 2);
/// Rows and columns of the window through which each layer of maps looks at what is before it, conv1 to pool5.
pub const SIGHTS: [usize; 8] =
    [WINDOWS[0].0, POOL.0, WINDOWS[1].0, POOL.0, WINDOWS[2].0, WINDOWS[3].0, WINDOWS[4].0, POOL.0];
/// Rows and columns of each convolution's maps, then of the pooled ones.
const SIDES: [usize; 5] = [32, 15, 7, 7, 7];
const POOLED: [usize; 3] = [15, 7, 3];

/// How wide the network is, how it bends, and how it takes colours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlexNetConfig {
    /// Scores at the end.
    pub classes: usize,
    /// Maps of conv1 to conv5.
    pub maps: [usize; 5],
    /// Units of fc6 and of fc7.
    pub units: usize,
    /// The bend after every layer with weights except the last.
    pub activation: Activation,
    /// The mean colour of the pictures trained on, subtracted from every pixel: red, green, blue from 0 to 1.
    pub mean: [f32; 3],
    /// What the differences from it are divided by.
    pub scale: f32,
}

impl AlexNetConfig {
    /// The network whose weights are shipped, for so many classes and with this bend.
    pub fn narrowed(classes: usize, activation: Activation) -> Self {
        let (maps, mean) = ([64, 192, 256, 192, 192], [0.463, 0.458, 0.431]);
        Self { classes, maps, units: 512, activation, mean, scale: 0.283 }
    }
}

/// The network as the paper built it, both halves together: 60 million parameters (section 1; exactly 60,965,224) for
/// pictures of 227 pixels a side (the paper says 224, where a step of 4 does not come out even) and a thousand classes.
pub const PAPER: [Layer; 11] = [
    layer("conv1", 96, 55, 34_944, 105_415_200),
    layer("pool1", 96, 27, 0, 0),
    layer("conv2", 256, 27, 307_456, 223_948_800),
    layer("pool2", 256, 13, 0, 0),
    layer("conv3", 384, 13, 885_120, 149_520_384),
    layer("conv4", 384, 13, 663_936, 112_140_288),
    layer("conv5", 256, 13, 442_624, 74_760_192),
    layer("pool5", 256, 6, 0, 0),
    layer("fc6", 4096, 1, 37_752_832, 37_748_736),
    layer("fc7", 4096, 1, 16_781_312, 16_777_216),
    layer("fc8", 1000, 1, 4_097_000, 4_096_000),
];

impl AlexNetConfig {
    /// Every layer, first to last, as this network has it.
    pub fn layers(&self) -> [Layer; 11] {
        let convolution = |index: usize| {
            let (kernel, ..) = WINDOWS[index];
            let (maps, side) = (self.maps[index], SIDES[index]);
            let weights = self.inputs(index) * kernel * kernel * maps;
            layer(
                ["conv1", "conv2", "conv3", "conv4", "conv5"][index],
                maps,
                side,
                weights + maps,
                weights * side * side,
            )
        };
        let pool = |name, maps: usize, index: usize| layer(name, maps, POOLED[index], 0, 0);
        let units = |name, inputs: usize, units: usize| layer(name, units, 1, (inputs + 1) * units, inputs * units);
        [
            convolution(0),
            pool("pool1", self.maps[0], 0),
            convolution(1),
            pool("pool2", self.maps[1], 1),
            convolution(2),
            convolution(3),
            convolution(4),
            pool("pool5", self.maps[4], 2),
            units("fc6", self.pooled(), self.units),
            units("fc7", self.units, self.units),
            units("fc8", self.units, self.classes),
        ]
    }

    /// Maps that convolution number `index` sees.
    fn inputs(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(CHANNELS, |before| self.maps[before])
    }

    /// Numbers that fc6 sees.
    fn pooled(&self) -> usize {
        self.maps[4] * POOLED[2] * POOLED[2]
    }

    /// Weights and biases together: 2,700,874 for ten classes as [`AlexNetConfig::narrowed`].
    pub fn parameter_count(&self) -> usize {
        self.layers().iter().map(|layer| layer.parameters).sum()
    }

    /// Multiplications with an addition for one picture forward; learning from it takes about three times as many.
    pub fn multiply_adds(&self) -> usize {
        self.layers().iter().map(|layer| layer.multiply_adds).sum()
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = |what: &str| Err(Error::Config(what.into()));
        let widths = || self.maps.into_iter().chain([self.units, self.classes]);
        if widths().any(|width| width == 0) {
            return trouble("a layer without any map or unit lets nothing through");
        }
        if widths().any(|width| width > WIDEST) {
            return trouble("it has too many maps, units or classes");
        }
        match self.scale.is_finite() && self.scale > 0.0 && self.mean.iter().all(|mean| mean.is_finite()) {
            true => Ok(()),
            false => trouble("its colours have no usable mean or scale"),
        }
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct AlexNet {
    /// Filters of 11 × 11 pixels in colour.
    pub conv1: Conv2d,
    /// Filters of 5 × 5 over pool1.
    pub conv2: Conv2d,
    /// Filters of 3 × 3 over pool2.
    pub conv3: Conv2d,
    /// Filters of 3 × 3 over conv3.
    pub conv4: Conv2d,
    /// Filters of 3 × 3 over conv4.
    pub conv5: Conv2d,
    /// Units over all that pool5 says.
    pub fc6: Linear,
    /// Units over fc6.
    pub fc7: Linear,
    /// One score for each class.
    pub fc8: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    mean: [f32; 3],
    #[module(skip)]
    scale: f32,
}

impl AlexNetConfig {
    /// A network with fresh weights. They are drawn from `rng` and not by burn, so that a seed gives the same network
    /// everywhere.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> AlexNet {
        let mut even = |shape: &[usize], inputs: usize, outputs: usize| {
            let bound = initial_bound(inputs, outputs, self.activation);
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
            TensorData::new(values, shape.to_vec())
        };
        let zeros = |count: usize| Some(Param::from_data(TensorData::new(vec![0.0_f32; count], [count]), device));
        let mut convolution = |index: usize| {
            let (kernel, stride, padding) = WINDOWS[index];
            let (inputs, maps, window) = (self.inputs(index), self.maps[index], kernel * kernel);
            Conv2d {
                weight: Param::from_data(even(&[maps, inputs, kernel, kernel], inputs * window, maps * window), device),
                bias: zeros(maps),
                stride: [stride, stride],
                kernel_size: [kernel, kernel],
                dilation: [1, 1],
                groups: 1,
                padding: PaddingConfig2d::Explicit(padding, padding, padding, padding),
            }
        };
        let [conv1, conv2, conv3, conv4, conv5] = [0, 1, 2, 3, 4].map(&mut convolution);
        let mut units = |inputs: usize, units: usize| Linear {
            weight: Param::from_data(even(&[inputs, units], inputs, units), device),
            bias: zeros(units),
        };
        let fc6 = units(self.pooled(), self.units);
        let fc7 = units(self.units, self.units);
        let fc8 = units(self.units, self.classes);
        let Self { activation, mean, scale, .. } = *self;
        AlexNet { conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8, activation, mean, scale }
    }
}

impl AlexNet {
    /// What the network says of each picture: `[batch, 3, 96, 96]` from 0 to 1 `-> [batch, classes]` (logits).
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.scores(x)
    }

    /// One layer. Units are kept as maps of one pixel, so that all layers speak alike.
    fn stage(&self, stage: usize, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        match stage {
            0 => self.bend(convolve(&self.conv1, self.centred(x)), relu), // [batch, 3, 96, 96] -> [batch, 64, 32, 32]
            1 | 3 | 7 => pool(x),                                         // -> 15 × 15, 7 × 7, 3 × 3
            2 => self.bend(convolve(&self.conv2, x), relu),               // [batch, 64, 15, 15] -> [batch, 192, 15, 15]
            4 => self.bend(convolve(&self.conv3, x), relu),               // [batch, 192, 7, 7] -> [batch, 256, 7, 7]
            5 => self.bend(convolve(&self.conv4, x), relu),               // -> [batch, 192, 7, 7]
            6 => self.bend(convolve(&self.conv5, x), relu),               // -> [batch, 192, 7, 7]
            8 => self.bend(units(&self.fc6, x), relu),                    // [batch, 192, 3, 3] -> [batch, 512, 1, 1]
            9 => self.bend(units(&self.fc7, x), relu),                    // -> [batch, 512, 1, 1]
            _ => units(&self.fc8, x),                                     // -> [batch, classes, 1, 1]
        }
    }

    /// Colours as differences from the mean colour: `[batch, 3, rows, columns]` stays. The margins that conv1 adds are
    /// then of the mean colour.
    fn centred(&self, x: Tensor<4>) -> Tensor<4> {
        let mean = Tensor::<1>::from_floats(self.mean, &x.device()).reshape([1, CHANNELS, 1, 1]);
        (x - mean) / self.scale
    }

    /// `σ(z)` for each entry; the shape stays.
    fn bend(&self, z: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        match self.activation {
            Activation::Relu => relu(z),
            other => other.apply(z),
        }
    }
}

/// The largest of overlapping windows: `[batch, maps, rows, columns] -> [batch, maps, about half, about half]`.
fn pool(x: Tensor<4>) -> Tensor<4> {
    let (side, stride) = POOL;
    max_pool2d(x, MaxPoolOptions::new([side, side]).with_stride([stride, stride]))
}

/// A layer of units that sees its maps whole: `[batch, maps, rows, columns] -> [batch, units, 1, 1]`.
fn units(layer: &Linear, x: Tensor<4>) -> Tensor<4> {
    let z = layer.forward(x.flatten::<2>(1, 3)); // [batch, units]
    z.unsqueeze_dims(&[2, 3])
}

impl Convolutional for AlexNet {
    fn stages(&self) -> Vec<Stage> {
        let convolution = |field: ReceptiveField, index: usize| {
            let (kernel, stride, padding) = WINDOWS[index];
            field.window(kernel, stride, padding)
        };
        let pooled = |field: ReceptiveField| field.window(POOL.0, POOL.1, 0);
        let conv1 = convolution(ReceptiveField::PIXEL, 0);
        let pool1 = pooled(conv1);
        let conv2 = convolution(pool1, 1);
        let pool2 = pooled(conv2);
        let conv3 = convolution(pool2, 2);
        let conv4 = convolution(conv3, 3);
        let conv5 = convolution(conv4, 4);
        let fields = [conv1, pool1, conv2, pool2, conv3, conv4, conv5, pooled(conv5)];
        let fields = fields.into_iter().map(Some).chain([None; 3]);
        PAPER.iter().zip(fields).map(|(layer, field)| Stage { name: layer.name, field }).collect()
    }

    fn run(&self, stages: Range<usize>, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        stages.fold(x, |x, stage| self.stage(stage, x, relu))
    }

    fn filters(&self) -> Tensor<4> {
        self.conv1.weight.val()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn small(activation: Activation) -> AlexNetConfig {
        AlexNetConfig { maps: [4, 6, 8, 6, 5], units: 7, ..AlexNetConfig::narrowed(3, activation) }
    }

    fn network(config: &AlexNetConfig) -> AlexNet {
        config.init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    #[test]
    fn parameters_are_counted() {
        let config = AlexNetConfig::narrowed(10, Activation::Relu);
        assert_eq!(config.parameter_count(), 2_700_874);
        assert_eq!(network(&config).num_params(), 2_700_874);
        let expected = [23_296, 0, 307_392, 0, 442_624, 442_560, 331_968, 0, 885_248, 262_656, 5_130];
        assert_eq!(config.layers().map(|layer| layer.parameters), expected);
        // Two bytes a weight keep the budget of 6 MB.
        assert!(config.parameter_count() * 2 < 6_000_000);
    }

    #[test]
    fn the_paper_counts_sixty_million() {
        assert_eq!(PAPER.iter().map(|layer| layer.parameters).sum::<usize>(), 60_965_224);
        let weights = |side: usize, inputs: usize, maps: usize| side * side * inputs * maps;
        // Layers behind the split see 48 and 192 maps of their own half.
        let sums = [weights(11, 3, 96), weights(5, 48, 256), weights(3, 256, 384), weights(3, 192, 384)];
        let convolutions = PAPER.iter().filter(|layer| layer.name.starts_with("conv"));
        for (layer, weights) in convolutions.zip(sums.into_iter().chain([weights(3, 192, 256)])) {
            assert_eq!(layer.parameters, weights + layer.maps, "{}", layer.name);
            assert_eq!(layer.multiply_adds, weights * layer.side * layer.side, "{}", layer.name);
        }
        let ours = AlexNetConfig::narrowed(10, Activation::Relu).layers();
        assert!(ours.iter().zip(&PAPER).all(|(a, b)| a.name == b.name && a.parameters <= b.parameters));
    }

    #[test]
    fn shapes_are_as_listed() {
        for activation in Activation::ALL {
            let config = small(activation);
            let x = Tensor::<4>::ones([2, CHANNELS, SIDE, SIDE], &Device::flex());
            let shapes: Vec<[usize; 4]> = network(&config).forward_stages(x.clone()).iter().map(Tensor::dims).collect();
            assert_eq!(shapes, config.layers().map(|layer| [2, layer.maps, layer.side, layer.side]));
            assert_eq!(network(&config).forward(x).dims(), [2, 3]);
        }
    }

    #[test]
    fn fields_of_view_grow() {
        let stages = network(&small(Activation::Relu)).stages();
        let sides: Vec<usize> = stages.iter().filter_map(|stage| Some(stage.field?.side)).collect();
        assert_eq!(sides, [11, 17, 41, 53, 77, 101, 125, 149]);
        let conv5 = stages[6].field.unwrap();
        assert_eq!((conv5.stride, conv5.first), (12, 9.0));
        assert!(stages[8..].iter().all(|stage| stage.field.is_none()));
    }

    #[test]
    fn the_mean_colour_is_nothing_to_see() {
        let config = small(Activation::Relu);
        let mean = Tensor::<1>::from_floats(config.mean, &Device::flex()).reshape([1, CHANNELS, 1, 1]);
        let network = network(&config);
        // Biases are 0 at the start, so every layer stays silent, at the margin too.
        let layers = network.forward_stages(mean.expand([1, CHANNELS, SIDE, SIDE]));
        assert!(layers.into_iter().all(|layer| layer.abs().max().into_scalar::<f32>() == 0.0));
    }

    #[test]
    fn configurations_from_outside_are_checked() {
        let good = AlexNetConfig::narrowed(10, Activation::Relu);
        assert!(good.check().is_ok());
        let silent = AlexNetConfig { maps: [4, 0, 4, 4, 4], ..good.clone() };
        let huge = AlexNetConfig { units: usize::MAX, ..good.clone() };
        let blind = AlexNetConfig { scale: 0.0, ..good.clone() };
        let lost = AlexNetConfig { mean: [f32::NAN, 0.0, 0.0], ..good };
        assert!([silent, huge, blind, lost].iter().all(|config| config.check().is_err()));
    }
}
