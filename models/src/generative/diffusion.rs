//! Diffusion: a picture is drowned in noise little by little, which needs no network, and the way back is walked by asking
//! a network at each step which noise it sees. Here is all that is not the network: how much of the picture is left when,
//! and the steps there and back.
//!
//! ```text
//! forward    x = √ᾱ x₀ + √(1 - ᾱ) ε,  ε ~ N(0, 1)                       ᾱ: the share of the picture's variance that is left
//! v          v = √ᾱ ε - √(1 - ᾱ) x₀          x₀ = √ᾱ x - √(1 - ᾱ) v          ε = √(1 - ᾱ) x + √ᾱ v
//! backward   σ = η √((1 - ᾱ′) / (1 - ᾱ)) √(1 - ᾱ / ᾱ′)                  from ᾱ to the larger ᾱ′
//!            x′ = √ᾱ′ x₀ + √(1 - ᾱ′ - σ²) ε + σ z,  z ~ N(0, 1)
//! guidance   v = v(any) + w (v(class) - v(any))
//! ```
//!
//! All of it is plain numbers, a picture being a slice of any length, so that the page can draw it without a network.
//!
//! **Papers.** J. Ho, A. Jain, P. Abbeel: Denoising diffusion probabilistic models. NeurIPS 33 (2020): the linear schedule,
//! and the way back with η = 1. J. Song, C. Meng, S. Ermon: Denoising diffusion implicit models. ICLR (2021), equations 12
//! and 16: the way back with any η over any choice of steps. A. Nichol, P. Dhariwal: Improved denoising diffusion
//! probabilistic models. ICML (2021), equation 17: the cosine schedule. T. Salimans, J. Ho: Progressive distillation for
//! fast sampling of diffusion models. ICLR (2022): v. J. Ho, T. Salimans: Classifier-free diffusion guidance.
//! arXiv:2207.12598 (2022). A. Lugmayr et al.: RePaint. CVPR (2022): a part of the picture is known.
//!
//! **Differs from the papers.** A schedule is a curve that is cut into as many steps as wanted, so 5 and 1,000 steps walk
//! over the same amounts of noise; the network is told the amount and knows no step number. The variance of a step is the
//! smaller one of the two that Ho et al. allow. The weight `w` counts from the answer without class: 1 is no guidance.

use std::f32::consts::FRAC_PI_2;

use rand::SeedableRng;
use rand_pcg::Pcg32;
use serde::{Deserialize, Serialize};

use crate::data::points::normal;

/// Times of the linear schedule of Ho et al., and the unit in which the network is told a time.
pub const TIMES: usize = 1000;
/// The first and the last share of noise that the linear schedule adds in one of its steps.
const LINEAR: (f64, f64) = (1e-4, 0.02);
/// Keeps the cosine schedule from starting too slowly: equation 17.
const OFFSET: f32 = 0.008;
/// No schedule leaves less, and none leaves more but at its beginning: a ratio of 0 has no logarithm.
const BOUNDS: (f32, f32) = (1e-5, 1.0 - 1e-5);

/// The form of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// The noise that a step adds grows along a line.
    Linear,
    /// What is left of the picture's spread falls like a cosine.
    Cosine,
    /// √ᾱ, what is left of the picture's spread, at times evenly spread from 0 to 1, joined by straight lines. What rises
    /// is held level.
    Hand(Vec<f32>),
}

/// How much of the picture is left at each time from 0, the picture, to 1, the noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// ᾱ at evenly spread times, never rising.
    kept: Vec<f32>,
}

