//! Perceptron: one unit that weighs its inputs and says yes or no. It learns only from mistakes: a wrong example is
//! added to the weights, or taken away from them.
//!
//! ```text
//! sum = w · x + b        yes if sum > 0        on a mistake  w ← w + t x,  b ← b + t      with t = ±1
//! ```
//!
//! Shapes: `x [features]`, `w [features]`.
//!
//! **Paper.** F. Rosenblatt: The perceptron: a probabilistic model for information storage and organization in the
//! brain. Psychological Review 65, 386–408 (1958). The bound on mistakes: A. B. J. Novikoff: On convergence proofs on
//! perceptrons (1962).
//!
//! **Differs from the paper.** Rosenblatt's machine had fixed random wires from a retina to association units; here the
//! inputs go straight to the one unit that learns. Weights start at zero, so the length of a correction does not matter.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Perceptron {
    /// How much each input speaks for yes.
    pub weights: Vec<f32>,
    /// How easily it says yes.
    pub bias: f32,
}

impl Perceptron {
    /// A unit that knows nothing: all weights zero.
    pub fn new(features: usize) -> Self {
        Self { weights: vec![0.0; features], bias: 0.0 }
    }

    /// The weighted sum; above zero means yes.
    pub fn sum(&self, x: &[f32]) -> f32 {
        self.weights.iter().zip(x).map(|(weight, input)| weight * input).sum::<f32>() + self.bias
    }

    /// Looks at one example, `target` -1 or 1, and corrects itself if it is wrong; says whether it was. A sum of exactly
    /// zero is undecided and counts as wrong.
    pub fn correct(&mut self, x: &[f32], target: f32) -> bool {
        // Not `<=`: a sum that is not a number must count as wrong too.
        let right = target * self.sum(x) > 0.0;
        if !right {
            for (weight, input) in self.weights.iter_mut().zip(x) {
                *weight += target * input;
            }
            self.bias += target;
        }
        !right
    }

    /// One pass over all examples in their order; the number of mistakes.
    pub fn pass<'a>(&mut self, examples: impl IntoIterator<Item = (&'a [f32], f32)>) -> usize {
        examples.into_iter().filter(|(x, target)| self.correct(x, *target)).count()
    }
}

/// What Novikoff's theorem says about a set of examples: at most `(R / γ)²` corrections, in whatever order they come.
///
/// The bias is learned like the weight of an input that is always 1, so lengths are measured with that 1 included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// R, the length of the longest example, `√(‖x‖² + 1)`.
    pub radius: f64,
    /// γ, the distance of the nearest example from the best line found: a margin that a line truly reaches.
    pub margin: f64,
    /// No line reaches a larger margin than this. The best one lies between `margin` and here.
    pub margin_limit: f64,
}

impl Bound {
    /// The bound `(R / γ)²` on the number of corrections. It errs to the safe side: it holds for the margin reached, and
    /// lies above the sharpest bound by at most the factor `(margin_limit / margin)²`.
    pub fn corrections(&self) -> f64 {
        (self.radius / self.margin).powi(2)
    }
}

/// Rounds of the search for the widest margin.
const ROUNDS: usize = 20_000;
/// How close the margin comes to the best one.
const PRECISION: f64 = 1e-4;

/// R and γ of these examples (`target` -1 or 1), or nothing if no line with a margin was found.
///
/// The widest margin is the distance from zero to the nearest point in the convex hull of all `t · (x, 1)`. That point is
/// found by moving weight from the member that lies farthest along it to the one that lies least far (Mitchell, Demyanov,
/// Malozemov 1974). At every moment its length is no less than the best margin, and the least projection on it is a
/// margin that is reached: both ends close in on the truth, to a ten-thousandth or until 20,000 rounds are over.
pub fn bound(examples: &[(&[f32], f32)]) -> Option<Bound> {
    let points: Vec<Vec<f64>> = examples
        .iter()
        .map(|(x, target)| {
            let sign = f64::from(target.signum());
            x.iter().map(|&input| f64::from(input) * sign).chain([sign]).collect()
        })
        .collect();
    if points.iter().flatten().any(|value| !value.is_finite()) {
        return None;
    }
    let radius = points.iter().map(|point| dot(point, point)).fold(0.0, f64::max).sqrt();
    let mut nearest = points.first()?.clone();
    let mut shares = vec![0.0; points.len()];
    shares[0] = 1.0;
    let (mut margin, mut margin_limit) = (f64::NEG_INFINITY, f64::INFINITY);
    for round in 0..ROUNDS {
        if round % 256 == 255 {
            // Sums of many small moves drift; the shares do not.
            nearest = mix(&points, &shares);
        }
        let length = dot(&nearest, &nearest).sqrt();
        let heights: Vec<f64> = points.iter().map(|point| dot(point, &nearest)).collect();
        let (low, _) = heights.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        let members = heights.iter().enumerate().filter(|(index, _)| shares[*index] > 0.0);
        let (high, _) = members.max_by(|a, b| a.1.total_cmp(b.1))?;
        if length <= radius * 1e-9 {
            return None; // Zero lies in the hull: no line parts the classes.
        }
        margin_limit = margin_limit.min(length);
        margin = margin.max(heights[low] / length);
        if margin >= margin_limit * (1.0 - PRECISION) {
            break;
        }
        let way: Vec<f64> = points[low].iter().zip(&points[high]).map(|(low, high)| low - high).collect();
        let squared = dot(&way, &way);
        if squared == 0.0 {
            break;
        }
        let step = ((heights[high] - heights[low]) / squared).min(shares[high]);
        shares[low] += step;
        shares[high] -= step;
        nearest.iter_mut().zip(&way).for_each(|(nearest, way)| *nearest += step * way);
    }
    // At the end both are the same but for rounding.
    (margin > 0.0 && margin.is_finite()).then_some(Bound { radius, margin, margin_limit: margin_limit.max(margin) })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn mix(points: &[Vec<f64>], shares: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; points[0].len()];
    for (point, share) in points.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        sum.iter_mut().zip(point).for_each(|(sum, value)| *sum += share * value);
    }
    sum
}

