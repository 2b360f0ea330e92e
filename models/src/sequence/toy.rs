//! A small Transformer that learns to sort, reverse or copy while one watches: one step, what it reads out, and how much of
//! its cross-attention falls on the right place.
//!
//! ```text
//! loss = -1/places Σ ln P(right symbol | source, right symbols before it)
//! ```
//!
//! Shapes: source, given and right `[batch, length]`, logits `[batch, length, vocabulary]`, loss and accuracies `[1]`.
//!
//! A sequence counts as right when each symbol is the likeliest one after the right symbols before it, which is the case
//! exactly when the greedy decoder writes the whole sequence without a fault.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use super::{
    heads::{Heads, Silenced},
    positions::Positions,
    transformer::{Look, Transformer, TransformerConfig, tokens},
};
use crate::{
    data::sequences::Sequences,
    error::Error,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::{Checkpoint, Trainer},
    },
};

/// Sequences of a training step.
pub const BATCH: usize = 64;
/// The rate of Adam that solves all three tasks.
pub const RATE: f64 = 0.005;
/// Places that the learnt table has: sequences may get this long, whatever length is trained.
pub const PLACES: usize = 32;

/// The network of the live lesson: two layers each way, two heads, 32 numbers a symbol.
pub fn config(sequences: &Sequences, positions: Positions) -> TransformerConfig {
    TransformerConfig {
        vocabulary: sequences.vocabulary(),
        width: 32,
        heads: 2,
        inner: 64,
        encoder_layers: 2,
        decoder_layers: 2,
        longest: PLACES,
        positions,
    }
}

/// Sequences, what the decoder is given, and what is right, ready for the device.
#[derive(Clone, Debug)]
pub struct Examples {
    /// `[batch, length]`.
    pub source: Tensor<2, Int>,
    /// `[batch, length]`.
    pub given: Tensor<2, Int>,
    /// `[batch, length]`.
    pub right: Tensor<2, Int>,
    /// Where it is right to look: `[batch, 1, length, length]`.
    pub places: Tensor<4>,
    /// One-hot rows of what is right: `[batch · length, vocabulary]`.
    targets: Tensor<2>,
}

impl Examples {
    /// From sequences of one length, at least one symbol each.
    pub fn new(sequences: &Sequences, sources: &[Vec<usize>], device: &Device) -> Self {
        let answers: Vec<Vec<usize>> = sources.iter().map(|source| sequences.task.answer(source)).collect();
        let given: Vec<Vec<usize>> = answers.iter().map(|answer| sequences.given(answer)).collect();
        let places: Vec<f32> = sources.iter().flat_map(|source| sequences.task.right_places(source)).collect();
        let length = sources.first().map_or(0, Vec::len);
        let vocabulary = sequences.vocabulary();
        let mut targets = vec![0.0_f32; sources.len() * length * vocabulary];
        for (row, &symbol) in targets.chunks_exact_mut(vocabulary).zip(answers.iter().flatten()) {
            row[symbol] = 1.0;
        }
        Self {
            source: tokens(sources, 0, device).0,
            given: tokens(&given, 0, device).0,
            right: tokens(&answers, 0, device).0,
            places: Tensor::from_data(TensorData::new(places, [sources.len(), 1, length, length]), device),
            targets: Tensor::from_data(TensorData::new(targets, [sources.len() * length, vocabulary]), device),
        }
    }

    /// Cross-entropy as a mean over all symbols: `[batch, length, vocabulary] -> [1]`.
    pub fn loss(&self, logits: Tensor<3>) -> Tensor<1> {
        let [batch, length, vocabulary] = logits.dims();
        let logs = activation::log_softmax(logits.reshape([batch * length, vocabulary]), 1);
        (logs * self.targets.clone()).sum() * (-1.0 / (batch * length) as f64)
    }

    /// The share of symbols and the share of whole sequences that are right, unread: `[1], [1]`.
    pub fn accuracy(&self, logits: Tensor<3>) -> [Tensor<1>; 2] {
        let called = logits.inner().argmax(2).squeeze_dim(2); // [batch, length]
        let right = called.equal(self.right.clone()).float(); // [batch, length]
        [right.clone().mean(), right.min_dim(1).mean()]
    }

    /// The share of each head's cross-attention that falls on the right place, unread: for each layer `[heads]`.
    pub fn share_on_right(&self, heads: &Heads) -> Vec<Tensor<1>> {
        let of_layer = |weights: &Tensor<4>| {
            let [batch, heads, length, _] = weights.dims();
            let hits = weights.clone().inner() * self.places.clone().inner(); // [batch, heads, length, length]
            let hits = hits.sum_dim(3).sum_dim(2).sum_dim(0).reshape([heads]);
            hits / (batch * length) as f64
        };
        heads.cross.iter().map(of_layer).collect()
    }
}

