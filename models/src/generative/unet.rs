//! The network of denoising diffusion: a U-Net that sees a picture with any amount of noise on it, is told how much, and
//! says what the noise is. It looks at the picture at two sizes and hands what it saw going down to the way up.
//!
//! ```text
//! e = silu(time₂(silu(time₁(sines and cosines of t))) + row c of classes)
//! block(x) = skip(x) + conv₂(silu(norm₂(conv₁(silu(norm₁(x)))) · (1 + scale) + shift)),  (scale, shift) = embed(e)
//! attend(x) = x + output(value softmax(queryᵀ key / √maps)ᵀ)
//!
//! stem ─ down1 ─┬─ down2 ─┬─ shrink ─ down3 ─ attend ─┬─ down4 ─ attend ─┬─ middle1 ─ attend ─ middle2
//!               │         │                           │                  └───────────────────────────── up4 ─ attend
//!               │         │                           └───────────────────────────────────────────────── up3 ─ grow
//!               │         └─────────────────────────────────────────────────────────────────────────────────── up2
//!               └─────────────────────────────────────────────────────────────────────────────────────────── up1 ─ head
//!
//! v = √ᾱ ε - √(1 - ᾱ) x₀ of the noisy picture x = √ᾱ x₀ + √(1 - ᾱ) ε,  so that
//! ε = √(1 - ᾱ) x + √ᾱ v,   x₀ = √ᾱ x - √(1 - ᾱ) v
//! ```
//!
//! Shapes: `x, v [batch, channels, side, side]` with pixels from -1 to 1, `t [batch]` from 0 to 1,000, `c [batch]`, where
//! the last row stands for "any class"; `e [batch, embedding]`; maps of half the side from stem to down2 and from up2 on,
//! of a quarter of it in between.
//!
//! **Papers.** J. Ho, A. Jain, P. Abbeel: Denoising diffusion probabilistic models. arXiv:2006.11239 (2020), appendix B.
//! A. Nichol, P. Dhariwal: Improved denoising diffusion probabilistic models. arXiv:2102.09672 (2021): cosine schedule,
//! scale and shift. T. Salimans, J. Ho: Progressive distillation for fast sampling of diffusion models. arXiv:2202.00512
//! (2022): v.
//!
//! **Differs from the paper.** The first paper's network for such pictures has 35.7 million parameters, this one 2.8
//! million. That one names the noise ε, this one v: nearly the noise where there is little of it, nearly the picture's
//! negative where there is nothing else, so that it never names what can be read off its input. Two by two pixels are folded
//! into channels before the stem and unfolded after the head, so that the finest maps have half the side. The embedding
//! scales and shifts, where it was added. Attention stands at the coarse maps only, with one head. Each size hands over two
//! maps and not three. The class is an input (Nichol, Dhariwal), left out one time in ten for guidance (J. Ho, T. Salimans
//! 2022). Errors are weighed by their signal-to-noise ratio, cut off at 5 (T. Hang et al. 2023).
//! Without dropout.

pub mod blocks;

use burn::{
    module::{Module, Param},
    nn::{Embedding, Linear, conv::Conv2d},
    tensor::{Device, Int, Tensor, TensorData, activation},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::{data::points::normal, error::Error, kernels::convolve, vision::layer::Layer, weights::Parameters};
use blocks::{Block, Fresh, GROUPS, Norm, PlaceAttention};

/// No part is wider than this; beyond, a checkpoint lies.
const WIDEST: usize = 4096;
/// Rows and columns of pixels that become channels of one place.
const FOLD: usize = 2;
/// The sinusoids' slowest wave is this many times longer than the fastest.
const LONGEST: f64 = 10_000.0;

/// The size of every part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UNetConfig {
    /// 1 for greys, 3 for colours.
    pub channels: usize,
    /// Maps at half and at a quarter of the side; multiples of 8.
    pub widths: [usize; 2],
    /// Numbers that say how much noise there is, and the class; even.
    pub embedding: usize,
    /// Classes; the table of classes has one row more, for "any".
    pub classes: usize,
}

impl UNetConfig {
    /// The network whose weights are shipped, for so many channels and classes.
    pub fn shipped(channels: usize, classes: usize) -> Self {
        Self { channels, widths: [64, 128], embedding: 128, classes }
    }

