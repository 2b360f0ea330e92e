//! How a gradient becomes an update: plain descent, momentum, Adam, written from their formulas.
//!
//! ```text
//! SGD        w ← w - η g
//! momentum   v ← 0.9 v + g                      w ← w - η v
//! Adam       m ← β₁ m + (1 - β₁) g    v ← β₂ v + (1 - β₂) g²
//!            w ← w - η · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε)
//! ```
//!
//! Each is one update of `torch.optim` to rounding. Adam keeps `m / (1 - β₁)` and `v / (1 - β₂)`, which moves three
//! factors into two scalars and saves operations: on a GPU a small network waits for dispatches, not for arithmetic.
//!
//! **Papers.** B. T. Polyak: Some methods of speeding up the convergence of iteration methods (1964). D. P. Kingma,
//! J. Ba: Adam: a method for stochastic optimization (2015).

mod hand;
mod state;

use burn::{
    module::{Module, ModuleMapper, Param},
    optim::GradientsParams,
    tensor::{Tensor, container::TensorContainer},
};
use serde::{Deserialize, Serialize};

pub use self::{
    hand::{HandOptimizer, Part},
    state::OptimizerState,
};

/// Momentum's memory of earlier updates.
pub const MOMENTUM: f64 = 0.9;
/// Adam's memory of the gradient.
pub const BETA_1: f64 = 0.9;
/// Adam's memory of the squared gradient.
pub const BETA_2: f64 = 0.999;
/// Keeps Adam's division finite.
pub const EPSILON: f64 = 1e-8;

/// The rule of the update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OptimizerKind {
    /// Straight against the gradient.
    Sgd,
    /// With the run-up of earlier updates.
    Momentum,
    /// Each weight at its own pace.
    Adam,
}

impl OptimizerKind {
    /// All of them, in the order of history.
    pub const ALL: [OptimizerKind; 3] = [OptimizerKind::Sgd, OptimizerKind::Momentum, OptimizerKind::Adam];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            OptimizerKind::Sgd => "SGD",
            OptimizerKind::Momentum => "Momentum",
            OptimizerKind::Adam => "Adam",
        }
    }

    /// Its name in an address.
    pub fn id(self) -> &'static str {
        match self {
            OptimizerKind::Sgd => "sgd",
            OptimizerKind::Momentum => "momentum",
            OptimizerKind::Adam => "adam",
        }
    }

    /// The rule of that id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// How many numbers it remembers for each weight.
    pub fn moments(self) -> usize {
        match self {
            OptimizerKind::Sgd => 0,
            OptimizerKind::Momentum => 1,
            OptimizerKind::Adam => 2,
        }
    }
}

/// Adam's two scalars of update `t`: with `m' = m / (1 - β₁)` and `v' = v / (1 - β₂)` the step is
/// `pace · m' / (√v' + floor)`.
fn adam_scalars(rate: f64, updates: u64) -> (f64, f64) {
    let t = updates.min(i32::MAX as u64) as i32;
    let spread = ((1.0 - BETA_2) / (1.0 - BETA_2.powi(t))).sqrt();
    (rate * (1.0 - BETA_1) / (1.0 - BETA_1.powi(t)) / spread, EPSILON / spread)
}

/// The optimiser of a burn network. Its memory stays on the device.
#[derive(Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    updates: u64,
    /// Momentum's `v`, or Adam's `m'`, by the number of the parameter in the order of a walk through the network.
    first: TensorContainer<usize>,
    /// Adam's `v'`.
    second: TensorContainer<usize>,
}

impl Optimizer {
    /// An optimiser that remembers nothing yet.
    pub fn new(kind: OptimizerKind) -> Self {
        Self { kind, updates: 0, first: TensorContainer::new(), second: TensorContainer::new() }
    }

    /// Its rule.
    pub fn kind(&self) -> OptimizerKind {
        self.kind
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// One update of every parameter that has a gradient. Nothing is read back.
    pub fn step<M: Module>(&mut self, model: M, gradients: GradientsParams, rate: f64) -> M {
        self.updates += 1;
        model.map(&mut Update { optimizer: self, gradients, rate, next: 0 })
    }

    /// `w, g -> w`, all of one shape.
    fn update<const D: usize>(&mut self, parameter: usize, w: Tensor<D>, g: Tensor<D>, rate: f64) -> Tensor<D> {
        match self.kind {
            OptimizerKind::Sgd => w - g * rate,
            OptimizerKind::Momentum => {
                let v = match self.first.remove::<Tensor<D>>(&parameter) {
                    Some(v) => v * MOMENTUM + g,
                    None => g,
                };
                self.first.register(parameter, v.clone());
                w - v * rate
            }
            OptimizerKind::Adam => {
                let squares = g.clone() * g.clone();
                let m = match self.first.remove::<Tensor<D>>(&parameter) {
                    Some(m) => m * BETA_1 + g,
                    None => g,
                };
                let v = match self.second.remove::<Tensor<D>>(&parameter) {
                    Some(v) => v * BETA_2 + squares,
                    None => squares,
                };
                self.first.register(parameter, m.clone());
                self.second.register(parameter, v.clone());
                let (pace, floor) = adam_scalars(rate, self.updates);
                w - m / (v.sqrt() + floor) * pace
            }
        }
    }
}

struct Update<'a> {
    optimizer: &'a mut Optimizer,
    gradients: GradientsParams,
    rate: f64,
    next: usize,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let parameter = self.next;
        self.next += 1;
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let tracked = tensor.is_require_grad();
        let updated = self.optimizer.update(parameter, tensor.inner(), gradient, self.rate);
        let updated = Tensor::from_inner(updated).set_require_grad(tracked);
        Param::from_mapped_value(id, updated, mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back() {
        for kind in OptimizerKind::ALL {
            assert_eq!(OptimizerKind::from_id(kind.id()), Some(kind));
        }
    }
}
