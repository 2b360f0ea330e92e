//! An optimiser's memory as plain numbers: read without waiting, restored bit for bit.
//!
//! Parameters have no order of their own, so a walk through the network gives it: the same walk reads and restores.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor, TensorData, Transaction},
};
use serde::{Deserialize, Serialize};

use super::{Optimizer, OptimizerKind};
use crate::error::Error;

/// What an optimiser remembers, as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimizerState {
    /// The rule.
    pub kind: OptimizerKind,
    /// Updates so far.
    pub updates: u64,
    /// For each parameter, in the order of a walk through the network, its first and second moments; empty where there
    /// are none.
    pub moments: Vec<[Vec<f32>; 2]>,
}

impl Optimizer {
    /// Adds what it remembers of this network to a readout; [`Optimizer::collect`] sorts the answer.
    pub(crate) fn register<M: Module>(&self, model: &M, transaction: Transaction) -> Transaction {
        let mut walk = Register { optimizer: self, transaction: Some(transaction), next: 0 };
        model.visit(&mut walk);
        walk.transaction.take().unwrap_or_default()
    }

    /// The state from the data that [`Optimizer::register`] asked for, in the same order.
    pub(crate) fn collect<M: Module>(
        &self,
        model: &M,
        data: &mut impl Iterator<Item = Result<Vec<f32>, Error>>,
    ) -> Result<OptimizerState, Error> {
        let mut walk = Collect { optimizer: self, data, next: 0, moments: Vec::new(), trouble: None };
        model.visit(&mut walk);
        match walk.trouble {
            Some(trouble) => Err(trouble),
            None => Ok(OptimizerState { kind: self.kind, updates: self.updates, moments: walk.moments }),
        }
    }

    /// Takes over a state that belongs to this network; on trouble nothing changes.
    pub fn restore<M: Module>(&mut self, model: &M, state: &OptimizerState, device: &Device) -> Result<(), Error> {
        let mut walk = Restore { state, device, next: 0, optimizer: Optimizer::new(state.kind), trouble: None };
        model.visit(&mut walk);
        if let Some(trouble) = walk.trouble {
            return Err(trouble);
        }
        if walk.next != state.moments.len() {
            return Err(Error::Checkpoint("the optimiser remembers another number of parameters".into()));
        }
        walk.optimizer.updates = state.updates;
        *self = walk.optimizer;
        Ok(())
    }
}

struct Register<'a> {
    optimizer: &'a Optimizer,
    /// Always there; an `Option` only because registering consumes it.
    transaction: Option<Transaction>,
    next: usize,
}

impl ModuleVisitor for Register<'_> {
    fn visit_float<const D: usize>(&mut self, _param: &Param<Tensor<D>>) {
        let mut transaction = self.transaction.take().unwrap_or_default();
        for moments in [&self.optimizer.first, &self.optimizer.second] {
            if let Some(tensor) = moments.get::<Tensor<D>>(&self.next) {
                transaction = transaction.register(tensor);
            }
        }
        self.transaction = Some(transaction);
        self.next += 1;
    }
}

struct Collect<'a, I> {
    optimizer: &'a Optimizer,
    data: &'a mut I,
    next: usize,
    moments: Vec<[Vec<f32>; 2]>,
    trouble: Option<Error>,
}

impl<I: Iterator<Item = Result<Vec<f32>, Error>>> ModuleVisitor for Collect<'_, I> {
    fn visit_float<const D: usize>(&mut self, _param: &Param<Tensor<D>>) {
        let parameter = self.next;
        self.next += 1;
        let moments = [&self.optimizer.first, &self.optimizer.second].map(|moments| {
            if moments.get::<Tensor<D>>(&parameter).is_none() {
                return Vec::new();
            }
            match self.data.next() {
                Some(Ok(values)) => values,
                Some(Err(error)) => {
                    self.trouble = Some(error);
                    Vec::new()
                }
                None => {
                    self.trouble = Some(Error::Device("too few tensors came back".into()));
                    Vec::new()
                }
            }
        });
        self.moments.push(moments);
    }
}

struct Restore<'a> {
    state: &'a OptimizerState,
    device: &'a Device,
    next: usize,
    optimizer: Optimizer,
    trouble: Option<Error>,
}

impl ModuleVisitor for Restore<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let parameter = self.next;
        self.next += 1;
        let Some(moments) = self.state.moments.get(parameter) else {
            self.trouble = Some(Error::Checkpoint("the optimiser remembers too few parameters".into()));
            return;
        };
        let shape = param.lazy_shape();
        let places = [&mut self.optimizer.first, &mut self.optimizer.second];
        for (place, values) in places.into_iter().zip(moments).filter(|(_, values)| !values.is_empty()) {
            if values.len() != shape.num_elements() {
                self.trouble = Some(Error::Checkpoint("the optimiser remembers parameters of another size".into()));
                return;
            }
            // Moments live outside autodiff, as gradients do.
            let device = self.device.clone().inner();
            place.register(parameter, Tensor::<D>::from_data(TensorData::new(values.clone(), shape.clone()), &device));
        }
        // A moment alone, or one that the rule does not know, would make another rule of it.
        let filled = moments.iter().filter(|values| !values.is_empty()).count();
        if filled != 0 && filled != self.state.kind.moments() {
            self.trouble = Some(Error::Checkpoint("the optimiser's memory does not fit its rule".into()));
        }
    }
}
