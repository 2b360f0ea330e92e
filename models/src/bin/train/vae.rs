//! A variational autoencoder with two latent numbers on Fashion-MNIST and on MNIST: the map of the lesson.
//!
//! The network is the one that the lesson trains, so that a visitor can go on from these weights.

use models::{
    data::images::Images,
    device::Device,
    foundations::mlp::Activation,
    generative::{
        latent::active_units,
        sharpness::mean_sharpness,
        vae::{Vae, VaeConfig, noise},
    },
    tensor::Tensor,
    weights,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    Places, Trouble,
    curves::Curves,
    passes::{Finished, Passes},
    provenance::{self, Check, Metric, Provenance, Run},
    run::{self, CheckpointFile, SEED, now},
    set::{CLASSES, FASHION, HELD_OUT, MNIST, Set},
};

/// The clothes' weights.
pub const FASHION_NAME: &str = "vae-fashion";
/// The digits' weights.
pub const MNIST_NAME: &str = "vae-mnist";

const SIDE: usize = 28;
const PASSES: usize = 60;
const BATCH: usize = 128;
const RATE: f64 = 2e-3;
const BETA: f64 = 1.0;
/// Decides the noise of every measurement, so that it can be repeated.
const MEASURING_SEED: u64 = 0;
/// Pictures that are measured at once.
const PART: usize = 1000;
/// Pictures drawn from the prior to see how sharp they are.
const SAMPLES: usize = 1000;

/// Trains on clothes, measures, writes.
pub fn train_fashion(places: &Places) -> Result<(), Trouble> {
    train(FASHION_NAME, &FASHION, places)
}

/// Trains on digits, measures, writes.
pub fn train_mnist(places: &Places) -> Result<(), Trouble> {
    train(MNIST_NAME, &MNIST, places)
}

/// What was measured on all pictures of a part, each with one draw from its cloud: nats for a picture.
struct Measured {
    reconstruction: f64,
    kl: f64,
    active_units: usize,
}

impl Measured {
    fn elbo(&self) -> f64 {
        -(self.reconstruction + self.kl)
    }
}

fn config() -> VaeConfig {
    VaeConfig { pixels: SIDE * SIDE, hidden: vec![256, 64], latent: 2, activation: Activation::Relu }
}

fn train(name: &'static str, set: &Set, places: &Places) -> Result<(), Trouble> {
    let (training, held_out) = set.training(places)?;
    let config = config();
    let settings = format!("{config:?} {SEED} {PASSES} {BATCH} {RATE} {BETA} {HELD_OUT}");
    let checkpoint = CheckpointFile::new(&places.checkpoints, name, &settings)?;
    let device = Device::flex().autodiff();
    let passes = Passes { examples: training.len(), passes: PASSES, batch: BATCH, rate: RATE };
    let finished = passes.train(
        &checkpoint,
        |device, rng| config.init(device, rng),
        |trainer, batch, rate, rng| {
            let (x, _) = training.tensors(batch, CLASSES, &device);
            let noise = noise(x.dims()[0], config.latent, rng, &device);
            let mut terms = None;
            trainer.step(rate, |model| {
                let elbo = model.elbo(x, noise);
                terms = Some((elbo.reconstruction.clone().inner(), elbo.kl.clone().inner()));
                elbo.loss(BETA)
            });
            terms.expect("the loss was built in this step")
        },
        |curves, step, reconstruction, kl| push(curves, "", step, reconstruction, kl),
        |curves, step, model| {
            let held = measure(model, &held_out);
            push(curves, "validation-", step, held.reconstruction, held.kl);
            format!("reconstruction {:.3}  KL {:.3}  ELBO {:.3}", held.reconstruction, held.kl, held.elbo())
        },
    )?;
    finish(name, set, places, (&training, &held_out), finished)
}

/// Both terms and what training makes small.
fn push(curves: &mut Curves, prefix: &str, step: u64, reconstruction: f64, kl: f64) {
    curves.push(&format!("{prefix}reconstruction"), step, reconstruction);
    curves.push(&format!("{prefix}kl"), step, kl);
    curves.push(&format!("{prefix}loss"), step, reconstruction + BETA * kl);
}

