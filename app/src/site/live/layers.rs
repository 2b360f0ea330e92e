//! A small network with hidden layers and hand-written backpropagation: the field of XOR, and the opening picture.

use super::dice::Dice;
use super::drawing::{Drawing, HEIGHT, Live, Tone, WIDTH};

/// A net of tanh layers with one logistic output, trained by Adam on all examples at once.
pub struct Net {
    sizes: Vec<usize>,
    /// One row for each unit: its weights, then its bias; layer after layer in one list.
    weights: Vec<f32>,
    gradient: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    values: Vec<f32>,
    deltas: Vec<f32>,
    steps: i32,
}

impl Net {
    /// Weights as Glorot proposed, from the given dice.
    pub fn new(sizes: &[usize], dice: &mut Dice) -> Self {
        let mut weights = Vec::new();
        for pair in sizes.windows(2) {
            let reach = (6.0 / (pair[0] + pair[1]) as f32).sqrt();
            for _ in 0..pair[1] {
                weights.extend((0..pair[0]).map(|_| dice.between(-reach, reach)));
                weights.push(dice.between(-0.5, 0.5));
            }
        }
        let zeros = vec![0.0; weights.len()];
        let values = vec![0.0; sizes.iter().sum()];
        Self {
            sizes: sizes.to_vec(),
            gradient: zeros.clone(),
            first: zeros.clone(),
            second: zeros,
            deltas: values.clone(),
            values,
            weights,
            steps: 0,
        }
    }

    /// How many steps it has trained.
    pub fn steps(&self) -> i32 {
        self.steps
    }

    /// The output before the logistic function: positive means class 1.
    pub fn logit(&mut self, input: [f32; 2]) -> f32 {
        self.values[..2].copy_from_slice(&input);
        let (mut from, mut row) = (0, 0);
        for layer in 1..self.sizes.len() {
            let (inputs, units) = (self.sizes[layer - 1], self.sizes[layer]);
            let to = from + inputs;
            for unit in 0..units {
                let weights = &self.weights[row..=row + inputs];
                let mut sum = weights[inputs];
                for (weight, value) in weights[..inputs].iter().zip(&self.values[from..to]) {
                    sum += weight * value;
                }
                self.values[to + unit] = if layer + 1 < self.sizes.len() { sum.tanh() } else { sum };
                row += inputs + 1;
            }
            from = to;
        }
        self.values[self.values.len() - 1]
    }

    /// Adds one example's gradient of the cross-entropy and returns its loss; `target` is 0 or 1.
    fn accumulate(&mut self, input: [f32; 2], target: f32) -> f32 {
        let logit = self.logit(input);
        self.deltas.fill(0.0);
        let last = self.deltas.len() - 1;
        self.deltas[last] = 1.0 / (1.0 + (-logit).exp()) - target;
        let (mut to, mut row) = (self.values.len() - 1, self.weights.len());
        for layer in (1..self.sizes.len()).rev() {
            let (inputs, units) = (self.sizes[layer - 1], self.sizes[layer]);
            let from = to - inputs;
            row -= units * (inputs + 1);
            for unit in 0..units {
                let start = row + unit * (inputs + 1);
                let value = self.values[to + unit];
                // tanh′ = 1 − tanh²; the output's delta is already that of its sum.
                let slope = if layer + 1 < self.sizes.len() { 1.0 - value * value } else { 1.0 };
                let delta = self.deltas[to + unit] * slope;
                for input in 0..inputs {
                    self.gradient[start + input] += delta * self.values[from + input];
                    self.deltas[from + input] += delta * self.weights[start + input];
                }
                self.gradient[start + inputs] += delta;
            }
            to = from;
        }
        logit.max(0.0) - logit * target + (-logit.abs()).exp().ln_1p()
    }

