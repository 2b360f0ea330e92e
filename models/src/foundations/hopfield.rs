//! Hopfield network: a memory of ±1 patterns. Every unit hears every other one and turns to the side that they speak
//! for; each turn lowers an energy, so the state rolls down to the nearest pattern it knows, or thinks it knows.
//!
//! ```text
//! h_i = Σ_j w_ij s_j        s_i ← sign h_i (unchanged at 0)        E = -½ Σ_ij w_ij s_i s_j
//! Hebb            w_ij = 1/n Σ_μ p_i p_j
//! pseudo-inverse  W = projection on the patterns
//! Storkey         w_ij ← w_ij + 1/n (p_i p_j - p_i h_ji - h_ij p_j),   h_ij = Σ_{k≠i,j} w_ik p_k,   pattern by pattern
//! dense           h_i = Σ_μ p_i exp(Σ_{j≠i} p_j s_j),                  E = -ln Σ_μ exp(p · s)
//! ```
//!
//! Shapes: `s [n]`, `patterns [count, n]`, `W [n, n]`, symmetric, zero diagonal.
//!
//! **Paper.** J. J. Hopfield: Neural networks and physical systems with emergent collective computational abilities.
//! PNAS 79, 2554–2558 (1982). Pseudo-inverse: L. Personnaz, I. Guyon, G. Dreyfus (1985). A. J. Storkey: Increasing the
//! capacity of a Hopfield network without sacrificing functionality (1997). Dense: D. Krotov, J. J. Hopfield (2016);
//! with the exponential: M. Demircigil et al. (2017), H. Ramsauer et al. (2020).
//!
//! **Differs from the paper.** States are ±1 instead of 0 and 1, thresholds are zero. Units are visited in a random
//! order that is drawn anew for each sweep, so that after one quiet sweep nothing can turn any more. The projection and
//! Storkey's weights lose their diagonal, as Hopfield's have none: only then does no turn raise the energy.

use serde::{Deserialize, Serialize};

use crate::{
    data::patterns::Pattern,
    error::Error,
    weights::{NamedTensor, Parameters},
};

/// How patterns are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Units that agree are tied together.
    Hebb,
    /// Weights that project on the stored patterns: each of them is stable, if they are linearly independent.
    PseudoInverse,
    /// Hebb, corrected by what is already stored; local and incremental.
    Storkey,
    /// No weights at all: the patterns themselves are kept, and compared through an exponential.
    Dense,
}

/// A network that has stored its patterns.
#[derive(Clone, Debug)]
pub struct Hopfield {
    /// The number of units.
    pub units: usize,
    /// What was stored.
    pub patterns: Vec<Pattern>,
    /// How.
    pub rule: Rule,
    /// `[n, n]`, row by row; empty for the dense network.
    pub weights: Vec<f32>,
}

impl Hopfield {
    /// What it has learned: `weight [n, n]`, or `patterns [count, n]` of the dense network.
    pub fn parameters(&self) -> Parameters {
        let (name, rows, values) = match self.rule {
            Rule::Dense => (
                "patterns",
                self.patterns.len(),
                self.patterns.iter().flatten().map(|value| f32::from(*value)).collect(),
            ),
            _ => ("weight", self.units, self.weights.clone()),
        };
        Parameters(vec![NamedTensor { name: name.into(), shape: vec![rows, self.units], values }])
    }

    /// Takes over what another network has learned, if it fits; else nothing changes. The patterns that this one has
    /// stored stay what its states are compared with.
    pub fn take(&mut self, parameters: &Parameters) -> Result<(), Error> {
        match self.rule {
            Rule::Dense => {
                let found = parameters.exactly(&[("patterns", &[self.patterns.len(), self.units])])?[0];
                let sign = |value: &f32| if *value > 0.0 { 1 } else { -1 };
                self.patterns =
                    found.values.chunks_exact(self.units.max(1)).map(|row| row.iter().map(sign).collect()).collect();
            }
            _ => {
                self.weights.clone_from(&parameters.exactly(&[("weight", &[self.units, self.units])])?[0].values);
            }
        }
        Ok(())
    }