impl Schedule {
    /// The schedule of a form.
    pub fn new(shape: &Shape) -> Self {
        let mut kept: Vec<f32> = match shape {
            Shape::Linear => {
                let mut left = 1.0;
                let beta = |time: usize| LINEAR.0 + (LINEAR.1 - LINEAR.0) * (time - 1) as f64 / (TIMES - 1) as f64;
                let after = |time| {
                    left *= 1.0 - beta(time);
                    left as f32
                };
                std::iter::once(1.0).chain((1..=TIMES).map(after)).collect()
            }
            Shape::Cosine => (0..=TIMES).map(|time| cosine(time as f32 / TIMES as f32)).collect(),
            Shape::Hand(spreads) => (0..=TIMES)
                .map(|time| {
                    let spread = between(spreads, time as f32 / TIMES as f32).unwrap_or(1.0);
                    if spread.is_finite() { spread.clamp(0.0, 1.0).powi(2) } else { 0.0 }
                })
                .collect(),
        };
        let mut least = BOUNDS.1;
        for kept in &mut kept {
            least = kept.clamp(BOUNDS.0, least);
            *kept = least;
        }
        Self { kept }
    }

    /// ᾱ at a time from 0 to 1.
    pub fn kept(&self, time: f32) -> f32 {
        between(&self.kept, time).unwrap_or(BOUNDS.1)
    }

    /// ᾱ before each step of a walk back of so many steps, then 1 for the clean picture: `steps + 1` values that never fall.
    pub fn walk(&self, steps: usize) -> Vec<f32> {
        let noisy = (0..steps).map(|step| self.kept((steps - step) as f32 / steps as f32));
        noisy.chain(std::iter::once(1.0)).collect()
    }
}

/// The value of a line through evenly spread points, at a place from 0 to 1; nothing without a point.
fn between(points: &[f32], place: f32) -> Option<f32> {
    let last = points.len().checked_sub(1)?;
    let place = place.clamp(0.0, 1.0) * last as f32;
    let before = (place as usize).min(last);
    let (from, to) = (points[before], points[(before + 1).min(last)]);
    Some(from + (to - from) * (place - before as f32))
}

fn cosine(time: f32) -> f32 {
    let spread = |time: f32| ((time + OFFSET) / (1.0 + OFFSET) * FRAC_PI_2).cos();
    (spread(time) / spread(0.0)).powi(2)
}

/// The time that the picture networks are told for an amount of noise, from 0 to 1,000: they were trained along the cosine
/// schedule.
pub fn network_time(kept: f32) -> f32 {
    let first = (OFFSET / (1.0 + OFFSET) * FRAC_PI_2).cos();
    let angle = (kept.clamp(0.0, 1.0).sqrt() * first).acos();
    ((angle / FRAC_PI_2 * (1.0 + OFFSET) - OFFSET) * TIMES as f32).clamp(0.0, TIMES as f32)
}

/// ᾱ / (1 - ᾱ): how much stronger the picture is than the noise.
pub fn signal_to_noise(kept: f32) -> f32 {
    kept / (1.0 - kept)
}

/// A picture under noise: `√ᾱ x₀ + √(1 - ᾱ) ε`.
pub fn noised(picture: &[f32], noise: &[f32], kept: f32) -> Vec<f32> {
    let (signal, spread) = (kept.sqrt(), (1.0 - kept).sqrt());
    picture.iter().zip(noise).map(|(x, e)| signal * x + spread * e).collect()
}

/// So many draws from the standard normal distribution.
pub fn draws(rng: &mut Pcg32, count: usize) -> Vec<f32> {
    (0..count).map(|_| normal(rng)).collect()
}

/// What the network is asked to name, from noise and picture.
pub fn velocity(picture: &[f32], noise: &[f32], kept: f32) -> Vec<f32> {
    let (signal, spread) = (kept.sqrt(), (1.0 - kept).sqrt());
    picture.iter().zip(noise).map(|(x, e)| signal * e - spread * x).collect()
}

/// Guided answers out of answers without and with the class: `[any] + weight ([class] - [any])`.
pub fn guided(any: &[f32], class: &[f32], weight: f32) -> Vec<f32> {
    any.iter().zip(class).map(|(any, class)| any + weight * (class - any)).collect()
}