    /// One step of Adam on all examples; the mean loss before it.
    pub fn train(&mut self, examples: &[([f32; 2], f32)], rate: f32) -> f32 {
        self.gradient.fill(0.0);
        let count = examples.len() as f32;
        let loss = examples.iter().map(|(input, target)| self.accumulate(*input, *target)).sum::<f32>() / count;
        self.steps += 1;
        let (keep, keep_square) = (0.9_f32, 0.99_f32);
        let (fix, fix_square) = (1.0 - keep.powi(self.steps), 1.0 - keep_square.powi(self.steps));
        for index in 0..self.weights.len() {
            let slope = self.gradient[index] / count;
            self.first[index] = keep * self.first[index] + (1.0 - keep) * slope;
            self.second[index] = keep_square * self.second[index] + (1.0 - keep_square) * slope * slope;
            self.weights[index] -= rate * (self.first[index] / fix) / ((self.second[index] / fix_square).sqrt() + 1e-8);
        }
        loss
    }

    /// How many examples it calls wrongly.
    pub fn mistakes(&mut self, examples: &[([f32; 2], f32)]) -> usize {
        examples.iter().filter(|(input, target)| (self.logit(*input) > 0.0) != (*target > 0.5)).count()
    }

    /// Its answer (−1 … 1) over a grid of places, row 0 on top; `reach` is half the width and half the height.
    pub fn field(&mut self, columns: usize, rows: usize, reach: [f32; 2]) -> Vec<f32> {
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let across = reach[0] * ((column as f32 + 0.5) / columns as f32 * 2.0 - 1.0);
                let up = reach[1] * (1.0 - (row as f32 + 0.5) / rows as f32 * 2.0);
                // 2 · logistic(z) − 1 = tanh(z / 2)
                values.push((self.logit([across, up]) / 2.0).tanh());
            }
        }
        values
    }
}

/// The field as a ground on which points of the same colour still stand out.
fn ground(field: &[f32]) -> Vec<f32> {
    field.iter().map(|value| 0.42 * value).collect()
}

/// A 2–4–1 net that learns XOR.
pub struct Xor {
    dice: Dice,
    points: Vec<([f32; 2], f32)>,
    net: Net,
    field: Vec<f32>,
    wait: u32,
}

const XOR_FIELD: (usize, usize) = (30, 19);

impl Xor {
    /// Four clouds and a fresh net.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let points = (0..40)
            .map(|index| {
                let (right, top) = (index % 2 == 0, index / 2 % 2 == 0);
                let centre = [if right { 0.55 } else { -0.55 }, if top { 0.5 } else { -0.5 }];
                ([centre[0] + 0.16 * dice.normal(), centre[1] + 0.16 * dice.normal()], f32::from(right == top))
            })
            .collect();
        let net = Net::new(&[2, 4, 1], &mut dice);
        let mut it = Self { dice, points, net, field: Vec::new(), wait: 0 };
        it.field = it.net.field(XOR_FIELD.0, XOR_FIELD.1, [1.0, 1.0]);
        it
    }
}

impl Live for Xor {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            if self.wait == 0 {
                self.net = Net::new(&[2, 4, 1], &mut self.dice);
            }
            return;
        }
        let loss = (0..2).map(|_| self.net.train(&self.points, 0.04)).last().unwrap_or_default();
        if loss < 0.02 || self.net.steps() > 700 {
            self.wait = 60;
        }
        self.field = self.net.field(XOR_FIELD.0, XOR_FIELD.1, [1.0, 1.0]);
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "Four clouds, two kinds, set crosswise; the coloured ground bends until every point lies on its own colour.",
        );
        drawing.field((0.0, 0.0), (WIDTH, HEIGHT), XOR_FIELD.0, ground(&self.field));
        for (at, target) in &self.points {
            let place = (WIDTH / 2.0 * (1.0 + at[0]), HEIGHT / 2.0 * (1.0 - at[1]));
            drawing.point(place, 3.2, if *target > 0.5 { Tone::One } else { Tone::Zero });
        }
        drawing
    }
}

/// The opening picture: a 2–8–8–1 net that learns one shape after another.
pub struct Opening {
    dice: Dice,
    shape: usize,
    points: Vec<([f32; 2], f32)>,
    net: Net,
    field: Vec<f32>,
    wrong: usize,
    wait: u32,
}

/// The box of the opening picture.
const OPENING: (f32, f32) = (640.0, 250.0);
const OPENING_FIELD: (usize, usize) = (52, 20);
/// Half the width and half the height of its plane.
const REACH: [f32; 2] = [2.56, 1.0];

