//! The variational autoencoder against PyTorch, on the fixture that `tests/reference/vae.py` writes.

use std::collections::BTreeMap;

use burn::{
    nn::Linear,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use futures::FutureExt;
use models::{
    foundations::mlp::{Activation, initial_bound},
    generative::vae::{Vae, VaeConfig},
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

/// Sums of up to 784 products of f32 in another order, through six layers and back, against the mean size of a tensor's
/// numbers.
const ROUNDING: f64 = 1e-5;
/// The same after three updates.
const AFTER_STEPS: f64 = 1e-5;
/// A term of some hundred nats is a sum of thousands of f32, so it is compared by its share.
const SHARE: f64 = 1e-6;
/// What the lesson promises after a fixed number of steps.
const PROMISED: f64 = 0.01;

#[derive(Deserialize)]
struct Fixture {
    hidden: Vec<usize>,
    latent: usize,
    batch: usize,
    beta: f64,
    rate: f64,
    cases: Vec<Case>,
    run: Run,
}

#[derive(Deserialize)]
struct Case {
    activation: String,
    mean: Digest,
    log_variance: Digest,
    logits: Digest,
    reconstruction: f64,
    kl: f64,
    /// By term and parameter; a parameter that a term does not depend on is missing.
    gradients: BTreeMap<String, BTreeMap<String, Digest>>,
    picture_gradient: Digest,
    losses: Vec<[f64; 2]>,
    trained: BTreeMap<String, Digest>,
}

#[derive(Deserialize)]
struct Run {
    rate: f64,
    batch: usize,
    pictures: usize,
    curve: Vec<[f64; 2]>,
    reconstruction: f64,
    kl: f64,
}

impl Fixture {
    /// The network with the twin's weights.
    fn model(&self, activation: &str, device: &Device) -> Vae {
        let activation = Activation::from_id(activation).unwrap();
        let config = VaeConfig { pixels: 784, hidden: self.hidden.clone(), latent: self.latent, activation };
        let (encoder, decoder) = (0..self.hidden.len(), 0..=self.hidden.len());
        let names = encoder.map(|k| format!("encoder.{k}"));
        let names = names.chain(["mean".into(), "log_variance".into()]).chain(decoder.map(|k| format!("decoder.{k}")));
        let mut start = 1;
        let mut numbers = |name: String, shape: Vec<usize>, bound: f32| {
            let count = shape.iter().product();
            let values = scattered(count, start).into_iter().map(|value| value * bound).collect();
            start += count;
            NamedTensor { name, shape, values }
        };
        let mut tensors = Vec::new();
        for (name, (inputs, outputs)) in names.zip(config.layers()) {
            let bound = initial_bound(inputs, outputs, Activation::Tanh);
            tensors.push(numbers(format!("{name}.weight"), vec![inputs, outputs], bound));
            tensors.push(numbers(format!("{name}.bias"), vec![outputs], 0.1));
        }
        let fresh = config.init(device, &mut Pcg32::seed_from_u64(0));
        weights::load(fresh, &Parameters(tensors), device).unwrap()
    }

    /// The twin's noise: `[count, latent]`.
    fn noise(&self, count: usize, start: usize, device: &Device) -> Tensor<2> {
        let values = scattered(count * self.latent, start).into_iter().map(|value| value * 1.732_050_8);
        Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), [count, self.latent]), device)
    }
}

/// Some of the twin's pictures: `[range, 784]`.
fn pictures(range: std::ops::Range<usize>, device: &Device) -> Tensor<2> {
    let count = range.len();
    let mut pixels = Vec::new();
    for i in range.map(|index| index as i64) {
        let bright = (i % 4 + 1) as f32 / 4.0;
        for (row, column) in (0..28_i64).flat_map(|row| (0..28).map(move |column| (row, column))) {
            let upright = (column - 3 - i * 5 % 19).abs() <= 1 + i % 3;
            let lying = (row - 4 - i * 7 % 17).abs() <= i % 2;
            pixels.push(if if i % 2 == 0 { upright } else { lying } { bright } else { 0.0 });
        }
    }
    Tensor::from_data(TensorData::new(pixels, [count, 784]), device)
}

/// Names and gradients of all parameters that have one.
fn gradients(model: &Vae, found: &mut GradientsParams) -> Vec<(String, Vec<f32>)> {
    let numbered = |name: &'static str, layers: &[Linear]| -> Vec<(String, Linear)> {
        layers.iter().enumerate().map(|(k, layer)| (format!("{name}.{k}"), layer.clone())).collect()
    };
    let heads = [("mean", &model.mean), ("log_variance", &model.log_variance)];
    let heads = heads.map(|(name, layer)| (name.to_owned(), layer.clone())).to_vec();
    let layers = [numbered("encoder", &model.encoder), heads, numbered("decoder", &model.decoder)].concat();
    let mut gradients = Vec::new();
    for (name, layer) in layers {
        let weight = found.remove::<2>(layer.weight.id).map(|gradient| (format!("{name}.weight"), values(gradient)));
        let bias = found.remove::<1>(layer.bias.unwrap().id).map(|gradient| (format!("{name}.bias"), values(gradient)));
        gradients.extend(weight.into_iter().chain(bias));
    }
    gradients
}