/// How the way back is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Fresh noise at each step: η = 1, Ho et al.
    Ddpm,
    /// No fresh noise, so the first noise decides all: η = 0, Song et al.
    Ddim,
}

impl Rule {
    /// Both, in the order of the chips.
    pub const ALL: [Self; 2] = [Self::Ddpm, Self::Ddim];

    /// The chip's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "DDPM",
            Self::Ddim => "DDIM",
        }
    }

    /// The address's word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Ddim => "ddim",
        }
    }

    /// The rule behind an address's word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id() == id)
    }

    const fn eta(self) -> f32 {
        match self {
            Self::Ddpm => 1.0,
            Self::Ddim => 0.0,
        }
    }
}

/// What the network saw at one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// The noise that it names.
    pub noise: Vec<f32>,
    /// The clean picture that is left without that noise.
    pub clean: Vec<f32>,
}

/// A part of the picture that is known and stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The picture.
    pub picture: Vec<f32>,
    /// Where it is known; the rest is painted.
    pub mask: Vec<bool>,
    /// How often each step is walked, so that what is painted can learn of what is known: 1 or more.
    pub repeats: u32,
}

/// Pictures on their way out of noise, all at the same step. Each has a source of noise of its own, so a picture comes out
/// the same alone and among others.
#[derive(Clone, Debug)]
pub struct Backward {
    walk: Vec<f32>,
    rule: Rule,
    /// No clean picture has a value beyond; a plane of points has none to be held in.
    bound: Option<f32>,
    known: Option<Known>,
    size: usize,
    sources: Vec<Pcg32>,
    state: Vec<f32>,
    step: usize,
    walked: u32,
}

impl Backward {
    /// Pictures of `size` numbers out of the noise of each seed, over the amounts of noise of [`Schedule::walk`]. Clean
    /// pictures are held within ±`bound`.
    pub fn new(walk: Vec<f32>, rule: Rule, seeds: &[u64], size: usize, bound: Option<f32>) -> Self {
        let mut sources: Vec<Pcg32> = seeds.iter().map(|seed| Pcg32::seed_from_u64(*seed)).collect();
        let state = sources.iter_mut().flat_map(|source| draws(source, size)).collect();
        Self { walk, rule, bound, known: None, size, sources, state, step: 0, walked: 0 }
    }

    /// The same with a part of each picture known.
    pub fn knowing(mut self, known: Known) -> Self {
        self.known = Some(known);
        self.hold(self.walk[0]);
        self
    }

    /// Steps taken.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Steps in all.
    pub fn steps(&self) -> usize {
        self.walk.len() - 1
    }

    /// ᾱ of the pictures as they are; 1 at the end.
    pub fn kept(&self) -> f32 {
        self.walk[self.step]
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.step == self.steps()
    }

    /// All pictures as they are, one after the other.
    pub fn pictures(&self) -> &[f32] {
        &self.state
    }

    /// Walks one step with the network's answers `v`, as long as [`Self::pictures`], and says what they mean. At the end
    /// nothing moves.
    pub fn advance(&mut self, v: &[f32]) -> Seen {
        let kept = self.kept();
        let (signal, spread) = (kept.sqrt(), (1.0 - kept).sqrt());
        let clean = self.state.iter().zip(v).map(|(x, v)| signal * x - spread * v);
        let clean: Vec<f32> = match self.bound {
            Some(bound) => clean.map(|x| x.clamp(-bound, bound)).collect(),
            None => clean.collect(),
        };
        // From the clean picture as it was held: noise and picture together still make what is seen.
        let least = spread.max(f32::EPSILON);
        let noise: Vec<f32> = self.state.iter().zip(&clean).map(|(x, clean)| (x - signal * clean) / least).collect();
        if !self.is_done() {
            let next = self.walk[self.step + 1];
            self.move_to(kept, next, &clean, &noise);
        }
        Seen { noise, clean }
    }

