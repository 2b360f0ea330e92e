//! LeNet-5: small filters slide over the picture and look for the same feature everywhere, and what they find is made
//! coarser, so that a feature's exact place matters less and less. Few weights see the whole picture.
//!
//! ```text
//! C1 = σ(k₁ ∗ x + b₁)      S2 = pool(C1)      C3 = σ(k₃ ∗ S2 + b₃)      S4 = pool(C3)
//! C5 = σ(S4 W₅ + b₅)       F6 = σ(C5 W₆ + b₆)      logits = F6 W₇ + b₇
//! (k ∗ x)[map, i, j] = Σ over maps m and offsets u, v of  k[map, m, u, v] · x[m, i + u, j + v]
//! ```
//!
//! Shapes: `x [batch, 1, 28, 28]`, C1 `[batch, 6, 28, 28]`, S2 `[batch, 6, 14, 14]`, C3 `[batch, 16, 10, 10]`,
//! S4 `[batch, 16, 5, 5]`, C5 `[batch, 120, 1, 1]`, F6 `[batch, 84, 1, 1]`, `logits [batch, classes]`.
//!
//! **Paper.** Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition.
//! Proceedings of the IEEE 86(11), 2278–2324 (1998).
//!
//! **Differs from the paper.** The digits of 28 × 28 pixels are padded to 32 × 32 by C1 itself. A pooled unit is the mean
//! (or the largest) of its four inputs, without a trainable scale and bias and without a bend of its own: S2 and S4 have
//! no weights where the paper's have 12 and 32. Each map of C3 sees all six maps of S2, where the paper's sees three,
//! four or six of them. C5 sees its 5 × 5 maps whole, so it is written as a matrix, which is the same sum. ReLU (Nair,
//! Hinton 2010) or plain tanh stands in for `1.7159 tanh(2/3 z)`. A layer of weights with softmax and cross-entropy stands
//! in for distances to fixed pictures of 7 × 12 characters. Pixels run from 0 to 1, weights start as He et al. (2015) and
//! Glorot, Bengio (2010) found later, and Adam replaces the diagonal Levenberg–Marquardt rule.

use std::ops::Range;

use burn::{
    module::{Module, Param},
    nn::{Linear, PaddingConfig2d, conv::Conv2d},
    tensor::{
        Device, Tensor, TensorData,
        ops::{AvgPoolOptions, MaxPoolOptions},
    },
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    explain::convolutional::{Convolutional, ReceptiveField, Relu, Stage},
    foundations::mlp::{Activation, initial_bound},
    kernels::{avg_pool2d, convolve, max_pool2d},
    vision::layer::{Layer, layer},
};

/// Pixels along one side of a picture.
pub const SIDE: usize = 28;
/// Rows and columns of a filter.
pub const KERNEL: usize = 5;
/// Maps of C1 and S2.
const C1: usize = 6;
/// Maps of C3 and S4.
const C3: usize = 16;
/// Units of C5.
const C5: usize = 120;
/// Units of F6.
const F6: usize = 84;

/// How four neighbours become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// Their mean: the paper's choice.
    Average,
    /// The largest of them.
    Max,
}

impl Pooling {
    /// Both, in the order of history.
    pub const ALL: [Pooling; 2] = [Pooling::Average, Pooling::Max];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Pooling::Average => "Average",
            Pooling::Max => "Max",
        }
    }

    /// Its name in an address and in a file.
    pub fn id(self) -> &'static str {
        match self {
            Pooling::Average => "average",
            Pooling::Max => "max",
        }
    }

    /// The pooling of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pooling| pooling.id() == id)
    }

    /// Halves rows and columns: `[batch, maps, 2 rows, 2 columns] -> [batch, maps, rows, columns]`.
    fn apply(self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Pooling::Average => avg_pool2d(x, AvgPoolOptions::new([2, 2])),
            Pooling::Max => max_pool2d(x, MaxPoolOptions::new([2, 2])),
        }
    }
}

/// How many classes the network knows, and how it bends and pools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeNetConfig {
    /// Scores at the end.
    pub classes: usize,
    /// The bend after every layer with weights except the last.
    pub activation: Activation,
    /// What S2 and S4 do.
    pub pooling: Pooling,
}

/// The network as the paper built it: 60,000 trainable numbers in 340,908 connections (section II.B). The output layer's
/// 840 weights are fixed by hand. Connections count each bias and each input of a pooled unit.
pub const PAPER: [Layer; 7] = [
    layer("C1", 6, 28, 156, 122_304),
    layer("S2", 6, 14, 12, 5_880),
    layer("C3", 16, 10, 1_516, 151_600),
    layer("S4", 16, 5, 32, 2_000),
    layer("C5", 120, 1, 48_120, 48_120),
    layer("F6", 84, 1, 10_164, 10_164),
    layer("output", 10, 1, 0, 840),
];

