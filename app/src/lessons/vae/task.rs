//! The worker half: the network learns to draw, and what it draws is looked at a few times a second.

mod drawn;
mod plane;
mod trials;

use models::{
    data::batches::Batches,
    device::Device,
    generative::{
        latent::{active_units, along, nearest, square},
        vae::{Vae as Net, kl_by_unit, noise, reconstruction, reparameterise},
    },
    tensor::{Tensor, TensorData, Transaction},
    train::{
        optimizer::Optimizer,
        trainer::{Checkpoint, Trainer},
    },
    weights::{self, Parameters},
};
use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};
use web_time::{Duration, Instant};

use self::{
    drawn::{Pending, byte, halved, matrices, weighed},
    plane::Plane,
};
use crate::{
    lessons::{
        pictures::{
            CLASSES, LayerView, PIXELS, SIDE,
            school::read,
            shelf::{ALONE, Shelf, again, trained},
        },
        vae::{
            ALONG, Between, Blur, Command, Encoding, Halfway, Look, MAP_SIDE, Nearest, Nowhere, PAIRS, PointView,
            SAMPLES, Settings, Snapshot, TERMS, Vae,
        },
    },
    session::{
        protocol::{CurvePoint, Series, Trouble, decode, encode},
        serve::{self, Context, not_finite, plot},
    },
};

/// Steps from one evaluation to the next.
const EVERY: u64 = 25;
/// The map is not drawn more often than this,
const LOOK_PAUSE: Duration = Duration::from_millis(125);
/// and takes at most one part of the time in so many more.
const STEPS_PER_LOOK: u32 = 5;
/// Most points of a path.
const MOST_POINTS: usize = 400;
/// Between which of the held-out pictures the reader first goes, both among those to pick from: a shirt and trousers, or
/// a 4 and a 1.
const FIRST_ENDS: [u32; 2] = [4, 2];

/// Where the point comes from.
enum Source {
    Place([f32; 2]),
    Pixels(Vec<f32>),
}

/// What decides how the run goes on.
#[derive(Serialize, Deserialize)]
struct State {
    trainer: Checkpoint,
    batches: Batches,
    rng: Pcg32,
}

/// The running task.
pub struct Task {
    settings: Settings,
    context: Context,
    device: Device,
    shelf: Shelf,
    trainer: Trainer<Net>,
    batches: Batches,
    rng: Pcg32,
    held: Tensor<2>,
    held_noise: Tensor<2>,
    sample_noise: Tensor<2>,
    pending: Pending,
    /// Where the held-out pictures lay when they were last looked at: `[pictures, latent]`.
    means: Vec<f32>,
    kl: Vec<f32>,
    plane: Plane,
    layers: Vec<LayerView>,
    evaluated: Option<u64>,
    weighed: Option<u64>,
    looked: Option<u64>,
    next_look: Instant,
    finely: bool,
    source: Source,
    path: Vec<[f32; 2]>,
    ends: [u32; 2],
    blur: Option<Blur>,
    nowhere: Option<Nowhere>,
    halfway: Option<Halfway>,
}

impl serve::Task for Task {
    type Protocol = Vae;