    /// Stores these patterns; those that do not have `units` values are left out.
    pub fn store(units: usize, patterns: Vec<Pattern>, rule: Rule) -> Self {
        let patterns: Vec<Pattern> = patterns.into_iter().filter(|pattern| pattern.len() == units).collect();
        let mut weights = match rule {
            Rule::Hebb => hebb(units, &patterns),
            Rule::PseudoInverse => pseudo_inverse(units, &patterns),
            Rule::Storkey => storkey(units, &patterns),
            Rule::Dense => Vec::new(),
        };
        weights.iter_mut().step_by(units + 1).for_each(|weight| *weight = 0.0);
        Self { units, patterns, rule, weights }
    }

    /// What a unit hears: the others' values, weighed and added up. Its sign is the side that they speak for.
    pub fn field(&self, state: &[i8], unit: usize) -> f32 {
        match self.rule {
            Rule::Dense => self.dense_field(state, unit, &self.products(state)),
            _ => dot(&self.weights[unit * self.units..(unit + 1) * self.units], state),
        }
    }

    /// What every unit hears.
    pub fn fields(&self, state: &[i8]) -> Vec<f32> {
        match self.rule {
            Rule::Dense => {
                let products = self.products(state);
                (0..self.units).map(|unit| self.dense_field(state, unit, &products)).collect()
            }
            _ => self.weights.chunks(self.units).map(|row| dot(row, state)).collect(),
        }
    }

    /// The dense network's field: every pattern speaks for its own value, but one that is a little nearer to the state
    /// speaks very much louder. Scaled so that the loudest has volume 1.
    fn dense_field(&self, state: &[i8], unit: usize, products: &[i32]) -> f32 {
        let others = |(pattern, product): (&Pattern, &i32)| product - i32::from(pattern[unit] * state[unit]);
        let loudest = self.patterns.iter().zip(products).map(others).max().unwrap_or(0);
        let voice = |pair: (&Pattern, &i32)| f32::from(pair.0[unit]) * ((others(pair) - loudest) as f32).exp();
        self.patterns.iter().zip(products).map(voice).sum()
    }

    /// The energy of a state. Stored patterns lie in its valleys, as a rule.
    pub fn energy(&self, state: &[i8]) -> f64 {
        match self.rule {
            Rule::Dense => {
                let products = self.products(state);
                let largest = products.iter().copied().max().unwrap_or(0);
                let sum: f64 = products.iter().map(|product| f64::from(product - largest).exp()).sum();
                -f64::from(largest) - sum.max(1.0).ln()
            }
            _ => {
                let pull = |(value, field): (&i8, f32)| f64::from(*value) * f64::from(field);
                -0.5 * state.iter().zip(self.fields(state)).map(pull).sum::<f64>()
            }
        }
    }

    /// The same formula for values between -1 and 1. With weights it is the mean energy of states whose units are drawn
    /// at random with these means.
    pub fn energy_at(&self, x: &[f32]) -> f64 {
        let product = |values: &mut dyn Iterator<Item = f32>| -> f64 {
            values.zip(x).map(|(value, x)| f64::from(value) * f64::from(*x)).sum()
        };
        if self.rule == Rule::Dense {
            let products =
                self.patterns.iter().map(|pattern| product(&mut pattern.iter().map(|value| f32::from(*value))));
            let products: Vec<f64> = products.collect();
            let largest = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            return if largest.is_finite() {
                -largest - products.iter().map(|p| (p - largest).exp()).sum::<f64>().ln()
            } else {
                0.0
            };
        }
        let rows = self.weights.chunks(self.units).zip(x);
        -0.5 * rows.map(|(row, value)| f64::from(*value) * product(&mut row.iter().copied())).sum::<f64>()
    }

