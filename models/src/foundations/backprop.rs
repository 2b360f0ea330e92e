//! The multilayer perceptron with its way back written out: no tensors, no graph, only the sums of the paper. For a few
//! dozen weights it learns from hundreds of thousands of examples a second, and it agrees with burn to rounding.
//!
//! ```text
//! forward    zₖ = hₖ₋₁ Wₖ + bₖ          hₖ = σ(zₖ)
//! error      δ  = softmax(z) - target                     at the last layer
//! backward   δₖ₋₁ = (δₖ Wₖᵀ) · σ'(zₖ₋₁)
//! gradient   ∂L/∂Wₖ = hₖ₋₁ᵀ δₖ           ∂L/∂bₖ = δₖ
//! ```
//!
//! Shapes, for one example: `h [units]`, `W [inputs · outputs]` row by row, `δ` as its layer.
//!
//! **Paper.** D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors.
//! Nature 323, 533–536 (1986).
//!
//! **Differs from the paper.** As `mlp.rs`; every slope is taken from the unit's output, as the paper does for the
//! sigmoid: `h (1 - h)`, `1 - h²`, and for ReLU 1 where `h > 0`.

use rand::Rng;
use serde::{Deserialize, Serialize};

pub use crate::train::optimizer::HandOptimizer;
use crate::{
    error::Error,
    foundations::mlp::{Activation, MlpConfig, initial_weights},
    train::optimizer::Part,
    weights::{NamedTensor, Parameters},
};

/// The network. All buffers are made once; learning allocates nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct HandMlp {
    /// Sizes and activation.
    pub config: MlpConfig,
    /// One matrix for each layer: entry `i · outputs + j` leads from input `i` to unit `j`.
    pub weights: Vec<Vec<f32>>,
    /// One bias for each unit of each layer.
    pub biases: Vec<Vec<f32>>,
    /// Gradients of the examples since the last update, added up.
    weight_gradients: Vec<Vec<f32>>,
    bias_gradients: Vec<Vec<f32>>,
    /// The input and what each layer made of it: `h₀, h₁, … , logits`.
    outputs: Vec<Vec<f32>>,
    /// The error of each layer's units.
    deltas: Vec<Vec<f32>>,
    /// Mean |∂L/∂W| of each layer in the last update.
    gradient_means: Vec<f32>,
}

/// Gradients since the last update, added up over the examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradients<'a> {
    /// Of each layer's weights.
    pub weights: &'a [Vec<f32>],
    /// Of each layer's biases.
    pub biases: &'a [Vec<f32>],
}

impl HandMlp {
    /// A network with fresh weights, the same that [`MlpConfig::init`] draws from the same `rng`.
    pub fn new<R: Rng>(config: MlpConfig, rng: &mut R) -> Self {
        let weights = config.layers().map(|(inputs, outputs)| initial_weights(inputs, outputs, config.activation, rng));
        let weights = weights.collect();
        let biases = config.layers().map(|(_, outputs)| vec![0.0; outputs]).collect();
        let means = vec![0.0; config.sizes.len() - 1];
        Self::with_parameters(config, weights, biases, means)
    }

    fn with_parameters(config: MlpConfig, weights: Vec<Vec<f32>>, biases: Vec<Vec<f32>>, means: Vec<f32>) -> Self {
        let zeros = |like: &[Vec<f32>]| like.iter().map(|layer| vec![0.0; layer.len()]).collect();
        Self {
            weight_gradients: zeros(&weights),
            bias_gradients: zeros(&biases),
            outputs: config.sizes.iter().map(|&units| vec![0.0; units]).collect(),
            deltas: zeros(&biases),
            gradient_means: means,
            config,
            weights,
            biases,
        }
    }

    /// What the network says of an example: `[inputs] -> [classes]` (logits).
    pub fn forward(&mut self, x: &[f32]) -> &[f32] {
        self.outputs[0].copy_from_slice(x);
        let last = self.weights.len() - 1;
        for (k, weights) in self.weights.iter().enumerate() {
            let (before, after) = self.outputs.split_at_mut(k + 1);
            let (inputs, z) = (&before[k], &mut after[0]);
            z.copy_from_slice(&self.biases[k]);
            for (row, &input) in weights.chunks_exact(z.len()).zip(inputs) {
                for (sum, weight) in z.iter_mut().zip(row) {
                    *sum += input * weight;
                }
            }
            if k < last {
                bend(self.config.activation, z);
            }
        }
        &self.outputs[last + 1]
    }