    fn move_to(&mut self, kept: f32, next: f32, clean: &[f32], noise: &[f32]) {
        let sigma = self.rule.eta() * ((1.0 - next) / (1.0 - kept)).sqrt() * (1.0 - kept / next).max(0.0).sqrt();
        let (signal, spread) = (next.sqrt(), (1.0 - next - sigma * sigma).max(0.0).sqrt());
        for (x, (clean, noise)) in self.state.iter_mut().zip(clean.iter().zip(noise)) {
            *x = signal * clean + spread * noise;
        }
        self.stir(sigma);
        self.hold(next);
        self.walked += 1;
        let repeats = self.known.as_ref().map_or(1, |known| known.repeats.max(1));
        if self.walked < repeats && next < 1.0 {
            // Back into the noise that was there before this step.
            let ratio = kept / next;
            self.state.iter_mut().for_each(|x| *x *= ratio.sqrt());
            self.stir((1.0 - ratio).max(0.0).sqrt());
        } else {
            self.step += 1;
            self.walked = 0;
        }
    }

    /// Adds fresh noise of this spread to each picture.
    fn stir(&mut self, spread: f32) {
        if spread > 0.0 {
            for (picture, source) in self.state.chunks_exact_mut(self.size).zip(&mut self.sources) {
                picture.iter_mut().for_each(|x| *x += spread * normal(source));
            }
        }
    }

