//! Part V, small: a map that draws, a forger that chases, a cloud that finds its shape again.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Ramp, Tone};
use super::glyphs;

/// Where the three letters are encoded, in a plane of two numbers.
const CODES: [[f32; 2]; 3] = [[-0.55, -0.45], [0.6, -0.3], [-0.05, 0.62]];
const SPREAD: f32 = 0.4;

/// A point wanders over the map and is decoded: for given codes the best decoder is the mean of what lies near.
pub struct LatentMap {
    turn: f32,
    dice: Dice,
    samples: Vec<[f32; 2]>,
}

impl LatentMap {
    /// The map with a first handful of samples.
    pub fn new(seed: u64) -> Self {
        let mut it = Self { turn: 0.0, dice: Dice::new(seed), samples: Vec::new() };
        for _ in 0..30 {
            it.sample();
        }
        it
    }

    fn sample(&mut self) {
        let code = CODES[self.dice.below(CODES.len())];
        self.samples.push([code[0] + 0.6 * SPREAD * self.dice.normal(), code[1] + 0.6 * SPREAD * self.dice.normal()]);
        if self.samples.len() > 60 {
            self.samples.remove(0);
        }
    }

    fn at(&self) -> [f32; 2] {
        [0.78 * (2.0 * self.turn).sin(), 0.74 * (3.0 * self.turn + 0.4).cos()]
    }

    /// How much each letter has to say at a place; adds up to one.
    fn shares(at: [f32; 2]) -> Vec<f32> {
        let scores: Vec<f32> = CODES
            .iter()
            .map(|code| -((at[0] - code[0]).powi(2) + (at[1] - code[1]).powi(2)) / (2.0 * SPREAD * SPREAD))
            .collect();
        super::attending::softmax(&scores)
    }
}

impl Live for LatentMap {
    fn step(&mut self) {
        self.turn = (self.turn + 0.012) % core::f32::consts::TAU;
        self.sample();
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A point wanders over a map of three clouds; beside it the letter that is drawn there, blurred between the clouds.",
        );
        let place = |at: [f32; 2]| (70.0 + 62.0 * at[0], 75.0 - 66.0 * at[1]);
        drawing.frame((5.0, 5.0), (130.0, 140.0), Tone::Line, 1.0);
        for code in CODES {
            drawing.ring(place(code), 62.0 * SPREAD, Tone::Soft, 1.0);
            drawing.ring(place(code), 31.0 * SPREAD, Tone::Soft, 1.0);
        }
        for sample in &self.samples {
            let inside = sample.iter().all(|value| value.abs() < 1.0);
            if inside {
                drawing.disc(place(*sample), 1.4, Tone::Soft);
            }
        }
        let trail: Vec<_> = (0..16)
            .map(|back| {
                place(Self { turn: self.turn - 0.012 * back as f32, dice: Dice::new(0), samples: Vec::new() }.at())
            })
            .collect();
        drawing.path(trail, Tone::One, 1.6);
        drawing.point(place(self.at()), 4.5, Tone::One);
        let mut picture = vec![0.0; 64];
        for (share, letter) in Self::shares(self.at()).iter().zip(&glyphs::LETTERS) {
            for (value, ink) in picture.iter_mut().zip(glyphs::ink(letter)) {
                *value += share * ink;
            }
        }
        drawing.pixels(
            (148.0, 33.0),
            (84.0, 84.0),
            8,
            picture.iter().map(|ink| 0.04 + 0.82 * ink).collect(),
            Ramp::Grey,
        );
        drawing.words((190.0, 18.0), "drawn there", 11.0, Tone::Soft, Hold::Middle);
        drawing
    }
}

/// A forger of one number: z ↦ a z + b, against a judge that knows x and x².
pub struct Forger {
    dice: Dice,
    stretch: f32,
    shift: f32,
    judge: [f32; 3],
    true_shift: f32,
    steps: usize,
}

const TRUE_SPREAD: f32 = 0.55;