    /// The output of layer `i` after the last forward pass; the last layer's are the logits.
    pub fn layer(&self, i: usize) -> &[f32] {
        &self.outputs[i + 1]
    }

    /// One example forward and backward: adds its gradients to those of the batch, returns its loss `-ln p(target)`.
    pub fn accumulate(&mut self, x: &[f32], target: usize) -> f32 {
        self.forward(x);
        let last = self.weights.len() - 1;
        // softmax(z) - target is the whole gradient of the cross-entropy at the logits.
        let loss = softmax_error(&self.outputs[last + 1], target, &mut self.deltas[last]);
        for k in (0..=last).rev() {
            let (before, after) = self.deltas.split_at_mut(k);
            let (inputs, delta) = (&self.outputs[k], &after[0]);
            add(&mut self.bias_gradients[k], delta);
            for (row, &input) in self.weight_gradients[k].chunks_exact_mut(delta.len()).zip(inputs) {
                for (gradient, error) in row.iter_mut().zip(delta) {
                    *gradient += input * error; // ∂L/∂W = hᵀ δ
                }
            }
            if let Some(previous) = before.last_mut() {
                for ((error, row), &h) in previous.iter_mut().zip(self.weights[k].chunks_exact(delta.len())).zip(inputs)
                {
                    let blame: f32 = row.iter().zip(delta).map(|(weight, error)| weight * error).sum();
                    *error = blame * slope(self.config.activation, h); // (δ Wᵀ) · σ'
                }
            }
        }
        loss
    }

    /// The gradients since the last update, added up.
    pub fn gradients(&self) -> Gradients<'_> {
        Gradients { weights: &self.weight_gradients, biases: &self.bias_gradients }
    }

    /// Moves every weight against its mean gradient over the `batch` examples, and begins the next batch at zero.
    pub fn update(&mut self, optimizer: &mut HandOptimizer, batch: usize) {
        let scale = 1.0 / batch.max(1) as f32;
        optimizer.begin();
        for k in 0..self.weights.len() {
            let total: f32 = self.weight_gradients[k].iter().map(|gradient| gradient.abs()).sum();
            self.gradient_means[k] = total * scale / self.weights[k].len() as f32;
            optimizer.apply(Part(2 * k), &mut self.weights[k], &mut self.weight_gradients[k], scale);
            optimizer.apply(Part(2 * k + 1), &mut self.biases[k], &mut self.bias_gradients[k], scale);
        }
    }

    /// Mean |gradient| of each layer's weights in the last update; 0 before the first.
    pub fn gradient_means(&self) -> Vec<f32> {
        self.gradient_means.clone()
    }

    /// Weights and biases under the names that burn's network gives them: `layers.k.weight [inputs, outputs]`,
    /// `layers.k.bias [outputs]`.
    pub fn parameters(&self) -> Parameters {
        let layers = self.config.layers().enumerate();
        Parameters(
            layers
                .flat_map(|(k, (inputs, outputs))| {
                    let [weight, bias] = names(k);
                    [
                        NamedTensor { name: weight, shape: vec![inputs, outputs], values: self.weights[k].clone() },
                        NamedTensor { name: bias, shape: vec![outputs], values: self.biases[k].clone() },
                    ]
                })
                .collect(),
        )
    }

    /// Takes weights and biases over if all of them fit; else nothing changes.
    pub fn take(&mut self, parameters: &Parameters) -> Result<(), Error> {
        let layers: Vec<(usize, usize)> = self.config.layers().collect();
        let names: Vec<[String; 2]> = (0..layers.len()).map(names).collect();
        let shapes: Vec<[Vec<usize>; 2]> = layers.iter().map(|&(i, o)| [vec![i, o], vec![o]]).collect();
        let wanted: Vec<(&str, &[usize])> = names
            .iter()
            .flatten()
            .zip(shapes.iter().flatten())
            .map(|(name, shape)| (name.as_str(), shape.as_slice()))
            .collect();
        let found = parameters.exactly(&wanted)?;
        for (k, pair) in found.chunks_exact(2).enumerate() {
            self.weights[k].clone_from(&pair[0].values);
            self.biases[k].clone_from(&pair[1].values);
        }
        Ok(())
    }

    /// The first layer whose weights are not finite, counted from 0.
    pub fn first_broken_layer(&self) -> Option<usize> {
        let broken = |values: &[f32]| values.iter().any(|value| !value.is_finite());
        (0..self.weights.len()).find(|&k| broken(&self.weights[k]) || broken(&self.biases[k]))
    }

    /// The answer over a square of the plane from -extent to extent: probability of class 1 minus that of class 0 in
    /// `side · side` cells, row 0 on top. For a network of two inputs and two classes.
    pub fn predict_grid(&mut self, side: usize, extent: f32) -> Vec<f32> {
        grid(side, extent)
            .map(|point| {
                let logits = self.forward(&point);
                // tanh of half the difference is the difference of the two probabilities.
                ((logits[1] - logits[0]) / 2.0).tanh()
            })
            .collect()
    }

    /// The output of the first `most` hidden units over the same square: layer and unit, counted from 0, and its cells.
    pub fn unit_maps(&mut self, side: usize, extent: f32, most: usize) -> Vec<(usize, usize, Vec<f32>)> {
        let hidden = &self.config.sizes[1..self.config.sizes.len() - 1];
        let mut maps: Vec<(usize, usize, Vec<f32>)> = hidden
            .iter()
            .enumerate()
            .flat_map(|(layer, &units)| (0..units).map(move |unit| (layer, unit, Vec::with_capacity(side * side))))
            .take(most)
            .collect();
        for point in grid(side, extent) {
            self.forward(&point);
            for (layer, unit, map) in &mut maps {
                map.push(self.outputs[*layer + 1][*unit]);
            }
        }
        maps
    }
}

