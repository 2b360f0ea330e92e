//! A Hopfield network of 64 units that finds its way back to a letter.

use super::dice::Dice;
use super::drawing::{Drawing, Hold, Live, Ramp, Tone};
use super::glyphs;

const UNITS: usize = 64;

/// Three letters stored by Hebb's rule, one of them damaged and recalled unit by unit.
pub struct Hopfield {
    dice: Dice,
    weights: Vec<f32>,
    patterns: Vec<Vec<f32>>,
    target: usize,
    state: Vec<f32>,
    order: Vec<usize>,
    energies: Vec<f32>,
    wait: u32,
}

impl Hopfield {
    /// Stores the letters and damages the first.
    pub fn new(seed: u64) -> Self {
        let patterns: Vec<Vec<f32>> = glyphs::LETTERS.iter().map(|rows| glyphs::signs(rows)).collect();
        let mut weights = vec![0.0; UNITS * UNITS];
        for pattern in &patterns {
            for row in 0..UNITS {
                for column in 0..UNITS {
                    if row != column {
                        weights[row * UNITS + column] += pattern[row] * pattern[column] / UNITS as f32;
                    }
                }
            }
        }
        let mut it = Self {
            dice: Dice::new(seed),
            weights,
            patterns,
            target: 0,
            state: Vec::new(),
            order: Vec::new(),
            energies: Vec::new(),
            wait: 0,
        };
        it.damage();
        it
    }

    fn damage(&mut self) {
        self.state = self.patterns[self.target].clone();
        for unit in 0..UNITS {
            if self.dice.unit() < 0.22 {
                self.state[unit] = -self.state[unit];
            }
        }
        self.order.clear();
        self.energies = vec![self.energy()];
        self.wait = 16;
    }

    fn pull(&self, unit: usize) -> f32 {
        let row = &self.weights[unit * UNITS..(unit + 1) * UNITS];
        row.iter().zip(&self.state).map(|(weight, value)| weight * value).sum()
    }

    /// E = −½ Σ w s s.
    pub fn energy(&self) -> f32 {
        -0.5 * (0..UNITS).map(|unit| self.state[unit] * self.pull(unit)).sum::<f32>()
    }

    /// Whether the state is the letter that was damaged.
    pub fn recalled(&self) -> bool {
        self.state == self.patterns[self.target]
    }
}

impl Live for Hopfield {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        if self.energies.len() > 2 * UNITS {
            self.target = (self.target + 1) % self.patterns.len();
            return self.damage();
        }
        for _ in 0..2 {
            if self.order.is_empty() {
                // A new random order of all units (Fisher–Yates).
                self.order = (0..UNITS).collect();
                for index in (1..UNITS).rev() {
                    self.order.swap(index, self.dice.below(index + 1));
                }
            }
            if let Some(unit) = self.order.pop() {
                self.state[unit] = if self.pull(unit) >= 0.0 { 1.0 } else { -1.0 };
            }
            self.energies.push(self.energy());
        }
        if self.energies.len() > 2 * UNITS {
            self.wait = 36;
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new("A damaged letter of 64 units comes back unit by unit while the energy falls.");
        let grey = self.state.iter().map(|value| if *value > 0.0 { 0.85 } else { 0.06 }).collect();
        drawing.pixels((10.0, 11.0), (128.0, 128.0), 8, grey, Ramp::Grey);
        let (left, width, top, height) = (156.0, 74.0, 30.0, 96.0);
        drawing.line((left, top + height), (left + width, top + height), Tone::Line, 1.0);
        let (high, low) = (0.0, -0.6 * UNITS as f32);
        let place = |index: usize, energy: f32| {
            (left + width * index as f32 / (2 * UNITS) as f32, top + height * (energy - high) / (low - high))
        };
        drawing.path(
            self.energies.iter().enumerate().map(|(index, energy)| place(index, *energy)).collect(),
            Tone::One,
            2.0,
        );
        if let Some(energy) = self.energies.last() {
            drawing.disc(place(self.energies.len() - 1, *energy), 3.5, Tone::One);
        }
        drawing.words((left, 18.0), "energy", 11.0, Tone::Soft, Hold::Left);
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_never_rises_within_a_recall() {
        for seed in 0..10 {
            let mut it = Hopfield::new(seed);
            for _ in 0..900 {
                it.step();
                assert!(it.energies.windows(2).all(|pair| pair[1] <= pair[0] + 1e-4), "seed {seed}");
            }
        }
    }

    #[test]
    fn letters_come_back() {
        let (mut recalled, mut tries) = (0, 0);
        for seed in 0..30 {
            let mut it = Hopfield::new(seed);
            for _ in 0..3 {
                while it.energies.len() <= 2 * UNITS {
                    it.step();
                }
                tries += 1;
                recalled += usize::from(it.recalled());
                it.wait = 0;
                it.step();
            }
        }
        // A fifth of the units wrong, three letters in 64 units: theory leaves room, chance takes a little.
        assert!(recalled * 10 >= tries * 9, "{recalled} of {tries}");
    }
}
