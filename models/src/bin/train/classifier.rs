//! How a classifier of small pictures is trained, whatever its network: Adam, a rate that falls along a cosine, a
//! log, a checkpoint after every pass, and what it reaches in the end.
//!
//! Pictures are not shifted, turned or bent for training: the lessons show what a network makes of that by itself.

use std::fmt::Debug;

use burn::module::Module;
use models::{
    data::images::Images,
    device::Device,
    foundations::mlp::cross_entropy,
    metrics::{Confusion, largest},
    tensor::{Tensor, TensorData},
    weights,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;
use serde::Serialize;

use crate::{
    Places, Trouble,
    passes::{Finished, Passes},
    provenance::{self, Check, Counts, Metric, Provenance, Run},
    run::{self, CheckpointFile, SEED, now},
    set::{CLASSES, HELD_OUT, Set},
};

/// A network and how it is trained.
pub struct Classifier<C, M> {
    /// The weights' name.
    pub name: &'static str,
    /// The model's path in the source.
    pub model: &'static str,
    /// Its configuration.
    pub config: C,
    /// What it learns from.
    pub set: Set,
    /// The paper's accuracy on the same test data, where it gives one.
    pub paper: Option<f64>,
    /// How often it sees every training picture.
    pub passes: usize,
    /// Pictures in a step.
    pub batch: usize,
    /// The rate of the first step; it falls to 0 along a cosine.
    pub rate: f64,
    /// Share of units that are silenced in a training step.
    pub dropout: f32,
    /// Where they are, as in "between the layers".
    pub dropout_place: &'static str,
    /// A network with fresh weights.
    pub init: fn(&C, &Device, &mut Pcg32) -> M,
    /// The network in training, dropout included: `[batch, pixels] -> [batch, classes]`.
    pub learn: fn(&M, Tensor<2>, &mut Pcg32) -> Tensor<2>,
    /// The network as it answers: `[batch, pixels] -> [batch, classes]`.
    pub answer: fn(&M, Tensor<2>) -> Tensor<2>,
}

impl<C: Debug + Serialize, M: Module> Classifier<C, M> {
    /// Trains, measures, writes.
    pub fn train(self, places: &Places) -> Result<(), Trouble> {
        let (training, held_out) = self.set.training(places)?;
        let finished = self.learn_from(&training, &held_out, places)?;
        self.finish(places, &training, &held_out, finished)
    }

    fn learn_from(&self, training: &Images, held_out: &Images, places: &Places) -> Result<Finished<M>, Trouble> {
        let Self { config, passes, batch, rate, dropout, .. } = self;
        let settings = format!("{config:?} {SEED} {passes} {batch} {rate} {dropout} {HELD_OUT}");
        let checkpoint = CheckpointFile::new(&places.checkpoints, self.name, &settings)?;
        let device = Device::flex().autodiff();
        let passes = Passes { examples: training.len(), passes: *passes, batch: *batch, rate: *rate };
        passes.train(
            &checkpoint,
            |device, rng| (self.init)(config, device, rng),
            |trainer, batch, rate, rng| {
                let (inputs, targets) = training.tensors(batch, CLASSES, &device);
                let mut right = None;
                let loss = trainer.step(rate, |model| {
                    let logits = (self.learn)(model, inputs, rng);
                    right = Some(share_right(logits.clone().inner(), targets.clone().inner()));
                    cross_entropy(logits, targets)
                });
                (loss, right.expect("the loss was built in this step"))
            },
            |curves, step, loss, right| {
                curves.push("loss", step, loss);
                curves.push("accuracy", step, right);
            },
            |curves, step, model| {
                let (loss, confusion) = self.measure(model, held_out);
                curves.push("validation-loss", step, loss);
                curves.push("validation-accuracy", step, confusion.accuracy());
                format!("loss {loss:.4}  accuracy {:.4}", confusion.accuracy())
            },
        )
    }

    /// Mean loss and confusion counts of all these pictures.
    fn measure(&self, model: &M, images: &Images) -> (f64, Confusion) {
        let mut confusion = Confusion::new(CLASSES);
        let mut loss = 0.0;
        let every: Vec<usize> = (0..images.len()).collect();
        for indices in every.chunks(1000) {
            let (inputs, targets) = images.tensors(indices, CLASSES, &Device::flex());
            let logits = (self.answer)(model, inputs);
            loss += f64::from(cross_entropy(logits.clone(), targets).into_scalar::<f32>()) * indices.len() as f64;
            let logits = logits.into_data().try_into_vec::<f32>().expect("logits are f32");
            for (row, &index) in logits.chunks_exact(CLASSES).zip(indices) {
                confusion.add(images.labels[index].into(), largest(row));
            }
        }
        (loss / images.len() as f64, confusion)
    }

    /// Measures the weights as they will be shipped, in half precision, and writes both files. The test pictures are
    /// looked at here for the first time.
    fn finish(self, places: &Places, training: &Images, held_out: &Images, run: Finished<M>) -> Result<(), Trouble> {
        let parameters = now(weights::read(&run.trainer.model))?;
        let fresh = (self.init)(&self.config, &Device::flex(), &mut Pcg32::seed_from_u64(SEED));
        let shipped = weights::load(fresh, &parameters.rounded_to_f16(), &Device::flex())?;
        let (training_loss, training_counts) = self.measure(&shipped, training);
        let (held_loss, held_counts) = self.measure(&shipped, held_out);
        let (test_loss, test_counts) = self.measure(&shipped, &self.set.test(places)?);
        let accuracy = test_counts.accuracy();
        println!("test accuracy {accuracy:.4}, held-out {:.4}, {:.0} s", held_counts.accuracy(), run.seconds);
        let Self { name, batch, passes, rate, dropout, .. } = self;
        let learned = format!("train {},000", training.len() / 1000);
        let silenced = match dropout {
            0.0 => "no dropout".to_owned(),
            share => format!("dropout {share} {}", self.dropout_place),
        };
        let kept = match self.set.shipped {
            Some(_) => "the last weights are shipped, rounded to f16",
            None => "measured with the last weights, rounded to f16, which are not kept",
        };
        let provenance = Provenance {
            model: self.model,
            config: self.config,
            layer: provenance::layers(&parameters),
            file: match self.set.shipped {
                Some(_) => Some(provenance::write_weights(&places.out, name, &parameters)?),
                None => None,
            },
            data: self.set.data(),
            run: Run {
                command: format!("cargo run --release -p models --bin train -- {name} --data DIR"),
                trainer: "burn-flex",
                seed: SEED,
                steps: run.trainer.step,
                seconds: run.seconds.round(),
                date: run::today(),
                commit: run::commit(),
                recipe: format!(
                    "Adam, batches of {batch}, {passes} passes, rate {rate} falling to 0 along a cosine, {silenced}; \
                     no shifted, turned or bent {}; {kept}.",
                    self.set.things
                ),
            },
            metric: vec![
                Metric { paper: self.paper, ..Metric::new("accuracy", "test 10,000", accuracy) },
                Metric::new("loss", "test 10,000", test_loss),
                Metric::new("accuracy", "held out 5,000", held_counts.accuracy()),
                Metric::new("loss", "held out 5,000", held_loss),
                Metric::new("accuracy", &learned, training_counts.accuracy()),
                Metric::new("loss", &learned, training_loss),
            ],
            check: self.set.shipped.map(|file| Check { file, name: "accuracy", value: accuracy }),
            curves: run.curves.thinned(),
            confusion: Some(Counts::new("test 10,000", test_counts)),
        };
        provenance::write(&places.out, name, &provenance)
    }
}

/// Silences a random part of the units and raises the others to make up for it (Srivastava et al. 2014); the shape stays.
pub fn dropout<const D: usize>(h: Tensor<D>, share: f32, rng: &mut impl Rng) -> Tensor<D> {
    let kept = 1.0 / (1.0 - share);
    let mask = (0..h.shape().num_elements()).map(|_| if rng.random::<f32>() < share { 0.0 } else { kept });
    let mask = Tensor::from_data(TensorData::new(mask.collect::<Vec<f32>>(), h.dims()), &h.device());
    h * mask
}

/// Share of rows whose largest logit is the target's: `[batch, classes], [batch, classes] (one-hot) -> [1]`.
fn share_right(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let largest = logits.clone().max_dim(1); // [batch, 1]
    let target = (logits * targets).sum_dim(1); // [batch, 1]
    target.greater_equal(largest).float().mean()
}
