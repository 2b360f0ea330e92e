//! Attention: every position asks a question, every position holds a key, and the answer is a mean of all values, weighed
//! by how well each key fits the question. Several heads ask at once, each with a question of its own.
//!
//! ```text
//! q = x Wq + bq      k = m Wk + bk      v = m Wv + bv          each cut into heads of d numbers
//! scores = q kᵀ / √d + mask      weights = softmax(scores)      mixed = weights v
//! output = concat(mixed of all heads) Wo + bo
//! ```
//!
//! Shapes: `x [batch, queries, width]`, `m [batch, keys, width]`, `q, k, v [batch, heads, positions, d]` with
//! `d = width / heads`, `scores, weights [batch, heads, queries, keys]`, `output [batch, queries, width]`. With `m = x` it is
//! self-attention, with a mask that hides what comes later causal self-attention, with another sequence as `m`
//! cross-attention.
//!
//! **Paper.** A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin: Attention
//! is all you need. arXiv:1706.03762 (2017), section 3.2.
//!
//! **Differs from the paper.** The four products have biases, as in PyTorch's `nn.MultiheadAttention`.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, activation},
};
use rand::{Rng, RngExt};

use crate::foundations::mlp::{Activation, initial_bound};

/// What is added to a score that must not count: its exponential is 0 in f32 beside any other.
const HIDDEN: f32 = -1e9;

/// How wide the network is, and how many heads share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionConfig {
    /// Numbers of a position.
    pub width: usize,
    /// Heads; they divide the width.
    pub heads: usize,
}

/// The four products of multi-head attention.
#[derive(Module, Debug)]
pub struct Attention {
    /// What each position asks.
    pub query: Linear,
    /// What each position answers to.
    pub key: Linear,
    /// What each position has to say.
    pub value: Linear,
    /// Mixes what the heads have found.
    pub output: Linear,
    #[module(skip)]
    heads: usize,
}

impl AttentionConfig {
    /// Weights and biases of the four products: `4 (width² + width)`.
    pub fn parameter_count(&self) -> usize {
        4 * (self.width * self.width + self.width)
    }

    /// Fresh weights, drawn from `rng`, so that a seed gives the same network everywhere (Glorot, Bengio 2010).
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> Attention {
        let mut square = || linear(self.width, self.width, device, rng);
        let [query, key, value, output] = [square(), square(), square(), square()];
        Attention { query, key, value, output, heads: self.heads }
    }
}

/// A layer with fresh weights and without bias to begin with.
pub(crate) fn linear<R: Rng>(inputs: usize, outputs: usize, device: &Device, rng: &mut R) -> Linear {
    let bound = initial_bound(inputs, outputs, Activation::Tanh);
    let weights: Vec<f32> = (0..inputs * outputs).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
    Linear {
        weight: Param::from_data(TensorData::new(weights, [inputs, outputs]), device),
        bias: Some(Param::from_data(TensorData::new(vec![0.0_f32; outputs], [outputs]), device)),
    }
}

/// What one call found.
#[derive(Clone, Debug)]
pub struct Attended {
    /// What goes on: `[batch, queries, width]`.
    pub output: Tensor<3>,
    /// How much each query looks at each key, unread; rows add up to 1: `[batch, heads, queries, keys]`.
    pub weights: Tensor<4>,
}

/// Keys and values of a sequence, cut into heads: `[batch, heads, keys, d]` each. A decoder keeps them from word to word.
#[derive(Clone, Debug)]
pub struct Memory {
    /// What each position answers to.
    pub keys: Tensor<4>,
    /// What each position has to say.
    pub values: Tensor<4>,
}

impl Memory {
    /// These positions and, after them, those of `more`.
    pub fn and(self, more: Memory) -> Memory {
        Memory {
            keys: Tensor::cat(vec![self.keys, more.keys], 2),
            values: Tensor::cat(vec![self.values, more.values], 2),
        }
    }
}

impl Attention {
    /// Attention of `x` to `memory`: `[batch, queries, width], [batch, keys, width] -> [batch, queries, width]` and the
    /// weights.
    pub fn forward(&self, x: Tensor<3>, memory: Tensor<3>, mask: Option<&Mask>) -> Attended {
        self.attend(self.ask(x), &self.remember(memory), mask, None)
    }

    /// The questions, cut into heads: `[batch, queries, width] -> [batch, heads, queries, d]`.
    pub fn ask(&self, x: Tensor<3>) -> Tensor<4> {
        self.cut(self.query.forward(x))
    }

    /// Keys and values: `[batch, keys, width] -> [batch, heads, keys, d]` each.
    pub fn remember(&self, memory: Tensor<3>) -> Memory {
        Memory { keys: self.cut(self.key.forward(memory.clone())), values: self.cut(self.value.forward(memory)) }
    }

    /// The rest, once questions, keys and values are there. `gate` multiplies what each head has found, 0 switches it off:
    /// `[1, heads, 1, 1]`.
    pub fn attend(&self, q: Tensor<4>, memory: &Memory, mask: Option<&Mask>, gate: Option<Tensor<4>>) -> Attended {
        let [batch, heads, queries, d] = q.dims();
        let keys = memory.keys.clone().swap_dims(2, 3); // [batch, heads, d, keys]
        let scores = (q * (1.0 / (d as f64).sqrt())).matmul(keys); // [batch, heads, queries, keys]
        let scores = match mask {
            Some(Mask(mask)) => scores + mask.clone(),
            None => scores,
        };
        let weights = activation::softmax(scores, 3);
        let mixed = weights.clone().matmul(memory.values.clone()); // [batch, heads, queries, d]
        let mixed = match gate {
            Some(gate) => mixed * gate,
            None => mixed,
        };
        let joined = mixed.swap_dims(1, 2).reshape([batch, queries, heads * d]); // [batch, queries, width]
        Attended { output: self.output.forward(joined), weights }
    }

