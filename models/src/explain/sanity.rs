//! Does an explanation depend on what the network has learned? The same explainer is run with layer after layer replaced
//! by a fresh one, from the last to the first. A map that stays as it was shows the picture's edges, not the network's
//! reasons.
//!
//! ```text
//! ρ = correlation of the ranks of two maps' pixels: 1 for the same order, 0 for none, -1 for the reverse
//! ```
//!
//! **Paper.** J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt, B. Kim: Sanity checks for saliency maps (2018).
//!
//! **Differs from the paper.** Fresh layers are those of a network that the caller draws from a seed, as it was drawn
//! before training.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Tensor, container::TensorContainer},
};

use crate::weights::layer_of;

/// The layers that have weights, in the order of a walk through the network, which is that of the way forward.
pub fn layers<M: Module>(model: &M) -> Vec<String> {
    let mut walk = Collect { path: Vec::new(), layers: Vec::new(), tensors: TensorContainer::new() };
    model.visit(&mut walk);
    walk.layers
}

/// The trained network with its last `replaced` layers taken from a fresh one of the same kind; all of them give the
/// fresh network. Nothing is read back.
pub fn cascade<M: Module>(trained: &M, fresh: &M, replaced: usize) -> M {
    let mut walk = Collect { path: Vec::new(), layers: Vec::new(), tensors: TensorContainer::new() };
    fresh.visit(&mut walk);
    let first = walk.layers.len().saturating_sub(replaced);
    let replaced = walk.layers.split_off(first);
    trained.clone().map(&mut Replace { path: Vec::new(), replaced, tensors: walk.tensors })
}

struct Collect {
    path: Vec<String>,
    layers: Vec<String>,
    tensors: TensorContainer<String>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = self.path.join(".");
        if self.layers.last().is_none_or(|layer| layer != layer_of(&name)) {
            self.layers.push(layer_of(&name).into());
        }
        self.tensors.register(name, param.val().inner());
    }
}

struct Replace {
    path: Vec<String>,
    replaced: Vec<String>,
    tensors: TensorContainer<String>,
}

impl ModuleMapper for Replace {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        if !self.replaced.iter().any(|layer| layer == layer_of(&name)) {
            return param;
        }
        let Some(fresh) = self.tensors.remove::<Tensor<D>>(&name) else {
            return param;
        };
        let (id, tensor, mapper) = param.consume();
        let tracked = tensor.is_require_grad();
        let fresh = if tensor.is_autodiff() { fresh.autodiff() } else { fresh };
        Param::from_mapped_value(id, fresh.set_require_grad(tracked), mapper)
    }
}

/// Spearman's rank correlation of two maps, equal values sharing their mean rank. NaN if a map is flat, holds NaN or has
/// another size.
pub fn rank_correlation(one: &[f32], other: &[f32]) -> f64 {
    if one.len() != other.len() || one.iter().chain(other).any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let (one, other) = (ranks(one), ranks(other));
    let mean = (one.len() as f64 - 1.0) / 2.0;
    let together = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    together(&one, &other) / (together(&one, &one) * together(&other, &other)).sqrt()
}

/// How much of the order of pixels two explainers' maps share: the mean rank correlation of `count` maps that lie one after
/// another. A pair whose first map is flat has no order to compare with and does not count; a second map that is flat agrees
/// with nothing.
pub fn agreement(trained: &[f32], other: &[f32], count: usize) -> f64 {
    let size = (trained.len() / count.max(1)).max(1);
    let has_order = |(one, _): &(&[f32], &[f32])| one.iter().any(|value| *value != one[0]);
    let pairs = trained.chunks_exact(size).zip(other.chunks_exact(size)).filter(has_order);
    let found = pairs.map(|(one, other)| Some(rank_correlation(one, other)).filter(|rho| rho.is_finite()));
    let found: Vec<f64> = found.map(Option::unwrap_or_default).collect();
    found.iter().sum::<f64>() / found.len().max(1) as f64
}

/// Each value's place in the order, from 0; equal values share the mean of their places.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut begin = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = begin as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|&index| ranks[index] = rank);
        begin += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use futures::FutureExt;
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;
    use crate::{
        foundations::mlp::Activation,
        vision::lenet::{LeNet, LeNetConfig, Pooling},
        weights,
    };

    fn network(seed: u64, device: &Device) -> LeNet {
        let config = LeNetConfig { classes: 10, activation: Activation::Relu, pooling: Pooling::Max };
        config.init(device, &mut Pcg32::seed_from_u64(seed))
    }

    #[test]
    fn flat_maps_agree_with_nothing() {
        let one = [1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 3.0, 2.0, 1.0];
        // The same order, no order to compare with, and a map without any.
        let other = [2.0, 4.0, 9.0, 1.0, 2.0, 3.0, 5.0, 5.0, 5.0];
        assert!((agreement(&one, &other, 3) - 0.5).abs() < 1e-12);
        assert_eq!(agreement(&[], &[], 0), 0.0);
    }

    #[test]
    fn layers_are_replaced_from_the_last_on() {
        let (trained, fresh) = (network(1, &Device::flex().autodiff()), network(2, &Device::flex()));
        assert_eq!(layers(&trained), ["c1", "c3", "c5", "f6", "output"]);
        let read = |model: &LeNet| weights::read(model).now_or_never().unwrap().unwrap();
        let (before, after) = (read(&trained), read(&fresh));
        for replaced in 0..=6 {
            let mixed = read(&cascade(&trained, &fresh, replaced));
            for (place, layer) in layers(&trained).iter().enumerate() {
                let source = if place + replaced >= 5 { &after } else { &before };
                let weight = format!("{layer}.weight");
                assert_eq!(mixed.get(&weight), source.get(&weight), "{weight} of {replaced}");
            }
        }
    }

    #[test]
    fn ranks_are_compared() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 9.0], &[0.1, 0.2, 0.3]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 9.0], &[3.0, 2.0, 1.0]), -1.0);
        // Ranks 0.5, 0.5, 2, 3 against 0, 1, 2, 3: (1.5 + 0.5 + 0.25 + 2.25) / √(4.5 · 5).
        let tied = rank_correlation(&[1.0, 1.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((tied - 4.5 / 22.5_f64.sqrt()).abs() < 1e-12, "{tied}");
        assert!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
        assert!(rank_correlation(&[1.0], &[1.0, 2.0]).is_nan() && rank_correlation(&[f32::NAN], &[1.0]).is_nan());
    }
}
