//! The network that learns points of a plane.

use models::{
    data::points::normal,
    device::Device,
    error::Error,
    generative::{
        cloud::{Place, Reference, exact_noise, relative_error},
        diffusion::{Rule, Schedule, noised},
        score::{Learner, Noisy, Question, flow, noise_at},
    },
    tensor::{Tensor, Transaction},
    train::trainer::Moment,
    weights::{self, Parameters},
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;
use web_time::{Duration, Instant};

use crate::{
    lessons::{
        ddpm::{
            Settings,
            points::{Command, GRID, Judged, Look, REACH, View},
        },
        pictures::{LayerView, histogram, school::read, shelf::again},
    },
    session::{
        protocol::{CurvePoint, Remedy, Series, Trouble, decode, encode},
        serve::{self, Context, not_finite, plot},
    },
};

/// Steps from one evaluation to the next.
const EVERY: u64 = 25;
/// Questions about held-out points.
const QUESTIONS: usize = 512;
/// Points that flow.
const FLOWING: u64 = 240;
/// Points that are judged.
const JUDGED: u64 = 500;
/// Walks of so many steps are judged.
const WALKS: [u16; 8] = [1, 2, 3, 5, 10, 20, 50, 100];
/// Places where network and exact field are compared, at each of so many times.
const PROBES: usize = 200;
const TIMES: usize = 11;
/// They do not flow anew more often than this,
const LOOK_PAUSE: Duration = Duration::from_millis(250);
/// and that takes at most one part of the time in so many more.
const STEPS_PER_LOOK: u32 = 5;

/// Places with the exact answer there, under one amount of noise.
struct Probe {
    time: f32,
    kept: f32,
    places: Vec<Place>,
    exact: Vec<Place>,
}

/// The running task.
pub struct Points {
    settings: Settings,
    device: Device,
    learner: Learner,
    training: Vec<Place>,
    held: Option<Question>,
    reference: Reference,
    held_out: Vec<Place>,
    schedule: Schedule,
    time: f32,
    /// The exact field on the grid, and probes, at the time that is looked at.
    now: Option<(Probe, Probe)>,
    probes: Vec<Probe>,
    losses: Vec<(u64, Tensor<1>)>,
    evaluations: Vec<(u64, Tensor<1>)>,
    looked: Option<u64>,
    next_look: Instant,
    redraw: bool,
    layers: Vec<LayerView>,
    judged: Vec<Judged>,
}

impl Points {
    /// A fresh network and its points.
    pub fn start(settings: Settings, context: Context) -> Result<Self, Trouble> {
        let points = &settings.points;
        let (training, held_out, _) = points.places();
        if training.is_empty() {
            return Err(Trouble::new("There are no points yet; paint a few on the plane.", Remedy::Dismiss));
        }
        let device = context.device.clone().autodiff();
        let (batch, seed) = (points.batch as usize, points.seed.into());
        let learner = Learner::new(points.network(), training.clone(), batch, points.optimizer, seed, &device)?;
        let mut task = Self {
            held: learner.held_out(&held_out, QUESTIONS),
            reference: Reference::new(&training),
            schedule: settings.schedule(),
            device: context.device,
            settings,
            learner,
            training,
            held_out,
            time: 0.5,
            now: None,
            probes: Vec::new(),
            losses: Vec::new(),
            evaluations: Vec::new(),
            looked: None,
            next_look: Instant::now(),
            redraw: true,
            layers: Vec::new(),
            judged: Vec::new(),
        };
        task.probe();
        task.evaluate();
        Ok(task)
    }

    /// One update.
    pub fn step(&mut self) -> Result<bool, Trouble> {
        if self.is_over() {
            return Ok(false);
        }
        let loss = self.learner.step(self.settings.points.rate.into());
        self.losses.push((self.steps(), loss));
        if self.steps().is_multiple_of(EVERY) || self.is_over() {
            self.evaluate();
        }
        Ok(!self.is_over())
    }

    fn is_over(&self) -> bool {
        serve::is_over(self.settings.points.stop, self.steps())
    }

    fn evaluate(&mut self) {
        if let Some(held) = &self.held {
            self.evaluations.push((self.steps(), held.loss(&self.learner.trainer.valid())));
        }
    }

    /// Takes over settings that need no new start.
    pub fn configure(&mut self, settings: Settings) {
        self.learner.batch = settings.points.batch as usize;
        let walks_alike = settings.rule == self.settings.rule && settings.points.walk == self.settings.points.walk;
        let schedule = settings.schedule();
        let is_other = schedule != self.schedule;
        (self.schedule, self.settings) = (schedule, settings);
        if is_other {
            self.now = None;
            self.probe();
        }
        self.redraw |= is_other || !walks_alike;
    }

    /// What the reader asks.
    pub async fn command(&mut self, command: Command) -> Result<(), Trouble> {
        match command {
            Command::Time(time) if time.is_finite() => {
                self.time = time.clamp(0.0, 1.0);
                self.now = None;
            }
            Command::Time(_) => {}
            Command::Redraw => self.redraw = true,
            Command::Judge => self.judged = self.judge().await?,
        }
        Ok(())
    }

    /// What points become at a time, with the exact noise in each.
    fn probe_at(&self, time: f32, count: usize) -> Probe {
        let mut rng = Pcg32::seed_from_u64(0x50_52_4F_42);
        let kept = self.schedule.kept(time);
        let mut place = || {
            let point = self.training[rng.random_range(0..self.training.len())];
            let found = noised(&point, &[normal(&mut rng), normal(&mut rng)], kept);
            [found[0], found[1]]
        };
        let places: Vec<Place> = (0..count).map(|_| place()).collect();
        self.exact(time, places)
    }

    fn exact(&self, time: f32, places: Vec<Place>) -> Probe {
        let kept = self.schedule.kept(time);
        let exact = places.iter().map(|place| exact_noise(&self.training, *place, kept)).collect();
        Probe { time, kept, places, exact }
    }

    fn probe(&mut self) {
        self.probes = (0..TIMES).map(|at| self.probe_at(at as f32 / (TIMES - 1) as f32, PROBES)).collect();
    }

    /// What the figures show now.
    pub async fn view(&mut self, curves: &mut Vec<CurvePoint>) -> Result<View, Trouble> {
        let started = Instant::now();
        let due = started >= self.next_look || self.is_over();
        let looks = self.redraw || (due && self.looked != Some(self.steps()));
        self.collect(curves, looks).await?;
        if self.now.is_none() {
            self.now = Some((self.exact(self.time, grid()), self.probe_at(self.time, PROBES)));
        }
        let model = self.learner.trainer.valid();
        let look = if looks { Some(self.look().await?) } else { None };
        let Some((grid, probe)) = &self.now else { return Ok(View::default()) };
        let field = noise_at(&model, &grid.places, grid.kept, &self.device).await.map_err(again)?;
        let named = noise_at(&model, &probe.places, probe.kept, &self.device).await.map_err(again)?;
        if looks {
            self.redraw = false;
            self.looked = Some(self.steps());
            let cost = started.elapsed();
            self.next_look = Instant::now() + LOOK_PAUSE.saturating_sub(cost).max(cost * STEPS_PER_LOOK);
        }
        Ok(View {
            steps: self.steps(),
            time: self.time,
            kept: grid.kept,
            field,
            exact: grid.exact.clone(),
            error: relative_error(&named, &probe.exact),
            look,
            layers: self.layers.clone(),
            judged: self.judged.clone(),
        })
    }

    /// Reads losses, gradients and, now and then, weights; numbers out of range are a trouble.
    async fn collect(&mut self, curves: &mut Vec<CurvePoint>, weighs: bool) -> Result<(), Trouble> {
        let (losses, evaluations) = (std::mem::take(&mut self.losses), std::mem::take(&mut self.evaluations));
        let one = |list: &[(u64, Tensor<1>)]| Tensor::cat(list.iter().map(|(_, value)| value.clone()).collect(), 0);
        // Without a step since the last frame there is nothing new to read.
        let gradients = if losses.is_empty() { Vec::new() } else { self.learner.trainer.gradient_means() };
        let has_gradients = !gradients.is_empty();
        let mut transaction = Transaction::default();
        for list in [&losses, &evaluations] {
            if !list.is_empty() {
                transaction = transaction.register(one(list));
            }
        }
        if has_gradients {
            transaction = transaction.register(Tensor::cat(gradients, 0));
        }
        let is_empty = losses.is_empty() && evaluations.is_empty();
        let mut values = if is_empty { Vec::new() } else { read(transaction).await? }.into_iter();
        let mut broken = None;
        for (list, series) in [(&losses, Series::Loss), (&evaluations, Series::ValidationLoss)] {
            if list.is_empty() {
                continue;
            }
            for ((step, _), value) in list.iter().zip(values.next().unwrap_or_default()) {
                plot(curves, series, *step, value);
                broken = broken.or((!value.is_finite()).then_some(*step));
            }
        }
        if has_gradients {
            for (layer, mean) in values.next().unwrap_or_default().into_iter().enumerate() {
                plot(curves, Series::Gradient(layer as u16), self.steps(), mean);
            }
        }
        if weighs || broken.is_some() {
            let parameters = weights::read(&self.learner.trainer.model).await.map_err(again)?;
            if let Some(step) = broken {
                return Err(not_finite(parameters.first_broken_layer().unwrap_or("the loss"), step));
            }
            let matrices = parameters.0.iter().filter(|tensor| tensor.shape.len() > 1);
            self.layers = matrices
                .map(|tensor| {
                    let (histogram, span) = histogram(&tensor.values);
                    LayerView { histogram, span, gradient: 0.0 }
                })
                .collect();
        }
        Ok(())
    }

    /// The walk from noise to points, and how far the network is from the exact field by time.
    async fn look(&self) -> Result<Look, Trouble> {
        let frames = self.walk(self.settings.points.walk, self.settings.rule, FLOWING).await?;
        let places: Vec<f32> = self.probes.iter().flat_map(|probe| probe.places.as_flattened()).copied().collect();
        let kept: Vec<f32> = self.probes.iter().flat_map(|probe| vec![probe.kept; probe.places.len()]).collect();
        let named = self.learner.trainer.valid().noise(&Noisy::new(&places, &kept, &self.device));
        let named = read(Transaction::default().register(named)).await?.remove(0);
        let named: &[Place] = named.as_chunks().0;
        let errors = self.probes.iter().zip(named.chunks(PROBES));
        Ok(Look {
            step: self.steps(),
            likeness: frames.last().and_then(|made| self.reference.compare(made)),
            natural: self.reference.compare(&self.held_out),
            frames,
            errors: errors.map(|(probe, named)| (probe.time, relative_error(named, &probe.exact))).collect(),
        })
    }

    async fn walk(&self, steps: u16, rule: Rule, count: u64) -> Result<Vec<Vec<Place>>, Trouble> {
        let first = u64::from(self.settings.points.seed) << 20;
        let seeds: Vec<u64> = (0..count).map(|index| first + index).collect();
        let walk = self.schedule.walk(steps.into());
        flow(&self.learner.trainer.valid(), walk, rule, &seeds, &self.device).await.map_err(again)
    }

    async fn judge(&self) -> Result<Vec<Judged>, Trouble> {
        let mut judged = Vec::new();
        for steps in WALKS {
            let mut found = Judged { steps, ..Judged::default() };
            for (rule, likeness) in Rule::ALL.into_iter().zip(&mut found.likeness) {
                let frames = self.walk(steps, rule, JUDGED).await?;
                *likeness = frames.last().and_then(|made| self.reference.compare(made)).unwrap_or_default();
            }
            judged.push(found);
        }
        Ok(judged)
    }

    /// Updates so far.
    pub fn steps(&self) -> u64 {
        self.learner.trainer.step
    }

    /// Why the run is over.
    pub fn finished(&self) -> Option<String> {
        serve::stopped(self.settings.points.stop, self.steps())
    }

    /// The whole state.
    pub async fn save(&mut self) -> Result<Vec<u8>, Trouble> {
        Ok(encode(&self.learner.save().await.map_err(again)?))
    }

    /// Takes a saved state back.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let moment: Moment = decode(bytes)?;
        self.learner.restore(&moment)?;
        self.see_anew();
        Ok(())
    }

    fn see_anew(&mut self) {
        self.losses.clear();
        self.evaluations.clear();
        self.redraw = true;
    }

    /// The network's weights.
    pub async fn weights(&mut self) -> Result<Parameters, Trouble> {
        Ok(weights::read(&self.learner.trainer.model).await?)
    }

    /// Takes weights of a file.
    pub fn take_weights(&mut self, parameters: &Parameters) -> Result<(), Error> {
        let trainer = &mut self.learner.trainer;
        trainer.model = weights::load(trainer.model.clone(), parameters, &self.device.clone().autodiff())?;
        self.see_anew();
        self.evaluate();
        Ok(())
    }
}

/// The places where the field is shown, row by row from the top left.
fn grid() -> Vec<Place> {
    let along = |at: usize| (2.0 * at as f32 / (GRID - 1) as f32 - 1.0) * REACH;
    (0..GRID * GRID).map(|at| [along(at % GRID), -along(at / GRID)]).collect()
}