    /// How large the network of these weights is; none if they are no U-Net's. What comes out may still be refused by
    /// [`UNetConfig::check`].
    pub fn of(parameters: &Parameters) -> Option<Self> {
        let extent = |name: &str, axis: usize| parameters.get(name)?.shape.get(axis).copied();
        Some(Self {
            channels: extent("stem.weight", 1)? / (FOLD * FOLD),
            widths: [extent("stem.weight", 0)?, extent("down3.conv1.weight", 0)?],
            embedding: extent("time1.weight", 0)?,
            classes: extent("classes.weight", 0)?.checked_sub(1)?,
        })
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = |what: &str| Err(Error::Config(what.into()));
        let Self { channels, widths, embedding, classes } = *self;
        if [channels, embedding, classes].into_iter().chain(widths).any(|size| size == 0 || size > WIDEST) {
            return trouble("a part of it has no size, or too large a size");
        }
        if widths.iter().any(|width| width % GROUPS != 0) {
            return trouble("its maps do not make eight equal groups");
        }
        match embedding % 2 {
            0 => Ok(()),
            _ => trouble("its times need as many sines as cosines"),
        }
    }

    /// Every part in numbers, in the order of the way forward, for pictures of so many pixels a side (a multiple of 4).
    ///
    /// All but the first two are the stages of [`UNet::look`]. The head's norm counts to the head.
    pub fn parts(&self, side: usize) -> Vec<Layer> {
        let Self { channels, widths: [narrow, wide], embedding, classes } = *self;
        let (fine, coarse, folded) = (side / FOLD, side / FOLD / 2, FOLD * FOLD * channels);
        let convolution = |name, inputs: usize, maps, side: usize| {
            let (parameters, multiply_adds) = ((9 * inputs + 1) * maps, 9 * inputs * maps * side * side);
            Layer { name, maps, side, parameters, multiply_adds }
        };
        let block = |name, inputs, maps, side: usize| {
            let parameters = Block::parameters(inputs, maps, embedding);
            Layer {
                name,
                maps,
                side,
                parameters,
                multiply_adds: Block::multiply_adds(inputs, maps, embedding, side * side),
            }
        };
        let attention = |name| {
            let multiply_adds = PlaceAttention::multiply_adds(wide, coarse * coarse);
            Layer { name, maps: wide, side: coarse, parameters: PlaceAttention::parameters(wide), multiply_adds }
        };
        let units =
            |name, parameters, multiply_adds| Layer { name, maps: embedding, side: 1, parameters, multiply_adds };
        let mut head = convolution("head", narrow, folded, fine);
        (head.maps, head.side, head.parameters) = (channels, side, head.parameters + 2 * narrow);
        vec![
            units("time", 2 * (embedding + 1) * embedding, 2 * embedding * embedding),
            units("classes", (classes + 1) * embedding, 0),
            convolution("stem", folded, narrow, fine),
            block("down1", narrow, narrow, fine),
            block("down2", narrow, narrow, fine),
            convolution("shrink", narrow, narrow, coarse),
            block("down3", narrow, wide, coarse),
            attention("attention1"),
            block("down4", wide, wide, coarse),
            attention("attention2"),
            block("middle1", wide, wide, coarse),
            attention("attention3"),
            block("middle2", wide, wide, coarse),
            block("up4", 2 * wide, wide, coarse),
            attention("attention4"),
            block("up3", 2 * wide, narrow, coarse),
            convolution("grow", narrow, narrow, fine),
            block("up2", 2 * narrow, narrow, fine),
            block("up1", 2 * narrow, narrow, fine),
            head,
        ]
    }

    /// Trainable numbers.
    pub fn parameter_count(&self) -> usize {
        self.parts(4).iter().map(|part| part.parameters).sum()
    }