#[track_caller]
fn near(found: Tensor<1>, expected: f64, share: f64, what: &str) {
    let found = f64::from(found.into_scalar::<f32>());
    let off = ((found - expected) / expected).abs();
    assert!(off <= share, "{what}: {found} instead of {expected}, off by {off:.1e}");
}

#[test]
fn encoder_decoder_and_both_terms_equal_pytorch_forward_and_backward() {
    let fixture: Fixture = twin::fixture("vae.json");
    let device = Device::flex().autodiff();
    assert_eq!(fixture.cases.len(), 2);
    for case in &fixture.cases {
        let name = &case.activation;
        let model = fixture.model(name, &device);
        let x = pictures(0..fixture.batch, &device).require_grad();
        let noise = || fixture.noise(fixture.batch, 90_000, &device);
        let (mean, log_variance) = model.encode(x.clone());
        case.mean.matches(&values(mean.clone().inner()), ROUNDING, &format!("{name}: mean"));
        case.log_variance.matches(&values(log_variance.clone().inner()), ROUNDING, &format!("{name}: log variance"));
        let z = models::generative::vae::reparameterise(mean, log_variance, noise());
        case.logits.matches(&values(model.decode(z).inner()), ROUNDING, &format!("{name}: logits"));

        let elbo = model.elbo(x.clone(), noise());
        near(elbo.reconstruction.clone().inner(), case.reconstruction, SHARE, name);
        near(elbo.kl.clone().inner(), case.kl, SHARE, name);
        let of_pictures = x.grad_remove(&mut elbo.loss(fixture.beta).backward()).unwrap();
        case.picture_gradient.matches(&values(of_pictures), ROUNDING, &format!("{name}: gradient of the pictures"));
        for term in ["reconstruction", "kl"] {
            // burn uses a graph up on its way back, so each term gets its own.
            let elbo = model.elbo(pictures(0..fixture.batch, &device), noise());
            let loss = if term == "kl" { elbo.kl } else { elbo.reconstruction };
            let expected = &case.gradients[term];
            let gradients = gradients(&model, &mut GradientsParams::from_grads(loss.backward(), &model));
            assert_eq!(gradients.len(), expected.len(), "{name}: {term}");
            for (parameter, found) in gradients {
                let what = format!("{name}: gradient of the {term} by {parameter}");
                expected[&parameter].matches(&found, ROUNDING, &what);
            }
        }
    }
}

#[test]
fn the_vae_learns_as_pytorch_does() {
    let fixture: Fixture = twin::fixture("vae.json");
    let device = Device::flex().autodiff();
    for case in &fixture.cases {
        let name = &case.activation;
        let mut trainer = Trainer::new(fixture.model(name, &device), Optimizer::new(OptimizerKind::Adam));
        for &[reconstruction, kl] in &case.losses {
            let (x, noise) = (pictures(0..fixture.batch, &device), fixture.noise(fixture.batch, 90_000, &device));
            let mut terms = None;
            trainer.step(fixture.rate, |model| {
                let elbo = model.elbo(x, noise);
                terms = Some((elbo.reconstruction.clone().inner(), elbo.kl.clone().inner()));
                elbo.loss(fixture.beta)
            });
            let (found_reconstruction, found_kl) = terms.unwrap();
            near(found_reconstruction, reconstruction, SHARE, name);
            near(found_kl, kl, 10.0 * SHARE, name);
        }
        let read = weights::read(&trainer.model).now_or_never().unwrap().unwrap();
        assert_eq!(read.0.len(), case.trained.len());
        for (parameter, expected) in &case.trained {
            let found = &read.get(parameter).unwrap().values;
            expected.matches(found, AFTER_STEPS, &format!("{name}: {parameter}"));
        }
    }
}

#[test]
fn the_elbo_after_a_hundred_steps_is_pytorchs_within_a_hundredth() {
    let fixture: Fixture = twin::fixture("vae.json");
    let run = &fixture.run;
    let device = Device::flex().autodiff();
    let mut trainer = Trainer::new(fixture.model("relu", &device), Optimizer::new(OptimizerKind::Adam));
    for (step, &[reconstruction, kl]) in run.curve.iter().enumerate() {
        let first = step * run.batch % run.pictures;
        let x = pictures(first..first + run.batch, &device);
        let noise = fixture.noise(run.batch, 100_000 + 1000 * step, &device);
        let loss = trainer.step(run.rate, |model| model.elbo(x, noise).loss(1.0));
        near(loss, reconstruction + kl, PROMISED, &format!("step {step}"));
    }
    assert_eq!(trainer.step, 100);
    let everything = pictures(0..run.pictures, &Device::flex());
    let elbo = trainer.valid().elbo(everything, fixture.noise(run.pictures, 200_000, &Device::flex()));
    // It began near 540 and 0.07 nats.
    assert!(run.reconstruction < 250.0 && run.kl > 0.5, "there is something to compare");
    near(elbo.loss(1.0), run.reconstruction + run.kl, PROMISED, "ELBO");
    near(elbo.reconstruction, run.reconstruction, PROMISED, "reconstruction");
    near(elbo.kl, run.kl, PROMISED, "KL");
}