impl Opening {
    /// The first shape, and a fresh net.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let net = Net::new(&[2, 8, 8, 1], &mut dice);
        let mut it = Self { dice, shape: 0, points: Vec::new(), net, field: Vec::new(), wrong: 0, wait: 0 };
        it.deal();
        it
    }

    fn deal(&mut self) {
        self.net = Net::new(&[2, 8, 8, 1], &mut self.dice);
        self.points.clear();
        while self.points.len() < 110 {
            let at = [self.dice.between(-2.45, 2.45), self.dice.between(-0.92, 0.92)];
            // How far inside class 1 a place is; a thin seam stays empty.
            let inside = match self.shape % 3 {
                0 => at[1] - 0.55 * (1.9 * at[0]).sin(),
                1 => {
                    let (left, right) = ((at[0] + 1.2).hypot(at[1] - 0.1), (at[0] - 1.2).hypot(at[1] + 0.1));
                    0.62 - left.min(right)
                }
                _ => (0.75 * at[0] + at[1]).sin() * (1.5 * at[0] - 2.0 * at[1]).cos() * 0.6,
            };
            if inside.abs() > 0.09 {
                self.points.push((at, f32::from(inside > 0.0)));
            }
        }
        self.look();
    }

    fn look(&mut self) {
        self.field = self.net.field(OPENING_FIELD.0, OPENING_FIELD.1, REACH);
        self.wrong = self.net.mistakes(&self.points);
    }

    /// How many points it still calls wrongly.
    pub fn mistakes(&self) -> usize {
        self.wrong
    }
}

impl Live for Opening {
    fn step(&mut self) {
        if self.wait > 0 {
            self.wait -= 1;
            if self.wait == 0 {
                self.shape += 1;
                self.deal();
            }
            return;
        }
        let loss = self.net.train(&self.points, 0.02);
        self.look();
        if loss < 0.02 || self.net.steps() >= 500 {
            self.wait = 70;
        }
    }

    fn draw(&self) -> Drawing {
        let mut drawing = Drawing::new(
            "A plane of points of two kinds; the ground's colour is the answer of a network that is learning now.",
        );
        (drawing.width, drawing.height) = OPENING;
        drawing.field((0.0, 0.0), OPENING, OPENING_FIELD.0, ground(&self.field));
        for (at, target) in &self.points {
            let place = (OPENING.0 / 2.0 * (1.0 + at[0] / REACH[0]), OPENING.1 / 2.0 * (1.0 - at[1] / REACH[1]));
            drawing.point(place, 4.0, if *target > 0.5 { Tone::One } else { Tone::Zero });
        }
        drawing.told = format!("step {}, {} of {} wrong", self.net.steps(), self.wrong, self.points.len());
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradient_equals_finite_differences() {
        let mut dice = Dice::new(3);
        let mut net = Net::new(&[2, 5, 4, 1], &mut dice);
        let input = [0.3, -0.8];
        net.accumulate(input, 1.0);
        let gradient = net.gradient.clone();
        let loss = |net: &mut Net| {
            let logit = f64::from(net.logit(input));
            (-logit).exp().ln_1p()
        };
        for index in 0..net.weights.len() {
            let weight = net.weights[index];
            net.weights[index] = weight + 1e-2;
            let above = loss(&mut net);
            net.weights[index] = weight - 1e-2;
            let below = loss(&mut net);
            net.weights[index] = weight;
            let estimate = ((above - below) / 2e-2) as f32;
            // The differences' own error is about 1e-4 of the curvature.
            assert!((estimate - gradient[index]).abs() < 1e-3, "{index}: {estimate} {}", gradient[index]);
        }
    }

    #[test]
    fn xor_is_learned_most_of_the_time() {
        let learned = (0..10)
            .filter(|seed| {
                let mut it = Xor::new(*seed);
                (0..350).any(|_| {
                    it.step();
                    it.net.mistakes(&it.points) == 0
                })
            })
            .count();
        assert!(learned >= 8, "{learned}");
    }

    #[test]
    fn opening_learns_every_shape() {
        let mut it = Opening::new(7);
        let mut fewest = [usize::MAX; 3];
        for _ in 0..2000 {
            it.step();
            let shape = it.shape % 3;
            fewest[shape] = fewest[shape].min(it.mistakes());
        }
        assert!(fewest.iter().all(|wrong| *wrong <= 3), "{fewest:?}");
    }
}