    async fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let shelf = Shelf::fetch(settings.set, settings.examples as usize, ALONE, &context).await?;
        let network = settings.network();
        let device = context.device.clone().autodiff();
        let fresh = network.init(&device, &mut Pcg32::seed_from_u64(settings.seed.into()));
        let model = trained(fresh, settings.weights(), &context, &device).await?;
        let fixed = |count: usize, salt: u64| {
            let mut rng = Pcg32::seed_from_u64(u64::from(settings.seed) ^ salt);
            noise(count, network.latent, &mut rng, &context.device)
        };
        let every: Vec<usize> = (0..shelf.held_out.len()).collect();
        let (held, _) = shelf.held_out.tensors(&every, CLASSES, &context.device);
        let mut task = Self {
            trainer: Trainer::new(model, Optimizer::new(settings.optimizer)),
            batches: Batches::new(shelf.count(0), settings.batch as usize, settings.seed.into()),
            rng: Pcg32::seed_from_u64(u64::from(settings.seed) ^ 0x4e4f_4953),
            held_noise: fixed(every.len(), 0x4845_4c44),
            sample_noise: fixed(SAMPLES, 0x4452_4157),
            ends: FIRST_ENDS,
            plane: Plane::flat(network.latent),
            settings,
            context,
            device,
            shelf,
            held,
            pending: Pending::default(),
            means: Vec::new(),
            kl: Vec::new(),
            layers: Vec::new(),
            evaluated: None,
            weighed: None,
            looked: None,
            next_look: Instant::now(),
            finely: false,
            source: Source::Place([0.0; 2]),
            path: Vec::new(),
            blur: None,
            nowhere: None,
            halfway: None,
        };
        task.evaluate();
        Ok(task)
    }

    fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        let Some(batch) = self.shelf.next(self.trainer.step, &mut self.batches)? else { return Ok(true) };
        let (x, _) = self.shelf.training.tensors(&batch, CLASSES, &self.device); // [batch, 784]
        let noise = noise(x.dims()[0], self.latent(), &mut self.rng, &self.device); // [batch, latent]
        let beta = f64::from(self.settings.beta);
        let mut terms = None;
        self.trainer.step(self.settings.rate.into(), |model| {
            let elbo = model.elbo(x, noise);
            terms = Some((elbo.reconstruction.clone().inner(), elbo.kl.clone().inner()));
            elbo.loss(beta)
        });
        let step = self.trainer.step;
        self.pending.terms.extend(terms.map(|(reconstruction, kl)| (step, reconstruction, kl)));
        if step.is_multiple_of(EVERY) {
            self.evaluate();
        }
        Ok(!self.is_over())
    }

    fn waits(&self) -> bool {
        self.shelf.waits(self.trainer.step)
    }

    fn configure(&mut self, settings: Settings) {
        self.batches.set_batch(settings.batch as usize);
        self.settings = settings;
    }

    async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        let here = self.shelf.held_out.len() as u32;
        match command {
            Command::Place(at) if at.iter().all(|value| value.is_finite()) => self.source = Source::Place(at),
            Command::Encode(pixels) if pixels.len() == PIXELS => {
                self.source = Source::Pixels(pixels.iter().map(|pixel| pixel.clamp(0.0, 1.0)).collect());
            }
            Command::Pick(index) if index < here => self.source = Source::Pixels(self.picture(index)),
            Command::Path(mut path) => {
                path.retain(|[x, y]| x.is_finite() && y.is_finite());
                path.truncate(MOST_POINTS);
                self.path = path;
            }
            Command::Between(from, to) if from < here && to < here => self.ends = [from, to],
            Command::Redraw => self.finely = true,
            Command::Blur => self.blur = Some(self.measure_blur().await?),
            Command::Nowhere => self.nowhere = Some(self.go_nowhere().await?),
            Command::Halfway => self.halfway = Some(self.go_halfway().await?),
            // A place that is none, a picture that is not here.
            Command::Place(_) | Command::Encode(_) | Command::Pick(_) | Command::Between(..) => {}
        }
        Ok(())
    }

    async fn snapshot(&mut self, curves: &mut Vec<CurvePoint>) -> Result<Snapshot, Trouble> {
        let started = Instant::now();
        let finely = std::mem::take(&mut self.finely);
        // The last map of a run that ends by itself is part of its finding.
        let due = started >= self.next_look || self.is_over();
        let looks = finely || (due && self.looked != Some(self.trainer.step));
        let model = self.trainer.valid();
        let point = match &self.source {
            Source::Place(at) => self.points(&[*at]),
            Source::Pixels(pixels) => model.encode(self.tensor(pixels)).0,
        }; // [1, latent]
        let hidden = self.hidden(&model, &point);
        let path = along(&self.path, ALONG);
        let mut places = vec![point.clone(), self.way(&model)];
        if !path.is_empty() {
            places.push(self.points(&path));
        }
        if looks {
            let pairs = self.held.clone().slice([0..PAIRS.min(self.held.dims()[0]), 0..PIXELS]);
            places.push(self.sample_noise.clone());
            places.push(model.encode(pairs).0);
            places.push(self.points(&square(MAP_SIDE, self.plane.reach * (1.0 - 1.0 / MAP_SIDE as f32))));
        }
        let counts: Vec<usize> = places.iter().map(|place| place.dims()[0]).collect();
        let drawn = model.draw(Tensor::cat(places, 0)); // [pictures, 784]

        if finely && self.evaluated != Some(self.trainer.step) {
            self.evaluate();
        }
        let pending = std::mem::take(&mut self.pending);
        let mut transaction = Transaction::default().register(point).register(drawn);
        for layer in hidden.iter().flatten() {
            transaction = transaction.register(layer.clone());
        }
        // Weights are read as rarely as the held-out pictures are looked at: there are many of them.
        let weighs = looks && self.weighed != self.evaluated;
        let matrices = if weighs { matrices(&model) } else { Vec::new() };
        let gradients = if looks { self.trainer.gradient_means() } else { Vec::new() };
        for matrix in &matrices {
            transaction = transaction.register(matrix.clone());
        }
        for gradient in &gradients {
            transaction = transaction.register(gradient.clone());
        }
        let mut values = read(pending.register(transaction)).await?.into_iter();
        let mut take = || values.next().unwrap_or_default();
        let (point, drawn) = (take(), take());
        let hidden = hidden.map(|layers| layers.iter().map(|_| take()).collect());
        let weights: Vec<Vec<f32>> = matrices.iter().map(|_| take()).collect();
        let gradients: Vec<f32> = gradients.iter().map(|_| take()[0]).collect();
        self.collect(pending, &mut values, curves).await?;

        let mut drawn = drawn.chunks_exact(PIXELS);
        let mut next =
            |count: usize| -> Vec<u8> { drawn.by_ref().take(count).flatten().map(|ink| byte(*ink)).collect() };
        let mut counts = counts.into_iter();
        let mut take = || next(counts.next().unwrap_or_default());
        let (picture, way) = (take(), take());
        let along_path = if path.is_empty() { Vec::new() } else { take() };
        let look = looks.then(|| {
            let (samples, pairs, tiles) = (take(), take(), take());
            (samples, pairs, if finely { tiles } else { halved(&tiles) })
        });
        let look = look.map(|(samples, pairs, tiles)| {
            let step = self.trainer.step;
            for (layer, mean) in gradients.iter().enumerate() {
                plot(curves, Series::Gradient(layer as u16), step, *mean);
            }
            if weighs {
                self.weighed = self.evaluated;
                self.layers = weights.iter().map(|weights| weighed(weights)).collect();
            }
            for (layer, gradient) in self.layers.iter_mut().zip(&gradients) {
                layer.gradient = *gradient;
            }
            let look = self.look(samples, pairs, tiles, if finely { SIDE } else { SIDE / 2 });
            // The next map is of the plane as it is now; this one's dots lie on this one's plane.
            if let Some(plane) = Plane::through(&self.means, self.latent()) {
                self.plane = plane;
            }
            self.looked = Some(step);
            let cost = started.elapsed();
            self.next_look = Instant::now() + LOOK_PAUSE.saturating_sub(cost).max(cost * STEPS_PER_LOOK);
            look
        });
        Ok(Snapshot {
            here: self.batches.count() as u32,
            look,
            point: self.point(&point, hidden, picture),
            path: (path, along_path),
            between: Between {
                ends: self.ends,
                classes: self.ends.map(|end| self.shelf.held_out.labels[end as usize]),
                originals: self.ends.map(|end| self.shelf.held_out.image(end as usize).to_vec()),
                way,
            },
            blur: self.blur.clone(),
            nowhere: self.nowhere.clone(),
            halfway: self.halfway.clone(),
        })
    }

    fn steps(&self) -> u64 {
        self.trainer.step
    }

    fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.stop, self.trainer.step)
    }

    async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        let trainer = self.trainer.save().await.map_err(again)?;
        Ok(encode(&State { trainer, batches: self.batches.clone(), rng: self.rng.clone() }))
    }

    async fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let state: State = decode(bytes)?;
        self.trainer.restore(&state.trainer, &self.device)?;
        (self.batches, self.rng) = (state.batches, state.rng);
        self.shelf.fit(self.trainer.step, &mut self.batches);
        self.see_anew();
        self.configure(self.settings.clone());
        Ok(())
    }

    async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::read(&self.trainer.model).await?)
    }

    async fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Trouble> {
        self.trainer.model = weights::load(self.trainer.model.clone(), parameters, &self.device)?;
        self.see_anew();
        Ok(())
    }
}

