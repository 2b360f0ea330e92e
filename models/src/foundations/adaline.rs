//! ADALINE: one unit that weighs its inputs, like the perceptron, but it learns from how far its sum is from the target,
//! even when the answer was right. That distance, squared and averaged, is a bowl, and learning rolls down its slope.
//!
//! ```text
//! sum = w · x + b      E = ½ mean (t − sum)²      one example:  w ← w + η (t − sum) x,  b ← b + η (t − sum)
//!                                                 all of them:  w ← w − η ∂E/∂w,        b ← b − η ∂E/∂b
//! ```
//!
//! Shapes: `x [features]`, `w [features]`, targets ±1.
//!
//! **Paper.** B. Widrow, M. E. Hoff: Adaptive switching circuits. IRE WESCON Convention Record 4, 96–104 (1960).
//!
//! **Differs from the paper.** The machine turned knobs by hand until a meter read zero, with one correction shared by all
//! inputs so that the error of the shown pattern vanished at once; here the rate η is free, and the whole batch may be
//! used for one step, because theory speaks of that: it is stable below `η = 2 / λmax`.

use serde::{Deserialize, Serialize};

/// The unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adaline {
    /// How much each input counts.
    pub weights: Vec<f32>,
    /// What is added to the sum.
    pub bias: f32,
}

impl Adaline {
    /// A unit that knows nothing: all weights zero.
    pub fn new(features: usize) -> Self {
        Self { weights: vec![0.0; features], bias: 0.0 }
    }

    /// The weighted sum; above zero means yes.
    pub fn sum(&self, x: &[f32]) -> f32 {
        self.weights.iter().zip(x).map(|(weight, input)| weight * input).sum::<f32>() + self.bias
    }

    /// Least mean squares: looks at one example, `target` -1 or 1, and moves against its error; returns the error.
    pub fn correct(&mut self, x: &[f32], target: f32, rate: f32) -> f32 {
        let error = target - self.sum(x);
        for (weight, input) in self.weights.iter_mut().zip(x) {
            *weight += rate * error * input;
        }
        self.bias += rate * error;
        error
    }

    /// `E = ½ mean (t − sum)²` over all examples.
    pub fn loss(&self, examples: &[(&[f32], f32)]) -> f32 {
        let squares = examples.iter().map(|(x, target)| f64::from(target - self.sum(x)).powi(2));
        (0.5 * squares.sum::<f64>() / examples.len().max(1) as f64) as f32
    }

    /// One step down the slope of the bowl over all examples.
    pub fn descend(&mut self, examples: &[(&[f32], f32)], rate: f32) {
        let (slope, slope_of_bias) = self.gradient(examples);
        for (weight, slope) in self.weights.iter_mut().zip(&slope) {
            *weight -= rate * slope;
        }
        self.bias -= rate * slope_of_bias;
    }

    /// `∂E/∂w [features]` and `∂E/∂b`.
    pub fn gradient(&self, examples: &[(&[f32], f32)]) -> (Vec<f32>, f32) {
        let mut slope = vec![0.0; self.weights.len()];
        let mut slope_of_bias = 0.0;
        let share = 1.0 / examples.len().max(1) as f32;
        for (x, target) in examples {
            let error = target - self.sum(x);
            for (slope, input) in slope.iter_mut().zip(*x) {
                *slope -= share * error * input;
            }
            slope_of_bias -= share * error;
        }
        (slope, slope_of_bias)
    }

    /// Weights and bias as one vector `[features + 1]`.
    pub fn parameters(&self) -> Vec<f64> {
        self.weights.iter().chain([&self.bias]).map(|value| f64::from(*value)).collect()
    }
}

/// The shape of the bowl: `H = mean x̃ x̃ᵀ` with `x̃ = (x, 1)`, the same everywhere, whatever the weights are.
#[derive(Clone, Debug, PartialEq)]
pub struct Bowl {
    /// The two directions `[features + 1]`, of length 1, that it is looked at along.
    pub directions: [Vec<f64>; 2],
    /// How sharply the bowl bends along and between the two directions: `dᵢᵀ H dⱼ` for 00, 01, 11.
    pub bends: [f64; 3],
    /// λmax: how sharply it bends where it bends most.
    pub sharpest: f64,
}

/// Rounds of the power method.
const ROUNDS: usize = 2000;

impl Bowl {
    /// The bowl of these examples, looked at along its two sharpest directions, weights and bias together. They do not bend
    /// into any other direction, so the slice's bottom stays where it is, wherever the unit goes.
    pub fn new(examples: &[(&[f32], f32)]) -> Option<Self> {
        let rows = rows(examples)?;
        let first = sharpest(&rows, None);
        let (second, most) = (sharpest(&rows, Some(&first)), bend(&rows, &first, &first));
        Some(Self::cut(&rows, [first, second], most))
    }

