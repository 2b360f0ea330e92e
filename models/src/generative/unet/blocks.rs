//! What the U-Net is made of: the norm, the block that the noise's embedding steers, and the attention of places.

use burn::{
    module::{Module, Param},
    nn::{Linear, PaddingConfig2d, conv::Conv2d},
    tensor::{Device, Tensor, TensorData, activation},
};
use rand::{Rng, RngExt};

use crate::kernels::{convolve, group_norm};

/// Equal parts of the maps, each brought to mean 0 and spread 1 by itself.
pub(super) const GROUPS: usize = 8;

/// Fresh weights and where they go.
pub(super) struct Fresh<'a, R> {
    /// Where the network will run.
    pub(super) device: &'a Device,
    /// Where chance comes from.
    pub(super) rng: &'a mut R,
}

impl<R: Rng> Fresh<'_, R> {
    /// Even chance up to `1 / √inputs` on either side, as PyTorch begins.
    fn even(&mut self, shape: &[usize], inputs: usize) -> TensorData {
        let bound = 1.0 / (inputs as f32).sqrt();
        let values = (0..shape.iter().product()).map(|_: usize| (self.rng.random::<f32>() * 2.0 - 1.0) * bound);
        TensorData::new(values.collect::<Vec<_>>(), shape.to_vec())
    }

    /// One number `count` times.
    fn same(&self, count: usize, value: f32) -> Param<Tensor<1>> {
        Param::from_data(TensorData::new(vec![value; count], [count]), self.device)
    }

    /// A convolution with margins that keep the size; steps of `stride`.
    pub(super) fn convolution(&mut self, inputs: usize, outputs: usize, kernel: usize, stride: usize) -> Conv2d {
        let margin = kernel / 2;
        Conv2d {
            weight: Param::from_data(
                self.even(&[outputs, inputs, kernel, kernel], inputs * kernel * kernel),
                self.device,
            ),
            bias: Some(self.same(outputs, 0.0)),
            stride: [stride, stride],
            kernel_size: [kernel, kernel],
            dilation: [1, 1],
            groups: 1,
            padding: PaddingConfig2d::Explicit(margin, margin, margin, margin),
        }
    }

    /// A convolution that says nothing at first, so that what goes around it is all there is.
    pub(super) fn silent(&mut self, inputs: usize, outputs: usize, kernel: usize) -> Conv2d {
        let layer = self.convolution(inputs, outputs, kernel, 1);
        let zeros = TensorData::new(vec![0.0_f32; outputs * inputs * kernel * kernel], layer.weight.dims());
        Conv2d { weight: Param::from_data(zeros, self.device), ..layer }
    }

    /// A layer of units.
    pub(super) fn units(&mut self, inputs: usize, outputs: usize) -> Linear {
        let weight = Param::from_data(self.even(&[inputs, outputs], inputs), self.device);
        Linear { weight, bias: Some(self.same(outputs, 0.0)) }
    }

    /// A norm that changes neither scale nor level of what it has brought to mean 0 and spread 1.
    pub(super) fn norm(&self, maps: usize) -> Norm {
        Norm { weight: self.same(maps, 1.0), bias: self.same(maps, 0.0) }
    }

    /// A block from `inputs` to `outputs` maps.
    pub(super) fn block(&mut self, inputs: usize, outputs: usize, embedding: usize) -> Block {
        Block {
            norm1: self.norm(inputs),
            conv1: self.convolution(inputs, outputs, 3, 1),
            embed: self.units(embedding, 2 * outputs),
            norm2: self.norm(outputs),
            conv2: self.silent(outputs, outputs, 3),
            skip: (inputs != outputs).then(|| self.convolution(inputs, outputs, 1, 1)),
        }
    }

    /// Attention over the places of so many maps.
    pub(super) fn attention(&mut self, maps: usize) -> PlaceAttention {
        let [query, key, value] = [0; 3].map(|_| self.convolution(maps, maps, 1, 1));
        PlaceAttention { norm: self.norm(maps), query, key, value, output: self.silent(maps, maps, 1) }
    }
}

/// Group normalisation: mean 0 and spread 1 in each of eight parts of a picture's maps, then a scale and a level for each
/// map.
#[derive(Module, Debug)]
pub struct Norm {
    /// Scale of each map.
    pub weight: Param<Tensor<1>>,
    /// Level of each map.
    pub bias: Param<Tensor<1>>,
}

