//! AlexNet learns a few pictures by heart, is kept and read again, and is opened up as the page does it.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData, activation},
};
use futures::FutureExt;
use models::{
    data::images::one_hot,
    explain::{
        adversarial::{direction, stepped},
        convolutional::Convolutional,
        occlusion::{Patch, occlusion},
        sanity::{cascade, layers},
        shuffle::shuffled,
    },
    foundations::mlp::{Activation, cross_entropy},
    metrics::largest,
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::Trainer,
    },
    vision::alexnet::{AlexNet, AlexNetConfig, CHANNELS, SIDE},
    weights::{self, Precision},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;

use crate::answers::values;

const CLASSES: usize = 3;
const PICTURES: usize = 6;
const PIXELS: usize = CHANNELS * SIDE * SIDE;

fn small(activation: Activation) -> AlexNetConfig {
    AlexNetConfig { maps: [8, 12, 16, 12, 12], units: 24, ..AlexNetConfig::narrowed(CLASSES, activation) }
}

fn fresh(activation: Activation, seed: u64, device: &Device) -> AlexNet {
    small(activation).init(device, &mut Pcg32::seed_from_u64(seed))
}

/// Two pictures of each class: bars that stand, bars that lie, and a board, each in two widths and colours.
fn pixels() -> Vec<f32> {
    let mut pixels = Vec::new();
    for picture in 0..PICTURES {
        let width = if picture < CLASSES { 8 } else { 12 };
        for channel in 0..CHANNELS {
            let light = if (picture + channel) % 3 == 0 { 0.9 } else { 0.5 };
            for place in 0..SIDE * SIDE {
                let (row, column) = (place / SIDE / width % 2, place % SIDE / width % 2);
                let bright = [column, row, row ^ column][picture % CLASSES] == 1;
                pixels.push(if bright { light } else { 0.1 });
            }
        }
    }
    pixels
}

fn pictures(device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(pixels(), [PICTURES, CHANNELS, SIDE, SIDE]), device)
}

fn classes() -> Vec<u8> {
    (0..PICTURES).map(|picture| (picture % CLASSES) as u8).collect()
}

/// What the network calls each picture.
fn called(network: &AlexNet, x: Tensor<4>) -> Vec<usize> {
    values(network.forward(x)).chunks_exact(CLASSES).map(largest).collect()
}

/// A network that has seen the pictures so often, and its last loss.
fn learned(activation: Activation, steps: usize) -> (Trainer<AlexNet>, f32) {
    let device = Device::flex().autodiff();
    let mut trainer = Trainer::new(fresh(activation, 1, &device), Optimizer::new(OptimizerKind::Adam));
    let mut last = f32::NAN;
    for _ in 0..steps {
        let (x, targets) = (pictures(&device), one_hot(&classes(), CLASSES, &device));
        last = trainer.step(0.002, |network| cross_entropy(network.forward(x), targets)).into_scalar();
    }
    (trainer, last)
}

#[test]
fn it_learns_a_few_pictures_with_either_bend_and_repeats_itself() {
    for activation in [Activation::Relu, Activation::Tanh] {
        let (trainer, loss) = learned(activation, 40);
        assert!(loss < 0.1, "{activation:?}: {loss}");
        let names: Vec<usize> = classes().into_iter().map(usize::from).collect();
        assert_eq!(called(&trainer.valid(), pictures(&Device::flex())), names);
    }
    let read = |trainer: &Trainer<AlexNet>| weights::read(&trainer.model).now_or_never().unwrap().unwrap();
    assert_eq!(read(&learned(Activation::Relu, 3).0), read(&learned(Activation::Relu, 3).0));
}

#[test]
fn what_is_kept_is_read_again() {
    let network = fresh(Activation::Relu, 1, &Device::flex());
    let parameters = weights::read(&network).now_or_never().unwrap().unwrap();
    assert_eq!(network.num_params(), small(Activation::Relu).parameter_count());
    let bytes = weights::to_safetensors(&parameters, Precision::F32);
    let read = weights::from_safetensors(&bytes).unwrap();
    let loaded = weights::load(fresh(Activation::Relu, 2, &Device::flex()), &read, &Device::flex()).unwrap();
    let x = pictures(&Device::flex());
    assert_eq!(values(loaded.forward(x.clone())), values(network.forward(x)));
    // Another width is refused, not loaded in part.
    let wide = AlexNetConfig { units: 25, ..small(Activation::Relu) };
    let wide = wide.init(&Device::flex(), &mut Pcg32::seed_from_u64(0));
    assert!(weights::load(wide, &read, &Device::flex()).is_err());
}

#[test]
fn small_steps_against_the_class_defeat_it_and_random_ones_do_not() {
    let (trainer, _) = learned(Activation::Relu, 40);
    let (network, x) = (trainer.valid(), pictures(&Device::flex()));
    let names: Vec<usize> = classes().into_iter().map(usize::from).collect();
    let against = direction(&trainer.model, x.clone(), &names);
    let shares = |x: Tensor<4>| {
        let shares = values(activation::softmax(network.forward(x), 1));
        shares.chunks_exact(CLASSES).zip(&names).map(|(row, class)| row[*class]).sum::<f32>() / PICTURES as f32
    };
    let mut before = shares(x.clone());
    for epsilon in [0.02, 0.05, 0.1] {
        let after = shares(stepped(x.clone(), against.clone(), epsilon));
        assert!(after < before, "{epsilon}: {after} after {before}");
        before = after;
    }
    // The same size of step, but with signs that know nothing of the network.
    let signs: Vec<f32> = (0..PICTURES * PIXELS).map(|index| if index * index % 7 < 3 { 1.0 } else { -1.0 }).collect();
    let signs = Tensor::from_data(TensorData::new(signs, [PICTURES, CHANNELS, SIDE, SIDE]), &Device::flex());
    assert!(shares(stepped(x, signs, 0.1)) > before);
}

#[test]
fn it_is_opened_up_as_the_page_does_it() {
    let (trained, random) = (fresh(Activation::Relu, 1, &Device::flex()), fresh(Activation::Relu, 2, &Device::flex()));
    let names = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"];
    assert_eq!(layers(&trained), names);
    assert_eq!(trained.filters().dims(), [8, CHANNELS, 11, 11]);
    let x = pictures(&Device::flex());
    let all = cascade(&trained, &random, names.len());
    assert_eq!(values(all.forward(x.clone())), values(random.forward(x.clone())));
    let covered = occlusion(&trained, x.narrow(0, 0, 1), Patch { side: 24, stride: 24, fill: 0.46 }, 4);
    assert_eq!(covered.drop(2).dims(), [4, 4]);
}

#[test]
fn a_shuffled_picture_keeps_its_colours() {
    let picture = &pixels()[..PIXELS];
    let mixed = shuffled(picture, [SIDE, SIDE], 4, 1);
    let mean = |pixels: &[f32]| pixels.iter().map(|pixel| f64::from(*pixel)).sum::<f64>();
    for (old, new) in picture.chunks_exact(SIDE * SIDE).zip(mixed.chunks_exact(SIDE * SIDE)) {
        // Sums of 9,216 f64 in another order.
        assert!((mean(old) - mean(new)).abs() < 1e-9);
    }
}