impl Forger {
    /// A forger that starts far from the truth.
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), stretch: 0.25, shift: -1.8, judge: [0.0; 3], true_shift: 1.0, steps: 0 }
    }

    fn verdict(&self, value: f32) -> f32 {
        let sum = self.judge[0] + self.judge[1] * value + self.judge[2] * value * value;
        1.0 / (1.0 + (-sum).exp())
    }

    fn duel(&mut self) {
        const BATCH: usize = 24;
        let mut push = [0.0; 3];
        for _ in 0..BATCH {
            let real = self.true_shift + TRUE_SPREAD * self.dice.normal();
            let forged = self.stretch * self.dice.normal() + self.shift;
            let (miss, fooled) = (1.0 - self.verdict(real), self.verdict(forged));
            for (power, slope) in push.iter_mut().enumerate() {
                *slope += (miss * real.powi(power as i32) - fooled * forged.powi(power as i32)) / BATCH as f32;
            }
        }
        for (weight, slope) in self.judge.iter_mut().zip(push) {
            // A little forgetting keeps the duel from circling for ever.
            *weight += 0.12 * slope - 0.012 * *weight;
        }
        let (mut stretch, mut shift) = (0.0, 0.0);
        for _ in 0..BATCH {
            let seed = self.dice.normal();
            let forged = self.stretch * seed + self.shift;
            // d log D / dx
            let slope = (1.0 - self.verdict(forged)) * (self.judge[1] + 2.0 * self.judge[2] * forged) / BATCH as f32;
            stretch += slope * seed;
            shift += slope;
        }
        self.stretch = (self.stretch + 0.06 * stretch).clamp(0.22, 1.6);
        self.shift = (self.shift + 0.06 * shift).clamp(-3.0, 3.0);
    }
}

impl Live for Forger {
    fn step(&mut self) {
        for _ in 0..3 {
            self.duel();
        }
        self.steps += 1;
        if self.steps.is_multiple_of(260) {
            // The truth moves, and the chase begins anew.
            self.true_shift = -self.true_shift;
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "Two hills, the real numbers and the forged ones: the forged hill chases the real one; a line shows the judge's trust.",
        );
        let place = |x: f32, y: f32| (120.0 + 38.0 * x, 132.0 - 92.0 * y);
        drawing.line((6.0, 132.0), (234.0, 132.0), Tone::Soft, 1.0);
        let hill = |middle: f32, spread: f32| -> Vec<(f32, f32)> {
            (-60..=60)
                .map(|part| {
                    let x = part as f32 / 20.0;
                    place(x, 0.25 / spread * (-((x - middle) / spread).powi(2) / 2.0).exp())
                })
                .collect()
        };
        for (middle, spread, soft, tone) in [
            (self.true_shift, TRUE_SPREAD, Tone::ZeroSoft, Tone::Zero),
            (self.shift, self.stretch, Tone::OneSoft, Tone::One),
        ] {
            let curve = hill(middle, spread);
            drawing.area(curve.clone(), soft);
            drawing.path(curve, tone, 2.0);
        }
        let trust = (-60..=60).map(|part| place(part as f32 / 20.0, 1.18 * self.verdict(part as f32 / 20.0))).collect();
        drawing.path(trust, Tone::Soft, 1.4);
        drawing.words((38.0 * self.true_shift + 120.0, 143.0), "real", 11.0, Tone::Zero, Hold::Middle);
        let apart = (self.shift - self.true_shift).abs() > 0.85;
        drawing.words(
            if apart { ((38.0 * self.shift + 120.0).clamp(22.0, 218.0), 143.0) } else { (6.0, 143.0) },
            "forged",
            11.0,
            Tone::One,
            if apart { Hold::Middle } else { Hold::Left },
        );
        drawing.words((234.0, 12.0), "the judge’s trust", 11.0, Tone::Soft, Hold::Right);
        drawing
    }
}

const DATA: usize = 48;
const CLOUD: usize = 90;
const LEVELS: usize = 46;

/// Points are ruined by noise, then noise finds its way back: the exact denoiser of 48 points.
pub struct Diffusion {
    data: Vec<[f32; 2]>,
    cloud: Vec<[f32; 2]>,
    dice: Dice,
    frame: usize,
}

impl Diffusion {
    /// A ring with a smile as data.
    pub fn new(seed: u64) -> Self {
        let data = (0..DATA)
            .map(|index| match index {
                0..28 => {
                    let turn = index as f32 / 28.0 * core::f32::consts::TAU;
                    [0.9 * turn.cos(), 0.9 * turn.sin()]
                }
                28..34 => {
                    let side = if index % 2 == 0 { -0.32 } else { 0.32 };
                    [side, 0.24 + 0.06 * ((index - 28) / 2) as f32]
                }
                _ => {
                    let turn = core::f32::consts::PI * (1.15 + 0.7 * (index - 34) as f32 / 13.0);
                    [0.52 * turn.cos(), 0.05 + 0.5 * turn.sin()]
                }
            })
            .collect();
        let mut it = Self { data, cloud: Vec::new(), dice: Dice::new(seed), frame: 0 };
        it.noise();
        it
    }

