//! The Transformer: an encoder reads all words at once, and a decoder writes one word after another, looking at what it has
//! written and at all that was read. Nothing recurs, so every word is one step away from every other.
//!
//! ```text
//! x = √width E[source] + PE        memory = norm(encoder layers (x))
//! y = √width E[target] + PE        states = norm(decoder layers (y, memory))
//! logits = states Eᵀ               P(next word) = softmax(logits)
//! ```
//!
//! Shapes: `source [batch, keys]`, `target [batch, queries]` (token numbers), `E [vocabulary, width]`,
//! `memory [batch, keys, width]`, `states [batch, queries, width]`, `logits [batch, queries, vocabulary]`.
//!
//! **Paper.** A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin: Attention
//! is all you need. arXiv:1706.03762 (2017).
//!
//! **Differs from the paper.** Each part normalises what goes into it, where the paper normalises the sum that comes out
//! (post-LN); so both stacks end with a normalisation of their own. It trains without a long warm-up. The four products
//! of an attention have biases. Dropout is the trainer's affair and not part of this file. A table of positions can be
//! learnt, which the paper tried with the same result, or left out. As in the paper one table embeds source and target and gives
//! the output.

use burn::{
    module::{Module, Param},
    nn::{Embedding, LayerNorm},
    tensor::{Device, Int, Tensor, TensorData},
};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    attention::{AttentionConfig, Mask, Memory},
    blocks::{DecoderLayer, EncoderLayer, Limits, Sizes},
    heads::{Heads, Silenced, Stack},
    positions::{Positions, sinusoids},
};
use crate::{data::points::normal, error::Error};

/// How large the network is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformerConfig {
    /// Tokens of the joint vocabulary.
    pub vocabulary: usize,
    /// Numbers of a position: the paper's d_model.
    pub width: usize,
    /// Heads of each attention; they divide the width.
    pub heads: usize,
    /// Units between the two layers of the feed-forward part: the paper's d_ff.
    pub inner: usize,
    /// Layers of the encoder.
    pub encoder_layers: usize,
    /// Layers of the decoder.
    pub decoder_layers: usize,
    /// Places that a learnt table of positions has; the waves need none.
    pub longest: usize,
    /// How the network knows the order.
    pub positions: Positions,
}

/// The paper's base model, with about 37,000 tokens (section 5.1).
pub fn paper() -> TransformerConfig {
    TransformerConfig {
        vocabulary: 37_000,
        width: 512,
        heads: 8,
        inner: 2048,
        encoder_layers: 6,
        decoder_layers: 6,
        longest: 512,
        positions: Positions::Sinusoidal,
    }
}

/// Parameters and arithmetic of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// How often it is there.
    pub times: usize,
    /// Trainable numbers of one.
    pub parameters: usize,
    /// Multiplications with an addition of one, forward.
    pub multiply_adds: usize,
}

impl TransformerConfig {
    /// The parts, with their cost for one source and one target of these lengths. The products of queries and keys, and of
    /// weights and values, grow with the square of the length; all else grows with the length.
    pub fn parts(&self, source: usize, target: usize) -> [Part; 7] {
        let (width, inner) = (self.width, self.inner);
        let attention = AttentionConfig { width, heads: self.heads }.parameter_count();
        let norm = 2 * width;
        let looking = |queries: usize, keys: usize| 2 * queries * keys * width;
        let part = |name, times, parameters, multiply_adds| Part { name, times, parameters, multiply_adds };
        let around = |queries: usize, keys: usize| width * width * (2 * queries + 2 * keys) + looking(queries, keys);
        let layers = self.encoder_layers + self.decoder_layers;
        let feed = 2 * width * inner + inner + width + norm;
        // A layer of either stack thinks; what it costs is told as a mean over both stacks.
        let thoughts = 2 * width * inner * (self.encoder_layers * source + self.decoder_layers * target);
        let places = if self.positions == Positions::Learned { self.longest * width } else { 0 };
        [
            part("embedding", 1, self.vocabulary * width + places, 0),
            part("encoder attention", self.encoder_layers, attention + norm, around(source, source)),
            part("decoder attention", self.decoder_layers, attention + norm, around(target, target)),
            part("cross-attention", self.decoder_layers, attention + norm, around(target, source)),
            part("feed-forward", layers, feed, thoughts / layers.max(1)),
            part("last norms", 2, norm, 0),
            part("output", 1, 0, target * width * self.vocabulary),
        ]
    }