    /// How a turn of this unit changes the energy.
    pub fn change(&self, state: &[i8], unit: usize) -> f64 {
        match self.rule {
            Rule::Dense => {
                let mut turned = state.to_vec();
                turned[unit] = -turned[unit];
                self.energy(&turned) - self.energy(state)
            }
            _ => 2.0 * f64::from(state[unit]) * f64::from(self.field(state, unit)),
        }
    }

    /// The overlap with each stored pattern: 1 is the pattern itself, -1 its reverse, 0 has nothing to do with it.
    pub fn overlaps(&self, state: &[i8]) -> Vec<f32> {
        self.products(state).into_iter().map(|product| product as f32 / self.units as f32).collect()
    }

    /// Whether no unit wants to turn.
    pub fn is_stable(&self, state: &[i8]) -> bool {
        state.iter().zip(self.fields(state)).all(|(value, field)| f32::from(*value) * field >= 0.0)
    }

    /// What a state is.
    pub fn diagnose(&self, state: &[i8]) -> Diagnosis {
        let overlaps = self.overlaps(state);
        let whole = |sign: f32| overlaps.iter().position(|overlap| *overlap == sign);
        if let Some(pattern) = whole(1.0) {
            return Diagnosis::Stored(pattern);
        }
        if let Some(pattern) = whole(-1.0) {
            return Diagnosis::Reverse(pattern);
        }
        let mut near: Vec<(usize, f32)> = overlaps.into_iter().enumerate().collect();
        near.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
        Diagnosis::Blend(near)
    }

    fn products(&self, state: &[i8]) -> Vec<i32> {
        let product = |pattern: &Pattern| pattern.iter().zip(state).map(|(a, b)| i32::from(a * b)).sum();
        self.patterns.iter().map(product).collect()
    }
}

/// What a state is to the patterns that were stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Diagnosis {
    /// One of them.
    Stored(usize),
    /// One of them with every sign turned: as low in energy as the pattern itself.
    Reverse(usize),
    /// None of them; the overlap with each, the strongest first.
    Blend(Vec<(usize, f32)>),
}

fn dot(weights: &[f32], state: &[i8]) -> f32 {
    weights.iter().zip(state).map(|(weight, value)| weight * f32::from(*value)).sum()
}

/// Hebb's rule: what is alike in a pattern is tied together, what differs pushes apart.
fn hebb(units: usize, patterns: &[Pattern]) -> Vec<f32> {
    let mut weights = vec![0.0; units * units];
    for pattern in patterns {
        for (row, &value) in weights.chunks_mut(units).zip(pattern) {
            row.iter_mut().zip(pattern).for_each(|(weight, &other)| *weight += f32::from(value * other));
        }
    }
    weights.iter_mut().for_each(|weight| *weight /= units as f32);
    weights
}

/// The projection on the space that the patterns span. Patterns are made orthogonal one after the other (twice, so that
/// roundings vanish); one that the others already contain adds nothing.
fn pseudo_inverse(units: usize, patterns: &[Pattern]) -> Vec<f32> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for pattern in patterns {
        let mut rest: Vec<f64> = pattern.iter().map(|value| f64::from(*value)).collect();
        for direction in basis.iter().chain(&basis) {
            let along: f64 = rest.iter().zip(direction).map(|(a, b)| a * b).sum();
            rest.iter_mut().zip(direction).for_each(|(rest, direction)| *rest -= along * direction);
        }
        let squared: f64 = rest.iter().map(|rest| rest * rest).sum();
        if squared > 1e-9 * units as f64 {
            basis.push(rest.into_iter().map(|rest| rest / squared.sqrt()).collect());
        }
    }
    let mut weights = vec![0.0; units * units];
    for direction in &basis {
        for (row, value) in weights.chunks_mut(units).zip(direction) {
            row.iter_mut().zip(direction).for_each(|(weight, other)| *weight += (value * other) as f32);
        }
    }
    weights
}

