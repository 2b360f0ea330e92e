//! 3072–256–10 on CIFAR-10, with nothing to hold it back: what a network without an idea of space makes of photographs.

use models::{
    foundations::mlp::{Activation, Mlp, MlpConfig},
    tensor::Tensor,
};
use rand_pcg::Pcg32;

use crate::{
    Places, Trouble,
    classifier::Classifier,
    set::{CIFAR10, CLASSES},
};

/// The log's name.
pub const NAME: &str = "mlp-cifar10";

/// Trains, measures, writes.
pub fn train(places: &Places) -> Result<(), Trouble> {
    let classifier = Classifier {
        name: NAME,
        model: "models::foundations::mlp::Mlp",
        config: MlpConfig { sizes: vec![3 * 32 * 32, 256, CLASSES], activation: Activation::Relu },
        set: CIFAR10,
        passes: 40,
        batch: 128,
        rate: 1e-3,
        dropout: 0.0,
        dropout_place: "",
        init: MlpConfig::init,
        learn: |model: &Mlp, x: Tensor<2>, _: &mut Pcg32| model.forward(x),
        answer: Mlp::forward,
    };
    classifier.train(places)
}
