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
        trainer::{Moment, Trainer},
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
    pub async fn save(&self) -> Result<Moment, Error> {
        Moment::of(&self.trainer, &self.rng).await
    }

    /// Goes back (or forward) to a moment of this run; on trouble nothing changes.
    pub fn restore(&mut self, moment: &Moment) -> Result<(), Error> {
        moment.restore(&mut self.trainer, &mut self.rng, &self.device)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::data::sequences::Task;

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("the CPU answers at once")
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn toy(task: Task, length: usize) -> Toy {
        let sequences = Sequences { task, length, symbols: 5 };
        Toy::new(sequences, Positions::Learned, 1, &Device::flex().autodiff())
    }

    #[test]
    fn a_restored_run_repeats_bit_for_bit() {
        let train = |toy: &mut Toy| -> Vec<f32> { (0..4).map(|_| toy.step(RATE).loss.into_scalar::<f32>()).collect() };
        let mut first = toy(Task::Sort, 4);
        train(&mut first);
        let bytes = postcard::to_allocvec(&now(first.save()).unwrap()).unwrap();
        let losses = train(&mut first);
        let mut second = toy(Task::Sort, 4);
        second.restore(&postcard::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(train(&mut second), losses);
        assert_eq!(now(first.save()).unwrap(), now(second.save()).unwrap());
        // Another alphabet is another network: nothing changes.
        let before = now(second.save()).unwrap();
        let sequences = Sequences { task: Task::Sort, length: 4, symbols: 9 };
        let foreign = Toy::new(sequences, Positions::Learned, 1, &Device::flex().autodiff());
        assert!(second.restore(&now(foreign.save()).unwrap()).is_err());
        assert_eq!(now(second.save()).unwrap(), before);
    }

    #[test]
    fn shares_on_the_right_place_are_counted() {
        let sequences = Sequences { task: Task::Reverse, length: 3, symbols: 5 };
        let examples = Examples::new(&sequences, &[vec![0, 1, 2], vec![2, 3, 4]], &Device::flex());
        let mirror = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
        let even = [1.0 / 3.0; 9];
        let weights = [mirror, even, mirror, mirror].concat();
        let weights = Tensor::from_data(TensorData::new(weights, [2, 2, 3, 3]), &Device::flex());
        let shares = examples.share_on_right(&Heads { cross: vec![weights], ..Heads::default() });
        let shares = values(shares[0].clone());
        assert!((shares[0] - 1.0).abs() < 1e-6 && (shares[1] - 2.0 / 3.0).abs() < 1e-6, "{shares:?}");
    }

    #[test]
    fn every_symbol_must_be_right_for_a_whole_sequence() {
        let sequences = Sequences { task: Task::Copy, length: 2, symbols: 2 };
        let examples = Examples::new(&sequences, &[vec![0, 1], vec![1, 1]], &Device::flex());
        let logits = [9.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 9.0, 0.0, 9.0, 0.0, 0.0];
        let logits = Tensor::from_data(TensorData::new(logits.to_vec(), [2, 2, 3]), &Device::flex());
        let [symbols, whole] = examples.accuracy(logits).map(|share| share.into_scalar::<f32>());
        assert_eq!((symbols, whole), (0.75, 0.5));
    }

    #[test]
    fn absurd_settings_are_drawn_in() {
        for (length, symbols) in [(0, 0), (1000, 1), (1, usize::MAX)] {
            let sequences = Sequences { task: Task::Copy, length, symbols };
            let mut toy = Toy::new(sequences, Positions::None, 1, &Device::flex().autodiff());
            toy.batch = 2;
            assert!(toy.step(RATE).loss.into_scalar::<f32>().is_finite());
        }
    }
}