/// A live run: the network, what it is trained on, and the chance that draws the batches.
#[derive(Debug)]
pub struct Toy {
    /// The task.
    pub sequences: Sequences,
    /// The network and its optimiser.
    pub trainer: Trainer<Transformer>,
    /// Sequences of a step.
    pub batch: usize,
    rng: Pcg32,
    device: Device,
}

/// What a step leaves behind, unread.
#[derive(Clone, Debug)]
pub struct Step {
    /// Cross-entropy of a symbol, in nats: `[1]`.
    pub loss: Tensor<1>,
    /// Share of symbols that were right before the update: `[1]`.
    pub accuracy: Tensor<1>,
    /// Share of whole sequences that were right before the update: `[1]`.
    pub whole: Tensor<1>,
}

impl Toy {
    /// A run before its first step, on a device with autodiff. Lengths beyond [`PLACES`] and empty alphabets are drawn in.
    pub fn new(sequences: Sequences, positions: Positions, seed: u64, device: &Device) -> Self {
        let length = sequences.length.clamp(1, PLACES);
        let sequences = Sequences { length, symbols: sequences.symbols.clamp(1, 1000), ..sequences };
        let mut rng = Pcg32::seed_from_u64(seed);
        let model = config(&sequences, positions).init(device, &mut rng);
        let trainer = Trainer::new(model, Optimizer::new(OptimizerKind::Adam));
        Self { sequences, trainer, batch: BATCH, rng, device: device.clone() }
    }

    /// One training step on fresh sequences; nothing is read back.
    pub fn step(&mut self, rate: f64) -> Step {
        let sources = self.sequences.draws(self.batch, false, &mut self.rng);
        let examples = Examples::new(&self.sequences, &sources, &self.device);
        let mut logits = None;
        let loss = self.trainer.step(rate, |model| {
            let found = model.forward(examples.source.clone(), examples.given.clone(), None);
            let loss = examples.loss(found.clone());
            logits = Some(found);
            loss
        });
        let [accuracy, whole] = examples.accuracy(logits.expect("the step has asked for the loss"));
        Step { loss, accuracy, whole }
    }

    /// What the network makes of sequences as it is now, and where it looks; without autodiff.
    pub fn look(&self, sources: &[Vec<usize>], silenced: &Silenced) -> (Look, Examples) {
        let device = self.device.clone().inner();
        let examples = Examples::new(&self.sequences, sources, &device);
        let look = self.trainer.valid().look(examples.source.clone(), examples.given.clone(), None, silenced);
        (look, examples)
    }

    /// Sequences that were never trained on, the same ones for each call.
    pub fn held_out(&self, count: usize) -> Vec<Vec<usize>> {
        self.sequences.draws(count, true, &mut Pcg32::seed_from_u64(0x4E1D))
    }

    /// Everything that decides how the run goes on.
    pub async fn save(&self) -> Result<Saved, Error> {
        Ok(Saved { checkpoint: self.trainer.save().await?, rng: self.rng.clone() })
    }

    /// Goes back (or forward) to a moment of this run; on trouble nothing changes.
    pub fn restore(&mut self, saved: &Saved) -> Result<(), Error> {
        self.trainer.restore(&saved.checkpoint, &self.device)?;
        self.rng = saved.rng.clone();
        Ok(())
    }
}

/// A moment of a live run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    checkpoint: Checkpoint,
    rng: Pcg32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sequences::Task;

    #[test]
    fn scratch() {
        for (task, length, symbols) in [(Task::Reverse, 8, 12), (Task::Sort, 8, 12), (Task::Copy, 8, 12)] {
            for seed in 1..3 {
                let device = Device::flex().autodiff();
                let mut toy = Toy::new(Sequences { task, length, symbols }, Positions::Learned, seed, &device);
                let held = toy.held_out(300);
                let t = std::time::Instant::now();
                for k in 0..600 {
                    let step = toy.step(RATE);
                    if k % 50 == 49 {
                        let (look, examples) = toy.look(&held, &Silenced::default());
                        let [a, w] = examples.accuracy(look.logits.clone());
                        let shares: Vec<Vec<f32>> = examples
                            .share_on_right(&look.heads)
                            .into_iter()
                            .map(|s| s.into_data().try_into_vec().unwrap())
                            .collect();
                        println!(
                            "{task:?} {seed} {} loss {:.3} acc {:.4} whole {:.4} {:?} {:.1} ms",
                            k + 1,
                            step.loss.into_scalar::<f32>(),
                            a.into_scalar::<f32>(),
                            w.clone().into_scalar::<f32>(),
                            shares,
                            t.elapsed().as_secs_f64() * 1e3 / (k + 1) as f64
                        );
                        if w.into_scalar::<f32>() >= 0.995 {
                            break;
                        }
                    }
                }
            }
        }
    }
}