/// Notices when a perceptron that sees its examples in a fixed order returns to weights it already had: from there on it
/// repeats itself for ever.
///
/// Weights must repeat exactly. With coordinates on a grid of powers of two every sum is exact, and a perceptron that
/// cannot settle must return sooner or later, for its weights stay bounded (Minsky, Papert 1969).
#[derive(Clone, Debug, Default)]
pub struct CycleDetector {
    seen: HashMap<Vec<u32>, usize>,
    passes: usize,
}

/// The cycle found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Passes before the weights that come back.
    pub begins: usize,
    /// Passes from these weights to themselves.
    pub length: usize,
}

impl CycleDetector {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// To be shown the unit before the first pass and after every pass that made mistakes. Remembers at most 10,000
    /// passes.
    pub fn observe(&mut self, unit: &Perceptron) -> Option<Cycle> {
        let state = unit.weights.iter().chain([&unit.bias]).map(|value| (value + 0.0).to_bits()).collect(); // -0 is 0
        let passes = self.passes;
        self.passes += 1;
        if let Some(&begins) = self.seen.get(&state) {
            return Some(Cycle { begins, length: passes - begins });
        }
        if self.seen.len() < 10_000 {
            self.seen.insert(state, passes);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_adds_the_example() {
        let mut unit = Perceptron::new(2);
        assert!(unit.correct(&[2.0, -1.0], -1.0), "undecided is wrong");
        assert_eq!(unit, Perceptron { weights: vec![-2.0, 1.0], bias: -1.0 });
        assert!(!unit.correct(&[2.0, -1.0], -1.0));
        assert!(unit.correct(&[f32::NAN, 0.0], 1.0));
    }

    #[test]
    fn the_margin_of_two_points_is_known() {
        // With the 1 of the bias: (1, 1) and (-1 · -1, -1) = (1, -1); nearest to zero on their segment is (1, 0).
        let bound = bound(&[(&[1.0], 1.0), (&[-1.0], -1.0)]).unwrap();
        assert!((bound.margin - 1.0).abs() < 1e-4 && (bound.radius - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((bound.corrections() - 2.0).abs() < 1e-3);
    }

    #[test]
    fn what_no_line_parts_has_no_bound() {
        let xor: [(&[f32], f32); 4] =
            [(&[-1.0, -1.0], 1.0), (&[1.0, 1.0], 1.0), (&[-1.0, 1.0], -1.0), (&[1.0, -1.0], -1.0)];
        assert_eq!(bound(&xor), None);
        assert_eq!(bound(&[]), None);
        assert_eq!(bound(&[(&[f32::NAN], 1.0), (&[1.0], -1.0)]), None);
    }

    #[test]
    fn xor_runs_in_a_circle() {
        let xor: [(&[f32], f32); 4] =
            [(&[-1.0, -1.0], 1.0), (&[1.0, 1.0], 1.0), (&[-1.0, 1.0], -1.0), (&[1.0, -1.0], -1.0)];
        let mut unit = Perceptron::new(2);
        let mut detector = CycleDetector::new();
        let mut cycle = detector.observe(&unit);
        while cycle.is_none() {
            assert!(unit.pass(xor) > 0);
            cycle = detector.observe(&unit);
        }
        let Cycle { begins, length } = cycle.unwrap();
        assert!(begins + length < 20, "{begins} {length}");
    }
}