    /// The same bowl, looked at along the weights of two inputs: the bottom of this slice moves with the bias. Nothing if there
    /// are not two inputs.
    pub fn along_weights(examples: &[(&[f32], f32)]) -> Option<Self> {
        let rows = rows(examples)?;
        if rows[0].len() != 3 {
            return None;
        }
        let first = sharpest(&rows, None);
        Some(Self::cut(&rows, [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]], bend(&rows, &first, &first)))
    }

    fn cut(rows: &[Vec<f64>], directions: [Vec<f64>; 2], sharpest: f64) -> Self {
        let [a, b] = &directions;
        let bends = [bend(rows, a, a), bend(rows, a, b), bend(rows, b, b)];
        Self { directions, bends, sharpest }
    }

    /// Batch learning is stable below this rate: `2 / λmax`. Beyond it every step overshoots by more than it gains.
    pub fn stable_rate(&self) -> f64 {
        2.0 / self.sharpest
    }

    /// Where parameters `[features + 1]` lie along the two directions.
    pub fn place(&self, parameters: &[f64]) -> [f64; 2] {
        [0, 1].map(|index| dot(&self.directions[index], parameters))
    }

    /// How far off, along the two directions, the bottom of the slice lies, from where it has these slopes; nothing if it has
    /// no bottom.
    pub fn bottom(&self, slopes: [f64; 2]) -> Option<[f64; 2]> {
        let [aa, ab, bb] = self.bends;
        let determinant = aa * bb - ab * ab;
        (determinant > 1e-9 * aa * bb)
            .then(|| [(ab * slopes[1] - bb * slopes[0]) / determinant, (ab * slopes[0] - aa * slopes[1]) / determinant])
    }

    /// The exact loss at a distance `(a, b)` from where loss and slopes along the two directions are known.
    pub fn loss_at(&self, loss: f64, slopes: [f64; 2], [a, b]: [f64; 2]) -> f64 {
        let [aa, ab, bb] = self.bends;
        loss + slopes[0] * a + slopes[1] * b + 0.5 * (aa * a * a + 2.0 * ab * a * b + bb * b * b)
    }
}

/// The examples as rows `x̃ = (x, 1)`; nothing if there are none, or if a value is not finite.
fn rows(examples: &[(&[f32], f32)]) -> Option<Vec<Vec<f64>>> {
    let row = |x: &[f32]| -> Vec<f64> { x.iter().map(|&value| f64::from(value)).chain([1.0]).collect() };
    let rows: Vec<Vec<f64>> = examples.iter().map(|(x, _)| row(x)).collect();
    (!rows.is_empty() && rows.iter().flatten().all(|value| value.is_finite())).then_some(rows)
}

/// The direction of the sharpest bend, at right angles to another one if asked, by the power method.
fn sharpest(rows: &[Vec<f64>], other: Option<&[f64]>) -> Vec<f64> {
    let length = rows[0].len();
    // A start that no data is likely to be at right angles to.
    let mut direction: Vec<f64> = (0..length).map(|index| 1.0 + 0.1 * (index as f64).sin()).collect();
    for _ in 0..ROUNDS {
        if let Some(other) = other {
            let along = dot(&direction, other);
            direction.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
        }
        let size = dot(&direction, &direction).sqrt();
        if size < 1e-12 {
            break;
        }
        direction.iter_mut().for_each(|value| *value /= size);
        let mut next = vec![0.0; length];
        for row in rows {
            let along = dot(row, &direction) / rows.len() as f64;
            next.iter_mut().zip(row).for_each(|(next, value)| *next += along * value);
        }
        let value = dot(&next, &direction);
        let left: f64 = next.iter().zip(&direction).map(|(next, old)| (next - value * old).powi(2)).sum();
        if left.sqrt() <= 1e-12 * value.abs() {
            break;
        }
        direction = next;
    }
    if let Some(other) = other {
        let along = dot(&direction, other);
        direction.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
    }
    let size = dot(&direction, &direction).sqrt().max(1e-12);
    direction.iter().map(|value| value / size).collect()
}