impl LeNetConfig {
    /// Every layer, first to last, as this network has it.
    pub fn layers(&self) -> [Layer; 7] {
        let window = KERNEL * KERNEL;
        let convolution = |name, inputs: usize, maps: usize, side: usize| {
            let weights = inputs * window * maps;
            layer(name, maps, side, weights + maps, weights * side * side)
        };
        let units = |name, inputs: usize, units: usize| layer(name, units, 1, (inputs + 1) * units, inputs * units);
        [
            convolution("C1", 1, C1, 28),
            layer("S2", C1, 14, 0, 0),
            convolution("C3", C1, C3, 10),
            layer("S4", C3, 5, 0, 0),
            units("C5", C3 * window, C5),
            units("F6", C5, F6),
            units("output", F6, self.classes),
        ]
    }

    /// Weights and biases together: 61,706 for ten classes.
    pub fn parameter_count(&self) -> usize {
        self.layers().iter().map(|layer| layer.parameters).sum()
    }

    /// Multiplications with an addition for one picture forward; learning from it takes about three times as many.
    pub fn multiply_adds(&self) -> usize {
        self.layers().iter().map(|layer| layer.multiply_adds).sum()
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        match self.classes {
            0 => Err(Error::Config("it needs at least one class".into())),
            1..=65_536 => Ok(()),
            _ => Err(Error::Config("it has too many classes".into())),
        }
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct LeNet {
    /// Six filters over the picture.
    pub c1: Conv2d,
    /// Sixteen filters over the six maps of S2.
    pub c3: Conv2d,
    /// 120 units over all that S4 says.
    pub c5: Linear,
    /// 84 units.
    pub f6: Linear,
    /// One score for each class.
    pub output: Linear,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    pooling: Pooling,
}

impl LeNetConfig {
    /// A network with fresh weights. They are drawn from `rng` and not by burn, so that a seed gives the same network
    /// everywhere.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> LeNet {
        let mut even = |shape: &[usize], inputs: usize, outputs: usize| {
            let bound = initial_bound(inputs, outputs, self.activation);
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
            TensorData::new(values, shape.to_vec())
        };
        let zeros = |count: usize| Some(Param::from_data(TensorData::new(vec![0.0_f32; count], [count]), device));
        let window = KERNEL * KERNEL;
        let mut convolution = |inputs: usize, maps: usize, padding: usize| Conv2d {
            weight: Param::from_data(even(&[maps, inputs, KERNEL, KERNEL], inputs * window, maps * window), device),
            bias: zeros(maps),
            stride: [1, 1],
            kernel_size: [KERNEL, KERNEL],
            dilation: [1, 1],
            groups: 1,
            padding: PaddingConfig2d::Explicit(padding, padding, padding, padding),
        };
        let c1 = convolution(1, C1, 2);
        let c3 = convolution(C1, C3, 0);
        let mut units = |inputs: usize, units: usize| Linear {
            weight: Param::from_data(even(&[inputs, units], inputs, units), device),
            bias: zeros(units),
        };
        let c5 = units(C3 * window, C5);
        let f6 = units(C5, F6);
        let output = units(F6, self.classes);
        LeNet { c1, c3, c5, f6, output, activation: self.activation, pooling: self.pooling }
    }
}

impl LeNet {
    /// What the network says of each picture: `[batch, 1, 28, 28] -> [batch, classes]` (logits).
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        self.scores(x)
    }

    /// What every layer says after its bend, first to last: C1, S2, C3, S4, C5, F6, and the logits as
    /// `[batch, classes, 1, 1]`; `[batch, 1, 28, 28] -> [batch, maps, side, side]` for each.
    pub fn forward_layers(&self, x: Tensor<4>) -> Vec<Tensor<4>> {
        self.forward_stages(x)
    }

    /// One layer. Units are kept as maps of one pixel, so that all layers speak alike.
    fn stage(&self, stage: usize, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        match stage {
            0 => self.bend(convolve(&self.c1, x), relu), // [batch, 1, 28, 28] -> [batch, 6, 28, 28]
            1 | 3 => self.pooling.apply(x),              // -> [batch, 6, 14, 14], [batch, 16, 5, 5]
            2 => self.bend(convolve(&self.c3, x), relu), // [batch, 6, 14, 14] -> [batch, 16, 10, 10]
            4 => self.bend(units(&self.c5, x), relu),    // [batch, 16, 5, 5] -> [batch, 120, 1, 1]
            5 => self.bend(units(&self.f6, x), relu),    // [batch, 120, 1, 1] -> [batch, 84, 1, 1]
            _ => units(&self.output, x),                 // [batch, 84, 1, 1] -> [batch, classes, 1, 1]
        }
    }

    /// `σ(z)` for each entry; the shape stays.
    fn bend(&self, z: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        match self.activation {
            Activation::Relu => relu(z),
            other => other.apply(z),
        }
    }
}