impl Task {
    fn is_over(&self) -> bool {
        serve::is_over(self.settings.stop, self.trainer.step)
    }

    fn latent(&self) -> usize {
        self.settings.latent.into()
    }

    /// Looks at the held-out pictures, always with the same noise. Older means would be read for nothing.
    fn evaluate(&mut self) {
        let model = self.trainer.valid();
        let (mean, log_variance) = model.encode(self.held.clone());
        let z = reparameterise(mean.clone(), log_variance.clone(), self.held_noise.clone());
        let cost = reconstruction(model.decode(z), self.held.clone());
        self.pending.evaluations.push((self.trainer.step, cost, kl_by_unit(mean.clone(), log_variance)));
        self.pending.means = Some(mean);
        self.evaluated = Some(self.trainer.step);
    }

    /// The network is another one than before.
    fn see_anew(&mut self) {
        self.pending = Pending::default();
        (self.looked, self.weighed) = (None, None);
        self.next_look = Instant::now();
        self.evaluate();
    }

    /// Plots what was read back.
    async fn collect(
        &mut self,
        pending: Pending,
        values: &mut impl Iterator<Item = Vec<f32>>,
        curves: &mut Vec<CurvePoint>,
    ) -> Result<(), Trouble> {
        let mut take = || values.next().unwrap_or_default();
        if !pending.terms.is_empty() {
            let (costs, kls) = (take(), take());
            for (((step, ..), cost), kl) in pending.terms.iter().zip(costs).zip(kls) {
                if !(cost + kl).is_finite() {
                    return Err(self.broken(*step).await);
                }
                plot(curves, Series::Loss, *step, cost + kl);
                plot(curves, TERMS[0], *step, cost);
                plot(curves, TERMS[1], *step, kl);
            }
        }
        for (step, ..) in &pending.evaluations {
            let (cost, units) = (take()[0], take());
            let kl: f32 = units.iter().sum();
            plot(curves, Series::ValidationLoss, *step, cost + kl);
            plot(curves, TERMS[2], *step, cost);
            plot(curves, TERMS[3], *step, kl);
            self.kl = units;
        }
        if pending.means.is_some() {
            self.means = take();
        }
        Ok(())
    }