/// Both terms over all these pictures, in their order and with the same noise every time.
fn measure(model: &Vae, images: &Images) -> Measured {
    let latent = config().latent;
    let mut rng = Pcg32::seed_from_u64(MEASURING_SEED);
    let (mut reconstruction, mut kl, mut means) = (0.0, 0.0, Vec::new());
    let every: Vec<usize> = (0..images.len()).collect();
    for indices in every.chunks(PART) {
        let (x, _) = images.tensors(indices, CLASSES, &Device::flex());
        let elbo = model.elbo(x.clone(), noise(indices.len(), latent, &mut rng, &Device::flex()));
        reconstruction += f64::from(elbo.reconstruction.into_scalar::<f32>()) * indices.len() as f64;
        kl += f64::from(elbo.kl.into_scalar::<f32>()) * indices.len() as f64;
        means.extend(numbers(model.encode(x).0));
    }
    let count = images.len() as f64;
    Measured { reconstruction: reconstruction / count, kl: kl / count, active_units: active_units(&means, latent) }
}

/// How sharp pictures are that are drawn from the standard normal distribution.
fn sharpness_of_samples(model: &Vae) -> f64 {
    let z = noise(SAMPLES, config().latent, &mut Pcg32::seed_from_u64(MEASURING_SEED), &Device::flex());
    mean_sharpness(&numbers(model.draw(z)), SIDE, SIDE)
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the network speaks f32")
}

/// Measures the weights as they will be shipped, in half precision, and writes both files. The test pictures are looked
/// at here for the first time.
fn finish(
    name: &'static str,
    set: &Set,
    places: &Places,
    (training, held_out): (&Images, &Images),
    finished: Finished<Vae>,
) -> Result<(), Trouble> {
    let Finished { trainer, curves, seconds } = finished;
    let parameters = now(weights::read(&trainer.model))?;
    let fresh = config().init(&Device::flex(), &mut Pcg32::seed_from_u64(SEED));
    let model = weights::load(fresh, &parameters.rounded_to_f16(), &Device::flex())?;
    let test = set.test(places)?;
    let of_training = measure(&model, training);
    let of_held_out = measure(&model, held_out);
    let of_test = measure(&model, &test);
    println!("test ELBO {:.3}, held-out {:.3}, {seconds:.0} s", of_test.elbo(), of_held_out.elbo());
    let real: Vec<f32> = test.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    let metric = Metric::new;
    let provenance = Provenance {
        model: "models::generative::vae::Vae",
        config: config(),
        layer: provenance::layers(&parameters),
        file: Some(provenance::write_weights(&places.out, name, &parameters)?),
        data: set.data(),
        run: Run {
            command: format!("cargo run --release -p models --bin train -- {name} --data DIR"),
            trainer: "burn-flex",
            seed: SEED,
            steps: trainer.step,
            seconds: seconds.round(),
            date: run::today(),
            commit: run::commit(),
            recipe: format!(
                "Adam, batches of {BATCH}, {PASSES} passes, rate {RATE} falling to 0 along a cosine, β {BETA}; grey \
                 pixels as chances, terms in nats for a picture, one draw of noise for each picture in training and in \
                 measuring (there with seed {MEASURING_SEED}); the last weights are shipped, rounded to f16."
            ),
        },
        metric: vec![
            metric("ELBO", "test 10,000", of_test.elbo()),
            metric("reconstruction", "test 10,000", of_test.reconstruction),
            metric("KL", "test 10,000", of_test.kl),
            metric("active units", "test 10,000", of_test.active_units as f64),
            metric("sharpness", "test 10,000", mean_sharpness(&real, SIDE, SIDE)),
            metric("sharpness", "1,000 samples from the prior", sharpness_of_samples(&model)),
            metric("ELBO", "held out 5,000", of_held_out.elbo()),
            metric("ELBO", "train 55,000", of_training.elbo()),
        ],
        check: set.shipped.map(|file| Check { file, name: "ELBO", value: of_test.elbo() }),
        curves: curves.thinned(),
        confusion: None,
    };
    provenance::write(&places.out, name, &provenance)
}
