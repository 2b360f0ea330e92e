//! The three rules over plain slices, for the network written out by hand.

use serde::{Deserialize, Serialize};

use super::{BETA_1, BETA_2, MOMENTUM, OptimizerKind, adam_scalars};

/// The number of a parameter array in a network written out by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part(pub usize);

/// The optimiser of a network written out by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandOptimizer {
    kind: OptimizerKind,
    rate: f32,
    updates: u64,
    moments: Vec<[Vec<f32>; 2]>,
}

impl HandOptimizer {
    /// An optimiser that remembers nothing yet.
    pub fn new(kind: OptimizerKind, rate: f32) -> Self {
        Self { kind, rate, updates: 0, moments: Vec::new() }
    }

    /// Changes the length of the steps to come.
    pub fn set_rate(&mut self, rate: f32) {
        self.rate = rate;
    }

    /// Its rule.
    pub fn kind(&self) -> OptimizerKind {
        self.kind
    }

    /// The length of a step.
    pub fn rate(&self) -> f32 {
        self.rate
    }

    /// Begins an update of all parts.
    pub fn begin(&mut self) {
        self.updates += 1;
    }

    /// Updates one part with its gradients times `scale`, and sets them back to zero.
    pub fn apply(&mut self, part: Part, weights: &mut [f32], gradients: &mut [f32], scale: f32) {
        let (kind, rate) = (self.kind, self.rate);
        let (pace, floor) = adam_scalars(rate.into(), self.updates);
        let (pace, floor) = (pace as f32, floor as f32);
        let [first, second] = self.memory(part, weights.len());
        let weights_and_gradients = weights.iter_mut().zip(gradients.iter_mut());
        match kind {
            OptimizerKind::Sgd => {
                for (w, g) in weights_and_gradients {
                    *w -= rate * (*g * scale);
                }
            }
            OptimizerKind::Momentum => {
                for ((w, g), v) in weights_and_gradients.zip(first) {
                    *v = MOMENTUM as f32 * *v + *g * scale;
                    *w -= rate * *v;
                }
            }
            OptimizerKind::Adam => {
                for (((w, g), m), v) in weights_and_gradients.zip(first).zip(second) {
                    let g = *g * scale;
                    *m = BETA_1 as f32 * *m + g;
                    *v = BETA_2 as f32 * *v + g * g;
                    *w -= *m / (v.sqrt() + floor) * pace;
                }
            }
        }
        gradients.fill(0.0);
    }

    /// The memory of a part, made when it is first asked for or when a restored one does not fit.
    fn memory(&mut self, part: Part, len: usize) -> &mut [Vec<f32>; 2] {
        if self.moments.len() <= part.0 {
            self.moments.resize(part.0 + 1, Default::default());
        }
        let memory = &mut self.moments[part.0];
        for moments in &mut memory[..self.kind.moments()] {
            moments.resize(len, 0.0);
        }
        memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_of_adam_is_as_long_as_the_rate() {
        let mut optimizer = HandOptimizer::new(OptimizerKind::Adam, 0.1);
        let (mut weights, mut gradients) = ([1.0, 1.0], [1e-3, -50.0]);
        optimizer.begin();
        optimizer.apply(Part(0), &mut weights, &mut gradients, 1.0);
        // ε = 1e-8 beside a gradient of 1e-3 shortens the step by a hundred-thousandth.
        assert!((weights[0] - 0.9).abs() < 2e-6 && (weights[1] - 1.1).abs() < 2e-6, "{weights:?}");
        assert_eq!(gradients, [0.0, 0.0]);
    }

    #[test]
    fn a_memory_of_another_size_is_mended() {
        let mut optimizer = HandOptimizer::new(OptimizerKind::Momentum, 0.1);
        optimizer.moments = vec![[vec![1.0; 9], vec![]]];
        let (mut weights, mut gradients) = ([0.0; 3], [0.0; 3]);
        optimizer.begin();
        optimizer.apply(Part(0), &mut weights, &mut gradients, 1.0);
        assert!(weights.iter().all(|weight| weight.is_finite()));
    }
}