    /// Weights and biases together.
    pub fn parameter_count(&self) -> usize {
        self.parts(1, 1).iter().map(|part| part.times * part.parameters).sum()
    }

    /// Multiplications with an addition for one source and one target of these lengths, forward.
    pub fn multiply_adds(&self, source: usize, target: usize) -> usize {
        self.parts(source, target).iter().map(|part| part.times * part.multiply_adds).sum()
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = |what: &str| Err(Error::Config(what.into()));
        let sizes = [self.vocabulary, self.width, self.heads, self.inner, self.longest];
        if sizes.contains(&0) {
            return trouble("without tokens, numbers, heads, units or places there is nothing to compute");
        }
        if !self.width.is_multiple_of(self.heads) || !self.width.is_multiple_of(2) {
            return trouble("the heads must divide its width, and the width must be even");
        }
        let largest = sizes.into_iter().chain([self.encoder_layers, self.decoder_layers]).max();
        match largest {
            Some(..=65_536) if self.parameter_count() <= 1 << 28 => Ok(()),
            _ => trouble("it has too many weights"),
        }
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct Transformer {
    /// A vector for each token; also the output's weights.
    pub embedding: Embedding,
    /// A vector for each place, where they are learnt.
    pub places: Option<Embedding>,
    /// The layers that read.
    pub encoder: Vec<EncoderLayer>,
    /// After the last of them.
    pub encoder_norm: LayerNorm,
    /// The layers that write.
    pub decoder: Vec<DecoderLayer>,
    /// After the last of them.
    pub decoder_norm: LayerNorm,
    #[module(skip)]
    positions: Positions,
}

impl TransformerConfig {
    /// A network with fresh weights, drawn from `rng`, so that a seed gives the same network everywhere.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> Transformer {
        let sizes = Sizes { width: self.width, heads: self.heads, inner: self.inner };
        let spread = (self.width as f32).sqrt().recip();
        let mut table = |rows: usize, spread: f32| {
            let values: Vec<f32> = (0..rows * self.width).map(|_| normal(rng) * spread).collect();
            Embedding { weight: Param::from_data(TensorData::new(values, [rows, self.width]), device) }
        };
        let embedding = table(self.vocabulary, spread);
        let places = (self.positions == Positions::Learned).then(|| table(self.longest, 1.0));
        Transformer {
            embedding,
            places,
            encoder: (0..self.encoder_layers).map(|_| sizes.encoder_layer(device, rng)).collect(),
            encoder_norm: sizes.norm(device),
            decoder: (0..self.decoder_layers).map(|_| sizes.decoder_layer(device, rng)).collect(),
            decoder_norm: sizes.norm(device),
            positions: self.positions,
        }
    }
}

/// What a look inside found.
#[derive(Clone, Debug)]
pub struct Look {
    /// What may come next: `[batch, queries, vocabulary]`.
    pub logits: Tensor<3>,
    /// Where every head looks.
    pub heads: Heads,
}

impl Transformer {
    /// What may follow each target word: `[batch, keys], [batch, queries] -> [batch, queries, vocabulary]` (logits).
    pub fn forward(&self, source: Tensor<2, Int>, target: Tensor<2, Int>, padding: Option<&Mask>) -> Tensor<3> {
        self.look(source, target, padding, &Silenced::default()).logits
    }

    /// The same, with every head's weights, and with some heads switched off. Weights that nobody reads cost nothing.
    pub fn look(
        &self,
        source: Tensor<2, Int>,
        target: Tensor<2, Int>,
        padding: Option<&Mask>,
        silenced: &Silenced,
    ) -> Look {
        let device = target.device();
        let (memory, encoder) = self.encode(source, padding, silenced);
        let causal = Mask::causal(target.dims()[1], &device);
        let mut heads = Heads { encoder, ..Heads::default() };
        let mut y = self.embed(target, 0); // [batch, queries, width]
        for (number, layer) in self.decoder.iter().enumerate() {
            let source = layer.cross.remember(memory.clone());
            let limits = self.limits(number, Some(&causal), padding, silenced, &device);
            let found = layer.forward(y, None, &source, limits);
            y = found.output;
            heads.decoder.push(found.weights);
            heads.cross.push(found.cross);
        }
        Look { logits: self.say(y), heads }
    }