    /// Numbers left the finite range: in this layer, or in the loss alone.
    async fn broken(&self, step: u64) -> Trouble {
        match weights::read(&self.trainer.model).await {
            Ok(parameters) => match parameters.first_broken_layer() {
                Some(layer) => not_finite(layer, step),
                None => not_finite("the loss", step),
            },
            Err(error) => again(error),
        }
    }

    /// A held-out picture, 0 to 1.
    fn picture(&self, index: u32) -> Vec<f32> {
        self.shelf.held_out.image(index as usize).iter().map(|pixel| f32::from(*pixel) / 255.0).collect()
    }

    /// Pixels as a batch of one: `[1, 784]`.
    fn tensor(&self, pixels: &[f32]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(pixels.to_vec(), [1, PIXELS]), &self.context.device)
    }

    /// Places of the map as latent vectors: `[places, latent]`.
    fn points(&self, places: &[[f32; 2]]) -> Tensor<2> {
        let lifted: Vec<f32> = places.iter().flat_map(|place| self.plane.lift(*place)).collect();
        Tensor::from_data(TensorData::new(lifted, [places.len(), self.latent()]), &self.context.device)
    }

    /// The way between the two chosen pictures: `[along, latent]`.
    fn way(&self, model: &Net) -> Tensor<2> {
        let ends = Tensor::cat(self.ends.map(|end| self.tensor(&self.picture(end))).to_vec(), 0); // [2, 784]
        let share = |index: usize| index as f32 / (ALONG - 1) as f32;
        let shares: Vec<f32> = (0..ALONG).flat_map(|index| [1.0 - share(index), share(index)]).collect();
        let shares = Tensor::<2>::from_data(TensorData::new(shares, [ALONG, 2]), &self.context.device);
        shares.matmul(model.encode(ends).0)
    }

    /// Every hidden layer on the way to the point and on from it: `[1, units]` each.
    fn hidden(&self, model: &Net, point: &Tensor<2>) -> [Vec<Tensor<2>>; 2] {
        let encoder = match &self.source {
            Source::Place(_) => Vec::new(),
            Source::Pixels(pixels) => model.encoder_activations(self.tensor(pixels)),
        };
        [encoder, model.decoder_activations(point.clone())]
    }

    /// What is seen of the point, which lies here: `[latent]`.
    fn point(&self, latent: &[f32], hidden: [Vec<Vec<f32>>; 2], picture: Vec<u8>) -> PointView {
        let nearest = nearest(latent, &self.means).map(|(index, distance)| Nearest {
            picture: self.shelf.held_out.image(index).to_vec(),
            class: self.shelf.held_out.labels[index],
            distance,
        });
        let original = match &self.source {
            Source::Place(_) => None,
            Source::Pixels(pixels) => Some(pixels.iter().map(|ink| byte(*ink)).collect()),
        };
        PointView { at: self.plane.project(latent), picture, latent: latent.to_vec(), hidden, original, nearest }
    }

    fn look(&self, samples: Vec<u8>, reconstructed: Vec<u8>, tiles: Vec<u8>, side: usize) -> Look {
        let dots = self.means.chunks_exact(self.latent()).zip(&self.shelf.held_out.labels);
        let dots = dots.map(|(mean, class)| Encoding { at: self.plane.project(mean), class: *class }).collect();
        let originals = (0..reconstructed.len() / PIXELS).flat_map(|index| self.shelf.held_out.image(index)).copied();
        Look {
            step: self.trainer.step,
            reach: self.plane.reach,
            shown: self.plane.shown(),
            side: side as u8,
            tiles,
            dots,
            kl_by_unit: self.kl.clone(),
            active: active_units(&self.means, self.latent()) as u32,
            samples,
            pairs: [originals.collect(), reconstructed],
            layers: self.layers.clone(),
        }
    }
}
