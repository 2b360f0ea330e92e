//! LeNet-5 on MNIST and on Fashion-MNIST, with dropout before and after F6.
//!
//! The lesson slides digits away and compares with the MLP, which was trained without shifts: so is LeNet. The clothes
//! judge what the generators of later lessons imagine.

use models::{
    explain::convolutional::Convolutional,
    foundations::mlp::Activation,
    tensor::{Tensor, activation},
    vision::lenet::{LeNet, LeNetConfig, Pooling, pictures},
};
use rand_pcg::Pcg32;

use crate::{
    Places, Trouble,
    classifier::{Classifier, dropout},
    set::{CLASSES, FASHION, MNIST, Set},
};

/// The digits' weights.
pub const MNIST_NAME: &str = "lenet-mnist";
/// The clothes' weights.
pub const FASHION_NAME: &str = "lenet-fashion";

const DROPOUT: f32 = 0.3;

/// What LeNet-5 reached in the paper on the same 10,000 test digits, trained without distorted copies: an error of 0.95 %
/// (LeCun and others, 1998, section III).
const PAPER: f64 = 0.9905;

/// Trains on digits, measures, writes.
pub fn train_mnist(places: &Places) -> Result<(), Trouble> {
    classifier(MNIST_NAME, MNIST, 20, Some(PAPER)).train(places)
}

/// Trains on clothes, measures, writes.
pub fn train_fashion(places: &Places) -> Result<(), Trouble> {
    classifier(FASHION_NAME, FASHION, 25, None).train(places)
}

fn classifier(name: &'static str, set: Set, passes: usize, paper: Option<f64>) -> Classifier<LeNetConfig, LeNet> {
    Classifier {
        name,
        model: "models::vision::lenet::LeNet",
        config: LeNetConfig { classes: CLASSES, activation: Activation::Relu, pooling: Pooling::Average },
        set,
        paper,
        passes,
        batch: 64,
        rate: 2e-3,
        dropout: DROPOUT,
        dropout_place: "before and after F6",
        init: LeNetConfig::init,
        learn,
        answer: |model, x| model.forward(pictures(x)),
    }
}

/// The network with a random part of C5 and F6 silenced: `[batch, 784] -> [batch, 10]`.
fn learn(model: &LeNet, x: Tensor<2>, rng: &mut Pcg32) -> Tensor<2> {
    let mut relu = activation::relu;
    let c5 = model.run(0..5, pictures(x), &mut relu); // [batch, 120, 1, 1]
    let f6 = model.run(5..6, dropout(c5, DROPOUT, rng), &mut relu); // [batch, 84, 1, 1]
    model.run(6..7, dropout(f6, DROPOUT, rng), &mut relu).flatten(1, 3)
}
