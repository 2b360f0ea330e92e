//! Variational autoencoder: an encoder presses each picture into a small cloud of a few numbers, and a decoder draws a
//! picture from any point of that cloud. A pull of all clouds toward one normal distribution leaves no gaps between them,
//! so any point drawn from it gives a picture.
//!
//! ```text
//! h = encoder(x)      μ = h Wμ + bμ      s = h Wσ + bσ      ln σ² = 20 tanh(s / 20)
//! z = μ + σ ⊙ ε,  ε ~ N(0, 1)            logits = decoder(z)            picture = 1 / (1 + e^(-logits))
//! reconstruction = -Σ over pixels of  x ln p + (1 - x) ln(1 - p),  p = picture
//! KL(N(μ, σ²) ‖ N(0, 1)) = -½ Σ over the latent numbers of  1 + ln σ² - μ² - σ²
//! loss = reconstruction + β KL           ELBO = -(reconstruction + KL)
//! ```
//!
//! Shapes: `x [batch, pixels]`, `μ, ln σ², ε, z [batch, latent]`, `logits [batch, pixels]`; both terms `[1]`, in nats for
//! a picture, as a mean over the batch.
//!
//! **Paper.** D. P. Kingma, M. Welling: Auto-encoding variational Bayes. arXiv:1312.6114 (2013).
//!
//! **Differs from the paper.** A second hidden layer on either side; ReLU (Nair, Hinton 2010) beside the paper's tanh;
//! Adam instead of Adagrad, and no decay of the weights. A grey pixel counts as the chance of a white one, as is usual, so
//! the ELBO of greys bounds no true likelihood. β weighs the KL (Higgins et al. 2017); the paper has 1. The bend of
//! `ln σ²` is ours: near 0 it is the plain layer, and `e^(ln σ²)` stays below 5e8, where the plain layer overflows to
//! infinity above 88 and every later number is NaN. Means that run away at an absurd rate are not held back.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, activation},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::{
    data::points::normal,
    error::Error,
    foundations::mlp::{Activation, initial_bound},
};

/// No `ln σ²` is farther from 0.
const LOG_VARIANCE_BOUND: f64 = 20.0;

/// How large the network is, and how its hidden units bend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaeConfig {
    /// Pixels of a picture.
    pub pixels: usize,
    /// Units of the encoder's hidden layers; the decoder has the same in reverse.
    pub hidden: Vec<usize>,
    /// Numbers that are left of a picture.
    pub latent: usize,
    /// The bend of every hidden unit.
    pub activation: Activation,
}