/// Replaces each weighted sum by the unit's output.
fn bend(activation: Activation, sums: &mut [f32]) {
    for z in sums {
        *z = match activation {
            Activation::Sigmoid => 1.0 / (1.0 + (-*z).exp()),
            Activation::Tanh => z.tanh(),
            Activation::Relu => z.max(0.0),
        };
    }
}

/// How much a unit's output `h` changes with its sum, told from the output itself.
fn slope(activation: Activation, h: f32) -> f32 {
    match activation {
        Activation::Sigmoid => h * (1.0 - h),
        Activation::Tanh => 1.0 - h * h,
        Activation::Relu => f32::from(u8::from(h > 0.0)),
    }
}

/// Writes `softmax(logits) - target` and returns `-ln softmax(logits)[target]`; `[classes] -> [classes]`.
fn softmax_error(logits: &[f32], target: usize, delta: &mut [f32]) -> f32 {
    // The largest logit is taken off first, so that no exponential overflows.
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (delta, logit) in delta.iter_mut().zip(logits) {
        *delta = (logit - largest).exp();
        sum += *delta;
    }
    delta.iter_mut().for_each(|delta| *delta /= sum);
    delta[target] -= 1.0;
    largest + sum.ln() - logits[target]
}

fn add(sums: &mut [f32], terms: &[f32]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

/// The middle of every cell of the square, row 0 on top.
fn grid(side: usize, extent: f32) -> impl Iterator<Item = [f32; 2]> {
    let place = move |cell: usize| ((cell as f32 + 0.5) / side as f32 * 2.0 - 1.0) * extent;
    (0..side * side).map(move |cell| [place(cell % side), -place(cell / side)])
}

/// What is kept of a network between two updates; every length is checked when it comes back.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    config: MlpConfig,
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
    gradient_means: Vec<f32>,
}

impl From<HandMlp> for Saved {
    fn from(network: HandMlp) -> Self {
        let HandMlp { config, weights, biases, gradient_means, .. } = network;
        Saved { config, weights, biases, gradient_means }
    }
}

impl TryFrom<Saved> for HandMlp {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        saved.config.check()?;
        let lengths = |layers: &[Vec<f32>]| layers.iter().map(Vec::len).collect::<Vec<_>>();
        if lengths(&saved.weights) != saved.config.layers().map(|(i, o)| i * o).collect::<Vec<_>>()
            || lengths(&saved.biases) != saved.config.sizes[1..]
            || saved.gradient_means.len() != saved.weights.len()
        {
            return Err(Error::Checkpoint("its weights do not fit its layers".into()));
        }
        Ok(Self::with_parameters(saved.config, saved.weights, saved.biases, saved.gradient_means))
    }
}

