//! 3072–512–10 on CIFAR-10, with nothing to hold it back: what a network without an idea of space makes of photographs.

use crate::{
    Places, Trouble,
    classifier::Classifier,
    set::{CIFAR10, CLASSES},
};
use models::{
    foundations::mlp::{Activation, Mlp, MlpConfig},
    tensor::Tensor,
};

/// The log's name.
pub const NAME: &str = "mlp-cifar10";

/// Trains, measures, writes.
pub fn train(places: &Places) -> Result<(), Trouble> {
    let classifier = Classifier {
        name: NAME,
        model: "models::foundations::mlp::Mlp",
        config: MlpConfig { sizes: vec![3 * 32 * 32, 512, CLASSES], activation: Activation::Relu },
        set: CIFAR10,
        passes: 40,
        batch: 128,
        rate: 1e-3,
        dropout: 0.0,
        dropout_place: "",
        paper: None,
        init: MlpConfig::init,
        learn: |model, x, _| forward(model, x),
        answer: forward,
    };
    classifier.train(places)
}

/// The network on inputs around 0, without which it hardly begins to learn by heart: `[batch, 3072] -> [batch, 10]`.
fn forward(model: &Mlp, x: Tensor<2>) -> Tensor<2> {
    model.forward((x - 0.5) * 4.0)
}
