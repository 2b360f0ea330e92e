//! What lesson `lenet` shows is true of the shipped weights: what LeNet-5 bears, what defeats it, and that it learns.

use std::fs;

use burn::tensor::{Device, Tensor, TensorData, activation};
use futures::FutureExt;
use models::{
    data::{batches::Batches, images::Images, letters, transforms::Transform},
    explain::{
        feature_maps::{dead, strongest},
        saliency::{guided_backpropagation, saliency},
        sanity::{cascade, rank_correlation},
    },
    foundations::mlp::{Activation, Mlp, MlpConfig, cross_entropy},
    metrics::largest,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    vision::lenet::{LeNet, LeNetConfig, Pooling, pictures},
    weights,
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::{
    answers::values,
    shipped::{first_images, path},
};

fn digits(count: usize) -> Images {
    first_images("static/data/mnist/test-0.bin.gz", count)
}

fn config() -> LeNetConfig {
    LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Average }
}

fn fresh(seed: u64, device: &Device) -> LeNet {
    config().init(device, &mut Pcg32::seed_from_u64(seed))
}

fn lenet(name: &str) -> LeNet {
    let parameters =
        weights::from_safetensors(&fs::read(path(format!("pretrained/{name}.safetensors"))).unwrap()).unwrap();
    weights::load(fresh(0, &Device::flex()), &parameters, &Device::flex()).unwrap()
}

fn mlp() -> Mlp {
    let parameters = weights::from_safetensors(&fs::read(path("pretrained/mlp-mnist.safetensors")).unwrap()).unwrap();
    let config = MlpConfig { sizes: vec![784, 256, 10], activation: Activation::Relu };
    let fresh = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(0));
    weights::load(fresh, &parameters, &Device::flex()).unwrap()
}

/// Share of pictures called what they are; `answer` takes `[batch, 784]` to `[batch, classes]`.
fn accuracy(images: &Images, answer: impl Fn(Tensor<2>) -> Tensor<2>) -> f64 {
    let every: Vec<usize> = (0..images.len()).collect();
    let logits = values(answer(images.tensors(&every, 10, &Device::flex()).0));
    let right = logits.chunks_exact(10).zip(&images.labels).filter(|(row, label)| largest(row) == usize::from(**label));
    right.count() as f64 / images.len() as f64
}

#[test]
fn lenet_bears_shifts_better_than_the_mlp() {
    let (lenet, mlp, digits) = (lenet("lenet-mnist"), mlp(), digits(1000));
    // Measured from 1 to 4 pixels: 98.6, 97.2, 92.6, 74.8 % against 97.0, 90.5, 65.4, 41.4 %.
    for (right, lead) in [(1.0, 0.01), (2.0, 0.05), (3.0, 0.2), (4.0, 0.25)] {
        let moved = Transform::Shift { right, down: 0.0 }.apply_all(&digits);
        let of_lenet = accuracy(&moved, |x| lenet.forward(pictures(x)));
        let of_mlp = accuracy(&moved, |x| mlp.forward(x));
        assert!(of_lenet > of_mlp + lead, "{right} pixels: LeNet {of_lenet}, MLP {of_mlp}");
    }
}

#[test]
fn rotation_scale_and_inversion_defeat_it() {
    let (lenet, digits) = (lenet("lenet-mnist"), digits(1000));
    assert!(accuracy(&digits, |x| lenet.forward(pictures(x))) > 0.98);
    // Measured: 18.5, 57.5, 44.0, 41.6, 20.5 %.
    for (transform, most) in [
        (Transform::Rotate { degrees: 90.0 }, 0.3),
        (Transform::Rotate { degrees: 45.0 }, 0.7),
        (Transform::Scale { factor: 0.5 }, 0.6),
        (Transform::Scale { factor: 2.0 }, 0.6),
        (Transform::Invert, 0.35),
    ] {
        let reached = accuracy(&transform.apply_all(&digits), |x| lenet.forward(pictures(x)));
        assert!(reached < most, "{transform:?}: {reached}");
    }
}