    /// What the encoder makes of the source, and where its heads look: `[batch, keys] -> [batch, keys, width]` and, for each
    /// layer, `[batch, heads, keys, keys]`.
    pub fn encode(
        &self,
        source: Tensor<2, Int>,
        padding: Option<&Mask>,
        silenced: &Silenced,
    ) -> (Tensor<3>, Vec<Tensor<4>>) {
        let device = source.device();
        let mut weights = Vec::new();
        let mut x = self.embed(source, 0); // [batch, keys, width]
        for (number, layer) in self.encoder.iter().enumerate() {
            let gate = silenced.gate(Stack::Encoder, number, layer.attention.heads(), &device);
            let found = layer.forward(x, padding, gate);
            x = found.output;
            weights.push(found.weights);
        }
        (self.encoder_norm.forward(x), weights)
    }

    /// Words as vectors with their places, the first of them at place `first`: `[batch, positions] -> [batch, positions, width]`.
    pub fn embed(&self, tokens: Tensor<2, Int>, first: usize) -> Tensor<3> {
        let (device, [_, count]) = (tokens.device(), tokens.dims());
        let [_, width] = self.embedding.weight.dims();
        let words = self.embedding.forward(tokens) * (width as f64).sqrt();
        match (self.positions, &self.places) {
            (Positions::Sinusoidal, _) => {
                let waves = TensorData::new(sinusoids(first, count, width), [1, count, width]);
                words + Tensor::from_data(waves, &device)
            }
            (Positions::Learned, Some(places)) => {
                let last = places.weight.dims()[0] - 1;
                let numbers: Vec<i64> = (first..first + count).map(|place| place.min(last) as i64).collect();
                words + places.forward(Tensor::from_data(TensorData::new(numbers, [1, count]), &device))
            }
            _ => words,
        }
    }

    /// From the decoder's last states to the words: `[batch, queries, width] -> [batch, queries, vocabulary]` (logits).
    pub(crate) fn say(&self, states: Tensor<3>) -> Tensor<3> {
        let [batch, queries, width] = states.dims();
        let states = self.decoder_norm.forward(states).reshape([batch * queries, width]);
        let logits = states.matmul(self.embedding.weight.val().transpose()); // [batch · queries, vocabulary]
        let vocabulary = logits.dims()[1];
        logits.reshape([batch, queries, vocabulary])
    }

    /// The limits of a decoder layer.
    pub(crate) fn limits<'a>(
        &self,
        layer: usize,
        own: Option<&'a Mask>,
        source: Option<&'a Mask>,
        silenced: &Silenced,
        device: &Device,
    ) -> Limits<'a> {
        let heads = self.decoder.get(layer).map_or(0, |layer| layer.attention.heads());
        Limits {
            own,
            source,
            gate: silenced.gate(Stack::Decoder, layer, heads, device),
            cross_gate: silenced.gate(Stack::Cross, layer, heads, device),
        }
    }

    /// The same network that knows the order otherwise. Learnt places that are not there count as none.
    pub fn with_positions(mut self, positions: Positions) -> Self {
        self.positions = positions;
        self
    }

    /// How it knows the order.
    pub fn positions(&self) -> Positions {
        self.positions
    }

    /// Keys and values of an encoded source for each decoder layer.
    pub(crate) fn sources(&self, memory: &Tensor<3>) -> Vec<Memory> {
        self.decoder.iter().map(|layer| layer.cross.remember(memory.clone())).collect()
    }
}