    /// Puts what is known in its place, under as much noise as the rest.
    fn hold(&mut self, kept: f32) {
        let Some(known) = &self.known else { return };
        let (signal, spread) = (kept.sqrt(), (1.0 - kept).sqrt());
        for (picture, source) in self.state.chunks_exact_mut(self.size).zip(&mut self.sources) {
            for (x, (known, is_known)) in picture.iter_mut().zip(known.picture.iter().zip(&known.mask)) {
                // Drawn for each place, so that a mask changes the noise of no other place.
                let noise = if kept < 1.0 { normal(source) } else { 0.0 };
                if *is_known {
                    *x = signal * known + spread * noise;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Vec<f32> {
        (0..16).map(|k| (k as f32 / 7.5 - 1.0) * if k % 2 == 0 { 1.0 } else { -1.0 }).collect()
    }

    /// A network that knows the one picture there is: its answer is exact.
    fn knows(x: &[f32], kept: f32) -> Vec<f32> {
        let picture = picture().repeat(x.len() / 16);
        let spread = (1.0 - kept).sqrt();
        let noise: Vec<f32> = x.iter().zip(&picture).map(|(x, p)| (x - kept.sqrt() * p) / spread).collect();
        velocity(&picture, &noise, kept)
    }

    fn walked(rule: Rule, steps: usize, known: Option<Known>) -> Backward {
        let walk = Schedule::new(&Shape::Cosine).walk(steps);
        let mut backward = Backward::new(walk, rule, &[3, 4], 16, Some(1.0));
        if let Some(known) = known {
            backward = backward.knowing(known);
        }
        while !backward.is_done() {
            let v = knows(backward.pictures(), backward.kept());
            backward.advance(&v);
        }
        backward
    }

    #[test]
    fn the_linear_schedule_is_the_papers() {
        let schedule = Schedule::new(&Shape::Linear);
        // Products of 1 - β by hand: after 1 step, and at the end 4.04e-5 as Ho et al. have it.
        assert!((schedule.kept(0.001) - 0.9999).abs() < 1e-6);
        assert!((schedule.kept(1.0) - 4.04e-5).abs() < 1e-7, "{}", schedule.kept(1.0));
    }

    #[test]
    fn no_schedule_ever_gives_back_what_was_lost() {
        let hands = [vec![1.0, 0.2, 0.8, 0.0], vec![f32::NAN; 3], vec![], vec![7.0, -3.0], vec![0.5]];
        let hands = hands.into_iter().map(Shape::Hand);
        for shape in [Shape::Linear, Shape::Cosine].into_iter().chain(hands) {
            let schedule = Schedule::new(&shape);
            let walk = schedule.walk(50);
            assert_eq!(walk.len(), 51);
            assert!(walk.windows(2).all(|pair| pair[0] <= pair[1]), "{shape:?}");
            assert!(walk.iter().all(|kept| (BOUNDS.0..=1.0).contains(kept)), "{shape:?}");
        }
    }

    #[test]
    fn the_network_is_told_the_time_of_the_cosine_schedule() {
        let schedule = Schedule::new(&Shape::Cosine);
        for time in [0.05, 0.3, 0.5, 0.9, 0.99] {
            let told = network_time(schedule.kept(time));
            // The table is interpolated, and near the end little is left to tell the time by.
            assert!((told - time * 1000.0).abs() < 0.1, "{time}: {told}");
        }
        assert_eq!(network_time(0.0), 1000.0);
        assert!(network_time(1.0) < 0.01, "{}", network_time(1.0));
    }

    #[test]
    fn noise_and_picture_follow_from_v() {
        let noise = draws(&mut Pcg32::seed_from_u64(1), 16);
        let x = noised(&picture(), &noise, 0.3);
        let walk = vec![0.3, 1.0];
        let mut backward = Backward::new(walk, Rule::Ddim, &[0], 16, None);
        backward.state = x;
        let seen = backward.advance(&velocity(&picture(), &noise, 0.3));
        for (found, wanted) in seen.clean.iter().zip(picture()).chain(seen.noise.iter().zip(noise)) {
            // A handful of roundings of numbers of about 1.
            assert!((found - wanted).abs() < 1e-5);
        }
    }

    #[test]
    fn whoever_knows_the_picture_draws_it() {
        for rule in Rule::ALL {
            for steps in [1, 5, 100] {
                let backward = walked(rule, steps, None);
                for (found, wanted) in backward.pictures().iter().zip(picture().repeat(2)) {
                    assert!((found - wanted).abs() < 1e-3, "{rule:?} {steps}: {found} {wanted}");
                }
            }
        }
    }

    #[test]
    fn a_picture_comes_out_the_same_alone_and_among_others() {
        let walk = Schedule::new(&Shape::Linear).walk(7);
        let run = |seeds: &[u64]| {
            let mut backward = Backward::new(walk.clone(), Rule::Ddpm, seeds, 4, Some(1.0));
            for _ in 0..4 {
                let v: Vec<f32> = backward.pictures().iter().map(|x| 0.5 * x).collect();
                backward.advance(&v);
            }
            backward.pictures()[..4].to_vec()
        };
        assert_eq!(run(&[9]), run(&[9, 2, 1]));
        assert_ne!(run(&[9]), run(&[8]));
    }

    #[test]
    fn what_is_known_stays() {
        let mut mask = vec![false; 16];
        mask[..8].fill(true);
        let known: Vec<f32> = vec![0.25; 16];
        let backward = walked(Rule::Ddpm, 6, Some(Known { picture: known, mask, repeats: 3 }));
        assert_eq!(backward.step(), 6);
        let first = &backward.pictures()[..16];
        assert!(first[..8].iter().all(|x| *x == 0.25));
        for (found, wanted) in first[8..].iter().zip(&picture()[8..]) {
            assert!((found - wanted).abs() < 1e-3);
        }
    }

    #[test]
    fn guidance_goes_beyond_the_class() {
        assert_eq!(guided(&[1.0, 0.0], &[2.0, -1.0], 1.0), [2.0, -1.0]);
        assert_eq!(guided(&[1.0, 0.0], &[2.0, -1.0], 3.0), [4.0, -3.0]);
        assert_eq!(guided(&[1.0, 0.0], &[2.0, -1.0], 0.0), [1.0, 0.0]);
    }
}
