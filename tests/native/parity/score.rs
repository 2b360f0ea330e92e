//! The network of points under noise against PyTorch, on the fixture that `tests/reference/score.py` writes.

use std::collections::BTreeMap;

use burn::{
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    generative::{
        diffusion::noised,
        score::{self, Noisy, ScoreConfig, ScoreNet},
    },
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    weights::{self, NamedTensor, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::Deserialize;

use crate::{
    answers::values,
    twin::{self, Digest, scattered},
};

/// The twin counts in f64: these are our roundings through four layers, against the mean size of a tensor's numbers. The
/// time comes from an arc cosine near 1, which is where f32 is coarsest: at 0.999 it is off by about 1e-5.
const ROUNDING: f64 = 3e-5;
/// A gradient sums products of both signs, and at little noise the time comes out coarse: PyTorch's own gradients in single
/// precision are up to 4.39e-4 of the mean size away from its own in double precision (layers.2.weight). No more is allowed.
const GRADIENTS: f64 = 4.4e-4;
/// The same after three updates of Adam.
const AFTER_STEPS: f64 = 1e-4;
/// A loss is a mean of twelve numbers.
const SHARE: f64 = 1e-5;

#[derive(Deserialize)]
struct Fixture {
    hidden: usize,
    kept: Vec<f32>,
    rate: f64,
    waves: Digest,
    velocity: Digest,
    noise: Digest,
    loss: f64,
    gradients: BTreeMap<String, Digest>,
    point_gradient: Digest,
    losses: Vec<f64>,
    trained: BTreeMap<String, Digest>,
}

impl Fixture {
    /// The network with the twin's weights.
    fn model(&self, device: &Device) -> ScoreNet {
        let config = ScoreConfig { hidden: self.hidden };
        let mut start = 1;
        let mut tensors = Vec::new();
        for (k, (inputs, outputs)) in config.layers().into_iter().enumerate() {
            let bound = (6.0 / (inputs + outputs) as f32).sqrt();
            for (name, shape, bound) in [("weight", vec![inputs, outputs], bound), ("bias", vec![outputs], 0.1)] {
                let count = shape.iter().product();
                let values = scattered(count, start).into_iter().map(|value| value * bound).collect();
                start += count;
                tensors.push(NamedTensor { name: format!("layers.{k}.{name}"), shape, values });
            }
        }
        let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
        weights::load(fresh, &Parameters(tensors), device).unwrap()
    }

    /// The twin's points under noise, and the noise.
    fn question(&self, device: &Device) -> (Noisy, Tensor<2>) {
        let batch = self.kept.len();
        let numbers = |start| scattered(2 * batch, start).into_iter().map(|value| value * 1.7).collect::<Vec<f32>>();
        let (clean, noise) = (numbers(50_000), numbers(60_000));
        let pairs = clean.chunks(2).zip(noise.chunks(2)).zip(&self.kept);
        let x: Vec<f32> = pairs.flat_map(|((clean, noise), kept)| noised(clean, noise, *kept)).collect();
        let noise = Tensor::from_data(TensorData::new(noise, [batch, 2]), device);
        (Noisy::new(&x, &self.kept, device), noise)
    }
}

#[track_caller]
fn near(found: f32, expected: f64) {
    let off = ((f64::from(found) - expected) / expected).abs();
    assert!(off <= SHARE, "{found} instead of {expected}, off by {off:.1e}");
}

#[test]
fn it_names_the_noise_as_pytorch_does_forward_and_backward() {
    let fixture: Fixture = twin::fixture("score.json");
    let device = Device::flex().autodiff();
    let model = fixture.model(&device);
    let (mut noisy, noise) = fixture.question(&device);
    noisy.x = noisy.x.require_grad();
    fixture.waves.matches(&values(noisy.waves.clone().inner()), ROUNDING, "waves");
    fixture.velocity.matches(&values(model.velocity(&noisy).inner()), ROUNDING, "velocity");
    let named = model.noise(&noisy);
    fixture.noise.matches(&values(named.clone().inner()), ROUNDING, "noise");
    let loss = score::loss(named, noise);
    near(loss.clone().inner().into_scalar::<f32>(), fixture.loss);
    let mut gradients = loss.backward();
    let of_points = noisy.x.grad_remove(&mut gradients).unwrap();
    fixture.point_gradient.matches(&values(of_points), ROUNDING, "gradient of the points");
    let mut gradients = GradientsParams::from_grads(gradients, &model);
    assert_eq!(fixture.gradients.len(), 2 * model.layers.len());
    for (k, layer) in model.layers.iter().enumerate() {
        let weight = values(gradients.remove::<2>(layer.weight.id).unwrap());
        let bias = values(gradients.remove::<1>(layer.bias.as_ref().unwrap().id).unwrap());
        for (name, found) in [("weight", weight), ("bias", bias)] {
            let name = format!("layers.{k}.{name}");
            fixture.gradients[&name].matches(&found, GRADIENTS, &name);
        }
    }
}

#[test]
fn three_updates_are_pytorchs() {
    let fixture: Fixture = twin::fixture("score.json");
    let device = Device::flex().autodiff();
    let mut trainer = Trainer::new(fixture.model(&device), Optimizer::new(OptimizerKind::Adam));
    for expected in &fixture.losses {
        let (noisy, noise) = fixture.question(&device);
        let loss = trainer.step(fixture.rate, |model| score::loss(model.noise(&noisy), noise));
        near(loss.into_scalar::<f32>(), *expected);
    }
    let read = weights::read(&trainer.model).now_or_never().unwrap().unwrap();
    assert_eq!(read.0.len(), fixture.trained.len());
    for (name, expected) in &fixture.trained {
        expected.matches(&read.get(name).unwrap().values, AFTER_STEPS, name);
    }
}