    fn noise(&mut self) {
        self.cloud = (0..CLOUD).map(|_| [self.dice.normal(), self.dice.normal()]).collect();
        self.frame = 0;
    }

    /// How much of the data is left at a level (ᾱ), by the cosine schedule.
    fn left(level: usize) -> f32 {
        let turn = core::f32::consts::FRAC_PI_2 * level as f32 / LEVELS as f32;
        turn.cos().powi(2).clamp(1e-4, 1.0 - 1e-4)
    }

    /// The mean of the data points that could have become `at`: E[x₀ | x].
    fn guess(&self, at: [f32; 2], left: f32) -> [f32; 2] {
        let scores: Vec<f32> = self
            .data
            .iter()
            .map(|point| {
                let off = [0, 1].map(|axis: usize| at[axis] - left.sqrt() * point[axis]);
                -(off[0] * off[0] + off[1] * off[1]) / (2.0 * (1.0 - left))
            })
            .collect();
        let shares = super::attending::softmax(&scores);
        [0, 1].map(|axis: usize| shares.iter().zip(&self.data).map(|(share, point)| share * point[axis]).sum())
    }

    /// One step back toward the data, without new noise (DDIM).
    fn denoise(&mut self, level: usize) {
        let (here, there) = (Self::left(level), Self::left(level - 1));
        for index in 0..self.cloud.len() {
            let at = self.cloud[index];
            let guess = self.guess(at, here);
            self.cloud[index] = [0, 1].map(|axis: usize| {
                let noise = (at[axis] - here.sqrt() * guess[axis]) / (1.0 - here).sqrt();
                there.sqrt() * guess[axis] + (1.0 - there).sqrt() * noise
            });
        }
    }

    fn level(&self) -> usize {
        LEVELS.saturating_sub(self.frame.saturating_sub(10))
    }
}

impl Live for Diffusion {
    fn step(&mut self) {
        let level = self.level();
        if self.frame >= 10 && level > 0 {
            self.denoise(level);
        }
        self.frame += 1;
        if self.frame > LEVELS + 56 {
            self.noise();
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new("A cloud of noise gathers step by step into a smiling face made of points.");
        for at in &self.cloud {
            drawing.disc((120.0 + 66.0 * at[0], 72.0 - 66.0 * at[1]), 2.3, Tone::One);
        }
        drawing.words((234.0, 142.0), format!("noise level {}", self.level()), 11.0, Tone::Soft, Hold::Right);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_draws_the_letter_at_its_code_and_a_blend_between() {
        for (index, code) in CODES.iter().enumerate() {
            assert!(LatentMap::shares(*code)[index] > 0.95);
        }
        let middle = [(CODES[0][0] + CODES[1][0]) / 2.0, (CODES[0][1] + CODES[1][1]) / 2.0];
        assert!(LatentMap::shares(middle).iter().all(|share| *share < 0.6));
    }

    #[test]
    fn the_forger_reaches_the_truth_each_time_it_moves() {
        for seed in 0..5 {
            let mut it = Forger::new(seed);
            for chase in 0..4 {
                let mut nearest = f32::INFINITY;
                for _ in 0..259 {
                    it.step();
                    nearest = nearest.min((it.shift - it.true_shift).abs());
                }
                assert!(nearest < 0.2, "seed {seed}, chase {chase}: {nearest}");
                it.step();
            }
        }
    }

    #[test]
    fn noise_ends_on_the_data() {
        let mut it = Diffusion::new(5);
        while it.level() > 0 {
            it.step();
        }
        let off = |at: &[f32; 2]| {
            it.data.iter().map(|point| (at[0] - point[0]).hypot(at[1] - point[1])).fold(f32::INFINITY, f32::min)
        };
        let near = it.cloud.iter().filter(|at| off(at) < 0.08).count();
        assert!(near * 100 >= CLOUD * 95, "{near} of {CLOUD}");
    }
}
