//! A small network that names the noise in points of a plane. Where a point lies and how much noise there is goes in; the
//! noise it sees comes out. Pointed the other way that answer is the score, the direction in which the data is denser.
//!
//! ```text
//! x = √ᾱ x₀ + √(1 - ᾱ) ε        t ~ U(0, 1), ᾱ = ᾱ(t) by the cosine schedule, ε ~ N(0, 1)
//! hₖ = relu(hₖ₋₁ Wₖ + bₖ)       h₀ = (x, sin and cos of π 2ᵏ t)         v = h Wₙ + bₙ
//! ε̂ = √(1 - ᾱ) x + √ᾱ v         score = -ε̂ / √(1 - ᾱ)
//! loss = mean of (ε - ε̂)²
//! ```
//!
//! Shapes: `x, ε, v [batch, 2]`, waves of the time `[batch, 2 · WAVES]`, `√ᾱ, √(1 - ᾱ) [batch, 1]`, loss `[1]`.
//!
//! **Paper.** J. Ho, A. Jain, P. Abbeel: Denoising diffusion probabilistic models. NeurIPS 33 (2020), algorithm 1 and
//! equation 14. T. Salimans, J. Ho (2022) for v.
//!
//! **Differs from the paper.** Points of two numbers instead of pictures, so a few layers instead of a U-Net. What the last
//! layer says is v, and ε follows from it: under pure noise the answer is then the point itself, without any learning, and
//! no division by a vanishing √ᾱ is left on the way back. The loss is the paper's, on ε. Time is a number from 0 to 1, the
//! schedule the cosine one (Nichol, Dhariwal 2021); no average of the weights is kept.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, activation},
};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use super::{
    cloud::Place,
    diffusion::{Backward, Rule, Schedule, Shape, TIMES, network_time, noised},
};
use crate::{
    data::points::normal,
    error::Error,
    foundations::mlp::{Activation, initial_weights},
    train::{
        optimizer::{Optimizer, OptimizerKind},
        trainer::{Checkpoint, Trainer},
    },
};

/// Waves of the time, each as sine and cosine.
pub const WAVES: usize = 4;
/// Hidden layers.
pub const LAYERS: usize = 3;
/// Clean points are held within ± this on the way back; the data has a variance of 1.
pub const BOUND: f32 = 4.0;

/// How large the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreConfig {
    /// Units of each hidden layer.
    pub hidden: usize,
}

impl ScoreConfig {
    /// Inputs and outputs of each layer with weights.
    pub fn layers(&self) -> Vec<(usize, usize)> {
        let hidden = std::iter::repeat_n(self.hidden, LAYERS);
        let sizes: Vec<usize> = std::iter::once(2 + 2 * WAVES).chain(hidden).chain([2]).collect();
        sizes.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// Weights and biases together: `Σ inputs · outputs + outputs`.
    pub fn parameter_count(&self) -> usize {
        self.layers().into_iter().map(|(inputs, outputs)| inputs * outputs + outputs).sum()
    }

    /// Multiplications with an addition for one point; learning from it takes about three times as many.
    pub fn multiply_adds(&self) -> usize {
        self.layers().into_iter().map(|(inputs, outputs)| inputs * outputs).sum()
    }

    /// A network with fresh weights, drawn from `rng`, so that a seed gives the same network everywhere. The last layer
    /// begins at a tenth of its usual size: at first it says hardly anything.
    pub fn init<R: Rng>(&self, device: &Device, rng: &mut R) -> ScoreNet {
        let layers = self.layers().into_iter().enumerate().map(|(k, (inputs, outputs))| {
            let bend = if k < LAYERS { Activation::Relu } else { Activation::Tanh };
            let size = if k < LAYERS { 1.0 } else { 0.1 };
            let weights = initial_weights(inputs, outputs, bend, rng).into_iter().map(|weight| weight * size).collect();
            let weight: Vec<f32> = weights;
            Linear {
                weight: Param::from_data(TensorData::new(weight, [inputs, outputs]), device),
                bias: Some(Param::from_data(TensorData::new(vec![0.0_f32; outputs], [outputs]), device)),
            }
        });
        ScoreNet { layers: layers.collect() }
    }
}

/// Points under noise as the network is given them.
#[derive(Clone, Debug)]
pub struct Noisy {
    /// The points: `[batch, 2]`.
    pub x: Tensor<2>,
    /// Sine and cosine of their times: `[batch, 2 · WAVES]`.
    pub waves: Tensor<2>,
    /// √ᾱ: `[batch, 1]`.
    pub signal: Tensor<2>,
    /// √(1 - ᾱ): `[batch, 1]`.
    pub spread: Tensor<2>,
}

impl Noisy {
    /// Points, two numbers each, with ᾱ of each: `[2 · batch], [batch]`.
    pub fn new(points: &[f32], kept: &[f32], device: &Device) -> Self {
        let batch = kept.len();
        let mut numbers = Vec::with_capacity(batch * 2 * WAVES);
        for kept in kept {
            let time = network_time(*kept) / TIMES as f32;
            for wave in 0..WAVES {
                let (sine, cosine) = (std::f32::consts::PI * (1 << wave) as f32 * time).sin_cos();
                numbers.extend([sine, cosine]);
            }
        }
        let column = |read: fn(f32) -> f32| {
            let column: Vec<f32> = kept.iter().map(|kept| read(*kept)).collect();
            Tensor::from_data(TensorData::new(column, [batch, 1]), device)
        };
        Self {
            x: Tensor::from_data(TensorData::new(points.to_vec(), [batch, 2]), device),
            waves: Tensor::from_data(TensorData::new(numbers, [batch, 2 * WAVES]), device),
            signal: column(f32::sqrt),
            spread: column(|kept| (1.0 - kept).sqrt()),
        }
    }
}

/// The network in burn: only the way forward is written down, burn derives the way back.
#[derive(Module, Debug)]
pub struct ScoreNet {
    /// One weight matrix and one bias for each layer.
    pub layers: Vec<Linear>,
}

impl ScoreNet {
    /// v of each point: `[batch, 2], [batch, 2 · WAVES] -> [batch, 2]`.
    pub fn velocity(&self, noisy: &Noisy) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("the last layer speaks");
        let h = Tensor::cat(vec![noisy.x.clone(), noisy.waves.clone()], 1); // [batch, 2 + 2 · WAVES]
        let h = hidden.iter().fold(h, |h, layer| activation::relu(layer.forward(h))); // [batch, hidden]
        last.forward(h)
    }