fn names(layer: usize) -> [String; 2] {
    ["weight", "bias"].map(|what| format!("layers.{layer}.{what}"))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use futures::FutureExt;
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{train::optimizer::OptimizerKind, weights};

    fn network(activation: Activation) -> HandMlp {
        HandMlp::new(MlpConfig { sizes: vec![2, 5, 4, 3], activation }, &mut Pcg32::seed_from_u64(5))
    }

    #[test]
    fn gradients_equal_differences() {
        for activation in Activation::ALL {
            let mut network = network(activation);
            let (x, target) = ([0.6, -0.4], 1);
            network.accumulate(&x, target);
            let gradients = network.gradients().weights.to_vec();
            for (k, gradients) in gradients.iter().enumerate() {
                for (entry, gradient) in gradients.iter().enumerate() {
                    let loss_at = |shift: f32| {
                        let mut moved = network.clone();
                        moved.weights[k][entry] += shift;
                        f64::from(moved.accumulate(&x, target))
                    };
                    let difference = (loss_at(1e-2) - loss_at(-1e-2)) / 2e-2;
                    // The central difference itself errs by about 1e-4 (curvature, rounding of f32 losses).
                    assert!((difference - f64::from(*gradient)).abs() < 1e-3, "{activation:?} {k} {entry}");
                }
            }
        }
    }

    #[test]
    fn loss_and_error_stay_finite_for_huge_logits() {
        let mut delta = [0.0; 3];
        let loss = softmax_error(&[1e30, -1e30, 0.0], 0, &mut delta);
        assert_eq!((loss, delta), (0.0, [0.0, 0.0, 0.0]));
    }

    #[test]
    fn a_saved_network_is_the_same() {
        let mut network = network(Activation::Tanh);
        let mut optimizer = HandOptimizer::new(OptimizerKind::Adam, 0.01);
        network.accumulate(&[0.1, 0.2], 0);
        network.update(&mut optimizer, 1);
        let bytes = postcard::to_allocvec(&(&network, &optimizer)).unwrap();
        let (mut restored, mut optimizer_too): (HandMlp, HandOptimizer) = postcard::from_bytes(&bytes).unwrap();
        for step in 0..50 {
            for (network, optimizer) in [(&mut network, &mut optimizer), (&mut restored, &mut optimizer_too)] {
                network.accumulate(&[0.1 * step as f32, 0.2], step % 3);
                network.update(optimizer, 1);
            }
        }
        assert_eq!(network.weights, restored.weights);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let mut saved = Saved::from(network(Activation::Relu));
        saved.weights[1].pop();
        assert!(HandMlp::try_from(saved).is_err());
        let mut saved = Saved::from(network(Activation::Relu));
        saved.config.sizes[0] = usize::MAX;
        assert!(HandMlp::try_from(saved).is_err());
    }

    #[test]
    fn grids_begin_on_top_left() {
        let cells: Vec<[f32; 2]> = grid(2, 1.0).collect();
        assert_eq!(cells, [[-0.5, 0.5], [0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]]);
        let mut network = HandMlp::new(
            MlpConfig { sizes: vec![2, 3, 2], activation: Activation::Relu },
            &mut Pcg32::seed_from_u64(5),
        );
        assert_eq!(network.predict_grid(4, 1.0).len(), 16);
        assert_eq!(network.unit_maps(4, 1.0, 64).iter().filter(|(layer, ..)| *layer == 0).count(), 3);
    }

    #[test]
    fn parameters_go_to_burn_and_back() {
        let config = MlpConfig { sizes: vec![2, 5, 3], activation: Activation::Tanh };
        let network = HandMlp::new(config.clone(), &mut Pcg32::seed_from_u64(1));
        let parameters = network.parameters();
        let burn = config.init(&Device::flex(), &mut Pcg32::seed_from_u64(2));
        let burn = weights::load(burn, &parameters, &Device::flex()).unwrap();
        assert_eq!(weights::read(&burn).now_or_never().expect("the CPU answers at once").unwrap(), parameters);
        let mut other = HandMlp::new(config, &mut Pcg32::seed_from_u64(3));
        other.take(&parameters).unwrap();
        assert_eq!(other.parameters(), parameters);
        let small = MlpConfig { sizes: vec![2, 4, 3], activation: Activation::Tanh };
        let mut small = HandMlp::new(small, &mut Pcg32::seed_from_u64(3));
        let before = small.clone();
        assert!(small.take(&parameters).is_err());
        assert_eq!(small, before);
    }
}
