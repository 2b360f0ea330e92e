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
        trainer::{Moment, Trainer},
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
            let weight = initial_weights(inputs, outputs, bend, rng);
            let weight: Vec<f32> = weight.into_iter().map(|weight| weight * size).collect();
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
        optimizer: OptimizerKind,
        seed: u64,
        device: &Device,
    ) -> Result<Self, Error> {
        if points.is_empty() || config.hidden == 0 {
            return Err(Error::Config("there is nothing to learn from, or nothing to learn with".into()));
        }
        let mut rng = Pcg32::seed_from_u64(seed);
        let trainer = Trainer::new(config.init(device, &mut rng), Optimizer::new(optimizer));
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
    pub async fn save(&self) -> Result<Moment, Error> {
        Moment::of(&self.trainer, &self.rng).await
    }

    /// Goes back (or forward) to a moment of this run; on trouble nothing changes.
    pub fn restore(&mut self, moment: &Moment) -> Result<(), Error> {
        moment.restore(&mut self.trainer, &mut self.rng, &self.device)
    }
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
    use crate::generative::cloud::exact_noise;

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("the CPU answers at once")
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    fn ring() -> Vec<Place> {
        (0..12)
            .map(|at| (at as f32 / 12.0 * std::f32::consts::TAU).sin_cos())
            .map(|(y, x)| [1.4 * x, 1.4 * y])
            .collect()
    }

    fn learner(hidden: usize) -> Learner {
        Learner::new(ScoreConfig { hidden }, ring(), 16, OptimizerKind::Adam, 3, &Device::flex().autodiff()).unwrap()
    }

    #[test]
    fn parameters_are_counted() {
        let config = ScoreConfig { hidden: 64 };
        assert_eq!(config.layers(), [(10, 64), (64, 64), (64, 64), (64, 2)]);
        assert_eq!(config.parameter_count(), 9154);
        assert_eq!(config.multiply_adds(), 10 * 64 + 2 * 64 * 64 + 64 * 2);
        assert_eq!(config.init(&Device::flex(), &mut Pcg32::seed_from_u64(1)).num_params(), 9154);
    }

    #[test]
    fn noise_and_v_are_the_two_sides_of_one_answer() {
        let model = ScoreConfig { hidden: 8 }.init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
        let (x, kept) = ([0.3, -1.2, 0.8, 0.1], [0.64, 0.09]);
        let noisy = Noisy::new(&x, &kept, &Device::flex());
        assert_eq!((noisy.waves.dims(), noisy.signal.dims()), ([2, 2 * WAVES], [2, 1]));
        let (v, noise) = (values(model.velocity(&noisy)), values(model.noise(&noisy)));
        for (at, noise) in noise.iter().enumerate() {
            let kept = kept[at / 2];
            let expected = (1.0 - kept).sqrt() * x[at] + kept.sqrt() * v[at];
            assert!((noise - expected).abs() < 1e-6);
        }
        // Under pure noise all of the point is noise, whatever the weights.
        let pure = now(noise_at(&model, &[[0.7, -2.0]], 0.0, &Device::flex())).unwrap();
        assert_eq!(pure, [[0.7, -2.0]]);
    }

    #[test]
    fn a_restored_run_repeats_bit_for_bit() {
        let train = |run: &mut Learner| (0..5).map(|_| run.step(0.01).into_scalar::<f32>()).collect::<Vec<_>>();
        let mut first = learner(8);
        train(&mut first);
        let bytes = postcard::to_allocvec(&now(first.save()).unwrap()).unwrap();
        let losses = train(&mut first);
        let mut second = learner(8);
        second.restore(&postcard::from_bytes(&bytes).unwrap()).unwrap();
        assert_eq!(train(&mut second), losses);
        assert_eq!(now(first.save()).unwrap(), now(second.save()).unwrap());
        // A network of another size: nothing changes.
        let before = now(second.save()).unwrap();
        assert!(second.restore(&now(learner(9).save()).unwrap()).is_err());
        assert_eq!(now(second.save()).unwrap(), before);
    }

    #[test]
    fn held_out_questions_stay_the_same() {
        let mut run = learner(8);
        let [first, second] = [0; 2].map(|_| run.held_out(&ring(), 64).unwrap());
        assert_eq!(values(first.noisy.x.clone()), values(second.noisy.x));
        let before = first.loss(&run.trainer.valid()).into_scalar::<f32>();
        for _ in 0..60 {
            run.step(0.01);
        }
        assert!(first.loss(&run.trainer.valid()).into_scalar::<f32>() < before);
        assert!(run.held_out(&[], 64).is_none());
    }

    #[test]
    fn whoever_knows_the_points_ends_on_them() {
        // The exact field in place of the network: every walk ends on a point, whatever the rule.
        let points = ring();
        for rule in Rule::ALL {
            let walk = Schedule::new(&Shape::Cosine).walk(60);
            let mut backward = Backward::new(walk, rule, &[1, 2, 3, 4, 5, 6], 2, Some(BOUND));
            while !backward.is_done() {
                let kept = backward.kept();
                let places: &[Place] = backward.pictures().as_chunks().0;
                let noise = places.iter().map(|place| exact_noise(&points, *place, kept));
                // v of a noisy point and its noise.
                let v: Vec<f32> = noise
                    .zip(places)
                    .flat_map(|(noise, x)| [0, 1].map(|a: usize| (noise[a] - (1.0 - kept).sqrt() * x[a]) / kept.sqrt()))
                    .collect();
                backward.advance(&v);
            }
            let made: &[Place] = backward.pictures().as_chunks().0;
            for place in made {
                let far = |point: &Place| (place[0] - point[0]).hypot(place[1] - point[1]);
                let nearest = points.iter().map(far).fold(f32::INFINITY, f32::min);
                assert!(nearest < 0.02, "{rule:?}: {place:?} is {nearest} from every point");
            }
        }
    }

    #[test]
    fn a_flow_has_a_frame_for_each_step() {
        let model = ScoreConfig { hidden: 8 }.init(&Device::flex(), &mut Pcg32::seed_from_u64(1));
        let walk = Schedule::new(&Shape::Linear).walk(7);
        let frames = now(flow(&model, walk.clone(), Rule::Ddim, &[1, 2, 3], &Device::flex())).unwrap();
        assert_eq!((frames.len(), frames[0].len()), (8, 3));
        let alone = now(flow(&model, walk, Rule::Ddim, &[2], &Device::flex())).unwrap();
        assert_eq!(alone[0][0], frames[0][1]);
        assert!(frames.iter().flatten().flatten().all(|number| number.is_finite()));
    }

    #[test]
    fn nothing_to_learn_from_is_refused() {
        let device = Device::flex().autodiff();
        let new = |hidden, points| Learner::new(ScoreConfig { hidden }, points, 16, OptimizerKind::Adam, 1, &device);
        assert!(new(8, Vec::new()).is_err() && new(0, ring()).is_err());
    }
}