/// `aᵀ H b`.
fn bend(rows: &[Vec<f64>], a: &[f64], b: &[f64]) -> f64 {
    rows.iter().map(|row| dot(row, a) * dot(row, b)).sum::<f64>() / rows.len() as f64
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLES: [(&[f32], f32); 4] =
        [(&[1.0, 0.5], 1.0), (&[-0.5, 1.0], -1.0), (&[0.25, -1.0], 1.0), (&[-1.0, -0.25], -1.0)];

    #[test]
    fn one_example_moves_against_its_error() {
        let mut unit = Adaline::new(2);
        assert_eq!(unit.correct(&[2.0, -1.0], 1.0, 0.1), 1.0);
        assert_eq!(unit, Adaline { weights: vec![0.2, -0.1], bias: 0.1 });
        // Right already, and corrected all the same: the sum is not yet the target.
        assert!(unit.correct(&[2.0, -1.0], 1.0, 0.1) > 0.0);
    }

    #[test]
    fn the_slope_is_that_of_the_loss() {
        let unit = Adaline { weights: vec![0.3, -0.2], bias: 0.1 };
        let (slope, slope_of_bias) = unit.gradient(&EXAMPLES);
        for (index, slope) in slope.iter().chain([&slope_of_bias]).enumerate() {
            let moved = |by: f32| {
                let mut unit = unit.clone();
                match index {
                    2 => unit.bias += by,
                    _ => unit.weights[index] += by,
                }
                unit.loss(&EXAMPLES)
            };
            let measured = (moved(0.01) - moved(-0.01)) / 0.02;
            // The loss is a square, so the central difference is exact but for rounding.
            assert!((measured - slope).abs() < 1e-4, "{index}: {measured} {slope}");
        }
    }

    #[test]
    fn the_bowl_is_the_loss() {
        let bowl = Bowl::along_weights(&EXAMPLES).unwrap();
        let unit = Adaline { weights: vec![0.3, -0.2], bias: 0.1 };
        let (slope, _) = unit.gradient(&EXAMPLES);
        let slopes = [f64::from(slope[0]), f64::from(slope[1])];
        let loss = f64::from(unit.loss(&EXAMPLES));
        let moved = Adaline { weights: vec![0.8, -0.9], bias: 0.1 };
        let bottom = bowl.bottom(slopes).unwrap();
        let floor = bowl.loss_at(loss, slopes, bottom);
        for aside in [[0.01, 0.0], [-0.01, 0.0], [0.0, 0.01], [0.0, -0.01]] {
            assert!(floor < bowl.loss_at(loss, slopes, [bottom[0] + aside[0], bottom[1] + aside[1]]));
        }
        assert!((bowl.loss_at(loss, slopes, [0.5, -0.7]) - f64::from(moved.loss(&EXAMPLES))).abs() < 1e-6);
    }

    #[test]
    fn the_bottom_stays_where_it_is_along_the_sharpest_directions() {
        let bowl = Bowl::new(&EXAMPLES).unwrap();
        assert!((bowl.bends[0] - bowl.sharpest).abs() < 1e-9 && bowl.bends[1].abs() < 1e-9);
        let bottom = |unit: &Adaline| {
            let (slope, slope_of_bias) = unit.gradient(&EXAMPLES);
            let slopes: Vec<f64> = slope.iter().chain([&slope_of_bias]).map(|slope| f64::from(*slope)).collect();
            let (off, here) = (bowl.bottom(bowl.place(&slopes)).unwrap(), bowl.place(&unit.parameters()));
            [here[0] + off[0], here[1] + off[1]]
        };
        let (one, other) = (bottom(&Adaline::new(2)), bottom(&Adaline { weights: vec![3.0, -2.0], bias: 5.0 }));
        // Slopes are f32.
        assert!(one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-4), "{one:?} {other:?}");
    }

    #[test]
    fn theory_says_where_it_diverges() {
        let limit = Bowl::new(&EXAMPLES).unwrap().stable_rate() as f32;
        for (share, settles) in [(0.95, true), (1.05, false)] {
            let mut unit = Adaline::new(2);
            let start = unit.loss(&EXAMPLES);
            for _ in 0..2000 {
                unit.descend(&EXAMPLES, share * limit);
            }
            let end = unit.loss(&EXAMPLES);
            assert_eq!(end < start, settles, "{share}: {start} {end}");
        }
    }

    #[test]
    fn many_features_are_looked_at_along_their_sharpest_directions() {
        let rows: Vec<Vec<f32>> =
            (0..30).map(|row| (0..5).map(|column| ((row * 7 + column * 3) as f32).sin()).collect()).collect();
        let examples: Vec<(&[f32], f32)> = rows.iter().map(|row| (row.as_slice(), 1.0)).collect();
        let bowl = Bowl::new(&examples).unwrap();
        let [a, b] = &bowl.directions;
        assert!(dot(a, b).abs() < 1e-9 && (dot(a, a) - 1.0).abs() < 1e-9);
        assert!((bowl.bends[0] - bowl.sharpest).abs() < 1e-9 && bowl.bends[2] <= bowl.sharpest);
        assert!(bowl.bends[1].abs() < 1e-6, "eigenvectors do not bend into each other: {}", bowl.bends[1]);
        assert_eq!(Bowl::new(&[(&[f32::NAN], 1.0)]), None);
    }
}