impl VaeConfig {
    /// Inputs and outputs of the encoder's hidden layers.
    fn encoder(&self) -> Vec<(usize, usize)> {
        let inputs = [&[self.pixels], self.hidden.as_slice()].concat();
        inputs.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// Inputs and outputs of the decoder's layers, the last one for the pixels.
    fn decoder(&self) -> Vec<(usize, usize)> {
        let mut outputs = [&[self.pixels], self.hidden.as_slice(), &[self.latent]].concat();
        outputs.reverse();
        outputs.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// Units that the two heads see.
    fn last(&self) -> usize {
        self.hidden.last().copied().unwrap_or(self.pixels)
    }

    /// Inputs and outputs of every layer with weights: encoder, two heads, decoder.
    pub fn layers(&self) -> Vec<(usize, usize)> {
        let head = (self.last(), self.latent);
        [self.encoder(), vec![head; 2], self.decoder()].concat()
    }

    /// Weights and biases together: `Σ inputs · outputs + outputs`.
    pub fn parameter_count(&self) -> usize {
        self.layers().into_iter().map(|(inputs, outputs)| inputs * outputs + outputs).sum()
    }

    /// Multiplications with an addition for one picture there and back; learning from it takes about three times as many.
    pub fn multiply_adds(&self) -> usize {
        self.layers().into_iter().map(|(inputs, outputs)| inputs * outputs).sum()
    }

    /// Whether such a network can be built; to be asked of a configuration that came from outside.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = |what: &str| Err(Error::Config(what.into()));
        if self.pixels == 0 || self.latent == 0 || self.hidden.contains(&0) {
            return trouble("a layer without any unit lets nothing through");
        }
        let count = self.layers().into_iter().try_fold(0_usize, |sum, (inputs, outputs)| {
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
pub struct Vae {
    /// The encoder's hidden layers.
    pub encoder: Vec<Linear>,
    /// Where a picture's cloud lies.
    pub mean: Linear,
    /// How wide it is, before the bend.
    pub log_variance: Linear,
    /// From the latent numbers to the pixels.
    pub decoder: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

impl VaeConfig {
    /// A network with fresh weights, drawn from `rng`, so that a seed gives the same network everywhere. Layers without a
    /// bend start as Glorot, Bengio (2010) found, the others as fits their bend.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> Vae {
        let mut layer = |(inputs, outputs): (usize, usize), bent: bool| {
            let bound = initial_bound(inputs, outputs, if bent { self.activation } else { Activation::Tanh });
            let weights: Vec<f32> = (0..inputs * outputs).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
            let weight = Param::from_data(TensorData::new(weights, [inputs, outputs]), device);
            let bias = Param::from_data(TensorData::new(vec![0.0_f32; outputs], [outputs]), device);
            Linear { weight, bias: Some(bias) }
        };
        let encoder = self.encoder().into_iter().map(|sizes| layer(sizes, true)).collect();
        let mean = layer((self.last(), self.latent), false);
        let log_variance = layer((self.last(), self.latent), false);
        let decoder = self.decoder().into_iter().enumerate();
        let decoder = decoder.map(|(k, sizes)| layer(sizes, k < self.hidden.len())).collect();
        Vae { encoder, mean, log_variance, decoder, activation: self.activation }
    }
}

impl Vae {
    /// The cloud of each picture, `μ` and `ln σ²`: `[batch, pixels] -> [batch, latent], [batch, latent]`.
    pub fn encode(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let h = self.encoder.iter().fold(x, |h, layer| self.activation.apply(layer.forward(h))); // [batch, last hidden]
        let s = self.log_variance.forward(h.clone()); // [batch, latent]
        let log_variance = (s / LOG_VARIANCE_BOUND).tanh() * LOG_VARIANCE_BOUND;
        (self.mean.forward(h), log_variance)
    }

    /// The picture at each point, before the sigmoid: `[batch, latent] -> [batch, pixels]` (logits).
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        let (pixels, hidden) = self.decoder.split_last().expect("the decoder's last layer draws the pixels");
        let h = hidden.iter().fold(z, |h, layer| self.activation.apply(layer.forward(h))); // [batch, first hidden]
        pixels.forward(h)
    }

    /// The picture at each point, from 0 to 1: `[batch, latent] -> [batch, pixels]`.
    pub fn draw(&self, z: Tensor<2>) -> Tensor<2> {
        activation::sigmoid(self.decode(z))
    }

    /// What the encoder's hidden layers make of pictures, first to last: `[batch, pixels] -> [batch, hidden]` each.
    pub fn encoder_activations(&self, x: Tensor<2>) -> Vec<Tensor<2>> {
        self.activations(&self.encoder, x)
    }

    /// What the decoder's hidden layers make of points, first to last: `[batch, latent] -> [batch, hidden]` each.
    pub fn decoder_activations(&self, z: Tensor<2>) -> Vec<Tensor<2>> {
        let (_, hidden) = self.decoder.split_last().expect("the decoder's last layer draws the pixels");
        self.activations(hidden, z)
    }

    fn activations(&self, layers: &[Linear], x: Tensor<2>) -> Vec<Tensor<2>> {
        let next = |h: &mut Tensor<2>, layer: &Linear| {
            *h = self.activation.apply(layer.forward(h.clone()));
            Some(h.clone())
        };
        layers.iter().scan(x, next).collect()
    }

    /// Both terms of the ELBO for these pictures, with one draw from each cloud by the given noise:
    /// `[batch, pixels], [batch, latent] -> [1], [1]`.
    pub fn elbo(&self, x: Tensor<2>, noise: Tensor<2>) -> Elbo {
        let (mean, log_variance) = self.encode(x.clone());
        let z = reparameterise(mean.clone(), log_variance.clone(), noise); // [batch, latent]
        let reconstruction = reconstruction(self.decode(z), x);
        Elbo { reconstruction, kl: kl_by_unit(mean, log_variance).sum() }
    }
}

/// The two terms of the ELBO in nats for a picture, as means over a batch, both to be made small: `[1]` each.
#[derive(Clone, Debug)]
pub struct Elbo {
    /// What it costs to tell the pictures, once the latent numbers are known.
    pub reconstruction: Tensor<1>,
    /// What it costs to tell the latent numbers.
    pub kl: Tensor<1>,
}

impl Elbo {
    /// What training makes small, with the KL weighed by β: `[1]`. With β = 1 it is the negative ELBO.
    pub fn loss(&self, beta: f64) -> Tensor<1> {
        self.reconstruction.clone() + self.kl.clone() * beta
    }
}

/// A draw from each cloud, written as a function of noise that does not depend on the weights, so that the gradient
/// passes through (section 2.4 of the paper): `[batch, latent]` each.
pub fn reparameterise(mean: Tensor<2>, log_variance: Tensor<2>, noise: Tensor<2>) -> Tensor<2> {
    mean + (log_variance * 0.5).exp() * noise
}

/// Cross-entropy of the pixels, summed over a picture, as a mean over the batch: `[batch, pixels], [batch, pixels] -> [1]`.
///
/// `x ln p + (1 - x) ln(1 - p) = x · logit + ln sigmoid(-logit)`, which no logit can make infinite.
pub fn reconstruction(logits: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    let log_likelihood = x * logits.clone() + activation::log_sigmoid(-logits); // [batch, pixels]
    log_likelihood.sum() * (-1.0 / batch as f64)
}

/// The KL of each latent number, as a mean over the batch: `[batch, latent], [batch, latent] -> [latent]`. Their sum is
/// the KL of the clouds (appendix B of the paper).
pub fn kl_by_unit(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<1> {
    let variance = log_variance.clone().exp(); // [batch, latent]
    let kl = (mean.clone() * mean + variance - log_variance - 1.0) * 0.5;
    kl.mean_dim(0).squeeze_dim(0)
}

/// Noise for a batch, drawn on the host, so that a seed gives the same on every device: `[batch, latent]`.
pub fn noise<R: Rng>(batch: usize, latent: usize, rng: &mut R, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = (0..batch * latent).map(|_| normal(rng)).collect();
    Tensor::from_data(TensorData::new(values, [batch, latent]), device)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    fn config() -> VaeConfig {
        VaeConfig { pixels: 784, hidden: vec![256, 64], latent: 2, activation: Activation::Relu }
    }

    fn small(device: &Device) -> Vae {
        let config = VaeConfig { pixels: 9, hidden: vec![5], latent: 2, activation: Activation::Tanh };
        config.init(device, &mut Pcg32::seed_from_u64(3))
    }

    fn tensor<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn parameters_are_counted() {
        let layers = [(784, 256), (256, 64), (64, 2), (64, 2), (2, 64), (64, 256), (256, 784)];
        assert_eq!(config().layers(), layers);
        assert_eq!(config().parameter_count(), 435_988);
        assert_eq!(config().init(&Device::flex(), &mut Pcg32::seed_from_u64(1)).num_params(), 435_988);
        assert_eq!(config().multiply_adds(), 2 * (784 * 256 + 256 * 64) + 3 * 64 * 2);
        let plain = VaeConfig { hidden: vec![], ..config() };
        assert_eq!(plain.layers(), [(784, 2), (784, 2), (2, 784)]);
        assert!(config().check().is_ok() && plain.check().is_ok());
        for hidden in [vec![0], vec![usize::MAX], vec![1 << 31, 1 << 31]] {
            assert!(VaeConfig { hidden, ..config() }.check().is_err());
        }
        assert!(VaeConfig { latent: 0, ..config() }.check().is_err());
    }

    #[test]
    fn shapes_follow_the_formulas() {
        let device = Device::flex();
        let mut rng = Pcg32::seed_from_u64(1);
        let model = config().init(&device, &mut rng);
        let x = Tensor::<2>::ones([5, 784], &device);
        let (mean, log_variance) = model.encode(x.clone());
        assert_eq!((mean.dims(), log_variance.dims()), ([5, 2], [5, 2]));
        assert_eq!(model.decode(mean.clone()).dims(), [5, 784]);
        assert!(values(model.draw(mean.clone())).into_iter().all(|pixel| (0.0..=1.0).contains(&pixel)));
        let dims = |layers: Vec<Tensor<2>>| layers.iter().map(Tensor::dims).collect::<Vec<_>>();
        assert_eq!(dims(model.encoder_activations(x.clone())), [[5, 256], [5, 64]]);
        let decoder = model.decoder_activations(mean.clone());
        let drawn = model.decoder[2].forward(decoder[1].clone());
        assert_eq!(values(drawn), values(model.decode(mean.clone())));
        assert_eq!(dims(decoder), [[5, 64], [5, 256]]);
        assert_eq!(kl_by_unit(mean, log_variance).dims(), [2]);
        let elbo = model.elbo(x, noise(5, 2, &mut rng, &device));
        assert_eq!((elbo.reconstruction.dims(), elbo.kl.dims(), elbo.loss(0.5).dims()), ([1], [1], [1]));
        let [reconstruction, kl, loss] =
            [elbo.reconstruction.clone(), elbo.kl.clone(), elbo.loss(0.5)].map(|term| term.into_scalar::<f32>());
        assert_eq!(loss, reconstruction + 0.5 * kl);
    }

    #[test]
    fn the_kl_is_zero_at_the_standard_normal_and_half_a_square_beside_it() {
        let zero = tensor(&[0.0; 4], [2, 2]);
        assert_eq!(values(kl_by_unit(zero.clone(), zero.clone())), [0.0, 0.0]);
        // KL(N(3, 1)) = 9/2 and KL(N(0, e²)) = (e² - 3)/2, each in one of two pictures.
        let kl = values(kl_by_unit(tensor(&[3.0, 0.0, 0.0, 0.0], [2, 2]), tensor(&[0.0, 2.0, 0.0, 0.0], [2, 2])));
        assert!((kl[0] - 2.25).abs() < 1e-6 && (kl[1] - (2.0_f32.exp() - 3.0) / 4.0).abs() < 1e-6, "{kl:?}");
    }

    #[test]
    fn an_undecided_pixel_costs_the_logarithm_of_two_and_no_logit_is_infinite() {
        let x = tensor(&[0.0, 0.25, 1.0, 0.5], [2, 2]);
        let cost = reconstruction(tensor(&[0.0; 4], [2, 2]), x.clone()).into_scalar::<f32>();
        assert!((cost - 2.0 * 2.0_f32.ln()).abs() < 1e-6);
        // Sure and right costs nothing, sure and wrong the logit itself.
        let right = reconstruction(tensor(&[-1e4, 1e4], [1, 2]), tensor(&[0.0, 1.0], [1, 2])).into_scalar::<f32>();
        let wrong = reconstruction(tensor(&[1e4, -1e4], [1, 2]), tensor(&[0.0, 1.0], [1, 2])).into_scalar::<f32>();
        assert_eq!((right, wrong), (0.0, 2e4));
    }

    #[test]
    fn noise_moves_a_draw_by_its_width_and_the_gradient_passes_through() {
        let device = Device::flex().autodiff();
        let on = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [1, 2]), &device);
        let (mean, log_variance) = (on(&[1.0, -2.0]).require_grad(), on(&[0.0, 2.0]).require_grad());
        let z = reparameterise(mean.clone(), log_variance.clone(), on(&[0.5, -1.0]));
        let e = 1.0_f32.exp();
        let near = |found: Vec<f32>, expected: [f32; 2]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(near(values(z.clone().inner()), [1.5, -2.0 - e]));
        // ∂z/∂μ = 1 whatever the noise; ∂z/∂ln σ² = ½ σ ε.
        let gradients = z.sum().backward();
        assert!(near(values(mean.grad(&gradients).unwrap()), [1.0, 1.0]));
        assert!(near(values(log_variance.grad(&gradients).unwrap()), [0.25, -0.5 * e]));
        // Without noise the width has no say.
        let z = reparameterise(mean.clone(), log_variance.clone(), on(&[0.0, 0.0]));
        assert_eq!(values(log_variance.grad(&z.sum().backward()).unwrap()), [0.0, 0.0]);
    }

    #[test]
    fn no_layer_can_make_the_width_infinite() {
        let mut model = small(&Device::flex());
        model.log_variance.bias = Some(Param::from_tensor(tensor(&[1e9, -1e9], [2])));
        let x = Tensor::<2>::ones([3, 9], &Device::flex());
        let (_, log_variance) = model.encode(x.clone());
        assert!(values(log_variance).chunks(2).all(|row| row == [20.0, -20.0]));
        let elbo = model.elbo(x, Tensor::ones([3, 2], &Device::flex()));
        assert!(values(elbo.loss(1.0))[0].is_finite());
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let device = Device::flex().autodiff();
        let pixels: Vec<f32> = (0..18).map(|index| (index * 5 % 7) as f32 / 7.0).collect();
        let x = || Tensor::<2>::from_data(TensorData::new(pixels.clone(), [2, 9]), &device);
        let noise = || Tensor::<2>::from_data(TensorData::new(vec![0.3_f32, -1.1, 0.8, 0.1], [2, 2]), &device);
        let loss = |model: &Vae| model.elbo(x(), noise()).loss(0.7);
        let model = small(&device);
        let gradients = loss(&model).backward();
        let slope = values(model.mean.weight.val().grad(&gradients).unwrap());
        let step = 1e-2;
        for (place, slope) in slope.into_iter().enumerate() {
            let moved = |by: f32| {
                let mut model = small(&device);
                let mut weights = values(model.mean.weight.val().inner());
                weights[place] += by;
                model.mean.weight = Param::from_data(TensorData::new(weights, [5, 2]), &device);
                loss(&model).into_scalar::<f32>()
            };
            let found = (moved(step) - moved(-step)) / (2.0 * step);
            // A loss near 7 is rounded by up to 5e-7; two of them over 0.02 give 5e-5, the curve's bend about as much.
            assert!((found - slope).abs() < 3e-4, "{place}: {found} and {slope}");
        }
    }

    #[test]
    fn a_seed_gives_one_network_and_one_noise() {
        let device = Device::flex();
        let draw = || {
            let mut rng = Pcg32::seed_from_u64(5);
            let model = config().init(&device, &mut rng);
            let z = noise(4, 2, &mut rng, &device);
            (values(z.clone()), values(model.decode(z)))
        };
        assert_eq!(draw(), draw());
        let (z, _) = draw();
        assert!(z.iter().any(|value| *value != 0.0) && z.iter().all(|value| value.is_finite()));
    }
}