/// Rows of token numbers as a tensor, the shorter ones filled up with `padding`: `[rows, longest]`; with a mask if any was
/// filled up. An empty row counts as one token of padding.
pub fn tokens(rows: &[Vec<usize>], padding: usize, device: &Device) -> (Tensor<2, Int>, Option<Mask>) {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let row = |row: &Vec<usize>| {
        let filled = row.iter().copied().chain(std::iter::repeat(padding)).take(longest);
        filled.map(|token| token as i64).collect::<Vec<_>>()
    };
    let numbers: Vec<i64> = rows.iter().flat_map(row).collect();
    let tensor = Tensor::from_data(TensorData::new(numbers, [rows.len(), longest]), device);
    let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
    let mask = lengths.iter().any(|&length| length < longest).then(|| Mask::padding(&lengths, longest, device));
    (tensor, mask)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn config(positions: Positions) -> TransformerConfig {
        TransformerConfig {
            vocabulary: 11,
            width: 8,
            heads: 2,
            inner: 12,
            encoder_layers: 2,
            decoder_layers: 3,
            longest: 6,
            positions,
        }
    }

    fn model(positions: Positions) -> Transformer {
        config(positions).init(&Device::flex(), &mut Pcg32::seed_from_u64(1))
    }

    fn row(numbers: &[usize]) -> Tensor<2, Int> {
        tokens(&[numbers.to_vec()], 0, &Device::flex()).0
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn parameters_are_counted() {
        for positions in Positions::ALL {
            assert_eq!(model(positions).num_params(), config(positions).parameter_count(), "{positions:?}");
        }
        // Table 3 of the paper gives 65 million for the base model. Its vocabulary of "about 37,000" leaves a few per cent
        // open; biases of the attention and the two last norms are 26,624 numbers more than in the paper.
        let count = paper().parameter_count() as f64;
        assert!((count / 65e6 - 1.0).abs() < 0.04, "{count}");
        assert_eq!(paper().parameter_count(), 63_084_544);
    }

    #[test]
    fn cost_grows_with_the_square_of_the_length() {
        let cost = |length: usize| paper().multiply_adds(length, length) as f64;
        assert!(cost(20) / cost(10) < 2.01 && cost(40_000) / cost(20_000) > 3.5);
        // A layer of attention by hand: four products of 3 positions, and 3 × 3 scores and sums.
        let parts = config(Positions::None).parts(3, 3);
        assert_eq!(parts[1].multiply_adds, 4 * 3 * 8 * 8 + 2 * 3 * 3 * 8);
    }

    #[test]
    fn impossible_networks_are_refused() {
        let whole = config(Positions::Learned);
        assert!(whole.check().is_ok() && paper().check().is_ok());
        for broken in [
            TransformerConfig { heads: 3, ..whole.clone() },
            TransformerConfig { heads: 0, ..whole.clone() },
            TransformerConfig { width: 5, heads: 5, ..whole.clone() },
            TransformerConfig { vocabulary: usize::MAX, ..whole.clone() },
            TransformerConfig { encoder_layers: 60_000, width: 512, ..whole.clone() },
        ] {
            assert!(broken.check().is_err(), "{broken:?}");
        }
    }

    #[test]
    fn shapes_follow_the_formulas() {
        let look = model(Positions::Sinusoidal).look(row(&[3, 4, 5]), row(&[1, 6]), None, &Silenced::default());
        assert_eq!(look.logits.dims(), [1, 2, 11]);
        let dims = |layers: &[Tensor<4>]| layers.iter().map(|weights| weights.dims()).collect::<Vec<_>>();
        assert_eq!(dims(&look.heads.encoder), [[1, 2, 3, 3]; 2]);
        assert_eq!(dims(&look.heads.decoder), [[1, 2, 2, 2]; 3]);
        assert_eq!(dims(&look.heads.cross), [[1, 2, 2, 3]; 3]);
    }

    #[test]
    fn the_future_changes_nothing() {
        let model = model(Positions::Learned);
        let first = model.forward(row(&[3, 4, 5]), row(&[1, 6, 7]), None).narrow(1, 0, 2);
        let second = model.forward(row(&[3, 4, 5]), row(&[1, 6, 9]), None).narrow(1, 0, 2);
        assert_eq!(values(first), values(second));
    }

    #[test]
    fn padding_changes_nothing() {
        let model = model(Positions::Sinusoidal);
        let (source, mask) = tokens(&[vec![3, 4], vec![5, 6, 7, 8]], 0, &Device::flex());
        let (target, _) = tokens(&[vec![1, 9], vec![1, 2]], 0, &Device::flex());
        let together = values(model.forward(source, target, mask.as_ref()).narrow(0, 0, 1));
        let alone = values(model.forward(row(&[3, 4]), row(&[1, 9]), None));
        // Sums in another order.
        assert!(together.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn without_positions_the_source_is_a_bag() {
        let straight = |model: &Transformer| values(model.forward(row(&[3, 4, 5]), row(&[1, 6]), None));
        let turned = |model: &Transformer| values(model.forward(row(&[5, 3, 4]), row(&[1, 6]), None));
        let far = |model: &Transformer| {
            straight(model).iter().zip(turned(model)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        // Sums in another order, against real differences.
        assert!(far(&model(Positions::None)) < 1e-5);
        assert!(far(&model(Positions::Sinusoidal).with_positions(Positions::None)) < 1e-5);
        assert!(far(&model(Positions::Sinusoidal)) > 1e-3);
        assert!(far(&model(Positions::Learned)) > 1e-3);
    }

    #[test]
    fn places_beyond_the_table_share_the_last() {
        let long: Vec<usize> = (0..20).map(|number| number % 11).collect();
        for positions in Positions::ALL {
            let logits = values(model(positions).forward(row(&long), row(&long), None));
            assert!(logits.into_iter().all(f32::is_finite));
        }
    }
}
