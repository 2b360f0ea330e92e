//! The Transformer's repeated blocks: an encoder layer looks around and thinks, a decoder layer looks back, looks at the
//! source and thinks. Each part adds to what is there already.
//!
//! ```text
//! encoder   x ← x + attention(norm x)                          x ← x + feed(norm x)
//! decoder   x ← x + attention(norm x, only the past)           x ← x + cross(norm x, memory)      x ← x + feed(norm x)
//! feed(x) = relu(x W₁ + b₁) W₂ + b₂            norm x = γ (x - mean) / √(variance + 1e-5) + β
//! ```
//!
//! Shapes: `x [batch, positions, width]`, between the two layers of `feed` `[batch, positions, inner]`.
//!
//! **Paper.** Vaswani et al.: Attention is all you need (2017), sections 3.1 and 3.3. Layer normalisation: J. L. Ba,
//! J. R. Kiros, G. E. Hinton (2016). Normalising before each part: R. Xiong et al.: On layer normalization in the
//! Transformer architecture (2020).

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear},
    tensor::{Device, Tensor, activation},
};
use rand::Rng;

use super::attention::{Attended, Attention, AttentionConfig, Mask, Memory, linear};

/// The sizes that all blocks share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub width: usize,
    pub heads: usize,
    pub inner: usize,
}

impl Sizes {
    fn attention<R: Rng>(self, device: &Device, rng: &mut R) -> Attention {
        AttentionConfig { width: self.width, heads: self.heads }.init(device, rng)
    }

    fn feed<R: Rng>(self, device: &Device, rng: &mut R) -> Feed {
        let inner = linear(self.width, self.inner, device, rng);
        Feed { inner, outer: linear(self.inner, self.width, device, rng) }
    }

    pub fn norm(self, device: &Device) -> LayerNorm {
        LayerNormConfig::new(self.width).init(device)
    }

    pub fn encoder_layer<R: Rng>(self, device: &Device, rng: &mut R) -> EncoderLayer {
        EncoderLayer {
            attention_norm: self.norm(device),
            attention: self.attention(device, rng),
            feed_norm: self.norm(device),
            feed: self.feed(device, rng),
        }
    }

    pub fn decoder_layer<R: Rng>(self, device: &Device, rng: &mut R) -> DecoderLayer {
        DecoderLayer {
            attention_norm: self.norm(device),
            attention: self.attention(device, rng),
            cross_norm: self.norm(device),
            cross: self.attention(device, rng),
            feed_norm: self.norm(device),
            feed: self.feed(device, rng),
        }
    }
}

/// Two layers for each position by itself.
#[derive(Module, Debug)]
pub struct Feed {
    /// From the width to the inner units.
    pub inner: Linear,
    /// And back.
    pub outer: Linear,
}

impl Feed {
    /// `[batch, positions, width] -> [batch, positions, width]`.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.outer.forward(activation::relu(self.inner.forward(x)))
    }
}

/// One layer of the encoder.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    /// Before the attention.
    pub attention_norm: LayerNorm,
    /// Each position looks at all of the source.
    pub attention: Attention,
    /// Before the feed-forward part.
    pub feed_norm: LayerNorm,
    /// Each position thinks by itself.
    pub feed: Feed,
}

impl EncoderLayer {
    /// `[batch, keys, width] -> [batch, keys, width]` and the heads' weights `[batch, heads, keys, keys]`.
    pub fn forward(&self, x: Tensor<3>, mask: Option<&Mask>, gate: Option<Tensor<4>>) -> Attended {
        let y = self.attention_norm.forward(x.clone());
        let found = self.attention.attend(self.attention.ask(y.clone()), &self.attention.remember(y), mask, gate);
        let x = x + found.output;
        let y = self.feed.forward(self.feed_norm.forward(x.clone()));
        Attended { output: x + y, weights: found.weights }
    }
}

/// One layer of the decoder.
#[derive(Module, Debug)]
pub struct DecoderLayer {
    /// Before the attention to the past.
    pub attention_norm: LayerNorm,
    /// Each position looks at itself and what came before.
    pub attention: Attention,
    /// Before the attention to the source.
    pub cross_norm: LayerNorm,
    /// Each position looks at the source.
    pub cross: Attention,
    /// Before the feed-forward part.
    pub feed_norm: LayerNorm,
    /// Each position thinks by itself.
    pub feed: Feed,
}

/// What a decoder layer found.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What goes on: `[batch, queries, width]`.
    pub output: Tensor<3>,
    /// Keys and values of all target positions so far, for the next word.
    pub past: Memory,
    /// How the target looks at itself: `[batch, heads, queries, positions so far]`.
    pub weights: Tensor<4>,
    /// How the target looks at the source: `[batch, heads, queries, keys]`.
    pub cross: Tensor<4>,
}

/// What limits a decoder layer: who may look where, and which heads have a say.
#[derive(Clone, Debug, Default)]
pub struct Limits<'a> {
    /// The target's past only.
    pub own: Option<&'a Mask>,
    /// The source without its padding.
    pub source: Option<&'a Mask>,
    /// A factor for each head of the attention to the past: `[1, heads, 1, 1]`.
    pub gate: Option<Tensor<4>>,
    /// The same of the attention to the source.
    pub cross_gate: Option<Tensor<4>>,
}

impl DecoderLayer {
    /// New target positions after those of `past`, with keys and values of the source:
    /// `[batch, queries, width] -> [batch, queries, width]`. Without a past and with a causal mask it is the plain layer.
    pub fn forward(&self, x: Tensor<3>, past: Option<Memory>, source: &Memory, limits: Limits<'_>) -> Decoded {
        let y = self.attention_norm.forward(x.clone());
        let new = self.attention.remember(y.clone());
        let past = match past {
            Some(past) => past.and(new),
            None => new,
        };
        let own = self.attention.attend(self.attention.ask(y), &past, limits.own, limits.gate);
        let x = x + own.output;
        let y = self.cross_norm.forward(x.clone());
        let cross = self.cross.attend(self.cross.ask(y), source, limits.source, limits.cross_gate);
        let x = x + cross.output;
        let y = self.feed.forward(self.feed_norm.forward(x.clone()));
        Decoded { output: x + y, past, weights: own.weights, cross: cross.weights }
    }
}