/// Rows of pixels, as `Images::tensors` gives them, as pictures: `[batch, 784] -> [batch, 1, 28, 28]`.
pub fn pictures(pixels: Tensor<2>) -> Tensor<4> {
    let [batch, _] = pixels.dims();
    pixels.reshape([batch, 1, SIDE, SIDE])
}

/// A layer of units that sees its maps whole: `[batch, maps, rows, columns] -> [batch, units, 1, 1]`.
fn units(layer: &Linear, x: Tensor<4>) -> Tensor<4> {
    let z = layer.forward(x.flatten::<2>(1, 3)); // [batch, units]
    z.unsqueeze_dims(&[2, 3])
}

impl Convolutional for LeNet {
    fn stages(&self) -> Vec<Stage> {
        let c1 = ReceptiveField::PIXEL.window(KERNEL, 1, 2);
        let s2 = c1.window(2, 2, 0);
        let c3 = s2.window(KERNEL, 1, 0);
        let s4 = c3.window(2, 2, 0);
        let fields = [Some(c1), Some(s2), Some(c3), Some(s4), None, None, None];
        PAPER.iter().zip(fields).map(|(layer, field)| Stage { name: layer.name, field }).collect()
    }

    fn run(&self, stages: Range<usize>, x: Tensor<4>, relu: Relu<'_>) -> Tensor<4> {
        stages.fold(x, |x, stage| self.stage(stage, x, relu))
    }

    fn filters(&self) -> Tensor<4> {
        self.c1.weight.val()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn config(activation: Activation, pooling: Pooling) -> LeNetConfig {
        LeNetConfig { classes: 10, activation, pooling }
    }

    fn network() -> LeNet {
        config(Activation::Relu, Pooling::Average).init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    #[test]
    fn parameters_are_counted() {
        let config = config(Activation::Relu, Pooling::Average);
        assert_eq!(config.parameter_count(), 61_706);
        assert_eq!(network().num_params(), 61_706);
        assert_eq!(config.layers().map(|layer| layer.parameters), [156, 0, 2_416, 0, 48_120, 10_164, 850]);
        assert_eq!(config.multiply_adds(), 117_600 + 240_000 + 48_000 + 10_080 + 840);
        assert!(config.check().is_ok() && LeNetConfig { classes: 0, ..config }.check().is_err());
    }

    #[test]
    fn the_paper_counts_sixty_thousand() {
        assert_eq!(PAPER.iter().map(|layer| layer.parameters).sum::<usize>(), 60_000);
        assert_eq!(PAPER.iter().map(|layer| layer.multiply_adds).sum::<usize>(), 340_908);
        let ours = config(Activation::Relu, Pooling::Average).layers();
        assert!(ours.iter().zip(&PAPER).all(|(a, b)| (a.name, a.maps, a.side) == (b.name, b.maps, b.side)));
    }

    #[test]
    fn shapes_follow_the_paper() {
        for pooling in Pooling::ALL {
            for activation in Activation::ALL {
                let network = config(activation, pooling).init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
                let x = Tensor::<4>::ones([3, 1, SIDE, SIDE], &Device::flex());
                let layers = network.forward_layers(x.clone());
                let shapes: Vec<[usize; 4]> = layers.iter().map(Tensor::dims).collect();
                let expected = config(activation, pooling).layers();
                assert_eq!(shapes, expected.map(|layer| [3, layer.maps, layer.side, layer.side]));
                let logits = layers[6].clone().reshape([3, 10]);
                assert_eq!(network.forward(x).into_data(), logits.into_data());
            }
        }
    }

    #[test]
    fn a_shifted_picture_gives_shifted_maps() {
        // Two pixels of the picture are two units of C1 and one of S2; only the edge sees something new.
        let dot = |row: usize, column: usize| {
            let mut pixels = vec![0.0_f32; SIDE * SIDE];
            pixels[row * SIDE + column] = 1.0;
            let x = Tensor::<4>::from_data(TensorData::new(pixels, [1, 1, SIDE, SIDE]), &Device::flex());
            network().forward_layers(x)
        };
        let (here, there) = (dot(12, 12), dot(14, 10));
        for (stage, shift) in [(0, 2), (1, 1)] {
            let side = SIDE - stage * SIDE / 2;
            let here = here[stage].clone().slice([0..1, 0..C1, 0..side - shift, shift..side]);
            let there = there[stage].clone().slice([0..1, 0..C1, shift..side, 0..side - shift]);
            assert_eq!(here.into_data(), there.into_data());
        }
    }

    #[test]
    fn a_seed_gives_one_network() {
        let x = Tensor::<4>::ones([1, 1, SIDE, SIDE], &Device::flex());
        assert_eq!(network().forward(x.clone()).into_data(), network().forward(x).into_data());
    }

    #[test]
    fn ids_lead_back() {
        assert!(Pooling::ALL.into_iter().all(|pooling| Pooling::from_id(pooling.id()) == Some(pooling)));
    }
}