#[test]
fn some_letters_are_called_a_digit_with_confidence() {
    let lenet = lenet("lenet-mnist");
    let confidence = |name| {
        let pixels = letters::picture(name).unwrap().into_iter().map(|pixel| f32::from(pixel) / 255.0);
        let x = Tensor::<2>::from_data(TensorData::new(pixels.collect::<Vec<_>>(), [1, 784]), &Device::flex());
        let shares = values(activation::softmax(lenet.forward(pictures(x)), 1));
        shares[largest(&shares)]
    };
    // Measured: A, H and P above 0.99, seven of ten above 0.9.
    let sure = letters::NAMES.chars().filter(|name| confidence(*name) > 0.9).count();
    assert!(sure >= 5, "{sure}");
}

#[test]
fn saliency_depends_on_what_was_learned_and_guided_backpropagation_hardly() {
    let digits = digits(20);
    let every: Vec<usize> = (0..digits.len()).collect();
    let x = pictures(digits.tensors(&every, 10, &Device::flex()).0);
    let classes: Vec<usize> = digits.labels.iter().map(|label| usize::from(*label)).collect();
    let trained = lenet("lenet-mnist");
    // Only the output layer is replaced.
    let mixed = cascade(&trained, &fresh(7, &Device::flex()), 1);
    let likeness = |one: Vec<f32>, other: Vec<f32>| {
        let each = one.chunks_exact(784).zip(other.chunks_exact(784)).map(|(a, b)| rank_correlation(a, b));
        each.sum::<f64>() / digits.len() as f64
    };
    let of = |model: &LeNet| values(saliency(model, x.clone(), &classes));
    let guided_of = |model: &LeNet| values(guided_backpropagation(model, x.clone(), &classes));
    let (plain, guided) = (likeness(of(&trained), of(&mixed)), likeness(guided_of(&trained), guided_of(&mixed)));
    // Measured: 0.57 and 0.98.
    assert!(plain < 0.75 && guided > 0.9, "{plain} and {guided}");
}

#[test]
fn units_are_dead_but_no_filter() {
    for (name, set) in [("lenet-mnist", "mnist"), ("lenet-fashion", "fashion")] {
        let pictures_of = first_images(&format!("static/data/{set}/test-0.bin.gz"), 1000);
        let every: Vec<usize> = (0..pictures_of.len()).collect();
        let x = pictures(pictures_of.tensors(&every, 10, &Device::flex()).0);
        let answers: Vec<Vec<f32>> = strongest(&lenet(name), x).into_iter().map(values).collect();
        assert!(answers[..4].iter().all(|maps| dead(maps).is_empty()), "{name}");
        // Ten and 25 of its 120 units, for the figure to mark.
        assert!(!dead(&answers[4]).is_empty(), "{name}");
    }
}

#[test]
fn a_short_run_learns_digits_and_repeats_itself() {
    let training = first_images("static/data/mnist/train-0.bin.gz", 2000);
    let device = Device::flex().autodiff();
    let run = || {
        let mut trainer = Trainer::new(fresh(1, &device), Optimizer::new(OptimizerKind::Adam));
        let mut batches = Batches::new(training.len(), 32, 1);
        for _ in 0..120 {
            let (x, targets) = training.tensors(&batches.next(), 10, &device);
            trainer.step(0.002, |model| cross_entropy(model.forward(pictures(x)), targets));
        }
        trainer
    };
    let trainer = run();
    let reached = accuracy(&digits(1000), |x| trainer.valid().forward(pictures(x)));
    assert!(reached > 0.8, "{reached}");
    let read = |trainer: &Trainer<LeNet>| weights::read(&trainer.model).now_or_never().unwrap().unwrap();
    assert_eq!(read(&trainer), read(&run()));
}
