//! Multilayer perceptron: layers of units, each weighing everything the layer before says, so that hidden units can find
//! the features that the last layer needs. One sweep backward tells every weight its share of the error.
//!
//! ```text
//! h₀ = x      zₖ = hₖ₋₁ Wₖ + bₖ      hₖ = σ(zₖ)      logits = z of the last layer
//! ```
//!
//! Shapes: `x [batch, inputs]`, `Wₖ [inputs of k, outputs of k]`, `bₖ [outputs of k]`, `logits [batch, classes]`.
//!
//! **Paper.** D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors.
//! Nature 323, 533–536 (1986).
//!
//! **Differs from the paper.** Softmax with cross-entropy stands in for the squared error of sigmoid outputs; tanh and
//! ReLU (Nair, Hinton 2010) stand beside the sigmoid; weights start as Glorot, Bengio (2010) and He et al. (2015) found
//! later; mini-batches replace the sweep over all examples.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, activation},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a hidden unit does with its weighted sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `1 / (1 + e⁻ᶻ)`: the paper's choice, from 0 to 1.
    Sigmoid,
    /// The same bend from -1 to 1.
    Tanh,
    /// `max(0, z)`: cheap, and its slope does not fade for large sums.
    Relu,
}

impl Activation {
    /// All of them, in the order of history.
    pub const ALL: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Sigmoid => "Sigmoid",
            Activation::Tanh => "Tanh",
            Activation::Relu => "ReLU",
        }
    }

    /// Its name in an address and in a file.
    pub fn id(self) -> &'static str {
        match self {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Relu => "relu",
        }
    }

    /// The activation of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|activation| activation.id() == id)
    }

    /// `σ(z)` for each entry; the shape stays.
    pub(crate) fn apply<const D: usize>(self, z: Tensor<D>) -> Tensor<D> {
        match self {
            Activation::Sigmoid => activation::sigmoid(z),
            Activation::Tanh => activation::tanh(z),
            Activation::Relu => activation::relu(z),
        }
    }
}

/// How large the network is, and how its hidden units bend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MlpConfig {
    /// Inputs, units of each hidden layer, classes.
    pub sizes: Vec<usize>,
    /// The bend of every hidden unit; the last layer has none.
    pub activation: Activation,
}

impl MlpConfig {
    /// Inputs and outputs of each layer with weights.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.sizes.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Weights and biases together: `Σ inputs · outputs + outputs`.
    pub fn parameter_count(&self) -> usize {
        self.layers().map(|(inputs, outputs)| inputs * outputs + outputs).sum()
    }