    /// How many heads there are.
    pub fn heads(&self) -> usize {
        self.heads
    }

    /// `[batch, positions, width] -> [batch, heads, positions, d]`.
    fn cut(&self, x: Tensor<3>) -> Tensor<4> {
        let [batch, positions, width] = x.dims();
        x.reshape([batch, positions, self.heads, width / self.heads]).swap_dims(1, 2)
    }
}

/// What may not be looked at, as numbers to be added to the scores: 0 where a query may look, else so little that no weight
/// is left. `[batch or 1, 1, queries or 1, keys]`. A query that may look nowhere looks everywhere alike.
#[derive(Clone, Debug)]
pub struct Mask(Tensor<4>);

impl Mask {
    /// Each position sees itself and what came before: `[1, 1, positions, positions]`.
    pub fn causal(positions: usize, device: &Device) -> Self {
        let visible = (0..positions).flat_map(|query| (0..positions).map(move |key| key <= query));
        Self::from_visible(visible, [1, 1, positions, positions], device)
    }

    /// Each row's padding is hidden from all: one length for each row, `[rows, 1, 1, longest]`.
    pub fn padding(lengths: &[usize], longest: usize, device: &Device) -> Self {
        let visible = lengths.iter().flat_map(|&length| (0..longest).map(move |key| key < length));
        Self::from_visible(visible, [lengths.len(), 1, 1, longest], device)
    }

    /// Hidden by either.
    pub fn and(&self, other: &Mask) -> Self {
        Self(self.0.clone() + other.0.clone())
    }

    fn from_visible(visible: impl Iterator<Item = bool>, shape: [usize; 4], device: &Device) -> Self {
        let numbers: Vec<f32> = visible.map(|visible| if visible { 0.0 } else { HIDDEN }).collect();
        Self(Tensor::from_data(TensorData::new(numbers, shape), device))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    const CONFIG: AttentionConfig = AttentionConfig { width: 8, heads: 2 };

    fn attention() -> Attention {
        CONFIG.init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    fn positions(batch: usize, count: usize, seed: u64) -> Tensor<3> {
        let mut rng = Pcg32::seed_from_u64(seed);
        let values: Vec<f32> = (0..batch * count * 8).map(|_| rng.random::<f32>() - 0.5).collect();
        Tensor::from_data(TensorData::new(values, [batch, count, 8]), &Device::flex())
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn parameters_are_counted() {
        assert_eq!(CONFIG.parameter_count(), 288);
        assert_eq!(attention().num_params(), 288);
        // Section 3.2.2: 8 heads of 64 numbers cost as much as one of 512.
        assert_eq!(AttentionConfig { width: 512, heads: 8 }.parameter_count(), 1_050_624);
    }

    #[test]
    fn shapes_follow_the_formulas_and_weights_add_up() {
        let found = attention().forward(positions(3, 4, 1), positions(3, 5, 2), None);
        assert_eq!((found.output.dims(), found.weights.dims()), ([3, 4, 8], [3, 2, 4, 5]));
        let sums = values(found.weights.sum_dim(3));
        // Five f32 quotients of one sum.
        assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-6));
    }

    #[test]
    fn nothing_passes_a_mask() {
        let (attention, x) = (attention(), positions(2, 5, 3));
        let device = Device::flex();
        let mask = Mask::causal(5, &device).and(&Mask::padding(&[5, 3], 5, &device));
        let weights = values(attention.forward(x.clone(), x, Some(&mask)).weights);
        for (place, weight) in weights.into_iter().enumerate() {
            let (row, query, key) = (place / 50, place / 5 % 5, place % 5);
            let visible = key <= query && (row == 0 || key < 3);
            assert_eq!(weight > 0.0, visible, "row {row}, {query} to {key}");
        }
    }

    #[test]
    fn a_query_without_anything_to_see_gives_no_nan() {
        let x = positions(1, 2, 3);
        let mask = Mask::padding(&[0], 2, &Device::flex());
        let found = attention().forward(x.clone(), x, Some(&mask));
        assert!(values(found.output).into_iter().all(f32::is_finite));
    }

    #[test]
    fn the_order_of_the_memory_does_not_matter() {
        // Attention alone is blind to order: the reason for positional encodings.
        let (attention, x, memory) = (attention(), positions(1, 2, 3), positions(1, 4, 4));
        let turned = memory.clone().flip([1]);
        let (straight, turned) =
            (attention.forward(x.clone(), memory, None).output, attention.forward(x, turned, None).output);
        // Four products in another order.
        assert!(values(straight - turned).into_iter().all(|off| off.abs() < 1e-6));
    }

    #[test]
    fn a_head_that_is_switched_off_adds_nothing() {
        let (attention, x) = (attention(), positions(1, 3, 5));
        let with = |gate: [f32; 2]| {
            let gate = Tensor::from_data(TensorData::new(gate.to_vec(), [1, 2, 1, 1]), &Device::flex());
            attention.attend(attention.ask(x.clone()), &attention.remember(x.clone()), None, Some(gate)).output
        };
        let (both, first, second) = (with([1.0, 1.0]), with([1.0, 0.0]), with([0.0, 1.0]));
        // The output is linear in the heads; the bias, zero here, would be there twice.
        assert!(values(both.clone() - first - second).into_iter().all(|off| off.abs() < 1e-6));
        let plain = attention.forward(x.clone(), x.clone(), None).output;
        assert_eq!(values(both), values(plain));
    }
}