    /// The noise that it sees in each point, ε̂: `[batch, 2]`.
    pub fn noise(&self, noisy: &Noisy) -> Tensor<2> {
        noisy.x.clone() * noisy.spread.clone() + self.velocity(noisy) * noisy.signal.clone()
    }
}

/// How far the named noise is from the real one, as a mean over the batch and both numbers: `[batch, 2], [batch, 2] -> [1]`.
pub fn loss(named: Tensor<2>, noise: Tensor<2>) -> Tensor<1> {
    let off = named - noise; // [batch, 2]
    (off.clone() * off).mean()
}

/// Points with noise of a random amount, and the noise.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the network is given.
    pub noisy: Noisy,
    /// What it is to name: `[batch, 2]`.
    pub noise: Tensor<2>,
}

impl Question {
    /// Lines 2 to 4 of algorithm 1, `batch` times: a point, a time, noise. There must be a point.
    pub fn draw<R: Rng>(points: &[Place], batch: usize, schedule: &Schedule, rng: &mut R, device: &Device) -> Self {
        let (mut x, mut noise, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..batch {
            let point = points[rng.random_range(0..points.len())];
            let left = schedule.kept(rng.random());
            let drawn = [normal(rng), normal(rng)];
            x.extend(noised(&point, &drawn, left));
            noise.extend(drawn);
            kept.push(left);
        }
        let noise = Tensor::from_data(TensorData::new(noise, [batch, 2]), device);
        Self { noisy: Noisy::new(&x, &kept, device), noise }
    }

    /// What the network pays for its answers: `[1]`.
    pub fn loss(&self, model: &ScoreNet) -> Tensor<1> {
        loss(model.noise(&self.noisy), self.noise.clone())
    }
}

/// A live run: the network, the points it learns from, and the chance that draws its questions.
#[derive(Debug)]
pub struct Learner {
    /// The network and its optimiser.
    pub trainer: Trainer<ScoreNet>,
    /// Questions of a step.
    pub batch: usize,
    points: Vec<Place>,
    schedule: Schedule,
    rng: Pcg32,
    device: Device,
}

impl Learner {
    /// A run before its first step, on a device with autodiff. Points have a mean of 0 and a variance of 1.
    pub fn new(
        config: ScoreConfig,
        points: Vec<Place>,
        batch: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self, Error> {
        if points.is_empty() || config.hidden == 0 {
            return Err(Error::Config("there is nothing to learn from, or nothing to learn with".into()));
        }
        let mut rng = Pcg32::seed_from_u64(seed);
        let trainer = Trainer::new(config.init(device, &mut rng), Optimizer::new(OptimizerKind::Adam));
        let schedule = Schedule::new(&Shape::Cosine);
        Ok(Self { trainer, batch: batch.max(1), points, schedule, rng, device: device.clone() })
    }

    /// One training step; the loss comes back unread: `[1]`.
    pub fn step(&mut self, rate: f64) -> Tensor<1> {
        let question = Question::draw(&self.points, self.batch, &self.schedule, &mut self.rng, &self.device);
        self.trainer.step(rate, |model| question.loss(model))
    }

    /// Questions about other points that are the same at each call, without autodiff.
    pub fn held_out(&self, points: &[Place], count: usize) -> Option<Question> {
        let mut rng = Pcg32::seed_from_u64(0x4E1D);
        let device = self.device.clone().inner();
        (!points.is_empty()).then(|| Question::draw(points, count, &self.schedule, &mut rng, &device))
    }

    /// Everything that decides how the run goes on.
    pub async fn save(&self) -> Result<Saved, Error> {
        Ok(Saved { checkpoint: self.trainer.save().await?, rng: self.rng.clone() })
    }

    /// Goes back (or forward) to a moment of this run; on trouble nothing changes.
    pub fn restore(&mut self, saved: &Saved) -> Result<(), Error> {
        self.trainer.restore(&saved.checkpoint, &self.device)?;
        self.rng = saved.rng.clone();
        Ok(())
    }
}

/// A moment of a live run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    checkpoint: Checkpoint,
    rng: Pcg32,
}

/// Points out of noise: where each is before the first step, after each step, and at the end: `walk.len()` lists of
/// `seeds.len()` places. Numbers are read back once a step.
pub async fn flow(
    model: &ScoreNet,
    walk: Vec<f32>,
    rule: Rule,
    seeds: &[u64],
    device: &Device,
) -> Result<Vec<Vec<Place>>, Error> {
    let places = |backward: &Backward| backward.pictures().as_chunks().0.to_vec();
    let mut backward = Backward::new(walk, rule, seeds, 2, Some(BOUND));
    let mut frames = vec![places(&backward)];
    while !backward.is_done() {
        let noisy = Noisy::new(backward.pictures(), &vec![backward.kept(); seeds.len()], device);
        backward.advance(&read(model.velocity(&noisy)).await?);
        frames.push(places(&backward));
    }
    Ok(frames)
}

/// The noise that the network sees at these places under so much noise.
pub async fn noise_at(model: &ScoreNet, places: &[Place], kept: f32, device: &Device) -> Result<Vec<Place>, Error> {
    let noisy = Noisy::new(places.as_flattened(), &vec![kept; places.len()], device);
    Ok(read(model.noise(&noisy)).await?.as_chunks().0.to_vec())
}

async fn read(tensor: Tensor<2>) -> Result<Vec<f32>, Error> {
    let data = tensor.into_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
    data.try_into_vec().map_err(|error| Error::Device(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::{
        data::points::{PointKind, PointOptions, generate},
        generative::cloud::{Frame, Reference},
    };

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("the CPU answers at once")
    }

    fn moons(count: usize, seed: u64) -> Vec<Place> {
        kind(PointKind::Moons, count, seed)
    }

    fn kind(kind: PointKind, count: usize, seed: u64) -> Vec<Place> {
        let options = PointOptions { kind, count, noise: 0.05, margin: 0.0, imbalance: 0.5, seed };
        let points: Vec<Place> = generate(&options).into_iter().map(|point| [point.x, point.y]).collect();
        let frame = Frame::of(&points);
        points.into_iter().map(|point| frame.inward(point)).collect()
    }

    #[test]
    #[ignore = "a measurement"]
    fn measure() {
        let device = Device::flex().autodiff();
        for k in PointKind::ALL {
            let all = kind(k, 500, 1);
            let (training, held) = all.split_at(350);
            let reference = Reference::new(training);
            println!("{k:?} held {:?}", reference.compare(held));
            for hidden in [64, 96, 128] {
                for rate in [0.002, 0.005] {
                    let mut run = Learner::new(ScoreConfig { hidden }, training.to_vec(), 256, 1, &device).unwrap();
                    let question = run.held_out(held, 512).unwrap();
                    for round in 0..4 {
                        let start = std::time::Instant::now();
                        for _ in 0..1000 {
                            run.step(rate);
                        }
                        let ms = start.elapsed().as_secs_f64();
                        let model = run.trainer.valid();
                        let seeds: Vec<u64> = (0..500).collect();
                        let start = std::time::Instant::now();
                        let walk = Schedule::new(&Shape::Cosine).walk(50);
                        let frames = now(flow(&model, walk, Rule::Ddim, &seeds, &Device::flex())).unwrap();
                        let flow_ms = start.elapsed().as_secs_f64() * 1e3;
                        println!(
                            "{hidden} {rate} {round}: {ms:.2} ms/step flow {flow_ms:.0} ms loss {:.4} {:?}",
                            question.loss(&model).into_scalar::<f32>(),
                            reference.compare(frames.last().unwrap()).unwrap()
                        );
                    }
                }
            }
        }
    }
}