/// Storkey's rule: each new pattern is tied as Hebb does, less what the others already say of it.
fn storkey(units: usize, patterns: &[Pattern]) -> Vec<f32> {
    let mut weights = vec![0.0; units * units];
    for pattern in patterns {
        let fields: Vec<f32> = weights.chunks(units).map(|row| dot(row, pattern)).collect();
        let before = weights.clone();
        for i in 0..units {
            for j in (0..units).filter(|j| *j != i) {
                let (p_i, p_j) = (f32::from(pattern[i]), f32::from(pattern[j]));
                // What i hears without j, and j without i.
                let h_ij = fields[i] - before[i * units + j] * p_j;
                let h_ji = fields[j] - before[j * units + i] * p_i;
                weights[i * units + j] += (p_i * p_j - p_i * h_ji - h_ij * p_j) / units as f32;
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::{
            letters,
            patterns::{damaged, random_patterns},
        },
        foundations::recall::{End, Recall, held},
    };

    const RULES: [Rule; 4] = [Rule::Hebb, Rule::PseudoInverse, Rule::Storkey, Rule::Dense];

    fn letters(names: &str) -> Vec<Pattern> {
        names.chars().map(|name| letters::pattern(name).unwrap()).collect()
    }

    fn settle(network: &Hopfield, state: Pattern, seed: u64) -> Recall {
        let mut recall = Recall::new(network, state, seed);
        recall.settle(network);
        assert_eq!(recall.end, Some(End::Settled));
        recall
    }

    #[test]
    fn one_unit_at_a_time_never_raises_the_energy() {
        for rule in RULES {
            for seed in 0..40 {
                let network = Hopfield::store(60, random_patterns(60, 12, seed), rule);
                let start = random_patterns(60, 1, seed + 1000).remove(0);
                let mut recall = Recall::new(&network, start, seed);
                while recall.end.is_none() {
                    let before = recall.energy;
                    let (_, turned) = recall.update_one(&network).unwrap();
                    assert!(if turned { recall.energy < before } else { recall.energy == before }, "{rule:?} {seed}");
                }
                assert!((recall.energy - network.energy(&recall.state)).abs() < 1e-3, "{rule:?} {seed}");
                assert!(network.is_stable(&recall.state));
            }
        }
    }

    #[test]
    fn a_hundred_units_hold_ten_random_patterns_approximately_and_five_exactly() {
        assert!((0..20).all(|seed| held(100, 10, Rule::Hebb, seed) > 0.95));
        assert!((0..20).filter(|seed| held(100, 5, Rule::Hebb, *seed) == 1.0).count() >= 18);
    }

    #[test]
    fn the_projection_holds_whatever_is_independent() {
        let mut all = letters(letters::NAMES);
        let network = Hopfield::store(letters::UNITS, all.clone(), Rule::PseudoInverse);
        assert!(all.iter().all(|pattern| network.is_stable(pattern)));
        // Twice the same, and a reverse: nothing new, and nothing breaks.
        all.push(all[0].clone());
        all.push(all[1].iter().map(|value| -value).collect());
        let again = Hopfield::store(letters::UNITS, all, Rule::PseudoInverse);
        assert!(again.weights.iter().zip(&network.weights).all(|(one, other)| (one - other).abs() < 1e-6));
    }

    #[test]
    fn storkey_holds_more_than_hebb() {
        let mean = |rule| (0..10).map(|seed| held(120, 28, rule, seed)).sum::<f32>() / 10.0;
        let (hebb, storkey) = (mean(Rule::Hebb), mean(Rule::Storkey));
        assert!(storkey > 0.97 && hebb < 0.8, "Storkey {storkey}, Hebb {hebb}");
    }

    #[test]
    fn the_dense_network_holds_as_many_patterns_as_it_has_units() {
        assert_eq!(held(100, 100, Rule::Dense, 1), 1.0);
        assert!(held(100, 100, Rule::Hebb, 1) < 0.6);
    }

    #[test]
    fn a_damaged_letter_comes_back_exactly() {
        let patterns = letters("JTX");
        let network = Hopfield::store(letters::UNITS, patterns.clone(), Rule::Hebb);
        for (index, pattern) in patterns.iter().enumerate() {
            for seed in 0..50 {
                let recall = settle(&network, damaged(pattern, 0.25, seed), seed);
                assert_eq!(network.diagnose(&recall.state), Diagnosis::Stored(index), "seed {seed}");
            }
        }
        let reverse: Pattern = patterns[1].iter().map(|value| -value).collect();
        assert_eq!(network.diagnose(&settle(&network, reverse, 0).state), Diagnosis::Reverse(1));
    }

    #[test]
    fn p_and_f_blend_beside_c() {
        let patterns = letters("CFP");
        let network = Hopfield::store(letters::UNITS, patterns.clone(), Rule::Hebb);
        for seed in 0..20 {
            for share in [0.0, 0.1] {
                let recall = settle(&network, damaged(&patterns[2], share, seed), seed);
                let Diagnosis::Blend(near) = network.diagnose(&recall.state) else { panic!("seed {seed}") };
                let mut named = [near[0].0, near[1].0];
                named.sort_unstable();
                assert_eq!(named, [1, 2], "F and P: {near:?}");
                assert!(near[0].1 < 1.0 && near[1].1 > 0.8, "{near:?}");
            }
        }
    }

    #[test]
    fn all_units_at_once_may_swing_for_ever() {
        // Two units that each want to be what the other is.
        let network = Hopfield::store(2, vec![vec![1, 1]], Rule::Hebb);
        let mut recall = Recall::new(&network, vec![1, -1], 0);
        assert_eq!((recall.update_all(&network), recall.end), (2, None));
        assert_eq!((recall.update_all(&network), recall.end), (2, Some(End::Swings)));
    }

    #[test]
    fn damage_is_exact_and_seeded() {
        let pattern = random_patterns(784, 1, 3).remove(0);
        let changed = |seed| damaged(&pattern, 0.3, seed);
        assert_eq!(changed(1).iter().zip(&pattern).filter(|(a, b)| a != b).count(), 235);
        assert_eq!(changed(1), changed(1));
        assert_ne!(changed(1), changed(2));
    }

    #[test]
    fn the_surface_meets_the_states() {
        let state = random_patterns(50, 1, 9).remove(0);
        let values: Vec<f32> = state.iter().map(|value| f32::from(*value)).collect();
        for rule in RULES {
            let network = Hopfield::store(50, random_patterns(50, 4, 1), rule);
            assert!((network.energy_at(&values) - network.energy(&state)).abs() < 1e-4, "{rule:?}");
        }
        let network = Hopfield::store(50, random_patterns(50, 4, 1), Rule::Storkey);
        let change = network.change(&state, 7);
        let mut turned = state.clone();
        turned[7] = -turned[7];
        assert!((network.energy(&turned) - network.energy(&state) - change).abs() < 1e-4);
    }

    #[test]
    fn what_was_learned_can_be_handed_on() {
        for rule in RULES {
            let learned = Hopfield::store(letters::UNITS, letters("PFC"), rule);
            let mut other = Hopfield::store(letters::UNITS, letters("XLT"), rule);
            other.take(&learned.parameters()).unwrap();
            let state = letters::pattern('P').unwrap();
            assert_eq!(other.fields(&state), learned.fields(&state), "{rule:?}");
            let mut small = Hopfield::store(4, vec![vec![1, 1, -1, -1]], rule);
            let before = small.weights.clone();
            assert!(small.take(&learned.parameters()).is_err());
            assert_eq!(small.weights, before);
        }
    }
}
