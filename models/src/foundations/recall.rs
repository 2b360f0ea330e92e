//! Recall in a Hopfield network: a state that goes downhill, unit by unit or all units at once, until nothing turns.
//!
//! ```text
//! sᵢ ← sign(hᵢ)      hᵢ = Σⱼ wᵢⱼ sⱼ      E falls by 2 |hᵢ| when unit i turns
//! ```
//!
//! Shapes: the state and its field `[n]`, each entry of the state -1 or 1.
//!
//! **Paper.** J. J. Hopfield: Neural networks and physical systems with emergent collective computational abilities.
//! PNAS 79, 2554–2558 (1982).
//!
//! **Differs from the paper.** Units are asked in an order that is drawn anew for each sweep, not at random times.

use serde::{Deserialize, Serialize};

use crate::{
    data::patterns::{Pattern, order, random_patterns},
    foundations::hopfield::{Hopfield, Rule},
};

/// How a recall ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// No unit wants to turn.
    Settled,
    /// All units at once swing between two states for ever.
    Swings,
}

/// A state on its way down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// The state.
    pub state: Pattern,
    /// Its energy, kept up to date turn by turn.
    pub energy: f64,
    /// Whether it is over.
    pub end: Option<End>,
    seed: u64,
    sweep: u64,
    order: Vec<u32>,
    visited: usize,
    turned: bool,
    before: Pattern,
}

impl Recall {
    /// Begins at this state; `seed` draws the order of the units.
    pub fn new(network: &Hopfield, state: Pattern, seed: u64) -> Self {
        let energy = network.energy(&state);
        let order = order(state.len(), seed, 0);
        Self { state, energy, end: None, seed, sweep: 0, order, visited: 0, turned: false, before: Vec::new() }
    }

    /// Whether it can go on in a network of so many units; to be asked of one that came from outside.
    pub fn fits(&self, units: usize) -> bool {
        let is_state = |state: &[i8]| state.len() == units && state.iter().all(|value| matches!(value, -1 | 1));
        is_state(&self.state)
            && (self.before.is_empty() || is_state(&self.before))
            && self.order.len() == units
            && self.order.iter().all(|unit| (*unit as usize) < units)
            && self.visited < units.max(1)
    }

    /// Goes on from another state: the reader has painted.
    pub fn set_state(&mut self, network: &Hopfield, state: Pattern) {
        *self = Self { sweep: self.sweep, ..Self::new(network, state, self.seed) };
        self.order = order(self.state.len(), self.seed, self.sweep);
    }

    /// The unit that comes next when they are asked one by one.
    pub fn next_unit(&self) -> Option<usize> {
        self.order.get(self.visited).map(|unit| *unit as usize)
    }

    /// Asks one unit, and turns it if it is on the wrong side; which one was asked and whether it turned.
    pub fn update_one(&mut self, network: &Hopfield) -> Option<(usize, bool)> {
        let unit = self.next_unit()?;
        self.visited += 1;
        let turns = f32::from(self.state[unit]) * network.field(&self.state, unit) < 0.0;
        if turns {
            self.energy += network.change(&self.state, unit);
            self.state[unit] = -self.state[unit];
            self.turned = true;
        }
        if self.visited == self.order.len() {
            if !self.turned {
                self.end = Some(End::Settled);
            }
            self.sweep += 1;
            (self.visited, self.turned) = (0, false);
            self.order = order(self.state.len(), self.seed, self.sweep);
        }
        Some((unit, turns))
    }

    /// Asks one unit after the other until none wants to turn.
    pub fn settle(&mut self, network: &Hopfield) {
        for _ in 0..SWEEPS * self.state.len() {
            if self.end.is_some() {
                break;
            }
            self.update_one(network);
        }
    }

    /// Asks all units at once: each hears the others as they were. How many turned.
    pub fn update_all(&mut self, network: &Hopfield) -> usize {
        let fields = network.fields(&self.state);
        let turn = |(value, field): (&i8, f32)| if f32::from(*value) * field < 0.0 { -value } else { *value };
        let next: Pattern = self.state.iter().zip(fields).map(turn).collect();
        let turned = next.iter().zip(&self.state).filter(|(new, old)| new != old).count();
        self.end = match turned {
            0 => Some(End::Settled),
            _ if next == self.before => Some(End::Swings),
            _ => None,
        };
        self.before = std::mem::replace(&mut self.state, next);
        self.energy = network.energy(&self.state);
        self.sweep += 1;
        turned
    }
}

/// Sweeps at most until a state has settled; a handful is usual.
const SWEEPS: usize = 100;

/// Patterns of one network that are tried when its memory is measured.
const TRIED: usize = 10;

/// Stores `count` random patterns, begins at each of the first ten of them and lets it settle: the mean overlap with
/// where it began. 1 means that they hold.
pub fn held(units: usize, count: usize, rule: Rule, seed: u64) -> f32 {
    let network = Hopfield::store(units, random_patterns(units, count, seed), rule);
    let tried = network.patterns.iter().take(TRIED).enumerate().map(|(index, pattern)| {
        if network.is_stable(pattern) {
            return 1.0;
        }
        let mut recall = Recall::new(&network, pattern.clone(), seed);
        recall.settle(&network);
        network.overlaps(&recall.state)[index]
    });
    tried.sum::<f32>() / network.patterns.len().clamp(1, TRIED) as f32
}
