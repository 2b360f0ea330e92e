//! 784–256–10 on MNIST, with dropout between the layers.
//!
//! The lesson shows that this network has no idea of space; weights that had been taught to bear shifts would hide it.

use models::{
    foundations::mlp::{Activation, Mlp, MlpConfig},
    tensor::{Tensor, activation},
};
use rand_pcg::Pcg32;

use crate::{
    Places, Trouble,
    classifier::{Classifier, dropout},
    set::{CLASSES, MNIST},
};

/// The weights' name.
pub const NAME: &str = "mlp-mnist";

const DROPOUT: f32 = 0.3;

/// Trains, measures, writes.
pub fn train(places: &Places) -> Result<(), Trouble> {
    let classifier = Classifier {
        name: NAME,
        model: "models::foundations::mlp::Mlp",
        config: MlpConfig { sizes: vec![784, 256, CLASSES], activation: Activation::Relu },
        set: MNIST,
        paper: None,
        passes: 60,
        batch: 128,
        rate: 1e-3,
        dropout: DROPOUT,
        dropout_place: "between the layers",
        init: MlpConfig::init,
        learn,
        answer: Mlp::forward,
    };
    classifier.train(places)
}

/// The network with a random part of its hidden units silenced: `[batch, 784] -> [batch, 10]`.
fn learn(model: &Mlp, x: Tensor<2>, rng: &mut Pcg32) -> Tensor<2> {
    let h = activation::relu(model.layers[0].forward(x)); // [batch, 256]
    model.layers[1].forward(dropout(h, DROPOUT, rng))
}