    /// Multiplications with an addition for one picture forward, of so many pixels a side (a multiple of 4).
    pub fn multiply_adds(&self, side: usize) -> usize {
        self.parts(side).iter().map(|part| part.multiply_adds).sum()
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct UNet {
    /// Units over the sinusoids of the time.
    pub time1: Linear,
    /// Units over them.
    pub time2: Linear,
    /// A row for each class and one for "any".
    pub classes: Embedding,
    /// The first filters, over folded pixels.
    pub stem: Conv2d,
    /// The first block at half the side; what it says goes on and, later, to `up1`.
    pub down1: Block,
    /// The second, whose word `up2` hears.
    pub down2: Block,
    /// Half as many rows and columns.
    pub shrink: Conv2d,
    /// The first block at a quarter of the side.
    pub down3: Block,
    /// Attention after it, whose word `up3` hears.
    pub attention1: PlaceAttention,
    /// The second block there.
    pub down4: Block,
    /// Attention after it, whose word `up4` hears.
    pub attention2: PlaceAttention,
    /// The first block of the bottom.
    pub middle1: Block,
    /// Attention between the two.
    pub attention3: PlaceAttention,
    /// The second block of the bottom.
    pub middle2: Block,
    /// The first block on the way up, which sees what `attention2` said too.
    pub up4: Block,
    /// Attention after it.
    pub attention4: PlaceAttention,
    /// The last block at a quarter of the side, which sees what `attention1` said too.
    pub up3: Block,
    /// Filters over the maps at twice as many rows and columns.
    pub grow: Conv2d,
    /// A block at half the side again, which sees what `down2` said too.
    pub up2: Block,
    /// The last block, which sees what `down1` said too.
    pub up1: Block,
    /// Before the head.
    pub norm: Norm,
    /// From the last maps to folded pixels.
    pub head: Conv2d,
}

impl UNetConfig {
    /// A network with fresh weights. They are drawn from `rng` and not by burn, so that a seed gives the same network
    /// everywhere. The last convolution of each block, attention and the head are 0 at first, so that v is 0.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> UNet {
        let Self { channels, widths: [narrow, wide], embedding, classes } = *self;
        let rows: Vec<f32> = (0..(classes + 1) * embedding).map(|_| normal(rng) * 0.02).collect();
        let weight = Param::from_data(TensorData::new(rows, [classes + 1, embedding]), device);
        let mut fresh = Fresh { device, rng };
        UNet {
            time1: fresh.units(embedding, embedding),
            time2: fresh.units(embedding, embedding),
            classes: Embedding { weight },
            stem: fresh.convolution(FOLD * FOLD * channels, narrow, 3, 1),
            down1: fresh.block(narrow, narrow, embedding),
            down2: fresh.block(narrow, narrow, embedding),
            shrink: fresh.convolution(narrow, narrow, 3, 2),
            down3: fresh.block(narrow, wide, embedding),
            attention1: fresh.attention(wide),
            down4: fresh.block(wide, wide, embedding),
            attention2: fresh.attention(wide),
            middle1: fresh.block(wide, wide, embedding),
            attention3: fresh.attention(wide),
            middle2: fresh.block(wide, wide, embedding),
            up4: fresh.block(2 * wide, wide, embedding),
            attention4: fresh.attention(wide),
            up3: fresh.block(2 * wide, narrow, embedding),
            grow: fresh.convolution(narrow, narrow, 3, 1),
            up2: fresh.block(2 * narrow, narrow, embedding),
            up1: fresh.block(2 * narrow, narrow, embedding),
            norm: fresh.norm(narrow),
            head: fresh.silent(narrow, FOLD * FOLD * channels, 3),
        }
    }
}

/// What a stage gives, with its name.
pub type Stage = (&'static str, Tensor<4>);

impl UNet {
    /// What the network says of noisy pictures: `[batch, channels, side, side], [batch], [batch] ->
    /// [batch, channels, side, side]` (v; see the formulas for the noise and the clean picture). Times are steps of 1,000 and
    /// need not be whole; the last class, number `classes`, is "any".
    ///
    /// # Panics
    ///
    /// If the side is no multiple of 4, or the shapes do not fit.
    pub fn forward(&self, x: Tensor<4>, times: Tensor<1>, classes: Tensor<1, Int>) -> Tensor<4> {
        self.run(x, times, classes, &mut |_, _| {})
    }

    /// What every stage gives on the way, unread: `[batch, maps, side, side]` each, as [`UNetConfig::parts`] lists them after
    /// the first two; the last is v.
    ///
    /// # Panics
    ///
    /// As [`UNet::forward`].
    pub fn look(&self, x: Tensor<4>, times: Tensor<1>, classes: Tensor<1, Int>) -> Vec<Stage> {
        let mut stages = Vec::new();
        self.run(x, times, classes, &mut |name, maps| stages.push((name, maps.clone())));
        stages
    }

    /// What the blocks are told of time and class: `[batch], [batch] -> [batch, embedding]`.
    pub fn embed(&self, times: Tensor<1>, classes: Tensor<1, Int>) -> Tensor<2> {
        let [width, _] = self.time1.weight.dims();
        let e = self.time1.forward(sinusoids(times, width)); // [batch, embedding]
        let e = self.time2.forward(activation::silu(e));
        activation::silu(e + self.classes.weight.val().select(0, classes))
    }

    fn run(
        &self,
        x: Tensor<4>,
        times: Tensor<1>,
        classes: Tensor<1, Int>,
        seen: &mut dyn FnMut(&'static str, &Tensor<4>),
    ) -> Tensor<4> {
        let mut stage = |name, maps: Tensor<4>| {
            seen(name, &maps);
            maps
        };
        let e = &self.embed(times, classes);
        let block = |block: &Block, x: Tensor<4>| block.forward(x, e.clone());
        let beside = |x: Tensor<4>, other: Tensor<4>| Tensor::cat(vec![x, other], 1);
        let x = stage("stem", convolve(&self.stem, folded(x))); // [batch, narrow, side / 2, side / 2]
        let first = stage("down1", block(&self.down1, x));
        let second = stage("down2", block(&self.down2, first.clone()));
        let x = stage("shrink", convolve(&self.shrink, second.clone())); // [batch, narrow, side / 4, side / 4]
        let x = stage("down3", block(&self.down3, x)); // [batch, wide, side / 4, side / 4]
        let third = stage("attention1", self.attention1.forward(x));
        let x = stage("down4", block(&self.down4, third.clone()));
        let fourth = stage("attention2", self.attention2.forward(x));
        let x = stage("middle1", block(&self.middle1, fourth.clone()));
        let x = stage("attention3", self.attention3.forward(x));
        let x = stage("middle2", block(&self.middle2, x));
        let x = stage("up4", block(&self.up4, beside(x, fourth)));
        let x = stage("attention4", self.attention4.forward(x));
        let x = stage("up3", block(&self.up3, beside(x, third))); // [batch, narrow, side / 4, side / 4]
        let x = stage("grow", convolve(&self.grow, doubled(x))); // [batch, narrow, side / 2, side / 2]
        let x = stage("up2", block(&self.up2, beside(x, second)));
        let x = stage("up1", block(&self.up1, beside(x, first)));
        stage("head", unfolded(convolve(&self.head, self.norm.bent(x)))) // [batch, channels, side, side]
    }
}

/// How much noise there is, in waves of many lengths: the sines, then the cosines of `t · 10,000^(-2k / width)`:
/// `[batch] -> [batch, width]`.
pub fn sinusoids(times: Tensor<1>, width: usize) -> Tensor<2> {
    let half = width / 2;
    let rates: Vec<f32> = (0..half).map(|k| LONGEST.powf(-(k as f64) / half as f64) as f32).collect();
    let rates = Tensor::<2>::from_data(TensorData::new(rates, [1, half]), &times.device());
    let angles = times.unsqueeze_dim::<2>(1) * rates; // [batch, half]
    Tensor::cat(vec![angles.clone().sin(), angles.cos()], 1)
}

/// Two by two pixels as four channels: `[batch, channels, rows, columns] -> [batch, 4 · channels, rows / 2, columns / 2]`.
fn folded(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, rows, columns] = x.dims();
    let (rows, columns) = (rows / FOLD, columns / FOLD);
    let x = x.reshape([batch, channels, rows, FOLD, columns, FOLD]).permute([0, 1, 3, 5, 2, 4]);
    x.reshape([batch, FOLD * FOLD * channels, rows, columns])
}

/// The way back: `[batch, 4 · channels, rows, columns] -> [batch, channels, 2 · rows, 2 · columns]`.
fn unfolded(x: Tensor<4>) -> Tensor<4> {
    let [batch, maps, rows, columns] = x.dims();
    let channels = maps / (FOLD * FOLD);
    let x = x.reshape([batch, channels, FOLD, FOLD, rows, columns]).permute([0, 1, 4, 2, 5, 3]);
    x.reshape([batch, channels, FOLD * rows, FOLD * columns])
}

/// Every place four times: `[batch, maps, rows, columns] -> [batch, maps, 2 · rows, 2 · columns]`.
fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [batch, maps, rows, columns] = x.dims();
    let x = x.reshape([batch, maps, rows, 1, columns, 1]).expand([batch, maps, rows, 2, columns, 2]);
    x.reshape([batch, maps, 2 * rows, 2 * columns])
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn small() -> UNetConfig {
        UNetConfig { channels: 1, widths: [16, 24], embedding: 16, classes: 3 }
    }

    fn network(config: &UNetConfig) -> UNet {
        config.init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn wave(shape: [usize; 4]) -> Tensor<4> {
        let values: Vec<f32> = (0..shape.iter().product()).map(|at: usize| (at as f32 * 0.37).sin()).collect();
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    fn of_two() -> (Tensor<1>, Tensor<1, Int>) {
        (Tensor::from_floats([37.0, 615.0], &Device::flex()), Tensor::from_ints([0, 3], &Device::flex()))
    }

    #[test]
    fn parameters_are_counted() {
        for config in [UNetConfig::shipped(1, 20), UNetConfig::shipped(3, 10), small()] {
            assert!(config.check().is_ok());
            assert_eq!(network(&config).num_params(), config.parameter_count());
        }
        // The paper's network for CIFAR-10 has 35.7 million (appendix B).
        assert_eq!(UNetConfig::shipped(1, 20).parameter_count(), 2_809_220);
        assert_eq!(UNetConfig::shipped(3, 10).parameter_count(), 2_817_164);
        // Two bytes a weight keep the budget of 6 MB.
        assert!(UNetConfig::shipped(1, 20).parameter_count() * 2 < 6_000_000);
    }

    #[test]
    fn shapes_are_as_listed() {
        for (config, side) in [(small(), 8), (UNetConfig { channels: 3, ..small() }, 12)] {
            let network = network(&config);
            let ((times, classes), x) = (of_two(), wave([2, config.channels, side, side]));
            let stages = network.look(x.clone(), times.clone(), classes.clone());
            let parts = config.parts(side);
            let listed = parts[2..].iter().map(|part| (part.name, [2, part.maps, part.side, part.side]));
            assert!(stages.iter().map(|(name, maps)| (*name, maps.dims())).eq(listed));
            assert_eq!(network.forward(x.clone(), times.clone(), classes.clone()).dims(), x.dims());
            assert_eq!(network.embed(times, classes).dims(), [2, 16]);
        }
    }

    #[test]
    fn a_fresh_network_names_nothing() {
        let (times, classes) = of_two();
        let v = network(&small()).forward(wave([2, 1, 8, 8]), times, classes);
        assert!(values(v).iter().all(|v| *v == 0.0));
    }

    #[test]
    fn folding_is_undone_and_doubling_repeats() {
        let x = wave([2, 3, 4, 6]);
        assert_eq!(folded(x.clone()).dims(), [2, 12, 2, 3]);
        // The pixel below the first is the third of its channel's four.
        assert_eq!(
            values(folded(x.clone()).slice([0..1, 2..3, 0..1, 0..1])),
            values(x.clone().slice([0..1, 0..1, 1..2, 0..1]))
        );
        assert_eq!(values(unfolded(folded(x.clone()))), values(x));
        let small = Tensor::<4>::from_floats([[[[1.0, 2.0]]]], &Device::flex());
        assert_eq!(values(doubled(small)), [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn sizes_are_read_off_the_weights() {
        use futures::FutureExt;
        let parameters = crate::weights::read(&network(&small())).now_or_never().unwrap().unwrap();
        assert_eq!(UNetConfig::of(&parameters), Some(small()));
        assert_eq!(UNetConfig::of(&Parameters::default()), None);
    }

    #[test]
    fn what_cannot_be_built_is_refused() {
        let refused = |change: fn(&mut UNetConfig)| {
            let mut config = small();
            change(&mut config);
            config.check().is_err()
        };
        assert!(refused(|config| config.channels = 0));
        assert!(refused(|config| config.widths[1] = 20));
        assert!(refused(|config| config.widths[0] = usize::MAX));
        assert!(refused(|config| config.embedding = 15));
        assert!(refused(|config| config.classes = 100_000));
    }
}
