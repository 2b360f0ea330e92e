//! How a decoder's probabilities become a sentence: the best word each time, several candidates at once, or a draw.
//!
//! ```text
//! greedy        word = argmax P(word | written)
//! beam          the `width` candidates with the largest  Σ ln P / length^α  go on
//! temperature   P' = softmax(logits / T)
//! top-k, top-p  only the k likeliest words, or the fewest whose shares reach p, may be drawn
//! ```
//!
//! Logits are read without blocking and everything is chosen on plain numbers: sorting on the device would wait for it.
//!
//! **Papers.** Beam search: A. Graves: Sequence transduction with recurrent neural networks (2012); length penalty: Y. Wu
//! et al.: Google's neural machine translation system (2016), here in its simple form. Top-k: A. Fan, M. Lewis,
//! Y. Dauphin: Hierarchical neural story generation (2018). Top-p: A. Holtzman et al.: The curious case of neural text
//! degeneration (2020).

mod beam;
mod choice;

use burn::tensor::Device;
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

pub use self::{
    beam::{Beam, Node},
    choice::{Chosen, Sampling, draw, log_softmax, rank},
};
use super::{heads::Silenced, transformer::Transformer};
use crate::{error::Error, weights::to_f32};

/// A rule for the next word.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decoding {
    /// The likeliest word each time.
    Greedy,
    /// Several candidates at once.
    Beam(Beam),
    /// A draw from what is likely.
    Sample(Sampling),
}

/// Where a sentence starts and ends, and how long it may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The token before the first word.
    pub start: usize,
    /// The token after the last word; none for sequences of a fixed length.
    pub end: Option<usize>,
    /// No more than so many tokens, the end included.
    pub longest: usize,
}

/// A finished sentence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// Its tokens, without start and end.
    pub tokens: Vec<usize>,
    /// Sum of the logarithms of the probabilities of all choices, the end's included.
    pub log_probability: f32,
    /// Whether it came to its end by itself.
    pub ended: bool,
    /// What else was likely at each step, the end's step included.
    pub steps: Vec<Chosen>,
    /// All candidates of a beam search; empty for the other rules.
    pub tree: Vec<Node>,
}

impl Transformer {
    /// Writes the target of a source (token numbers) by a rule, with some heads switched off. It waits for the device once a
    /// word, without blocking.
    pub async fn write(
        &self,
        source: &[usize],
        decoding: Decoding,
        bounds: Bounds,
        silenced: &Silenced,
        device: &Device,
    ) -> Result<Written, Error> {
        match decoding {
            Decoding::Beam(beam) => self.search(source, beam, bounds, silenced, device).await,
            Decoding::Greedy => self.follow(source, bounds, silenced, device, choice::best).await,
            Decoding::Sample(sampling) => {
                let mut rng = Pcg32::seed_from_u64(sampling.seed);
                self.follow(source, bounds, silenced, device, |logits| draw(logits, &sampling, &mut rng)).await
            }
        }
    }

    /// One word after another, each chosen from the logits by `choose`.
    async fn follow(
        &self,
        source: &[usize],
        bounds: Bounds,
        silenced: &Silenced,
        device: &Device,
        mut choose: impl FnMut(&[f32]) -> Chosen,
    ) -> Result<Written, Error> {
        let mut cache = self.start(source, silenced, device);
        let mut written = Written::default();
        let mut token = bounds.start;
        for _ in 0..bounds.longest {
            let logits = self.next(&[token], &mut cache).into_data_async().await;
            let logits = to_f32(logits.map_err(|error| Error::Device(error.to_string()))?)?;
            let chosen = choose(&logits);
            token = chosen.token;
            written.log_probability += chosen.log_probability;
            written.steps.push(chosen);
            if Some(token) == bounds.end {
                written.ended = true;
                break;
            }
            written.tokens.push(token);
        }
        Ok(written)
    }
}