    /// Multiplications with an addition for one example forward; learning from it takes about three times as many.
    pub fn multiply_adds(&self) -> usize {
        self.layers().map(|(inputs, outputs)| inputs * outputs).sum()
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = |what: &str| Err(Error::Config(what.into()));
        if self.sizes.len() < 2 {
            return trouble("it needs at least inputs and outputs");
        }
        if self.sizes.contains(&0) {
            return trouble("a layer without any unit lets nothing through");
        }
        let count = self.layers().try_fold(0_usize, |sum, (inputs, outputs)| {
            sum.checked_add(inputs.checked_mul(outputs)?.checked_add(outputs)?)
        });
        match count {
            Some(count) if count <= u32::MAX as usize => Ok(()),
            _ => trouble("it has too many weights"),
        }
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct Mlp {
    /// One weight matrix and one bias for each layer.
    pub layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

impl MlpConfig {
    /// A network with fresh weights. They are drawn from `rng` and not by burn, so the network written out by hand
    /// (`backprop.rs`) starts from the very same numbers.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> Mlp {
        let layers = self
            .layers()
            .map(|(inputs, outputs)| {
                let weights =
                    TensorData::new(initial_weights(inputs, outputs, self.activation, rng), [inputs, outputs]);
                let biases = TensorData::new(vec![0.0_f32; outputs], [outputs]);
                Linear { weight: Param::from_data(weights, device), bias: Some(Param::from_data(biases, device)) }
            })
            .collect();
        Mlp { layers, activation: self.activation }
    }
}

/// Weights of a layer, row by row: `[inputs, outputs]`, even between ± [`initial_bound`].
pub fn initial_weights<R: Rng>(inputs: usize, outputs: usize, activation: Activation, rng: &mut R) -> Vec<f32> {
    let bound = initial_bound(inputs, outputs, activation);
    (0..inputs * outputs).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect()
}

/// How far from zero a fresh weight may be, for a unit that weighs `inputs` numbers and whose answer is weighed by
/// `outputs` units.
///
/// It keeps signals about as large from layer to layer: `√(6 / inputs)` for ReLU, which lets half of the signal through
/// (He et al. 2015), else `√(6 / (inputs + outputs))` (Glorot, Bengio 2010).
pub fn initial_bound(inputs: usize, outputs: usize, activation: Activation) -> f32 {
    match activation {
        Activation::Relu => (6.0 / inputs as f32).sqrt(),
        Activation::Sigmoid | Activation::Tanh => (6.0 / (inputs + outputs) as f32).sqrt(),
    }
}

impl Mlp {
    /// What the network says of each example: `[batch, inputs] -> [batch, classes]` (logits).
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        let mut h = x;
        for (k, layer) in self.layers.iter().enumerate() {
            let z = layer.forward(h); // [batch, inputs of k] -> [batch, outputs of k]
            h = if k < last { self.activation.apply(z) } else { z };
        }
        h
    }

    /// What every layer says, first to last: `[batch, inputs] -> [batch, outputs of k]` for each layer k; the last are
    /// the logits.
    pub fn forward_layers(&self, x: Tensor<2>) -> Vec<Tensor<2>> {
        let last = self.layers.len() - 1;
        let mut outputs: Vec<Tensor<2>> = Vec::with_capacity(self.layers.len());
        for (k, layer) in self.layers.iter().enumerate() {
            let z = layer.forward(outputs.last().unwrap_or(&x).clone());
            outputs.push(if k < last { self.activation.apply(z) } else { z });
        }
        outputs
    }
}

/// The training step's error: how little probability the network gives to the true class, as a mean over the batch.
///
/// `L = -1/batch · Σ target · ln softmax(logits)`; `[batch, classes], [batch, classes] (one-hot) -> [1]`.
/// Multiplying by the one-hot rows picks the true class with plain arithmetic, which is fast on every device.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    let log_probabilities = activation::log_softmax(logits, 1); // [batch, classes]
    (log_probabilities * targets).sum() * (-1.0 / batch as f64)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn config() -> MlpConfig {
        MlpConfig { sizes: vec![784, 256, 10], activation: Activation::Relu }
    }

    #[test]
    fn parameters_are_counted() {
        let network = config().init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
        assert_eq!(config().parameter_count(), 203_530);
        assert_eq!(network.num_params(), 203_530);
        assert_eq!(config().multiply_adds(), 203_264);
    }

    #[test]
    fn shapes_follow_the_sizes() {
        let device = Device::flex();
        let config = MlpConfig { sizes: vec![3, 5, 4, 2], activation: Activation::Tanh };
        let network = config.init(&device, &mut Pcg32::seed_from_u64(1));
        let x = Tensor::<2>::ones([7, 3], &device);
        let layers = network.forward_layers(x.clone());
        assert_eq!(layers.iter().map(Tensor::dims).collect::<Vec<_>>(), [[7, 5], [7, 4], [7, 2]]);
        assert_eq!(network.forward(x).into_data(), layers[2].clone().into_data());
    }

    #[test]
    fn an_undecided_network_pays_the_logarithm_of_its_classes() {
        let device = Device::flex();
        let loss =
            cross_entropy(Tensor::zeros([4, 10], &device), crate::data::images::one_hot(&[0, 3, 9, 9], 10, &device));
        // ln 10 rounded to f32, and a few roundings more.
        assert!((loss.into_scalar::<f32>() - 10.0_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for sizes in [vec![], vec![2], vec![2, 0, 2], vec![usize::MAX, 2], vec![1 << 31, 1 << 31, 2]] {
            assert!(MlpConfig { sizes, activation: Activation::Relu }.check().is_err());
        }
        assert_eq!(config().check(), Ok(()));
    }
}