impl Norm {
    /// The norm alone: `[batch, maps, rows, columns]` stays.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.applied(x, None, false)
    }

    /// The norm and SiLU after it: `[batch, maps, rows, columns]` stays.
    pub fn bent(&self, x: Tensor<4>) -> Tensor<4> {
        self.applied(x, None, true)
    }

    /// The norm, times `1 + scale`, plus `shift`, and SiLU after it:
    /// `[batch, maps, rows, columns], [batch, 2 · maps] -> [batch, maps, rows, columns]`, all scales before all shifts.
    pub fn steered(&self, x: Tensor<4>, scale_and_shift: Tensor<2>) -> Tensor<4> {
        self.applied(x, Some(scale_and_shift), true)
    }

    fn applied(&self, x: Tensor<4>, scale_and_shift: Option<Tensor<2>>, bent: bool) -> Tensor<4> {
        let [batch, maps, ..] = x.dims();
        let [weight, bias] = [&self.weight, &self.bias].map(|param| param.val().unsqueeze::<2>()); // [1, maps]
        let (gain, offset) = match scale_and_shift {
            Some(both) => {
                let (scale, shift) = (both.clone().narrow(1, 0, maps) + 1.0, both.narrow(1, maps, maps));
                (scale.clone() * weight, scale * bias + shift) // [batch, maps]
            }
            None => (weight.expand([batch, maps]), bias.expand([batch, maps])),
        };
        group_norm(x, GROUPS, gain, offset, bent)
    }
}

/// Two convolutions around which the input goes too; the embedding scales and shifts what is between them.
///
/// `y = skip(x) + conv2(silu(norm2(conv1(silu(norm1(x)))) · (1 + scale) + shift))`, `(scale, shift) = embed(e)`
#[derive(Module, Debug)]
pub struct Block {
    /// Before the first convolution.
    pub norm1: Norm,
    /// Filters of 3 × 3 over the input.
    pub conv1: Conv2d,
    /// From the embedding to a scale and a shift for each map.
    pub embed: Linear,
    /// Before the second convolution.
    pub norm2: Norm,
    /// Filters of 3 × 3.
    pub conv2: Conv2d,
    /// Where the number of maps changes, the way around is one product at each place.
    pub skip: Option<Conv2d>,
}

impl Block {
    /// `[batch, inputs, rows, columns], [batch, embedding] -> [batch, outputs, rows, columns]`.
    pub fn forward(&self, x: Tensor<4>, embedding: Tensor<2>) -> Tensor<4> {
        let h = convolve(&self.conv1, self.norm1.bent(x.clone())); // [batch, outputs, rows, columns]
        let h = convolve(&self.conv2, self.norm2.steered(h, self.embed.forward(embedding)));
        match &self.skip {
            Some(skip) => h + convolve(skip, x),
            None => h + x,
        }
    }

    /// Multiplications with an addition on maps of so many places.
    pub(super) fn multiply_adds(inputs: usize, outputs: usize, embedding: usize, places: usize) -> usize {
        let skip = if inputs == outputs { 0 } else { inputs * outputs };
        (9 * (inputs + outputs) * outputs + skip) * places + 2 * embedding * outputs
    }

    /// Weights, biases, scales and levels.
    pub(super) fn parameters(inputs: usize, outputs: usize, embedding: usize) -> usize {
        let skip = if inputs == outputs { 0 } else { (inputs + 1) * outputs };
        let norms = 2 * (inputs + outputs);
        norms + (9 * inputs + 1) * outputs + (9 * outputs + 1) * outputs + 2 * (embedding + 1) * outputs + skip
    }
}

/// Every place of the maps asks every other one, with one head: what a convolution sees only from near.
///
/// `y = x + output(value(n) softmax(query(n)ᵀ key(n) / √maps)ᵀ)`, `n = norm(x)`, all four one product at each place.
#[derive(Module, Debug)]
pub struct PlaceAttention {
    /// Before the questions.
    pub norm: Norm,
    /// What each place asks.
    pub query: Conv2d,
    /// What each place answers to.
    pub key: Conv2d,
    /// What each place has to say.
    pub value: Conv2d,
    /// What is made of the answers.
    pub output: Conv2d,
}

impl PlaceAttention {
    /// `[batch, maps, rows, columns]` stays.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let shape @ [_, maps, ..] = x.dims();
        let h = self.norm.forward(x.clone());
        let flat = |layer| convolve(layer, h.clone()).flatten::<3>(2, 3); // [batch, maps, places]
        let (query, key, value) = (flat(&self.query), flat(&self.key), flat(&self.value));
        let query = query.swap_dims(1, 2) * (1.0 / (maps as f64).sqrt()); // [batch, places, maps]
        let weights = activation::softmax(query.matmul(key), 2); // [batch, places, places], rows add up to 1
        let mixed = value.matmul(weights.swap_dims(1, 2)).reshape(shape);
        x + convolve(&self.output, mixed)
    }

    /// Multiplications with an addition on maps of so many places.
    pub(super) fn multiply_adds(maps: usize, places: usize) -> usize {
        4 * maps * maps * places + 2 * places * places * maps
    }

    /// Weights, biases, scales and levels.
    pub(super) fn parameters(maps: usize) -> usize {
        2 * maps + 4 * (maps + 1) * maps
    }
}
